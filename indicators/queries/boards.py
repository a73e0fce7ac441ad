"""Dashboards of the city, its districts and subdistricts: a few numbers and what moved them.

Everybody sees the same published figures; what is added for those who work with them is in `boards_staff`.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from django.db.models import Count, Max
from django.urls import reverse
from django.utils.safestring import SafeString

from indicators import sources
from indicators.models import Figure, Return, Vintage, VintageCell, VintageContribution
from indicators.queries.index import Method, Overview, blanked, overview, place_words
from indicators.queries.measures import Measure, Values, values_of
from indicators.queries.pictures import (
    HOW_CHANGE,
    HOW_CITY,
    HOW_LEVEL,
    HOW_RANKS,
    kept,
    of_overview,
    source_words,
)
from indicators.queries.tables import Shelf
from portal import charts, maps
from portal.charts import About, Chart, figure_text
from portal.multiples import Multiples, multiples
from portal.regions import Level, Region

Cell = VintageCell.Level
INDEX_SCORE = "score.index"
OF_CITY = ("growth.index", INDEX_SCORE, "f.literacy", "f.bases", "KJ100", "KH111")
OF_DISTRICT = (INDEX_SCORE, "growth.index", "f.bases", "KJ100", "KH111", "KR100")
# For who works with the figures.
MORE = ("KR200", "f.volunteers", "f.service_hours", "KC113", "KE140.2", "f.informants")
YEARS_SHOWN = 6
TOO_WIDE_FOR_A_TILE = 100_000
STREET_SOURCE = "数据来源：平台登记的资源、称号、需求和活动。"


@dataclass(frozen=True)
class Asked:
    """What a board is asked for: a year, a measure for map and panels, two years to compare."""

    year: int
    measure: str
    first: int
    last: int

    @classmethod
    def read(cls, params, shelf: Shelf) -> "Asked":
        """The question of an address; anything unknown is as usual."""
        vintage = shelf.vintage
        years = list(range(vintage.first_year, vintage.last_year + 1))
        year = _among(params.get("year"), years, years[-1])
        last = _among(params.get("to"), years, year)
        first = _among(params.get("from"), years, max(last - 1, years[0]))
        measure = params.get("measure", "")
        return cls(
            year=year,
            measure=measure if measure in shelf.measures else INDEX_SCORE,
            first=min(first, last),
            last=max(first, last),
        )


def _among(asked: str | None, years: Sequence[int], usual: int) -> int:
    is_year = asked is not None and asked.isascii() and asked.isdecimal() and len(asked) == 4
    return int(asked) if is_year and int(asked) in years else usual


@dataclass(frozen=True)
class Number:
    """One number of a region: now, the year before, the middle of the districts, its line over the years."""

    measure: Measure
    value: Decimal | None
    before: Decimal | None
    middle: Decimal | None
    line: SafeString
    url: str

    @property
    def read(self) -> Decimal | None:
        """The value to be read with `unit`: ten thousands are counted in, lest 万 stand twice."""
        return self.value * 10_000 if self.value is not None and self.measure.unit[:1] == "万" else self.value

    @property
    def unit(self) -> str:
        return self.measure.unit.removeprefix("万")

    @property
    def change(self) -> str:
        """比上年 +3.2%; for scores and shares in points."""
        if self.value is None or self.before is None:
            return ""
        step = self.value - self.before
        sign = "+" if step > 0 else "−" if step < 0 else "±"
        if self.measure.adds_up:
            return f"比上年 {sign}{figure_text(abs(step / self.before) * 100, 1)}%" if self.before else ""
        return f"比上年 {sign}{figure_text(abs(step), 2 if self.measure.decimals else 0)}"

    @property
    def beside(self) -> str:
        return (
            f"各区中位数 {figure_text(self.middle, self.measure.decimals)}" if self.middle is not None else ""
        )


@dataclass
class Board:
    """A region's board. `shown` are its charts and tables by the name of the template."""

    region: Region
    shelf: Shelf
    asked: Asked
    years: list[int]
    numbers: list[Number]
    place: str
    shown: dict[str, Chart | None]
    panels: Multiples | None  # indicators of the region, or a measure of the districts
    indicators: Multiples | None
    districts: list[tuple[Region, list[str]]]  # what stands in each column, with the decimals of its measure
    columns: list[Measure]
    streets: "Streets | None" = None


def board(shelf: Shelf, region: Region, asked: Asked, *, codes: Sequence[str] = ()) -> Board:
    """The board of the city or a district; `codes` are numbers beyond the public ones."""
    vintage = shelf.vintage
    is_city = region.level == Level.MUNICIPALITY
    wanted = [*(OF_CITY if is_city else OF_DISTRICT), *codes]
    named = [shelf.measures[code] for code in wanted if code in shelf.measures]
    chosen = shelf.measures[asked.measure]
    years = list(range(asked.year - YEARS_SHOWN + 1, asked.year + 1))
    districts = list(shelf.regions.values())[1:]
    values = values_of([*named, chosen], years, vintage, districts=districts, city=shelf.city)
    found = overview(vintage, asked.year)
    pictures = kept(
        vintage,
        f"board:{region.code}:{asked.year}:{asked.measure}:{asked.first}:{asked.last}:{_stamp()}",
        lambda: _pictures(shelf, region, asked, found, values, chosen, years),
    )
    row = next((row for row in found.rows if row.region.code == region.code), None)
    columns = [one for one in named[: len(OF_CITY)] if one.code != "f.literacy"]
    beside = [
        (one, [values.shown(m.code, one.code, asked.year) for m in columns]) for one in shelf.regions.values()
    ]
    return Board(
        region=region,
        shelf=shelf,
        asked=asked,
        years=found.years,
        numbers=[_number(one, region, values, years, districts, is_city=is_city) for one in named],
        place=place_words(row.cell) if row else "",
        shown=pictures["charts"] | {"district_table": _district_table(found, columns, beside, asked.year)},
        panels=pictures["panels"],
        indicators=pictures["indicators"],
        districts=[
            (one, [_printed(value, m) for value, m in zip(cells, columns, strict=True)])
            for one, cells in beside
        ],
        columns=columns,
        streets=None if is_city else streets(region, asked.year),
    )


def _printed(value: Decimal | str | None, one: Measure) -> str:
    return value if isinstance(value, str) else figure_text(value, one.decimals)


def draw_first_board(vintage: Vintage) -> None:
    """Draw what most people open first of the boards: the city's."""
    shelf = Shelf.filled(vintage)
    board(shelf, shelf.city, Asked.read({}, shelf))


def _stamp() -> str:
    """What changes with the figures that are not of the vintage."""
    accepted = Return.objects.accepted().aggregate(count=Count("pk"), last=Max("accepted_at"))
    figures = Figure.objects.aggregate(count=Count("pk"), last=Max("counted_at"))
    return hashlib.sha256(repr([*accepted.values(), *figures.values()]).encode()).hexdigest()[:16]


def _number(
    one: Measure, region: Region, values: Values, years: list[int], districts: list[Region], *, is_city: bool
) -> Number:
    series = [values.at(one.code, region.code, year) for year in years]
    others = [values.at(one.code, place.code, years[-1]) for place in districts]
    known = [value for value in others if value is not None]
    table = f"{reverse('indicators:table')}?measure={one.code}&region={region.code}"
    return Number(
        measure=one,
        value=series[-1],
        before=series[-2] if len(series) > 1 else None,
        middle=None if is_city or len(known) < 3 else Decimal(median(known)),
        line=charts.sparkline(series, label=f"{one.name}，{years[0]}至{years[-1]}年", width=120),
        url=table,
    )


# ---------------------------------------------------------------- pictures


def _pictures(
    shelf: Shelf,
    region: Region,
    asked: Asked,
    found: Overview,
    values: Values,
    chosen: Measure,
    years: list[int],
) -> dict:
    method, is_city = found.method, region.level == Level.MUNICIPALITY
    drawn: dict[str, Chart | None] = {}
    if is_city:
        usual = of_overview(found)
        drawn |= {"trend": usual["trend"], "levels": usual["levels"]}
    else:
        drawn |= {"trend": _levels_over_years(found, region), "levels": _ranks(found, region)}
    drawn["map"] = _map(shelf, asked, values, chosen)
    drawn["waterfall"] = change_between(shelf.vintage, method, region, asked.first, asked.last)
    panels = _by_district(shelf, asked, values, chosen, years)
    indicators = _by_indicator(shelf.vintage, method, region, is_city=is_city)
    drawn["panel_chart"] = panels.chart
    drawn["indicator_chart"] = indicators.chart
    return {"charts": drawn, "panels": panels, "indicators": indicators}


def _levels_over_years(found: Overview, region: Region) -> Chart:
    about = About(
        "trend", f"{region.name}水平分值，与其他区", unit="分",
        source=source_words(found.vintage), how=HOW_LEVEL, note="灰线是其他区。",
    )  # fmt: skip
    lines = {
        cells[min(cells)].region.name: [cells[year].score if year in cells else None for year in found.years]
        for cells in found.series.values()
        if cells[min(cells)].region.level == Level.DISTRICT
    }
    return charts.line(about, [str(year) for year in found.years], lines, decimals=1, highlight=[region.name])


def _ranks(found: Overview, region: Region) -> Chart:
    rows = [
        (row.region.name, row.cell.rank_low, row.cell.rank, row.cell.rank_high)
        for row in found.rows
        if row.cell.rank is not None and row.cell.rank_low is not None
    ]
    about = About(
        "ranks",
        f"{found.year}年各区位次及其区间",
        source=source_words(found.vintage),
        note="线段为九成模拟结果所在的位次；相互重叠的区，先后不能分清。",
        how=HOW_RANKS,
    )
    columns = ("区", "最好", "位次", "最差")
    return charts.interval(about, rows, columns=columns, is_rank=True, highlight=[region.name])


def _source_of(one: Measure, vintage: Vintage) -> str:
    return (
        source_words(vintage)
        if one.code.partition(".")[0] in ("score", "growth", "rate")
        else f"数据来源：{one.source}。"
    )


def _how_of(one: Measure) -> str:
    return one.how + ("全市为各区之和，有区缺数时不合计。" if one.adds_up else "")


def _map(shelf: Shelf, asked: Asked, values: Values, chosen: Measure) -> Chart:
    known = {code: values.at(chosen.code, code, asked.year) for code in list(shelf.regions)[1:]}
    unit, decimals = chosen.unit, min(chosen.decimals, 1)
    most = max((value for value in known.values() if value is not None), default=0)
    if most >= 1000:
        decimals = 0
    if most >= TOO_WIDE_FOR_A_TILE:
        known = {code: None if value is None else value / 10_000 for code, value in known.items()}
        unit, decimals = f"万{unit}", 1
    about = About(
        "map", f"{asked.year}年各区{chosen.name}", unit=unit, source=_source_of(chosen, shelf.vintage),
        note="区块位置为示意。", how=_how_of(chosen),
    )  # fmt: skip
    return maps.district_map(about, known, columns=("区", f"{chosen.name}（{unit}）"), decimals=decimals)


def _by_district(shelf: Shelf, asked: Asked, values: Values, chosen: Measure, years: list[int]) -> Multiples:
    about = About(
        "districts", f"{chosen.name}：各区逐年", unit=chosen.unit, source=_source_of(chosen, shelf.vintage),
        note="各区同一刻度。", how=_how_of(chosen),
    )  # fmt: skip
    places = list(shelf.regions.values())[1:]
    return multiples(
        about,
        [str(year) for year in years],
        {one.name: [values.at(chosen.code, one.code, year) for year in years] for one in places},
        keys={one.name: reverse("indicators:board_of", args=[one.code]) for one in places},
        decimals=min(chosen.decimals, 1),
        shared=True,
        first_column="区",
    )


def _by_indicator(vintage: Vintage, method: Method, region: Region, *, is_city: bool) -> Multiples:
    """Every indicator of a region over the years, the city's paler behind it."""
    cells = list(
        VintageCell.objects.filter(vintage=vintage, level=Cell.INDICATOR)
        .select_related("region")
        .order_by("year", "region__code")
    )
    rates: Mapping[str, dict[tuple[int, int], Decimal | None]] = defaultdict(dict)
    for cell in blanked(cells, method):
        rates[cell.node][cell.region.level if cell.region_id != region.pk else 0, cell.year] = cell.rate
    years = list(range(vintage.first_year, vintage.last_year + 1))
    own = {one.code: [rates[one.code].get((0, year)) for year in years] for one in method.indicators}
    whole = {
        one.code: [rates[one.code].get((Level.MUNICIPALITY, year)) for year in years]
        for one in method.indicators
    }
    used = [one for one in method.indicators if any(value is not None for value in own[one.code])]
    named = {one.code: f"{one.name}（{one.unit}）" for one in used}
    about = About(
        "indicators", f"{region.name}各项指标逐年", source=source_words(vintage), how=HOW_CITY,
        note="各项指标刻度不同。" if is_city else "浅线是全市；各项指标刻度不同。",
    )  # fmt: skip
    return multiples(
        about,
        [str(year) for year in years],
        {named[one.code]: own[one.code] for one in used},
        behind={} if is_city else {named[one.code]: whole[one.code] for one in used},
        keys={named[one.code]: reverse("indicators:node", args=[region.code, one.code]) for one in used},
        decimals=2,
        first_column="指标",
    )


def change_between(vintage: Vintage, method: Method, region: Region, first: int, last: int) -> Chart | None:
    """What moved a region's level score from one year to a later one, by pillar; None where a year between
    is not known. The changes of the years add up.
    """
    if first >= last:
        return None
    scores = dict(
        VintageCell.objects.filter(
            vintage=vintage, region=region, level=Cell.INDEX, year__gte=first, year__lte=last
        ).values_list("year", "score")
    )
    if any(scores.get(year) is None for year in range(first, last + 1)):
        return None
    rows = VintageContribution.objects.filter(vintage=vintage, region=region, year__gt=first, year__lte=last)
    pillar_of = {one.code: one.pillar.name for one in method.indicators}
    steps = {pillar.name: Decimal(0) for pillar in method.pillars}
    steps["数据覆盖变化"] = steps["权重变化"] = Decimal(0)
    for row in rows:
        if row.node in pillar_of:
            steps[pillar_of[row.node]] += (row.change_numerator or 0) + (row.change_denominator or 0)
        steps["数据覆盖变化"] += row.change_coverage or 0
        steps["权重变化"] += row.change_weights or 0
    moved = [(name, value) for name, value in steps.items() if value]
    if sum((value for _, value in moved), Decimal(0)) != scores[last] - scores[first]:
        return None  # a year that was not explained: a part would look like the whole
    about = About(
        "change", f"{region.name}{first}—{last}年水平分值的变化", unit="分", source=source_words(vintage),
        note="每个领域使总分增减的分值，相加等于总变化。", how=HOW_CHANGE,
    )  # fmt: skip
    return charts.waterfall(about, (f"{first}年", scores[first]), moved, (f"{last}年", scores[last]))


def _district_table(found: Overview, columns: list[Measure], rows, year: int) -> Chart:
    about = About(
        "beside", f"{year}年全市和各区主要数据", source=source_words(found.vintage),
        how="".join(f"{one.name}：{_how_of(one).rstrip('。')}。" for one in columns if one.how),
    )  # fmt: skip
    return about.table(["区域", *(one.label for one in columns)], [(one.name, *cells) for one, cells in rows])


# ---------------------------------------------------------------- subdistricts


@dataclass
class Streets:
    """What the portal counts in the subdistricts of a district in a year."""

    district: Region
    year: int
    figures: list[sources.StreetFigure]
    rows: list[tuple[Region, list[Decimal | int | None]]]
    table: Chart

    def of(self, street: Region) -> list[tuple[sources.StreetFigure, Decimal | int]]:
        return [(one, one.counts.get(street.code) or 0) for one in self.figures]


def streets(district: Region, year: int) -> Streets:
    """The subdistricts of a district, in the order of their codes. Zero where the portal has no record."""
    figures = sources.street_figures(district.code, year)
    places = Region.objects.filter(parent=district, level=Level.SUBDISTRICT).inhabited().order_by("code")
    rows = [(place, [one.counts.get(place.code) or 0 for one in figures]) for place in places]
    rest = [
        sum(one.counts.values()) - sum(one.counts.get(place.code) or 0 for place in places) for one in figures
    ]
    about = About(
        "streets", f"{district.name}{year}年各街道", source=STREET_SOURCE,
        how="".join(f"{one.label}：{one.basis}。" for one in figures) + "没有登记到街道的列在“未分街道”。",
    )  # fmt: skip
    columns = ["街道", *(f"{one.label}（{one.unit}）" for one in figures)]
    table = about.table(columns, [*((place.name, *cells) for place, cells in rows), ("未分街道", *rest)])
    return Streets(district, year, figures, rows, table)


def street_bars(found: Streets, street: Region) -> dict[str, Chart | None]:
    """A bar chart per figure, the subdistrict set off; None where no subdistrict has any."""
    drawn: dict[str, Chart | None] = {}
    for place, one in enumerate(found.figures):
        about = About(
            f"bar-{one.code}", f"{found.district.name}各街道：{one.label}（{found.year}年）", unit=one.unit,
            source=STREET_SOURCE, how=f"{one.basis}。没有登记到街道的不计入任何街道。",
        )  # fmt: skip
        rows = [(other.name, cells[place]) for other, cells in found.rows]
        bars = charts.bar(about, rows, columns=("街道", one.label), highlight=[street.name])
        drawn[one.code] = bars if any(value for _, value in rows) else None
    return drawn
