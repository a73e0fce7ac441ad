"""Children without a mainland number have one of the portal's own; no child is entered twice unnoticed."""

import uuid
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import Refused
from portal.identifiers import check_student_number, is_own_student_number, own_student_number
from portal.scope import scope
from tests.youth_credits.factories import BORN, enrol, name, number, row, workbook
from youth_credits import actions
from youth_credits.models import Enrolment, Student, Suspicion
from youth_credits.sheets.credits import CreditSheet


def _add(school, by, **more):
    values = {"name": "陈港生", "born_on": date(2014, 5, 6), "grade": 5, "class_number": 1}
    return actions.add_student(
        school, **values | {"on": date(2025, 9, 1), "key": uuid.uuid4(), "by": by} | more
    )


@given(st.integers(0, 10**17 - 1))
def test_an_own_number_is_read_as_it_was_given(serial):
    number = own_student_number(serial)

    assert check_student_number(number) == number
    assert is_own_student_number(number)


def test_an_own_number_with_a_wrong_digit_is_refused():
    number = own_student_number(12345)
    wrong = number[:10] + ("0" if number[10] != "0" else "1") + number[11:]

    with pytest.raises(ValueError, match="平台学号校验不符"):
        check_student_number(wrong)


def test_a_child_without_a_number_is_entered_and_earns_credit(students, in_school, school_clerk):
    student = _add(in_school, school_clerk)

    sheet = CreditSheet(in_school)
    outcome = sheet.check(workbook([row(0, 学籍号=student.number, 姓名="陈港生")]))

    assert (outcome.new, sheet.faults) == (1, [])
    assert student.number_masked.startswith("N")
    assert student.turns_14_year == 2028
    assert Enrolment.objects.get(student=student).starts_on == date(2025, 9, 1)


def test_the_same_form_twice_is_one_child(in_school, school_clerk):
    key = uuid.uuid4()

    assert _add(in_school, school_clerk, key=key) == _add(in_school, school_clerk, key=key)


def test_one_name_and_birth_date_twice_has_to_be_confirmed(students, in_school, school_clerk):
    with pytest.raises(Refused, match="姓名和出生日期相同"):
        _add(in_school, school_clerk, name=name(0), born_on=BORN)

    _add(in_school, school_clerk, name=name(0), born_on=BORN, is_another=True)
    assert Student.objects.count() == 4


def test_the_number_it_gets_later_takes_the_place_of_ours(in_school, school_clerk):
    student = _add(in_school, school_clerk)

    actions.give_number(student, number(40), by=school_clerk)

    student.refresh_from_db()
    assert student.number == number(40)
    with pytest.raises(Refused, match="已有学籍号"):
        actions.give_number(student, number(41), by=school_clerk)


def test_a_number_of_another_school_answers_with_the_fixed_sentence(
    school, school_clerk, other_school, other_clerk, rules
):
    with scope(f"school:{other_school.pk}"):
        enrol(other_school, other_clerk, heads=1)
    with scope(f"school:{school.pk}"):
        student = _add(school, school_clerk)
        with pytest.raises(Refused, match=r"^该学籍号暂不能登记，请核对。$"):
            actions.give_number(student, number(0), by=school_clerk)


def test_one_child_at_two_schools_is_on_the_list_of_both(
    school, school_clerk, other_school, other_clerk, rules
):
    for place, clerk in ((school, school_clerk), (other_school, other_clerk)):
        with scope(f"school:{place.pk}"):
            _add(place, clerk)

    actions.look_across(2025, at=timezone.now())

    found = Suspicion.objects.filter(kind="double")
    assert {one.organization_id for one in found} == {school.pk, other_school.pk}
    assert not any("陈" in one.reason for one in found)


def test_the_page_says_so_beside_the_form_and_keeps_what_was_typed(signed_in, school, school_clerk, rules):
    with scope(f"school:{school.pk}"):
        enrol(school, school_clerk, heads=1)
    typed = {
        "key": str(uuid.uuid4()),
        "name": name(0),
        "born_on": BORN.isoformat(),
        "grade": "5",
        "class_number": "1",
    }
    browser = signed_in(school_clerk)

    page = browser.post(reverse("youth_credits:student_new"), typed)

    assert page.status_code == 422
    assert name(0) in page.content.decode()
    assert (
        browser.post(reverse("youth_credits:student_new"), {**typed, "is_another": "on"}).status_code == 302
    )
