"""What the night proves of the ledger: totals, claims, references, partitions. Under scope "ledger".

Each year is asked by itself, so that its partition alone is read. Nothing found is as it should be.
"""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from portal.calendar import school_year

PARTITIONS_AHEAD = 2  # school years after the running one that must have their partition

# Numbers of entries that stand in other tables: plain numbers, since an entry's key has two columns.
REFERENCES = [
    ("youth_credits_occasionclaim", "entry"),
    ("youth_credits_courseclaim", "entry"),
    ("youth_credits_certificateclaim", "entry"),
    ("youth_credits_credit", "reverses_id"),
    ("youth_credits_suspicionentry", "entry"),
]

UNBALANCED = """
WITH summed AS (
    SELECT c.student_id, sum(c.credits) AS credits, sum(c.minutes) AS minutes,
        coalesce(sum(c.credits) FILTER (WHERE r.family = 'off_campus'), 0) AS off_campus,
        sum(CASE WHEN c.reverses_id IS NULL THEN 1 ELSE -1 END) AS entries
    FROM youth_credits_credit c JOIN youth_credits_creditrule r ON r.id = c.rule_id
    WHERE c.school_year = %(year)s GROUP BY 1
), kept AS (
    SELECT * FROM youth_credits_studentyear WHERE school_year = %(year)s
)
SELECT coalesce(s.student_id, y.student_id) FROM summed s FULL JOIN kept y ON y.student_id = s.student_id
WHERE (coalesce(s.credits, 0), coalesce(s.off_campus, 0), coalesce(s.minutes, 0), coalesce(s.entries, 0))
    IS DISTINCT FROM (coalesce(y.credits, 0), coalesce(y.off_campus_credits, 0), coalesce(y.minutes, 0),
        coalesce(y.entries, 0))
ORDER BY 1 LIMIT %(limit)s
"""

# An entry that was not taken back holds its claim, and no other does.
UNCLAIMED = """
WITH standing AS (
    SELECT c.id, c.student_id, c.activity_id FROM youth_credits_credit c
    WHERE c.school_year = %(year)s AND c.reverses_id IS NULL AND NOT EXISTS (
        SELECT FROM youth_credits_credit r WHERE r.reverses_id = c.id AND r.school_year = %(year)s)
), claimed AS (
    SELECT entry, student_id, activity_id FROM youth_credits_occasionclaim WHERE school_year = %(year)s
)
SELECT coalesce(s.id, c.entry) FROM standing s
FULL JOIN claimed c ON (c.entry, c.student_id, c.activity_id) = (s.id, s.student_id, s.activity_id)
WHERE s.id IS NULL OR c.entry IS NULL ORDER BY 1 LIMIT %(limit)s
"""

YEARS = """
SELECT DISTINCT school_year FROM youth_credits_studentyear
UNION SELECT DISTINCT school_year FROM youth_credits_occasionclaim ORDER BY 1
"""

PARTITIONED = """
SELECT substring(pg_get_expr(c.relpartbound, c.oid) FROM '\\d+')::int
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'youth_credits_credit'::regclass AND pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT'
"""


@dataclass(frozen=True)
class Flaw:
    """One thing that does not hold: what is meant, and the number it stands under."""

    kind: str  # balance, claim, reference, partition
    where: str
    number: int

    def __str__(self) -> str:
        name = {"balance": "余额不符", "claim": "占用不符", "reference": "引用落空", "partition": "分区缺失"}
        return f"{name[self.kind]}：{self.where} {self.number}"


def unbalanced(limit: int = 20) -> list[Flaw]:
    """Students whose totals of a year differ from the sum of their entries."""
    return _by_year("balance", UNBALANCED, limit)


def unclaimed(limit: int = 20) -> list[Flaw]:
    """Entries that stand without their claim, or claims without a standing entry."""
    return _by_year("claim", UNCLAIMED, limit)


def _by_year(kind: str, sql: str, limit: int) -> list[Flaw]:
    flaws: list[Flaw] = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(YEARS)
        for (year,) in cursor.fetchall():
            cursor.execute(sql, {"year": year, "limit": limit})
            flaws += [Flaw(kind, f"{year} 学年", number) for (number,) in cursor.fetchall()]
    return flaws[:limit]


def astray(limit: int = 20) -> list[Flaw]:
    """Numbers of entries, in whatever table, that no entry has."""
    flaws: list[Flaw] = []
    with connection.cursor() as cursor:
        for table, column in REFERENCES:
            cursor.execute(
                f"SELECT t.{column} FROM {table} t WHERE t.{column} IS NOT NULL"  # noqa: S608  names of ours
                f" AND NOT EXISTS (SELECT FROM youth_credits_credit c WHERE c.id = t.{column})"
                f" ORDER BY 1 LIMIT {limit:d}"
            )
            flaws += [Flaw("reference", f"{table}.{column}", number) for (number,) in cursor.fetchall()]
    return flaws[:limit]


def unpartitioned(on: date) -> list[Flaw]:
    """School years to come without a partition of their own, and entries that fell into the default one."""
    year = school_year(on)
    with connection.cursor() as cursor:
        cursor.execute(PARTITIONED)
        known = {number for (number,) in cursor.fetchall()}
        cursor.execute(
            "SELECT DISTINCT school_year FROM youth_credits_credit WHERE school_year <> ALL (%s)",
            [sorted(known)],
        )
        fallen = [number for (number,) in cursor.fetchall()]
    ahead = [ahead for ahead in range(year, year + PARTITIONS_AHEAD + 1) if ahead not in known]
    return [Flaw("partition", "学年", number) for number in sorted({*ahead, *fallen})]


def flaws(on: date) -> list[Flaw]:
    """Everything that does not hold; a few of each kind."""
    return [*unbalanced(), *unclaimed(), *astray(), *unpartitioned(on)]
