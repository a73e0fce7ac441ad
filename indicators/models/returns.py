"""What a reporter hands in: a return of cells, what is said about one, and what stood in it each time."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from indicators.models.form import YEARLY_FORM, FormItem, Period, Reporter
from portal.accounts import Scoped, ScopedQuerySet, User
from portal.calendar import local_today
from portal.regions import Region
from portal.roles import Perm
from portal.workflow import Step, Workflow

NOT_APPLICABLE_SIGN = "-"


class ReturnQuerySet(ScopedQuerySet):
    def accepted(self):
        """What the index and the annual report are made of: the districts' accepted yearly returns."""
        return self.filter(
            status=Return.Status.ACCEPTED, reporter=Reporter.DISTRICT, period__form__code=YEARLY_FORM
        )

    def unfinished(self):
        """Still with the reporter: to be filled, returned to it, or waiting for its own head."""
        return self.filter(status__in=WITH_REPORTER)

    def named(self):
        """With what their names are made of."""
        return self.select_related("region", "organization", "period__form")

    def with_wish(self):
        """With whether its district wishes its head's signature, as `is_wished`."""
        wished = HeadSignOff.objects.filter(region=models.OuterRef("region"), is_on=True)
        return self.annotate(is_wished=models.Exists(wished))

    def to_fill(self, user: User):
        """Those a person fills: a unit's only who works there, a region's who holds it."""
        paths, organizations = user.places_for(Perm.RETURN_FILL)
        scope = Q(organization__in=organizations)
        for path in paths:
            scope |= Q(organization=None, region__path__startswith=path)
        return self.filter(scope)


class Return(Scoped):
    """The filled form of one reporter for one period. Accepted, its cells are locked in the database."""

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        DRAFT = "draft", "填报中"
        SIGNING = "signing", "待签核"
        SUBMITTED = "submitted", "待审核"
        RETURNED = "returned", "已退回"
        ACCEPTED = "accepted", "已通过"

    period = models.ForeignKey(Period, models.PROTECT, verbose_name="填报期", related_name="returns")
    reporter = models.CharField("填报对象", max_length=12, choices=Reporter, default=Reporter.DISTRICT)
    extended_to = models.DateField("延期至", null=True, blank=True, editable=False)
    extension_reason = models.CharField("延期理由", max_length=300, blank=True, editable=False)
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.DRAFT, editable=False)
    asked_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name="送签人", related_name="+", editable=False
    )
    first_submitted_at = models.DateTimeField("首次提交时间", null=True, blank=True, editable=False)
    submitted_at = models.DateTimeField("最近提交时间", null=True, blank=True, editable=False)
    returned_at = models.DateTimeField("退回时间", null=True, blank=True, editable=False)
    accepted_at = models.DateTimeField("通过时间", null=True, blank=True, editable=False)
    counted_at = models.DateTimeField("取数时间", null=True, blank=True, editable=False)
    reopen_reason = models.CharField("重新开放的理由", max_length=300, blank=True, editable=False)
    is_sample = models.BooleanField("示例", default=False, editable=False)

    objects = ReturnQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "统计报表填报"
        constraints = [
            models.UniqueConstraint(
                name="return_once_per_reporter_and_period",
                fields=["period", "reporter", "region", "organization"],
                nulls_distinct=False,
                violation_error_message="该填报对象本期报表已建立。",
            ),
            models.CheckConstraint(
                name="return_of_a_unit_names_it",
                condition=Q(reporter__in=["venue", "member"], organization__isnull=False)
                | Q(reporter__in=["district", "subdistrict"], organization=None),
                violation_error_message="场馆和成员单位的报表必须写明单位，区和街道的不写。",
            ),
            models.CheckConstraint(
                name="return_is_extended_with_a_reason",
                condition=Q(extended_to=None, extension_reason="")
                | Q(Q(extended_to__isnull=False), ~Q(extension_reason="")),
                violation_error_message="延期须写明日期和理由。",
            ),
            models.CheckConstraint(
                name="return_submitted_has_a_time",
                condition=Q(status__in=["draft", "signing"])
                | Q(first_submitted_at__isnull=False, submitted_at__isnull=False),
                violation_error_message="已提交的年报必须有提交时间。",
            ),
            models.CheckConstraint(
                name="return_that_waits_for_its_head_says_who_asked",
                condition=~Q(status="signing") | Q(asked_by__isnull=False),
                violation_error_message="待签核的报表必须有送签人。",
            ),
            models.CheckConstraint(
                name="return_accepted_has_a_time",
                condition=~Q(status="accepted") | Q(accepted_at__isnull=False),
                violation_error_message="已通过的年报必须有通过时间。",
            ),
        ]

    def __str__(self):
        return f"{self.reporter_name}{self.period}{self.period.form.name}"

    def get_absolute_url(self):
        return reverse("indicators_desk:detail", args=[self.pk])

    @property
    def reporter_name(self) -> str:
        return str(self.organization or self.region)

    @property
    def due_on(self) -> date:
        """The last day on which it is in time, for this reporter."""
        return self.extended_to or self.period.due_on

    @property
    def submitted_on(self) -> date | None:
        return local_today(self.first_submitted_at) if self.first_submitted_at else None

    def is_late(self, on: date) -> bool:
        """Late by the day of the first submission, or still not submitted after the last day."""
        return (self.submitted_on or on) > self.due_on

    def is_filled_by(self, user: User) -> bool:
        """Whether this person fills it: a unit's only who works there, a region's who holds it."""
        paths, organizations = user.places_for(Perm.RETURN_FILL)
        if self.organization_id:
            return self.organization_id in organizations
        return any(self.region.path.startswith(path) for path in paths)

    @property
    def is_open(self) -> bool:
        """Whether the reporter may still change it."""
        return self.status in (self.Status.DRAFT, self.Status.RETURNED)

    @property
    def is_with_reporter(self) -> bool:
        """Whether it is not handed in: being filled, returned, or waiting for its own head."""
        return self.status in WITH_REPORTER


WITH_REPORTER = (Return.Status.DRAFT, Return.Status.RETURNED, Return.Status.SIGNING)

RETURN_FLOW = Workflow(
    ask=Step(
        label="送负责人签核",
        sources=frozenset({Return.Status.DRAFT, Return.Status.RETURNED}),
        target=Return.Status.SIGNING,
        needs=Perm.RETURN_FILL,
    ),
    recall=Step(
        label="撤回修改",
        sources=frozenset({Return.Status.SIGNING}),
        target=Return.Status.DRAFT,
        needs=Perm.RETURN_FILL,
    ),
    decline=Step(
        label="不同意，退回填报人",
        sources=frozenset({Return.Status.SIGNING}),
        target=Return.Status.DRAFT,
        needs=Perm.RETURN_SIGN,
        wants_note=True,
    ),
    sign=Step(
        label="签核并提交",
        sources=frozenset({Return.Status.SIGNING}),
        target=Return.Status.SUBMITTED,
        needs=Perm.RETURN_SIGN,
        stamp="submitted_at",
    ),
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
    """One entry of a return: a number (zero is one), words, not applicable, or not yet filled.

    What was typed and is no number stays in `typed`, so that nothing is lost; the cell then counts as not
    filled. `version` grows with every change: whoever saw an older one does not overwrite in silence.
    """

    PERSONAL = frozenset()

    class State(models.TextChoices):
        NUMBER = "number", "数值"
        TEXT = "text", "文字"
        NOT_APPLICABLE = "not_applicable", "不适用"
        EMPTY = "empty", "未填"

    class Source(models.TextChoices):
        ENTERED = "entered", "填报"
        COUNTED = "counted", "平台统计"

    filing = models.ForeignKey(Return, models.CASCADE, verbose_name="年报", related_name="cells")
    item = models.ForeignKey(FormItem, models.PROTECT, verbose_name="项目", related_name="+")
    state = models.CharField("取值", max_length=14, choices=State, default=State.EMPTY)
    value = models.DecimalField("数值", max_digits=18, decimal_places=2, null=True, blank=True)
    words = models.CharField("文字内容", max_length=200, blank=True)
    typed = models.CharField("未能识别的输入", max_length=200, blank=True)
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
                name="return_cell_has_words_if_it_is_text",
                condition=Q(Q(state="text"), ~Q(words="")) | Q(~Q(state="text"), words=""),
                violation_error_message="文字与取值状态不一致。",
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
        """What stands in the input: a plain number, words, "-" for not applicable, or what was typed."""
        if self.state == self.State.NOT_APPLICABLE:
            return NOT_APPLICABLE_SIGN
        if self.state == self.State.TEXT:
            return self.words
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
    """One line of the talk at a cell. A reviewer's asks, until the cell has changed or somebody replied."""

    PERSONAL = frozenset()

    cell = models.ForeignKey(ReturnCell, models.CASCADE, verbose_name="数据", related_name="remarks")
    text = models.CharField("意见", max_length=200)
    asks = models.BooleanField("需答复", default=True)
    written_by = models.ForeignKey(User, models.PROTECT, verbose_name="提出人", related_name="+")
    written_at = models.DateTimeField("提出时间", default=timezone.now)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "单元格意见"
        ordering = ["written_at", "pk"]

    def __str__(self):
        return self.text

    @property
    def is_open(self) -> bool:
        return self.asks and self.answered_at is None


class Submission(models.Model):
    """What stood in a return each time it was handed in: written once, so that corrections keep both values.

    `cells` has, by key, the text as it stood in the cell and its note.
    """

    PERSONAL = frozenset()

    filing = models.ForeignKey(Return, models.CASCADE, verbose_name="报表", related_name="submissions")
    number = models.PositiveSmallIntegerField("次数")
    submitted_at = models.DateTimeField("提交时间")
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, verbose_name="提交人", related_name="+")
    signed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="签核人", related_name="+"
    )
    cells = models.JSONField("提交的数据")
    reason = models.CharField(
        "更正理由", max_length=300, blank=True, help_text="通过后重新开放时写明的理由。"
    )

    class Meta:
        verbose_name = verbose_name_plural = "报表提交记录"
        ordering = ["filing", "number"]
        constraints = [
            models.UniqueConstraint(name="submission_once_per_number", fields=["filing", "number"]),
            models.CheckConstraint(
                name="submission_is_signed_by_somebody_else",
                condition=Q(signed_by=None) | Q(submitted_by__isnull=False) & ~Q(signed_by=F("submitted_by")),
                violation_error_message="签核人不能是填报人。",
            ),
        ]

    def __str__(self):
        return f"{self.filing}第{self.number}次提交"

    def text_of(self, key: str) -> str | None:
        """What stood in a cell; None if the form had no such item then."""
        return self.cells[key]["text"] if key in self.cells else None


class Evidence(models.Model):
    """The records the portal counted for a cell, as they were when the return was handed in. Written once.

    `records` has a reference, words, day, amount and address each. Records about people have no words: their
    names are looked up when the list is opened.
    """

    PERSONAL = frozenset()

    submission = models.ForeignKey(Submission, models.CASCADE, verbose_name="提交", related_name="evidence")
    key = models.CharField("项目", max_length=10)
    value = models.DecimalField("平台统计数", max_digits=18, decimal_places=2)
    counted_at = models.DateTimeField("取数时间")
    label = models.CharField("口径", max_length=80)
    records = models.JSONField("记录", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "平台统计依据"
        ordering = ["submission", "key"]
        constraints = [
            models.UniqueConstraint(
                name="evidence_once_per_submission_and_item", fields=["submission", "key"]
            )
        ]

    def __str__(self):
        return f"{self.submission} {self.key}"


class Settlement(models.Model):
    """Which of two figures stands, the reported or the portal's own, and why; both are kept."""

    PERSONAL = frozenset()

    class Choice(models.TextChoices):
        REPORTED = "reported", "采用填报数"
        COUNTED = "counted", "采用平台统计数"

    cell = models.OneToOneField(ReturnCell, models.CASCADE, verbose_name="数据", related_name="settlement")
    choice = models.CharField("核定", max_length=10, choices=Choice)
    reported = models.CharField("填报数", max_length=40)
    counted = models.DecimalField("平台统计数", max_digits=18, decimal_places=2)
    note = models.CharField("理由", max_length=300)
    settled_by = models.ForeignKey(User, models.PROTECT, verbose_name="核定人", related_name="+")
    settled_at = models.DateTimeField("核定时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "数据核定"
        constraints = [
            models.CheckConstraint(
                name="settlement_says_why",
                condition=~Q(note=""),
                violation_error_message="请写明核定理由。",
            )
        ]

    def __str__(self):
        return f"{self.cell} {self.get_choice_display()}"


class Reminder(models.Model):
    """That a reporter was reminded of a return: each stage once per due day."""

    PERSONAL = frozenset()

    class Stage(models.TextChoices):
        OPEN = "open", "开始填报"
        WEEK = "week", "七日内截止"
        DAY = "day", "次日截止"
        LATE = "late", "逾期"
        LATE_WEEK = "late_week", "逾期一周"

    filing = models.ForeignKey(Return, models.CASCADE, verbose_name="报表", related_name="reminders")
    stage = models.CharField("提醒", max_length=10, choices=Stage)
    due_on = models.DateField("当时的截止日期")
    sent_at = models.DateTimeField("提醒时间")

    class Meta:
        verbose_name = verbose_name_plural = "填报提醒"
        constraints = [
            models.UniqueConstraint(
                name="reminder_once_per_stage_and_due_day", fields=["filing", "stage", "due_on"]
            )
        ]

    def __str__(self):
        return f"{self.filing} {self.get_stage_display()}"


class HeadSignOff(models.Model):
    """Whether a district wishes its yearly return to be signed by its head before it is handed in."""

    PERSONAL = frozenset()

    region = models.OneToOneField(Region, models.CASCADE, verbose_name="区", related_name="+")
    is_on = models.BooleanField("提交前须负责人签核", default=False)
    changed_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name="修改人", related_name="+", editable=False
    )
    changed_at = models.DateTimeField("修改时间", default=timezone.now, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "负责人签核的设置"

    def __str__(self):
        return f"{self.region}{'须' if self.is_on else '不须'}负责人签核"
