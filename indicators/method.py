"""The arithmetic of the development index: pure functions over arrays, without Django.

Axes are always unit, period, indicator, in this order; what is not known is NaN. Indicators stand under
pillars and pillars under the index. An edition of the method is a `Tree`, what was counted is a `Panel`.

Basis: 中国创新指数 of the National Bureau of Statistics for growth (symmetric rates, chained, base year =
100); OECD/JRC Handbook on Constructing Composite Indicators (2008) for levels; UNDP practice for published
ranks.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Figure = Decimal | float | str | None

ROUNDED_TO = 9  # decimals kept of every score: hides the last bits, in which processors differ
FEW_EVENTS = 16  # under this count the relative error passes 25 %: the figure is flagged
CELLS_AT_ONCE = 400_000  # of one chunk of draws: bounds memory and stays in the processor's cache


class State(IntEnum):
    """Where a cell comes from. Zero and missing are different; not applicable removes the indicator."""

    MEASURED = 0
    REPORTED = 1
    CARRIED = 2
    MISSING = 3
    NOT_APPLICABLE = 4


class Mean(StrEnum):
    ARITHMETIC = "arithmetic"
    GEOMETRIC = "geometric"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of an edition: the rate `per` x numerator / denominator between two goalposts."""

    code: str
    pillar: str
    low: float
    high: float
    weight: float = 1.0
    per: float = 1.0
    is_log: bool = False
    lower_is_better: bool = False
    minimum_events: int = 0  # fewer counted: no score
    link_events: int = 16  # fewer counted in either year: no growth link from these two years alone

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"指标 {self.code} 的下限必须小于上限。")
        if self.is_log and self.low <= 0:
            raise ValueError(f"指标 {self.code} 取对数，下限必须大于零。")
        if not self.weight > 0:
            raise ValueError(f"指标 {self.code} 的权重必须大于零。")


@dataclass(frozen=True, slots=True)
class Node:
    """A pillar, or the index itself, and how its children are put together."""

    code: str
    weight: float = 1.0
    mean: Mean = Mean.ARITHMETIC
    minimum_share: float = 2 / 3  # of the weight of its children that must be there

    def __post_init__(self) -> None:
        if not self.weight > 0:
            raise ValueError(f"节点 {self.code} 的权重必须大于零。")
        if not 0 < self.minimum_share <= 1:
            raise ValueError(f"节点 {self.code} 的最低覆盖率必须在 0 与 1 之间。")


@dataclass(frozen=True)
class Tree:
    """One edition: indicators under pillars, pillars under the index, and the scale scores are printed on."""

    pillars: tuple[Node, ...]
    indicators: tuple[Indicator, ...]
    index: Node = Node("index", minimum_share=1.0)
    lowest: float = 1.0
    highest: float = 100.0
    decimals: int = 2

    def __post_init__(self) -> None:
        codes = [node.code for node in (self.index, *self.pillars, *self.indicators)]
        if len(set(codes)) < len(codes):
            raise ValueError("同一版本内的代码不能重复。")
        known = {pillar.code for pillar in self.pillars}
        used = {indicator.pillar for indicator in self.indicators}
        if known != used:
            raise ValueError(f"领域与指标不相符：{'、'.join(sorted(known ^ used))}。")
        if not self.lowest < self.highest:
            raise ValueError("分值的下限必须小于上限。")

    def of(self, name: str) -> Floats:
        """One attribute of all indicators, as an array."""
        return np.array([getattr(indicator, name) for indicator in self.indicators], dtype=float)

    def flags(self, name: str) -> Bools:
        return np.array([getattr(indicator, name) for indicator in self.indicators], dtype=bool)

    def under(self, pillar: Node) -> Ints:
        """Positions of the indicators under one pillar."""
        return np.array([i for i, child in enumerate(self.indicators) if child.pillar == pillar.code])

    @property
    def pillar_weights(self) -> Floats:
        return np.array([pillar.weight for pillar in self.pillars])

    @property
    def pillar_of(self) -> Ints:
        """For each indicator the position of its pillar."""
        places = {pillar.code: place for place, pillar in enumerate(self.pillars)}
        return np.array([places[indicator.pillar] for indicator in self.indicators])


@dataclass(frozen=True, eq=False)
class Panel:
    """What was counted: unit x period x indicator.

    `events` is the number of things counted behind the numerator, NaN where the numerator is not a count
    (yuan, square metres). Units with `is_ranked` false (the city) get scores but no rank and take no part
    in the districts' ranks.
    """

    units: tuple[str, ...]
    periods: tuple[str, ...]
    indicators: tuple[str, ...]
    numerator: Floats
    denominator: Floats
    state: Ints
    events: Floats = field(default=None)  # type: ignore[assignment]
    is_ranked: Bools = field(default=None)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        shape = (len(self.units), len(self.periods), len(self.indicators))
        state = np.array(self.state, dtype=np.int64)
        numerator = np.array(self.numerator, dtype=float)
        denominator = np.array(self.denominator, dtype=float)
        events = np.full(shape, np.nan) if self.events is None else np.array(self.events, dtype=float)
        ranked = np.ones(shape[0], bool) if self.is_ranked is None else np.array(self.is_ranked, dtype=bool)
        if any(array.shape != shape for array in (state, numerator, denominator, events)):
            raise ValueError(f"数组形状应为 {shape}。")
        if ranked.shape != shape[:1]:
            raise ValueError("每个单位须注明是否参加排名。")
        if len(set(self.units)) < shape[0] or len(set(self.periods)) < shape[1]:
            raise ValueError("单位和期间不能重复。")
        if any(np.isinf(array).any() or (array < 0).any() for array in (numerator, denominator, events)):
            raise ValueError("分子、分母和计数不能为负数或无穷大。")
        absent = state >= State.MISSING
        if np.isnan(numerator[~absent]).any():
            raise ValueError("有数据的单元格必须有分子；没有数据请标为缺失。")
        for array in (numerator, denominator, events):
            array[absent] = np.nan
        for name, array in (
            ("numerator", numerator),
            ("denominator", denominator),
            ("events", events),
            ("state", state),
            ("is_ranked", ranked),
        ):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def applicable(self) -> Bools:
        return self.state != State.NOT_APPLICABLE


# ---------------------------------------------------------------- rounding, shares, growth of single figures


def half_up(value: Decimal | float | str, decimals: int = 2) -> Decimal:
    """Rounded as schools teach it: 9.5 is 10 and 8.5 is 9. A float counts as the digits it prints."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def share_percent(part: Figure, whole: Figure, decimals: int = 2) -> Decimal | None:
    """The part in per cent of the whole, half-up; None if either is missing or the whole is zero."""
    if part is None or whole is None or not Decimal(str(whole)):
        return None
    return half_up(Decimal(str(part)) / Decimal(str(whole)) * 100, decimals)


def growth_percent(now: Figure, before: Figure, decimals: int = 2) -> Decimal | None:
    """Growth in per cent, half-up; None if a figure is missing or the earlier one is not positive."""
    if now is None or before is None or Decimal(str(before)) <= 0:
        return None
    return half_up((Decimal(str(now)) / Decimal(str(before)) - 1) * 100, decimals)


def published(values: Floats, decimals: int = 2) -> Floats:
    """Values as printed: rounded half-up from their nine kept decimals, halves away from zero."""
    values = np.asarray(values, dtype=float)
    known = np.isfinite(values)
    units = np.rint(np.abs(np.where(known, values, 0.0)) * 10.0**ROUNDED_TO).astype(np.int64)
    step = 10 ** (ROUNDED_TO - decimals)
    printed = np.copysign((units + step // 2) // step / 10.0**decimals, np.where(known, values, 0.0))
    return np.where(known, printed + 0.0, np.nan)


def largest_remainder(parts: Floats, total: Floats, decimals: int = 2) -> Floats:
    """Parts along the last axis printed so that they add up to the printed total to the last digit.

    Each part is cut down, then the parts with the largest remainders get one unit more. Unknown parts stay
    unknown. `total` must be the sum of the parts, or that sum already rounded.
    """
    parts = np.asarray(parts, dtype=float)
    known = np.isfinite(parts)
    scaled = np.where(known, np.round(parts, ROUNDED_TO), 0.0) * 10.0**decimals
    floors = np.floor(np.round(scaled, ROUNDED_TO - decimals))
    # What is exactly nothing is printed as nothing, unless there is nothing else.
    moves = known & ((parts != 0) | ~(known & (parts != 0)).any(axis=-1, keepdims=True))
    remainders = np.where(moves, scaled - floors, -np.inf)
    goal = published(total, decimals) * 10.0**decimals
    lacking = np.rint(np.nan_to_num(goal) - floors.sum(axis=-1))[..., None]
    order = np.argsort(-remainders, axis=-1, kind="stable")
    place = np.argsort(order, axis=-1, kind="stable")
    count = np.maximum(moves.sum(axis=-1), 1)[..., None]
    extra = np.where(moves, lacking // count + (place < lacking % count), 0)
    printed = (floors + extra) / 10.0**decimals
    return np.where(known & np.isfinite(goal)[..., None], printed + 0.0, np.nan)


def competition_ranks(values: Floats, is_ranked: Bools | None = None) -> Ints:
    """Ranks along the first axis, highest first, ties share the best rank; 0 where there is no rank."""
    values = np.asarray(values, dtype=float)
    ranked = np.ones(len(values), bool) if is_ranked is None else is_ranked
    compared = values[ranked]
    ranks = np.zeros(values.shape, dtype=np.int64)
    for place in np.flatnonzero(ranked):
        ranks[place] = 1 + (compared > values[place]).sum(axis=0)
    return np.where(np.isfinite(values), ranks, 0)


def scaled_to_mean(values: Floats) -> Floats:
    """Values in per cent of their mean, the scale of the Shanghai index: n units add up to 100 x n."""
    return np.asarray(values, dtype=float) / np.nanmean(values) * 100


# ---------------------------------------------------------------- from counts to level scores


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


def _combined(node: Node, weights: Floats, values: Floats, applies: Bools) -> tuple[Floats, Floats]:
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


def _pillars(tree: Tree, score: Floats, applies: Bools) -> tuple[Floats, Floats]:
    pairs = [
        _combined(pillar, tree.of("weight")[under], score[..., under], applies[..., under])
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
    _same_indicators(tree, panel)
    rate = rates(tree, panel.numerator, panel.denominator)
    score = scores(tree, _usable(tree, panel, rate))
    pillars, coverage = _pillars(tree, score, panel.applicable)
    applies = np.isfinite(coverage)
    index, _ = _combined(tree.index, tree.pillar_weights, pillars, applies)
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


def coverage_counts(panel: Panel) -> Ints:
    """Number of indicators by state: unit x period x state, in the order of `State`."""
    return np.stack([(panel.state == state).sum(axis=-1) for state in State], axis=-1)


def _same_indicators(tree: Tree, panel: Panel) -> None:
    if panel.indicators != tuple(indicator.code for indicator in tree.indicators):
        raise ValueError("数据与版本的指标不一致。")


def effective_weights(tree: Tree, panel: Panel, level: Levels) -> Floats:
    """What one point of an indicator's score adds to an arithmetic index: unit x period x indicator."""
    present = np.isfinite(level.scores) & panel.applicable
    inner = _rescaled(np.where(present, tree.of("weight"), 0.0), tree)
    outer = np.where(np.isfinite(level.pillars), tree.pillar_weights, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        outer = outer / outer.sum(axis=-1, keepdims=True)
    return inner * np.nan_to_num(outer)[..., tree.pillar_of]


def _rescaled(weights: Floats, tree: Tree) -> Floats:
    """Weights that add up to one inside every pillar; zero where the pillar has none."""
    sums = np.stack([weights[..., tree.under(p)].sum(axis=-1) for p in tree.pillars], axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num(weights / sums[..., tree.pillar_of])


def contributions(tree: Tree, panel: Panel, level: Levels) -> Floats:
    """Points of the index that each indicator brings: they add up to the index. Unit x period x indicator.

    In a geometric mean a child's part is its share of the logarithm.
    """
    weights = np.where(np.isfinite(level.scores) & panel.applicable, tree.of("weight"), 0.0)
    inner = np.zeros(level.scores.shape)
    for pillar in tree.pillars:
        under = tree.under(pillar)
        inner[..., under] = _shares(pillar.mean, weights[..., under], level.scores[..., under])
    above = np.where(np.isfinite(level.pillars), tree.pillar_weights, 0.0)
    outer = _shares(tree.index.mean, above, level.pillars)
    return level.index[..., None] * outer[..., tree.pillar_of] * inner


def _shares(mean: Mean, weights: Floats, children: Floats) -> Floats:
    """Shares along the last axis that add up to one: of the sum or logarithm, or of weights if that is
    zero.
    """
    measure = np.nan_to_num(children)
    if mean == Mean.GEOMETRIC:
        measure = np.log(np.where(measure > 0, measure, 1.0))
    parts = weights * measure
    total = parts.sum(axis=-1, keepdims=True)
    parts = np.where(total > 0, parts, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num(parts / parts.sum(axis=-1, keepdims=True))


# ---------------------------------------------------------------- why a score changed


@dataclass(frozen=True, eq=False)
class Change:
    """Points by which the index moved between two periods; all items of a unit add up to `total`."""

    numerator: Floats  # unit x indicator
    denominator: Floats  # unit x indicator
    coverage: Floats  # unit x indicator: appeared or disappeared
    weights: Floats  # unit x indicator: other weights inside the pillar
    pillar_coverage: Floats  # unit x pillar
    pillar_weights: Floats  # unit x pillar
    total: Floats  # unit

    def by_indicator(self) -> Floats:
        return self.numerator + self.denominator + self.coverage + self.weights

    def items(self) -> Floats:
        """Every item in one row per unit: what a waterfall shows."""
        parts = (self.numerator, self.denominator, self.coverage, self.weights)
        return np.concatenate([*parts, self.pillar_coverage, self.pillar_weights], axis=-1)


def logarithmic_mean(a: Floats, b: Floats) -> Floats:
    """(a - b) / (ln a - ln b), and a where both are equal."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = a / b - 1.0
        # Near equality the quotient loses its digits; the series keeps them.
        mean = np.where(np.abs(ratio) < 1e-5, b * (1 + ratio / 2 - ratio**2 / 12), (a - b) / np.log(a / b))
    return np.where(a == b, a, mean)


@dataclass(frozen=True, eq=False)
class _Step:
    """How one level passes a change on: child's change x factor, and what weights and coverage add."""

    factor: Floats
    coverage: Floats
    weights: Floats


def _step(mean: Mean, before: tuple[Floats, Floats, Floats], after: tuple[Floats, Floats, Floats]) -> _Step:
    """Split one level's change. `before` and `after` are weights, children and parent of the two periods.

    A child that is there in one period only is entered in the other at the parent's own value (which
    changes nothing), so that its coming and going is an item of its own. A child in neither period has no
    weight.
    """
    (w0, c0, v0), (w1, c1, v1) = before, after
    is_in0, is_in1 = np.isfinite(c0), np.isfinite(c1)
    either = is_in0 | is_in1
    w0, w1 = (np.where(either, w, 0.0) for w in (w0, w1))
    with np.errstate(invalid="ignore", divide="ignore"):
        w0, w1 = w0 / w0.sum(axis=-1, keepdims=True), w1 / w1.sum(axis=-1, keepdims=True)
        c0 = np.where(either, np.where(is_in0, c0, v0[..., None]), 1.0)
        c1 = np.where(either, np.where(is_in1, c1, v1[..., None]), 1.0)
        weight = (w0 + w1) / 2
        if mean == Mean.GEOMETRIC:
            scale = logarithmic_mean(v1, v0)[..., None]
            factor = weight * scale / logarithmic_mean(c1, c0)
            by_weights = scale * (np.log(c0) + np.log(c1)) / 2 * (w1 - w0)
        else:
            factor, by_weights = weight, (c0 + c1) / 2 * (w1 - w0)
    factor, by_weights = np.nan_to_num(factor), np.nan_to_num(by_weights)
    is_both = is_in0 & is_in1
    coverage = np.where(is_both, 0.0, np.nan_to_num(factor * (c1 - c0)))
    return _Step(factor=np.where(is_both, factor, 0.0), coverage=coverage, weights=by_weights)


def change(tree: Tree, panel: Panel, before: int, after: int, *, earlier: Tree | None = None) -> Change:
    """Why the index of every unit moved from period `before` to period `after` (positions in the panel).

    Numerator and denominator by Shapley: the mean of the two orders of changing them, exact through the
    caps. `earlier` is the tree of the first period where weights have changed.

    Raises ValueError if goalposts or definitions differ: levels of two editions are not compared.
    """
    _same_indicators(tree, panel)
    first = earlier or tree
    same = [replace(one, weight=1.0) for one in tree.indicators]
    if same != [replace(one, weight=1.0) for one in first.indicators]:
        raise ValueError("两个版本的指标口径或目标值不同，水平分值不可比较。")

    def score(numerator: int, denominator: int) -> Floats:
        return scores(tree, rates(tree, panel.numerator[:, numerator], panel.denominator[:, denominator]))

    thin = panel.events < tree.of("minimum_events")
    gone = ~panel.applicable | thin
    s00 = np.where(gone[:, before], np.nan, score(before, before))
    s11 = np.where(gone[:, after], np.nan, score(after, after))
    s10, s01 = score(after, before), score(before, after)
    by_numerator = ((s10 - s00) + (s11 - s01)) / 2
    by_denominator = ((s01 - s00) + (s11 - s10)) / 2

    p0, shares0 = _pillars(first, s00, panel.applicable[:, before])
    p1, shares1 = _pillars(tree, s11, panel.applicable[:, after])
    i0, _ = _combined(first.index, first.pillar_weights, p0, np.isfinite(shares0))
    i1, _ = _combined(tree.index, tree.pillar_weights, p1, np.isfinite(shares1))
    top = _step(tree.index.mean, (first.pillar_weights, p0, i0), (tree.pillar_weights, p1, i1))

    shape = s00.shape
    numerator, denominator, coverage, weights = (np.zeros(shape) for _ in range(4))
    for place, pillar in enumerate(tree.pillars):
        under = tree.under(pillar)
        step = _step(
            pillar.mean,
            (first.of("weight")[under], s00[:, under], p0[:, place]),
            (tree.of("weight")[under], s11[:, under], p1[:, place]),
        )
        passed = top.factor[:, place, None]
        numerator[:, under] = passed * step.factor * np.nan_to_num(by_numerator[:, under])
        denominator[:, under] = passed * step.factor * np.nan_to_num(by_denominator[:, under])
        coverage[:, under] = passed * step.coverage
        weights[:, under] = passed * step.weights
    known = np.isfinite(i1 - i0)[:, None]
    items = (numerator, denominator, coverage, weights, top.coverage, top.weights)
    return Change(*(np.where(known, item, np.nan) for item in items), total=i1 - i0)


# ---------------------------------------------------------------- growth


@dataclass(frozen=True, eq=False)
class Growth:
    """Growth index, base year = 100, chained from yearly rates. Links stand in the later of their years."""

    pillars: Floats  # unit x period x pillar
    total: Floats  # unit x period
    rates: Floats  # unit x period x indicator: symmetric rate of the link, NaN if not in it
    points: Floats  # unit x period x indicator: points of the total brought by the link
    is_pooled: Bools  # the link rests on three-year means because single years count too little


def symmetric_rate(now: Floats, before: Floats) -> Floats:
    """2 (x1 - x0) / (x1 + x0), between -2 and 2; zero if both are zero."""
    now, before = np.asarray(now, dtype=float), np.asarray(before, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = 2 * (now - before) / (now + before)
    return np.where((now == 0) & (before == 0), 0.0, rate)


def chained(links: Floats, base: int) -> Floats:
    """Index numbers along the first axis from symmetric rates, 100 at position `base`, forwards and
    backwards.

    The rate at position t leads from t-1 to t: C1 = C0 (2 + v) / (2 - v). After an unknown link nothing is
    known.
    """
    links = np.where(np.abs(links) < 2, links, np.nan)
    index = np.full(links.shape, np.nan)
    index[base] = 100.0
    for place in range(base + 1, len(links)):
        index[place] = index[place - 1] * (2 + links[place]) / (2 - links[place])
    for place in range(base, 0, -1):
        index[place - 1] = index[place] * (2 - links[place]) / (2 + links[place])
    return index


def spliced(old: Floats, new: Floats) -> Floats:
    """An old series continued by a new one: the new rates, before them the old ones by the overlap factor.

    The factor is the ratio of sums over the years (first axis) that both know. Raises ValueError without
    one.
    """
    old, new = np.asarray(old, dtype=float), np.asarray(new, dtype=float)
    both = np.isfinite(old) & np.isfinite(new)
    if not both.any() or not old[both].sum():
        raise ValueError("新旧口径没有重叠年份，不能衔接。")
    return np.where(np.isfinite(new), new, old * (new[both].sum() / old[both].sum()))


def _pooled(array: Floats) -> Floats:
    """Sums over three years ending in each; unknown in the first two."""
    sums = np.full(array.shape, np.nan)
    sums[:, 2:] = array[:, 2:] + array[:, 1:-1] + array[:, :-2]
    return sums


def _links(tree: Tree, panel: Panel) -> tuple[Floats, Bools]:
    """Symmetric rates of single indicators, and which of them rest on three-year means."""
    need = tree.of("link_events")

    def linked(numerator: Floats, denominator: Floats, events: Floats) -> Floats:
        rate = rates(tree, numerator, denominator)
        rate = np.where(events < need, np.nan, rate)  # not a count (NaN): no limit
        link = np.full(rate.shape, np.nan)
        link[:, 1:] = symmetric_rate(rate[:, 1:], rate[:, :-1])
        return link

    single = linked(panel.numerator, panel.denominator, panel.events)
    thin = np.zeros(panel.state.shape, bool)
    thin[:, 1:] = (panel.events[:, 1:] < need) | (panel.events[:, :-1] < need)
    pooled = linked(*(_pooled(array) for array in (panel.numerator, panel.denominator, panel.events)))
    is_pooled = thin & np.isfinite(pooled)
    link = np.where(is_pooled, pooled, single)
    return np.where(tree.flags("lower_is_better"), -link, link), is_pooled


def growth(
    tree: Tree,
    panel: Panel,
    *,
    base: str,
    definitions: Ints | None = None,
    weights: Floats | None = None,
) -> Growth:
    """The growth index of every pillar and the total, 100 in period `base`.

    Each link uses only indicators known under the same definition in both of its years: `definitions`
    (period x indicator) numbers the definition in force. `weights` (period x indicator) are those of the
    link's later year.

    Basis: 中国创新指数, National Bureau of Statistics: v = weighted mean of symmetric rates, total = mean
    of pillars.
    """
    _same_indicators(tree, panel)
    links, is_pooled = _links(tree, panel)
    if definitions is not None:
        links[:, 1:] = np.where(definitions[1:] == definitions[:-1], links[:, 1:], np.nan)
    weight = np.broadcast_to(tree.of("weight") if weights is None else weights, links.shape)
    applies = panel.applicable.copy()
    applies[:, 1:] |= panel.applicable[:, :-1]

    start = panel.periods.index(base)
    shape = (*links.shape[:2], len(tree.pillars))
    pillars, points = np.full(shape, np.nan), np.full(links.shape, np.nan)
    for place, pillar in enumerate(tree.pillars):
        under = tree.under(pillar)
        arithmetic = replace(pillar, mean=Mean.ARITHMETIC)
        mean, _ = _combined(arithmetic, weight[..., under], links[..., under], applies[..., under])
        index = chained(np.moveaxis(mean, 1, 0), start).T
        pillars[..., place] = np.where(applies[..., under].any(axis=-1), index, np.nan)
        known = np.isfinite(links[..., under])
        inner = np.where(known, weight[..., under], 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            inner = inner / inner.sum(axis=-1, keepdims=True)
            scale = index[:, :-1] * 2 / (2 - mean[:, 1:])
            points[:, 1:, under] = scale[..., None] * inner[:, 1:] * links[:, 1:, under]

    has = np.stack([applies[..., tree.under(pillar)].any(axis=-1) for pillar in tree.pillars], axis=-1)
    total, _ = _combined(replace(tree.index, mean=Mean.ARITHMETIC), tree.pillar_weights, pillars, has)
    outer = np.where(has, tree.pillar_weights, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        outer = outer / outer.sum(axis=-1, keepdims=True)
    points = points * outer[..., tree.pillar_of]
    return Growth(
        pillars=np.round(pillars, ROUNDED_TO),
        total=np.round(total, ROUNDED_TO),
        rates=links,
        points=np.where(np.isfinite(links), points, np.nan),
        is_pooled=is_pooled,
    )


# ---------------------------------------------------------------- how sure a rank is


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
    _same_indicators(tree, panel)
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


# ---------------------------------------------------------------- the same inputs, the same bytes


def _plain(value: Any) -> Any:
    """A value as canonical JSON writes it: fractions as strings, what is not known as null."""
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, Enum):
        return value.name.lower()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (float, Decimal)):
        return _decimal(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value]


def _decimal(value: float | Decimal) -> str | None:
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    if not exact.is_finite():
        return None
    text = format(exact.normalize(), "f")
    return "0" if text == "-0" else text


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no blanks, decimals as strings: one form for one content."""
    plain = _plain(value)
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def inputs(tree: Tree, panel: Panel, **more: object) -> dict[str, object]:
    """All a vintage is computed from, ready for `canonical`; `more` adds base year, draws and the like."""
    names = tuple(state.name.lower() for state in State)
    return {
        "tree": asdict(tree),
        "units": panel.units,
        "periods": panel.periods,
        "indicators": panel.indicators,
        "is_ranked": panel.is_ranked,
        "numerator": panel.numerator,
        "denominator": panel.denominator,
        "events": panel.events,
        "state": [[[names[cell] for cell in row] for row in unit] for unit in panel.state],
        **more,
    }


def fingerprint(content: bytes) -> str:
    """SHA-256 of canonical inputs, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def seed_of(digest: str) -> int:
    """The seed of the draws: the first eight bytes of the fingerprint."""
    return int.from_bytes(bytes.fromhex(digest)[:8], "big")


def trees_differ(old: Tree, new: Tree) -> Sequence[str]:
    """Codes of indicators that differ between two editions, or stand in one only."""
    before = {one.code: one for one in old.indicators}
    after = {one.code: one for one in new.indicators}
    return sorted(code for code in before.keys() | after.keys() if before.get(code) != after.get(code))
