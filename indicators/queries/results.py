"""What of a vintage goes out as plain rows: open data, the table of scores, the headline."""

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from indicators.models import Vintage, VintageCell
from indicators.queries.index import blanked, current_vintage, method_of
from portal.regions import Level

Cell = VintageCell.Level


def open_data(vintage: Vintage) -> list[dict]:
    """Every result of a vintage as plain rows, small counts about children blanked."""
    method = method_of(vintage)
    cells = list(
        VintageCell.objects.filter(vintage=vintage)
        .select_related("region")
        .order_by("year", "region__code", "level", "node")
    )
    names = method.names
    return [
        {
            "year": cell.year,
            "region_code": cell.region.code,
            "region": cell.region.name,
            "level": cell.level,
            "node": cell.node,
            "name": names.get(cell.node, cell.node),
            "score": cell.score,
            "growth": cell.growth,
            "rank": cell.rank,
            "rank_low": cell.rank_low,
            "rank_high": cell.rank_high,
            "rate": cell.rate,
            "numerator": cell.numerator,
            "denominator": cell.denominator,
            "state": cell.state,
            "coverage": cell.coverage,
            "flags": cell.flags,
        }
        for cell in blanked(cells, method)
    ]


def score_table(rows: list[dict]) -> pd.DataFrame:
    """The scores of `open_data` as people compare them: a line per region and node, a column per year.

    Columns 区划代码, 区域, 层级, 代码, 名称, then the years; a missing score is NaN.
    """
    names = {"region_code": "区划代码", "region": "区域", "level": "层级", "node": "代码", "name": "名称"}
    frame = pd.DataFrame(rows, columns=[*names, "year", "score"]).astype({"score": "float64"})
    wide = frame.pivot(index=list(names), columns="year", values="score").sort_index()
    return wide.rename_axis(columns=None).rename_axis(index=names).reset_index()


@dataclass(frozen=True)
class Headline:
    """The index for the home page: the latest year of the city."""

    year: int
    growth: Decimal | None
    score: Decimal | None
    growth_before: Decimal | None
    base_year: int
    is_published: bool
    vintage: str


def headline() -> Headline | None:
    """The city's latest figures; None before the first computation."""
    vintage = current_vintage()
    if vintage is None:
        return None
    cells = list(
        VintageCell.objects.filter(
            vintage=vintage, level=Cell.INDEX, region__level=Level.MUNICIPALITY, score__isnull=False
        ).order_by("-year")[:2]
    )
    if not cells:
        return None
    return Headline(
        year=cells[0].year,
        growth=cells[0].growth,
        score=cells[0].score,
        growth_before=cells[1].growth if len(cells) > 1 else None,
        base_year=vintage.edition.base_year,
        is_published=vintage.kind == Vintage.Kind.PUBLISHED,
        vintage=vintage.short,
    )
