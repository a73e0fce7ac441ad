"""What the repository brings along: the plan, the kinds of titles, the schemes with their score forms."""

import json
from pathlib import Path

from django.db import transaction

from outreach.models import (
    Checklist,
    Criterion,
    Duty,
    ExtraRule,
    Gap,
    Gate,
    MajorProject,
    Measure,
    Member,
    Milestone,
    Plan,
    Project,
    Scheme,
    ScoreForm,
    Target,
    TargetActual,
    TitleKind,
)
from portal.organizations import Organization
from portal.regions import Level, Region

DATA = Path(__file__).parents[1] / "data"


@transaction.atomic
def load_reference() -> int:
    """Load the plan with its projects, measures and targets, the kinds of titles, and the schemes."""
    return _load_plan() + load_titles()


def _load_plan() -> int:
    data = json.loads((DATA / "plan_2021.json").read_text(encoding="utf-8"))
    plan, _ = Plan.objects.update_or_create(
        code=data["code"],
        defaults={name: data[name] for name in ("name", "starts_on", "ends_on", "basis")},
    )
    projects = {}
    for code, kind, name, summary in data["projects"]:
        projects[code], _ = Project.objects.update_or_create(
            plan=plan, code=code, defaults={"kind": kind, "name": name, "summary": summary}
        )
    bodies = load_members()
    for code, project, *row in data["measures"]:
        _load_measure(projects[project], code, row, bodies)
    _load_duties(bodies)
    _load_gaps(plan)
    _load_projects(plan)
    for row in data["targets"]:
        _load_target(plan, *row)
    return len(data["measures"])


@transaction.atomic
def load_titles() -> int:
    """Load the kinds of titles, their schemes with score forms, and the checklists."""
    kinds = json.loads((DATA / "title_kinds.json").read_text(encoding="utf-8"))
    for code, name, level, years, basis in kinds:
        TitleKind.objects.update_or_create(
            code=code, defaults={"name": name, "level": level, "years_valid": years, "basis": basis}
        )
    for file in sorted((DATA / "schemes").glob("*.json")):
        load_scheme(json.loads(file.read_text(encoding="utf-8")))
    for row in json.loads((DATA / "checklists.json").read_text(encoding="utf-8")):
        key = {"code": row["code"], "version": row["version"]}
        Checklist.objects.get_or_create(**key, defaults={k: v for k, v in row.items() if k not in key})
    return len(kinds)


def load_members() -> dict[str, Organization]:
    """The members of the joint meeting by name, as bodies of the city; none before the regions are loaded.

    Basis: 深圳市科普工作联席会议制度.
    """
    city = Region.objects.filter(level=Level.MUNICIPALITY).first()
    if city is None:
        return {}
    data = json.loads((DATA / "members.json").read_text(encoding="utf-8"))
    bodies = {}
    for position, (name, short, kind, former) in enumerate(data["members"], start=1):
        defaults = {"short_name": short, "kind": kind, "source": data["basis"]}
        bodies[name], _ = Organization.objects.get_or_create(name=name, region=city, defaults=defaults)
        told = {"position": position, "former_names": former}
        Member.objects.get_or_create(organization=bodies[name], defaults=told)
    return bodies


def _load_duties(bodies: dict[str, Organization]) -> None:
    """The duties in the order of the file; who has one is set once and then kept."""
    rows = json.loads((DATA / "duties.json").read_text(encoding="utf-8"))
    for position, (code, law, article, name, named) in enumerate(rows, start=1):
        told = {"law": law, "article": article, "name": name, "position": position}
        duty, _ = Duty.objects.update_or_create(code=code, defaults=told)
        if bodies and not duty.bodies.exists():
            duty.bodies.set([bodies[body] for body in named])


def _load_gaps(plan: Plan) -> None:
    """The shortcomings that the plan names; their links to measures are set once and then kept."""
    for code, name, line, words, measures in json.loads((DATA / "gaps.json").read_text(encoding="utf-8")):
        told = {"name": name, "source_line": line, "source_text": words}
        gap, is_new = Gap.objects.update_or_create(plan=plan, code=code, defaults=told)
        if is_new:
            gap.measures.set(Measure.objects.filter(project__plan=plan, code__in=measures))


def _load_projects(plan: Plan) -> None:
    """The projects that take years, with their milestones; what staff changed stays."""
    for row in json.loads((DATA / "major_projects.json").read_text(encoding="utf-8")):
        measure = Measure.objects.get(project__plan=plan, code=row["measure"])
        told = {"measure": measure, "name": row["name"], "summary": row["summary"]}
        project, _ = MajorProject.objects.get_or_create(code=row["code"], defaults=told)
        for name, due_on, reached_on, note in row["milestones"]:
            defaults = {"due_on": due_on, "reached_on": reached_on, "note": note}
            Milestone.objects.get_or_create(project=project, name=name, defaults=defaults)


def _load_measure(project: Project, code: str, row: list, bodies: dict[str, Organization]) -> None:
    """A measure with the line of the plan that says so; who answers for it is set once and then kept."""
    name, line, words, lead, partners = row
    told = {"name": name, "source_line": line, "source_text": words}
    measure, _ = Measure.objects.update_or_create(project=project, code=code, defaults=told)
    if bodies and measure.lead_id is None:
        Measure.objects.filter(pk=measure.pk).update(lead=bodies[lead])
        measure.partners.set([bodies[partner] for partner in partners])


@transaction.atomic
def load_scheme(data: dict) -> ScoreForm:
    """Load a scheme and one version of its form; a version that is there already stays as it is.

    Rounds and applications point at their version, so that a new file never changes an old score.
    """
    scheme, _ = Scheme.objects.update_or_create(
        code=data["scheme"]["code"], defaults={k: v for k, v in data["scheme"].items() if k != "code"}
    )
    form, is_new = ScoreForm.objects.get_or_create(
        scheme=scheme,
        version=data["form"]["version"],
        defaults={k: v for k, v in data["form"].items() if k != "version"},
    )
    if not is_new:
        return form
    Gate.objects.bulk_create(
        Gate(form=form, code=code, position=position, name=name, facts=facts, needs_file=needs_file)
        for position, (code, name, facts, needs_file) in enumerate(data["gates"], start=1)
    )
    names = ("code", "group", "name", "points", "how", "ladder", "parts", "guide", "evidence")
    Criterion.objects.bulk_create(
        Criterion(form=form, position=position, **dict(zip(names, row, strict=True)))
        for position, row in enumerate(data["criteria"], start=1)
    )
    ExtraRule.objects.bulk_create(
        ExtraRule(form=form, code=code, name=name, is_deduction=is_deduction, points=points, most=most)
        for code, name, is_deduction, points, most in data["extras"]
    )
    return form


def _load_target(plan, code, name, unit, baseline_year, baseline, target_year, value, source) -> None:
    target, _ = Target.objects.update_or_create(
        plan=plan,
        code=code,
        defaults={
            "name": name,
            "unit": unit,
            "baseline_year": baseline_year,
            "baseline": baseline,
            "target_year": target_year,
            "target": value,
            "source": source,
        },
    )
    TargetActual.objects.get_or_create(
        target=target, year=baseline_year, defaults={"value": baseline, "source": source}
    )
