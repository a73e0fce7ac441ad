import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("portal", "0001_initial"),
    ]

    operations = [
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
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.region",
                        verbose_name="区域",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                ("value", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="数值")),
                ("unit", models.CharField(max_length=10, verbose_name="单位")),
                ("source", models.CharField(max_length=200, verbose_name="来源")),
                ("is_verified", models.BooleanField(default=False, verbose_name="已核实")),
                ("is_sample", models.BooleanField(default=False, verbose_name="示例")),
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
            ],
            options={
                "verbose_name": "指数版本",
                "verbose_name_plural": "指数版本",
                "ordering": ["code"],
            },
        ),
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
                ("is_about_children", models.BooleanField(default=False, verbose_name="涉及未成年人")),
                ("basis", models.CharField(max_length=200, verbose_name="口径")),
            ],
            options={
                "verbose_name": "数据来源",
                "verbose_name_plural": "数据来源",
                "ordering": ["name"],
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
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="figures",
                        to="indicators.figuresource",
                        verbose_name="数据来源",
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
            ],
            options={
                "verbose_name": "统计数据",
                "verbose_name_plural": "统计数据",
                "ordering": ["source", "year", "region"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "region", "year", "origin"),
                        name="figure_once_per_source_region_year_origin",
                        violation_error_message="该区域当年已有此项数据。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__gte", 0)),
                        name="figure_is_not_negative",
                        violation_error_message="数值不能为负。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("origin", "entered"), _negated=True),
                            models.Q(("basis", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="figure_entered_says_where_from",
                        violation_error_message="录入的数据必须注明出处。",
                    ),
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
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="nodes",
                        to="indicators.edition",
                        verbose_name="指数版本",
                    ),
                ),
                ("code", models.CharField(max_length=20, verbose_name="代码")),
                ("name", models.CharField(max_length=20, verbose_name="名称")),
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
                (
                    "weight",
                    models.DecimalField(decimal_places=4, default=1, max_digits=7, verbose_name="权重"),
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
                ("position", models.PositiveSmallIntegerField(verbose_name="次序")),
            ],
            options={
                "verbose_name": "指数节点",
                "verbose_name_plural": "指数节点",
                "ordering": ["edition", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("edition", "code"), name="node_once_per_code"),
                    models.CheckConstraint(
                        condition=models.Q(("weight__gt", 0)),
                        name="node_weight_is_positive",
                        violation_error_message="权重必须大于零。",
                    ),
                ],
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
                ("code", models.CharField(max_length=30, verbose_name="代码")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("unit", models.CharField(max_length=20, verbose_name="单位")),
                ("definition", models.CharField(max_length=200, verbose_name="定义")),
                ("numerator", models.JSONField(verbose_name="分子")),
                ("denominator", models.JSONField(verbose_name="分母")),
                ("per", models.DecimalField(decimal_places=2, default=1, max_digits=12, verbose_name="倍数")),
                (
                    "bound",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="自然上限"
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
                        blank=True, decimal_places=6, max_digits=18, null=True, verbose_name="目标值上限"
                    ),
                ),
                ("goalpost_basis", models.CharField(blank=True, max_length=100, verbose_name="目标值依据")),
                (
                    "weight",
                    models.DecimalField(decimal_places=4, default=1, max_digits=7, verbose_name="权重"),
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
                ("is_count", models.BooleanField(default=True, verbose_name="分子为计数")),
                ("is_about_children", models.BooleanField(default=False, verbose_name="涉及未成年人")),
                ("lower_is_better", models.BooleanField(default=False, verbose_name="越低越好")),
                ("position", models.PositiveSmallIntegerField(verbose_name="次序")),
            ],
            options={
                "verbose_name": "指标",
                "verbose_name_plural": "指标",
                "ordering": ["edition", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("edition", "code"), name="indicator_once_per_code"),
                    models.CheckConstraint(
                        condition=models.Q(("high", None), ("high__gt", models.F("low")), _connector="OR"),
                        name="indicator_goalposts_are_apart",
                        violation_error_message="目标值上限必须大于下限。",
                    ),
                ],
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
                    models.DecimalField(decimal_places=4, max_digits=24, null=True, verbose_name="分子"),
                ),
                (
                    "denominator",
                    models.DecimalField(decimal_places=4, max_digits=24, null=True, verbose_name="分母"),
                ),
                ("terms", models.JSONField(default=list, verbose_name="构成")),
                (
                    "updated_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="更新时间"),
                ),
            ],
            options={
                "verbose_name": "指标数据",
                "verbose_name_plural": "指标数据",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("indicator", "region", "year"),
                        name="observation_once_per_indicator_region_year",
                    )
                ],
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
            ],
            options={
                "verbose_name": "统计报表",
                "verbose_name_plural": "统计报表",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code", "version"),
                        name="stat_form_once_per_code_and_version",
                        violation_error_message="该报表已有同一版本。",
                    )
                ],
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
                (
                    "form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="indicators.statform",
                        verbose_name="报表",
                    ),
                ),
                ("key", models.CharField(max_length=10, verbose_name="项目")),
                ("code", models.CharField(max_length=8, verbose_name="代码")),
                ("part", models.PositiveSmallIntegerField(default=0, verbose_name="分项")),
                ("table", models.CharField(max_length=8, verbose_name="表号")),
                ("table_name", models.CharField(max_length=20, verbose_name="表名")),
                ("name", models.CharField(max_length=60, verbose_name="指标名称")),
                ("unit", models.CharField(max_length=10, verbose_name="计量单位")),
                ("decimals", models.PositiveSmallIntegerField(default=0, verbose_name="小数位数")),
                ("definition", models.CharField(blank=True, max_length=200, verbose_name="口径")),
                (
                    "is_confirmed",
                    models.BooleanField(
                        default=False,
                        help_text="与2004年国家报表一致；其余为本平台拟编，不得作为官方代码。",
                        verbose_name="代码已核实",
                    ),
                ),
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
                ("position", models.PositiveSmallIntegerField(verbose_name="次序")),
            ],
            options={
                "verbose_name": "报表项目",
                "verbose_name_plural": "报表项目",
                "ordering": ["form", "position"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("form", "key"),
                        name="form_item_once_per_key",
                        violation_error_message="该项目已存在。",
                    )
                ],
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
                (
                    "form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="periods",
                        to="indicators.statform",
                        verbose_name="报表",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(unique=True, verbose_name="统计年度")),
                ("opens_on", models.DateField(verbose_name="开始填报")),
                ("due_on", models.DateField(help_text="含当日。", verbose_name="截止日期")),
            ],
            options={
                "verbose_name": "填报期",
                "verbose_name_plural": "填报期",
                "ordering": ["-year"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("due_on__gte", models.F("opens_on"))),
                        name="period_is_due_after_it_opens",
                        violation_error_message="截止日期不能早于开始填报日期。",
                    )
                ],
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
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.region",
                        verbose_name="所属区域",
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
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
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
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "填报中"),
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
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="首次提交时间"),
                ),
                (
                    "submitted_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="最近提交时间"),
                ),
                (
                    "returned_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="退回时间"),
                ),
                (
                    "accepted_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="通过时间"),
                ),
                (
                    "counted_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="取数时间"),
                ),
                ("is_sample", models.BooleanField(default=False, editable=False, verbose_name="示例")),
            ],
            options={
                "verbose_name": "统计年报",
                "verbose_name_plural": "统计年报",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("period", "region"),
                        name="return_once_per_district_and_period",
                        violation_error_message="该区本年度年报已建立。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "draft"),
                            models.Q(("first_submitted_at__isnull", False), ("submitted_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="return_submitted_has_a_time",
                        violation_error_message="已提交的年报必须有提交时间。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "accepted"), _negated=True),
                            ("accepted_at__isnull", False),
                            _connector="OR",
                        ),
                        name="return_accepted_has_a_time",
                        violation_error_message="已通过的年报必须有通过时间。",
                    ),
                ],
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
                (
                    "state",
                    models.CharField(
                        choices=[("number", "数值"), ("not_applicable", "不适用"), ("empty", "未填")],
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
                ("typed", models.CharField(blank=True, max_length=40, verbose_name="未能识别的输入")),
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
                ("version", models.PositiveIntegerField(default=0, editable=False, verbose_name="版次")),
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
                ("changed_at", models.DateTimeField(editable=False, null=True, verbose_name="修改时间")),
            ],
            options={
                "verbose_name": "年报数据",
                "verbose_name_plural": "年报数据",
                "constraints": [
                    models.UniqueConstraint(fields=("filing", "item"), name="return_cell_once_per_item"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "number"), ("typed", ""), ("value__isnull", False)),
                            models.Q(models.Q(("state", "number"), _negated=True), ("value", None)),
                            _connector="OR",
                        ),
                        name="return_cell_has_a_value_if_it_is_a_number",
                        violation_error_message="数值与取值状态不一致。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value", None), ("value__gte", 0), _connector="OR"),
                        name="return_cell_is_not_negative",
                        violation_error_message="数值不能为负。",
                    ),
                ],
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
                (
                    "cell",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="remarks",
                        to="indicators.returncell",
                        verbose_name="数据",
                    ),
                ),
                ("text", models.CharField(max_length=200, verbose_name="意见")),
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
                    "written_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="提出时间"),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="修改时间")),
            ],
            options={
                "verbose_name": "审核意见",
                "verbose_name_plural": "审核意见",
                "ordering": ["written_at", "pk"],
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
                (
                    "form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rules",
                        to="indicators.statform",
                        verbose_name="报表",
                    ),
                ),
                ("code", models.CharField(max_length=10, verbose_name="编号")),
                ("name", models.CharField(max_length=80, verbose_name="规则")),
                (
                    "severity",
                    models.CharField(
                        choices=[("must", "必改"), ("explain", "需说明")], max_length=10, verbose_name="要求"
                    ),
                ),
                ("expression", models.JSONField(verbose_name="表达式")),
            ],
            options={
                "verbose_name": "审核规则",
                "verbose_name_plural": "审核规则",
                "ordering": ["form", "code"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("form", "code"),
                        name="validation_rule_once_per_code",
                        violation_error_message="该规则已存在。",
                    )
                ],
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
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="vintages",
                        to="indicators.edition",
                        verbose_name="指数版本",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("nightly", "夜间试算"), ("frozen", "已冻结"), ("published", "已发布")],
                        default="nightly",
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                (
                    "digest",
                    models.CharField(
                        help_text="规范化输入的SHA-256。", max_length=64, unique=True, verbose_name="输入摘要"
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
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="计算时间"),
                ),
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
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="发布时间")),
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
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
            ],
            options={
                "verbose_name": "指数结果",
                "verbose_name_plural": "指数结果",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "published"), _negated=True),
                            ("published_at__isnull", False),
                            _connector="OR",
                        ),
                        name="vintage_published_has_a_time",
                    )
                ],
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
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("version", models.PositiveSmallIntegerField(verbose_name="版次")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("making", "生成中"),
                            ("ready", "待发布"),
                            ("published", "已发布"),
                            ("failed", "未生成"),
                        ],
                        default="making",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "vintage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="indicators.vintage",
                        verbose_name="指数结果",
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
                        verbose_name="文件",
                    ),
                ),
                ("digest", models.CharField(blank=True, max_length=64, verbose_name="文件摘要")),
                ("content", models.JSONField(default=dict, editable=False, verbose_name="内容")),
                (
                    "corrections",
                    models.TextField(blank=True, help_text="第二版起必填。", verbose_name="更正说明"),
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
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="编制人",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="编制时间"),
                ),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="发布时间")),
            ],
            options={
                "verbose_name": "年度报告",
                "verbose_name_plural": "年度报告",
                "ordering": ["-year", "-version"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("year", "version"),
                        name="annual_report_once_per_year_and_version",
                        violation_error_message="该年度已有同一版次。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "published"), _negated=True),
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
                    models.CheckConstraint(
                        condition=models.Q(
                            ("version", 1), models.Q(("corrections", ""), _negated=True), _connector="OR"
                        ),
                        name="annual_report_later_version_says_what_changed",
                        violation_error_message="第二版起必须写明更正内容。",
                    ),
                ],
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
                (
                    "vintage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="indicators.vintage",
                        verbose_name="指数结果",
                    ),
                ),
                ("is_new", models.BooleanField(verbose_name="新结果")),
                ("figures_changed", models.PositiveIntegerField(default=0, verbose_name="变动的统计数据")),
                ("seconds", models.DecimalField(decimal_places=2, max_digits=8, verbose_name="用时（秒）")),
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
            ],
            options={
                "verbose_name": "计算记录",
                "verbose_name_plural": "计算记录",
                "ordering": ["-at", "-pk"],
            },
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
                (
                    "vintage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cells",
                        to="indicators.vintage",
                        verbose_name="指数结果",
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
                    models.DecimalField(decimal_places=2, max_digits=6, null=True, verbose_name="分值"),
                ),
                (
                    "growth",
                    models.DecimalField(decimal_places=2, max_digits=10, null=True, verbose_name="发展指数"),
                ),
                (
                    "rate",
                    models.DecimalField(decimal_places=6, max_digits=24, null=True, verbose_name="指标值"),
                ),
                (
                    "numerator",
                    models.DecimalField(decimal_places=4, max_digits=24, null=True, verbose_name="分子"),
                ),
                (
                    "denominator",
                    models.DecimalField(decimal_places=4, max_digits=24, null=True, verbose_name="分母"),
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
                    models.DecimalField(decimal_places=4, max_digits=7, null=True, verbose_name="覆盖率"),
                ),
                ("rank", models.PositiveSmallIntegerField(null=True, verbose_name="位次")),
                ("rank_low", models.PositiveSmallIntegerField(null=True, verbose_name="位次区间上")),
                ("rank_high", models.PositiveSmallIntegerField(null=True, verbose_name="位次区间下")),
                (
                    "score_low",
                    models.DecimalField(decimal_places=2, max_digits=6, null=True, verbose_name="分值区间下"),
                ),
                (
                    "score_high",
                    models.DecimalField(decimal_places=2, max_digits=6, null=True, verbose_name="分值区间上"),
                ),
                ("flags", models.JSONField(default=list, verbose_name="标记")),
            ],
            options={
                "verbose_name": "指数分值",
                "verbose_name_plural": "指数分值",
                "indexes": [models.Index(fields=["vintage", "level", "year"], name="vintage_cell_by_level")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("vintage", "region", "year", "node"),
                        name="vintage_cell_once_per_region_year_node",
                    )
                ],
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
                (
                    "vintage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contributions",
                        to="indicators.vintage",
                        verbose_name="指数结果",
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
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                ("node", models.CharField(max_length=30, verbose_name="节点")),
                (
                    "points",
                    models.DecimalField(decimal_places=2, max_digits=8, null=True, verbose_name="贡献分"),
                ),
                (
                    "change_numerator",
                    models.DecimalField(decimal_places=2, max_digits=8, null=True, verbose_name="分子变动"),
                ),
                (
                    "change_denominator",
                    models.DecimalField(decimal_places=2, max_digits=8, null=True, verbose_name="分母变动"),
                ),
                (
                    "change_coverage",
                    models.DecimalField(decimal_places=2, max_digits=8, null=True, verbose_name="覆盖变动"),
                ),
                (
                    "change_weights",
                    models.DecimalField(decimal_places=2, max_digits=8, null=True, verbose_name="权重变动"),
                ),
            ],
            options={
                "verbose_name": "指数贡献",
                "verbose_name_plural": "指数贡献",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("vintage", "region", "year", "node"),
                        name="vintage_contribution_once_per_region_year_node",
                    )
                ],
            },
        ),
    ]
