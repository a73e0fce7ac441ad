"""Writes workbooks and CSV that no spreadsheet runs: text as text, days as dates, numbers as numbers."""

import csv
import io
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from portal.neutral_cells import neutral
from portal.sheet_limits import SHEET_LIMITS, Limits

Cell = str | int | float | bool | date | datetime | None
Target = str | Path | BinaryIO


def as_text(value: Cell) -> str:
    """The cell as a person would have typed it into a form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return str(value)


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a sheet that we write."""

    header: str
    width: int = 0  # in characters; 0: by the header
    choices: Sequence[str] = ()  # offered as a list in a template
    is_required: bool = False
    note: str = ""  # how to fill it, for 填表说明
    sample: Cell = None


@dataclass(frozen=True, kw_only=True)
class Page:
    """One sheet that we write. Each cell is written as what it is: text as text, a day as a date."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]] = ()
    faulty: dict[int, set[int]] = field(default_factory=dict)  # row → columns to mark, counted from 0


OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
HEADER_FILL, FAULT_FILL, OPEN_FILL = "#E4ECF5", "#FBE3E1", "#FFFBE6"
MOST_CHOICES_TYPED = 255  # characters of a list that a cell rule itself may hold


def write_workbook(
    target: Target,
    pages: Sequence[Page],
    *,
    spill_to: str | None = None,
    made_at: datetime | None = None,
) -> None:
    """Write an xlsx. All in memory, so that no name lies on a disk in clear (90 MB for 50,000 × 9).

    `spill_to` is a folder for larger tables without personal data: row by row through files there. `made_at`
    is the moment of the content, in place of the clock's: the same content, the same bytes.
    """
    where = {"constant_memory": True, "tmpdir": spill_to} if spill_to else {"in_memory": True}
    target = str(target) if isinstance(target, Path) else target
    with xlsxwriter.Workbook(target, OPTIONS | where) as book:
        if made_at is not None:
            book.set_properties({"created": made_at.astimezone(UTC).replace(tzinfo=None)})
        pen = _Pen(book)
        for page in pages:
            pen.write(page)


def template(
    target: Target,
    name: str,
    columns: Sequence[Column],
    *,
    notes: Sequence[str] = (),
    rows: Iterable[Sequence[Cell]] = (),
    rows_to_fill: int = 2_000,
    limits: Limits = SHEET_LIMITS,
) -> None:
    """Write a sheet to fill, empty or with `rows`: drop-down lists, and 填表说明 with notes, columns and a
    sample row.
    """
    with xlsxwriter.Workbook(
        str(target) if isinstance(target, Path) else target, OPTIONS | {"in_memory": True}
    ) as book:
        pen = _Pen(book)
        sheet = pen.write(Page(name=name, columns=columns, rows=rows))
        for at, column in enumerate(columns):
            sheet.set_column(at, at, pen.width(column), pen.cell_format(column.sample))
        pen.write(_explanation(columns, notes, limits))
        pen.offer_choices(sheet, columns, rows_to_fill)


def locked_sheet(
    target: Target,
    name: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    *,
    open_columns: Sequence[str],
    notes: Sequence[str] = (),
) -> None:
    """Write a sheet whose layout is locked: only cells of `open_columns` can be changed, and only below the
    headers. The lock keeps the layout, it is no secret: what comes back is checked as any other file.
    """
    with xlsxwriter.Workbook(
        str(target) if isinstance(target, Path) else target, OPTIONS | {"in_memory": True}
    ) as book:
        pen = _Pen(book)
        to_fill = {at for at, column in enumerate(columns) if column.header in open_columns}
        sheet = pen.write(Page(name=name, columns=columns, rows=rows), unlocked=to_fill)
        sheet.protect("", {"format_columns": True, "format_rows": True})
        about = [Column(header="填写说明", width=90)]
        pen.write(Page(name="填表说明", columns=about, rows=[(note,) for note in notes]))


def _explanation(columns: Sequence[Column], notes: Sequence[str], limits: Limits) -> Page:
    general = (
        "请从第 2 行起填写，不要改动表头，不要合并单元格。",
        "带 * 的列必填。",
        limits.sentence,
        *notes,
    )
    about = [
        Column(header="列", width=18),
        Column(header="怎么填", width=64),
        Column(header="示例", width=28),
    ]
    rows: list[tuple[Cell, ...]] = [("说明", note, None) for note in general]
    for column in columns:
        listed = f"可填：{'、'.join(column.choices[:30])}。" if column.choices else ""
        star = "*" if column.is_required else ""
        rows.append((star + column.header, f"{'必填。' if star else ''}{column.note}{listed}", column.sample))
    return Page(name="填表说明", columns=about, rows=rows)


class _Pen:
    """The formats of one workbook, and how a cell of each kind is written with them."""

    def __init__(self, book: xlsxwriter.Workbook):
        self.book = book
        self.header = book.add_format(
            {"bold": True, "bg_color": HEADER_FILL, "border": 1, "border_color": "#B8C4D2", "text_wrap": True}
        )
        self.formats: dict[tuple, Format] = {}

    def format(
        self, number_format: str, *, is_quoted: bool = False, is_faulty: bool = False, is_open: bool = False
    ) -> Format:
        key = (number_format, is_quoted, is_faulty, is_open)
        if key not in self.formats:
            look = {"num_format": number_format, "quote_prefix": is_quoted, "valign": "top"}
            look |= {"bg_color": FAULT_FILL} if is_faulty else {}
            look |= {"locked": False, "bg_color": OPEN_FILL, "border": 1} if is_open else {}
            self.formats[key] = self.book.add_format(look)
        return self.formats[key]

    def cell_format(self, value: Cell) -> Format:
        """How the cells below a sample of this kind are to look: text unless it is a day or a number."""
        if isinstance(value, date):
            return self.format("yyyy-mm-dd hh:mm" if isinstance(value, datetime) else "yyyy-mm-dd")
        is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        return self.format("General" if is_number else "@")

    @staticmethod
    def width(column: Column) -> int:
        return column.width or min(40, max(10, 2 * len(column.header) + 4))

    def write(self, page: Page, *, unlocked: Container[int] = ()) -> Worksheet:
        """One sheet; the columns in `unlocked` may be changed once it is protected."""
        sheet = self.book.add_worksheet(page.name[:31])
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(page.columns):
            sheet.set_column(at, at, self.width(column))
            sheet.write_string(0, at, ("*" if column.is_required else "") + column.header, self.header)
        for number, row in enumerate(page.rows):
            marked = page.faulty.get(number, ())
            for at, value in enumerate(row):
                if at in unlocked:
                    self.put_open(sheet, number + 1, at, value)
                else:
                    self.put(sheet, number + 1, at, value, is_faulty=at in marked)
        return sheet

    def put_open(self, sheet: Worksheet, row: int, at: int, value: Cell) -> None:
        """A cell that may be changed: a number as a number, all else as text; what is typed there stays."""
        look = self.format("General", is_open=True)
        if value is None or value == "":
            sheet.write_blank(row, at, None, look)
        elif isinstance(value, int | float | Decimal) and abs(value) < 1e15:
            sheet.write_number(row, at, float(value), look)
        else:
            sheet.write_string(
                row,
                at,
                str(value)[:32_767],
                self.format("@", is_quoted=neutral(str(value)) is not value, is_open=True),
            )

    def put(self, sheet: Worksheet, row: int, at: int, value: Cell, *, is_faulty: bool = False) -> None:
        if value is None or value == "":
            if is_faulty:
                sheet.write_blank(row, at, None, self.format("@", is_faulty=True))
        elif isinstance(value, str):
            is_quoted = neutral(value) is not value
            sheet.write_string(
                row, at, value[:32_767], self.format("@", is_quoted=is_quoted, is_faulty=is_faulty)
            )
        elif isinstance(value, bool):
            sheet.write_string(row, at, as_text(value), self.format("@", is_faulty=is_faulty))
        elif isinstance(value, date):
            self._put_date(sheet, row, at, value, is_faulty)
        else:
            self._put_number(sheet, row, at, value, is_faulty)

    def _put_date(self, sheet: Worksheet, row: int, at: int, value: date, is_faulty: bool) -> None:
        if value.year < 1900:
            sheet.write_string(row, at, value.isoformat(), self.format("@", is_faulty=is_faulty))
            return
        with_time = isinstance(value, datetime)
        look = self.format("yyyy-mm-dd hh:mm" if with_time else "yyyy-mm-dd", is_faulty=is_faulty)
        moment = value.replace(tzinfo=None) if with_time else datetime.combine(value, time.min)
        sheet.write_datetime(row, at, moment, look)

    def _put_number(
        self, sheet: Worksheet, row: int, at: int, value: float | Decimal, is_faulty: bool
    ) -> None:
        if abs(value) < 1e15:
            sheet.write_number(row, at, float(value), self.format("General", is_faulty=is_faulty))
        else:  # more digits than a spreadsheet keeps, or no number at all
            sheet.write_string(row, at, str(value), self.format("@", is_faulty=is_faulty))

    def offer_choices(self, sheet: Worksheet, columns: Sequence[Column], rows: int) -> None:
        """Lists in the cells; those too long for a cell rule stand on a hidden sheet."""
        hidden = None
        for at, column in enumerate(columns):
            if not column.choices:
                continue
            listed: list | str = list(column.choices)
            if len(",".join(listed)) > MOST_CHOICES_TYPED or any("," in choice for choice in listed):
                hidden = hidden or self._hidden_sheet()
                for number, choice in enumerate(column.choices):
                    self.put(hidden, number, at, choice)
                letters = xlsxwriter.utility.xl_col_to_name(at, True)
                listed = f"=选项!{letters}$1:{letters}${len(column.choices)}"
            sheet.data_validation(
                1,
                at,
                rows,
                at,
                {
                    "validate": "list",
                    "source": listed,
                    "error_title": column.header[:32],
                    "error_message": "请从列表中选择。",
                },
            )

    def _hidden_sheet(self) -> Worksheet:
        sheet = self.book.add_worksheet("选项")
        sheet.hide()
        return sheet


def write_csv(target: BinaryIO, headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write UTF-8 with BOM, as Excel and WPS open it right; every text neutral, numbers and dates plain."""
    wrapped = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(wrapped, lineterminator="\r\n")
    writer.writerow([neutral(header) for header in headers])
    for row in rows:
        writer.writerow([neutral(value) if isinstance(value, str) else as_text(value) for value in row])
    wrapped.detach()
