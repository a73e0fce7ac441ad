from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.rules import (
    NOT_APPLICABLE,
    NotANumber,
    check_expression,
    evaluate,
    read_value,
    suppressed,
)

FUNDS = ["KJ120", "KJ130", "KJ140", "KJ150"]
amounts = st.decimals(min_value=0, max_value=10**9, places=2)


@dataclass
class Rule:
    expression: dict
    code: str = "S01"
    severity: str = "must"
    form: object = field(default=None)


SUM = Rule({"left": ["KJ100"], "op": "=", "right": FUNDS})
PART = Rule({"left": ["KJ121"], "op": "<=", "right": ["KJ120"]})
CHANGE = Rule({"left": ["*"], "op": "change", "right": [], "percent": 30}, code="C01", severity="explain")
ZERO = Rule({"left": ["KH110"], "op": "zero", "right": ["KH111"]})
DAYS = Rule({"left": ["KC115"], "op": "<=", "right": [{"key": "KC110", "times": 366}]})


def numbers(**values) -> dict:
    return {key: Decimal(value) if value not in (None, "-") else value for key, value in values.items()}


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1234", Decimal(1234)),
        ("１，２３４", Decimal(1234)),
        ("1,234.50", Decimal("1234.50")),
        (" 0 ", Decimal(0)),
        ("-", NOT_APPLICABLE),
        ("—", NOT_APPLICABLE),
        ("不适用", NOT_APPLICABLE),
        ("", None),
        ("　", None),
    ],
)
def test_what_people_type_is_understood(typed, value):
    assert read_value(typed, 2) == value


@pytest.mark.parametrize(
    ("typed", "decimals", "words"),
    [
        ("12.5", 0, "只能填整数"),
        ("1.234", 2, "最多 2 位小数"),
        ("-3", 0, "不能为负数"),
        ("约五十", 0, "请填数字"),
        ("1e5", 0, "请填数字"),
        ("1,23", 0, "请填数字"),
        ("9" * 400, 0, "请填数字"),
    ],
)
def test_what_is_no_number_is_told_what_to_do(typed, decimals, words):
    with pytest.raises(NotANumber, match=words):
        read_value(typed, decimals)


@given(st.text(max_size=60), st.integers(0, 2))
def test_nothing_typed_breaks_the_reader(typed, decimals):
    with suppress(NotANumber):
        value = read_value(typed, decimals)
        assert value is None or value == NOT_APPLICABLE or value >= 0


@given(st.lists(amounts, min_size=4, max_size=4))
def test_a_sum_that_adds_up_has_no_fault(parts):
    values = dict(zip(FUNDS, parts, strict=True)) | {"KJ100": sum(parts, Decimal(0))}

    assert evaluate(SUM, values, {}) == []


@given(st.lists(amounts, min_size=4, max_size=4), amounts.filter(bool))
def test_a_sum_that_is_off_is_always_found_with_its_difference(parts, off):
    values = dict(zip(FUNDS, parts, strict=True)) | {"KJ100": sum(parts, Decimal(0)) + off}

    (fault,) = evaluate(SUM, values, {})

    assert fault.key == "KJ100"
    shown = fault.sentence.rsplit("相差 ", 1)[1].replace(",", "")
    assert Decimal(shown) == off


def test_the_sentence_names_every_cell_with_its_value_and_the_difference():
    values = numbers(KJ100=120, KJ120=80, KJ130=6, KJ140=30, KJ150=2)

    (fault,) = evaluate(SUM, values, {}, {"KJ100": "筹集额", "KJ130": "其中：社会捐赠"})

    assert fault.sentence == (
        "KJ100 筹集额（120）应等于 KJ120（80）、KJ130 社会捐赠（6）、KJ140（30）、KJ150（2）之和（118），"
        "相差 2"
    )


def test_a_cell_that_does_not_apply_says_so_in_the_sentence():
    (fault,) = evaluate(SUM, numbers(KJ100=120, KJ120=80, KJ130=6, KJ140=30, KJ150="-"), {})

    assert "KJ150（不适用）之和（116）" in fault.sentence


def test_a_rule_waits_for_cells_not_yet_filled():
    assert evaluate(SUM, numbers(KJ100=120, KJ120=80, KJ130=None, KJ140=30, KJ150=2), {}) == []


def test_what_is_not_applicable_is_left_out_of_a_sum():
    assert evaluate(SUM, numbers(KJ100=118, KJ120=80, KJ130=6, KJ140=30, KJ150=2), {}) == []
    assert evaluate(SUM, numbers(KJ100=116, KJ120=80, KJ130=6, KJ140=30, KJ150="-"), {}) == []
    assert evaluate(PART, numbers(KJ121="-", KJ120=3), {}) == []


def test_a_part_is_not_more_than_the_whole():
    (fault,) = evaluate(PART, numbers(KJ121=5, KJ120=3), {})
    assert fault.sentence == "KJ121（5）应不大于 KJ120（3），相差 2"


def test_open_days_are_limited_per_venue():
    assert evaluate(DAYS, numbers(KC115=732, KC110=2), {}) == []
    (fault,) = evaluate(DAYS, numbers(KC115=733, KC110=2), {})
    assert fault.sentence == "KC115（733）应不大于 KC110（2）的 366 倍（732），相差 1"


def test_no_occasions_no_visits():
    assert evaluate(ZERO, numbers(KH110=0, KH111=0), {}) == []
    assert evaluate(ZERO, numbers(KH110=3, KH111=900), {}) == []
    (fault,) = evaluate(ZERO, numbers(KH110=0, KH111=900), {})
    assert fault.sentence == "KH110（0）为 0 时，KH111（900）也应为 0"


@pytest.mark.parametrize(("now", "faults"), [(130, 0), (131, 1), (70, 0), (69, 1), ("-", 0)])
def test_a_change_beyond_thirty_per_cent_asks_for_a_note(now, faults):
    assert len(evaluate(CHANGE, numbers(KR100=now), numbers(KR100=100))) == faults


@pytest.mark.parametrize("before", [None, 0, "-"])
def test_a_change_needs_a_number_to_compare_with(before):
    assert evaluate(CHANGE, numbers(KR100=50), numbers(KR100=before)) == []


@pytest.mark.parametrize(
    "expression",
    [
        {"left": ["KJ100"], "op": "eval", "right": ["KJ120"]},
        {"left": ["__import__"], "op": "=", "right": ["KJ120"]},
        {"left": [{"key": "KJ100", "call": "x"}], "op": "=", "right": ["KJ120"]},
        {"left": [], "op": "=", "right": []},
    ],
)
def test_an_expression_outside_the_small_form_is_refused(expression):
    with pytest.raises(ValueError, match="规则"):
        check_expression(expression, {"KJ100", "KJ120"})


counts = st.dictionaries(st.integers(1, 11), st.none() | st.integers(0, 60).map(Decimal), max_size=11)


@given(counts)
def test_hidden_counts_about_children_cannot_be_reckoned_from_the_total(values):
    hidden = suppressed(values)

    small = {key for key, value in values.items() if value is not None and 0 < value < 10}
    assert small <= hidden
    shown = [key for key, value in values.items() if value and key not in hidden]
    if hidden and shown:
        assert len(hidden) >= 2
        assert sum(values[key] for key in hidden) >= 10
