"""What part of the minimum is asked of a child, for nameless totals: no reason, no kind, no proof.

The ledger may not read special cases, which tell of illness; it learns the shares by this function alone. Any other
scope sees through its own policies.
"""

from django.db import migrations

SHARES = """
CREATE FUNCTION youth_credits_shares_asked(year int) RETURNS TABLE (student_id bigint, share numeric)
LANGUAGE plpgsql STABLE ROWS 100 AS $$
DECLARE
    outer_scope text := current_setting('portal.scope', true);
BEGIN
    IF outer_scope = 'ledger' THEN
        PERFORM set_config('portal.scope', 'steward', true);
    END IF;
    RETURN QUERY SELECT s.student_id, s.share FROM youth_credits_specialcase s
        WHERE s.school_year = year AND s.status = 'approved';
    PERFORM set_config('portal.scope', coalesce(outer_scope, ''), true);
END $$;
"""
NO_SHARES = "DROP FUNCTION youth_credits_shares_asked(int);"


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0016_caps_that_change_within_a_year")]
    operations = [migrations.RunSQL(SHARES, NO_SHARES)]
