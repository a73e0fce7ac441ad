"""Digital credentials, given out only when a guardian asks, and the awards for hours of practice."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts import User
from portal.documents import IssuedPaper
from portal.organizations import Organization
from youth_credits.models.students import Student


class HoursAward(models.Model):
    """A step of an award for hours of practice over the years; whether it is given at all is a row's matter.

    Basis: facts 3.4, Children's University: 30, 65, 100 … hours.
    """

    PERSONAL = frozenset()

    hours = models.PositiveSmallIntegerField("累计时长（小时）")
    name = models.CharField("名称", max_length=30)
    in_force_from = models.DateField("启用日期")
    basis = models.CharField("依据", max_length=300)
    is_active = models.BooleanField("启用", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "时长奖章"
        ordering = ["hours", "in_force_from"]
        constraints = [
            models.UniqueConstraint(
                name="hours_award_once_per_step_and_day",
                fields=["hours", "in_force_from"],
                violation_error_message="该时长在此日期已有奖章。",
            ),
            models.CheckConstraint(
                name="hours_award_from_1_to_10000_hours",
                condition=Q(hours__gte=1, hours__lte=10_000),
                violation_error_message="累计时长应为 1 至 10,000 小时。",
            ),
        ]

    def __str__(self):
        return f"{self.name}（{self.hours} 小时）"


class Credential(models.Model):
    """One digital credential about one child; whether it is valid, the register of issued papers says."""

    PERSONAL = frozenset({"claims"})

    uuid = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="credentials")
    school = models.ForeignKey(Organization, models.PROTECT, verbose_name="学校", related_name="+")
    paper = models.OneToOneField(IssuedPaper, models.PROTECT, verbose_name="签发文书", related_name="+")
    award = models.ForeignKey(
        HoursAward, models.PROTECT, null=True, blank=True, verbose_name="时长奖章", related_name="+"
    )
    claims = models.JSONField("凭证内容", editable=False)
    asked_by = models.ForeignKey(
        User, models.SET_NULL, null=True, verbose_name="申请的监护人", related_name="+"
    )
    asked_at = models.DateTimeField("申请时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "数字凭证"
        indexes = [models.Index(fields=["student", "-id"], name="credential_by_student")]

    def __str__(self):
        return f"数字凭证 {self.pk}"
