"""One's own background work: the list, and the pages of a sheet that was brought into a register."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import batches, jobs
from portal.batches import SheetBatch
from portal.errors import Refused
from portal.jobs import Job
from portal.keyset import page_by_key
from portal.sheets import write_faults

MOST_SHOWN = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DESK, LIST = ("工作台", "/desk/"), ("我的任务", "/desk/jobs/")


def _batch(request, uuid) -> SheetBatch:
    return get_object_or_404(batches.batch_of(request.user, uuid))


@require_safe
def job_list(request):
    page = page_by_key(
        Job.objects.filter(created_by=request.user),
        order=("-pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(request, "portal/job_list.html", {"page": page, "crumbs": [DESK, (LIST[0], "")]})


@require_safe
def batch_detail(request, uuid):
    """How far a sheet is, what became of it, and how to take it back; a part of a page for the script."""
    batch = _batch(request, uuid)
    now = timezone.now()
    faults = batch.read_faults()
    context = {
        "batch": batch,
        "job": batch.undo_job if batch.undo_job and not batch.undo_job.is_over else batch.job,
        "may_be_undone": batch.may_be_undone(now),
        "faults": faults[:MOST_SHOWN],
        "more_faults": max(0, batch.rows_faulty - MOST_SHOWN),
        "stayed": batch.rows.exclude(why_kept="").order_by("pk")[:MOST_SHOWN] if batch.undone_at else [],
        "crumbs": [DESK, LIST, (f"导入{batch.title}", "")],
    }
    template = "portal/_batch.html" if request.headers.get("HX-Request") else "portal/batch_detail.html"
    return render(request, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
def batch_undo(request, uuid):
    """What would be taken back and what would stay, and the taking back."""
    batch = _batch(request, uuid)
    if request.method == "POST":
        batches.ask_undo(batch, by=request.user, at=timezone.now())
        return redirect(batch)
    if not batch.may_be_undone(timezone.now()):
        raise Refused("这个批次已经撤销、正在撤销，或已超过 30 天，不能撤销。")
    edited = batches.edited_since(batch)
    rows = batch.rows.filter(subject_id__in=list(edited)[:MOST_SHOWN]).order_by("pk")
    context = {
        "batch": batch,
        "edited": [(row, edited[row.subject_id]) for row in rows],
        "edited_count": len(edited),
        "going": batch.rows.count() - len(edited),
        "crumbs": [DESK, LIST, (f"导入{batch.title}", batch.get_absolute_url()), ("撤销", "")],
    }
    return render(request, "portal/batch_undo.html", context)


@require_POST
def batch_again(request, uuid):
    """Begin again what was broken off."""
    batch = _batch(request, uuid)
    job = batch.undo_job if batch.undo_job else batch.job
    if batch.undone_at or (batch.is_over and not batch.undo_job) or job.state != Job.State.FAILED:
        raise Refused("没有需要重试的处理。")
    jobs.again(job)
    return redirect(batch)


@require_safe
def batch_faults(request, uuid):
    """The sheet as it was sent, with what was wrong when it was to be kept; only the rows left out."""
    batch = _batch(request, uuid)
    if not batch.rows_faulty:
        raise Refused("这份表格没有错误表。")
    table = batch.open().read(batch.pending().read()).table
    response = HttpResponse(
        headers={
            "Content-Type": XLSX,
            "Content-Disposition": content_disposition_header(True, f"{batch.title}错误表.xlsx"),
            "X-Content-Type-Options": "nosniff",
        }
    )
    write_faults(table, batch.read_faults(), response, only_faulty=bool(batch.kept_at))
    return response
