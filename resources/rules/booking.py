"""When something may be booked: spans of the week, days ahead, weeks. No database."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from resources.rules.hours import Span


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def is_within(spans: Iterable[Span], starts_at: datetime, ends_at: datetime) -> bool:
    """Whether a time (both moments local) lies in one span of its weekday; without spans any time does."""
    known = list(spans)
    if not known:
        return True
    if starts_at.date() != ends_at.date():
        return False
    day, first, last = starts_at.isoweekday(), starts_at.time(), ends_at.time()
    return any(span.weekday == day and span.opens <= first and last <= span.closes for span in known)


def dates_of(spans: Iterable[Span], first: date, days: int) -> Iterator[tuple[date, time, time]]:
    """The spans of the week as dates, from `first` for so many days, the next one first."""
    by_day: dict[int, list[Span]] = {}
    for span in sorted(spans):
        by_day.setdefault(span.weekday, []).append(span)
    for number in range(days):
        day = first + timedelta(days=number)
        for span in by_day.get(day.isoweekday(), ()):
            yield day, span.opens, span.closes
