"""Yes, another day, no: the owner's answer and the asker's, and what an owner declares beforehand."""

from datetime import datetime

from django.db import transaction

from portal import audit
from portal.accounts import User, require
from portal.errors import Refused
from portal.identifiers import clean_text
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_until
from resources.actions.bookings.holding import (
    VISITOR,
    bump,
    check_time,
    hold,
    lane_for,
    lock,
    lock_resource,
    settle_need,
    write,
)
from resources.actions.bookings.telling import tell_asker, tell_owner, when
from resources.models import BOOKING_STEPS, Booking, BookingSlot, BookingTerms
from resources.rules import Span

NO_OTHER = {"other_starts_at": None, "other_ends_at": None}  # once a time is settled on


@transaction.atomic
def accept(booking: Booking, *, other: bool = False, at: datetime, by: User) -> None:
    """Say yes to the time that was asked for, or to the `other` one.

    Raises Refused if it is taken, over, withdrawn meanwhile, the week is full or the resource not open then,
    and for another time where none was named.
    """
    need = lock(booking)
    require(by, Perm.BOOKING_ANSWER, booking)
    if other and booking.other_starts_at is None:
        raise Refused("对方没有备选时间，请刷新页面。")
    starts_at, ends_at = booking.starts_at, booking.ends_at
    if other:
        starts_at, ends_at = booking.other_starts_at, booking.other_ends_at
    check_time(booking.resource, starts_at, ends_at, at)
    lane = lane_for(booking.resource, starts_at, ends_at, but=booking.pk)
    write(
        booking,
        lane=lane,
        answer="",
        answered_at=at,
        starts_at=starts_at,
        ends_at=ends_at,
        **NO_OTHER,
    )
    hold(booking, "accept", by=by, note="接受备选时间。" if other else "", at=at)
    settle_need(need, at=at)
    tell_asker(booking, "accepted")


@transaction.atomic
def propose(
    booking: Booking, *, starts_at: datetime, ends_at: datetime, note: str = "", at: datetime, by: User
) -> None:
    """Offer another time, which is kept for the asker until they answer. Raises as `accept` does."""
    lock(booking)
    require(by, Perm.BOOKING_ANSWER, booking)
    check_time(booking.resource, starts_at, ends_at, at)
    lane = lane_for(booking.resource, starts_at, ends_at, but=booking.pk)
    before = cn_until(booking.starts_at, booking.ends_at)
    write(booking, lane=lane, answer=clean_text(note), starts_at=starts_at, ends_at=ends_at, **NO_OTHER)
    hold(booking, "propose", by=by, note=f"{before} 改为 {cn_until(starts_at, ends_at)}。{note}", at=at)
    tell_asker(booking, "proposed")


@transaction.atomic
def decline(booking: Booking, *, note: str, at: datetime, by: User) -> None:
    """Say no, with a reason the asker reads. Raises Refused without one."""
    need = lock(booking)
    require(by, Perm.BOOKING_ANSWER, booking)
    if note.strip():
        write(booking, answer=clean_text(note))
    BOOKING_STEPS.take(booking, "decline", by=by, note=note, at=at)
    settle_need(need, at=at)
    tell_asker(booking, "declined")


@transaction.atomic
def agree(booking: Booking, *, at: datetime, by=VISITOR) -> None:
    """The asker says yes to the proposed time, by their link. Raises Refused once it is over or not open."""
    need = lock(booking)
    check_time(booking.resource, booking.starts_at, booking.ends_at, at)
    BOOKING_STEPS.take(booking, "agree", by=by, at=at)
    bump(booking)
    settle_need(need, at=at)
    tell_owner(booking, f"对方已同意改期：“{booking.resource.title}”，{when(booking)}。")


@transaction.atomic
def take_back(booking: Booking, *, at: datetime, by=VISITOR) -> None:
    """The asker withdraws one booking, or does not want the proposed time. Raises Refused after its day."""
    need = lock(booking)
    release(booking, at=at, by=by)
    settle_need(need, at=at)


def release(booking: Booking, *, at: datetime, by) -> None:
    """Withdraw one booking of a need that is locked and settled by the caller."""
    if booking.status == Booking.Status.ACCEPTED and booking.starts_at <= at:
        raise Refused("已到预约时间，不能再撤回，请与对方联系。")
    BOOKING_STEPS.take(booking, "take_back", by=by, at=at)
    bump(booking)
    tell_owner(booking, f"对“{booking.resource.title}”的预约（{when(booking)}）已由对方撤回。")


@transaction.atomic
def declare_terms(terms: BookingTerms, *, spans: list[Span], by: User) -> BookingTerms:
    """Keep how a resource is booked: terms, and the spans of the week. What is held already stays."""
    require(by, Perm.BOOKING_ANSWER, terms.resource)
    lock_resource(terms.resource_id)
    known = BookingTerms.objects.filter(resource=terms.resource_id).values_list("pk", flat=True).first()
    terms.pk = terms.pk or known
    terms.full_clean()
    terms.save(force_insert=terms.pk is None, force_update=terms.pk is not None)
    terms.slots.all().delete()
    BookingSlot.objects.bulk_create(
        BookingSlot(terms=terms, weekday=span.weekday, opens=span.opens, closes=span.closes) for span in spans
    )
    audit.record(terms.resource, "booking_terms", by=by, note=f"{len(spans)} 个时段")
    return terms
