"""Pages of the public that are kept for a minute: the same for everybody, never of one person, never old."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from resources import actions
from resources.models import Resource
from tests.resources.factories import ResourceFactory

MENU = "/menu/"


@pytest.fixture
def shown(city):
    return ResourceFactory(published=True, title="海洋馆")


def get(client, path=MENU, **more):
    return client.get(path, secure=True, **more)


def test_the_second_visitor_costs_one_query(client, shown):
    first = get(client)
    with CaptureQueriesContext(connection) as captured:
        second = get(client)

    assert len(captured) == 1
    assert second.content == first.content
    assert {name: second[name] for name in ("Vary", "X-Frame-Options", "ETag", "Content-Type")} == {
        name: first[name] for name in ("Vary", "X-Frame-Options", "ETag", "Content-Type")
    }
    assert "max-age=60" in second["Cache-Control"]
    assert "Content-Security-Policy" in second
    assert second["X-Request-Id"] != first["X-Request-Id"]


def test_a_page_that_has_not_changed_is_not_sent_again(client, shown):
    etag = get(client)["ETag"]

    again = get(client, headers={"If-None-Match": etag})

    assert (again.status_code, again.content) == (304, b"")


def test_what_is_published_is_on_the_next_visitors_page(client, shown):
    get(client)
    ResourceFactory(published=True, title="新的天文馆")

    assert "新的天文馆" in get(client).content.decode()


def test_what_is_taken_off_is_gone_from_the_next_visitors_page(client, shown, staff):
    get(client)
    actions.archive(Resource.objects.get(), by=staff, note="停办")

    assert "海洋馆" not in get(client).content.decode()


def test_nothing_of_a_signed_in_person_is_kept_or_shown_to_others(client, shown, staff):
    client.force_login(staff)
    mine = get(client)
    client.logout()
    theirs = get(client)

    assert staff.name in mine.content.decode()
    assert mine["Cache-Control"] == "no-store, private"
    assert staff.name not in theirs.content.decode()


def test_how_a_page_is_displayed_is_a_page_of_its_own(client, shown):
    get(client)
    client.cookies["theme"] = "dark"

    assert 'data-theme="dark"' in get(client).content.decode()


def test_kept_pages_hold_no_token_and_set_no_cookie(client, shown):
    page = get(client)

    assert not page.cookies
    assert "csrfmiddlewaretoken" not in page.content.decode()


@pytest.mark.parametrize("address", [f"{MENU}?q={'海' * 200}", "/", "/menu/nosuchcode/"])
def test_other_pages_are_not_kept(client, shown, address):
    get(client, address)

    assert not get(client, address).has_header("ETag")


def test_another_host_has_pages_of_its_own(client, shown, settings):
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]

    etags = {get(client, headers={"Host": host})["ETag"] for host in settings.ALLOWED_HOSTS}

    assert len(etags) == 2
