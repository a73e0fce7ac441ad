"""What stands out, a lowered minimum, what is missing."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youth_credits.method.minimum import Minimum, lowered, missing, share_left
from youth_credits.method.outliers import far_out, scores

FULL = Minimum(Decimal(6), Decimal(3), 2)
STEP = Decimal("0.25")


def test_one_recorder_far_above_the_rest_stands_out():
    usual = {f"录入员{n}": 40 + n for n in range(12)}

    assert set(far_out({**usual, "异常": 900})) == {"异常"}


def test_few_figures_have_no_usual():
    assert far_out({"甲": 1, "乙": 1000}) == {}


def test_far_below_is_no_suspicion():
    assert far_out({**{str(n): 100 + n for n in range(12)}, "少": 0}) == {}


@given(st.dictionaries(st.text(max_size=4), st.integers(0, 10**6), min_size=8, max_size=40))
def test_the_odd_figure_does_not_move_the_middle(figures):
    found = scores(figures)

    assert set(found) == set(figures)
    assert sum(1 for score in found.values() if score > 0) <= len(figures) / 2


@pytest.mark.parametrize(
    ("joined", "share"),
    [
        (date(2025, 9, 1), "1"),
        (date(2025, 9, 16), "0.9"),
        (date(2026, 2, 10), "0.5"),
        (date(2026, 6, 20), "0"),
        (date(2026, 8, 20), "0"),
    ],
)
def test_a_late_transfer_has_the_share_of_the_months_that_are_left(joined, share):
    assert share_left(joined, 2025) == Decimal(share)


def test_half_a_year_is_half_the_minimum_cut_to_the_step():
    assert lowered(FULL, Decimal("0.5"), step=STEP) == Minimum(Decimal(3), Decimal("1.5"), 1, True)
    assert lowered(FULL, Decimal("0.35"), step=STEP).credits == Decimal("2.00")


def test_nothing_to_reach_asks_for_no_kind():
    assert lowered(FULL, Decimal(0), step=STEP).is_reached_by(Decimal(0), Decimal(0), 0)


@given(st.decimals(0, 1, places=3))
def test_a_lowered_minimum_is_never_above_the_full_one(share):
    less = lowered(FULL, share, step=STEP)

    assert less.credits <= FULL.credits
    assert less.off_campus <= FULL.off_campus
    assert less.credits % STEP == 0


def test_what_is_missing_is_told_by_sum_off_campus_and_kinds():
    left = missing(FULL, {"A1": Decimal(4), "A2": Decimal(0)}, Decimal(1))

    assert (left.credits, left.off_campus, left.kinds) == (Decimal(2), Decimal(2), 1)
    assert missing(FULL, {"A1": Decimal(4), "A5": Decimal(3)}, Decimal(3)).nothing
