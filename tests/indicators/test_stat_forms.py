"""A new version of a form from a workbook: faults by row, a draft, in force from a day on."""

import io
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from indicators import actions
from indicators.actions.stat_forms import draft_form, drop_draft_form, publish_form
from indicators.models import Return, StatForm
from indicators.queries.stat_forms import differences
from indicators.rules import read_expression, written_expression
from indicators.sheets.stat_forms import form_workbook, read_form
from portal.errors import Refused

FROM = date(2027, 1, 1)


@pytest.fixture
def street(reference):
    return StatForm.objects.get(code="street_m")


@pytest.fixture
def sheet(street):
    """The workbook of the form in force, to be changed."""
    return load_workbook(io.BytesIO(form_workbook(street)))


def packed(book: Workbook) -> SimpleUploadedFile:
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("form.xlsx", out.getvalue())


def column(page, header: str) -> int:
    return next(cell.column for cell in page[1] if cell.value == header)


@pytest.fixture
def changed(sheet):
    """One item more, one renamed, and a rule over the new one."""
    items, rules = sheet["项目"], sheet["规则"]
    items.cell(2, column(items, "指标名称"), "街道科普活动")
    items.append(["JD-1", "街道科普活动", "JD140", 0, "线上活动", "场", 0, "JD110", "含直播", "", 0, 500, ""])
    rules.append(["P09", "线上活动不多于活动", "必改", "JD140", "≤", "JD110", ""])
    return packed(sheet)


def draft_of(street, upload, by):
    found = read_form(upload)
    assert found.is_sound, found.faults
    return draft_form(street.code, found.items, found.rules, basis="", by=by)


# ---------------------------------------------------------------- read


@pytest.mark.parametrize("code", ["kp", "venue_q", "street_m", "member_h"])
def test_a_form_s_workbook_reads_back_as_the_same_form(reference, code):
    form = StatForm.objects.get(code=code)

    found = read_form(SimpleUploadedFile("form.xlsx", form_workbook(form)))

    assert found.is_sound, found.faults
    assert [row.key for row in found.items] == list(form.items.values_list("key", flat=True))
    assert {rule.code: written_expression(rule.expression) for rule in found.rules} == {
        rule.code: written_expression(rule.expression) for rule in form.rules.all()
    }


@pytest.mark.parametrize(
    ("page", "header", "value", "words"),
    [
        ("项目", "小数位数", "两位", "0 至 99 的整数"),
        ("项目", "上级", "XX999", "不在前面各行中"),
        ("项目", "代码", "JD110", "填了两次"),
        ("项目", "通常下限", "很多", "请填数字"),
        ("项目", "指标名称", "长" * 61, "60"),
        ("项目", "文字", "对", "请填“是”"),
        ("规则", "关系", "大约", "不是规则的关系"),
        ("规则", "左边", "XX999", "项目不存在"),
        ("规则", "要求", "随意", "必改"),
    ],
)
def test_what_is_wrong_in_a_row_is_told_at_its_row(sheet, page, header, value, words):
    sheet[page].cell(3, column(sheet[page], header), value)

    faults = read_form(packed(sheet)).faults

    assert next((where, fault.line) for where, fault in faults) == (page, 3)
    assert any(words in str(fault) for _, fault in faults), faults


KEYS = st.from_regex(r"[A-Z]{1,3}[0-9]{3}", fullmatch=True)
TERMS = st.one_of(
    KEYS,
    KEYS.map(lambda key: f"before:{key}"),
    st.builds(lambda key, times: {"key": key, "times": times}, KEYS, st.integers(2, 10_000)),
)
SIDES = st.lists(TERMS, min_size=1, max_size=4)


@given(
    st.one_of(
        st.fixed_dictionaries(
            {"op": st.sampled_from(["=", "<=", ">=", "zero"]), "left": SIDES, "right": SIDES}
        ),
        st.fixed_dictionaries({"op": st.just("change"), "percent": st.integers(1, 500)}),
    )
)
def test_a_rule_written_for_people_reads_back(expression):
    left, sign, right, percent = written_expression(expression)

    assert read_expression(left, sign, right, percent) == expression


@given(st.text(max_size=20), st.text(max_size=5), st.text(max_size=20), st.text(max_size=5))
def test_whatever_stands_in_a_rule_s_cells_is_read_or_refused_in_words(left, sign, right, percent):
    refusal = "none"
    try:
        read_expression(left, sign, right, percent)
    except ValueError as fault:
        refusal = str(fault)
    assert refusal


# ---------------------------------------------------------------- drafted and published


def test_a_workbook_becomes_a_draft_that_says_what_it_changes(street, changed, city_staff):
    draft = draft_of(street, changed, city_staff)

    assert (draft.version, draft.is_draft, draft.reporters) == (2, True, street.reporters)
    found = differences(draft)
    assert [item.key for item in found.added] == ["JD140"]
    assert [(item.key, words) for item, words in found.changed] == [
        ("JD110", "指标名称：科普活动 → 街道科普活动")
    ]
    assert [rule.code for rule in found.rules_added] == ["P09"]


def test_a_new_draft_takes_the_place_of_the_one_before(street, changed, city_staff):
    draft_of(street, changed, city_staff)
    second = draft_form(
        street.code, read_form(_again(street)).items, read_form(_again(street)).rules, basis="", by=city_staff
    )

    assert list(StatForm.objects.drafts()) == [second]


def _again(street) -> SimpleUploadedFile:
    return SimpleUploadedFile("form.xlsx", form_workbook(street))


def test_a_draft_is_no_form_to_open_a_round_with(street, changed, city_staff):
    draft = draft_of(street, changed, city_staff)

    with pytest.raises(Refused, match="还没有启用"):
        actions.open_period(draft, year=2027, part=1, opens_on=FROM, due_on=date(2027, 2, 20), by=city_staff)


def test_rounds_from_the_day_on_are_of_the_new_version_and_old_ones_keep_theirs(
    client, street, changed, city_staff
):
    old = actions.open_period(
        street, year=2026, part=12, opens_on=date(2026, 12, 20), due_on=FROM, by=city_staff
    )
    publish_form(draft_of(street, changed, city_staff), valid_from=FROM, by=city_staff)
    client.force_login(city_staff)

    newest = StatForm.objects.get(code="street_m", version=2).pk
    for month, opens in ((1, "2027-01-05"), (11, "2026-12-30")):
        client.post(
            "/desk/returns/periods/new/",
            {"form": newest, "year": 2027 if month == 1 else 2026, "part": month}
            | {"opens_on": opens, "due_on": "2027-02-20"},
        )

    versions = dict(
        street.periods.model.objects.filter(form__code="street_m").values_list("part", "form__version")
    )
    assert versions == {12: 1, 1: 2, 11: 1}
    assert old.returns.first().cells.count() == 5
    assert Return.objects.filter(period__part=1).first().cells.filter(item__key="JD140").exists()


def test_a_version_is_not_published_into_rounds_that_are_open(street, changed, city_staff):
    actions.open_period(
        street, year=2027, part=1, opens_on=date(2027, 2, 1), due_on=date(2027, 2, 20), by=city_staff
    )
    draft = draft_of(street, changed, city_staff)

    with pytest.raises(Refused, match="已按上一版开启"):
        publish_form(draft, valid_from=FROM, by=city_staff)


def test_what_is_published_is_left_alone(street, changed, city_staff):
    published = publish_form(draft_of(street, changed, city_staff), valid_from=FROM, by=city_staff)

    with pytest.raises(Refused, match="不能再改"):
        publish_form(published, valid_from=FROM, by=city_staff)
    with pytest.raises(Refused, match="不能再改"):
        drop_draft_form(published, by=city_staff)


def test_a_draft_is_thrown_away_whole(street, changed, city_staff):
    draft = draft_of(street, changed, city_staff)

    drop_draft_form(draft, by=city_staff)

    assert list(StatForm.objects.filter(code="street_m")) == [street]


def test_one_draft_of_a_form_at_a_time_is_kept_by_the_database(street, changed, city_staff):
    draft_of(street, changed, city_staff)

    with pytest.raises(IntegrityError, match="one_draft"), transaction.atomic():
        StatForm.objects.filter(pk=street.pk).update(valid_from=None)


def test_an_officer_of_a_district_drafts_no_form(street, changed, officer):
    with pytest.raises(PermissionDenied):
        draft_of(street, changed, officer)


def test_items_the_index_reads_are_missed_when_a_version_drops_them(reference, city_staff):
    found = read_form(SimpleUploadedFile("form.xlsx", form_workbook(reference)))
    items = [row for row in found.items if row.key != "KH200"]
    rules = [rule for rule in found.rules if "KH200" not in str(rule.expression)]

    draft = draft_form("kp", items, rules, basis="", by=city_staff)

    assert differences(draft).lost_to_the_index == ["KH200"]


# ---------------------------------------------------------------- pages


def test_staff_load_a_version_look_at_it_and_publish_it(client, street, changed, city_staff):
    client.force_login(city_staff)
    listed = client.get("/desk/returns/forms/").content.decode()
    assert "街道科普活动月报" in listed

    answer = client.post(f"/desk/returns/forms/{street.pk}/next/", {"sheet": changed})
    draft = StatForm.objects.drafts().get()
    assert answer.headers["Location"] == draft.get_absolute_url()
    page = client.get(draft.get_absolute_url()).content.decode()
    assert "新增 JD140 线上活动" in page
    assert "JD140 线上活动 应不大于 JD110" in page
    client.post(f"{draft.get_absolute_url()}publish/", {"valid_from": "2027-01-01"})

    draft.refresh_from_db()
    assert draft.valid_from == FROM
    assert "2027年1月1日起启用" in client.get(draft.get_absolute_url()).content.decode()


def test_faults_are_listed_and_nothing_is_kept(client, street, sheet, city_staff):
    sheet["项目"].cell(3, column(sheet["项目"], "小数位数"), "x")
    client.force_login(city_staff)

    answer = client.post(f"/desk/returns/forms/{street.pk}/next/", {"sheet": packed(sheet)})

    assert answer.status_code == 422
    assert "请填 0 至 99 的整数" in answer.content.decode()
    assert not StatForm.objects.drafts().exists()


def test_a_file_that_is_no_form_is_answered_at_its_field(client, street, city_staff):
    client.force_login(city_staff)

    answer = client.post(
        f"/desk/returns/forms/{street.pk}/next/", {"sheet": SimpleUploadedFile("a.xlsx", b"nothing")}
    )

    assert answer.status_code == 422
