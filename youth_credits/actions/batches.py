"""A batch from its upload or class grid to the ledger and back: who decided what, and when."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal import audit
from portal.accounts import User, people_with, require
from portal.errors import Refused
from portal.files import Examined
from portal.jobs import Job, again, enqueue
from portal.notices import Notice, notify
from portal.organizations import Organization
from portal.roles import Perm
from portal.scope import scope
from youth_credits import queries
from youth_credits.actions.child import revoke_transcripts
from youth_credits.actions.ledger import (
    ANY_TIME,
    Occasion,
    SetFault,
    entry_line,
    lock_ledger,
    reverse,
    weigh,
    when_of,
    worth_of,
    write,
)
from youth_credits.actions.roll import undo_roll
from youth_credits.actions.steps import BATCH, Outcome, Status, keep_file, write_outcome
from youth_credits.actions.suspicions import mark_upload
from youth_credits.models import Batch, Credit, Student
from youth_credits.queries import RuleBook
from youth_credits.rules import Rule

UNDO_WITHIN = timedelta(days=30)

Kind = Batch.Kind


JOBS = {
    (Kind.CREDITS, "check"): "credit_check",
    (Kind.CREDITS, "keep"): "credit_keep",
    (Kind.ROLL, "check"): "roll_check",
    (Kind.ROLL, "keep"): "roll_keep",
}


def _promise(batch: Batch, step: str, *, by: User) -> Job:
    """The job of a step; one that failed is put back into the queue."""
    # A sheet held back and decided on again is another promise.
    turn = f":{batch.checked_at.timestamp():.0f}" if step == "keep" else ""
    job = enqueue(
        JOBS[batch.kind, step],
        key=f"{batch.uuid}{turn}",
        payload={"batch": batch.pk, "school": batch.organization_id},
        by=by,
        title=f"{'检查' if step == 'check' else '导入'}{batch.get_kind_display()}",
        link=batch.get_absolute_url(),
    )
    if job.state == Job.State.FAILED:
        again(job)
    return job


def retry(batch: Batch, *, by: User) -> Job:
    """Begin again what failed for want of time, memory or a database. Raises Refused if nothing is to do."""
    require(by, Perm.CREDIT_RECORD, batch)
    if not batch.is_working:
        raise Refused("该批次没有需要重试的处理。")
    return _promise(batch, "check" if batch.status == Status.UPLOADED else "keep", by=by)


@transaction.atomic
def upload(file: Examined, *, kind: str, school: Organization, key: uuid.UUID, by: User) -> Batch:
    """Keep an uploaded sheet, sealed, and promise to check it. The same key again is the same upload."""
    require(by, Perm.CREDIT_RECORD, school)
    lock_ledger(school)
    known = Batch.objects.filter(uuid=key).first()
    if known:
        return known
    batch = Batch(
        uuid=key,
        kind=kind,
        region=school.region,
        organization=school,
        created_by=by,
        file=keep_file(file, school=school, by=by),
    )
    batch.full_clean(validate_constraints=False)
    batch.save()
    mark_upload(batch, file.data)
    audit.record(batch, "upload", by=by)  # a file is often named after a class or a child
    _promise(batch, "check", by=by)
    return batch


@transaction.atomic
def note_checked(batch: Batch, outcome: Outcome, *, faults: bytes | None, returned: Examined | None) -> None:
    """Write down what the check found and leave the decision to the person who uploaded."""
    write_outcome(batch, outcome, faults, returned)
    BATCH.take(batch, "read", by=batch.created_by)
    said = f"读取 {outcome.read:,} 行，有误 {outcome.faulty:,} 行"
    notify(
        [batch.created_by],
        f"{batch.get_kind_display()}已检查：{said}，请确认是否导入。",
        link=batch.get_absolute_url(),
        kind=Notice.Kind.TASK,
    )


@transaction.atomic
def hold(batch: Batch, outcome: Outcome, *, faults: bytes | None, returned: Examined | None) -> None:
    """The sheet has other faults than when it was checked: nothing is kept, the person decides again."""
    write_outcome(batch, outcome, faults, returned)
    BATCH.take(batch, "hold", by=batch.created_by)
    Batch.objects.filter(pk=batch.pk).update(checked_at=timezone.now())


@transaction.atomic
def refuse_file(batch: Batch, reason: str) -> None:
    """The file is no table we can read: the batch ends with the reason, nothing of it is kept."""
    Batch.objects.filter(pk=batch.pk).update(note=reason[:1000])
    BATCH.take(batch, "refuse", by=batch.created_by, note=reason)


@transaction.atomic
def keep(batch: Batch, *, only_good: bool, by: User) -> Job:
    """Decide that a checked sheet is kept: all of it, or the good rows only. A second click changes nothing.

    Raises Refused where all is asked for and rows are faulty, or nothing is there to keep.
    """
    if batch.status == Status.KEEPING:
        return _promise(batch, "keep", by=by)
    if batch.rows_faulty and not only_good:
        raise Refused(
            f"有 {batch.rows_faulty:,} 行有误，不能全部导入。请改正后重新上传，或选择仅导入正确行。"
        )
    if not batch.rows_good:
        raise Refused("没有需要导入的行。")
    Batch.objects.filter(pk=batch.pk).update(only_good=only_good)
    BATCH.take(batch, "keep", by=by, note="仅导入正确行" if only_good else "全部导入")
    return _promise(batch, "keep", by=by)


@transaction.atomic
def drop(batch: Batch, *, by: User) -> None:
    """Decide that nothing of a checked sheet is kept."""
    BATCH.take(batch, "drop", by=by)


# --- Into the ledger -------------------------------------------------------------------------------


@transaction.atomic
def store(batch: Batch, outcome: Outcome, *, faults: bytes | None, returned: Examined | None) -> None:
    """Write what `weigh` found new and its totals in one statement; tell who asked and who verifies."""
    write(batch)
    write_outcome(batch, outcome, faults, returned)
    BATCH.take(batch, "store", by=batch.created_by)
    said = f"新增 {outcome.new:,} 条，相同 {outcome.same:,} 条"
    notify([batch.created_by], f"学分已导入：{said}。", link=batch.get_absolute_url())
    _ask_verifiers(batch)


def _ask_verifiers(batch: Batch) -> None:
    if not batch.rows_new:  # every row was there already
        return
    verifiers = queries.verifiers(batch.organization)
    notify(
        [person for person in verifiers if person != batch.created_by],
        f"{batch.organization.name}有一批学分待审核（{batch.rows_new:,} 条）。",
        link=batch.get_absolute_url(),
        kind=Notice.Kind.TASK,
    )


@transaction.atomic
def record_class(
    occasion: Occasion,
    students: Iterable[Student],
    *,
    minutes: int,
    starts_at: datetime | None = None,
    school: Organization,
    key: uuid.UUID,
    source: str = "",
    by: User,
) -> Batch:
    """Record one activity for the children of a class who were there. The same key again is the same grid.

    Raises Refused if nobody was there, everybody has it already, or an entry overlaps another in time.
    """
    if occasion.rule.method in ("award", "panel"):
        raise Refused(f"{occasion.rule}须逐人填写等级或学分，请用学分表导入。")
    present = [Presence(one, minutes, starts_at=starts_at) for one in students]
    return record_each(occasion, present, school=school, key=key, source=source, by=by)


@dataclass(frozen=True, slots=True)
class Presence:
    """A child at an activity; where it counts by award, the award and its certificate."""

    student: Student
    minutes: int
    award: str = ""
    certificate: str = ""
    starts_at: datetime | None = None
    is_team: bool = False  # whether the certificate is a team's

    def line(self, number: int, rule: Rule) -> str:
        when = when_of(self.starts_at, self.minutes) if self.starts_at else ANY_TIME
        worth = worth_of(rule, self.minutes, award=self.award)
        return entry_line(number, self.student.pk, 0, worth, self.certificate, when)


@transaction.atomic
def record_each(
    occasion: Occasion,
    present: Sequence[Presence],
    *,
    school: Organization,
    key: uuid.UUID,
    source: str = "",
    by: User,
) -> Batch:
    """Record one activity for these children, each with its own award. As `record_class`; raises Refused,
    too, where a certificate is entered already, with the children it is about.
    """
    require(by, Perm.CREDIT_RECORD, school)
    lock_ledger(school)
    known = Batch.objects.filter(uuid=key).first()
    if known:
        return known
    locked = queries.locked_term(school, occasion.held_on)
    if locked:
        raise Refused(f"{locked.period.label}已公示，不能再登记。如需补记，请审核员先重新开放登记。")
    if not present:
        raise Refused("请至少勾选一名到场的学生。")
    _require_reach(school, [one.student for one in present], occasion.held_on)
    if occasion.rule.needs_course and not queries.CourseBook().counts(
        occasion.name, occasion.provider, occasion.held_on
    ):
        raise Refused("当日没有这一已认定的学分课程，请核对课程名称和举办单位，或由“课程外出”登记。")
    objection = queries.CompetitionBook().objection(occasion.rule, occasion.name, occasion.held_on)
    if objection:
        raise Refused("。".join(objection) + "。")
    book = RuleBook(school)
    rule = book.rules[occasion.rule.pk]
    lines = [one.line(number, rule) for number, one in enumerate(present)]
    found = weigh(school, [occasion], lines, teams={one.certificate for one in present if one.is_team})
    if found.faults:
        raise Refused(_in_words(found.faults, present))
    if not found.new:
        raise Refused("所选学生当日此活动都已登记，没有新增。")
    batch = Batch(
        uuid=key,
        kind=Kind.GRID,
        status=Status.KEEPING,
        region=school.region,
        organization=school,
        created_by=by,
        rows_read=len(present),
        rows_new=found.new,
        rows_same=found.same,
        rows_uncounted=found.uncounted,
    )
    batch.save()
    write(batch, source=source)
    BATCH.take(batch, "store", by=by)
    _ask_verifiers(batch)
    return batch


def _in_words(faults: Sequence[SetFault], present: Sequence[Presence]) -> str:
    known = [one for one in faults if one.kind.startswith("certificate")]
    who = _named([present[one.line].student for one in known or faults])
    if known:
        return f"{who}的证书编号已登记过，请核对证书或取消勾选。"
    return f"{who}此时段已有其他活动，请核对开始时间或取消勾选。"


def _named(students: Sequence[Student]) -> str:
    """A school's own children, to be found on the page: the first five by class and masked name."""
    who = "、".join(f"{one.class_label}{one.name_masked}" for one in students[:5])
    return who if len(students) == 1 else f"{who}等 {len(students)} 名学生"


def _require_reach(school: Organization, students: Iterable[Student], day: date) -> None:
    """Raises Refused where the credit system is not in force for the grade of a child on a day."""
    reach, earlier = queries.Reach.of(school), queries.earlier_grades(school)
    by_grade: dict[int, list[Student]] = {}
    for one in students:
        by_grade.setdefault(queries.grade_on(day, one.grade, earlier.get(one.pk)), []).append(one)
    for grade, pupils in sorted(by_grade.items()):
        if not reach.covers(grade, day):
            reason, remedy = reach.why_not(grade, day)
            raise Refused(f"{_named(pupils)}：{reason}。{remedy.replace('请删除此行', '请取消勾选')}。")


# --- Taking back ----------------------------------------------------------------------------------


@transaction.atomic
def undo(batch: Batch, *, by: User, at: datetime | None = None) -> int:
    """Take a kept batch back as a whole, within 30 days; returns how many entries or changes.

    Raises Refused once the time is over or the batch is verified.
    """
    at = at or timezone.now()
    if batch.kept_at and at - batch.kept_at > UNDO_WITHIN:
        raise Refused("导入已超过 30 天，不能再撤销。")
    BATCH.take(batch, "undo", by=by)
    if batch.kind == Kind.ROLL:
        return undo_roll(batch, at=at)
    children = _children_of(queries.batch_entries(batch))
    count = reverse(batch, note="撤销批次", by=by)
    _tell_new_schools(batch, children)
    return count


@transaction.atomic
def verify(batch: Batch, *, by: User) -> None:
    """A second person confirms a batch: its entries that stand are verified."""
    if batch.kind == Kind.ROLL:
        raise Refused("学生名册不需要审核。")
    if batch.created_by_id == by.pk:
        raise Refused("录入与审核须由不同的人办理。")
    BATCH.take(batch, "verify", by=by)
    Batch.objects.filter(pk=batch.pk).update(verified_by=by)
    notify([batch.created_by], "您录入的一批学分已审核通过。", link=batch.get_absolute_url())


@transaction.atomic
def give_back(batch: Batch, *, note: str, by: User) -> int:
    """The verifier returns a whole batch with a remark: every entry that stands is taken back."""
    if batch.kind == Kind.ROLL:
        raise Refused("学生名册不需要审核。")
    _require_open_term(batch, queries.batch_entries(batch))
    children = _children_of(queries.batch_entries(batch))
    BATCH.take(batch, "give_back", by=by, note=note)
    count = reverse(batch, note=note, by=by)
    _tell_returned(batch, count, children, note, by=by)
    return count


@transaction.atomic
def return_entries(batch: Batch, entries: Iterable[int], *, note: str, by: User) -> int:
    """The verifier returns some entries of a batch, verified or not, with a remark; the rest stays.

    Raises Refused where one lies in a term that is public: it is opened again first.
    """
    require(by, Perm.CREDIT_VERIFY, batch)
    if batch.status not in (Status.KEPT, Status.VERIFIED) or batch.kind == Kind.ROLL:
        raise Refused("只能退回待审核或已审核批次中的记录。")
    if not note.strip():
        raise Refused("请填写退回的理由。")
    chosen = sorted(set(entries))
    if not chosen:
        raise Refused("请勾选要退回的记录。")
    entries = queries.batch_entries(batch).filter(pk__in=chosen)
    _require_open_term(batch, entries)
    children = _children_of(entries)
    count = reverse(batch, only=chosen, note=note, by=by)
    if not count:
        raise Refused("所选记录已被冲销，请刷新页面。")
    audit.record(batch, "return_entries", by=by, changes={"entries": [None, count]}, note=note)
    _tell_returned(batch, count, children, note, by=by)
    return count


def _require_open_term(batch: Batch, entries: QuerySet[Credit]) -> None:
    """Raises Refused where an entry lies in a public term: what guardians were shown changes only after the
    term is opened again.
    """
    lock_ledger(batch.organization)
    public = queries.locked_term_of(batch.organization, entries)
    if public:
        raise Refused(
            f"{public.period.label}已公示。请先在“学期公示”重新开放登记，再退回记录；更正后再次公示。"
        )


def _children_of(entries: QuerySet[Credit]) -> list[int]:
    return list(entries.order_by().values_list("student", flat=True).distinct())


def _tell_returned(batch: Batch, count: int, children: list[int], note: str, *, by: User) -> None:
    """Tell who recorded. Of verified entries the children's transcripts end, and their guardians are told."""
    notify(
        [batch.created_by],
        f"审核员退回了 {count:,} 条学分：{note}",
        link=batch.get_absolute_url(),
        kind=Notice.Kind.TASK,
    )
    if batch.verified_at:
        revoke_transcripts(children, reason=f"所载学分已退回：{note}", by=by)
        _tell_guardians(children)
    _tell_new_schools(batch, children)


def _tell_guardians(children: list[int]) -> None:
    notify(
        queries.guardians_of_children(children),
        "学校退回了孩子已审核的学分记录，已开具的成绩单作废。请核对孩子的记录。",
        link="/desk/guardian/",
        kind=Notice.Kind.RIGHTS,
    )


def _tell_new_schools(batch: Batch, children: list[int]) -> None:
    """Tell the schools, and of verified entries the guardians, of children who have moved since, each under
    its own scope: the school that recorded learns nothing of where they are.
    """
    with scope("ledger"):
        moved = queries.moved_to(children, since_at=batch.organization)
    for school in Organization.objects.filter(pk__in=moved).select_related("region").order_by("pk"):
        with scope(f"school:{school.pk}"):
            for student in Student.objects.filter(pk__in=moved[school.pk]).order_by("pk"):
                notify(
                    people_with(Perm.CREDIT_RECORD, school),
                    "原学校冲销了一名转入学生的学分记录，请查看该学生的学分。",
                    link=student.get_absolute_url(),
                )
            if batch.verified_at:
                _tell_guardians(moved[school.pk])
