"""Answering a census: the rows of a unit's sheet, until it is handed in."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone

from portal import audit
from portal.accounts import User, require
from portal.errors import Refused
from portal.roles import Perm
from resources.models.census import (
    UNIT_FLOW,
    CensusAnswer,
    CensusForm,
    CensusRound,
    CensusUnit,
)
from resources.queries.census import (
    blank_values,
    changed_names,
)


def lock(unit: CensusUnit) -> CensusUnit:
    """The unit, locked, in a round that nobody closes meanwhile: who comes during a closing reads its end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM resources_censusround WHERE id = %s FOR SHARE", [unit.round_id])
    rows = CensusUnit.objects.select_related("round", "region", "organization__region")
    return rows.select_for_update(of=("self",)).get(pk=unit.pk)


def _lock_open(unit: CensusUnit, by: User) -> CensusUnit:
    """The unit, locked, its answering begun. Raises PermissionDenied, and Refused unless it may answer."""
    held = lock(unit)
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
    held = lock(unit)
    if held.round.status != CensusRound.Status.OPEN:
        raise Refused("填报已经停止，请联系区科协退回。")
    UNIT_FLOW.take(held, "withdraw", by=by)
