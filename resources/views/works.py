"""Works: the public reads calls and what is supported; staff call, units apply; the year's plan."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit
from portal.accounts import may
from portal.errors import Refused
from portal.fields import NoteForm, ReasonForm
from portal.keyset import page_by_key
from portal.regions import Region
from portal.roles import Perm
from portal.sheets import Column, Page, write_workbook
from resources.actions import works as actions
from resources.forms.works import (
    ApplicationForm,
    AssignForm,
    CallForm,
    FileForm,
    LineSet,
    StandardSet,
    SupportForm,
    lines_of,
    standards_of,
)
from resources.models import (
    APPLICATION_FLOW,
    CALL_FLOW,
    WorkApplication,
    WorkCall,
    WorkFile,
    WorkReview,
)
from resources.queries import works as queries
from resources.rules.works import yuan

MOST_EXPORTED = 5000


def add_faults(form, fault: Refused | ValidationError) -> None:
    """What an action said against a form, on the form."""
    if isinstance(fault, Refused):
        form.add_error(None, str(fault))
        return
    if not hasattr(fault, "error_dict"):
        form.add_error(None, fault.messages)
        return
    for name, sentences in fault.message_dict.items():
        form.add_error(name if name in form.fields else None, sentences)


def _number(request, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else None


def _year(request) -> int | None:
    year = request.GET.get("year", "")
    return int(year) if year.isascii() and year.isdecimal() and len(year) == 4 else None


# --- Public ---------------------------------------------------------------------------------------


@login_not_required
@require_safe
def call_list(request):
    now = timezone.now()
    page = page_by_key(
        queries.public_calls(),
        order=queries.CALL_ORDER,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=20,
    )
    context = {
        "cards": [(call, *call.state(now)) for call in page.rows],
        "page": page,
    }
    return render(request, "resources/work_calls.html", context)


@login_not_required
@require_safe
def call_page(request, code):
    call = get_object_or_404(queries.public_calls(), code=code)
    now = timezone.now()
    state, words = call.state(now)
    supported = queries.supported_works().filter(call=call).order_by("title", "pk")
    may_apply = request.user.is_authenticated and request.user.can(Perm.WORK_APPLY)
    is_open = call.is_open(now)
    context = {
        "call": call,
        "state": state,
        "state_words": words,
        "facts": _call_facts(call),
        "criteria": queries.criteria_of(call),
        "supported": [(work, *queries.stage_of(work)) for work in supported],
        "apply_url": reverse("works_desk:apply", args=[call.code]) if is_open else "",
        "may_apply": may_apply,
    }
    return render(request, "resources/work_call_page.html", context)


def _call_facts(call: WorkCall) -> list[tuple[str, object]]:
    topics = "、".join(topic.name for topic in call.topics.all())
    return [
        ("作品类型", queries.kind_names(call.kinds)),
        ("面向人群", call.audience_names),
        ("科普主题", topics or "不限"),
        ("支持经费总额", yuan(call.budget_yuan)),
        ("每项最高", yuan(call.most_yuan)),
    ]


@login_not_required
@require_safe
def supported_list(request):
    """What was supported: the public part of the year's plan."""
    year = _year(request)
    page = page_by_key(
        queries.supported_works(year=year),
        order=queries.PLAN_ORDER,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "rows": [(work, *queries.stage_of(work)) for work in page.rows],
        "page": page,
        "tabs": _year_tabs(year, queries.years()),
        "year": year,
    }
    return render(request, "resources/work_supported.html", context)


def _year_tabs(chosen: int | None, years: list[int]) -> list[dict]:
    tabs = [{"label": "全部", "url": "?", "current": chosen is None}]
    return tabs + [
        {"label": f"{year} 年", "url": f"?year={year}", "current": chosen == year} for year in years
    ]


# --- The plan at the desk -------------------------------------------------------------------------


def _check_viewer(request) -> None:
    if not request.user.can(Perm.WORK_VIEW):
        raise PermissionDenied("您没有查看作品申报的权限。")


@require_safe
def work_list(request):
    """The year's publishing plan for staff; a unit's own works."""
    _check_viewer(request)
    now, year = timezone.now(), _year(request)
    stage = request.GET.get("stage", "") if request.GET.get("stage") in queries.STAGES else ""
    page = page_by_key(
        queries.works_at_desk(request.user, year=year, stage=stage),
        order=queries.PLAN_ORDER,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    counts = queries.stage_counts(request.user, year=year)
    asked = f"&year={year}" if year else ""
    stages = {"": "全部", **{code: words for code, (words, _) in queries.STAGES.items()}}
    may_manage = request.user.can(Perm.WORK_MANAGE)
    buttons = [("导出 Excel", f"{reverse('works_desk:export')}?stage={stage}{asked}", "")]
    if may_manage:
        buttons = [("征集管理", reverse("works_desk:calls"), ""), *buttons]
    buttons.append(("合同节点", reverse("works_desk:milestones"), ""))
    context = {
        "rows": [(work, *queries.stage_of(work)) for work in page.rows],
        "page": page,
        "tabs": [
            {
                "label": words,
                "url": f"?stage={code}{asked}",
                "current": stage == code,
                "count": counts[code],
            }
            for code, words in stages.items()
            if counts[code] or code in ("", stage)
        ],
        "years": queries.years(),
        "year": year,
        "stage": stage,
        "open_calls": list(WorkCall.objects.open(now).order_by("closes_at", "pk")),
        "may_apply": request.user.can(Perm.WORK_APPLY),
        "may_manage": may_manage,
        "actions": buttons,
    }
    return render(request, "resources/work_list.html", context)


PLAN_COLUMNS = (
    "申报编号",
    "年度",
    "征集",
    "作品名称",
    "作品类型",
    "申报单位",
    "状态",
    "申请经费（元）",
    "批准经费（元）",
    "评审得分",
    "合同编号",
    "完成日期",
)


@require_safe
def work_export(request):
    """The plan as a workbook: what the list shows, without people."""
    _check_viewer(request)
    stage = request.GET.get("stage", "")
    works = queries.works_at_desk(request.user, year=_year(request), stage=stage)
    rows = queries.plan_rows(works.order_by(*queries.PLAN_ORDER)[:MOST_EXPORTED])
    answer = HttpResponse(
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": 'attachment; filename="works.xlsx"'},
    )
    columns = [Column(header=header, width=16) for header in PLAN_COLUMNS]
    write_workbook(answer, [Page(name="作品出版计划", columns=columns, rows=rows)])
    audit.exported(WorkApplication._meta.label, len(rows), by=request.user)
    return answer


# --- Calls at the desk ----------------------------------------------------------------------------


def _check_manager(request) -> None:
    if not request.user.can(Perm.WORK_MANAGE):
        raise PermissionDenied("您没有管理作品征集的权限。")


@require_safe
def desk_calls(request):
    _check_manager(request)
    now = timezone.now()
    page = page_by_key(
        WorkCall.objects.for_user(request.user, Perm.WORK_MANAGE),
        order=queries.CALL_ORDER,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "rows": [(call, *call.state(now)) for call in page.rows],
        "page": page,
        "actions": [("新建征集", reverse("works_desk:call_new"), "primary")],
    }
    return render(request, "resources/work_desk_calls.html", context)


def _call(request, pk) -> WorkCall:
    return get_object_or_404(
        WorkCall.objects.for_user(request.user, Perm.WORK_MANAGE).select_related("region", "need"), pk=pk
    )


@require_http_methods(["GET", "HEAD", "POST"])
def call_form(request, pk=None):
    _check_manager(request)
    call = _call(request, pk) if pk else None
    status, title = (call.status, call.title) if call else (WorkCall.Status.DRAFT, "")
    initial = {} if call else {"year": timezone.localdate().year, "need": _number(request, "need")}
    form = CallForm(request.POST or None, instance=call, initial=initial)
    standards = StandardSet(request.POST or None, prefix="standards", initial=standards_of(call))
    if request.method == "POST" and form.is_valid() and standards.is_valid():
        made = form.save(commit=False)
        if call is None:
            made.region = Region.objects.city()
        try:
            actions.save_call(
                made,
                standards.standards,
                topics=form.cleaned_data["topics"],
                by=request.user,
                seen=form.cleaned_data["seen"],
            )
        except (Refused, ValidationError) as fault:
            add_faults(form, fault)
        else:
            messages.success(request, "已保存。")
            return redirect(made.get_desk_url())
    context = {
        "form": form,
        "standards": standards,
        "call": call,
        "call_title": title,
        "is_draft": status == WorkCall.Status.DRAFT,
    }
    return render(request, "resources/work_call_form.html", context, status=422 if form.is_bound else 200)


@require_safe
def call_detail(request, pk):
    return _call_shown(request, _call(request, pk))


def _call_shown(request, call: WorkCall, *, status: int = 200, form=None):
    state, words = call.state(timezone.now())
    counts = queries.stage_counts(request.user) if call.pk is None else _counts_of(request.user, call)
    context = {
        "call": call,
        "state": state,
        "state_words": words,
        "facts": [
            *_call_facts(call),
            ("已占用经费", yuan(call.bound_yuan)),
            ("还可支持", yuan(call.free_yuan)),
            ("评审期限", f"{call.review_days} 天"),
            ("第三份评审", f"两份相差超过 {call.spread_limit.normalize():f} 分"),
        ],
        "criteria": queries.criteria_of(call),
        "counts": counts,
        "works": [
            (work, *queries.stage_of(work))
            for work in queries.works_at_desk(request.user, call=call.pk).order_by("-score", "pk")[:200]
        ],
        "steps": CALL_FLOW.open_to(request.user, call),
        "timeline": CALL_FLOW.timeline(call),
        "form": form or NoteForm(),
        "may_edit": call.status in (WorkCall.Status.DRAFT, WorkCall.Status.PUBLISHED),
    }
    return render(request, "resources/work_call_detail.html", context, status=status)


def _counts_of(user, call: WorkCall) -> list[tuple[str, int]]:
    works = queries.works_at_desk(user, call=call.pk)
    return [
        ("收到申报", works.handed_in().count()),
        ("予以支持", works.filter(status=WorkApplication.Status.SUPPORTED).count()),
    ]


@require_POST
def call_step(request, pk, step):
    if step not in CALL_FLOW.steps:
        raise Http404("没有这个步骤。")
    call = _call(request, pk)
    form = NoteForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    if CALL_FLOW.steps[step].wants_note and not note:
        form.add_error("note", "请写明理由。")
        return _call_shown(request, call, status=422, form=form)
    if step == "publish":
        actions.publish_call(call, by=request.user, at=timezone.now())
    elif step == "cancel":
        actions.cancel_call(call, by=request.user, note=note, at=timezone.now())
    else:
        actions.finish_call(call, by=request.user)
    messages.success(request, f"已{CALL_FLOW.steps[step].label}。")
    return redirect(call.get_desk_url())


# --- Applications ---------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request, code):
    """Begin an application to an open call."""
    if not request.user.can(Perm.WORK_APPLY):
        raise PermissionDenied("作品申报由单位联络员办理；个人请通过所在单位申报。")
    call = get_object_or_404(WorkCall.objects.public(), code=code)
    if request.method != "POST" and not call.is_open(timezone.now()):
        raise Refused("这项征集不在申报时间内。")
    return _application_form(request, WorkApplication(call=call), None)


@require_http_methods(["GET", "HEAD", "POST"])
def application_edit(request, pk):
    work = _application(request, pk, Perm.WORK_APPLY)
    if request.method != "POST" and work.status != WorkApplication.Status.DRAFT:
        raise Refused("申报已提交，不能修改；申报截止前可以先取回。")
    return _application_form(request, work, work.get_desk_url())


def _application_form(request, work: WorkApplication, back: str | None):
    is_new = work.pk is None
    form = ApplicationForm(request.POST or None, instance=work, user=request.user, call=work.call)
    lines = LineSet(request.POST or None, prefix="lines", initial=lines_of(None if is_new else work))
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        made = form.save(commit=False)
        if is_new:
            made.key = form.cleaned_data["key"]
            made.region = made.organization.region
        try:
            saved = actions.save_application(
                made,
                lines.lines,
                by=request.user,
                at=timezone.now(),
                seen=form.cleaned_data["seen"],
            )
        except (Refused, ValidationError) as fault:
            add_faults(form, fault)
        else:
            messages.success(request, "草稿已保存。核对无误后请提交。")
            return redirect(saved.get_desk_url())
    context = {"form": form, "lines": lines, "call": work.call, "is_new": is_new, "back": back}
    return render(request, "resources/work_form.html", context, status=422 if form.is_bound else 200)


def _application(request, pk, perm: Perm = Perm.WORK_VIEW) -> WorkApplication:
    rows = WorkApplication.objects.at_desk(request.user)
    if perm != Perm.WORK_VIEW:
        rows = rows & WorkApplication.objects.for_user(request.user, perm)
    return get_object_or_404(
        rows.select_related("call", "kind", "organization__region", "region", "asset", "decided_by"), pk=pk
    )


@require_safe
def application_detail(request, pk):
    return shown(request, _application(request, pk))


def shown(request, work: WorkApplication, *, status: int = 200, **more):
    """The page of one application, with the forms a person may use there."""
    may_apply = may(request.user, Perm.WORK_APPLY, work)
    may_manage = may(request.user, Perm.WORK_MANAGE, work)
    is_draft = work.status == WorkApplication.Status.DRAFT
    contract = queries.contract_of(work)
    seats = queries.open_seats(work) if may_manage else []
    found = queries.outcome_of(work)
    decidable = work.status in (WorkApplication.Status.SUBMITTED, WorkApplication.Status.REVIEW)
    context = {
        "work": work,
        "facts": _facts(work),
        "lines": list(work.budget_lines.order_by("position")),
        "files": list(work.files.select_related("attachment").order_by("pk")),
        "contract": contract,
        "may_edit": may_apply and is_draft,
        "may_manage": may_manage,
        "steps": [
            (name, step) for name, step in APPLICATION_FLOW.open_to(request.user, work) if name in STEPS
        ],
        "timeline": APPLICATION_FLOW.timeline(work),
        "file_form": FileForm() if may_apply and is_draft else None,
        "judged": queries.judged(work) if may_manage else [],
        "outcome": found if may_manage else None,
        "free": yuan(work.call.free_yuan),
        "may_support": may_manage
        and work.status == WorkApplication.Status.REVIEW
        and found.score is not None,
        "may_decline": may_manage and decidable,
        "assign_form": AssignForm(seats=seats, experts=queries.candidates(work)) if seats else None,
        "support_form": SupportForm(initial={"amount": work.requested_yuan}),
        "decline_form": ReasonForm(prefix="decline"),
        "replace_form": ReasonForm(),
        "may_sign": may_manage and work.status == WorkApplication.Status.SUPPORTED and contract is None,
        **more,
    }
    return render(request, "resources/work_detail.html", context, status=status)


def _facts(work: WorkApplication) -> list[tuple[str, object]]:
    return [
        ("征集", work.call.title),
        ("申报编号", work.code),
        ("申报单位", work.organization.name),
        ("统一社会信用代码", work.organization.credit_code),
        ("单位性质", work.organization.get_kind_display()),
        ("所在区域", work.region.name),
        ("个人申报人", work.person),
        ("作品类型", work.kind.name if work.kind else ""),
        ("申请经费", yuan(work.requested_yuan) if work.requested_yuan else ""),
        ("关联的科技资源", str(work.asset) if work.asset else ""),
        ("联系人", work.contact),
        ("联系人电话", work.contact_phone),
    ]


STEPS = {
    "submit": (actions.submit_application, "已提交，申报截止前可以取回修改。"),
    "take_back": (actions.take_back_application, "已取回，修改后请重新提交。"),
    "withdraw": (actions.withdraw_application, "已撤回申报。"),
}


@require_POST
def application_step(request, pk, step):
    if step not in STEPS:
        raise Http404("没有这个步骤。")
    work = _application(request, pk, Perm.WORK_APPLY)
    act, said = STEPS[step]
    moment = {} if step == "withdraw" else {"at": timezone.now()}
    act(work, by=request.user, **moment)
    messages.success(request, said)
    return redirect(work.get_desk_url())


@require_POST
def file_add(request, pk):
    work = _application(request, pk, Perm.WORK_APPLY)
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            actions.add_file(
                work,
                file=form.cleaned_data["file"],
                title=form.cleaned_data["title"],
                is_blind=form.cleaned_data["is_blind"],
                by=request.user,
            )
        except Refused as fault:
            add_faults(form, fault)
        else:
            messages.success(request, "附件已上传。")
            return redirect(work.get_desk_url())
    return shown(request, work, status=422, file_form=form)


@require_POST
def file_remove(request, pk, file):
    work = _application(request, pk, Perm.WORK_APPLY)
    row = get_object_or_404(
        WorkFile.objects.select_related("application", "attachment"), pk=file, application=work
    )
    actions.remove_file(row, by=request.user)
    messages.success(request, "附件已删除。")
    return redirect(work.get_desk_url())


def managed(request, pk) -> WorkApplication:
    """An application that staff decide about."""
    return _application(request, pk, Perm.WORK_MANAGE)


def review_of(request, pk) -> WorkReview:
    """A review that staff look after."""
    works = WorkApplication.objects.for_user(request.user, Perm.WORK_MANAGE)
    rows = WorkReview.objects.filter(application__in=works.values("pk"))
    return get_object_or_404(
        rows.select_related("application__call", "application__region", "reviewer"), pk=pk
    )
