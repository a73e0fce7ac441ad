"""Whole values are opened one by one; who opens very many is reported, once a day."""

from datetime import UTC, datetime

import pytest
import time_machine

from portal import reveals
from portal.audit import AuditEntry
from portal.notices import Notice
from portal.roles import Role
from tests.factories import UserFactory

MORNING = datetime(2031, 3, 9, 1, tzinfo=UTC)


@pytest.fixture
def auditor(city):
    return UserFactory(username="auditor", holding=(Role.AUDITOR, city), mfa=True)


@pytest.fixture
def security(city):
    return UserFactory(username="security", holding=(Role.SECURITY, city), mfa=True)


def opened(subject, by, times: int, at=MORNING) -> None:
    with time_machine.travel(at, tick=False):
        for _ in range(times):
            reveals.note(subject, reason="家长核对", by=by)


def test_fifty_a_day_alarm_nobody(auditor, security, school, school_clerk):
    opened(school, school_clerk, 50)

    assert not Notice.objects.exists()
    assert not AuditEntry.objects.filter(action="reveal_alarm").exists()


def test_the_fifty_first_is_told_to_auditors_and_security_at_once(auditor, security, school, school_clerk):
    opened(school, school_clerk, 51)

    told = Notice.objects.filter(kind=Notice.Kind.URGENT, text__contains="超过 50 次")
    assert {notice.recipient for notice in told} == {auditor, security}
    entry = AuditEntry.objects.get(action="reveal_alarm")
    assert (entry.actor_id, entry.subject_id) == (school_clerk.pk, str(school_clerk.pk))


def test_more_on_the_same_day_are_written_down_and_alarm_no_more(auditor, school, school_clerk):
    opened(school, school_clerk, 60)

    assert AuditEntry.objects.filter(action="reveal").count() == 60
    assert Notice.objects.count() == 1


def test_two_people_are_counted_apart(auditor, school, school_clerk, school_verifier):
    opened(school, school_clerk, 50)
    opened(school, school_verifier, 50)

    assert not Notice.objects.exists()


def test_a_new_day_in_shenzhen_counts_from_nothing_and_alarms_again(auditor, school, school_clerk):
    before_midnight, after = (
        datetime(2031, 3, 9, 15, 59, 59, tzinfo=UTC),
        datetime(2031, 3, 9, 16, tzinfo=UTC),
    )
    opened(school, school_clerk, 50, at=before_midnight)
    opened(school, school_clerk, 50, at=after)
    assert not Notice.objects.exists()

    opened(school, school_clerk, 1, at=after)

    assert Notice.objects.count() == 1


def test_whoever_audits_is_not_told_of_himself(auditor, security, school):
    opened(school, auditor, 51)

    assert [notice.recipient for notice in Notice.objects.all()] == [security]
