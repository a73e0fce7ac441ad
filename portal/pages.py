"""Pages made of several apps: home, search, the personal desk, a resource's page. Reads queries only."""

from dataclasses import replace

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from events import queries as events
from indicators import queries as indicators
from outreach import queries as outreach
from portal import ics
from portal.calendar import local_today, weekend_of
from portal.maps import About, district_map, place_map
from portal.public_pages import public_page
from portal.regions import Level, Region
from portal.roles import Role
from portal.search import MAX_QUERY, marked, search_page
from portal.templatetags.portal_tags import cn_date
from resources import queries as resources
from youth_credits import queries as youth_credits

# What waits for somebody, in the order of the desk.
WAITING = (
    indicators.waiting_for,
    indicators.reports_waiting_for,
    youth_credits.waiting_for,
    youth_credits.oversight_waiting,
    resources.waiting_for,
    resources.census_waiting,
    resources.routes_waiting,
    resources.needs_waiting,
    resources.works_waiting,
    events.waiting_for,
    outreach.titles_waiting,
    outreach.checks_waiting,
    outreach.supervision_waiting,
    outreach.tasks_waiting,
    outreach.coordination_waiting,
    outreach.library_waiting,
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
    sessions = events.between(*weekend, limit=6)
    context = {
        "weekend": weekend,
        "sessions": sessions,
        "later": [] if sessions else events.coming(now, limit=6),
        "newest": resources.cards(resources.newest(6), now),
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
            {
                "label": row.name,
                "value": counts.get(row.code, 0),
                "url": reverse("landing_place", args=[row.code]),
            }
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


# --- Landing pages: a group, a district, a subdistrict --------------------------------------------

NEW_SHOWN, ON_SHOWN = 6, 6


@login_not_required
@require_safe
@public_page
def landing_audience(request, audience):
    """What there is for one of the key groups, composed from the menu and the events."""
    door = next((door for door in AUDIENCE_DOORS if door[0] == audience), None)
    if door is None:
        raise Http404("没有这个人群。")
    now = timezone.now()
    asked = resources.MenuQuery.read({"audience": audience}, at=now)
    if audience == "seniors":
        return _seniors(request, asked)
    context = {
        "title": f"给{door[1]}的科普资源",
        "lead": f"{door[2]}。",
        "sessions": events.between(*weekend_of(now), limit=ON_SHOWN, audience=audience),
        "events_url": f"{reverse('events:list')}?audience={audience}",
        "ways": _facets(asked, ("kind", "topic", "district")),
        **_composed(asked),
    }
    return render(request, "resources/landing.html", context)


@login_not_required
@require_safe
@public_page
def landing_place(request, code):
    """What there is in a district or a subdistrict."""
    places = Region.objects.inhabited().filter(level__in=(Level.DISTRICT, Level.SUBDISTRICT))
    place = get_object_or_404(places.select_related("parent"), code=code)
    is_district = place.level == Level.DISTRICT
    now = timezone.now()
    asked = resources.MenuQuery.read({"district" if is_district else "street": code}, at=now)
    streets = _streets(asked) if is_district else []
    ways = "按类型、主题和街道找，看好就去。" if streets else "按类型和主题找，看好就去。"
    context = {
        "title": f"{place.name}的科普资源",
        "lead": ways,
        "place": place,
        "sessions": events.between(*weekend_of(now), limit=ON_SHOWN, place=place),
        "events_url": f"{reverse('events:list')}?district={place.district_code}",
        "ways": _facets(asked, ("audience", "kind", "topic")),
        "bases": outreach.titles_by_district(local_today(now)).get(code) if is_district else None,
        "streets": streets,
        **_composed(asked),
    }
    return render(request, "resources/landing.html", context)


def _composed(asked) -> dict:
    """Counts as doors to the menu, and what is new: for any question."""
    newest = replace(asked, sort="new").page(size=NEW_SHOWN)
    doors = [
        ("全部资源", asked.total, asked.address()),
        ("本周末开放", asked.counts.open["weekend"], asked.address(open="weekend")),
        ("免费", asked.counts.free, asked.address(free="1")),
    ]
    return {
        "doors": [{"label": label, "value": count, "url": url} for label, count, url in doors],
        "newest": resources.cards(newest.rows, asked.at),
        "menu_url": asked.address(),
        "feeds": resources.feed_addresses(asked),
    }


def _facets(asked, names: tuple[str, ...]) -> list:
    found = {facet.name: facet for facet in asked.facets}
    return [found[name] for name in names if name in found]


def _streets(asked) -> list[tuple[str, int, str]]:
    """The subdistricts of a district that have something, each with its own page."""
    streets = next((facet.options for facet in asked.facets if facet.name == "street"), [])
    return [(option.label, option.count, reverse("landing_place", args=[option.value])) for option in streets]


CHOICES_FOR_SENIORS = 8


def _seniors(request, asked):
    """Large type, few choices: what is open now, where, and the number to call."""
    opened = replace(asked, open="now")
    is_open = opened.total > 0
    rows = (opened if is_open else replace(asked, free="1")).page(size=CHOICES_FOR_SENIORS).rows
    context = {
        "display_large": True,
        "is_open": is_open,
        "cards": resources.cards(rows, asked.at),
        "ways": [
            ("今天和周末开放的地方", asked.address(open="weekend")),
            ("不要钱的", asked.address(free="1")),
            ("健康和用药", asked.address(q="健康")),
            ("智能手机怎么用", asked.address(q="智能手机")),
            ("防诈骗", asked.address(q="防骗")),
        ],
        "places": [(row.name, asked.address(district=code)) for code, row in asked.words.districts.items()],
        "sessions": events.between(*weekend_of(asked.at), limit=4, audience="seniors"),
    }
    return render(request, "resources/landing_seniors.html", context)


# --- A menu question as a calendar ----------------------------------------------------------------

MOST_DATES = 300


@login_not_required
@require_safe
def menu_calendar(request):
    """What is on at the places that a menu question finds, as a calendar file to subscribe to."""
    now = timezone.now()
    asked = resources.MenuQuery.read(request.GET, at=now)
    sessions = events.sessions_at(asked.keys.tolist(), now, limit=MOST_DATES)
    entries = [
        ics.Entry(
            uid=f"session-{session.pk}@{request.get_host()}",
            title=session.event.title,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            place=session.event.where,
            url=request.build_absolute_uri(session.event.get_absolute_url()),
            version=session.event.revision,
            changed_at=session.event.published_at or session.event.created_at,
            text=session.event.summary[:500],
        )
        for session in sessions
    ]
    name = f"深圳科普：{asked.said}"
    answer = HttpResponse(ics.calendar_file(name, entries), content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="menu.ics"'
    return answer


# --- Search ---------------------------------------------------------------------------------------


@login_not_required
@require_safe
def search(request):
    q = request.GET.get("q", "")[:MAX_QUERY]
    found = search_page(q, user=request.user)
    for group in found.groups:
        for entry in group.entries:
            entry.marked_title = marked(entry.title, found.query)
        if group.kind == "event":
            coming = events.next_by_event(timezone.now(), [entry.subject_id for entry in group.entries])
            for entry in group.entries:
                entry.next_at = coming.get(entry.subject_id)
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
    sessions = events.sessions_for(found, now)
    context = {
        "resource": found,
        "opening": resources.opening(found, now),
        "booking": resources.terms_of(found),
        "rating": resources.rating_of(found),
        "offers": resources.offers(found, local_today(now)),
        "facts": resources.public_facts(found),
        "extra": found.extra(public_only=True),
        "sessions": sessions,
        "chart": _place(found),
        "near": resources.cards(resources.near(found), now),
        "attention": resources.attention_of(found),
        "work": resources.work_of(found),
        "data": resources.schema_org(found, events=_events_of(sessions)),
    }
    return render(request, "resources/resource_page.html", context)


def _events_of(sessions) -> list[dict]:
    """Sessions as schema.org describes events."""
    return [
        {
            "@type": "Event",
            "name": session.event.title,
            "startDate": timezone.localtime(session.starts_at).isoformat(),
            "endDate": timezone.localtime(session.ends_at).isoformat(),
            "eventStatus": "https://schema.org/EventScheduled",
            "isAccessibleForFree": session.event.is_free,
            "location": {"@type": "Place", "name": session.event.where, "address": session.event.region.name},
            "url": f"{settings.SITE_URL}{session.event.get_absolute_url()}",
        }
        for session in sessions
    ]


def _place(found):
    if found.latitude is None:
        return None
    about = About(name="place", title=f"{found.title}的位置")
    points = [(found.title, float(found.longitude), float(found.latitude))]
    return place_map(about, points, district=found.region.district_code or "")


# --- One base ---------------------------------------------------------------------------------------


@login_not_required
@require_safe
def base(request, pk):
    """A body that holds titles: since when and until when, what it shows, and what is on there."""
    holder = get_object_or_404(outreach.holders(), pk=pk)
    now = timezone.now()
    today, held = local_today(now), outreach.titles_of(holder)
    rows = resources.on_cards(resources.published().filter(organization=holder))
    places = list(rows.order_by("title", "pk"))
    context = {
        "holder": holder,
        "titles": [(title, *outreach.standing(title, today)) for title in held],
        "courses": outreach.courses_of(held, today),
        "is_in_force": any(title.is_in_force(today) for title in held),
        "places": resources.cards(places[:12], now),
        "sessions": events.sessions_at([row.pk for row in places], now, limit=10),
        "years": outreach.evidence_of(holder, today.year - 1),
    }
    return render(request, "outreach/base_page.html", context)


# --- The desk -------------------------------------------------------------------------------------


@require_safe
def desk(request):
    """What waits for whoever is signed in, from every app that has something for them; what is late apart."""
    user = request.user
    waiting = [entry for ask in WAITING for entry in ask(user)]
    context = {
        "greeting": f"{user.name}，您好。今天是 {cn_date(local_today())}。",
        "late": [entry for entry in waiting if entry.is_late],
        "late_count": sum(entry.late for entry in waiting),
        "waiting": [entry for entry in waiting if not entry.is_late],
        "roles": [
            {"role": Role(grant.role).label, "place": grant.region or grant.organization}
            for grant in user.standing_grants()
        ],
        "notices": list(user.notices.order_by("-pk")[:5]),
        "works_in_registers": user.works_in_registers,
    }
    return render(request, "portal/desk.html", context)
