"""A hundred kinds of files that people and attackers send, beside those of test_sheets.py and test_files.py.

Each gets one answer under the limits of production; no kind ends a worker or is read in part in silence.
"""

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import warnings
import zipfile
import zlib
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from portal.errors import Refused
from portal.files import IMAGES, KINDS, examine
from portal.sheets import SheetRefused
from tests.portal import test_files, test_sheets
from tests.portal.hostile import (
    HEADERS,
    RELATIONS,
    ROWS,
    cells_xlsx,
    csv,
    header_row,
    ods,
    raw_sheet,
    raw_xlsx,
    text_cell,
    xls,
    xlsx,
    zipped,
)
from tests.portal.test_sheets import ABNORMAL, AS_TEXT, OTHER_KIND, read

G1 = text_cell("A2", "G1")


# --- Archives -------------------------------------------------------------------------------------


def packed(method: int) -> bytes:
    """A sound workbook, packed as spreadsheets do not."""
    source, target = zipfile.ZipFile(io.BytesIO(xlsx())), io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name))
    return target.getvalue()


def doubled_entry() -> bytes:
    """Two sheets of one name in the archive: each reader may take another."""
    data = io.BytesIO(raw_xlsx(raw_sheet(header_row())))
    with warnings.catch_warnings(), zipfile.ZipFile(data, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("xl/worksheets/sheet1.xml", raw_sheet(header_row() + f"<row r='2'>{G1}</row>"))
    return data.getvalue()


def tail_changed(offset: int, form: str, value: int) -> bytes:
    """A sound workbook whose end record lies at one place."""
    data = bytearray(xlsx())
    struct.pack_into(form, data, data.rfind(b"PK\x05\x06") + offset, value)
    return bytes(data)


def link_entry() -> bytes:
    """An entry that is a symbolic link to a file of the machine."""
    data = io.BytesIO(raw_xlsx(raw_sheet(header_row())))
    with zipfile.ZipFile(data, "a") as archive:
        info = zipfile.ZipInfo("xl/worksheets/sheet2.xml")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return data.getvalue()


def tar() -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        info = tarfile.TarInfo("学分.csv")
        info.size = 3
        archive.addfile(info, io.BytesIO(b"a,b"))
    return target.getvalue()


# --- Workbooks ------------------------------------------------------------------------------------


def book(extra: dict[str, str | bytes]) -> bytes:
    """A sound small workbook with some parts put in place of its own."""
    return raw_xlsx(raw_sheet(header_row() + f'<row r="2">{G1}</row>'), extra=extra)


def without(*names: str) -> bytes:
    """A sound workbook from which some parts were taken."""
    archive = zipfile.ZipFile(io.BytesIO(xlsx()))
    return zipped({name: archive.read(name) for name in archive.namelist() if name not in names})


def leads_to(target: str) -> bytes:
    """A workbook whose one sheet is said to lie elsewhere."""
    return book({"xl/_rels/workbook.xml.rels": RELATIONS.format(target=target, kind="worksheet")})


def laughs() -> str:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "ha">{entities}]><w>&l9;</w>'


def changed(data: bytes, seed: int, count: int = 40) -> bytes:
    """Some bytes of a file changed by chance, the same ones each time."""
    chance, kept = random.Random(seed), bytearray(data)
    for _ in range(count):
        kept[chance.randrange(len(kept))] = chance.randrange(256)
    return bytes(kept)


def filepass() -> bytes:
    """A bare old workbook that says it is encrypted."""
    begin = struct.pack("<HHHHHHII", 0x0809, 16, 0x0600, 0x0005, 0, 0, 0, 0)
    return begin + struct.pack("<HHHHH", 0x002F, 6, 1, 1, 1) + struct.pack("<HH", 0x000A, 0)


def ods_of(content: str) -> bytes:
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": "<manifest/>",
            "content.xml": content,
        }
    )


def ods_rows(rows: str) -> bytes:
    return ods_of(
        '<?xml version="1.0"?><office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="学分">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )


def worded(encoding: str) -> bytes:
    """A workbook whose sheet says that it is written otherwise."""
    return raw_xlsx(raw_sheet(header_row(), prolog=f'<?xml version="1.0" encoding="{encoding}"?>'))


def filled(row: str, cell: str = "") -> str:
    """The header and one row of one value, each with these marks."""
    text = '<table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'
    head = "".join(text.format("", name) for name in HEADERS)
    first = f"<table:table-row>{head}</table:table-row>"
    return f"{first}<table:table-row{row}>{text.format(cell, 'G1')}</table:table-row>"


# --- Pictures -------------------------------------------------------------------------------------


def png(width: int, height: int, *chunks: tuple[bytes, bytes], data: bytes = b"\0\0\0\0") -> bytes:
    """A picture of chunks made by hand, whatever it claims to measure."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + b"".join(chunk(*one) for one in chunks)
        + chunk(b"IDAT", zlib.compress(data))
        + chunk(b"IEND", b"")
    )


# --- Sheets: what is refused, by its answer -------------------------------------------------------

REFUSED = {
    ABNORMAL: {
        "BZIP2 inside": lambda: packed(zipfile.ZIP_BZIP2),
        "LZMA inside": lambda: packed(zipfile.ZIP_LZMA),
        "a part twice": doubled_entry,
        "a part on drive C": lambda: book({"C:/x.xml": "x"}),
        "end record that counts 65,535 parts": lambda: tail_changed(10, "<H", 65535),
        "end record that begins elsewhere": lambda: tail_changed(16, "<L", 7),
        "end record with a comment that is not there": lambda: tail_changed(20, "<H", 65535),
        "no relations": lambda: without("xl/_rels/workbook.xml.rels"),
        "no sheet": lambda: without("xl/worksheets/sheet1.xml"),
        "no shared strings": lambda: without("xl/sharedStrings.xml"),
        "its sheet on another machine": lambda: leads_to("http://169.254.169.254/latest"),
        "its sheet in a file of this machine": lambda: leads_to("file:///etc/passwd"),
        "its sheet above the archive": lambda: leads_to("../../../etc/passwd"),
        "list of sheets cut off": lambda: book({"xl/workbook.xml": "<workbook><sheets><sheet name="}),
        "list of sheets of 2 MB": lambda: book({"xl/workbook.xml": "<workbook>" + " " * (2 << 20)}),
        "sheet cut off": lambda: raw_xlsx(raw_sheet(header_row())[:-60]),
        "sheet in Latin-1 by its word": lambda: worded("iso-8859-1"),
        "sheet in UTF-7 by its word": lambda: worded("utf-7"),
        "shared string that is not there": lambda: cells_xlsx('<c r="A2" t="s"><v>99</v></c>'),
        "shared string before the first": lambda: cells_xlsx('<c r="A2" t="s"><v>-1</v></c>'),
        "kind of cell nobody knows": lambda: cells_xlsx('<c r="A2" t="bogus"><v>1</v></c>'),
        "cell in row 0": lambda: cells_xlsx('<c r="A0"><v>1</v></c>'),
        "cell without letters": lambda: cells_xlsx('<c r="12"><v>1</v></c>'),
        "cell of R1C1": lambda: cells_xlsx('<c r="R2C1"><v>1</v></c>'),
        "cell in a row of thirty digits": lambda: cells_xlsx(f'<c r="A{"9" * 30}"><v>1</v></c>'),
        "xls with a password": filepass,
        "ods without content": lambda: zipped({"mimetype": KINDS["ods"].content_type}),
        "ods of a billion rows": lambda: ods_rows(filled(' table:number-rows-repeated="1000000000"')),
        "ods with a row fewer than none": lambda: ods_rows(filled(' table:number-rows-repeated="-5"')),
        "mark of byte order alone": lambda: b"\xff\xfe",
    },
    # An archive carries the time in which it was made: which of its parts is hit changes with it.
    f"{ABNORMAL}|{OTHER_KIND}|^这是压缩包": {
        "xls without its end": lambda: xls()[:-600],
        **{f"xls with bytes changed, {n}": lambda n=n: changed(xls(), n) for n in range(4)},
        **{f"xlsx with bytes changed, {n}": lambda n=n: changed(xlsx(), n, 4) for n in range(4)},
        **{f"ods with bytes changed, {n}": lambda n=n: changed(ods(), n, 4) for n in range(4)},
    },
    "文档定义": {
        "a billion laughs in the list of sheets": lambda: book({"xl/workbook.xml": laughs()}),
        "a billion laughs in its properties": lambda: book({"docProps/core.xml": laughs()}),
        "a foreign file in its relations": lambda: book(
            {"xl/_rels/workbook.xml.rels": '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>'}
        ),
        "ods with entities": lambda: ods_of('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
    },
    "^表里没有数据": {
        "its sheet is its own list of sheets": lambda: leads_to("workbook.xml"),
        "list of sheets without any": lambda: book({"xl/workbook.xml": "<workbook><sheets/></workbook>"}),
        "sheet of a hundred thousand levels": lambda: raw_xlsx(raw_sheet("<a>" * 100_000)),
    },
    "^表头下面没有数据": {"a link among the parts": link_entry},
    "^这是压缩包": {
        "archive in an archive in an archive": lambda: zipped(
            {"a.zip": zipped({"b.zip": zipped({"c": "x"})})}
        ),
        "empty archive": lambda: zipped({}),
        "tar": tar,
        "bz2": lambda: bz2.compress(b"a,b"),
        "xz": lambda: lzma.compress(b"a,b"),
        "zstd": lambda: b"\x28\xb5\x2f\xfd" + bytes(60),
        "workbook in gzip": lambda: gzip.compress(xlsx()),
        "jar": lambda: zipped({"META-INF/MANIFEST.MF": "Manifest-Version: 1.0", "A.class": "x"}),
        "epub": lambda: zipped({"mimetype": "application/epub+zip", "OEBPS/a.html": "x"}),
        "odt": lambda: zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}),
        "no list of sheets": lambda: without("xl/workbook.xml"),
    },
    "^这是图片": {
        "picture and workbook in one": lambda: b"\xff\xd8\xff\xe0" + xlsx(),
        "BMP": lambda: b"BM" + struct.pack("<LL", 9000, 0) + bytes(100),
        "TIFF": lambda: b"II*\x00" + bytes(100),
        "HEIC": lambda: b"\x00\x00\x00\x18ftypheic" + bytes(100),
    },
    "^这是 PDF": {"PDF and workbook in one": lambda: b"%PDF-1.7\n" + xlsx()},
    "^这是音频或视频": {
        "MP4": lambda: b"\x00\x00\x00\x18ftypisom" + bytes(100),
        "MP3": lambda: b"ID3\x03" + bytes(100),
        "WAV": lambda: b"RIFF" + bytes(4) + b"WAVEfmt " + bytes(50),
    },
    "^这是程序": {
        "Java class": lambda: b"\xca\xfe\xba\xbe" + bytes(100),
        "WebAssembly": lambda: b"\x00asm\x01\x00\x00\x00" + bytes(50),
        "Windows link": lambda: b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(70),
        "shell script": lambda: b"#!/bin/sh\nrm -rf /\n",
    },
    "^这是数据库": {
        "SQLite": lambda: b"SQLite format 3\x00" + bytes(100),
        "Parquet": lambda: b"PAR1\x15\x04" + bytes(100) + b"PAR1",
    },
    "^这是文字文档": {"PostScript": lambda: b"%!PS-Adobe-3.0\n(x) show"},
    "^这是网页": {"SVG": lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>"},
    "不是表格文件": {"signs of a terminal": lambda: csv(rows=[["G1", "\x1b[31m张三", "2026-03-01", 1]])},
    "编码无法识别": {
        "bytes before the archive": lambda: b"x" * 500 + xlsx(),
        "pickle": lambda: b"\x80\x04cposix\nsystem\n(X\x02\x00\x00\x00idtR.",
        "UTF-16 with half a character": lambda: csv(encoding="utf-16-le")[:-1],
        "UTF-8 longer than it need be": lambda: csv() + b"\xc0\xaf\xc0\xae",
        "two encodings in one": lambda: csv() + csv(encoding="gb18030"),
    },
    "^表头不符.*请下载模板": {
        "JSON": lambda: '[{"学籍号": "G1"}]'.encode(),
        "quotes alone": lambda: b'"' * 5000,
        "Big5": lambda: "學籍號,姓名,日期,學分\r\nG1,張三,2026-03-01,1\r\n".encode("big5"),
        "Shift-JIS": lambda: "番号,名前\r\nG1,テスト\r\n".encode("shift_jis"),
        "bars between": lambda: csv(separator="|"),
        "a header of a hundred thousand letters": lambda: b"x" * 100_000 + b",b\n1,2\n",
    },
    "64 列": {
        "separators alone": lambda: b"," * 5000,
        "one row of a million cells": lambda: csv() + b"," * 1_000_000,
        "ods with a count of thirty digits": lambda: ods_rows(
            filled("", f' table:number-columns-repeated="{"9" * 30}"')
        ),
    },
    "^文件是空的": {"line ends alone": lambda: b"\n" * 5000},
}


@pytest.mark.parametrize(
    ("make", "answer"),
    [
        pytest.param(make, answer, id=name)
        for answer, kinds in REFUSED.items()
        for name, make in kinds.items()
    ],
)
def test_a_file_that_lies_gets_one_sentence(make, answer):
    with pytest.raises(SheetRefused, match=answer) as refused:
        read(make())

    assert str(refused.value).endswith("。")


# --- Sheets: what is read, and as what ------------------------------------------------------------

WHOLE = [tuple(row) for row in ROWS]
G1_ALONE = [("G1", None, None, None)]
READ = {
    "nothing packed": (lambda: packed(zipfile.ZIP_STORED), WHOLE),
    "bytes after the archive": (lambda: xlsx() + b"x" * 500, WHOLE),
    "no list of types": (lambda: without("[Content_Types].xml"), WHOLE),
    "a part named with a line end": (lambda: book({"xl/a\nb.xml": "<a/>"}), G1_ALONE),
    "one attribute of five megabytes": (
        lambda: cells_xlsx(f'<c r="A2" x="{"y" * (5 << 20)}"><v>1</v></c>'),
        [(1, None, None, None)],
    ),
    "style that is not there": (
        lambda: cells_xlsx('<c r="A2" s="4294967295"><v>1</v></c>'),
        [(1, None, None, None)],
    ),
    "cells from right to left": (lambda: cells_xlsx(text_cell("D2", "1") + G1), [("G1", None, None, "1")]),
    "rows from below": (
        lambda: raw_xlsx(
            raw_sheet(f'<row r="3">{text_cell("A3", "G2")}</row>' + header_row() + f'<row r="2">{G1}</row>')
        ),
        [*G1_ALONE, ("G2", None, None, None)],
    ),
    "no dates, since no styles": (
        lambda: without("xl/styles.xml"),
        [(number, name, (day - date(1899, 12, 30)).days, points) for number, name, day, points in ROWS],
    ),
    "a day before all days": (
        lambda: xlsx(rows=[["G1", "张三", -700000, 1]]),
        [("G1", "张三", -700000, 1)],
    ),
    "a NUL in a cell": (lambda: cells_xlsx(text_cell("A2", "G_x0000_1")), G1_ALONE),
    "the direction of text turned": (lambda: cells_xlsx(text_cell("A2", "G\u202e1")), G1_ALONE),
    "NUL in the middle": (lambda: csv().replace(b"G", b"\0"), [(row[0][1:], *row[1:]) for row in AS_TEXT]),
    "separator named in the first line": (lambda: b"sep=;\r\n" + csv(separator=";"), AS_TEXT),
    "the header in each row": (lambda: csv(rows=[HEADERS] * 5), [tuple(HEADERS)] * 5),
}


@pytest.mark.parametrize(("make", "rows"), READ.values(), ids=READ)
def test_an_odd_file_is_read_whole(make, rows):
    assert read(make()).rows == rows


# --- Pictures and papers --------------------------------------------------------------------------


def drawn(kind: str, **options) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(target, kind, **options)
    return target.getvalue()


BROKEN, LARGE = "图片已损坏", "万像素"
ATTACHED = {
    "PNG that claims 60,000 by 60,000": ("x.png", lambda: png(60_000, 60_000), LARGE),
    "PNG that claims four thousand million": ("x.png", lambda: png(2**31 - 1, 2), f"{LARGE}|{BROKEN}"),
    "PNG of no width": ("x.png", lambda: png(0, 5), BROKEN),
    "PNG that ends early": ("x.png", lambda: drawn("PNG")[:60], BROKEN),
    "PNG without its picture": ("x.png", lambda: png(2, 2, data=b""), BROKEN),
    "PNG whose text unpacks to 80 MB": (
        "x.png",
        lambda: png(1, 1, (b"zTXt", b"a\0\0" + zlib.compress(bytes(80 << 20)))),
        BROKEN,
    ),
    "PNG with a profile of letters": (
        "x.png",
        lambda: png(1, 1, (b"iCCP", b"a\0\0" + zlib.compress(b"no profile"))),
        "",
    ),
    "JPEG cut off": ("x.jpg", lambda: drawn("JPEG")[:300], BROKEN),
    "JPEG of its first bytes": ("x.jpg", lambda: b"\xff\xd8\xff\xe0", BROKEN),
    "JPEG with a script in its remark": ("x.jpg", lambda: drawn("JPEG", comment=b"<script>x()</script>"), ""),
    "JPEG with an archive behind": ("x.jpg", lambda: drawn("JPEG") + zipped({"a.html": "<script>"}), ""),
    "JPEG with wrong bytes": ("x.jpg", lambda: changed(drawn("JPEG"), 3, 60), f"{BROKEN}|无法识别"),
    "WebP cut off": ("x.webp", lambda: drawn("WEBP")[:40], BROKEN),
    "WebP of a sound": ("x.webp", lambda: b"RIFF" + bytes(4) + b"WAVE" + bytes(40), "无法识别"),
    "picture that is a page": ("x.png", lambda: b"<html><script>x()</script>", "网页"),
    "picture that is a program": ("x.jpg", lambda: b"MZ" + bytes(100), "无法识别"),
    "program named twice": ("x.jpg.exe", lambda: drawn("JPEG"), r"扩展名是 \.exe"),
    "page with a picture's first bytes": ("x.html", lambda: b"\x89PNG\r\n\x1a\n<script>", r"扩展名是 \.html"),
    "archive with a sheet's name": ("x.xlsx", lambda: zipped({"a.txt": "x"}), "ZIP"),
    "archive cut off": ("x.zip", lambda: xlsx()[:500], "已损坏"),
    "workbook with macros": ("x.xlsx", lambda: book({"xl/vbaProject.bin": "x"}), "宏"),
    "paper with macros": (
        "x.docx",
        lambda: zipped({"word/document.xml": "<a/>", "word/VBAPROJECT.BIN": "x"}),
        "宏",
    ),
}


@pytest.mark.parametrize(("name", "make", "answer"), ATTACHED.values(), ids=ATTACHED)
def test_an_attachment_that_lies_is_refused_or_drawn_anew(name, make, answer):
    upload = SimpleUploadedFile(name, make())
    if answer:
        with pytest.raises(Refused, match=answer) as refused:
            examine(upload, kinds=KINDS)
        assert str(refused.value).endswith("。")
    else:
        kept = examine(upload, kinds=IMAGES).data
        assert b"script" not in kept
        assert len(kept) < 2000


def test_there_are_a_hundred_kinds_and_more():
    here = sum(map(len, REFUSED.values())) + len(READ) + len(ATTACHED)

    assert here >= 100
    assert here + len(test_sheets.REFUSED) + len(test_files.REAL) >= 180
