"""Who is told what of a booking."""

from portal import jobs
from portal.accounts import people_with
from portal.notices import notify
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_until
from resources.models import Booking


def when(booking: Booking) -> str:
    return cn_until(booking.starts_at, booking.ends_at)


def owners(booking: Booking):
    """Who answers for a resource: its unit's people; without a unit, those of its region."""
    place = booking.organization or booking.region
    everybody = people_with(Perm.BOOKING_ANSWER, place)
    if booking.organization_id is None:
        return everybody
    own = everybody.filter(grants__organization=booking.organization_id)
    return own if own.exists() else everybody


def tell_owner(booking: Booking, text: str) -> None:
    notify(owners(booking), text, link=booking.get_desk_url(), kind="task")


TOLD = {
    "accepted": "您对“{title}”的预约已被接受：{when}。",
    "proposed": "“{title}”提议的时间是{when}，请答复。{answer}",
    "declined": "很抱歉，“{title}”未能接受您的预约：{answer}",
    "assigned": "区科协为您的需求联系了“{title}”，正在等对方答复。",
    "lapsed": "您对“{title}”的预约没有谈成，已失效。可以另选资源。",
    "reminder": "提醒：您预约的“{title}”将于{when}进行。",
    "done": "您预约的“{title}”已完成，欢迎评价。",
}


def said(booking: Booking, what: str) -> str:
    """What the asker is told of a booking."""
    return TOLD[what].format(title=booking.resource.title, when=when(booking), answer=booking.answer)


def tell_asker(booking: Booking, what: str) -> None:
    """A notice to the asker's account if there is one, and the promise of a mail if an address was given."""
    need = booking.need
    text = said(booking, what)
    if need.created_by.is_active:
        notify([need.created_by], text, link=need.get_absolute_url())
    if need.mail_sealed is not None:
        number = Booking.objects.values_list("revision", flat=True).get(pk=booking.pk)
        payload = {"uuid": str(need.uuid), "what": what, "booking": booking.pk}
        key = f"{what}:{booking.uuid}:{number}"
        jobs.enqueue("need_mail", key=key, payload=payload)
