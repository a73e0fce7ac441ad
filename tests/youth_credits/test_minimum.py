"""Who has met the minimum: counted for the city as each child's own page says it."""

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from portal.files import made
from portal.regions import Level
from portal.roles import Role
from portal.scope import scope
from tests.factories import OrganizationFactory, RegionFactory, UserFactory
from tests.youth_credits.factories import enrol
from youth_credits import actions, queries
from youth_credits.actions import Occasion
from youth_credits.models import CreditRuleSet, Enrolment, SpecialCase, TotalsWanted
from youth_credits.queries import RuleBook

YEAR = 2025
LAST = date(2026, 8, 31)
PROOF = made(b"%PDF-1.4 proof", "证明.pdf", "pdf")


def earn(school, clerk, child, **minutes_by_kind) -> None:
    """One activity of a child for each kind, under the school's scope."""
    for number, (kind, minutes) in enumerate(minutes_by_kind.items()):
        held = date(2025, 10, 10 + number)
        occasion = Occasion(RuleBook(school).find(kind, held), held, f"{kind}活动")
        actions.record_class(occasion, [child], minutes=minutes, school=school, key=uuid.uuid4(), by=clerk)


def lower(school, child, share, *, by, decided_by) -> None:
    SpecialCase.objects.create(
        organization=school,
        region=school.region,
        student=child,
        school_year=YEAR,
        kind=SpecialCase.Kind.ILLNESS,
        share=Decimal(share),
        reason="住院",
        status=SpecialCase.Status.APPROVED,
        created_by=by,
        decided_by=decided_by,
        decided_at=timezone.now(),
    )


def reached(year: int = YEAR) -> int:
    with scope("ledger"):
        return sum(queries.reached_minimum_by_district(year).values())


def on_their_pages(children) -> int:
    """How many the own page says have met it."""
    pages = [queries.progress(child, LAST) for child in children]
    return sum(page.applies and page.missing.nothing for page in pages)


@pytest.fixture
def area_rules(rules, district):
    """area_rules(year_minimum=…) puts the district's own version in force at the beginning of the year."""

    def put(**values) -> CreditRuleSet:
        own = CreditRuleSet.objects.get(version=1)
        kinds = list(own.rules.order_by("pk"))
        own.pk, own.version, own.area, own.approved_at = None, 2, district, None
        own.in_force_from = date(2025, 9, 1)
        for name, value in values.items():
            setattr(own, name, value)
        own.save(force_insert=True)
        for kind in kinds:
            kind.pk, kind.rule_set = None, own
            kind.save(force_insert=True)
        CreditRuleSet.objects.filter(pk=own.pk).update(approved_at=timezone.now())
        return own

    return put


def test_a_child_of_whom_less_is_asked_counts_by_the_own_minimum(
    students, in_school, school_clerk, school_verifier
):
    earn(in_school, school_clerk, students[0], A1=120, A6=120)
    earn(in_school, school_clerk, students[1], A1=120, A6=120)
    assert reached() == 0

    lower(in_school, students[0], "0.2", by=school_clerk, decided_by=school_verifier)

    assert queries.progress(students[0], LAST).missing.nothing
    assert reached() == on_their_pages(students) == 1


def test_a_share_is_cut_down_to_the_step_for_the_city_as_on_the_page(
    students, in_school, school_clerk, school_verifier
):
    # 6 × 0.24 = 1.44 and 3 × 0.24 = 0.72: asked are 1.25 and 0.5 credits.
    earn(in_school, school_clerk, students[0], A1=90, A6=120)
    lower(in_school, students[0], "0.24", by=school_clerk, decided_by=school_verifier)

    assert queries.progress(students[0], LAST).minimum.credits == Decimal("1.25")
    assert reached() == on_their_pages(students) == 1


def test_a_child_of_whom_nothing_is_asked_has_met_it_without_an_entry(
    students, in_school, school_clerk, school_verifier
):
    lower(in_school, students[2], "0", by=school_clerk, decided_by=school_verifier)

    assert reached() == on_their_pages(students) == 1


def test_the_minimum_of_the_districts_own_rules_counts(students, in_school, school_clerk, area_rules):
    earn(in_school, school_clerk, students[0], A1=120, A6=120)
    assert reached() == 0

    area_rules(year_minimum=Decimal("1.5"), off_campus_minimum=Decimal("0.5"), kinds_minimum=2)

    assert reached() == on_their_pages(students) == 1


def bands(school) -> tuple[int, ...]:
    """None, less than half, half and more, the minimum: from the totals that the night has kept."""
    with scope("ledger"):
        for asked in list(TotalsWanted.objects.filter(school=school)):
            actions.refresh_totals(asked.school_id, asked.school_year)
        [place] = queries.spread(school.region.path, YEAR, by_school=True)
        assert queries.untotalled() == []
    return place.bands


def test_the_citys_distribution_asks_each_child_for_its_own_minimum(
    students, in_school, school_clerk, school_verifier
):
    earn(in_school, school_clerk, students[0], A1=120, A6=120)
    earn(in_school, school_clerk, students[1], A1=120, A6=120)
    assert bands(in_school) == (1, 2, 0, 0)  # 1.5 of 6 credits

    for child, share in ((students[0], "0.2"), (students[1], "0.5"), (students[2], "0")):
        case = actions.ask_special(
            child,
            kind=SpecialCase.Kind.ILLNESS,
            on=date(2025, 11, 1),
            share=Decimal(share),
            reason="住院",
            proof=PROOF,
            key=uuid.uuid4(),
            by=school_clerk,
        )
        actions.decide_special(case, "approve", by=school_verifier)

    assert bands(in_school) == (0, 0, 1, 2)  # 1.5 of 1, 1.5 of 3, none of nothing
    actions.decide_special(case, "end", note="已复学", by=school_verifier)
    assert bands(in_school) == (1, 0, 1, 1)


def test_the_citys_distribution_asks_by_the_districts_own_rules(
    students, in_school, school_clerk, area_rules
):
    earn(in_school, school_clerk, students[0], A1=120, A6=120)
    earn(in_school, school_clerk, students[1], A1=90)

    area_rules(year_minimum=Decimal("1.5"), off_campus_minimum=0, kinds_minimum=1)

    assert bands(in_school) == (1, 0, 1, 1)  # 1.5 and 0.75 of 1.5 credits


def test_the_districts_own_rules_ask_nothing_of_other_grades(students, in_school, area_rules):
    area_rules(year_minimum=0, off_campus_minimum=0, kinds_minimum=0, grade_from=6)

    assert reached() == on_their_pages(students) == 0
    with scope("ledger"):
        assert not queries.students_in_scope_by_district(date(2026, 6, 30))


def test_the_ledger_learns_a_share_and_no_special_case(students, in_school, school_clerk, school_verifier):
    lower(in_school, students[0], "0", by=school_clerk, decided_by=school_verifier)

    with scope("ledger"):
        assert sum(queries.reached_minimum_by_district(YEAR).values()) == 1
        assert not SpecialCase.objects.exists()


def test_the_classes_of_a_school_count_by_the_same_minimum(
    students, in_school, school_clerk, school_verifier, area_rules
):
    area_rules(year_minimum=Decimal(5))
    # 5 × 0.35 = 1.75 and nothing to cut; 5 × 0.38 = 1.9: asked is 1.75 of both, and each has 1.75.
    for child, share in zip(students, ("0.35", "0.38", "0.4"), strict=True):
        earn(in_school, school_clerk, child, A1=210)
        lower(in_school, child, share, by=school_clerk, decided_by=school_verifier)

    [row] = queries.classes_of_year(in_school, YEAR, [5])

    assert (row["heads"], row["done"]) == (3, 2)
    assert [child.pk for child in queries.behind(in_school, YEAR, 5, 1)] == [students[2].pk]


def test_another_schools_children_have_no_shares_for_a_school(
    students, in_school, other_school, other_clerk, school_clerk, school_verifier
):
    lower(in_school, students[0], "0.5", by=school_clerk, decided_by=school_verifier)

    with scope(f"school:{other_school.pk}"):
        enrol(other_school, other_clerk, first=50)
        assert queries.shares_asked(YEAR) == {}
    assert queries.shares_asked(YEAR) == {students[0].pk: Decimal("0.5")}


def a_school(region, serials: range, *, done: int, tried: int = 0) -> list:
    """A school of a place, with children of whom the first `done` earn enough and the next `tried` do not."""
    school = OrganizationFactory(region=region, school=True)
    clerk = UserFactory(holding=(Role.SCHOOL, school))
    with scope(f"school:{school.pk}"):
        children = enrol(school, clerk, heads=len(serials), first=serials.start)
        for child in children[:done]:
            earn(school, clerk, child, A1=120, A6=120)
        for child in children[done : done + tried]:
            earn(school, clerk, child, A1=90)
    return children


def test_districts_and_their_subdistricts_are_counted_by_one_reading(rules, district, area_rules):
    first, second = RegionFactory.create_batch(2, subdistrict=True, parent=district)
    elsewhere = RegionFactory(subdistrict=True)
    moved = a_school(first, range(3), done=2, tried=1)[0]
    a_school(first, range(3, 4), done=1)
    a_school(second, range(4, 6), done=0, tried=1)
    in_no_subdistrict = a_school(district, range(6, 8), done=1)[0].school
    one_of_few = a_school(elsewhere, range(8, 10), done=0, tried=1)[0]
    with scope("steward"):
        Enrolment.objects.filter(student=moved).update(ends_on=date(2026, 3, 1))
        Enrolment.objects.create(
            student=moved, school=in_no_subdistrict, grade=5, class_number=1, starts_on=date(2026, 3, 1)
        )
        clerk, verifier = UserFactory.create_batch(2)
        lower(one_of_few.school, one_of_few, "0", by=clerk, decided_by=verifier)
    area_rules(year_minimum=Decimal("1.5"), off_campus_minimum=Decimal("0.5"), kinds_minimum=2)

    def both(query, argument) -> list[int | None]:
        """What one reading tells of each place; what one for each level tells is the same."""
        levels = (Level.DISTRICT, Level.SUBDISTRICT)
        with scope("ledger"):
            found = query(argument, levels=levels)
            assert found == query(argument, levels=levels[:1]) | query(argument, levels=levels[1:])
        places = (district, first, second, elsewhere.parent, elsewhere)
        assert set(found) <= {place.code for place in places}
        return [found.get(place.code) for place in places]

    assert both(queries.students_in_scope_by_district, date(2026, 6, 30)) == [8, 3, 2, 2, 2]
    assert both(queries.reached_minimum_by_district, YEAR) == [4, 2, None, 1, 1]
    # 19 hours of 9 and a half, 1 and a half and, in no subdistrict, 8: halves are cut off once, at the end.
    assert both(queries.hours_by_district, YEAR) == [19, 9, 1, 1, 1]


def test_what_the_schools_have_adds_up_to_what_is_told_of_the_districts(
    students, in_school, school_clerk, school_verifier
):
    earn(in_school, school_clerk, students[0], A1=120, A6=120)
    earn(in_school, school_clerk, students[1], A1=95)
    lower(in_school, students[0], "0", by=school_clerk, decided_by=school_verifier)

    with scope("ledger"):
        hours = sum(queries.hours_by_district(YEAR).values())
        heads = sum(queries.students_in_scope_by_district(LAST).values())
        minutes, in_scope, met = (
            [(one.school, one.figure) for one in found]
            for found in (
                queries.minutes_by_school(YEAR),
                queries.students_in_scope_by_school(LAST),
                queries.reached_minimum_by_school(YEAR),
            )
        )

    assert minutes == [(in_school.pk, 335)]
    assert hours == 335 // 60
    assert in_scope == [(in_school.pk, heads)]
    assert met == [(in_school.pk, reached())]
    assert reached() > 0
    assert heads > 0
