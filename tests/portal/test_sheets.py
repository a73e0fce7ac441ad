"""Sheets in and out: every odd or hostile file gets one answer, and nothing that leaves is run."""

import csv
import io
import logging
import re
import tempfile
import tracemalloc
import zipfile
from dataclasses import replace
from datetime import date, datetime

import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.identifiers import clean_text
from portal.neutral_cells import neutral, restored
from portal.sheets import (
    SHEET_LIMITS,
    Column,
    Fault,
    Page,
    SheetRefused,
    as_text,
    read_table,
    template,
    write_csv,
    write_faults,
    write_workbook,
)
from tests.portal import hostile
from tests.portal.hostile import (
    HEADERS,
    ROWS,
    cells_xlsx,
    header_row,
    ole,
    raw_sheet,
    raw_xlsx,
    text_cell,
    xlsx,
    zipped,
)

# Tighter than production: a sentence that comes under these came within five seconds and 300 MB.
STRICT = replace(SHEET_LIMITS, memory_bytes=300 << 20, cpu_seconds=5)
AS_TEXT = [tuple(as_text(cell) for cell in row) for row in ROWS]
FIRST_CELL = text_cell("A2", "G1")


def read(data, **kwargs):
    return read_table(data, **({"expect": HEADERS, "limits": STRICT} | kwargs))


# --- What is no table, or no honest one -----------------------------------------------------------

ABNORMAL = "^文件异常"
PASSWORD = "^工作簿设有密码，请取消密码后再上传。$"
OTHER_KIND = "另存为 xlsx"
REFUSED = {
    "empty file": (lambda: b"", "^文件是空的"),
    "blank lines": (lambda: b"\xef\xbb\xbf \r\n\t\r\n", "^文件是空的"),
    "PDF as xlsx": (lambda: b"%PDF-1.7\n1 0 obj", "^这是 PDF"),
    "PNG as xlsx": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(99), "^这是图片"),
    "JPEG as xls": (lambda: b"\xff\xd8\xff\xe0" + bytes(99), "^这是图片"),
    "GIF as csv": (lambda: b"GIF89a" + bytes(99), "^这是图片"),
    "Windows program": (lambda: b"MZ\x90" + bytes(99), "^这是程序"),
    "Linux program": (lambda: b"\x7fELF" + bytes(99), "^这是程序"),
    "RAR": (lambda: b"Rar!\x1a\x07" + bytes(99), "^这是压缩包"),
    "gzip": (lambda: b"\x1f\x8b\x08" + bytes(99), "^这是压缩包"),
    "7z": (lambda: b"7z\xbc\xaf'\x1c" + bytes(99), "^这是压缩包"),
    "RTF": (lambda: rb"{\rtf1\ansi", "^这是文字文档"),
    "HTML as xls": (lambda: "<html><table><tr><td>学籍号</td></tr></table>".encode(), "^这是网页"),
    "HTML behind a BOM": (lambda: b"\xef\xbb\xbf\n<TABLE><tr><td>1", "^这是网页"),
    "web archive as xls": (lambda: b"MIME-Version: 1.0\nX-Document-Type: Workbook", "^这是网页"),
    "XML spreadsheet 2003": (
        lambda: b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook>',
        "^这是 XML 表格",
    ),
    "Word document": (lambda: zipped({"word/document.xml": "<a/>"}), "^这是文字文档"),
    "slides": (lambda: zipped({"ppt/presentation.xml": "<a/>"}), "^这是演示文稿"),
    "Numbers": (lambda: zipped({"Index/Document.iwa": "x"}), "^这是 Numbers"),
    "xlsb": (lambda: zipped({"xl/workbook.bin": "x"}), "^暂不支持 xlsb"),
    "zip with a workbook inside": (lambda: zipped({"学分/表.xlsx": xlsx()}), "^这是压缩包"),
    "old Word document": (lambda: ole("WordDocument"), OTHER_KIND),
    "installer": (lambda: ole("MsiTable"), OTHER_KIND),
    "xlsx with a password": (lambda: ole("EncryptionInfo", "EncryptedPackage"), PASSWORD),
    "zip with a password": (hostile.encrypted_zip, PASSWORD),
    "ods with a password": (
        lambda: zipped(
            {
                "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
                "META-INF/manifest.xml": "<manifest:encryption-data/>",
            }
        ),
        PASSWORD,
    ),
    "old workbook with nothing inside": (lambda: ole("Workbook"), ABNORMAL),
    "xls cut off": (lambda: hostile.xls()[:3000], OTHER_KIND),
    "xlsx cut in half": (lambda: xlsx()[:2000], ABNORMAL),
    "xlsx without its last bytes": (lambda: xlsx()[:-10], ABNORMAL),
    "wrong checksum": (hostile.bad_checksum, ABNORMAL),
    "zip header alone": (lambda: b"PK\x03\x04" + bytes(200), ABNORMAL),
    "bomb of 128 MB in the strings": (lambda: hostile.bomb(128), "^工作簿解开后超过 100 MB"),
    "bomb of 128 MB in the sheet": (
        lambda: hostile.bomb(128, name="xl/worksheets/sheet2.xml"),
        "^工作簿解开后超过 100 MB",
    ),
    "bomb that claims ten bytes": (lambda: hostile.lying_bomb(150), ABNORMAL),
    "styles of 5 MB": (lambda: hostile.bomb(5, name="xl/styles.xml"), "^工作簿的样式过多"),
    "2,001 more parts": (
        lambda: raw_xlsx(raw_sheet(header_row()), extra={f"x{n}.txt": "" for n in range(2001)}),
        "部件超过 2,000",
    ),
    "part outside the archive": (
        lambda: raw_xlsx(raw_sheet(header_row()), extra={"../../etc/passwd": "x"}),
        ABNORMAL,
    ),
    "absolute part": (lambda: raw_xlsx(raw_sheet(header_row()), extra={"/etc/passwd": "x"}), ABNORMAL),
    "Windows path": (lambda: raw_xlsx(raw_sheet(header_row()), extra={"..\\..\\boot.ini": "x"}), ABNORMAL),
    "doctype": (
        lambda: raw_xlsx(raw_sheet("", prolog='<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>')),
        "文档定义",
    ),
    "doctype behind comments": (
        lambda: raw_xlsx(
            raw_sheet(
                "", prolog='<?xml version="1.0"?> <!-- a --><?b?>\n<!DOCTYPE a SYSTEM "file:///etc/passwd">'
            )
        ),
        "文档定义",
    ),
    "doctype in the shared strings": (
        lambda: raw_xlsx(raw_sheet(""), extra={"xl/sharedStrings.xml": "<!DOCTYPE sst><sst/>"}),
        "文档定义",
    ),
    "sheet in UTF-16": (lambda: raw_xlsx(raw_sheet("").encode("utf-16")), ABNORMAL),
    "sheet in EBCDIC by its word": (
        lambda: raw_xlsx(raw_sheet("", prolog='<?xml version="1.0" encoding="cp037"?>')),
        ABNORMAL,
    ),
    "one cell at XFD1048576": (
        lambda: raw_xlsx(raw_sheet(header_row() + f"<row>{text_cell('XFD1048576', 'x')}</row>")),
        "XFD1048576.*删除后保存",
    ),
    "a cell in column BM": (lambda: cells_xlsx(text_cell("BM2", "x")), "BM2 格.*删除后保存"),
    "a cell in column CA": (lambda: cells_xlsx(text_cell("CA2", "x")), "CA2 格.*删除后保存"),
    "a far cell in other quotes": (
        lambda: raw_xlsx(raw_sheet(header_row() + "<row r='1048576'><c r='A1048576'><v>1</v></c></row>")),
        "第 1048576 行.*删除后保存",
    ),
    "a far cell written so that the guard misses it": (
        lambda: raw_xlsx(
            raw_sheet(header_row() + "<row\nr\n=\n'1048576'><c r = 'XFD1048576'><v>1</v></c></row>")
        ),
        ABNORMAL,
    ),
    "1,048,576 rows claimed": (
        lambda: cells_xlsx(FIRST_CELL, dimension="A1:D1048576"),
        "D1048576.*50,000 行、64 列.*删除后保存",
    ),
    "16,384 columns claimed": (lambda: cells_xlsx(FIRST_CELL, dimension="A1:XFD2"), "XFD2.*删除后保存"),
    "one ods value in 16,384 columns": (lambda: hostile.ods(repeated=16384), "删除后保存"),
    "50,001 rows": (lambda: hostile.csv([["a", "b", "c", 1]] * 50_001), "^数据超过 50,000 行"),
    "65 columns": (lambda: b"a," * 64 + b"a\n", "64 列"),
    "merged cells": (
        lambda: xlsx(touch=lambda book, sheet: sheet.merge_range("B5:B7", "x")),
        r"合并单元格（B5:B7）",
    ),
    "merged cells in xls": (lambda: hostile.xls(merge=True), r"合并单元格（B5:B7）"),
    "merged cells in ods": (lambda: hostile.ods(merge=True), r"合并单元格（B4:C4）"),
    "no rows": (lambda: xlsx(rows=[]), "^表头下面没有数据"),
    "only blank rows": (lambda: xlsx(rows=[[None] * 4, ["  ", None, "\u3000", None]]), "^表头下面没有数据"),
    "nothing on any sheet": (lambda: raw_xlsx(raw_sheet("")), "^表里没有数据"),
    "wrong headers": (
        lambda: xlsx(headers=["学籍号", "名字", "日期", "得分"]),
        "^表头不符：缺少“姓名”“学分”；不认识“名字”“得分”。请下载模板",
    ),
    "no headers at all": (
        lambda: hostile.csv(headers=["G1", "张三", "2026-03-01", "1"]),
        "^表头不符：缺少“学籍号”",
    ),
    "a header twice": (lambda: xlsx(headers=[*HEADERS, "姓 名"]), "^表头“姓名”出现了不止一次"),
    "only the hidden sheet fits": (
        lambda: xlsx(sheets=[("藏", HEADERS, ROWS, True), ("看", ["x"], [["y"]], False)]),
        "^表头不符",
    ),
    "quote never closed": (
        lambda: ('学籍号,姓名,日期,学分\nG1,"张三,2026,1\n' + "x" * 200_000).encode(),
        "引号可能没有成对",
    ),
    "a cell of a million letters": (lambda: b"a,b\n" + b"x" * 1_000_000, "一格的字数过多"),
    "random bytes": (lambda: bytes(range(256)) * 40, "编码无法识别"),
    "control characters": (lambda: b"\x01\x02\x03\x04" * 500, "不是表格文件"),
}


@pytest.mark.parametrize(("make", "answer"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_is_no_table_gets_one_sentence_that_says_what_to_do(make, answer, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    with pytest.raises(SheetRefused, match=answer) as refused:
        read(make())

    assert str(refused.value).endswith("。")
    assert not list(tmp_path.iterdir())


def test_there_are_more_than_forty_kinds_of_them():
    assert len(REFUSED) > 60


def test_a_name_says_nothing_about_a_file(tmp_path):
    place = tmp_path / "学分.pdf"
    place.write_bytes(xlsx())

    assert read(place).rows == [tuple(row) for row in ROWS]


def test_a_file_over_the_limit_is_not_even_opened(tmp_path):
    place = tmp_path / "large.csv"
    with place.open("wb") as file:
        file.truncate(SHEET_LIMITS.file_bytes + 1)

    with pytest.raises(SheetRefused, match="文件超过 20 MB"):
        read(place)
    with pytest.raises(SheetRefused, match="文件超过 20 MB"), place.open("rb") as file:
        read(file)


# --- Limits of the child --------------------------------------------------------------------------


def many_cells():
    return raw_xlsx(
        raw_sheet(
            header_row()
            + "".join(f'<row r="{n}">{text_cell(f"A{n}", "x" * 90)}</row>' for n in range(2, 40_000))
        )
    )


def test_a_child_out_of_memory_ends_in_a_sentence():
    with pytest.raises(SheetRefused, match=ABNORMAL):
        read(many_cells(), limits=replace(STRICT, memory_bytes=32 << 20))


def test_a_child_out_of_cpu_time_is_killed_and_ends_in_a_sentence(monkeypatch):
    monkeypatch.setattr(
        "portal.sheets.START",
        "import sys,json,resource\nresource.setrlimit(resource.RLIMIT_CPU,(1,1))\nwhile True: pass",
    )

    with pytest.raises(SheetRefused, match="内存或时间的限度"):
        read(xlsx())


def test_a_child_that_sleeps_is_ended_by_the_clock(monkeypatch):
    monkeypatch.setattr("portal.sheets.START", "import time; time.sleep(60)")

    with pytest.raises(SheetRefused, match="内存或时间的限度"):
        read(xlsx(), limits=replace(STRICT, wall_seconds=0.5))


def test_a_child_that_lies_is_not_believed(monkeypatch, caplog):
    head = '{"headers":["a"],"absent":[],"extra_headers":[],"sheet":"","notes":[]}'
    for answer in (
        "[]",
        "nonsense",
        head + '\n{"lines":[1]}',
        head + '\n{"lines":[-1],"columns":[["x"]],"extra":[],"dated":[],"faults":[]}',
    ):
        monkeypatch.setattr("portal.sheets.START", f"print({answer!r})")

        with caplog.at_level(logging.ERROR), pytest.raises(SheetRefused, match=ABNORMAL):
            read(xlsx())


def test_a_child_that_stops_in_the_middle_has_said_nothing(monkeypatch):
    head = '{"headers":["a"],"absent":[],"extra_headers":[],"sheet":"","notes":[]}'
    monkeypatch.setattr("portal.sheets.START", f"print({head!r})")

    with pytest.raises(SheetRefused, match=ABNORMAL):
        read(xlsx())


def test_the_child_sees_no_environment_and_no_settings(monkeypatch):
    monkeypatch.setenv("FIELD_KEY", "secret")
    monkeypatch.setattr(
        "portal.sheets.START",
        "import os,sys,json\n"
        "print(json.dumps({'refused': str(sorted(os.environ)) + str('django' in sys.modules)}))",
    )

    with pytest.raises(SheetRefused) as refused:
        read(xlsx())

    assert "FIELD_KEY" not in str(refused.value)
    assert "False" in str(refused.value)


def test_fifty_thousand_rows_fit_in_300_mb_of_the_child_and_50_of_the_parent():
    columns = [Column(header=f"列{at}") for at in range(8)]
    rows = ([f"G{number:018}", f"学生{number}", *["科技馆探究活动"] * 5, number] for number in range(50_000))
    target = io.BytesIO()
    write_workbook(target, [Page(name="学分", columns=columns, rows=rows)])
    data = target.getvalue()

    tracemalloc.start()
    table = read(data, expect=[column.header for column in columns])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(table) == 50_000
    assert peak < 50 << 20


# --- Tables ---------------------------------------------------------------------------------------

GOOD = {
    "xlsx": xlsx,
    "xls": hostile.xls,
    "ods": hostile.ods,
    "ods with a million blank rows after": lambda: hostile.ods(trailing=1_048_570),
    "dates since 1904": hostile.date_1904,
    "title above": lambda: xlsx(
        [HEADERS, *ROWS], ["学分登记表"], touch=lambda b, s: s.merge_range("A1:D1", "学分登记表")
    ),
}
GOOD_CSV = {
    "UTF-8": lambda: hostile.csv(),
    "UTF-8 with BOM": lambda: hostile.csv(encoding="utf-8-sig"),
    "GB18030": lambda: hostile.csv(encoding="gb18030"),
    "UTF-16 with BOM": lambda: hostile.csv(encoding="utf-16"),
    "UTF-16 little end first": lambda: hostile.csv(encoding="utf-16-le"),
    "UTF-16 big end first": lambda: hostile.csv(encoding="utf-16-be"),
    "UTF-32": lambda: hostile.csv(encoding="utf-32"),
    "Unix ends": lambda: hostile.csv(end="\n"),
    "old Mac ends": lambda: hostile.csv(end="\r"),
    "tabs": lambda: hostile.csv(separator="\t"),
    "semicolons": lambda: hostile.csv(separator=";"),
    "mixed ends": lambda: hostile.csv().replace(b"\r\n", b"\r", 1).replace(b"\r\n", b"\n", 1),
    "blank lines before": lambda: b"\r\n\r\n" + hostile.csv(),
}


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD)
def test_a_workbook_gives_the_same_rows_whatever_its_kind(make):
    assert read(make()).rows == [tuple(row) for row in ROWS]


@pytest.mark.parametrize("make", GOOD_CSV.values(), ids=GOOD_CSV)
def test_a_csv_gives_the_same_rows_whatever_its_encoding(make):
    assert read(make()).rows == AS_TEXT


def test_old_encoding_is_said():
    assert "GB18030" in read(hostile.csv(encoding="gb18030")).notes[0]


def test_a_file_object_is_read_from_its_start():
    file = io.BytesIO(xlsx())
    file.read(100)

    assert len(read(file)) == 2


def test_a_dimension_that_claims_too_little_hides_no_row():
    rows = "".join(f'<row r="{n}">{text_cell(f"A{n}", "x")}</row>' for n in range(2, 13))

    assert len(read(raw_xlsx(raw_sheet(header_row() + rows, dimension="A1")))) == 11


def test_rows_keep_the_numbers_a_person_sees_and_blank_ones_are_passed_over():
    table = read(xlsx([ROWS[0], [None] * 4, [" ", "\u3000", None, None], ROWS[1], [None] * 4]))

    assert list(table.numbered()) == [(2, tuple(ROWS[0])), (5, tuple(ROWS[1]))]


def test_a_row_of_zeroes_is_not_blank():
    assert read(xlsx([[0, 0, 0, 0]])).rows == [(0, 0, 0, 0)]


def test_headers_match_whatever_their_blanks_width_and_asterisks():
    table = read(xlsx(headers=["＊学籍号", " 姓　名\n", "日期（必填）", "学分："]))

    assert table.headers == HEADERS
    assert len(table) == 2


def test_columns_come_in_the_order_asked_for():
    assert read(xlsx(), expect=["学分", "姓名", "日期", "学籍号"]).rows[0] == (
        0.5,
        "张三",
        date(2026, 3, 1),
        ROWS[0][0],
    )


def test_an_optional_column_may_be_absent():
    table = read(xlsx(), expect=[*HEADERS, "备注"], optional=["备注"])

    assert (table.rows[0], table.absent) == ((*ROWS[0], None), ["备注"])


def test_columns_nobody_asked_for_are_named_and_kept_apart():
    table = read(xlsx([[*row, "好"] for row in ROWS], [*HEADERS, "评语"]))

    assert table.rows == [tuple(row) for row in ROWS]
    assert (table.extra_headers, table.extra_rows[0]) == (["评语"], ("好",))
    assert table.notes == ["没有用到的列：“评语”。"]


def test_without_expectations_the_first_filled_row_is_the_header():
    table = read(xlsx(), expect=None)

    assert table.headers == HEADERS
    assert list(table.records())[1] == dict(zip(HEADERS, ROWS[1], strict=True))


def test_the_sheet_that_fits_is_found_and_said():
    table = read(xlsx(sheets=[("说明", ["请看"], [["x"]], False), ("三年级", HEADERS, ROWS, False)]))

    assert len(table) == 2
    assert "数据取自工作表“三年级”。" in table.notes


def test_a_hidden_sheet_is_not_read():
    sheets = [("藏", HEADERS, [["x"] * 4] * 9, True), ("学分", HEADERS, ROWS, False)]

    assert len(read(xlsx(sheets=sheets))) == 2


def test_other_sheets_with_data_are_named_because_they_are_not_read():
    table = read(
        xlsx(sheets=[("一班", HEADERS, ROWS, False), ("二班", HEADERS, ROWS, False), ("空", [], [], False)])
    )

    assert table.notes == ["只读取了工作表“一班”，没有读取“二班”。"]


# --- Cells ----------------------------------------------------------------------------------------


def second_row(cells: str, **kwargs):
    return read(cells_xlsx(FIRST_CELL + cells, **kwargs))


def test_whole_numbers_are_whole_and_others_are_not():
    assert read(xlsx([["1", 2.0, -3.5, 1e14]])).rows == [("1", 2, -3.5, 10**14)]


def test_moments_and_times_of_day_are_read():
    assert read(hostile.with_moment()).rows[0][2:] == (datetime(2026, 3, 1, 8, 30), "08:30")  # noqa: DTZ001  a cell has no zone


def test_a_number_that_lost_its_digits_is_a_fault_of_its_row():
    table = read(xlsx([ROWS[0], [4.40301201501010e17, "王五", date(2026, 3, 3), 1]]))

    assert [str(fault) for fault in table.faults] == [
        "学籍号被表格软件改成了科学计数，请把该列设为文本后重填"
    ]
    assert (table.faults[0].line, table.faults[0].value) == (3, "4.40301E+17")


def test_the_same_number_as_text_of_a_csv_is_a_fault_too():
    assert read(hostile.csv([["4.40301E+17", "王五", "2026-3-3", 1]])).faults[0].line == 2


def test_a_class_named_like_a_power_is_left_alone():
    assert not read(hostile.csv([["1E10", "a", "b", 1]])).faults


@pytest.mark.parametrize("number", ["9" * 100_000, "1e999", "nan", "-inf"])
def test_a_number_no_computer_holds_is_a_fault(number):
    table = second_row(f'<c r="D2"><v>{number}</v></c>')

    assert (table.rows[0][3], table.faults[0].reason) == (None, "数字过大，无法识别")


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!"])
def test_an_error_of_a_formula_is_a_fault(error):
    table = second_row(f'<c r="D2" t="e"><f>VLOOKUP(1,A:A,2)</f><v>{error}</v></c>')

    assert table.rows[0][3] == error
    assert error in table.faults[0].reason


def test_a_formula_is_read_by_its_kept_result_and_said():
    table = second_row('<c r="D2"><f>1+1</f><v>2</v></c>')

    assert (table.rows[0][3], table.faults) == (2, [])
    assert "没有重新计算" in table.notes[0]


@pytest.mark.parametrize("result", ["", "<v></v>", "<v/>"])
def test_a_formula_without_a_result_is_a_fault(result):
    assert second_row(f'<c r="D2"><f>1+1</f>{result}</c>').faults[0].reason == "公式没有保存结果"


def test_yes_and_no_are_read():
    assert second_row('<c r="D2" t="b"><v>1</v></c>').rows[0][3] is True
    assert as_text(True) == "是"


def test_text_that_looks_like_a_date_stays_text():
    assert read(xlsx([["G1", "a", "2026年3月1日", "1"]])).rows[0][2] == "2026年3月1日"


@pytest.mark.parametrize("day", ["1", "59", "61", "2958465"])
def test_first_and_last_days_of_a_spreadsheet_are_read(day):
    styles = (
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs>'
        '<xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
    )
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="worksheets/sheet1.xml" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>'
        '<Relationship Id="rId2" Target="styles.xml" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"/></Relationships>'
    )
    sheet = raw_sheet(header_row() + f'<row r="2">{FIRST_CELL}<c r="C2" s="1"><v>{day}</v></c></row>')

    value = read(
        raw_xlsx(sheet, extra={"xl/styles.xml": styles, "xl/_rels/workbook.xml.rels": relation})
    ).rows[0][2]

    assert value in {date(1900, 1, 1), date(1900, 2, 28), date(1900, 3, 1), date(9999, 12, 31)}


def test_a_cell_over_its_length_is_a_fault_unless_it_is_free_text():
    rows = [["G1", "张" * 501, date(2026, 3, 1), 1]]

    assert read(xlsx(rows)).faults[0].reason == "超过 500 个字"
    assert not read(xlsx(rows), free_text=["姓名"]).faults


def test_nobody_sees_characters_that_nobody_can_see():
    table = second_row(
        text_cell("B2", "_x0000_𠮷\u200b䶮\u202e·\ufeff王_x0007_ ") + text_cell("C2", "_x005F_x0000_")
    )

    assert table.rows[0][1:3] == ("𠮷䶮·王", "_x0000_")


def test_macros_and_links_are_passed_over_and_said():
    book = raw_xlsx(
        raw_sheet(header_row() + f'<row r="2">{FIRST_CELL}</row>'),
        extra={"xl/vbaProject.bin": "x", "xl/externalLinks/externalLink1.xml": "<a/>"},
    )

    assert read(book).notes == ["工作簿带有宏，宏没有运行。", "工作簿引用了其他文件，引用没有更新。"]


# --- Out ------------------------------------------------------------------------------------------

STARTS = st.sampled_from(
    [
        "",
        "=",
        "+",
        "-",
        "@",
        "\t",
        "\r",
        "＝",
        "＋",
        "－",
        "＠",
        " =",
        "'=",
        '"=',
        "\ufeff=",
        "'",
        "''=",
        "0",
        "\u200b+",
    ]
)
LETTERS = st.characters(blacklist_categories=("Cs", "Cc"), whitelist_characters="\t\r\n")
TEXTS = st.lists(
    st.builds(lambda start, rest: start + rest, STARTS, st.text(LETTERS, max_size=12)),
    min_size=100,
    max_size=300,
)
DANGEROUS = re.compile("[\\s\"'\ufeff]*[=+\\-@\t\r＝＋－＠]")


@given(st.text(LETTERS, max_size=30), STARTS)
@settings(max_examples=3000, deadline=None)
def test_an_apostrophe_put_on_comes_off_again(text, start):
    text = start + text

    assert restored(neutral(text)) == text
    assert neutral(text) == text or neutral(text) == "'" + text


@given(TEXTS)
@settings(max_examples=50, deadline=None)
def test_no_csv_field_begins_with_what_a_spreadsheet_runs_and_reading_gives_the_text_back(texts):
    target = io.BytesIO()
    write_csv(target, ["行", "内容"], list(enumerate(texts)))

    written = target.getvalue()

    assert written.startswith(b"\xef\xbb\xbf")
    fields = [row[1] for row in csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""))]
    assert not [field for field in fields if DANGEROUS.match(field) and not field.startswith("'")]
    assert not [field for field in fields if field[:1] in "=+-@\t\r＝＋－＠" and field]
    table = read(written, expect=["行", "内容"])
    assert [row[1] for row in table.rows] == [clean_text(text, multiline=True) or None for text in texts]


@given(TEXTS)
@settings(max_examples=50, deadline=None)
def test_no_workbook_cell_is_a_formula_and_reading_gives_the_text_back(texts):
    target = io.BytesIO()
    columns = [Column(header="行"), Column(header="内容")]
    write_workbook(target, [Page(name="数据", columns=columns, rows=list(enumerate(texts)))])

    sheet = zipfile.ZipFile(target).read("xl/worksheets/sheet1.xml")

    assert b"<f" not in sheet
    assert b"hyperlink" not in sheet
    kinds = re.findall(rb'<c r="B\d+"[^>]*?( t="s")?>', sheet)
    assert all(kinds)
    table = read(target.getvalue(), expect=["行", "内容"])
    assert [row[1] for row in table.rows] == [clean_text(text, multiline=True) or None for text in texts]


def test_identifiers_stay_text_days_stay_days_and_numbers_stay_numbers():
    row = ("440301201501010011", date(2026, 3, 1), 3, 0.5, "0755", datetime(2026, 3, 1, 8, 30), None, True)  # noqa: DTZ001  a cell has no zone
    columns = [Column(header=f"列{at}") for at in range(len(row))]
    target = io.BytesIO()

    write_workbook(target, [Page(name="数据", columns=columns, rows=[row])])

    (read_back,) = read(target.getvalue(), expect=[column.header for column in columns]).rows
    assert read_back == (*row[:-1], "是")


def test_a_csv_keeps_long_numbers_and_leading_zeroes_through_a_spreadsheet():
    target = io.BytesIO()
    write_csv(target, ["号", "值"], [("440301201501010011", -3), ("0755", 0.5)])

    assert target.getvalue().decode("utf-8-sig").splitlines()[1:] == ["'440301201501010011,-3", "'0755,0.5"]
    assert [row[0] for row in read(target.getvalue(), expect=["号", "值"]).rows] == [
        "440301201501010011",
        "0755",
    ]


def test_a_template_offers_choices_explains_itself_and_can_be_read():
    columns = [
        Column(header="学籍号", is_required=True, note="文本格式。", sample="G440301201501010011"),
        Column(header="类型", choices=["场馆", "讲座"]),
        Column(header="学校", choices=[f"深圳市第{n}小学" for n in range(200)]),
        Column(header="日期", sample=date(2026, 3, 1)),
    ]
    target = io.BytesIO()

    template(target, "学分", columns, notes=["一行一名学生。"])

    with python_calamine.load_workbook(io.BytesIO(target.getvalue())) as book:
        assert [sheet.name for sheet in book.sheets_metadata] == ["学分", "填表说明", "选项"]
        assert book.sheets_metadata[2].visible == python_calamine.SheetVisibleEnum.Hidden
        explained = str(book.get_sheet_by_name("填表说明").to_python())
    assert all(
        words in explained
        for words in ("一行一名学生。", "50,000 行", "必填。文本格式。", "可填：场馆、讲座。")
    )
    assert zipfile.ZipFile(target).read("xl/worksheets/sheet1.xml").count(b"<dataValidation ") == 2
    with pytest.raises(SheetRefused, match="没有数据"):
        read(target.getvalue(), expect=["学籍号", "类型", "学校", "日期"])


# --- Back to the sender ---------------------------------------------------------------------------


def returned(table, faults, **kwargs) -> bytes:
    target = io.BytesIO()
    write_faults(table, faults, target, **kwargs)
    return target.getvalue()


def test_the_sheet_comes_back_with_its_faults_and_can_be_mended_and_read_again():
    table = read(xlsx([[*row, "好"] for row in ROWS], [*HEADERS, "评语"]))
    faults = [
        Fault(3, "日期", "32日", "不是日期", "请按 2026-03-01 填写"),
        Fault(3, "", "", "重复", "请删去一行"),
    ]

    data = returned(table, faults)

    with python_calamine.load_workbook(io.BytesIO(data)) as book:
        first, every = (book.get_sheet_by_index(at).to_python() for at in (0, 1))
    assert first[2][0] == "日期：不是日期，请按 2026-03-01 填写；重复，请删去一行"
    assert first[2][-1] == 3
    assert every[1:] == [
        [3, "日期", "32日", "不是日期", "请按 2026-03-01 填写"],
        [3, "", "", "重复", "请删去一行"],
    ]
    again = read(data)
    assert (again.rows, again.extra_rows, again.notes) == (
        table.rows,
        table.extra_rows,
        ["没有用到的列：“评语”。"],
    )


def test_only_the_faulty_rows_can_come_back():
    table = read(xlsx())

    assert read(returned(table, [Fault(3, "姓名", "李四", "查无此人", "")], only_faulty=True)).rows == [
        table.rows[1]
    ]


def test_what_a_person_typed_comes_back_as_text_not_as_a_formula():
    table = read(xlsx([["=1+1", "+2", "@x", "-3"]]))

    sheet = zipfile.ZipFile(io.BytesIO(returned(table, [Fault(2, "姓名", "=cmd", "=cmd", "")]))).read(
        "xl/worksheets/sheet1.xml"
    )

    assert b"<f" not in sheet
