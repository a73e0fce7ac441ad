"""The arithmetic of the development index: pure functions over arrays, without Django.

`tree` is what everything is computed from, `level_scores` and `chaining` are the two published figures,
`explaining` says what they are made of, `draws` how sure a rank is; `rounding` prints, `digests` proves.

Axes are always unit, period, indicator, in this order; what is not known is NaN. Indicators stand under
pillars and pillars under the index. An edition of the method is a `Tree`, what was counted is a `Panel`.

Basis: 中国创新指数 of the National Bureau of Statistics for growth (symmetric rates, chained, base year =
100); OECD/JRC Handbook on Constructing Composite Indicators (2008) for levels; UNDP practice for published
ranks.
"""

from indicators.method.chaining import Growth, chained, growth, spliced, symmetric_rate
from indicators.method.digests import canonical, fingerprint, inputs, seed_of, trees_differ
from indicators.method.draws import CELLS_AT_ONCE, QUANTILES, Uncertainty, alike, uncertainty
from indicators.method.explaining import Change, change, contributions, effective_weights, logarithmic_mean
from indicators.method.level_scores import (
    FEW_EVENTS,
    Levels,
    carried,
    coverage_counts,
    levels,
    rates,
    scores,
    with_total,
)
from indicators.method.rounding import (
    ROUNDED_TO,
    Figure,
    competition_ranks,
    growth_percent,
    half_up,
    largest_remainder,
    published,
    scaled_to_mean,
    share_percent,
)
from indicators.method.tree import Bools, Floats, Indicator, Ints, Mean, Node, Panel, State, Tree

__all__ = [
    "CELLS_AT_ONCE",
    "FEW_EVENTS",
    "QUANTILES",
    "ROUNDED_TO",
    "Bools",
    "Change",
    "Figure",
    "Floats",
    "Growth",
    "Indicator",
    "Ints",
    "Levels",
    "Mean",
    "Node",
    "Panel",
    "State",
    "Tree",
    "Uncertainty",
    "alike",
    "canonical",
    "carried",
    "chained",
    "change",
    "competition_ranks",
    "contributions",
    "coverage_counts",
    "effective_weights",
    "fingerprint",
    "growth",
    "growth_percent",
    "half_up",
    "inputs",
    "largest_remainder",
    "levels",
    "logarithmic_mean",
    "published",
    "rates",
    "scaled_to_mean",
    "scores",
    "seed_of",
    "share_percent",
    "spliced",
    "symmetric_rate",
    "trees_differ",
    "uncertainty",
    "with_total",
]
