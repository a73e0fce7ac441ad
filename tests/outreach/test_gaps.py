"""Gaps with what is done about them, and projects with their milestones."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from outreach.actions import gaps as actions
from outreach.actions import load_reference
from outreach.actions.plan import draft_successor
from outreach.actions.reference import DATA
from outreach.models import Gap, MajorProject, Measure, Milestone, Plan
from portal.errors import Refused

TODAY = timezone.localdate


@pytest.fixture
def plan(city):
    load_reference()
    return Plan.objects.get()


@pytest.fixture
def museum(plan):
    return MajorProject.objects.get()


def test_the_plan_names_eight_gaps_each_in_its_line_with_measures(plan):
    lines = (DATA / "plan_2021.txt").read_text(encoding="utf-8").split("\n")

    gaps = list(plan.gaps.prefetch_related("measures"))

    assert len(gaps) == 8
    assert all(gap.source_text in lines[gap.source_line - 1] for gap in gaps)
    assert all(gap.measures.all() for gap in gaps)


def test_a_gap_is_met_by_measures_of_its_own_plan(plan, staff):
    draft = draft_successor(
        plan, code="next", name="下一个", starts_on=date(2026, 1, 1), ends_on=date(2030, 12, 31), by=staff
    )
    foreign = Measure.objects.select_related("project").filter(project__plan=draft)[:1]

    with pytest.raises(Refused, match="同一个规划"):
        actions.save_gap(plan.gaps.first(), measures=foreign, by=staff)


def test_a_gap_is_linked_on_its_page(client, plan, staff):
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    gap, measure = plan.gaps.first(), Measure.objects.get(code="4.4-4")
    typed = {"code": gap.code, "name": gap.name, "measures": [measure.pk]}

    client.post(reverse("plan_desk:gap", args=[plan.pk, gap.pk]), typed)

    gap = Gap.objects.get(pk=gap.pk)
    assert [row.code for row in gap.measures.all()] == ["4.4-4"]
    load_reference()
    assert [row.code for row in gap.measures.all()] == ["4.4-4"]


def test_the_public_reads_the_new_museum_with_its_milestones(client, museum):
    page = client.get(museum.get_absolute_url()).content.decode()

    assert "建成并对外开放" in page
    assert "2025年5月1日完成" in page


def test_a_milestone_is_reached_with_words_and_not_tomorrow(museum, staff):
    told = {"name": "二期开放", "due_on": TODAY()}
    row = actions.save_milestone(Milestone(project=museum, **told), by=staff)
    with pytest.raises(Refused, match="不能晚于今天"):
        actions.reach(row, on=TODAY() + timedelta(days=1), note="公告", by=staff)
    with pytest.raises(Refused, match="说明或来源"):
        actions.reach(row, on=TODAY(), note=" ", by=staff)

    actions.reach(row, on=TODAY(), note="馆方公告", by=staff)

    row.refresh_from_db()
    assert row.reached_on == TODAY()
    with pytest.raises(IntegrityError, match="milestone_reached_with_words"), transaction.atomic():
        Milestone.objects.filter(pk=row.pk).update(note="")


def test_milestones_are_kept_on_the_page_of_their_project(client, plan, museum, staff):
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = reverse("plan_desk:milestones", args=[plan.pk, museum.pk])

    client.post(address, {"name": "二期开放", "due_on": "2027-06-30"})
    row = Milestone.objects.get(name="二期开放")
    refused = client.post(address, {"milestone": row.pk, "reached_on": "2099-01-01", "note": "公告"})

    assert refused.status_code == 422
    assert "完成日期不能晚于今天" in refused.content.decode()
