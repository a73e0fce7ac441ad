"""From which figure of the portal a target of the plan takes what was reached."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0005_reports_are_signed_and_stay"),
        ("outreach", "0016_targets_are_counted"),
    ]

    operations = [
        migrations.CreateModel(
            name="TargetFigure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("figure", models.CharField(max_length=40, verbose_name="取数")),
                (
                    "target",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="outreach.target",
                        verbose_name="规划目标",
                    ),
                ),
            ],
            options={
                "verbose_name": "规划目标取数",
                "verbose_name_plural": "规划目标取数",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("figure__in", ["literacy", "bases", "events", "contestants"]),
                            ("figure__startswith", "index:"),
                            _connector="OR",
                        ),
                        name="target_figure_is_known",
                        violation_error_message="请选择平台能统计的数据。",
                    )
                ],
            },
        ),
    ]
