"""Spreadsheets in and out.

In: `read_table` answers with the rows of any workbook or CSV, or with one Chinese sentence; the file is
read by a child process with limits (docs/decisions/spreadsheets-are-read-in-a-child.md).
Out: `write_workbook`, `template`, `write_csv`, `write_faults`; no cell that leaves here is run by a
spreadsheet. Registers build on both in `portal.registers`. A staged sheet begins and ends like this, its
rows on their way into the database while the child still reads:

    with cursor.copy("COPY staging (line, number, name, held_on, points) FROM STDIN") as copy:
        for table, first in read_by_pieces(upload, expect=["学籍号", "姓名", "活动日期", "学分"]):
            for line, row in table.numbered(first):
                copy.write_row((line, *row))
    faults = [*table.faults, *faults_found_in_sql]
    write_faults(table, faults, target)
"""

import io
import json
import logging
import os
import subprocess
import sys
import threading
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from portal.errors import Refused
from portal.neutral_cells import neutral
from portal.sheet_limits import SHEET_LIMITS, Limits
from portal.workbook_writer import (
    Cell,
    Column,
    Page,
    Target,
    as_text,
    locked_sheet,
    template,
    write_csv,
    write_workbook,
)

__all__ = [
    "SHEET_LIMITS",
    "Column",
    "Fault",
    "Limits",
    "Page",
    "SheetRefused",
    "Table",
    "as_text",
    "locked_sheet",
    "neutral",
    "read_by_pieces",
    "read_table",
    "template",
    "write_csv",
    "write_faults",
    "write_workbook",
]

logger = logging.getLogger(__name__)

Source = str | Path | bytes | BinaryIO


class SheetRefused(Refused):
    """The file is no table we can take; the text says why and what to do. Nothing of it is kept."""


class ChildDied(SheetRefused):
    """The reading child ended without an answer: killed by a limit, or by an abort inside a parser."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one row, and how to mend it."""

    line: int
    column: str
    value: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        about = f"{self.column}：" if self.column and not self.reason.startswith(self.column) else ""
        return f"{about}{self.reason}" + (f"，{self.remedy}" if self.remedy else "")


@dataclass(slots=True)
class Table:
    """The rows of one sheet, in the order of the file; every row has one cell per header."""

    headers: list[str]
    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    lines: array = field(default_factory=lambda: array("I"))  # each row's number as the person sees it
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)  # cells that say something else than was typed
    sheet: str = ""
    absent: list[str] = field(default_factory=list)  # optional columns the sheet does not have
    extra_headers: list[str] = field(default_factory=list)
    extra_rows: list[tuple[Cell, ...]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)

    def numbered(self, first: int = 0) -> Iterator[tuple[int, tuple[Cell, ...]]]:
        """Each row from the `first` on, with its line."""
        return zip(self.lines[first:], self.rows[first:], strict=True)

    def without(self, lines: Collection[int]) -> "Table":
        """The same table but for these rows, by their lines."""
        kept = [at for at, line in enumerate(self.lines) if line not in lines]
        return replace(
            self,
            rows=[self.rows[at] for at in kept],
            lines=array("I", (self.lines[at] for at in kept)),
            faults=[fault for fault in self.faults if fault.line not in lines],
            extra_rows=[self.extra_rows[at] for at in kept] if self.extra_rows else [],
        )

    def records(self) -> Iterator[dict[str, Cell]]:
        for row in self.rows:
            yield dict(zip(self.headers, row, strict=True))


# --- In -------------------------------------------------------------------------------------------

FOLDER = Path(__file__).parent
# The child imports three files of this folder without running the package (settings, queue, database).
START = (
    "import sys,types;package=types.ModuleType('portal');package.__path__=[sys.argv[2]];"
    "sys.modules['portal']=package;from portal.workbook_reader import main;main()"
)
ABNORMAL = "文件异常，读取时超出了内存或时间的限度。请把数据复制到新工作簿，只粘贴数值，再上传。"
BROKEN = "文件异常，无法读取。请用表格软件打开，另存为 xlsx 后再上传。"
LONGEST_FRAME = 64 << 20
LONGEST_ANSWER = 256 << 20


def read_table(
    source: Source,
    *,
    expect: Sequence[str] | None,
    optional: Iterable[str] = (),
    free_text: Iterable[str] = (),
    limits: Limits = SHEET_LIMITS,
) -> Table:
    """The table of a workbook or CSV, whatever the file is called.

    With `expect` the rows have exactly these columns, in this order; those of `optional` may be absent
    (their cells are None). Headers match whatever their blanks, width and asterisks. `free_text` names
    the columns that may be long. Text is clean (`identifiers.clean_text`), empty cells are None, whole
    numbers are int, days are dates. With `expect=None` the first filled row is the header.

    Raises SheetRefused.
    """
    for table, _ in read_by_pieces(  # noqa: B007  the last one is whole
        source, expect=expect, optional=optional, free_text=free_text, limits=limits
    ):
        pass
    return table


def read_by_pieces(
    source: Source,
    *,
    expect: Sequence[str] | None,
    optional: Iterable[str] = (),
    free_text: Iterable[str] = (),
    limits: Limits = SHEET_LIMITS,
) -> Iterator[tuple[Table, int]]:
    """As `read_table`, while the child still reads: the growing table, and the number of its first new row.

    The child begins at once, the caller has its time until the first piece. First comes the table without
    rows. What is made of the rows counts for nothing until the last piece has come without SheetRefused.
    """
    options = {
        "expect": None if expect is None else list(expect),
        "optional": list(optional),
        "free_text": list(free_text),
        "limits": asdict(limits),
    }
    file = _opened(source, limits)
    return _by_pieces(file, _child(file, options | {"guard_first": False}), options, limits)


def _by_pieces(
    file: BinaryIO, child: subprocess.Popen, options: dict, limits: Limits
) -> Iterator[tuple[Table, int]]:
    with file:
        is_begun = False
        try:
            for piece in _read_in_child(child, limits):
                is_begun = True
                yield piece
        except ChildDied:
            if is_begun:
                raise
            # The parser may have died of what the guard had not yet found: now one after the other.
            file.seek(0)
            yield from _read_in_child(_child(file, options | {"guard_first": True}), limits)


def _opened(source: Source, limits: Limits) -> BinaryIO:
    """The source as a real file at its start; what came as bytes stays in memory."""
    if isinstance(source, str | Path):
        file = open(source, "rb")  # noqa: SIM115 the caller closes it
    else:
        file = _in_memory(source if not isinstance(source, bytes) else io.BytesIO(source), limits)
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size > limits.file_bytes:
        file.close()
        raise SheetRefused(f"文件超过 {limits.file_bytes >> 20} MB，请分成几个文件上传。")
    return file


def _in_memory(source: BinaryIO, limits: Limits) -> BinaryIO:
    file = os.fdopen(os.memfd_create("sheet"), "w+b")
    source.seek(0)
    left = limits.file_bytes + 1
    while left > 0 and (piece := source.read(min(left, 1 << 20))):
        file.write(piece)
        left -= len(piece)
    return file


def _child(file: BinaryIO, options: dict) -> subprocess.Popen:
    arguments = [sys.executable, "-I", "-c", START, json.dumps(options), str(FOLDER)]
    return subprocess.Popen(  # noqa: S603 our own interpreter and arguments; the file is standard input
        arguments, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/"
    )


def _read_in_child(child: subprocess.Popen, limits: Limits) -> Iterator[tuple[Table, int]]:
    with child:
        alarm = threading.Timer(limits.wall_seconds, child.kill)
        alarm.start()
        try:
            yield from _pieces(_frames(child.stdout))
        finally:
            alarm.cancel()
            child.kill()
            child.stdout.close()
            child.wait()


def _pieces(frames: Iterator[dict]) -> Iterator[tuple[Table, int]]:
    """Raises SheetRefused for a refusal, and for an answer that ends early or is none of ours."""
    table = None
    while True:
        first = len(table) if table else 0
        with _only_our_answers():
            frame = next(frames, None)
            # Killed by a limit (-9, -24) or by an abort inside a parser (-6): there is no `end`.
            if frame is None:
                raise ChildDied(ABNORMAL)
            if "refused" in frame:
                raise SheetRefused(str(frame["refused"]))
            if table is None:
                table = Table(**{name: frame[name] for name in HEAD})
            elif "end" in frame:
                return
            else:
                _add_frame(table, frame)
        yield table, first


HEAD = ("headers", "notes", "sheet", "absent", "extra_headers")


@contextmanager
def _only_our_answers() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        logger.warning("The reading child answered with something else: %s", type(error).__name__)
        raise SheetRefused(BROKEN) from error


def _frames(answer: BinaryIO) -> Iterator[dict]:
    left = LONGEST_ANSWER
    while line := answer.readline(LONGEST_FRAME):
        left -= len(line)
        if left < 0:
            raise SheetRefused("表里的文字过多，请分成几个文件上传。")
        if line.endswith(b"\n"):
            yield json.loads(line)


def _add_frame(table: Table, frame: dict) -> None:
    columns = [*frame["columns"], *frame["extra"]]
    for at in frame["dated"]:
        columns[at] = [_dated(value) if type(value) is str else value for value in columns[at]]
    width = len(table.headers)
    table.rows.extend(zip(*columns[:width], strict=True))
    if table.extra_headers:
        table.extra_rows.extend(zip(*columns[width:], strict=True))
    table.lines.extend(frame["lines"])
    table.faults.extend(Fault(*fault) for fault in frame["faults"])


@lru_cache(4_096)  # a column of days repeats itself
def _dated(text: str) -> Cell:
    if text[0] != "\x01":
        return text
    return date.fromisoformat(text[1:]) if len(text) == 11 else datetime.fromisoformat(text[1:])


# --- Back to the sender ---------------------------------------------------------------------------


def write_faults(table: Table, faults: Iterable[Fault], target: Target, *, only_faulty: bool = False) -> None:
    """Give the workbook back with an 错误 column, faulty cells marked, and 错误清单 with every fault.

    What is given back can be mended and read again: `read_table` passes over 错误 and 原行号.
    """
    by_line: dict[int, list[Fault]] = {}
    for fault in faults:
        by_line.setdefault(fault.line, []).append(fault)
    kept = [at for at, line in enumerate(table.lines) if line in by_line or not only_faulty]
    headers = [*table.headers, *table.extra_headers]
    places = {header: at + 1 for at, header in enumerate(headers)}
    columns = [
        Column(header="错误", width=48),
        *(Column(header=name) for name in headers),
        Column(header="原行号"),
    ]
    faulty = {
        number: {0} | {places[fault.column] for fault in by_line[table.lines[at]] if fault.column in places}
        for number, at in enumerate(kept)
        if table.lines[at] in by_line
    }
    pages = [
        Page(
            name=_page_name(table.sheet),
            columns=columns,
            rows=_marked_rows(table, kept, by_line),
            faulty=faulty,
        ),
        _fault_list(by_line),
    ]
    write_workbook(target, pages)


def _page_name(sheet: str) -> str:
    name = "".join(letter for letter in sheet if letter not in "[]:*?/\\").strip("'")[:31]
    return name if name and name not in ("错误清单", "History") else "数据"


def _marked_rows(
    table: Table, kept: list[int], by_line: dict[int, list[Fault]]
) -> Iterator[tuple[Cell, ...]]:
    for at in kept:
        line = table.lines[at]
        extra = table.extra_rows[at] if table.extra_headers else ()
        wrong = "；".join(str(fault) for fault in by_line.get(line, ()))
        yield (wrong or None, *table.rows[at], *extra, line)


def _fault_list(by_line: dict[int, list[Fault]]) -> Page:
    columns = [
        Column(header="行号", width=8),
        Column(header="列", width=16),
        Column(header="填写内容", width=28),
        Column(header="错误原因", width=44),
        Column(header="怎么改", width=44),
    ]
    ordered = [fault for line in sorted(by_line) for fault in by_line[line]]
    rows = ((fault.line, fault.column, fault.value, fault.reason, fault.remedy) for fault in ordered)
    return Page(name="错误清单", columns=columns, rows=rows)
