"""The results of a competition: entered by its organiser, by pass number, and of the pass only a digest."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from events import actions
from events.forms import PRIZES, ResultsForm
from events.models import Award, AwardLevel, Event, Result
from portal.errors import Refused
from portal.roles import Role
from tests.concurrency import at_once
from tests.events.factories import EventFactory, ResultFactory, SessionFactory
from tests.factories import UserFactory

PASS, OTHER = "ABCDEFGH23", "ABCDEFGH45"


@pytest.fixture
def host(unit):
    return UserFactory(username="host", holding=(Role.UNIT, unit))


@pytest.fixture
def contest(unit, host):
    """A session of a competition that is over."""
    event = EventFactory(
        organization=unit, created_by=host, published=True, kind=Event.Kind.COMPETITION, title="纸飞机挑战赛"
    )
    return SessionFactory(event=event, past=True)


def _won(number=PASS, *, line=1, level=AwardLevel.CITY, award=Award.FIRST, certificate="SZ-1") -> actions.Won:
    return actions.Won(line, number, level, award, certificate)


def _enter(contest, host, *rows):
    return actions.enter_results(contest, rows, at=timezone.now(), by=host)


def test_a_result_is_kept_once_and_only_as_a_digest(contest, host):
    first = _enter(contest, host, _won(), _won(OTHER, line=2, certificate="SZ-2"))
    again = _enter(contest, host, _won())

    assert (first.new, first.same, again.new, again.same) == (2, 0, 0, 1)
    assert Result.objects.get(certificate="SZ-1").prize == "市级一等奖"
    assert all(PASS.encode() not in bytes(one.pass_hash) for one in Result.objects.all())


def test_of_lines_with_a_wrong_one_none_is_kept(contest, host):
    _enter(contest, host, _won())

    entered = _enter(
        contest,
        host,
        _won(award=Award.SECOND, line=1),
        _won(OTHER, line=2),
        _won("ABCDEFGH67", line=3, certificate="SZ-3"),
    )

    assert set(entered.faults) == {1, 2}
    assert "先撤回" in entered.faults[1]
    assert "另一张通行证" in entered.faults[2]
    assert Result.objects.count() == 1


def test_a_result_that_was_taken_back_may_be_entered_anew(contest, host):
    _enter(contest, host, _won())
    result = Result.objects.get()

    actions.withdraw_result(result, note="录错", at=timezone.now(), by=host)

    assert _enter(contest, host, _won(award=Award.SECOND)).new == 1
    with pytest.raises(Refused, match="已撤回"):
        actions.withdraw_result(result, note="录错", at=timezone.now(), by=host)


def test_results_are_entered_by_the_organiser_at_a_competition_that_has_begun(contest, host, school_clerk):
    with pytest.raises(PermissionDenied):
        _enter(contest, school_clerk, _won())
    with pytest.raises(Refused, match="尚未开始"):
        actions.enter_results(contest, [_won()], at=contest.starts_at - timedelta(minutes=1), by=host)
    Event.objects.filter(pk=contest.event_id).update(kind=Event.Kind.LECTURE)
    contest.event.refresh_from_db()
    with pytest.raises(Refused, match="只有科普竞赛"):
        _enter(contest, host, _won())


@pytest.mark.parametrize(
    "values",
    [
        {"level": "", "award": "first"},
        {"level": "city", "award": "entry"},
        {"certificate": ""},
    ],
)
def test_the_database_refuses_half_a_result(db, values):
    result = ResultFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        Result.objects.filter(pk=result.pk).update(**values)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_enter_the_same_result_at_once_one_is_new(contest, host):
    answers = at_once(*[lambda: _enter(contest, host, _won())] * 2)

    assert sorted(one.new for one in answers) == [0, 1]


# --- What is typed ---------------------------------------------------------------------------------


def test_lines_are_read_as_they_come_from_a_sheet():
    form = ResultsForm({"rows": f"{PASS.lower()}\t市级一等奖\tSZ 2026 01\n\n{OTHER}，参赛，SZ-2\n"})

    assert form.is_valid(), form.errors
    assert [(one.line, one.number, one.level, one.award) for one in form.cleaned_data["rows"]] == [
        (1, PASS, "city", "first"),
        (3, OTHER, "", "entry"),
    ]
    assert form.cleaned_data["rows"][0].certificate == "SZ 2026 01"


@pytest.mark.parametrize("mark", [" 团队", "团队", "（团队）", " (团队)"])
def test_a_line_of_a_team_says_so_at_its_end(mark):
    form = ResultsForm({"rows": f"{PASS} 市级一等奖 SZ-1{mark}\n{OTHER} 市级一等奖 SZ-1{mark}"})

    assert form.is_valid(), form.errors
    assert {(one.certificate, one.is_team) for one in form.cleaned_data["rows"]} == {("SZ-1", True)}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1234 市级一等奖 SZ-1", "不是通行证号"),
        (f"{PASS} 一等奖 SZ-1", "没有“一等奖”"),
        (f"{PASS} 市级一等奖", "应有三项"),
        (f"{PASS} 市级一等奖 团队", "没有证书编号"),
        (f"{PASS} 市级一等奖 {'9' * 61}", "最多 60"),
        (f"{PASS} 参赛 SZ-1\n{PASS} 参赛 SZ-2", "同一张通行证"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_wrong(line, said):
    form = ResultsForm({"rows": line})

    assert not form.is_valid()
    assert any(said in fault for fault in form.faults.values()), form.faults


@given(st.text(max_size=200))
def test_whatever_is_typed_is_read_or_refused(text):
    form = ResultsForm({"rows": text})

    if form.is_valid():
        assert all((one.level, one.award) in PRIZES.values() for one in form.cleaned_data["rows"])
    else:
        assert form.errors["rows"]
        assert len(form.faulty_lines) == len(form.faults)


# --- The page --------------------------------------------------------------------------------------


def test_the_page_shows_the_fault_beside_the_line_and_keeps_what_was_typed(client, settings, contest, host):
    settings.SECURE_SSL_REDIRECT = False
    client.force_login(host)
    url = reverse("events_desk:results", args=[contest.pk])

    refused = client.post(url, {"rows": f"{PASS} 特等奖 SZ-1"})
    kept = client.post(url, {"rows": f"{PASS} 市级一等奖 SZ-1"}, follow=True).content.decode()

    assert refused.status_code == 422
    assert "第 1 行" in refused.content.decode()
    assert f"{PASS} 特等奖 SZ-1</textarea>" in refused.content.decode()
    assert "新录入 1 条成绩" in kept
    assert "SZ-1" in kept
    assert PASS not in kept


def test_a_result_is_taken_back_on_the_page_with_a_reason(client, settings, contest, host):
    settings.SECURE_SSL_REDIRECT = False
    client.force_login(host)
    result = ResultFactory(session=contest)
    url = reverse("events_desk:result_withdraw", args=[result.pk])

    assert client.post(url, {"note": ""}).status_code == 422
    client.post(url, {"note": "证书号有误"})

    result.refresh_from_db()
    assert result.withdrawn_at


def test_the_page_asks_as_often_for_fifteen_results_as_for_one(
    client, settings, contest, host, django_assert_num_queries
):
    settings.SECURE_SSL_REDIRECT = False
    client.force_login(host)
    url = reverse("events_desk:results", args=[contest.pk])
    ResultFactory(session=contest)
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for number in range(14):
        ResultFactory(session=contest, number=f"ABCDEFGH{number + 20}")
    with django_assert_num_queries(len(one)):
        client.get(url)
