"""Bookings: asked for, answered, moved, held, reported. Owner and asker never hold one time twice.

Whoever changes a booking waits for the need, then for the resource: always in this order.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.db.models import F

from portal import audit, files, jobs
from portal.accounts import User, people_with, require
from portal.calendar import ONE_DAY, add_working_days, day_start, local_today
from portal.errors import Refused
from portal.files import Examined
from portal.identifiers import clean_text
from portal.notices import notify
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date, cn_until
from resources.models import (
    BOOKING_STEPS,
    NEED_STEPS,
    Booking,
    BookingProof,
    BookingSlot,
    BookingTerms,
    Need,
    Resource,
)
from resources.queries.booking import free_lane, terms_of, week_is_full, why_not
from resources.rules import Span

VISITOR = AnonymousUser()  # who asks has no account
MOST_PROOFS = 10
MOST_AT_ONCE = 8  # resources asked for by one need
SLOT = "booking_is_alone_in_its_time"


@dataclass(frozen=True)
class Wish:
    """One resource asked for, and when."""

    resource: Resource
    starts_at: datetime
    ends_at: datetime


class WishRefused(Refused):
    """One of several wishes cannot be had; `resource` says which."""

    def __init__(self, sentence: str, resource: Resource):
        super().__init__(sentence)
        self.resource = resource


# --- Asking ---------------------------------------------------------------------------------------


@transaction.atomic
def request(need: Need, wish: Wish, *, at: datetime, by=VISITOR) -> Booking:
    """Ask a resource's owner for a time, for a need that is the asker's own.

    Raises WishRefused outside the owner's terms, when the time is taken, or for a second booking of the same
    resource for the same need.
    """
    lock_need(need)
    return _request(need, wish, at=at, by=by)


def _request(need: Need, wish: Wish, *, at: datetime, by) -> Booking:
    fault = why_not(wish.resource, wish.starts_at, wish.ends_at, heads=need.head_count, at=at)
    if fault:
        raise WishRefused(fault, wish.resource)
    terms = terms_of(wish.resource)
    if free_lane(wish.resource.pk, terms.lanes, wish.starts_at, wish.ends_at) is None:
        raise WishRefused(f"“{wish.resource.title}”这个时间已被预约，请换一个时间。", wish.resource)
    if Booking.objects.live().filter(need=need).count() >= MOST_AT_ONCE:
        raise WishRefused(f"一项需求最多同时约 {MOST_AT_ONCE} 项资源，请先撤回一项。", wish.resource)
    booking = _made(need, wish, at=at)
    try:
        with transaction.atomic():
            booking.save(force_insert=True)
    except IntegrityError as clash:
        raise WishRefused(f"这项需求已经预约了“{wish.resource.title}”。", wish.resource) from clash
    audit.record(booking, "request_booking", by=by)
    _tell_owner(booking, f"收到对“{wish.resource.title}”的预约，请在{cn_date(booking.answer_by)}前答复。")
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
        head_count=need.head_count,
        answer_by=add_working_days(local_today(at), settings.BOOKING_ANSWER_DAYS),
        **more,
    )


@transaction.atomic
def offer(need: Need, wish: Wish, *, note: str = "", at: datetime, by: User) -> Booking:
    """A unit offers its resource to a need that nobody has served: the asker says yes or no.

    Raises PermissionDenied for somebody else's resource, Refused for a need that is over or a taken time.
    """
    require(by, Perm.BOOKING_ANSWER, wish.resource)
    current = lock_need(need)
    if current.status not in (Need.Status.SUBMITTED, Need.Status.OPEN):
        raise Refused("这项需求已对接或已结束，不再需要响应。")
    if not wish.resource.is_public:
        raise Refused("只能用已发布的资源响应需求。")
    _check_time(wish.starts_at, wish.ends_at, at)
    _lock_resource(wish.resource.pk)
    lane = _lane(wish.resource, wish.starts_at, wish.ends_at)
    booking = _made(
        need,
        wish,
        at=at,
        status=Booking.Status.PROPOSED,
        answered_at=at,
        lane=lane,
        answer=clean_text(note),
    )
    _save_held(booking)
    audit.record(booking, "offer_booking", by=by, note=note)
    _tell_asker(booking, "proposed")
    return booking


@transaction.atomic
def assign(need: Need, wish: Wish, *, at: datetime, by: User) -> Booking:
    """The district asks an owner on the asker's behalf. Raises as `request` does."""
    require(by, Perm.NEED_HANDLE, need)
    current = lock_need(need)
    if not current.is_live:
        raise Refused("这项需求已结束，不能再指派。")
    booking = _request(need, wish, at=at, by=by)
    _tell_asker(booking, "assigned")
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
    _tell_owner(booking, f"对“{booking.resource.title}”的预约已由区科协转派其他资源：{note}")
    made = _request(need, wish, at=at, by=by)
    _tell_asker(made, "assigned")
    return made


# --- Answering ------------------------------------------------------------------------------------


@transaction.atomic
def accept(booking: Booking, *, note: str = "", at: datetime, by: User) -> None:
    """Say yes to the time that was asked for.

    Raises Refused if it is taken, over, withdrawn meanwhile, or the week is full.
    """
    need = _lock(booking)
    require(by, Perm.BOOKING_ANSWER, booking)
    _check_time(booking.starts_at, booking.ends_at, at)
    lane = _lane(booking.resource, booking.starts_at, booking.ends_at, but=booking.pk)
    _write(booking, lane=lane, answer=clean_text(note), answered_at=at)
    _hold(booking, "accept", by=by, note=note, at=at)
    settle_need(need, at=at)
    _tell_asker(booking, "accepted")


@transaction.atomic
def propose(
    booking: Booking, *, starts_at: datetime, ends_at: datetime, note: str = "", at: datetime, by: User
) -> None:
    """Offer another time, which is kept for the asker until they answer. Raises as `accept` does."""
    _lock(booking)
    require(by, Perm.BOOKING_ANSWER, booking)
    _check_time(starts_at, ends_at, at)
    lane = _lane(booking.resource, starts_at, ends_at, but=booking.pk)
    before = cn_until(booking.starts_at, booking.ends_at)
    _write(booking, lane=lane, answer=clean_text(note), starts_at=starts_at, ends_at=ends_at)
    _hold(booking, "propose", by=by, note=f"{before} 改为 {cn_until(starts_at, ends_at)}。{note}", at=at)
    _tell_asker(booking, "proposed")


@transaction.atomic
def decline(booking: Booking, *, note: str, at: datetime, by: User) -> None:
    """Say no, with a reason the asker reads. Raises Refused without one."""
    need = _lock(booking)
    require(by, Perm.BOOKING_ANSWER, booking)
    if note.strip():
        _write(booking, answer=clean_text(note))
    BOOKING_STEPS.take(booking, "decline", by=by, note=note, at=at)
    settle_need(need, at=at)
    _tell_asker(booking, "declined")


@transaction.atomic
def agree(booking: Booking, *, at: datetime, by=VISITOR) -> None:
    """The asker says yes to the proposed time, by their link. Raises Refused once it is over."""
    need = _lock(booking)
    _check_time(booking.starts_at, booking.ends_at, at)
    BOOKING_STEPS.take(booking, "agree", by=by, at=at)
    _bump(booking)
    settle_need(need, at=at)
    _tell_owner(booking, f"对方已同意改期：“{booking.resource.title}”，{_when(booking)}。")


@transaction.atomic
def take_back(booking: Booking, *, at: datetime, by=VISITOR) -> None:
    """The asker withdraws one booking, or does not want the proposed time. Raises Refused after its day."""
    need = _lock(booking)
    _take_back(booking, at=at, by=by)
    settle_need(need, at=at)


def _take_back(booking: Booking, *, at: datetime, by) -> None:
    if booking.status == Booking.Status.ACCEPTED and booking.starts_at <= at:
        raise Refused("已到预约时间，不能再撤回，请与对方联系。")
    BOOKING_STEPS.take(booking, "take_back", by=by, at=at)
    _bump(booking)
    _tell_owner(booking, f"对“{booking.resource.title}”的预约（{_when(booking)}）已由对方撤回。")


# --- The day, and after it ------------------------------------------------------------------------


@transaction.atomic
def report(booking: Booking, *, visits: int, at: datetime, by: User) -> None:
    """Write down how many came: this completes the booking. A second time corrects the figure.

    Raises Refused before it has begun, or if it was never accepted.
    """
    need = _lock(booking)
    require(by, Perm.BOOKING_ANSWER, booking)
    if booking.starts_at > at:
        raise Refused("尚未到预约时间，不能填报到场人次。")
    if booking.status not in (Booking.Status.ACCEPTED, Booking.Status.DONE):
        raise Refused("只有已接受的预约可以填报到场人次。")
    before = booking.attendance
    _write(booking, attendance=visits)
    audit.record(booking, "attendance", by=by, changes={"attendance": [before, visits]})
    if booking.status == Booking.Status.ACCEPTED:
        BOOKING_STEPS.take(booking, "finish", by=by, at=at)
        settle_need(need, at=at)
        _tell_asker(booking, "done")


@transaction.atomic
def add_proof(booking: Booking, *, upload: Examined, caption: str, by: User) -> BookingProof:
    """Keep a file that shows what was held. Raises Refused beyond ten, or before it was accepted."""
    _lock(booking)
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
    _lock(booking)
    if booking.status != Booking.Status.DONE:
        raise Refused("活动完成、单位填报到场人次后才能评价。")
    text = clean_text(words, max_length=100)
    rated = Booking.objects.filter(pk=booking.pk, rated_at=None).update(
        rating=rating, rating_words=text, rated_at=at
    )
    if rated:
        audit.record(booking, "rate", by=by, changes={"rating": [None, rating], "rating_words": ["", text]})


# --- What the owner declares ----------------------------------------------------------------------


@transaction.atomic
def declare_terms(terms: BookingTerms, *, spans: list[Span], by: User) -> BookingTerms:
    """Keep how a resource is booked: terms, and the spans of the week. What is held already stays."""
    require(by, Perm.BOOKING_ANSWER, terms.resource)
    _lock_resource(terms.resource_id)
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


# --- What the clock does --------------------------------------------------------------------------


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
        _tell_owner(booking, f"对“{booking.resource.title}”的预约超期未答复，已转区科协。")
    return len(rows)


def lapse(*, at: datetime) -> int:
    """End what was never answered: its day has come, or a proposed day was not taken up in time."""
    patience = settings.BOOKING_ANSWER_DAYS
    open_ones = Booking.objects.filter(status__in=[Booking.Status.REQUESTED, Booking.Status.PROPOSED])
    ended = 0
    for booking in open_ones.select_related("resource", "need__created_by", "organization").order_by("pk"):
        waits_since = booking.answered_at if booking.status == Booking.Status.PROPOSED else None
        is_late = waits_since and add_working_days(local_today(waits_since), patience) < local_today(at)
        if booking.starts_at <= at or is_late:
            ended += _lapse(booking, at)
    return ended


@transaction.atomic
def _lapse(booking: Booking, at: datetime) -> int:
    need = _lock(booking)
    try:
        BOOKING_STEPS.take(booking, "lapse", by=None, at=at)
    except Refused:  # answered at this moment
        return 0
    settle_need(need, at=at)
    _tell_asker(booking, "lapsed")
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
        _tell_owner(
            booking, f"提醒：{_when(booking)}有“{booking.resource.title}”的预约，{booking.head_count} 人。"
        )
        _tell_asker(booking, "reminder")
    return len(rows)


# --- Holding --------------------------------------------------------------------------------------


def lock_need(need: Need) -> Need:
    """The need as it is now; whoever else changes it or its bookings waits."""
    rows = Need.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("region", "created_by").get(pk=need.pk)


def _lock_resource(key: int) -> None:
    Resource.objects.select_for_update(no_key=True).only("pk").get(pk=key)


def _lock(booking: Booking) -> Need:
    """Everybody who holds or frees a time of this resource, or changes this need, one after the other."""
    need = lock_need(booking.need)
    _lock_resource(booking.resource_id)
    return need


def _check_time(starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    if starts_at <= at:
        raise Refused("预约时间已过，请提议其他时间。")
    if not starts_at < ends_at <= starts_at + timedelta(hours=12):
        raise Refused("结束时间应晚于开始时间，最长 12 小时。")


def _lane(resource: Resource, starts_at: datetime, ends_at: datetime, *, but: int = 0) -> int:
    """A free lane. Raises Refused if the time or the week is full."""
    terms = BookingTerms.objects.filter(resource=resource.pk).first() or BookingTerms(resource=resource)
    if week_is_full(resource.pk, terms.most_per_week, starts_at, but=but):
        raise Refused(f"这一周已接满 {terms.most_per_week} 批，请换一周。")
    lane = free_lane(resource.pk, terms.lanes, starts_at, ends_at, but=but)
    if lane is None:
        raise Refused("这个时间已有其他预约，请换一个时间。")
    return lane


def _write(booking: Booking, **values) -> None:
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


def _hold(booking: Booking, step: str, **how) -> None:
    """Take a step that keeps the time; the database has the last word on who else may."""
    try:
        with transaction.atomic():
            BOOKING_STEPS.take(booking, step, **how)
    except IntegrityError as clash:
        raise _taken(clash) from clash


def _save_held(booking: Booking) -> None:
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


def _bump(booking: Booking) -> None:
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


# --- Telling --------------------------------------------------------------------------------------


def _when(booking: Booking) -> str:
    return cn_until(booking.starts_at, booking.ends_at)


def owners(booking: Booking):
    """Who answers for a resource: its unit's people; without a unit, those of its region."""
    place = booking.organization or booking.region
    everybody = people_with(Perm.BOOKING_ANSWER, place)
    if booking.organization_id is None:
        return everybody
    own = everybody.filter(grants__organization=booking.organization_id)
    return own if own.exists() else everybody


def _tell_owner(booking: Booking, text: str) -> None:
    notify(owners(booking), text, link=booking.get_desk_url(), kind="task")


TOLD = {
    "accepted": "您对“{title}”的预约已被接受：{when}。",
    "proposed": "“{title}”提议的时间是 {when}，请答复。",
    "declined": "很抱歉，“{title}”未能接受您的预约。",
    "assigned": "区科协为您的需求联系了“{title}”，正在等对方答复。",
    "lapsed": "您对“{title}”的预约没有谈成，已失效。可以另选资源。",
    "reminder": "提醒：您预约的“{title}”将于 {when} 进行。",
    "done": "您预约的“{title}”已完成，欢迎评价。",
}


def said(booking: Booking, what: str) -> str:
    """What the asker is told of a booking."""
    return TOLD[what].format(title=booking.resource.title, when=_when(booking))


def _tell_asker(booking: Booking, what: str) -> None:
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
