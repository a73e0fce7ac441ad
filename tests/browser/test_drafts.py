"""A draft of an application in the browser: each field kept as it is left, by two people at once."""

import uuid

import pytest
from playwright.sync_api import expect

from outreach.actions.applications import begin_application
from outreach.models import Application
from portal.roles import Role
from tests.browser.steps import PATIENCE, is_sound
from tests.factories import OrganizationFactory, RegionFactory, UserFactory
from tests.outreach.factories import RoundFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(city):
    unit = OrganizationFactory(region=RegionFactory(parent=city), name="南山海蓝馆有限公司")
    return [UserFactory(name=name, holding=(Role.UNIT, unit)) for name in ("赵馆员", "钱馆员")]


@pytest.fixture
def draft(city, people):
    unit = people[0].grants.get().organization
    round = RoundFactory(region=city)
    return begin_application(round, unit, category="venue", key=uuid.uuid4(), by=people[0])


def leave(at, name, value) -> None:
    at.page.locator(f"#id_{name}").fill(value)
    at.page.locator(f"#id_{name}").press("Tab")


def state(at, name):
    return at.page.locator(f"#c-{name} [data-cell-state]")


def test_a_field_is_kept_as_it_is_left_and_says_so(visit, draft, people):
    at = visit(people[0], width=390)
    at.open(f"/desk/titles/cases/{draft.pk}/edit/")

    leave(at, "books", "12")
    expect(state(at, "books")).to_contain_text("已保存", timeout=PATIENCE)
    leave(at, "weekend_days", "400")

    expect(state(at, "weekend_days")).to_contain_text("未保存：", timeout=PATIENCE)
    assert Application.objects.get().books == 12
    is_sound(at)


def test_two_people_see_both_values_of_a_field_and_choose(visit, draft, people):
    one, other = visit(people[0]), visit(people[1])
    for at in (one, other):
        at.open(f"/desk/titles/cases/{draft.pk}/edit/")
    leave(one, "books", "12")
    expect(state(one, "books")).to_contain_text("已保存", timeout=PATIENCE)

    leave(other, "books", "15")

    box = other.page.locator("#c-books .entry__conflict")
    expect(box).to_contain_text("赵馆员", timeout=PATIENCE)
    expect(box).to_contain_text("改为“12”，您填的是“15”")
    box.get_by_role("button", name="用我填的").click()
    expect(state(other, "books")).to_contain_text("已保存", timeout=PATIENCE)
    assert Application.objects.get().books == 15
    is_sound(other)


def test_what_is_about_a_person_waits_on_the_page_and_not_on_the_device(visit, draft, people):
    at = visit(people[0])
    at.open(f"/desk/titles/cases/{draft.pk}/edit/")
    at.page.context.set_offline(True)

    leave(at, "phone", "0755-26000001")
    leave(at, "books", "12")

    expect(at.page.locator("[data-save-state]")).to_contain_text("1 项个人信息只在本页", timeout=PATIENCE)
    held = at.page.evaluate("JSON.stringify(Object.assign({}, window.localStorage))")
    assert "12" in held
    assert "26000001" not in held
    at.page.context.set_offline(False)
    expect(state(at, "phone")).to_contain_text("已保存", timeout=PATIENCE)
    assert Application.objects.get().phone == "0755-26000001"
