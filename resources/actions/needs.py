"""Needs: posted by anybody, changed and taken back by their link, looked after by the district."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from portal import audit, history, jobs
from portal.accounts import User, people_with, system_user
from portal.calendar import day_start, local_today
from portal.encryption import blind, seal
from portal.errors import ChangedMeanwhile, Refused
from portal.identifiers import check_mobile, clean_text
from portal.notices import notify
from portal.organizations import Organization
from portal.roles import Perm
from resources.actions.bookings import VISITOR, Wish, lock_need, release, request
from resources.models import NEED_STEPS, Booking, Need, Topic
from resources.models.needs import MAIL, MOBILE, NAME
from resources.rules import add_months

EDITABLE = (
    "title",
    "details",
    "programme",
    "audience",
    "ages_from",
    "ages_to",
    "head_count",
    "region",
    "address",
    "starts_on",
    "ends_on",
    "weekdays",
    "day_part",
    "repeats",
    "asker",
    "asker_name",
)


@transaction.atomic
def post_need(
    *,
    key: UUID,
    values: dict,
    topics: Iterable[Topic],
    contact: str,
    mobile: str,
    mail: str = "",
    wishes: Iterable[Wish] = (),
    at: datetime,
    by=VISITOR,
) -> Need:
    """Enter what somebody asks for, and ask the owners of what they chose; the same form twice is one need.

    Raises ValidationError where a rule says no, WishRefused if one of the wishes cannot be had: then nothing
    is kept.
    """
    made = Need.objects.filter(uuid=key).first()
    if made:
        return made
    chosen = list(wishes)
    need = Need(
        uuid=key,
        created_by=by if by.is_authenticated else system_user(),
        created_at=at,
        organization=_own_organization(by),
        # What was chosen from the menu needs no admission: its owner answers.
        status=Need.Status.OPEN if chosen else Need.Status.SUBMITTED,
        accepted_at=None,
        **{name: values[name] for name in EDITABLE},
    )
    _seal(need, contact=contact, mobile=mobile, mail=mail)
    _clean(need)
    need.full_clean(exclude={"uuid"})
    try:
        with transaction.atomic():
            need.save(force_insert=True)
    except IntegrityError:  # the same form, sent twice at once
        return Need.objects.get(uuid=key)
    need.topics.set(topics)
    audit.record(need, "post_need", by=by)
    for wish in chosen:
        request(need, wish, at=at, by=by)
    if not chosen:
        officers = people_with(Perm.NEED_HANDLE, need.region)
        notify(officers, f"有新的科普需求：{need.title}", link=need.get_desk_url(), kind="task")
    if mail:
        jobs.enqueue("need_mail", key=f"posted:{key}", payload={"uuid": str(key), "what": "posted"})
    return need


def _own_organization(by) -> Organization | None:
    """The one organisation in which somebody signed in works."""
    if not by.is_authenticated:
        return None
    own = {
        grant.organization_id: grant.organization for grant in by.standing_grants() if grant.organization_id
    }
    return next(iter(own.values())) if len(own) == 1 else None


def _seal(need: Need, *, contact: str, mobile: str, mail: str) -> None:
    number = check_mobile(mobile)
    need.contact_sealed = seal(clean_text(contact), field=NAME, owner=need.uuid)
    need.mobile_sealed = seal(number, field=MOBILE, owner=need.uuid)
    need.mobile_hash = blind(number, purpose=MOBILE)
    need.mail_sealed = seal(mail, field=MAIL, owner=need.uuid) if mail else None


def _clean(need: Need) -> None:
    for name in ("title", "address", "asker_name"):
        setattr(need, name, clean_text(getattr(need, name)))
    need.details = clean_text(need.details, multiline=True)


@transaction.atomic
def change_need(
    need: Need,
    *,
    values: dict,
    topics: Iterable[Topic],
    contact: str,
    mobile: str,
    mail: str = "",
    seen: int | None = None,
    by=VISITOR,
) -> Need:
    """Change what was asked for, by its link, as long as nobody has accepted it.

    Raises Refused afterwards, ChangedMeanwhile if it was changed since `seen`.
    """
    current = lock_need(need)
    if current.status not in (Need.Status.SUBMITTED, Need.Status.OPEN):
        raise Refused("已对接或已结束的需求不能再修改。如需调整，请与对方联系或重新提出。")
    if seen is not None and current.revision != seen:
        raise ChangedMeanwhile("您打开页面后，需求已在别处修改。您填写的内容仍在页面上，请核对后再次保存。")
    before = history.stored(current)
    for name in EDITABLE:
        setattr(current, name, values[name])
    _seal(current, contact=contact, mobile=mobile, mail=mail)
    _clean(current)
    current.full_clean()
    current.revision += 1
    sealed = ("contact_sealed", "mobile_sealed", "mobile_hash", "mail_sealed")
    current.save(update_fields=[*EDITABLE, *sealed, "revision"])
    current.topics.set(topics)
    Booking.objects.filter(need=current, status=Booking.Status.REQUESTED).update(
        head_count=current.head_count
    )
    audit.record(current, "change", by=by, changes=history.differences(before, current))
    return current


@transaction.atomic
def take_back_need(need: Need, *, at: datetime, by=VISITOR) -> None:
    """The asker withdraws a need, and with it all that is asked for it. Raises Refused once it is over."""
    current = lock_need(need)
    for booking in (
        Booking.objects.live()
        .filter(need=current)
        .select_related("resource", "organization", "region", "need__created_by")
    ):
        release(booking, at=at, by=by)
    NEED_STEPS.take(current, "take_back", by=by, at=at)


@transaction.atomic
def admit(need: Need, *, at: datetime, by: User) -> None:
    """The district takes a need on: from now on its words stand on the public board."""
    NEED_STEPS.take(need, "admit", by=by, at=at)
    _tell(need, "admitted", f"您的需求“{need.title}”已受理。")


@transaction.atomic
def turn_down(need: Need, *, note: str, at: datetime, by: User) -> None:
    """The district does not take a need on, with a reason the asker reads."""
    current = lock_need(need)
    if Booking.objects.live().filter(need=current).exists():
        raise Refused("该需求还有办理中的预约，请先处理预约。")
    NEED_STEPS.take(current, "turn_down", by=by, note=note, at=at)
    Need.objects.filter(pk=current.pk).update(note=clean_text(note)[:300])
    _tell(current, "turned_down", f"您的需求“{current.title}”未予受理：{note}")


def _tell(need: Need, what: str, text: str) -> None:
    if need.created_by.is_active:
        notify([need.created_by], text, link=need.get_absolute_url())
    if need.mail_sealed is not None:
        jobs.enqueue("need_mail", key=f"{what}:{need.uuid}", payload={"uuid": str(need.uuid), "what": what})


# --- What the clock does --------------------------------------------------------------------------


def expire(*, at: datetime) -> int:
    """End needs whose last day is over and for which nothing is on; returns how many. Every night."""
    over = Need.objects.filter(
        status__in=[Need.Status.SUBMITTED, Need.Status.OPEN], ends_on__lt=local_today(at)
    )
    over = over.exclude(bookings__in=Booking.objects.live()).select_related("created_by", "region")
    return sum(_expire(need, at) for need in over.order_by("pk"))


@transaction.atomic
def _expire(need: Need, at: datetime) -> int:
    try:
        NEED_STEPS.take(need, "expire", by=None, at=at)
    except Refused:  # somebody answered it at this moment
        return 0
    _tell(need, "expired", f"您的需求“{need.title}”到期仍未对接，已结束。")
    return 1


@transaction.atomic
def erase_contacts(*, at: datetime) -> int:
    """Forget who asked, where and in which words, some months after a need has ended; returns how many.

    What was asked for, by what kind of body and what came of it stays: figures are counted from it.
    Basis: 个人信息保护法 第四十七条.
    """
    limit = day_start(add_months(local_today(at), -settings.NEED_KEPT_MONTHS))
    rows = list(
        Need.objects.filter(erased_at=None, ended_at__lt=limit)
        .select_for_update(skip_locked=True)
        .order_by("pk")[:2000]
    )
    private = [need.pk for need in rows if need.asker == Need.Asker.PERSON]
    keys = [need.pk for need in rows]
    Need.objects.filter(pk__in=private).update(asker_name="")
    Need.objects.filter(pk__in=keys).update(
        contact_sealed=None,
        mobile_sealed=None,
        mobile_hash=None,
        mail_sealed=None,
        details="",
        address="",
        erased_at=at,
    )
    Booking.objects.filter(need__in=keys).update(rating_words="")
    audit.record_many(rows, "erase_contact", by=None, note=f"结束满 {settings.NEED_KEPT_MONTHS} 个月")
    return len(keys)
