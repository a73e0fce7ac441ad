"""What was held before a course was stopped counts: the course says when that was."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0021_consent_texts_in_force_stay")]
    operations = [
        migrations.AddField(
            model_name="course",
            name="suspended_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="停课时间"),
        )
    ]
