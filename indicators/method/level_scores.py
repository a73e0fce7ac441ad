"""From counts to level scores, 1 to 100: rates between goalposts, pillars, the index.

Basis: OECD/JRC Handbook on Constructing Composite Indicators (2008).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indicators.method.rounding import ROUNDED_TO, competition_ranks, published
from indicators.method.tree import Bools, Floats, Ints, Mean, Node, Panel, State, Tree

FEW_EVENTS = 16  # under this count the relative error passes 25 %: the figure is flagged


def with_total(panel: Panel, name: str) -> Panel:
    """The panel with one unit more, first: sums of numerators over sums of denominators, never means of
    rates.

    The sum is missing where a unit to which the indicator applies is missing.
    """
    counted = panel.applicable
    missing = (counted & ~np.isfinite(panel.numerator)).any(axis=0)
    applies = counted.any(axis=0)

    def added(array: Floats) -> Floats:
        return np.where(applies & ~missing, np.where(counted, array, 0.0).sum(axis=0), np.nan)

    worst = np.where(counted, panel.state, State.MEASURED).max(axis=0)
    state = np.select([~applies, missing], [State.NOT_APPLICABLE, State.MISSING], worst)
    return replace(
        panel,
        units=(name, *panel.units),
        numerator=np.concatenate([added(panel.numerator)[None], panel.numerator]),
        denominator=np.concatenate([added(panel.denominator)[None], panel.denominator]),
        events=np.concatenate([added(panel.events)[None], panel.events]),
        state=np.concatenate([state[None], panel.state]),
        is_ranked=np.concatenate([[False], panel.is_ranked]),
    )


def carried(panel: Panel) -> Panel:
    """Missing cells filled with what was reported the year before, marked as carried; never twice."""
    fills = np.zeros(panel.state.shape, bool)
    fills[:, 1:] = (panel.state[:, 1:] == State.MISSING) & (panel.state[:, :-1] == State.REPORTED)

    def shifted(array: NDArray) -> NDArray:
        return np.where(fills, np.concatenate([array[:, :1], array[:, :-1]], axis=1), array)

    return replace(
        panel,
        numerator=shifted(panel.numerator),
        denominator=shifted(panel.denominator),
        events=shifted(panel.events),
        state=np.where(fills, State.CARRIED, panel.state),
    )


def rates(tree: Tree, numerator: Floats, denominator: Floats) -> Floats:
    """`per` x numerator / denominator; unknown if the denominator is unknown or zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = tree.of("per") * numerator / denominator
    return np.where(np.isfinite(rate), rate, np.nan)


def scores(tree: Tree, rate: Floats) -> Floats:
    """The place between the goalposts, capped at both, on the tree's scale; mirrored if lower is better."""
    low, high, logs = tree.of("low"), tree.of("high"), tree.flags("is_log")
    with np.errstate(divide="ignore", invalid="ignore"):
        x = np.where(logs, np.log(rate), rate)
        low, high = np.where(logs, np.log(low), low), np.where(logs, np.log(high), high)
    place = np.clip((x - low) / (high - low), 0.0, 1.0)
    place = np.where(tree.flags("lower_is_better"), 1.0 - place, place)
    return tree.lowest + (tree.highest - tree.lowest) * place


@dataclass(frozen=True, eq=False)
class Levels:
    """Level scores, 1 to 100: of indicators, pillars and the index, with what they rest on."""

    rates: Floats  # unit x period x indicator
    scores: Floats  # unit x period x indicator
    pillars: Floats  # unit x period x pillar
    index: Floats  # unit x period
    pillar_coverage: Floats  # share of the applicable weight that is present; NaN if nothing applies
    index_coverage: Floats
    ranks: Ints  # unit x period x indicator, of the printed score; 0 = no rank
    pillar_ranks: Ints
    index_ranks: Ints
    is_capped: Bools  # the rate lies beyond a goalpost
    is_few: Bools  # fewer than 16 events counted

    def printed(self, decimals: int = 2) -> tuple[Floats, Floats, Floats]:
        """Scores, pillars and index as published."""
        return tuple(published(array, decimals) for array in (self.scores, self.pillars, self.index))


def combined(node: Node, weights: Floats, values: Floats, applies: Bools) -> tuple[Floats, Floats]:
    """Weighted mean along the last axis over the children present, and the share of weight they carry."""
    present = applies & np.isfinite(values)
    carried_weight = np.where(present, weights, 0.0)
    whole, have = np.where(applies, weights, 0.0).sum(axis=-1), carried_weight.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = have / whole
        if node.mean == Mean.GEOMETRIC:
            logs = np.where(present, np.log(np.where(present, values, 1.0)), 0.0)
            mean = np.exp((carried_weight * logs).sum(axis=-1) / have)
        else:
            mean = (carried_weight * np.where(present, values, 0.0)).sum(axis=-1) / have
    is_enough = share >= node.minimum_share - 1e-12
    return np.where(is_enough, mean, np.nan), share


def pillar_means(tree: Tree, score: Floats, applies: Bools) -> tuple[Floats, Floats]:
    pairs = [
        combined(pillar, tree.of("weight")[under], score[..., under], applies[..., under])
        for pillar in tree.pillars
        for under in [tree.under(pillar)]
    ]
    return np.stack([value for value, _ in pairs], axis=-1), np.stack([share for _, share in pairs], axis=-1)


def _usable(tree: Tree, panel: Panel, rate: Floats) -> Floats:
    """Rates with those on too few events left out."""
    is_thin = panel.events < tree.of("minimum_events")
    return np.where(is_thin, np.nan, rate)


def levels(tree: Tree, panel: Panel) -> Levels:
    """Scores of every indicator, pillar and the index, with ranks of the published values.

    A pillar below its minimum share of weight has no score; nothing is invented for it.
    """
    refuse_other_indicators(tree, panel)
    rate = rates(tree, panel.numerator, panel.denominator)
    score = scores(tree, _usable(tree, panel, rate))
    pillars, coverage = pillar_means(tree, score, panel.applicable)
    applies = np.isfinite(coverage)
    index, _ = combined(tree.index, tree.pillar_weights, pillars, applies)
    weight = np.where(applies, tree.pillar_weights, 0.0)
    with np.errstate(invalid="ignore"):
        index_coverage = (weight * np.nan_to_num(coverage)).sum(axis=-1) / weight.sum(axis=-1)
    score, pillars, index = (np.round(array, ROUNDED_TO) for array in (score, pillars, index))

    def ranked(values: Floats) -> Ints:
        return competition_ranks(published(values, tree.decimals), panel.is_ranked)

    return Levels(
        rates=rate,
        scores=score,
        pillars=pillars,
        index=index,
        pillar_coverage=coverage,
        index_coverage=index_coverage,
        ranks=ranked(score),
        pillar_ranks=ranked(pillars),
        index_ranks=ranked(index),
        is_capped=(rate > tree.of("high")) | (rate < tree.of("low")),
        is_few=panel.events < FEW_EVENTS,
    )


def empirical_bayes(numerator: Floats, denominator: Floats) -> Floats:
    """Rates of counts drawn towards the mean of all units, the more the smaller their denominator: a unit
    with few cases is not first or last by chance alone. Shown beside raw rates, never instead of them.

    Basis: R. J. Marshall, Mapping disease and mortality rates using empirical Bayes estimators (1991).
    """
    known = np.isfinite(numerator) & np.isfinite(denominator) & (np.nan_to_num(denominator) > 0)
    if not known.any():
        return np.full(np.shape(numerator), np.nan)
    count, size = numerator[known], denominator[known]
    mean = count.sum() / size.sum()
    between = (size * (count / size - mean) ** 2).sum() / size.sum() - mean / size.mean()
    spread = max(between, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = numerator / denominator
        trust = spread / (spread + mean / denominator) if mean else np.ones(np.shape(rate))
        return np.where(known, trust * rate + (1 - trust) * mean, np.nan)


def coverage_counts(panel: Panel) -> Ints:
    """Number of indicators by state: unit x period x state, in the order of `State`."""
    return np.stack([(panel.state == state).sum(axis=-1) for state in State], axis=-1)


def refuse_other_indicators(tree: Tree, panel: Panel) -> None:
    if panel.indicators != tuple(indicator.code for indicator in tree.indicators):
        raise ValueError("数据与版本的指标不一致。")
