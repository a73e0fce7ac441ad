"""The rows of an export, one at a time, through a cursor of the server."""

from collections.abc import Iterator

from portal.organizations import Organization
from youth_credits.models import Batch, Credit, Export, Student

AT_ONCE = 2_000


def exports(school: Organization):
    return Export.objects.filter(organization=school).select_related("created_by")


def export_rows(made: Export) -> Iterator[dict]:
    """Under the school's scope, inside one transaction."""
    school = {"school_code": made.organization.school_code, "school_name": made.organization.name}
    if made.kind == Export.Kind.ROLL:
        return _roll(made.organization, school)
    return _credits(made, school)


def _roll(organization: Organization, school: dict) -> Iterator[dict]:
    students = Student.objects.filter(school=organization).order_by("grade", "class_number", "pk")
    for student in students.iterator(chunk_size=AT_ONCE):
        yield {
            **school,
            "number": student.number,
            "name": student.name,
            "grade": student.get_grade_display(),
            "class_number": student.class_number,
            "consented_on": student.consented_on,
            "is_active": "是" if student.is_active else "否",
        }


def _credits(made: Export, school: dict) -> Iterator[dict]:
    """Every entry of the year that the school recorded for children who are there now; what takes back and
    what was taken back, too.
    """
    entries = (
        Credit.objects.filter(school=made.organization, school_year=made.school_year)
        .filter(student__school=made.organization)
        .select_related("student", "activity", "rule", "batch")
        .order_by("pk")
    )
    for entry in entries.iterator(chunk_size=AT_ONCE):
        student = entry.student
        yield {
            **school,
            "school_year": f"{made.school_year}-{made.school_year + 1}",
            "number": student.number,
            "name": student.name,
            "grade": student.get_grade_display(),
            "class_number": student.class_number,
            "rule_code": entry.rule.code,
            "rule_name": entry.rule.name,
            "activity": entry.activity.name,
            "provider": entry.activity.provider,
            "held_on": entry.activity.held_on,
            "minutes": entry.minutes,
            "credits": entry.credits,
            "surplus_minutes": entry.surplus_minutes,
            "reason": entry.get_reason_display(),
            "award": entry.award,
            "certificate": entry.certificate,
            "status": "已审核" if entry.batch.status == Batch.Status.VERIFIED else "待审核",
            "entry": entry.pk,
        }
