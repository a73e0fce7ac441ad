"""The plan with its projects, measures and targets."""

from django.db import models
from django.db.models import F, Q


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
