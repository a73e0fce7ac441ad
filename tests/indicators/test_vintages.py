"""A vintage's life: frozen, published, revised, computed again."""

from decimal import Decimal

import pytest
from django.utils import timezone

from indicators import actions
from indicators.models import RebuildCheck, Vintage, VintageCell
from indicators.queries import index as queries
from indicators.queries.auditing import audit_of
from indicators.queries.revisions import revision
from indicators.queries.scenarios import change_table, pairs, scenarios, target_of
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Role
from tests.factories import UserFactory
from tests.indicators.conftest import AT
from tests.indicators.returns import change_cell

pytestmark = pytest.mark.usefixtures("night")
NANSHAN = "440305000000"


@pytest.fixture
def staff(db):
    return UserFactory(username="publisher", holding=(Role.STAFF, Region.objects.city()), mfa=True)


@pytest.fixture
def nanshan(night):
    return Region.objects.get(code=NANSHAN)


# ---------------------------------------------------------------- publishing


def test_a_frozen_vintage_can_be_taken_back_but_a_published_one_cannot(night, staff):
    actions.freeze(night, note="年度发布", by=staff)
    actions.thaw(night, note="还要更正", by=staff)
    assert night.kind == Vintage.Kind.NIGHTLY
    actions.freeze(night, note="年度发布", by=staff)
    actions.publish(night, at=AT, note="首次发布", by=staff)

    with pytest.raises(Refused, match="只有已冻结"):
        actions.thaw(night, note="x", by=staff)
    assert night.note == "首次发布"


def test_what_replaces_a_published_vintage_says_which_and_why(night, revised, staff):
    for vintage, note in ((night, "首次发布"), (revised, "南山区更正经费")):
        actions.freeze(vintage, note="准备发布", by=staff)
        actions.publish(vintage, at=AT, note=note, by=staff)

    latest, first = queries.published_vintages()

    assert (latest, latest.supersedes) == (revised, night)
    assert latest.note == "南山区更正经费"
    assert first.supersedes is None


# ---------------------------------------------------------------- revisions


def test_a_revision_tells_old_and_new_the_corrected_figure_and_the_points(night, revised):
    found = revision(night, revised)

    assert found.is_comparable
    assert found.method_words == []
    (cause,) = found.causes
    assert (cause.region.code, cause.year, cause.name) == (NANSHAN, 2025, "人均科普专项经费")
    assert "→ 1.00" in cause.words
    index = [one for one in found.moved if one.node == "index" and one.region.code == NANSHAN]
    assert [one.year for one in index] == [2025]
    parts = [part for part in found.parts if part.region.code == NANSHAN]
    assert sum(part.points for part in parts) == index[0].by
    assert {(part.name, part.kind) for part in parts} == {("人均科普专项经费", "分子")}


def test_the_city_moves_by_the_same_correction(night, revised):
    found = revision(night, revised)

    city = [one for one in found.moved if one.node == "index" and one.region.level == 1]
    parts = [part for part in found.parts if part.region.level == 1]
    assert sum(part.points for part in parts) == sum(one.by for one in city)


def test_corrections_of_figures_about_children_are_told_without_their_numbers(night):
    change_cell(NANSHAN, 2025, "KH131", value=Decimal(17))
    found = revision(night, actions.compute(at=AT, draws=200).vintage)

    words = {cause.name: cause.words for cause in found.causes}
    assert "17" not in words["竞赛参与率"]
    assert "17" in words["每万人参加人次"]


def test_other_goalposts_are_told_and_points_are_not_compared(night, staff):
    draft = actions.draft_edition(
        night.edition, code="9", name="第二版", link_year=2024, reason="x", by=staff
    )
    one = draft.indicators.select_related("pillar").get(code="staff_rate")
    actions.change_indicator(one, {"high": one.high * 2, "goalpost_basis": "规划目标"}, by=staff)
    actions.adopt(draft, at=timezone.now(), by=staff)

    found = revision(night, actions.compute(at=AT, draws=200).vintage)

    assert not found.is_comparable
    assert found.parts == []
    assert any("方法版本" in words for words in found.method_words)
    assert any("每万人科普人员" in words for words in found.method_words)


# ---------------------------------------------------------------- computed again


def test_a_vintage_is_computed_again_to_the_same_figures(night):
    check = actions.check_rebuild(night, at=AT)

    assert check.differences == []
    assert check.is_same
    assert check.figures > 10_000


def test_a_figure_changed_behind_the_portal_s_back_is_found(night):
    cell = VintageCell.objects.filter(vintage=night, level="pillar", score__isnull=False).first()
    VintageCell.objects.filter(pk=cell.pk).update(score=cell.score + 1)

    check = actions.check_rebuild(night, at=AT)

    assert not check.is_same
    (words,) = check.differences
    assert f"{cell.year}年 {cell.node}" in words


def test_the_log_says_at_which_step_a_rebuild_differs(night):
    steps = [{**step, "digest": "0" * 64} if step["name"] == "领域分值" else step for step in night.steps]
    Vintage.objects.filter(pk=night.pk).update(steps=steps)

    check = actions.check_rebuild(Vintage.objects.get(pk=night.pk), at=AT)

    assert check.differences == ["步骤“领域分值”的结果不同。"]


def test_published_vintages_are_checked_in_turn(night, revised, staff):
    for vintage in (night, revised):
        actions.freeze(vintage, note="发布", by=staff)
        actions.publish(vintage, at=AT, by=staff)
    published = Vintage.objects.filter(kind="published")
    RebuildCheck.objects.create(vintage=night, at=AT, is_same=True, figures=1, libraries={}, seconds=1)

    assert queries.longest_unchecked(published) == revised


# ---------------------------------------------------------------- scenarios, pairs, targets, changes


def test_scenarios_show_every_district_under_every_method(night):
    found = scenarios(night, 2025, "people")

    assert [column.name for column in found.columns][-1] == "不计人才"
    assert len(found.rows) == 11
    for column in found.columns:
        ranks = [rank for _, rank, _ in column.results.values()]
        assert sorted(ranks)[0] == 1
        assert all(1 <= rank <= 11 for rank in ranks)


def test_pairs_are_shares_and_the_better_district_wins_more_often(night):
    found = pairs(night, 2025)

    shares = {
        (row[0].code, other.code): share
        for row in found.rows
        for other, share in zip(found.regions, row[1], strict=True)
    }
    first, last = found.regions[0].code, found.regions[-1].code
    assert shares[first, last] > 90
    assert all(a is None or a + shares[y, x] <= 100 for (x, y), a in shares.items())


def test_a_target_rank_is_the_score_of_who_holds_it(night, nanshan):
    futian = Region.objects.get(code="440304000000")
    cells = {
        c.region.code: c
        for c in VintageCell.objects.filter(vintage=night, node="index", year=2025).select_related("region")
    }
    better = next(c for c in cells.values() if c.rank == 1)
    region = futian if better.region_id == nanshan.pk else nanshan

    found = target_of(night, region, 2025, rank=1)

    assert found.score == better.score
    assert found.rank == 1
    assert all(way.best_index >= cells[region.code].score for way in found.ways)
    for way in found.ways:
        assert way.is_there == (way.wanted is not None)


def test_what_is_beyond_every_cap_is_said_to_be_out_of_reach(night, nanshan):
    found = target_of(night, nanshan, 2025, score=Decimal(100))

    assert found.is_hopeless
    assert all(way.best_index < 100 for way in found.ways)


def test_the_change_of_a_year_is_told_by_indicator_to_the_last_digit(night, nanshan):
    found = change_table(night, nanshan, 2025)

    assert found.sums["total"] == found.now.score - found.before.score
    assert (
        sum(found.sums[name] for name in ("numerator", "denominator", "coverage", "weights"))
        == found.sums["total"]
    )


def test_the_change_of_a_hidden_figure_is_told_with_others_only(night, nanshan):
    VintageCell.objects.filter(vintage=night, region=nanshan, node="credit_reached", year=2025).update(
        numerator=5
    )

    found = change_table(night, nanshan, 2025)

    assert "credit_reached" not in {row.code for row in found.rows}
    assert any(row.is_hidden for row in found.rows)
    assert found.sums["total"] == found.now.score - found.before.score


def test_an_audit_counts_every_indicator_of_every_region(night):
    found = audit_of(night, 2025)

    assert len(found.statistics) == 23
    assert {len(shares) for _, shares in found.by_region} == {5}
    assert sum(one.influence for _, _, one in found.statistics) == pytest.approx(1)
    assert [region.level for region, *_ in found.coverage].count(2) == 11
    assert all(sum(counts.values()) == 23 for region, counts, *_ in found.coverage if region.level == 2)
