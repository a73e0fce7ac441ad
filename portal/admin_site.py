"""The registers under /admin/: who may enter, and what each register asks for."""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html

from portal import history
from portal.errors import Refused
from portal.roles import Perm


class RegisterSite(admin.AdminSite):
    site_header = "深圳市科普服务管理平台 · 登记管理"
    site_title = "登记管理"
    index_title = "各类登记"
    enable_nav_sidebar = True

    def has_permission(self, request) -> bool:
        return request.user.is_authenticated and request.user.works_in_registers

    def register(self, model_or_iterable, admin_class=None, **options):
        """Registers of the portal's own permissions only; what libraries bring along stays out."""
        if admin_class is not None and issubclass(admin_class, RegisterPermissions):
            super().register(model_or_iterable, admin_class, **options)

    @method_decorator(login_not_required)
    def login(self, request, extra_context=None):
        """There is one way in, with its second factor and its limits: that of /accounts/login/."""
        if request.user.is_authenticated:
            raise PermissionDenied("登记管理供市科协工作人员和三类管理员使用。")
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")


class KeysOnly:
    """Shows again only keys: Django looks up whatever text was sent in their place, and fails."""

    def optgroups(self, name, value, attr=None):
        keys = [one for one in value if str(one).isdecimal() and len(str(one)) <= 18]
        return super().optgroups(name, keys, attr)


class OneByTyping(KeysOnly, AutocompleteSelect):
    """One record, found by typing."""


class SomeByTyping(KeysOnly, AutocompleteSelectMultiple):
    """Several records, found by typing."""


class FoundByTyping:
    """A register, or a part of one, whose `autocomplete_fields` bear whatever is sent in them."""

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", OneByTyping(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", SomeByTyping(db_field, self.admin_site))
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class RegisterPart(FoundByTyping, admin.TabularInline):
    """Rows that are kept with their record; a page that claims to bring thousands is not drawn as long."""

    extra = 0
    max_num = 100

    def get_formset(self, request, obj=None, **kwargs):
        return super().get_formset(request, obj, absolute_max=self.max_num, **kwargs)


class RegisterPermissions(FoundByTyping):
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

    def history_view(self, request, object_id, extra_context=None):
        """Who changed what when; Django's own log is not kept beside the audit trail."""
        record = self.get_object(request, unquote(object_id))
        if record is None or not self.has_view_permission(request, record):
            raise Http404("没有这条记录。")
        context = {
            **self.admin_site.each_context(request),
            "title": f"变更历史：{record}",
            "opts": self.opts,
            "record": record,
            "changes": self.changes_of(record),
        }
        return TemplateResponse(request, "admin/register_history.html", context)

    def changes_of(self, record) -> list[history.Change]:
        return history.changes_of(record)

    def publish_each(self, request, chosen, publish) -> None:
        """Publish the chosen records as the list showed them; what changed since is named and left."""
        done = 0
        for record in chosen:
            try:
                publish(record, seen=self._seen(request, record), by=request.user)
            except Refused as refusal:
                self.message_user(request, f"{record}：{refusal}", messages.WARNING)
            else:
                done += 1
        self.message_user(request, f"已发布 {done} 条。", messages.SUCCESS)

    @admin.display(description="状态", ordering="status")
    def status_as_read(self, record) -> str:
        """The status, and with it which revision of the record stands in the list."""
        seen = '<input type="hidden" name="seen-{}" value="{}">'
        return format_html("{}" + seen, record.get_status_display(), record.pk, record.revision)

    def _seen(self, request, record) -> int:
        sent = request.POST.get(f"seen-{record.pk}", "")
        return int(sent) if sent.isdecimal() and len(sent) <= 9 else -1

    def log_addition(self, request, obj, message):
        """The action wrote it to the audit trail."""

    log_change = log_deletions = log_addition

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.for_user(request.user, self.view_perm) if hasattr(rows, "for_user") else rows
