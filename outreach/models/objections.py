"""What anybody may say against a proposal before the public, and a body against being left out."""

import hashlib
import re
import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from outreach.models.rounds import Application
from portal.accounts import User
from portal.files import Attachment
from portal.roles import Perm
from portal.workflow import Step, Workflow


class Objection(models.Model):
    """One objection to one case, in writing and with proof. The same ground is heard once.

    A contest is the body's own: it is not proposed and asks that its case be looked at again.
    """

    PERSONAL = frozenset({"name", "phone"})

    class Kind(models.TextChoices):
        OBJECTION = "objection", "异议"
        CONTEST = "contest", "复核申请"

    class Ground(models.TextChoices):
        FIGURES = "figures", "填报数据不实"
        CONDITIONS = "conditions", "不符合准入条件"
        PROCEDURE = "procedure", "评审程序不当"
        INTEREST = "interest", "评审人员应回避而未回避"
        CONTENT = "content", "展示内容不科学"
        SCORE = "score", "评分或计算有误"
        ANSWER = "answer", "异议处理不当"
        OTHER = "other", "其他"

    # What each kind may be on.
    GROUNDS = {
        Kind.OBJECTION: ("figures", "conditions", "procedure", "interest", "content", "other"),
        Kind.CONTEST: ("score", "procedure", "interest", "answer", "other"),
    }

    class Status(models.TextChoices):
        SUBMITTED = "submitted", "调查中"
        UPHELD = "upheld", "异议成立"
        DISMISSED = "dismissed", "异议不成立"

    application = models.ForeignKey(
        Application, models.PROTECT, verbose_name="申报", related_name="objections"
    )
    kind = models.CharField("种类", max_length=10, choices=Kind, default=Kind.OBJECTION, editable=False)
    number = models.CharField("异议编号", max_length=20, unique=True)
    uuid = models.UUIDField("查询码", unique=True, default=uuid.uuid4, editable=False)
    ground = models.CharField("理由", max_length=12, choices=Ground)
    ground_key = models.CharField("理由标识", max_length=80, editable=False)
    text = models.TextField("事实与理由", max_length=2000)
    name = models.CharField("姓名或单位", max_length=60)
    phone = models.CharField("联系电话", max_length=30)
    proof = models.ForeignKey(Attachment, models.PROTECT, verbose_name="证明材料", related_name="+")
    received_at = models.DateTimeField("受理时间", default=timezone.now, editable=False)
    due_on = models.DateField("答复期限", editable=False)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.SUBMITTED, editable=False)
    answer = models.TextField("处理决定", max_length=2000, blank=True, editable=False)
    decided_at = models.DateTimeField("决定时间", null=True, editable=False)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name="决定人", related_name="+", editable=False
    )

    class Meta:
        verbose_name = verbose_name_plural = "异议"
        constraints = [
            models.CheckConstraint(
                name="objection_on_a_ground_of_its_kind",
                condition=Q(
                    kind="objection",
                    ground__in=["figures", "conditions", "procedure", "interest", "content", "other"],
                )
                | Q(kind="contest", ground__in=["score", "procedure", "interest", "answer", "other"]),
                violation_error_message="这个理由不适用，请重新选择。",
            ),
            models.UniqueConstraint(
                name="objection_once_per_case_and_ground",
                fields=["application", "ground_key"],
                violation_error_message="同一理由的异议已经受理。",
            ),
            models.CheckConstraint(
                name="objection_decided_with_an_answer",
                condition=Q(status="submitted") | ~Q(answer="") & Q(decided_at__isnull=False),
                violation_error_message="处理异议须写明决定。",
            ),
        ]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("titles_desk:objection", args=[self.pk])

    def get_follow_url(self):
        """Where whoever objected follows it: known to nobody else."""
        return reverse("bases:objection", args=[self.uuid])

    @property
    def result(self) -> str:
        """Its state in words: of a contest nobody says that an objection was upheld."""
        if self.kind == self.Kind.OBJECTION or self.status == self.Status.SUBMITTED:
            return self.get_status_display()
        return "申请成立" if self.status == self.Status.UPHELD else "维持原结果"

    @classmethod
    def key_of(cls, ground: str, text: str) -> str:
        """What makes two objections to a case the same: their ground; of other grounds, their words."""
        if ground != cls.Ground.OTHER:
            return ground
        words = re.sub(r"\W+", "", text).lower()
        return f"other:{hashlib.sha256(words.encode()).hexdigest()[:32]}"

    @property
    def region(self):
        return self.application.region

    @property
    def organization_id(self):
        return None  # the body it is about does not decide on it


OBJECTION_STEPS = Workflow(
    uphold=Step(
        label="异议成立",
        sources=frozenset({"submitted"}),
        target="upheld",
        needs=Perm.TITLE_MANAGE,
        stamp="decided_at",
        wants_note=True,
    ),
    dismiss=Step(
        label="异议不成立",
        sources=frozenset({"submitted"}),
        target="dismissed",
        needs=Perm.TITLE_MANAGE,
        stamp="decided_at",
        wants_note=True,
    ),
)
