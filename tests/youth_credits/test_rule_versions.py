"""Versions of the rules: drafted, tried, approved, and never edited afterwards."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse

from portal.calendar import local_today
from portal.errors import Refused
from portal.roles import Role
from portal.scope import scope
from tests.factories import OrganizationFactory, UserFactory
from tests.youth_credits.factories import BatchFactory
from youth_credits import actions, queries
from youth_credits.actions import Occasion, entry_line, weigh, worth_of
from youth_credits.forms.rules import NewRuleForm, RuleForm, TrialForm
from youth_credits.models import Credit, CreditRule, CreditRuleSet, RuleTrial, StudentYear
from youth_credits.queries import RuleBook

TOMORROW = local_today() + timedelta(days=1)


@pytest.fixture
def staff(rules, district, staff):
    """Of the association, with rules in force."""
    return staff


@pytest.fixture
def draft(staff) -> CreditRuleSet:
    return actions.draft_rules(area=None, in_force_from=TOMORROW, basis="修订稿", by=staff)


def rule_of(rule_set: CreditRuleSet, code: str) -> CreditRule:
    return CreditRule.objects.select_related("rule_set__area").get(rule_set=rule_set, code=code)


def test_a_draft_begins_as_a_copy_and_counts_for_nobody(draft):
    assert draft.rules.count() == CreditRule.objects.filter(rule_set__version=1).count()
    assert RuleBook().set_on(TOMORROW).version == 1


def test_an_approved_version_counts_from_its_day(draft, staff):
    actions.change_rule(rule_of(draft, "A1"), {"cap_per_year": Decimal(2)}, by=staff)
    actions.approve_rules(draft, by=staff)

    book = RuleBook()
    assert book.find("A1", local_today()).cap_per_year == 4
    assert book.find("A1", TOMORROW).cap_per_year == 2


def test_a_version_for_a_district_counts_there_alone(staff, district, school):
    own = actions.draft_rules(area=district, in_force_from=TOMORROW, basis="区试点", by=staff)
    actions.approve_rules(own, by=staff)

    assert RuleBook(school).set_on(TOMORROW) == own
    assert RuleBook().set_on(TOMORROW).version == 1


def test_nothing_is_approved_for_a_day_that_has_begun(draft, staff):
    CreditRuleSet.objects.filter(pk=draft.pk).update(in_force_from=local_today())

    with pytest.raises(Refused, match="须晚于今天"):
        actions.approve_rules(draft, by=staff)


def test_an_approved_version_is_not_edited(draft, staff):
    rule = rule_of(draft, "A1")
    actions.approve_rules(draft, by=staff)

    with pytest.raises(Refused, match="不能再修改"):
        actions.change_rule(rule, {"cap_per_year": Decimal(9)}, by=staff)
    with pytest.raises(Refused, match="不能再修改"):
        actions.drop_rules(draft, by=staff)


@pytest.mark.parametrize(
    "change",
    [
        lambda: CreditRuleSet.objects.update(year_minimum=1),
        lambda: CreditRule.objects.update(cap_per_year=99),
        lambda: CreditRule.objects.filter(code="A1").delete(),
        lambda: CreditRuleSet.objects.update(approved_at=None),
    ],
)
def test_the_database_refuses_to_edit_an_approved_version(rules, change):
    with pytest.raises(DatabaseError, match="never edited"), transaction.atomic():
        change()


def test_only_who_keeps_the_rules_drafts_them(rules, district, school_clerk):
    with pytest.raises(PermissionDenied):
        actions.draft_rules(area=district, in_force_from=TOMORROW, basis="不行", by=school_clerk)


def enter(school, students, clerk, cases) -> None:
    book = RuleBook()
    occasions, lines = [], []
    for code, day, name, minutes in cases:
        rule = book.find(code, day)
        occasions.append(Occasion(rule, day, name, "湿地" if code == "A5" else ""))
        worth = worth_of(book.rules[rule.pk], minutes)
        for student in students:
            lines.append(entry_line(len(lines) + 2, student.pk, len(occasions) - 1, worth))
    weigh(school, occasions, lines)
    actions.write(BatchFactory(organization=school, created_by=clerk))


def test_a_dry_run_says_what_would_have_changed_and_writes_nothing(
    draft, staff, students, in_school, school_clerk, district, run_jobs
):
    day = date(2025, 10, 15)
    enter(in_school, students, school_clerk, [("A1", day, "甲", 240), ("A5", day, "乙", 480)])
    actions.change_rule(rule_of(draft, "A5"), {"cap_per_year": Decimal(2)}, by=staff)
    before = list(StudentYear.objects.values_list("student", "credits"))

    trial = actions.try_rules(draft, area=district, school_year=2025, key=uuid.uuid4(), by=staff)
    run_jobs()

    trial = RuleTrial.objects.get(pk=trial.pk)
    [school] = trial.result["schools"]
    assert school["kinds"]["A5"] == {"entries": 3, "more": 0, "less": 3, "before": 1200, "after": 600}
    assert school["kinds"]["A1"] == {"entries": 3, "more": 0, "less": 0, "before": 600, "after": 600}
    assert (school["students"], school["reached_before"], school["reached_after"]) == (3, 3, 0)
    with scope(f"school:{in_school.pk}"):
        assert list(StudentYear.objects.values_list("student", "credits")) == before
        assert Credit.objects.count() == 6
        assert queries.unbalanced() == []


def test_the_version_in_force_tried_on_its_own_entries_changes_nothing(
    draft, staff, students, in_school, school_clerk, district, run_jobs
):
    first = date(2025, 9, 10)
    cases = [("A5", first + timedelta(days=day), f"课程{day}", 120) for day in range(5)]
    cases += [("A9", first, "讲解", 600), ("A1", first, "甲", 90), ("A6", first, "参观", 60)]
    enter(in_school, students, school_clerk, cases)

    actions.try_rules(draft, area=district, school_year=2025, key=uuid.uuid4(), by=staff)
    run_jobs()

    [school] = RuleTrial.objects.get().result["schools"]
    assert {(kind["more"], kind["less"]) for kind in school["kinds"].values()} == {(0, 0)}


def test_a_dry_run_of_chosen_schools_leaves_the_others_out(
    draft, staff, students, in_school, school_clerk, district, run_jobs
):
    enter(in_school, students, school_clerk, [("A1", date(2025, 10, 15), "甲", 240)])
    other = OrganizationFactory(kind="school", region=district)

    actions.try_rules(draft, area=district, schools=[other], school_year=2025, key=uuid.uuid4(), by=staff)
    run_jobs()

    assert RuleTrial.objects.get().result["schools"] == []


def test_a_school_of_elsewhere_is_named_beside_the_field(staff, draft, district, school):
    said = {
        "area": district.pk,
        "schools": f"{school.name}\n没有这所学校",
        "school_year": 2025,
        "key": uuid.uuid4(),
    }

    form = TrialForm(said)

    assert not form.is_valid()
    assert form.errors["schools"] == [f"{district.name}没有这些学校：没有这所学校。请核对全称。"]


AWARDS = {"entry": "参赛 0.5", "levels": "区级 1\n市级  2", "prizes": "一等奖 1\n二等奖 0.80"}


def rule_form(rule: CreditRule, **said) -> RuleForm:
    blank = RuleForm(instance=rule)
    values = {name: blank[name].value() for name in blank.fields}
    return RuleForm(
        {name: value for name, value in (values | said).items() if value is not None and value is not False},
        instance=rule,
    )


def test_a_table_of_awards_is_typed_as_lines(draft):
    form = rule_form(rule_of(draft, "A8"), **AWARDS)

    assert form.is_valid(), form.errors
    assert form.values == {
        "awards": {
            "entry": {"参赛": "0.5"},
            "levels": {"区级": "1", "市级": "2"},
            "prizes": {"一等奖": "1", "二等奖": "0.8"},
        }
    }


def test_a_table_of_awards_left_as_it_is_changes_nothing(draft):
    form = rule_form(rule_of(draft, "A8"))

    assert form.is_valid(), form.errors
    assert form.values == {}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("区级一", "“区级一”无法识别"),
        ("区级 -1", "“区级”的学分须为大于 0、不超过 100 的数。"),
        ("区级 NaN", "“区级”的学分须为"),
        ("区级 1\n区级 2", "“区级”写了两次"),
        ("", "按获奖等级计分须填写此表。"),
    ],
)
def test_a_line_that_is_no_award_is_said_beside_its_table(draft, lines, said):
    form = rule_form(rule_of(draft, "A8"), levels=lines)

    assert not form.is_valid()
    assert said in form.errors["levels"][0]


def test_staff_drafts_edits_tries_and_approves_on_pages(signed_in, staff, district):
    client = signed_in(staff)
    base = "/desk/credits/rules/"
    said = {"area": "", "in_force_from": TOMORROW.isoformat(), "basis": "修订稿"}
    page = client.post(f"{base}new/", said).url
    draft = CreditRuleSet.objects.get(version=2)
    rule = rule_of(draft, "A1")
    form = client.get(f"{base}kinds/{rule.pk}/").context["form"]
    values = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    values = {name: value for name, value in values.items() if value is not False}
    assert client.post(f"{base}kinds/{rule.pk}/", values | {"cap_per_year": "3"}).status_code == 302
    key = uuid.uuid4()
    trial = client.post(f"{page}try/", {"area": district.pk, "school_year": 2025, "key": key}).url
    assert client.get(trial).status_code == 200
    client.post(f"{page}approve/")

    draft.refresh_from_db()
    assert (draft.is_draft, rule_of(draft, "A1").cap_per_year) == (False, 3)
    assert "尚未生效" in client.get(base).text
    assert client.get(f"{base}kinds/{rule.pk}/").status_code == 404


def test_a_draft_for_today_is_refused_beside_its_field(signed_in, staff):
    said = {"area": "", "in_force_from": local_today().isoformat(), "basis": "修订稿"}

    answer = signed_in(staff).post("/desk/credits/rules/new/", said)

    assert (answer.status_code, "生效日期须晚于今天" in answer.text) == (422, True)


# --- Kinds of a draft ------------------------------------------------------------------------------

NEW_KIND = {
    "code": "a11",
    "name": "科普创作",
    "family": "off_campus",
    "method": "fixed",
    "credits": "1",
    "least_minutes": "0",
    "cap_per_year": "2",
    "evidence": "作品",
}


def new_kind(draft, **said) -> NewRuleForm:
    return NewRuleForm(NEW_KIND | said, instance=CreditRule(rule_set=draft))


def test_a_kind_is_added_to_a_draft_and_counts_from_its_day(draft, staff):
    form = new_kind(draft)
    assert form.is_valid(), form.errors

    actions.add_rule(draft, form.values, by=staff)
    actions.approve_rules(draft, by=staff)

    assert RuleBook().find("A11", local_today()) is None
    assert RuleBook().find("科普创作", TOMORROW).cap_per_year == 2
    with pytest.raises(Refused, match="不能再修改"):
        actions.add_rule(draft, form.values | {"code": "A12"}, by=staff)


@pytest.mark.parametrize(("code", "said"), [("A1", "已有此类别"), ("一类", "大写字母加数字")])
def test_a_kinds_code_is_new_to_the_draft_and_a_letter_with_a_number(draft, code, said):
    assert said in str(new_kind(draft, code=code).errors["code"])


def test_a_kind_is_taken_out_of_a_draft_while_enough_are_left(draft, staff):
    actions.remove_rule(rule_of(draft, "A10"), by=staff)
    assert not draft.rules.filter(code="A10").exists()
    assert RuleBook().find("A10", TOMORROW) is not None

    for rule in draft.rules.exclude(code__in=["A1", "A5"]):
        actions.remove_rule(rule, by=staff)
    with pytest.raises(Refused, match="最少 2 类"):
        actions.remove_rule(rule_of(draft, "A5"), by=staff)

    whole = CreditRuleSet.objects.get(version=1)
    with pytest.raises(Refused, match="不能再修改"):
        actions.remove_rule(rule_of(whole, "A1"), by=staff)


def test_the_pages_of_a_drafts_kinds(signed_in, draft, city):
    keeper = UserFactory(username="keeper", holding=(Role.STAFF, city))
    browser = signed_in(keeper, factor=True)
    page = reverse("youth_credits:rule_new", args=[draft.pk])

    wrong = browser.post(page, NEW_KIND | {"code": "A1"})
    kept = browser.post(page, NEW_KIND, follow=True).content.decode()
    gone = browser.post(
        reverse("youth_credits:rule_remove", args=[rule_of(draft, "A10").pk]), follow=True
    ).content.decode()

    assert wrong.status_code == 422
    assert "已增加 A11" in kept
    assert "已从草稿中删除 A10" in gone
    assert draft.rules.filter(code__in=["A10", "A11"]).count() == 1
