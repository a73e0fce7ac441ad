"""Cells as the page saves them one by one, what is unusual, the talk at a cell, sheets and pasted blocks."""

import json
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from indicators import actions
from indicators.actions.returns import withdraw_remark
from indicators.models import CellRemark, Return
from indicators.queries.returns import cells_of, check
from indicators.rules import check_expression, evaluate, unusual, words_of
from indicators.sheets import returns as sheets
from indicators.views.grid import change
from portal.errors import Refused
from tests.indicators.returns import cell, typed


def cells_url(filing) -> str:
    return reverse("indicators_desk:cells", args=[filing.pk])


def post_cell(client, filing, key, text, *, seen=None, note="", since=""):
    held = seen or cell(filing, key)
    shown = json.dumps([held.version, held.text, held.note])
    data = {f"v-{key}": text, f"n-{key}": note, f"s-{key}": shown, "since": since}
    return client.post(cells_url(filing), data)


# ---------------------------------------------------------------- saved one by one


def test_a_cell_is_saved_as_it_is_left_and_tells_who_and_what_is_wrong(client, filing, officer):
    client.force_login(officer)
    post_cell(client, filing, "KR100", "5")

    told = post_cell(client, filing, "KR120", "9").json()

    assert told["cells"]["KR120"]["text"] == "9"
    assert (told["cells"]["KR120"]["who"], told["cells"]["KR120"]["own"]) == ("陈南", True)
    assert [kind for kind, _ in told["faults"]["KR120"]] == ["must"]
    assert "应不大于 KR100" in told["faults"]["KR120"][0][1]
    assert told["summary"]["filled"] == "2"


def test_one_person_sees_what_the_other_has_changed_since(client, filing, officer, colleague):
    client.force_login(officer)
    since = post_cell(client, filing, "KR100", "5").json()["at"]
    client.force_login(colleague)
    post_cell(client, filing, "KR120", "2")
    client.force_login(officer)

    told = client.get(cells_url(filing), {"since": since}).json()

    assert set(told["cells"]) == {"KR120"}
    assert (told["cells"]["KR120"]["who"], told["cells"]["KR120"]["own"]) == ("黄南", False)


def test_a_disputed_cell_is_answered_in_a_sentence_with_both_values(client, filing, officer, colleague):
    seen = cell(filing, "KC110")
    actions.save_draft(filing, typed(filing, "KC110", "5", seen=seen), by=officer)
    client.force_login(colleague)

    told = post_cell(client, filing, "KC110", "7", seen=seen).json()

    sentence = told["conflicts"]["KC110"]["sentence"]
    assert sentence.startswith("陈南")
    assert "改为“5”，您填的是“7”" in sentence
    assert cell(filing, "KC110").text == "5"


def test_what_a_lost_connection_kept_is_sent_again_without_undoing_anything(
    client, filing, officer, colleague
):
    seen = cell(filing, "KC110")
    client.force_login(officer)
    post_cell(client, filing, "KC110", "5", seen=seen)

    again = post_cell(client, filing, "KC110", "5", seen=seen).json()

    assert again["conflicts"] == {}
    assert cell(filing, "KC110").version == 1


def test_a_return_that_was_handed_in_meanwhile_refuses_the_cell_in_words(client, submitted, officer):
    client.force_login(officer)

    answer = post_cell(client, submitted, "KC110", "9")

    assert answer.status_code == 409
    assert "不能修改" in answer.json()["refused"]


@pytest.mark.parametrize("since", ["\x00", "9" * 300, "2026-02-30T00:00", "2026-11-01", "<b>"])
def test_a_moment_that_is_none_means_everything(client, filing, officer, since):
    client.force_login(officer)

    assert client.get(cells_url(filing), {"since": since}).status_code == 200


# ---------------------------------------------------------------- change and rules in words


@pytest.mark.parametrize(
    ("now", "last", "words"),
    [
        (Decimal(110), Decimal(100), "+10.0%"),
        (Decimal(50), Decimal(100), "−50.0%"),
        (Decimal(100), Decimal(100), "持平"),
        (Decimal(1), Decimal(0), ""),
        ("-", Decimal(1), ""),
        (None, Decimal(1), ""),
    ],
)
def test_the_change_is_told_where_there_are_two_figures(now, last, words):
    assert change(now, last) == words


def test_every_rule_of_every_form_has_its_text(reference):
    names = dict(reference.items.values_list("key", "name"))
    for rule in reference.rules.all():
        assert len(words_of(rule.expression, names)) > 8, rule.code


def test_the_page_shows_every_rule_whether_it_holds_or_not(client, filing, officer):
    client.force_login(officer)

    page = client.get(filing.get_absolute_url()).content.decode()

    for rule in filing.period.form.rules.all():
        assert f"{rule.code}（{rule.get_severity_display()}）" in page
    assert "KJ100 年度科普经费筹集额 应等于" in page


class Rule:
    code, severity = "T01", "explain"

    def __init__(self, expression):
        self.expression = expression


def test_a_rule_may_look_at_last_period_and_at_another_form():
    expression = {"left": ["A"], "op": ">=", "right": ["before:A"]}
    check_expression(expression, ["A"])

    (fault,) = evaluate(
        Rule(expression), {"A": Decimal(3), "before:A": Decimal(4)}, {}, {"before:A": "上期甲"}
    )

    assert "应不小于 A 上期甲（4）" in fault.sentence
    assert evaluate(Rule(expression), {"A": Decimal(3)}, {}) == []


def test_a_rule_that_begins_elsewhere_is_no_rule():
    with pytest.raises(ValueError, match="不存在"):
        check_expression({"left": ["before:A"], "op": "=", "right": ["A"]}, ["A"])


# ---------------------------------------------------------------- unusual


PAST = [Decimal(value) for value in (104, 99, 101, 103, 98)]


@pytest.mark.parametrize(("now", "told"), [(102, False), (110, False), (180, True), (20, True)])
def test_a_figure_far_from_ones_own_history_is_told(now, told):
    found = unusual("A", Decimal(now), PAST)

    assert bool(found) is told
    assert all(fault.severity == "explain" for fault in found)


def test_three_earlier_figures_say_nothing_yet():
    assert unusual("A", Decimal(900), PAST[:3]) == []


def test_growth_far_from_everybody_elses_is_told():
    others = [(Decimal(100), Decimal(value)) for value in (104, 106, 103, 105, 107, 102)]

    (fault,) = unusual("A", Decimal(300), [Decimal(100)], others)

    assert fault.sentence == "较上期 +200.0%，其他填报对象中位为 +4.5%，请核对并说明"
    assert unusual("A", Decimal(108), [Decimal(100)], others) == []


def test_the_bounds_of_an_item_are_told():
    (fault,) = unusual("A", Decimal(120), [], bounds=(Decimal(0), Decimal(92)))

    assert "不在通常范围（0 至 92）内" in fault.sentence


@given(
    st.decimals(min_value=0, max_value=10**9, places=2),
    st.lists(st.decimals(min_value=0, max_value=10**9, places=2), max_size=8),
    st.lists(
        st.tuples(
            st.decimals(min_value=0, max_value=10**6, places=2),
            st.decimals(min_value=0, max_value=10**6, places=2),
        ),
        max_size=12,
    ),
)
def test_hints_never_fail_and_never_block(now, earlier, others):
    assert all(fault.severity == "explain" for fault in unusual("A", now, earlier, others))


def test_an_unusual_figure_asks_for_a_note_before_it_is_handed_in(submitted, officer, city_staff):
    actions.send_back(submitted, note="核对", by=city_staff)
    item = submitted.cells.get(item__key="KC210").item
    type(item).objects.filter(pk=item.pk).update(high=10)
    actions.save_draft(submitted, typed(submitted, "KC210", "9999", ""), by=officer)

    found = check(submitted)

    assert "KC210" in {fault.key for fault in found.unexplained}
    with pytest.raises(Refused, match="需要说明"):
        actions.submit(submitted, by=officer)


# ---------------------------------------------------------------- the talk at a cell


def test_a_reply_answers_what_was_asked_without_changing_the_figure(submitted, officer, city_staff):
    actions.remark(submitted, key="KJ100", text="与决算不符", by=city_staff)

    actions.remark(submitted, key="KJ100", text="决算含上年结转", by=officer)

    asked, reply = CellRemark.objects.order_by("pk")
    assert (asked.is_open, reply.asks) == (False, False)
    assert "决算含上年结转" in city_staff.notices.latest("pk").text


def test_a_return_with_an_open_question_is_not_accepted(submitted, city_staff):
    asked = actions.remark(submitted, key="KJ100", text="与决算不符", by=city_staff)
    with pytest.raises(Refused, match="1 条意见没有答复"):
        actions.accept(submitted, by=city_staff)

    withdraw_remark(submitted, pk=asked.pk, by=city_staff)
    actions.accept(submitted, by=city_staff)

    assert submitted.status == Return.Status.ACCEPTED


# ---------------------------------------------------------------- sheets


def book_of(filing):
    return openpyxl.load_workbook(BytesIO(sheets.workbook(filing, cells_of(filing), {})))


def saved(book) -> bytes:
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def row_of(sheet, key) -> int:
    return next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, 2).value == key)


def test_of_a_workbook_only_figures_and_notes_may_be_changed(filing):
    sheet = book_of(filing).worksheets[0]

    assert sheet.protection.sheet
    unlocked = {at for at in range(1, 12) if not sheet.cell(2, at).protection.locked}
    assert {sheet.cell(1, at).value for at in unlocked} == {"本期", "说明"}


def test_a_workbook_comes_back_with_the_three_kinds_of_nothing(client, filing, officer):
    book = book_of(filing)
    sheet = book.worksheets[0]
    for key, value in (("KC110", 0), ("KC120", "-"), ("KJ120", 12.5), ("KR100", "大约三个")):
        sheet.cell(row_of(sheet, key), 5).value = value
    client.force_login(officer)

    answer = client.post(
        reverse("indicators_desk:sheet", args=[filing.pk]),
        {"upload": "1", "sheet": SimpleUploadedFile("填好.xlsx", saved(book))},
    )

    assert "请填数字" in answer.content.decode()
    texts = {each.item.key: (each.state, each.text) for each in cells_of(filing)}
    assert texts["KC110"] == ("number", "0")
    assert texts["KC120"] == ("not_applicable", "-")
    assert texts["KJ120"] == ("number", "12.5")
    assert texts["KR100"] == ("empty", "大约三个")
    assert texts["KR200"] == ("empty", "")


def test_a_workbook_overwrites_nothing_that_was_changed_after_it_was_made(filing, officer, colleague):
    book = book_of(filing)
    sheet = book.worksheets[0]
    sheet.cell(row_of(sheet, "KC110"), 5).value = 7
    actions.save_draft(filing, typed(filing, "KC110", "5") | typed(filing, "KC120", "6"), by=colleague)

    block = sheets.read_workbook(filing, cells_of(filing), saved(book))
    told = actions.save_draft(filing, block.typed, by=officer)

    assert set(told.conflicts) == {"KC110"}
    assert (cell(filing, "KC110").text, cell(filing, "KC120").text) == ("5", "6")


def test_another_returns_workbook_is_refused(filing, own_city):
    other = next(row for row in own_city if row.pk != filing.pk)

    with pytest.raises(Refused, match="这不是"):
        sheets.read_workbook(filing, cells_of(filing), saved(book_of(other)))


@pytest.fixture
def own_city(filing):
    return list(Return.objects.named().order_by("pk"))


def test_a_file_that_is_no_sheet_is_told_beside_its_field(client, filing, officer):
    client.force_login(officer)

    answer = client.post(
        reverse("indicators_desk:sheet", args=[filing.pk]),
        {"upload": "1", "sheet": SimpleUploadedFile("图.xlsx", b"\x89PNG\r\n\x1a\n")},
    )

    assert answer.status_code == 422
    assert "这是图片" in answer.content.decode()


def test_a_pasted_block_fills_by_code_or_downwards(client, filing, officer):
    client.force_login(officer)
    url = reverse("indicators_desk:sheet", args=[filing.pk])

    client.post(url, {"block": "KC110\t科技馆\t3\r\nKC120\t1,204", "start": "KR100"})
    client.post(url, {"block": "72\n27\n\n4", "start": "KR100"})

    texts = {each.item.key: each.text for each in cells_of(filing)}
    assert (texts["KC110"], texts["KC120"]) == ("3", "1204")
    assert [texts[key] for key in ("KR100", "KR110", "KR120", "KR130")] == ["72", "27", "", "4"]


def test_a_line_with_more_than_one_figure_is_not_read_and_says_so(client, filing, officer):
    client.force_login(officer)
    months = "\t".join(str(month) for month in range(1, 13))

    page = client.post(
        reverse("indicators_desk:sheet", args=[filing.pk]),
        {"block": f"KC110\t科技馆\t{months}\nKC120 4 5\nKC130 1 204", "start": ""},
    ).content.decode()

    assert "第 1 行（KC110）：有 12 列数" in page
    assert "第 2 行（KC120）：有 2 列数" in page
    texts = {each.item.key: each.text for each in cells_of(filing)}
    assert (texts["KC110"], texts["KC120"], texts["KC130"]) == ("", "", "1204")


def test_lines_that_say_nothing_are_listed_and_stay_in_the_field(client, filing, officer):
    client.force_login(officer)

    page = client.post(
        reverse("indicators_desk:sheet", args=[filing.pk]),
        {"block": "KC110 3\nZZ999\t4\t5", "start": ""},
    ).content.decode()

    assert "第 2 行" in page
    assert "ZZ999" in page
    assert cell(filing, "KC110").text == "3"


@given(st.text(max_size=300))
def test_any_pasted_text_is_read_without_a_fault(text):
    class Item:
        key = "A1"

    class Cell:
        item, version, text, note = Item, 0, "", ""

    block = sheets.read_block(text, [Cell])
    assert set(block.typed) <= {"A1"}
