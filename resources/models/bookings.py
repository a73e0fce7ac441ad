"""Bookings: one resource asked for, for one need, at one time; the database refuses two at once."""

import uuid
from datetime import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast
from django.urls import reverse

from portal.accounts import Scoped, ScopedQuerySet
from portal.files import Attachment
from portal.roles import Perm
from portal.workflow import Step, Workflow
from resources.models.needs import Need
from resources.models.opening import this_resource
from resources.models.registry import Resource
from resources.rules import Span, written

MOST_LANES = 50


class BookingTerms(models.Model):
    """What a resource's owner says of booking it; without a row the registry's way of booking counts."""

    PERSONAL = frozenset()

    resource = models.OneToOneField(
        Resource, models.CASCADE, verbose_name="资源", related_name="booking_terms"
    )
    is_open = models.BooleanField("接受预约", default=True)
    lead_days = models.PositiveSmallIntegerField(
        "至少提前（天）", default=3, validators=[MaxValueValidator(180)]
    )
    most_per_week = models.PositiveSmallIntegerField(
        "每周最多（批）",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
        help_text="不填为不限。",
    )
    lanes = models.PositiveSmallIntegerField(
        "同一时间可接待（批）", default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_LANES)]
    )
    most_heads = models.PositiveIntegerField(
        "每批最多（人）", null=True, blank=True, validators=[MinValueValidator(1)], help_text="不填为不限。"
    )
    note = models.CharField(
        "预约须知", max_length=200, blank=True, help_text="申请人提交前看到，如需要带什么。"
    )

    class Meta:
        verbose_name = verbose_name_plural = "预约规则"
        constraints = [
            models.CheckConstraint(
                name="booking_terms_serve_somebody",
                condition=Q(lanes__range=(1, MOST_LANES)),
                violation_error_message="同一时间可接待的批数应在 1 至 50 之间。",
            ),
            models.CheckConstraint(
                name="booking_terms_week_holds_one",
                condition=Q(most_per_week=None) | Q(most_per_week__gte=1),
                violation_error_message="每周最多的批数至少为 1。",
            ),
        ]

    def __str__(self):
        return f"{self.resource_id} 预约规则"

    @property
    def slots_text(self) -> str:
        """The declared spans as a person writes them; "" for any time, and for terms nobody has kept."""
        rows = self.slots.all() if self.pk else ()
        return written([Span(row.weekday, row.opens, row.closes) for row in rows])


class BookingSlot(models.Model):
    """One span of the week in which a resource may be booked. None: any time is asked for."""

    PERSONAL = frozenset()

    terms = models.ForeignKey(BookingTerms, models.CASCADE, verbose_name="预约规则", related_name="slots")
    weekday = models.PositiveSmallIntegerField(
        "星期", choices=[(number, f"周{word}") for number, word in enumerate("一二三四五六日", 1)]
    )
    opens = models.TimeField("开始")
    closes = models.TimeField("结束")

    class Meta:
        verbose_name = verbose_name_plural = "可预约时段"
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(name="booking_slot_weekday_of_seven", condition=Q(weekday__range=(1, 7))),
            models.CheckConstraint(
                name="booking_slot_closes_after_it_opens",
                condition=Q(closes__gt=F("opens")),
                violation_error_message="结束时间必须晚于开始时间。",
            ),
            models.UniqueConstraint(name="booking_slot_once_per_time", fields=["terms", "weekday", "opens"]),
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


def this_lane():
    """The lane as a range: two parties at once stand in two lanes."""
    key = Cast(F("lane"), models.BigIntegerField())
    return Func(key, key, Value("[]"), function="int8range", output_field=BigIntegerRangeField())


def this_time():
    return Func(F("starts_at"), F("ends_at"), function="tstzrange", output_field=DateTimeRangeField())


class BookingQuerySet(ScopedQuerySet):
    def holding(self):
        """What keeps its time from others: proposed to the asker, accepted, or over."""
        return self.filter(status__in=HOLDING)

    def live(self):
        """Asked, proposed or accepted: something may still come of it."""
        return self.filter(status__in=PENDING)


class Booking(Scoped):
    """One resource asked for by one need. Region and organisation are the resource's: its owner answers.

    While it holds its time (proposed, accepted, done) no other booking of the resource in the same lane may
    touch that time; a resource that serves several at once has as many lanes.
    """

    PERSONAL = frozenset({"rating_words"})

    class Status(models.TextChoices):
        REQUESTED = "requested", "待答复"
        PROPOSED = "proposed", "已提议改期"
        ACCEPTED = "accepted", "已接受"
        DECLINED = "refused", "已婉拒"
        WITHDRAWN = "withdrawn", "已撤回"
        REASSIGNED = "undone", "已转派"
        LAPSED = "expired", "已失效"
        DONE = "done", "已完成"

    uuid = models.UUIDField("唯一标识", default=uuid.uuid4, unique=True, editable=False)
    need = models.ForeignKey(Need, models.PROTECT, verbose_name="需求", related_name="bookings")
    resource = models.ForeignKey(Resource, models.PROTECT, verbose_name="资源", related_name="bookings")
    starts_at = models.DateTimeField("开始时间")
    ends_at = models.DateTimeField("结束时间")
    other_starts_at = models.DateTimeField("备选开始时间", null=True, blank=True, editable=False)
    other_ends_at = models.DateTimeField("备选结束时间", null=True, blank=True, editable=False)
    lane = models.PositiveSmallIntegerField("批次位", default=1, editable=False)
    head_count = models.PositiveIntegerField("人数", validators=[MinValueValidator(1)])
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.REQUESTED, editable=False)
    answer_by = models.DateField("应答复日期", editable=False)
    escalated_at = models.DateTimeField("转区科协时间", null=True, blank=True, editable=False)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True, editable=False)
    accepted_at = models.DateTimeField("接受时间", null=True, blank=True, editable=False)
    ended_at = models.DateTimeField("结束办理时间", null=True, blank=True, editable=False)
    reminded_at = models.DateTimeField("提醒时间", null=True, blank=True, editable=False)
    answer = models.CharField("答复", max_length=300, blank=True, editable=False)
    attendance = models.PositiveIntegerField("到场人次", null=True, blank=True, editable=False)
    rating = models.PositiveSmallIntegerField("评分", null=True, blank=True, editable=False)
    rating_words = models.CharField("评价", max_length=100, blank=True, editable=False)
    rated_at = models.DateTimeField("评价时间", null=True, blank=True, editable=False)
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "资源预约"
        indexes = [
            models.Index(fields=["status", "answer_by"], name="booking_by_answer"),
            models.Index(fields=["resource", "starts_at"], name="booking_by_resource"),
            models.Index(fields=["starts_at"], name="booking_by_time"),
        ]
        constraints = [
            ExclusionConstraint(
                name="booking_is_alone_in_its_time",
                expressions=[
                    (this_resource(), RangeOperators.OVERLAPS),
                    (this_lane(), RangeOperators.OVERLAPS),
                    (this_time(), RangeOperators.OVERLAPS),
                ],
                condition=Q(status__in=["proposed", "accepted", "done"]),
                violation_error_message="该时段已被预约，请改约其他时间。",
            ),
            models.UniqueConstraint(
                name="booking_once_per_need_and_resource",
                fields=["need", "resource"],
                condition=Q(status__in=["requested", "proposed", "accepted"]),
                violation_error_message="这项需求已经预约了该资源。",
            ),
            models.CheckConstraint(
                name="booking_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="结束时间必须晚于开始时间。",
            ),
            models.CheckConstraint(
                name="booking_other_time_is_whole_and_another",
                condition=Q(other_starts_at=None, other_ends_at=None)
                | Q(other_starts_at__isnull=False, other_ends_at__isnull=False)
                & Q(other_ends_at__gt=F("other_starts_at"))
                & ~Q(other_starts_at=F("starts_at")),
                violation_error_message="备选时间应有开始和结束，并与首选时间不同。",
            ),
            models.CheckConstraint(
                name="booking_accepted_has_its_time",
                condition=~Q(status__in=["accepted", "done"]) | Q(accepted_at__isnull=False),
                violation_error_message="已接受的预约必须有接受时间。",
            ),
            models.CheckConstraint(
                name="booking_done_has_its_attendance",
                condition=~Q(status="done") | Q(attendance__isnull=False, ended_at__isnull=False),
                violation_error_message="已完成的预约必须填写到场人次。",
            ),
            models.CheckConstraint(
                name="booking_declined_says_why",
                condition=~Q(status="refused") | ~Q(answer=""),
                violation_error_message="婉拒必须说明原因。",
            ),
            models.CheckConstraint(
                name="booking_rated_in_five_steps",
                condition=Q(rating=None, rated_at=None)
                | Q(rating__range=(1, 5), rated_at__isnull=False, status="done"),
                violation_error_message="评分为 1 至 5，完成后才能评。",
            ),
        ]

    def __str__(self):
        return f"预约 {self.pk}"

    def get_desk_url(self):
        return reverse("bookings_desk:detail", args=[self.pk])

    @property
    def is_live(self) -> bool:
        return self.status in PENDING

    @property
    def last_starts_at(self) -> datetime:
        """When the later of the times that were asked for begins."""
        return max(self.starts_at, self.other_starts_at or self.starts_at)


class BookingProof(models.Model):
    """A file that shows what was held: a picture, a signed sheet. Seen by the owner and those above."""

    PERSONAL = frozenset()

    booking = models.ForeignKey(Booking, models.CASCADE, verbose_name="预约", related_name="proofs")
    attachment = models.ForeignKey(Attachment, models.PROTECT, verbose_name="附件", related_name="+")
    caption = models.CharField("说明", max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = "活动佐证"
        ordering = ["pk"]

    def __str__(self):
        return f"佐证 {self.pk}"


HOLDING = frozenset({Booking.Status.PROPOSED, Booking.Status.ACCEPTED, Booking.Status.DONE})
PENDING = frozenset({Booking.Status.REQUESTED, Booking.Status.PROPOSED, Booking.Status.ACCEPTED})
_OPEN = frozenset({Booking.Status.REQUESTED, Booking.Status.PROPOSED})

BOOKING_STEPS = Workflow(
    accept=Step(
        label="接受",
        sources=frozenset({Booking.Status.REQUESTED}),
        target=Booking.Status.ACCEPTED,
        needs=Perm.BOOKING_ANSWER,
        stamp="accepted_at",
    ),
    propose=Step(
        label="提议改期",
        sources=frozenset({Booking.Status.REQUESTED}),
        target=Booking.Status.PROPOSED,
        needs=Perm.BOOKING_ANSWER,
        stamp="answered_at",
    ),
    decline=Step(
        label="婉拒",
        sources=_OPEN | {Booking.Status.ACCEPTED},
        target=Booking.Status.DECLINED,
        needs=Perm.BOOKING_ANSWER,
        stamp="ended_at",
        wants_note=True,
    ),
    agree=Step(
        label="同意改期",
        sources=frozenset({Booking.Status.PROPOSED}),
        target=Booking.Status.ACCEPTED,
        needs=Perm.BOOKING_ANSWER,
        stamp="accepted_at",
        by_link=True,
    ),
    take_back=Step(
        label="撤回预约",
        sources=PENDING,
        target=Booking.Status.WITHDRAWN,
        needs=Perm.BOOKING_ANSWER,
        stamp="ended_at",
        by_link=True,
    ),
    reassign=Step(
        label="转派其他资源",
        sources=_OPEN,
        target=Booking.Status.REASSIGNED,
        needs=Perm.NEED_HANDLE,
        stamp="ended_at",
        wants_note=True,
    ),
    finish=Step(
        label="填报到场并完成",
        sources=frozenset({Booking.Status.ACCEPTED}),
        target=Booking.Status.DONE,
        needs=Perm.BOOKING_ANSWER,
        stamp="ended_at",
    ),
    lapse=Step(
        label="过期失效",
        sources=_OPEN,
        target=Booking.Status.LAPSED,
        needs=Perm.BOOKING_ANSWER,
        stamp="ended_at",
        by_clock=True,
    ),
)
