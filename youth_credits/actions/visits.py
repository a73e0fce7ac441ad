"""Check-ins at events become credits: the school decides, the verifier looks at them as at any others."""

import uuid

from django.db import transaction
from django.utils import timezone

from portal import audit
from portal.accounts import User, require
from portal.errors import Refused
from portal.organizations import Organization
from portal.roles import Perm
from youth_credits import queries
from youth_credits.actions.batches import record_class
from youth_credits.actions.ledger import Occasion, lock_ledger
from youth_credits.models import Batch, Credit, VisitRecord


@transaction.atomic
def record_visit(school: Organization, session: int, *, kind: str, by: User) -> Batch:
    """Write the credits of all of a school's children who checked in at a session, as a kind of activity.

    Raises Refused where none waits any more or the kind is not in force on that day.
    """
    require(by, Perm.CREDIT_RECORD, school)
    lock_ledger(school)
    visit = _waiting(school, session)
    day = timezone.localtime(visit.session.starts_at).date()
    rule = queries.RuleBook().find(kind, day)
    if rule is None:
        raise Refused("活动当日没有这一类别的规则，请另选类别。")
    batch = record_class(
        Occasion(rule, day, visit.session.event.title[:100], visit.provider),
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
def leave_out_visit(school: Organization, session: int, *, by: User) -> int:
    """These check-ins are no credit: private visits, or recorded in another way. Returns how many."""
    require(by, Perm.CREDIT_RECORD, school)
    lock_ledger(school)
    visit = _waiting(school, session)
    _settle(school, visit, is_counted=False)
    audit.event("leave_out_visit", by=by, kind="youth_credits.visit", name=f"{len(visit.people)} 人")
    return len(visit.people)


def _waiting(school: Organization, session: int) -> queries.Visit:
    visits = {visit.session.pk: visit for visit in queries.visits_to_record(school)}
    if session not in visits:
        raise Refused("这一场的签到已处理，请刷新页面。")
    return visits[session]


def _settle(school: Organization, visit: queries.Visit, *, is_counted: bool) -> None:
    VisitRecord.objects.bulk_create(
        VisitRecord(check_in=check_in, student=student, school=school, is_counted=is_counted)
        for check_in, student in visit.people
    )
