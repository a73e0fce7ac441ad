"""Until when a title is provisional: whole months from its first day, both days included."""

from calendar import monthrange
from datetime import date, timedelta


def provisional_end(first: date, months: int, until: date) -> date | None:
    """The last day on which a title is provisional, within its own period; None without such a time.

    Twelve months from 2026-12-01 end on 2027-11-30; a day that a month does not have is its last.
    """
    if not months:
        return None
    count = first.month - 1 + months
    year, month = first.year + count // 12, count % 12 + 1
    day = min(first.day, monthrange(year, month)[1])
    return min(date(year, month, day) - timedelta(days=1), until)
