"""Status changes: the only code in the portal that moves a record from one status to another."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from portal import audit
from portal.accounts import may, require
from portal.errors import Refused
from portal.roles import Perm


@dataclass(frozen=True, kw_only=True)
class Step:
    label: str  # the words on the button
    sources: frozenset[str]
    target: str
    needs: Perm
    stamp: str = ""  # the time field that records when this step was taken
    wants_note: bool = False  # a reason must be given
    by_clock: bool = False  # nobody's to take: a rule and the time take it
    by_link: bool = False  # taken by whoever holds the record's signed link; `needs` plays no part


class Workflow:
    def __init__(self, **steps: Step):
        self.steps = steps

    def open_to(self, user, record) -> list[tuple[str, Step]]:
        """The steps `user` may take on `record` now, for the buttons of its page."""
        return [
            (name, step)
            for name, step in self.steps.items()
            if not (step.by_clock or step.by_link)
            and record.status in step.sources
            and may(user, step.needs, record)
        ]

    @transaction.atomic
    def take(self, record, name: str, *, by, note: str = "", at: datetime | None = None) -> None:
        """Take one step and write it to the audit trail.

        What the clock does has nobody as `by`, and `at`. A step by link is let through: its action was given
        the record by the link that names it.
        Raises PermissionDenied without the step's permission at the record's place, and Refused if a
        reason is missing or the record has left the status that `by` saw.
        """
        step = self.steps[name]
        if step.by_clock and by is not None:
            raise PermissionDenied(f"“{step.label}”由平台按规则办理。")
        if not (step.by_clock or step.by_link):
            require(by, step.needs, record)
        seen = record.status
        if seen not in step.sources:
            raise Refused(f"当前状态为“{record.get_status_display()}”，不能{step.label}。")
        if step.wants_note and not note.strip():
            raise Refused(f"请填写{step.label}的理由。")

        values = {"status": step.target}
        if step.stamp:
            values[step.stamp] = at or timezone.now()
        moved = type(record)._base_manager.filter(pk=record.pk, status=seen).update(**values)
        if not moved:
            raise Refused("状态已被他人更改，请刷新页面后重试。")

        for field, value in values.items():
            setattr(record, field, value)
        audit.record(record, name, by=by, changes={"status": [seen, step.target]}, note=note)

    def timeline(self, record) -> list[dict]:
        """The steps taken on a record so far, oldest first: label, at, by, note, state for its page."""
        taken = audit.AuditEntry.objects.filter(
            subject_type=record._meta.label, subject_id=str(record.pk), action__in=self.steps
        ).order_by("at", "pk")
        return [
            {
                "label": self.steps[entry.action].label,
                "at": entry.at,
                "by": entry.actor,
                "note": entry.note,
                "state": "returned" if self.steps[entry.action].wants_note else "done",
            }
            for entry in taken
        ]
