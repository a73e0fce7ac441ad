"""What waits on the desk of schools' verifiers, of guardians, and of offices; each under its own scope."""

from django.urls import reverse

from portal.accounts import User
from portal.calendar import local_today
from portal.roles import Perm, roles_with
from portal.scope import scope
from portal.waiting import Waiting
from youth_credits.models import AccessCase, Appeal, Nomination, RightsRequest, SpotCheck
from youth_credits.queries.guardians import wards


def oversight_waiting(user: User) -> list[Waiting]:
    """Appeals, requests and cases that wait for this person; children whose guardian was not heard."""
    found = []
    if user.can(Perm.CREDIT_VERIFY):
        found += _of_school()
    if user.can(Perm.WARD_VIEW):
        found += _of_guardian(user)
    if user.can(Perm.CASE_APPROVE):
        found += _of_office(user)
    return [waiting for waiting in found if waiting.count]


def _of_school() -> list[Waiting]:
    appeals = Appeal.objects.filter(status=Appeal.Status.FILED)
    requests = RightsRequest.objects.filter(status=RightsRequest.Status.FILED)
    return [
        Waiting(
            title="待答复的申诉",
            count=appeals.count(),
            url=f"{reverse('youth_credits:appeals')}?status=filed",
        ),
        Waiting(
            title="待办理的监护人请求", count=requests.count(), url=reverse("youth_credits:rights_requests")
        ),
    ]


def _of_guardian(user: User) -> list[Waiting]:
    with scope(f"guardian:{user.pk}"):
        today = local_today()
        young = [child for child in wards() if child.is_under_14(today)]
        unheard = [child for child in young if not child.has_consent(today)]
        proposed = list(
            Nomination.objects.filter(student__in=young, status=Nomination.Status.PROPOSED).order_by("pk")
        )
    children = reverse("guardian:children")
    return [
        Waiting(title="待阅读的同意书", count=len(unheard), url=children),
        Waiting(
            title="待您决定的科学潜质培养推荐",
            count=len(proposed),
            url=children,
            items=[
                (one.get_field_display(), reverse("guardian:nomination", args=[one.uuid])) for one in proposed
            ],
        ),
    ]


def _of_office(user: User) -> list[Waiting]:
    roles = roles_with(Perm.CASE_APPROVE)
    region = next((one.region for one in user.standing_grants() if one.role in roles and one.region_id), None)
    if region is None:
        return []
    with scope(f"office:{region.pk}"):
        cases = (
            AccessCase.objects.filter(status=AccessCase.Status.REQUESTED).exclude(requested_by=user).count()
        )
        checks = SpotCheck.objects.filter(status=SpotCheck.Status.DRAWN, region__path__startswith=region.path)
        checks = checks.exclude(created_by=user).count()
        appeals = 0
        if user.can(Perm.CREDIT_OVERSEE):
            appeals = Appeal.objects.filter(status=Appeal.Status.ESCALATED).count()
    here = reverse("oversight:start")
    return [
        Waiting(title="待批准的查阅申请", count=cases, url=here),
        Waiting(title="待批准的抽查", count=checks, url=here),
        Waiting(title="待决定的申诉", count=appeals, url=here),
    ]
