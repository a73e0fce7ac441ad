"""What a guardian sees, and what the school knows of guardians."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q

from portal.accounts import User
from portal.errors import Refused
from portal.organizations import Organization
from youth_credits.models import Consent, ConsentText, FamilyClaim, Guardianship, Student, StudentYear


def consent_text(on: date) -> ConsentText:
    """The text in force on a day. Raises Refused while none is loaded."""
    text = ConsentText.objects.filter(in_force_from__lte=on).order_by("-in_force_from").first()
    if text is None:
        raise Refused("平台还没有该日期适用的监护人同意书，请联系市科协。")
    return text


class ConsentTexts:
    """The days of every version, read once: which was in force on a day?"""

    def __init__(self):
        rows = ConsentText.objects.order_by("-in_force_from")
        self.versions = list(rows.values_list("in_force_from", "version"))

    def version_on(self, day: date) -> str | None:
        """None before the first."""
        return next((version for first, version in self.versions if first <= day), None)


def consents(student: Student):
    """Every yes and no, newest first."""
    return Consent.objects.filter(student=student).select_related("recorded_by").order_by("-pk")


def wards():
    """The children of a guardian, under the guardian's scope, by class."""
    return (
        Student.objects.filter(guardianships__isnull=False)
        .distinct()
        .select_related("school__region")
        .order_by("-grade", "class_number", "pk")
    )


def guardians_of(student: Student):
    """The accounts bound to a child, oldest first."""
    return (
        Guardianship.objects.filter(student=student)
        .select_related("guardian", "school__region")
        .order_by("pk")
    )


def guardians_of_children(students: Iterable[int]) -> list[User]:
    """The accounts in use that are bound to any of these children, once each."""
    bonds = Guardianship.objects.filter(student__in=students)
    return list(User.objects.filter(is_active=True, pk__in=bonds.values("guardian")).order_by("pk"))


def claims(student: Student):
    """What a family claimed for a child, newest first."""
    return FamilyClaim.objects.filter(student=student).order_by("-pk")


def year_of(student: Student, year: int) -> StudentYear | None:
    """A child's totals of one school year, from rows already read."""
    return next((row for row in student.years.all() if row.school_year == year), None)


def slip_counts(school: Organization, place: tuple[int, int]) -> dict[str, int]:
    """Of one class: heads, children with a guardian's account, and children with a slip not yet used."""
    return (
        Student.objects.active()
        .filter(school=school, grade=place[0], class_number=place[1])
        .aggregate(
            heads=Count("pk", distinct=True),
            bound=Count("pk", filter=Q(guardianships__isnull=False), distinct=True),
            open=Count(
                "pk",
                filter=Q(slips__isnull=False, slips__redeemed_at=None, slips__revoked_at=None),
                distinct=True,
            ),
        )
    )
