import json
import re

import pytest
from django.urls import reverse

from indicators import actions
from indicators.models import CellRemark, Return, StatForm, VintageCell
from indicators.queries import pictures
from indicators.queries.index import overview
from portal import charts
from portal.calendar import local_today
from portal.regions import Region
from portal.roles import Role
from tests.factories import UserFactory

CITY, NANSHAN, FUTIAN = "440300000000", "440305000000", "440304000000"

pytestmark = pytest.mark.usefixtures("night")


def person(role, code):
    return UserFactory(holding=(role, Region.objects.get(code=code)), mfa=True)


@pytest.fixture
def officer(db):
    return person(Role.DISTRICT, NANSHAN)


@pytest.fixture
def colleague(db):
    return person(Role.DISTRICT_HEAD, NANSHAN)


@pytest.fixture
def staff(db):
    return person(Role.STAFF, CITY)


@pytest.fixture
def draft(db):
    return Return.objects.get(region__code=NANSHAN, period__year=2026)


@pytest.fixture
def submitted(db):
    return Return.objects.get(region__code=FUTIAN, period__year=2026)


def text(response) -> str:
    return response.content.decode()


# ---------------------------------------------------------------- anyone


@pytest.mark.parametrize(
    "address",
    [
        "/index/",
        f"/index/{CITY}/",
        f"/index/{NANSHAN}/",
        f"/index/{NANSHAN}/input/",
        f"/index/{NANSHAN}/special_funds/",
        f"/index/{CITY}/credit_reached/?year=2023",
        f"/index/{NANSHAN}/items/KJ121/",
        "/index/method/",
        "/index/data.csv",
        "/index/data.json",
        "/reports/",
    ],
)
def test_public_pages_open_without_an_account_in_few_queries(client, address, django_assert_max_num_queries):
    with django_assert_max_num_queries(16):  # four of them the savepoints of request and view
        response = client.get(address)

    assert response.status_code == 200


def test_the_index_page_tells_growth_ranks_and_vintage(client, night):
    page = text(client.get("/index/"))

    assert "2020年=100" in page
    assert re.search(r"第 \d+(–\d+)? 位", page)
    assert night.short in page
    assert "深汕特别合作区" in page


def test_pictures_of_a_vintage_are_drawn_once_for_all_processes(client, night, monkeypatch):
    pictures.draw_first_pages(night)
    monkeypatch.setattr(charts, "_drawn", lambda specification: pytest.fail("drawn again"))

    assert "<svg" in text(client.get("/index/"))
    assert "<svg" in text(client.get(f"/index/{NANSHAN}/"))


def test_from_score_to_the_numbers_divided_and_their_cells(client):
    profile = text(client.get(f"/index/{NANSHAN}/?year=2025"))
    assert f"/index/{NANSHAN}/special_funds/?year=2025" in profile

    page = text(client.get(f"/index/{NANSHAN}/special_funds/?year=2025"))

    assert "KJ121" in page
    assert "1,795,826" in page
    assert f"/index/{NANSHAN}/items/KJ121/?year=2025" in page


def test_an_unverified_denominator_says_so_on_the_page(client):
    assert "未核实" in text(client.get(f"/index/{NANSHAN}/special_funds/"))


def test_a_term_is_told_with_its_source_beside_it_on_a_phone(client):
    assert 'data-label="出处"' in text(client.get(f"/index/{NANSHAN}/special_funds/"))


def test_a_source_that_says_it_is_unverified_says_so_once(night):
    cell = VintageCell.objects.get(vintage=night, region__code=NANSHAN, node="special_funds", year=2025)

    note = next(term["note"] for term in cell.terms if term["kind"] == "denominator")

    assert note.count("未核实") == 1


def test_the_legend_of_the_districts_scores_names_what_districts_have(night):
    chart = pictures.of_overview(overview(night))["parts"]

    assert "成效" not in chart.columns
    assert "投入" in chart.columns


@pytest.mark.parametrize(
    "address",
    [
        "/index/999999999999/",
        f"/index/{NANSHAN}/nothing/",
        "/index/440305007000/",
        "/index/?vintage=abcdefabcdef",
        f"/index/{NANSHAN}/items/KX999/",
    ],
)
def test_what_is_not_there_is_not_found(client, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("year", ["-1", "9999", "2025'", "٢٠٢٥", "", "2" * 400])
def test_a_strange_year_gives_the_latest(client, year):
    assert "2025" in text(client.get("/index/", {"year": year}))


def test_open_data_is_the_same_bytes_with_the_digest(client, night):
    first, second = client.get("/index/data.json").content, client.get("/index/data.json").content

    assert first == second
    content = json.loads(first)
    assert content["vintage"] == night.digest
    assert len(content["cells"]) == VintageCell.objects.filter(vintage=night).count()


def test_csv_says_the_vintage_in_every_row(client, night):
    lines = text(client.get("/index/data.csv")).lstrip("\ufeff").splitlines()

    assert lines[0].startswith("结果编号,年份,区划代码")
    assert all(line.startswith(night.short) for line in lines[1:])


def test_small_counts_of_children_are_not_in_open_data(client, night):
    cell = VintageCell.objects.get(vintage=night, node="credit_reached", year=2025, region__code=FUTIAN)
    VintageCell.objects.filter(pk=cell.pk).update(numerator=4)

    rows = json.loads(client.get("/index/data.json").content)["cells"]

    hidden = [row for row in rows if row["node"] == "credit_reached" and "hidden" in row["flags"]]
    assert {row["region_code"] for row in hidden} >= {FUTIAN}
    assert len(hidden) == 2
    assert all(row["numerator"] is None and row["score"] is None for row in hidden)
    assert "数值较小，不公布" in text(client.get(f"/index/{FUTIAN}/credit_reached/?year=2025"))


# ---------------------------------------------------------------- the officer


def test_the_list_shows_what_is_due(client, officer):
    client.force_login(officer)

    page = text(client.get("/desk/returns/"))

    assert "南山区2026年度科普统计年报" in page
    assert "福田区" not in page


def test_the_form_costs_few_queries(client, officer, draft, django_assert_max_num_queries):
    client.force_login(officer)
    draft.cells.filter(item__key="KJ100").update(value=1)

    with django_assert_max_num_queries(25):
        page = text(client.get(draft.get_absolute_url()))

    assert page.count('name="v-') == 111
    assert "KJ100 年度科普经费筹集额（1）应等于 KJ120 政府拨款（" in page


def test_what_is_filled_is_folded_away_and_what_is_wrong_is_not(client, officer, draft):
    client.force_login(officer)
    draft.cells.filter(item__table="KP-001", state="empty").update(state="not_applicable")
    draft.cells.filter(item__key="KJ100").update(state="number", value=1)

    parts = client.get(draft.get_absolute_url()).context["parts"]

    unfolded = {part.table for part in parts if part.is_open}
    first = next(part.table for part in parts if part.missing)
    assert unfolded == {first, "KP-003"}
    assert [(part.filled, len(part.lines)) for part in parts if part.table == "KP-001"] == [(14, 14)]


def test_another_district_is_not_found(client, officer, submitted):
    client.force_login(officer)
    for address in (submitted.get_absolute_url(), f"{submitted.get_absolute_url()}print/"):
        assert client.get(address).status_code == 404


def fields(page: str) -> dict[str, str]:
    """What a browser would send of the grid."""
    found = {}
    for tag in re.findall(r"<input[^>]+>", page):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and name[1][:2] in ("v-", "n-", "s-", "c-"):
            found[name[1]] = (value[1] if value else "").replace("&quot;", '"')
    return found


def test_a_page_sent_back_untouched_changes_nothing(client, officer, draft):
    client.force_login(officer)
    data = fields(text(client.get(draft.get_absolute_url())))

    response = client.post(draft.get_absolute_url(), data | {"action": "save"}, follow=True)

    assert "全部已保存" in text(response)


def test_what_was_typed_wrong_comes_back_with_its_fault(client, officer, draft):
    client.force_login(officer)
    data = fields(text(client.get(draft.get_absolute_url())))

    page = text(
        client.post(draft.get_absolute_url(), data | {"v-KM110": "好多", "action": "save"}, follow=True)
    )

    assert 'value="好多"' in page
    assert "请填数字" in page


def test_the_later_officer_sees_both_values_and_chooses(client, officer, colleague, draft):
    client.force_login(colleague)
    page = fields(text(client.get(draft.get_absolute_url())))
    client.force_login(officer)
    client.post(draft.get_absolute_url(), page | {"v-KM110": "5", "action": "save"})
    client.force_login(colleague)

    response = client.post(
        draft.get_absolute_url(), page | {"v-KM110": "7", "v-KM111": "9000", "action": "save"}
    )

    assert response.status_code == 409
    shown = text(response)
    assert "改为“5”" in shown
    assert "用我填的“7”" in shown
    cells = {cell.item.key: cell.value for cell in draft.cells.select_related("item")}
    assert (cells["KM110"], cells["KM111"]) == (5, 9000)

    again = fields(shown) | {"r-KM110": "mine", "action": "save"}
    client.post(draft.get_absolute_url(), again)

    assert draft.cells.get(item__key="KM110").value == 7


def test_submitting_too_early_keeps_the_figures_and_says_what_is_left(client, officer, draft):
    client.force_login(officer)
    data = fields(text(client.get(draft.get_absolute_url())))

    page = text(
        client.post(draft.get_absolute_url(), data | {"v-KM110": "3", "action": "submit"}, follow=True)
    )

    assert "还不能提交" in page
    assert draft.cells.get(item__key="KM110").value == 3


@pytest.mark.parametrize("value", ["\x00", "9" * 400, "𠮷", "=1+1", "<b>", "１２", "\u202e5"])
def test_hostile_values_never_break_the_form(client, officer, draft, value):
    client.force_login(officer)
    data = {"v-KM110": value, "s-KM110": "[" * 3000, "n-KM110": value, "r-KM110": "mine", "action": "save"}

    assert client.post(draft.get_absolute_url(), data).status_code in (302, 409)


# ---------------------------------------------------------------- staff


def form_key() -> int:
    return StatForm.objects.get(code="kp").pk


def test_staff_remark_return_and_accept(client, staff, submitted):
    client.force_login(staff)
    base = submitted.get_absolute_url()
    client.post(f"{base}remark/", {"key": "KJ100", "text": "与决算不符"})
    page = text(client.get(base))
    assert "与决算不符" in page
    assert "审核通过" in page

    client.post(f"{base}remark/", {"withdraw": CellRemark.objects.get(cell__filing=submitted).pk})
    client.post(f"{base}steps/accept/")

    submitted.refresh_from_db()
    assert submitted.status == Return.Status.ACCEPTED
    assert "数据已锁定" in text(client.get(base))


def test_a_filled_return_with_an_open_remark_asks_for_the_answer(client, staff, submitted):
    actions.remark(submitted, key="KJ100", text="与决算不符", by=staff)
    actions.send_back(submitted, note="见意见", by=staff)
    client.force_login(person(Role.DISTRICT, FUTIAN))

    page = text(client.get(submitted.get_absolute_url()))

    assert "逐条答复审核意见" in page
    assert "可以提交" not in page


def test_a_step_without_its_reason_is_refused(client, staff, submitted):
    client.force_login(staff)
    client.post(f"{submitted.get_absolute_url()}steps/send_back/", {"note": ""})

    submitted.refresh_from_db()
    assert submitted.status == Return.Status.SUBMITTED


def test_officers_find_no_staff_steps(client, officer, draft):
    client.force_login(officer)
    assert client.post(f"{draft.get_absolute_url()}steps/accept/").status_code == 404
    assert client.get(reverse("indicators_desk:period_new")).status_code == 403
    assert client.get(reverse("index_desk:home")).status_code == 403


def test_staff_open_the_next_year(client, staff, officer):
    client.force_login(staff)

    client.post(
        reverse("indicators_desk:period_new"),
        {"form": form_key(), "year": "2027", "opens_on": local_today().isoformat(), "due_on": "2099-03-31"},
    )

    assert Return.objects.filter(period__year=2027).count() == 11
    assert officer.notices.filter(text__contains="2027年度").exists()


def test_a_round_that_ends_before_it_begins_is_told_beside_its_field(client, staff):
    client.force_login(staff)

    response = client.post(
        reverse("indicators_desk:period_new"),
        {"form": form_key(), "year": "2027", "opens_on": "2027-11-01", "due_on": "2027-03-31"},
    )

    assert response.status_code == 422
    assert "截止日期不能早于开始填报日期" in text(response)


def test_the_source_of_a_counted_cell_lists_its_records(client, officer, draft):
    client.force_login(officer)
    assert client.get(f"{draft.get_absolute_url()}sources/KR300/").status_code == 200
    assert client.get(f"{draft.get_absolute_url()}sources/KJ100/").status_code == 404


def test_the_list_costs_the_same_for_one_year_as_for_six(client, staff, django_assert_max_num_queries):
    client.force_login(staff)
    with django_assert_max_num_queries(20):
        client.get("/desk/returns/")


def test_without_a_vintage_the_page_says_so(client, night):
    night.runs.all().delete()
    assert "指数尚未计算" in text(client.get("/index/"))
    assert client.get("/index/data.csv").status_code == 404


def test_a_return_on_paper(client, officer, draft):
    client.force_login(officer)
    page = text(client.get(f"{draft.get_absolute_url()}print/"))
    assert "单位负责人" in page


def test_the_scores_stand_side_by_side_by_year(client, night):
    lines = client.get("/index/scores.csv").content.decode("utf-8-sig").splitlines()

    header = lines[0].split(",")
    assert header[:5] == ["区划代码", "区域", "层级", "代码", "名称"]
    assert header[5:] == [str(year) for year in range(2020, 2026)]
    city = [line for line in lines if "440300000000" in line]
    assert len(city) == len(set(city)) > 6
