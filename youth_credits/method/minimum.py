"""The year's minimum of a child, lowered for a reason; and what is missing towards it."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

ZERO = Decimal(0)
TEACHING_MONTHS = 10  # September to June


@dataclass(frozen=True)
class Minimum:
    """What a child has to reach in a school year: in sum, off campus, and in kinds."""

    credits: Decimal
    off_campus: Decimal
    kinds: int
    is_lowered: bool = False

    def is_reached_by(self, credits: Decimal, off_campus: Decimal, kinds: int) -> bool:
        return credits >= self.credits and off_campus >= self.off_campus and kinds >= self.kinds


def lowered(full: Minimum, share: Decimal, *, step: Decimal) -> Minimum:
    """The minimum at a share of it (0 to 1), cut down to the rules' step in the child's favour.

    Kinds are asked for as far as there is anything to reach.
    """
    if not ZERO <= share <= 1:
        raise ValueError("比例应在 0 至 1 之间。")
    credits = _cut(full.credits * share, step)
    off_campus = _cut(full.off_campus * share, step)
    kinds = min(full.kinds, 1 if share < 1 else full.kinds) if credits else 0
    return Minimum(credits, off_campus, kinds, share < 1)


def _cut(credits: Decimal, step: Decimal) -> Decimal:
    return (credits / step).to_integral_value(ROUND_DOWN) * step


def share_left(joined_on: date, school_year: int) -> Decimal:
    """The share of a school year's ten teaching months that is left from the month of joining on.

    The month counts in full if it was joined by the 15th.
    """
    months = (joined_on.year - school_year) * 12 + joined_on.month - 9
    gone = max(0, months + (joined_on.day > 15))
    return Decimal(max(0, TEACHING_MONTHS - gone)) / TEACHING_MONTHS


@dataclass(frozen=True)
class Missing:
    """What is missing towards the minimum; none of it below zero."""

    credits: Decimal
    off_campus: Decimal
    kinds: int

    @property
    def nothing(self) -> bool:
        return not (self.credits or self.off_campus or self.kinds)


def missing(minimum: Minimum, by_code: dict[str, Decimal], off_campus: Decimal) -> Missing:
    kinds = sum(1 for credits in by_code.values() if credits > 0)
    return Missing(
        max(ZERO, minimum.credits - sum(by_code.values(), ZERO)),
        max(ZERO, minimum.off_campus - off_campus),
        max(0, minimum.kinds - kinds),
    )
