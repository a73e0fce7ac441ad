"""Who sees a nomination: the school that made it, and the guardian, who alone says yes or no on an account."""

# ruff: noqa: S608  policies of our own names
from django.db import migrations

from youth_credits.migrations._policies import CHANGE, OWN_CHILD, READ, SCHOOL, WARDS, WRITE, bound

OWN = f"organization_id = {SCHOOL}"
OF_SEEN = "nomination_id IN (SELECT id FROM youth_credits_nomination)"
OF_OWN = f"nomination_id IN (SELECT id FROM youth_credits_nomination WHERE organization_id = {SCHOOL})"

POLICIES = {
    "nomination": [
        ("school", WRITE, OWN, f"{OWN} AND {OWN_CHILD}"),
        ("guardian", READ, f"student_id IN {WARDS}"),
        (
            "guardian_decide",
            CHANGE,
            f"student_id IN {WARDS} AND status IN ('proposed', 'consented', 'active')",
            f"student_id IN {WARDS} AND status IN ('proposed', 'consented', 'declined')",
        ),
    ],
    "project": [("seen", READ, OF_SEEN), ("school", WRITE, OF_OWN)],
}


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0009_rights_and_credentials_are_bounded")]
    operations = bound(POLICIES)
