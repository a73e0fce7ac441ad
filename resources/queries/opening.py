"""When a resource is open: on a day, this week, in a year; and who gets in for less."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from portal.calendar import ONE_DAY, Day, computed_day, local_today
from portal.calendar import SHANGHAI as HERE
from resources.models import Concession, OpeningHours, Resource, SpecialDays
from resources.rules import ADJUSTED, HOLIDAY, Span, weekday_kept

SOON = 60  # days ahead that special days are told of


@dataclass(frozen=True)
class Calendar:
    """Which days are public holidays, and which weekends are worked in exchange."""

    sorts: dict[date, str] = field(default_factory=dict)
    names: dict[date, str] = field(default_factory=dict)

    @classmethod
    def between(cls, first: date, last: date) -> "Calendar":
        """Read once for a page, in one query."""
        rows = {row.day: row for row in Day.objects.filter(day__range=(first, last))}
        sorts, names = {}, {}
        for number in range((last - first).days + 1):
            day = first + number * ONE_DAY
            row = rows.get(day) or computed_day(day)
            sort = _sort_of(row)
            if sort:
                sorts[day], names[day] = sort, row.name or ("放假" if sort == HOLIDAY else "上班")
        return cls(sorts, names)

    @classmethod
    def around(cls, at: datetime) -> "Calendar":
        """The running week and the next, for cards and pages."""
        monday = _monday(local_today(at))
        return cls.between(monday, monday + timedelta(days=14))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _sort_of(row: Day) -> str:
    if row.is_working:
        return ADJUSTED if row.day.isoweekday() >= 6 else ""
    return HOLIDAY if row.name or row.day.isoweekday() <= 5 else ""


@dataclass(frozen=True)
class Timetable:
    """The hours of one resource, read once for all the days that are asked about."""

    weekly: list[Span]
    special: list[SpecialDays]
    holiday_rule: str

    @classmethod
    def of(cls, resource: Resource) -> "Timetable":
        weekly = [Span(row.weekday, row.opens, row.closes, row.note) for row in resource.hours.all()]
        return cls(weekly, list(resource.special_days.all()), resource.holiday_rule)

    @classmethod
    def of_all(cls, resources: list[Resource]) -> dict[int, "Timetable"]:
        """Those of a list by the resources' keys, in two queries and without an object for each line."""
        tables = {row.pk: cls([], [], row.holiday_rule) for row in resources}
        lines = OpeningHours.objects.filter(resource__in=tables.keys())
        for key, *line in lines.values_list("resource_id", "weekday", "opens", "closes", "note"):
            tables[key].weekly.append(Span(*line))
        for row in SpecialDays.objects.filter(resource__in=tables.keys()):
            tables[row.resource_id].special.append(row)
        return tables

    def __bool__(self) -> bool:
        """Whether any hours are known."""
        return bool(self.weekly or self.special)

    def special_on(self, day: date) -> SpecialDays | None:
        return next((row for row in self.special if row.starts_on <= day <= row.ends_on), None)

    def spans(self, day: date, calendar: Calendar) -> list[Span]:
        """The stretches in which the resource is open on one day.

        What is said of the day itself goes before the rule for holidays, and this before the weekly hours.
        """
        special = self.special_on(day)
        if special:
            return [Span(day.isoweekday(), *stretch) for stretch in special.as_written.times]
        weekday = weekday_kept(day, calendar.sorts.get(day, ""), self.holiday_rule)
        return [span for span in self.weekly if span.weekday == weekday]

    def reason(self, day: date, calendar: Calendar) -> str:
        """Why the hours of a day differ from the usual ones; "" where they do not."""
        special = self.special_on(day)
        if special:
            return special.reason or "特别安排"
        sort = calendar.sorts.get(day, "")
        is_kept = weekday_kept(day, sort, self.holiday_rule) == day.isoweekday()
        return "" if is_kept else calendar.names[day]

    def spans_to_book(self, day: date, calendar: Calendar) -> list[Span] | None:
        """The stretches a booking of a day has to keep to; None where nothing is known of its hours.

        Without weekly hours a day is bound by what is said of it, and by the rule that closes on holidays.
        """
        is_shut = weekday_kept(day, calendar.sorts.get(day, ""), self.holiday_rule) == 0
        if self.weekly or is_shut or self.special_on(day):
            return self.spans(day, calendar)
        return None


def spans(resource: Resource, day: date, calendar: Calendar | None = None) -> list[Span]:
    """The stretches in which a resource is open on one day."""
    return Timetable.of(resource).spans(day, calendar or Calendar.between(day, day))


def open_days(resource: Resource, year: int) -> int | None:
    """Days of a year on which a resource is open; None where no hours are known.

    Holidays not announced yet count as the days of the week they are.
    """
    kept = Timetable.of(resource)
    if not kept:
        return None
    first, last = date(year, 1, 1), date(year, 12, 31)
    calendar = Calendar.between(first, last)
    days = (first + number * ONE_DAY for number in range((last - first).days + 1))
    return sum(bool(kept.spans(day, calendar)) for day in days)


def days_open(places: dict[int, list[Resource]], year: int, *, until: date) -> dict[int, int]:
    """Days of a year up to `until`, included, on which any of somebody's places is open, per key."""
    first, last = date(year, 1, 1), min(date(year, 12, 31), until)
    calendar = Calendar.between(first, last)
    days = [first + number * ONE_DAY for number in range((last - first).days + 1)]
    tables = {key: [Timetable.of(place) for place in own] for key, own in places.items()}
    return {
        key: sum(any(table.spans(day, calendar) for table in own) for day in days)
        for key, own in tables.items()
    }


@dataclass(frozen=True)
class WeekDay:
    """One day of the running week: its hours, and why they differ from the usual ones."""

    name: str
    day: date
    spans: list[Span]
    is_today: bool
    reason: str = ""


@dataclass(frozen=True)
class Today:
    """What is said of one resource's hours at one moment, as on a card."""

    is_open: bool
    words: str


@dataclass(frozen=True)
class Opening(Today):
    """Today and the week of one resource, at one moment, and what is special soon."""

    week: list[WeekDay]
    coming: list[SpecialDays]


def open_today(kept: Timetable, at: datetime, calendar: Calendar) -> Today | None:
    """Whether and when a resource of a list is open today; None where no hours are known."""
    if not kept:
        return None
    today = local_today(at)
    return Today(*_said_of(_day(kept, today, today, calendar), at))


def opening(resource: Resource, at: datetime) -> Opening | None:
    """When the resource is open; None where no hours are known."""
    kept, calendar = Timetable.of(resource), Calendar.around(at)
    if not kept:
        return None
    today = local_today(at)
    week = [_day(kept, _monday(today) + number * ONE_DAY, today, calendar) for number in range(7)]
    later = _monday(today) + timedelta(days=6)
    coming = [
        row for row in kept.special if row.ends_on > later and row.starts_on <= today + timedelta(days=SOON)
    ]
    return Opening(*_said_of(week[today.weekday()], at), week, coming)


def _day(kept: Timetable, day: date, today: date, calendar: Calendar) -> WeekDay:
    name = f"周{'一二三四五六日'[day.weekday()]}"
    return WeekDay(name, day, kept.spans(day, calendar), day == today, kept.reason(day, calendar))


def _said_of(today: WeekDay, at: datetime) -> tuple[bool, str]:
    now = at.astimezone(HERE).time()
    running = next((row for row in today.spans if row.opens <= now < row.closes), None)
    if running:
        return True, f"现在开放，至 {running.closes:%H:%M}"
    later = next((row for row in today.spans if row.opens > now), None)
    if later:
        return False, f"今天 {later.opens:%H:%M} 开放"
    if today.spans:
        return False, "今天已关闭"
    return False, f"今天不开放（{today.reason}）" if today.reason else "今天不开放"


# --- Prices ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Offer:
    """One concession on the page, and whether it holds today."""

    row: Concession
    holds_today: bool


def offers(resource: Resource, day: date) -> list[Offer]:
    """Who pays less, those over excluded."""
    rows: Iterable[Concession] = resource.concessions.all()
    order = Concession.Group.values.index
    kept = [row for row in rows if row.ends_on is None or row.ends_on >= day]
    kept.sort(key=lambda row: (order(row.group), row.percent, row.pk))
    return [Offer(row, row.holds_on(day)) for row in kept]
