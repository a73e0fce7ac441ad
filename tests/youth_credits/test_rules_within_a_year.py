"""Rules that change within a school year: each entry counts by its own day, in whatever sheets it comes."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.youth_credits.test_day_caps import capped_version
from tests.youth_credits.test_ledger import CASES, kept, put, reference
from youth_credits import queries
from youth_credits.models import CreditRule

SPRING = date(2025, 2, 1)


@pytest.fixture
def wider(rules) -> None:
    """From the second term on the cap of a year is half as much again."""
    _changed("1.5")


@pytest.fixture
def narrower(rules) -> None:
    _changed("0.5")


def _changed(factor: str) -> None:
    capped_version({}, since=SPRING, factor=Decimal(factor))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=CASES)
def test_under_a_wider_cap_from_spring_on(students, in_school, school_clerk, wider, cases):
    _agree(students[0], in_school, school_clerk, cases)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=CASES, cut=st.integers(0, 25))
def test_under_a_narrower_cap_from_spring_on(students, in_school, school_clerk, narrower, cases, cut):
    _agree(students[0], in_school, school_clerk, cases, cut)


def _agree(student, school, clerk, cases, cut: int = 0) -> None:
    cases = sorted(cases, key=lambda case: case[1])
    with transaction.atomic():
        for part in (cases[:cut], cases[cut:]):
            if part:
                put(school, student, part, clerk)

        assert kept(student) == reference(cases)
        assert queries.unbalanced() == []
        transaction.set_rollback(True)


def test_what_the_old_cap_cut_off_takes_no_room_under_the_new_one(students, in_school, school_clerk, wider):
    assert set(CreditRule.objects.filter(code="A1").values_list("cap_per_year", flat=True)) == {4, 6}
    cases = [("A1", day, "甲", "", 300, "") for day in (1, 2, 3)] + [("A1", 200, "甲", "", 300, "")]

    put(in_school, students[0], cases, school_clerk)

    assert list(kept(students[0]).values()) == [
        (Decimal("2.5"), ""),
        (Decimal("1.5"), "year_cap"),
        (0, "year_cap"),
        (2, "year_cap"),
    ]
