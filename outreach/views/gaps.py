"""Gaps at the desk, and projects with their milestones before the public."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from outreach.actions import gaps as actions
from outreach.forms.gaps import GapForm, MajorProjectForm, MilestoneForm, ReachForm
from outreach.models import Gap, MajorProject, Milestone, Plan
from outreach.views.plan import DESK, form_page
from outreach.views.rounds import add_fault, require_desk
from portal.calendar import local_today
from portal.errors import Refused
from portal.roles import Perm


@login_not_required
@require_safe
def major_page(request, code):
    """A project with its milestones."""
    rows = MajorProject.objects.select_related("measure", "body")
    project = get_object_or_404(rows, code=code, measure__project__plan__is_draft=False)
    today = local_today()
    steps = [
        {
            "label": row.name,
            "state": "done" if row.reached_on else "current" if row.due_on < today else "todo",
            "row": row,
        }
        for row in project.milestones.all()
    ]
    return render(request, "outreach/major_page.html", {"project": project, "steps": steps, "today": today})


def _plan(request, pk) -> Plan:
    require_desk(request.user, Perm.PLAN_EDIT)
    return get_object_or_404(Plan, pk=pk)


def _majors(plan: Plan):
    return MajorProject.objects.filter(measure__project__plan=plan).select_related("measure", "body")


@require_safe
def gap_list(request, pk):
    """The gaps that the plan names, and its projects that take years."""
    plan = _plan(request, pk)
    context = {
        "plan": plan,
        "gaps": plan.gaps.prefetch_related("measures"),
        "projects": _majors(plan).prefetch_related("milestones").order_by("pk"),
    }
    return render(request, "outreach/gap_list.html", context)


def _save(request, plan: Plan, form, save, title: str):
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "已保存。")
            return redirect("plan_desk:gaps", plan.pk)
    return form_page(request, form, title=title, crumbs=[*DESK, (plan.name, plan.get_absolute_url())])


@require_http_methods(["GET", "HEAD", "POST"])
def gap_form(request, pk, part=None):
    plan = _plan(request, pk)
    gap = get_object_or_404(plan.gaps, pk=part) if part else Gap(plan=plan)
    form = GapForm(request.POST or None, instance=gap, plan=plan)

    def save():
        actions.save_gap(form.save(commit=False), measures=form.cleaned_data["measures"], by=request.user)

    return _save(request, plan, form, save, gap.name or "新增差距")


@require_http_methods(["GET", "HEAD", "POST"])
def major_form(request, pk, part=None):
    plan = _plan(request, pk)
    project = get_object_or_404(_majors(plan), pk=part) if part else MajorProject()
    form = MajorProjectForm(request.POST or None, instance=project, plan=plan)

    def save():
        actions.save_project(form.save(commit=False), by=request.user)

    return _save(request, plan, form, save, project.name or "新增重大项目")


@require_http_methods(["GET", "HEAD", "POST"])
def milestones(request, pk, part):
    """A project's milestones: one more, or one reached."""
    plan = _plan(request, pk)
    project = get_object_or_404(_majors(plan), pk=part)
    reaches = "milestone" in request.POST
    posted = request.POST if request.method == "POST" else None
    new = MilestoneForm(None if reaches else posted, instance=Milestone(project=project))
    reached = ReachForm(posted if reaches else None, project=project, initial={"reached_on": local_today()})
    form = reached if reaches else new
    if posted is not None and form.is_valid():
        try:
            if reaches:
                data = form.cleaned_data
                actions.reach(data["milestone"], on=data["reached_on"], note=data["note"], by=request.user)
            else:
                actions.save_milestone(form.save(commit=False), by=request.user)
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "已保存。")
            return redirect("plan_desk:milestones", plan.pk, project.pk)
    context = {
        "plan": plan,
        "project": project,
        "milestones": project.milestones.all(),
        "form": new,
        "reach_form": reached,
    }
    return render(request, "outreach/milestones.html", context, status=422 if form.is_bound else 200)
