"""Words of which policies are made; the functions they ask stand in migration 0002.

Scopes beside those: "slip:<hash>" whoever holds a printed slip, one row; "number:<hash>" one child's row; "office:<region>" an office that
oversees the schools of a region and sees the papers that reached it (cases, appeals, draws), never a child.
"""

# ruff: noqa: S608  policies of our own names
from django.db import migrations

SCHOOL = "(SELECT portal_scope_id('school'))"
GUARDIAN = "(SELECT portal_scope_id('guardian'))"
CASE = "(SELECT portal_scope_id('case'))"
OFFICE = "(SELECT portal_scope_id('office'))"
LEDGER = "(SELECT portal_scope_is('ledger'))"
STEWARD = "(SELECT portal_scope_is('steward'))"
SLIP = (
    "(SELECT CASE WHEN split_part(current_setting('portal.scope', true), ':', 1) = 'slip'"
    " THEN decode(split_part(current_setting('portal.scope', true), ':', 2), 'hex') END)"
)

NUMBER = SLIP.replace("'slip'", "'number'")

# One child at a time, by its key: statements that write a row for every child of a class stay quick.
OWN_CHILD = f"EXISTS (SELECT FROM youth_credits_student s WHERE s.id = student_id AND s.school_id = {SCHOOL})"
OWN_STUDENTS = "(SELECT youth_credits_own_students())"
WARDS = "(SELECT youth_credits_wards())"
# Those whose guardian has consented, or who are old enough.
SHOWN_WARDS = "(SELECT youth_credits_wards_shown())"
SHOWN_IN_CASE = "(SELECT youth_credits_shown_in_case())"
# The session's clock is UTC's: between midnight and eight it is still yesterday there.
TODAY = "(now() AT TIME ZONE 'Asia/Shanghai')::date"
IN_REGION = (
    "school_id IN (SELECT o.id FROM portal_organization o JOIN portal_region r ON r.id = o.region_id"
    f" WHERE r.path LIKE (SELECT path FROM portal_region WHERE id = {OFFICE}) || '%')"
)
SCHOOL_IN_REGION = IN_REGION.replace("school_id", "organization_id", 1)

READ, ADD, CHANGE, REMOVE, WRITE = "SELECT", "INSERT", "UPDATE", "DELETE", "ALL"


def policy(table: str, name: str, command: str, opens: str, writes: str | None = None) -> str:
    """One named policy: the rows it opens and, where it writes, those it lets be written (None: the same)."""
    using = "" if command == ADD else f" USING ({opens})"
    check = "" if command in (READ, REMOVE) else f" WITH CHECK ({writes or opens})"
    return f"CREATE POLICY {name} ON youth_credits_{table} FOR {command}{using}{check};"


def bound(policies: dict[str, list[tuple]]) -> list[migrations.RunSQL]:
    """Row-level security on each table, from its owner too, with these policies and the steward's."""
    return [migrations.RunSQL(_bind(table, rows), _unbind(table, rows)) for table, rows in policies.items()]


def _bind(table: str, rows: list[tuple]) -> str:
    name = f"youth_credits_{table}"
    return "\n".join(
        [
            f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;",
            f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY;",
            *[policy(table, *row) for row in rows],
            policy(table, "steward", WRITE, STEWARD),
        ]
    )


def _unbind(table: str, rows: list[tuple]) -> str:
    name = f"youth_credits_{table}"
    return "\n".join(
        [
            *[f"DROP POLICY {row[0]} ON {name};" for row in rows],
            f"DROP POLICY steward ON {name};",
            f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY;",
            f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY;",
        ]
    )


def with_its_school(table: str, name: str) -> migrations.RunSQL:
    """The row's school is the child's: when the child changes schools, the row goes along."""
    return migrations.RunSQL(
        f"ALTER TABLE youth_credits_{table} ADD CONSTRAINT {name} FOREIGN KEY (student_id, school_id)"
        " REFERENCES youth_credits_student (id, school_id) ON UPDATE CASCADE",
        f"ALTER TABLE youth_credits_{table} DROP CONSTRAINT {name}",
    )
