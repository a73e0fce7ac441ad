"""Children of whom less is asked: declared, proved, decided by a second person."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit, files
from portal.accounts import may
from portal.calendar import local_today
from portal.errors import Refused
from portal.fields import ReasonForm
from portal.keyset import page_by_key
from portal.roles import Perm
from youth_credits import actions
from youth_credits.forms.special import SpecialForm
from youth_credits.models import SpecialCase
from youth_credits.views.access import crumbs, own_student, school_page, second_factor_first


def _cases(school):
    return SpecialCase.objects.filter(organization=school).select_related(
        "student", "organization__region", "region", "created_by", "decided_by"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_RECORD)
def special_new(request, school, uuid):
    student = own_student(school, uuid)
    initial = {"on": local_today()}
    form = SpecialForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            actions.ask_special(
                student,
                kind=said["kind"],
                on=said["on"],
                share=said["share"],
                reason=said["reason"],
                proof=said["proof"] or None,
                key=said["key"],
                by=request.user,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已申报，等待审核员审核。")
            return redirect("youth_credits:special_list")
    context = {
        "student": student,
        "form": form,
        "crumbs": crumbs(("学生", reverse("youth_credits:student_list")), ("申报特殊情形", "")),
    }
    status = 422 if form.is_bound else 200
    return render(request, "youth_credits/special_form.html", context, status=status)


@require_safe
@school_page(Perm.CREDIT_VIEW)
def special_list(request, school):
    page = page_by_key(
        _cases(school),
        order=("-pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    if page.rows:
        audit.viewed(school, by=request.user, reason="查看特殊情形")
    context = {
        "page": page,
        "may_decide": may(request.user, Perm.CREDIT_VERIFY, school),
        "crumbs": crumbs(("特殊情形", "")),
    }
    return render(request, "youth_credits/special_list.html", context)


@require_POST
@school_page(Perm.CREDIT_VERIFY)
@second_factor_first
def special_decide(request, school, uuid):
    """`step` is approve, refuse or end; the latter two with a reason."""
    case = get_object_or_404(_cases(school), uuid=uuid)
    step = request.POST.get("step", "")
    if step not in actions.SPECIAL.steps:
        raise Refused("请选择批准、不批准或撤销。")
    form = ReasonForm(request.POST)
    form.is_valid()
    note = form.cleaned_data.get("note", "")
    actions.decide_special(case, step, note=note, by=request.user)
    messages.success(request, f"已记为“{case.get_status_display()}”。")
    return redirect("youth_credits:special_list")


@require_safe
@school_page(Perm.CREDIT_VIEW)
@second_factor_first
def special_proof(request, school, uuid):
    """The proof, decrypted for its own school only; recorded."""
    case = get_object_or_404(_cases(school), uuid=uuid)
    if not case.proof_id:
        raise Http404
    answer = files.serve(request, case.proof_id, rule=lambda user, file: file.organization_id == school.pk)
    audit.viewed(case, by=request.user, reason="查看证明材料")
    return answer
