"""The joint meeting: who speaks for a member, meetings that close after their follow-ups, duties reported."""

import uuid
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from outreach.actions import coordination as actions
from outreach.actions import load_reference, tasks
from outreach.models import Duty, DutyReport, Meeting, Member, MemberPost, Task
from outreach.queries.coordination import (
    coordination_waiting,
    meetings_for,
    members_for,
    post_of,
    year_of,
)
from portal.errors import Refused
from portal.notices import Notice
from portal.roles import Role
from tests.concurrency import at_once
from tests.factories import UserFactory

TODAY = timezone.localdate


@pytest.fixture
def members(city):
    load_reference()
    return Member.objects


@pytest.fixture
def education(members):
    return members.get(organization__short_name="市教育局")


@pytest.fixture
def clerk(education):
    return UserFactory(username="education-clerk", holding=(Role.UNIT, education.organization))


@pytest.fixture
def meeting(education, clerk, staff):
    made = Meeting(title="第一次全体会议", kind="plenary", held_on=TODAY())
    return actions.save_meeting(made, attendees=[education], by=staff)


def follow_up(meeting, by):
    body = meeting.attendees.get().organization
    told = {"title": "落实学分试点", "due_on": TODAY() + timedelta(days=30), "key": uuid.uuid4()}
    return tasks.hand_down(
        **told, source=meeting.region, places=[(body.region, body)], meeting=meeting, by=by
    )[0]


# --- Members ----------------------------------------------------------------------------------------


def test_the_joint_meeting_has_29_members_in_the_order_of_its_rules(members):
    names = list(members.values_list("organization__short_name", flat=True))

    assert len(names) == 29
    assert (names[0], names[-1]) == ("市委组织部", "市出版集团")
    assert members.get(organization__short_name="市科技创新委").former_names == "深圳市科技创新委员会"


def appoint(member, by, *, role="liaison", name="李联络", since=None):
    post = MemberPost(member=member, role=role, name=name, phone="13800138000", since=since or TODAY())
    return actions.appoint(post, by=by)


def test_a_new_liaison_takes_over_from_the_old_one(education, staff):
    appoint(education, staff, name="旧联络", since=date(2024, 1, 1))
    appoint(education, staff, name="新联络", since=date(2025, 3, 1))

    member = members_for(staff).get(pk=education.pk)
    assert post_of(member, "liaison").name == "新联络"
    assert education.posts.get(name="旧联络").until == date(2025, 2, 28)


def test_a_post_does_not_begin_before_the_present_one(education, staff):
    appoint(education, staff, since=date(2025, 3, 1))

    with pytest.raises(Refused, match="须晚于现任"):
        appoint(education, staff, since=date(2025, 3, 1))


def test_the_database_lets_a_member_have_one_of_each_post(education, staff):
    appoint(education, staff, since=date(2024, 1, 1))

    with pytest.raises(IntegrityError, match="member_has_one_of_each_post"), transaction.atomic():
        MemberPost.objects.create(member=education, role="liaison", name="另一位", since=TODAY())


def test_a_member_reads_and_changes_its_own_posts_and_no_others(client, education, members, clerk):
    client.force_login(clerk, backend="allauth.account.auth_backends.AuthenticationBackend")
    other = members.get(organization__short_name="市财政局")
    typed = {"role": "leader", "name": "王分管", "since": TODAY().isoformat()}

    client.post(reverse("coordination:member", args=[education.pk]), typed)

    assert list(members_for(clerk)) == [education]
    assert education.posts.get().name == "王分管"
    assert client.get(reverse("coordination:member", args=[other.pk])).status_code == 404


# --- Meetings ---------------------------------------------------------------------------------------


def test_a_meeting_is_announced_minuted_followed_up_and_closed(meeting, staff, clerk):
    assert Notice.objects.filter(recipient=clerk, text__startswith="会议通知").exists()
    actions.publish_minutes(meeting, minutes="议定学分试点。", by=staff)
    task = follow_up(meeting, staff)
    with pytest.raises(Refused, match="还有 1 项"):
        actions.close_meeting(meeting, by=staff)

    proof = SimpleUploadedFile("证明.pdf", b"%PDF-1.4 done")
    tasks.report(task, reply="已启动。", upload=proof, by=clerk)
    tasks.accept(task, by=staff)
    actions.close_meeting(meeting, by=staff)

    meeting.refresh_from_db()
    assert meeting.status == "closed"


def test_the_database_closes_no_meeting_with_open_follow_ups(meeting, staff):
    actions.publish_minutes(meeting, minutes="议定学分试点。", by=staff)
    follow_up(meeting, staff)

    with pytest.raises(IntegrityError, match="meeting_closes_after_its_tasks"), transaction.atomic():
        Meeting.objects.filter(pk=meeting.pk).update(status="closed")


def test_a_closed_meeting_takes_no_follow_up(meeting, staff):
    actions.publish_minutes(meeting, minutes="无议定事项。", by=staff)
    actions.close_meeting(meeting, by=staff)

    with pytest.raises(Refused, match="发布纪要以后"):
        follow_up(meeting, staff)
    body = meeting.attendees.get().organization
    with pytest.raises(IntegrityError, match="task_of_an_open_meeting"), transaction.atomic():
        Task.objects.create(
            title="补一项",
            due_on=TODAY(),
            source=meeting.region,
            region=body.region,
            organization=body,
            meeting=meeting,
            created_by=staff,
        )


@pytest.mark.django_db(transaction=True)
def test_a_meeting_that_closes_and_a_follow_up_that_is_added_do_not_both_happen(city, staff):
    load_reference()
    member = Member.objects.first()
    made = Meeting(title="专题会议", kind="special", held_on=TODAY())
    meeting = actions.save_meeting(made, attendees=[member], by=staff)
    actions.publish_minutes(meeting, minutes="议定一项。", by=staff)

    at_once(
        lambda: actions.close_meeting(Meeting.objects.get(pk=meeting.pk), by=staff),
        lambda: follow_up(Meeting.objects.get(pk=meeting.pk), staff),
    )

    meeting.refresh_from_db()
    assert (meeting.status, meeting.tasks.count()) in {("closed", 0), ("running", 1)}


def test_minutes_wait_for_the_day_of_the_meeting(education, staff):
    made = Meeting(title="下周会议", kind="special", held_on=TODAY() + timedelta(days=7))
    meeting = actions.save_meeting(made, attendees=[education], by=staff)

    with pytest.raises(Refused, match="还没有到"):
        actions.publish_minutes(meeting, minutes="议定。", by=staff)


def test_a_meeting_is_read_by_who_takes_part(client, meeting, members, clerk):
    other = members.get(organization__short_name="市财政局")
    outsider = UserFactory(holding=(Role.UNIT, other.organization))

    assert list(meetings_for(clerk)) == [meeting]
    client.force_login(outsider, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(meeting.get_absolute_url()).status_code == 404


def test_the_follow_up_form_names_who_took_part(client, meeting, staff):
    actions.publish_minutes(meeting, minutes="议定一项。", by=staff)
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = reverse("coordination:follow_up", args=[meeting.pk])
    typed = {"title": "落实", "due_on": TODAY().isoformat(), "bodies": "深圳市教育局", "key": uuid.uuid4()}

    page = client.get(address).content.decode()
    client.post(address, typed)

    assert "深圳市教育局" in page
    assert meeting.tasks.get().holder == "深圳市教育局"


# --- Duties -----------------------------------------------------------------------------------------


@pytest.fixture
def report(education, staff, clerk):
    actions.open_reports(year=2025, due_on=TODAY() + timedelta(days=30), by=staff)
    return DutyReport.objects.select_related("organization__region", "region").get(
        organization=education.organization
    )


def test_members_with_duties_are_asked_once_a_year(report, staff, clerk):
    with_duties = len(set(Duty.bodies.through.objects.values_list("organization", flat=True)))

    assert DutyReport.objects.count() == with_duties
    assert actions.open_reports(year=2025, due_on=TODAY(), by=staff) == 0
    assert [line.title for line in coordination_waiting(clerk)] == ["待填报的履职自评"]


def test_a_report_speaks_of_every_duty_before_it_is_handed_in(report, clerk):
    duties = Duty.objects.filter(bodies=report.organization)
    told = {duty.pk: ("已开展。", None) for duty in duties}
    with pytest.raises(Refused, match="履职情况"):
        actions.fill_report(report, summary="全年推进。", told={}, is_done=True, by=clerk)
    with pytest.raises(Refused, match="总体情况"):
        actions.fill_report(report, summary="", told=told, is_done=True, by=clerk)

    actions.fill_report(report, summary="全年推进。", told=told, is_done=True, by=clerk)

    assert (report.status, report.answers.count()) == ("submitted", duties.count())


def test_a_report_is_sent_back_with_a_reason_and_handed_in_again(report, clerk, staff):
    told = {duty.pk: ("已开展。", None) for duty in Duty.objects.filter(bodies=report.organization)}
    actions.fill_report(report, summary="全年推进。", told=told, is_done=True, by=clerk)
    with pytest.raises(Refused, match="理由"):
        actions.decide_report(report, is_accepted=False, by=staff)

    actions.decide_report(report, is_accepted=False, note="请补数据", by=staff)
    actions.fill_report(report, summary="补充数据。", told=told, is_done=True, by=clerk)
    actions.decide_report(report, is_accepted=True, by=staff)

    with pytest.raises(Refused, match="不能再修改"):
        actions.fill_report(report, summary="再改。", told=told, is_done=False, by=clerk)


def test_the_database_keeps_no_report_handed_in_without_words(report):
    with pytest.raises(IntegrityError, match="duty_report_submitted_with_words"), transaction.atomic():
        DutyReport.objects.update(status="submitted")


def test_a_report_is_filled_on_its_page(client, report, clerk):
    client.force_login(clerk, backend="allauth.account.auth_backends.AuthenticationBackend")
    duties = Duty.objects.filter(bodies=report.organization)
    typed = {f"text-{duty.pk}": f"履行{duty.code}" for duty in duties}

    refused = client.post(report.get_absolute_url(), {**typed, "done": "1"})
    client.post(report.get_absolute_url(), {**typed, "summary": "全年推进。", "done": "1"})

    report.refresh_from_db()
    assert refused.status_code == 422
    assert "履行sz-26" in refused.content.decode()
    assert report.status == "submitted"


# --- The year ---------------------------------------------------------------------------------------


def test_the_year_tells_meetings_tasks_and_reports_of_every_member(client, report, meeting, education, staff):
    actions.publish_minutes(meeting, minutes="议定一项。", by=staff)
    task = follow_up(meeting, staff)
    Task.objects.filter(pk=task.pk).update(due_on=date(2025, 5, 1))
    Meeting.objects.filter(pk=meeting.pk).update(held_on=date(2025, 3, 1))

    told = year_of(2025, date(2025, 6, 1))

    (line,) = [line for line in told.lines if line["member"] == education]
    assert (line["total"], line["done"], line["late"], line["report"]) == (1, 0, 1, report)
    assert dict(told.meetings) == {"全体会议": 1, "联络员会议": 0, "专题会议": 0}
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(reverse("coordination:year"), {"year": "2024"}).content.decode()
    assert "还没有召开全体会议" in page
