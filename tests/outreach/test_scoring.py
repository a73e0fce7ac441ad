"""The arithmetic by hand: three worked cases, and what holds for any case."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.scoring import (
    Band,
    Criterion,
    Extra,
    Grade,
    Part,
    banded,
    full_value,
    graded,
    half_up,
    member_total,
    order_key,
    score,
    share,
    trimmed_mean,
)

D = Decimal

FORM = (
    Criterion("1", "组织与制度", D(12), "ladder", (D(0), D(4), D(8), D(12))),
    Criterion("4a", "展教面积", D(8), "formula", parts=(Part("area", D(8), D(600)),)),
    Criterion("4b", "展教水平", D(10), "range"),
    Criterion("5", "内容", D(15), "range"),
    Criterion(
        "7",
        "活动与受众",
        D(12),
        "formula",
        parts=(Part("sessions", D(6), D(20)), Part("visitors", D(6), D(9000))),
    ),
)


def sheets(*rows):
    return [{"1": D(one), "4b": D(two), "5": D(three)} for one, two, three in rows]


def test_a_worked_case_of_five_members():
    """By hand. 1: 4 8 8 12 12 → 8+8+12=28, 28/3=9.33. 4b: 6 6.5 7 8 9.5 → 21.5/3=7.17.
    5: 9 11 12 13 14 → 36/3=12. 4a: 450/600×8=6. 7: 15/20×6+3000/9000×6=4.5+2=6.5. Sum 41.00."""
    found = score(
        FORM,
        facts={"area": D(450), "sessions": D(15), "visitors": D(3000)},
        sheets=sheets((4, 6, 11), (8, "6.5", 9), (8, 7, 12), (12, 8, 14), (12, "9.5", 13)),
    )

    assert [line.points for line in found.lines] == [D("9.33"), D("6.00"), D("7.17"), D("12.00"), D("6.50")]
    assert found.total == D("41.00")
    assert found.spread == D("34.5") - D("21")
    assert "去掉最高 12、最低 4" in found.lines[0].words


def test_a_worked_case_of_three_members_keeps_every_score():
    """By hand. Three scores: none is dropped. 1: (4+4+8)/3=5.33; 4b: (5+5+5.5)/3=5.17; 5: (7+8+8)/3=7.67.
    4a above the full area: 8. 7 without sessions: 0 + 9000/9000×6 = 6. Sum 32.17."""
    found = score(
        FORM,
        facts={"area": D(5000), "sessions": None, "visitors": D(12000)},
        sheets=sheets((4, 5, 7), (4, 5, 8), (8, "5.5", 8)),
    )

    assert [line.points for line in found.lines] == [D("5.33"), D("8.00"), D("5.17"), D("7.67"), D("6.00")]
    assert found.total == D("32.17")


def test_a_worked_case_with_bonus_and_deductions():
    """By hand. Five equal sheets 12+10+15=37; 8+12=20 computed; 57. Bonus 2+1.5+1.5=5, at most 5.
    Taken: one false figure 10, eight weeks late 8 but at most 5. 57+5−15=47."""
    found = score(
        FORM,
        facts={"area": D(600), "sessions": D(20), "visitors": D(9000)},
        sheets=sheets(*[(12, 10, 15)] * 5),
        bonus=[Extra("学分课程", D(2)), Extra("大湾区", D("1.5")), Extra("应急", D("1.5"))],
        deductions=[Extra("虚报", D(10)), Extra("迟延", D(1), 8, D(5))],
        most_bonus=D(5),
    )

    assert (found.base, found.bonus, found.deduction, found.total) == (D(57), D(5), D(15), D(47))
    assert found.spread == 0


@pytest.mark.parametrize(
    ("value", "rounded"), [("8.125", "8.13"), ("0.005", "0.01"), ("2.675", "2.68"), ("9.994", "9.99")]
)
def test_halves_are_rounded_up(value, rounded):
    assert half_up(D(value)) == D(rounded)


def test_no_score_at_all_is_not_nought():
    with pytest.raises(ValueError, match="没有评分"):
        trimmed_mean([])


@pytest.mark.parametrize("wrong", [D(5), D(13), D(-4)])
def test_points_outside_the_ladder_are_refused(wrong):
    with pytest.raises(ValueError, match="分档"):
        score(FORM, facts={}, sheets=[{"1": wrong, "4b": D(1), "5": D(1)}])


@pytest.mark.parametrize("wrong", ["10.5", "-0.5", "3.25"])
def test_points_outside_the_range_are_refused(wrong):
    assert not FORM[2].allows(D(wrong))


GRADES = (
    Grade("excellent", "优秀", "base", D(85)),
    Grade("base", "基地", "base", D(75)),
    Grade("point", "示范点", "point", D(60), facts=("distinctive",)),
    Grade("hall", "传播馆", "hall", D(75), lines={"5": D(11)}, facts=("enterprise",), is_second=True),
)


def reached(total, content, **facts):
    form = (Criterion("1", "其余", D(85), "range"), Criterion("5", "内容", D(15), "range"))
    found = score(form, facts={}, sheets=[{"1": D(total) - D(content), "5": D(content)}])
    return [grade.code for grade in graded(found, GRADES, facts)]


def test_a_hall_is_a_second_title_on_top_of_a_base():
    assert reached(80, 11, enterprise=True) == ["base", "hall"]
    assert reached(80, "10.5", enterprise=True) == ["base"]
    assert reached(70, 15, enterprise=True) == []


def test_a_point_needs_a_distinctive_resource():
    assert reached("74.5", 10, distinctive=True) == ["point"]
    assert reached("74.5", 10) == []
    assert reached("59.5", 10, distinctive=True) == []


def test_ties_go_by_the_lines_the_form_names_then_by_who_was_earlier():
    form = (Criterion("1", "其余", D(85), "range"), Criterion("5", "内容", D(15), "range"))
    made = {
        name: score(form, facts={}, sheets=[{"1": D(one), "5": D(five)}])
        for name, (one, five) in {"a": (60, 10), "b": (58, 12), "c": (60, 10)}.items()
    }
    when = {"a": 2, "b": 3, "c": 1}

    assert sorted(made, key=lambda name: order_key(made[name], ["5"], when[name])) == ["b", "c", "a"]


def test_full_points_come_from_the_median_only_where_three_cases_tell():
    rule = {"fact": "visitors", "median": True, "times": 2}

    assert full_value(rule, thresholds={"visitors": D(800)}, peers={"visitors": [D(1), D(2), D(9)]}) == D(4)
    assert full_value(rule, thresholds={"visitors": D(800)}, peers={"visitors": [D(1), D(2)]}) == D(1600)


def test_a_year_is_banded_by_its_steps():
    bands = [Band(D(300), D(1), "优秀"), Band(D(250), D("0.8"), "优良"), Band(D(200), D("0.65"), "合格")]

    assert banded(D(250), bands, D(10)) == (D("8.00"), "优良")
    assert banded(D(199), bands, D(10)) == (D(0), "不合格")
    assert banded(None, bands, D(10)) == (D(0), "未填")


half_points = st.integers(0, 20).map(lambda number: D(number) / 2)


@given(st.lists(half_points, min_size=1, max_size=15))
def test_a_mean_lies_between_the_lowest_and_the_highest(values):
    assert min(values) <= trimmed_mean(values) <= max(values)


@given(st.lists(half_points, min_size=5, max_size=15), st.randoms())
def test_the_order_of_members_changes_nothing(values, chance):
    shuffled = list(values)
    chance.shuffle(shuffled)

    assert trimmed_mean(shuffled) == trimmed_mean(values)


@given(st.lists(half_points, min_size=5, max_size=15))
def test_one_extreme_member_cannot_move_a_mean_beyond_the_others(values):
    others = sorted(values)

    assert others[0] <= trimmed_mean([*others[1:], D(10)]) <= D(10)
    assert trimmed_mean([*others, D(1000)]) <= others[-1]


@given(st.decimals(0, 10**6, places=2), st.decimals("0.5", 20, places=1), st.decimals(0, 10**6, places=2))
def test_a_share_never_exceeds_its_points(value, points, full):
    part = Part("area", points, full)

    assert 0 <= share(part, {"area": value}) <= points


@given(st.lists(st.tuples(st.sampled_from([0, 4, 8, 12]), half_points, half_points), min_size=1, max_size=9))
def test_a_total_is_the_sum_of_its_lines(rows):
    found = score(FORM, facts={"area": D(100)}, sheets=sheets(*rows))

    assert found.total == sum(line.points for line in found.lines)
    totals = [member_total(FORM, sheet) for sheet in sheets(*rows)]
    assert found.spread == max(totals) - min(totals)
