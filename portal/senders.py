"""Ways out of the portal: mail, short messages, enterprise messengers. Only what is configured is used."""

import smtplib

import apprise
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.module_loading import import_string


class SendFailed(Exception):
    """The way out is closed for now; try later."""


def send_mail_text(address: str, subject: str, text: str) -> None:
    """Raises SendFailed when the mail server does not take it."""
    try:
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [address])
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


def send_urgent(notice) -> None:
    """One urgent notice to its reader's mail and to the configured messengers.

    Subject and messenger text name no person.
    """
    if notice.recipient.email:
        text = render_to_string("mail/notice.txt", {"notice": notice, "site": settings.SITE_URL})
        send_mail_text(notice.recipient.email, "【紧急】科普服务管理平台通知", text)
    if settings.MESSENGER_URLS:
        messenger = apprise.Apprise()
        messenger.add(settings.MESSENGER_URLS)
        if not messenger.notify(title="科普服务管理平台", body="有新的紧急通知，请登录平台查看。"):
            raise SendFailed("messenger")


def send_digest(person, notices: list) -> None:
    """The day's messages of one person in one mail, if they want it and have an address."""
    if not (person.email and person.wants_digest):
        return
    text = render_to_string(
        "mail/digest.txt", {"person": person, "notices": notices, "site": settings.SITE_URL}
    )
    send_mail_text(person.email, f"科普服务管理平台：{len(notices)} 条待阅消息", text)
