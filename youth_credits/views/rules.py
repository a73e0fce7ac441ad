"""Versions of the credit rules, for the association: drafted, tried on last year's entries, approved."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import may
from portal.calendar import local_today, school_year, school_year_label
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date
from youth_credits import actions, queries
from youth_credits.forms.rules import NewRuleForm, RuleForm, RuleSetForm, TrialForm
from youth_credits.models import CreditRule, CreditRuleSet, RuleTrial

CRUMBS = (("工作台", "/desk/"), ("学分规则", "/desk/credits/rules/"))
FEWEST_SHOWN = 10  # students; fewer might tell of a child


def _only_staff(request) -> None:
    if not may(request.user, Perm.CREDIT_RULES, Region.objects.city()):
        raise PermissionDenied("学分规则由市科协维护。")


@require_safe
def rule_sets(request):
    _only_staff(request)
    today = local_today()
    context = {
        "rule_sets": [
            (one, one.state_on(today, in_force=queries.rules_of_area(one.area, on=today)))
            for one in queries.rule_sets()
        ],
        "crumbs": [("工作台", "/desk/"), ("学分规则", "")],
    }
    return render(request, "youth_credits/rule_sets.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def rule_set_new(request):
    _only_staff(request)
    form = RuleSetForm(request.POST or None, is_new=True)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            draft = actions.draft_rules(
                area=said["area"], in_force_from=said["in_force_from"], basis=said["basis"], by=request.user
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已按现行规则新建草稿，请逐类修改。")
            return redirect(draft)
    context = {"form": form, "title": "新建规则版本", "crumbs": [*CRUMBS, ("新建版本", "")]}
    return render(request, "youth_credits/rule_form.html", context, status=422 if form.is_bound else 200)


@require_safe
def rule_set(request, pk):
    _only_staff(request)
    return _page(request, get_object_or_404(queries.rule_sets(), pk=pk))


def _page(request, one: CreditRuleSet, *, status: int = 200, **more):
    today = local_today()
    context = {
        "rule_set": one,
        "state": one.state_on(today, in_force=queries.rules_of_area(one.area, on=today)),
        "rules": list(one.rules.order_by("pk")),
        "trial_form": TrialForm(initial={"school_year": school_year(today) - 1}),
        "trials": list(one.trials.select_related("area").order_by("-pk")[:10]),
        "crumbs": [*CRUMBS, (f"第{one.version}版", "")],
    }
    return render(request, "youth_credits/rule_set.html", context | more, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def rule_set_edit(request, pk):
    _only_staff(request)
    one = get_object_or_404(queries.rule_sets().filter(approved_at=None), pk=pk)
    form = RuleSetForm(request.POST or None, instance=one)
    if form.is_bound and form.is_valid():
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        actions.change_rules(get_object_or_404(CreditRuleSet, pk=pk), values, by=request.user)
        messages.success(request, "已保存。")
        return redirect(one)
    context = {
        "form": form,
        "title": f"修改第{one.version}版",
        "back": one.get_absolute_url(),
        "crumbs": [*CRUMBS, (f"第{one.version}版", one.get_absolute_url()), ("修改", "")],
    }
    return render(request, "youth_credits/rule_form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def rule_edit(request, pk):
    _only_staff(request)
    rules = CreditRule.objects.filter(rule_set__approved_at=None).select_related("rule_set__area")
    rule = get_object_or_404(rules, pk=pk)
    form = RuleForm(request.POST or None, instance=rule)
    if form.is_bound and form.is_valid():
        actions.change_rule(get_object_or_404(rules, pk=pk), form.values, by=request.user)
        messages.success(request, f"已保存 {rule}。")
        return redirect(rule.rule_set)
    one = rule.rule_set
    context = {
        "form": form,
        "title": f"修改 {rule}",
        "back": one.get_absolute_url(),
        "crumbs": [*CRUMBS, (f"第{one.version}版", one.get_absolute_url()), (str(rule), "")],
    }
    return render(request, "youth_credits/rule_form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def rule_new(request, pk):
    _only_staff(request)
    one = get_object_or_404(queries.rule_sets().filter(approved_at=None), pk=pk)
    form = NewRuleForm(request.POST or None, instance=CreditRule(rule_set=one))
    if form.is_bound and form.is_valid():
        rule = actions.add_rule(one, form.values, by=request.user)
        messages.success(request, f"已增加 {rule}。")
        return redirect(one)
    context = {
        "form": form,
        "title": "增加类别",
        "back": one.get_absolute_url(),
        "crumbs": [*CRUMBS, (f"第{one.version}版", one.get_absolute_url()), ("增加类别", "")],
    }
    return render(request, "youth_credits/rule_form.html", context, status=422 if form.is_bound else 200)


@require_POST
def rule_remove(request, pk):
    _only_staff(request)
    rules = CreditRule.objects.filter(rule_set__approved_at=None).select_related("rule_set__area")
    rule = get_object_or_404(rules, pk=pk)
    actions.remove_rule(rule, by=request.user)
    messages.success(request, f"已从草稿中删除 {rule}。")
    return redirect(rule.rule_set)


@require_POST
def rule_set_approve(request, pk):
    _only_staff(request)
    one = get_object_or_404(CreditRuleSet.objects.select_related("area"), pk=pk)
    actions.approve_rules(one, by=request.user)
    messages.success(request, f"已批准，{cn_date(one.in_force_from)}起生效。")
    return redirect(one)


@require_POST
def rule_set_drop(request, pk):
    _only_staff(request)
    one = get_object_or_404(CreditRuleSet.objects.select_related("area"), pk=pk)
    actions.drop_rules(one, by=request.user)
    messages.success(request, "草稿已删除。")
    return redirect("youth_credits:rule_sets")


@require_POST
def rule_set_try(request, pk):
    """Begin a dry run; its page shows how far it is."""
    _only_staff(request)
    one = get_object_or_404(CreditRuleSet.objects.select_related("area"), pk=pk)
    form = TrialForm(request.POST)
    if not form.is_valid():
        return _page(request, one, status=422, trial_form=form)
    said = form.cleaned_data
    trial = actions.try_rules(
        one,
        area=said["area"],
        schools=said["schools"],
        school_year=said["school_year"],
        key=said["key"],
        by=request.user,
    )
    return redirect(trial)


@require_safe
def rule_trial(request, uuid):
    _only_staff(request)
    trial = get_object_or_404(RuleTrial.objects.select_related("rule_set__area", "area"), uuid=uuid)
    one = trial.rule_set
    context = {
        "trial": trial,
        "year": school_year_label(trial.school_year),
        "chosen": list(trial.schools.order_by("name")),
        "job": None if trial.ended_at else actions.trial_job(trial),
        **_summed(trial.result),
        "crumbs": [
            *CRUMBS,
            (f"第{one.version}版", reverse("youth_credits:rule_set", args=[one.pk])),
            ("试算", ""),
        ],
    }
    return render(request, "youth_credits/rule_trial.html", context)


def _summed(result: dict) -> dict:
    """Kinds summed over the schools; schools of a few students are counted in the sums alone."""
    kinds: dict[str, dict] = {}
    for school in result.get("schools", []):
        for code, change in school["kinds"].items():
            sums = kinds.setdefault(code, dict.fromkeys(change, 0))
            for name, value in change.items():
                sums[name] += value
    shown = [school for school in result.get("schools", []) if school["students"] >= FEWEST_SHOWN]
    return {
        "kinds": [
            {"code": code, **change, "before": change["before"] / 100, "after": change["after"] / 100}
            for code, change in sorted(kinds.items(), key=lambda pair: int(pair[0][1:]))
        ],
        "schools": shown,
        "left_out": len(result.get("schools", [])) - len(shown),
        "reached_before": sum(school["reached_before"] for school in shown),
        "reached_after": sum(school["reached_after"] for school in shown),
    }
