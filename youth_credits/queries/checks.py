"""The draw of a spot check: the same seed and bounds give the same entries, whenever it is asked."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import ceil

from django.db import connection

from portal.calendar import Period, school_year
from youth_credits.models import SpotCheck

# Entries that were verified in a term and stood at a moment; what happened later (a reversal, a return) is
# read back. The day of an activity stands beside its name, which nobody reads here: so it is the term of the
# verification, and each entry comes into the draws of one term. Nothing waits two years to be verified.
POPULATION = """
    FROM youth_credits_credit c JOIN youth_credits_batch b ON b.id = c.batch_id
    WHERE c.school_id = ANY(%(schools)s) AND c.school_year BETWEEN %(year)s - 2 AND %(year)s
      AND c.id <= %(last)s AND c.reverses_id IS NULL
      AND NOT EXISTS (SELECT FROM youth_credits_credit r WHERE r.reverses_id = c.id AND r.id <= %(last)s)
      AND b.verified_at >= %(start)s AND b.verified_at < %(end)s AND b.verified_at <= %(at)s
      AND (b.ended_at IS NULL OR b.ended_at > %(at)s)
"""


@dataclass(frozen=True)
class Draw:
    """How many there were, and (entry, student, school) of each drawn, in the draw's order."""

    population: int
    drawn: list[tuple[int, int, int]]

    @property
    def digest(self) -> str:
        """SHA-256 over the numbers of the drawn entries, in the draw's order, a line each."""
        return hashlib.sha256("".join(f"{entry}\n" for entry, _, _ in self.drawn).encode()).hexdigest()


def last_entry() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM youth_credits_credit")
        return cursor.fetchone()[0]


def draw(*, seed: str, share: Decimal, schools: Sequence[int], of: Period, last: int, at: datetime) -> Draw:
    """Those entries whose SHA-256 of "seed:number" is smallest, rounded up to a whole one. Scope "ledger"."""
    start, end = of.moments
    values = {"schools": list(schools), "year": school_year(of.start), "last": last, "at": at, "seed": seed}
    values |= {"start": start, "end": end}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(f"SELECT count(*) {POPULATION}", values)
        population = cursor.fetchone()[0]
        wanted = ceil(share * population)
        cursor.execute(
            f"SELECT c.id, c.student_id, c.school_id {POPULATION}"
            " ORDER BY sha256(convert_to(%(seed)s || ':' || c.id, 'UTF8')), c.id LIMIT %(wanted)s",
            values | {"wanted": wanted},
        )
        return Draw(population, cursor.fetchall())


def draw_again(check: SpotCheck) -> Draw:
    """The draw of a check from its seed and bounds. Under scope "ledger"."""
    return draw(
        seed=check.seed,
        share=check.share,
        schools=check.schools,
        of=check.period,
        last=check.last_entry,
        at=check.drawn_at,
    )
