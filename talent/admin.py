from django.contrib import admin

from portal import audit
from portal.admin_site import RegisterPermissions
from portal.register_pages import RegisterSheets
from portal.roles import Perm
from talent import actions
from talent.forms import PersonForm
from talent.models import Person
from talent.sheets import PersonSheet


@admin.register(Person)
class PersonAdmin(RegisterSheets, RegisterPermissions, admin.ModelAdmin):
    """The talent pool: experts, chief scientists, volunteers, information officers, instructors."""

    resource_classes = [PersonSheet]
    view_perm, edit_perm = Perm.PERSON_VIEW, Perm.PERSON_EDIT
    form = PersonForm
    list_display = [
        "name",
        "code",
        "category",
        "rank",
        "field",
        "region",
        "organization",
        "entered_on",
        "left_on",
    ]
    list_filter = ["category", "rank", "is_public", ("region", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["region", "organization"]
    search_fields = ["name", "code", "field"]
    autocomplete_fields = ["region", "organization"]
    readonly_fields = ["code", "mobile_masked"]
    show_full_result_count = False
    ordering = ["-pk"]

    @admin.display(description="已登记手机号")
    def mobile_masked(self, person: Person) -> str:
        return person.mobile_masked or "未登记"

    def may_export_personal(self, request) -> bool:
        return request.user.can(Perm.PERSON_EXPORT)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Opening somebody's page is itself an act."""
        if obj is not None:
            audit.viewed(obj, by=request.user, reason="打开人才登记", name=f"人才 {obj.pk}")
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request, obj, form, change):
        actions.save_person(obj, mobile=form.cleaned_data.get("mobile") or None, by=request.user)
