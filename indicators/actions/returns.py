"""Everything that changes a return: opening a year, filling, submitting, reviewing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from indicators import sources
from indicators.models import (
    RETURN_FLOW,
    CellRemark,
    Period,
    Return,
    ReturnCell,
    StatForm,
)
from indicators.queries.returns import check
from indicators.rules import NOT_APPLICABLE, NotANumber, Value, read_value, text
from portal import audit
from portal.accounts import User, people_with, require
from portal.errors import Refused
from portal.notices import Notice, notify
from portal.regions import Region
from portal.roles import Perm


@transaction.atomic
def open_period(form: StatForm, *, year: int, opens_on: date, due_on: date, by: User) -> Period:
    """Open one year's round: a return for every reporting district, filled with what the portal counts.

    Raises Refused if the year is open already. Of two people who open it at once, one makes the row.
    """
    require(by, Perm.RETURN_REVIEW, Region.objects.city())
    given = {"form": form, "opens_on": opens_on, "due_on": due_on}
    Period(year=year, **given).full_clean(validate_unique=False)
    period, is_new = Period.objects.get_or_create(year=year, defaults=given)
    if not is_new:
        raise Refused(f"{year}年度的填报已经开启。")
    audit.record(period, "create", by=by)
    counted = sources.count_cells(year)
    for district in Region.objects.districts():
        filing = create_return(period, region=district, by=by, counted=counted)
        notify(
            people_with(Perm.RETURN_FILL, district),
            f"{filing}已开放填报，请于{due_on:%Y年%-m月%-d日}前提交。",
            link=filing.get_absolute_url(),
            kind=Notice.Kind.TASK,
        )
    return period


@transaction.atomic
def create_return(period: Period, *, region: Region, by: User, counted: Mapping | None = None) -> Return:
    """A district's return with all its cells, those that the portal counts already filled."""
    filing = Return(period=period, region=region, created_by=by)
    filing.full_clean()
    filing.save()
    ReturnCell.objects.bulk_create(
        ReturnCell(filing=filing, item=item) for item in period.form.items.order_by("position")
    )
    _fill_counted(filing, counted if counted is not None else sources.count_cells(period.year))
    audit.record(filing, "create", by=by)
    return filing


@transaction.atomic
def count_again(filing: Return, *, by: User) -> int:
    """Fetch the portal's counts anew; returns how many cells changed. What an officer entered stays.

    Raises Refused once the return is no longer with the district.
    """
    require(by, Perm.RETURN_FILL, filing)
    _lock_open(filing)
    changed = _fill_counted(filing, sources.count_cells(filing.period.year))
    audit.record(filing, "count", by=by, note=f"{changed} 项")
    return changed


def _fill_counted(filing: Return, counted: Mapping) -> int:
    """Write the portal's figure beside each cell it can count, and into those nobody has filled."""
    now, changed = timezone.now(), []
    code = filing.region.district_code
    for cell in filing.cells.select_related("item").filter(item__key__in=list(counted)):
        value = counted[cell.item.key].get(code)
        is_untouched = cell.source == ReturnCell.Source.COUNTED or (cell.version == 0 and not cell.text)
        if value is None or (value == cell.counted_value and not is_untouched):
            continue
        if is_untouched and value != cell.value:
            cell.value, cell.state = value, ReturnCell.State.NUMBER
            cell.source, cell.version, cell.changed_at = ReturnCell.Source.COUNTED, cell.version + 1, now
        elif value == cell.counted_value:
            continue
        cell.counted_value = value
        changed.append(cell)
    fields = ["value", "state", "source", "version", "changed_at", "counted_value"]
    ReturnCell.objects.bulk_update(changed, fields)
    Return.objects.filter(pk=filing.pk).update(counted_at=now)
    filing.counted_at = now
    return len(changed)


def _lock_open(filing: Return) -> Return:
    """The row, locked until the transaction ends. Raises Refused unless the district may change it."""
    held = Return.objects.select_for_update(of=("self",)).get(pk=filing.pk)
    if not held.is_open:
        raise Refused(f"年报{held.get_status_display()}，不能修改；如需更改请联系市科协退回。")
    return held


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


@dataclass
class Saved:
    changed: int = 0
    faults: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, Conflict] = field(default_factory=dict)


@transaction.atomic
def save_draft(filing: Return, typed: Mapping[str, Typed], *, by: User) -> Saved:
    """Keep what was typed, valid or not. A cell that somebody else changed since is not overwritten: it
    comes back as a conflict with both values.

    Raises PermissionDenied without the right to fill this district's return, and Refused once the return is
    no longer with the district.
    """
    require(by, Perm.RETURN_FILL, filing)
    _lock_open(filing)
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
            cell__filing=filing, cell__item__key__in=list(changes), answered_at=None
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
        value = read_value(words, cell.item.decimals)
    except NotANumber as error:
        fault = str(error)
    cell.state, cell.value = _state(value)
    cell.typed = words.strip()[:40] if fault else ""
    is_counted = cell.counted_value is not None and cell.value == cell.counted_value
    cell.source = ReturnCell.Source.COUNTED if is_counted else ReturnCell.Source.ENTERED
    cell.note, cell.changed_by, cell.changed_at = note.strip()[:200], by, now
    # The row is locked through its return; the version is checked all the same.
    fresh = ReturnCell.objects.filter(pk=cell.pk, version=cell.version).update(
        state=cell.state,
        value=cell.value,
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


def _state(value: Value) -> tuple[str, object]:
    if value is None:
        return ReturnCell.State.EMPTY, None
    if value == NOT_APPLICABLE:
        return ReturnCell.State.NOT_APPLICABLE, None
    return ReturnCell.State.NUMBER, value


# ---------------------------------------------------------------- submitting and reviewing


@transaction.atomic
def submit(filing: Return, *, by: User) -> None:
    """Hand in a return whose cells are all filled and whose rules all hold or are explained.

    Raises Refused with what is still to be done.
    """
    require(by, Perm.RETURN_FILL, filing)
    held = _lock_open(filing)
    found = check(filing)
    if not found.is_ready:
        raise Refused(f"还不能提交：{found.words}。")
    if held.first_submitted_at is None:
        filing.first_submitted_at = timezone.now()
        # With the constraint in force, both times go in with the step that asks for them.
        Return.objects.filter(pk=filing.pk).update(
            first_submitted_at=filing.first_submitted_at, submitted_at=filing.first_submitted_at
        )
    RETURN_FLOW.take(filing, "submit", by=by)
    notify(
        people_with(Perm.RETURN_REVIEW, filing.region),
        f"{filing}已提交，请审核。",
        link=filing.get_absolute_url(),
        kind=Notice.Kind.TASK,
    )


@transaction.atomic
def remark(filing: Return, *, key: str, text: str, by: User) -> CellRemark:
    """Say something about one cell of a submitted return.

    Raises Refused if the return does not wait for review, or has no such cell.
    """
    require(by, Perm.RETURN_REVIEW, filing)
    if filing.status != Return.Status.SUBMITTED:
        raise Refused("只有待审核的年报可以逐项提出意见。")
    cell = filing.cells.filter(item__key=key).first()
    if cell is None:
        raise Refused("年报中没有这一项。")
    row = CellRemark(cell=cell, text=text.strip(), written_by=by)
    row.full_clean()
    row.save()
    audit.record(filing, "remark", by=by, changes={key: ["", row.text]})
    return row


@transaction.atomic
def send_back(filing: Return, *, note: str, by: User) -> None:
    """Return it to the district with a reason. Raises Refused without one."""
    RETURN_FLOW.take(filing, "send_back", by=by, note=note)
    _tell_district(filing, f"{filing}已退回修改：{note}", Notice.Kind.TASK)


@transaction.atomic
def accept(filing: Return, *, by: User) -> None:
    """Accept a submitted return: its cells are locked from now on."""
    RETURN_FLOW.take(filing, "accept", by=by)
    _tell_district(filing, f"{filing}已审核通过。", Notice.Kind.INFO)


@transaction.atomic
def reopen(filing: Return, *, note: str, by: User) -> None:
    """Give an accepted return back to the district for a stated reason."""
    RETURN_FLOW.take(filing, "reopen", by=by, note=note)
    _tell_district(filing, f"{filing}已重新开放：{note}", Notice.Kind.TASK)


def _tell_district(filing: Return, text: str, kind: str) -> None:
    people = people_with(Perm.RETURN_FILL, filing.region)
    notify(people, text, link=filing.get_absolute_url(), kind=kind)


def shown(value: Value) -> str:
    """A cell's value as text, for people."""
    return value if isinstance(value, str) else ("" if value is None else text(value))
