"""Years of titles: opened in one sitting, reported, checked, put right or lost; money; the end of a title."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from events import actions as events
from outreach.actions import applications, assessments, lifecycle, withdraw_title
from outreach.actions.evidence import write_evidence
from outreach.actions.panel import draw_panels
from outreach.models import (
    Assessment,
    Ban,
    ClawBack,
    Evidence,
    EvidenceWanted,
    FundingAward,
    PanelMember,
    Recusal,
    Title,
    TitleReminder,
)
from outreach.queries.assessments import banded, checks_waiting, wave
from portal import documents
from portal.errors import Refused
from portal.notices import Notice
from portal.roles import Role
from resources.actions.evidence import count_information_items, count_open_days
from tests.events.factories import EventFactory, SessionFactory
from tests.factories import OrganizationFactory, RegionFactory, UserFactory
from tests.outreach.factories import (
    AssessmentFactory,
    RoundFactory,
    TitleFactory,
    TitleKindFactory,
    form_of_bases,
)
from tests.outreach.panel import members, reviewing
from tests.resources.factories import KindFactory, ResourceFactory
from tests.youth_credits.factories import CourseFactory
from youth_credits.actions.evidence import count_credit_outings
from youth_credits.models import Outing

TODAY = timezone.localdate
LAST_YEAR = timezone.localdate().year - 1


@pytest.fixture
def title(unit):
    return TitleFactory(organization=unit, exhibition_area=1200, valid_until=date(TODAY().year + 2, 12, 31))


@pytest.fixture
def year(title):
    return AssessmentFactory(title=title)


def values(**changes):
    told = {"area": 1200, "open_days": 300, "visitors": 30000, "sessions": 24, "information_items": 15}
    return {name: str(value) for name, value in {**told, **changes}.items()}


def report(year, by, **more):
    told = {
        "values": values(),
        "self_report": "全年开放。",
        "asks_funding": False,
        "funding_purpose": "",
        "is_done": True,
    }
    assessments.report(year, by=by, **{**told, **more})
    year.refresh_from_db()


def decide(year, by, outcome, **more):
    told = {"note": "已核查", "checked_by": None}
    assessments.decide(year, outcome=outcome, by=by, **{**told, **more})


# --- A year is opened -------------------------------------------------------------------------------


def test_a_year_of_162_bases_is_opened_and_passed_in_one_sitting(
    staff, district, django_assert_max_num_queries
):
    form_of_bases()
    kind = TitleKindFactory()
    bodies = OrganizationFactory.create_batch(162, region=district)
    for number, body in enumerate(bodies):
        TitleFactory(organization=body, kind=kind, number=f"示例-{number}", exhibition_area=800)
    for item, value in (("open_days", 300), ("visitors", 20000), ("sessions", 20), ("information_items", 10)):
        write_evidence(
            {body.pk: value for body in bodies}, item=item, year=2024, source="示例", at=timezone.now()
        )

    with django_assert_max_num_queries(60):
        opened = assessments.open_year(2024, due_on=TODAY() + timedelta(days=30), by=staff)
    Assessment.objects.update(status="reported", reported_at=timezone.now())
    done, left = assessments.pass_all(
        Assessment.objects.select_related("form", "title", "organization", "region"), note="合格", by=staff
    )

    assert (opened, done, left) == (162, 162, [])
    assert assessments.open_year(2024, due_on=TODAY() + timedelta(days=30), by=staff) == 0


def test_a_year_is_filled_with_what_the_portal_counted(title, staff):
    write_evidence(
        {title.organization_id: 266}, item="open_days", year=LAST_YEAR, source="日历", at=timezone.now()
    )
    form_of_bases()

    assessments.open_year(LAST_YEAR, due_on=TODAY() + timedelta(days=30), by=staff)

    made = Assessment.objects.get()
    assert made.values == {"area": "1200", "open_days": "266"}
    assert made.total == Decimal("15.00") + Decimal("20.00")


def test_who_has_no_figures_yet_is_asked_for(title, staff):
    form_of_bases()

    assessments.open_year(LAST_YEAR, due_on=TODAY() + timedelta(days=30), by=staff)

    assert EvidenceWanted.objects.get().organization == title.organization


def test_the_bands_read_a_year_by_hand():
    """By hand: 600 m² 0.8×15=12; 230 days 0.65×25=16.25; 9,999 visits 0.65×25=16.25; the others 0."""
    total, lines = banded(
        form_of_bases(), {"area": "600", "open_days": "230", "visitors": "9999", "sessions": "1"}
    )

    assert total == Decimal("44.50")
    assert [line[2] for line in lines] == ["优良", "合格", "合格", "不合格", "未填"]


# --- A unit reports ---------------------------------------------------------------------------------


def test_a_unit_reports_and_cannot_go_below_what_was_counted(year, title, unit_clerk):
    write_evidence(
        {title.organization_id: 500}, item="visitors", year=year.year, source="签到", at=timezone.now()
    )

    with pytest.raises(Refused, match="不能少于平台已统计的 500"):
        report(year, unit_clerk, values=values(visitors=499))
    report(year, unit_clerk)
    assert (year.status, year.total) == ("reported", Decimal("100.00"))


@pytest.mark.parametrize("wrong", ["一千", "-1", "NaN", "1e400"])
def test_a_figure_is_a_number(year, unit_clerk, wrong):
    with pytest.raises(Refused, match="数字"):
        report(year, unit_clerk, values=values(visitors=wrong))


def test_an_incomplete_report_is_kept_and_not_handed_in(year, unit_clerk):
    report(year, unit_clerk, values=values(sessions=""), is_done=False)

    with pytest.raises(Refused, match="未填"):
        report(year, unit_clerk, values=values(sessions=""))
    assert year.values["visitors"] == "30000"


def test_another_unit_reports_nothing(year):
    other = UserFactory(holding=(Role.UNIT, OrganizationFactory()))

    with pytest.raises(PermissionDenied):
        report(year, other)


# --- The check --------------------------------------------------------------------------------------


def test_a_district_sees_no_year_and_no_title_of_another(year, title, client, city):
    other = UserFactory(holding=(Role.DISTRICT, RegionFactory(parent=city)), mfa=True)
    client.force_login(other, backend="allauth.account.auth_backends.AuthenticationBackend")

    for address in (year.get_absolute_url(), reverse("titles_desk:held", args=[title.pk])):
        assert client.get(address).status_code == 404
    for name in ("assessments", "held_list"):
        assert title.organization.name not in client.get(reverse(f"titles_desk:{name}")).content.decode()


def test_nobody_passes_below_the_forms_points(title, staff):
    year = AssessmentFactory(title=title, reported=True, total=59)

    with pytest.raises(Refused, match="低于合格线"):
        decide(year, staff, "passed")


def test_one_is_excellent_from_the_forms_points_on(title, staff):
    year = AssessmentFactory(title=title, reported=True, total=90)

    decide(year, staff, "passed")

    year.refresh_from_db()
    assert (year.status, year.is_excellent) == ("passed", True)


def proof():
    return SimpleUploadedFile("整改.pdf", b"%PDF-1.4 proof")


def test_what_is_wrong_is_put_right_by_a_day(title, staff, unit_clerk):
    year = AssessmentFactory(title=title, reported=True)
    with pytest.raises(Refused, match="整改期限"):
        decide(year, staff, "rectify")

    decide(year, staff, "rectify", rectify_until=TODAY() + timedelta(days=10))
    assessments.rectify(year, text="已更换展品。", upload=proof(), by=unit_clerk)

    year.refresh_from_db()
    assert year.status == "reported"


def test_who_does_not_put_it_right_in_time_loses_the_title(title, staff):
    year = AssessmentFactory(title=title, reported=True)
    decide(year, staff, "rectify", rectify_until=TODAY() + timedelta(days=10))

    assessments.fail_what_is_overdue(at=timezone.now() + timedelta(days=11))

    title.refresh_from_db()
    year.refresh_from_db()
    assert year.status == "failed"
    assert "逾期未整改" in title.withdrawal_reason


def test_a_second_failed_year_in_a_row_ends_the_title(title, staff):
    AssessmentFactory(title=title, year=LAST_YEAR - 1, status="failed", decided_at=timezone.now())
    year = AssessmentFactory(title=title, reported=True)

    decide(year, staff, "failed")

    title.refresh_from_db()
    assert title.withdrawn_on == TODAY()


def test_one_failed_year_does_not_end_it(title, staff):
    decide(AssessmentFactory(title=title, reported=True), staff, "failed")

    title.refresh_from_db()
    assert title.withdrawn_on is None


# --- Money ------------------------------------------------------------------------------------------


def test_money_goes_to_who_passed_asked_and_still_holds_the_title(staff):
    kind = TitleKindFactory()
    bodies = OrganizationFactory.create_batch(4)
    until = date(TODAY().year + 2, 12, 31)
    titles = [
        TitleFactory(organization=body, kind=kind, number=f"示例-{n}", valid_until=until)
        for n, body in enumerate(bodies)
    ]
    asked = {"asks_funding": True, "funding_purpose": "更新展品", "decided_at": timezone.now()}
    AssessmentFactory(title=titles[0], status="passed", **asked)
    AssessmentFactory(title=titles[1], status="failed", **asked)
    AssessmentFactory(title=titles[2], status="passed", decided_at=timezone.now())
    AssessmentFactory(title=titles[3], status="passed", **asked)
    withdraw_title(titles[3], on=TODAY(), reason="停办", by=staff)

    assert assessments.list_funding(LAST_YEAR, by=staff) == 1
    assert assessments.list_funding(LAST_YEAR, by=staff) == 0

    award = FundingAward.objects.get()
    assert (award.assessment.title, award.amount_yuan) == (titles[0], Decimal(120000))


def test_the_database_funds_nobody_who_did_not_pass(title, staff):
    year = AssessmentFactory(title=title, reported=True, asks_funding=True, funding_purpose="展品")

    with pytest.raises(IntegrityError, match="award_for_who_passed"), transaction.atomic():
        FundingAward.objects.create(assessment=year, amount_yuan=1, listed_by=staff)


# --- The end of a title -----------------------------------------------------------------------------


def with_paper(title, staff):
    paper = documents.issue(documents.PaperKind("title_base", "KPJD", "证书"), [("称号", "基地")], by=staff)
    Title.objects.filter(pk=title.pk).update(paper=paper, number=paper.number)
    title.refresh_from_db()
    return title


def test_a_title_had_by_fraud_is_revoked_with_ban_and_money(title, staff, unit_clerk):
    with_paper(title, staff)

    lifecycle.revoke_for_fraud(
        title,
        on=TODAY(),
        reason="虚报接待人次",
        banned_until=TODAY() + timedelta(days=730),
        claw_back_yuan=Decimal(120000),
        by=staff,
    )

    title.paper.refresh_from_db()
    assert title.paper.revoked_at is not None
    assert Ban.objects.get().organization == title.organization
    round = RoundFactory(region=staff.grants.get().region)
    with pytest.raises(Refused, match="不得申报"):
        applications.begin_application(
            round, title.organization, category="venue", key=uuid.uuid4(), by=unit_clerk
        )


def test_no_more_comes_back_than_is_owed(title, staff):
    owed = ClawBack.objects.create(title=title, amount_yuan=100, reason="虚报", asked_on=TODAY())
    lifecycle.repay(owed, amount_yuan=Decimal(60), by=staff)

    with pytest.raises(Refused, match="不能超过"):
        lifecycle.repay(owed, amount_yuan=Decimal(41), by=staff)
    with pytest.raises(IntegrityError, match="claw_back_never_exceeds"), transaction.atomic():
        ClawBack.objects.filter(pk=owed.pk).update(repaid_yuan=101)


def test_a_title_goes_with_its_holder_when_renamed(title, staff, district):
    with_paper(title, staff)
    present = OrganizationFactory(region=district, name="更名后的馆")

    lifecycle.transfer(title, present, on=TODAY(), reason="单位更名", by=staff)

    title.refresh_from_db()
    assert title.organization == present
    title.paper.refresh_from_db()
    assert title.paper.public_facts[-1][0] == "单位变更"


def test_a_title_does_not_go_to_who_holds_the_same(title, staff):
    other = TitleFactory(kind=title.kind, valid_until=title.valid_until)

    with pytest.raises(Refused, match="已有同一称号"):
        lifecycle.transfer(title, other.organization, on=TODAY(), reason="合并", by=staff)


def test_holders_are_reminded_once_at_each_step_in_one_message(unit, unit_clerk):
    ends = date(2027, 12, 31)
    for code in ("base", "hall"):
        TitleFactory(organization=unit, kind=TitleKindFactory(code=code), number=code, valid_until=ends)
    at = timezone.make_aware(timezone.datetime(2027, 7, 5, 3))

    assert lifecycle.remind_of_expiry(at=at) == 1
    assert lifecycle.remind_of_expiry(at=at + timedelta(days=1)) == 0
    assert lifecycle.remind_of_expiry(at=at + timedelta(days=100)) == 1

    first = Notice.objects.filter(recipient=unit_clerk).order_by("pk").first()
    assert "2 个科普称号将于2027年12月31日起" in first.text


def test_nobody_is_reminded_earlier_than_six_months_before(title):
    Title.objects.filter(pk=title.pk).update(valid_until=date(2027, 12, 31))

    assert lifecycle.remind_of_expiry(at=timezone.make_aware(timezone.datetime(2027, 7, 1, 3))) == 0


def test_who_holds_the_next_title_already_is_not_reminded(title):
    Title.objects.filter(pk=title.pk).update(valid_until=date(2027, 12, 31))
    TitleFactory(
        organization=title.organization,
        kind=title.kind,
        valid_from=date(2028, 1, 1),
        valid_until=date(2033, 12, 31),
    )
    at = timezone.make_aware(timezone.datetime(2027, 12, 20, 3))

    assert lifecycle.remind_of_expiry(at=at) == 0
    assert not TitleReminder.objects.exists()


def test_staff_see_how_many_titles_of_a_category_end_in_each_year(client, title, staff):
    TitleFactory(category="public", valid_until=title.valid_until)
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")

    told = [(row["year"], row["category"], row["count"]) for row in wave(TODAY())]
    page = client.get(reverse("titles_desk:held_list")).content.decode()

    ends = title.valid_until.year
    assert told == [(ends, "公共场所类", 1), (ends, "科技场馆类", 1)]
    assert "各年到期数" in page


@pytest.mark.parametrize(
    ("day", "lapsed"), [("2027-12-31 23:59:00+08:00", 0), ("2028-01-01 00:01:00+08:00", 1)]
)
def test_a_certificate_lapses_by_itself_on_new_year(title, staff, day, lapsed):
    with_paper(title, staff)
    Title.objects.filter(pk=title.pk).update(valid_until=date(2027, 12, 31))

    with time_machine.travel(day, tick=False):
        assert lifecycle.lapse_papers(at=timezone.now()) == lapsed


# --- Evidence from above ----------------------------------------------------------------------------


def test_the_night_writes_sessions_visits_and_open_days(title, staff):
    began = timezone.now() - timedelta(days=2)
    event = EventFactory(organization=title.organization, region=title.region, published=True)
    for hours, attendance in enumerate((30, None)):
        starts = began + timedelta(hours=hours)
        SessionFactory(
            event=event, starts_at=starts, ends_at=starts + timedelta(hours=1), attendance=attendance
        )
    ResourceFactory(
        published=True,
        organization=title.organization,
        region=title.region,
        hours_as="周六 09:00-17:00",
    )

    events.write_evidence_of_years(at=timezone.now())
    count_open_days(timezone.now())
    count_open_days(timezone.now())

    rows = Evidence.objects.filter(organization=title.organization, year=began.year)
    found = {row.item: int(row.value) for row in rows}
    assert found["sessions"] == 2
    assert found["visitors"] == 30
    assert 1 <= found["open_days"] <= 90


def test_a_body_without_sessions_has_no_row(title):
    events.write_evidence_of_years(at=timezone.now())

    assert not Evidence.objects.filter(item="sessions").exists()


# --- Pages ------------------------------------------------------------------------------------------


def test_staff_opens_a_year_and_passes_what_it_chose(client, staff, title):
    form_of_bases()
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    due = (TODAY() + timedelta(days=20)).isoformat()
    client.post(reverse("titles_desk:year_open"), {"year": LAST_YEAR, "due_on": due})
    made = Assessment.objects.get()
    Assessment.objects.update(status="reported", reported_at=timezone.now(), total=70)

    page = client.get(reverse("titles_desk:assessments"), {"year": LAST_YEAR}).content.decode()
    client.post(reverse("titles_desk:pass_all"), {"id": [made.pk], "note": "核查合格"})

    assert title.organization.name in page
    made.refresh_from_db()
    assert made.status == "passed"


# --- An expert's check ------------------------------------------------------------------------------


def test_reported_years_are_dealt_evenly_by_category_and_free_of_conflict(city, staff):
    pool = members(city, 3)
    rows = [AssessmentFactory(title=TitleFactory(), reported=True) for _ in range(6)]
    Recusal.objects.create(member=pool[0], organization=rows[0].organization, reason="合作")
    PanelMember.objects.filter(pk=pool[1].pk).update(organization=rows[0].organization)

    assert assessments.deal_checks(LAST_YEAR, by=staff) == (6, 0)

    given = dict(Assessment.objects.values_list("pk", "checked_by"))
    assert given[rows[0].pk] == pool[2].pk
    assert sorted(list(given.values()).count(member.pk) for member in pool) == [2, 2, 2]
    assert assessments.deal_checks(LAST_YEAR, by=staff) == (0, 0)


def test_a_body_whose_case_lies_blind_before_a_member_is_dealt_to_another(city, staff):
    pool = members(city, 6)
    round, (application,) = reviewing(city)
    draw_panels(round, by=staff)
    row = AssessmentFactory(title=TitleFactory(organization=application.organization), reported=True)

    assessments.deal_checks(LAST_YEAR, by=staff)

    row.refresh_from_db()
    scoring = set(application.reviews.values_list("member", flat=True))
    assert {row.checked_by_id} == {member.pk for member in pool} - scoring


def test_a_year_for_which_there_is_nobody_stays_and_is_counted(city, staff):
    members(city, 1)
    PanelMember.objects.update(categories=["public"])
    AssessmentFactory(title=TitleFactory(), reported=True)

    assert assessments.deal_checks(LAST_YEAR, by=staff) == (0, 1)


def test_an_expert_checks_what_was_given_and_nothing_else(city, staff, client):
    member, other = members(city, 2)
    row = AssessmentFactory(title=TitleFactory(), reported=True, checked_by=member)
    client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = reverse("titles_desk:check", args=[row.pk])

    gap = client.post(address, {"advice": "passed", "opinion": " "})
    client.post(address, {"advice": "rectify", "opinion": "开放天数与日历不符。"})

    row.refresh_from_db()
    assert gap.status_code == 422
    assert (row.status, row.advice, row.expert_opinion) == ("reported", "rectify", "开放天数与日历不符。")
    with pytest.raises(PermissionDenied):
        assessments.check(row, advice="passed", opinion="好", by=other.user)
    client.force_login(other.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(address).status_code == 404


def test_the_database_keeps_no_advice_without_an_expert(title):
    row = AssessmentFactory(title=title, reported=True)

    with pytest.raises(IntegrityError, match="assessment_checked_by_somebody_in_words"):
        Assessment.objects.filter(pk=row.pk).update(advice="passed", checked_at=timezone.now())


def test_a_sitting_passes_nobody_against_the_experts_advice(city, staff):
    member = members(city, 1)[0]
    _, against, fine = (
        AssessmentFactory(title=TitleFactory(), reported=True, checked_by=member) for _ in range(3)
    )
    assessments.check(against, advice="failed", opinion="未开放。", by=member.user)
    assessments.check(fine, advice="passed", opinion="属实。", by=member.user)
    rows = Assessment.objects.select_related("form", "title", "organization", "region", "checked_by")

    done, left = assessments.pass_all(rows.order_by("pk"), note="合格", by=staff)

    assert done == 1
    assert "尚未核查" in left[0]
    assert "建议不合格" in left[1]
    fine.refresh_from_db()
    assert (fine.status, fine.checked_by) == ("passed", member)


def test_what_was_put_right_is_checked_anew(city, title, staff, unit_clerk):
    member = members(city, 1)[0]
    row = AssessmentFactory(title=title, reported=True, checked_by=member)
    assessments.check(row, advice="rectify", opinion="展品损坏。", by=member.user)
    row.refresh_from_db()
    decide(row, staff, "rectify", checked_by=member, rectify_until=TODAY() + timedelta(days=10))

    assessments.rectify(row, text="已更换。", upload=proof(), by=unit_clerk)

    assert [waiting.count for waiting in checks_waiting(member.user)] == [1]


def test_an_expert_with_an_interest_gives_a_check_back_for_good(city, staff):
    member, _ = members(city, 2)
    row = AssessmentFactory(title=TitleFactory(), reported=True, checked_by=member)

    assessments.give_back_check(row, reason="曾任顾问", by=member.user)
    assessments.deal_checks(LAST_YEAR, by=staff)

    row.refresh_from_db()
    assert row.checked_by != member
    assert Recusal.objects.filter(member=member, organization=row.organization).exists()


# --- Evidence of the upper floors -------------------------------------------------------------------


def test_content_brought_into_the_menu_in_a_year_is_evidence_and_places_are_not(unit):
    at = timezone.now()
    lecture, hall = KindFactory(code="lecture", is_place=False), KindFactory(code="hall", is_place=True)
    for kind, when in ((lecture, at), (lecture, at), (hall, at), (lecture, at - timedelta(days=800))):
        ResourceFactory(organization=unit, kind=kind, published=True, published_at=when)
    ResourceFactory(organization=unit, kind=lecture)

    count_information_items(at)
    count_information_items(at)

    assert list(Evidence.objects.values_list("organization", "item", "value")) == [
        (unit.pk, "information_items", 2)
    ]


def test_confirmed_outings_of_a_base_are_evidence_without_any_child(unit, school, staff):
    course = CourseFactory(organization=unit)
    now = timezone.now()

    def outing(**values):
        Outing.objects.create(
            course=course,
            base=unit,
            organization=school,
            region=school.region,
            created_by=staff,
            starts_at=now - timedelta(hours=2),
            heads=30,
            **values,
        )

    outing(confirmed_at=now, confirmed_by=staff, came=28)
    outing(confirmed_at=now, confirmed_by=staff, came=30, cancelled_at=now)
    outing()

    assert count_credit_outings(now) == 1

    row = Evidence.objects.get()
    assert (row.organization, row.item, row.value, row.link) == (unit, "credit_activities", 1, "")
