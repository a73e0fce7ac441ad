"""Transcripts as PDF: of one child at once, of a class in the background."""

from collections.abc import Iterable
from datetime import datetime

from portal.accounts import User
from portal.documents import DOCUMENT, IssuedPaper, Limits, pdf
from portal.errors import Refused
from youth_credits import queries
from youth_credits.actions.child import issue_transcript
from youth_credits.models import Student
from youth_credits.rules import hours_of

CLASS = Limits(seconds=240, memory_mb=768)  # in the background: nobody waits for the answer


def transcript_pdf(student: Student, paper: IssuedPaper, *, at: datetime) -> bytes:
    """The PDF of a transcript that was issued just now."""
    return _written([_sheet(student, paper)], [], at, DOCUMENT)


def class_transcripts(students: Iterable[Student], *, by: User, at: datetime, progress) -> tuple[bytes, int]:
    """Issue the transcript of each child: one PDF, and how many are in it. Its last page says who got none.

    Raises Refused if writing takes more time or memory than a class may.
    """
    sheets, left_out = [], []
    for student in students:
        try:
            paper = issue_transcript(student, by=by, at=at)
        except Refused as refusal:
            left_out.append((student, str(refusal)))
        else:
            sheets.append(_sheet(student, paper))
        progress(len(sheets) + len(left_out), note="正在开具")
    return _written(sheets, left_out, at, CLASS), len(sheets)


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


def _written(sheets: list[dict], left_out: list, at: datetime, limits: Limits) -> bytes:
    context = {
        "title": "学生科普学分成绩单",
        "running": "学生科普学分成绩单",
        "sheets": sheets,
        "left_out": left_out,
        "basis": queries.RuleBook().now.basis,
    }
    return pdf("documents/transcript.html", context, made_at=at, limits=limits)
