"""Addresses of the portal. Each app's own stand in its urls.py."""

from functools import partial

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import views as sitemaps
from django.urls import include, path
from django.utils.module_loading import import_string
from django.views import defaults
from django.views.decorators.http import require_safe

from portal import (
    account_pages,
    api,
    batch_pages,
    components,
    credentials,
    desk,
    display,
    files,
    health,
    notice_pages,
    open_data,
    pages,
    personal_data,
    verify,
)


def _part(patterns: str, namespace: str):
    """A list of an app's urls.py by its dotted name."""
    return include((import_string(patterns), namespace))


handler400 = partial(defaults.bad_request, template_name="errors/400.html")
handler403 = partial(defaults.permission_denied, template_name="errors/403.html")
handler404 = partial(defaults.page_not_found, template_name="errors/404.html")
handler500 = "portal.middleware.server_error"

SITEMAPS = {"sitemaps": import_string("resources.views.addresses.SITEMAPS")}
SITEMAP_VIEWS = [login_not_required(require_safe(view)) for view in (sitemaps.index, sitemaps.sitemap)]

urlpatterns = [
    path("", pages.home, name="home"),
    path("search/", pages.search, name="search"),
    path("desk/", pages.desk, name="desk"),
    path("desk/inbox/", desk.inbox, name="inbox"),
    path("desk/inbox/read/", desk.inbox_read, name="inbox_read"),
    path("desk/jobs/", batch_pages.job_list, name="jobs"),
    path("desk/jobs/<int:pk>/", desk.job_detail, name="job"),
    path("desk/sheets/<uuid:uuid>/", batch_pages.batch_detail, name="sheet_batch"),
    path("desk/sheets/<uuid:uuid>/undo/", batch_pages.batch_undo, name="sheet_batch_undo"),
    path("desk/sheets/<uuid:uuid>/again/", batch_pages.batch_again, name="sheet_batch_again"),
    path("desk/sheets/<uuid:uuid>/faults/", batch_pages.batch_faults, name="sheet_batch_faults"),
    path("desk/audit/", desk.audit_list, name="audit"),
    path("desk/components/", components.gallery, name="components"),
    path("display/", display.display, name="display"),
    path("trail/", desk.trail_head, name="trail_head"),
    path("files/<uuid:pk>/", files.file, name="file"),
    path("accounts/me/", account_pages.account, name="account"),
    path("accounts/notices/", notice_pages.notice_choices, name="notice_choices"),
    path("mail/<str:token>/", notice_pages.notice_mail, name="notice_mail"),
    path("accounts/sessions/<int:pk>/end/", account_pages.session_end, name="session_end"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
    path("open-data/", open_data.open_data, name="open_data"),
    path("privacy/", personal_data.personal_data, name="personal_data"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("verify/", verify.verify_form, name="verify_form"),
    path("verify/<str:token>/", verify.verify, name="verify"),
    path(".well-known/jwks.json", credentials.key_set, name="credential_keys"),
    path("credentials/issuer/", credentials.issuer_profile, name="credential_issuer"),
    path("credentials/status/<int:number>/", credentials.status_list, name="credential_status"),
    path("csp/", health.csp_report, name="csp_report"),
    # Each app brings its public pages and its desk pages.
    path("menu/for/<slug:audience>/", pages.landing_audience, name="landing_audience"),
    path("menu/in/<slug:code>/", pages.landing_place, name="landing_place"),
    path("menu/calendar.ics", pages.menu_calendar, name="menu_calendar"),
    path("menu/", include("resources.urls")),
    path("menu/<slug:code>/", pages.resource, name="resource"),
    path("routes/", _part("resources.urls.routes_public", "routes")),
    path("desk/routes/", _part("resources.urls.routes_desk", "routes_desk")),
    path("needs/", _part("resources.urls.needs_public", "needs")),
    path("desk/needs/", _part("resources.urls.needs_desk", "needs_desk")),
    path("desk/bookings/", _part("resources.urls.bookings_desk", "bookings_desk")),
    path("open-data/", _part("resources.urls.open_data_files", "resources_open")),
    path("sitemap.xml", SITEMAP_VIEWS[0], {**SITEMAPS, "sitemap_url_name": "sitemap"}, name="sitemaps"),
    path("sitemap-<slug:section>.xml", SITEMAP_VIEWS[1], SITEMAPS, name="sitemap"),
    path("robots.txt", import_string("resources.views.addresses.robots"), name="robots"),
    path("works/", _part("resources.urls.works_public", "works")),
    path("desk/works/", _part("resources.urls.works_desk", "works_desk")),
    path("desk/reviews/", _part("resources.urls.work_reviews_desk", "work_reviews")),
    path("desk/resources/", _part("resources.urls.desk", "resources_desk")),
    path("desk/census/", _part("resources.urls.census_desk", "census_desk")),
    path("bases/", _part("outreach.urls.bases_public", "bases")),
    path("bases/<int:pk>/", pages.base, name="base"),
    path("desk/supervision/", _part("outreach.urls.supervision_desk", "supervision_desk")),
    path("plan/", _part("outreach.urls.plan_public", "plan")),
    path("desk/plan/", _part("outreach.urls.plan_desk", "plan_desk")),
    path("funds/", _part("outreach.urls.funds_public", "funds")),
    path("desk/funds/", _part("outreach.urls.funds_desk", "funds_desk")),
    path("desk/coordination/", _part("outreach.urls.coordination_desk", "coordination")),
    path("guidance/", _part("outreach.urls.guidance_public", "guidance")),
    path("library/", _part("outreach.urls.library_public", "library")),
    path("desk/library/", _part("outreach.urls.library_desk", "library_desk")),
    path("desk/titles/", _part("outreach.urls.titles_desk", "titles_desk")),
    path("directory/", _part("resources.urls.directory_public", "directory")),
    path("events/", include("events.urls")),
    path("desk/events/", _part("events.urls.desk", "events_desk")),
    path("desk/talent/", _part("talent.urls.desk", "talent_desk")),
    path("desk/credits/", include("youth_credits.urls")),
    path("desk/guardian/", _part("youth_credits.urls.guardian", "guardian")),
    path("desk/mentor/", _part("youth_credits.urls.mentor_desk", "mentor")),
    path("desk/protection/", _part("youth_credits.urls.protection_desk", "protection")),
    path("desk/oversight/", _part("youth_credits.urls.oversight_desk", "oversight")),
    path("guardian/", _part("youth_credits.urls.guardian_public", "guardian_public")),
    path("index/", include("indicators.urls")),
    path("desk/returns/", _part("indicators.urls.desk", "indicators_desk")),
    path("desk/index/", _part("indicators.urls.index_desk_urls", "index_desk")),
    path("reports/", _part("indicators.urls.reports_public", "reports")),
    path("desk/reports/", _part("indicators.urls.reports_desk", "reports_desk")),
]
