"""The sample city: the same arguments give the same rows, all invented ones marked, never without DEMO."""

import hashlib
import os
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from unittest import mock

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Q
from django.test import override_settings

from events.models import Event, Session
from indicators.models import Figure, Return, ReturnCell
from outreach.models import Title
from portal.accounts import User
from portal.calendar import SHANGHAI
from portal.organizations import Organization
from portal.sample import SCHOOL_NAME, SECOND_SCHOOL_NAME
from portal.scope import scope
from resources.models import Booking, Need, Resource
from resources.sample.codes import SAMPLE
from talent.models import Person, ServiceHours
from youth_credits.models import Activity, Credit, Student
from youth_credits.queries import team_certificates, transfers_in, transfers_to_answer

SMALL = {"students": 330, "resources": 60, "years": 2}
MARK = "示例"

# What the sample writes, by the columns that say what a row is about; keys and seals are its own.
TABLES = {
    "accounts": (User, ["username", "name"]),
    "organizations": (Organization, ["name", "kind", "region__code", "source"]),
    "titles": (Title, ["number", "kind__code", "organization__name", "region__code", "valid_from"]),
    "people": (Person, ["name", "category", "rank", "region__code", "entered_on"]),
    "hours": (ServiceHours, ["person__name", "activity", "served_on", "minutes"]),
    "resources": (Resource, ["code", "title", "kind__code", "status", "region__code", "latitude"]),
    "needs": (Need, ["title", "region__code", "status", "starts_on", "head_count"]),
    "bookings": (Booking, ["resource__code", "need__title", "status", "starts_at"]),
    "events": (Event, ["title", "kind", "status", "region__code", "resource__code"]),
    "sessions": (Session, ["event__title", "starts_at", "capacity", "seats_taken", "attendance"]),
    "students": (Student, ["number_masked", "name_masked", "school__name", "grade", "class_number"]),
    "activities": (Activity, ["name", "held_on", "provider", "school__name"]),
    "credits": (Credit, ["student__number_masked", "rule__code", "minutes", "credits", "reason"]),
    "returns": (Return, ["period__year", "region__code", "status"]),
    "cells": (ReturnCell, ["filing__period__year", "filing__region__code", "item__key", "value", "note"]),
    "figures": (Figure, ["source__name", "region__code", "year", "value", "basis"]),
}


@pytest.fixture(scope="module")
def cities(django_db_setup, django_db_blocker):
    """The sample city loaded twice, which takes a minute; the second one stays for the tests of this file.

    Portraits of the database before, of the first city and of the second.
    """
    with ExitStack() as held:
        held.enter_context(django_db_blocker.unblock())
        held.enter_context(transaction.atomic())
        held.enter_context(override_settings(DEMO=True))
        held.enter_context(mock.patch.dict(os.environ, DEMO_PASSWORD="a-long-password-2026"))
        held.enter_context(time_machine.travel(datetime(2026, 11, 20, 10, tzinfo=SHANGHAI)))
        call_command("reference_data", verbosity=0)
        before = portrait()
        with transaction.atomic():
            load_city()
            first = portrait()
            transaction.set_rollback(True)
        known = {model: set(model.objects.values_list("pk", flat=True)) for model in (Organization, Event)}
        load_city()
        yield Cities(before, first, portrait(), known)
        transaction.set_rollback(True)


@dataclass(frozen=True)
class Cities:
    before: dict
    first: dict
    second: dict
    known: dict  # keys of the real organisations and events, by model


def load_city() -> None:
    call_command("sample_city", **SMALL, stdout=StringIO())


def portrait() -> dict[str, tuple[int, str]]:
    """Of every table how many rows there are, and a digest of them."""
    with scope("steward"):
        return {
            table: (model.objects.count(), digest(model.objects.values_list(*columns)))
            for table, (model, columns) in TABLES.items()
        }


def digest(rows) -> str:
    return hashlib.sha256("\n".join(sorted(map(repr, rows))).encode()).hexdigest()


def test_the_same_arguments_give_the_same_rows(cities):
    before, first, second = cities.before, cities.first, cities.second

    assert first == second
    assert {table for table in TABLES if first[table][0] <= before[table][0]} == set()
    assert first["students"][0] >= SMALL["students"]


def test_a_second_time_changes_nothing_and_says_so(cities, db):
    said = StringIO()

    call_command("sample_city", **SMALL, stdout=said)

    assert "已经载入" in said.getvalue()
    assert portrait() == cities.second


def test_a_school_of_the_sample_has_a_team_with_one_certificate(cities, db):
    school = Organization.objects.get(name=SCHOOL_NAME)

    with scope(f"school:{school.pk}"):
        [team] = team_certificates(school)

    assert (team.certificate, team.members) == ("示例-团队-002", 3)


def test_a_child_waits_to_go_from_one_sample_school_to_the_other(cities, db):
    one, other = (Organization.objects.get(name=name) for name in (SCHOOL_NAME, SECOND_SCHOOL_NAME))

    with scope(f"school:{other.pk}"):
        [asked] = transfers_in(other)
    with scope(f"school:{one.pk}"):
        waiting = transfers_to_answer(one)

    assert (asked.get_status_display(), waiting) == ("待原学校办理", 1)
    assert one.region.code != other.region.code
    assert other.grants.filter(user__username__in=["school2", "school2_verifier"]).count() == 2


def test_whatever_is_invented_says_so(cities, db):
    known = cities.known
    marked = {
        User.objects.exclude(is_active=False): Q(name__contains=MARK),
        Organization.objects.exclude(pk__in=known[Organization]): Q(name__contains=MARK),
        Event.objects.exclude(pk__in=known[Event]): Q(title__contains=MARK),
        Resource.objects.filter(code__startswith=SAMPLE): Q(title__contains=MARK),
        Need.objects.all(): Q(title__contains=MARK),
        Title.objects.all(): Q(number__contains=MARK),
        Person.objects.all(): Q(name__contains=MARK),
        ServiceHours.objects.all(): Q(activity__contains=MARK),
        Return.objects.all(): Q(is_sample=True),
    }
    for rows, mark in marked.items():
        assert rows.exists(), rows.model
        assert list(rows.exclude(mark)[:3]) == []
    with scope("steward"):
        assert not Activity.objects.exclude(name__contains=MARK).exists()
        assert not Student.objects.exclude(school__name__contains=MARK).exists()


def test_it_is_refused_outside_a_demonstration(db, settings):
    settings.DEMO = False
    before = User.objects.count()

    with pytest.raises(CommandError, match="DEMO=1"):
        load_city()

    assert User.objects.count() == before


def test_it_is_refused_without_a_password_of_twelve_signs(db, settings, monkeypatch):
    settings.DEMO = True
    monkeypatch.setenv("DEMO_PASSWORD", "short")

    with pytest.raises(CommandError, match="DEMO_PASSWORD"):
        load_city()
