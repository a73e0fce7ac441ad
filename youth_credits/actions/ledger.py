"""The ledger is weighed and written as sets of rows, a sheet's and a class grid's alike: `weigh` stages what
came and finds faults, repeats and caps; `write` writes what it found; `reverse` takes back.
"""

import hashlib
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection

from portal import audit
from portal.accounts import User
from portal.calendar import local_today, school_year, term
from portal.organizations import Organization
from portal.scope import scope
from youth_credits import queries
from youth_credits.actions.totals import want_missing_totals, want_totals
from youth_credits.models import Batch, Credit, CreditRule
from youth_credits.rules import earned

LEDGER_LOCK = 7_304_100  # advisory lock of one school's ledger; the ledger's triggers take it, too
ONCE_EVER = {CreditRule.Once.COURSE, CreditRule.Once.HIGHEST}


def lock_ledger(school: Organization) -> None:
    """Until the transaction ends, nobody else writes this school's roll or ledger: caps are exact."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LEDGER_LOCK, school.pk])


@dataclass(frozen=True, slots=True)
class Occasion:
    """What was held on a day, under which rule."""

    rule: CreditRule
    held_on: date
    name: str
    provider: str = ""

    @property
    def course(self) -> uuid.UUID:
        digest = hashlib.sha256(f"{self.name}\0{self.provider}".encode()).digest()
        return uuid.UUID(bytes=digest[:16])


ANY_TIME = "\\N\t\\N"


def entry_line(
    line: int, student: int, occasion: int, worth: str, certificate: str = "", when: str = ANY_TIME
) -> str:
    """One entry for COPY. `worth` comes from `worth_of`, `when` from `when_of`."""
    return f"{line}\t{student}\t{occasion}\t{worth}\t{certificate}\t{when}\n"


def worth_of(rule, minutes: int, *, award: str = "", granted: Decimal | None = None) -> str:
    """The columns minutes, earned (hundredths), minutes used, reason and award of an entry.

    Raises ValueError as `rules.earned` does.
    """
    entry = earned(rule, minutes, award=award, granted=granted)
    return f"{minutes}\t{int(entry.credits * 100)}\t{entry.minutes_used}\t{entry.reason}\t{award}"


def when_of(starts_at: datetime, minutes: int) -> str:
    return f"{starts_at.isoformat()}\t{(starts_at + timedelta(minutes=minutes)).isoformat()}"


@dataclass(frozen=True, slots=True)
class SetFault:
    """A fault that only many rows together, or the ledger, can show."""

    line: int
    kind: str  # double, certificate, certificate_known, overlap, overlap_known
    other: int | None  # the line it clashes with


@dataclass(frozen=True, slots=True)
class Weighed:
    new: int
    same: int
    uncounted: int
    faults: list[SetFault]


STAGE = """
CREATE TEMP TABLE staged_activity (
    no int, rule_id bigint, held_on date, school_year int, term date, name text, provider text, course uuid,
    id bigint
) ON COMMIT DROP;
CREATE TEMP TABLE staged (
    line int, student_id bigint, no int, minutes int, earned int, used int, reason text, award text,
    certificate text, starts_at timestamptz, ends_at timestamptz
) ON COMMIT DROP;
CREATE TEMP TABLE staged_fault (line int, kind text, other int) ON COMMIT DROP;
"""
UNSTAGE = "DROP TABLE IF EXISTS weighed, prior, met, staged_fault, staged, staged_activity"

# The school's activities, known or new.
NAME_ACTIVITIES = """
INSERT INTO youth_credits_activity (school_id, rule_id, held_on, name, provider, course)
SELECT %(school)s, rule_id, held_on, name, provider, course FROM staged_activity
ON CONFLICT DO NOTHING;
UPDATE staged_activity s SET id = a.id FROM youth_credits_activity a
WHERE a.school_id = %(school)s AND (a.held_on, a.rule_id, a.name, a.provider)
    = (s.held_on, s.rule_id, s.name, s.provider);
SET LOCAL default_statistics_target = 10;
ANALYZE staged (student_id, no);
"""

FIND_DOUBLES = """
INSERT INTO staged_fault
SELECT s.line, 'double', d.first
FROM (SELECT student_id, no, min(line) AS first FROM staged GROUP BY 1, 2 HAVING count(*) > 1) d
JOIN staged s USING (student_id, no) WHERE s.line > d.first
"""

# One certificate, one entry: in the sheet, and in the ledger unless it is the very same entry. A team's is
# one entry for each child.
FIND_CERTIFICATES = """
INSERT INTO youth_credits_teamcertificate (school_id, certificate)
SELECT %(school)s, team FROM unnest(%(teams)s::text[]) AS team ON CONFLICT DO NOTHING;
INSERT INTO staged_fault
SELECT line, 'certificate', first FROM (
    SELECT s.line, min(s.line) OVER (
        PARTITION BY s.certificate, CASE WHEN t.id IS NOT NULL THEN s.student_id END) AS first
    FROM staged s LEFT JOIN youth_credits_teamcertificate t
        ON (t.school_id, t.certificate) = (%(school)s, s.certificate)
    WHERE s.certificate <> '' AND s.line NOT IN (SELECT line FROM staged_fault)
) s WHERE line > first;
INSERT INTO staged_fault
SELECT s.line, 'certificate_known', NULL FROM staged s JOIN staged_activity a USING (no)
JOIN youth_credits_certificateclaim c ON c.certificate = s.certificate
    AND (c.school_id = %(school)s OR c.student_id = s.student_id)
LEFT JOIN youth_credits_teamcertificate t ON (t.school_id, t.certificate) = (%(school)s, s.certificate)
WHERE s.certificate <> '' AND (t.id IS NULL OR c.student_id = s.student_id)
    AND NOT EXISTS (SELECT FROM youth_credits_occasionclaim o
    WHERE (o.student_id, o.activity_id, o.entry) = (s.student_id, a.id, c.entry));
"""

FIND_OVERLAPS = """
INSERT INTO staged_fault
SELECT DISTINCT ON (s.line) s.line, 'overlap', o.line FROM staged s
JOIN staged o ON o.student_id = s.student_id AND o.line < s.line
    AND tstzrange(o.starts_at, o.ends_at) && tstzrange(s.starts_at, s.ends_at)
WHERE s.starts_at IS NOT NULL AND o.starts_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM staged_fault f WHERE f.line IN (s.line, o.line))
ORDER BY s.line, o.line;
INSERT INTO staged_fault
SELECT DISTINCT s.line, 'overlap_known', NULL::int FROM staged s JOIN staged_activity a USING (no)
JOIN youth_credits_occasionclaim c ON c.student_id = s.student_id
    AND tstzrange(c.starts_at, c.ends_at) && tstzrange(s.starts_at, s.ends_at)
WHERE s.starts_at IS NOT NULL AND c.starts_at IS NOT NULL AND c.activity_id <> a.id
    AND NOT EXISTS (SELECT FROM staged_fault f WHERE f.line = s.line);
"""

# What the ledger holds of these children already, in the school years of the sheet. A table of its own, so
# that the planner knows how much; asked child by child (OFFSET keeps it so), or a ledger that grew since its
# last ANALYZE is read whole. Kinds are numbers: the same code under any version of the rules.
REMEMBER = """
CREATE TEMP TABLE prior ON COMMIT DROP AS
SELECT c.student_id, c.activity_id, c.school_year, k.kind, a.held_on, a.course, a.provider,
    (c.earned * 100)::int AS earned, (c.credits * 100)::int AS credits,
    c.earned > 0 AND c.reason <> 'repeated' AS is_first,
    CASE WHEN extract(month FROM a.held_on) BETWEEN 2 AND 8
        THEN make_date(c.school_year + 1, 2, 1) ELSE make_date(c.school_year, 9, 1) END AS term
FROM (SELECT DISTINCT student_id FROM staged) s
CROSS JOIN LATERAL (
    SELECT * FROM youth_credits_credit c
    WHERE c.student_id = s.student_id AND c.school_year = ANY (%(years)s) AND c.reverses_id IS NULL
        AND EXISTS (SELECT FROM youth_credits_occasionclaim o
            WHERE (o.student_id, o.activity_id, o.entry) = (c.student_id, c.activity_id, c.id))
    OFFSET 0
) c
JOIN (SELECT id, min(id) OVER (PARTITION BY code) AS kind FROM youth_credits_creditrule) k ON k.id = c.rule_id
LEFT JOIN youth_credits_activity a ON a.id = c.activity_id;
ANALYZE prior;
"""

# Courses and works that have counted for these children, whatever the year and the school.
REMEMBER_COURSES = """
CREATE TEMP TABLE met ON COMMIT DROP AS
SELECT c.student_id, c.course, c.code, max(c.level) AS level
FROM (SELECT DISTINCT student_id FROM staged) s
CROSS JOIN LATERAL (
    SELECT * FROM youth_credits_courseclaim WHERE student_id = s.student_id AND %(courses)s OFFSET 0
) c
GROUP BY 1, 2, 3;
ANALYZE met;
"""

# What each entry counts: what the ledger holds already, then the sheet in the order of days and lines. As the
# rules say: once per course, day or term; so many per provider; the cap of the day, which takes a sort of its
# own and so is asked only where a rule has one; the cap of the year.
# Credits are hundredths here. Most children reach no limit in a kind: they need no order, and no sort. `care`
# names the others (too many rather than too few); what came before is summed up first.
WEIGH = """
CREATE TEMP TABLE weighed ON COMMIT DROP AS
WITH kinds AS (
    SELECT id AS rule_id, code, min(id) OVER (PARTITION BY code) AS kind, once, most_per_provider,
        (cap_per_year * 100)::int AS cap, (cap_per_day * 100)::int AS day_cap,
        family = 'off_campus' AS is_off_campus
    FROM youth_credits_creditrule
), held AS MATERIALIZED (
    SELECT a.no, a.id AS activity_id, a.rule_id, a.held_on, a.school_year, a.term, a.course, a.provider,
        k.kind, k.code, k.once, k.most_per_provider, k.cap, k.day_cap, k.is_off_campus,
        CASE WHEN k.once <> 'day' THEN a.course END AS once_course,
        CASE k.once WHEN 'day' THEN a.held_on WHEN 'term' THEN a.term END AS once_on,
        k.once <> '' AND 1 < count(*) OVER (
            PARTITION BY k.kind, CASE WHEN k.once <> 'day' THEN a.course END,
                CASE k.once WHEN 'day' THEN a.held_on WHEN 'term' THEN a.term END) AS may_repeat
    FROM staged_activity a JOIN kinds k USING (rule_id)
), met_before AS (
    SELECT p.student_id, h.no, max(p.earned) AS earned
    FROM prior p JOIN held h ON h.kind = p.kind AND p.is_first
        AND CASE h.once WHEN 'day' THEN p.held_on = h.held_on
            WHEN 'term' THEN (p.course, p.term) = (h.course, h.term) ELSE false END
    GROUP BY p.student_id, h.no
    UNION ALL
    SELECT m.student_id, h.no, m.level
    FROM met m JOIN held h ON (h.code, h.course) = (m.code, m.course) AND h.once IN ('course', 'highest')
), provided_before AS (
    SELECT student_id, kind, school_year, provider, count(*) AS times
    FROM prior WHERE is_first GROUP BY student_id, kind, school_year, provider
), taken AS (
    SELECT student_id, kind, school_year, sum(credits)::int AS credits FROM prior
    GROUP BY student_id, kind, school_year
), good AS MATERIALIZED (
    SELECT s.line, s.student_id, s.minutes, s.earned, s.used, s.reason, s.award, s.certificate,
        s.starts_at, s.ends_at, h.*, b.earned AS met
    FROM staged s
    JOIN held h USING (no)
    LEFT JOIN met_before b ON (b.student_id, b.no) = (s.student_id, s.no)
    WHERE NOT EXISTS (SELECT FROM staged_fault f WHERE f.line = s.line)
        AND NOT EXISTS (SELECT FROM prior p
            WHERE (p.student_id, p.activity_id) = (s.student_id, h.activity_id))
), care AS MATERIALIZED (
    SELECT student_id, kind FROM good GROUP BY student_id, kind
    HAVING count(met) > 0 OR count(*) FILTER (WHERE may_repeat) > 1 OR count(*) > min(most_per_provider)
        OR sum(earned) > min(cap) OR sum(earned) > min(day_cap)
    UNION SELECT student_id, kind FROM prior
), ordered AS (
    SELECT g.*, CASE WHEN once <> '' AND g.earned > 0 THEN greatest(met,
            max(g.earned) FILTER (WHERE once <> '') OVER (
                PARTITION BY student_id, kind, once_course, once_on ORDER BY held_on, line
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) END AS before
    FROM good g JOIN care USING (student_id, kind)
), once AS (
    SELECT g.*, coalesce(before, 0) > 0 AS is_repeated,
        CASE WHEN coalesce(before, 0) = 0 THEN earned
            WHEN once = 'highest' THEN greatest(0, earned - before) ELSE 0 END AS left_once
    FROM ordered g
), provided AS (
    SELECT o.*, most_per_provider IS NOT NULL AND provider <> '' AND left_once > 0
        AND coalesce(b.times, 0)
            + count(*) FILTER (WHERE most_per_provider IS NOT NULL AND left_once > 0) OVER (
                PARTITION BY student_id, kind, school_year, provider ORDER BY held_on, line
            ) > most_per_provider AS is_over
    FROM once o LEFT JOIN provided_before b USING (student_id, kind, school_year, provider)
), capped AS (
    SELECT p.*, CASE WHEN is_over THEN 0 ELSE left_once END AS allowed FROM provided p
), daily AS (
    {daily}
), final AS (
    {yearly}
)
SELECT line, student_id, activity_id, rule_id, school_year, minutes, earned, credits, is_off_campus, award,
    certificate, starts_at, ends_at,
    minutes - CASE WHEN earned = 0 THEN 0 ELSE (used::bigint * credits / earned)::int END AS surplus,
    CASE WHEN reason <> '' THEN reason WHEN is_over THEN 'provider_cap'
        WHEN credits < counted THEN 'year_cap' WHEN counted < allowed THEN 'day_cap'
        WHEN is_repeated THEN 'repeated' ELSE '' END AS reason
FROM final
UNION ALL
SELECT line, student_id, activity_id, rule_id, school_year, minutes, earned, earned, is_off_campus, award,
    certificate, starts_at, ends_at, minutes - CASE WHEN earned = 0 THEN 0 ELSE used END, reason
FROM good g WHERE NOT EXISTS (SELECT FROM care c WHERE (c.student_id, c.kind) = (g.student_id, g.kind))
"""
ANY_DAY = "SELECT c.*, allowed AS counted FROM capped c"
BY_DAY = """
    SELECT c.*, greatest(0, least(allowed, day_cap - coalesce(t.credits, 0)
        - (sum(allowed) OVER (PARTITION BY student_id, kind, held_on ORDER BY line)
           - allowed)))::int AS counted
    FROM capped c LEFT JOIN (
        SELECT student_id, kind, held_on, sum(credits)::int AS credits FROM prior GROUP BY 1, 2, 3
    ) t USING (student_id, kind, held_on)
"""


ONE_CAP = """
    SELECT c.*, greatest(0, least(counted, cap - coalesce(t.credits, 0)
        - (sum(counted) OVER (PARTITION BY student_id, kind, school_year ORDER BY held_on, line)
           - counted)))::int AS credits
    FROM daily c LEFT JOIN taken t USING (student_id, kind, school_year)
"""
# The rules changed within the year: what a lower cap has cut off takes no room under a higher one. Added up
# entry by entry (migration 0020), which a sheet under one version need not be.
CAPS_BY_DAY = """
    SELECT f.*, filled - lag(filled, 1, before_it) OVER (
        PARTITION BY student_id, kind, school_year ORDER BY held_on, line) AS credits
    FROM (
        SELECT c.*, coalesce(t.credits, 0) AS before_it, youth_credits_filled(
            counted, cap, coalesce(t.credits, 0)) OVER (
                PARTITION BY student_id, kind, school_year ORDER BY held_on, line) AS filled
        FROM daily c LEFT JOIN taken t USING (student_id, kind, school_year)
    ) f
"""


def weighing(rules: Iterable[tuple[CreditRule, int]]) -> str:
    """The statement that finds what staged entries count: under these rules, each with a school year."""
    caps: dict[tuple[str, int], set] = {}
    daily = ANY_DAY
    for rule, year in rules:
        caps.setdefault((rule.code, year), set()).add(rule.cap_per_year)
        if rule.cap_per_day is not None:
            daily = BY_DAY
    changed = any(len(known) > 1 for known in caps.values())
    return WEIGH.format(daily=daily, yearly=CAPS_BY_DAY if changed else ONE_CAP)


# The trigger of the ledger writes claims and totals in the same statement (migration 0002). The numbers of a
# batch's entries lie between two of the sequence.
STORE = """
UPDATE youth_credits_batch SET first_entry = coalesce(first_entry, nextval('youth_credits_credit_id_seq'))
WHERE id = %(batch)s;
INSERT INTO youth_credits_credit (student_id, school_id, batch_id, activity_id, rule_id, recorder_id,
    school_year, starts_at, ends_at, minutes, earned, credits, surplus_minutes, source, reason, award,
    certificate)
SELECT student_id, %(school)s, %(batch)s, activity_id, rule_id, %(by)s, school_year, starts_at, ends_at,
    minutes, earned * 0.01, credits * 0.01, surplus,
    CASE WHEN certificate = '' THEN %(source)s ELSE 'certificate' END, reason, award, certificate
FROM weighed ORDER BY student_id, activity_id;
UPDATE youth_credits_batch SET last_entry = nextval('youth_credits_credit_id_seq') WHERE id = %(batch)s
"""
SOURCES = {Batch.Kind.CREDITS: Credit.Source.WORKBOOK, Batch.Kind.GRID: Credit.Source.ROSTER}


def weigh(
    school: Organization,
    occasions: Sequence[Occasion],
    entries: Iterable[str],
    *,
    teams: Collection[str] = (),
) -> Weighed:
    """Stage entries (see `entry_line`) and find what each of them is: faulty, there already, or new with so
    many credits. `teams` are the certificates said to be a team's. Entries, occasions and teams may still be
    coming while they are staged. Under the school's scope; the school's ledger is locked, and the staged rows
    stay, until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off; SET LOCAL work_mem = '64MB'")  # a sheet is sorted in memory
        cursor.execute(UNSTAGE)
        cursor.execute(STAGE)
        with cursor.copy("COPY staged FROM STDIN") as copy:
            for text in entries:
                copy.write(text)
        lock_ledger(school)
        with cursor.copy(
            "COPY staged_activity (no, rule_id, held_on, school_year, term, name, provider, course)"
            " FROM STDIN"
        ) as copy:
            for number, one in enumerate(occasions):
                begins = term(one.held_on).start
                copy.write_row(
                    (
                        number,
                        one.rule.pk,
                        one.held_on,
                        school_year(one.held_on),
                        begins,
                        one.name,
                        one.provider,
                        one.course,
                    )
                )
        cursor.execute(NAME_ACTIVITIES, {"school": school.pk})
        cursor.execute(FIND_DOUBLES)
        cursor.execute("SELECT bool_or(certificate <> ''), bool_or(starts_at IS NOT NULL) FROM staged")
        has_certificates, has_times = cursor.fetchone()
        if has_certificates:
            cursor.execute(FIND_CERTIFICATES, {"school": school.pk, "teams": sorted(teams)})
        if has_times:
            cursor.execute(FIND_OVERLAPS)
        cursor.execute(REMEMBER, {"years": sorted({school_year(one.held_on) for one in occasions})})
        cursor.execute(REMEMBER_COURSES, {"courses": any(one.rule.once in ONCE_EVER for one in occasions)})
        cursor.execute(weighing((one.rule, school_year(one.held_on)) for one in occasions))
        cursor.execute("SELECT DISTINCT ON (line) line, kind, other FROM staged_fault ORDER BY line")
        faults = [SetFault(*row) for row in cursor.fetchall()]
        cursor.execute(
            "SELECT (SELECT count(*) FROM staged), count(*),"
            " count(*) FILTER (WHERE credits < earned OR credits = 0) FROM weighed"
        )
        staged, new, uncounted = cursor.fetchone()
    return Weighed(new=new, same=staged - new - len(faults), uncounted=uncounted, faults=faults)


def write(batch: Batch, *, source: str = "") -> None:
    """Write what `weigh` found new; where it came from follows from the batch unless told otherwise."""
    with connection.cursor() as cursor:
        values = {"school": batch.organization_id, "batch": batch.pk, "by": batch.created_by_id}
        cursor.execute(STORE, values | {"source": source or SOURCES[batch.kind]})
        cursor.execute("SELECT DISTINCT school_year FROM staged_activity")
        years = [year for (year,) in cursor.fetchall()]
    want_totals(batch.organization_id, years)


# --- Taking back ----------------------------------------------------------------------------------

REVERSE = """
INSERT INTO youth_credits_credit (student_id, school_id, batch_id, activity_id, rule_id, recorder_id,
    school_year, minutes, earned, credits, surplus_minutes, source, reason, award, certificate, note,
    reverses_id)
SELECT c.student_id, c.school_id, c.batch_id, c.activity_id, c.rule_id, %(by)s, c.school_year, -c.minutes,
    -c.earned, -c.credits, -c.surplus_minutes, 'reversal', 'reversal', c.award, c.certificate, %(note)s, c.id
FROM youth_credits_credit c
JOIN youth_credits_batch b ON b.id = c.batch_id
JOIN youth_credits_occasionclaim o
    ON (o.student_id, o.activity_id, o.entry) = (c.student_id, c.activity_id, c.id)
WHERE b.id = %(batch)s AND c.id BETWEEN b.first_entry AND b.last_entry
    AND (%(only)s::bigint[] IS NULL OR c.id = ANY (%(only)s::bigint[]))
"""

# Where the children of a batch were in its school years: a child counts where it was last.
TOTALS_OF_BATCH = """
SELECT DISTINCT e.school_id, c.school_year FROM youth_credits_credit c
JOIN youth_credits_batch b ON b.id = c.batch_id
JOIN youth_credits_enrolment e ON e.student_id = c.student_id
    AND e.starts_on < make_date(c.school_year + 1, 9, 1)
    AND (e.ends_on IS NULL OR e.ends_on > make_date(c.school_year, 9, 1))
WHERE b.id = %(batch)s AND c.id BETWEEN b.first_entry AND b.last_entry
"""


def reverse(batch: Batch, *, only: list[int] | None = None, note: str, by: User) -> int:
    """Take back what stands of a batch, or `only` these entries of it, for a reason; returns how many.

    Entries of children who have moved since are taken back, too, and their new school's totals follow.
    """
    lock_ledger(batch.organization)
    values = {"batch": batch.pk, "only": only, "note": note[:300], "by": by.pk}
    with connection.cursor() as cursor:
        cursor.execute(REVERSE, values)
        count = cursor.rowcount
    with scope("ledger"), connection.cursor() as cursor:
        cursor.execute(TOTALS_OF_BATCH, values)
        for school, year in cursor.fetchall():
            want_totals(school, [year])
    return count


def prove_balances() -> list[queries.Flaw]:
    """Prove totals, claims, references and partitions; returns what does not hold. Under scope "ledger".

    Kept totals that a school has none of yet are asked for, and proved once they are there.
    """
    want_missing_totals(local_today())
    return queries.flaws(local_today())


def prove_papers() -> list[queries.Flaw]:
    """Prove that what papers about children say of entries and batches is there."""
    with scope("steward"):
        audit.event("prove_papers", by=None, kind="youth_credits")
        return queries.papers_astray()
