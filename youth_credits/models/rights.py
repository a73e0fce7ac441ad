"""What a guardian may ask for as of right, how long data are kept, and what went wrong.

Basis: 个人信息保护法第四十四条至第四十七条、第五十条；未成年人网络保护条例第三十四条、第三十五条.
"""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from portal.accounts import Scoped, ScopedQuerySet, User
from portal.encryption import unseal
from portal.regions import Region
from youth_credits.models.students import Student


class RightsRequest(Scoped):
    """A guardian asks to see, copy, correct or delete a child's data; the school answers in writing."""

    PERSONAL = frozenset({"statement_sealed", "answer_sealed", "signer_sealed"})

    class Kind(models.TextChoices):
        ACCESS = "access", "查阅"
        COPY = "copy", "复制"
        CORRECTION = "correction", "更正"
        DELETION = "deletion", "删除"

    class Status(models.TextChoices):
        FILED = "filed", "待学校办理"
        GRANTED = "granted", "已办理"
        REFUSED = "refused", "不予办理"
        WITHDRAWN = "withdrawn", "已撤回"

    class Way(models.TextChoices):
        ACCOUNT = "account", "监护人本人在平台提出"
        PAPER = "paper", "学校按纸质申请登记"

    uuid = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="rights_requests")
    kind = models.CharField("请求", max_length=12, choices=Kind)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.FILED)
    way = models.CharField("提出方式", max_length=10, choices=Way)
    filed_on = models.DateField("提出日期")
    due_on = models.DateField("办理期限")
    statement_sealed = models.BinaryField("说明（密文）", editable=False)
    signer_sealed = models.BinaryField("签字人（密文）", null=True, blank=True, editable=False)
    answer_sealed = models.BinaryField("书面答复（密文）", null=True, blank=True, editable=False)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="答复人", related_name="+"
    )
    ended_at = models.DateTimeField("办结时间", null=True, blank=True)
    is_overdue = models.BooleanField("已逾期", default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "个人信息权利请求"
        indexes = [models.Index(fields=["organization", "status", "due_on"], name="rights_by_school")]
        constraints = [
            models.CheckConstraint(
                name="rights_request_refused_in_writing",
                condition=~Q(status="refused")
                | Q(answer_sealed__isnull=False, ended_at__isnull=False, answered_by__isnull=False),
                violation_error_message="不予办理须书面说明理由。",
            ),
            models.CheckConstraint(
                name="rights_request_granted_by_somebody_at_a_time",
                condition=~Q(status="granted") | Q(ended_at__isnull=False, answered_by__isnull=False),
            ),
            models.CheckConstraint(
                name="rights_request_due_after_it_was_filed", condition=Q(due_on__gte=F("filed_on"))
            ),
            models.UniqueConstraint(
                name="rights_request_open_once_per_kind",
                fields=["student", "kind"],
                condition=Q(status="filed"),
                violation_error_message="同一类请求正在办理。",
            ),
        ]

    def __str__(self):
        return f"权利请求 {self.pk}"

    def get_absolute_url(self):
        return reverse("youth_credits:rights_request", args=[self.uuid])

    def _open(self, name: str) -> str:
        sealed = getattr(self, f"{name}_sealed")
        return unseal(sealed, field=f"rights.{name}", owner=self.uuid) if sealed else ""

    @property
    def statement(self) -> str:
        return self._open("statement")

    @property
    def answer(self) -> str:
        return self._open("answer")

    @property
    def signer(self) -> str:
        return self._open("signer")

    def is_late(self, on: date) -> bool:
        return self.status == self.Status.FILED and on > self.due_on


class Incident(Scoped):
    """Something that happened to minors' data: what, how many, what was done, who was told and when.

    Basis: 个人信息保护法第五十七条；未成年人网络保护条例第三十五条.
    """

    PERSONAL = frozenset()

    happened_on = models.DateField("发生日期")
    found_on = models.DateField("发现日期")
    title = models.CharField("事件", max_length=100)
    description = models.TextField("经过", help_text="请勿写学生姓名和学籍号。")
    heads = models.PositiveIntegerField("涉及未成年人（人）", default=0)
    measures = models.TextField("处置措施")
    reported_on = models.DateField("报告主管部门日期", null=True, blank=True)
    told_on = models.DateField("告知监护人日期", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "未成年人信息安全事件"
        ordering = ["-found_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="incident_found_after_it_happened",
                condition=Q(found_on__gte=F("happened_on")),
                violation_error_message="发现日期不能早于发生日期。",
            )
        ]

    def __str__(self):
        return f"{self.title}（{self.found_on}）"


class RetentionRule(models.Model):
    """How long one kind of record is kept after the event that ends its use."""

    PERSONAL = frozenset()

    class Subject(models.TextChoices):
        STUDENT = "student", "毕业或离校学生的姓名和学籍号"
        SLIP = "slip", "未使用的监护人开户单"
        CASE = "case", "查阅申请"
        APPEAL = "appeal", "申诉的说明与答复"
        RIGHTS = "rights", "权利请求的说明与答复"

    subject = models.CharField("对象", max_length=10, choices=Subject, unique=True)
    days = models.PositiveIntegerField("保存期限（日）", help_text="从离校、失效或办结之日起算。")
    notice_days = models.PositiveSmallIntegerField(
        "预告期（日）", default=7, help_text="列入预告后满这些天才执行。"
    )
    basis = models.CharField("依据", max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "保存期限"
        ordering = ["subject"]
        constraints = [
            models.CheckConstraint(
                name="retention_rule_keeps_at_least_a_day",
                condition=Q(days__gte=1),
                violation_error_message="保存期限至少 1 日。",
            ),
            models.CheckConstraint(
                name="retention_rule_keeps_what_was_looked_at_three_years",
                condition=~Q(subject="case") | Q(days__gte=1095),
                violation_error_message="查阅记录至少保存三年（1,095 日）：个人信息保护法第五十六条。",
            ),
        ]

    def __str__(self):
        return f"{self.get_subject_display()}：{self.days} 日"


class RetentionPlan(models.Model):
    """What one night found to be due under one rule: shown first, carried out after the days of notice."""

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        SHOWN = "shown", "预告中"
        DONE = "done", "已执行"
        STOPPED = "stopped", "已停止"

    rule = models.ForeignKey(RetentionRule, models.PROTECT, verbose_name="保存期限", related_name="plans")
    planned_on = models.DateField("预告日期")
    due_on = models.DateField("执行日期")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.SHOWN)
    keys = models.JSONField("到期记录编号", editable=False)
    count = models.PositiveIntegerField("到期（条）")
    done_count = models.PositiveIntegerField("已处理（条）", default=0)
    done_at = models.DateTimeField("执行时间", null=True, blank=True)
    stopped_at = models.DateTimeField("停止时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "到期处理预告"
        constraints = [
            models.UniqueConstraint(
                name="retention_plan_once_per_rule_and_day", fields=["rule", "planned_on"]
            ),
            models.CheckConstraint(
                name="retention_plan_is_shown_before_it_is_done", condition=Q(due_on__gt=F("planned_on"))
            ),
            models.CheckConstraint(
                name="retention_plan_done_has_a_time", condition=~Q(status="done") | Q(done_at__isnull=False)
            ),
        ]

    def __str__(self):
        return f"{self.planned_on} {self.rule.get_subject_display()}"

    @property
    def region(self) -> Region:
        """Retention is the city's."""
        return Region.objects.city()
