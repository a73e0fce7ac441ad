"""What Django's models cannot say: only a year that was passed, and asked for money, is funded."""

from django.db import migrations

RULES = """
CREATE FUNCTION outreach_award_for_who_passed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM outreach_assessment WHERE id = NEW.assessment_id AND status = 'passed' AND asks_funding
    ) THEN
        RAISE EXCEPTION 'award_for_who_passed' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outreach_award_for_who_passed BEFORE INSERT OR UPDATE ON outreach_fundingaward
    FOR EACH ROW EXECUTE FUNCTION outreach_award_for_who_passed();
"""
NO_RULES = """
DROP TRIGGER outreach_award_for_who_passed ON outreach_fundingaward;
DROP FUNCTION outreach_award_for_who_passed();
"""


class Migration(migrations.Migration):
    dependencies = [("outreach", "0003_nobody_scores_their_own")]
    operations = [migrations.RunSQL(RULES, NO_RULES)]
