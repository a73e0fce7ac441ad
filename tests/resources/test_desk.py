"""The desk's list: filters with counts, the kind's own lists among them."""

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.roles import Role
from resources import queries
from tests.factories import RegionFactory, UserFactory
from tests.resources.factories import KindFactory, ResourceFactory
from tests.resources.test_registry import CATEGORIES
from tests.resources.test_views import queries_of

LIST = "/desk/resources/"


def asked(user, **params):
    return queries.DeskQuery.read(params, user=user, on=timezone.localdate())


@pytest.fixture
def three(city, district):
    venue = KindFactory(code="venue", fields=CATEGORIES)
    course = KindFactory(code="course", name="课程", fields=[])
    place = RegionFactory(subdistrict=True, parent=district)
    return [
        ResourceFactory(
            kind=venue,
            region=place,
            title="甲馆",
            is_free=True,
            audiences=["minors", "seniors"],
            accessibility=["nursing"],
            details={"category": "天文台", "seasons": ["春", "秋"], "grade": "甲等"},
        ),
        ResourceFactory(
            kind=venue,
            region=place,
            title="乙馆",
            published=True,
            details={"category": "科技馆", "seasons": ["春"]},
        ),
        ResourceFactory(kind=course, region=RegionFactory(), title="丙课", is_free=False),
    ]


@pytest.mark.parametrize(
    ("params", "titles"),
    [
        ({"kind": "venue"}, {"甲馆", "乙馆"}),
        ({"kind": "venue", "x_category": "天文台"}, {"甲馆"}),
        ({"kind": "venue", "x_seasons": "春"}, {"甲馆", "乙馆"}),
        ({"kind": "venue", "x_seasons": "秋"}, {"甲馆"}),
        ({"kind": "venue", "x_grade": "甲等"}, {"甲馆"}),
        ({"kind": "venue", "x_category": "' OR 1=1"}, {"甲馆", "乙馆"}),
        ({"x_category": "天文台"}, {"甲馆", "乙馆", "丙课"}),
        ({"audience": "seniors"}, {"甲馆"}),
        ({"accessible": "nursing"}, {"甲馆"}),
        ({"free": "0"}, {"丙课"}),
        ({"free": "none"}, {"乙馆"}),
        ({"status": "published", "fresh": "never"}, {"乙馆"}),
        ({"q": "jiaguan"}, {"甲馆"}),
    ],
)
def test_the_list_is_what_is_asked(three, staff, params, titles):
    assert {row.title for row in asked(staff, **params).rows()} == titles


def test_every_count_is_the_length_of_the_list_its_link_opens(three, staff):
    for params in ({}, {"kind": "venue"}, {"kind": "venue", "x_seasons": "春"}, {"free": "1"}):
        question = asked(staff, **params)
        for facet in question.facets:
            for option in facet.options:
                if not option.chosen:
                    narrowed = asked(staff, **{**question.params, facet.name: option.value})
                    assert option.count == narrowed.rows().count() > 0, (facet.name, option.value)


def test_lists_of_another_kind_do_not_stay_in_the_address(three, staff):
    question = asked(staff, kind="venue", x_category="天文台")

    assert "x_category" in question.query
    assert "x_category" not in question.address(kind="course")


def test_nobody_counts_what_they_may_not_see(three, district):
    officer = UserFactory(holding=(Role.DISTRICT, three[2].region))

    question = asked(officer)

    assert question.total == 1
    assert [
        option.value for facet in question.facets if facet.name == "kind" for option in facet.options
    ] == ["course"]


def test_a_full_list_costs_as_many_queries_as_a_short_one(client, three, staff):
    client.force_login(staff)
    address = f"{LIST}?kind=venue"
    client.get(address, secure=True)
    few = queries_of(client, address)
    for _ in range(14):
        ResourceFactory(kind=three[0].kind, region=three[0].region, details={"category": "天文台"})

    assert queries_of(client, address) == few <= 30


def test_the_page_offers_the_kind_s_own_lists(client, three, staff):
    client.force_login(staff)

    page = client.get(reverse("resources_desk:list") + "?kind=venue", secure=True).content.decode()

    for words in ("场馆类别", "天文台", "适宜季节", "内部评级"):
        assert words in page
