"""What looks odd in the ledger: a list to be worked off, with reasons, never a verdict."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse

from portal.accounts import Scoped, ScopedQuerySet, User
from portal.calendar import school_year_label
from portal.organizations import Organization


class Suspicion(Scoped):
    """One odd thing at a school, or about a base. It names no child: the entries behind it are the school's.

    Found every night anew; the same thing is the same row.
    """

    PERSONAL = frozenset({"recorder"})

    class Kind(models.TextChoices):
        OVERLAP = "overlap", "活动时间重叠"
        TOO_FAR = "too_far", "两地相距较远"
        OVER_CAPACITY = "over_capacity", "超出场次名额"
        CERTIFICATE = "certificate", "证书编号重复"
        SAME_FILE = "same_file", "文件重复"
        IDENTICAL = "identical", "大量相同记录"
        LONG_DAY = "long_day", "时长超出常理"
        DOUBLE = "double", "学生可能重复登记"
        RECORDER = "recorder", "录入情况异常"
        BASE = "base", "单位学分异常"

    class Status(models.TextChoices):
        OPEN = "raised", "待核查"
        CLEARED = "cleared", "核查无问题"
        CORRECTED = "corrected", "已更正"
        UPHELD = "upheld", "查实违规"

    uuid = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("类别", max_length=14, choices=Kind)
    key = models.CharField("疑点键", max_length=120, unique=True, editable=False)
    reason = models.CharField("理由", max_length=300)
    school_year = models.PositiveSmallIntegerField("学年")
    entries = models.PositiveIntegerField("涉及记录（条）", default=0)
    recorder = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="录入人", related_name="+"
    )
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.OPEN)
    seen_at = models.DateTimeField("最近发现时间")
    worked_at = models.DateTimeField("核查时间", null=True, blank=True)
    worked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="核查人", related_name="+"
    )
    note = models.CharField("核查说明", max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学分疑点"
        constraints = [
            models.CheckConstraint(
                name="suspicion_worked_off_by_somebody_with_a_note",
                condition=Q(status="raised")
                | Q(worked_at__isnull=False, worked_by__isnull=False) & ~Q(note=""),
                violation_error_message="核查结果须有核查人、时间和说明。",
            )
        ]
        indexes = [models.Index(fields=["organization", "status", "-id"], name="suspicion_by_school")]

    def __str__(self):
        return f"学分疑点 {self.pk}"

    def get_absolute_url(self):
        return reverse("youth_credits:suspicion_detail", args=[self.uuid])

    @property
    def year_label(self) -> str:
        return school_year_label(self.school_year)


class SuspicionEntry(models.Model):
    """Which entry of the ledger a suspicion is about; its school alone may look."""

    PERSONAL = frozenset()

    suspicion = models.ForeignKey(Suspicion, models.CASCADE, verbose_name="疑点", related_name="marks")
    school = models.ForeignKey(Organization, models.PROTECT, verbose_name="学校", related_name="+")
    entry = models.PositiveBigIntegerField("学分记录", db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "疑点记录"
        constraints = [
            models.UniqueConstraint(name="suspicion_entry_once", fields=["suspicion", "entry"]),
        ]

    def __str__(self):
        return f"疑点记录 {self.pk}"


class ProviderFigure(models.Model):
    """What one school recorded at one provider in a school year: figures for the comparison of providers."""

    PERSONAL = frozenset()

    school = models.ForeignKey(Organization, models.CASCADE, verbose_name="学校", related_name="+")
    school_year = models.PositiveSmallIntegerField("学年")
    provider = models.CharField("举办单位", max_length=100)
    entries = models.PositiveIntegerField("记录数")
    heads = models.PositiveIntegerField("学生（人）")
    credits = models.DecimalField("学分", max_digits=10, decimal_places=2)

    class Meta:
        verbose_name = verbose_name_plural = "举办单位学分"
        constraints = [
            models.UniqueConstraint(
                name="provider_figure_once", fields=["school", "school_year", "provider"]
            ),
        ]

    def __str__(self):
        return f"举办单位学分 {self.pk}"


class UploadMark(models.Model):
    """The keyed digest of an uploaded sheet: the same file at two schools is odd."""

    PERSONAL = frozenset()

    batch = models.BigIntegerField("批次", unique=True)
    school = models.ForeignKey(Organization, models.CASCADE, verbose_name="学校", related_name="+")
    digest = models.BinaryField("文件摘要", max_length=32, db_index=True)
    made_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "上传文件摘要"

    def __str__(self):
        return f"上传文件摘要 {self.pk}"
