"""What is asked of the resources: the public menu with its counts, figures for the index, what waits."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    F,
    Lookup,
    Prefetch,
    Q,
)
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThan
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from portal import search
from portal.accounts import User
from portal.audit import AuditEntry
from portal.history import Change, said, told
from portal.identifiers import clean_text
from portal.keyset import KeysetPage, page_by_key
from portal.regions import Region, district_code
from portal.roles import Perm, roles_with
from portal.waiting import Waiting
from resources.models import (
    Audience,
    MenuEntry,
    OpeningHours,
    Resource,
    ResourceKind,
    ResourcePicture,
    ResourceVersion,
    Topic,
    audience_bit,
)
from resources.rules import minute_of_week

PAGE = 24
WEEKEND = (5 * 1440, 7 * 1440)
MOST_TOPICS_SHOWN = 12
SORTS = {
    "soon": ("近期有活动优先", ("soonest", "-published_at", "resource_id")),
    "new": ("最近发布", ("-published_at", "resource_id")),
    "name": ("按名称拼音", ("title_key", "resource_id")),
}
MATCH = "match"
BY_MATCH = ("rank", "title_length", "pk")


# --- Resources ------------------------------------------------------------------------------------


def shown(resources):
    """Resources with everything a card or page prints, in a fixed number of queries."""
    return resources.select_related("kind", "region", "organization").prefetch_related(
        "hours",
        "topics",
        Prefetch("pictures", ResourcePicture.objects.select_related("attachment")),
    )


def on_cards(resources):
    """Resources with what a card prints."""
    pictures = Prefetch("pictures", ResourcePicture.objects.select_related("attachment"))
    return resources.select_related("kind", "region").prefetch_related("hours", pictures)


def published():
    return Resource.objects.published()


def newest(limit: int = 6) -> list[Resource]:
    """The resources published last."""
    entries = MenuEntry.objects.order_by("-published_at", "resource_id")[:limit]
    return _in_order([entry.pk for entry in entries])


def _in_order(keys: list[int]) -> list[Resource]:
    found = on_cards(Resource.objects.all()).in_bulk(keys)
    return [found[key] for key in keys if key in found]


def listed_on(day: date):
    """Resources that stood in the menu on a day: published by then, not taken off before."""
    tomorrow = timezone.make_aware(datetime.combine(day + timedelta(days=1), datetime.min.time()))
    return Resource.objects.filter(listed_on__lte=day).filter(
        Q(status=Resource.Status.PUBLISHED) | Q(status=Resource.Status.ARCHIVED, archived_at__gte=tomorrow)
    )


def records(kind_codes: Iterable[str], district: str, on: date | None = None):
    """The resources behind a figure of a district (12-digit code), of the city for "" ."""
    rows = listed_on(on or timezone.localdate()).filter(kind__code__in=list(kind_codes))
    if district:
        rows = rows.annotate(district=district_code("region")).filter(district=district)
    return rows.order_by("pk")


def count_by_district(on: date, kind_codes: Iterable[str] | None = None) -> dict[str, int]:
    """Resources in the menu on a day, by 12-digit district code; those of the whole city under ""."""
    rows = listed_on(on)
    if kind_codes is not None:
        rows = rows.filter(kind__code__in=list(kind_codes))
    counted = rows.annotate(district=district_code("region")).values("district").annotate(count=Count("pk"))
    return {row["district"]: row["count"] for row in counted.order_by("district")}


def open_days(resource: Resource, year: int) -> int | None:
    """Days of a year on which the weekly hours say open; None where no hours are known."""
    weekdays = {row.weekday for row in resource.hours.all()}
    if not weekdays:
        return None
    first = date(year, 1, 1)
    days = (date(year + 1, 1, 1) - first).days
    return sum((first + timedelta(days=number)).isoweekday() in weekdays for number in range(days))


# --- The public menu ------------------------------------------------------------------------------


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
    open: str = ""
    sort: str = ""
    words: Vocabulary = field(default_factory=Vocabulary.load, compare=False, repr=False)

    PARTS = ("district", "kind", "audience", "topic", "free", "open")
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
        local = timezone.localtime(self.at)
        minute = minute_of_week(local.date(), local.time())
        made = {
            "district": lambda: Q(district=self.words.districts[self.district]),
            "kind": lambda: Q(kind=self.words.kinds[self.kind]),
            "audience": lambda: _in_audience(self.audience),
            "topic": lambda: Q(topic_ids__contains=[self.words.topic(self.topic).pk]),
            "free": lambda: Q(is_free=True),
            "open": lambda: (
                Q(open_minutes__open_at=minute)
                if self.open == "now"
                else Q(open_minutes__open_within=WEEKEND)
            ),
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
        return replace(page, rows=_in_order(keys))

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
    open: Counter = field(default_factory=Counter)

    GROUPS = ("district_id", "kind_id", "audience_bits", "topic_ids")

    @classmethod
    def of(cls, asked: MenuQuery) -> "MenuCounts":
        counts = cls()
        for row in _grouped(asked):
            counts._take(*row)
        return counts

    def _take(self, part, district, kind, bits, topics, *counted):
        """One row of the pass; `part` has a bit unset for the column it was grouped by."""
        n_district, n_kind, n_audience, n_topic, total, free, now, weekend = counted
        if part == 0b0111:
            self.districts[district] += n_district
        elif part == 0b1011:
            self.kinds[kind] += n_kind
        elif part == 0b1101:
            self.audiences.update({a: n_audience for a in Audience if bits & audience_bit(a)})
        elif part == 0b1110:
            self.topics.update(dict.fromkeys(topics, n_topic))
        else:
            self.total, self.free, self.open = total, free, Counter(now=now, weekend=weekend)


def _grouped(asked: MenuQuery) -> list[tuple]:
    """One pass over the menu: by district, by kind, by audience, by topics, and in all.

    The ORM knows no GROUPING SETS; it writes the inner query, with each filter as a column.
    """
    local = timezone.localtime(asked.at)
    flags = {f"ok_{part}": _as_column(condition) for part, condition in asked.conditions.items()}
    flags["is_now"] = _as_column(Q(open_minutes__open_at=minute_of_week(local.date(), local.time())))
    flags["is_weekend"] = _as_column(Q(open_minutes__open_within=WEEKEND))
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
            f" {others('district')}, {others('kind')}, {others('audience')}, {others('topic')}, {others('')},"
            f" {others('free', 'is_free')}, {others('open', 'is_now')}, {others('open', 'is_weekend')}"
            f" FROM ({sql}) menu"
            " GROUP BY GROUPING SETS ((district_id), (kind_id), (audience_bits), (topic_ids), ())",
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
    return _in_order([row.pk for row in alike.order_by("soonest", "-published_at", "pk")[:limit]])


def public_facts(resource: Resource) -> list[tuple[str, str]]:
    """What everybody may read of a resource, with its words; empty ones are left out on the page."""
    return [
        ("别名", resource.aliases),
        ("面向人群", resource.get_audiences_display()),
        ("适合年龄", resource.ages),
        ("科普内容", resource.get_dimensions_display()),
        ("费用", resource.fee),
        ("预约", _booking(resource)),
        ("所在区域", resource.region.name),
    ]


def internal_facts(resource: Resource) -> list[tuple[str, str]]:
    """What only those who look after a resource read of it."""
    return [
        ("所属单位", resource.organization.name if resource.organization else ""),
        ("联系人", resource.contact),
        ("联系人电话", resource.contact_phone),
        ("地址", resource.address),
        ("坐标", f"{resource.longitude}, {resource.latitude}" if resource.latitude is not None else ""),
        ("坐标来源", resource.position_source),
        ("资料来源", resource.source),
        ("来源说明", resource.source_note),
        ("公开编号", resource.code),
    ]


def _booking(resource: Resource) -> str:
    words = resource.get_booking_display()
    return f"{words}（{resource.booking_note}）" if resource.booking_note else words


SCHEMA_TYPES = {
    "venue": "Museum",
    "nature": "Park",
    "course": "Course",
    "book": "Book",
    "body": "Organization",
}


_ESCAPED = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"})


def schema_org(resource: Resource) -> SafeString:
    """The resource as schema.org describes it, as JSON that may stand in a script element."""
    return SafeString(json.dumps(_schema_org(resource), ensure_ascii=False).translate(_ESCAPED))


def _schema_org(resource: Resource) -> dict:
    data = {
        "@context": "https://schema.org",
        "@type": SCHEMA_TYPES.get(resource.kind.code, "CreativeWork"),
        "name": resource.title,
        "description": resource.summary,
        "identifier": resource.code,
    }
    if resource.kind.is_place:
        data["address"] = {
            "@type": "PostalAddress",
            "addressCountry": "CN",
            "addressLocality": "深圳市",
            "streetAddress": resource.address,
        }
        if resource.latitude is not None:
            data["geo"] = {
                "@type": "GeoCoordinates",
                "latitude": float(resource.latitude),
                "longitude": float(resource.longitude),
            }
        data["openingHoursSpecification"] = [
            {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": f"https://schema.org/{_SCHEMA_DAYS[row.weekday - 1]}",
                "opens": f"{row.opens:%H:%M}",
                "closes": f"{row.closes:%H:%M}",
            }
            for row in resource.hours.all()
        ]
        data["isAccessibleForFree"] = resource.is_free
    return {name: value for name, value in data.items() if value not in (None, "", [])}


_SCHEMA_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


# --- Opening hours --------------------------------------------------------------------------------


@dataclass(frozen=True)
class WeekDay:
    name: str
    spans: list[OpeningHours]
    is_today: bool


@dataclass(frozen=True)
class Opening:
    """Today and the week of one resource, at one moment."""

    week: list[WeekDay]
    is_open: bool
    words: str  # what is said of today


def opening(resource: Resource, at: datetime) -> Opening | None:
    """When the resource is open; None where no hours are known."""
    hours = list(resource.hours.all())
    if not hours:
        return None
    local = timezone.localtime(at)
    today = local.isoweekday()
    week = [
        WeekDay(f"周{name}", [row for row in hours if row.weekday == day], day == today)
        for day, name in enumerate("一二三四五六日", 1)
    ]
    spans = week[today - 1].spans
    running = next((row for row in spans if row.covers(local.time())), None)
    if running:
        return Opening(week, True, f"现在开放，至 {running.closes:%H:%M}")
    later = next((row for row in spans if row.opens > local.time()), None)
    if later:
        return Opening(week, False, f"今天 {later.opens:%H:%M} 开放")
    return Opening(week, False, "今天已关闭" if spans else "今天不开放")


# --- The desk -------------------------------------------------------------------------------------

DESK_ORDER = ("-updated_at", "-pk")


def at_desk(user, *, status: str = "", kind: str = "", q: str = ""):
    """Resources that `user` may see at the desk, narrowed."""
    rows = Resource.objects.for_user(user, Perm.RESOURCE_VIEW).select_related(
        "kind", "region", "organization"
    )
    if status:
        rows = rows.filter(status=status)
    if kind:
        rows = rows.filter(kind__code=kind)
    if q:
        rows = rows.filter(pk__in=search.matching_ids(q, kind="resource", public_only=False))
    return rows


def status_counts(user) -> dict[str, int]:
    """How many resources in each status `user` may see at the desk."""
    rows = Resource.objects.for_user(user, Perm.RESOURCE_VIEW).values("status")
    counted = {row["status"]: row["count"] for row in rows.annotate(count=Count("pk")).order_by("status")}
    return {status: counted.get(status, 0) for status in Resource.Status.values}


def keepers(resource: Resource):
    """Who is told what becomes of a resource: who entered it, and those who look after its unit."""
    mine = Q(pk=resource.created_by_id)
    if resource.organization_id:
        mine |= Q(
            grants__organization=resource.organization_id, grants__role__in=roles_with(Perm.RESOURCE_EDIT)
        )
    return User.objects.filter(mine, is_active=True).distinct().order_by("pk")


def waiting_for(user) -> list[Waiting]:
    """What waits for somebody here: staff see what is submitted, a unit what was returned."""
    found = []
    if user.can(Perm.RESOURCE_REVIEW):
        rows = Resource.objects.for_user(user, Perm.RESOURCE_REVIEW).filter(status=Resource.Status.SUBMITTED)
        found.append(_waiting("待审核资源", rows.order_by("submitted_at", "pk"), "submitted"))
    elif user.can(Perm.RESOURCE_EDIT):
        mine = Resource.objects.for_user(user, Perm.RESOURCE_EDIT)
        for status, title in (
            (Resource.Status.RETURNED, "被退回的资源"),
            (Resource.Status.DRAFT, "未提交的资源草稿"),
        ):
            rows = mine.filter(status=status).order_by("-updated_at", "-pk")
            found.append(_waiting(title, rows, status))
    return [waiting for waiting in found if waiting.count]


def _waiting(title: str, rows, status: str) -> Waiting:
    return Waiting(
        title=title,
        count=rows.count(),
        url=f"{reverse('resources_desk:list')}?status={status}",
        items=[(row.title, row.get_desk_url()) for row in rows[:5]],
    )


# --- History --------------------------------------------------------------------------------------


_UNTOLD = {
    "id",
    "code",
    "revision",
    "created_at",
    "updated_at",
    "submitted_at",
    "published_at",
    "archived_at",
}


def history(resource: Resource) -> list[Change]:
    """Every version the database kept, newest first: who changed what from which value to which."""
    versions = list(
        ResourceVersion.objects.filter(pgh_obj=resource)
        .select_related("pgh_context", "kind", "region", "organization")
        .order_by("pgh_id")
    )
    changes, seen = [], None
    for before, after in zip([None, *versions], versions, strict=False):
        sentences = _differences(before, after) if before else []
        if before and after.pgh_context and after.pgh_context_id != seen:
            sentences += after.pgh_context.metadata.get("beside", [])
        seen = after.pgh_context_id
        if before and not sentences:
            continue  # only a moment was written
        context = after.pgh_context.metadata if after.pgh_context else {}
        what = context.get("what", "修改") if before else "登记"
        by, note = context.get("by", "系统"), context.get("note", "")
        changes.append(Change(after.pgh_created_at, by, what, sentences, note))
    changes.reverse()
    return changes


def _differences(before: ResourceVersion, after: ResourceVersion) -> list[str]:
    """What differs between two versions, as sentences."""
    names = [part.name for part in ResourceVersion._meta.fields if not part.name.startswith("pgh_")]
    pairs = {name: [_said(before, name), _said(after, name)] for name in names if name not in _UNTOLD}
    return told(Resource, {name: pair for name, pair in pairs.items() if pair[0] != pair[1]})


def _said(version: ResourceVersion, name: str) -> str:
    """One value of a version as the resource's own page says it."""
    if name == "details":
        return Resource(kind=version.kind, details=version.details).details_text
    shown = getattr(Resource, f"get_{name}_display", None)
    as_resource = Resource(**{name: getattr(version, name)}) if shown else version
    return said(as_resource, name)


def changed_since(resource: Resource, revision: int) -> list[Change]:
    """What others changed after somebody saw `revision`, newest first."""
    entries = AuditEntry.objects.filter(
        subject_type=resource._meta.label, subject_id=str(resource.pk), action="change"
    ).order_by("-pk")[:20]
    changes = []
    for entry in entries:
        _, new = entry.changes.get("revision", [0, 0])
        if int(new) > revision:
            changes.append(Change(entry.at, entry.actor_name, "修改", _told(entry.changes), entry.note))
    return changes


def beside(changes: dict) -> list[str]:
    """What a version does not hold and yet belongs to the change: topics and opening hours, as sentences."""
    return _told({name: pair for name, pair in changes.items() if name in ("topics", "hours_text")})


def _told(changes: dict) -> list[str]:
    names = {"hours_text": "开放时间", "details_text": "扩展内容"}
    return told(Resource, {name: pair for name, pair in changes.items() if name != "revision"}, names=names)


def searchable():
    """Every resource as an entry of the city's search, for rebuilding it."""
    rows = Resource.objects.exclude(status=Resource.Status.ARCHIVED).select_related("kind", "region")
    for resource in rows.prefetch_related("topics").order_by("pk").iterator(chunk_size=1000):
        yield search_entry(resource)


def search_entry(resource: Resource) -> search.Entry:
    """How one resource is found: by its names and topics; while not public, by those who may see it."""
    topics = " ".join(topic.name for topic in resource.topics.all())
    names = f"{resource.aliases} {resource.kind.name} {topics}"
    return search.Entry(
        kind="resource",
        subject_id=resource.pk,
        title=resource.title,
        text=f"{names} {resource.summary} {resource.address}".strip(),
        url=resource.get_absolute_url() if resource.is_public else resource.get_desk_url(),
        is_public=resource.is_public,
        needs="" if resource.is_public else Perm.RESOURCE_VIEW,
        region_id=resource.region_id,
        organization_id=resource.organization_id,
    )
