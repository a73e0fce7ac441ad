"""Everything that can be opened, by everybody: no fault, no leak, no change by reading."""

import random
from urllib.parse import urlencode

from django.urls import reverse

from tests import world as city
from tests.access.attack import HOSTILE, as_bytes
from tests.access.crawl import checksum, english_in, walk
from tests.access.matrix import ask, post_of, reaches
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
    wrong += [
        f"{address} tells {who} in English: {said}"
        for who, found in walks.items()
        for address, answer in found.answers.items()
        if "<html" in answer.text[:300]
        for said in english_in(answer.text)
    ]

    print(f"{len(everything)} addresses, {asked} requests")
    assert not wrong, "\n".join(wrong)
    assert checksum() == before, "a page changed something by being read"
    assert ask(clients["staff"], "GET", "/desk/").status == 200, "something read signed a person out"


def test_a_sentence_in_english_would_be_seen():
    page = "<html><p>此项必填</p><code>git pull from here</code><p>This field is <b>required</b>.</p></html>"

    assert english_in(page) == ["This field is"]


def _names_told(world, walks):
    """Names, numbers and mobiles of people in pages of those they are no business of."""
    may_see_sign_ups = {"here": {"staff", "unit"}, "near": {"staff"}, "far": {"staff", "unit_b"}}
    for who, found in walks.items():
        for address, answer in found.answers.items():
            for place, secrets in world.secrets.items():
                known = _names_in_the_register(world, who, address) | _names_on_paper(world, who, answer)
                yield from (f"{address} tells {who} {one}" for one in secrets - known if one in answer.text)
                mobile = f"1390013900{city.PLACES.index(place)}"
                if mobile in answer.text and who not in may_see_sign_ups[place]:
                    yield f"{address} tells {who} the mobile of a sign-up ({place})"
                draft = f"未公开资源{place}"
                if draft in answer.text and not _reads_draft(world, who, place):
                    yield f"{address} tells {who} of {draft}"


def _names_in_the_register(world, who: str, address: str) -> set[str]:
    """Whoever ticks the children of a class must tell them apart: names, no numbers, of the own school."""
    if not address.startswith(reverse("youth_credits:grid")):
        return set()
    return {one for one in world.secrets.get(post_of(who)[1], ()) if not one.isascii()}


def _names_on_paper(world, who: str, answer) -> set[str]:
    """What a school prints of its own children, or a guardian of the own child, bears the name."""
    role, place = post_of(who)
    is_theirs = answer.text.startswith("%PDF") and role in ("school", "school_verifier", "guardian")
    return world.secrets.get("here" if role == "guardian" else place, set()) if is_theirs else set()


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
                sent = urlencode({name: as_bytes(text) for name, text in query.items()})
                if ask(client, "GET", f"{address}?{sent}", raw=True).kind == "fault":
                    wrong.append(f"{address}?{sent[:120]}")
    assert not wrong, "\n".join(wrong)
