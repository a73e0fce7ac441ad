from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("resources", "0004_menu_filters")]

    operations = [
        migrations.AddField(
            "booking",
            "other_starts_at",
            models.DateTimeField("备选开始时间", blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            "booking",
            "other_ends_at",
            models.DateTimeField("备选结束时间", blank=True, editable=False, null=True),
        ),
        migrations.AddConstraint(
            "booking",
            models.CheckConstraint(
                name="booking_other_time_is_whole_and_another",
                condition=Q(other_starts_at=None, other_ends_at=None)
                | Q(other_starts_at__isnull=False, other_ends_at__isnull=False)
                & Q(other_ends_at__gt=F("other_starts_at"))
                & ~Q(other_starts_at=F("starts_at")),
                violation_error_message="备选时间应有开始和结束，并与首选时间不同。",
            ),
        ),
    ]
