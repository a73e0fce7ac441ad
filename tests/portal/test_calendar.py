from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, connection

from portal.calendar import (
    Day,
    PeriodKind,
    add_working_days,
    age_on,
    computed_day,
    day_start,
    is_working_day,
    load,
    load_days,
    local_today,
    notice_ends,
    period,
    period_of,
    school_year,
    school_year_label,
    term,
    working_days_from,
)

# --- Moments and days

BOUNDARIES = [  # the last second of a day in Shenzhen, and the day
    (datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC), date(2026, 11, 23)),  # any day
    (datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC), date(2026, 11, 30)),  # month
    (datetime(2026, 8, 31, 15, 59, 59, tzinfo=UTC), date(2026, 8, 31)),  # school year
    (datetime(2027, 1, 31, 15, 59, 59, tzinfo=UTC), date(2027, 1, 31)),  # term
    (datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), date(2026, 12, 31)),  # year
    (datetime(2028, 2, 28, 15, 59, 59, tzinfo=UTC), date(2028, 2, 28)),  # before a leap day
    (datetime(2028, 2, 29, 15, 59, 59, tzinfo=UTC), date(2028, 2, 29)),  # leap day
    (datetime(2027, 2, 28, 15, 59, 59, tzinfo=UTC), date(2027, 2, 28)),  # no leap day
    (datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC), date(2026, 3, 31)),  # quarter
    (datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC), date(2026, 6, 30)),  # half year
    (datetime(1986, 9, 13, 14, 59, 59, tzinfo=UTC), date(1986, 9, 13)),  # summer time: UTC+9
    (datetime(1991, 9, 14, 14, 59, 59, tzinfo=UTC), date(1991, 9, 14)),  # the last summer time
]


@pytest.mark.parametrize(("moment", "day"), BOUNDARIES)
def test_the_day_turns_at_midnight_in_shenzhen(moment, day):
    next_second = moment + timedelta(seconds=1)

    assert local_today(moment) == day
    assert local_today(next_second) == day + timedelta(days=1)
    assert day_start(day + timedelta(days=1)) == next_second


@pytest.mark.parametrize(("moment", "day"), BOUNDARIES)
def test_the_database_and_python_agree_on_the_day(moment, day):
    with connection.cursor() as cursor:
        cursor.execute("SELECT (%s::timestamptz AT TIME ZONE 'Asia/Shanghai')::date", [moment])
        assert cursor.fetchone()[0] == day == local_today(moment)
        cursor.execute(
            "SELECT (%s::timestamptz AT TIME ZONE 'Asia/Shanghai')::date", [moment + timedelta(seconds=1)]
        )
        assert cursor.fetchone()[0] == local_today(moment + timedelta(seconds=1))


def test_now_of_the_database_and_of_python_are_the_same_day():
    with connection.cursor() as cursor:
        cursor.execute("SELECT now(), (now() AT TIME ZONE 'Asia/Shanghai')::date, current_date")
        moment, day, current = cursor.fetchone()

    assert local_today(moment) == day
    with connection.cursor() as cursor:
        cursor.execute("SHOW timezone")
        if cursor.fetchone()[0] == "Asia/Shanghai":
            assert current == day


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Pacific/Auckland", "Asia/Shanghai"])
def test_where_the_moment_was_written_does_not_matter(zone):
    moment = datetime(2026, 8, 31, 16, 0, tzinfo=UTC).astimezone(ZoneInfo(zone))

    assert local_today(moment) == date(2026, 9, 1)


def test_today_is_now_unless_told_otherwise():
    with time_machine.travel(datetime(2026, 12, 31, 16, 0, tzinfo=UTC), tick=False):
        assert local_today() == date(2027, 1, 1)


@pytest.mark.parametrize("born_on", [date(1986, 5, 4), date(1988, 4, 17), date(1991, 9, 15)])
def test_a_birth_date_in_the_years_of_summer_time_stays_the_date_it_is(born_on):
    Day.objects.create(day=born_on, is_working=True, source="manual")

    assert Day.objects.get().day == born_on


@pytest.mark.parametrize(
    ("born_on", "on", "age"),
    [
        (date(2012, 11, 23), date(2026, 11, 22), 13),
        (date(2012, 11, 23), date(2026, 11, 23), 14),
        (date(2012, 2, 29), date(2026, 2, 28), 13),
        (date(2012, 2, 29), date(2026, 3, 1), 14),
        (date(2012, 2, 29), date(2028, 2, 29), 16),
    ],
)
def test_age_grows_on_the_birthday(born_on, on, age):
    assert age_on(born_on, on) == age


# --- Working days


def test_five_working_days_from_11_may_2023_end_on_17_may():
    assert notice_ends(date(2023, 5, 11), 5) == date(2023, 5, 17)


def test_the_rows_decide_and_give_the_same_answer_when_loaded():
    load_days(2023)

    assert notice_ends(date(2023, 5, 11), 5) == date(2023, 5, 17)


def test_a_notice_that_starts_on_a_day_off_counts_from_the_next_working_day():
    assert notice_ends(date(2023, 5, 13), 1) == date(2023, 5, 15)


def test_an_adjusted_weekend_counts_and_a_holiday_does_not():
    assert is_working_day(date(2023, 5, 6))  # Saturday, worked for Labour Day
    assert not is_working_day(date(2023, 5, 2))  # Tuesday, off
    assert notice_ends(date(2023, 4, 28), 3) == date(2023, 5, 5)


def test_a_notice_runs_over_the_spring_festival_and_the_year_end():
    assert notice_ends(date(2026, 2, 13), 3) == date(2026, 2, 24)  # 14th worked, 15th to 23rd off
    assert notice_ends(date(2025, 12, 31), 2) == date(2026, 1, 4)  # Sunday, worked


@pytest.mark.parametrize("count", [0, -1, 1001])
def test_a_notice_of_no_days_is_refused(count):
    with pytest.raises(ValueError, match="工作日天数"):
        notice_ends(date(2023, 5, 11), count)


def test_adding_working_days_counts_from_the_day_after():
    assert add_working_days(date(2023, 5, 11), 0) == date(2023, 5, 11)
    assert add_working_days(date(2023, 5, 11), 1) == date(2023, 5, 12)
    assert add_working_days(date(2023, 5, 11), 5) == date(2023, 5, 18)


def test_counting_a_long_notice_costs_few_queries(django_assert_max_num_queries):
    load_days(2023)

    with django_assert_max_num_queries(1):
        assert notice_ends(date(2023, 5, 11), 31) == date(2023, 6, 25)  # Sunday, worked


def test_working_days_go_on_over_the_edge_of_what_was_read():
    days = list(islice(working_days_from(date(2023, 1, 1)), 200))

    assert days == sorted(set(days))
    assert all(computed_day(day).is_working for day in days)
    assert not any(
        computed_day(days[0] + timedelta(n)).is_working
        for n in range((days[-1] - days[0]).days)
        if days[0] + timedelta(n) not in days
    )


def test_a_year_is_loaded_once_and_loading_again_changes_nothing():
    assert load_days(2024) == 366
    before = list(Day.objects.values_list())

    assert load_days(2024) == 366
    assert list(Day.objects.values_list()) == before
    assert Day.objects.get(day=date(2024, 2, 4)).name == "春节调休上班"
    assert Day.objects.get(day=date(2024, 10, 1)).name == "国庆节"


def test_a_year_not_yet_announced_has_weekends_only_and_says_so():
    load_days(2100)

    days = Day.objects.filter(day__year=2100)
    assert days.count() == 365
    assert all(row.is_provisional and row.source == "weekend" for row in days)
    assert all(row.is_working == (row.day.weekday() < 5) for row in days)


def test_an_announcement_replaces_what_was_provisional():
    Day.objects.create(day=date(2024, 10, 1), is_working=True, is_provisional=True, source="weekend")

    load_days(2024)

    day = Day.objects.get(day=date(2024, 10, 1))
    assert (day.is_working, day.is_provisional, day.source) == (False, False, "announced")


def test_a_day_kept_by_hand_stays():
    Day.objects.create(day=date(2024, 3, 5), is_working=False, name="台风停工", source="manual")

    load_days(2024)

    assert not is_working_day(date(2024, 3, 5))
    assert Day.objects.get(day=date(2024, 3, 5)).name == "台风停工"


def test_loading_covers_the_years_of_the_records_and_the_next():
    count = load(datetime(2026, 11, 23, tzinfo=UTC))

    assert count == Day.objects.count() == (date(2028, 1, 1) - date(2018, 1, 1)).days


def test_the_database_keeps_provisional_and_source_together():
    Day.objects.create(day=date(2024, 3, 5), is_working=True, source="manual")

    with pytest.raises(IntegrityError, match="day_is_provisional"):
        Day.objects.update(is_provisional=True)


# --- Periods


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2026, 8, 31), 2025),
        (date(2026, 9, 1), 2026),
        (date(2026, 12, 31), 2026),
        (date(2027, 1, 1), 2026),
    ],
)
def test_a_school_year_begins_on_1_september(day, year):
    assert school_year(day) == year
    assert school_year_label(year) == f"{year}–{year + 1}学年"


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 8, 31), "S2025T2"),
        (date(2026, 9, 1), "S2026T1"),
        (date(2027, 1, 31), "S2026T1"),
        (date(2027, 2, 1), "S2026T2"),
        (date(2028, 2, 29), "S2027T2"),
    ],
)
def test_every_day_lies_in_one_term(day, code):
    assert term(day).code == code


@pytest.mark.parametrize(
    ("code", "label", "start", "end"),
    [
        ("2026", "2026年", date(2026, 1, 1), date(2027, 1, 1)),
        ("2026H1", "2026年上半年", date(2026, 1, 1), date(2026, 7, 1)),
        ("2026H2", "2026年下半年", date(2026, 7, 1), date(2027, 1, 1)),
        ("2026Q4", "2026年第四季度", date(2026, 10, 1), date(2027, 1, 1)),
        ("2028-02", "2028年2月", date(2028, 2, 1), date(2028, 3, 1)),
        ("2026-12", "2026年12月", date(2026, 12, 1), date(2027, 1, 1)),
        ("S2026", "2026–2027学年", date(2026, 9, 1), date(2027, 9, 1)),
        ("S2026T1", "2026–2027学年第一学期", date(2026, 9, 1), date(2027, 2, 1)),
        ("S2026T2", "2026–2027学年第二学期", date(2027, 2, 1), date(2027, 9, 1)),
    ],
)
def test_a_period_is_read_from_its_code(code, label, start, end):
    found = period(code)

    assert (found.label, found.start, found.end, found.code) == (label, start, end, code)
    assert start in found
    assert found.last_day in found
    assert end not in found


@pytest.mark.parametrize("code", ["", "26", "2026H3", "2026Q0", "2026-13", "S2026T3", "9999", "2026 "])
def test_a_text_that_is_no_period_is_refused(code):
    with pytest.raises(ValueError, match="期间代码"):
        period(code)


@pytest.mark.parametrize("kind", PeriodKind)
def test_periods_of_a_kind_follow_each_other_without_gap_or_overlap(kind):
    found = period_of(kind, date(2023, 12, 31))
    for _ in range(30):
        following = found.next
        assert following.start == found.end
        assert following.previous == found
        assert period(following.code) == following
        assert period_of(kind, following.last_day) == following
        found = following


def test_the_moments_of_a_period_are_midnights_in_shenzhen():
    start, end = period("2026").moments

    assert start == datetime(2025, 12, 31, 16, tzinfo=UTC)
    assert end == datetime(2026, 12, 31, 16, tzinfo=UTC)
