"""Check-ins at events and results of competitions become credits: the school decides, the verifier looks at
them as at any others.
"""

import uuid
from collections.abc import Collection

from django.db import transaction

from portal import audit
from portal.accounts import User, require
from portal.errors import Refused
from portal.organizations import Organization
from portal.roles import Perm
from youth_credits import queries
from youth_credits.actions.batches import Presence, record_class, record_each
from youth_credits.actions.ledger import Occasion, lock_ledger
from youth_credits.models import Batch, Credit, ResultRecord, VisitRecord


@transaction.atomic
def record_visit(
    school: Organization, session: int, *, kind: str, only: Collection[int] | None = None, by: User
) -> Batch:
    """Write the credits of a school's children who checked in at a session, or of `only` these check-ins, as
    a kind of activity.

    Raises Refused where one waits no more or the kind is not in force on that day.
    """
    require(by, Perm.CREDIT_RECORD, school)
    lock_ledger(school)
    visit = _waiting(school, session, only)
    rule = queries.RuleBook(school).find(kind, visit.day)
    if rule is None:
        raise Refused("活动当日没有这一类别的规则，请另选类别。")
    batch = record_class(
        Occasion(rule, visit.day, visit.session.event.title[:100], visit.provider),
        [student for _, student in visit.people],
        minutes=visit.minutes,
        starts_at=visit.session.starts_at,
        school=school,
        key=uuid.uuid4(),
        source=Credit.Source.CHECK_IN,
        by=by,
    )
    _settle(school, visit, is_counted=True)
    return batch


@transaction.atomic
def leave_out_visit(
    school: Organization, session: int, *, only: Collection[int] | None = None, by: User
) -> int:
    """These check-ins are no credit: private visits, or recorded in another way. Returns how many."""
    require(by, Perm.CREDIT_RECORD, school)
    lock_ledger(school)
    visit = _waiting(school, session, only)
    _settle(school, visit, is_counted=False)
    audit.event("leave_out_visit", by=by, kind="youth_credits.visit", name=f"{len(visit.people)} 人")
    return len(visit.people)


# --- Results of competitions -----------------------------------------------------------------------


@transaction.atomic
def record_results(school: Organization, session: int, *, only: Collection[int], by: User) -> Batch:
    """Write the credits of these results of a school's children at a competition, by award and certificate.

    Raises Refused where one waits no more, is no award of the rule, or has a certificate that is known; and
    where the competition is not on the list.
    """
    require(by, Perm.CREDIT_RECORD, school)
    lock_ledger(school)
    contest = _waiting_results(school, session, only)
    if contest.rule is None:
        raise Refused("竞赛当日的规则没有按获奖等级计分的类别，不能登记。")
    for won in contest.people:
        if won.credits is None:
            raise Refused(f"规则中没有“{won.result.prize}”这一等级，请取消勾选{won.student.name_masked}。")
    batch = record_each(
        Occasion(contest.rule, contest.day, contest.name, contest.provider),
        [
            Presence(
                won.student,
                contest.minutes,
                won.result.prize,
                won.result.certificate,
                is_team=won.result.is_team,
            )
            for won in contest.people
        ],
        school=school,
        key=uuid.uuid4(),
        by=by,
    )
    _settle_results(school, contest, batch)
    return batch


@transaction.atomic
def leave_out_results(school: Organization, session: int, *, only: Collection[int], by: User) -> int:
    """These results are no credit: recorded in another way, or no competition of the white list. Returns how
    many.
    """
    require(by, Perm.CREDIT_RECORD, school)
    lock_ledger(school)
    contest = _waiting_results(school, session, only)
    _settle_results(school, contest, None)
    name = f"{len(contest.people)} 人"
    audit.event("leave_out_results", by=by, kind="youth_credits.result", name=name)
    return len(contest.people)


def _waiting_results(school: Organization, session: int, only: Collection[int]) -> queries.Contest:
    """The contest with the chosen results alone."""
    if not only:
        raise Refused("请至少勾选一名学生。")
    contests = {one.session.pk: one for one in queries.results_to_record(school)}
    contest = contests.get(session)
    chosen = [won for won in contest.people if won.result.pk in only] if contest else []
    if len(chosen) < len(set(only)):
        raise Refused("所选成绩有的已处理或已撤回，请刷新页面。")
    contest.people = chosen
    return contest


def _settle_results(school: Organization, contest: queries.Contest, batch: Batch | None) -> None:
    ResultRecord.objects.bulk_create(
        ResultRecord(
            result=won.result, student=won.student, school=school, is_counted=batch is not None, batch=batch
        )
        for won in contest.people
    )


# --------------------------------------------------------------------------------------------------


def _waiting(school: Organization, session: int, only: Collection[int] | None) -> queries.Visit:
    """The visit, with the chosen check-ins alone where there is a choice."""
    if only is not None and not only:
        raise Refused("请至少勾选一名学生。")
    visit = next((one for one in queries.visits_to_record(school) if one.session.pk == session), None)
    if visit is None:
        raise Refused("这一场的签到已处理，请刷新页面。")
    if only is not None:
        visit.people = [(check_in, student) for check_in, student in visit.people if check_in.pk in only]
        if len(visit.people) < len(set(only)):
            raise Refused("所选签到有的已处理，请刷新页面。")
    return visit


def _settle(school: Organization, visit: queries.Visit, *, is_counted: bool) -> None:
    VisitRecord.objects.bulk_create(
        VisitRecord(check_in=check_in, student=student, school=school, is_counted=is_counted)
        for check_in, student in visit.people
    )
