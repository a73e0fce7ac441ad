"""Background work of resources: the daily upkeep, the census, the mails of subscribers to the menu."""

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from portal import jobs
from portal.encryption import sign
from portal.senders import SendFailed, send_mail_text
from resources import actions, queries
from resources.actions import bookings, census, contracts, directory, needs, subscriptions, work_reviews
from resources.actions.evidence import count_information_items, count_open_days
from resources.models import Booking, CensusRound, Need, Subscription
from resources.queries import open_data

logger = logging.getLogger(__name__)

MOST_NAMED = 20  # resources of one question in one mail


@jobs.handler("resources_upkeep")
def upkeep(job: jobs.Job) -> None:
    """Once a day: ask for what is due, take off what nobody answered for, move the menu's opening on,
    compare the register with itself, recall outreach tasks, count open days for the assessments."""
    now = timezone.now()
    done = actions.ask_confirmations(at=now) + actions.take_off_unconfirmed(at=now)
    done += actions.find_duplicates(at=now) + actions.remind_of_tasks(at=now)
    done += count_open_days(at=now) + count_information_items(at=now)
    job.progress(done + actions.refresh_opening(at=now))


@jobs.handler("census_accept")
def census_accept(job: jobs.Job) -> None:
    """Accept every sheet of a round that waits for the city."""
    asked = CensusRound.objects.get(pk=job.payload["round"])
    census.accept_all(asked, by=job.created_by, progress=job.progress)


@jobs.handler("census_directory")
def census_directory(job: jobs.Job) -> None:
    """Write the files of one closed round."""
    job.progress(0, 1, "排版名录")
    directory.write_directory(job.payload["directory"])
    job.progress(1, 1, "已生成")


@jobs.handler("census_upkeep")
def census_upkeep(job: jobs.Job) -> None:
    """Once a day: remind whoever has not answered a running round."""
    job.progress(census.remind_by_clock(at=timezone.now()))


@jobs.handler("needs_upkeep")
def needs_upkeep(job: jobs.Job) -> None:
    """Once a day: put unanswered bookings before the district, end what is over, remind of tomorrow, forget
    who asked for what has long ended."""
    now = timezone.now()
    done = bookings.lapse(at=now) + bookings.escalate(at=now) + bookings.remind(at=now)
    job.progress(done + needs.expire(at=now) + needs.erase_contacts(at=now))


SAID_OF_NEEDS = {
    "posted": ("需求已提交", "您的科普需求“{title}”已提交。"),
    "admitted": ("需求已受理", "您的科普需求“{title}”已受理，区科协正在联系资源。"),
    "turned_down": ("需求未予受理", "您的科普需求“{title}”未予受理，理由见链接。"),
    "expired": ("需求已到期", "您的科普需求“{title}”到期仍未对接，已结束。可以重新提出。"),
}


@jobs.handler("need_mail")
def need_mail(job: jobs.Job) -> None:
    """Tell the asker by mail what became of a need or a booking, if an address is still known."""
    need = Need.objects.filter(uuid=job.payload["uuid"], mail_sealed__isnull=False).first()
    if need is None:
        return
    what = job.payload["what"]
    booking = Booking.objects.filter(pk=job.payload.get("booking", 0)).select_related("resource").first()
    if booking is not None:
        subject = "预约进展"
        text = bookings.said(booking, what)
    else:
        subject, text = SAID_OF_NEEDS[what]
        text = text.format(title=need.title)
    context = {"text": text, "booking": booking, "link": f"{settings.SITE_URL}{need.get_absolute_url()}"}
    send_mail_text(need.mail, f"深圳科普：{subject}", render_to_string("mail/need.txt", context))


@jobs.handler("works_upkeep")
def works_upkeep(job: jobs.Job) -> None:
    """Once a day: recall reviews and milestones of works that are due or overdue."""
    now = timezone.now()
    job.progress(work_reviews.remind_reviewers(at=now) + contracts.remind_of_milestones(at=now))


@jobs.handler("menu_upkeep")
def menu_upkeep(job: jobs.Job) -> None:
    """Once a day: forget addresses nobody confirmed and changes everybody read, write the open data."""
    now = timezone.now()
    done = subscriptions.forget_unconfirmed(at=now) + actions.forget_menu_changes(at=now)
    for kind in open_data.FORMATS:
        open_data.file_of(kind)
    job.progress(done)


def _link(entry: Subscription) -> str:
    token = sign(str(entry.uuid), purpose="menu_subscription")
    return f"{settings.SITE_URL}{reverse('resources:subscription', args=[token])}"


@jobs.handler("subscription_confirm")
def subscription_confirm(job: jobs.Job) -> None:
    """Ask an address whether it subscribed."""
    entry = Subscription.objects.filter(uuid=job.payload["uuid"], confirmed_at=None).first()
    if entry is None:
        return
    asked = queries.of_question(entry.question, at=timezone.now())
    text = render_to_string("mail/subscription_confirm.txt", {"asked": asked, "link": _link(entry)})
    send_mail_text(entry.mail, "请确认订阅：深圳科普资源", text)


@jobs.handler("menu_digest")
def menu_digest(job: jobs.Job) -> None:
    """One mail an address and day with what is new for its questions; nothing new, no mail."""
    now = timezone.now()
    for done, mail_hash in enumerate(subscriptions.due(now), start=1):
        _send_digest(mail_hash, now)
        job.progress(done)


@transaction.atomic
def _send_digest(mail_hash: bytes, now: datetime) -> None:
    """Rows are claimed for one transaction, so that two workers never write to the same address."""
    mine = Subscription.objects.select_for_update(skip_locked=True).filter(mail_hash=mail_hash)
    weekly = [] if timezone.localdate(now).isoweekday() == 1 else [Subscription.Every.WEEK]
    entries = mine.filter(confirmed_at__isnull=False).exclude(every__in=weekly).order_by("pk")
    parts = []
    for entry in entries:
        asked = queries.of_question(entry.question, at=now)
        rows = queries.newest_of(asked, limit=MOST_NAMED, since=entry.told_until)
        if rows:
            parts.append({"entry": entry, "asked": asked, "rows": rows, "link": _link(entry)})
    if not parts:
        return
    text = render_to_string("mail/menu_digest.txt", {"parts": parts, "site": settings.SITE_URL})
    try:
        send_mail_text(parts[0]["entry"].mail, "深圳科普：您关注的新资源", text)
    except SendFailed:
        logger.warning("A menu digest could not be sent; it waits for tomorrow")
        return
    subscriptions.note_sent([part["entry"] for part in parts], at=now)
