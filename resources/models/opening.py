"""When a resource is open."""

from datetime import time

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Cast, ExtractHour, ExtractMinute

from resources.models.registry import Resource


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
