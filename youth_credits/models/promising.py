"""Children of promise: named by their school, with the guardian's own consent, a mentor and projects."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from portal.accounts import Scoped, ScopedQuerySet, User
from portal.encryption import unseal
from talent.models import Person
from youth_credits.models.students import Student


class Nomination(Scoped):
    """A school names a child for individual development; only school and guardian see it."""

    PERSONAL = frozenset({"statement_sealed", "signer_sealed"})

    class Status(models.TextChoices):
        PROPOSED = "proposed", "待同意"
        CONSENTED = "consented", "已同意"
        ACTIVE = "active", "培养中"
        DECLINED = "declined", "未同意"
        ENDED = "ended", "已结束"

    class Field(models.TextChoices):
        NATURE = "nature", "自然科学"
        MATHS = "maths", "数学"
        ENGINEERING = "engineering", "工程技术"
        COMPUTING = "computing", "信息科技"
        LIFE = "life", "生命科学"
        EARTH = "earth", "地球与海洋"

    uuid = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="nominations")
    field = models.CharField("方向", max_length=12, choices=Field)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.PROPOSED)
    statement_sealed = models.BinaryField("推荐理由（密文）", editable=False)
    consented_at = models.DateTimeField("监护人同意时间", null=True, blank=True)
    consented_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, verbose_name="同意的监护人账号", related_name="+"
    )
    signer_sealed = models.BinaryField("签字人（密文）", null=True, blank=True, editable=False)
    mentor = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name="导师", related_name="+"
    )
    started_at = models.DateTimeField("开始培养时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "科学潜质学生培养"
        constraints = [
            models.UniqueConstraint(
                name="nomination_open_once_per_student_and_field",
                fields=["student", "field"],
                condition=Q(status__in=["proposed", "consented", "active"]),
                violation_error_message="该学生在此方向已有推荐。",
            ),
            models.CheckConstraint(
                name="nomination_goes_on_only_with_consent",
                condition=~Q(status__in=["consented", "active"]) | Q(consented_at__isnull=False),
                violation_error_message="须先有监护人同意。",
            ),
            models.CheckConstraint(
                name="nomination_is_active_with_a_mentor",
                condition=~Q(status="active") | Q(mentor__isnull=False, started_at__isnull=False),
                violation_error_message="开始培养须先有导师。",
            ),
        ]

    def __str__(self):
        return f"潜质学生培养 {self.pk}"

    def get_absolute_url(self):
        return reverse("youth_credits:nomination", args=[self.uuid])

    @property
    def statement(self) -> str:
        if not self.statement_sealed:
            return ""
        return unseal(self.statement_sealed, field="nomination.statement", owner=self.uuid)


class Project(models.Model):
    """What a child works on with the mentor, and how it went."""

    PERSONAL = frozenset({"title", "report_sealed"})

    uuid = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    nomination = models.ForeignKey(Nomination, models.CASCADE, verbose_name="培养", related_name="projects")
    title = models.CharField("课题", max_length=100, help_text="请勿写学生姓名。")
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    report_sealed = models.BinaryField("小结（密文）", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "培养课题"
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="project_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="结束日期不能早于开始日期。",
            )
        ]

    def __str__(self):
        return f"培养课题 {self.pk}"

    @property
    def report(self) -> str:
        if not self.report_sealed:
            return ""
        return unseal(self.report_sealed, field="project.report", owner=self.uuid)
