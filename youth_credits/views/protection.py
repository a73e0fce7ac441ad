"""The city's page on minors' data: how long things are kept, what is due next, and what went wrong."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.calendar import local_today
from portal.fields import ReasonForm
from portal.regions import Region
from portal.roles import Perm
from youth_credits import actions, queries
from youth_credits.forms.rights import IncidentForm
from youth_credits.models import Incident, RetentionPlan
from youth_credits.views.oversight import office_page

CRUMBS = (("工作台", "/desk/"), ("未成年人信息保护", "/desk/protection/"))


@require_safe
@office_page(Perm.PROTECTION_MANAGE)
def start(request, office: Region):
    return _start(request)


def _start(request, *, status: int = 200, **more):
    context = {
        "limits": queries.time_limits(local_today()),
        "rules": queries.retention_rules(),
        "plans": list(queries.retention_plans()[:50]),
        "incidents": list(Incident.objects.select_related("organization")[:50]),
        "note_form": ReasonForm(),
        "crumbs": [("工作台", "/desk/"), ("未成年人信息保护", "")],
    } | more
    return render(request, "youth_credits/protection.html", context, status=status)


@require_POST
@office_page(Perm.PROTECTION_MANAGE)
def plan_stop(request, office: Region, pk):
    plan = get_object_or_404(RetentionPlan.objects.select_related("rule"), pk=pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _start(request, status=422, note_form=form)
    actions.stop_plan(plan, note=form.cleaned_data["note"], by=request.user, at=timezone.now())
    messages.success(request, "已停止，这一批不会执行。")
    return redirect("protection:start")


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(Perm.PROTECTION_MANAGE)
def incident_new(request, office: Region):
    typed = request.POST if request.method == "POST" else None
    form = IncidentForm(typed, instance=Incident(region=office, created_by=request.user))
    if form.is_bound and form.is_valid():
        actions.note_incident(form.instance, by=request.user)
        messages.success(request, "已登记。")
        return redirect("protection:start")
    context = {"form": form, "crumbs": [*CRUMBS, ("登记事件", "")]}
    return render(request, "youth_credits/incident_form.html", context, status=422 if form.is_bound else 200)
