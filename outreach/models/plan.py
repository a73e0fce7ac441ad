"""The plan with its projects, measures and targets."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from portal.organizations import Organization


class Plan(models.Model):
    """A plan of several years; what it asks for hangs below it."""

    PERSONAL = frozenset()

    code = models.CharField("规划代码", max_length=20, unique=True)
    name = models.CharField("规划名称", max_length=120)
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("终止日期", help_text="含当日")
    basis = models.CharField("依据", max_length=300, blank=True)
    is_draft = models.BooleanField(
        "草案", default=False, editable=False, help_text="草案只在工作台可见，可以修改章节、任务和目标。"
    )

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

    def get_absolute_url(self):
        return reverse("plan_desk:plan", args=[self.pk])

    @property
    def years(self) -> range:
        return range(self.starts_on.year, self.ends_on.year + 1)


class Project(models.Model):
    """One section of the plan; of each project (工程) the annual report has a chapter."""

    PERSONAL = frozenset()

    class Kind(models.TextChoices):
        AUDIENCE = "audience", "重点人群行动"
        PROJECT = "project", "重点工程"
        SAFEGUARD = "safeguard", "保障措施"

    plan = models.ForeignKey(Plan, models.CASCADE, verbose_name="规划", related_name="projects")
    code = models.CharField("编号", max_length=10)
    kind = models.CharField("类别", max_length=12, choices=Kind, default=Kind.PROJECT)
    name = models.CharField("章节名称", max_length=60)
    summary = models.CharField("内容提要", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "规划章节"
        constraints = [
            models.UniqueConstraint(
                name="project_once_per_plan",
                fields=["plan", "code"],
                violation_error_message="本规划已有该编号的章节。",
            )
        ]

    def __str__(self):
        return f"{self.code} {self.name}"


class Measure(models.Model):
    """What the plan says is to be done, with a word on how far it is."""

    PERSONAL = frozenset()

    class Progress(models.TextChoices):
        NOT_BEGUN = "not_begun", "未启动"
        UNDER_WAY = "under_way", "推进中"
        DONE = "done", "已完成"

    project = models.ForeignKey(Project, models.CASCADE, verbose_name="规划章节", related_name="measures")
    code = models.CharField("编号", max_length=10)
    name = models.CharField("任务", max_length=120)
    progress = models.CharField("进展", max_length=12, choices=Progress, default=Progress.UNDER_WAY)
    note = models.CharField("进展说明", max_length=500, blank=True)
    lead = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, verbose_name="牵头单位", related_name="+"
    )
    partners = models.ManyToManyField(Organization, verbose_name="责任单位", related_name="+", blank=True)
    starts_on = models.DateField("开始日期", null=True, blank=True, help_text="不填为规划起始日期。")
    due_on = models.DateField("完成期限", null=True, blank=True, help_text="不填为规划终止日期。")
    weight = models.PositiveSmallIntegerField("权重", default=1, help_text="汇总本章节进度时的分量。")
    source_line = models.PositiveSmallIntegerField("原文行号", null=True, blank=True, editable=False)
    source_text = models.CharField("原文", max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "规划任务"
        constraints = [
            models.UniqueConstraint(
                name="measure_once_per_project",
                fields=["project", "code"],
                violation_error_message="本章节已有该编号的任务。",
            ),
            models.CheckConstraint(
                name="measure_due_after_it_starts",
                condition=Q(starts_on=None) | Q(due_on=None) | Q(due_on__gte=F("starts_on")),
                violation_error_message="完成期限不能早于开始日期。",
            ),
            models.CheckConstraint(
                name="measure_weighs_something",
                condition=Q(weight__gte=1, weight__lte=100),
                violation_error_message="权重为 1 至 100。",
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"

    @property
    def begins_on(self) -> date:
        """Its own day, or the plan's first."""
        return self.starts_on or self.project.plan.starts_on

    @property
    def ends_on(self) -> date:
        """Its own day, or the plan's last."""
        return self.due_on or self.project.plan.ends_on


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
    is_counted = models.BooleanField(
        "由平台取数", default=False, editable=False, help_text="完成值由平台统计，人工改填须写明原因。"
    )

    class Meta:
        verbose_name = verbose_name_plural = "规划目标"
        constraints = [
            models.UniqueConstraint(
                name="target_once_per_plan",
                fields=["plan", "code"],
                violation_error_message="本规划已有该代码的目标。",
            ),
            models.CheckConstraint(
                name="target_after_its_baseline",
                condition=Q(
                    target_year__gt=F("baseline_year"), baseline_year__gte=1990, target_year__lte=2100
                ),
                violation_error_message="目标年份必须晚于基期年份，且在 1990 至 2100 年之间。",
            ),
        ]

    def __str__(self):
        return self.name


class TargetPath(models.Model):
    """What a target promises for a year between baseline and target, where somebody set it."""

    PERSONAL = frozenset()

    target = models.ForeignKey(Target, models.CASCADE, verbose_name="规划目标", related_name="path")
    year = models.PositiveSmallIntegerField("年份")
    value = models.DecimalField("年度目标值", max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = verbose_name_plural = "年度目标"
        constraints = [models.UniqueConstraint(name="path_once_per_target_year", fields=["target", "year"])]

    def __str__(self):
        return f"{self.target} {self.year}"


class TargetActual(models.Model):
    """What was reached in one year, and where the figure is from.

    Where the portal counts a target, its count stands beside what somebody typed over it, with the reason.
    """

    PERSONAL = frozenset()

    target = models.ForeignKey(Target, models.CASCADE, verbose_name="规划目标", related_name="actuals")
    year = models.PositiveSmallIntegerField("年份")
    value = models.DecimalField("实际值", max_digits=14, decimal_places=2)
    source = models.CharField("来源", max_length=200)
    counted = models.DecimalField(
        "平台统计值", max_digits=14, decimal_places=2, null=True, blank=True, editable=False
    )
    counted_source = models.CharField("统计来源", max_length=200, blank=True, editable=False)
    link = models.CharField("来源页面", max_length=200, blank=True, editable=False)
    override_reason = models.CharField(
        "改填原因", max_length=300, blank=True, help_text="与平台统计不同时填写。"
    )

    class Meta:
        verbose_name = verbose_name_plural = "目标完成值"
        constraints = [
            models.UniqueConstraint(name="actual_once_per_target_year", fields=["target", "year"]),
            models.CheckConstraint(
                name="actual_differs_from_the_count_with_a_reason",
                condition=Q(counted=None) | Q(value=F("counted")) | ~Q(override_reason=""),
                violation_error_message="与平台统计不同的，须写明改填原因。",
            ),
            models.CheckConstraint(
                name="actual_counted_says_from_where",
                condition=Q(counted=None) | ~Q(counted_source=""),
                violation_error_message="平台统计值须有来源。",
            ),
        ]

    def __str__(self):
        return f"{self.target} {self.year}"
