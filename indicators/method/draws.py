"""How sure a rank is: scores and ranks over many plausible variants of method and counts."""

from dataclasses import dataclass

import numpy as np

from indicators.method.level_scores import levels, refuse_other_indicators
from indicators.method.rounding import ROUNDED_TO
from indicators.method.tree import Bools, Floats, Ints, Mean, Panel, Tree

CELLS_AT_ONCE = 400_000  # of one chunk of draws: bounds memory and stays in the processor's cache


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """Ranks and scores over many plausible variants of the method and the counts.

    Ranks are taken over all draws; scores over the draws on the goalposts, since the others have no common
    scale. 0 and NaN where nothing is published. The three of the last axis are the 5, 50 and 95 % points.
    """

    index_ranks: Ints  # unit x period x 3
    index_scores: Floats  # unit x period x 3
    pillar_ranks: Ints  # unit x period x pillar x 3
    pillar_scores: Floats  # unit x period x pillar x 3
    beats: Floats  # period x unit x unit: share of draws in which the row beats the column
    draws: int
    seed: int


QUANTILES = (0.05, 0.50, 0.95)
_VARIANTS = tuple((on_goalposts, mean) for on_goalposts in (True, False) for mean in Mean)


@dataclass(frozen=True, eq=False)
class _Year:
    """What the draws of one period start from: unit x indicator."""

    rate: Floats
    shape: Floats  # of the gamma, events + 1/2; NaN where the numerator is no count
    unit_rate: Floats  # rate of one event
    donors: Bools  # ranked units with a rate
    has: Bools
    fills: Ints  # (unit, indicator) pairs to draw from other units
    applies: Bools


def _year(tree: Tree, panel: Panel, rate: Floats, place: int) -> _Year:
    numerator, events = panel.numerator[:, place], panel.events[:, place]
    has = np.isfinite(rate[:, place])
    counted = np.isfinite(panel.events) & np.isfinite(panel.numerator)
    sizes = np.where(counted, panel.numerator, 0.0).sum(axis=(0, 1))
    totals = np.where(counted, panel.events, 0.0).sum(axis=(0, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = np.where(totals > 0, sizes / totals, 1.0)  # a zero count still has a size: that of the others
        size = np.where(events > 0, numerator / events, usual)
        unit_rate = tree.of("per") * size / panel.denominator[:, place]
    donors = has & panel.is_ranked[:, None]
    enough = donors.sum(axis=0) - donors > 0
    missing = ~has & panel.applicable[:, place] & enough
    return _Year(
        rate=rate[:, place],
        shape=np.where(has, events + 0.5, np.nan),
        unit_rate=unit_rate,
        donors=donors,
        has=has,
        fills=np.argwhere(missing),
        applies=has | missing,
    )


def _drawn_rates(year: _Year, rng: np.random.Generator, draws: int) -> Floats:
    """Rates, unit x indicator x draw: counts replaced by Gamma(n + 1/2), everything else as it is."""
    drawn = np.empty((*year.rate.shape, draws))
    drawn[...] = np.nan_to_num(year.rate)[..., None]
    counted = np.isfinite(year.shape)
    shape = year.shape[counted]
    drawn[counted] = rng.standard_gamma(shape[:, None], size=(len(shape), draws))
    drawn[counted] *= year.unit_rate[counted][:, None]
    return drawn


def drawn_year(
    tree: Tree, panel: Panel, rate: Floats, place: int, rng: np.random.Generator, draws: int
) -> Floats:
    """Plausible rates of one period, unit x indicator x draw: counts redrawn, missing cells taken from other
    units. `rate` is unit x indicator of that period.
    """
    year = _year(tree, panel, np.broadcast_to(rate[:, None], panel.numerator.shape), place)
    drawn = _filled(year, _drawn_rates(year, rng, draws), rng)
    drawn[~year.applies] = np.nan
    return drawn


def _normalised(tree: Tree, year: _Year, drawn: Floats, on_goalposts: bool) -> Floats:
    """Drawn rates as scores in place: between the goalposts, or 50 + 15 z over the ranked units."""
    logs, mirrored = tree.flags("is_log"), tree.flags("lower_is_better")
    low, high = tree.of("low"), tree.of("high")
    if logs.any():
        drawn[:, logs] = np.log(np.maximum(drawn[:, logs], 1e-300))
        low, high = np.where(logs, np.log(np.where(logs, low, 1)), low), np.where(logs, np.log(high), high)
    span = (tree.highest - tree.lowest) / (high - low)
    start = low
    if on_goalposts:
        middle = np.where(mirrored, tree.highest, tree.lowest)
        slope = np.where(mirrored, -span, span)
        drawn -= start[:, None]
        drawn *= slope[:, None]
        drawn += middle[:, None]
    else:
        units = year.donors.any(axis=1)
        weight = year.donors[units].astype(float)
        count = np.maximum(weight.sum(axis=0), 1)[:, None]
        mean = np.einsum("uid,ui->id", drawn[units], weight) / count
        drawn -= mean
        spread = np.sqrt(np.einsum("uid,uid,ui->id", drawn[units], drawn[units], weight) / count)
        scale = 0.15 * (tree.highest - tree.lowest)
        factor = np.where(spread > 0, scale / np.where(spread > 0, spread, 1), 0.0)
        drawn *= np.where(mirrored[:, None], -factor, factor)
        drawn += (tree.lowest + tree.highest) / 2
    return np.clip(drawn, tree.lowest, tree.highest, out=drawn)


def _filled(year: _Year, score: Floats, rng: np.random.Generator) -> Floats:
    """Missing cells take, in every draw, the score of another unit drawn at random."""
    draws = np.arange(score.shape[-1])
    for unit, indicator in year.fills:
        others = np.flatnonzero(year.donors[:, indicator])
        others = others[others != unit]
        score[unit, indicator] = score[rng.choice(others, size=len(draws)), indicator, draws]
    score[~year.applies] = 0.0
    return score


def _drawn_weights(tree: Tree, rng: np.random.Generator, draws: int) -> tuple[Floats, Floats]:
    """Weights x U(0.75, 1.25) at both levels; every second draw leaves one indicator out."""
    inner = tree.of("weight")[:, None] * rng.uniform(0.75, 1.25, size=(len(tree.indicators), draws))
    outer = tree.pillar_weights[:, None] * rng.uniform(0.75, 1.25, size=(len(tree.pillars), draws))
    left_out = rng.integers(len(tree.indicators), size=draws)
    columns = np.arange(0, draws, 2)
    inner[left_out[columns], columns] = 0.0
    return inner, outer


def _aggregated(tree: Tree, year: _Year, score: Floats, weights: tuple[Floats, Floats], mean: Mean) -> Floats:
    """Pillars and, last, the index: node x unit x draw. A pillar whose only indicator is left out is NaN."""
    inner, outer = weights
    nodes = np.empty((len(tree.pillars) + 1, *score.shape[::2]))
    applies = year.applies.astype(float)
    for place, pillar in enumerate(tree.pillars):
        under = tree.under(pillar)
        span = slice(under[0], under[-1] + 1) if len(under) == under[-1] - under[0] + 1 else under
        have = np.einsum("ui,id->ud", applies[:, span], inner[span])
        with np.errstate(invalid="ignore", divide="ignore"):
            np.divide(np.einsum("uid,id->ud", score[:, span], inner[span]), have, out=nodes[place])
    pillars = nodes[:-1]
    is_in = np.isfinite(pillars)
    weight = np.where(is_in, outer[:, None], 0.0)
    values = np.where(is_in, pillars, 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        if mean == Mean.GEOMETRIC:
            nodes[-1] = np.exp((weight * np.log(np.maximum(values, 1e-300))).sum(axis=0) / weight.sum(axis=0))
        else:
            nodes[-1] = (weight * values).sum(axis=0) / weight.sum(axis=0)
    return nodes


def _draws(tree: Tree, year: _Year, seed: tuple[int, ...], draws: int) -> tuple[Floats, int]:
    """All draws of one period, node x unit x draw, and how many of them, first, are on the goalposts."""
    units, indicators = year.rate.shape
    at_once = max(CELLS_AT_ONCE // (units * indicators), 16)
    shares = [draws // len(_VARIANTS) + (place < draws % len(_VARIANTS)) for place in range(len(_VARIANTS))]
    nodes = np.empty((len(tree.pillars) + 1, units, draws))
    done = 0
    for variant, ((on_goalposts, mean), share) in enumerate(zip(_VARIANTS, shares, strict=True)):
        for chunk, first in enumerate(range(0, share, at_once)):
            size = min(at_once, share - first)
            stream = np.random.SeedSequence(seed[0], spawn_key=(*seed[1:], variant, chunk))
            rng = np.random.Generator(np.random.PCG64(stream))
            score = _normalised(tree, year, _drawn_rates(year, rng, size), on_goalposts)
            score = _filled(year, score, rng)
            weights = _drawn_weights(tree, rng, size)
            nodes[..., done : done + size] = _aggregated(tree, year, score, weights, mean)
            done += size
    return nodes, shares[0] + shares[1]


def _rank_points(values: Floats, beats: bool) -> tuple[Ints, Floats | None]:
    """Quantiles of the ranks over the draws (unit x 3), and the share of draws in which each beats each."""
    units, draws = values.shape
    points = np.zeros((units, len(QUANTILES)), dtype=np.int64)
    won = np.zeros((units, units)) if beats else None
    for unit in range(units):
        above = values > values[unit]
        counts = np.bincount(np.count_nonzero(above, axis=0), minlength=units)
        reached = np.cumsum(counts) / draws
        points[unit] = 1 + np.searchsorted(reached, np.array(QUANTILES) - 1e-12)
        if won is not None:
            won[:, unit] = np.count_nonzero(above, axis=1) / draws
    return points, won


def _score_points(values: Floats) -> Floats:
    """Quantiles along the last axis: the smallest value that this share of draws does not pass."""
    draws = values.shape[-1]
    places = [max(int(np.ceil(q * draws - 1e-9)) - 1, 0) for q in QUANTILES]
    return np.round(np.partition(values, places, axis=-1)[..., places], ROUNDED_TO)


def uncertainty(tree: Tree, panel: Panel, *, seed: int, draws: int = 10_000) -> Uncertainty:
    """Rank and score intervals by Monte-Carlo: one thread, bounded memory, the same bytes for the same
    seed.

    In each draw weights are multiplied by U(0.75, 1.25) at both levels, counts replaced by Gamma(n + 1/2)
    and missing cells drawn from the other units; every second draw leaves one indicator out; a quarter of
    the draws each uses goalposts or z-scores with an arithmetic or geometric mean of the pillars. Units
    without a published score stay out.

    Raises ValueError for fewer than 8 draws.
    """
    refuse_other_indicators(tree, panel)
    if draws < 8:
        raise ValueError("模拟次数至少为 8 次。")
    level = levels(tree, panel)
    units, periods = level.index.shape
    count = len(tree.pillars)
    ranks = np.zeros((count + 1, units, periods, len(QUANTILES)), dtype=np.int64)
    points = np.full((count + 1, units, periods, len(QUANTILES)), np.nan)
    beats = np.full((periods, units, units), np.nan)
    for place in range(periods):
        year = _year(tree, panel, level.rates, place)
        nodes, on_goalposts = _draws(tree, year, (seed, place), draws)
        outcomes = np.concatenate([level.pillars[:, place], level.index[:, place, None]], axis=1).T
        for node, value in enumerate(nodes):
            shown = np.isfinite(outcomes[node])
            ranked = np.flatnonzero(shown & panel.is_ranked)
            known = np.isfinite(value[shown]).all(axis=0)
            if not shown.any() or not known[:on_goalposts].any():
                continue
            scored = value[:, :on_goalposts][:, known[:on_goalposts]]
            points[node, shown, place] = _score_points(scored[shown])
            printed = np.floor(np.round(value[ranked][:, known], ROUNDED_TO) * 10.0**tree.decimals + 0.5)
            ranks[node, ranked, place], won = _rank_points(printed, beats=node == count)
            if won is not None:
                beats[place][np.ix_(ranked, ranked)] = won
    return Uncertainty(
        index_ranks=ranks[-1],
        index_scores=points[-1],
        pillar_ranks=np.moveaxis(ranks[:-1], 0, 2),
        pillar_scores=np.moveaxis(points[:-1], 0, 2),
        beats=beats,
        draws=draws,
        seed=seed,
    )


def alike(intervals: Ints, ranks: Ints) -> list[tuple[int, ...]]:
    """Groups of units (positions) whose ranks lie inside each other's interval, best first: shown as one
    group.

    `intervals` is unit x 3 as in `Uncertainty.index_ranks[:, period]`; a unit without a rank is in no
    group.
    """
    order = [place for place in np.argsort(ranks, kind="stable").tolist() if ranks[place]]
    groups: list[tuple[int, ...]] = []
    for place in order:
        is_alike = groups and all(
            intervals[place][0] <= ranks[other] <= intervals[place][2]
            and intervals[other][0] <= ranks[place] <= intervals[other][2]
            for other in groups[-1]
        )
        if is_alike:
            groups[-1] = (*groups[-1], place)
        else:
            groups.append((place,))
    return groups
