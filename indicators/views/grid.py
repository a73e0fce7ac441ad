"""What stands in each row of a return's grid, and in what is told of it to the page while it is filled."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from indicators.actions import returns as actions
from indicators.forms import returns as forms
from indicators.models import CellRemark, FormItem, Return, ReturnCell, Settlement
from indicators.queries import returns as queries
from indicators.rules import Fault, NotANumber, Value, read_value, words_of
from portal.accounts import User


@dataclass
class Line:
    """One row of the grid: the cell and all that stands beside it."""

    cell: ReturnCell
    text: str
    note: str
    seen: str
    last: Value
    history: list[tuple[str, Value]]
    faults: list[Fault] = field(default_factory=list)
    misread: str = ""
    is_missing: bool = False
    wants_note: bool = False
    remarks: list[CellRemark] = field(default_factory=list)
    conflict: actions.Conflict | None = None
    current: str = ""
    handed: str | None = None  # what was handed in before, where that was something else
    settlement: Settlement | None = None

    @property
    def item(self) -> FormItem:
        return self.cell.item

    @property
    def last_text(self) -> str:
        return actions.shown(self.last)

    @property
    def history_text(self) -> str:
        return "；".join(f"{label} {actions.shown(value)}" for label, value in self.history)

    @property
    def change(self) -> str:
        """How far the figure moved since last period: +12.5%."""
        return change(queries.value_of(self.cell), self.last)

    @property
    def who(self) -> str:
        """Who filled the cell, and when."""
        return f"{filler(self.cell)} {moment(self.cell.changed_at)}" if self.cell.changed_at else ""

    @property
    def told(self) -> list[tuple[str, str]]:
        """All that is wrong or unusual here: must or explain, and the sentence."""
        found = [("must", self.misread)] if self.misread else []
        found += [(fault.severity, sentence(fault)) for fault in self.faults]
        if self.cell.is_overwritten:
            found.append(("explain", OVERWRITTEN))
        return found

    @property
    def is_wrong(self) -> bool:
        return bool(self.misread or self.conflict or any(fault.severity == "must" for fault in self.faults))


OVERWRITTEN = "与平台统计数不同，请填理由"


def sentence(fault: Fault) -> str:
    words = {"must": "必改", "explain": "需说明"}[fault.severity]
    return f"{words}：{fault.sentence}"


def change(now: Value, last: Value) -> str:
    """The change from last to now in per cent, +12.5%; "" where there is none to tell."""
    if not isinstance(now, Decimal) or not isinstance(last, Decimal) or not last:
        return ""
    moved = (now / last - 1) * 100
    return "持平" if not moved else f"{moved:+.1f}%".replace("-", "−")


def filler(cell: ReturnCell) -> str:
    if cell.changed_by:
        return cell.changed_by.name
    return "平台取数" if cell.source == ReturnCell.Source.COUNTED else ""


def moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%-m月%-d日 %H:%M}" if at else ""


@dataclass
class Sheet:
    """A return read once: its cells, what lies behind them, and what the rules say."""

    filing: Return
    cells: list[ReturnCell]
    rules: list
    past: queries.Past
    check: queries.Check

    @classmethod
    def of(cls, filing: Return) -> "Sheet":
        cells, rules = queries.cells_of(filing), list(filing.period.form.rules.all())
        past = queries.past_of(filing, rules)
        return cls(filing, cells, rules, past, queries.check(filing, cells, past, rules))

    @property
    def filled(self) -> int:
        return len(self.cells) - len(self.check.missing)

    @property
    def rule_texts(self) -> list[tuple]:
        """Every rule with what it says, whether it holds or not."""
        names = self.past.names(self.cells)
        broken = {fault.rule for fault in self.check.faults}
        return [(rule, words_of(rule.expression, names), rule.code in broken) for rule in self.rules]


def lines(sheet: Sheet, conflicts: dict | None = None, typed: dict | None = None) -> list[Line]:
    """The rows of the grid in the form's order."""
    filing, past, check = sheet.filing, sheet.past, sheet.check
    conflicts, typed = conflicts or {}, typed or {}
    remarks = defaultdict(list)
    for remark in CellRemark.objects.filter(cell__filing=filing).select_related("written_by"):
        remarks[remark.cell_id].append(remark)
    settled = {
        row.cell_id: row
        for row in Settlement.objects.filter(cell__filing=filing).select_related("settled_by")
    }
    handed = queries.handed_in_before(filing)
    unexplained = {fault.key for fault in check.unexplained} | set(check.overwritten)
    found = []
    for cell in sheet.cells:
        key, conflict = cell.item.key, conflicts.get(cell.item.key)
        old = typed[key] if conflict else None
        before = handed.text_of(key) if handed else None
        found.append(
            Line(
                cell=cell,
                text=old.text if old else cell.text,
                note=old.note if old else cell.note,
                seen=forms.seen(cell) if old is None else _as_seen(old),
                current=forms.seen(cell) if old else "",
                last=past.before.get(key),
                history=past.history.get(key, []),
                faults=check.by_key.get(key, []),
                misread=_misread(cell),
                is_missing=cell.state == ReturnCell.State.EMPTY,
                wants_note=key in unexplained,
                remarks=remarks[cell.pk],
                conflict=conflict,
                handed=before if before != cell.text else None,
                settlement=settled.get(cell.pk),
            )
        )
    return found


def _as_seen(typed: actions.Typed) -> str:
    return json.dumps([typed.seen_version, typed.seen_text, typed.seen_note], ensure_ascii=False)


def _misread(cell: ReturnCell) -> str:
    if not cell.typed or cell.item.is_text:
        return ""
    try:
        read_value(cell.typed, cell.item.decimals)
    except NotANumber as fault:
        return str(fault)
    return ""


@dataclass
class Section:
    """One table of the form with its lines, to be folded away."""

    table: str
    name: str
    lines: list[Line]
    is_open: bool = True

    @property
    def missing(self) -> int:
        return sum(line.is_missing for line in self.lines)

    @property
    def filled(self) -> int:
        return len(self.lines) - self.missing

    @property
    def wrong(self) -> int:
        return sum(line.is_wrong for line in self.lines)

    @property
    def unexplained(self) -> int:
        return sum(line.wants_note and not line.is_wrong for line in self.lines)

    @property
    def asked(self) -> int:
        """Lines with a remark that nobody has answered yet."""
        return sum(any(remark.is_open for remark in line.remarks) for line in self.lines)


def sections(lines: list[Line]) -> list[Section]:
    """The form's tables in order, all unfolded."""
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        groups[line.item.table].append(line)
    return [Section(table, group[0].item.table_name, group) for table, group in groups.items()]


def folded(sections: list[Section]) -> list[Section]:
    """Unfolded what has to be mended, and the first table that is not filled; the rest folded away."""
    first = next((section for section in sections if section.missing), None)
    for section in sections:
        section.is_open = section is first or bool(section.wrong or section.asked)
    return sections


# ---------------------------------------------------------------- told to the page while it is filled


def state_of(sheet: Sheet, since: datetime | None, by: User, saved: actions.Saved | None = None) -> dict:
    """What changed after `since`, what is disputed, and all that the rules say now, as data for the page."""
    conflicts = saved.conflicts if saved else {}
    by_key = {cell.item.key: cell for cell in sheet.cells}
    fresh = {
        key: cell
        for key, cell in by_key.items()
        if cell.changed_at and (since is None or cell.changed_at > since)
    }
    every = [
        Line(
            cell=cell,
            text=cell.text,
            note=cell.note,
            seen="",
            last=sheet.past.before.get(key),
            history=[],
            faults=sheet.check.by_key.get(key, []),
            misread=_misread(cell),
        )
        for key, cell in by_key.items()
    ]
    latest = max((cell.changed_at for cell in sheet.cells if cell.changed_at), default=None)
    return {
        "at": latest.isoformat() if latest else "",
        "cells": {
            key: {
                "text": cell.text,
                "note": cell.note,
                "seen": forms.seen(cell),
                "who": filler(cell),
                "own": cell.changed_by_id == by.pk,
                "when": moment(cell.changed_at),
                "change": change(queries.value_of(cell), sheet.past.before.get(key)),
            }
            for key, cell in fresh.items()
        },
        "conflicts": {
            key: {
                "sentence": one.sentence,
                "theirs": one.theirs,
                "their_note": one.their_note,
                "mine": one.mine,
                "my_note": one.my_note,
                "seen": forms.seen(by_key[key]),
            }
            for key, one in conflicts.items()
        },
        "faults": {line.item.key: line.told for line in every if line.told},
        "summary": {
            "filled": str(sheet.filled),
            "todo": sheet.check.words or "没有，可以提交",
        },
    }
