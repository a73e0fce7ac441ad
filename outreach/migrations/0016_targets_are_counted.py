"""What a target reached is counted by the portal; typed over it only with a reason."""

from django.db import migrations, models

# Where the portal counts a target, only the count or a reason may stand.
RULES = """
CREATE FUNCTION outreach_actual_is_counted_or_has_a_reason() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.counted IS NULL AND NEW.override_reason = '' AND EXISTS (
        SELECT FROM outreach_target WHERE id = NEW.target_id AND is_counted AND NEW.year > baseline_year
    ) THEN
        RAISE EXCEPTION 'actual_is_counted_or_has_a_reason' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outreach_actual_is_counted_or_has_a_reason BEFORE INSERT OR UPDATE ON outreach_targetactual
    FOR EACH ROW EXECUTE FUNCTION outreach_actual_is_counted_or_has_a_reason();
"""
NO_RULES = """
DROP TRIGGER outreach_actual_is_counted_or_has_a_reason ON outreach_targetactual;
DROP FUNCTION outreach_actual_is_counted_or_has_a_reason();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0015_provisional_titles"),
    ]

    operations = [
        migrations.AddField(
            model_name="target",
            name="is_counted",
            field=models.BooleanField(
                default=False,
                editable=False,
                help_text="完成值由平台统计，人工改填须写明原因。",
                verbose_name="由平台取数",
            ),
        ),
        migrations.AddField(
            model_name="targetactual",
            name="counted",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                editable=False,
                max_digits=14,
                null=True,
                verbose_name="平台统计值",
            ),
        ),
        migrations.AddField(
            model_name="targetactual",
            name="counted_source",
            field=models.CharField(blank=True, editable=False, max_length=200, verbose_name="统计来源"),
        ),
        migrations.AddField(
            model_name="targetactual",
            name="link",
            field=models.CharField(blank=True, editable=False, max_length=200, verbose_name="来源页面"),
        ),
        migrations.AddField(
            model_name="targetactual",
            name="override_reason",
            field=models.CharField(
                blank=True, help_text="与平台统计不同时填写。", max_length=300, verbose_name="改填原因"
            ),
        ),
        migrations.AddConstraint(
            model_name="targetactual",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("counted", None),
                    ("value", models.F("counted")),
                    models.Q(("override_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="actual_differs_from_the_count_with_a_reason",
                violation_error_message="与平台统计不同的，须写明改填原因。",
            ),
        ),
        migrations.AddConstraint(
            model_name="targetactual",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("counted", None), models.Q(("counted_source", ""), _negated=True), _connector="OR"
                ),
                name="actual_counted_says_from_where",
                violation_error_message="平台统计值须有来源。",
            ),
        ),
        migrations.RunSQL(RULES, NO_RULES),
    ]
