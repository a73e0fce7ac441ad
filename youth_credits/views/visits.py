"""Check-ins of the own children at events and their results at competitions, to be recorded."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal import audit
from portal.calendar import local_today
from portal.roles import Perm
from youth_credits import actions, queries
from youth_credits.models import CreditRule
from youth_credits.queries import RuleBook
from youth_credits.views.access import crumbs, school_page, ticked

MOST_SHOWN = 30
USUAL = "A6"  # what stands first in the list of kinds; the person chooses


@require_safe
@school_page(Perm.CREDIT_RECORD)
def visit_list(request, school):
    visits = queries.visits_to_record(school)
    if visits:
        audit.viewed(school, by=request.user, reason="查看活动签到")
    methods = (CreditRule.Method.MINUTES, CreditRule.Method.FIXED)
    kinds = [
        rule
        for rule in RuleBook(school).rules_on(local_today())
        if rule.method in methods and not rule.needs_course
    ]
    kinds.sort(key=lambda rule: rule.code != USUAL)
    context = {
        "visits": visits[:MOST_SHOWN],
        "more": max(0, len(visits) - MOST_SHOWN),
        "kinds": kinds,
        "crumbs": crumbs(("活动签到", "")),
    }
    return render(request, "youth_credits/visit_list.html", context)


@require_POST
@school_page(Perm.CREDIT_RECORD)
def visit_record(request, school, pk):
    """The ticked check-ins of a session. `leave_out` in the form: no credit; otherwise the kind chosen."""
    if pk not in {visit.session.pk for visit in queries.visits_to_record(school)}:
        raise Http404("没有待登记的签到。")
    only = ticked(request, "check_in")
    if "leave_out" in request.POST:
        count = actions.leave_out_visit(school, pk, only=only, by=request.user)
        messages.success(request, f"{count} 条签到不计学分，不再列出。")
        return redirect("youth_credits:visit_list")
    kind = request.POST.get("kind", "")[:10]
    batch = actions.record_visit(school, pk, kind=kind, only=only, by=request.user)
    messages.success(request, f"已登记 {batch.rows_new} 名学生的学分，等待审核员审核。")
    return redirect(batch)


@require_safe
@school_page(Perm.CREDIT_RECORD)
def result_list(request, school):
    contests = queries.results_to_record(school)
    taken_back = queries.results_taken_back(school)
    if contests or taken_back:
        audit.viewed(school, by=request.user, reason="查看竞赛成绩")
    context = {
        "contests": contests[:MOST_SHOWN],
        "more": max(0, len(contests) - MOST_SHOWN),
        "taken_back": taken_back,
        "crumbs": crumbs(("竞赛成绩", "")),
    }
    return render(request, "youth_credits/result_list.html", context)


@require_POST
@school_page(Perm.CREDIT_RECORD)
def result_record(request, school, pk):
    """The ticked results of a competition's session: `leave_out` in the form: no credit."""
    if pk not in {contest.session.pk for contest in queries.results_to_record(school)}:
        raise Http404("没有待登记的成绩。")
    only = ticked(request, "result")
    if "leave_out" in request.POST:
        count = actions.leave_out_results(school, pk, only=only, by=request.user)
        messages.success(request, f"{count} 条成绩不计学分，不再列出。")
        return redirect("youth_credits:result_list")
    batch = actions.record_results(school, pk, only=only, by=request.user)
    messages.success(request, f"已登记 {batch.rows_new} 名学生的学分，等待审核员审核。")
    return redirect(batch)
