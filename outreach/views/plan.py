"""The plan before the public and at the desk: its board, its time line, its successor in draft."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.actions import plan as actions
from outreach.forms.plan import ActualForm, MeasureForm, PathForm, SectionForm, SuccessorForm, TargetForm
from outreach.models import MajorProject, Measure, Plan, Project, Target, TargetActual, Task
from outreach.queries import plan as queries
from outreach.queries import tasks as task_queries
from outreach.queries.coordination import members_for
from outreach.views.rounds import add_fault, require_desk
from portal.calendar import local_today
from portal.errors import Refused
from portal.roles import Perm

DESK = (("工作台", "/desk/"), ("规划与任务", "/desk/plan/"))


def form_page(request, form, *, title, crumbs, submit="保存", cancel="", lead=""):
    """A page with one form on it."""
    context = {
        "form": form,
        "title": title,
        "crumbs": crumbs,
        "submit": submit,
        "cancel": cancel,
        "lead": lead,
    }
    return render(request, "outreach/form_page.html", context, status=422 if form.is_bound else 200)


def _in_force() -> Plan:
    plan = queries.plan_in_force(local_today())
    if plan is None:
        raise Http404("还没有规划。")
    return plan


# --- The public -----------------------------------------------------------------------------------


@login_not_required
@require_safe
def plan_page(request, code=None):
    """A plan's targets with their path, and how far its measures are."""
    plan = get_object_or_404(Plan, code=code, is_draft=False) if code else _in_force()
    context = {
        "plan": plan,
        "targets": queries.target_lines(plan),
        "chapters": task_queries.board(plan, Task.objects.all(), local_today()),
        "gaps": plan.gaps.prefetch_related("measures"),
        "majors": MajorProject.objects.filter(measure__project__plan=plan).order_by("pk"),
        "others": queries.plans_for(may_edit=False).exclude(pk=plan.pk),
    }
    return render(request, "outreach/plan_page.html", context)


# --- The desk -------------------------------------------------------------------------------------


def _chosen(request) -> Plan:
    """The plan asked for by `?plan=`, else the one in force."""
    asked = request.GET.get("plan", "")[:20].replace("\0", "")
    edits = request.user.can(Perm.PLAN_EDIT)
    found = queries.plans_for(edits).filter(code=asked).first() if asked else None
    return found or _in_force()


@require_safe
def board(request):
    """How the plan stands by section, body and region, as far as one's own regions reach."""
    require_desk(request.user, Perm.TASK_VIEW)
    plan, today = _chosen(request), local_today()
    tasks = Task.objects.for_user(request.user, Perm.TASK_VIEW)
    regions = task_queries.regions_to_show(request.user)
    links = []
    if members_for(request.user).exists():
        links.append(("联席会议", reverse("coordination:members"), ""))
    if request.user.can(Perm.TASK_ASSIGN):
        links.append(("下达任务", reverse("plan_desk:task_new"), "primary"))
    context = {
        "plan": plan,
        "chapters": task_queries.board(plan, tasks, today),
        "bodies": task_queries.by_body(tasks),
        "regions": task_queries.by_region(tasks, regions),
        "plans": queries.plans_for(request.user.can(Perm.PLAN_EDIT)),
        "actions": links,
        "edits": request.user.can(Perm.PLAN_EDIT),
    }
    return render(request, "outreach/board.html", context)


@require_safe
def coverage(request):
    """Where measures have reached: each against the districts, or the parts of one's own region."""
    require_desk(request.user, Perm.TASK_VIEW)
    plan = _chosen(request)
    tasks = Task.objects.for_user(request.user, Perm.TASK_VIEW)
    regions = list(task_queries.regions_to_show(request.user))
    context = {
        "plan": plan,
        "regions": regions,
        "rows": task_queries.coverage(plan, tasks, regions),
        "edits": request.user.can(Perm.PLAN_EDIT),
    }
    return render(request, "outreach/coverage.html", context)


@require_safe
def overview(request):
    """The plan's measures as bars over its years."""
    require_desk(request.user, Perm.TASK_VIEW)
    plan = _chosen(request)
    tasks = Task.objects.for_user(request.user, Perm.TASK_VIEW)
    context = {
        "plan": plan,
        "rows": queries.time_line(plan, task_queries.lights(plan, tasks, local_today())),
        "years": list(plan.years),
        "edits": request.user.can(Perm.PLAN_EDIT),
        "wide": len(plan.years) * 4,
    }
    return render(request, "outreach/time_line.html", context)


def _plan(request, pk) -> Plan:
    require_desk(request.user, Perm.PLAN_EDIT)
    return get_object_or_404(Plan, pk=pk)


def _draft(request, pk) -> Plan:
    plan = _plan(request, pk)
    actions.require_draft(plan)
    return plan


def _crumbs(plan: Plan, *more) -> list:
    return [*DESK, (plan.name, plan.get_absolute_url()), *more]


@require_safe
def plan_detail(request, pk):
    """A plan as it is kept: sections, measures and targets with links to change them."""
    plan = _plan(request, pk)
    links = [("差距与重大项目", reverse("plan_desk:gaps", args=[plan.pk]), "")]
    if plan.is_draft:
        for words, name in (
            ("新增章节", "section_new"),
            ("新增任务", "measure_new"),
            ("新增目标", "target_new"),
        ):
            links.append((words, reverse(f"plan_desk:{name}", args=[plan.pk]), ""))
    else:
        links.append(("起草下一个规划", reverse("plan_desk:successor", args=[plan.pk]), ""))
    context = {
        "plan": plan,
        "actions": links,
        "chapters": task_queries.board(plan, Task.objects.all(), local_today()),
        "targets": queries.target_lines(plan),
    }
    return render(request, "outreach/plan_kept.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def successor(request, pk):
    """Draft the next plan from this one."""
    plan = _plan(request, pk)
    form = SuccessorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = actions.draft_successor(plan, by=request.user, **form.cleaned_data)
        messages.success(request, "草案已建立：沿用章节和未完成的任务，请逐项修改。")
        return redirect(made)
    lead = "沿用现有章节和未完成的任务；草案印发前只有市科协可见。"
    crumbs = _crumbs(plan)
    return form_page(
        request, form, title="起草下一个规划", crumbs=crumbs, lead=lead, cancel=plan.get_absolute_url()
    )


@require_POST
def adopt(request, pk):
    plan = _plan(request, pk)
    actions.adopt(plan, by=request.user)
    messages.success(request, "规划已印发，向公众公开。")
    return redirect(plan)


def _save(request, form, plan: Plan, save, title: str):
    """One form of a plan's part: saved by its action, or shown again with its faults."""
    if request.method == "POST" and form.is_valid():
        try:
            save(form)
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "已保存。")
            return redirect(plan)
    return form_page(request, form, title=title, crumbs=_crumbs(plan), cancel=plan.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
def section_form(request, pk, part=None):
    plan = _draft(request, pk)
    section = get_object_or_404(plan.projects, pk=part) if part else Project(plan=plan)
    form = SectionForm(request.POST or None, instance=section)
    return _save(
        request,
        form,
        plan,
        lambda form: actions.save_section(form.save(commit=False), by=request.user),
        "修改章节" if part else "新增章节",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def measure_form(request, pk, part=None):
    plan = _plan(request, pk) if part else _draft(request, pk)
    rows = Measure.objects.filter(project__plan=plan).select_related("project__plan")
    measure = get_object_or_404(rows, pk=part) if part else Measure(progress=Measure.Progress.NOT_BEGUN)
    form = MeasureForm(request.POST or None, instance=measure, plan=plan)

    def save(form):
        partners = form.cleaned_data["partners"]
        actions.arrange(form.save(commit=False), partners=partners, by=request.user)

    return _save(request, form, plan, save, measure.name or "新增任务")


@require_POST
def measure_remove(request, pk, part):
    plan = _plan(request, pk)
    measure = get_object_or_404(Measure.objects.filter(project__plan=plan), pk=part)
    actions.remove_measure(measure, by=request.user)
    messages.success(request, "任务已从草案中删除。")
    return redirect(plan)


@require_http_methods(["GET", "HEAD", "POST"])
def target_form(request, pk, part=None):
    plan = _draft(request, pk)
    target = get_object_or_404(plan.targets, pk=part) if part else Target(plan=plan)
    form = TargetForm(request.POST or None, instance=target)
    return _save(
        request,
        form,
        plan,
        lambda form: actions.save_target(form.save(commit=False), by=request.user),
        "修改目标" if part else "新增目标",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def target_path(request, pk, part):
    """What a target promises for each year."""
    plan = _plan(request, pk)
    target = get_object_or_404(plan.targets, pk=part)
    form = PathForm(request.POST if request.method == "POST" else None, target=target)
    title = f"年度目标：{target.name}"
    return _save(
        request, form, plan, lambda form: actions.set_path(target, form.values, by=request.user), title
    )


@require_http_methods(["GET", "HEAD", "POST"])
def target_actual(request, pk, part):
    """What a year reached of a target: the form may come filled in by its address, and is confirmed here. A
    year that is known is corrected.
    """
    plan = _plan(request, pk)
    target = get_object_or_404(plan.targets, pk=part)
    year = (request.POST if request.method == "POST" else request.GET).get("year", "")
    is_year = year.isascii() and year.isdecimal() and len(year) == 4
    known = target.actuals.filter(year=int(year)).first() if is_year else None
    offered = {name: request.GET[name] for name in ("year", "value", "source") if name in request.GET}
    form = ActualForm(
        request.POST if request.method == "POST" else None,
        instance=known or TargetActual(target=target),
        initial=offered,
    )
    title = f"完成值：{target.name}（{target.unit}）"
    return _save(
        request,
        form,
        plan,
        lambda form: actions.report_actual(form.save(commit=False), by=request.user),
        title,
    )
