"""A return in the browser: saved cell by cell, by two people, without a network, from start to acceptance."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from indicators import actions, sample
from indicators.actions.rounds import remind
from indicators.models import Return, ReturnCell, StatForm
from indicators.queries.returns import cells_of
from portal import regions as region_file
from portal.regions import Region
from portal.roles import Role
from tests.browser.steps import PATIENCE, follow, go_by, is_sound, press
from tests.factories import UserFactory
from tests.indicators.returns import fill_everything

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def nanshan(db):
    region_file.load()
    actions.load_reference()
    return Region.objects.get(code="440305000000")


@pytest.fixture
def city_staff(nanshan):
    return UserFactory(username="staff", name="李市", holding=(Role.STAFF, Region.objects.city()), mfa=True)


@pytest.fixture
def officer(nanshan):
    return UserFactory(username="officer", name="陈南", holding=(Role.DISTRICT, nanshan), mfa=True)


@pytest.fixture
def colleague(nanshan):
    return UserFactory(username="colleague", name="黄南", holding=(Role.DISTRICT_HEAD, nanshan), mfa=True)


@pytest.fixture
def filing(nanshan, officer, city_staff):
    today = timezone.localdate()
    actions.open_period(
        StatForm.objects.get(code="kp"),
        year=sample.OPEN_YEAR,
        opens_on=today - timedelta(days=30),
        due_on=today + timedelta(days=6),
        by=city_staff,
        at=timezone.now() - timedelta(days=30),
    )
    return Return.objects.named().get(region=nanshan)


def text_of(filing, key) -> str:
    return ReturnCell.objects.get(filing=filing, item__key=key).text


def fill(at, key, value) -> None:
    at.page.locator(f"#v-{key}").fill(value)
    at.page.locator(f"#v-{key}").press("Tab")


def is_saved(at) -> None:
    expect(at.page.locator("[data-save-state]")).to_have_text("全部已保存", timeout=PATIENCE)


def test_each_cell_saves_itself_and_says_what_is_wrong(visit, filing, officer):
    at = visit(officer)
    at.open(filing.get_absolute_url())

    fill(at, "KR100", "5")
    is_saved(at)
    fill(at, "KR120", "9")

    expect(at.page.locator("#c-KR120")).to_contain_text("应不大于 KR100", timeout=PATIENCE)
    expect(at.page.locator("#c-KR120 [data-who]")).to_contain_text("陈南")
    assert (text_of(filing, "KR100"), text_of(filing, "KR120")) == ("5", "9")
    is_sound(at)


def test_two_people_see_each_others_cells_and_choose_where_both_typed(visit, filing, officer, colleague):
    one, other = visit(officer), visit(colleague, width=390)
    for at in (one, other):
        at.open(filing.get_absolute_url())
    fill(one, "KR100", "5")
    is_saved(one)

    fill(other, "KR100", "7")

    box = other.page.locator("#c-KR100 .entry__conflict")
    expect(box).to_contain_text("改为“5”，您填的是“7”", timeout=PATIENCE)
    assert text_of(filing, "KR100") == "5"
    box.get_by_role("button", name="用我填的").click()
    is_saved(other)
    assert text_of(filing, "KR100") == "7"
    one.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(one.page.locator("#v-KR100")).to_have_value("7", timeout=PATIENCE)
    expect(one.page.locator("#c-KR100")).to_contain_text("黄南刚改为“7”")
    is_sound(other)


def test_what_a_lost_connection_held_back_is_kept_and_sent_again(visit, filing, officer):
    at = visit(officer)
    at.open(filing.get_absolute_url())
    fill(at, "KR100", "5")
    is_saved(at)
    at.page.context.set_offline(True)
    fill(at, "KR110", "3")
    expect(at.page.locator("[data-save-state]")).to_contain_text("网络中断：1 项未保存", timeout=PATIENCE)
    assert (text_of(filing, "KR100"), text_of(filing, "KR110")) == ("5", "")

    at.page.context.set_offline(False)

    is_saved(at)
    assert text_of(filing, "KR110") == "3"


def test_a_page_that_died_sends_what_it_kept_when_it_is_opened_again(visit, filing, officer):
    at = visit(officer)
    at.open(filing.get_absolute_url())
    at.page.context.set_offline(True)
    fill(at, "KR110", "3")
    at.page.once("dialog", lambda dialog: dialog.accept())
    at.page.context.set_offline(False)
    at.page.goto("about:blank")

    at.open(filing.get_absolute_url())

    is_saved(at)
    assert text_of(filing, "KR110") == "3"


def test_a_block_from_a_spreadsheet_fills_cells(visit, filing, officer):
    at = visit(officer)
    at.open(filing.get_absolute_url())

    at.page.locator("#v-KR100").evaluate(
        """cell => {
            const data = new DataTransfer();
            data.setData("text", "72\\n27\\r\\nKR130\\t农村\\t4");
            const about = {clipboardData: data, bubbles: true, cancelable: true};
            cell.dispatchEvent(new ClipboardEvent("paste", about));
        }"""
    )

    is_saved(at)
    assert [text_of(filing, key) for key in ("KR100", "KR110", "KR130")] == ["72", "27", "4"]


def test_without_script_the_form_saves_and_a_block_is_pasted(visit, filing, officer):
    at = visit(officer, script=False)
    at.open(filing.get_absolute_url())
    at.page.locator("#v-KR100").fill("5")
    press(at, "保存草稿")
    follow(at, "粘贴或上传")
    at.page.get_by_label("粘贴内容").fill("KR110 3\nKR120 2")

    press(at, "存入草稿")

    assert [text_of(filing, key) for key in ("KR100", "KR110", "KR120")] == ["5", "3", "2"]


def test_a_return_from_reminder_to_acceptance(visit, filing, officer, city_staff):
    remind(at=timezone.now())
    fill_everything(filing, officer)
    wrong = cells_of(filing)[0].item.key
    district, staff = visit(officer), visit(city_staff)

    district.open("/desk/inbox/")
    follow(district, "尚未提交")
    press(district, "提交", exact=True)
    expect(district.page.locator("main")).to_contain_text("报表已提交")

    staff.open("/desk/")
    follow(staff, str(filing))
    row = staff.page.locator(f"#c-{wrong}")
    row.get_by_text("提意见").click()
    row.get_by_role("textbox").fill("请核对。")
    go_by(staff, row.get_by_role("button", name="记下"))
    staff.page.locator("summary", has_text="退回").click()
    staff.page.locator("details[open]").get_by_label("理由").fill("一处请核对。")
    go_by(staff, staff.page.locator("details[open]").get_by_role("button", name="退回"))

    district.open(filing.get_absolute_url())
    answer = district.page.locator("form", has_text="请核对").last
    answer.get_by_role("textbox").fill("与登记一致，无误。")
    go_by(district, answer.get_by_role("button", name="答复"))
    press(district, "提交", exact=True)

    staff.open(filing.get_absolute_url())
    expect(staff.page.locator(f"#c-{wrong}")).to_contain_text("与登记一致，无误。")
    press(staff, "审核通过")
    district.open(filing.get_absolute_url())
    expect(district.page.locator("main")).to_contain_text("已锁定")
    is_sound(district)
