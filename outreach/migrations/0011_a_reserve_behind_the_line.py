"""A reserve behind the proposal, the days of who moves up from it, and staff who decide nothing about a body."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# What stands in a notice today is as many as it may have.
PLACES = """
UPDATE outreach_round SET notice_places = (
    SELECT count(*) FROM outreach_application a WHERE a.round_id = outreach_round.id AND a.status IN ('proposed', 'granted')
) WHERE status IN ('noticed', 'closed')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0010_sheets_have_a_day"),
        ("portal", "0003_bodies_above_bodies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StaffRecusal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="回避原因")),
                (
                    "declared_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="声明时间"
                    ),
                ),
            ],
            options={
                "verbose_name": "工作人员回避",
                "verbose_name_plural": "工作人员回避",
            },
        ),
        migrations.AddField(
            model_name="application",
            name="notice_from",
            field=models.DateField(
                editable=False,
                help_text="公示开始后递补或经复核列入的，另行公示。",
                null=True,
                verbose_name="补充公示开始",
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="notice_until",
            field=models.DateField(editable=False, null=True, verbose_name="补充公示截止"),
        ),
        migrations.AddField(
            model_name="application",
            name="reserve_place",
            field=models.PositiveSmallIntegerField(
                editable=False,
                help_text="达到等级而未列入拟认定名单的，按次序递补。",
                null=True,
                verbose_name="备选次序",
            ),
        ),
        migrations.AddField(
            model_name="round",
            name="notice_places",
            field=models.PositiveSmallIntegerField(
                editable=False, help_text="递补后不多于此数。", null=True, verbose_name="公示家数"
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                fields=("round", "reserve_place"),
                name="application_reserve_place_once_per_round",
                violation_error_message="该备选次序已给了另一家单位。",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reserve_place", None),
                    models.Q(("reserve_place__gte", 1), ("status__in", ["not_proposed", "refused"])),
                    _connector="OR",
                ),
                name="application_in_reserve_is_not_proposed",
                violation_error_message="列入备选的申报不能同时在拟认定名单中。",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("notice_from", None), ("notice_until", None)),
                    models.Q(("notice_from__isnull", False), ("notice_until__gte", models.F("notice_from"))),
                    _connector="OR",
                ),
                name="application_own_notice_begins_and_ends",
                violation_error_message="补充公示须有开始和截止日期。",
            ),
        ),
        migrations.AddField(
            model_name="staffrecusal",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.organization",
                verbose_name="单位",
            ),
        ),
        migrations.AddField(
            model_name="staffrecusal",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="staff_recusals",
                to=settings.AUTH_USER_MODEL,
                verbose_name="声明人",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffrecusal",
            constraint=models.UniqueConstraint(
                fields=("user", "organization"),
                name="staff_recusal_once_per_user_and_organization",
                violation_error_message="您已对该单位声明回避。",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffrecusal",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="staff_recusal_declared_with_a_reason",
                violation_error_message="请写明回避的原因。",
            ),
        ),
        migrations.RunSQL(PLACES, migrations.RunSQL.noop),
    ]
