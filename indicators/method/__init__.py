"""The arithmetic of the development index: pure functions over arrays, without Django.

`tree` is what everything is computed from, `level_scores` and `chaining` are the two published figures,
`explaining` says what they are made of, `draws` how sure a rank is and `sensitivity` what makes it unsure;
`weighting` is where weights come from, `scenarios` other methods beside ours, `targets` what a score takes,
`auditing` what experts ask; `rounding` prints, `digests` proves.

Axes are always unit, period, indicator, in this order; what is not known is NaN. Indicators stand under
pillars and pillars under the index. An edition of the method is a `Tree`, what was counted is a `Panel`.

Basis: 中国创新指数 of the National Bureau of Statistics for growth (symmetric rates, chained, base year =
100); OECD/JRC Handbook on Constructing Composite Indicators (2008) for levels; UNDP practice for published
ranks.
"""

from indicators.method.auditing import Agreement, Statistics, agreements, statistics
from indicators.method.chaining import Growth, chained, continued, growth, spliced, symmetric_rate
from indicators.method.digests import canonical, fingerprint, inputs, read_inputs, seed_of, trees_differ
from indicators.method.draws import CELLS_AT_ONCE, QUANTILES, Uncertainty, alike, uncertainty
from indicators.method.explaining import Change, change, contributions, effective_weights, logarithmic_mean
from indicators.method.level_scores import (
    FEW_EVENTS,
    Levels,
    carried,
    coverage_counts,
    empirical_bayes,
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
from indicators.method.scenarios import Outcome, Scale, Variant, Weighing, outcome, removals
from indicators.method.sensitivity import SWITCHES, Sensitivity, sensitivity
from indicators.method.targets import Lever, Plan, cheapest, levers
from indicators.method.tree import Bools, Floats, Indicator, Ints, Mean, Node, Panel, State, Tree
from indicators.method.weighting import (
    CONSISTENT,
    Priorities,
    pairwise,
    pooled_judgments,
    priorities,
    shared_out,
    worst_pair,
)

__all__ = [
    "CELLS_AT_ONCE",
    "CONSISTENT",
    "FEW_EVENTS",
    "QUANTILES",
    "ROUNDED_TO",
    "SWITCHES",
    "Agreement",
    "Bools",
    "Change",
    "Figure",
    "Floats",
    "Growth",
    "Indicator",
    "Ints",
    "Levels",
    "Lever",
    "Mean",
    "Node",
    "Outcome",
    "Panel",
    "Plan",
    "Priorities",
    "Scale",
    "Sensitivity",
    "State",
    "Statistics",
    "Tree",
    "Uncertainty",
    "Variant",
    "Weighing",
    "agreements",
    "alike",
    "canonical",
    "carried",
    "chained",
    "change",
    "cheapest",
    "competition_ranks",
    "continued",
    "contributions",
    "coverage_counts",
    "effective_weights",
    "empirical_bayes",
    "fingerprint",
    "growth",
    "growth_percent",
    "half_up",
    "inputs",
    "largest_remainder",
    "levels",
    "levers",
    "logarithmic_mean",
    "outcome",
    "pairwise",
    "pooled_judgments",
    "priorities",
    "published",
    "rates",
    "read_inputs",
    "removals",
    "scaled_to_mean",
    "scores",
    "seed_of",
    "sensitivity",
    "share_percent",
    "shared_out",
    "spliced",
    "statistics",
    "symmetric_rate",
    "trees_differ",
    "uncertainty",
    "with_total",
    "worst_pair",
]
