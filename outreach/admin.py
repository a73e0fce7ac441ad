from django.contrib import admin, messages
from django.template.response import TemplateResponse
from django.utils import timezone

from outreach import actions
from outreach.forms.titles import PanelMemberForm, TitleForm, WithdrawForm
from outreach.models import Measure, PanelMember, Target, TargetActual, Title, TitleKind
from outreach.sheets import TitleSheet
from portal.admin_site import RegisterPart, RegisterPermissions
from portal.errors import Refused
from portal.register_pages import RegisterSheets
from portal.roles import Perm


@admin.register(Title)
class TitleAdmin(RegisterSheets, RegisterPermissions, admin.ModelAdmin):
    """Bases, demonstration points and enterprise halls, with their periods."""

    resource_classes = [TitleSheet]
    view_perm, edit_perm = Perm.TITLE_VIEW, Perm.TITLE_EDIT
    form = TitleForm
    list_display = ["number", "organization", "kind", "category", "region", "valid_until", "withdrawn_on"]
    list_filter = ["kind", "category", ("region", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["organization", "kind", "region"]
    search_fields = ["number", "organization__name"]
    autocomplete_fields = ["organization"]
    date_hierarchy = "valid_until"
    readonly_fields = ["withdrawn_on", "withdrawal_reason"]  # by the action alone, with its reason
    actions = ["withdraw"]
    show_full_result_count = False
    ordering = ["-pk"]

    @admin.action(description="撤销所选称号（填写日期和原因）")
    def withdraw(self, request, queryset):
        """Ask for day and reason first, then withdraw each of them."""
        chosen = queryset.for_user(request.user, Perm.TITLE_EDIT).order_by("pk")
        asked = "reason" in request.POST
        form = WithdrawForm(request.POST if asked else None, initial={"on": timezone.localdate()})
        if asked and form.is_valid():
            return self._withdraw(request, chosen, form.cleaned_data)
        context = {
            **self.admin_site.each_context(request),
            "title": "撤销称号",
            "opts": self.opts,
            "titles": chosen.select_related("organization", "kind"),
            "form": form,
        }
        return TemplateResponse(request, "admin/outreach/title_withdraw.html", context)

    def _withdraw(self, request, chosen, typed: dict) -> None:
        done = 0
        for title in chosen.select_related("organization", "region", "kind"):
            try:
                actions.withdraw_title(title, on=typed["on"], reason=typed["reason"], by=request.user)
            except Refused as refusal:
                self.message_user(request, f"{title}：{refusal}", messages.WARNING)
            else:
                done += 1
        self.message_user(request, f"已撤销 {done} 项称号。", messages.SUCCESS)

    def save_model(self, request, obj, form, change):
        actions.save_title(obj, by=request.user)


@admin.register(TitleKind)
class TitleKindAdmin(RegisterPermissions, admin.ModelAdmin):
    view_perm = Perm.TITLE_VIEW
    list_display = ["name", "level", "years_valid", "basis"]


@admin.register(PanelMember)
class PanelMemberAdmin(RegisterPermissions, admin.ModelAdmin):
    """The pool from which panels are drawn."""

    view_perm, edit_perm = Perm.TITLE_MANAGE, Perm.TITLE_MANAGE
    list_display = ["user", "organization", "categories_said", "is_active", "since"]
    list_filter = ["is_active"]
    list_select_related = ["user", "organization"]
    search_fields = ["user__name", "organization__name"]
    autocomplete_fields = ["organization"]
    form = PanelMemberForm
    ordering = ["-pk"]

    @admin.display(description="评审类别")
    def categories_said(self, member):
        return "、".join(Title.Category(code).label for code in member.categories)

    def get_readonly_fields(self, request, obj=None):
        return ["user"] if obj else []

    def save_model(self, request, obj, form, change):
        kept = actions.keep_panel_member(
            obj.user,
            organization=obj.organization,
            categories=obj.categories,
            is_active=obj.is_active,
            by=request.user,
        )
        obj.pk = kept.pk


@admin.register(Measure)
class MeasureAdmin(RegisterPermissions, admin.ModelAdmin):
    """How far each measure of the plan is; the words are the plan's and stay."""

    view_perm, edit_perm = Perm.PLAN_VIEW, Perm.PLAN_EDIT
    list_display = ["code", "name", "project", "progress", "note"]
    list_filter = ["project", "progress"]
    list_select_related = ["project"]
    search_fields = ["name", "code"]
    fields = ["project", "code", "name", "progress", "note"]
    readonly_fields = ["project", "code", "name"]
    ordering = ["code"]

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return request.user.can(Perm.PLAN_EDIT)

    def save_model(self, request, obj, form, change):
        actions.report_progress(obj, progress=obj.progress, note=obj.note, by=request.user)


class ActualInline(RegisterPart):
    model = TargetActual
    can_delete = False
    fields = ["year", "value", "source", "override_reason"]

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.can(Perm.PLAN_VIEW)

    def has_add_permission(self, request, obj=None) -> bool:
        return request.user.can(Perm.PLAN_EDIT)

    def has_change_permission(self, request, obj=None) -> bool:
        return request.user.can(Perm.PLAN_EDIT)


@admin.register(Target)
class TargetAdmin(RegisterPermissions, admin.ModelAdmin):
    """The plan's promises with what each year reached."""

    view_perm, edit_perm = Perm.PLAN_VIEW, Perm.PLAN_EDIT
    inlines = [ActualInline]
    list_display = ["name", "unit", "baseline_year", "baseline", "target_year", "target"]
    fields = ["plan", "code", "name", "unit", "baseline_year", "baseline", "target_year", "target", "source"]
    readonly_fields = fields

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return request.user.can(Perm.PLAN_EDIT)

    def save_model(self, request, obj, form, change):
        """The target itself stays as the plan says; its actuals are the inline's."""

    def save_formset(self, request, form, formset, change):
        for actual in formset.save(commit=False):
            actions.report_actual(actual, by=request.user)
