from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from outreach import actions, queries
from outreach.models import Measure, Plan, Title, TitleKind
from portal.audit import AuditEntry
from portal.errors import Refused
from tests.factories import OrganizationFactory
from tests.outreach.factories import TitleFactory, TitleKindFactory

NEW_YEAR = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"valid_until": "2020-01-01"}, "title_ends_after_it_begins"),
        ({"organization": None}, "title_belongs_to_an_organization"),
        ({"withdrawn_on": "2024-01-01"}, "title_withdrawn_with_a_reason"),
        ({"open_days": 367}, "title_open_days_fit_a_year"),
    ],
)
def test_the_database_refuses_a_title(change, constraint):
    title = TitleFactory()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Title.objects.filter(pk=title.pk).update(**change)


def test_one_organization_holds_a_title_once_at_a_time():
    title = TitleFactory()

    with pytest.raises(IntegrityError, match="title_once_per_organization"), transaction.atomic():
        TitleFactory(organization=title.organization, valid_from=date(2025, 1, 1))


def test_one_organization_may_hold_two_kinds_of_title():
    title = TitleFactory()
    hall = TitleFactory(organization=title.organization, kind=TitleKindFactory(code="hall"))

    assert set(Title.objects.in_force(NEW_YEAR)) == {title, hall}


def test_the_cohort_of_2022_lapses_after_the_last_day_of_2027():
    title = TitleFactory()

    assert title.is_in_force(date(2027, 12, 31))
    assert not title.is_in_force(date(2028, 1, 1))
    assert not Title.objects.in_force(date(2028, 1, 1)).exists()


def test_a_withdrawn_title_no_longer_counts(staff):
    title = TitleFactory(organization__region=staff.grants.get().region)

    actions.withdraw_title(title, on=NEW_YEAR, reason="年度考核不合格", by=staff)

    assert not Title.objects.in_force(NEW_YEAR).exists()
    assert AuditEntry.objects.get(action="withdraw").note == "年度考核不合格"


def test_a_title_is_withdrawn_once(staff):
    title = TitleFactory()
    actions.withdraw_title(title, on=NEW_YEAR, reason="停业", by=staff)

    with pytest.raises(Refused, match="已被撤销"):
        actions.withdraw_title(title, on=NEW_YEAR, reason="停业", by=staff)


def test_a_title_is_not_withdrawn_without_a_reason(staff):
    with pytest.raises(Refused, match="原因"):
        actions.withdraw_title(TitleFactory(), on=NEW_YEAR, reason=" ", by=staff)


def test_a_title_is_not_withdrawn_before_it_began(staff):
    title = TitleFactory()

    with pytest.raises(Refused, match="早于生效日期"):
        actions.withdraw_title(title, on=title.valid_from - timedelta(days=1), reason="停业", by=staff)


def withdraw(client, titles, **values):
    chosen = {"action": "withdraw", "_selected_action": [title.pk for title in titles]}
    return client.post(reverse("admin:outreach_title_changelist"), {**chosen, **values}, follow=True)


def test_staff_withdraw_titles_in_the_register_with_a_reason(client, staff):
    held, gone = TitleFactory(), TitleFactory()
    actions.withdraw_title(gone, on=NEW_YEAR, reason="停业", by=staff)
    client.force_login(staff)

    asked = withdraw(client, [held, gone])
    assert held.number in asked.content.decode()
    assert "必填" in withdraw(client, [held, gone], on="2026-01-01", reason=" ").content.decode()
    page = withdraw(client, [held, gone], on="2026-01-01", reason="年度考核不合格").content.decode()

    assert "已撤销 1 项称号" in page
    assert "该称号已被撤销" in page
    held.refresh_from_db()
    assert (held.withdrawn_on, held.withdrawal_reason) == (NEW_YEAR, "年度考核不合格")


def test_an_officer_enters_no_titles(officer, unit):
    title = TitleFactory.build(organization=unit, kind=TitleKindFactory(), created_by=None)

    with pytest.raises(PermissionDenied):
        actions.save_title(title, by=officer)


def test_a_title_lies_where_its_organization_lies(staff, unit):
    title = TitleFactory.build(organization=unit, kind=TitleKindFactory(), created_by=None)

    actions.save_title(title, by=staff)

    assert Title.objects.get().region == unit.region


def test_a_second_title_of_the_kind_is_refused_with_a_sentence(staff):
    held = TitleFactory()
    again = TitleFactory.build(organization=held.organization, kind=held.kind, created_by=None)

    with pytest.raises(ValidationError, match="已有同一称号"):
        actions.save_title(again, by=staff)


def test_titles_are_counted_by_district_and_level(district):
    TitleFactory.create_batch(2, organization__region=district)
    national = TitleKindFactory(code="national_base", level=TitleKind.Level.NATIONAL)
    TitleFactory(organization=OrganizationFactory(region=district), kind=national)

    assert queries.titles_by_district(NEW_YEAR) == {district.code: 3}
    assert queries.titles_by_district(NEW_YEAR, levels=["national"]) == {district.code: 1}


def test_the_plan_has_five_projects_each_with_measures():
    actions.load_reference()

    plan = queries.plan_in_force(date(2023, 6, 1))

    projects = queries.measures_by_project(plan)
    assert [project.code for project, _ in projects] == ["4.1", "4.2", "4.3", "4.4", "4.5"]
    assert all(measures for _, measures in projects)


def test_the_literacy_target_is_25_percent_by_2025():
    actions.load_reference()

    (target,) = queries.targets(Plan.objects.get())

    assert (target.target, target.target_year, target.actuals.get().value) == (25, 2025, Decimal("21.1"))


def test_loading_the_plan_again_keeps_reported_progress(staff):
    actions.load_reference()
    census = Measure.objects.get(code="4.2-3")
    actions.report_progress(census, progress=Measure.Progress.DONE, note="名录已发布", by=staff)

    actions.load_reference()

    census.refresh_from_db()
    assert (census.progress, Measure.objects.filter(code="4.2-3").count()) == ("done", 1)


def test_the_register_takes_a_title_beside_those_of_others(staff):
    TitleFactory()
    kind, body = TitleKindFactory(), OrganizationFactory()

    made = actions.create_title(
        organization=body,
        kind=kind,
        category="venue",
        number="示例-新",
        valid_from=date(2023, 1, 1),
        valid_until=date(2027, 12, 31),
        by=staff,
    )

    assert made.pk
    with pytest.raises(ValidationError, match="已有同一称号"):
        actions.create_title(
            organization=body,
            kind=kind,
            category="venue",
            number="示例-又",
            valid_from=date(2024, 1, 1),
            valid_until=date(2027, 12, 31),
            by=staff,
        )
