"""Competitions whose results are credit."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("youth_credits", "0019_totals_know_what_is_asked"),
    ]

    operations = [
        migrations.CreateModel(
            name="Competition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(help_text="不用写届次和年份。", max_length=100, verbose_name="竞赛名称"),
                ),
                (
                    "aliases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100, verbose_name="其他名称"),
                        blank=True,
                        default=list,
                        help_text="证书、活动标题中的其他写法，用顿号分开。",
                        size=None,
                        verbose_name="其他名称",
                    ),
                ),
                (
                    "listing",
                    models.CharField(
                        choices=[("national", "全国性竞赛白名单"), ("city", "市级竞赛清单")],
                        max_length=10,
                        verbose_name="所在清单",
                    ),
                ),
                ("organizer", models.CharField(blank=True, max_length=200, verbose_name="主办单位")),
                ("valid_from", models.DateField(verbose_name="有效期自")),
                (
                    "valid_until",
                    models.DateField(
                        blank=True, help_text="含当日；不填为长期。", null=True, verbose_name="有效期至"
                    ),
                ),
                ("basis", models.CharField(max_length=300, verbose_name="依据")),
            ],
            options={
                "verbose_name": "白名单竞赛",
                "verbose_name_plural": "白名单竞赛",
                "ordering": ["name", "valid_from", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("name", "valid_from"),
                        name="competition_once_per_name_and_day",
                        violation_error_message="该竞赛自此日起已在清单中，请修改原有的一条。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None),
                            ("valid_until__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="competition_ends_on_or_after_its_first_day",
                        violation_error_message="有效期的结束日期不能早于开始日期。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True),
                            models.Q(("aliases__contains", [""]), _negated=True),
                        ),
                        name="competition_has_a_name_and_no_empty_ones",
                        violation_error_message="竞赛名称和其他名称不能为空。",
                    ),
                ],
            },
        ),
    ]
