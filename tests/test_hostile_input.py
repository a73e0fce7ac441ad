"""Everything that can be typed, sent or opened, by everybody: no fault, no leak, no change by reading."""

import random
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from events.models import Event
from portal.accounts import User
from resources.models import Resource
from tests import world as city
from tests.access.crawl import checksum, walk
from tests.access.matrix import address_of, ask, patterns, reaches
from tests.test_access import PAGES

WALKERS = (
    "stranger",
    "nobody",
    "staff",
    "accounts",
    "auditor",
    "officer",
    "officer_b",
    "education",
    "unit",
    "unit_b",
    "school",
    "school_near",
    "school_b",
    "verifier",
    "guardian",
)
EXAMPLES = 6  # for each form, after those of HOSTILE
HOSTILE = [
    "",
    " ",
    "\u3000",
    "\0",
    "a\0b",
    "-1",
    "0",
    "1e400",
    "9" * 400,
    "NaN",
    "2025-02-29",
    "2024-02-29",
    "0000-00-00",
    "99999-12-31",
    "24:61",
    "<script>alert(1)</script>",
    "'; DROP TABLE portal_user; --",
    "{{ 7 }}{% debug %}",
    "../../../../etc/passwd",
    "=1+1",
    "\u202egnp.exe",
    "\ud800",
    "𠮷" * 200,
    "a" * 10_000,
    "00000000-0000-4000-8000-000000000000",
    "440305000000",
    "[]",
    "{}",
    "on",
    "null",
    "true",
    "http://169.254.169.254/",
    "\r\nSet-Cookie: a=b",
    "%00",
    "%s%n",
    "１２３",
]


@pytest.fixture
def world(db, monkeypatch):
    monkeypatch.setattr("youth_credits.actions.transcripts.pdf", lambda *args, **kwargs: b"%PDF-1.7")
    return city.build()


# --- reading --------------------------------------------------------------------------------------


def test_what_one_person_finds_opens_for_another_only_if_it_is_theirs_too(world):
    clients = {who: world.client(who) for who in WALKERS}
    before = checksum()
    walks = {who: walk(clients[who], "/" if who == "stranger" else "/desk/") for who in WALKERS}
    wrong = [
        f"{address} as {who}: {answer.status}"
        for who, found in walks.items()
        for address, answer in found.answers.items()
        if answer.kind == "fault" or (answer.status == 404 and "admin" not in address)
    ]
    everything = sorted({address for found in walks.values() for address in found.addresses})
    asked = sum(len(found.answers) for found in walks.values())
    for who, client in clients.items():
        for address in everything:
            if address not in walks[who].answers:
                answer = walks[who].answers[address] = ask(client, "GET", address, raw=True)
                asked += 1
                if answer.kind == "fault":
                    wrong.append(f"{address} as {who}, who was not led there: {answer.status}")
    wrong += list(_names_told(world, walks))

    print(f"{len(everything)} addresses, {asked} requests")
    assert not wrong, "\n".join(wrong)
    assert checksum() == before, "a page changed something by being read"
    assert ask(clients["staff"], "GET", "/desk/").status == 200, "something read signed a person out"


def _names_told(world, walks):
    """Names, numbers and mobiles of people in pages of those they are no business of."""
    may_see_sign_ups = {"here": {"staff", "unit"}, "near": {"staff"}, "far": {"staff", "unit_b"}}
    for who, found in walks.items():
        for address, answer in found.answers.items():
            for place, secrets in world.secrets.items():
                yield from (f"{address} tells {who} {one}" for one in secrets if one in answer.text)
                mobile = f"1390013900{city.PLACES.index(place)}"
                if mobile in answer.text and who not in may_see_sign_ups[place]:
                    yield f"{address} tells {who} the mobile of a sign-up ({place})"
                draft = f"未公开资源{place}"
                if draft in answer.text and not _reads_draft(world, who, place):
                    yield f"{address} tells {who} of {draft}"


def _reads_draft(world, who: str, place: str) -> bool:
    page = PAGES["resources_desk:detail"]
    return reaches(world, page.get, who, world.things["resource"][place], place)


LISTS = (
    ("stranger", ("/menu/", "/events/", "/search/", "/index/", "/api/v1/events/", "/events/calendar.ics")),
    ("staff", ("/desk/resources/", "/desk/events/", "/desk/returns/", "/desk/inbox/", "/desk/reports/")),
    ("staff", ("/admin/portal/organization/", "/admin/events/event/", "/admin/talent/person/")),
    ("school", ("/desk/credits/students/", "/desk/credits/batches/", "/desk/credits/grid/")),
    ("auditor", ("/desk/audit/",)),
)
NAMES = (
    "q",
    "page",
    "after",
    "before",
    "sort",
    "status",
    "district",
    "kind",
    "when",
    "class",
    "o",
    "p",
    "year",
)


def test_lists_answer_whatever_is_asked_of_them(world):
    chance = random.Random(20261123)
    values = [*HOSTILE, "password", str(10**9), ".*+?^${}()|[]\\", "kjg' OR 1=1"]
    wrong = []
    for who, addresses in LISTS:
        client = world.client(who)
        for address in addresses:
            for value in values:
                query = dict.fromkeys(chance.sample(NAMES, 4), value)
                sent = urlencode({name: _bytes(text) for name, text in query.items()})
                if ask(client, "GET", f"{address}?{sent}", raw=True).kind == "fault":
                    wrong.append(f"{address}?{sent[:120]}")
    assert not wrong, "\n".join(wrong)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


# --- posting --------------------------------------------------------------------------------------


def texts():
    return st.one_of(
        st.sampled_from(HOSTILE),
        st.text(max_size=60),
        st.integers().map(str),
        st.dates().map(str),
        st.floats().map(str),
    )


def payloads(form):
    """Each field typed as it came, hostile, twice, or not at all."""
    names = sorted({name for name, _, _ in form.fields} - {"csrfmiddlewaretoken"})
    values = {name: value for name, _, value in form.fields}
    one = {
        name: st.one_of(st.none(), st.just([values[name]]), st.lists(texts(), min_size=1, max_size=2))
        for name in names
    }
    return st.fixed_dictionaries(one)


def test_every_form_bears_every_text(world):
    attacked, posts, wrong = set(), 0, []
    for who in ("stranger", "staff", "unit", "officer", "school", "verifier", "accounts"):
        client = world.client(who)
        for shape, form in walk(client, "/" if who == "stranger" else "/desk/").forms.items():
            if shape in attacked or form.method != "post" or shape[0] == "accounts/logout/":
                continue
            attacked.add(shape)
            for attack in (_type_what_is_known_to_hurt, _type_what_nobody_thought_of):
                asked, faults = attack(client, form)
                posts += asked
                wrong += faults[:1]

    print(f"{len(attacked)} forms, {posts} posts")
    assert not wrong, "\n".join(wrong)
    assert len(attacked) >= 45


def _type_what_is_known_to_hurt(client, form) -> tuple[int, list[str]]:
    """Every hostile text: in one field or two among sound ones, or beside others in all of them."""
    values = {name: value for name, _, value in form.fields if name != "csrfmiddlewaretoken"}
    sound, names = {name: [value] for name, value in values.items()}, sorted(values)
    tries = []
    for number in range(0, len(HOSTILE), 4) if names else ():
        places = [names[(number + step) % len(names)] for step in range(2)]
        tries.append({**sound, **{name: [HOSTILE[number + step]] for step, name in enumerate(places)}})
        for shift in (number + 1, number + 3):
            texts = [HOSTILE[(shift + place) % len(HOSTILE)] for place in range(len(names))]
            tries.append({name: [text] for name, text in zip(names, texts, strict=True)})
    return len(tries), [fault for typed in tries for fault in _fault(client, form, typed)]


def _type_what_nobody_thought_of(client, form) -> tuple[int, list[str]]:
    faults = []

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(payloads(form))
    def run(typed):
        faults.extend(_fault(client, form, typed))

    run()
    return EXAMPLES, faults


def _fault(client, form, typed) -> list[str]:
    answer = _post(client, form, typed)
    return [f"{form.action}: {answer.status} for {typed}"[:400]] if answer.kind == "fault" else []


def _post(client, form, typed):
    pairs = [(name, value) for name, values in typed.items() for value in values or ()]
    if form.has_file:
        data: dict = {}
        files = {name for name, kind, _ in form.fields if kind == "file"}
        for name, value in pairs:
            clean = value.encode("utf-8", "replace").decode()
            data[name] = SimpleUploadedFile("x.xlsx", clean.encode()) if name in files else clean
        return ask(client, "POST", form.action, data, raw=True)
    body = urlencode([(name, _bytes(value)) for name, value in pairs])
    return ask(client, "POST", form.action, body, raw=True, content_type="application/x-www-form-urlencoded")


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
