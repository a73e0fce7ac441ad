"""What a child did with its family: said by a guardian with a proof, confirmed by the school."""

import uuid

from django.db import models
from django.db.models import Q

from portal.accounts import Scoped, ScopedQuerySet, User
from portal.files import Attachment
from youth_credits.models.batches import Batch
from youth_credits.models.rules import CreditRule
from youth_credits.models.students import Student


class FamilyClaim(Scoped):
    """One activity of one child, as its guardian tells it. It counts once the school has confirmed it."""

    PERSONAL = frozenset({"name", "note"})

    class Status(models.TextChoices):
        SENT = "sent", "待学校确认"
        CONFIRMED = "confirmed", "已确认"
        REFUSED = "refused", "未确认"

    uuid = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="family_claims")
    rule = models.ForeignKey(CreditRule, models.PROTECT, verbose_name="类别", related_name="+")
    name = models.CharField("活动名称", max_length=100)
    provider = models.CharField("活动地点或单位", max_length=100)
    held_on = models.DateField("活动日期")
    minutes = models.PositiveSmallIntegerField("时长（分钟）")
    # No constraint in the database: the proof goes when its time is over, the decision stays.
    proof = models.ForeignKey(
        Attachment,
        models.DO_NOTHING,
        db_constraint=False,
        verbose_name="佐证材料",
        related_name="+",
    )
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.SENT)
    note = models.CharField("学校意见", max_length=300, blank=True)
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="确认人", related_name="+"
    )
    batch = models.ForeignKey(
        Batch,
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        verbose_name="学分批次",
        related_name="+",
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "家庭活动申报"
        constraints = [
            models.CheckConstraint(
                name="family_claim_decided_by_somebody",
                condition=Q(status="sent", decided_at=None)
                | ~Q(status="sent") & Q(decided_at__isnull=False, decided_by__isnull=False),
                violation_error_message="学校意见须有确认人和时间。",
            ),
            models.CheckConstraint(
                name="family_claim_within_a_day",
                condition=Q(minutes__gte=1, minutes__lte=1440),
                violation_error_message="时长应在 1 至 1,440 分钟之间。",
            ),
            models.UniqueConstraint(
                name="family_claim_once",
                fields=["student", "held_on", "name"],
                condition=~Q(status="refused"),
                violation_error_message="该活动已申报。",
            ),
        ]

    def __str__(self):
        return f"家庭活动申报 {self.pk}"
