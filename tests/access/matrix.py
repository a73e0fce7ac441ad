"""Asks every address of the portal as everybody, about every record, in every way."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from django.db import transaction
from django.http.cookie import SimpleCookie
from django.urls import URLPattern, get_resolver, reverse

from portal.middleware import SecondFactorMiddleware
from tests.world import ACTORS, World, token_of

NO_UUID = "00000000-0000-4000-8000-000000000000"
METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS")
PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")

# How a parameter of an address is filled from a record, and from one that is not there.
KEY = {
    "pk": lambda thing: thing.pk,
    "uuid": lambda thing: thing.uuid,
    "token": token_of,
    "object_id": lambda thing: thing.pk,
    "id": lambda thing: thing.pk,
    "code": lambda thing: thing.code,
}
MISSING = {"uuid": NO_UUID, "token": "nothing", "code": "nothing"}


@dataclass(frozen=True)
class Page:
    """Who reaches a page by reading and by posting.

    `get` and `post` are "" for nobody (the method is not offered), "*" for everybody, "+" for everybody who
    is signed in, or roles with their reach: "staff@city district@district unit@own guardian@ward".
    On a page `of` a kind of record the reach says of whose; without one it plays no part. "self" is the
    person it belongs to.
    `sends`: what is sent along, in the address or in the form; callables are asked of the record.
    `may_be_empty`: who reaches it may still be told that there is nothing yet.
    """

    get: str = ""
    post: str = ""
    of: str = ""
    args: tuple = ()
    sends: tuple = ()
    may_be_empty: bool = False

    def sent(self, thing) -> dict:
        """What is sent along about a record; about one that is not there, only what is no part of it."""
        said = {name: value for name, value in self.sends if not callable(value)}
        of_it = {name: value(thing) for name, value in self.sends if callable(value)} if thing else {}
        return said | of_it


def patterns(resolver=None, prefix: str = "", spaces: tuple = ()):
    """(name with its namespaces or "", address with its parameters) of every page."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield ":".join([*spaces, entry.name or ""]), route
        else:
            yield from patterns(entry, route, (*spaces, *filter(None, [entry.namespace])))


@dataclass(frozen=True)
class Answer:
    status: int
    kind: str  # open, closed, login, factor, fault
    text: str


def kind_of(response) -> str:
    where = response.headers.get("Location", "")
    if response.status_code >= 500:
        return "fault"
    if response.status_code in (403, 404, 405):
        return "closed"
    if response.status_code == 401:  # a form comes back with the way to sign in
        return "login"
    if response.status_code in (301, 302) and re.match(r"/(accounts|admin)/login/", where):
        return "login"
    if response.status_code == 302 and where == "/accounts/2fa/":
        return "factor"
    return "open"


def ask(client, method: str, address: str, data=None, *, keep=False, raw=False, **extra) -> Answer:
    """One request; what it changed is undone, in the database and in the browser, unless told to `keep` it.

    `raw`: the text as it came, addresses and tokens in it.
    """
    client.raise_request_exception = False
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    with transaction.atomic():
        if method == "POST":
            response = client.post(address, data or {}, **extra)
        else:
            query = f"?{urlencode(data)}" if data else ""
            response = client.generic(method, f"{address}{query}", **extra)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        if not keep:
            transaction.set_rollback(True)
    client.cookies = SimpleCookie(cookies)
    text = body.decode("utf-8", "replace")
    if raw:
        return Answer(response.status_code, kind_of(response), text)
    for form in (address, quote(address, safe=""), quote(address)):
        text = text.replace(form, "ADDRESS")
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|[0-9a-f]{32}', "", text)
    return Answer(response.status_code, kind_of(response), text)


def address_of(name: str, route: str, page: Page, thing) -> str:
    """The address of a page for a record; None stands for one that is not there."""
    said = {key: value for key, value in page.args if not callable(value)}
    parts = {} if thing is None else {key: value(thing) for key, value in page.args if callable(value)}
    values = said | parts
    for kind, parameter in PARAMETER.findall(route):
        if parameter in values:
            continue
        if thing is not None:
            values[parameter] = KEY[parameter](thing)
        else:
            values[parameter] = NO_UUID if kind == "uuid" else MISSING.get(parameter, 999_999_999)
    return reverse(name, kwargs=values)


def post_of(who: str) -> tuple[str, str]:
    """The role an actor holds and the place where: ("unit", "far")."""
    role, where = ACTORS[who] or ("", "")
    return str(role or ""), (where or "").rpartition(" ")[2]


def reaches(world: World, reach: str, who: str, thing, place: str) -> bool:
    """Whether a page's `get` or `post` opens it for a person, about a record at a place."""
    signed_in = who not in ("stranger", "disabled")
    if reach in ("", "*", "+"):
        return reach == "*" or (reach == "+" and signed_in)
    if not signed_in:
        return False
    role, where = post_of(who)
    for word in reach.split():
        held, _, width = word.partition("@")
        if held == "self":
            owners = (getattr(thing, name, None) for name in ("reviewer", "user", "created_by"))
            return world.people[who] == next(filter(None, owners), None)
        if held == role:
            return thing is None or _within(width, where, place)
    return False


def _within(width: str, where: str, place: str) -> bool:
    if width == "city":
        return True
    if width == "ward":  # the guardian's own child is the one here
        return place == "here"
    if width == "district":
        return place == where or {place, where} <= {"here", "near"}
    return place == where


def wanted(world: World, page: Page, address: str, who: str, method: str, thing, place: str) -> set[str]:
    """The kinds of answer that are right."""
    reach = page.post if method == "POST" else page.get
    offered = bool(reach)
    is_public = "*" in (page.get, page.post)
    if who == "no_mfa" and not address.startswith(SecondFactorMiddleware.OPEN):
        return {"factor"}
    if who in ("stranger", "disabled") and not is_public:
        return {"login"}
    if place == "gone":
        return {"closed"}
    if method in ("PUT", "DELETE", "OPTIONS"):
        return {"closed"}
    if not offered or not reaches(world, reach, who, thing, place):
        return {"closed"}
    return {"open", "closed"} if page.may_be_empty else {"open"}
