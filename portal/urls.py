"""Addresses of the portal. Each app's own stand in its urls.py."""

from django.contrib import admin
from django.urls import include, path

from portal import desk, health, pages

handler500 = "portal.middleware.server_error"

urlpatterns = [
    path("", pages.home, name="home"),
    path("search/", pages.search, name="search"),
    path("desk/", pages.desk, name="desk"),
    path("desk/inbox/", desk.inbox, name="inbox"),
    path("desk/inbox/read/", desk.inbox_read, name="inbox_read"),
    path("desk/jobs/<int:pk>/", desk.job_detail, name="job"),
    path("desk/audit/", desk.audit_list, name="audit"),
    path("trail/", desk.trail_head, name="trail_head"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("menu/", include("resources.urls")),
    path("events/", include("events.urls")),
    path("desk/resources/", include("resources.desk_urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("csp/", health.csp_report, name="csp_report"),
]
