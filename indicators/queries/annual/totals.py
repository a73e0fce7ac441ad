"""What was returned for the items of the form, and how the report says it."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from indicators.method import growth_percent
from indicators.models import YEARLY_FORM, FormItem, Return, ReturnCell
from portal.charts import figure_text
from portal.regions import Level, Region

LEVELS = ("国家级", "省级", "市级")
Values = dict[str, Decimal | None]  # by code of the district


@dataclass(frozen=True)
class Total:
    """One item over the accepted returns, for one region: its value, the year before, the districts'."""

    item: FormItem
    region: Region
    year: int
    years: dict[int, Values]

    @property
    def districts(self) -> Values:
        return self.years.get(self.year, {})

    def of(self, year: int, region: Region | None = None) -> Decimal | None:
        """A district's value; of the city the sum over the districts, without what is not applicable."""
        region, values = region or self.region, self.years.get(year, {})
        return _sum(values) if region.level == Level.MUNICIPALITY else values.get(region.code)

    @property
    def value(self) -> Decimal | None:
        return self.of(self.year)

    @property
    def before(self) -> Decimal | None:
        return self.of(self.year - 1)

    @property
    def growth(self) -> Decimal | None:
        return growth_percent(self.value, self.before, 1)

    @property
    def decimals(self) -> int:
        return 2 if self.item.decimals else 0

    @property
    def text(self) -> str:
        return self.said(self.value)

    def said(self, value: Decimal | None) -> str:
        """A value as tables and sentences alike print it."""
        return figure_text(value, self.decimals)

    @property
    def name(self) -> str:
        return spoken_name(self.item)

    @property
    def words(self) -> str:
        """讲座参加{{项目.KH111}}人次，比上年增长3.2%: the figure by its name, to be looked up."""
        return f"{self.spoken('')}{_growth_words(self.growth)}"

    def spoken(self, place: str) -> str:
        """讲座参加{{南山区.项目.KH111}}人次: a name that ends in its unit does not say it twice."""
        where = f"{place}." if place else ""
        name = self.name.removesuffix(self.item.unit)
        return f"{name}{{{{{where}项目.{self.item.key}}}}}{self.item.unit}"


def spoken_name(item: FormItem) -> str:
    """科技馆展厅面积, 市级及以下科普基地: a name as a sentence says it, a level before what it is of."""
    name = item.name.removeprefix("其中：")
    what, _, part = name.partition("：")
    return f"{part}{what}" if part.startswith(LEVELS) else name.replace("：", "")


def totals(year: int, region: Region) -> dict[str, Total]:
    """Every item of the form of a year, with what was accepted up to it; no year is invented."""
    items = FormItem.objects.filter(form__code=YEARLY_FORM, form__periods__year=year)
    items = items.order_by("form", "position").distinct()
    filings = {
        pk: (of_year, code)
        for pk, of_year, code in Return.objects.accepted()
        .filter(period__year__lte=year)
        .values_list("pk", "period__year", "region__code")
    }
    keys = dict(FormItem.objects.filter(form__code=YEARLY_FORM).values_list("pk", "key"))
    # By the key of the return alone: joined over four tables, the planner without statistics takes minutes.
    cells = ReturnCell.objects.filter(filing__in=list(filings), item__in=list(keys))
    by_key: dict[str, dict[int, Values]] = defaultdict(lambda: defaultdict(dict))
    for item, filing, value in cells.values_list("item", "filing", "value").order_by("filing", "pk"):
        of_year, code = filings[filing]
        by_key[keys[item]][of_year][code] = value
    return {
        item.key: Total(
            item, region, year, {when: by_key[item.key][when] for when in sorted(by_key[item.key])}
        )
        for item in items
        if item.key in by_key
    }


def _sum(values: Values) -> Decimal | None:
    known = [value for value in values.values() if value is not None]
    return sum(known, Decimal(0)) if known else None


def _growth_words(growth: Decimal | None) -> str:
    return "" if growth is None else f"，{change_words(growth)}" if growth else "，与上年持平"


def change_words(growth: Decimal) -> str:
    """比上年增长3.2%."""
    return f"比上年{'增长' if growth > 0 else '下降'}{abs(growth)}%" if growth else "与上年持平"


def as_float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def column_head(item: FormItem, with_unit: bool) -> str:
    name = spoken_name(item)
    return f"{name}（{item.unit}）" if with_unit else name


def percent_words(value: Decimal | None) -> str:
    if value is None:
        return "—"
    return f"{value:+}%" if value else "0.0%"


def short_words(value: Decimal | None, unit: str) -> list[str]:
    """A figure to be read: 1.2 万 or 3.4 亿, and its unit."""
    if value is None:
        return ["—", unit]
    value = value * 10_000 if unit == "万元" else value
    unit = "元" if unit == "万元" else unit
    for size, word in ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万")):
        if value >= size:
            return [figure_text(value / size, 2), word + unit]
    return [figure_text(value), unit]
