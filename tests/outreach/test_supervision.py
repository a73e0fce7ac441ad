"""Inspections drawn by a seed, done, put right and looked at again; self-checks; guidance."""

import uuid
from datetime import date, datetime, time, timedelta
from hashlib import sha256

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from outreach.actions import load_reference
from outreach.actions import supervision as actions
from outreach.models import Checklist, Finding, HelpQuestion, Inspection, InspectionPlan, SelfCheck
from outreach.queries.supervision import (
    bodies_due,
    checklist_in_force,
    replayed,
    self_check_list,
    supervision_waiting,
)
from outreach.rules.draws import drawn
from portal.calendar import SHANGHAI
from portal.errors import ChangedMeanwhile, Refused
from portal.notices import Notice
from portal.roles import Role
from portal.templatetags.portal_tags import cn_date
from tests.factories import OrganizationFactory, RegionFactory, UserFactory
from tests.outreach.factories import TitleFactory

TODAY = timezone.localdate
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def plan(staff, city):
    load_reference()
    checklist = Checklist.objects.get(code="base_inspection")
    made = InspectionPlan(
        title="春季检查", checklist=checklist, units_wanted=2, due_on=TODAY() + timedelta(days=30)
    )
    return actions.save_plan(made, by=staff)


@pytest.fixture
def inspection(plan, staff, officer, unit):
    TitleFactory(organization=unit, valid_until=date(TODAY().year + 2, 12, 31))
    actions.draw_plan(plan, seed="one", by=staff)
    return Inspection.objects.select_related("plan__checklist", "organization", "region").get()


def proof():
    return SimpleUploadedFile("整改.pdf", b"%PDF-1.4 mended")


def answers(inspection, **poor):
    items = inspection.plan.checklist.items
    return {item["code"]: "poor" if item["code"] in poor else "good" for item in items}


def inspect(inspection, by, *, is_done=True, **poor):
    actions.inspect(
        inspection,
        inspected_on=TODAY(),
        answers=answers(inspection, **poor),
        findings={code: (text, TODAY() + timedelta(days=15)) for code, text in poor.items()},
        summary="现场查看。",
        is_done=is_done,
        by=by,
    )


def mended(inspection, unit_clerk):
    told = {row.pk: ("已整改", proof()) for row in inspection.findings.all()}
    actions.mend(inspection, told, by=unit_clerk)


# --- The draw ---------------------------------------------------------------------------------------


def test_a_draw_can_be_replayed(inspection):
    plan = inspection.plan
    again = drawn(
        plan.unit_pool,
        plan.inspector_pool,
        wanted=plan.units_wanted,
        each=plan.inspectors_each,
        seed=plan.seed,
    )

    team = sorted(inspection.inspectors.values_list("pk", flat=True))
    assert [(unit, sorted(people)) for unit, people in again] == [(inspection.organization_id, team)]


def test_a_draw_is_the_same_in_every_language():
    """By hand: sort by the SHA-256 of the seed, "unit" and the number, colons between."""
    units = sorted([11, 12, 13], key=lambda unit: sha256(f"s:unit:{unit}".encode()).hexdigest())

    found = drawn([11, 12, 13], [[1, []], [2, []]], wanted=2, each=2, seed="s")

    assert [unit for unit, _ in found] == units[:2]


def test_a_plan_whose_rows_were_changed_no_longer_replays(inspection, staff):
    assert replayed(inspection.plan) is True

    inspection.inspectors.add(UserFactory())

    assert replayed(inspection.plan) is False


def test_a_plan_is_changed_until_it_is_drawn(plan, staff, officer, unit):
    plan.title = "夏季检查"
    actions.save_plan(plan, by=staff)
    TitleFactory(organization=unit, valid_until=date(TODAY().year + 2, 12, 31))
    actions.draw_plan(plan, by=staff)

    with pytest.raises(Refused, match="已抽取"):
        actions.save_plan(plan, by=staff)


def test_a_plan_is_drawn_once(inspection, staff):
    with pytest.raises(Refused, match="已抽取过"):
        actions.draw_plan(inspection.plan, by=staff)


def test_nobody_inspects_where_they_have_an_account(plan, staff, officer, unit):
    TitleFactory(organization=unit, valid_until=date(TODAY().year + 2, 12, 31))
    officer.grants.create(role=Role.UNIT, organization=unit)

    with pytest.raises(Refused, match="人员不足"):
        actions.draw_plan(plan, by=staff)


@given(
    st.sets(st.integers(1, 60), min_size=1, max_size=40),
    st.integers(2, 12),
    st.integers(1, 30),
    st.text(min_size=1, max_size=8),
)
def test_teams_are_whole_and_the_work_is_shared(units, people, wanted, seed):
    pool = [[person, []] for person in range(people)]

    found = drawn(sorted(units), pool, wanted=wanted, each=2, seed=seed)

    load = [sum(person in team for _, team in found) for person in range(people)]
    assert len(found) == min(wanted, len(units))
    assert all(len(set(team)) == 2 for _, team in found)
    assert max(load) - min(load) <= 1


# --- The inspection ---------------------------------------------------------------------------------


def test_only_who_was_drawn_inspects(inspection):
    other = UserFactory(holding=(Role.STAFF, inspection.plan.region))

    with pytest.raises(PermissionDenied):
        inspect(inspection, other)


def test_an_inspection_without_findings_is_sound(inspection, staff):
    inspect(inspection, staff)

    assert inspection.status == "sound"


def test_a_draft_is_kept_and_finished_complete(inspection, staff):
    actions.inspect(
        inspection,
        inspected_on=None,
        answers={"open": "good"},
        findings={},
        summary="",
        is_done=False,
        by=staff,
    )

    with pytest.raises(Refused, match="未检查"):
        actions.inspect(
            inspection,
            inspected_on=TODAY(),
            answers={"open": "good"},
            findings={},
            summary="",
            is_done=True,
            by=staff,
        )


def test_two_inspectors_do_not_overwrite_each_other(inspection, staff, officer):
    inspect(inspection, staff, is_done=False)

    with pytest.raises(ChangedMeanwhile):
        actions.inspect(
            inspection,
            inspected_on=TODAY(),
            answers={},
            findings={},
            summary="",
            is_done=False,
            seen=1,
            by=officer,
        )


def test_a_finding_has_words_and_a_day(inspection, staff):
    with pytest.raises(Refused, match="整改期限"):
        actions.inspect(
            inspection,
            inspected_on=TODAY(),
            answers=answers(inspection, safety=1),
            findings={"safety": ("通道堵塞", None)},
            summary="",
            is_done=True,
            by=staff,
        )


def test_what_was_found_is_put_right_with_proof_and_looked_at_again(inspection, staff, unit_clerk):
    inspect(inspection, staff, safety="通道堵塞")
    assert inspection.status == "rectifying"
    assert [line.title for line in supervision_waiting(unit_clerk)] == ["待整改"]

    with pytest.raises(Refused, match="附证明"):
        actions.mend(
            inspection, {row.pk: ("已清理", None) for row in inspection.findings.all()}, by=unit_clerk
        )
    mended(inspection, unit_clerk)
    actions.recheck(inspection, is_mended=False, note="仍有杂物", by=staff)
    mended(inspection, unit_clerk)
    actions.recheck(inspection, is_mended=True, note="", by=staff)

    assert inspection.status == "closed"


def test_the_database_asks_for_proof(inspection, staff):
    inspect(inspection, staff, safety="通道堵塞")

    with pytest.raises(IntegrityError, match="finding_mended_with_words_and_proof"), transaction.atomic():
        Finding.objects.update(mended_at=timezone.now(), mending="已清理")


def test_a_plan_with_open_inspections_is_not_closed(inspection, staff):
    with pytest.raises(Refused, match="未办结"):
        actions.close_plan(inspection.plan, by=staff)


def test_another_unit_sees_nothing_of_an_inspection(inspection, client):
    other = UserFactory(holding=(Role.UNIT, OrganizationFactory()))
    client.force_login(other, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert client.get(inspection.get_absolute_url()).status_code == 404


def test_a_district_sees_no_inspection_of_another(inspection, client, city):
    other = UserFactory(holding=(Role.DISTRICT, RegionFactory(parent=city)), mfa=True)
    client.force_login(other, backend=BACKEND)

    assert client.get(inspection.get_absolute_url()).status_code == 404
    page = client.get(reverse("supervision_desk:list")).content.decode()
    assert inspection.organization.name not in page


def at(day: date):
    return datetime.combine(day, time(6), SHANGHAI)


def told(*people) -> list[str]:
    texts = Notice.objects.filter(recipient__in=people).order_by("pk").values_list("text", flat=True)
    return [text for text in texts if "个问题" in text and "发现" not in text]


def test_a_unit_is_reminded_once_before_the_day_and_everybody_once_after_it(
    inspection, officer, staff, unit_clerk
):
    inspect(inspection, officer, safety="通道堵塞", records="没有记录")
    until = inspection.findings.first().rectify_until

    assert actions.remind_of_mending(at=at(until - timedelta(days=4))) == 0
    for _ in range(2):
        actions.remind_of_mending(at=at(until - timedelta(days=3)))
    assert told(unit_clerk) == [f"春季检查：2 个问题须在{cn_date(until)}前整改。"]
    assert told(officer, staff) == []

    for days in (1, 2):
        actions.remind_of_mending(at=at(until + timedelta(days=days)))
    assert told(unit_clerk)[1:] == [f"春季检查：2 个问题整改已逾期（期限{cn_date(until)}）。"]
    for person in (officer, staff):
        assert told(person) == [f"{inspection.organization}有 2 个问题整改逾期（期限{cn_date(until)}）。"]


def test_what_was_not_put_right_well_enough_is_told_of_again(inspection, officer, unit_clerk):
    inspect(inspection, officer, safety="通道堵塞")
    until = inspection.findings.get().rectify_until
    actions.remind_of_mending(at=at(until + timedelta(days=1)))
    mended(inspection, unit_clerk)
    assert actions.remind_of_mending(at=at(until + timedelta(days=2))) == 0
    actions.recheck(inspection, is_mended=False, note="照片不清", by=officer)

    assert actions.remind_of_mending(at=at(until + timedelta(days=3))) == 1


# --- Self-checks and guidance -----------------------------------------------------------------------


@pytest.fixture
def own_list(db):
    load_reference()
    return checklist_in_force("self_check", TODAY())


def test_a_self_check_again_replaces_the_one_before(own_list, unit, unit_clerk):
    told = {item["code"]: "good" for item in own_list.items}
    for summary in ("初稿", "定稿"):
        actions.self_check(own_list, unit, year=TODAY().year, answers=told, summary=summary, by=unit_clerk)

    assert SelfCheck.objects.get().summary == "定稿"


def test_a_self_check_is_complete(own_list, unit, unit_clerk):
    with pytest.raises(Refused, match="未填"):
        actions.self_check(own_list, unit, year=TODAY().year, answers={}, summary="", by=unit_clerk)


def test_an_answer_becomes_a_page_for_everybody(client, staff, unit, unit_clerk):
    key = uuid.uuid4()
    told = {"subject": "证明如何开具", "text": "", "place": unit.region, "organization": unit, "key": key}
    question = actions.ask(**told, by=unit_clerk)
    assert actions.ask(**told, by=unit_clerk) == question
    assert client.get(reverse("guidance:page", args=[question.pk])).status_code == 404

    actions.answer(question, text="到区科协办理。", is_guidance=True, guidance_title="证明怎样开具", by=staff)

    assert "到区科协办理" in client.get(reverse("guidance:page", args=[question.pk])).content.decode()


def test_the_database_publishes_no_question_without_an_answer(unit, unit_clerk):
    question = actions.ask(
        subject="问题", text="", place=unit.region, organization=unit, key=uuid.uuid4(), by=unit_clerk
    )

    with pytest.raises(IntegrityError, match="guidance_is_an_answer"), transaction.atomic():
        HelpQuestion.objects.filter(pk=question.pk).update(is_guidance=True, guidance_title="指南")


def test_an_inspector_fills_in_the_list_on_its_page(client, inspection, staff):
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    typed = {f"answer-{code}": value for code, value in answers(inspection, safety=1).items()}
    due = (TODAY() + timedelta(days=9)).isoformat()
    typed |= {"text-safety": "通道堵塞", "until-safety": due, "inspected_on": TODAY().isoformat(), "seen": 1}

    client.post(inspection.get_absolute_url(), {**typed, "done": "1"})

    inspection.refresh_from_db()
    assert inspection.status == "rectifying"
    assert "通道堵塞" in client.get(inspection.get_absolute_url()).content.decode()


def test_a_finding_without_proof_keeps_what_the_unit_typed(client, inspection, staff, unit_clerk):
    inspect(inspection, staff, safety="通道堵塞")
    finding = inspection.findings.get()
    client.force_login(unit_clerk, backend=BACKEND)

    page = client.post(
        reverse("supervision_desk:mend", args=[inspection.pk]), {f"mending-{finding.pk}": "已清理通道。"}
    )

    assert page.status_code == 422
    assert "已清理通道。" in page.content.decode()
    assert "请附整改证明" in page.content.decode()


def test_what_is_missing_from_an_inspection_is_said_beside_its_field(client, inspection, staff):
    client.force_login(staff, backend=BACKEND)
    typed = {f"answer-{code}": value for code, value in answers(inspection, safety=1).items()}
    del typed["answer-plate"]

    page = client.post(
        inspection.get_absolute_url(), {**typed, "done": "1", "seen": 1, "summary": "写过的话"}
    )

    errors = page.context["form"].errors
    assert page.status_code == 422
    assert set(errors) == {"answer-plate", "text-safety", "until-safety", "inspected_on"}
    assert "写过的话" in page.content.decode()


def test_a_second_look_without_a_reason_is_asked_for_one(client, inspection, staff, unit_clerk):
    inspect(inspection, staff, safety="通道堵塞")
    mended(inspection, unit_clerk)
    client.force_login(staff, backend=BACKEND)
    address = reverse("supervision_desk:recheck", args=[inspection.pk])

    page = client.post(address, {"is_mended": "no", "note": ""})

    assert page.status_code == 422
    assert "请写明不通过的原因" in page.content.decode()


def test_findings_past_their_day_wait_on_the_desks_of_staff_and_district(inspection, staff, officer):
    inspect(inspection, staff, safety="通道堵塞")
    assert "整改逾期" not in {line.title for line in supervision_waiting(officer)}

    Finding.objects.update(rectify_until=TODAY() - timedelta(days=1))

    for person in (staff, officer):
        assert "整改逾期" in {line.title for line in supervision_waiting(person)}


# --- Checklists -------------------------------------------------------------------------------------


def next_version(own_list, by, *more, **values):
    names = [item["name"] for item in own_list.items]
    told = {
        "code": own_list.code,
        "use": own_list.use,
        "name": own_list.name,
        "names": [*names, *more],
        "in_force_from": TODAY() + timedelta(days=1),
        "basis": "示例",
    }
    return actions.add_checklist(**{**told, **values}, by=by)


def test_a_new_version_keeps_the_codes_of_items_that_stay(own_list, staff):
    made = next_version(own_list, staff, "有科普志愿者队伍")

    assert made.version == own_list.version + 1
    assert made.items[:-1] == own_list.items
    assert checklist_in_force("self_check", TODAY()) == own_list
    assert checklist_in_force("self_check", TODAY() + timedelta(days=1)) == made


def test_a_version_begins_after_the_one_before_and_has_each_item_once(own_list, staff):
    with pytest.raises(Refused, match="晚于上一版"):
        next_version(own_list, staff, in_force_from=own_list.in_force_from)
    with pytest.raises(Refused, match="重复"):
        next_version(own_list, staff, own_list.items[0]["name"])


def test_a_year_is_looked_at_by_the_version_of_its_last_day(own_list, staff):
    Checklist.objects.create(
        code=own_list.code,
        version=9,
        use="self_check",
        name="新表",
        items=[{"code": "a", "name": "甲"}],
        in_force_from=date(TODAY().year, 1, 1),
        basis="示例",
    )

    assert self_check_list(TODAY().year - 1) == own_list
    assert self_check_list(TODAY().year).name == "新表"


def test_who_owes_a_self_check_is_counted_and_reminded_in_ones_own_district(
    own_list, officer, unit, unit_clerk
):
    TitleFactory(organization=unit, valid_until=date(TODAY().year + 2, 12, 31))
    TitleFactory(valid_until=date(TODAY().year + 2, 12, 31))  # of another district
    assert bodies_due(officer, TODAY().year) == [(unit, None)]

    assert actions.remind_self_checks(TODAY().year, by=officer) == 1
    assert unit_clerk.notices.filter(text__contains="自查").count() == 1
    told = {item["code"]: "good" for item in own_list.items}
    actions.self_check(own_list, unit, year=TODAY().year, answers=told, summary="", by=unit_clerk)
    assert actions.remind_self_checks(TODAY().year, by=officer) == 0


def test_a_self_check_is_filled_in_again_with_what_it_said(client, own_list, unit, unit_clerk):
    client.force_login(unit_clerk, backend=BACKEND)
    address = reverse("supervision_desk:self_check_form", args=[unit.pk])
    typed = {f"answer-{item['code']}": "good" for item in own_list.items}
    gap = client.post(address, {**typed, "answer-funds": "", "summary": "经费待批"})
    client.post(address, {**typed, "answer-funds": "poor", "summary": "经费待批"})

    page = client.get(address)

    assert gap.status_code == 422
    assert "经费待批" in gap.content.decode()
    assert page.context["form"]["answer-funds"].value() == "poor"
    assert "经费待批" in page.content.decode()


def test_guidance_shows_its_own_title_and_not_the_words_of_who_asked(client, staff, unit, unit_clerk):
    question = actions.ask(
        subject="我馆王某的证书",
        text="",
        place=unit.region,
        organization=unit,
        key=uuid.uuid4(),
        topic="titles",
        by=unit_clerk,
    )
    with pytest.raises(Refused, match="指南标题"):
        actions.answer(question, text="可以补办。", is_guidance=True, by=staff)

    actions.answer(question, text="可以补办。", is_guidance=True, guidance_title="证书补办", by=staff)

    shown = [
        client.get(reverse("guidance:list"), {"q": words}).content.decode() for words in ("补办", "王某")
    ]
    assert "证书补办" in shown[0]
    assert "证书补办" not in shown[1]
    assert "王某" not in client.get(question.get_public_url()).content.decode()
