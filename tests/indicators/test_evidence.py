"""What the portal counts beside what was reported, and the list behind a figure years later."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import Error, transaction

from indicators import actions
from indicators.actions.rounds import count_again
from indicators.models import Evidence, Settlement
from indicators.queries.evidence import evidence, pairs
from portal.errors import Refused
from talent.models import Person
from tests.indicators.returns import cell, fill_everything


@pytest.fixture
def people(nanshan, city_staff):
    return Person.objects.bulk_create(
        Person(
            region=nanshan,
            created_by=city_staff,
            name=f"示例{number}",
            category=Person.Category.VOLUNTEER,
            entered_on=date(2026, 1, 1),
        )
        for number in range(3)
    )


@pytest.fixture
def handed_in(people, filing, officer):
    fill_everything(filing, officer)
    actions.submit(filing, by=officer)
    return filing


def test_the_list_behind_a_figure_stays_as_it_was(handed_in, people, city_staff):
    before = evidence(handed_in, "KR300", 1)
    Person.objects.filter(pk=people[0].pk).update(left_on=date(2026, 5, 1))
    Person.objects.filter(pk=people[1].pk).update(category=Person.Category.EXPERT)

    now, then = evidence(handed_in, "KR300"), evidence(handed_in, "KR300", 1)

    assert len(now.lines) < 3
    assert then.lines == before.lines
    assert (then.value, len(then.lines)) == (3, 3)
    assert then.counted_at == before.counted_at


def test_names_of_people_are_not_kept_with_the_list(handed_in):
    kept = Evidence.objects.get(submission__filing=handed_in, key="KR300")

    assert "示例" not in str(kept.records)
    assert "示例0" in evidence(handed_in, "KR300", 1).lines[0].words


def test_opening_a_kept_list_of_people_is_recorded(client, handed_in, officer):
    client.force_login(officer)

    page = client.get(f"{handed_in.get_absolute_url()}sources/KR300/?submission=1").content.decode()

    assert "第 1 次提交" in page
    assert "示例0" in page
    assert client.get(f"{handed_in.get_absolute_url()}sources/KR300/?submission=9").status_code == 404


def test_kept_evidence_is_written_once(handed_in):
    with pytest.raises(Error, match="written once"), transaction.atomic():
        Evidence.objects.filter(submission__filing=handed_in).update(value=9)


def test_both_figures_stand_side_by_side_with_what_was_made_of_the_difference(handed_in, officer, city_staff):
    found = {pair.cell.item.key: pair for pair in pairs(handed_in.period, officer)}

    pair = found["KR300"]
    assert pair.cell.counted_value == 3
    assert pair.difference == pair.cell.value - 3
    assert pair.label == "已说明"
    assert {each.cell.filing.region.name for each in pairs(handed_in.period, officer)} == {"南山区"}
    assert len({each.cell.filing_id for each in pairs(handed_in.period, city_staff)}) == 11


@pytest.mark.parametrize("choice", Settlement.Choice.values)
def test_the_officers_choice_is_kept_with_both_figures_and_the_reason(handed_in, city_staff, choice):
    reported = cell(handed_in, "KR300").text

    actions.settle(handed_in, key="KR300", choice=choice, note="以登记为准", by=city_staff)

    row = Settlement.objects.get(cell__filing=handed_in)
    assert (row.choice, row.reported, row.counted, row.note) == (choice, reported, 3, "以登记为准")
    assert cell(handed_in, "KR300").text == ("3" if choice == "counted" else reported)


def test_a_choice_may_be_made_again_until_the_return_is_accepted(handed_in, city_staff):
    reported = cell(handed_in, "KR300").text
    actions.settle(handed_in, key="KR300", choice="counted", note="以登记为准", by=city_staff)

    actions.settle(handed_in, key="KR300", choice="reported", note="登记不全", by=city_staff)

    assert cell(handed_in, "KR300").text == reported
    actions.accept(handed_in, by=city_staff)
    with pytest.raises(Refused, match="待审核"):
        actions.settle(handed_in, key="KR300", choice="counted", note="又改", by=city_staff)


def test_nothing_is_settled_where_the_figures_agree_or_without_a_reason(handed_in, city_staff, officer):
    with pytest.raises(Refused, match="不需要核定"):
        actions.settle(handed_in, key="KJ100", choice="counted", note="理由", by=city_staff)
    with pytest.raises(Refused, match="理由"):
        actions.settle(handed_in, key="KR300", choice="counted", note=" ", by=city_staff)
    with pytest.raises(PermissionDenied):
        actions.settle(handed_in, key="KR300", choice="counted", note="自己定", by=officer)


def test_the_page_of_figures_narrows_to_an_item_and_a_state(client, handed_in, city_staff):
    client.force_login(city_staff)

    page = client.get("/desk/returns/figures/?year=2026&item=KR300&state=explained").content.decode()

    assert "与平台登记口径不同" in page
    assert client.get("/desk/returns/figures/?year=x&item=%00&state=%00").status_code == 200


def test_the_page_of_figures_begins_with_what_differs(client, handed_in, city_staff):
    client.force_login(city_staff)

    page = client.get("/desk/returns/figures/?year=2026").content.decode()
    every = client.get("/desk/returns/figures/?year=2026&state=").content.decode()

    assert "KR300" in page.split("<tbody>")[1]
    assert page.count("#c-") < every.count("#c-")


def test_the_sheet_to_sign_says_what_was_handed_in(client, handed_in, officer):
    client.force_login(officer)

    answer = client.get(f"{handed_in.get_absolute_url()}sign-off/")

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert answer.content == client.get(f"{handed_in.get_absolute_url()}sign-off/").content


def test_counting_again_is_refused_once_it_is_handed_in(handed_in, officer):
    with pytest.raises(Refused, match="不能修改"):
        count_again(handed_in, by=officer)
