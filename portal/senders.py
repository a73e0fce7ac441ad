"""Ways out of the portal: mail, short messages, enterprise messengers. Only what is configured is used."""

import smtplib

import apprise
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.module_loading import import_string

from portal.encryption import sign
from portal.notices import Notice, mailed_kinds

MAIL_LINK = "notice_mail"  # what the signed links of the mails are for


class SendFailed(Exception):
    """The way out is closed for now; try later."""


def send_mail(address: str, subject: str, text: str, headers: dict[str, str]) -> None:
    EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [address], headers=headers).send()


def send_mail_text(address: str, subject: str, text: str, *, stop: str = "") -> None:
    """`stop` is the page that stops such mails. Raises SendFailed when the mail server does not take it.

    Only List-Unsubscribe is given, without List-Unsubscribe-Post: one click of RFC 8058 is a form sent by the
    mail program without a session and thus without a CSRF token, and no page of the portal takes one.
    """
    try:
        send_mail(address, subject, text, {"List-Unsubscribe": f"<{stop}>"} if stop else {})
    except (smtplib.SMTPException, OSError) as fault:
        raise SendFailed(str(fault)) from fault


def send_sms(mobile: str, text: str) -> bool:
    """False where no sender is configured. Raises SendFailed when the gateway does not take it."""
    if not settings.SMS_SENDER:
        return False
    try:
        import_string(settings.SMS_SENDER)(mobile, text)
    except OSError as fault:
        raise SendFailed(str(fault)) from fault
    return True


def stop_address(person) -> str:
    """The page on which whoever has the mail stops or resumes such mails without signing in."""
    return f"{settings.SITE_URL}{reverse('notice_mail', args=[sign(str(person.pk), purpose=MAIL_LINK)])}"


def send_at_once(notice) -> None:
    """One notice to its reader's mail; an urgent one to the configured messengers too.

    Subject and messenger text name no person.
    """
    is_urgent, reader = notice.kind == Notice.Kind.URGENT, notice.recipient
    if reader.email:
        stop = stop_address(reader)
        text = render_to_string(
            "mail/notice.txt", {"notice": notice, "site": settings.SITE_URL, "stop": stop}
        )
        subject = f"科普服务管理平台：{notice.get_kind_display()}"
        if is_urgent:
            subject, stop = "【紧急】科普服务管理平台通知", ""
        send_mail_text(reader.email, subject, text, stop=stop)
    if is_urgent and settings.MESSENGER_URLS:
        messenger = apprise.Apprise()
        messenger.add(settings.MESSENGER_URLS)
        if not messenger.notify(title="科普服务管理平台", body="有新的紧急通知，请登录平台查看。"):
            raise SendFailed("messenger")


def send_digest(person, notices: list) -> None:
    """The day's messages in one mail: those of the kinds this person wants mailed, if there is an address."""
    kinds = mailed_kinds(person)
    mailed = [notice for notice in notices if notice.kind in kinds]
    if not (person.email and mailed):
        return
    stop = stop_address(person)
    context = {"person": person, "notices": mailed, "site": settings.SITE_URL, "stop": stop}
    text = render_to_string("mail/digest.txt", context)
    send_mail_text(person.email, f"科普服务管理平台：{len(mailed)} 条待阅消息", text, stop=stop)
