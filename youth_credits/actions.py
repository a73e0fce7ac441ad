"""Every change to rolls and ledger. The ledger is weighed and written as sets of rows, a sheet's and a
class grid's alike: `weigh` stages what came and finds faults, repeats and caps; `store` writes what it found.
"""

import csv
import hashlib
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from portal import audit, files
from portal.accounts import User, require
from portal.calendar import local_today, school_year, term
from portal.documents import IssuedPaper, PaperKind, issue, revoke
from portal.encryption import blind, seal
from portal.errors import Refused
from portal.files import Attachment, Examined
from portal.identifiers import mask_name, mask_student_number, parse_student_number
from portal.jobs import Job, again, enqueue
from portal.notices import Notice, notify
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Perm
from portal.workflow import Step, Workflow
from youth_credits import queries
from youth_credits.models import (
    ActivityShare,
    Batch,
    Credit,
    CreditRule,
    CreditRuleSet,
    Enrolment,
    Grade,
    RollChange,
    Student,
)
from youth_credits.queries import RuleBook, name_hash, number_hash
from youth_credits.rules import earned

DATA = Path(__file__).parent / "data"
FILES_KEPT_FOR = timedelta(days=30)
UNDO_WITHIN = timedelta(days=30)
LEDGER_LOCK = 7_304_100  # advisory lock of one school's ledger
CONSENT_VERSION = "2026-1"
TRANSCRIPT = PaperKind("transcript", "KPXF", "学生科普学分成绩单")

Kind = Batch.Kind
Status = Batch.Status

BATCH = Workflow(
    read=Step(
        label="完成检查",
        sources=frozenset({Status.UPLOADED}),
        target=Status.CHECKED,
        needs=Perm.CREDIT_RECORD,
        stamp="checked_at",
    ),
    refuse=Step(
        label="退回文件",
        sources=frozenset({Status.UPLOADED, Status.KEEPING}),
        target=Status.REFUSED,
        needs=Perm.CREDIT_RECORD,
        stamp="ended_at",
    ),
    keep=Step(
        label="导入",
        sources=frozenset({Status.CHECKED}),
        target=Status.KEEPING,
        needs=Perm.CREDIT_RECORD,
    ),
    hold=Step(
        label="改为待确认",
        sources=frozenset({Status.KEEPING}),
        target=Status.CHECKED,
        needs=Perm.CREDIT_RECORD,
    ),
    store=Step(
        label="完成导入",
        sources=frozenset({Status.KEEPING}),
        target=Status.KEPT,
        needs=Perm.CREDIT_RECORD,
        stamp="kept_at",
    ),
    drop=Step(
        label="放弃",
        sources=frozenset({Status.CHECKED}),
        target=Status.DROPPED,
        needs=Perm.CREDIT_RECORD,
        stamp="ended_at",
    ),
    undo=Step(
        label="撤销本批次",
        sources=frozenset({Status.KEPT}),
        target=Status.UNDONE,
        needs=Perm.CREDIT_RECORD,
        stamp="ended_at",
    ),
    verify=Step(
        label="审核通过",
        sources=frozenset({Status.KEPT}),
        target=Status.VERIFIED,
        needs=Perm.CREDIT_VERIFY,
        stamp="verified_at",
    ),
    give_back=Step(
        label="退回本批次",
        sources=frozenset({Status.KEPT, Status.VERIFIED}),
        target=Status.RETURNED,
        needs=Perm.CREDIT_VERIFY,
        stamp="ended_at",
        wants_note=True,
    ),
)


# --- Reference data -------------------------------------------------------------------------------


@transaction.atomic
def load_reference() -> int:
    """Load or refresh the rules of every version and the schools; returns how many rows the files have."""
    return sum(_load_rules(file) for file in sorted(DATA.glob("rules_v*.json"))) + _load_schools()


def _load_rules(file: Path) -> int:
    values = json.loads(file.read_text(encoding="utf-8"))
    rules = values.pop("rules")
    version, _ = CreditRuleSet.objects.update_or_create(version=values.pop("version"), defaults=values)
    for rule in rules:
        rule["cap_per_year"] = Decimal(rule["cap_per_year"])
        CreditRule.objects.update_or_create(rule_set=version, code=rule.pop("code"), defaults=rule)
    return len(rules)


SCHOOL_STAGES = {"小学", "中学"}


def _load_schools() -> int:
    """Schools of compulsory education from the file; those without a known district hang on the city."""
    with (DATA / "schools.csv").open(encoding="utf-8", newline="") as source:
        rows = [row for row in csv.DictReader(source) if row["stage"] in SCHOOL_STAGES]
    regions = dict(Region.objects.filter(level__lte=2).values_list("code", "pk"))
    city = Region.objects.city().pk
    for row in rows:
        Organization.objects.get_or_create(
            name=row["name"],
            region_id=regions.get(row["district_code"], city),
            defaults={"kind": Organization.Kind.SCHOOL, "source": row["source"][:200]},
        )
    return len(rows)


# --- Uploads and what becomes of them -------------------------------------------------------------

JOBS = {
    (Kind.CREDITS, "check"): "credit_check",
    (Kind.CREDITS, "keep"): "credit_keep",
    (Kind.ROLL, "check"): "roll_check",
    (Kind.ROLL, "keep"): "roll_keep",
}


def _promise(batch: Batch, step: str, *, by: User) -> Job:
    """The job of a step; one that failed is put back into the queue."""
    # A sheet held back and decided on again is another promise.
    turn = f":{batch.checked_at.timestamp():.0f}" if step == "keep" else ""
    job = enqueue(
        JOBS[batch.kind, step],
        key=f"{batch.uuid}{turn}",
        payload={"batch": batch.pk, "school": batch.organization_id},
        by=by,
    )
    if job.state == Job.State.FAILED:
        again(job)
    return job


def retry(batch: Batch, *, by: User) -> Job:
    """Begin again what failed for want of time, memory or a database. Raises Refused if nothing is to do."""
    require(by, Perm.CREDIT_RECORD, batch)
    if not batch.is_working:
        raise Refused("该批次没有需要重试的处理。")
    return _promise(batch, "check" if batch.status == Status.UPLOADED else "keep", by=by)


@transaction.atomic
def upload(file: Examined, *, kind: str, school: Organization, key: uuid.UUID, by: User) -> Batch:
    """Keep an uploaded sheet, sealed, and promise to check it. The same key again is the same upload."""
    require(by, Perm.CREDIT_RECORD, school)
    lock_ledger(school)
    known = Batch.objects.filter(uuid=key).first()
    if known:
        return known
    batch = Batch(
        uuid=key,
        kind=kind,
        region=school.region,
        organization=school,
        created_by=by,
        file=_keep_file(file, school=school, by=by),
    )
    batch.full_clean(validate_constraints=False)
    batch.save()
    audit.record(batch, "upload", by=by)  # a file is often named after a class or a child
    _promise(batch, "check", by=by)
    return batch


def _keep_file(file: Examined, *, school: Organization, by: User) -> Attachment:
    return files.keep(
        file,
        by=by,
        region=school.region,
        organization=school,
        sealed=True,
        expires_at=timezone.now() + FILES_KEPT_FOR,
    )


@dataclass
class Outcome:
    """What a check found. The counts add up: read = new + changed + same + faulty."""

    read: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    faulty: int = 0
    uncounted: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return {
            "rows_read": self.read,
            "rows_new": self.new,
            "rows_changed": self.changed,
            "rows_same": self.same,
            "rows_faulty": self.faulty,
            "rows_uncounted": self.uncounted,
        }


def _write_outcome(batch: Batch, outcome: Outcome, faults: bytes | None, returned: Examined | None) -> None:
    values = outcome.counts | {"faults_sealed": faults, "note": " ".join(outcome.notes)[:1000]}
    if returned is not None:
        kept = _keep_file(returned, school=batch.organization, by=batch.created_by)
        values["returned_file"] = kept
    Batch.objects.filter(pk=batch.pk).update(**values)
    for name, value in values.items():
        setattr(batch, name, value)


@transaction.atomic
def note_checked(batch: Batch, outcome: Outcome, *, faults: bytes | None, returned: Examined | None) -> None:
    """Write down what the check found and leave the decision to the person who uploaded."""
    _write_outcome(batch, outcome, faults, returned)
    BATCH.take(batch, "read", by=batch.created_by)
    said = f"读取 {outcome.read:,} 行，有误 {outcome.faulty:,} 行"
    notify(
        [batch.created_by],
        f"{batch.get_kind_display()}已检查：{said}，请确认是否导入。",
        link=batch.get_absolute_url(),
        kind=Notice.Kind.TASK,
    )


@transaction.atomic
def hold(batch: Batch, outcome: Outcome, *, faults: bytes | None, returned: Examined | None) -> None:
    """The sheet has other faults than when it was checked: nothing is kept, the person decides again."""
    _write_outcome(batch, outcome, faults, returned)
    BATCH.take(batch, "hold", by=batch.created_by)
    Batch.objects.filter(pk=batch.pk).update(checked_at=timezone.now())


@transaction.atomic
def refuse_file(batch: Batch, reason: str) -> None:
    """The file is no table we can read: the batch ends with the reason, nothing of it is kept."""
    Batch.objects.filter(pk=batch.pk).update(note=reason[:1000])
    BATCH.take(batch, "refuse", by=batch.created_by, note=reason)


@transaction.atomic
def keep(batch: Batch, *, only_good: bool, by: User) -> Job:
    """Decide that a checked sheet is kept: all of it, or the good rows only. A second click changes nothing.

    Raises Refused where all is asked for and rows are faulty, or nothing is there to keep.
    """
    if batch.status == Status.KEEPING:
        return _promise(batch, "keep", by=by)
    if batch.rows_faulty and not only_good:
        raise Refused(
            f"有 {batch.rows_faulty:,} 行有误，不能全部导入。请改正后重新上传，或选择仅导入正确行。"
        )
    if not batch.rows_good:
        raise Refused("没有需要导入的行。")
    Batch.objects.filter(pk=batch.pk).update(only_good=only_good)
    BATCH.take(batch, "keep", by=by, note="仅导入正确行" if only_good else "全部导入")
    return _promise(batch, "keep", by=by)


@transaction.atomic
def drop(batch: Batch, *, by: User) -> None:
    """Decide that nothing of a checked sheet is kept."""
    BATCH.take(batch, "drop", by=by)


# --- The ledger, as sets of rows ------------------------------------------------------------------


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
UNSTAGE = "DROP TABLE IF EXISTS weighed, prior, staged_fault, staged, staged_activity"

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

# One certificate, one entry: in the sheet, and in the school's ledger unless it is the very same entry.
FIND_CERTIFICATES = """
INSERT INTO staged_fault
SELECT line, 'certificate', first FROM (
    SELECT line, min(line) OVER (PARTITION BY certificate) AS first FROM staged
    WHERE certificate <> '' AND line NOT IN (SELECT line FROM staged_fault)
) s WHERE line > first;
INSERT INTO staged_fault
SELECT s.line, 'certificate_known', NULL FROM staged s JOIN staged_activity a USING (no)
JOIN youth_credits_credit c ON c.school_id = %(school)s AND c.certificate = s.certificate
    AND c.certificate <> '' AND c.reversed_at IS NULL AND c.reverses_id IS NULL
WHERE (c.student_id, c.activity_id) <> (s.student_id, a.id);
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
JOIN youth_credits_credit c ON c.student_id = s.student_id AND c.reversed_at IS NULL AND c.reverses_id IS NULL
    AND tstzrange(c.starts_at, c.ends_at) && tstzrange(s.starts_at, s.ends_at)
WHERE s.starts_at IS NOT NULL AND c.starts_at IS NOT NULL AND c.activity_id <> a.id
    AND NOT EXISTS (SELECT FROM staged_fault f WHERE f.line = s.line);
"""

# What the ledger holds of these children already. A table of its own, so that the planner knows how much; asked
# child by child (OFFSET keeps it so), because a ledger that has grown since its last ANALYZE is else read whole.
# Kinds are numbers: the same code under any version of the rules.
REMEMBER = """
CREATE TEMP TABLE prior ON COMMIT DROP AS
SELECT c.student_id, c.activity_id, c.school_year, k.kind, a.held_on, a.course, a.provider,
    (c.earned * 100)::int AS earned, (c.credits * 100)::int AS credits,
    c.earned > 0 AND c.reason <> 'repeated' AS is_first,
    CASE WHEN extract(month FROM a.held_on) BETWEEN 2 AND 8
        THEN make_date(c.school_year + 1, 2, 1) ELSE make_date(c.school_year, 9, 1) END AS term
FROM (SELECT DISTINCT student_id FROM staged) s
CROSS JOIN LATERAL (
    SELECT * FROM youth_credits_credit
    WHERE student_id = s.student_id AND reversed_at IS NULL AND reverses_id IS NULL OFFSET 0
) c
JOIN (SELECT id, min(id) OVER (PARTITION BY code) AS kind FROM youth_credits_creditrule) k ON k.id = c.rule_id
LEFT JOIN youth_credits_activity a ON a.id = c.activity_id;
ANALYZE prior;
"""

# What each entry counts: what the ledger holds already, then the sheet in the order of days and lines. In
# three steps, as the rules say: once per course, day or term; so many per provider; the cap of the year.
# Credits are hundredths here. The three windows begin with child and kind, so that one sort serves them
# all; what came before is summed up first, never asked for row by row.
WEIGH = """
CREATE TEMP TABLE weighed ON COMMIT DROP AS
WITH kinds AS (
    SELECT id AS rule_id, min(id) OVER (PARTITION BY code) AS kind, once, most_per_provider,
        (cap_per_year * 100)::int AS cap, family = 'off_campus' AS is_off_campus
    FROM youth_credits_creditrule
), held AS MATERIALIZED (
    SELECT a.no, a.id AS activity_id, a.rule_id, a.held_on, a.school_year, a.term, a.course, a.provider,
        k.kind, k.once, k.most_per_provider, k.cap, k.is_off_campus,
        CASE WHEN k.once <> 'day' THEN a.course END AS once_course,
        CASE k.once WHEN 'day' THEN a.held_on WHEN 'term' THEN a.term END AS once_on
    FROM staged_activity a JOIN kinds k USING (rule_id)
), met_before AS (
    SELECT p.student_id, h.no, max(p.earned) AS earned
    FROM prior p JOIN held h ON h.kind = p.kind AND (p.is_first OR h.once = 'highest')
        AND CASE h.once WHEN '' THEN false WHEN 'day' THEN p.held_on = h.held_on
            WHEN 'term' THEN (p.course, p.term) = (h.course, h.term) ELSE p.course = h.course END
    GROUP BY p.student_id, h.no
), provided_before AS (
    SELECT student_id, kind, school_year, provider, count(*) AS times
    FROM prior WHERE is_first GROUP BY student_id, kind, school_year, provider
), taken AS (
    SELECT student_id, kind, school_year, sum(credits)::int AS credits FROM prior
    GROUP BY student_id, kind, school_year
), good AS (
    SELECT s.line, s.student_id, s.minutes, s.earned, s.used, s.reason, s.award, s.certificate,
        s.starts_at, s.ends_at, h.*,
        CASE WHEN once <> '' AND s.earned > 0 THEN greatest(b.earned,
            max(s.earned) FILTER (WHERE once <> '') OVER (
                PARTITION BY s.student_id, kind, once_course, once_on ORDER BY held_on, line
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) END AS before
    FROM staged s
    JOIN held h USING (no)
    LEFT JOIN met_before b ON (b.student_id, b.no) = (s.student_id, s.no)
    WHERE NOT EXISTS (SELECT FROM staged_fault f WHERE f.line = s.line)
        AND NOT EXISTS (SELECT FROM prior p
            WHERE (p.student_id, p.activity_id) = (s.student_id, h.activity_id))
), once AS (
    SELECT g.*, coalesce(before, 0) > 0 AS is_repeated,
        CASE WHEN coalesce(before, 0) = 0 THEN earned
            WHEN once = 'highest' THEN greatest(0, earned - before) ELSE 0 END AS left_once
    FROM good g
), provided AS (
    SELECT o.*, most_per_provider IS NOT NULL AND provider <> '' AND left_once > 0
        AND coalesce(b.times, 0)
            + count(*) FILTER (WHERE most_per_provider IS NOT NULL AND left_once > 0) OVER (
                PARTITION BY student_id, kind, school_year, provider ORDER BY held_on, line
            ) > most_per_provider AS is_over
    FROM once o LEFT JOIN provided_before b USING (student_id, kind, school_year, provider)
), capped AS (
    SELECT p.*, CASE WHEN is_over THEN 0 ELSE left_once END AS counted FROM provided p
), final AS (
    SELECT c.*, greatest(0, least(counted, cap - coalesce(t.credits, 0)
        - (sum(counted) OVER (PARTITION BY student_id, kind, school_year ORDER BY held_on, line)
           - counted)))::int AS credits
    FROM capped c LEFT JOIN taken t USING (student_id, kind, school_year)
)
SELECT line, student_id, activity_id, rule_id, school_year, minutes, earned, credits, is_off_campus, award,
    certificate, starts_at, ends_at,
    minutes - CASE WHEN earned = 0 THEN 0 ELSE (used::bigint * credits / earned)::int END AS surplus,
    CASE WHEN reason <> '' THEN reason WHEN is_over THEN 'provider_cap'
        WHEN credits < counted THEN 'year_cap' WHEN is_repeated THEN 'repeated' ELSE '' END AS reason
FROM final
"""

STORE = """
WITH kept AS (
    INSERT INTO youth_credits_credit (student_id, school_id, batch_id, activity_id, rule_id, school_year,
        starts_at, ends_at, minutes, earned, credits, surplus_minutes, reason, award, certificate)
    SELECT student_id, %(school)s, %(batch)s, activity_id, rule_id, school_year, starts_at, ends_at, minutes,
        earned * 0.01, credits * 0.01, surplus, reason, award, certificate
    FROM weighed
)
INSERT INTO youth_credits_studentyear AS y
    (student_id, school_year, credits, off_campus_credits, minutes, entries)
SELECT student_id, school_year, sum(credits) / 100.0,
    coalesce(sum(credits) FILTER (WHERE is_off_campus), 0) / 100.0, sum(minutes), count(*)
FROM weighed GROUP BY student_id, school_year
ON CONFLICT (student_id, school_year) DO UPDATE SET
    credits = y.credits + excluded.credits,
    off_campus_credits = y.off_campus_credits + excluded.off_campus_credits,
    minutes = y.minutes + excluded.minutes,
    entries = y.entries + excluded.entries
"""


def weigh(school: Organization, occasions: Sequence[Occasion], entries: Iterable[str]) -> Weighed:
    """Stage entries (see `entry_line`) and find what each of them is: faulty, there already, or new with so
    many credits. Entries and occasions may still be coming while they are staged. Under the school's scope;
    the school's ledger is locked, and the staged rows stay, until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL jit = off; SET LOCAL work_mem = '64MB'"
        )  # a whole sheet is sorted in memory
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
            cursor.execute(FIND_CERTIFICATES, {"school": school.pk})
        if has_times:
            cursor.execute(FIND_OVERLAPS)
        cursor.execute(REMEMBER)
        cursor.execute(WEIGH)
        cursor.execute("SELECT DISTINCT ON (line) line, kind, other FROM staged_fault ORDER BY line")
        faults = [SetFault(*row) for row in cursor.fetchall()]
        cursor.execute(
            "SELECT (SELECT count(*) FROM staged), count(*),"
            " count(*) FILTER (WHERE credits < earned OR credits = 0) FROM weighed"
        )
        staged, new, uncounted = cursor.fetchone()
    return Weighed(new=new, same=staged - new - len(faults), uncounted=uncounted, faults=faults)


def _store(batch: Batch) -> None:
    with connection.cursor() as cursor:
        cursor.execute(STORE, {"school": batch.organization_id, "batch": batch.pk})


@transaction.atomic
def store(batch: Batch, outcome: Outcome, *, faults: bytes | None, returned: Examined | None) -> None:
    """Write what `weigh` found new and its totals in one statement; tell who asked and who verifies."""
    _store(batch)
    _write_outcome(batch, outcome, faults, returned)
    BATCH.take(batch, "store", by=batch.created_by)
    said = f"新增 {outcome.new:,} 条，相同 {outcome.same:,} 条"
    notify([batch.created_by], f"学分已导入：{said}。", link=batch.get_absolute_url())
    _ask_verifiers(batch)


def _ask_verifiers(batch: Batch) -> None:
    verifiers = queries.verifiers(batch.organization)
    notify(
        [person for person in verifiers if person != batch.created_by],
        f"{batch.organization.name}有一批学分待审核（{batch.rows_new:,} 条）。",
        link=batch.get_absolute_url(),
        kind=Notice.Kind.TASK,
    )


@transaction.atomic
def record_class(
    occasion: Occasion,
    students: Iterable[Student],
    *,
    minutes: int,
    starts_at: datetime | None = None,
    school: Organization,
    key: uuid.UUID,
    by: User,
) -> Batch:
    """Record one activity for the children of a class who were there. The same key again is the same grid.

    Raises Refused if nobody was there, everybody has it already, or an entry overlaps another in time.
    """
    require(by, Perm.CREDIT_RECORD, school)
    lock_ledger(school)
    known = Batch.objects.filter(uuid=key).first()
    if known:
        return known
    present = list(students)
    if not present:
        raise Refused("请至少勾选一名到场的学生。")
    book = RuleBook()
    rule = book.rules[occasion.rule.pk]
    if rule.method in ("award", "panel"):
        raise Refused(f"{occasion.rule}须逐人填写等级或学分，请用学分表导入。")
    worth = worth_of(rule, minutes)
    when = when_of(starts_at, minutes) if starts_at else ANY_TIME
    found = weigh(
        school,
        [occasion],
        [entry_line(number, one.pk, 0, worth, when=when) for number, one in enumerate(present, start=1)],
    )
    if found.faults:
        raise Refused(f"有 {len(found.faults)} 名学生此时段已有其他活动，请核对开始时间或取消勾选。")
    if not found.new:
        raise Refused("所选学生当日此活动都已登记，没有新增。")
    batch = Batch(
        uuid=key,
        kind=Kind.GRID,
        status=Status.KEEPING,
        region=school.region,
        organization=school,
        created_by=by,
        rows_read=len(present),
        rows_new=found.new,
        rows_same=found.same,
        rows_uncounted=found.uncounted,
    )
    batch.save()
    _store(batch)
    BATCH.take(batch, "store", by=by)
    _ask_verifiers(batch)
    return batch


# --- Taking back ----------------------------------------------------------------------------------

# Children who have left keep their entries: their new school's totals stand on them.
REVERSE = """
WITH taken AS (
    UPDATE youth_credits_credit SET reversed_at = %(at)s
    WHERE batch_id = %(batch)s AND (%(only)s::bigint[] IS NULL OR id = ANY(%(only)s::bigint[]))
        AND reversed_at IS NULL AND reverses_id IS NULL
        AND student_id IN (SELECT id FROM youth_credits_student WHERE school_id = %(school)s)
    RETURNING *
), back AS (
    INSERT INTO youth_credits_credit (student_id, school_id, batch_id, activity_id, rule_id, school_year,
        minutes, earned, credits, surplus_minutes, reason, award, certificate, reverses_id)
    SELECT student_id, school_id, batch_id, activity_id, rule_id, school_year, -minutes,
        -earned, -credits, -surplus_minutes, 'reversal', award, certificate, id
    FROM taken
), less AS (
    SELECT t.student_id, t.school_year, sum(t.credits) AS credits, sum(t.minutes) AS minutes,
        coalesce(sum(t.credits) FILTER (WHERE r.family = 'off_campus'), 0) AS off_campus, count(*) AS entries
    FROM taken t JOIN youth_credits_creditrule r ON r.id = t.rule_id GROUP BY 1, 2
), settled AS (
    UPDATE youth_credits_studentyear y SET credits = y.credits - l.credits, minutes = y.minutes - l.minutes,
        off_campus_credits = y.off_campus_credits - l.off_campus, entries = y.entries - l.entries
    FROM less l WHERE (y.student_id, y.school_year) = (l.student_id, l.school_year)
)
SELECT count(*) FROM taken
"""


def _reverse(batch: Batch, *, only: list[int] | None, at: datetime) -> int:
    lock_ledger(batch.organization)
    values = {"batch": batch.pk, "school": batch.organization_id, "only": only, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(REVERSE, values)
        return cursor.fetchone()[0]


@transaction.atomic
def undo(batch: Batch, *, by: User, at: datetime | None = None) -> int:
    """Take a kept batch back as a whole, within 30 days; returns how many entries or changes.

    Raises Refused once the time is over or the batch is verified.
    """
    at = at or timezone.now()
    if batch.kept_at and at - batch.kept_at > UNDO_WITHIN:
        raise Refused("导入已超过 30 天，不能再撤销。")
    BATCH.take(batch, "undo", by=by)
    if batch.kind == Kind.ROLL:
        return _undo_roll(batch, at=at)
    return _reverse(batch, only=None, at=at)


@transaction.atomic
def verify(batch: Batch, *, by: User) -> None:
    """A second person confirms a batch: its entries that stand are verified."""
    if batch.kind == Kind.ROLL:
        raise Refused("学生名册不需要审核。")
    if batch.created_by_id == by.pk:
        raise Refused("录入与审核须由不同的人办理。")
    BATCH.take(batch, "verify", by=by)
    notify([batch.created_by], "您录入的一批学分已审核通过。", link=batch.get_absolute_url())


@transaction.atomic
def give_back(batch: Batch, *, note: str, by: User, at: datetime | None = None) -> int:
    """The verifier returns a whole batch with a remark: every entry that stands is taken back."""
    if batch.kind == Kind.ROLL:
        raise Refused("学生名册不需要审核。")
    BATCH.take(batch, "give_back", by=by, note=note)
    if batch.verified_at:
        _revoke_transcripts(batch, reason=note, by=by)
    count = _reverse(batch, only=None, at=at or timezone.now())
    _tell_returned(batch, count, note)
    return count


def _revoke_transcripts(batch: Batch, *, reason: str, by: User) -> None:
    """Transcripts that show entries of a batch no longer tell the truth."""
    students = queries.batch_entries(batch).order_by().values_list("student", flat=True).distinct()
    holders = {blind(holder_of(pk), purpose="paper holder") for pk in students}
    for paper in IssuedPaper.objects.valid().filter(kind=TRANSCRIPT.code, holder_hash__in=holders):
        revoke(paper, reason=f"所载学分已退回：{reason}", by=by)


def holder_of(student: int) -> str:
    return f"youth_credits.student:{student}"


@transaction.atomic
def return_entries(batch: Batch, entries: Iterable[int], *, note: str, by: User) -> int:
    """The verifier returns some entries of a batch with a remark; the rest stays to be verified."""
    require(by, Perm.CREDIT_VERIFY, batch)
    if batch.status != Status.KEPT or batch.kind == Kind.ROLL:
        raise Refused("只能退回待审核批次中的记录。")
    if not note.strip():
        raise Refused("请填写退回的理由。")
    chosen = sorted(set(entries))
    if not chosen:
        raise Refused("请勾选要退回的记录。")
    count = _reverse(batch, only=chosen, at=timezone.now())
    if not count:
        raise Refused("所选记录已被冲销，请刷新页面。")
    audit.record(batch, "return_entries", by=by, changes={"entries": [None, count]}, note=note)
    _tell_returned(batch, count, note)
    return count


def _tell_returned(batch: Batch, count: int, note: str) -> None:
    notify(
        [batch.created_by],
        f"审核员退回了 {count:,} 条学分：{note}",
        link=batch.get_absolute_url(),
        kind=Notice.Kind.TASK,
    )


# --- The roll -------------------------------------------------------------------------------------


@dataclass(slots=True)
class RollRow:
    """One child of a roll as the sheet has it, checked and normal."""

    line: int
    number: str
    name: str
    grade: int
    class_number: int
    consented_on: date | None = None

    @property
    def place(self) -> tuple[int, int]:
        return self.grade, self.class_number


@transaction.atomic
def update_roll(rows: Sequence[RollRow], *, batch: Batch, on: date) -> tuple[Outcome, list[int]]:
    """Add and change a school's children; returns the counts and the lines whose number cannot be entered.

    Those numbers are another school's: the answer is one fixed sentence, whatever is known there.
    """
    lock_ledger(batch.organization)
    hashes = {number_hash(row.number): row for row in rows}
    known = {
        bytes(student.number_hash): student
        for student in Student.objects.filter(school=batch.organization, number_hash__in=list(hashes))
    }
    outcome = Outcome(read=len(rows))
    new = [row for digest, row in hashes.items() if digest not in known]
    clashes = _add_students(new, batch=batch, on=on)
    outcome.new = len(new) - len(clashes)
    changed = [(known[digest], row) for digest, row in hashes.items() if digest in known]
    changed = [(student, row) for student, row in changed if _differs(student, row)]
    _change_students(changed, batch=batch, on=on)
    outcome.changed = len(changed)
    outcome.same = len(known) - len(changed)
    outcome.faulty = len(clashes)
    return outcome, clashes


def _differs(student: Student, row: RollRow) -> bool:
    return (
        (student.grade, student.class_number) != row.place
        or bytes(student.name_hash) != name_hash(row.name)
        or not student.is_active
        or (row.consented_on is not None and student.consented_on != row.consented_on)
    )


def sealed_student(row: RollRow, *, school: Organization, owner: uuid.UUID | None = None) -> Student:
    """The child of a row with name and number sealed under its own uuid."""
    owner = owner or uuid.uuid4()
    return Student(
        uuid=owner,
        school=school,
        grade=row.grade,
        class_number=row.class_number,
        number_sealed=seal(row.number, field="student.number", owner=owner),
        number_hash=number_hash(row.number),
        number_masked=mask_student_number(row.number),
        **_sealed_name(row.name, owner),
        turns_14_year=parse_student_number(row.number).born_on.year + 14,
        consent_version=CONSENT_VERSION if row.consented_on else "",
        consented_on=row.consented_on,
    )


def _sealed_name(name: str, owner: uuid.UUID) -> dict:
    return {
        "name_sealed": seal(name, field="student.name", owner=owner),
        "name_hash": name_hash(name),
        "name_masked": mask_name(name),
    }


STUDENT_COLUMNS = [
    "uuid",
    "school_id",
    "grade",
    "class_number",
    "number_sealed",
    "number_hash",
    "number_masked",
    "name_sealed",
    "name_hash",
    "name_masked",
    "turns_14_year",
    "consent_version",
    "consented_on",
    "is_active",
]


def copy_students(students: Iterable[Student]) -> set[bytes]:
    """Insert children through a staging table; returns the number hashes that were taken.

    A number that another school has is left out without a word: row-level security shows no more.
    """
    names = ", ".join(STUDENT_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staged_student")
        cursor.execute(
            "CREATE TEMP TABLE staged_student ON COMMIT DROP AS "  # noqa: S608  names of ours
            f"SELECT {names} FROM youth_credits_student WITH NO DATA"
        )
        with cursor.copy(f"COPY staged_student ({names}) FROM STDIN") as copy:
            for student in students:
                copy.write_row([getattr(student, name) for name in STUDENT_COLUMNS])
        cursor.execute(
            f"INSERT INTO youth_credits_student ({names})"  # noqa: S608  names of ours
            f" SELECT {names} FROM staged_student ON CONFLICT (number_hash) DO NOTHING RETURNING number_hash"
        )
        return {bytes(digest) for (digest,) in cursor.fetchall()}


def _add_students(rows: Sequence[RollRow], *, batch: Batch, on: date) -> list[int]:
    made = [sealed_student(row, school=batch.organization) for row in rows]
    taken = copy_students(made) if made else set()
    added = Student.objects.filter(number_hash__in=list(taken))
    Enrolment.objects.bulk_create(
        Enrolment(
            student=student,
            school=batch.organization,
            grade=student.grade,
            class_number=student.class_number,
            starts_on=on,
        )
        for student in added
    )
    RollChange.objects.bulk_create(
        RollChange(batch=batch, student=student, school=batch.organization, is_new=True) for student in added
    )
    return [row.line for row, student in zip(rows, made, strict=True) if student.number_hash not in taken]


def _change_students(pairs: Sequence[tuple[Student, RollRow]], *, batch: Batch, on: date) -> None:
    RollChange.objects.bulk_create(_before(student, batch) for student, _ in pairs)
    moved = [(student, row) for student, row in pairs if (student.grade, student.class_number) != row.place]
    for student, row in pairs:
        student.grade, student.class_number, student.is_active = *row.place, True
        if bytes(student.name_hash) != name_hash(row.name):
            for name, value in _sealed_name(row.name, student.uuid).items():
                setattr(student, name, value)
        if row.consented_on is not None:
            student.consented_on, student.consent_version = row.consented_on, CONSENT_VERSION
            student.withdrawn_on = None
    Student.objects.bulk_update(
        [student for student, _ in pairs],
        [
            "grade",
            "class_number",
            "is_active",
            "name_sealed",
            "name_hash",
            "name_masked",
            "consented_on",
            "consent_version",
            "withdrawn_on",
        ],
        batch_size=500,
    )
    _enrol([student for student, _ in moved], on=on)


def _before(student: Student, batch: Batch) -> RollChange:
    return RollChange(
        batch=batch,
        student=student,
        school=batch.organization,
        is_new=False,
        grade_before=student.grade,
        class_before=student.class_number,
        name_sealed_before=student.name_sealed,
        name_hash_before=student.name_hash,
        name_masked_before=student.name_masked,
        was_active=student.is_active,
    )


def _enrol(students: Sequence[Student], *, on: date) -> None:
    """End the open enrolment of each on a day and begin one with the present class."""
    open_now = Enrolment.objects.filter(student__in=students, ends_on=None)
    open_now.filter(starts_on__gte=on).delete()
    open_now.update(ends_on=on)
    Enrolment.objects.bulk_create(
        Enrolment(
            student=student,
            school_id=student.school_id,
            grade=student.grade,
            class_number=student.class_number,
            starts_on=on,
        )
        for student in students
    )


@transaction.atomic
def store_roll(batch: Batch, outcome: Outcome, *, faults: bytes | None, returned: Examined | None) -> None:
    """Note that a roll was kept. Its children were written by `update_roll` in the same transaction."""
    _write_outcome(batch, outcome, faults, returned)
    BATCH.take(batch, "store", by=batch.created_by)
    notify(
        [batch.created_by],
        f"学生名册已导入：新增 {outcome.new:,} 人，变更 {outcome.changed:,} 人。",
        link=batch.get_absolute_url(),
    )


def _undo_roll(batch: Batch, *, at: datetime) -> int:
    """Put the roll back: new children without credits go; changed ones that nobody changed since get back."""
    lock_ledger(batch.organization)
    later = RollChange.objects.filter(batch__pk__gt=batch.pk).exclude(
        batch__status__in=[Status.UNDONE, Status.DROPPED]
    )
    changes = list(
        RollChange.objects.filter(batch=batch)
        .exclude(student__in=later.values("student"))
        .select_related("student")
    )
    with_credits = set(
        Credit.objects.filter(student__in=[change.student_id for change in changes if change.is_new])
        .values_list("student", flat=True)
        .distinct()
    )
    new = [change.student_id for change in changes if change.is_new and change.student_id not in with_credits]
    Student.objects.filter(pk__in=new).delete()
    restored = [change for change in changes if not change.is_new]
    for change in restored:
        student = change.student
        student.grade, student.class_number = change.grade_before, change.class_before
        student.name_sealed, student.name_hash = change.name_sealed_before, change.name_hash_before
        student.name_masked, student.is_active = change.name_masked_before, change.was_active
    Student.objects.bulk_update(
        [change.student for change in restored],
        ["grade", "class_number", "name_sealed", "name_hash", "name_masked", "is_active"],
        batch_size=500,
    )
    _enrol([change.student for change in restored], on=local_today(at))
    return len(new) + len(restored)


@transaction.atomic
def transfer(
    student: Student, *, to: Organization, grade: int, class_number: int, on: date, by: User | None
) -> None:
    """Move a child to another school. Under scope "steward": neither school can do it alone.

    The ledger stays whole; the new school may read what the child brought along was for.
    """
    if student.school_id == to.pk:
        raise Refused("该学生已在此学校。")
    before = student.school
    ActivityShare.objects.bulk_create(
        (
            ActivityShare(activity_id=activity, batch_id=batch, school=to)
            for activity, batch in Credit.objects.filter(student=student)
            .values_list("activity", "batch")
            .distinct()
        ),
        ignore_conflicts=True,
    )
    student.school, student.grade, student.class_number = to, grade, class_number
    student.save(update_fields=["school", "grade", "class_number"])
    _enrol([student], on=on)
    audit.record(student, "transfer", by=by, changes={"school": [before.pk, to.pk]})


# --- One child ------------------------------------------------------------------------------------


def open_record(student: Student, *, by: User, reason: str = "本校教务") -> None:
    """Opening a child's record is an act of its own. Basis: 未成年人网络保护条例第三十六条."""
    require(by, Perm.CREDIT_VIEW, student.school)
    audit.viewed(student, by=by, reason=reason)


def open_class(school: Organization, place: tuple[int, int], *, by: User) -> None:
    """The recorder reads the whole names of a class of the own school; which class, is written down."""
    require(by, Perm.CREDIT_RECORD, school)
    grade, class_number = place
    audit.viewed(school, by=by, reason=f"班级登记，{Grade(grade).label}{class_number}班学生姓名")


@transaction.atomic
def reveal(student: Student, *, reason: str, by: User) -> tuple[str, str]:
    """The whole name and number of one child, for a reason; who, when and why is written down first."""
    require(by, Perm.CREDIT_VIEW, student.school)
    if not reason.strip():
        raise Refused("请填写查看完整信息的理由。")
    audit.record(student, "reveal", by=by, note=reason)
    return student.name, student.number


@transaction.atomic
def withdraw_consent(student: Student, *, on: date, by: User) -> None:
    """The guardian takes the consent back; it acts at once."""
    require(by, Perm.CREDIT_RECORD, student.school)
    done = Student.objects.filter(pk=student.pk, consented_on__isnull=False, withdrawn_on=None).update(
        withdrawn_on=on
    )
    if not done:
        raise Refused("没有可撤回的监护人同意。")
    audit.record(student, "withdraw_consent", by=by)


@transaction.atomic
def give_consent(student: Student, *, on: date, by: User) -> None:
    """Note the guardian's consent to the version in force, given on paper on a day."""
    require(by, Perm.CREDIT_RECORD, student.school)
    if on > local_today():
        raise Refused("同意日期不能晚于今天。")
    Student.objects.filter(pk=student.pk).update(
        consented_on=on, consent_version=CONSENT_VERSION, withdrawn_on=None
    )
    audit.record(student, "give_consent", by=by, note=f"同意书 {CONSENT_VERSION}")


@transaction.atomic
def issue_transcript(student: Student, *, by: User, at: datetime | None = None) -> IssuedPaper:
    """Put one child's transcript into the register of issued papers, so that anyone can check it.

    Raises Refused for a child under 14 without a guardian's consent, and where nothing is verified yet.
    """
    at = at or timezone.now()
    require(by, Perm.CREDIT_VIEW, student.school)
    if not student.has_consent(local_today(at)):
        raise Refused("该学生未满14周岁，须先登记监护人同意，才能开具可公开核验的成绩单。")
    rows = queries.transcript_entries(student)
    if not rows:
        raise Refused("该学生还没有审核通过的学分，审核后才能开具成绩单。")
    total = sum((row.credits for row in rows), Decimal(0))
    facts = [
        ("学年", "、".join(str(year) for year in sorted({row.school_year for row in rows}))),
        ("学分合计", f"{total:.2f}"),
        ("说明", "竞赛所得学分不作为升学依据"),
    ]
    paper = issue(TRANSCRIPT, facts, by=by, holder=holder_of(student.pk), name=student.name, at=at)
    audit.record(student, "issue_transcript", by=by, note=paper.number)
    return paper


def prove_balances() -> int:
    """Hold every total against the sum of its entries; returns how many differ. Under scope "ledger"."""
    return len(queries.unbalanced())
