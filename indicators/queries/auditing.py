"""The audit of a vintage: what an expert would ask of it. Reckoned once from its kept inputs."""

from dataclasses import dataclass

from django.core.cache import cache

from indicators import method
from indicators.models import RebuildCheck, Vintage, VintageCell
from indicators.queries.index import Method, method_of
from indicators.queries.scenarios import inputs_of
from portal.regions import Region

Cell = VintageCell.Level
KEPT_FOR = 24 * 60 * 60
RECKONING = 1  # counted up when something is reckoned otherwise
SWITCH_WORDS = {
    "weights": "权重 ±25%",
    "exclusion": "去掉一项指标",
    "data": "计数误差与缺数",
    "normalisation": "折算方法",
    "aggregation": "合成方法",
}
STATE_WORDS = {"measured": "平台统计", "reported": "年报", "carried": "沿用上年", "missing": "缺失"}


@dataclass(frozen=True)
class Removal:
    """What leaving out an indicator or a pillar does to the ranks."""

    code: str
    name: str
    is_pillar: bool
    mean_shift: float
    largest_shift: int
    who: str  # the district that moves most


@dataclass
class Audit:
    vintage: Vintage
    method: Method
    year: int
    years: list[int]
    statistics: list[tuple[object, str, method.Statistics]]  # indicator, pillar's name, figures
    agreements: list[tuple[str, method.Agreement]]
    removals: list[Removal]
    sensitivity: list[tuple[str, float, float]]  # switch, first order, total: of the mean change of rank
    by_region: list[tuple[Region, list[float]]]  # total order per switch, of each district's rank
    runs: int
    coverage: list[tuple[Region, dict[str, int], int, int, object]]  # counts by state, few, capped, share
    checks: list[RebuildCheck]

    @property
    def switches(self) -> list[str]:
        return [SWITCH_WORDS[name] for name in method.SWITCHES]


def audit_of(vintage: Vintage, year: int | None) -> Audit | None:
    """Everything the audit page says of one year; None if no district has a score in any."""
    plan = method_of(vintage)
    cells = list(
        VintageCell.objects.filter(vintage=vintage)
        .exclude(level=Cell.PILLAR)
        .select_related("region")
        .order_by("region__code")
    )
    years = sorted({cell.year for cell in cells if cell.level == Cell.INDEX and cell.rank is not None})
    if not years:
        return None
    chosen = year if year in years else years[-1]
    here = [cell for cell in cells if cell.year == chosen]
    names = {cell.region.code: cell.region for cell in here}
    reckoned = _kept(vintage, chosen)
    pillars = {one.code: one.pillar.name for one in plan.indicators}
    return Audit(
        vintage=vintage,
        method=plan,
        year=chosen,
        years=years,
        statistics=[(plan.indicator(one.code), pillars[one.code], one) for one in reckoned["statistics"]],
        agreements=[(plan.names[one.code], one) for one in reckoned["agreements"]],
        removals=[
            Removal(code, plan.names[code], plan.pillar(code) is not None, mean, most, names[who].name)
            for code, mean, most, who in reckoned["removals"]
        ],
        sensitivity=[(SWITCH_WORDS[name], *shares) for name, *shares in reckoned["sensitivity"]],
        by_region=[(names[code], shares) for code, shares in reckoned["by_region"]],
        runs=reckoned["runs"],
        coverage=_coverage(here),
        checks=list(vintage.rebuild_checks.order_by("-at", "-pk")[:5]),
    )


def _coverage(cells: list[VintageCell]) -> list[tuple]:
    """Per region how many indicators are known from where, how many count little, and how many are capped."""
    rows = []
    for index in (cell for cell in cells if cell.level == Cell.INDEX):
        own = [cell for cell in cells if cell.level == Cell.INDICATOR and cell.region_id == index.region_id]
        counts = {state: sum(cell.state == state for cell in own) for state in STATE_WORDS}
        few, capped = (sum(flag in cell.flags for cell in own) for flag in ("few", "capped"))
        rows.append((index.region, counts, few, capped, index.coverage))
    return rows


def _kept(vintage: Vintage, year: int) -> dict:
    key = f"indicators.audit:{RECKONING}:{vintage.digest}:{year}"
    found = cache.get(key)
    if found is None:
        found = _reckoned(vintage, year)
        cache.set(key, found, KEPT_FOR)
    return found


def _reckoned(vintage: Vintage, year: int) -> dict:
    tree, panel = inputs_of(vintage)
    place, level = panel.periods.index(str(year)), method.levels(tree, panel)
    removals = [
        (code, found.mean_shift, found.largest_shift, panel.units[int(abs(found.shift).argmax())])
        for code, found in method.removals(tree, panel, place).items()
    ]
    sobol = method.sensitivity(tree, panel, place, seed=int(vintage.seed))
    first, total = ([], []) if sobol is None else (sobol.first[-1].tolist(), sobol.total[-1].tolist())
    return {
        "statistics": method.statistics(tree, panel, level, place),
        "agreements": method.agreements(tree, panel, level, place),
        "removals": sorted(removals, key=lambda row: (-row[1], row[0])),
        "sensitivity": list(zip(method.SWITCHES, first, total, strict=False)),
        "by_region": []
        if sobol is None
        else [(panel.units[u], sobol.total[i].tolist()) for i, u in enumerate(sobol.units)],
        "runs": 0 if sobol is None else sobol.runs,
    }
