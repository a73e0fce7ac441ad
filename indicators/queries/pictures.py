"""Pictures of a vintage. Its figures never change: each is drawn once, and kept for every process.

The first drawing of a process takes a second; the night draws what most people open first.
"""

from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

from indicators import method
from indicators.models import Edition, IndicatorVersion, Vintage
from indicators.queries.auditing import Audit, audit_of
from indicators.queries.editions import Overlap
from indicators.queries.index import Drill, Overview, Profile, overview, profile
from portal import charts, maps
from portal.charts import About

# How the figures were counted, in a sentence or two: under the chart, and in the workbook of its figures.
HOW_GROWTH = (
    "相邻两年的增速取 2(x₁−x₀)/(x₁+x₀)，领域内加权平均后逐年衔接，基年为100；总指数是各领域指数的加权平均。"
)
HOW_LEVEL = (
    "指标值=分子÷分母，在上下目标值之间折算成1–100分，超出部分不加分；领域分值是指标分值的加权平均，"
    "总分是领域分值的加权平均。缺数据的指标不估算，其余权重按比例放大。"
)
HOW_RANKS = (
    "位次按公布分值排列，同分同位。区间取自一万次模拟：权重在±25%内变动，一半的模拟剔除一项指标，"
    "计数按随机误差变动，归一和合成各换一种做法；九成结果所在的位次即为区间。"
)
HOW_CHANGE = (
    "两年之间分子、分母、数据覆盖和权重的变动各使总分增减多少，按两种替换次序的平均计算，"
    "按最大余数取整，各项之和等于总变化。跨多年时逐年相加。"
)
HOW_CITY = "全市是各区分子之和除以分母之和，不是各区比率的平均。"

KEPT_FOR = 24 * 60 * 60
DRAWING = 6  # counted up when a picture is drawn otherwise

Drawn = TypeVar("Drawn")
Pictures = dict[str, charts.Chart | None]


def kept(vintage: Vintage, page: str, draw: Callable[[], Drawn]) -> Drawn:
    """What `draw` makes of a vintage for a page, drawn once for all processes."""
    key = f"indicators.pictures:{DRAWING}:{vintage.digest}:{page}"
    found = cache.get(key)
    if found is None:
        found = draw()
        cache.set(key, found, KEPT_FOR)
    return found


def of_overview(found: Overview) -> Pictures:
    """The city's trend, the districts' ranks, the map."""
    draw = {"trend": _trend_chart, "levels": _interval_chart, "parts": _parts_chart, "map": _map}
    return kept(found.vintage, f"city:{found.year}", lambda: {name: one(found) for name, one in draw.items()})


def of_profile(found: Profile) -> Pictures:
    """One region: its scores over the years, its pillars, what moved it."""
    draw = {"trend": _region_chart, "pillar_chart": _pillar_chart, "waterfall": _waterfall}
    page = f"{found.region.code}:{found.year}"
    return kept(found.vintage, page, lambda: {name: one(found) for name, one in draw.items()})


def of_indicator(found: Drill) -> Pictures:
    """One indicator of a region over the years."""
    page = f"{found.region.code}:{found.indicator.code}"
    return kept(found.vintage, page, lambda: {"trend": _rate_chart(found)})


def of_audit(found: Audit) -> Pictures:
    """What makes ranks unsure, and which indicators weigh otherwise than they influence."""
    draw = {"switches": _switch_chart, "influence": _influence_chart}
    return kept(
        found.vintage, f"audit:{found.year}", lambda: {name: one(found) for name, one in draw.items()}
    )


def of_edition(edition: Edition, overlap: Overlap | None) -> Pictures:
    """The growth index through two editions; drawn anew, since a draft's figures change."""
    if overlap is None or len(overlap.series) < 2:
        return {"linked": None}
    about = About("linked", f"全市发展指数，{overlap.year}年衔接（{edition.base_year}年=100）")
    years = [str(year) for year, _, _ in overlap.series]
    lines = {
        overlap.old.edition.name: [old for _, old, _ in overlap.series],
        edition.name: [new for _, _, new in overlap.series],
    }
    return {"linked": charts.line(about, years, lines, decimals=1, base=100)}


def draw_first_pages(vintage: Vintage) -> int:
    """Draw what most people open first: overview, every region, the audit. Returns how many pages."""
    found = overview(vintage)
    of_overview(found)
    regions = [next(iter(cells.values())).region for cells in found.series.values()]
    for region in regions:
        of_profile(profile(vintage, region))
    audit = audit_of(vintage, None)  # seconds of reckoning, kept for the day
    if audit is not None:
        of_audit(audit)
    return 1 + len(regions) + (audit is not None)


def how_of(one: IndicatorVersion) -> str:
    """How an indicator is counted: its definition, and what the city's figure is."""
    city = "" if one.levels == IndicatorVersion.Levels.CITY else HOW_CITY
    return f"{one.definition.rstrip('。')}。{city}"


def source_words(vintage: Vintage) -> str:
    return f"数据来源：各区科普统计年报与平台统计；结果编号 {vintage.short}。"


def _trend_chart(found: Overview) -> charts.Chart:
    about = About(
        "trend",
        f"全市科普发展指数（{found.vintage.edition.base_year}年=100）",
        source=source_words(found.vintage),
        how=HOW_GROWTH,
    )
    years = [str(year) for year, _, _ in found.trend]
    growth = [value for _, value, _ in found.trend]
    return charts.line(about, years, {"发展指数": growth}, decimals=1, base=100)


def _interval_chart(found: Overview) -> charts.Chart:
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
    return charts.interval(about, rows, columns=("区", "最好", "位次", "最差"), is_rank=True)


def _parts_chart(found: Overview) -> charts.Chart:
    about = About(
        "parts",
        f"{found.year}年各区分值由哪些领域构成",
        unit="分",
        source=source_words(found.vintage),
        note="每段是一个领域给总分带来的分值，相加等于水平分值。",
    )
    scored = [
        (row.region.name, parts)
        for row in found.rows
        if (parts := found.parts.get(row.region.code)) and row.cell.score is not None
    ]
    # A pillar that only the city has brings no district a point.
    names = [pillar.name for pillar in found.method.pillars]
    drawn = [name for name in names if any(parts.get(name) for _, parts in scored)]
    rows = [(label, {name: parts[name] for name in drawn if name in parts}) for label, parts in scored]
    return charts.stacked(about, rows, first_column="区", decimals=1)


def _map(found: Overview) -> charts.Chart:
    values = {row.region.code: row.cell.score for row in found.rows}
    about = About(
        "map",
        f"{found.year}年各区水平分值",
        unit="分",
        source=source_words(found.vintage),
        note="区块位置为示意。",
        how=HOW_LEVEL,
    )
    return maps.district_map(about, values, columns=("区", "水平分值"))


def _region_chart(found: Profile) -> charts.Chart:
    about = About(
        "trend",
        f"{found.region.name}水平分值（1–100）",
        unit="分",
        source=source_words(found.vintage),
        how=HOW_LEVEL,
    )
    years = [str(cell.year) for cell in found.series]
    return charts.line(about, years, {"水平分值": [cell.score for cell in found.series]}, decimals=1)


def _pillar_chart(found: Profile) -> charts.Chart:
    about = About(
        "pillars",
        f"{found.region.name}{found.year}年各领域分值",
        unit="分",
        source=source_words(found.vintage),
        how=HOW_LEVEL,
    )
    rows = [(pillar.name, cell.score) for pillar, cell, _ in found.pillars if cell.state != "not_applicable"]
    return charts.bar(about, rows, decimals=1)


def _waterfall(found: Profile) -> charts.Chart | None:
    if not found.changes or found.before is None or None in (found.before.score, found.index.score):
        return None
    about = About(
        "change",
        f"{found.region.name}{found.before.year}—{found.year}年水平分值的变化",
        unit="分",
        source=source_words(found.vintage),
        note="每个领域使总分增减的分值，相加等于总变化。",
        how=HOW_CHANGE,
    )
    return charts.waterfall(
        about,
        (f"{found.before.year}年", found.before.score),
        found.changes,
        (f"{found.year}年", found.index.score),
    )


def _rate_chart(found: Drill) -> charts.Chart:
    about = About(
        "rate", f"{found.region.name}{found.indicator.name}", unit=found.indicator.unit,
        source=source_words(found.vintage), how=how_of(found.indicator),
    )  # fmt: skip
    years = [str(cell.year) for cell in found.series]
    return charts.line(about, years, {"指标值": [cell.rate for cell in found.series]}, decimals=2)


def _percent(value: float) -> float | None:
    return None if value != value else float(method.half_up(value * 100, 1))


def _switch_chart(found: Audit) -> charts.Chart | None:
    if not found.sensitivity:
        return None
    about = About(
        "switches",
        f"{found.year}年位次为什么不能确定",
        unit="%",
        source=source_words(found.vintage),
        note="各项选择对位次平均变动的总影响（Sobol 总效应），含与其他选择共同的影响，相加可超过 100%。",
    )
    rows = [(name, _percent(max(total, 0.0))) for name, _, total in found.sensitivity]
    return charts.bar(about, rows, columns=("选择", "总影响（%）"), decimals=1)


def _influence_chart(found: Audit) -> charts.Chart:
    rows = [
        (indicator.name, _percent(one.weight), _percent(one.influence))
        for indicator, _, one in found.statistics
    ]
    known = [row for row in rows if None not in row]
    furthest = sorted(known, key=lambda row: -abs(row[1] - row[2]))[:4]
    about = About(
        "influence",
        f"{found.year}年各指标的权重和影响",
        unit="%",
        source=source_words(found.vintage),
        note="影响：指标分值与总分相关系数的平方所占份额。在虚线以上的，影响大于权重。",
    )
    columns = ("指标", "有效权重（%）", "影响（%）")
    return charts.scatter(about, rows, columns=columns, named=[row[0] for row in furthest])
