"""The school prints the slips by which guardians open their accounts, and mends wrong bonds."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST

from portal.documents import pdf
from portal.errors import Refused
from portal.fields import ReasonForm
from portal.files import KINDS
from portal.roles import Perm
from youth_credits import actions, queries
from youth_credits.forms.guardians import ReissueForm, SlipsForm
from youth_credits.models import Grade, Student
from youth_credits.views.access import (
    class_asked,
    class_choices,
    crumbs,
    own_student,
    school_page,
    second_factor_first,
)
from youth_credits.views.students import student_page


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_RECORD)
def slips(request, school):
    """Choose a class; the post answers with its slips on A4, eight to a sheet."""
    if request.method == "POST":
        return _print(request, school)
    return _page(request, school, SlipsForm())


def _page(request, school, form, *, status: int = 200):
    chosen = class_asked(request)
    context = {
        "form": form,
        "chosen": chosen,
        "classes": class_choices(school, chosen),
        "counts": queries.slip_counts(school, chosen) if chosen else None,
        "crumbs": crumbs(("监护人开户单", "")),
    }
    return render(request, "youth_credits/slips.html", context, status=status)


@second_factor_first
def _print(request, school):
    form = SlipsForm(request.POST)
    chosen = class_asked(request)
    if chosen is None:
        form.add_error(None, "请先选班级。")
    if not form.is_valid():
        return _page(request, school, form, status=422)
    students = Student.objects.active().filter(school=school, grade=chosen[0], class_number=chosen[1])
    label = f"{Grade(chosen[0]).label}{chosen[1]}班"
    now = timezone.now()
    try:
        printed = actions.print_slips(
            list(students.order_by("pk")),
            school=school,
            printing=form.cleaned_data["key"],
            label=label,
            by=request.user,
            at=now,
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, school, form, status=422)
    return _sheet(request, school, printed, label, now)


def _sheet(request, school, printed: list, label: str, now) -> HttpResponse:
    context = {
        "title": f"监护人开户单 {label}",
        "school": school,
        "label": label,
        "slips": printed,
        "address": request.build_absolute_uri("/guardian/open/"),
        "expires_at": now + actions.GOOD_FOR,
    }
    answer = HttpResponse(
        pdf("documents/guardian_slips.html", context, made_at=now), content_type=KINDS["pdf"].content_type
    )
    answer["Content-Disposition"] = content_disposition_header(True, f"监护人开户单-{label}.pdf")
    return answer


@require_POST
@school_page(Perm.CREDIT_RECORD)
@second_factor_first
def student_slip(request, school, uuid):
    """One child's slip again; the accounts bound before stay or end, as the school says."""
    student = own_student(school, uuid)
    form = ReissueForm(request.POST)
    if not form.is_valid():
        return student_page(request, student, status=422, reissue_form=form)
    now = timezone.now()
    said = form.cleaned_data
    slip = actions.reissue_slip(
        student, ends_bonds=said["ends_bonds"], printing=said["key"], by=request.user, at=now
    )
    return _sheet(request, school, [slip], student.class_label, now)


@require_POST
@school_page(Perm.CREDIT_RECORD)
def unbind(request, school, uuid, bond):
    student = own_student(school, uuid)
    bond = get_object_or_404(queries.guardians_of(student), pk=bond)
    form = ReasonForm(request.POST)
    if form.is_valid():
        actions.unbind(bond, reason=form.cleaned_data["note"], by=request.user)
        messages.success(request, "已解除，该账号即时看不到这名学生。")
    else:
        messages.error(request, "请填写解除监护关系的理由。")
    return redirect(student)
