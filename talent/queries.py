"""Reads of the talent pool; what other apps may ask."""

from datetime import date
from decimal import Decimal

from django.db.models import Count, Sum

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
