"""Tasks at the desk: handed down, reported up, accepted or sent back."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.actions import tasks as actions
from outreach.forms.plan import NoteForm, ReportForm, TaskForm
from outreach.models import TASK_STEPS, Measure, Meeting, Task
from outreach.queries import tasks as queries
from outreach.queries.plan import plan_in_force
from outreach.views.plan import DESK, form_page
from outreach.views.rounds import add_fault, require_desk
from portal.accounts import may
from portal.calendar import local_today
from portal.errors import Refused
from portal.identifiers import clean_text
from portal.keyset import page_by_key
from portal.regions import Region
from portal.roles import Perm

STATES = (
    ("", "全部"),
    ("running", "办理中"),
    ("late", "已逾期"),
    ("submitted", "待审核"),
    ("done", "已完成"),
)


def _asked(request) -> dict[str, str]:
    return {name: request.GET.get(name, "")[:40].replace("\0", "") for name in ("state", "measure", "region")}


@require_safe
def task_list(request):
    require_desk(request.user, Perm.TASK_VIEW)
    asked, today = _asked(request), local_today()
    rows = queries.filtered(queries.tasks_for(request.user), asked, today)
    page = page_by_key(
        rows,
        order=("due_on", "pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    here = reverse("plan_desk:tasks")
    context = {
        "page": page,
        "today": today,
        "tabs": [
            {
                "label": label,
                "url": f"{here}?state={code}" if code else here,
                "current": asked["state"] == code,
            }
            for code, label in STATES
        ],
        "actions": [("下达任务", reverse("plan_desk:task_new"), "primary")]
        if request.user.can(Perm.TASK_ASSIGN)
        else [],
        "edits": request.user.can(Perm.PLAN_EDIT),
    }
    return render(request, "outreach/task_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def task_new(request, pk=None):
    """Hand a task down; of a task that one has oneself (`pk`), hand a part further down."""
    require_desk(request.user, Perm.TASK_ASSIGN)
    parent = get_object_or_404(queries.tasks_for(request.user), pk=pk) if pk else None
    source = parent.region if parent else queries.sources_of(request.user).first()
    if source is None or not may(request.user, Perm.TASK_ASSIGN, source):
        raise PermissionDenied("您不能从这里下达任务。")
    given = {"title": parent.title, "due_on": parent.due_on} if parent else _filled_in(request.GET, source)
    title = "分解任务" if parent else "下达任务"
    return _hand_down(request, title, source, given, back=parent, parent=parent)


def _filled_in(params, source: Region) -> dict:
    """What the address of a new task fills in: title, text, and the part of the region that holds `place`."""
    found = {"title": clean_text(params.get("title", "")[:120])}
    found["text"] = clean_text(params.get("text", "")[:2000], multiline=True)
    place = Region.objects.filter(code=params.get("place", "")[:12].replace("\0", "")).first()
    below = [one for one in queries.places_below(source) if place and place.path.startswith(one.path)]
    return found | {"regions": [one.pk for one in below]}


@require_http_methods(["GET", "HEAD", "POST"])
def task_of_meeting(request, pk):
    """Hand down what a meeting decided, to who took part unless told otherwise."""
    require_desk(request.user, Perm.COORDINATION_MANAGE)
    meeting = get_object_or_404(Meeting.objects.select_related("region"), pk=pk)
    bodies = meeting.attendees.select_related("organization").order_by("position")
    given = {"bodies": "\n".join(member.organization.name for member in bodies)}
    title = f"落实会议议定事项：{meeting.title}"
    return _hand_down(request, title, meeting.region, given, back=meeting, meeting=meeting)


def _hand_down(request, title, source, given, *, back, parent=None, meeting=None):
    form = TaskForm(
        request.POST or None,
        source=source,
        places=queries.places_below(source),
        measures=Measure.objects.filter(project__plan=plan_in_force(local_today())).order_by("pk"),
        is_part=parent is not None,
        initial={"key": uuid.uuid4(), **given},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        told = {name: data.get(name) for name in ("title", "text", "due_on", "measure", "key")}
        told |= {"places": form.places, "source": source, "parent": parent, "meeting": meeting}
        try:
            made = actions.hand_down(**told, by=request.user)
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, f"任务已下达给 {len(made)} 处。")
            return redirect(back or made[0])
    crumbs = [*DESK, ("任务", reverse("plan_desk:tasks"))]
    return form_page(request, form, title=title, crumbs=crumbs, submit="下达", lead=f"由{source.name}下达。")


@require_safe
def task_detail(request, pk):
    task = get_object_or_404(queries.tasks_for(request.user), pk=pk)
    return _detail(request, task)


def _detail(request, task: Task, *, report=None, status=200):
    decides = may(request.user, Perm.TASK_ASSIGN, task.source) and task.reported_by_id != request.user.pk
    running = task.status == Task.Status.RUNNING
    is_own_region = task.organization_id is None and may(request.user, Perm.TASK_ASSIGN, task.region)
    context = {
        "task": task,
        "is_late": running and task.due_on < local_today(),
        "parts": queries.parts_of(task, request.user),
        "reports": running and may(request.user, Perm.TASK_REPORT, task),
        "report_form": report or ReportForm(task=task, initial={"reply": task.reply}),
        "decides": decides and task.status == Task.Status.SUBMITTED,
        "cancels": running and may(request.user, Perm.TASK_ASSIGN, task.source),
        "note_form": NoteForm(),
        "divides": running and is_own_region and task.region.level < 4,
        "timeline": TASK_STEPS.timeline(task),
    }
    return render(request, "outreach/task_detail.html", context, status=status)


@require_POST
def task_report(request, pk):
    task = get_object_or_404(queries.tasks_for(request.user), pk=pk)
    form = ReportForm(request.POST, request.FILES, task=task)
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.report(task, reply=data["reply"], upload=data["proof"] or None, by=request.user)
        except Refused as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "已上报，等待审核。")
            return redirect(task)
    return _detail(request, task, report=form, status=422)


STEPS = {
    "accept": (lambda task, note, by: actions.accept(task, by=by), "已审核通过。"),
    "send-back": (lambda task, note, by: actions.send_back(task, note=note, by=by), "已退回重办。"),
    "cancel": (lambda task, note, by: actions.cancel(task, note=note, by=by), "任务已取消。"),
}


@require_POST
def task_step(request, pk, step):
    if step not in STEPS:
        raise Http404("没有这个步骤。")
    task = get_object_or_404(queries.handed_down_by(request.user), pk=pk)
    take, words = STEPS[step]
    take(task, request.POST.get("note", "")[:300].replace("\0", ""), request.user)
    messages.success(request, words)
    return redirect(task)
