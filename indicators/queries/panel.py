"""From returns, counts and reference figures to the panel that the arithmetic works on.

Every number keeps the terms it was added up from: return cell, counted or entered figure, denominator.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np
from django.db.models import Max

from indicators import method
from indicators.models import (
    Denominator,
    Edition,
    Figure,
    IndicatorVersion,
    Observation,
    Reporter,
    Return,
    ReturnCell,
)
from indicators.rules import NOT_APPLICABLE
from portal.regions import Region

State = method.State
PLACEHOLDER = 1.0  # upper goalpost of an indicator that has none yet; all its cells are missing


@dataclass(frozen=True)
class Known:
    """The numerator or denominator of one cell: a number, not applicable, or None; and its terms."""

    value: Decimal | str | None
    terms: list[dict]
    is_measured: bool = False


@dataclass
class Facts:
    """All that is known, read in a handful of queries."""

    cells: dict[tuple[str, int, str], ReturnCell]
    figures: dict[tuple[str, str, int, str], Figure]  # source, region, year, origin
    denominators: dict[tuple[str, str], list[Denominator]]


@dataclass
class Assembled:
    edition: Edition
    indicators: list[IndicatorVersion]
    years: list[int]
    regions: list[Region]  # the city first, then the districts by code
    panel: method.Panel
    terms: dict[tuple[str, str, int], list[dict]] = field(default_factory=dict)  # indicator, region, year

    @property
    def city(self) -> Region:
        return self.regions[0]


def last_year_handed_in() -> int | None:
    """The latest year of which any return is accepted."""
    return Return.objects.accepted().aggregate(year=Max("period__year"))["year"]


def assemble(edition: Edition, last_year: int) -> Assembled:
    """What is known of every indicator of an edition, for city and districts, up to a year."""
    indicators = list(edition.indicators.select_related("pillar").order_by("position"))
    years = list(range(edition.first_year, last_year + 1))
    city, districts = Region.objects.city(), list(Region.objects.districts())
    facts = _facts(indicators, years)
    terms: dict[tuple[str, str, int], list[dict]] = {}
    panel = _district_panel(indicators, years, districts, facts, terms)
    panel = _with_city(panel, indicators, years, city, facts, terms)
    return Assembled(
        edition=edition,
        indicators=indicators,
        years=years,
        regions=[city, *districts],
        panel=panel,
        terms=terms,
    )


# ---------------------------------------------------------------- reading


def keys_of(indicators: list[IndicatorVersion]) -> set[str]:
    """The cells of the form that an edition reads."""
    sides = [term for one in indicators for term in (*one.numerator, *one.denominator)]
    return {term["key"] for term in sides if "key" in term}


def _facts(indicators: list[IndicatorVersion], years: list[int]) -> Facts:
    cells = ReturnCell.objects.filter(
        filing__status=Return.Status.ACCEPTED,
        filing__reporter=Reporter.DISTRICT,
        filing__period__year__in=years,
        item__key__in=keys_of(indicators),
    ).select_related("item", "filing__region", "filing__period")
    by_kind = defaultdict(list)
    for row in Denominator.objects.select_related("region").order_by("-year"):
        by_kind[row.kind, row.region.code].append(row)
    return Facts(
        cells={(cell.filing.region.code, cell.filing.period.year, cell.item.key): cell for cell in cells},
        figures={
            (row.source.name, row.region.code, row.year, row.origin): row
            for row in Figure.objects.filter(year__in=years).select_related("source", "region")
        },
        denominators=dict(by_kind),
    )


def origin_of(one: IndicatorVersion, code: str, year: int, facts: Facts) -> str:
    """Whether an indicator's figures of one region and year are those entered or those counted.

    Entered ones come first, being entered for a reason; never one beside the other, since a register that
    has just begun must not be divided by figures from elsewhere.
    """
    names = [term["figure"] for term in (*one.numerator, *one.denominator) if "figure" in term]
    entered = all((name, code, year, Figure.Origin.ENTERED) in facts.figures for name in names)
    return Figure.Origin.ENTERED if entered else Figure.Origin.COUNTED


# ---------------------------------------------------------------- adding up


def _sides(one: IndicatorVersion, code: str, year: int, facts: Facts) -> tuple[Known, Known]:
    """Numerator and denominator of one indicator in one region and year."""
    origin = origin_of(one, code, year, facts)
    return (
        _known([_part(term, "n", code, year, facts, origin) for term in one.numerator]),
        _known([_part(term, "d", code, year, facts, origin) for term in one.denominator]),
    )


def _known(parts: list[dict | None]) -> Known:
    """One side of one cell. Missing if a term is missing; what is not applicable is left out."""
    shown = [part for part in parts if part is not None]
    if len(shown) < len(parts):
        return Known(None, shown)
    numbers = [Decimal(part["value"]) * Decimal(part["times"]) for part in shown if part["value"] != "-"]
    if not numbers:
        return Known(NOT_APPLICABLE, shown)
    return Known(sum(numbers, Decimal(0)), shown, all(part["kind"] == "counted" for part in shown))


def _part(term: dict, side: str, code: str, year: int, facts: Facts, origin: str) -> dict | None:
    if "figure" in term:
        found = _from_figure(term["figure"], code, year, facts, origin)
    else:
        kind = next(name for name in READERS if name in term)
        found = READERS[kind](term[kind], code, year, facts)
    if found is None:
        return None
    return {"side": side, "times": str(term.get("times", 1)), **found}


def _from_cell(key: str, code: str, year: int, facts: Facts) -> dict | None:
    cell = facts.cells.get((code, year, key))
    if cell is None or cell.state == ReturnCell.State.EMPTY:
        return None
    value = "-" if cell.value is None else str(cell.value)
    return {
        "kind": "cell",
        "key": key,
        "name": cell.item.name,
        "unit": cell.item.unit,
        "value": value,
        "year": year,
        "ref": cell.filing_id,
        "note": "示例" if cell.filing.is_sample else "",
    }


def _from_figure(name: str, code: str, year: int, facts: Facts, origin: str) -> dict | None:
    row = facts.figures.get((name, code, year, origin))
    if row is None:
        return None
    return {
        "kind": row.origin,
        "key": name,
        "name": row.source.label,
        "unit": row.source.unit,
        "value": str(row.value),
        "year": year,
        "note": row.basis or ("示例" if row.is_sample else ""),
    }


def _from_denominator(kind: str, code: str, year: int, facts: Facts) -> dict | None:
    row = next((row for row in facts.denominators.get((kind, code), []) if row.year <= year), None)
    if row is None:
        return None
    unverified = "" if row.is_verified or "未核实" in row.source else "未核实"  # some sources say it already
    marks = [row.source, unverified, "示例" if row.is_sample else ""]
    return {
        "kind": "denominator",
        "key": kind,
        "name": row.get_kind_display(),
        "unit": row.unit,
        "value": str(row.value),
        "year": row.year,
        "note": "；".join(mark for mark in marks if mark),
    }


def _from_each(number: int, code: str, year: int, facts: Facts) -> dict:
    return {"kind": "each", "key": "each", "name": "区", "unit": "个", "value": str(number), "year": year}


READERS: dict[str, Callable[[object, str, int, Facts], dict | None]] = {
    "key": _from_cell,
    "denominator": _from_denominator,
    "each": _from_each,
}


# ---------------------------------------------------------------- the panel


@dataclass
class _Arrays:
    numerator: np.ndarray
    denominator: np.ndarray
    events: np.ndarray
    state: np.ndarray

    @classmethod
    def of(cls, *shape: int) -> "_Arrays":
        blank = (np.full(shape, np.nan) for _ in range(3))
        return cls(*blank, np.full(shape, State.MISSING, dtype=np.int64))

    def put(self, place: tuple[int, ...], one: IndicatorVersion, above: Known, below: Known) -> None:
        """Write one cell. A missing denominator means a missing rate; the numerator is still told."""
        if NOT_APPLICABLE in (above.value, below.value):
            self.state[place] = State.NOT_APPLICABLE
            return
        if above.value is None:
            return
        self.numerator[place] = float(above.value)
        if below.value is not None:
            self.denominator[place] = float(below.value)
        if one.is_count:
            self.events[place] = float(above.value)
        self.state[place] = State.MEASURED if above.is_measured else State.REPORTED


def _district_panel(
    indicators: list[IndicatorVersion],
    years: list[int],
    districts: list[Region],
    facts: Facts,
    terms: dict,
) -> method.Panel:
    arrays = _Arrays.of(len(districts), len(years), len(indicators))
    for i, one in enumerate(indicators):
        if one.levels == IndicatorVersion.Levels.CITY:
            arrays.state[..., i] = State.NOT_APPLICABLE
            continue
        for d, district in enumerate(districts):
            for y, year in enumerate(years):
                above, below = _sides(one, district.code, year, facts)
                arrays.put((d, y, i), one, above, below)
                terms[one.code, district.code, year] = [*above.terms, *below.terms]
    return method.carried(
        method.Panel(
            units=tuple(district.code for district in districts),
            periods=tuple(str(year) for year in years),
            indicators=tuple(one.code for one in indicators),
            numerator=arrays.numerator,
            denominator=arrays.denominator,
            state=arrays.state,
            events=arrays.events,
        )
    )


def _with_city(
    panel: method.Panel,
    indicators: list[IndicatorVersion],
    years: list[int],
    city: Region,
    facts: Facts,
    terms: dict,
) -> method.Panel:
    """The city first: sums over the districts, and the indicators that only the city has."""
    whole = method.with_total(panel, city.code)
    arrays = _Arrays(
        *(np.array(array) for array in (whole.numerator, whole.denominator, whole.events, whole.state))
    )
    for i, one in enumerate(indicators):
        if one.levels != IndicatorVersion.Levels.CITY:
            continue
        arrays.state[0, :, i] = State.MISSING
        for y, year in enumerate(years):
            above, below = _sides(one, city.code, year, facts)
            arrays.put((0, y, i), one, above, below)
            terms[one.code, city.code, year] = [*above.terms, *below.terms]
        _carry(arrays, i)
    return replace(
        whole,
        numerator=arrays.numerator,
        denominator=arrays.denominator,
        events=arrays.events,
        state=arrays.state,
    )


def _carry(arrays: _Arrays, i: int) -> None:
    """A city-only figure reported for a year stands in for the next one, once."""
    for y in range(arrays.state.shape[1] - 1, 0, -1):
        if arrays.state[0, y, i] == State.MISSING and arrays.state[0, y - 1, i] == State.REPORTED:
            for array in (arrays.numerator, arrays.denominator, arrays.events):
                array[0, y, i] = array[0, y - 1, i]
            arrays.state[0, y, i] = State.CARRIED


# ---------------------------------------------------------------- the method as a tree


def tree_of(edition: Edition, indicators: list[IndicatorVersion]) -> method.Tree:
    """An edition as the arithmetic reads it. Indicators without goalposts get a place-holder."""
    nodes = list(edition.nodes.order_by("position"))
    used = {one.pillar_id for one in indicators}
    return method.Tree(
        pillars=tuple(_node(node) for node in nodes if node.pk in used),
        indicators=tuple(
            method.Indicator(
                code=one.code,
                pillar=one.pillar.code,
                low=float(one.low),
                high=PLACEHOLDER if one.high is None else float(one.high),
                weight=float(one.weight),
                per=float(one.per),
                is_log=one.is_log,
                lower_is_better=one.lower_is_better,
                minimum_events=one.minimum_events,
                link_events=one.link_events,
            )
            for one in indicators
        ),
        index=_node(next(node for node in nodes if node.parent_id is None)),
        lowest=float(edition.lowest),
        highest=float(edition.highest),
        decimals=edition.decimals,
    )


def _node(node) -> method.Node:
    share = float(node.minimum_share)
    return method.Node(
        code=node.code, weight=float(node.weight), mean=method.Mean(node.mean), minimum_share=share
    )


def scored(panel: method.Panel, indicators: list[IndicatorVersion]) -> method.Panel:
    """The panel with the indicators that have no goalposts marked as missing."""
    lacking = np.array([one.high is None for one in indicators])
    state = np.array(panel.state)
    state[..., lacking] = np.where(
        state[..., lacking] == State.NOT_APPLICABLE, State.NOT_APPLICABLE, State.MISSING
    )
    return replace(panel, state=state)


def goalposts(assembled: Assembled) -> dict[str, tuple[Decimal, str]]:
    """Upper goalposts for the indicators that have none yet, each with its basis in words.

    Basis: edition rule: 0 to twice the city's value of the base year, or of the earliest later year with a
    value above zero; never beyond the natural bound.
    """
    panel, edition = assembled.panel, assembled.edition
    tree = tree_of(edition, assembled.indicators)
    rates = method.rates(tree, panel.numerator, panel.denominator)[0]
    start = assembled.years.index(max(edition.base_year, edition.first_year))
    found = {}
    for i, one in enumerate(assembled.indicators):
        known = [y for y in range(start, len(assembled.years)) if rates[y, i] > 0]
        if one.high is not None or not known:
            continue
        year, value = assembled.years[known[0]], method.half_up(float(rates[known[0], i]), 6)
        high, words = value * 2, f"全市{year}年数值 {method.half_up(value, 2)} 的2倍"
        if one.bound is not None and high > one.bound:
            high, words = one.bound, f"自然上限 {one.bound:g}（全市{year}年数值 {method.half_up(value, 2)}）"
        found[one.code] = (high, words)
    return found


STATES = {
    State.MEASURED: Observation.State.MEASURED,
    State.REPORTED: Observation.State.REPORTED,
    State.CARRIED: Observation.State.CARRIED,
    State.MISSING: Observation.State.MISSING,
    State.NOT_APPLICABLE: Observation.State.NOT_APPLICABLE,
}


def carried_on(
    growth: method.Growth, tree: method.Tree, panel: method.Panel, values: dict[str, dict[str, str]]
) -> method.Growth:
    """Growth that goes on where the earlier edition had come to: `values` by unit and node.

    What the earlier edition did not have begins at 100; what it could not tell stays untold.
    """

    def before(unit: str, node: str) -> float:
        value = values.get(unit, {}).get(node, "100")
        return float("nan") if value is None else float(value)

    total = np.array([before(unit, tree.index.code) for unit in panel.units])
    pillars = np.array([[before(unit, pillar.code) for pillar in tree.pillars] for unit in panel.units])
    return replace(
        growth,
        total=np.round(method.continued(total, growth.total), method.ROUNDED_TO),
        pillars=np.round(method.continued(pillars, growth.pillars), method.ROUNDED_TO),
    )
