"""Years of titles at the desk, the funding list, and what becomes of single titles."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.actions import assessments as actions
from outreach.actions import lifecycle
from outreach.forms.assessments import (
    CheckForm,
    ConfirmForm,
    OutcomeForm,
    RectifyForm,
    RepayForm,
    ReportForm,
    RevokeForm,
    TransferForm,
    YearForm,
)
from outreach.models import ASSESSMENT_STEPS, Assessment, ClawBack, Title
from outreach.queries import assessments as queries
from outreach.queries.bases import standing
from outreach.views.rounds import SEES, add_fault, require_desk
from portal.accounts import may
from portal.calendar import local_today
from portal.errors import ChangedMeanwhile, Refused
from portal.fields import ReasonForm
from portal.keyset import page_by_key
from portal.roles import Perm


def _year(request) -> int:
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else 0
    return year if 2018 <= year <= 2100 else local_today().year - 1


@require_safe
def assessment_list(request):
    require_desk(request.user, *SEES)
    year, status = _year(request), request.GET.get("status", "")
    rows = queries.assessments_for(request.user).filter(year=year)
    if status in Assessment.Status.values:
        rows = rows.filter(status=status)
    manages = request.user.can(Perm.TITLE_MANAGE)
    page = page_by_key(
        rows,
        order=("pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=200 if manages else 30,
    )
    context = {
        "page": page,
        "year": year,
        "status": status,
        "statuses": Assessment.Status.choices,
        "counts": queries.year_counts(request.user, year),
        "manages": manages,
        "form": YearForm(initial={"year": year}),
        "to_deal": queries.to_deal(year) if manages else 0,
    }
    return render(request, "outreach/assessment_list.html", context)


@require_POST
def year_open(request):
    require_desk(request.user, Perm.TITLE_MANAGE)
    form = YearForm(request.POST)
    if not form.is_valid():
        for name, errors in form.errors.items():
            messages.error(request, f"{form.fields[name].label}：{errors[0]}")
        return redirect("titles_desk:assessments")
    data = form.cleaned_data
    made = actions.open_year(data["year"], due_on=data["due_on"], by=request.user)
    messages.success(request, f"已开启 {data['year']} 年度考核，新增 {made} 家。")
    return redirect(f"{reverse('titles_desk:assessments')}?year={data['year']}")


@require_POST
def pass_all(request):
    """Pass those chosen that reach the form's points, in one sitting."""
    require_desk(request.user, Perm.TITLE_MANAGE)
    keys = [int(key) for key in request.POST.getlist("id")[:500] if key.isdecimal() and len(key) < 10]
    rows = Assessment.objects.for_user(request.user, Perm.TITLE_MANAGE).filter(pk__in=keys)
    chosen = rows.select_related("form", "title", "organization", "region").order_by("pk")
    note = request.POST.get("note", "")[:500] or "专家核查合格。"
    done, left = actions.pass_all(chosen, note=note, by=request.user)
    messages.success(request, f"已判合格 {done} 家。")
    for sentence in left[:10]:
        messages.warning(request, sentence)
    return redirect(f"{reverse('titles_desk:assessments')}?year={_year(request)}")


@require_POST
def deal(request):
    """Give the reported years of titles to experts."""
    require_desk(request.user, Perm.TITLE_MANAGE)
    given, left = actions.deal_checks(_year(request), by=request.user)
    messages.success(request, f"已分配 {given} 家给核查专家。")
    if left:
        messages.warning(request, f"{left} 家没有合适的专家：类别不符或须回避，请补充评委库。")
    return redirect(f"{reverse('titles_desk:assessments')}?year={_year(request)}")


# --- An expert's checks ---------------------------------------------------------------------------


def _checks(request):
    require_desk(request.user, Perm.TITLE_SCORE)
    return queries.checks_of(request.user)


@require_safe
def check_list(request):
    """What was given to an expert to check, what waits first."""
    page = page_by_key(
        _checks(request),
        order=("is_open", "pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(request, "outreach/check_list.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def check_detail(request, pk):
    """A year of a title as its expert reads it: figures, self-report, opinion."""
    row = get_object_or_404(_checks(request), pk=pk)
    form = CheckForm(request.POST or None, initial={"advice": row.advice, "opinion": row.expert_opinion})
    if request.method == "POST" and form.is_valid():
        try:
            actions.check(row, by=request.user, **form.cleaned_data)
        except Refused as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "核查意见已保存。")
            return redirect("titles_desk:checks")
    context = {
        "row": row,
        "form": form,
        "is_open": row.status == Assessment.Status.REPORTED,
        "recuse_form": ReasonForm(),
        "last": queries.year_before(row),
    }
    return render(request, "outreach/check_detail.html", context, status=422 if form.is_bound else 200)


@require_POST
def check_give_back(request, pk):
    row = get_object_or_404(_checks(request), pk=pk)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["note"] if form.is_valid() else ""
    actions.give_back_check(row, reason=reason, by=request.user)
    messages.success(request, "已登记回避，该单位不再分配给您。")
    return redirect("titles_desk:checks")


def _assessment(request, pk) -> Assessment:
    return get_object_or_404(queries.assessments_for(request.user), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_detail(request, pk):
    """A year of one title: its unit reports, staff decides."""
    row = _assessment(request, pk)
    own = may(request.user, Perm.TITLE_APPLY, row)
    counted = queries.counted_values([row.organization_id], row.year).get(row.organization_id, {})
    form = ReportForm(
        request.POST or None,
        assessment=row,
        counted=counted,
        initial={
            "self_report": row.self_report,
            "asks_funding": row.asks_funding,
            "funding_purpose": row.funding_purpose,
            "seen": row.revision,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.report(row, **form.told, is_done="report" in request.POST, by=request.user)
        except (Refused, ChangedMeanwhile, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "自评已提交。" if "report" in request.POST else "草稿已保存。")
            return redirect(row)
    context = {
        "row": row,
        "form": form,
        "reports": own and row.status == Assessment.Status.OPEN,
        "mends": own and row.status == Assessment.Status.RECTIFYING,
        "decides": may(request.user, Perm.TITLE_MANAGE, row) and row.status == Assessment.Status.REPORTED,
        "outcome_form": OutcomeForm(
            initial={"checked_by": row.checked_by, "outcome": row.advice, "note": row.expert_opinion}
        ),
        "rectify_form": RectifyForm(),
        "failed_before": queries.failed_before(row),
        "timeline": ASSESSMENT_STEPS.timeline(row),
    }
    return render(request, "outreach/assessment_detail.html", context, status=422 if form.is_bound else 200)


@require_POST
def assessment_decide(request, pk):
    row = _assessment(request, pk)
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        for name, errors in form.errors.items():
            messages.error(request, f"{form.fields[name].label}：{errors[0]}")
        return redirect(row)
    actions.decide(row, by=request.user, **form.cleaned_data)
    messages.success(request, f"已记为{row.get_status_display()}。")
    return redirect(row)


@require_POST
def assessment_rectify(request, pk):
    row = _assessment(request, pk)
    form = RectifyForm(request.POST, request.FILES)
    form.is_valid()
    data = form.cleaned_data
    actions.rectify(row, text=data.get("text", ""), upload=data.get("proof"), by=request.user)
    messages.success(request, "整改情况已提交。")
    return redirect(row)


@require_http_methods(["GET", "HEAD", "POST"])
def funding(request):
    """The funding list of a year."""
    require_desk(request.user, Perm.TITLE_MANAGE)
    year = _year(request)
    if request.method == "POST":
        made = actions.list_funding(year, by=request.user)
        messages.success(request, f"已列入 {made} 家。")
        return redirect(f"{reverse('titles_desk:funding')}?year={year}")
    context = {
        "year": year,
        "awards": queries.awards_of(year),
        "total": queries.awarded_yuan(year),
        "waiting": queries.to_fund(year).count(),
    }
    return render(request, "outreach/funding.html", context)


# --- Single titles --------------------------------------------------------------------------------


@require_safe
def held_list(request):
    """The titles of one's unit, district or the city: what ends soon first."""
    require_desk(request.user, Perm.TITLE_CASE)
    rows = Title.objects.for_user(request.user, Perm.TITLE_CASE).select_related(
        "kind", "organization", "region"
    )
    page = page_by_key(
        rows.filter(withdrawn_on=None, valid_until__gte=local_today()),
        order=("valid_until", "pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    manages = request.user.can(Perm.TITLE_MANAGE)
    context = {"page": page, "wave": queries.wave(local_today()) if manages else []}
    return render(request, "outreach/held_list.html", context)


def _title(request, pk, perm: Perm) -> Title:
    rows = Title.objects.for_user(request.user, perm)
    return get_object_or_404(rows.select_related("kind", "organization__region", "region", "paper"), pk=pk)


@require_safe
def held_detail(request, pk):
    title = _title(request, pk, Perm.TITLE_CASE)
    return _shown(request, title)


def _shown(request, title: Title, *, status: int = 200, **more):
    context = {
        "held": title,
        "stands": title.is_in_force(local_today()),
        "standing": standing(title, local_today()),
        "confirm_form": ConfirmForm(),
        "assessments": title.assessments.order_by("-year"),
        "transfers": title.transfers.select_related("former", "present").order_by("-on", "-pk"),
        "claw_backs": title.claw_backs.order_by("pk"),
        "bans": title.bans.order_by("pk"),
        "manages": may(request.user, Perm.TITLE_MANAGE, title),
        "transfer_form": TransferForm(),
        "revoke_form": RevokeForm(),
        "repay_form": RepayForm(),
        **more,
    }
    return render(request, "outreach/held_detail.html", context, status=status)


@require_POST
def held_transfer(request, pk):
    title = _title(request, pk, Perm.TITLE_MANAGE)
    form = TransferForm(request.POST)
    if form.is_valid():
        try:
            lifecycle.transfer(title, by=request.user, **form.cleaned_data)
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "称号已变更到现单位。")
            return redirect("titles_desk:held", title.pk)
    return _shown(request, _title(request, pk, Perm.TITLE_MANAGE), status=422, transfer_form=form)


@require_POST
def held_confirm(request, pk):
    """A provisional title becomes a full one."""
    title = _title(request, pk, Perm.TITLE_MANAGE)
    form = ConfirmForm(request.POST)
    if form.is_valid():
        try:
            lifecycle.confirm_title(title, word=form.cleaned_data["word"], by=request.user)
        except Refused as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "已转为正式称号。")
            return redirect("titles_desk:held", title.pk)
    return _shown(request, title, status=422, confirm_form=form)


@require_POST
def held_revoke(request, pk):
    title = _title(request, pk, Perm.TITLE_MANAGE)
    form = RevokeForm(request.POST)
    if form.is_valid():
        try:
            lifecycle.revoke_for_fraud(title, by=request.user, **form.cleaned_data)
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "称号已撤销，证书同时失效。")
            return redirect("titles_desk:held", title.pk)
    return _shown(request, title, status=422, revoke_form=form)


@require_POST
def held_repay(request, pk, owed):
    title = _title(request, pk, Perm.TITLE_MANAGE)
    row = get_object_or_404(ClawBack.objects.select_related("title__region"), pk=owed, title=title)
    form = RepayForm(request.POST)
    if not form.is_valid():
        return _shown(request, title, status=422, repay_form=form)
    lifecycle.repay(row, amount_yuan=form.cleaned_data["amount_yuan"], by=request.user)
    messages.success(request, "已登记追回金额。")
    return redirect("titles_desk:held", title.pk)
