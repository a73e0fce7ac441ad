"""The association's registers of resources, their kinds and topics."""

from django.contrib import admin

from portal import search
from portal.admin_site import RegisterPermissions
from portal.history import Change
from portal.register_pages import RegisterSheets
from portal.roles import Perm
from resources import actions, queries
from resources.actions.contracts import change_attention, enter_attention
from resources.actions.kinds import save_programme
from resources.actions.places import save_place
from resources.forms.contracts import AttentionForm
from resources.forms.places import StartingPlaceForm
from resources.forms.register import KindForm, ResourceRegisterForm
from resources.forms.registry import SECTIONS
from resources.models import (
    Booking,
    Need,
    Programme,
    Resource,
    ResourceKind,
    StartingPlace,
    Topic,
    WorkAttention,
    WorkCall,
)
from resources.sheets.attention import AttentionSheet
from resources.sheets.needs import BookingSheet, NeedSheet
from resources.sheets.places import StartingPlaceSheet
from resources.sheets.registry import ResourceSheet


@admin.register(Resource)
class ResourceAdmin(RegisterSheets, RegisterPermissions, admin.ModelAdmin):
    """Everything the city offers, found by name, pinyin or code; each change by the page's own action."""

    resource_classes = [ResourceSheet]
    view_perm, edit_perm = Perm.RESOURCE_VIEW, Perm.RESOURCE_EDIT
    form = ResourceRegisterForm
    fieldsets = [
        (title, {"fields": [name for name in names if name != "kind" or title == "基本信息"]})
        for title, names in (*SECTIONS[:-1], (SECTIONS[-1][0], (*SECTIONS[-1][1], "seen")))
    ]
    list_display = ["title", "code", "kind", "region", "organization", "status_as_read", "updated_at"]
    list_filter = ["status", "kind__name", ("region", admin.RelatedOnlyFieldListFilter), "is_free"]
    list_select_related = ["kind", "region", "organization"]
    list_per_page = 50
    search_fields = ["title", "aliases", "code"]
    search_help_text = "名称、拼音、首字母或编号"
    autocomplete_fields = ["region", "organization", "topics"]
    show_full_result_count = False
    ordering = ["-updated_at", "-pk"]
    actions = ["publish_chosen"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("hours", "special_days", "concessions")

    def get_search_results(self, request, queryset, search_term):
        found, duplicates = super().get_search_results(request, queryset, search_term)
        if not search.variants(search_term):
            return found, duplicates
        ids = search.matching_ids(search_term, kind="resource", public_only=False)
        return found | queryset.filter(pk__in=ids), duplicates

    def save_model(self, request, obj, form, change):
        if not change:
            form.cleaned_data.pop("note")
            made = actions.create(by=request.user, **form.values)
            obj.pk, obj._state.adding = made.pk, False
            return
        note = form.cleaned_data.pop("note")
        seen = form.cleaned_data["seen"]
        actions.edit(Resource(pk=obj.pk), by=request.user, seen=seen, note=note, **form.values)

    def save_related(self, request, form, formsets, change):
        """The action has done it."""

    @admin.action(description="发布所选（待审核的）")
    def publish_chosen(self, request, queryset):
        chosen = queryset.for_user(request.user, Perm.RESOURCE_REVIEW).select_related("created_by")
        self.publish_each(request, chosen, actions.publish)

    def changes_of(self, record) -> list[Change]:
        """What the database's own versions tell."""
        return queries.history(record)


@admin.register(ResourceKind)
class ResourceKindAdmin(RegisterPermissions, admin.ModelAdmin):
    """Kinds with their own fields; a change of fields in use makes a new version."""

    view_perm, edit_perm = Perm.RESOURCE_VIEW, Perm.RESOURCE_REVIEW
    form = KindForm
    list_display = [
        "name",
        "code",
        "version",
        "is_current",
        "classification_code",
        "freshness_months",
        "is_place",
        "channel",
        "position",
    ]
    list_filter = ["is_current", "is_place", "channel"]
    search_fields = ["name", "code"]
    ordering = ["position", "code", "-version"]

    def save_model(self, request, obj, form, change):
        actions.save_kind(obj, by=request.user)


@admin.register(Topic)
class TopicAdmin(RegisterPermissions, admin.ModelAdmin):
    view_perm, edit_perm = Perm.RESOURCE_VIEW, Perm.RESOURCE_REVIEW
    list_display = ["name", "code", "group", "discipline_code", "position", "is_active"]
    list_filter = ["group", "is_active"]
    search_fields = ["name", "code"]
    ordering = ["position", "pk"]

    def save_model(self, request, obj, form, change):
        actions.save_topic(obj, by=request.user)


@admin.register(Programme)
class ProgrammeAdmin(RegisterPermissions, admin.ModelAdmin):
    """Programmes under which needs stand and count."""

    view_perm, edit_perm = Perm.NEED_VIEW, Perm.RESOURCE_REVIEW
    list_display = ["name", "code", "dimension", "position", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name", "code"]
    ordering = ["position", "pk"]

    def save_model(self, request, obj, form, change):
        save_programme(obj, by=request.user)


@admin.register(Need)
class NeedAdmin(RegisterSheets, RegisterPermissions, admin.ModelAdmin):
    """Every need of the city, without who asks; what is done about one is on its own page at the desk."""

    resource_classes = [NeedSheet]
    view_perm = Perm.NEED_VIEW
    fields = [name for name in NeedSheet.columns.values() if name != "pk"]
    list_display = [
        "title",
        "programme",
        "audience",
        "head_count",
        "region",
        "starts_on",
        "status",
        "created_at",
    ]
    list_filter = ["status", "programme", "asker", "audience", ("region", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["programme", "region"]
    search_fields = ["title", "topics__name"]
    show_full_result_count = False
    ordering = ["-pk"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("programme", "region").prefetch_related("topics")


@admin.register(Booking)
class BookingAdmin(RegisterSheets, RegisterPermissions, admin.ModelAdmin):
    """Every booking of the city; answers are given on its own page at the desk."""

    resource_classes = [BookingSheet]
    view_perm = Perm.BOOKING_VIEW
    fields = [name for name in BookingSheet.columns.values() if name != "pk"]
    list_display = ["resource", "organization", "region", "starts_at", "head_count", "status", "answer_by"]
    list_filter = ["status", ("region", admin.RelatedOnlyFieldListFilter), "rating"]
    list_select_related = ["resource", "organization", "region"]
    search_fields = ["resource__title", "organization__name"]
    show_full_result_count = False
    ordering = ["-pk"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("resource", "organization", "region")


@admin.register(WorkAttention)
class WorkAttentionAdmin(RegisterSheets, RegisterPermissions, admin.ModelAdmin):
    """How often resources were viewed and shared: period, source, who entered it; by hand or by sheet."""

    resource_classes = [AttentionSheet]
    view_perm, edit_perm = Perm.WORK_MANAGE, Perm.WORK_MANAGE
    form = AttentionForm
    list_display = ["resource", "starts_on", "ends_on", "views", "shares", "source", "entered_by"]
    list_filter = ["source"]
    list_select_related = ["resource", "entered_by"]
    search_fields = ["resource__title", "resource__code", "source"]
    autocomplete_fields = ["resource"]
    show_full_result_count = False
    ordering = ["-ends_on", "-pk"]

    def save_model(self, request, obj, form, change):
        if change:
            stored = WorkAttention.objects.select_related("resource__region").get(pk=obj.pk)
            change_attention(stored, by=request.user, **form.values)
            return
        made = enter_attention(by=request.user, **form.values)
        obj.pk, obj._state.adding = made.pk, False


@admin.register(WorkCall)
class WorkCallAdmin(RegisterPermissions, admin.ModelAdmin):
    """Every call; changes and decisions are made on the desk."""

    view_perm = Perm.WORK_MANAGE
    list_display = ["title", "year", "status", "opens_at", "closes_at", "budget_yuan", "bound_yuan"]
    list_filter = ["year", "status"]
    search_fields = ["title", "code"]
    show_full_result_count = False
    ordering = ["-closes_at", "-pk"]


@admin.register(StartingPlace)
class StartingPlaceAdmin(RegisterSheets, RegisterPermissions, admin.ModelAdmin):
    """Points to start from in the menu: metro stations, hubs, landmarks, each with its source."""

    resource_classes = [StartingPlaceSheet]
    view_perm, edit_perm = Perm.RESOURCE_REVIEW, Perm.RESOURCE_REVIEW
    form = StartingPlaceForm
    list_display = ["name", "kind", "region", "longitude", "latitude", "source", "is_active"]
    list_filter = ["kind", "is_active", ("region", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["region"]
    search_fields = ["name", "aliases", "code"]
    autocomplete_fields = ["region"]
    show_full_result_count = False
    ordering = ["name", "pk"]

    def save_model(self, request, obj, form, change):
        save_place(obj, by=request.user)
