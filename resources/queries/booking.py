"""Whether and when a resource may be booked: what its owner declared, and what is taken already."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from portal.calendar import ONE_DAY, day_start, local_today
from portal.templatetags.portal_tags import cn_date
from resources.models import Booking, BookingTerms, Resource
from resources.queries.opening import Calendar, Timetable
from resources.rules import Span
from resources.rules.booking import dates_of, is_within, monday_of

WEEKS_AHEAD = 8
LONGEST = timedelta(hours=12)
FARTHEST = timedelta(days=366)


def terms_of(resource: Resource) -> BookingTerms | None:
    """What the owner declared; what the registry says of booking stands for it where nothing was.

    None: this resource is not booked here.
    """
    declared = getattr(resource, "booking_terms", None)
    if declared is not None:
        return declared if declared.is_open and resource.is_public else None
    by_request = resource.booking in (Resource.Booking.ADVANCE, Resource.Booking.GROUP)
    if resource.is_public and by_request and resource.organization_id:
        return BookingTerms(resource=resource)
    return None


def with_terms(resources):
    """Resources with what `terms_of`, `spans_of` and `why_shut` read."""
    return resources.select_related("kind", "region", "organization", "booking_terms").prefetch_related(
        "booking_terms__slots", "hours", "special_days"
    )


def spans_of(terms: BookingTerms) -> list[Span]:
    """The declared spans of the week; none: any time is asked for."""
    if terms.pk is None:
        return []
    return [Span(row.weekday, row.opens, row.closes) for row in terms.slots.all()]


@dataclass(frozen=True)
class Slot:
    """One time still to be had."""

    starts_at: datetime
    ends_at: datetime
    left: int

    @property
    def value(self) -> str:
        """As a form sends it."""
        first, last = timezone.localtime(self.starts_at), timezone.localtime(self.ends_at)
        return f"{first:%Y-%m-%dT%H:%M}/{last:%H:%M}"


def free_slots(resource: Resource, terms: BookingTerms, at: datetime) -> list[Slot]:
    """The declared times of the coming weeks that are open and not taken, the next one first."""
    first = local_today(at) + terms.lead_days * ONE_DAY
    table, calendar = Timetable.of(resource), Calendar.between(first, first + 7 * WEEKS_AHEAD * ONE_DAY)
    taken = taken_between([resource.pk], day_start(first), day_start(first + 7 * WEEKS_AHEAD * ONE_DAY))
    weeks: dict[date, int] = {}
    for begins, _, _ in taken.get(resource.pk, ()):
        monday = monday_of(local_today(begins))
        weeks[monday] = weeks.get(monday, 0) + 1
    found = []
    for day, opens, closes in dates_of(spans_of(terms), first, 7 * WEEKS_AHEAD):
        if not is_open(table, calendar, day, opens, closes, declared=True):
            continue
        begins, ends = _moment(day, opens), _moment(day, closes)
        lanes = {lane for first, last, lane in taken.get(resource.pk, ()) if first < ends and begins < last}
        is_full = terms.most_per_week is not None and weeks.get(monday_of(day), 0) >= terms.most_per_week
        left = terms.lanes - len(lanes)
        if left > 0 and not is_full and begins > at:
            found.append(Slot(begins, ends, left))
    return found


def _moment(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))


def is_open(
    table: Timetable, calendar: Calendar, day: date, first: time, last: time, *, declared: bool
) -> bool:
    """Whether a time of a day lies in one stretch of that day's opening.

    Declared spans stand for the usual hours (a museum may take groups on the day it is closed), and not for
    what differs from them: special days and holidays bind those as well.
    """
    bounds = table.spans_to_book(day, calendar)
    if bounds is None or (declared and not table.reason(day, calendar)):
        return True
    return any(span.opens <= first and last <= span.closes for span in bounds)


def why_shut(resource: Resource, starts_at: datetime, ends_at: datetime) -> str:
    """Why a resource is not open at a time, with day and reason; "" if it is, or nothing is known."""
    first, last = timezone.localtime(starts_at), timezone.localtime(ends_at)
    day, until = first.date(), last.time() if last.date() == first.date() else time.max
    table, calendar = Timetable.of(resource), Calendar.between(day, day)
    terms = terms_of(resource)
    declared = terms is not None and bool(spans_of(terms))
    if is_open(table, calendar, day, first.time(), until, declared=declared):
        return ""
    reason = table.reason(day, calendar)
    because = f"（{reason}）" if reason else ""
    bounds = "、".join(span.span for span in table.spans_to_book(day, calendar) or ())
    if not bounds:
        return f"“{resource.title}”{cn_date(day)}不开放{because}，请换一天。"
    return f"“{resource.title}”{cn_date(day)}只在 {bounds} 开放{because}，请选这段时间。"


def taken_between(keys: Iterable[int], start: datetime, end: datetime) -> dict[int, list[tuple]]:
    """From when, until when and in which lane resources are held, by their key."""
    rows = Booking.objects.holding().filter(resource__in=keys, starts_at__lt=end, ends_at__gt=start)
    found: dict[int, list[tuple]] = {}
    for key, first, last, lane in rows.order_by("starts_at", "pk").values_list(
        "resource", "starts_at", "ends_at", "lane"
    ):
        found.setdefault(key, []).append((first, last, lane))
    return found


def why_not(resource: Resource, starts_at: datetime, ends_at: datetime, *, heads: int, at: datetime) -> str:
    """Why a time cannot be asked for, in words; "" if it can. Whether it is taken is not asked here."""
    terms = terms_of(resource)
    if terms is None:
        return f"“{resource.title}”目前不接受预约。"
    first_day = local_today(at) + terms.lead_days * ONE_DAY
    if starts_at <= at or local_today(starts_at) < first_day:
        return f"“{resource.title}”需至少提前 {terms.lead_days} 天，请选{cn_date(first_day)}或以后的日期。"
    if starts_at > at + FARTHEST:
        return "请选一年以内的日期。"
    if not starts_at < ends_at <= starts_at + LONGEST:
        return "结束时间应晚于开始时间，最长 12 小时。"
    if terms.most_heads and heads > terms.most_heads:
        return f"“{resource.title}”每批最多 {terms.most_heads} 人，请减少人数或分批预约。"
    local = timezone.localtime(starts_at), timezone.localtime(ends_at)
    if not is_within(spans_of(terms), *local):
        return f"“{resource.title}”只在公布的时段接受预约，请从列出的时段中选择。"
    return why_shut(resource, starts_at, ends_at)


def free_lane(resource_id: int, terms_lanes: int, starts_at: datetime, ends_at: datetime, *, but: int = 0):
    """The first lane of a resource that is free at a time; None if all are taken."""
    held = Booking.objects.holding().filter(
        resource=resource_id, starts_at__lt=ends_at, ends_at__gt=starts_at
    )
    taken = set(held.exclude(pk=but).values_list("lane", flat=True))
    return next((lane for lane in range(1, terms_lanes + 1) if lane not in taken), None)


def week_is_full(resource_id: int, most: int | None, starts_at: datetime, *, but: int = 0) -> bool:
    """Whether as many as the owner serves in a week are held in the week of a moment."""
    if most is None:
        return False
    monday = monday_of(local_today(starts_at))
    start, end = day_start(monday), day_start(monday + 7 * ONE_DAY)
    held = Booking.objects.holding().filter(resource=resource_id, starts_at__gte=start, starts_at__lt=end)
    return held.exclude(pk=but).count() >= most
