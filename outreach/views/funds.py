"""Money at the desk and before the public."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.actions import funds as actions
from outreach.forms.funds import (
    CancelForm,
    DonationForm,
    EntryForm,
    EvaluationForm,
    FundTargetForm,
    LineForm,
    PaymentForm,
    ResearchForm,
    UseForm,
)
from outreach.models import BudgetLine, Donation, FundTarget, ResearchSpending
from outreach.queries import funds as queries
from outreach.rules.funds import performance, share
from outreach.views.plan import form_page
from outreach.views.rounds import add_fault, pdf_answer, require_desk
from portal import documents
from portal.accounts import may
from portal.calendar import local_today
from portal.errors import Refused
from portal.keyset import page_by_key
from portal.roles import Perm

DESK = [("工作台", "/desk/"), ("科普经费", "/desk/funds/")]


def _page(request, rows, order=("-pk",)):
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    return page_by_key(rows, order=order, after=after, before=before)


# --- Lines ----------------------------------------------------------------------------------------


@require_safe
def line_list(request):
    """One year's lines with plan against actual by duty."""
    require_desk(request.user, Perm.FUND_VIEW)
    rows = queries.lines_for(request.user)
    years = queries.years_of(rows)
    asked = request.GET.get("year", "")[:4]
    year = int(asked) if asked.isascii() and asked.isdigit() and int(asked) in years else None
    year = year or queries.this_year(rows, local_today())
    rows = rows.filter(year=year)
    manages = request.user.can(Perm.FUND_MANAGE)
    context = {
        "page": _page(request, rows),
        "year": year,
        "years": years,
        "duties": queries.by_duty(rows),
        "total": queries.total_of(rows),
        "plans": request.user.can(Perm.PLAN_VIEW),
        "actions": [("新增预算", reverse("funds_desk:line_new"), "primary")] if manages else [],
    }
    return render(request, "outreach/budget.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def line_form(request, pk=None):
    require_desk(request.user, Perm.FUND_MANAGE)
    line = get_object_or_404(queries.lines_to(Perm.FUND_MANAGE, request.user), pk=pk) if pk else None
    bodies = request.user.organizations_for(Perm.FUND_MANAGE)
    initial = {} if line else {"year": local_today().year}
    form = LineForm(request.POST or None, instance=line, bodies=bodies, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.save_line(form.line(), by=request.user)
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "预算已保存。")
            return redirect(made)
    return form_page(request, form, title="修改预算" if line else "新增预算", crumbs=DESK)


@require_safe
def line_detail(request, pk):
    line = get_object_or_404(queries.lines_for(request.user), pk=pk)
    return _line(request, line)


def _line(request, line: BudgetLine, *, status=200, **typed):
    manages, pays = may(request.user, Perm.FUND_MANAGE, line), may(request.user, Perm.FUND_PAY, line)
    targets = list(line.targets.all())
    fresh = {"key": uuid.uuid4(), "entered_on": local_today()}
    context = {
        "line": line,
        "rate": share(line.paid_yuan, line.amount_yuan),
        "entries": line.entries.select_related("proof").order_by("entered_on", "pk"),
        "targets": targets,
        "performance": performance((row.wanted, row.reached) for row in targets),
        "manages": manages,
        "pays": pays,
        "appropriation_form": EntryForm(initial=fresh, prefix="in"),
        "payment_form": PaymentForm(initial={**fresh, "key": uuid.uuid4()}, prefix="out"),
        "cancel_form": CancelForm(),
        "target_form": FundTargetForm(),
        "evaluation_form": EvaluationForm(line=line, initial={"text": line.evaluation, "score": line.score}),
        **typed,
    }
    return render(request, "outreach/budget_line.html", context, status=status)


ENTRIES = {
    "appropriation": (EntryForm, "in", "appropriation_form", Perm.FUND_MANAGE, "经费已下达。"),
    "payment": (PaymentForm, "out", "payment_form", Perm.FUND_PAY, "支付已登记。"),
}


@require_POST
def entry_add(request, pk, kind):
    """Appropriate to a line, or pay from it."""
    if kind not in ENTRIES:
        raise Http404("没有这种收支。")
    form_class, prefix, name, perm, words = ENTRIES[kind]
    line = get_object_or_404(queries.lines_to(perm, request.user), pk=pk)
    form = form_class(request.POST, request.FILES, prefix=prefix)
    if form.is_valid():
        data = {**form.cleaned_data, "upload": form.cleaned_data["upload"] or None}
        try:
            actions.enter(line, kind=kind, by=request.user, **data)
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, words)
            return redirect(line)
    return _line(request, line, status=422, **{name: form})


@require_POST
def entry_cancel(request, pk, entry):
    line = get_object_or_404(queries.lines_to(Perm.FUND_PAY, request.user), pk=pk)
    row = get_object_or_404(line.entries.select_related("line__region", "line__organization"), pk=entry)
    actions.cancel_entry(row, reason=request.POST.get("reason", "")[:200].replace("\0", ""), by=request.user)
    messages.success(request, "已冲销。")
    return redirect(line)


@require_POST
def target_add(request, pk):
    line = get_object_or_404(queries.lines_to(Perm.FUND_MANAGE, request.user), pk=pk)
    form = FundTargetForm(request.POST, instance=FundTarget(line=line))
    if form.is_valid():
        try:
            actions.save_target(form.save(commit=False), by=request.user)
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "绩效指标已增加。")
            return redirect(line)
    return _line(request, line, status=422, target_form=form)


@require_POST
def evaluate(request, pk):
    line = get_object_or_404(queries.lines_to(Perm.FUND_PAY, request.user), pk=pk)
    form = EvaluationForm(request.POST, line=line)
    if form.is_valid():
        data = form.cleaned_data
        actions.evaluate(line, reached=form.reached, text=data["text"], score=data["score"], by=request.user)
        messages.success(request, "绩效自评已提交。")
        return redirect(line)
    return _line(request, line, status=422, evaluation_form=form)


# --- Outreach beside research ---------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def beside_research(request):
    """What the city paid for outreach beside what it spent on research."""
    require_desk(request.user, Perm.PLAN_VIEW)
    asked = request.POST.get("year", "")[:4]
    known = ResearchSpending.objects.filter(year=asked) if asked.isascii() and asked.isdigit() else None
    form = ResearchForm(request.POST or None, instance=known.first() if known else None)
    if request.method == "POST" and form.is_valid():
        actions.keep_research(form.save(commit=False), by=request.user)
        messages.success(request, "已保存。")
        return redirect("funds_desk:research")
    rows = queries.outreach_beside_research()
    context = {"rows": rows, "chart": queries.compared_chart(rows), "form": form}
    return render(request, "outreach/research.html", context, status=422 if form.is_bound else 200)


# --- Gifts ----------------------------------------------------------------------------------------


@require_safe
def donation_list(request):
    require_desk(request.user, Perm.FUND_VIEW)
    pays = request.user.can(Perm.FUND_PAY)
    context = {
        "page": _page(request, queries.donations_for(request.user)),
        "actions": [("登记捐赠", reverse("funds_desk:donation_new"), "primary")] if pays else [],
    }
    return render(request, "outreach/donation_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def donation_new(request):
    require_desk(request.user, Perm.FUND_PAY)
    bodies = request.user.organizations_for(Perm.FUND_PAY)
    initial = {"key": uuid.uuid4(), "received_on": local_today()}
    form = DonationForm(request.POST or None, bodies=bodies, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.receive(form.donation(), body=form.cleaned_data["body"], by=request.user)
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "已登记，可以开具收据。")
            return redirect(made)
    return form_page(request, form, title="登记捐赠与赞助", crumbs=DESK)


@require_safe
def donation_detail(request, pk):
    gift = get_object_or_404(queries.donations_for(request.user), pk=pk)
    return _donation(request, gift)


def _donation(request, gift: Donation, *, use_form=None, status=200):
    context = {
        "gift": gift,
        "left": gift.amount_yuan - gift.used_yuan,
        "shown": queries.donor_shown(gift),
        "pays": may(request.user, Perm.FUND_PAY, gift),
        "use_form": use_form or UseForm(initial={"key": uuid.uuid4(), "used_on": local_today()}),
        "uses": gift.uses.all(),
    }
    return render(request, "outreach/donation_detail.html", context, status=status)


@require_POST
def donation_use(request, pk):
    gift = get_object_or_404(queries.donations_for(request.user), pk=pk)
    form = UseForm(request.POST)
    if form.is_valid():
        try:
            actions.use(gift, by=request.user, **form.cleaned_data)
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "使用情况已登记并公示。")
            return redirect(gift)
    return _donation(request, gift, use_form=form, status=422)


@require_POST
def receipt_issue(request, pk):
    gift = get_object_or_404(queries.donations_for(request.user), pk=pk)
    actions.issue_receipt(gift, by=request.user)
    messages.success(request, "收据已开具。")
    return redirect(gift)


@require_safe
def receipt(request, pk):
    """The receipt as PDF."""
    gift = get_object_or_404(queries.donations_for(request.user), pk=pk, paper__isnull=False)
    context = {"gift": gift, "paper": gift.paper, "title": f"捐赠收据 {gift.paper.number}"}
    data = documents.pdf("documents/donation_receipt.html", context, made_at=gift.paper.issued_at)
    return pdf_answer(data, f"receipt-{gift.paper.number}.pdf")


@login_not_required
@require_safe
def gifts(request):
    """What was given, for what, and what became of it."""
    page = _page(request, queries.gifts_before_the_public(), order=("-received_on", "-pk"))
    rows = [(gift, queries.donor_shown(gift), list(gift.uses.all())) for gift in page]
    return render(request, "outreach/gifts.html", {"page": page, "rows": rows})
