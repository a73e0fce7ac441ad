"""Charts and tables as files: the same figures as on the page, under the page's own address."""

import csv
import io
from decimal import Decimal

import pytest
from django.http import Http404
from django.test import RequestFactory
from python_calamine import CalamineWorkbook

from portal import charts, exhibits
from portal.charts import About
from portal.sheets import read_table

HOW = "年末在册人数，不含离任。"


@pytest.fixture
def trend():
    about = About("trend", "科普人员 <全市>", unit="人", source="人才库", note="示例", how=HOW)
    return charts.line(about, ["2024", "2025"], {"专职": [Decimal("12.50"), None], "=1+1": [3, 4]})


@pytest.fixture
def plain():
    return About("people", "各区人员").table(["区", "人数"], [("南山区", 7), ("福田区", None)])


def asked(chart, file, **others):
    request = RequestFactory().get("/index/", {"year": "2025", **others, "file": file})
    return exhibits.respond(request, "components/empty.html", {}, {"any": chart})


def test_a_workbook_holds_the_figures_as_numbers_and_says_where_they_are_from(trend):
    content = asked(trend, "trend.xlsx").content

    table = read_table(content, expect=None)
    assert table.headers == ["年份", "专职", "=1+1"]
    assert table.rows == [(2024, 12.5, 3), (2025, None, 4)]
    about = dict(CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("说明").to_python())
    assert (about["标题"], about["单位"], about["来源"]) == ("科普人员 <全市>", "人", "人才库")
    assert about["如何计算"] == HOW
    assert about["页面"] == "http://testserver/index/"


def test_a_csv_opens_right_in_a_spreadsheet_and_runs_nothing(trend):
    answer = asked(trend, "trend.csv")

    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [["年份", "专职", "'=1+1"], ["2024", "12.5", "3"], ["2025", "", "4"]]


def test_a_picture_carries_its_title_unit_and_source(trend):
    svg = asked(trend, "trend.svg").content.decode()

    assert svg.startswith("<svg ")
    assert "科普人员 &lt;全市&gt;" in svg
    assert "单位：人。示例" in svg
    assert "人才库" in svg


def test_a_bitmap_is_drawn_at_twice_the_size(trend):
    content = asked(trend, "trend.png").content

    assert content.startswith(b"\x89PNG")
    assert int.from_bytes(content[16:20]) >= 2 * charts.WIDTH


def test_a_file_is_saved_under_its_title_and_never_shown_in_place(plain):
    answer = asked(plain, "people.csv")

    assert answer["Content-Disposition"].startswith("attachment")
    assert "filename*=utf-8''%E5%90%84%E5%8C%BA%E4%BA%BA%E5%91%98.csv" in answer["Content-Disposition"]


@pytest.mark.parametrize(
    "file", ["people.svg", "people.png", "people", "trend.xlsx", "", "people.xlsx.exe", "\0.csv"]
)
def test_a_file_the_page_has_not_is_not_found(plain, file):
    with pytest.raises(Http404):
        asked(plain, file)


def test_a_file_is_kept_by_no_shared_cache_which_would_forget_its_name(plain):
    assert asked(plain, "people.csv")["Cache-Control"] == "private"


def test_a_page_gives_each_chart_the_addresses_of_its_files_with_what_it_was_asked_for(plain, trend):
    request = RequestFactory().get("/index/", {"year": "2025"})

    assert exhibits._files(request, plain) == (
        ("XLSX", "?year=2025&file=people.xlsx"),
        ("CSV", "?year=2025&file=people.csv"),
    )
    assert [name for name, _ in exhibits._files(request, trend)] == ["SVG", "PNG", "XLSX", "CSV"]
