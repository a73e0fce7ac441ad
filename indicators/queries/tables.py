"""A table of one's own: measures, regions and years, one of them across, the others down.

The question stands in the address (`TableSpec.read`, `TableSpec.query`), so that a table can be sent on; what
the address says wrongly is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from urllib.parse import urlencode

from indicators.models import SavedTable, SubdistrictFigure, Vintage
from indicators.queries.measures import (
    HIDDEN,
    Measure,
    Values,
    catalogue,
    catalogue_of_streets,
    people_of,
    values_of,
    values_of_streets,
    years_known,
    years_of_streets,
)
from portal import charts
from portal.charts import About, Chart
from portal.regions import Level, Region

DIMENSIONS = {"region": "区域", "year": "年份", "measure": "指标"}
SHOWS = {"value": "数值", "change": "比上年增减", "percent": "比上年增减（%）", "per10k": "每万常住人口"}
MOST_MEASURES = 12
USUAL_MEASURE, USUAL_YEARS = "KR100", 5
TENTH = Decimal("0.01")


@dataclass(frozen=True)
class Shelf:
    """What a table can be made of: measures, regions (the whole first: the city, or a district before its
    subdistricts), years, and the vintage they are of.
    """

    measures: Mapping[str, Measure]
    regions: Mapping[str, Region]
    years: Sequence[int]
    vintage: Vintage | None
    areas: Sequence[Region] = ()  # districts whose subdistricts have anything counted
    area: Region | None = None  # the district whose subdistricts these are

    @classmethod
    def filled(cls, vintage: Vintage | None, area: str = "") -> "Shelf":
        """Of the city and its districts; with the code of a district, of that and its subdistricts."""
        districts = list(Region.objects.districts())
        counted = set(SubdistrictFigure.objects.values_list("region__parent", flat=True).distinct())
        areas = [one for one in districts if one.pk in counted]
        chosen = next((one for one in areas if one.code == area), None)
        if chosen is not None:
            streets = Region.objects.filter(parent=chosen, level=Level.SUBDISTRICT).order_by("code")
            regions = {one.code: one for one in (chosen, *streets)}
            return cls(catalogue_of_streets(chosen), regions, years_of_streets(chosen), None, areas, chosen)
        regions = [*Region.objects.filter(level=Level.MUNICIPALITY), *districts]
        return cls(
            catalogue(vintage), {one.code: one for one in regions}, years_known(vintage), vintage, areas
        )

    def values(self, measures: Sequence[Measure], years: Sequence[int]) -> Values:
        """What is known of these, for all regions of the shelf."""
        whole, *parts = self.regions.values()
        if self.area is not None:
            return values_of_streets(measures, years, streets=parts, district=whole)
        return values_of(measures, years, self.vintage, districts=parts, city=whole)

    @property
    def parts_word(self) -> str:
        return f"{self.area.name}各街道" if self.area else "各区"

    @property
    def sums(self) -> str:
        """What the whole is of its parts, in a sentence."""
        if self.area:
            return f"{self.area.name}为各街道之和；没有登记到街道的不计入。"
        return (
            "全市为各区之和；有区年报尚未审核时为已审核各区之和，并注明几区已审核；其他数有区缺数时不合计。"
        )

    @property
    def city(self) -> Region:
        return next(iter(self.regions.values()))

    @property
    def sections(self) -> list[tuple[str, list[tuple[str, list[Measure]]]]]:
        """The measures as they are chosen from: group, then section, then measures."""
        groups: dict[str, dict[str, list[Measure]]] = {}
        for one in self.measures.values():
            groups.setdefault(one.group, {}).setdefault(one.section, []).append(one)
        return [(group, list(sections.items())) for group, sections in groups.items()]

    def choices(self, chosen: Sequence[str]) -> list[tuple[str, list[tuple[str, list[Measure], bool]]]]:
        """The same, each section with whether anything of it is chosen."""
        return [
            (group, [(name, ones, any(one.code in chosen for one in ones)) for name, ones in sections])
            for group, sections in self.sections
        ]


@dataclass(frozen=True)
class TableSpec:
    """What somebody asked for. `columns` is the dimension across; `rows` comes first down the side."""

    measures: tuple[str, ...]
    regions: tuple[str, ...]
    first: int
    last: int
    rows: str
    columns: str
    show: str

    @classmethod
    def read(cls, params, shelf: Shelf) -> "TableSpec":
        """The question of an address; anything unknown is left out, what is not said is as usual."""
        asked = [code for code in dict.fromkeys(params.getlist("measure")) if code in shelf.measures]
        places = [code for code in shelf.regions if code in set(params.getlist("region"))]
        columns = _one(params.get("columns"), DIMENSIONS, "year")
        rows = _one(params.get("rows"), DIMENSIONS, "region")
        if rows == columns:
            rows = "region" if columns != "region" else "measure"
        # The year being filled has figures, too, but no return that is accepted.
        newest = shelf.vintage.last_year if shelf.vintage else max(shelf.years, default=0)
        last = _year(params.get("to"), shelf.years, newest)
        first = _year(
            params.get("from"), shelf.years, max(last - USUAL_YEARS + 1, shelf.years[0] if shelf.years else 0)
        )
        return cls(
            measures=tuple(asked[:MOST_MEASURES]) or tuple(_usual(shelf)),
            regions=tuple(places or shelf.regions),
            first=min(first, last),
            last=max(first, last),
            rows=rows,
            columns=columns,
            show=_one(params.get("show"), SHOWS, "value"),
        )

    @property
    def years(self) -> list[int]:
        return list(range(self.first, self.last + 1))

    def query(self, shelf: Shelf) -> str:
        """The question as a piece of address; all regions go unsaid."""
        pairs = [("measure", code) for code in self.measures]
        if len(self.regions) < len(shelf.regions):
            pairs += [("region", code) for code in self.regions]
        if shelf.area:
            pairs.append(("area", shelf.area.code))
        pairs += [("from", self.first), ("to", self.last), ("rows", self.rows), ("columns", self.columns)]
        return urlencode([*pairs, *([("show", self.show)] if self.show != "value" else [])])


def _one(asked: str | None, known: Mapping[str, str], usual: str) -> str:
    return asked if asked in known else usual


def _year(asked: str | None, known: Sequence[int], usual: int) -> int:
    is_year = asked is not None and asked.isascii() and asked.isdecimal() and len(asked) == 4
    return int(asked) if is_year and int(asked) in known else usual


def _usual(shelf: Shelf) -> list[str]:
    return [USUAL_MEASURE] if USUAL_MEASURE in shelf.measures else list(shelf.measures)[:1]


@dataclass(frozen=True)
class Built:
    """A table as the page shows it: heads across, then for each row its heads and its cells."""

    spec: TableSpec
    table: Chart
    picture: Chart | None
    heads: list[str]  # of the columns down the side
    across: list[str]
    rows: list[tuple[list[str], list[Decimal | str | None]]]
    links: list[list[str]]  # beside the cells: where each is opened down to what it was counted from
    shares: list[list[str]]  # beside the cells: of how many districts a sum is, if not of all
    measures: list[Measure]

    @property
    def linked(self) -> list[tuple[list[str], list[tuple[Decimal | str | None, str, str]]]]:
        """The rows, each cell with its address and of how many districts it is."""
        return [
            (heads, list(zip(cells, links, shares, strict=True)))
            for (heads, cells), links, shares in zip(self.rows, self.links, self.shares, strict=True)
        ]


def build(spec: TableSpec, shelf: Shelf) -> Built:
    """Look up and lay out. A change is from the year before; per head is of what adds up alone."""
    measures = [shelf.measures[code] for code in spec.measures]
    years = [spec.first - 1, *spec.years] if spec.show in ("change", "percent") else spec.years
    values = shelf.values(measures, years)
    cell = _reader(spec, shelf, values)
    names = {
        "region": {code: shelf.regions[code].name for code in spec.regions},
        "year": {year: f"{year}年" for year in spec.years},
        "measure": {one.code: one.label if spec.show == "value" else one.name for one in measures},
    }
    third = next(one for one in DIMENSIONS if one not in (spec.rows, spec.columns))
    down = [spec.rows, third] if len(names[third]) > 1 else [spec.rows]
    fixed = {third: next(iter(names[third]), None)} if len(names[third]) == 1 else {}
    rows, links, shares, told = [], [], [], []
    for keys in product(*(names[dimension] for dimension in down)):
        at = fixed | dict(zip(down, keys, strict=True))
        heads = [names[dimension][key] for dimension, key in zip(down, keys, strict=True)]
        places = [at | {spec.columns: key} for key in names[spec.columns]]
        rows.append((heads, [cell(**place) for place in places]))
        links.append([_address(shelf, **place) for place in places])
        shares.append([_share(spec, values, **place) for place in places])
        told += [f"{at['year']}年全市 {share}" for at, share in zip(places, shares[-1], strict=True) if share]
    heads, across = [DIMENSIONS[dimension] for dimension in down], list(names[spec.columns].values())
    about = _about(spec, shelf, measures, names, list(dict.fromkeys(told)))
    decimals = max((one.decimals for one in measures), default=0) if spec.show == "value" else 2
    return Built(
        spec=spec,
        table=about.table([*heads, *across], [(*first, *cells) for first, cells in rows]),
        picture=_picture(spec, about, across, _whole(rows, shares), measures, decimals),
        heads=heads,
        across=across,
        rows=rows,
        links=links,
        shares=shares,
        measures=measures,
    )


def _address(shelf: Shelf, region: str, year: int, measure: str) -> str:
    return shelf.measures[measure].address(shelf.regions[region], year)


def _share(spec: TableSpec, values: Values, region: str, year: int, measure: str) -> str:
    """Of how many districts a value that is shown is the sum; "" if of all."""
    _, share = values.partial.get((measure, region, year), (None, ""))
    return share if spec.show == "value" else ""


def _whole(rows, shares: list[list[str]]):
    """The rows without the sums of some districts alone: a curve of them would fall where nothing has."""
    return [
        (heads, [None if share else cell for cell, share in zip(cells, ones, strict=True)])
        for (heads, cells), ones in zip(rows, shares, strict=True)
    ]


def _reader(spec: TableSpec, shelf: Shelf, values: Values):
    people = people_of(spec.years) if spec.show == "per10k" else {}

    def cell(region: str, year: int, measure: str) -> Decimal | str | None:
        now = values.shown(measure, region, year)
        if now is None and spec.show == "value":
            now, _ = values.partial.get((measure, region, year), (None, ""))
        if spec.show == "value" or not isinstance(now, Decimal):
            return now
        if spec.show == "per10k":
            heads = people.get((region, year))
            is_count = shelf.measures[measure].adds_up
            return (now / heads * 10_000).quantize(TENTH) if heads and is_count else None
        before = values.at(measure, region, year - 1)
        if before is None:
            return None
        if spec.show == "change":
            return now - before
        return ((now / before - 1) * 100).quantize(TENTH) if before else None

    return cell


def _about(
    spec: TableSpec,
    shelf: Shelf,
    measures: list[Measure],
    names: Mapping[str, Mapping],
    shares: list[str],
) -> About:
    span = f"{spec.first}年" if spec.first == spec.last else f"{spec.first}—{spec.last}年"
    place = (
        shelf.parts_word
        if len(spec.regions) == len(shelf.regions)
        else "、".join(list(names["region"].values())[:4])
    )
    if 4 < len(spec.regions) < len(shelf.regions):
        place += f"等{len(spec.regions)}处"
    what = "、".join(one.name for one in measures[:3]) + (f"等{len(measures)}项" if len(measures) > 3 else "")
    shown = "" if spec.show == "value" else f"（{SHOWS[spec.show].replace('（%）', '')}）"
    units = {one.unit for one in measures}
    unit = next(iter(units)) if len(units) == 1 else ""
    if spec.show == "percent":
        unit = "%"
    elif spec.show == "per10k":
        unit = f"{unit}/万人" if unit else "每万人"
    kinds = dict.fromkeys(one.source for one in measures)
    vintage = f"；结果编号 {shelf.vintage.short}" if shelf.vintage and "科普发展指数" in kinds else ""
    touchy = any(one.is_about_children for one in measures)
    hidden = f"“{HIDDEN}”：涉及未成年人且数值较小。" if touchy else ""
    partial = f"{'；'.join(shares)}。" if shares else ""
    sums = shelf.sums if any(one.adds_up for one in measures) else ""
    how = "".join(f"{one.name}：{one.how.rstrip('。')}。" for one in measures if one.how)
    return About(
        "table", f"{place}{what}{shown}，{span}", unit=unit,
        source=f"数据来源：{'；'.join(kinds)}{vintage}。", note=hidden + partial,
        how=sums + how,
    )  # fmt: skip


def _picture(
    spec, about: About, across: list[str], rows, measures: list[Measure], decimals: int
) -> Chart | None:
    """Lines over the years where there are few enough rows of one unit; bars for a single column."""
    drawn = About("chart", about.title, unit=about.unit, source=about.source, note=about.note, how=about.how)
    figures = [
        (" · ".join(heads), [None if isinstance(value, str) else value for value in cells])
        for heads, cells in rows
    ]
    is_one_unit = len({one.unit for one in measures}) == 1
    known = sum(value is not None for _, cells in figures for value in cells)
    if not is_one_unit or not known:
        return None
    if spec.columns == "year" and len(across) > 1 and len(figures) <= len(charts.SERIES):
        return charts.line(
            drawn, [name.removesuffix("年") for name in across], dict(figures), decimals=decimals
        )
    if len(across) == 1 and len(figures) <= 40:
        bars = [(name, cells[0]) for name, cells in figures]
        return charts.bar(drawn, bars, decimals=decimals, columns=("项目", across[0]))
    return None


def saved_for(user) -> tuple[list[SavedTable], list[SavedTable]]:
    """One's own tables, and those shared with everybody."""
    rows = list(SavedTable.objects.seen_by(user).select_related("owner"))
    return [row for row in rows if row.owner_id == user.pk], [row for row in rows if row.is_shared]
