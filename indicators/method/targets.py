"""What a score takes: backwards from the index to a raw figure, or the proof that a cap forbids it."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from indicators.method.explaining import effective_weights
from indicators.method.level_scores import Levels
from indicators.method.tree import Floats, Indicator, Mean, Node, Panel, Tree


@dataclass(frozen=True, slots=True)
class Lever:
    """One indicator moved alone until the index reaches a target."""

    code: str
    score: float
    best_index: float  # the index if this indicator alone reaches its better goalpost
    wanted_score: float  # beyond the scale if the target is out of reach
    wanted_numerator: float | None  # None if out of reach
    numerator: float
    denominator: float

    @property
    def is_within_reach(self) -> bool:
        return self.wanted_numerator is not None


def _needed(mean: Mean, child: float, weight: float, parent: float, wanted: float) -> float:
    """What a child must come to, alone, for its parent to come to `wanted`. `weight` is its share."""
    if mean == Mean.GEOMETRIC:
        return child * (wanted / parent) ** (1 / weight)
    return child + (wanted - parent) / weight


def _reached(mean: Mean, child: float, weight: float, parent: float, moved: float) -> float:
    """What the parent comes to if the child alone comes to `moved`."""
    if mean == Mean.GEOMETRIC:
        return parent * (moved / child) ** weight
    return parent + (moved - child) * weight


def rate_of(one: Indicator, tree: Tree, score: float) -> float:
    """The rate behind a score: back through the goalposts."""
    place = (score - tree.lowest) / (tree.highest - tree.lowest)
    place = 1 - place if one.lower_is_better else place
    if one.is_log:
        return float(np.exp(np.log(one.low) + place * (np.log(one.high) - np.log(one.low))))
    return one.low + place * (one.high - one.low)


@dataclass(frozen=True, slots=True)
class _Above:
    """A node and one of its children: the child's share of the weight present."""

    node: Node
    share: float
    value: float


def _shares(weights: Floats, values: Floats) -> Floats:
    present = np.where(np.isfinite(values), weights, 0.0)
    return present / present.sum()


def levers(tree: Tree, panel: Panel, level: Levels, unit: int, place: int, target: float) -> list[Lever]:
    """Every scored indicator of one unit and period, moved alone towards a target of the index.

    Empty if the unit has no index.
    """
    index = level.index[unit, place]
    if not np.isfinite(index):
        return []
    pillars, score = level.pillars[unit, place], level.scores[unit, place]
    outer, found = _shares(tree.pillar_weights, pillars), []
    for i in range(len(tree.indicators)):
        p = tree.pillar_of[i]
        under = tree.under(tree.pillars[p])
        if not np.isfinite(score[i]) or not outer[p]:
            continue
        inner = _shares(tree.of("weight")[under], score[under])[list(under).index(i)]
        top = _Above(tree.index, float(outer[p]), float(index))
        middle = _Above(tree.pillars[p], float(inner), float(pillars[p]))
        found.append(_lever(tree, panel, (unit, place, i), float(score[i]), (middle, top), target))
    return found


def _lever(
    tree: Tree,
    panel: Panel,
    cell: tuple[int, int, int],
    score: float,
    above: tuple[_Above, _Above],
    target: float,
) -> Lever:
    one, (middle, top) = tree.indicators[cell[2]], above
    pillar = _needed(top.node.mean, middle.value, top.share, top.value, target)
    wanted = _needed(middle.node.mean, score, middle.share, middle.value, pillar) if pillar > 0 else np.nan
    best_pillar = _reached(middle.node.mean, score, middle.share, middle.value, tree.highest)
    best = _reached(top.node.mean, middle.value, top.share, top.value, best_pillar)
    numerator, denominator = float(panel.numerator[cell]), float(panel.denominator[cell])
    is_within = tree.lowest - 1e-9 <= wanted <= tree.highest + 1e-9
    needed = None
    if is_within:
        needed = rate_of(one, tree, min(max(wanted, tree.lowest), tree.highest)) * denominator / one.per
        if np.isfinite(panel.events[cell]):  # things are counted whole
            whole = np.floor(needed + 1e-6) if one.lower_is_better else np.ceil(needed - 1e-6)
            needed = float(whole)
    return Lever(one.code, score, float(best), float(wanted), needed, numerator, denominator)


@dataclass(frozen=True, slots=True)
class Plan:
    """The cheapest way to a target over several indicators: what each numerator grows by, and the cost."""

    more: dict[str, float]
    cost: float


def cheapest(
    tree: Tree, panel: Panel, level: Levels, unit: int, place: int, target: float, costs: dict[str, float]
) -> Plan | None:
    """The cheapest growth of numerators that reaches a target, by unit costs; None if caps forbid it.

    Only for arithmetic trees without logarithms, in which it is a linear programme.
    Raises ValueError for another tree.
    """
    if any(node.mean != Mean.ARITHMETIC for node in (tree.index, *tree.pillars)):
        raise ValueError("几何平均的版本不能用线性规划求最省的办法。")
    effect = effective_weights(tree, panel, level)[unit, place]
    chosen, gain, room = [], [], []
    for i, one in enumerate(tree.indicators):
        score = level.scores[unit, place, i]
        if one.code not in costs or one.is_log or one.lower_is_better or not np.isfinite(score):
            continue
        per_unit = one.per / panel.denominator[unit, place, i] / (one.high - one.low)
        slope = (tree.highest - tree.lowest) * per_unit
        below = max(one.low - level.rates[unit, place, i], 0.0) * panel.denominator[unit, place, i] / one.per
        if below:  # under the lower goalpost the first units earn nothing: left out of the plan
            continue
        chosen.append(one.code)
        gain.append(effect[i] * slope)
        room.append((tree.highest - score) / slope)
    gap = target - level.index[unit, place]
    if gap <= 0:
        return Plan({}, 0.0)
    if not chosen or np.dot(gain, room) < gap - 1e-9:
        return None
    found = optimize.linprog(
        [costs[code] for code in chosen],
        A_ub=[[-one for one in gain]],
        b_ub=[-gap],
        bounds=[(0, one) for one in room],
        method="highs",
    )
    if not found.success:
        return None
    more = {code: float(value) for code, value in zip(chosen, found.x, strict=True) if value > 1e-9}
    return Plan(more, float(found.fun))
