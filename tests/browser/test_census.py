"""A census in the browser: a unit answers, its district checks, the city accepts and closes, all may read."""

import pytest

from resources.actions import census, directory
from resources.models import CensusEntry, CensusRound, Resource
from tests.browser.steps import follow, give_second_factor, is_sound, press, says, work
from tests.resources.census import open_round, sheet_of
from tests.resources.factories import ResourceFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def offered(unit, unit_clerk):
    own = {"organization": unit, "region": unit.region, "created_by": unit_clerk, "published": True}
    return [ResourceFactory(title=title, **own) for title in ("潮汐馆", "灯塔馆")]


@pytest.fixture
def before(offered, staff):
    """Last year's round, closed; its files are not this test's matter."""
    asked = open_round(staff, title="去年的普查")
    census.start_checking(asked, by=staff)
    asked.refresh_from_db()
    directory.close_round(asked, by=staff, at=asked.checking_at)
    return asked


@pytest.mark.parametrize("width", [390, 1280])
def test_a_round_from_the_unit_s_answer_to_the_directory(
    visit, before, offered, staff, officer, unit, unit_clerk, width
):
    asked = open_round(staff, title="今年的普查")
    sheet = sheet_of(asked, unit).get_absolute_url()

    at = visit(unit_clerk, width=width)
    at.open(sheet)
    at.page.get_by_role("link", name="有变化，填写").first.click()
    at.page.get_by_label("可同时接待（人）").fill("120")
    at.page.get_by_label("粤语").check()
    is_sound(at)
    press(at, "保存")
    says(at, "可同时接待（人）", "粤语")
    press(at, "其余 1 条无变化", inside="body")
    press(at, "提交核查", inside="body")

    at = visit(officer, width=width)
    give_second_factor(at, officer)
    at.open(sheet)
    says(at, "120")
    press(at, "核查通过，报市级", inside="body")

    at = visit(staff, width=width)
    give_second_factor(at, staff)
    at.open(sheet)
    press(at, "通过并写入资源库", inside="body")
    assert Resource.objects.get(title="潮汐馆").capacity == 120
    at.open(asked.get_absolute_url())
    press(at, "停止填报，转入核查")
    follow(at, "关闭普查，发布名录")
    press(at, "关闭普查并发布名录")
    work()

    assert CensusRound.objects.get(pk=asked.pk).directory.state == "ready"
    assert CensusEntry.objects.filter(round=asked).count() == 2
    at = visit(width=width)
    at.open("/directory/")
    is_sound(at)
    says(at, "收录 2 条资源，其中 2 条经本次普查核实", "潮汐馆")
    follow(at, "与上次对比")
    says(at, "可同时接待")
