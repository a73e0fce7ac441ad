import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.keyset import about_how_many, page_by_key
from portal.notices import Notice
from portal.regions import Region
from tests.factories import RegionFactory


@pytest.fixture
def twelve(city):
    RegionFactory.create_batch(12, name="同名")
    return Region.objects.filter(parent=city)


def test_pages_follow_each_other_without_gap_or_repeat(twelve):
    order, seen, token = ("name", "-pk"), [], ""
    for _ in range(3):
        page = page_by_key(twelve, order=order, after=token, size=5)
        seen += page.rows
        token = page.next

    assert token is None
    assert seen == list(twelve.order_by(*order))


def test_going_back_shows_the_page_one_came_from(twelve):
    first = page_by_key(twelve, order=("-pk",), size=5)
    second = page_by_key(twelve, order=("-pk",), after=first.next, size=5)

    back = page_by_key(twelve, order=("-pk",), before=second.previous, size=5)

    assert back.rows == first.rows
    assert (back.previous, bool(back.next)) == (None, True)


def test_a_short_list_is_counted_and_an_empty_one_not_even_asked(twelve, django_assert_num_queries):
    assert about_how_many(twelve) == "共 12 条"
    with django_assert_num_queries(0):
        assert about_how_many(Region.objects.none()) == "共 0 条"


def test_a_long_list_is_estimated_by_the_planner(db, monkeypatch):
    monkeypatch.setattr(Region.objects.none().__class__, "explain", lambda *args, **kwargs: LONG)

    assert about_how_many(Region.objects.all()) == "约 3,120,000 条"


LONG = json.dumps([{"Plan": {"Plan Rows": 3_123_456}}])


def test_a_page_costs_one_query(twelve, django_assert_num_queries):
    with django_assert_num_queries(1):
        page_by_key(twelve, order=("-pk",), size=5)


@given(token=st.text(max_size=700))
def test_any_token_gives_a_page(token):
    page = page_by_key(Region.objects.none(), order=("-pk",), after=token, before=token)

    assert page.rows == []


def token_of(*parts) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


KEYS = [
    1,
    -1,
    1.5,
    10**30,
    float("nan"),
    float("inf"),
    True,
    "",
    "甲",
    "\ud800",
    "2026-01-01",
    "\0",
    None,
    [],
]


@pytest.mark.filterwarnings("ignore:DateTimeField")  # a day is a moment without its zone: readable, if odd
@pytest.mark.parametrize("order", [("-pk",), ("code", "pk"), ("level", "pk"), ("created_at", "pk")])
@pytest.mark.parametrize("key", KEYS, ids=repr)
@pytest.mark.parametrize("way", ["after", "before"])
def test_a_key_of_the_wrong_type_gives_a_page(twelve, order, key, way):
    rows = Notice.objects.all() if "created_at" in order else twelve
    page = page_by_key(rows, order=order, size=5, **{way: token_of(*[key] * len(order))})

    assert len(page) <= 5


def test_an_unfit_key_gives_the_first_page_whichever_way(twelve):
    first = page_by_key(twelve, order=("pk",), size=5)

    assert page_by_key(twelve, order=("pk",), before=token_of("甲"), size=5) == first
    assert page_by_key(twelve, order=("pk",), after=token_of("甲"), size=5) == first


@pytest.mark.parametrize("token", ["eA", "WzFd", "W1tdXQ", "e30", "x" * 10_000, "%00", "WyIgIl0"])
def test_a_forged_token_gives_the_first_page_or_none_but_no_error(twelve, token):
    assert len(page_by_key(twelve, order=("-pk",), after=token)) <= 12
