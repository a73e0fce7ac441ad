"""Dashboards: the same published figures for everybody, more for who works with them."""

from decimal import Decimal

import pytest
from django.core.cache import cache

from indicators.models import VintageCell, VintageContribution
from indicators.queries.boards import change_between
from indicators.queries.index import method_of
from portal import charts
from portal.multiples import multiples
from portal.regions import Region
from portal.roles import Role
from portal.sheets import read_table
from tests.factories import UserFactory

CITY, NANSHAN, FUTIAN = "440300000000", "440305000000", "440304000000"
BOARD = "/index/board/"

pytestmark = pytest.mark.usefixtures("night")


def person(role, code):
    return UserFactory(holding=(role, Region.objects.get(code=code)), mfa=True)


@pytest.fixture
def street(night):
    return Region.objects.inhabited().filter(parent__code=NANSHAN).order_by("code").first()


@pytest.mark.parametrize(
    "address", [BOARD, f"{BOARD}{NANSHAN}/", f"{BOARD}?year=2023&measure=KJ100&from=2021&to=2024"]
)
def test_boards_open_without_an_account(client, address, django_assert_max_num_queries):
    with django_assert_max_num_queries(60):
        assert client.get(address).status_code == 200
    with django_assert_max_num_queries(45):  # drawn before
        assert client.get(address).status_code == 200


def test_the_public_sees_six_numbers_and_staff_twelve(client, night):
    assert len(client.get(BOARD).context["found"].numbers) == 6

    client.force_login(person(Role.STAFF, CITY))

    assert len(client.get(BOARD).context["found"].numbers) == 12


def test_a_number_of_a_district_stands_beside_the_middle_of_all(client, night):
    numbers = client.get(f"{BOARD}{NANSHAN}/").context["found"].numbers

    score = next(one for one in numbers if one.measure.code == "score.index")
    cells = VintageCell.objects.filter(
        vintage=night, node="index", year=2025, region__level=2, score__isnull=False
    )
    assert score.middle == sorted(cell.score for cell in cells)[cells.count() // 2]
    assert score.beside.startswith("各区中位数")


def test_what_staff_see_of_their_district_nobody_else_sees(client, night):
    assert client.get(f"{BOARD}{NANSHAN}/").context["staff"] is None

    client.force_login(person(Role.DISTRICT, NANSHAN))

    own = client.get(f"{BOARD}{NANSHAN}/")
    assert {row.region.code for row, _ in own.context["staff"].returns} == {NANSHAN}
    assert "工作人员可见" in own.content.decode()
    assert client.get(f"{BOARD}{FUTIAN}/").context["staff"] is None
    assert client.get(BOARD).context["staff"] is None


def test_the_changes_of_several_years_add_up(night):
    nanshan = Region.objects.get(code=NANSHAN)

    chart = change_between(night, method_of(night), nanshan, 2021, 2025)

    (_, first), *steps, (_, last) = chart.rows
    assert first + sum(value for _, value in steps) == last
    assert "2021—2025年" in chart.title


def test_a_change_that_is_not_wholly_explained_is_not_drawn(night):
    nanshan = Region.objects.get(code=NANSHAN)
    VintageContribution.objects.filter(vintage=night, region=nanshan, year=2023).delete()

    assert change_between(night, method_of(night), nanshan, 2022, 2024) is None
    assert change_between(night, method_of(night), nanshan, 2024, 2024) is None


def test_a_small_count_of_children_is_on_no_board(client, night):
    VintageCell.objects.filter(vintage=night, node="credit_reached", year=2025, region__code=NANSHAN).update(
        numerator=4, rate=Decimal("987654.32")
    )
    cache.clear()

    page = client.get(f"{BOARD}{NANSHAN}/?measure=rate.credit_reached")
    file = client.get(f"{BOARD}{NANSHAN}/?file=indicators.csv")

    assert "654.32" not in page.content.decode()
    assert "654.32" not in file.content.decode()


def test_a_subdistrict_shows_what_the_portal_counts_beside_its_neighbours(client, street):
    page = client.get(f"{BOARD}{street.code}/")

    assert page.status_code == 200
    assert [one.code for one, _ in page.context["numbers"]] == [
        "resources",
        "bases",
        "needs",
        "sessions",
        "visits",
    ]
    assert street.name in page.content.decode()


def test_every_chart_of_a_board_is_downloaded(client, night):
    page = client.get(f"{BOARD}{NANSHAN}/")
    shown = [
        page.context[key] for key in ("trend", "levels", "map", "waterfall", "panel_chart", "district_table")
    ]

    for exhibit in shown:
        for name, address in exhibit.files:
            answer = client.get(f"{BOARD}{NANSHAN}/{address}")
            assert answer.status_code == 200, address
            assert answer["Content-Disposition"].startswith("attachment")
            if name == "XLSX":
                assert read_table(answer.content, expect=None).headers == list(exhibit.chart.columns)


@pytest.mark.parametrize(
    "query", ["year=1", "measure=%00", "from=2025&to=2020", "from=x&to=٢٠٢٥", "file=x.svg"]
)
def test_a_strange_question_gives_the_usual_board_or_nothing(client, query):
    assert client.get(f"{BOARD}?{query}").status_code == (404 if "file" in query else 200)


@pytest.mark.parametrize("code", ["999999999999", "440305007001"])
def test_a_place_without_a_board_is_not_found(client, code):
    assert client.get(f"{BOARD}{code}/").status_code == 404


def test_the_city_has_one_address(client):
    assert client.get(f"{BOARD}{CITY}/?year=2023").url == f"{BOARD}?year=2023"


def test_small_multiples_share_a_scale_or_have_their_own():
    about = charts.About("m", "各区")
    series = {"南山区": [1, 2], "福田区": [100, 200]}

    own = multiples(about, ["2024", "2025"], series).panels
    shared = multiples(about, ["2024", "2025"], series, shared=True).panels

    assert own[0].svg == own[1].svg
    assert shared[0].svg != shared[1].svg
    assert [panel.text for panel in shared] == ["2", "200"]


def test_small_multiples_have_gaps_where_figures_are_missing_and_a_table_of_all():
    found = multiples(charts.About("m", "各区"), ["2023", "2024", "2025"], {"南山区 <b>": [1, None, 3]})

    assert found.panels[0].svg.count("M5.0") == 1
    assert "L" not in found.panels[0].svg.split('d="')[2].split('"')[0]
    assert "南山区 &lt;b&gt;" in found.chart.svg
    assert found.chart.rows == (("南山区 <b>", 1, None, 3),)
