"""Prizes are credit only of competitions that are on the list that day: in all three ways into the ledger."""

import io
import uuid
from datetime import date, timedelta

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from events.models import Event
from portal.audit import AuditEntry
from portal.errors import Refused
from portal.roles import Role
from tests.events.factories import EventFactory, ResultFactory, SessionFactory
from tests.factories import UserFactory
from tests.youth_credits.factories import HELD, recognise, row
from tests.youth_credits.test_limits import problems, sheet
from youth_credits import actions, queries, sheets
from youth_credits.actions.competitions import change_competition, create_competition
from youth_credits.models import Competition, Credit, competition_key
from youth_credits.queries import CompetitionBook, RuleBook
from youth_credits.sheets.competitions import CompetitionSheet

PRIZE = {"类别": "A8", "获奖等级": "区级一等奖", "证书编号": "SZ-7"}


@pytest.fixture
def staff(rules, city, staff):
    return staff


def counts(name: str, day: date = HELD) -> bool:
    return CompetitionBook().objection(RuleBook().find("A8", HELD), name, day) is None


# --- The rule --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "创新大赛",
        "第37届创新大赛",
        "第三十七届创新大赛",
        "2025年创新大赛",
        "2025-2026学年创新大赛",
        "（第37届） 创新 大赛",
        "2025年第37届创新大赛",
    ],
)
def test_an_edition_before_the_name_is_no_part_of_it(written):
    assert competition_key(written) == competition_key("创新大赛")


def test_a_name_of_an_edition_alone_stays():
    assert competition_key("2025年") == "2025年"


def test_a_competition_counts_by_each_of_its_names_from_its_first_day_to_its_last(rules):
    Competition.objects.filter(name="创新大赛").update(
        aliases=["深圳创新赛"], valid_from=HELD - timedelta(days=3), valid_until=HELD
    )

    assert counts("创新大赛")
    assert counts("2025年深圳创新赛")
    assert counts("创新大赛", HELD - timedelta(days=3))
    assert not counts("创新大赛", HELD - timedelta(days=4))
    assert not counts("创新大赛", HELD + timedelta(days=1))
    assert not counts("别的大赛")


def test_kinds_without_awards_ask_for_no_list(rules):
    assert CompetitionBook().objection(RuleBook().find("A1", HELD), "任何活动", HELD) is None


# --- Three ways into the ledger --------------------------------------------------------------------


def test_a_sheets_prize_of_an_unknown_competition_is_a_fault_with_the_nearest_name(checked, found):
    batch = checked([row(0, 活动名称="水质检测", **PRIZE), row(1, 活动名称="水质监测", **PRIZE)])

    assert found(batch) == [(2, "活动名称", "白名单中没有这一竞赛")]
    [fault] = sheets.first_faults(batch)
    assert "“水质监测”" in fault.remedy
    assert batch.rows_new == 1


def test_a_sheets_prize_of_another_time_says_when_the_competition_counts(checked, found):
    Competition.objects.filter(name="水质监测").update(valid_until=HELD - timedelta(days=1))

    batch = checked([row(0, 活动名称="水质监测", **PRIZE)])

    assert found(batch) == [(2, "活动名称", "竞赛当日不在白名单的有效期内")]
    assert "2025年10月14日" in sheets.first_faults(batch)[0].remedy


def test_a_class_lists_prize_of_an_unknown_competition_is_refused(students, in_school, school_clerk):
    rule = RuleBook(in_school).find("A8", HELD)
    present = [actions.Presence(students[0], 60, "区级一等奖", "SZ-7")]

    def enter(name: str):
        occasion = actions.Occasion(rule, HELD, name)
        return actions.record_each(occasion, present, school=in_school, key=uuid.uuid4(), by=school_clerk)

    with pytest.raises(Refused, match="白名单中没有这一竞赛。请按证书核对"):
        enter("培训班内部赛")
    assert not Credit.objects.exists()

    enter("水质监测")
    assert Credit.objects.get().award == "区级一等奖"


@pytest.fixture
def contest(unit):
    event = EventFactory(
        organization=unit,
        region=unit.region,
        published=True,
        kind=Event.Kind.COMPETITION,
        title="第二届航模邀请赛",
    )
    begun = timezone.now() - timedelta(hours=3)
    return SessionFactory(event=event, starts_at=begun, ends_at=begun + timedelta(hours=2))


@pytest.fixture
def result(contest, students, school_clerk):
    number = actions.issue_passes(students[:1], by=school_clerk)[students[0].pk]
    return ResultFactory(session=contest, number=number, certificate="SZ-7")


def test_results_of_an_event_outside_the_list_are_no_credit_until_it_is_on_it(
    contest, result, in_school, school_clerk
):
    [found] = queries.results_to_record(in_school)
    assert found.objection[0] == "白名单中没有这一竞赛"
    with pytest.raises(Refused, match="白名单中没有这一竞赛"):
        actions.record_results(in_school, contest.pk, only={result.pk}, by=school_clerk)
    assert not Credit.objects.exists()

    recognise("航模邀请赛")
    actions.record_results(in_school, contest.pk, only={result.pk}, by=school_clerk)

    assert Credit.objects.get().award == "市级一等奖"


def test_results_outside_the_list_can_be_left_out(contest, result, in_school, school_clerk):
    assert actions.leave_out_results(in_school, contest.pk, only={result.pk}, by=school_clerk) == 1
    assert queries.results_to_record(in_school) == []


def test_the_page_of_results_offers_no_credit_outside_the_list(signed_in, result, school_clerk):
    browser, url = signed_in(school_clerk), reverse("youth_credits:result_list")

    before = browser.get(url).content.decode()
    recognise("航模邀请赛")
    after = browser.get(url).content.decode()

    assert "白名单中没有这一竞赛" in before
    assert ">登记学分</button>" not in before
    assert ">不计学分</button>" in before
    assert "白名单中没有" not in after
    assert ">登记学分</button>" in after


def test_the_template_of_the_sheet_names_the_competitions_of_today(students):
    Competition.objects.filter(name="又一项").update(valid_until=HELD)
    target = io.BytesIO()

    sheets.credit_template(target, students)

    said = [cell.value for [cell] in openpyxl.load_workbook(target)["填表说明"].iter_rows(min_row=2)]
    assert "创新大赛" in said[-1]
    assert "又一项" not in said[-1]


# --- The list --------------------------------------------------------------------------------------

NEW = {
    "name": "航模大赛",
    "listing": "national",
    "valid_from": date(2025, 9, 1),
    "valid_until": date(2028, 8, 31),
    "basis": "某通知",
}


def test_the_list_is_the_associations_to_keep(staff, officer):
    with pytest.raises(PermissionDenied):
        create_competition(**NEW, by=officer)

    kept = create_competition(**NEW, aliases=[" 航模赛 ", "航模大赛", "航模赛"], by=staff)
    change_competition(kept, valid_until=date(2027, 8, 31), by=staff)

    kept.refresh_from_db()
    assert (kept.aliases, kept.valid_until) == (["航模赛"], date(2027, 8, 31))
    trail = AuditEntry.objects.filter(subject_type="youth_credits.Competition")
    assert list(trail.order_by("pk").values_list("action", flat=True)) == ["create", "change"]


def test_a_competition_ends_after_it_begins_and_has_no_empty_name(staff):
    with pytest.raises(ValidationError, match="不能早于开始日期"):
        create_competition(**NEW | {"valid_until": date(2025, 8, 31)}, by=staff)
    [one] = recognise("航模大赛")
    for values in ({"valid_until": date(2019, 1, 1)}, {"name": ""}, {"aliases": [""]}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Competition.objects.filter(pk=one.pk).update(**values)


def test_a_sheet_of_competitions_is_previewed_and_then_kept(staff):
    cells = ("航模大赛", "2025-09-01", "2028-08-31", "全国性竞赛白名单", "某协会", "航模赛、模型赛", "某通知")

    seen = CompetitionSheet(by=staff).preview(sheet(CompetitionSheet, cells))
    assert (problems(seen), Competition.objects.filter(name="航模大赛").count()) == ([], 0)
    CompetitionSheet(by=staff).keep(sheet(CompetitionSheet, cells))

    kept = Competition.objects.get(name="航模大赛")
    assert (kept.aliases, kept.listing) == (["航模赛", "模型赛"], "national")


def test_the_file_has_the_city_contests_of_the_plan_and_loads_once(db):
    assert actions.load_competitions() == 6
    Competition.objects.filter(name="深港澳人工智能大赛").update(organizer="市科协")

    actions.load_competitions()

    assert Competition.objects.count() == 6
    assert Competition.objects.get(name="深港澳人工智能大赛").organizer == "市科协"
    assert not Competition.objects.exclude(basis__contains="科普规划").exists()


def test_staff_enter_a_competition_on_its_page(signed_in, rules, city):
    keeper = UserFactory(username="keeper", holding=(Role.STAFF, city))
    browser = signed_in(keeper, factor=True)
    typed = {**NEW, "valid_from": "2025-09-01", "valid_until": "", "aliases": "航模赛、模型赛"}

    answer = browser.post(reverse("admin:youth_credits_competition_add"), typed)

    assert answer.status_code == 302
    assert Competition.objects.get(name="航模大赛").aliases == ["航模赛", "模型赛"]
