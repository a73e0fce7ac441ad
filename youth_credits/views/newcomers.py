"""Children without a number of the mainland."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from portal.calendar import local_today
from portal.errors import Refused
from portal.roles import Perm
from youth_credits import actions
from youth_credits.forms.newcomers import NewcomerForm, NumberForm
from youth_credits.views.access import crumbs, own_student, school_page


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_RECORD)
def student_new(request, school):
    form = NewcomerForm(request.POST or None)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            student = actions.add_student(school, **said, on=local_today(), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已登记，平台学号可在“完整信息”中查看。")
            return redirect(student)
    context = {
        "form": form,
        "crumbs": crumbs(("学生", reverse("youth_credits:student_list")), ("登记无学籍号学生", "")),
    }
    return render(request, "youth_credits/student_new.html", context, status=422 if form.is_bound else 200)


@require_POST
@school_page(Perm.CREDIT_RECORD)
def student_number(request, school, uuid):
    """The 学籍号 in place of the portal's own; what is wrong with it is said on the child's page."""
    student = own_student(school, uuid)
    form = NumberForm(request.POST)
    if not form.is_valid():
        raise Refused(next(iter(form.errors["number"])))
    actions.give_number(student, form.cleaned_data["number"], by=request.user)
    messages.success(request, "已换为学籍号，学分记录不变。")
    return redirect(student)
