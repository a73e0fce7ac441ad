"""Who reports and when: forms, periods, reminders, extension, corrections."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import Error, transaction

from indicators import actions
from indicators.actions.rounds import reporters_of
from indicators.models import Period, Return, ReturnCell, StatForm, Submission
from indicators.queries.board import board
from indicators.queries.evidence import corrections
from portal.calendar import SHANGHAI
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Role
from tests.factories import OrganizationFactory, UserFactory
from tests.indicators.returns import cell, typed

OPENS, DUE = date(2026, 10, 9), date(2026, 10, 20)


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


@pytest.fixture
def hall(nanshan):
    return OrganizationFactory(name="示例科技馆", kind="venue", region=nanshan)


@pytest.fixture
def clerk(hall):
    return UserFactory(name="曾馆", holding=(Role.UNIT, hall))


@pytest.fixture
def quarter(reference, hall, clerk, city_staff):
    form = StatForm.objects.get(code="venue_q")
    return actions.open_period(
        form, year=2026, part=3, opens_on=OPENS, due_on=DUE, by=city_staff, at=at(OPENS)
    )


@pytest.fixture
def own(quarter):
    return Return.objects.named().get(period=quarter)


# ---------------------------------------------------------------- who reports


def test_a_venue_gets_its_own_return_and_is_told(own, clerk):
    assert (own.reporter, str(own)) == ("venue", "示例科技馆2026年第三季度科普场馆季报")
    assert "已开放填报" in clerk.notices.get().text


def test_a_venues_figures_are_filled_by_the_venue_alone(own, officer):
    with pytest.raises(PermissionDenied, match="自行填报"):
        actions.save_draft(own, typed(own, "CV110", "5"), by=officer)


def test_a_venue_sees_no_return_but_its_own(filing, own, clerk, client):
    client.force_login(clerk)

    assert client.get(own.get_absolute_url()).status_code == 200
    assert client.get(filing.get_absolute_url()).status_code == 404


def test_a_venues_accepted_return_is_no_part_of_what_the_index_reads(own, city_staff):
    Return.objects.filter(pk=own.pk).update(
        status="accepted", first_submitted_at=at(DUE), submitted_at=at(DUE), accepted_at=at(DUE)
    )

    assert not Return.objects.accepted().exists()


def test_every_subdistrict_reports_by_the_month(reference):
    found = reporters_of(StatForm.objects.get(code="street_m"))

    assert {reporter for reporter, _, _ in found} == {"subdistrict"}
    assert len(found) == Region.objects.inhabited().filter(level=3).count() > 70


def test_a_subdistricts_officer_fills_its_month(reference, nanshan, city_staff):
    street = Region.objects.inhabited().filter(level=3, path__startswith=nanshan.path).first()
    officer = UserFactory(holding=(Role.SUBDISTRICT, street), mfa=True)
    form = StatForm.objects.get(code="street_m")
    actions.open_period(form, year=2026, part=9, opens_on=OPENS, due_on=DUE, by=city_staff, at=at(OPENS))
    filing = Return.objects.named().get(region=street)

    actions.save_draft(filing, typed(filing, "JD110", "4"), by=officer)

    assert cell(filing, "JD110").value == 4
    assert officer.notices.count() == 1


def test_a_form_has_only_the_parts_of_its_year(reference, city_staff):
    form = StatForm.objects.get(code="venue_q")

    with pytest.raises(Refused, match="没有第 5 期"):
        actions.open_period(form, year=2026, part=5, opens_on=OPENS, due_on=DUE, by=city_staff)


def test_the_database_keeps_a_venues_return_with_its_venue(own):
    with pytest.raises(Error, match="return_of_a_unit_names_it"), transaction.atomic():
        Return.objects.filter(pk=own.pk).update(organization=None)


def test_words_are_a_value_of_their_own(own, clerk):
    actions.save_draft(own, typed(own, "CV140", "  海洋科普夜  "), by=clerk)

    held = cell(own, "CV140")
    assert (held.state, held.text, held.value) == (ReturnCell.State.TEXT, "海洋科普夜", None)
    with pytest.raises(Error, match="return_cell_has_words"), transaction.atomic():
        own.cells.filter(pk=held.pk).update(words="")


def test_money_has_two_places_and_counts_none(own, clerk):
    saved = actions.save_draft(own, typed(own, "CV130", "1,234.56") | typed(own, "CV110", "12.5"), by=clerk)

    assert cell(own, "CV130").text == "1234.56"
    assert saved.faults == {"CV110": "只能填整数。"}
    assert cell(own, "CV110").text == "12.5"


# ---------------------------------------------------------------- reminders and extension


def reminded(day: date) -> int:
    return actions.remind(at=at(day))


def test_a_reporter_is_reminded_a_week_before_a_day_before_and_when_late(own, clerk):
    sent = {
        day: reminded(day) for day in (OPENS + timedelta(days=number) for number in range(21)) if day > OPENS
    }

    assert [day for day, count in sent.items() if count] == [
        DUE - timedelta(days=7),
        DUE - timedelta(days=1),
        DUE + timedelta(days=1),
        DUE + timedelta(days=7),
    ]
    assert list(own.reminders.order_by("pk").values_list("stage", flat=True)) == [
        "open", "week", "day", "late", "late_week",
    ]  # fmt: skip


def test_a_night_run_twice_or_late_reminds_once(own, clerk):
    assert reminded(DUE + timedelta(days=3)) == 1
    assert reminded(DUE + timedelta(days=3)) == 0
    assert "逾期未报" in clerk.notices.latest("pk").text


def test_who_has_handed_in_is_not_reminded(own, clerk):
    Return.objects.filter(pk=own.pk).update(
        status="submitted", first_submitted_at=at(OPENS), submitted_at=at(OPENS)
    )

    assert reminded(DUE) == 0


def test_a_round_that_opens_later_tells_nobody_before_its_day(reference, hall, clerk, city_staff):
    form = StatForm.objects.get(code="venue_q")
    actions.open_period(
        form, year=2026, part=4, opens_on=OPENS, due_on=DUE, by=city_staff, at=at(date(2026, 9, 1))
    )
    assert not clerk.notices.exists()

    assert reminded(OPENS) == 1


def test_an_extension_moves_the_day_the_late_flag_and_the_reminders(own, clerk, city_staff):
    later = DUE + timedelta(days=10)

    actions.extend(own, to=later, reason="系统割接", by=city_staff, at=at(DUE))

    assert not own.is_late(DUE + timedelta(days=1))
    assert own.is_late(later + timedelta(days=1))
    assert "延期至" in clerk.notices.latest("pk").text
    assert reminded(DUE + timedelta(days=1)) == 0
    assert reminded(later - timedelta(days=7)) == 1


@pytest.mark.parametrize(
    ("to", "reason", "words"), [(DUE, "原因", "应晚于"), (DUE + timedelta(days=1), " ", "理由")]
)
def test_an_extension_needs_a_later_day_and_a_reason(own, city_staff, to, reason, words):
    with pytest.raises(Refused, match=words):
        actions.extend(own, to=to, reason=reason, by=city_staff)


def test_who_fills_a_return_does_not_extend_it(own, clerk):
    with pytest.raises(PermissionDenied):
        actions.extend(own, to=DUE + timedelta(days=9), reason="来不及", by=clerk)


# ---------------------------------------------------------------- corrections


def test_a_correction_after_acceptance_keeps_both_values_and_the_reason(submitted, officer, city_staff):
    before = cell(submitted, "KC210").text
    actions.accept(submitted, by=city_staff)
    actions.reopen(submitted, note="区里来函更正", by=city_staff)
    actions.save_draft(submitted, typed(submitted, "KC210", "77", "来函"), by=officer)

    actions.submit(submitted, by=officer)

    (found,) = corrections(submitted)
    assert (found.key, found.before, found.after) == ("KC210", before, "77")
    assert (found.submission.number, found.submission.reason) == (2, "区里来函更正")


def test_what_was_handed_in_is_written_once(submitted):
    for change in ({"cells": {}}, {"submitted_by": None}):
        with pytest.raises(Error, match="written once"), transaction.atomic():
            Submission.objects.filter(filing=submitted).update(**change)
    with pytest.raises(Error, match="written once"), transaction.atomic():
        submitted.submissions.all().delete()


# ---------------------------------------------------------------- the board


def test_the_board_says_who_is_complete_and_in_time(own, clerk, city_staff):
    actions.save_draft(own, typed(own, "CV110", "0"), by=clerk)

    shown = board(own.period.form, city_staff, DUE + timedelta(days=1))

    (place,) = shown.rows[0].places
    assert (place.filled, place.total, place.timeliness) == (1, 7, "逾期未报")
    assert (shown.columns[0].asked, shown.columns[0].handed_in) == (1, 0)


def test_a_share_on_the_board_is_whole_only_when_nothing_is_missing(own, clerk, city_staff):
    items = list(own.cells.exclude(item__key="CV110").values_list("item__key", flat=True))
    for key in items:
        actions.save_draft(own, typed(own, key, "0"), by=clerk)

    (place,) = board(own.period.form, city_staff, DUE).rows[0].places

    assert place.percent == 85


def test_the_board_costs_the_same_for_one_reporter_as_for_fifteen(
    own, city_staff, client, django_assert_max_num_queries
):
    client.force_login(city_staff)
    client.get("/desk/returns/board/?form=venue_q")  # what is asked once per process
    counts = []
    for number in range(2):
        with django_assert_max_num_queries(40) as captured:
            assert client.get("/desk/returns/board/?form=venue_q").status_code == 200
        counts.append(len(captured))
        if not number:
            for _ in range(14):
                body = OrganizationFactory(kind="venue", region=own.region)
                actions_create(own.period, body, city_staff)

    assert counts[0] == counts[1]


def actions_create(period: Period, body, by) -> None:
    from_period = {"period": period, "reporter": "venue", "region": body.region, "created_by": by}
    Return.objects.create(organization=body, **from_period)


def test_nothing_is_fetched_anew_where_the_portal_counts_nothing(own, clerk, client):
    client.force_login(clerk)

    assert "保存并重新取数" not in client.get(own.get_absolute_url()).content.decode()


def test_what_the_portal_counts_can_be_fetched_anew(filing, officer, client):
    client.force_login(officer)

    assert "保存并重新取数" in client.get(filing.get_absolute_url()).content.decode()
