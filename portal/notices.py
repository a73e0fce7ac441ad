"""Messages to people: rows, written with the change they tell of and delivered afterwards as each wants."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from portal.accounts import User, people_with

__all__ = ["Notice", "NoticeChoice", "mailed_kinds", "notify", "people_with"]

MOST_ATTEMPTS = 10


class NoticeQuerySet(models.QuerySet):
    def unread(self):
        return self.filter(read_at=None)

    def undelivered(self):
        """Waiting to leave the portal: `at_once` or `for_digest`."""
        return self.filter(delivered_at=None)

    def at_once(self):
        """Urgent ones, and of the other kinds what its reader wants at once."""
        return self.filter(Q(kind=Notice.Kind.URGENT) | _wanted_at_once(), attempts__lt=MOST_ATTEMPTS)

    def for_digest(self):
        """What waits for the mail of the day; also what failed too often to leave at once."""
        return self.exclude(kind=Notice.Kind.URGENT).exclude(
            _wanted_at_once() & Q(attempts__lt=MOST_ATTEMPTS)
        )


def _wanted_at_once() -> Q:
    chosen = NoticeChoice.objects.filter(
        person=OuterRef("recipient"), kind=OuterRef("kind"), way=NoticeChoice.Way.AT_ONCE
    )
    has_mail = Q(kind=Notice.Kind.RIGHTS) | Q(recipient__wants_digest=True)
    return Q(Exists(chosen)) & has_mail & Q(recipient__is_active=True)


class Notice(models.Model):
    """One message in one person's inbox; also mailed, at once or in the digest of the day."""

    PERSONAL = frozenset({"text"})

    class Kind(models.TextChoices):
        TASK = "task", "待办与退回"
        INFO = "info", "结果与公告"
        RIGHTS = "rights", "未成年人权益"
        URGENT = "urgent", "安全与紧急"

    recipient = models.ForeignKey(User, models.CASCADE, verbose_name="接收人", related_name="notices")
    kind = models.CharField("类别", max_length=10, choices=Kind, default=Kind.INFO)
    text = models.CharField("内容", max_length=500)
    link = models.CharField("链接", max_length=200, blank=True)
    created_at = models.DateTimeField("创建时间", default=timezone.now)
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)
    delivered_at = models.DateTimeField("送达时间", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("发送次数", default=0)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notice_by_recipient"),
            models.Index(fields=["id"], name="notice_waiting", condition=Q(delivered_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                name="notice_link_stays_inside",
                condition=Q(link="") | Q(link__startswith="/") & ~Q(link__startswith="//"),
                violation_error_message="通知链接只能指向本平台。",
            )
        ]

    def __str__(self):
        return self.text


class NoticeChoice(models.Model):
    """How one person wants one kind of notice; without a row it comes in the mail of the day.

    What is decided about a child comes by mail in any case, what is urgent at once in any case.
    """

    PERSONAL = frozenset()

    class Way(models.TextChoices):
        AT_ONCE = "at_once", "立即"
        DAILY = "daily", "每日汇总"
        INBOX = "inbox", "只在站内"

    person = models.ForeignKey(User, models.CASCADE, verbose_name="接收人", related_name="notice_choices")
    kind = models.CharField("类别", max_length=10, choices=Notice.Kind)
    way = models.CharField("方式", max_length=10, choices=Way)

    class Meta:
        verbose_name = verbose_name_plural = "通知方式"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"],
                name="notice_choice_once_per_kind",
                violation_error_message="这一类通知已有设置。",
            ),
            models.CheckConstraint(
                name="notice_choice_stops_nothing_required",
                condition=Q(kind__in=["task", "info"], way__in=["at_once", "daily", "inbox"])
                | Q(kind="rights", way__in=["at_once", "daily"]),
                violation_error_message="未成年人权益和安全与紧急消息不能停发。",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}：{self.get_way_display()}"


# What each kind may be set to, in the order people read it. Urgent ones leave at once.
WAYS = {
    Notice.Kind.TASK: tuple(NoticeChoice.Way),
    Notice.Kind.INFO: tuple(NoticeChoice.Way),
    Notice.Kind.RIGHTS: (NoticeChoice.Way.AT_ONCE, NoticeChoice.Way.DAILY),
}
STOPPABLE = tuple(kind for kind, ways in WAYS.items() if NoticeChoice.Way.INBOX in ways)


def ways_of(person: User) -> dict[str, str]:
    """How a person wants each kind that may be set."""
    chosen = dict(person.notice_choices.values_list("kind", "way"))
    return {kind.value: chosen.get(kind, NoticeChoice.Way.DAILY.value) for kind in WAYS}


def mailed_kinds(person: User) -> set[str]:
    """The kinds of which mail is sent to a person now: never less than what cannot be stopped."""
    ways = ways_of(person)
    stopped = {kind for kind in STOPPABLE if not person.wants_digest or ways[kind] == NoticeChoice.Way.INBOX}
    return set(Notice.Kind.values) - stopped


def notify(recipients, text: str, *, link: str = "", kind: str = Notice.Kind.INFO) -> int:
    """Put one message into each inbox, in the caller's transaction; returns how many."""
    rows = [Notice(recipient=person, text=text[:500], link=link, kind=kind) for person in recipients]
    return len(Notice.objects.bulk_create(rows))
