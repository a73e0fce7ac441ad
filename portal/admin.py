"""The shared registers: organisations, regions, accounts with their grants, the audit trail."""

from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.http import Http404

from portal import account_actions as accounts
from portal import history, invitations
from portal.accounts import Grant, User
from portal.admin_site import RegisterPart, RegisterPermissions
from portal.audit import AuditEntry
from portal.errors import Refused
from portal.organization_sheet import OrganizationForm, OrganizationSheet, save_organization
from portal.organizations import Organization
from portal.regions import Region
from portal.register_pages import RegisterSheets
from portal.roles import Perm
from portal.synonyms import Synonyms, SynonymsForm, SynonymsSheet
from portal.synonyms import save as save_synonyms


@admin.register(Organization)
class OrganizationAdmin(RegisterSheets, RegisterPermissions, admin.ModelAdmin):
    """Every body of the city: found by name, pinyin or code."""

    resource_classes = [OrganizationSheet]
    view_perm, edit_perm = Perm.ORGANIZATION_VIEW, Perm.ORGANIZATION_EDIT
    form = OrganizationForm
    list_display = ["name", "kind", "region", "credit_code", "school_code", "is_active"]
    list_filter = ["kind", "is_active", ("region", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["region", "parent"]
    search_fields = ["name", "short_name", "pinyin", "credit_code", "school_code"]
    autocomplete_fields = ["region", "parent"]
    show_full_result_count = False
    ordering = ["name", "pk"]

    def save_model(self, request, obj, form, change):
        save_organization(obj, by=request.user)


@admin.register(Synonyms)
class SynonymsAdmin(RegisterSheets, RegisterPermissions, admin.ModelAdmin):
    """Words that find each other's things in every search of the portal."""

    resource_classes = [SynonymsSheet]
    view_perm, edit_perm = Perm.RESOURCE_REVIEW, Perm.RESOURCE_REVIEW
    form = SynonymsForm
    list_display = ["term", "words", "note", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["term", "aliases", "note"]
    show_full_result_count = False
    ordering = ["term", "pk"]

    @admin.display(description="别名与同义词")
    def words(self, group) -> str:
        return "、".join(group.aliases)

    def save_model(self, request, obj, form, change):
        save_synonyms(obj, by=request.user)


@admin.register(Region)
class RegionAdmin(RegisterPermissions, admin.ModelAdmin):
    """The four levels, as the national list has them; read only."""

    view_perm = Perm.ORGANIZATION_VIEW
    list_display = ["name", "level", "parent", "code", "is_official"]
    list_filter = ["level", "is_official"]
    list_select_related = ["parent"]
    search_fields = ["name", "code", "pinyin"]
    show_full_result_count = False
    ordering = ["code"]


class GrantInline(RegisterPart):
    model = Grant
    autocomplete_fields = ["region", "organization"]

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.can(Perm.ACCOUNT_ADMIN)

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


class NewUserForm(forms.ModelForm):
    """A new account has no password: its owner sets one by the invitation link."""

    class Meta:
        model = User
        fields = ("username", "name", "email")


@admin.register(User)
class AccountAdmin(RegisterPermissions, UserAdmin):
    """Accounts and what is granted to them; the administrator of accounts alone, never his own."""

    view_perm = edit_perm = Perm.ACCOUNT_ADMIN
    add_form = NewUserForm
    inlines = [GrantInline]
    list_display = ["username", "name", "email", "is_active", "last_login"]
    list_filter = ["is_active", "grants__role"]
    search_fields = ["username", "name"]
    filter_horizontal = ()
    fieldsets = [(None, {"fields": ["username", "name", "email", "is_active", "last_login"]})]
    add_fieldsets = [(None, {"fields": ["username", "name", "email"]})]
    readonly_fields = ["last_login"]
    show_full_result_count = False
    ordering = ["username"]

    actions = ["send_links", "end_sessions"]

    def has_change_permission(self, request, obj=None) -> bool:
        return super().has_change_permission(request, obj) and obj != request.user

    def get_inlines(self, request, obj):
        """One's own grants stand under "我的账号": shown here they would link to places one may not open."""
        return [] if obj == request.user else super().get_inlines(request, obj)

    def user_change_password(self, request, id, form_url=""):
        """Nobody sets somebody else's password: its owner does, by the link of `send_links`."""
        raise Http404

    @admin.action(description="发送设置密码的链接")
    def send_links(self, request, queryset):
        for user in queryset:
            try:
                link = invitations.invite(user, by=request.user)
            except Refused as refusal:
                messages.error(request, str(refusal))
                continue
            words = f"{user.username} 没有登记邮箱，请当面交付此链接（24 小时内有效，仅显示一次）：{link}"
            messages.success(request, words if link else f"链接已发到 {user.username} 的邮箱。")

    @admin.action(description="结束所有登录")
    def end_sessions(self, request, queryset):
        for user in queryset.exclude(pk=request.user.pk):
            accounts.end_sessions(user, sessions=UserSession.objects.filter(user=user), by=request.user)
        messages.success(request, "所选账号的登录已全部结束。")

    def save_model(self, request, obj, form, change):
        accounts.save_account(obj, by=request.user)

    def save_formset(self, request, form, formset, change):
        grants = formset.save(commit=False)
        accounts.save_grants(form.instance, grants, removed=formset.deleted_objects, by=request.user)


class ActFilter(admin.SimpleListFilter):
    """What was done, in words; offered from the code, so that the trail is not read for it."""

    title = "操作"
    parameter_name = "action"

    def lookups(self, request, model_admin):
        return list(history.ACTS.items())

    def queryset(self, request, queryset):
        return queryset.filter(action=self.value()) if self.value() else queryset


class KindFilter(admin.SimpleListFilter):
    """What it was done to, in words."""

    title = "对象"
    parameter_name = "subject_type"

    def lookups(self, request, model_admin):
        return list(history.kinds().items())

    def queryset(self, request, queryset):
        return queryset.filter(subject_type=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(RegisterPermissions, admin.ModelAdmin):
    """The trail for auditors; their own acts are for another auditor."""

    view_perm = Perm.AUDIT_VIEW
    list_display = ["at", "actor_name", "act", "kind", "subject_name", "address", "number"]
    list_filter = [ActFilter, KindFilter]
    search_fields = ["actor_name", "subject_id"]
    show_full_result_count = False
    ordering = ["-pk"]

    def get_queryset(self, request):
        return super().get_queryset(request).exclude(actor_id=request.user.pk)

    @admin.display(description="操作")
    def act(self, entry) -> str:
        return history.act_name(entry.action)

    @admin.display(description="对象类型")
    def kind(self, entry) -> str:
        return history.kind_name(entry.subject_type)
