"""A first title is provisional until it is confirmed; what was put right is closed with proof."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0014_who_is_left_out_may_contest"),
        ("portal", "0002_scope_and_audit_trail"),
    ]

    operations = [
        migrations.AddField(
            model_name="scheme",
            name="provisional_months",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="首次授予的称号先为暂定，考核合格或经确认后转正；0 为不设。",
                verbose_name="暂定期（月）",
            ),
        ),
        migrations.AddConstraint(
            model_name="scheme",
            constraint=models.CheckConstraint(
                condition=models.Q(("provisional_months__lte", 36)),
                name="scheme_provisional_for_three_years_at_most",
                violation_error_message="暂定期最多 36 个月。",
            ),
        ),
        migrations.AddField(
            model_name="title",
            name="confirmation",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="转为正式的依据"),
        ),
        migrations.AddField(
            model_name="title",
            name="confirmed_on",
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="转为正式日期"),
        ),
        migrations.AddField(
            model_name="title",
            name="provisional_told_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="暂定期提醒时间"),
        ),
        migrations.AddField(
            model_name="title",
            name="provisional_until",
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="暂定至"),
        ),
        migrations.AddConstraint(
            model_name="title",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("provisional_until", None),
                    models.Q(
                        ("provisional_until__gt", models.F("valid_from")),
                        ("provisional_until__lte", models.F("valid_until")),
                    ),
                    _connector="OR",
                ),
                name="title_provisional_within_its_period",
                violation_error_message="暂定期须在称号有效期内。",
            ),
        ),
        migrations.AddConstraint(
            model_name="title",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmation", ""), ("confirmed_on", None)),
                    models.Q(
                        ("confirmed_on__isnull", False),
                        ("provisional_until__isnull", False),
                        models.Q(("confirmation", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="title_confirmed_in_words_after_being_provisional",
                violation_error_message="暂定称号转为正式须有依据。",
            ),
        ),
        migrations.AddField(
            model_name="assessment",
            name="rectification_proof",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.attachment",
                verbose_name="整改证明",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rectification", ""), ("rectification_proof__isnull", False), _connector="OR"),
                    models.Q(
                        models.Q(("status", "passed"), _negated=True),
                        ("rectify_until", None),
                        ("rectification_proof__isnull", False),
                        _connector="OR",
                    ),
                ),
                name="assessment_put_right_with_proof",
                violation_error_message="整改须附证明材料。",
            ),
        ),
    ]
