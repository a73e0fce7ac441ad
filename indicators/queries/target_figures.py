"""From which figures the plan's targets take what was reached, and what these came to."""

from dataclasses import dataclass

from django.urls import reverse

from indicators import sources
from indicators.models import LiteracyResult, TargetFigure, Vintage, VintageCell
from indicators.queries.gaps import indicators_to_choose
from indicators.queries.index import method_of
from indicators.sources import Counted
from portal.calendar import local_today
from portal.regions import Level

Figure = TargetFigure.Figure
Area, Kind = LiteracyResult.Area, LiteracyResult.Kind


def figures_to_choose() -> list[tuple[str, str]]:
    """What may count a target: the portal's own counts, then the indicators of the edition in force."""
    own = [(figure.value, figure.label) for figure in Figure]
    index = [
        (f"{TargetFigure.INDEX}{one.code}", f"指标：{one.name}（{one.unit}）")
        for one in indicators_to_choose()
    ]
    return own + index


@dataclass(frozen=True)
class LinkedTarget:
    """A target of the plan in force with the words of its figure; "" where nothing is linked."""

    target: object
    figure: str
    words: str


def targets_with_figures(plan) -> list[LinkedTarget]:
    """The targets of a plan, each with its figure; [] without a plan."""
    targets = sources.targets_of(plan) if plan else []
    linked = dict(TargetFigure.objects.filter(target__in=targets).values_list("target", "figure"))
    is_index = any(figure.startswith(TargetFigure.INDEX) for figure in linked.values())
    names = dict(figures_to_choose() if is_index else Figure.choices)
    return [
        LinkedTarget(target, linked.get(target.pk, ""), names.get(figure, figure))
        for target in targets
        for figure in [linked.get(target.pk, "")]
    ]


def counted_years(figure: str, first: int, last: int) -> dict[int, Counted]:
    """What a figure came to in the years that have ended, from `first` to `last`, as far as known."""
    last = min(last, local_today().year - 1)
    if figure == Figure.LITERACY:
        return {year: told for year, told in _literacy().items() if first <= year <= last}
    if figure.startswith(TargetFigure.INDEX):
        code = figure.removeprefix(TargetFigure.INDEX)
        return {year: told for year, told in _published(code).items() if first <= year <= last}
    found = {year: sources.target_counts(figure, year) for year in range(first, last + 1)}
    return {year: told for year, told in found.items() if told is not None}


def _literacy() -> dict[int, Counted]:
    """The city's share in each survey; what was invented for a sample is no result."""
    rows = LiteracyResult.objects.filter(area_kind=Area.OWN, group_kind=Kind.ALL, survey__is_sample=False)
    return {
        row.survey.year: Counted(
            row.percent,
            f"指标：{row.survey.name}（{row.survey.source}）"[:200],
            reverse("indicators:literacy"),
        )
        for row in rows.select_related("survey").order_by("survey__year", "pk")
    }


def _published(code: str) -> dict[int, Counted]:
    """The city's values of an indicator in the vintage that was published last."""
    published = Vintage.objects.filter(kind=Vintage.Kind.PUBLISHED).select_related("edition")
    vintage = published.order_by("-published_at", "-pk").first()
    if vintage is None:
        return {}
    names = {one.code: one.name for one in method_of(vintage).indicators}
    cells = VintageCell.objects.filter(
        vintage=vintage, node=code, region__level=Level.MUNICIPALITY, rate__isnull=False
    )
    return {
        cell.year: Counted(
            round(cell.rate, 2),
            f"指标：科普发展指数“{names.get(code, code)}”（已发布）",
            f"{reverse('indicators:node', args=[cell.region.code, code])}?year={cell.year}",
        )
        for cell in cells.select_related("region").order_by("year")
    }
