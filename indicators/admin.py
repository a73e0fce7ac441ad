"""Registers of statistics: figures entered by hand, denominators, and what the method rests on."""

from django.contrib import admin

from indicators import actions
from indicators.actions import literacy, published
from indicators.forms.literacy import LiteracyResultForm, LiteracySurveyForm
from indicators.forms.published import DenominatorForm, NationalSeriesForm
from indicators.models import (
    Denominator,
    Figure,
    FigureSource,
    FormItem,
    LiteracyResult,
    LiteracySurvey,
    NationalSeries,
    ValidationRule,
)
from indicators.sheets.literacy import LiteracySheet
from indicators.sheets.published import DenominatorSheet, NationalSheet
from portal.admin_site import RegisterPermissions
from portal.register_pages import RegisterSheets
from portal.roles import Perm


class ReadOnly(RegisterPermissions):
    """To be looked up; the rows come from files of the repository."""

    view_perm = Perm.INDEX_VIEW
    show_full_result_count = False


@admin.register(Figure)
class FigureAdmin(RegisterPermissions, admin.ModelAdmin):
    """Figures of the index: counted ones to be seen, entered ones to be kept, each with its source."""

    view_perm, edit_perm = Perm.INDEX_COMPUTE, Perm.INDEX_COMPUTE
    fields = ["source", "region", "year", "value", "basis"]
    list_display = ["source", "region", "year", "value", "origin", "basis", "counted_at"]
    list_filter = ["origin", "source", "year"]
    list_select_related = ["source", "region"]
    search_fields = ["source__label", "region__name"]
    autocomplete_fields = ["region"]
    show_full_result_count = False
    ordering = ["-year", "source", "region"]

    def has_change_permission(self, request, obj=None):
        is_counted = obj is not None and obj.origin == Figure.Origin.COUNTED
        return not is_counted and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request, obj=None):
        return ["source", "region", "year"] if obj else []

    def save_model(self, request, obj, form, change):
        actions.enter_figure(
            obj.source, region=obj.region, year=obj.year, value=obj.value, basis=obj.basis, by=request.user
        )


@admin.register(Denominator)
class DenominatorAdmin(RegisterSheets, RegisterPermissions, admin.ModelAdmin):
    """Population and the like, each year's entered with its publication; also as a sheet."""

    resource_classes = [DenominatorSheet]
    view_perm, edit_perm = Perm.INDEX_VIEW, Perm.INDEX_COMPUTE
    form = DenominatorForm
    show_full_result_count = False
    list_display = ["kind", "region", "year", "value", "unit", "is_verified", "is_sample", "source"]
    list_filter = ["kind", "year", "is_verified"]
    list_select_related = ["region"]
    ordering = ["kind", "-year", "region"]

    def has_change_permission(self, request, obj=None):
        is_sample = obj is not None and obj.is_sample
        return not is_sample and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request, obj=None):
        return ["kind", "region", "year"] if obj else []

    def save_model(self, request, obj, form, change):
        published.save_denominator(obj, by=request.user)


@admin.register(FigureSource)
class FigureSourceAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["label", "unit", "is_counted", "is_about_children", "basis"]


@admin.register(FormItem)
class FormItemAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["key", "name", "unit", "table_name", "is_confirmed", "definition"]
    list_filter = ["table_name", "is_confirmed"]
    search_fields = ["key", "name"]
    ordering = ["form", "position"]


@admin.register(ValidationRule)
class ValidationRuleAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["code", "name", "severity", "expression"]
    list_filter = ["severity"]
    ordering = ["form", "code"]


@admin.register(NationalSeries)
class NationalSeriesAdmin(RegisterSheets, RegisterPermissions, admin.ModelAdmin):
    """National figures as they are published, entered by the association; also as a sheet."""

    resource_classes = [NationalSheet]
    view_perm, edit_perm = Perm.INDEX_VIEW, Perm.INDEX_COMPUTE
    form = NationalSeriesForm
    show_full_result_count = False
    list_display = ["name", "item", "year", "value", "unit", "growth_percent", "is_derived", "source"]
    list_filter = ["name", "year"]
    ordering = ["item", "-year"]

    def get_readonly_fields(self, request, obj=None):
        return ["item", "year"] if obj else []

    def save_model(self, request, obj, form, change):
        published.save_national(obj, by=request.user)


@admin.register(LiteracySurvey)
class LiteracySurveyAdmin(RegisterPermissions, admin.ModelAdmin):
    """Surveys of civic scientific literacy, each with its source."""

    view_perm, edit_perm = Perm.INDEX_VIEW, Perm.INDEX_COMPUTE
    form = LiteracySurveyForm
    list_display = ["code", "year", "name", "organiser", "source", "is_sample"]
    list_filter = ["year", "is_sample"]
    search_fields = ["code", "name"]
    show_full_result_count = False
    ordering = ["-year", "-pk"]

    def save_model(self, request, obj, form, change):
        literacy.save_survey(obj, by=request.user)


@admin.register(LiteracyResult)
class LiteracyResultAdmin(RegisterSheets, RegisterPermissions, admin.ModelAdmin):
    """What the surveys found, by place and group; also as a sheet."""

    resource_classes = [LiteracySheet]
    view_perm, edit_perm = Perm.INDEX_VIEW, Perm.INDEX_COMPUTE
    form = LiteracyResultForm
    list_display = ["survey", "area", "group_kind", "group", "percent", "sample_size", "margin"]
    list_filter = ["area_kind", "group_kind", "survey__year"]
    list_select_related = ["survey"]
    search_fields = ["survey__name", "area", "group"]
    autocomplete_fields = ["survey"]
    show_full_result_count = False
    ordering = ["-survey__year", "-pk"]

    def save_model(self, request, obj, form, change):
        literacy.save_result(obj, by=request.user)
