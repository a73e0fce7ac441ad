"""When a resource is open: today, this week, in a year."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from resources.models import (
    OpeningHours,
    Resource,
)


def open_days(resource: Resource, year: int) -> int | None:
    """Days of a year on which the weekly hours say open; None where no hours are known."""
    weekdays = {row.weekday for row in resource.hours.all()}
    if not weekdays:
        return None
    first = date(year, 1, 1)
    days = (date(year + 1, 1, 1) - first).days
    return sum((first + timedelta(days=number)).isoweekday() in weekdays for number in range(days))


@dataclass(frozen=True)
class WeekDay:
    name: str
    spans: list[OpeningHours]
    is_today: bool


@dataclass(frozen=True)
class Opening:
    """Today and the week of one resource, at one moment."""

    week: list[WeekDay]
    is_open: bool
    words: str  # what is said of today


def opening(resource: Resource, at: datetime) -> Opening | None:
    """When the resource is open; None where no hours are known."""
    hours = list(resource.hours.all())
    if not hours:
        return None
    local = timezone.localtime(at)
    today = local.isoweekday()
    week = [
        WeekDay(f"周{name}", [row for row in hours if row.weekday == day], day == today)
        for day, name in enumerate("一二三四五六日", 1)
    ]
    spans = week[today - 1].spans
    running = next((row for row in spans if row.covers(local.time())), None)
    if running:
        return Opening(week, True, f"现在开放，至 {running.closes:%H:%M}")
    later = next((row for row in spans if row.opens > local.time()), None)
    if later:
        return Opening(week, False, f"今天 {later.opens:%H:%M} 开放")
    return Opening(week, False, "今天已关闭" if spans else "今天不开放")
