"""An event knows a digest of a pass, the school whose it is: check-ins and results become credits, once."""

import re
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from events import actions as events
from events.models import CheckIn, Event
from portal.errors import Refused
from portal.roles import Role
from portal.scope import scope
from tests.events.factories import EventFactory, ResultFactory, SessionFactory
from tests.factories import UserFactory
from tests.youth_credits.factories import enrol
from youth_credits import actions, queries
from youth_credits.models import Credit, CreditRuleSet, ResultRecord, VisitRecord


@pytest.fixture
def host(unit):
    return UserFactory(username="host", holding=(Role.UNIT, unit))


@pytest.fixture
def session(unit, host):
    begun = timezone.now() - timedelta(hours=3)
    event = EventFactory(
        organization=unit, region=unit.region, created_by=host, published=True, title="海洋开放日"
    )
    return SessionFactory(event=event, starts_at=begun, ends_at=begun + timedelta(hours=2))


@pytest.fixture
def numbers(students, school_clerk):
    return list(actions.issue_passes(students, by=school_clerk).values())


def _check_in(session, numbers, by):
    return events.check_in(session, numbers, at=timezone.now(), by=by)


def test_a_pass_shown_twice_is_there_once_and_only_as_a_digest(session, host, numbers):
    assert _check_in(session, numbers[:2], host) == 2
    assert _check_in(session, numbers[:2] + numbers[:1], host) == 0

    assert CheckIn.objects.count() == 2
    assert all(bytes(one.pass_hash) != numbers[0].encode() for one in CheckIn.objects.all())


def test_nobody_checks_in_before_the_session_or_at_anothers(session, host, numbers, school_clerk):
    with pytest.raises(PermissionDenied):
        _check_in(session, numbers, school_clerk)
    with pytest.raises(Refused, match="尚未开始"):
        events.check_in(session, numbers, at=session.starts_at - timedelta(minutes=1), by=host)


def test_the_school_records_who_was_there_once(session, host, numbers, in_school, school_clerk):
    _check_in(session, [*numbers[:2], "ZZZZZZZZZZ"], host)
    [visit] = queries.visits_to_record(in_school)
    assert (len(visit.people), visit.minutes) == (2, 120)

    batch = actions.record_visit(in_school, session.pk, kind="A6", by=school_clerk)

    assert batch.rows_new == 2
    assert Credit.objects.filter(batch=batch).first().activity.name == "海洋开放日"
    assert queries.visits_to_record(in_school) == []
    with pytest.raises(Refused, match="已处理"):
        actions.record_visit(in_school, session.pk, kind="A6", by=school_clerk)


def test_who_checks_in_later_is_pulled_later(session, host, numbers, in_school, school_clerk):
    _check_in(session, numbers[:1], host)
    actions.record_visit(in_school, session.pk, kind="A6", by=school_clerk)

    _check_in(session, numbers, host)

    [visit] = queries.visits_to_record(in_school)
    assert len(visit.people) == 2


def test_what_is_left_out_is_listed_no_more(session, host, numbers, in_school, school_clerk):
    _check_in(session, numbers, host)

    assert actions.leave_out_visit(in_school, session.pk, by=school_clerk) == 3

    assert queries.visits_to_record(in_school) == []
    assert not Credit.objects.exists()
    assert set(VisitRecord.objects.values_list("is_counted", flat=True)) == {False}


def test_who_is_not_ticked_waits_on(session, host, numbers, in_school, school_clerk):
    _check_in(session, numbers, host)
    [visit] = queries.visits_to_record(in_school)
    chosen = {check_in.pk for check_in, _ in visit.people[:2]}

    batch = actions.record_visit(in_school, session.pk, kind="A6", only=chosen, by=school_clerk)

    assert batch.rows_new == 2
    [left] = queries.visits_to_record(in_school)
    assert len(left.people) == 1
    with pytest.raises(Refused, match="请至少勾选一名学生"):
        actions.leave_out_visit(in_school, session.pk, only=set(), by=school_clerk)
    with pytest.raises(Refused, match="有的已处理"):
        actions.record_visit(in_school, session.pk, kind="A6", only=chosen, by=school_clerk)


def test_a_child_that_was_elsewhere_is_named_and_can_be_left_to_wait(
    session, host, numbers, students, in_school, school_clerk
):
    _check_in(session, numbers, host)
    rule = queries.RuleBook(in_school).find("A6", timezone.localdate(session.starts_at))
    actions.record_class(
        actions.Occasion(rule, timezone.localdate(session.starts_at), "看海"),
        students[:1],
        minutes=60,
        starts_at=session.starts_at,
        school=in_school,
        key=uuid.uuid4(),
        by=school_clerk,
    )
    [visit] = queries.visits_to_record(in_school)
    there = {check_in.pk: student for check_in, student in visit.people}

    elsewhere = f"五年级1班{students[0].name_masked}此时段已有其他活动"
    with pytest.raises(Refused, match=re.escape(elsewhere)):
        actions.record_visit(in_school, session.pk, kind="A6", only=set(there), by=school_clerk)
    others = {pk for pk, student in there.items() if student != students[0]}

    assert actions.record_visit(in_school, session.pk, kind="A6", only=others, by=school_clerk).rows_new == 2


def test_another_school_pulls_nothing(session, host, numbers, other_school):
    _check_in(session, numbers, host)

    with scope(f"school:{other_school.pk}"):
        assert queries.visits_to_record(other_school) == []


def test_the_pages_of_host_and_school(signed_in, session, host, school, school_clerk, rules):
    with scope(f"school:{school.pk}"):
        students = enrol(school, school_clerk)
        numbers = actions.issue_passes(students, by=school_clerk)
    url = reverse("events_desk:check_in", args=[session.pk])

    signed_in(host).post(url, {"numbers": "\n".join(numbers.values()).lower()})
    browser = signed_in(school_clerk)
    page = browser.get(reverse("youth_credits:visit_list")).content.decode()
    ticked = re.findall(r'name="check_in" value="(\d+)"', page)
    answer = browser.post(
        reverse("youth_credits:visit_record", args=[session.pk]), {"kind": "A6", "check_in": ticked}
    )

    assert "海洋开放日" in page
    assert answer.status_code == 302
    assert uuid.UUID(answer.url.rstrip("/").rpartition("/")[2])


@pytest.fixture
def district_rules(school, rules):
    """The school's district has a version of its own, in which no award of the city counts."""
    version = CreditRuleSet.objects.get(version=1)
    kinds = list(version.rules.all())
    version.pk, version.version, version.area, version.approved_at = None, 2, school.region, None
    version.save(force_insert=True)
    for rule in kinds:
        rule.pk, rule.rule_set = None, version
        rule.awards.get("levels", {}).pop("市级", None)
        rule.save(force_insert=True)
    CreditRuleSet.objects.filter(pk=version.pk).update(approved_at=timezone.now())
    return version


def test_a_visit_counts_by_the_rules_of_the_schools_district(
    session, host, numbers, district_rules, in_school, school_clerk
):
    _check_in(session, numbers[:1], host)

    batch = actions.record_visit(in_school, session.pk, kind="A6", by=school_clerk)

    assert Credit.objects.get(batch=batch).rule.rule_set == district_rules


# --- Results of competitions -----------------------------------------------------------------------


@pytest.fixture
def contest(session):
    Event.objects.filter(pk=session.event_id).update(kind=Event.Kind.COMPETITION, title="纸飞机挑战赛")
    session.refresh_from_db()
    return session


def _ids(contest_of_school) -> set[int]:
    return {won.result.pk for won in contest_of_school.people}


def test_a_result_becomes_a_credit_with_award_and_certificate(contest, numbers, in_school, school_clerk):
    ResultFactory(session=contest, number=numbers[0], certificate="SZ-7")
    ResultFactory(session=contest)  # somebody else's
    [found] = queries.results_to_record(in_school)

    batch = actions.record_results(in_school, contest.pk, only=_ids(found), by=school_clerk)

    entry = Credit.objects.get(batch=batch)
    assert (entry.rule.code, entry.award, entry.certificate) == ("A8", "市级一等奖", "SZ-7")
    assert (entry.credits, entry.source) == (2, "certificate")
    assert queries.results_to_record(in_school) == []
    with pytest.raises(Refused, match="已处理"):
        actions.record_results(in_school, contest.pk, only=_ids(found), by=school_clerk)


def test_a_higher_award_of_one_competition_adds_the_difference_alone(
    contest, numbers, in_school, school_clerk
):
    earlier = contest.starts_at - timedelta(days=1)
    heats = SessionFactory(event=contest.event, starts_at=earlier)
    ResultFactory(session=heats, number=numbers[0], level="", award="entry")
    ResultFactory(session=contest, number=numbers[0], award="third")

    final, first = queries.results_to_record(in_school)
    actions.record_results(in_school, heats.pk, only=_ids(first), by=school_clerk)
    batch = actions.record_results(in_school, contest.pk, only=_ids(final), by=school_clerk)

    assert Credit.objects.get(batch=batch).credits == Decimal("0.5")  # 1.2, cut to 1, less 0.5


def test_a_certificate_that_is_known_is_refused_with_the_child(contest, numbers, in_school, school_clerk):
    ResultFactory(session=contest, number=numbers[0], certificate="SZ-7")
    [found] = queries.results_to_record(in_school)
    actions.record_results(in_school, contest.pk, only=_ids(found), by=school_clerk)
    other = SessionFactory(
        event=EventFactory(published=True, kind="competition", title="创新大赛"), past=True
    )
    ResultFactory(session=other, number=numbers[1], certificate="SZ-7")
    [again] = queries.results_to_record(in_school)

    with pytest.raises(Refused, match=r"证书编号已登记"):
        actions.record_results(in_school, other.pk, only=_ids(again), by=school_clerk)

    assert ResultRecord.objects.count() == 1


def test_an_award_that_the_districts_rules_do_not_know_is_named_and_no_credit(
    contest, numbers, district_rules, in_school, school_clerk
):
    result = ResultFactory(session=contest, number=numbers[0])

    with pytest.raises(Refused, match="没有“市级一等奖”"):
        actions.record_results(in_school, contest.pk, only={result.pk}, by=school_clerk)
    assert actions.leave_out_results(in_school, contest.pk, only={result.pk}, by=school_clerk) == 1

    assert not Credit.objects.exists()
    assert queries.results_to_record(in_school) == []


def test_what_the_organiser_took_back_waits_no_more_and_is_shown_where_it_was_recorded(
    contest, host, numbers, in_school, school_clerk
):
    recorded = ResultFactory(session=contest, number=numbers[0])
    waiting = ResultFactory(session=contest, number=numbers[1])
    actions.record_results(in_school, contest.pk, only={recorded.pk}, by=school_clerk)

    for one in (recorded, waiting):
        events.withdraw_result(one, note="录错", at=timezone.now(), by=host)

    assert queries.results_to_record(in_school) == []
    assert [one.result for one in queries.results_taken_back(in_school)] == [recorded]


def test_results_of_another_schools_children_are_nobody_elses(contest, numbers, other_school):
    ResultFactory(session=contest, number=numbers[0])

    with scope(f"school:{other_school.pk}"):
        assert queries.results_to_record(other_school) == []


def test_the_pages_of_results(signed_in, contest, host, school, school_clerk, rules):
    with scope(f"school:{school.pk}"):
        students = enrol(school, school_clerk)
        number = next(iter(actions.issue_passes(students, by=school_clerk).values()))
    url = reverse("events_desk:results", args=[contest.pk])

    signed_in(host).post(url, {"rows": f"{number} 区级二等奖 SZ-9"})
    browser = signed_in(school_clerk)
    page = browser.get(reverse("youth_credits:result_list")).content.decode()
    record = reverse("youth_credits:result_record", args=[contest.pk])
    nobody = browser.post(record, {}, follow=True).content.decode()
    answer = browser.post(record, {"result": contest.results.get().pk})

    assert "区级二等奖" in page
    assert "0.75 学分" in page
    assert "至少勾选一名" in nobody
    assert answer.status_code == 302
