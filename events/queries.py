"""Reads of events and sessions; what other apps and pages may ask."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Min, Prefetch, Q, Sum
from django.utils import timezone

from events.models import CheckIn, Event, Result, Session, SessionMove, SignUp
from portal.accounts import User
from portal.calendar import day_start
from portal.regions import Level, Region, district_code, place_code
from portal.roles import Perm
from portal.search import Entry
from portal.waiting import Waiting, waiting_line


def coming(after: datetime, *, limit: int, district: Region | None = None) -> list[Session]:
    """Sessions of published events that begin after `after`, the next one first."""
    sessions = Session.objects.public().filter(starts_at__gt=after)
    if district is not None:
        sessions = sessions.filter(event__region__path__startswith=district.path)
    return list(
        sessions.select_related("event__region", "event__resource").order_by("starts_at", "pk")[:limit]
    )


def with_room(
    after: datetime, *, path: str, kinds: list[str], audiences: list[str], limit: int
) -> list[Session]:
    """Sessions that begin after a moment and still take people, the next one first: in a region and below, of
    published events of some kinds, for any of these audiences.
    """
    takes = Q(event__needs_sign_up=False) | Q(seats_taken__lt=F("capacity"))
    sessions = Session.objects.public().filter(
        takes,
        Q(closes_at=None) | Q(closes_at__gt=after),
        starts_at__gt=after,
        event__region__path__startswith=path,
        event__kind__in=kinds,
        event__audiences__overlap=audiences,
    )
    rows = sessions.select_related("event__region", "event__resource")
    return list(rows.order_by("starts_at", "pk")[:limit])


def between(
    start: datetime, end: datetime, *, limit: int, place: Region | None = None, audience: str = ""
) -> list[Session]:
    """Sessions of published events that begin on or after `start` and before `end`, the next one first; in
    a region and below, for an audience."""
    sessions = Session.objects.public().filter(starts_at__gte=start, starts_at__lt=end)
    if place is not None:
        sessions = sessions.filter(event__region__path__startswith=place.path)
    if audience:
        sessions = sessions.filter(event__audiences__contains=[audience])
    rows = sessions.select_related("event__region", "event__resource")
    return list(rows.order_by("starts_at", "pk")[:limit])


def sessions_at(resource_ids: list[int], after: datetime, *, limit: int) -> list[Session]:
    """What is on after a moment at any of these places, the next one first."""
    sessions = Session.objects.public().filter(ends_at__gt=after, event__resource__in=resource_ids)
    return list(sessions.select_related("event__resource").order_by("starts_at", "pk")[:limit])


def sessions_for(resource, after: datetime, *, limit: int = 10) -> list[Session]:
    """What is on at a place after a moment, the next one first."""
    return list(
        Session.objects.public()
        .filter(event__resource=resource, ends_at__gt=after)
        .select_related("event__region", "event__resource")
        .order_by("starts_at", "pk")[:limit]
    )


def next_by_resource(after: datetime, resource_ids: list[int] | None = None) -> dict[int, datetime]:
    """When the next session after a moment begins, per resource that has one; of all resources by default."""
    sessions = Session.objects.public().filter(starts_at__gt=after, event__resource__isnull=False)
    if resource_ids is not None:
        sessions = sessions.filter(event__resource__in=resource_ids)
    rows = sessions.values("event__resource").annotate(first=Min("starts_at")).order_by("event__resource")
    return {row["event__resource"]: row["first"] for row in rows}


def next_by_event(after: datetime, event_ids: list[int]) -> dict[int, datetime]:
    """When the session that runs or comes next after a moment begins, per event that has one."""
    sessions = Session.objects.public().filter(ends_at__gt=after, event__in=event_ids)
    rows = sessions.values("event").annotate(first=Min("starts_at")).order_by("event")
    return {row["event"]: row["first"] for row in rows}


def with_next_session(events, after: datetime):
    """Events with `next_at`, and their sessions still to come loaded as `coming_sessions`."""
    still = Session.objects.filter(ends_at__gt=after, cancelled_at=None).order_by("starts_at", "pk")
    return events.annotate(
        next_at=Min("sessions__starts_at", filter=Q(sessions__ends_at__gt=after, sessions__cancelled_at=None))
    ).prefetch_related(Prefetch("sessions", queryset=still, to_attr="coming_sessions"))


def _held(start: date, end: date, kinds: list[str] | None):
    sessions = Session.objects.public().begun_between(start, end)
    if kinds:
        sessions = sessions.filter(event__kind__in=kinds)
    return sessions.annotate(district=district_code("event__region")).exclude(district="")


def sessions_by_district(start: date, end: date, *, kinds: list[str] | None = None) -> dict[str, int]:
    """Sessions (场次) begun on or after `start` and before `end`, per district code."""
    rows = _held(start, end, kinds).values("district").annotate(count=Count("pk")).order_by("district")
    return {row["district"]: row["count"] for row in rows}


def held_in_all(start: date, end: date, *, kinds: list[str] | None = None) -> tuple[int, int | None]:
    """Sessions (场次) begun on or after `start` and before `end`, wherever in the city, and the visits (人次)
    counted at them; None visits where nobody counted."""
    sessions = Session.objects.public().begun_between(start, end)
    if kinds:
        sessions = sessions.filter(event__kind__in=kinds)
    found = sessions.aggregate(sessions=Count("pk"), visits=Sum("attendance"))
    return found["sessions"], found["visits"]


def held_by_organization(start: date, end: date, *, until: datetime) -> tuple[dict[int, int], dict[int, int]]:
    """Sessions held, and visits (人次) counted at them, per organisation: of sessions begun on or after
    `start` and before `end` and over by `until`; a body without a counted session has no visits."""
    rows = (
        Session.objects.filter(event__status=Event.Status.PUBLISHED, cancelled_at=None)
        .filter(starts_at__gte=day_start(start), starts_at__lt=day_start(end), ends_at__lte=until)
        .exclude(event__organization=None)
        .values("event__organization")
        .annotate(sessions=Count("pk"), visits=Sum("attendance"))
        .order_by("event__organization")
    )
    found = list(rows)
    return (
        {row["event__organization"]: row["sessions"] for row in found},
        {row["event__organization"]: row["visits"] for row in found if row["visits"] is not None},
    )


def visits_by_district(
    start: date, end: date, *, kinds: list[str] | None = None, level: Level = Level.DISTRICT
) -> dict[str, int]:
    """Visits (人次) of sessions begun in the period, per code of a district or, asked so, of a subdistrict;
    sessions without a count left out."""
    rows = (
        _held(start, end, kinds)
        .exclude(attendance=None)
        .annotate(place=place_code(level, "event__region"))
        .values("place")
        .annotate(visits=Sum("attendance"))
        .order_by("place")
    )
    return {row["place"]: row["visits"] for row in rows if row["place"]}


def large_sessions_by_district(start: date, end: date, *, least: int = 1000) -> dict[str, int]:
    """Sessions with at least `least` visits, per district code. Basis: 科普统计“重大科普活动”口径."""
    rows = (
        _held(start, end, None)
        .filter(attendance__gte=least)
        .values("district")
        .annotate(count=Count("pk"))
        .order_by("district")
    )
    return {row["district"]: row["count"] for row in rows}


def open_units_by_district(start: date, end: date) -> dict[str, int]:
    """Organisations that opened to the public in the period, per district code."""
    rows = (
        _held(start, end, [Event.Kind.OPEN_DAY])
        .exclude(event__organization=None)
        .values("district")
        .annotate(count=Count("event__organization", distinct=True))
        .order_by("district")
    )
    return {row["district"]: row["count"] for row in rows}


def sessions_behind(district: str, start: date, end: date, *, kinds: list[str] | None = None, least: int = 0):
    """The sessions a figure counted, the first one first: what its link shows."""
    held = _held(start, end, kinds)
    return (
        (held.filter(attendance__gte=least) if least else held)
        .filter(district=district)
        .select_related("event__region", "event__organization")
        .order_by("starts_at", "pk")
    )


def sign_ups_of(session: Session):
    """Standing sign-ups of a session, the first one first."""
    return SignUp.objects.filter(session=session, cancelled_at=None).order_by("pk")


@dataclass(frozen=True)
class Whereabouts:
    """When and where a party's session is, as the party may rely on it."""

    starts_at: datetime
    ends_at: datetime
    place: str
    before: SessionMove | None = None  # what was said when the party signed up, if that is no longer so
    is_in_review: bool = False  # a change waits for the review; until then this holds


def whereabouts_of(entry: SignUp) -> Whereabouts:
    """What holds for a sign-up now, and what was said before if that changed since."""
    session = entry.session
    moves = list(session.moves.order_by("announced_at", "pk"))  # one that waits comes last
    told = [move for move in moves if move.announced_at and move.announced_at > entry.made_at]
    waiting = next((move for move in moves if move.announced_at is None), None)
    holds = waiting or session
    return Whereabouts(
        starts_at=holds.starts_at,
        ends_at=holds.ends_at,
        place=waiting.place if waiting else session.event.where,
        before=told[0] if told else None,
        is_in_review=waiting is not None,
    )


def desk_facts(event: Event) -> list[tuple[str, str]]:
    """What a reviewer reads of an event beside its introduction and its sessions."""
    sign_up = f"需要，每次最多 {event.largest_party} 人" if event.needs_sign_up else "不需要"
    return [
        ("主办单位", str(event.organization or "")),
        ("类别", event.get_kind_display()),
        ("区域", event.region.name),
        ("地点", event.where),
        ("品牌活动", str(event.edition or "不属于品牌活动")),
        ("适合人群", "、".join(event.audience_names)),
        ("收费", "免费" if event.is_free else event.fee_note or "收费"),
        ("报名", sign_up),
        ("咨询电话（公开）", event.public_phone),
        ("联系人（内部）", event.contact),
    ]


def parties_of(event: Event) -> int:
    """Standing sign-ups of an event's sessions that are not over."""
    return SignUp.objects.filter(
        session__event=event, session__ends_at__gt=timezone.now(), cancelled_at=None
    ).count()


def status_counts(user: User) -> dict[str, int]:
    """How many events this person sees in each state."""
    rows = Event.objects.for_user(user, Perm.EVENT_VIEW).values("status").annotate(count=Count("pk"))
    return dict.fromkeys(Event.Status.values, 0) | {row["status"]: row["count"] for row in rows.order_by()}


def waiting_for(user: User) -> list[Waiting]:
    """What of events waits for this person: reviews for staff, returns and missing counts for units."""
    found = []
    if user.can(Perm.EVENT_REVIEW):
        rows = Event.objects.for_user(user, Perm.EVENT_REVIEW).filter(status=Event.Status.SUBMITTED)
        found += _waiting("待审核的活动", rows, "submitted")
    if user.can(Perm.EVENT_EDIT) and not user.can(Perm.EVENT_REVIEW):
        rows = Event.objects.for_user(user, Perm.EVENT_EDIT).filter(status=Event.Status.RETURNED)
        found += _waiting("被退回的活动", rows, "returned")
    return found


def _waiting(title: str, rows, status: str) -> list[Waiting]:
    url = f"/desk/events/?status={status}"
    return waiting_line(
        title, rows.order_by("submitted_at", "pk"), url, lambda event: (event.title, event.get_desk_url())
    )


def entry_of(event: Event) -> Entry:
    """What the search says of a published event."""
    return Entry(
        kind="event",
        subject_id=event.pk,
        title=event.title,
        text=f"{event.where} {event.get_kind_display()} {event.summary}",
        url=event.get_absolute_url(),
        region_id=event.region_id,
    )


def searchable() -> Iterator[Entry]:
    """Every published event for the search table."""
    events = Event.objects.published().select_related("region", "resource").order_by("pk")
    return map(entry_of, events.iterator(chunk_size=1000))


def check_ins_of(hashes: Iterable[bytes]) -> list[CheckIn]:
    """Check-ins by the digests of passes, newest session first; for whoever knows whose they are."""
    rows = CheckIn.objects.filter(pass_hash__in=list(hashes), session__cancelled_at=None)
    rows = rows.select_related("session__event__organization", "session__event__resource__organization")
    return list(rows.order_by("-session__starts_at", "session", "pk"))


def results_of(hashes: Iterable[bytes]) -> list[Result]:
    """Results of competitions by the digests of passes, newest session first; for whoever knows whose they
    are. Those that were taken back, too.
    """
    rows = Result.objects.filter(pass_hash__in=list(hashes), session__cancelled_at=None)
    rows = rows.select_related("session__event__organization", "session__event__resource__organization")
    return list(rows.order_by("-session__starts_at", "session", "pk"))
