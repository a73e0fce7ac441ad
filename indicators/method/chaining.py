"""The growth index: yearly rates of the indicators, averaged and chained, base year = 100.

Basis: 中国创新指数 of the National Bureau of Statistics (symmetric rates, chained).
"""

from dataclasses import dataclass, replace

import numpy as np

from indicators.method.level_scores import combined, rates, refuse_other_indicators
from indicators.method.rounding import ROUNDED_TO
from indicators.method.tree import Bools, Floats, Ints, Mean, Panel, Tree


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


def continued(before: Floats, now: Floats) -> Floats:
    """An index number carried on by another edition's, which is 100 in the overlap year: nothing jumps there.

    `before` (unit, or unit x pillar) is what the earlier edition came to in that year: 100 for what it did
    not have, NaN for what it could not tell. `now` has a period after the unit.
    """
    return np.asarray(before, dtype=float)[:, None] * np.asarray(now, dtype=float) / 100.0


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
    refuse_other_indicators(tree, panel)
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
        mean, _ = combined(arithmetic, weight[..., under], links[..., under], applies[..., under])
        index = chained(np.moveaxis(mean, 1, 0), start).T
        pillars[..., place] = np.where(applies[..., under].any(axis=-1), index, np.nan)
        known = np.isfinite(links[..., under])
        inner = np.where(known, weight[..., under], 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            inner = inner / inner.sum(axis=-1, keepdims=True)
            scale = index[:, :-1] * 2 / (2 - mean[:, 1:])
            points[:, 1:, under] = scale[..., None] * inner[:, 1:] * links[:, 1:, under]

    has = np.stack([applies[..., tree.under(pillar)].any(axis=-1) for pillar in tree.pillars], axis=-1)
    total, _ = combined(replace(tree.index, mean=Mean.ARITHMETIC), tree.pillar_weights, pillars, has)
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
