"""Who sees credentials, requests as of right and plans; what of an entry an erasure may blank."""

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

# An erasure blanks the number of a certificate, which tells who won it. Nothing else of an entry ever changes.
BLANK = """
DROP TRIGGER youth_credits_ledger_is_append_only ON youth_credits_credit;
CREATE TRIGGER youth_credits_ledger_is_append_only BEFORE UPDATE ON youth_credits_credit
    FOR EACH ROW WHEN (NOT (portal_scope_is('steward') AND NEW.certificate = ''
        AND to_jsonb(NEW) - 'certificate' = to_jsonb(OLD) - 'certificate'))
    EXECUTE FUNCTION youth_credits_ledger_is_append_only();
CREATE TRIGGER youth_credits_ledger_is_never_deleted BEFORE DELETE ON youth_credits_credit
    FOR EACH ROW EXECUTE FUNCTION youth_credits_ledger_is_append_only();
"""
NO_BLANK = """
DROP TRIGGER youth_credits_ledger_is_never_deleted ON youth_credits_credit;
DROP TRIGGER youth_credits_ledger_is_append_only ON youth_credits_credit;
CREATE TRIGGER youth_credits_ledger_is_append_only BEFORE UPDATE OR DELETE ON youth_credits_credit
    FOR EACH ROW EXECUTE FUNCTION youth_credits_ledger_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0008_publications_and_checks_are_bounded")]
    operations = [
        with_its_school("credential", "credential_is_of_the_childs_school"),
        *bound(POLICIES),
        migrations.RunSQL(BLANK, NO_BLANK),
    ]
