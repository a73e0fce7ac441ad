"""How far a child is in a school year, what is missing, and what near its school would fill it.

Basis: 深圳经济特区数据条例第三十条: place, grade and kind alone decide what is shown, nothing of the child.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from events import queries as events
from events.models import Event, Session
from portal.calendar import local_today, school_year, school_year_label
from resources.models import Audience
from youth_credits.method.minimum import Minimum, Missing, lowered, missing
from youth_credits.models import Course, CreditRule, CreditRuleSet, SpecialCase, Student
from youth_credits.queries.courses import courses_near, district_of
from youth_credits.queries.ledger import years_of
from youth_credits.queries.rules import RuleBook

ZERO = Decimal(0)

# As what a check-in at an event usually counts; the school decides when it records it.
COUNTS_AS = {
    Event.Kind.LECTURE: "A4",
    Event.Kind.EXHIBITION: "A6",
    Event.Kind.OPEN_DAY: "A6",
    Event.Kind.WORKSHOP: "A6",
}
SESSIONS_SHOWN = 6


@dataclass(frozen=True)
class KindProgress:
    """One kind of activity: what counts so far, and the most that may."""

    rule: CreditRule
    credits: Decimal

    @property
    def cap(self) -> Decimal:
        return self.rule.cap_per_year

    @property
    def left(self) -> Decimal:
        return max(ZERO, self.cap - self.credits)


@dataclass(frozen=True)
class Progress:
    """One school year of one child against the minimum."""

    year: int
    applies: bool  # whether the rules ask anything of the child's grade
    credits: Decimal
    off_campus: Decimal
    minutes: int
    kinds: list[KindProgress]
    minimum: Minimum
    missing: Missing
    special: SpecialCase | None
    courses: list[Course]
    sessions: list[Session]  # of events near the school

    @property
    def label(self) -> str:
        return school_year_label(self.year)

    @property
    def hours(self) -> int:
        return self.minutes // 60

    @property
    def kinds_filled(self) -> int:
        return sum(1 for kind in self.kinds if kind.credits > 0)

    @property
    def would_fill(self) -> list[KindProgress]:
        """Kinds that still have room, those off campus first where that is what is missing."""
        open_kinds = [kind for kind in self.kinds if kind.left > 0]
        away = CreditRule.Family.OFF_CAMPUS
        if self.missing.off_campus:
            open_kinds.sort(key=lambda kind: kind.rule.family != away)
        return open_kinds


def special_case(student: Student, year: int) -> SpecialCase | None:
    """What was approved for a child in a school year."""
    approved = SpecialCase.Status.APPROVED
    return SpecialCase.objects.filter(student=student, school_year=year, status=approved).first()


def shares_asked(year: int) -> dict[int, Decimal]:
    """The approved share of the minimum by student, of those of whom less is asked; as the scope sees."""
    approved = SpecialCase.objects.filter(school_year=year, status=SpecialCase.Status.APPROVED)
    return dict(approved.values_list("student", "share"))


def minimum_of(rules: CreditRuleSet | None, share: Decimal | None) -> Minimum | None:
    """What a version asks of a child, in full or at a share; None where no rules are in force."""
    if rules is None:
        return None
    full = Minimum(rules.year_minimum, rules.off_campus_minimum, rules.kinds_minimum)
    return full if share is None else lowered(full, share, step=rules.step)


def minimum_for(year: int, book: RuleBook, special: SpecialCase | None) -> Minimum | None:
    """What is asked of a child in a school year; None where no rules are in force."""
    return minimum_of(book.set_on(date(year + 1, 8, 31)), special.share if special else None)


def progress(student: Student, on: date | None = None) -> Progress | None:
    """The school year of a day, or of today. Under the scope of school, guardian or case.

    No course and no event is shown for a child under 14 without a guardian's consent.
    """
    on = on or local_today()
    year = school_year(on)
    book = RuleBook(student.school)
    special = special_case(student, year)
    minimum = minimum_for(year, book, special)
    if minimum is None:
        return None
    rules = book.set_on(on)
    found = next((one for one in years_of(student) if one.year == year), None)
    by_code = found.by_code if found else {}
    off_campus = found.off_campus if found else ZERO
    left = missing(minimum, by_code, off_campus)
    applies = rules is not None and rules.grade_from <= student.grade <= rules.grade_to
    kinds = [KindProgress(rule, by_code.get(rule.code, ZERO)) for rule in book.rules_on(on)]
    suggests = applies and not left.nothing and student.has_consent(on)
    return Progress(
        year=year,
        applies=applies,
        credits=sum(by_code.values(), ZERO),
        off_campus=off_campus,
        minutes=found.minutes if found else 0,
        kinds=kinds,
        minimum=minimum,
        missing=left,
        special=special,
        courses=courses_near(student.school, student.grade, on) if suggests else [],
        sessions=_sessions_near(student, kinds, left) if suggests else [],
    )


def _sessions_near(student: Student, kinds: list[KindProgress], left: Missing) -> list[Session]:
    """What is on soon in the school's district, of kinds that have room; off campus only where that is what
    is missing.
    """
    away = CreditRule.Family.OFF_CAMPUS
    fill = {
        kind.rule.code for kind in kinds if kind.left and (kind.rule.family == away or not left.off_campus)
    }
    return events.with_room(
        timezone.now(),
        path=district_of(student.school.region.path),
        kinds=[kind for kind, code in COUNTS_AS.items() if code in fill],
        audiences=[Audience.MINORS, Audience.GENERAL],
        limit=SESSIONS_SHOWN,
    )
