"""Nothing is spent beyond its line; gifts are used for what they were given for, and shown."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from outreach.actions import funds as actions
from outreach.actions import load_reference
from outreach.models import BudgetLine, Donation, DonationUse, Duty, FundEntry, FundTarget, ResearchSpending
from outreach.queries.funds import by_duty, donor_shown, lines_for, outreach_beside_research
from outreach.rules.funds import performance, share
from portal.documents import IssuedPaper
from portal.errors import Refused
from portal.roles import Role
from tests.concurrency import at_once
from tests.factories import OrganizationFactory, UserFactory

TODAY = timezone.localdate
MONEY = st.decimals(Decimal("0.01"), Decimal(10_000_000), places=2)


@pytest.fixture
def duty(city):
    load_reference()
    return Duty.objects.get(code="sz-week")


@pytest.fixture
def line(duty, unit, staff):
    made = BudgetLine(
        organization=unit, year=TODAY().year, duty=duty, name="科普月", amount_yuan=Decimal(100_000)
    )
    return actions.save_line(made, by=staff)


def enter(line, kind, amount, by, **more):
    told = {
        "purpose": "科普月场地",
        "payee": "某会展公司",
        "entered_on": TODAY(),
        "key": uuid.uuid4(),
        **more,
    }
    return actions.enter(line, kind=kind, amount_yuan=Decimal(amount), by=by, **told)


@pytest.fixture
def covered(line, staff):
    enter(line, "appropriation", 60_000, staff)
    line.refresh_from_db()
    return line


@pytest.fixture
def gift(unit, unit_clerk):
    given = Donation(
        kind="donation",
        donor="某某科技公司",
        amount_yuan=Decimal(5000),
        purpose="购置教具",
        received_on=TODAY(),
    )
    return actions.receive(given, body=unit, by=unit_clerk)


# --- Lines ----------------------------------------------------------------------------------------


def test_the_database_adds_up_what_moved(covered, unit_clerk):
    enter(covered, "payment", 25_000, unit_clerk)
    wrong = enter(covered, "payment", 10_000, unit_clerk)
    actions.cancel_entry(wrong, reason="重复登记", by=unit_clerk)

    covered.refresh_from_db()
    assert (covered.appropriated_yuan, covered.paid_yuan, covered.to_pay) == (60_000, 25_000, 35_000)


def test_nothing_is_appropriated_beyond_its_line(covered, staff):
    with pytest.raises(Refused, match=r"还可下达 40000\.00 元"):
        enter(covered, "appropriation", "40000.01", staff)


def test_nothing_is_paid_beyond_what_was_appropriated(covered, unit_clerk):
    with pytest.raises(Refused, match=r"还可支付 60000\.00 元"):
        enter(covered, "payment", "60000.01", unit_clerk)


def test_the_database_refuses_a_payment_beyond_its_line(covered, unit_clerk):
    with pytest.raises(IntegrityError, match="nothing_is_spent_beyond_its_line"), transaction.atomic():
        FundEntry.objects.create(
            line=covered,
            kind="payment",
            amount_yuan=60_001,
            entered_on=TODAY(),
            payee="某公司",
            purpose="场地",
            created_by=unit_clerk,
        )


def test_the_database_lets_no_counter_be_set_beyond_its_line(covered):
    with pytest.raises(IntegrityError, match="nothing_is_appropriated_beyond_its_line"), transaction.atomic():
        BudgetLine.objects.update(appropriated_yuan=100_001)


def test_an_entry_stays_as_it_was_made(covered):
    with pytest.raises(IntegrityError, match="fund_entry_stays"), transaction.atomic():
        FundEntry.objects.update(amount_yuan=1)


def test_the_same_form_sent_twice_pays_once(covered, unit_clerk):
    key = uuid.uuid4()

    first, second = (enter(covered, "payment", 10, unit_clerk, key=key) for _ in range(2))

    assert first == second


def test_an_appropriation_that_was_spent_is_not_cancelled(covered, staff, unit_clerk):
    enter(covered, "payment", 1, unit_clerk)

    with pytest.raises(Refused, match="先冲销支付"):
        actions.cancel_entry(covered.entries.get(kind="appropriation"), reason="有误", by=staff)


def test_a_budget_does_not_fall_below_what_was_appropriated(covered, staff):
    covered.amount_yuan = Decimal(59_999)

    with pytest.raises(Refused, match="不能少于已下达"):
        actions.save_line(covered, by=staff)


def test_who_pays_does_not_appropriate(line, unit_clerk):
    with pytest.raises(PermissionDenied):
        enter(line, "appropriation", 1, unit_clerk)


@pytest.mark.django_db(transaction=True)
def test_of_two_payments_at_once_that_do_not_both_fit_one_is_refused(duty, unit, staff):
    made = BudgetLine(organization=unit, year=2025, duty=duty, name="科普月", amount_yuan=Decimal(100))
    line = actions.save_line(made, by=staff)
    enter(line, "appropriation", 100, staff)

    results = at_once(*[lambda: enter(line, "payment", 60, staff)] * 2)

    line.refresh_from_db()
    assert line.paid_yuan == 60
    assert sorted(type(result).__name__ for result in results) == ["FundEntry", "Refused"]


@pytest.mark.django_db(transaction=True)
def test_payments_at_once_past_the_action_are_held_by_the_database(duty, unit, staff):
    made = BudgetLine(organization=unit, year=2025, duty=duty, name="科普月", amount_yuan=Decimal(100))
    line = actions.save_line(made, by=staff)
    enter(line, "appropriation", 100, staff)

    def pay():
        told = {"kind": "payment", "entered_on": TODAY(), "payee": "某公司", "purpose": "场地"}
        return FundEntry.objects.create(line=line, amount_yuan=40, created_by=staff, **told)

    results = at_once(*[pay] * 4)

    line.refresh_from_db()
    assert line.paid_yuan == 80
    assert sum(isinstance(result, IntegrityError) for result in results) == 2


def test_plan_stands_against_actual_by_duty(covered, unit_clerk, staff):
    enter(covered, "payment", 25_000, unit_clerk)

    (row,) = by_duty(lines_for(staff))

    assert (row["amount"], row["appropriated"], row["paid"], row["rate"]) == (
        100_000,
        60_000,
        25_000,
        Decimal("25.0"),
    )


# --- Performance ------------------------------------------------------------------------------------


def test_an_evaluation_says_what_every_target_reached(line, staff, unit_clerk):
    told = {"name": "活动场次", "unit": "场", "wanted": Decimal(40)}
    target = actions.save_target(FundTarget(line=line, **told), by=staff)
    with pytest.raises(Refused, match="活动场次"):
        actions.evaluate(line, reached={}, text="已完成。", score=90, by=unit_clerk)

    actions.evaluate(line, reached={target.pk: Decimal(50)}, text="已完成。", score=90, by=unit_clerk)

    line.refresh_from_db()
    assert (line.score, line.evaluated_at is not None, line.targets.get().reached) == (90, True, 50)
    with pytest.raises(Refused, match="已完成绩效自评"):
        actions.save_target(FundTarget(line=line, name="再加", unit="场", wanted=1), by=staff)


def test_the_database_keeps_no_evaluation_without_words(line):
    with pytest.raises(IntegrityError, match="evaluated_with_words_and_score"), transaction.atomic():
        BudgetLine.objects.update(evaluated_at=timezone.now(), score=90)


@given(st.lists(st.tuples(MONEY, MONEY), min_size=1, max_size=6))
def test_performance_is_a_percentage(targets):
    assert 0 <= performance(targets) <= 100


def test_performance_counts_no_target_above_a_hundred():
    assert performance([(Decimal(40), Decimal(80)), (Decimal(10), Decimal(5))]) == 75
    assert performance([(Decimal(40), None)]) is None
    assert performance([]) is None


@given(MONEY, MONEY)
def test_a_share_of_money_is_between_none_and_all(part, more):
    assert 0 <= share(part, part + more) <= 100


# --- Gifts ------------------------------------------------------------------------------------------


def test_a_gift_is_used_no_further_than_it_goes(gift, unit_clerk):
    told = {"used_on": TODAY(), "purpose": "教具", "by": unit_clerk}
    actions.use(gift, amount_yuan=Decimal(4000), key=uuid.uuid4(), **told)

    with pytest.raises(Refused, match=r"还可使用 1000\.00 元"):
        actions.use(gift, amount_yuan=Decimal(1001), key=uuid.uuid4(), **told)

    with pytest.raises(IntegrityError, match="nothing_is_used_beyond_what_was_given"), transaction.atomic():
        DonationUse.objects.create(
            donation=gift, used_on=TODAY(), amount_yuan=1001, purpose="教具", created_by=unit_clerk
        )


def test_a_gift_is_not_used_before_it_came(gift, unit_clerk):
    day = TODAY() - timedelta(days=1)

    with pytest.raises(Refused, match="收到捐赠之后"):
        actions.use(gift, amount_yuan=1, used_on=day, purpose="教具", key=uuid.uuid4(), by=unit_clerk)


def test_a_receipt_is_issued_once_and_can_be_checked(client, gift, unit_clerk):
    paper = actions.issue_receipt(gift, by=unit_clerk)

    assert actions.issue_receipt(gift, by=unit_clerk) == paper
    assert IssuedPaper.objects.count() == 1
    page = client.get(paper.get_absolute_url()).content.decode()
    assert "购置教具" in page
    assert gift.donor not in page


def test_the_receipt_is_a_pdf_for_whom_the_gift_concerns(client, gift, unit_clerk):
    actions.issue_receipt(gift, by=unit_clerk)
    address = reverse("funds_desk:receipt", args=[gift.pk])
    other = UserFactory(holding=(Role.UNIT, OrganizationFactory()))

    client.force_login(other, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(address).status_code == 404
    client.force_login(unit_clerk, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(address).content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("donor", "is_person", "is_named", "shown"),
    [
        ("某某科技公司", False, True, "某某科技公司"),
        ("某某科技公司", False, False, "爱心单位"),
        ("王小明", True, True, "王*明"),
        ("王小明", True, False, "爱心人士"),
    ],
)
def test_the_public_reads_who_gave_as_far_as_they_agreed(client, gift, donor, is_person, is_named, shown):
    Donation.objects.update(donor=donor, is_person=is_person, is_named=is_named)

    page = client.get(reverse("funds:gifts")).content.decode()

    gift.refresh_from_db()
    assert donor_shown(gift) == shown
    assert shown in page
    assert (donor in page) == (donor == shown)


def test_outreach_stands_beside_research(covered, unit_clerk, staff):
    enter(covered, "payment", 25_000, unit_clerk)
    row = ResearchSpending(year=TODAY().year, amount_yuan=Decimal(50_000_000), source="示例公报")
    actions.keep_research(row, by=staff)

    (line,) = outreach_beside_research()

    assert (line.outreach, line.per_ten_thousand) == (25_000, Decimal("5.00"))


# --- Pages ------------------------------------------------------------------------------------------


def test_money_moves_on_the_page_of_its_line(client, covered, unit_clerk):
    client.force_login(unit_clerk, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = reverse("funds_desk:entry_add", args=[covered.pk, "payment"])
    typed = {"out-payee": "某公司", "out-entered_on": TODAY().isoformat(), "out-purpose": "场地"}
    typed |= {"out-key": uuid.uuid4()}

    too_much = client.post(address, {**typed, "out-amount_yuan": "60000.01"})
    client.post(address, {**typed, "out-amount_yuan": "100"})

    covered.refresh_from_db()
    assert too_much.status_code == 422
    assert "还可支付 60000.00 元" in too_much.content.decode()
    assert covered.paid_yuan == 100


def test_a_line_is_made_and_changed_on_its_page(client, duty, unit, staff):
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    typed = {"body": unit.name, "year": 2026, "duty": duty.pk, "name": "展品", "amount_yuan": "1000"}
    typed |= {"key": uuid.uuid4()}

    unknown = client.post(reverse("funds_desk:line_new"), {**typed, "body": "没有这家"})
    for _ in range(2):
        client.post(reverse("funds_desk:line_new"), typed)
    line = BudgetLine.objects.get()
    client.post(reverse("funds_desk:line_edit", args=[line.pk]), {**typed, "amount_yuan": "2000"})

    line.refresh_from_db()
    assert "按登记的全称填写" in unknown.content.decode()
    assert (line.amount_yuan, line.region) == (2000, unit.region)


def test_a_district_sees_no_money_of_another(client, covered, officer):
    other = OrganizationFactory()
    head = UserFactory(holding=(Role.DISTRICT_HEAD, other.region), mfa=True)
    client.force_login(head, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert list(lines_for(head)) == []
    assert list(lines_for(officer)) == [covered]
    assert client.get(covered.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("rows", [1, 15])
def test_the_budget_asks_the_same_questions(client, rows, duty, unit, staff, django_assert_max_num_queries):
    for number in range(rows):
        made = BudgetLine(
            organization=unit, year=2026, duty=duty, name=f"项目{number}", amount_yuan=Decimal(9)
        )
        actions.save_line(made, by=staff)
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")

    with django_assert_max_num_queries(18):
        client.get(reverse("funds_desk:lines"))
