"""Of what is to be put right its unit is told before its day, and everybody concerned after it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outreach", "0008_meetings_close_after_their_tasks")]

    operations = [
        migrations.AddField(
            model_name="finding",
            name="reminders",
            field=models.PositiveSmallIntegerField(
                default=0, editable=False, help_text="1：期限前；2：逾期后。", verbose_name="已提醒"
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(("reminders__lte", 2)), name="finding_reminded_twice_at_most"
            ),
        ),
    ]
