"""My account: who I am here, my mail, and where I am signed in."""

from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from portal import audit

BROWSERS = (("MicroMessenger", "微信"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"))
SYSTEMS = (
    ("HarmonyOS", "鸿蒙"),
    ("Android", "安卓"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


class DigestForm(forms.Form):
    wants_digest = forms.BooleanField(
        label="接收消息邮件",
        required=False,
        help_text="只在有新消息时发送；未成年人权益和安全与紧急消息不受影响。",
    )


def device_of(user_agent: str) -> str:
    """A browser as people call it: “Chrome · Windows”."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    if not browser:
        browser = "Safari" if "Safari" in user_agent else "其他浏览器"
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return f"{browser} · {system}" if system else browser


def _sessions(request) -> list[dict]:
    """Where this person is signed in; the present one first, the rest newest first."""
    here = request.session.session_key
    sessions = UserSession.objects.purge_and_list(request.user)
    sessions.sort(key=lambda session: (session.session_key != here, -session.created_at.timestamp()))
    return [
        {
            "pk": session.pk,
            "device": device_of(session.user_agent),
            "address": session.ip,
            "began_at": session.created_at,
            "is_here": session.session_key == here,
        }
        for session in sessions
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def account(request):
    user = request.user
    typed = request.POST if request.method == "POST" else None  # an empty post switches it off
    form = DigestForm(typed, initial={"wants_digest": user.wants_digest})
    if form.is_valid():
        user.wants_digest = form.cleaned_data["wants_digest"]
        user.save(update_fields=["wants_digest"])
        messages.success(request, "已保存。")
        return redirect("account")
    kinds = set(user.authenticator_set.values_list("type", flat=True))
    context = {
        "posts": [
            {"role": grant.get_role_display(), "place": grant.region or grant.organization}
            for grant in user.standing_grants()
        ],
        "form": form,
        "sessions": _sessions(request),
        "has_factor": bool(kinds & {"totp", "webauthn"}),
        "needs_factor": user.needs_mfa,
    }
    return render(request, "account/account.html", context, status=422 if form.errors else 200)


@require_POST
def session_end(request, pk):
    """End one of one's own sessions; it is gone on the server with the next request."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    is_here = session.session_key == request.session.session_key
    audit.event("session_end", by=request.user, kind="session", name=device_of(session.user_agent))
    session.end()
    if is_here:
        return redirect("home")
    messages.success(request, "该处登录已结束。")
    return redirect("account")
