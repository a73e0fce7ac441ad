"""Two at once in one return, two nights at once: committed rows, so apart from the shared reference."""

from datetime import date, datetime

import pytest

from indicators import actions
from indicators.models import Return, StatForm
from portal import regions as region_file
from portal.calendar import SHANGHAI
from portal.regions import Region
from portal.roles import Role
from tests.concurrency import at_once
from tests.factories import OrganizationFactory, UserFactory
from tests.indicators.returns import cell, typed

pytestmark = pytest.mark.django_db(transaction=True)
OPENED = datetime(2026, 10, 9, 9, tzinfo=SHANGHAI)


@pytest.fixture
def clerks(db):
    """Two who work at one venue, whose return of a quarter is open."""
    region_file.load()
    actions.load_reference()
    staff = UserFactory(holding=(Role.STAFF, Region.objects.city()), mfa=True)
    hall = OrganizationFactory(kind="venue", region=Region.objects.get(code="440305000000"))
    people = [UserFactory(holding=(Role.UNIT, hall)) for _ in range(2)]
    actions.open_period(
        StatForm.objects.get(code="venue_q"),
        year=2026,
        part=3,
        opens_on=OPENED.date(),
        due_on=date(2026, 10, 20),
        by=staff,
        at=OPENED,
    )
    return people


def test_of_two_who_save_one_cell_at_once_one_is_told(clerks):
    filing = Return.objects.named().get()
    seen = cell(filing, "CV110")

    one, other = at_once(
        lambda: actions.save_draft(filing, typed(filing, "CV110", "5", seen=seen), by=clerks[0]),
        lambda: actions.save_draft(filing, typed(filing, "CV110", "7", seen=seen), by=clerks[1]),
    )

    assert sorted((len(one.conflicts), len(other.conflicts))) == [0, 1]
    held = cell(filing, "CV110")
    assert (held.version, held.text) == (1, "7" if one.conflicts else "5")


def test_two_nights_at_once_remind_once(clerks):
    late = datetime(2026, 10, 21, 2, tzinfo=SHANGHAI)

    results = at_once(lambda: actions.remind(at=late), lambda: actions.remind(at=late))

    assert sorted(results) == [0, 2]
