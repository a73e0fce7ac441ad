"""How money is told: shares spent, and how far targets were reached."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    """`part` of `whole` as per cent to one decimal, half up; None of nothing."""
    if not whole:
        return None
    return (part * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def performance(targets: Iterable[tuple[Decimal, Decimal | None]]) -> int | None:
    """The mean of (wanted, reached) as per cent, each 100 at most, half up; None while one is missing."""
    rows = list(targets)
    if not rows or any(reached is None for _, reached in rows):
        return None
    parts = [min(reached * 100 / wanted, Decimal(100)) for wanted, reached in rows]
    return int((sum(parts, Decimal(0)) / len(parts)).quantize(Decimal(1), ROUND_HALF_UP))
