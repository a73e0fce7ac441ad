from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.queries import entry_of
from portal import search
from portal.calendar import local_today, weekend_of
from portal.roles import Role
from portal.templatetags.portal_tags import cn_day
from resources import actions
from tests.events.factories import SessionFactory
from tests.factories import UserFactory
from tests.outreach.factories import TitleFactory
from tests.resources.factories import AssetFactory, ResourceFactory, in_shenzhen


def page_of(client, url) -> str:
    answer = client.get(url, secure=True)
    assert answer.status_code == 200
    return answer.content.decode()


def cost_of(client, url) -> int:
    with CaptureQueriesContext(connection) as captured:
        page_of(client, url)
    return len(captured)


@pytest.mark.parametrize(
    ("now", "start", "end"),
    [
        ("2026-11-23 12:00", "2026-11-28 00:00", "2026-11-30 00:00"),
        ("2026-11-28 12:00", "2026-11-28 12:00", "2026-11-30 00:00"),
        ("2026-11-29 23:59", "2026-11-29 23:59", "2026-11-30 00:00"),
        ("2026-12-31 08:00", "2027-01-02 00:00", "2027-01-04 00:00"),
    ],
)
def test_the_weekend_is_the_running_one_or_the_next(now, start, end):
    def moment(text):
        return timezone.make_aware(datetime.fromisoformat(text))

    assert weekend_of(moment(now)) == (moment(start), moment(end))


def test_home_stands_before_anything_is_entered(client, city):
    page = page_of(client, "/")

    assert "菜单还是空的" in page
    assert "暂无已公布的活动场次" in page


def test_home_opens_doors_for_the_four_groups_and_every_district(client, regions):
    actions.load_reference()

    page = page_of(client, "/")

    for group in ("minors", "workers", "officials", "seniors"):
        assert f"/menu/for/{group}/" in page
    assert page.count("/menu/in/") == 11
    assert "全部 129 项" in page
    assert "深圳科学技术馆" in page


def test_home_costs_the_same_for_fifteen_resources_as_for_one(client, city):
    ResourceFactory(published=True)
    page_of(client, "/")
    one = cost_of(client, "/")
    for _ in range(14):
        ResourceFactory(published=True, hours_as="每天 09:00-17:00")

    assert cost_of(client, "/") == one <= 25


def test_one_box_finds_by_word_pinyin_and_initials(client, city):
    ResourceFactory(published=True, title="南山区海洋馆")
    for asked in ("海洋", "haiyangguan", "hyg"):
        assert "南山区" in page_of(client, f"/search/?q={asked}")
    assert "您要找的是不是" in page_of(client, "/search/?q=海羊馆")
    assert "没有找到" in page_of(client, "/search/?q=火星移民")


def test_search_shows_what_is_not_public_only_to_those_who_may_see_it(client, unit, unit_clerk):
    ResourceFactory(title="未公开的潮汐馆", organization=unit, region=unit.region)
    stranger = UserFactory(holding=(Role.VOLUNTEER, unit.region))

    assert "没有找到相关内容" in page_of(client, "/search/?q=未公开")
    client.force_login(stranger)
    assert "内部" not in page_of(client, "/search/?q=潮汐")
    client.force_login(unit_clerk)
    assert "内部" in page_of(client, "/search/?q=潮汐")


def on_stage(days: int):
    """A session of 潮汐讲座 so many days from now, entered in the search."""
    session = SessionFactory(event__title="潮汐讲座", starts_at=timezone.now() + timedelta(days=days))
    search.index_many([entry_of(session.event)])
    return session


def test_events_of_one_name_are_told_apart_by_their_next_day(client, city):
    sessions = [on_stage(days) for days in (3, 10)]

    page = page_of(client, "/search/?q=潮汐讲座")

    assert all(cn_day(session.starts_at) in page for session in sessions)


def test_a_search_costs_the_same_for_six_events_as_for_one(client, city):
    on_stage(3)
    page_of(client, "/search/?q=潮汐讲座")
    one = cost_of(client, "/search/?q=潮汐讲座")
    for days in range(4, 9):
        on_stage(days)

    assert cost_of(client, "/search/?q=潮汐讲座") == one


def test_the_desk_says_what_waits_and_where(client, staff, unit, unit_clerk):
    resource = ResourceFactory(title="潮汐馆", organization=unit, region=unit.region, created_by=unit_clerk)
    actions.submit(resource, by=unit_clerk)

    client.force_login(staff)
    page = page_of(client, "/desk/")

    assert "待审核资源" in page
    assert resource.get_desk_url() in page
    assert "提交了资源，请审核" in page


def test_what_is_late_comes_first_on_the_desk(client, staff, unit, unit_clerk):
    actions.submit(
        ResourceFactory(organization=unit, region=unit.region, created_by=unit_clerk), by=unit_clerk
    )
    AssetFactory(organization=unit, owed=True, due_on=local_today() - timedelta(days=1))
    client.force_login(staff)

    page = page_of(client, "/desk/")

    assert page.index("逾期的科普转化任务") < page.index("等您处理") < page.index("待审核资源")


def test_the_desk_says_in_words_how_much_is_late(client, staff, unit):
    day = local_today()
    for days in (1, 2, 3):
        AssetFactory(organization=unit, owed=True, due_on=day - timedelta(days=days))
    for days in (-1, 5, 6):
        TitleFactory(
            organization__region=unit.region,
            provisional_until=day + timedelta(days=days),
            valid_until=day + timedelta(days=400),
        )
    client.force_login(staff)

    page = page_of(client, "/desk/")
    late = page[page.index('id="late"') : page.index('id="waiting"')]

    assert "已逾期（4 项）" in late
    assert "逾期 3 项" in late
    assert "待确认的暂定称号" in late
    assert "逾期 1 项" in late


def test_a_desk_without_anything_late_has_no_such_section(client, staff):
    client.force_login(staff)

    assert "逾期" not in page_of(client, "/desk/").partition('id="waiting"')[0].partition("<main")[2]


@pytest.mark.parametrize(("who", "budget"), [("staff", 70), ("officer", 34), ("school_clerk", 20)])
def test_the_desk_keeps_to_its_queries(client, request, who, budget):
    client.force_login(request.getfixturevalue(who))
    page_of(client, "/desk/")

    assert cost_of(client, "/desk/") <= budget


def test_a_desk_with_nothing_to_do_says_so(client):
    client.force_login(UserFactory())

    page = page_of(client, "/desk/")

    assert "没有等您处理的事" in page
    assert "您还没有岗位" in page


def test_the_desk_needs_an_account(client):
    assert client.get("/desk/", secure=True).status_code == 302


def test_the_page_of_a_resource_says_what_is_on_there(client, city):
    resource = ResourceFactory(published=True, title="潮汐馆", **in_shenzhen())

    page = page_of(client, resource.get_absolute_url())

    assert "近期活动" in page
    assert "application/ld+json" in page
    assert "示意图，非标准地图" in page
