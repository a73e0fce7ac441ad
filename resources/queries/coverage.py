"""Where the city's resources are and are not: counted over places, topics, channels, kinds and groups.

Basis: the plan, 全域协同: 全领域行动、全地域覆盖、全媒体传播、全民参与; 科学技术普及法 第二条.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

from django.db.models import CharField, Count, F, Func, Q, QuerySet
from django.db.models.functions import Substr

from portal.calendar import local_today
from portal.charts import About, Chart
from portal.regions import Level, Region, district_code
from resources.models import Audience, Channel, Dimension, Resource, Spirit, Topic
from resources.queries.registry import kinds, listed_on

AXES = {
    "place": "区域",
    "street": "街道",
    "topic": "主题",
    "channel": "渠道",
    "audience": "人群",
    "kind": "类型",
    "dimension": "内容维度",
    "spirit": "科学家精神",
}
HOW = (
    "数字是今天资源菜单中已发布的资源数。一个资源有几个主题、人群、维度或精神，各格都计一次；"
    "渠道按资源类型划分；没有登记到街道的资源不计入任何街道。"
)
SOURCE = "数据来源：科普资源菜单。"


class Unnest(Func):
    """Each element of an array, as a row of its own."""

    function = "unnest"
    set_returning = True


@dataclass(frozen=True)
class Scope:
    """What is counted: of a district (12-digit code), a topic, a kind, a group, a channel; "" is all."""

    district: str = ""
    topic: str = ""
    kind: str = ""
    audience: str = ""
    channel: str = ""

    def resources(self) -> QuerySet[Resource]:
        """The published resources within."""
        found = listed_on(local_today())
        if self.district:
            found = found.annotate(of_district=district_code()).filter(of_district=self.district)
        if self.topic:
            found = found.filter(topics__code=self.topic)
        if self.kind:
            found = found.filter(kind__code=self.kind)
        if self.audience:
            found = found.filter(audiences__contains=[self.audience])
        if self.channel:
            found = found.filter(kind__channel=self.channel)
        return found

    def of(self, axis: str) -> dict[str, str]:
        """The values of an axis, code to name, in order. Places are districts, or one's subdistricts."""
        match axis:
            case "place" if not self.district:
                return dict(Region.objects.districts().values_list("code", "name"))
            case "place" | "street":
                return self._streets()
            case "topic":
                return dict(Topic.objects.filter(is_active=True).values_list("code", "name"))
            case "kind":
                return {kind.code: kind.name for kind in kinds()}
        return dict(
            {"channel": Channel, "dimension": Dimension, "spirit": Spirit}.get(axis, Audience).choices
        )

    def _streets(self) -> dict[str, str]:
        """The subdistricts of the district, or of all of them with the district's name before theirs."""
        rows = Region.objects.filter(level=Level.SUBDISTRICT).inhabited().order_by("parent__code", "code")
        if self.district:
            return dict(rows.filter(parent__code=self.district).values_list("code", "name"))
        named = rows.values_list("code", "parent__name", "name")
        return {code: f"{district}{name}" for code, district, name in named}

    def _column(self, axis: str):
        match axis:
            case "place" if not self.district:
                return district_code()
            case "place" | "street":
                return Substr(F("region__path"), 27, 12)
            case "topic":
                return F("topics__code")
            case "kind":
                return F("kind__code")
            case "channel":
                return F("kind__channel")
        arrays = {"audience": "audiences", "dimension": "dimensions", "spirit": "spirits"}
        return Unnest(F(arrays[axis]), output_field=CharField())

    def cross(self, *axes: str) -> Counter[tuple[str, ...]]:
        """How many resources lie at each crossing of some axes; one with two topics counts at both."""
        names = [f"at_{place}" for place in range(len(axes))]
        columns = dict(zip(names, map(self._column, axes), strict=True))
        counted = (
            self.resources()
            .annotate(**columns)
            .values(*names)
            .annotate(count=Count("pk", distinct=True))
            .order_by()
        )
        return Counter({tuple(one[name] for name in names): one["count"] for one in counted})

    def balance(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """How many resources hand on each of the four dimensions and of the six values, and how many say
        neither.
        """
        of_dimensions = {
            code: Count("pk", filter=Q(dimensions__contains=[code])) for code in Dimension.values
        }
        of_spirits = {code: Count("pk", filter=Q(spirits__contains=[code])) for code in Spirit.values}
        names = {f"d_{code}": count for code, count in of_dimensions.items()}
        names |= {f"s_{code}": count for code, count in of_spirits.items()}
        silent = {"d_": Count("pk", filter=Q(dimensions=[])), "s_": Count("pk", filter=Q(spirits=[]))}
        found = Resource.objects.filter(pk__in=self.resources().values("pk")).aggregate(**names, **silent)
        return [
            (
                "四个维度",
                [(one.label, found[f"d_{one.value}"]) for one in Dimension] + [("未填", found["d_"])],
            ),
            (
                "科学家精神",
                [(one.label, found[f"s_{one.value}"]) for one in Spirit] + [("未填", found["s_"])],
            ),
        ]


def districts_of_streets() -> dict[str, str]:
    """The district of each subdistrict, by their codes."""
    return dict(Region.objects.filter(level=Level.SUBDISTRICT).values_list("code", "parent__code"))


# ---------------------------------------------------------------- as files


def matrix_table(title: str, axes: tuple[str, str], rows: dict, columns: dict, counts: Counter) -> Chart:
    """A matrix with its counts, zero where nothing is offered."""
    about = About("matrix", title, unit="项", source=SOURCE, how=HOW)
    table = [(name, *(counts[row, column] for column in columns)) for row, name in rows.items()]
    return about.table([f"{AXES[axes[0]]} \\ {AXES[axes[1]]}", *columns.values()], table)


def gap_table(title: str, axes: tuple[str, str], gaps: list[tuple[str, str, str]]) -> Chart:
    """Every blank crossing with the address that opens the form of a need for it."""
    about = About("gaps", f"{title}：空白", source=SOURCE, how=HOW)
    return about.table([AXES[axes[0]], AXES[axes[1]], "提出需求的网址"], gaps)


def blank_table(
    title: str, scope: Scope, topics: dict[str, str], address: Callable[[dict[str, str], str], str]
) -> Chart:
    """Every blank crossing of all four: subdistrict (in the whole city: district), topic, channel, group.

    `address` opens the form of a need for a crossing, of a channel by its name.
    """
    axes = ("place", "topic", "channel", "audience")
    names = [scope.of("place"), topics, scope.of("channel"), scope.of("audience")]
    counts = scope.cross(*axes)
    rows = [
        (
            *(known[code] for known, code in zip(names, codes, strict=True)),
            address(dict(zip(axes, codes, strict=True)), names[2][codes[2]]),
        )
        for codes in product(*names)
        if not counts[codes]
    ]
    about = About("blanks", f"{title}：地域、领域、渠道、人群四项交叉的空白", source=SOURCE, how=HOW)
    return about.table([*(AXES[axis] for axis in axes), "提出需求的网址"], rows)


def balance_table(title: str, balance: list[tuple[str, list[tuple[str, int]]]]) -> Chart:
    about = About("balance", f"{title}：内容是否均衡", unit="项", source=SOURCE, how=HOW)
    rows = [(name, label, count) for name, counts in balance for label, count in counts]
    return about.table(["分组", "内容", "资源数"], rows)
