"""A sheet has a last day, whoever is reminded of it stands in a log, and a wide spread is flagged."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0009_findings_are_reminded"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReviewReminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "occasion",
                    models.CharField(
                        choices=[("soon", "截止前提醒"), ("late", "逾期提醒"), ("asked", "人工催办")],
                        max_length=10,
                        verbose_name="方式",
                    ),
                ),
                ("sheets", models.PositiveSmallIntegerField(verbose_name="未提交（份）")),
                (
                    "sent_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="提醒时间"
                    ),
                ),
            ],
            options={
                "verbose_name": "评分提醒",
                "verbose_name_plural": "评分提醒",
            },
        ),
        migrations.AddField(
            model_name="review",
            name="due_on",
            field=models.DateField(
                editable=False, help_text="含当日。", null=True, verbose_name="评分截止日期"
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="reminders",
            field=models.PositiveSmallIntegerField(
                default=0, editable=False, help_text="1：截止前；2：逾期后。", verbose_name="已提醒"
            ),
        ),
        migrations.AddField(
            model_name="scheme",
            name="late_score_days",
            field=models.PositiveSmallIntegerField(default=5, verbose_name="补抽和复评期限（工作日）"),
        ),
        migrations.AddField(
            model_name="scheme",
            name="score_days",
            field=models.PositiveSmallIntegerField(default=10, verbose_name="评分期限（工作日）"),
        ),
        migrations.AddField(
            model_name="scheme",
            name="spread_flag",
            field=models.DecimalField(
                decimal_places=2,
                default=15,
                help_text="超过时提示工作人员，并指出与其他评委相差最大的评分。",
                max_digits=5,
                verbose_name="分差提示线（分）",
            ),
        ),
        migrations.AlterField(
            model_name="review",
            name="status",
            field=models.CharField(
                choices=[
                    ("open", "待评分"),
                    ("submitted", "已提交"),
                    ("recused", "已回避"),
                    ("replaced", "已改派"),
                ],
                default="open",
                editable=False,
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("reminders__lte", 2)), name="review_reminded_twice_at_most"
            ),
        ),
        migrations.AddConstraint(
            model_name="scheme",
            constraint=models.CheckConstraint(
                condition=models.Q(("spread_flag__gte", 0), ("spread_flag__lte", models.F("spread_limit"))),
                name="scheme_flags_before_it_forces",
                violation_error_message="分差提示线不能高于分差上限。",
            ),
        ),
        migrations.AddConstraint(
            model_name="scheme",
            constraint=models.CheckConstraint(
                condition=models.Q(("late_score_days__gte", 1), ("score_days__gte", 1)),
                name="scheme_scoring_lasts_a_day_at_least",
                violation_error_message="评分、补抽和复评期限至少 1 个工作日。",
            ),
        ),
        migrations.AddField(
            model_name="reviewreminder",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="催办人",
            ),
        ),
        migrations.AddField(
            model_name="reviewreminder",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reminders",
                to="outreach.panelmember",
                verbose_name="评委",
            ),
        ),
        migrations.AddField(
            model_name="reviewreminder",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="review_reminders",
                to="outreach.round",
                verbose_name="批次",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewreminder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("by__isnull", False), ("occasion", "asked")),
                    models.Q(models.Q(("occasion", "asked"), _negated=True), ("by__isnull", True)),
                    _connector="OR",
                ),
                name="review_reminder_asked_for_by_somebody",
                violation_error_message="人工催办须记录催办人，其余由平台自动提醒。",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewreminder",
            constraint=models.CheckConstraint(
                condition=models.Q(("sheets__gte", 1)), name="review_reminder_of_a_sheet_at_least"
            ),
        ),
    ]
