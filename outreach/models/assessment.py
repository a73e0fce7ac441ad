"""What becomes of a title: yearly assessment, funding, transfer, ban, money to be paid back, reminders."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from outreach.models.panel import PanelMember
from outreach.models.schemes import ScoreForm
from outreach.models.titles import Title
from portal.accounts import Scoped, ScopedQuerySet, User
from portal.files import Attachment
from portal.organizations import Organization
from portal.roles import Perm
from portal.workflow import Step, Workflow


class AssessmentQuerySet(ScopedQuerySet):
    def seen_by(self, user):
        return self.for_user(user, Perm.TITLE_CASE)


class Assessment(Scoped):
    """How a title's holder did in one year, by the bands of the form's version."""

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        OPEN = "open", "待自评"
        REPORTED = "reported", "待核查"
        RECTIFYING = "rectifying", "限期整改"
        PASSED = "passed", "合格"
        FAILED = "failed", "不合格"

    class Advice(models.TextChoices):
        PASSED = "passed", "合格"
        RECTIFY = "rectify", "限期整改"
        FAILED = "failed", "不合格"

    title = models.ForeignKey(Title, models.PROTECT, verbose_name="称号", related_name="assessments")
    form = models.ForeignKey(ScoreForm, models.PROTECT, verbose_name="评分表", related_name="+")
    year = models.PositiveSmallIntegerField("考核年度")
    due_on = models.DateField("自评截止")
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.OPEN, editable=False)
    values = models.JSONField("数据", default=dict, blank=True, help_text="项目 → 数值；平台数据为下限。")
    self_report = models.TextField("自评说明", max_length=3000, blank=True)
    asks_funding = models.BooleanField("申请经费资助", default=False)
    funding_purpose = models.CharField("经费用途", max_length=300, blank=True)
    total = models.DecimalField("得分", max_digits=5, decimal_places=2, null=True, editable=False)
    breakdown = models.JSONField("得分说明", default=list, blank=True, editable=False)
    is_excellent = models.BooleanField("优秀", default=False, editable=False)
    checked_by = models.ForeignKey(
        PanelMember,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="核查专家",
        related_name="assessments",
    )
    advice = models.CharField("专家建议", max_length=10, choices=Advice, blank=True, editable=False)
    expert_opinion = models.CharField("专家核查意见", max_length=500, blank=True, editable=False)
    checked_at = models.DateTimeField("专家核查时间", null=True, editable=False)
    check_opinion = models.CharField("核查意见", max_length=500, blank=True)
    rectify_until = models.DateField("整改期限", null=True, blank=True, editable=False)
    rectification = models.TextField("整改情况", max_length=2000, blank=True)
    rectification_proof = models.ForeignKey(
        Attachment,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="整改证明",
        related_name="+",
        editable=False,
    )
    reported_at = models.DateTimeField("自评时间", null=True, editable=False)
    decided_at = models.DateTimeField("结论时间", null=True, editable=False)
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度考核"
        indexes = [models.Index(fields=["year", "status"], name="assessment_by_year")]
        constraints = [
            models.UniqueConstraint(
                name="assessment_once_per_title_and_year",
                fields=["title", "year"],
                violation_error_message="该称号本年度已有考核。",
            ),
            models.CheckConstraint(
                name="assessment_decided_with_time_and_total",
                condition=~Q(status__in=["passed", "failed"]) | Q(decided_at__isnull=False),
                violation_error_message="考核结论须有时间。",
            ),
            models.CheckConstraint(
                name="assessment_rectifies_by_a_day",
                condition=~Q(status="rectifying") | Q(rectify_until__isnull=False),
                violation_error_message="限期整改须有期限。",
            ),
            models.CheckConstraint(
                name="assessment_put_right_with_proof",
                condition=(Q(rectification="") | Q(rectification_proof__isnull=False))
                & (~Q(status="passed") | Q(rectify_until=None) | Q(rectification_proof__isnull=False)),
                violation_error_message="整改须附证明材料。",
            ),
            models.CheckConstraint(
                name="assessment_checked_by_somebody_in_words",
                condition=Q(checked_at=None, advice="")
                | Q(checked_at__isnull=False, checked_by__isnull=False)
                & ~Q(advice="")
                & ~Q(expert_opinion=""),
                violation_error_message="专家核查须有核查专家、建议和意见。",
            ),
            models.CheckConstraint(
                name="assessment_funding_has_a_purpose",
                condition=Q(asks_funding=False) | ~Q(funding_purpose=""),
                violation_error_message="申请经费须写明用途。",
            ),
        ]

    def __str__(self):
        return f"{self.title} {self.year}年度考核"

    def get_absolute_url(self):
        return reverse("titles_desk:assessment", args=[self.pk])

    @property
    def outcome(self) -> str:
        """What the year came to, in words; "" while nothing is decided."""
        if self.status == self.Status.FAILED:
            return "不合格"
        if self.status != self.Status.PASSED:
            return ""
        if self.rectify_until:
            return "限期整改（已完成）"
        return "优秀" if self.is_excellent else "合格"

    @property
    def items(self) -> list[dict]:
        return self.form.assessment.get("items", [])


ASSESSMENT_STEPS = Workflow(
    report=Step(
        label="提交自评",
        sources=frozenset({"open"}),
        target="reported",
        needs=Perm.TITLE_APPLY,
        stamp="reported_at",
    ),
    rectify=Step(
        label="限期整改",
        sources=frozenset({"reported"}),
        target="rectifying",
        needs=Perm.TITLE_MANAGE,
        wants_note=True,
    ),
    rectified=Step(
        label="提交整改", sources=frozenset({"rectifying"}), target="reported", needs=Perm.TITLE_APPLY
    ),
    check_passed=Step(
        label="合格",
        sources=frozenset({"reported"}),
        target="passed",
        needs=Perm.TITLE_MANAGE,
        stamp="decided_at",
    ),
    check_failed=Step(
        label="不合格",
        sources=frozenset({"reported"}),
        target="failed",
        needs=Perm.TITLE_MANAGE,
        stamp="decided_at",
        wants_note=True,
    ),
    not_reported=Step(
        label="逾期未自评，不合格",
        sources=frozenset({"open"}),
        target="failed",
        needs=Perm.TITLE_MANAGE,
        stamp="decided_at",
        by_clock=True,
    ),
    not_rectified=Step(
        label="逾期未整改，不合格",
        sources=frozenset({"rectifying"}),
        target="failed",
        needs=Perm.TITLE_MANAGE,
        stamp="decided_at",
        by_clock=True,
    ),
)


class FundingAward(models.Model):
    """Money for a year, to a title whose holder passed, asked and qualifies (the database looks)."""

    PERSONAL = frozenset()

    assessment = models.OneToOneField(
        Assessment, models.PROTECT, verbose_name="年度考核", related_name="award"
    )
    amount_yuan = models.DecimalField(
        "金额（元）", max_digits=12, decimal_places=2, validators=[MinValueValidator(Decimal(1))]
    )
    listed_at = models.DateTimeField("列入时间", default=timezone.now)
    listed_by = models.ForeignKey(User, models.PROTECT, verbose_name="列入人", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "资助名单"
        constraints = [
            models.CheckConstraint(
                name="funding_award_is_money",
                condition=Q(amount_yuan__gt=0),
                violation_error_message="资助金额必须大于 0。",
            )
        ]

    def __str__(self):
        return f"{self.assessment} {self.amount_yuan} 元"


class TitleTransfer(models.Model):
    """A title went to another body: its holder was renamed or merged."""

    PERSONAL = frozenset()

    title = models.ForeignKey(Title, models.PROTECT, verbose_name="称号", related_name="transfers")
    former = models.ForeignKey(Organization, models.PROTECT, verbose_name="原单位", related_name="+")
    present = models.ForeignKey(Organization, models.PROTECT, verbose_name="现单位", related_name="+")
    on = models.DateField("变更日期")
    reason = models.CharField("变更原因", max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "称号变更"
        constraints = [
            models.CheckConstraint(
                name="transfer_goes_to_another_body",
                condition=~Q(former=F("present")),
                violation_error_message="原单位和现单位不能相同。",
            ),
            models.CheckConstraint(
                name="transfer_has_a_reason",
                condition=~Q(reason=""),
                violation_error_message="称号变更须写明原因。",
            ),
        ]

    def __str__(self):
        return f"{self.title} 变更"


class Ban(models.Model):
    """A body may not apply until a day: it had a title by fraud. Basis: 科学技术普及法第五十四至五十七条."""

    PERSONAL = frozenset()

    organization = models.ForeignKey(Organization, models.PROTECT, verbose_name="单位", related_name="+")
    title = models.ForeignKey(
        Title, models.PROTECT, null=True, blank=True, verbose_name="称号", related_name="bans"
    )
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("终止日期", help_text="含当日")
    reason = models.CharField("原因", max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "禁止申报"
        constraints = [
            models.CheckConstraint(
                name="ban_ends_after_it_starts",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="终止日期不能早于起始日期。",
            )
        ]

    def __str__(self):
        return f"{self.organization} 至 {self.ends_on}"


class ClawBack(models.Model):
    """Money to be paid back after a title was revoked, and how much of it came."""

    PERSONAL = frozenset()

    title = models.ForeignKey(Title, models.PROTECT, verbose_name="称号", related_name="claw_backs")
    amount_yuan = models.DecimalField("应追回（元）", max_digits=12, decimal_places=2)
    repaid_yuan = models.DecimalField("已追回（元）", max_digits=12, decimal_places=2, default=0)
    reason = models.CharField("原因", max_length=300)
    asked_on = models.DateField("追回日期")

    class Meta:
        verbose_name = verbose_name_plural = "资金追回"
        constraints = [
            models.CheckConstraint(
                name="claw_back_never_exceeds_what_is_owed",
                condition=Q(amount_yuan__gt=0, repaid_yuan__gte=0, repaid_yuan__lte=F("amount_yuan")),
                violation_error_message="已追回金额不能超过应追回金额。",
            )
        ]

    def __str__(self):
        return f"{self.title} {self.amount_yuan} 元"


class TitleReminder(models.Model):
    """A title's holder was told that it ends in so many days; each once."""

    PERSONAL = frozenset()

    title = models.ForeignKey(Title, models.CASCADE, verbose_name="称号", related_name="reminders")
    days = models.SmallIntegerField("提前天数")
    sent_at = models.DateTimeField("提醒时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "到期提醒"
        constraints = [models.UniqueConstraint(name="title_reminder_once", fields=["title", "days"])]

    def __str__(self):
        return f"{self.title} 提前 {self.days} 天"
