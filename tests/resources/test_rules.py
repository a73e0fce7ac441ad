from contextlib import suppress
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.rules import (
    EXAMPLE,
    Span,
    read_details,
    read_fields,
    read_hours,
    read_special,
    written,
    written_fields,
    written_special,
)

FIELDS = [
    {"code": "area", "label": "面积", "type": "number", "public": True},
    {"code": "kinds", "label": "类别", "type": "choices", "choices": ["春", "夏"], "public": False},
    {"code": "touch", "label": "可触摸", "type": "flag", "public": True},
    {"code": "link", "label": "网址", "type": "link", "public": True},
]


def test_the_example_is_read_and_written_back():
    spans = read_hours(EXAMPLE)

    assert len(spans) == 8
    assert read_hours(written(spans)) == spans


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("周一闭馆；周二-周日 9:00-24:00", "周二至周日 09:00-23:59"),
        ("每天9:00—17:30", "每天 09:00-17:30"),
        ("星期天 10：00-12：00", "周日 10:00-12:00"),
        ("周五至周一 10:00-12:00", "周一、周五至周日 10:00-12:00"),
        ("09:00-17:00", "每天 09:00-17:00"),
        ("周一、周三、周五 09:00-10:00（预约）", "周一、周三、周五 09:00-10:00（预约）"),
        ("", ""),
    ],
)
def test_hours_are_read_as_people_write_them(text, back):
    assert written(read_hours(text)) == back


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("周八 9:00-10:00", "看不懂"),
        ("周一", "没有写开放时间"),
        ("周一 9:00-8:00", "晚于"),
        ("周一 09:00-12:00 11:00-13:00", "重叠"),
        (f"周一 09:00-12:00（{'长' * 61}）", "60"),
    ],
)
def test_hours_that_make_no_sense_are_refused_in_a_sentence(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_hours(text)


@given(st.text(max_size=80))
def test_any_text_for_hours_is_read_or_refused(text):
    with suppress(ValueError):
        spans = read_hours(text)

        assert read_hours(written(spans)) == spans


@given(st.sets(st.tuples(st.integers(1, 7), st.integers(0, 22)), max_size=20))
def test_hours_survive_being_written(chosen):
    spans = sorted(Span(day, time(hour), time(hour, 59)) for day, hour in chosen)

    assert read_hours(written(spans)) == spans


def test_extra_fields_are_read_by_their_names():
    details = read_details(FIELDS, "面积：1,200\n类别：春、夏\n\n可触摸: 是")

    assert details == {"area": 1200, "kinds": ["春", "夏"], "touch": True}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("体积：3", "看不懂"),
        ("面积：很大", "应为数字"),
        ("面积：nan", "应在"),
        ("类别：秋", "应为"),
        ("可触摸：yes", "是"),
        ("网址：javascript:alert(1)", "网址"),
    ],
)
def test_an_extra_field_says_what_it_takes(line, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_details(FIELDS, line)


def test_declarations_survive_being_written():
    assert read_fields(written_fields(FIELDS)) == FIELDS


def test_a_declared_field_is_internal_unless_it_says_public():
    said = [
        field["public"]
        for field in read_fields("a | 甲 | text\nb | 乙 | text | | 公开\nc | 丙 | text | | 内部")
    ]

    assert said == [False, True, False]
    with pytest.raises(ValueError, match="第五格"):
        read_fields("a | 甲 | text | | 所有人")


def test_a_note_may_hold_brackets_of_its_own():
    special = read_special("2026-11-30 闭馆（设备检修（二期））")
    hours = read_hours("周一 09:00-12:00（上午（团体））")

    assert special[0].reason == "设备检修（二期）"
    assert written_special(special) == "2026-11-30 闭馆（设备检修（二期））"
    assert hours[0].note == "上午（团体）"
