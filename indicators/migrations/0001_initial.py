from decimal import Decimal

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import indicators.models.form
from portal.migration_operations import CreateTables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("outreach", "0001_initial"),
        ("portal", "0002_scope_and_audit_trail"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="FigureSource",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=30, unique=True, verbose_name="代码")),
                        ("label", models.CharField(max_length=40, verbose_name="名称")),
                        ("unit", models.CharField(max_length=10, verbose_name="单位")),
                        ("is_counted", models.BooleanField(default=False, verbose_name="平台统计")),
                        (
                            "is_about_children",
                            models.BooleanField(default=False, verbose_name="涉及未成年人"),
                        ),
                        ("basis", models.CharField(max_length=200, verbose_name="口径")),
                    ],
                    options={
                        "verbose_name": "数据来源",
                        "verbose_name_plural": "数据来源",
                        "ordering": ["name"],
                    },
                ),
                migrations.CreateModel(
                    name="Period",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("year", models.PositiveSmallIntegerField(verbose_name="统计年度")),
                        (
                            "part",
                            models.PositiveSmallIntegerField(
                                default=1,
                                help_text="季报填 1 至 4，月报填 1 至 12；年报为 1。",
                                verbose_name="期次",
                            ),
                        ),
                        ("opens_on", models.DateField(verbose_name="开始填报")),
                        ("due_on", models.DateField(help_text="含当日。", verbose_name="截止日期")),
                    ],
                    options={
                        "verbose_name": "填报期",
                        "verbose_name_plural": "填报期",
                        "ordering": ["-year", "-part"],
                    },
                ),
                migrations.CreateModel(
                    name="AnnualReport",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
                            ),
                        ),
                        ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                        ("version", models.PositiveSmallIntegerField(verbose_name="版次")),
                        (
                            "status",
                            models.CharField(
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
                        (
                            "state",
                            models.CharField(
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
                        ("content", models.JSONField(default=dict, editable=False, verbose_name="内容")),
                        (
                            "corrections",
                            models.TextField(blank=True, help_text="第二版起必填。", verbose_name="更正说明"),
                        ),
                        (
                            "letter_number",
                            models.CharField(blank=True, max_length=40, verbose_name="发文字号"),
                        ),
                        (
                            "letter_recipient",
                            models.CharField(blank=True, max_length=200, verbose_name="主送机关"),
                        ),
                        ("letter_copies", models.CharField(blank=True, max_length=200, verbose_name="抄送")),
                        ("digest", models.CharField(blank=True, max_length=64, verbose_name="文件摘要")),
                        (
                            "rounds",
                            models.PositiveSmallIntegerField(
                                default=0, editable=False, verbose_name="送审次数"
                            ),
                        ),
                        (
                            "submitted_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="送审时间"
                            ),
                        ),
                        (
                            "signed_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="签发时间"
                            ),
                        ),
                        (
                            "published_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="发布时间"
                            ),
                        ),
                        (
                            "annex",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.attachment",
                                verbose_name="附表文件",
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="创建人",
                            ),
                        ),
                        (
                            "file",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.attachment",
                                verbose_name="报告文件",
                            ),
                        ),
                        (
                            "job",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.job",
                                verbose_name="任务",
                            ),
                        ),
                        (
                            "letter",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.attachment",
                                verbose_name="印发文件",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="所属单位",
                            ),
                        ),
                        (
                            "region",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.region",
                                verbose_name="所属区域",
                            ),
                        ),
                        (
                            "signed_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="签发人",
                            ),
                        ),
                        (
                            "submitted_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="送审人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "年度报告",
                        "verbose_name_plural": "年度报告",
                        "ordering": ["-year", "-version"],
                    },
                ),
                migrations.CreateModel(
                    name="CountMark",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=40, verbose_name="统计项")),
                        ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                        ("mark", models.CharField(max_length=64, verbose_name="数据状态")),
                        ("tables", models.JSONField(default=list, verbose_name="读取的表")),
                        (
                            "counted_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="统计时间"),
                        ),
                    ],
                    options={
                        "verbose_name": "统计标记",
                        "verbose_name_plural": "统计标记",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("key", "year"), name="count_mark_once_per_key_and_year"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Edition",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=10, unique=True, verbose_name="代码")),
                        ("name", models.CharField(max_length=40, verbose_name="名称")),
                        ("base_year", models.PositiveSmallIntegerField(verbose_name="基年")),
                        ("first_year", models.PositiveSmallIntegerField(verbose_name="起始年份")),
                        ("lowest", models.PositiveSmallIntegerField(default=1, verbose_name="最低分")),
                        ("highest", models.PositiveSmallIntegerField(default=100, verbose_name="最高分")),
                        ("decimals", models.PositiveSmallIntegerField(default=2, verbose_name="小数位数")),
                        ("draws", models.PositiveIntegerField(default=10000, verbose_name="模拟次数")),
                        ("goalpost_rule", models.TextField(verbose_name="目标值规则")),
                        ("basis", models.TextField(verbose_name="依据")),
                        (
                            "link_year",
                            models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="衔接年份"),
                        ),
                        ("reason", models.TextField(blank=True, verbose_name="修订理由")),
                        (
                            "adopted_at",
                            models.DateTimeField(
                                blank=True,
                                default=django.utils.timezone.now,
                                null=True,
                                verbose_name="启用时间",
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="起草人",
                            ),
                        ),
                        (
                            "predecessor",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="successors",
                                to="indicators.edition",
                                verbose_name="上一版本",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "指数版本",
                        "verbose_name_plural": "指数版本",
                        "ordering": ["code"],
                    },
                ),
                migrations.CreateModel(
                    name="Figure",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                        ("value", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="数值")),
                        (
                            "origin",
                            models.CharField(
                                choices=[("counted", "平台统计"), ("entered", "录入")],
                                max_length=10,
                                verbose_name="来历",
                            ),
                        ),
                        ("basis", models.CharField(blank=True, max_length=200, verbose_name="出处")),
                        ("is_sample", models.BooleanField(default=False, verbose_name="示例")),
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
                                related_name="figures",
                                to="indicators.figuresource",
                                verbose_name="数据来源",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "统计数据",
                        "verbose_name_plural": "统计数据",
                        "ordering": ["source", "year", "region"],
                    },
                ),
                migrations.CreateModel(
                    name="FormItem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=10, verbose_name="项目")),
                        ("code", models.CharField(max_length=8, verbose_name="代码")),
                        ("part", models.PositiveSmallIntegerField(default=0, verbose_name="分项")),
                        ("table", models.CharField(max_length=8, verbose_name="表号")),
                        ("table_name", models.CharField(max_length=20, verbose_name="表名")),
                        ("name", models.CharField(max_length=60, verbose_name="指标名称")),
                        ("unit", models.CharField(blank=True, max_length=10, verbose_name="计量单位")),
                        ("decimals", models.PositiveSmallIntegerField(default=0, verbose_name="小数位数")),
                        ("is_text", models.BooleanField(default=False, verbose_name="文字")),
                        (
                            "low",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=18,
                                null=True,
                                verbose_name="通常下限",
                            ),
                        ),
                        (
                            "high",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=18,
                                null=True,
                                verbose_name="通常上限",
                            ),
                        ),
                        ("definition", models.CharField(blank=True, max_length=200, verbose_name="口径")),
                        (
                            "is_confirmed",
                            models.BooleanField(
                                default=False,
                                help_text="与2004年国家报表一致；其余为本平台拟编，不得作为官方代码。",
                                verbose_name="代码已核实",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(verbose_name="次序")),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="children",
                                to="indicators.formitem",
                                verbose_name="上级指标",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "报表项目",
                        "verbose_name_plural": "报表项目",
                        "ordering": ["form", "position"],
                    },
                ),
                migrations.CreateModel(
                    name="GapIndicator",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("indicator", models.CharField(max_length=30, verbose_name="指标代码")),
                        (
                            "gap",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="outreach.gap",
                                verbose_name="差距",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "差距与指标",
                        "verbose_name_plural": "差距与指标",
                    },
                ),
                migrations.CreateModel(
                    name="HeadSignOff",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("is_on", models.BooleanField(default=False, verbose_name="提交前须负责人签核")),
                        (
                            "changed_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="修改时间"
                            ),
                        ),
                        (
                            "changed_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="修改人",
                            ),
                        ),
                        (
                            "region",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="portal.region",
                                verbose_name="区",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "负责人签核的设置",
                        "verbose_name_plural": "负责人签核的设置",
                    },
                ),
                migrations.CreateModel(
                    name="LiteracySurvey",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "code",
                            models.SlugField(
                                help_text="小写字母、数字和连字符，如 nation-2022；导入结果时用它。",
                                max_length=30,
                                unique=True,
                                verbose_name="调查代码",
                            ),
                        ),
                        ("year", models.PositiveSmallIntegerField(verbose_name="调查年份")),
                        ("name", models.CharField(max_length=80, verbose_name="调查名称")),
                        ("organiser", models.CharField(blank=True, max_length=80, verbose_name="组织单位")),
                        (
                            "population",
                            models.CharField(
                                blank=True,
                                help_text="如：18—69岁常住居民。",
                                max_length=100,
                                verbose_name="调查对象",
                            ),
                        ),
                        (
                            "method",
                            models.CharField(blank=True, max_length=200, verbose_name="抽样与调查方式"),
                        ),
                        (
                            "source",
                            models.CharField(
                                help_text="文件、公报或网页的名称和日期。",
                                max_length=200,
                                verbose_name="出处",
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                        (
                            "is_sample",
                            models.BooleanField(
                                default=False, help_text="虚构的演示数据，不是公布数。", verbose_name="示例"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "科学素质调查",
                        "verbose_name_plural": "科学素质调查",
                        "ordering": ["-year", "name", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("year", "name"),
                                name="literacy_survey_once_per_year_and_name",
                                violation_error_message="当年已有同名的调查。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("year__gte", 1990), ("year__lte", 2100)),
                                name="literacy_survey_in_a_year_since_1990",
                                violation_error_message="年份应在 1990 至 2100 之间。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("source", ""), _negated=True),
                                    models.Q(("name", ""), _negated=True),
                                ),
                                name="literacy_survey_says_where_from",
                                violation_error_message="请写明调查名称和出处。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LiteracyResult",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "area_kind",
                            models.CharField(
                                choices=[
                                    ("nation", "全国"),
                                    ("province", "省（自治区、直辖市）"),
                                    ("city", "其他城市"),
                                    ("own", "本市"),
                                    ("district", "本市各区"),
                                ],
                                max_length=10,
                                verbose_name="地域类别",
                            ),
                        ),
                        (
                            "area",
                            models.CharField(
                                help_text="如：全国、广东省、上海市、深圳市、南山区。",
                                max_length=30,
                                verbose_name="地域",
                            ),
                        ),
                        (
                            "group_kind",
                            models.CharField(
                                choices=[
                                    ("all", "总体"),
                                    ("sex", "性别"),
                                    ("age", "年龄"),
                                    ("education", "学历"),
                                    ("residence", "城乡"),
                                    ("occupation", "职业"),
                                    ("focus", "重点人群"),
                                ],
                                default="all",
                                max_length=10,
                                verbose_name="分组",
                            ),
                        ),
                        (
                            "group",
                            models.CharField(
                                default="总体",
                                help_text="总体写“总体”；其他如：男、18—29岁。",
                                max_length=30,
                                verbose_name="人群",
                            ),
                        ),
                        (
                            "percent",
                            models.DecimalField(
                                decimal_places=2, max_digits=5, verbose_name="具备科学素质的比例（%）"
                            ),
                        ),
                        (
                            "sample_size",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="样本量（人）"),
                        ),
                        (
                            "margin",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                help_text="公布的95%置信区间半宽；没有公布不填。",
                                max_digits=4,
                                null=True,
                                verbose_name="误差（±百分点）",
                            ),
                        ),
                        (
                            "rank_note",
                            models.CharField(
                                blank=True,
                                help_text="如：全国城市第三。",
                                max_length=60,
                                verbose_name="排名说明",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="次序")),
                        (
                            "region",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.region",
                                verbose_name="本市区域",
                            ),
                        ),
                        (
                            "survey",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="results",
                                to="indicators.literacysurvey",
                                verbose_name="调查",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "科学素质比例",
                        "verbose_name_plural": "科学素质比例",
                        "ordering": [
                            "-survey__year",
                            "survey_id",
                            "area_kind",
                            "group_kind",
                            "position",
                            "pk",
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="NationalSeries",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                        ("item", models.CharField(max_length=30, verbose_name="项目")),
                        ("name", models.CharField(max_length=40, verbose_name="名称")),
                        ("unit", models.CharField(max_length=10, verbose_name="单位")),
                        ("value", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="数值")),
                        (
                            "growth_percent",
                            models.DecimalField(
                                decimal_places=2, max_digits=7, null=True, verbose_name="公布增速（%）"
                            ),
                        ),
                        (
                            "share_percent",
                            models.DecimalField(
                                decimal_places=2, max_digits=7, null=True, verbose_name="公布占比（%）"
                            ),
                        ),
                        ("is_derived", models.BooleanField(default=False, verbose_name="推算")),
                        ("source", models.CharField(max_length=100, verbose_name="来源")),
                        ("note", models.CharField(blank=True, max_length=100, verbose_name="备注")),
                    ],
                    options={
                        "verbose_name": "全国数据",
                        "verbose_name_plural": "全国数据",
                        "ordering": ["item", "year"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("item", "year"), name="national_series_once_per_item_and_year"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Node",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=20, verbose_name="代码")),
                        ("name", models.CharField(max_length=20, verbose_name="名称")),
                        (
                            "weight",
                            models.DecimalField(
                                decimal_places=4, default=1, max_digits=7, verbose_name="权重"
                            ),
                        ),
                        (
                            "mean",
                            models.CharField(
                                choices=[("arithmetic", "算术平均"), ("geometric", "几何平均")],
                                default="arithmetic",
                                max_length=12,
                                verbose_name="合成方法",
                            ),
                        ),
                        (
                            "minimum_share",
                            models.DecimalField(decimal_places=6, max_digits=7, verbose_name="最低覆盖率"),
                        ),
                        (
                            "weighing",
                            models.CharField(
                                choices=[("equal", "等权"), ("expert", "专家赋分"), ("ahp", "层次分析")],
                                default="equal",
                                help_text="其下各项的权重怎样得来。",
                                max_length=6,
                                verbose_name="下级赋权方法",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(verbose_name="次序")),
                        (
                            "edition",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="nodes",
                                to="indicators.edition",
                                verbose_name="指数版本",
                            ),
                        ),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="children",
                                to="indicators.node",
                                verbose_name="上级",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "指数节点",
                        "verbose_name_plural": "指数节点",
                        "ordering": ["edition", "position"],
                    },
                ),
                migrations.CreateModel(
                    name="IndicatorVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=30, verbose_name="代码")),
                        ("name", models.CharField(max_length=40, verbose_name="名称")),
                        ("unit", models.CharField(max_length=20, verbose_name="单位")),
                        ("definition", models.CharField(max_length=200, verbose_name="定义")),
                        ("numerator", models.JSONField(verbose_name="分子")),
                        ("denominator", models.JSONField(verbose_name="分母")),
                        (
                            "per",
                            models.DecimalField(
                                decimal_places=2, default=1, max_digits=12, verbose_name="倍数"
                            ),
                        ),
                        (
                            "bound",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=14,
                                null=True,
                                verbose_name="自然上限",
                            ),
                        ),
                        (
                            "low",
                            models.DecimalField(
                                decimal_places=6, default=0, max_digits=18, verbose_name="目标值下限"
                            ),
                        ),
                        (
                            "high",
                            models.DecimalField(
                                blank=True,
                                decimal_places=6,
                                max_digits=18,
                                null=True,
                                verbose_name="目标值上限",
                            ),
                        ),
                        (
                            "goalpost_basis",
                            models.CharField(blank=True, max_length=100, verbose_name="目标值依据"),
                        ),
                        (
                            "weight",
                            models.DecimalField(
                                decimal_places=4, default=1, max_digits=7, verbose_name="权重"
                            ),
                        ),
                        (
                            "levels",
                            models.CharField(
                                choices=[("all", "市级和区级"), ("city", "仅市级")],
                                default="all",
                                max_length=6,
                                verbose_name="适用层级",
                            ),
                        ),
                        ("is_log", models.BooleanField(default=False, verbose_name="取对数")),
                        (
                            "minimum_events",
                            models.PositiveSmallIntegerField(
                                default=0, help_text="计数少于此数的不计分。", verbose_name="最少计数"
                            ),
                        ),
                        (
                            "link_events",
                            models.PositiveSmallIntegerField(
                                default=16,
                                help_text="两年中任一年少于此数的，改用三年合计衔接。",
                                verbose_name="衔接所需计数",
                            ),
                        ),
                        ("is_count", models.BooleanField(default=True, verbose_name="分子为计数")),
                        (
                            "is_about_children",
                            models.BooleanField(default=False, verbose_name="涉及未成年人"),
                        ),
                        ("lower_is_better", models.BooleanField(default=False, verbose_name="越低越好")),
                        ("position", models.PositiveSmallIntegerField(verbose_name="次序")),
                        (
                            "edition",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="indicators",
                                to="indicators.edition",
                                verbose_name="指数版本",
                            ),
                        ),
                        (
                            "pillar",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="indicators",
                                to="indicators.node",
                                verbose_name="领域",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "指标",
                        "verbose_name_plural": "指标",
                        "ordering": ["edition", "position"],
                    },
                ),
                migrations.CreateModel(
                    name="Observation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("measured", "平台统计"),
                                    ("reported", "年报"),
                                    ("carried", "沿用上年"),
                                    ("missing", "缺失"),
                                    ("not_applicable", "不适用"),
                                ],
                                max_length=14,
                                verbose_name="取值",
                            ),
                        ),
                        (
                            "numerator",
                            models.DecimalField(
                                decimal_places=4, max_digits=24, null=True, verbose_name="分子"
                            ),
                        ),
                        (
                            "denominator",
                            models.DecimalField(
                                decimal_places=4, max_digits=24, null=True, verbose_name="分母"
                            ),
                        ),
                        ("terms", models.JSONField(default=list, verbose_name="构成")),
                        (
                            "updated_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="更新时间"),
                        ),
                        (
                            "indicator",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="observations",
                                to="indicators.indicatorversion",
                                verbose_name="指标",
                            ),
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
                    ],
                    options={
                        "verbose_name": "指标数据",
                        "verbose_name_plural": "指标数据",
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
                        (
                            "revision",
                            models.PositiveIntegerField(default=0, editable=False, verbose_name="修改次数"),
                        ),
                        (
                            "changed_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="修改时间"),
                        ),
                        (
                            "changed_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="修改人",
                            ),
                        ),
                        (
                            "report",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="parts",
                                to="indicators.annualreport",
                                verbose_name="年度报告",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "报告章节",
                        "verbose_name_plural": "报告章节",
                        "ordering": ["position", "pk"],
                    },
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
                        (
                            "answered_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="处理人",
                            ),
                        ),
                        (
                            "written_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="提出人",
                            ),
                        ),
                        (
                            "part",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="remarks",
                                to="indicators.reportpart",
                                verbose_name="章节",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "报告审核意见",
                        "verbose_name_plural": "报告审核意见",
                        "ordering": ["written_at", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Return",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
                            ),
                        ),
                        (
                            "reporter",
                            models.CharField(
                                choices=[
                                    ("district", "区"),
                                    ("subdistrict", "街道"),
                                    ("venue", "科普场馆"),
                                    ("member", "成员单位"),
                                ],
                                default="district",
                                max_length=12,
                                verbose_name="填报对象",
                            ),
                        ),
                        (
                            "extended_to",
                            models.DateField(blank=True, editable=False, null=True, verbose_name="延期至"),
                        ),
                        (
                            "extension_reason",
                            models.CharField(
                                blank=True, editable=False, max_length=300, verbose_name="延期理由"
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("draft", "填报中"),
                                    ("signing", "待签核"),
                                    ("submitted", "待审核"),
                                    ("returned", "已退回"),
                                    ("accepted", "已通过"),
                                ],
                                default="draft",
                                editable=False,
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "first_submitted_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="首次提交时间"
                            ),
                        ),
                        (
                            "submitted_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="最近提交时间"
                            ),
                        ),
                        (
                            "returned_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="退回时间"
                            ),
                        ),
                        (
                            "accepted_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="通过时间"
                            ),
                        ),
                        (
                            "counted_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="取数时间"
                            ),
                        ),
                        (
                            "reopen_reason",
                            models.CharField(
                                blank=True, editable=False, max_length=300, verbose_name="重新开放的理由"
                            ),
                        ),
                        (
                            "is_sample",
                            models.BooleanField(default=False, editable=False, verbose_name="示例"),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="送签人",
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="创建人",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="所属单位",
                            ),
                        ),
                        (
                            "period",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="returns",
                                to="indicators.period",
                                verbose_name="填报期",
                            ),
                        ),
                        (
                            "region",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.region",
                                verbose_name="所属区域",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "统计报表填报",
                        "verbose_name_plural": "统计报表填报",
                    },
                ),
                migrations.CreateModel(
                    name="Reminder",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "stage",
                            models.CharField(
                                choices=[
                                    ("open", "开始填报"),
                                    ("week", "七日内截止"),
                                    ("day", "次日截止"),
                                    ("late", "逾期"),
                                    ("late_week", "逾期一周"),
                                ],
                                max_length=10,
                                verbose_name="提醒",
                            ),
                        ),
                        ("due_on", models.DateField(verbose_name="当时的截止日期")),
                        ("sent_at", models.DateTimeField(verbose_name="提醒时间")),
                        (
                            "filing",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="reminders",
                                to="indicators.return",
                                verbose_name="报表",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "填报提醒",
                        "verbose_name_plural": "填报提醒",
                    },
                ),
                migrations.CreateModel(
                    name="ReturnCell",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("number", "数值"),
                                    ("text", "文字"),
                                    ("not_applicable", "不适用"),
                                    ("empty", "未填"),
                                ],
                                default="empty",
                                max_length=14,
                                verbose_name="取值",
                            ),
                        ),
                        (
                            "value",
                            models.DecimalField(
                                blank=True, decimal_places=2, max_digits=18, null=True, verbose_name="数值"
                            ),
                        ),
                        ("words", models.CharField(blank=True, max_length=200, verbose_name="文字内容")),
                        (
                            "typed",
                            models.CharField(blank=True, max_length=200, verbose_name="未能识别的输入"),
                        ),
                        (
                            "source",
                            models.CharField(
                                choices=[("entered", "填报"), ("counted", "平台统计")],
                                default="entered",
                                max_length=10,
                                verbose_name="来源",
                            ),
                        ),
                        (
                            "counted_value",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                editable=False,
                                max_digits=18,
                                null=True,
                                verbose_name="平台统计数",
                            ),
                        ),
                        (
                            "counted_records",
                            models.PositiveIntegerField(editable=False, null=True, verbose_name="平台记录数"),
                        ),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                        (
                            "version",
                            models.PositiveIntegerField(default=0, editable=False, verbose_name="版次"),
                        ),
                        (
                            "changed_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="修改时间"),
                        ),
                        (
                            "changed_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="修改人",
                            ),
                        ),
                        (
                            "filing",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="cells",
                                to="indicators.return",
                                verbose_name="年报",
                            ),
                        ),
                        (
                            "item",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="indicators.formitem",
                                verbose_name="项目",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "年报数据",
                        "verbose_name_plural": "年报数据",
                    },
                ),
                migrations.CreateModel(
                    name="CellRemark",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("text", models.CharField(max_length=200, verbose_name="意见")),
                        ("asks", models.BooleanField(default=True, verbose_name="需答复")),
                        (
                            "written_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="提出时间"),
                        ),
                        ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="答复时间")),
                        (
                            "written_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="提出人",
                            ),
                        ),
                        (
                            "cell",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="remarks",
                                to="indicators.returncell",
                                verbose_name="数据",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "单元格意见",
                        "verbose_name_plural": "单元格意见",
                        "ordering": ["written_at", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="SavedTable",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=30, verbose_name="名称")),
                        ("query", models.CharField(max_length=2000, verbose_name="条件")),
                        ("is_shared", models.BooleanField(default=False, verbose_name="公开")),
                        (
                            "created_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="创建时间"),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="所有人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "保存的统计表",
                        "verbose_name_plural": "保存的统计表",
                    },
                ),
                migrations.CreateModel(
                    name="Settlement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "choice",
                            models.CharField(
                                choices=[("reported", "采用填报数"), ("counted", "采用平台统计数")],
                                max_length=10,
                                verbose_name="核定",
                            ),
                        ),
                        ("reported", models.CharField(max_length=40, verbose_name="填报数")),
                        (
                            "counted",
                            models.DecimalField(decimal_places=2, max_digits=18, verbose_name="平台统计数"),
                        ),
                        ("note", models.CharField(max_length=300, verbose_name="理由")),
                        (
                            "settled_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="核定时间"),
                        ),
                        (
                            "cell",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="settlement",
                                to="indicators.returncell",
                                verbose_name="数据",
                            ),
                        ),
                        (
                            "settled_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="核定人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "数据核定",
                        "verbose_name_plural": "数据核定",
                    },
                ),
                migrations.CreateModel(
                    name="StatForm",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=20, verbose_name="代码")),
                        ("version", models.PositiveSmallIntegerField(verbose_name="版本")),
                        ("name", models.CharField(max_length=60, verbose_name="名称")),
                        ("basis", models.CharField(blank=True, max_length=200, verbose_name="依据")),
                        (
                            "frequency",
                            models.CharField(
                                choices=[
                                    ("year", "每年"),
                                    ("half", "每半年"),
                                    ("quarter", "每季度"),
                                    ("month", "每月"),
                                ],
                                default="year",
                                max_length=10,
                                verbose_name="填报周期",
                            ),
                        ),
                        (
                            "reporters",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("district", "区"),
                                        ("subdistrict", "街道"),
                                        ("venue", "科普场馆"),
                                        ("member", "成员单位"),
                                    ],
                                    max_length=12,
                                ),
                                default=indicators.models.form.by_districts,
                                size=None,
                                verbose_name="填报对象",
                            ),
                        ),
                        (
                            "valid_from",
                            models.DateField(
                                blank=True,
                                help_text="这一天起开始填报的用这一版；空白为草稿。",
                                null=True,
                                verbose_name="启用日期",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "统计报表",
                        "verbose_name_plural": "统计报表",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("reporters__len__gt", 0)),
                                name="stat_form_has_reporters",
                                violation_error_message="请写明由谁填报。",
                            ),
                            models.UniqueConstraint(
                                fields=("code", "version"),
                                name="stat_form_once_per_code_and_version",
                                violation_error_message="该报表已有同一版本。",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("valid_from", None)),
                                fields=("code",),
                                name="stat_form_one_draft_per_code",
                                violation_error_message="该报表已有一个草稿版本，请先启用或删除。",
                            ),
                            models.UniqueConstraint(
                                fields=("code", "valid_from"),
                                name="stat_form_once_per_code_and_day",
                                violation_error_message="该报表已有从这一天起启用的版本。",
                            ),
                        ],
                    },
                ),
                migrations.AddField(
                    model_name="period",
                    name="form",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="periods",
                        to="indicators.statform",
                        verbose_name="报表",
                    ),
                ),
                migrations.AddField(
                    model_name="formitem",
                    name="form",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="indicators.statform",
                        verbose_name="报表",
                    ),
                ),
                migrations.CreateModel(
                    name="SubdistrictFigure",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=30, verbose_name="代码")),
                        ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                        ("value", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="数值")),
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
                                verbose_name="街道",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "街道统计数据",
                        "verbose_name_plural": "街道统计数据",
                        "ordering": ["key", "year", "region"],
                    },
                ),
                migrations.CreateModel(
                    name="Submission",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(verbose_name="次数")),
                        ("submitted_at", models.DateTimeField(verbose_name="提交时间")),
                        ("cells", models.JSONField(verbose_name="提交的数据")),
                        (
                            "reason",
                            models.CharField(
                                blank=True,
                                help_text="通过后重新开放时写明的理由。",
                                max_length=300,
                                verbose_name="更正理由",
                            ),
                        ),
                        (
                            "filing",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="submissions",
                                to="indicators.return",
                                verbose_name="报表",
                            ),
                        ),
                        (
                            "signed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="签核人",
                            ),
                        ),
                        (
                            "submitted_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="提交人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "报表提交记录",
                        "verbose_name_plural": "报表提交记录",
                        "ordering": ["filing", "number"],
                    },
                ),
                migrations.CreateModel(
                    name="Evidence",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=10, verbose_name="项目")),
                        (
                            "value",
                            models.DecimalField(decimal_places=2, max_digits=18, verbose_name="平台统计数"),
                        ),
                        ("counted_at", models.DateTimeField(verbose_name="取数时间")),
                        ("label", models.CharField(max_length=80, verbose_name="口径")),
                        ("records", models.JSONField(default=list, verbose_name="记录")),
                        (
                            "submission",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="evidence",
                                to="indicators.submission",
                                verbose_name="提交",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "平台统计依据",
                        "verbose_name_plural": "平台统计依据",
                        "ordering": ["submission", "key"],
                    },
                ),
                migrations.CreateModel(
                    name="ValidationRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=10, verbose_name="编号")),
                        ("name", models.CharField(max_length=80, verbose_name="规则")),
                        (
                            "severity",
                            models.CharField(
                                choices=[("must", "必改"), ("explain", "需说明")],
                                max_length=10,
                                verbose_name="要求",
                            ),
                        ),
                        ("expression", models.JSONField(verbose_name="表达式")),
                        (
                            "form",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rules",
                                to="indicators.statform",
                                verbose_name="报表",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "审核规则",
                        "verbose_name_plural": "审核规则",
                        "ordering": ["form", "code"],
                    },
                ),
                migrations.CreateModel(
                    name="Vintage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("nightly", "夜间试算"),
                                    ("frozen", "已冻结"),
                                    ("published", "已发布"),
                                ],
                                default="nightly",
                                max_length=10,
                                verbose_name="类别",
                            ),
                        ),
                        (
                            "digest",
                            models.CharField(
                                help_text="规范化输入的SHA-256。",
                                max_length=64,
                                unique=True,
                                verbose_name="输入摘要",
                            ),
                        ),
                        ("result_digest", models.CharField(max_length=64, verbose_name="结果摘要")),
                        ("seed", models.CharField(max_length=20, verbose_name="随机种子")),
                        ("draws", models.PositiveIntegerField(verbose_name="模拟次数")),
                        ("first_year", models.PositiveSmallIntegerField(verbose_name="起始年份")),
                        ("last_year", models.PositiveSmallIntegerField(verbose_name="最末年份")),
                        ("inputs", models.BinaryField(verbose_name="输入（压缩）")),
                        ("libraries", models.JSONField(verbose_name="程序库版本")),
                        (
                            "steps",
                            models.JSONField(
                                default=list,
                                help_text="每一步结果的摘要；复算时逐步比对。",
                                verbose_name="计算步骤",
                            ),
                        ),
                        (
                            "beats",
                            models.JSONField(
                                default=dict,
                                help_text="年份→区→区：前者高于后者的模拟所占份额。",
                                verbose_name="两两比较",
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="计算时间"),
                        ),
                        (
                            "published_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="发布时间"),
                        ),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="计算人",
                            ),
                        ),
                        (
                            "edition",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="vintages",
                                to="indicators.edition",
                                verbose_name="指数版本",
                            ),
                        ),
                        (
                            "supersedes",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="indicators.vintage",
                                verbose_name="替代",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "指数结果",
                        "verbose_name_plural": "指数结果",
                        "ordering": ["-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="RebuildCheck",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="复算时间"),
                        ),
                        ("is_same", models.BooleanField(verbose_name="一致")),
                        ("figures", models.PositiveIntegerField(verbose_name="比对的数值")),
                        ("differences", models.JSONField(default=list, verbose_name="不一致之处")),
                        ("libraries", models.JSONField(verbose_name="程序库版本")),
                        (
                            "seconds",
                            models.DecimalField(decimal_places=2, max_digits=8, verbose_name="用时（秒）"),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="发起人",
                            ),
                        ),
                        (
                            "vintage",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rebuild_checks",
                                to="indicators.vintage",
                                verbose_name="指数结果",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "复算核对",
                        "verbose_name_plural": "复算核对",
                        "ordering": ["-at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="ComputeRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间")),
                        ("is_new", models.BooleanField(verbose_name="新结果")),
                        (
                            "figures_changed",
                            models.PositiveIntegerField(default=0, verbose_name="变动的统计数据"),
                        ),
                        ("steps", models.JSONField(default=list, verbose_name="步骤")),
                        ("changes", models.JSONField(default=list, verbose_name="变动明细")),
                        (
                            "seconds",
                            models.DecimalField(decimal_places=2, max_digits=8, verbose_name="用时（秒）"),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="发起人",
                            ),
                        ),
                        (
                            "vintage",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="runs",
                                to="indicators.vintage",
                                verbose_name="指数结果",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "计算记录",
                        "verbose_name_plural": "计算记录",
                        "ordering": ["-at", "-pk"],
                    },
                ),
                migrations.AddField(
                    model_name="annualreport",
                    name="vintage",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="indicators.vintage",
                        verbose_name="指数结果",
                    ),
                ),
                migrations.CreateModel(
                    name="VintageCell",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                        (
                            "level",
                            models.CharField(
                                choices=[("index", "指数"), ("pillar", "领域"), ("indicator", "指标")],
                                max_length=10,
                                verbose_name="层级",
                            ),
                        ),
                        ("node", models.CharField(max_length=30, verbose_name="节点")),
                        (
                            "score",
                            models.DecimalField(
                                decimal_places=2, max_digits=6, null=True, verbose_name="分值"
                            ),
                        ),
                        (
                            "growth",
                            models.DecimalField(
                                decimal_places=2, max_digits=10, null=True, verbose_name="发展指数"
                            ),
                        ),
                        (
                            "rate",
                            models.DecimalField(
                                decimal_places=6, max_digits=24, null=True, verbose_name="指标值"
                            ),
                        ),
                        (
                            "numerator",
                            models.DecimalField(
                                decimal_places=4, max_digits=24, null=True, verbose_name="分子"
                            ),
                        ),
                        (
                            "denominator",
                            models.DecimalField(
                                decimal_places=4, max_digits=24, null=True, verbose_name="分母"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("measured", "平台统计"),
                                    ("reported", "年报"),
                                    ("carried", "沿用上年"),
                                    ("missing", "缺失"),
                                    ("not_applicable", "不适用"),
                                ],
                                max_length=14,
                                verbose_name="取值",
                            ),
                        ),
                        ("terms", models.JSONField(default=list, verbose_name="构成")),
                        (
                            "coverage",
                            models.DecimalField(
                                decimal_places=4, max_digits=7, null=True, verbose_name="覆盖率"
                            ),
                        ),
                        ("rank", models.PositiveSmallIntegerField(null=True, verbose_name="位次")),
                        ("rank_low", models.PositiveSmallIntegerField(null=True, verbose_name="位次区间上")),
                        ("rank_high", models.PositiveSmallIntegerField(null=True, verbose_name="位次区间下")),
                        (
                            "score_low",
                            models.DecimalField(
                                decimal_places=2, max_digits=6, null=True, verbose_name="分值区间下"
                            ),
                        ),
                        (
                            "score_high",
                            models.DecimalField(
                                decimal_places=2, max_digits=6, null=True, verbose_name="分值区间上"
                            ),
                        ),
                        ("flags", models.JSONField(default=list, verbose_name="标记")),
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
                            "vintage",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="cells",
                                to="indicators.vintage",
                                verbose_name="指数结果",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "指数分值",
                        "verbose_name_plural": "指数分值",
                    },
                ),
                migrations.CreateModel(
                    name="VintageContribution",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                        ("node", models.CharField(max_length=30, verbose_name="节点")),
                        (
                            "points",
                            models.DecimalField(
                                decimal_places=2, max_digits=8, null=True, verbose_name="贡献分"
                            ),
                        ),
                        (
                            "change_numerator",
                            models.DecimalField(
                                decimal_places=2, max_digits=8, null=True, verbose_name="分子变动"
                            ),
                        ),
                        (
                            "change_denominator",
                            models.DecimalField(
                                decimal_places=2, max_digits=8, null=True, verbose_name="分母变动"
                            ),
                        ),
                        (
                            "change_coverage",
                            models.DecimalField(
                                decimal_places=2, max_digits=8, null=True, verbose_name="覆盖变动"
                            ),
                        ),
                        (
                            "change_weights",
                            models.DecimalField(
                                decimal_places=2, max_digits=8, null=True, verbose_name="权重变动"
                            ),
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
                            "vintage",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="contributions",
                                to="indicators.vintage",
                                verbose_name="指数结果",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "指数贡献",
                        "verbose_name_plural": "指数贡献",
                    },
                ),
                migrations.CreateModel(
                    name="WeightOpinion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "expert",
                            models.CharField(
                                help_text="如“专家1”，不写姓名。", max_length=20, verbose_name="专家编号"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("expert", "赋分"), ("ahp", "两两比较")],
                                max_length=6,
                                verbose_name="方式",
                            ),
                        ),
                        ("values", models.JSONField(verbose_name="判断")),
                        (
                            "consistency",
                            models.DecimalField(
                                blank=True,
                                decimal_places=4,
                                max_digits=6,
                                null=True,
                                verbose_name="一致性比率",
                            ),
                        ),
                        (
                            "entered_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="录入时间"),
                        ),
                        (
                            "entered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="录入人",
                            ),
                        ),
                        (
                            "node",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="opinions",
                                to="indicators.node",
                                verbose_name="上级",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "权重意见",
                        "verbose_name_plural": "权重意见",
                        "ordering": ["node", "kind", "expert"],
                    },
                ),
                migrations.CreateModel(
                    name="Denominator",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("population", "常住人口"), ("students", "中小学生")],
                                max_length=20,
                                verbose_name="项目",
                            ),
                        ),
                        ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                        ("value", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="数值")),
                        ("unit", models.CharField(max_length=10, verbose_name="单位")),
                        ("source", models.CharField(max_length=200, verbose_name="来源")),
                        ("is_verified", models.BooleanField(default=False, verbose_name="已核实")),
                        ("is_sample", models.BooleanField(default=False, verbose_name="示例")),
                        (
                            "region",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.region",
                                verbose_name="区域",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "分母数据",
                        "verbose_name_plural": "分母数据",
                        "ordering": ["kind", "year", "region"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("kind", "region", "year"),
                                name="denominator_once_per_kind_region_year",
                                violation_error_message="该区域当年已有此项数据。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("value__gt", 0)),
                                name="denominator_is_positive",
                                violation_error_message="分母必须大于零。",
                            ),
                        ],
                    },
                ),
                migrations.AddConstraint(
                    model_name="edition",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("link_year", None), ("predecessor", None)),
                            models.Q(
                                ("first_year", models.F("link_year")),
                                ("link_year__isnull", False),
                                ("predecessor__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="edition_with_a_predecessor_has_an_overlap_year",
                        violation_error_message="修订的版本从衔接年份开始，须写明衔接年份。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="edition",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("first_year__gte", models.F("base_year")), ("predecessor", None), _connector="OR"
                        ),
                        name="edition_begins_no_earlier_than_its_base_year",
                        violation_error_message="衔接年份不能早于基年。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="figure",
                    constraint=models.UniqueConstraint(
                        fields=("source", "region", "year", "origin"),
                        name="figure_once_per_source_region_year_origin",
                        violation_error_message="该区域当年已有此项数据。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="figure",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("value__gte", 0)),
                        name="figure_is_not_negative",
                        violation_error_message="数值不能为负。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="figure",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("origin", "entered"), _negated=True),
                            models.Q(("basis", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="figure_entered_says_where_from",
                        violation_error_message="录入的数据必须注明出处。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="gapindicator",
                    constraint=models.UniqueConstraint(
                        fields=("gap", "indicator"),
                        name="gap_indicator_once",
                        violation_error_message="该指标已对应这项差距。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="gapindicator",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("indicator", ""), _negated=True),
                        name="gap_indicator_is_named",
                        violation_error_message="请选择指标。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="literacyresult",
                    constraint=models.UniqueConstraint(
                        fields=("survey", "area", "group"),
                        name="literacy_result_once_per_place_and_group",
                        violation_error_message="本次调查已有该地域、该人群的结果。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="literacyresult",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("percent__gte", 0), ("percent__lte", 100)),
                        name="literacy_result_is_a_share",
                        violation_error_message="比例应在 0 至 100 之间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="literacyresult",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("margin", None),
                            models.Q(("margin__gte", 0), ("margin__lte", 50)),
                            _connector="OR",
                        ),
                        name="literacy_result_margin_is_a_share",
                        violation_error_message="误差应在 0 至 50 个百分点之间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="literacyresult",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("group", "总体"), ("group_kind", "all")),
                            models.Q(
                                models.Q(("group_kind", "all"), _negated=True),
                                models.Q(("group__in", ["", "总体"]), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="literacy_result_names_its_group",
                        violation_error_message="分组选“总体”时人群写“总体”；其他分组须写明是哪个人群。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="literacyresult",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("area_kind__in", ["own", "district"]), ("region__isnull", False)),
                            models.Q(
                                models.Q(("area_kind__in", ["own", "district"]), _negated=True),
                                ("region", None),
                            ),
                            _connector="OR",
                        ),
                        name="literacy_result_of_ours_has_its_region",
                        violation_error_message="本市和各区的结果须落到区域上，其他地方不落。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="literacyresult",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("sample_size", None), ("sample_size__gt", 0), _connector="OR"),
                        name="literacy_result_asked_somebody",
                        violation_error_message="样本量应大于零；没有公布请留空。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="node",
                    constraint=models.UniqueConstraint(fields=("edition", "code"), name="node_once_per_code"),
                ),
                migrations.AddConstraint(
                    model_name="node",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("weight__gt", 0)),
                        name="node_weight_is_positive",
                        violation_error_message="权重必须大于零。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="indicatorversion",
                    constraint=models.UniqueConstraint(
                        fields=("edition", "code"), name="indicator_once_per_code"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="indicatorversion",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("high", None), ("high__gt", models.F("low")), _connector="OR"),
                        name="indicator_goalposts_are_apart",
                        violation_error_message="目标值上限必须大于下限。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="indicatorversion",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("weight__gt", 0)),
                        name="indicator_weight_is_positive",
                        violation_error_message="权重必须大于零。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="indicatorversion",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("is_log", False), ("low__gt", 0), _connector="OR"),
                        name="indicator_logarithm_begins_above_zero",
                        violation_error_message="取对数的指标，目标值下限必须大于零。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="observation",
                    constraint=models.UniqueConstraint(
                        fields=("indicator", "region", "year"),
                        name="observation_once_per_indicator_region_year",
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
                migrations.AddConstraint(
                    model_name="return",
                    constraint=models.UniqueConstraint(
                        fields=("period", "reporter", "region", "organization"),
                        name="return_once_per_reporter_and_period",
                        nulls_distinct=False,
                        violation_error_message="该填报对象本期报表已建立。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="return",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("organization__isnull", False), ("reporter__in", ["venue", "member"])),
                            models.Q(("organization", None), ("reporter__in", ["district", "subdistrict"])),
                            _connector="OR",
                        ),
                        name="return_of_a_unit_names_it",
                        violation_error_message="场馆和成员单位的报表必须写明单位，区和街道的不写。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="return",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("extended_to", None), ("extension_reason", "")),
                            models.Q(
                                models.Q(("extended_to__isnull", False)),
                                models.Q(("extension_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="return_is_extended_with_a_reason",
                        violation_error_message="延期须写明日期和理由。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="return",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "signing"]),
                            models.Q(("first_submitted_at__isnull", False), ("submitted_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="return_submitted_has_a_time",
                        violation_error_message="已提交的年报必须有提交时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="return",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "signing"), _negated=True),
                            ("asked_by__isnull", False),
                            _connector="OR",
                        ),
                        name="return_that_waits_for_its_head_says_who_asked",
                        violation_error_message="待签核的报表必须有送签人。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="return",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "accepted"), _negated=True),
                            ("accepted_at__isnull", False),
                            _connector="OR",
                        ),
                        name="return_accepted_has_a_time",
                        violation_error_message="已通过的年报必须有通过时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="reminder",
                    constraint=models.UniqueConstraint(
                        fields=("filing", "stage", "due_on"), name="reminder_once_per_stage_and_due_day"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="returncell",
                    constraint=models.UniqueConstraint(
                        fields=("filing", "item"), name="return_cell_once_per_item"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="returncell",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "number"), ("typed", ""), ("value__isnull", False)),
                            models.Q(models.Q(("state", "number"), _negated=True), ("value", None)),
                            _connector="OR",
                        ),
                        name="return_cell_has_a_value_if_it_is_a_number",
                        violation_error_message="数值与取值状态不一致。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="returncell",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(models.Q(("state", "text")), models.Q(("words", ""), _negated=True)),
                            models.Q(models.Q(("state", "text"), _negated=True), ("words", "")),
                            _connector="OR",
                        ),
                        name="return_cell_has_words_if_it_is_text",
                        violation_error_message="文字与取值状态不一致。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="returncell",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("value", None), ("value__gte", 0), _connector="OR"),
                        name="return_cell_is_not_negative",
                        violation_error_message="数值不能为负。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="savedtable",
                    constraint=models.UniqueConstraint(
                        fields=("owner", "name"),
                        name="saved_table_once_per_name",
                        violation_error_message="您已有同名的统计表，请换个名称。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="savedtable",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="saved_table_has_a_name",
                        violation_error_message="请填写名称。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="settlement",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("note", ""), _negated=True),
                        name="settlement_says_why",
                        violation_error_message="请写明核定理由。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="period",
                    constraint=models.UniqueConstraint(
                        fields=("form", "year", "part"),
                        name="period_once_per_form",
                        violation_error_message="该期填报已经开启。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="period",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("due_on__gte", models.F("opens_on"))),
                        name="period_is_due_after_it_opens",
                        violation_error_message="截止日期不能早于开始填报日期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="period",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("part__gte", 1), ("part__lte", 12)),
                        name="period_is_a_part_of_its_year",
                        violation_error_message="期次应在 1 至 12 之间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="formitem",
                    constraint=models.UniqueConstraint(
                        fields=("form", "key"),
                        name="form_item_once_per_key",
                        violation_error_message="该项目已存在。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="formitem",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("is_text", False), ("decimals", 0), _connector="OR"),
                        name="form_item_in_words_has_no_decimals",
                        violation_error_message="文字项目没有小数位数。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="formitem",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("low", None), ("high", None), ("low__lte", models.F("high")), _connector="OR"
                        ),
                        name="form_item_bounds_are_in_order",
                        violation_error_message="通常下限不能大于上限。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="subdistrictfigure",
                    constraint=models.UniqueConstraint(
                        fields=("key", "region", "year"), name="subdistrict_figure_once_per_key_region_year"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="subdistrictfigure",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("value__gte", 0)),
                        name="subdistrict_figure_is_not_negative",
                        violation_error_message="数值不能为负。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="submission",
                    constraint=models.UniqueConstraint(
                        fields=("filing", "number"), name="submission_once_per_number"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="submission",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("signed_by", None),
                            models.Q(
                                ("submitted_by__isnull", False),
                                models.Q(("signed_by", models.F("submitted_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="submission_is_signed_by_somebody_else",
                        violation_error_message="签核人不能是填报人。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="evidence",
                    constraint=models.UniqueConstraint(
                        fields=("submission", "key"), name="evidence_once_per_submission_and_item"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="validationrule",
                    constraint=models.UniqueConstraint(
                        fields=("form", "code"),
                        name="validation_rule_once_per_code",
                        violation_error_message="该规则已存在。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="vintage",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "published"), _negated=True),
                            ("published_at__isnull", False),
                            _connector="OR",
                        ),
                        name="vintage_published_has_a_time",
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
                migrations.AddConstraint(
                    model_name="annualreport",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("version", 1), models.Q(("corrections", ""), _negated=True), _connector="OR"
                        ),
                        name="annual_report_later_version_says_what_changed",
                        violation_error_message="第二版起必须写明更正内容。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="vintagecell",
                    index=models.Index(fields=["vintage", "level", "year"], name="vintage_cell_by_level"),
                ),
                migrations.AddConstraint(
                    model_name="vintagecell",
                    constraint=models.UniqueConstraint(
                        fields=("vintage", "region", "year", "node"),
                        name="vintage_cell_once_per_region_year_node",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="vintagecontribution",
                    constraint=models.UniqueConstraint(
                        fields=("vintage", "region", "year", "node"),
                        name="vintage_contribution_once_per_region_year_node",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="weightopinion",
                    constraint=models.UniqueConstraint(
                        fields=("node", "kind", "expert"), name="weight_opinion_once_per_node_kind_expert"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="weightopinion",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("consistency", None), ("kind", "expert")),
                            models.Q(
                                ("consistency__isnull", False),
                                ("consistency__lte", Decimal("0.1")),
                                ("kind", "ahp"),
                            ),
                            _connector="OR",
                        ),
                        name="weight_judgments_are_consistent",
                        violation_error_message="一致性比率超过 0.1，判断前后矛盾。",
                    ),
                ),
            ]
        ),
    ]
