"""The portal's background work. The row is the promise; a task may be lost, run twice, or run late."""

import logging

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal import account_actions, audit, batches, calendar, files, jobs
from portal.notices import Notice, notify, people_with
from portal.regions import Region
from portal.roles import Perm
from portal.senders import SendFailed, send_at_once, send_digest

logger = logging.getLogger(__name__)

# What each business date asks for once, by kind of job. Apps register the handlers.
DAILY = (
    "index_night",
    "returns_upkeep",
    "notice_digest",
    "menu_digest",
    "daily_upkeep",
    "events_upkeep",
    "resources_upkeep",
    "menu_upkeep",
    "needs_upkeep",
    "census_upkeep",
    "works_upkeep",
    "titles_upkeep",
    "talent_upkeep",
    "tasks_upkeep",
    "audit_anchor",
    "credit_proof",
    "credit_suspicions",
    "credit_oversight",
    "credit_retention",
    "credit_totals",
)
MAILS = {"notice_digest", "menu_digest", "needs_upkeep"}  # not before people are up
NIGHT_BEGINS = 1  # o'clock
MORNING = 8
AFTER_OTHERS = {"index_night": 2}  # it counts what the rest of the night has written


@shared_task(ignore_result=True)
def run_job(pk: int) -> None:
    """Do one promised piece of work, if it still waits."""
    jobs.run(pk)


@shared_task(ignore_result=True)
def sweep_jobs() -> int:
    """Send again the messages of work that nobody took or whose worker died. Runs every half minute."""
    return jobs.sweep(at=timezone.now())


@shared_task(ignore_result=True)
def seal_audit() -> int:
    """Append waiting entries to the audit chain. Runs every few seconds."""
    return audit.seal()


@shared_task(ignore_result=True)
def business_day() -> int:
    """Promise the work of the business date, each kind once; a night missed is made up in the morning."""
    now = timezone.localtime()
    day = calendar.local_today(now)
    begins = {kind: MORNING if kind in MAILS else AFTER_OTHERS.get(kind, NIGHT_BEGINS) for kind in DAILY}
    due = [kind for kind in DAILY if now.hour >= begins[kind]]
    for kind in due:
        if kind in jobs.HANDLERS:
            jobs.enqueue(kind, key=day.isoformat(), payload={"day": day.isoformat()})
    return len(due)


@shared_task(ignore_result=True)
def deliver_notices(limit: int = 200) -> int:
    """Send notices that leave at once, oldest first, at most `limit` of them. Runs every minute."""
    waiting = Notice.objects.undelivered().at_once().order_by("pk")
    return sum(_deliver(pk) for pk in waiting.values_list("pk", flat=True)[:limit])


@transaction.atomic
def _deliver(pk: int) -> bool:
    """Each row is claimed for one transaction, so two workers never send the same notice."""
    notice = (
        Notice.objects.undelivered()
        .at_once()
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("recipient")
        .filter(pk=pk)
        .first()
    )
    if notice is None:
        return False
    try:
        send_at_once(notice)
    except SendFailed:
        logger.warning("Notice %s could not be sent; it waits for the next run", pk)
        Notice.objects.filter(pk=pk).update(attempts=F("attempts") + 1)
        return False
    Notice.objects.filter(pk=pk).update(delivered_at=timezone.now())
    return True


@jobs.handler("notice_digest")
def digest(job: jobs.Job) -> None:
    """One mail per person and day with everything that waits in the inbox; nothing new, no mail."""
    people = (
        Notice.objects.undelivered()
        .for_digest()
        .filter(recipient__is_active=True)
        .order_by("recipient")
        .values_list("recipient", flat=True)
        .distinct()
    )
    for done, person in enumerate(list(people), start=1):
        _send_digest(person)
        job.progress(done)


@jobs.handler("daily_upkeep")
def upkeep(job: jobs.Job) -> None:
    """Take away what has expired, take in working days announced since, and rest unused accounts."""
    now = timezone.now()
    files.purge(now)
    batches.forget(at=now)
    account_actions.rest_dormant(at=now)
    calendar.load()


@jobs.handler("sheet_keep")
def sheet_keep(job: jobs.Job) -> None:
    """Keep a confirmed sheet of a register."""
    batches.keep(job.payload["batch"], at=timezone.now(), progress=job.progress)


@jobs.handler("sheet_undo")
def sheet_undo(job: jobs.Job) -> None:
    """Take a kept sheet back."""
    batches.undo(job.payload["batch"], at=timezone.now(), progress=job.progress)


@transaction.atomic
def _send_digest(person: int) -> None:
    waiting = list(
        Notice.objects.undelivered()
        .for_digest()
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("recipient")
        .filter(recipient=person)
        .order_by("pk")[:100]
    )
    if not waiting:
        return
    try:
        send_digest(waiting[0].recipient, waiting)
    except SendFailed:
        logger.warning("The digest of person %s could not be sent; it waits for tomorrow", person)
        return
    Notice.objects.filter(pk__in=[notice.pk for notice in waiting]).update(delivered_at=timezone.now())


@jobs.handler("audit_anchor")
def audit_anchor(job: jobs.Job) -> None:
    """Once a day: check the audit chain, keep its head outside the database, tell the auditors."""
    now = timezone.now()
    verdict = audit.keep_anchor(settings.DATA_DIR / "audit-anchors.txt", at=now)
    auditors = people_with(Perm.AUDIT_VIEW, Region.objects.city())
    if verdict.broken_at is not None:
        text = f"操作记录链在第 {verdict.broken_at} 环断开，请立即核查。"
        notify(auditors, text, link="/desk/audit/", kind=Notice.Kind.URGENT)
    elif verdict.links:
        notify(auditors, f"今日操作记录链头：第 {verdict.links} 环，{verdict.head}", link="/trail/")
