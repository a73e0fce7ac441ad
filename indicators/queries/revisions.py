"""Two computations side by side: which figures differ, and why."""

import zlib
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from indicators import method
from indicators.models import Vintage, VintageCell
from indicators.queries.index import Method, method_of
from portal.regions import Level, Region

Cell = VintageCell.Level
KIND_WORDS = {
    "cell": "年报",
    "counted": "平台统计",
    "entered": "录入",
    "denominator": "分母",
    "each": "按区计数",
}
ABOUT_CHILDREN = "涉及未成年人的指标"
CHILDREN = "数值有更正（涉及未成年人，不列出）"


@dataclass(frozen=True)
class Moved:
    """One printed figure of a region, a year and a node, old and new."""

    region: Region
    year: int
    node: str
    name: str
    old: VintageCell
    new: VintageCell

    @property
    def by(self) -> Decimal | None:
        """Points of score."""
        if self.old.score is None or self.new.score is None:
            return None
        return self.new.score - self.old.score


@dataclass(frozen=True)
class Cause:
    """One input that is not what it was: of an indicator, in a region and year."""

    region: Region
    year: int
    name: str
    words: str


@dataclass(frozen=True)
class Part:
    """What one indicator's revised input did to the index of a region and year, in points that add up."""

    region: Region
    year: int
    name: str
    kind: str
    points: Decimal


@dataclass
class Revision:
    old: Vintage
    new: Vintage
    method_words: list[str]
    moved: list[Moved]
    causes: list[Cause]
    parts: list[Part]
    is_comparable: bool  # the same goalposts and definitions
    years_added: list[int]


def revision(old: Vintage, new: Vintage) -> Revision:
    """What differs between two vintages, the later computed from `new`. Newly added years are no revision."""
    plan = method_of(new)
    before, after = (list(_cells(vintage)) for vintage in (old, new))
    held = {(cell.region_id, cell.year, cell.node): cell for cell in before}
    moved = [
        Moved(cell.region, cell.year, cell.node, plan.names.get(cell.node, cell.node), was, cell)
        for cell in after
        if cell.level != Cell.INDICATOR
        and (was := held.get((cell.region_id, cell.year, cell.node))) is not None
        and (was.score, was.growth, was.rank) != (cell.score, cell.growth, cell.rank)
    ]
    first, second = (_inputs(vintage) for vintage in (old, new))
    is_comparable = _has_same_scale(first[0], second[0])
    return Revision(
        old=old,
        new=new,
        method_words=_method_words(old, new, first[0], second[0], plan),
        moved=moved,
        causes=_causes(held, after, plan),
        parts=_parts(first, second, plan, moved) if is_comparable else [],
        is_comparable=is_comparable,
        years_added=[year for year in range(new.first_year, new.last_year + 1) if year > old.last_year],
    )


def _cells(vintage: Vintage):
    cells = VintageCell.objects.filter(vintage=vintage).select_related("region")
    return cells.order_by("year", "region__code", "level", "node")


def _inputs(vintage: Vintage) -> tuple[method.Tree, method.Panel]:
    tree, panel, _ = method.read_inputs(zlib.decompress(vintage.inputs))
    return tree, panel


# ---------------------------------------------------------------- the method


def _bare(tree: method.Tree) -> list[method.Indicator]:
    return [replace(one, weight=1.0) for one in tree.indicators]


def _has_same_scale(old: method.Tree, new: method.Tree) -> bool:
    """Whether scores of the two can be subtracted: goalposts, definitions and means are the same."""
    same_means = (old.index.mean, [(p.code, p.mean) for p in old.pillars]) == (
        new.index.mean,
        [(p.code, p.mean) for p in new.pillars],
    )
    return _bare(old) == _bare(new) and same_means


def _method_words(
    old: Vintage, new: Vintage, first: method.Tree, second: method.Tree, plan: Method
) -> list[str]:
    words = [] if old.edition_id == new.edition_id else [f"方法版本：{old.edition} → {new.edition}"]
    if old.draws != new.draws:
        words.append(f"模拟次数：{old.draws} → {new.draws}，只影响区间")
    for code in method.trees_differ(first, second):
        words.append(f"指标“{plan.names.get(code, code)}”的目标值、权重或口径有变化")
    weights = {node.code: node.weight for node in first.pillars}
    words += [
        f"领域“{plan.names.get(node.code, node.code)}”的权重：{weights[node.code]:g} → {node.weight:g}"
        for node in second.pillars
        if node.code in weights and weights[node.code] != node.weight
    ]
    changed = sorted(
        name for name in new.libraries if old.libraries.get(name, new.libraries[name]) != new.libraries[name]
    )
    words += [f"程序库 {name}：{old.libraries[name]} → {new.libraries[name]}" for name in changed]
    return words


# ---------------------------------------------------------------- the inputs


def _causes(held: dict, after: list[VintageCell], plan: Method) -> list[Cause]:
    """Inputs of districts, and of indicators that only the city has, which are not what they were."""
    found = []
    for cell in after:
        one = plan.indicator(cell.node) if cell.level == Cell.INDICATOR else None
        was = held.get((cell.region_id, cell.year, cell.node))
        if one is None or was is None or _known(was) == _known(cell):
            continue
        if cell.region.level == Level.MUNICIPALITY and one.levels != "city":
            continue  # the city is the sum of its districts
        words = CHILDREN if one.is_about_children else _term_words(was, cell)
        found.append(Cause(cell.region, cell.year, one.name, words))
    return found


def _known(cell: VintageCell) -> tuple:
    return cell.numerator, cell.denominator, cell.state


def _term_words(was: VintageCell, now: VintageCell) -> str:
    """科普专项经费：100 → 120（年报）; the state where that is what changed."""
    before = {(term["side"], term["key"]): term for term in was.terms}
    after = {(term["side"], term["key"]): term for term in now.terms}
    words = []
    for key in [*after, *(key for key in before if key not in after)]:
        old, new = before.get(key), after.get(key)
        if old is not None and new is not None and old["value"] == new["value"]:
            continue
        told = new or old
        source = KIND_WORDS.get(told["kind"], told["kind"])
        values = f"{old['value'] if old else '无'} → {new['value'] if new else '无'}"
        words.append(f"{told['name']}：{values}（{source}）")
    if was.state != now.state:
        words.append(f"取值：{was.get_state_display() or '无'} → {now.get_state_display() or '无'}")
    return (
        "；".join(words)
        or f"分子 {was.numerator} → {now.numerator}，分母 {was.denominator} → {now.denominator}"
    )


# ---------------------------------------------------------------- points that add up


def _parts(first: tuple, second: tuple, plan: Method, moved: list[Moved]) -> list[Part]:
    """Points by which each revised input moved the printed index of a region and year."""
    wanted = {(one.region.code, one.year): one for one in moved if one.node == plan.index.code and one.by}
    (old_tree, old), (new_tree, new) = first, second
    units = [code for code in new.units if code in old.units]
    found = []
    for year in sorted({year for _, year in wanted}):
        pair = _paired(old, new, units, str(year))
        change = method.change(new_tree, pair, 0, 1, earlier=old_tree)
        for u, code in enumerate(units):
            one = wanted.get((code, year))
            if one is not None:
                found += _told(change, u, one, new_tree, plan)
    return found


def _paired(old: method.Panel, new: method.Panel, units: list[str], year: str) -> method.Panel:
    """One year as two periods: as it was known, and as it is."""
    rows = [old.units.index(code) for code in units], [new.units.index(code) for code in units]
    places = old.periods.index(year), new.periods.index(year)

    def both(name: str) -> np.ndarray:
        return np.stack(
            [getattr(old, name)[rows[0], places[0]], getattr(new, name)[rows[1], places[1]]], axis=1
        )

    return method.Panel(
        units=tuple(units),
        periods=("old", "new"),
        indicators=new.indicators,
        numerator=both("numerator"),
        denominator=both("denominator"),
        state=both("state"),
        events=both("events"),
        is_ranked=new.is_ranked[rows[1]],
    )


PART_KINDS = ("分子", "分母", "数据有无", "权重")


def _told(change: method.Change, u: int, one: Moved, tree: method.Tree, plan: Method) -> list[Part]:
    """The parts of one index, the largest first; indicators about children together, without their names."""
    items = method.largest_remainder(change.items()[u], float(one.by))
    names = [(_name(i.code, plan), kind) for kind in PART_KINDS for i in tree.indicators]
    names += [
        (plan.names.get(p.code, p.code), kind) for kind in ("数据有无", "领域权重") for p in tree.pillars
    ]
    points: dict[tuple[str, str], Decimal] = {}
    for (name, kind), value in zip(names, items, strict=True):
        if np.isfinite(value) and value:
            key = (name, "合计") if name == ABOUT_CHILDREN else (name, kind)
            points[key] = points.get(key, Decimal(0)) + method.half_up(float(value), 2)
    found = [Part(one.region, one.year, name, kind, value) for (name, kind), value in points.items()]
    return sorted(found, key=lambda part: -abs(part.points))


def _name(code: str, plan: Method) -> str:
    one = plan.indicator(code)
    return ABOUT_CHILDREN if one is not None and one.is_about_children else plan.names.get(code, code)
