"""The slip by which a guardian comes to an account: printed by the school, good once, for one child."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from portal.accounts import User
from portal.organizations import Organization
from youth_credits.models.students import Student


class GuardianSlipQuerySet(models.QuerySet):
    def usable(self, at):
        return self.filter(redeemed_at=None, revoked_at=None, expires_at__gt=at)


class GuardianSlip(models.Model):
    """One printed code. Only its keyed hash is here: the code itself stands on the paper and nowhere else.

    Under the scope "slip:<hash>" whoever holds the paper sees this one row and no other.
    """

    PERSONAL = frozenset({"code_hash"})

    printing = models.UUIDField("打印批次", default=uuid.uuid4, editable=False)
    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="slips")
    school = models.ForeignKey(Organization, models.PROTECT, verbose_name="学校", related_name="+")
    login_name = models.CharField("登录名", max_length=20, unique=True)
    code_hash = models.BinaryField("开户码摘要", max_length=32, unique=True, editable=False)
    made_by = models.ForeignKey(User, models.PROTECT, verbose_name="打印人", related_name="+")
    made_at = models.DateTimeField("打印时间", default=timezone.now)
    expires_at = models.DateTimeField("失效时间")
    revoked_at = models.DateTimeField("作废时间", null=True, blank=True)
    redeemed_at = models.DateTimeField("使用时间", null=True, blank=True)
    redeemed_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, verbose_name="使用人", related_name="+"
    )

    objects = GuardianSlipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "监护人开户单"
        indexes = [models.Index(fields=["printing"], name="slip_by_printing")]
        constraints = [
            models.CheckConstraint(
                name="slip_expires_after_it_was_made",
                condition=Q(expires_at__gt=F("made_at")),
                violation_error_message="失效时间必须晚于打印时间。",
            ),
            models.UniqueConstraint(
                name="slip_once_per_printing_and_student", fields=["printing", "student"]
            ),
            models.UniqueConstraint(
                name="slip_open_once_per_student",
                fields=["student"],
                condition=Q(redeemed_at=None, revoked_at=None),
                violation_error_message="该学生已有一张未使用的开户单。",
            ),
            models.CheckConstraint(
                name="slip_is_used_or_revoked_not_both",
                condition=Q(redeemed_at=None) | Q(revoked_at=None),
                violation_error_message="已使用的开户单不能作废。",
            ),
        ]

    def __str__(self):
        return f"监护人开户单 {self.pk}"
