"""Children of promise: named, consented to, given a mentor, working on projects; step by step."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from portal import audit
from portal.accounts import User, require
from portal.calendar import local_today
from portal.encryption import seal
from portal.errors import Refused
from portal.identifiers import clean_text
from portal.notices import Notice, notify
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date
from portal.workflow import Step, Workflow
from talent.models import Person
from youth_credits import queries
from youth_credits.models import Nomination, Project, Student

Status = Nomination.Status

RUNNING = frozenset({Status.PROPOSED, Status.CONSENTED, Status.ACTIVE})

NOMINATION = Workflow(
    agree=Step(
        label="监护人同意",
        sources=frozenset({Status.PROPOSED}),
        target=Status.CONSENTED,
        needs=Perm.WARD_VIEW,
    ),
    agree_paper=Step(
        label="登记签字同意",
        sources=frozenset({Status.PROPOSED}),
        target=Status.CONSENTED,
        needs=Perm.CREDIT_RECORD,
    ),
    decline=Step(
        label="监护人不同意",
        sources=RUNNING,
        target=Status.DECLINED,
        needs=Perm.WARD_VIEW,
        stamp="ended_at",
    ),
    decline_paper=Step(
        label="登记撤回同意",
        sources=RUNNING,
        target=Status.DECLINED,
        needs=Perm.CREDIT_RECORD,
        stamp="ended_at",
    ),
    start=Step(
        label="开始培养",
        sources=frozenset({Status.CONSENTED}),
        target=Status.ACTIVE,
        needs=Perm.CREDIT_VERIFY,
    ),
    end=Step(
        label="结束培养",
        sources=RUNNING,
        target=Status.ENDED,
        needs=Perm.CREDIT_VERIFY,
        stamp="ended_at",
        wants_note=True,
    ),
    leave=Step(
        label="转学或离校",
        sources=RUNNING,
        target=Status.ENDED,
        needs=Perm.CREDIT_VERIFY,
        stamp="ended_at",
        by_clock=True,
    ),
)


@transaction.atomic
def nominate(student: Student, *, field: str, statement: str, key: uuid.UUID, by: User) -> Nomination:
    """Name a child; the guardian is asked. The same key again is the same nomination."""
    require(by, Perm.CREDIT_RECORD, student.school)
    known = Nomination.objects.filter(uuid=key).first()
    if known:
        return known
    statement = clean_text(statement)
    if not statement:
        raise Refused("请填写推荐理由。")
    made = Nomination(
        uuid=key,
        region=student.school.region,
        organization=student.school,
        created_by=by,
        student=student,
        field=field,
        statement_sealed=seal(statement, field="nomination.statement", owner=key),
    )
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise Refused("该学生在此方向已有推荐。") from None
    audit.record(made, "nominate", by=by)
    people = [bond.guardian for bond in queries.guardians_of(student)]
    link = f"/desk/guardian/nominations/{made.uuid}/"
    notify(people, "学校推荐您的孩子参加科学潜质培养，请阅读后决定。", link=link, kind=Notice.Kind.RIGHTS)
    return made


@transaction.atomic
def agree(nomination: Nomination, *, by: User, at: datetime) -> None:
    """The guardian says yes on the own page, to this and nothing else. Raises Refused for a child of 14, who
    decides itself.
    """
    if not nomination.student.is_under_14(local_today(at)):
        raise Refused("孩子已满14周岁，是否参加由本人决定，请由孩子签字后交学校登记。")
    Nomination.objects.filter(pk=nomination.pk, status=Status.PROPOSED).update(
        consented_at=at, consented_by=by
    )
    NOMINATION.take(nomination, "agree", by=by, at=at)
    notify([nomination.created_by], "监护人已同意培养推荐，请安排导师。", link=nomination.get_absolute_url())


@transaction.atomic
def agree_on_paper(nomination: Nomination, *, signer: str, on: date, by: User, at: datetime) -> None:
    """Note the consent that a guardian, or a child of 14, signed on paper."""
    signer = clean_text(signer)
    if not signer:
        raise Refused("请填写在纸质件上签字的人的姓名。")
    if on > local_today(at):
        raise Refused("签署日期不能晚于今天。")
    sealed = seal(signer, field="nomination.signer", owner=nomination.uuid)
    Nomination.objects.filter(pk=nomination.pk, status=Status.PROPOSED).update(
        consented_at=at, signer_sealed=sealed
    )
    NOMINATION.take(nomination, "agree_paper", by=by, at=at, note=f"签署日期 {cn_date(on)}")


@transaction.atomic
def decline(nomination: Nomination, *, by: User, at: datetime) -> None:
    """The guardian says no, at the beginning or at any time later; it ends at once."""
    NOMINATION.take(nomination, "decline", by=by, at=at)
    notify([nomination.created_by], "监护人未同意培养推荐，已结束。", link=nomination.get_absolute_url())


def end_without_consent(student: Student, step: str, *, by: User, at: datetime) -> None:
    """The guardian took the consent back altogether: what runs for the child ends, and mentors see no more.

    `step`: "decline" by the guardian's account, "decline_paper" by the school.
    """
    for nomination in _running([student.pk]):
        NOMINATION.take(nomination, step, by=by, at=at)


def end_for_leavers(students: Iterable[int], *, at: datetime) -> None:
    """Children left the school that looks after them: what runs there ends, and mentors see no more."""
    for nomination in _running(students):
        NOMINATION.take(nomination, "leave", by=None, at=at)


def _running(students: Iterable[int]) -> QuerySet[Nomination]:
    running = Nomination.objects.filter(student__in=list(students), status__in=RUNNING)
    return running.select_related("organization__region", "region", "created_by").order_by("pk")


@transaction.atomic
def start(nomination: Nomination, *, mentor_code: str, by: User, at: datetime) -> None:
    """Give a mentor from the talent pool, found by code, and begin."""
    mentor = Person.objects.serving(local_today(at)).filter(code=mentor_code.strip().upper()).first()
    if mentor is None:
        raise Refused("人才库中没有这个编号的在库人员，请核对导师的人才编号。")
    Nomination.objects.filter(pk=nomination.pk, status=Status.CONSENTED).update(mentor=mentor, started_at=at)
    NOMINATION.take(nomination, "start", by=by, at=at)
    if mentor.account:
        said = f"{nomination.organization.name}请您担任一名潜质学生的导师。"
        notify([mentor.account], said, link="/desk/mentor/")


@transaction.atomic
def end(nomination: Nomination, *, note: str, by: User, at: datetime) -> None:
    NOMINATION.take(nomination, "end", by=by, at=at, note=note)


@transaction.atomic
def add_project(nomination: Nomination, *, title: str, starts_on: date, by: User) -> Project:
    """Enter what the child works on. Only while the development runs."""
    require(by, Perm.CREDIT_RECORD, nomination)
    if nomination.status != Status.ACTIVE:
        raise Refused("开始培养后才能登记课题。")
    project = Project(nomination=nomination, title=clean_text(title), starts_on=starts_on)
    project.full_clean()
    project.save()
    audit.record(project, "create", by=by)
    return project


@transaction.atomic
def report_project(project: Project, *, words: str, ended_on: date, by: User) -> None:
    """Write how a project went, and that it is over."""
    require(by, Perm.CREDIT_RECORD, project.nomination)
    words = clean_text(words)
    if not words:
        raise Refused("请填写小结。")
    if ended_on < project.starts_on:
        raise Refused("结束日期不能早于开始日期。")
    sealed = seal(words, field="project.report", owner=project.uuid)
    Project.objects.filter(pk=project.pk).update(report_sealed=sealed, ends_on=ended_on)
    audit.record(project, "report_project", by=by)
