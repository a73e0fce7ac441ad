"""The public menu: one question gives list, total and the count beside every filter."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    BooleanField,
    ExpressionWrapper,
    F,
    Lookup,
    Q,
)
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThan
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from portal import search
from portal.calendar import weekend_of
from portal.identifiers import clean_text
from portal.keyset import KeysetPage, page_by_key
from portal.regions import Region
from resources.models import (
    Audience,
    Concession,
    MenuEntry,
    Resource,
    ResourceKind,
    Topic,
    audience_bit,
    group_bit,
)
from resources.queries.registry import in_order

PAGE = 24
MOST_TOPICS_SHOWN = 12
SORTS = {
    "soon": ("近期有活动优先", ("soonest", "-published_at", "resource_id")),
    "new": ("最近发布", ("-published_at", "resource_id")),
    "name": ("按名称拼音", ("title_key", "resource_id")),
}
MATCH = "match"
# Who may ask for what is free to them; everybody's own filter is 费用.
FREE_FOR = {
    code: str(label) for code, label in Concession.Group.choices if code != Concession.Group.EVERYBODY
}
BY_MATCH = ("rank", "title_length", "pk")


@dataclass(frozen=True)
class Option:
    """One value of a facet: how many the list would show, and its address."""

    value: str
    label: str
    count: int
    url: str
    chosen: bool = False


@dataclass(frozen=True)
class Facet:
    name: str
    label: str
    options: list[Option]


@dataclass(frozen=True)
class Vocabulary:
    """The words of the menu's filters, read once per page."""

    kinds: dict[str, ResourceKind]  # by code: the first version, whose id stands in the menu
    kind_names: dict[int, tuple[str, str]]
    topics: dict[int, Topic]
    districts: dict[str, Region]

    @classmethod
    def load(cls) -> "Vocabulary":
        first: dict[str, ResourceKind] = {}
        names: dict[str, str] = {}
        for kind in ResourceKind.objects.order_by("position", "code", "version"):
            first.setdefault(kind.code, kind)
            names[kind.code] = kind.name
        return cls(
            kinds=first,
            kind_names={kind.pk: (code, names[code]) for code, kind in first.items()},
            topics=Topic.objects.in_bulk(),
            districts={region.code: region for region in Region.objects.districts()},
        )

    def topic(self, code: str) -> Topic | None:
        return next((topic for topic in self.topics.values() if topic.code == code), None)


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
    sort: str = ""
    words: Vocabulary = field(default_factory=Vocabulary.load, compare=False, repr=False)

    PARTS = ("district", "kind", "audience", "topic", "free", "free_for", "open")
    OPEN = {"now": "现在开放", "weekend": "本周末开放"}

    @classmethod
    def read(cls, params, *, at: datetime) -> "MenuQuery":
        """From the address. What is not a known value is not asked for."""
        words = Vocabulary.load()
        asked = {
            "q": clean_text(params.get("q", "")[: search.MAX_QUERY]),
            "district": _known(params.get("district"), words.districts),
            "kind": _known(params.get("kind"), words.kinds),
            "audience": _known(params.get("audience"), Audience.values),
            "topic": _known(params.get("topic"), {topic.code for topic in words.topics.values()}),
            "free": _known(params.get("free"), {"1"}),
            "free_for": _known(params.get("free_for"), FREE_FOR),
            "open": _known(params.get("open"), cls.OPEN),
            "sort": _known(params.get("sort"), {*SORTS, MATCH}),
        }
        return cls(at=at, words=words, **asked)

    # What is asked, as conditions

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
            "open": lambda: _opened(self.at)[self.open],
        }
        return {part: made[part]() for part in self.PARTS if getattr(self, part)}

    @cached_property
    def found_ids(self) -> list[int]:
        """What the words in the search box find, asked once for list and counts."""
        return list(search.matching_ids(self.q, kind="resource").values_list("subject_id", flat=True))

    def found(self):
        """The menu as far as the words in the search box narrow it."""
        entries = MenuEntry.objects.all()
        return entries.filter(_AnyOf(F("resource_id"), self.found_ids)) if self.q else entries

    def entries(self, *, without: str = ""):
        """The entries asked for; leaving out one filter for the counts beside it."""
        entries = self.found()
        for part, condition in self.conditions.items():
            if part != without:
                entries = entries.filter(condition)
        return entries

    # The list

    @property
    def order(self) -> str:
        if self.sort in SORTS or (self.sort == MATCH and self.is_searched):
            return self.sort
        return MATCH if self.is_searched else "soon"

    def page(self, *, after: str = "", before: str = "", size: int = PAGE) -> KeysetPage:
        """One page of resources."""
        page = self._keys(after=after, before=before, size=size)
        keys = [row.subject_id if self.order == MATCH else row.pk for row in page.rows]
        return replace(page, rows=in_order(keys))

    def _keys(self, *, after: str, before: str, size: int) -> KeysetPage:
        if self.order == MATCH:
            rows = search.find(self.q, kinds=["resource"]).annotate(title_length=Length("title_key"))
            if self.conditions:
                kept = list(self.entries().values_list("resource_id", flat=True))
                rows = rows.filter(_AnyOf(F("subject_id"), kept))
            return page_by_key(rows, order=BY_MATCH, after=after, before=before, size=size)
        order = SORTS[self.order][1]
        return page_by_key(self.entries(), order=order, after=after, before=before, size=size)

    # The counts

    @cached_property
    def counts(self) -> "MenuCounts":
        """Total and counts of every filter from one pass over the menu's narrow rows."""
        return MenuCounts.of(self)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the search box carries along."""
        return [(name, getattr(self, name)) for name in self.PARTS if getattr(self, name)]

    @property
    def total(self) -> int:
        return self.counts.total

    def address(self, **changes: str) -> str:
        """The menu's address with this question, some parts changed; always from the first page."""
        asked = {name: changes.get(name, getattr(self, name)) for name in ("q", *self.PARTS, "sort")}
        query = urlencode({name: value for name, value in asked.items() if value})
        return reverse("resources:menu") + (f"?{query}" if query else "")

    @cached_property
    def facets(self) -> list[Facet]:
        """Every filter with its values, none of them empty."""
        counts, words = self.counts, self.words
        audiences = [(each.value, each.label, counts.audiences[each]) for each in Audience]
        kinds = [(code, name, counts.kinds[pk]) for pk, (code, name) in words.kind_names.items()]
        districts = [(code, row.name, counts.districts[row.pk]) for code, row in words.districts.items()]
        opened = [(code, label, counts.open[code]) for code, label in self.OPEN.items()]
        facets = [
            self._facet("audience", "适合谁", audiences),
            self._facet("kind", "类型", kinds),
            self._facet("district", "区域", districts),
            self._facet("open", "开放时间", opened),
            self._facet("free", "费用", [("1", "免费", counts.free)]),
            self._facet(
                "free_for", "对谁免费", [(code, FREE_FOR[code], counts.free_for[code]) for code in FREE_FOR]
            ),
            self._facet("topic", "主题", self._topic_values()),
        ]
        return [facet for facet in facets if facet.options]

    def _topic_values(self) -> list[tuple[str, str, int]]:
        """The topics with most resources, and the chosen one."""
        counted = [(t.code, t.name, self.counts.topics[t.pk]) for t in self.words.topics.values()]
        counted.sort(key=lambda value: (-value[2], value[0]))
        kept = counted[:MOST_TOPICS_SHOWN]
        return kept + [value for value in counted[MOST_TOPICS_SHOWN:] if value[0] == self.topic]

    def _facet(self, name: str, label: str, values: list[tuple[str, str, int]]) -> Facet:
        chosen = getattr(self, name)
        options = [
            Option(
                value, text, count, self.address(**{name: "" if value == chosen else value}), value == chosen
            )
            for value, text, count in values
            if count or value == chosen
        ]
        return Facet(name, label, options)

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """Label and address without it, of everything asked for."""
        words = self.words
        labels = {
            "q": f"“{self.q}”",
            "district": words.districts[self.district].name if self.district else "",
            "kind": words.kind_names[words.kinds[self.kind].pk][1] if self.kind else "",
            "audience": Audience(self.audience).label if self.audience else "",
            "topic": words.topic(self.topic).name if self.topic else "",
            "free": "免费",
            "free_for": f"{FREE_FOR[self.free_for]}免费" if self.free_for else "",
            "open": self.OPEN.get(self.open, ""),
        }
        return [(labels[name], self.address(**{name: ""})) for name in labels if getattr(self, name)]

    @property
    def suggestions(self) -> list[tuple[str, str]]:
        """What to try where nothing was found: without one filter each, and words that look alike."""
        words = [(f"搜索“{term}”", self.address(q=term)) for term in search.suggest(self.q)] if self.q else []
        without = [(f"不限{label}", url) for label, url in self.chosen] if len(self.chosen) > 1 else []
        return words + without


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
    return GreaterThan(F("free_bits").bitand(group_bit(code)), 0)


def _opened(at: datetime) -> dict[str, Q]:
    """Open at a moment; open for a while on its weekend."""
    return {"now": Q(open_times__open_at=at), "weekend": Q(open_times__open_within=weekend_of(at))}


def _in_audience(code: str):
    return GreaterThan(F("audience_bits").bitand(audience_bit(code)), 0)


@dataclass
class MenuCounts:
    """How many entries each value of each filter would show."""

    total: int = 0
    free: int = 0
    districts: Counter = field(default_factory=Counter)
    kinds: Counter = field(default_factory=Counter)
    audiences: Counter = field(default_factory=Counter)
    topics: Counter = field(default_factory=Counter)
    free_for: Counter = field(default_factory=Counter)
    open: Counter = field(default_factory=Counter)

    GROUPS = ("district_id", "kind_id", "audience_bits", "topic_ids", "free_bits")

    @classmethod
    def of(cls, asked: MenuQuery) -> "MenuCounts":
        counts = cls()
        for row in _grouped(asked):
            counts._take(*row)
        return counts

    def _take(self, part, district, kind, bits, topics, free, *counted):
        """One row of the pass; `part` has a bit unset for the column it was grouped by."""
        n_district, n_kind, n_audience, n_topic, n_free, total, n_all_free, now, weekend = counted
        if part == 0b01111:
            self.districts[district] += n_district
        elif part == 0b10111:
            self.kinds[kind] += n_kind
        elif part == 0b11011:
            self.audiences.update({a: n_audience for a in Audience if bits & audience_bit(a)})
        elif part == 0b11101:
            self.topics.update(dict.fromkeys(topics, n_topic))
        elif part == 0b11110:
            self.free_for.update({code: n_free for code in FREE_FOR if free & group_bit(code)})
        else:
            self.total, self.free, self.open = total, n_all_free, Counter(now=now, weekend=weekend)


def _grouped(asked: MenuQuery) -> list[tuple]:
    """One pass over the menu: by district, by kind, by audience, by topics, and in all.

    The ORM knows no GROUPING SETS; it writes the inner query, with each filter as a column.
    """
    flags = {f"ok_{part}": _as_column(condition) for part, condition in asked.conditions.items()}
    flags |= {f"is_{code}": _as_column(condition) for code, condition in _opened(asked.at).items()}
    entries = asked.found().annotate(**flags).values(*MenuCounts.GROUPS, "is_free", *flags)
    try:
        sql, params = entries.order_by().query.sql_with_params()
    except EmptyResultSet:  # a search for nothing that could be found
        return []

    def others(part: str, *more: str) -> str:
        kept = [f"ok_{name}" for name in asked.conditions if name != part]
        return f"count(*) FILTER (WHERE {' AND '.join([*kept, *more]) or 'true'})"

    with connection.cursor() as cursor:
        groups = ", ".join(MenuCounts.GROUPS)
        cursor.execute(
            f"SELECT GROUPING({groups}), {groups},"  # noqa: S608  names and conditions of our own
            f" {others('district')}, {others('kind')}, {others('audience')}, {others('topic')},"
            f" {others('free_for')}, {others('')},"
            f" {others('free', 'is_free')}, {others('open', 'is_now')}, {others('open', 'is_weekend')}"
            f" FROM ({sql}) menu"
            " GROUP BY GROUPING SETS"
            " ((district_id), (kind_id), (audience_bits), (topic_ids), (free_bits), ())",
            params,
        )
        return cursor.fetchall()


def _as_column(condition) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


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
