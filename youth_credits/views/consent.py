"""The consent of a guardian, or of a child of 14, as the school notes it from signed paper."""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from portal.roles import Perm
from youth_credits import actions
from youth_credits.views.access import own_student, school_page
from youth_credits.views.students import signed_paper, student_page


@require_POST
@school_page(Perm.CREDIT_RECORD)
def student_consent(request, school, uuid):
    student = own_student(school, uuid)
    form = signed_paper(student, request.POST)
    if not form.is_valid():
        return student_page(request, student, status=422, consent_form=form)
    actions.give_consent(student, **form.cleaned_data, by=request.user)
    messages.success(request, "已登记同意。")
    return redirect(student)


@require_POST
@school_page(Perm.CREDIT_RECORD)
def student_withdraw(request, school, uuid):
    student = own_student(school, uuid)
    form = signed_paper(student, request.POST)
    if not form.is_valid():
        return student_page(request, student, status=422, consent_form=form)
    actions.withdraw_consent(student, **form.cleaned_data, by=request.user)
    messages.success(request, "已登记撤回，即时生效。")
    return redirect(student)
