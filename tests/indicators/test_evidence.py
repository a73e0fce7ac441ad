"""What the portal counts beside what was reported, and the list behind a figure years later."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import Error, transaction
from django.db.models import F

from events.models import Session
from indicators import actions, sources
from indicators.actions.rounds import count_again
from indicators.models import Evidence, Settlement
from indicators.queries.evidence import evidence, pairs
from portal.audit import AuditEntry
from portal.errors import Refused
from talent.models import Person
from tests.events.factories import EventFactory
from tests.indicators.returns import cell, fill_everything, typed


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


def test_what_was_settled_may_not_break_a_hard_rule(submitted, city_staff):
    submitted.cells.filter(item__key="KR100").update(counted_value=1)
    actions.settle(submitted, key="KR100", choice="counted", note="以登记为准", by=city_staff)

    with pytest.raises(Refused, match=r"审核规则不符合.*KR1"):
        actions.accept(submitted, by=city_staff)
    actions.settle(submitted, key="KR100", choice="reported", note="登记不全", by=city_staff)
    actions.accept(submitted, by=city_staff)

    assert submitted.status == "accepted"


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


def test_a_figure_and_the_list_behind_it_are_of_one_moment(people, filing, officer):
    fill_everything(filing, officer)
    Person.objects.filter(pk=people[0].pk).update(left_on=date(2026, 5, 1))

    with pytest.raises(Refused, match=r"KR300 由 3 变为 2.*重新取数"):
        actions.submit(filing, by=officer)
    count_again(filing, by=officer)
    actions.submit(filing, by=officer)

    kept = evidence(filing, "KR300", 1)
    assert (kept.value, len(kept.lines)) == (2, 2)
    assert kept.counted_at == kept.kept.submitted_at


def test_a_count_finer_than_what_is_stored_has_not_moved(people, filing, officer, nanshan, monkeypatch):
    fill_everything(filing, officer)
    monkeypatch.setattr(sources, "count_cells", lambda year: {"KR300": {nanshan.code: Decimal("3.004")}})

    actions.submit(filing, by=officer)

    assert evidence(filing, "KR300", 1).value == 3


def test_a_count_that_cannot_be_made_again_keeps_no_list(people, filing, officer, monkeypatch):
    fill_everything(filing, officer)
    monkeypatch.setattr(sources, "count_cells", lambda year: {})

    actions.submit(filing, by=officer)

    assert filing.submissions.count() == 1
    assert evidence(filing, "KR300", 1) is None


@pytest.fixture
def lectures(nanshan, city_staff):
    event = EventFactory(
        region=nanshan, published=True, kind="lecture", created_by=city_staff, organization=None
    )
    begin = datetime(2026, 3, 1, 2, tzinfo=UTC)
    return Session.objects.bulk_create(
        Session(
            event=event,
            capacity=90,
            attendance=10,
            starts_at=begin + timedelta(hours=number),
            ends_at=begin + timedelta(hours=number + 1),
        )
        for number in range(120)
    )


@pytest.fixture
def published(people, lectures, filing, officer, city_staff):
    """An accepted return whose lectures and volunteers are as counted; the lectures then leave the year."""
    fill_everything(filing, officer)
    for key, text in {"KH110": "120", "KH111": "1200", "KR300": "3"}.items():
        actions.save_draft(filing, typed(filing, key, text, "以登记为准"), by=officer)
    actions.submit(filing, by=officer)
    actions.accept(filing, by=city_staff)
    year = timedelta(days=365)
    Session.objects.update(starts_at=F("starts_at") - year, ends_at=F("ends_at") - year)
    return filing


def test_a_published_figure_leads_to_the_records_it_was_handed_in_with(client, published, nanshan):
    address = f"/index/{nanshan.code}/items/KH110/?year=2026"

    page = client.get(address).content.decode()
    after = re.search(r'rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")
    second = client.get(f"/index/{nanshan.code}/items/KH110/{after}").content.decode()
    file = client.get(f"{address}&file=records.csv").content.decode("utf-8-sig")

    assert "第 1 次提交" in page
    assert "共 120 条" in page
    assert (page.count('scope="row"><a href="/events/'), second.count('scope="row"><a href="/events/')) == (
        100,
        20,
    )
    assert file.count("\r\n") == 121


def test_a_figure_without_kept_records_says_that_todays_are_shown(client, published, nanshan):
    published.submissions.create(number=2, submitted_at=published.submitted_at, cells={})

    page = client.get(f"/index/{nanshan.code}/items/KH110/?year=2026").content.decode()

    assert "提交时没有存下记录" in page


def test_a_public_page_names_nobody(client, published, nanshan):
    address = f"/index/{nanshan.code}/items/KR300/?year=2026"

    page = client.get(address).content.decode()

    assert "计入 3 条个人登记" in page
    assert "示例0" not in page
    assert client.get(f"{address}&file=records.xlsx").status_code == 404


def test_all_records_behind_a_figure_are_paged_and_taken_out_as_a_file(client, published, city_staff):
    client.force_login(city_staff)
    address = f"{published.get_absolute_url()}sources/KH110/?submission=1"

    page = client.get(address).content.decode()
    file = client.get(f"{address}&file=records.csv").content.decode("utf-8-sig")

    assert "共 120 条" in page
    assert 'rel="next"' in page
    assert file.count("\r\n") == 121
    assert AuditEntry.objects.filter(action="export", note__contains="KH110").count() == 1


def test_names_leave_the_portal_only_with_those_who_may_take_them_out(client, published, officer, city_staff):
    address = f"{published.get_absolute_url()}sources/KR300/?submission=1&file=records.csv"
    files = []
    for person in (officer, city_staff):
        client.force_login(person)
        files.append(client.get(address).content.decode("utf-8-sig"))

    assert "示例0" not in files[0]
    assert "登记编号" in files[0]
    assert "示例0" in files[1]
    assert AuditEntry.objects.filter(action="export", note__contains="含姓名").count() == 1
