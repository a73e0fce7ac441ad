from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "平台基础"
    default = True


class PortalAdminConfig(admin_apps.AdminConfig):
    """Django's admin with the portal's own door."""

    default = False
    default_site = "portal.admin_site.RegisterSite"
