"""What surrounds every request: origin, headers, session limits, second factor, denials, refusals, scope."""

import logging
import sys
import time
import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from portal import audit
from portal.errors import Refused
from portal.origin import Origin, origin
from portal.scope import request_scope

logger = logging.getLogger(__name__)


def client_address(request) -> str:
    """The address of who asks; behind PROXY_COUNT proxies, the one the outermost of them saw."""
    hops = settings.AXES_IPWARE_PROXY_COUNT
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part]
    if hops and len(forwarded) >= hops:
        return forwarded[-hops][:45]
    return request.META.get("REMOTE_ADDR", "")[:45]


class OriginMiddleware:
    """Gives each request an id and remembers where it came from, for trail and logs."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.id = uuid.uuid4().hex
        token = origin.set(Origin(request_id=request.id, address=client_address(request)))
        try:
            response = self.get_response(request)
        finally:
            origin.reset(token)
        response.headers["X-Request-Id"] = request.id
        return response


class HeadersMiddleware:
    """Permissions of the browser, and no copies of what a signed-in person saw."""

    DENIED = "camera=(), microphone=(), payment=(), usb=(), interest-cohort=(), browsing-topics=()"

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        here = "self" if request.path.startswith("/menu/") else ""
        response.headers["Permissions-Policy"] = f"{self.DENIED}, geolocation=({here})"
        if hasattr(request, "user") and request.user.is_authenticated:
            response.headers["Cache-Control"] = "no-store, private"
        return response


class KeptSessionMiddleware(SessionMiddleware):
    """Django's, for a session that ended while its page was made: signed in anew, or ended from elsewhere.

    Django answers that with "bad request" and the portal's page for it says that nothing was kept, which
    is not so: what the view did is committed by then. A page is asked for again, under the session there
    is now or none; what was sent is answered as the view answered it.
    """

    def process_response(self, request, response):
        try:
            return super().process_response(request, response)
        except SessionInterrupted:
            if request.method not in ("GET", "HEAD"):
                return response
            return HttpResponseRedirect(request.get_full_path(), headers={"Cache-Control": "no-store"})


class SessionLimitMiddleware:
    """Ends a session after half an hour without a request, and after twelve hours in any case."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            now = int(time.time())
            began = request.session.setdefault("began", now)
            seen = request.session.get("seen", now)
            idle = now - seen > settings.SESSION_IDLE_SECONDS
            if idle or now - began > settings.SESSION_ABSOLUTE_SECONDS:
                return self._end(request)
            if now - seen > 60 or "seen" not in request.session:
                request.session["seen"] = now
        return self.get_response(request)

    def _end(self, request):
        logout(request)
        if request.method == "POST":
            return _given_back(request)
        messages.info(request, "登录已超时，请重新登录。")
        return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}")


class SignInMiddleware(LoginRequiredMiddleware):
    """Django's, for a form sent by somebody who is signed in no longer: out of time while the session's row
    went, signed out in another window, ended from elsewhere. A redirect would lose what was typed."""

    def handle_no_permission(self, request, view_func):
        if request.method == "POST":
            return _given_back(request)
        return super().handle_no_permission(request, view_func)


def _given_back(request) -> HttpResponse:
    """What was typed goes back to the browser that sent it, which sends it again after the sign-in. Nothing
    of it is kept here."""
    page = render(request, "errors/session_ended.html", {"fields": _typed(request)}, status=401)
    page.headers["Cache-Control"] = "no-store, private"
    return page


def _typed(request) -> list[tuple[str, str]]:
    """The fields of a form of the portal's own; never a secret, and none that another site had filled in."""
    if not _is_from_here(request):
        return []
    return [
        (name, value)
        for name, values in request.POST.lists()
        if not _is_secret(name, request.path)
        for value in values
    ]


def _is_secret(name: str, path: str) -> bool:
    is_code = name == "code" and path.startswith(("/accounts/", "/guardian/"))
    return is_code or name == "csrfmiddlewaretoken" or "password" in name


def _is_from_here(request) -> bool:
    """Whether a page of the portal sent the form. Browsers name the origin of every form they send."""
    said = request.headers.get("Origin") or request.headers.get("Referer")
    if said is None:
        return True
    asked = urlsplit(said)
    origin = f"{asked.scheme}://{asked.netloc}"
    return origin == f"{request.scheme}://{request.get_host()}" or origin in settings.CSRF_TRUSTED_ORIGINS


class SecondFactorMiddleware:
    """Nobody whose role asks for a second factor gets past setting one up."""

    OPEN = ("/accounts/", "/static/", "/healthz", "/readyz", "/csp/", "/display/", "/mail/")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        user = request.user
        wanted = user.is_authenticated and not request.path.startswith(self.OPEN) and user.needs_mfa
        if wanted and not user.authenticator_set.filter(type__in=["totp", "webauthn"]).exists():
            messages.warning(request, "您的岗位需要两步验证，请先绑定验证器。")
            return redirect("mfa_index")
        return self.get_response(request)


class PasswordAgeMiddleware:
    """Nobody whose password is too old opens any page before changing it; what was typed meanwhile is kept.

    Off unless `PASSWORD_MAX_DAYS` is set: for where the 等级保护测评 asks for it.
    """

    OPEN = ("/accounts/password/change/", "/accounts/logout/", "/accounts/reauthenticate/")
    OPEN_TO_ALL = ("/static/", "/healthz", "/readyz", "/csp/", "/display/", "/mail/")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        user, is_open = request.user, request.path.startswith(self.OPEN + self.OPEN_TO_ALL)
        if is_open or not user.is_authenticated or not user.must_change_password(timezone.now()):
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            page = render(request, "errors/password_old.html", {"fields": _typed(request)}, status=403)
            page.headers["Cache-Control"] = "no-store, private"
            return page
        messages.warning(request, f"密码已超过 {settings.PASSWORD_MAX_DAYS} 天没有更换，请先修改密码。")
        return redirect(
            f"{reverse('account_change_password')}?{urlencode({'next': request.get_full_path()})}"
        )


class DenialMiddleware:
    """Writes down that somebody was denied, after what the request did was rolled back."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code == 403 and request.user.is_authenticated:
            audit.event("denied", by=request.user, kind="page", name=request.path)
        return response


class RefusalMiddleware:
    """Turns a Refused that no view caught into a message on the page the person came from."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, Refused):
            return None
        back = request.headers.get("Referer", "")
        same_site = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
        if request.method == "GET" or not same_site:
            return render(request, "errors/refused.html", {"reason": str(exception)}, status=409)
        messages.error(request, str(exception))
        return HttpResponseRedirect(back)  # an address, never the name of a page


class ScopeMiddleware:
    """One transaction around view and rendering, bound to the scope of who asks. The innermost one.

    The view itself runs in a savepoint (ATOMIC_REQUESTS): a fault in it undoes its changes, and the
    page that reports the fault can still be rendered.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    # Asked by what watches the portal, most of all while the database is away.
    OUTSIDE = ("/healthz", "/metrics")

    def __call__(self, request):
        if request.path in self.OUTSIDE:
            return self.get_response(request)
        with request_scope(request.user):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response


def page_context(request) -> dict:
    """What every page shows: how to display, and how many notices wait."""
    cookies = request.COOKIES
    theme = cookies.get("theme", "") if cookies.get("theme") in ("light", "dark") else ""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "display_theme": theme,
        "display_large": cookies.get("type") == "large",
        "unread_count": user.notices.unread().count() if signed_in else 0,
        "is_demo": settings.DEMO,
        "session_seconds": settings.SESSION_IDLE_SECONDS if signed_in else 0,
    }


def csrf_failure(request, reason=""):
    page = render(request, "errors/csrf.html", {"fields": _typed(request)}, status=403)
    page.headers["Cache-Control"] = "no-store, private"
    return page


def server_error(request):
    """A page that needs no database: it may be the database that is away."""
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    status = 503 if away else 500
    page = render_to_string(f"errors/{status}.html", {"request_id": getattr(request, "id", "")})
    return HttpResponse(page, status=status, headers={"Retry-After": "10"} if away else {})
