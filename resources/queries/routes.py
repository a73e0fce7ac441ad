"""Routes as the public and the desk read them."""

from dataclasses import dataclass

from django.db.models import Prefetch
from django.urls import reverse

from portal.regions import Region
from portal.roles import Perm
from portal.search import Entry
from portal.waiting import Waiting
from resources.models import Audience, Resource, Route, RouteStop, Season


def with_stops(routes):
    """Routes with their stops and places loaded, in a fixed number of queries."""
    stops = RouteStop.objects.select_related("resource__region", "resource__kind").order_by("position")
    return routes.select_related("region").prefetch_related(Prefetch("stops", stops))


def public_routes():
    """Published routes all of whose places are public: a place that closes takes its routes with it."""
    closed = RouteStop.objects.exclude(resource__status=Resource.Status.PUBLISHED).values("route")
    return Route.objects.published().exclude(pk__in=closed)


@dataclass(frozen=True)
class RouteQuery:
    """What is asked of the list of routes; anything unknown is not asked for."""

    season: str = ""
    audience: str = ""
    district: str = ""

    @classmethod
    def read(cls, params) -> "RouteQuery":
        known = {"season": Season.values, "audience": Audience.values}
        asked = {name: params.get(name, "") for name in known}
        district = params.get("district", "")[:12]
        return cls(
            **{name: value if value in known[name] else "" for name, value in asked.items()},
            district=district if Region.objects.districts().filter(code=district).exists() else "",
        )

    def routes(self):
        rows = with_stops(public_routes())
        if self.season:
            rows = rows.filter(seasons__contains=[self.season]) | rows.filter(seasons=[])
        if self.audience:
            rows = rows.filter(audiences__contains=[self.audience])
        if self.district:
            inside = RouteStop.objects.filter(resource__region__path__contains=f"/{self.district}/")
            rows = rows.filter(pk__in=inside.values("route"))
        return rows


def duration_words(minutes: int) -> str:
    """约 3 小时 30 分."""
    hours, rest = divmod(minutes, 60)
    return "约 " + " ".join(part for part in (hours and f"{hours} 小时", rest and f"{rest} 分钟") if part)


def route_entry(route: Route) -> Entry:
    """How a route is found: by its own words and those of its places."""
    names = " ".join(route.stops.values_list("resource__title", flat=True))
    return Entry(
        kind="route",
        subject_id=route.pk,
        title=route.title,
        url=route.get_absolute_url(),
        text=f"{route.summary} {names}",
        region_id=route.region_id,
    )


def searchable_routes():
    """Every public route as an entry of the city's search."""
    return map(route_entry, public_routes().order_by("pk"))


def routes_waiting(user) -> list[Waiting]:
    """Routes that wait for somebody's decision."""
    if not user.can(Perm.RESOURCE_REVIEW):
        return []
    rows = Route.objects.for_user(user, Perm.RESOURCE_REVIEW).filter(status=Route.Status.SUBMITTED)
    count = rows.count()
    items = [(row.title, row.get_desk_url()) for row in rows.order_by("submitted_at", "pk")[:5]]
    url = f"{reverse('routes_desk:list')}?status=submitted"
    return [Waiting(title="待审核线路", count=count, url=url, items=items)] if count else []
