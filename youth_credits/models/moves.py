"""Children move up at the turn of the school year, and from one school to another."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse

from portal.accounts import Scoped, ScopedQuerySet, User
from portal.calendar import school_year_label
from portal.organizations import Organization
from youth_credits.models.rules import Grade
from youth_credits.models.students import Student


class RollOver(Scoped):
    """One school's roll taken into a new school year as a whole; can be undone for seven days."""

    PERSONAL = frozenset()

    uuid = models.UUIDField("办理编号", unique=True, default=uuid.uuid4, editable=False)
    school_year = models.PositiveSmallIntegerField("学年", help_text="学年开始的年份。")
    promoted = models.PositiveIntegerField("升级（人）", default=0)
    repeated = models.PositiveIntegerField("留级（人）", default=0)
    left = models.PositiveIntegerField("毕业或离校（人）", default=0)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="撤销人", related_name="+"
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学年升级"
        constraints = [
            models.UniqueConstraint(
                name="roll_over_once_per_school_and_year",
                fields=["organization", "school_year"],
                condition=Q(undone_at=None),
                violation_error_message="本校这一学年已办理升级。",
            ),
            models.CheckConstraint(
                name="roll_over_belongs_to_a_school",
                condition=Q(organization__isnull=False),
                violation_error_message="升级必须属于一所学校。",
            ),
            models.CheckConstraint(
                name="roll_over_undone_by_somebody",
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{school_year_label(self.school_year)}升级"


class RollOverLine(models.Model):
    """What a roll-over did with one child, so that it can be put back."""

    PERSONAL = frozenset()

    class Fate(models.TextChoices):
        PROMOTED = "promoted", "升级"
        REPEATED = "repeated", "留级"
        LEFT = "left", "毕业或离校"

    roll_over = models.ForeignKey(RollOver, models.CASCADE, verbose_name="升级", related_name="lines")
    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="+")
    school = models.ForeignKey(Organization, models.PROTECT, verbose_name="学校", related_name="+")
    fate = models.CharField("办理结果", max_length=10, choices=Fate)
    grade_before = models.PositiveSmallIntegerField("原年级", choices=Grade)
    class_before = models.PositiveSmallIntegerField("原班级")

    class Meta:
        verbose_name = verbose_name_plural = "升级明细"
        constraints = [
            models.UniqueConstraint(name="roll_over_line_once_per_student", fields=["roll_over", "student"])
        ]

    def __str__(self):
        return f"升级明细 {self.pk}"


class TransferIn(Scoped):
    """A school asks for a child that comes to it. Its own half of a transfer: it holds what the school typed
    and nothing of the other school, not even whether the child is there.
    """

    PERSONAL = frozenset({"number_hash", "number_masked", "name_hash", "name_masked"})

    class Status(models.TextChoices):
        ASKED = "asked", "待原学校办理"
        DONE = "done", "已转入"
        CLOSED = "closed", "未能办理"
        WITHDRAWN = "withdrawn", "已撤回"

    uuid = models.UUIDField("办理编号", unique=True, default=uuid.uuid4, editable=False)
    number_hash = models.BinaryField("学籍号摘要", max_length=32)
    number_masked = models.CharField("学籍号", max_length=19)
    name_hash = models.BinaryField("姓名摘要", max_length=32)
    name_masked = models.CharField("姓名", max_length=30)
    grade = models.PositiveSmallIntegerField("转入年级", choices=Grade)
    class_number = models.PositiveSmallIntegerField("转入班级")
    starts_on = models.DateField("转入日期")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.ASKED)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "转入申请"
        constraints = [
            models.UniqueConstraint(
                name="transfer_in_asked_once_per_school_and_number",
                fields=["organization", "number_hash"],
                condition=Q(status="asked"),
                violation_error_message="该学籍号的转入申请正在办理，无须重复提交。",
            ),
            models.CheckConstraint(
                name="transfer_in_belongs_to_a_school", condition=Q(organization__isnull=False)
            ),
            models.CheckConstraint(
                name="transfer_in_ended_has_a_time",
                condition=Q(status="asked", ended_at=None) | ~Q(status="asked") & Q(ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="transfer_in_to_a_class",
                condition=Q(grade__gte=1, grade__lte=9, class_number__gte=1, class_number__lte=99),
                violation_error_message="年级应为一至九年级，班级应为 1 至 99。",
            ),
        ]

    def __str__(self):
        return f"转入申请 {self.pk}"

    @property
    def class_label(self) -> str:
        return f"{self.get_grade_display()}{self.class_number}班"


class TransferOut(Scoped):
    """A school lets one of its children go, asked by the portal for another school or of its own accord."""

    PERSONAL = frozenset({"reason"})

    class Status(models.TextChoices):
        ASKED = "asked", "待本校答复"
        RELEASED = "released", "已同意，待接收"
        REFUSED = "refused", "未同意"
        DONE = "done", "已转出"
        CLOSED = "closed", "已失效"

    uuid = models.UUIDField("办理编号", unique=True, default=uuid.uuid4, editable=False)
    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="+")
    to_school = models.ForeignKey(Organization, models.PROTECT, verbose_name="转入学校", related_name="+")
    # Bare, since the other half is not there for this school.
    asked_for = models.UUIDField("转入申请", null=True, blank=True, unique=True, editable=False)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.ASKED)
    reason = models.CharField("说明", max_length=300, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "转出"
        constraints = [
            models.UniqueConstraint(
                name="transfer_out_released_once_per_student",
                fields=["student"],
                condition=Q(status="released"),
                violation_error_message="该学生已同意转往另一所学校。",
            ),
            models.CheckConstraint(
                name="transfer_out_goes_elsewhere",
                condition=Q(organization__isnull=False) & ~Q(organization=models.F("to_school")),
                violation_error_message="转入学校不能是本校。",
            ),
            models.CheckConstraint(
                name="transfer_out_answered_has_a_time",
                condition=Q(status__in=["asked", "closed"]) | Q(answered_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"转出 {self.pk}"

    def get_absolute_url(self):
        return reverse("youth_credits:transfer_out", args=[self.uuid])
