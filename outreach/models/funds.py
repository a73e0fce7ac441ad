"""Money: budget lines by duty, what was appropriated and paid on them, and what was given."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from outreach.models.duties import Duty
from portal.accounts import Scoped, ScopedQuerySet, User
from portal.documents import IssuedPaper
from portal.files import Attachment

_YUAN = {"max_digits": 14, "decimal_places": 2}


class BudgetLine(Scoped):
    """What a body may spend on one duty in one year.

    `appropriated_yuan` and `paid_yuan` are added up by the database from the entries, under a lock on this
    row: nothing is appropriated beyond the budget, and nothing paid beyond what was appropriated.
    """

    PERSONAL = frozenset()

    key = models.UUIDField("提交标识", unique=True, default=uuid.uuid4, editable=False)
    year = models.PositiveSmallIntegerField("年度")
    duty = models.ForeignKey(Duty, models.PROTECT, verbose_name="法定职责", related_name="lines")
    name = models.CharField("预算项目", max_length=120)
    amount_yuan = models.DecimalField("预算（元）", **_YUAN)
    appropriated_yuan = models.DecimalField("已下达（元）", default=0, editable=False, **_YUAN)
    paid_yuan = models.DecimalField("已支付（元）", default=0, editable=False, **_YUAN)
    evaluation = models.TextField("绩效自评", max_length=2000, blank=True)
    score = models.PositiveSmallIntegerField("自评得分", null=True, blank=True)
    evaluated_at = models.DateTimeField("自评时间", null=True, blank=True, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "经费预算"
        constraints = [
            models.UniqueConstraint(
                name="budget_line_once_per_year_body_and_duty",
                fields=["year", "organization", "duty", "name"],
                violation_error_message="该单位本年度在此职责下已有同名预算项目。",
            ),
            models.CheckConstraint(
                name="budget_line_of_a_body",
                condition=Q(organization__isnull=False, year__gte=2015, year__lte=2100),
                violation_error_message="预算必须属于一家单位，年度为 2015 至 2100。",
            ),
            models.CheckConstraint(
                name="budget_line_has_an_amount",
                condition=Q(amount_yuan__gt=0),
                violation_error_message="预算必须大于 0 元。",
            ),
            models.CheckConstraint(
                name="nothing_is_appropriated_beyond_its_line",
                condition=Q(appropriated_yuan__gte=0, appropriated_yuan__lte=F("amount_yuan")),
                violation_error_message="下达金额不能超过预算。",
            ),
            models.CheckConstraint(
                name="nothing_is_spent_beyond_its_line",
                condition=Q(paid_yuan__gte=0, paid_yuan__lte=F("appropriated_yuan")),
                violation_error_message="支付金额不能超过已下达的金额。",
            ),
            models.CheckConstraint(
                name="budget_line_evaluated_with_words_and_score",
                condition=Q(evaluated_at=None) | Q(~Q(evaluation=""), score__gte=0, score__lte=100),
                violation_error_message="自评须写明情况，得分为 0 至 100。",
            ),
        ]

    def __str__(self):
        return f"{self.year} 年 {self.name}"

    def get_absolute_url(self):
        return reverse("funds_desk:line", args=[self.pk])

    @property
    def to_appropriate(self):
        return self.amount_yuan - self.appropriated_yuan

    @property
    def to_pay(self):
        return self.appropriated_yuan - self.paid_yuan


class FundEntry(models.Model):
    """Money that moved on a line. What is wrong is cancelled with a reason; nothing else of it changes."""

    PERSONAL = frozenset({"payee"})

    class Kind(models.TextChoices):
        APPROPRIATION = "appropriation", "下达"
        PAYMENT = "payment", "支付"

    key = models.UUIDField("提交标识", unique=True, default=uuid.uuid4, editable=False)
    line = models.ForeignKey(BudgetLine, models.PROTECT, verbose_name="经费预算", related_name="entries")
    kind = models.CharField("类别", max_length=15, choices=Kind)
    amount_yuan = models.DecimalField("金额（元）", **_YUAN)
    entered_on = models.DateField("日期")
    payee = models.CharField("收款方", max_length=120, blank=True)
    purpose = models.CharField("用途", max_length=200)
    voucher = models.CharField("文号或凭证号", max_length=60, blank=True)
    proof = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, verbose_name="凭证", related_name="+"
    )
    created_by = models.ForeignKey(User, models.PROTECT, verbose_name="登记人", related_name="+")
    cancelled_at = models.DateTimeField("冲销时间", null=True, blank=True, editable=False)
    cancel_reason = models.CharField("冲销原因", max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "经费收支"
        constraints = [
            models.CheckConstraint(
                name="fund_entry_has_an_amount",
                condition=Q(amount_yuan__gt=0),
                violation_error_message="金额必须大于 0 元。",
            ),
            models.CheckConstraint(
                name="fund_entry_cancelled_with_a_reason",
                condition=Q(cancelled_at=None, cancel_reason="")
                | Q(~Q(cancel_reason=""), cancelled_at__isnull=False),
                violation_error_message="冲销须写明原因。",
            ),
            models.CheckConstraint(
                name="payment_goes_to_somebody",
                condition=Q(kind="appropriation") | ~Q(payee=""),
                violation_error_message="支付须写明收款方。",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.amount_yuan} 元"


class FundTarget(models.Model):
    """What a line is to reach, and what it reached."""

    PERSONAL = frozenset()

    line = models.ForeignKey(BudgetLine, models.CASCADE, verbose_name="经费预算", related_name="targets")
    name = models.CharField("绩效指标", max_length=80)
    unit = models.CharField("单位", max_length=20)
    wanted = models.DecimalField("目标值", **_YUAN)
    reached = models.DecimalField("完成值", null=True, blank=True, **_YUAN)

    class Meta:
        verbose_name = verbose_name_plural = "绩效目标"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="fund_target_once_per_line",
                fields=["line", "name"],
                violation_error_message="该预算已有同名绩效指标。",
            ),
            models.CheckConstraint(
                name="fund_target_wants_something",
                condition=Q(wanted__gt=0),
                violation_error_message="目标值必须大于 0。",
            ),
        ]

    def __str__(self):
        return self.name


class Donation(Scoped):
    """What somebody gave for outreach: for what, what became of it, and the receipt."""

    PERSONAL = frozenset({"donor"})

    class Kind(models.TextChoices):
        DONATION = "donation", "捐赠"
        SPONSORSHIP = "sponsorship", "赞助"

    key = models.UUIDField("提交标识", unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("类别", max_length=12, choices=Kind)
    donor = models.CharField("捐赠（赞助）方", max_length=120)
    is_person = models.BooleanField("捐赠方是个人", default=False)
    is_named = models.BooleanField("同意公示名称", default=False)
    amount_yuan = models.DecimalField("金额（元）", help_text="实物按评估价值填写。", **_YUAN)
    goods = models.CharField("实物说明", max_length=200, blank=True)
    purpose = models.CharField("约定用途", max_length=200)
    received_on = models.DateField("收到日期")
    used_yuan = models.DecimalField("已使用（元）", default=0, editable=False, **_YUAN)
    paper = models.OneToOneField(
        IssuedPaper,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="收据",
        related_name="+",
        editable=False,
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "捐赠与赞助"
        constraints = [
            models.CheckConstraint(
                name="donation_has_an_amount",
                condition=Q(amount_yuan__gt=0),
                violation_error_message="金额必须大于 0 元。",
            ),
            models.CheckConstraint(
                name="nothing_is_used_beyond_what_was_given",
                condition=Q(used_yuan__gte=0, used_yuan__lte=F("amount_yuan")),
                violation_error_message="使用金额不能超过捐赠金额。",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.pk}：{self.purpose}"

    def get_absolute_url(self):
        return reverse("funds_desk:donation", args=[self.pk])


class DonationUse(models.Model):
    """What a part of a donation was used for. The database adds up; nothing of it changes afterwards."""

    PERSONAL = frozenset()

    key = models.UUIDField("提交标识", unique=True, default=uuid.uuid4, editable=False)
    donation = models.ForeignKey(Donation, models.PROTECT, verbose_name="捐赠与赞助", related_name="uses")
    used_on = models.DateField("使用日期")
    amount_yuan = models.DecimalField("金额（元）", **_YUAN)
    purpose = models.CharField("用于", max_length=200)
    created_by = models.ForeignKey(User, models.PROTECT, verbose_name="登记人", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "捐赠使用"
        ordering = ["used_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="donation_use_has_an_amount",
                condition=Q(amount_yuan__gt=0),
                violation_error_message="金额必须大于 0 元。",
            ),
        ]

    def __str__(self):
        return f"{self.used_on} {self.purpose}"


class ResearchSpending(models.Model):
    """What the city spent on research and development in a year, as published: shown beside outreach."""

    PERSONAL = frozenset()

    year = models.PositiveSmallIntegerField("年份", unique=True)
    amount_yuan = models.DecimalField("研发经费（元）", max_digits=18, decimal_places=2)
    source = models.CharField("来源", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "研发经费"
        constraints = [
            models.CheckConstraint(
                name="research_spending_is_something",
                condition=Q(amount_yuan__gt=0, year__gte=2000, year__lte=2100),
                violation_error_message="年份为 2000 至 2100，金额必须大于 0 元。",
            ),
        ]

    def __str__(self):
        return f"{self.year}"
