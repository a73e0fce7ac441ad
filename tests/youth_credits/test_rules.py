"""Arithmetic of credits, against the rule set's own examples and its invariants."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youth_credits.queries import RuleBook
from youth_credits.rules import Rule, cut_down, earned, hours_of, reached_minimum, within_cap

QUARTER = Decimal("0.25")
A1 = Rule(code="A1", method="minutes", credits=Decimal(1), unit_minutes=120, cap=Decimal(4))


@pytest.fixture
def rule(rules):
    book = RuleBook()
    by_code = {row.code: book.rules[row.pk] for row in book.sets[0].rules.all()}
    return by_code.__getitem__


@pytest.mark.parametrize(
    ("minutes", "credits", "used"),
    [(120, "1.00", 120), (90, "0.75", 90), (100, "0.75", 90), (29, "0", 0), (30, "0.25", 30)],
)
def test_time_is_cut_down_to_quarters_and_the_rest_kept(minutes, credits, used):
    entry = earned(A1, minutes)

    assert (entry.credits, entry.minutes_used) == (Decimal(credits), used)


@pytest.mark.parametrize(
    ("code", "minutes", "credits"),
    [
        ("A2", 900, "2"),
        ("A3", 179, "0"),
        ("A3", 180, "0.5"),
        ("A3", 360, "1"),
        ("A4", 44, "0"),
        ("A4", 45, "0.25"),
        ("A4", 90, "0.25"),
        ("A6", 20, "0.5"),
        ("A9", 59, "0"),
        ("A9", 130, "0.5"),
        ("A10", 60, "0.25"),
    ],
)
def test_each_kind_earns_what_the_rule_set_says(rule, code, minutes, credits):
    assert earned(rule(code), minutes).credits == Decimal(credits)


@pytest.mark.parametrize(
    ("award", "credits"),
    [
        ("参赛", "0.5"),
        ("校级一等奖", "0.5"),
        ("校级二等奖", "0.25"),
        ("区级二等奖", "0.75"),
        ("市级二等奖", "1.5"),
        ("省级三等奖", "1.75"),
        ("国家级一等奖", "4"),
        ("国家级二等奖", "3"),
    ],
)
def test_awards_are_the_level_times_the_prize_cut_down(rule, award, credits):
    assert earned(rule("A8"), 60, award=award).credits == Decimal(credits)


def test_an_unknown_award_is_refused_with_those_there_are(rule):
    with pytest.raises(ValueError, match="可填：参赛"):
        earned(rule("A8"), 60, award="特等奖")


@pytest.mark.parametrize("granted", [None, Decimal("1.75"), Decimal("4.25")])
def test_a_panel_grants_two_to_four(rule, granted):
    with pytest.raises(ValueError, match="评议"):
        earned(rule("A7"), 600, granted=granted)


def test_what_a_panel_grants_is_cut_down_too(rule):
    assert earned(rule("A7"), 600, granted=Decimal("2.9")).credits == Decimal("2.75")


@given(minutes=st.integers(1, 30_000), unit=st.integers(1, 600), credits=st.integers(1, 16))
def test_credits_never_exceed_the_time_spent(minutes, unit, credits):
    rule = Rule(code="X", method="minutes", credits=credits * QUARTER, unit_minutes=unit, cap=Decimal(10))

    entry = earned(rule, minutes)

    assert entry.credits % QUARTER == 0
    assert 0 <= entry.minutes_used <= minutes
    assert entry.credits * unit <= minutes * rule.credits < (entry.credits + QUARTER) * unit


@given(first=st.integers(1, 5_000), second=st.integers(1, 5_000))
def test_more_time_never_earns_less(first, second):
    small, large = sorted([first, second])

    assert earned(A1, small).credits <= earned(A1, large).credits


@given(st.lists(st.integers(0, 40).map(lambda n: n * QUARTER), max_size=30))
def test_a_cap_is_reached_and_never_passed(entries):
    cap, total = Decimal(4), Decimal(0)
    for credits in entries:
        total += within_cap(credits, cap=cap, before=total)

    assert total == min(cap, sum(entries, Decimal(0)))


@given(st.decimals(0, 100, places=4), st.sampled_from(["0.25", "0.5", "1"]).map(Decimal))
def test_cutting_down_twice_is_cutting_down_once(credits, step):
    assert cut_down(cut_down(credits, step), step) == cut_down(credits, step) <= credits


@pytest.mark.parametrize(
    ("by_code", "away", "reached"),
    [
        ({"A1": "3", "A5": "3"}, "3", True),
        ({"A1": "3", "A5": "2.75"}, "2.75", False),
        ({"A1": "4", "A2": "2"}, "0", False),
        ({"A5": "6"}, "6", False),
        ({"A5": "6", "A1": "0"}, "6", False),
    ],
)
def test_the_minimum_asks_for_sum_off_campus_and_kinds(by_code, away, reached):
    credits = {code: Decimal(value) for code, value in by_code.items()}

    found = reached_minimum(credits, Decimal(away), year=Decimal(6), away=Decimal(3), kinds=2)

    assert found is reached


@pytest.mark.parametrize(
    ("minutes", "hours"), [(0, "0"), (59, "0.9"), (90, "1.5"), (120, "2"), (7199, "119.9")]
)
def test_hours_are_cut_to_a_tenth(minutes, hours):
    assert hours_of(minutes) == Decimal(hours)
