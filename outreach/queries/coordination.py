"""The joint meeting as people read it: members, meetings, duties and what was reported on them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch, Q
from django.urls import reverse

from outreach.models import Duty, DutyReport, Meeting, Member, MemberPost, Task
from portal.accounts import User
from portal.organizations import Organization
from portal.roles import Perm
from portal.waiting import Waiting, waiting_line


def members_for(user: User):
    """Every member for the association; for a member's clerks their own."""
    present = Prefetch("posts", MemberPost.objects.filter(until=None), to_attr="present")
    rows = Member.objects.select_related("organization__region").prefetch_related(present)
    if user.can(Perm.COORDINATION_MANAGE):
        return rows
    return rows.filter(organization__in=user.places_for(Perm.TASK_REPORT)[1])


def member_units():
    """Ids of the bodies that are member units now."""
    return Member.objects.filter(left_on=None).values("organization")


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


@dataclass(frozen=True)
class Year:
    """What the joint meeting did in one year: meetings, follow-ups, reports, and each member's share."""

    year: int
    meetings: list[tuple[str, int]]
    has_plenary: bool
    lines: list[dict]


def year_of(year: int, on: date) -> Year:
    """Meetings held in a year by kind; of each member its tasks due in the year, and its report.

    Basis: 广东省科学技术普及条例第十条 (a plenary at least once a year).
    """
    held = Meeting.objects.filter(held_on__year=year).exclude(status="planned")
    kinds = dict(held.order_by().values_list("kind").annotate(Count("pk")))
    own = Q(organization__in=Member.objects.values("organization"), due_on__year=year)
    counted = (
        Task.objects.filter(own)
        .exclude(status="cancelled")
        .order_by()
        .values("organization")
        .annotate(
            total=Count("pk"),
            done=Count("pk", filter=Q(status="done")),
            late=Count("pk", filter=Q(status="running", due_on__lt=on)),
        )
    )
    tasks = {row["organization"]: row for row in counted}
    reports = {report.organization_id: report for report in DutyReport.objects.filter(year=year)}
    none = {"total": 0, "done": 0, "late": 0}
    members = Member.objects.select_related("organization")
    lines = [
        {
            "member": member,
            "report": reports.get(member.organization_id),
            **tasks.get(member.organization_id, none),
        }
        for member in members
    ]
    told = [(label, kinds.get(code, 0)) for code, label in Meeting.Kind.choices]
    return Year(year, told, bool(kinds.get(Meeting.Kind.PLENARY)), lines)


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
    rows = rows.select_related("organization").order_by("due_on", "pk")
    return waiting_line(
        title, rows, reverse("coordination:reports"), lambda row: (str(row), row.get_absolute_url())
    )
