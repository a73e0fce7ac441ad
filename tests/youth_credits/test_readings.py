"""What people type for days, durations and times: read where it can mean one thing, refused where not."""

from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.youth_credits.factories import row
from youth_credits.rules import Misread, read_day, read_minutes, read_time

SPAN = {"first": date(2025, 9, 1), "last": date(2026, 11, 29)}


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        (90, 90),
        ("90", 90),
        ("９０", 90),
        ("90分钟", 90),
        ("90 分", 90),
        ("2小时", 120),
        ("２小时", 120),
        ("1.5h", 90),
        ("1.5 小时", 90),
        ("两小时", 120),
        ("两个小时", 120),
        ("半小时", 30),
        ("一个半小时", 90),
        ("1小时30分钟", 90),
        ("十二小时", 720),
        ("二十五分钟", 25),
        ("1:30", 90),
    ],
)
def test_a_duration_is_read_as_people_write_it(typed, minutes):
    assert read_minutes(typed, most=1440) == minutes


@pytest.mark.parametrize("typed", ["2", "２", 1, "0.5", "1.5", 0.25])
def test_a_small_bare_number_is_credit_or_hours_as_often_as_minutes(typed):
    with pytest.raises(Misread, match="像是学分或小时数"):
        read_minutes(typed, most=1440)


@pytest.mark.parametrize(
    "typed", ["24:00", "2课时", "一会儿", "1.33h", "25小时", "-5", "NaN", "1e3", True, "", None]
)
def test_what_is_no_duration_is_refused_with_what_to_do(typed):
    with pytest.raises(Misread) as refused:
        read_minutes(typed, most=1440)

    assert refused.value.remedy


@pytest.mark.parametrize(
    "typed",
    ["2026-03-05", "2026/3/5", "2026.3.5", "2026年3月5日", "２０２６年３月５日", "20260305", 20260305],
)
def test_a_day_is_read_as_people_write_it(typed):
    assert read_day(typed) == date(2026, 3, 5)


@pytest.mark.parametrize("count", [46086, 44624, "46086"])
def test_a_count_of_days_is_that_of_the_system_in_which_it_is_an_open_day(count):
    assert read_day(count, **SPAN) == date(2026, 3, 5)


def test_a_count_of_days_that_is_open_in_neither_system_is_refused():
    with pytest.raises(Misread, match="序号 40000"):
        read_day(40000, **SPAN)


@given(st.dates(SPAN["first"], SPAN["last"]))
def test_every_open_day_is_read_from_either_count(day):
    from_1900, from_1904 = (day - date(1899, 12, 30)).days, (day - date(1904, 1, 1)).days

    assert read_day(from_1900, **SPAN) == read_day(from_1904, **SPAN) == day


@pytest.mark.parametrize("typed", ["14:30", "14：30", "14点30分", "14点半", 0.604166667])
def test_a_time_is_read_as_people_write_it(typed):
    assert read_time(typed) == time(14, 30)


def test_there_is_no_24_o_clock():
    with pytest.raises(Misread, match="没有 24 点"):
        read_time("24:00")


@given(st.text(max_size=12) | st.integers() | st.floats() | st.none() | st.booleans())
def test_whatever_is_typed_is_read_or_refused(typed):
    with suppress(Misread):
        assert 1 <= read_minutes(typed, most=1440) <= 1440
    with suppress(Misread):
        assert isinstance(read_day(typed), date)
    with suppress(Misread):
        assert isinstance(read_time(typed), time | None)


def test_what_was_read_otherwise_than_typed_is_shown_before_anything_is_kept(checked):
    batch = checked([row(0, 活动日期="20251015", **{"时长（分钟）": "2小时"}), row(1)])

    assert (batch.rows_new, batch.rows_faulty) == (2, 0)
    assert "活动日期“20251015”读作 2025-10-15" in batch.note
    assert "时长（分钟）“2小时”读作 120 分钟" in batch.note


def test_a_sheet_of_what_cannot_be_meant_names_every_cell(checked, found):
    batch = checked(
        [
            row(0, **{"时长（分钟）": 2}),
            row(1, 活动日期="2031-01-01"),
            row(2, 活动日期="2020-09-05"),
            row(0, 开始时间="24:00", 活动名称="甲"),
            row(1, 类别="A99"),
        ]
    )

    assert [(line, column) for line, column, _ in found(batch)] == [
        (2, "时长（分钟）"),
        (3, "活动日期"),
        (4, "活动日期"),
        (5, "开始时间"),
        (6, "类别"),
    ]


def test_a_kind_that_is_not_in_force_yet_says_from_when(checked, found, later_rules):
    batch = checked([row(0, 类别="B1")])

    assert found(batch) == [(2, "类别", f"该类别 {later_rules.in_force_from:%Y-%m-%d} 起才生效")]
