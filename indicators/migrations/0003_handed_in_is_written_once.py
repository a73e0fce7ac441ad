"""What was handed in, and the records behind its figures, are written once."""

from django.db import migrations

LOCKS = """
CREATE FUNCTION indicators_handed_in_is_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was handed in is written once';
END $$;
CREATE TRIGGER indicators_handed_in_is_written_once BEFORE UPDATE OR DELETE ON indicators_submission
    FOR EACH ROW EXECUTE FUNCTION indicators_handed_in_is_written_once();
CREATE TRIGGER indicators_handed_in_is_written_once BEFORE UPDATE OR DELETE ON indicators_evidence
    FOR EACH ROW EXECUTE FUNCTION indicators_handed_in_is_written_once();
"""
NO_LOCKS = """
DROP TRIGGER indicators_handed_in_is_written_once ON indicators_submission;
DROP TRIGGER indicators_handed_in_is_written_once ON indicators_evidence;
DROP FUNCTION indicators_handed_in_is_written_once();
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0002_what_is_locked")]
    operations = [migrations.RunSQL(LOCKS, NO_LOCKS)]
