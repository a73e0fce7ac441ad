"""Figures by name in what people write: {{项目.KH111}}, {{指标.人均科普专项经费.2024}}.

A name is looked up in the vintage and returns of the report when it is set, with the decimals of the tables:
a figure in the text cannot differ from them. Each carries the address that leads to its records.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NotRequired, TypedDict

from django.urls import reverse

from indicators.method import growth_percent
from indicators.models import NationalSeries, VintageCell
from portal.charts import MISSING, figure_text
from portal.regions import Level, Region

if TYPE_CHECKING:
    from indicators.queries.annual.material import Report

PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
NAME = re.compile(
    r"(?:(?P<place>[^.]*[市区])\.)?(?P<kind>指数|领域|指标|项目|全国)\.(?P<name>.+?)"
    r"(?:\.(?P<what>分值|发展指数|增速))?(?:\.(?P<year>[12][0-9]{3}))?"
)
SCORE_DECIMALS, RATE_DECIMALS = 1, 2


class Run(TypedDict):
    """A piece of a sentence; a figure has the address of the way to its records."""

    text: str
    url: NotRequired[str]


class NameFault(ValueError):
    """A name that gives no figure; says which, and what to do."""


@dataclass(frozen=True)
class Choice:
    """A figure that may be written into a text: what to insert, what it is, what it says now."""

    name: str
    label: str
    group: str
    text: str
    unit: str

    @property
    def insert(self) -> str:
        return f"{{{{{self.name}}}}}"


@dataclass(frozen=True)
class _Asked:
    region: Region
    name: str
    what: str
    year: int


class Names:
    """The figures of one report by name."""

    def __init__(self, report: "Report"):
        self.report = report

    @cached_property
    def _places(self) -> dict[str, Region]:
        return {"全市": self.report.city} | {region.name: region for region in self.report.districts}

    @cached_property
    def nation(self) -> dict[str, NationalSeries]:
        """The latest published national figure of each series up to the year."""
        rows = NationalSeries.objects.filter(year__lte=self.report.year).order_by("item", "year")
        return {row.name: row for row in rows}

    def runs(self, text: str, *, is_strict: bool = True) -> list[Run]:
        """A paragraph cut at its figures.

        Raises NameFault for a name that is unknown or not published; without `is_strict` it is a dash.
        """
        found: list[Run] = []
        for place, piece in enumerate(PLACEHOLDER.split(text)):
            if place % 2 == 0:
                found += [Run(text=piece)] if piece else []
                continue
            try:
                found.append(self.said(piece))
            except NameFault:
                if is_strict:
                    raise
                found.append(Run(text=MISSING))
        return found

    def faults(self, text: str) -> list[str]:
        """What is wrong with the names in a text, each once, in their order."""
        found = []
        for name in dict.fromkeys(PLACEHOLDER.findall(text)):
            try:
                self.said(name)
            except NameFault as fault:
                found.append(str(fault))
        if text.count("{{") != len(PLACEHOLDER.findall(text)) or text.count("}}") != text.count("{{"):
            found.append("有一处双花括号没有成对，数字请写成“{{项目.KH111}}”的样子。")
        return found

    def said(self, name: str) -> Run:
        """The figure of one name, as the tables print it. Raises NameFault."""
        match = NAME.fullmatch(name)
        if match is None:
            raise NameFault(f"“{name}”不是数字的名称，请从“插入数字”的列表中选取。")
        region = self._places.get(match["place"]) if match["place"] else self.report.region
        if region is None:
            raise NameFault(f"“{name}”中的“{match['place']}”不是全市或十一个区之一。")
        year = int(match["year"] or self.report.year)
        if year > self.report.year:
            raise NameFault(f"“{name}”晚于报告年度{self.report.year}年，不能写入。")
        asked = _Asked(region, match["name"], match["what"] or "", year)
        text, url = READERS[match["kind"]](self, name, asked)
        if text == MISSING:
            raise NameFault(f"“{name}”没有公布的数（缺数据，或数值过小不公布），请换一个或删去。")
        return Run(text=text, url=url)

    # ------------------------------------------------------------ one reader for each kind of name

    def _index(self, name: str, asked: _Asked) -> tuple[str, str]:
        readers: dict[str, Callable[[VintageCell], str]] = {
            "发展指数": lambda cell: figure_text(cell.growth, SCORE_DECIMALS),
            "水平分值": lambda cell: figure_text(cell.score, SCORE_DECIMALS),
            "位次区间": _ranks,
        }
        # 发展指数 is also what a pillar may be asked for: of the index it is the name itself.
        if asked.name not in readers or asked.what:
            raise NameFault(f"没有“{name}”。“指数”之后可写发展指数、水平分值、位次区间。")
        cell = self.report.cell(self.report.method.index.code, asked.region, asked.year)
        url = reverse("indicators:profile", args=[asked.region.code])
        return (MISSING if cell is None else readers[asked.name](cell)), self._at(url, asked.year)

    def _pillar(self, name: str, asked: _Asked) -> tuple[str, str]:
        pillar = next((one for one in self.report.method.pillars if one.name == asked.name), None)
        if pillar is None or asked.what == "增速":
            raise NameFault(f"没有“{name}”，请从“插入数字”的列表中选取。")
        cell = self.report.cell(pillar.code, asked.region, asked.year)
        value = cell and (cell.growth if asked.what == "发展指数" else cell.score)
        return figure_text(value, SCORE_DECIMALS), self._node(pillar.code, asked)

    def _indicator(self, name: str, asked: _Asked) -> tuple[str, str]:
        known = (one for one in self.report.method.indicators if asked.name in (one.name, one.code))
        one = next(known, None)
        if one is None or asked.what == "发展指数":
            raise NameFault(f"没有“{name}”，请从“插入数字”的列表中选取。")
        cell = self.report.cell(one.code, asked.region, asked.year)
        if asked.what == "增速":
            before = self.report.cell(one.code, asked.region, asked.year - 1)
            text = _change(cell and cell.rate, before and before.rate)
        elif asked.what == "分值":
            text = figure_text(cell and cell.score, SCORE_DECIMALS)
        else:
            text = figure_text(cell and cell.rate, RATE_DECIMALS)
        return text, self._node(one.code, asked)

    def _item(self, name: str, asked: _Asked) -> tuple[str, str]:
        total = self.report.totals.get(asked.name)
        if total is None or asked.what in ("分值", "发展指数"):
            raise NameFault(f"没有“{name}”，请从“插入数字”的列表中选取。")
        value = total.of(asked.year, asked.region)
        if asked.what == "增速":
            text = _change(value, total.of(asked.year - 1, asked.region))
        else:
            text = total.said(value)
        return text, item_address(asked.region, total.item.key, asked.year)

    def _national(self, name: str, asked: _Asked) -> tuple[str, str]:
        row = self.nation.get(asked.name)
        if row is None or asked.what or asked.year != self.report.year:
            raise NameFault(f"没有“{name}”，请从“插入数字”的列表中选取；全国数为最近公布年份的数，不写年份。")
        return national_text(row), self._at(reverse("indicators:method"), None)

    def _node(self, code: str, asked: _Asked) -> str:
        return self._at(reverse("indicators:node", args=[asked.region.code, code]), asked.year)

    def _at(self, url: str, year: int | None) -> str:
        when = f"year={year}&" if year else ""
        return f"{url}?{when}vintage={self.report.vintage.short}"

    # ------------------------------------------------------------ the list to choose from

    def choices(self) -> Iterator[Choice]:
        """Every figure of the report's region and year that is published, in the order of the report."""
        method = self.report.method
        for word in ("发展指数", "水平分值", "位次区间"):
            yield from self._choice(f"指数.{word}", word, "指数", "")
        for pillar in method.pillars:
            yield from self._choice(f"领域.{pillar.name}.分值", f"{pillar.name}领域水平分值", "指数", "分")
            yield from self._choice(f"领域.{pillar.name}.发展指数", f"{pillar.name}领域发展指数", "指数", "")
        for one in method.indicators:
            yield from self._choice(f"指标.{one.name}", one.name, "指标", one.unit)
        for key, total in self.report.totals.items():
            yield from self._choice(
                f"项目.{key}", f"{key} {total.name}", total.item.table_name, total.item.unit
            )
        for name, row in self.nation.items():
            yield from self._choice(f"全国.{name}", f"全国{name}（{row.year}年）", "全国", row.unit)

    def _choice(self, name: str, label: str, group: str, unit: str) -> Iterator[Choice]:
        try:
            yield Choice(name=name, label=label, group=group, text=self.said(name)["text"], unit=unit)
        except NameFault:
            return


READERS = {
    "指数": Names._index,
    "领域": Names._pillar,
    "指标": Names._indicator,
    "项目": Names._item,
    "全国": Names._national,
}


def item_address(region: Region, key: str, year: int) -> str:
    """Where a figure of the form leads: the district's page of the item, or the city's districts."""
    if region.level == Level.MUNICIPALITY:
        return f"{reverse('reports:item', args=[key])}?year={year}"
    return f"{reverse('indicators:item', args=[region.code, key])}?year={year}"


def national_text(row: NationalSeries) -> str:
    """A published national figure: a whole number as one, others with two decimals."""
    return figure_text(row.value, 0 if row.value == row.value.to_integral_value() else 2)


def _ranks(cell: VintageCell) -> str:
    if cell.rank_low is None or cell.rank_high is None:
        return MISSING
    low, high = sorted((cell.rank_low, cell.rank_high))
    return f"第{low}位" if low == high else f"第{low}至{high}位"


def _change(value, before) -> str:
    """增长3.2%, 下降1.0%, 持平."""
    growth = growth_percent(value, before, 1)
    if growth is None:
        return MISSING
    return f"{'增长' if growth > 0 else '下降'}{abs(growth)}%" if growth else "持平"
