"""Blind reviews of works and the decision: who judges, what they gave, what comes of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal import audit
from portal.accounts import User, require
from portal.errors import Refused
from portal.notices import notify, people_with
from portal.organizations import Organization
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date
from resources.actions.works import tell_applicant
from resources.models import (
    APPLICATION_FLOW,
    REVIEW_FLOW,
    ReviewerInterest,
    WorkApplication,
    WorkCall,
    WorkReview,
    WorkRung,
    WorkScore,
)
from resources.queries.works import marks_of, open_seats, outcome_of
from resources.rules.works import is_to_be_recalled, total, yuan

CONFLICT = "所选专家与申报单位有关联（任职、所属单位或本人申明回避），请另选。"
REMIND_AHEAD, REMIND_AGAIN = (3,), 3  # days


def _locked(application: WorkApplication) -> WorkApplication:
    """The application, held until the transaction ends: whoever decides about it waits in line."""
    rows = WorkApplication.objects.select_for_update(of=("self",))
    return rows.select_related("call", "organization__region", "region").get(pk=application.pk)


# --- Who judges -----------------------------------------------------------------------------------


@transaction.atomic
def assign(
    application: WorkApplication, reviewers: Sequence[User], *, by: User, at: datetime
) -> list[WorkReview]:
    """Give every open seat to an expert: two at first, one for each who gave it up, a third if need be.

    Raises Refused for another number of experts than of seats, the same one twice, somebody who is no
    expert here or who belongs to the applicant.
    """
    current = _locked(application)
    require(by, Perm.WORK_MANAGE, current)
    seats = open_seats(current)
    if not seats:
        raise Refused("这项申报现在不需要分派专家。")
    if len({person.pk for person in reviewers}) != len(seats):
        raise Refused(f"请选择 {len(seats)} 位不同的专家。")
    experts = set(people_with(Perm.WORK_REVIEW, current).values_list("pk", flat=True))
    if any(person.pk not in experts for person in reviewers):
        raise Refused("所选人员不是本市的评审专家。")
    if current.status == WorkApplication.Status.SUBMITTED:
        APPLICATION_FLOW.take(current, "assign", by=by)
    due_on = timezone.localdate(at) + timedelta(days=current.call.review_days)
    made = [
        WorkReview(
            application=current, reviewer=person, seat=seat, assigned_by=by, assigned_at=at, due_on=due_on
        )
        for seat, person in zip(seats, reviewers, strict=True)
    ]
    try:
        with transaction.atomic():
            for review in made:
                review.save(force_insert=True)
    except IntegrityError as fault:
        again = "work_review_once_per_expert" in str(fault)
        raise Refused("所选专家已评审过或回避过这项申报，请另选。" if again else CONFLICT) from None
    for review in made:
        audit.record(review, "create", by=by)
        text = f"请评审作品 {current.code}，{cn_date(due_on)}前提交。"
        notify([review.reviewer], text, link=review.get_desk_url(), kind="task")
    return made


@transaction.atomic
def declare_interest(organization: Organization, *, reason: str, by: User) -> ReviewerInterest:
    """Say for oneself that one cannot judge a unit; reviews of its works still to be done are given up."""
    row = ReviewerInterest(reviewer=by, organization=organization, reason=reason)
    row.full_clean()
    row.save(force_insert=True)
    audit.record(row, "create", by=by)
    held = WorkReview.objects.waiting().filter(reviewer=by, application__organization=organization)
    for review in held.select_related("application__region", "application__organization"):
        recuse(review, by=by, note="申明回避申报单位")
    return row


@transaction.atomic
def recuse(review: WorkReview, *, by: User, note: str) -> None:
    """Give up one's own review, with a reason; the staff find somebody else."""
    _check_own(review, by)
    REVIEW_FLOW.take(review, "recuse", by=by, note=note)
    _tell_staff(review.application, f"一位专家回避评审“{review.application}”，请另行分派。")


@transaction.atomic
def replace_reviewer(review: WorkReview, *, by: User, note: str) -> None:
    """Take a review away from an expert who does not deliver, with a reason."""
    REVIEW_FLOW.take(review, "replace", by=by, note=note)
    notify([review.reviewer], f"作品 {review.application.code} 的评审已改由他人承担：{note}")


def _check_own(review: WorkReview, by: User) -> None:
    if review.reviewer_id != by.pk:
        raise PermissionDenied("这份评审不是分派给您的。")


def _tell_staff(application: WorkApplication, text: str) -> None:
    notify(people_with(Perm.WORK_MANAGE, application), text, link=application.get_desk_url(), kind="task")


# --- What they gave -------------------------------------------------------------------------------


@transaction.atomic
def save_review(review: WorkReview, *, opinion: str, rungs: Sequence[WorkRung], by: User) -> WorkReview:
    """Keep a review unfinished: rungs and opinion so far. Raises Refused once it is handed in."""
    current = WorkReview.objects.select_for_update(of=("self",)).select_related(
        "application__region", "application__call", "application__organization"
    )
    held = current.get(pk=review.pk)
    _check_own(held, by)
    require(by, Perm.WORK_REVIEW, held)
    is_running = held.application.status == WorkApplication.Status.REVIEW
    if held.status != WorkReview.Status.ASSIGNED or not is_running:
        raise Refused("评审已提交或已结束，不能再修改。")
    held.scores.all().delete()
    try:
        with transaction.atomic():
            WorkScore.objects.bulk_create(
                WorkScore(review=held, criterion_id=rung.criterion_id, rung=rung) for rung in rungs
            )
    except IntegrityError:
        raise Refused("评分不在评分档内，请重新选择。") from None
    WorkReview.objects.filter(pk=held.pk).update(opinion=opinion)
    held.opinion = opinion
    return held


@transaction.atomic
def hand_in_review(
    review: WorkReview, *, opinion: str, rungs: Sequence[WorkRung], by: User, at: datetime
) -> None:
    """Hand a review in for good. Raises Refused with a criterion left out or without an opinion."""
    held = save_review(review, opinion=opinion, rungs=rungs, by=by)
    application = _locked(held.application)
    left = application.call.criteria.exclude(pk__in=[rung.criterion_id for rung in rungs])
    if names := [row.name for row in left]:
        raise Refused(f"请为“{'”“'.join(names)}”打分。")
    if not opinion.strip():
        raise Refused("请写明评审意见。")
    WorkReview.objects.filter(pk=held.pk).update(score=total(marks_of(held)))
    REVIEW_FLOW.take(held, "hand_in", by=by, at=at)
    found = outcome_of(application)
    if found.needs_third:
        _tell_staff(application, f"“{application}”的{found.words}")
    elif found.score is not None:
        _tell_staff(application, f"“{application}”评审已齐，得分 {found.score}，待决定。")


# --- The decision ---------------------------------------------------------------------------------


@transaction.atomic
def support(application: WorkApplication, *, amount: Decimal, reason: str, by: User, at: datetime) -> None:
    """Grant money to a work, within what the call still has.

    Raises Refused before the reviews are complete, beyond what one work may get, or beyond the budget: of
    two decisions at once about the last of it, the database lets one through.
    """
    current = _locked(application)
    require(by, Perm.WORK_MANAGE, current)
    found = outcome_of(current)
    if current.status != WorkApplication.Status.REVIEW or found.score is None:
        raise Refused(f"评审未完成，不能决定支持。{found.words}")
    if amount > current.call.most_yuan:
        raise Refused(f"超过每项最高 {yuan(current.call.most_yuan)}。")
    _decide(
        current,
        "support",
        reason=reason,
        by=by,
        at=at,
        score=found.score,
        decided_yuan=amount,
        bound_yuan=amount,
    )
    tell_applicant(current, f"作品“{current}”获支持 {yuan(amount)}，请等候签订合同。", by=by)


@transaction.atomic
def decline(application: WorkApplication, *, reason: str, by: User, at: datetime) -> None:
    """Decide against a work, with a reason."""
    current = _locked(application)
    require(by, Perm.WORK_MANAGE, current)
    found = outcome_of(current)
    _decide(current, "decline", reason=reason, by=by, at=at, score=found.score)
    tell_applicant(current, f"作品“{current}”未获支持：{reason}", by=by)


def _decide(application: WorkApplication, step: str, *, reason: str, by: User, at: datetime, **values):
    if not reason.strip():
        raise Refused("请写明决定的理由。")
    try:
        with transaction.atomic():
            WorkApplication.objects.filter(pk=application.pk).update(
                decided_at=at, decided_by=by, reason=reason, **values
            )
            APPLICATION_FLOW.take(application, step, by=by, note=reason)
    except IntegrityError:
        left = WorkCall.objects.get(pk=application.call_id).free_yuan
        raise Refused(f"超出征集的经费总额，还可支持 {yuan(left)}。") from None


# --- Reminders ------------------------------------------------------------------------------------


@transaction.atomic
def remind_reviewers(*, at: datetime) -> int:
    """Recall reviews three days ahead of their day and every three days after it; returns how many."""
    today = timezone.localdate(at)
    rows = WorkReview.objects.select_for_update(of=("self",), skip_locked=True).waiting()
    rows = rows.filter(due_on__lte=today + timedelta(days=max(REMIND_AHEAD)))
    due = [
        review
        for review in rows.select_related("reviewer", "application").order_by("pk")
        if is_to_be_recalled(review.due_on, review.reminded_on, today, ahead=REMIND_AHEAD, again=REMIND_AGAIN)
    ]
    for review in due:
        days = (review.due_on - today).days
        when = f"还有 {days} 天到期" if days >= 0 else f"已逾期 {-days} 天"
        kind = "task" if days >= 0 else "urgent"
        text = f"作品 {review.application.code} 的评审{when}。"
        notify([review.reviewer], text, link=review.get_desk_url(), kind=kind)
    WorkReview.objects.filter(pk__in=[review.pk for review in due]).update(reminded_on=today)
    return len(due)
