"""Everything that changes events, sessions and sign-ups: one transaction, one audit entry each."""

import csv
import json
import secrets
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from events import queries
from events.models import REVIEW, Brand, Edition, Event, Session, SignUp
from portal import audit, jobs, search
from portal.accounts import User, require, system_user
from portal.encryption import blind, seal
from portal.errors import Refused
from portal.identifiers import check_mobile, clean_text
from portal.notices import notify, people_with
from portal.regions import Region
from portal.roles import Perm
from resources import actions as resources

DATA = Path(__file__).parent / "data"
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that look alike
MOBILE = "sign_up.mobile"
KEPT_AFTER = timedelta(days=92)

# What a form may change; status and stamps are the workflow's.
EDITABLE = tuple(field.name for field in Event._meta.fields if field.editable and not field.primary_key)


@transaction.atomic
def save_event(event: Event, *, by: User, seen: int | None = None) -> Event:
    """Enter an event or keep changes to it; `seen` is the version the person had before them.

    Raises PermissionDenied outside one's places, ValidationError where a rule says no, and Refused if
    somebody else was faster or the event may no longer be changed by its unit.
    """
    require(by, Perm.EVENT_EDIT, event)
    is_new = event.pk is None
    if is_new:
        event.created_by = by
        event.full_clean()
        event.save()
    else:
        _keep_changes(event, seen)
    audit.record(event, "create" if is_new else "change", by=by)
    _index(event)
    return event


def _keep_changes(event: Event, seen: int | None) -> None:
    """Save what a form may change, if the version is still the one that was seen."""
    stored = Event.objects.select_for_update().get(pk=event.pk)
    if stored.status == Event.Status.CANCELLED:
        raise Refused("活动已取消，不能再修改。")
    if seen is not None and stored.version != seen:
        raise Refused("您打开页面后，活动已被他人修改。您填写的内容仍在页面上，请核对后再次保存。")
    event.version = stored.version + 1
    event.full_clean()
    event.save(update_fields=[*EDITABLE, "version"])


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
    """Keep the sessions of an event as given. Raises as `save_event` does."""
    require(by, Perm.EVENT_EDIT, event)
    for session in sessions:
        session.event = event
        session.full_clean()
        session.save()
    audit.record(event, "sessions", by=by)
    _note_next(event)


@transaction.atomic
def submit(event: Event, *, by: User) -> None:
    """Send a draft to the association. Raises Refused without a session to come."""
    if not event.sessions.filter(cancelled_at=None).exists():
        raise Refused("请至少添加一个场次，再提交审核。")
    REVIEW.take(event, "submit", by=by)
    notify(
        people_with(Perm.EVENT_REVIEW, event),
        f"活动“{event.title}”待审核。",
        link=event.get_desk_url(),
        kind="task",
    )


@transaction.atomic
def publish(event: Event, *, note: str = "", by: User) -> None:
    """Publish a submitted event and tell who entered it."""
    REVIEW.take(event, "publish", by=by, note=note)
    _index(event)
    _note_next(event)
    notify([event.created_by], f"活动“{event.title}”已发布。", link=event.get_absolute_url())


@transaction.atomic
def send_back(event: Event, *, note: str, by: User) -> None:
    """Return a submitted event with a reason and tell who entered it."""
    REVIEW.take(event, "send_back", by=by, note=note)
    notify(
        [event.created_by],
        f"活动“{event.title}”被退回：{note}",
        link=event.get_desk_url(),
        kind="task",
    )


@transaction.atomic
def cancel(event: Event, *, note: str, by: User) -> None:
    """Call a published event off; whoever signed up with an address is told."""
    REVIEW.take(event, "cancel", by=by, note=note)
    search.remove("event", event.pk)
    _note_next(event)
    for key in SignUp.objects.filter(session__event=event, cancelled_at=None).values_list("uuid", flat=True):
        jobs.enqueue(
            "sign_up_message", key=f"cancelled:{key}", payload={"uuid": str(key), "what": "cancelled"}
        )


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
    # Of two parties that ask for the last seats at once, one update finds no row.
    seated = Session.objects.filter(
        pk=session.pk, cancelled_at=None, seats_taken__lte=F("capacity") - head_count
    ).update(seats_taken=F("seats_taken") + head_count)
    if not seated:
        raise Refused("剩余名额不足，请减少人数或选择其他场次。")
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError as clash:
        raise Refused("该手机号已报名本场。如需修改人数，请先用报名链接取消。") from clash
    audit.record(entry, "sign_up", by=None)
    jobs.enqueue("sign_up_message", key=f"made:{key}", payload={"uuid": str(key), "what": "made"})
    return entry


@transaction.atomic
def withdraw(entry: SignUp, *, at: datetime) -> None:
    """Give the seats back. Raises Refused once the session has begun; a second time changes nothing."""
    if entry.session.starts_at <= at:
        raise Refused("活动已经开始，不能再取消报名。")
    freed = SignUp.objects.filter(pk=entry.pk, cancelled_at=None).update(cancelled_at=at)
    if freed:
        Session.objects.filter(pk=entry.session_id).update(seats_taken=F("seats_taken") - entry.head_count)
        audit.record(entry, "withdraw", by=None)


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
    if event.resource_id is None:
        return
    coming = (
        Session.objects.public()
        .filter(event__resource=event.resource_id, starts_at__gt=timezone.now())
        .order_by("starts_at")
        .values_list("starts_at", flat=True)
        .first()
    )
    resources.note_next_session(event.resource_id, coming)


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
