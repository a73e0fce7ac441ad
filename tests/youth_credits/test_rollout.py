"""What the register does not name is out, in the sheet and in the class grid alike."""

import uuid
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from portal.accounts import system_user
from portal.errors import Refused
from portal.regions import Region
from portal.regions import load as load_regions
from tests.factories import OrganizationFactory
from tests.youth_credits.factories import HELD, enrol, in_force, row, workbook
from youth_credits import actions
from youth_credits.actions import Occasion
from youth_credits.models import Enrolment, RollOut
from youth_credits.queries import Reach, RuleBook
from youth_credits.sheets.credits import CreditSheet


def _row(region, **values) -> RollOut:
    fields = {"grade_from": 5, "grade_to": 8, "starts_on": date(2025, 9, 1), "basis": "通知"}
    return RollOut(region=region, **fields | values)


def _faults(school, *rows):
    sheet = CreditSheet(school)
    sheet.check(workbook(rows))
    return [(fault.column, fault.reason, fault.remedy) for fault in sheet.faults]


def test_a_school_that_nobody_named_is_out(in_school, school_clerk):
    enrol(in_school, school_clerk)
    RollOut.objects.all().delete()

    [(column, reason, _)] = _faults(in_school, row())

    assert (column, reason) == ("学籍号", "本校尚未纳入学分制实施范围")


def test_a_day_before_the_start_is_refused_with_the_day(in_school, school_clerk):
    enrol(in_school, school_clerk)
    RollOut.objects.update(starts_on=date(2025, 11, 1))

    [(_, reason, _)] = _faults(in_school, row())

    assert reason == "本校五年级自2025年11月1日起实施学分制"


def test_the_grade_of_the_day_counts_not_that_of_today(in_school, school_clerk):
    [student, *_] = enrol(in_school, school_clerk, grade=8)
    Enrolment.objects.filter(student=student).update(ends_on=date(2026, 9, 1))
    Enrolment.objects.create(
        student=student, school=in_school, grade=9, class_number=1, starts_on=date(2026, 9, 1)
    )
    type(student).objects.filter(pk=student.pk).update(grade=9)

    assert _faults(in_school, row()) == []


def test_the_class_grid_refuses_a_grade_that_is_out(in_school, school_clerk):
    students = enrol(in_school, school_clerk, grade=3)
    rule = RuleBook().find("A1", HELD)

    with pytest.raises(Refused, match="三年级不在本校的学分制实施范围"):
        actions.record_class(
            Occasion(rule, HELD, "植物"),
            students,
            minutes=90,
            school=in_school,
            key=uuid.uuid4(),
            by=school_clerk,
        )


def test_one_school_alone_can_be_in(district, staff, school, other_school):
    actions.save_roll_out(_row(district, organization=school), by=staff)

    assert Reach.of(school).covers(5, HELD)
    assert not Reach.of(other_school).covers(5, HELD)


def test_from_the_day_it_ends_it_is_out(school):
    in_force(school)
    RollOut.objects.update(ends_on=date(2025, 10, 15))

    assert not Reach.of(school).covers(5, HELD)
    assert Reach.of(school).covers(5, date(2025, 10, 14))


def test_staff_alone_write_the_register(district, officer):
    with pytest.raises(PermissionDenied):
        actions.save_roll_out(_row(district), by=officer)


def test_a_school_of_another_district_is_refused(district, staff):
    with pytest.raises(Refused, match="不在所选区域"):
        actions.save_roll_out(_row(district, organization=OrganizationFactory(school=True)), by=staff)


def test_the_database_keeps_grades_and_days_in_order(district, staff):
    kept = actions.save_roll_out(_row(district), by=staff)

    for values in ({"grade_to": 4}, {"grade_from": 0}, {"ends_on": date(2025, 9, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            RollOut.objects.filter(pk=kept.pk).update(**values)


def test_the_pilot_is_written_down_once(db):
    load_regions()
    actions.load_roll_out()

    actions.load_roll_out()

    [pilot] = RollOut.objects.all()
    assert (pilot.region.name, pilot.grades, pilot.created_by) == ("光明区", "五年级至八年级", system_user())
    assert Region.objects.get(name="光明区") == pilot.region


def test_a_sheet_of_a_school_that_is_in_is_kept_as_before(in_school, school_clerk):
    enrol(in_school, school_clerk)

    sheet = CreditSheet(in_school)
    outcome = sheet.check(workbook([row(), row(1)]))

    assert (outcome.new, outcome.faulty) == (2, 0)
