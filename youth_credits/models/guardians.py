"""Who, besides the school, may see a child: guardians, and approved cases."""

from django.db import models
from django.db.models import F, Q
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
    """A reason to open one child's record from outside the school: approved by a second person, timed."""

    PERSONAL = frozenset({"reason"})

    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="access_cases")
    school = models.ForeignKey(Organization, models.PROTECT, verbose_name="学校", related_name="+")
    reason = models.CharField("事由", max_length=300)
    requested_by = models.ForeignKey(User, models.PROTECT, verbose_name="申请人", related_name="+")
    requested_at = models.DateTimeField("申请时间", default=timezone.now)
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="批准人", related_name="+"
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    ends_at = models.DateTimeField("截止时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "查阅申请"
        constraints = [
            models.CheckConstraint(
                name="access_case_approved_by_a_second_person_for_a_time",
                condition=Q(approved_by=None, approved_at=None, ends_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False, ends_at__gt=F("approved_at"))
                & ~Q(approved_by=F("requested_by")),
                violation_error_message="查阅须由另一人批准，并写明截止时间。",
            )
        ]

    def __str__(self):
        return f"查阅申请 {self.pk}"
