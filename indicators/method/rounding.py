"""Figures as they are printed: rounding, shares, growth of single figures, ranks."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from indicators.method.tree import Bools, Floats, Ints

Figure = Decimal | float | str | None
ROUNDED_TO = 9  # decimals kept of every score: hides the last bits, in which processors differ


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
