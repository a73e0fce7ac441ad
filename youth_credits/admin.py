"""The association's registers of the credit system. No table with a child is a register."""

from django.contrib import admin

from portal.admin_site import RegisterPermissions
from portal.register_pages import RegisterSheets
from portal.roles import Perm
from youth_credits import actions
from youth_credits.actions.competitions import save_competition
from youth_credits.actions.consent_texts import save_consent_text
from youth_credits.actions.hours_awards import save_hours_award
from youth_credits.actions.limits import save_limit, save_period
from youth_credits.forms.competitions import CompetitionForm
from youth_credits.forms.consent_texts import ConsentTextForm
from youth_credits.forms.limits import PeriodForm, TimeLimitForm
from youth_credits.forms.rollout import RollOutForm
from youth_credits.models import Competition, ConsentText, HoursAward, RetentionRule, RollOut, TimeLimit
from youth_credits.sheets.competitions import CompetitionSheet
from youth_credits.sheets.limits import PeriodSheet, TimeLimitSheet


@admin.register(RollOut)
class RollOutAdmin(RegisterPermissions, admin.ModelAdmin):
    """Which districts, schools and grades are in, and from when."""

    view_perm = edit_perm = Perm.CREDIT_MANAGE
    form = RollOutForm
    list_display = ["region", "organization", "grades", "starts_on", "ends_on", "basis"]
    list_filter = [("region", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["region", "organization"]
    search_fields = ["region__name", "organization__name"]
    autocomplete_fields = ["organization"]
    show_full_result_count = False
    ordering = ["region", "starts_on", "pk"]

    @admin.display(description="年级")
    def grades(self, row: RollOut) -> str:
        return row.grades

    def get_readonly_fields(self, request, obj=None):
        return ["region", "organization"] if obj else []

    def save_model(self, request, obj, form, change):
        actions.save_roll_out(obj, by=request.user)


@admin.register(Competition)
class CompetitionAdmin(RegisterSheets, RegisterPermissions, admin.ModelAdmin):
    """The competitions whose results are credit, and from when until when."""

    resource_classes = [CompetitionSheet]
    view_perm = edit_perm = Perm.CREDIT_MANAGE
    form = CompetitionForm
    list_display = ["name", "listing", "organizer", "valid_from", "valid_until", "basis"]
    list_filter = ["listing"]
    search_fields = ["name", "aliases", "organizer"]
    show_full_result_count = False
    ordering = ["name", "valid_from", "pk"]

    def save_model(self, request, obj, form, change):
        save_competition(obj, by=request.user)


@admin.register(TimeLimit)
class TimeLimitAdmin(RegisterSheets, RegisterPermissions, admin.ModelAdmin):
    """How many working days each step may take, by version."""

    resource_classes = [TimeLimitSheet]
    view_perm = edit_perm = Perm.PROTECTION_MANAGE
    form = TimeLimitForm
    list_display = ["step", "working_days", "in_force_from", "basis"]
    list_filter = ["step"]
    show_full_result_count = False
    ordering = ["step", "-in_force_from", "pk"]

    def save_model(self, request, obj, form, change):
        if not change or form.has_changed():
            save_limit(obj, by=request.user)


@admin.register(RetentionRule)
class PeriodAdmin(RegisterSheets, RegisterPermissions, admin.ModelAdmin):
    """How long each kind of record is kept."""

    resource_classes = [PeriodSheet]
    view_perm = edit_perm = Perm.PROTECTION_MANAGE
    form = PeriodForm
    list_display = ["subject", "days", "notice_days", "basis"]
    show_full_result_count = False
    ordering = ["subject", "pk"]

    def save_model(self, request, obj, form, change):
        save_period(obj, by=request.user)


@admin.register(ConsentText)
class ConsentTextAdmin(RegisterPermissions, admin.ModelAdmin):
    """What guardians consent to, by version; one in force is read, never changed."""

    view_perm = edit_perm = Perm.PROTECTION_MANAGE
    form = ConsentTextForm
    list_display = ["version", "title", "in_force_from", "basis"]
    show_full_result_count = False
    ordering = ["-in_force_from", "pk"]

    def save_model(self, request, obj, form, change):
        save_consent_text(obj, by=request.user)


@admin.register(HoursAward)
class HoursAwardAdmin(RegisterPermissions, admin.ModelAdmin):
    """The awards for hours of practice, and which of them are given."""

    view_perm = edit_perm = Perm.CREDIT_MANAGE
    list_display = ["name", "hours", "in_force_from", "is_active", "basis"]
    list_filter = ["is_active"]
    show_full_result_count = False
    ordering = ["hours", "in_force_from", "pk"]

    def save_model(self, request, obj, form, change):
        save_hours_award(obj, by=request.user)
