"""Hearing of what is new: subscriptions by mail without an account, and declared interests."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Q

from portal import audit, jobs
from portal.accounts import User
from portal.calendar import local_today
from portal.encryption import blind, seal
from portal.errors import Refused
from resources.models import Interests, Subscription
from resources.models.subscriptions import MAIL
from resources.queries.recommend import is_of_a_child

UNCONFIRMED_KEPT = timedelta(days=2)
MOST_QUESTIONS = 20  # of one address
VISITOR = AnonymousUser()  # who subscribes has no account


@transaction.atomic
def subscribe(*, question: str, every: str, mail: str, at: datetime, key: UUID) -> None:
    """Ask an address whether it wants to hear of a question; nothing is sent before it says yes.

    Says the same whether or not the address is known here, so that nobody can find out. Raises Refused for
    an address with too many questions.
    """
    address = mail.strip().lower()
    mine = Subscription.objects.filter(mail_hash=blind(address, purpose=MAIL))
    if mine.count() >= MOST_QUESTIONS:
        raise Refused(f"同一邮箱最多 {MOST_QUESTIONS} 个订阅，请先退订不需要的。")
    entry, is_new = Subscription.objects.get_or_create(
        mail_hash=blind(address, purpose=MAIL),
        question=question,
        defaults={
            "uuid": key,
            "every": every,
            "mail_sealed": seal(address, field=MAIL, owner=key),
            "asked_at": at,
            "told_until": at,
        },
    )
    if is_new:
        audit.record(entry, "subscribe", by=VISITOR)
    if entry.confirmed_at is None:
        day = local_today(at).isoformat()
        jobs.enqueue("subscription_confirm", key=f"{entry.uuid}:{day}", payload={"uuid": str(entry.uuid)})


@transaction.atomic
def confirm(entry: Subscription, *, at: datetime) -> None:
    """The address says yes; from now on it hears of what is published. A second time changes nothing."""
    changed = Subscription.objects.filter(pk=entry.pk, confirmed_at=None).update(
        confirmed_at=at, told_until=at
    )
    if changed:
        audit.record(entry, "confirm", by=VISITOR)


@transaction.atomic
def leave(entry: Subscription) -> None:
    """Unsubscribe: the row goes, and the address with it."""
    audit.record(entry, "leave", by=VISITOR)
    entry.delete()


@transaction.atomic
def forget_unconfirmed(*, at: datetime) -> int:
    """Delete what nobody confirmed within two days, address and all. Returns how many."""
    over = Subscription.objects.filter(confirmed_at=None, asked_at__lt=at - UNCONFIRMED_KEPT)
    return over.delete()[0]


def due(at: datetime) -> list[bytes]:
    """The addresses, by their hash, that have a subscription due today: daily ones, weekly ones on Monday."""
    today = local_today(at)
    rows = Subscription.objects.filter(confirmed_at__isnull=False)
    rows = rows.filter(Q(sent_on=None) | Q(sent_on__lt=today))
    if today.isoweekday() != 1:
        rows = rows.filter(every=Subscription.Every.DAY)
    hashes = rows.order_by("mail_hash").values_list("mail_hash", flat=True).distinct()
    return [bytes(one) for one in hashes]


def note_sent(entries: list[Subscription], *, at: datetime) -> None:
    """Write down that these have been told of everything published so far."""
    keys = [entry.pk for entry in entries]
    Subscription.objects.filter(pk__in=keys).update(told_until=at, sent_on=local_today(at))


# --- Interests ------------------------------------------------------------------------------------


@transaction.atomic
def declare_interests(*, by: User, **values) -> Interests:
    """Keep what somebody says they are interested in; nothing else is ever taken from what they do.

    Raises Refused for the account of a child under 14: there are no recommendations for children.
    """
    if is_of_a_child(by):
        raise Refused("未满 14 周岁的账号不提供推荐。")
    interests, _ = Interests.objects.update_or_create(user=by, defaults=values)
    interests.full_clean()
    audit.record(interests, "declare_interests", by=by)
    return interests


@transaction.atomic
def forget_interests(*, by: User) -> None:
    """Delete what somebody declared."""
    for interests in Interests.objects.filter(user=by):
        audit.record(interests, "forget_interests", by=by)
        interests.delete()
