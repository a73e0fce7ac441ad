"""A member's own sheets. All goes through `queries.panel.seen`, so that no name reaches a member."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.actions import panel as actions
from outreach.forms.panel import SheetForm
from outreach.models import Review
from outreach.queries import panel as queries
from portal import files
from portal.calendar import local_today
from portal.errors import ChangedMeanwhile, Refused
from portal.fields import ReasonForm
from portal.keyset import page_by_key
from portal.roles import Perm


def _sheets(request):
    if not request.user.can(Perm.TITLE_SCORE):
        raise PermissionDenied("您没有评审任务。")
    return queries.reviews_of(request.user)


@require_safe
def review_list(request):
    page = page_by_key(
        _sheets(request),
        order=("status", "-pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(request, "outreach/review_list.html", {"page": page, "today": local_today()})


@require_http_methods(["GET", "HEAD", "POST"])
def review_detail(request, pk):
    review = get_object_or_404(_sheets(request), pk=pk)
    criteria = queries.criteria_of(review.application)
    scores = {row.criterion.code: row for row in review.scores.select_related("criterion")}
    form = SheetForm(
        request.POST or None,
        criteria=criteria,
        scores=scores,
        initial={"opinion": review.opinion, "seen": review.revision},
    )
    if request.method == "POST" and form.is_valid():
        try:
            _keep(review, form, request)
        except (Refused, ChangedMeanwhile) as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(review)
    context = {
        "review": review,
        "case": queries.seen(review.application),
        "form": form,
        "rows": form.rows(),
        "given": list(scores.values()),
        "is_open": review.status == Review.Status.OPEN,
        "is_late": bool(
            review.status == Review.Status.OPEN and review.due_on and review.due_on < local_today()
        ),
        "discussed": queries.discussed(review),
        "lines": [row for row in criteria if row.plain().is_scored],
        "reason": ReasonForm(),
    }
    return render(request, "outreach/review_detail.html", context, status=422 if form.is_bound else 200)


def _keep(review: Review, form: SheetForm, request) -> None:
    actions.fill_in(
        review,
        form.points,
        notes=form.notes,
        opinion=form.cleaned_data["opinion"],
        seen=form.cleaned_data["seen"],
        is_done="submit" in request.POST,
        by=request.user,
    )
    messages.success(request, "评分已提交。" if "submit" in request.POST else "草稿已保存。")


@require_safe
def review_file(request, pk, key):
    """A file of the case under a neutral name."""
    review = get_object_or_404(_sheets(request), pk=pk)
    found = queries.file_seen(review.application, key)
    if found is None:
        raise Http404("没有这个材料。")
    attachment = found[1]
    attachment.original_name = f"{review.application.number}-{key}.{attachment.kind}"
    return files.respond(attachment)


@require_POST
def review_recuse(request, pk):
    review = get_object_or_404(_sheets(request), pk=pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请写明回避的原因。")
        return redirect(review)
    actions.recuse(review, reason=form.cleaned_data["note"], by=request.user)
    messages.success(request, "已登记回避，该件不再由您评审。")
    return redirect("titles_desk:reviews")
