"""Reads of the plan; what other apps may ask."""

from datetime import date

from outreach.models import Measure, Plan, Project, Target


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
