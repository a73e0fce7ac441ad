from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts import Grant, User, may, people_with, require
from portal.organizations import Organization
from portal.regions import load
from portal.roles import PERMS, Perm, Role
from tests.factories import OrganizationFactory, RegionFactory, UserFactory


def test_a_role_held_in_the_city_reaches_every_region_below(city):
    staff = UserFactory(holding=(Role.STAFF, city))

    assert may(staff, Perm.RESOURCE_REVIEW, RegionFactory(subdistrict=True))


def test_a_role_held_in_a_district_ends_at_its_border(district):
    officer = UserFactory(holding=(Role.DISTRICT, district))

    assert not may(officer, Perm.RETURN_FILL, RegionFactory())


def test_a_role_held_in_a_district_does_not_reach_up(district):
    officer = UserFactory(holding=(Role.DISTRICT, district))

    assert not may(officer, Perm.RETURN_FILL, district.parent)


def test_a_role_held_in_an_organization_is_good_there_only(unit, district):
    clerk = UserFactory(holding=(Role.UNIT, unit))
    neighbour = OrganizationFactory(region=district)

    assert may(clerk, Perm.RESOURCE_EDIT, unit)
    assert not may(clerk, Perm.RESOURCE_EDIT, neighbour)
    assert not may(clerk, Perm.RESOURCE_EDIT, district)


def test_require_names_what_is_missing(district):
    with pytest.raises(PermissionDenied, match="审核资源"):
        require(UserFactory(), Perm.RESOURCE_REVIEW, district)


def test_a_grant_ends_after_its_last_day(district):
    officer = UserFactory(holding=(Role.DISTRICT, district))
    today = timezone.localdate()
    Grant.objects.update(starts_on=today - timedelta(days=9), ends_on=today - timedelta(days=1))

    assert not may(officer, Perm.RETURN_FILL, district)


def test_a_disabled_account_may_nothing(district):
    officer = UserFactory(holding=(Role.DISTRICT, district), is_active=False)

    assert not may(officer, Perm.RETURN_FILL, district)


def test_people_with_finds_those_above_and_those_of_the_organization(city, district, unit):
    staff = UserFactory(holding=(Role.STAFF, city))
    clerk = UserFactory(holding=(Role.UNIT, unit))
    UserFactory(holding=(Role.DISTRICT, RegionFactory()))

    assert list(people_with(Perm.RESOURCE_EDIT, unit)) == [staff, clerk]


@pytest.mark.parametrize(
    ("places", "constraint"),
    [
        ({"region": None, "organization": None}, "grant_in_a_region_or_an_organization"),
        ({"ends_on": "2000-01-01"}, "grant_ends_after_it_starts"),
    ],
)
def test_the_database_refuses_a_grant(officer, places, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Grant.objects.filter(user=officer).update(**places)


def test_every_role_has_its_permissions_written_down():
    assert set(PERMS) == set(Role)


def test_organizations_are_those_of_the_region_and_those_held(district, unit):
    officer = UserFactory(holding=(Role.DISTRICT, district))
    elsewhere = OrganizationFactory()

    assert list(officer.organizations_for(Perm.ORGANIZATION_VIEW)) == [unit]
    assert elsewhere in Organization.objects.all()


def test_the_real_city_has_eleven_reporting_districts(regions):
    assert regions.districts().count() == 11


def test_dapeng_is_no_part_of_longgang(regions):
    kuichong = regions.get(code="440307009000")
    longgang = regions.get(code="440307000000")

    assert kuichong not in regions.within(longgang)
    assert kuichong.parent.name == "大鹏新区"


def test_loading_the_regions_again_changes_nothing(regions):
    before = list(regions.order_by("pk").values())

    from_file = load()

    assert from_file == len(before)
    assert list(regions.order_by("pk").values()) == before


def test_a_user_is_shown_by_name_and_account():
    assert str(User(username="a", name="张三")) == "张三（a）"
