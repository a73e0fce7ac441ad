"""The steps of a batch, and what a check of it found."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils import timezone

from portal import files
from portal.accounts import User
from portal.calendar import day_start
from portal.files import Attachment, Examined
from portal.organizations import Organization
from portal.roles import Perm
from portal.workflow import Step, Workflow
from youth_credits.models import Batch

FILES_KEPT_FOR = timedelta(days=30)

Status = Batch.Status

BATCH = Workflow(
    read=Step(
        label="完成检查",
        sources=frozenset({Status.UPLOADED}),
        target=Status.CHECKED,
        needs=Perm.CREDIT_RECORD,
        stamp="checked_at",
    ),
    refuse=Step(
        label="退回文件",
        sources=frozenset({Status.UPLOADED, Status.KEEPING}),
        target=Status.REFUSED,
        needs=Perm.CREDIT_RECORD,
        stamp="ended_at",
    ),
    keep=Step(
        label="导入",
        sources=frozenset({Status.CHECKED}),
        target=Status.KEEPING,
        needs=Perm.CREDIT_RECORD,
    ),
    hold=Step(
        label="改为待确认",
        sources=frozenset({Status.KEEPING}),
        target=Status.CHECKED,
        needs=Perm.CREDIT_RECORD,
    ),
    store=Step(
        label="完成导入",
        sources=frozenset({Status.KEEPING}),
        target=Status.KEPT,
        needs=Perm.CREDIT_RECORD,
        stamp="kept_at",
    ),
    drop=Step(
        label="放弃",
        sources=frozenset({Status.CHECKED}),
        target=Status.DROPPED,
        needs=Perm.CREDIT_RECORD,
        stamp="ended_at",
    ),
    undo=Step(
        label="撤销本批次",
        sources=frozenset({Status.KEPT}),
        target=Status.UNDONE,
        needs=Perm.CREDIT_RECORD,
        stamp="ended_at",
    ),
    verify=Step(
        label="审核通过",
        sources=frozenset({Status.KEPT}),
        target=Status.VERIFIED,
        needs=Perm.CREDIT_VERIFY,
        stamp="verified_at",
    ),
    give_back=Step(
        label="退回本批次",
        sources=frozenset({Status.KEPT, Status.VERIFIED}),
        target=Status.RETURNED,
        needs=Perm.CREDIT_VERIFY,
        stamp="ended_at",
        wants_note=True,
    ),
)


def keep_file(file: Examined, *, school: Organization, by: User) -> Attachment:
    return files.keep(
        file,
        by=by,
        region=school.region,
        organization=school,
        sealed=True,
        expires_at=timezone.now() + FILES_KEPT_FOR,
    )


def keep_proof(file: Examined, *, school: Organization, by: User, year: int) -> Attachment:
    """A paper about a child, sealed, until three years after its school year."""
    ends = date(year + 4, 8, 31)
    return files.keep(
        file,
        by=by,
        region=school.region,
        organization=school,
        sealed=True,
        expires_at=day_start(ends),
    )


@dataclass
class Outcome:
    """What a check found. The counts add up: read = new + changed + same + faulty."""

    read: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    faulty: int = 0
    uncounted: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return {
            "rows_read": self.read,
            "rows_new": self.new,
            "rows_changed": self.changed,
            "rows_same": self.same,
            "rows_faulty": self.faulty,
            "rows_uncounted": self.uncounted,
        }


def write_outcome(batch: Batch, outcome: Outcome, faults: bytes | None, returned: Examined | None) -> None:
    values = outcome.counts | {"faults_sealed": faults, "note": " ".join(outcome.notes)[:1000]}
    if returned is not None:
        kept = keep_file(returned, school=batch.organization, by=batch.created_by)
        values["returned_file"] = kept
    Batch.objects.filter(pk=batch.pk).update(**values)
    for name, value in values.items():
        setattr(batch, name, value)
