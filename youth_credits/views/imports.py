"""Sheets of a school: uploaded, and the templates to fill in."""

import io

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal import audit
from portal.organizations import Organization
from portal.roles import Perm
from portal.sheets import SHEET_LIMITS
from youth_credits import actions, sheets
from youth_credits.forms import UploadForm
from youth_credits.models import Batch, Grade, Student
from youth_credits.views.access import (
    class_asked,
    class_choices,
    crumbs,
    school_page,
    second_factor_first,
    workbook,
)


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_RECORD)
def credit_upload(request, school):
    return _upload(request, school, Batch.Kind.CREDITS, "youth_credits/credit_upload.html")


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_RECORD)
def roll_upload(request, school):
    return _upload(request, school, Batch.Kind.ROLL, "youth_credits/roll_upload.html")


def _upload(request, school: Organization, kind: str, template: str) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        batch = actions.upload(
            form.cleaned_data["file"],
            kind=kind,
            school=school,
            key=form.cleaned_data["key"],
            by=request.user,
        )
        return redirect(batch)
    context = {
        "form": form,
        "key": form["key"].value(),
        "limits": [SHEET_LIMITS.sentence],
        "classes": class_choices(school, None) if kind == Batch.Kind.CREDITS else [],
        "crumbs": crumbs(("导入学分" if kind == Batch.Kind.CREDITS else "导入学生名册", "")),
    }
    return render(request, template, context, status=422 if form.is_bound else 200)


@require_safe
@school_page(Perm.CREDIT_RECORD)
def credit_template(request, school):
    """The empty template; with `?class=5-3`, filled with the class: an export of whole numbers, by its own
    way through the second factor.
    """
    chosen = class_asked(request)
    if chosen:
        return _filled_template(request, school, chosen)
    target = io.BytesIO()
    sheets.credit_template(target, school=school)
    return workbook(target, "学分导入模板.xlsx")


@second_factor_first
def _filled_template(request, school, chosen):
    students = Student.objects.active().filter(school=school, grade=chosen[0], class_number=chosen[1])
    target = io.BytesIO()
    count = sheets.credit_template(target, students.order_by("pk"), school=school)
    label = f"{Grade(chosen[0]).label}{chosen[1]}班"
    audit.exported("youth_credits.template", count, by=request.user, note=label)
    return workbook(target, f"学分导入模板-{label}.xlsx")


@require_safe
@school_page(Perm.CREDIT_RECORD)
def roll_template(request, school):
    target = io.BytesIO()
    sheets.roll_template(target)
    return workbook(target, "学生名册模板.xlsx")
