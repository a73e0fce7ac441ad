"""A census: opening a round, answering, checking on two levels, reminding.

What is accepted goes into the register at once, not at the closing: the public reads the right hours the day
they are known, one unit's fault holds up nobody else, and the closing itself stays short.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from portal import audit, jobs
from portal.accounts import User, people_with, require
from portal.errors import Refused
from portal.notices import Notice, notify
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Perm
from resources.actions.life import confirm
from resources.actions.registry import archive, create, edit, publish
from resources.models import REVIEW, Resource, ResourceKind, Topic
from resources.models.census import (
    ROUND_FLOW,
    UNIT_FLOW,
    CensusAnswer,
    CensusForm,
    CensusRound,
    CensusUnit,
)
from resources.queries.census import (
    DETAILS,
    Reminder,
    blank_values,
    changed_names,
    expected_organizations,
    known_resources,
    reminder,
    values_of,
)
from resources.queries.registry import shown

BATCH = 1000
NOBODYS = "（无登记单位的资源）"
# Days before and after the units' day on which the clock reminds.
REMINDS_BEFORE = (7, 3, 1, 0)
REMINDS_AFTER_EVERY = 7


# --- Rounds ---------------------------------------------------------------------------------------


@transaction.atomic
def create_round(*, kinds: Iterable[ResourceKind], by: User, **values) -> CensusRound:
    """Prepare a round. Raises PermissionDenied for anybody but the association's staff."""
    city = Region.objects.city()
    require(by, Perm.CENSUS_MANAGE, city)
    asked = CensusRound(region=city, created_by=by, **values)
    asked.full_clean()
    asked.save()
    _write_forms(asked, kinds)
    audit.record(asked, "create", by=by)
    return asked


@transaction.atomic
def edit_round(asked: CensusRound, *, kinds: Iterable[ResourceKind], by: User, **values) -> CensusRound:
    """Change a round that nobody has been asked yet; of one that runs, the days and the guide alone.

    Raises Refused once it is closed.
    """
    require(by, Perm.CENSUS_MANAGE, asked)
    held = CensusRound.objects.select_for_update().get(pk=asked.pk)
    if held.status == CensusRound.Status.CLOSED:
        raise Refused("已关闭的普查不能修改。")
    if held.status != CensusRound.Status.DRAFT:
        values = {name: value for name, value in values.items() if name not in ("unit_kinds", "year")}
    changes = {
        name: [str(getattr(held, name)), str(value)]
        for name, value in values.items()
        if getattr(held, name) != value
    }
    for name, value in values.items():
        setattr(held, name, value)
    held.full_clean()
    held.save(update_fields=list(values))
    if held.status == CensusRound.Status.DRAFT:
        held.forms.all().delete()
        _write_forms(held, kinds)
    audit.record(held, "change", by=by, changes=changes)
    return held


def _write_forms(asked: CensusRound, kinds: Iterable[ResourceKind]) -> None:
    CensusForm.objects.bulk_create(
        CensusForm(
            round=asked,
            kind=kind,
            code=kind.code,
            name=kind.name,
            is_place=kind.is_place,
            fields=kind.fields,
            position=kind.position,
        )
        for kind in kinds
    )


@transaction.atomic
def open_round(asked: CensusRound, *, by: User) -> CensusRound:
    """Freeze forms and expected units, fill in what the register says of each, and tell everybody.

    Raises Refused if no kind or no unit is asked, or another round runs.
    """
    require(by, Perm.CENSUS_MANAGE, asked)
    held = CensusRound.objects.select_for_update(of=("self",)).select_related("region").get(pk=asked.pk)
    running = CensusRound.objects.filter(status__in=["open", "checking"]).exclude(pk=held.pk).first()
    if running:
        raise Refused(f"“{running}”还没有关闭，同时只能进行一次普查。")
    codes = list(held.forms.values_list("code", flat=True))
    if not codes:
        raise Refused("请先选择普查哪些资源类型。")
    _freeze_forms(held, codes)
    count = _expect_units(held, codes, by=by)
    if not count:
        raise Refused("没有符合条件的单位，请先核对单位登记和普查范围。")
    ROUND_FLOW.take(held, "open", by=by, note=f"{count} 个单位")
    for units in _by_clerk(held):
        _tell(units[0], f"“{held}”已开始，请于{held.due_on:%Y年%-m月%-d日}前核对并提交。", units[1])
    for district in Region.objects.districts():
        text = f"“{held}”已开始，请督促本区单位于{held.due_on:%Y年%-m月%-d日}前填报，并及时核查。"
        _tell(_officers(district), text, held.get_absolute_url())
    return held


def _freeze_forms(asked: CensusRound, codes: list[str]) -> None:
    """The kinds as they are today; they may have changed since the round was prepared."""
    asked.forms.all().delete()
    _write_forms(asked, ResourceKind.objects.current().filter(code__in=codes))


def _expect_units(asked: CensusRound, codes: list[str], *, by: User) -> int:
    organizations = list(expected_organizations(asked))
    resources = list(known_resources(asked, codes))
    owners = {row.pk for row in organizations}
    units = [_unit(asked, row.region, row, by) for row in organizations]
    nobodys = {
        row.region_id: row.region
        for row in resources
        if row.organization_id is None or not row.organization.is_active
    }
    units += [_unit(asked, region, None, by) for region in nobodys.values()]
    CensusUnit.objects.bulk_create(units, batch_size=BATCH)
    by_owner = {unit.organization_id or ("region", unit.region_id): unit for unit in units}
    forms = {form.code: form for form in asked.forms.all()}
    rows = []
    for resource in resources:
        has_owner = resource.organization_id in owners
        unit = by_owner.get(resource.organization_id if has_owner else ("region", resource.region_id))
        if unit is not None and (has_owner or not getattr(resource.organization, "is_active", False)):
            rows.append(_known_row(unit, forms[resource.kind.code], resource))
    CensusAnswer.objects.bulk_create(rows, batch_size=BATCH)
    return len(units)


def _unit(asked: CensusRound, region: Region, organization: Organization | None, by: User) -> CensusUnit:
    name = organization.name if organization else f"{region.name}{NOBODYS}"
    return CensusUnit(round=asked, region=region, organization=organization, name=name, created_by=by)


def _known_row(unit: CensusUnit, form: CensusForm, resource: Resource) -> CensusAnswer:
    values = values_of(resource, form)
    return CensusAnswer(
        unit=unit, form=form, resource=resource, title=resource.title, before=values, values=values
    )


def _by_clerk(asked: CensusRound) -> list[tuple[list[User], str]]:
    """Who answers, with the address to go to: their sheet, or the round where they have several."""
    found = reminder(CensusUnit.objects.filter(round=asked), timezone.localdate())
    return [
        (
            [found.users[key]],
            units[0].get_absolute_url() if len(units) == 1 else asked.get_absolute_url(),
        )
        for key, units in found.people.items()
    ]


def _officers(region: Region):
    """Who checks in a region and below it, the city's staff left out."""
    city = people_with(Perm.CENSUS_MANAGE, region)
    return people_with(Perm.CENSUS_CHECK, region).exclude(pk__in=city.values("pk"))


def _tell(people: Iterable[User], text: str, link: str, kind: str = Notice.Kind.TASK) -> None:
    notify(people, text, link=link, kind=kind)


@transaction.atomic
def join(asked: CensusRound, *, organization: Organization, by: User) -> CensusUnit:
    """Add a unit to a round that is open already, with the resources it has today.

    Raises PermissionDenied outside one's region, Refused unless the round runs or if the unit is in it.
    """
    require(by, Perm.CENSUS_CHECK, organization)
    held = CensusRound.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    if not held.is_running:
        raise Refused("只有进行中的普查可以补入单位。")
    if held.units.filter(organization=organization).exists():
        raise Refused(f"“{organization}”已在这次普查中。")
    unit = _unit(held, organization.region, organization, by)
    unit.is_late_joiner = True
    unit.full_clean()
    unit.save()
    forms = {form.code: form for form in held.forms.all()}
    known = known_resources(held, forms).filter(organization=organization)
    CensusAnswer.objects.bulk_create(_known_row(unit, forms[row.kind.code], row) for row in known)
    audit.record(unit, "create", by=by, note=str(held))
    _tell(_clerks(unit), f"贵单位已列入“{held}”，请尽快核对并提交。", unit.get_absolute_url())
    return unit


def _clerks(unit: CensusUnit) -> list[User]:
    """Who answers for a unit: its own people; where it has none, the officers of its region."""
    if unit.organization_id:
        own = people_with(Perm.CENSUS_FILL, unit).filter(grants__organization=unit.organization_id)
        if own:
            return list(own)
    return list(_officers(unit.region))


@transaction.atomic
def start_checking(asked: CensusRound, *, by: User) -> None:
    """No more answers from now on, but of units that are handed back."""
    ROUND_FLOW.take(asked, "start_checking", by=by)


@transaction.atomic
def resume(asked: CensusRound, *, by: User, note: str) -> None:
    """Let units answer again. Raises Refused without a reason."""
    ROUND_FLOW.take(asked, "resume", by=by, note=note)


# --- Answering ------------------------------------------------------------------------------------


def _lock(unit: CensusUnit) -> CensusUnit:
    rows = CensusUnit.objects.select_related("round", "region", "organization__region")
    return rows.select_for_update(of=("self",)).get(pk=unit.pk)


def _lock_open(unit: CensusUnit, by: User) -> CensusUnit:
    """The unit, locked, its answering begun. Raises PermissionDenied, and Refused unless it may answer."""
    held = _lock(unit)
    require(by, Perm.CENSUS_FILL, held)
    if not held.may_be_answered:
        words = held.round.get_status_display() if not held.round.is_running else held.get_status_display()
        raise Refused(f"“{held}”{words}，不能修改；如需更改请联系区科协退回。")
    if held.status == CensusUnit.Status.TODO:
        UNIT_FLOW.take(held, "begin", by=by)
    return held


@transaction.atomic
def answer(
    row: CensusAnswer,
    *,
    answer: str,
    by: User,
    reason: str = "",
    values: Mapping | None = None,
    seen: int | None = None,
) -> CensusAnswer:
    """Keep one row of a sheet as a draft. A change that changes nothing is a confirmation.

    Raises Refused if somebody else answered the row since `seen`, or the unit may not answer any more.
    """
    _lock_open(row.unit, by)
    held = CensusAnswer.objects.select_for_update(of=("self",)).select_related("form", "unit").get(pk=row.pk)
    if seen is not None and seen != held.revision:
        raise Refused(f"“{held.title}”刚被他人作答，请刷新后核对。")
    if held.is_new:
        answer = CensusAnswer.Answer.ADD
    kept = dict(values) if values is not None and answer in ("change", "add") else None
    if kept is None:
        kept = held.values if held.is_new else held.before
    if answer == CensusAnswer.Answer.CHANGE and not changed_names(held.before, kept):
        answer = CensusAnswer.Answer.CONFIRM
    was, before = held.get_answer_display(), held.values
    held.answer, held.values = answer, kept
    held.reason = reason.strip() if answer == CensusAnswer.Answer.GONE else ""
    held.title = (kept["title"] or held.title)[:120]
    held.answered_at, held.answered_by = (timezone.now(), by) if answer else (None, None)
    held.revision += 1
    held.full_clean(validate_unique=False)
    held.save(update_fields=["answer", "values", "reason", "title", "answered_at", "answered_by", "revision"])
    changes = {"answer": [was, held.get_answer_display()]}
    if kept != before:
        changes["values"] = [
            str(len(changed_names(held.before, before))),
            str(len(changed_names(held.before, kept))),
        ]
    audit.record(held, "fill", by=by, changes=changes)
    return held


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody chose for one row of a sheet, and the revision they had seen."""

    answer: str
    reason: str
    seen: int


@transaction.atomic
def answer_rows(unit: CensusUnit, typed: Mapping[int, Typed], *, by: User) -> tuple[int, dict[int, str]]:
    """Keep what was chosen for several rows; returns how many changed, and what was wrong with which.

    A row that is wrong keeps nobody from the others. 有变化 is answered with the row's own form.
    """
    held = _lock_open(unit, by)
    changed, faults = 0, {}
    for row in held.answers.select_related("unit").filter(pk__in=list(typed), is_new=False).order_by("pk"):
        said = typed[row.pk]
        if said.answer == row.answer and said.reason.strip() == row.reason:
            continue
        if said.answer not in ("", "confirm", "gone"):
            faults[row.pk] = "请点“填写变化”修改内容。"
        elif said.answer == "gone" and not said.reason.strip():
            faults[row.pk] = "请写明不再提供的原因。"
        else:
            try:
                answer(row, answer=said.answer, reason=said.reason, by=by, seen=said.seen)
                changed += 1
            except Refused as refusal:
                faults[row.pk] = str(refusal)
    return changed, faults


@transaction.atomic
def add_row(unit: CensusUnit, *, form: CensusForm, values: Mapping, by: User) -> CensusAnswer:
    """Add a resource that the register does not have, as a draft.

    Raises Refused if the unit's sheet has a row of this kind and name already.
    """
    held = _lock_open(unit, by)
    if form.round_id != held.round_id:
        raise Refused("这次普查没有这种类型。")
    title = values["title"]
    if held.answers.filter(form=form, title=title).exists():
        raise Refused(f"表中已有{form.name}“{title}”，请勿重复添加。")
    row = CensusAnswer(
        unit=held,
        form=form,
        title=title,
        answer=CensusAnswer.Answer.ADD,
        is_new=True,
        values=blank_values(form) | dict(values),
        answered_at=timezone.now(),
        answered_by=by,
    )
    row.full_clean()
    row.save()
    audit.record(row, "create", by=by, note=held.name)
    return row


@transaction.atomic
def drop_row(row: CensusAnswer, *, by: User) -> None:
    """Take away a row that was added. Raises Refused for one that the register has."""
    held = _lock_open(row.unit, by)
    if not row.is_new:
        raise Refused("已登记的资源不能从表中删除，不再提供的请答“已不存在”。")
    audit.record(row, "drop_row", by=by, note=held.name)
    row.delete()


@transaction.atomic
def confirm_all(unit: CensusUnit, *, by: User) -> int:
    """Answer every row not answered yet with 无变化; returns how many."""
    held = _lock_open(unit, by)
    now = timezone.now()
    rows = list(held.answers.select_for_update().filter(answer="", is_new=False))
    for row in rows:
        row.answer, row.answered_at, row.answered_by = CensusAnswer.Answer.CONFIRM, now, by
        row.revision += 1
    CensusAnswer.objects.bulk_update(rows, ["answer", "answered_at", "answered_by", "revision"])
    if rows:
        audit.record(held, "confirm_all", by=by, note=f"{len(rows)} 条")
    return len(rows)


@transaction.atomic
def submit_unit(unit: CensusUnit, *, by: User) -> CensusUnit:
    """Hand a sheet in to the district. Raises Refused while a row is not answered."""
    held = _lock_open(unit, by)
    missing = held.answers.filter(answer="").count()
    if missing:
        raise Refused(f"还有 {missing} 条没有作答，请逐条作答，或用“其余无变化”一次确认。")
    incomplete = [row.title for row in held.answers.filter(is_new=True) if not _is_complete(row.values)]
    if incomplete:
        raise Refused(f"新增的“{incomplete[0]}”还没有填写一句话介绍和面向人群。")
    now = timezone.now()
    # With the constraint in force, both times go in before the step that asks for them.
    first = held.first_submitted_at or now
    CensusUnit.objects.filter(pk=held.pk).update(first_submitted_at=first, submitted_at=now)
    UNIT_FLOW.take(held, "submit", by=by)
    return held


def _is_complete(values: Mapping) -> bool:
    return bool(values.get("summary") and values.get("audiences"))


@transaction.atomic
def withdraw_unit(unit: CensusUnit, *, by: User) -> None:
    """Take a sheet back that nobody has checked. Raises Refused unless the round is open."""
    held = _lock(unit)
    if held.round.status != CensusRound.Status.OPEN:
        raise Refused("填报已经停止，请联系区科协退回。")
    UNIT_FLOW.take(held, "withdraw", by=by)


# --- Checking -------------------------------------------------------------------------------------


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
    _tell(_clerks(held), f"“{held.round}”的填报被退回：{words}"[:500], held.get_absolute_url())


def _lock_running(unit: CensusUnit) -> CensusUnit:
    held = _lock(unit)
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
    rows = held.answers.filter(applied_at=None).select_related("form__kind", "unit__round").order_by("pk")
    for row in rows.select_for_update(of=("self",)):
        row.unit = held
        try:
            row.outcome = _WRITERS[row.answer](row, by=by, on=day, topics=topics)
        except ValidationError as fault:
            raise Refused(f"“{row.title}”不能写入资源库：{'；'.join(fault.messages)}请退回修改。") from fault
        row.applied_at = now
        row.save(update_fields=["resource", "outcome", "applied_at"])
    return held


def _current(row: CensusAnswer) -> Resource:
    return shown(Resource.objects.select_for_update(of=("self",))).get(pk=row.resource_id)


def _note(row: CensusAnswer, words: str) -> str:
    return f"{row.unit.round}：{words}"[:200]


def _write_nothing(row: CensusAnswer, **_) -> str:
    return "未作答，资源库没有变化"


def _write_confirmation(row: CensusAnswer, *, by: User, on: date, topics: dict) -> str:
    resource = _current(row)
    if not resource.is_public:
        return f"资源{resource.get_status_display()}，没有更新核实日期"
    confirm(resource, by=by, at=timezone.now(), note=_note(row, "核实无变化"))
    return "已更新核实日期"


def _write_change(row: CensusAnswer, *, by: User, on: date, topics: dict) -> str:
    """Only what the unit changed: what others changed since the opening stays."""
    resource = _current(row)
    changed = {name: row.values[name] for name in changed_names(row.before, row.values)}
    fields = _as_fields(changed, resource.kind, resource.details, row.before, topics)
    edit(resource, by=by, note=_note(row, "核实有变化"), confirmed_on=on, **fields)
    return f"已修改 {len(changed)} 项"


def _write_end(row: CensusAnswer, *, by: User, on: date, topics: dict) -> str:
    resource = _current(row)
    if resource.status not in REVIEW.steps["archive"].sources:
        return f"资源{resource.get_status_display()}，没有下架"
    archive(resource, by=by, note=_note(row, row.reason))
    return "已下架"


def _write_new(row: CensusAnswer, *, by: User, on: date, topics: dict) -> str:
    """Enter, and publish without another review: two levels have just checked it."""
    kind = ResourceKind.objects.current().filter(code=row.form.code).first() or row.form.kind
    values = {name: value for name, value in row.values.items() if value not in ("", [], {}, None)}
    fields = _as_fields(values, kind, {}, {}, topics)
    if not row.form.is_place:
        fields.pop("hours_text", None)
    place = {"region": row.unit.region, "organization": row.unit.organization}
    resource = create(by=by, kind=kind, source="资源普查", source_note=str(row.unit.round), **place, **fields)
    with pghistory.context(by=str(by), what=REVIEW.steps["submit"].label, note=_note(row, "新增")):
        REVIEW.take(resource, "submit", by=by, note=_note(row, "新增"))
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
    CensusAnswer.Answer.CONFIRM: _write_confirmation,
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
    return jobs.enqueue("census_accept", key=key, payload={"round": asked.pk}, by=by)


@dataclass
class Accepted:
    done: int = 0
    total: int = 0
    refused: list[str] = field(default_factory=list)


def accept_all(asked: CensusRound, *, by: User, progress=lambda done, total: None) -> Accepted:
    """Accept what waits for the city, each sheet in a transaction of its own. Safe to run again."""
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


# --- Reminding ------------------------------------------------------------------------------------


@transaction.atomic
def remind(asked: CensusRound, *, units, by: User | None, at: datetime) -> Reminder:
    """Tell everybody whose unit has not answered; officers hear of units that nobody signs in for.

    `units` narrows whom: those of one's own regions. By the clock `by` is None. Nobody is told twice a day.
    """
    if not asked.is_running:
        raise Refused("只有进行中的普查可以催办。")
    on = timezone.localdate(at)
    found = reminder(units.filter(round=asked), on)
    words = (
        f"已于{asked.due_on.month}月{asked.due_on.day}日截止，请尽快提交"
        if asked.is_late(on)
        else f"{asked.due_on.month}月{asked.due_on.day}日截止，请及时提交"
    )
    for key, own in found.people.items():
        link = own[0].get_absolute_url() if len(own) == 1 else asked.get_absolute_url()
        named = own[0].name if len(own) == 1 else f"{own[0].name}等 {len(own)} 个单位"
        _tell([found.users[key]], f"催办：{named}的“{asked}”还没有提交，{words}。", link)
    _tell_officers_of_silent(asked, found.without, words)
    CensusUnit.objects.filter(pk__in=[unit.pk for unit in found.units]).update(reminded_at=at)
    if found.units:
        audit.record(asked, "remind", by=by, note=f"{len(found.units)} 个单位，{len(found.people)} 人")
    return found


def _tell_officers_of_silent(asked: CensusRound, units: list[CensusUnit], words: str) -> None:
    """Units without an account: whoever checks in their district answers for them or finds them one."""
    by_district: dict[str, list[CensusUnit]] = defaultdict(list)
    for unit in units:
        by_district[unit.region.district_code or unit.region.code].append(unit)
    regions = Region.objects.in_bulk(list(by_district), field_name="code")
    for code, silent in by_district.items():
        text = f"{regions[code]}有 {len(silent)} 个单位没有账号、还没有填报“{asked}”，{words}，可代为填报。"
        _tell(_officers(regions[code]), text, f"{asked.get_absolute_url()}?region={code}")


def remind_by_clock(*, at: datetime) -> int:
    """Seven, three, one and no days before the units' day, and every week after it until the round closes.

    Returns how many units were reminded of.
    """
    today, count = timezone.localdate(at), 0
    for asked in CensusRound.objects.filter(status=CensusRound.Status.OPEN).order_by("pk"):
        left = (asked.due_on - today).days
        if left in REMINDS_BEFORE or (left < 0 and -left % REMINDS_AFTER_EVERY == 0):
            count += len(remind(asked, units=CensusUnit.objects.all(), by=None, at=at).units)
    return count
