"""A task of the plan in the browser: from the city to a district to a subdistrict, and back up with proof."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from outreach.actions import load_reference
from outreach.models import Task
from portal.regions import Region, load
from portal.roles import Role
from tests.browser.steps import follow, is_sound, press, says
from tests.factories import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLE = "办好科普月主场活动"


def test_a_task_goes_down_to_the_street_and_comes_up_with_its_proof(visit):
    load()
    load_reference()
    nanshan = Region.objects.get(code="440305000000")
    street = Region.objects.filter(parent=nanshan).order_by("code").first()
    staff = visit(UserFactory(name="林晓", holding=(Role.STAFF, Region.objects.city()), mfa=True))
    officer = visit(UserFactory(name="陈南", holding=(Role.DISTRICT, nanshan), mfa=True))
    clerk = visit(UserFactory(name="周街", holding=(Role.SUBDISTRICT, street), mfa=True), width=390)
    stranger = visit(
        UserFactory(name="李田", holding=(Role.DISTRICT, Region.objects.get(code="440304000000")), mfa=True)
    )

    _hand_down(staff, nanshan)
    task = Task.objects.get()
    assert stranger.open(task.get_absolute_url()).status == 404
    _divide(officer, street)
    part = Task.objects.get(parent=task)
    _report(clerk, "已办两场，到场 800 人。")
    _send_back(officer, part)
    _report(clerk, "已办两场，到场 800 人；照片见证明。")
    _accept(officer, part)
    _report(officer, "街道的部分都已办结。")
    _accept(staff, task)

    staff.open(f"{reverse('plan_desk:tasks')}?state=done")
    says(staff, TITLE, "已完成")
    follow(staff, TITLE)
    says(staff, "街道的部分都已办结。", street.name)
    is_sound(staff)


def _hand_down(staff, district) -> None:
    staff.open(reverse("plan_desk:tasks"))
    follow(staff, "下达任务")
    staff.page.locator("[name=title]").fill(TITLE)
    staff.page.locator("[name=due_on]").fill(f"{timezone.localdate() + timedelta(days=30):%Y-%m-%d}")
    press(staff, "下达")  # nothing chosen yet
    says(staff, "请至少选择一个下级区域")
    staff.page.get_by_label(district.name).check()
    press(staff, "下达")
    says(staff, TITLE)


def _divide(officer, street) -> None:
    officer.open("/desk/")
    follow(officer, TITLE)
    follow(officer, "分解任务")
    officer.page.get_by_label(street.name).check()
    press(officer, "下达")
    says(officer, street.name)


def _report(at, words: str) -> None:
    at.open("/desk/")
    follow(at, TITLE)
    at.page.locator("[name=reply]").fill(words)
    at.page.locator("[name=proof]").set_input_files(
        {"name": "证明.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 done"}
    )
    press(at, "上报")
    says(at, words)


def _send_back(officer, part) -> None:
    officer.open(part.get_absolute_url())
    officer.page.locator("[name=note]").first.fill("请补照片。")
    press(officer, "退回重办")
    says(officer, "请补照片。")


def _accept(at, task) -> None:
    at.open(task.get_absolute_url())
    press(at, "审核通过")
    says(at, "已完成")
