"""Where the city offers what: the matrix and its blanks."""

import csv
import io

import pytest
from django.core.cache import cache

from outreach.actions import load_reference as load_plan
from portal.regions import Region
from portal.roles import Role
from portal.sheets import read_table
from resources.actions.reference import load_reference
from resources.models import Audience, Channel, ResourceKind
from resources.queries.coverage import Scope
from tests.factories import UserFactory
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
    name, url, task = page.context["gaps"][0]
    form = client.get(url).context["form"]
    assert form["region"].value() == Region.objects.districts()[0].pk
    assert name == f"{Region.objects.districts()[0].name} · {Audience.choices[0][1]}"
    assert form["audience"].value() == Audience.values[0]
    assert task == ""  # nobody hands down tasks without an account


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


def test_subdistricts_of_the_whole_city_are_crossed_under_the_names_of_their_districts(places):
    nanshan, street, _ = places
    ResourceFactory(published=True, region=street, audiences=["minors"])

    assert Scope().cross("street", "audience") == {(street.code, "minors"): 1}
    assert Scope().of("street")[street.code] == f"{nanshan.name}{street.name}"


def test_a_channel_is_that_of_the_kind(places):
    ResourceFactory(published=True, region=places[1], kind=KindFactory(code="film", channel="broadcast"))
    ResourceFactory(published=True, region=places[1], kind=KindFactory(code="kit", channel="delivered"))

    assert Scope(channel="broadcast").cross("place", "channel") == {("440305000000", "broadcast"): 1}


def test_every_known_kind_has_its_channel(regions):
    load_reference()

    by_channel = dict(ResourceKind.objects.values_list("code", "channel"))
    assert by_channel["venue"] == "onsite"
    assert by_channel["online_course"] == "online"
    assert by_channel["book"] == "print"
    assert set(by_channel.values()) == set(Channel.values)


def test_a_number_of_a_channel_opens_its_kinds(client, places):
    nanshan, street, _ = places
    ResourceFactory(published=True, region=street, kind=KindFactory(code="film", channel="broadcast"))

    page = client.get(COVERAGE, {"rows": "street", "columns": "channel"})

    [url] = [url for _, cells in page.context["rows"] for count, url in cells if count]
    kinds = client.get(url)
    assert kinds.context["axes"] == ("区域", "类型")
    assert [count for name, cells in kinds.context["rows"] for count, _ in cells if count] == [1]
    assert nanshan.name in kinds.context["about"]


def test_what_is_handed_on_is_crossed_with_places(places):
    ResourceFactory(published=True, region=places[1], dimensions=["method", "spirit"], spirits=["truth"])

    assert Scope().cross("place", "dimension") == {
        ("440305000000", "method"): 1,
        ("440305000000", "spirit"): 1,
    }
    assert Scope().cross("place", "spirit") == {("440305000000", "truth"): 1}


def test_a_blank_of_a_channel_asks_for_it_by_name(client, places):
    page = client.get(COVERAGE, {"rows": "place", "columns": "channel"})

    _, url, _ = page.context["gaps"][0]
    assert client.get(url).context["form"]["title"].value() == "到场类科普资源"


def test_who_hands_down_tasks_opens_one_filled_in_with_the_blank(client, places):
    nanshan, street, _ = places
    load_plan()
    officer = UserFactory(holding=(Role.DISTRICT, nanshan), mfa=True)
    client.force_login(officer)

    page = client.get(COVERAGE, {"rows": "street", "columns": "audience", "district": nanshan.code})

    name, _, task = page.context["gaps"][0]
    form = client.get(task).context["form"]
    assert form["title"].value() == f"补上科普资源空白：{name.replace(' · ', '、')}"
    assert form["regions"].value() == [street.pk]
    assert street.name in form["text"].value()


def test_all_blanks_are_a_file_also_those_not_shown(client, places):
    page = client.get(COVERAGE, {"rows": "street", "columns": "audience"})
    assert page.context["gaps_left"] > 0

    table = read_table(
        client.get(f"{COVERAGE}?rows=street&columns=audience&file=gaps.xlsx").content, expect=None
    )

    assert len(table) == len(page.context["gaps"]) + page.context["gaps_left"]
    assert table.headers == ["街道", "人群", "提出需求的网址"]
    assert table.rows[0][2].startswith("http")


def test_the_blanks_of_all_four_together_are_those_without_a_resource(client, places):
    nanshan, street, _ = places
    space = TopicFactory(code="space", name="天文航天")
    kind = KindFactory(code="film", channel="broadcast")
    ResourceFactory(published=True, region=street, kind=kind, audiences=["minors"], topics=[space])

    answer = client.get(f"{COVERAGE}?district={nanshan.code}&file=blanks.csv")

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["区域", "主题", "渠道", "人群", "提出需求的网址"]
    streets = Scope(district=nanshan.code).of("place")
    assert len(rows) - 1 == len(streets) * len(Channel) * len(Audience) - 1
    assert [street.name, "天文航天", "影视音频", "未成年人"] not in [row[:4] for row in rows]
    form = client.get(rows[1][4]).context["form"]
    assert dict(Audience.choices)[form["audience"].value()] == rows[1][3]
    assert rows[1][2] in form["title"].value()


def test_a_file_of_a_page_that_is_kept_for_everybody_keeps_its_name(client, places):
    for _ in range(2):
        answer = client.get(f"{COVERAGE}?file=matrix.csv")
        assert answer["Content-Disposition"].startswith("attachment")
