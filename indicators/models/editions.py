"""The method as rows: editions of the index with their nodes and indicators, and what is known of each."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from portal.accounts import User
from portal.regions import Region


class EditionQuerySet(models.QuerySet):
    def adopted(self):
        """Editions that are or were computed with; the latest adopted last."""
        return self.filter(adopted_at__isnull=False).order_by("adopted_at", "pk")

    def drafts(self):
        return self.filter(adopted_at__isnull=True)


class Edition(models.Model):
    """One edition of the index: a draft until it is adopted, then what nights compute with. What a published
    vintage was computed with no longer changes.

    An edition with a predecessor begins in an overlap year that both know; its growth index carries on there.
    """

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
    predecessor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name="上一版本", related_name="successors"
    )
    link_year = models.PositiveSmallIntegerField("衔接年份", null=True, blank=True)
    reason = models.TextField("修订理由", blank=True)
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="起草人", related_name="+"
    )
    adopted_at = models.DateTimeField("启用时间", null=True, blank=True, default=timezone.now)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "指数版本"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="edition_with_a_predecessor_has_an_overlap_year",
                condition=Q(predecessor=None, link_year=None)
                | Q(predecessor__isnull=False, link_year__isnull=False, first_year=F("link_year")),
                violation_error_message="修订的版本从衔接年份开始，须写明衔接年份。",
            ),
            models.CheckConstraint(
                name="edition_begins_no_earlier_than_its_base_year",
                condition=Q(first_year__gte=F("base_year")) | Q(predecessor=None),
                violation_error_message="衔接年份不能早于基年。",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("indicators:edition", args=[self.code])

    @property
    def is_draft(self) -> bool:
        return self.adopted_at is None


class Node(models.Model):
    """The index or one of its pillars."""

    PERSONAL = frozenset()

    class Mean(models.TextChoices):
        ARITHMETIC = "arithmetic", "算术平均"
        GEOMETRIC = "geometric", "几何平均"

    class Weighing(models.TextChoices):
        EQUAL = "equal", "等权"
        EXPERT = "expert", "专家赋分"
        AHP = "ahp", "层次分析"

    edition = models.ForeignKey(Edition, models.CASCADE, verbose_name="指数版本", related_name="nodes")
    code = models.CharField("代码", max_length=20)
    name = models.CharField("名称", max_length=20)
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, verbose_name="上级", related_name="children"
    )
    weight = models.DecimalField("权重", max_digits=7, decimal_places=4, default=1)
    mean = models.CharField("合成方法", max_length=12, choices=Mean, default=Mean.ARITHMETIC)
    minimum_share = models.DecimalField("最低覆盖率", max_digits=7, decimal_places=6)
    weighing = models.CharField(
        "下级赋权方法",
        max_length=6,
        choices=Weighing,
        default=Weighing.EQUAL,
        help_text="其下各项的权重怎样得来。",
    )
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
    is_log = models.BooleanField("取对数", default=False)
    minimum_events = models.PositiveSmallIntegerField(
        "最少计数", default=0, help_text="计数少于此数的不计分。"
    )
    link_events = models.PositiveSmallIntegerField(
        "衔接所需计数", default=16, help_text="两年中任一年少于此数的，改用三年合计衔接。"
    )
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
            models.CheckConstraint(
                name="indicator_weight_is_positive",
                condition=Q(weight__gt=0),
                violation_error_message="权重必须大于零。",
            ),
            models.CheckConstraint(
                name="indicator_logarithm_begins_above_zero",
                condition=Q(is_log=False) | Q(low__gt=0),
                violation_error_message="取对数的指标，目标值下限必须大于零。",
            ),
        ]

    def __str__(self):
        return self.name


class WeightOpinion(models.Model):
    """What one expert says of the weights under one node: shares in points, or pairwise judgments.

    `values` has {code: points}, or {"code:code": how many times the first matters as much as the second}.
    Judgments that contradict each other (consistency ratio over 0.1) are not taken.
    """

    PERSONAL = frozenset()

    class Kind(models.TextChoices):
        POINTS = "expert", "赋分"
        JUDGMENTS = "ahp", "两两比较"

    node = models.ForeignKey(Node, models.CASCADE, verbose_name="上级", related_name="opinions")
    expert = models.CharField("专家编号", max_length=20, help_text="如“专家1”，不写姓名。")
    kind = models.CharField("方式", max_length=6, choices=Kind)
    values = models.JSONField("判断")
    consistency = models.DecimalField("一致性比率", max_digits=6, decimal_places=4, null=True, blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, verbose_name="录入人", related_name="+")
    entered_at = models.DateTimeField("录入时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "权重意见"
        ordering = ["node", "kind", "expert"]
        constraints = [
            models.UniqueConstraint(
                name="weight_opinion_once_per_node_kind_expert", fields=["node", "kind", "expert"]
            ),
            models.CheckConstraint(
                name="weight_judgments_are_consistent",
                condition=Q(kind="expert", consistency=None)
                | Q(kind="ahp", consistency__isnull=False, consistency__lte=Decimal("0.1")),
                violation_error_message="一致性比率超过 0.1，判断前后矛盾。",
            ),
        ]

    def __str__(self):
        return f"{self.node}·{self.expert}"


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
