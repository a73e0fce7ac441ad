"""Row-level security of the results of competitions that a school has decided on."""

from django.db import migrations

from youth_credits.migrations._policies import OWN_CHILD, SCHOOL, WRITE, bound

OWN = f"school_id = {SCHOOL}"
POLICIES = {"resultrecord": [("school", WRITE, OWN, f"{OWN} AND {OWN_CHILD}")]}


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0012_kept_totals_are_bounded")]
    operations = bound(POLICIES)
