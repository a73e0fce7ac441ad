"""What looks odd is found every night, once, with its reason; people decide."""

import uuid
from datetime import date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from events.models import CheckIn
from outreach.models import Evidence
from portal import jobs
from portal.calendar import SHANGHAI, school_year
from portal.errors import Refused
from portal.notices import Notice
from portal.roles import Role
from portal.scope import scope
from tests.events.factories import EventFactory, SessionFactory
from tests.factories import OrganizationFactory, UserFactory
from tests.youth_credits.factories import BatchFactory, CourseFactory, enrol, row, uploaded, workbook
from youth_credits import actions, queries
from youth_credits.actions import Occasion
from youth_credits.actions.ledger import write
from youth_credits.models import Course, Credit, Suspicion, SuspicionEntry, UploadMark
from youth_credits.queries import RuleBook

DAY = date(2025, 10, 15)
YEAR = school_year(DAY)


@pytest.fixture
def bureau(district):
    return UserFactory(username="bureau", holding=(Role.EDUCATION, district))


def _record(school, students, by, *, kind="A1", minutes=120, at=None, name="植物", provider="", day=DAY):
    return actions.record_class(
        Occasion(RuleBook().find(kind, day), day, name, provider),
        students,
        minutes=minutes,
        starts_at=at and datetime.combine(day, at, SHANGHAI),
        school=school,
        key=uuid.uuid4(),
        by=by,
    )


def _found(school, kind):
    return [one for one in queries.odd_at_school(school, YEAR) if one.kind == kind]


def test_an_ordinary_day_is_nothing_odd(students, in_school, school_clerk):
    _record(in_school, students, school_clerk, at=time(9))
    _record(in_school, students, school_clerk, at=time(14), name="矿石")

    assert queries.odd_at_school(in_school, YEAR) == []


def test_two_districts_within_half_an_hour_are_odd(students, in_school, school_clerk):
    OrganizationFactory(name="海洋馆")
    OrganizationFactory(name="天文台")
    _record(in_school, students[:1], school_clerk, kind="A9", minutes=60, at=time(9), provider="海洋馆")
    _record(in_school, students[:1], school_clerk, kind="A9", minutes=60, at=time(10, 20), provider="天文台")

    [one] = _found(in_school, "too_far")

    assert "间隔不足 30 分钟" in one.reason
    assert len(one.entries) == 2


def test_with_half_an_hour_between_them_they_are_not(students, in_school, school_clerk):
    OrganizationFactory(name="海洋馆")
    OrganizationFactory(name="天文台")
    _record(in_school, students[:1], school_clerk, kind="A9", minutes=60, at=time(9), provider="海洋馆")
    _record(in_school, students[:1], school_clerk, kind="A9", minutes=60, at=time(10, 30), provider="天文台")

    assert _found(in_school, "too_far") == []


def test_more_children_than_a_course_has_seats_are_odd(students, in_school, school_clerk, district):
    base = OrganizationFactory(region=district, name="湿地中心")
    CourseFactory(organization=base, approved=True, title="观鸟", capacity=2)
    _record(in_school, students, school_clerk, kind="A5", name="观鸟", provider="湿地中心")

    [one] = _found(in_school, "over_capacity")

    assert "登记 3 人，每场名额 2 人" in one.reason


@pytest.fixture
def open_day(unit):
    """A session of an event with two seats, on the day."""
    begins = datetime.combine(DAY, time(9), SHANGHAI)
    event = EventFactory(organization=unit, published=True, title="海洋开放日")
    return SessionFactory(event=event, starts_at=begins, capacity=2)


def test_more_children_than_an_event_has_seats_are_odd(students, in_school, school_clerk, open_day, unit):
    _record(in_school, students, school_clerk, kind="A6", name="海洋开放日", provider=unit.name)

    [one] = _found(in_school, "over_capacity")

    assert "登记 3 人" in one.reason
    assert "名额 2 人" in one.reason
    assert len(one.entries) == 3


def test_more_passes_than_seats_are_odd_at_each_school_that_recorded_there(
    students, in_school, school_clerk, open_day, unit
):
    _record(in_school, students[:1], school_clerk, kind="A6", name="海洋开放日", provider=unit.name)
    assert _found(in_school, "over_capacity") == []
    for number in range(3):
        CheckIn.objects.create(session=open_day, pass_hash=bytes([number] * 32), at=timezone.now())

    [one] = _found(in_school, "over_capacity")

    assert "签到 3 人" in one.reason


def test_an_event_whose_seats_are_not_counted_is_nothing_odd(
    students, in_school, school_clerk, open_day, unit
):
    type(open_day).objects.filter(pk=open_day.pk).update(capacity=0)
    _record(in_school, students, school_clerk, kind="A6", name="海洋开放日", provider=unit.name)

    assert _found(in_school, "over_capacity") == []


def test_eleven_hours_in_a_day_are_odd(students, in_school, school_clerk):
    _record(in_school, students[:1], school_clerk, minutes=360)
    _record(in_school, students[:1], school_clerk, minutes=300, name="矿石")

    [one] = _found(in_school, "long_day")

    assert "11.0 小时" in one.reason


def test_a_clubs_whole_term_is_no_long_day(students, in_school, school_clerk):
    _record(in_school, students, school_clerk, kind="A2", minutes=1200)

    assert _found(in_school, "long_day") == []


def test_what_was_taken_back_is_odd_no_more(students, in_school, school_clerk):
    _record(in_school, students[:1], school_clerk, minutes=360)
    batch = _record(in_school, students[:1], school_clerk, minutes=300, name="矿石")

    actions.undo(batch, by=school_clerk)

    assert _found(in_school, "long_day") == []


def test_very_many_identical_rows_are_odd(students, in_school, school_clerk, monkeypatch):
    monkeypatch.setattr("youth_credits.queries.suspicions.MANY_ALIKE", 3)
    _record(in_school, students, school_clerk)

    [one] = _found(in_school, "identical")

    assert (len(one.entries), one.recorder) == (3, school_clerk.pk)


def test_a_night_twice_writes_everything_once(students, in_school, school_clerk):
    _record(in_school, students[:1], school_clerk, minutes=700)

    assert actions.look_at_school(in_school, YEAR, at=timezone.now()) == 1
    assert actions.look_at_school(in_school, YEAR, at=timezone.now()) == 0

    assert Suspicion.objects.count() == 1
    assert SuspicionEntry.objects.count() == 1
    [suspicion] = Suspicion.objects.all()
    assert (suspicion.status, suspicion.organization) == ("raised", in_school)


def test_the_same_file_at_two_schools_is_odd(school, school_clerk, other_school, other_clerk, rules):
    data = workbook([row()])
    for place, clerk in ((school, school_clerk), (other_school, other_clerk)):
        with scope(f"school:{place.pk}"):
            uploaded(place, clerk, data)
            uploaded(place, clerk, workbook([row(1)]) if place == school else data)

    actions.look_across(YEAR, at=timezone.now())

    assert UploadMark.objects.count() == 4
    found = Suspicion.objects.filter(kind="same_file")
    assert {one.organization_id for one in found} == {school.pk, other_school.pk}


def test_one_certificate_at_two_schools_is_odd_at_both(
    school, school_clerk, other_school, other_clerk, rules
):
    for place, clerk, first in ((school, school_clerk, 0), (other_school, other_clerk, 10)):
        with scope(f"school:{place.pk}"):
            student = enrol(place, clerk, heads=1, first=first)[0]
            rule = RuleBook().find("A8", DAY)
            worth = actions.worth_of(RuleBook().rules[rule.pk], 60, award="市级一等奖")
            occasion = Occasion(rule, DAY, "创新大赛", "")
            actions.weigh(place, [occasion], [actions.entry_line(1, student.pk, 0, worth, "证-1")])
            _keep(place, clerk)

    actions.look_across(YEAR, at=timezone.now())

    assert Suspicion.objects.filter(kind="certificate").count() == 2
    assert not Suspicion.objects.filter(reason__contains="证-1").exists()


def _keep(school, by):
    """Write what was weighed, as the sheet's lane does."""
    write(BatchFactory(organization=school, created_by=by))


def test_a_recorder_far_above_the_others_is_on_the_list_of_the_school(district, rules, monkeypatch):
    monkeypatch.setattr("youth_credits.queries.suspicions.FEWEST_ENTRIES", 1)
    for number in range(9):
        school = OrganizationFactory(region=district, school=True)
        clerk = UserFactory(holding=(Role.SCHOOL, school))
        with scope(f"school:{school.pk}"):
            students = enrol(school, clerk, heads=1, first=number * 10)
            for turn in range(4 if number == 8 else 1):
                minutes = 120 if number % 2 else 90
                _record(school, students, clerk, minutes=480 if number == 8 else minutes, name=f"活动{turn}")

    actions.look_across(YEAR, at=timezone.now())

    [one] = Suspicion.objects.filter(kind="recorder")
    assert (one.organization, one.recorder) == (school, clerk)


def test_the_nights_job_looks_at_schools_with_news(students, in_school, school_clerk, monkeypatch):
    monkeypatch.setattr("youth_credits.tasks.school_year", lambda day: YEAR)
    _record(in_school, students[:1], school_clerk, minutes=700)

    job = jobs.enqueue("credit_suspicions", key="2025-10-16")
    assert jobs.run(job.pk)
    assert jobs.run(jobs.enqueue("credit_suspicions", key="2025-10-17").pk)

    assert Suspicion.objects.count() == 1


def test_the_nights_job_looks_at_the_year_before_where_something_was_recorded_for_it(
    students, in_school, school_clerk
):
    _record(in_school, students[:1], school_clerk, minutes=700)
    assert school_year(timezone.localdate()) > YEAR

    assert jobs.run(jobs.enqueue("credit_suspicions", key="2026-10-16").pk)

    assert Suspicion.objects.get().school_year == YEAR


# --- Working off -----------------------------------------------------------------------------------


@pytest.fixture
def suspicion(students, in_school, school_clerk):
    _record(in_school, students[:1], school_clerk, minutes=700)
    actions.look_at_school(in_school, YEAR, at=timezone.now())
    return Suspicion.objects.select_related("organization__region", "region").get()


def test_the_verifier_works_it_off_with_a_note_and_the_bureau_may_hand_it_back(
    suspicion, school_verifier, bureau
):
    actions.work_off(suspicion, "clear", note="夏令营全天活动，已核对签到表", by=school_verifier)
    with pytest.raises(Refused, match="由教育行政部门决定"):
        actions.work_off(suspicion, "reopen", note="再看", by=school_verifier)

    actions.work_off(suspicion, "reopen", note="签到表不全", by=bureau)

    suspicion.refresh_from_db()
    assert (suspicion.status, suspicion.note) == ("raised", "签到表不全")


def test_without_a_note_nothing_is_worked_off(suspicion, school_verifier):
    with pytest.raises(Refused, match="理由"):
        actions.work_off(suspicion, "uphold", note=" ", by=school_verifier)


def test_recorders_and_other_districts_decide_nothing(suspicion, school_clerk):
    stranger = UserFactory(holding=(Role.EDUCATION, OrganizationFactory().region))

    for person in (school_clerk, stranger):
        with pytest.raises(PermissionDenied):
            actions.work_off(suspicion, "clear", note="好", by=person)


def test_the_database_wants_a_person_a_time_and_a_note(suspicion):
    with pytest.raises(IntegrityError), transaction.atomic():
        Suspicion.objects.filter(pk=suspicion.pk).update(status="upheld")


def test_a_worked_off_thing_stays_so_the_next_night(suspicion, in_school, school_verifier):
    actions.work_off(suspicion, "clear", note="已核对", by=school_verifier)

    actions.look_at_school(in_school, YEAR, at=timezone.now() + timedelta(days=1))

    suspicion.refresh_from_db()
    assert suspicion.status == "cleared"
    assert Credit.objects.count() == 1  # a suspicion changes nothing in the ledger


def test_the_bureau_reads_the_reason_and_no_child(signed_in, suspicion, bureau, students):
    page = signed_in(bureau, factor=True).get(
        reverse("youth_credits:suspicion_detail", args=[suspicion.uuid])
    )

    text = page.content.decode()
    assert "11.7 小时" in text
    assert not any(student.name_masked in text for student in students)


# --- What was upheld -------------------------------------------------------------------------------


@pytest.fixture
def base(district):
    """A base with an approved course and a finding about it."""
    base = OrganizationFactory(region=district, name="湿地中心")
    CourseFactory(organization=base, approved=True, title="观鸟")
    return base


@pytest.fixture
def about_base(base, school_clerk):
    return Suspicion.objects.create(
        kind="base",
        key=f"base:{YEAR}:{base.pk}",
        reason="每次活动平均 2.00 学分，明显高于其他单位。",
        school_year=YEAR,
        seen_at=timezone.now(),
        organization=base,
        region=base.region,
        created_by=school_clerk,
    )


@pytest.fixture
def course_reviewer(district):
    return UserFactory(username="reviewer", holding=(Role.STAFF, district.parent or district))


def test_upheld_fraud_is_counted_for_the_base_at_once_and_asks_about_its_courses(
    about_base, base, bureau, course_reviewer
):
    actions.work_off(about_base, "uphold", note="查实代签到", by=bureau)

    row = Evidence.objects.get(organization=base)
    assert (row.item, row.value) == ("credit_fraud", 1)
    asked = Notice.objects.get(recipient=course_reviewer)
    assert "请决定是否停课" in asked.text
    assert asked.link == queries.stop_address(base)


def test_what_was_found_to_be_right_is_no_evidence(about_base, base, bureau):
    actions.work_off(about_base, "clear", note="课时长", by=bureau)

    assert actions.count_upheld(at=timezone.now()) == 0
    assert not Evidence.objects.exists()


def test_a_recorder_who_was_upheld_is_counted_for_the_school_without_a_name(
    suspicion, in_school, bureau, school_clerk
):
    Suspicion.objects.filter(pk=suspicion.pk).update(kind="recorder", recorder=school_clerk)
    suspicion.refresh_from_db()

    actions.work_off(suspicion, "uphold", note="查实虚报", by=bureau)

    row = Evidence.objects.get()
    assert (row.organization, row.value) == (in_school, 1)
    assert not row.link


def test_the_night_counts_upheld_findings_again_and_to_the_same(about_base, base, bureau):
    actions.work_off(about_base, "uphold", note="查实", by=bureau)
    Evidence.objects.update(value=7)

    assert actions.count_upheld(at=timezone.now()) == 1

    assert Evidence.objects.get().value == 1


def test_whoever_approves_courses_stops_those_of_the_base_on_one_page(
    signed_in, about_base, base, bureau, course_reviewer
):
    actions.work_off(about_base, "uphold", note="查实代签到", by=bureau)
    browser = signed_in(course_reviewer, factor=True)
    course = Course.objects.get(organization=base)
    url = queries.stop_address(base)

    page = browser.get(url).content.decode()
    nothing = browser.post(url, {"note": "整改"})
    browser.post(url, {"courses": [course.pk], "note": "查实违规，停课整改"})

    course.refresh_from_db()
    assert "查实代签到" in page
    assert nothing.status_code == 422
    assert course.status == "suspended"
    assert "没有可停的课程" in browser.get(url).content.decode()


def test_who_approves_no_courses_stops_none(about_base, base, school_verifier):
    with pytest.raises(PermissionDenied):
        actions.stop_courses(base, list(queries.courses_to_stop(base)), note="停", by=school_verifier)
