"""The public menu."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.maps import About, place_map
from portal.public_pages import public_page
from resources import queries
from resources.models import Resource


@login_not_required
@require_safe
@public_page
def menu(request):
    asked = queries.MenuQuery.read(request.GET, at=timezone.now())
    typed = request.GET.get("from", "").strip()[:60]
    starts = queries.starts_named(typed) if typed else []
    if len(starts) == 1 and starts[0].is_exact:
        return redirect(asked.address(near=starts[0].code, sort=queries.NEAR))
    return answer(request, asked, typed=typed, starts=starts)


def answer(request, asked: queries.MenuQuery, *, typed: str = "", starts=()):
    """The page of one question; `starts` are those that a name typed as a start may mean."""
    page = asked.page(after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    placed = [row for row in page.rows if row.latitude is not None]
    # Up to three places carry their names on the map, more carry numbers.
    numbers = {row.pk: number for number, row in enumerate(placed, 1)} if len(placed) > 3 else {}
    context = {
        "asked": asked,
        "page": page,
        "cards": queries.cards(page.rows, asked.at, numbers=numbers),
        "placed": len(placed),
        "feeds": queries.feed_addresses(asked),
        "places": _starts(asked),
        "places_source": queries.PLACES_SOURCE,
        "typed": typed,
        "starts": [(place.label, asked.address(near=place.code, sort=queries.NEAR)) for place in starts],
        "menu_url": reverse("resources:menu"),
        "chart": _map_of(placed, asked.district),
        "sorts": [
            {"label": label, "url": asked.address(sort=code), "current": asked.order == code}
            for code, label in _sorts(asked)
        ],
    }
    response = render(request, "resources/menu.html", context)
    if asked.near or typed:  # where somebody is stays between them and this page
        response.headers["Cache-Control"] = "no-store, private"
    return response


def _starts(asked: queries.MenuQuery) -> str:
    """The options of where to start from, drawn once for each state of the menu."""
    kept = asked.columns.memo
    if "starts" not in kept:
        places = queries.starting_points(asked.columns, asked.words)
        kept["starts"] = render_to_string("resources/_starts.html", {"places": places})
    return kept["starts"]


def _sorts(asked) -> list[tuple[str, str]]:
    found = [(code, label) for code, (label, _) in queries.SORTS.items()]
    special = {queries.NEAR: "离我近的优先", queries.MATCH: "最相关"}
    return [(code, special[code]) for code in asked.special_orders] + found


def _map_of(placed: list[Resource], district: str):
    if not placed:
        return None
    points = [(row.title, float(row.longitude), float(row.latitude)) for row in placed]
    return place_map(
        About(name="menu-map", title="本页资源在哪里", note="编号与卡片上的编号相同。"),
        points,
        district=district,
    )
