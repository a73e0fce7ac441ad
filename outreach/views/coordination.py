"""The joint meeting at the desk: members, meetings with their follow-ups, duties and yearly reports."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.actions import coordination as actions
from outreach.forms.coordination import (
    DutyBodiesForm,
    DutyReportForm,
    MeetingForm,
    MinutesForm,
    OpenReportsForm,
    PostForm,
)
from outreach.forms.plan import NoteForm
from outreach.models import MEETING_STEPS, REPORT_STEPS, Duty, Meeting, MemberPost
from outreach.queries import coordination as queries
from outreach.queries.tasks import tasks_for
from outreach.views.plan import form_page
from outreach.views.rounds import add_fault, require_desk
from portal.calendar import local_today
from portal.errors import Refused
from portal.keyset import page_by_key
from portal.roles import Perm

DESK = [("工作台", "/desk/"), ("统筹协调", "/desk/coordination/")]


def require_member(user) -> None:
    """The association, and whoever speaks for a member of the joint meeting."""
    if not user.can(Perm.COORDINATION_MANAGE) and not queries.members_for(user).exists():
        raise PermissionDenied("联席会议由市科协和成员单位办理。")


def _page(request, rows, order):
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    return page_by_key(rows, order=order, after=after, before=before)


# --- Members --------------------------------------------------------------------------------------


@require_safe
def member_list(request):
    require_member(request.user)
    page = _page(request, queries.members_for(request.user), ("position", "pk"))
    rows = [(member, [queries.post_of(member, role) for role in MemberPost.Role.values]) for member in page]
    context = {"page": page, "rows": rows, "manages": request.user.can(Perm.COORDINATION_MANAGE)}
    return render(request, "outreach/member_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def member_detail(request, pk):
    """A member's posts now and before; a new one takes over from the old."""
    require_member(request.user)
    member = get_object_or_404(queries.members_for(request.user), pk=pk)
    form = PostForm(request.POST or None, instance=MemberPost(member=member))
    if request.method == "POST" and form.is_valid():
        try:
            actions.appoint(form.save(commit=False), by=request.user)
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "已登记。")
            return redirect(member)
    context = {
        "member": member,
        "posts": member.posts.all(),
        "duties": queries.duties_of(member.organization),
        "form": form,
    }
    return render(request, "outreach/member_detail.html", context, status=422 if form.is_bound else 200)


# --- Meetings -------------------------------------------------------------------------------------


@require_safe
def meeting_list(request):
    require_member(request.user)
    manages = request.user.can(Perm.COORDINATION_MANAGE)
    context = {
        "page": _page(request, queries.meetings_for(request.user), ("-held_on", "-pk")),
        "manages": manages,
        "actions": [("新增会议", reverse("coordination:meeting_new"), "primary")] if manages else [],
    }
    return render(request, "outreach/meeting_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_form(request, pk=None):
    require_desk(request.user, Perm.COORDINATION_MANAGE)
    meeting = get_object_or_404(Meeting, pk=pk) if pk else None
    form = MeetingForm(request.POST or None, instance=meeting)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.save_meeting(
                form.meeting(), attendees=form.cleaned_data["attendees"], by=request.user
            )
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "会议已保存。")
            return redirect(made)
    return form_page(request, form, title="修改会议" if meeting else "新增会议", crumbs=DESK)


@require_safe
def meeting_detail(request, pk):
    require_member(request.user)
    return _meeting(request, get_object_or_404(queries.meetings_for(request.user), pk=pk))


def _meeting(request, meeting: Meeting, *, minutes_form=None, status=200):
    manages = request.user.can(Perm.COORDINATION_MANAGE)
    context = {
        "meeting": meeting,
        "attendees": meeting.attendees.select_related("organization"),
        "tasks": tasks_for(request.user).filter(meeting=meeting).order_by("due_on", "pk"),
        "manages": manages,
        "is_planned": meeting.status == Meeting.Status.PLANNED,
        "is_running": meeting.status == Meeting.Status.RUNNING,
        "minutes_form": minutes_form or MinutesForm(),
        "timeline": MEETING_STEPS.timeline(meeting),
    }
    return render(request, "outreach/meeting_detail.html", context, status=status)


@require_POST
def meeting_minutes(request, pk):
    require_desk(request.user, Perm.COORDINATION_MANAGE)
    meeting = get_object_or_404(queries.meetings_for(request.user), pk=pk)
    form = MinutesForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.publish_minutes(
                meeting, minutes=data["minutes"], upload=data["upload"] or None, by=request.user
            )
        except Refused as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "纪要已发布，可以下达会议议定的任务。")
            return redirect(meeting)
    return _meeting(request, meeting, minutes_form=form, status=422)


@require_POST
def meeting_close(request, pk):
    require_desk(request.user, Perm.COORDINATION_MANAGE)
    meeting = get_object_or_404(Meeting.objects.select_related("region"), pk=pk)
    actions.close_meeting(meeting, by=request.user)
    messages.success(request, "会议已办结。")
    return redirect(meeting)


@require_safe
def year(request):
    """What the joint meeting did in a year, to be read, printed and reported."""
    require_desk(request.user, Perm.COORDINATION_MANAGE)
    today = local_today()
    asked = request.GET.get("year", "")[:4]
    chosen = (
        int(asked) if asked.isascii() and asked.isdigit() and 2015 <= int(asked) <= today.year else today.year
    )
    years = range(today.year, max(today.year - 5, 2014), -1)
    context = {"told": queries.year_of(chosen, today), "years": years}
    return render(request, "outreach/coordination_year.html", context)


# --- Duties and reports ---------------------------------------------------------------------------


@require_safe
def duty_list(request):
    require_member(request.user)
    context = {"duties": queries.duties(), "manages": request.user.can(Perm.COORDINATION_MANAGE)}
    return render(request, "outreach/duty_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def duty_bodies(request, pk):
    require_desk(request.user, Perm.COORDINATION_MANAGE)
    duty = get_object_or_404(Duty, pk=pk)
    form = DutyBodiesForm(request.POST if request.method == "POST" else None, duty=duty)
    if request.method == "POST" and form.is_valid():
        actions.assign_duty(duty, form.cleaned_data["bodies"], by=request.user)
        messages.success(request, "责任单位已保存。")
        return redirect("coordination:duties")
    crumbs = [*DESK, ("职责清单", reverse("coordination:duties"))]
    return form_page(request, form, title=duty.name, lead=f"{duty.law}{duty.article}", crumbs=crumbs)


@require_http_methods(["GET", "HEAD", "POST"])
def report_list(request):
    """The reports of duties; the association asks for a year's here."""
    require_member(request.user)
    manages = request.user.can(Perm.COORDINATION_MANAGE)
    form = OpenReportsForm(request.POST or None, initial={"year": local_today().year})
    if request.method == "POST":
        require_desk(request.user, Perm.COORDINATION_MANAGE)
        if form.is_valid():
            try:
                asked = actions.open_reports(by=request.user, **form.cleaned_data)
            except Refused as fault:
                add_fault(form, fault)
            else:
                messages.success(request, f"已向 {asked} 家单位布置填报。")
                return redirect("coordination:reports")
    page = _page(request, queries.reports_for(request.user), ("-year", "-pk"))
    context = {"page": page, "form": form, "manages": manages}
    return render(request, "outreach/duty_reports.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def report_detail(request, pk):
    require_member(request.user)
    report = get_object_or_404(queries.reports_for(request.user), pk=pk)
    fills = "submit_duties" in dict(REPORT_STEPS.open_to(request.user, report))
    duties = queries.duties_of(report.organization)
    form = DutyReportForm(request.POST or None, request.FILES or None, report=report, duties=duties)
    if request.method == "POST" and form.is_valid():
        try:
            actions.fill_report(
                report,
                summary=form.cleaned_data["summary"],
                told=form.told,
                is_done="done" in request.POST,
                by=request.user,
            )
        except Refused as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "自评已提交。" if "done" in request.POST else "草稿已保存。")
            return redirect(report)
    context = {
        "report": report,
        "fills": fills,
        "form": form,
        "answers": report.answers.select_related("duty", "proof"),
        "decides": "accept_duties" in dict(REPORT_STEPS.open_to(request.user, report)),
        "note_form": NoteForm(),
        "timeline": REPORT_STEPS.timeline(report),
    }
    return render(request, "outreach/duty_report.html", context, status=422 if form.is_bound else 200)


@require_POST
def report_decide(request, pk, step):
    require_desk(request.user, Perm.COORDINATION_MANAGE)
    if step not in ("accept", "return"):
        raise Http404("没有这个步骤。")
    report = get_object_or_404(queries.reports_for(request.user), pk=pk)
    note = request.POST.get("note", "")[:300].replace("\0", "")
    actions.decide_report(report, is_accepted=step == "accept", note=note, by=request.user)
    messages.success(request, "已保存。")
    return redirect(report)
