"""Batches of a school, and what waits for whom."""

from django.urls import reverse

from portal.accounts import User, people_with
from portal.organizations import Organization
from portal.roles import Perm, Role
from portal.waiting import Waiting
from youth_credits.models import Batch, Credit

Kind = Batch.Kind
Status = Batch.Status


def batches(school: Organization):
    return Batch.objects.filter(organization=school).select_related("created_by")


def verifiers(school: Organization):
    return people_with(Perm.CREDIT_VERIFY, school)


def to_verify(school: Organization):
    """Batches of credits that wait for the school's verifier, oldest first."""
    return batches(school).filter(status=Status.KEPT).exclude(kind=Kind.ROLL).order_by("pk")


def batch_entries(batch: Batch):
    """The entries of a batch that stand, by class."""
    return (
        Credit.objects.of_batch(batch).standing().select_related("activity", "rule", "student").order_by("pk")
    )


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
    mine = Batch.objects.filter(organization__in=schools)
    found = []
    if schools and user.can(Perm.CREDIT_RECORD):
        url = f"{reverse('youth_credits:batch_list')}?status={Status.CHECKED}"
        found.append(Waiting(title="待确认的导入", count=mine.filter(status=Status.CHECKED).count(), url=url))
    if schools and user.can(Perm.CREDIT_VERIFY):
        kept = mine.filter(status=Status.KEPT).exclude(kind=Kind.ROLL)
        found.append(Waiting(title="待审核的学分", count=kept.count(), url=reverse("youth_credits:verify")))
    return [waiting for waiting in found if waiting.count]
