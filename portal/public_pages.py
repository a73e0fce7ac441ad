"""Whole pages of the public, kept for up to a minute and given to everybody who asks for the same.

A view says with `@public_page` that its page is the same for everybody without a session. It is kept under
its address, how it is displayed, the minute, and the version of what it shows: a change that commits is
seen by the next visitor, and what depends on the clock is a minute old at most. A page that sets a cookie
(a form's token), that somebody signed in asks for, or that was not answered with 200 is never kept.
"""

import hashlib
from functools import wraps

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags
from django.utils.module_loading import import_string

SECONDS = 60
LONGEST_ADDRESS = 300  # characters; longer ones are machines that try things
# What this process gave out last: asking Redis for 50 kB costs as much as the rest of such an answer.
given_out = LocMemCache("public_pages", {"OPTIONS": {"MAX_ENTRIES": 200}})
_KEPT_HEADERS = ("Content-Type", "Vary", "X-Frame-Options", "Cross-Origin-Opener-Policy", "Referrer-Policy")


def public_page(view):
    """The page is the same for everybody without a session, unless the view says otherwise itself."""

    @wraps(view)
    def answer(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response.is_public_page = not response.has_header("Cache-Control")
        return response

    return answer


class PublicPageMiddleware:
    """Answers from the kept pages before session, account and database transaction are asked for."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.versions = [(path, import_string(name)) for path, name in settings.PUBLIC_PAGES]

    def __call__(self, request):
        version = self._version_of(request)
        if version is None:
            return self.get_response(request)
        key = _key_of(request, version())
        etag = f'"{key}"'
        if etag in parse_etags(request.headers.get("If-None-Match", "")):
            return _dated(HttpResponseNotModified(), etag)
        kept = _kept(key)
        if kept is not None:
            return _dated(HttpResponse(kept[0], headers=kept[1]), etag)
        response = self.get_response(request)
        if _may_be_kept(response):
            headers = {name: response[name] for name in _KEPT_HEADERS if response.has_header(name)}
            cache.set(f"page:{key}", (response.content, headers), SECONDS)
            _dated(response, etag)
        return response

    def _version_of(self, request):
        is_strange = request.method != "GET" or len(request.get_full_path()) > LONGEST_ADDRESS
        if is_strange or settings.SESSION_COOKIE_NAME in request.COOKIES or "messages" in request.COOKIES:
            return None
        return next((version for path, version in self.versions if request.path.startswith(path)), None)


def _kept(key: str) -> tuple[bytes, dict] | None:
    """A kept page and its headers. Its key is never that of another page, so no process keeps an old one."""
    kept = given_out.get(key)
    if kept is None:
        kept = cache.get(f"page:{key}")
        if kept is not None:
            given_out.set(key, kept, SECONDS)
    return kept


def _key_of(request, version: str) -> str:
    shown = (
        request.get_host(),
        request.get_full_path(),
        request.COOKIES.get("theme", ""),
        request.COOKIES.get("type", ""),
        f"{timezone.now():%Y%m%d%H%M}",
        version,
    )
    return hashlib.sha256("\0".join(shown).encode()).hexdigest()[:40]


def _may_be_kept(response) -> bool:
    is_public = getattr(response, "is_public_page", False)
    return is_public and response.status_code == 200 and not response.cookies and not response.streaming


def _dated(response, etag: str):
    response.headers["ETag"] = etag
    patch_cache_control(response, public=True, max_age=SECONDS)
    return response
