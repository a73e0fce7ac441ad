"""Background work: the row is the promise. A task may be lost, run twice or run late, and nothing is wrong.

Whoever wants work done writes a Job in the transaction of the change that asks for it; a message is sent
when that commits, and the sweeper sends it again for rows that nobody took or whose worker died.
"""

import logging
import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from celery import current_app
from django.core.exceptions import PermissionDenied
from django.db import close_old_connections, connection, models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from portal.accounts import User
from portal.errors import Refused

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 1
DEAD_AFTER = timedelta(seconds=120)
FORGOTTEN_AFTER = timedelta(seconds=60)
MOST_ATTEMPTS = 3

HANDLERS: dict[str, Callable[["Job"], None]] = {}


class JobQuerySet(models.QuerySet):
    def waiting(self, at: datetime):
        """Queued and not taken, or taken by a worker that no longer breathes."""
        return self.filter(
            Q(state=Job.State.QUEUED, published_at__lt=at - FORGOTTEN_AFTER)
            | Q(state=Job.State.RUNNING, heartbeat_at__lt=at - DEAD_AFTER)
        )

    def claimable(self, at: datetime):
        return self.filter(
            Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, heartbeat_at__lt=at - DEAD_AFTER)
        )


class Job(models.Model):
    """One piece of work, once per kind and key: a batch, a business date, a report."""

    PERSONAL = frozenset()

    class State(models.TextChoices):
        QUEUED = "queued", "等待"
        RUNNING = "running", "处理中"
        DONE = "done", "已完成"
        FAILED = "failed", "未完成"

    kind = models.CharField("任务类别", max_length=40)
    key = models.CharField("业务键", max_length=80)
    title = models.CharField("任务名称", max_length=80, blank=True)
    link = models.CharField("结果地址", max_length=200, blank=True)
    payload = models.JSONField("参数", default=dict, help_text="只放编号，不放内容。")
    state = models.CharField("状态", max_length=10, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField("已处理", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    note = models.CharField("进度说明", max_length=200, blank=True)
    fault = models.CharField("未完成原因", max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    lease = models.UUIDField("执行凭据", null=True, editable=False)
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="发起人", related_name="+"
    )
    created_at = models.DateTimeField("创建时间", default=timezone.now)
    published_at = models.DateTimeField("发出时间", default=timezone.now)
    heartbeat_at = models.DateTimeField("最近心跳", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        constraints = [
            models.UniqueConstraint(name="job_once_per_kind_and_key", fields=["kind", "key"]),
            models.CheckConstraint(
                name="job_ended_has_a_time",
                condition=Q(state__in=["queued", "running"]) | Q(ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["published_at"], name="job_unfinished", condition=Q(state__in=["queued", "running"])
            )
        ]

    def __str__(self):
        return f"{self.kind} {self.key}"

    def get_absolute_url(self):
        """Where its result is found; until somebody says so, how far it is."""
        return self.link or reverse("job", args=[self.pk])

    def progress(self, done: int, total: int | None = None, note: str | None = None) -> None:
        """Say how far the work is. Written by the heartbeat, apart from the work's own transaction."""
        self.done = done
        self.total = self.total if total is None else total
        self.note = self.note if note is None else note[:200]

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED)


def handler(kind: str):
    """Register the function that does jobs of one kind. It must be safe to run again."""

    def register(function: Callable[[Job], None]) -> Callable[[Job], None]:
        HANDLERS[kind] = function
        return function

    return register


@transaction.atomic
def enqueue(
    kind: str,
    *,
    key: str,
    payload: dict | None = None,
    by: User | None = None,
    title: str = "",
    link: str = "",
) -> Job:
    """Promise one piece of work; the same kind and key again gives the promise already made.

    `title` and `link` are for the person who asked: what it is called, and where its result is found.
    """
    given = {"payload": payload or {}, "created_by": by, "title": title[:80], "link": link}
    job, is_new = Job.objects.get_or_create(kind=kind, key=key, defaults=given)
    if is_new:
        transaction.on_commit(lambda: publish(job.pk), robust=True)
    return job


@transaction.atomic
def again(job: Job) -> None:
    """Put a job that ended back into the queue."""
    reset = {"state": Job.State.QUEUED, "attempts": 0, "fault": "", "done": 0, "ended_at": None}
    Job.objects.filter(pk=job.pk, state__in=[Job.State.DONE, Job.State.FAILED]).update(
        **reset, published_at=timezone.now()
    )
    transaction.on_commit(lambda: publish(job.pk), robust=True)


def publish(pk: int) -> None:
    """Tell the workers. A message that cannot be sent is no loss: the sweeper sends it later."""
    # Sent by name: the task stands in portal.tasks, which imports this file.
    current_app.send_task("portal.tasks.run_job", args=[pk])


def sweep(*, at: datetime, limit: int = 100) -> int:
    """Send the message of every waiting job again; returns how many."""
    pks = list(Job.objects.waiting(at).order_by("pk").values_list("pk", flat=True)[:limit])
    Job.objects.filter(pk__in=pks).update(published_at=at)
    for pk in pks:
        publish(pk)
    return len(pks)


def run(pk: int, *, at: datetime | None = None) -> bool:
    """Take one job and do it; False if somebody else has it or it is over.

    Refused or PermissionDenied ends it with the reason; any other fault puts it back, three times at most.
    """
    at = at or timezone.now()
    lease = uuid.uuid4()
    taken = (
        Job.objects.claimable(at)
        .filter(pk=pk)
        .update(state=Job.State.RUNNING, lease=lease, heartbeat_at=timezone.now(), attempts=F("attempts") + 1)
    )
    if not taken:
        return False
    job = Job.objects.get(pk=pk)
    if job.attempts > MOST_ATTEMPTS:
        _end(job, Job.State.FAILED, "多次中断，已停止重试，请联系管理员。")
        return False
    with _Heartbeat(job):
        state, fault = _attempt(job)
    _end(job, state, fault)
    return state == Job.State.DONE


def _attempt(job: Job) -> tuple[str, str]:
    try:
        _handler_of(job.kind)(job)
    except (Refused, PermissionDenied) as refusal:  # who asked may have lost the right since
        return Job.State.FAILED, str(refusal)
    except Exception:  # whatever a handler raises must end in the row, not in a lost task
        logger.exception("Job %s failed at attempt %s", job.pk, job.attempts)
        if job.attempts < MOST_ATTEMPTS:
            return Job.State.QUEUED, ""
        return Job.State.FAILED, "处理时发生故障，已记录并通知管理员。"
    return Job.State.DONE, ""


def _handler_of(kind: str) -> Callable[[Job], None]:
    if kind not in HANDLERS:
        current_app.loader.import_default_modules()  # the apps' tasks register their handlers
    return HANDLERS[kind]


def _end(job: Job, state: str, fault: str) -> None:
    """Only the holder of the lease ends a job; a worker thought dead that comes back changes nothing."""
    over = state in (Job.State.DONE, Job.State.FAILED)
    Job.objects.filter(pk=job.pk, lease=job.lease).update(
        state=state,
        fault=fault[:500],
        done=job.done,
        total=job.total,
        note=job.note,
        ended_at=timezone.now() if over else None,
        published_at=timezone.now(),
    )


class _Heartbeat:
    """Writes a running job's progress and sign of life on a connection of its own."""

    def __init__(self, job: Job):
        self.job = job
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self):
        # Inside a transaction (tests) another connection would wait for this one's lock.
        if not connection.in_atomic_block:
            self.thread.start()
        return self

    def __exit__(self, *exc):
        self.over.set()
        if self.thread.is_alive():
            self.thread.join()

    def _beat(self) -> None:
        try:
            while not self.over.wait(HEARTBEAT_SECONDS):
                job = self.job
                Job.objects.filter(pk=job.pk, lease=job.lease).update(
                    done=job.done, total=job.total, note=job.note, heartbeat_at=timezone.now()
                )
        except Exception:  # a missed beat only delays; the work itself must go on
            logger.exception("Heartbeat of job %s stopped", self.job.pk)
        finally:
            connection.close()
            close_old_connections()
