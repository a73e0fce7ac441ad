"""Pages made of several apps: home, search, the personal desk, a resource's page. Reads queries only."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from events import queries as events
from indicators import queries as indicators
from portal.calendar import local_today, weekend_of
from portal.maps import About, district_map, place_map
from portal.regions import Region
from portal.roles import Role
from portal.search import MAX_QUERY, marked, search_page
from portal.templatetags.portal_tags import cn_date
from resources import queries as resources
from youth_credits import queries as youth_credits

# What waits for somebody, in the order of the desk.
WAITING = (
    indicators.waiting_for,
    youth_credits.waiting_for,
    resources.waiting_for,
    resources.census_waiting,
    events.waiting_for,
)


# --- Home -----------------------------------------------------------------------------------------

AUDIENCE_DOORS = (
    ("minors", "未成年人", "展馆、课程、实验和研学，从好奇出发", "book"),
    ("workers", "从业人员", "数字技能、安全生产与职业素养", "chart"),
    ("officials", "领导干部和公务员", "前沿科技讲座与科学决策", "document"),
    ("seniors", "老年人", "健康科普、智能手机与防骗", "person"),
)


@login_not_required
@require_safe
def home(request):
    now = timezone.now()
    total, by_audience, by_district = resources.doors()
    weekend = weekend_of(now)
    days = resources.Calendar.around(now)
    sessions = events.between(*weekend, limit=6)
    context = {
        "weekend": weekend,
        "sessions": sessions,
        "later": [] if sessions else events.coming(now, limit=6),
        "newest": [(row, resources.opening(row, now, days)) for row in resources.newest(6)],
        "headline": _headline(),
        "doors": [
            {"code": code, "name": name, "text": text, "icon": icon, "count": by_audience[code]}
            for code, name, text, icon in AUDIENCE_DOORS
        ],
        "districts": _districts(by_district),
        "total": total,
    }
    return render(request, "portal/home.html", context)


def _districts(counts: dict[str, int]) -> dict:
    """The districts as doors to the menu: a map and its list."""
    about = About(
        name="districts", title="各区科普资源数", note="点区名看该区的资源。", source="示意图，非标准地图。"
    )
    return {
        "chart": district_map(about, counts, columns=("区", "资源数"), decimals=0),
        "items": [
            {"label": row.name, "value": counts.get(row.code, 0), "url": f"/menu/?district={row.code}"}
            for row in Region.objects.districts()
        ],
    }


def _headline() -> list[dict]:
    """The index in figures; none before its first computation."""
    found = indicators.headline()
    if found is None:
        return []
    kind = "" if found.is_published else "，测算值，未发布"
    figures = [
        {
            "label": "科普发展指数",
            "value": found.growth,
            "note": f"{found.year} 年，{found.base_year} 年 = 100{kind}",
        },
        {"label": "水平分值", "value": found.score, "note": f"{found.year} 年，满分 100{kind}"},
        {"label": "上一年指数", "value": found.growth_before, "note": f"{found.year - 1} 年"},
    ]
    return [figure for figure in figures if figure["value"] is not None]


# --- Search ---------------------------------------------------------------------------------------


@login_not_required
@require_safe
def search(request):
    q = request.GET.get("q", "")[:MAX_QUERY]
    found = search_page(q, user=request.user)
    for group in found.groups:
        for entry in group.entries:
            entry.marked_title = marked(entry.title, found.query)
    return render(request, "portal/search.html", {"found": found, "q": found.query})


# --- One resource ---------------------------------------------------------------------------------


@login_not_required
@require_safe
def resource(request, code):
    """A resource of the menu with what is on there; whoever has none of it published finds nothing."""
    now = timezone.now()
    survivor = resources.survivor_of(code)
    if survivor:
        return redirect(survivor, permanent=True)
    found = get_object_or_404(resources.shown(resources.published()), code=code)
    context = {
        "resource": found,
        "opening": resources.opening(found, now),
        "offers": resources.offers(found, local_today(now)),
        "facts": resources.public_facts(found),
        "extra": found.extra(public_only=True),
        "sessions": events.sessions_for(found, now),
        "chart": _place(found),
        "near": resources.near(found),
        "data": resources.schema_org(found),
    }
    return render(request, "resources/resource_page.html", context)


def _place(found):
    if found.latitude is None:
        return None
    about = About(name="place", title=f"{found.title}的位置")
    points = [(found.title, float(found.longitude), float(found.latitude))]
    return place_map(about, points, district=found.region.district_code or "")


# --- The desk -------------------------------------------------------------------------------------


@require_safe
def desk(request):
    """What waits for whoever is signed in, from every app that has something for them."""
    user = request.user
    context = {
        "greeting": f"{user.name}，您好。今天是 {cn_date(local_today())}。",
        "waiting": [entry for ask in WAITING for entry in ask(user)],
        "roles": [
            {"role": Role(grant.role).label, "place": grant.region or grant.organization}
            for grant in user.standing_grants()
        ],
        "notices": list(user.notices.order_by("-pk")[:5]),
        "works_in_registers": user.works_in_registers,
    }
    return render(request, "portal/desk.html", context)
