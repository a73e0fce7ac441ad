"""A school takes back every entry it recorded, also of a child that has moved to another school since.

It sees these entries as before, and nothing more of the child: what a reversal frees and adds up, the ledger's own
trigger sees.
"""

# ruff: noqa: S608  policies of our own names
from django.db import migrations

from youth_credits.migrations._policies import OWN_STUDENTS, READ, SCHOOL, policy

OWN_NEW = f"school_id = {SCHOOL} AND student_id IN {OWN_STUDENTS}"
IN_TRIGGER = "(SELECT pg_trigger_depth() > 0)"
TABLES = ("courseclaim", "studentyear")

TAKES_BACK = "\n".join(
    [
        "ALTER POLICY school ON youth_credits_credit WITH CHECK"
        f" (school_id = {SCHOOL} AND (reverses_id IS NOT NULL OR student_id IN {OWN_STUDENTS}));",
        *(policy(table, "trigger_reads", READ, IN_TRIGGER) for table in TABLES),
    ]
)
BEFORE = "\n".join(
    [
        f"ALTER POLICY school ON youth_credits_credit WITH CHECK ({OWN_NEW});",
        *(f"DROP POLICY trigger_reads ON youth_credits_{table};" for table in TABLES),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0023_schools_answer_for_children_that_moved")]
    operations = [migrations.RunSQL(TAKES_BACK, BEFORE)]
