"""Applications for the support of a work: filled in, handed in, shown to whom they concern."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import may
from portal.errors import Refused, add_faults
from portal.fields import ReasonForm
from portal.roles import Perm
from resources.actions import works as actions
from resources.forms.works import ApplicationForm, AssignForm, FileForm, LineSet, SupportForm, lines_of
from resources.models import APPLICATION_FLOW, WorkApplication, WorkCall, WorkFile
from resources.queries import works as queries
from resources.rules.works import yuan


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
