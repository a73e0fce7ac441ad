"""The audit trail: who did what to which record, when, from where, and why. Written once, never changed.

`record()` inserts an entry in the caller's transaction. The sealer numbers and hashes entries a moment
later, so that no request waits for the chain; `verify()` finds the first entry that was touched since.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection, models, transaction
from django.utils import timezone

from portal.copying import copy_in
from portal.origin import origin

GENESIS = "0" * 64
HORIZON = "pg_snapshot_xmin(pg_current_snapshot())"  # below it no transaction is still open
LOCK = 7_304_001  # advisory lock of the sealer
HIDDEN = "（已隐藏）"


class AuditEntry(models.Model):
    """No foreign keys to what it speaks of, so that no record is kept alive or lost with it."""

    PERSONAL = frozenset({"actor_name", "subject_name", "note", "address"})

    at = models.DateTimeField("时间", default=timezone.now)
    actor_id = models.BigIntegerField("操作人编号", null=True)
    actor_name = models.CharField("操作人", max_length=200)
    action = models.CharField("操作", max_length=60)
    subject_type = models.CharField("对象类型", max_length=60)
    subject_id = models.CharField("对象编号", max_length=40)
    subject_name = models.CharField("对象", max_length=200)
    changes = models.JSONField("变更", default=dict, help_text="字段名：[原值, 新值]")
    note = models.TextField("说明", blank=True)
    address = models.CharField("来源地址", max_length=45, blank=True)
    request_id = models.CharField("请求编号", max_length=36, blank=True)
    number = models.BigIntegerField("链上序号", null=True, unique=True, editable=False)
    digest = models.CharField("链上摘要", max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "操作记录"
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "at"], name="audit_by_subject"),
            models.Index(fields=["actor_id", "at"], name="audit_by_actor"),
            models.Index(fields=["id"], name="audit_not_sealed", condition=models.Q(number=None)),
        ]

    def __str__(self):
        return f"{self.actor_name}：{self.subject_name}"

    @property
    def actor(self) -> str:
        """The name as other people's pages say it: without the login, which is for the trail."""
        if self.actor_id is None:
            return self.actor_name
        return self.actor_name.rpartition("（")[0] or self.actor_name


# What a link of the chain is made of, in this order, after its number and the digest before it.
LINKED = (
    "id, at, actor_id, actor_name, action, subject_type, subject_id, subject_name, changes, note, address,"
    " request_id"
)
CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _link(before: str, number: int, content: tuple) -> str:
    """The digest of an entry, its columns LINKED as read, as link `number` after the digest `before`."""
    pk, at, actor_id, actor_name, action, kind, subject_id, subject_name, changes, *others = content
    moment = at.astimezone(timezone.get_default_timezone()).isoformat()
    who = (actor_id, actor_name, action, kind, subject_id, subject_name)
    text = CANONICAL.encode([number, before, pk, moment, *who, json.loads(changes), *others])
    return hashlib.sha256(text.encode()).hexdigest()


def record(subject, action: str, *, by, changes: dict | None = None, note: str = "", name: str = ""):
    """Write one entry, in the caller's transaction: no entry without the change, no change without it.

    Values of fields the model lists in PERSONAL are kept out; that they changed is not. `by` is None for
    what the clock does.
    """
    return AuditEntry.objects.create(
        **_who(by),
        action=action,
        subject_type=subject._meta.label,
        subject_id=str(subject.pk),
        subject_name=(name or str(subject))[:200],
        changes=_kept(subject, changes or {}),
        note=note,
    )


def _kept(subject, changes: dict) -> dict:
    hidden = getattr(subject, "PERSONAL", ())
    values = {field: [HIDDEN] * 2 if field in hidden else pair for field, pair in changes.items()}
    return json.loads(json.dumps(values, default=str))


def record_many(subjects, action: str, *, by, changes=lambda subject: {}, note: str = "") -> int:
    """One entry for each of many records of one kind, as `record` writes it; returns how many."""
    who = _who(by)
    entries = [
        AuditEntry(
            **who,
            action=action,
            subject_type=subject._meta.label,
            subject_id=str(subject.pk),
            subject_name=str(subject)[:200],
            changes=_kept(subject, changes(subject)),
            note=note,
        )
        for subject in subjects
    ]
    return copy_in(entries)


def event(action: str, *, by, kind: str, subject_id: str = "", name: str = "", note: str = ""):
    """Write an entry about something that is no record: a sign-in, a denial, an export."""
    return AuditEntry.objects.create(
        **_who(by),
        action=action,
        subject_type=kind,
        subject_id=subject_id[:40],
        subject_name=name[:200],
        note=note,
    )


def viewed(subject, *, by, reason: str = "", name: str = ""):
    """Opening personal data is itself an act. `name` as in `record`."""
    return record(subject, "view", by=by, note=reason, name=name)


def exported(kind: str, count: int, *, by, note: str = ""):
    """An export of `count` rows of one kind."""
    return event("export", by=by, kind=kind, name=f"{count} 行", note=note)


def _who(by) -> dict:
    here = origin.get()
    known = by is not None and by.is_authenticated
    return {
        "actor_id": by.pk if known else None,
        "actor_name": (str(by) if known else "访客") if by is not None else "系统",
        "address": here.address,
        "request_id": here.request_id,
    }


@transaction.atomic
def seal(limit: int = 5000) -> int:
    """Append waiting entries to the chain, oldest first; returns how many.

    Entries of transactions that might still commit earlier ones wait. One sealer works at a time.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            f"SELECT {LINKED} FROM portal_auditentry"  # noqa: S608  both names are constants of this file
            f" WHERE number IS NULL AND xact < {HORIZON} ORDER BY id LIMIT %s",
            [limit],
        )
        waiting = cursor.fetchall()
    number, before = head()
    sealed = []
    for content in waiting:
        number += 1
        before = _link(before, number, content)
        sealed.append((content[0], number, before))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE portal_auditentry SET number = link.number, digest = link.digest"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS link (id, number, digest)"
            " WHERE portal_auditentry.id = link.id",
            [list(column) for column in zip(*sealed, strict=True)] or [[], [], []],
        )
    return len(sealed)


def head() -> tuple[int, str]:
    """Number and digest of the last link; (0, zeros) for an empty chain."""
    last = AuditEntry.objects.filter(number__isnull=False).order_by("-number").first()
    return (last.number, last.digest) if last else (0, GENESIS)


@dataclass(frozen=True)
class Verdict:
    """What a check of the chain found. `broken_at` is the number of the first wrong link."""

    links: int
    broken_at: int | None
    unsealed_late: int
    head: str

    @property
    def is_sound(self) -> bool:
        return self.broken_at is None and not self.unsealed_late


def verify(*, at: datetime, anchor: tuple[int, str] | None = None) -> Verdict:
    """Walk the chain. With an `anchor` (number, digest) kept elsewhere, a cut-off tail shows too.

    Entries unsealed for over a minute count against it.
    """
    before, expected, broken = GENESIS, 0, None
    anchored = anchor is None or anchor[0] == 0
    for number, digest, *content in _links():
        expected += 1
        if number != expected or digest != _link(before, expected, content):
            broken = expected
            break
        before = digest
        anchored = anchored or (number, digest) == tuple(anchor)
    if broken is None and not anchored:
        broken = expected + 1
    late = AuditEntry.objects.filter(number=None, at__lt=at - timedelta(minutes=1)).count()
    return Verdict(links=expected, broken_at=broken, unsealed_late=late, head=before)


def _links():
    """Number, digest and the columns LINKED of each link, in order."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(
            f"SELECT number, digest, {LINKED} FROM portal_auditentry"  # noqa: S608  LINKED is a constant of this file
            " WHERE number IS NOT NULL ORDER BY number"
        )
        while rows := cursor.fetchmany(5000):
            yield from rows


def last_anchor(file: Path) -> tuple[int, str] | None:
    """The newest head kept in the file outside the database; None before the first."""
    if not file.exists():
        return None
    _, number, digest = file.read_text(encoding="ascii").strip().rpartition("\n")[2].split()
    return int(number), digest


def keep_anchor(file: Path, *, at: datetime) -> Verdict:
    """Verify the chain against the last anchor, then append today's head to the file outside the database."""
    verdict = verify(at=at, anchor=last_anchor(file))
    if verdict.broken_at is None and verdict.links:
        with file.open("a", encoding="ascii") as kept:
            kept.write(f"{timezone.localdate(at).isoformat()} {verdict.links} {verdict.head}\n")
            kept.flush()
            os.fsync(kept.fileno())
    return verdict
