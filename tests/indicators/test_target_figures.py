"""The plan's targets take what they reached from the portal's figures."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from indicators import actions
from indicators.actions import literacy
from indicators.models import LiteracyResult, LiteracySurvey, TargetFigure
from indicators.queries.target_figures import counted_years
from outreach.actions import load_reference as load_plan
from outreach.actions import report_actual
from outreach.models import Target, TargetActual
from portal.errors import Refused
from tests.events.factories import EventFactory, SessionFactory
from tests.outreach.factories import TitleFactory

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def target(reference):
    load_plan()
    return Target.objects.get(code="literacy")


@pytest.fixture
def linked(target):
    actions.load_reference()
    target.refresh_from_db()
    return target


def enter(percent, by, year=2024, **values) -> LiteracyResult:
    defaults = {"year": year, "name": "深圳市公民科学素质调查", "source": "公报", **values}
    survey, _ = LiteracySurvey.objects.get_or_create(code=f"sz-{year}", defaults=defaults)
    told = {"area_kind": "own", "area": "深圳市", "group_kind": "all", "group": "总体"}
    found = LiteracyResult.objects.filter(survey=survey, **told).first()
    row = found or LiteracyResult(survey=survey, **told)
    row.percent = Decimal(percent)
    return literacy.save_result(row, by=by)


def typed(target, year, value, **more) -> TargetActual:
    row = target.actuals.filter(year=year).first() or TargetActual(target=target, year=year)
    row.value, row.source = Decimal(value), "年度总结"
    for name, text in more.items():
        setattr(row, name, text)
    return row


def test_the_literacy_target_is_counted_from_the_start(linked):
    assert linked.is_counted
    assert TargetFigure.objects.get(target=linked).figure == "literacy"


def test_a_target_that_people_left_to_be_typed_stays_so(linked, city_staff):
    actions.link_target(linked, "", by=city_staff)

    actions.load_reference()

    linked.refresh_from_db()
    assert not linked.is_counted


def test_a_share_is_what_the_plan_reached_as_soon_as_it_is_entered(linked, city_staff):
    enter("24.5", city_staff)

    row = linked.actuals.get(year=2024)
    assert (row.value, row.counted, row.link) == (Decimal("24.50"), Decimal("24.50"), "/index/literacy/")
    assert row.source == "指标：深圳市公民科学素质调查（公报）"


def test_a_corrected_share_corrects_the_plan(linked, city_staff):
    enter("24.5", city_staff)
    enter("24.8", city_staff)

    assert linked.actuals.get(year=2024).value == Decimal("24.80")


def test_a_survey_of_the_sample_fills_nothing(linked, city_staff):
    enter("24.5", city_staff, is_sample=True)

    assert not linked.actuals.filter(year=2024).exists()


def test_typed_over_the_count_it_asks_for_a_reason(linked, city_staff):
    enter("24.5", city_staff)

    with pytest.raises(Refused, match="改填须写明原因"):
        report_actual(typed(linked, 2024, "25"), by=city_staff)
    report_actual(typed(linked, 2024, "25", override_reason="公报更正在途。"), by=city_staff)
    actions.fill_targets()

    row = linked.actuals.get(year=2024)
    assert (row.value, row.counted, row.override_reason) == (25, Decimal("24.50"), "公报更正在途。")


def test_the_count_typed_again_stands_by_itself(linked, city_staff):
    enter("24.5", city_staff)
    report_actual(typed(linked, 2024, "25", override_reason="公报更正在途。"), by=city_staff)

    report_actual(typed(linked, 2024, "24.5"), by=city_staff)

    row = linked.actuals.get(year=2024)
    assert (row.override_reason, row.source) == ("", "指标：深圳市公民科学素质调查（公报）")


def test_what_was_typed_before_the_link_stays_and_says_so(target, city_staff):
    report_actual(typed(target, 2024, "24.1"), by=city_staff)
    actions.load_reference()

    enter("24.5", city_staff)

    row = target.actuals.get(year=2024)
    assert (row.value, row.counted) == (Decimal("24.10"), Decimal("24.50"))
    assert row.override_reason == "取数前已登记（年度总结）"


def test_the_database_takes_nothing_typed_without_a_reason(linked):
    with pytest.raises(IntegrityError, match="actual_is_counted_or_has_a_reason"), transaction.atomic():
        TargetActual.objects.create(target=linked, year=2023, value=24, source="总结")


def test_the_database_keeps_no_other_value_beside_a_count_without_a_reason(linked, city_staff):
    enter("24.5", city_staff)

    with pytest.raises(IntegrityError, match="differs_from_the_count"), transaction.atomic():
        TargetActual.objects.filter(target=linked, year=2024).update(value=25)


def test_titles_in_force_at_the_end_of_a_year_count_a_target(target, city_staff, district):
    target.code, target.pk = "bases", None
    target.name = "市级科普基地"
    target.save()
    TitleFactory(organization__region=district, valid_from=date(2023, 5, 1))

    actions.link_target(target, "bases", by=city_staff)

    rows = {row.year: row.value for row in target.actuals.all()}
    assert rows == {2023: 1, 2024: 1, 2025: 1}
    assert target.actuals.get(year=2023).link == "/bases/?level=city&on=2023-12-31"


def test_sessions_held_in_a_year_are_counted_and_a_year_of_none_is_unknown(reference, district, city_staff):
    year = timezone.localdate().year - 1
    event = EventFactory(region=district, created_by=city_staff, kind="competition", published=True)
    start = timezone.now() - timedelta(days=365)
    SessionFactory(event=event, starts_at=start, ends_at=start + timedelta(hours=2), attendance=120)

    assert {one: told.value for one, told in counted_years("events", year - 1, year + 1).items()} == {year: 1}
    assert counted_years("contestants", year, year)[year].value == 120


def test_an_indicator_that_was_not_published_counts_nothing(reference):
    assert counted_years("index:literacy", 2020, 2025) == {}


def test_a_figure_that_there_is_not_is_refused(target, city_staff):
    with pytest.raises(Refused, match="没有这项数据"):
        actions.link_target(target, "happiness", by=city_staff)


def test_the_database_knows_only_known_figures(linked):
    with pytest.raises(IntegrityError, match="target_figure_is_known"), transaction.atomic():
        TargetFigure.objects.filter(target=linked).update(figure="happiness")


def test_a_district_links_nothing(target, officer):
    with pytest.raises(PermissionDenied):
        actions.link_target(target, "literacy", by=officer)


def test_staff_choose_the_figure_of_a_target(client, linked, city_staff):
    client.force_login(city_staff, backend=BACKEND)
    address = reverse("indicators:target_figure", args=[linked.pk])

    assert "公民科学素质调查的全市比例" in client.get("/index/gaps/").content.decode()
    client.post(address, {"figure": ""})

    linked.refresh_from_db()
    assert not linked.is_counted
    assert not TargetFigure.objects.exists()


def test_the_plan_says_where_a_figure_is_from_and_leads_there(client, linked, city_staff):
    enter("24.5", city_staff)

    page = client.get("/plan/").content.decode()

    assert '<a href="/index/literacy/">指标：深圳市公民科学素质调查（公报）</a>' in page


def test_the_form_of_an_actual_asks_for_the_reason_where_it_is_counted(client, linked, city_staff):
    enter("24.5", city_staff)
    client.force_login(city_staff, backend=BACKEND)
    address = reverse("plan_desk:target_actual", args=[linked.plan_id, linked.pk])

    refused = client.post(address, {"year": "2024", "value": "25", "source": "总结", "override_reason": ""})

    assert refused.status_code == 422
    assert "改填须写明原因" in refused.content.decode()
    assert "平台统计为 24.5" in client.get(f"{address}?year=2024").content.decode()
