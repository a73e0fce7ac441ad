"""Tasks: whatever is handed down from one level to the next, and reported up again with proof."""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from outreach.models.coordination import Meeting
from outreach.models.plan import Measure
from portal.accounts import Scoped, ScopedQuerySet, User
from portal.files import Attachment
from portal.regions import Region
from portal.roles import Perm
from portal.workflow import Step, Workflow


class TaskQuerySet(ScopedQuerySet):
    def open(self):
        """Not yet accepted as done."""
        return self.filter(status__in=[Task.Status.RUNNING, Task.Status.SUBMITTED])

    def late(self, on: date):
        return self.filter(status=Task.Status.RUNNING, due_on__lt=on)


class Task(Scoped):
    """Something that a level of the city asks of a place below it, or of a body there.

    `source` is the region that handed it down; `region` and `organization` say who has it. A part of a
    task handed further down has it as `parent`. What goes down stays within (database trigger).
    """

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        RUNNING = "running", "办理中"
        SUBMITTED = "submitted", "待审核"
        DONE = "done", "已完成"
        CANCELLED = "cancelled", "已取消"

    key = models.UUIDField("提交标识", default=uuid.uuid4, editable=False)
    title = models.CharField("任务", max_length=120)
    text = models.TextField("要求", max_length=2000, blank=True)
    source = models.ForeignKey(Region, models.PROTECT, verbose_name="下达区域", related_name="+")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name="上级任务", related_name="parts"
    )
    measure = models.ForeignKey(
        Measure, models.PROTECT, null=True, blank=True, verbose_name="规划任务", related_name="tasks"
    )
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, verbose_name="来自会议", related_name="tasks"
    )
    due_on = models.DateField("完成期限")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.RUNNING, editable=False)
    reply = models.TextField("办理情况", max_length=2000, blank=True)
    proof = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, verbose_name="办理证明", related_name="+"
    )
    reported_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="上报人", related_name="+", editable=False
    )
    reported_at = models.DateTimeField("上报时间", null=True, blank=True, editable=False)
    decided_at = models.DateTimeField("审核时间", null=True, blank=True, editable=False)
    climbed = models.PositiveSmallIntegerField("已上报催办级数", default=0, editable=False)
    reminded_on = models.DateField("提醒日期", null=True, blank=True, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "工作任务"
        indexes = [models.Index(fields=["due_on"], name="task_open_by_day", condition=Q(status="running"))]
        constraints = [
            models.UniqueConstraint(
                name="task_once_per_form_and_place",
                fields=["key", "region", "organization"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="task_is_somebody_elses",
                condition=Q(organization__isnull=False) | ~Q(region=F("source")),
                violation_error_message="任务须下达给下级区域或一家单位。",
            ),
            models.CheckConstraint(
                name="task_reported_with_words_and_proof",
                condition=Q(status__in=["running", "cancelled"])
                | Q(~Q(reply=""), proof__isnull=False, reported_at__isnull=False),
                violation_error_message="上报须写明办理情况并附证明。",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("plan_desk:task", args=[self.pk])

    @property
    def holder(self) -> str:
        """Who has it, in words."""
        return self.organization.name if self.organization_id else self.region.name


TASK_STEPS = Workflow(
    report_task=Step(
        label="上报办理情况",
        sources=frozenset({"running"}),
        target="submitted",
        needs=Perm.TASK_REPORT,
        stamp="reported_at",
    ),
    accept_task=Step(
        label="审核通过",
        sources=frozenset({"submitted"}),
        target="done",
        needs=Perm.TASK_ASSIGN,
        stamp="decided_at",
    ),
    return_task=Step(
        label="退回重办",
        sources=frozenset({"submitted"}),
        target="running",
        needs=Perm.TASK_ASSIGN,
        wants_note=True,
    ),
    cancel_task=Step(
        label="取消任务",
        sources=frozenset({"running"}),
        target="cancelled",
        needs=Perm.TASK_ASSIGN,
        stamp="decided_at",
        wants_note=True,
    ),
)
