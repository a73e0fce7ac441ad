"""Reads of the titles; what other apps may ask."""

from datetime import date

from django.db.models import Count

from outreach.models import Title
from portal.regions import district_code


def _by_district(titles, **value) -> dict:
    rows = titles.annotate(district=district_code()).values("district").annotate(**value).order_by("district")
    name = next(iter(value))
    return {row["district"]: row[name] for row in rows if row["district"] and row[name] is not None}


def titles_by_district(on: date, levels: list[str] | None = None) -> dict[str, int]:
    """How many titles stand on a day, per district code; `levels` of TitleKind.Level, all by default."""
    return _by_district(_of_levels(on, levels), count=Count("pk"))


def titles_behind(district: str, on: date, levels: list[str] | None = None):
    """The titles a figure counted, the oldest first."""
    titles = _of_levels(on, levels).annotate(district=district_code()).filter(district=district)
    return titles.select_related("kind", "organization").order_by("valid_from", "pk")


def _of_levels(on: date, levels: list[str] | None):
    titles = Title.objects.in_force(on)
    return titles.filter(kind__level__in=levels) if levels else titles


def free_titles_by_district(on: date) -> dict[str, int]:
    """How many titles are open for free or cheaper, per district code."""
    return _by_district(Title.objects.in_force(on).filter(has_free_entry=True), count=Count("pk"))
