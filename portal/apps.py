from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "平台基础"


class PortalAdminConfig(AdminConfig):
    """Django's admin with the portal's own door."""

    default_site = "portal.admin_site.RegisterSite"
