from django.db import migrations

FORBID = """
CREATE FUNCTION talent_hours_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'service hours are never changed or deleted';
END $$;
CREATE TRIGGER talent_hours_are_append_only BEFORE UPDATE OR DELETE ON talent_servicehours
    FOR EACH ROW EXECUTE FUNCTION talent_hours_are_append_only();
"""
ALLOW = """
DROP TRIGGER talent_hours_are_append_only ON talent_servicehours;
DROP FUNCTION talent_hours_are_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("talent", "0001_initial")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
