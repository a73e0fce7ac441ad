"""Everything that changes events, sessions and sign-ups; what comes with a pass: passes.py."""

import csv
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from events import queries
from events.actions.passes import Won as Won
from events.actions.passes import certificate_of as certificate_of
from events.actions.passes import check_in as check_in
from events.actions.passes import enter_results as enter_results
from events.actions.passes import pass_hash as pass_hash
from events.actions.passes import withdraw_result as withdraw_result
from events.models import REVIEW, Brand, Edition, Event, Session, SessionMove, SignUp
from outreach.actions.evidence import write_evidence
from outreach.models import EvidenceItem
from portal import audit, history, jobs, search
from portal.accounts import User, may, require, system_user
from portal.encryption import blind, seal
from portal.errors import ChangedMeanwhile, Refused
from portal.identifiers import check_mobile, clean_text
from portal.notices import notify, people_with
from portal.regions import Region
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_time, cn_until
from resources import actions as resources
from resources.models import Resource

DATA = Path(__file__).parent.parent / "data"
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that look alike
MOBILE = "sign_up.mobile"
KEPT_AFTER = timedelta(days=92)

VISITOR = AnonymousUser()  # who signs up has no account
DATES = ("starts_at", "ends_at", "closes_at", "capacity")  # of a session, what a form may change


@transaction.atomic
def save_event(event: Event, *, by: User, seen: int | None = None) -> Event:
    """Enter an event or keep changes to it; `seen` is the revision the person had before them.

    Raises PermissionDenied outside one's places, ValidationError where a rule says no, and Refused if
    somebody else was faster or the event was called off.
    """
    if _keep_event(event, by=by, seen=seen):
        _settle(event, by=by, wants_review=True)
    return event


def _keep_event(event: Event, *, by: User, seen: int | None) -> bool:
    """Write the event itself; whether an event that was there already changed."""
    before = history.stored(event)
    for state in (before, event) if before else (event,):
        require(by, Perm.EVENT_EDIT, state)
    if before is None:
        event.created_by = by
        event.full_clean()
        event.save()
        audit.record(event, "create", by=by)
        return False
    _check_open(before, seen)
    event.full_clean()
    changes = history.differences(before, event)
    if not changes:
        return False
    known = _whereabouts(before)
    event.revision = before.revision + 1
    event.save(update_fields=[*changes, "revision"])
    counted = [before.revision, event.revision]
    audit.record(event, "change", by=by, changes={**changes, "revision": counted})
    _note_moves(event, known)
    return True


def _check_open(stored: Event, seen: int | None) -> None:
    if stored.status == Event.Status.CANCELLED:
        raise Refused("活动已取消，不能再修改。")
    if seen is not None and stored.revision != seen:
        raise ChangedMeanwhile("您打开页面后，活动已被他人修改。您填写的内容仍在页面上，请核对后再次保存。")


def _settle(event: Event, *, by: User, wants_review: bool) -> None:
    """After a change: what a unit changes of a published event is reviewed before the public reads it."""
    current = history.stored(event)
    if wants_review and current.status == Event.Status.PUBLISHED and not may(by, Perm.EVENT_REVIEW, current):
        REVIEW.take(current, "revise", by=by)
        signed = SignUp.objects.filter(session__event=event, cancelled_at=None).count()
        told = f"已有 {signed} 组报名，" if signed else ""
        _tell_reviewers(current, f"已发布的活动“{current.title}”有修改，{told}请重新审核。")
    event.refresh_from_db(fields=["status", "submitted_at", "revision"])
    _make_known(current)


def _make_known(event: Event) -> None:
    """Keep search and menu in step with the event, and tell whoever signed up what moved."""
    _index(event)
    _note_next(event)
    if event.status == Event.Status.PUBLISHED:
        _announce_moves(event, at=timezone.now())


def _tell_reviewers(event: Event, text: str) -> None:
    notify(people_with(Perm.EVENT_REVIEW, event), text, link=event.get_desk_url(), kind="task")


def create_event(*, by: User, **fields) -> Event:
    """Enter an event from plain values. Raises as `save_event` does."""
    return save_event(Event(**fields), by=by)


def change_event(event: Event, *, by: User, **fields) -> Event:
    """Change plain values of an event. Raises as `save_event` does."""
    for name, value in fields.items():
        setattr(event, name, value)
    return save_event(event, by=by)


@transaction.atomic
def save_sessions(event: Event, sessions: Iterable[Session], *, by: User) -> None:
    """Keep these sessions of an event as given; the others stay. Raises as `save_event` does.

    Seats and the closing of the sign-up are the unit's own; new times are reviewed.
    """
    change = _keep_sessions(event, sessions, by=by)
    if change.is_there:
        _settle(event, by=by, wants_review=change.is_of_times)


@dataclass(frozen=True)
class _Change:
    """What became of an event's sessions."""

    is_there: bool
    is_of_times: bool


def _keep_sessions(event: Event, sessions: Iterable[Session], *, by: User) -> _Change:
    require(by, Perm.EVENT_EDIT, event)
    current = history.stored(event)  # nobody decides on the event meanwhile
    _check_open(current, None)
    # Whoever signs up meanwhile waits here, so that no seat is lost or given twice.
    stored = {row.pk: row for row in Session.objects.select_for_update().filter(event=event)}
    known, before = _whereabouts(current), _dates(event)
    for session in sessions:
        session.event = event
        if session.pk is not None:
            session.seats_taken = stored[session.pk].seats_taken
        session.full_clean()
        session.save(update_fields=DATES if session.pk else None)
    after = _dates(event)
    if after == before:
        return _Change(is_there=False, is_of_times=False)
    Event.objects.filter(pk=event.pk).update(revision=current.revision + 1)
    changes = {"sessions": [before, after], "revision": [current.revision, current.revision + 1]}
    audit.record(event, "sessions", by=by, changes=changes)
    _note_moves(current, known)
    times = {row.pk: (row.starts_at, row.ends_at) for row in Session.objects.filter(event=event)}
    is_of_times = times != {row.pk: (row.starts_at, row.ends_at) for row in stored.values()}
    return _Change(is_there=True, is_of_times=is_of_times)


@transaction.atomic
def save_with_sessions(
    event: Event, sessions: Iterable[Session], *, by: User, seen: int | None = None
) -> Event:
    """Keep an event and its sessions, both or neither. Raises as `save_event` does."""
    changed = _keep_event(event, by=by, seen=seen)
    change = _keep_sessions(event, sessions, by=by)
    if changed or change.is_there:
        _settle(event, by=by, wants_review=changed or change.is_of_times)
    return event


def _dates(event: Event) -> str:
    rows = Session.objects.filter(event=event).order_by("starts_at", "pk")
    return "、".join(
        f"{cn_until(row.starts_at, row.ends_at)}（{row.capacity} 人"
        f"{f'，报名至 {cn_time(row.closes_at)}' if row.closes_at else ''}）"
        for row in rows
    )


Place = tuple[datetime, datetime, str]  # from when, until when, where


def _whereabouts(event: Event) -> dict[int, Place]:
    """When and where each session is, as far as the public was ever told."""
    if event.published_at is None:
        return {}
    rows = Session.objects.filter(event=event, cancelled_at=None)
    return {row.pk: (row.starts_at, row.ends_at, event.where) for row in rows}


def _note_moves(event: Event, known: dict[int, Place]) -> None:
    """Keep what the public knew of sessions that moved; of two changes before a review, the first counts."""
    now = timezone.now()
    moved = _whereabouts(event)
    for key, (starts_at, ends_at, place) in known.items():
        if moved.get(key) != (starts_at, ends_at, place) and ends_at > now:
            SessionMove.objects.get_or_create(
                session_id=key,
                announced_at=None,
                defaults={"starts_at": starts_at, "ends_at": ends_at, "place": place, "made_at": now},
            )


def _announce_moves(event: Event, *, at: datetime) -> None:
    """Tell whoever signed up where and when it now is. What was moved back was never told."""
    moved = _whereabouts(event)
    for move in SessionMove.objects.filter(session__event=event, announced_at=None).order_by("pk"):
        if moved.get(move.session_id) == (move.starts_at, move.ends_at, move.place):
            move.delete()
            continue
        SessionMove.objects.filter(pk=move.pk).update(announced_at=at)
        for entry in SignUp.objects.filter(session=move.session_id, cancelled_at=None).order_by("pk"):
            _send(entry, "moved", move=move.pk)


def _send(entry: SignUp, what: str, **more: int) -> None:
    """Promise a message by mail if an address was given, and one by SMS where that is configured.

    Two promises: when one way out is closed, the other is not used again.
    """
    ways = {"sign_up_mail": entry.mail_sealed is not None, "sign_up_sms": bool(settings.SMS_SENDER)}
    key = ":".join([what, *map(str, more.values()), str(entry.uuid)])
    for kind in (kind for kind, is_open in ways.items() if is_open):
        jobs.enqueue(kind, key=key, payload={"uuid": str(entry.uuid), "what": what, **more})


@transaction.atomic
def submit(event: Event, *, by: User) -> None:
    """Send a draft to the association. Raises Refused without a session to come."""
    if not event.sessions.filter(cancelled_at=None).exists():
        raise Refused("请至少添加一个场次，再提交审核。")
    REVIEW.take(event, "submit", by=by)
    _tell_reviewers(event, f"活动“{event.title}”待审核。")


@transaction.atomic
def publish(event: Event, *, seen: int | None = None, note: str = "", by: User) -> None:
    """Publish a submitted event and tell who entered it; `seen` is the revision that `by` has read.

    Raises ChangedMeanwhile if it was changed since.
    """
    _check_read(event, seen)
    REVIEW.take(event, "publish", by=by, note=note)
    _make_known(event)
    notify([event.created_by], f"活动“{event.title}”已发布。", link=event.get_absolute_url())


@transaction.atomic
def send_back(event: Event, *, seen: int | None = None, note: str, by: User) -> None:
    """Return a submitted event with a reason and tell who entered it; `seen` as in `publish`."""
    _check_read(event, seen)
    REVIEW.take(event, "send_back", by=by, note=note)
    notify(
        [event.created_by],
        f"活动“{event.title}”被退回：{note}",
        link=event.get_desk_url(),
        kind="task",
    )


def _check_read(event: Event, seen: int | None) -> None:
    """Whoever changes the event at this moment waits until the decision stands."""
    current = Event.objects.select_for_update().values_list("revision", flat=True).get(pk=event.pk)
    if seen is not None and seen != current:
        raise ChangedMeanwhile("您打开页面后，这项活动有修改。请核对现在的内容，再决定发布或退回。")


@transaction.atomic
def cancel(event: Event, *, note: str, by: User) -> None:
    """Call an event off; whoever signed up is told."""
    REVIEW.take(event, "cancel", by=by, note=note)
    search.remove("event", event.pk)
    _note_next(event)
    for entry in SignUp.objects.filter(session__event=event, cancelled_at=None).order_by("pk"):
        _send(entry, "cancelled")


@transaction.atomic
def report_attendance(session: Session, *, visits: int, at: datetime, by: User) -> None:
    """Write down how many came. Raises Refused before the session has begun."""
    require(by, Perm.EVENT_EDIT, session.event)
    if session.starts_at > at:
        raise Refused("场次尚未开始，不能填报到场人次。")
    before = session.attendance
    Session.objects.filter(pk=session.pk).update(attendance=visits)
    audit.record(session, "attendance", by=by, changes={"attendance": [before, visits]})


@transaction.atomic
def sign_up(
    session: Session, *, name: str, mobile: str, head_count: int, mail: str = "", at: datetime, key: str
) -> SignUp:
    """Take seats for a party at one session; the same form sent twice gives the same sign-up.

    Raises Refused if sign-up is closed, the party too large, the mobile there already, or too few seats left.
    """
    made = SignUp.objects.filter(uuid=key, session=session).first()
    if made:
        return made
    event = session.event
    if event.status != Event.Status.PUBLISHED or not session.sign_up_is_open(at):
        raise Refused("本场报名已截止，请选择其他场次。")
    if head_count > event.largest_party:
        raise Refused(f"每次报名最多 {event.largest_party} 人，人数更多请电话联系主办单位。")
    number = check_mobile(mobile)
    entry = SignUp(
        uuid=key,
        session=session,
        name_sealed=seal(clean_text(name), field="sign_up.name", owner=key),
        mobile_sealed=seal(number, field=MOBILE, owner=key),
        mobile_hash=blind(number, purpose=MOBILE),
        mail_sealed=seal(mail, field="sign_up.mail", owner=key) if mail else None,
        head_count=head_count,
        code="".join(secrets.choice(LETTERS) for _ in range(8)),
    )
    try:
        with transaction.atomic():
            _take_seats(session, head_count)
            entry.save(force_insert=True)
    except IntegrityError as clash:
        made = SignUp.objects.filter(uuid=key, session=session).first()
        if made:  # the same form, sent twice at once
            return made
        raise Refused(_already_there(event)) from clash
    audit.record(entry, "sign_up", by=VISITOR)
    _send(entry, "made")
    return entry


def _already_there(event: Event) -> str:
    """What somebody can do who has seats already, with the link of the sign-up and without it."""
    phone = f"（{event.public_phone}）" if event.public_phone else ""
    return (
        "该手机号已报名本场，签到时报手机号后四位即可。要取消或改人数，请用报名链接（留有邮箱的，在确认邮件里）"
        f"取消后再报；找不到链接的，请联系主办单位{phone}。"
    )


def _take_seats(session: Session, head_count: int) -> None:
    """Of two parties that ask for the last seats at once, one update finds no row. Raises Refused for it."""
    seated = Session.objects.filter(
        pk=session.pk, cancelled_at=None, seats_taken__lte=F("capacity") - head_count
    ).update(seats_taken=F("seats_taken") + head_count)
    if not seated:
        raise Refused("剩余名额不足，请减少人数或选择其他场次。")


@transaction.atomic
def withdraw(entry: SignUp, *, at: datetime) -> None:
    """Give the seats back. Raises Refused once the session has begun; a second time changes nothing."""
    if entry.session.starts_at <= at:
        raise Refused("活动已经开始，不能再取消报名。")
    freed = SignUp.objects.filter(pk=entry.pk, cancelled_at=None).update(cancelled_at=at)
    if freed:
        Session.objects.filter(pk=entry.session_id).update(seats_taken=F("seats_taken") - entry.head_count)
        audit.record(entry, "withdraw", by=VISITOR)


@transaction.atomic
def forget_sign_ups(*, at: datetime) -> int:
    """Delete sign-ups three months after their session: names are kept no longer. Returns how many.

    The session keeps its counts.
    """
    over = SignUp.objects.filter(session__ends_at__lt=at - KEPT_AFTER)
    return over.delete()[0]


def _index(event: Event) -> None:
    """Keep the search table in step with what the public may see."""
    if event.status == Event.Status.PUBLISHED:
        search.index_many([queries.entry_of(event)])
    else:
        search.remove("event", event.pk)


def _note_next(event: Event) -> None:
    """Tell the place when something is on there next."""
    if event.resource_id is not None:
        coming = queries.next_by_resource(timezone.now(), [event.resource_id])
        resources.note_next_session(event.resource_id, coming.get(event.resource_id))


@transaction.atomic
def note_next_sessions(*, at: datetime) -> int:
    """Tell every place anew what is on there next: what is over must not keep it up in the menu."""
    coming = queries.next_by_resource(at)
    places = Resource.objects.filter(Q(pk__in=coming) | Q(next_session_at__isnull=False))
    changed = [row for row in places.only("next_session_at") if row.next_session_at != coming.get(row.pk)]
    for row in changed:
        resources.note_next_session(row.pk, coming.get(row.pk))
    return len(changed)


@transaction.atomic
def load_reference() -> int:
    """Load the brands with their known editions, and the real events of the file."""
    brands = json.loads((DATA / "brands.json").read_text(encoding="utf-8"))
    for code, name, summary, editions in brands:
        brand, _ = Brand.objects.update_or_create(code=code, defaults={"name": name, "summary": summary})
        for year, theme, starts_on, ends_on, source in editions:
            Edition.objects.update_or_create(
                brand=brand,
                year=year,
                defaults={"theme": theme, "starts_on": starts_on, "ends_on": ends_on, "source": source},
            )
    with (DATA / "events.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    for row in rows:
        _load_event(row)
    return len(brands) + len(rows)


KINDS = {
    "展览": Event.Kind.EXHIBITION,
    "展演": Event.Kind.EXHIBITION,
    "宣讲": Event.Kind.LECTURE,
    "会议": Event.Kind.LECTURE,
    "研讨": Event.Kind.LECTURE,
    "沙龙": Event.Kind.LECTURE,
    "培训": Event.Kind.TRAINING,
    "竞赛": Event.Kind.COMPETITION,
    "工作坊": Event.Kind.WORKSHOP,
}


def _load_event(row: dict) -> None:
    region = Region.objects.get(code=row["district_code"])
    day = date.fromisoformat(row["start_date"])
    starts = timezone.make_aware(datetime.combine(day, time(10)))
    event, is_new = Event.objects.get_or_create(
        title=row["title"],
        region=region,
        source=row["source"][:200],
        defaults={
            "kind": KINDS.get(row["type"], Event.Kind.OTHER),
            "place": row["place"] or region.name,
            "summary": "开始时间以主办方公布为准。",
            "needs_sign_up": False,
            "created_by": system_user(),
            "status": Event.Status.PUBLISHED,
            "published_at": timezone.now(),
        },
    )
    if is_new:
        Session.objects.create(event=event, starts_at=starts, ends_at=starts + timedelta(hours=2), capacity=0)
        _index(event)


def write_evidence_of_years(*, at: datetime) -> int:
    """Tell titles what their holders did this year and last: sessions held, visits counted at them.

    Every night. A body without a session has no row: not known is not nought.
    """
    year = timezone.localdate(at).year
    written = 0
    for each in (year - 1, year):
        sessions, visits = queries.held_by_organization(date(each, 1, 1), date(each + 1, 1, 1), until=at)
        for item, values in ((EvidenceItem.SESSIONS, sessions), (EvidenceItem.VISITORS, visits)):
            written += write_evidence(values, item=item, year=each, source="本平台活动与到场人次", at=at)
    return written
