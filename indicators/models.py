"""Forms and returns, figures, editions of the index and their vintages, annual reports.

What a district hands in is a Return of ReturnCells; what the portal counts by itself is a Figure. Both become
Observations of an edition's indicators; a Vintage is one computation over all of them, kept with its inputs.
"""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from portal.accounts import Scoped, ScopedQuerySet, User
from portal.calendar import local_today
from portal.files import Attachment
from portal.jobs import Job
from portal.regions import Region
from portal.roles import Perm
from portal.workflow import Step, Workflow

NOT_APPLICABLE_SIGN = "-"


# ---------------------------------------------------------------- the form: items and rules are rows


class StatForm(models.Model):
    """One version of a statistics form. A new year's changes are a new version."""

    PERSONAL = frozenset()

    code = models.CharField("代码", max_length=20)
    version = models.PositiveSmallIntegerField("版本")
    name = models.CharField("名称", max_length=60)
    basis = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "统计报表"
        constraints = [
            models.UniqueConstraint(
                name="stat_form_once_per_code_and_version",
                fields=["code", "version"],
                violation_error_message="该报表已有同一版本。",
            )
        ]

    def __str__(self):
        return f"{self.name}（第{self.version}版）"


class FormItem(models.Model):
    """One figure that a form asks for. A code that names several figures has parts: KC320.1, KC320.2."""

    PERSONAL = frozenset()

    form = models.ForeignKey(StatForm, models.CASCADE, verbose_name="报表", related_name="items")
    key = models.CharField("项目", max_length=10)
    code = models.CharField("代码", max_length=8)
    part = models.PositiveSmallIntegerField("分项", default=0)
    table = models.CharField("表号", max_length=8)
    table_name = models.CharField("表名", max_length=20)
    name = models.CharField("指标名称", max_length=60)
    unit = models.CharField("计量单位", max_length=10)
    decimals = models.PositiveSmallIntegerField("小数位数", default=0)
    definition = models.CharField("口径", max_length=200, blank=True)
    is_confirmed = models.BooleanField(
        "代码已核实",
        default=False,
        help_text="与2004年国家报表一致；其余为本平台拟编，不得作为官方代码。",
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name="上级指标", related_name="children"
    )
    position = models.PositiveSmallIntegerField("次序")

    class Meta:
        verbose_name = verbose_name_plural = "报表项目"
        ordering = ["form", "position"]
        constraints = [
            models.UniqueConstraint(
                name="form_item_once_per_key",
                fields=["form", "key"],
                violation_error_message="该项目已存在。",
            )
        ]

    def __str__(self):
        return f"{self.key} {self.name}"


class ValidationRule(models.Model):
    """What must hold between the cells of a return, as data. `indicators.rules` reads the expression."""

    PERSONAL = frozenset()

    class Severity(models.TextChoices):
        MUST = "must", "必改"
        EXPLAIN = "explain", "需说明"

    form = models.ForeignKey(StatForm, models.CASCADE, verbose_name="报表", related_name="rules")
    code = models.CharField("编号", max_length=10)
    name = models.CharField("规则", max_length=80)
    severity = models.CharField("要求", max_length=10, choices=Severity)
    expression = models.JSONField("表达式")

    class Meta:
        verbose_name = verbose_name_plural = "审核规则"
        ordering = ["form", "code"]
        constraints = [
            models.UniqueConstraint(
                name="validation_rule_once_per_code",
                fields=["form", "code"],
                violation_error_message="该规则已存在。",
            )
        ]

    def __str__(self):
        return f"{self.code} {self.name}"


class Period(models.Model):
    """One year's round of returns."""

    PERSONAL = frozenset()

    form = models.ForeignKey(StatForm, models.PROTECT, verbose_name="报表", related_name="periods")
    year = models.PositiveSmallIntegerField("统计年度", unique=True)
    opens_on = models.DateField("开始填报")
    due_on = models.DateField("截止日期", help_text="含当日。")

    class Meta:
        verbose_name = verbose_name_plural = "填报期"
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                name="period_is_due_after_it_opens",
                condition=Q(due_on__gte=F("opens_on")),
                violation_error_message="截止日期不能早于开始填报日期。",
            )
        ]

    def __str__(self):
        return f"{self.year}年度"


# ---------------------------------------------------------------- what a district hands in


class ReturnQuerySet(ScopedQuerySet):
    def accepted(self):
        return self.filter(status=Return.Status.ACCEPTED)

    def unfinished(self):
        """Still with the district: to be filled or returned to it."""
        return self.filter(status__in=[Return.Status.DRAFT, Return.Status.RETURNED])


class Return(Scoped):
    """The filled form of one district for one year. Accepted, its cells are locked in the database."""

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        DRAFT = "draft", "填报中"
        SUBMITTED = "submitted", "待审核"
        RETURNED = "returned", "已退回"
        ACCEPTED = "accepted", "已通过"

    period = models.ForeignKey(Period, models.PROTECT, verbose_name="填报期", related_name="returns")
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.DRAFT, editable=False)
    first_submitted_at = models.DateTimeField("首次提交时间", null=True, blank=True, editable=False)
    submitted_at = models.DateTimeField("最近提交时间", null=True, blank=True, editable=False)
    returned_at = models.DateTimeField("退回时间", null=True, blank=True, editable=False)
    accepted_at = models.DateTimeField("通过时间", null=True, blank=True, editable=False)
    counted_at = models.DateTimeField("取数时间", null=True, blank=True, editable=False)
    is_sample = models.BooleanField("示例", default=False, editable=False)

    objects = ReturnQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "统计年报"
        constraints = [
            models.UniqueConstraint(
                name="return_once_per_district_and_period",
                fields=["period", "region"],
                violation_error_message="该区本年度年报已建立。",
            ),
            models.CheckConstraint(
                name="return_submitted_has_a_time",
                condition=Q(status="draft") | Q(first_submitted_at__isnull=False, submitted_at__isnull=False),
                violation_error_message="已提交的年报必须有提交时间。",
            ),
            models.CheckConstraint(
                name="return_accepted_has_a_time",
                condition=~Q(status="accepted") | Q(accepted_at__isnull=False),
                violation_error_message="已通过的年报必须有通过时间。",
            ),
        ]

    def __str__(self):
        return f"{self.region}{self.period.year}年度科普统计年报"

    def get_absolute_url(self):
        return reverse("indicators_desk:detail", args=[self.pk])

    @property
    def submitted_on(self) -> date | None:
        return local_today(self.first_submitted_at) if self.first_submitted_at else None

    def is_late(self, on: date) -> bool:
        """Late by the day of the first submission, or still not submitted after the last day."""
        return (self.submitted_on or on) > self.period.due_on

    @property
    def is_open(self) -> bool:
        """Whether the district may still change it."""
        return self.status in (self.Status.DRAFT, self.Status.RETURNED)


RETURN_FLOW = Workflow(
    submit=Step(
        label="提交",
        sources=frozenset({Return.Status.DRAFT, Return.Status.RETURNED}),
        target=Return.Status.SUBMITTED,
        needs=Perm.RETURN_FILL,
        stamp="submitted_at",
    ),
    send_back=Step(
        label="退回修改",
        sources=frozenset({Return.Status.SUBMITTED}),
        target=Return.Status.RETURNED,
        needs=Perm.RETURN_REVIEW,
        stamp="returned_at",
        wants_note=True,
    ),
    accept=Step(
        label="审核通过",
        sources=frozenset({Return.Status.SUBMITTED}),
        target=Return.Status.ACCEPTED,
        needs=Perm.RETURN_REVIEW,
        stamp="accepted_at",
    ),
    reopen=Step(
        label="重新开放",
        sources=frozenset({Return.Status.ACCEPTED}),
        target=Return.Status.RETURNED,
        needs=Perm.RETURN_REVIEW,
        stamp="returned_at",
        wants_note=True,
    ),
)


class ReturnCell(models.Model):
    """One figure of a return: a number (zero is one), not applicable, or not yet filled.

    What was typed and is no number stays in `typed`, so that nothing is lost; the cell then counts as not
    filled. `version` grows with every change: whoever saw an older one does not overwrite in silence.
    """

    PERSONAL = frozenset()

    class State(models.TextChoices):
        NUMBER = "number", "数值"
        NOT_APPLICABLE = "not_applicable", "不适用"
        EMPTY = "empty", "未填"

    class Source(models.TextChoices):
        ENTERED = "entered", "填报"
        COUNTED = "counted", "平台统计"

    filing = models.ForeignKey(Return, models.CASCADE, verbose_name="年报", related_name="cells")
    item = models.ForeignKey(FormItem, models.PROTECT, verbose_name="项目", related_name="+")
    state = models.CharField("取值", max_length=14, choices=State, default=State.EMPTY)
    value = models.DecimalField("数值", max_digits=18, decimal_places=2, null=True, blank=True)
    typed = models.CharField("未能识别的输入", max_length=40, blank=True)
    source = models.CharField("来源", max_length=10, choices=Source, default=Source.ENTERED)
    counted_value = models.DecimalField(
        "平台统计数", max_digits=18, decimal_places=2, null=True, blank=True, editable=False
    )
    counted_records = models.PositiveIntegerField("平台记录数", null=True, editable=False)
    note = models.CharField("说明", max_length=200, blank=True)
    version = models.PositiveIntegerField("版次", default=0, editable=False)
    changed_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name="修改人", related_name="+", editable=False
    )
    changed_at = models.DateTimeField("修改时间", null=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "年报数据"
        constraints = [
            models.UniqueConstraint(name="return_cell_once_per_item", fields=["filing", "item"]),
            models.CheckConstraint(
                name="return_cell_has_a_value_if_it_is_a_number",
                condition=Q(state="number", value__isnull=False, typed="")
                | Q(~Q(state="number"), value=None),
                violation_error_message="数值与取值状态不一致。",
            ),
            models.CheckConstraint(
                name="return_cell_is_not_negative",
                condition=Q(value=None) | Q(value__gte=0),
                violation_error_message="数值不能为负。",
            ),
        ]

    def __str__(self):
        return f"{self.filing} {self.item.key}"

    @property
    def text(self) -> str:
        """What stands in the input: a plain number, "-" for not applicable, or what was typed."""
        if self.state == self.State.NOT_APPLICABLE:
            return NOT_APPLICABLE_SIGN
        if self.value is None:
            return self.typed
        return plain(self.value)

    @property
    def is_overwritten(self) -> bool:
        """The portal counts another number than stands here."""
        return self.counted_value is not None and (
            self.state == self.State.NOT_APPLICABLE
            or (self.value is not None and self.value != self.counted_value)
        )


def plain(value: Decimal | None) -> str:
    """A decimal without trailing noughts and without an exponent; "" for None."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class CellRemark(models.Model):
    """What a reviewer says about one cell. Done with once the cell has changed."""

    PERSONAL = frozenset()

    cell = models.ForeignKey(ReturnCell, models.CASCADE, verbose_name="数据", related_name="remarks")
    text = models.CharField("意见", max_length=200)
    written_by = models.ForeignKey(User, models.PROTECT, verbose_name="提出人", related_name="+")
    written_at = models.DateTimeField("提出时间", default=timezone.now)
    answered_at = models.DateTimeField("修改时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "审核意见"
        ordering = ["written_at", "pk"]

    def __str__(self):
        return self.text


# ---------------------------------------------------------------- reference figures


class NationalSeries(models.Model):
    """A published national figure of one year, with the growth or share printed beside it."""

    PERSONAL = frozenset()

    year = models.PositiveSmallIntegerField("年份")
    item = models.CharField("项目", max_length=30)
    name = models.CharField("名称", max_length=40)
    unit = models.CharField("单位", max_length=10)
    value = models.DecimalField("数值", max_digits=12, decimal_places=2)
    growth_percent = models.DecimalField("公布增速（%）", max_digits=7, decimal_places=2, null=True)
    share_percent = models.DecimalField("公布占比（%）", max_digits=7, decimal_places=2, null=True)
    is_derived = models.BooleanField("推算", default=False)
    source = models.CharField("来源", max_length=100)
    note = models.CharField("备注", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "全国数据"
        ordering = ["item", "year"]
        constraints = [
            models.UniqueConstraint(name="national_series_once_per_item_and_year", fields=["item", "year"])
        ]

    def __str__(self):
        return f"{self.year}年{self.name}"


class Denominator(models.Model):
    """Population and the like of one region in one year, with its source."""

    PERSONAL = frozenset()

    class Kind(models.TextChoices):
        POPULATION = "population", "常住人口"
        STUDENTS = "students", "中小学生"

    kind = models.CharField("项目", max_length=20, choices=Kind)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="区域", related_name="+")
    year = models.PositiveSmallIntegerField("年份")
    value = models.DecimalField("数值", max_digits=14, decimal_places=2)
    unit = models.CharField("单位", max_length=10)
    source = models.CharField("来源", max_length=200)
    is_verified = models.BooleanField("已核实", default=False)
    is_sample = models.BooleanField("示例", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "分母数据"
        ordering = ["kind", "year", "region"]
        constraints = [
            models.UniqueConstraint(
                name="denominator_once_per_kind_region_year",
                fields=["kind", "region", "year"],
                violation_error_message="该区域当年已有此项数据。",
            ),
            models.CheckConstraint(
                name="denominator_is_positive",
                condition=Q(value__gt=0),
                violation_error_message="分母必须大于零。",
            ),
        ]

    def __str__(self):
        return f"{self.region}{self.year}年{self.get_kind_display()}"


class FigureSource(models.Model):
    """A figure that the portal counts each night, or that staff enter from elsewhere."""

    PERSONAL = frozenset()

    name = models.CharField("代码", max_length=30, unique=True)
    label = models.CharField("名称", max_length=40)
    unit = models.CharField("单位", max_length=10)
    is_counted = models.BooleanField("平台统计", default=False)
    is_about_children = models.BooleanField("涉及未成年人", default=False)
    basis = models.CharField("口径", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "数据来源"
        ordering = ["name"]

    def __str__(self):
        return self.label


class Figure(models.Model):
    """One source's figure of a district (or of the city) in one year.

    Counted ones are written by the night; entered ones stand for years before the portal had records, and
    for what it cannot count.
    """

    PERSONAL = frozenset()

    class Origin(models.TextChoices):
        COUNTED = "counted", "平台统计"
        ENTERED = "entered", "录入"

    source = models.ForeignKey(FigureSource, models.PROTECT, verbose_name="数据来源", related_name="figures")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="区域", related_name="+")
    year = models.PositiveSmallIntegerField("年份")
    value = models.DecimalField("数值", max_digits=18, decimal_places=2)
    origin = models.CharField("来历", max_length=10, choices=Origin)
    basis = models.CharField("出处", max_length=200, blank=True)
    is_sample = models.BooleanField("示例", default=False)
    counted_at = models.DateTimeField("统计时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "统计数据"
        ordering = ["source", "year", "region"]
        constraints = [
            models.UniqueConstraint(
                name="figure_once_per_source_region_year_origin",
                fields=["source", "region", "year", "origin"],
                violation_error_message="该区域当年已有此项数据。",
            ),
            models.CheckConstraint(
                name="figure_is_not_negative",
                condition=Q(value__gte=0),
                violation_error_message="数值不能为负。",
            ),
            models.CheckConstraint(
                name="figure_entered_says_where_from",
                condition=~Q(origin="entered") | ~Q(basis=""),
                violation_error_message="录入的数据必须注明出处。",
            ),
        ]

    def __str__(self):
        return f"{self.region}{self.year}年{self.source.label}"


# ---------------------------------------------------------------- the method: editions as rows


class Edition(models.Model):
    """One edition of the index. What a published vintage was computed with no longer changes."""

    PERSONAL = frozenset()

    code = models.CharField("代码", max_length=10, unique=True)
    name = models.CharField("名称", max_length=40)
    base_year = models.PositiveSmallIntegerField("基年")
    first_year = models.PositiveSmallIntegerField("起始年份")
    lowest = models.PositiveSmallIntegerField("最低分", default=1)
    highest = models.PositiveSmallIntegerField("最高分", default=100)
    decimals = models.PositiveSmallIntegerField("小数位数", default=2)
    draws = models.PositiveIntegerField("模拟次数", default=10_000)
    goalpost_rule = models.TextField("目标值规则")
    basis = models.TextField("依据")

    class Meta:
        verbose_name = verbose_name_plural = "指数版本"
        ordering = ["code"]

    def __str__(self):
        return self.name


class Node(models.Model):
    """The index or one of its pillars."""

    PERSONAL = frozenset()

    class Mean(models.TextChoices):
        ARITHMETIC = "arithmetic", "算术平均"
        GEOMETRIC = "geometric", "几何平均"

    edition = models.ForeignKey(Edition, models.CASCADE, verbose_name="指数版本", related_name="nodes")
    code = models.CharField("代码", max_length=20)
    name = models.CharField("名称", max_length=20)
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, verbose_name="上级", related_name="children"
    )
    weight = models.DecimalField("权重", max_digits=7, decimal_places=4, default=1)
    mean = models.CharField("合成方法", max_length=12, choices=Mean, default=Mean.ARITHMETIC)
    minimum_share = models.DecimalField("最低覆盖率", max_digits=7, decimal_places=6)
    position = models.PositiveSmallIntegerField("次序")

    class Meta:
        verbose_name = verbose_name_plural = "指数节点"
        ordering = ["edition", "position"]
        constraints = [
            models.UniqueConstraint(name="node_once_per_code", fields=["edition", "code"]),
            models.CheckConstraint(
                name="node_weight_is_positive",
                condition=Q(weight__gt=0),
                violation_error_message="权重必须大于零。",
            ),
        ]

    def __str__(self):
        return self.name


class IndicatorVersion(models.Model):
    """One indicator of an edition: what is divided by what, and between which goalposts it is scored.

    Numerator and denominator are lists of terms, each one of {"key": form item}, {"figure": source},
    {"denominator": kind}, {"each": 1}, with `times` to convert units.
    """

    PERSONAL = frozenset()

    class Levels(models.TextChoices):
        ALL = "all", "市级和区级"
        CITY = "city", "仅市级"

    edition = models.ForeignKey(Edition, models.CASCADE, verbose_name="指数版本", related_name="indicators")
    pillar = models.ForeignKey(Node, models.PROTECT, verbose_name="领域", related_name="indicators")
    code = models.CharField("代码", max_length=30)
    name = models.CharField("名称", max_length=40)
    unit = models.CharField("单位", max_length=20)
    definition = models.CharField("定义", max_length=200)
    numerator = models.JSONField("分子")
    denominator = models.JSONField("分母")
    per = models.DecimalField("倍数", max_digits=12, decimal_places=2, default=1)
    bound = models.DecimalField("自然上限", max_digits=14, decimal_places=2, null=True, blank=True)
    low = models.DecimalField("目标值下限", max_digits=18, decimal_places=6, default=0)
    high = models.DecimalField("目标值上限", max_digits=18, decimal_places=6, null=True, blank=True)
    goalpost_basis = models.CharField("目标值依据", max_length=100, blank=True)
    weight = models.DecimalField("权重", max_digits=7, decimal_places=4, default=1)
    levels = models.CharField("适用层级", max_length=6, choices=Levels, default=Levels.ALL)
    is_count = models.BooleanField("分子为计数", default=True)
    is_about_children = models.BooleanField("涉及未成年人", default=False)
    lower_is_better = models.BooleanField("越低越好", default=False)
    position = models.PositiveSmallIntegerField("次序")

    class Meta:
        verbose_name = verbose_name_plural = "指标"
        ordering = ["edition", "position"]
        constraints = [
            models.UniqueConstraint(name="indicator_once_per_code", fields=["edition", "code"]),
            models.CheckConstraint(
                name="indicator_goalposts_are_apart",
                condition=Q(high=None) | Q(high__gt=F("low")),
                violation_error_message="目标值上限必须大于下限。",
            ),
        ]

    def __str__(self):
        return self.name


class Observation(models.Model):
    """What is known now of one indicator in one region and year, with the terms it was added up from."""

    PERSONAL = frozenset()

    class State(models.TextChoices):
        MEASURED = "measured", "平台统计"
        REPORTED = "reported", "年报"
        CARRIED = "carried", "沿用上年"
        MISSING = "missing", "缺失"
        NOT_APPLICABLE = "not_applicable", "不适用"

    indicator = models.ForeignKey(
        IndicatorVersion, models.CASCADE, verbose_name="指标", related_name="observations"
    )
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="区域", related_name="+")
    year = models.PositiveSmallIntegerField("年份")
    state = models.CharField("取值", max_length=14, choices=State)
    numerator = models.DecimalField("分子", max_digits=24, decimal_places=4, null=True)
    denominator = models.DecimalField("分母", max_digits=24, decimal_places=4, null=True)
    terms = models.JSONField("构成", default=list)
    updated_at = models.DateTimeField("更新时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "指标数据"
        constraints = [
            models.UniqueConstraint(
                name="observation_once_per_indicator_region_year", fields=["indicator", "region", "year"]
            )
        ]

    def __str__(self):
        return f"{self.region}{self.year}年{self.indicator}"


# ---------------------------------------------------------------- computed results


class Vintage(models.Model):
    """One computation of the index over all years. The digest of its inputs names it: the same inputs, the
    same vintage. A published one is written once (a trigger guards it and all its cells)."""

    PERSONAL = frozenset()

    class Kind(models.TextChoices):
        NIGHTLY = "nightly", "夜间试算"
        FROZEN = "frozen", "已冻结"
        PUBLISHED = "published", "已发布"

    edition = models.ForeignKey(Edition, models.PROTECT, verbose_name="指数版本", related_name="vintages")
    kind = models.CharField("类别", max_length=10, choices=Kind, default=Kind.NIGHTLY)
    digest = models.CharField("输入摘要", max_length=64, unique=True, help_text="规范化输入的SHA-256。")
    result_digest = models.CharField("结果摘要", max_length=64)
    seed = models.CharField("随机种子", max_length=20)
    draws = models.PositiveIntegerField("模拟次数")
    first_year = models.PositiveSmallIntegerField("起始年份")
    last_year = models.PositiveSmallIntegerField("最末年份")
    inputs = models.BinaryField("输入（压缩）")
    libraries = models.JSONField("程序库版本")
    created_at = models.DateTimeField("计算时间", default=timezone.now)
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="计算人", related_name="+"
    )
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name="替代", related_name="+"
    )
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "指数结果"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="vintage_published_has_a_time",
                condition=~Q(kind="published") | Q(published_at__isnull=False),
            )
        ]

    def __str__(self):
        return f"{self.edition}·{self.short}"

    @property
    def short(self) -> str:
        """The part of the digest that people read out."""
        return self.digest[:12]


class VintageCell(models.Model):
    """One result: an indicator, a pillar or the index, of one region in one year."""

    PERSONAL = frozenset()

    class Level(models.TextChoices):
        INDEX = "index", "指数"
        PILLAR = "pillar", "领域"
        INDICATOR = "indicator", "指标"

    vintage = models.ForeignKey(Vintage, models.CASCADE, verbose_name="指数结果", related_name="cells")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="区域", related_name="+")
    year = models.PositiveSmallIntegerField("年份")
    level = models.CharField("层级", max_length=10, choices=Level)
    node = models.CharField("节点", max_length=30)
    score = models.DecimalField("分值", max_digits=6, decimal_places=2, null=True)
    growth = models.DecimalField("发展指数", max_digits=10, decimal_places=2, null=True)
    rate = models.DecimalField("指标值", max_digits=24, decimal_places=6, null=True)
    numerator = models.DecimalField("分子", max_digits=24, decimal_places=4, null=True)
    denominator = models.DecimalField("分母", max_digits=24, decimal_places=4, null=True)
    state = models.CharField("取值", max_length=14, choices=Observation.State, blank=True)
    terms = models.JSONField("构成", default=list)
    coverage = models.DecimalField("覆盖率", max_digits=7, decimal_places=4, null=True)
    rank = models.PositiveSmallIntegerField("位次", null=True)
    rank_low = models.PositiveSmallIntegerField("位次区间上", null=True)
    rank_high = models.PositiveSmallIntegerField("位次区间下", null=True)
    score_low = models.DecimalField("分值区间下", max_digits=6, decimal_places=2, null=True)
    score_high = models.DecimalField("分值区间上", max_digits=6, decimal_places=2, null=True)
    flags = models.JSONField("标记", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "指数分值"
        constraints = [
            models.UniqueConstraint(
                name="vintage_cell_once_per_region_year_node", fields=["vintage", "region", "year", "node"]
            )
        ]
        indexes = [models.Index(fields=["vintage", "level", "year"], name="vintage_cell_by_level")]

    def __str__(self):
        return f"{self.region}{self.year}年 {self.node}"


class VintageContribution(models.Model):
    """What one indicator or pillar adds to an index, and what moved the index since the year before, in
    points. The items of one region and year add up to its index, and to its change."""

    PERSONAL = frozenset()

    vintage = models.ForeignKey(
        Vintage, models.CASCADE, verbose_name="指数结果", related_name="contributions"
    )
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="区域", related_name="+")
    year = models.PositiveSmallIntegerField("年份")
    node = models.CharField("节点", max_length=30)
    points = models.DecimalField("贡献分", max_digits=8, decimal_places=2, null=True)
    change_numerator = models.DecimalField("分子变动", max_digits=8, decimal_places=2, null=True)
    change_denominator = models.DecimalField("分母变动", max_digits=8, decimal_places=2, null=True)
    change_coverage = models.DecimalField("覆盖变动", max_digits=8, decimal_places=2, null=True)
    change_weights = models.DecimalField("权重变动", max_digits=8, decimal_places=2, null=True)

    class Meta:
        verbose_name = verbose_name_plural = "指数贡献"
        constraints = [
            models.UniqueConstraint(
                name="vintage_contribution_once_per_region_year_node",
                fields=["vintage", "region", "year", "node"],
            )
        ]

    def __str__(self):
        return f"{self.region}{self.year}年 {self.node}"


class ComputeRun(models.Model):
    """One night's (or one asked-for) computation: what it came to, and what differs from the time before."""

    PERSONAL = frozenset()

    at = models.DateTimeField("时间", default=timezone.now)
    vintage = models.ForeignKey(Vintage, models.PROTECT, verbose_name="指数结果", related_name="runs")
    is_new = models.BooleanField("新结果")
    figures_changed = models.PositiveIntegerField("变动的统计数据", default=0)
    seconds = models.DecimalField("用时（秒）", max_digits=8, decimal_places=2)
    by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="发起人", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "计算记录"
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{timezone.localtime(self.at):%Y-%m-%d %H:%M} {self.vintage.short}"


# ---------------------------------------------------------------- the annual report


class AnnualReport(models.Model):
    """One version of a year's annual report: made from one vintage, frozen with its file when published."""

    PERSONAL = frozenset()

    class State(models.TextChoices):
        MAKING = "making", "生成中"
        READY = "ready", "待发布"
        PUBLISHED = "published", "已发布"
        FAILED = "failed", "未生成"

    year = models.PositiveSmallIntegerField("年度")
    version = models.PositiveSmallIntegerField("版次")
    state = models.CharField("状态", max_length=10, choices=State, default=State.MAKING, editable=False)
    vintage = models.ForeignKey(Vintage, models.PROTECT, verbose_name="指数结果", related_name="reports")
    file = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, verbose_name="文件", related_name="+"
    )
    digest = models.CharField("文件摘要", max_length=64, blank=True)
    content = models.JSONField("内容", default=dict, editable=False)
    corrections = models.TextField("更正说明", blank=True, help_text="第二版起必填。")
    job = models.ForeignKey(Job, models.PROTECT, null=True, blank=True, verbose_name="任务", related_name="+")
    created_by = models.ForeignKey(User, models.PROTECT, verbose_name="编制人", related_name="+")
    created_at = models.DateTimeField("编制时间", default=timezone.now)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "年度报告"
        ordering = ["-year", "-version"]
        constraints = [
            models.UniqueConstraint(
                name="annual_report_once_per_year_and_version",
                fields=["year", "version"],
                violation_error_message="该年度已有同一版次。",
            ),
            models.CheckConstraint(
                name="annual_report_published_has_file_and_time",
                condition=~Q(state="published")
                | Q(published_at__isnull=False, file__isnull=False) & ~Q(digest=""),
                violation_error_message="已发布的报告必须有文件和发布时间。",
            ),
            models.CheckConstraint(
                name="annual_report_later_version_says_what_changed",
                condition=Q(version=1) | ~Q(corrections=""),
                violation_error_message="第二版起必须写明更正内容。",
            ),
        ]

    def __str__(self):
        return f"深圳市科普发展年度报告（{self.year}）第{self.version}版"

    def get_absolute_url(self):
        return reverse("reports_desk:detail", args=[self.pk])
