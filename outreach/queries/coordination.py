"""The joint meeting as people read it: members, meetings, duties and what was reported on them."""

from django.db.models import Count, Prefetch, Q
from django.urls import reverse

from outreach.models import Duty, DutyReport, Meeting, Member, MemberPost
from portal.accounts import User
from portal.organizations import Organization
from portal.roles import Perm
from portal.waiting import Waiting


def members_for(user: User):
    """Every member for the association; for a member's clerks their own."""
    present = Prefetch("posts", MemberPost.objects.filter(until=None), to_attr="present")
    rows = Member.objects.select_related("organization__region").prefetch_related(present)
    if user.can(Perm.COORDINATION_MANAGE):
        return rows
    return rows.filter(organization__in=user.places_for(Perm.TASK_REPORT)[1])


def post_of(member: Member, role: str) -> MemberPost | None:
    """Who holds a post now; `present` was loaded with the member."""
    return next((post for post in member.present if post.role == role), None)


def meetings_for(user: User):
    """Every meeting for the association; for a member's clerks those it takes part in."""
    rows = Meeting.objects.annotate(
        follow_ups=Count("tasks", distinct=True, filter=~Q(tasks__status="cancelled")),
        open_ones=Count("tasks", distinct=True, filter=Q(tasks__status__in=["running", "submitted"])),
    ).select_related("region")
    if user.can(Perm.COORDINATION_MANAGE):
        return rows
    own = user.places_for(Perm.TASK_REPORT)[1]
    mine = Meeting.objects.filter(attendees__organization__in=own).values("pk")
    return rows.filter(pk__in=mine)


def duties_of(body: Organization):
    return Duty.objects.filter(bodies=body).order_by("position", "pk")


def duties():
    return Duty.objects.prefetch_related("bodies").order_by("position", "pk")


def reports_for(user: User):
    scope = DutyReport.objects.for_user(user, Perm.COORDINATION_MANAGE)
    scope |= DutyReport.objects.filter(organization__in=user.places_for(Perm.TASK_REPORT)[1])
    return scope.select_related("organization__region", "region")


def coordination_waiting(user: User) -> list[Waiting]:
    """What waits for somebody: reports of duties to fill, or to decide on."""
    lines = []
    own = user.places_for(Perm.TASK_REPORT)[1]
    if own:
        mine = DutyReport.objects.filter(organization__in=own, status__in=["draft", "returned"])
        lines += _line("待填报的履职自评", mine)
    if user.can(Perm.COORDINATION_MANAGE):
        lines += _line("待审核的履职自评", DutyReport.objects.filter(status="submitted"))
    return lines


def _line(title: str, rows) -> list[Waiting]:
    count = rows.count()
    if not count:
        return []
    first = rows.select_related("organization").order_by("due_on", "pk")[:5]
    items = [(str(row), row.get_absolute_url()) for row in first]
    return [Waiting(title=title, count=count, url=reverse("coordination:reports"), items=items)]
