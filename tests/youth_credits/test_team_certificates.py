"""One certificate for a team: every member once, no child twice, and any other certificate once as ever."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from events import actions as events
from events.models import Event, Result
from portal.errors import Refused
from portal.roles import Role
from portal.scope import scope
from tests.events.factories import EventFactory, ResultFactory, SessionFactory
from tests.factories import UserFactory
from tests.youth_credits.factories import row
from youth_credits import actions, queries
from youth_credits.models import CertificateClaim, Credit, TeamCertificate

AWARD = {"类别": "A8", "活动名称": "机器人团体赛", "获奖等级": "区级一等奖"}


@pytest.fixture
def kept(checked, school_clerk, run_jobs):
    """Keep a sheet whose rows are all good."""

    def keep(rows):
        batch = checked(rows)
        actions.keep(batch, only_good=False, by=school_clerk)
        run_jobs()
        return batch

    return keep


def team(serial: int, certificate: str = "SZ-7 团队", **more) -> dict:
    return row(serial, **(AWARD | {"证书编号": certificate} | more))


def test_a_certificate_of_a_team_credits_each_member_once(kept):
    kept([team(0), team(1, "SZ-7（团队）"), team(2, "SZ-7团队")])

    assert list(Credit.objects.values_list("certificate", "credits")) == [("SZ-7", 1)] * 3
    assert CertificateClaim.objects.filter(certificate="SZ-7").count() == 3


def test_a_member_who_is_entered_later_is_credited_too(kept):
    kept([team(0), team(1)])
    kept([team(0), team(1), team(2)])

    assert Credit.objects.count() == 3


def test_no_child_is_credited_twice_by_its_teams_certificate(kept, checked, found):
    kept([team(0), team(1)])

    batch = checked([team(0, 活动名称="另一场比赛"), team(2), team(2, 活动名称="第三场比赛")])

    assert found(batch) == [
        (2, "证书编号", "证书编号此前已登记"),
        (4, "证书编号", "证书编号与第 3 行相同"),
    ]


def test_a_certificate_that_nobody_says_is_a_teams_is_entered_once(checked, found):
    batch = checked([team(0, "SZ-8"), team(1, "SZ-8")])

    assert found(batch) == [(3, "证书编号", "证书编号与第 2 行相同")]


def test_what_was_said_of_a_sheet_that_was_only_checked_is_forgotten(checked):
    checked([team(0), team(1)])

    assert not TeamCertificate.objects.exists()
    assert not Credit.objects.exists()


def test_a_teams_certificate_is_echoed_in_the_preview(checked):
    assert "证书编号“SZ-7 团队”读作 团队证书 SZ-7" in checked([team(0), team(1)]).note


def test_a_team_without_a_number_is_refused_beside_its_cell(checked, found):
    assert found(checked([team(0, "团队")])) == [(2, "证书编号", "只写了“团队”，没有证书编号")]


def test_a_member_whose_entry_is_taken_back_may_be_entered_again(kept, school_clerk):
    batch = kept([team(0), team(1)])
    batch.refresh_from_db()
    first = Credit.objects.order_by("pk").first()
    actions.reverse(batch, only=[first.pk], note="有误", by=school_clerk)

    kept([team(0, 活动名称="改正的名称"), team(1)])

    assert Credit.objects.standing().count() == 2
    with scope("ledger"):
        assert queries.unclaimed() == []
        assert queries.astray() == []


def test_only_the_ledger_says_whose_a_claim_is(kept):
    kept([team(0), team(1)])
    claim = CertificateClaim.objects.filter(certificate="SZ-7").order_by("student").first()

    with scope("steward"), connection.cursor() as cursor:
        with (
            pytest.raises(IntegrityError, match=r"certificate_once_per_student|certificateclaim_pkey"),
            transaction.atomic(),
        ):
            cursor.execute(
                "INSERT INTO youth_credits_certificateclaim (school_id, certificate, member, student_id,"
                " entry) SELECT school_id, certificate, 0, student_id, 1 FROM youth_credits_certificateclaim"
                " WHERE student_id = %s",
                [claim.student_id],
            )
        with pytest.raises(IntegrityError, match="of_one_child_or_of_a_member"), transaction.atomic():
            cursor.execute("UPDATE youth_credits_certificateclaim SET member = 7 WHERE member <> 0")


def test_a_team_is_nothing_odd_unless_it_is_too_large(kept, monkeypatch):
    kept([team(0), team(1), team(2)])

    with scope("ledger"):
        assert queries.shared_certificates(2025) == []
        monkeypatch.setattr("youth_credits.queries.suspicions.LARGEST_TEAM", 2)
        [(certificate, _)] = queries.shared_certificates(2025)
    assert certificate == "SZ-7"


def test_another_school_neither_sees_nor_shares_what_was_said(kept, other_school):
    kept([team(0), team(1)])

    with scope(f"school:{other_school.pk}"):
        assert not TeamCertificate.objects.exists()


def test_what_was_said_by_mistake_is_taken_back_once_no_entry_stands_by_it(kept, school_clerk, in_school):
    batch = kept([team(0), team(1)])
    said = queries.team_certificates(in_school).get()
    assert said.members == 2
    with pytest.raises(Refused, match="还有 2 名学生的学分记在这一证书下"):
        actions.forget_team(said, by=school_clerk)

    batch.refresh_from_db()
    actions.reverse(batch, note="不是团体赛", by=school_clerk)
    actions.forget_team(said, by=school_clerk)

    assert not TeamCertificate.objects.exists()


def test_the_page_offers_to_take_back_only_what_nobody_is_entered_by(
    kept, in_school, signed_in, school_clerk
):
    kept([team(0), team(1)])
    TeamCertificate.objects.create(school=in_school, certificate="SZ-9")

    text = signed_in(school_clerk).get(reverse("youth_credits:team_list")).content.decode()

    assert "SZ-7" in text
    assert "2 人" in text
    assert text.count("取消团队登记<") == 1


def test_what_was_said_of_a_team_goes_with_its_last_member(kept, students):
    kept([team(0), team(1)])

    with scope("steward"):
        actions.erase(students[0], reason="监护人请求删除", at=timezone.now())
        assert TeamCertificate.objects.count() == 1
        actions.erase(students[1], reason="监护人请求删除", at=timezone.now())
        assert TeamCertificate.objects.count() == 0


# --- Results of a competition -----------------------------------------------------------------------


@pytest.fixture
def host(unit):
    return UserFactory(username="host", holding=(Role.UNIT, unit))


@pytest.fixture
def contest(unit, host):
    event = EventFactory(
        organization=unit,
        region=unit.region,
        created_by=host,
        published=True,
        kind=Event.Kind.COMPETITION,
        title="机器人团体赛",
    )
    return SessionFactory(event=event, past=True)


@pytest.fixture
def numbers(students, school_clerk):
    return list(actions.issue_passes(students, by=school_clerk).values())


def won(number: str, *, line: int = 1, is_team: bool = True, award: str = "first") -> events.Won:
    return events.Won(line, number, "city", award, "SZ-9", is_team)


def entered(contest, host, *rows):
    return events.enter_results(contest, rows, at=timezone.now(), by=host)


def test_a_teams_result_is_entered_for_each_member_and_becomes_a_credit_of_each(
    contest, host, numbers, in_school, school_clerk
):
    done = entered(contest, host, *[won(number, line=line) for line, number in enumerate(numbers, 1)])
    assert (done.new, done.faults) == (3, {})
    [found] = queries.results_to_record(in_school)

    some = {one.result.pk for one in found.people[:2]}
    actions.record_results(in_school, contest.pk, only=some, by=school_clerk)
    [rest] = queries.results_to_record(in_school)
    actions.record_results(
        in_school, contest.pk, only={one.result.pk for one in rest.people}, by=school_clerk
    )

    assert list(Credit.objects.values_list("certificate", "credits")) == [("SZ-9", 2)] * 3


def test_a_certificate_for_two_passes_is_a_teams_or_a_fault(contest, host, numbers):
    alone = entered(contest, host, won(numbers[0], is_team=False), won(numbers[1], line=2, is_team=False))
    mixed = entered(contest, host, won(numbers[0]), won(numbers[1], line=2, is_team=False))
    other = entered(contest, host, won(numbers[0]), won(numbers[1], line=2, award="second"))

    assert "团队证书须每行都注明" in alone.faults[2]
    assert "团队证书须每行都注明" in mixed.faults[2]
    assert "奖项应当相同" in other.faults[2]
    assert not Result.objects.exists()


def test_the_database_keeps_one_result_of_a_certificate_that_is_no_teams(contest):
    ResultFactory(session=contest, number="AAAAAAAAAA", certificate="SZ-9")

    with pytest.raises(IntegrityError, match="result_certificate_once"), transaction.atomic():
        ResultFactory(session=contest, number="BBBBBBBBBB", certificate="SZ-9")


def test_a_teams_result_of_a_child_that_has_it_already_is_refused_by_name(
    contest, host, numbers, in_school, school_clerk, kept
):
    kept([team(0, "SZ-9 团队"), team(1, "SZ-9 团队")])
    entered(contest, host, *[won(number, line=line) for line, number in enumerate(numbers, 1)])
    [found] = queries.results_to_record(in_school)

    with pytest.raises(Refused, match="等 2 名学生的证书编号已登记过"):
        actions.record_results(
            in_school, contest.pk, only={one.result.pk for one in found.people}, by=school_clerk
        )
