"""Computed results: vintages with their cells and contributions, and the runs they came from."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from indicators.models.editions import Edition, Observation
from portal.accounts import User
from portal.regions import Region


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
    steps = models.JSONField("计算步骤", default=list, help_text="每一步结果的摘要；复算时逐步比对。")
    beats = models.JSONField("两两比较", default=dict, help_text="年份→区→区：前者高于后者的模拟所占份额。")
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

    def get_absolute_url(self):
        return reverse("index_desk:vintage", args=[self.pk])


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
    steps = models.JSONField("步骤", default=list)
    changes = models.JSONField("变动明细", default=list)
    seconds = models.DecimalField("用时（秒）", max_digits=8, decimal_places=2)
    by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="发起人", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "计算记录"
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{timezone.localtime(self.at):%Y-%m-%d %H:%M} {self.vintage.short}"

    def get_absolute_url(self):
        return reverse("index_desk:run", args=[self.pk])


class RebuildCheck(models.Model):
    """That a vintage was computed again from its kept inputs, and whether the same came of it."""

    PERSONAL = frozenset()

    vintage = models.ForeignKey(
        Vintage, models.CASCADE, verbose_name="指数结果", related_name="rebuild_checks"
    )
    at = models.DateTimeField("复算时间", default=timezone.now)
    is_same = models.BooleanField("一致")
    figures = models.PositiveIntegerField("比对的数值")
    differences = models.JSONField("不一致之处", default=list)
    libraries = models.JSONField("程序库版本")
    seconds = models.DecimalField("用时（秒）", max_digits=8, decimal_places=2)
    by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="发起人", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "复算核对"
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.vintage.short} {'一致' if self.is_same else '不一致'}"
