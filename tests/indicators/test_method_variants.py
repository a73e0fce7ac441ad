"""Weights from judgments, other methods beside ours, what makes ranks unsure, what a target takes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from indicators import method
from indicators.method import Mean, Scale, Variant, Weighing
from tests.indicators.test_method import make_panel, make_tree, panels

NAN = np.nan

# ---------------------------------------------------------------- weights from judgments

DRINKS = ("coffee", "wine", "tea", "beer", "soda", "milk", "water")
JUDGED = (
    "coffee/wine 9, coffee/tea 5, coffee/beer 2, coffee/soda 1, coffee/milk 1, water/coffee 2, water/wine 9, "
    "water/tea 9, water/beer 3, water/soda 2, water/milk 3, tea/wine 3, beer/wine 9, beer/tea 3, "
    "beer/milk 1, "
    "soda/wine 9, soda/tea 4, soda/beer 2, soda/milk 2, milk/wine 9, milk/tea 3"
)


def drinks(**other):
    judgments = {}
    for one in JUDGED.split(", "):
        pair, value = one.split(" ")
        first, second = (DRINKS.index(name) for name in pair.split("/"))
        judgments[first, second] = float(other.get(pair.replace("/", "_"), value))
    return method.pairwise(len(DRINKS), judgments)


def test_priorities_of_the_published_example_are_reproduced():
    # facts 5.4 O4: Saaty 2008, drinks, 7 x 7
    found = method.priorities(drinks())

    published = [0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327]
    assert np.round(found.weights, 3).tolist() == published
    assert found.largest_root == pytest.approx(7.1766, abs=5e-5)
    assert found.index == pytest.approx(0.02944, abs=5e-5)
    assert found.ratio == pytest.approx(0.022, abs=5e-4)
    assert found.is_consistent


def test_the_judgment_that_contradicts_the_others_is_named():
    matrix = drinks(milk_tea=1 / 9)

    i, j, implied = method.worst_pair(matrix)

    assert {DRINKS[i], DRINKS[j]} == {"milk", "tea"}
    assert method.priorities(matrix).ratio > method.priorities(drinks()).ratio
    assert implied < 1  # the others say that tea matters less


@pytest.mark.parametrize(
    "judgments", [{(0, 1): 2.0}, {(0, 1): 2.0, (0, 2): 10.0, (1, 2): 1.0}, {(0, 1): 2.0, (1, 0): 2.0}]
)
def test_judgments_that_are_missing_twice_or_beyond_nine_are_refused(judgments):
    with pytest.raises(ValueError, match=r"。$"):
        method.pairwise(3, judgments)


@given(st.lists(st.floats(1, 2.9), min_size=3, max_size=7))
def test_judgments_that_follow_from_weights_give_these_weights_back(weights):
    wanted = np.array(weights) / sum(weights)
    pairs = {(i, j): wanted[i] / wanted[j] for i in range(len(wanted)) for j in range(i + 1, len(wanted))}

    found = method.priorities(method.pairwise(len(wanted), pairs))

    np.testing.assert_allclose(found.weights, wanted, rtol=1e-9)
    assert found.ratio == pytest.approx(0, abs=1e-9)


def test_experts_are_pooled_by_geometric_means_and_points_by_shares():
    one, other = method.pairwise(2, {(0, 1): 4.0}), method.pairwise(2, {(0, 1): 1.0})

    assert method.priorities(method.pooled_judgments([one, other])).weights.tolist() == pytest.approx(
        [2 / 3, 1 / 3]
    )
    assert method.shared_out([[30, 70], [5, 5]]).tolist() == pytest.approx([0.4, 0.6])


# ---------------------------------------------------------------- other methods


@settings(deadline=None, max_examples=50)
@given(panels(units=4), st.sampled_from(Mean))
def test_the_published_choice_as_a_scenario_is_the_published_index(panel, outer):
    tree = make_tree(6, pillars=3, mean=outer)
    level = method.levels(tree, panel)

    found = method.outcome(tree, panel, 1, Variant())

    np.testing.assert_array_equal(found.index, level.index[:, 1])
    assert found.ranks.tolist() == level.index_ranks[:, 1].tolist()
    assert not found.shift.any()


@settings(deadline=None, max_examples=60)
@given(panels(units=4), st.sampled_from(Scale), st.sampled_from(Weighing), st.sampled_from(Mean))
def test_every_scenario_stays_on_the_scale(panel, scale, weighing, mean):
    tree = make_tree(6, pillars=3)

    found = method.outcome(tree, panel, 0, Variant(scale, weighing, mean))

    known = found.index[np.isfinite(found.index)]
    assert ((known >= tree.lowest - 1e-6) & (known <= tree.highest + 1e-6)).all()


def test_leaving_out_what_alone_sets_two_districts_apart_makes_them_equal():
    tree = make_tree(4, pillars=2)
    panel = make_panel([[[1, 1, 1, 1]], [[2, 1, 1, 1]]])

    found = method.removals(tree, panel, 0)

    assert method.levels(tree, panel).index_ranks[:, 0].tolist() == [2, 1]
    assert found["i0"].ranks.tolist() == [1, 1]
    assert found["p0"].ranks.tolist() == [1, 1]
    assert found["i1"].ranks.tolist() == [2, 1]
    assert (found["i0"].largest_shift, found["i1"].largest_shift) == (1, 0)


def test_what_is_the_same_everywhere_has_no_entropy_weight():
    tree = make_tree(2, pillars=1)
    panel = make_panel([[[1, 0.2]], [[1, 1.0]], [[1, 1.9]]])

    found = method.outcome(tree, panel, 0, Variant(weighing=Weighing.ENTROPY))
    alone = method.outcome(tree, panel, 0, Variant(without="i0"))

    np.testing.assert_allclose(found.index, alone.index, atol=1e-6)


# ---------------------------------------------------------------- what makes ranks unsure


def spread_panel(units=6):
    rng = np.random.default_rng(3)
    rate = rng.uniform(0.2, 1.8, (units, 1, 6))
    return make_panel(np.round(rate * 40), denominator=np.full(rate.shape, 40.0), events=np.round(rate * 40))


def test_the_same_seed_gives_the_same_sobol_indices():
    tree, panel = make_tree(6, pillars=3), spread_panel()

    first = method.sensitivity(tree, panel, 0, seed=5, size=64)
    second = method.sensitivity(tree, panel, 0, seed=5, size=64)

    np.testing.assert_array_equal(first.total, second.total)
    assert first.runs == 64 * 7
    assert first.total.shape == (7, len(method.SWITCHES))


def test_a_switch_that_cannot_change_anything_has_no_index():
    # One pillar: whether its mean is arithmetic or geometric makes no difference.
    tree = make_tree(6, pillars=1)

    found = method.sensitivity(tree, spread_panel(), 0, seed=5, size=256)

    assert found.total[-1, method.SWITCHES.index("aggregation")] == pytest.approx(0, abs=1e-12)
    assert found.total[-1, method.SWITCHES.index("exclusion")] > 0.01


def test_one_district_alone_has_no_rank_to_be_unsure_of():
    tree = make_tree(6, pillars=3)
    assert method.sensitivity(tree, spread_panel(units=1), 0, seed=1, size=64) is None


# ---------------------------------------------------------------- what a target takes


@settings(deadline=None, max_examples=60)
@given(panels(units=1, periods=1), st.sampled_from(Mean), st.sampled_from(Mean), st.floats(0.5, 12))
def test_what_a_target_takes_gives_the_target_and_what_is_out_of_reach_is(panel, outer, inner, more):
    tree = make_tree(6, pillars=3, mean=outer, inner=inner)
    level = method.levels(tree, panel)
    assume(np.isfinite(level.index[0, 0]))
    target = level.index[0, 0] + more

    for lever in method.levers(tree, panel, level, 0, 0, target):
        place = [one.code for one in tree.indicators].index(lever.code)
        numerator = panel.numerator.copy()
        if lever.is_within_reach:
            numerator[0, 0, place] = lever.wanted_numerator
            reached = method.levels(tree, replace(panel, numerator=numerator)).index[0, 0]
            assert reached == pytest.approx(target, abs=1e-6)
        else:
            numerator[0, 0, place] = 2.0 * panel.denominator[0, 0, place]  # its upper goalpost
            best = method.levels(tree, replace(panel, numerator=numerator)).index[0, 0]
            assert best == pytest.approx(lever.best_index, abs=1e-6)
            assert best < target


def test_things_are_counted_whole():
    tree = make_tree(2, pillars=1)
    panel = make_panel([[[20, 20]]], denominator=[[[30, 30]]], events=[[[20, 20]]])
    level = method.levels(tree, panel)

    lever = method.levers(tree, panel, level, 0, 0, level.index[0, 0] + 1)[0]

    assert lever.wanted_numerator == 22  # 21.2 would do


def test_the_cheapest_plan_takes_the_cheap_lever_up_to_its_cap_first():
    tree = make_tree(2, pillars=1)
    panel = make_panel([[[1.0, 1.0]]])
    level = method.levels(tree, panel)
    target = float(level.index[0, 0]) + 99 * 0.375

    plan = method.cheapest(tree, panel, level, 0, 0, target, {"i0": 1.0, "i1": 3.0})
    none = method.cheapest(tree, panel, level, 0, 0, target, {"i0": 1.0})

    assert plan.more == pytest.approx({"i0": 1.0, "i1": 0.5})
    assert plan.cost == pytest.approx(2.5)
    assert none is None


# ---------------------------------------------------------------- what experts ask


def test_agreement_of_a_pillar_that_says_one_thing_is_complete():
    tree = make_tree(4, pillars=2)
    values = np.array([0.2, 0.7, 1.1, 1.6])
    panel = make_panel(np.stack([values, [1, 2, 1, 2], values * 0.9, [2, 1, 1, 2]], axis=-1)[:, None])
    level = method.levels(tree, panel)

    same, other = method.agreements(tree, panel, level, 0)

    assert (same.alpha, same.first_component) == (pytest.approx(1), pytest.approx(1))
    assert other.first_component < 0.75


def test_one_district_that_stands_out_is_flagged_and_influence_is_a_share():
    tree = make_tree(2, pillars=1)
    rates = np.array([[0.1, 0.5]] * 10 + [[1.9, 0.6]])
    panel = make_panel(rates[:, None])

    found = method.statistics(tree, panel, method.levels(tree, panel), 0)

    assert found[0].is_flagged  # skew 3.32, kurtosis 11
    assert found[0].skew == pytest.approx(3.317, abs=0.001)
    assert sum(one.influence for one in found) == pytest.approx(1)
    assert [one.weight for one in found] == pytest.approx([0.5, 0.5])


# ---------------------------------------------------------------- editions and rebuilding


def test_an_index_is_carried_on_by_the_next_edition_without_a_jump():
    before = np.array([130.0, 100.0, NAN])
    now = np.array([[100.0, 110.0], [100.0, 120.0], [100.0, 120.0]])

    carried = method.continued(before, now)

    np.testing.assert_allclose(carried, [[130.0, 143.0], [100.0, 120.0], [NAN, NAN]])


@settings(deadline=None, max_examples=40)
@given(panels(), st.sampled_from(Mean))
def test_what_was_written_for_the_digest_is_read_back_to_the_same_bytes(panel, mean):
    tree = make_tree(6, pillars=3, mean=mean, minimum_events=4)
    content = method.canonical(method.inputs(tree, panel, base="2020", draws=100))

    read_tree, read_panel, more = method.read_inputs(content)

    assert read_tree == tree
    assert method.canonical(method.inputs(read_tree, read_panel, **more)) == content
