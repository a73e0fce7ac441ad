"""The plan's gaps beside the figures that show whether they are shrinking."""

from dataclasses import dataclass
from decimal import Decimal

from indicators import sources
from indicators.models import GapIndicator, IndicatorVersion, Vintage, VintageCell
from indicators.queries.editions import edition_in_force
from indicators.queries.index import blanked, current_vintage, method_of
from portal.calendar import local_today
from portal.regions import Level


@dataclass(frozen=True)
class Measured:
    """One indicator of the city: what it came to in the first and the last year that have a value."""

    indicator: IndicatorVersion
    first: VintageCell | None
    last: VintageCell | None

    @property
    def change(self) -> Decimal | None:
        """By how much it moved between the two, in its unit; None where there is one year at most."""
        if self.first is None or self.last is None or self.first == self.last:
            return None
        return self.last.rate - self.first.rate


@dataclass(frozen=True)
class GapLine:
    """One gap with what is done about it and what is measured."""

    gap: object
    measures: list[tuple[str, str]]  # what is done about it, and how that stands
    measured: list[Measured]


@dataclass(frozen=True)
class GapList:
    plan: object | None
    lines: list[GapLine]
    vintage: Vintage | None


def gap_list() -> GapList:
    """The gaps of the plan in force today, each with the city's figures of the current vintage.

    Basis: 规划·一、现状与形势（存在的差距）.
    """
    plan = sources.plan_on(local_today())
    vintage = current_vintage()
    gaps = sources.gaps_of(plan) if plan else []
    chosen: dict[int, set[str]] = {gap.pk: set() for gap in gaps}
    for link in GapIndicator.objects.filter(gap__in=gaps):
        chosen[link.gap_id].add(link.indicator)
    measured = _measured(vintage, set().union(*chosen.values()))
    words = sources.words_of_measures(plan, local_today()) if gaps else {}
    lines = [
        GapLine(
            gap,
            [(measure.name, words[measure.pk]) for measure in gap.measures.all()],
            [one for one in measured if one.indicator.code in chosen[gap.pk]],
        )
        for gap in gaps
    ]
    return GapList(plan, lines, vintage)


def _measured(vintage: Vintage | None, codes: set[str]) -> list[Measured]:
    """These indicators in the edition's order; without a vintage those of the edition in force, bare."""
    if vintage is None:
        return [Measured(one, None, None) for one in indicators_to_choose() if one.code in codes]
    method = method_of(vintage)
    cells = VintageCell.objects.filter(vintage=vintage, node__in=codes).select_related("region")
    known: dict[str, list[VintageCell]] = {}
    for cell in blanked(list(cells.order_by("year")), method):
        if cell.region.level == Level.MUNICIPALITY and cell.rate is not None:
            known.setdefault(cell.node, []).append(cell)
    return [
        Measured(one, *(known[one.code][0], known[one.code][-1]) if one.code in known else (None, None))
        for one in method.indicators
        if one.code in codes
    ]


def indicators_to_choose() -> list[IndicatorVersion]:
    """The indicators of the edition in force, in its order; none before there is an edition."""
    edition = edition_in_force()
    return list(edition.indicators.order_by("position")) if edition else []


def gap_to_link(pk: int):
    """A gap of the plan in force by its key, and the codes beside it; None if there is no such gap."""
    plan = sources.plan_on(local_today())
    gap = next((one for one in sources.gaps_of(plan) if one.pk == pk), None) if plan else None
    if gap is None:
        return None
    return gap, list(GapIndicator.objects.filter(gap=gap.pk).values_list("indicator", flat=True))
