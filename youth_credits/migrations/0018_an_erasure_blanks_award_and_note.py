"""An erasure blanks the award and the reason of a reversal, too: with the activity's name they tell who it was."""

from django.db import migrations

KEPT = """
DROP TRIGGER youth_credits_ledger_is_append_only ON youth_credits_credit;
CREATE TRIGGER youth_credits_ledger_is_append_only BEFORE UPDATE ON youth_credits_credit
    FOR EACH ROW WHEN (NOT (portal_scope_is('steward')
        AND NEW.award IN ('', OLD.award) AND NEW.certificate IN ('', OLD.certificate)
        AND NEW.note IN ('', OLD.note)
        AND to_jsonb(NEW) - '{award,certificate,note}'::text[]
            = to_jsonb(OLD) - '{award,certificate,note}'::text[]))
    EXECUTE FUNCTION youth_credits_ledger_is_append_only();
"""
BEFORE = """
DROP TRIGGER youth_credits_ledger_is_append_only ON youth_credits_credit;
CREATE TRIGGER youth_credits_ledger_is_append_only BEFORE UPDATE ON youth_credits_credit
    FOR EACH ROW WHEN (NOT (portal_scope_is('steward') AND NEW.certificate = ''
        AND to_jsonb(NEW) - 'certificate' = to_jsonb(OLD) - 'certificate'))
    EXECUTE FUNCTION youth_credits_ledger_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0017_shares_for_the_ledger")]
    operations = [migrations.RunSQL(KEPT, BEFORE)]
