"""Routes: built at the desk or proposed by anybody, published by the association."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from portal import audit, history, search
from portal.accounts import User, require, system_user
from portal.errors import Refused
from portal.identifiers import clean_text
from portal.notices import notify, people_with
from portal.regions import Region
from portal.roles import Perm
from resources.models import ROUTE_REVIEW, MenuChange, Resource, Route, RouteStop
from resources.queries.routes import route_entry

FEWEST_STOPS, MOST_STOPS = 2, 10
VISITOR = AnonymousUser()  # who proposes has no account


@dataclass(frozen=True)
class Stop:
    """One stop as typed; the last one's way on is not asked for."""

    resource: Resource
    stay_minutes: int
    note: str = ""
    travel: str = ""
    travel_minutes: int | None = None


@transaction.atomic
def save_route(route: Route, stops: Iterable[Stop], *, by: User, seen: int | None = None) -> Route:
    """Enter a route or keep changes to it; `seen` is the revision the person had before them.

    Raises PermissionDenied outside one's places, ValidationError where a rule says no, and Refused with too
    few stops or if somebody else was faster.
    """
    before = history.stored(route)
    for state in (before, route) if before else (route,):
        require(by, Perm.RESOURCE_EDIT, state)
    if before is None:
        route.created_by = by
    elif seen is not None and before.revision != seen:
        raise Refused("您打开页面后，线路已被他人修改。您填写的内容仍在页面上，请核对后再次保存。")
    _keep(route, stops, is_new=before is None)
    changes = history.differences(before, route) if before else {}
    audit.record(route, "change" if before else "create", by=by, changes=changes)
    _show(route)
    return route


@transaction.atomic
def propose_route(*, key: str, stops: Iterable[Stop], **values) -> Route:
    """Hand in what somebody without an account proposes; the same form sent twice gives the same route.

    Raises Refused with too few stops and ValidationError where a rule says no.
    """
    made = Route.objects.filter(code=key).first()
    if made:
        return made
    route = Route(
        code=key,
        region=Region.objects.city(),
        created_by=system_user(),
        is_proposed=True,
        status=Route.Status.SUBMITTED,
        submitted_at=timezone.now(),
        **values,
    )
    _keep(route, stops, is_new=True)
    audit.record(route, "propose", by=VISITOR)
    notify(
        people_with(Perm.RESOURCE_REVIEW, route.region),
        f"有市民推荐了线路“{route.title}”，请审核。",
        link=route.get_desk_url(),
        kind="task",
    )
    return route


def _keep(route: Route, stops: Iterable[Stop], *, is_new: bool) -> None:
    rows = list(stops)
    if not FEWEST_STOPS <= len(rows) <= MOST_STOPS:
        raise Refused(f"一条线路应有 {FEWEST_STOPS} 至 {MOST_STOPS} 站。")
    for field in ("title", "summary", "proposer"):
        setattr(route, field, clean_text(getattr(route, field)))
    if not is_new:
        route.revision += 1
    route.full_clean()
    route.save(force_insert=is_new)
    route.stops.all().delete()
    made = [_stop(route, number, row, is_last=number == len(rows)) for number, row in enumerate(rows, 1)]
    RouteStop.objects.bulk_create(made)


def _stop(route: Route, number: int, row: Stop, *, is_last: bool) -> RouteStop:
    stop = RouteStop(
        route=route,
        position=number,
        resource=row.resource,
        stay_minutes=row.stay_minutes,
        note=clean_text(row.note),
        travel="" if is_last else row.travel,
        travel_minutes=None if is_last or not row.travel else row.travel_minutes,
    )
    if not is_last and (not row.travel or row.travel_minutes is None):
        raise Refused(f"请填写第 {number} 站到下一站的方式和时间。")
    stop.full_clean()
    return stop


# --- Review ---------------------------------------------------------------------------------------


def submit_route(route: Route, *, by: User) -> None:
    """Hand a route in for review; the reviewers are told."""
    _take(route, "submit", by=by)
    text = f"线路“{route.title}”待审核。"
    notify(people_with(Perm.RESOURCE_REVIEW, route), text, link=route.get_desk_url(), kind="task")


def publish_route(route: Route, *, by: User) -> None:
    """Put a route before the public. Raises Refused while one of its places is not public."""
    closed = (
        route.stops.exclude(resource__status=Resource.Status.PUBLISHED).select_related("resource").first()
    )
    if closed:
        raise Refused(f"“{closed.resource}”尚未发布，请先发布该资源或换一站。")
    _take(route, "publish", by=by)
    _tell(route, f"线路“{route.title}”已发布。", by=by)


def return_route(route: Route, *, by: User, note: str) -> None:
    """Do not take a route, with a reason. Raises Refused without one."""
    _take(route, "send_back", by=by, note=note)
    _tell(route, f"线路“{route.title}”被退回：{note}", by=by)


def _tell(route: Route, text: str, *, by: User) -> None:
    """Tell whoever entered a route and the people of its unit; without an account nobody reads notices."""
    told = Q(pk=route.created_by_id)
    if route.organization_id:
        unit = people_with(Perm.RESOURCE_EDIT, route.organization)
        told |= Q(pk__in=unit.filter(grants__organization=route.organization_id).values("pk"))
    people = User.objects.filter(told, is_active=True).exclude(pk=by.pk).order_by("pk")
    notify(people, text, link=route.get_desk_url())


def archive_route(route: Route, *, by: User, note: str) -> None:
    """Take a route off. Raises Refused without a reason."""
    _take(route, "archive", by=by, note=note)


def restore_route(route: Route, *, by: User) -> None:
    """Make a draft of a retired route."""
    _take(route, "restore", by=by)


@transaction.atomic
def _take(route: Route, step: str, *, by: User, note: str = "") -> None:
    ROUTE_REVIEW.take(route, step, by=by, note=note)
    Route.objects.filter(pk=route.pk).update(revision=F("revision") + 1)
    _show(route)


def _show(route: Route) -> None:
    """Keep search and kept pages in step with what the public may see."""
    MenuChange.objects.create()
    if route.status != Route.Status.PUBLISHED:
        search.remove("route", route.pk)
        return
    search.index_many([route_entry(route)])
