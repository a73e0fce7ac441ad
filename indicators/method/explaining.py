"""What each indicator brings to a score, and why a score changed since the year before."""

from dataclasses import dataclass, replace

import numpy as np

from indicators.method.level_scores import (
    Levels,
    combined,
    pillar_means,
    rates,
    refuse_other_indicators,
    scores,
)
from indicators.method.tree import Floats, Mean, Panel, Tree


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
    refuse_other_indicators(tree, panel)
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

    p0, shares0 = pillar_means(first, s00, panel.applicable[:, before])
    p1, shares1 = pillar_means(tree, s11, panel.applicable[:, after])
    i0, _ = combined(first.index, first.pillar_weights, p0, np.isfinite(shares0))
    i1, _ = combined(tree.index, tree.pillar_weights, p1, np.isfinite(shares1))
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
