"""Reads of the talent pool; what other apps may ask."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import BooleanField, Case, Count, Q, Sum, Value, When
from django.db.models.functions import ExtractYear, Left, TruncMonth
from django.urls import reverse

from outreach.models import PanelMember, Review
from portal.organizations import Organization
from portal.regions import Level, district_code, place_code
from talent.models import Person, ServiceHours


def people_by_district(
    on: date,
    category: str | list[str],
    ranks: list[str] | None = None,
    *,
    level: Level = Level.DISTRICT,
) -> dict[str, int]:
    """How many people serve in a category (or several) on a day, per code of a district or, asked so, of a
    subdistrict."""
    people = _serving(on, category, ranks).annotate(place=place_code(level))
    rows = people.values("place").annotate(count=Count("pk"))
    return {row["place"]: row["count"] for row in rows.order_by("place") if row["place"]}


def people_behind(district: str, on: date, category: str | list[str], ranks: list[str] | None = None):
    """The people a figure counted, by the day they were entered."""
    return _serving(on, category, ranks).filter(district=district).order_by("entered_on", "pk")


def people_named(keys: list[int]) -> dict[int, str]:
    """What people are called, by key: of those whose record is still there."""
    return dict(Person.objects.filter(pk__in=keys).values_list("pk", "name"))


def panel_member_of(person: Person) -> PanelMember | None:
    """How somebody stands among those who are drawn for panels; None for who never did."""
    if person.account_id is None:
        return None
    return PanelMember.objects.filter(user=person.account_id).select_related("user", "organization").first()


def left_open(member: PanelMember) -> str:
    """What is to be done about the sheets that somebody taken off the panels has not handed in."""
    count = member.reviews.filter(status=Review.Status.OPEN).count()
    return f"还有 {count} 份评分表未提交，请在评审情况中重新抽取。" if count else ""


def _serving(on: date, category: str | list[str], ranks: list[str] | None):
    categories = [category] if isinstance(category, str) else category
    people = Person.objects.serving(on).filter(category__in=categories).annotate(district=district_code())
    return people.filter(rank__in=ranks) if ranks else people


SPEAK = (
    Person.Category.CHIEF_SCIENTIST,
    Person.Category.EXPERT,
    Person.Category.COMMITTEE,
    Person.Category.INSTRUCTOR,
    Person.Category.GRADUATE,
)


@dataclass(frozen=True)
class Speaker:
    """Somebody who could be asked to speak. `name` is "" unless they agreed to be shown."""

    code: str
    name: str
    category: str
    field: str
    is_near: bool


def speakers(words: list[str], *, on: date, district: str = "", limit: int = 5) -> list[Speaker]:
    """People who serve on a day and speak of a field that has one of these words in its name.

    Those of the district first, then those shown by name; contact goes through who keeps the pool.
    """
    about = Q(pk__in=[])
    for word in words:
        about |= Q(field__contains=word)
    near = Q(region__path__contains=f"/{district}/") if district else Q(pk__in=[])
    rows = Person.objects.serving(on).filter(about, category__in=SPEAK)
    rows = rows.annotate(
        is_near=Case(When(near, then=Value(True)), default=Value(False), output_field=BooleanField())
    )
    return [
        Speaker(
            code=person.code,
            name=person.name if person.is_public else "",
            category=person.get_category_display(),
            field=person.field,
            is_near=person.is_near,
        )
        for person in rows.order_by("-is_near", "-is_public", "entered_on", "pk")[:limit]
    ]


@dataclass(frozen=True)
class Counted:
    """Somebody whom a figure counts, without a name."""

    pk: int
    code: str
    path: str
    organization_id: int | None
    organization: str
    entered_on: date

    @property
    def link(self) -> str:
        return reverse("talent_desk:person", args=[self.code])


def people_counted(on: date, category: str | list[str]) -> list[Counted]:
    """The people that `people_by_district` counts, the city over, by the day they were entered."""
    rows = (
        _serving(on, category, None)
        .exclude(district="")
        .order_by("entered_on", "pk")
        .values_list("pk", "code", "region__path", "organization", "organization__name", "entered_on")
    )
    return [Counted(pk, code, path, key, name or "", day) for pk, code, path, key, name, day in rows]


@dataclass(frozen=True)
class ServiceMonth:
    """Minutes of service in a month, of the people of one organisation (None: of none) in one place."""

    path: str  # of the subdistrict, or of the region above it, in which the people are
    organization_id: int | None
    organization: str
    month: date
    minutes: int


def service_by_month(start: date, end: date) -> list[ServiceMonth]:
    """The minutes that `service_hours_by_district` tells in hours, per place, organisation and month."""
    rows = (
        ServiceHours.objects.filter(served_on__gte=start, served_on__lt=end)
        .annotate(
            district=district_code("person__region"),
            path=Left("person__region__path", 38),
            month=TruncMonth("served_on"),
        )
        .exclude(district="")
        .values_list("path", "person__organization", "person__organization__name", "month")
        .annotate(total=Sum("minutes"))
        .order_by("path", "person__organization", "month")
    )
    return [ServiceMonth(path, key, name or "", month, total) for path, key, name, month, total in rows]


def service_hours_by_district(start: date, end: date, *, level: Level = Level.DISTRICT) -> dict[str, Decimal]:
    """Hours of service on or after `start` and before `end`, per code of the person's district or, asked so,
    subdistrict."""
    rows = (
        ServiceHours.objects.filter(served_on__gte=start, served_on__lt=end)
        .annotate(place=place_code(level, "person__region"))
        .values("place")
        .annotate(minutes=Sum("minutes"))
        .order_by("place")
    )
    return {row["place"]: Decimal(row["minutes"]) / 60 for row in rows if row["place"]}


def hours_of(person: Person) -> Decimal:
    """All hours of one person, taken-back ones counted out."""
    return Decimal(person.services.aggregate(total=Sum("minutes"))["total"] or 0) / 60


def narrowed(people, *, category: str, unit: str):
    """People of a category and of an organisation, as an address asks; unknown ones count as not asked."""
    if category in Person.Category.values:
        people = people.filter(category=category)
    if unit.isascii() and unit.isdecimal() and len(unit) < 16:
        people = people.filter(organization=int(unit))
    return people


def named(people, sought: str):
    """People of this name, or the one with this code."""
    return people.filter(Q(name__contains=sought) | Q(code=sought.upper()))


def services_of(keys: list[int]):
    """The services of these people, the latest first, with what took them back."""
    services = ServiceHours.objects.filter(person__in=keys)
    return services.select_related("person", "recorded_by", "reversal").order_by("-served_on", "-pk")


def _hours(minutes: int | None) -> Decimal:
    return Decimal(minutes or 0) / 60


def hours_by_person(keys: list[int], year: int) -> dict[int, tuple[Decimal, Decimal]]:
    """Hours of each of these people: of a year, and of all years."""
    rows = (
        ServiceHours.objects.filter(person__in=keys)
        .values("person")
        .annotate(of_year=Sum("minutes", filter=Q(served_on__year=year)), total=Sum("minutes"))
        .order_by("person")
    )
    found = {row["person"]: (_hours(row["of_year"]), _hours(row["total"])) for row in rows}
    return {key: found.get(key, (Decimal(0), Decimal(0))) for key in keys}


def hours_by_year(keys: list[int]) -> list[tuple[int, Decimal]]:
    """Hours of these people together, per year, the latest first."""
    rows = (
        ServiceHours.objects.filter(person__in=keys)
        .annotate(year=ExtractYear("served_on"))
        .values("year")
        .annotate(minutes=Sum("minutes"))
        .order_by("-year")
    )
    return [(row["year"], _hours(row["minutes"])) for row in rows]


def units_of(people):
    """The organisations these people belong to."""
    return Organization.objects.filter(pk__in=people.exclude(organization=None).values("organization"))


def hours_by_unit(people, keys: list[int], year: int) -> dict[int, tuple[int, Decimal]]:
    """How many of these people each organisation has, and their hours of a year."""
    heads = dict(
        people.filter(organization__in=keys)
        .values_list("organization")
        .annotate(count=Count("pk"))
        .order_by("organization")
    )
    minutes = dict(
        ServiceHours.objects.filter(person__in=people.filter(organization__in=keys), served_on__year=year)
        .values_list("person__organization")
        .annotate(minutes=Sum("minutes"))
        .order_by("person__organization")
    )
    return {key: (heads.get(key, 0), _hours(minutes.get(key))) for key in keys}
