"""Reads of annual reports."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from indicators.models import AnnualReport, FormItem, Return, ReturnCell, Vintage
from indicators.queries.index import accepted_cells, latest_vintage
from portal.accounts import User
from portal.regions import Level, Region
from portal.roles import Perm
from portal.waiting import Waiting

Status = AnnualReport.Status


def published_reports() -> list[AnnualReport]:
    """Published annual reports, the latest year first, the city before its districts."""
    return list(
        AnnualReport.objects.published()
        .select_related("region", "vintage", "file", "annex", "letter")
        .order_by("-year", "region__level", "region__code", "-version")
    )


def vintage_for(region: Region, year: int) -> Vintage | None:
    """What a report of a region and year begins from: the latest result that reaches the year.

    A district's begins from the published one where the city has published the year: of both reports the
    figures are then the same.
    """
    if region.level != Level.MUNICIPALITY:
        city = AnnualReport.objects.published().filter(year=year, region__level=Level.MUNICIPALITY)
        found = city.select_related("vintage__edition").order_by("-version").first()
        if found is not None:
            return found.vintage
    vintage = latest_vintage()
    return vintage if vintage and vintage.first_year <= year <= vintage.last_year else None


def reports_waiting_for(user: User) -> list[Waiting]:
    """Reports that wait for this person: to be mended, to be reviewed and signed, to be published."""
    found = []
    for perm, title, chosen in (
        (Perm.REPORT_MAKE, "被退回修改的年度报告", Q(status=Status.DRAFT, rounds__gt=0)),
        (Perm.REPORT_SIGN, "待审核签发的年度报告", Q(status=Status.REVIEW) & ~Q(submitted_by=user.pk)),
        (Perm.REPORT_MAKE, "待发布的年度报告", Q(status=Status.SIGNED)),
    ):
        if not user.can(perm):
            continue
        rows = AnnualReport.objects.for_user(user, perm).filter(chosen).select_related("region")
        mine = list(rows.latest_first()[:20])
        if mine:
            items = [(str(row), row.get_absolute_url()) for row in mine[:5]]
            found.append(Waiting(title=title, count=len(mine), url="/desk/reports/", items=items))
    return found


# ---------------------------------------------------------------- the way from a city's figure to the records


@dataclass
class CityItem:
    """One item of the form, added up over the districts: the accepted years, and each district's value."""

    item: FormItem
    year: int
    years: list[tuple[int, Decimal | None]]
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
    here = {cell.filing.region_id: cell for cell in cells if cell.filing.period.year == chosen}
    return CityItem(
        item=cells[-1].item,
        year=chosen,
        years=[(when, _sum(cell for cell in cells if cell.filing.period.year == when)) for when in years],
        districts=[(region, here.get(region.pk)) for region in Region.objects.districts()],
    )


def _sum(cells) -> Decimal | None:
    known = [cell.value for cell in cells if cell.value is not None]
    return sum(known, Decimal(0)) if known else None
