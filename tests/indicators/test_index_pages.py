"""The pages that put the index to the test, and the desk where staff compute, publish and draft."""

import io
import json

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from indicators import actions
from indicators.models import ComputeRun, Edition, SubdistrictFigure, Vintage, VintageCell
from indicators.queries import scenarios
from indicators.queries.index import method_of
from indicators.queries.weights import means_in_words, shares_in_words, weights_in_words
from portal.jobs import Job
from portal.regions import Region
from portal.roles import Role
from tests.factories import UserFactory
from tests.indicators.conftest import AT

CITY, NANSHAN = "440300000000", "440305000000"

pytestmark = pytest.mark.usefixtures("night")


@pytest.fixture
def staff(db):
    return UserFactory(holding=(Role.STAFF, Region.objects.city()), mfa=True)


@pytest.fixture
def desk(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def draft(night, staff):
    return actions.draft_edition(
        night.edition, code="9", name="第二版", link_year=2024, reason="调整权重", by=staff
    )


def text(response) -> str:
    return response.content.decode()


# ---------------------------------------------------------------- anyone


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/index/audit/?year=2025", "位次为什么不能确定"),
        ("/index/revisions/", "还没有正式发布"),
        ("/index/scenarios/?year=2025&without=people", "不计人才"),
        ("/index/pairs/", "行高于列"),
        ("/index/editions/", "第一版"),
        ("/index/editions/1/", "框架和权重"),
        (f"/index/{NANSHAN}/change/?year=2025", "变化的构成"),
        (f"/index/{NANSHAN}/target/?rank=1", "还差"),
        (f"/index/{CITY}/target/?score=99", "光靠任何一项都做不到"),
        (f"/index/{NANSHAN}/streets/", "还没有街道数据"),
    ],
)
def test_pages_of_evidence_open_for_everybody(client, address, words):
    response = client.get(address)

    assert response.status_code == 200
    assert words in text(response)
    assert 'style="' not in text(response)


def test_a_target_is_asked_as_a_score_or_a_rank(client):
    response = client.get(f"/index/{NANSHAN}/target/?score=70&rank=2")

    assert response.status_code == 422
    assert "只填一个" in text(response)


def test_the_cheapest_plan_is_found_from_the_costs_typed(client):
    response = client.get(f"/index/{NANSHAN}/target/?score=70&c-informants_rate=1&c-volunteers_rate=0.5")

    assert response.status_code == 200
    assert "最省的组合" in text(response)


def test_a_target_says_in_what_its_numerators_are_counted(night):
    units = scenarios.units_counted(method_of(night))

    assert units["special_funds"] == "元"
    assert units["staff_rate"] == "人"
    assert units["literacy"] == "%"


def test_what_moves_nothing_in_a_district_is_not_in_its_change(client):
    page = text(client.get(f"/index/{NANSHAN}/change/?year=2025"))

    assert "每万人科普人员" in page
    assert "公民具备科学素质" not in page


def test_marks_are_told_in_words_below_the_tables(client):
    page = text(client.get(f"/index/{NANSHAN}/?year=2025"))

    assert page.count("分母为最近一次普查（早于当年）</li>") == 1


def test_a_draft_is_not_public(client, draft):
    assert client.get("/index/editions/9/").status_code == 404
    assert "第二版" not in text(client.get("/index/editions/"))


def test_two_computations_stand_side_by_side(client, night, revised):
    response = client.get(f"/index/revisions/?old={night.short}&new={revised.short}")

    assert "人均科普专项经费" in text(response)
    assert "更正的数据" in text(response)


def test_the_workbook_has_all_results_and_hides_what_the_pages_hide(client, night):
    district = Region.objects.get(code=NANSHAN)
    VintageCell.objects.filter(vintage=night, region=district, node="credit_reached", year=2025).update(
        numerator=5
    )

    response = client.get("/index/data.xlsx")

    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert book.sheetnames == [
        "说明",
        "分值",
        "指数和领域",
        "贡献",
        "指标",
        "覆盖率",
        "目标值和权重",
        "代码表",
    ]
    rows = [
        row
        for row in book["指标"].values
        if row[0] == 2025 and row[1] == NANSHAN and row[3] == "credit_reached"
    ]
    assert rows[0][5:10] == (None, None, None, None, None)
    parts = [row for row in book["贡献"].values if row[0] == 2025 and row[1] == NANSHAN]
    assert "credit_reached" not in {row[3] for row in parts}
    assert len(list(book["指数和领域"].values)) - 1 == 12 * 6 * 8


def test_streets_show_counts_with_care(client, night):
    streets = list(Region.objects.filter(parent__code=NANSHAN).order_by("code")[:4])
    for street, bases, free, reached, students in zip(
        streets, (20, 9, 2, 6), (5, 5, 1, 3), (3, 60, 80, 90), (100, 120, 130, 140), strict=True
    ):
        for key, value in (
            ("bases", bases),
            ("bases_free", free),
            ("credit_reached", reached),
            ("credit_students", students),
        ):
            SubdistrictFigure.objects.create(key=key, region=street, year=2025, value=value)

    response = client.get(f"/index/{NANSHAN}/streets/?year=2025")

    found = response.context["found"]
    free, reached = (
        next(column for column in found.columns if column.indicator.code == code)
        for code in ("free_bases", "credit_reached")
    )
    by_name = dict(zip((region.code for region in found.regions), free.cells, strict=True))
    first, third = (by_name[streets[place].code] for place in (0, 2))
    assert (first.rate, first.flags) == (25, ["few"])
    assert (third.score, third.flags) == (None, ["too_few"])
    hidden = [
        region.code
        for region, cell in zip(found.regions, reached.cells, strict=True)
        if cell.flags == ["hidden"]
    ]
    assert streets[0].code in hidden
    assert len(hidden) >= 2
    assert all(cell.numerator is None for cell in reached.cells if cell.flags == ["hidden"])


# ---------------------------------------------------------------- staff: nights and vintages


def test_a_double_click_asks_for_one_computation(desk):
    for _ in range(2):
        assert desk.post("/desk/index/compute/").status_code == 302

    assert Job.objects.filter(kind="index_night").exclude(key="sample").count() == 1


def test_a_night_s_page_says_what_changed_and_why(desk, night, revised):
    run = ComputeRun.objects.get(vintage=revised)

    response = desk.get(run.get_absolute_url())

    assert "计算指数" in text(response)
    assert "人均科普专项经费" in text(response)


def test_publishing_in_two_steps_each_with_a_note(desk, night):
    address = reverse("index_desk:vintage_step", args=[night.pk, "freeze"])

    refused = desk.post(address, {"note": ""})
    desk.post(address, {"note": "年度发布"})
    desk.post(reverse("index_desk:vintage_step", args=[night.pk, "publish"]), {"note": "首次发布"})

    assert refused.status_code == 422
    night.refresh_from_db()
    assert (night.kind, night.note) == (Vintage.Kind.PUBLISHED, "首次发布")
    assert "首次发布" in text(desk.get("/index/revisions/"))


def test_a_rebuild_is_asked_for_and_told(desk, night):
    response = desk.post(reverse("index_desk:rebuild", args=[night.pk]), follow=True)

    assert "复算一致" in text(response)


def test_the_list_of_nights_costs_the_same_for_one_as_for_fifteen(desk, night):
    from_one = _queries(desk)
    for _ in range(14):
        ComputeRun.objects.create(at=AT, vintage=night, is_new=False, seconds=1)

    assert _queries(desk) == from_one


def _queries(client) -> int:
    client.get("/desk/index/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/desk/index/")
    return len(asked)


# ---------------------------------------------------------------- staff: editions


def test_an_edition_is_drafted_changed_weighed_and_adopted_in_the_browser(desk, night):
    made = desk.post(
        "/desk/index/editions/new/",
        {"source": night.edition_id, "code": "9", "name": "第二版", "link_year": 2024, "reason": "调整权重"},
    )
    assert made.status_code == 302
    edit = "/desk/index/editions/9/"
    one = Edition.objects.get(code="9").indicators.get(code="staff_rate")
    values = {
        "name": one.name,
        "definition": one.definition,
        "numerator": "KR100 + KR200",
        "denominator": "常住人口",
        "low": "0",
        "high": "99",
        "goalpost_basis": one.goalpost_basis,
        "weight": "1",
        "minimum_events": "4",
        "link_events": "16",
    }
    without_basis = desk.post(f"{edit}indicators/staff_rate/", values)
    desk.post(f"{edit}indicators/staff_rate/", values | {"goalpost_basis": "规划目标"})
    desk.post(
        f"{edit}nodes/people/expert/",
        {
            "points-expert": "专家1",
            **{f"points-v-{code}": "2" for code in ("staff_rate", "senior_share", "volunteers_rate")},
            "points-v-volunteer_hours": "4",
        },
    )
    desk.post(f"{edit}nodes/people/weights/", {"weighing": "expert"})
    desk.post(f"{edit}steps/adopt/")

    assert without_basis.status_code == 422
    assert "新的依据" in text(without_basis)
    edition = Edition.objects.get(code="9")
    assert not edition.is_draft
    one.refresh_from_db()
    assert (one.high, one.minimum_events) == (99, 4)
    assert edition.indicators.get(code="volunteer_hours").weight == 2 * one.weight
    assert "每万人科普人员" in text(desk.get("/index/editions/9/"))


def test_a_new_indicator_is_written_as_people_write_it(desk, draft):
    values = {
        "pillar": draft.nodes.get(code="people").pk,
        "code": "tutors_each",
        "name": "科普人员人均到场",
        "unit": "人次",
        "definition": "讲座和展览到场人次除以科普人员",
        "numerator": "KH111 + KH121×2",
        "denominator": "KR100、KR200",
        "per": "1",
        "low": "0",
        "high": "900",
        "goalpost_basis": "规划目标",
        "weight": "1",
        "levels": "all",
        "minimum_events": "0",
        "link_events": "16",
    }
    address = "/desk/index/editions/9/indicators/new/"

    unknown = desk.post(address, values | {"numerator": "KX999"})
    desk.post(address, values)

    assert "不认识“KX999”" in text(unknown)
    one = draft.indicators.get(code="tutors_each")
    assert one.numerator == [{"key": "KH111"}, {"key": "KH121", "times": 2}]
    assert one.denominator == [{"key": "KR100"}, {"key": "KR200"}]
    assert "新增" in text(desk.get("/index/editions/9/"))


def test_contradicting_judgments_stay_on_the_page_with_the_reason(desk, draft):
    pairs = ("staff_rate:senior_share", "staff_rate:volunteers_rate", "staff_rate:volunteer_hours")
    pairs += (
        "senior_share:volunteers_rate",
        "senior_share:volunteer_hours",
        "volunteers_rate:volunteer_hours",
    )
    answers = dict(zip(pairs, ("9", "1/9", "9", "9", "1/9", "9"), strict=True))

    response = desk.post(
        "/desk/index/editions/9/nodes/people/ahp/",
        {"pairs-expert": "专家1", **{f"pairs-v-{pair}": value for pair, value in answers.items()}},
    )

    assert response.status_code == 422
    assert "一致性比率" in text(response)
    assert "专家1" in text(response)


def test_a_sheet_with_one_faulty_row_is_not_taken(desk, draft):
    content = "上级,专家,项目,分数\n人才,专家1,没有的指标,3\n"

    response = desk.post(
        "/desk/index/editions/9/opinions/",
        {"kind": "expert", "file": SimpleUploadedFile("意见.csv", content.encode())},
    )

    assert response.status_code == 422
    assert "没有这一项" in text(response)


def test_the_template_lists_every_pair(desk, draft):
    response = desk.get("/desk/index/editions/9/opinions/ahp.xlsx")

    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).worksheets[0]
    assert sheet.max_row - 1 == 21 + 3 + 6 + 6 + 6 + 6 + 6  # seven pillars, and the indicators under six
    assert json.dumps([cell.value for cell in sheet[1]], ensure_ascii=False).count("判断") == 1


# ---------------------------------------------------------------- open data


@pytest.mark.parametrize(
    "address",
    [
        "vintages",
        "scores?year=2025",
        f"regions/{NANSHAN}",
        f"regions/{NANSHAN}/change?year=2025",
        f"regions/{NANSHAN}/terms?node=staff_rate&year=2025",
        f"regions/{NANSHAN}/target?year=2025&rank=1",
        "pairs?year=2025",
    ],
)
def test_open_data_of_the_index_is_read_by_anybody(client, address):
    response = client.get(f"/api/v1/index/{address}")

    assert response.status_code == 200
    assert response.json() == [] if address == "vintages" else response.json()


def test_two_vintages_are_compared_by_machine(client, night, revised):
    found = client.get(f"/api/v1/index/compare?a={night.short}&b={revised.short}").json()

    assert found["is_comparable"]
    assert [cause["name"] for cause in found["causes"]] == ["人均科普专项经费"]


# ---------------------------------------------------------------- the method in words


def test_equal_weights_are_called_equal(night):
    assert weights_in_words(method_of(night)) == "各领域等权，各领域内的指标也等权。"
    assert shares_in_words(method_of(night)) == "领域须有三分之二以上的权重有数据，总分须各领域齐全"


def test_weights_from_judgments_are_said_with_what_came_of_them(night):
    method = method_of(night)
    method.index.weighing, method.index.mean = "ahp", "geometric"
    method.pillar("input").weight, method.pillar("people").weighing = 2, "expert"
    method.indicator("staff_rate").weight = 3

    words = weights_in_words(method)
    assert "领域的权重由层次分析" in words
    assert "投入25.0%、阵地12.5%" in words
    assert "人才领域内指标的权重由专家赋分得出：每万人科普人员50.0%" in words
    assert "投入、阵地" in words
    assert "成效领域" not in words  # one indicator alone is not weighed
    assert means_in_words(method).endswith("总分为领域分值的加权几何平均。")
