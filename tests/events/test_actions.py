import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from events import actions, queries
from events.models import Event, Session, SessionMove, SignUp
from portal import history, jobs
from portal.audit import AuditEntry
from portal.errors import ChangedMeanwhile, Refused
from portal.search import SearchEntry, find
from portal.templatetags.portal_tags import cn_until
from tests.events import gateway
from tests.events.factories import EventFactory, SessionFactory
from tests.resources.factories import ResourceFactory


def ask(session, *, mobile="13800138000", head_count=1, mail="", key=None, at=None):
    return actions.sign_up(
        session,
        name="王小明",
        mobile=mobile,
        head_count=head_count,
        mail=mail,
        at=at or timezone.now(),
        key=key or uuid.uuid4(),
    )


@pytest.mark.parametrize(
    ("model", "change", "constraint"),
    [
        (Session, {"ends_at": "2020-01-01T00:00:00Z"}, "session_ends_after_it_starts"),
        (Session, {"seats_taken": 31}, "session_seats_within_capacity"),
        (Event, {"status": "published", "published_at": None}, "event_published_has_a_time"),
        (Event, {"place": "", "resource": None}, "event_has_a_place"),
        (Event, {"largest_party": 51}, "event_party_of_one_to_fifty"),
    ],
)
def test_the_database_refuses(model, change, constraint):
    SessionFactory()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.update(**change)


def test_a_unit_s_event_waits_for_staff_and_is_published(unit, unit_clerk, staff):
    event = actions.save_event(
        EventFactory.build(organization=unit, region=unit.region, created_by=None), by=unit_clerk
    )
    SessionFactory(event=event)
    actions.submit(event, by=unit_clerk)

    actions.publish(event, by=staff)

    assert staff.notices.get().text == f"活动“{event.title}”待审核。"
    assert f"活动“{event.title}”已发布。" in unit_clerk.notices.get().text
    assert list(find("海洋", kinds=["event"])) == [SearchEntry.objects.get(subject_id=event.pk)]


def test_an_event_without_a_session_is_not_submitted(unit, unit_clerk):
    event = EventFactory(organization=unit)

    with pytest.raises(Refused, match="至少添加一个场次"):
        actions.submit(event, by=unit_clerk)


def test_an_event_is_returned_with_a_reason_only(staff):
    event = EventFactory(submitted=True)

    with pytest.raises(Refused, match="理由"):
        actions.send_back(event, note=" ", by=staff)


def test_dates_changed_after_the_reviewer_read_them_are_not_published(staff, unit, unit_clerk):
    session = SessionFactory(event=EventFactory(organization=unit, submitted=True))
    read = session.event.revision
    session.starts_at += timedelta(minutes=30)
    actions.save_sessions(session.event, [session], by=unit_clerk)

    with pytest.raises(ChangedMeanwhile, match="请核对现在的内容"):
        actions.publish(session.event, seen=read, by=staff)

    (change,) = history.changed_since(session.event, read)
    assert change.sentences[0].startswith("把“活动场次”从")
    actions.publish(session.event, seen=read + 1, by=staff)


def test_the_unit_learns_why_an_event_was_returned(staff):
    event = EventFactory(submitted=True)

    actions.send_back(event, note="请补充地点", by=staff)

    assert "请补充地点" in event.created_by.notices.get().text


def test_another_unit_s_clerk_changes_nothing(unit_clerk):
    with pytest.raises(PermissionDenied):
        actions.save_event(EventFactory(), by=unit_clerk)


def test_the_later_of_two_editors_is_told(unit, unit_clerk):
    event = EventFactory(organization=unit)
    actions.change_event(event, by=unit_clerk, title="先改的人")

    with pytest.raises(Refused, match="已被他人修改"):
        actions.save_event(event, by=unit_clerk, seen=1)


def test_what_a_unit_changes_of_a_published_event_is_reviewed_again(unit, unit_clerk, staff):
    event = EventFactory(organization=unit, published=True)

    actions.change_event(event, by=unit_clerk, title="换了题目")

    assert not Event.objects.shown().exists()
    assert "请重新审核" in staff.notices.get().text


def test_what_staff_change_of_a_published_event_stays_public(staff):
    event = EventFactory(published=True)

    actions.change_event(event, by=staff, title="换了题目")

    assert Event.objects.published().get().title == "换了题目"


def test_an_event_called_off_before_it_was_published_has_no_public_page(staff):
    event = EventFactory(submitted=True)

    actions.cancel(event, note="场地另有安排", by=staff)

    assert not Event.objects.shown().exists()


def test_seats_taken_while_dates_are_edited_are_kept(staff):
    session = SessionFactory()
    typed = Session.objects.get(pk=session.pk)
    ask(session, head_count=3)

    typed.capacity = 40
    actions.save_sessions(session.event, [typed], by=staff)

    session.refresh_from_db()
    assert (session.capacity, session.seats_taken) == (40, 3)


def test_a_session_has_no_fewer_seats_than_were_taken(staff):
    session = SessionFactory()
    ask(session, head_count=3)

    session.capacity = 2
    with pytest.raises(ValidationError, match="名额不能少于已报名人数"):
        actions.save_sessions(session.event, [session], by=staff)


def test_what_is_over_no_longer_keeps_a_place_up_in_the_menu(staff):
    place = ResourceFactory(published=True)
    session = SessionFactory(event__resource=place)
    actions.note_next_sessions(at=timezone.now())
    place.refresh_from_db()
    assert place.next_session_at == session.starts_at

    assert actions.note_next_sessions(at=session.ends_at) == 1

    place.refresh_from_db()
    assert place.next_session_at is None


def test_an_event_without_place_is_refused_with_a_sentence(unit, unit_clerk):
    with pytest.raises(ValidationError, match="填写地点"):
        actions.save_event(EventFactory.build(organization=unit, region=unit.region, place=""), by=unit_clerk)


def test_a_party_takes_its_seats_as_one():
    session = SessionFactory(capacity=3)
    ask(session, head_count=2)

    with pytest.raises(Refused, match="名额不足"):
        ask(session, head_count=2, mobile="13900139000")

    session.refresh_from_db()
    assert (session.seats_taken, session.sign_ups.count()) == (2, 1)


def test_one_mobile_signs_up_once():
    session = SessionFactory()
    ask(session)

    with pytest.raises(Refused, match="已报名本场"):
        ask(session)

    session.refresh_from_db()
    assert session.seats_taken == 1


def test_whoever_signed_up_and_lost_the_link_is_told_whom_to_call():
    session = SessionFactory(event__public_phone="0755-82105000")
    ask(session)

    with pytest.raises(Refused, match="找不到链接的，请联系主办单位（0755-82105000）"):
        ask(session)


def test_the_same_form_sent_twice_is_one_sign_up():
    session, key = SessionFactory(), uuid.uuid4()

    assert ask(session, key=key) == ask(session, key=key)


def test_a_party_is_no_larger_than_the_event_allows():
    with pytest.raises(Refused, match="最多 5 人"):
        ask(SessionFactory(), head_count=6)


def test_nobody_signs_up_after_the_close():
    session = SessionFactory(closes_at=timezone.now() - timedelta(minutes=1))

    with pytest.raises(Refused, match="已截止"):
        ask(session)


def test_seats_given_back_can_be_taken_again():
    session = SessionFactory(capacity=1)
    entry = ask(session)

    actions.withdraw(entry, at=timezone.now())
    actions.withdraw(entry, at=timezone.now())

    assert ask(session, mobile="13900139000").pk
    session.refresh_from_db()
    assert session.seats_taken == 1


def test_nobody_withdraws_after_the_beginning():
    entry = ask(SessionFactory())

    with pytest.raises(Refused, match="已经开始"):
        actions.withdraw(entry, at=entry.session.starts_at)


def test_names_and_mobiles_are_kept_sealed():
    entry = ask(SessionFactory(), mail="a@example.cn")

    with connection.cursor() as cursor:
        cursor.execute("SELECT name_sealed, mobile_sealed, mobile_hash, mail_sealed FROM events_signup")
        stored = b"".join(bytes(part) for part in cursor.fetchone())
    for secret in ("王小明", "13800138000", "a@example.cn"):
        assert secret.encode() not in stored
    assert (entry.name_masked, entry.mobile_masked, entry.mail) == ("王*明", "138****8000", "a@example.cn")


def test_the_message_goes_to_the_address_given(mailoutbox):
    entry = ask(SessionFactory(), mail="a@example.cn")

    jobs.run(jobs.Job.objects.get(kind="sign_up_mail").pk)

    (mail,) = mailoutbox
    assert entry.code in mail.body
    assert "王" not in mail.subject + mail.body


def test_without_an_address_no_message_leaves():
    ask(SessionFactory())

    assert not jobs.Job.objects.exists()


def test_a_cancelled_event_tells_who_signed_up_and_leaves_the_search(staff, mailoutbox):
    session = SessionFactory()
    ask(session, mail="a@example.cn")
    jobs.Job.objects.all().delete()

    actions.cancel(session.event, note="台风", by=staff)

    jobs.run(jobs.Job.objects.get(kind="sign_up_mail").pk)
    assert "已取消" in mailoutbox[0].body
    assert not SearchEntry.objects.filter(kind="event").exists()


@pytest.fixture
def sms(settings):
    """A gateway for short messages; raises while `closed` is in it."""
    settings.SMS_SENDER = "tests.events.gateway.send"
    gateway.sent.clear()
    return gateway.sent


def told(mailoutbox) -> str:
    """What the people who signed up get, apart from the first message."""
    for job in jobs.Job.objects.filter(kind="sign_up_mail").exclude(payload__what="made"):
        jobs.run(job.pk)
    return "".join(mail.body for mail in mailoutbox)


def later(session, **hours):
    session.starts_at += timedelta(**hours)
    session.ends_at += timedelta(**hours)
    return session


def test_whoever_signed_up_is_told_when_staff_move_a_session(staff, mailoutbox):
    session = SessionFactory()
    entry = ask(session, mail="a@example.cn")
    ask(session, mobile="13900139000")  # no address
    was = cn_until(session.starts_at, session.ends_at)

    actions.save_sessions(session.event, [later(session, hours=3)], by=staff)

    text = told(mailoutbox)
    assert f"原定：{was}，市民中心" in text
    assert f"现为：{cn_until(session.starts_at, session.ends_at)}，市民中心" in text
    assert entry.code in text
    assert Event.objects.published().exists()


def test_another_place_and_another_time_at_once_are_one_message(staff, mailoutbox):
    session = SessionFactory()
    ask(session, mail="a@example.cn")
    session.event.place = "少年宫"

    actions.save_with_sessions(session.event, [later(session, hours=3)], by=staff)

    assert "，少年宫" in told(mailoutbox)
    assert len(mailoutbox) == 1


def test_a_unit_s_new_dates_are_reviewed_and_told_once_they_are_public(unit, unit_clerk, staff, mailoutbox):
    session = SessionFactory(event__organization=unit)
    entry = ask(session, mail="a@example.cn")
    first = session.starts_at

    actions.save_sessions(session.event, [later(session, hours=3)], by=unit_clerk)
    actions.save_sessions(session.event, [later(session, hours=1)], by=unit_clerk)

    assert session.event.status == Event.Status.SUBMITTED
    assert "已有 1 组报名" in staff.notices.get().text
    assert told(mailoutbox) == ""
    holds = queries.whereabouts_of(entry)
    assert (holds.starts_at, holds.is_in_review) == (first, True)

    actions.publish(session.event, by=staff)

    assert "原定：" in told(mailoutbox)
    holds = queries.whereabouts_of(SignUp.objects.get())
    assert (holds.starts_at, holds.before.starts_at) == (session.starts_at, first)


def test_what_was_moved_back_before_the_review_is_not_told(unit, unit_clerk, staff, mailoutbox):
    session = SessionFactory(event__organization=unit)
    ask(session, mail="a@example.cn")
    actions.save_sessions(session.event, [later(session, hours=3)], by=unit_clerk)
    actions.save_sessions(session.event, [later(session, hours=-3)], by=unit_clerk)

    actions.publish(session.event, by=staff)

    assert told(mailoutbox) == ""
    assert not SessionMove.objects.exists()


def test_seats_are_the_unit_s_own_and_no_review(unit, unit_clerk):
    session = SessionFactory(event__organization=unit)
    session.capacity = 60

    actions.save_sessions(session.event, [session], by=unit_clerk)

    assert Event.objects.published().exists()


def test_a_further_session_of_a_published_event_is_reviewed(unit, unit_clerk):
    session = SessionFactory(event__organization=unit)

    actions.save_sessions(
        session.event, [SessionFactory.build(event=None, starts_at=timezone.now())], by=unit_clerk
    )

    assert not Event.objects.published().exists()


def test_who_signed_up_after_a_move_reads_of_no_change(staff):
    session = SessionFactory()
    actions.save_sessions(session.event, [later(session, hours=3)], by=staff)

    assert queries.whereabouts_of(ask(session)).before is None


def test_dates_of_an_event_called_off_stay(staff):
    session = SessionFactory()
    actions.cancel(session.event, note="台风", by=staff)

    with pytest.raises(Refused, match="活动已取消"):
        actions.save_sessions(session.event, [later(session, hours=3)], by=staff)


def test_a_short_message_that_fails_sends_no_second_mail(staff, mailoutbox, sms):
    session = SessionFactory()
    ask(session, mail="a@example.cn")
    jobs.Job.objects.all().delete()
    actions.save_sessions(session.event, [later(session, hours=3)], by=staff)

    sms.append("closed")
    for _ in range(2):
        for job in jobs.Job.objects.order_by("pk"):
            jobs.run(job.pk)
    sms.remove("closed")
    jobs.run(jobs.Job.objects.get(kind="sign_up_sms").pk)

    assert len(mailoutbox) == 1
    ((mobile, text),) = sms
    assert mobile == "13800138000"
    assert "，地点：市民中心。" in text


def test_whoever_gave_the_seat_back_gets_no_message(staff, mailoutbox):
    session = SessionFactory()
    entry = ask(session, mail="a@example.cn")
    actions.save_sessions(session.event, [later(session, hours=3)], by=staff)

    actions.withdraw(entry, at=timezone.now())

    assert told(mailoutbox) == ""


def test_visits_are_counted_in_their_district_and_missing_ones_are_not_zero(staff):
    counted = SessionFactory(past=True)
    SessionFactory(past=True)
    actions.report_attendance(counted, visits=120, at=timezone.now(), by=staff)
    day = timezone.localdate()

    visits = queries.visits_by_district(day - timedelta(days=30), day)

    assert visits == {counted.event.region.code: 120}
    assert AuditEntry.objects.get(action="attendance").changes == {"attendance": [None, 120]}


def test_visits_are_not_reported_before_the_beginning(staff):
    with pytest.raises(Refused, match="尚未开始"):
        actions.report_attendance(SessionFactory(), visits=1, at=timezone.now(), by=staff)


def test_the_real_events_and_brands_are_loaded_once(regions):
    actions.load_reference()
    actions.load_reference()

    assert Event.objects.count() == 15
    assert Session.objects.count() == 15


def test_sign_ups_are_forgotten_three_months_after_the_session():
    session = SessionFactory()
    ask(session)

    assert actions.forget_sign_ups(at=session.ends_at + timedelta(days=92)) == 0
    assert actions.forget_sign_ups(at=session.ends_at + timedelta(days=93)) == 1

    session.refresh_from_db()
    assert (session.seats_taken, session.sign_ups.count()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_eight_parties_at_once_share_three_seats(monkeypatch):
    monkeypatch.setattr(jobs, "publish", lambda pk: None)
    session = SessionFactory(capacity=3)

    def one(number):
        try:
            ask(session, mobile=f"1380013800{number}")
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        seated = list(pool.map(one, range(8)))

    session.refresh_from_db()
    assert (sum(seated), session.seats_taken, SignUp.objects.count()) == (3, 3, 3)
