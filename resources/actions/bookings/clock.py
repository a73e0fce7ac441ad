"""What happens to a booking when nobody does anything."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from portal import audit
from portal.accounts import people_with
from portal.calendar import ONE_DAY, add_working_days, day_start, local_today
from portal.errors import Refused
from portal.notices import notify
from portal.roles import Perm
from resources.actions.bookings.holding import lock, settle_need
from resources.actions.bookings.telling import tell_asker, tell_owner, when
from resources.models import BOOKING_STEPS, Booking


@transaction.atomic
def escalate(*, at: datetime) -> int:
    """Put what no owner answered in time before the district; returns how many. Every night."""
    waiting = Booking.objects.filter(
        status=Booking.Status.REQUESTED, escalated_at=None, answer_by__lt=local_today(at)
    )
    rows = list(
        waiting.select_for_update(of=("self",), skip_locked=True)
        .select_related("resource", "region", "organization")
        .order_by("pk")
    )
    for booking in rows:
        Booking.objects.filter(pk=booking.pk).update(escalated_at=at)
        audit.record(booking, "escalate", by=None)
        officers = people_with(Perm.NEED_HANDLE, booking.region)
        late = f"超过 {settings.BOOKING_ANSWER_DAYS} 个工作日无人答复"
        text = f"“{booking.resource.title}”的预约{late}，请督办或转派。"
        notify(officers, text, link=booking.get_desk_url(), kind="task")
        tell_owner(booking, f"对“{booking.resource.title}”的预约超期未答复，已转区科协。")
    return len(rows)


def lapse(*, at: datetime) -> int:
    """End what was never answered: its last day has come, or a proposed day was not taken up in time."""
    patience = settings.BOOKING_ANSWER_DAYS
    open_ones = Booking.objects.filter(status__in=[Booking.Status.REQUESTED, Booking.Status.PROPOSED])
    ended = 0
    for booking in open_ones.select_related("resource", "need__created_by", "organization").order_by("pk"):
        waits_since = booking.answered_at if booking.status == Booking.Status.PROPOSED else None
        is_late = waits_since and add_working_days(local_today(waits_since), patience) < local_today(at)
        if booking.last_starts_at <= at or is_late:
            ended += _lapse(booking, at)
    return ended


@transaction.atomic
def _lapse(booking: Booking, at: datetime) -> int:
    need = lock(booking)
    try:
        BOOKING_STEPS.take(booking, "lapse", by=None, at=at)
    except Refused:  # answered at this moment
        return 0
    settle_need(need, at=at)
    tell_asker(booking, "lapsed")
    return 1


@transaction.atomic
def remind(*, at: datetime) -> int:
    """Remind both sides of what is held on the next day; returns how many. The row notes that it was done."""
    tomorrow = day_start(local_today(at) + ONE_DAY)
    due = Booking.objects.filter(
        status=Booking.Status.ACCEPTED,
        reminded_at=None,
        starts_at__gte=at,
        starts_at__lt=tomorrow + timedelta(days=1),
    )
    rows = list(
        due.select_for_update(of=("self",), skip_locked=True)
        .select_related("resource", "need__created_by", "organization")
        .order_by("pk")
    )
    for booking in rows:
        Booking.objects.filter(pk=booking.pk).update(reminded_at=at)
        tell_owner(
            booking, f"提醒：{when(booking)}有“{booking.resource.title}”的预约，{booking.head_count} 人。"
        )
        tell_asker(booking, "reminder")
    return len(rows)
