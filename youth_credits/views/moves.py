"""The turn of the school year, and transfers between schools."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import may
from portal.calendar import local_today, school_year, school_year_label
from portal.errors import Refused
from portal.keyset import page_by_key
from portal.organizations import Organization
from portal.roles import Perm
from youth_credits import actions, queries
from youth_credits.actions.year_turn import ROLL_OVER_UNDO_WITHIN
from youth_credits.forms.moves import AnswerForm, ReleaseForm, RollOverForm, TransferForm
from youth_credits.models import RollOver, TransferIn, TransferOut
from youth_credits.views.access import crumbs, own_student, school_page, second_factor_first

BEFOREHAND = timedelta(days=62)  # from July on the coming year can be prepared


# --- The turn of the school year -------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_RECORD)
@second_factor_first
def roll_over(request, school):
    """One page: what differs from the rule, then before and after by class, then the decision."""
    year = school_year(local_today() + BEFOREHAND)
    usual = {"leaving": str(queries.usual_leaving(school))}
    form = RollOverForm(request.POST or None, initial=usual)
    plan = None
    if form.is_bound and form.is_valid():
        plan = queries.plan_roll_over(school, year, form.said)
        if plan.unknown:
            form.add_error(None, f"这些学籍号不在待升级的名册中：{'、'.join(plan.unknown[:10])}。请改正。")
        elif form.cleaned_data["seen"] == plan.seen and "confirm" in request.POST:
            made = actions.roll_over(school, plan, form.said, key=form.cleaned_data["key"], by=request.user)
            messages.success(
                request,
                f"已升级 {made.promoted:,} 人，留级 {made.repeated:,} 人，离校 {made.left:,} 人。"
                "七天内可以撤销。",
            )
            return redirect("youth_credits:roll_over")
        elif "confirm" in request.POST:
            form.add_error(None, "预览之后名册有变化，下面是新的预览，请核对后再确认。")
    has_faults = form.is_bound and bool(form.errors)
    return _roll_over_page(request, school, year, form, None if has_faults and plan is None else plan)


def _roll_over_page(request, school: Organization, year: int, form, plan) -> HttpResponse:
    last_day = timezone.now() - ROLL_OVER_UNDO_WITHIN
    done = [
        {"row": row, "may_undo": row.undone_at is None and row.created_at > last_day}
        for row in queries.roll_overs(school).order_by("-pk")[:5]
    ]
    is_done = any(one["row"].school_year == year and one["row"].undone_at is None for one in done)
    context = {
        "form": form,
        "plan": plan,
        "year": school_year_label(year),
        "done": done,
        "is_done": is_done,
        "crumbs": crumbs(("学年升级", "")),
    }
    status = 422 if form.errors else 200
    return render(request, "youth_credits/roll_over.html", context, status=status)


@require_POST
@school_page(Perm.CREDIT_RECORD)
@second_factor_first
def roll_over_undo(request, school, uuid):
    rows = RollOver.objects.filter(organization=school).select_related("organization__region", "region")
    made = get_object_or_404(rows, uuid=uuid)
    count = actions.undo_roll_over(made, by=request.user)
    messages.success(request, f"已撤销升级，{count:,} 名学生恢复到升级之前的班级。")
    return redirect("youth_credits:roll_over")


# --- Transfers -------------------------------------------------------------------------------------


@require_safe
@school_page(Perm.CREDIT_VIEW)
def transfer_list(request, school):
    """Both halves, each with what this school may know."""
    asked_in = request.GET.get("side") != "out"
    rows = queries.transfers_in(school) if asked_in else queries.transfers_out(school)
    page = page_by_key(
        # Of a child that has gone there is no more to be read here than its line.
        rows if asked_in else rows.prefetch_related("student"),
        order=("-pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    tabs = [
        {"label": "转入", "url": "?", "current": asked_in},
        {
            "label": "转出",
            "url": "?side=out",
            "current": not asked_in,
            "count": queries.transfers_to_answer(school) or None,
        },
    ]
    context = {
        "page": page,
        "asked_in": asked_in,
        "tabs": tabs,
        "may_record": may(request.user, Perm.CREDIT_RECORD, school),
        "crumbs": crumbs(("转学", "")),
    }
    return render(request, "youth_credits/transfer_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_RECORD)
def transfer_new(request, school):
    form = TransferForm(request.POST or None, initial={"starts_on": local_today()})
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            actions.ask_transfer(
                school,
                number=said["number"],
                name=said["name"],
                grade=said["grade"],
                class_number=said["class_number"],
                on=said["starts_on"],
                key=said["key"],
                by=request.user,
            )
        except Refused as refusal:
            form.add_error("number", str(refusal))
        else:
            messages.success(request, "已提交转入申请，原学校办理后会在收件箱通知您。")
            return redirect("youth_credits:transfer_list")
    context = {
        "form": form,
        "crumbs": crumbs(("转学", reverse("youth_credits:transfer_list")), ("申请转入", "")),
    }
    return render(request, "youth_credits/transfer_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@school_page(Perm.CREDIT_RECORD)
def transfer_withdraw(request, school, uuid):
    rows = TransferIn.objects.filter(organization=school).select_related("organization__region", "region")
    actions.withdraw_transfer(get_object_or_404(rows, uuid=uuid), by=request.user)
    messages.success(request, "已撤回转入申请。")
    return redirect("youth_credits:transfer_list")


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_RECORD)
def transfer_out(request, school, uuid):
    """One of the own children is asked for: let go, or say why not."""
    rows = queries.transfers_out(school).select_related(
        "student", "to_school", "organization__region", "region"
    )
    out = get_object_or_404(rows.filter(student__school=school), uuid=uuid)
    form = AnswerForm(request.POST or None)
    if form.is_bound and form.is_valid():
        agrees = form.cleaned_data["answer"] == "yes"
        actions.answer_release(out, agrees=agrees, note=form.cleaned_data["note"], by=request.user)
        messages.success(request, "已同意转出，学生和学分随即转往对方学校。" if agrees else "已答复不同意。")
        return redirect(f"{reverse('youth_credits:transfer_list')}?side=out")
    context = {
        "out": out,
        "form": form if out.status == TransferOut.Status.ASKED else None,
        "crumbs": crumbs(("转学", reverse("youth_credits:transfer_list")), ("转出", "")),
    }
    return render(request, "youth_credits/transfer_out.html", context, status=422 if form.is_bound else 200)


@require_POST
@school_page(Perm.CREDIT_RECORD)
def transfer_take_back(request, school, uuid):
    rows = queries.transfers_out(school).select_related("organization__region", "region")
    out = get_object_or_404(rows.filter(student__school=school), uuid=uuid)
    actions.take_back_release(out, by=request.user)
    messages.success(request, "已收回，学生仍在本校。")
    return redirect(f"{reverse('youth_credits:transfer_list')}?side=out")


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_RECORD)
def student_release(request, school, uuid):
    student = own_student(school, uuid)
    form = ReleaseForm(request.POST or None, school=school)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            actions.release(student, to=said["to"], reason=said["reason"], key=said["key"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已同意转往{said['to'].name}，对方申请转入后学生和学分一并转出。")
            return redirect(f"{reverse('youth_credits:transfer_list')}?side=out")
    context = {
        "student": student,
        "form": form,
        "crumbs": crumbs(("学生", reverse("youth_credits:student_list")), ("办理转出", "")),
    }
    status = 422 if form.is_bound else 200
    return render(request, "youth_credits/student_release.html", context, status=status)
