"""Only approved courses at bases with a title count; school and base confirm an outing both."""

import re
import uuid
from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from outreach.models import Title
from portal.calendar import SHANGHAI, local_today
from portal.errors import Refused
from portal.notices import Notice
from portal.roles import Role
from portal.scope import scope, scope_of
from tests.factories import OrganizationFactory, UserFactory
from tests.youth_credits.factories import CourseFactory, enrol, row, workbook
from youth_credits import actions, queries
from youth_credits.actions import Occasion
from youth_credits.models import Course, Credit, Outing, OutingSeat, Student, StudentPass
from youth_credits.queries import CourseBook, RuleBook
from youth_credits.sheets.credits import CreditSheet

BEGUN = datetime.combine(local_today() - timedelta(days=1), datetime.min.time(), SHANGHAI) + timedelta(
    hours=9
)


@pytest.fixture
def base(district):
    return OrganizationFactory(region=district, name="红树林自然教育中心")


@pytest.fixture
def base_clerk(base):
    return UserFactory(username="base", holding=(Role.UNIT, base))


@pytest.fixture
def bureau(district):
    return UserFactory(username="bureau", holding=(Role.EDUCATION, district))


@pytest.fixture
def course(base):
    return CourseFactory(organization=base, approved=True, title="湿地观察")


# --- Approval --------------------------------------------------------------------------------------


def test_a_base_applies_and_the_bureau_approves_within_the_title(base, base_clerk, bureau):
    course = CourseFactory(organization=base)
    Title.objects.update(valid_until=local_today() + timedelta(days=100))

    actions.submit_course(course, by=base_clerk)
    actions.decide_course(course, "approve", by=bureau)

    course.refresh_from_db()
    assert (course.status, course.valid_until) == ("approved", local_today() + timedelta(days=100))
    assert Notice.objects.filter(recipient=bureau, text__contains="待认定").exists()


def test_a_base_without_a_title_cannot_apply(base, base_clerk):
    with pytest.raises(Refused, match="没有在有效期内的科普称号"):
        actions.submit_course(CourseFactory(organization=base, titled=False), by=base_clerk)


def test_no_course_is_approved_beyond_the_title(base, base_clerk, bureau):
    course = CourseFactory(organization=base)
    Title.objects.update(valid_until=local_today() + timedelta(days=30))
    actions.submit_course(course, by=base_clerk)

    with pytest.raises(Refused, match="称号有效期内"):
        actions.decide_course(course, "approve", until=local_today() + timedelta(days=31), by=bureau)


def test_a_bureau_of_another_district_decides_nothing(base, base_clerk):
    course = CourseFactory(organization=base)
    actions.submit_course(course, by=base_clerk)
    stranger = UserFactory(holding=(Role.EDUCATION, OrganizationFactory().region))

    with pytest.raises(PermissionDenied):
        actions.decide_course(course, "approve", by=stranger)


def test_an_approved_course_is_not_rewritten(course, base_clerk):
    course.title = "另一门课"

    with pytest.raises(Refused, match="不能修改"):
        actions.save_course(course, by=base_clerk)


def test_a_course_counts_while_it_and_the_title_are_valid(course, base):
    counts = CourseBook().counts

    assert counts("湿地观察", "红树林自然教育中心", date(2025, 10, 1))
    assert not counts("湿地观察", "别的单位", date(2025, 10, 1))
    assert not counts("湿地观察", "红树林自然教育中心", date(2023, 10, 1))
    Title.objects.update(withdrawn_on=date(2025, 9, 1), withdrawal_reason="考核不合格")
    assert not CourseBook().counts("湿地观察", "红树林自然教育中心", date(2025, 10, 1))
    assert not queries.valid_courses(date(2025, 10, 1)).exists()


def test_a_suspended_course_counts_no_more(course, bureau):
    actions.decide_course(course, "suspend", note="师资不足", by=bureau)

    assert not queries.valid_courses(local_today()).exists()


@pytest.mark.parametrize(
    "values", [{"practice_minutes": 79}, {"minutes": 30}, {"capacity": 0}, {"grade_to": 4}]
)
def test_the_database_keeps_what_a_course_is(course, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Course.objects.filter(pk=course.pk).update(**values)


def test_the_sheet_refuses_what_is_no_approved_course(in_school, school_clerk, course):
    enrol(in_school, school_clerk)
    sheet = CreditSheet(in_school)

    sheet.check(
        workbook(
            [
                row(0, 类别="A5", 活动名称="湿地观察", 举办单位="红树林自然教育中心"),
                row(1, 类别="A5", 活动名称="随便玩玩", 举办单位="红树林自然教育中心"),
            ]
        )
    )

    assert [(fault.line, fault.reason) for fault in sheet.faults] == [(3, "当日没有这一已认定的学分课程")]


def test_the_class_grid_refuses_it_too(students, in_school, school_clerk):
    rule = RuleBook().find("A5", date(2025, 10, 15))

    with pytest.raises(Refused, match="没有这一已认定的学分课程"):
        actions.record_class(
            Occasion(rule, date(2025, 10, 15), "随便玩玩", "某单位"),
            students,
            minutes=120,
            school=in_school,
            key=uuid.uuid4(),
            by=school_clerk,
        )


def test_courses_near_a_school_begin_in_its_own_district(course, school):
    far = CourseFactory(approved=True)
    CourseFactory(approved=True, grade_from=1, grade_to=2)

    assert queries.courses_near(school, 5, local_today()) == [course, far]


# --- Outings ---------------------------------------------------------------------------------------


@pytest.fixture
def outing(students, in_school, school_clerk, course):
    return actions.plan_outing(
        course, students, starts_at=BEGUN, school=in_school, key=uuid.uuid4(), by=school_clerk
    )


def _as_base(base):
    return scope(f"base:{base.pk}")


def test_a_base_sees_pass_numbers_and_family_names_and_nothing_else(outing, base, base_clerk):
    assert scope_of(base_clerk) == f"base:{base.pk}"
    with _as_base(base):
        seats = queries.seats_for_base(outing)
        assert [seat.family_name for seat in seats] != []
        assert {len(seat.family_name) for seat in seats} == {1}
        assert {len(seat.pass_number) for seat in seats} == {10}
        assert not Student.objects.exists()
        assert not StudentPass.objects.exists()


def test_another_base_sees_no_seat_and_writes_none(outing):
    with _as_base(OrganizationFactory()), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM youth_credits_outingseat")
        assert cursor.fetchone() == (0,)
        cursor.execute("UPDATE youth_credits_outingseat SET came = true RETURNING id")
        assert cursor.fetchall() == []


def test_whoever_the_base_confirms_gets_the_credit(outing, in_school, school_clerk, base, base_clerk):
    with _as_base(base):
        came = [seat.pass_number for seat in queries.seats_for_base(outing)][:2]
        assert actions.confirm_outing(outing, came, by=base_clerk) == 2
    outing.refresh_from_db()

    batch = actions.record_outing(outing, by=school_clerk)

    assert batch.rows_new == 2
    credit = Credit.objects.filter(batch=batch).select_related("activity", "rule").first()
    assert (credit.rule.code, credit.credits, credit.activity.provider) == ("A5", 1, base.name)
    assert actions.record_outing(outing, by=school_clerk) == batch


def test_only_whoever_the_school_ticks_gets_the_credit(
    outing, signed_in, in_school, school_clerk, base, base_clerk
):
    with _as_base(base):
        came = [seat.pass_number for seat in queries.seats_for_base(outing)]
        actions.confirm_outing(outing, came, by=base_clerk)
    browser = signed_in(school_clerk)
    seats = re.findall(r'name="seat" value="(\d+)"', browser.get(outing.get_absolute_url()).text)

    browser.post(reverse("youth_credits:outing_record", args=[outing.uuid]), {"seat": seats[1:]})

    with scope(f"school:{in_school.pk}"):
        outing.refresh_from_db()
        assert len(seats) == 3
        assert Credit.objects.filter(batch=outing.batch_id).count() == 2


def test_what_was_held_before_a_course_was_stopped_is_recorded(
    outing, in_school, school_clerk, base, base_clerk, bureau, course
):
    with _as_base(base):
        came = [seat.pass_number for seat in queries.seats_for_base(outing)]
        actions.confirm_outing(outing, came, by=base_clerk)
    outing.refresh_from_db()
    actions.decide_course(course, "suspend", note="师资不足", by=bureau)
    stopped = local_today()

    assert not CourseBook().counts(course.title, base.name, stopped + timedelta(days=1))
    assert actions.record_outing(outing, by=school_clerk).rows_new == 3


def test_without_the_base_there_is_no_credit(outing, school_clerk):
    with pytest.raises(Refused, match="基地确认到场之后"):
        actions.record_outing(outing, by=school_clerk)


def test_a_base_confirms_once_and_not_before_the_course(outing, base, base_clerk):
    with _as_base(base):
        with pytest.raises(Refused, match="尚未开始"):
            actions.confirm_outing(outing, [], by=base_clerk, at=BEGUN - timedelta(hours=1))
        actions.confirm_outing(outing, [], by=base_clerk)
        with pytest.raises(Refused, match="已确认或已取消"):
            actions.confirm_outing(outing, [], by=base_clerk)


def test_a_strangers_clerk_confirms_nothing(outing, unit_clerk):
    with pytest.raises(PermissionDenied):
        actions.confirm_outing(outing, [], by=unit_clerk)


def test_the_same_form_twice_is_one_outing_and_a_child_keeps_its_pass(
    students, in_school, school_clerk, course
):
    said = {"starts_at": BEGUN, "school": in_school, "by": school_clerk}
    key = uuid.uuid4()

    first = actions.plan_outing(course, students, key=key, **said)
    assert actions.plan_outing(course, students, key=key, **said) == first
    actions.plan_outing(course, students, key=uuid.uuid4(), **said)

    assert Outing.objects.count() == 2
    assert StudentPass.objects.count() == 3


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"capacity": 2}, "名额 2 人"),
        ({"grade_from": 7}, "年级不符"),
        ({"valid_until": date(2024, 2, 1)}, "不在认定有效期内"),
    ],
)
def test_an_outing_that_does_not_fit_the_course_is_refused(
    students, in_school, school_clerk, course, values, said
):
    Course.objects.filter(pk=course.pk).update(**values)
    course.refresh_from_db()

    with pytest.raises(Refused, match=said):
        actions.plan_outing(
            course, students, starts_at=BEGUN, school=in_school, key=uuid.uuid4(), by=school_clerk
        )


def test_a_confirmed_outing_cannot_be_called_off(outing, school_clerk, base, base_clerk):
    with _as_base(base):
        actions.confirm_outing(outing, [], by=base_clerk)

    with pytest.raises(Refused, match="不能再取消"):
        actions.cancel_outing(outing, by=school_clerk)


def test_the_pages_of_both_sides(signed_in, client, school, school_clerk, rules, course, base, base_clerk):
    with scope(f"school:{school.pk}"):
        students = enrol(school, school_clerk)
        names = [student.name for student in students]
    browser = signed_in(school_clerk)
    typed = {
        "key": str(uuid.uuid4()),
        "course": course.pk,
        "on": BEGUN.date().isoformat(),
        "at": "09:00",
        "present": [str(student.uuid) for student in students],
    }
    made = browser.post(reverse("youth_credits:outing_new") + "?class=5-1", typed)
    page = signed_in(base_clerk).get(made.url).content.decode()
    assert not any(name in page for name in names)
    with scope(f"school:{school.pk}"):
        numbers = list(OutingSeat.objects.values_list("pass_number", flat=True))
    assert all(number in page for number in numbers)
    assert timezone.now() > BEGUN

    client.post(made.url, {"came": numbers[:1]})

    assert Outing.objects.get().came == 1
