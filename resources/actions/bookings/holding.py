"""One resource is never held twice at a time, and nobody moves a booking behind another's back.

Whoever changes a booking waits for the need, then for the resource: always in this order.
"""

from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.db.models import F

from portal.errors import Refused
from resources.models import BOOKING_STEPS, NEED_STEPS, Booking, BookingTerms, Need, Resource
from resources.queries.booking import free_lane, week_is_full, why_shut

VISITOR = AnonymousUser()  # who asks has no account
SLOT = "booking_is_alone_in_its_time"


def lock_need(need: Need) -> Need:
    """The need as it is now; whoever else changes it or its bookings waits."""
    rows = Need.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("region", "created_by").get(pk=need.pk)


def lock_resource(key: int) -> None:
    Resource.objects.select_for_update(no_key=True).only("pk").get(pk=key)


def lock(booking: Booking) -> Need:
    """Everybody who holds or frees a time of this resource, or changes this need, one after the other."""
    need = lock_need(booking.need)
    lock_resource(booking.resource_id)
    return need


def check_time(resource: Resource, starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    """Raises Refused for a time that is over or too long, or when the resource is not open."""
    if starts_at <= at:
        raise Refused("预约时间已过，请提议其他时间。")
    if not starts_at < ends_at <= starts_at + timedelta(hours=12):
        raise Refused("结束时间应晚于开始时间，最长 12 小时。")
    if shut := why_shut(resource, starts_at, ends_at):
        raise Refused(shut)


def lane_for(resource: Resource, starts_at: datetime, ends_at: datetime, *, but: int = 0) -> int:
    """A free lane. Raises Refused if the time or the week is full."""
    terms = BookingTerms.objects.filter(resource=resource.pk).first() or BookingTerms(resource=resource)
    if week_is_full(resource.pk, terms.most_per_week, starts_at, but=but):
        raise Refused(f"这一周已接满 {terms.most_per_week} 批，请换一周。")
    lane = free_lane(resource.pk, terms.lanes, starts_at, ends_at, but=but)
    if lane is None:
        raise Refused("这个时间已有其他预约，请换一个时间。")
    return lane


def write(booking: Booking, **values) -> None:
    """Set what goes with the step that follows, in the same transaction; only on the state that was seen."""
    seen = Booking.objects.filter(pk=booking.pk, status=booking.status)
    try:
        with transaction.atomic():
            written = seen.update(**values, revision=F("revision") + 1)
    except IntegrityError as clash:
        raise _taken(clash) from clash
    if not written:
        raise Refused("状态已被他人更改，请刷新页面后重试。")
    for name, value in values.items():
        setattr(booking, name, value)


def hold(booking: Booking, step: str, **how) -> None:
    """Take a step that keeps the time; the database has the last word on who else may."""
    try:
        with transaction.atomic():
            BOOKING_STEPS.take(booking, step, **how)
    except IntegrityError as clash:
        raise _taken(clash) from clash


def save_held(booking: Booking) -> None:
    try:
        with transaction.atomic():
            booking.save(force_insert=True)
    except IntegrityError as clash:
        raise _taken(clash) from clash


def _taken(clash: IntegrityError) -> Exception:
    if SLOT in str(clash):
        return Refused("这个时间已有其他预约，请换一个时间。")
    if "booking_once_per_need_and_resource" in str(clash):
        return Refused("这项需求已经在约这项资源。")
    return clash


def bump(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(revision=F("revision") + 1)


def settle_need(need: Need, *, at: datetime) -> None:
    """Keep a need in step with its bookings: matched while one is accepted, done once those are over."""
    states = set(Booking.objects.filter(need=need.pk).values_list("status", flat=True))
    pending = states & {Booking.Status.REQUESTED, Booking.Status.PROPOSED}
    if Booking.Status.ACCEPTED in states:
        step = "match" if need.status != Need.Status.MATCHED else ""
    elif Booking.Status.DONE in states and not pending:
        step = "finish"
    else:
        step = "unmatch" if need.status == Need.Status.MATCHED and Booking.Status.DONE not in states else ""
    if step and need.is_live:
        NEED_STEPS.take(need, step, by=None, at=at)
