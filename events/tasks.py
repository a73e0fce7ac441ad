"""Background work of events: the messages to whoever signed up, and the daily upkeep."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from events import actions
from events.models import SessionMove, SignUp
from portal import jobs
from portal.encryption import sign
from portal.senders import send_mail_text, send_sms
from portal.templatetags.portal_tags import cn_until

SUBJECTS = {
    "made": "报名成功：请保存报名码",
    "moved": "时间或地点有变更：您报名的活动",
    "cancelled": "活动取消通知",
}
SMS = {
    "made": "【深圳科普】您已报名成功，报名码 {code}，请凭码签到。",
    "moved": "【深圳科普】您报名的活动有变更，现为{when}，地点：{place}。报名码 {code} 不变。",
    "cancelled": "【深圳科普】您报名的活动已取消，详情请见平台公告。",
}


@jobs.handler("sign_up_mail")
def sign_up_mail(job: jobs.Job) -> None:
    """Send one sign-up's message to the address given."""
    entry = _entry_of(job)
    if entry is None or not entry.mail:
        return
    what = job.payload["what"]
    link = reverse("events:sign_up_made", args=[sign(str(entry.uuid), purpose="sign_up")])
    context = {
        "entry": entry,
        "link": f"{settings.SITE_URL}{link}",
        "move": SessionMove.objects.filter(pk=job.payload.get("move", 0)).first(),
    }
    send_mail_text(entry.mail, SUBJECTS[what], render_to_string(f"mail/sign_up_{what}.txt", context))


@jobs.handler("sign_up_sms")
def sign_up_sms(job: jobs.Job) -> None:
    """Send one sign-up's message to the mobile, where a sender is configured."""
    entry = _entry_of(job)
    if entry is None:
        return
    session = entry.session
    when = cn_until(session.starts_at, session.ends_at)
    text = SMS[job.payload["what"]].format(code=entry.code, when=when, place=session.event.where)
    send_sms(entry.mobile, text)


def _entry_of(job: jobs.Job) -> SignUp | None:
    """The sign-up a message is about; None if it was forgotten or withdrawn meanwhile."""
    entries = SignUp.objects.select_related("session__event__resource")
    return entries.filter(uuid=job.payload["uuid"], cancelled_at=None).first()


@jobs.handler("events_upkeep")
def upkeep(job: jobs.Job) -> None:
    """Once a day: forget sign-ups whose time is over, tell places what is on there next, and titles what
    their holders did."""
    now = timezone.now()
    done = actions.forget_sign_ups(at=now) + actions.note_next_sessions(at=now)
    job.progress(done + actions.write_evidence_of_years(at=now))
