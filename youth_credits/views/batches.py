"""Batches: looked at, decided on, verified, taken back."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portal import audit, files
from portal.fields import ReasonForm
from portal.jobs import Job
from portal.keyset import page_by_key
from portal.organizations import Organization
from portal.roles import Perm
from youth_credits import actions, queries, sheets
from youth_credits.actions import BATCH
from youth_credits.forms import KeepForm
from youth_credits.models import Batch
from youth_credits.views.access import crumbs, school_page, second_factor_first, ticked


def _batch(school: Organization, uuid) -> Batch:
    batches = queries.batches(school).select_related("organization__region", "region", "created_by")
    return get_object_or_404(batches, uuid=uuid)


@require_safe
@school_page(Perm.CREDIT_VIEW)
def batch_list(request, school):
    batches = queries.batches(school)
    status = request.GET.get("status", "")
    if status in Batch.Status.values:
        batches = batches.filter(status=status)
    page = page_by_key(
        batches, order=("-pk",), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    tabs = [{"label": "全部", "url": "?", "current": status not in Batch.Status.values}] + [
        {"label": Batch.Status(code).label, "url": f"?status={code}", "current": status == code}
        for code in ("checked", "kept", "verified", "returned", "undone")
    ]
    context = {"page": page, "tabs": tabs, "crumbs": crumbs(("批次", "")), "title": "导入与登记批次"}
    return render(request, "youth_credits/batch_list.html", context)


@require_safe
@school_page(Perm.CREDIT_VERIFY)
def verify(request, school):
    """What waits for the verifier, oldest first."""
    page = page_by_key(
        queries.to_verify(school),
        order=("pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {"page": page, "tabs": [], "crumbs": crumbs(("待审核", "")), "title": "待审核的学分"}
    return render(request, "youth_credits/batch_list.html", context)


@require_safe
@school_page(Perm.CREDIT_VIEW)
def batch_detail(request, school, uuid):
    batch = _batch(school, uuid)
    return _batch_page(request, batch)


def _batch_page(request, batch: Batch, *, status: int = 200, **more) -> HttpResponse:
    has_entries = batch.status in (Batch.Status.KEPT, Batch.Status.VERIFIED) and batch.kind != Batch.Kind.ROLL
    page = None
    if has_entries:
        page = page_by_key(
            queries.batch_entries(batch),
            order=("pk",),
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
            size=50,
        )
    open_steps = {name for name, _ in BATCH.open_to(request.user, batch)}
    standing = queries.batch_entries(batch).count() if has_entries and "undo" in open_steps else 0
    faults = sheets.first_faults(batch) if batch.status == Batch.Status.CHECKED else []
    if faults or page:
        audit.viewed(batch, by=request.user, reason="查看批次明细")
    context = {
        "batch": batch,
        "job": _job(batch),
        "page": page,
        "faults": faults,
        "more_faults": max(0, batch.rows_faulty - len({fault.line for fault in faults})),
        "has_file": bool(batch.returned_file_id),
        "open": open_steps,
        "standing": standing,
        "may_verify": "verify" in open_steps and batch.created_by_id != request.user.pk and has_entries,
        "may_return": "give_back" in open_steps and has_entries,
        "steps": _steps(batch),
        "note_form": ReasonForm(),
        "timeline": _timeline(batch),
        "crumbs": crumbs(("批次", reverse("youth_credits:batch_list")), (f"批次 {batch.pk}", "")),
    }
    return render(request, "youth_credits/batch_detail.html", context | more, status=status)


def _job(batch: Batch) -> Job | None:
    if not batch.is_working:
        return None
    kinds = [name for (kind, _), name in actions.JOBS.items() if kind == batch.kind]
    return Job.objects.filter(kind__in=kinds, key__startswith=str(batch.uuid)).order_by("-pk").first()


def _timeline(batch: Batch) -> list[dict]:
    begun = "登记" if batch.kind == Batch.Kind.GRID else "上传"
    entries = [{"label": begun, "state": "done", "at": batch.created_at, "by": batch.created_by.name}]
    steps = audit.AuditEntry.objects.filter(
        subject_type=batch._meta.label, subject_id=str(batch.pk), action__in=BATCH.steps
    )
    for entry in steps.order_by("at", "pk"):
        status = entry.changes["status"][1]
        entries.append(
            {
                "label": Batch.Status(status).label,
                "state": "returned" if status in ("returned", "refused", "undone") else "done",
                "at": entry.at,
                "by": entry.actor_name,
                "note": entry.note,
            }
        )
    return entries


PATHS = {"uploaded": 1, "refused": 1, "checked": 2, "keeping": 3, "kept": 4, "verified": 5}


def _steps(batch: Batch) -> list[dict]:
    """How far a sheet is; a class grid begins where a sheet is kept, a roll is not verified."""
    if batch.kind == Batch.Kind.GRID or batch.status not in PATHS:
        return []
    labels = ["上传", "检查", "确认", "导入"] + ([] if batch.kind == Batch.Kind.ROLL else ["审核"])
    at = PATHS[batch.status]
    return [
        {"label": label, "state": "done" if number < at else "current" if number == at else "todo"}
        for number, label in enumerate(labels)
    ]


@require_POST
@school_page(Perm.CREDIT_RECORD)
@second_factor_first
def batch_keep(request, school, uuid):
    batch = _batch(school, uuid)
    form = KeepForm(request.POST)
    form.is_valid()
    actions.keep(batch, only_good=form.cleaned_data["only_good"], by=request.user)
    return redirect(batch)


@require_POST
@school_page(Perm.CREDIT_RECORD)
def batch_drop(request, school, uuid):
    batch = _batch(school, uuid)
    actions.drop(batch, by=request.user)
    messages.success(request, "已放弃，没有导入任何行。")
    return redirect("youth_credits:start")


@require_POST
@school_page(Perm.CREDIT_RECORD)
def batch_retry(request, school, uuid):
    batch = _batch(school, uuid)
    actions.retry(batch, by=request.user)
    return redirect(batch)


@require_POST
@school_page(Perm.CREDIT_RECORD)
@second_factor_first
def batch_undo(request, school, uuid):
    batch = _batch(school, uuid)
    count = actions.undo(batch, by=request.user)
    messages.success(request, f"已撤销本批次，冲回 {count:,} 条。")
    return redirect(batch)


@require_safe
@school_page(Perm.CREDIT_RECORD)
@second_factor_first
def batch_faults(request, school, uuid):
    """The workbook with its faults, decrypted for its own school only; recorded."""
    batch = _batch(school, uuid)
    if not batch.returned_file_id:
        raise Http404
    answer = files.serve(
        request, batch.returned_file_id, rule=lambda user, file: file.organization_id == school.pk
    )
    audit.exported("youth_credits.faults", batch.rows_faulty, by=request.user, note=str(batch))
    return answer


@require_POST
@school_page(Perm.CREDIT_VERIFY)
@second_factor_first
def batch_verify(request, school, uuid):
    batch = _batch(school, uuid)
    actions.verify(batch, by=request.user)
    messages.success(request, "已审核通过。")
    return redirect("youth_credits:verify")


@require_POST
@school_page(Perm.CREDIT_VERIFY)
@second_factor_first
def batch_return(request, school, uuid):
    batch = _batch(school, uuid)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _batch_page(request, batch, status=422, note_form=form)
    count = actions.give_back(batch, note=form.cleaned_data["note"], by=request.user)
    messages.success(request, f"已退回本批次，冲销 {count:,} 条，已告知录入员。")
    return redirect("youth_credits:verify")


@require_POST
@school_page(Perm.CREDIT_VERIFY)
@second_factor_first
def entries_return(request, school, uuid):
    batch = _batch(school, uuid)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _batch_page(request, batch, status=422, note_form=form)
    count = actions.return_entries(
        batch, ticked(request, "chosen"), note=form.cleaned_data["note"], by=request.user
    )
    messages.success(request, f"已退回 {count:,} 条，已告知录入员。")
    return redirect(batch)
