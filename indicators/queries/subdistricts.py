"""The index's definitions at the level of subdistricts, where the portal's own counts reach that far.

Figures of few cases say little and may say who: under 4 counted there is no score, under 16 a mark; counts
about children under 10 are not shown, nor what would give them away.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from indicators import method, sources
from indicators.models import Denominator, IndicatorVersion, SubdistrictFigure, Vintage
from indicators.queries.index import Method, method_of
from indicators.queries.panel import tree_of
from indicators.rules import suppressed
from portal.regions import Level, Region

FEWEST = 4  # counted: fewer give no score


@dataclass
class StreetCell:
    """One indicator of one subdistrict."""

    numerator: Decimal | None
    denominator: Decimal | None
    rate: Decimal | None = None
    smoothed: Decimal | None = None  # drawn towards the district's mean as far as the count is small
    score: Decimal | None = None
    flags: list[str] = field(default_factory=list)


@dataclass
class StreetColumn:
    """One indicator over the subdistricts of a district."""

    indicator: IndicatorVersion
    has_denominator: bool
    cells: list[StreetCell]


@dataclass
class Streets:
    vintage: Vintage
    district: Region
    year: int
    years: list[int]
    regions: list[Region]
    columns: list[StreetColumn]
    lacking: list[IndicatorVersion]  # known only from the district's return


def streets(vintage: Vintage, district: Region, year: int | None) -> Streets | None:
    """The subdistricts of a district in one year, by the definitions of a vintage's edition; None if nothing
    has been counted."""
    figures = SubdistrictFigure.objects.filter(region__parent=district)
    years = sorted(set(figures.values_list("year", flat=True)))
    if not years:
        return None
    chosen = year if year in years else years[-1]
    regions = list(Region.objects.filter(parent=district, level=Level.SUBDISTRICT).order_by("code"))
    known: dict[str, dict[int, Decimal]] = defaultdict(dict)
    for key, region, value in figures.filter(year=chosen).values_list("key", "region", "value"):
        known[key][region] = value
    below = _denominators(regions, chosen)
    plan = method_of(vintage)
    countable = [one for one in plan.indicators if _is_counted(one, known)]
    columns = [_column(one, vintage, regions, known, below) for one in countable]
    return Streets(
        vintage=vintage,
        district=district,
        year=chosen,
        years=years,
        regions=regions,
        columns=columns,
        lacking=_lacking(plan, countable),
    )


def _lacking(plan: Method, countable: list[IndicatorVersion]) -> list[IndicatorVersion]:
    there = {one.code for one in countable}
    return [one for one in plan.indicators if one.code not in there and one.levels != "city"]


def _denominators(regions: list[Region], year: int) -> dict[tuple[str, int], Decimal]:
    """Population and the like of subdistricts: the latest at or before the year."""
    rows = Denominator.objects.filter(region__in=regions, year__lte=year).order_by("year")
    return {(row.kind, row.region_id): row.value for row in rows}


def _names(side: list[dict]) -> list[str]:
    return [term.get("figure") or term.get("key", "") for term in side if "figure" in term or "key" in term]


def _is_counted(one: IndicatorVersion, known: dict) -> bool:
    """Whether every term that is not a denominator or a constant is counted by the portal down there."""
    if one.levels == IndicatorVersion.Levels.CITY or any("each" in term for term in one.denominator):
        return False
    names = [*_names(one.numerator), *_names(one.denominator)]
    reach = sources.FIGURES | sources.SUBDISTRICT_CELLS
    return all(name in reach for name in names) and any(name in known for name in names)


def _column(
    one: IndicatorVersion, vintage: Vintage, regions: list[Region], known: dict, below: dict
) -> StreetColumn:
    cells = [
        StreetCell(_added(one.numerator, region, known, below), _added(one.denominator, region, known, below))
        for region in regions
    ]
    has_denominator = any(cell.denominator for cell in cells)
    _score(one, vintage, cells)
    if one.is_about_children:
        _hide(one, regions, cells)
    return StreetColumn(one, has_denominator, cells)


def _added(side: list[dict], region: Region, known: dict, below: dict) -> Decimal | None:
    """One side of an indicator in one subdistrict; None if a term is not known. What has no record is 0 where
    others have some."""
    total = Decimal(0)
    for term in side:
        times = Decimal(str(term.get("times", 1)))
        if "denominator" in term:
            value = below.get((term["denominator"], region.pk))
        else:
            name = term.get("figure") or term["key"]
            value = known.get(name, {}).get(region.pk, Decimal(0))
        if value is None:
            return None
        total += value * times
    return total


def _score(one: IndicatorVersion, vintage: Vintage, cells: list[StreetCell]) -> None:
    """Rates and scores by the edition's own goalposts; nothing under four counted."""
    tree = tree_of(vintage.edition, [one])
    above = np.array([[np.nan if c.numerator is None else float(c.numerator) for c in cells]]).T
    under = np.array([[np.nan if c.denominator is None else float(c.denominator) for c in cells]]).T
    rate = method.rates(tree, above, under)
    score = method.scores(tree, rate)
    smoothed = method.empirical_bayes(above[:, 0], under[:, 0]) * float(one.per)
    for place, cell in enumerate(cells):
        events = cell.numerator if one.is_count else cell.denominator
        if events is None or events < FEWEST:
            cell.flags.append("too_few")
            continue
        if events < method.FEW_EVENTS:
            cell.flags.append("few")
        if np.isfinite(rate[place, 0]):
            cell.rate = method.half_up(float(rate[place, 0]), 2)
            if one.high is not None:
                cell.score = method.half_up(float(score[place, 0]), 2)
        if one.is_count and np.isfinite(smoothed[place]):
            cell.smoothed = method.half_up(float(smoothed[place]), 2)


def _hide(one: IndicatorVersion, regions: list[Region], cells: list[StreetCell]) -> None:
    """Blank small counts about children, and what would give them away."""
    by_code = dict(zip((region.code for region in regions), cells, strict=True))
    hidden = suppressed({code: cell.denominator for code, cell in by_code.items()})
    if one.is_count:
        hidden |= suppressed({code: cell.numerator for code, cell in by_code.items()})
        rest = {
            code: cell.denominator - cell.numerator
            for code, cell in by_code.items()
            if cell.denominator is not None
            and cell.numerator is not None
            and cell.denominator >= cell.numerator
        }
        hidden |= suppressed(rest)
    for code in hidden:
        cell = by_code[code]
        cell.numerator = cell.denominator = cell.rate = cell.score = cell.smoothed = None
        cell.flags = ["hidden"]
