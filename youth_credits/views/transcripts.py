"""The transcript of one child."""

from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from portal.documents import IssuedPaper, pdf
from portal.files import KINDS
from portal.roles import Perm
from youth_credits import actions, queries
from youth_credits.models import Student
from youth_credits.queries import RuleBook
from youth_credits.views.access import own_student, school_page, second_factor_first


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
    rows = queries.transcript_entries(student)
    context = {
        "title": "学生科普学分成绩单",
        "running": "学生科普学分成绩单",
        "paper": paper,
        "student": student,
        "name": student.name,
        "school": student.school,
        "rows": rows,
        "total": sum(row.credits for row in rows),
        "hours": sum(row.minutes for row in rows) // 60,
        "basis": next(iter(RuleBook().sets)).basis,
    }
    answer = HttpResponse(
        pdf("documents/transcript.html", context, made_at=at), content_type=KINDS["pdf"].content_type
    )
    answer["Content-Disposition"] = content_disposition_header(True, f"{paper.number}.pdf")
    return answer
