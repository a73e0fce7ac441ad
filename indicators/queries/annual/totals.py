"""City totals of the return's items, and how the report says them."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from indicators.method import growth_percent
from indicators.models import FormItem, Reporter, Return, ReturnCell
from portal.charts import figure_text


@dataclass(frozen=True)
class Total:
    """One item over the accepted returns of a year: sum, how many districts, the year before."""

    item: FormItem
    value: Decimal | None
    before: Decimal | None
    districts: dict[str, Decimal | None]

    @property
    def growth(self) -> Decimal | None:
        return growth_percent(self.value, self.before, 1)

    @property
    def text(self) -> str:
        return figure_text(self.value, 2 if self.item.decimals else 0)


def totals(keys: set[str], year: int) -> dict[str, Total]:
    """Sums over the districts; what is not applicable is left out, and no year is invented."""
    cells = (
        ReturnCell.objects.filter(
            filing__status=Return.Status.ACCEPTED,
            filing__reporter=Reporter.DISTRICT,
            filing__period__year__in=[year - 1, year],
            item__key__in=keys,
        )
        .select_related("item", "filing__region", "filing__period")
        .order_by("item__position", "filing__region__code")
    )
    by_key: dict[str, dict[int, dict[str, Decimal | None]]] = defaultdict(lambda: defaultdict(dict))
    items = {}
    for cell in cells:
        items[cell.item.key] = cell.item
        by_key[cell.item.key][cell.filing.period.year][cell.filing.region.code] = cell.value
    return {
        key: Total(item, _sum(by_key[key][year]), _sum(by_key[key][year - 1]), by_key[key][year])
        for key, item in items.items()
    }


def _sum(values: dict[str, Decimal | None]) -> Decimal | None:
    known = [value for value in values.values() if value is not None]
    return sum(known, Decimal(0)) if known else None


def _growth_words(total: Total) -> str:
    growth = total.growth
    if growth is None:
        return ""
    if not growth:
        return "，与上年持平"
    return f"，比上年{'增长' if growth > 0 else '下降'}{abs(growth)}%"


def item_words(total: Total) -> str:
    name = total.item.name.removeprefix("其中：").replace("：", "")
    return f"{name}{total.text}{total.item.unit}{_growth_words(total)}"


def as_float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def column_head(item: FormItem, with_unit: bool) -> str:
    name = item.name.replace("其中：", "").replace("：", "")
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
