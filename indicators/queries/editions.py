"""Editions of the method: which is in force, what a draft would change, how two of them are linked."""

from dataclasses import dataclass, field
from decimal import Decimal

from indicators import method
from indicators.models import Edition, IndicatorVersion, Node, Vintage, VintageCell, WeightOpinion
from indicators.queries.panel import assemble, carried_on, last_year_handed_in, scored, tree_of
from portal.regions import Level, Region

Cell = VintageCell.Level
DEFINED_BY = ("numerator", "denominator", "per", "is_log", "lower_is_better", "levels")


def edition_in_force() -> Edition | None:
    """The edition that nights compute with: the one adopted last."""
    return Edition.objects.adopted().last()


def editions(*, with_drafts: bool) -> list[Edition]:
    """All editions, the latest first; drafts only for those who work on them."""
    found = Edition.objects.select_related("predecessor", "created_by").order_by("-pk")
    return list(found if with_drafts else found.filter(adopted_at__isnull=False))


# ---------------------------------------------------------------- linking


def vintage_to_link(edition: Edition) -> Vintage | None:
    """The vintage in which the predecessor tells the overlap year: the published one, else the latest."""
    if edition.predecessor_id is None:
        return None
    known = Vintage.objects.filter(
        edition=edition.predecessor_id, first_year__lte=edition.link_year, last_year__gte=edition.link_year
    )
    published = known.filter(kind=Vintage.Kind.PUBLISHED).order_by("-published_at", "-pk").first()
    return published or known.order_by("-pk").first()


def link_of(edition: Edition) -> dict | None:
    """What the growth index of the predecessor had come to in the overlap year, by region and node."""
    vintage = vintage_to_link(edition)
    if vintage is None:
        return None
    cells = VintageCell.objects.filter(
        vintage=vintage, year=edition.link_year, level__in=[Cell.INDEX, Cell.PILLAR]
    ).order_by("region__code", "node")
    values: dict[str, dict[str, str | None]] = {}
    for code, node, growth in cells.values_list("region__code", "node", "growth"):
        values.setdefault(code, {})[node] = None if growth is None else str(growth)
    return {"vintage": vintage.digest, "year": edition.link_year, "values": values}


@dataclass(frozen=True, eq=False)
class Trial:
    """An edition computed in memory from what is known now: no draws, nothing kept."""

    regions: list[Region]
    years: list[int]
    levels: method.Levels
    growth: method.Growth
    tree: method.Tree


def trial(edition: Edition) -> Trial | None:
    """Levels and growth of an edition as it stands; None before there is anything to compute."""
    last_year = last_year_handed_in()
    if last_year is None or last_year < edition.first_year:
        return None
    assembled = assemble(edition, last_year)
    tree = tree_of(edition, assembled.indicators)
    panel = scored(assembled.panel, assembled.indicators)
    growth = method.growth(tree, panel, base=str(max(edition.base_year, edition.first_year)))
    chain = link_of(edition)
    if chain is not None:
        growth = carried_on(growth, tree, panel, chain["values"])
    return Trial(assembled.regions, assembled.years, method.levels(tree, panel), growth, tree)


# ---------------------------------------------------------------- what an edition changes


@dataclass
class Difference:
    """What has become of one indicator since the edition before."""

    code: str
    name: str
    kind: str
    words: list[str] = field(default_factory=list)
    costs_a_link: bool = False  # its growth enters again in the year after the overlap


def differences(edition: Edition) -> list[Difference]:
    """Indicator by indicator, what differs from the predecessor; [] for the first edition."""
    if edition.predecessor is None:
        return []
    before = {one.code: one for one in edition.predecessor.indicators.select_related("pillar")}
    now = {one.code: one for one in edition.indicators.select_related("pillar")}
    found = []
    for code, one in now.items():
        if code not in before:
            found.append(
                Difference(code, one.name, "新增", ["从衔接年份起有分值，次年起参加发展指数。"], True)
            )
        elif words := _changed(before[code], one):
            is_new = any(getattr(before[code], name) != getattr(one, name) for name in DEFINED_BY)
            found.append(Difference(code, one.name, "口径变化" if is_new else "参数变化", words, is_new))
    found += [
        Difference(code, one.name, "取消", ["衔接年份以后不再计算。"])
        for code, one in before.items()
        if code not in now
    ]
    return found


def _changed(old: IndicatorVersion, new: IndicatorVersion) -> list[str]:
    words = []
    if old.pillar.code != new.pillar.code:
        words.append(f"领域：{old.pillar.name} → {new.pillar.name}")
    for name in ("definition", "numerator", "denominator", "per", "is_log", "lower_is_better", "levels"):
        if getattr(old, name) != getattr(new, name):
            label = new._meta.get_field(name).verbose_name
            words.append(
                f"{label}有变化" if name in ("numerator", "denominator") else _arrow(label, old, new, name)
            )
    if (old.low, old.high) != (new.low, new.high):
        words.append(f"目标值：{_span(old)} → {_span(new)}")
    words += [
        _arrow(new._meta.get_field(name).verbose_name, old, new, name)
        for name in ("weight", "minimum_events", "link_events")
        if getattr(old, name) != getattr(new, name)
    ]
    return words


def _arrow(label: str, old: IndicatorVersion, new: IndicatorVersion, name: str) -> str:
    return f"{label}：{_plain(getattr(old, name))} → {_plain(getattr(new, name))}"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _span(one: IndicatorVersion) -> str:
    return f"{_plain(one.low)}–{'未定' if one.high is None else _plain(one.high)}"


# ---------------------------------------------------------------- the overlap year


@dataclass(frozen=True)
class Beside:
    """One region in the overlap year, under both editions."""

    region: Region
    old_score: Decimal | None
    old_rank: int | None
    new_score: Decimal | None
    new_rank: int | None

    @property
    def moved(self) -> int | None:
        """Places won (positive) or lost by the change of method alone."""
        if self.old_rank is None or self.new_rank is None:
            return None
        return self.old_rank - self.new_rank


@dataclass
class Overlap:
    """Two editions in the year that both know, and the growth index that runs through both."""

    year: int
    old: Vintage | None
    is_trial: bool
    rows: list[Beside]
    series: list[tuple[int, Decimal | None, Decimal | None]]  # year, growth by the old, growth by the new


def overlap(edition: Edition) -> Overlap | None:
    """The overlap year of an edition with a predecessor: from its latest vintage, or computed in memory."""
    old = vintage_to_link(edition)
    if old is None:
        return None
    own = Vintage.objects.filter(edition=edition, edition__adopted_at__isnull=False).order_by("-pk").first()
    scores, growth = _of_vintage(own, edition) if own else _of_trial(edition)
    before = {
        cell.region.code: cell
        for cell in VintageCell.objects.filter(
            vintage=old, level=Cell.INDEX, year=edition.link_year
        ).select_related("region")
    }
    rows = [
        Beside(cell.region, cell.score, cell.rank, *scores.get(code, (None, None)))
        for code, cell in sorted(before.items())
    ]
    city = VintageCell.objects.filter(vintage=old, level=Cell.INDEX, region__level=Level.MUNICIPALITY)
    earlier = dict(city.filter(year__lte=edition.link_year).order_by("year").values_list("year", "growth"))
    years = sorted({*earlier, *growth})
    series = [(year, earlier.get(year), growth.get(year)) for year in years]
    return Overlap(edition.link_year, old, own is None, rows, series)


def _of_vintage(vintage: Vintage, edition: Edition) -> tuple[dict, dict]:
    cells = VintageCell.objects.filter(vintage=vintage, level=Cell.INDEX).select_related("region")
    scores = {cell.region.code: (cell.score, cell.rank) for cell in cells if cell.year == edition.link_year}
    return scores, {cell.year: cell.growth for cell in cells if cell.region.level == Level.MUNICIPALITY}


def _of_trial(edition: Edition) -> tuple[dict, dict]:
    found = trial(edition)
    if found is None:
        return {}, {}
    place = found.years.index(edition.link_year)

    def number(value: float) -> Decimal | None:
        return method.half_up(float(value), 2) if value == value else None

    scores = {
        region.code: (number(found.levels.index[u, place]), int(found.levels.index_ranks[u, place]) or None)
        for u, region in enumerate(found.regions)
    }
    return scores, {year: number(found.growth.total[0, y]) for y, year in enumerate(found.years)}


# ---------------------------------------------------------------- weights of a node


@dataclass(frozen=True)
class Child:
    """A pillar or an indicator under a node, with its weight and its share of the node."""

    code: str
    name: str
    weight: Decimal
    share: Decimal


def children_of(node: Node) -> list[Child]:
    """What the weights under a node are of: pillars under the index, indicators under a pillar."""
    below = (
        node.children.order_by("position") if node.parent_id is None else node.indicators.order_by("position")
    )
    rows = list(below)
    total = sum((row.weight for row in rows), Decimal(0)) or Decimal(1)
    return [
        Child(row.code, row.name, row.weight, method.half_up(row.weight / total * 100, 2)) for row in rows
    ]


def pairs_of(node: Node) -> list[tuple[Child, Child]]:
    """Every pair to be judged under a node."""
    below = children_of(node)
    return [(one, other) for place, one in enumerate(below) for other in below[place + 1 :]]


def opinions_of(node: Node) -> list[WeightOpinion]:
    return list(node.opinions.select_related("entered_by").order_by("kind", "expert"))
