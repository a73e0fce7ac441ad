"""The cut line, the reserve behind it, who moves up and for how long that is before the public, and recusal
of the staff."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from outreach.actions import decisions, pool
from outreach.actions import panel as panel_actions
from outreach.models import Application, Review, Round, StaffRecusal
from outreach.queries.decisions import decision_rows, free_places, last_notice_day
from portal import documents
from portal.audit import AuditEntry
from portal.calendar import local_today, notice_ends
from portal.errors import Refused
from portal.notices import Notice
from portal.roles import Role
from portal.templatetags.portal_tags import cn_date
from tests.factories import OrganizationFactory, UserFactory
from tests.outreach.panel import hand_in, members, reviewing, signed_in, visited
from tests.outreach.test_decisions import object_to

SHARES = ("0.95", "0.9", "0.85", "0.2")


def whole(case) -> Application:
    return Application.objects.with_all().get(pk=case.pk)


@pytest.fixture
def round(city, staff):
    """Four counted cases: three reached a level, the last did not; the proposal is made."""
    members(city, 5)
    round, cases = reviewing(city, cases=4)
    panel_actions.draw_panels(round, by=staff)
    for case, share in zip(cases, SHARES, strict=True):
        for sheet in Review.objects.filter(application=case):
            hand_in(sheet, share)
        visited(whole(case), staff)
        panel_actions.count_scores(whole(case), by=staff)
    decisions.propose_all(round, by=staff)
    return round


@pytest.fixture
def cases(round):
    return list(Application.objects.with_all().filter(round=round).order_by("place"))


@pytest.fixture
def noticed(round, cases, staff):
    """The first two before the public, the third in reserve."""
    decisions.put_in_reserve(cases[2], note="名额有限", by=staff)
    decisions.publish_notice(round, by=staff)
    return round


def take_off(case, staff) -> None:
    made = object_to(whole(case))
    decisions.decide_objection(made, is_upheld=True, answer="属实。", by=staff)


# --- The line and the reserve -----------------------------------------------------------------------


def test_the_cut_line_runs_below_the_last_who_is_proposed(round, cases, staff):
    assert [row.is_last_proposed for row in decision_rows(round)] == [False, False, True, False]

    decisions.leave_out(cases[2], note="申报单位已注销", by=staff)

    assert [row.is_last_proposed for row in decision_rows(round)] == [False, True, False, False]


def test_a_case_that_reached_a_level_is_put_behind_the_line_in_order(round, cases, staff):
    assert decisions.put_in_reserve(cases[2], note="名额有限", by=staff) == 1
    assert decisions.put_in_reserve(cases[1], note="名额有限", by=staff) == 2

    case = whole(cases[1])
    assert (case.status, case.reserve_place, case.proposed_titles) == ("not_proposed", 2, [])
    assert case.decision == "列入备选：名额有限"


def test_a_case_below_every_level_is_no_reserve(cases, staff):
    with pytest.raises(Refused, match="未达到认定分数"):
        decisions.put_in_reserve(cases[3], note="名额有限", by=staff)


def test_a_reserve_needs_a_reason(cases, staff):
    with pytest.raises(Refused, match="理由"):
        decisions.put_in_reserve(cases[2], note=" ", by=staff)


def test_nobody_stands_in_the_reserve_twice(cases, staff):
    decisions.put_in_reserve(cases[2], note="名额有限", by=staff)

    with pytest.raises(Refused, match="已列入备选"):
        decisions.put_in_reserve(whole(cases[2]), note="名额有限", by=staff)


def test_the_order_of_the_reserve_is_changed_by_one(cases, staff):
    for case in (cases[1], cases[2]):
        decisions.put_in_reserve(case, note="名额有限", by=staff)

    decisions.raise_in_reserve(whole(cases[2]), by=staff)

    assert [whole(case).reserve_place for case in cases[1:3]] == [2, 1]
    with pytest.raises(Refused, match="第一位"):
        decisions.raise_in_reserve(whole(cases[2]), by=staff)


def test_the_sheet_gives_each_of_the_reserve_its_place_and_no_older_one(round, cases, staff):
    for case in (cases[1], cases[2]):
        decisions.put_in_reserve(case, note="名额有限", by=staff)
    decisions.raise_in_reserve(whole(cases[2]), by=staff)
    decisions.move_up(round, note="增加名额", by=staff)

    page = signed_in(staff).get(round.get_decision_url()).content.decode()

    assert "列入备选第" not in page
    assert page.count("第 2 位") == 1
    assert '<th scope="row" data-label="次序"><span>2</span>' in page


def test_a_case_is_taken_out_of_the_reserve_with_a_reason(cases, staff):
    decisions.put_in_reserve(cases[2], note="名额有限", by=staff)

    with pytest.raises(Refused, match="理由"):
        decisions.leave_out(whole(cases[2]), note=" ", by=staff)
    decisions.leave_out(whole(cases[2]), note="申报单位已注销", by=staff)

    assert whole(cases[2]).reserve_place is None
    assert AuditEntry.objects.filter(action="leave_reserve").count() == 1


def test_the_database_keeps_the_reserve_behind_the_line_and_its_order_single(cases, staff):
    for case in (cases[1], cases[2]):
        decisions.put_in_reserve(case, note="名额有限", by=staff)

    with pytest.raises(IntegrityError, match="application_in_reserve_is_not_proposed"), transaction.atomic():
        Application.objects.filter(pk=cases[0].pk).update(reserve_place=3)
    Application.objects.filter(pk=cases[1].pk).update(reserve_place=2)
    with pytest.raises(IntegrityError, match="application_reserve_place_once"):
        connection.check_constraints()


def test_once_the_notice_has_begun_nobody_is_put_in_the_reserve_or_changes_places(noticed, cases, staff):
    with pytest.raises(Refused, match="已公示"):
        decisions.put_in_reserve(whole(cases[1]), note="名额有限", by=staff)
    with pytest.raises(Refused, match="已公示"):
        decisions.raise_in_reserve(whole(cases[2]), by=staff)


# --- Moving up --------------------------------------------------------------------------------------


def test_before_the_notice_the_first_of_the_reserve_moves_up_with_a_reason(round, cases, staff):
    decisions.put_in_reserve(cases[2], note="名额有限", by=staff)
    with pytest.raises(Refused, match="理由"):
        decisions.move_up(round, note=" ", by=staff)

    moved = decisions.move_up(round, note="增加一个名额", by=staff)

    assert (moved.pk, moved.status, moved.reserve_place) == (cases[2].pk, "proposed", None)
    assert moved.proposed_titles
    assert moved.notice_from is None
    assert moved.decision == "备选第 1 位递补：增加一个名额"


def test_an_empty_reserve_moves_nobody_up(round, staff):
    with pytest.raises(Refused, match="没有备选"):
        decisions.move_up(round, note="增加一个名额", by=staff)


def test_in_the_notice_nobody_moves_up_while_every_place_is_taken(noticed, staff):
    with pytest.raises(Refused, match="没有空出名额"):
        decisions.move_up(noticed, note="增加一个名额", by=staff)


def test_a_place_that_an_objection_freed_goes_to_the_first_of_the_reserve(noticed, cases, staff):
    clerk = UserFactory(holding=(Role.UNIT, cases[2].organization))
    take_off(cases[0], staff)
    assert free_places(Round.objects.get(pk=noticed.pk)) == 1

    moved = decisions.move_up(noticed, note="原拟认定单位异议成立", by=staff)

    assert moved.pk == cases[2].pk
    assert Notice.objects.filter(recipient=clerk, text__contains="由备选递补为拟认定，公示至").exists()
    assert (moved.notice_from, moved.notice_until) == (local_today(), notice_ends(local_today(), 5))
    assert free_places(Round.objects.get(pk=noticed.pk)) == 0


def test_a_place_that_a_unit_gave_up_goes_to_the_first_of_the_reserve(noticed, cases, staff):
    clerk = UserFactory(holding=(Role.UNIT, cases[0].organization))

    decisions.renounce(whole(cases[0]), note="场馆停业", by=clerk)

    assert whole(cases[0]).status == "withdrawn"
    assert Notice.objects.filter(recipient=staff, text__contains="空出一个名额").count() == 1
    assert decisions.move_up(noticed, note="原单位放弃", by=staff).pk == cases[2].pk


def test_only_the_unit_itself_gives_up(noticed, cases, staff):
    with pytest.raises(PermissionDenied):
        decisions.renounce(whole(cases[0]), note="场馆停业", by=staff)


def test_who_moved_up_later_is_before_the_public_for_the_full_days_of_its_own(noticed, cases, staff):
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        take_off(cases[0], staff)
        moved = decisions.move_up(noticed, note="原拟认定单位异议成立", by=staff)
    noticed.refresh_from_db()
    own = notice_ends(local_today() + timedelta(days=1), 5)

    assert moved.notice_until == own >= noticed.notice_until
    assert last_notice_day(noticed) == own
    with pytest.raises(Refused, match=cn_date(own)):
        decisions.decide_round(noticed, on=own, by=staff)
    with time_machine.travel(timezone.now() + timedelta(days=(own - local_today()).days + 1)):
        assert decisions.decide_round(noticed, by=staff)


def test_objections_to_who_moved_up_are_heard_in_its_own_days(noticed, cases, staff):
    take_off(cases[0], staff)
    moved = decisions.move_up(noticed, note="原拟认定单位异议成立", by=staff)
    past, later = local_today() - timedelta(days=9), local_today() + timedelta(days=3)
    Round.objects.filter(pk=noticed.pk).update(notice_from=past, notice_until=past)
    Application.objects.filter(pk=moved.pk).update(notice_from=local_today(), notice_until=later)

    assert object_to(whole(moved)).number
    with pytest.raises(Refused, match="公示期"):
        object_to(whole(cases[1]))


def test_after_the_notice_nobody_moves_up(noticed, cases, staff):
    take_off(cases[0], staff)
    noticed.refresh_from_db()

    with pytest.raises(Refused, match="公示期已满"):
        decisions.move_up(noticed, note="补足", today=noticed.notice_until + timedelta(days=1), by=staff)


def test_the_database_lets_nobody_move_up_without_a_place_or_days_of_its_own(noticed, cases, staff):
    days = {"notice_from": local_today(), "notice_until": local_today()}
    third = Application.objects.filter(pk=cases[2].pk)

    with pytest.raises(IntegrityError, match="notice_keeps_its_places"), transaction.atomic():
        third.update(status="proposed", reserve_place=None, **days)
    take_off(cases[0], staff)
    with pytest.raises(IntegrityError, match="case_moved_up_has_days_of_its_own"), transaction.atomic():
        third.update(status="proposed", reserve_place=None)


def test_the_public_page_says_the_days_of_who_moved_up(client, noticed, cases, staff):
    take_off(cases[0], staff)
    moved = decisions.move_up(noticed, note="原拟认定单位异议成立", by=staff)

    page = client.get(noticed.get_absolute_url()).content.decode()

    assert moved.organization.name in page
    assert f"补充公示 {cn_date(moved.notice_from)}至{cn_date(moved.notice_until)}" in page
    assert cases[0].organization.name not in page


def test_the_decision_is_offered_once_the_notice_is_over(client, noticed, staff):
    client.force_login(staff)
    address = f"/desk/titles/{noticed.pk}/decision/"
    assert "作出认定决定</button>" not in client.get(address, secure=True).content.decode()

    noticed.refresh_from_db()
    days = (noticed.notice_until - local_today()).days + 1
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        client.force_login(staff)
        assert "作出认定决定</button>" in client.get(address, secure=True).content.decode()


def test_a_unit_reads_its_own_score_from_the_notice_on(client, round, cases, staff):
    unit_clerk = UserFactory(holding=(Role.UNIT, cases[3].organization))
    address = f"/desk/titles/cases/{cases[3].pk}/"
    client.force_login(unit_clerk)
    assert "得分说明" not in client.get(address, secure=True).content.decode()

    decisions.publish_notice(round, by=staff)

    assert "得分说明" in client.get(address, secure=True).content.decode()


def test_who_stays_in_the_reserve_is_refused_in_the_end(noticed, cases, staff):
    noticed.refresh_from_db()

    decisions.decide_round(noticed, on=noticed.notice_until + timedelta(days=1), by=staff)

    assert (whole(cases[2]).status, whole(cases[2]).reserve_place) == ("refused", 1)


# --- Recusal of the staff ---------------------------------------------------------------------------


@pytest.fixture
def colleague(city):
    return UserFactory(holding=(Role.STAFF, city), mfa=True)


def test_staff_declares_an_interest_once_and_with_a_reason(cases, staff):
    with pytest.raises(Refused, match="原因"):
        pool.declare_recusal(cases[0], reason=" ", by=staff)
    pool.declare_recusal(cases[0], reason="亲属任职", by=staff)

    with pytest.raises(Refused, match="已对该单位声明"):
        pool.declare_recusal(cases[0], reason="亲属任职", by=staff)
    assert StaffRecusal.objects.get().organization == cases[0].organization


def test_who_declared_an_interest_decides_nothing_of_that_body(round, cases, staff, colleague):
    pool.declare_recusal(cases[0], reason="亲属任职", by=staff)

    for act in (
        lambda: decisions.leave_out(cases[0], note="不符合", by=staff),
        lambda: decisions.put_in_reserve(cases[0], note="名额有限", by=staff),
        lambda: panel_actions.find_extras(cases[0], {}, by=staff),
    ):
        with pytest.raises(Refused, match=f"您与{cases[0].organization.name}有利害关系"):
            act()
    decisions.leave_out(cases[0], note="不符合", by=colleague)
    decisions.leave_out(cases[1], note="不符合", by=staff)


def test_the_proposal_of_a_body_of_ones_own_is_left_to_somebody_else(round, cases, staff, colleague):
    Application.objects.filter(round=round).update(status="scored", proposed_titles=[])
    pool.declare_recusal(cases[0], reason="亲属任职", by=staff)

    assert decisions.propose_all(round, by=staff) == 2
    assert whole(cases[0]).status == "scored"
    assert decisions.propose_all(round, by=colleague) == 1


def test_who_holds_a_post_in_the_group_of_a_body_is_barred_without_a_word(round, cases, staff):
    above = OrganizationFactory()
    type(above).objects.filter(pk=cases[1].organization_id).update(parent=above)
    staff.grants.create(role=Role.UNIT, organization=OrganizationFactory(parent=above))

    assert [row.is_barred for row in decision_rows(round, staff)] == [False, True, False, False]


def test_objections_to_a_body_of_ones_own_and_the_round_are_left_to_somebody_else(
    noticed, cases, staff, colleague
):
    made = object_to(whole(cases[0]))
    pool.declare_recusal(cases[0], reason="亲属任职", by=staff)

    with pytest.raises(Refused, match="须回避"):
        decisions.decide_objection(made, is_upheld=False, answer="不实", by=staff)
    decisions.decide_objection(made, is_upheld=False, answer="不实", by=colleague)
    noticed.refresh_from_db()
    over = noticed.notice_until + timedelta(days=1)
    with pytest.raises(Refused, match="须回避"):
        decisions.decide_round(noticed, on=over, by=staff)
    assert decisions.decide_round(noticed, on=over, by=colleague)


def test_the_first_of_the_reserve_moves_up_by_somebody_without_an_interest(round, cases, staff, colleague):
    decisions.put_in_reserve(cases[2], note="名额有限", by=staff)
    pool.declare_recusal(cases[2], reason="亲属任职", by=staff)

    with pytest.raises(Refused, match="须回避"):
        decisions.move_up(round, note="增加一个名额", by=staff)
    assert decisions.move_up(round, note="增加一个名额", by=colleague)


# --- The sheet and the minutes ----------------------------------------------------------------------


def test_the_sheet_draws_the_line_the_reserve_and_what_is_not_ones_own_to_decide(round, cases, staff):
    decisions.put_in_reserve(cases[2], note="名额有限", by=staff)
    pool.declare_recusal(cases[0], reason="亲属任职", by=staff)

    page = signed_in(staff).get(reverse("titles_desk:decision", args=[round.pk])).content.decode()

    assert '<tr class="cutline">' in page
    assert "认定线：第 2 名为最后一名" in page
    assert "第 1 位</span>" in page
    assert '<tr class="barred">' in page
    assert page.count("须回避") == 1


def test_the_steps_of_the_sheet_answer_in_words(round, cases, staff):
    browser = signed_in(staff)

    def take(step, **typed):
        address = reverse("titles_desk:decision_step", args=[round.pk, step])
        return browser.post(address, typed, follow=True).content.decode()

    assert "理由：请填写理由。" in take("reserve", case=cases[2].pk)
    assert "已列入备选第 1 位" in take("reserve", case=cases[2].pk, note="名额有限")
    assert "已列入备选第 2 位" in take("reserve", case=cases[1].pk, note="名额有限")
    assert "已上移一位" in take("raise", case=cases[1].pk)
    assert f"{cases[1].organization.name}已递补" in take("move_up", note="增加一个名额")
    assert "已登记回避" in take("recusal", case=cases[0].pk, note="亲属任职")
    assert "已公示" in take("publish", starts_on="")


def test_the_minutes_show_the_line_and_the_reserve(round, cases, staff, monkeypatch):
    monkeypatch.setattr(documents, "_by_child", lambda writer, options, content, **limits: content)
    decisions.put_in_reserve(cases[2], note="名额有限", by=staff)

    paper = signed_in(staff).get(reverse("titles_desk:decision_pdf", args=[round.pk])).content.decode()

    assert "认定线：第 2 名为最后一名拟认定" in paper
    assert "备选（按递补的次序）" in paper
    assert "列入备选：名额有限" in paper


def test_the_sheet_costs_the_same_for_two_cases_as_for_four(round, cases, staff):
    browser = signed_in(staff)
    address = reverse("titles_desk:decision", args=[round.pk])
    browser.get(address)
    with CaptureQueriesContext(connection) as four:
        browser.get(address)
    Application.objects.filter(pk__in=[cases[1].pk, cases[3].pk]).update(total=None)
    with CaptureQueriesContext(connection) as two:
        browser.get(address)

    assert len(two) == len(four)
