"""Reference rows, and a city with six years of returns and one vintage, loaded once per file."""

import random
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from indicators import actions, sample
from indicators.models import Return, StatForm, Vintage
from portal import regions as region_file
from portal.accounts import User
from portal.calendar import SHANGHAI
from portal.regions import Region
from portal.roles import Role
from tests.factories import UserFactory
from tests.indicators.returns import change_cell, fill_everything

AT = datetime(2026, 11, 20, 17, tzinfo=UTC)


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The real regions and the reference rows, loaded once per file."""
    with django_db_blocker.unblock(), transaction.atomic():
        region_file.load()
        actions.load_reference()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def reference(loaded, db):
    """The form with its rules, beside edition 1 and the real regions."""
    return StatForm.objects.get(code="kp")


@pytest.fixture
def nanshan(reference):
    return Region.objects.get(code="440305000000")


@pytest.fixture
def city_staff(reference):
    return UserFactory(username="staff", holding=(Role.STAFF, Region.objects.city()), mfa=True)


@pytest.fixture
def officer(nanshan):
    return UserFactory(username="officer", name="陈南", holding=(Role.DISTRICT, nanshan), mfa=True)


@pytest.fixture
def colleague(nanshan):
    return UserFactory(username="colleague", name="黄南", holding=(Role.DISTRICT_HEAD, nanshan), mfa=True)


@pytest.fixture
def filing(reference, nanshan, city_staff, officer):
    actions.open_period(
        reference,
        year=2026,
        opens_on=date(2026, 11, 1),
        due_on=date(2027, 3, 31),
        by=city_staff,
        at=datetime(2026, 11, 2, 9, tzinfo=SHANGHAI),
    )
    return Return.objects.named().get(region=nanshan)


@pytest.fixture
def submitted(filing, officer):
    fill_everything(filing, officer)
    actions.submit(filing, by=officer)
    return filing


def load_city() -> User:
    """Real regions, reference rows, sample returns of 2020 to 2025; committed or not as the caller has it."""
    region_file.load()
    actions.load_reference()
    person = UserFactory(username="loader", holding=(Role.STAFF, Region.objects.city()), mfa=True)
    sample.load(students=0, resources=0, years=6, rng=random.Random("test"), by=person)
    return person


@pytest.fixture(scope="module")
def one_night(django_db_setup, django_db_blocker):
    """A night over the sample city, computed once per file."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_city()
        yield actions.compute(at=AT, draws=200).vintage.pk
        transaction.set_rollback(True)


@pytest.fixture
def night(one_night, db):
    """The vintage of that night; what a test does to it is undone."""
    return Vintage.objects.get(pk=one_night)


@pytest.fixture
def revised(night):
    """The vintage of a second night, after one figure of one district was corrected."""
    change_cell("440305000000", 2025, "KJ121", value=Decimal("1.00"))
    return actions.compute(at=AT, draws=200).vintage
