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
    ChecklistForm,
    InspectForm,
    MendForm,
    PlanForm,
    QuestionForm,
    RecheckForm,
    SelfCheckForm,
)
from outreach.models import INSPECTION_STEPS, PLAN_STEPS, HelpQuestion, Inspection, InspectionPlan
from outreach.queries import supervision as queries
from outreach.queries.library import cited
from outreach.views.rounds import add_fault, require_desk
from portal import plain_question
from portal.accounts import may
from portal.calendar import local_today
from portal.errors import ChangedMeanwhile, Refused
from portal.identifiers import clean_text
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
def plan_form(request, pk=None):
    """A plan begun, or changed until it is drawn."""
    require_desk(request.user, Perm.INSPECTION_MANAGE)
    plan = _plan(request, pk) if pk else None
    form = PlanForm(request.POST or None, instance=plan)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.save_plan(form.save(commit=False), by=request.user)
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "计划已保存，可以抽取。")
            return redirect(made)
    context = {"form": form, "plan": plan}
    return render(request, "outreach/plan_form.html", context, status=422 if form.is_bound else 200)


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
        "is_replayed": queries.replayed(plan),
        "open_count": plan.inspections.open().count(),
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


def _inspection(request, pk) -> Inspection:
    return get_object_or_404(queries.inspections_for(request.user), pk=pk)


def _mends(user, row: Inspection) -> bool:
    return may(user, Perm.INSPECTION_ANSWER, row) and row.status == Inspection.Status.RECTIFYING


def _inspection_page(request, row: Inspection, *, form=None, mend_form=None, recheck_form=None):
    """An inspection with the one form that fits; a form given was typed in and has something wrong."""
    drawn = row.inspectors.filter(pk=request.user.pk).exists()
    findings = queries.findings_of(row)
    items = row.plan.checklist.items
    form = form or InspectForm(
        items=items,
        answers=row.answers,
        findings={finding.item: finding for _, finding in findings},
        initial={
            "inspected_on": row.inspected_on or local_today(),
            "summary": row.summary,
            "seen": row.revision,
        },
    )
    mends = _mends(request.user, row)
    mend_form = mend_form or MendForm(findings=[finding for _, finding in findings])
    context = {
        "row": row,
        "form": form,
        "items": form.rows(),
        "told": [(item["name"], row.answers.get(item["code"], "")) for item in items],
        "findings": [
            (name, finding, mend_form.fields_of(finding) if mends else ()) for name, finding in findings
        ],
        "inspects": drawn and row.status == Inspection.Status.PLANNED,
        "rechecks": drawn and row.status == Inspection.Status.MENDED,
        "mends": mends,
        "mend_form": mend_form,
        "team": row.inspectors.order_by("pk"),
        "recheck_form": recheck_form or RecheckForm(),
        "basis": cited(row.plan.checklist.basis),
        "today": local_today(),
        "timeline": INSPECTION_STEPS.timeline(row),
    }
    status = 422 if form.is_bound or mend_form.is_bound or recheck_form else 200
    return render(request, "outreach/inspection_detail.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def inspection_detail(request, pk):
    row = _inspection(request, pk)
    if request.method != "POST":
        return _inspection_page(request, row)
    form = InspectForm(request.POST, items=row.plan.checklist.items)
    if form.is_valid():
        try:
            _inspect(request, row, form)
        except (Refused, ChangedMeanwhile, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "检查已完成。" if "done" in request.POST else "草稿已保存。")
            return redirect(row)
    return _inspection_page(request, row, form=form)


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
    row = _inspection(request, pk)
    if not _mends(request.user, row):
        actions.mend(row, {}, by=request.user)  # says why not
    findings = [finding for _, finding in queries.findings_of(row)]
    form = MendForm(request.POST, request.FILES, findings=findings)
    if form.is_valid():
        try:
            actions.mend(row, form.told, by=request.user)
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "整改已提交，等待复查。")
            return redirect(row)
    return _inspection_page(request, row, mend_form=form)


@require_POST
def recheck(request, pk):
    row = _inspection(request, pk)
    form = RecheckForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        actions.recheck(row, is_mended=data["is_mended"] == "yes", note=data["note"], by=request.user)
        messages.success(request, "复查结果已保存。")
        return redirect(row)
    return _inspection_page(request, row, recheck_form=form)


# --- Checklists -----------------------------------------------------------------------------------


@require_safe
def checklist_list(request):
    require_desk(request.user, Perm.INSPECTION_MANAGE)
    links = [("新建检查表", reverse("supervision_desk:checklist_new"), "primary")]
    context = {"rows": queries.checklists(), "actions": links, "today": local_today()}
    return render(request, "outreach/checklist_list.html", context)


@require_safe
def checklist_detail(request, pk):
    """A version of a checklist, for everybody who is looked at by it."""
    require_desk(request.user, *SEES)
    row = get_object_or_404(queries.checklists(), pk=pk)
    links = []
    if request.user.can(Perm.INSPECTION_MANAGE):
        links = [("起草新版本", f"{reverse('supervision_desk:checklist_new')}?code={row.code}", "primary")]
    context = {"row": row, "basis": cited(row.basis), "actions": links}
    return render(request, "outreach/checklist_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def checklist_new(request):
    """Another version, begun with the words of the last one, or another checklist."""
    require_desk(request.user, Perm.INSPECTION_MANAGE)
    last = queries.checklists().filter(code=request.GET.get("code", "")[:30].replace("\0", "")).first()
    initial = {"in_force_from": local_today()}
    if last:
        initial |= {"code": last.code, "use": last.use, "name": last.name, "basis": last.basis}
        initial["items"] = "\n".join(item["name"] for item in last.items)
    form = ChecklistForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        typed = dict(form.cleaned_data)
        try:
            made = actions.add_checklist(names=typed.pop("items"), by=request.user, **typed)
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "新版本已保存，自启用日期起使用；已抽取的计划沿用原版本。")
            return redirect(made)
    return render(
        request, "outreach/checklist_form.html", {"form": form}, status=422 if form.is_bound else 200
    )


# --- Self-checks ----------------------------------------------------------------------------------


def _year(request) -> int:
    """The year asked for, this one without."""
    this = local_today().year
    wanted = request.GET.get("year", "")
    return int(wanted) if wanted.isascii() and wanted.isdigit() and 2018 <= int(wanted[:6]) <= this else this


@require_safe
def self_checks(request):
    """One's own bodies with what they handed in; for who inspects, who still owes it."""
    require_desk(request.user, Perm.SELF_CHECK, Perm.INSPECTION_VIEW)
    year = _year(request)
    oversees = request.user.can(Perm.INSPECTION_DO)
    due = queries.bodies_due(request.user, year) if oversees else []
    context = {
        "year": year,
        "years": range(local_today().year, local_today().year - 4, -1),
        "is_open": year >= local_today().year - 1,
        "own": queries.own_checks(request.user, year),
        "oversees": oversees,
        "manages": request.user.can(Perm.INSPECTION_MANAGE),
        "due": len(due),
        "done": sum(check is not None for _, check in due),
        "missing": [body for body, check in due if check is None],
        "page": _page(request, queries.self_checks_for(request.user).filter(year=year)),
    }
    return render(request, "outreach/self_checks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def self_check_form(request, pk):
    """A body's look at itself in a year; filled in with what it handed in before."""
    require_desk(request.user, Perm.SELF_CHECK)
    body = get_object_or_404(queries.bodies_to_check(request.user), pk=pk)
    year = _year(request)
    checklist = queries.self_check_list(year)
    if checklist is None:
        raise Http404("该年度没有自查表。")
    kept = queries.self_check_of(body, year)
    form = SelfCheckForm(
        request.POST or None,
        items=checklist.items,
        answers=kept.answers if kept else {},
        initial={"summary": kept.summary if kept else ""},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.self_check(
                checklist,
                body,
                year=year,
                answers=form.answers,
                summary=form.cleaned_data["summary"],
                by=request.user,
            )
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "自查已提交。")
            return redirect(made)
    context = {"form": form, "body": body, "year": year, "kept": kept, "checklist": checklist}
    context["basis"] = cited(checklist.basis)
    return render(request, "outreach/self_check_form.html", context, status=422 if form.is_bound else 200)


@require_safe
def self_check_detail(request, pk):
    row = get_object_or_404(queries.self_checks_for(request.user), pk=pk)
    told = [(item["name"], row.answers.get(item["code"], "")) for item in row.checklist.items]
    may_change = may(request.user, Perm.SELF_CHECK, row) and row.year >= local_today().year - 1
    context = {"row": row, "told": told, "may_change": may_change}
    return render(request, "outreach/self_check_detail.html", context)


@require_POST
def self_check_remind(request):
    """Tell those that did not hand in the year's self-check."""
    require_desk(request.user, Perm.INSPECTION_DO)
    plain_question.limit(
        "remind-self-checks",
        str(request.user.pk),
        most=3,
        seconds=86_400,
        sentence="今天已催办 3 次，请明天再催。",
    )
    count = actions.remind_self_checks(_year(request), by=request.user)
    messages.success(request, f"已提醒 {count} 家未交自查的单位。")
    return redirect("supervision_desk:self_checks")


# --- Questions and guidance -----------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def question_list(request):
    """Asked by oneself; for the association everybody's, what waits first."""
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
    manages = request.user.can(Perm.INSPECTION_MANAGE)
    waits = manages and request.GET.get("all") != "1"
    rows = queries.questions_for(request.user)
    context = {
        "page": _page(
            request, rows.filter(answered_at=None) if waits else rows, ("pk",) if waits else ("-pk",)
        ),
        "form": form,
        "asks": request.user.can(Perm.HELP_ASK),
        "manages": manages,
        "waits": waits,
    }
    return render(request, "outreach/question_list.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def question_detail(request, pk):
    row = get_object_or_404(queries.questions_for(request.user), pk=pk)
    manages = may(request.user, Perm.INSPECTION_MANAGE, row)
    initial = {"text": row.answer, "is_guidance": row.is_guidance}
    form = AnswerForm(
        request.POST or None, initial={**initial, "guidance_title": row.guidance_title or row.subject}
    )
    if request.method == "POST" and form.is_valid():
        actions.answer(row, by=request.user, **form.cleaned_data)
        messages.success(request, "答复已保存。")
        return redirect(row)
    context = {"row": row, "form": form, "manages": manages}
    return render(request, "outreach/question_detail.html", context, status=422 if form.is_bound else 200)


@login_not_required
@require_safe
def guidance_list(request):
    q = clean_text(request.GET.get("q", "")[:80])
    wanted = request.GET.get("topic", "")
    topic = wanted if wanted in HelpQuestion.Topic.values else ""
    page = _page(request, queries.guidance(topic, q))
    context = {"page": page, "q": q, "topic": topic, "topics": HelpQuestion.Topic.choices}
    return render(request, "outreach/guidance_list.html", context)


@login_not_required
@require_safe
def guidance_page(request, pk):
    row = get_object_or_404(queries.guidance(), pk=pk)
    return render(request, "outreach/guidance_page.html", {"row": row})
