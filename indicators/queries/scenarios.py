"""Other methods beside the published one, and what a target takes. All from the kept inputs of a vintage."""

import zlib
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from indicators import method
from indicators.method import Mean, Scale, Variant, Weighing
from indicators.models import YEARLY_FORM, FigureSource, FormItem, IndicatorVersion, Vintage, VintageCell
from indicators.queries.index import Method, blanked, method_of
from portal.regions import Level, Region

Cell = VintageCell.Level
VARIANTS: tuple[tuple[str, str, Variant], ...] = (
    ("几何平均", "各领域改用几何平均，短板扣分更多", Variant(mean=Mean.GEOMETRIC)),
    ("标准分", "用当年各区的均值和标准差折算分值（z 分数）", Variant(scale=Scale.Z_SCORE)),
    ("极差", "用当年各区的最小、最大值折算分值", Variant(scale=Scale.YEAR_RANGE)),
    ("百分位", "只看当年在各区中的先后", Variant(scale=Scale.PERCENTILE)),
    ("等权", "领域内各指标权重相等", Variant(weighing=Weighing.EQUAL)),
    ("变异系数", "各区差得越多的指标权重越大（上海的做法）", Variant(weighing=Weighing.VARIATION)),
    ("熵权", "按信息熵赋权", Variant(weighing=Weighing.ENTROPY)),
    ("CRITIC", "按离散程度和冲突性赋权", Variant(weighing=Weighing.CRITIC)),
)


def inputs_of(vintage: Vintage) -> tuple[method.Tree, method.Panel]:
    """What a vintage was computed from."""
    tree, panel, _ = method.read_inputs(zlib.decompress(vintage.inputs))
    return tree, panel


@dataclass(frozen=True)
class Column:
    """One variant: its name, what it does, and how far ranks move by it."""

    name: str
    words: str
    mean_shift: float
    largest_shift: int
    results: dict[str, tuple[Decimal | None, int | None, int]]  # by region code: score, rank, places lost


@dataclass
class Scenarios:
    vintage: Vintage
    method: Method
    year: int
    years: list[int]
    without: str
    regions: list[Region]  # ranked ones, best published first
    published: dict[str, VintageCell]
    columns: list[Column]

    @property
    def rows(self) -> list[tuple[VintageCell, list[tuple]]]:
        """Each district's published cell and its results in the order of the columns."""
        return [
            (self.published[region.code], [column.results[region.code] for column in self.columns])
            for region in self.regions
        ]


def scenarios(vintage: Vintage, year: int | None, without: str = "") -> Scenarios | None:
    """The ranks of a year under other methods; with `without`, also with that indicator or pillar left out.
    None if the vintage has no ranked district in any year."""
    plan = method_of(vintage)
    cells = list(
        VintageCell.objects.filter(vintage=vintage, level=Cell.INDEX, rank__isnull=False)
        .select_related("region")
        .order_by("year", "rank", "region__code")
    )
    years = sorted({cell.year for cell in cells})
    if not years:
        return None
    chosen = year if year in years else years[-1]
    published = {cell.region.code: cell for cell in cells if cell.year == chosen}
    tree, panel = inputs_of(vintage)
    place = panel.periods.index(str(chosen))
    named = plan.names.get(without, "") if without != plan.index.code else ""
    variants = list(VARIANTS)
    if named:
        variants.append((f"不计{named}", f"去掉“{named}”，其余不变", Variant(without=without)))
    columns = [
        _column(name, words, method.outcome(tree, panel, place, variant), panel, published)
        for name, words, variant in variants
    ]
    return Scenarios(
        vintage=vintage,
        method=plan,
        year=chosen,
        years=years,
        without=without if named else "",
        regions=[cell.region for cell in published.values()],
        published=published,
        columns=columns,
    )


def _column(name: str, words: str, found: method.Outcome, panel: method.Panel, regions: dict) -> Column:
    results = {}
    for code in regions:
        u = panel.units.index(code)
        known = np.isfinite(found.index[u])
        score = method.half_up(float(method.published(found.index[u])), 2) if known else None
        results[code] = (score, int(found.ranks[u]) or None, int(found.shift[u]))
    return Column(name, words, found.mean_shift, found.largest_shift, results)


# ---------------------------------------------------------------- pairs


@dataclass
class Pairs:
    """How often one district came before another in the draws of a year."""

    year: int
    years: list[int]
    regions: list[Region]
    rows: list[tuple[Region, list[Decimal | None]]]  # in per cent, None on the diagonal


def pairs(vintage: Vintage, year: int | None) -> Pairs | None:
    """The share of draws in which each district beats each other; None if the vintage did not keep it."""
    years = sorted(int(known) for known, units in vintage.beats.items() if units)
    if not years:
        return None
    chosen = year if year in years else years[-1]
    shares = vintage.beats[str(chosen)]
    cells = VintageCell.objects.filter(
        vintage=vintage, level=Cell.INDEX, year=chosen, region__code__in=shares
    ).select_related("region")
    regions = [cell.region for cell in sorted(cells, key=lambda cell: (cell.rank or 99, cell.region.code))]
    rows = [
        (
            region,
            [
                None if other == region else Decimal(shares[region.code][other.code]) * 100
                for other in regions
            ],
        )
        for region in regions
    ]
    return Pairs(chosen, years, regions, rows)


# ---------------------------------------------------------------- what a target takes


@dataclass(frozen=True)
class Way:
    """One indicator moved alone: from where it is to what the target takes, or how far its cap leads."""

    code: str
    name: str
    counted_in: str  # the unit of the numerator; "" where its terms have several
    numerator: Decimal
    wanted: Decimal | None
    best_index: Decimal
    is_there: bool

    @property
    def more(self) -> Decimal | None:
        return None if self.wanted is None else self.wanted - self.numerator


@dataclass
class Target:
    vintage: Vintage
    method: Method
    region: Region
    year: int
    cell: VintageCell
    score: Decimal  # the target
    rank: int | None  # the rank it stands for, where one was asked for
    ways: list[Way]
    hidden: int  # indicators about children whose figures are not shown
    plan: method.Plan | None
    costs: dict[str, float]
    is_planned: bool

    @property
    def is_reached(self) -> bool:
        return self.cell.score is not None and self.score <= self.cell.score

    @property
    def is_hopeless(self) -> bool:
        return not any(way.wanted is not None for way in self.ways)


def target_of(
    vintage: Vintage,
    region: Region,
    year: int | None,
    *,
    score: Decimal | None = None,
    rank: int | None = None,
    costs: dict[str, float] | None = None,
) -> Target | None:
    """What each indicator of a region would have to come to, alone, for a score or a rank; others unchanged.

    Without `score` and `rank`, the next better rank (for the best district and the city, one point more).
    None if the region has no published score.
    """
    known = VintageCell.objects.filter(vintage=vintage, level=Cell.INDEX, region=region, score__isnull=False)
    cells = {cell.year: cell for cell in known.select_related("region")}
    if not cells:
        return None
    chosen = year if year in cells else max(cells)
    cell = cells[chosen]
    wanted, place = _wanted(vintage, cell, score, rank)
    plan = method_of(vintage)
    tree, panel = inputs_of(vintage)
    level = method.levels(tree, panel)
    u, y = panel.units.index(region.code), panel.periods.index(str(chosen))
    shown = _shown(vintage, plan, region, chosen)
    levers = method.levers(tree, panel, level, u, y, float(wanted))
    units = units_counted(plan)
    ways = [_way(lever, plan, units[lever.code]) for lever in levers if lever.code in shown]
    ways.sort(key=lambda way: (way.wanted is None, -way.best_index, way.code))
    cheapest = None
    if costs:
        allowed = {code: cost for code, cost in costs.items() if code in shown}
        cheapest = method.cheapest(tree, panel, level, u, y, float(wanted), allowed)
    return Target(
        vintage=vintage,
        method=plan,
        region=region,
        year=chosen,
        cell=cell,
        score=wanted,
        rank=place,
        ways=ways,
        hidden=len(levers) - len(ways),
        plan=cheapest,
        costs=costs or {},
        is_planned=bool(costs),
    )


def _wanted(
    vintage: Vintage, cell: VintageCell, score: Decimal | None, rank: int | None
) -> tuple[Decimal, int | None]:
    """The score to be reached, and the rank it stands for. A rank is shared by who reaches its score."""
    if score is not None:
        return score, None
    others = list(
        VintageCell.objects.filter(vintage=vintage, level=Cell.INDEX, year=cell.year, rank__isnull=False)
        .exclude(region=cell.region)
        .order_by("-score")
        .values_list("score", flat=True)
    )
    aim = rank or ((cell.rank or 1) - 1)
    if cell.rank is None or aim < 1 or not others:
        return min(cell.score + 1, Decimal(vintage.edition.highest)), None
    aim = min(aim, len(others))
    return others[aim - 1], aim


def _shown(vintage: Vintage, plan: Method, region: Region, year: int) -> set[str]:
    """The indicators of a region whose figures may be shown."""
    cells = VintageCell.objects.filter(vintage=vintage, year=year, level=Cell.INDICATOR)
    return {
        cell.node
        for cell in blanked(list(cells.select_related("region")), plan)
        if cell.region_id == region.pk and "hidden" not in cell.flags
    }


def _way(lever: method.Lever, plan: Method, unit: str) -> Way:
    one = plan.indicator(lever.code)
    return Way(
        code=lever.code,
        name=one.name,
        counted_in=unit,
        numerator=_figure(lever.numerator),
        wanted=None if lever.wanted_numerator is None else _figure(lever.wanted_numerator),
        best_index=method.half_up(lever.best_index, 2),
        is_there=lever.wanted_numerator is not None,
    )


def units_counted(plan: Method) -> dict[str, str]:
    """In what the numerator of each indicator is counted, by its code; "" where its terms differ.

    Ten thousands of a unit that are multiplied out are that unit: 万元 times 10000 is 元.
    """
    items = FormItem.objects.filter(form__code=YEARLY_FORM).order_by("form__version")
    units = dict(items.values_list("key", "unit")) | dict(FigureSource.objects.values_list("name", "unit"))
    found = {}
    for one in plan.indicators:
        kinds = set()
        for term in one.numerator:
            unit = units.get(term.get("key") or term.get("figure", ""), "")
            times = Decimal(str(term.get("times", 1)))
            kinds.add(unit.removeprefix("万") if times == 10_000 else unit if times == 1 else "")
        found[one.code] = kinds.pop() if len(kinds) == 1 else ""
    return found


def _figure(value: float) -> Decimal:
    return method.half_up(value, 0 if abs(value) >= 1000 else 2)


# ---------------------------------------------------------------- why a year differs from the one before


@dataclass(frozen=True)
class Moves:
    """What moved the index, by one indicator or pillar, in points that add up. None: not shown."""

    name: str
    code: str
    is_pillar: bool
    numerator: Decimal | None
    denominator: Decimal | None
    coverage: Decimal | None
    weights: Decimal | None
    is_hidden: bool = False

    @property
    def total(self) -> Decimal:
        parts = (self.numerator, self.denominator, self.coverage, self.weights)
        return sum((part for part in parts if part is not None), Decimal(0))


@dataclass
class ChangeTable:
    vintage: Vintage
    region: Region
    year: int
    years: list[int]
    before: VintageCell
    now: VintageCell
    rows: list[Moves]
    sums: dict[str, Decimal]


def change_table(vintage: Vintage, region: Region, year: int | None) -> ChangeTable | None:
    """Why the index of a region moved since the year before: by indicator, numerator, denominator, whether
    there are data, and weights. Small figures about children are told with their pillar, not alone.

    None unless two years in a row have a score.
    """
    cells = {
        cell.year: cell
        for cell in VintageCell.objects.filter(
            vintage=vintage, level=Cell.INDEX, region=region, score__isnull=False
        ).select_related("region")
    }
    years = sorted(known for known in cells if known - 1 in cells)
    if not years:
        return None
    chosen = year if year in years else years[-1]
    plan = method_of(vintage)
    kept = {row.node: row for row in vintage.contributions.filter(region=region, year=chosen)}
    shown = _shown(vintage, plan, region, chosen) & _shown(vintage, plan, region, chosen - 1)
    rows: list[Moves] = []
    for pillar in plan.pillars:
        rows += _moves_of(pillar, plan, kept, shown, is_city=region.level == Level.MUNICIPALITY)
    names = ("numerator", "denominator", "coverage", "weights")
    sums = {name: sum((getattr(row, name) or Decimal(0) for row in rows), Decimal(0)) for name in names}
    sums["total"] = sum((row.total for row in rows), Decimal(0))
    return ChangeTable(vintage, region, chosen, years, cells[chosen - 1], cells[chosen], rows, sums)


def _moves_of(pillar, plan: Method, kept: dict, shown: set[str], *, is_city: bool) -> list[Moves]:
    """The rows of one pillar: its indicators, those not shown put together, and the pillar itself."""
    rows, unshown = [], []
    for one in plan.under(pillar):
        row = kept.get(one.code)
        if one.levels == IndicatorVersion.Levels.CITY and not is_city:
            continue  # not applicable there: it moves nothing
        if row is None or row.change_numerator is None:
            continue
        parts = row.change_numerator, row.change_denominator, row.change_coverage, row.change_weights
        if one.code in shown:
            rows.append(Moves(one.name, one.code, False, *parts))
        else:
            unshown.append(parts)
    if unshown:
        rows.append(
            Moves(
                "不公布的指标合计",
                "",
                False,
                *(sum(parts, Decimal(0)) for parts in zip(*unshown, strict=True)),
                True,
            )
        )
    own = kept.get(pillar.code)
    if own is not None and (own.change_coverage or own.change_weights):
        rows.append(
            Moves(
                f"{pillar.name}（领域）",
                pillar.code,
                True,
                None,
                None,
                own.change_coverage,
                own.change_weights,
            )
        )
    return rows
