"""A title that is provisional until it is confirmed, and what its public page tells of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from outreach.actions import assessments, decisions, lifecycle, withdraw_title
from outreach.models import Assessment, Round, Scheme, Title
from outreach.queries.bases import courses_of, standing
from outreach.queries.rounds import titles_waiting
from outreach.rules.titles import provisional_end
from portal.errors import Refused
from portal.notices import Notice
from tests.factories import OrganizationFactory
from tests.outreach.factories import ApplicationFactory, AssessmentFactory, RoundFactory, TitleFactory

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def day():
    with time_machine.travel("2026-12-01T10:00:00+08:00", tick=False):
        yield


@pytest.fixture
def granted(city, staff, unit) -> Title:
    """A first title of a scheme whose titles are provisional for a year."""
    return grant(city, staff, unit)


def grant(city, staff, unit, months=12) -> Title:
    asked = RoundFactory(region=city, created_by=staff)
    Scheme.objects.filter(pk=asked.scheme_id).update(provisional_months=months)
    yesterday = date(2026, 11, 30)
    Round.objects.filter(pk=asked.pk).update(status="noticed", notice_from=yesterday, notice_until=yesterday)
    ApplicationFactory(
        round=asked,
        organization=unit,
        status="proposed",
        proposed_titles=["base"],
        submitted_at=timezone.now(),
    )
    (title,) = decisions.decide_round(Round.objects.select_related("scheme").get(pk=asked.pk), by=staff)
    return Title.objects.select_related("kind", "organization", "region", "paper").get(pk=title.pk)


def year_of(title, **values) -> Assessment:
    return AssessmentFactory(title=title, year=2026, reported=True, **values)


def decide(row, by, outcome, **values):
    assessments.decide(row, outcome=outcome, note="已核对。", checked_by=None, by=by, **values)


def proof():
    return SimpleUploadedFile("整改.pdf", b"%PDF-1.4 proof")


# --- Provisional ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        (date(2026, 12, 1), 12, date(2027, 11, 30)),
        (date(2027, 8, 31), 6, date(2028, 2, 28)),
        (date(2026, 12, 1), 0, None),
        (date(2026, 12, 1), 36, date(2028, 12, 31)),
    ],
)
def test_whole_months_are_counted_from_the_first_day(first, months, last):
    assert provisional_end(first, months, date(2028, 12, 31)) == last


def test_a_first_title_is_provisional_for_the_schemes_months(granted):
    assert granted.is_provisional
    assert granted.provisional_until == date(2027, 11, 30)
    assert ["暂定至", "2027年11月30日"] in granted.paper.public_facts
    assert standing(granted, date(2026, 12, 1)) == ("provisional", "暂定（至2027年11月30日）")


def test_a_scheme_without_months_grants_full_titles(city, staff, unit):
    title = grant(city, staff, unit, months=0)

    assert not title.is_provisional
    assert standing(title, date(2026, 12, 1)) == ("valid", "有效")


def test_a_renewal_of_a_full_title_is_full(city, staff, unit):
    TitleFactory(organization=unit, valid_until=date(2026, 12, 31))

    assert not grant(city, staff, unit).is_provisional


def test_the_first_passed_year_confirms_it(granted, staff, unit_clerk):
    decide(year_of(granted), staff, "passed")

    granted.refresh_from_db()
    assert (granted.confirmed_on, granted.confirmation) == (date(2026, 12, 1), "2026 年度考核合格")
    assert ["转为正式", "2026年12月1日"] in granted.paper.public_facts
    assert Notice.objects.filter(recipient=unit_clerk, text__contains="已转为正式").exists()


def test_a_failed_year_confirms_nothing(granted, staff):
    decide(year_of(granted), staff, "failed")

    granted.refresh_from_db()
    assert granted.is_provisional


def test_staff_confirms_with_a_word(client, granted, staff):
    client.force_login(staff, backend=BACKEND)
    address = reverse("titles_desk:confirm", args=[granted.pk])

    assert client.post(address, {"word": " "}).status_code == 422
    client.post(address, {"word": "现场核查达到认定条件。"})

    granted.refresh_from_db()
    assert granted.confirmation == "现场核查达到认定条件。"


def test_a_title_is_confirmed_once(granted, staff):
    lifecycle.confirm_title(granted, word="达到条件。", by=staff)

    with pytest.raises(Refused, match="已转为正式"):
        lifecycle.confirm_title(granted, word="再次确认。", by=staff)


def test_only_staff_confirms(granted, officer):
    with pytest.raises(PermissionDenied):
        lifecycle.confirm_title(granted, word="达到条件。", by=officer)


def test_what_was_withdrawn_is_not_confirmed(granted, staff):
    withdraw_title(granted, on=date(2026, 12, 1), reason="停止开放", by=staff)
    granted.refresh_from_db()

    with pytest.raises(Refused, match="已失效"):
        lifecycle.confirm_title(granted, word="达到条件。", by=staff)


def test_staff_are_reminded_once_thirty_days_before(granted, staff):
    with time_machine.travel("2027-10-30T03:00:00+08:00", tick=False):
        assert lifecycle.remind_of_provisional(at=timezone.now()) == 0
    with time_machine.travel("2027-10-31T03:00:00+08:00", tick=False):
        assert lifecycle.remind_of_provisional(at=timezone.now()) == 1
        assert lifecycle.remind_of_provisional(at=timezone.now()) == 0

    assert Notice.objects.get(recipient=staff, text__contains="暂定期").kind == "task"


def test_one_never_becomes_full_by_itself_and_waits_on_the_desk(granted, staff):
    with time_machine.travel("2028-03-01T03:00:00+08:00", tick=False):
        granted.refresh_from_db()
        (line,) = [row for row in titles_waiting(staff) if row.title == "待确认的暂定称号"]

        assert (line.count, line.is_late) == (1, True)
        assert standing(granted, date(2028, 3, 1))[1] == "暂定（至2027年11月30日），期满待确认"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"provisional_until": date(2040, 1, 1)}, "title_provisional_within_its_period"),
        ({"confirmed_on": date(2026, 12, 1)}, "title_confirmed_in_words"),
        (
            {"provisional_until": None, "confirmed_on": date(2026, 12, 1), "confirmation": "是"},
            "title_confirmed_in_words",
        ),
    ],
)
def test_the_database_refuses_a_provisional_title(granted, change, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Title.objects.filter(pk=granted.pk).update(**change)


# --- Putting right ----------------------------------------------------------------------------------


def test_what_is_put_right_is_proved_by_a_file(granted, staff, unit_clerk):
    row = year_of(granted)
    decide(row, staff, "rectify", rectify_until=date(2026, 12, 20))

    with pytest.raises(Refused, match="证明材料"):
        assessments.rectify(row, text="已更换展品。", upload=None, by=unit_clerk)
    assessments.rectify(row, text="已更换展品。", upload=proof(), by=unit_clerk)

    row.refresh_from_db()
    assert (row.status, row.rectification_proof.original_name) == ("reported", "整改.pdf")


def test_the_database_closes_nothing_that_was_put_right_without_proof(granted):
    row = year_of(granted, rectify_until=date(2026, 12, 20))

    with pytest.raises(IntegrityError, match="put_right_with_proof"), transaction.atomic():
        Assessment.objects.filter(pk=row.pk).update(status="passed", decided_at=timezone.now())


# --- The public page --------------------------------------------------------------------------------


def labels(title) -> list[str]:
    (course,) = courses_of([title], date(2026, 12, 1))
    return [step.label for step in course.steps]


def test_the_course_tells_what_was_decided_year_by_year(staff):
    title = TitleFactory()
    for year, values in (
        (2022, {"status": "passed", "is_excellent": True}),
        (2023, {"status": "failed"}),
        (2024, {"status": "passed"}),
    ):
        at = timezone.now() - timedelta(days=(2026 - year) * 300)
        AssessmentFactory(title=title, year=year, decided_at=at, **values)

    assert labels(title)[1:] == ["2022 年度考核：优秀", "2023 年度考核：不合格", "2024 年度考核：合格"]


def test_what_was_put_right_is_told_once_it_is_done(granted, staff, unit_clerk):
    row = year_of(granted, total=Decimal(80))
    decide(row, staff, "rectify", rectify_until=date(2026, 12, 20))
    before = labels(granted)
    assessments.rectify(row, text="已更换展品。", upload=proof(), by=unit_clerk)
    decide(row, staff, "passed")

    assert not [label for label in before if "考核" in label]
    assert "2026 年度考核：限期整改（已完成）" in labels(Title.objects.get(pk=granted.pk))


def test_renewal_transfer_and_end_stand_in_the_course(staff, district):
    body, other = OrganizationFactory(region=district, name="新名馆"), OrganizationFactory(region=district)
    old = TitleFactory(organization=other, valid_from=date(2020, 1, 1), valid_until=date(2021, 12, 31))
    new = TitleFactory(organization=other, kind=old.kind, valid_from=date(2022, 1, 1))
    lifecycle.transfer(new, body, on=date(2026, 6, 1), reason="更名", by=staff)
    new.refresh_from_db()
    withdraw_title(new, on=date(2026, 11, 1), reason="停止开放", by=staff)
    new.refresh_from_db()

    (course,) = courses_of([old, new], date(2026, 12, 1))

    assert [step.label.split("，")[0] for step in course.steps] == [
        "授予称号",
        "重新认定",
        f"由{other.name}变更为新名馆",
        "撤销称号",
    ]


def test_the_public_page_says_provisional_and_no_open_result(client, granted):
    year_of(granted, self_report="只给科协看。")

    page = client.get(reverse("base", args=[granted.organization_id])).content.decode()

    assert "暂定（至2027年11月30日）" in page
    assert "授予称号" in page
    assert "年度考核" not in page
