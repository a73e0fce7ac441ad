"""Batches of a school, and what waits for whom."""

from django.urls import reverse
from django.utils import timezone

from portal.accounts import User, people_with
from portal.organizations import Organization
from portal.roles import Perm, Role
from portal.waiting import Waiting
from youth_credits.models import (
    Batch,
    Course,
    Credit,
    FamilyClaim,
    Outing,
    SpecialCase,
    Suspicion,
    TransferOut,
)

Kind = Batch.Kind
Status = Batch.Status


def batches(school: Organization):
    return Batch.objects.filter(organization=school).select_related("created_by")


def verifiers(school: Organization):
    return people_with(Perm.CREDIT_VERIFY, school)


def to_verify(school: Organization):
    """Batches of credits that wait for the school's verifier, oldest first."""
    return batches(school).filter(status=Status.KEPT, rows_new__gt=0).exclude(kind=Kind.ROLL).order_by("pk")


def batch_entries(batch: Batch):
    """The entries of a batch that stand, by class. Of a child that has moved since, the school sees its entry
    and not the child.
    """
    found = Credit.objects.of_batch(batch).standing().select_related("activity", "rule")
    return found.prefetch_related("student").order_by("pk")


def last_activity(school: Organization) -> Credit | None:
    """The newest entry of the class grid, to begin the next one with."""
    batch = batches(school).filter(kind=Kind.GRID).exclude(status=Status.UNDONE).order_by("-pk").first()
    if batch is None:
        return None
    return Credit.objects.of_batch(batch).select_related("activity", "rule", "student").order_by("pk").first()


def waiting_for(user: User) -> list[Waiting]:
    """What waits for this person on the desk; under the person's own scope."""
    schools = [
        grant.organization_id
        for grant in user.standing_grants()
        if grant.role in (Role.SCHOOL, Role.SCHOOL_VERIFIER)
    ]
    found = []
    if schools and user.can(Perm.CREDIT_RECORD):
        found += _to_record(schools)
    if schools and user.can(Perm.CREDIT_VERIFY):
        found += _to_decide(schools)
    return [waiting for waiting in found + _to_look_at(user) if waiting.count]


def _waiting(title: str, rows, page: str, asked: str = "") -> Waiting:
    return Waiting(title=title, count=rows.count(), url=reverse(f"youth_credits:{page}") + asked)


def _to_record(schools: list[int]) -> list[Waiting]:
    checked = Batch.objects.filter(organization__in=schools, status=Status.CHECKED)
    asked = TransferOut.objects.filter(organization__in=schools, status=TransferOut.Status.ASKED)
    confirmed = Outing.objects.filter(
        organization__in=schools, confirmed_at__isnull=False, batch=None, came__gt=0
    )
    claims = FamilyClaim.objects.filter(organization__in=schools, status=FamilyClaim.Status.SENT)
    return [
        _waiting("待确认的家庭活动", claims, "claim_list"),
        _waiting("待确认的导入", checked, "batch_list", f"?status={Status.CHECKED}"),
        _waiting("待答复的转出", asked, "transfer_list", "?side=out"),
        _waiting("待登记学分的课程外出", confirmed, "outing_list"),
    ]


def _to_decide(schools: list[int]) -> list[Waiting]:
    kept = Batch.objects.filter(organization__in=schools, status=Status.KEPT, rows_new__gt=0)
    kept = kept.exclude(kind=Kind.ROLL)
    special = SpecialCase.objects.filter(organization__in=schools, status=SpecialCase.Status.ASKED)
    return [
        _waiting("待审核的学分", kept, "verify"),
        _waiting("待审核的特殊情形", special, "special_list"),
    ]


def _to_look_at(user: User) -> list[Waiting]:
    """What is odd, courses to approve, and for a base the outings to confirm."""
    found = []
    if user.can(Perm.SUSPICION_WORK):
        rows = Suspicion.objects.for_user(user, Perm.SUSPICION_WORK).filter(status=Suspicion.Status.OPEN)
        found.append(_waiting("待核查的学分疑点", rows, "suspicion_list"))
    if user.can(Perm.COURSE_REVIEW):
        rows = Course.objects.for_user(user, Perm.COURSE_REVIEW).filter(status=Course.Status.SUBMITTED)
        found.append(_waiting("待认定的学分课程", rows, "course_list", "?status=submitted"))
    if user.can(Perm.COURSE_EDIT):
        rows = Outing.objects.filter(
            base__in=user.organizations_for(Perm.COURSE_EDIT),
            confirmed_at=None,
            cancelled_at=None,
            starts_at__lt=timezone.now(),
        )
        found.append(_waiting("待确认的来访名单", rows, "outing_list"))
    return found
