"""Children without a number of the mainland: a number of the portal's own, until they get one."""

import secrets
import uuid
from datetime import date

from django.db import IntegrityError, transaction

from portal import audit
from portal.accounts import User, require
from portal.encryption import seal
from portal.errors import Refused
from portal.identifiers import is_own_student_number, mask_name, mask_student_number, own_student_number
from portal.organizations import Organization
from portal.roles import Perm
from youth_credits import queries
from youth_credits.actions.ledger import lock_ledger
from youth_credits.models import Enrolment, Student
from youth_credits.queries import name_hash, normal_name, number_hash, person_hash

# What a school hears of a number it cannot have, whatever is known elsewhere.
NOT_TO_BE_HAD = "该学籍号暂不能登记，请核对。"


@transaction.atomic
def add_student(
    school: Organization,
    *,
    name: str,
    born_on: date,
    grade: int,
    class_number: int,
    on: date,
    consented_on: date | None = None,
    is_another: bool = False,
    key: uuid.UUID,
    by: User,
) -> Student:
    """Enter a child who has no number, under one of the portal's own. The same key again is the same child.

    Raises Refused where the roll has a child of that name and birth date, unless it `is_another`.
    """
    require(by, Perm.CREDIT_RECORD, school)
    lock_ledger(school)
    known = Student.objects.filter(uuid=key).first()
    if known:
        return known
    name = normal_name(name)
    person = person_hash(name, born_on)
    alike = Student.objects.active().filter(school=school, person_hash=person).first()
    if alike and not is_another:
        raise Refused(
            f"本校{alike.class_label}已有姓名和出生日期相同的学生（{alike.number_masked}）。"
            "确认不是同一人的，请勾选后再提交。"
        )
    number = own_student_number(secrets.randbelow(10**17))
    student = Student.objects.create(
        uuid=key,
        school=school,
        grade=grade,
        class_number=class_number,
        number_sealed=seal(number, field="student.number", owner=key),
        number_hash=number_hash(number),
        number_masked=mask_student_number(number),
        name_sealed=seal(name, field="student.name", owner=key),
        name_hash=name_hash(name),
        name_masked=mask_name(name),
        person_hash=person,
        turns_14_year=born_on.year + 14,
        consented_on=consented_on,
        consent_version=queries.consent_text(consented_on).version if consented_on else "",
    )
    Enrolment.objects.create(
        student=student, school=school, grade=grade, class_number=class_number, starts_on=on
    )
    audit.record(student, "add_student", by=by)
    return student


@transaction.atomic
def give_number(student: Student, number: str, *, by: User) -> None:
    """The child has got its 学籍号: it takes the place of the portal's own; the ledger stays with the child.

    Raises Refused for a child who has one already, and in one fixed sentence for a number that is taken.
    """
    require(by, Perm.CREDIT_RECORD, student.school)
    if not is_own_student_number(student.number):
        raise Refused("该学生已有学籍号；学籍号有误的请用名册更正。")
    if is_own_student_number(number):
        raise Refused("请填写学籍系统中的学籍号，以 G、J 或 L 开头。")
    try:
        with transaction.atomic():
            Student.objects.filter(pk=student.pk).update(
                number_sealed=seal(number, field="student.number", owner=student.uuid),
                number_hash=number_hash(number),
                number_masked=mask_student_number(number),
            )
    except IntegrityError:
        raise Refused(NOT_TO_BE_HAD) from None
    audit.record(student, "give_number", by=by)
