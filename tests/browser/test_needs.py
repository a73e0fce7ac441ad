"""Needs and bookings in the browser: anybody's, from the basket, moved, put before the district."""

from datetime import timedelta

import pytest

from portal import jobs
from portal.calendar import local_today
from portal.regions import Region, load
from portal.roles import Role
from resources.models import Booking, Need
from tests.browser.steps import answer_plain_question, follow, is_sound, press, says
from tests.factories import OrganizationFactory, UserFactory
from tests.resources.factories import TopicFactory
from tests.resources.needs import BookableFactory, BookingFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch):
    monkeypatch.setattr(jobs, "publish", lambda pk: None)


@pytest.fixture
def nanshan(db):
    load()
    return Region.objects.get(code="440305000000")


@pytest.fixture
def unit(nanshan):
    return OrganizationFactory(region=nanshan, name="南山海洋馆")


@pytest.fixture
def lecture(unit):
    return BookableFactory(
        organization=unit, title="深海讲座", topics=[TopicFactory(name="海洋", code="sea")]
    )


def who(at) -> None:
    """Who asks, and the answer to the plain question."""
    page = at.page
    page.get_by_label("提出方").select_option("school")
    page.get_by_label("单位名称").fill("南山小学")
    page.get_by_label("联系人").fill("陈老师")
    page.get_by_label("手机号").fill("13700137000")
    page.get_by_label("区域").select_option(label="南山区")
    page.get_by_label("给谁").select_option("minors")
    page.get_by_label("人数").fill("45")
    answer_plain_question(at)


def fill_day(at, label: str, days: int) -> None:
    at.page.get_by_label(label).fill(f"{local_today() + timedelta(days=days):%Y-%m-%d}")


@pytest.mark.parametrize(("width", "script"), [(390, False), (1280, True)], ids=["phone", "desk"])
def test_anybody_posts_a_need_and_follows_it(visit, lecture, width, script):
    guest = visit(width=width, script=script)
    guest.open("/needs/")
    follow(guest, "提出需求")
    guest.page.get_by_label("想要什么").fill("给四年级讲海洋")
    guest.page.get_by_label("海洋", exact=True).check()
    fill_day(guest, "最早哪天", 7)
    fill_day(guest, "最晚哪天", 27)
    who(guest)
    press(guest, "提交需求")

    says(guest, "给四年级讲海洋", "待受理", "深海讲座", "主题是海洋·面向未成年人·同在南山区")
    if script:
        assert guest.axe() == []
    follow(guest, "修改需求")
    guest.page.get_by_label("想要什么").fill("给五年级讲海洋")
    press(guest, "保存修改")
    says(guest, "给五年级讲海洋")
    assert Need.objects.get().title == "给五年级讲海洋"


def test_a_school_books_from_the_basket_and_agrees_to_another_day(visit, lecture, unit):
    kit = BookableFactory(organization=unit, title="显微镜箱")
    school = visit()
    for resource in (lecture, kit):
        school.open(resource.get_absolute_url())
        press(school, "加入预约单")
    says(school, "深海讲座", "显微镜箱")
    follow(school, "填写时间和联系人")
    for title in ("深海讲座", "显微镜箱"):
        fill_day(school, f"“{title}”的日期", 14)
        school.page.get_by_label(f"“{title}”几点开始").fill("10:00")
    school.page.get_by_label("用在什么活动").fill("四（3）班科学课")
    who(school)
    press(school, "提交预约")
    says(school, "预约进展", "深海讲座", "显微镜箱", "待答复")

    clerk = visit(UserFactory(username="clerk", holding=(Role.UNIT, unit)))
    clerk.open("/desk/")
    says(clerk, "待答复的预约")
    clerk.open(Booking.objects.get(resource=lecture).get_desk_url())
    says(clerk, "13700137000")
    clerk.page.get_by_text("提议改期", exact=True).click()
    fill_day(clerk, "日期", 16)
    clerk.page.get_by_label("几点开始").fill("15:00")
    press(clerk, "提议这个时间")
    says(clerk, "已提议改期")
    is_sound(clerk)
    assert clerk.axe() == []

    school.page.reload()
    press(school, "同意这个时间")
    says(school, "已接受", "15:00")
    assert school.axe() == []


def test_the_district_sees_what_nobody_answered_and_gives_it_to_another(visit, nanshan, lecture):
    BookingFactory(resource=lecture, need__region=nanshan, answer_by=local_today() - timedelta(days=1))
    other = BookableFactory(
        organization=OrganizationFactory(region=nanshan), title="红树林讲座", audiences=["minors"]
    )
    officer = visit(UserFactory(username="officer", holding=(Role.DISTRICT, nanshan), mfa=True))
    officer.open("/desk/bookings/?state=late")
    says(officer, "深海讲座", "已超期")
    follow(officer, "深海讲座")
    officer.page.get_by_text("转派其他资源", exact=True).click()
    officer.page.locator("form[action$='reassign/'] [name=resource]").fill("红树林讲座")
    officer.page.locator("form[action$='reassign/'] [name=day]").fill(
        f"{local_today() + timedelta(days=15):%Y-%m-%d}"
    )
    officer.page.locator("form[action$='reassign/'] [name=begins]").fill("10:00")
    press(officer, "转派", exact=True)

    says(officer, "红树林讲座", "已转派")
    assert Booking.objects.get(resource=other).status == "requested"
