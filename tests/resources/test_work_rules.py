"""The arithmetic of works: marks into scores, reviews into a result, sums, ladders, names left out."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.rules.works import (
    HIDDEN,
    Mark,
    difference,
    is_to_be_recalled,
    outcome,
    read_ladder,
    told,
    total,
    without_names,
    written_ladder,
    yuan,
)

scores = st.decimals(0, 100, places=2)


def test_a_score_is_the_weighted_sum_rounded_half_up_and_says_how_it_came_about():
    marks = [Mark("科学性", 33, 85), Mark("创新性", 67, 70)]

    assert total(marks) == Decimal("74.95")
    assert told(marks) == "科学性 85×33% ＋ 创新性 70×67% ＝ 74.95"


def test_weights_that_do_not_add_up_give_no_score():
    with pytest.raises(ValueError, match="add up"):
        total([Mark("科学性", 99, 85)])


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 100)), min_size=1, max_size=6))
def test_a_score_lies_between_its_lowest_and_highest_mark(rows):
    weights = [weight for weight, _ in rows]
    if sum(weights) > 100:
        return
    marks = [Mark(str(place), weight, points) for place, (weight, points) in enumerate(rows)]
    marks.append(Mark("其余", 100 - sum(weights), rows[0][1])) if sum(weights) < 100 else None
    points = [mark.points for mark in marks]

    assert min(points) <= total(marks) <= max(points)


@pytest.mark.parametrize(
    ("given_scores", "score", "needs_third"),
    [
        (["80"], None, False),
        (["80", "90"], "85.00", False),
        (["80.00", "80.01"], "80.01", False),
        (["60", "80"], "70.00", False),
        (["60", "80.01"], None, True),
        (["50", "90", "85"], "87.50", False),
        (["50", "90", "70"], "70.00", False),
        (["50", "90", "50"], "50.00", False),
    ],
)
def test_two_close_reviews_are_averaged_and_two_distant_ones_ask_for_a_third(
    given_scores, score, needs_third
):
    found = outcome([Decimal(each) for each in given_scores], limit=Decimal(20))

    assert found.score == (Decimal(score) if score else None)
    assert found.needs_third is needs_third


@given(st.lists(scores, min_size=2, max_size=3), scores)
def test_a_result_lies_among_the_scores_it_comes_from_and_its_words_name_it(given_scores, limit):
    found = outcome(given_scores, limit=limit)

    if found.score is None:
        assert found.needs_third
        assert len(given_scores) == 2
    else:
        assert min(given_scores) <= found.score <= max(given_scores)
        assert f"{found.score}" in found.words


@given(scores, scores, scores)
def test_who_reviews_first_makes_no_difference(one, other, limit):
    assert outcome([one, other], limit=limit).score == outcome([other, one], limit=limit).score


@given(st.lists(st.decimals("0.01", 10**6, places=2), min_size=1, max_size=20))
def test_parts_add_up_to_their_sum_to_the_cent(amounts):
    whole = sum(amounts, Decimal(0))

    assert difference(amounts, whole) == 0
    assert difference(amounts, whole - Decimal("0.01")) == Decimal("0.01")


def test_money_is_written_with_decimals_only_where_there_are_some():
    assert (yuan(Decimal("12300.00")), yuan(Decimal("0.5"))) == ("12,300 元", "0.50 元")


def test_a_ladder_is_read_one_rung_a_line_the_highest_first():
    assert read_ladder("60 合格\n\n90分 优秀 有新意") == ((90, "优秀 有新意"), (60, "合格"))


@pytest.mark.parametrize("text", ["优秀", "90", "101 太多", "90 优\n90 良", "-1 差", "９０ 全角", "9e1 怪"])
def test_a_ladder_that_is_none_is_refused_in_words(text):
    with pytest.raises(ValueError, match=r"[\u4e00-\u9fff]"):
        read_ladder(text)


@given(
    st.dictionaries(st.integers(0, 100), st.from_regex(r"[\u4e00-\u9fff]{1,20}", fullmatch=True), min_size=1)
)
def test_a_written_ladder_is_read_as_it_was(rungs):
    ladder = tuple(sorted(rungs.items(), reverse=True))

    assert read_ladder(written_ladder(ladder)) == ladder


def test_names_are_left_out_longest_first_and_whatever_their_case():
    text = "深圳海洋馆由海洋馆与ABC公司承担，abc公司负责。"

    assert without_names(text, ["海洋馆", "深圳海洋馆", "Abc公司", "", "馆"]) == (
        f"{HIDDEN}由{HIDDEN}与{HIDDEN}承担，{HIDDEN}负责。"
    )


@given(
    st.text(alphabet="深海鱼馆ABabßİ ", max_size=60),
    st.lists(st.text(alphabet="深海鱼馆ABab", min_size=2, max_size=4), max_size=4),
)
def test_no_name_is_left_in_a_text_without_names(text, names):
    found = without_names(text, names).replace(HIDDEN, "\0")

    assert not any(name in found for name in names)


def test_a_day_is_recalled_at_its_marks_and_then_again():
    due, told_on, last = date(2026, 6, 1), [], None
    for before in range(40, -20, -1):
        today = due - timedelta(days=before)
        if is_to_be_recalled(due, last, today, ahead=(30, 7), again=7):
            told_on.append(before)
            last = today

    assert told_on == [30, 7, -1, -8, -15]
