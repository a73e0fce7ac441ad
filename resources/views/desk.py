"""The desk's list: named filters, one field of many, a former value."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from portal.encryption import sign, unsign
from portal.errors import Refused, add_faults
from portal.roles import Perm
from resources import actions, queries
from resources.forms.desk import BulkFieldForm, BulkForm, FilterForm
from resources.models import DeskFilter, Resource, ResourceVersion
from resources.views.registry import list_shown

PREVIEW = "resources_bulk"


def _list_url(query: str) -> str:
    return reverse("resources_desk:list") + (f"?{query}" if query else "")


@require_http_methods(["GET", "HEAD", "POST"])
def filter_save(request):
    """Keep a question under a name; the links of a list that comes back with a fault are read here, too."""
    if not request.user.can(Perm.RESOURCE_VIEW):
        raise PermissionDenied("您没有查看资源的权限。")
    typed = QueryDict(request.POST.get("query", "")[:2000]) if request.method == "POST" else request.GET
    asked = queries.DeskQuery.read(typed, user=request.user, on=timezone.localdate())
    if request.method != "POST":
        return redirect(_list_url(request.GET.urlencode()))
    form = FilterForm(request.POST, auto_id="filter-%s")
    if form.is_valid():
        try:
            row = actions.save_filter(**form.cleaned_data, query=asked.query[:1000], by=request.user)
        except (Refused, ValidationError) as fault:
            add_faults(form, fault)
        else:
            shown = queries.is_on_desk(row, request.user)
            said = (
                "工作台上会显示条数" if shown else f"工作台只显示按名称排在前 {queries.MOST_TILES} 个的条数"
            )
            messages.success(request, f"筛选已保存，{said}{'' if shown else '，这一个在列表上方'}。")
            return redirect(_list_url(asked.query))
    return list_shown(request, asked, filter_form=form, status=422)


@require_POST
def filter_drop(request, pk):
    row = get_object_or_404(DeskFilter.objects.filter(owner=request.user), pk=pk)
    actions.drop_filter(row, by=request.user)
    messages.success(request, "筛选已删除。")
    return redirect("resources_desk:list")


@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request):
    """Set one field of everything the list shows: choose the field, see what would change, confirm."""
    if not request.user.can(Perm.RESOURCE_EDIT):
        raise PermissionDenied("您没有修改资源的权限。")
    asked = queries.DeskQuery.read(
        request.GET, user=request.user, on=timezone.localdate(), perm=Perm.RESOURCE_EDIT
    )
    chosen = BulkFieldForm(request.GET if "field" in request.GET else None)
    context = {"asked": asked, "list_url": _list_url(asked.query), "field_form": chosen}
    if not chosen.is_valid():
        return render(request, "resources/desk_bulk.html", context)
    field = chosen.cleaned_data["field"]
    form = BulkForm(request.POST or None, field=field)
    context |= {"form": form, "field": field}
    if request.method != "POST":
        return render(request, "resources/desk_bulk.html", context)
    if not form.is_valid():
        return render(request, "resources/desk_bulk.html", context, status=422)
    return _bulk_previewed(request, asked, field, form, context)


def _bulk_previewed(request, asked, field: str, form: BulkForm, context: dict):
    value, note = form.cleaned_data["value"], form.cleaned_data["note"]
    preview = actions.preview_bulk(asked, field=field, value=value)
    token = f"{request.user.pk}|{asked.query}|{field}|{value!r}|{preview.found}"
    if "confirm" in request.POST and _was_shown(request.POST.get("previewed", ""), token):
        batch = actions.edit_many(asked, field=field, value=value, note=note, expected=preview.found)
        again = f"，其中 {preview.reviewed_again} 条重新送审" if preview.reviewed_again else ""
        messages.success(request, f"已修改 {batch.count} 条（第 {batch.pk} 批）{again}。")
        return redirect(context["list_url"])
    context |= {"preview": preview, "previewed": sign(token, purpose=PREVIEW)}
    return render(request, "resources/desk_bulk.html", context)


def _was_shown(token: str, wanted: str) -> bool:
    try:
        return unsign(token, purpose=PREVIEW) == wanted
    except Refused:
        return False


@require_POST
def value_restore(request, pk):
    resource = get_object_or_404(Resource.objects.for_user(request.user, Perm.RESOURCE_EDIT), pk=pk)
    version = request.POST.get("version", "")
    rows = ResourceVersion.objects.filter(pgh_obj=resource).select_related("kind", "region", "organization")
    row = get_object_or_404(rows, pk=version if version.isdecimal() and len(version) < 19 else 0)
    actions.restore_value(resource, version=row, field=request.POST.get("field", ""), by=request.user)
    messages.success(request, "已恢复旧值。")
    return redirect(f"{resource.get_desk_url()}#history")
