"""Kept totals are read by their own school and written by the nameless ledger."""

from django.db import migrations

from youth_credits.migrations._policies import LEDGER, SCHOOL, STEWARD

TABLES = ("youth_credits_credittotal", "youth_credits_totalswanted")

BOUND = (
    "".join(
        f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY school ON {table} FOR SELECT USING (school_id = {SCHOOL});
CREATE POLICY ledger ON {table} FOR ALL USING ({LEDGER}) WITH CHECK ({LEDGER});
CREATE POLICY steward ON {table} FOR ALL USING ({STEWARD}) WITH CHECK ({STEWARD});
"""
        for table in TABLES
    )
    + f"CREATE POLICY wants ON {TABLES[1]} FOR INSERT WITH CHECK (school_id = {SCHOOL});"
)
UNBOUND = "DROP POLICY wants ON youth_credits_totalswanted;" + "".join(
    f"""
DROP POLICY school ON {table};
DROP POLICY ledger ON {table};
DROP POLICY steward ON {table};
ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""
    for table in TABLES
)


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0011_approved_rules_stay")]
    operations = [migrations.RunSQL(BOUND, UNBOUND)]
