"""The desk: assets of innovation, what they became and the tasks still owed."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import may
from portal.errors import ChangedMeanwhile
from portal.fields import NoteForm
from portal.keyset import page_by_key
from portal.roles import Perm
from resources import actions, queries
from resources.forms.assets import AssetForm, ConversionForm
from resources.models import AssetConversion, SourceAsset


@require_safe
def asset_list(request):
    if not request.user.can(Perm.RESOURCE_VIEW):
        raise PermissionDenied("您没有查看科技资源的权限。")
    day = timezone.localdate()
    owner = request.GET.get("owner", "")
    asked = {
        "state": request.GET.get("state", "") if request.GET.get("state") in queries.ASSET_STATES else "",
        "kind": request.GET.get("kind", "") if request.GET.get("kind") in SourceAsset.Kind else "",
        "owner": int(owner) if owner.isascii() and owner.isdecimal() and len(owner) < 10 else None,
    }
    page = page_by_key(
        queries.assets_at_desk(request.user, on=day, **asked),
        order=queries.ASSET_ORDER,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    counts = queries.asset_counts(request.user, on=day)
    may_add = request.user.can(Perm.RESOURCE_EDIT)
    context = {
        "rows": [(row, *row.state(day)) for row in page.rows],
        "page": page,
        "asked": asked,
        "owed": queries.owed_by_owner(request.user, on=day, limit=10),
        "tabs": [
            {
                "label": label,
                "url": f"?state={state}" if state else reverse("resources_desk:assets"),
                "current": asked["state"] == state,
                "count": counts[state],
            }
            for state, label in {"": "全部", **queries.ASSET_STATES}.items()
        ],
        "actions": [("登记科技资源", reverse("resources_desk:asset_new"), "primary")] if may_add else [],
        "may_add": may_add,
    }
    return render(request, "resources/asset_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def asset_new(request):
    if not request.user.can(Perm.RESOURCE_EDIT):
        raise PermissionDenied("您没有登记科技资源的权限。")
    own = request.user.organizations_for(Perm.RESOURCE_EDIT).order_by("pk")[:2]
    initial = {"organization": own[0]} if len(own) == 1 else {}
    form = AssetForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_asset(by=request.user, **form.values)
        except ValidationError as fault:
            form.add_error(None, fault.messages)
        else:
            messages.success(request, "已登记。")
            return redirect(made.get_desk_url())
    status = 422 if form.is_bound else 200
    return render(request, "resources/asset_form.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def asset_edit(request, pk):
    asset = _asset(request, pk, Perm.RESOURCE_EDIT)
    form = AssetForm(request.POST or None, instance=asset)
    if request.method == "POST" and form.is_valid():
        try:
            seen = form.cleaned_data["seen"] or 0
            actions.edit_asset(asset, by=request.user, seen=seen, **form.values)
        except ChangedMeanwhile as refusal:
            form.add_error(None, str(refusal))
        except ValidationError as fault:
            form.add_error(None, fault.messages)
        else:
            messages.success(request, "已保存。")
            return redirect(asset.get_desk_url())
    status = 422 if form.is_bound else 200
    return render(request, "resources/asset_form.html", {"form": form, "asset": asset}, status=status)


def _asset(request, pk, perm: Perm) -> SourceAsset:
    rows = SourceAsset.objects.for_user(request.user, perm)
    return get_object_or_404(rows.select_related("organization", "region"), pk=pk)


@require_safe
def asset_detail(request, pk):
    return _shown(request, _asset(request, pk, Perm.RESOURCE_VIEW))


def _shown(request, asset: SourceAsset, *, status: int = 200, **more):
    day = timezone.localdate()
    state, words = asset.state(day)
    may_edit = may(request.user, Perm.RESOURCE_EDIT, asset)
    edit_url = reverse("resources_desk:asset_edit", args=[asset.pk])
    context = {
        "asset": asset,
        "state": state,
        "state_words": words,
        "facts": _facts(asset),
        "conversions": asset.conversions.select_related("resource").order_by("-converted_on", "-pk"),
        "conversion_form": ConversionForm(user=request.user),
        "note_form": NoteForm(),
        "may_edit": may_edit,
        "may_review": may(request.user, Perm.RESOURCE_REVIEW, asset),
        "actions": [("修改", edit_url, "primary")] if may_edit else [],
        **more,
    }
    return render(request, "resources/asset_detail.html", context, status=status)


def _facts(asset: SourceAsset) -> list[tuple[str, object]]:
    return [
        ("类别", asset.get_kind_display()),
        ("所属单位", asset.organization.name),
        ("所在区域", asset.region.name),
        ("项目编号", asset.project_number),
        ("资助单位", asset.funder),
        ("联系人", asset.contact),
        ("联系人电话", asset.contact_phone),
        ("资料来源", asset.source),
        ("资产编号", asset.code),
    ]


@require_POST
def conversion_add(request, pk):
    asset = _asset(request, pk, Perm.RESOURCE_EDIT)
    form = ConversionForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            actions.convert(
                asset, form.cleaned_data["resource"], by=request.user, on=form.cleaned_data["converted_on"]
            )
        except ValidationError as fault:
            form.add_error(None, fault.messages)
        else:
            messages.success(request, "已登记转化成果。")
            return redirect(asset.get_desk_url())
    return _shown(request, asset, status=422, conversion_form=form)


@require_POST
def conversion_remove(request, pk, conversion):
    asset = _asset(request, pk, Perm.RESOURCE_EDIT)
    row = get_object_or_404(
        AssetConversion.objects.select_related("resource", "asset"), pk=conversion, asset=asset
    )
    actions.undo_conversion(row, by=request.user)
    messages.success(request, "已删除这条转化记录。")
    return redirect(asset.get_desk_url())


STEPS = {
    "deliver": (actions.deliver, Perm.RESOURCE_EDIT, "已报完成。"),
    "waive": (actions.waive, Perm.RESOURCE_REVIEW, "已免除这项任务。"),
    "reopen": (actions.reopen_task, Perm.RESOURCE_REVIEW, "已重新办理。"),
}


@require_POST
def asset_step(request, pk, step):
    if step not in STEPS:
        raise Http404("没有这个步骤。")
    act, needs, said = STEPS[step]
    asset = _asset(request, pk, needs)
    form = NoteForm(request.POST)
    if form.is_valid() and step != "deliver" and not form.cleaned_data["note"]:
        form.add_error("note", "请写明理由。")
    if not form.is_valid():
        return _shown(request, asset, status=422, note_form=form)
    note = form.cleaned_data["note"]
    when = {} if step == "reopen" else {"on": timezone.localdate()}
    act(asset, by=request.user, note=note, **when)
    messages.success(request, said)
    return redirect(asset.get_desk_url())
