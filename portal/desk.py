"""The personal desk's own pages: inbox, the progress of background work, the audit trail."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portal import audit, history
from portal.jobs import Job
from portal.keyset import page_by_key
from portal.roles import Perm


@require_safe
def inbox(request):
    page = page_by_key(
        request.user.notices.all(),
        order=("-pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(request, "portal/inbox.html", {"page": page})


@require_POST
def inbox_read(request):
    request.user.notices.unread().update(read_at=timezone.now())
    return redirect("inbox")


@require_safe
def job_detail(request, pk):
    """How far one's own background work is; a part of a page when asked for by script."""
    job = get_object_or_404(Job, pk=pk, created_by=request.user)
    template = "portal/_job.html" if request.headers.get("HX-Request") else "portal/job_detail.html"
    return render(request, template, {"job": job})


@require_safe
def audit_list(request):
    if not request.user.can(Perm.AUDIT_VIEW):
        raise PermissionDenied("审计员可以查看操作记录。")
    entries = audit.AuditEntry.objects.exclude(actor_id=request.user.pk)
    filters = {
        "actor_name__icontains": request.GET.get("actor", "")[:60].replace("\0", ""),
        "action": request.GET.get("action", "")[:60].replace("\0", ""),
        "subject_type": request.GET.get("kind", "")[:60].replace("\0", ""),
        "subject_id": request.GET.get("subject", "")[:40].replace("\0", ""),
    }
    entries = entries.filter(**{name: value for name, value in filters.items() if value})
    page = page_by_key(
        entries,
        order=("-pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=50,
    )
    context = {
        "page": page,
        "asked": request.GET,
        "acts": history.ACTS.items(),
        "kinds": history.kinds().items(),
    }
    return render(request, "portal/audit_list.html", context)


@login_not_required
@require_safe
def trail_head(request):
    """The head of the audit chain, for anyone to note down: a later cut would show against it."""
    number, digest = audit.head()
    return render(request, "portal/trail_head.html", {"number": number, "digest": digest})
