"""The turn of the school year: one school moves all its children up at once, and may undo it."""

import uuid
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from portal import audit
from portal.accounts import User, require
from portal.errors import Refused
from portal.organizations import Organization
from portal.roles import Perm
from youth_credits import queries
from youth_credits.actions.guardians import void_slips
from youth_credits.actions.ledger import lock_ledger
from youth_credits.actions.promising import end_for_leavers
from youth_credits.actions.totals import want_totals
from youth_credits.models import (
    RollChange,
    RollOver,
    RollOverLine,
)
from youth_credits.queries.moves import Exceptions, Plan, new_year_begins

ROLL_OVER_UNDO_WITHIN = timedelta(days=7)


@transaction.atomic
def roll_over(school: Organization, plan: Plan, said: Exceptions, *, key: uuid.UUID, by: User) -> RollOver:
    """Take a school's roll into a new school year, exactly as `plan` showed it. The same key again is one.

    Raises Refused if the year is done already, the roll has changed since, or a number is unknown.
    """
    require(by, Perm.CREDIT_RECORD, school)
    lock_ledger(school)
    known = RollOver.objects.filter(uuid=key).first()
    if known:
        return known
    if RollOver.objects.filter(organization=school, school_year=plan.school_year, undone_at=None).exists():
        raise Refused("本校这一学年已办理升级，无须重复办理。")
    fresh = queries.plan_roll_over(school, plan.school_year, said)
    if fresh.unknown:
        raise Refused(f"有 {len(fresh.unknown)} 个学籍号不在待升级的名册中，请改正后重新预览。")
    if fresh.seen != plan.seen:
        raise Refused("预览之后名册有变化，请重新预览后再办理。")
    if not fresh.moves:
        raise Refused("没有需要升级的学生。")
    made = RollOver(
        uuid=key,
        school_year=plan.school_year,
        region=school.region,
        organization=school,
        created_by=by,
        promoted=fresh.promoted,
        repeated=fresh.repeated,
        left=fresh.left,
    )
    made.full_clean(validate_constraints=False)
    made.save()
    RollOverLine.objects.bulk_create(
        (
            RollOverLine(
                roll_over=made,
                student_id=move.student,
                school=school,
                fate=move.fate,
                grade_before=move.grade,
                class_before=move.class_number,
            )
            for move in fresh.moves
        ),
        batch_size=1000,
    )
    with connection.cursor() as cursor:
        cursor.execute(MOVE_UP, {"made": made.pk, "on": new_year_begins(plan.school_year)})
    close_for_leavers([move.student for move in fresh.moves if move.fate == RollOverLine.Fate.LEFT])
    _want_totals(made)
    audit.record(
        made,
        "roll_over",
        by=by,
        changes={
            "promoted": [None, made.promoted],
            "repeated": [None, made.repeated],
            "left": [None, made.left],
        },
    )
    return made


MOVE_UP = """
UPDATE youth_credits_enrolment e SET ends_on = %(on)s FROM youth_credits_rolloverline l
WHERE l.roll_over_id = %(made)s AND l.student_id = e.student_id AND e.ends_on IS NULL;
UPDATE youth_credits_student s
SET grade = s.grade + (l.fate = 'promoted')::int, is_active = l.fate <> 'left'
FROM youth_credits_rolloverline l WHERE l.roll_over_id = %(made)s AND l.student_id = s.id;
INSERT INTO youth_credits_enrolment (student_id, school_id, grade, class_number, starts_on)
SELECT s.id, s.school_id, s.grade, s.class_number, %(on)s
FROM youth_credits_rolloverline l JOIN youth_credits_student s ON s.id = l.student_id
WHERE l.roll_over_id = %(made)s AND l.fate <> 'left';
"""

# Whoever was changed since, or has moved to another school, stays as they are now.
PUT_BACK = """
CREATE TEMP TABLE back ON COMMIT DROP AS
SELECT l.student_id, l.fate, l.grade_before, l.class_before
FROM youth_credits_rolloverline l JOIN youth_credits_student s
    ON s.id = l.student_id AND s.school_id = l.school_id
WHERE l.roll_over_id = %(made)s AND s.class_number = l.class_before
    AND s.grade = l.grade_before + (l.fate = 'promoted')::int AND s.is_active = (l.fate <> 'left')
    AND NOT (l.student_id = ANY(%(changed)s::bigint[]));
DELETE FROM youth_credits_enrolment e USING back
WHERE e.student_id = back.student_id AND e.starts_on = %(on)s AND e.ends_on IS NULL;
UPDATE youth_credits_enrolment e SET ends_on = NULL FROM back
WHERE e.student_id = back.student_id AND e.ends_on = %(on)s;
UPDATE youth_credits_student s SET grade = back.grade_before, is_active = true FROM back
WHERE back.student_id = s.id;
"""


@transaction.atomic
def undo_roll_over(made: RollOver, *, by: User, at: datetime | None = None) -> int:
    """Put a roll back as it was before; returns how many children. What was changed since stays.

    Raises Refused after seven days or a second time.
    """
    at = at or timezone.now()
    require(by, Perm.CREDIT_RECORD, made)
    lock_ledger(made.organization)
    if at - made.created_at > ROLL_OVER_UNDO_WITHIN:
        raise Refused("升级已超过 7 天，不能再整体撤销；个别学生请用名册更正。")
    undone = RollOver.objects.filter(pk=made.pk, undone_at=None).update(undone_at=at, undone_by=by)
    if not undone:
        raise Refused("这次升级已撤销。")
    changed = RollChange.objects.filter(
        school=made.organization, batch__created_at__gt=made.created_at
    ).values_list("student", flat=True)
    values = {
        "made": made.pk,
        "on": new_year_begins(made.school_year),
        "changed": sorted(set(changed)),
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS back")
        cursor.execute(PUT_BACK, values)
        cursor.execute("SELECT count(*) FROM back")
        count = cursor.fetchone()[0]
    _want_totals(made)
    audit.record(made, "undo_roll_over", by=by, changes={"back": [None, count]})
    return count


def close_for_leavers(students: list[int]) -> None:
    """What a school keeps open for a child ends when the child leaves it; guardians' accounts and the ledger
    stay.
    """
    now = timezone.now()
    void_slips(students, at=now)
    end_for_leavers(students, at=now)


def _want_totals(made: RollOver) -> None:
    """Where its children stand is another thing in the year that ends and in the one that begins."""
    want_totals(made.organization_id, [made.school_year - 1, made.school_year])
