"""The columns that the menu is counted from: always what the database says, whoever changed it."""

import threading
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection, transaction
from django.utils import timezone

from portal.scope import scope
from resources import actions, queries
from resources.models import MenuChange, MenuEntry, Resource
from resources.queries import columns as kept_columns
from resources.queries.columns import PLAIN, Columns, Kept
from tests.factories import RegionFactory
from tests.resources.factories import ResourceFactory, TopicFactory, in_shenzhen


def same(one: Columns, other: Columns) -> bool:
    topics = [sorted(zip(each.topic_key, each.topic, strict=True)) for each in (one, other)]
    return topics[0] == topics[1] and all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=name in ("latitude", "longitude"))
        for name in PLAIN
    )


def test_a_transaction_that_has_written_reads_for_itself_and_keeps_nothing(city):
    ResourceFactory(published=True)
    kept = Kept()

    assert len(kept.now().keys) == 1
    assert kept.columns is None


@pytest.mark.django_db(transaction=True)
def test_only_what_changed_is_read_again_and_nothing_is_missed(city, django_assert_num_queries):
    topic = TopicFactory()
    made = [ResourceFactory(published=True, topics=[topic], **in_shenzhen()) for _ in range(4)]
    kept = Kept()
    kept.now()
    with django_assert_num_queries(1):
        kept.now()

    Resource.objects.filter(pk=made[0].pk).update(is_free=True)
    Resource.objects.filter(pk=made[1].pk).update(status="archived", archived_at=timezone.now())
    actions.refresh([made[0].pk, made[1].pk])
    new = ResourceFactory(published=True, topics=[topic])

    with django_assert_num_queries(2):
        now = kept.now()
    assert same(now, Columns.read())
    assert new.pk in now.keys
    assert made[1].pk not in now.keys


@pytest.mark.django_db(transaction=True)
def test_a_change_that_commits_after_a_later_one_is_not_passed_over(city):
    slow, quick = ResourceFactory(published=True, is_free=False), ResourceFactory(published=True)
    kept = Kept()
    kept.now()
    written, go_on = threading.Event(), threading.Event()

    def change_slowly():
        with transaction.atomic():
            Resource.objects.filter(pk=slow.pk).update(is_free=True)
            actions.refresh([slow.pk])
            written.set()
            go_on.wait(10)
        connection.close()

    thread = threading.Thread(target=change_slowly)
    thread.start()
    written.wait(10)
    actions.refresh([quick.pk])  # a later number, committed first
    kept.now()
    go_on.set()
    thread.join()

    assert same(kept.now(), Columns.read())
    assert kept.now().is_free.any()


@pytest.mark.django_db(transaction=True)
def test_an_emptied_database_is_noticed(city):
    ResourceFactory(published=True)
    kept = Kept()
    assert len(kept.now().keys) == 1

    MenuEntry.objects.all().delete()
    MenuChange.objects.all().delete()

    assert len(kept.now().keys) == 0


@pytest.mark.django_db(transaction=True)
def test_the_version_changes_with_every_change(city):
    versions = [queries.menu_version()]
    resource = ResourceFactory(published=True)
    versions.append(queries.menu_version())
    actions.note_next_session(resource.pk, timezone.now())
    versions.append(queries.menu_version())

    assert len(set(versions)) == 3


def test_distances_are_those_of_the_map(city):
    # 市民中心 to 深圳北站 as the crow flies: about 7.6 km.
    ResourceFactory(published=True, **in_shenzhen(latitude="22.60940", longitude="114.02914"))
    ResourceFactory(published=True)

    away = kept_columns.columns().kilometres_from(22.54639, 114.05684)

    assert np.isnan(away).sum() == 1
    assert np.nanmin(away) == pytest.approx(7.57, abs=0.1)


def test_old_changes_are_forgotten_and_the_newest_stays(city):
    ResourceFactory(published=True)
    last = MenuChange.objects.order_by("pk").last()
    MenuChange.objects.update(made_at=timezone.now() - timedelta(days=9))

    actions.forget_menu_changes(at=timezone.now())

    assert list(MenuChange.objects.all()) == [last]


@pytest.fixture
def spread(city):
    """Three venues on a line to the north of the town hall, one without a point; two subdistricts."""
    south = RegionFactory(name="福田区", code="440304000000")
    streets = [RegionFactory(subdistrict=True, parent=south) for _ in range(2)]
    points = ["22.547", "22.560", "22.620"]
    made = [
        ResourceFactory(
            published=True,
            title=f"第{number}馆",
            region=streets[number % 2],
            **in_shenzhen(latitude=latitude, longitude="114.057"),
        )
        for number, latitude in enumerate(points)
    ]
    return [*made, ResourceFactory(published=True, title="无坐标", region=streets[0])]


def menu(**asked) -> queries.MenuQuery:
    return queries.MenuQuery.read(asked, at=timezone.now())


def test_near_a_position_the_nearest_comes_first_with_its_distance(spread):
    query = menu(near="22.5461234,114.0571")
    rows = query.page().rows

    assert query.near == "22.546,114.057"
    assert [row.title for row in rows] == ["第0馆", "第1馆", "第2馆"]
    assert [round(row.kilometres, 1) for row in rows] == [0.1, 1.6, 8.2]
    assert query.total == 3


def test_near_pages_through_all_rows_once_and_back(spread):
    query = menu(near="22.546,114.057")
    first = query.page(size=2)
    second = query.page(after=first.next, size=2)

    assert [row.title for row in second.rows] == ["第2馆"]
    assert second.next is None
    assert query.page(before=second.previous, size=2).rows == first.rows


def test_within_a_distance_counts_are_lengths_of_lists(spread):
    query = menu(near="22.546,114.057", within="3")
    rings = next(facet for facet in query.facets if facet.name == "within")

    assert query.total == 2
    assert {option.value: option.count for option in rings.options} == {"1": 1, "3": 2, "10": 3}
    for option in rings.options:
        assert menu(near="22.546,114.057", within=option.value).total == option.count


def test_one_may_start_from_a_district_or_a_subdistrict(spread):
    street = spread[1].region

    assert menu(near="440304000000").page().rows[0] in spread[:3]
    assert menu(near=street.code).page().rows[0] == spread[1]
    assert menu(near=street.code).chosen[0][0] == f"从{street.name}出发"


@pytest.mark.parametrize(
    "near", ["0,0", "22.5", "91.000,114.0", "440399000000", "22.5,114.0,1", "nan,nan", "'"]
)
def test_a_start_that_is_nowhere_here_is_not_asked_for(spread, near):
    assert (menu(near=near, within="1").total, menu(near=near).chosen) == (4, [])


def test_subdistricts_are_offered_inside_their_district(spread):
    district, street = spread[0].region.parent, spread[0].region
    streets = next(facet for facet in menu(district=district.code).facets if facet.name == "street")

    assert sum(option.count for option in streets.options) == 4
    assert menu(district=district.code, street=street.code).total == 3
    assert menu(street=street.code, district="440305000000").total in (3, 0)


def test_the_page_of_a_position_is_never_kept(client, spread):
    answer = client.get("/menu/?near=22.546,114.057", secure=True)

    assert answer["Cache-Control"] == "no-store, private"
    assert "约 100 米（直线）" in answer.content.decode()


def test_scopes_are_left_as_they_were(spread):
    with scope("ledger"):
        assert menu().total == 4
