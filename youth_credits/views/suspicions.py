"""The list of what looks odd, worked off by the school's verifier or the education bureau."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal import audit
from portal.accounts import may
from portal.keyset import about_how_many, page_by_key
from portal.roles import Perm
from portal.scope import scope_of
from youth_credits import actions, queries
from youth_credits.actions import WORK
from youth_credits.forms.suspicions import OutcomeForm
from youth_credits.models import Suspicion
from youth_credits.views.access import crumbs


@require_safe
def suspicion_list(request):
    if not request.user.can(Perm.SUSPICION_WORK):
        raise PermissionDenied("学分疑点由学校审核员和教育行政部门核查。")
    status = request.GET.get("status", "raised")
    kind = request.GET.get("kind", "")
    rows = queries.suspicions_for(request.user)
    if status in Suspicion.Status.values:
        rows = rows.filter(status=status)
    if kind in Suspicion.Kind.values:
        rows = rows.filter(kind=kind)
    page = page_by_key(
        rows, order=("-pk",), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    tabs = [
        {"label": label, "url": f"?status={code}", "current": status == code}
        for code, label in Suspicion.Status.choices
    ]
    context = {
        "page": page,
        "total": about_how_many(rows),
        "tabs": tabs,
        "kinds": Suspicion.Kind.choices,
        "kind": kind,
        "status": status,
        "crumbs": [("工作台", "/desk/"), ("学分疑点", "")],
    }
    return render(request, "youth_credits/suspicion_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def suspicion_detail(request, uuid):
    """Why it is on the list; the entries behind it for their own school alone."""
    suspicion = get_object_or_404(queries.suspicions_for(request.user), uuid=uuid)
    steps = [
        (name, step.label)
        for name, step in WORK.open_to(request.user, suspicion)
        if name != "reopen" or may(request.user, Perm.SUSPICION_WORK, suspicion.region)
    ]
    form = OutcomeForm(request.POST or None, steps=steps) if steps else None
    if form is not None and form.is_bound and form.is_valid():
        said = form.cleaned_data
        actions.work_off(suspicion, said["step"], note=said["note"], by=request.user)
        messages.success(request, f"已记为“{suspicion.get_status_display()}”。")
        return redirect("youth_credits:suspicion_list")
    is_school = scope_of(request.user) == f"school:{suspicion.organization_id}"
    entries = list(queries.entries_behind(suspicion)[:100]) if is_school else []
    if entries:
        audit.viewed(suspicion, by=request.user, reason="核查疑点")
    context = {
        "suspicion": suspicion,
        "entries": entries,
        "is_school": is_school,
        "form": form,
        "timeline": WORK.timeline(suspicion),
        "crumbs": crumbs(("学分疑点", reverse("youth_credits:suspicion_list")), (f"疑点 {suspicion.pk}", "")),
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "youth_credits/suspicion_detail.html", context, status=status)
