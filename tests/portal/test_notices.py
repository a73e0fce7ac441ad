import re
import smtplib

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from portal import jobs, senders, tasks
from portal.audit import AuditEntry
from portal.notices import Notice, NoticeChoice, notify
from tests.factories import UserFactory


@pytest.fixture
def reader():
    return UserFactory(username="reader", email="reader@example.cn")


def test_a_notice_is_in_the_inbox_with_the_change(client, reader):
    notify([reader], "您的活动已发布。", link="/desk/events/")
    client.force_login(reader)

    page = client.get(reverse("inbox")).content.decode()

    assert "您的活动已发布。" in page
    assert 'href="/desk/events/"' in page


def test_nobody_reads_another_s_inbox(client, reader):
    notify([reader], "只给一个人。")
    client.force_login(UserFactory())

    assert "只给一个人" not in client.get(reverse("inbox")).content.decode()


def test_read_notices_no_longer_count(client, reader):
    notify([reader], "一")
    client.force_login(reader)

    client.post(reverse("inbox_read"))

    assert not reader.notices.unread().exists()


@pytest.mark.parametrize("link", ["https://evil.example/", "//evil.example/", "javascript:x"])
def test_a_notice_leads_nowhere_outside(reader, link):
    with pytest.raises(IntegrityError, match="notice_link_stays_inside"), transaction.atomic():
        notify([reader], "x", link=link)


def test_an_urgent_notice_leaves_at_once_and_once(reader, mailoutbox):
    notify([reader], "台风红色预警，活动取消。", kind="urgent")

    assert tasks.deliver_notices() == 1
    assert tasks.deliver_notices() == 0
    assert len(mailoutbox) == 1


def test_other_notices_wait_for_the_digest_of_the_day(reader, mailoutbox):
    notify([reader], "第一条。")
    notify([reader], "第二条。", link="/desk/")

    assert tasks.deliver_notices() == 0
    jobs.run(jobs.enqueue("notice_digest", key="2026-03-05").pk)

    (mail,) = mailoutbox
    assert "2 条" in mail.subject
    assert "第一条。" in mail.body
    assert "/desk/" in mail.body


def test_who_wants_no_digest_gets_no_mail_and_keeps_the_inbox(reader, mailoutbox):
    reader.wants_digest = False
    reader.save(update_fields=["wants_digest"])
    notify([reader], "一")

    jobs.run(jobs.enqueue("notice_digest", key="2026-03-05").pk)

    assert mailoutbox == []
    assert reader.notices.unread().count() == 1


def test_a_mail_server_that_is_away_only_delays(reader, monkeypatch, mailoutbox):
    notify([reader], "紧急", kind="urgent")

    def away(*args, **kwargs):
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as patch:
        patch.setattr(senders, "send_mail", away)
        assert tasks.deliver_notices() == 0

    assert Notice.objects.get().delivered_at is None
    assert tasks.deliver_notices() == 1


def test_a_short_message_is_sent_only_where_configured(settings):
    settings.SMS_SENDER = ""

    assert senders.send_sms("13800138000", "x") is False


# --- as each person wants them ---------------------------------------------------------------------


def digest_of(day="2026-03-05"):
    jobs.run(jobs.enqueue("notice_digest", key=day).pk)


def link_in(mail) -> str:
    return re.search(r"/mail/\S+", mail.body)[0]


def test_a_person_sets_each_kind(client, reader):
    client.force_login(reader)

    answer = client.post(
        reverse("notice_choices"), {"task": "at_once", "info": "inbox", "rights": "daily"}, follow=True
    )

    assert "已保存" in answer.content.decode()
    assert dict(reader.notice_choices.values_list("kind", "way")) == {
        "task": "at_once",
        "info": "inbox",
        "rights": "daily",
    }


def test_what_cannot_be_stopped_is_said_and_refused(client, reader):
    client.force_login(reader)
    page = client.get(reverse("notice_choices")).content.decode()

    answer = client.post(reverse("notice_choices"), {"task": "daily", "info": "daily", "rights": "inbox"})

    assert "不能停发邮件" in page
    assert "始终立即发送" in page
    assert answer.status_code == 422
    assert not reader.notice_choices.exists()


@pytest.mark.parametrize(
    ("kind", "way"), [("rights", "inbox"), ("urgent", "inbox"), ("urgent", "daily"), ("task", "sms")]
)
def test_the_database_stops_nothing_required(reader, kind, way):
    choice = NoticeChoice.objects.create(person=reader, kind="task", way="daily")

    with pytest.raises(IntegrityError, match="notice_choice_stops_nothing_required"), transaction.atomic():
        NoticeChoice.objects.filter(pk=choice.pk).update(kind=kind, way=way)


def test_the_digest_leaves_out_what_is_switched_off(reader, mailoutbox):
    NoticeChoice.objects.create(person=reader, kind="info", way="inbox")
    notify([reader], "只看站内。")
    digest_of()
    notify([reader], "请办理。", kind="task")
    notify([reader], "再看站内。")
    digest_of("2026-03-06")

    (mail,) = mailoutbox
    assert "请办理。" in mail.body
    assert "站内。" not in mail.body
    assert reader.notices.unread().count() == 3
    assert not Notice.objects.undelivered().exists()


def test_a_switch_made_while_notices_wait_holds_for_them(reader, mailoutbox):
    notify([reader], "一")
    NoticeChoice.objects.create(person=reader, kind="info", way="inbox")

    digest_of()

    assert mailoutbox == []


def test_a_kind_wanted_at_once_leaves_at_once_and_not_again(reader, mailoutbox):
    NoticeChoice.objects.create(person=reader, kind="task", way="at_once")
    notify([reader], "请办理。", kind="task")
    notify([reader], "公告。")

    assert tasks.deliver_notices() == 1
    digest_of()

    assert ["请办理。" in mail.body for mail in mailoutbox] == [True, False]
    assert "紧急" not in mailoutbox[0].subject


def test_what_failed_to_leave_at_once_comes_in_the_digest(reader, mailoutbox):
    NoticeChoice.objects.create(person=reader, kind="task", way="at_once")
    notify([reader], "请办理。", kind="task")
    Notice.objects.update(attempts=10)

    assert tasks.deliver_notices() == 0
    digest_of()

    assert "请办理。" in mailoutbox[0].body


def test_the_rights_of_children_are_mailed_whatever_is_stopped(reader, mailoutbox):
    reader.wants_digest = False
    reader.save(update_fields=["wants_digest"])
    notify([reader], "区教育局已对您的申诉作出决定。", kind="rights")
    notify([reader], "公告。")

    digest_of()

    (mail,) = mailoutbox
    assert "申诉" in mail.body
    assert "公告。" not in mail.body


def test_a_mail_leads_to_a_page_that_stops_and_resumes_without_sign_in(client, reader, mailoutbox):
    notify([reader], "公告。")
    digest_of()
    link = link_in(mailoutbox[0])
    assert mailoutbox[0].extra_headers["List-Unsubscribe"].endswith(f"{link}>")
    assert "List-Unsubscribe-Post" not in mailoutbox[0].extra_headers

    shown = client.get(link).content.decode()
    assert "停止“结果与公告”邮件" in shown
    assert not reader.notice_choices.exists()  # opening it changes nothing
    stopped = client.post(link, {"kind": "info", "stop": "1"}, follow=True).content.decode()
    assert "已停止发送“结果与公告”邮件" in stopped
    assert "恢复" in stopped
    notify([reader], "又一条公告。")
    digest_of("2026-03-06")
    assert len(mailoutbox) == 1

    client.post(link, {"kind": "info", "resume": "1"})
    notify([reader], "第三条公告。")
    digest_of("2026-03-07")
    assert len(mailoutbox) == 2
    assert AuditEntry.objects.filter(action="notice_ways", note__startswith="凭邮件链接").count() == 2


def test_all_mail_is_stopped_and_comes_back_as_it_was_set(client, reader, mailoutbox):
    NoticeChoice.objects.create(person=reader, kind="task", way="at_once")
    notify([reader], "请办理。", kind="task")
    tasks.deliver_notices()
    link = link_in(mailoutbox[0])

    client.post(link, {"kind": "all", "stop": "1"})
    notify([reader], "再办理。", kind="task")
    assert tasks.deliver_notices() == 0
    digest_of()
    assert len(mailoutbox) == 1
    assert "恢复，按各类原来的设置发送" in client.get(link).content.decode()

    client.post(link, {"kind": "all", "resume": "1"})
    notify([reader], "三办理。", kind="task")
    assert tasks.deliver_notices() == 1


def test_an_urgent_mail_is_not_stopped_by_its_link(client, reader, mailoutbox):
    notify([reader], "紧急。", kind="urgent")
    tasks.deliver_notices()
    link = link_in(mailoutbox[0])

    assert "List-Unsubscribe" not in mailoutbox[0].extra_headers
    assert client.post(link, {"kind": "urgent", "stop": "1"}).status_code == 400
    assert client.post(link, {"kind": "rights", "stop": "1"}).status_code == 400


def test_a_changed_link_and_a_form_without_its_token_stop_nothing(reader, mailoutbox):
    notify([reader], "公告。")
    digest_of()
    link = link_in(mailoutbox[0])
    strict = Client(enforce_csrf_checks=True)

    assert strict.get(f"{link[:-3]}x/").status_code == 404
    assert strict.post(link, {"kind": "all", "stop": "1"}).status_code == 403
    reader.refresh_from_db()
    assert reader.wants_digest
