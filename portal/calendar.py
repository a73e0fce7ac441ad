"""Days of the city: working days as rows, school years, reporting periods, and what today is.

A day is a date in Asia/Shanghai, a moment is an aware datetime; `local_today` is the one way from a
moment to its day. Periods include their start and exclude their end.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
from django.db import models, transaction
from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST_YEAR = 2018  # records of the portal reach back to it
ONE_DAY = timedelta(days=1)


# --- Moments and days -----------------------------------------------------------------------------


def local_today(at: datetime | None = None) -> date:
    """The day in Shenzhen at a moment, now unless told otherwise."""
    return (at or timezone.now()).astimezone(SHANGHAI).date()


def day_start(day: date) -> datetime:
    """The first moment of a day in Shenzhen."""
    return datetime.combine(day, time.min, SHANGHAI)


def weekend_of(at: datetime) -> tuple[datetime, datetime]:
    """What is left of the running weekend, or the one to come: from Saturday 0:00 to Monday 0:00."""
    today = local_today(at)
    sunday = today + (6 - today.weekday()) * ONE_DAY
    return max(day_start(sunday - ONE_DAY), at), day_start(sunday + ONE_DAY)


def age_on(born_on: date, on: date) -> int:
    """Full years of age (周岁); somebody born on 29 February has the birthday on 1 March otherwise."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


# --- Working days ---------------------------------------------------------------------------------


class Day(models.Model):
    """Whether one day is worked. Announced years are complete; for others weekends alone are known."""

    PERSONAL = frozenset()

    class Source(models.TextChoices):
        ANNOUNCED = "announced", "国务院办公厅放假通知"
        WEEKEND = "weekend", "按周末推定"
        MANUAL = "manual", "人工维护"

    day = models.DateField("日期", unique=True)
    is_working = models.BooleanField("工作日")
    name = models.CharField("名称", max_length=60, blank=True)
    is_provisional = models.BooleanField("暂定", default=False, help_text="放假安排公布后会更新。")
    source = models.CharField("来源", max_length=10, choices=Source)

    class Meta:
        verbose_name = verbose_name_plural = "工作日历"
        ordering = ["day"]
        constraints = [
            models.CheckConstraint(
                name="day_is_provisional_when_only_its_weekday_is_known",
                condition=models.Q(source="weekend", is_provisional=True)
                | ~models.Q(source="weekend") & models.Q(is_provisional=False),
                violation_error_message="按周末推定的日期是暂定的，其余的不是。",
            )
        ]

    def __str__(self):
        return f"{self.day:%Y-%m-%d} {'上班' if self.is_working else '休息'}{self.name}"


def computed_day(day: date) -> Day:
    """What is known of a day without its row.

    Basis: 国务院办公厅关于部分节假日安排的通知 of each year, from chinesecalendar.
    """
    try:
        is_off, holiday = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:  # not yet announced
        return Day(day=day, is_working=day.weekday() < 5, is_provisional=True, source=Day.Source.WEEKEND)
    name = chinese_calendar.Holiday(holiday).chinese if holiday else ""
    if name and not is_off:
        name = f"{name}调休上班"
    return Day(day=day, is_working=not is_off, name=name, source=Day.Source.ANNOUNCED)


@transaction.atomic
def load_days(year: int) -> int:
    """Write the days of one year, anew where an announcement has come since; returns how many.

    Days that somebody maintains by hand stay as they are.
    """
    first = date(year, 1, 1)
    kept = {row.day: row for row in Day.objects.filter(day__year=year)}
    days = [computed_day(first + number * ONE_DAY) for number in range(365 + calendar.isleap(year))]
    stale = [
        row
        for row in days
        if row.day not in kept
        or (kept[row.day].source != Day.Source.MANUAL and _facts(kept[row.day]) != _facts(row))
    ]
    Day.objects.bulk_create(
        stale,
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["is_working", "name", "is_provisional", "source"],
    )
    return len(days)


def _facts(row: Day) -> tuple:
    return row.is_working, row.name, row.is_provisional, row.source


def load(at: datetime | None = None) -> int:
    """Write every year from 2018 to the one after this; returns how many days."""
    return sum(load_days(year) for year in range(FIRST_YEAR, local_today(at).year + 2))


def is_working_day(day: date) -> bool:
    row = Day.objects.filter(day=day).first() or computed_day(day)
    return row.is_working


def working_days_from(day: date) -> Iterator[date]:
    """The working days from `day` on, itself included; adjusted weekends count, holidays do not."""
    while True:
        end = day + 62 * ONE_DAY
        rows = dict(Day.objects.filter(day__gte=day, day__lt=end).values_list("day", "is_working"))
        while day < end:
            if rows[day] if day in rows else computed_day(day).is_working:
                yield day
            day += ONE_DAY


def add_working_days(day: date, count: int) -> date:
    """The `count`-th working day after `day`; `day` itself for 0."""
    return day if count == 0 else notice_ends(day + ONE_DAY, count)


def notice_ends(start: date, working_days: int) -> date:
    """The last day of a public notice (公示) of so many working days, the first day included.

    Five working days from Thursday 2023-05-11 end on Wednesday 2023-05-17.
    """
    if not 1 <= working_days <= 1000:
        raise ValueError("工作日天数应在 1 至 1000 之间。")
    worked = working_days_from(start)
    for _ in range(working_days - 1):
        next(worked)
    return next(worked)


# --- Periods --------------------------------------------------------------------------------------


class PeriodKind(models.TextChoices):
    YEAR = "year", "年度"
    HALF = "half", "半年"
    QUARTER = "quarter", "季度"
    MONTH = "month", "月度"
    SCHOOL_YEAR = "school_year", "学年"
    TERM = "term", "学期"


@dataclass(frozen=True, order=True)
class Period:
    """Days from `start` up to, not including, `end`. The code is short and sorts by time in its kind."""

    start: date
    end: date
    kind: PeriodKind
    code: str
    label: str

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __str__(self) -> str:
        return self.label

    @property
    def last_day(self) -> date:
        return self.end - ONE_DAY

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """First moment, and first moment after: for filters on times."""
        return day_start(self.start), day_start(self.end)

    @property
    def previous(self) -> "Period":
        return period_of(self.kind, self.start - ONE_DAY)

    @property
    def next(self) -> "Period":
        return period_of(self.kind, self.end)


def school_year(day: date) -> int:
    """The year in which the school year (1 September to 31 August) of a day began."""
    return day.year if day.month >= 9 else day.year - 1


def school_year_label(year: int) -> str:
    return f"{year}–{year + 1}学年"


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    end = year * 12 + month - 1 + count
    return date(year, month, 1), date(end // 12, end % 12 + 1, 1)


_CODES = {
    PeriodKind.YEAR: re.compile(r"([0-9]{4})()"),
    PeriodKind.HALF: re.compile(r"([0-9]{4})H([12])"),
    PeriodKind.QUARTER: re.compile(r"([0-9]{4})Q([1-4])"),
    PeriodKind.MONTH: re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])"),
    PeriodKind.SCHOOL_YEAR: re.compile(r"S([0-9]{4})()"),
    PeriodKind.TERM: re.compile(r"S([0-9]{4})T([12])"),
}


def _period(kind: PeriodKind, year: int, part: int) -> Period:
    match kind:
        case PeriodKind.YEAR:
            days, code, label = _months(year, 1, 12), f"{year}", f"{year}年"
        case PeriodKind.HALF:
            days, code = _months(year, part * 6 - 5, 6), f"{year}H{part}"
            label = f"{year}年{'上下'[part - 1]}半年"
        case PeriodKind.QUARTER:
            days, code = _months(year, part * 3 - 2, 3), f"{year}Q{part}"
            label = f"{year}年第{'一二三四'[part - 1]}季度"
        case PeriodKind.MONTH:
            days, code, label = _months(year, part, 1), f"{year}-{part:02d}", f"{year}年{part}月"
        case PeriodKind.SCHOOL_YEAR:
            days, code, label = _months(year, 9, 12), f"S{year}", school_year_label(year)
        case PeriodKind.TERM:  # the winter holiday lies around 1 February: every day has one term
            days = _months(year, 9, 5) if part == 1 else _months(year + 1, 2, 7)
            code, label = f"S{year}T{part}", f"{school_year_label(year)}第{'一二'[part - 1]}学期"
    return Period(*days, kind, code, label)


def period(code: str) -> Period:
    """The period of a code: 2026, 2026H1, 2026Q3, 2026-11, S2026 (school year), S2026T2 (term).

    Raises ValueError for any other text.
    """
    for kind, shape in _CODES.items():
        parts = shape.fullmatch(code)
        if parts and 1900 <= int(parts[1]) < 2200:
            return _period(kind, int(parts[1]), int(parts[2] or 1))
    raise ValueError("期间代码应如 2026、2026H1、2026Q3、2026-11、S2026 或 S2026T2。")


def period_of(kind: PeriodKind, day: date) -> Period:
    """The period of a kind in which a day lies."""
    in_school = kind in {PeriodKind.SCHOOL_YEAR, PeriodKind.TERM}
    year = school_year(day) if in_school else day.year
    parts = {PeriodKind.HALF: 2, PeriodKind.QUARTER: 4, PeriodKind.MONTH: 12, PeriodKind.TERM: 2}.get(kind, 1)
    return next(found for part in range(1, parts + 1) if day in (found := _period(kind, year, part)))


def term(day: date) -> Period:
    """The term (学期) of a day: from 1 September, or from 1 February."""
    return period_of(PeriodKind.TERM, day)
