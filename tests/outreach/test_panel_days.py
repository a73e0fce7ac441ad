"""The last day to score, who is late, who was reminded when by whom, and who lies far from the others."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.urls import reverse

from outreach.actions import panel as actions
from outreach.models import Review, ReviewReminder, Scheme
from outreach.queries.decisions import panel_sheets, waiting_members
from outreach.queries.panel import apart
from outreach.queries.rounds import titles_waiting
from outreach.scoring import furthest
from portal.audit import AuditEntry
from portal.calendar import SHANGHAI, add_working_days, local_today
from portal.errors import Refused
from portal.notices import Notice
from portal.templatetags.portal_tags import cn_date
from tests.outreach.panel import hand_in, members, reviewing, signed_in

TODAY = local_today


@pytest.fixture
def drawn(city, staff):
    """A round with one case whose panel has ten days."""
    members(city, 6)
    round, (application,) = reviewing(city)
    actions.draw_panels(round, due_on=TODAY() + timedelta(days=10), by=staff, seed="one")
    application.refresh_from_db()
    return application


def sheets(case) -> list[Review]:
    rows = Review.objects.filter(application=case, status="open")
    return list(rows.select_related("member__user", "application__round__scheme").order_by("letter"))


def night(day) -> datetime:
    return datetime(day.year, day.month, day.day, 2, tzinfo=SHANGHAI)


def told(user) -> list[str]:
    return list(Notice.objects.filter(recipient=user).order_by("pk").values_list("text", flat=True))


# --- The last day -----------------------------------------------------------------------------------


def test_the_draw_sets_the_last_day_and_says_it_to_the_members(drawn):
    due_on = TODAY() + timedelta(days=10)

    assert {sheet.due_on for sheet in sheets(drawn)} == {due_on}
    assert f"请在{cn_date(due_on)}前（含当日）登录评分" in told(sheets(drawn)[0].member.user)[0]


def test_the_desk_of_a_member_says_the_day_of_each_sheet(drawn):
    sheet = sheets(drawn)[0]

    (line,) = [line for line in titles_waiting(sheet.member.user) if line.title == "待评审的称号申报"]

    assert line.items[0][0] == f"编号 {drawn.number}（{cn_date(sheet.due_on)}截止）"
    assert (sheet.sign, Review(status="submitted").sign) == ("waiting", "done")


def test_without_a_day_the_schemes_working_days_count(city, staff):
    members(city, 5)
    round, (application,) = reviewing(city)

    actions.draw_panels(round, by=staff)

    assert sheets(application)[0].due_on == add_working_days(TODAY(), 10)


def test_a_last_day_that_is_over_is_refused(city, staff):
    members(city, 5)
    round, _ = reviewing(city)

    with pytest.raises(Refused, match="不能早于今天"):
        actions.draw_panels(round, due_on=TODAY() - timedelta(days=1), by=staff)


def test_a_last_day_in_a_year_nobody_means_is_refused(drawn, staff):
    with pytest.raises(Refused, match="一年内截止"):
        actions.move_due_day(drawn.round, TODAY() + timedelta(days=366), by=staff)


def test_who_is_drawn_late_has_time_enough(drawn, staff):
    Review.objects.filter(application=drawn).update(due_on=TODAY() - timedelta(days=3))
    gone = sheets(drawn)[0]

    actions.redraw_member(gone, reason="评委出差", by=staff)

    assert max(sheet.due_on for sheet in sheets(drawn)) == add_working_days(TODAY(), 5)


def test_a_discussion_has_time_enough(drawn):
    Review.objects.filter(application=drawn).update(due_on=TODAY())
    for number, sheet in enumerate(sheets(drawn)):
        hand_in(sheet, "0.3" if number == 0 else "0.9")

    assert {sheet.due_on for sheet in sheets(drawn)} == {add_working_days(TODAY(), 5)}


def test_another_last_day_is_told_and_counts_for_what_is_open(drawn, staff):
    done, *open_ones = sheets(drawn)
    hand_in(done)
    later = TODAY() + timedelta(days=20)

    assert actions.move_due_day(drawn.round, later, by=staff) == 4

    assert {sheet.due_on for sheet in sheets(drawn)} == {later}
    assert f"评分截止日期改为{cn_date(later)}" in told(open_ones[0].member.user)[-1]
    assert len(told(done.member.user)) == 1


def test_a_member_sees_the_last_day_in_the_list_and_on_the_sheet(drawn):
    sheet = sheets(drawn)[0]
    browser = signed_in(sheet.member.user)
    pages = [reverse("titles_desk:reviews"), sheet.get_absolute_url()]
    assert all(cn_date(sheet.due_on) in browser.get(page).content.decode() for page in pages)
    assert not any("已逾期" in browser.get(page).content.decode() for page in pages)

    Review.objects.filter(pk=sheet.pk).update(due_on=TODAY() - timedelta(days=1))

    assert all("已逾期" in browser.get(page).content.decode() for page in pages)


# --- Reminders --------------------------------------------------------------------------------------


def test_a_member_is_told_a_day_before_and_once_when_late(drawn):
    sheet = sheets(drawn)[0]
    day = sheet.due_on
    person = sheet.member.user

    assert actions.remind_of_scores(at=night(day - timedelta(days=2))) == 0
    for _ in range(2):
        actions.remind_of_scores(at=night(day - timedelta(days=1)))
    assert [text for text in told(person) if "未提交" in text] == [
        f"{drawn.round.title}：您有 1 份评分表未提交，评分截止{cn_date(day)}，请登录评分。"
    ]

    for days in (1, 2):
        actions.remind_of_scores(at=night(day + timedelta(days=days)))
    assert "已逾期" in told(person)[-1]
    assert len([text for text in told(person) if "未提交" in text]) == 2
    log = ReviewReminder.objects.filter(member=sheet.member).order_by("pk")
    assert [(row.occasion, row.by) for row in log] == [("soon", None), ("late", None)]


def test_who_has_handed_in_is_not_told(drawn):
    sheet = sheets(drawn)[0]
    hand_in(sheet)

    actions.remind_of_scores(at=night(sheet.due_on + timedelta(days=1)))

    assert [text for text in told(sheet.member.user) if "未提交" in text] == []


def test_a_moved_day_is_reminded_of_again(drawn, staff):
    day = sheets(drawn)[0].due_on
    actions.remind_of_scores(at=night(day + timedelta(days=1)))
    later = day + timedelta(days=10)
    actions.move_due_day(drawn.round, later, by=staff)

    assert actions.remind_of_scores(at=night(later - timedelta(days=1))) == 5


def test_one_click_reminds_only_who_has_not_handed_in_and_is_logged_by_person(drawn, staff):
    done, *waiting = sheets(drawn)
    hand_in(done)

    assert actions.remind_members(drawn.round, by=staff) == 4
    actions.remind_members(drawn.round, by=staff)

    log = ReviewReminder.objects.order_by("pk")
    assert {row.member_id for row in log} == {sheet.member_id for sheet in waiting}
    assert {(row.occasion, row.by, row.sheets) for row in log} == {("asked", staff, 1)}
    assert log.filter(member=waiting[0].member).count() == 2
    assert AuditEntry.objects.filter(action="remind").count() == 2


def test_the_log_of_reminders_stays(drawn, staff):
    actions.remind_members(drawn.round, by=staff)

    with pytest.raises(ProgrammingError, match="never changed"), transaction.atomic():
        ReviewReminder.objects.update(sheets=9)
    with pytest.raises(ProgrammingError, match="never changed"), transaction.atomic():
        ReviewReminder.objects.all().delete()


def test_a_reminder_that_was_asked_for_names_who_asked(drawn):
    sheet = sheets(drawn)[0]

    with pytest.raises(IntegrityError, match="review_reminder_asked_for_by_somebody"), transaction.atomic():
        ReviewReminder.objects.create(round=drawn.round, member=sheet.member, occasion="asked", sheets=1)


def test_a_sheet_is_reminded_of_twice_at_most(drawn):
    with pytest.raises(IntegrityError, match="review_reminded_twice_at_most"), transaction.atomic():
        Review.objects.update(reminders=3)


# --- Progress ---------------------------------------------------------------------------------------


def test_staff_sees_who_is_late_by_how_many_days_and_the_log(drawn, staff):
    late = sheets(drawn)[1]
    Review.objects.filter(pk=late.pk).update(due_on=TODAY() - timedelta(days=3))
    actions.remind_members(drawn.round, by=staff)

    rows = waiting_members(drawn.round, TODAY())
    page = signed_in(staff).get(reverse("titles_desk:progress", args=[drawn.round_id])).content.decode()

    assert (rows[0].member.pk, rows[0].days_late) == (late.member_id, 3)
    assert "3 天" in page
    assert "人工催办" in page
    assert staff.name in page


def test_the_page_of_progress_reminds_and_moves_the_day(drawn, staff):
    browser = signed_in(staff)
    later = TODAY() + timedelta(days=30)

    page = browser.post(
        reverse("titles_desk:decision_step", args=[drawn.round_id, "due"]), {"due_on": later}, follow=True
    )
    assert "已调整 5 份评分表的期限" in page.content.decode()
    page = browser.post(reverse("titles_desk:decision_step", args=[drawn.round_id, "remind"]), follow=True)

    assert "已催办 5 位评委" in page.content.decode()
    assert cn_date(later) in page.content.decode()


def test_the_page_of_progress_costs_the_same_for_one_as_for_many(
    drawn, city, staff, django_assert_max_num_queries
):
    for _ in range(15):
        actions.remind_members(drawn.round, by=staff)
    browser = signed_in(staff)
    address = reverse("titles_desk:progress", args=[drawn.round_id])
    browser.get(address)

    with django_assert_max_num_queries(16):
        browser.get(address)


# --- Far from the others ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("totals", "away"),
    [
        ({"A": 60, "B": 80, "C": 82, "D": 84, "E": 80}, ["A"]),
        ({"A": 70, "B": 72, "C": 90}, ["C"]),
        ({"A": 70, "B": 90}, ["A", "B"]),
        ({"A": 70, "B": 80, "C": 90}, ["A", "C"]),
        ({"A": 70}, []),
        ({}, []),
    ],
)
def test_whose_total_lies_furthest_from_the_mean_of_the_others(totals, away):
    assert furthest({letter: Decimal(total) for letter, total in totals.items()}) == away


def spread_of(case, flag) -> Decimal:
    Scheme.objects.update(spread_flag=flag)
    case = type(case).objects.with_all().get(pk=case.pk)
    return apart([case]).get(case.pk)


def test_a_spread_above_the_flag_names_the_letter_and_one_at_the_flag_does_not(drawn):
    for number, sheet in enumerate(sheets(drawn)):
        hand_in(sheet, "0.8" if number == 2 else "0.9")
    found = spread_of(drawn, 0)

    assert found.letters == ["C"]
    assert 0 < found.spread <= 20
    assert not found.is_forced
    assert spread_of(drawn, found.spread) is None
    assert spread_of(drawn, found.spread - Decimal("0.01")) == found


def test_a_spread_that_was_discussed_is_looked_at_again_after_the_discussion(drawn):
    for number, sheet in enumerate(sheets(drawn)):
        hand_in(sheet, "0.3" if number == 0 else "0.9")
    case = type(drawn).objects.with_all().get(pk=drawn.pk)
    first = apart([case])[case.pk]
    assert (first.turn, first.letters, first.is_forced) == (1, ["A"], True)

    for sheet in sheets(drawn):
        hand_in(sheet)

    assert apart([case]) == {}


def test_the_page_of_a_panel_and_the_decision_name_whose_sheet_lies_furthest(drawn, staff):
    for number, sheet in enumerate(sheets(drawn)):
        hand_in(sheet, "0.8" if number == 2 else "0.9")
    Scheme.objects.update(spread_flag=1)
    type(drawn).objects.filter(pk=drawn.pk).update(
        status="scored",
        total=80,
        breakdown={"lines": [], "bonus": "0", "deduction": "0", "spread": "5", "total": "80", "extras": []},
    )
    browser = signed_in(staff)

    panel = browser.get(reverse("titles_desk:panel", args=[drawn.pk])).content.decode()
    sheet = browser.get(reverse("titles_desk:decision", args=[drawn.round_id])).content.decode()

    assert "相差最大的是评委C" in panel
    assert '<tr class="furthest">' in panel
    assert "评委C 相差最大" in sheet
    case = type(drawn).objects.with_all().get(pk=drawn.pk)
    assert [row["review"].letter for row in panel_sheets(case) if row["is_furthest"]] == ["C"]


def test_the_flag_of_a_scheme_lies_at_fifteen_and_never_above_its_limit(drawn):
    assert drawn.round.scheme.spread_flag == 15
    with pytest.raises(IntegrityError, match="scheme_flags_before_it_forces"), transaction.atomic():
        Scheme.objects.update(spread_flag=21)
