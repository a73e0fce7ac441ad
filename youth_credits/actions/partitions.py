"""Partitions of the ledger, made before the school years that need them."""

from datetime import date

from portal.calendar import school_year
from portal.database import as_owner
from youth_credits.queries.proof import PARTITIONED

MADE_AHEAD = 4  # school years


def make_partitions(*, on: date) -> list[int]:
    """Make what is missing up to some school years ahead; returns the years made. Connects as the owner."""
    last = school_year(on) + MADE_AHEAD
    with as_owner() as owner, owner.cursor() as cursor:
        cursor.execute(PARTITIONED)
        known = {year for (year,) in cursor.fetchall()}
        made = [year for year in range(school_year(on), last + 1) if year not in known]
        for year in made:
            cursor.execute("SELECT youth_credits_make_partition(%s)", [year])
    return made
