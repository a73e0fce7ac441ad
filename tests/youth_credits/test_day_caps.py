"""A kind capped by the day: in a sheet, a class grid, a dry run; the time counts, the credit does not."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from portal.calendar import local_today
from tests.youth_credits.factories import HELD, row
from tests.youth_credits.test_ledger import CASES, kept, put, reference
from youth_credits import actions, queries
from youth_credits.actions import Occasion
from youth_credits.forms.rules import RuleForm
from youth_credits.models import Credit, CreditRule, CreditRuleSet, RuleTrial, StudentYear
from youth_credits.queries import RuleBook

ONE = Decimal(1)
CAPS = {"A1": "1", "A3": "0.5", "A5": "1.5", "A8": "2", "A9": "0.25"}


def capped_version(caps: dict[str, str], *, since: date, factor: Decimal = ONE) -> CreditRuleSet:
    """An approved version like the first, with caps of a day, and those of a year so many times as high."""
    before = CreditRuleSet.objects.get(version=1)
    rules = list(before.rules.order_by("pk"))
    before.pk, before.version, before.in_force_from = None, queries.next_version(), since
    before.approved_at = None
    before.save(force_insert=True)
    for rule in rules:
        rule.pk, rule.rule_set = None, before
        rule.cap_per_day = Decimal(caps[rule.code]) if rule.code in caps else None
        rule.cap_per_year *= factor
        rule.save(force_insert=True)
    CreditRuleSet.objects.filter(pk=before.pk).update(approved_at=timezone.now())
    return CreditRuleSet.objects.get(pk=before.pk)


@pytest.fixture
def capped(rules) -> CreditRuleSet:
    return capped_version(CAPS, since=date(2024, 9, 1))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=CASES)
def test_the_sets_count_what_rules_with_caps_of_a_day_say(students, in_school, school_clerk, capped, cases):
    with transaction.atomic():
        put(in_school, students[0], cases, school_clerk)

        assert kept(students[0]) == reference(cases)
        assert queries.unbalanced() == []
        transaction.set_rollback(True)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=CASES)
def test_entry_after_entry_counts_what_one_sheet_counts(students, in_school, school_clerk, capped, cases):
    cases = sorted(cases, key=lambda case: case[1])
    with transaction.atomic():
        for case in cases:
            put(in_school, students[0], [case], school_clerk)

        assert kept(students[0]) == reference(cases)
        transaction.set_rollback(True)


def test_what_is_above_the_cap_of_a_day_keeps_its_hours_and_says_why(
    students, in_school, school_clerk, capped
):
    found = put(in_school, students[0], [("A1", 3, name, "", 120, "") for name in "甲乙"], school_clerk)

    assert list(kept(students[0]).values()) == [(1, ""), (0, "day_cap")]
    assert found.uncounted == 1
    year = StudentYear.objects.get(student=students[0])
    assert (year.credits, year.minutes) == (1, 240)
    last = Credit.objects.order_by("-pk").first()
    assert (last.surplus_minutes, last.get_reason_display()) == (120, "超出本类每日上限")


def test_a_part_of_an_entry_counts_up_to_the_cap_of_the_day(students, in_school, school_clerk, capped):
    put(in_school, students[0], [("A5", 3, name, "湿地", 120, "") for name in "甲乙"], school_clerk)

    assert list(kept(students[0]).values()) == [(1, ""), (Decimal("0.5"), "day_cap")]


def test_the_next_day_counts_again(students, in_school, school_clerk, capped):
    put(in_school, students[0], [("A1", day, "甲", "", 120, "") for day in (3, 4)], school_clerk)

    assert list(kept(students[0]).values()) == [(1, ""), (1, "")]


def test_an_entry_taken_back_makes_room_on_its_day(students, in_school, school_clerk, capped):
    put(in_school, students[0], [("A1", 3, "甲", "", 120, "")], school_clerk)
    first = Credit.objects.get()
    actions.reverse(first.batch, only=[first.pk], note="有误", by=school_clerk)

    put(in_school, students[0], [("A1", 3, "乙", "", 120, "")], school_clerk)

    assert Credit.objects.standing().get().credits == 1


def test_rules_without_a_cap_of_a_day_count_a_day_as_before(students, in_school, school_clerk):
    put(in_school, students[0], [("A1", 3, name, "", 120, "") for name in "甲乙"], school_clerk)

    assert list(kept(students[0]).values()) == [(1, ""), (1, "")]


def test_a_sheet_says_how_many_rows_are_above_a_cap_before_it_is_kept(
    checked, capped, school_clerk, run_jobs
):
    batch = checked([row(0, 活动名称=name, **{"时长（分钟）": 120}) for name in ("甲", "乙", "丙")])
    assert (batch.rows_new, batch.rows_uncounted, batch.rows_faulty) == (3, 2, 0)

    actions.keep(batch, only_good=False, by=school_clerk)
    run_jobs()

    reasons = list(Credit.objects.order_by("pk").values_list("credits", "reason"))
    assert reasons == [(1, ""), (0, "day_cap"), (0, "day_cap")]


def test_a_class_grid_obeys_the_cap_of_a_day(students, in_school, school_clerk, capped):
    rule = RuleBook(in_school).find("A1", HELD)
    for name in ("甲", "乙"):
        actions.record_class(
            Occasion(rule, HELD, name),
            students,
            minutes=120,
            school=in_school,
            key=uuid.uuid4(),
            by=school_clerk,
        )

    assert set(Credit.objects.filter(activity__name="乙").values_list("credits", "reason")) == {
        (0, "day_cap")
    }


def test_a_dry_run_says_what_a_cap_of_a_day_would_have_taken(
    students, in_school, school_clerk, staff, district, run_jobs
):
    put(in_school, students[0], [("A1", 400, name, "", 120, "") for name in "甲乙"], school_clerk)
    tomorrow = local_today() + timedelta(days=1)
    draft = actions.draft_rules(area=None, in_force_from=tomorrow, basis="修订稿", by=staff)
    rule = CreditRule.objects.select_related("rule_set__area").get(rule_set=draft, code="A1")
    actions.change_rule(rule, {"cap_per_day": Decimal(1)}, by=staff)

    actions.try_rules(draft, area=district, school_year=2025, key=uuid.uuid4(), by=staff)
    run_jobs()

    [school] = RuleTrial.objects.get().result["schools"]
    assert school["kinds"]["A1"] == {"entries": 2, "more": 0, "less": 1, "before": 200, "after": 100}


def test_the_cap_of_a_day_is_copied_and_said_in_words(capped, staff):
    tomorrow = local_today() + timedelta(days=1)
    draft = actions.draft_rules(area=None, in_force_from=tomorrow, basis="修订稿", by=staff)

    assert draft.rules.get(code="A5").limits == "同一课程一次；每日 1.5 学分（180 分钟）；同一单位 3 次"
    assert draft.rules.get(code="A7").limits == ""


@pytest.mark.parametrize(("cap", "is_right"), [("1", True), ("", True), ("0.3", False), ("0", False)])
def test_a_cap_of_a_day_is_a_multiple_of_the_step(capped, staff, cap, is_right):
    tomorrow = local_today() + timedelta(days=1)
    draft = actions.draft_rules(area=None, in_force_from=tomorrow, basis="修订稿", by=staff)
    rule = draft.rules.get(code="A5")
    blank = RuleForm(instance=rule)
    values = {name: blank[name].value() for name in blank.fields} | {"cap_per_day": cap}

    form = RuleForm({name: value for name, value in values.items() if value is not None}, instance=rule)

    assert form.is_valid() is is_right
    assert is_right or "整数倍" in form.errors["cap_per_day"][0] or "大于 0" in form.errors["cap_per_day"][0]


def test_the_database_refuses_a_cap_of_nothing(rules, staff):
    tomorrow = local_today() + timedelta(days=1)
    draft = actions.draft_rules(area=None, in_force_from=tomorrow, basis="修订稿", by=staff)

    with pytest.raises(IntegrityError, match="credit_rule_cap_per_day_above_zero"), transaction.atomic():
        draft.rules.update(cap_per_day=0)
