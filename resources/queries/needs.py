"""Needs as their askers, the desks, the board and the figures read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Avg, Count, Exists, OuterRef, Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from portal.accounts import User
from portal.calendar import day_start, local_today
from portal.ics import Entry
from portal.identifiers import clean_text
from portal.organizations import Organization
from portal.regions import Level, Region, district_code
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_day
from portal.waiting import Waiting
from resources.models import Audience, Booking, Need, Programme, Resource, Topic

UNSERVED = (Need.Status.SUBMITTED, Need.Status.OPEN)
SERVED = (Need.Status.MATCHED, Need.Status.DONE)


# --- What is asked for and not served -------------------------------------------------------------


def unmatched_needs(*, on: date | None = None, district: str = "", topic: str = "", programme: str = ""):
    """Needs that nobody serves: live, nothing asked, proposed or accepted; of a district, topic, programme.

    From these new works are commissioned. The oldest first; `on` leaves out those whose last day is before.
    """
    rows = Need.objects.filter(status__in=UNSERVED)
    served = Booking.objects.live().filter(need=OuterRef("pk"))
    rows = rows.filter(~Exists(served))
    if on is not None:
        rows = rows.filter(ends_on__gte=on)
    if district:
        rows = rows.filter(region__path__contains=f"/{district}/")
    if topic:
        rows = rows.filter(topics__code=topic)
    if programme:
        rows = rows.filter(programme__code=programme)
    return rows.select_related("region__parent", "programme").prefetch_related("topics").order_by("pk")


@dataclass(frozen=True)
class BoardRow:
    """One topic on the board: what is asked, what of it nobody serves, and what there is."""

    topic: Topic
    asked: int
    unserved: int
    heads: int
    offered: int

    @property
    def need_url(self) -> str:
        return f"{reverse('needs:new')}?{urlencode({'topic': self.topic.code})}"

    @property
    def menu_url(self) -> str:
        return f"{reverse('resources:menu')}?{urlencode({'topic': self.topic.code})}"


def board(*, on: date, district: str = "") -> list[BoardRow]:
    """Supply and demand per topic: live needs against published resources, the worst served first."""
    live = Need.objects.live()
    offered = Resource.objects.published()
    if district:
        live = live.filter(region__path__contains=f"/{district}/")
        offered = offered.filter(region__path__contains=f"/{district}/")
    asked = _by_topic(live.values("topics").annotate(count=Count("pk"), heads=Sum("head_count")))
    unserved = _by_topic(
        unmatched_needs(on=on, district=district).order_by().values("topics").annotate(count=Count("pk"))
    )
    supply = _by_topic(offered.order_by().values("topics").annotate(count=Count("pk")))
    topics = Topic.objects.in_bulk(asked)
    rows = [
        BoardRow(
            topic=topic,
            asked=asked[key]["count"],
            unserved=unserved.get(key, {}).get("count", 0),
            heads=asked[key]["heads"],
            offered=supply.get(key, {}).get("count", 0),
        )
        for key, topic in topics.items()
    ]
    return sorted(rows, key=lambda row: (-row.unserved, row.offered, -row.asked, row.topic.pk))


def _by_topic(rows) -> dict[int, dict]:
    return {row["topics"]: row for row in rows.order_by("topics") if row["topics"] is not None}


def public_words(need: Need) -> str:
    """What everybody reads of a need: the asker's own words once the district has admitted them."""
    if need.accepted_at is not None:
        return need.title
    about = "、".join(topic.name for topic in need.topics.all()) or "科普"
    return f"{about}（面向{Audience(need.audience).label}）"


# --- Figures --------------------------------------------------------------------------------------


def _posted(start: date, end: date):
    """Needs posted on or after `start` and before `end`, with their district; turned down and withdrawn
    ones left out."""
    rows = Need.objects.counted().filter(created_at__gte=day_start(start), created_at__lt=day_start(end))
    return rows.annotate(district=district_code("region"))


def needs_behind(
    start: date, end: date, *, district: str = "", topic: str = "", programme: str = "", matched: bool = False
):
    """The needs that the figures of a period count: of one district or all, a topic, a programme, or those
    matched or done. The latest first."""
    rows = _posted(start, end)
    rows = rows.filter(district=district) if district else rows.exclude(district="")
    if topic:
        rows = rows.filter(topics__code=topic)
    if programme:
        rows = rows.filter(programme__code=programme)
    if matched:
        rows = rows.filter(status__in=SERVED)
    return rows.select_related("region__parent", "programme").prefetch_related("topics").order_by("-pk")


def said_of(*, district: str = "", topic: str = "", programme: str = "", matched: bool = False) -> str:
    """What `needs_behind` was asked for, in words: 南山区、人工智能与信息."""
    names = (
        (district, Region.objects.filter(code=district)),
        (topic, Topic.objects.filter(code=topic)),
        (programme, Programme.objects.filter(code=programme)),
    )
    parts = [str(row) for code, rows in names if code and (row := rows.first())]
    return "、".join([*parts, "已对接"] if matched else parts)


def needs_by_region(start: date, end: date, *, programme: str = "") -> dict[str, int]:
    """Needs (项) posted on or after `start` and before `end`, per district code; "" for the whole city."""
    rows = _posted(start, end)
    if programme:
        rows = rows.filter(programme__code=programme)
    return _counted(rows.values("district").annotate(count=Count("pk")).order_by("district"), "district")


def needs_by_topic(start: date, end: date) -> dict[tuple[str, str], int]:
    """Needs (项) posted in the period, per district and topic code; one with two topics counts under both."""
    rows = _posted(start, end).filter(topics__isnull=False).values("district", "topics__code")
    rows = rows.annotate(count=Count("pk")).order_by("district", "topics__code")
    return {(row["district"], row["topics__code"]): row["count"] for row in rows}


def topic_names() -> dict[str, str]:
    """The names of all topics by their codes."""
    return dict(Topic.objects.values_list("code", "name"))


def programme_names() -> dict[str, str]:
    """The names of all programmes by their codes."""
    return dict(Programme.objects.values_list("code", "name"))


def needs_by_programme(start: date, end: date) -> dict[tuple[str, str], int]:
    """Needs (项) posted in the period, per district code and programme code."""
    rows = _posted(start, end).filter(programme__isnull=False).values("district", "programme__code")
    rows = rows.annotate(count=Count("pk")).order_by("district", "programme__code")
    return {(row["district"], row["programme__code"]): row["count"] for row in rows}


def matched_by_region(start: date, end: date) -> dict[str, int]:
    """Of the needs posted in the period, those matched or done (项), per district code."""
    rows = _posted(start, end).filter(status__in=SERVED)
    return _counted(rows.values("district").annotate(count=Count("pk")).order_by("district"), "district")


def _held(start: date, end: date, programme: str):
    """Completed bookings begun in the period, with the district in which they were asked for."""
    rows = Booking.objects.filter(
        status=Booking.Status.DONE, starts_at__gte=day_start(start), starts_at__lt=day_start(end)
    )
    if programme:
        rows = rows.filter(need__programme__code=programme)
    return rows.annotate(district=district_code("need__region"))


def bookings_by_region(start: date, end: date, *, programme: str = "") -> dict[str, int]:
    """Bookings (场次) completed, begun in the period, per district code of the asker."""
    rows = _held(start, end, programme).values("district").annotate(count=Count("pk")).order_by("district")
    return _counted(rows, "district")


def booking_visits_by_region(start: date, end: date, *, programme: str = "") -> dict[str, int]:
    """Visits (人次) of completed bookings begun in the period, per district code of the asker."""
    rows = _held(start, end, programme).values("district").annotate(count=Sum("attendance"))
    return _counted(rows.order_by("district"), "district")


def _counted(rows, name: str) -> dict[str, int]:
    return {row[name]: row["count"] for row in rows}


@dataclass(frozen=True)
class Rating:
    """What askers said of a resource: mean of 1 to 5, of how many."""

    mean: float
    count: int


def rating_of(resource: Resource) -> Rating | None:
    """None before anybody has rated."""
    found = Booking.objects.filter(resource=resource, rating__isnull=False).aggregate(
        mean=Avg("rating"), count=Count("pk")
    )
    return Rating(round(float(found["mean"]), 1), found["count"]) if found["count"] else None


# --- Pages ----------------------------------------------------------------------------------------


def followed(key: str):
    """A need by its link, with what its page prints."""
    return (
        Need.objects.filter(uuid=key)
        .select_related("region__parent", "programme", "created_by")
        .prefetch_related("topics")
    )


def bookings_of(need: Need) -> list[Booking]:
    rows = need.bookings.select_related(
        "resource__region", "resource__kind", "organization", "need__created_by"
    )
    return list(rows.order_by("pk"))


def need_facts(need: Need) -> list[tuple[str, str]]:
    """What was asked for, without who asks."""
    programme = [("所属项目", str(need.programme))] if need.programme else []
    return [
        ("主题", "、".join(topic.name for topic in need.topics.all())),
        *programme,
        ("给谁", need.audience_words),
        ("人数", f"{need.head_count} 人"),
        ("区域", _place_name(need.region)),
        ("时间", need.days),
        ("多久一次", need.get_repeats_display()),
        ("提出方", need.get_asker_display()),
    ]


def inner_facts(need: Need) -> list[tuple[str, str]]:
    """What only the asker, the district and whoever answers read; what nobody wrote is left out."""
    own = [("单位名称", need.asker_name), ("地点", need.address), ("具体说明", need.details)]
    return [*need_facts(need), *((name, words) for name, words in own if words)]


def _place_name(region: Region) -> str:
    return f"{region.parent.name}{region.name}" if region.level == Level.SUBDISTRICT else region.name


def prefilled(params) -> dict:
    """What the address of a new need fills in; anything unknown is left out.

    Read are place (or street, district), topic (several), programme, audience, asker, head_count, ages_from,
    ages_to and title.
    """
    found = _chosen(params)
    for name, known in (("audience", Audience.values), ("asker", Need.Asker.values)):
        if params.get(name) in known:
            found[name] = params[name]
    for name, most in (("head_count", 100_000), ("ages_from", 120), ("ages_to", 120)):
        value = params.get(name, "")
        if value.isascii() and value.isdecimal() and len(value) < 7 and int(value) <= most:
            found[name] = int(value)
    return found | {"title": clean_text(params.get("title", "")[:60])}


ASKERS = {
    Organization.Kind.SCHOOL: Need.Asker.SCHOOL,
    Organization.Kind.ENTERPRISE: Need.Asker.FIRM,
    Organization.Kind.SUBDISTRICT_OFFICE: Need.Asker.COMMUNITY,
}


def known_of(person: User) -> dict:
    """What the portal knows of somebody who is signed in and belongs to one organisation."""
    held = [grant.organization for grant in person.standing_grants() if grant.organization_id]
    if len(set(held)) != 1:
        return {}
    unit = held[0]
    asker = ASKERS.get(unit.kind, Need.Asker.OFFICE)
    found = {"asker": asker, "asker_name": unit.name, "contact": person.name}
    is_place = unit.region.level in (Level.DISTRICT, Level.SUBDISTRICT)
    return found | ({"region": unit.region_id} if is_place else {})


def _chosen(params) -> dict:
    """The records an address names by their codes, as keys."""
    place = next((params[name] for name in ("place", "street", "district") if params.get(name)), "")
    codes = [code[:30] for code in [*params.getlist("topic"), *params.getlist("topics")]][:5]
    programme = _plain([params.get("programme", "")[:30]])
    places = Region.objects.inhabited().filter(level__lte=Level.SUBDISTRICT)
    found = {
        "region": places.filter(code__in=_plain([place[:12]])).first(),
        "programme": Programme.objects.filter(code__in=programme, is_active=True).first(),
    }
    kept = {name: row.pk for name, row in found.items() if row}
    topics = [topic.pk for topic in Topic.objects.filter(code__in=_plain(codes), is_active=True)]
    return kept | ({"topics": topics} if topics else {})


def _plain(codes: Iterable[str]) -> list[str]:
    return [code for code in codes if code.isascii() and code.replace("_", "").isalnum()]


def calendar_entry(booking: Booking, *, url: str, host: str) -> Entry:
    """One booking as a date of a calendar file."""
    resource = booking.resource
    place = resource.address or resource.title
    return Entry(
        uid=f"booking-{booking.uuid}@{host}",
        title=f"预约：{resource.title}",
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        place=place,
        url=url,
        version=booking.revision,
        changed_at=booking.accepted_at or booking.created_at,
        text=f"{booking.head_count} 人",
        is_cancelled=booking.status not in (Booking.Status.ACCEPTED, Booking.Status.DONE),
    )


# --- The desk -------------------------------------------------------------------------------------

NEED_TABS = {
    "": "全部",
    "submitted": "待受理",
    "unmatched": "无人对接",
    "waiting": "待对接",
    "accepted": "已对接",
    "done": "已完成",
}


def needs_at_desk(user, *, state: str, on: date):
    """Needs of the places somebody looks after, narrowed by a tab."""
    rows = Need.objects.for_user(user, Perm.NEED_VIEW)
    if state == "unmatched":
        rows = rows.filter(pk__in=unmatched_needs(on=on).order_by().values("pk"))
    elif state:
        rows = rows.filter(status=state)
    return rows.select_related("region__parent", "programme").prefetch_related("topics")


def need_counts(user, *, on: date) -> dict[str, int]:
    rows = Need.objects.for_user(user, Perm.NEED_VIEW)
    counted = dict(rows.order_by().values_list("status").annotate(count=Count("pk")))
    unmatched = rows.filter(pk__in=unmatched_needs(on=on).order_by().values("pk")).count()
    return {
        state: sum(counted.values())
        if not state
        else unmatched
        if state == "unmatched"
        else counted.get(state, 0)
        for state in NEED_TABS
    }


BOOKING_TABS = {
    "": "全部",
    "requested": "待答复",
    "late": "超期未答复",
    "proposed": "待对方确认",
    "accepted": "已接受",
    "report": "待填报到场",
    "done": "已完成",
}


def bookings_at_desk(user, *, state: str, at: datetime):
    """Bookings somebody sees: those of their units and regions, and those of needs they look after."""
    return _of_state(visible_bookings(user), state, at)


def visible_bookings(user):
    own = Booking.objects.for_user(user, Perm.BOOKING_VIEW)
    if not user.can(Perm.NEED_HANDLE):
        return own
    handled = Need.objects.for_user(user, Perm.NEED_HANDLE)
    return Booking.objects.filter(Q(pk__in=own.values("pk")) | Q(need__in=handled.values("pk")))


def _of_state(rows, state: str, at: datetime):
    if state == "late":
        return rows.filter(status=Booking.Status.REQUESTED, answer_by__lt=local_today(at))
    if state == "report":
        return rows.filter(status=Booking.Status.ACCEPTED, ends_at__lte=at)
    return rows.filter(status=state) if state else rows


def booking_counts(user, *, at: datetime) -> dict[str, int]:
    rows = visible_bookings(user)
    counts = {state or "all": Count("pk", filter=_state_filter(state, at)) for state in BOOKING_TABS}
    found = rows.order_by().aggregate(**counts)
    return {state: found[state or "all"] for state in BOOKING_TABS}


def _state_filter(state: str, at: datetime) -> Q:
    return {
        "": Q(pk__gt=0),
        "late": Q(status=Booking.Status.REQUESTED, answer_by__lt=local_today(at)),
        "report": Q(status=Booking.Status.ACCEPTED, ends_at__lte=at),
    }.get(state, Q(status=state))


def needs_waiting(user) -> list[Waiting]:
    """What of needs and bookings waits for somebody: to be answered, reported, admitted, looked after."""
    found, at = [], timezone.now()
    if user.can(Perm.BOOKING_ANSWER):
        mine = Booking.objects.for_user(user, Perm.BOOKING_ANSWER)
        found.append(_tile("待答复的预约", _of_state(mine, "requested", at), "requested"))
        found.append(_tile("待填报到场的预约", _of_state(mine, "report", at), "report"))
    asked = Booking.objects.filter(need__created_by=user, status=Booking.Status.PROPOSED)
    items = [
        (f"{row.resource.title}，{cn_day(row.starts_at)}", row.need.get_absolute_url())
        for row in asked.select_related("resource", "need").order_by("starts_at", "pk")[:5]
    ]
    own = Waiting(title="等您确认时间的预约", count=asked.count(), url=reverse("needs:mine"), items=items)
    found.append(own)
    if user.can(Perm.NEED_HANDLE):
        late = Booking.objects.for_user(user, Perm.NEED_HANDLE).filter(escalated_at__isnull=False)
        found.append(_tile("超期未答复的预约", _of_state(late, "late", at), "late"))
        needs = Need.objects.for_user(user, Perm.NEED_HANDLE).filter(status=Need.Status.SUBMITTED)
        found.append(
            Waiting(
                title="待受理的科普需求",
                count=needs.count(),
                url=f"{reverse('needs_desk:list')}?state=submitted",
                items=[(row.title, row.get_desk_url()) for row in needs.order_by("pk")[:5]],
            )
        )
    return [tile for tile in found if tile.count]


def _tile(title: str, rows, state: str) -> Waiting:
    items = [
        (f"{row.resource.title}，{cn_day(row.starts_at)}", row.get_desk_url())
        for row in rows.select_related("resource").order_by("answer_by", "pk")[:5]
    ]
    url = f"{reverse('bookings_desk:list')}?state={state}"
    return Waiting(title=title, count=rows.count(), url=url, items=items, is_late=state == "late")


def bookings_of_resource(resource: Resource, *, start: date, end: date) -> list[Booking]:
    """What is asked, held or over in a period, the next one first: the resource's calendar."""
    rows = Booking.objects.filter(
        resource=resource, starts_at__gte=day_start(start), starts_at__lt=day_start(end)
    )
    kept = (Booking.Status.REQUESTED, *_HELD)
    return list(rows.filter(status__in=kept).select_related("need").order_by("starts_at", "pk"))


_HELD = (Booking.Status.PROPOSED, Booking.Status.ACCEPTED, Booking.Status.DONE)


def bookings_of_unit(organization: int, *, since: datetime) -> list[Booking]:
    """The accepted bookings of a unit from some days before a moment on, those called off with them."""
    rows = Booking.objects.filter(
        organization=organization, accepted_at__isnull=False, ends_at__gt=since - timedelta(days=31)
    )
    return list(rows.select_related("resource").order_by("starts_at", "pk")[:500])
