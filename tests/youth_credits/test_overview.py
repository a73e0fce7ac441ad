"""Totals show no child: small cells hidden, names nowhere, only the grades that are in."""

import uuid
from datetime import date

import pytest
from django.urls import reverse

from portal.calendar import local_today, school_year
from portal.roles import Role
from portal.scope import scope
from tests.factories import OrganizationFactory, UserFactory
from tests.youth_credits.factories import enrol
from youth_credits import actions, queries
from youth_credits.actions import Occasion
from youth_credits.queries import RuleBook

YEAR = school_year(local_today())
DAY = date(YEAR, 9, 10)


def _school(district, *, heads: int, first: int, active: int = 0):
    school = OrganizationFactory(region=district, school=True)
    clerk = UserFactory(holding=(Role.SCHOOL, school))
    with scope(f"school:{school.pk}"):
        students = enrol(school, clerk, heads=heads, first=first)
        if active:
            actions.record_class(
                Occasion(RuleBook().find("A1", DAY), DAY, "植物"),
                students[:active],
                minutes=120,
                school=school,
                key=uuid.uuid4(),
                by=clerk,
            )
    _total(school)
    return school, clerk


def _total(school) -> None:
    """What the night does."""
    with scope("ledger"):
        actions.refresh_totals(school.pk, YEAR)


@pytest.fixture
def schools(rules, district):
    return [
        _school(district, heads=40, first=0, active=20),
        _school(district, heads=30, first=100, active=12),
        _school(district, heads=25, first=200, active=3),
    ]


def test_cells_below_ten_are_hidden_and_none_can_be_worked_out(schools, district):
    with scope("ledger"):
        found = queries.overview(district, YEAR, by_school=True)

    assert found.heads == 95
    shown = [cell for row in found.cells for cell in row if cell is not None]
    assert min(shown) >= 10
    third = next(row for row in found.rows if row["name"] == schools[2][0].name)
    assert third["cells"][:2] == [None, None]


def test_children_of_grades_that_are_out_are_not_counted(schools, district):
    school, clerk = schools[0]
    with scope(f"school:{school.pk}"):
        enrol(school, clerk, heads=15, first=300, grade=2)
    _total(school)

    with scope("ledger"):
        assert queries.overview(district, YEAR, by_school=True).heads == 95


def test_the_page_names_no_child_and_answers_each_office_its_own_place(schools, district, signed_in):
    bureau = UserFactory(holding=(Role.EDUCATION, district), mfa=True)

    page = signed_in(bureau).get(reverse("youth_credits:overview"))

    text = page.content.decode()
    assert page.status_code == 200
    assert schools[0][0].name in text
    assert "未显示" in text


def test_the_city_is_told_by_district(schools, city):
    with scope("ledger"):
        found = queries.overview(city, YEAR, by_school=False)

    assert len(found.names) == 1
    assert found.heads == 95


def test_a_school_sees_its_classes_and_who_is_behind_with_a_masked_name(schools, signed_in):
    school, clerk = schools[0]

    page = signed_in(clerk).get(reverse("youth_credits:school_report") + "?class=5-1")

    text = page.content.decode()
    assert (page.context["heads"], page.context["reached"], page.context["done"]) == (40, 20, 0)
    assert len(page.context["behind"]) == 40
    with scope(f"school:{school.pk}"):
        names = [student.name for student in page.context["behind"][:5]]
    assert not any(name in text for name in names)


def test_the_middle_of_a_district_needs_five_schools(schools, district):
    with scope("ledger"):
        assert queries.district_median_coverage(schools[0][0], YEAR) is None

    for number in range(2):
        _school(district, heads=10, first=400 + number * 20, active=10)
    with scope("ledger"):
        assert queries.district_median_coverage(schools[0][0], YEAR) == 50


def test_the_report_asks_no_question_per_class(schools, signed_in, django_assert_max_num_queries):
    client = signed_in(schools[0][1])
    url = reverse("youth_credits:school_report")
    client.get(url)

    with django_assert_max_num_queries(40):
        client.get(url)
