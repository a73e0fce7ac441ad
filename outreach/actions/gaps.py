"""Gaps linked to measures, and projects with their milestones."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from outreach.models import Gap, MajorProject, Measure, Milestone
from portal import audit
from portal.accounts import User, require
from portal.calendar import local_today
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date


@transaction.atomic
def save_gap(gap: Gap, *, measures: Iterable[Measure], by: User) -> Gap:
    """Keep a gap and what is done about it. Raises Refused for a measure of another plan."""
    require(by, Perm.PLAN_EDIT, Region.objects.city())
    chosen = list(measures)
    if any(measure.project.plan_id != gap.plan_id for measure in chosen):
        raise Refused("对应任务须属于同一个规划。")
    gap.full_clean()
    gap.save()
    gap.measures.set(chosen)
    audit.record(gap, "change", by=by, note="、".join(measure.code for measure in chosen))
    return gap


@transaction.atomic
def save_project(project: MajorProject, *, by: User) -> MajorProject:
    """Keep a project of a measure."""
    require(by, Perm.PLAN_EDIT, Region.objects.city())
    project.full_clean()
    project.save()
    audit.record(project, "change", by=by)
    return project


@transaction.atomic
def save_milestone(milestone: Milestone, *, by: User) -> Milestone:
    """Add a milestone to a project."""
    require(by, Perm.PLAN_EDIT, Region.objects.city())
    _require_past(milestone.reached_on)
    milestone.full_clean()
    milestone.save()
    audit.record(milestone.project, "milestone", by=by, note=f"{milestone.name} {cn_date(milestone.due_on)}")
    return milestone


@transaction.atomic
def reach(milestone: Milestone, *, on: date, note: str, by: User) -> None:
    """Say when a milestone was reached, and who says so. Raises Refused without words or before the day."""
    require(by, Perm.PLAN_EDIT, Region.objects.city())
    _require_past(on)
    if not note.strip():
        raise Refused("请写明说明或来源。")
    Milestone.objects.filter(pk=milestone.pk).update(reached_on=on, note=note.strip()[:200])
    audit.record(milestone.project, "milestone", by=by, note=f"{milestone.name}：{cn_date(on)}")


def _require_past(day: date | None) -> None:
    if day and day > local_today():
        raise Refused("完成日期不能晚于今天。")
