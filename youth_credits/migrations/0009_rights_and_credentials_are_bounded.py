"""Who sees credentials, requests as of right and plans."""

# ruff: noqa: S608  policies of our own names
from django.db import migrations

from youth_credits.migrations._policies import (
    ADD,
    CHANGE,
    GUARDIAN,
    OFFICE,
    OWN_CHILD,
    READ,
    SCHOOL,
    SCHOOL_IN_REGION,
    SHOWN_WARDS,
    WARDS,
    WRITE,
    bound,
    with_its_school,
)

OWN = f"organization_id = {SCHOOL}"

POLICIES = {
    "credential": [
        ("school", READ, f"school_id = {SCHOOL}"),
        ("guardian", READ, f"student_id IN {SHOWN_WARDS}"),
        ("guardian_ask", ADD, f"student_id IN {SHOWN_WARDS} AND asked_by_id = {GUARDIAN}"),
    ],
    "rightsrequest": [
        ("school", WRITE, OWN, f"{OWN} AND {OWN_CHILD}"),
        ("guardian", READ, f"student_id IN {WARDS}"),
        (
            "guardian_ask",
            ADD,
            f"student_id IN {WARDS} AND created_by_id = {GUARDIAN} AND way = 'account' AND status = 'filed'",
        ),
        (
            "guardian_withdraw",
            CHANGE,
            f"student_id IN {WARDS} AND status = 'filed'",
            f"student_id IN {WARDS} AND status = 'withdrawn'",
        ),
        ("office", READ, f"is_overdue AND {SCHOOL_IN_REGION}"),
    ],
    "retentionplan": [
        ("office", READ, f"{OFFICE} IS NOT NULL"),
        ("office_stop", CHANGE, f"{OFFICE} IS NOT NULL"),
    ],
}


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0008_publications_and_checks_are_bounded")]
    operations = [
        with_its_school("credential", "credential_is_of_the_childs_school"),
        *bound(POLICIES),
    ]
