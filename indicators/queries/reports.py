"""Reads of annual reports."""

from django.db.models import Q

from indicators.models import AnnualReport, Vintage
from indicators.queries.index import latest_vintage
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
