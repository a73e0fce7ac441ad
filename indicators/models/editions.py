"""The method as rows: editions of the index with their nodes and indicators, and what is known of each."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from portal.regions import Region


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
