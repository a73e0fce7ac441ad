"""Which choice makes ranks uncertain: Sobol indices over five switches of the method.

Basis: OECD/JRC Handbook (2008), step 7; A. Saltelli et al., Global Sensitivity Analysis (2008), as scipy
computes it.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from indicators.method.draws import drawn_year
from indicators.method.level_scores import levels, rates
from indicators.method.rounding import ROUNDED_TO
from indicators.method.scenarios import Scale, rescaled
from indicators.method.tree import Floats, Ints, Panel, Tree

SWITCHES = ("weights", "exclusion", "data", "normalisation", "aggregation")
PRESETS = 64  # drawn sets of weights and of counts that a switch chooses from


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Shares of the variance of each output: the last output is the mean absolute change of rank.

    First order: by the switch alone; total: with all it does together with others. NaN where an output
    never changes.
    """

    units: Ints  # positions of the units with a rank, in the order of the outputs
    first: Floats  # output x switch
    total: Floats  # output x switch
    runs: int


def sensitivity(tree: Tree, panel: Panel, place: int, *, seed: int, size: int = 1024) -> Sensitivity | None:
    """Sobol indices of the ranks of one period; None with fewer than two ranked units.

    Each switch is a number between 0 and 1: below one half the published choice, above it another one.
    `size` is a power of two; the pipeline runs `size` x 7 times.
    """
    level = levels(tree, panel)
    ranked = np.flatnonzero(panel.is_ranked & np.isfinite(level.index[:, place]))
    if len(ranked) < 2:
        return None
    model = _Model.of(tree, panel, place, ranked, level.index_ranks[ranked, place], seed)
    found = stats.sobol_indices(
        func=model.ranks,
        n=size,
        dists=[stats.uniform()] * len(SWITCHES),
        rng=np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(place, 7)))),
    )
    return Sensitivity(ranked, found.first_order, found.total_order, size * (len(SWITCHES) + 2))


@dataclass(frozen=True, eq=False)
class _Model:
    """Everything a run chooses from, drawn once: scores per scale and set of counts, weights per set."""

    tree: Tree
    score: Floats  # scale x set of counts x unit x indicator; 0 where there is none
    applies: Floats  # of the same shape: 1 where there is a score
    inner: Floats  # set of weights x indicator
    outer: Floats  # set of weights x pillar
    published: Ints

    @classmethod
    def of(cls, tree: Tree, panel: Panel, place: int, ranked: Ints, published: Ints, seed: int) -> "_Model":
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(place, 8))))
        plain = rates(tree, panel.numerator[:, place], panel.denominator[:, place])
        drawn = drawn_year(tree, panel, plain, place, rng, PRESETS)  # unit x indicator x set
        sets = [plain, *np.moveaxis(drawn, -1, 0)]
        score = np.stack(
            [
                [rescaled(tree, one, panel.is_ranked, scale)[ranked] for one in sets]
                for scale in (Scale.GOALPOSTS, Scale.Z_SCORE)
            ]
        )
        sizes = (PRESETS, len(tree.indicators)), (PRESETS, len(tree.pillars))
        inner, outer = (
            np.concatenate([np.ones((1, size[1])), rng.uniform(0.75, 1.25, size)]) for size in sizes
        )
        return cls(
            tree=tree,
            score=np.nan_to_num(score),
            applies=np.isfinite(score).astype(float),
            inner=inner,
            outer=outer,
            published=published,
        )

    def ranks(self, switches: Floats) -> Floats:
        """Ranks of every unit and, last, their mean absolute change: output x run."""
        weights, exclusion, data, scale, mean = switches
        world = (scale >= 0.5).astype(int), _preset(data)
        chosen, applies = self.score[world], self.applies[world]  # run x unit x indicator
        inner = self.tree.of("weight") * self.inner[_preset(weights)]
        count = len(self.tree.indicators)
        out = np.clip(((exclusion - 0.5) * 2 * count).astype(int), 0, count - 1)
        left = np.flatnonzero(exclusion >= 0.5)
        inner[left, out[left]] = 0.0
        outer = self.tree.pillar_weights * self.outer[_preset(weights)]
        pillars = np.full((*chosen.shape[:2], len(self.tree.pillars)), np.nan)
        for place, pillar in enumerate(self.tree.pillars):
            under = self.tree.under(pillar)
            have = np.einsum("rui,ri->ru", applies[..., under], inner[:, under])
            with np.errstate(invalid="ignore", divide="ignore"):
                pillars[..., place] = np.einsum("rui,ri->ru", chosen[..., under], inner[:, under]) / have
        index = _means(pillars, outer, mean >= 0.5)
        printed = np.floor(np.round(index, ROUNDED_TO) * 10.0**self.tree.decimals + 0.5)
        ranks = 1 + (printed[:, None, :] > printed[:, :, None]).sum(axis=-1)
        shift = np.abs(ranks - self.published).mean(axis=1)
        return np.concatenate([ranks.T, shift[None]]).astype(float)


def _preset(switch: Floats) -> Ints:
    """0, the published choice, below one half; else one of the drawn sets."""
    return np.where(switch < 0.5, 0, 1 + np.minimum((switch - 0.5) * 2 * PRESETS, PRESETS - 1).astype(int))


def _means(pillars: Floats, weights: Floats, is_geometric: Floats) -> Floats:
    """Weighted mean of the pillars of every run and unit; a pillar left empty takes no part."""
    is_in = np.isfinite(pillars)
    weight = np.where(is_in, weights[:, None, :], 0.0)
    whole = weight.sum(axis=-1)
    value = np.where(is_in, np.maximum(pillars, 1e-9), 1.0)
    arithmetic = (weight * np.where(is_in, pillars, 0.0)).sum(axis=-1) / whole
    geometric = np.exp((weight * np.log(value)).sum(axis=-1) / whole)
    return np.where(is_geometric[:, None], geometric, arithmetic)
