"""What an expert asks of an index: spread, correlation, agreement inside a pillar, weight against influence.

Basis: OECD/JRC Handbook on Constructing Composite Indicators (2008), steps 4 and 8.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from indicators.method.explaining import effective_weights
from indicators.method.level_scores import Levels
from indicators.method.tree import Floats, Panel, Tree
from indicators.method.weighting import correlation

SKEW_LIMIT, KURTOSIS_LIMIT = 2.0, 3.5


@dataclass(frozen=True, slots=True)
class Statistics:
    """One indicator over the ranked units of one period. NaN where it cannot be told."""

    code: str
    known: int
    low: float
    mean: float
    high: float
    skew: float
    kurtosis: float
    with_pillar: float  # correlation of its score with its pillar
    with_index: float  # and with the index
    weight: float  # mean effective weight: what a point of its score adds to the index
    influence: float  # share of its squared correlation with the index among all indicators
    capped: int  # units beyond a goalpost

    @property
    def is_flagged(self) -> bool:
        """The usual rule for outliers; with eleven units it speaks of any district that stands out alone."""
        return abs(self.skew) > SKEW_LIMIT and self.kurtosis > KURTOSIS_LIMIT


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the indicators of one pillar say the same: Cronbach's alpha and the first component's share."""

    code: str
    indicators: int
    units: int
    alpha: float
    first_component: float
    with_index: float


def _shape(values: Floats) -> tuple[float, float]:
    """Skewness and excess kurtosis, unbiased; NaN for fewer than four values or without spread."""
    if len(values) < 4 or np.ptp(values) < 1e-12:
        return float("nan"), float("nan")
    return float(stats.skew(values, bias=False)), float(stats.kurtosis(values, bias=False))


def statistics(tree: Tree, panel: Panel, level: Levels, place: int) -> list[Statistics]:
    """Every indicator that applies to ranked units, over these units in one period."""
    ranked = panel.is_ranked
    index = level.index[ranked, place]
    weights = effective_weights(tree, panel, level)[ranked, place]
    found = []
    for i, one in enumerate(tree.indicators):
        if not panel.applicable[ranked, place, i].any():
            continue
        rate, score = level.rates[ranked, place, i], level.scores[ranked, place, i]
        known = rate[np.isfinite(rate)]
        pillar = level.pillars[ranked, place, tree.pillar_of[i]]
        present = weights[np.isfinite(score), i]
        skew, kurtosis = _shape(known)
        found.append(
            Statistics(
                code=one.code,
                known=len(known),
                low=float(known.min()) if len(known) else float("nan"),
                mean=float(known.mean()) if len(known) else float("nan"),
                high=float(known.max()) if len(known) else float("nan"),
                skew=skew,
                kurtosis=kurtosis,
                with_pillar=correlation(score, pillar),
                with_index=correlation(score, index),
                weight=float(present.mean()) if len(present) else float("nan"),
                influence=float("nan"),
                capped=int(level.is_capped[ranked, place, i].sum()),
            )
        )
    return _with_influence(found)


def _with_influence(found: list[Statistics]) -> list[Statistics]:
    squares = np.array([one.with_index**2 for one in found])
    shares = squares / np.nansum(squares) if np.nansum(squares) > 0 else squares
    return [
        Statistics(**{name: getattr(one, name) for name in one.__slots__} | {"influence": float(share)})
        for one, share in zip(found, shares, strict=True)
    ]


def agreements(tree: Tree, panel: Panel, level: Levels, place: int) -> list[Agreement]:
    """Every pillar that applies to ranked units, over the units that have all its indicators."""
    ranked, found = panel.is_ranked, []
    for p, pillar in enumerate(tree.pillars):
        under = [i for i in tree.under(pillar) if panel.applicable[ranked, place, i].any()]
        if not under:
            continue
        score = level.scores[ranked, place][:, under]
        complete = score[np.isfinite(score).all(axis=1)]
        alpha, first = _agreement(complete)
        found.append(
            Agreement(
                code=pillar.code,
                indicators=len(under),
                units=len(complete),
                alpha=alpha,
                first_component=first,
                with_index=correlation(level.pillars[ranked, place, p], level.index[ranked, place]),
            )
        )
    return found


def _agreement(score: Floats) -> tuple[float, float]:
    """Alpha of standardised indicators and the first principal component's share of their variance."""
    spread = score.std(axis=0) if len(score) else np.zeros(score.shape[1])
    moving = score[:, spread > 1e-12]
    count = moving.shape[1]
    if count < 2 or len(moving) < 3:
        return float("nan"), float("nan")
    together = np.corrcoef(moving.T)
    mean = (together.sum() - count) / (count * (count - 1))
    alpha = count * mean / (1 + (count - 1) * mean)
    return float(alpha), float(np.linalg.eigvalsh(together)[-1] / count)
