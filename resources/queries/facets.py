"""What stands beside the menu's list: every filter with its values, and what is asked for already.

`facets` and `chosen` ask a MenuQuery for its parts, its counts and its addresses, and nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from portal.regions import Level, Region
from resources.models import BIT_FILTERS, Audience, Concession, ResourceKind, Topic
from resources.queries.own_fields import OWN
from resources.rules.fields import is_for_all

MOST_TOPICS_SHOWN = 12
SHOWN_LEVELS = (Level.DISTRICT, Level.SUBDISTRICT)
WITHIN = {"1": "1 公里内", "3": "3 公里内", "10": "10 公里内"}
OPEN = {"now": "现在开放", "weekend": "本周末开放"}
# Who may ask for what is free to them; everybody's own filter is 费用.
FREE_FOR = {
    code: str(label) for code, label in Concession.Group.choices if code != Concession.Group.EVERYBODY
}


@dataclass(frozen=True, slots=True)
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
    """The words of the menu's filters, read once for each state of the menu."""

    kinds: dict[str, ResourceKind]  # by code: the first version, whose id stands in the menu
    kind_names: dict[int, tuple[str, str]]
    own_fields: dict[
        str, list[dict]
    ]  # by the kind's code: the lists of its version in force that all may read
    topics: dict[int, Topic]
    districts: dict[str, Region]
    streets: dict[str, Region]

    @classmethod
    def load(cls) -> "Vocabulary":
        first: dict[str, ResourceKind] = {}
        names: dict[str, str] = {}
        lists: dict[str, list[dict]] = {}
        for kind in ResourceKind.objects.order_by("position", "code", "version"):
            first.setdefault(kind.code, kind)
            names[kind.code] = kind.name
            if kind.is_current:
                lists[kind.code] = list(filter(is_for_all, kind.choice_fields))
        regions = list(Region.objects.inhabited().filter(level__in=SHOWN_LEVELS).order_by("code"))
        return cls(
            kinds=first,
            kind_names={kind.pk: (code, names[code]) for code, kind in first.items()},
            own_fields=lists,
            topics=Topic.objects.in_bulk(),
            districts={region.code: region for region in regions if region.level == Level.DISTRICT},
            streets={region.code: region for region in regions if region.level == Level.SUBDISTRICT},
        )

    def topic(self, code: str) -> Topic | None:
        return next((topic for topic in self.topics.values() if topic.code == code), None)


def facets(asked) -> list[Facet]:
    """Every filter of a MenuQuery with its values, none of them empty."""
    counts, words = asked.counts, asked.words
    values = {
        ("audience", "适合谁"): [(each.value, each.label, counts.audiences[each]) for each in Audience],
        ("age", "适合年龄"): _with_bits(asked, "age"),
        ("kind", "类型"): [(code, name, counts.kinds[pk]) for pk, (code, name) in words.kind_names.items()],
        **{
            (OWN + each["code"], each["label"]): [
                (value, value, counts.own[each["code"], value]) for value in each["choices"]
            ]
            for each in asked.own_fields
        },
        ("district", "区域"): [
            (code, row.name, counts.districts[row.pk]) for code, row in words.districts.items()
        ],
        ("street", "街道"): _streets(asked),
        ("within", "距离"): [(code, label, counts.within[code]) for code, label in WITHIN.items()],
        ("open", "开放时间"): [(code, label, counts.open[code]) for code, label in OPEN.items()],
        ("weekday", "每周开放"): _with_bits(asked, "weekday"),
        ("free", "费用"): [("1", "免费", counts.free)],
        ("free_for", "对谁免费"): [(code, label, counts.free_for[code]) for code, label in FREE_FOR.items()],
        ("booking", "预约"): _with_bits(asked, "booking"),
        ("accessible", "无障碍与便利"): _with_bits(asked, "accessible"),
        ("topic", "主题"): _topics(asked),
    }
    found = (Facet(name, label, _options(asked, name, rows)) for (name, label), rows in values.items())
    return [facet for facet in found if facet.options]


def _with_bits(asked, name: str) -> list[tuple[str, str, int]]:
    counted, labels = asked.counts.bits[name], BIT_FILTERS[name][1]
    return [(code, words, counted[code]) for code, words in labels.items()]


def _streets(asked) -> list[tuple[str, str, int]]:
    """The subdistricts of the chosen district."""
    return [
        (code, row.name, asked.counts.streets[row.pk])
        for code, row in asked.words.streets.items()
        if code == asked.street or (asked.district and row.district_code == asked.district)
    ]


def _topics(asked) -> list[tuple[str, str, int]]:
    """The topics with most resources, and the chosen one."""
    counted = [(t.code, t.name, asked.counts.topics[t.pk]) for t in asked.words.topics.values()]
    counted.sort(key=lambda value: (-value[2], value[0]))
    kept = counted[:MOST_TOPICS_SHOWN]
    return kept + [value for value in counted[MOST_TOPICS_SHOWN:] if value[0] == asked.topic]


def _options(asked, name: str, values: Iterable[tuple[str, str, int]]) -> list[Option]:
    chosen, drops = asked.said_of(name), _with_it(asked).get(name, {})
    return [
        Option(
            value,
            label,
            count,
            asked.address(**{**drops, name: "" if value == chosen else value}),
            value == chosen,
        )
        for value, label, count in values
        if count or value == chosen
    ]


def _with_it(asked) -> dict[str, dict[str, str]]:
    """What goes when a filter changes: a subdistrict lies in one district, a list belongs to one kind."""
    return {"district": {"street": ""}, "kind": {OWN + code: "" for code, _ in asked.own}}


def chosen(asked) -> list[tuple[str, str]]:
    """Label and address without it, of everything a MenuQuery asks for."""
    words = asked.words
    labels = {
        "q": f"“{asked.q}”",
        "near": f"从{asked.start.label}出发" if asked.near else "",
        "within": WITHIN.get(asked.within, ""),
        "street": words.streets[asked.street].name if asked.street else "",
        "district": words.districts[asked.district].name if asked.district else "",
        "kind": words.kind_names[words.kinds[asked.kind].pk][1] if asked.kind else "",
        "audience": Audience(asked.audience).label if asked.audience else "",
        "topic": words.topic(asked.topic).name if asked.topic else "",
        "free": "免费",
        "free_for": f"{FREE_FOR[asked.free_for]}免费" if asked.free_for else "",
        "open": OPEN.get(asked.open, ""),
        **{name: labels.get(getattr(asked, name), "") for name, (_, labels) in BIT_FILTERS.items()},
    }
    drops = _with_it(asked) | {"near": {"within": ""}}
    said = [(labels[name], name) for name in labels if getattr(asked, name)]
    said += [(value, OWN + code) for code, value in asked.own]
    return [(label, asked.address(**{name: ""}, **drops.get(name, {}))) for label, name in said]
