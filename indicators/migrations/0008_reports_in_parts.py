"""Reports have a region, parts and a review. Those made before are taken away, to be made anew."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0007_what_a_method_in_use_is"),
        ("portal", "0002_scope_and_audit_trail"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # The trigger comes back in the next migration, for the new status; no report has been released yet.
        migrations.RunSQL(
            "DROP TRIGGER indicators_published_report_stays ON indicators_annualreport;"
            "DELETE FROM indicators_annualreport;",
            "CREATE TRIGGER indicators_published_report_stays BEFORE UPDATE OR DELETE ON indicators_annualreport"
            " FOR EACH ROW EXECUTE FUNCTION indicators_published_report_stays();",
        ),
        migrations.CreateModel(
            name="PartRemark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "place",
                    models.CharField(
                        blank=True, help_text="空白为整章。", max_length=60, verbose_name="位置"
                    ),
                ),
                ("text", models.CharField(max_length=300, verbose_name="意见")),
                (
                    "written_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="提出时间"),
                ),
                ("reply", models.CharField(blank=True, max_length=300, verbose_name="处理结果")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="处理时间")),
            ],
            options={
                "verbose_name": "报告审核意见",
                "verbose_name_plural": "报告审核意见",
                "ordering": ["written_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ReportPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=20, verbose_name="代码")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("summary", "摘要"),
                            ("index", "科普发展指数"),
                            ("project", "规划工程"),
                            ("nation", "与全国比较"),
                            ("districts", "各区概况"),
                            ("comparison", "与全市和各区比较"),
                            ("indicators", "分项指标"),
                            ("items", "统计数据"),
                            ("method", "方法与数据说明"),
                            ("words", "文字"),
                        ],
                        max_length=12,
                        verbose_name="内容",
                    ),
                ),
                ("title", models.CharField(max_length=40, verbose_name="标题")),
                ("text", models.TextField(blank=True, max_length=8000, verbose_name="文字")),
                ("is_on", models.BooleanField(default=True, verbose_name="列入报告")),
                ("position", models.PositiveSmallIntegerField(verbose_name="次序")),
                ("revision", models.PositiveIntegerField(default=0, editable=False, verbose_name="修改次数")),
                ("changed_at", models.DateTimeField(editable=False, null=True, verbose_name="修改时间")),
            ],
            options={
                "verbose_name": "报告章节",
                "verbose_name_plural": "报告章节",
                "ordering": ["position", "pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="annualreport",
            name="annual_report_once_per_year_and_version",
        ),
        migrations.RemoveConstraint(
            model_name="annualreport",
            name="annual_report_published_has_file_and_time",
        ),
        migrations.AddField(
            model_name="annualreport",
            name="annex",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.attachment",
                verbose_name="附表文件",
            ),
        ),
        migrations.AddField(
            model_name="annualreport",
            name="letter",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.attachment",
                verbose_name="印发文件",
            ),
        ),
        migrations.AddField(
            model_name="annualreport",
            name="letter_copies",
            field=models.CharField(blank=True, max_length=200, verbose_name="抄送"),
        ),
        migrations.AddField(
            model_name="annualreport",
            name="letter_number",
            field=models.CharField(blank=True, max_length=40, verbose_name="发文字号"),
        ),
        migrations.AddField(
            model_name="annualreport",
            name="letter_recipient",
            field=models.CharField(blank=True, max_length=200, verbose_name="主送机关"),
        ),
        migrations.AddField(
            model_name="annualreport",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.organization",
                verbose_name="所属单位",
            ),
        ),
        migrations.AddField(
            model_name="annualreport",
            name="region",
            field=models.ForeignKey(
                default=1,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.region",
                verbose_name="所属区域",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="annualreport",
            name="rounds",
            field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="送审次数"),
        ),
        migrations.AddField(
            model_name="annualreport",
            name="signed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="签发时间"),
        ),
        migrations.AddField(
            model_name="annualreport",
            name="signed_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="签发人",
            ),
        ),
        migrations.AddField(
            model_name="annualreport",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "编写中"),
                    ("review", "审核中"),
                    ("signed", "已签发"),
                    ("published", "已发布"),
                ],
                default="draft",
                editable=False,
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.AddField(
            model_name="annualreport",
            name="submitted_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="送审时间"),
        ),
        migrations.AddField(
            model_name="annualreport",
            name="submitted_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="送审人",
            ),
        ),
        migrations.AlterField(
            model_name="annualreport",
            name="created_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
            ),
        ),
        migrations.AlterField(
            model_name="annualreport",
            name="created_by",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="创建人",
            ),
        ),
        migrations.AlterField(
            model_name="annualreport",
            name="file",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.attachment",
                verbose_name="报告文件",
            ),
        ),
        migrations.AlterField(
            model_name="annualreport",
            name="published_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="发布时间"),
        ),
        migrations.AlterField(
            model_name="annualreport",
            name="state",
            field=models.CharField(
                choices=[
                    ("none", "未生成"),
                    ("making", "生成中"),
                    ("ready", "已生成"),
                    ("failed", "生成失败"),
                ],
                default="none",
                editable=False,
                max_length=10,
                verbose_name="文件",
            ),
        ),
        migrations.AddConstraint(
            model_name="annualreport",
            constraint=models.UniqueConstraint(
                fields=("region", "year", "version"),
                name="annual_report_once_per_region_year_and_version",
                violation_error_message="该年度已有同一版次。",
            ),
        ),
        migrations.AddConstraint(
            model_name="annualreport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "published"), _negated=True),
                fields=("region", "year"),
                name="annual_report_one_draft_per_region_and_year",
                violation_error_message="该年度已有一份报告在编写或审核。",
            ),
        ),
        migrations.AddConstraint(
            model_name="annualreport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("letter_number", ""), _negated=True),
                fields=("letter_number",),
                name="annual_report_letter_number_once",
                violation_error_message="该发文字号已用于另一份报告。",
            ),
        ),
        migrations.AddConstraint(
            model_name="annualreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["signed", "published"]), _negated=True),
                    models.Q(
                        ("signed_at__isnull", False),
                        ("signed_by__isnull", False),
                        ("submitted_by__isnull", False),
                        models.Q(("signed_by", models.F("submitted_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="annual_report_signed_by_somebody_else",
                violation_error_message="签发人不能是送审人。",
            ),
        ),
        migrations.AddConstraint(
            model_name="annualreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "published"), _negated=True),
                    models.Q(
                        ("file__isnull", False),
                        ("published_at__isnull", False),
                        models.Q(("digest", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="annual_report_published_has_file_and_time",
                violation_error_message="已发布的报告必须有文件和发布时间。",
            ),
        ),
        migrations.AddField(
            model_name="partremark",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="处理人",
            ),
        ),
        migrations.AddField(
            model_name="partremark",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="提出人",
            ),
        ),
        migrations.AddField(
            model_name="reportpart",
            name="changed_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="修改人",
            ),
        ),
        migrations.AddField(
            model_name="reportpart",
            name="report",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="parts",
                to="indicators.annualreport",
                verbose_name="年度报告",
            ),
        ),
        migrations.AddField(
            model_name="partremark",
            name="part",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="remarks",
                to="indicators.reportpart",
                verbose_name="章节",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportpart",
            constraint=models.UniqueConstraint(
                fields=("report", "code"),
                name="report_part_once_per_code",
                violation_error_message="该章已在报告中。",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportpart",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "words"), _negated=True),
                    ("is_on", False),
                    models.Q(("text", ""), _negated=True),
                    _connector="OR",
                ),
                name="report_part_of_words_has_words_if_it_is_on",
                violation_error_message="文字章节列入报告前须写上文字。",
            ),
        ),
        migrations.AddConstraint(
            model_name="partremark",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at", None), ("answered_by", None), ("reply", "")),
                    models.Q(
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                        models.Q(("reply", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="part_remark_is_answered_in_words",
                violation_error_message="处理意见须写明处理结果。",
            ),
        ),
    ]
