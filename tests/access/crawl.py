"""Walks the portal as one person: every linked page from the desk on, and every form on the way."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.db import connection
from django.urls import Resolver404, resolve

from portal.scope import scope
from tests.access.matrix import Answer, ask

PER_PATTERN = 2  # addresses of one pattern that are opened; the rest look alike
# What a reader leaves behind by reading: the session, the trail of views, limits, and cached answers.
ENGLISH = re.compile(r"\b[A-Za-z][a-z]+(?: [a-z]{2,}){2,}")  # three words in a row
NOT_READ = {"script", "style", "code", "pre"}
LEFT_BY_READING = {"django_session", "portal_auditentry", "portal_cache", "usersessions_usersession"}


@dataclass(frozen=True)
class Form:
    page: str
    action: str
    method: str
    fields: tuple  # (name, type, value)

    @property
    def has_file(self) -> bool:
        return any(kind == "file" for _, kind, _ in self.fields)

    @property
    def shape(self) -> tuple:
        """What makes two forms the same: where they go and what they ask."""
        return pattern_of(self.action), tuple(sorted({name for name, _, _ in self.fields}))


class _Reader(HTMLParser):
    def __init__(self, page: str):
        super().__init__()
        self.page, self.links, self.forms = page, [], []
        self.form = None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "a" and attrs.get("href"):
            self.links.append(urljoin(self.page, attrs["href"]))
        elif tag == "form":
            action = urljoin(self.page, attrs.get("action") or self.page)
            self.form = (action, (attrs.get("method") or "get").lower(), [])
        elif self.form and tag in ("input", "select", "textarea", "button") and attrs.get("name"):
            kind = attrs.get("type", tag)
            self.form[2].append((attrs["name"], kind, attrs.get("value") or ""))

    def handle_endtag(self, tag):
        if tag == "form" and self.form:
            action, method, fields = self.form
            self.forms.append(Form(self.page, action, method, tuple(fields)))
            self.form = None


def read(page: str, html: str) -> tuple[list[str], list[Form]]:
    reader = _Reader(page)
    reader.feed(html)
    return reader.links, reader.forms


def pattern_of(address: str) -> str | None:
    """The route an address belongs to ("" is the home page's), or None."""
    try:
        return resolve(urlsplit(address).path).route
    except Resolver404:
        return None


class _Words(HTMLParser):
    def __init__(self):
        super().__init__()
        self.inside, self.words = [], []

    def handle_starttag(self, tag, attrs):
        if tag in NOT_READ:
            self.inside.append(tag)

    def handle_endtag(self, tag):
        if self.inside and tag == self.inside[-1]:
            self.inside.pop()

    def handle_data(self, data):
        if not self.inside:
            self.words.append(data)


def english_in(html: str) -> list[str]:
    """What a page says in English: a sentence of a library that nobody put into Chinese."""
    words = _Words()
    words.feed(html)
    return ENGLISH.findall("\n".join(words.words))


@dataclass
class Walk:
    answers: dict[str, Answer] = field(default_factory=dict)
    forms: dict[tuple, Form] = field(default_factory=dict)

    @property
    def addresses(self) -> list[str]:
        return list(self.answers)


def walk(client, start: str, *, most: int = 140) -> Walk:
    """Every page that is linked: first one of each pattern, then others of it; nothing outside."""
    found, waiting, seen = Walk(), {start: pattern_of(start)}, {}
    while waiting and len(found.answers) < most:
        address = min(waiting, key=lambda one: seen.get(waiting[one], 0))  # of equals the one met first
        route = waiting.pop(address)
        if seen.get(route, 0) >= PER_PATTERN:
            break
        seen[route] = seen.get(route, 0) + 1
        answer = ask(client, "GET", address, raw=True)
        found.answers[address] = answer
        if "<html" not in answer.text[:300]:
            continue
        links, forms = read(address, answer.text)
        for link in (link.partition("#")[0] for link in links if link.startswith("/")):
            if link not in found.answers and not urlsplit(link).netloc and pattern_of(link) is not None:
                waiting.setdefault(link, pattern_of(link))
        for form in forms:
            found.forms.setdefault(form.shape, form)
    return found


def checksum() -> dict[str, str]:
    """A digest of the rows of every table but those that reading writes."""
    with scope("steward"), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall() if name not in LEFT_BY_READING]
        digests = {}
        for table in tables:
            if not re.fullmatch(r"\w+", table):
                continue
            cursor.execute(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{table}\" t")
            digests[table] = cursor.fetchone()[0]
    return digests
