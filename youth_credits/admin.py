"""The association's registers of the credit system. No table with a child is a register."""

from django.contrib import admin

from portal.admin_site import RegisterPermissions
from portal.roles import Perm
from youth_credits import actions
from youth_credits.forms.rollout import RollOutForm
from youth_credits.models import RollOut


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
