"""Asking for a resource, for oneself, by offer, or by the district on the asker's behalf."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from portal import audit
from portal.accounts import User, require
from portal.calendar import add_working_days, local_today
from portal.errors import Refused
from portal.identifiers import clean_text
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date
from resources.actions.bookings.holding import (
    VISITOR,
    check_time,
    lane_for,
    lock_need,
    lock_resource,
    save_held,
)
from resources.actions.bookings.telling import tell_asker, tell_owner
from resources.models import BOOKING_STEPS, Booking, Need, Resource
from resources.queries.booking import free_lane, terms_of, why_not

MOST_AT_ONCE = 8  # resources asked for by one need


@dataclass(frozen=True)
class Wish:
    """One resource asked for, and when; `other` is a second time, from and until, that suits as well."""

    resource: Resource
    starts_at: datetime
    ends_at: datetime
    other: tuple[datetime, datetime] | None = None

    @property
    def times(self) -> list[tuple[datetime, datetime]]:
        first = (self.starts_at, self.ends_at)
        return [first, self.other] if self.other else [first]


class WishRefused(Refused):
    """One of several wishes cannot be had: of which resource, and whether its second time is meant."""

    def __init__(self, sentence: str, resource: Resource, *, is_other: bool = False):
        super().__init__(sentence)
        self.resource = resource
        self.is_other = is_other


@transaction.atomic
def request(need: Need, wish: Wish, *, at: datetime, by=VISITOR) -> Booking:
    """Ask a resource's owner for a time, for a need that is the asker's own.

    Raises WishRefused outside the owner's terms or opening, when one of the times is taken, or for a second
    booking of the same resource for the same need.
    """
    lock_need(need)
    return _request(need, wish, at=at, by=by)


def _request(need: Need, wish: Wish, *, at: datetime, by) -> Booking:
    for number, (starts_at, ends_at) in enumerate(wish.times):
        fault = why_not(wish.resource, starts_at, ends_at, heads=need.head_count, at=at)
        if (
            not fault
            and free_lane(wish.resource.pk, terms_of(wish.resource).lanes, starts_at, ends_at) is None
        ):
            fault = f"“{wish.resource.title}”这个时间已被预约，请换一个时间。"
        if fault:
            raise WishRefused(fault, wish.resource, is_other=number > 0)
    if wish.other and wish.other[0] == wish.starts_at:
        raise WishRefused("备选时间应与首选时间不同。", wish.resource, is_other=True)
    if Booking.objects.live().filter(need=need).count() >= MOST_AT_ONCE:
        raise WishRefused(f"一项需求最多同时约 {MOST_AT_ONCE} 项资源，请先撤回一项。", wish.resource)
    booking = _made(need, wish, at=at)
    try:
        with transaction.atomic():
            booking.save(force_insert=True)
    except IntegrityError as clash:
        raise WishRefused(f"这项需求已经预约了“{wish.resource.title}”。", wish.resource) from clash
    audit.record(booking, "request_booking", by=by)
    tell_owner(booking, f"收到对“{wish.resource.title}”的预约，请在{cn_date(booking.answer_by)}前答复。")
    return booking


def _made(need: Need, wish: Wish, *, at: datetime, **more) -> Booking:
    resource = wish.resource
    return Booking(
        need=need,
        resource=resource,
        region=resource.region,
        organization=resource.organization,
        created_by=need.created_by,
        created_at=at,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        other_starts_at=wish.other and wish.other[0],
        other_ends_at=wish.other and wish.other[1],
        head_count=need.head_count,
        answer_by=add_working_days(local_today(at), settings.BOOKING_ANSWER_DAYS),
        **more,
    )


@transaction.atomic
def offer(need: Need, wish: Wish, *, note: str = "", at: datetime, by: User) -> Booking:
    """A unit offers its resource to a need that nobody has served: the asker says yes or no.

    Raises PermissionDenied for somebody else's resource, Refused for a need that is over, a taken time or one
    when the resource is not open.
    """
    require(by, Perm.BOOKING_ANSWER, wish.resource)
    current = lock_need(need)
    if current.status not in (Need.Status.SUBMITTED, Need.Status.OPEN):
        raise Refused("这项需求已对接或已结束，不再需要响应。")
    if not wish.resource.is_public:
        raise Refused("只能用已发布的资源响应需求。")
    check_time(wish.resource, wish.starts_at, wish.ends_at, at)
    lock_resource(wish.resource.pk)
    lane = lane_for(wish.resource, wish.starts_at, wish.ends_at)
    booking = _made(
        need,
        wish,
        at=at,
        status=Booking.Status.PROPOSED,
        answered_at=at,
        lane=lane,
        answer=clean_text(note),
    )
    save_held(booking)
    audit.record(booking, "offer_booking", by=by, note=note)
    tell_asker(booking, "proposed")
    return booking


@transaction.atomic
def assign(need: Need, wish: Wish, *, at: datetime, by: User) -> Booking:
    """The district asks an owner on the asker's behalf. Raises as `request` does."""
    require(by, Perm.NEED_HANDLE, need)
    current = lock_need(need)
    if not current.is_live:
        raise Refused("这项需求已结束，不能再指派。")
    booking = _request(need, wish, at=at, by=by)
    tell_asker(booking, "assigned")
    return booking


@transaction.atomic
def reassign(booking: Booking, wish: Wish, *, note: str, at: datetime, by: User) -> Booking:
    """Take a request from an owner who does not answer, and give it to another.

    Raises Refused if the owner has answered meanwhile, and as `request` does.
    """
    need = lock_need(booking.need)
    if wish.resource.pk == booking.resource_id:
        raise Refused("请选择另一项资源。")
    BOOKING_STEPS.take(booking, "reassign", by=by, note=note, at=at)
    tell_owner(booking, f"对“{booking.resource.title}”的预约已由区科协转派其他资源：{note}")
    made = _request(need, wish, at=at, by=by)
    tell_asker(made, "assigned")
    return made
