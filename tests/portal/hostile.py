"""Makes the files that people and attackers send: each function returns the bytes of one."""

import io
import struct
import zipfile
import zlib
from datetime import date, datetime, time

import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style
from odf.table import CoveredTableCell, TableCell, TableRow
from odf.table import Table as OdsTable
from odf.text import P

HEADERS = ["学籍号", "姓名", "日期", "学分"]
ROWS = [
    ["G440301201501010011", "张三", date(2026, 3, 1), 0.5],
    ["G440301201501010028", "李四", date(2026, 3, 2), 2],
]

CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="{target}"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"/></Relationships>'
)
BOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '{properties}<sheets><sheet name="学分" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
SHEET = (
    '{prolog}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "{dimension}<sheetData>{rows}</sheetData>{after}</worksheet>"
)
XML = '<?xml version="1.0" encoding="UTF-8"?>'


def text_cell(address: str, text: str) -> str:
    return f'<c r="{address}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def header_row(headers: list[str] = HEADERS) -> str:
    return (
        '<row r="1">' + "".join(text_cell(f"{chr(65 + at)}1", h) for at, h in enumerate(headers)) + "</row>"
    )


def raw_sheet(rows: str, *, dimension: str = "", prolog: str = XML, after: str = "") -> str:
    claimed = f'<dimension ref="{dimension}"/>' if dimension else ""
    return SHEET.format(prolog=prolog, dimension=claimed, rows=rows, after=after)


def raw_xlsx(
    sheet: str | bytes, *, extra: dict[str, str | bytes] | None = None, properties: str = ""
) -> bytes:
    """A workbook of the fewest parts, with this text as its one sheet."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELATIONS.format(target="xl/workbook.xml", kind="officeDocument"),
        "xl/workbook.xml": BOOK.format(properties=properties),
        "xl/_rels/workbook.xml.rels": RELATIONS.format(target="worksheets/sheet1.xml", kind="worksheet"),
        "xl/worksheets/sheet1.xml": sheet,
    }
    return zipped(parts | (extra or {}))


def zipped(parts: dict[str, str | bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def cells_xlsx(cells: str, **kwargs) -> bytes:
    """The usual header and one second row of these raw cells."""
    return raw_xlsx(raw_sheet(header_row() + f'<row r="2">{cells}</row>', **kwargs))


def xlsx(rows=ROWS, headers=HEADERS, *, sheets=None, options=None, touch=None) -> bytes:
    """A workbook as a spreadsheet would save it. `sheets`: (name, headers, rows, is_hidden) instead."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False} | (options or {})
    ) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        clock = book.add_format({"num_format": "hh:mm"})
        for name, head, body, is_hidden in sheets or [("学分", headers, rows, False)]:
            sheet = book.add_worksheet(name)
            for number, row in enumerate([head, *body]):
                for at, value in enumerate(row):
                    if value is not None:
                        _put(sheet, number, at, value, day, clock)
            if is_hidden:
                sheet.hide()
            else:
                sheet.activate()
            if touch:
                touch(book, sheet)
    return target.getvalue()


def _put(sheet, number: int, at: int, value, day, clock) -> None:
    if isinstance(value, str):
        sheet.write_string(number, at, value)
    elif isinstance(value, date):
        sheet.write_datetime(number, at, value, day)
    elif isinstance(value, time):
        sheet.write_datetime(number, at, value, clock)
    else:
        sheet.write(number, at, value)


def xls(rows=ROWS, headers=HEADERS, *, merge=False) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("学分")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for number, row in enumerate([headers, *rows]):
        for at, value in enumerate(row):
            sheet.write(number, at, value, day if isinstance(value, date) else xlwt.Style.default_style)
    if merge:
        sheet.merge(4, 6, 1, 1)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def ods(rows=ROWS, headers=HEADERS, *, trailing=0, merge=False, repeated=0) -> bytes:
    book = OpenDocumentSpreadsheet()
    book.automaticstyles.addElement(Style(name="d", family="table-cell"))
    table = OdsTable(name="学分")
    for row in [headers, *rows]:
        line = TableRow()
        for value in row:
            line.addElement(_ods_cell(value, repeated))
        table.addElement(line)
    if merge:
        line = TableRow()
        line.addElement(TableCell())
        line.addElement(TableCell(numbercolumnsspanned=2, numberrowsspanned=1))
        line.addElement(CoveredTableCell())
        table.addElement(line)
    if trailing:
        line = TableRow(numberrowsrepeated=trailing)
        line.addElement(TableCell(numbercolumnsrepeated=16384))
        table.addElement(line)
    book.spreadsheet.addElement(table)
    target = io.BytesIO()
    book.write(target)
    return target.getvalue()


def _ods_cell(value, repeated: int) -> TableCell:
    more = {"numbercolumnsrepeated": repeated} if repeated else {}
    if isinstance(value, date):
        cell = TableCell(valuetype="date", datevalue=value.isoformat(), **more)
    elif isinstance(value, int | float):
        cell = TableCell(valuetype="float", value=value, **more)
    else:
        cell = TableCell(valuetype="string", **more)
    cell.addElement(P(text=str(value)))
    return cell


def csv(rows=ROWS, headers=HEADERS, *, encoding="utf-8", end="\r\n", separator=",") -> bytes:
    lines = [separator.join(str(cell) for cell in row) for row in [headers, *rows]]
    return (end.join(lines) + end).encode(encoding)


# --- Attacks --------------------------------------------------------------------------------------


def bomb(megabytes: int, *, name: str = "xl/sharedStrings.xml") -> bytes:
    """A part that inflates to many megabytes and says so."""
    return raw_xlsx(raw_sheet(header_row()), extra={name: b"<sst>" + b" " * (megabytes << 20) + b"</sst>"})


def lying_bomb(megabytes: int) -> bytes:
    """A part that claims ten bytes and inflates to many megabytes."""
    data = bytearray(bomb(megabytes))
    size = struct.pack("<L", (megabytes << 20) + 11)
    at = data.find(size)
    while at >= 0:
        data[at : at + 4] = struct.pack("<L", 10)
        at = data.find(size)
    return bytes(data)


def bad_checksum() -> bytes:
    data = bytearray(raw_xlsx(raw_sheet(header_row() + "<row r='2'></row>")))
    sheet = zlib.crc32(raw_sheet(header_row() + "<row r='2'></row>").encode())
    at = data.find(struct.pack("<L", sheet))
    while at >= 0:
        data[at] ^= 0xFF
        at = data.find(struct.pack("<L", sheet), at + 1)
    return bytes(data)


def encrypted_zip() -> bytes:
    """The flag that says an entry needs a password."""
    data = bytearray(xlsx())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def ole(*streams: str) -> bytes:
    """The first bytes of an old office file that names these streams."""
    directory = b"".join(stream.encode("utf-16-le").ljust(128, b"\x00") for stream in streams)
    return bytes.fromhex("d0cf11e0a1b11ae1").ljust(512, b"\x00") + directory


def date_1904() -> bytes:
    return xlsx(options={"date_1904": True})


def with_moment() -> bytes:
    return xlsx(rows=[["G1", "张三", datetime(2026, 3, 1, 8, 30), time(8, 30)]])  # noqa: DTZ001 as a sheet has it
