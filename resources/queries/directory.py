"""The directory 科普资源名录 of a closed census, and what it differs in from the one before."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import Count, Q, Value
from django.db.models.functions import Replace
from pypinyin import lazy_pinyin

from portal.calendar import SHANGHAI
from portal.regions import Region
from resources.models import Resource
from resources.models.census import CensusAnswer, CensusEntry, CensusRound
from resources.queries.registry import shown

ORDER = ("kind_position", "title_key", "pk")
WHOLE_CITY = "全市"
MOST_SHOWN = 300  # differences of one sort on the page; the workbook holds all

# The columns of a directory, in the order of its sheet.
COMMON = (
    "一句话介绍",
    "面向人群",
    "适合年龄",
    "语言",
    "无障碍",
    "可同时接待",
    "地址",
    "开放时间",
    "开放说明",
    "费用",
    "预约",
    "公开电话",
    "网址",
)
TOLD_LATER = ("语言", "无障碍", "可同时接待")
TOLD_SINCE = datetime(2026, 11, 30, tzinfo=SHANGHAI)


def pinyin_key(title: str) -> str:
    """What a title is sorted by."""
    return " ".join(lazy_pinyin(title)).lower()[:400]


# --- What a closing writes down -------------------------------------------------------------------


def entries_of(asked: CensusRound) -> list[CensusEntry]:
    """The directory as the register stands now: everything in the menu of the kinds asked."""
    forms = {form.code: form for form in asked.forms.all()}
    verified = set(
        CensusAnswer.objects.filter(
            unit__round=asked, applied_at__isnull=False, answer__in=["confirm", "change", "add"]
        ).values_list("resource_id", flat=True)
    )
    regions = {region.code: region.name for region in Region.objects.filter(level__in=(2, 3))}
    rows = shown(Resource.objects.published().filter(kind__code__in=forms)).order_by("pk")
    return [_entry(asked, row, forms[row.kind.code], row.pk in verified, regions) for row in rows]


def _entry(asked: CensusRound, row: Resource, form, is_verified: bool, regions: dict) -> CensusEntry:
    lineage = row.region.lineage
    district = lineage[1] if len(lineage) > 1 else ""
    return CensusEntry(
        round=asked,
        code=row.code,
        title=row.title,
        title_key=pinyin_key(row.title),
        kind_code=form.code,
        kind_name=form.name,
        kind_position=form.position,
        district_code=district,
        district_name=regions.get(district, ""),
        subdistrict_name=regions.get(lineage[2], "") if len(lineage) > 2 else "",
        unit_name=row.organization.name if row.organization else "",
        facts=[list(pair) for pair in _facts(row)],
        is_verified=is_verified,
    )


def _facts(row: Resource) -> list[tuple[str, str]]:
    booking = row.get_booking_display()
    pairs = [
        ("一句话介绍", row.summary),
        ("面向人群", row.get_audiences_display()),
        ("适合年龄", row.ages),
        ("语言", row.get_languages_display()),
        ("无障碍", row.get_accessibility_display()),
        ("可同时接待", f"{row.capacity:,} 人" if row.capacity else ""),
        ("地址", row.address),
        ("开放时间", row.hours_text if row.kind.is_place else ""),
        ("开放说明", row.hours_note),
        ("费用", row.fee),
        ("预约", f"{booking}（{row.booking_note}）" if row.booking_note else booking),
        ("公开电话", row.public_phone),
        ("网址", row.website),
        *row.extra(public_only=True),
    ]
    return [pair for pair in pairs if pair[1]]


# --- Reading a directory --------------------------------------------------------------------------


def published_rounds():
    """Closed rounds whose directory is ready, the latest first."""
    return CensusRound.objects.filter(status=CensusRound.Status.CLOSED, directory__state="ready").order_by(
        "-closed_at", "-pk"
    )


def entries(asked: CensusRound, *, kind: str = "", district: str = "", q: str = ""):
    """Entries of a directory, narrowed; `q` is looked for in names, units, addresses and pinyin."""
    rows = asked.entries.all()
    if kind:
        rows = rows.filter(kind_code=kind)
    if district:
        rows = rows.filter(district_code="" if district == "city" else district)
    if q:
        rows = rows.annotate(spelled=Replace("title_key", Value(" "), Value("")))
    for word in q.split()[:5]:
        said = Q(title__icontains=word) | Q(unit_name__icontains=word) | Q(subdistrict_name__icontains=word)
        if word.isascii():
            said |= Q(spelled__contains=word.lower())
            said |= Q(code=word.lower())
        rows = rows.filter(said)
    return rows


def counts(asked: CensusRound) -> list[dict]:
    """How many entries there are per kind and district, in the order of kinds and districts."""
    return list(
        asked.entries.values("kind_code", "kind_name", "kind_position", "district_code", "district_name")
        .annotate(count=Count("pk"), verified=Count("pk", filter=Q(is_verified=True)))
        .order_by("kind_position", "kind_code", "district_code")
    )


@dataclass
class Tally:
    """Counts added up by kind, by district and in all."""

    kinds: dict[str, tuple[str, int]] = field(default_factory=dict)  # code → name, count
    districts: dict[str, tuple[str, int]] = field(default_factory=dict)
    cells: dict[tuple[str, str], int] = field(default_factory=dict)  # district, kind
    total: int = 0
    verified: int = 0


def tally(asked: CensusRound) -> Tally:
    found = Tally()
    for row in counts(asked):
        kind, district = row["kind_code"], row["district_code"]
        name = row["district_name"] or WHOLE_CITY
        found.kinds[kind] = (row["kind_name"], found.kinds.get(kind, ("", 0))[1] + row["count"])
        found.districts[district] = (name, found.districts.get(district, ("", 0))[1] + row["count"])
        found.cells[district, kind] = row["count"]
        found.total += row["count"]
        found.verified += row["verified"]
    found.districts = dict(sorted(found.districts.items()))
    return found


# --- What differs from the round before -----------------------------------------------------------


def round_before(asked: CensusRound) -> CensusRound | None:
    """The round closed last before this one."""
    if asked.closed_at is None:
        return None
    closed = CensusRound.objects.filter(status=CensusRound.Status.CLOSED, closed_at__lt=asked.closed_at)
    return closed.order_by("-closed_at", "-pk").first()


@dataclass(frozen=True)
class Changed:
    """An entry that stands in both directories and says something else: (label, before, now)."""

    entry: CensusEntry
    lines: list[tuple[str, str, str]]


@dataclass
class Row:
    """One line of a difference by kind or district."""

    name: str
    before: int = 0
    added: int = 0
    gone: int = 0
    changed: int = 0
    now: int = 0


@dataclass
class Difference:
    """What was added, is gone and changed between two rounds, of the kinds that both asked."""

    before: CensusRound
    after: CensusRound
    added: list[CensusEntry]
    gone: list[CensusEntry]
    changed: list[Changed]
    by_kind: list[Row]
    by_district: list[Row]
    only_now: list[str]  # kinds that the round before did not ask
    only_before: list[str]

    @property
    def is_nothing(self) -> bool:
        return not (self.added or self.gone or self.changed)


_DIFFERENT = """
SELECT n.id, o.id FROM
    (SELECT * FROM resources_censusentry WHERE round_id = %(after)s AND kind_code = ANY(%(kinds)s)) n
FULL JOIN
    (SELECT * FROM resources_censusentry WHERE round_id = %(before)s AND kind_code = ANY(%(kinds)s)) o
USING (code)
WHERE n.id IS NULL OR o.id IS NULL
    OR (n.title, n.kind_code, n.district_name, n.subdistrict_name, n.unit_name, n.facts)
        IS DISTINCT FROM (o.title, o.kind_code, o.district_name, o.subdistrict_name, o.unit_name, o.facts)
ORDER BY coalesce(n.kind_position, o.kind_position), coalesce(n.title_key, o.title_key), code
"""


def difference(asked: CensusRound) -> Difference | None:
    """What a directory differs in from the one before; None where there was none before."""
    before = round_before(asked)
    if before is None:
        return None
    kinds_now = dict(asked.forms.values_list("code", "name"))
    kinds_then = dict(before.forms.values_list("code", "name"))
    both = [code for code in kinds_now if code in kinds_then]
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENT, {"after": asked.pk, "before": before.pk, "kinds": both})
        pairs = cursor.fetchall()
    rows = CensusEntry.objects.in_bulk([key for pair in pairs for key in pair if key])
    untold = _untold(before)
    both_say = [
        Changed(rows[now], _lines(rows[then], rows[now], untold)) for now, then in pairs if now and then
    ]
    found = Difference(
        before=before,
        after=asked,
        added=[rows[now] for now, then in pairs if then is None],
        gone=[rows[then] for now, then in pairs if now is None],
        changed=[change for change in both_say if change.lines],
        by_kind=[],
        by_district=[],
        only_now=[name for code, name in kinds_now.items() if code not in kinds_then],
        only_before=[name for code, name in kinds_then.items() if code not in kinds_now],
    )
    found.by_kind = _rows(found, both, "kind_code", "kind_name", "kind_position")
    found.by_district = _rows(found, both, "district_code", "district_name", "district_code")
    return found


def _untold(before: CensusRound) -> set[str]:
    """What directories have told only since then: no change of any entry."""
    return set(TOLD_LATER) if before.closed_at < TOLD_SINCE else set()


def _lines(before: CensusEntry, after: CensusEntry, untold: set[str]) -> list[tuple[str, str, str]]:
    was, now = _said(before), _said(after)
    labels = [label for label in dict.fromkeys([*was, *now]) if label not in untold]
    pairs = [(label, was.get(label, ""), now.get(label, "")) for label in labels]
    return [pair for pair in pairs if pair[1] != pair[2]]


def _said(entry: CensusEntry) -> dict[str, str]:
    place = f"{entry.district_name or WHOLE_CITY}{entry.subdistrict_name}"
    own = {"名称": entry.title, "类型": entry.kind_name, "区域": place, "单位": entry.unit_name}
    return own | dict(entry.facts)


def _rows(found: Difference, kinds: list[str], code: str, name: str, order: str) -> list[Row]:
    lines: dict[str, Row] = {}
    places: dict[str, object] = {}

    def line(key: str, words: str, place: object) -> Row:
        places.setdefault(key, place)
        return lines.setdefault(key, Row(name=words or WHOLE_CITY))

    for asked, what in ((found.before, "before"), (found.after, "now")):
        rows = asked.entries.filter(kind_code__in=kinds).order_by()
        for key, words, place, count in rows.values_list(code, name, order).annotate(count=Count("pk")):
            row = line(key, words, place)
            setattr(row, what, getattr(row, what) + count)
    groups = {
        "added": found.added,
        "gone": found.gone,
        "changed": [change.entry for change in found.changed],
    }
    for what, members in groups.items():
        for entry in members:
            row = line(getattr(entry, code), getattr(entry, name), getattr(entry, order))
            setattr(row, what, getattr(row, what) + 1)
    return [lines[key] for key in sorted(lines, key=lambda key: (places[key], key))]


# --- The printed directory ------------------------------------------------------------------------


def printed(asked: CensusRound) -> dict:
    """What the PDF prints, as plain data: chapters by district and kind with numbered entries, and two
    indexes.
    """
    order = ("district_code", *ORDER)
    chapters: dict[str, dict] = {}
    sections: dict[tuple[str, str], dict] = {}
    titles: list[dict] = []
    places: dict[str, list[str]] = defaultdict(list)
    for number, entry in enumerate(asked.entries.order_by(*order), 1):
        district, name = entry.district_code, entry.district_name or "全市通用"
        chapter = chapters.setdefault(district, {"title": name, "sections": []})
        key = (district, entry.kind_code)
        if key not in sections:
            sections[key] = {"title": entry.kind_name, "entries": []}
            chapter["sections"].append(sections[key])
        one = _printed(entry, number)
        sections[key]["entries"].append(one)
        titles.append(
            {"key": entry.title_key, "id": one["id"], "number": one["number"], "title": one["title"]}
        )
        if entry.unit_name:
            places[entry.unit_name].append(one["number"])
    units = [
        {"key": pinyin_key(unit), "title": unit, "numbers": "、".join(numbers)}
        for unit, numbers in places.items()
    ]
    return {"chapters": list(chapters.values()), "titles": _by_letter(titles), "units": _by_letter(units)}


def _printed(entry: CensusEntry, number: int) -> dict:
    facts = dict(map(tuple, entry.facts))
    summary = facts.pop("一句话介绍", "")
    place = [words for words in (entry.unit_name, entry.subdistrict_name) if words]
    return {
        "id": f"e{number}",
        "number": f"{number:04d}",
        "title": entry.title,
        "place": " · ".join(place),
        "summary": summary,
        "facts": list(facts.items()),
        "is_verified": entry.is_verified,
    }


def _by_letter(rows: list[dict]) -> list[tuple[str, list[dict]]]:
    """Rows under the first letter of their pinyin; what begins with none stands under #, at the end."""
    letters = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["key"], row.get("number", ""))):
        first = row["key"][:1].upper()
        letters[first if "A" <= first <= "Z" else "#"].append(row)
    return sorted(letters.items(), key=lambda pair: (pair[0] == "#", pair[0]))
