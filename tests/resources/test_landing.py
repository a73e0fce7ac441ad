"""Landing pages, open data, structured data and the sitemap: composed from what is published."""

import csv
import io
import json
import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.models import Event, Session
from portal.licences import open_data_licence
from resources.models import Concession, ResourceLink, SpecialDays
from resources.queries import open_data
from tests.factories import RegionFactory, UserFactory
from tests.resources.factories import ResourceFactory, TopicFactory, in_shenzhen


@pytest.fixture
def street(city):
    return RegionFactory(subdistrict=True, parent=RegionFactory(name="福田区", code="440304000000"))


@pytest.fixture
def shown(street):
    return ResourceFactory(
        published=True,
        title="海洋馆",
        region=street,
        audiences=["minors", "seniors"],
        topics=[TopicFactory(code="sea", name="海洋")],
        is_free=True,
        public_phone="0755-82000000",
        address="滨河路 1 号",
        hours_as="每天 00:00-23:59",
        **in_shenzhen(),
    )


def page(client, address: str) -> str:
    answer = client.get(address, secure=True)
    assert answer.status_code == 200, address
    return answer.content.decode()


@pytest.mark.parametrize("audience", ["minors", "workers", "officials", "seniors"])
def test_each_group_has_a_page_of_its_own(client, shown, audience):
    found = page(client, f"/menu/for/{audience}/")

    assert ("海洋馆" in found) == (audience in shown.audiences)
    assert page(client, f"/menu/for/{audience}/") == found


def test_a_district_and_its_subdistrict_have_pages(client, shown, street):
    district = page(client, "/menu/in/440304000000/")

    assert f"/menu/in/{street.code}/" in district
    assert "海洋馆" in district
    assert "海洋馆" in page(client, f"/menu/in/{street.code}/")


@pytest.mark.parametrize(
    "address", ["/menu/for/robots/", "/menu/for/general/", "/menu/in/440399000000/", "/menu/in/440300000000/"]
)
def test_what_is_no_group_and_no_district_is_not_found(client, shown, address):
    assert client.get(address, secure=True).status_code == 404


def test_the_page_for_older_people_is_large_plain_and_shows_the_number(client, shown):
    found = page(client, "/menu/for/seniors/")

    assert 'data-type="large"' in found
    assert 'href="tel:0755-82000000"' in found
    assert found.count('class="bigway"') <= 5 + 11


@pytest.mark.parametrize("address", ["/menu/for/minors/", "/menu/for/seniors/", "/menu/in/440304000000/"])
def test_a_landing_page_costs_no_more_for_more(client, shown, street, address):
    def cost(mark: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            page(client, f"{address}?n={mark}")
        return len(captured)

    one = cost(1)
    for _ in range(10):
        ResourceFactory(
            published=True, region=street, audiences=["minors", "seniors"], hours_as="每天 00:00-23:59"
        )

    assert cost(2) == one <= 26


# --- For machines ---------------------------------------------------------------------------------


def described(found: str) -> dict:
    return json.loads(re.search(r'application/ld\+json">(.*?)</script>', found, re.S)[1])


def test_the_structured_data_of_a_page_parses_with_hours_and_events(client, shown):
    shown.special_days.create(starts_on="2026-10-01", ends_on="2026-10-02", times="")
    event = Event.objects.create(
        title="夜宿</script>海洋馆",
        kind="other",
        resource=shown,
        region=shown.region,
        created_by=UserFactory(),
        status="published",
        published_at=timezone.now(),
    )
    starts = timezone.now() + timedelta(days=3)
    Session.objects.create(event=event, starts_at=starts, ends_at=starts + timedelta(hours=2))

    data = described(page(client, shown.get_absolute_url()))

    assert data["@context"] == "https://schema.org"
    assert len(data["openingHoursSpecification"]) == 7
    assert data["specialOpeningHoursSpecification"][0] == {
        "@type": "OpeningHoursSpecification",
        "validFrom": "2026-10-01",
        "validThrough": "2026-10-02",
        "opens": "00:00",
        "closes": "00:00",
    }
    assert data["event"][0]["name"] == "夜宿</script>海洋馆"
    assert data["event"][0]["url"].endswith(event.get_absolute_url())
    assert data["telephone"] == "0755-82000000"


def test_the_directory_is_a_csv_of_what_is_published(client, shown):
    ResourceFactory(title="草稿")
    ResourceFactory(published=True, title="=1+1")

    answer = client.get("/open-data/resources.csv", secure=True)
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))

    assert list(rows[0]) == list(open_data.COLUMNS)
    assert [row["title"] for row in rows] == ["海洋馆", "'=1+1"]
    assert (rows[0]["topics"], rows[0]["audiences"]) == ("sea", "minors|seniors")
    assert 'rel="license"' in answer["Link"]


def test_the_directory_is_json_with_licence_and_time(client, shown):
    found = json.loads(b"".join(client.get("/open-data/resources.json", secure=True)))

    assert found["licence"] == open_data_licence().address
    assert found["resources"][0]["code"] == shown.code
    assert found["resources"][0]["latitude"] == 22.54
    assert "contact" not in found["resources"][0]


def test_the_directory_says_what_the_api_says(client, shown):
    shown.kind.fields = [
        {"code": "area", "label": "面积", "type": "number", "public": True},
        {"code": "staff", "label": "人手", "type": "number", "public": False},
    ]
    shown.kind.save()
    type(shown).objects.update(
        dimensions=["spirit"],
        spirits=["truth"],
        licence="cc_by",
        details={"area": 300, "staff": 4},
        booking_note="提前三天",
        holiday_rule="closed",
    )
    ResourceLink.objects.create(resource=shown, kind="vr", title="云游", url="https://vr.example/1")
    SpecialDays.objects.create(resource=shown, starts_on="2026-10-01", ends_on="2026-10-03", reason="布展")
    Concession.objects.create(resource=shown, group="seniors", percent=0)
    ResourceFactory(published=True, title="什么也没有写的馆")

    listed = client.get("/api/v1/resources/", secure=True).json()["items"]
    written = json.loads(b"".join(client.get("/open-data/resources.json", secure=True)))["resources"]

    assert set(written[0]) == set(listed[0])
    for mine, theirs in zip(written, reversed(listed), strict=True):
        for name in set(mine) - {"updated_at"}:
            assert mine[name] == theirs[name], name
    csv_file = b"".join(client.get("/open-data/resources.csv", secure=True)).decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(csv_file)))
    assert json.loads(row["details"]) == [{"code": "area", "label": "面积", "value": 300}]
    assert (row["special_days"], row["concessions"]) == ("2026-10-01至2026-10-03 闭馆（布展）", "老年人 免费")


def test_the_directory_costs_the_same_for_one_and_for_many(shown, django_assert_num_queries):
    with CaptureQueriesContext(connection) as one:
        list(open_data.directory())
    for _ in range(4):
        ResourceFactory(published=True, kind=shown.kind, hours_as="每天 09:00-17:00")

    with django_assert_num_queries(len(one)):
        assert len(list(open_data.directory())) == 5


def test_a_small_directory_is_always_new(client, shown):
    b"".join(client.get("/open-data/resources.json", secure=True))
    ResourceFactory(published=True, title="新馆")

    assert "新馆" in b"".join(client.get("/open-data/resources.json", secure=True)).decode()


def test_the_catalogue_parses_and_its_downloads_are_there(client, shown, settings):
    found = json.loads(client.get("/open-data/catalog.jsonld", secure=True).content)
    dataset = found["dcat:dataset"][0]

    assert found["@type"] == "dcat:Catalog"
    assert dataset["dct:license"] == open_data_licence().address
    assert dataset["dct:modified"]
    for distribution in dataset["dcat:distribution"]:
        path = distribution["dcat:downloadURL"].removeprefix(settings.SITE_URL)
        assert client.get(path, secure=True).status_code == 200


def test_other_formats_are_not_found(client, shown):
    assert client.get("/open-data/resources.exe", secure=True).status_code == 404


def test_the_sitemap_names_what_is_public_and_nothing_else(client, shown):
    hidden = ResourceFactory(title="草稿")
    index = ElementTree.fromstring(page(client, "/sitemap.xml").encode())  # noqa: S314  our own
    parts = [node.text for node in index.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]

    text = "".join(page(client, f"/{part.partition('//')[2].partition('/')[2]}") for part in parts)

    assert shown.get_absolute_url() in text
    assert hidden.code not in text
    assert "/menu/for/seniors/" in text
    assert "/menu/in/440304000000/" in text


def test_robots_are_told_what_is_closed_and_where_the_map_is(client):
    found = page(client, "/robots.txt")

    assert "Disallow: /desk/" in found
    assert "Sitemap: http" in found


def test_open_data_stand_under_the_licence_that_the_association_chose(client, settings):
    settings.OPEN_DATA_LICENCE = "cc0"
    ResourceFactory(published=True)

    page = client.get("/open-data/", secure=True).content.decode()
    file = client.get("/open-data/resources.json", secure=True)

    assert "CC0 1.0" in page
    assert "publicdomain/zero" in file.headers["Link"]
    assert "publicdomain/zero" in json.loads(b"".join(file))["licence"]
