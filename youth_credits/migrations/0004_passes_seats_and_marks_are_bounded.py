"""Row-level security of passes, outings' seats and the entries behind a suspicion.

Scope "base:<organization>": a base reads the seats of the outings to it and says who came; of a child it
has pass number and family name, in this table and nowhere else.
"""

# ruff: noqa: S608  policies of our own names
from django.db import migrations

from youth_credits.migrations._policies import LEDGER, OWN_STUDENTS, SCHOOL, SHOWN_IN_CASE, STEWARD, WARDS

BASE = "(SELECT portal_scope_id('base'))"
OWN_CASE = f"organization_id = {SCHOOL} AND student_id IN {OWN_STUDENTS}"
OWN_CHILD = f"school_id = {SCHOOL} AND student_id IN {OWN_STUDENTS}"

# table → policies: name, command, rows it opens, rows it lets be written
POLICIES = {
    "studentpass": [
        ("school", "ALL", f"school_id = {SCHOOL}", OWN_CHILD),
        ("guardian", "SELECT", f"student_id IN {WARDS}", None),
    ],
    "outingseat": [
        ("school", "ALL", f"school_id = {SCHOOL}", OWN_CHILD),
        ("base", "SELECT", f"base_id = {BASE}", None),
        ("base_confirms", "UPDATE", f"base_id = {BASE}", f"base_id = {BASE}"),
    ],
    "export": [("school", "ALL", f"organization_id = {SCHOOL}", f"organization_id = {SCHOOL}")],
    "specialcase": [
        ("school", "ALL", f"organization_id = {SCHOOL} OR student_id IN {OWN_STUDENTS}", OWN_CASE),
        ("guardian", "SELECT", f"student_id IN {WARDS}", None),
        ("access_case", "SELECT", f"student_id IN {SHOWN_IN_CASE}", None),
    ],
    "suspicionentry": [
        ("school", "ALL", f"school_id = {SCHOOL}", f"school_id = {SCHOOL}"),
        ("ledger", "SELECT", LEDGER, None),  # for the nightly proof: numbers of entries, no name
    ],
}


def policy(table: str, name: str, command: str, opens: str, writes: str | None) -> str:
    check = f" WITH CHECK ({writes})" if writes else ""
    return f"CREATE POLICY {name} ON youth_credits_{table} FOR {command} USING ({opens}){check};"


def bound(table: str) -> str:
    name = f"youth_credits_{table}"
    return "\n".join(
        [
            f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;",
            f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY;",
            *[policy(table, *row) for row in POLICIES[table]],
            policy(table, "steward", "ALL", STEWARD, STEWARD),
        ]
    )


def unbound(table: str) -> str:
    name = f"youth_credits_{table}"
    return "\n".join(
        [
            *[f"DROP POLICY {row[0]} ON {name};" for row in [*POLICIES[table], ("steward",)]],
            f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY;",
            f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY;",
        ]
    )


# A child that changes schools takes its pass along.
KEYS = """
ALTER TABLE youth_credits_studentpass ADD CONSTRAINT student_pass_is_of_the_childs_school
    FOREIGN KEY (student_id, school_id) REFERENCES youth_credits_student (id, school_id) ON UPDATE CASCADE;
"""
NO_KEYS = "ALTER TABLE youth_credits_studentpass DROP CONSTRAINT student_pass_is_of_the_childs_school;"


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0003_moves_are_bounded")]
    operations = [
        migrations.RunSQL(KEYS, NO_KEYS),
        *[migrations.RunSQL(bound(table), unbound(table)) for table in POLICIES],
    ]
