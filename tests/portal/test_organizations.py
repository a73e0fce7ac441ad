"""Bodies above bodies: what makes a group, and that nothing stands above itself."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal.organization_sheet import change_organization
from portal.organizations import Organization
from tests.batches import keep_waiting_sheets
from tests.concurrency import at_once
from tests.factories import OrganizationFactory
from tests.portal.hostile import xlsx


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


HEADERS = [
    "单位名称",
    "简称",
    "单位性质",
    "统一社会信用代码",
    "学校标识码",
    "所属区域",
    "地址",
    "在用",
    "资料来源",
]


@pytest.fixture
def brought(client, staff, settings, tmp_path):
    """brought(row, headers) imports a sheet of one organisation."""
    settings.DATA_DIR = tmp_path
    client.force_login(staff)

    def bring(row: list, headers: list[str]) -> None:
        sheet = SimpleUploadedFile("单位.xlsx", xlsx([row], headers))
        page = client.post(reverse("admin:portal_organization_import"), {"sheet": sheet})
        token = page.context_data["token"]
        client.post(reverse("admin:portal_organization_process_import"), {"token": token})
        keep_waiting_sheets()

    return bring


def row_of(body) -> list:
    return [body.name, "", "企业", "", "", body.region.name, "", "是", ""]


def test_the_sheet_names_the_body_above(brought, district):
    above, body = OrganizationFactory.create_batch(2, region=district)

    brought([*row_of(body), above.name], [*HEADERS, "上级单位"])

    body.refresh_from_db()
    assert body.parent == above


def test_a_sheet_of_before_without_the_body_above_leaves_it_as_it_is(brought, district):
    above = OrganizationFactory(region=district)
    body = OrganizationFactory(region=district, parent=above)

    brought([*row_of(body)[:6], "深南大道一号", "是", ""], HEADERS)

    body.refresh_from_db()
    assert (body.parent, body.address) == (above, "深南大道一号")


def test_the_register_offers_the_body_above(client, staff):
    client.force_login(staff)
    body = OrganizationFactory()

    page = client.get(reverse("admin:portal_organization_change", args=[body.pk])).content.decode()

    assert "上级单位" in page
