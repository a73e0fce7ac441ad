"""Assets of innovation: what they became, and the outreach tasks owed for public money."""

from datetime import date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.errors import ChangedMeanwhile, Refused
from portal.notices import Notice
from portal.regions import Region, load
from portal.roles import Role
from resources import actions, queries
from resources.models import AssetConversion, SourceAsset
from tests.factories import OrganizationFactory, UserFactory
from tests.resources.factories import AssetFactory, ResourceFactory

TODAY = date(2026, 6, 1)


@pytest.fixture
def unit(db):
    return OrganizationFactory()


@pytest.fixture
def clerk(unit):
    return UserFactory(holding=(Role.UNIT, unit))


@pytest.fixture
def staff(db):
    load()
    return UserFactory(holding=(Role.STAFF, Region.objects.city()))


def test_an_asset_is_entered_for_ones_own_unit_in_its_region(unit, clerk):
    asset = actions.create_asset(by=clerk, kind="laboratory", title="海洋实验室", organization=unit)

    assert asset.region == unit.region


def test_an_asset_of_another_unit_is_denied(clerk):
    with pytest.raises(PermissionDenied):
        actions.create_asset(by=clerk, kind="laboratory", title="别家的", organization=OrganizationFactory())


def test_a_funded_project_without_a_task_is_refused(unit, clerk):
    with pytest.raises(ValidationError, match="财政资助项目应写明"):
        actions.create_asset(by=clerk, kind="project", title="某项目", organization=unit)


@pytest.mark.parametrize(
    "values",
    [
        {"task": "开放日", "due_on": None},
        {"task": "", "due_on": TODAY},
        {"waived_on": TODAY, "waiver_reason": ""},
        {"delivered_on": TODAY, "waived_on": TODAY, "waiver_reason": "合同变更"},
        {"delivered_on": None, "delivery_note": "做完了"},
    ],
)
def test_the_database_keeps_a_task_whole(db, values):
    asset = AssetFactory(owed=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        SourceAsset.objects.filter(pk=asset.pk).update(**values)


def test_a_change_in_between_is_not_overwritten(unit, clerk):
    asset = AssetFactory(organization=unit)
    actions.edit_asset(asset, by=clerk, seen=1, title="新名称")

    with pytest.raises(ChangedMeanwhile):
        actions.edit_asset(asset, by=clerk, seen=1, title="又一个名称")


def test_a_task_is_done_only_once_a_published_resource_came_of_it(unit, clerk):
    asset = AssetFactory(owed=True, organization=unit)
    draft = ResourceFactory(organization=unit, region=unit.region)
    actions.convert(asset, draft, by=clerk, on=timezone.localdate())

    with pytest.raises(Refused, match="已发布"):
        actions.deliver(asset, by=clerk, on=TODAY)

    shown = ResourceFactory(organization=unit, region=unit.region, published=True)
    actions.convert(asset, shown, by=clerk, on=timezone.localdate())
    actions.deliver(asset, by=clerk, on=TODAY, note="开放 4 次")
    asset.refresh_from_db()
    assert asset.state(TODAY + timedelta(days=900)) == ("done", "已完成")
    with pytest.raises(Refused, match="已经办结"):
        actions.deliver(asset, by=clerk, on=TODAY)


def test_the_same_conversion_is_said_once(unit, clerk):
    asset, resource = AssetFactory(organization=unit), ResourceFactory()
    actions.convert(asset, resource, by=clerk, on=timezone.localdate())

    with pytest.raises(ValidationError, match="已登记"):
        actions.convert(asset, resource, by=clerk, on=timezone.localdate())


def test_a_unit_does_not_release_itself_from_a_task(unit, clerk, staff):
    asset = AssetFactory(owed=True, organization=unit)

    with pytest.raises(PermissionDenied):
        actions.waive(asset, by=clerk, on=TODAY, note="忙")

    actions.waive(asset, by=staff, on=TODAY, note="合同终止")
    actions.reopen_task(asset, by=staff, note="合同恢复")
    asset.refresh_from_db()
    assert asset.waived_on is None
    assert Notice.objects.filter(recipient=clerk).count() == 2


def test_owners_with_overdue_tasks_stand_first(staff):
    late, soon = (
        AssetFactory(owed=True, due_on=TODAY - timedelta(days=1)),
        AssetFactory(owed=True, due_on=TODAY),
    )
    AssetFactory()

    owed = queries.owed_by_owner(staff, on=TODAY)

    assert [(each.organization_id, each.overdue, each.open) for each in owed] == [
        (late.organization_id, 1, 0),
        (soon.organization_id, 0, 1),
    ]


def test_conversions_are_counted_once_per_asset_owner_and_year(db):
    asset = AssetFactory()
    for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31)):
        AssetConversion.objects.create(asset=asset, resource=ResourceFactory(), converted_on=day)

    year = date(2026, 1, 1), date(2027, 1, 1)
    assert queries.conversions_by_owner(*year) == {asset.organization_id: 1}
    assert sum(queries.conversions_by_district(*year).values()) == 1


def at(day: date) -> datetime:
    return datetime.combine(day, time(6), tzinfo=timezone.get_current_timezone())


def test_a_task_is_recalled_at_its_marks_and_not_every_day(unit, clerk):
    AssetFactory(owed=True, organization=unit, due_on=TODAY)
    told = []
    for before in range(40, -35, -1):
        day = TODAY - timedelta(days=before)
        if actions.remind_of_tasks(at=at(day)):
            told.append(before)

    assert told == [30, 7, -1, -31]
    assert Notice.objects.filter(recipient=clerk, text__contains="逾期").count() == 2


def test_a_unit_enters_an_asset_says_what_it_became_and_reports_it_done(client, unit, clerk):
    shown = ResourceFactory(organization=unit, region=unit.region, published=True)
    client.force_login(clerk)

    made = client.post(
        "/desk/resources/assets/new/",
        {
            "kind": "project",
            "title": "潮间带监测",
            "organization": unit.name,
            "task": "办一门课",
            "due_on": "2026-12-31",
        },
    )
    asset = SourceAsset.objects.get()
    assert made.url == asset.get_desk_url()
    client.post(
        f"{asset.get_desk_url()}conversions/",
        {"resource": shown.code, "converted_on": f"{timezone.localdate():%Y-%m-%d}"},
    )
    client.post(f"{asset.get_desk_url()}deliver/", {"note": ""})

    page = client.get(asset.get_desk_url()).content.decode()
    assert "已完成" in page
    assert shown.title in page


def test_a_task_without_its_day_is_said_beside_the_field(client, clerk, unit):
    client.force_login(clerk)

    answer = client.post(
        "/desk/resources/assets/new/",
        {"kind": "result", "title": "成果", "organization": unit.name, "task": "办展览"},
    )

    assert answer.status_code == 422
    assert "科普任务和任务期限应同时填写" in answer.content.decode()


def test_the_list_costs_the_same_for_fifteen_assets_as_for_one(
    client, clerk, unit, django_assert_max_num_queries
):
    client.force_login(clerk)
    AssetFactory(organization=unit, owed=True)
    client.get("/desk/resources/assets/")
    with django_assert_max_num_queries(40) as one:
        client.get("/desk/resources/assets/")
    AssetFactory.create_batch(14, organization=unit, owed=True)

    with django_assert_max_num_queries(len(one)):
        client.get("/desk/resources/assets/")
