"""The plan from its own text, how far it is, its time line, and its successor in draft."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from outreach.actions import load_reference, report_progress
from outreach.actions import plan as actions
from outreach.actions.reference import DATA
from outreach.models import Measure, Plan, Project, Target, Task
from outreach.queries.plan import measures_by_project, plan_in_force, target_lines, time_line
from outreach.queries.tasks import lights
from outreach.rules.plan import bar, light, measure_share, path_value, percent, rolled_up
from portal.errors import Refused


@pytest.fixture
def plan(city):
    load_reference()
    return Plan.objects.get()


@pytest.fixture
def draft(plan, staff):
    return actions.draft_successor(
        plan,
        code="2026-2030",
        name="下一个五年规划（草案）",
        starts_on=date(2026, 1, 1),
        ends_on=date(2030, 12, 31),
        by=staff,
    )


# --- The plan as its text says ------------------------------------------------------------------------


def test_every_measure_stands_in_the_line_of_the_plan_that_it_names(plan):
    lines = (DATA / "plan_2021.txt").read_text(encoding="utf-8").split("\n")

    wrong = [
        measure.code
        for measure in Measure.objects.all()
        if measure.source_text not in lines[measure.source_line - 1]
    ]

    assert wrong == []
    assert Measure.objects.count() == 47


def test_the_plan_has_four_audiences_five_projects_and_three_safeguards(plan):
    kinds = [plan.projects.filter(kind=kind).count() for kind in ("audience", "project", "safeguard")]

    assert kinds == [4, 5, 3]


def test_the_association_leads_and_the_health_commission_joins_where_the_plan_says_so(plan):
    measure = Measure.objects.get(code="4.1-4")

    assert (measure.lead.short_name, [body.short_name for body in measure.partners.all()]) == (
        "市科协",
        ["市卫生健康委"],
    )


def test_loading_again_keeps_who_answers_for_a_measure(plan, staff, unit):
    measure = Measure.objects.select_related("project__plan").get(code="4.2-3")
    measure.lead = unit
    actions.arrange(measure, partners=[], by=staff)

    load_reference()

    assert Measure.objects.get(code="4.2-3").lead == unit


# --- Arithmetic -----------------------------------------------------------------------------------------


def test_literacy_rises_evenly_where_no_year_is_set(plan, staff):
    actions.set_path(Target.objects.get(), {2023: Decimal("23.5")}, by=staff)

    (line,) = target_lines(plan)

    assert [(year, str(value), is_set) for year, value, is_set, _ in line.years] == [
        (2020, "21.10", True),
        (2021, "21.90", False),
        (2022, "22.70", False),
        (2023, "23.50", True),
        (2024, "24.25", False),
        (2025, "25.00", True),
    ]


def test_a_path_has_no_year_outside_its_target(plan, staff):
    with pytest.raises(Refused, match="2021 至 2024"):
        actions.set_path(Target.objects.get(), {2025: Decimal(30)}, by=staff)


@pytest.mark.parametrize(
    ("progress", "done", "total", "share"),
    [
        ("not_begun", 0, 0, Fraction(0)),
        ("under_way", 0, 0, None),
        ("under_way", 1, 4, Fraction(1, 4)),
        ("done", 1, 4, Fraction(1)),
    ],
)
def test_a_measure_is_as_far_as_its_tasks_until_somebody_says_done(progress, done, total, share):
    assert measure_share(progress, done, total) == share


@given(st.lists(st.tuples(st.integers(1, 100), st.none() | st.fractions(0, 1)), max_size=12))
def test_a_rolled_up_share_lies_between_its_parts(parts):
    known = [share for _, share in parts if share is not None]

    whole = rolled_up(parts)

    assert (whole is None) == (not known)
    assert not known or min(known) <= whole <= max(known)


@given(st.fractions(0, 1))
def test_only_what_is_done_is_a_hundred_per_cent_and_only_what_is_not_begun_is_none(share):
    assert (percent(share) == 100) == (share == 1)
    assert (percent(share) == 0) == (share == 0)


DAYS = st.dates(date(2015, 1, 1), date(2040, 12, 31))


@given(DAYS, DAYS)
def test_a_bar_fills_its_line(first, last):
    before, within, after = bar(min(first, last), max(first, last), 2021, 2025)

    assert min(before, after) >= 0
    assert within >= 1
    assert before + within + after == 20


@given(
    st.integers(2021, 2024),
    st.dictionaries(st.integers(2021, 2024), st.decimals(0, 100, places=2), max_size=4),
)
def test_a_year_lies_between_the_years_set_around_it(year, points):
    start, end = (2020, Decimal(21)), (2025, Decimal(25))

    value, is_set = path_value(year, start, end, points)

    known = {2020: start[1], 2025: end[1], **points}
    before, after = max(one for one in known if one <= year), min(one for one in known if one >= year)
    assert is_set == (year in points)
    assert min(known[before], known[after]) <= value <= max(known[before], known[after])


def test_a_light_turns_when_time_runs_out():
    due, on = date(2025, 12, 31), date(2025, 10, 15)

    found = [
        light("done", due, 3, date(2026, 5, 1)),
        light("under_way", due, 0, date(2026, 1, 1)),
        light("not_begun", due, 0, on),
        light("under_way", due, 1, on),
        light("under_way", due, 0, on),
        light("not_begun", due, 0, date(2024, 1, 1)),
    ]

    assert found == ["done", "overdue", "due", "due", "ongoing", "not_begun"]


# --- Changing it ----------------------------------------------------------------------------------------


def test_the_words_of_a_plan_in_force_stay(plan, staff):
    measure = Measure.objects.select_related("project__plan").get(code="4.2-3")
    measure.name = "别的任务"

    with pytest.raises(Refused, match="已印发"):
        actions.arrange(measure, partners=[], by=staff)


def test_a_day_outside_the_plan_is_refused(plan, staff):
    measure = Measure.objects.select_related("project__plan").get(code="4.2-3")
    measure.due_on = date(2026, 6, 30)

    with pytest.raises(Refused, match="规划期内"):
        actions.arrange(measure, partners=[], by=staff)


def test_a_district_does_not_change_the_plan(plan, officer):
    measure = Measure.objects.select_related("project__plan").get(code="4.2-3")

    with pytest.raises(PermissionDenied):
        actions.arrange(measure, partners=[], by=officer)


def test_a_successor_carries_on_what_is_not_done(plan, staff):
    report_progress(Measure.objects.get(code="4.2-6"), progress="done", note="2025年5月开馆", by=staff)

    made = actions.draft_successor(
        plan, code="next", name="下一个", starts_on=date(2026, 1, 1), ends_on=date(2030, 12, 31), by=staff
    )

    codes = set(Measure.objects.filter(project__plan=made).values_list("code", flat=True))
    assert len(codes) == 46
    assert "4.2-6" not in codes
    assert Measure.objects.filter(project__plan=made).exclude(progress="not_begun").count() == 0


def test_a_draft_is_no_plan_in_force_until_it_is_adopted(draft, plan, staff):
    assert plan_in_force(date(2027, 1, 1)) == plan
    with pytest.raises(Refused, match="至少一项目标"):
        actions.adopt(draft, by=staff)

    wanted = Target(
        plan=draft,
        code="literacy",
        name="公民具备科学素质的比例",
        unit="%",
        baseline_year=2025,
        baseline=25,
        target_year=2030,
        target=30,
        source="草案",
    )
    actions.save_target(wanted, by=staff)
    actions.adopt(draft, by=staff)

    assert plan_in_force(date(2027, 1, 1)) == draft
    assert [project.code for project, _ in measures_by_project(draft)] == ["4.1", "4.2", "4.3", "4.4", "4.5"]


def test_a_section_without_a_measure_is_not_adopted(draft, staff):
    Target.objects.create(
        plan=draft, code="a", name="甲", unit="家", baseline_year=2025, baseline=1, target_year=2030, target=2
    )
    actions.save_section(Project(plan=draft, code="6.1", name="空章节"), by=staff)

    with pytest.raises(Refused, match="空章节"):
        actions.adopt(draft, by=staff)


def test_the_public_reads_the_plan_and_no_draft(client, draft, plan):
    page = client.get(reverse("plan:page")).content.decode()

    assert "公民具备科学素质的比例" in page
    assert "“定期开展科普资源普查”（第 51 段）" in page
    assert client.get(reverse("plan:page_of", args=[draft.code])).status_code == 404


def test_the_time_line_has_a_bar_for_every_measure(client, plan, staff):
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    census = Measure.objects.select_related("project__plan").get(code="4.2-3")
    census.starts_on, census.due_on = date(2022, 4, 1), date(2022, 9, 30)
    actions.arrange(census, partners=[], by=staff)

    words = lights(plan, Task.objects.all(), date(2023, 1, 1))
    rows = {bar.measure.code: bar for _, bars in time_line(plan, words) for bar in bars}

    assert (rows["4.2-3"].before, rows["4.2-3"].within, rows["4.2-3"].after) == (5, 2, 13)
    assert len(rows) == 47
    assert "2022年4月1日至2022年9月30日" in client.get(reverse("plan_desk:overview")).content.decode()


def test_a_measure_is_arranged_on_its_page(client, plan, staff):
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    measure = Measure.objects.get(code="4.2-3")
    typed = {"weight": 3, "progress": "under_way", "note": "", "due_on": "2024-06-30", "partners": []}
    page = reverse("plan_desk:measure", args=[plan.pk, measure.pk])

    refused = client.post(page, {**typed, "due_on": "2031-06-30"})
    saved = client.post(page, typed)

    measure.refresh_from_db()
    assert (refused.status_code, saved.status_code) == (422, 302)
    assert "日期须在规划期内" in refused.content.decode()
    assert (measure.weight, measure.due_on) == (3, date(2024, 6, 30))


def test_a_plan_is_drafted_on_its_page(client, plan, staff):
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    typed = {"code": "2026-2030", "name": "草案", "starts_on": "2026-01-01", "ends_on": "2030-12-31"}
    page = reverse("plan_desk:successor", args=[plan.pk])

    backwards = client.post(page, {**typed, "ends_on": "2025-01-01"})
    client.post(page, typed)

    assert backwards.status_code == 422
    assert Plan.objects.get(code="2026-2030").is_draft


def test_the_public_page_says_of_a_measure_what_the_board_says(client, plan, staff):
    measure = Measure.objects.filter(project__plan=plan).order_by("pk").first()
    Measure.objects.filter(pk=measure.pk).update(due_on=plan.starts_on, progress="under_way")

    public = client.get("/plan/").content.decode()
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    board = client.get("/desk/plan/").content.decode()
    line = client.get("/desk/plan/overview/").content.decode()

    for page in (public, board, line):
        told = page[page.index(measure.name) :]
        assert "已逾期" in told[: told.index("</tr>")]
