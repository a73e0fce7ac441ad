"""What a report says, and that its files read back as they were meant."""

import io
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdf import PdfReader

from indicators import actions
from indicators.actions.reports import annex_of, pdf_of
from indicators.models import AnnualReport
from indicators.queries.annual import NameFault, Report, checklist, content_of
from indicators.queries.annual.closing_chapters import method_chapter
from indicators.queries.annual.indicator_chapters import indicators_chapter
from outreach import actions as outreach
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Role
from tests.factories import UserFactory

NANSHAN = "440305000000"
NEARLY_EMPTY = 250  # characters on a page, its head and number among them

pytestmark = pytest.mark.usefixtures("night")


@pytest.fixture
def staff(db):
    return UserFactory(name="林晓", holding=(Role.STAFF, Region.objects.city()), mfa=True)


@pytest.fixture
def draft(staff):
    outreach.load_reference()
    return actions.begin_report(region=Region.objects.city(), year=2025, corrections="", by=staff)


@pytest.fixture
def nanshan(staff):
    outreach.load_reference()
    region = Region.objects.get(code=NANSHAN)
    return actions.begin_report(region=region, year=2025, corrections="", by=staff)


@pytest.fixture
def material(draft):
    return Report(draft.vintage, draft.region, draft.year)


def blocks(content, chapter):
    found = next(one for one in content["chapters"] if one["id"] == chapter)
    return [block for section in found["sections"] for block in section["blocks"]]


def runs(content, chapter):
    """The figures in a chapter's sentences."""
    found = next(one for one in content["chapters"] if one["id"] == chapter)
    paragraphs = [runs for section in found["sections"] for runs in section["paragraphs"]]
    return [run for runs in paragraphs for run in runs if "url" in run]


# ---------------------------------------------------------------- the PDF


def tags(reader):
    """Every structure element in the order of the document: kind and dictionary."""

    def walk(node):
        node = node.get_object()
        if not hasattr(node, "get"):
            return
        if "/S" in node:
            yield str(node["/S"]), node
        children = node.get("/K", [])
        for child in children if isinstance(children, list) else [children]:
            yield from walk(child)

    return list(walk(reader.trailer["/Root"]["/StructTreeRoot"]))


def below(node):
    return {kind for kind, _ in tags_of(node)}


def tags_of(node):
    found, waiting = [], [node]
    while waiting:
        one = waiting.pop().get_object()
        if hasattr(one, "get"):
            found += [(str(one["/S"]), one)] if "/S" in one else []
            children = one.get("/K", [])
            waiting += children if isinstance(children, list) else [children]
    return found


def test_the_city_s_report_is_of_sixty_pages_and_sound_in_its_structure(draft):
    content = content_of(draft)
    data = pdf_of(content, made_at=draft.vintage.created_at)

    reader = PdfReader(io.BytesIO(data))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "zh-CN"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == "深圳市科普发展年度报告（2025）"
    kinds = tags(reader)
    pictures = [str(node.get("/Alt", "")) for kind, node in kinds if kind == "/Figure"]
    assert len(pictures) >= 30
    assert all(pictures)
    tables = [node for kind, node in kinds if kind == "/Table"]
    assert len(tables) >= 60
    assert all({"/THead", "/TH", "/TD"} <= below(table) for table in tables)
    levels = [int(kind[2]) for kind, _ in kinds if re.fullmatch("/H[1-6]", kind)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    outline = [one.title for one in reader.outline if not isinstance(one, list)]
    assert outline
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object().keys()
        for page in reader.pages
        for font in page["/Resources"]["/Font"].get_object().values()
    ]
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(keys) for keys in fonts)
    pages = [page.extract_text() for page in reader.pages]
    assert len(pages) >= 60
    words = "".join("".join(pages).split())
    for project in (
        "科普管理系统化工程",
        "科技资源科普化工程",
        "科普人才专业化工程",
        "科普活动品牌化工程",
        "青少年创新能力培养工程",
    ):
        assert project in words
    assert draft.vintage.digest in words
    assert "示例数据" in words
    assert "科普发展指数" in pages[1].replace(" ", "")
    # The cover, and the page where the report ends, may be short; a page of three rows is a fault of layout.
    assert [number for number, text in enumerate(pages[1:-1], start=2) if len(text) < NEARLY_EMPTY] == []


def test_the_same_content_gives_the_same_bytes(draft):
    draft.parts.exclude(code__in=["summary", "index", "p4-1"]).update(is_on=False)
    at = draft.vintage.created_at

    first, second = content_of(draft), content_of(AnnualReport.objects.get(pk=draft.pk))

    assert first == second
    assert pdf_of(first, made_at=at) == pdf_of(second, made_at=at)
    assert annex_of(first, made_at=at) == annex_of(second, made_at=at)


# ---------------------------------------------------------------- figures


def test_what_was_corrected_stands_before_the_words_of_the_first_chapter(draft):
    draft.parts.exclude(code="summary").update(is_on=False)
    content = content_of(draft) | {"corrections": "改了表2-1"}

    reader = PdfReader(io.BytesIO(pdf_of(content, made_at=draft.vintage.created_at)))

    text = "".join(page.extract_text() for page in reader.pages).replace("\n", "")
    assert text.index("改了表2-1") < text.index("科技馆数量")


def test_tables_add_up_to_the_city(draft):
    content = content_of(draft)

    table = next(block for block in blocks(content, "p4-1") if block.get("columns", [""])[0] == "区")
    *districts, city = table["rows"]
    assert len(districts) == 11
    for place in range(1, len(city)):
        numbers = [float(row[place].replace(",", "")) for row in districts]
        assert round(sum(numbers), 2) == float(city[place].replace(",", ""))


def test_a_figure_in_the_text_is_that_of_the_table(draft, staff):
    part = draft.parts.get(code="p4-4")
    actions.write_part(part, title=part.title, text="讲座{{项目.KH111}}人次。", seen=0, by=staff)

    content = content_of(draft)

    chapter = next(one for one in content["chapters"] if one["id"] == "p4-4")
    (said,) = [run["text"] for run in chapter["words"][0]["runs"] if "url" in run]
    (row,) = [
        row
        for block in blocks(content, "p4-4")
        for row in block.get("rows", ())
        if row[0].startswith("科普（技）讲座参加")
    ]
    assert said == row[2]


def test_a_figure_in_a_sentence_leads_to_its_records(draft, client):
    content = content_of(draft)

    for chapter in ("summary", "index", "p4-1", "nation", "indicators"):
        for run in runs(content, chapter)[:12]:
            page = client.get(run["url"])
            assert page.status_code == 200, run
    lectures = next(run for run in runs(content, "p4-4") if "/items/KH111/" in run["url"])
    page = client.get(lectures["url"]).content.decode()
    assert f"/index/{NANSHAN}/items/KH111/?year=2025" in page
    assert lectures["text"] in page


def test_names_give_figures_of_other_years_regions_and_their_change(material):
    def said(name):
        return material.names.said(name)["text"]

    total = material.totals["KH111"]
    assert said("项目.KH111.2024") == total.said(total.before)
    assert said("南山区.项目.KH111") == total.said(total.districts[NANSHAN])
    assert said("项目.KH111.增速").startswith(("增长", "下降", "持平"))
    assert said("南山区.指数.位次区间").startswith("第")
    assert said("指标.人均科普专项经费") == said("指标.special_funds")
    assert said("项目.KE140.2.2024") == material.totals["KE140.2"].said(material.totals["KE140.2"].before)
    assert said("全国.科普场馆") == "1,890"


def test_a_share_moves_by_points_and_a_unit_is_not_said_twice(material):
    content = indicators_chapter(material)
    told = {section["id"]: _text(section) for section in content["sections"]}
    lectures = material.totals["KH111"].spoken("南山区")

    assert "个百分点" in told["i-free-bases"]
    assert "个百分点" not in told["i-special-funds"]
    assert lectures == "科普（技）讲座参加{{南山区.项目.KH111}}人次"
    assert material.totals["KC312"].name == "市级及以下科普基地"


def test_the_method_chapter_says_the_weights_of_its_own_edition(material):
    pillar = material.method.pillars[0]
    pillar.weight, material.method.index.weighing = 2, "expert"

    section = method_chapter(material)["sections"][0]

    assert "领域的权重由专家赋分得出：投入25.0%" in _text(section)
    assert section["blocks"][0]["rows"][0][3] == "33.3%"


def _text(section):
    return "".join(run["text"] for runs in section["paragraphs"] for run in runs)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("讲座", "不是数字的名称"),
        ("项目.KH999", "没有“项目.KH999”"),
        ("广州市.项目.KH111", "不是全市或十一个区"),
        ("项目.KH111.2026", "晚于报告年度"),
        ("项目.KH111.1999", "没有公布的数"),
        ("南山区.指标.公民具备科学素质比例", "没有公布的数"),
        ("指数.总分", "水平分值"),
    ],
)
def test_an_unknown_or_unpublished_name_is_refused_with_what_to_do(material, name, words):
    with pytest.raises(NameFault, match=words):
        material.names.said(name)


def test_every_figure_offered_can_be_written(material):
    choices = list(material.names.choices())

    assert len(choices) > 150
    assert all(material.names.said(one.name)["text"] == one.text for one in choices)


def test_whatever_is_typed_gets_an_answer_in_words(material):
    @given(text=st.text(alphabet="{} .项目KH1全市南山区指数水平分值2024增速", max_size=60))
    def holds(text):
        faults = material.names.faults(text)
        assert all(isinstance(fault, str) and fault for fault in faults)
        if not faults:
            assert "{{" not in "".join(run["text"] for run in material.names.runs(text))

    holds()


def test_unmatched_braces_are_told(material):
    assert "没有成对" in material.names.faults("共{{项目.KH111人次")[0]


# ---------------------------------------------------------------- a district's report, the annex


def test_a_district_s_report_speaks_of_the_district_beside_the_city(nanshan):
    content = content_of(nanshan)

    assert content["title"] == "深圳市南山区科普发展年度报告（2025）"
    index = next(one for one in content["chapters"] if one["id"] == "index")
    words = "".join(run["text"] for runs in index["sections"][0]["paragraphs"] for run in runs)
    assert "南山区" in words
    table = blocks(content, "p4-1")[0]
    assert table["columns"][-1] == "占全市"
    assert all(row[-1] != "—" for row in table["rows"] if row[2] not in ("—", "0.00"))
    assert any("全市" in block["columns"] for block in blocks(content, "index") if block["kind"] == "table")


def test_a_district_s_report_is_set_in_type(nanshan):
    nanshan.parts.exclude(code__in=["summary", "index", "comparison"]).update(is_on=False)

    reader = PdfReader(io.BytesIO(pdf_of(content_of(nanshan), made_at=nanshan.vintage.created_at)))

    assert "南山区" in reader.pages[0].extract_text()


def test_the_annex_holds_every_item_of_every_district(draft):
    content = content_of(draft)

    book = load_workbook(io.BytesIO(annex_of(content, made_at=draft.vintage.created_at)))

    sheet = book["2025年统计数据"]
    heads = [cell.value for cell in sheet[1]]
    assert heads[4:] == ["全市", *(district.name for district in Region.objects.districts())]
    assert sheet.max_row == 1 + len({row[1] for row in content["annex"][4]["rows"]})
    lectures = next(row for row in sheet.iter_rows(values_only=True) if row[1] == "KH111")
    assert sum(lectures[5:]) == lectures[4]


# ---------------------------------------------------------------- what is needed first


def test_a_year_without_an_index_has_no_report(staff):
    with pytest.raises(Refused, match="还没有计算到2031年"):
        actions.begin_report(region=Region.objects.city(), year=2031, corrections="", by=staff)


def test_staff_see_what_is_missing_before_they_begin(staff, client):
    found = {one.label: one.is_there for one in checklist(2026)}
    assert found["各区年报全部通过"] is False
    assert {one.label: one.is_there for one in checklist(2025)}["各区年报全部通过"] is True

    client.force_login(staff)
    page = client.get("/desk/reports/?year=2025").content.decode()
    assert "2025年报告所需" in page
