"""Where the city offers what: the matrix and its blanks."""

import pytest
from django.core.cache import cache

from portal.regions import Region
from resources.models import Audience
from resources.queries.coverage import Scope
from tests.resources.factories import KindFactory, ResourceFactory, TopicFactory

pytestmark = pytest.mark.django_db

COVERAGE = "/menu/coverage/"


@pytest.fixture
def places(regions):
    """Nanshan, one of its subdistricts, and Futian."""
    nanshan = Region.objects.get(code="440305000000")
    return nanshan, nanshan.children.order_by("code").first(), Region.objects.get(code="440304000000")


def test_a_resource_counts_once_at_each_of_its_groups(places):
    nanshan, street, _ = places
    ResourceFactory(published=True, region=street, audiences=["minors", "seniors"])

    found = Scope().cross("place", "audience")

    assert found == {(nanshan.code, "minors"): 1, (nanshan.code, "seniors"): 1}


def test_within_a_district_its_subdistricts_are_crossed(places):
    nanshan, street, futian = places
    ResourceFactory(published=True, region=street, kind=KindFactory(code="kit", name="科普教具"))
    ResourceFactory(published=True, region=futian)

    found = Scope(district=nanshan.code).cross("place", "kind")

    assert found == {(street.code, "kit"): 1}


def test_a_draft_covers_nothing(places):
    ResourceFactory(region=places[1])

    assert not Scope().cross("place", "audience")


def test_a_number_is_the_length_of_the_list_it_opens(client, places):
    nanshan, street, _ = places
    space = TopicFactory(code="space", name="天文航天")
    ResourceFactory.create_batch(2, published=True, region=street, audiences=["minors"], topics=[space])
    ResourceFactory(published=True, region=street, audiences=["workers"], topics=[space])

    page = client.get(COVERAGE, {"topic": "space", "district": nanshan.code})

    [url] = [url for name, cells in page.context["rows"] for count, url in cells if count == 2]
    assert url == f"/menu/?district={nanshan.code}&topic=space&audience=minors&street={street.code}"
    assert len(client.get(url).context["page"].rows) == 2


def test_a_blank_opens_the_form_of_a_need_that_says_what_is_missing(client, places):
    page = client.get(COVERAGE, {"rows": "place", "columns": "audience"})

    assert page.context["filled"] == 0
    name, url = page.context["gaps"][0]
    form = client.get(url).context["form"]
    assert form["region"].value() == Region.objects.districts()[0].pk
    assert name == f"{Region.objects.districts()[0].name} · {Audience.choices[0][1]}"
    assert form["audience"].value() == Audience.values[0]


def test_what_resources_hand_on_is_balanced_with_those_that_say_nothing(places):
    ResourceFactory(published=True, dimensions=["knowledge", "method"], spirits=[])
    ResourceFactory(published=True, dimensions=[], spirits=["truth"])

    dimensions, spirits = (dict(counts) for _, counts in Scope().balance())

    assert dimensions == {"科学知识": 1, "科学方法": 1, "科学思想": 0, "科学精神": 0, "未填": 1}
    assert (spirits["求实"], spirits["未填"]) == (1, 1)


@pytest.mark.parametrize(
    "asked", ["rows=x&columns=y", "district=1%00", "topic=%F0%9F%8D%8E&group=9", "rows=topic&columns=topic"]
)
def test_what_nobody_offers_is_not_asked_for(client, regions, asked):
    assert client.get(f"{COVERAGE}?{asked}").status_code == 200


def test_the_matrix_asks_as_often_for_many_resources_as_for_one(
    client, places, django_assert_max_num_queries
):
    ResourceFactory(published=True, region=places[1])
    with django_assert_max_num_queries(20) as one:
        client.get(COVERAGE)
    ResourceFactory.create_batch(5, published=True, region=places[2])
    cache.clear()
    with django_assert_max_num_queries(len(one)):
        client.get(COVERAGE)
