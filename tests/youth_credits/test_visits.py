"""An event knows a digest of a pass, the school whose it is: check-ins become credits, once."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from events import actions as events
from events.models import CheckIn
from portal.errors import Refused
from portal.roles import Role
from portal.scope import scope
from tests.events.factories import EventFactory, SessionFactory
from tests.factories import UserFactory
from tests.youth_credits.factories import enrol
from youth_credits import actions, queries
from youth_credits.models import Credit, VisitRecord


@pytest.fixture
def host(unit):
    return UserFactory(username="host", holding=(Role.UNIT, unit))


@pytest.fixture
def session(unit, host):
    begun = timezone.now() - timedelta(hours=3)
    event = EventFactory(
        organization=unit, region=unit.region, created_by=host, published=True, title="海洋开放日"
    )
    return SessionFactory(event=event, starts_at=begun, ends_at=begun + timedelta(hours=2))


@pytest.fixture
def numbers(students, school_clerk):
    return list(actions.issue_passes(students, by=school_clerk).values())


def _check_in(session, numbers, by):
    return events.check_in(session, numbers, at=timezone.now(), by=by)


def test_a_pass_shown_twice_is_there_once_and_only_as_a_digest(session, host, numbers):
    assert _check_in(session, numbers[:2], host) == 2
    assert _check_in(session, numbers[:2] + numbers[:1], host) == 0

    assert CheckIn.objects.count() == 2
    assert all(bytes(one.pass_hash) != numbers[0].encode() for one in CheckIn.objects.all())


def test_nobody_checks_in_before_the_session_or_at_anothers(session, host, numbers, school_clerk):
    with pytest.raises(PermissionDenied):
        _check_in(session, numbers, school_clerk)
    with pytest.raises(Refused, match="尚未开始"):
        events.check_in(session, numbers, at=session.starts_at - timedelta(minutes=1), by=host)


def test_the_school_records_who_was_there_once(session, host, numbers, in_school, school_clerk):
    _check_in(session, [*numbers[:2], "ZZZZZZZZZZ"], host)
    [visit] = queries.visits_to_record(in_school)
    assert (len(visit.people), visit.minutes) == (2, 120)

    batch = actions.record_visit(in_school, session.pk, kind="A6", by=school_clerk)

    assert batch.rows_new == 2
    assert Credit.objects.filter(batch=batch).first().activity.name == "海洋开放日"
    assert queries.visits_to_record(in_school) == []
    with pytest.raises(Refused, match="已处理"):
        actions.record_visit(in_school, session.pk, kind="A6", by=school_clerk)


def test_who_checks_in_later_is_pulled_later(session, host, numbers, in_school, school_clerk):
    _check_in(session, numbers[:1], host)
    actions.record_visit(in_school, session.pk, kind="A6", by=school_clerk)

    _check_in(session, numbers, host)

    [visit] = queries.visits_to_record(in_school)
    assert len(visit.people) == 2


def test_what_is_left_out_is_listed_no_more(session, host, numbers, in_school, school_clerk):
    _check_in(session, numbers, host)

    assert actions.leave_out_visit(in_school, session.pk, by=school_clerk) == 3

    assert queries.visits_to_record(in_school) == []
    assert not Credit.objects.exists()
    assert set(VisitRecord.objects.values_list("is_counted", flat=True)) == {False}


def test_another_school_pulls_nothing(session, host, numbers, other_school):
    _check_in(session, numbers, host)

    with scope(f"school:{other_school.pk}"):
        assert queries.visits_to_record(other_school) == []


def test_the_pages_of_host_and_school(signed_in, session, host, school, school_clerk, rules):
    with scope(f"school:{school.pk}"):
        students = enrol(school, school_clerk)
        numbers = actions.issue_passes(students, by=school_clerk)
    url = reverse("events_desk:check_in", args=[session.pk])

    signed_in(host).post(url, {"numbers": "\n".join(numbers.values()).lower()})
    browser = signed_in(school_clerk)
    page = browser.get(reverse("youth_credits:visit_list")).content.decode()
    answer = browser.post(reverse("youth_credits:visit_record", args=[session.pk]), {"kind": "A6"})

    assert "海洋开放日" in page
    assert answer.status_code == 302
    assert uuid.UUID(answer.url.rstrip("/").rpartition("/")[2])
