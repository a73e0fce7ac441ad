"""The life of a resource: checked by the district, confirmed in time, taken off when nobody answers."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from portal.audit import AuditEntry
from portal.encryption import sign
from portal.errors import ChangedMeanwhile, Refused
from portal.notices import Notice
from portal.roles import Role
from resources import actions, queries
from resources.models import REVIEW, Resource
from resources.tasks import upkeep
from tests.factories import RegionFactory, UserFactory
from tests.resources.factories import KindFactory, ResourceFactory


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 3, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def owned(unit, unit_clerk):
    return ResourceFactory(
        organization=unit,
        region=unit.region,
        created_by=unit_clerk,
        kind=KindFactory(freshness_months=6, grace_days=30),
    )


@pytest.fixture
def shown(owned, unit_clerk, staff):
    """Published on 31 August 2026, to be confirmed by 28 February 2027, to go after 30 March."""
    actions.submit(owned, by=unit_clerk)
    actions.publish(owned, by=staff, on=date(2026, 8, 31))
    Notice.objects.all().delete()
    owned.refresh_from_db()
    return owned


def link_of(person) -> str:
    return Notice.objects.filter(recipient=person).latest("pk").link


# --- The district ---------------------------------------------------------------------------------


def test_the_district_checks_and_the_city_publishes(owned, unit_clerk, officer, staff):
    actions.submit(owned, by=unit_clerk)
    assert Notice.objects.filter(recipient=officer, kind="task").exists()

    actions.check(owned, by=officer, seen=owned.revision)

    owned.refresh_from_db()
    assert (owned.status, owned.checked_at is not None) == ("checked", True)
    assert Notice.objects.filter(recipient=staff, text__contains="区级已核对").exists()
    actions.publish(owned, by=staff)
    assert owned.status == "published"


def test_only_the_district_of_the_place_checks(client, owned, unit_clerk, staff):
    other = UserFactory(holding=(Role.DISTRICT, RegionFactory()))
    actions.submit(owned, by=unit_clerk)

    for person in (other, unit_clerk, staff):
        with pytest.raises(PermissionDenied):
            actions.check(owned, by=person)


def test_what_was_changed_since_is_not_checked_unseen(owned, unit_clerk, officer):
    actions.submit(owned, by=unit_clerk)
    seen = owned.revision
    actions.edit(owned, by=unit_clerk, title="另一个名字")

    with pytest.raises(ChangedMeanwhile):
        actions.check(owned, by=officer, seen=seen)


def test_a_change_after_the_check_is_checked_anew(owned, unit_clerk, officer):
    actions.submit(owned, by=unit_clerk)
    actions.check(owned, by=officer)

    actions.edit(owned, by=unit_clerk, title="另一个名字")

    owned.refresh_from_db()
    assert (owned.status, owned.checked_at) == ("submitted", None)


def test_the_district_returns_with_a_reason(client, owned, unit_clerk, officer):
    actions.submit(owned, by=unit_clerk)
    client.force_login(officer)
    address = reverse("resources_desk:step", args=[owned.pk, "give_back"])

    assert client.post(address, {"note": "", "revision": owned.revision}, secure=True).status_code == 422
    client.post(address, {"note": "请写明地址", "revision": owned.revision}, secure=True)

    owned.refresh_from_db()
    assert owned.status == "returned"
    assert Notice.objects.filter(recipient=unit_clerk, text__contains="请写明地址").exists()


def test_the_page_says_whether_the_district_has_checked(client, owned, unit_clerk, officer, staff):
    actions.submit(owned, by=unit_clerk)
    client.force_login(staff)
    assert "区科协尚未核对" in client.get(owned.get_desk_url(), secure=True).content.decode()

    actions.check(owned, by=officer)

    page = client.get(owned.get_desk_url(), secure=True).content.decode()
    assert "区科协已于" in page
    assert "核对通过" in page


def test_what_is_checked_has_its_time(owned):
    with pytest.raises(IntegrityError, match="resource_checked_has_its_time"):
        Resource.objects.filter(pk=owned.pk).update(status="checked")


# --- Confirming -----------------------------------------------------------------------------------


def test_publishing_says_when_it_must_be_confirmed_and_a_month_without_that_day_ends_earlier(shown):
    assert (shown.confirmed_on, shown.confirm_by) == (date(2026, 8, 31), date(2027, 2, 28))


def test_the_owner_is_asked_ahead_and_once_more_on_the_day(shown, unit_clerk):
    asked = [
        (day, actions.ask_confirmations(moment(day)))
        for day in (
            date(2027, 2, 13),
            date(2027, 2, 14),
            date(2027, 2, 15),
            date(2027, 2, 28),
            date(2027, 3, 1),
            date(2027, 3, 15),
        )
    ]

    assert [day for day, count in asked if count] == [date(2027, 2, 14), date(2027, 2, 28)]
    assert Notice.objects.filter(recipient=unit_clerk, kind="task").count() == 2


def test_the_link_answers_without_an_account(client, shown, unit_clerk):
    actions.ask_confirmations(moment(date(2027, 2, 14)))
    address = link_of(unit_clerk)
    page = client.get(address, secure=True)
    assert page.status_code == 200
    assert "仍正确" in page.content.decode()

    client.post(address, {"answer": "correct"}, secure=True)

    shown.refresh_from_db()
    assert shown.confirmed_on == timezone.localdate()
    assert shown.confirm_by > timezone.localdate()
    entry = AuditEntry.objects.get(action="confirm")
    assert (entry.actor_id, entry.note) == (unit_clerk.pk, "通过核实链接")
    assert "不用再答复" in client.get(address, secure=True).content.decode()
    assert any("核实信息" in change.what for change in queries.history(shown))


def test_the_link_of_something_closed_takes_it_off(client, shown, unit_clerk):
    actions.ask_confirmations(moment(date(2027, 2, 14)))

    client.post(link_of(unit_clerk), {"answer": "closed"}, secure=True)

    shown.refresh_from_db()
    assert shown.status == "archived"
    assert client.get(shown.get_absolute_url(), secure=True).status_code == 404
    assert "不用再答复" in client.get(link_of(unit_clerk), secure=True).content.decode()


@pytest.mark.parametrize("answer", ["", "open", "correct\x00"])
def test_any_other_answer_changes_nothing(client, shown, unit_clerk, answer):
    actions.ask_confirmations(moment(date(2027, 2, 14)))

    assert client.post(link_of(unit_clerk), {"answer": answer}, secure=True).status_code == 200
    shown.refresh_from_db()
    assert shown.confirmed_on == date(2026, 8, 31)


@pytest.mark.parametrize("payload", ["1:1:2027-02-28", "x", ""])
def test_a_link_that_is_none_is_not_found(client, payload):
    for token in (payload or "x", sign(payload, purpose="sign_up")):
        assert client.get(reverse("resources:confirm", args=[token]), secure=True).status_code == 404


def test_whoever_has_left_the_unit_answers_no_more(client, shown, unit_clerk):
    actions.ask_confirmations(moment(date(2027, 2, 14)))
    unit_clerk.grants.all().delete()

    assert client.get(link_of(unit_clerk), secure=True).status_code == 404


def test_confirming_at_the_desk(client, shown, unit_clerk, officer):
    client.force_login(unit_clerk)
    assert client.post(reverse("resources_desk:confirm", args=[shown.pk]), secure=True).status_code == 302
    shown.refresh_from_db()
    assert shown.confirmed_on == timezone.localdate()

    stranger = UserFactory(holding=(Role.UNIT, RegionFactory()))
    with pytest.raises(PermissionDenied):
        actions.confirm(shown, by=stranger, at=timezone.now())
    with pytest.raises(Refused, match="已发布"):
        actions.confirm(
            ResourceFactory(created_by=unit_clerk, region=shown.region), by=officer, at=timezone.now()
        )


def test_where_nobody_keeps_it_the_district_is_asked(district, officer):
    gone = UserFactory(is_active=False)
    day = timezone.localdate()
    ResourceFactory(
        published=True,
        region=district,
        created_by=gone,
        confirmed_on=day - timedelta(days=200),
        confirm_by=day,
    )

    actions.ask_confirmations(timezone.now())

    assert Notice.objects.get().recipient == officer


# --- Taken off by the clock -----------------------------------------------------------------------


def test_what_nobody_is_there_to_be_asked_about_does_not_lapse(city):
    gone = UserFactory(is_active=False)
    long_ago = timezone.localdate() - timedelta(days=700)
    alone = ResourceFactory(published=True, created_by=gone, confirmed_on=long_ago)
    due = timezone.localdate() - timedelta(days=300)
    Resource.objects.filter(pk=alone.pk).update(confirm_by=due)

    assert actions.ask_confirmations(timezone.now()) == 0
    assert actions.take_off_unconfirmed(timezone.now()) == 0

    alone.refresh_from_db()
    assert alone.is_public


def test_what_nobody_answers_for_leaves_the_menu_after_its_grace(shown, unit_clerk):
    for day in (date(2027, 2, 14), date(2027, 2, 28)):
        actions.ask_confirmations(moment(day))
    assert actions.take_off_unconfirmed(moment(date(2027, 3, 30))) == 0

    assert actions.take_off_unconfirmed(moment(date(2027, 3, 31))) == 1

    shown.refresh_from_db()
    assert (shown.status, shown.archived_at) == ("archived", moment(date(2027, 3, 31)))
    assert not hasattr(Resource.objects.get(pk=shown.pk), "menu_entry")
    assert Notice.objects.filter(recipient=unit_clerk, text__contains="已从菜单下架").exists()
    entry = AuditEntry.objects.get(action="lapse")
    assert (entry.actor_name, "无人答复" in entry.note) == ("系统", True)
    change = queries.history(shown)[0]
    assert (change.by, change.what) == ("平台", "到期未核实，自动下架")


def test_what_was_never_asked_for_is_not_taken_off(shown):
    assert actions.take_off_unconfirmed(moment(date(2028, 1, 1))) == 0


def test_nobody_takes_the_step_of_the_clock(shown, staff):
    with pytest.raises(PermissionDenied):
        REVIEW.take(shown, "lapse", by=staff)
    assert "lapse" not in dict(REVIEW.open_to(staff, shown))


def test_overdue_is_said_on_page_card_and_desk(client, staff, district):
    day = timezone.localdate()
    late = ResourceFactory(
        published=True,
        region=district,
        title="旧馆",
        confirmed_on=day - timedelta(days=400),
        confirm_by=day - timedelta(days=1),
    )

    assert "信息待核实" in client.get(late.get_absolute_url(), secure=True).content.decode()
    assert "信息待核实" in client.get("/menu/", secure=True).content.decode()
    assert ("待核实资源", 1) in [(each.title, each.count) for each in queries.waiting_for(staff)]
    client.force_login(staff)
    assert "旧馆" in client.get("/desk/resources/?fresh=due", secure=True).content.decode()


def test_the_night_does_all_of_it(shown):
    class Promise:
        def progress(self, done):
            self.done = done

    promise = Promise()
    upkeep(promise)

    assert promise.done == 1  # the one entry of the menu; nothing is due


def test_the_due_day_comes_after_the_confirmed_one(shown):
    with pytest.raises(IntegrityError, match="resource_is_confirmed_before_it_is_due"):
        Resource.objects.filter(pk=shown.pk).update(confirm_by=date(2026, 8, 31))
