"""When a resource is open, and who gets in for less."""

from datetime import date, time

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    BigIntegerRangeField,
    DateRangeField,
    RangeOperators,
)
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast, ExtractHour, ExtractMinute

from resources.models.registry import Resource
from resources.rules import (
    Price,
    Special,
    read_times,
    written_dates,
    written_percent,
    written_times,
    written_weekdays,
)

STRETCH = r"[0-2]\d:[0-5]\d-[0-2]\d:[0-5]\d"  # 09:00-12:00


def minutes(field: str):
    """Minutes since midnight of a time field, in SQL."""
    whole = models.BigIntegerField()
    return Cast(ExtractHour(field), whole) * 60 + Cast(ExtractMinute(field), whole)


def span_in_week():
    """Opening hours as minutes on a line where every resource and weekday has a stretch of its own."""
    whole = models.BigIntegerField()
    day = (Cast(F("resource"), whole) * 7 + Cast(F("weekday"), whole)) * 1440
    return Func(
        day + minutes("opens"),
        day + minutes("closes"),
        function="int8range",
        output_field=BigIntegerRangeField(),
    )


class OpeningHours(models.Model):
    """One span in which a resource is open every week. Midday breaks are two spans."""

    PERSONAL = frozenset()

    resource = models.ForeignKey(Resource, models.CASCADE, verbose_name="资源", related_name="hours")
    weekday = models.PositiveSmallIntegerField(
        "星期", choices=[(number, f"周{word}") for number, word in enumerate("一二三四五六日", 1)]
    )
    opens = models.TimeField("开放")
    closes = models.TimeField("关闭")
    note = models.CharField("说明", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "开放时间"
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(name="opening_hours_weekday_of_seven", condition=Q(weekday__range=(1, 7))),
            models.CheckConstraint(
                name="opening_hours_close_after_they_open",
                condition=Q(closes__gt=F("opens")),
                violation_error_message="关闭时间必须晚于开放时间。",
            ),
            ExclusionConstraint(
                name="opening_hours_do_not_overlap",
                expressions=[(span_in_week(), RangeOperators.OVERLAPS)],
                violation_error_message="同一天的开放时间不能重叠。",
            ),
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.span}"

    @property
    def span(self) -> str:
        return f"{self.opens:%H:%M}–{self.closes:%H:%M}"

    def covers(self, at: time) -> bool:
        return self.opens <= at < self.closes


def this_resource():
    """The resource as a range, for constraints that hold within one."""
    key = Cast(F("resource"), models.BigIntegerField())
    return Func(key, key, Value("[]"), function="int8range", output_field=BigIntegerRangeField())


class SpecialDays(models.Model):
    """Days on which other hours hold than the weekly ones, or none."""

    PERSONAL = frozenset()

    resource = models.ForeignKey(Resource, models.CASCADE, verbose_name="资源", related_name="special_days")
    starts_on = models.DateField("自")
    ends_on = models.DateField("至")
    times = models.CharField(
        "开放时段", max_length=60, blank=True, help_text="如 09:00-12:00 14:00-17:00；空为闭馆。"
    )
    reason = models.CharField("原因", max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "特别安排"
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="special_days_end_after_they_start",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                name="special_days_times_are_stretches",
                condition=Q(times__regex=rf"^({STRETCH}( {STRETCH}){{0,3}})?$"),
                violation_error_message="开放时段应写成 09:00-12:00 14:00-17:00。",
            ),
            ExclusionConstraint(
                name="special_days_do_not_overlap",
                expressions=[
                    (this_resource(), RangeOperators.OVERLAPS),
                    (
                        Func(
                            F("starts_on"),
                            F("ends_on"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="同一天只能有一种特别安排。",
            ),
        ]

    def __str__(self):
        return f"{self.dates} {self.words}"

    @property
    def dates(self) -> str:
        return written_dates(self.starts_on, self.ends_on)

    @property
    def words(self) -> str:
        return self.times or "闭馆"

    @property
    def as_written(self) -> Special:
        return Special(self.starts_on, self.ends_on, read_times(self.times), self.reason)

    @classmethod
    def of(cls, resource: Resource, read: Special) -> "SpecialDays":
        times = written_times(read.times)
        return cls(
            resource=resource, starts_on=read.starts_on, ends_on=read.ends_on, times=times, reason=read.reason
        )


class Concession(models.Model):
    """A group that gets in free or for less, always or on some days."""

    PERSONAL = frozenset()

    class Group(models.TextChoices):
        EVERYBODY = "everybody", "所有人"
        SENIORS = "seniors", "老年人"
        MINORS = "minors", "未成年人"
        DISABLED = "disabled", "残疾人"
        MILITARY = "military", "军人"
        STUDENTS = "students", "学生"
        TEACHERS = "teachers", "教师"

    resource = models.ForeignKey(Resource, models.CASCADE, verbose_name="资源", related_name="concessions")
    group = models.CharField("人群", max_length=12, choices=Group)
    percent = models.PositiveSmallIntegerField("实付（%）", default=0, help_text="0 为免费，50 为半价。")
    weekdays = ArrayField(
        models.PositiveSmallIntegerField("星期"), verbose_name="星期", default=list, blank=True
    )
    starts_on = models.DateField("自", null=True, blank=True)
    ends_on = models.DateField("至", null=True, blank=True)
    note = models.CharField("说明", max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "优惠"
        ordering = ["group", "percent", "pk"]
        constraints = [
            models.CheckConstraint(
                name="concession_is_less_than_the_price",
                condition=Q(percent__lt=100),
                violation_error_message="优惠应少于全价。",
            ),
            models.CheckConstraint(
                name="concession_days_are_whole",
                condition=Q(starts_on=None, ends_on=None)
                | Q(starts_on__isnull=False, ends_on__isnull=False, ends_on__gte=F("starts_on")),
                violation_error_message="优惠的起止日期应同时填写，且先后正确。",
            ),
            models.CheckConstraint(
                name="concession_weekdays_of_seven",
                condition=Q(weekdays__contained_by=[1, 2, 3, 4, 5, 6, 7]),
                violation_error_message="星期应为周一至周日。",
            ),
        ]

    def __str__(self):
        return f"{self.get_group_display()} {self.words}"

    @property
    def words(self) -> str:
        """免费, 半价, 8折, and when."""
        when = [written_weekdays(self.weekdays)] if self.weekdays else []
        if self.starts_on:
            when.append(written_dates(self.starts_on, self.ends_on))
        return " ".join([written_percent(self.percent), *when])

    @property
    def as_written(self) -> Price:
        return Price(self.group, self.percent, tuple(self.weekdays), self.starts_on, self.ends_on, self.note)

    def holds_on(self, day: date) -> bool:
        if self.weekdays and day.isoweekday() not in self.weekdays:
            return False
        return self.starts_on is None or self.starts_on <= day <= self.ends_on

    @classmethod
    def of(cls, resource: Resource, read: Price) -> "Concession":
        return cls(
            resource=resource,
            group=read.group,
            percent=read.percent,
            weekdays=list(read.weekdays),
            starts_on=read.starts_on,
            ends_on=read.ends_on,
            note=read.note,
        )
