"""One item of the yearly form over the accepted returns: of a district, and of the city by districts."""

from dataclasses import dataclass
from decimal import Decimal

from indicators.models import YEARLY_FORM, FormItem, Return, ReturnCell
from indicators.queries.evidence import Behind, behind_figure
from portal.regions import Region


@dataclass
class ItemHistory:
    """One cell of the form over the accepted years of a district, and what was counted for one."""

    key: str
    cells: list[ReturnCell]
    chosen: ReturnCell
    behind: Behind | None


def accepted_cells(key: str, filings):
    """The cells of one item of the yearly form in these returns.

    By the keys of both: joined over four tables, a planner without statistics takes minutes.
    """
    items = FormItem.objects.filter(form__code=YEARLY_FORM, key=key)
    return ReturnCell.objects.filter(
        filing__in=list(filings.values_list("pk", flat=True)),
        item__in=list(items.values_list("pk", flat=True)),
    )


def item_history(region: Region, key: str, year: int | None) -> ItemHistory | None:
    """What a district reported for one item, accepted years only; None if it never did."""
    cells = list(
        accepted_cells(key, Return.objects.accepted().filter(region=region))
        .select_related("item", "filing__period__form", "filing__region")
        .order_by("filing__period__year")
    )
    if not cells:
        return None
    chosen = next((cell for cell in cells if cell.filing.period.year == year), cells[-1])
    return ItemHistory(key=key, cells=cells, chosen=chosen, behind=behind_figure(chosen))


def share_words(accepted: int, districts: int) -> str:
    """How many districts a sum of the city rests on: 9/11 区已审核; "" when it is all of them."""
    return "" if accepted >= districts else f"{accepted}/{districts} 区已审核"


@dataclass
class CityItem:
    """One item of the form over the districts: the accepted years, each with the sum and of how many it is,
    if not of all; and each district's value.
    """

    item: FormItem
    year: int
    years: list[tuple[int, Decimal | None, str]]
    districts: list[tuple[Region, ReturnCell | None]]


def city_item(key: str, year: int | None) -> CityItem | None:
    """What the districts returned for one item; None if nobody ever did."""
    cells = list(
        accepted_cells(key, Return.objects.accepted())
        .select_related("item", "filing__period", "filing__region")
        .order_by("filing__period__year", "filing__region__code")
    )
    if not cells:
        return None
    years = sorted({cell.filing.period.year for cell in cells})
    chosen = year if year in years else years[-1]
    districts = list(Region.objects.districts())
    by_year = {when: [cell for cell in cells if cell.filing.period.year == when] for when in years}
    here = {cell.filing.region_id: cell for cell in by_year[chosen]}
    return CityItem(
        item=cells[-1].item,
        year=chosen,
        years=[
            (when, _sum(found), share_words(len(found), len(districts))) for when, found in by_year.items()
        ],
        districts=[(region, here.get(region.pk)) for region in districts],
    )


def _sum(cells) -> Decimal | None:
    known = [cell.value for cell in cells if cell.value is not None]
    return sum(known, Decimal(0)) if known else None
