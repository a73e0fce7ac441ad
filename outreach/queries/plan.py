"""Reads of the plan; what other apps may ask."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch

from outreach.models import Gap, Measure, Plan, Project, Target, TargetActual
from outreach.rules.plan import bar, path_value
from portal import charts


def plan_in_force(on: date) -> Plan | None:
    """The plan of the day; after its last day the latest one, until the next is loaded."""
    return Plan.objects.filter(starts_on__lte=on, is_draft=False).order_by("-starts_on", "pk").first()


def measures_by_project(plan: Plan) -> list[tuple[Project, list[Measure]]]:
    """The plan's projects in order, each with its measures."""
    projects = plan.projects.filter(kind=Project.Kind.PROJECT).prefetch_related("measures").order_by("code")
    return [(project, sorted(project.measures.all(), key=lambda row: row.pk)) for project in projects]


def targets(plan: Plan) -> list[Target]:
    """The plan's targets, each with its yearly actuals loaded."""
    return list(plan.targets.prefetch_related("actuals").order_by("pk"))


def gaps(plan: Plan) -> list[Gap]:
    """The gaps that a plan names, each with the measures against it loaded."""
    return list(plan.gaps.prefetch_related("measures"))


@dataclass(frozen=True)
class Counted:
    """What the portal counted for one year of a target: the value, from where, and the page that shows it."""

    value: Decimal
    source: str
    link: str


@dataclass(frozen=True)
class TargetLine:
    """A target with its years: (year, promised, whether somebody set it, reached or None)."""

    target: Target
    years: list[tuple[int, Decimal, bool, Decimal | None]]
    chart: charts.Chart
    actuals: list[TargetActual]  # the latest first: each says from where it is

    @property
    def latest(self) -> tuple[int, Decimal] | None:
        """The last year reached, with its figure."""
        known = [(year, reached) for year, _, _, reached in self.years if reached is not None]
        return known[-1] if known else None


def target_lines(plan: Plan) -> list[TargetLine]:
    """The plan's targets with the yearly path and what was reached, each with its picture."""
    rows = plan.targets.prefetch_related("actuals", "path").order_by("pk")
    return [_target_line(target) for target in rows]


def _target_line(target: Target) -> TargetLine:
    reached = {actual.year: actual.value for actual in target.actuals.all()}
    points = {point.year: point.value for point in target.path.all()}
    ends = (target.baseline_year, target.baseline), (target.target_year, target.target)
    years = [
        (year, *path_value(year, *ends, points), reached.get(year))
        for year in range(target.baseline_year, target.target_year + 1)
    ]
    about = charts.About(
        f"target-{target.pk}",
        f"{target.name}（{target.unit}）",
        unit=target.unit,
        source=target.source,
        note="没有单独规定的年份，目标按前后两年均匀推算。"
        if any(not is_set for _, _, is_set, _ in years)
        else "",
    )
    picture = charts.line(
        about,
        [str(year) for year, *_ in years],
        {"目标": [wanted for _, wanted, _, _ in years], "完成": [value for *_, value in years]},
        decimals=1,
    )
    actuals = sorted(target.actuals.all(), key=lambda row: -row.year)
    return TargetLine(target, years, picture, actuals)


@dataclass(frozen=True)
class Bar:
    """One measure on the time line: quarters before, within and after it."""

    measure: Measure
    light: tuple[str, str]  # code and words
    before: int
    within: int
    after: int


def time_line(plan: Plan, lights: dict[int, tuple[str, str]]) -> list[tuple[Project, list[Bar]]]:
    """The plan's measures as bars over its years, by section, each with its light (code and words)."""
    measures = Prefetch("measures", Measure.objects.select_related("lead").order_by("pk"))
    rows = []
    for project in plan.projects.prefetch_related(measures).order_by("code"):
        project.plan = plan
        bars = []
        for measure in project.measures.all():
            measure.project = project
            span = bar(measure.begins_on, measure.ends_on, plan.years[0], plan.years[-1])
            bars.append(Bar(measure, lights[measure.pk], *span))
        rows.append((project, bars))
    return rows


def plans_for(may_edit: bool):
    """Every plan, the latest first; drafts only before who edits them."""
    rows = Plan.objects.order_by("-starts_on", "pk")
    return rows if may_edit else rows.filter(is_draft=False)
