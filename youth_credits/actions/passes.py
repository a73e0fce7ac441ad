"""Pass cards: a number that stands for a child at bases and events. Given, printed, and lost."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from events import actions as events
from portal import audit
from portal.accounts import User, require
from portal.documents import qr
from portal.errors import Refused
from portal.organizations import Organization
from portal.roles import Perm
from youth_credits import queries
from youth_credits.models import OutingSeat, Student, StudentPass

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that are mistaken for others
PASS_LENGTH = 10


@transaction.atomic
def issue_passes(students: Sequence[Student], *, by: User) -> dict[int, str]:
    """The pass numbers of children, made where there is none yet."""
    known = queries.passes_of([student.pk for student in students])
    made = []
    for student in students:
        if student.pk not in known:
            made.append(_new_pass(student))
            known[student.pk] = made[-1].number
    StudentPass.objects.bulk_create(made)
    if made:
        audit.event("issue_passes", by=by, kind="youth_credits.pass", name=f"{len(made)} 张")
    return known


def _new_pass(student: Student) -> StudentPass:
    number = "".join(secrets.choice(LETTERS) for _ in range(PASS_LENGTH))
    return StudentPass(
        student=student, school_id=student.school_id, number=number, number_hash=events.pass_hash(number)
    )


@transaction.atomic
def replace_pass(lost: StudentPass, *, by: User, at: datetime) -> StudentPass:
    """Declare a card lost: another number is given, and the lost one is nobody's from that moment. Where it
    was shown before still counts; outings not yet confirmed go by the new number.

    Raises Refused for a card that is out of use already: a second click replaces nothing.
    """
    student = lost.student
    require(by, Perm.CREDIT_RECORD, student.school)
    ended = StudentPass.objects.filter(pk=lost.pk, ended_at=None).update(ended_at=at)
    if not ended:
        raise Refused("该通行证已停用，请刷新页面查看在用的号码。")
    made = _new_pass(student)
    made.save(force_insert=True)
    seats = OutingSeat.objects.filter(student=student, pass_number=lost.number)
    seats.filter(outing__confirmed_at=None, outing__cancelled_at=None, outing__starts_at__gt=at).update(
        pass_number=made.number
    )
    audit.record(student, "replace_pass", by=by)
    return made


@dataclass(frozen=True)
class PassCard:
    """What stands on one card: of the name what papers may show, and the number, also as a code to scan."""

    name: str
    tail: str
    number: str

    @property
    def qr(self) -> str:
        return qr(self.number)


@transaction.atomic
def print_passes(
    students: Sequence[Student], *, school: Organization, label: str, by: User
) -> list[PassCard]:
    """The cards of these children of a school, with passes made where there is none yet. Printed again, the
    numbers are the same. Raises Refused for nobody.
    """
    require(by, Perm.CREDIT_RECORD, school)
    if not students:
        raise Refused("没有可打印的学生，请另选班级。")
    numbers = issue_passes(students, by=by)
    audit.exported("youth_credits.pass_cards", len(students), by=by, note=label)
    return [PassCard(one.name_masked, one.number_tail, numbers[one.pk]) for one in students]
