"""Search over what the city shows by name: resources, bases, events, routes, documents and guidance.
One table, one index, no database extension.

A title is found by any two characters of it (海洋 inside 南山区海洋馆), by its pinyin (haiyangguan) and by
its initials (hyg). Each entry keeps an array of grams under GIN:

    科技, 技馆        two Chinese characters that stand together in title or text; in the title, letters too
    科, 技, 馆        single Chinese characters of the title; first letters of its other words
    =uav              a whole word of Latin letters or digits in the text
    _kj, _jg, _k      two initials of the title that stand together; the first one
    ~kej, ~jig        three letters of the title's pinyin from the beginning of a syllable

A gram is kept as a number of four bytes (its CRC): arrays and index are a third of the size of text, and
two grams that share a number would only add a hit at the end of a list.

Records are entered by their app's actions with `index` and `remove`; `rebuild` does all of them again.
Nothing about a child is ever entered.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from functools import lru_cache, reduce
from itertools import chain, islice, pairwise
from operator import and_
from zlib import crc32

import rjieba
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models, transaction
from django.db.models import Case, F, IntegerField, Q, When, Window
from django.db.models.functions import Length, RowNumber
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from pypinyin import lazy_pinyin

from portal import synonyms
from portal.identifiers import clean_text
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Perm

MAX_QUERY = 100  # characters; the rest of a longer query is not looked at
MAX_TEXT = 1_000  # characters of an entry's text that are searched
MAX_WORD = 30
MAX_INITIALS = 30
FEW = 200  # rows below which a staging table is not worth it
MAX_VARIANTS = 8

# What `rebuild` asks, in this order: functions without arguments that yield Entry rows, one for each app.
SOURCES: tuple[str, ...] = (
    "outreach.queries.library.searchable",
    "outreach.queries.supervision.searchable_guidance",
    "outreach.queries.bases.searchable_bases",
    "resources.queries.searchable",
    "resources.queries.routes.searchable_routes",
    "events.queries.searchable",
)

# Headings of the groups on the search page, in their order.
KINDS = {
    "resource": "科普资源",
    "base": "科普基地",
    "event": "科普活动",
    "route": "科普线路",
    "document": "政策与标准",
    "article": "政策条文",
    "guidance": "办事指南",
}


# --- Words and grams ------------------------------------------------------------------------------

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(f"[{_HAN}]+|[^\\W_{_HAN}]+")
_IS_HAN = re.compile(f"[{_HAN}]")
_SPELLED = re.compile("[^a-z0-9]+")


def runs_of(text: str) -> list[str]:
    """The stretches of Chinese characters and of other letters and digits, NFKC, in small letters."""
    return _RUN.findall(unicodedata.normalize("NFKC", text).lower())


@lru_cache(maxsize=50_000)
def _syllables(word: str) -> tuple[str, ...]:
    """Pinyin of a word, syllable by syllable; what has none (Latin words, digits) stands for itself."""
    spelled = (_SPELLED.sub("", part.lower()) for part in lazy_pinyin(word))
    return tuple(part for part in spelled if part)


def syllables_of(key: str) -> list[str]:
    return [part for word in rjieba.cut(key) for part in _syllables(word)]


def _codes(grams: Iterable[str]) -> list[int]:
    """Grams as the signed integers they are kept as."""
    return sorted({crc32(gram.encode()) - 2**31 for gram in grams})


def _pairs(run: str) -> Iterator[str]:
    return (first + second for first, second in pairwise(run))


def title_grams(key: str, syllables: list[str]) -> set[str]:
    """Everything under which a title is found."""
    grams = set(_pairs(key))
    for run in runs_of(key):
        grams.update(run if _IS_HAN.match(run) else run[0])
    initials = "".join(part[0] for part in syllables)
    grams.update(f"_{pair}" for pair in _pairs(initials))
    grams.add(f"_{initials[:1]}")
    spelled, start = "".join(syllables), 0
    for part in syllables:
        grams.add(f"~{spelled[start : start + 3]}")
        start += len(part)
    return grams


def text_grams(text: str) -> set[str]:
    """Everything under which the first thousand characters of a text are found."""
    grams: set[str] = set()
    for run in runs_of(text[:MAX_TEXT]):
        grams.update(_pairs(run) if _IS_HAN.match(run) else [f"={run[:MAX_WORD]}"])
    return grams


def words_of(title: str) -> set[str]:
    """Segmented words of two characters and more."""
    return {word for run in runs_of(title) for word in rjieba.cut_for_search(run) if len(word) > 1}


# --- Entries --------------------------------------------------------------------------------------


class SearchEntryQuerySet(models.QuerySet):
    def public(self):
        return self.filter(is_public=True)

    def visible_to(self, user):
        """Public entries, and those whose permission `user` holds at their place."""
        scope = Q(is_public=True)
        if user is None or not user.is_authenticated:
            return self.filter(scope)
        held: dict[tuple, list[str]] = {}
        for perm in Perm:
            paths, organizations = user.places_for(perm)
            if paths or organizations:
                held.setdefault((tuple(paths), tuple(organizations)), []).append(perm)
        for (paths, organizations), perms in held.items():
            place = Q(organization__in=organizations)
            for path in paths:
                place |= Q(region__path__startswith=path)
            scope |= Q(needs__in=perms) & place
        return self.filter(scope)


class SearchEntry(models.Model):
    """One thing that can be found. It copies what it needs, so that a search reads one table."""

    PERSONAL = frozenset()

    kind = models.CharField("类别", max_length=20)
    subject_id = models.BigIntegerField("对象编号")
    title = models.CharField("标题", max_length=200)
    text = models.TextField("摘要", blank=True)
    url = models.CharField("地址", max_length=300)
    is_public = models.BooleanField("公开", default=True)
    needs = models.CharField("查看所需权限", max_length=40, blank=True)
    region = models.ForeignKey(
        Region, models.CASCADE, null=True, blank=True, verbose_name="所属区域", related_name="+"
    )
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, verbose_name="所属单位", related_name="+"
    )
    title_key = models.TextField("标题检索式", editable=False)
    pinyin = models.TextField("拼音", blank=True, editable=False)
    initials = models.TextField("拼音首字母", blank=True, editable=False)
    grams = ArrayField(models.IntegerField(), verbose_name="检索片段", editable=False)
    words = ArrayField(models.TextField(), verbose_name="分词", editable=False)
    updated_at = models.DateTimeField("更新时间", editable=False)

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检索条目"
        indexes = [GinIndex(fields=["grams"], name="search_by_grams", fastupdate=False)]
        constraints = [
            models.UniqueConstraint(
                name="search_entry_once_per_subject",
                fields=["kind", "subject_id"],
                violation_error_message="该对象已有检索条目。",
            ),
            models.CheckConstraint(
                name="search_entry_public_or_with_a_permission",
                condition=Q(is_public=True) | ~Q(needs=""),
                violation_error_message="不公开的条目必须写明查看所需权限。",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return self.url


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What an app says of one of its records. `needs`: the permission that opens it when not public."""

    kind: str
    subject_id: int
    title: str
    url: str
    text: str = ""
    is_public: bool = True
    needs: str = ""
    region_id: int | None = None
    organization_id: int | None = None

    def row(self, at: datetime) -> SearchEntry:
        title = clean_text(self.title)[:200]
        key = "".join(runs_of(title))
        syllables = syllables_of(key)
        return SearchEntry(
            kind=self.kind,
            subject_id=self.subject_id,
            title=title,
            text=clean_text(self.text)[: 2 * MAX_TEXT],
            url=self.url,
            is_public=self.is_public,
            needs=self.needs,
            region_id=self.region_id,
            organization_id=self.organization_id,
            title_key=key,
            pinyin="".join(syllables),
            initials="".join(part[0] for part in syllables),
            grams=_codes(title_grams(key, syllables) | text_grams(self.text)),
            words=sorted(words_of(title)),
            updated_at=at,
        )


_KEY = ["kind", "subject_id"]
_KEPT = [field.attname for field in SearchEntry._meta.fields if field.name not in {"id", *_KEY}]


def index_many(entries: Iterable[Entry], *, at: datetime | None = None, batch: int = 5_000) -> int:
    """Enter or refresh any number of entries, in one transaction; returns how many. Many go by COPY."""
    at, rows = at or timezone.now(), iter(entries)
    first = [entry.row(at) for entry in islice(rows, FEW)]
    if len(first) < FEW:
        _upsert(first)
        return len(first)
    return _copy(chain(first, (entry.row(at) for entry in rows)), batch)


def _upsert(rows: list[SearchEntry]) -> None:
    SearchEntry.objects.bulk_create(
        {(row.kind, row.subject_id): row for row in rows}.values(),
        update_conflicts=True,
        unique_fields=_KEY,
        update_fields=_KEPT,
    )


def _copy(rows: Iterator[SearchEntry], batch: int) -> int:
    columns, done = [*_KEY, *_KEPT], 0
    names = ", ".join(columns)
    fresh = ", ".join(f"{name} = excluded.{name}" for name in _KEPT)
    make = (
        f"CREATE TEMP TABLE search_stage AS SELECT {names}"  # noqa: S608  names of our own columns
        " FROM portal_searchentry LIMIT 0"
    )
    merge = (
        f"INSERT INTO portal_searchentry ({names})"  # noqa: S608  names of our own columns
        f" SELECT DISTINCT ON (kind, subject_id) {names} FROM search_stage"
        f" ON CONFLICT (kind, subject_id) DO UPDATE SET {fresh}"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(make)
        while some := list(islice(rows, batch)):
            with cursor.copy(f"COPY search_stage ({names}) FROM STDIN") as copy:
                for row in some:
                    copy.write_row([getattr(row, name) for name in columns])
            cursor.execute(merge)
            cursor.execute("TRUNCATE search_stage")
            done += len(some)
        cursor.execute("DROP TABLE search_stage")
    return done


def index(
    record: models.Model,
    *,
    kind: str,
    title: str,
    url: str,
    text: str = "",
    is_public: bool = True,
    needs: str = "",
    region: Region | None = None,
    organization: Organization | None = None,
) -> None:
    """Enter or refresh one record, in the caller's transaction: found at once, never before it is kept."""
    entry = Entry(
        kind=kind,
        subject_id=record.pk,
        title=title,
        url=url,
        text=text,
        is_public=is_public,
        needs=needs,
        region_id=region and region.pk,
        organization_id=organization and organization.pk,
    )
    index_many([entry])


def remove(kind: str, *subject_ids: int) -> None:
    SearchEntry.objects.filter(kind=kind, subject_id__in=subject_ids).delete()


@transaction.atomic
def rebuild(sources: Iterable[str] | None = None) -> dict[str, int]:
    """Enter everything anew and take away what no source names any more; returns counts by source.

    One transaction: searches see the old state until the new one is whole.
    """
    at = timezone.now()
    counts = {name: index_many(import_string(name)(), at=at) for name in sources or SOURCES}
    counts["removed"] = SearchEntry.objects.filter(updated_at__lt=at).delete()[0]
    return counts


# --- Asking ---------------------------------------------------------------------------------------


def _swapped(run: str) -> Iterator[str]:
    """The run with one of its words replaced by each word of the same meaning."""
    is_han = _IS_HAN.match(run)
    for group in synonyms.groups():
        here = [term for term in group if (term in run if is_han else term == run)]
        if here:
            longest = max(here, key=len)
            yield from (run.replace(longest, term) for term in group if term not in here)


def variants(query: str) -> list[list[str]]:
    """The query as runs, all of which must be found, and what else people mean by it."""
    runs = runs_of(clean_text(query[:MAX_QUERY]))[:10]
    if not runs:
        return []
    found = [runs]
    if len(runs) > 1 and all(run.isascii() for run in runs):
        found.append(["".join(runs)])  # ke ji guan
    for place, run in enumerate(runs):
        for other in _swapped(run):
            found.append([*runs[:place], *runs_of(other), *runs[place + 1 :]])
    return found[:MAX_VARIANTS]


def _has(grams: Iterable[str]) -> Q:
    return Q(grams__contains=_codes(grams))


def _holds(run: str) -> Q:
    """Entries in which one run of the query is found, as it is or as pinyin."""
    if _IS_HAN.match(run):
        return _has(set(_pairs(run)) or run)
    if len(run) == 1:
        return Q(grams__overlap=_codes([run, f"_{run}"]))
    found = _holds_as_written(run)
    if len(run) <= MAX_INITIALS:
        found |= _has(f"_{pair}" for pair in _pairs(run)) & Q(initials__contains=run)
    if len(run) > 2:
        found |= _has([f"~{run[:3]}"]) & Q(pinyin__contains=run)
    return found


def _holds_as_written(run: str) -> Q:
    if _IS_HAN.match(run):
        return _has(set(_pairs(run)) or run)
    return _has(set(_pairs(run)) or run) & Q(title_key__contains=run) | _has([f"={run[:MAX_WORD]}"])


def _all_of(conditions: Iterable[Q]) -> Q:
    return reduce(and_, conditions)


def _titled(runs: list[str]) -> Q:
    return _all_of(Q(title_key__contains=run) for run in runs)


def _rank(asked: list[list[str]]) -> Case:
    """0 the title itself, 1 its beginning, 2 a whole word of it, 3 part of it; 4 to 6 the same in pinyin;
    7 a synonym in the title; 8 the text. One comparison decides for the many that are found by text."""
    key = "".join(asked[0])
    words = sorted({word for run in asked[0] for word in rjieba.cut(run)})
    in_title = Case(
        When(title_key=key, then=0),
        When(title_key__startswith=key, then=1),
        When(words__contains=words, then=2),
        default=3,
        output_field=IntegerField(),
    )
    others = []
    if key.isascii():
        columns = ("initials", "pinyin") if len(key) > 2 else ("initials",)
        for rank, lookup in ((4, "exact"), (5, "startswith"), (6, "contains")):
            others += [When(**{f"{column}__{lookup}": key}, then=rank) for column in columns]
    others += [When(_titled(runs), then=7) for runs in asked[1:]]
    return Case(When(_titled(asked[0]), then=in_title), *others, default=8, output_field=IntegerField())


ORDER = ("rank", Length("title_key"), "pk")


def find(
    query: str,
    *,
    kinds: Iterable[str] | None = None,
    public_only: bool = True,
    user=None,
    limit: int | None = None,
) -> SearchEntryQuerySet:
    """Entries for what somebody typed, best first; none for a query without a letter or digit.

    With `user`, also what that person may see though it is not public; `public_only=False` alone sees
    everything and is for callers that apply a scope of their own.
    """
    asked = variants(query)
    if not asked:
        return SearchEntry.objects.none()
    condition = _all_of(map(_holds, asked[0]))
    for runs in asked[1:]:
        is_spelled_apart = runs == ["".join(asked[0])]
        condition |= _all_of(map(_holds if is_spelled_apart else _holds_as_written, runs))
    entries = SearchEntry.objects.filter(condition)
    if user is not None:
        entries = entries.visible_to(user)
    elif public_only:
        entries = entries.public()
    if kinds is not None:
        entries = entries.filter(kind__in=list(kinds))
    entries = entries.annotate(rank=_rank(asked)).order_by(*ORDER).defer("grams", "words")
    return entries if limit is None else entries[:limit]


def matching_ids(query: str, *, kind: str, public_only: bool = True):
    """Subject ids of one kind, as a subquery for that kind's own list: .filter(pk__in=matching_ids(...))."""
    return find(query, kinds=[kind], public_only=public_only).order_by().values("subject_id")


def ranked(query: str, *, kind: str) -> list[tuple[int, int, int, int]]:
    """Rank, length of the title, key and subject of every public entry of one kind, in no order; `find`'s
    order is that of the first three."""
    rows = find(query, kinds=[kind]).order_by()
    return list(rows.values_list("rank", Length("title_key"), "pk", "subject_id"))


# --- The search page ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """The best entries of one kind; `has_more` says that there are others."""

    kind: str
    label: str
    entries: list[SearchEntry]
    has_more: bool


@dataclass(frozen=True)
class SearchPage:
    query: str
    groups: list[Group]
    suggestions: list[str]


def search_page(query: str, *, user=None, kinds: Iterable[str] | None = None, each: int = 6) -> SearchPage:
    """The best entries of every kind, in one query; a second one only where nothing was found."""
    query = clean_text(query)[:MAX_QUERY]
    asked = variants(query)
    entries = SearchEntry.objects.none()
    if asked:
        place = Window(RowNumber(), partition_by=F("kind"), order_by=ORDER)
        best = find(query, kinds=kinds, user=user).annotate(place=place).filter(place__lte=each + 1)
        entries = SearchEntry.objects.filter(pk__in=best.order_by().values("pk"))
        entries = entries.annotate(rank=_rank(asked)).order_by(*ORDER).defer("grams", "words")
    found: dict[str, list[SearchEntry]] = {}
    for entry in entries:
        found.setdefault(entry.kind, []).append(entry)
    order = {kind: place for place, kind in enumerate(KINDS)}
    groups = [
        Group(kind, KINDS.get(kind, "其他"), rows[:each], len(rows) > each)
        for kind, rows in sorted(found.items(), key=lambda item: (order.get(item[0], len(order)), item[0]))
    ]
    return SearchPage(query, groups, [] if groups else suggest(query))


LIKE = 0.6  # what is offered instead of words that nothing has
_NEAREST = """
    SELECT entry.id FROM unnest(%s::int[]) AS asked (gram)
    CROSS JOIN LATERAL (
        SELECT id FROM portal_searchentry WHERE grams @> ARRAY[asked.gram] AND is_public LIMIT 500
    ) AS entry
    GROUP BY entry.id ORDER BY count(*) DESC, entry.id LIMIT 60
"""


def suggest(query: str, *, limit: int = 3) -> list[str]:
    """What somebody may have meant who found nothing: words and titles, of public entries, that sound
    or look alike."""
    key = "".join(runs_of(clean_text(query[:MAX_QUERY])))[:20]
    syllables = syllables_of(key)
    if len(key) < 2 or not syllables:
        return []
    grams = sorted(gram for gram in title_grams(key, syllables) if len(gram) > 1 and gram[0] != "_")[-12:]
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST, [_codes(grams)])
        nearest = [pk for (pk,) in cursor.fetchall()]
    looks, sounds = _Likeness(key), _Likeness("".join(syllables))
    scores: dict[str, float] = {}
    for title, words in SearchEntry.objects.filter(pk__in=nearest).values_list("title", "words"):
        for term in (title, *words):
            if term not in scores:
                other = "".join(runs_of(term))
                is_same = other == key
                scores[term] = (
                    0.0 if is_same else max(looks.of(other), sounds.of("".join(syllables_of(other))))
                )
    near = sorted((-score, len(term), term) for term, score in scores.items() if score >= LIKE)
    return [term for _, _, term in near[:limit]]


class _Likeness:
    """How like one text others are, between 0 and 1; what cannot be LIKE enough is 0 and costs little."""

    def __init__(self, text: str) -> None:
        self.matcher = SequenceMatcher(None, "", text, autojunk=False)

    def of(self, other: str) -> float:
        self.matcher.set_seq1(other)
        bounds = (self.matcher.real_quick_ratio, self.matcher.quick_ratio)
        return self.matcher.ratio() if all(bound() >= LIKE for bound in bounds) else 0.0


def marked(text: str, query: str) -> SafeString:
    """The text, escaped, with what was searched for inside <mark>."""
    terms = sorted({run for runs in variants(query) for run in runs}, key=len, reverse=True)
    if not terms:
        return format_html("{}", text)
    parts = re.split(f"({'|'.join(map(re.escape, terms))})", text, flags=re.IGNORECASE)
    return format_html_join(
        "",
        "{}",
        ((format_html("<mark>{}</mark>", part) if place % 2 else part,) for place, part in enumerate(parts)),
    )
