"""The plan's gaps beside the indicators that show them."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from indicators.actions import load_reference
from indicators.actions.gaps import link_gap
from indicators.models import GapIndicator
from indicators.queries.gaps import gap_list
from outreach.actions import load_reference as load_plan
from outreach.models import Gap
from portal.audit import AuditEntry
from portal.errors import Refused

PAGE = "/index/gaps/"


@pytest.fixture
def gaps(reference):
    load_plan()
    load_reference()
    return {gap.code: gap for gap in Gap.objects.all()}


def codes(gap) -> set[str]:
    return set(GapIndicator.objects.filter(gap=gap).values_list("indicator", flat=True))


def test_each_gap_of_the_plan_has_indicators_from_the_start(gaps):
    assert len(gaps) == 8
    assert all(codes(gap) for gap in gaps.values())


def test_what_people_chose_stays_when_reference_data_is_loaded_again(gaps, city_staff):
    link_gap(gaps["G2"], ["literacy", "visits_rate"], by=city_staff)

    load_reference()

    assert codes(gaps["G2"]) == {"literacy", "visits_rate"}


def test_a_gap_left_without_indicators_stays_without(gaps, city_staff):
    link_gap(gaps["G2"], [], by=city_staff)

    load_reference()

    assert codes(gaps["G2"]) == set()


def test_an_indicator_that_is_not_in_force_is_refused(gaps, city_staff):
    before = codes(gaps["G2"])

    with pytest.raises(Refused, match="现行指数版本没有这些指标：happiness。"):
        link_gap(gaps["G2"], ["happiness"], by=city_staff)

    assert codes(gaps["G2"]) == before


def test_only_who_computes_the_index_links(gaps, officer):
    with pytest.raises(PermissionDenied):
        link_gap(gaps["G2"], ["literacy"], by=officer)


@pytest.mark.parametrize("indicator", ["literacy", ""])
def test_the_database_knows_an_indicator_once_and_by_its_name(gaps, indicator):
    with pytest.raises(IntegrityError), transaction.atomic():
        GapIndicator.objects.create(gap=gaps["G2"], indicator=indicator)


def test_the_choice_is_made_on_a_page_and_stands_in_the_trail(client, gaps, city_staff):
    client.force_login(city_staff, backend="allauth.account.auth_backends.AuthenticationBackend")

    answer = client.post(
        reverse("indicators:gap_indicators", args=[gaps["G8"].pk]), {"indicators": ["abroad_visits"]}
    )

    assert answer.headers["Location"] == PAGE
    assert codes(gaps["G8"]) == {"abroad_visits"}
    assert AuditEntry.objects.filter(note__contains="对应指标：abroad_visits").exists()


def test_everybody_reads_gap_measures_and_figures(client, night):
    load_plan()
    load_reference()

    page = client.get(PAGE).content.decode()

    assert "高水平、创新性的科普活动较少" in page
    assert "每万人参加人次" in page
    assert "2025年" in page


def test_figures_are_those_of_the_city_in_the_first_and_the_last_year(night):
    load_plan()
    load_reference()
    cells = night.cells.filter(region__level=1, node="staff_rate", rate__isnull=False).order_by("year")

    line = next(line for line in gap_list().lines if line.gap.code == "G7")

    staff = next(one for one in line.measured if one.indicator.code == "staff_rate")
    assert (staff.first, staff.last) == (cells.first(), cells.last())
    assert staff.change == cells.last().rate - cells.first().rate


def test_a_plan_without_gaps_says_so(client, reference):
    assert "现行规划没有列出差距" in client.get(PAGE).content.decode()


def test_the_page_costs_no_more_queries_for_eight_gaps_than_for_one(
    client, night, django_assert_max_num_queries
):
    load_plan()
    load_reference()

    with django_assert_max_num_queries(22):
        client.get(PAGE)
