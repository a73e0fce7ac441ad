"""What anybody may say against a proposal while it is before the public."""

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
    """One objection to one case, in writing and with proof. The same ground is heard once."""

    PERSONAL = frozenset({"name", "phone"})

    class Ground(models.TextChoices):
        FIGURES = "figures", "填报数据不实"
        CONDITIONS = "conditions", "不符合准入条件"
        PROCEDURE = "procedure", "评审程序不当"
        INTEREST = "interest", "评审人员应回避而未回避"
        CONTENT = "content", "展示内容不科学"
        OTHER = "other", "其他"

    class Status(models.TextChoices):
        SUBMITTED = "submitted", "调查中"
        UPHELD = "upheld", "异议成立"
        DISMISSED = "dismissed", "异议不成立"

    application = models.ForeignKey(
        Application, models.PROTECT, verbose_name="申报", related_name="objections"
    )
    number = models.CharField("异议编号", max_length=20, unique=True)
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
