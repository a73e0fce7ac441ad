"""The public menu: one question gives list, total and the count beside every filter."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, cached_property, partial

import numpy as np
from django.db.models import F, Lookup, Q
from django.db.models.lookups import GreaterThan
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from portal import search
from portal.calendar import weekend_of
from portal.identifiers import clean_text
from portal.keyset import KeysetPage, page_by_key, page_of_numbers
from resources.models import (
    BIT_FILTERS,
    Audience,
    MenuEntry,
    Resource,
    audience_bit,
    filter_bit,
    group_bit,
)
from resources.queries.cards import in_order
from resources.queries.columns import Columns, columns
from resources.queries.counts import MenuCounts
from resources.queries.facets import FREE_FOR, OPEN, WITHIN, Facet, Vocabulary, chosen, facets
from resources.queries.own_fields import OWN, has_own
from resources.queries.places import Place, StartingPoints

PAGE = 24
SORTS = {
    "soon": ("近期有活动优先", ("soonest", "-published_at", "resource_id")),
    "new": ("最近发布", ("-published_at", "resource_id")),
    "name": ("按名称拼音", ("title_key", "resource_id")),
}
MATCH = "match"
NEAR = "near"
FEW = 3_000  # entries up to which a list is found by their keys
KEY_BITS = 40  # of a resource's key below its distance in metres
RANK_BITS, LENGTH_BITS = 52, 42  # of a match: rank, length of its title, key of its entry


@dataclass(frozen=True)
class MenuQuery:
    """One question to the menu. List, total and the count beside every filter come from this one object.

    Each facet's counts leave out its own filter: a count is the length of the list its link opens.
    """

    at: datetime
    q: str = ""
    district: str = ""
    kind: str = ""
    audience: str = ""
    topic: str = ""
    free: str = ""
    free_for: str = ""
    open: str = ""
    age: str = ""
    weekday: str = ""
    booking: str = ""
    accessible: str = ""
    street: str = ""
    near: str = ""
    within: str = ""
    own: tuple[tuple[str, str], ...] = ()  # values of the kind's own lists
    sort: str = ""
    words: Vocabulary = field(default_factory=Vocabulary.load, compare=False, repr=False)
    columns: Columns = field(default_factory=columns, compare=False, repr=False)

    PARTS = (
        "district",
        "street",
        "kind",
        "audience",
        "topic",
        "free",
        "free_for",
        "open",
        *BIT_FILTERS,
        "near",
        "within",
    )

    @classmethod
    def read(cls, params, *, at: datetime) -> "MenuQuery":
        """From the address. What is not a known value is not asked for."""
        kept = columns()
        words = kept.memo.get("words") or kept.memo.setdefault("words", Vocabulary.load())
        asked = {
            "q": clean_text(params.get("q", "")[: search.MAX_QUERY]),
            "district": _known(params.get("district"), words.districts),
            "kind": _known(params.get("kind"), words.kinds),
            "audience": _known(params.get("audience"), Audience.values),
            "topic": _known(params.get("topic"), {topic.code for topic in words.topics.values()}),
            "free": _known(params.get("free"), {"1"}),
            "free_for": _known(params.get("free_for"), FREE_FOR),
            "open": _known(params.get("open"), OPEN),
            **{name: _known(params.get(name), labels) for name, (_, labels) in BIT_FILTERS.items()},
            "street": _known(params.get("street"), words.streets),
            "near": StartingPoints.written(params.get("near", "")),
            "within": _known(params.get("within"), WITHIN),
            "sort": _known(params.get("sort"), {*SORTS, MATCH, NEAR}),
        }
        lists = words.own_fields.get(asked["kind"], [])
        typed = [(each["code"], params.get(OWN + each["code"], ""), each["choices"]) for each in lists]
        asked["own"] = tuple((code, value) for code, value, known in typed if value in known)
        return cls(at=at, words=words, columns=kept, **asked)._usable()

    def _usable(self) -> "MenuQuery":
        """Without what cannot be answered: a start nobody knows, a subdistrict of another district."""
        unfit = {}
        if self.start is None:
            unfit |= {"near": "", "within": ""}
        if self.street and self.district and self.words.streets[self.street].district_code != self.district:
            unfit["street"] = ""
        return replace(self, **unfit) if unfit else self

    @cached_property
    def start(self) -> Place | None:
        """Where distances begin; None if nothing was said, or nothing known."""
        return StartingPoints(self.columns).find(self.near) if self.near else None

    @cached_property
    def kilometres(self) -> np.ndarray:
        return self.columns.kilometres_from(self.start.latitude, self.start.longitude)

    # What is asked, as conditions

    @property
    def own_fields(self) -> list[dict]:
        """The lists of the kind asked for."""
        return self.words.own_fields.get(self.kind, [])

    @property
    def is_searched(self) -> bool:
        return bool(search.variants(self.q)) if self.q else False

    @cached_property
    def conditions(self) -> dict[str, Q]:
        """The condition of each filter that is set."""
        made = {
            "district": lambda: Q(district=self.words.districts[self.district]),
            "kind": lambda: Q(kind=self.words.kinds[self.kind]),
            "audience": lambda: _in_audience(self.audience),
            "topic": lambda: Q(topic_ids__contains=[self.words.topic(self.topic).pk]),
            "free": lambda: Q(is_free=True),
            "free_for": lambda: _free_for(self.free_for),
            "open": lambda: opened(self.at)[self.open],
            "street": lambda: Q(resource__region__path__contains=f"/{self.street}/"),
            **{name: partial(self._has_bit, name) for name in BIT_FILTERS},
        }
        kept = {part: made[part]() for part in self.PARTS if getattr(self, part) and part in made}
        return kept | {OWN + code: self._has_own(code, value) for code, value in self.own}

    def _has_own(self, code: str, value: str) -> Q:
        declared = next(each for each in self.own_fields if each["code"] == code)
        return has_own(declared, value, of="resource__details")

    def _has_bit(self, name: str):
        return _bit_set(BIT_FILTERS[name][0], filter_bit(name, getattr(self, name)))

    def _bit_mask(self, name: str) -> np.ndarray:
        column = getattr(self.columns, BIT_FILTERS[name][0])
        return (column & filter_bit(name, getattr(self, name))) > 0

    @cached_property
    def masks(self) -> dict[str, np.ndarray]:
        """The rows of the menu that each filter lets through: the conditions once more, upon the columns."""
        kept, words = self.columns, self.words
        made = {
            "district": lambda: kept.district == words.districts[self.district].pk,
            "street": lambda: kept.street == words.streets[self.street].pk,
            "kind": lambda: kept.kind == words.kinds[self.kind].pk,
            "audience": lambda: (kept.audience_bits & audience_bit(self.audience)) > 0,
            "topic": lambda: kept.about(words.topic(self.topic).pk),
            "free": lambda: kept.is_free,
            "free_for": lambda: (kept.free_bits & group_bit(self.free_for)) > 0,
            "open": lambda: kept.open_at(self.at)[self.open],
            **{name: partial(self._bit_mask, name) for name in BIT_FILTERS},
            "near": lambda: ~np.isnan(self.kilometres),
            "within": lambda: self.kilometres <= float(self.within),
        }
        masks = {part: made[part]() for part in self.PARTS if getattr(self, part)}
        return masks | {OWN + code: self.own_masks[code, value] for code, value in self.own}

    @cached_property
    def own_masks(self) -> dict[tuple[str, str], np.ndarray]:
        """The rows of the kind asked for with each value of its own lists."""
        codes = [each["code"] for each in self.own_fields]
        found = self.columns.with_own(self.words.kinds[self.kind].pk, codes) if codes else {}
        none = np.zeros(len(self.columns.keys), bool)
        return {
            (each["code"], value): found.get((each["code"], value), none)
            for each in self.own_fields
            for value in each["choices"]
        }

    @cached_property
    def found_mask(self) -> np.ndarray:
        """What the words in the search box find, asked once for list and counts."""
        if not self.q:
            return self.columns.all()
        if self.order == MATCH:
            return self.columns.among(self.matches[:, 3])
        keys = search.matching_ids(self.q, kind="resource").values_list("subject_id", flat=True)
        return self.columns.among(list(keys))

    @cached_property
    def matches(self) -> np.ndarray:
        """What the words find, a row each: rank, length of the title, key of the entry, resource."""
        return np.array(search.ranked(self.q, kind="resource"), "i8").reshape(-1, 4)

    def mask(self, *, without: str = "") -> np.ndarray:
        """The rows asked for; leaving out the filters named, for the counts beside them."""
        if self.masks.keys() & without.split():
            return self._mask([part for part in self.masks if part not in without.split()])
        return self.whole_mask

    def _mask(self, parts: list[str]) -> np.ndarray:
        mask = self.found_mask
        for part in parts:
            mask = mask & self.masks[part]
        return mask

    @cached_property
    def whole_mask(self) -> np.ndarray:
        return self._mask(list(self.masks))

    @cached_property
    def shown(self) -> np.ndarray:
        """Where the rows asked for stand."""
        return np.flatnonzero(self.whole_mask)

    def values(self, column: np.ndarray, *, without: str = "") -> np.ndarray:
        """What stands in a column of the rows asked for; leaving out the filters named."""
        mask = self.mask(without=without)
        return column.take(self.shown) if mask is self.whole_mask else column[mask]

    @cached_property
    def keys(self) -> np.ndarray:
        return self.columns.keys.take(self.shown)

    def entries(self):
        """The entries asked for. Few are found by their keys; many by the conditions, along an index."""
        if len(self.keys) <= FEW or self.q or self.near:
            return MenuEntry.objects.filter(_AnyOf(F("resource_id"), self.keys.tolist()))
        return MenuEntry.objects.filter(*self.conditions.values())

    # The list

    @property
    def order(self) -> str:
        if self.sort in SORTS or self.sort in self.special_orders:
            return self.sort
        return self.special_orders[0] if self.special_orders else "soon"

    @property
    def special_orders(self) -> list[str]:
        """The orders that this question alone makes possible, the usual one first."""
        return [NEAR] * bool(self.near) + [MATCH] * self.is_searched

    def page(self, *, after: str = "", before: str = "", size: int = PAGE) -> KeysetPage:
        """One page of resources, each with its distance where one was asked for."""
        page = self._keys(after=after, before=before, size=size)
        rows = in_order(page.rows)
        if self.near:
            for row, place in zip(rows, self.columns.places_of([row.pk for row in rows]), strict=False):
                row.kilometres = float(self.kilometres[place])
        return replace(page, rows=rows)

    def _keys(self, *, after: str, before: str, size: int) -> KeysetPage:
        asked = {"after": after, "before": before, "size": size}
        if self.order == NEAR:
            metres = (self.kilometres[self.mask()] * 1000).astype("i8")
            page = page_of_numbers(np.sort((metres << KEY_BITS) + self.keys), **asked)
            return replace(page, rows=[number & ((1 << KEY_BITS) - 1) for number in page.rows])
        if self.order == MATCH:
            shown = self.matches[np.isin(self.matches[:, 3], self.keys)]
            numbers = (shown[:, 0] << RANK_BITS) + (shown[:, 1] << LENGTH_BITS) + shown[:, 2]
            page = page_of_numbers(np.sort(numbers), **asked)
            resource_of = dict(zip(numbers.tolist(), shown[:, 3].tolist(), strict=True))
            return replace(page, rows=[resource_of[number] for number in page.rows])
        order = SORTS[self.order][1]
        entries = self.entries().only(*(name.lstrip("-") for name in order))
        page = page_by_key(entries, order=order, **asked)
        return replace(page, rows=[row.pk for row in page.rows])

    # The counts

    @cached_property
    def counts(self) -> "MenuCounts":
        """Total and counts of every filter, from the columns."""
        return MenuCounts.of(self)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the search box carries along."""
        kept = [(name, getattr(self, name)) for name in self.PARTS if getattr(self, name)]
        return kept + self._own_said

    def said_of(self, name: str) -> str:
        """The value of one part as the address names it; "" where it is not set."""
        return dict(self._own_said).get(name, "") if name.startswith(OWN) else getattr(self, name)

    @property
    def _own_said(self) -> list[tuple[str, str]]:
        return [(OWN + code, value) for code, value in self.own]

    @property
    def total(self) -> int:
        return self.counts.total

    def address(self, **changes: str) -> str:
        """The menu's address with this question, some parts changed; always from the first page."""
        said = self._said | {name: _written(name, value) for name, value in changes.items()}
        query = "&".join(filter(None, said.values()))
        return f"{_address()}?{query}" if query else _address()

    @cached_property
    def _said(self) -> dict[str, str]:
        """The parts as the address writes them: a page has sixty addresses that differ in one."""
        said = {name: _written(name, getattr(self, name)) for name in ("q", *self.PARTS, "sort")}
        return said | {name: _written(name, value) for name, value in self._own_said}

    @cached_property
    def facets(self) -> list[Facet]:
        """Every filter with its values, none of them empty."""
        return facets(self)

    @cached_property
    def chosen(self) -> list[tuple[str, str]]:
        """Label and address without it, of everything asked for."""
        return chosen(self)

    @property
    def said(self) -> str:
        """The question in words: 南山区、免费."""
        return "、".join(label for label, _ in self.chosen) or "全部资源"

    @property
    def question(self) -> str:
        """The question as the address says it, without order and place in the list."""
        return self.address(sort="").partition("?")[2]

    @cached_property
    def suggestions(self) -> list[tuple[str, str]]:
        """What to try where nothing was found: without one filter each, and words that look alike."""
        words = [(f"搜索“{term}”", self.address(q=term)) for term in search.suggest(self.q)] if self.q else []
        without = [(f"不限{label}", url) for label, url in self.chosen] if len(self.chosen) > 1 else []
        return words + without


@cache
def _address() -> str:
    return reverse("resources:menu")


def _written(name: str, value: str) -> str:
    return urlencode({name: value}) if value else ""


def _known(value: str | None, values) -> str:
    return value if value and value in values else ""


class _AnyOf(Lookup):
    """One of many keys, sent as one array: for thousands of them far quicker than IN."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        sql, params = self.process_lhs(compiler, connection)
        return f"{sql} = ANY(%s)", [*params, self.rhs]


def _free_for(code: str):
    return _bit_set("free_bits", group_bit(code))


def opened(at: datetime) -> dict[str, Q]:
    """Open at a moment; open for a while on its weekend."""
    return {"now": Q(open_times__open_at=at), "weekend": Q(open_times__open_within=weekend_of(at))}


def _in_audience(code: str):
    return _bit_set("audience_bits", audience_bit(code))


def _bit_set(column: str, bit: int):
    return GreaterThan(F(column).bitand(bit), 0)


def starting_points(kept: Columns, words: Vocabulary) -> list[tuple[str, list[Place]]]:
    """Where one may start from without a position: each district's middle, its subdistricts' below it."""
    inside = {code: [district] for code, district in words.districts.items()}
    for street in words.streets.values():
        inside.get(street.district_code, []).append(street)
    start = StartingPoints(kept)
    return [(rows[0].name, start.all(rows)) for rows in inside.values()]


def doors() -> tuple[int, dict[str, int], dict[str, int]]:
    """How many resources the menu has, and each audience and district finds there, for the home page."""
    asked = MenuQuery(at=timezone.now())
    by_audience = {audience.value: asked.counts.audiences[audience] for audience in Audience}
    by_district = {code: asked.counts.districts[row.pk] for code, row in asked.words.districts.items()}
    return asked.total, by_audience, by_district


def near(resource: Resource, limit: int = 3) -> list[Resource]:
    """Other published resources with the same topics in the same district, the latest first."""
    entry = MenuEntry.objects.filter(pk=resource.pk).first()
    if entry is None:
        return []
    others = MenuEntry.objects.filter(district=entry.district_id).exclude(pk=resource.pk)
    alike = others.filter(topic_ids__overlap=entry.topic_ids or [0])
    return in_order([row.pk for row in alike.order_by("soonest", "-published_at", "pk")[:limit]])
