"""What is sent that no page asked for: other fields, other people's tokens, hostile headers."""

from django.test import Client
from django.urls import reverse

from events.models import Event
from portal.accounts import User
from resources.models import Resource
from tests.access.matrix import address_of, ask, patterns, reaches
from tests.test_access import PAGES
from tests.world import complete


def test_a_page_that_claims_thousands_of_rows_is_not_drawn_as_long_as_that(world):
    claimed = {"TOTAL_FORMS": 10**9, "INITIAL_FORMS": 0}
    for who, address, prefix in (
        ("accounts", reverse("admin:portal_user_add"), "grants"),
        ("unit", reverse("events_desk:new"), "sessions"),
    ):
        sent = {f"{prefix}-{name}": number for name, number in claimed.items()}
        answer = ask(world.client(who), "POST", address, sent, raw=True)
        assert answer.kind == "open"
        assert f"id_{prefix}-100-" not in answer.text, address


def test_a_form_takes_only_its_own_fields(world):
    """Mass assignment: every field of the model is sent along, with somebody else's values."""
    unit, event = world.client("unit"), world.things["event"]["here"]
    far = world.things["event"]["far"]
    sent = {
        "title": "新标题",
        "kind": "lecture",
        "place": "市民中心",
        "region": event.region_id,
        "organization": world.places["unit far"].pk,
        "created_by": world.people["staff"].pk,
        "status": "published",
        "published_at": "2026-01-01 00:00",
        "id": far.pk,
        "pk": far.pk,
        "version": "",
    }
    ask(unit, "POST", reverse("events_desk:edit", args=[event.pk]), sent, keep=True)

    kept = Event.objects.get(pk=event.pk)
    assert (kept.status, kept.organization, kept.created_by) == (
        "draft",
        event.organization,
        event.created_by,
    )
    assert Event.objects.get(pk=far.pk).title == far.title


def test_a_resource_form_publishes_nothing_and_moves_nothing(world):
    unit, resource = world.client("unit"), world.things["resource"]["here"]
    sent = {
        "title": "新标题",
        "status": "published",
        "code": "stolen",
        "organization": world.places["unit far"].pk,
        "published_at": "2026-01-01 00:00",
        "created_by": world.people["staff"].pk,
    }
    ask(unit, "POST", reverse("resources_desk:edit", args=[resource.pk]), sent, keep=True)

    kept = Resource.objects.get(pk=resource.pk)
    assert (kept.status, kept.code, kept.organization) == ("draft", resource.code, resource.organization)


def test_my_account_changes_the_digest_and_nothing_else(world):
    unit = world.people["unit"]
    sent = {"name": "别人", "email": "x@x.test", "is_superuser": "on", "is_staff": "on", "username": "root"}
    ask(world.client("unit"), "POST", reverse("account"), sent, keep=True)

    kept = User.objects.get(pk=unit.pk)
    assert (kept.name, kept.email, kept.username) == (unit.name, unit.email, unit.username)
    assert not kept.is_superuser
    assert not kept.is_staff
    assert not kept.wants_digest


def test_the_administrator_of_accounts_makes_no_superuser_and_sets_no_password(world):
    user = world.people["unit"]
    client = world.client("accounts")
    sent = {
        "username": user.username,
        "name": user.name,
        "is_superuser": "on",
        "is_staff": "on",
        "password": "x",
        "is_active": "on",
        "grants-TOTAL_FORMS": 0,
        "grants-INITIAL_FORMS": 0,
    }
    ask(client, "POST", reverse("admin:portal_user_change", args=[user.pk]), sent, keep=True)

    kept = User.objects.get(pk=user.pk)
    assert not kept.is_superuser
    assert not kept.is_staff
    assert kept.password == user.password
    assert client.get(reverse("admin:auth_user_password_change", args=[user.pk])).status_code == 404


# --- from elsewhere -------------------------------------------------------------------------------


def test_a_post_without_its_token_is_refused_everywhere(world):
    """Without, with a wrong one, and with another browser's."""
    other = Client()
    other.get(reverse("account_login"))
    stolen = next(iter(other.cookies.values())).value
    world = complete(world)
    routes = {name: route for name, route in patterns() if name in PAGES}
    wrong, asked = [], 0
    for who in ("stranger", "staff", "unit", "school", "verifier", "officer"):
        signed = world.client(who)
        client = Client(enforce_csrf_checks=True)
        client.cookies = signed.cookies
        for name, page in PAGES.items():
            thing = world.things[page.of]["here"] if page.of else None
            place = "here" if page.of else ""
            if name == "csp_report" or not page.post or not reaches(world, page.post, who, thing, place):
                continue
            address = address_of(name, routes[name], page, thing)
            for sent in ({}, {"csrfmiddlewaretoken": "x" * 64}, {"csrfmiddlewaretoken": stolen}):
                answer = ask(client, "POST", address, sent)
                asked += 1
                if answer.status != 403:
                    wrong.append(f"{address} as {who} with {sent}: {answer.status}")

    print(f"{asked} posts")
    assert not wrong, "\n".join(wrong)
    assert asked >= 60


def test_hostile_headers_change_nothing(world):
    client = world.client("staff")
    for header, value in (
        ("HTTP_REFERER", "javascript:alert(1)"),
        ("HTTP_REFERER", "https://evil.test/"),
        ("HTTP_X_FORWARDED_FOR", "' OR 1=1 --, \0"),
        ("HTTP_ACCEPT_LANGUAGE", "x" * 5000),
        ("HTTP_COOKIE", "portal_session=\0; theme=<script>"),
        ("HTTP_HX_REQUEST", "true"),
    ):
        assert ask(client, "GET", "/desk/events/", **{header: value}).status < 500
    assert ask(client, "GET", "/", HTTP_HOST="evil.test").status == 400
