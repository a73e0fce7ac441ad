"""Where the city falls short, what is done about it, and the projects that take years."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from outreach.models.plan import Measure, Plan
from portal.organizations import Organization


class Gap(models.Model):
    """A shortcoming that the plan names, with the measures against it. Which indicators show it stands with
    the index, above this app."""

    PERSONAL = frozenset()

    plan = models.ForeignKey(Plan, models.CASCADE, verbose_name="规划", related_name="gaps")
    code = models.CharField("编号", max_length=10)
    name = models.CharField("差距", max_length=120)
    source_line = models.PositiveSmallIntegerField("原文行号", null=True, blank=True, editable=False)
    source_text = models.CharField("原文", max_length=200, blank=True, editable=False)
    measures = models.ManyToManyField(Measure, verbose_name="对应任务", related_name="gaps", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "差距清单"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="gap_once_per_plan",
                fields=["plan", "code"],
                violation_error_message="本规划已有该编号的差距。",
            )
        ]

    def __str__(self):
        return self.name


class MajorProject(models.Model):
    """A project of a measure that is built over years, with its milestones."""

    PERSONAL = frozenset()

    measure = models.ForeignKey(
        Measure, models.PROTECT, verbose_name="规划任务", related_name="major_projects"
    )
    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("项目名称", max_length=120)
    body = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, verbose_name="承担单位", related_name="+"
    )
    summary = models.CharField("项目简介", max_length=500)

    class Meta:
        verbose_name = verbose_name_plural = "重大项目"

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("plan:major", args=[self.code])


class Milestone(models.Model):
    """One step of a project: by when it is due, when it was reached, and who says so."""

    PERSONAL = frozenset()

    project = models.ForeignKey(
        MajorProject, models.CASCADE, verbose_name="重大项目", related_name="milestones"
    )
    name = models.CharField("节点", max_length=120)
    due_on = models.DateField("计划日期")
    reached_on = models.DateField("完成日期", null=True, blank=True)
    note = models.CharField("说明与来源", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "项目节点"
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="milestone_once_per_project",
                fields=["project", "name"],
                violation_error_message="本项目已有同名节点。",
            ),
            models.CheckConstraint(
                name="milestone_reached_with_words",
                condition=Q(reached_on=None) | ~Q(note=""),
                violation_error_message="已完成的节点须写明说明或来源。",
            ),
        ]

    def __str__(self):
        return self.name
