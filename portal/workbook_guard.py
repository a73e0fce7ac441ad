"""Reads one table from an untrusted file: the child process behind `portal.sheets.read_table`.

Started as `python -I workbook_guard.py OPTIONS` with the file on its standard input and no environment. It limits itself first,
imports nothing of the portal, tells the kind of a file by its content, looks at the archive before any parser does, and answers
in lines of JSON: `head`, any number of `rows`, `end`; or one `refused` with a Chinese sentence. What kills it (memory, time, an
abort inside a parser) is answered by the parent.
"""

import codecs
import csv
import datetime
import io
import json
import re
import resource
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import python_calamine

ABNORMAL = "文件异常或已损坏，无法读取。请用表格软件打开，另存为 xlsx 后再上传。"
PASSWORD = "工作簿设有密码，请取消密码后再上传。"
SAVE_AS = "请在表格软件中打开后另存为 xlsx 再上传。"
CELLS_A_FRAME = 20_000
HEADER_SEARCH_ROWS = 20
SHEETS_TRIED = 20
FIRST_INEXACT_NUMBER = 1e15  # spreadsheets keep 15 digits
OUR_SHEETS = {"填表说明", "错误清单", "选项"}
OUR_COLUMNS = {"错误", "原行号", "序号"}


class Refuse(Exception):
    """What is wrong with the file, as a sentence for the person who sent it."""


# ---- The kind of a file, by its content ----------------------------------------------------------------------------

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
FOREIGN = [
    (b"%PDF", "这是 PDF 文件，不是表格。请上传 xlsx、xls、ods 或 CSV 文件。"),
    (b"\x89PNG", "这是图片，不是表格。请上传 xlsx、xls、ods 或 CSV 文件。"),
    (b"\xff\xd8\xff", "这是图片，不是表格。请上传 xlsx、xls、ods 或 CSV 文件。"),
    (b"GIF8", "这是图片，不是表格。请上传 xlsx、xls、ods 或 CSV 文件。"),
    (b"MZ", "这是程序文件，不是表格。请上传 xlsx、xls、ods 或 CSV 文件。"),
    (b"\x7fELF", "这是程序文件，不是表格。请上传 xlsx、xls、ods 或 CSV 文件。"),
    (b"Rar!", "这是压缩包。请解压后上传其中的工作簿。"),
    (b"7z\xbc\xaf\x27\x1c", "这是压缩包。请解压后上传其中的工作簿。"),
    (b"\x1f\x8b", "这是压缩包。请解压后上传其中的工作簿。"),
    (b"{\\rtf", f"这是文字文档，不是表格。{SAVE_AS}"),
]


def kind_of(data: bytes) -> str:
    """`zip`, `xls` or `text`.

    Raises Refuse for what is plainly something else.
    """
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise Refuse("文件是空的。请填好数据后再上传。")
    for magic, answer in FOREIGN:
        if data.startswith(magic):
            raise Refuse(answer)
    if data.startswith(b"PK"):
        return "zip"
    if data.startswith(OLE):
        _check_ole(data)
        return "xls"
    if data.startswith(b"\x09\x08\x10\x00"):  # an xls stream without its container
        return "xls"
    _check_markup(data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower())
    return "text"


def _check_ole(data: bytes) -> None:
    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        raise Refuse(PASSWORD)
    if not (holds("Workbook") or holds("Book")):
        raise Refuse(f"这不是工作簿（可能是文字文档或安装程序）。{SAVE_AS}")


def _check_markup(start: bytes) -> None:
    if start.startswith(b"mime-version"):
        raise Refuse(f"这是网页文件，不是工作簿。{SAVE_AS}")
    if not start.startswith(b"<"):
        return
    if b"office:spreadsheet" in start or b"excel.sheet" in start:
        raise Refuse(f"这是 XML 表格，不是工作簿。{SAVE_AS}")
    raise Refuse(f"这是网页文件，不是工作簿。{SAVE_AS}")


# ---- The archive, before any parser sees it ------------------------------------------------------------------------


@dataclass
class Archive:
    """What the guard saw of a zip workbook."""

    kind: str  # xlsx or ods
    notes: list[str] = field(default_factory=list)
    sheets: dict[str, "SheetXml"] = field(default_factory=dict)  # by sheet name


@dataclass
class SheetXml:
    """What a parser of values would not tell about one worksheet."""

    far: str = ""
    formulas: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)  # (row, column), counted from 0
    merged: list[str] = field(default_factory=list)


ELSEWHERE = [
    ("word/", f"这是文字文档，不是工作簿。{SAVE_AS}"),
    ("ppt/", "这是演示文稿，不是工作簿。请上传 xlsx、xls、ods 或 CSV 文件。"),
    ("xl/workbook.bin", f"暂不支持 xlsb。{SAVE_AS}"),
    ("Index/", "这是 Numbers 表格。请导出为 xlsx 后再上传。"),
]


def look_at_archive(data: bytes, limits: dict) -> Archive:
    """Open every entry once, counting what really comes out.

    Raises Refuse for too many, too large, doubled, encrypted or escaping entries, a bad checksum, any DTD, and for what is no
    workbook.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = _checked_entries(archive, limits)
            kind = _kind_of_archive(archive, entries)
            return _look_inside(archive, entries, Archive(kind), limits)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OSError,
    ) as error:
        raise Refuse(ABNORMAL) from error


def _checked_entries(archive: zipfile.ZipFile, limits: dict) -> dict[str, zipfile.ZipInfo]:
    listed = archive.infolist()
    entries = {info.filename: info for info in listed}
    if len(listed) > limits["entries"]:
        raise Refuse(
            f"工作簿内部的部件超过 {limits['entries']:,} 个，无法读取。请把数据复制到新工作簿后再上传。"
        )
    if len(entries) < len(listed) or any(_escapes(name) for name in entries):
        raise Refuse(ABNORMAL)
    if any(info.flag_bits & 1 for info in listed):
        raise Refuse(PASSWORD)
    if sum(info.file_size for info in listed) > limits["unpacked_bytes"]:
        raise Refuse(
            f"工作簿解开后超过 {limits['unpacked_bytes'] >> 20} MB，无法读取。"
            "请删去空白行列和图片，或分成几个文件后再上传。"
        )
    styles = entries.get("xl/styles.xml")
    if styles and styles.file_size > limits["styles_bytes"]:
        raise Refuse("工作簿的样式过多。请新建工作簿，只粘贴数值后再上传。")
    return entries


def _escapes(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or ":" in name or "\x00" in name


def _kind_of_archive(archive: zipfile.ZipFile, entries: dict) -> str:
    if "xl/workbook.xml" in entries:
        return "xlsx"
    if "mimetype" in entries and entries["mimetype"].file_size < 200:
        if b"opendocument.spreadsheet" in archive.read("mimetype"):
            return "ods"
    for start, answer in ELSEWHERE:
        if any(name.startswith(start) for name in entries):
            raise Refuse(answer)
    raise Refuse("这是压缩包，不是工作簿。请解压后上传其中的 xlsx、xls、ods 或 CSV 文件。")


def _look_inside(archive: zipfile.ZipFile, entries: dict, found: Archive, limits: dict) -> Archive:
    places = _sheet_places(archive, entries) if found.kind == "xlsx" else {}
    for name, info in entries.items():
        content = _inflate(archive, info)
        if name.endswith((".xml", ".rels", ".vml")):
            _check_prolog(content)
        if name in places:
            found.sheets[places[name]] = _look_at_sheet(content, limits)
        if name == "META-INF/manifest.xml" and b"encryption-data" in content:
            raise Refuse(PASSWORD)
        if name == "content.xml" and found.kind == "ods":
            _check_repeats(content, limits)
            found.sheets = _ods_sheets(content)
    if any(name.endswith("vbaProject.bin") for name in entries) or any(
        n.startswith("Basic/") for n in entries
    ):
        found.notes.append("工作簿带有宏，宏没有运行。")
    if any(name.startswith("xl/externalLinks/") for name in entries):
        found.notes.append("工作簿引用了其他文件，引用没有更新。")
    return found


def _inflate(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytearray:
    content = bytearray(info.file_size)
    view = memoryview(content)
    at = 0
    with archive.open(info) as entry:
        while got := entry.read(1 << 20):
            view[at : at + len(got)] = got
            at += len(got)
    if at != info.file_size:
        raise Refuse(ABNORMAL)
    return content


PROLOG = re.compile(rb"\s*(?:<\?.*?\?>|<!--.*?-->|\s+)*", re.DOTALL)
ENCODING = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([^"']*)["']""")


def _check_prolog(content: bytearray) -> None:
    """A DTD can only stand before the first element; another encoding could hide it."""
    start = 3 if content.startswith(codecs.BOM_UTF8) else 0
    declared = ENCODING.match(content, start)
    if b"\x00" in content[:64] or content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Refuse(ABNORMAL)
    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
        raise Refuse(ABNORMAL)
    end = PROLOG.match(content, start).end()
    if content[end : end + 2] == b"<!":
        raise Refuse("工作簿里含有不允许的文档定义，无法读取。" + SAVE_AS)


SHEET_TAG = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
RELATION_TAG = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def _attributes(tag: bytes) -> dict[str, str]:
    return {
        match[1].decode().rpartition(":")[2]: _unescape(
            (match[2] or match[3] or b"").decode("utf-8", "replace")
        )
        for match in ATTRIBUTE.finditer(tag)
    }


def _unescape(text: str) -> str:
    text = re.sub(r"&#(\d{1,7});", lambda m: chr(min(int(m[1]), 0x10FFFF)), text)
    for name, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(name, character)
    return text


def _sheet_places(archive: zipfile.ZipFile, entries: dict) -> dict[str, str]:
    """Entry name → sheet name of an xlsx."""
    wanted = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
    if any(name not in entries or entries[name].file_size > 1 << 20 for name in wanted):
        raise Refuse(ABNORMAL)
    book, relations = (_inflate(archive, entries[name]) for name in wanted)
    targets = {}
    for match in RELATION_TAG.finditer(relations):
        relation = _attributes(match[1])
        targets[relation.get("Id", "")] = relation.get("Target", "")
    places = {}
    for match in SHEET_TAG.finditer(book):
        sheet = _attributes(match[1])
        target = targets.get(sheet.get("id", ""), "")
        places[target.lstrip("/") if target.startswith("/") else f"xl/{target}"] = sheet.get("name", "")
    return places


DIMENSION = re.compile(rb"""<(?:\w+:)?dimension\s+ref\s*=\s*["'](?:[A-Z]+\d+:)?([A-Z]+)(\d+)["']""")
FORMULA = re.compile(rb"<f[\s>/]")
ERROR_CELL = re.compile(
    rb"""<c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*?\bt="e"[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?<v>([^<]{0,20})"""
)
ERROR_CELL_TYPE_FIRST = re.compile(
    rb"""<c\s[^>]*?\bt="e"[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?<v>([^<]{0,20})"""
)
NO_RESULT = re.compile(
    rb"""<c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)(?:<v></v>|<v/>)?</c>"""
)


def _look_at_sheet(content: bytearray, limits: dict) -> SheetXml:
    sheet = SheetXml(far=_far_cell(content, limits), formulas=len(FORMULA.findall(content)))
    if b't="e"' in content:
        for pattern in (ERROR_CELL, ERROR_CELL_TYPE_FIRST):
            for match in pattern.finditer(content):
                sheet.errors[int(match[2]) - 1, column_number(match[1].decode())] = match[3].decode(
                    "utf-8", "replace"
                )
    if sheet.formulas:
        for match in NO_RESULT.finditer(content):
            sheet.errors[int(match[2]) - 1, column_number(match[1].decode())] = ""
    return sheet


def _far_cell(content: bytearray, limits: dict) -> str:
    """The first address beyond the limits, claimed or real, or nothing."""
    most_rows = limits["rows"] + HEADER_SEARCH_ROWS
    claimed = DIMENSION.search(content, 0, 4096)
    if claimed and (int(claimed[2]) > most_rows or column_number(claimed[1].decode()) >= limits["columns"]):
        return (claimed[1] + claimed[2]).decode()
    for match in far_address(limits["columns"]).finditer(content):
        if match[1] or int(match[3]) > most_rows:
            return f"{(match[1] or match[2] or b'').decode()}{(match[3] or b'').decode()}"
    return ""


def far_address(columns: int) -> re.Pattern:
    """Finds columns beyond `columns` (27 to 701) and rows of five digits and more; the rest passes at the speed of a search."""
    first, last = column_letters(columns - 1)
    beyond = [rb"[A-Z]{3,}"]
    if first < "Z":
        beyond.append(f"[{chr(ord(first) + 1)}-Z][A-Z]".encode())
    if last < "Z":
        beyond.append(f"{first}[{chr(ord(last) + 1)}-Z]".encode())
    return re.compile(rb"""\sr=["'](?:(%s)(?=\d)|([A-Z]{0,2})(\d{5,})["'])""" % b"|".join(beyond))


def column_letters(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


REPEAT = re.compile(rb"""number-(columns|rows)-repeated=["'](\d+)["'][^>]*?(/?)>""")
VALUED_REPEAT = re.compile(
    rb"<table:table-cell(?=[^>]*value-type=)(?=[^>]*number-columns-repeated=[\"'](\d+)[\"'])[^>]*>"
)
SPAN = re.compile(rb"number-(?:columns|rows)-spanned=[\"'](?:[2-9]|\d{2,})[\"']")
ODS_TABLE = re.compile(rb"<table:table\s([^>]*)>")
ODS_PIECE = re.compile(rb"<table:(table-row|table-cell|covered-table-cell)\b([^>]*)>|</table:table>")


def _check_repeats(content: bytearray, limits: dict) -> None:
    """A short ods can claim one value in every cell of the sheet."""
    if any(int(match[1]) > limits["columns"] for match in VALUED_REPEAT.finditer(content)):
        raise Refuse(_too_far("", "", limits))


def _ods_sheets(content: bytearray) -> dict[str, SheetXml]:
    sheets = {}
    for match in ODS_TABLE.finditer(content):
        end = content.find(b"</table:table>", match.end())
        sheet = SheetXml()
        if SPAN.search(content, match.end(), end):
            sheet.merged = list(_ods_merged(content[match.end() : end]))
        sheet.formulas = content.count(b"table:formula=", match.end(), end)
        sheets[_attributes(match[1]).get("name", "")] = sheet
    return sheets


def _ods_merged(content: bytes) -> Iterator[str]:
    row = column = 0
    height = 1
    for match in ODS_PIECE.finditer(content):
        if match[1] is None:
            return
        marks = _attributes(match[2])
        if match[1] == b"table-row":
            row, column = row + height, 0
            height = int(marks.get("number-rows-repeated", 1))
            continue
        wide = int(marks.get("number-columns-spanned", 1))
        tall = int(marks.get("number-rows-spanned", 1))
        if wide > 1 or tall > 1:
            yield f"{column_letters(column)}{row}:{column_letters(column + wide - 1)}{row + tall - 1}"
        column += int(marks.get("number-columns-repeated", 1))


def _too_far(sheet: str, far: str, limits: dict) -> str:
    where = f"工作表“{sheet}”的内容或格式一直到 {far}，" if far else "工作表的内容或格式"
    return (
        f"{where}超出 {limits['rows']:,} 行、{limits['columns']} 列的范围。"
        "请选中数据下方的全部空行和右侧的全部空列，删除后保存，再上传。"
    )


# ---- Sheets as rows of cells ---------------------------------------------------------------------------------------


@dataclass
class Sheet:
    """One sheet as a parser gave it: rows of cells from the first row of the sheet on."""

    name: str
    rows: list[list]
    first_row: int = 1  # its number as the person sees it
    first_column: int = 0
    merged: list[tuple[int, str]] = field(default_factory=list)  # last row, address
    xml: SheetXml = field(default_factory=SheetXml)
    is_text: bool = False


def workbook_sheets(data: bytes, archive: Archive | None, limits: dict) -> Iterator[Sheet]:
    """The visible sheets that hold anything, in their order."""
    with python_calamine.load_workbook(io.BytesIO(data)) as book:
        for number, about in enumerate(book.sheets_metadata[:SHEETS_TRIED]):
            if about.visible != python_calamine.SheetVisibleEnum.Visible:
                continue
            if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            xml = archive.sheets.get(about.name, SheetXml()) if archive else SheetXml()
            if xml.far:
                raise Refuse(_too_far(about.name, xml.far, limits))
            sheet = book.get_sheet_by_index(number)
            if sheet.start is None:
                continue
            yield _read_sheet(sheet, xml, limits)


def _read_sheet(sheet, xml: SheetXml, limits: dict) -> Sheet:
    last_row, last_column = sheet.end
    if last_row >= limits["rows"] + HEADER_SEARCH_ROWS or last_column >= limits["columns"]:
        raise Refuse(_too_far(sheet.name, f"{column_letters(last_column)}{last_row + 1}", limits))
    merged = [
        (bottom + 1, f"{column_letters(left)}{top + 1}:{column_letters(right)}{bottom + 1}")
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
    ]
    merged += [(int(re.search(r"\d+$", address)[0]), address) for address in xml.merged]
    rows = sheet.to_python()
    first_row, first_column = sheet.start
    return Sheet(sheet.name, rows, first_row + 1, first_column, merged, xml)


def text_sheet(data: bytes, notes: list[str], limits: dict) -> Sheet:
    """The rows of a CSV in whatever encoding and with whatever separator it came."""
    text = _decode(data, notes)
    if _looks_binary(text):
        raise Refuse("这不是表格文件。请上传 xlsx、xls、ods 或 CSV 文件。")
    csv.field_size_limit(1 << 17)
    rows, first = [], text[: text.find("\n") % 10_000]
    separator = max(",\t;", key=first.count) if any(mark in first for mark in ",\t;") else ","
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
        raise Refuse(_too_far("CSV", column_letters(width - 1), limits))
    for row in rows:
        row.extend([""] * (width - len(row)))
    return Sheet("", rows, is_text=True)


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


# ---- From cells to clean values ------------------------------------------------------------------------------------

NOT_SHOWN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?[Ee]\+?\d{2,}")
# The same two rules as portal.sheets.neutral(): what a spreadsheet would run, and what it would spoil.
RUNS = re.compile("[\\s\"'“”‘’`\ufeff\u200b-\u200f\u2060]*(?:[=+\\-@＝＋－＠﹦﹢﹣﹫]|^[\t\r])")
SPOILS = re.compile(r"(?:0\d+|\d{12,})\Z")


class CleanText(dict):
    """Remembers each text once it is clean; columns repeat themselves."""

    def __missing__(self, text: str) -> str | None:
        clean = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
        clean = NOT_SHOWN.sub("", unicodedata.normalize("NFC", clean)).strip()
        if len(self) > 100_000:
            self.clear()
        self[text] = clean or None
        return clean or None


class CleanCsvText(CleanText):
    """Also takes off the apostrophe that `neutral()` put on."""

    def __missing__(self, text: str) -> str | None:
        if text[:1] == "'" and (RUNS.match(text, 1) or SPOILS.match(text, 1)):
            text = text[1:]
        return super().__missing__(text)


@dataclass
class Cleaner:
    """Turns columns of parser values into columns of JSON values, and notes cells that are not to be trusted."""

    headers: list[str]
    limit_of: dict[str, int]
    text: CleanText
    faults: list[tuple] = field(default_factory=list)

    def column(self, header: str, values: tuple, lines: list[int]) -> tuple[list, bool]:
        """The column's clean values, and whether dates are among them."""
        kinds = set(map(type, values))
        text = self.text
        if kinds == {str}:
            clean = [text[value] for value in values]
            self._check_texts(header, clean, lines)
            return clean, False
        clean = [
            text[value] if type(value) is str else self._other(header, value, line)
            for value, line in zip(values, lines, strict=True)
        ]
        if str in kinds:
            self._check_texts(header, clean, lines)
        return clean, bool(kinds & {datetime.date, datetime.datetime})

    def _check_texts(self, header: str, values: list, lines: list[int]) -> None:
        limit = self.limit_of[header]
        for at, value in enumerate(values):
            if type(value) is not str or value[0] == "\x01":
                continue
            if len(value) > limit:
                values[at] = value[:limit]
                self.fault(lines[at], header, value[:50] + "…", f"超过 {limit:,} 个字", "请缩短后重填")
            elif len(value) > 4 and value[-1].isdigit() and SCIENTIFIC.fullmatch(value):
                self.scientific(lines[at], header, value)

    def _other(self, header: str, value, line: int):
        kind = type(value)
        if kind is float:
            if -FIRST_INEXACT_NUMBER < value < FIRST_INEXACT_NUMBER:
                return int(value) if value.is_integer() else value
            shown = f"{value:.5E}"
            self.scientific(line, header, shown)
            return shown
        if kind is datetime.datetime:
            return "\x01" + (value.date() if value.time() == datetime.time.min else value).isoformat()
        if kind is datetime.date:
            return "\x01" + value.isoformat()
        if kind is datetime.time:
            return value.isoformat("minutes")
        if kind is datetime.timedelta:
            minutes = round(value.total_seconds() / 60)
            return f"{minutes // 60}:{minutes % 60:02}"
        return value

    def scientific(self, line: int, header: str, shown: str) -> None:
        self.fault(line, header, shown, f"{header}被表格软件改成了科学计数", "请把该列设为文本后重填")

    def fault(self, line: int, header: str, shown: str, reason: str, remedy: str) -> None:
        self.faults.append((line, header, shown, reason, remedy))


# ---- The table among the sheets ------------------------------------------------------------------------------------

NOT_IN_A_HEADER = re.compile(r"[\s*＊:：]+")
REQUIRED_MARK = re.compile(r"\((?:必填|选填|可不填)\)$")


def header_key(text: object) -> str:
    """Headers are the same whatever their blanks, width, asterisks and colons."""
    key = NOT_IN_A_HEADER.sub("", NOT_SHOWN.sub("", unicodedata.normalize("NFKC", str(text)))).casefold()
    return REQUIRED_MARK.sub("", key)


@dataclass
class Match:
    """Where on a sheet the header stands and which column is which."""

    sheet: Sheet
    row: int  # in sheet.rows
    headers: list[str]  # wanted and found, in the wanted order
    columns: list[int]
    extra_headers: list[str]
    extra_columns: list[int]
    missing: list[str]
    doubled: list[str]


def match_headers(sheet: Sheet, wanted: list[str] | None, optional: set[str]) -> Match:
    """The row of the first twenty that has most of the wanted headers."""
    searched = sheet.rows[:HEADER_SEARCH_ROWS]
    if wanted is None:
        filled = [sum(1 for cell in row if header_key(cell)) for row in searched]
        row = next((at for at, count in enumerate(filled) if count * 2 >= max(filled)), 0)
        wanted = [str(cell) for cell in searched[row] if header_key(cell)]
        wanted = [text for text in (CleanText()[name] for name in wanted) if text]
    else:
        keys = {header_key(name) for name in wanted}
        scores = [len(keys.intersection(map(header_key, row))) for row in searched]
        row = scores.index(max(scores))
    return _match_row(sheet, row, wanted, optional)


def _match_row(sheet: Sheet, row: int, wanted: list[str], optional: set[str]) -> Match:
    found: dict[str, list[int]] = {}
    for column, cell in enumerate(sheet.rows[row]):
        found.setdefault(header_key(cell), []).append(column)
    found.pop("", None)
    there = [name for name in dict.fromkeys(wanted) if header_key(name) in found]
    doubled = [name for name in there if len(found[header_key(name)]) > 1]
    known = {header_key(name) for name in wanted} | {header_key(name) for name in OUR_COLUMNS}
    extra = sorted(column for key, columns in found.items() if key not in known for column in columns)
    return Match(
        sheet=sheet,
        row=row,
        headers=there,
        columns=[found[header_key(name)][0] for name in there],
        extra_headers=[str(CleanText()[str(sheet.rows[row][column])] or "")[:100] for column in extra],
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
    best = None
    seen = []
    for sheet in sheets:
        if not any(any(cell != "" for cell in row) for row in sheet.rows):
            continue
        match = match_headers(sheet, wanted, optional)
        seen.append(sheet.name)
        if best is None or len(match.headers) > len(best.headers):
            best = match
        if not match.missing:
            break
    if best is None:
        raise Refuse("表里没有数据。请在模板中填写后再上传。")
    if best.missing:
        raise Refuse(_wrong_headers(best))
    if best.doubled:
        raise Refuse(f"表头{_quoted(best.doubled)}出现了不止一次，请只保留一列后再上传。")
    if len(seen) > 1:
        notes.append(f"数据取自工作表“{best.sheet.name}”。")
    if best.extra_headers:
        notes.append(f"没有用到的列：{_quoted(best.extra_headers)}。")
    return best


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
    count = 0
    for start in range(match.row + 1, len(sheet.rows), step):
        lines = list(range(sheet.first_row + start, sheet.first_row + min(start + step, len(sheet.rows))))
        frame = _frame(sheet.rows[start : start + step], lines, match, cleaner, errors)
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
        values, has_dates = cleaner.column(header, by_column[column], lines)
        if column in errors:
            _set_errors(header, values, lines, errors[column], cleaner)
        clean.append(values)
        if has_dates:
            dated.append(at)
    width = len(match.columns)
    kept = [at for at, row in enumerate(zip(*clean[:width], strict=True)) if row.count(None) < width]
    if len(kept) < len(lines):
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


# ---- The child -----------------------------------------------------------------------------------------------------


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
    archive = look_at_archive(data, limits) if kind == "zip" else None
    if kind == "text":
        sheets: Iterable[Sheet] = [text_sheet(data, notes, limits)]
    else:
        notes += archive.notes if archive else _notes_of_ole(data)
        sheets = workbook_sheets(data, archive, limits)
    match = find_table(sheets, wanted, set(options["optional"]), notes)
    if match.sheet.xml.formulas:
        notes.append(f"有 {match.sheet.xml.formulas:,} 格是公式，读取的是上次保存的结果，没有重新计算。")
    yield {
        "headers": match.headers,
        "extra_headers": match.extra_headers,
        "sheet": match.sheet.name,
        "header_line": match.sheet.first_row + match.row,
        "notes": notes,
    }
    free_text = set(options["free_text"])
    names = match.headers + match.extra_headers
    limit_of = {name: limits["free_text"] if name in free_text else limits["cell"] for name in names}
    cleaner = Cleaner(names, limit_of, CleanCsvText() if match.sheet.is_text else CleanText())
    yield from frames(match, cleaner, limits)
    yield {"end": True}


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
    out = sys.stdout.buffer
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
    try:
        for frame in read(sys.stdin.buffer.read(options["limits"]["file_bytes"] + 1), options):
            out.write(encode(frame).encode() + b"\n")
    except Refuse as refusal:
        out.write(encode({"refused": str(refusal)}).encode() + b"\n")
    except python_calamine.PasswordError:
        out.write(encode({"refused": PASSWORD}).encode() + b"\n")
    except (python_calamine.CalamineError, MemoryError, ValueError, OverflowError, OSError):
        out.write(encode({"refused": ABNORMAL}).encode() + b"\n")
    out.flush()


if __name__ == "__main__":
    main()
