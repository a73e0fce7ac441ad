"""A sheet brought into a register: kept by a job, as a whole or its right rows alone, and taken back as a
whole within 30 days.

The row is the promise. Keeping and taking back each happen in one transaction that holds the batch, so that
a job that is killed or delivered twice has done it not at all or once.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Max, ProtectedError, RestrictedError
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from portal import audit, encryption, history, jobs
from portal.accounts import User, may
from portal.copying import copy_in
from portal.errors import Refused
from portal.jobs import Job
from portal.notices import notify
from portal.pending_sheets import PendingSheet
from portal.regions import Region
from portal.register_rows import Kept, RegisterRow
from portal.registers import RegisterResource
from portal.roles import Perm
from portal.sheets import Fault, SheetRefused, Table, as_text
from portal.templatetags.portal_tags import cn_time

UNDO_WITHIN = timedelta(days=30)
PIECE = 500
MOST_FAULTS = 20_000
LOOKS = {"view", "export"}  # acts that change nothing
LONGEST_STATEMENT = "300s"

Progress = Callable[..., object]


class SheetBatch(models.Model):
    """One confirmed sheet of one register, by whom and what became of it."""

    PERSONAL = frozenset()

    uuid = models.UUIDField("批次号", unique=True, default=uuid4, editable=False)
    title = models.CharField("登记", max_length=60)
    subject = models.CharField("对象类型", max_length=60)
    sheet = models.CharField("表格", max_length=120)
    where = models.JSONField("范围", default=dict, help_text="只放编号和权限代码。")
    back = models.CharField("返回地址", max_length=200)
    created_by = models.ForeignKey(User, models.PROTECT, verbose_name="导入人", related_name="+")
    created_at = models.DateTimeField("确认时间", default=timezone.now)
    only_good = models.BooleanField("只导入正确的行", default=False, editable=False)
    job = models.ForeignKey(Job, models.PROTECT, null=True, verbose_name="导入任务", related_name="+")
    undo_job = models.ForeignKey(Job, models.PROTECT, null=True, verbose_name="撤销任务", related_name="+")
    rows_new = models.PositiveIntegerField("新增（行）", default=0)
    rows_changed = models.PositiveIntegerField("更新（行）", default=0)
    rows_same = models.PositiveIntegerField("未变（行）", default=0)
    rows_faulty = models.PositiveIntegerField("有误（行）", default=0)
    rows_undone = models.PositiveIntegerField("已撤销（行）", default=0)
    trail_end = models.BigIntegerField("操作记录止于", default=0, editable=False)
    faults = models.BinaryField("错误", default=b"", blank=True, editable=False)
    kept_at = models.DateTimeField("导入时间", null=True, blank=True)
    refused_at = models.DateTimeField("未导入时间", null=True, blank=True)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        constraints = [
            models.CheckConstraint(
                name="sheet_batch_is_kept_or_refused",
                condition=models.Q(kept_at=None) | models.Q(refused_at=None),
                violation_error_message="一个批次不能既导入又未导入。",
            ),
            models.CheckConstraint(
                name="sheet_batch_is_undone_after_it_is_kept",
                condition=models.Q(undone_at=None) | models.Q(kept_at__lte=models.F("undone_at")),
                violation_error_message="没有导入的批次不能撤销。",
            ),
        ]

    def __str__(self):
        return f"{self.title}导入批次 {self.uuid.hex[:8]}"

    def get_absolute_url(self):
        return reverse("sheet_batch", args=[self.uuid])

    @property
    def is_over(self) -> bool:
        return bool(self.kept_at or self.refused_at)

    @property
    def rows_read(self) -> int:
        return self.rows_new + self.rows_changed + self.rows_same + self.rows_faulty

    @property
    def summary(self) -> str:
        said = f"新增 {self.rows_new:,} 条，更新 {self.rows_changed:,} 条，未变 {self.rows_same:,} 条"
        return f"{said}，有误未导入 {self.rows_faulty:,} 行" if self.rows_faulty else said

    @property
    def undo_until(self) -> datetime | None:
        return self.kept_at + UNDO_WITHIN if self.kept_at else None

    def may_be_undone(self, at: datetime) -> bool:
        """Whether it can still be asked to take this batch back."""
        return bool(
            self.kept_at
            and not self.undone_at
            and at < self.undo_until
            and import_string(self.sheet).can_be_undone
            and (self.undo_job is None or self.undo_job.state == Job.State.FAILED)
        )

    def open(self) -> RegisterResource:
        return import_string(self.sheet).opened(by=self.created_by, where=self.where)

    def pending(self) -> PendingSheet:
        return PendingSheet(self.uuid)

    def read_faults(self) -> list[Fault]:
        """What was wrong with the sheet when it was to be kept, the first of it."""
        if not self.faults:
            return []
        text = encryption.unseal_bytes(bytes(self.faults), field="sheet_batch.faults", owner=self.uuid)
        return [Fault(*fault) for fault in json.loads(text)]


class SheetBatchRow(models.Model):
    """One record that a batch made or changed, and what it said before."""

    PERSONAL = frozenset({"name"})

    batch = models.ForeignKey(SheetBatch, models.CASCADE, verbose_name="批次", related_name="rows")
    subject_id = models.BigIntegerField("对象编号")
    name = models.CharField("对象", max_length=200)
    is_new = models.BooleanField("新增")
    before = models.BinaryField("原内容", default=b"", editable=False)
    is_undone = models.BooleanField("已撤销", default=False)
    why_kept = models.CharField("保留原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "导入批次的行"
        constraints = [
            models.UniqueConstraint(
                name="sheet_batch_row_once_per_record",
                fields=["batch", "subject_id"],
                violation_error_message="一个批次中同一条记录只能出现一次。",
            )
        ]

    def __str__(self):
        return f"{self.batch} {self.subject_id}"


# --- Faults of a preview, for the workbook that goes back -----------------------------------------


def faults_of(rows: Iterable[RegisterRow], table: Table) -> Iterator[Fault]:
    """What is wrong with which cell, as the workbook that goes back to the sender says it."""
    typed = dict(zip(table.lines, table.records(), strict=True))
    for row in rows:
        for header, sentence in row.problems:
            value = as_text(typed[row.line].get(header))
            yield Fault(row.line, header, value, sentence.rstrip("。"), "")


# --- Keeping --------------------------------------------------------------------------------------


@transaction.atomic
def promise(
    pending: PendingSheet,
    *,
    sheet: type[RegisterResource],
    where: dict,
    title: str,
    back: str,
    by: User,
    only_good: bool = False,
) -> SheetBatch:
    """Promise to keep a sheet that was looked at, or its right rows; the same again is the same batch."""
    batch, is_new = SheetBatch.objects.get_or_create(
        uuid=pending.key,
        defaults={
            "title": title[:60],
            "subject": sheet._meta.model._meta.label,
            "sheet": f"{sheet.__module__}.{sheet.__qualname__}",
            "where": where,
            "back": back,
            "created_by": by,
            "only_good": only_good,
        },
    )
    if batch.created_by_id != by.pk:
        raise Refused("这份表格不是您上传的，请重新上传。")
    if is_new:
        pending.hold()
        batch.job = jobs.enqueue(
            "sheet_keep",
            key=str(batch.uuid),
            payload={"batch": batch.pk},
            by=by,
            title=f"导入{title}",
            link=batch.get_absolute_url(),
        )
        batch.save(update_fields=["job"])
    return batch


@transaction.atomic
def keep(pk: int, *, at: datetime, progress: Progress = lambda *_: None) -> SheetBatch | None:
    """Keep a promised sheet; None if that was done before.

    With a faulty row nothing of it is kept, unless its right rows alone were asked for.

    Raises Refused if the sheet is no longer there or cannot be read, and PermissionDenied if whoever
    confirmed it may no longer edit there.
    """
    batch = _held(pk)
    if batch.is_over:
        return None
    _require_still(batch)
    sheet = batch.open()
    sheet.progress = progress
    try:
        dataset = sheet.read(batch.pending().read())
    except SheetRefused as refusal:  # its file cannot change any more
        raise Refused(str(refusal)) from refusal
    result = sheet.keep_good(dataset) if batch.only_good else sheet.keep(dataset)
    _count(batch, result.rows)
    if batch.rows_faulty:
        _write_faults(batch, result.rows, dataset.table)
    if batch.rows_faulty and not (batch.only_good and sheet.kept):
        batch.refused_at = at
    else:
        batch.kept_at = at
        # Who edits one of these records waits for the end of this transaction: their entry comes later.
        batch.trail_end = audit.AuditEntry.objects.aggregate(last=Max("pk"))["last"] or 0
        _write_rows(batch, sheet.kept)
        if not batch.rows_faulty:  # else its faulty rows are still asked for
            transaction.on_commit(batch.pending().drop)
        audit.event(
            "import", by=batch.created_by, kind=batch.subject, name=f"{batch.rows_read} 行", note=str(batch)
        )
    batch.save()
    words = "已导入：" + batch.summary if batch.kept_at else f"没有导入：有 {batch.rows_faulty:,} 行有误"
    notify([batch.created_by], f"{batch.title}{words}。", link=batch.get_absolute_url())
    return batch


def _held(pk: int) -> SheetBatch:
    """The batch, until the transaction ends nobody else's."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST_STATEMENT}'")
    return SheetBatch.objects.select_for_update(of=("self",)).select_related("created_by").get(pk=pk)


def _require_still(batch: SheetBatch) -> None:
    """Between the click and the job a post may have been left; each action asks again about its record."""
    by = batch.created_by
    if not (by.is_active and by.can(Perm(batch.where["edit"]))):
        raise PermissionDenied(f"导入人已没有“{Perm(batch.where['edit']).label}”的权限，没有处理。")


def _count(batch: SheetBatch, rows: list[RegisterRow]) -> None:
    kinds = ["faulty" if row.problems else row.import_type for row in rows]
    batch.rows_new, batch.rows_changed = kinds.count("new"), kinds.count("update")
    batch.rows_same, batch.rows_faulty = kinds.count("skip"), kinds.count("faulty")


def _write_faults(batch: SheetBatch, rows: list[RegisterRow], table: Table) -> None:
    found = [list(astuple(fault)) for fault in faults_of(rows, table)]
    text = json.dumps(found[:MOST_FAULTS], ensure_ascii=False).encode()
    batch.faults = encryption.seal_bytes(text, field="sheet_batch.faults", owner=batch.uuid)


def _write_rows(batch: SheetBatch, kept: Iterable[Kept]) -> None:
    """One row per record, the first of its states for one that stands twice in the sheet."""
    rows: dict[int, SheetBatchRow] = {}
    for one in kept:
        if one.record.pk in rows:
            continue
        rows[one.record.pk] = SheetBatchRow(
            batch=batch,
            subject_id=one.record.pk,
            name=str(one.record)[:200],
            is_new=one.is_new,
            before=b"" if one.is_new else _sealed(batch, one.before),
        )
    copy_in(rows.values())


def _sealed(batch: SheetBatch, row: dict) -> bytes:
    text = json.dumps(row, ensure_ascii=False, default=str).encode()
    return encryption.seal_bytes(text, field="sheet_batch.before", owner=batch.uuid)


def _unsealed(batch: SheetBatch, row: SheetBatchRow) -> dict:
    text = encryption.unseal_bytes(bytes(row.before), field="sheet_batch.before", owner=batch.uuid)
    return json.loads(text)


# --- Taking back ----------------------------------------------------------------------------------


def edited_since(batch: SheetBatch, keys: Iterable[int] | None = None) -> dict[int, audit.AuditEntry]:
    """Records of a batch that somebody changed after it was kept, with their latest change."""
    wanted = batch.rows.filter(is_undone=False).values_list("subject_id", flat=True) if keys is None else keys
    entries = audit.AuditEntry.objects.filter(
        subject_type=batch.subject, subject_id__in=[str(key) for key in wanted], pk__gt=batch.trail_end
    )
    return {int(entry.subject_id): entry for entry in entries.exclude(action__in=LOOKS).order_by("pk")}


@transaction.atomic
def ask_undo(batch: SheetBatch, *, by: User, at: datetime) -> SheetBatch:
    """Promise to take a batch back. Raises Refused once its 30 days are over, or if it was asked before."""
    held = SheetBatch.objects.select_for_update(of=("self",)).select_related("undo_job").get(pk=batch.pk)
    if held.created_by_id != by.pk or not held.may_be_undone(at):
        raise Refused("这个批次已经撤销、正在撤销，或已超过 30 天，不能撤销。")
    if held.undo_job:
        jobs.again(held.undo_job)
    else:
        held.undo_job = jobs.enqueue(
            "sheet_undo",
            key=str(held.uuid),
            payload={"batch": held.pk},
            by=by,
            title=f"撤销{held.title}导入",
            link=held.get_absolute_url(),
        )
        held.save(update_fields=["undo_job"])
    return held


@transaction.atomic
def undo(pk: int, *, at: datetime, progress: Progress = lambda *_: None) -> SheetBatch | None:
    """Take back what a batch made and changed; None if that was done before.

    A record that somebody has edited since stays as it is, and so does one that others hang on.
    """
    batch = _held(pk)
    if batch.undone_at or not batch.kept_at:
        return None
    _require_still(batch)
    sheet = batch.open()
    rows = list(batch.rows.order_by("-pk"))
    for first in range(0, len(rows), PIECE):
        piece = rows[first : first + PIECE]
        _undo_piece(batch, sheet, piece)
        progress(first + len(piece), len(rows))
    SheetBatchRow.objects.bulk_update(rows, ["is_undone", "why_kept"], batch_size=2000)
    batch.rows_undone, batch.undone_at = sum(row.is_undone for row in rows), at
    batch.save(update_fields=["rows_undone", "undone_at"])
    words = f"撤销 {batch.rows_undone} 行，保留 {len(rows) - batch.rows_undone} 行"
    audit.event("undo_import", by=batch.created_by, kind=batch.subject, name=words, note=str(batch))
    notify([batch.created_by], f"{batch.title}导入已{words}。", link=batch.get_absolute_url())
    return batch


def _undo_piece(batch: SheetBatch, sheet: RegisterResource, rows: list[SheetBatchRow]) -> None:
    model, by = sheet._meta.model, batch.created_by
    keys = [row.subject_id for row in rows]
    # Nobody changes them between the look at the trail and the end.
    list(model._base_manager.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",)).values("pk"))
    records = {record.pk: record for record in sheet.get_queryset().filter(pk__in=keys)}
    edited = edited_since(batch, keys)
    fresh = []
    for row in rows:
        record = records.get(row.subject_id)
        row.why_kept = _why_kept(batch, record, edited.get(row.subject_id))
        if row.why_kept:
            continue
        if row.is_new:
            fresh.append((row, record))
            continue
        try:
            sheet.restore(record, _unsealed(batch, row))
        except Refused as refusal:
            row.why_kept = str(refusal)[:200]
        else:
            row.is_undone = True
    _remove(sheet, fresh, by=by, note=str(batch))


def _why_kept(batch: SheetBatch, record, entry: audit.AuditEntry | None) -> str:
    if record is None:
        return "记录已不在您的范围内"
    place = record if hasattr(record, "region") else Region.objects.city()
    if not may(batch.created_by, Perm(batch.where["edit"]), place):
        return "您已没有修改这条记录的权限"
    if entry:
        return f"{entry.actor_name} {cn_time(entry.at)} {history.act_name(entry.action)}"[:200]
    return ""


def _remove(sheet: RegisterResource, fresh: list[tuple], *, by: User, note: str) -> None:
    """Take new records away as a set; where one of them is in use, one by one."""
    if not fresh:
        return
    records = [record for _, record in fresh]
    if _removed(sheet, records, by=by, note=note):
        for row, _ in fresh:
            row.is_undone = True
        return
    for row, record in fresh:
        row.is_undone = _removed(sheet, [record], by=by, note=note)
        row.why_kept = "" if row.is_undone else "已被其他记录使用"


def _removed(sheet: RegisterResource, records: list, *, by: User, note: str) -> bool:
    try:
        with transaction.atomic():
            audit.record_many(records, "undo_import", by=by, note=note)
            sheet.remove(sheet._meta.model._base_manager.filter(pk__in=[record.pk for record in records]))
    except (ProtectedError, RestrictedError, IntegrityError):
        return False
    return True


def forget(*, at: datetime) -> int:
    """Drop what the rows said before once nobody can ask for it any more; returns how many batches."""
    old = SheetBatch.objects.filter(created_at__lt=at - UNDO_WITHIN - timedelta(days=1))
    for batch in old.filter(rows__before__gt=b"").distinct():
        batch.rows.update(before=b"")
    PendingSheet.sweep_held(at)
    return old.count()


def batch_of(user: User, key: UUID) -> models.QuerySet:
    """A person's own batch."""
    own = SheetBatch.objects.filter(created_by=user, uuid=key)
    return own.select_related("job", "undo_job", "created_by")
