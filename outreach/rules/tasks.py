"""When a late task climbs, and how far."""

CLIMB_DAYS = 7  # a late task climbs one level more every so many days
REMIND_DAYS = 7  # and so long before its day who has it is reminded


def climb_level(days_late: int, levels: int) -> int:
    """How many levels above are told: one from the first late day, one more every week, at most `levels`.

    Level 1 is who handed it down.
    """
    if days_late < 1:
        return 0
    return min(1 + (days_late - 1) // CLIMB_DAYS, levels)
