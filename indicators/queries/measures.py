"""Everything that can be put into a table or a chart of regions and years, under one kind of name.

A measure is an item of the yearly form (KR100), a figure counted or entered (f.volunteers), or a result of
the index (score.index, growth.input, rate.special_funds). Only what is public is read: accepted returns,
figures, one vintage; small counts about children are left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from django.urls import reverse
from django.utils.http import urlencode

from indicators import sources
from indicators.models import (
    YEARLY_FORM,
    Denominator,
    Figure,
    FigureSource,
    FormItem,
    IndicatorVersion,
    ReturnCell,
    SubdistrictFigure,
    Vintage,
    VintageCell,
)
from indicators.models.returns import Return
from indicators.queries.index import Method, blanked, method_of
from indicators.queries.items import share_words
from indicators.queries.pictures import HOW_GROWTH, HOW_LEVEL, how_of
from indicators.rules import suppressed
from portal.regions import Level, Region

INDEX_NODE = "index"
REPORTED, COUNTED, INDEX = "统计年报", "平台统计与录入", "发展指数"
STREETS = "平台统计到街道"
NEEDS = "科普需求"
HIDDEN = "不公布"
HUNDREDTH = Decimal("0.01")

Place = tuple[str, str, int]  # measure, code of the region, year


@dataclass(frozen=True)
class Measure:
    """One thing that has a value for a region and a year."""

    code: str
    name: str
    unit: str
    group: str
    section: str
    decimals: int
    how: str
    source: str
    adds_up: bool  # the city is the sum of its districts
    is_about_children: bool = False

    @property
    def label(self) -> str:
        return f"{self.name}（{self.unit}）" if self.unit else self.name

    def address(self, region: Region, year: int) -> str:
        """Where a value is opened down to what it was counted from; "" where there is no such page."""
        _, _, node = self.code.partition(".")
        if self.group == REPORTED and region.level == Level.DISTRICT:
            return f"{reverse('indicators:item', args=[region.code, self.code])}?year={year}"
        if self.group == COUNTED and self.section == NEEDS:
            return _needs_address(node, region, year)
        if self.group == COUNTED and node in sources.GROUNDS and region.level == Level.DISTRICT:
            return f"{reverse('indicators:figure', args=[region.code, node])}?year={year}&latest=1"
        if self.group != INDEX:
            return ""
        if node == INDEX_NODE:
            return f"{reverse('indicators:profile', args=[region.code])}?year={year}"
        return f"{reverse('indicators:node', args=[region.code, node])}?year={year}"


def _needs_address(name: str, region: Region, year: int) -> str:
    """Where the needs that a figure counts are read: topic:space is 科普需求 of 天文航天."""
    kind, _, code = name.partition(":")
    asked = {
        "year": year,
        "district": region.code if region.level == Level.DISTRICT else "",
        {"topic": "topic", "program": "programme"}.get(kind, "matched"): code or int(name == "needs_matched"),
    }
    return f"{reverse('needs:counted')}?{urlencode({key: value for key, value in asked.items() if value})}"


@dataclass
class Values:
    """What is known: numbers by place, and the places whose number is kept back."""

    known: dict[Place, Decimal] = field(default_factory=dict)
    hidden: set[Place] = field(default_factory=set)
    partial: dict[Place, tuple[Decimal, str]] = field(default_factory=dict)  # sums of some of the districts

    def at(self, code: str, region: str, year: int) -> Decimal | None:
        return self.known.get((code, region, year))

    def shown(self, code: str, region: str, year: int) -> Decimal | str | None:
        """The number, None where there is none, or that it is not published."""
        return HIDDEN if (code, region, year) in self.hidden else self.at(code, region, year)


# ---------------------------------------------------------------- what there is


def catalogue(vintage: Vintage | None) -> dict[str, Measure]:
    """Every measure by its code, in the order of form, figures, index."""
    found = [*_items(), *_figures(), *(_nodes(method_of(vintage)) if vintage else ())]
    return {one.code: one for one in found}


def _items() -> Iterable[Measure]:
    """The items of the yearly form, each as its latest version has it."""
    rows = (
        FormItem.objects.filter(form__code=YEARLY_FORM)
        .select_related("parent")
        .order_by("form__version", "position")
    )
    latest = {row.key: row for row in rows}
    for row in latest.values():
        yield Measure(
            code=row.key,
            name=_item_name(row),
            unit=row.unit,
            group=REPORTED,
            section=row.table_name,
            decimals=row.decimals,
            how=row.definition,
            source="各区科普统计年报，审核通过的数",
            adds_up=True,
        )


def _item_name(item: FormItem) -> str:
    """A name that says what it is a part of: 科普专职人员·女性."""
    part = item.name.removeprefix("其中：")
    if item.parent is None or part == item.name:
        return item.name
    return f"{item.parent.name.removeprefix('其中：')}·{part}"


def _figures() -> Iterable[Measure]:
    for row in FigureSource.objects.order_by("name"):
        is_share = row.unit == "%"
        yield Measure(
            code=f"f.{row.name}",
            name=row.label,
            unit=row.unit,
            group=COUNTED,
            section=NEEDS if row.name.startswith(("needs", "topic:", "program:")) else "科普工作",
            decimals=1 if is_share else 0,
            how=row.basis,
            source="平台统计；某区某年有录入数的用录入数",
            adds_up=not is_share,
            is_about_children=row.is_about_children,
        )


def _nodes(method: Method) -> Iterable[Measure]:
    for node in (method.index, *method.pillars):
        for kind, words, unit, how in (
            ("score", "水平分值", "分", HOW_LEVEL),
            ("growth", "发展指数", "", HOW_GROWTH),
        ):
            name = words if node.parent_id is None else f"{node.name}·{words}"
            yield _of_index(f"{kind}.{node.code}", name, unit, words, how)
    for one in method.indicators:
        section = f"指标·{one.pillar.name}"
        children = one.is_about_children
        yield _of_index(
            f"rate.{one.code}", one.name, one.unit, section, how_of(one), is_about_children=children
        )


def _of_index(code: str, name: str, unit: str, section: str, how: str, **more) -> Measure:
    return Measure(
        code=code, name=name, unit=unit, group=INDEX, section=section, decimals=2, how=how,
        source="科普发展指数", adds_up=False, **more,
    )  # fmt: skip


def catalogue_of_streets(district: Region) -> dict[str, Measure]:
    """What the portal counts in the subdistricts of a district, in the order of form and figures."""
    keys = set(
        SubdistrictFigure.objects.filter(region__parent=district).values_list("key", flat=True).distinct()
    )
    found = [*_items(), *_figures()]
    return {
        one.code: replace(
            one, group=STREETS, source="平台登记，记到街道的数", how=one.how.rstrip("。"), section=one.section
        )
        for one in found
        if one.code.removeprefix("f.") in keys
    }


# ---------------------------------------------------------------- what is known


def values_of(
    measures: Sequence[Measure],
    years: Sequence[int],
    vintage: Vintage | None,
    *,
    districts: Sequence[Region],
    city: Region,
) -> Values:
    """The values of measures for the city and all its districts. The city's of what adds up is the sum of its
    districts, and missing where one of them is; the sum of the accepted returns alone is in `partial`.
    """
    found = Values()
    own = {region.code for region in districts}
    by_group: Mapping[str, list[Measure]] = defaultdict(list)
    for one in measures:
        by_group[one.group].append(one)
    _read_items(found, by_group[REPORTED], years, own, city)
    _read_figures(found, by_group[COUNTED], years, own, city)
    if vintage is not None:
        _read_index(found, by_group[INDEX], years, vintage)
    return found


def values_of_streets(
    measures: Sequence[Measure], years: Sequence[int], *, streets: Sequence[Region], district: Region
) -> Values:
    """The counts of measures in subdistricts, and for their district the sum of them: what lies in no
    subdistrict is in neither. Small counts about children are kept back, and what would give them away.
    """
    found = Values()
    by_key = {one.code.removeprefix("f."): one for one in measures}
    codes = {street.pk: street.code for street in streets}
    rows = SubdistrictFigure.objects.filter(key__in=by_key, region__in=codes, year__in=years)
    told: dict[tuple[str, int], dict[str, Decimal]] = defaultdict(dict)
    for key, region, year, value in rows.values_list("key", "region", "year", "value"):
        told[key, year][codes[region]] = value
    for (key, year), by_street in told.items():
        one = by_key[key]
        hidden = suppressed(by_street) if one.is_about_children else set()
        found.hidden |= {(one.code, street, year) for street in hidden}
        found.known |= {
            (one.code, street, year): value for street, value in by_street.items() if street not in hidden
        }
        if one.adds_up:
            total = sum(by_street.values(), Decimal(0))
            place = (one.code, district.code, year)
            if one.is_about_children and suppressed({"": total}):
                found.hidden.add(place)
            else:
                found.known[place] = total
    return found


def years_of_streets(district: Region) -> list[int]:
    """The years of which anything is counted in the subdistricts of a district."""
    rows = SubdistrictFigure.objects.filter(region__parent=district)
    return sorted(set(rows.values_list("year", flat=True)))


def _read_items(
    found: Values, measures: list[Measure], years: Sequence[int], own: set[str], city: Region
) -> None:
    if not measures:
        return
    cells = ReturnCell.objects.filter(
        filing__status=Return.Status.ACCEPTED,
        filing__organization=None,
        filing__region__level=Level.DISTRICT,
        filing__period__form__code=YEARLY_FORM,
        filing__period__year__in=years,
        item__key__in=[one.code for one in measures],
    ).exclude(state=ReturnCell.State.EMPTY)
    rows = cells.values_list("item__key", "filing__region__code", "filing__period__year", "value")
    told: dict[tuple[str, int], dict[str, Decimal | None]] = defaultdict(dict)
    for key, region, year, value in rows:
        told[key, year][region] = value
        if value is not None:
            found.known[key, region, year] = value
    for (key, year), by_region in told.items():
        numbers = [value for value in by_region.values() if value is not None]
        accepted = len(own & by_region.keys())
        if share := share_words(accepted, len(own)):
            if numbers:
                found.partial[key, city.code, year] = (sum(numbers, Decimal(0)), share)
        elif numbers:
            found.known[key, city.code, year] = sum(numbers, Decimal(0))


def _read_figures(
    found: Values, measures: list[Measure], years: Sequence[int], own: set[str], city: Region
) -> None:
    if not measures:
        return
    names = {one.code.removeprefix("f."): one for one in measures}
    rows = Figure.objects.filter(source__name__in=names, year__in=years).values_list(
        "source__name", "region__code", "year", "origin", "value"
    )
    # What is entered is entered for a reason: it goes before what is counted.
    told: dict[tuple[str, int], dict[str, Decimal]] = defaultdict(dict)
    for name, region, year, _, value in sorted(rows, key=lambda row: row[3] == Figure.Origin.ENTERED):
        told[name, year][region] = value
    for (name, year), by_region in told.items():
        one = names[name]
        districts = {region: value for region, value in by_region.items() if region in own}
        hidden = suppressed(districts) if one.is_about_children else set()
        for region, value in by_region.items():
            place = (one.code, region, year)
            if region in hidden:
                found.hidden.add(place)
            else:
                found.known[place] = value
        if one.adds_up and city.code not in by_region and own <= districts.keys():
            found.known[one.code, city.code, year] = sum(districts.values(), Decimal(0))


def _read_index(found: Values, measures: list[Measure], years: Sequence[int], vintage: Vintage) -> None:
    if not measures:
        return
    nodes = {one.code.partition(".")[2] for one in measures}
    cells = list(
        VintageCell.objects.filter(vintage=vintage, node__in=nodes, year__in=years)
        .select_related("region")
        .order_by("year", "region__code")
    )
    touchy = IndicatorVersion.objects.filter(edition=vintage.edition_id, code__in=nodes)
    if any(one.is_about_children for one in touchy):
        cells = blanked(cells, method_of(vintage))
    fields = {one.code: one.code.partition(".")[::2] for one in measures}
    by_node: Mapping[str, list[VintageCell]] = defaultdict(list)
    for cell in cells:
        by_node[cell.node].append(cell)
    for code, (kind, node) in fields.items():
        for cell in by_node[node]:
            place = (code, cell.region.code, cell.year)
            value = getattr(cell, kind)
            if "hidden" in cell.flags:
                found.hidden.add(place)
            elif value is not None:
                found.known[place] = value.quantize(HUNDREDTH, ROUND_HALF_UP)  # as the index pages print it


def people_of(years: Sequence[int]) -> dict[tuple[str, int], Decimal]:
    """Residents (人) of city and districts per year: of the latest census or estimate up to it."""
    rows = Denominator.objects.filter(kind=Denominator.Kind.POPULATION).order_by("year")
    found: dict[tuple[str, int], Decimal] = {}
    for region, known, value, unit in rows.values_list("region__code", "year", "value", "unit"):
        people = value * 10_000 if unit == "万人" else value
        found |= {(region, year): people for year in years if known <= year}
    return found


def years_known(vintage: Vintage | None) -> list[int]:
    """The years of which anything is public, the first first."""
    of_returns = Return.objects.accepted().values_list("period__year", flat=True)
    known = {*of_returns, *Figure.objects.values_list("year", flat=True)}
    if vintage is not None:
        known |= {*range(vintage.first_year, vintage.last_year + 1)}
    return sorted(known)
