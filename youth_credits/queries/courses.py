"""Courses that count, and the outings to them."""

from datetime import date

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from outreach.models import Title
from portal.accounts import User
from portal.calendar import local_today
from portal.organizations import Organization
from portal.roles import Perm
from youth_credits.models import Course, Outing, OutingSeat, Student, StudentPass


def title_in_force(base: Organization, on: date) -> Title | None:
    """The title of a base that lasts longest of those in force on a day."""
    titles = Title.objects.in_force(on).filter(organization=base)
    return titles.select_related("kind").order_by("-valid_until", "pk").first()


def valid_courses(on: date):
    """Approved courses whose base holds a title on a day: what counts as a credit course."""
    titles = Title.objects.in_force(on).filter(organization=OuterRef("organization"))
    return Course.objects.valid(on).filter(Exists(titles)).select_related("organization__region", "region")


def courses_to_stop(base: Organization):
    """The approved courses of a base, in the order of their titles."""
    approved = Course.objects.filter(organization=base, status=Course.Status.APPROVED)
    return approved.select_related("organization__region", "region").order_by("title", "pk")


def stop_address(base: Organization) -> str:
    """The page on which courses of a base are stopped."""
    return reverse("youth_credits:courses_stop", args=[base.pk])


def courses_near(school: Organization, grade: int, on: date, *, limit: int = 6) -> list[Course]:
    """Credit courses for a grade, those of the school's own district first. Place and grade, nothing of a
    child.

    Basis: 深圳经济特区数据条例第三十条 (no profiling of the under-14).
    """
    fitting = valid_courses(on).filter(grade_from__lte=grade, grade_to__gte=grade)
    own = fitting.filter(region__path__startswith=district_of(school.region.path)).order_by("title", "pk")
    found = list(own[:limit])
    if len(found) < limit:
        rest = fitting.exclude(pk__in=[course.pk for course in found]).order_by("region", "title", "pk")
        found += list(rest[: limit - len(found)])
    return found


def district_of(path: str) -> str:
    """The first two codes of a path: city and district."""
    return "/".join(path.split("/")[:2]) + "/"


class CourseBook:
    """Every course that was ever approved, until the day it was stopped, read once: does an activity on a day
    count as one?
    """

    def __init__(self):
        self.times: dict[tuple[str, str], list[tuple[date, date, int]]] = {}
        stopped = Q(status=Course.Status.SUSPENDED, suspended_at__isnull=False)
        approved = Course.objects.filter(stopped | Q(status=Course.Status.APPROVED))
        for course in approved.select_related("organization"):
            end = course.valid_until
            if course.status == Course.Status.SUSPENDED:
                end = min(end, local_today(course.suspended_at))
            times = self.times.setdefault((course.title, course.organization.name), [])
            times.append((course.valid_from, end, course.organization_id))
        bases = {organization for times in self.times.values() for _, _, organization in times}
        self.titles: dict[int, list[tuple[date, date, date | None]]] = {}
        for organization, *title in Title.objects.filter(organization__in=bases).values_list(
            "organization", "valid_from", "valid_until", "withdrawn_on"
        ):
            self.titles.setdefault(organization, []).append(tuple(title))

    def counts(self, title: str, provider: str, day: date) -> bool:
        return any(
            start <= day <= end and self._has_title(base, day)
            for start, end, base in self.times.get((title, provider), ())
        )

    def _has_title(self, base: int, day: date) -> bool:
        return any(
            start <= day <= end and (withdrawn is None or withdrawn > day)
            for start, end, withdrawn in self.titles.get(base, ())
        )


def courses_of(user: User):
    """The courses somebody offers or decides on."""
    mine = Course.objects.for_user(user, Perm.COURSE_EDIT)
    decides = Course.objects.for_user(user, Perm.COURSE_REVIEW).exclude(status=Course.Status.DRAFT)
    return (mine | decides).select_related("organization__region", "region")


def outings_of_school(school: Organization):
    return Outing.objects.filter(organization=school).select_related(
        "course", "base__region", "organization__region", "region"
    )


def outings_of_base(user: User):
    """Outings to the bases somebody speaks for."""
    return Outing.objects.filter(
        base__in=user.organizations_for(Perm.COURSE_EDIT), cancelled_at=None
    ).select_related("course", "organization__region", "base__region", "region")


def seats_for_base(outing: Outing) -> list[OutingSeat]:
    """Pass number and family name, under scope "base"; in the order of the numbers."""
    return list(OutingSeat.objects.filter(outing=outing).order_by("pass_number", "pk"))


def seats_for_school(outing: Outing) -> list[OutingSeat]:
    return list(OutingSeat.objects.filter(outing=outing).select_related("student").order_by("pk"))


def pass_counts(school: Organization, chosen: tuple[int, int]) -> dict[str, int]:
    """How many children a class has, and how many of them a pass. Under the school's scope."""
    heads = Student.objects.active().filter(school=school, grade=chosen[0], class_number=chosen[1])
    held = StudentPass.objects.filter(student__in=heads, ended_at=None)
    return {"heads": heads.count(), "held": held.count()}


def passes_of(students) -> dict[int, str]:
    """The pass numbers in use, by student."""
    rows = StudentPass.objects.filter(student__in=students, ended_at=None)
    return dict(rows.values_list("student", "number"))


def passes_held(student: Student) -> list[StudentPass]:
    """Every pass of a child, the one in use first, then the latest lost."""
    passes = StudentPass.objects.filter(student=student)
    return list(passes.order_by(F("ended_at").desc(nulls_first=True), "-pk"))
