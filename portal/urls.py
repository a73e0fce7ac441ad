"""Addresses of the portal. Each app's own stand in its urls.py."""

from functools import partial
from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path
from django.views import defaults

from portal import components, desk, display, health, pages

handler400 = partial(defaults.bad_request, template_name="errors/400.html")
handler403 = partial(defaults.permission_denied, template_name="errors/403.html")
handler404 = partial(defaults.page_not_found, template_name="errors/404.html")
handler500 = "portal.middleware.server_error"

urlpatterns = [
    path("", pages.home, name="home"),
    path("search/", pages.search, name="search"),
    path("desk/", pages.desk, name="desk"),
    path("desk/inbox/", desk.inbox, name="inbox"),
    path("desk/inbox/read/", desk.inbox_read, name="inbox_read"),
    path("desk/jobs/<int:pk>/", desk.job_detail, name="job"),
    path("desk/audit/", desk.audit_list, name="audit"),
    path("desk/components/", components.gallery, name="components"),
    path("display/", display.display, name="display"),
    path("trail/", desk.trail_head, name="trail_head"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("csp/", health.csp_report, name="csp_report"),
]

# Each app brings its public pages and its desk pages.
for module, prefix in (
    ("resources.urls", "menu/"),
    ("resources.desk_urls", "desk/resources/"),
    ("events.urls", "events/"),
    ("events.desk_urls", "desk/events/"),
    ("youth_credits.urls", "desk/credits/"),
    ("indicators.urls", "index/"),
    ("indicators.desk_urls", "desk/returns/"),
    ("outreach.urls", "desk/outreach/"),
    ("talent.urls", "desk/talent/"),
):
    if find_spec(module):
        urlpatterns.append(path(prefix, include(module)))
