"""What people come for, from the first page to the last: near me, by mail, a route; a unit's own work."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from portal import jobs
from portal.notices import Notice
from resources import actions
from resources.actions.life import ask_confirmations
from resources.models import Booking, Resource, Route, Subscription
from tests.browser.steps import (
    answer_plain_question,
    download,
    follow,
    give_second_factor,
    is_sound,
    press,
    says,
    work,
)
from tests.resources.factories import KindFactory, ResourceFactory, in_shenzhen
from tests.resources.needs import BookableFactory, BookingFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = 390


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch):
    monkeypatch.setattr(jobs, "publish", lambda pk: None)


@pytest.fixture
def venues(unit, unit_clerk):
    own = {"organization": unit, "region": unit.region, "created_by": unit_clerk, "published": True}
    return [
        ResourceFactory(title="远山馆", **own, **in_shenzhen(latitude="22.70000")),
        ResourceFactory(title="近海馆", **own, **in_shenzhen(latitude="22.54500")),
    ]


# --- Anybody ----------------------------------------------------------------------------------------


def test_anybody_finds_what_is_nearest_and_the_place_stays_on_the_phone(visit, venues):
    guest = visit(width=PHONE)
    guest.page.context.grant_permissions(["geolocation"])
    guest.page.context.set_geolocation({"latitude": 22.540004, "longitude": 114.050004})
    guest.open("/menu/")
    guest.page.get_by_role("button", name="离我最近").click()
    guest.page.wait_for_url("**near=22.540%2C114.050*")

    assert guest.page.locator(".card__title").all_inner_texts() == ["近海馆", "远山馆"]
    says(guest, "从您的位置出发", "平台不保存")
    is_sound(guest)
    assert guest.axe() == []


def test_anybody_has_new_resources_sent_and_leaves_again(visit, venues):
    guest = visit(width=PHONE, script=False)
    guest.open("/menu/?q=海馆")
    follow(guest, "邮件订阅")
    guest.page.get_by_label("电子邮箱").fill("reader@example.cn")
    answer_plain_question(guest)
    press(guest, "订阅", exact=True)
    says(guest, "请查收邮件")

    work()
    link = next(word for word in mail.outbox[-1].body.split() if "/menu/s/" in word)
    guest.open("/" + link.split("/", 3)[3])
    press(guest, "确认订阅")
    assert Subscription.objects.get().confirmed_at is not None
    press(guest, "退订")
    assert not Subscription.objects.exists()


def test_anybody_proposes_a_route_that_others_take_along_on_paper(visit, venues, staff):
    guest = visit(width=PHONE)
    guest.open("/routes/")
    follow(guest, "推荐一条线路")
    guest.page.get_by_label("线路名称").fill("山海半日")
    guest.page.get_by_label("一句话介绍").fill("先上山，再看海。")
    for number, name in enumerate(("远山馆", "近海馆")):
        guest.page.locator(f"[name=stops-{number}-resource]").fill(name)
        guest.page.locator(f"[name=stops-{number}-stay_minutes]").fill("60")
    guest.page.locator("[name=stops-0-travel]").select_option(label="公交")
    guest.page.locator("[name=stops-0-travel_minutes]").fill("40")
    answer_plain_question(guest)
    press(guest, "提交推荐")
    says(guest, "审核后发布")

    at = visit(staff)
    give_second_factor(at, staff)
    at.open(Route.objects.get().get_desk_url())
    press(at, "发布", exact=True)

    guest.open(Route.objects.get().get_absolute_url())
    says(guest, "远山馆", "约 40 分钟", "近海馆")
    guide = download(guest, guest.page.get_by_role("link", name="下载打印版指南"))
    assert guide.startswith(b"%PDF")


# --- A unit -----------------------------------------------------------------------------------------


def test_a_unit_answers_by_its_link_that_everything_is_still_right(visit, unit, unit_clerk):
    place = ResourceFactory(
        organization=unit,
        region=unit.region,
        created_by=unit_clerk,
        kind=KindFactory(freshness_months=6),
        published=True,
    )
    Resource.objects.filter(pk=place.pk).update(confirm_by=timezone.localdate() + timedelta(days=3))
    ask_confirmations(timezone.now())

    guest = visit(width=PHONE, script=False)
    guest.open(Notice.objects.get(recipient=unit_clerk, text__contains="请核实资源").link)
    press(guest, "仍正确")

    says(guest, "已核实")
    place.refresh_from_db()
    assert place.confirmed_on == timezone.localdate()


def test_a_unit_changes_one_field_of_many_after_it_has_seen_what_would_change(visit, venues, unit_clerk):
    clerk = visit(unit_clerk, width=PHONE)
    clerk.open("/desk/resources/?status=published")
    follow(clerk, "批量修改这 2 条")
    clerk.page.get_by_label("改哪个字段").select_option(label="公开电话")
    press(clerk, "选定")
    clerk.page.get_by_label("新的公开电话").fill("0755-26000000")
    clerk.page.get_by_label("为什么改").fill("总机换号")
    press(clerk, "预览")
    says(clerk, "2 条会改变", "近海馆", "远山馆", "重新审核")
    assert not Resource.objects.exclude(public_phone="").exists()
    press(clerk, "确认修改 2 条")

    says(clerk, "已修改 2 条", "2 条重新送审")
    assert set(Resource.objects.values_list("public_phone", "status")) == {("0755-26000000", "submitted")}


def test_of_two_who_accept_for_one_time_at_once_one_is_told(visit, unit, unit_clerk):
    lecture = BookableFactory(organization=unit, title="深海讲座")
    rows = [BookingFactory(resource=lecture) for _ in range(2)]
    clerk = visit(unit_clerk)
    clerk.open(rows[0].get_desk_url())
    accept = """async pages => {
        const csrfmiddlewaretoken = document.querySelector("[name=csrfmiddlewaretoken]").value;
        const press = page => fetch(page + "accept/", {
            method: "POST", body: new URLSearchParams({csrfmiddlewaretoken, note: ""})
        }).then(answer => answer.text());
        return Promise.all(pages.map(press));
    }"""
    told = "".join(clerk.page.evaluate(accept, [row.get_desk_url() for row in rows]))

    assert sorted(Booking.objects.values_list("status", flat=True)) == ["accepted", "requested"]
    assert "这个时间已有其他预约" in told


def test_staff_make_one_record_of_two_and_the_old_address_leads_on(visit, venues, staff, unit):
    again = actions.create(by=staff, kind=venues[0].kind, title="近海馆", region=unit.region)
    at = visit(staff)
    give_second_factor(at, staff)
    at.open("/desk/resources/duplicates/")
    follow(at, "对照合并")
    press(at, "合并", exact=True)
    says(at, "原公开地址会转到这一条")

    guest = visit()
    guest.open(f"/menu/{again.code}/")
    assert guest.page.url.endswith(venues[1].get_absolute_url())
