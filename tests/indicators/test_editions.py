"""A new edition: drafted by copy, weighed by experts, adopted, chained to the one before."""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import Error, IntegrityError, transaction
from django.utils import timezone

from indicators import actions
from indicators.actions.editions import Opinion
from indicators.models import Edition, IndicatorVersion, Node, VintageCell, WeightOpinion
from indicators.queries import editions
from indicators.queries import index as queries
from indicators.sheets.index import opinion_template, read_opinions
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Role
from tests.factories import UserFactory
from tests.indicators.conftest import AT

pytestmark = pytest.mark.usefixtures("night")


@pytest.fixture
def staff(db):
    return UserFactory(username="drafter", holding=(Role.STAFF, Region.objects.city()), mfa=True)


@pytest.fixture
def draft(night, staff):
    return actions.draft_edition(
        night.edition, code="9", name="第二版", link_year=2024, reason="示例：调整权重", by=staff
    )


def indicator(edition, code) -> IndicatorVersion:
    return edition.indicators.select_related("pillar").get(code=code)


def judged(node, *ratios, expert="专家1", kind="ahp"):
    pairs = editions.pairs_of(node)
    values = {f"{one.code}:{other.code}": r for (one, other), r in zip(pairs, ratios, strict=True)}
    return Opinion(node, expert, kind, values)


# ---------------------------------------------------------------- drafting


def test_a_draft_is_a_copy_and_nights_do_not_compute_with_it(draft, night):
    same = ("code", "low", "high", "weight", "numerator", "denominator", "minimum_events")
    copied = list(draft.indicators.order_by("position").values_list(*same))

    assert copied == list(night.edition.indicators.order_by("position").values_list(*same))
    assert draft.nodes.get(code="people").parent == draft.nodes.get(code="index")
    assert editions.edition_in_force() == night.edition
    assert actions.compute(at=AT, draws=200).vintage == night
    assert editions.differences(draft) == []


def test_officers_do_not_draft_editions(night):
    officer = UserFactory(holding=(Role.DISTRICT, Region.objects.get(code="440305000000")))
    with pytest.raises(PermissionDenied):
        actions.draft_edition(night.edition, code="3", name="x", link_year=2024, reason="x", by=officer)


def test_a_draft_needs_a_year_that_the_edition_before_has_computed(night, staff):
    with pytest.raises(Refused, match="没有2031年的结果"):
        actions.draft_edition(night.edition, code="3", name="x", link_year=2031, reason="x", by=staff)


def test_an_edition_that_follows_another_begins_in_the_overlap_year(draft):
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.filter(pk=draft.pk).update(first_year=2020)


def test_goalposts_are_changed_with_a_basis_and_told_as_a_difference(draft, staff):
    one = indicator(draft, "staff_rate")
    with pytest.raises(Refused, match="新的依据"):
        actions.change_indicator(one, {"high": one.high * 2}, by=staff)
    one.refresh_from_db()

    actions.change_indicator(one, {"high": one.high * 2, "goalpost_basis": "规划目标"}, by=staff)

    (difference,) = editions.differences(draft)
    assert (difference.code, difference.kind, difference.costs_a_link) == ("staff_rate", "参数变化", False)
    assert "目标值" in difference.words[0]


def test_a_logarithm_needs_a_goalpost_above_zero(draft, staff):
    with pytest.raises(ValidationError, match="取对数"):
        actions.change_indicator(indicator(draft, "staff_rate"), {"is_log": True}, by=staff)


def test_an_adopted_edition_is_left_alone(draft, staff):
    actions.adopt(draft, at=timezone.now(), by=staff)

    with pytest.raises(Refused, match="另起草新版本"):
        actions.change_indicator(indicator(draft, "staff_rate"), {"weight": Decimal(2)}, by=staff)


def test_the_method_of_a_published_vintage_takes_no_new_part(night, staff):
    actions.freeze(night, note="发布", by=staff)
    actions.publish(night, at=AT, by=staff)
    pillar = night.edition.nodes.get(code="people")
    one = indicator(night.edition, "staff_rate")
    one.pk, one._state.adding, one.code = None, True, "another"

    attempts = [
        lambda: one.save(),
        lambda: Node.objects.create(edition=night.edition, code="n", name="n", minimum_share=1, position=99),
        lambda: Edition.objects.filter(pk=night.edition_id).update(draws=5000),
        lambda: Edition.objects.filter(pk=night.edition_id).update(adopted_at=None),
        lambda: WeightOpinion.objects.create(
            node=pillar, expert="专家1", kind="expert", values={}, entered_by=staff
        ),
    ]
    for attempt in attempts:
        with pytest.raises(Error, match="does not change"), transaction.atomic():
            attempt()


# ---------------------------------------------------------------- chaining


def test_the_growth_index_goes_on_through_the_overlap_year_without_a_jump(draft, night, staff):
    actions.settle_weights(draft.nodes.get(code="index"), "equal", by=staff)
    one = indicator(draft, "special_funds")
    actions.change_indicator(
        one, {"high": one.high * 3, "goalpost_basis": "规划目标", "weight": Decimal(2)}, by=staff
    )
    actions.adopt(draft, at=timezone.now(), by=staff)

    vintage = actions.compute(at=AT, draws=200).vintage

    assert vintage.edition == draft
    assert (vintage.first_year, vintage.last_year) == (2024, 2025)
    for node in ("index", "people", "activity"):
        cells = {
            edition: dict(
                VintageCell.objects.filter(vintage=found, node=node, year=2024).values_list(
                    "region__code", "growth"
                )
            )
            for edition, found in (("old", night), ("new", vintage))
        }
        assert cells["old"] == cells["new"]
    city = VintageCell.objects.get(vintage=vintage, node="index", year=2025, region__level=1)
    assert city.growth not in (None, Decimal(100))
    trend = queries.overview(vintage).trend
    assert [year for year, _, _ in trend] == [2020, 2021, 2022, 2023, 2024, 2025]
    assert trend[0][1] == 100


def test_the_overlap_year_shows_both_editions_before_and_after_adoption(draft, staff):
    one = indicator(draft, "special_funds")
    actions.change_indicator(one, {"high": one.high * 3, "goalpost_basis": "规划目标"}, by=staff)

    tried = editions.overlap(draft)
    actions.adopt(draft, at=timezone.now(), by=staff)
    actions.compute(at=AT, draws=200)
    draft.refresh_from_db()
    computed = editions.overlap(draft)

    assert (tried.is_trial, computed.is_trial) == (True, False)
    assert tried.rows == computed.rows
    assert tried.series == computed.series
    assert any(row.old_score != row.new_score for row in tried.rows)


def test_the_same_inputs_of_a_chained_edition_are_one_vintage_that_can_be_rebuilt(draft, staff):
    actions.adopt(draft, at=timezone.now(), by=staff)
    vintage = actions.compute(at=AT, draws=200).vintage

    again = actions.compute(at=AT, draws=200)
    check = actions.check_rebuild(vintage, at=AT)

    assert not again.is_new
    assert (check.is_same, check.differences) == (True, [])


def test_an_edition_not_yet_used_in_public_can_be_taken_back(draft, night, staff):
    actions.adopt(draft, at=timezone.now(), by=staff)
    vintage = actions.compute(at=AT, draws=200).vintage

    actions.recall(draft, reason="再改", by=staff)

    assert editions.edition_in_force() == night.edition
    assert queries.latest_vintage() == night
    actions.adopt(draft, at=timezone.now(), by=staff)
    actions.freeze(vintage, note="发布", by=staff)
    with pytest.raises(Refused, match="冻结或发布"):
        actions.recall(draft, reason="再改", by=staff)


def test_a_draft_can_lose_an_indicator_and_be_thrown_away(draft, staff):
    actions.drop_indicator(indicator(draft, "abroad_visits"), by=staff)
    (difference,) = editions.differences(draft)
    assert (difference.code, difference.kind) == ("abroad_visits", "取消")

    actions.drop_draft(draft, by=staff)

    assert not Edition.objects.filter(code="9").exists()


# ---------------------------------------------------------------- weights


def test_weights_come_from_judgments_that_agree(draft, staff):
    node = draft.nodes.get(code="spread")  # four indicators, six pairs
    actions.give_opinion(judged(node, "2", "4", "4", "2", "2", "1"), by=staff)

    settled = dict(actions.settle_weights(node, "ahp", by=staff))

    assert list(settled.values()) == [
        Decimal("0.5000"),
        Decimal("0.2500"),
        Decimal("0.1250"),
        Decimal("0.1250"),
    ]
    assert node.weighing == "ahp"


def test_judgments_that_contradict_each_other_are_refused_with_the_pair_to_look_at(draft, staff):
    node = draft.nodes.get(code="spread")
    with pytest.raises(Refused, match=r"一致性比率 \d\.\d+，超过 0\.1.*矛盾最大的是"):
        actions.give_opinion(judged(node, "9", "1/9", "9", "9", "1/9", "9"), by=staff)
    assert not node.opinions.exists()


def test_the_database_keeps_no_contradiction(draft, staff):
    node = draft.nodes.get(code="spread")
    actions.give_opinion(judged(node, "1", "1", "1", "1", "1", "1"), by=staff)
    with pytest.raises(IntegrityError), transaction.atomic():
        WeightOpinion.objects.filter(node=node).update(consistency=Decimal("0.11"))


def test_points_of_two_experts_count_the_same(draft, staff):
    node = draft.nodes.get(code="people")
    codes = [child.code for child in editions.children_of(node)]
    for expert, points in (("专家1", (40, 30, 20, 10)), ("专家2", (1, 1, 1, 1))):
        values = dict(zip(codes, map(str, points), strict=True))
        actions.give_opinion(Opinion(node, expert, "expert", values), by=staff)

    settled = [weight for _, weight in actions.settle_weights(node, "expert", by=staff)]

    assert settled == [Decimal("0.3250"), Decimal("0.2750"), Decimal("0.2250"), Decimal("0.1750")]


def test_weights_need_an_opinion(draft, staff):
    with pytest.raises(Refused, match="还没有录入专家意见"):
        actions.settle_weights(draft.nodes.get(code="people"), "ahp", by=staff)


def filled(edition, kind, answer):
    """The template of an edition as an expert would send it back."""
    book = openpyxl.load_workbook(io.BytesIO(opinion_template(edition, kind)))
    sheet = book.worksheets[0]
    for row in sheet.iter_rows(min_row=2):
        row[-1].value = answer(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_of_judgments_is_taken_whole(draft, staff):
    opinions, faults = read_opinions(filled(draft, "ahp", lambda row: "1"), draft, "ahp")

    count = actions.import_opinions([one for one in opinions if one.values], by=staff)

    assert faults == []
    assert count == draft.nodes.count() - 1  # the pillar with one indicator has no pair
    assert draft.nodes.get(code="index").opinions.get().values["input:places"] == "1"


def test_rows_that_name_nothing_are_told_with_their_line(draft):
    content = (
        "上级,专家,项目,分数\n人才,专家1,每万人科普人员,3\n人才,专家1,没有的指标,3\n没有的领域,专家1,x,3\n"
    )

    _, faults = read_opinions(content.encode("utf-8"), draft, "expert")

    assert [(fault.line, fault.column) for fault in faults] == [(3, "项目"), (4, "上级")]
