"""Experts of the talent pool among those who are drawn for panels."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from outreach.models import PanelMember, Review
from portal.audit import AuditEntry
from portal.errors import Refused
from portal.roles import Role
from talent import actions
from talent.models import Person
from tests.factories import OrganizationFactory, UserFactory
from tests.outreach.factories import ApplicationFactory
from tests.talent.factories import PersonFactory

TODAY = timezone.localdate()


@pytest.fixture
def expert(city, unit):
    account = UserFactory(name="林专家", holding=(Role.EXPERT, city))
    return PersonFactory(
        name="林专家", category=Person.Category.EXPERT, account=account, organization=unit, region=unit.region
    )


@pytest.fixture
def member(expert, staff):
    return actions.keep_on_panels(expert, categories=["venue"], by=staff)


def page_of(person) -> str:
    return reverse("talent_desk:person", args=[person.code])


def panel_of(person) -> str:
    return reverse("talent_desk:panel", args=[person.code])


@pytest.mark.parametrize("category", ["expert", "chief_scientist", "committee"])
def test_experts_chief_scientists_and_committee_members_are_put_on_panels(expert, staff, unit, category):
    Person.objects.filter(pk=expert.pk).update(category=category)
    expert.refresh_from_db()

    member = actions.keep_on_panels(expert, categories=["venue", "public"], by=staff)

    assert (member.user, member.organization, member.is_active) == (expert.account, unit, True)
    assert member.categories == ["venue", "public"]


def test_a_volunteer_is_not_put_on_panels(expert, staff):
    Person.objects.filter(pk=expert.pk).update(category="volunteer")
    expert.refresh_from_db()

    with pytest.raises(Refused, match="只有科普专家"):
        actions.keep_on_panels(expert, categories=["venue"], by=staff)


def test_an_expert_without_an_account_is_not_put_on_panels(unit, staff):
    person = PersonFactory(category=Person.Category.EXPERT, organization=unit, region=unit.region)

    with pytest.raises(Refused, match="还没有关联本人账号"):
        actions.keep_on_panels(person, categories=["venue"], by=staff)


def test_who_left_the_pool_is_not_put_on_panels(expert, staff):
    Person.objects.filter(pk=expert.pk).update(left_on=TODAY)
    expert.refresh_from_db()

    with pytest.raises(Refused, match="不在人才库"):
        actions.keep_on_panels(expert, categories=["venue"], by=staff)


def test_categories_are_changed_and_a_member_taken_off(expert, member, staff):
    actions.keep_on_panels(expert, categories=["research"], by=staff)
    actions.take_off_panels(expert, by=staff)

    member.refresh_from_db()
    assert (member.categories, member.is_active) == (["research"], False)
    with pytest.raises(Refused, match="不在评委库"):
        actions.take_off_panels(expert, by=staff)


def test_only_who_runs_accreditation_puts_somebody_on_panels(expert, officer):
    with pytest.raises(PermissionDenied):
        actions.keep_on_panels(expert, categories=["venue"], by=officer)


def test_a_members_body_follows_the_pool(expert, member, staff):
    expert.organization = OrganizationFactory(region=expert.region)

    actions.save_person(expert, by=staff)

    member.refresh_from_db()
    assert member.organization == expert.organization
    assert AuditEntry.objects.filter(subject_type="outreach.PanelMember", note="随人才库登记变更").exists()


def test_who_leaves_the_pool_is_taken_off_the_panels(expert, member, staff):
    expert.left_on, expert.leaving_reason = TODAY, "调离"

    actions.save_person(expert, by=staff)

    member.refresh_from_db()
    assert not member.is_active


def test_who_leaves_later_is_taken_off_when_the_day_has_come(expert, member, staff):
    expert.left_on = TODAY + timedelta(days=3)
    actions.save_person(expert, by=staff)
    now = timezone.now()

    assert actions.panels_follow(at=now) == 0
    assert actions.panels_follow(at=now + timedelta(days=3)) == 1

    member.refresh_from_db()
    assert not member.is_active
    assert actions.panels_follow(at=now + timedelta(days=4)) == 0


def test_who_stays_under_another_category_stays_on_the_panels(expert, member, staff):
    other = PersonFactory(
        name=expert.name,
        category=Person.Category.COMMITTEE,
        account=expert.account,
        organization=OrganizationFactory(region=expert.region),
        region=expert.region,
    )
    expert.left_on = TODAY

    actions.save_person(expert, by=staff)

    member.refresh_from_db()
    assert (member.is_active, member.organization) == (True, other.organization)


def test_an_account_that_is_taken_from_an_expert_is_taken_off_the_panels(expert, member, staff):
    expert.account = None

    actions.save_person(expert, by=staff)

    member.refresh_from_db()
    assert not member.is_active


def test_a_volunteers_entry_moves_nobody_on_the_panels(expert, member, staff):
    volunteer = PersonFactory(account=expert.account, region=expert.region)
    volunteer.left_on = TODAY

    actions.save_person(volunteer, by=staff)

    member.refresh_from_db()
    assert member.is_active


def test_the_page_puts_on_changes_and_takes_off(client, expert, staff):
    client.force_login(staff)
    assert "不在评委库" in client.get(page_of(expert)).content.decode()

    page = client.post(panel_of(expert), {"categories": ["venue", "public"]}, follow=True)
    assert "评委库已保存" in page.content.decode()
    assert "在评委库" in page.content.decode()
    page = client.post(panel_of(expert), {}, follow=True)
    assert "请至少选一个评审类别" in page.content.decode()

    member = PanelMember.objects.get()
    Review.objects.create(application=ApplicationFactory(recommended=True), member=member, letter="A")
    page = client.post(panel_of(expert), {"out": "1"}, follow=True)

    assert "已移出评委库。还有 1 份评分表未提交" in page.content.decode()


def test_the_page_says_of_an_expert_without_an_account_what_is_missing(client, unit, staff):
    client.force_login(staff)
    person = PersonFactory(category=Person.Category.EXPERT, organization=unit, region=unit.region)

    page = client.get(page_of(person)).content.decode()

    assert "还没有关联本人账号，不能入评委库" in page
    assert "加入评委库" not in page


def test_an_officer_sees_nothing_of_the_panels_and_changes_nothing(client, expert, officer):
    Person.objects.filter(pk=expert.pk).update(region=officer.grants.get().region)
    client.force_login(officer)

    assert "评委库" not in client.get(page_of(expert)).content.decode()
    assert client.post(panel_of(expert), {"categories": ["venue"]}).status_code == 403
    assert not PanelMember.objects.exists()


def test_the_page_of_a_volunteer_says_nothing_of_panels(client, staff, unit):
    client.force_login(staff)

    assert "评委库" not in client.get(page_of(PersonFactory(region=unit.region))).content.decode()
