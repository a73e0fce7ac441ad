"""Spot checks: drawn, approved by a second person, each entry looked at as a case, an outcome."""

import secrets
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from portal import audit
from portal.accounts import User, people_with, require
from portal.calendar import Period, add_working_days, day_start, local_today
from portal.encryption import seal
from portal.errors import Refused
from portal.identifiers import clean_text
from portal.notices import Notice, notify
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Perm
from portal.scope import scope
from portal.workflow import Step, Workflow
from youth_credits import queries
from youth_credits.actions.cases import tell_school
from youth_credits.models import AccessCase, DrawnEntry, Enrolment, SpotCheck, TimeLimit

Status, Finding = SpotCheck.Status, DrawnEntry.Finding
LEAST_SHARE = Decimal("0.05")

SPOT_CHECK = Workflow(
    approve=Step(
        label="批准抽查",
        sources=frozenset({Status.DRAWN}),
        target=Status.APPROVED,
        needs=Perm.CASE_APPROVE,
        stamp="approved_at",
    ),
    finish=Step(
        label="办结抽查",
        sources=frozenset({Status.APPROVED}),
        target=Status.DONE,
        needs=Perm.CREDIT_OVERSEE,
        stamp="done_at",
    ),
)


@transaction.atomic
def draw_check(region: Region, *, of: Period, share: Decimal, by: User, at: datetime) -> SpotCheck:
    """Draw at least five in a hundred of what was verified in a term (`of`) at a region's schools.

    Under the office's scope. The seed is random and written down with the bounds; nobody chooses it.
    Raises Refused where nothing is verified yet.
    """
    require(by, Perm.CREDIT_OVERSEE, region)
    if not LEAST_SHARE <= share <= 1:
        raise Refused("抽查比例应为 5% 至 100%。")
    inside = Organization.objects.schools().filter(region__path__startswith=region.path)
    schools = list(inside.order_by("pk").values_list("pk", flat=True))
    seed = secrets.token_hex(32)
    with scope("ledger"):
        last = queries.last_entry()
        found = queries.draw(seed=seed, share=share, schools=schools, of=of, last=last, at=at)
    if not found.drawn:
        raise Refused("该学期没有审核通过的学分，没有可抽查的记录，请另选学期。")
    check = SpotCheck(
        region=region,
        created_by=by,
        term=of.code,
        share=share,
        seed=seed,
        drawn_at=at,
        last_entry=last,
        schools=schools,
        population=found.population,
        drawn=len(found.drawn),
        digest=found.digest,
    )
    check.full_clean()
    check.save()
    DrawnEntry.objects.bulk_create(
        (
            DrawnEntry(spot_check=check, entry=entry, student_id=student, school_id=school)
            for entry, student, school in found.drawn
        ),
        batch_size=2_000,
    )
    audit.record(check, "draw", by=by, note=f"总体 {check.population} 条，抽中 {check.drawn} 条")
    others = [person for person in people_with(Perm.CASE_APPROVE, region) if person != by]
    notify(others, "有一次学分抽查待批准。", link=check.get_absolute_url(), kind=Notice.Kind.TASK)
    return check


@transaction.atomic
def approve_check(check: SpotCheck, *, by: User, at: datetime) -> None:
    """A second person approves that the drawn records are opened."""
    require(by, Perm.CASE_APPROVE, check)
    if check.created_by_id == by.pk:
        raise Refused("抽查须由另一人批准。")
    SpotCheck.objects.filter(pk=check.pk, status=Status.DRAWN).update(approved_by=by)
    SPOT_CHECK.take(check, "approve", by=by, at=at)


@transaction.atomic
def open_drawn(drawn: DrawnEntry, *, by: User, at: datetime) -> AccessCase:
    """The case under which a drawn entry's child may be looked at: approved with the check, for some days."""
    check = drawn.spot_check
    require(by, Perm.CREDIT_OVERSEE, check)
    if check.status != Status.APPROVED:
        raise Refused("抽查批准后才能查看记录。")
    mine = AccessCase.objects.filter(
        student_id=drawn.student_id, requested_by=by, status=AccessCase.Status.APPROVED, ends_at__gt=at
    )
    case = mine.select_related("school__region").first()
    if case:
        return case
    # Who approved the check does not approve for himself: then it is who drew it.
    second = check.approved_by if check.approved_by_id != by.pk else check.created_by
    today = local_today(at)
    last = add_working_days(today, queries.working_days(TimeLimit.Step.ACCESS, today) + 1)
    school = _school_now(drawn)
    case = AccessCase.objects.create(
        student_id=drawn.student_id,
        school=school,
        origin=AccessCase.Origin.SPOT_CHECK,
        reason=f"{check}，记录 {drawn.entry}",
        status=AccessCase.Status.APPROVED,
        requested_by=by,
        requested_at=at,
        approved_by=second,
        approved_at=at,
        ends_at=day_start(last),
    )
    audit.record(case, "approve", by=by, note=str(check))
    tell_school(case, "区教育局抽查，将查阅本校一名学生的学分记录。")
    return case


def _school_now(drawn: DrawnEntry) -> Organization:
    """Where the child is now. Raises Refused for one who left the region."""
    with scope("ledger"):
        place = Enrolment.objects.filter(student=drawn.student_id, ends_on=None)
        school = place.values_list("school", flat=True).first() or drawn.school_id
    school = Organization.objects.select_related("region").get(pk=school)
    if not school.region.path.startswith(drawn.spot_check.region.path):
        raise Refused("该生已转到外区，请转请其所在区核查。")
    return school


@transaction.atomic
def note_finding(drawn: DrawnEntry, *, finding: str, note: str, by: User, at: datetime) -> None:
    """Write down what was found of one drawn entry; what is not right is told to the school."""
    check = drawn.spot_check
    require(by, Perm.CREDIT_OVERSEE, check)
    if check.status != Status.APPROVED:
        raise Refused("抽查不在核查中，不能填写结果。")
    note = clean_text(note)
    if finding != Finding.RIGHT and not note:
        raise Refused("请写明哪里不属实，或缺少什么材料。")
    DrawnEntry.objects.filter(pk=drawn.pk).update(
        finding=finding,
        note_sealed=seal(note, field="drawn.note", owner=drawn.uuid) if note else None,
        found_by=by,
        found_at=at,
    )
    audit.record(drawn, "finding", by=by, changes={"finding": [drawn.finding, finding]})
    if finding != Finding.RIGHT:
        people = people_with(Perm.CREDIT_VERIFY, drawn.school)
        text = f"抽查发现记录 {drawn.entry} {Finding(finding).label}，请核实并更正。"
        notify(people, text, link="/desk/credits/views/", kind=Notice.Kind.TASK)


@transaction.atomic
def finish_check(check: SpotCheck, *, outcome: str, by: User, at: datetime) -> None:
    """Close a check with its outcome. Raises Refused while entries are not looked at."""
    outcome = clean_text(outcome)
    if not outcome:
        raise Refused("请填写抽查结论。")
    pending = check.entries.filter(finding=Finding.PENDING).count()
    if pending:
        raise Refused(f"还有 {pending:,} 条没有核查，不能办结。")
    SpotCheck.objects.filter(pk=check.pk).update(outcome=outcome)
    SPOT_CHECK.take(check, "finish", by=by, at=at)
