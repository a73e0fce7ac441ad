"""Kept totals say what the ledger says, and are counted anew where something changed."""

from datetime import date
from decimal import Decimal

import pytest

from portal.calendar import local_today, school_year
from portal.jobs import Job, enqueue
from portal.regions import Region
from portal.scope import scope
from tests.youth_credits.factories import name, number, roll_workbook, row, uploaded, workbook
from youth_credits import actions, queries
from youth_credits.models import Batch, CreditTotal, Student, TotalsWanted
from youth_credits.queries.totals import schools_waiting


@pytest.fixture
def kept(students, in_school, school_clerk, run_jobs):
    """A sheet in the ledger: two of three children have 1.5 and 0.75 credits."""
    rows = [row(0, **{"时长（分钟）": 180}), row(1)]
    batch = uploaded(in_school, school_clerk, workbook(rows))
    run_jobs()
    batch = Batch.objects.select_related("organization__region", "region", "created_by").get(pk=batch.pk)
    actions.keep(batch, only_good=False, by=school_clerk)
    run_jobs()
    return Batch.objects.select_related("organization__region", "region", "created_by").get(pk=batch.pk)


def roll_row(serial: int) -> dict:
    return {"学籍号": number(serial), "姓名": name(serial), "年级": "五年级", "班级": 1}


def spread_of(school):
    with scope("ledger"):
        found = queries.spread(school.region.path, 2025, by_school=True)
    return {one.place: (one.heads, one.active_heads, one.bands) for one in found}


def test_an_import_leaves_the_totals_of_its_school_told_anew(kept, in_school):
    assert spread_of(in_school) == {in_school.name: (3, 2, (1, 2, 0, 0))}
    assert not TotalsWanted.objects.filter(school_year=2025).exists()


def test_what_is_taken_back_is_told_anew_at_night(kept, in_school, school_clerk, run_jobs):
    actions.undo(kept, by=school_clerk)
    assert TotalsWanted.objects.filter(school=in_school, school_year=2025).exists()

    enqueue("credit_totals", key="2026-01-01")
    run_jobs()

    assert Job.objects.get(kind="credit_totals").state == Job.State.DONE
    assert spread_of(in_school) == {in_school.name: (3, 0, (3, 0, 0, 0))}


def test_a_child_counts_where_it_was_last_in_the_year(kept, in_school, other_school):
    with scope("steward"):
        child = Student.objects.select_related("school").order_by("pk").first()
        actions.transfer(child, to=other_school, grade=5, class_number=1, on=date(2026, 2, 1), by=None)
    with scope("ledger"):
        for school in (in_school, other_school):
            actions.refresh_totals(school.pk, 2025)

    assert spread_of(in_school) == {
        in_school.name: (2, 1, (1, 1, 0, 0)),
        other_school.name: (1, 1, (0, 1, 0, 0)),
    }


def test_a_district_is_the_sum_of_its_schools(kept, in_school):
    with scope("ledger"):
        [district] = queries.spread(Region.objects.city().path, 2025, by_school=False)

    assert (district.place, district.heads, district.minutes) == (in_school.region.code, 3, 270)


def test_a_school_sees_its_own_totals_alone_and_writes_none(kept, other_school):
    with scope(f"school:{other_school.pk}"):
        assert not CreditTotal.objects.exists()
    assert CreditTotal.objects.update(heads=99) == 0


def test_balances_are_those_of_every_child_of_the_school(kept, in_school):
    found = queries.balances(in_school, 2025)

    assert [(one.credits, one.minutes) for one in found] == [
        (Decimal("1.5"), 180),
        (Decimal("0.75"), 90),
        (0, 0),
    ]


def _refreshed(school):
    with scope("ledger"):
        for year in TotalsWanted.objects.filter(school=school).values_list("school_year", flat=True):
            actions.refresh_totals(school.pk, year)


def test_the_proof_finds_kept_totals_that_differ_from_the_childrens(kept, in_school):
    _refreshed(in_school)
    with scope("ledger"):
        assert actions.prove_balances() == []
        CreditTotal.objects.filter(school_year=2025, quarters=0).update(heads=2)

        found = actions.prove_balances()

    assert [(flaw.kind, flaw.number) for flaw in found] == [("total", in_school.pk)]
    assert str(found[0]) == f"学分分布不符：2025 学年学校 {in_school.pk}"


def test_the_proof_finds_kept_totals_that_are_not_there(kept, in_school):
    _refreshed(in_school)
    with scope("ledger"):
        CreditTotal.objects.filter(school_year=2025, quarters=0).delete()

        assert [flaw.kind for flaw in actions.prove_balances()] == ["total"]


def test_what_is_to_be_counted_anew_is_no_flaw(kept, in_school, school_clerk):
    _refreshed(in_school)
    actions.undo(kept, by=school_clerk)

    with scope("ledger"):
        assert actions.prove_balances() == []


def test_a_roll_taken_back_asks_for_its_totals(in_school, school_clerk, run_jobs):
    batch = uploaded(in_school, school_clerk, roll_workbook([roll_row(0)]), kind=Batch.Kind.ROLL)
    run_jobs()
    batch.refresh_from_db()
    actions.keep(batch, only_good=False, by=school_clerk)
    run_jobs()
    _refreshed(in_school)
    batch = Batch.objects.select_related("organization__region", "region").get(pk=batch.pk)

    actions.undo(batch, by=school_clerk)

    assert TotalsWanted.objects.filter(school=in_school, school_year=school_year(local_today())).exists()


def test_a_school_year_that_begins_without_totals_is_asked_for_in_its_first_night(kept, in_school, run_jobs):
    _refreshed(in_school)
    with scope("ledger"):
        CreditTotal.objects.filter(school_year=school_year(local_today())).delete()

        assert actions.want_missing_totals(local_today()) == 1
        assert actions.want_missing_totals(local_today()) == 0


def test_schools_whose_totals_wait_are_counted_by_region(kept, in_school, school_clerk, other_school):
    _refreshed(in_school)
    actions.undo(kept, by=school_clerk)

    with scope("ledger"):
        assert schools_waiting(in_school.region.path, 2025) == 1
        assert queries.overview(in_school.region, 2025, by_school=True).waiting == 1
        assert schools_waiting("nowhere/", 2025) == 0
