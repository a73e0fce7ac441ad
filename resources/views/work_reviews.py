"""Reviews of works: staff assign and decide; an expert sees one blind page, marks it and hands it in."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import files
from portal.errors import Refused, add_faults
from portal.fields import ReasonForm
from portal.roles import Perm
from resources.actions import work_reviews as actions
from resources.forms.works import AssignForm, InterestForm, ReviewForm, SupportForm
from resources.models import WorkApplication, WorkReview
from resources.queries import works as queries
from resources.rules.works import yuan
from resources.views.work_applications import managed, shown

# --- Staff ----------------------------------------------------------------------------------------


@require_POST
def assign(request, pk):
    work = managed(request, pk)
    seats = queries.open_seats(work)
    if not seats:
        raise Refused("这项申报现在不需要分派专家。")
    form = AssignForm(request.POST, seats=seats, experts=queries.candidates(work))
    if form.is_valid():
        try:
            actions.assign(work, form.reviewers, by=request.user, at=timezone.now())
        except Refused as fault:
            add_faults(form, fault)
        else:
            messages.success(request, "已分派，专家会收到通知。")
            return redirect(work.get_desk_url())
    return shown(request, work, status=422, assign_form=form)


def _review_of(request, pk) -> WorkReview:
    """A review that staff look after."""
    works = WorkApplication.objects.for_user(request.user, Perm.WORK_MANAGE)
    rows = WorkReview.objects.filter(application__in=works.values("pk"))
    return get_object_or_404(
        rows.select_related("application__call", "application__region", "reviewer"), pk=pk
    )


@require_POST
def replace(request, pk):
    review = _review_of(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return shown(request, managed(request, review.application_id), status=422, replace_form=form)
    actions.replace_reviewer(review, by=request.user, note=form.cleaned_data["note"])
    messages.success(request, "已撤换，请另行分派。")
    return redirect(review.application.get_desk_url())


@require_POST
def support(request, pk):
    work = managed(request, pk)
    form = SupportForm(request.POST)
    if form.is_valid():
        try:
            actions.support(
                work,
                amount=form.cleaned_data["amount"],
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=timezone.now(),
            )
        except Refused as fault:
            add_faults(form, fault)
        else:
            messages.success(request, "已决定予以支持，申报单位会收到通知。")
            return redirect(work.get_desk_url())
    return shown(request, work, status=422, support_form=form)


@require_POST
def decline(request, pk):
    work = managed(request, pk)
    form = ReasonForm(request.POST, prefix="decline")
    if not form.is_valid():
        return shown(request, work, status=422, decline_form=form)
    actions.decline(work, reason=form.cleaned_data["note"], by=request.user, at=timezone.now())
    messages.success(request, "已决定不予支持，申报单位会收到通知。")
    return redirect(work.get_desk_url())


# --- Experts --------------------------------------------------------------------------------------


def _check_expert(request) -> None:
    if not request.user.can(Perm.WORK_REVIEW):
        raise PermissionDenied("作品评审由受邀专家办理。")


def _own(request, pk) -> WorkReview:
    return get_object_or_404(queries.reviews_of(request.user), pk=pk)


@require_safe
def review_list(request):
    _check_expert(request)
    today = timezone.localdate()
    rows = list(queries.reviews_of(request.user)[:200])
    waiting = [row for row in rows if row.status == WorkReview.Status.ASSIGNED and _runs(row)]
    context = {
        "waiting": [(row, row.due_on < today) for row in waiting],
        "done": [row for row in rows if row.status == WorkReview.Status.SUBMITTED],
    }
    return render(request, "resources/work_review_list.html", context)


def _runs(review: WorkReview) -> bool:
    return review.application.status == WorkApplication.Status.REVIEW


@require_http_methods(["GET", "HEAD", "POST"])
def review(request, pk):
    """One application as its reviewer sees it, and the form: kept as a draft or handed in."""
    _check_expert(request)
    found = _own(request, pk)
    is_open = found.status == WorkReview.Status.ASSIGNED and _runs(found)
    hands_in = "hand_in" in request.POST
    form = ReviewForm(request.POST or None, review=found, hands_in=hands_in) if is_open else None
    if request.method == "POST":
        if form is None:
            raise Refused("评审已提交或已结束，不能再修改。")
        if form.is_valid():
            return _kept(request, found, form, hands_in=hands_in)
    return _review_page(request, found, form, status=422 if request.method == "POST" else 200)


def _kept(request, found: WorkReview, form: ReviewForm, *, hands_in: bool):
    values = {"opinion": form.cleaned_data["opinion"], "rungs": form.rungs, "by": request.user}
    if hands_in:
        actions.hand_in_review(found, at=timezone.now(), **values)
        messages.success(request, "评审已提交，谢谢。")
    else:
        actions.save_review(found, **values)
        messages.success(request, "草稿已保存。")
    return redirect(found.get_desk_url())


def _review_page(request, found: WorkReview, form, *, status: int = 200, recuse_form=None):
    work = queries.blind(found)
    own = next((each for each in queries.judged(found.application) if each.review.pk == found.pk), None)
    context = {
        "review": found,
        "work": work,
        "facts": [
            ("征集", work.call),
            ("作品类型", work.kind),
            ("申请经费", yuan(work.requested_yuan)),
        ],
        "form": form,
        "own": own,
        "others": queries.others_of(found),
        "recuse_form": recuse_form or ReasonForm(prefix="recuse"),
    }
    return render(request, "resources/work_review.html", context, status=status)


@require_POST
def recuse(request, pk):
    _check_expert(request)
    found = _own(request, pk)
    form = ReasonForm(request.POST, prefix="recuse")
    if not form.is_valid():
        is_open = found.status == WorkReview.Status.ASSIGNED and _runs(found)
        kept = ReviewForm(review=found) if is_open else None
        return _review_page(request, found, kept, status=422, recuse_form=form)
    actions.recuse(found, by=request.user, note=form.cleaned_data["note"])
    messages.success(request, "已回避，这项评审改由他人承担。")
    return redirect("work_reviews:list")


@require_safe
def review_file(request, pk, number):
    """A file that names nobody, under a name that tells nothing."""
    _check_expert(request)
    found = _own(request, pk)
    rows = queries.blind_files(found)
    if not 1 <= number <= len(rows):
        raise Http404("没有这个附件。")
    attachment = rows[number - 1].attachment
    answer = files.respond(attachment)
    extension = files.KINDS[attachment.kind].extensions[0]
    answer["Content-Disposition"] = content_disposition_header(True, f"附件{number}.{extension}")
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def interests(request):
    """Units that an expert says they cannot judge."""
    _check_expert(request)
    form = InterestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.declare_interest(
                form.cleaned_data["organization"], reason=form.cleaned_data["reason"], by=request.user
            )
        except ValidationError as fault:
            add_faults(form, fault)
        else:
            messages.success(request, "已申明，今后不再分派该单位的作品。")
            return redirect("work_reviews:interests")
    rows = request.user.declared_interests.select_related("organization").order_by("pk")
    context = {"form": form, "rows": rows}
    return render(request, "resources/work_interests.html", context, status=422 if form.is_bound else 200)
