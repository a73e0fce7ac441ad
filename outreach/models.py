"""The plan with its projects, measures and targets; the titles that organisations hold."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from portal.accounts import Scoped, ScopedQuerySet


class Plan(models.Model):
    """A plan of several years; what it asks for hangs below it."""

    PERSONAL = frozenset()

    code = models.CharField("规划代码", max_length=20, unique=True)
    name = models.CharField("规划名称", max_length=120)
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("终止日期", help_text="含当日")
    basis = models.CharField("依据", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "规划"
        constraints = [
            models.CheckConstraint(
                name="plan_ends_after_it_starts",
                condition=Q(ends_on__gt=F("starts_on")),
                violation_error_message="终止日期必须晚于起始日期。",
            )
        ]

    def __str__(self):
        return self.name


class Project(models.Model):
    """One of the plan's projects (工程); the annual report has a chapter for each."""

    PERSONAL = frozenset()

    plan = models.ForeignKey(Plan, models.CASCADE, verbose_name="规划", related_name="projects")
    code = models.CharField("编号", max_length=10)
    name = models.CharField("工程名称", max_length=60)
    summary = models.CharField("内容提要", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "重点工程"
        constraints = [models.UniqueConstraint(name="project_once_per_plan", fields=["plan", "code"])]

    def __str__(self):
        return f"{self.code} {self.name}"


class Measure(models.Model):
    """What the plan says is to be done, with a word on how far it is."""

    PERSONAL = frozenset()

    class Progress(models.TextChoices):
        NOT_BEGUN = "not_begun", "未启动"
        UNDER_WAY = "under_way", "推进中"
        DONE = "done", "已完成"

    project = models.ForeignKey(Project, models.CASCADE, verbose_name="重点工程", related_name="measures")
    code = models.CharField("编号", max_length=10)
    name = models.CharField("任务", max_length=120)
    progress = models.CharField("进展", max_length=12, choices=Progress, default=Progress.UNDER_WAY)
    note = models.CharField("进展说明", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "规划任务"
        constraints = [models.UniqueConstraint(name="measure_once_per_project", fields=["project", "code"])]

    def __str__(self):
        return f"{self.code} {self.name}"


class Target(models.Model):
    """A figure that the plan promises by a year."""

    PERSONAL = frozenset()

    plan = models.ForeignKey(Plan, models.CASCADE, verbose_name="规划", related_name="targets")
    code = models.CharField("代码", max_length=30)
    name = models.CharField("目标", max_length=120)
    unit = models.CharField("单位", max_length=20)
    baseline_year = models.PositiveSmallIntegerField("基期年份")
    baseline = models.DecimalField("基期值", max_digits=14, decimal_places=2)
    target_year = models.PositiveSmallIntegerField("目标年份")
    target = models.DecimalField("目标值", max_digits=14, decimal_places=2)
    source = models.CharField("来源", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "规划目标"
        constraints = [models.UniqueConstraint(name="target_once_per_plan", fields=["plan", "code"])]

    def __str__(self):
        return self.name


class TargetActual(models.Model):
    """What was reached in one year, and where the figure is from."""

    PERSONAL = frozenset()

    target = models.ForeignKey(Target, models.CASCADE, verbose_name="规划目标", related_name="actuals")
    year = models.PositiveSmallIntegerField("年份")
    value = models.DecimalField("实际值", max_digits=14, decimal_places=2)
    source = models.CharField("来源", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "目标完成值"
        constraints = [models.UniqueConstraint(name="actual_once_per_target_year", fields=["target", "year"])]

    def __str__(self):
        return f"{self.target} {self.year}"


class TitleKind(models.Model):
    """A title that a body may hold: base, demonstration point, enterprise hall …"""

    PERSONAL = frozenset()

    class Level(models.TextChoices):
        NATIONAL = "national", "国家级"
        PROVINCE = "province", "省级"
        CITY = "city", "市级"
        DISTRICT = "district", "区级"

    code = models.CharField("代码", max_length=30, unique=True)
    name = models.CharField("名称", max_length=60)
    level = models.CharField("级别", max_length=10, choices=Level)
    years_valid = models.PositiveSmallIntegerField("有效期（年）")
    basis = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "称号类别"

    def __str__(self):
        return self.name


class TitleQuerySet(ScopedQuerySet):
    def in_force(self, on: date):
        """Titles that stand on a day: granted, not yet over, not withdrawn."""
        return self.filter(valid_from__lte=on, valid_until__gte=on).filter(
            Q(withdrawn_on=None) | Q(withdrawn_on__gt=on)
        )


class Title(Scoped):
    """A title held by an organisation for a period. One organisation may hold several kinds."""

    PERSONAL = frozenset()

    class Category(models.TextChoices):
        VENUE = "venue", "科技场馆类"
        PUBLIC = "public", "公共场所类"
        RESEARCH = "research", "教育科研类"
        PRODUCTION = "production", "生产设施类"
        OTHER = "other", "其他类"

    kind = models.ForeignKey(TitleKind, models.PROTECT, verbose_name="称号", related_name="titles")
    category = models.CharField("类别", max_length=12, choices=Category)
    number = models.CharField("证书编号", max_length=40, unique=True)
    valid_from = models.DateField("生效日期")
    valid_until = models.DateField("有效期至", help_text="含当日")
    withdrawn_on = models.DateField("撤销日期", null=True, blank=True)
    withdrawal_reason = models.CharField("撤销原因", max_length=300, blank=True)
    exhibition_area = models.PositiveIntegerField("展厅面积（平方米）", null=True, blank=True)
    open_days = models.PositiveSmallIntegerField("年开放天数", null=True, blank=True)
    has_free_entry = models.BooleanField("免费或优惠开放", default=False)
    source = models.CharField("资料来源", max_length=200, blank=True)

    objects = TitleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "科普称号"
        constraints = [
            models.CheckConstraint(
                name="title_ends_after_it_begins",
                condition=Q(valid_until__gt=F("valid_from")),
                violation_error_message="有效期止日必须晚于生效日期。",
            ),
            models.CheckConstraint(
                name="title_belongs_to_an_organization",
                condition=Q(organization__isnull=False),
                violation_error_message="称号必须属于一家单位。",
            ),
            models.CheckConstraint(
                name="title_withdrawn_with_a_reason",
                condition=Q(withdrawn_on=None) | ~Q(withdrawal_reason=""),
                violation_error_message="撤销称号必须写明原因。",
            ),
            models.CheckConstraint(
                name="title_open_days_fit_a_year",
                condition=Q(open_days=None) | Q(open_days__lte=366),
                violation_error_message="年开放天数不能超过 366。",
            ),
            # No extension needed: ids as one-number ranges, both compared with &&.
            ExclusionConstraint(
                name="title_once_per_organization_kind_and_day",
                expressions=[
                    (
                        Func(F("organization_id"), F("organization_id"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(F("kind_id"), F("kind_id"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(F("valid_from"), F("valid_until"), Value("[]"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(withdrawn_on=None),
                violation_error_message="该单位在此期间已有同一称号。",
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.kind.name}"

    def is_in_force(self, on: date) -> bool:
        return self.valid_from <= on <= self.valid_until and not (
            self.withdrawn_on and self.withdrawn_on <= on
        )
