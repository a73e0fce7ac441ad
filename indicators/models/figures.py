"""Reference figures: national series, denominators, and what the portal counts or somebody enters."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.regions import Region


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

    UNIT = "人"  # of what is entered: the index divides by it as it stands

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


class FigureEvidence(models.Model):
    """What a counted figure of a district and year was counted from. Written once: what is counted from other
    records later is another row, and the earlier one stays to be opened.

    `records` has a reference, words, day, amount, address and the code of the subdistrict ("" in none) each;
    of people no words. The amounts (1 where there is none) add up to `total`, of which `value` is the figure.
    """

    PERSONAL = frozenset()

    source = models.ForeignKey(FigureSource, models.PROTECT, verbose_name="数据来源", related_name="evidence")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="区域", related_name="+")
    year = models.PositiveSmallIntegerField("年份")
    value = models.DecimalField("统计数", max_digits=18, decimal_places=2)
    total = models.DecimalField("合计", max_digits=18, decimal_places=2)
    word = models.CharField("合计的单位", max_length=10)
    records = models.JSONField("记录", default=list)
    digest = models.CharField("内容摘要", max_length=64, help_text="记录相同的不再存一份。")
    counted_at = models.DateTimeField("统计时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "统计数据依据"
        ordering = ["source", "year", "region", "counted_at", "pk"]
        indexes = [
            models.Index(
                name="evidence_of_a_figure",
                fields=["source", "region", "year", "-counted_at", "-id"],
            )
        ]

    def __str__(self):
        return f"{self.region}{self.year}年{self.source.label}的依据"


class SubdistrictFigure(models.Model):
    """What the portal counts in one subdistrict and year: a figure, or a cell of the form, by its code. Shown
    with care for small numbers."""

    PERSONAL = frozenset()

    key = models.CharField("代码", max_length=30)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="街道", related_name="+")
    year = models.PositiveSmallIntegerField("年份")
    value = models.DecimalField("数值", max_digits=18, decimal_places=2)
    counted_at = models.DateTimeField("统计时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "街道统计数据"
        ordering = ["key", "year", "region"]
        constraints = [
            models.UniqueConstraint(
                name="subdistrict_figure_once_per_key_region_year", fields=["key", "region", "year"]
            ),
            models.CheckConstraint(
                name="subdistrict_figure_is_not_negative",
                condition=Q(value__gte=0),
                violation_error_message="数值不能为负。",
            ),
        ]

    def __str__(self):
        return f"{self.region}{self.year}年{self.key}"


class CountMark(models.Model):
    """What one count had read for a year when it was last done. The same mark again: nothing has changed
    since, and the night leaves it."""

    PERSONAL = frozenset()

    key = models.CharField("统计项", max_length=40)
    year = models.PositiveSmallIntegerField("年份")
    mark = models.CharField("数据状态", max_length=64)
    tables = models.JSONField("读取的表", default=list)
    counted_at = models.DateTimeField("统计时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "统计标记"
        constraints = [
            models.UniqueConstraint(name="count_mark_once_per_key_and_year", fields=["key", "year"])
        ]

    def __str__(self):
        return f"{self.key} {self.year}年"
