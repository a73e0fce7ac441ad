"""What stands far out from its like, by median and median absolute deviation: one odd figure moves none."""

import math
from collections.abc import Mapping
from statistics import fmean, median

FEWEST = 8  # below that, nothing is usual
FAR = 3.5  # Iglewicz and Hoaglin (1993): a modified z-score above 3.5
_TO_DEVIATION = 0.6745  # the median absolute deviation of a normal law, in its standard deviations
_TO_MEAN = 0.7979  # the mean absolute deviation, where more than half of the figures are the same


def scores(figures: Mapping[str, float]) -> dict[str, float]:
    """How far each figure lies from the median, in robust standard deviations; {} for fewer than eight.

    Figures are taken as logarithms of 1 + figure: twice as many counts the same among tens and thousands.
    """
    if len(figures) < FEWEST:
        return {}
    logs = {name: math.log1p(max(0.0, figure)) for name, figure in figures.items()}
    middle = median(logs.values())
    away = {name: value - middle for name, value in logs.items()}
    deviation = median(abs(value) for value in away.values()) / _TO_DEVIATION
    if deviation == 0:
        deviation = fmean(abs(value) for value in away.values()) / _TO_MEAN
    if deviation == 0:
        return dict.fromkeys(figures, 0.0)
    return {name: value / deviation for name, value in away.items()}


def far_out(figures: Mapping[str, float], *, far: float = FAR) -> dict[str, float]:
    """Those that lie far above the rest, with their score. Far below is nobody's advantage."""
    return {name: score for name, score in scores(figures).items() if score > far}
