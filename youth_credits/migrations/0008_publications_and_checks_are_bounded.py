"""Who sees publications' appeals, cases and draws."""

# ruff: noqa: S608  policies of our own names
from django.db import migrations

from youth_credits.migrations._policies import (
    ADD,
    CHANGE,
    GUARDIAN,
    IN_REGION,
    NUMBER,
    OWN_CHILD,
    READ,
    SCHOOL,
    SCHOOL_IN_REGION,
    WARDS,
    WRITE,
    bound,
    policy,
)

OWN_APPEAL = f"organization_id = {SCHOOL}"
REACHED = f"escalated_at IS NOT NULL AND {SCHOOL_IN_REGION}"
OF_CHECK_IN_REGION = "spot_check_id IN (SELECT id FROM youth_credits_spotcheck)"
CHECK_IN_REGION = (
    "region_id IN (SELECT r.id FROM portal_region r WHERE r.path LIKE"
    " (SELECT path FROM portal_region WHERE id = (SELECT portal_scope_id('office'))) || '%')"
)

POLICIES = {
    "appeal": [
        ("school", WRITE, OWN_APPEAL, f"{OWN_APPEAL} AND {OWN_CHILD}"),
        ("guardian", READ, f"student_id IN {WARDS}"),
        (
            "guardian_file",
            ADD,
            f"student_id IN {WARDS} AND created_by_id = {GUARDIAN} AND way = 'account'"
            " AND status IN ('filed', 'refused')",
        ),
        (
            "guardian_go_on",
            CHANGE,
            f"student_id IN {WARDS} AND status IN ('filed', 'rejected', 'escalated')",
            f"student_id IN {WARDS} AND status IN ('rejected', 'escalated', 'withdrawn')",
        ),
        ("office", READ, REACHED),
        ("office_decide", CHANGE, REACHED),
    ],
    "spotcheck": [("office", WRITE, CHECK_IN_REGION)],
    "drawnentry": [
        ("office", WRITE, OF_CHECK_IN_REGION),
        ("school", READ, f"school_id = {SCHOOL} AND finding IN ('wrong', 'unclear')"),
    ],
}

CASES = "\n".join(
    [
        policy("accesscase", "office", READ, IN_REGION),
        policy("accesscase", "office_ask", ADD, IN_REGION),
        policy("accesscase", "office_decide", CHANGE, IN_REGION),
        policy("accesscase", "guardian", READ, f"student_id IN {WARDS}"),
        # Whoever holds a child's whole number may ask for its record: the one row, to name it in the request.
        policy("student", "number", READ, f"number_hash = {NUMBER}"),
    ]
)
NO_CASES = """
DROP POLICY office ON youth_credits_accesscase;
DROP POLICY office_ask ON youth_credits_accesscase;
DROP POLICY office_decide ON youth_credits_accesscase;
DROP POLICY guardian ON youth_credits_accesscase;
DROP POLICY number ON youth_credits_student;
"""


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0007_guardians_are_bounded")]
    operations = [
        *bound(POLICIES),
        migrations.RunSQL(CASES, NO_CASES),
    ]
