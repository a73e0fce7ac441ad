"""The night over the sample city: identities that hold for every vintage, and what may not change."""

import zlib
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import Error, transaction

from indicators import actions, method
from indicators.models import (
    Denominator,
    Figure,
    FigureSource,
    IndicatorVersion,
    Observation,
    Return,
    ReturnCell,
    Vintage,
    VintageCell,
    VintageContribution,
)
from indicators.queries import index as queries
from indicators.queries import results
from indicators.queries.panel import assemble
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Role
from tests.factories import UserFactory
from tests.indicators.conftest import AT
from tests.indicators.returns import change_cell

pytestmark = pytest.mark.usefixtures("night")


@pytest.fixture
def staff(db):
    return UserFactory(username="indexer", holding=(Role.STAFF, Region.objects.city()), mfa=True)


def compute(draws=200):
    return actions.compute(at=AT, draws=draws)


# ---------------------------------------------------------------- the same inputs, the same bytes


def test_the_same_inputs_give_no_new_vintage(night):
    run = compute()

    assert not run.is_new
    assert run.vintage == night
    assert Vintage.objects.count() == 1


def test_the_same_inputs_give_the_same_bytes(night):
    digest, results = night.digest, night.result_digest
    night.runs.all().delete()
    night.delete()

    run = compute()

    assert run.is_new
    assert (run.vintage.digest, run.vintage.result_digest) == (digest, results)


def test_another_figure_gives_another_vintage(night):
    change_cell("440305000000", 2025, "KJ121", value=Decimal("1.00"))

    run = compute()

    assert run.is_new
    assert run.vintage.digest != night.digest


def test_the_digest_is_that_of_the_kept_inputs(night):
    assert method.fingerprint(zlib.decompress(night.inputs)) == night.digest


def test_without_an_accepted_return_there_is_nothing_to_compute(night):
    Return.objects.accepted().update(status="returned", returned_at=AT)

    with pytest.raises(Refused, match="还没有审核通过的年报"):
        compute()


# ---------------------------------------------------------------- identities


def test_the_city_is_the_sum_of_its_districts(night):
    cells = VintageCell.objects.filter(vintage=night, level="indicator").select_related("region")
    city = {(c.node, c.year): c for c in cells if c.region.level == 1 and c.node != "literacy"}
    sums: dict = {}
    for cell in cells:
        if cell.region.level == 2 and cell.state not in ("missing", "not_applicable"):
            above, below = sums.get((cell.node, cell.year), (0, 0))
            sums[cell.node, cell.year] = above + cell.numerator, below + cell.denominator

    assert len(city) == 23 * 6
    for key, cell in city.items():
        assert (cell.numerator, cell.denominator) == sums[key], key


def test_every_figure_is_the_sum_of_its_terms(night):
    cells = VintageCell.objects.filter(vintage=night, level="indicator", region__level=2)
    for cell in cells.exclude(state__in=["missing", "not_applicable", "carried"]):
        for side, value in (("n", cell.numerator), ("d", cell.denominator)):
            parts = [term for term in cell.terms if term["side"] == side and term["value"] != "-"]
            assert sum(Decimal(term["value"]) * Decimal(term["times"]) for term in parts) == value, cell.node


def test_terms_name_the_accepted_cells_they_come_from(night):
    cell = VintageCell.objects.get(vintage=night, node="social_share", year=2025, region__code="440305000000")
    for term in cell.terms:
        held = ReturnCell.objects.get(filing=term["ref"], item__key=term["key"])
        assert str(held.value) == term["value"]


def test_contributions_add_up_to_the_printed_index(night):
    for cell in VintageCell.objects.filter(vintage=night, level="index", score__isnull=False):
        rows = VintageContribution.objects.filter(vintage=night, region=cell.region_id, year=cell.year)
        assert sum(row.points for row in rows if row.points is not None) == cell.score


def test_what_moved_the_index_adds_up_to_its_printed_change(night):
    scores = {
        (cell.region_id, cell.year): cell.score
        for cell in VintageCell.objects.filter(vintage=night, level="index")
    }
    for (region, year), score in scores.items():
        if year == 2020:
            continue
        rows = VintageContribution.objects.filter(vintage=night, region=region, year=year)
        moved = sum(
            part or 0
            for row in rows
            for part in (
                row.change_numerator,
                row.change_denominator,
                row.change_coverage,
                row.change_weights,
            )
        )
        assert moved == score - scores[region, year - 1]


def test_the_base_year_is_one_hundred(night):
    cells = VintageCell.objects.filter(vintage=night, level="index", year=2020)
    assert {cell.growth for cell in cells} == {Decimal(100)}


def test_ranks_are_of_districts_and_lie_in_their_intervals_order(night):
    for cell in VintageCell.objects.filter(vintage=night, level="index").select_related("region"):
        if cell.region.level == 1:
            assert (cell.rank, cell.rank_low) == (None, None)
        else:
            assert 1 <= cell.rank_low <= cell.rank_high <= 11


def test_outcome_does_not_apply_to_districts(night):
    cells = VintageCell.objects.filter(vintage=night, node="outcome", region__level=2)
    assert {cell.state for cell in cells} == {Observation.State.NOT_APPLICABLE}


def test_dapeng_has_its_own_population_and_longgang_does_not_count_it(night):
    found = {
        cell.region.name: cell.denominator
        for cell in VintageCell.objects.filter(vintage=night, node="volunteers_rate", year=2025)
        .filter(region__code__in=["440307000000", "440391000000"])
        .select_related("region")
    }
    assert found == {"龙岗区": 3_979_037, "大鹏新区": 156_236}


# ---------------------------------------------------------------- goalposts


def test_goalposts_are_twice_the_city_of_2020_and_never_beyond_their_bound(night):
    cells = {c.node: c for c in VintageCell.objects.filter(vintage=night, year=2020, region__level=1)}
    for one in IndicatorVersion.objects.exclude(code="literacy"):
        twice = cells[one.code].rate * 2
        wanted = min(twice, one.bound) if one.bound is not None else twice
        assert abs(one.high - wanted) < Decimal("0.00001"), one.code
        assert one.low == 0


def test_goalposts_once_set_stay(night):
    before = dict(IndicatorVersion.objects.values_list("code", "high"))
    change_cell("440305000000", 2020, "KJ121", value=Decimal("99999.00"))

    compute()

    assert dict(IndicatorVersion.objects.values_list("code", "high")) == before


def test_without_a_value_in_2020_the_goalpost_is_set_from_the_next_year(night):
    IndicatorVersion.objects.filter(code="media_reads").update(high=None, goalpost_basis="")
    for code in Region.objects.districts().values_list("code", flat=True):
        change_cell(code, 2020, "KM172", value=Decimal(0))

    compute()

    assert "全市2021年数值" in night.edition.indicators.get(code="media_reads").goalpost_basis


# ---------------------------------------------------------------- missing, not applicable, carried


def test_a_missing_district_leaves_the_city_unpublished(night):
    Return.objects.filter(region__code="440304000000", period__year__in=[2024, 2025]).update(
        status="returned", returned_at=AT
    )

    vintage = compute().vintage

    city = VintageCell.objects.get(vintage=vintage, level="index", year=2025, region__level=1)
    assert city.score is None


def test_a_figure_not_handed_in_is_carried_one_year_and_marked(night):
    Return.objects.filter(region__code="440304000000", period__year=2025).update(
        status="returned", returned_at=AT
    )

    vintage = compute().vintage

    cells = VintageCell.objects.filter(vintage=vintage, node="special_funds", region__code="440304000000")
    by_year = {cell.year: cell for cell in cells}
    assert by_year[2025].state == Observation.State.CARRIED
    assert by_year[2025].numerator == by_year[2024].numerator


def test_a_dash_is_not_a_nought(night):
    for key in ("KC115", "KC125", "KC110", "KC120"):
        change_cell("440392000000", 2025, key, state="not_applicable", value=None)

    vintage = compute().vintage

    cell = VintageCell.objects.get(vintage=vintage, node="open_days", year=2025, region__code="440392000000")
    assert (cell.state, cell.score) == (Observation.State.NOT_APPLICABLE, None)
    city = VintageCell.objects.get(vintage=vintage, node="open_days", year=2025, region__level=1)
    assert city.score is not None


def test_the_latest_census_at_or_before_the_year_is_the_denominator(night):
    Denominator.objects.create(
        kind="population",
        region=Region.objects.get(code="440305000000"),
        year=2024,
        value=1_900_000,
        unit="人",
        source="示例",
        is_verified=True,
    )

    vintage = compute().vintage

    cells = VintageCell.objects.filter(vintage=vintage, node="staff_rate", region__code="440305000000")
    found = {cell.year: cell.denominator for cell in cells}
    assert (found[2023], found[2024], found[2025]) == (1_795_826, 1_900_000, 1_900_000)
    assert "older_denominator" not in cells.get(year=2024).flags
    assert "older_denominator" in cells.get(year=2025).flags


def test_entered_figures_come_before_counted_ones_and_are_never_mixed(night, staff):
    district = Region.objects.get(code="440305000000")
    source = FigureSource.objects.get(name="bases")
    Figure.objects.create(source=source, region=district, year=2025, value=7, origin=Figure.Origin.COUNTED)

    found = assemble(night.edition, 2025)

    terms = found.terms["free_bases", district.code, 2025]
    assert {term["kind"] for term in terms} == {"entered"}


def test_an_entered_figure_says_where_it_is_from(staff):
    source = FigureSource.objects.get(name="literacy")
    with pytest.raises(ValidationError):
        actions.enter_figure(
            source, region=Region.objects.city(), year=2026, value=Decimal(26), basis="", by=staff
        )


# ---------------------------------------------------------------- publishing


def test_a_published_vintage_is_written_once(night, staff):
    actions.freeze(night, note="年度报告", by=staff)
    actions.publish(night, at=AT, by=staff)

    cell = VintageCell.objects.filter(vintage=night).first()
    attempts = [
        lambda: Vintage.objects.filter(pk=night.pk).update(note="改"),
        lambda: VintageCell.objects.filter(pk=cell.pk).update(score=1),
        lambda: VintageContribution.objects.filter(vintage=night).delete(),
        lambda: IndicatorVersion.objects.filter(code="special_funds").update(high=1),
    ]
    for attempt in attempts:
        with pytest.raises(Error, match=r"written once|does not change"), transaction.atomic():
            attempt()


def test_a_nightly_vintage_is_not_published_without_being_frozen(night, staff):
    with pytest.raises(Refused, match="先冻结"):
        actions.publish(night, at=AT, by=staff)


def test_officers_do_not_publish_the_index(night):
    officer = UserFactory(holding=(Role.DISTRICT, Region.objects.get(code="440305000000")))
    with pytest.raises(PermissionDenied):
        actions.freeze(night, note="x", by=officer)


def test_the_public_reads_the_published_vintage_even_after_later_nights(night, staff):
    actions.freeze(night, note="年度报告", by=staff)
    actions.publish(night, at=AT, by=staff)
    change_cell("440305000000", 2025, "KJ121", value=Decimal("1.00"))

    later = compute().vintage

    assert queries.current_vintage() == night
    assert queries.latest_vintage() == later


# ---------------------------------------------------------------- what is told


def test_the_headline_is_the_latest_year_of_the_city(night):
    found = results.headline()
    assert (found.year, found.base_year, found.vintage) == (2025, 2020, night.short)
    assert found.growth > 100


def test_small_counts_about_children_are_blanked_with_what_would_give_them_away(night):
    cells = list(
        VintageCell.objects.filter(vintage=night, node="credit_reached", year=2025).select_related("region")
    )
    districts = [cell for cell in cells if cell.region.level == 2]
    districts[0].numerator = Decimal(4)

    shown = queries.blanked(cells, queries.method_of(night))

    hidden = [cell for cell in shown if cell.flags == ["hidden"]]
    assert districts[0] in hidden
    assert len(hidden) == 2
    assert all(cell.score is cell.rate is cell.numerator is None and not cell.terms for cell in hidden)


def test_interval_words(night):
    cell = VintageCell(rank_low=3, rank_high=5)
    assert queries.place_words(cell) == "第 3–5 位"
    assert queries.place_words(VintageCell(rank_low=1, rank_high=1)) == "第 1 位"
    assert queries.place_words(VintageCell()) == "未公布"


def test_what_moved_a_district_leads_from_one_year_to_the_next(night):
    for region in Region.objects.districts()[:3]:
        found = queries.profile(night, region, 2025)
        moved = sum(value for _, value in found.changes)
        assert found.before.score + moved == found.index.score


def test_the_seed_is_that_of_the_inputs(night):
    assert int(night.seed) == method.seed_of(night.digest)


def test_a_district_without_growth_index_says_which_counts_are_too_small(night):
    found = queries.overview(night)

    without = {
        row.region.code for row in found.rows if row.cell.score is not None and row.cell.growth is None
    }
    assert without
    assert set(found.gaps) == without
    for gaps in found.gaps.values():
        assert gaps
        assert all(gap.thin for gap in gaps)


def test_the_points_of_a_hidden_count_are_hidden_too(night):
    district = Region.objects.get(code="440304000000")
    cells = VintageCell.objects.filter(vintage=night, region=district, node="credit_reached")
    cells.update(numerator=5)

    found = queries.profile(night, district)

    (standing,) = (
        one for _, _, under in found.pillars for one in under if one.indicator.code == "credit_reached"
    )
    assert (standing.cell.flags, standing.points) == (["hidden"], None)
