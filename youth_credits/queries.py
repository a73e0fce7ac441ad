"""Reads of the roll and the ledger. Every one sees what the scope in force lets it see, and no more."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Q, Sum
from django.urls import reverse

from portal.accounts import User, people_with
from portal.calendar import school_year_label
from portal.encryption import blind
from portal.identifiers import check_student_number, clean_text
from portal.organizations import Organization
from portal.roles import Perm, Role
from portal.waiting import Waiting
from youth_credits.models import Batch, Credit, CreditRule, CreditRuleSet, Student, StudentYear
from youth_credits.rules import Rule, award_table

Kind = Batch.Kind
Status = Batch.Status


# --- Rules ----------------------------------------------------------------------------------------


class RuleBook:
    """All versions of the rules, read once: which rule is in force for a kind on a day."""

    def __init__(self):
        self.sets = list(CreditRuleSet.objects.order_by("-in_force_from").prefetch_related("rules"))
        self.rows: dict[int, CreditRule] = {}
        self.rules: dict[int, Rule] = {}
        self.by_name: list[tuple[CreditRuleSet, dict[str, CreditRule]]] = []
        for version in self.sets:
            names = {}
            for row in version.rules.all():
                self.rows[row.pk] = row
                self.rules[row.pk] = _rule(row, version.step)
                names[row.code] = names[row.name] = names[f"{row.code}{row.name}"] = row
            self.by_name.append((version, names))

    def set_on(self, day: date) -> CreditRuleSet | None:
        return next((version for version in self.sets if version.in_force_from <= day), None)

    def find(self, kind: str, day: date) -> CreditRule | None:
        """The rule for a code, a name, or both run together; None where no version in force knows it."""
        for version, names in self.by_name:
            if version.in_force_from <= day:
                return names.get(kind)
        return None


def _rule(row: CreditRule, step: Decimal) -> Rule:
    return Rule(
        code=row.code,
        method=row.method,
        credits=row.credits,
        cap=row.cap_per_year,
        step=step,
        unit_minutes=row.unit_minutes,
        whole_units=row.whole_units,
        least_minutes=row.least_minutes,
        least_per_entry=row.least_per_entry,
        most_per_entry=row.most_per_entry,
        most_per_provider=row.most_per_provider,
        once=row.once,
        awards=award_table(row.awards, step),
        is_off_campus=row.family == CreditRule.Family.OFF_CAMPUS,
    )


# --- Students -------------------------------------------------------------------------------------


def normal_name(name: str) -> str:
    """A name as it is compared: without blanks, with one kind of middle dot."""
    return "".join(clean_text(name).split()).translate(str.maketrans("•・．‧", "····"))


def number_hash(number: str) -> bytes:
    return blind(number, purpose="student.number")


def name_hash(name: str) -> bytes:
    return blind(normal_name(name), purpose="student.name")


def find_students(sought: str):
    """Students whose whole number or whole name is `sought`; there is no other way to search sealed names."""
    sought = clean_text(sought)[:60]
    wanted = Q(name_hash=name_hash(sought))
    with suppress(ValueError):
        wanted |= Q(number_hash=number_hash(check_student_number(sought)))
    return Student.objects.filter(wanted)


def classes(school: Organization) -> list[dict]:
    """The classes of a school with their heads, in order."""
    return list(
        Student.objects.active()
        .filter(school=school)
        .values("grade", "class_number")
        .annotate(heads=Count("pk"))
        .order_by("grade", "class_number")
    )


def totals_by_grade(school: Organization, year: int) -> list[dict]:
    """For each grade of a school: heads, those with any entry, credits and minutes of a school year."""
    in_year = Q(years__school_year=year)
    return list(
        Student.objects.active()
        .filter(school=school)
        .values("grade")
        .annotate(
            heads=Count("pk", distinct=True),
            reached=Count("pk", filter=in_year & Q(years__entries__gt=0), distinct=True),
            credits=Sum("years__credits", filter=in_year),
            minutes=Sum("years__minutes", filter=in_year),
        )
        .order_by("grade")
    )


# --- The ledger of one child ----------------------------------------------------------------------


@dataclass(frozen=True)
class Year:
    """One school year of one child."""

    year: int
    credits: Decimal
    off_campus: Decimal
    minutes: int
    by_code: dict[str, Decimal]

    @property
    def label(self) -> str:
        return school_year_label(self.year)


def entries(student: Student):
    """Every entry of a child, the taken back and the taking back too, newest first."""
    return (
        Credit.objects.filter(student=student)
        .select_related("activity", "rule", "batch")
        .order_by("-activity__held_on", "-pk")
    )


def standing():
    return Q(reversed_at=None, reverses=None)


def years_of(student: Student) -> list[Year]:
    """The school years of a child, newest first, with credits by kind."""
    sums = (
        Credit.objects.filter(standing(), student=student)
        .values("school_year", "rule__code")
        .annotate(total=Sum("credits"))
    )
    by_year: dict[int, dict[str, Decimal]] = {}
    for row in sums:
        kinds = by_year.setdefault(row["school_year"], {})
        kinds[row["rule__code"]] = kinds.get(row["rule__code"], Decimal(0)) + row["total"]
    return [
        Year(
            row.school_year,
            row.credits,
            row.off_campus_credits,
            row.minutes,
            by_year.get(row.school_year, {}),
        )
        for row in StudentYear.objects.filter(student=student).order_by("-school_year")
    ]


def transcript_entries(student: Student) -> list[Credit]:
    """What a transcript shows: standing entries of verified batches, oldest first."""
    return list(
        Credit.objects.filter(standing(), student=student, batch__status=Status.VERIFIED)
        .select_related("activity", "rule")
        .order_by("activity__held_on", "pk")
    )


# --- Batches --------------------------------------------------------------------------------------


def batches(school: Organization):
    return Batch.objects.filter(organization=school).select_related("created_by")


def verifiers(school: Organization):
    return people_with(Perm.CREDIT_VERIFY, school)


def to_verify(school: Organization):
    """Batches of credits that wait for the school's verifier, oldest first."""
    return batches(school).filter(status=Status.KEPT).exclude(kind=Kind.ROLL).order_by("pk")


def batch_entries(batch: Batch):
    """The entries of a batch that stand, by class."""
    return (
        Credit.objects.filter(standing(), batch=batch)
        .select_related("activity", "rule", "student")
        .order_by("pk")
    )


def last_activity(school: Organization) -> Credit | None:
    """The newest entry of the class grid, to begin the next one with."""
    batch = batches(school).filter(kind=Kind.GRID).exclude(status=Status.UNDONE).order_by("-pk").first()
    if batch is None:
        return None
    return batch.credits.select_related("activity", "rule", "student").order_by("pk").first()


def waiting_for(user: User) -> list[Waiting]:
    """What waits for this person on the desk; under the person's own scope."""
    schools = [
        grant.organization_id
        for grant in user.standing_grants()
        if grant.role in (Role.SCHOOL, Role.SCHOOL_VERIFIER)
    ]
    mine = Batch.objects.filter(organization__in=schools)
    found = []
    if schools and user.can(Perm.CREDIT_RECORD):
        url = f"{reverse('youth_credits:batch_list')}?status={Status.CHECKED}"
        found.append(Waiting(title="待确认的导入", count=mine.filter(status=Status.CHECKED).count(), url=url))
    if schools and user.can(Perm.CREDIT_VERIFY):
        kept = mine.filter(status=Status.KEPT).exclude(kind=Kind.ROLL)
        found.append(Waiting(title="待审核的学分", count=kept.count(), url=reverse("youth_credits:verify")))
    return [waiting for waiting in found if waiting.count]


# --- Nameless totals, under scope "ledger" --------------------------------------------------------

# Every reading of children's rows by district: their school's district.
_DISTRICT = """
    SELECT o.id AS school_id, substr(g.path, 14, 12) AS district
    FROM portal_organization o JOIN portal_region g ON g.id = o.region_id
"""
_SCHOOL_OF_YEAR = """
    SELECT DISTINCT ON (e.student_id) e.student_id, e.school_id FROM youth_credits_enrolment e
    WHERE e.starts_on < %(end)s AND (e.ends_on IS NULL OR e.ends_on > %(start)s)
    ORDER BY e.student_id, e.starts_on DESC
"""


def _by_district(select: str, **values) -> dict[str, int]:
    with connection.cursor() as cursor:
        # Compiling the policies of every table takes seconds, reading the rows milliseconds.
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(f"WITH place AS ({_DISTRICT}), home AS ({_SCHOOL_OF_YEAR}) {select}", values)
        return {district: int(figure) for district, figure in cursor.fetchall() if district}


def _year(year: int) -> dict:
    return {"start": date(year, 9, 1), "end": date(year + 1, 9, 1), "year": year}


def students_in_scope_by_district(on: date) -> dict[str, int]:
    """Students on the rolls on a day, of the grades that the rules in force then are for; per district code.

    Under scope "ledger".
    """
    return _by_district(
        """
        SELECT district, count(*) FROM youth_credits_enrolment e JOIN place USING (school_id)
        JOIN (SELECT grade_from, grade_to FROM youth_credits_creditruleset
              WHERE in_force_from <= %(start)s ORDER BY in_force_from DESC LIMIT 1) r
          ON e.grade BETWEEN r.grade_from AND r.grade_to
        WHERE e.starts_on < %(end)s AND (e.ends_on IS NULL OR e.ends_on > %(start)s) GROUP BY district
        """,
        start=on,
        end=date.fromordinal(on.toordinal() + 1),
    )


def hours_by_district(year: int) -> dict[str, int]:
    """Whole hours of recorded science practice in a school year, per district code. Under scope "ledger"."""
    return _by_district(
        """
        SELECT district, sum(minutes) / 60 FROM youth_credits_studentyear y
        JOIN home USING (student_id) JOIN place USING (school_id)
        WHERE y.school_year = %(year)s GROUP BY district
        """,
        **_year(year),
    )


def reached_minimum_by_district(year: int) -> dict[str, int]:
    """Students who met the year's minimum, per district code: in sum, off campus and in kinds.

    Under scope "ledger". The minimum is that of the rules in force when the school year ends.
    """
    return _by_district(
        """
        , minimum AS (
            SELECT year_minimum, off_campus_minimum, kinds_minimum FROM youth_credits_creditruleset
            WHERE in_force_from < %(end)s ORDER BY in_force_from DESC LIMIT 1
        ), likely AS MATERIALIZED (
            SELECT y.student_id, m.kinds_minimum FROM youth_credits_studentyear y, minimum m
            WHERE y.school_year = %(year)s AND y.credits >= m.year_minimum
              AND y.off_campus_credits >= m.off_campus_minimum
        ), reached AS (
            SELECT l.student_id FROM likely l
            JOIN youth_credits_credit c USING (student_id)
            JOIN youth_credits_creditrule r ON r.id = c.rule_id
            WHERE c.school_year = %(year)s AND c.credits > 0 AND c.reversed_at IS NULL
            GROUP BY l.student_id, l.kinds_minimum HAVING count(DISTINCT r.code) >= l.kinds_minimum
        )
        SELECT district, count(*) FROM reached
        JOIN home USING (student_id) JOIN place USING (school_id) GROUP BY district
        """,
        **_year(year),
    )


def unbalanced(limit: int = 20) -> list[tuple[int, int]]:
    """Students and years whose totals differ from the sum of their entries; [] is as it should be."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH summed AS (
                SELECT c.student_id, c.school_year, sum(c.credits) AS credits, sum(c.minutes) AS minutes,
                    coalesce(sum(c.credits) FILTER (WHERE r.family = 'off_campus'), 0) AS off_campus,
                    sum(CASE WHEN c.reverses_id IS NULL THEN 1 ELSE -1 END) AS entries
                FROM youth_credits_credit c JOIN youth_credits_creditrule r ON r.id = c.rule_id
                GROUP BY 1, 2
            )
            SELECT coalesce(s.student_id, y.student_id), coalesce(s.school_year, y.school_year)
            FROM summed s FULL JOIN youth_credits_studentyear y
                ON (y.student_id, y.school_year) = (s.student_id, s.school_year)
            WHERE (coalesce(s.credits, 0), coalesce(s.off_campus, 0),
                   coalesce(s.minutes, 0), coalesce(s.entries, 0))
                IS DISTINCT FROM (coalesce(y.credits, 0), coalesce(y.off_campus_credits, 0),
                                  coalesce(y.minutes, 0), coalesce(y.entries, 0))
            ORDER BY 1, 2 LIMIT %s
            """,
            [limit],
        )
        return cursor.fetchall()
