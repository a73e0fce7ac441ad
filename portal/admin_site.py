"""The registers under /admin/: who may enter, and what each register asks for."""

from django.contrib import admin

from portal.roles import Perm


class RegisterSite(admin.AdminSite):
    site_header = "深圳市科普服务管理平台 · 登记管理"
    site_title = "登记管理"
    index_title = "各类登记"
    enable_nav_sidebar = True

    def has_permission(self, request) -> bool:
        return request.user.is_authenticated and request.user.works_in_registers


class RegisterPermissions:
    """Rights of a register from the portal's own permissions, not from Django's tables.

    A register names `view_perm`, and `edit_perm` where it may be changed; rows are those of the places in
    which the person holds the right. Nothing is deleted in a register: it is retired.
    """

    view_perm: Perm
    edit_perm: Perm | None = None

    def has_module_permission(self, request) -> bool:
        return request.user.is_authenticated and request.user.can(self.view_perm)

    def has_view_permission(self, request, obj=None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request) -> bool:
        return self.edit_perm is not None and request.user.can(self.edit_perm)

    def has_change_permission(self, request, obj=None) -> bool:
        return self.has_add_permission(request)

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    def has_import_permission(self, request) -> bool:
        return self.has_add_permission(request)

    def has_export_permission(self, request) -> bool:
        return self.has_module_permission(request)

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.for_user(request.user, self.view_perm) if hasattr(rows, "for_user") else rows
