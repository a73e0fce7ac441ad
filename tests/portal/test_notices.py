import smtplib

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal import jobs, senders, tasks
from portal.notices import Notice, notify
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
