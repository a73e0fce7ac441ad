"""What a guardian is asked, and every yes and no that was ever said to it.

The rows of `Consent` are the truth and are never changed; the student's own three columns are what follows
from them, written by the database (migration of this table), so that no way of giving or withdrawing can
leave one without the other.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts import User
from portal.encryption import unseal
from youth_credits.models.students import Student


class ConsentText(models.Model):
    """One version of what guardians consent to. Who consented to an earlier one need not do so again."""

    PERSONAL = frozenset()

    version = models.CharField("版本", max_length=20, unique=True)
    in_force_from = models.DateField("启用日期", unique=True)
    title = models.CharField("标题", max_length=80)
    body = models.TextField("正文")
    basis = models.CharField("依据", max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "监护人同意书文本"
        ordering = ["-in_force_from", "pk"]

    def __str__(self):
        return f"{self.title}（{self.version}）"

    @property
    def paragraphs(self) -> list[str]:
        return [part.strip() for part in self.body.split("\n\n") if part.strip()]


class Consent(models.Model):
    """A guardian, or from 14 on the child itself, said yes, or took it back: to which text, when, in which
    way, and who wrote it down.

    Basis: 个人信息保护法第二十九条、第三十一条；深圳经济特区数据条例第二十条.
    """

    PERSONAL = frozenset({"signer_sealed"})

    class Kind(models.TextChoices):
        GIVEN = "given", "同意"
        WITHDRAWN = "withdrawn", "撤回同意"

    class Way(models.TextChoices):
        ACCOUNT = "account", "监护人本人在平台办理"
        PAPER = "paper", "学校按纸质签字件登记"
        CHILD = "child", "学校按满14周岁学生本人签字件登记"
        ROLL = "roll", "学校按名册登记"

    uuid = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="consents")
    kind = models.CharField("内容", max_length=10, choices=Kind)
    version = models.CharField("同意书版本", max_length=20)
    way = models.CharField("方式", max_length=10, choices=Way)
    on = models.DateField("签署日期")
    guardian = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, verbose_name="监护人账号", related_name="+"
    )
    signer_sealed = models.BinaryField("签字人（密文）", null=True, blank=True, editable=False)
    recorded_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, verbose_name="登记人", related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "监护人同意记录"
        indexes = [models.Index(fields=["student", "-id"], name="consent_by_student")]
        constraints = [
            models.CheckConstraint(
                name="consent_on_paper_says_who_signed_and_who_wrote_it_down",
                condition=~Q(way__in=["paper", "child"]) | Q(signer_sealed__isnull=False),
                violation_error_message="按纸质件登记须写明签字人。",
            ),
            models.CheckConstraint(
                name="consent_names_a_version",
                condition=~Q(version=""),
                violation_error_message="须写明同意书版本。",
            ),
        ]

    def __str__(self):
        return f"监护人同意记录 {self.pk}"

    @property
    def signer(self) -> str:
        """Who signed the paper; "" where nobody did."""
        if self.signer_sealed is None:
            return ""
        return unseal(self.signer_sealed, field="consent.signer", owner=self.uuid)
