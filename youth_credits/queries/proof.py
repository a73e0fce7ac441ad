"""What the night proves of the ledger: balances, kept totals, claims, references, partitions.

Under scope "ledger", but for the papers that name entries: those lie beside children's words, and are asked
under scope "steward". Each year is asked by itself, so that its partition alone is read. Nothing found is as
it should be.
"""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from portal.calendar import school_year

PARTITIONS_AHEAD = 2  # school years after the running one that must have their partition

# Numbers of entries that stand in other tables: plain numbers, since an entry's key has two columns. Where
# the row names a child, the entry is that child's.
ENTRY = "SELECT FROM youth_credits_credit c WHERE c.id = t.{column}"
ENTRY_OF_CHILD = ENTRY + " AND c.student_id = t.student_id"
REFERENCES = [
    ("youth_credits_occasionclaim", "entry", ENTRY_OF_CHILD),
    ("youth_credits_courseclaim", "entry", ENTRY_OF_CHILD),
    ("youth_credits_certificateclaim", "entry", ENTRY_OF_CHILD),
    ("youth_credits_credit", "reverses_id", ENTRY_OF_CHILD),
    ("youth_credits_suspicionentry", "entry", ENTRY),
]

# Papers about children that name an entry, or the batch that wrote their entries. A batch is its school's.
BATCH = "SELECT FROM youth_credits_batch b WHERE b.id = t.{column}"
PAPERS = [
    ("youth_credits_appeal", "entry", ENTRY_OF_CHILD),
    ("youth_credits_drawnentry", "entry", ENTRY_OF_CHILD),
    ("youth_credits_familyclaim", "batch_id", BATCH + " AND b.organization_id = t.organization_id"),
    ("youth_credits_outing", "batch_id", BATCH + " AND b.organization_id = t.organization_id"),
    ("youth_credits_resultrecord", "batch_id", BATCH + " AND b.organization_id = t.school_id"),
    ("youth_credits_uploadmark", "batch", BATCH + " AND b.organization_id = t.school_id"),
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

# Kept totals against every child's own row, a child where it was last in the year. Those that are to be
# counted anew are not asked: the night counts them.
UNTOTALLED = """
WITH home AS (
    SELECT DISTINCT ON (student_id) student_id, school_id, grade FROM youth_credits_enrolment
    WHERE starts_on < make_date(%(year)s + 1, 9, 1)
        AND (ends_on IS NULL OR ends_on > make_date(%(year)s, 9, 1))
    ORDER BY student_id, starts_on DESC
), counted AS (
    SELECT school_id, grade, coalesce(share, 1) AS share, floor(coalesce(credits, 0) * 4)::int AS quarters,
        count(*) AS heads,
        count(*) FILTER (WHERE entries > 0) AS active_heads,
        coalesce(sum(off_campus_credits), 0) AS off_campus, coalesce(sum(minutes), 0) AS minutes
    FROM home LEFT JOIN youth_credits_studentyear y
        ON y.student_id = home.student_id AND y.school_year = %(year)s
    LEFT JOIN youth_credits_shares_asked(%(year)s) asked ON asked.student_id = home.student_id
    GROUP BY 1, 2, 3, 4
), kept AS (
    SELECT * FROM youth_credits_credittotal WHERE school_year = %(year)s
)
SELECT DISTINCT school_id FROM counted c FULL JOIN kept k USING (school_id, grade, share, quarters)
WHERE (c.heads, c.active_heads, c.off_campus, c.minutes)
        IS DISTINCT FROM (k.heads, k.active_heads, k.off_campus, k.minutes)
    AND NOT EXISTS (SELECT FROM youth_credits_totalswanted w
        WHERE w.school_id = coalesce(c.school_id, k.school_id) AND w.school_year = %(year)s)
ORDER BY 1 LIMIT %(limit)s
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


NAMES = {
    "balance": "余额不符",
    "claim": "占用不符",
    "total": "学分分布不符",
    "reference": "引用落空",
    "partition": "分区缺失",
}


@dataclass(frozen=True)
class Flaw:
    """One thing that does not hold: what is meant, and the number it stands under."""

    kind: str  # balance, claim, total, reference, partition
    where: str
    number: int

    def __str__(self) -> str:
        return f"{NAMES[self.kind]}：{self.where} {self.number}"


def unbalanced(limit: int = 20) -> list[Flaw]:
    """Students whose totals of a year differ from the sum of their entries."""
    return _by_year("balance", UNBALANCED, limit)


def unclaimed(limit: int = 20) -> list[Flaw]:
    """Entries that stand without their claim, or claims without a standing entry."""
    return _by_year("claim", UNCLAIMED, limit)


def untotalled(limit: int = 20) -> list[Flaw]:
    """Schools whose kept totals of a year differ from the sum of their children's."""
    return _by_year("total", UNTOTALLED, limit, of="学校")


def _by_year(kind: str, sql: str, limit: int, *, of: str = "") -> list[Flaw]:
    flaws: list[Flaw] = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(YEARS)
        for (year,) in cursor.fetchall():
            cursor.execute(sql, {"year": year, "limit": limit})
            flaws += [Flaw(kind, f"{year} 学年{of}", number) for (number,) in cursor.fetchall()]
    return flaws[:limit]


def astray(limit: int = 20) -> list[Flaw]:
    """Numbers of entries, in the ledger's own tables, that no entry has."""
    return _astray(REFERENCES, limit)


def papers_astray(limit: int = 20) -> list[Flaw]:
    """Papers that name an entry or a batch that is not there, or another child's. Under scope "steward"."""
    return _astray(PAPERS, limit)


def _astray(references: list[tuple[str, str, str]], limit: int) -> list[Flaw]:
    flaws: list[Flaw] = []
    with connection.cursor() as cursor:
        for table, column, there in references:
            cursor.execute(
                f"SELECT t.{column} FROM {table} t WHERE t.{column} IS NOT NULL"  # noqa: S608  names of ours
                f" AND NOT EXISTS ({there.format(column=column)}) ORDER BY 1 LIMIT {limit:d}"
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
    return [*unbalanced(), *unclaimed(), *untotalled(), *astray(), *unpartitioned(on)]
