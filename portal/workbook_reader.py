"""Reads one table from an untrusted file: the child process behind `portal.sheets.read_table`.

The parent starts it with the file on its standard input, no environment and the options as its argument.
It limits itself first, loads no settings, and answers in lines of JSON: the head, any number of frames of
rows, `end`; or `refused` with a Chinese sentence. What kills it (memory, time, an abort inside a parser)
is answered by the parent.
"""

import codecs
import csv
import datetime
import gc
import io
import json
import math
import os
import re
import resource
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice

import python_calamine

from portal.identifiers import clean_text
from portal.neutral_cells import restored
from portal.workbook_guard import (
    ABNORMAL,
    HEADER_SEARCH_ROWS,
    LOCKED,
    Archive,
    Refuse,
    SheetXml,
    check_archive,
    column_letters,
    kind_of,
    look_at_archive,
    too_far,
)

CELLS_A_FRAME = 20_000
SHEETS_TRIED = 20
FIRST_INEXACT_NUMBER = 1e15  # spreadsheets keep 15 digits
OUR_SHEETS = {"填表说明", "错误清单", "选项"}
OUR_COLUMNS = {"错误", "原行号", "序号"}

# --- Sheets as rows of cells ----------------------------------------------------------------------


@dataclass
class Sheet:
    """One sheet as a parser gives it: rows of cells, those below the top only when they are asked for."""

    name: str
    top: list[list]  # where the header is searched
    below: Iterator[list]
    first_row: int = 1  # its number as the person sees it
    first_column: int = 0
    merged: list[tuple[int, str]] = field(default_factory=list)  # last row, address
    xml: SheetXml = field(default_factory=SheetXml)
    beside: list[str] = field(default_factory=list)  # names of the other visible sheets that hold anything
    is_text: bool = False


class Look(threading.Thread):
    """The guard's look at an archive, beside the parser: parsing holds no lock of Python's."""

    def __init__(self, data: bytes, limits: dict):
        super().__init__(daemon=True)
        self.data, self.limits = data, limits
        self.archive: Archive | None = None
        self.fault: Exception | None = None

    def run(self) -> None:
        try:
            self.archive = look_at_archive(self.data, self.limits)
        except Exception as fault:  # raised again by whoever asks for the verdict
            self.fault = fault

    def verdict(self) -> Archive:
        """Wait for the guard, and raise what it raised. Nothing parsed may be used before."""
        self.join()
        if self.fault is not None:
            raise self.fault
        return self.archive


def workbook_sheets(
    data: bytes, look: Callable[[], Archive | None], limits: dict, notes: list[str], *, ahead: bool
) -> Iterator[Sheet]:
    """The visible sheets that hold anything, in their order. With `ahead` the first one is parsed while the
    guard looks; its verdict comes before anything that was parsed.
    """
    book, visible, parsed = _opened(data, look, ahead=ahead)
    with book:
        archive = look()
        notes += archive.notes if archive else _notes_of_ole(data)
        known = archive.sheets if archive else {}
        shown = [(number, name) for number, name in visible if not (name in known and known[name].is_empty)]
        for number, name in shown:
            xml = known.get(name, SheetXml())
            if xml.far:
                raise Refuse(too_far(name, xml.far, limits))
            sheet = parsed.pop(number, None) or book.get_sheet_by_index(number)
            if sheet.start is not None:
                beside = [other for _, other in shown if other != name and other not in OUR_SHEETS]
                yield _read_sheet(sheet, xml, beside, limits)


def _opened(
    data: bytes, look: Callable, *, ahead: bool
) -> tuple[python_calamine.CalamineWorkbook, list, dict]:
    """The workbook, its visible sheets, and with `ahead` the first of them parsed already. What a parser
    finds at fault waits for what the guard says.
    """
    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
        visible = [
            (number, about.name)
            for number, about in enumerate(book.sheets_metadata[:SHEETS_TRIED])
            if about.visible == python_calamine.SheetVisibleEnum.Visible
            and about.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        return book, visible, {number: book.get_sheet_by_index(number) for number, _ in visible[:ahead]}
    except (python_calamine.CalamineError, ValueError, OverflowError, OSError):
        look()
        raise


def _read_sheet(
    sheet: python_calamine.CalamineSheet, xml: SheetXml, beside: list[str], limits: dict
) -> Sheet:
    last_row, last_column = sheet.end
    if last_row >= limits["rows"] + HEADER_SEARCH_ROWS or last_column >= limits["columns"]:
        raise Refuse(too_far(sheet.name, f" {column_letters(last_column)}{last_row + 1} 格", limits))
    merged = [
        (bottom + 1, f"{column_letters(left)}{top + 1}:{column_letters(right)}{bottom + 1}")
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
    ]
    merged += [(int(re.search(r"\d+$", address)[0]), address) for address in xml.merged]
    first_row, first_column = sheet.start
    rows = islice(sheet.iter_rows(), first_row, None)
    top = list(islice(rows, HEADER_SEARCH_ROWS))
    return Sheet(sheet.name, top, rows, first_row + 1, first_column, merged, xml, beside)


def text_sheet(data: bytes, notes: list[str], limits: dict) -> Sheet:
    """The rows of a CSV in whatever encoding and with whatever separator it came."""
    text = _decode(data, notes)
    if _looks_binary(text):
        raise Refuse("这不是表格文件。请上传 xlsx、xls、ods 或 CSV 文件。")
    csv.field_size_limit(1 << 17)
    rows, first_line = [], (text[:10_000].lstrip().splitlines() or [""])[0]
    separator = max(",\t;", key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for row in reader:
            if len(rows) > limits["rows"] + HEADER_SEARCH_ROWS and any(row):
                raise Refuse(_too_many(limits))
            rows.append(row)
    except csv.Error as error:
        raise Refuse(
            f"CSV 第 {reader.line_num:,} 行读不下去：引号可能没有成对，或一格的字数过多。请改正后再上传。"
        ) from error
    width = max(map(len, rows), default=0)
    if width > limits["columns"]:
        raise Refuse(too_far("CSV", f"第 {width} 列", limits))
    for row in rows:
        row.extend([""] * (width - len(row)))
    return Sheet("", rows[:HEADER_SEARCH_ROWS], iter(rows[HEADER_SEARCH_ROWS:]), is_text=True)


def _decode(data: bytes, notes: list[str]) -> str:
    for mark, name in (
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _decoded(data, name)
    sample = data[:4000]
    if sample.count(0) > len(sample) // 4:
        return _decoded(data, "utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = _decoded(data, "gb18030")
    notes.append("文件按 GB18030 编码读取，请核对汉字是否正确。")
    return text


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        raise Refuse("文件的文字编码无法识别。请在表格软件中另存为 xlsx 或“CSV UTF-8”后再上传。") from error


def _looks_binary(text: str) -> bool:
    sample = text[:20_000]
    odd = sum(1 for character in sample if character < " " and character not in "\t\r\n\x00\x0b\x0c\x1f")
    return odd * 50 > len(sample)


# --- From cells to clean values -------------------------------------------------------------------

SCIENTIFIC = re.compile(r"[+-]?[0-9](?:\.[0-9]+)?[Ee]\+[0-9]{2,}")
BLANK_LETTERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]"
)  # printable to Python, unseen by people


class CleanText(dict):
    """Text → clean text or None, remembered: columns repeat themselves."""

    def __init__(self, *, from_csv: bool = False, short: int = 0):
        super().__init__()
        self.from_csv = from_csv
        self.short = short

    def __missing__(self, text: str) -> str | None:
        clean = clean_text(restored(text) if self.from_csv else text, multiline=True) or None
        if len(self) > 100_000:
            self.clear()
        self[text] = clean
        return clean

    def all(self, values: tuple[str, ...]) -> tuple[list[str | None], bool]:
        """Each value clean, and whether all was plain: short text is seen to be so in one go."""
        joined = "".join(values)
        plain = (
            joined.isprintable()
            and not (self.from_csv and "'" in joined)
            and (joined.isascii() or not BLANK_LETTERS.search(joined))
            and unicodedata.is_normalized("NFC", joined)
        )
        if not plain:
            return [self[value] for value in values], False
        is_short = max(map(len, values)) <= self.short and "E+" not in joined and "e+" not in joined
        if all(values) and len(joined.split()) == 1:  # nothing empty, no blank anywhere
            return list(values), is_short
        return [value.strip() or None for value in values], is_short


@dataclass
class Cleaner:
    """Turns columns of parser values into columns of JSON values, and notes cells not to be trusted."""

    limit_of: dict[str, int]  # by header
    text: CleanText
    faults: list[tuple] = field(default_factory=list)

    def column(self, header: str, values: tuple, lines: list[int]) -> tuple[list, bool]:
        """The column's clean values, and whether dates (text behind \\x01) are among them."""
        kinds = set(map(type, values))
        is_checked = False
        if kinds == {str}:
            clean, is_checked = self.text.all(values)
        elif kinds == {datetime.date}:
            return [_written(value) for value in values], True
        elif kinds == {float} and -FIRST_INEXACT_NUMBER < min(values) <= max(values) < FIRST_INEXACT_NUMBER:
            return [int(value) if value.is_integer() else value for value in values], False
        else:
            clean = [
                self.text[value] if type(value) is str else self._other(header, value, line)
                for value, line in zip(values, lines, strict=True)
            ]
        if not is_checked and not kinds.isdisjoint((str, float)):
            self._check_texts(header, clean, lines)
        return clean, not kinds.isdisjoint((datetime.date, datetime.datetime))

    def _check_texts(self, header: str, values: list, lines: list[int]) -> None:
        limit = self.limit_of[header]
        for at, value in enumerate(values):
            if type(value) is not str or value[0] == "\x01":
                continue
            if len(value) > limit:
                values[at] = value[:limit]
                self.fault(lines[at], header, value[:50] + "…", f"超过 {limit:,} 个字", "请缩短后重填")
            elif "+" in value and SCIENTIFIC.fullmatch(value):
                reason = f"{header}被表格软件改成了科学计数"
                self.fault(lines[at], header, value, reason, "请把该列设为文本后重填")

    def _other(self, header: str, value: object, line: int) -> object:
        kind = type(value)
        if kind is float:
            return self._number(header, value, line)
        if kind is datetime.datetime:
            return "\x01" + (value.date() if value.time() == datetime.time.min else value).isoformat()
        if kind is datetime.date:
            return _written(value)
        if kind is datetime.time:
            return value.isoformat("minutes")
        if kind is datetime.timedelta:
            minutes = round(value.total_seconds() / 60)
            return f"{minutes // 60}:{minutes % 60:02}"
        return value

    def _number(self, header: str, value: float, line: int) -> int | float | str | None:
        if -FIRST_INEXACT_NUMBER < value < FIRST_INEXACT_NUMBER:
            return int(value) if value.is_integer() else value
        if not math.isfinite(value):
            self.fault(line, header, "", "数字过大，无法识别", "请改填正常的数字")
            return None
        return f"{value:.5E}"  # as a spreadsheet shows it; the check of texts names the fault

    def fault(self, line: int, header: str, shown: str, reason: str, remedy: str) -> None:
        self.faults.append((line, header, shown, reason, remedy))


@lru_cache(4_096)  # a column of days repeats itself
def _written(day: datetime.date) -> str:
    return "\x01" + day.isoformat()


# --- The table among the sheets -------------------------------------------------------------------

NOT_IN_A_HEADER = re.compile(r"[\s*＊:：]+")
REQUIRED_MARK = re.compile(r"\((?:必填|选填|可不填)\)$")


def header_key(text: object) -> str:
    """Headers are the same whatever their blanks, width, asterisks and colons."""
    key = NOT_IN_A_HEADER.sub("", unicodedata.normalize("NFKC", clean_text(str(text)))).casefold()
    return REQUIRED_MARK.sub("", key)


@dataclass
class Match:
    """Where on a sheet the header stands and which column is which."""

    sheet: Sheet
    row: int  # in sheet.top
    headers: list[str]  # as wanted, in the wanted order
    columns: list[int | None]  # None: an optional one that is not there
    extra_headers: list[str]
    extra_columns: list[int]
    missing: list[str]
    doubled: list[str]

    @property
    def found(self) -> int:
        return len(self.columns) - self.columns.count(None)


def match_headers(sheet: Sheet, wanted: list[str] | None, optional: set[str]) -> Match:
    """The row of the first twenty that has most of the wanted headers."""
    if wanted is None:
        filled = [sum(1 for cell in row if header_key(cell)) for row in sheet.top]
        row = next((at for at, count in enumerate(filled) if count * 2 >= max(filled)), 0)
        wanted = [clean_text(str(cell)) for cell in sheet.top[row] if header_key(cell)]
    else:
        keys = {header_key(name) for name in wanted}
        scores = [len(keys.intersection(map(header_key, row))) for row in sheet.top]
        row = scores.index(max(scores))
    return _match_row(sheet, row, wanted, optional)


def _match_row(sheet: Sheet, row: int, wanted: list[str], optional: set[str]) -> Match:
    found: dict[str, list[int]] = {}
    for column, cell in enumerate(sheet.top[row]):
        found.setdefault(header_key(cell), []).append(column)
    found.pop("", None)
    doubled = [name for name in dict.fromkeys(wanted) if len(found.get(header_key(name), ())) > 1]
    known = {header_key(name) for name in wanted} | {header_key(name) for name in OUR_COLUMNS}
    extra = sorted(column for key, columns in found.items() if key not in known for column in columns)
    return Match(
        sheet=sheet,
        row=row,
        headers=list(wanted),
        columns=[found.get(header_key(name), [None])[0] for name in wanted],
        extra_headers=[clean_text(str(sheet.top[row][column]))[:100] for column in extra],
        extra_columns=extra,
        missing=[name for name in wanted if header_key(name) not in found and name not in optional],
        doubled=doubled,
    )


def find_table(
    sheets: Iterable[Sheet], wanted: list[str] | None, optional: set[str], notes: list[str]
) -> Match:
    """The first sheet that carries every wanted header.

    Raises Refuse if none does, naming what the most fitting sheet lacks and what on it is unknown.
    """
    best, is_first = None, True
    for sheet in sheets:
        match = match_headers(sheet, wanted, optional)
        if best is None or match.found > best.found:
            best, is_first = match, best is None
        if not match.missing:
            break
    if best is None:
        raise Refuse("表里没有数据。请在模板中填写后再上传。")
    if best.missing:
        raise Refuse(_wrong_headers(best))
    if best.doubled:
        raise Refuse(f"表头{_quoted(best.doubled)}出现了不止一次，请只保留一列后再上传。")
    notes += _notes_on(best, is_first)
    return best


def _notes_on(match: Match, is_first: bool) -> list[str]:
    notes = []
    if not is_first:
        notes.append(f"数据取自工作表“{match.sheet.name}”。")
    elif match.sheet.beside:
        notes.append(f"只读取了工作表“{match.sheet.name}”，没有读取{_quoted(match.sheet.beside)}。")
    if match.extra_headers:
        notes.append(f"没有用到的列：{_quoted(match.extra_headers)}。")
    return notes


def _wrong_headers(match: Match) -> str:
    text = f"表头不符：缺少{_quoted(match.missing)}"
    if match.extra_headers:
        text += f"；不认识{_quoted(match.extra_headers)}"
    return f"{text}。请下载模板，按模板的表头改正后再上传。"


def _quoted(names: list[str]) -> str:
    shown = "".join(f"“{name[:40]}”" for name in names[:20])
    return shown + (f"等 {len(names)} 列" if len(names) > 20 else "")


def _too_many(limits: dict) -> str:
    return f"数据超过 {limits['rows']:,} 行，请分成几个文件上传。"


def frames(match: Match, cleaner: Cleaner, limits: dict) -> Iterator[dict]:
    """The data rows as columns of JSON values, a few thousand rows at a time; blank rows are left out.

    Raises Refuse on merged cells, more rows than allowed, or none at all.
    """
    sheet = match.sheet
    header_line = sheet.first_row + match.row
    merged = [address for last_row, address in sheet.merged if last_row > header_line]
    if merged:
        raise Refuse(f"数据区有合并单元格（{merged[0]}）。请取消合并，逐行填写后再上传。")
    columns = match.columns + match.extra_columns
    errors = _errors_by_column(match)
    step = max(1, CELLS_A_FRAME // max(1, len(columns)))
    rows = chain(sheet.top[match.row + 1 :], sheet.below)
    line, count = header_line + 1, 0
    while some := list(islice(rows, step)):
        frame = _frame(some, list(range(line, line + len(some))), match, cleaner, errors)
        line += len(some)
        count += len(frame["lines"])
        if count > limits["rows"]:
            raise Refuse(_too_many(limits))
        yield frame
    if not count:
        raise Refuse("表头下面没有数据。请填写后再上传。")


def _errors_by_column(match: Match) -> dict[int, dict[int, str]]:
    errors: dict[int, dict[int, str]] = {}
    for (row, column), shown in match.sheet.xml.errors.items():
        errors.setdefault(column - match.sheet.first_column, {})[row + 1] = shown
    return errors


def _frame(rows: list[list], lines: list[int], match: Match, cleaner: Cleaner, errors: dict) -> dict:
    by_column = list(zip(*rows, strict=True))
    clean, dated = [], []
    for at, column in enumerate([*match.columns, *match.extra_columns]):
        header = (match.headers + match.extra_headers)[at]
        if column is None:
            clean.append([None] * len(rows))
            continue
        values, has_dates = cleaner.column(header, by_column[column], lines)
        if column in errors:
            _set_errors(header, values, lines, errors[column], cleaner)
        clean.append(values)
        if has_dates:
            dated.append(at)
    width = len(match.columns)
    if all(None in values for values in clean[:width]):  # else no row is blank
        kept = [at for at, row in enumerate(zip(*clean[:width], strict=True)) if row.count(None) < width]
        clean = [[values[at] for at in kept] for values in clean]
        lines = [lines[at] for at in kept]
    left = set(lines)
    faults = [fault for fault in cleaner.faults if fault[0] in left]
    cleaner.faults.clear()
    return {
        "lines": lines,
        "columns": clean[:width],
        "extra": clean[width:],
        "dated": dated,
        "faults": faults,
    }


def _set_errors(
    header: str, values: list, lines: list[int], errors: dict[int, str], cleaner: Cleaner
) -> None:
    for at, line in enumerate(lines):
        if line not in errors or values[at] is not None:
            continue
        values[at] = errors[line] or "（公式没有结果）"
        if errors[line]:
            cleaner.fault(line, header, values[at], f"公式出错（{errors[line]}）", "请改填数值或文字")
        else:
            cleaner.fault(
                line, header, values[at], "公式没有保存结果", "请在表格软件中打开并保存，或改填数值"
            )


# --- The child ------------------------------------------------------------------------------------


def read(data: bytes, options: dict) -> Iterator[dict]:
    """All frames of the answer; see the module's docstring.

    Raises Refuse, and whatever a parser raises.
    """
    limits = options["limits"]
    if len(data) > limits["file_bytes"]:
        raise Refuse(f"文件超过 {limits['file_bytes'] >> 20} MB，请分成几个文件上传。")
    notes: list[str] = []
    wanted = options["expect"]
    kind = kind_of(data)
    if kind == "text":
        sheets: Iterable[Sheet] = [text_sheet(data, notes, limits)]
    else:
        look = _look(data, limits, beside=not options["guard_first"]) if kind == "zip" else lambda: None
        sheets = workbook_sheets(data, look, limits, notes, ahead=not options["guard_first"])
    match = find_table(sheets, wanted, set(options["optional"]), notes)
    if match.sheet.xml.formulas:
        notes.append(f"有 {match.sheet.xml.formulas:,} 格是公式，读取的是上次保存的结果，没有重新计算。")
    yield {
        "headers": match.headers,
        "absent": [name for name, at in zip(match.headers, match.columns, strict=True) if at is None],
        "extra_headers": match.extra_headers,
        "sheet": match.sheet.name,
        "notes": notes,
    }
    free_text = set(options["free_text"])
    names = match.headers + match.extra_headers
    limit_of = {name: limits["free_text"] if name in free_text else limits["cell"] for name in names}
    cleaner = Cleaner(limit_of, CleanText(from_csv=match.sheet.is_text, short=limits["cell"]))
    yield from frames(match, cleaner, limits)
    yield {"end": True}


def _look(data: bytes, limits: dict, *, beside: bool) -> Callable[[], Archive]:
    """The guard's verdict: at once, or on demand while the parser works."""
    if not beside:
        archive = look_at_archive(data, limits)
        return lambda: archive
    check_archive(data, limits)
    look = Look(data, limits)
    look.start()
    return look.verdict


def _notes_of_ole(data: bytes) -> list[str]:
    return ["工作簿带有宏，宏没有运行。"] if "_VBA_PROJECT".encode("utf-16-le") in data else []


def limit_self(limits: dict) -> None:
    """No more memory and time than agreed, no file written, no core left behind."""
    for what, most in (
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_CPU, limits["cpu_seconds"]),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def main() -> None:
    options = json.loads(sys.argv[1])
    limit_self(options["limits"])
    gc.disable()  # rows hold no circles, and the process ends with its file
    out = sys.stdout.buffer
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
    try:
        for frame in read(sys.stdin.buffer.read(options["limits"]["file_bytes"] + 1), options):
            out.write(encode(frame).encode() + b"\n")
            out.flush()
    except Refuse as refusal:
        out.write(encode({"refused": str(refusal)}).encode() + b"\n")
    except python_calamine.PasswordError:
        out.write(encode({"refused": LOCKED}).encode() + b"\n")
    except MemoryError:
        if not options["guard_first"]:
            os._exit(1)  # alone, guard and parser need less: the parent asks again
        out.write(encode({"refused": ABNORMAL}).encode() + b"\n")
    except (python_calamine.CalamineError, ValueError, OverflowError, OSError):
        out.write(encode({"refused": ABNORMAL}).encode() + b"\n")
    out.flush()
