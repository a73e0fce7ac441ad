"""Dashboards: the city, a district, a subdistrict; for everybody, with more for who works with them."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from indicators.queries import boards as queries
from indicators.queries.boards_staff import staff_part
from indicators.queries.index import current_vintage
from indicators.queries.tables import Shelf
from portal import exhibits
from portal.calendar import local_today
from portal.regions import Level, Region

HOME = ("科普发展指数", "/index/")
BOARD = ("数据看板", "/index/board/")
LEVELS = (Level.MUNICIPALITY, Level.DISTRICT, Level.SUBDISTRICT)


@login_not_required
@require_safe
def board_page(request, code=None):
    """The board of a region; without a code that of the city."""
    regions = Region.objects.filter(level__in=LEVELS).select_related("parent")
    region = (regions.filter(code=code) if code else regions.filter(level=Level.MUNICIPALITY)).first()
    if region is None:
        raise Http404("没有这个区域。")
    vintage = current_vintage()
    if vintage is None:
        return render(
            request, "indicators/nothing_yet.html", {"crumbs": [("首页", "/"), HOME, (BOARD[0], "")]}
        )
    shelf = Shelf.filled(vintage)
    asked = queries.Asked.read(request.GET, shelf)
    if region.level == Level.SUBDISTRICT:
        return _street(request, region, asked)
    if code and region.level == Level.MUNICIPALITY:
        return redirect(f"{BOARD[1]}{'?' if request.GET else ''}{request.GET.urlencode()}")
    staff = staff_part(request.user, region, vintage, asked.year, local_today())
    found = queries.board(shelf, region, asked, codes=queries.MORE if staff else ())
    crumbs = (
        [("首页", "/"), HOME, BOARD, (region.name, "")] if code else [("首页", "/"), HOME, (BOARD[0], "")]
    )
    context = {
        "found": found,
        "region": region,
        "is_city": region.level == Level.MUNICIPALITY,
        "vintage": vintage,
        "staff": staff,
        "years_known": range(vintage.first_year, vintage.last_year + 1),
        "chosen": shelf.measures[asked.measure],
        "panels": found.panels.panels,
        "indicator_panels": found.indicators.panels,
        "crumbs": crumbs,
    }
    shown = found.shown | (staff.shown if staff else {"difference_table": None})
    shown |= {"street_table": found.streets.table if found.streets else None}
    return exhibits.respond(request, "indicators/board.html", context, shown)


def _street(request, street: Region, asked: queries.Asked):
    """A subdistrict: what the portal counts there, beside the others of its district."""
    found = queries.streets(street.parent, local_today().year if "year" not in request.GET else asked.year)
    bars = queries.street_bars(found, street)
    context = {
        "region": street,
        "district": street.parent,
        "found": found,
        "numbers": found.of(street),
        "crumbs": [
            ("首页", "/"),
            HOME,
            BOARD,
            (street.parent.name, f"{BOARD[1]}{street.parent.code}/"),
            (street.name, ""),
        ],
    }
    shown = {f"bar_{code}": chart for code, chart in bars.items()} | {"street_table": found.table}
    return exhibits.respond(request, "indicators/board_street.html", context, shown)
