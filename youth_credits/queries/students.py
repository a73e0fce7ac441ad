"""Reads of the roll of a school."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, FilteredRelation, Q, Sum

from portal.encryption import blind
from portal.identifiers import check_student_number, clean_text
from portal.organizations import Organization
from youth_credits.models import Enrolment, Student


def normal_name(name: str) -> str:
    """A name as it is compared: without blanks, with one kind of middle dot."""
    return "".join(clean_text(name).split()).translate(str.maketrans("•・．‧", "····"))


def number_hash(number: str) -> bytes:
    return blind(number, purpose="student.number")


def name_hash(name: str) -> bytes:
    return blind(normal_name(name), purpose="student.name")


def person_hash(name: str, born_on: date) -> bytes:
    """By which one child entered twice is noticed; the birth date itself is not kept."""
    return blind(f"{normal_name(name)}\0{born_on.isoformat()}", purpose="student.person")


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


def earlier_grades(school: Organization) -> dict[int, list[tuple[date, int]]]:
    """For the active children of a school who have been in more than one grade here: from which day in which
    grade, the latest first.
    """
    times: dict[int, list[tuple[date, int]]] = {}
    rows = Enrolment.objects.filter(school=school, student__is_active=True).order_by("student", "-starts_on")
    for student, starts_on, grade in rows.values_list("student", "starts_on", "grade"):
        times.setdefault(student, []).append((starts_on, grade))
    return {student: found for student, found in times.items() if len({grade for _, grade in found}) > 1}


def moved_to(students: Iterable[int], *, since_at: Organization) -> dict[int, list[int]]:
    """Of children who were at a school: where those are who have moved, by school. Under scope "ledger"."""
    found: dict[int, list[int]] = {}
    here = Enrolment.objects.filter(student__in=students, ends_on=None).exclude(school=since_at)
    for school, student in here.order_by("school", "student").values_list("school", "student"):
        found.setdefault(school, []).append(student)
    return found


def grade_on(day: date, present: int, earlier: Sequence[tuple[date, int]] | None) -> int:
    """The grade a child was in on a day, from `earlier_grades`; the first known one for a day before that."""
    if not earlier:
        return present
    return next((grade for starts_on, grade in earlier if starts_on <= day), earlier[-1][1])


@dataclass(frozen=True, slots=True)
class Balance:
    """What one child has in a school year."""

    student: int
    credits: Decimal
    off_campus: Decimal
    minutes: int


def balances(school: Organization, year: int) -> list[Balance]:
    """The balance of every child of a school in a school year, by class; zero where nothing is entered."""
    of_year = Q(years__school_year=year)
    rows = (
        Student.objects.active()
        .filter(school=school)
        .annotate(of_year=FilteredRelation("years", condition=of_year))
        .order_by("grade", "class_number", "pk")
        .values_list("pk", "of_year__credits", "of_year__off_campus_credits", "of_year__minutes")
    )
    zero = Decimal(0)
    return [Balance(pk, credits or zero, away or zero, minutes or 0) for pk, credits, away, minutes in rows]
