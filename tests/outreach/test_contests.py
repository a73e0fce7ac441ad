"""A body that is not proposed contests it; whoever objects follows the answer."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from outreach.actions import contests, decisions, pool
from outreach.models import Application, Objection, Round
from outreach.queries.rounds import titles_waiting
from portal.errors import Refused
from portal.notices import Notice
from portal.roles import Role
from tests.factories import UserFactory
from tests.outreach.factories import ApplicationFactory, RoundFactory

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TODAY = date(2026, 3, 2)  # a Monday


def proof():
    return SimpleUploadedFile("证明.pdf", b"%PDF-1.4 proof")


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(f"{TODAY}T10:00:00+08:00", tick=False):
        yield


@pytest.fixture
def round(city, staff):
    """A round before the public until Friday."""
    made = RoundFactory(region=city, created_by=staff)
    days = {"notice_from": TODAY, "notice_until": TODAY + timedelta(days=4)}
    values = {"status": "noticed", "notice_places": 1, **days}
    Round.objects.filter(pk=made.pk).update(**values)
    made.refresh_from_db()
    return made


def case_of(round, **values) -> Application:
    made = ApplicationFactory(round=round, submitted_at=timezone.now(), **values)
    return Application.objects.with_all().get(pk=made.pk)


@pytest.fixture
def proposed(round):
    return case_of(round, status="proposed", proposed_titles=["point"])


@pytest.fixture
def out(round, unit):
    return case_of(round, organization=unit, status="not_proposed")


def contest(case, by, **values):
    told = {"ground": "score", "text": "第 3 项少算两分。", "upload": proof(), "at": timezone.now(), **values}
    return contests.contest(case, **told, by=by)


def uphold(made, by, **values):
    told = {"is_upheld": True, "answer": "第 3 项确有计算错误。", "titles": ["point"], **values}
    contests.decide_contest(Objection.objects.get(pk=made.pk), **told, by=by)


def object_to(case, **values):
    told = {"ground": "figures", "text": "接待人次不实", "name": "孙某", "phone": "13700137000"}
    return decisions.object_to(case, **{**told, **values}, upload=proof(), at=timezone.now())


# --- Contesting -------------------------------------------------------------------------------------


def test_a_body_that_is_left_out_contests_it_and_is_answered_in_the_schemes_days(out, unit_clerk, staff):
    made = contest(out, unit_clerk)

    assert (made.number, made.due_on) == (f"FH-{out.round_id:04d}-001", date(2026, 3, 23))
    assert made.proof.organization == out.organization
    assert Notice.objects.filter(recipient=staff, text__contains=made.number).exists()
    assert [line.title for line in titles_waiting(staff)] == ["待答复的异议和复核申请"]


def test_the_same_ground_is_contested_once(out, unit_clerk):
    first = contest(out, unit_clerk)

    with pytest.raises(Refused, match=first.number):
        contest(out, unit_clerk, text="再算一次。")


def test_a_ground_of_the_public_is_not_used_up_by_the_body(proposed, staff):
    object_to(proposed, ground="procedure")
    decisions.decide_objection(Objection.objects.get(), is_upheld=True, answer="属实。", by=staff)
    clerk = UserFactory(holding=(Role.UNIT, proposed.organization))

    contest(Application.objects.with_all().get(pk=proposed.pk), clerk, ground="procedure")

    assert Objection.objects.filter(kind="contest").count() == 1


def test_who_is_proposed_has_nothing_to_contest(proposed):
    clerk = UserFactory(holding=(Role.UNIT, proposed.organization))

    with pytest.raises(Refused, match="只有拟不认定"):
        contest(proposed, clerk)


def test_nobody_contests_for_another_body(out, proposed):
    stranger = UserFactory(holding=(Role.UNIT, proposed.organization))

    with pytest.raises(PermissionDenied):
        contest(out, stranger)


def test_after_the_notice_nothing_is_contested(out, unit_clerk):
    with time_machine.travel("2026-03-07T10:00:00+08:00"), pytest.raises(Refused, match="不在公示期"):
        contest(out, unit_clerk)


def test_the_database_takes_no_contest_of_who_is_proposed(proposed, out, unit_clerk):
    made = contest(out, unit_clerk)
    made.pk, made.number, made.uuid, made.application = None, "FH-9", None, proposed

    with pytest.raises(IntegrityError, match="contest_of_who_is_not_proposed"), transaction.atomic():
        made.save(force_insert=True)


def test_the_database_takes_no_ground_of_another_kind(out, unit_clerk):
    made = contest(out, unit_clerk)

    with pytest.raises(IntegrityError, match="ground_of_its_kind"), transaction.atomic():
        Objection.objects.filter(pk=made.pk).update(ground="figures")


# --- The answer -------------------------------------------------------------------------------------


def test_nothing_is_decided_while_a_contest_is_open(proposed, out, unit_clerk, round, staff):
    made = contest(out, unit_clerk)

    with pytest.raises(Refused, match=f"复核申请 {made.number} 尚未处理"):
        decisions.decide_round(round, on=date(2026, 3, 9), by=staff)


def test_a_contest_that_is_dismissed_changes_nothing(out, unit_clerk, staff):
    made = contest(out, unit_clerk)

    contests.decide_contest(made, is_upheld=False, answer="复核无误。", by=staff)

    out.refresh_from_db()
    assert (out.status, made.result) == ("not_proposed", "维持原结果")
    assert Notice.objects.filter(recipient=unit_clerk, text__contains="维持原结果").exists()


def test_a_contest_is_answered_in_words(out, unit_clerk, staff):
    made = contest(out, unit_clerk)

    with pytest.raises(Refused, match="处理决定和依据"):
        contests.decide_contest(made, is_upheld=False, answer=" ", by=staff)


def test_who_was_right_is_proposed_with_a_full_notice_of_its_own(out, unit_clerk, staff):
    made = contest(out, unit_clerk)

    with time_machine.travel("2026-03-06T10:00:00+08:00", tick=False):
        uphold(made, staff)

    out.refresh_from_db()
    assert (out.status, out.proposed_titles) == ("proposed", ["point"])
    assert (out.notice_from, out.notice_until) == (date(2026, 3, 6), date(2026, 3, 12))


def test_who_was_right_is_proposed_for_a_title_of_the_round(out, unit_clerk, staff):
    made = contest(out, unit_clerk)

    with pytest.raises(Refused, match="请选择拟授称号"):
        uphold(made, staff, titles=["nonsense"])

    made.refresh_from_db()
    assert made.status == "submitted"


def test_the_round_waits_for_the_supplementary_notice(proposed, out, unit_clerk, round, staff):
    made = contest(out, unit_clerk)
    with time_machine.travel("2026-03-06T10:00:00+08:00", tick=False):
        uphold(made, staff)

    with (
        time_machine.travel("2026-03-12T10:00:00+08:00", tick=False),
        pytest.raises(Refused, match="公示至2026年3月12日"),
    ):
        decisions.decide_round(round, by=staff)
    with time_machine.travel("2026-03-13T10:00:00+08:00", tick=False):
        assert len(decisions.decide_round(round, by=staff)) == 2


def test_anybody_objects_within_the_supplementary_notice_and_only_to_its_case(
    proposed, out, unit_clerk, staff
):
    made = contest(out, unit_clerk)
    with time_machine.travel("2026-03-06T10:00:00+08:00", tick=False):
        uphold(made, staff)

    with time_machine.travel("2026-03-10T10:00:00+08:00", tick=False):
        object_to(Application.objects.with_all().get(pk=out.pk))
        with pytest.raises(Refused, match="不在公示期"):
            object_to(proposed)


def test_the_database_grants_nothing_before_the_supplementary_notice_is_over(out, unit_clerk, staff):
    uphold(contest(out, unit_clerk), staff)

    with pytest.raises(IntegrityError, match="granted_after_its_own_notice"), transaction.atomic():
        Application.objects.filter(pk=out.pk).update(status="granted", decided_at=timezone.now())


def test_a_second_contest_of_who_was_right_is_upheld_without_another_place(client, out, unit_clerk, staff):
    first, second = contest(out, unit_clerk), contest(out, unit_clerk, ground="procedure")
    uphold(first, staff)
    places = Round.objects.get(pk=out.round_id).notice_places
    client.force_login(staff, backend=BACKEND)

    assert "已列入拟认定" in client.get(second.get_absolute_url()).content.decode()
    client.post(second.get_absolute_url(), {"is_upheld": "yes", "answer": "程序确有不当。"})

    second.refresh_from_db()
    out.refresh_from_db()
    assert (second.result, out.status) == ("申请成立", "proposed")
    assert Round.objects.get(pk=out.round_id).notice_places == places
    assert Notice.objects.filter(recipient=unit_clerk, text__contains="已列入拟认定名单").exists()


def test_who_is_proposed_meanwhile_is_not_told_that_it_stays_out(out, unit_clerk, staff):
    first, second = contest(out, unit_clerk), contest(out, unit_clerk, ground="procedure")
    uphold(first, staff)
    second = Objection.objects.get(pk=second.pk)

    contests.decide_contest(second, is_upheld=False, answer="程序无误。", by=staff)

    told = Notice.objects.get(recipient=unit_clerk, text__contains=second.number)
    assert "申请不成立，您单位已列入拟认定名单" in told.text


def test_a_supplementary_notice_begins_within_a_year(out, unit_clerk, staff):
    made = contest(out, unit_clerk)

    with pytest.raises(Refused, match="一年内"):
        uphold(made, staff, starts_on=date(2206, 3, 2))


def test_a_supplementary_notice_that_has_not_begun_says_so(client, out, unit_clerk, staff):
    uphold(contest(out, unit_clerk), staff, starts_on=date(2026, 3, 9))

    page = client.get(reverse("bases:round", args=[out.round_id])).content.decode()

    assert "未开始" in page
    assert "已截止" not in page


def test_who_an_objection_took_off_is_told_and_may_contest(proposed, staff):
    clerk = UserFactory(holding=(Role.UNIT, proposed.organization))
    object_to(proposed)

    decisions.decide_objection(Objection.objects.get(), is_upheld=True, answer="属实。", by=staff)

    told = Notice.objects.get(recipient=clerk)
    assert "成立，您单位改为拟不认定" in told.text
    assert "2026年3月6日前（含当日）申请复核" in told.text


def test_a_contest_about_a_body_of_ones_own_is_shown_without_its_form(client, out, unit_clerk, staff):
    made = contest(out, unit_clerk)
    pool.declare_recusal(out, reason="亲属任职", by=staff)
    client.force_login(staff, backend=BACKEND)

    page = client.get(made.get_absolute_url()).content.decode()

    assert "须回避" in page
    assert "保存决定" not in page


def test_the_public_learns_nothing_of_who_contests(client, out, proposed, unit_clerk):
    contest(out, unit_clerk)

    page = client.get(reverse("bases:round", args=[out.round_id])).content.decode()

    assert out.organization.name not in page
    assert client.get(reverse("bases:object", args=[out.pk])).status_code == 404


def test_who_is_left_out_is_told_when_the_notice_is_published(city, staff, unit, unit_clerk):
    made = RoundFactory(region=city, created_by=staff)
    Round.objects.filter(pk=made.pk).update(status="reviewing")
    made.refresh_from_db()
    case_of(made, status="proposed", proposed_titles=["point"])
    case_of(made, organization=unit, status="not_proposed")

    decisions.publish_notice(made, by=staff)

    assert Notice.objects.filter(recipient=unit_clerk, text__contains="申请复核").exists()


def test_a_body_contests_on_its_page_and_reads_the_answer_there(client, out, unit_clerk, staff):
    client.force_login(unit_clerk, backend=BACKEND)
    form = {"ground": "score", "text": "第 3 项少算两分。", "proof": proof()}

    before = client.get(out.get_absolute_url()).content.decode()
    assert "申请复核" in before
    assert "2026年3月6日前（含当日）可以申请" in before
    client.post(reverse("titles_desk:contest", args=[out.pk]), form)
    contests.decide_contest(Objection.objects.get(), is_upheld=False, answer="复核无误。", by=staff)

    page = client.get(out.get_absolute_url()).content.decode()
    assert "维持原结果" in page
    assert "复核无误。" in page


def test_staff_upholds_a_contest_on_its_page(client, out, unit_clerk, staff):
    made = contest(out, unit_clerk)
    client.force_login(staff, backend=BACKEND)

    without = client.post(made.get_absolute_url(), {"is_upheld": "yes", "answer": "有误。"})
    client.post(made.get_absolute_url(), {"is_upheld": "yes", "answer": "有误。", "titles": "point"})

    assert without.status_code == 422
    out.refresh_from_db()
    assert out.status == "proposed"
    public = client.get(reverse("bases:round", args=[out.round_id])).content.decode()
    assert "补充公示" in public


# --- Following an objection -------------------------------------------------------------------------


def test_whoever_objects_follows_the_answer_under_an_address_of_their_own(client, proposed, staff):
    made = object_to(proposed)

    before = client.get(made.get_follow_url()).content.decode()
    decisions.decide_objection(made, is_upheld=False, answer="经查属实填报。", by=staff)
    after = client.get(made.get_follow_url()).content.decode()

    assert "请保存此链接" in before
    assert made.number in before
    assert "尚未答复" in before
    assert "经查属实填报。" in after


def test_the_page_says_nothing_of_who_objected_or_what(client, proposed):
    made = object_to(proposed)

    page = client.get(made.get_follow_url()).content.decode()

    for hidden in ("孙某", "13700137000", "接待人次不实", proposed.organization.name):
        assert hidden not in page


def test_a_contest_has_no_public_page(client, out, unit_clerk):
    made = contest(out, unit_clerk)

    assert client.get(made.get_follow_url()).status_code == 404


def test_the_page_is_asked_for_only_so_often(client, proposed, settings):
    made = object_to(proposed)

    answers = [client.get(made.get_follow_url()).status_code for _ in range(121)]

    assert (answers[0], answers[-1]) == (200, 409)
