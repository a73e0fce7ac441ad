"""Rounds at the desk and before the public, and the way in."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.actions import applications, rounds
from outreach.forms.rounds import BeginForm, EligibilityForm, RoundForm
from outreach.models import ROUND_STEPS, Round
from outreach.queries import rounds as queries
from outreach.queries.decisions import noticed_cases
from portal import documents
from portal.calendar import local_today
from portal.errors import Refused
from portal.keyset import page_by_key
from portal.roles import Perm

SEES = (Perm.TITLE_CASE, Perm.TITLE_VIEW)


def require_desk(user, *perms: Perm) -> None:
    if not any(user.can(perm) for perm in perms):
        raise PermissionDenied("您没有办理认定的权限。")


def _rounds(user):
    rows = Round.objects.select_related("scheme", "form")
    return rows if user.can(Perm.TITLE_MANAGE) else rows.announced()


@require_safe
def round_list(request):
    require_desk(request.user, *SEES)
    page = page_by_key(
        _rounds(request.user),
        order=("-year", "-pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    manages = request.user.can(Perm.TITLE_MANAGE)
    context = {
        "page": page,
        "manages": manages,
        "open": queries.rounds_open_to(request.user, local_today()),
        "actions": [("新建批次", reverse("titles_desk:round_new"), "primary")] if manages else [],
    }
    return render(request, "outreach/round_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def round_form(request, pk=None):
    require_desk(request.user, Perm.TITLE_MANAGE)
    round = get_object_or_404(Round, pk=pk) if pk else None
    initial = {} if round else {"year": local_today().year}
    form = RoundForm(request.POST or None, instance=round, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = rounds.save_round(form.save(commit=False), by=request.user)
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "已保存。")
            return redirect(saved.get_desk_url())
    context = {"form": form, "round": round}
    return render(request, "outreach/round_form.html", context, status=422 if form.is_bound else 200)


def add_fault(form, fault: Refused | ValidationError) -> None:
    """Put what a rule said above the form."""
    for sentence in fault.messages if isinstance(fault, ValidationError) else [str(fault)]:
        form.add_error(None, sentence)


@require_safe
def round_detail(request, pk):
    require_desk(request.user, *SEES)
    round = get_object_or_404(_rounds(request.user), pk=pk)
    manages = request.user.can(Perm.TITLE_MANAGE)
    context = {
        "round": round,
        "counts": queries.round_counts(round, request.user),
        "steps": ROUND_STEPS.open_to(request.user, round) if manages else [],
        "timeline": ROUND_STEPS.timeline(round) if manages else [],
        "may_edit": manages and round.status in ("draft", "open"),
        "may_apply": queries.rounds_open_to(request.user, local_today()).filter(pk=pk).exists(),
        "recommends": request.user.can(Perm.TITLE_RECOMMEND) or manages,
        "manages": manages,
    }
    return render(request, "outreach/round_detail.html", context)


STEPS = {
    "announce": (rounds.announce, "通知已发布。"),
    "begin_review": (rounds.begin_review, "已转入评审，不再受理申报。"),
    "close": (rounds.close_round, "批次已结束。"),
}


@require_POST
def round_step(request, pk, step):
    require_desk(request.user, Perm.TITLE_MANAGE)
    if step not in STEPS:
        raise Http404("没有这个步骤。")
    round = get_object_or_404(Round, pk=pk)
    act, said = STEPS[step]
    act(round, by=request.user)
    messages.success(request, said)
    return redirect(round.get_desk_url())


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request, pk):
    """Begin an application for one of one's bodies."""
    require_desk(request.user, Perm.TITLE_APPLY, Perm.TITLE_RECOMMEND)
    round = get_object_or_404(_rounds(request.user), pk=pk)
    applicants = queries.applicants_for(request.user, round)
    form = BeginForm(
        request.POST or None,
        applicants=applicants,
        has_categories=round.scheme.has_categories,
        initial={"key": uuid.uuid4()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = applications.begin_application(round, by=request.user, **form.cleaned_data)
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "已建立草稿，随时可以接着填写。")
            return redirect("titles_desk:case_edit", made.pk)
    context = {"form": form, "round": round, "applicants": applicants}
    return render(request, "outreach/apply.html", context, status=422 if form.is_bound else 200)


@require_safe
def summary_pdf(request, pk):
    """The table of what the district recommends (推荐汇总表); for the city, of all districts."""
    require_desk(request.user, Perm.TITLE_RECOMMEND, Perm.TITLE_MANAGE)
    round = get_object_or_404(_rounds(request.user), pk=pk)
    rows = list(queries.summary_of(round, request.user))
    context = {"round": round, "rows": rows, "title": f"{round.title}：区级推荐汇总表"}
    return pdf_answer(documents.pdf("documents/title_summary.html", context), f"summary-{round.pk}.pdf")


def pdf_answer(data: bytes, name: str) -> HttpResponse:
    """A PDF to keep; its name is plain letters."""
    answer = HttpResponse(data, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _takes_objections(case) -> bool:
    return case.round.status == Round.Status.NOTICED and case.is_before_public(local_today())


@login_not_required
@require_safe
def round_public(request, pk):
    """A round's notice."""
    round = get_object_or_404(Round.objects.announced().select_related("scheme", "form"), pk=pk)
    asked = EligibilityForm(request.GET if "category" in request.GET else None)
    found = None
    if asked.is_bound and asked.is_valid():
        facts = {name: asked.cleaned_data[name] for name in ("area", "open_days", "visitors")}
        found = queries.threshold_checks(round, asked.cleaned_data["category"], facts)
    context = {
        "round": round,
        "eligibility": asked if round.form.thresholds else None,
        "found": found,
        "is_eligible": found is not None and all(check.is_met for check in found),
        "noticed": [(row, _takes_objections(row)) for row in noticed_cases(round)]
        if round.notice_from
        else [],
        "gates": round.form.gates.all(),
        "criteria": round.form.criteria.all(),
    }
    return render(request, "outreach/round_page.html", context)
