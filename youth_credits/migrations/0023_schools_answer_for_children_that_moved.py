"""A school answers an appeal against what it made public, also after the child has moved to another school."""

from django.db import migrations

from youth_credits.migrations._policies import ADD, CHANGE, OWN_CHILD, READ, REMOVE, SCHOOL, WRITE, policy

OWN_APPEAL = f"organization_id = {SCHOOL}"
ANSWERS = "\n".join(
    [
        "DROP POLICY school ON youth_credits_appeal;",
        policy("appeal", "school", READ, OWN_APPEAL),
        policy("appeal", "school_file", ADD, f"{OWN_APPEAL} AND {OWN_CHILD}"),
        policy("appeal", "school_answer", CHANGE, OWN_APPEAL),
        policy("appeal", "school_remove", REMOVE, f"{OWN_APPEAL} AND {OWN_CHILD}"),
    ]
)
BEFORE = "\n".join(
    [
        *(
            f"DROP POLICY {name} ON youth_credits_appeal;"
            for name in ("school", "school_file", "school_answer", "school_remove")
        ),
        policy("appeal", "school", WRITE, OWN_APPEAL, f"{OWN_APPEAL} AND {OWN_CHILD}"),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0022_courses_say_when_they_were_stopped")]
    operations = [migrations.RunSQL(ANSWERS, BEFORE)]
