"""A child's record opened from outside: asked for, approved by another, timed, each view written down."""

from datetime import datetime

from django.db import transaction

from portal import audit
from portal.accounts import User, people_with, require
from portal.calendar import add_working_days, day_start, local_today
from portal.errors import Refused
from portal.notices import Notice, notify
from portal.organizations import Organization
from portal.roles import Perm
from portal.scope import scope
from portal.workflow import Step, Workflow
from youth_credits import queries
from youth_credits.models import AccessCase, Student, TimeLimit

Status = AccessCase.Status

CASE = Workflow(
    approve=Step(
        label="批准查阅",
        sources=frozenset({Status.REQUESTED}),
        target=Status.APPROVED,
        needs=Perm.CASE_APPROVE,
    ),
    refuse=Step(
        label="不批准",
        sources=frozenset({Status.REQUESTED}),
        target=Status.REFUSED,
        needs=Perm.CASE_APPROVE,
        stamp="ended_at",
        wants_note=True,
    ),
    end=Step(
        label="结束查阅",
        sources=frozenset({Status.APPROVED}),
        target=Status.ENDED,
        needs=Perm.CASE_REQUEST,
        stamp="ended_at",
    ),
)


@transaction.atomic
def request_case(school: Organization, number: str, *, reason: str, by: User, at: datetime) -> AccessCase:
    """Ask to open the record of the child with this whole number at this school.

    Under the office's scope. Whoever asks must hold the number already; nothing of the child is shown.
    Raises Refused where the school has no such child.
    """
    require(by, Perm.CASE_REQUEST, school)
    with scope(f"number:{queries.number_hash(number).hex()}"):
        student = Student.objects.filter(school=school).values_list("pk", flat=True).first()
    if student is None:
        raise Refused("该校没有此学籍号的学生，请核对学籍号和学校。")
    return ask_case(student, school, reason=reason, origin=AccessCase.Origin.REQUEST, by=by, at=at)


@transaction.atomic
def ask_case(
    student: int, school: Organization, *, reason: str, origin: str, by: User, at: datetime
) -> AccessCase:
    """Ask to open the record of a child that an appeal names."""
    require(by, Perm.CASE_REQUEST, school)
    waiting = AccessCase.objects.filter(
        student_id=student, requested_by=by, status__in=[Status.REQUESTED, Status.APPROVED]
    )
    for case in waiting.select_related("school__region"):
        if case.status == Status.REQUESTED or case.is_open(at):
            return case
    case = AccessCase(
        student_id=student, school=school, origin=origin, reason=reason, requested_by=by, requested_at=at
    )
    case.full_clean(exclude=["student"])
    case.save()
    audit.record(case, "request_case", by=by)
    approvers = [person for person in people_with(Perm.CASE_APPROVE, school) if person != by]
    notify(approvers, "有一件查阅学生记录的申请待批准。", link=case.get_absolute_url(), kind=Notice.Kind.TASK)
    return case


@transaction.atomic
def approve_case(case: AccessCase, *, by: User, at: datetime) -> None:
    """A second person approves, for the working days that the rule gives; the school is told."""
    require(by, Perm.CASE_APPROVE, case)
    if case.requested_by_id == by.pk:
        raise Refused("查阅须由另一人批准。")
    today = local_today(at)
    last = add_working_days(today, queries.working_days(TimeLimit.Step.ACCESS, today) + 1)
    CASE.take(case, "approve", by=by, at=at)
    AccessCase.objects.filter(pk=case.pk).update(approved_by=by, approved_at=at, ends_at=day_start(last))
    case.refresh_from_db(fields=["approved_by", "approved_at", "ends_at"])
    notify([case.requested_by], "查阅申请已批准。", link=case.get_absolute_url(), kind=Notice.Kind.TASK)
    tell_school(
        case, f"{case.requested_by.name}经批准查阅本校一名学生的学分记录（{case.get_origin_display()}）。"
    )


@transaction.atomic
def refuse_case(case: AccessCase, *, note: str, by: User) -> None:
    CASE.take(case, "refuse", by=by, note=note)
    notify([case.requested_by], "查阅申请未获批准。", link=case.get_absolute_url())


@transaction.atomic
def end_case(case: AccessCase, *, by: User, at: datetime) -> None:
    """End a case before its time; the record closes at once."""
    CASE.take(case, "end", by=by, at=at)


def tell_school(case: AccessCase, text: str) -> None:
    people = people_with(Perm.CREDIT_VERIFY, case.school)
    notify(people, text, link="/desk/credits/views/")


def view_record(case: AccessCase, *, by: User, at: datetime) -> None:
    """Write down that the record was opened. Raises Refused unless the case is this person's and open now."""
    if case.requested_by_id != by.pk:
        raise Refused("只有申请人可以查阅。")
    if not case.is_open(at):
        raise Refused("查阅未获批准或已过期。")
    audit.viewed(case, by=by, reason=case.get_origin_display())
