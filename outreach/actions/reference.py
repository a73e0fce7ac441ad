"""What the repository brings along: the plan, the kinds of titles, the schemes with their score forms."""

import json
from pathlib import Path

from django.db import transaction

from outreach.models import (
    Checklist,
    Criterion,
    ExtraRule,
    Gate,
    Measure,
    Plan,
    Project,
    Scheme,
    ScoreForm,
    Target,
    TargetActual,
    TitleKind,
)

DATA = Path(__file__).parents[1] / "data"


@transaction.atomic
def load_reference() -> int:
    """Load the plan with its projects, measures and targets, the kinds of titles, and the schemes."""
    plan_data = json.loads((DATA / "plan_2021.json").read_text(encoding="utf-8"))
    kinds = json.loads((DATA / "title_kinds.json").read_text(encoding="utf-8"))
    plan, _ = Plan.objects.update_or_create(
        code=plan_data["code"],
        defaults={name: plan_data[name] for name in ("name", "starts_on", "ends_on", "basis")},
    )
    projects = {}
    for code, name, summary in plan_data["projects"]:
        projects[code], _ = Project.objects.update_or_create(
            plan=plan, code=code, defaults={"name": name, "summary": summary}
        )
    for code, project, name in plan_data["measures"]:
        Measure.objects.update_or_create(project=projects[project], code=code, defaults={"name": name})
    for row in plan_data["targets"]:
        _load_target(plan, *row)
    for code, name, level, years, basis in kinds:
        TitleKind.objects.update_or_create(
            code=code, defaults={"name": name, "level": level, "years_valid": years, "basis": basis}
        )
    for file in sorted((DATA / "schemes").glob("*.json")):
        load_scheme(json.loads(file.read_text(encoding="utf-8")))
    for row in json.loads((DATA / "checklists.json").read_text(encoding="utf-8")):
        key = {"code": row["code"], "version": row["version"]}
        Checklist.objects.get_or_create(**key, defaults={k: v for k, v in row.items() if k not in key})
    return len(plan_data["measures"]) + len(kinds)


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
    for position, (code, name, facts, needs_file) in enumerate(data["gates"], start=1):
        Gate.objects.create(
            form=form, code=code, position=position, name=name, facts=facts, needs_file=needs_file
        )
    for position, row in enumerate(data["criteria"], start=1):
        names = ("code", "group", "name", "points", "how", "ladder", "parts", "guide", "evidence")
        Criterion.objects.create(form=form, position=position, **dict(zip(names, row, strict=True)))
    for code, name, is_deduction, points, most in data["extras"]:
        ExtraRule.objects.create(
            form=form, code=code, name=name, is_deduction=is_deduction, points=points, most=most
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
