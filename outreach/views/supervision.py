"""Inspections at the desk and on the spot, self-checks, questions, and guidance before the public."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.actions import supervision as actions
from outreach.forms.supervision import (
    AnswerForm,
    InspectForm,
    PlanForm,
    QuestionForm,
    RecheckForm,
    SelfCheckForm,
)
from outreach.models import INSPECTION_STEPS, PLAN_STEPS, Inspection, InspectionPlan
from outreach.queries import supervision as queries
from outreach.views.rounds import add_fault, require_desk
from portal.accounts import may
from portal.calendar import local_today
from portal.errors import ChangedMeanwhile, Refused
from portal.keyset import page_by_key
from portal.regions import Region
from portal.roles import Perm

SEES = (Perm.INSPECTION_VIEW, Perm.SELF_CHECK, Perm.HELP_ASK)


def _page(request, rows, order=("-pk",)):
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    return page_by_key(rows, order=order, after=after, before=before)


@require_safe
def inspection_list(request):
    require_desk(request.user, *SEES)
    context = {
        "page": _page(request, queries.inspections_for(request.user)),
        "late": queries.late_findings(local_today()) if request.user.can(Perm.INSPECTION_MANAGE) else 0,
        "manages": request.user.can(Perm.INSPECTION_MANAGE),
    }
    return render(request, "outreach/inspection_list.html", context)


# --- Plans ----------------------------------------------------------------------------------------


@require_safe
def plan_list(request):
    require_desk(request.user, Perm.INSPECTION_MANAGE)
    page = _page(request, InspectionPlan.objects.select_related("checklist"))
    links = [("新建计划", reverse("supervision_desk:plan_new"), "primary")]
    return render(request, "outreach/plan_list.html", {"page": page, "actions": links})


@require_http_methods(["GET", "HEAD", "POST"])
def plan_new(request):
    require_desk(request.user, Perm.INSPECTION_MANAGE)
    form = PlanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make_plan(form.save(commit=False), by=request.user)
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "计划已保存，可以抽取。")
            return redirect(made)
    return render(request, "outreach/plan_form.html", {"form": form}, status=422 if form.is_bound else 200)


def _plan(request, pk) -> InspectionPlan:
    require_desk(request.user, Perm.INSPECTION_MANAGE)
    return get_object_or_404(InspectionPlan.objects.select_related("checklist", "region"), pk=pk)


@require_safe
def plan_detail(request, pk):
    plan = _plan(request, pk)
    rows = plan.inspections.select_related("organization", "region").prefetch_related("inspectors")
    context = {
        "plan": plan,
        "rows": rows.order_by("pk"),
        "steps": PLAN_STEPS.open_to(request.user, plan),
        "timeline": PLAN_STEPS.timeline(plan),
    }
    return render(request, "outreach/plan_detail.html", context)


STEPS = {
    "draw": lambda plan, by: f"已抽取 {actions.draw_plan(plan, by=by)} 家。",
    "close_plan": lambda plan, by: actions.close_plan(plan, by=by) or "计划已结束。",
}


@require_POST
def plan_step(request, pk, step):
    plan = _plan(request, pk)
    if step not in STEPS:
        raise Http404("没有这个步骤。")
    messages.success(request, STEPS[step](plan, request.user))
    return redirect(plan)


# --- One inspection -------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def inspection_detail(request, pk):
    row = get_object_or_404(queries.inspections_for(request.user), pk=pk)
    drawn = row.inspectors.filter(pk=request.user.pk).exists()
    found = {finding.item: finding for finding in row.findings.all()}
    form = InspectForm(
        request.POST or None,
        items=row.plan.checklist.items,
        answers=row.answers,
        findings=found,
        initial={
            "inspected_on": row.inspected_on or local_today(),
            "summary": row.summary,
            "seen": row.revision,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            _inspect(request, row, form)
        except (Refused, ChangedMeanwhile, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "检查已完成。" if "done" in request.POST else "草稿已保存。")
            return redirect(row)
    context = {
        "row": row,
        "form": form,
        "items": form.rows(),
        "told": [(item["name"], row.answers.get(item["code"], "")) for item in row.plan.checklist.items],
        "findings": queries.findings_of(row),
        "inspects": drawn and row.status == Inspection.Status.PLANNED,
        "rechecks": drawn and row.status == Inspection.Status.MENDED,
        "mends": may(request.user, Perm.INSPECTION_ANSWER, row)
        and row.status == Inspection.Status.RECTIFYING,
        "team": row.inspectors.order_by("pk"),
        "recheck_form": RecheckForm(),
        "timeline": INSPECTION_STEPS.timeline(row),
    }
    return render(request, "outreach/inspection_detail.html", context, status=422 if form.is_bound else 200)


def _inspect(request, row: Inspection, form: InspectForm) -> None:
    data = form.cleaned_data
    actions.inspect(
        row,
        inspected_on=data["inspected_on"],
        answers=form.answers,
        findings=form.findings,
        summary=data["summary"],
        is_done="done" in request.POST,
        seen=data["seen"],
        by=request.user,
    )


@require_POST
def mend(request, pk):
    """A unit's answer to each finding, with its proof."""
    row = get_object_or_404(queries.inspections_for(request.user), pk=pk)
    told = {
        finding.pk: (
            request.POST.get(f"mending-{finding.pk}", "")[:500].replace("\0", ""),
            request.FILES.get(f"proof-{finding.pk}"),
        )
        for finding in row.findings.all()
    }
    actions.mend(row, told, by=request.user)
    messages.success(request, "整改已提交，等待复查。")
    return redirect(row)


@require_POST
def recheck(request, pk):
    row = get_object_or_404(queries.inspections_for(request.user), pk=pk)
    form = RecheckForm(request.POST)
    if not form.is_valid():
        for name, errors in form.errors.items():
            messages.error(request, f"{form.fields[name].label}：{errors[0]}")
        return redirect(row)
    data = form.cleaned_data
    actions.recheck(row, is_mended=data["is_mended"] == "yes", note=data["note"], by=request.user)
    messages.success(request, "复查结果已保存。")
    return redirect(row)


# --- Self-checks ----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def self_checks(request):
    require_desk(request.user, Perm.SELF_CHECK, Perm.INSPECTION_VIEW)
    checklist = queries.checklist_in_force("self_check", local_today())
    bodies = queries.bodies_to_check(request.user)
    form = None
    if checklist and request.user.can(Perm.SELF_CHECK):
        form = SelfCheckForm(
            request.POST or None,
            bodies=bodies,
            items=checklist.items,
            initial={"year": local_today().year},
        )
    if request.method == "POST":
        if form is None:
            raise Http404("没有可填的自查表。")
        if form.is_valid() and _keep_check(request, checklist, form):
            messages.success(request, "自查已提交。")
            return redirect("supervision_desk:self_checks")
    context = {
        "page": _page(request, queries.self_checks_for(request.user)),
        "form": form,
        "checklist": checklist,
        "bodies": bodies,
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "outreach/self_checks.html", context, status=status)


def _keep_check(request, checklist, form) -> bool:
    data = form.cleaned_data
    try:
        actions.self_check(
            checklist,
            data["organization"],
            year=data["year"],
            answers=form.answers,
            summary=data["summary"],
            by=request.user,
        )
    except (Refused, ValidationError) as fault:
        add_fault(form, fault)
        return False
    return True


# --- Questions and guidance -----------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def question_list(request):
    require_desk(request.user, Perm.HELP_ASK, Perm.INSPECTION_MANAGE)
    form = QuestionForm(request.POST or None, initial={"key": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        body = request.user.organizations_for(Perm.HELP_ASK).select_related("region").order_by("pk").first()
        own = request.user.places_for(Perm.HELP_ASK)[1]
        body = body if body and body.pk in own else None
        place = body.region if body else Region.objects.city()
        made = actions.ask(place=place, organization=body, by=request.user, **form.cleaned_data)
        messages.success(request, "咨询已提交，答复后会通知您。")
        return redirect(made)
    context = {
        "page": _page(request, queries.questions_for(request.user)),
        "form": form,
        "asks": request.user.can(Perm.HELP_ASK),
    }
    return render(request, "outreach/question_list.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def question_detail(request, pk):
    row = get_object_or_404(queries.questions_for(request.user), pk=pk)
    manages = may(request.user, Perm.INSPECTION_MANAGE, row)
    form = AnswerForm(request.POST or None, initial={"text": row.answer, "is_guidance": row.is_guidance})
    if request.method == "POST" and form.is_valid():
        actions.answer(row, by=request.user, **form.cleaned_data)
        messages.success(request, "答复已保存。")
        return redirect(row)
    context = {"row": row, "form": form, "manages": manages}
    return render(request, "outreach/question_detail.html", context, status=422 if form.is_bound else 200)


@login_not_required
@require_safe
def guidance_list(request):
    page = _page(request, queries.guidance())
    return render(request, "outreach/guidance_list.html", {"page": page})


@login_not_required
@require_safe
def guidance_page(request, pk):
    row = get_object_or_404(queries.guidance(), pk=pk)
    return render(request, "outreach/guidance_page.html", {"row": row})
