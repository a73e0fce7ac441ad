"""Reads of the titles; what other apps may ask."""

from datetime import date

from django.db.models import Count

from outreach.models import Title
from portal.regions import Level, district_code, place_code


def _by_place(titles, level: Level) -> dict[str, int]:
    rows = titles.annotate(place=place_code(level)).values("place").annotate(count=Count("pk"))
    return {row["place"]: row["count"] for row in rows.order_by("place") if row["place"]}


def titles_by_district(
    on: date, levels: list[str] | None = None, *, level: Level = Level.DISTRICT
) -> dict[str, int]:
    """How many titles stand on a day, per code of a district or, asked so, of a subdistrict; `levels` of
    TitleKind.Level, all by default."""
    return _by_place(_of_levels(on, levels), level)


def titles_in_all(on: date, levels: list[str] | None = None) -> int:
    """How many titles stand on a day, wherever in the city; `levels` of TitleKind.Level, all by default."""
    return _of_levels(on, levels).count()


def titles_behind(district: str, on: date, levels: list[str] | None = None):
    """The titles a figure counted, the oldest first."""
    titles = _of_levels(on, levels).annotate(district=district_code()).filter(district=district)
    return titles.select_related("kind", "organization").order_by("valid_from", "pk")


def _of_levels(on: date, levels: list[str] | None):
    titles = Title.objects.in_force(on)
    return titles.filter(kind__level__in=levels) if levels else titles


def titles_counted(on: date, *, free_only: bool = False):
    """The titles that `titles_by_district` counts, or `free_titles_by_district`, the city over."""
    titles = Title.objects.in_force(on).annotate(district=district_code()).exclude(district="")
    if free_only:
        titles = titles.filter(has_free_entry=True)
    return titles.select_related("kind", "organization", "region").order_by("valid_from", "pk")


def free_titles_by_district(on: date, *, level: Level = Level.DISTRICT) -> dict[str, int]:
    """How many titles are open for free or cheaper, per code of a district or, asked so, of a subdistrict."""
    return _by_place(Title.objects.in_force(on).filter(has_free_entry=True), level)
