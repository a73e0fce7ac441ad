"""Looks at an untrusted file before any parser does: its kind by its content, and what an archive holds.

Runs in the reading child (`portal.workbook_reader`). A zip workbook is inflated once and counted; doctypes,
far cells, passwords and formulas are found by searching bytes: a tenth of a second for 50,000 rows.
"""

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache

ABNORMAL = "文件异常或已损坏，无法读取。请用表格软件打开，另存为 xlsx 后再上传。"
LOCKED = "工作簿设有密码，请取消密码后再上传。"
SAVE_AS = "请在表格软件中打开后另存为 xlsx 再上传。"
HEADER_SEARCH_ROWS = 20


class Refuse(Exception):
    """What is wrong with the file, as a sentence for the person who sent it."""


# --- The kind of a file, by its content -----------------------------------------------------------

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
NO_TABLE = "不是表格。请上传 xlsx、xls、ods 或 CSV 文件。"
UNPACK = "这是压缩包。请解压后上传其中的工作簿。"
# Patterns at the start of a file. Two letters alone might begin an honest CSV: more of the format is asked.
FOREIGN = [
    (re.compile(rb"%PDF"), f"这是 PDF 文件，{NO_TABLE}"),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8"), f"这是图片，{NO_TABLE}"),
    (
        re.compile(rb"II\*\x00|MM\x00\*|RIFF.{4}WEBP|.{4}ftyp(?:hei|mif|avi)", re.DOTALL),
        f"这是图片，{NO_TABLE}",
    ),
    (re.compile(rb"BM.{4}\x00{4}", re.DOTALL), f"这是图片，{NO_TABLE}"),
    (
        re.compile(rb"RIFF.{4}|.{4}ftyp|ID3[\x02-\x04]|OggS|fLaC|\x1a\x45\xdf\xa3", re.DOTALL),
        f"这是音频或视频，{NO_TABLE}",
    ),
    (
        re.compile(rb"MZ|\x7fELF|\xca\xfe\xba\xbe|\x00asm|#!\s*/|L\x00{3}\x01\x14\x02"),
        f"这是程序文件，{NO_TABLE}",
    ),
    (re.compile(rb"SQLite format 3\x00|PAR1[\x00-\x1f]"), f"这是数据库文件，{NO_TABLE}"),
    (re.compile(rb"Rar!|7z\xbc\xaf\x27\x1c|\x1f\x8b|BZh[1-9]1AY|\xfd7zXZ\x00|\x28\xb5\x2f\xfd"), UNPACK),
    (re.compile(rb".{257}ustar", re.DOTALL), UNPACK),
    (re.compile(rb"{\\rtf|%!PS"), f"这是文字文档，不是表格。{SAVE_AS}"),
]


def kind_of(data: bytes) -> str:
    """`zip`, `xls` or `text`.

    Raises Refuse for what is plainly something else.
    """
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise Refuse("文件是空的。请填好数据后再上传。")
    for magic, answer in FOREIGN:
        if magic.match(data):
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
        raise Refuse(LOCKED)
    if not (holds("Workbook") or holds("Book")):
        raise Refuse(f"这不是工作簿（可能是文字文档、安装程序，或没有传完整）。{SAVE_AS}")


def _check_markup(start: bytes) -> None:
    if start.startswith(b"mime-version"):
        raise Refuse(f"这是网页文件，不是工作簿。{SAVE_AS}")
    if not start.startswith(b"<"):
        return
    if b"office:spreadsheet" in start or b"excel.sheet" in start:
        raise Refuse(f"这是 XML 表格，不是工作簿。{SAVE_AS}")
    raise Refuse(f"这是网页文件，不是工作簿。{SAVE_AS}")


# --- The archive, before any parser sees it -------------------------------------------------------


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
    is_empty: bool = False
    formulas: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)  # (row, column), counted from 0
    merged: list[str] = field(default_factory=list)


ELSEWHERE = [
    ("word/", f"这是文字文档，不是工作簿。{SAVE_AS}"),
    ("ppt/", "这是演示文稿，不是工作簿。请上传 xlsx、xls、ods 或 CSV 文件。"),
    ("xl/workbook.bin", f"暂不支持 xlsb。{SAVE_AS}"),
    ("Index/", "这是 Numbers 表格。请导出为 xlsx 后再上传。"),
]


def check_archive(data: bytes, limits: dict) -> None:
    """What an archive says of itself: a matter of microseconds, before anything is inflated.

    Raises Refuse for too many, too large, doubled, encrypted or escaping entries, and for what is no
    workbook.
    """
    with _opened(data) as archive:
        _kind_of_archive(archive, _checked_entries(archive, limits))


def look_at_archive(data: bytes, limits: dict) -> Archive:
    """Open every entry once, counting what really comes out.

    Raises Refuse as `check_archive` does, and for a bad checksum or any DTD.
    """
    with _opened(data) as archive:
        entries = _checked_entries(archive, limits)
        kind = _kind_of_archive(archive, entries)
        return _look_inside(archive, entries, Archive(kind), limits)


@contextmanager
def _opened(data: bytes) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive
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
        raise Refuse(LOCKED)
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
    about = archive.read("mimetype") if "mimetype" in entries and entries["mimetype"].file_size < 200 else b""
    if b"opendocument.spreadsheet" in about:
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
            raise Refuse(LOCKED)
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
ATTRIBUTE = re.compile(rb"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


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
    sheet = SheetXml(
        far=_far_cell(content, limits),
        is_empty=not (b"<v" in content or b"<is" in content or b":v>" in content or b":is>" in content),
        formulas=len(FORMULA.findall(content)),
    )
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
        return f" {(claimed[1] + claimed[2]).decode()} 格"
    for pattern in far_addresses(most_rows, limits["columns"]):
        for match in pattern.finditer(content):
            if match[1] or int(match[4]) > most_rows:
                address = ((match[1] or match[3]) + (match[2] or match[4])).decode()
                return f"第 {address} 行" if address.isdigit() else f" {address} 格"
    return ""


@lru_cache
def far_addresses(rows: int, columns: int) -> tuple[re.Pattern, re.Pattern]:
    """Patterns that let every near cell pass at the speed of a plain search (`columns` from 27 to 701)."""
    first, last = column_letters(columns)
    beyond = f"[A-Z]{{3}}|{first}[{last}-Z]" + (f"|[{chr(ord(first) + 1)}-Z][A-Z]" if first < "Z" else "")
    digits = str(rows)
    deep = f"[{digits[0]}-9][0-9]{{{len(digits) - 1}}}[0-9]{{0,3}}|[0-9]{{{len(digits) + 1},10}}"
    return tuple(
        re.compile(f"r={quote}(?:((?:{beyond}))([0-9]+)|([A-Z]{{0,2}})({deep}){quote})".encode())
        for quote in "\"'"
    )


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
        raise Refuse(too_far("", "", limits))


def _ods_sheets(content: bytearray) -> dict[str, SheetXml]:
    sheets = {}
    for match in ODS_TABLE.finditer(content):
        end = content.find(b"</table:table>", match.end())
        sheet = SheetXml()
        if SPAN.search(content, match.end(), end):
            sheet.merged = list(_ods_merged(content[match.end() : end]))
        sheet.formulas = content.count(b"table:formula=", match.end(), end)
        sheet.is_empty = content.find(b"<text:p", match.end(), end) < 0
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


def too_far(sheet: str, far: str, limits: dict) -> str:
    where = f"工作表“{sheet}”的内容或格式一直到{far}，" if far else "工作表的内容或格式"
    return (
        f"{where}超出 {limits['rows']:,} 行、{limits['columns']} 列的范围。"
        "请选中数据下方的全部空行和右侧的全部空列，删除后保存，再上传。"
    )
