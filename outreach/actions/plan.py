"""How far the plan is: its measures and its targets; and its successor, drafted until it is adopted."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction

from outreach.models import Measure, Plan, Project, Target, TargetActual, TargetPath
from outreach.queries.plan import Counted
from portal import audit, history
from portal.accounts import User, require
from portal.errors import Refused
from portal.identifiers import clean_text
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date


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
    """Keep what one year reached of a target.

    Where the portal counts the target, what is typed stands over the count only with a reason; typed as
    counted, the count stands by itself again. Raises Refused without the reason.
    """
    require(by, Perm.PLAN_EDIT, Region.objects.city())
    before = history.stored(actual)
    actual.override_reason = _reason(actual)
    if actual.counted is not None and not actual.override_reason:
        actual.source = actual.counted_source
    actual.full_clean()
    actual.save()
    old = f"（原为 {before.value}）" if before else ""
    why = f"；改填原因：{actual.override_reason}" if actual.override_reason else ""
    audit.record(actual.target, "actual", by=by, note=f"{actual.year} 年：{actual.value}{old}{why}")


def _reason(actual: TargetActual) -> str:
    """Why a figure is typed although the portal counts the target; "" where it needs none."""
    if not actual.target.is_counted or actual.year <= actual.target.baseline_year:
        return ""
    if actual.counted is not None and actual.value == actual.counted:
        return ""
    reason = clean_text(actual.override_reason)
    if not reason:
        raise Refused("该目标的完成值由平台取数，改填须写明原因。")
    return reason


@transaction.atomic
def count_target(target: Target, *, is_counted: bool, note: str, by: User | None) -> None:
    """Say that a target takes its actuals from the portal's figures, or no longer. The caller has the right.

    What stands stays: without the link it is as if somebody had typed it.
    """
    Target.objects.filter(pk=target.pk).update(is_counted=is_counted)
    target.is_counted = is_counted
    if not is_counted:
        TargetActual.objects.filter(target=target).update(
            counted=None, counted_source="", link="", override_reason=""
        )
    audit.record(target, "link_figure", by=by, note=note)


@transaction.atomic
def write_counted(target: Target, years: Mapping[int, Counted]) -> int:
    """Keep what the portal counted for years of a target; returns how many of them changed.

    A figure that somebody typed over it stays, with its reason; one typed before it was linked says so.
    """
    rows = {row.year: row for row in TargetActual.objects.select_for_update().filter(target=target)}
    changed = 0
    for year, told in sorted(years.items()):
        if not target.baseline_year < year <= target.target_year:
            continue
        row = rows.get(year) or TargetActual(target=target, year=year, value=told.value)
        if (row.counted, row.counted_source, row.link) == (told.value, told.source, told.link):
            continue
        _take_count(row, told)
        row.full_clean()
        row.save()
        audit.record(target, "count_actual", by=None, note=f"{year} 年：{told.value}（{told.source}）")
        changed += 1
    return changed


def _take_count(row: TargetActual, told: Counted) -> None:
    was_typed = row.pk is not None and row.counted is None and row.value != told.value
    if was_typed and not row.override_reason:
        row.override_reason = f"取数前已登记（{row.source}）"[:300]
    row.counted, row.counted_source, row.link = told.value, told.source, told.link
    if not row.override_reason or row.value == told.value:
        row.value, row.source, row.override_reason = told.value, told.source, ""


# --- Who answers, and by when ---------------------------------------------------------------------


@transaction.atomic
def arrange(measure: Measure, *, partners: Iterable[Organization], by: User) -> Measure:
    """Keep who answers for a measure, its days and its weight; of a draft its words, too.

    A new measure (without key) is added. Raises ValidationError where a rule says no, and Refused if
    words of a plan in force would change, or a day lies outside the plan.
    """
    require(by, Perm.PLAN_EDIT, Region.objects.city())
    plan = measure.project.plan
    before = history.stored(measure)
    if before is None or (before.code, before.name, before.project_id) != (
        measure.code,
        measure.name,
        measure.project_id,
    ):
        require_draft(plan)
    for day in (measure.starts_on, measure.due_on):
        if day and not plan.starts_on <= day <= plan.ends_on:
            raise Refused(f"日期须在规划期内（{cn_date(plan.starts_on)} 至 {cn_date(plan.ends_on)}）。")
    measure.full_clean()
    measure.save()
    measure.partners.set(partners)
    audit.record(measure, "arrange", by=by, changes=history.differences(before, measure) if before else {})
    return measure


@transaction.atomic
def set_path(target: Target, values: Mapping[int, Decimal | None], *, by: User) -> None:
    """Keep what a target promises between baseline and target; None leaves a year to the line."""
    require(by, Perm.PLAN_EDIT, Region.objects.city())
    for year, value in values.items():
        if not target.baseline_year < year < target.target_year:
            raise Refused(f"年度目标只能填 {target.baseline_year + 1} 至 {target.target_year - 1} 年。")
        rows = TargetPath.objects.filter(target=target, year=year)
        if value is None:
            rows.delete()
        else:
            TargetPath.objects.update_or_create(target=target, year=year, defaults={"value": value})
    said = "、".join(f"{year} 年 {value}" for year, value in sorted(values.items()) if value is not None)
    audit.record(target, "set_path", by=by, note=said)


# --- A successor ----------------------------------------------------------------------------------


def require_draft(plan: Plan) -> None:
    """Raises Refused unless the plan is a draft: what was adopted keeps its words."""
    if not plan.is_draft:
        raise Refused("规划已印发，章节、任务和目标的文字不能修改；可以调整责任单位、期限和进展。")


@transaction.atomic
def draft_successor(old: Plan, *, code: str, name: str, starts_on: date, ends_on: date, by: User) -> Plan:
    """Draft the next plan: the sections of the old one, and its measures that are not done."""
    require(by, Perm.PLAN_EDIT, Region.objects.city())
    plan = Plan(code=code, name=name, starts_on=starts_on, ends_on=ends_on, is_draft=True)
    plan.full_clean()
    plan.save(force_insert=True)
    for project in old.projects.prefetch_related("measures__partners").order_by("code"):
        carried = Project.objects.create(
            plan=plan, code=project.code, kind=project.kind, name=project.name, summary=project.summary
        )
        for measure in project.measures.exclude(progress=Measure.Progress.DONE).order_by("pk"):
            copy = Measure.objects.create(
                project=carried,
                code=measure.code,
                name=measure.name,
                progress=Measure.Progress.NOT_BEGUN,
                lead=measure.lead,
                weight=measure.weight,
            )
            copy.partners.set(measure.partners.all())
    audit.record(plan, "create", by=by, note=f"由“{old}”起草")
    return plan


@transaction.atomic
def save_section(section: Project, *, by: User) -> Project:
    """Add or change a section of a draft."""
    require(by, Perm.PLAN_EDIT, Region.objects.city())
    require_draft(section.plan)
    section.full_clean()
    section.save()
    audit.record(section, "change", by=by)
    return section


@transaction.atomic
def save_target(target: Target, *, by: User) -> Target:
    """Add or change a target of a draft."""
    require(by, Perm.PLAN_EDIT, Region.objects.city())
    require_draft(target.plan)
    target.full_clean()
    target.save()
    audit.record(target, "change", by=by)
    return target


@transaction.atomic
def remove_measure(measure: Measure, *, by: User) -> None:
    """Take a measure out of a draft."""
    require(by, Perm.PLAN_EDIT, Region.objects.city())
    require_draft(measure.project.plan)
    audit.record(measure, "remove", by=by)
    measure.delete()


@transaction.atomic
def adopt(plan: Plan, *, by: User) -> None:
    """Put a draft in force: from now on everybody reads it, and its words stay.

    Raises Refused without a target or with a section that has no measure.
    """
    require(by, Perm.PLAN_EDIT, Region.objects.city())
    require_draft(plan)
    if not plan.targets.exists():
        raise Refused("请先写明至少一项目标。")
    empty = plan.projects.filter(measures=None).order_by("code").first()
    if empty or not plan.projects.exists():
        raise Refused(f"章节“{empty}”还没有任务。" if empty else "请先写明章节和任务。")
    Plan.objects.filter(pk=plan.pk).update(is_draft=False)
    plan.is_draft = False
    audit.record(plan, "adopt", by=by)
