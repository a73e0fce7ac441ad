"""The roll of a school as a sheet."""

from collections.abc import Callable
from datetime import date

from django.db import transaction

from portal.calendar import local_today
from portal.sheets import (
    Fault,
    Table,
    as_text,
    read_table,
)
from youth_credits import actions, queries
from youth_credits.actions import Outcome, RollRow
from youth_credits.models import Batch, Grade
from youth_credits.sheets.cells import (
    CLASS,
    CONSENT,
    GRADE,
    NAME,
    NUMBER,
    ROLL_HEADERS,
    ROLL_OPTIONAL,
    CellFault,
    day_of,
    name_of,
    number_of,
)
from youth_credits.sheets.report import report, told

# One sentence, whatever is known elsewhere: a school never learns that a child exists at another.
CLASH = "该学籍号暂不能登记"
CLASH_REMEDY = "请核对；确属转入本校的学生，导入其余行时会提出转入申请"


GRADES = {label: number for number, label in Grade.choices}
GRADES |= {label.removesuffix("年级"): number for label, number in list(GRADES.items())}
GRADES |= {"初一": 7, "初二": 8, "初三": 9, "七": 7}


def grade_of(value) -> int:
    text = as_text(value).strip()
    digits = text.removesuffix("年级")
    if digits.isdigit() and 1 <= int(digits) <= 9:
        return int(digits)
    if text not in GRADES:
        raise CellFault("年级无法识别" if text else "没有填写年级", "请填“五年级”或数字 1 至 9")
    return GRADES[text]


def class_of(value) -> int:
    text = as_text(value).strip().strip("()（）").removesuffix("班").strip("()（）")
    if text.isdigit() and 1 <= int(text) <= 99:
        return int(text)
    raise CellFault("班级无法识别" if text else "没有填写班级", "请填数字，例如 3")


def consent_of(value, texts: queries.ConsentTexts) -> date | None:
    if value is None:
        return None
    day = day_of(value)
    if day > local_today():
        raise CellFault("同意日期晚于今天", "请按同意书上的日期填写")
    if texts.version_on(day) is None:
        raise CellFault("该日期没有适用的监护人同意书", "请核对年份，按同意书上的日期填写")
    return day


ROLL_CELLS = (
    (NUMBER, number_of),
    (NAME, name_of),
    (GRADE, grade_of),
    (CLASS, class_of),
)


def read_roll(source) -> Table:
    """Raises SheetRefused."""
    return read_table(source, expect=ROLL_HEADERS, optional=ROLL_OPTIONAL)


def roll_rows(table: Table) -> tuple[list[RollRow], list[Fault]]:
    """The rows of a roll that are right, and every fault of the others."""
    rows, faults, seen = [], list(table.faults), {}
    texts = queries.ConsentTexts()
    read_cells = (*ROLL_CELLS, (CONSENT, lambda value: consent_of(value, texts)))
    distrusted, known = {fault.line for fault in faults}, told(table)
    for line, row in table.numbered():
        cells, wrong = [], []
        for (header, read), value in zip(read_cells, row, strict=True):
            try:
                cells.append(read(value))
            except CellFault as fault:
                wrong.append(Fault(line, header, as_text(value)[:100], fault.reason, fault.remedy))
        wrong = [fault for fault in wrong if (line, fault.column) not in known]
        if len(cells) == len(read_cells) and cells[0] in seen:
            reason = f"学籍号与第 {seen[cells[0]]} 行相同"
            wrong.append(Fault(line, NUMBER, cells[0], reason, "请删除其中一行"))
        faults += wrong
        if wrong or line in distrusted:
            continue
        seen[cells[0]] = line
        rows.append(RollRow(line, *cells))
    return rows, faults


def _update_roll(batch: Batch, table: Table) -> tuple[Outcome, list[Fault], list[RollRow]]:
    """What a roll brings, its faults, and the children who are on the roll of another school."""
    rows, faults = roll_rows(table)
    outcome, clashes = actions.update_roll(rows, batch=batch, on=local_today())
    number_at = {row.line: row.number for row in rows}
    faults += [Fault(line, NUMBER, number_at[line], CLASH, CLASH_REMEDY) for line in clashes]
    outcome.read = len(table)
    outcome.faulty = outcome.read - outcome.new - outcome.changed - outcome.same
    outcome.notes = [*table.notes, *outcome.notes]
    return outcome, faults, [row for row in rows if row.line in set(clashes)]


def check_roll(batch: Batch, *, progress: Callable = lambda *a, **k: None) -> None:
    """Read and check an uploaded roll by doing it and taking it back. Raises SheetRefused."""
    progress(0, note="正在读取文件")
    table = read_roll(batch.file.read())
    progress(0, len(table), "正在核对")
    with transaction.atomic():
        outcome, faults, _ = _update_roll(batch, table)
        transaction.set_rollback(True)
    actions.note_checked(batch, outcome, **report(batch, table, faults))
    progress(len(table), len(table), "已检查")


def keep_roll(batch: Batch, *, progress: Callable = lambda *a, **k: None) -> None:
    """Read and check again, and keep what was decided to be kept. Raises SheetRefused."""
    progress(0, note="正在读取文件")
    table = read_roll(batch.file.read())
    progress(0, len(table), "正在写入")
    with transaction.atomic():
        outcome, faults, elsewhere = _update_roll(batch, table)
        is_held = bool(outcome.faulty and not batch.only_good)
        transaction.set_rollback(is_held)
    found = report(batch, table, faults)
    if is_held:
        outcome.notes.append("与检查时相比出现了新的错误，没有导入任何行，请重新确认。")
        actions.hold(batch, outcome, **found)
    else:
        asked = actions.ask_transfers(batch, elsewhere, on=local_today())
        if asked:
            outcome.notes.append(f"已为 {asked:,} 名暂不能登记的学生提出转入申请，可在“转学”中查看。")
        actions.store_roll(batch, outcome, **found)
    progress(len(table), len(table), "已完成")
