"""How far a plan is: shares that roll up, a word for each measure, the yearly path, bars on a time line."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

SOON_DAYS = 90  # a measure not begun so close to its end draws attention


def measure_share(progress: str, done: int, total: int) -> Fraction | None:
    """How much of a measure is done: 1 once said so, else its finished tasks of all; None if nobody can say.

    A measure that is under way without tasks has no figure; one not begun has 0.
    """
    if progress == "done":
        return Fraction(1)
    if total:
        return Fraction(done, total)
    return Fraction(0) if progress == "not_begun" else None


def rolled_up(parts: Iterable[tuple[int, Fraction | None]]) -> Fraction | None:
    """The weighted mean of (weight, share) of those that have a share; None if none has."""
    known = [(weight, share) for weight, share in parts if share is not None]
    weight = sum(weight for weight, _ in known)
    return sum((weight * share for weight, share in known), Fraction(0)) / weight if weight else None


def percent(share: Fraction | None) -> int | None:
    """A share as whole per cent, half up; never 100 while something is left, never 0 once begun."""
    if share is None:
        return None
    rounded = int((Decimal(share.numerator * 100) / share.denominator).quantize(Decimal(1), ROUND_HALF_UP))
    if share < 1:
        rounded = min(rounded, 99)
    return max(rounded, 1) if share > 0 else rounded


def light(progress: str, due_on: date, late_tasks: int, on: date) -> str:
    """The code of a measure's light on a day: done, overdue, due (draws attention), not_begun or ongoing."""
    if progress == "done":
        return "done"
    if due_on < on:
        return "overdue"
    if late_tasks or (progress == "not_begun" and (due_on - on).days <= SOON_DAYS):
        return "due"
    return "not_begun" if progress == "not_begun" else "ongoing"


def path_value(
    year: int, start: tuple[int, Decimal], end: tuple[int, Decimal], set_points: Mapping[int, Decimal]
) -> tuple[Decimal, bool]:
    """What a target promises for a year, and whether somebody set it; else it lies on the straight line.

    The line runs between the nearest years that are set, baseline and target among them.
    """
    known = {start[0]: start[1], end[0]: end[1], **set_points}
    if year in known:
        return known[year], True
    before = max(one for one in known if one < year)
    after = min(one for one in known if one > year)
    part = Decimal(year - before) / Decimal(after - before)
    value = known[before] + (known[after] - known[before]) * part
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP), False


def bar(starts: date, ends: date, first_year: int, last_year: int) -> tuple[int, int, int]:
    """Quarters before, within and after a span on a time line of whole years; at least one within."""
    total = (last_year - first_year + 1) * 4
    head = _quarter(starts, first_year)
    tail = _quarter(ends, first_year)
    head = min(max(head, 0), total - 1)
    tail = min(max(tail, head), total - 1)
    return head, tail - head + 1, total - tail - 1


def _quarter(day: date, first_year: int) -> int:
    return (day.year - first_year) * 4 + (day.month - 1) // 3
