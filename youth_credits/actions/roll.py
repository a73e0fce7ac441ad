"""The roll of a school: added and changed as a whole, put back as a whole."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from portal import audit
from portal.accounts import User
from portal.calendar import local_today
from portal.encryption import seal
from portal.errors import Refused
from portal.files import Examined
from portal.identifiers import (
    is_own_student_number,
    mask_name,
    mask_student_number,
    parse_student_number,
)
from portal.notices import notify
from portal.organizations import Organization
from youth_credits import queries
from youth_credits.actions.ledger import lock_ledger
from youth_credits.actions.steps import BATCH, Outcome, Status, write_outcome
from youth_credits.actions.totals import want_totals_since
from youth_credits.models import ActivityShare, Batch, Credit, Enrolment, RollChange, Student
from youth_credits.queries import name_hash, number_hash, person_hash


@dataclass(slots=True)
class RollRow:
    """One child of a roll as the sheet has it, checked and normal."""

    line: int
    number: str
    name: str
    grade: int
    class_number: int
    consented_on: date | None = None  # a day on which a text was in force

    @property
    def place(self) -> tuple[int, int]:
        return self.grade, self.class_number


@transaction.atomic
def update_roll(rows: Sequence[RollRow], *, batch: Batch, on: date) -> tuple[Outcome, list[int]]:
    """Add and change a school's children; returns the counts and the lines whose number cannot be entered.

    Those numbers are another school's: the answer is one fixed sentence, whatever is known there.
    """
    lock_ledger(batch.organization)
    hashes = {number_hash(row.number): row for row in rows}
    known = {
        bytes(student.number_hash): student
        for student in Student.objects.filter(school=batch.organization, number_hash__in=list(hashes))
    }
    outcome = Outcome(read=len(rows))
    new = [row for digest, row in hashes.items() if digest not in known]
    # A number of the portal's own is given out on its page; on no roll of ours, it is another school's.
    given = [row for row in new if is_own_student_number(row.number)]
    clashes = _add_students([row for row in new if row not in given], batch=batch, on=on)
    clashes += [row.line for row in given]
    outcome.new = len(new) - len(clashes)
    changed = [(known[digest], row) for digest, row in hashes.items() if digest in known]
    changed = [(student, row) for student, row in changed if _differs(student, row)]
    _change_students(changed, batch=batch, on=on)
    outcome.changed = len(changed)
    outcome.same = len(known) - len(changed)
    want_totals_since(batch.organization_id, on)
    outcome.faulty = len(clashes)
    unheard = sum(
        row.consented_on is not None and known[digest].withdrawn_on is not None
        for digest, row in hashes.items()
        if digest in known
    )
    if unheard:
        outcome.notes.append(f"有 {unheard:,} 名学生的同意已撤回，名册中的同意日期不晚于撤回日期，未改变。")
    return outcome, clashes


def _differs(student: Student, row: RollRow) -> bool:
    return (
        (student.grade, student.class_number) != row.place
        or bytes(student.name_hash) != name_hash(row.name)
        or not student.is_active
        or _says_yes_anew(student, row)
    )


def _says_yes_anew(student: Student, row: RollRow) -> bool:
    """Whether a roll's day of consent is a guardian's word that counts: of an under-14, and after a no.

    Rolls are uploaded again with the days of long ago in them.
    """
    day = row.consented_on
    if day is None or day == student.consented_on or not student.is_under_14(local_today()):
        return False
    return student.withdrawn_on is None or day > student.withdrawn_on


def sealed_student(
    row: RollRow, *, school: Organization, texts: queries.ConsentTexts, owner: uuid.UUID | None = None
) -> Student:
    """The child of a row with name and number sealed under its own uuid."""
    owner = owner or uuid.uuid4()
    born_on = parse_student_number(row.number).born_on
    return Student(
        uuid=owner,
        school=school,
        grade=row.grade,
        class_number=row.class_number,
        number_sealed=seal(row.number, field="student.number", owner=owner),
        number_hash=number_hash(row.number),
        number_masked=mask_student_number(row.number),
        **_sealed_name(row.name, owner),
        person_hash=person_hash(row.name, born_on),
        turns_14_year=born_on.year + 14,
        consent_version=texts.version_on(row.consented_on) if row.consented_on else "",
        consented_on=row.consented_on,
    )


def _person(row: RollRow) -> bytes | None:
    """None where the number does not tell the birth date."""
    if is_own_student_number(row.number):
        return None
    return person_hash(row.name, parse_student_number(row.number).born_on)


def _sealed_name(name: str, owner: uuid.UUID) -> dict:
    return {
        "name_sealed": seal(name, field="student.name", owner=owner),
        "name_hash": name_hash(name),
        "name_masked": mask_name(name),
    }


STUDENT_COLUMNS = [
    "uuid",
    "school_id",
    "grade",
    "class_number",
    "number_sealed",
    "number_hash",
    "number_masked",
    "name_sealed",
    "name_hash",
    "name_masked",
    "person_hash",
    "turns_14_year",
    "consent_version",
    "consented_on",
    "is_active",
]


def copy_students(students: Iterable[Student]) -> set[bytes]:
    """Insert children through a staging table; returns the number hashes that were taken.

    A number that another school has is left out without a word: row-level security shows no more.
    """
    names = ", ".join(STUDENT_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staged_student")
        cursor.execute(
            "CREATE TEMP TABLE staged_student ON COMMIT DROP AS "  # noqa: S608  names of ours
            f"SELECT {names} FROM youth_credits_student WITH NO DATA"
        )
        with cursor.copy(f"COPY staged_student ({names}) FROM STDIN") as copy:
            for student in students:
                copy.write_row([getattr(student, name) for name in STUDENT_COLUMNS])
        cursor.execute(
            f"INSERT INTO youth_credits_student ({names})"  # noqa: S608  names of ours
            f" SELECT {names} FROM staged_student ON CONFLICT (number_hash) DO NOTHING RETURNING number_hash"
        )
        return {bytes(digest) for (digest,) in cursor.fetchall()}


def _add_students(rows: Sequence[RollRow], *, batch: Batch, on: date) -> list[int]:
    texts = queries.ConsentTexts()
    made = [sealed_student(row, school=batch.organization, texts=texts) for row in rows]
    taken = copy_students(made) if made else set()
    added = Student.objects.filter(number_hash__in=list(taken))
    Enrolment.objects.bulk_create(
        Enrolment(
            student=student,
            school=batch.organization,
            grade=student.grade,
            class_number=student.class_number,
            starts_on=on,
        )
        for student in added
    )
    RollChange.objects.bulk_create(
        RollChange(batch=batch, student=student, school=batch.organization, is_new=True) for student in added
    )
    return [row.line for row, student in zip(rows, made, strict=True) if student.number_hash not in taken]


def _change_students(pairs: Sequence[tuple[Student, RollRow]], *, batch: Batch, on: date) -> None:
    RollChange.objects.bulk_create(_before(student, batch) for student, _ in pairs)
    texts = queries.ConsentTexts()
    moved = [(student, row) for student, row in pairs if (student.grade, student.class_number) != row.place]
    for student, row in pairs:
        student.grade, student.class_number, student.is_active = *row.place, True
        if bytes(student.name_hash) != name_hash(row.name):
            for name, value in _sealed_name(row.name, student.uuid).items():
                setattr(student, name, value)
            student.person_hash = _person(row)
        if _says_yes_anew(student, row):
            student.consented_on = row.consented_on
            student.consent_version = texts.version_on(row.consented_on)
            student.withdrawn_on = None
    Student.objects.bulk_update(
        [student for student, _ in pairs],
        [
            "grade",
            "class_number",
            "is_active",
            "name_sealed",
            "name_hash",
            "name_masked",
            "person_hash",
            "consented_on",
            "consent_version",
            "withdrawn_on",
        ],
        batch_size=500,
    )
    _enrol([student for student, _ in moved], on=on)


def _before(student: Student, batch: Batch) -> RollChange:
    return RollChange(
        batch=batch,
        student=student,
        school=batch.organization,
        is_new=False,
        grade_before=student.grade,
        class_before=student.class_number,
        name_sealed_before=student.name_sealed,
        name_hash_before=student.name_hash,
        name_masked_before=student.name_masked,
        was_active=student.is_active,
    )


def _enrol(students: Sequence[Student], *, on: date) -> None:
    """End the open enrolment of each on a day and begin one with the present class."""
    open_now = Enrolment.objects.filter(student__in=students, ends_on=None)
    open_now.filter(starts_on__gte=on).delete()
    open_now.update(ends_on=on)
    Enrolment.objects.bulk_create(
        Enrolment(
            student=student,
            school_id=student.school_id,
            grade=student.grade,
            class_number=student.class_number,
            starts_on=on,
        )
        for student in students
    )


@transaction.atomic
def store_roll(batch: Batch, outcome: Outcome, *, faults: bytes | None, returned: Examined | None) -> None:
    """Note that a roll was kept. Its children were written by `update_roll` in the same transaction."""
    write_outcome(batch, outcome, faults, returned)
    BATCH.take(batch, "store", by=batch.created_by)
    notify(
        [batch.created_by],
        f"学生名册已导入：新增 {outcome.new:,} 人，变更 {outcome.changed:,} 人。",
        link=batch.get_absolute_url(),
    )


def undo_roll(batch: Batch, *, at: datetime) -> int:
    """Put the roll back: new children without credits go; changed ones that nobody changed since get back."""
    lock_ledger(batch.organization)
    later = RollChange.objects.filter(batch__pk__gt=batch.pk).exclude(
        batch__status__in=[Status.UNDONE, Status.DROPPED]
    )
    changes = list(
        RollChange.objects.filter(batch=batch)
        .exclude(student__in=later.values("student"))
        .select_related("student")
    )
    with_credits = set(
        Credit.objects.filter(student__in=[change.student_id for change in changes if change.is_new])
        .values_list("student", flat=True)
        .distinct()
    )
    new = [change.student_id for change in changes if change.is_new and change.student_id not in with_credits]
    Student.objects.filter(pk__in=new).delete()
    restored = [change for change in changes if not change.is_new]
    for change in restored:
        student = change.student
        student.grade, student.class_number = change.grade_before, change.class_before
        student.name_sealed, student.name_hash = change.name_sealed_before, change.name_hash_before
        student.name_masked, student.is_active = change.name_masked_before, change.was_active
    Student.objects.bulk_update(
        [change.student for change in restored],
        ["grade", "class_number", "name_sealed", "name_hash", "name_masked", "is_active"],
        batch_size=500,
    )
    _enrol([change.student for change in restored], on=local_today(at))
    want_totals_since(batch.organization_id, local_today(batch.kept_at or at))
    return len(new) + len(restored)


@transaction.atomic
def transfer(
    student: Student, *, to: Organization, grade: int, class_number: int, on: date, by: User | None
) -> None:
    """Move a child to another school. Under scope "steward": neither school can do it alone.

    The ledger stays whole; the new school may read what the child brought along was for.
    """
    if student.school_id == to.pk:
        raise Refused("该学生已在此学校。")
    before = student.school
    ActivityShare.objects.bulk_create(
        (
            ActivityShare(activity_id=activity, batch_id=batch, school=to)
            for activity, batch in Credit.objects.filter(student=student)
            .values_list("activity", "batch")
            .distinct()
        ),
        ignore_conflicts=True,
    )
    student.school, student.grade, student.class_number = to, grade, class_number
    student.save(update_fields=["school", "grade", "class_number"])
    _enrol([student], on=on)
    for school in (before, to):
        want_totals_since(school.pk, on)
    audit.record(student, "transfer", by=by, changes={"school": [before.pk, to.pk]})
