"""A work on its whole way in the browser: called for, judged blindly, supported, accepted, in the menu."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from portal.regions import Region, load
from portal.roles import Role
from resources.models import Resource, WorkApplication, WorkCall, WorkContract
from tests.browser.steps import follow, go_by, is_sound, press, says
from tests.factories import OrganizationFactory, UserFactory
from tests.resources.works import film

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def day(days: int) -> str:
    return f"{timezone.localdate() + timedelta(days=days):%Y-%m-%d}"


def fill(at, **typed) -> None:
    for name, value in typed.items():
        at.page.locator(f"[name='{name.replace('__', '-')}']").first.fill(value)


def tick(at, name: str, value: str) -> None:
    at.page.locator(f"input[name='{name}'][value='{value}']").check()


def test_a_work_goes_from_the_call_to_the_menu(visit):
    load()
    film()
    nanshan = Region.objects.get(code="440305000000")
    unit = OrganizationFactory(region=nanshan, name="蓝鲸影业")
    city = Region.objects.city()
    staff = visit(UserFactory(name="林晓", holding=(Role.STAFF, city), mfa=True))
    clerk = visit(UserFactory(name="曾馆", holding=(Role.UNIT, unit)), width=390)
    experts = [
        visit(UserFactory(holding=(Role.EXPERT, city), mfa=True), width=width) for width in (390, 1280)
    ]

    _publish(staff)
    call = WorkCall.objects.get()
    _apply(clerk, call)
    work = WorkApplication.objects.get()
    _assign(staff, work)
    for expert in experts:
        _judge(expert, work)
    _support_and_sign(staff, work)
    _deliver(clerk, staff)
    _into_the_menu(clerk, staff)

    guest = visit(width=390, script=False)
    guest.open(Resource.objects.get().get_absolute_url())
    says(guest, "深海来信", call.title)
    guest.open("/works/supported/")
    says(guest, "深海来信", "已入资源")
    is_sound(guest)


def _publish(staff) -> None:
    staff.open("/desk/works/calls/new/")
    is_sound(staff)
    fill(
        staff,
        title="科普影视征集",
        summary="支持原创短片",
        rules="作品应当原创。",
        opens_at=f"{day(-1)}T09:00",
        closes_at=f"{day(20)}T18:00",
        budget_yuan="100000",
        most_yuan="50000",
    )
    tick(staff, "kinds", "film")
    tick(staff, "audiences", "general")
    press(staff, "保存")
    press(staff, "发布征集")
    says(staff, "申报中")


def _apply(clerk, call) -> None:
    clerk.open(call.get_absolute_url())
    follow(clerk, "填写申报")
    fill(
        clerk,
        title="深海来信",
        abstract="由蓝鲸影业讲述深海生物。",
        plan="十二集短片。",
        schedule="半年完成。",
        contact="曾馆",
        requested_yuan="30000",
        lines__0__item="拍摄",
        lines__0__amount_yuan="20000",
    )
    clerk.page.locator("select[name=kind]").select_option(label="影视音频")
    press(clerk, "保存草稿")
    press(clerk, "提交申报")
    assert "少 10,000 元" in clerk.page.locator("body").inner_text()
    follow(clerk, "修改", exact=True)
    fill(clerk, lines__1__item="剪辑", lines__1__amount_yuan="10000")
    press(clerk, "保存草稿")
    press(clerk, "提交申报")
    says(clerk, "已申报")


def _assign(staff, work) -> None:
    staff.open(work.get_desk_url())
    for place in (1, 2):
        staff.page.locator(f"select[name=seat_{place}]").select_option(index=place)
    press(staff, "分派", exact=True)
    says(staff, "评审中")


def _judge(expert, work) -> None:
    expert.open("/desk/")
    follow(expert, f"作品 {work.code}")
    text = expert.page.locator("main").inner_text()
    assert "蓝鲸影业" not in text
    assert "〔隐去〕" in text
    for row in work.call.criteria.all():
        tick(expert, f"c_{row.pk}", str(row.rungs.get(points=90).pk))
    press(expert, "保存草稿")
    fill(expert, opinion="选题新颖。")
    press(expert, "提交评审")
    says(expert, "您的评审", "90.00")


def _support_and_sign(staff, work) -> None:
    staff.open(work.get_desk_url())
    says(staff, "得分 90.00")
    staff.page.locator("form[action$='/support/'] textarea").fill("同意支持。")
    press(staff, "予以支持")
    follow(staff, "登记合同")
    fill(
        staff,
        number="科普-1",
        signed_on=day(0),
        starts_on=day(0),
        ends_on=day(90),
        parts__0__title="成片",
        parts__0__due_on=day(60),
        parts__0__amount_yuan="30000",
    )
    press(staff, "登记合同")
    says(staff, "履行中", "成片")


def _deliver(clerk, staff) -> None:
    address = WorkContract.objects.get().get_desk_url()
    clerk.open(address)
    clerk.page.locator("summary", has_text="提交节点").click()
    fill(clerk, proof="十二集已完成。")
    press(clerk, "提交节点")
    staff.open(address)
    press(staff, "通过节点")
    press(staff, "登记拨付")
    press(staff, "通过验收")
    says(staff, "已验收", "已拨付")
    assert WorkCall.objects.get().bound_yuan == Decimal("30000.00")


def _into_the_menu(clerk, staff) -> None:
    clerk.open(WorkContract.objects.get().get_desk_url())
    press(clerk, "转为科普资源")
    press(clerk, "提交审核")
    staff.open(Resource.objects.get().get_desk_url())
    go_by(staff, staff.page.get_by_role("button", name="发布", exact=True).first)
