"""Tasks go down and stay within, come up with proof, and climb when late."""

import uuid
from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from outreach.actions import load_reference
from outreach.actions import tasks as actions
from outreach.models import Measure, Plan, Task
from outreach.queries.tasks import board, by_region, coverage, tasks_for, tasks_waiting
from outreach.rules.tasks import climb_level
from portal.calendar import SHANGHAI
from portal.errors import Refused
from portal.notices import Notice
from portal.roles import Role
from tests.concurrency import at_once
from tests.factories import OrganizationFactory, RegionFactory, UserFactory

TODAY = timezone.localdate


def proof():
    return SimpleUploadedFile("证明.pdf", b"%PDF-1.4 done")


def hand(source, *places, by, parent=None, days=30, key=None, **more):
    return actions.hand_down(
        title="开展科普月活动",
        due_on=TODAY() + timedelta(days=days),
        source=source,
        places=[place if isinstance(place, tuple) else (place, None) for place in places],
        parent=parent,
        key=key or uuid.uuid4(),
        by=by,
        **more,
    )


@pytest.fixture
def street(district):
    return RegionFactory(subdistrict=True, parent=district)


@pytest.fixture
def street_officer(street):
    return UserFactory(username="street", holding=(Role.SUBDISTRICT, street), mfa=True)


@pytest.fixture
def task(city, district, staff, officer):
    return hand(city, district, by=staff)[0]


@pytest.fixture
def part(task, district, street, officer):
    return hand(district, street, parent=task, by=officer)[0]


# --- Down -------------------------------------------------------------------------------------------


def test_a_task_goes_from_the_city_to_its_districts_and_on_to_a_street(part, task, street_officer):
    assert (part.parent, part.source, part.measure) == (task, task.region, task.measure)
    assert [line.title for line in tasks_waiting(street_officer)] == ["待办理的工作任务"]
    assert Notice.objects.filter(recipient=street_officer, kind="task").count() == 0  # came after the task


def test_who_gets_a_task_is_told(city, district, staff, officer):
    hand(city, district, by=staff)

    assert Notice.objects.get(recipient=officer).text.startswith("新任务：开展科普月活动")


def test_the_same_form_sent_twice_hands_down_once(city, district, staff):
    key = uuid.uuid4()

    first, second = hand(city, district, by=staff, key=key), hand(city, district, by=staff, key=key)

    assert first == second
    assert Task.objects.count() == 1


def test_a_unit_outside_the_region_is_refused_with_a_sentence(district, officer):
    elsewhere = OrganizationFactory(name="外区科技馆")

    with pytest.raises(Refused, match="“外区科技馆”不在"):
        hand(district, (elsewhere.region, elsewhere), by=officer)


def test_the_database_keeps_a_task_within_its_region(part):
    elsewhere = RegionFactory()

    with pytest.raises(IntegrityError, match="task_goes_down"), transaction.atomic():
        Task.objects.filter(pk=part.pk).update(region=elsewhere)


def test_the_database_keeps_a_body_in_the_region_of_its_task(city, district, unit, staff):
    (task,) = hand(city, (district, unit), by=staff)

    with pytest.raises(IntegrityError, match="task_of_a_body_within_its_region"), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(organization=OrganizationFactory())


def test_nobody_hands_down_from_a_region_above_or_beside_their_own(city, district, officer):
    with pytest.raises(PermissionDenied):
        hand(city, district, by=officer)


def test_a_part_ends_no_later_than_its_task(task, district, street, officer):
    with pytest.raises(Refused, match="不能晚于上级任务"):
        hand(district, street, parent=task, days=31, by=officer)


def test_a_task_in_the_past_is_refused(city, district, staff):
    with pytest.raises(Refused, match="不能早于今天"):
        hand(city, district, days=-1, by=staff)


# --- Up ---------------------------------------------------------------------------------------------


def test_a_report_wants_words_and_proof(task, officer):
    with pytest.raises(Refused, match="办理情况"):
        actions.report(task, reply=" ", upload=proof(), by=officer)
    with pytest.raises(Refused, match="证明"):
        actions.report(task, reply="已办。", upload=None, by=officer)

    with pytest.raises(IntegrityError, match="task_reported_with_words_and_proof"), transaction.atomic():
        Task.objects.update(status="submitted")


def test_a_task_is_reported_sent_back_reported_again_and_accepted(task, officer, staff):
    actions.report(task, reply="已办。", upload=proof(), by=officer)
    actions.send_back(task, note="缺照片", by=staff)
    actions.report(task, reply="已补照片。", upload=None, by=officer)
    actions.accept(task, by=staff)

    task.refresh_from_db()
    assert (task.status, task.reply) == ("done", "已补照片。")


def test_nobody_accepts_their_own_report(task, staff):
    actions.report(task, reply="代报。", upload=proof(), by=staff)

    with pytest.raises(Refused, match="由其他人员审核"):
        actions.accept(task, by=staff)


def test_who_has_a_task_does_not_accept_it(task, officer):
    colleague = UserFactory(holding=(Role.DISTRICT_HEAD, task.region))
    actions.report(task, reply="已办。", upload=proof(), by=officer)

    with pytest.raises(PermissionDenied):
        actions.accept(task, by=colleague)


def test_a_task_ends_after_its_parts(task, part, officer):
    with pytest.raises(Refused, match="还有 1 项"):
        actions.report(task, reply="已办。", upload=proof(), by=officer)

    with pytest.raises(IntegrityError, match="task_ends_after_its_parts"), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(status="cancelled")


def test_the_database_adds_no_part_to_a_task_that_ended(task, district, street, officer, staff):
    actions.cancel(task, note="重复", by=staff)

    with pytest.raises(IntegrityError, match="task_under_a_running_one"), transaction.atomic():
        Task.objects.create(
            title="补一项",
            due_on=TODAY(),
            source=district,
            region=street,
            parent=Task.objects.get(pk=task.pk),
            created_by=officer,
        )


@pytest.mark.django_db(transaction=True)
def test_a_task_that_ends_and_a_part_that_is_added_do_not_both_happen(city, district, staff, officer):
    street = RegionFactory(subdistrict=True, parent=district)
    (task,) = hand(city, district, by=staff)

    at_once(
        lambda: actions.cancel(Task.objects.get(pk=task.pk), note="重复", by=staff),
        lambda: hand(district, street, parent=Task.objects.get(pk=task.pk), by=officer),
    )

    task.refresh_from_db()
    assert (task.status, task.parts.count()) in {("cancelled", 0), ("running", 1)}


# --- Late -------------------------------------------------------------------------------------------


@given(st.integers(-50, 500), st.integers(1, 4))
def test_a_task_climbs_one_level_a_week_and_never_past_the_city(days, levels):
    level = climb_level(days, levels)

    assert 0 <= level <= levels
    assert (level == 0) == (days < 1)
    assert climb_level(days + 7, levels) in (level + 1, levels) if days >= 1 else True


def _late(task, days):
    Task.objects.filter(pk=task.pk).update(due_on=TODAY() - timedelta(days=days))


def _night(day=None):
    moment = datetime.combine(day or TODAY(), datetime.min.time(), SHANGHAI) + timedelta(hours=2)
    return actions.climb(at=moment)


def test_a_late_task_is_told_to_who_handed_it_down_and_a_week_later_to_the_city(
    part, task, officer, street_officer, staff
):
    Notice.objects.all().delete()
    _late(part, 1)

    assert (_night(), _night()) == (1, 0)
    told = {notice.recipient for notice in Notice.objects.all()}
    assert told == {street_officer, officer}

    assert _night(TODAY() + timedelta(days=7)) == 1
    assert Notice.objects.filter(recipient=staff, text__startswith="已逾期的工作任务 1 项").exists()


def test_a_person_gets_one_notice_for_all_that_is_late(city, district, staff, officer):
    for task in [*hand(city, district, by=staff), *hand(city, district, by=staff)]:
        _late(task, 2)
    Notice.objects.all().delete()

    assert _night() == 2
    assert Notice.objects.filter(recipient=officer).count() == 1


def test_in_a_region_without_anybody_the_nearest_above_hears(district, street, officer, task):
    Notice.objects.all().delete()

    hand(district, street, parent=task, by=officer)

    assert Notice.objects.get().recipient == officer


def test_who_has_a_task_is_reminded_once_before_its_day(city, district, staff, officer):
    hand(city, district, days=5, by=staff)
    Notice.objects.all().delete()

    assert [actions.remind(at=timezone.now()) for _ in range(2)] == [1, 0]
    assert Notice.objects.get().recipient == officer


# --- Who sees what ------------------------------------------------------------------------------------


def test_a_district_sees_nothing_of_another(client, task, city, staff, officer):
    other = RegionFactory()
    (elsewhere,) = hand(city, other, by=staff)

    client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert list(tasks_for(officer)) == [task]
    assert client.get(elsewhere.get_absolute_url()).status_code == 404
    page = client.get(reverse("plan_desk:board")).content.decode()
    assert other.name not in page


def test_a_unit_reports_what_was_handed_to_it(client, city, district, unit, staff, unit_clerk):
    (task,) = hand(city, (district, unit), by=staff)
    client.force_login(unit_clerk, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = reverse("plan_desk:task_report", args=[task.pk])

    asked = client.get(task.get_absolute_url()).content.decode()
    refused = client.post(address, {"reply": "已办。"})
    client.post(address, {"reply": "已办。", "proof": proof()})

    task.refresh_from_db()
    assert "选填" not in asked
    assert refused.status_code == 422
    assert "请附办理证明" in refused.content.decode()
    assert "已办。" in refused.content.decode()
    assert task.status == "submitted"
    assert client.get(task.proof.get_absolute_url()).status_code == 200


def test_the_board_counts_tasks_by_measure_and_region(city, district, staff, officer):
    load_reference()
    measure = Measure.objects.get(code="4.4-1")
    done, late = (hand(city, district, by=staff, measure=measure)[0] for _ in range(2))
    actions.report(done, reply="已办。", upload=proof(), by=officer)
    actions.accept(done, by=staff)
    _late(late, 3)

    tasks = Task.objects.all()
    lines = {
        line["measure"].code: line
        for section in board(Plan.objects.get(), tasks, date(2025, 6, 1))
        for line in section["lines"]
    }

    count = lines["4.4-1"]["count"]
    assert (count["total"], count["done"], count["late"], lines["4.4-1"]["percent"]) == (2, 1, 1, 50)
    assert by_region(tasks, [district])[0][1] == {"total": 2, "done": 1, "waiting": 0, "late": 1}


def test_the_coverage_counts_a_district_with_all_below_it(client, city, district, staff, officer, street):
    load_reference()
    measure = Measure.objects.get(code="4.4-1")
    (task,) = hand(city, district, by=staff, measure=measure)
    hand(district, street, parent=task, by=officer)
    other = RegionFactory()

    rows = coverage(Plan.objects.get(), Task.objects.all(), [district, other])

    assert rows == [(measure, [(0, 2), (0, 0)])]
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "0 / 2" in client.get(reverse("plan_desk:coverage")).content.decode()


def test_a_task_is_handed_down_on_its_page(client, district, officer, street, unit):
    client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = reverse("plan_desk:task_new")
    typed = {"title": "下街道", "due_on": TODAY().isoformat(), "key": uuid.uuid4(), "bodies": "没有这家"}

    unknown = client.post(page, typed)
    client.post(page, {**typed, "regions": [street.pk], "bodies": unit.name})

    assert "没有找到单位：没有这家" in unknown.content.decode()
    assert {task.holder for task in Task.objects.all()} == {street.name, unit.name}


@pytest.mark.parametrize("rows", [1, 15])
def test_the_list_of_tasks_asks_the_same_questions(
    client, rows, city, district, staff, officer, django_assert_max_num_queries
):
    for _ in range(rows):
        hand(city, district, by=staff)
    client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")

    with django_assert_max_num_queries(14):
        client.get(reverse("plan_desk:tasks"))
