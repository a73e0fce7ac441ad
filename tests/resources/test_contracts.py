"""Contracts of supported works: sums, milestones, changes, the end, the resource and its figures."""

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from portal.errors import ChangedMeanwhile, Refused
from portal.notices import Notice
from portal.sheets import Column, Page, write_workbook
from resources.actions import contracts as actions
from resources.actions.contracts import Part
from resources.models import WorkAttention, WorkContract, WorkInstalment, WorkMilestone
from resources.queries import works as queries
from tests.batches import keep_waiting_sheets
from tests.resources.factories import AssetFactory, ResourceFactory
from tests.resources.works import accepted, contracted, delivered, open_call, parts, supported, terms

NOW = timezone.now


@pytest.fixture
def call(staff):
    return open_call(staff)


@pytest.fixture
def contract(call, unit, unit_clerk, staff):
    return contracted(call, unit, unit_clerk, staff)


@transaction.atomic
def at_the_end(*acts):
    """Do this, and have the database look at it as it does when a transaction ends."""
    for act in acts:
        act()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


# --- Signing --------------------------------------------------------------------------------------


def test_instalments_that_do_not_add_up_are_refused(call, unit, unit_clerk, staff):
    work = supported(call, unit, unit_clerk, staff)

    with pytest.raises(Refused, match=r"少 0\.01 元"):
        actions.sign(work, parts("20000", "29999.99"), by=staff, **terms())
    with pytest.raises(Refused, match="超过批准经费"):
        actions.sign(work, parts("50000.01"), by=staff, **terms(amount_yuan=Decimal("50000.01")))


def test_the_database_adds_up_a_contract_at_the_end_of_the_transaction(contract):
    for act in (
        lambda: WorkInstalment.objects.filter(amount_yuan=20000).update(amount_yuan=Decimal("20000.01")),
        lambda: WorkInstalment.objects.filter(amount_yuan=20000).delete(),
        lambda: WorkContract.objects.update(amount_yuan=Decimal("49999.99")),
    ):
        with pytest.raises(IntegrityError):
            at_the_end(act)


def test_a_contract_beyond_what_was_granted_is_refused_by_the_database(contract):
    first = WorkInstalment.objects.filter(amount_yuan=20000)

    with pytest.raises(IntegrityError):
        at_the_end(
            lambda: first.update(amount_yuan=Decimal("30000")),
            lambda: WorkContract.objects.update(amount_yuan=Decimal("60000")),
        )


def test_what_a_contract_costs_less_goes_back_to_the_call(call, unit, unit_clerk, staff):
    contracted(call, unit, unit_clerk, staff, amounts=("20000", "", "10000"))

    call.refresh_from_db()
    assert call.bound_yuan == Decimal("30000.00")


def test_a_work_has_one_contract(contract, staff):
    with pytest.raises(Refused, match="已登记合同"):
        actions.sign(contract.application, parts("50000"), by=staff, **terms())


def test_a_unit_signs_nothing_by_itself(call, unit, unit_clerk, staff):
    work = supported(call, unit, unit_clerk, staff)

    with pytest.raises(PermissionDenied):
        actions.sign(work, parts("50000"), by=unit_clerk, **terms())


# --- Milestones and money -------------------------------------------------------------------------


def test_a_milestone_is_delivered_returned_delivered_again_accepted_and_paid(contract, staff, unit_clerk):
    first = contract.milestones.first()
    with pytest.raises(Refused, match="节点通过后"):
        actions.pay(first.instalment, on=timezone.localdate(), by=staff)

    delivered(first, unit_clerk)
    actions.return_milestone(first, by=staff, note="缺样片")
    assert Notice.objects.filter(recipient=unit_clerk, text__contains="缺样片").exists()
    delivered(first, unit_clerk)
    actions.approve_milestone(first, by=staff, at=NOW())
    actions.pay(first.instalment, on=timezone.localdate(), by=staff)

    assert queries.paid_yuan(contract) == Decimal("20000.00")
    with pytest.raises(Refused, match="已经拨付"):
        actions.pay(first.instalment, on=timezone.localdate(), by=staff)


def test_the_database_pays_for_accepted_milestones_alone(contract):
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkInstalment.objects.update(paid_on=timezone.localdate())


@pytest.mark.parametrize("values", [{"status": "submitted"}, {"status": "accepted", "proof": ""}])
def test_the_database_wants_words_for_what_was_delivered(contract, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkMilestone.objects.update(**values)


def test_milestones_are_recalled_at_their_marks_and_listed_once_overdue(contract, staff, unit_clerk):
    due = timezone.localdate() + timedelta(days=40)
    first, second = contract.milestones.all()
    delivered(second, unit_clerk)
    WorkMilestone.objects.update(due_on=due)
    told = []
    for days in range(60):
        at = NOW() + timedelta(days=days)
        if actions.remind_of_milestones(at=at):
            told.append(40 - days)
        assert actions.remind_of_milestones(at=at) == 0

    assert told == [30, 7, -1, -8, -15]
    assert Notice.objects.filter(recipient=unit_clerk, kind="urgent").count() == 3
    late = queries.milestones_at_desk(staff, state="overdue", on=due + timedelta(days=1))
    assert list(late) == [first]


# --- Changes --------------------------------------------------------------------------------------


def amend(contract, staff, rows, **values):
    values = {
        "reason": "延期",
        "amount_yuan": contract.amount_yuan,
        "ends_on": contract.ends_on + timedelta(days=30),
        **values,
    }
    return actions.amend(contract, rows, by=staff, **values)


def test_an_amendment_keeps_what_it_was_and_is_written_once(contract, staff, unit_clerk):
    first, second = contract.milestones.all()
    delivered(first, unit_clerk)
    actions.approve_milestone(first, by=staff, at=NOW())
    later = second.due_on + timedelta(days=30)

    made = amend(contract, staff, [Part("成片", later, Decimal("30000"), second.pk)])

    second.refresh_from_db()
    assert (second.title, second.due_on) == ("成片", later)
    assert "节点2" in made.before["节点"][1]
    assert "成片" in made.after["节点"][1]
    with pytest.raises(IntegrityError), transaction.atomic():
        type(made).objects.filter(pk=made.pk).update(reason="改写")
    with pytest.raises(IntegrityError), transaction.atomic():
        made.delete()


def test_an_amendment_takes_no_more_than_the_call_has(contract, staff):
    rows = [Part("节点", timezone.localdate(), Decimal("100000.01"))]

    with pytest.raises(Refused, match="经费总额"):
        amend(contract, staff, rows, amount_yuan=Decimal("100000.01"))

    rows = [Part("节点", timezone.localdate(), Decimal("100000"))]
    amend(contract, staff, rows, amount_yuan=Decimal("100000"))
    assert contract.application.call.__class__.objects.get().bound_yuan == Decimal("100000.00")


def test_a_contract_amended_in_between_is_not_overwritten(contract, staff):
    amend(contract, staff, parts("50000"), seen=1)

    with pytest.raises(ChangedMeanwhile):
        amend(contract, staff, parts("50000"), seen=1)


# --- The end --------------------------------------------------------------------------------------


def test_a_work_is_not_offered_for_acceptance_while_a_milestone_is_open(client, contract, staff, unit_clerk):
    client.force_login(staff)
    page = client.get(contract.get_desk_url(), secure=True).content.decode()
    assert "通过验收" not in page
    assert "全部通过后才能验收" in page

    for milestone in contract.milestones.all():
        delivered(milestone, unit_clerk)
        actions.approve_milestone(milestone, by=staff, at=NOW())

    assert "通过验收" in client.get(contract.get_desk_url(), secure=True).content.decode()


def test_a_work_is_accepted_once_every_milestone_is(contract, staff, unit_clerk):
    with pytest.raises(Refused, match="还有 2 个节点"):
        actions.accept_work(contract, by=staff, at=NOW())

    assert accepted(contract, unit_clerk, staff).status == "accepted"


def test_a_work_that_is_not_good_enough_goes_back_with_its_last_milestone(contract, staff, unit_clerk):
    for row in contract.milestones.all():
        delivered(row, unit_clerk)
        actions.approve_milestone(row, by=staff, at=NOW())

    actions.return_work(contract, by=staff, note="字幕有误")

    assert contract.milestones.last().status == "returned"
    assert Notice.objects.filter(recipient=unit_clerk, text__contains="字幕有误").exists()


def test_a_terminated_contract_says_why_and_frees_what_was_not_spent(contract, staff, unit_clerk, call):
    first = contract.milestones.first()
    delivered(first, unit_clerk)
    actions.approve_milestone(first, by=staff, at=NOW())
    actions.pay(first.instalment, on=timezone.localdate(), by=staff)

    with pytest.raises(Refused, match="不能超过已拨付"):
        actions.terminate(contract, by=staff, at=NOW(), note="违约", clawback=Decimal("20000.01"))
    with pytest.raises(Refused, match="理由"):
        actions.terminate(contract, by=staff, at=NOW(), note=" ", clawback=Decimal(0))
    actions.terminate(contract, by=staff, at=NOW(), note="违约", clawback=Decimal("15000"))

    call.refresh_from_db()
    assert call.bound_yuan == Decimal("5000.00")
    with pytest.raises(Refused):
        actions.accept_work(contract, by=staff, at=NOW())


@pytest.mark.parametrize(
    "values",
    [
        {"status": "revoked", "terminated_at": NOW()},
        {"status": "accepted"},
        {"ends_on": date(2000, 1, 1)},
        {"number": ""},
    ],
)
def test_the_database_keeps_a_contract_whole(contract, values):
    with pytest.raises(DatabaseError), transaction.atomic():
        WorkContract.objects.update(**values)


# --- What it became -------------------------------------------------------------------------------


def test_an_accepted_work_becomes_a_resource_once_filled_in_and_linked_both_ways(
    call, unit, unit_clerk, staff, client
):
    asset = AssetFactory(organization=unit, title="深海实验室")
    contract = contracted(call, unit, unit_clerk, staff, asset=asset)
    with pytest.raises(Refused, match="验收后"):
        actions.make_resource(contract, by=unit_clerk, on=timezone.localdate())
    accepted(contract, unit_clerk, staff)

    made = actions.make_resource(contract, by=unit_clerk, on=timezone.localdate())
    again = actions.make_resource(contract, by=unit_clerk, on=timezone.localdate())

    assert made == again
    assert (made.title, made.kind.code, made.organization, made.audiences) == (
        "深海来信",
        "film",
        unit,
        ["general"],
    )
    assert queries.work_of(made) == contract.application
    assert asset.conversions.get().resource == made
    client.force_login(unit_clerk)
    assert made.title in client.get(contract.get_desk_url()).content.decode()
    assert contract.application.get_desk_url() in client.get(made.get_desk_url()).content.decode()


def figures(**values):
    return {
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 1, 31),
        "views": 120,
        "shares": None,
        "source": "公众号后台",
        **values,
    }


def test_attention_stands_beside_the_resource_with_period_and_source(client, staff):
    shown = ResourceFactory(published=True)
    actions.enter_attention(by=staff, resource=shown, **figures())

    page = client.get(shown.get_absolute_url()).content.decode()

    assert "关注度" in page
    assert "2026年1月1日至2026年1月31日" in page
    assert "公众号后台" in page
    assert staff.name not in page


def test_the_same_period_and_source_is_counted_once(staff):
    shown = ResourceFactory(published=True)
    row = actions.enter_attention(by=staff, resource=shown, **figures())

    with pytest.raises(ValidationError, match="已登记"):
        actions.enter_attention(by=staff, resource=shown, **figures())
    actions.change_attention(row, by=staff, views=130)

    assert WorkAttention.objects.get().views == 130


@pytest.mark.parametrize(
    "values",
    [{"views": None}, {"source": ""}, {"ends_on": date(2025, 1, 1)}],
    ids=["no figure", "no source", "days"],
)
def test_the_database_wants_figure_source_and_days_in_order(staff, values):
    actions.enter_attention(by=staff, resource=ResourceFactory(published=True), **figures())

    with pytest.raises(IntegrityError), transaction.atomic():
        WorkAttention.objects.update(**values)


def test_attention_comes_in_by_sheet_with_a_preview(client, staff):
    shown = ResourceFactory(published=True)
    actions.enter_attention(by=staff, resource=shown, **figures())
    headers = ["科普资源", "统计起始", "统计截止", "浏览量（次）", "转发量（次）", "数据来源", "来源网址"]
    rows = [
        [shown.code, date(2026, 1, 1), date(2026, 1, 31), 500, 3, "公众号后台", None],
        [shown.code, date(2026, 2, 1), date(2026, 2, 28), 600, None, "公众号后台", None],
    ]
    book = io.BytesIO()
    write_workbook(book, [Page(name="关注度", columns=[Column(header=name) for name in headers], rows=rows)])
    book.seek(0)
    book.name = "attention.xlsx"
    client.force_login(staff)

    page = client.post("/admin/resources/workattention/import/", {"sheet": book})
    token = page.context["token"]
    client.post("/admin/resources/workattention/process_import/", {"token": token})
    keep_waiting_sheets()

    assert sorted(WorkAttention.objects.values_list("views", flat=True)) == [500, 600]
    assert set(WorkAttention.objects.values_list("entered_by", flat=True)) == {staff.pk}


# --- Pages ----------------------------------------------------------------------------------------


def test_a_contract_goes_its_way_on_the_pages(client, call, unit, unit_clerk, staff):
    work = supported(call, unit, unit_clerk, staff)
    page, today = work.get_desk_url(), timezone.localdate()
    sent = {
        "number": "科普2026-1",
        "amount_yuan": "50000",
        "signed_on": today,
        "starts_on": today,
        "ends_on": today + timedelta(days=90),
        "parts-TOTAL_FORMS": 1,
        "parts-INITIAL_FORMS": 0,
        "parts-0-title": "成片",
        "parts-0-due_on": today + timedelta(days=60),
        "parts-0-amount_yuan": "40000",
    }
    client.force_login(staff)
    answer = client.post(f"{page}contract/new/", sent)
    assert answer.status_code == 422
    assert "少 10,000 元" in answer.content.decode()
    client.post(f"{page}contract/new/", sent | {"parts-0-amount_yuan": "50000"})
    milestone = WorkMilestone.objects.get()

    client.force_login(unit_clerk)
    assert client.post(f"/desk/works/milestones/{milestone.pk}/approve/").status_code == 404
    client.post(f"/desk/works/milestones/{milestone.pk}/deliver/", {"proof": "成片已交"})
    client.force_login(staff)
    assert "成片" in client.get("/desk/works/milestones/?state=submitted").content.decode()
    client.post(f"/desk/works/milestones/{milestone.pk}/approve/")
    client.post(f"/desk/works/milestones/{milestone.pk}/pay/", {"on": today})
    client.post(f"{page}contract/accept/", {"accept-note": "通过"})
    client.force_login(unit_clerk)
    answer = client.post(f"{page}contract/resource/")

    contract = WorkContract.objects.get()
    assert (contract.status, answer.url) == ("accepted", contract.resource.get_desk_url())
    paper = client.get(f"{page}contract/summary.pdf")
    assert paper.content.startswith(b"%PDF")


def test_a_contract_page_costs_the_same_for_twelve_milestones_as_for_one(
    client, call, unit, unit_clerk, staff, django_assert_max_num_queries
):
    few = contracted(call, unit, unit_clerk, staff, yuan="10000.00", amounts=("10000",))
    many = contracted(call, unit, unit_clerk, staff, yuan="12000.00", amounts=("1000",) * 12)
    client.force_login(staff)
    client.get(few.get_desk_url())
    with django_assert_max_num_queries(60) as asked:
        client.get(few.get_desk_url())

    with django_assert_max_num_queries(len(asked)):
        client.get(many.get_desk_url())


def test_the_plan_knows_the_stage_of_a_contract(contract, staff, unit_clerk):
    accepted(contract, unit_clerk, staff)
    work = queries.works_at_desk(staff).get()

    assert queries.stage_of(work) == ("accepted", "已验收")


@pytest.mark.parametrize(
    ("published", "told"), [(False, ("已验收", 1, 0)), (True, ("已入资源", 0, 1))], ids=["draft", "published"]
)
def test_a_work_is_in_the_menu_once_its_resource_is_published(contract, staff, unit_clerk, published, told):
    accepted(contract, unit_clerk, staff)
    WorkContract.objects.update(resource=ResourceFactory(published=published))

    counts = queries.stage_counts(staff)
    words = queries.stage_of(queries.works_at_desk(staff).get())[1]

    assert (words, counts["accepted"], counts["shown"]) == told
