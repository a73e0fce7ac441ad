"""Row-level security of the what families claim: the guardian writes, the school decides."""

# ruff: noqa: S608  policies of our own names
from django.db import migrations

from youth_credits.migrations._policies import GUARDIAN, OWN_STUDENTS, SCHOOL, STEWARD, WARDS

TABLE = "youth_credits_familyclaim"

BOUND = f"""
ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY;
CREATE POLICY school ON {TABLE} FOR ALL USING (organization_id = {SCHOOL})
    WITH CHECK (organization_id = {SCHOOL} AND student_id IN {OWN_STUDENTS});
CREATE POLICY guardian ON {TABLE} FOR SELECT USING (student_id IN {WARDS});
CREATE POLICY guardian_claims ON {TABLE} FOR INSERT
    WITH CHECK (student_id IN {WARDS} AND created_by_id = {GUARDIAN} AND status = 'sent');
CREATE POLICY steward ON {TABLE} FOR ALL USING ({STEWARD}) WITH CHECK ({STEWARD});
"""
UNBOUND = f"""
DROP POLICY school ON {TABLE};
DROP POLICY guardian ON {TABLE};
DROP POLICY guardian_claims ON {TABLE};
DROP POLICY steward ON {TABLE};
ALTER TABLE {TABLE} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0005_visit_records_are_bounded")]
    operations = [migrations.RunSQL(BOUND, UNBOUND)]
