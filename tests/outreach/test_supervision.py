"""Inspections drawn by a seed, done, put right and looked at again; self-checks; guidance."""

import uuid
from datetime import date, timedelta

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
from outreach.queries.supervision import checklist_in_force, supervision_waiting
from portal.errors import ChangedMeanwhile, Refused
from portal.roles import Role
from tests.factories import OrganizationFactory, UserFactory
from tests.outreach.factories import TitleFactory

TODAY = timezone.localdate


@pytest.fixture
def plan(staff, city):
    load_reference()
    checklist = Checklist.objects.get(code="base_inspection")
    made = InspectionPlan(
        title="春季检查", checklist=checklist, units_wanted=2, due_on=TODAY() + timedelta(days=30)
    )
    return actions.make_plan(made, by=staff)


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
    again = actions.drawn(
        plan.unit_pool,
        plan.inspector_pool,
        wanted=plan.units_wanted,
        each=plan.inspectors_each,
        seed=plan.seed,
    )

    team = sorted(inspection.inspectors.values_list("pk", flat=True))
    assert [(unit, sorted(people)) for unit, people in again] == [(inspection.organization_id, team)]


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

    found = actions.drawn(sorted(units), pool, wanted=wanted, each=2, seed=seed)

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

    actions.answer(question, text="到区科协办理。", is_guidance=True, by=staff)

    assert "到区科协办理" in client.get(reverse("guidance:page", args=[question.pk])).content.decode()


def test_the_database_publishes_no_question_without_an_answer(unit, unit_clerk):
    question = actions.ask(
        subject="问题", text="", place=unit.region, organization=unit, key=uuid.uuid4(), by=unit_clerk
    )

    with pytest.raises(IntegrityError, match="guidance_is_an_answer"), transaction.atomic():
        HelpQuestion.objects.filter(pk=question.pk).update(is_guidance=True)


def test_an_inspector_fills_in_the_list_on_its_page(client, inspection, staff):
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    typed = {f"answer-{code}": value for code, value in answers(inspection, safety=1).items()}
    due = (TODAY() + timedelta(days=9)).isoformat()
    typed |= {"text-safety": "通道堵塞", "until-safety": due, "inspected_on": TODAY().isoformat(), "seen": 1}

    client.post(inspection.get_absolute_url(), {**typed, "done": "1"})

    inspection.refresh_from_db()
    assert inspection.status == "rectifying"
    assert "通道堵塞" in client.get(inspection.get_absolute_url()).content.decode()
