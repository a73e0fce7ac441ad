"""Whole values of personal data, opened one by one: each written down, and an alarm where they are many."""

from django.db import connection, transaction

from portal import audit
from portal.accounts import User, people_with
from portal.calendar import day_start, local_today
from portal.notices import Notice, notify
from portal.regions import Region
from portal.roles import Perm

MOST_A_DAY = 50  # by one person; a school opens a few a day to answer parents
LOCK = 7_304_003  # advisory lock of one person's count, with the person's id


@transaction.atomic
def note(subject, *, reason: str, by: User) -> None:
    """Write down that `by` opens a whole value; beyond 50 a day the auditors are told, once a day."""
    with connection.cursor() as cursor:  # two at once would each miss the other
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, by.pk])
    audit.record(subject, "reveal", by=by, note=reason)
    today = audit.AuditEntry.objects.filter(actor_id=by.pk, at__gte=day_start(local_today()))
    if today.filter(action="reveal").count() <= MOST_A_DAY or today.filter(action="reveal_alarm").exists():
        return
    audit.event("reveal_alarm", by=by, kind=by._meta.label, subject_id=str(by.pk), name=str(by))
    city = Region.objects.city()
    text = f"{by}今日查看完整信息已超过 {MOST_A_DAY} 次，请核查。"
    auditors = set(people_with(Perm.AUDIT_VIEW, city)) - {by}
    security = set(people_with(Perm.SECURITY_ADMIN, city)) - {by} - auditors
    notify(auditors, text, link="/desk/audit/?action=reveal", kind=Notice.Kind.URGENT)
    notify(security, text, kind=Notice.Kind.URGENT)
