"""A mentor from the talent pool reads the nominations that run under them, and through these their projects."""

from django.db import migrations

MENTOR = "(SELECT portal_scope_id('mentor'))"
SERVING = "(left_on IS NULL OR left_on > (now() AT TIME ZONE 'Asia/Shanghai')::date)"
OWN = f"mentor_id IN (SELECT id FROM talent_person WHERE account_id = {MENTOR} AND {SERVING})"  # noqa: S608  policies of our own names
READS = f"CREATE POLICY mentor ON youth_credits_nomination FOR SELECT USING (status = 'active' AND {OWN})"


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0013_result_records_are_bounded")]
    operations = [migrations.RunSQL(READS, "DROP POLICY mentor ON youth_credits_nomination")]
