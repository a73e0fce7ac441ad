"""Where somebody starts from: a place the association entered, or a venue of the menu, found by name."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from resources.actions.places import create_place
from resources.models import StartingPlace
from resources.queries import starts_named
from tests.batches import keep_waiting_sheets
from tests.factories import RegionFactory, UserFactory
from tests.portal.hostile import xlsx
from tests.resources.factories import ResourceFactory, in_shenzhen


@pytest.fixture
def station(staff, district):
    return create_place(
        name="示例站",
        kind="metro",
        region=district,
        latitude="22.54000",
        longitude="114.05000",
        source="现场测量",
        by=staff,
    )


@pytest.fixture
def venue():
    return ResourceFactory(published=True, title="潮汐馆", **in_shenzhen())


def test_a_station_is_chosen_by_its_name_and_distances_begin_there(client, station, venue):
    sent = client.get("/menu/?from=示例", secure=True)
    shown = client.get(sent.headers["Location"], secure=True).content.decode()

    assert f"near=p-{station.code}" in sent.headers["Location"]
    assert "从示例站（地铁站）出发" in shown
    assert "公里" in shown


def test_a_venue_can_be_started_from_too(client, venue):
    sent = client.get("/menu/?from=潮汐馆", secure=True)

    assert f"near=r-{venue.code}" in sent.headers["Location"]


def test_a_name_of_several_places_offers_them_and_one_of_none_says_so(client, station, staff, district):
    create_place(
        name="示例东站",
        kind="hub",
        region=district,
        latitude="22.55000",
        longitude="114.06000",
        source="现场测量",
        by=staff,
    )

    several = client.get("/menu/?from=例", secure=True).content.decode()
    nothing = client.get("/menu/?from=没有这里", secure=True).content.decode()

    assert "“例”可能是" in several
    assert "示例东站（交通枢纽）" in several
    assert "没有找到“没有这里”" in nothing


def test_a_venue_without_a_point_offers_the_middle_of_its_district(client):
    nanshan = RegionFactory(code="440305000000", name="南山区")
    ResourceFactory(published=True, title="潮汐馆", region=nanshan)

    html = client.get("/menu/?from=潮汐馆", secure=True).content.decode()

    assert "南山区中部（“潮汐馆”的坐标尚未登记）" in html
    assert "near=440305000000" in html


def test_what_is_not_public_is_no_start(client):
    hidden = ResourceFactory(title="未公开馆", **in_shenzhen())

    assert starts_named("未公开馆") == []
    assert "从未公开馆出发" not in client.get(f"/menu/?near=r-{hidden.code}", secure=True).content.decode()


def test_a_place_out_of_use_is_no_start(station):
    StartingPlace.objects.update(is_active=False)

    assert starts_named("示例站") == []


def test_stations_are_loaded_by_a_sheet(client, staff, district):
    client.force_login(staff)
    rows = [
        [f"第{n}站", "地铁站", "", district.name, "114.05", f"22.5{n}", "示例测量", "是"] for n in range(3)
    ]
    heads = ["名称", "类别", "别名", "所在区或街道", "经度", "纬度", "坐标来源", "启用"]
    file = SimpleUploadedFile("站.xlsx", xlsx(rows, heads))
    shown = client.post(reverse("admin:resources_startingplace_import"), {"sheet": file}, secure=True)
    token = {"token": shown.context["token"]}
    client.post(reverse("admin:resources_startingplace_process_import"), token, secure=True)
    keep_waiting_sheets()

    assert StartingPlace.objects.filter(kind="metro", source="示例测量").count() == 3


def test_a_place_needs_a_source_and_a_point_in_the_city(staff, district):
    fields = {"name": "站", "kind": "metro", "region": district, "by": staff}

    with pytest.raises(ValidationError):
        create_place(**fields, latitude="22.5", longitude="114.0", source="")
    with pytest.raises(ValidationError, match="不在深圳市范围内"):
        create_place(**fields, latitude="39.9", longitude="116.4", source="地图")


def test_only_the_association_enters_places(officer, district):
    with pytest.raises(PermissionDenied):
        create_place(
            name="站",
            kind="metro",
            region=RegionFactory(),
            latitude="22.5",
            longitude="114.0",
            source="x",
            by=UserFactory(),
        )
