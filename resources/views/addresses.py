"""For machines that look for pages: the sitemap and what they may read."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import Sitemap
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.regions import Level, Region
from resources.models import Audience, Resource
from resources.queries.routes import public_routes


class PageSitemap(Sitemap):
    """The sections, and the landing pages of groups, districts and subdistricts."""

    def items(self):
        names = (
            "home",
            "resources:menu",
            "routes:list",
            "needs:board",
            "events:list",
            "events:list",
            "works:list",
            "indicators:index",
            "library:list",
            "library:glossary",
            "guidance:list",
            "open_data",
        )
        groups = [group for group in Audience.values if group != Audience.GENERAL]
        places = Region.objects.inhabited().filter(level__in=(Level.DISTRICT, Level.SUBDISTRICT))
        return [
            *(reverse(name) for name in names),
            *(reverse("landing_audience", args=[group]) for group in groups),
            *(reverse("landing_place", args=[place.code]) for place in places.order_by("code")),
        ]

    def location(self, item):
        return item


class ResourceSitemap(Sitemap):
    limit = 5000

    def items(self):
        return Resource.objects.published().only("code", "updated_at").order_by("pk")

    def lastmod(self, item):
        return item.updated_at


class RouteSitemap(Sitemap):
    def items(self):
        return public_routes().only("code", "published_at").order_by("pk")

    def lastmod(self, item):
        return item.published_at


SITEMAPS = {"pages": PageSitemap, "resources": ResourceSitemap, "routes": RouteSitemap}

CLOSED = (
    "/desk/",
    "/admin/",
    "/accounts/",
    "/files/",
    "/menu/s/",
    "/needs/n/",
    "/needs/basket/",
    "/display/",
    "/search/",
)


@login_not_required
@require_safe
def robots(request):
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in CLOSED),
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
