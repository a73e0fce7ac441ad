"""Background work of events: the message to whoever signed up, and the daily upkeep."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from events import actions
from events.models import SignUp
from portal import jobs
from portal.encryption import sign
from portal.senders import send_mail_text, send_sms

SUBJECTS = {"made": "报名成功：请保存报名码", "cancelled": "活动取消通知"}
SMS = {
    "made": "【深圳科普】您已报名成功，报名码 {code}，请凭码签到。",
    "cancelled": "【深圳科普】您报名的活动已取消，详情请见平台公告。",
}


@jobs.handler("sign_up_message")
def sign_up_message(job: jobs.Job) -> None:
    """Send one sign-up's message by mail if an address was given, by SMS only where configured."""
    entry = SignUp.objects.select_related("session__event__resource").filter(uuid=job.payload["uuid"]).first()
    if entry is None:
        return
    what = job.payload["what"]
    if entry.mail:
        link = reverse("events:sign_up_made", args=[sign(str(entry.uuid), purpose="sign_up")])
        text = render_to_string(
            f"mail/sign_up_{what}.txt", {"entry": entry, "link": f"{settings.SITE_URL}{link}"}
        )
        send_mail_text(entry.mail, SUBJECTS[what], text)
    send_sms(entry.mobile, SMS[what].format(code=entry.code))


@jobs.handler("events_upkeep")
def upkeep(job: jobs.Job) -> None:
    """Once a day: forget sign-ups whose time is over, tell places what is on there next."""
    now = timezone.now()
    job.progress(actions.forget_sign_ups(at=now) + actions.note_next_sessions(at=now))
