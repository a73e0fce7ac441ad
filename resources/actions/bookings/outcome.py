"""The day and after it: how many came, what shows it, how it was found."""

from datetime import datetime

from django.db import transaction

from portal import audit, files
from portal.accounts import User, require
from portal.errors import Refused
from portal.files import Examined
from portal.identifiers import clean_text
from portal.roles import Perm
from resources.actions.bookings.holding import VISITOR, lock, settle_need, write
from resources.actions.bookings.telling import tell_asker
from resources.models import BOOKING_STEPS, Booking, BookingProof

MOST_PROOFS = 10


@transaction.atomic
def report(booking: Booking, *, visits: int, at: datetime, by: User) -> None:
    """Write down how many came: this completes the booking. A second time corrects the figure.

    Raises Refused before it has begun, or if it was never accepted.
    """
    need = lock(booking)
    require(by, Perm.BOOKING_ANSWER, booking)
    if booking.starts_at > at:
        raise Refused("尚未到预约时间，不能填报到场人次。")
    if booking.status not in (Booking.Status.ACCEPTED, Booking.Status.DONE):
        raise Refused("只有已接受的预约可以填报到场人次。")
    before = booking.attendance
    write(booking, attendance=visits)
    audit.record(booking, "attendance", by=by, changes={"attendance": [before, visits]})
    if booking.status == Booking.Status.ACCEPTED:
        BOOKING_STEPS.take(booking, "finish", by=by, at=at)
        settle_need(need, at=at)
        tell_asker(booking, "done")


@transaction.atomic
def add_proof(booking: Booking, *, upload: Examined, caption: str, by: User) -> BookingProof:
    """Keep a file that shows what was held. Raises Refused beyond ten, or before it was accepted."""
    lock(booking)
    require(by, Perm.BOOKING_ANSWER, booking)
    if booking.status not in (Booking.Status.ACCEPTED, Booking.Status.DONE):
        raise Refused("接受预约后才能上传佐证。")
    if booking.proofs.count() >= MOST_PROOFS:
        raise Refused(f"每次预约最多 {MOST_PROOFS} 份佐证。")
    attachment = files.keep(
        upload,
        by=by,
        region=booking.region,
        organization=booking.organization,
        needs=Perm.BOOKING_VIEW,
    )
    proof = BookingProof(booking=booking, attachment=attachment, caption=clean_text(caption))
    proof.full_clean()
    proof.save()
    audit.record(booking, "add_proof", by=by, note=proof.caption)
    return proof


@transaction.atomic
def rate(booking: Booking, *, rating: int, words: str, at: datetime, by=VISITOR) -> None:
    """The asker's judgement, once. Raises Refused before it is done; a second time changes nothing."""
    lock(booking)
    if booking.status != Booking.Status.DONE:
        raise Refused("活动完成、单位填报到场人次后才能评价。")
    text = clean_text(words, max_length=100)
    rated = Booking.objects.filter(pk=booking.pk, rated_at=None).update(
        rating=rating, rating_words=text, rated_at=at
    )
    if rated:
        audit.record(booking, "rate", by=by, changes={"rating": [None, rating], "rating_words": ["", text]})
