"""The desk's list: one question gives the rows, the count beside every filter, and its address."""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from django.db.models import CharField, Count, F, Func, Q
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from portal import search
from portal.identifiers import clean_text
from portal.regions import Region, district_code
from portal.roles import Perm
from portal.waiting import Waiting
from resources.models import Accessibility, Audience, DeskFilter, FieldType, Resource, ResourceKind
from resources.queries.assets import assets_waiting
from resources.queries.facets import Facet, Option
from resources.queries.likeness import open_pairs
from resources.queries.own_fields import OWN, has_own
from resources.queries.registry import ASK_AHEAD, tasks_of

DESK_ORDER = ("-updated_at", "-pk")
FRESH = {
    "due": "待核实",
    "stale": "已过期",
    "never": "从未核实",
}
FREE = {"1": "免费", "0": "收费", "none": "未核实"}


def _unnest(name: str) -> Func:
    return Func(F(name), function="unnest", output_field=CharField())


@dataclass(frozen=True)
class DeskQuery:
    """One question to the register at the desk. What is not a known value is not asked for."""

    user: object
    on: date
    perm: Perm = Perm.RESOURCE_VIEW
    q: str = ""
    status: str = ""
    kind: str = ""
    district: str = ""
    audience: str = ""
    free: str = ""
    booking: str = ""
    accessible: str = ""
    fresh: str = ""
    own: tuple[tuple[str, str], ...] = ()  # values of the kind's own lists
    kinds: tuple[ResourceKind, ...] = field(default=(), compare=False, repr=False)

    PARTS = ("status", "kind", "district", "audience", "free", "booking", "accessible", "fresh")

    @classmethod
    def read(cls, params, *, user, on: date, perm: Perm = Perm.RESOURCE_VIEW) -> "DeskQuery":
        """From the address."""
        kinds = tuple(ResourceKind.objects.current())
        known = {
            "status": Resource.Status.values,
            "kind": {kind.code for kind in kinds},
            "audience": Audience.values,
            "free": FREE,
            "booking": Resource.Booking.values,
            "accessible": Accessibility.values,
            "fresh": FRESH,
        }
        asked = {name: _known(params.get(name), values) for name, values in known.items()}
        district = params.get("district") or ""
        asked["district"] = district if len(district) == 12 and district.isdecimal() else ""
        made = cls(
            user=user,
            on=on,
            perm=perm,
            q=clean_text(params.get("q", "")[: search.MAX_QUERY]),
            kinds=kinds,
            **asked,
        )
        return replace(made, own=made._read_own(params))

    def _read_own(self, params) -> tuple[tuple[str, str], ...]:
        found = []
        for declared in self.own_fields:
            value = params.get(OWN + declared["code"], "")
            if value in declared["choices"]:
                found.append((declared["code"], value))
        return tuple(found)

    @cached_property
    def own_fields(self) -> list[dict]:
        """The lists of the kind asked for."""
        chosen = next((kind for kind in self.kinds if kind.code == self.kind), None)
        return chosen.choice_fields if chosen else []

    # Rows

    @property
    def conditions(self) -> dict[str, Q]:
        """The condition of each filter that is set."""
        made = {
            "status": lambda: Q(status=self.status),
            "kind": lambda: Q(kind__code=self.kind),
            "district": lambda: Q(region__path__contains=f"/{self.district}/"),
            "audience": lambda: Q(audiences__contains=[self.audience]),
            "free": lambda: Q(is_free={"1": True, "0": False, "none": None}[self.free]),
            "booking": lambda: Q(booking=self.booking),
            "accessible": lambda: Q(accessibility__contains=[self.accessible]),
            "fresh": lambda: self._fresh(self.fresh),
        }
        kept = {part: made[part]() for part in self.PARTS if getattr(self, part)}
        return kept | {OWN + code: self._is_own(code, value) for code, value in self.own}

    def _fresh(self, value: str) -> Q:
        public = Q(status=Resource.Status.PUBLISHED)
        return (
            public
            & {
                "due": Q(confirm_by__lte=self.on + ASK_AHEAD),
                "stale": Q(confirm_by__lt=self.on),
                "never": Q(confirmed_on=None),
            }[value]
        )

    def _is_own(self, code: str, value: str) -> Q:
        return has_own(next(each for each in self.own_fields if each["code"] == code), value)

    def rows(self, *, without: str = ""):
        """The resources asked for, of those that `user` may see; leaving out one filter for its counts."""
        rows = Resource.objects.for_user(self.user, self.perm)
        for part, condition in self.conditions.items():
            if part != without:
                rows = rows.filter(condition)
        if self.q:
            rows = rows.filter(pk__in=search.matching_ids(self.q, kind="resource", public_only=False))
        return rows

    def listed(self):
        return self.rows().select_related("kind", "region", "organization")

    @cached_property
    def total(self) -> int:
        return self.rows().count()

    # Addresses

    @property
    def params(self) -> dict[str, str]:
        asked = {name: getattr(self, name) for name in ("q", *self.PARTS)}
        return {name: value for name, value in asked.items() if value} | {
            OWN + code: value for code, value in self.own
        }

    @property
    def query(self) -> str:
        """What stands behind the question mark."""
        return urlencode(self.params)

    def address(self, **changes: str) -> str:
        """The list's address with this question, some parts changed."""
        asked = {**self.params, **changes}
        if "kind" in changes:  # the lists of another kind are others
            asked = {name: value for name, value in asked.items() if not name.startswith(OWN)}
        return "?" + urlencode({name: value for name, value in asked.items() if value})

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the search box carries along."""
        return [(name, value) for name, value in self.params.items() if name not in ("q", "kind")]

    # Counts

    def _counted(self, part: str, expression) -> dict:
        rows = self.rows(without=part).order_by().values(value=expression).annotate(count=Count("pk"))
        return {row["value"]: row["count"] for row in rows}

    @cached_property
    def statuses(self) -> dict[str, int]:
        """How many rows each status has, the other filters kept."""
        counted = self._counted("status", F("status"))
        return {status: counted.get(status, 0) for status in Resource.Status.values}

    @cached_property
    def facets(self) -> list[Facet]:
        """Every filter with its values, none of them empty."""
        names = {row.code: row.name for row in Region.objects.districts()}
        districts = self._counted("district", district_code("region"))
        free = self._counted("free", F("is_free"))
        found = [
            self._facet("kind", "类型", {kind.code: kind.name for kind in self.kinds}, F("kind__code")),
            self._facet_of("district", "区域", names, districts),
            self._facet("audience", "面向人群", dict(Audience.choices), _unnest("audiences")),
            self._facet_of(
                "free",
                "费用",
                FREE,
                {"1": free.get(True, 0), "0": free.get(False, 0), "none": free.get(None, 0)},
            ),
            self._facet("booking", "预约", dict(Resource.Booking.choices), F("booking")),
            self._facet("accessible", "无障碍", dict(Accessibility.choices), _unnest("accessibility")),
            self._facet_of("fresh", "核实", FRESH, self._fresh_counts()),
            *(self._own_facet(declared) for declared in self.own_fields),
        ]
        return [facet for facet in found if facet.options]

    def _fresh_counts(self) -> dict[str, int]:
        made = {value: Count("pk", filter=self._fresh(value)) for value in FRESH}
        return self.rows(without="fresh").aggregate(**made)

    def _own_facet(self, declared: dict) -> Facet:
        code = declared["code"]
        rows = self.rows(without=OWN + code).filter(kind__code=self.kind, details__has_key=code).order_by()
        if declared["type"] == FieldType.CHOICES:
            value = Func(
                KeyTransform(code, "details"), function="jsonb_array_elements_text", output_field=CharField()
            )
        else:
            value = KeyTextTransform(code, "details")
        counted = {row["value"]: row["count"] for row in rows.values(value=value).annotate(count=Count("pk"))}
        return self._facet_of(
            OWN + code, declared["label"], {choice: choice for choice in declared["choices"]}, counted
        )

    def _facet(self, name: str, label: str, labels: dict, expression) -> Facet:
        return self._facet_of(name, label, labels, self._counted(name, expression))

    def _facet_of(self, name: str, label: str, labels: dict, counted: dict) -> Facet:
        chosen = self.params.get(name, "")
        options = [
            Option(
                value,
                str(text),
                counted.get(value, 0),
                self.address(**{name: "" if value == chosen else value}),
                value == chosen,
            )
            for value, text in labels.items()
            if counted.get(value) or value == chosen
        ]
        return Facet(name, label, options)

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """Label and address without it, of everything asked for."""
        labels = {
            "q": f"“{self.q}”",
            "status": dict(Resource.Status.choices).get(self.status),
            "kind": next((kind.name for kind in self.kinds if kind.code == self.kind), ""),
            "district": self._district_name() if self.district else "",
            "audience": dict(Audience.choices).get(self.audience),
            "free": FREE.get(self.free),
            "booking": dict(Resource.Booking.choices).get(self.booking),
            "accessible": dict(Accessibility.choices).get(self.accessible),
            "fresh": FRESH.get(self.fresh),
            **{OWN + code: value for code, value in self.own},
        }
        return [(str(labels[name]), self.address(**{name: ""})) for name in self.params]

    def _district_name(self) -> str:
        return (
            Region.objects.filter(code=self.district).values_list("name", flat=True).first() or self.district
        )


def _known(value: str | None, values) -> str:
    return value if value and value in values else ""


MOST_TILES = 8


def _on_desk(user):
    return DeskFilter.objects.seen_by(user)[:MOST_TILES]


def is_on_desk(row: DeskFilter, user) -> bool:
    """Whether a filter has a tile on somebody's desk: the first by name do."""
    return row in _on_desk(user)


def saved(user) -> list[Waiting]:
    """The named filters of somebody, with what they find now; one that finds nothing says 0."""
    day, found = timezone.localdate(), []
    for row in _on_desk(user):
        asked = DeskQuery.read(QueryDict(row.query), user=user, on=day)
        found.append(
            Waiting(title=row.name, count=asked.total, url=f"{reverse('resources_desk:list')}?{row.query}")
        )
    return found


def waiting_for(user) -> list[Waiting]:
    """Everything of the resources that waits for somebody, then the filters they keep."""
    found = tasks_of(user) + assets_waiting(user)
    if user.can(Perm.RESOURCE_REVIEW):
        pairs = open_pairs(user)
        count = pairs.count()
        items = [(str(pair.first), reverse("resources_desk:pairs")) for pair in pairs.order_by("-pk")[:5]]
        if count:
            url = reverse("resources_desk:pairs")
            found.append(Waiting(title="疑似重复的资源", count=count, url=url, items=items))
    return found + (saved(user) if user.can(Perm.RESOURCE_VIEW) else [])
