"""Everything that changes what stands in a return: filling, handing in, talking about a cell, reviewing."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from indicators import sources
from indicators.actions.rounds import fillers_of, lock_open, require_filler
from indicators.models import (
    RETURN_FLOW,
    YEARLY_FORM,
    CellRemark,
    Evidence,
    Return,
    ReturnCell,
    Settlement,
    Submission,
    plain,
)
from indicators.queries.evidence import written
from indicators.queries.returns import cells_of, check, is_signed_first
from indicators.rules import NOT_APPLICABLE, NotANumber, Value, read_value, read_words, text
from portal import audit
from portal.accounts import User, may, people_with, require
from portal.errors import Refused
from portal.notices import Notice, notify
from portal.roles import Perm

HUNDREDTH = Decimal("0.01")

# ---------------------------------------------------------------- filling


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed into one cell, and what they had seen there."""

    text: str
    note: str
    seen_version: int
    seen_text: str
    seen_note: str

    @property
    def is_touched(self) -> bool:
        return (self.text, self.note) != (self.seen_text, self.seen_note)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else changed the cell in between: theirs is kept, mine is shown beside it."""

    key: str
    theirs: str
    mine: str
    their_note: str
    my_note: str
    by: str
    at: datetime | None
    version: int

    @property
    def sentence(self) -> str:
        """Both values, in words."""
        when = f"于{timezone.localtime(self.at):%-m月%-d日 %H:%M}" if self.at else ""
        return f"{self.by}{when}改为“{self.theirs or '空'}”，您填的是“{self.mine or '空'}”，请选择保留哪个。"


@dataclass
class Saved:
    changed: int = 0
    faults: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, Conflict] = field(default_factory=dict)

    @property
    def words(self) -> str:
        return f"{self.changed} 项。"


@transaction.atomic
def save_draft(filing: Return, typed: Mapping[str, Typed], *, by: User) -> Saved:
    """Keep what was typed, valid or not. A cell that somebody else changed since is not overwritten: it
    comes back as a conflict with both values.

    Raises PermissionDenied without the right to fill this return, and Refused once it is no longer with its
    reporter.
    """
    require_filler(by, filing)
    lock_open(filing)
    saved, changes, now = Saved(), {}, timezone.now()
    keys = [key for key, entry in typed.items() if entry.is_touched]
    cells = filing.cells.filter(item__key__in=keys).select_related("item", "changed_by")
    for cell in cells.order_by("item__position"):
        entry = typed[cell.item.key]
        words = entry.text if entry.text != entry.seen_text else cell.text
        note = entry.note if entry.note != entry.seen_note else cell.note
        if (words, note) == (cell.text, cell.note):
            continue
        if _is_disputed(cell, entry):
            saved.conflicts[cell.item.key] = _conflict(cell, entry)
            continue
        before = cell.text
        fault = _write(cell, words, note, by, now)
        if fault:
            saved.faults[cell.item.key] = fault
        changes[cell.item.key] = [before, cell.text]
        saved.changed += 1
    if changes:
        CellRemark.objects.filter(
            cell__filing=filing, cell__item__key__in=list(changes), asks=True, answered_at=None
        ).update(answered_at=now)
        audit.record(filing, "fill", by=by, changes=changes)
    return saved


def _is_disputed(cell: ReturnCell, entry: Typed) -> bool:
    """Somebody changed, since `entry` saw the cell, the very thing that `entry` changes."""
    if cell.version == entry.seen_version:
        return False
    value = entry.text != entry.seen_text and cell.text not in (entry.text, entry.seen_text)
    note = entry.note != entry.seen_note and cell.note not in (entry.note, entry.seen_note)
    return value or note


def _conflict(cell: ReturnCell, entry: Typed) -> Conflict:
    return Conflict(
        key=cell.item.key,
        theirs=cell.text,
        mine=entry.text,
        their_note=cell.note,
        my_note=entry.note,
        by=cell.changed_by.name if cell.changed_by else "平台统计",
        at=cell.changed_at,
        version=cell.version,
    )


def _write(cell: ReturnCell, words: str, note: str, by: User, now: datetime) -> str:
    """Write one cell; returns the fault of what was typed, "" if there is none."""
    fault, value = "", None
    try:
        value = read_words(words) if cell.item.is_text else read_value(words, cell.item.decimals)
    except NotANumber as error:
        fault = str(error)
    cell.state, cell.value, cell.words = _state(cell, value)
    cell.typed = words.strip()[:200] if fault else ""
    is_counted = cell.counted_value is not None and cell.value == cell.counted_value
    cell.source = ReturnCell.Source.COUNTED if is_counted else ReturnCell.Source.ENTERED
    cell.note, cell.changed_by, cell.changed_at = note.strip()[:200], by, now
    # The row is locked through its return; the version is checked all the same.
    fresh = ReturnCell.objects.filter(pk=cell.pk, version=cell.version).update(
        state=cell.state,
        value=cell.value,
        words=cell.words,
        typed=cell.typed,
        source=cell.source,
        note=cell.note,
        changed_by=by,
        changed_at=now,
        version=cell.version + 1,
    )
    if not fresh:
        raise Refused("数据已被他人更改，请刷新页面后重试。")
    cell.version += 1
    return fault


def _state(cell: ReturnCell, value: Value) -> tuple[str, object, str]:
    """State, number and words of what was read."""
    if value is None:
        return ReturnCell.State.EMPTY, None, ""
    if value == NOT_APPLICABLE:
        return ReturnCell.State.NOT_APPLICABLE, None, ""
    if cell.item.is_text:
        return ReturnCell.State.TEXT, None, value
    return ReturnCell.State.NUMBER, value, ""


# ---------------------------------------------------------------- submitting and reviewing


@transaction.atomic
def submit(filing: Return, *, by: User) -> None:
    """Hand in a return whose cells are all filled and whose rules all hold or are explained.

    What stands in it, and the records the portal counted for it, are kept as they are now.
    Raises Refused with what is still to be done, and where the district's head signs first.
    """
    require_filler(by, filing)
    held = lock_open(filing)
    if is_signed_first(filing):
        raise Refused("本区报表须由负责人签核后提交，请点“送负责人签核”。")
    hand_in(filing, held, "submit", ready(filing), by=by)


@dataclass(frozen=True)
class Ready:
    """A return that can be handed in: its cells, and the keys of those whose count is what it was."""

    cells: list[ReturnCell]
    counted: frozenset[str]


def ready(filing: Return) -> Ready:
    """Raises Refused with what is still to be done before the return can be handed in.

    A count that has moved since it was fetched is to be fetched again: figure and records are of one moment.
    """
    cells = cells_of(filing)
    found = check(filing, cells)
    if not found.is_ready:
        raise Refused(f"还不能提交：{found.words}。")
    mine = [cell for cell in cells if _is_counted(cell)] if filing.period.form.code == YEARLY_FORM else []
    counts = sources.count_cells(filing.period.year) if mine else {}
    now = {cell.item.key: counts.get(cell.item.key, {}).get(filing.region.district_code) for cell in mine}
    moved = [cell for cell in mine if _has_moved(cell.counted_value, now[cell.item.key])]
    if moved:
        raise Refused(_moved_words(filing, moved, now))
    return Ready(cells, frozenset(key for key, value in now.items() if value is not None))


def _has_moved(counted: Decimal, now: Decimal | None) -> bool:
    """Whether a count is another one now, to the hundredth that is stored. None: it cannot be made now."""
    return now is not None and abs(now - counted) >= HUNDREDTH


def _moved_words(filing: Return, moved: list[ReturnCell], now: Mapping) -> str:
    words = "、".join(
        f"{cell.item.key} 由 {plain(cell.counted_value)} 变为 {plain(now[cell.item.key])}"
        for cell in moved[:3]
    )
    more = f"等 {len(moved)} 项" if len(moved) > 3 else ""
    when = f"{timezone.localtime(filing.counted_at):%-m月%-d日 %H:%M}" if filing.counted_at else "上次"
    is_signing = filing.status == Return.Status.SIGNING
    how = "请先撤回修改，重新取数后再送签" if is_signing else "请先点“保存并重新取数”，核对后再提交"
    return f"平台统计数在{when}取数之后有变化：{words}{more}。{how}。"


def hand_in(filing: Return, held: Return, step: str, found: Ready, *, by: User) -> None:
    """Take the step that hands a return in, keep what stands in it, and tell who reviews it."""
    if held.first_submitted_at is None:
        filing.first_submitted_at = timezone.now()
        # With the constraint in force, both times go in with the step that asks for them.
        Return.objects.filter(pk=filing.pk).update(
            first_submitted_at=filing.first_submitted_at, submitted_at=filing.first_submitted_at
        )
    RETURN_FLOW.take(filing, step, by=by)
    who = {"by": held.asked_by, "signed_by": by} if step == "sign" else {"by": by}
    keep_submission(filing, found.cells, at=filing.submitted_at, counted=found.counted, **who)
    notify(
        people_with(Perm.RETURN_REVIEW, filing.region),
        f"{filing}已提交，请审核。",
        link=filing.get_absolute_url(),
        kind=Notice.Kind.TASK,
    )


def keep_submission(
    filing: Return,
    cells: list[ReturnCell],
    *,
    by: User | None,
    at: datetime,
    signed_by: User | None = None,
    counted: Collection[str] | None = None,
) -> Submission:
    """Keep what is handed in, and the evidence of each figure the portal counts: of all, or of `counted`."""
    kept = Submission.objects.create(
        filing=filing,
        number=filing.submissions.count() + 1,
        submitted_at=at,
        submitted_by=by,
        signed_by=signed_by,
        cells=as_handed_in(cells),
        reason=filing.reopen_reason,
    )
    if filing.period.form.code == YEARLY_FORM:
        backed = [
            cell for cell in cells if _is_counted(cell) and (counted is None or cell.item.key in counted)
        ]
        # Counted once more while it was handed in, a count is of that moment.
        counted_at = filing.counted_at if counted is None else at
        Evidence.objects.bulk_create(_evidence(kept, filing, cell, counted_at) for cell in backed)
    return kept


def as_handed_in(cells: Iterable[ReturnCell]) -> dict[str, dict[str, str]]:
    """What a submission keeps of each cell, by its key."""
    return {cell.item.key: {"text": cell.text, "note": cell.note} for cell in cells}


def _is_counted(cell: ReturnCell) -> bool:
    return cell.counted_value is not None and cell.item.key in sources.COUNTERS


def _evidence(kept: Submission, filing: Return, cell: ReturnCell, counted_at: datetime | None) -> Evidence:
    counter, key = sources.COUNTERS[cell.item.key], cell.item.key
    lines = sources.lines(key, filing.region.district_code, filing.period.year)
    return Evidence(
        submission=kept,
        key=key,
        value=cell.counted_value,
        counted_at=counted_at,
        label=counter.label[:80],
        records=[written(line, counter.is_personal) for line in lines],
    )


@transaction.atomic
def remark(filing: Return, *, key: str, text: str, by: User) -> CellRemark:
    """Say something about one cell: a reviewer asks while it waits for review, who fills it replies.

    A reply answers what was asked. Raises Refused if it is not the time, or if there is no such cell.
    """
    asks = may(by, Perm.RETURN_REVIEW, filing)
    if not asks:
        require_filler(by, filing)
    if asks and filing.status != Return.Status.SUBMITTED:
        raise Refused("只有待审核的报表可以逐项提出意见。")
    if not asks and filing.status == Return.Status.ACCEPTED:
        raise Refused("报表已通过并锁定，如需说明请联系市科协。")
    cell = filing.cells.filter(item__key=key).first()
    if cell is None:
        raise Refused("报表中没有这一项。")
    row = CellRemark(cell=cell, text=text.strip(), written_by=by, asks=asks)
    row.full_clean()
    row.save()
    if not asks:
        cell.remarks.filter(asks=True, answered_at=None).update(answered_at=row.written_at)
    audit.record(filing, "remark", by=by, changes={key: ["", row.text]})
    if not asks and filing.status == Return.Status.SUBMITTED:
        notify(
            people_with(Perm.RETURN_REVIEW, filing.region),
            f"{filing}的 {key} 有答复：{row.text}",
            link=f"{filing.get_absolute_url()}#c-{key}",
        )
    return row


@transaction.atomic
def settle(filing: Return, *, key: str, choice: str, note: str, by: User) -> Settlement:
    """Decide which of two figures of a submitted return stands, and why; both are kept.

    The portal's own, if chosen, is written into the cell. Decided once more, the newer decision stands, and
    the audit trail has the one before.
    Raises Refused if the return does not wait for review, or the two figures do not differ.
    """
    require(by, Perm.RETURN_REVIEW, filing)
    held = Return.objects.select_for_update(of=("self",)).get(pk=filing.pk)
    if held.status != Return.Status.SUBMITTED:
        raise Refused("只有待审核的报表可以核定数据；已通过的请先重新开放。")
    if not note.strip():
        raise Refused("请写明核定理由。")
    cell = filing.cells.select_related("item").filter(item__key=key).first()
    before = Settlement.objects.filter(cell__filing=filing, cell__item__key=key).first()
    if cell is None or cell.counted_value is None or not (before or cell.is_overwritten):
        raise Refused("这一项没有平台统计数，或与填报数一致，不需要核定。")
    given = {
        "choice": choice,
        "reported": before.reported if before else cell.text,
        "counted": cell.counted_value,
        "note": note.strip()[:300],
        "settled_by": by,
        "settled_at": timezone.now(),
    }
    row, _ = Settlement.objects.update_or_create(cell=cell, defaults=given)
    row.full_clean()
    words = row.reported if choice == Settlement.Choice.REPORTED else plain(cell.counted_value)
    if words != cell.text:
        _write(cell, words, cell.note, by, row.settled_at)
    audit.record(
        filing,
        "settle",
        by=by,
        changes={key: [before.choice if before else "", choice]},
        note=row.note,
    )
    return row


@transaction.atomic
def send_back(filing: Return, *, note: str, by: User) -> None:
    """Return it to its reporter with a reason. Raises Refused without one."""
    RETURN_FLOW.take(filing, "send_back", by=by, note=note)
    _tell_reporter(filing, f"{filing}已退回修改：{note}", Notice.Kind.TASK)


@transaction.atomic
def accept(filing: Return, *, by: User) -> None:
    """Accept a submitted return: its cells are locked from now on.

    Raises Refused while somebody's question at a cell waits for its answer, and if a hard rule does not hold:
    what was settled since it was handed in may have broken one.
    """
    require(by, Perm.RETURN_REVIEW, filing)
    held = Return.objects.select_for_update(of=("self",)).get(pk=filing.pk)
    if held.status == Return.Status.SUBMITTED:
        asked = CellRemark.objects.filter(cell__filing=filing, asks=True, answered_at=None).count()
        if asked:
            raise Refused(f"还有 {asked} 条意见没有答复，请退回修改，或先撤回意见。")
        if broken := check(filing).must:
            words = "；".join(fault.sentence for fault in broken[:3])
            more = f"等 {len(broken)} 处" if len(broken) > 3 else ""
            raise Refused(f"还不能通过，有审核规则不符合：{words}{more}。请重新核定，或退回修改。")
    RETURN_FLOW.take(filing, "accept", by=by)
    _tell_reporter(filing, f"{filing}已审核通过。", Notice.Kind.INFO)


@transaction.atomic
def withdraw_remark(filing: Return, *, pk: int, by: User) -> None:
    """A reviewer's question needs no answer any more. Raises Refused if it has one."""
    require(by, Perm.RETURN_REVIEW, filing)
    asked = CellRemark.objects.filter(pk=pk, cell__filing=filing, asks=True, answered_at=None)
    if not asked.update(answered_at=timezone.now()):
        raise Refused("这条意见已经答复或撤回。")
    audit.record(filing, "withdraw_remark", by=by)


@transaction.atomic
def reopen(filing: Return, *, note: str, by: User) -> None:
    """Give an accepted return back to its reporter for a stated reason; what was accepted is kept."""
    RETURN_FLOW.take(filing, "reopen", by=by, note=note)
    Return.objects.filter(pk=filing.pk).update(reopen_reason=note.strip()[:300])
    filing.reopen_reason = note.strip()[:300]
    _tell_reporter(filing, f"{filing}已重新开放：{note}", Notice.Kind.TASK)


def _tell_reporter(filing: Return, text: str, kind: str) -> None:
    notify(fillers_of(filing), text, link=filing.get_absolute_url(), kind=kind)


def shown(value: Value) -> str:
    """A cell's value as text, for people."""
    return value if isinstance(value, str) else ("" if value is None else text(value))
