"""Contracts of works at the desk: signing, milestones, payments, changes, the end, attention, the PDF."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import documents
from portal.accounts import may
from portal.errors import Refused, add_faults
from portal.fields import ReasonForm
from portal.keyset import page_by_key
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date
from resources.actions import contracts as actions
from resources.forms.contracts import (
    AcceptForm,
    AmendForm,
    ContractForm,
    OwnAttentionForm,
    PartSet,
    PayForm,
    ProofForm,
    TerminateForm,
    parts_of,
)
from resources.models import WorkApplication, WorkContract, WorkInstalment, WorkMilestone
from resources.queries import works as queries
from resources.rules.works import yuan
from resources.views.work_applications import managed


@require_safe
def milestone_list(request):
    """What is overdue, waits for a look, or is still to come, of every contract one may see."""
    if not request.user.can(Perm.WORK_VIEW):
        raise PermissionDenied("您没有查看作品合同的权限。")
    today = timezone.localdate()
    state = request.GET.get("state", "overdue")
    state = state if state in queries.MILESTONE_STATES else "overdue"
    page = page_by_key(
        queries.milestones_at_desk(request.user, state=state, on=today),
        order=queries.MILESTONE_ORDER,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "rows": [(row, *row.state(today)) for row in page.rows],
        "page": page,
        "tabs": [
            {"label": words, "url": f"?state={code}", "current": state == code}
            for code, words in queries.MILESTONE_STATES.items()
        ],
    }
    return render(request, "resources/work_milestones.html", context)


def _work(request, pk) -> WorkApplication:
    rows = WorkApplication.objects.at_desk(request.user)
    return get_object_or_404(
        rows.select_related("call", "kind", "organization__region", "region", "asset"), pk=pk
    )


def _contract(request, pk) -> WorkContract:
    """The contract of a work one may see."""
    found = queries.contract_of(_work(request, pk))
    if found is None:
        raise Http404("这项作品还没有合同。")
    return found


def _managed(request, pk) -> WorkContract:
    found = queries.contract_of(managed(request, pk))
    if found is None:
        raise Http404("这项作品还没有合同。")
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def sign(request, pk):
    work = managed(request, pk)
    if request.method != "POST" and work.status != WorkApplication.Status.SUPPORTED:
        raise Refused("只有予以支持的作品才能签订合同。")
    initial = {"amount_yuan": work.bound_yuan, "signed_on": timezone.localdate()}
    form = ContractForm(request.POST or None, initial=initial)
    parts = PartSet(request.POST or None, prefix="parts")
    if request.method == "POST" and form.is_valid() and parts.is_valid():
        try:
            made = actions.sign(work, parts.parts, by=request.user, **form.cleaned_data)
        except (Refused, ValidationError) as fault:
            add_faults(form, fault)
        else:
            messages.success(request, "合同已登记，申报单位会收到通知。")
            return redirect(made.get_desk_url())
    context = {"form": form, "parts": parts, "work": work, "contract": None, "back": work.get_desk_url()}
    return render(request, "resources/work_contract_form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def amend(request, pk):
    contract = _managed(request, pk)
    if contract.status != WorkContract.Status.RUNNING:
        raise Refused("合同已结束，不能变更。")
    changeable = [row for row in contract.milestones.all() if row.status in ("ongoing", "returned")]
    initial = {
        "amount_yuan": contract.amount_yuan,
        "ends_on": contract.ends_on,
        "seen": contract.revision,
    }
    form = AmendForm(request.POST or None, initial=initial)
    parts = PartSet(request.POST or None, prefix="parts", initial=parts_of(changeable))
    if request.method == "POST" and form.is_valid() and parts.is_valid():
        try:
            actions.amend(contract, parts.parts, by=request.user, **form.cleaned_data)
        except (Refused, ValidationError) as fault:
            add_faults(form, fault)
        else:
            messages.success(request, "变更已登记。")
            return redirect(contract.get_desk_url())
    work = contract.application
    context = {
        "form": form,
        "parts": parts,
        "work": work,
        "contract": contract,
        "back": contract.get_desk_url(),
    }
    return render(request, "resources/work_contract_form.html", context, status=422 if form.is_bound else 200)


@require_safe
def contract_detail(request, pk):
    return _shown(request, _contract(request, pk))


def _shown(request, contract: WorkContract, *, status: int = 200, **more):
    today = timezone.localdate()
    work = contract.application
    may_manage = may(request.user, Perm.WORK_MANAGE, contract)
    may_apply = may(request.user, Perm.WORK_APPLY, contract)
    is_running = contract.status == WorkContract.Status.RUNNING
    buttons = [("下载合同摘要（PDF）", reverse("works_desk:contract_pdf", args=[work.pk]), "")]
    if may_manage and is_running:
        buttons = [("变更合同", reverse("works_desk:amend", args=[work.pk]), ""), *buttons]
    paid = queries.paid_yuan(contract)
    milestones = list(contract.milestones.all())
    context = {
        "contract": contract,
        "work": work,
        "facts": _facts(contract, paid),
        "unfinished": [row.title for row in milestones if row.status != WorkMilestone.Status.ACCEPTED],
        "milestones": [
            {
                "row": row,
                "state": row.state(today),
                "may_deliver": may_apply and is_running and row.status in ("ongoing", "returned"),
                "may_check": may_manage and is_running and row.status == "submitted",
                "instalment": getattr(row, "instalment", None),
                "may_pay": may_manage
                and row.status == "accepted"
                and getattr(row, "instalment", None) is not None
                and row.instalment.paid_on is None,
            }
            for row in milestones
        ],
        "amendments": list(contract.amendments.all()),
        "may_manage": may_manage,
        "is_running": is_running,
        "may_convert": contract.status == WorkContract.Status.ACCEPTED and contract.resource_id is None,
        "attention": list(queries.attention_of(contract.resource)) if contract.resource else [],
        "attention_form": OwnAttentionForm(resource=contract.resource) if contract.resource else None,
        "proof_form": ProofForm(),
        "reason_form": ReasonForm(),
        "return_form": ReasonForm(prefix="return"),
        "pay_form": PayForm(initial={"on": today}),
        "accept_form": AcceptForm(prefix="accept"),
        "terminate_form": TerminateForm(prefix="terminate"),
        "actions": buttons,
        **more,
    }
    return render(request, "resources/work_contract.html", context, status=status)


def _facts(contract: WorkContract, paid) -> list[tuple[str, object]]:
    facts = [
        ("合同编号", contract.number),
        ("承担单位", contract.organization.name),
        ("合同金额", yuan(contract.amount_yuan)),
        ("已拨付", yuan(paid)),
        ("签订日期", contract.signed_on),
        ("起止日期", f"{cn_date(contract.starts_on)} 至 {cn_date(contract.ends_on)}"),
    ]
    if contract.closing_note:
        facts.append(("验收或终止说明", contract.closing_note))
    if contract.clawback_yuan is not None:
        facts.append(("追回金额", yuan(contract.clawback_yuan)))
    return facts


@require_safe
def contract_pdf(request, pk):
    """Decision and contract on one paper."""
    contract = _contract(request, pk)
    work = WorkApplication.objects.select_related("call", "kind", "organization", "decided_by").get(pk=pk)
    context = {
        "title": f"{work}：支持决定与合同摘要",
        "work": work,
        "contract": contract,
        "facts": _facts(contract, queries.paid_yuan(contract)),
        "milestones": [(row, getattr(row, "instalment", None)) for row in contract.milestones.all()],
        "amendments": list(contract.amendments.all()),
    }
    found = documents.pdf("documents/work_contract.html", context, made_at=work.decided_at)
    answer = HttpResponse(found, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="work-{work.code}.pdf"'
    return answer


# --- Milestones and money -------------------------------------------------------------------------


def _milestone(request, pk) -> WorkMilestone:
    works = WorkApplication.objects.at_desk(request.user)
    rows = WorkMilestone.objects.filter(contract__application__in=works.values("pk"))
    return get_object_or_404(
        rows.select_related("contract__application__organization__region", "contract__application__region"),
        pk=pk,
    )


@require_POST
def milestone_deliver(request, pk):
    row = _milestone(request, pk)
    _check(request, Perm.WORK_APPLY, row)
    form = ProofForm(request.POST, request.FILES)
    if form.is_valid():
        values = {"proof": form.cleaned_data["proof"], "file": form.cleaned_data["file"]}
        actions.deliver_milestone(row, by=request.user, at=timezone.now(), **values)
        messages.success(request, "节点已提交，等待审核。")
        return redirect(row.contract.get_desk_url())
    contract = _contract(request, row.contract.application_id)
    return _shown(request, contract, status=422, proof_form=form, wrong=row.pk)


def _check(request, perm: Perm, row) -> None:
    """What one may see without holding the permission is not found, like what one may not see."""
    if not may(request.user, perm, row):
        raise Http404("没有找到。")


@require_POST
def milestone_approve(request, pk):
    row = _milestone(request, pk)
    _check(request, Perm.WORK_MANAGE, row)
    actions.approve_milestone(row, by=request.user, at=timezone.now())
    messages.success(request, "节点已通过。")
    return redirect(row.contract.get_desk_url())


@require_POST
def milestone_return(request, pk):
    row = _milestone(request, pk)
    _check(request, Perm.WORK_MANAGE, row)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        contract = _contract(request, row.contract.application_id)
        return _shown(request, contract, status=422, reason_form=form, wrong=row.pk)
    actions.return_milestone(row, by=request.user, note=form.cleaned_data["note"])
    messages.success(request, "节点已退回。")
    return redirect(row.contract.get_desk_url())


@require_POST
def milestone_pay(request, pk):
    row = _milestone(request, pk)
    _check(request, Perm.WORK_MANAGE, row)
    instalment = get_object_or_404(
        WorkInstalment.objects.select_related("milestone__contract"), milestone=row
    )
    form = PayForm(request.POST)
    if not form.is_valid():
        contract = _contract(request, row.contract.application_id)
        return _shown(request, contract, status=422, pay_form=form, wrong=row.pk)
    actions.pay(instalment, on=form.cleaned_data["on"], by=request.user)
    messages.success(request, "已登记拨付。")
    return redirect(row.contract.get_desk_url())


# --- The end --------------------------------------------------------------------------------------


@require_POST
def contract_accept(request, pk):
    contract = _managed(request, pk)
    form = AcceptForm(request.POST, prefix="accept")
    if not form.is_valid():
        return _shown(request, contract, status=422, accept_form=form)
    note = form.cleaned_data["note"]
    actions.accept_work(contract, by=request.user, at=timezone.now(), note=note)
    messages.success(request, "已通过验收。")
    return redirect(contract.get_desk_url())


@require_POST
def contract_return(request, pk):
    contract = _managed(request, pk)
    form = ReasonForm(request.POST, prefix="return")
    if not form.is_valid():
        return _shown(request, contract, status=422, return_form=form)
    actions.return_work(contract, by=request.user, note=form.cleaned_data["note"])
    messages.success(request, "已退回，最后一个节点须重新提交。")
    return redirect(contract.get_desk_url())


@require_POST
def contract_terminate(request, pk):
    contract = _managed(request, pk)
    form = TerminateForm(request.POST, prefix="terminate")
    if form.is_valid():
        try:
            actions.terminate(
                contract,
                by=request.user,
                at=timezone.now(),
                note=form.cleaned_data["reason"],
                clawback=form.cleaned_data["clawback"],
            )
        except Refused as fault:
            add_faults(form, fault)
        else:
            messages.success(request, "合同已终止。")
            return redirect(contract.get_desk_url())
    return _shown(request, contract, status=422, terminate_form=form)


@require_POST
def contract_resource(request, pk):
    """Make a resource of an accepted work, and go on filling it in."""
    contract = _contract(request, pk)
    made = actions.make_resource(contract, by=request.user, on=timezone.localdate())
    messages.success(request, "已建立资源草稿，请补充后提交审核。")
    return redirect(made.get_desk_url())


@require_POST
def attention_add(request, pk):
    contract = _contract(request, pk)
    if contract.resource is None:
        raise Refused("作品转为科普资源后才能登记关注度。")
    form = OwnAttentionForm(request.POST, resource=contract.resource)
    if form.is_valid():
        try:
            actions.enter_attention(by=request.user, **form.values)
        except ValidationError as fault:
            add_faults(form, fault)
        else:
            messages.success(request, "关注度数据已登记。")
            return redirect(contract.get_desk_url())
    return _shown(request, contract, status=422, attention_form=form)
