"""Where a district wishes it, its head signs the yearly return before it is handed in."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from indicators import actions
from indicators.actions.signatures import ask_signature, decline, recall_signature, sign, wish_signature
from indicators.models import HeadSignOff, Return, Submission
from indicators.queries.returns import waiting_for
from portal.errors import Refused
from portal.roles import Role
from tests.factories import UserFactory
from tests.indicators.returns import fill_everything, typed

Status = Return.Status


@pytest.fixture
def wished(filing, nanshan, colleague):
    """The district wishes it; 黄南 is its head, 陈南 fills."""
    wish_signature(nanshan, on=True, by=colleague)
    return filing


@pytest.fixture
def asked(wished, officer):
    fill_everything(wished, officer)
    ask_signature(wished, by=officer)
    return wished


def test_a_return_is_not_handed_in_past_its_head(wished, officer):
    fill_everything(wished, officer)

    with pytest.raises(Refused, match="负责人签核后提交"):
        actions.submit(wished, by=officer)


def test_without_the_wish_nobody_is_asked(filing, officer, colleague):
    fill_everything(filing, officer)

    with pytest.raises(Refused, match="请直接提交"):
        ask_signature(filing, by=officer)
    actions.submit(filing, by=officer)


def test_a_return_that_is_not_ready_is_not_sent_to_be_signed(wished, officer):
    with pytest.raises(Refused, match="还不能提交"):
        ask_signature(wished, by=officer)


def test_the_head_signs_and_it_is_handed_in_with_both_names(asked, officer, colleague, city_staff):
    assert "请签核" in colleague.notices.get().text
    assert [one.title for one in waiting_for(colleague)][-1] == "待签核的报表"

    sign(asked, by=colleague)

    asked.refresh_from_db()
    handed = Submission.objects.get(filing=asked)
    assert (asked.status, handed.submitted_by, handed.signed_by) == (Status.SUBMITTED, officer, colleague)
    assert "请审核" in city_staff.notices.get().text


def test_nobody_signs_what_they_sent_to_be_signed(wished, nanshan, colleague):
    UserFactory(holding=(Role.DISTRICT_HEAD, nanshan), mfa=True)
    fill_everything(wished, colleague)
    ask_signature(wished, by=colleague)

    with pytest.raises(Refused, match="不能自己签核"):
        sign(wished, by=colleague)


def test_who_only_fills_does_not_sign(asked, nanshan):
    other = UserFactory(holding=(Role.DISTRICT, nanshan), mfa=True)

    with pytest.raises(PermissionDenied):
        sign(asked, by=other)


def test_without_a_second_person_nobody_is_asked(wished, colleague):
    fill_everything(wished, colleague)

    with pytest.raises(Refused, match="没有其他人可以签核"):
        ask_signature(wished, by=colleague)


def test_nothing_changes_while_it_waits_until_it_is_taken_back(asked, officer):
    with pytest.raises(Refused, match="请先撤回"):
        actions.save_draft(asked, typed(asked, "KR100", "1"), by=officer)

    recall_signature(asked, by=officer)

    actions.save_draft(asked, typed(asked, "KR100", "1"), by=officer)
    assert Return.objects.get(pk=asked.pk).status == Status.DRAFT


def test_the_head_gives_it_back_with_a_reason(asked, officer, colleague):
    with pytest.raises(Refused, match="理由"):
        decline(asked, note=" ", by=colleague)

    decline(asked, note="请核对场馆数", by=colleague)

    assert Return.objects.get(pk=asked.pk).status == Status.DRAFT
    assert "请核对场馆数" in officer.notices.order_by("-pk").first().text


def test_what_the_city_returned_goes_to_the_head_again(asked, officer, colleague, city_staff):
    sign(asked, by=colleague)
    actions.send_back(asked, note="请核对", by=city_staff)

    ask_signature(asked, by=officer)
    sign(asked, by=colleague)

    assert asked.submissions.count() == 2


def test_the_database_keeps_the_two_persons_apart(asked, officer, colleague):
    sign(asked, by=colleague)
    handed = asked.submissions.get()

    with pytest.raises(IntegrityError, match="signed_by_somebody_else"), transaction.atomic():
        Submission.objects.create(
            filing=asked, number=2, submitted_at=handed.submitted_at, cells={},
            submitted_by=officer, signed_by=officer,
        )  # fmt: skip


def test_a_return_that_waits_says_who_asked(asked):
    with pytest.raises(IntegrityError, match="says_who_asked"), transaction.atomic():
        Return.objects.filter(pk=asked.pk).update(asked_by=None)


def test_a_district_s_head_says_so_for_the_own_district_alone(client, nanshan, colleague, officer):
    client.force_login(colleague)
    address = "/desk/returns/signature/"

    client.post(address, {"region": nanshan.code, "on": "1"})

    assert HeadSignOff.objects.get(region=nanshan).is_on
    assert client.post(address, {"region": "440304000000", "on": "1"}).status_code == 404
    client.force_login(officer)
    assert client.post(address, {"region": nanshan.code, "on": "0"}).status_code == 404


def test_officer_and_head_do_it_on_the_pages_and_the_sheet_names_both(
    client, wished, officer, colleague, tmp_path
):
    fill_everything(wished, officer)
    client.force_login(officer)
    page = client.get(wished.get_absolute_url()).content.decode()
    assert "送负责人签核" in page
    client.post(wished.get_absolute_url(), {"action": "ask"})
    waiting = client.get(wished.get_absolute_url()).content.decode()
    assert "待负责人签核" in waiting
    assert "签核并提交" not in waiting
    client.force_login(colleague)
    assert "签核并提交" in client.get(wished.get_absolute_url()).content.decode()

    client.post(f"{wished.get_absolute_url()}steps/sign/")

    sheet = client.get(f"{wished.get_absolute_url()}sign-off/")
    (tmp_path / "sheet.pdf").write_bytes(sheet.content)
    words = PdfReader(tmp_path / "sheet.pdf").pages[0].extract_text()
    assert "陈南" in words
    assert "黄南" in words
    assert "签核并提交" in client.get(wished.get_absolute_url()).content.decode()  # in the course of it


def test_the_head_is_asked_first_to_sign_and_gives_back_only_with_a_reason(client, asked, colleague):
    client.force_login(colleague)

    page = client.get(asked.get_absolute_url())

    assert [name for name, _ in page.context["steps"]] == ["sign", "decline"]


def test_who_fills_reads_at_the_top_why_the_return_came_back(client, asked, officer, colleague, city_staff):
    sign(asked, by=colleague)
    actions.send_back(asked, note="请核对场地一表", by=city_staff)
    client.force_login(officer)

    page = client.get(asked.get_absolute_url()).content.decode()

    assert page.index("请核对场地一表") < page.index("保存草稿")


def test_why_it_came_back_is_not_said_once_it_was_handed_in_again(
    client, asked, officer, colleague, city_staff
):
    sign(asked, by=colleague)
    actions.send_back(asked, note="请核对场地一表", by=city_staff)
    ask_signature(asked, by=officer)
    client.force_login(officer)

    page = client.get(asked.get_absolute_url())

    assert page.context["given_back"] is None
