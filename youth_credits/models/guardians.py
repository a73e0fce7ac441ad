"""Who, besides the school, may see a child: guardians, and approved cases."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from portal.accounts import User
from portal.organizations import Organization
from youth_credits.models.students import Student


class Guardianship(models.Model):
    """A guardian's account and one child. The school that confirmed it stands beside it."""

    PERSONAL = frozenset()

    guardian = models.ForeignKey(User, models.CASCADE, verbose_name="监护人", related_name="guardianships")
    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="guardianships")
    school = models.ForeignKey(Organization, models.PROTECT, verbose_name="确认学校", related_name="+")
    confirmed_at = models.DateTimeField("确认时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "监护关系"
        constraints = [
            models.UniqueConstraint(
                name="guardianship_once_per_person_and_child",
                fields=["guardian", "student"],
                violation_error_message="该监护关系已登记。",
            )
        ]

    def __str__(self):
        return f"监护关系 {self.pk}"


class AccessCase(models.Model):
    """A reason to open one child's record from outside the school: approved by a second person, timed.

    Basis: 未成年人网络保护条例第三十六条.
    """

    PERSONAL = frozenset({"reason"})

    class Status(models.TextChoices):
        REQUESTED = "requested", "待批准"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "未批准"
        ENDED = "ended", "已结束"

    class Origin(models.TextChoices):
        REQUEST = "request", "专项核查"
        APPEAL = "appeal", "处理申诉"
        SPOT_CHECK = "spot_check", "抽查"

    uuid = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="access_cases")
    school = models.ForeignKey(Organization, models.PROTECT, verbose_name="学校", related_name="+")
    origin = models.CharField("来由", max_length=12, choices=Origin, default=Origin.REQUEST)
    reason = models.CharField("事由", max_length=300)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.REQUESTED)
    requested_by = models.ForeignKey(User, models.PROTECT, verbose_name="申请人", related_name="+")
    requested_at = models.DateTimeField("申请时间", default=timezone.now)
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="批准人", related_name="+"
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    ends_at = models.DateTimeField("截止时间", null=True, blank=True)
    ended_at = models.DateTimeField("办结时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "查阅申请"
        indexes = [models.Index(fields=["school", "-id"], name="access_case_by_school")]
        constraints = [
            models.CheckConstraint(
                name="access_case_approved_by_a_second_person_for_a_time",
                condition=Q(approved_by=None, approved_at=None, ends_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False, ends_at__gt=F("approved_at"))
                & ~Q(approved_by=F("requested_by")),
                violation_error_message="查阅须由另一人批准，并写明截止时间。",
            ),
            models.CheckConstraint(
                name="access_case_is_open_only_when_approved",
                condition=~Q(status__in=["requested", "refused"]) | Q(approved_by=None),
                violation_error_message="未批准的申请不能有批准人。",
            ),
        ]

    def __str__(self):
        return f"查阅申请 {self.pk}"

    def get_absolute_url(self):
        return reverse("oversight:case", args=[self.uuid])

    @property
    def region(self):
        return self.school.region

    @property
    def organization_id(self) -> int:
        return self.school_id

    def is_open(self, at: datetime) -> bool:
        """Whether the record may be opened at a moment; the database asks the same of its own clock."""
        return self.status == self.Status.APPROVED and self.approved_at <= at < self.ends_at
