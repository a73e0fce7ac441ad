"""Bodies above bodies: what makes a group, and that nothing stands above itself."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from portal.organization_sheet import OrganizationSheet, change_organization
from portal.organizations import Organization
from tests.concurrency import at_once
from tests.factories import OrganizationFactory


def group(body) -> set[int]:
    return set(Organization.objects.of_one_group(body).values_list("pk", flat=True))


def test_a_group_is_the_body_above_those_under_it_and_those_beside_it():
    above = OrganizationFactory()
    body, beside = OrganizationFactory.create_batch(2, parent=above)
    under = OrganizationFactory(parent=body)
    OrganizationFactory()

    assert group(body) == {above.pk, body.pk, beside.pk, under.pk}


def test_bodies_without_one_above_make_no_group():
    one, _ = OrganizationFactory.create_batch(2)

    assert group(one) == {one.pk}


def test_nobody_is_entered_above_themselves(staff):
    above = OrganizationFactory()
    body = OrganizationFactory(parent=above)

    for wrong in (above, body):
        with pytest.raises(ValidationError, match="不能是本单位"):
            change_organization(above, parent=wrong, by=staff)
        above.refresh_from_db()


def test_the_database_refuses_a_body_above_itself():
    above = OrganizationFactory()
    body = OrganizationFactory(parent=above)
    under = OrganizationFactory(parent=body)

    with pytest.raises(IntegrityError, match="organization_not_"), transaction.atomic():
        Organization.objects.filter(pk=above.pk).update(parent=above)
    with pytest.raises(IntegrityError, match="organization_not_above_itself"), transaction.atomic():
        Organization.objects.filter(pk=above.pk).update(parent=under)


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_make_no_circle(city):
    one, two = OrganizationFactory.create_batch(2)

    told = at_once(
        lambda: Organization.objects.filter(pk=one.pk).update(parent=two),
        lambda: Organization.objects.filter(pk=two.pk).update(parent=one),
    )

    assert sorted(isinstance(answer, IntegrityError) for answer in told) == [False, True]


def test_the_sheet_may_name_the_body_above_or_leave_the_column_out():
    assert OrganizationSheet.columns["上级单位"] == "parent"
    assert "上级单位" in OrganizationSheet.optional
