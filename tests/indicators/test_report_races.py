"""Two who begin the same report at the same moment."""

from datetime import UTC, datetime

import pytest

from indicators import actions
from indicators.models import AnnualReport, ComputeRun, Edition, Vintage
from portal import regions as region_file
from portal.regions import Region
from portal.roles import Role
from tests.concurrency import at_once
from tests.factories import UserFactory


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_at_once_write_one_report():
    region_file.load()
    city = Region.objects.city()
    edition = Edition.objects.create(code="9", name="第九版", base_year=2020, first_year=2020)
    vintage = Vintage.objects.create(
        edition=edition, digest="a" * 64, seed="1", draws=1, first_year=2020, last_year=2025,
        inputs=b"", libraries={},
    )  # fmt: skip
    ComputeRun.objects.create(at=datetime(2026, 11, 20, tzinfo=UTC), vintage=vintage, is_new=True, seconds=1)
    people = [UserFactory(holding=(Role.STAFF, city), mfa=True) for _ in range(2)]

    found = at_once(
        *(
            lambda person=person: actions.begin_report(region=city, year=2025, corrections="", by=person)
            for person in people
        )
    )

    assert found[0] == found[1] == AnnualReport.objects.get()
