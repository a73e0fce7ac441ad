from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from portal.roles import Role
from resources.actions import census, directory
from resources.models import CensusAnswer, CensusRound, CensusUnit, Resource, ResourceKind
from tests.batches import keep_waiting_sheets
from tests.factories import OrganizationFactory, UserFactory
from tests.resources.census import checked, handed_in, open_round, prepare, sheet_of
from tests.resources.factories import KindFactory, ResourceFactory, TopicFactory

NEW = {"资源类型": "科普场馆", "名称": "潮间带观察站", "一句话介绍": "海", "面向人群": "未成年人"}


@pytest.fixture
def sheet(staff, unit, unit_clerk, officer):
    for title in ("潮汐馆", "灯塔馆"):
        ResourceFactory(
            organization=unit, region=unit.region, published=True, title=title, created_by=unit_clerk
        )
    return sheet_of(open_round(staff), unit)


@pytest.fixture
def as_unit(client, unit_clerk):
    client.force_login(unit_clerk)
    return client


@pytest.fixture
def as_staff(client, staff):
    client.force_login(staff)
    return client


def page(client, name, *keys, status=200, **asked):
    answer = client.get(reverse(f"census_desk:{name}", args=keys), asked, secure=True)
    assert answer.status_code == status
    return answer.content.decode()


def send(client, name, *keys, **data):
    return client.post(reverse(f"census_desk:{name}", args=keys), data, secure=True)


def row(sheet, title: str) -> CensusAnswer:
    return sheet.answers.get(title=title)


# --- Rounds ---------------------------------------------------------------------------------------


def test_staff_prepare_a_round_and_open_it(as_staff, unit):
    kind = KindFactory()
    data = {
        "title": "2026年资源普查",
        "year": 2026,
        "opens_on": "2026-11-01",
        "due_on": "2026-12-01",
        "check_due_on": "2026-12-15",
        "closes_on": "2026-12-31",
        "kinds": [kind.pk],
        "unit_kinds": ["enterprise"],
    }
    wrong = send(as_staff, "new", **{**data, "due_on": "2026-10-01"})
    send(as_staff, "new", **data)
    asked = CensusRound.objects.get()

    send(as_staff, "round_step", asked.pk, "open")

    assert wrong.status_code == 422
    assert "不能早于" in wrong.content.decode()
    assert asked.units.get().organization == unit


def test_the_board_has_every_part_and_the_way_down(as_staff, sheet, unit_clerk):
    handed_in(sheet, by=unit_clerk)

    city = page(as_staff, "round", sheet.round.pk)
    inside = page(as_staff, "round", sheet.round.pk, region=sheet.region.code)

    assert f"?region={sheet.region.code}" in city
    assert "100%" in city
    assert f"{sheet.region.name}本级" in inside


def test_a_unit_with_one_sheet_is_led_to_it(as_unit, sheet):
    answer = as_unit.get(sheet.round.get_absolute_url(), secure=True)

    assert answer.headers["Location"] == sheet.get_absolute_url()


def test_a_round_in_preparation_is_nobody_s_but_the_association_s(as_unit, staff, unit):
    page(as_unit, "round", prepare(staff).pk, status=404)


def test_the_reminder_is_shown_before_it_is_sent(as_staff, sheet, unit_clerk):
    assert "通知 <strong>1</strong> 位联络员" in page(as_staff, "remind", sheet.round.pk)

    send(as_staff, "remind", sheet.round.pk)

    assert unit_clerk.notices.filter(text__startswith="催办").count() == 1
    assert "没有要催办的单位" in page(as_staff, "remind", sheet.round.pk)


def test_closing_asks_why_while_sheets_wait(as_staff, staff, sheet, unit_clerk):
    handed_in(sheet, by=unit_clerk)
    census.start_checking(sheet.round, by=staff)

    refused = send(as_staff, "close", sheet.round.pk)
    send(as_staff, "close", sheet.round.pk, reason="名录须按期发布")

    assert refused.status_code == 422
    assert "还有 1 个单位" in refused.content.decode()
    assert CensusRound.objects.get().status == CensusRound.Status.CLOSED


# --- A unit's sheet -------------------------------------------------------------------------------


def test_a_unit_answers_its_rows_and_hands_in(as_unit, sheet):
    tide, light = row(sheet, "潮汐馆"), row(sheet, "灯塔馆")
    data = {f"s-{tide.pk}": 1, f"a-{tide.pk}": "confirm", f"s-{light.pk}": 1, f"a-{light.pk}": "gone"}
    half = send(as_unit, "unit", sheet.pk, **data)
    assert half.status_code == 422
    assert "请写明不再提供的原因" in half.content.decode()
    assert row(sheet, "潮汐馆").answer == "confirm"

    send(as_unit, "unit", sheet.pk, **{f"s-{light.pk}": 1, f"a-{light.pk}": "gone", f"r-{light.pk}": "拆除"})
    send(as_unit, "unit_step", sheet.pk, "submit")

    sheet.refresh_from_db()
    assert sheet.status == CensusUnit.Status.SUBMITTED


def test_the_form_of_a_row_is_filled_in_and_keeps_what_changed(as_unit, sheet):
    TopicFactory(code="sea", name="海洋")
    tide = row(sheet, "潮汐馆")
    text = page(as_unit, "row", tide.pk)
    assert 'value="潮汐馆"' in text
    assert "展览面积" in text
    assert "联系人" not in text

    kept = send(
        as_unit,
        "row",
        tide.pk,
        revision=tide.revision,
        title="潮汐馆",
        summary="看得见的深海",
        audiences=["general"],
        booking="unknown",
        hours_text="周二至周日 9:00-17:00",
        x_area="1200",
    )

    assert kept.status_code == 302
    tide.refresh_from_db()
    assert tide.answer == "change"
    assert tide.values["hours_text"] == "周二至周日 09:00-17:00"
    assert tide.values["details"] == {"area": 1200}
    assert "展览面积（平方米）" in page(as_unit, "unit", sheet.pk)


def test_a_resource_is_added_by_the_form_of_its_kind(as_unit, sheet):
    url = f"{reverse('census_desk:add', args=[sheet.pk])}?kind=venue"
    data = {"title": "潮间带观察站", "summary": "退潮时看得见的海", "audiences": ["minors"]}

    as_unit.post(url, data, secure=True)
    again = as_unit.post(url, data, secure=True)

    assert row(sheet, "潮间带观察站").answer == "add"
    assert again.status_code == 422


def test_an_officer_checks_and_sends_back_with_a_word_at_a_row(client, officer, sheet, unit_clerk):
    handed_in(sheet, by=unit_clerk)
    client.force_login(officer)
    tide = row(sheet, "潮汐馆")
    assert f'name="n-{tide.pk}"' in page(client, "unit", sheet.pk)

    send(client, "unit_step", sheet.pk, "send_back", **{f"n-{tide.pk}": "电话打不通"})

    sheet.refresh_from_db()
    assert sheet.status == CensusUnit.Status.RETURNED
    assert sheet.note == "潮汐馆：电话打不通"


def test_a_sheet_sent_back_without_a_word_says_so_beside_the_field(client, officer, sheet, unit_clerk):
    handed_in(sheet, by=unit_clerk)
    client.force_login(officer)
    tide = row(sheet, "潮汐馆")

    empty = send(client, "unit_step", sheet.pk, "send_back", note=" ")
    long = send(client, "unit_step", sheet.pk, "send_back", note="改" * 501, **{f"n-{tide.pk}": "电话打不通"})

    assert (empty.status_code, long.status_code) == (422, 422)
    assert empty.context["back_form"].errors["note"]
    assert long.context["back_form"]["note"].value() == "改" * 501
    assert 'value="电话打不通"' in long.content.decode()
    sheet.refresh_from_db()
    assert sheet.status == CensusUnit.Status.SUBMITTED


def test_a_round_resumed_without_a_reason_says_so_beside_the_field(as_staff, staff, sheet):
    asked = sheet.round
    census.start_checking(asked, by=staff)

    refused = send(as_staff, "round_step", asked.pk, "resume", note="")

    assert refused.status_code == 422
    assert refused.context["note_form"].errors["note"]
    assert send(as_staff, "round_step", asked.pk, "resume", note="三个区延期").status_code == 302
    late = send(as_staff, "round_step", asked.pk, "resume", note="再延一周")
    assert late.status_code == 422
    assert "再延一周" in late.content.decode()


def test_staff_accept_all_that_waits(as_staff, staff, officer, sheet, unit_clerk):
    checked(sheet, by=unit_clerk, officer=officer)
    address = f"{reverse('census_desk:units', args=[sheet.round.pk])}?status=checked"
    assert "全部通过" in as_staff.get(address, secure=True).content.decode()

    answer = send(as_staff, "accept_all", sheet.round.pk)

    assert answer.status_code == 302
    assert census.accept_all(sheet.round, by=staff).done == 1
    assert Resource.objects.get(title="潮汐馆").confirmed_on == timezone.localdate()


def test_sheets_of_other_units_are_not_found(client, sheet):
    stranger = UserFactory(holding=(Role.UNIT, OrganizationFactory(region=sheet.region)))
    client.force_login(stranger)

    for name, keys in (
        ("unit", [sheet.pk]),
        ("row", [row(sheet, "潮汐馆").pk]),
        ("unit_workbook", [sheet.pk]),
    ):
        page(client, name, *keys, status=404)


def test_pages_cost_no_more_queries_for_fifteen_rows_than_for_one(as_staff, staff, sheet, unit, unit_clerk):
    def cost(*where) -> int:
        with CaptureQueriesContext(connection) as captured:
            page(as_staff, *where)
        return len(captured)

    where = [
        ("unit", sheet.pk),
        ("units", sheet.round.pk),
        ("round", sheet.round.pk),
        ("remind", sheet.round.pk),
    ]
    form = sheet.round.forms.get()
    ResourceFactory(title="新增", region=unit.region)
    values = {"title": "新增", "summary": "海", "audiences": ["minors"]}
    census.add_row(sheet, form=form, values=values, by=unit_clerk)
    for each in where:
        page(as_staff, *each)
    before = [cost(*each) for each in where]
    for number in range(14):
        values = {"title": f"新增{number}", "summary": "海", "audiences": ["minors"]}
        census.add_row(sheet, form=form, values=values, by=unit_clerk)
        census.join(sheet.round, organization=OrganizationFactory(region=unit.region), by=staff)
        ResourceFactory(title=f"新增{number}", region=unit.region)

    after = [cost(*each) for each in where]

    assert after == before


# --- The workbook ---------------------------------------------------------------------------------


def downloaded(client, asked) -> openpyxl.Workbook:
    answer = client.get(reverse("census_desk:workbook", args=[asked.pk]), secure=True)
    return openpyxl.load_workbook(BytesIO(answer.content))


def table_of(book) -> tuple[dict, list]:
    cells = book["普查表"]
    heads = {str(cell.value).lstrip("*"): cell.column for cell in cells[1]}
    return heads, cells


def upload(client, asked, book):
    target = BytesIO()
    book.save(target)
    file = SimpleUploadedFile("普查表.xlsx", target.getvalue())
    return client.post(reverse("census_desk:upload", args=[asked.pk]), {"sheet": file}, secure=True)


def test_a_workbook_goes_out_filled_and_comes_back_with_answers(as_unit, sheet):
    TopicFactory(code="sea", name="海洋")
    book = downloaded(as_unit, sheet.round)
    heads, cells = table_of(book)
    assert [cells.cell(line, heads["名称"]).value for line in (2, 3)] == ["潮汐馆", "灯塔馆"]
    cells.cell(2, heads["作答"]).value = "无变化"
    cells.cell(3, heads["一句话介绍"]).value = "换了新灯"
    cells.cell(3, heads["科普主题"]).value = "海洋"
    cells.cell(3, heads["语言"]).value = "普通话、粤语"
    cells.cell(3, heads["可同时接待（人）"]).value = 80
    new = {
        "资源类型": "科普场馆",
        "作答": "新增",
        "名称": "潮间带观察站",
        "一句话介绍": "海",
        "面向人群": "未成年人",
    }
    for header, value in new.items():
        cells.cell(4, heads[header]).value = value

    shown = upload(as_unit, sheet.round, book)

    assert shown.context["preview"].counts == {"new": 1, "update": 2, "skip": 0, "faulty": 0}
    assert row(sheet, "灯塔馆").answer == ""
    send(as_unit, "upload_keep", sheet.round.pk, token=shown.context["token"])
    keep_waiting_sheets()
    assert row(sheet, "潮汐馆").answer == "confirm"
    assert row(sheet, "灯塔馆").answer == "change"
    values = row(sheet, "灯塔馆").values
    assert (values["topics"], values["languages"], values["capacity"]) == (
        ["sea"],
        ["mandarin", "cantonese"],
        80,
    )
    assert row(sheet, "潮间带观察站").answer == "add"
    again = upload(as_unit, sheet.round, downloaded(as_unit, sheet.round))
    assert again.context["preview"].counts == {"new": 0, "update": 0, "skip": 3, "faulty": 0}


def test_faulty_rows_come_back_in_a_workbook_with_what_is_wrong(as_unit, sheet):
    book = downloaded(as_unit, sheet.round)
    heads, cells = table_of(book)
    cells.cell(2, heads["作答"]).value = "无变化"
    cells.cell(2, heads["一句话介绍"]).value = "改过了"
    cells.cell(3, heads["作答"]).value = "已不存在"

    shown = upload(as_unit, sheet.round, book)

    assert shown.context["preview"].counts["faulty"] == 2
    back = send(as_unit, "upload_faults", sheet.round.pk, token=shown.context["token"])
    said = openpyxl.load_workbook(BytesIO(back.content))["普查表"]
    assert "内容有改动" in said.cell(2, 1).value
    assert "不再提供的原因" in said.cell(3, 1).value


def test_a_district_answers_for_its_units_in_one_workbook_and_for_no_others(client, officer, sheet, staff):
    census.join(
        sheet.round, organization=OrganizationFactory(region=sheet.region, name="没有账号的单位"), by=staff
    )
    far = OrganizationFactory()
    ResourceFactory(organization=far, region=far.region, published=True, title="别区的馆")
    census.join(sheet.round, organization=far, by=staff)
    client.force_login(officer)
    book = downloaded(client, sheet.round)
    heads, cells = table_of(book)
    new = {
        "单位": "没有账号的单位",
        "资源类型": "科普场馆",
        "名称": "新馆",
        "一句话介绍": "海",
        "面向人群": "老年人",
    }
    for header, value in new.items():
        cells.cell(4, heads[header]).value = value
    assert "别区的馆" not in [cells.cell(line, heads["名称"]).value for line in range(2, cells.max_row + 1)]

    shown = upload(client, sheet.round, book)
    send(client, "upload_keep", sheet.round.pk, token=shown.context["token"])
    keep_waiting_sheets()

    assert CensusAnswer.objects.get(title="新馆").unit.name == "没有账号的单位"
    cells.cell(2, heads["普查编号"]).value = CensusAnswer.objects.get(title="别区的馆").pk
    assert upload(client, sheet.round, book).context["preview"].counts["faulty"] >= 1


# --- The directory --------------------------------------------------------------------------------


@pytest.fixture
def published(staff, sheet, monkeypatch):
    monkeypatch.setattr(directory, "pdf_of", lambda *_: b"%PDF-1.7 ")
    return publish(sheet.round, staff)


def publish(asked, staff) -> CensusRound:
    census.start_checking(asked, by=staff)
    made = directory.close_round(asked, by=staff, at=timezone.now())
    directory.write_directory(made.pk)
    return CensusRound.objects.get(pk=asked.pk)


def test_everybody_reads_the_directory_and_finds_by_pinyin_kind_and_district(client, published, sheet):
    def found(**asked) -> str:
        return client.get(reverse("directory:latest"), asked, secure=True).content.decode()

    assert "潮汐馆" in found()
    assert "灯塔馆" not in found(q="chaoxi")
    assert "潮汐馆" in found(q="chaoxi")
    assert "潮汐馆" in found(kind="venue", district=sheet.region.code)
    assert "没有找到" in found(kind="book")
    assert "没有找到" in found(district="city")


def test_its_files_are_everybody_s_and_an_unpublished_round_has_none(client, published):
    for what in ("pdf", "workbook", "differences"):
        assert (
            client.get(reverse("directory:file", args=[published.pk, what]), secure=True).status_code == 200
        )
    assert client.get(reverse("directory:file", args=[published.pk, "else"]), secure=True).status_code == 404
    assert client.get(reverse("directory:round", args=[published.pk + 1]), secure=True).status_code == 404


def test_what_changed_since_the_last_round_is_shown(client, published, staff, unit):
    Resource.objects.filter(title="潮汐馆").update(summary="重新开放")
    ResourceFactory(published=True, title="新馆", organization=unit, region=unit.region)
    second = publish(open_round(staff, title="下一次普查"), staff)

    text = client.get(reverse("directory:changes", args=[second.pk]), secure=True).content.decode()

    assert "新馆" in text
    assert "<del>看得见的深海</del> → <ins>重新开放</ins>" in text


def test_without_a_closed_round_the_directory_says_so(client):
    assert "名录还没有发布" in client.get(reverse("directory:latest"), secure=True).content.decode()


def test_the_printed_directory_has_contents_entries_and_both_indexes(staff, sheet):
    census.start_checking(sheet.round, by=staff)
    directory.close_round(sheet.round, by=staff, at=timezone.now())
    asked = CensusRound.objects.get()

    first = directory.pdf_of(asked, None)

    assert first == directory.pdf_of(asked, None)
    book = PdfReader(BytesIO(first))
    words = "".join(page.extract_text() for page in book.pages)
    assert [one.title for one in book.outline if not isinstance(one, list)][-1] == "单位索引（按拼音）"
    assert "目　录" in words
    assert words.count("灯塔馆") == 2  # among the entries, and in the index
    assert book.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_five_units_run_a_round_to_its_directory(as_staff, staff, officer, district):
    kind = ResourceKind.objects.get(pk=KindFactory().pk)
    units = [OrganizationFactory(region=district) for _ in range(5)]
    for unit in units:
        ResourceFactory(kind=kind, organization=unit, region=district, published=True)
    asked = open_round(staff)

    for unit in units:
        checked(sheet_of(asked, unit), by=officer, officer=officer)
    result = census.accept_all(asked, by=staff)
    closed = publish(asked, staff)

    assert (result.done, result.refused) == (5, [])
    assert closed.entries.filter(is_verified=True).count() == 5
    assert closed.directory.state == "ready"
    assert "全部通过" not in page(as_staff, "units", asked.pk)
