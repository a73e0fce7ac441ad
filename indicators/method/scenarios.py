"""The same counts under other methods: what a rank owes to a choice. Never the published figures."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from indicators.method.level_scores import combined, levels, rates, scores
from indicators.method.rounding import ROUNDED_TO, competition_ranks, published
from indicators.method.tree import Bools, Floats, Ints, Mean, Panel, Tree
from indicators.method.weighting import critic_weights, entropy_weights, variation_weights


class Scale(StrEnum):
    """How rates become scores."""

    GOALPOSTS = "goalposts"
    YEAR_RANGE = "range"  # lowest and highest unit of the year
    Z_SCORE = "z"
    PERCENTILE = "percentile"


class Weighing(StrEnum):
    """Where the weights inside the pillars come from."""

    EDITION = "edition"
    EQUAL = "equal"
    VARIATION = "variation"
    ENTROPY = "entropy"
    CRITIC = "critic"


@dataclass(frozen=True, slots=True)
class Variant:
    """One choice of method. `without` is the code of an indicator or pillar left out."""

    scale: Scale = Scale.GOALPOSTS
    weighing: Weighing = Weighing.EDITION
    mean: Mean | None = None  # of the pillars; None: as the edition has it
    without: str = ""


@dataclass(frozen=True, eq=False)
class Outcome:
    """Scores and ranks of one period under a variant. 0 = no rank."""

    index: Floats  # unit
    ranks: Ints  # unit
    shift: Ints  # unit: places lost (positive) or won against the published rank

    @property
    def mean_shift(self) -> float:
        """Mean of the absolute changes of rank."""
        ranked = self.ranks > 0
        return float(np.abs(self.shift[ranked]).mean()) if ranked.any() else float("nan")

    @property
    def largest_shift(self) -> int:
        return int(np.abs(self.shift).max(initial=0))


def rescaled(tree: Tree, rate: Floats, is_ranked: Bools, scale: Scale) -> Floats:
    """Rates of one period (unit x indicator) as scores on the tree's scale, compared among ranked units."""
    if scale == Scale.GOALPOSTS:
        return scores(tree, rate)
    among = np.where(is_ranked[:, None], rate, np.nan)
    cells = np.isfinite(among)
    known = cells.sum(axis=0)
    count = np.maximum(known, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        if scale == Scale.YEAR_RANGE:
            low = np.where(cells, among, np.inf).min(axis=0)
            high = np.where(cells, among, -np.inf).max(axis=0)
            place = np.where(high > low, (rate - low) / (high - low), 0.5)
        elif scale == Scale.Z_SCORE:
            mean = np.where(cells, among, 0.0).sum(axis=0) / count
            spread = np.sqrt(np.where(cells, (among - mean) ** 2, 0.0).sum(axis=0) / count)
            place = 0.5 + 0.15 * np.where(spread > 0, (rate - mean) / np.where(spread > 0, spread, 1.0), 0.0)
        else:
            below = (among[None] < rate[:, None]).sum(axis=1)
            alike = (among[None] == rate[:, None]).sum(axis=1)
            middle = (below + (alike - 1) / 2) / np.maximum(known - 1, 1)
            place = np.where(known > 1, middle, 0.5)
    place = np.where(tree.flags("lower_is_better"), 1.0 - place, place)
    value = tree.lowest + (tree.highest - tree.lowest) * np.clip(place, 0.0, 1.0)
    return np.where(np.isfinite(rate) & (known > 0), value, np.nan)


def reweighed(tree: Tree, score: Floats, is_ranked: Bools, weighing: Weighing) -> Floats:
    """Weights of the indicators under a rule; inside every pillar they add up to its number of indicators."""
    if weighing == Weighing.EDITION:
        return tree.of("weight")
    weights = np.ones(len(tree.indicators))
    rule = {
        Weighing.VARIATION: variation_weights,
        Weighing.ENTROPY: entropy_weights,
        Weighing.CRITIC: critic_weights,
    }.get(weighing)
    if rule is None:
        return weights
    for pillar in tree.pillars:
        under = tree.under(pillar)
        compared = score[np.ix_(is_ranked, under)]
        told = np.isfinite(compared).sum(axis=0) >= 3
        if told.sum() >= 2:  # otherwise nothing can be learnt from the data
            share = np.zeros(len(under))
            share[told] = rule(compared[:, told])
            weights[under] = share * len(under)
    return weights


def outcome(tree: Tree, panel: Panel, place: int, variant: Variant) -> Outcome:
    """The index of one period (position in the panel) under another choice of method.

    Raises ValueError if `without` names nothing in the tree.
    """
    rate = rates(tree, panel.numerator[:, place], panel.denominator[:, place])
    rate = np.where(panel.events[:, place] < tree.of("minimum_events"), np.nan, rate)
    applies = panel.applicable[:, place].copy()
    if variant.without:
        out = [one.code == variant.without or one.pillar == variant.without for one in tree.indicators]
        if not any(out):
            raise ValueError("没有这个指标或领域。")
        applies[:, np.array(out)] = False
    score = np.where(applies, rescaled(tree, rate, panel.is_ranked, variant.scale), np.nan)
    weights = reweighed(tree, score, panel.is_ranked, variant.weighing)
    pairs = [
        combined(pillar, weights[under], score[:, under], applies[:, under])
        for pillar in tree.pillars
        for under in [tree.under(pillar)]
    ]
    pillars = np.stack([value for value, _ in pairs], axis=-1)
    has = np.stack([np.isfinite(share) for _, share in pairs], axis=-1)
    node = tree.index if variant.mean is None else replace(tree.index, mean=variant.mean)
    index, _ = combined(node, tree.pillar_weights, pillars, has)
    index = np.round(index, ROUNDED_TO)
    return _beside(tree, panel, place, index)


def _beside(tree: Tree, panel: Panel, place: int, index: Floats) -> Outcome:
    """An index beside the published ranks of the same period."""
    was = levels(tree, panel).index_ranks[:, place]
    ranks = competition_ranks(published(index, tree.decimals), panel.is_ranked)
    return Outcome(index, ranks, np.where((ranks > 0) & (was > 0), ranks - was, 0))


def removals(tree: Tree, panel: Panel, place: int) -> dict[str, Outcome]:
    """What leaving out each indicator and each pillar does to the ranks of one period, by code.

    A pillar that is alone in the tree, or does not apply to ranked units, is not removed.
    """
    found = {}
    applies = panel.applicable[panel.is_ranked, place].any(axis=0)
    several = len({one.pillar for one, there in zip(tree.indicators, applies, strict=True) if there}) > 1
    for one, there in zip(tree.indicators, applies, strict=True):
        if there:
            found[one.code] = outcome(tree, panel, place, Variant(without=one.code))
    for pillar in tree.pillars:
        if several and applies[tree.under(pillar)].any():
            found[pillar.code] = outcome(tree, panel, place, Variant(without=pillar.code))
    return found
