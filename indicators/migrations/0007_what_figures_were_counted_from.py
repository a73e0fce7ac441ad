"""What a figure was counted from is kept, and written once."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

LOCK = """
CREATE FUNCTION indicators_figure_evidence_is_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a figure was counted from is written once';
END $$;
CREATE TRIGGER indicators_figure_evidence_is_written_once BEFORE UPDATE OR DELETE ON indicators_figureevidence
    FOR EACH ROW EXECUTE FUNCTION indicators_figure_evidence_is_written_once();
"""
NO_LOCK = """
DROP TRIGGER indicators_figure_evidence_is_written_once ON indicators_figureevidence;
DROP FUNCTION indicators_figure_evidence_is_written_once();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0006_targets_take_figures"),
        ("portal", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="FigureEvidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                ("value", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="统计数")),
                ("total", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="合计")),
                ("word", models.CharField(max_length=10, verbose_name="合计的单位")),
                ("records", models.JSONField(default=list, verbose_name="记录")),
                (
                    "digest",
                    models.CharField(
                        help_text="记录相同的不再存一份。", max_length=64, verbose_name="内容摘要"
                    ),
                ),
                (
                    "counted_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="统计时间"),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.region",
                        verbose_name="区域",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="indicators.figuresource",
                        verbose_name="数据来源",
                    ),
                ),
            ],
            options={
                "verbose_name": "统计数据依据",
                "verbose_name_plural": "统计数据依据",
                "ordering": ["source", "year", "region", "counted_at", "pk"],
                "indexes": [
                    models.Index(
                        fields=["source", "region", "year", "-counted_at", "-id"], name="evidence_of_a_figure"
                    )
                ],
            },
        ),
        migrations.RunSQL(LOCK, NO_LOCK),
    ]
