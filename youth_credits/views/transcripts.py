"""The transcript of one child, and those of a class in one go."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST

from portal import audit
from portal.documents import IssuedPaper, Limits, pdf
from portal.errors import Refused
from portal.files import KINDS
from portal.organizations import Organization
from portal.roles import Perm
from youth_credits import actions, queries
from youth_credits.models import Grade, Student
from youth_credits.queries import RuleBook
from youth_credits.rules import hours_of
from youth_credits.views.access import (
    class_asked,
    class_choices,
    crumbs,
    own_student,
    school_page,
    second_factor_first,
)

CLASS = Limits(seconds=90, memory_mb=768)


@require_POST
@school_page(Perm.CREDIT_VIEW)
@second_factor_first
def transcript(request, school, uuid):
    """Issue the transcript and answer with its PDF: the whole name stands on the paper, and only there."""
    student = own_student(school, uuid)
    now = timezone.now()
    return transcript_answer(student, actions.issue_transcript(student, by=request.user, at=now), now)


def transcript_answer(student: Student, paper: IssuedPaper, at: datetime) -> HttpResponse:
    """The PDF of a transcript that was issued just now."""
    return _answer([_sheet(student, paper)], [], at, f"{paper.number}.pdf")


def _sheet(student: Student, paper: IssuedPaper) -> dict:
    rows = queries.transcript_entries(student)
    return {
        "paper": paper,
        "student": student,
        "name": student.name,
        "school": student.school,
        "rows": rows,
        "total": sum(row.credits for row in rows),
        "hours": hours_of(sum(row.minutes for row in rows)),
    }


def _answer(sheets: list[dict], left_out: list, at: datetime, name: str, **limits) -> HttpResponse:
    context = {
        "title": "学生科普学分成绩单",
        "running": "学生科普学分成绩单",
        "sheets": sheets,
        "left_out": left_out,
        "basis": RuleBook().now.basis,
    }
    answer = HttpResponse(
        pdf("documents/transcript.html", context, made_at=at, **limits),
        content_type=KINDS["pdf"].content_type,
    )
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_VIEW)
def class_transcripts(request, school):
    """The transcripts of a class as one PDF; on its last page who got none, and why."""
    if request.method == "POST":
        return _print_class(request, school)
    return _class_page(request, school)


def _class_page(request, school: Organization, *, status: int = 200, fault: str = "") -> HttpResponse:
    chosen = class_asked(request)
    context = {
        "chosen": chosen,
        "fault": fault,
        "classes": class_choices(school, chosen),
        "crumbs": crumbs(("全班成绩单", "")),
    }
    return render(request, "youth_credits/class_transcripts.html", context, status=status)


@second_factor_first
def _print_class(request, school: Organization) -> HttpResponse:
    chosen = class_asked(request)
    if chosen is None:
        return _class_page(request, school, status=422, fault="请先选班级。")
    students = Student.objects.active().filter(school=school, grade=chosen[0], class_number=chosen[1])
    now, sheets, left_out = timezone.now(), [], []
    for student in students.select_related("school__region").order_by("pk"):
        try:
            paper = actions.issue_transcript(student, by=request.user, at=now)
        except Refused as refusal:
            left_out.append((student, str(refusal)))
        else:
            sheets.append(_sheet(student, paper))
    if not sheets:
        return _class_page(
            request,
            school,
            status=422,
            fault="这个班没有一名学生可以开具成绩单：须有审核通过的学分和监护人同意。",
        )
    label = f"{Grade(chosen[0]).label}{chosen[1]}班"
    audit.exported("youth_credits.transcripts", len(sheets), by=request.user, note=label)
    return _answer(sheets, left_out, now, f"成绩单-{label}.pdf", limits=CLASS)
