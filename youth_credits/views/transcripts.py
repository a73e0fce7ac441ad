"""The transcript of one child, and those of a class in one go."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST

from portal.calendar import local_today, school_year
from portal.documents import IssuedPaper
from portal.files import KINDS
from portal.organizations import Organization
from portal.roles import Perm
from youth_credits import actions
from youth_credits.forms import KeyedForm
from youth_credits.models import Export, Student
from youth_credits.views.access import (
    class_asked,
    class_choices,
    crumbs,
    own_student,
    school_page,
    second_factor_first,
)


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
    data = actions.transcript_pdf(student, paper, at=at)
    answer = HttpResponse(data, content_type=KINDS["pdf"].content_type)
    answer["Content-Disposition"] = content_disposition_header(True, f"{paper.number}.pdf")
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_VIEW)
def class_transcripts(request, school):
    """The transcripts of a class as one PDF, written in the background; on its last page who got none."""
    if request.method == "POST":
        return _ask_class(request, school)
    return _class_page(request, school, KeyedForm())


def _class_page(request, school: Organization, form: KeyedForm, **more) -> HttpResponse:
    chosen = class_asked(request)
    context = {
        "chosen": chosen,
        "form": form,
        "classes": class_choices(school, chosen),
        "crumbs": crumbs(("全班成绩单", "")),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "youth_credits/class_transcripts.html", context | more, status=status)


@second_factor_first
def _ask_class(request, school: Organization) -> HttpResponse:
    chosen, form = class_asked(request), KeyedForm(request.POST)
    if chosen is None or not form.is_valid():
        return _class_page(request, school, KeyedForm(), fault="请先选班级，再开具。")
    actions.ask_export(
        school,
        kind=Export.Kind.PAPERS,
        school_year=school_year(local_today()),
        place=chosen,
        key=form.cleaned_data["key"],
        by=request.user,
    )
    messages.success(request, "已开始开具，完成后在收件箱通知您，文件在本页下载。")
    return redirect("youth_credits:export_list")
