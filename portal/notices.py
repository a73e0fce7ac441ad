"""Messages to people: written as rows with the change they tell of, delivered afterwards."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts import User, people_with

__all__ = ["Notice", "notify", "people_with"]


class NoticeQuerySet(models.QuerySet):
    def unread(self):
        return self.filter(read_at=None)

    def undelivered(self):
        """Waiting to leave the portal: urgent ones at once, the rest in the day's digest."""
        return self.filter(delivered_at=None)


class Notice(models.Model):
    """One message in one person's inbox; also mailed, at once or in the digest of the day."""

    PERSONAL = frozenset({"text"})

    class Kind(models.TextChoices):
        INFO = "info", "消息"
        TASK = "task", "待办"
        URGENT = "urgent", "紧急"

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


def notify(recipients, text: str, *, link: str = "", kind: str = Notice.Kind.INFO) -> int:
    """Put one message into each inbox, in the caller's transaction; returns how many."""
    rows = [Notice(recipient=person, text=text[:500], link=link, kind=kind) for person in recipients]
    return len(Notice.objects.bulk_create(rows))
