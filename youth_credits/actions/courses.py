"""Credit courses: applied for by a base, approved; outings planned by a school, confirmed by the base."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from portal import audit
from portal.accounts import User, people_with, require
from portal.calendar import local_today
from portal.errors import Refused
from portal.notices import Notice, notify
from portal.organizations import Organization
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date, cn_time
from portal.workflow import Step, Workflow
from youth_credits import queries
from youth_credits.actions.batches import record_class
from youth_credits.actions.ledger import Occasion
from youth_credits.actions.passes import issue_passes
from youth_credits.models import Batch, Course, Credit, Outing, OutingSeat, Student

LATEST_AFTER = timedelta(days=30)
LONGEST_VALID = timedelta(days=2 * 366)

Status = Course.Status

COURSE = Workflow(
    submit=Step(
        label="提交认定",
        sources=frozenset({Status.DRAFT, Status.RETURNED}),
        target=Status.SUBMITTED,
        needs=Perm.COURSE_EDIT,
        stamp="submitted_at",
    ),
    approve=Step(
        label="认定",
        sources=frozenset({Status.SUBMITTED}),
        target=Status.APPROVED,
        needs=Perm.COURSE_REVIEW,
        stamp="decided_at",
    ),
    send_back=Step(
        label="退回修改",
        sources=frozenset({Status.SUBMITTED}),
        target=Status.RETURNED,
        needs=Perm.COURSE_REVIEW,
        wants_note=True,
    ),
    suspend=Step(
        label="停课",
        sources=frozenset({Status.APPROVED}),
        target=Status.SUSPENDED,
        needs=Perm.COURSE_REVIEW,
        stamp="suspended_at",
        wants_note=True,
    ),
    resume=Step(
        label="恢复",
        sources=frozenset({Status.SUSPENDED}),
        target=Status.APPROVED,
        needs=Perm.COURSE_REVIEW,
        wants_note=True,
    ),
)

COURSE_FIELDS = (
    "title",
    "summary",
    "minutes",
    "practice_minutes",
    "grade_from",
    "grade_to",
    "capacity",
    "place",
    "contact",
)


# --- Courses ---------------------------------------------------------------------------------------


@transaction.atomic
def save_course(course: Course, *, by: User) -> Course:
    """Keep a course that its base writes or mends. Raises Refused once it is submitted or approved."""
    require(by, Perm.COURSE_EDIT, course.organization)
    course.region = course.organization.region
    if course.pk is None:
        course.created_by = by
        course.full_clean()
        course.save()
        audit.record(course, "create", by=by)
        return course
    before = Course.objects.select_for_update().get(pk=course.pk)
    if before.status not in (Status.DRAFT, Status.RETURNED):
        raise Refused(f"课程{before.get_status_display()}，不能修改；如需更改请另报新课程。")
    course.full_clean()
    changed = [name for name in COURSE_FIELDS if getattr(before, name) != getattr(course, name)]
    if changed:
        course.save(update_fields=changed)
        pairs = {name: [getattr(before, name), getattr(course, name)] for name in changed}
        audit.record(course, "change", by=by, changes=pairs)
    return course


@transaction.atomic
def submit_course(course: Course, *, by: User) -> None:
    """Send a course to be approved. Raises Refused for a base without a title in force."""
    if queries.title_in_force(course.organization, local_today()) is None:
        raise Refused("本单位没有在有效期内的科普称号，取得称号后才能申报学分课程。")
    COURSE.take(course, "submit", by=by)
    notify(
        people_with(Perm.COURSE_REVIEW, course),
        f"学分课程“{course.title}”待认定。",
        link=course.get_absolute_url(),
        kind=Notice.Kind.TASK,
    )


@transaction.atomic
def decide_course(course: Course, step: str, *, note: str = "", by: User, until: date | None = None) -> None:
    """Approve a course until a day, send it back, stop it or let it go on; its base is told.

    Raises Refused for a day beyond the base's title or two years.
    """
    if step == "approve":
        today = local_today()
        title = queries.title_in_force(course.organization, today)
        if title is None:
            raise Refused("该单位的科普称号已不在有效期内，不能认定课程。")
        last = min(title.valid_until, today + LONGEST_VALID)
        until = until or last
        if not today < until <= last:
            raise Refused(f"认定有效期应在今天之后、{cn_date(last)}之前（称号有效期内，且最长两年）。")
        Course.objects.filter(pk=course.pk, status=Status.SUBMITTED).update(
            valid_from=today, valid_until=until, decided_at=timezone.now()
        )
    COURSE.take(course, step, note=note, by=by)
    said = f"：{note}" if note else "。"
    notify(
        [course.created_by],
        f"学分课程“{course.title}”{course.get_status_display()}{said}",
        link=course.get_absolute_url(),
    )


@transaction.atomic
def stop_courses(base: Organization, courses: Sequence[Course], *, note: str, by: User) -> int:
    """Stop these courses of a base where fraud was upheld; each is told to who entered it. Returns how many.

    Raises Refused where none is chosen.
    """
    if not courses:
        raise Refused("请至少勾选一门课程。")
    for course in courses:
        decide_course(course, "suspend", note=note, by=by)
    return len(courses)


# --- Outings ---------------------------------------------------------------------------------------


@transaction.atomic
def plan_outing(
    course: Course,
    students: Iterable[Student],
    *,
    starts_at: datetime,
    school: Organization,
    key: uuid.UUID,
    by: User,
) -> Outing:
    """Say who goes to a course, and when; the base is told. The same key again is the same outing.

    Raises Refused where the course does not count on that day, is full, or is not for a child's grade.
    """
    require(by, Perm.CREDIT_RECORD, school)
    known = Outing.objects.filter(uuid=key).first()
    if known:
        return known
    going = list(students)
    day = timezone.localtime(starts_at).date()
    _check_outing(course, going, starts_at, day)
    outing = Outing(
        uuid=key,
        course=course,
        base=course.organization,
        organization=school,
        region=school.region,
        created_by=by,
        starts_at=starts_at,
        heads=len(going),
    )
    outing.full_clean(validate_constraints=False)
    outing.save()
    numbers = issue_passes(going, by=by)
    OutingSeat.objects.bulk_create(
        OutingSeat(
            outing=outing,
            student=student,
            school=school,
            base=course.organization,
            pass_number=numbers[student.pk],
            family_name=student.name[:1],
        )
        for student in going
    )
    audit.record(outing, "plan_outing", by=by, changes={"heads": [None, len(going)]})
    when = cn_time(starts_at)
    notify(
        people_with(Perm.COURSE_EDIT, course.organization),
        f"{school.name}将于{when}来上“{course.title}”（{len(going)} 人），课后请确认到场名单。",
        link=outing.get_absolute_url(),
    )
    return outing


def _check_outing(course: Course, going: list[Student], starts_at: datetime, day: date) -> None:
    if not going:
        raise Refused("请至少勾选一名学生。")
    if starts_at < timezone.now() - LATEST_AFTER:
        raise Refused("课程时间已超过 30 天，不能再登记外出。")
    if not queries.valid_courses(day).filter(pk=course.pk).exists():
        raise Refused("该课程当日不在认定有效期内，请另选课程或日期。")
    if len(going) > course.capacity:
        raise Refused(f"该课程每场名额 {course.capacity} 人，已勾选 {len(going)} 人，请分场登记。")
    unfit = [one for one in going if not course.grade_from <= one.grade <= course.grade_to]
    if unfit:
        raise Refused(f"该课程适合{course.grades}，有 {len(unfit)} 名学生的年级不符。")


@transaction.atomic
def cancel_outing(outing: Outing, *, by: User, at: datetime | None = None) -> None:
    """The class does not go. Raises Refused once the base has confirmed."""
    require(by, Perm.CREDIT_RECORD, outing)
    done = Outing.objects.filter(pk=outing.pk, confirmed_at=None, cancelled_at=None).update(
        cancelled_at=at or timezone.now()
    )
    if not done:
        raise Refused("基地已确认或外出已取消，不能再取消。")
    audit.record(outing, "cancel_outing", by=by)
    notify(
        people_with(Perm.COURSE_EDIT, outing.base),
        f"{outing.organization.name}取消了“{outing.course.title}”的外出。",
        link="/desk/credits/outings/",
    )


@transaction.atomic
def confirm_outing(outing: Outing, came: Iterable[str], *, by: User, at: datetime | None = None) -> int:
    """The base says which pass numbers came; once. Under scope "base"; returns how many.

    Raises Refused before the course begins, a second time, or for an outing that was called off.
    """
    at = at or timezone.now()
    require(by, Perm.COURSE_EDIT, outing.base)
    if outing.starts_at > at:
        raise Refused("课程尚未开始，不能确认到场。")
    wanted = set(came)
    seats = list(OutingSeat.objects.filter(outing=outing).select_for_update())
    present = [seat.pk for seat in seats if seat.pass_number in wanted]
    done = Outing.objects.filter(pk=outing.pk, confirmed_at=None, cancelled_at=None).update(
        confirmed_at=at, confirmed_by=by, came=len(present)
    )
    if not done:
        raise Refused("该外出已确认或已取消，请刷新页面。")
    OutingSeat.objects.filter(outing=outing).update(came=False)
    OutingSeat.objects.filter(pk__in=present).update(came=True)
    audit.record(outing, "confirm_outing", by=by, changes={"came": [None, len(present)]})
    notify(
        [outing.created_by],
        f"{outing.base.name}已确认“{outing.course.title}”到场 {len(present)} 人，请登记学分。",
        link=outing.get_absolute_url(),
        kind=Notice.Kind.TASK,
    )
    return len(present)


@transaction.atomic
def record_outing(outing: Outing, *, only: Collection[int] | None = None, by: User) -> Batch:
    """Write the credits of those whom the base confirmed, or of `only` these seats, once; the verifier of the
    school looks at them as ever.

    Raises Refused before the base has confirmed, and where nobody came or none is chosen.
    """
    require(by, Perm.CREDIT_RECORD, outing)
    if outing.confirmed_at is None or outing.cancelled_at:
        raise Refused("基地确认到场之后才能登记学分。")
    day = timezone.localtime(outing.starts_at).date()
    rule = next(
        (rule for rule in queries.RuleBook(outing.organization).rules_on(day) if rule.needs_course), None
    )
    if rule is None:
        raise Refused("当日没有生效的基地课程规则，请联系市科协。")
    seats = [seat for seat in queries.seats_for_school(outing) if seat.came]
    if not seats:
        raise Refused("基地确认无人到场，没有可登记的学分。")
    students = [seat.student for seat in seats if only is None or seat.pk in only]
    batch = record_class(
        Occasion(rule, day, outing.course.title, outing.base.name),
        students,
        minutes=outing.course.minutes,
        starts_at=outing.starts_at,
        school=outing.organization,
        key=uuid.uuid5(outing.uuid, "credits"),
        source=Credit.Source.BASE,
        by=by,
    )
    Outing.objects.filter(pk=outing.pk).update(batch=batch)
    audit.record(outing, "record_outing", by=by, changes={"batch": [None, batch.pk]})
    return batch
