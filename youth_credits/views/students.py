"""The roll and one child's record."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import may
from portal.calendar import local_today
from portal.fields import ReasonForm
from portal.keyset import page_by_key
from portal.organizations import Organization
from portal.roles import Perm
from youth_credits import actions, queries
from youth_credits.forms import FindForm, RevealForm
from youth_credits.forms.guardians import ReissueForm, SignedPaperForm
from youth_credits.models import Student
from youth_credits.queries import RuleBook
from youth_credits.views.access import (
    class_asked,
    class_choices,
    crumbs,
    own_student,
    school_page,
    second_factor_first,
)


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_VIEW)
def student_list(request, school):
    """The roll by class. A search is posted: what stands in an address stays in logs and history."""
    if request.method == "POST":
        return _found(request, school)
    students = Student.objects.active().filter(school=school)
    chosen = class_asked(request)
    if chosen:
        students = students.filter(grade=chosen[0], class_number=chosen[1])
    page = page_by_key(
        students.only(*SHOWN_OF_STUDENT),
        order=("grade", "class_number", "pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return _list_page(request, school, rows=page, page=page, classes=class_choices(school, chosen))


SHOWN_OF_STUDENT = ("uuid", "grade", "class_number", "number_masked", "name_masked", "is_active")
MOST_FOUND = 50


def _found(request, school: Organization) -> HttpResponse:
    """The one child of that number or name, opened; otherwise the list of those who share the name."""
    form = FindForm(request.POST)
    if not form.is_valid():
        return _list_page(request, school, status=422, form=form)
    students = queries.find_students(form.cleaned_data["sought"]).filter(school=school)
    rows = list(
        students.only(*SHOWN_OF_STUDENT).order_by("-is_active", "grade", "class_number", "pk")[:MOST_FOUND]
    )
    if len(rows) == 1:
        return redirect(rows[0])
    return _list_page(request, school, rows=rows, form=form)


def _list_page(request, school: Organization, *, status: int = 200, **more) -> HttpResponse:
    form = more.get("form")
    context = {
        "rows": [],
        "form": FindForm(),
        "is_search": form is not None,
        "may_record": may(request.user, Perm.CREDIT_RECORD, school),
        "crumbs": crumbs(("学生", "")),
    } | more
    context.setdefault("classes", class_choices(school, None))
    return render(request, "youth_credits/student_list.html", context, status=status)


@require_safe
@school_page(Perm.CREDIT_VIEW)
def student_detail(request, school, uuid):
    student = own_student(school, uuid)
    actions.open_record(student, by=request.user)
    return student_page(request, student)


def signed_paper(student: Student, data=None) -> SignedPaperForm:
    """The form for the paper of whoever decides for the child today."""
    today = local_today()
    return SignedPaperForm(data, initial={"on": today}, by_child=not student.is_under_14(today))


def student_page(request, student: Student, *, status: int = 200, **more) -> HttpResponse:
    page = page_by_key(
        queries.entries(student),
        order=("-activity__held_on", "-pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    book = RuleBook(student.school)
    today = local_today()
    context = {
        "student": student,
        "progress": queries.progress(student),
        "has_own_number": student.number_masked.startswith("N"),
        "page": page,
        "years": [_year_shown(student, year, book) for year in queries.years_of(student)],
        "is_under_14": student.is_under_14(today),
        "has_consent": student.has_consent(today),
        "reveal_form": RevealForm(),
        "consent_form": signed_paper(student),
        "reissue_form": ReissueForm(),
        "consents": list(queries.consents(student)[:10]),
        "guardians": list(queries.guardians_of(student)),
        "passes": queries.passes_held(student),
        "note_form": ReasonForm(),
        "may_record": may(request.user, Perm.CREDIT_RECORD, student.school),
        "crumbs": crumbs(("学生", reverse("youth_credits:student_list")), (student.number_masked, "")),
    }
    return render(request, "youth_credits/student_detail.html", context | more, status=status)


def _year_shown(student: Student, year: queries.Year, book: RuleBook) -> dict:
    minimum = queries.minimum_for(year.year, book, queries.special_case(student, year.year))
    kinds = sum(1 for credits in year.by_code.values() if credits > 0)
    reached = minimum is not None and minimum.is_reached_by(year.credits, year.off_campus, kinds)
    return {
        "year": year,
        "reached": reached,
        "is_lowered": minimum is not None and minimum.is_lowered,
        "kinds": kinds,
        "hours": year.minutes // 60,
    }


@require_POST
@school_page(Perm.CREDIT_VIEW)
@second_factor_first
def student_reveal(request, school, uuid):
    """The whole name and number, shown once, in the answer itself."""
    student = own_student(school, uuid)
    form = RevealForm(request.POST)
    if not form.is_valid():
        return student_page(request, student, status=422, reveal_form=form)
    name, number = actions.reveal(student, reason=form.cleaned_data["reason"], by=request.user)
    return student_page(request, student, whole={"name": name, "number": number})
