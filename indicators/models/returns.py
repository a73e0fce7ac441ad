"""What a district hands in: a return of cells, and what a reviewer says about one."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from indicators.models.form import FormItem, Period
from portal.accounts import Scoped, ScopedQuerySet, User
from portal.calendar import local_today
from portal.roles import Perm
from portal.workflow import Step, Workflow

NOT_APPLICABLE_SIGN = "-"


class ReturnQuerySet(ScopedQuerySet):
    def accepted(self):
        return self.filter(status=Return.Status.ACCEPTED)

    def unfinished(self):
        """Still with the district: to be filled or returned to it."""
        return self.filter(status__in=[Return.Status.DRAFT, Return.Status.RETURNED])


class Return(Scoped):
    """The filled form of one district for one year. Accepted, its cells are locked in the database."""

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        DRAFT = "draft", "填报中"
        SUBMITTED = "submitted", "待审核"
        RETURNED = "returned", "已退回"
        ACCEPTED = "accepted", "已通过"

    period = models.ForeignKey(Period, models.PROTECT, verbose_name="填报期", related_name="returns")
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.DRAFT, editable=False)
    first_submitted_at = models.DateTimeField("首次提交时间", null=True, blank=True, editable=False)
    submitted_at = models.DateTimeField("最近提交时间", null=True, blank=True, editable=False)
    returned_at = models.DateTimeField("退回时间", null=True, blank=True, editable=False)
    accepted_at = models.DateTimeField("通过时间", null=True, blank=True, editable=False)
    counted_at = models.DateTimeField("取数时间", null=True, blank=True, editable=False)
    is_sample = models.BooleanField("示例", default=False, editable=False)

    objects = ReturnQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "统计年报"
        constraints = [
            models.UniqueConstraint(
                name="return_once_per_district_and_period",
                fields=["period", "region"],
                violation_error_message="该区本年度年报已建立。",
            ),
            models.CheckConstraint(
                name="return_submitted_has_a_time",
                condition=Q(status="draft") | Q(first_submitted_at__isnull=False, submitted_at__isnull=False),
                violation_error_message="已提交的年报必须有提交时间。",
            ),
            models.CheckConstraint(
                name="return_accepted_has_a_time",
                condition=~Q(status="accepted") | Q(accepted_at__isnull=False),
                violation_error_message="已通过的年报必须有通过时间。",
            ),
        ]

    def __str__(self):
        return f"{self.region}{self.period.year}年度科普统计年报"

    def get_absolute_url(self):
        return reverse("indicators_desk:detail", args=[self.pk])

    @property
    def submitted_on(self) -> date | None:
        return local_today(self.first_submitted_at) if self.first_submitted_at else None

    def is_late(self, on: date) -> bool:
        """Late by the day of the first submission, or still not submitted after the last day."""
        return (self.submitted_on or on) > self.period.due_on

    @property
    def is_open(self) -> bool:
        """Whether the district may still change it."""
        return self.status in (self.Status.DRAFT, self.Status.RETURNED)


RETURN_FLOW = Workflow(
    submit=Step(
        label="提交",
        sources=frozenset({Return.Status.DRAFT, Return.Status.RETURNED}),
        target=Return.Status.SUBMITTED,
        needs=Perm.RETURN_FILL,
        stamp="submitted_at",
    ),
    send_back=Step(
        label="退回修改",
        sources=frozenset({Return.Status.SUBMITTED}),
        target=Return.Status.RETURNED,
        needs=Perm.RETURN_REVIEW,
        stamp="returned_at",
        wants_note=True,
    ),
    accept=Step(
        label="审核通过",
        sources=frozenset({Return.Status.SUBMITTED}),
        target=Return.Status.ACCEPTED,
        needs=Perm.RETURN_REVIEW,
        stamp="accepted_at",
    ),
    reopen=Step(
        label="重新开放",
        sources=frozenset({Return.Status.ACCEPTED}),
        target=Return.Status.RETURNED,
        needs=Perm.RETURN_REVIEW,
        stamp="returned_at",
        wants_note=True,
    ),
)


class ReturnCell(models.Model):
    """One figure of a return: a number (zero is one), not applicable, or not yet filled.

    What was typed and is no number stays in `typed`, so that nothing is lost; the cell then counts as not
    filled. `version` grows with every change: whoever saw an older one does not overwrite in silence.
    """

    PERSONAL = frozenset()

    class State(models.TextChoices):
        NUMBER = "number", "数值"
        NOT_APPLICABLE = "not_applicable", "不适用"
        EMPTY = "empty", "未填"

    class Source(models.TextChoices):
        ENTERED = "entered", "填报"
        COUNTED = "counted", "平台统计"

    filing = models.ForeignKey(Return, models.CASCADE, verbose_name="年报", related_name="cells")
    item = models.ForeignKey(FormItem, models.PROTECT, verbose_name="项目", related_name="+")
    state = models.CharField("取值", max_length=14, choices=State, default=State.EMPTY)
    value = models.DecimalField("数值", max_digits=18, decimal_places=2, null=True, blank=True)
    typed = models.CharField("未能识别的输入", max_length=40, blank=True)
    source = models.CharField("来源", max_length=10, choices=Source, default=Source.ENTERED)
    counted_value = models.DecimalField(
        "平台统计数", max_digits=18, decimal_places=2, null=True, blank=True, editable=False
    )
    counted_records = models.PositiveIntegerField("平台记录数", null=True, editable=False)
    note = models.CharField("说明", max_length=200, blank=True)
    version = models.PositiveIntegerField("版次", default=0, editable=False)
    changed_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name="修改人", related_name="+", editable=False
    )
    changed_at = models.DateTimeField("修改时间", null=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "年报数据"
        constraints = [
            models.UniqueConstraint(name="return_cell_once_per_item", fields=["filing", "item"]),
            models.CheckConstraint(
                name="return_cell_has_a_value_if_it_is_a_number",
                condition=Q(state="number", value__isnull=False, typed="")
                | Q(~Q(state="number"), value=None),
                violation_error_message="数值与取值状态不一致。",
            ),
            models.CheckConstraint(
                name="return_cell_is_not_negative",
                condition=Q(value=None) | Q(value__gte=0),
                violation_error_message="数值不能为负。",
            ),
        ]

    def __str__(self):
        return f"{self.filing} {self.item.key}"

    @property
    def text(self) -> str:
        """What stands in the input: a plain number, "-" for not applicable, or what was typed."""
        if self.state == self.State.NOT_APPLICABLE:
            return NOT_APPLICABLE_SIGN
        if self.value is None:
            return self.typed
        return plain(self.value)

    @property
    def is_overwritten(self) -> bool:
        """The portal counts another number than stands here."""
        return self.counted_value is not None and (
            self.state == self.State.NOT_APPLICABLE
            or (self.value is not None and self.value != self.counted_value)
        )


def plain(value: Decimal | None) -> str:
    """A decimal without trailing noughts and without an exponent; "" for None."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class CellRemark(models.Model):
    """What a reviewer says about one cell. Done with once the cell has changed."""

    PERSONAL = frozenset()

    cell = models.ForeignKey(ReturnCell, models.CASCADE, verbose_name="数据", related_name="remarks")
    text = models.CharField("意见", max_length=200)
    written_by = models.ForeignKey(User, models.PROTECT, verbose_name="提出人", related_name="+")
    written_at = models.DateTimeField("提出时间", default=timezone.now)
    answered_at = models.DateTimeField("修改时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "审核意见"
        ordering = ["written_at", "pk"]

    def __str__(self):
        return self.text
