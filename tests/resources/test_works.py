"""Calls for works and applications to them."""

import io
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal import files
from portal.errors import ChangedMeanwhile, Refused
from portal.notices import Notice
from portal.roles import Role
from resources.actions import works as actions
from resources.actions.works import Line, Standard
from resources.models import WorkApplication, WorkBudgetLine, WorkCall
from resources.queries import works as queries
from tests.factories import OrganizationFactory, UserFactory
from tests.resources.needs import NeedFactory
from tests.resources.works import STANDARDS, draft_call, draft_of, fresh, open_call, submitted, supported

NOW = timezone.now


def refuses(rows, **values):
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**values)


# --- Calls ----------------------------------------------------------------------------------------


def test_a_call_is_published_once_its_criteria_are_whole(staff):
    call = draft_call(staff)
    actions.save_call(call, [Standard("科学性", 90, STANDARDS[0].rungs)], by=staff)

    with pytest.raises(Refused, match="100%"):
        actions.publish_call(call, by=staff, at=NOW())

    actions.save_call(call, STANDARDS, by=staff)
    actions.publish_call(call, by=staff, at=NOW())
    assert WorkCall.objects.public().get() == call


def test_what_was_promised_in_a_published_call_does_not_change(staff):
    call = open_call(staff)
    call.most_yuan = Decimal("1.00")

    with pytest.raises(Refused, match="已发布"):
        actions.save_call(call, STANDARDS, by=staff)

    call.refresh_from_db()
    call.closes_at += timedelta(days=5)
    actions.save_call(call, STANDARDS, by=staff)


def test_keeping_a_call_does_not_undo_what_was_granted_meanwhile(staff):
    call = open_call(staff)
    WorkCall.objects.update(bound_yuan=Decimal("500.00"))
    call.summary = "新的说明"

    actions.save_call(call, STANDARDS, by=staff)

    call.refresh_from_db()
    assert (call.bound_yuan, call.summary) == (Decimal("500.00"), "新的说明")


def test_a_change_of_a_call_in_between_is_not_overwritten(staff):
    call = draft_call(staff)
    actions.save_call(call, STANDARDS, by=staff, seen=1)

    with pytest.raises(ChangedMeanwhile):
        actions.save_call(call, STANDARDS, by=staff, seen=1)


def test_a_unit_calls_for_nothing(unit_clerk, city):
    with pytest.raises(PermissionDenied):
        draft_call(unit_clerk)


@pytest.mark.parametrize(
    "values",
    [
        {"bound_yuan": Decimal("100000.01")},
        {"bound_yuan": Decimal("-0.01")},
        {"most_yuan": Decimal("100000.01")},
        {"closes_at": NOW() - timedelta(days=9)},
        {"audiences": ["nobody"]},
        {"published_at": None},
    ],
)
def test_the_database_keeps_a_call_whole(staff, values):
    call = open_call(staff)

    refuses(WorkCall.objects.filter(pk=call.pk), **values)


def test_a_cancelled_call_tells_who_applied(staff, unit, unit_clerk):
    call = open_call(staff)
    work = submitted(call, unit, unit_clerk)

    actions.cancel_call(call, by=staff, note="预算调整", at=NOW())

    assert fresh(work).reason == "征集已取消：预算调整"
    assert Notice.objects.filter(recipient=unit_clerk, text__contains="预算调整").exists()


# --- Applications ---------------------------------------------------------------------------------


def test_a_draft_is_kept_however_unfinished_it_is(staff, unit, unit_clerk):
    work = draft_of(
        open_call(staff), unit, unit_clerk, yuan=None, lines=[], title="", kind=None, abstract="", plan=""
    )

    assert str(work).startswith("未命名作品")


def test_the_same_form_sent_twice_is_one_application(staff, unit, unit_clerk):
    call = open_call(staff)
    first = draft_of(call, unit, unit_clerk)
    again = WorkApplication(call=call, organization=unit, region=unit.region, key=first.key, title="再来")

    assert actions.save_application(again, [], by=unit_clerk, at=NOW()) == first
    assert WorkApplication.objects.count() == 1


def test_nobody_applies_for_another_unit(staff, unit_clerk):
    with pytest.raises(PermissionDenied):
        draft_of(open_call(staff), OrganizationFactory(), unit_clerk)


def test_a_kind_that_is_not_wanted_is_said_beside_its_field(staff, unit, unit_clerk):
    call = open_call(staff)
    WorkCall.objects.update(kinds=["book"])
    call.refresh_from_db()

    with pytest.raises(ValidationError, match="不收这类"):
        draft_of(call, unit, unit_clerk)


def test_what_is_missing_is_named_before_handing_in(staff, unit, unit_clerk):
    work = draft_of(open_call(staff), unit, unit_clerk, plan="", contact="")

    with pytest.raises(Refused, match="创作方案、联系人"):
        actions.submit_application(work, by=unit_clerk, at=NOW())


def test_a_budget_that_does_not_add_up_is_not_handed_in(staff, unit, unit_clerk):
    work = draft_of(open_call(staff), unit, unit_clerk, lines=[Line("拍摄", Decimal("49999.99"))])

    with pytest.raises(Refused, match=r"少 0\.01 元"):
        actions.submit_application(work, by=unit_clerk, at=NOW())
    refuses(WorkApplication.objects.filter(pk=work.pk), status="submitted", submitted_at=NOW())


def test_more_than_one_work_may_get_is_not_handed_in(staff, unit, unit_clerk):
    work = draft_of(open_call(staff), unit, unit_clerk, yuan="80000.01")

    with pytest.raises(Refused, match="每项最高"):
        actions.submit_application(work, by=unit_clerk, at=NOW())
    refuses(WorkApplication.objects.filter(pk=work.pk), status="submitted", submitted_at=NOW())


def test_the_moment_of_receipt_counts(staff, unit, unit_clerk):
    call = open_call(staff)
    work = draft_of(call, unit, unit_clerk)

    with pytest.raises(Refused, match="不在申报时间"):
        actions.submit_application(work, by=unit_clerk, at=call.closes_at)
    refuses(WorkApplication.objects.filter(pk=work.pk), status="submitted", submitted_at=call.closes_at)

    actions.submit_application(work, by=unit_clerk, at=call.closes_at - timedelta(microseconds=1))
    assert Notice.objects.filter(recipient=staff, text__contains="深海来信").exists()


def test_the_budget_of_what_was_handed_in_stays(staff, unit, unit_clerk):
    work = submitted(open_call(staff), unit, unit_clerk)

    refuses(WorkBudgetLine.objects.filter(application=work), amount_yuan=Decimal(1))
    with pytest.raises(Refused, match="不能再修改"):
        actions.save_application(work, [], by=unit_clerk, at=NOW())


def test_what_was_handed_in_is_taken_back_and_handed_in_again_while_the_call_is_open(staff, unit, unit_clerk):
    call = open_call(staff)
    work = submitted(call, unit, unit_clerk)

    with pytest.raises(Refused, match="已截止"):
        actions.take_back_application(work, by=unit_clerk, at=call.closes_at)
    actions.take_back_application(work, by=unit_clerk, at=NOW())
    actions.submit_application(work, by=unit_clerk, at=NOW())

    assert fresh(work).status == "submitted"


def test_a_withdrawn_application_is_over(staff, unit, unit_clerk):
    work = submitted(open_call(staff), unit, unit_clerk)

    actions.withdraw_application(work, by=unit_clerk)

    with pytest.raises(Refused):
        actions.submit_application(work, by=unit_clerk, at=NOW())


def test_files_are_added_to_a_draft_alone(staff, unit, unit_clerk):
    work = draft_of(open_call(staff), unit, unit_clerk)
    paper = files.made(b"%PDF-1.4 sample", "方案.pdf", "pdf")
    row = actions.add_file(work, file=paper, title="脚本", is_blind=True, by=unit_clerk)
    actions.remove_file(row, by=unit_clerk)
    actions.add_file(work, file=paper, title="脚本", is_blind=True, by=unit_clerk)
    actions.submit_application(work, by=unit_clerk, at=NOW())

    with pytest.raises(Refused, match="不能再修改"):
        actions.add_file(work, file=paper, title="再来", is_blind=False, by=unit_clerk)


# --- Pages ----------------------------------------------------------------------------------------


def form_of(unit, work=None, **values):
    return {
        "key": str(work.key if work else "0b0b0b0b-0000-4000-8000-000000000001"),
        "organization": unit.pk,
        "title": "深海来信",
        "requested_yuan": "100.00",
        "lines-TOTAL_FORMS": 2,
        "lines-INITIAL_FORMS": 0,
        "lines-0-item": "拍摄",
        "lines-0-amount_yuan": "60.00",
        "lines-1-item": "剪辑",
        "lines-1-amount_yuan": "40.00",
        **values,
    }


def test_a_unit_applies_on_the_page_and_what_is_known_of_it_is_filled_in(client, staff, unit, unit_clerk):
    type(unit).objects.filter(pk=unit.pk).update(contact="钱联络", phone="26000000")
    call = open_call(staff)
    client.force_login(unit_clerk)
    page = client.get(f"/desk/works/apply/{call.code}/").content.decode()
    assert "钱联络" in page
    assert "26000000" in page

    for _ in range(2):
        client.post(f"/desk/works/apply/{call.code}/", form_of(unit))

    work = WorkApplication.objects.get()
    assert [line.amount_yuan for line in work.budget_lines.all()] == [Decimal(60), Decimal(40)]
    assert client.get(work.get_desk_url()).status_code == 200


def test_half_a_budget_line_is_said_beside_its_field_and_nothing_typed_is_lost(
    client, staff, unit, unit_clerk
):
    call = open_call(staff)
    client.force_login(unit_clerk)

    answer = client.post(f"/desk/works/apply/{call.code}/", form_of(unit, **{"lines-1-amount_yuan": ""}))

    assert answer.status_code == 422
    assert "支出项目和金额应同时填写" in answer.content.decode()
    assert "剪辑" in answer.content.decode()


def test_staff_do_not_see_a_draft_and_a_unit_sees_its_own_works_alone(client, staff, unit, unit_clerk):
    call = open_call(staff)
    draft = draft_of(call, unit, unit_clerk)
    other = OrganizationFactory()
    foreign = submitted(call, other, UserFactory(holding=(Role.UNIT, other)), title="别家的作品")

    client.force_login(staff)
    assert client.get(draft.get_desk_url()).status_code == 404
    client.force_login(unit_clerk)
    assert client.get(foreign.get_desk_url()).status_code == 404
    assert "别家的作品" not in client.get("/desk/works/").content.decode()


def test_staff_draft_a_call_on_the_page(client, staff):
    draft_call(staff)
    WorkCall.objects.all().delete()
    need = NeedFactory(open=True)
    client.force_login(staff)
    page = client.get(f"/desk/works/calls/new/?need={need.pk}").content.decode()
    assert f'name="need" value="{need.pk}"' in page
    sent = {
        "title": "新征集",
        "year": 2026,
        "summary": "一句话",
        "rules": "办法",
        "kinds": ["film"],
        "audiences": ["general"],
        "opens_at": "2026-01-01T09:00",
        "closes_at": "2030-01-01T18:00",
        "budget_yuan": "1000.00",
        "most_yuan": "500.00",
        "review_days": 10,
        "spread_limit": "20",
        "standards-TOTAL_FORMS": 2,
        "standards-INITIAL_FORMS": 0,
        "standards-0-name": "科学性",
        "standards-0-weight": 60,
        "standards-0-ladder": "90 优\n60 良",
        "standards-1-name": "创新性",
        "standards-1-weight": 30,
        "standards-1-ladder": "90 优\n60 良",
    }

    answer = client.post("/desk/works/calls/new/", sent | {"need": "999999"})
    assert "没有这个编号的需求" in answer.content.decode()
    sent["need"] = need.pk
    answer = client.post("/desk/works/calls/new/", sent)
    assert answer.status_code == 422
    assert "现在是 90%" in answer.content.decode()
    answer = client.post("/desk/works/calls/new/", sent | {"standards-1-weight": 40})

    call = WorkCall.objects.get()
    assert answer.url == call.get_desk_url()
    assert call.need == need
    assert need.get_desk_url() in client.get(call.get_desk_url()).content.decode()
    client.post(f"{call.get_desk_url()}publish/")
    assert "新征集" in client.get("/works/").content.decode()


def test_the_public_reads_calls_and_supported_works_without_people(client, staff, unit, unit_clerk):
    call = open_call(staff)
    supported(call, unit, unit_clerk, staff)

    for address in (
        "/works/",
        f"/works/{call.code}/",
        "/works/supported/",
        f"/works/supported/?year={call.year}",
    ):
        page = client.get(address).content.decode()
        assert "王小明" not in page
        assert "李联络" not in page
    assert "深海来信" in page
    assert "深海来信" not in client.get("/works/supported/?year=1999").content.decode()


def test_the_plan_is_exported_as_shown_without_people(client, staff, unit, unit_clerk):
    call = open_call(staff)
    supported(call, unit, unit_clerk, staff)
    submitted(call, unit, unit_clerk, title="=1+1")
    client.force_login(staff)

    answer = client.get("/desk/works/export/", {"year": call.year})

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[6] for row in rows[1:]] == ["已申报", "待签合同"]
    assert "王小明" not in str(rows)


def test_lists_cost_the_same_for_fifteen_works_as_for_one(
    client, staff, unit, unit_clerk, django_assert_max_num_queries
):
    call = open_call(staff)
    submitted(call, unit, unit_clerk)
    client.force_login(staff)
    addresses = ("/desk/works/", call.get_desk_url(), "/works/", "/desk/works/calls/")
    for address in addresses:
        client.get(address)
    counts = {}
    for address in addresses:
        with django_assert_max_num_queries(80) as asked:
            client.get(address)
        counts[address] = len(asked)
    for number in range(14):
        submitted(call, unit, unit_clerk, title=f"作品{number}")
        open_call(staff, title=f"征集{number}")

    for address in addresses:
        with django_assert_max_num_queries(counts[address]):
            client.get(address)


def test_stages_tell_where_a_work_stands(staff, unit, unit_clerk):
    call = open_call(staff)
    submitted(call, unit, unit_clerk)
    supported(call, unit, unit_clerk, staff)

    counts = queries.stage_counts(staff)

    assert (counts[""], counts["applied"], counts["granted"]) == (2, 1, 1)
