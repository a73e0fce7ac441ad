import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from resources.models import OpeningHours, Resource, ResourceKind, ResourceVersion, validate_fields
from tests.resources.factories import KindFactory, ResourceFactory, in_shenzhen


def refused_by_database(queryset, **values) -> str:
    with pytest.raises(IntegrityError) as fault, transaction.atomic():
        queryset.update(**values)
    return str(fault.value)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("resource_code_is_short_and_plain", {"code": "SZ 1"}),
        ("resource_has_a_title", {"title": ""}),
        ("resource_published_has_its_time", {"status": "published"}),
        ("resource_archived_has_its_time", {"status": "archived"}),
        ("resource_audiences_are_known", {"audiences": ["everybody"]}),
        ("resource_dimensions_are_known", {"dimensions": ["magic"]}),
        ("resource_ages_in_order", {"ages_from": 12, "ages_to": 6}),
        ("resource_position_is_whole_and_has_a_source", {"latitude": "22.5"}),
        ("resource_position_is_whole_and_has_a_source", in_shenzhen(position_source="")),
        ("resource_position_is_whole_and_has_a_source", {"is_position_verified": True}),
        ("resource_position_within_shenzhen", in_shenzhen(latitude="39.90000")),
    ],
)
def test_the_database_refuses_a_resource_that_breaks_a_rule(name, values):
    resource = ResourceFactory()

    assert name in refused_by_database(Resource.objects.filter(pk=resource.pk), **values)


def test_a_published_resource_says_for_whom():
    resource = ResourceFactory(published=True)

    assert "says_for_whom" in refused_by_database(Resource.objects.filter(pk=resource.pk), audiences=[])


def test_opening_hours_of_one_day_do_not_overlap():
    resource = ResourceFactory(hours_as="周一 09:00-12:00 14:00-17:00")
    morning = OpeningHours.objects.filter(resource=resource, opens="09:00")

    assert "opening_hours_do_not_overlap" in refused_by_database(morning, closes="14:01")


def test_opening_hours_may_touch_and_belong_to_different_days_and_resources():
    first = ResourceFactory(hours_as="每天 09:00-12:00 12:00-17:00")
    second = ResourceFactory(hours_as="每天 09:00-17:00")

    assert (first.hours.count(), second.hours.count()) == (14, 7)


def test_opening_hours_close_after_they_open():
    resource = ResourceFactory(hours_as="周一 09:00-12:00")

    assert "close_after_they_open" in refused_by_database(resource.hours.all(), closes="09:00")


def test_a_kind_has_one_current_version():
    KindFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        ResourceKind.objects.create(code="venue", version=2, name="科普场馆")


def test_the_fields_of_a_kind_are_a_list_in_the_database_too():
    kind = KindFactory()

    assert "are_a_list" in refused_by_database(ResourceKind.objects.filter(pk=kind.pk), fields={"a": 1})


@pytest.mark.parametrize(
    ("declared", "sentence"),
    [
        ([{"code": "A", "label": "面积", "type": "number"}], "小写字母"),
        ([{"code": "a", "label": "", "type": "number"}], "1 至 20"),
        ([{"code": "a", "label": "面积", "type": "money"}], "类型应为"),
        ([{"code": "a", "label": "类别", "type": "choice", "choices": ["一"]}], "两个选项"),
        ([{"code": "a", "label": "面积", "type": "text"}] * 2, "不能重复"),
        ("面积", "列表"),
    ],
)
def test_a_declaration_of_fields_is_told_what_is_wrong(declared, sentence):
    with pytest.raises(ValidationError, match=sentence):
        validate_fields(declared)


def test_the_database_keeps_every_version_even_when_nobody_asks_it_to():
    resource = ResourceFactory(title="旧名")

    Resource.objects.filter(pk=resource.pk).update(title="新名")

    titles = ResourceVersion.objects.filter(pgh_obj=resource).order_by("pgh_id")
    assert list(titles.values_list("title", flat=True)) == ["旧名", "新名"]


def test_versions_hold_no_internal_contact():
    assert not {"contact", "contact_phone"} & {field.name for field in ResourceVersion._meta.fields}
