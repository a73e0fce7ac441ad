"""Reads of the talent pool; what other apps may ask."""

from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.db.models.functions import ExtractYear

from portal.organizations import Organization
from portal.regions import district_code
from talent.models import Person, ServiceHours


def people_by_district(on: date, category: str | list[str], ranks: list[str] | None = None) -> dict[str, int]:
    """How many people serve in a category (or several) on a day, per district code."""
    rows = _serving(on, category, ranks).values("district").annotate(count=Count("pk"))
    return {row["district"]: row["count"] for row in rows.order_by("district") if row["district"]}


def people_behind(district: str, on: date, category: str | list[str], ranks: list[str] | None = None):
    """The people a figure counted, by the day they were entered."""
    return _serving(on, category, ranks).filter(district=district).order_by("entered_on", "pk")


def _serving(on: date, category: str | list[str], ranks: list[str] | None):
    categories = [category] if isinstance(category, str) else category
    people = Person.objects.serving(on).filter(category__in=categories).annotate(district=district_code())
    return people.filter(rank__in=ranks) if ranks else people


def service_hours_by_district(start: date, end: date) -> dict[str, Decimal]:
    """Hours of service on or after `start` and before `end`, per district code of the person."""
    rows = (
        ServiceHours.objects.filter(served_on__gte=start, served_on__lt=end)
        .annotate(district=district_code("person__region"))
        .values("district")
        .annotate(minutes=Sum("minutes"))
        .order_by("district")
    )
    return {row["district"]: Decimal(row["minutes"]) / 60 for row in rows if row["district"]}


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
