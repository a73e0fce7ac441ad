"""Transfers: each half by its own school, the move itself by the steward."""

import uuid
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal import audit
from portal.accounts import User, people_with, require, system_user
from portal.errors import Refused
from portal.identifiers import mask_name, mask_student_number
from portal.jobs import enqueue
from portal.notices import Notice, notify
from portal.organizations import Organization
from portal.roles import Perm
from portal.workflow import Step, Workflow
from youth_credits import queries
from youth_credits.actions.ledger import lock_ledger
from youth_credits.actions.roll import RollRow, transfer
from youth_credits.actions.year_turn import close_for_leavers
from youth_credits.models import (
    Batch,
    Student,
    TransferIn,
    TransferOut,
)

TRANSFER_OPEN_FOR = timedelta(days=30)

# One sentence for every end that is no transfer, whatever is known at another school.
NOT_DONE = "转入申请未能办理。请与监护人核对学籍号和姓名，并请监护人向原就读学校提出转学。"

In, Out = TransferIn.Status, TransferOut.Status

ASKING = Workflow(
    withdraw=Step(
        label="撤回申请",
        sources=frozenset({In.ASKED}),
        target=In.WITHDRAWN,
        needs=Perm.CREDIT_RECORD,
        stamp="ended_at",
    ),
    arrive=Step(
        label="转入",
        sources=frozenset({In.ASKED}),
        target=In.DONE,
        needs=Perm.CREDIT_RECORD,
        stamp="ended_at",
        by_clock=True,
    ),
    close=Step(
        label="结束申请",
        sources=frozenset({In.ASKED}),
        target=In.CLOSED,
        needs=Perm.CREDIT_RECORD,
        stamp="ended_at",
        by_clock=True,
    ),
)
LEAVING = Workflow(
    release=Step(
        label="同意转出",
        sources=frozenset({Out.ASKED}),
        target=Out.RELEASED,
        needs=Perm.CREDIT_RECORD,
        stamp="answered_at",
    ),
    refuse=Step(
        label="不同意转出",
        sources=frozenset({Out.ASKED}),
        target=Out.REFUSED,
        needs=Perm.CREDIT_RECORD,
        stamp="answered_at",
        wants_note=True,
    ),
    take_back=Step(
        label="收回同意",
        sources=frozenset({Out.RELEASED}),
        target=Out.CLOSED,
        needs=Perm.CREDIT_RECORD,
        stamp="ended_at",
    ),
    leave=Step(
        label="转出",
        sources=frozenset({Out.RELEASED}),
        target=Out.DONE,
        needs=Perm.CREDIT_RECORD,
        stamp="ended_at",
        by_clock=True,
    ),
    lapse=Step(
        label="失效",
        sources=frozenset({Out.ASKED, Out.RELEASED}),
        target=Out.CLOSED,
        needs=Perm.CREDIT_RECORD,
        stamp="ended_at",
        by_clock=True,
    ),
)


# --- The school a child comes to -------------------------------------------------------------------


@transaction.atomic
def ask_transfer(
    school: Organization,
    *,
    number: str,
    name: str,
    grade: int,
    class_number: int,
    on: date,
    key: uuid.UUID,
    by: User,
) -> TransferIn:
    """Ask for a child that comes to this school. The answer is the same whether it is known anywhere or not.

    Raises Refused for a child of the own roll, or one asked for already.
    """
    require(by, Perm.CREDIT_RECORD, school)
    known = TransferIn.objects.filter(uuid=key).first()
    if known:
        return known
    digest = queries.number_hash(number)
    if Student.objects.filter(school=school, number_hash=digest).exists():
        raise Refused("该学籍号已在本校名册中，无须办理转入。")
    asked = TransferIn(
        uuid=key,
        region=school.region,
        organization=school,
        created_by=by,
        number_hash=digest,
        number_masked=mask_student_number(number),
        name_hash=queries.name_hash(name),
        name_masked=mask_name(queries.normal_name(name)),
        grade=grade,
        class_number=class_number,
        starts_on=on,
    )
    try:
        with transaction.atomic():
            asked.save()
    except IntegrityError:
        raise Refused("该学籍号的转入申请正在办理，无须重复提交。") from None
    audit.record(asked, "ask_transfer", by=by)
    enqueue("credit_transfer", key=f"in:{asked.uuid}", payload={"asked": str(asked.uuid)}, by=by)
    return asked


@transaction.atomic
def ask_transfers(batch: Batch, rows: Iterable[RollRow], *, on: date) -> int:
    """Ask for the children of a roll who cannot be entered because they are elsewhere; returns how many.

    Asked for already, they are not asked for again.
    """
    made = 0
    for row in rows:
        with suppress(Refused):
            ask_transfer(
                batch.organization,
                number=row.number,
                name=row.name,
                grade=row.grade,
                class_number=row.class_number,
                on=on,
                key=uuid.uuid5(batch.uuid, row.number),
                by=batch.created_by,
            )
            made += 1
    return made


@transaction.atomic
def withdraw_transfer(asked: TransferIn, *, by: User) -> None:
    """The school no longer asks."""
    ASKING.take(asked, "withdraw", by=by)
    enqueue("credit_transfer", key=f"gone:{asked.uuid}", payload={"asked": str(asked.uuid)}, by=by)


# --- The school a child leaves ---------------------------------------------------------------------


@transaction.atomic
def release(student: Student, *, to: Organization, reason: str = "", key: uuid.UUID, by: User) -> TransferOut:
    """Let a child go to another school before that one has asked; it learns only that somebody comes."""
    require(by, Perm.CREDIT_RECORD, student.school)
    known = TransferOut.objects.filter(uuid=key).first()
    if known:
        return known
    if to.pk == student.school_id:
        raise Refused("转入学校不能是本校。")
    asked = TransferOut.objects.filter(student=student, to_school=to, status=Out.ASKED).first()
    if asked:
        answer_release(asked, agrees=True, note=reason, by=by)
        return asked
    out = TransferOut(
        uuid=key,
        region=student.school.region,
        organization=student.school,
        created_by=by,
        student=student,
        to_school=to,
        status=Out.RELEASED,
        reason=reason,
        answered_at=timezone.now(),
    )
    _save_released(out)
    audit.record(out, "release", by=by)
    _promise_move(out, by=by)
    return out


def _save_released(out: TransferOut) -> None:
    try:
        with transaction.atomic():
            out.save()
    except IntegrityError:
        raise Refused("该学生已同意转往另一所学校，请先收回。") from None


def _promise_move(out: TransferOut, *, by: User) -> None:
    enqueue("credit_transfer", key=f"out:{out.uuid}", payload={"out": str(out.uuid)}, by=by)


@transaction.atomic
def answer_release(out: TransferOut, *, agrees: bool, note: str = "", by: User) -> None:
    """The school answers that it lets the child go, or not and why. The reason stays with it."""
    if out.status == Out.ASKED and note:
        TransferOut.objects.filter(pk=out.pk).update(reason=note[:300])
    try:
        with transaction.atomic():
            LEAVING.take(out, "release" if agrees else "refuse", by=by, note=note)
    except IntegrityError:
        raise Refused("该学生已同意转往另一所学校，请先收回。") from None
    _promise_move(out, by=by)


@transaction.atomic
def take_back_release(out: TransferOut, *, by: User) -> None:
    """The child stays after all: possible until the other school has taken it in."""
    LEAVING.take(out, "take_back", by=by)


# --- The move itself, under scope "steward" ---------------------------------------------------------


@transaction.atomic
def match_transfer(asked_uuid: str, *, at: datetime) -> None:
    """Look for the child a school asked for: released already, it moves; otherwise its school is asked."""
    asked = TransferIn.objects.select_for_update().filter(uuid=asked_uuid).first()
    if asked is None:
        return
    if asked.status != In.ASKED:
        _let_go(asked, at=at)
        return
    student = Student.objects.filter(number_hash=asked.number_hash).select_related("school__region").first()
    fits = (
        student is not None
        and bytes(student.name_hash) == bytes(asked.name_hash)
        and student.school_id != asked.organization_id
    )
    if not fits:
        return  # nothing is said: the school asked waits as it would for an answer
    released = TransferOut.objects.filter(
        student=student, to_school=asked.organization_id, status=Out.RELEASED
    ).first()
    if released:
        TransferOut.objects.filter(pk=released.pk).update(asked_for=asked.uuid)
        move_transfer(str(released.uuid), at=at)
        return
    # Whoever has finished a school is kept back by nobody.
    answer = {} if student.is_active else {"status": Out.RELEASED, "answered_at": at}
    out, is_new = TransferOut.objects.get_or_create(
        asked_for=asked.uuid,
        defaults={
            "student": student,
            "to_school_id": asked.organization_id,
            "region": student.school.region,
            "organization": student.school,
            "created_by": system_user(),
            **answer,
        },
    )
    if is_new and answer:
        move_transfer(str(out.uuid), at=at)
    elif is_new:
        audit.record(student, "transfer_asked", by=None, changes={"to": [None, asked.organization_id]})
        notify(
            people_with(Perm.CREDIT_RECORD, student.school),
            "有学生申请转出，请核对后答复。",
            link="/desk/credits/transfers/?side=out",
            kind=Notice.Kind.TASK,
        )


def _let_go(asked: TransferIn, *, at: datetime) -> None:
    """The request is over: the school that was asked need not answer any more."""
    for out in TransferOut.objects.filter(asked_for=asked.uuid, status=Out.ASKED):
        LEAVING.take(out, "lapse", by=None, at=at)


@transaction.atomic
def move_transfer(out_uuid: str, *, at: datetime) -> bool:
    """Move a released child whose new school has asked for it; whether it moved. Of two, the first wins."""
    out = TransferOut.objects.select_for_update().filter(uuid=out_uuid).first()
    if out is None:
        return False
    if out.status == Out.REFUSED and out.asked_for:
        _close(TransferIn.objects.filter(uuid=out.asked_for, status=In.ASKED), at=at)
    if out.status != Out.RELEASED:
        return False
    locked = Student.objects.select_for_update(of=("self",)).select_related("school__region")
    student = locked.get(pk=out.student_id)
    if student.school_id != out.organization_id:  # it has gone to another school meanwhile
        LEAVING.take(out, "lapse", by=None, at=at)
        return False
    asked = _asked_by_the_new(out, student)
    if asked is None:
        _announce(out)
        return False
    _move(student, out, asked, at=at)
    return True


def _asked_by_the_new(out: TransferOut, student: Student) -> TransferIn | None:
    wanted = TransferIn.objects.select_for_update(of=("self",)).select_related(
        "organization__region", "created_by"
    )
    return wanted.filter(
        organization=out.to_school_id,
        number_hash=student.number_hash,
        name_hash=student.name_hash,
        status=In.ASKED,
    ).first()


def _move(student: Student, out: TransferOut, asked: TransferIn, *, at: datetime) -> None:
    for school in sorted((student.school, asked.organization), key=lambda one: one.pk):
        lock_ledger(school)
    place = {"grade": asked.grade, "class_number": asked.class_number}
    close_for_leavers([student.pk])
    transfer(student, to=asked.organization, **place, on=asked.starts_on, by=None)
    Student.objects.filter(pk=student.pk).update(is_active=True)
    LEAVING.take(out, "leave", by=None, at=at)
    ASKING.take(asked, "arrive", by=None, at=at)
    for other in TransferOut.objects.filter(student=student, status=Out.ASKED):
        LEAVING.take(other, "lapse", by=None, at=at)
    link = "/desk/credits/transfers/"
    notify([asked.created_by], "申请转入的学生已转入本校，学分记录随学生转入。", link=link)
    if out.created_by.is_active:
        notify([out.created_by], "办理转出的学生已转出。", link=f"{link}?side=out")


def _announce(out: TransferOut) -> None:
    """Tell the new school that somebody comes: no name, no number, no school."""
    notify(
        people_with(Perm.CREDIT_RECORD, out.to_school),
        "有一名学生的原学校已同意其转入贵校，请按监护人提供的学籍号申请转入。",
        link="/desk/credits/transfers/new/",
        kind=Notice.Kind.TASK,
    )


def _close(rows, *, at: datetime) -> int:
    closed = list(rows.select_related("created_by"))
    for asked in closed:
        ASKING.take(asked, "close", by=None, at=at)
        notify([asked.created_by], NOT_DONE, link="/desk/credits/transfers/")
    return len(closed)


@transaction.atomic
def close_old_transfers(*, at: datetime) -> int:
    """What nobody answered or took within thirty days ends; returns how many. Under scope "steward"."""
    before = at - TRANSFER_OPEN_FOR
    count = _close(TransferIn.objects.filter(status=In.ASKED, created_at__lt=before), at=at)
    for out in TransferOut.objects.filter(status__in=[Out.ASKED, Out.RELEASED], created_at__lt=before):
        LEAVING.take(out, "lapse", by=None, at=at)
        count += 1
    return count
