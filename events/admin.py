from django.contrib import admin

from events import actions
from events.forms import EventRegisterForm
from events.models import Brand, Edition, Event, Session
from events.sheets import EventSheet
from portal.admin_site import RegisterPart, RegisterPermissions
from portal.register_pages import RegisterSheets
from portal.roles import Perm


class SessionInline(RegisterPart):
    model = Session
    can_delete = False
    fields = ["starts_at", "ends_at", "capacity", "seats_taken", "attendance"]
    readonly_fields = fields

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.can(Perm.EVENT_VIEW)

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Event)
class EventAdmin(RegisterSheets, RegisterPermissions, admin.ModelAdmin):
    """Every event of the city; sessions and decisions are on the event's own page."""

    resource_classes = [EventSheet]
    view_perm, edit_perm = Perm.EVENT_VIEW, Perm.EVENT_EDIT
    form = EventRegisterForm
    inlines = [SessionInline]
    list_display = ["title", "kind", "region", "organization", "status_as_read", "published_at"]
    list_filter = ["status", "kind", ("region", admin.RelatedOnlyFieldListFilter), "edition"]
    list_select_related = ["region", "organization"]
    search_fields = ["title", "organization__name"]
    autocomplete_fields = ["organization", "region", "edition"]
    raw_id_fields = ["resource"]
    actions = ["publish_chosen"]
    show_full_result_count = False
    ordering = ["-pk"]

    def save_model(self, request, obj, form, change):
        actions.save_event(obj, by=request.user, seen=form.cleaned_data["seen"] if change else None)

    @admin.action(description="发布所选（待审核的）")
    def publish_chosen(self, request, queryset):
        chosen = queryset.for_user(request.user, Perm.EVENT_REVIEW)
        chosen = chosen.select_related("region", "organization", "created_by")
        self.publish_each(request, chosen, actions.publish)


@admin.register(Brand)
class BrandAdmin(RegisterPermissions, admin.ModelAdmin):
    view_perm = Perm.EVENT_VIEW
    list_display = ["name", "summary"]
    search_fields = ["name"]


@admin.register(Edition)
class EditionAdmin(RegisterPermissions, admin.ModelAdmin):
    view_perm = Perm.EVENT_VIEW
    list_display = ["brand", "year", "theme", "starts_on", "ends_on"]
    list_select_related = ["brand"]
    search_fields = ["brand__name", "theme"]
    ordering = ["-year", "brand"]
