"""Whatever happens to a child in whatever order, the ledger keeps its promises; and examples of documents."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.identifiers import check_student_number
from portal.roles import Role
from portal.scope import scope
from tests.factories import OrganizationFactory, UserFactory
from tests.youth_credits.factories import BatchFactory, row
from youth_credits import actions, queries
from youth_credits.actions import Occasion, entry_line, weigh, worth_of
from youth_credits.models import Batch, CourseClaim, Credit, CreditRule, CreditRuleSet, Student
from youth_credits.queries import RuleBook

FIRST = date(2024, 9, 1)
ENTER = st.tuples(
    st.just("enter"),
    st.sampled_from(["A1", "A2", "A4", "A5", "A6", "A8", "A9"]),
    st.integers(0, 500),
    st.sampled_from(["甲", "乙", "丙", "丁"]),
    st.sampled_from(["", "科技馆", "湿地"]),
    st.sampled_from([20, 60, 120, 300]),
    st.sampled_from(["参赛", "区级一等奖", "市级一等奖", "国家级一等奖"]),
)
OTHERS = st.one_of(
    st.tuples(st.just("reverse"), st.integers(0, 30)),
    st.tuples(st.just("transfer")),
    st.tuples(st.just("rules"), st.integers(0, 500), st.sampled_from(["0.5", "1", "6"])),
)
STEPS = st.lists(st.one_of(ENTER, ENTER, ENTER, OTHERS), min_size=2, max_size=18)


class Story:
    """One child, two schools, and what happens."""

    def __init__(self, child: Student, schools: list, clerk):
        self.child, self.schools, self.clerk = child, schools, clerk
        self.here, self.numbers = 0, 0

    @property
    def school(self):
        return self.schools[self.here]

    def enter(self, code, day, name, provider, minutes, award) -> None:
        held_on = FIRST + timedelta(days=day)
        book = RuleBook(self.school)
        rule = book.find(code, held_on)
        self.numbers += 1
        certificate = f"证{self.numbers}" if code == "A8" else ""
        worth = worth_of(book.rules[rule.pk], minutes, award=award if code == "A8" else "")
        with scope(f"school:{self.school.pk}"):
            line = entry_line(2, self.child.pk, 0, worth, certificate)
            weigh(self.school, [Occasion(rule, held_on, name, provider)], [line])
            actions.write(BatchFactory(organization=self.school, created_by=self.clerk))

    def reverse(self, which) -> None:
        """By the school that recorded, whether the child is still there or not."""
        school = self.schools[which % 2]
        with scope(f"school:{school.pk}"):
            standing = Credit.objects.standing().filter(student=self.child, school=school)
            entries = list(standing.order_by("pk"))
            if entries:
                entry = entries[which % len(entries)]
                batch = Batch.objects.select_related("organization").get(pk=entry.batch_id)
                assert actions.reverse(batch, only=[entry.pk], note="有误", by=self.clerk) == 1
                assert actions.reverse(batch, only=[entry.pk], note="有误", by=self.clerk) == 0

    def transfer(self) -> None:
        self.here = 1 - self.here
        with scope("steward"):
            child = Student.objects.select_related("school").get(pk=self.child.pk)
            on = date(2026, 1, 1) + timedelta(days=self.numbers)
            actions.transfer(child, to=self.school, grade=6, class_number=1, on=on, by=None)

    def rules(self, day, factor) -> None:
        """Another version from a day on, its caps and worth changed."""
        held_on = FIRST + timedelta(days=day)
        if CreditRuleSet.objects.filter(in_force_from=held_on).exists():
            return
        before = queries.rules_of_area(None, on=held_on)
        rules = list(before.rules.order_by("pk"))
        before.pk, before.version, before.in_force_from = None, queries.next_version(), held_on
        before.approved_at = None
        before.save(force_insert=True)
        for rule in rules:
            rule.pk, rule.rule_set = None, before
            rule.cap_per_year = rule.cap_per_year * Decimal(factor)
            rule.save(force_insert=True)
        CreditRuleSet.objects.filter(pk=before.pk).update(approved_at=timezone.now())


def broken_promises(child: Student) -> list[str]:
    """What the ledger promises of every child and does not keep."""
    caps = defaultdict(Decimal)
    for rule in CreditRule.objects.all():
        caps[rule.code] = max(caps[rule.code], rule.cap_per_year)
    by_kind, at_place, by_course, work = (defaultdict(Decimal) for _ in range(4))
    best = defaultdict(Decimal)
    standing = Credit.objects.standing().filter(student=child).select_related("activity", "rule")
    seen = [entry.activity_id for entry in standing]
    for entry in standing:
        code = entry.rule.code
        by_kind[code, entry.school_year] += entry.credits
        if code == "A5" and entry.credits:
            at_place[entry.school_year, entry.activity.provider or entry.pk] += 1
            by_course[entry.activity.course] += 1
        if code == "A8":
            work[entry.activity.course] += entry.credits
            best[entry.activity.course] = max(best[entry.activity.course], entry.earned)
    wrong = [f"cap {key}" for key, credits in by_kind.items() if credits > caps[key[0]]]
    wrong += [f"provider {key}" for key, times in at_place.items() if times > 3]
    wrong += [f"course {key}" for key, times in by_course.items() if times > 1]
    wrong += [f"work {key}" for key, credits in work.items() if credits > best[key]]
    wrong += ["an activity twice"] * (len(seen) != len(set(seen)))
    return wrong + [str(flaw) for flaw in (*queries.unbalanced(), *queries.unclaimed(), *queries.astray())]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_sequence_keeps_caps_balances_and_uniqueness(students, in_school, school_clerk, steps):
    with transaction.atomic():
        other = OrganizationFactory(region=in_school.region, school=True)
        story = Story(students[0], [in_school, other], school_clerk)
        for name, *values in steps:
            getattr(story, name)(*values)
        with scope("steward"):
            assert broken_promises(students[0]) == []
        transaction.set_rollback(True)


# --- Worked examples of the documents -------------------------------------------------------------


@pytest.fixture
def enter(students, in_school, school_clerk):
    story = Story(students[0], [in_school, in_school], school_clerk)
    return lambda *case: story.enter(*case)


def credits_of(student) -> list[tuple]:
    return list(
        Credit.objects.filter(student=student).order_by("pk").values_list("credits", "reason", "minutes")
    )


def test_four_activities_at_one_base_in_a_year_the_fourth_is_kept_without_credit(students, enter):
    """Working rule 5."""
    for day in range(4):
        enter("A5", day, f"课程{day}", "湿地", 120, "")

    assert credits_of(students[0]) == [(1, "", 120)] * 3 + [(0, "provider_cap", 120)]


def test_the_base_counts_again_in_the_next_school_year(students, enter):
    for day in (0, 1, 2, 400):
        enter("A5", day, f"课程{day}", "湿地", 120, "")

    assert credits_of(students[0])[-1] == (1, "", 120)


def test_the_same_course_twice_is_kept_without_credit_and_a_certificate_twice_is_blocked(
    students, enter, checked, found
):
    """Working rule 6."""
    enter("A5", 0, "红树林课程", "湿地", 120, "")
    enter("A5", 420, "红树林课程", "湿地", 120, "")
    award = {"类别": "A8", "活动名称": "水质监测", "获奖等级": "区级一等奖", "证书编号": "SZ-7"}

    batch = checked([row(1, **award), row(2, **award)])

    assert credits_of(students[0]) == [(1, "", 120), (0, "repeated", 120)]
    assert CourseClaim.objects.filter(student=students[0]).count() == 1
    assert found(batch) == [(3, "证书编号", "证书编号与第 2 行相同")]


def test_numbers_of_students_are_checked_as_their_kind_asks():
    """Working rule 8."""
    assert check_student_number("L440305201203011234")
    assert check_student_number("G440308201202290000")
    for wrong in ("G440305201003150007", "G440308201102290000", "L44030520110229123X"):
        with pytest.raises(ValueError, match=r"."):
            check_student_number(wrong)


def test_what_a_child_under_14_without_consent_has_is_seen_by_its_school_alone(
    students, enter, in_school, school_clerk
):
    """Working rule 9."""
    enter("A1", 0, "甲", "", 120, "")
    Student.objects.filter(pk=students[0].pk).update(consented_on=None, consent_version="")
    stranger = UserFactory(holding=(Role.GUARDIAN, in_school))

    for other in (f"guardian:{stranger.pk}", f"school:{in_school.pk + 1}"):
        with scope(other):
            assert not Credit.objects.exists()
    assert Credit.objects.count() == 1
