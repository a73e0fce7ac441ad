"""Checking a census on two levels.

What is accepted goes into the register at once, not at the closing: the public reads the right hours the day
they are known, one unit's fault holds up nobody else, and the closing itself stays short.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from portal import jobs
from portal.accounts import User, require
from portal.errors import Refused
from portal.notices import notify
from portal.roles import Perm
from resources.actions.census.answers import lock
from resources.actions.census.people import clerks, tell
from resources.actions.life import confirm_many
from resources.actions.menu import refresh
from resources.actions.registry import Renew, archive, create, edit, publish
from resources.models import REVIEW, Resource, ResourceKind, Topic
from resources.models.census import (
    UNIT_FLOW,
    CensusAnswer,
    CensusRound,
    CensusUnit,
)
from resources.queries.census import (
    DETAILS,
    changed_names,
)


@transaction.atomic
def check_unit(unit: CensusUnit, *, by: User) -> None:
    """The district has checked a sheet; it goes on to the city."""
    held = _lock_running(unit)
    UNIT_FLOW.take(held, "check", by=by)
    held.answers.exclude(check_note="").update(check_note="")


@transaction.atomic
def send_back(unit: CensusUnit, *, note: str, by: User, notes: Mapping[int, str] | None = None) -> None:
    """Hand a sheet back with what is to be mended, `notes` at single rows by their key.

    From the district as from the city it goes to the unit. Raises Refused without a word said.
    """
    held = _lock_running(unit)
    said = {key: text.strip()[:300] for key, text in (notes or {}).items() if text.strip()}
    rows = list(held.answers.filter(pk__in=list(said)))
    for row in rows:
        row.check_note = said[row.pk]
    words = note.strip() or "；".join(f"{row.title}：{row.check_note}" for row in rows)
    step = "return_to_unit" if held.status == CensusUnit.Status.CHECKED else "send_back"
    UNIT_FLOW.take(held, step, by=by, note=words)
    CensusUnit.objects.filter(pk=held.pk).update(note=words[:500])
    held.answers.exclude(check_note="").update(check_note="")
    CensusAnswer.objects.bulk_update(rows, ["check_note"])
    tell(clerks(held), f"“{held.round}”的填报被退回：{words}"[:500], held.get_absolute_url())


def _lock_running(unit: CensusUnit) -> CensusUnit:
    held = lock(unit)
    if not held.round.is_running:
        raise Refused("这次普查已经关闭。")
    return held


@transaction.atomic
def accept_unit(unit: CensusUnit, *, by: User, on: date | None = None) -> CensusUnit:
    """The city accepts a sheet: the register is changed with it, all of it or nothing.

    Raises Refused where the sheet does not wait for the city, or a row cannot be written: then it is to be
    handed back.
    """
    held = _lock_running(unit)
    UNIT_FLOW.take(held, "accept", by=by)
    day, now = on or timezone.localdate(), timezone.now()
    topics = {topic.code: topic for topic in Topic.objects.all()}
    waiting = held.answers.filter(applied_at=None).select_related("form__kind").order_by("pk")
    rows = list(waiting.select_for_update(of=("self",)))
    _write_confirmations([row for row in rows if row.answer == CensusAnswer.Answer.CONFIRM], held, by=by)
    changed: list[int] = []
    for row in rows:
        row.unit, row.applied_at = held, now
        if row.answer not in _WRITERS:
            continue
        try:
            row.outcome = _WRITERS[row.answer](row, by=by, on=day, topics=topics, renew=changed.extend)
        except ValidationError as fault:
            raise Refused(f"“{row.title}”不能写入资源库：{'；'.join(fault.messages)}请退回修改。") from fault
    CensusAnswer.objects.bulk_update(rows, ["resource", "outcome", "applied_at"])
    if changed:
        refresh(changed)
    return held


def _write_confirmations(rows: list[CensusAnswer], unit: CensusUnit, *, by: User) -> None:
    """Most of every sheet, and so all at once."""
    keys = [row.resource_id for row in rows]
    confirmed = confirm_many(keys, by=by, at=timezone.now(), note=_note(unit, "核实无变化"))
    states = dict(Resource.objects.filter(pk__in=keys).exclude(pk__in=confirmed).values_list("pk", "status"))
    for row in rows:
        state = Resource.Status(states[row.resource_id]).label if row.resource_id in states else ""
        row.outcome = f"资源{state}，没有更新核实日期" if state else "已更新核实日期"


def _current(row: CensusAnswer) -> Resource:
    rows = Resource.objects.select_related("kind", "region", "organization", "created_by")
    return rows.select_for_update(of=("self",)).get(pk=row.resource_id)


def _note(unit: CensusUnit, words: str) -> str:
    return f"{unit.round}：{words}"[:200]


def _write_nothing(row: CensusAnswer, **_) -> str:
    return "未作答，资源库没有变化"


def _write_change(row: CensusAnswer, *, by: User, on: date, topics: dict, renew: Renew) -> str:
    """Only what the unit changed: what others changed since the opening stays."""
    resource = _current(row)
    changed = {name: row.values[name] for name in changed_names(row.before, row.values)}
    fields = _as_fields(changed, resource.kind, resource.details, row.before, topics)
    edit(resource, by=by, note=_note(row.unit, "核实有变化"), confirmed_on=on, renew=renew, **fields)
    return f"已修改 {len(changed)} 项"


def _write_end(row: CensusAnswer, *, by: User, on: date, topics: dict, renew: Renew) -> str:
    resource = _current(row)
    if resource.status not in REVIEW.steps["archive"].sources:
        return f"资源{resource.get_status_display()}，没有下架"
    archive(resource, by=by, note=_note(row.unit, row.reason), renew=renew)
    return "已下架"


def _write_new(row: CensusAnswer, *, by: User, on: date, topics: dict, renew: Renew) -> str:
    """Enter, and publish without another review: two levels have just checked it."""
    kind = ResourceKind.objects.current().filter(code=row.form.code).first() or row.form.kind
    values = {name: value for name, value in row.values.items() if value not in ("", [], {}, None)}
    fields = _as_fields(values, kind, {}, {}, topics)
    if not row.form.is_place:
        fields.pop("hours_text", None)
    place = {"region": row.unit.region, "organization": row.unit.organization}
    resource = create(by=by, kind=kind, source="资源普查", source_note=str(row.unit.round), **place, **fields)
    with pghistory.context(by=str(by), what=REVIEW.steps["submit"].label, note=_note(row.unit, "新增")):
        REVIEW.take(resource, "submit", by=by, note=_note(row.unit, "新增"))
    publish(resource, by=by, on=on)
    row.resource = resource
    return "已登记并发布"


def _as_fields(values: Mapping, kind: ResourceKind, details: dict, before: Mapping, topics: dict) -> dict:
    """Values of a census as the register's actions take them."""
    fields = dict(values)
    if "topics" in fields:
        fields["topics"] = [topics[code] for code in fields["topics"] if code in topics]
    if DETAILS in fields:
        known = {declared["code"] for declared in kind.fields}
        was = before.get(DETAILS, {})
        dropped = set(was) - set(fields[DETAILS])
        said = {
            code: value for code, value in fields[DETAILS].items() if code in known and was.get(code) != value
        }
        fields[DETAILS] = {code: value for code, value in (details | said).items() if code not in dropped}
    return fields


_WRITERS = {
    CensusAnswer.Answer.NONE: _write_nothing,
    CensusAnswer.Answer.CHANGE: _write_change,
    CensusAnswer.Answer.GONE: _write_end,
    CensusAnswer.Answer.ADD: _write_new,
}


@transaction.atomic
def ask_accept_all(asked: CensusRound, *, by: User, at: datetime) -> jobs.Job:
    """Promise to accept every sheet that waits for the city, one after the other."""
    require(by, Perm.CENSUS_MANAGE, asked)
    if not asked.is_running:
        raise Refused("这次普查已经关闭。")
    key = f"{asked.pk}-{at:%Y%m%d%H%M%S}"
    words = f"全部通过：{asked}"
    return jobs.enqueue("census_accept", key=key, payload={"round": asked.pk}, by=by, title=words)


@dataclass
class Accepted:
    done: int = 0
    total: int = 0
    refused: list[str] = field(default_factory=list)


def accept_all(asked: CensusRound, *, by: User, progress=lambda done, total: None) -> Accepted:
    """Accept what waits for the city, each sheet in a transaction of its own. Safe to run again.

    Raises PermissionDenied if `by`, who asked some time ago, may no longer.
    """
    require(by, Perm.CENSUS_MANAGE, asked)
    waiting = list(asked.units.filter(status=CensusUnit.Status.CHECKED).order_by("submitted_at", "pk"))
    result = Accepted(total=len(waiting))
    for unit in waiting:
        try:
            accept_unit(unit, by=by)
            result.done += 1
        except Refused as refusal:
            result.refused.append(f"{unit.name}：{refusal}")
        progress(result.done, result.total)
    if not waiting:
        return result
    words = f"“{asked}”已通过 {result.done} 个单位。"
    if result.refused:
        words += f"另有 {len(result.refused)} 个不能通过：{'；'.join(result.refused[:3])}"
    notify([by], words[:500], link=asked.get_absolute_url())
    return result
