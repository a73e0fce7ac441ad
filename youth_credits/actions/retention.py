"""How long things are kept: a night finds what is due, shows it, and carries out what was shown."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Max

from portal import audit
from portal.accounts import User, people_with, require
from portal.calendar import day_start, local_today
from portal.errors import Refused
from portal.notices import notify
from portal.regions import Region
from portal.roles import Perm
from portal.workflow import Step, Workflow
from youth_credits.actions.rights import ERASED, erase
from youth_credits.models import (
    AccessCase,
    Appeal,
    GuardianSlip,
    RetentionPlan,
    RetentionRule,
    RightsRequest,
    Student,
)

Subject, Status = RetentionRule.Subject, RetentionPlan.Status
# Of one plan: the leavers of a whole city are erased over some nights, each within its job's time.
MOST_A_NIGHT = 2_000

RETENTION = Workflow(
    stop=Step(
        label="停止执行",
        sources=frozenset({Status.SHOWN}),
        target=Status.STOPPED,
        needs=Perm.PROTECTION_MANAGE,
        stamp="stopped_at",
        wants_note=True,
    ),
    carry_out=Step(
        label="按期执行",
        sources=frozenset({Status.SHOWN}),
        target=Status.DONE,
        needs=Perm.PROTECTION_MANAGE,
        stamp="done_at",
        by_clock=True,
    ),
)


# --- What is due ----------------------------------------------------------------------------------


def _students(before: date) -> list[int]:
    gone = Student.objects.filter(is_active=False, erased_at=None)
    gone = gone.exclude(enrolments__ends_on=None).annotate(left_on=Max("enrolments__ends_on"))
    return list(gone.filter(left_on__lte=before).order_by("pk").values_list("pk", flat=True))


def _slips(before: date) -> list[int]:
    unused = GuardianSlip.objects.filter(redeemed_at=None, expires_at__lt=day_start(before))
    return list(unused.order_by("pk").values_list("pk", flat=True))


def _cases(before: date) -> list[int]:
    over = AccessCase.objects.exclude(reason=ERASED).filter(requested_at__lt=day_start(before))
    return list(over.order_by("pk").values_list("pk", flat=True))


def _appeals(before: date) -> list[int]:
    over = Appeal.objects.filter(ended_at__lt=day_start(before)).exclude(statement_sealed=b"")
    return list(over.order_by("pk").values_list("pk", flat=True))


def _rights(before: date) -> list[int]:
    over = RightsRequest.objects.filter(ended_at__lt=day_start(before)).exclude(statement_sealed=b"")
    return list(over.order_by("pk").values_list("pk", flat=True))


DUE: dict[str, Callable[[date], list[int]]] = {
    Subject.STUDENT: _students,
    Subject.SLIP: _slips,
    Subject.CASE: _cases,
    Subject.APPEAL: _appeals,
    Subject.RIGHTS: _rights,
}


def due(rule: RetentionRule, on: date) -> list[int]:
    """The numbers of the records whose time is over on a day: the dry run. Under scope "steward"."""
    return DUE[rule.subject](on - timedelta(days=rule.days))


# --- Carrying out ---------------------------------------------------------------------------------


def _carry_out(rule: RetentionRule, keys: list[int], at: datetime) -> int:
    if rule.subject == Subject.STUDENT:
        for student in Student.objects.filter(pk__in=keys).order_by("pk"):
            erase(student, reason="保存期限届满", at=at)
    elif rule.subject == Subject.SLIP:
        GuardianSlip.objects.filter(pk__in=keys).delete()
    elif rule.subject == Subject.CASE:
        AccessCase.objects.filter(pk__in=keys).update(reason=ERASED)
    elif rule.subject == Subject.APPEAL:
        appeals = Appeal.objects.filter(pk__in=keys)
        appeals.update(statement_sealed=b"", signer_sealed=None)
        appeals.filter(answer_sealed__isnull=False).update(answer_sealed=b"")
        appeals.filter(decision_sealed__isnull=False).update(decision_sealed=b"")
    else:
        requests = RightsRequest.objects.filter(pk__in=keys)
        requests.update(statement_sealed=b"", signer_sealed=None)
        requests.filter(answer_sealed__isnull=False).update(answer_sealed=b"")
    return len(keys)


@transaction.atomic
def plan(*, at: datetime) -> list[RetentionPlan]:
    """Show what is due tonight and stands on no list yet, and tell the city. Under scope "steward"."""
    today = local_today(at)
    made = []
    for rule in RetentionRule.objects.order_by("subject"):
        shown = set()
        for keys in rule.plans.filter(status=Status.SHOWN).values_list("keys", flat=True):
            shown.update(keys)
        stopped = set()
        for keys in rule.plans.filter(status=Status.STOPPED).values_list("keys", flat=True):
            stopped.update(keys)
        keys = [key for key in due(rule, today) if key not in shown and key not in stopped]
        if keys:
            planned, is_new = RetentionPlan.objects.get_or_create(
                rule=rule,
                planned_on=today,
                defaults={
                    "due_on": today + timedelta(days=max(1, rule.notice_days)),
                    "keys": keys,
                    "count": len(keys),
                },
            )
            if is_new:
                made.append(planned)
    if made:
        people = people_with(Perm.PROTECTION_MANAGE, Region.objects.city())
        text = f"有 {sum(one.count for one in made):,} 条记录保存期限届满，已列入到期处理预告，请查看。"
        notify(people, text, link="/desk/protection/")
    return made


@transaction.atomic
def carry_out_due(*, at: datetime) -> int:
    """Carry out plans whose notice is over: of what they showed, what is still due. Scope "steward"."""
    today, count = local_today(at), 0
    for one in RetentionPlan.objects.filter(status=Status.SHOWN, due_on__lte=today).select_related("rule"):
        still = set(due(one.rule, today))
        left = [key for key in one.keys if key in still]
        done = _carry_out(one.rule, left[:MOST_A_NIGHT], at)
        RetentionPlan.objects.filter(pk=one.pk).update(done_count=F("done_count") + done)
        count += done
        if len(left) <= MOST_A_NIGHT:
            RETENTION.take(one, "carry_out", by=None, at=at, note=f"本夜处理 {done} 条，全部处理完毕")
    return count


@transaction.atomic
def stop_plan(one: RetentionPlan, *, note: str, by: User, at: datetime) -> None:
    """Somebody says that what is shown is not to be carried out."""
    require(by, Perm.PROTECTION_MANAGE, Region.objects.city())
    if one.status != Status.SHOWN:
        raise Refused("这一批已经执行或停止。")
    RETENTION.take(one, "stop", by=by, note=note, at=at)


def retention_night(*, at: datetime) -> tuple[int, int]:
    """One night: first what was shown long enough, then what is to be shown. (carried out, newly shown)"""
    carried = carry_out_due(at=at)
    shown = plan(at=at)
    audit.event("retention", by=None, kind="youth_credits", note=f"执行 {carried} 条，新列 {len(shown)} 批")
    return carried, sum(one.count for one in shown)
