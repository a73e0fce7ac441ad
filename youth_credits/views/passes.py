"""The school prints its children's pass cards, a class at a time, and replaces one that was lost."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST

from portal.documents import pdf
from portal.errors import Refused
from portal.files import KINDS
from portal.roles import Perm
from youth_credits import actions, queries
from youth_credits.models import Grade, Student, StudentPass
from youth_credits.views.access import (
    class_asked,
    class_choices,
    crumbs,
    own_student,
    school_page,
    second_factor_first,
)


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_RECORD)
def pass_cards(request, school):
    """Choose a class; the post answers with its cards on A4, ten to a sheet."""
    if request.method == "POST":
        return _print(request, school)
    return _page(request, school)


def _page(request, school, *, refusal: str = "", status: int = 200):
    chosen = class_asked(request)
    context = {
        "refusal": refusal,
        "classes": class_choices(school, chosen),
        "counts": queries.pass_counts(school, chosen) if chosen else None,
        "crumbs": crumbs(("学生通行证", "")),
    }
    return render(request, "youth_credits/pass_cards.html", context, status=status)


@second_factor_first
def _print(request, school):
    chosen = class_asked(request)
    if chosen is None:
        return _page(request, school, refusal="请先选定班级，再打印。", status=422)
    students = Student.objects.active().filter(school=school, grade=chosen[0], class_number=chosen[1])
    label = f"{Grade(chosen[0]).label}{chosen[1]}班"
    try:
        cards = actions.print_passes(
            list(students.order_by("pk")), school=school, label=label, by=request.user
        )
    except Refused as refusal:
        return _page(request, school, refusal=str(refusal), status=422)
    return _sheet(cards, label)


def _sheet(cards: list[actions.PassCard], label: str) -> HttpResponse:
    context = {"title": f"学生通行证 {label}", "label": label, "cards": cards}
    answer = HttpResponse(
        pdf("documents/pass_cards.html", context, made_at=timezone.now()),
        content_type=KINDS["pdf"].content_type,
    )
    answer["Content-Disposition"] = content_disposition_header(True, f"学生通行证-{label}.pdf")
    return answer


@require_POST
@school_page(Perm.CREDIT_RECORD)
@second_factor_first
def student_card(request, school, uuid):
    """One child's card by itself: for a card that was lost, or a child that came later."""
    student = own_student(school, uuid)
    label = student.class_label
    return _sheet(actions.print_passes([student], school=school, label=label, by=request.user), label)


@require_POST
@school_page(Perm.CREDIT_RECORD)
def student_card_lost(request, school, uuid, held):
    """The card in use is lost: another number from now on."""
    student = own_student(school, uuid)
    lost = get_object_or_404(
        StudentPass.objects.select_related("student__school__region"), pk=held, student=student
    )
    actions.replace_pass(lost, by=request.user, at=timezone.now())
    messages.success(request, "已挂失并换号，旧号即时停用。请补印通行证交给学生。")
    return redirect(student)
