"""Row-level security of roll-overs and transfers: each half of a transfer is its own school's alone."""

# ruff: noqa: S608  policies of our own names
from django.db import migrations

from youth_credits.migrations._policies import OWN_STUDENTS, SCHOOL, STEWARD

# table → rows a school sees, rows it may write
POLICIES = {
    "rollover": (f"organization_id = {SCHOOL}", f"organization_id = {SCHOOL}"),
    "rolloverline": (
        f"school_id = {SCHOOL}",
        f"school_id = {SCHOOL} AND student_id IN {OWN_STUDENTS}",
    ),
    "transferin": (f"organization_id = {SCHOOL}", f"organization_id = {SCHOOL}"),
    "transferout": (
        f"organization_id = {SCHOOL}",
        f"organization_id = {SCHOOL} AND student_id IN {OWN_STUDENTS}",
    ),
}


def bound(table: str) -> str:
    name = f"youth_credits_{table}"
    sees, writes = POLICIES[table]
    return f"""
ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {name} FORCE ROW LEVEL SECURITY;
CREATE POLICY school ON {name} FOR ALL USING ({sees}) WITH CHECK ({writes});
CREATE POLICY steward ON {name} FOR ALL USING ({STEWARD}) WITH CHECK ({STEWARD});
"""


def unbound(table: str) -> str:
    name = f"youth_credits_{table}"
    return f"""
DROP POLICY school ON {name};
DROP POLICY steward ON {name};
ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {name} DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0002_children_are_bounded")]
    operations = [migrations.RunSQL(bound(table), unbound(table)) for table in POLICIES]
