"""From counted scores to titles: proposal, notice, objections, decision, numbers used once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from outreach.actions import change_title, decisions, rounds
from outreach.actions import panel as panel_actions
from outreach.models import Application, Objection, Review, Round, Title
from portal.documents import IssuedPaper
from portal.errors import Refused
from tests.concurrency import at_once
from tests.outreach.factories import ApplicationFactory, TitleFactory, TitleKindFactory
from tests.outreach.panel import hand_in, members, reviewing, visited


def proof():
    return SimpleUploadedFile("证明.pdf", b"%PDF-1.4 proof")


def object_to(case, **values):
    told = {"ground": "figures", "text": "接待人次不实", "name": "孙某", "phone": "13700137000"}
    return decisions.object_to(case, **{**told, **values}, upload=proof(), at=timezone.now())


@pytest.fixture
def round(city, staff):
    """A round with two counted cases, one above and one below the lowest level."""
    members(city, 5)
    round, cases = reviewing(city, cases=2)
    panel_actions.draw_panels(round, by=staff)
    for case, share in zip(cases, ("0.9", "0.2"), strict=True):
        for sheet in Review.objects.filter(application=case):
            hand_in(sheet, share)
        case = Application.objects.with_all().get(pk=case.pk)
        visited(case, staff)
        panel_actions.count_scores(Application.objects.with_all().get(pk=case.pk), by=staff)
    return round


@pytest.fixture
def noticed(round, staff):
    decisions.propose_all(round, by=staff)
    decisions.publish_notice(round, by=staff)
    return round


@pytest.fixture
def case(noticed):
    return Application.objects.with_all().get(round=noticed, status="proposed")


def over(round) -> date:
    return round.notice_until + timedelta(days=1)


# --- The proposal -----------------------------------------------------------------------------------


def test_whoever_reached_a_level_is_proposed(round, staff):
    assert decisions.propose_all(round, by=staff) == 1

    first, second = Application.objects.filter(round=round).order_by("place")
    assert (first.status, second.status) == ("proposed", "not_proposed")
    assert first.proposed_titles == ["base", "hall"]
    assert first.total > Decimal(85) > Decimal(60) > second.total


def test_no_proposal_while_a_case_is_not_counted(round, staff):
    ApplicationFactory(round=round, status="scoring", submitted_at=timezone.now())

    with pytest.raises(Refused, match="未完成评审"):
        decisions.propose_all(round, by=staff)


def test_a_case_is_left_out_with_a_reason(round, staff):
    decisions.propose_all(round, by=staff)
    case = Application.objects.with_all().get(round=round, status="proposed")

    with pytest.raises(Refused, match="理由"):
        decisions.leave_out(case, note=" ", by=staff)
    decisions.leave_out(case, note="申报单位已注销", by=staff)

    case.refresh_from_db()
    assert (case.status, case.proposed_titles) == ("not_proposed", [])


# --- The notice -------------------------------------------------------------------------------------


@time_machine.travel("2023-05-11 10:00:00+08:00", tick=False)
def test_five_working_days_from_a_thursday_end_on_the_next_wednesday(city, staff):
    staff.grants.update(starts_on=date(2020, 1, 1))
    round, _ = reviewing(city)
    Application.objects.filter(round=round).update(status="proposed")

    decisions.publish_notice(round, by=staff)

    assert (round.notice_from, round.notice_until) == (date(2023, 5, 11), date(2023, 5, 17))


@time_machine.travel("2023-04-20 10:00:00+08:00", tick=False)
def test_an_adjusted_sunday_counts_as_a_working_day(city, staff):
    staff.grants.update(starts_on=date(2020, 1, 1))
    round, _ = reviewing(city)
    Application.objects.filter(round=round).update(status="proposed")

    decisions.publish_notice(round, by=staff)

    # Thursday, Friday, the worked Sunday 23 April, Monday, Tuesday
    assert round.notice_until == date(2023, 4, 25)


def test_a_notice_that_begins_in_a_year_nobody_means_is_refused(round, staff):
    decisions.propose_all(round, by=staff)

    with pytest.raises(Refused, match="一年内开始"):
        decisions.publish_notice(round, starts_on=date(9999, 12, 31), by=staff)


def test_no_notice_without_a_proposal(round, staff):
    with pytest.raises(Refused, match="没有拟定结果"):
        decisions.publish_notice(round, by=staff)


# --- Objections -------------------------------------------------------------------------------------


def test_an_objection_has_a_number_and_a_last_day(case):
    made = object_to(case)

    assert made.number.startswith("YY-")
    assert made.due_on > timezone.localdate()


def test_the_same_ground_twice_is_refused_with_reference_to_the_first(case, staff):
    first = object_to(case)
    decisions.decide_objection(first, is_upheld=False, answer="经查数据属实", by=staff)

    with pytest.raises(Refused, match=f"{first.number}.*经查数据属实"):
        object_to(case, text="还是认为不实")
    object_to(case, ground="content", text="展板内容有误")


def test_the_database_refuses_the_same_ground_twice(case):
    first = object_to(case)
    second = object_to(case, ground="content", text="展板内容有误")

    with pytest.raises(IntegrityError, match="objection_once_per_case_and_ground"), transaction.atomic():
        Objection.objects.filter(pk=second.pk).update(ground_key=first.ground_key)


def test_other_grounds_are_told_apart_by_their_words(case):
    object_to(case, ground="other", text="消防通道被占用。")

    with pytest.raises(Refused, match="同一理由"):
        object_to(case, ground="other", text="消防通道，被占用")
    object_to(case, ground="other", text="门票价格未公示")


def test_after_the_notice_nobody_objects(case, noticed):
    past = timezone.localdate() - timedelta(days=1)
    Round.objects.filter(pk=noticed.pk).update(notice_from=past, notice_until=past)
    case = Application.objects.with_all().get(pk=case.pk)

    with pytest.raises(Refused, match="公示期"):
        object_to(case)


def test_the_database_refuses_an_objection_after_the_notice(case, noticed):
    made = object_to(case)

    with pytest.raises(IntegrityError, match="objection_within_notice"), transaction.atomic():
        Objection.objects.filter(pk=made.pk).update(received_at=timezone.now() + timedelta(days=60))


def test_nobody_learns_of_who_was_not_proposed_by_objecting(client, noticed):
    other = Application.objects.with_all().get(round=noticed, status="not_proposed")

    answer = client.get(f"/bases/cases/{other.pk}/objections/")

    assert answer.status_code == 404
    with pytest.raises(Refused, match="不在公示名单"):
        object_to(other)


def test_a_ground_is_heard_once_even_after_it_took_the_case_off(case, staff):
    first = object_to(case)
    decisions.decide_objection(first, is_upheld=True, answer="属实。", by=staff)

    with pytest.raises(Refused, match=first.number):
        object_to(Application.objects.with_all().get(pk=case.pk))


@pytest.mark.django_db(transaction=True)
def test_objections_to_two_cases_at_once_get_two_numbers(city, staff):
    members(city, 5)
    round, _ = reviewing(city, cases=2)
    days = {"notice_from": timezone.localdate(), "notice_until": timezone.localdate()}
    Application.objects.filter(round=round).update(status="proposed")
    Round.objects.filter(pk=round.pk).update(status="noticed", **days)
    both = list(Application.objects.with_all().filter(round=round))

    made = at_once(*[lambda case=case: object_to(case) for case in both])

    assert sorted(one.number[-3:] for one in made) == ["001", "002"]


def test_an_objection_is_answered_in_words(case, staff):
    made = object_to(case)

    with pytest.raises(Refused, match="处理决定"):
        decisions.decide_objection(made, is_upheld=False, answer=" ", by=staff)
    with pytest.raises(IntegrityError, match="objection_decided_with_an_answer"), transaction.atomic():
        Objection.objects.filter(pk=made.pk).update(status="dismissed")


def test_an_objection_past_its_day_is_called_late(client, case, staff):
    made = object_to(case)
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    listed = reverse("titles_desk:objections")
    assert "已逾期" not in client.get(listed).content.decode()

    Objection.objects.filter(pk=made.pk).update(due_on=timezone.localdate() - timedelta(days=1))

    assert "已逾期" in client.get(listed).content.decode()


def test_an_objection_that_is_upheld_takes_the_case_off(case, noticed, staff):
    made = object_to(case)

    decisions.decide_objection(made, is_upheld=True, answer="数据虚报属实", by=staff)

    case.refresh_from_db()
    assert (case.status, case.proposed_titles) == ("not_proposed", [])
    assert decisions.decide_round(noticed, on=over(noticed), by=staff) == []


# --- The decision -----------------------------------------------------------------------------------


def test_nothing_is_decided_before_the_notice_is_over(noticed, staff):
    with pytest.raises(Refused, match="期满后"):
        decisions.decide_round(noticed, on=noticed.notice_until, by=staff)


def test_nothing_is_decided_while_an_objection_is_open(case, noticed, staff):
    object_to(case)

    with pytest.raises(Refused, match="尚未处理"):
        decisions.decide_round(noticed, on=over(noticed), by=staff)


def test_granted_titles_have_number_paper_and_period(noticed, staff):
    titles = decisions.decide_round(noticed, on=over(noticed), by=staff)

    base, hall = titles
    assert base.number.startswith("KPJD-")
    assert hall.number.startswith("KPQY-")
    assert base.paper.number == base.number
    assert base.valid_from == over(noticed)
    assert base.valid_until == date(over(noticed).year + 5, 12, 31)
    rounds.close_round(Round.objects.get(pk=noticed.pk), by=staff)


def test_a_title_of_2022_stands_to_the_end_of_2027_and_has_lapsed_on_new_year():
    until = decisions.valid_until(TitleKindFactory(), date(2022, 12, 1), None)
    title = TitleFactory(valid_from=date(2022, 12, 1), valid_until=until)

    assert until == date(2027, 12, 31)
    assert title in Title.objects.in_force(date(2027, 12, 31))
    assert title not in Title.objects.in_force(date(2028, 1, 1))


def test_a_batch_ends_with_its_day_whatever_the_year_of_naming():
    assert decisions.valid_until(TitleKindFactory(), date(2024, 3, 1), date(2025, 12, 31)) == date(
        2025, 12, 31
    )


def test_a_renewal_begins_where_the_old_title_ends(case, noticed, staff):
    kind = TitleKindFactory(code="base")
    ends = over(noticed) + timedelta(days=90)
    TitleFactory(organization=case.organization, kind=kind, valid_from=date(2020, 1, 1), valid_until=ends)

    titles = decisions.decide_round(noticed, on=over(noticed), by=staff)

    renewed = next(title for title in titles if title.kind.code == "base")
    assert renewed.valid_from == ends + timedelta(days=1)


def test_a_number_is_never_used_twice(noticed, staff):
    base, hall = decisions.decide_round(noticed, on=over(noticed), by=staff)

    with pytest.raises(IntegrityError, match="number"), transaction.atomic():
        TitleFactory(number=base.number)
    with pytest.raises(IntegrityError, match="title_keeps_its_number"), transaction.atomic():
        Title.objects.filter(pk=base.pk).update(number="别的号")
    with pytest.raises(IntegrityError), transaction.atomic():
        IssuedPaper.objects.filter(pk=hall.paper_id).update(number=base.number)
    with pytest.raises(ValidationError, match="不能再改"):
        change_title(base, number="别的号", by=staff)


def test_only_staff_decides(noticed, officer):
    with pytest.raises(PermissionDenied):
        decisions.decide_round(noticed, on=over(noticed), by=officer)
