"""Row-level security of the check-ins that a school has decided on."""

# ruff: noqa: S608  policies of our own names
from django.db import migrations

from youth_credits.migrations._policies import OWN_STUDENTS, SCHOOL, STEWARD

TABLE = "youth_credits_visitrecord"

BOUND = f"""
ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY;
CREATE POLICY school ON {TABLE} FOR ALL USING (school_id = {SCHOOL})
    WITH CHECK (school_id = {SCHOOL} AND student_id IN {OWN_STUDENTS});
CREATE POLICY steward ON {TABLE} FOR ALL USING ({STEWARD}) WITH CHECK ({STEWARD});
"""
UNBOUND = f"""
DROP POLICY school ON {TABLE};
DROP POLICY steward ON {TABLE};
ALTER TABLE {TABLE} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0004_passes_seats_and_marks_are_bounded")]
    operations = [migrations.RunSQL(BOUND, UNBOUND)]
