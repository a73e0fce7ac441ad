"""Tasks handed down, reported up with proof, accepted or sent back; late ones climb."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime

from django.core.files.base import File
from django.db import transaction

from outreach.models import TASK_STEPS, Measure, Meeting, Task
from outreach.queries.tasks import levels_above, people_at
from outreach.rules.tasks import REMIND_DAYS, climb_level
from portal import audit, files
from portal.accounts import User, require
from portal.calendar import local_today
from portal.errors import Refused
from portal.identifiers import clean_text
from portal.notices import Notice, notify
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date

LATE = "/desk/plan/tasks/?state=late"


@transaction.atomic
def hand_down(
    *,
    title: str,
    text: str = "",
    due_on: date,
    source: Region,
    places: Iterable[tuple[Region, Organization | None]],
    measure: Measure | None = None,
    parent: Task | None = None,
    meeting: Meeting | None = None,
    key: uuid.UUID,
    by: User,
) -> list[Task]:
    """Hand one task down to several places; the same form sent twice hands it down once.

    Raises Refused without a place, for a place outside `source`, or under a task that has ended, or that
    ends before.
    """
    require(by, Perm.TASK_ASSIGN, source)
    made = list(Task.objects.filter(key=key, created_by=by).order_by("pk"))
    if made:
        return made
    places = list(places)
    if not places:
        raise Refused("请至少选择一个下级区域或一家单位。")
    for region, organization in places:
        _require_within(source, region, organization)
    if due_on < local_today():
        raise Refused("完成期限不能早于今天。")
    if parent is not None:
        _require_parent(parent, source, due_on)
        measure, meeting = parent.measure, parent.meeting
    if meeting is not None and meeting.status != Meeting.Status.RUNNING:
        raise Refused("发布纪要以后、办结以前，才能下达会议议定的任务。")
    for region, organization in places:
        task = Task(
            key=key,
            title=clean_text(title),
            text=clean_text(text, multiline=True),
            source=source,
            region=organization.region if organization else region,
            organization=organization,
            due_on=due_on,
            measure=measure,
            parent=parent,
            meeting=meeting,
            created_by=by,
        )
        task.full_clean()
        task.save(force_insert=True)
        audit.record(task, "hand_down", by=by, note=task.holder)
        _tell_holder(task, f"新任务：{task.title}，{cn_date(due_on)}前完成。")
        made.append(task)
    return made


def _require_within(source: Region, region: Region, organization: Organization | None) -> None:
    place = organization.region if organization else region
    if not place.path.startswith(source.path):
        name = organization.name if organization else region.name
        raise Refused(f"“{name}”不在{source.name}范围内，不能向其下达任务，请改选本区域内的单位或下级。")


def _require_parent(parent: Task, source: Region, due_on: date) -> None:
    stored = Task.objects.select_for_update(of=("self",)).get(pk=parent.pk)
    if stored.region_id != source.pk or stored.organization_id is not None:
        raise Refused("只能分解下达给本区域的任务。")
    if stored.status != Task.Status.RUNNING:
        raise Refused("上级任务已上报或办结，不能再分解；需要时请上级先退回。")
    if due_on > stored.due_on:
        raise Refused(f"完成期限不能晚于上级任务的期限（{cn_date(stored.due_on)}）。")


@transaction.atomic
def report(task: Task, *, reply: str, upload: File | files.Examined | None, by: User) -> None:
    """Report a task up as done, with words and a file.

    Raises Refused without them, or while a part that was handed further down is open.
    """
    require(by, Perm.TASK_REPORT, task)
    stored = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    words = clean_text(reply, multiline=True)[:2000]
    if not words:
        raise Refused("请写明办理情况。")
    proof = _kept(task, upload, by) if upload is not None else stored.proof
    if proof is None:
        raise Refused("请附办理证明（照片或文件）。")
    _require_parts_ended(stored)
    kept = {"reply": words, "proof": proof, "reported_by": by}
    Task.objects.filter(pk=task.pk).update(**kept)
    for name, value in kept.items():
        setattr(task, name, value)
    TASK_STEPS.take(task, "report_task", by=by)
    people = people_at(Perm.TASK_ASSIGN, task.source, None, local_today())
    text = f"{task.holder}上报：{task.title}，请审核。"
    notify(people, text, link=task.get_absolute_url(), kind=Notice.Kind.TASK)


def _kept(task: Task, upload: File | files.Examined, by: User) -> files.Attachment:
    examined = (
        upload
        if isinstance(upload, files.Examined)
        else files.examine(upload, kinds=files.DOCUMENTS | files.IMAGES)
    )
    place = {"region": task.region, "organization": task.organization, "needs": Perm.TASK_VIEW}
    return files.keep(examined, by=by, **place)


def _require_parts_ended(task: Task) -> None:
    waiting = task.parts.open().count()
    if waiting:
        raise Refused(f"还有 {waiting} 项分解下去的任务没有办结，请先办结或取消。")


@transaction.atomic
def accept(task: Task, *, by: User) -> None:
    """Accept what was reported. Raises Refused for one's own report."""
    _require_other(task, by)
    TASK_STEPS.take(task, "accept_task", by=by)
    _tell_holder(task, f"已审核通过：{task.title}。")


@transaction.atomic
def send_back(task: Task, *, note: str, by: User) -> None:
    """Send a report back to be done again, with the reason."""
    _require_other(task, by)
    TASK_STEPS.take(task, "return_task", by=by, note=note)
    _tell_holder(task, f"任务被退回：{task.title}。{note}")


def _require_other(task: Task, by: User) -> None:
    require(by, Perm.TASK_ASSIGN, task.source)
    if task.reported_by_id == by.pk:
        raise Refused("上报由您本人提交，请由其他人员审核。")


@transaction.atomic
def cancel(task: Task, *, note: str, by: User) -> None:
    """Take a task back. Raises Refused without a reason, or while a part of it is open."""
    require(by, Perm.TASK_ASSIGN, task.source)
    Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    _require_parts_ended(task)
    TASK_STEPS.take(task, "cancel_task", by=by, note=note)
    _tell_holder(task, f"任务已取消：{task.title}。{note}")


def _tell_holder(task: Task, text: str) -> None:
    people = people_at(Perm.TASK_REPORT, task.region, task.organization, local_today())
    notify(people, text, link=task.get_absolute_url(), kind=Notice.Kind.TASK)


# --- The night ------------------------------------------------------------------------------------


@transaction.atomic
def remind(*, at: datetime) -> int:
    """Remind once, a week before the day, who has a task; returns how many tasks."""
    today = local_today(at)
    rows = Task.objects.filter(status="running", reminded_on=None, due_on__gte=today)
    rows = list(_with_places(rows.filter(due_on__lte=_later(today, REMIND_DAYS))))
    told: dict[User, list[Task]] = {}
    for task in rows:
        for person in people_at(Perm.TASK_REPORT, task.region, task.organization, today):
            told.setdefault(person, []).append(task)
    Task.objects.filter(pk__in=[task.pk for task in rows]).update(reminded_on=today)
    _tell_each(told, "即将到期", "/desk/plan/tasks/?state=running")
    return len(rows)


@transaction.atomic
def climb(*, at: datetime) -> int:
    """Tell of late tasks: who has them and who handed them down, every week one level further up.

    Returns how many climbed. A person gets one notice for all of them.
    """
    today = local_today(at)
    rows = list(_with_places(Task.objects.late(today).select_for_update(of=("self",))))
    codes = {code for task in rows for code in levels_above(task)}
    regions = {region.code: region for region in Region.objects.filter(code__in=codes)}
    told: dict[User, list[Task]] = {}
    climbed = 0
    for task in rows:
        above = levels_above(task)
        level = climb_level((today - task.due_on).days, len(above))
        if level <= task.climbed:
            continue
        climbed += 1
        hearers = people_at(Perm.TASK_REPORT, task.region, task.organization, today)
        for code in above[task.climbed : level]:
            hearers = [*hearers, *people_at(Perm.TASK_ASSIGN, regions[code], None, today)]
        for person in dict.fromkeys(hearers):
            told.setdefault(person, []).append(task)
        Task.objects.filter(pk=task.pk).update(climbed=level)
        audit.record(task, "climb", by=None, note=f"逾期 {(today - task.due_on).days} 天，第 {level} 级")
    _tell_each(told, "已逾期", LATE)
    return climbed


def _with_places(rows):
    return rows.select_related("region", "organization__region", "source").order_by("due_on", "pk")


def _later(day: date, days: int) -> date:
    return date.fromordinal(day.toordinal() + days)


def _tell_each(told: dict[User, list[Task]], word: str, link: str) -> None:
    for person, tasks in told.items():
        first = tasks[0]
        earliest = f"“{first.title}”（{first.holder}，{cn_date(first.due_on)}）"
        text = f"{word}的工作任务 {len(tasks)} 项，最早的是{earliest}。"
        notify([person], text, link=link, kind=Notice.Kind.TASK)
