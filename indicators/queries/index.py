"""Reads of the index: what the public pages, the open data and the annual report show.

Everything comes from one vintage. Counts about children under 10 (and what would give them away) are blanked
here, so that no page, file or report can show them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
from django.db.models import F, Max, Q

from indicators import sources
from indicators.method import alike
from indicators.models import (
    ComputeRun,
    FigureSource,
    IndicatorVersion,
    Node,
    Observation,
    Vintage,
    VintageCell,
    VintageContribution,
)
from indicators.queries.editions import vintage_to_link
from indicators.rules import suppressed
from portal.regions import Level, Region

Cell = VintageCell.Level
FLAG_WORDS = {
    "too_few": "计数少于4，不计分",
    "capped": "已达目标值上限（或下限），超出部分不再加分",
    "few": "计数少于16，误差较大",
    "older_denominator": "分母为最近一次普查（早于当年）",
    "unverified": "分母中有未核实的数据",
    "sample": "含示例数据",
    "hidden": "涉及未成年人且数值较小，不公布",
}


def marks_in(flags: Iterable[Iterable[str]]) -> list[tuple[str, str]]:
    """The marks that stand in a table, each once with its sentence: a phone shows no title."""
    found = {flag for each in flags for flag in each}
    return [(flag, words) for flag, words in FLAG_WORDS.items() if flag in found]


def current_vintage() -> Vintage | None:
    """The published vintage, or, until there is one, that of the latest computation."""
    published = Vintage.objects.filter(kind=Vintage.Kind.PUBLISHED).select_related("edition")
    found = published.order_by("-published_at", "-pk").first()
    return found or latest_vintage()


def latest_vintage() -> Vintage | None:
    """The vintage of the latest computation, whatever its kind."""
    runs = ComputeRun.objects.filter(vintage__edition__adopted_at__isnull=False)
    run = runs.select_related("vintage__edition").order_by("-at", "-pk").first()
    return run.vintage if run else None


def longest_unchecked(vintages) -> Vintage | None:
    """Of some vintages the one whose rebuilding was never checked, or longest ago."""
    found = vintages.annotate(checked=Max("rebuild_checks__at")).order_by(
        F("checked").asc(nulls_first=True), "pk"
    )
    return found.first()


def published_vintages() -> list[Vintage]:
    """Published vintages with what each replaced, the latest first."""
    found = Vintage.objects.filter(kind=Vintage.Kind.PUBLISHED)
    return list(
        found.select_related("edition", "supersedes__edition", "created_by").order_by("-published_at", "-pk")
    )


def revisions(limit: int = 20) -> list[Vintage]:
    """Frozen and published vintages, the latest first."""
    return list(Vintage.objects.exclude(kind=Vintage.Kind.NIGHTLY).order_by("-pk")[:limit])


def vintage_named(name: str) -> Vintage | None:
    """A vintage by the first twelve or all digits of its digest; the current one for ""."""
    if not name:
        return current_vintage()
    if len(name) < 12 or not name.isalnum():
        return None
    return Vintage.objects.filter(digest__startswith=name.lower()).select_related("edition").first()


def figure_labels() -> dict[int, str]:
    """The names of figures, as the changes of a night speak of them."""
    return dict(FigureSource.objects.values_list("pk", "label"))


def latest_runs(limit: int = 15) -> list[ComputeRun]:
    return list(ComputeRun.objects.select_related("vintage").order_by("-at", "-pk")[:limit])


# ---------------------------------------------------------------- the method of a vintage


@dataclass
class Method:
    """An edition's nodes and indicators, by code."""

    index: Node
    pillars: list[Node]
    indicators: list[IndicatorVersion]

    @property
    def names(self) -> dict[str, str]:
        return {one.code: one.name for one in (self.index, *self.pillars, *self.indicators)}

    def pillar(self, code: str) -> Node | None:
        return next((node for node in self.pillars if node.code == code), None)

    def indicator(self, code: str) -> IndicatorVersion | None:
        return next((one for one in self.indicators if one.code == code), None)

    def under(self, pillar: Node) -> list[IndicatorVersion]:
        return [one for one in self.indicators if one.pillar_id == pillar.pk]


def method_of(vintage: Vintage) -> Method:
    nodes = list(vintage.edition.nodes.order_by("position"))
    return Method(
        index=next(node for node in nodes if node.parent_id is None),
        pillars=[node for node in nodes if node.parent_id is not None],
        indicators=list(vintage.edition.indicators.select_related("pillar").order_by("position")),
    )


# ---------------------------------------------------------------- blanking small counts about children


def blanked(cells: list[VintageCell], method: Method) -> list[VintageCell]:
    """Indicator cells fit to be shown: where a count about children is small, no figure that gives it away.

    `cells` must hold all districts of each year they speak of.
    """
    touchy = {one.code: one for one in method.indicators if one.is_about_children}
    groups = defaultdict(list)
    for cell in cells:
        if cell.node in touchy and cell.region.level == Level.DISTRICT:
            groups[cell.node, cell.year].append(cell)
    for (node, _), group in groups.items():
        hidden = suppressed({cell.region_id: cell.denominator for cell in group})
        if touchy[node].is_count:
            hidden |= suppressed({cell.region_id: cell.numerator for cell in group})
        for cell in group:
            if cell.region_id in hidden:
                cell.score = cell.rate = cell.numerator = cell.denominator = cell.rank = None
                cell.terms, cell.flags = [], ["hidden"]
    return cells


# ---------------------------------------------------------------- why there is no growth index


@dataclass(frozen=True)
class Gap:
    """A pillar whose years cannot be linked, and the indicators that are counted too little for it."""

    pillar: Node
    thin: list[IndicatorVersion]

    @property
    def words(self) -> str:
        """阵地（每10万人科普基地数、免费或优惠基地占比）."""
        names = "、".join(one.name for one in self.thin)
        return f"{self.pillar.name}（{names}）" if names else self.pillar.name


def gaps_of(found: "Profile") -> list[Gap]:
    """What keeps a region from a growth index in its year; [] where it has one."""
    if found.index.growth is not None:
        return []
    return growth_gaps(found.vintage, found.year, found.method).get(found.region.code, [])


def growth_gaps(vintage: Vintage, year: int, method: Method) -> dict[str, list[Gap]]:
    """For each region with a score but no growth index in a year, what keeps it from one; by region code.

    A link needs two thirds of a pillar's weight, each indicator with 16 counted in both years or in three
    years together; one missing link ends the chain.
    """
    lacking = VintageCell.objects.filter(vintage=vintage, year=year, level=Cell.INDEX, growth=None)
    regions = {
        cell.region_id: cell.region.code
        for cell in lacking.exclude(score=None).select_related("region").order_by("region__code")
    }
    if not regions:
        return {}
    within = VintageCell.objects.filter(vintage=vintage, region__in=regions)
    broken = within.filter(year=year, level=Cell.PILLAR, growth=None).exclude(score=None)
    thin = within.filter(year__gte=vintage.edition.base_year, year__lte=year, level=Cell.INDICATOR).filter(
        Q(flags__contains=["few"]) | Q(state=Observation.State.MISSING)
    )
    pillars, names = defaultdict(set), defaultdict(set)
    for region, node in broken.values_list("region", "node"):
        pillars[region].add(node)
    for region, node in thin.values_list("region", "node"):
        names[region].add(node)
    return {
        code: [
            Gap(pillar, [one for one in method.under(pillar) if one.code in names[region]])
            for pillar in method.pillars
            if pillar.code in pillars[region]
        ]
        for region, code in regions.items()
    }


# ---------------------------------------------------------------- overview


@dataclass
class Row:
    """One district of one year: its index cell and its pillars in the order of the edition."""

    cell: VintageCell
    pillars: list[VintageCell | None] = field(default_factory=list)

    @property
    def region(self) -> Region:
        return self.cell.region

    @property
    def place(self) -> str:
        return place_words(self.cell)


def place_words(cell: VintageCell) -> str:
    """第 3–5 位: the ranks that the district may well have; 未公布 without a score."""
    if cell.rank_low is None or cell.rank_high is None:
        return "未公布"
    low, high = sorted((cell.rank_low, cell.rank_high))
    return f"第 {low} 位" if low == high else f"第 {low}–{high} 位"


def alike_groups(found: "Overview") -> list[list[Region]]:
    """Districts of a year whose ranks lie within each other's interval, the best group first: their order
    among themselves is not certain."""
    rows = [row for row in found.rows if row.cell.rank and row.cell.rank_low and row.cell.rank_high]
    if not rows:
        return []
    spans = np.array([[row.cell.rank_low, row.cell.rank, row.cell.rank_high] for row in rows])
    ranks = np.array([row.cell.rank for row in rows])
    return [[rows[place].region for place in group] for group in alike(spans, ranks)]


@dataclass
class Overview:
    vintage: Vintage
    method: Method
    years: list[int]  # of which the city or a district has a score
    year: int
    city: VintageCell | None
    rows: list[Row]  # best first; without a score last
    gaps: dict[str, list[Gap]]  # by code of a region without a growth index: why
    series: dict[str, dict[int, VintageCell]]  # region code → year → index cell
    earlier: list[tuple[int, Decimal | None]]  # the city's growth index before the edition began
    parts: dict[str, dict[str, Decimal]]  # region code → name of a pillar → points of the score

    @property
    def ungrown(self) -> list[tuple[Region, str]]:
        """The districts without a growth index, and which pillars are counted too little for one."""
        return [
            (row.region, "；".join(gap.words for gap in self.gaps[row.region.code]))
            for row in self.rows
            if self.gaps.get(row.region.code)
        ]

    @property
    def trend(self) -> list[tuple[int, Decimal | None, Decimal | None]]:
        """Year, growth index and level score of the city."""
        cells = next((s for s in self.series.values() if next(iter(s.values())).region.level == 1), {})
        own = [(year, cell.growth, cell.score) for year, cell in sorted(cells.items())]
        return [*((year, growth, None) for year, growth in self.earlier), *own]


def overview(vintage: Vintage, year: int | None = None) -> Overview:
    """City and districts in one year (by default the latest of the city), and the index of all years."""
    method = method_of(vintage)
    index = list(
        VintageCell.objects.filter(vintage=vintage, level=Cell.INDEX)
        .select_related("region")
        .order_by("year", "region__code")
    )
    series: dict[str, dict[int, VintageCell]] = defaultdict(dict)
    for cell in index:
        series[cell.region.code][cell.year] = cell
    years = sorted({cell.year for cell in index if cell.score is not None})
    of_city = [cell.year for cell in index if cell.region.level == Level.MUNICIPALITY and cell.score]
    chosen = year if year in years else (max(of_city or years or [vintage.last_year]))
    pillars = VintageCell.objects.filter(vintage=vintage, level=Cell.PILLAR, year=chosen)
    by_region = defaultdict(dict)
    for cell in pillars:
        by_region[cell.region_id][cell.node] = cell
    rows = [
        Row(cell, [by_region[cell.region_id].get(pillar.code) for pillar in method.pillars])
        for cell in index
        if cell.year == chosen and cell.region.level == Level.DISTRICT
    ]
    rows.sort(key=lambda row: (row.cell.score is None, -(row.cell.score or 0), row.region.code))
    city = next((c for c in index if c.year == chosen and c.region.level == Level.MUNICIPALITY), None)
    gaps = growth_gaps(vintage, chosen, method)
    return Overview(
        vintage,
        method,
        years,
        chosen,
        city,
        rows,
        gaps,
        dict(series),
        _earlier_growth(vintage),
        _points_of_pillars(vintage, chosen, method),
    )


def _points_of_pillars(vintage: Vintage, year: int, method: Method) -> dict[str, dict[str, Decimal]]:
    """What each pillar brings to the score of each region: the points of its indicators, added up."""
    pillar_of = {one.code: one.pillar.name for one in method.indicators}
    found: dict[str, dict[str, Decimal]] = defaultdict(dict)
    rows = vintage.contributions.filter(year=year, points__isnull=False).order_by("region__code", "node")
    for code, node, points in rows.values_list("region__code", "node", "points"):
        if node in pillar_of:
            parts, name = found[code], pillar_of[node]
            parts[name] = parts.get(name, Decimal(0)) + points
    return dict(found)


def _earlier_growth(vintage: Vintage) -> list[tuple[int, Decimal | None]]:
    """The city's growth index in the years before this edition, from the vintages it was carried on from."""
    edition, found = vintage.edition, []
    while edition.predecessor_id is not None:
        before = vintage_to_link(edition)
        if before is None:
            break
        cells = VintageCell.objects.filter(vintage=before, level=Cell.INDEX, region__level=Level.MUNICIPALITY)
        years = cells.filter(year__lt=edition.link_year).order_by("year").values_list("year", "growth")
        found = [*years, *found]
        edition = before.edition
    return found


# ---------------------------------------------------------------- one region


@dataclass
class Standing:
    """One indicator of a region beside the city's."""

    indicator: IndicatorVersion
    cell: VintageCell
    city: VintageCell | None
    points: Decimal | None = None

    @property
    def lead(self) -> Decimal | None:
        """How many points of score before (or behind) the city."""
        if self.cell.score is None or self.city is None or self.city.score is None:
            return None
        return self.cell.score - self.city.score


@dataclass
class Profile:
    vintage: Vintage
    method: Method
    region: Region
    year: int
    years: list[int]
    index: VintageCell
    series: list[VintageCell]
    pillars: list[tuple[Node, VintageCell, list[Standing]]]
    strengths: list[Standing]
    gaps: list[Standing]
    changes: list[tuple[str, Decimal]]  # what moved the index since the year before, by pillar
    before: VintageCell | None


def profile(vintage: Vintage, region: Region, year: int | None = None) -> Profile | None:
    """All of one region in one year; None if the vintage does not know the region."""
    method = method_of(vintage)
    series = list(
        VintageCell.objects.filter(vintage=vintage, level=Cell.INDEX, region=region)
        .select_related("region")
        .order_by("year")
    )
    if not series:
        return None
    known = [cell.year for cell in series if cell.score is not None]
    chosen = year if year in [cell.year for cell in series] else max(known or [series[-1].year])
    cells = list(
        VintageCell.objects.filter(vintage=vintage, year=chosen)
        .exclude(level=Cell.INDEX)
        .select_related("region")
    )
    shown = blanked(cells, method)
    here = {cell.node: cell for cell in shown if cell.region_id == region.pk}
    city = {cell.node: cell for cell in shown if cell.region.level == Level.MUNICIPALITY}
    contributions = list(VintageContribution.objects.filter(vintage=vintage, region=region, year=chosen))
    points = {row.node: row.points for row in contributions}
    # The points of a hidden indicator would give its value away.
    points |= {cell.node: None for cell in here.values() if "hidden" in cell.flags}
    standings = {
        one.code: Standing(one, here[one.code], city.get(one.code), points.get(one.code))
        for one in method.indicators
    }
    ranked = sorted(
        (one for one in standings.values() if one.lead is not None),
        key=lambda one: (-one.lead, one.cell.node),
    )
    return Profile(
        vintage=vintage,
        method=method,
        region=region,
        year=chosen,
        years=[cell.year for cell in series],
        index=next(cell for cell in series if cell.year == chosen),
        series=series,
        pillars=[
            (pillar, here[pillar.code], [standings[one.code] for one in method.under(pillar)])
            for pillar in method.pillars
        ],
        strengths=[one for one in ranked[:3] if one.lead > 0],
        gaps=[one for one in reversed(ranked[-3:]) if one.lead < 0],
        changes=_by_pillar(contributions, method),
        before=next((cell for cell in series if cell.year == chosen - 1), None),
    )


def _by_pillar(contributions: list[VintageContribution], method: Method) -> list[tuple[str, Decimal]]:
    """Points by which each pillar moved the index; coverage and weights as items of their own."""
    sums: dict[str, Decimal] = {pillar.name: Decimal(0) for pillar in method.pillars}
    sums["数据覆盖变化"] = sums["权重变化"] = Decimal(0)
    pillar_of = {one.code: one.pillar.name for one in method.indicators}
    known = False
    for row in contributions:
        if row.node in pillar_of and row.change_numerator is not None:
            known = True
            sums[pillar_of[row.node]] += row.change_numerator + row.change_denominator
        sums["数据覆盖变化"] += row.change_coverage or 0
        sums["权重变化"] += row.change_weights or 0
    return [(name, value) for name, value in sums.items() if value] if known else []


# ---------------------------------------------------------------- one node


@dataclass
class Drill:
    """One indicator of one region: its value, what it was divided from, and, for the city, the districts."""

    vintage: Vintage
    indicator: IndicatorVersion
    region: Region
    year: int
    cell: VintageCell
    series: list[VintageCell]
    above: list[dict]
    below: list[dict]
    districts: list[VintageCell]
    carried_from: int | None

    @property
    def district_sum(self) -> tuple[Decimal, Decimal]:
        """Numerators and denominators of the districts that count, added up: those of the city."""
        counted = [cell for cell in self.districts if cell.state not in ("missing", "not_applicable")]
        return (
            sum((cell.numerator for cell in counted if cell.numerator is not None), Decimal(0)),
            sum((cell.denominator for cell in counted if cell.denominator is not None), Decimal(0)),
        )


def drill(vintage: Vintage, region: Region, code: str, year: int | None) -> Drill | None:
    """One indicator, opened down to its terms; None if there is none of that name or year."""
    method = method_of(vintage)
    one = method.indicator(code)
    if one is None:
        return None
    cells = list(
        VintageCell.objects.filter(vintage=vintage, node=code).select_related("region").order_by("year")
    )
    shown = blanked(cells, method)
    series = [cell for cell in shown if cell.region_id == region.pk]
    chosen = next((cell for cell in series if cell.year == year), series[-1] if series else None)
    if chosen is None:
        return None
    is_carried = chosen.state == Observation.State.CARRIED
    source = next((c for c in series if is_carried and c.year == chosen.year - 1), chosen)
    districts = [c for c in shown if c.year == chosen.year and c.region.level == Level.DISTRICT]
    return Drill(
        vintage=vintage,
        indicator=one,
        region=region,
        year=chosen.year,
        cell=chosen,
        series=series,
        above=[_opening(term, region) for term in source.terms if term["side"] == "n"],
        below=[_opening(term, region) for term in source.terms if term["side"] == "d"],
        districts=sorted(districts, key=lambda cell: cell.region.code),
        carried_from=source.year if is_carried else None,
    )


def _opening(term: dict, region: Region) -> dict:
    """A term, with whether its own page tells what it was counted from."""
    is_kept = term["kind"] == "counted" and term["key"] in sources.GROUNDS
    return {**term, "opens": is_kept and region.level == Level.DISTRICT}


@dataclass
class Opened:
    """A pillar of a region, opened to its indicators over all years."""

    vintage: Vintage
    pillar: Node
    region: Region
    year: int
    cell: VintageCell
    series: list[VintageCell]
    standings: list[Standing]


def opened(vintage: Vintage, region: Region, code: str, year: int | None) -> Opened | None:
    """A pillar of a region in one year; None if there is no pillar of that code."""
    if not vintage.edition.nodes.filter(code=code, parent__isnull=False).exists():
        return None
    found = profile(vintage, region, year)
    pillar = found.method.pillar(code) if found else None
    if pillar is None:
        return None
    _, cell, standings = next(entry for entry in found.pillars if entry[0].pk == pillar.pk)
    series = VintageCell.objects.filter(vintage=vintage, region=region, node=code).order_by("year")
    return Opened(vintage, pillar, region, found.year, cell, list(series), standings)
