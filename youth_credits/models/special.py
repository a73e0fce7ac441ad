"""Children of whom less is asked in a school year: a reason, a proof, a second person."""

import uuid

from django.db import models
from django.db.models import F, Q

from portal.accounts import Scoped, ScopedQuerySet, User
from portal.files import Attachment
from youth_credits.models.students import Student


class SpecialCase(Scoped):
    """Disability, long illness, a late transfer, or force majeure: the year's minimum at a share of itself.

    Basis: the exceptions of 北京市初中开放性科学实践活动 (2018), on which the default rule set stands.
    """

    PERSONAL = frozenset({"kind", "reason"})

    class Kind(models.TextChoices):
        DISABILITY = "disability", "残疾"
        ILLNESS = "illness", "长期病休"
        LATE = "late", "学年中途转入"
        FORCE_MAJEURE = "force_majeure", "不可抗力"

    class Status(models.TextChoices):
        ASKED = "asked", "待审核"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "未批准"
        ENDED = "ended", "已撤销"

    uuid = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="special_cases")
    school_year = models.PositiveSmallIntegerField("学年")
    kind = models.CharField("情形", max_length=14, choices=Kind)
    share = models.DecimalField("最低学分按比例", max_digits=4, decimal_places=3)
    reason = models.CharField("事由", max_length=300)
    # No constraint in the database: the proof goes when its time is over, the decision stays.
    proof = models.ForeignKey(
        Attachment,
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        verbose_name="证明材料",
        related_name="+",
    )
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.ASKED)
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="审核人", related_name="+"
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "特殊情形"
        constraints = [
            models.CheckConstraint(
                name="special_case_share_from_nothing_to_all",
                condition=Q(share__gte=0, share__lt=1),
                violation_error_message="比例应在 0 至 1 之间，且小于 1。",
            ),
            models.CheckConstraint(
                name="special_case_decided_by_a_second_person",
                condition=Q(status="asked")
                | Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(decided_by=F("created_by")),
                violation_error_message="申报与审核须由不同的人办理。",
            ),
            models.UniqueConstraint(
                name="special_case_one_a_year",
                fields=["student", "school_year"],
                condition=Q(status__in=["asked", "approved"]),
                violation_error_message="该学生本学年已有在办或已批准的特殊情形。",
            ),
        ]

    def __str__(self):
        return f"特殊情形 {self.pk}"
