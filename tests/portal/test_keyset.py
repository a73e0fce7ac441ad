import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.keyset import page_by_key
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


def test_a_page_costs_one_query(twelve, django_assert_num_queries):
    with django_assert_num_queries(1):
        page_by_key(twelve, order=("-pk",), size=5)


@given(token=st.text(max_size=700))
def test_any_token_gives_a_page(token):
    page = page_by_key(Region.objects.none(), order=("-pk",), after=token, before=token)

    assert page.rows == []


@pytest.mark.parametrize("token", ["eA", "WzFd", "W1tdXQ", "e30", "x" * 10_000, "%00", "WyIgIl0"])
def test_a_forged_token_gives_the_first_page_or_none_but_no_error(twelve, token):
    assert len(page_by_key(twelve, order=("-pk",), after=token)) <= 12
