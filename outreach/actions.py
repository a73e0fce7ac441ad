"""Everything that changes the plan's progress and the titles."""

import json
from datetime import date
from pathlib import Path

from django.db import transaction

from outreach.models import Measure, Plan, Project, Target, TargetActual, Title, TitleKind
from portal import audit, history
from portal.accounts import User, require
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Perm

DATA = Path(__file__).parent / "data"


@transaction.atomic
def save_title(title: Title, *, by: User) -> Title:
    """Enter a title or keep changes to it.

    Raises PermissionDenied outside one's places and ValidationError where a rule says no.
    """
    before = history.stored(title)
    if before:
        require(by, Perm.TITLE_EDIT, before)
    else:
        title.created_by = by
    require(by, Perm.TITLE_EDIT, title.organization)
    title.region = title.organization.region
    title.full_clean()
    changes = history.differences(before, title)
    title.save(update_fields=list(changes) if before else None)
    audit.record(title, "change" if before else "create", by=by, changes=changes)
    return title


def create_title(*, by: User, **fields) -> Title:
    """Enter a title from plain values. Raises as `save_title` does."""
    return save_title(Title(**fields), by=by)


def change_title(title: Title, *, by: User, **fields) -> Title:
    """Change plain values of a title. Raises as `save_title` does."""
    for name, value in fields.items():
        setattr(title, name, value)
    return save_title(title, by=by)


@transaction.atomic
def withdraw_title(title: Title, *, on: date, reason: str, by: User) -> None:
    """End a title before its time. Raises Refused without a reason or when it no longer stands."""
    require(by, Perm.TITLE_EDIT, title)
    if not reason.strip():
        raise Refused("请写明撤销原因。")
    if on < title.valid_from:
        raise Refused("撤销日期不能早于生效日期。")
    moved = Title.objects.filter(pk=title.pk, withdrawn_on=None).update(
        withdrawn_on=on, withdrawal_reason=reason.strip()
    )
    if not moved:
        raise Refused("该称号已被撤销。")
    audit.record(title, "withdraw", by=by, changes={"withdrawn_on": [None, on]}, note=reason)


@transaction.atomic
def report_progress(measure: Measure, *, progress: str, note: str, by: User) -> None:
    """Say how far a measure of the plan is."""
    require(by, Perm.PLAN_EDIT, Region.objects.city())
    before = history.stored(measure)
    measure.progress, measure.note = progress, note
    measure.full_clean()
    measure.save(update_fields=["progress", "note"])
    audit.record(measure, "progress", by=by, changes=history.differences(before, measure))


@transaction.atomic
def report_actual(actual: TargetActual, *, by: User) -> None:
    """Keep what one year reached of a target."""
    require(by, Perm.PLAN_EDIT, Region.objects.city())
    before = history.stored(actual)
    actual.full_clean()
    actual.save()
    old = f"（原为 {before.value}）" if before else ""
    audit.record(actual.target, "actual", by=by, note=f"{actual.year} 年：{actual.value}{old}")


@transaction.atomic
def load_reference() -> int:
    """Load the plan with its projects, measures and targets, and the kinds of titles."""
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
    return len(plan_data["measures"]) + len(kinds)


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
