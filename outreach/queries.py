"""Reads of the plan and of the titles; what other apps may ask."""

from datetime import date

from django.db.models import Count

from outreach.models import Measure, Plan, Project, Target, Title
from portal.regions import district_code


def plan_in_force(on: date) -> Plan | None:
    """The plan of the day; after its last day the latest one, until the next is loaded."""
    return Plan.objects.filter(starts_on__lte=on).order_by("-starts_on", "pk").first()


def measures_by_project(plan: Plan) -> list[tuple[Project, list[Measure]]]:
    """The plan's projects in order, each with its measures."""
    projects = plan.projects.prefetch_related("measures").order_by("code")
    return [(project, sorted(project.measures.all(), key=lambda row: row.pk)) for project in projects]


def targets(plan: Plan) -> list[Target]:
    """The plan's targets, each with its yearly actuals loaded."""
    return list(plan.targets.prefetch_related("actuals").order_by("pk"))


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
