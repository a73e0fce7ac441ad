"""The desk: a unit's own resources, the staff's all."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import may
from portal.errors import add_faults
from portal.fields import NoteForm
from portal.identifiers import clean_text
from portal.keyset import page_by_key
from portal.organizations import Organization
from portal.roles import Perm
from resources import actions, queries
from resources.forms.desk import FilterForm
from resources.forms.media import LinkForm, PictureForm
from resources.forms.registry import ResourceForm, initial_of
from resources.models import REVIEW, DeskFilter, Resource, ResourceKind, ResourceLink, ResourcePicture


@require_safe
def resource_list(request):
    if not request.user.can(Perm.RESOURCE_VIEW):
        raise PermissionDenied("您没有查看资源的权限。")
    asked = queries.DeskQuery.read(request.GET, user=request.user, on=timezone.localdate())
    return list_shown(request, asked)


def list_shown(request, asked: queries.DeskQuery, *, filter_form=None, status: int = 200):
    """The page of one question; with `filter_form` what was typed to keep the question and why it was not."""
    page = page_by_key(
        asked.listed(),
        order=queries.DESK_ORDER,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    may_add = request.user.can(Perm.RESOURCE_EDIT)
    context = {
        "page": page,
        "asked": asked,
        "tabs": _status_tabs(asked),
        "filters": _filters(request.user),
        "filter_form": filter_form or FilterForm(auto_id="filter-%s"),
        "may_bulk": may_add and bool(page.rows),
        "may_add": may_add,
        "actions": _list_actions(request.user),
    }
    return render(request, "resources/resource_list.html", context, status=status)


def _list_actions(user) -> list[tuple[str, str, str]]:
    """The buttons above the list."""
    found = [("登记资源", reverse("resources_desk:new"), "primary")] if user.can(Perm.RESOURCE_EDIT) else []
    if user.can(Perm.RESOURCE_REVIEW):
        found.append(("疑似重复", reverse("resources_desk:pairs"), ""))
    return found


def _filters(user) -> list[dict]:
    rows = DeskFilter.objects.seen_by(user).select_related("owner")[:20]
    return [{"row": row, "url": f"?{row.query}", "is_mine": row.owner_id == user.pk} for row in rows]


def _status_tabs(asked) -> list[dict]:
    return [
        {
            "label": label,
            "url": asked.address(status="" if asked.status == code else code),
            "current": asked.status == code,
            "count": asked.statuses[code],
        }
        for code, label in Resource.Status.choices
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def resource_new(request):
    if not request.user.can(Perm.RESOURCE_EDIT):
        raise PermissionDenied("您没有登记资源的权限。")
    kind = ResourceKind.objects.current().filter(code=request.GET.get("kind", "")[:30]).first()
    if kind is None:
        return render(request, "resources/resource_kinds.html", {"kinds": ResourceKind.objects.current()})
    form = ResourceForm(
        request.POST or None,
        user=request.user,
        kind=kind,
        is_new=True,
        initial=_starting_values(request.user),
    )
    context = {"form": form, "kind": kind}
    if request.method == "POST" and form.is_valid():
        context["likely"] = _likely(request, kind, form.values)
        resource = None if context["likely"] else _kept(form, request.user, kind)
        if resource:
            messages.success(request, "已存为草稿，核对后请提交审核。")
            return redirect(resource.get_desk_url())
    status = 422 if form.is_bound else 200
    return render(request, "resources/resource_form.html", context, status=status)


def _likely(request, kind: ResourceKind, values: dict) -> list:
    """What may be the same, unless it was shown already: it warns once and keeps nobody from saving."""
    if request.POST.get("looked"):
        return []
    names = ("title", "address", "public_phone", "latitude", "longitude", "details")
    typed = {name: values[name] for name in names if values.get(name) is not None}
    return queries.likely(Resource(kind=kind, **typed), user=request.user)


@require_safe
def likely(request):
    """The panel that warns while somebody is still typing a name."""
    if not request.user.can(Perm.RESOURCE_EDIT):
        raise PermissionDenied("您没有登记资源的权限。")
    kind = get_object_or_404(ResourceKind.objects.current(), code=request.GET.get("kind", "")[:30])
    title = clean_text(request.GET.get("title", "")[:120])
    typed = Resource(kind=kind, title=title, address=clean_text(request.GET.get("address", "")[:200]))
    found = queries.likely(typed, user=request.user) if title else []
    return render(request, "resources/_likely.html", {"likely": found})


def _starting_values(user) -> dict:
    """A unit's first draft begins in its own place."""
    own = user.organizations_for(Perm.RESOURCE_EDIT).select_related("region").order_by("pk")[:1]
    if user.places_for(Perm.RESOURCE_EDIT)[0] or not own:
        return {}
    return {"organization": own[0], "region": own[0].region_id, "address": own[0].address}


def _kept(form: ResourceForm, user, kind: ResourceKind) -> Resource | None:
    """The new resource; None where the database's rules said no, which then stands in the form."""
    try:
        return actions.create(by=user, kind=kind, **form.values)
    except ValidationError as fault:
        add_faults(form, fault)
        return None


@require_http_methods(["GET", "HEAD", "POST"])
def resource_edit(request, pk):
    resource = _editable(request, pk)
    kind = ResourceKind.objects.current().get(code=resource.kind.code)
    initial = initial_of(resource)
    seen = _seen(request)
    form = ResourceForm(request.POST or None, user=request.user, kind=kind, initial=initial)
    context = {
        "form": form,
        "kind": kind,
        "resource": resource,
        "revision": resource.revision,
        "warn_review": not may(request.user, Perm.RESOURCE_REVIEW, resource),
    }
    if request.method == "POST" and form.is_valid():
        try:
            values = {"kind": kind, **form.values}
            actions.edit(resource, by=request.user, seen=seen, **values)
        except actions.ChangedMeanwhile as refusal:
            form.add_error(None, str(refusal))
            context["others"] = queries.changed_since(resource, seen)
        except ValidationError as fault:
            add_faults(form, fault)
        else:
            messages.success(request, "已保存。")
            return redirect(resource.get_desk_url())
    status = 422 if form.is_bound else 200
    return render(request, "resources/resource_form.html", context, status=status)


def _editable(request, pk) -> Resource:
    resources = queries.shown(Resource.objects.for_user(request.user, Perm.RESOURCE_EDIT))
    return get_object_or_404(resources, pk=pk)


@require_safe
def resource_detail(request, pk):
    resources = queries.shown(Resource.objects.for_user(request.user, Perm.RESOURCE_VIEW))
    resource = get_object_or_404(resources.select_related("created_by", "merged_into"), pk=pk)
    return render(request, "resources/resource_detail.html", _detail_context(request, resource))


@require_safe
def resource_preview(request, pk):
    """What the public will read once it is published, for whoever enters or reviews it."""
    resources = queries.shown(Resource.objects.for_user(request.user, Perm.RESOURCE_VIEW))
    resource = get_object_or_404(resources, pk=pk)
    context = {
        "is_preview": True,
        "resource": resource,
        "opening": queries.opening(resource, timezone.now()),
        "offers": queries.offers(resource, timezone.localdate()),
        "facts": queries.public_facts(resource),
        "extra": resource.extra(public_only=True),
    }
    return render(request, "resources/resource_page.html", context)


def _detail_context(request, resource: Resource, **more) -> dict:
    open_steps = dict(REVIEW.open_to(request.user, resource))
    work = queries.work_of(resource)
    steps = [(name, open_steps[name], name in MAIN_STEPS) for name in STEPS if name in open_steps]
    may_edit = may(request.user, Perm.RESOURCE_EDIT, resource)
    may_edit = may_edit and resource.status != Resource.Status.ARCHIVED
    context = {
        "resource": resource,
        "opening": queries.opening(resource, timezone.now()),
        "offers": queries.offers(resource, timezone.localdate()),
        "steps": steps,
        "may_edit": may_edit,
        "actions": _links(resource, may_edit=may_edit),
        "facts": [*queries.public_facts(resource), *resource.extra()],
        "internal": queries.internal_facts(resource),
        "work": work if work and may(request.user, Perm.WORK_VIEW, work) else None,
        "attention": queries.attention_of(resource),
        "timeline": (timeline := _timeline(resource)),
        "returned_for": _returned_for(resource, timeline),
        "history": queries.history(resource),
        "restorable": set(actions.EDITABLE) if may_edit else set(),
        "may_confirm": resource.is_public and queries.may_answer(request.user, resource),
        "note_form": NoteForm(),
        "picture_form": PictureForm(),
        "link_form": LinkForm(),
    }
    return {**context, **more}


def _links(resource: Resource, *, may_edit: bool) -> list[tuple[str, str, str]]:
    links = [("修改", reverse("resources_desk:edit", args=[resource.pk]), "primary")] if may_edit else []
    if resource.is_public:
        return [*links, ("公开页面", resource.get_absolute_url(), "")]
    return [*links, ("如公众所见", reverse("resources_desk:preview", args=[resource.pk]), "")]


def _timeline(resource: Resource) -> list[dict]:
    """The way of a resource so far, and the step that comes next."""
    entered = {"label": "登记", "state": "done", "at": resource.created_at, "by": resource.created_by.name}
    entries = [entered, *REVIEW.timeline(resource)]
    next_steps = {
        "draft": "提交审核",
        "returned": "修改后再次提交",
        "submitted": "区级核对、市科协审核",
        "checked": "市科协发布",
    }
    coming = next_steps.get(resource.status)
    return [*entries, {"label": coming, "state": "current"}] if coming else entries


def _returned_for(resource: Resource, timeline: list[dict]) -> str:
    """Why a resource came back; whoever mends it reads that before anything else."""
    if resource.status != Resource.Status.RETURNED:
        return ""
    return next((step["note"] for step in reversed(timeline) if step["state"] == "returned"), "")


# Steps taken by a button of the page, in this order, with what is said afterwards.
STEPS = {
    "submit": (actions.submit, "已提交，审核结果会通知您。"),
    "check": (actions.check, "已核对，市科协会审核发布。"),
    "give_back": (actions.give_back, "已退回并通知单位。"),
    "publish": (actions.publish, "已发布，公众现在可以看到。"),
    "send_back": (actions.send_back, "已退回并通知单位。"),
    "withdraw": (actions.withdraw, "已撤回为草稿。"),
    "archive": (actions.archive, "已下架，公众不再看到。"),
    "restore": (actions.restore, "已恢复为草稿。"),
}


MAIN_STEPS = {"submit", "check", "publish"}
DECISIONS = {"check", "give_back", "publish", "send_back"}  # on what was read, and nothing newer


def _seen(request) -> int:
    """The revision that the page sent was made of; 0, which is none, where it does not say."""
    seen = request.POST.get("revision", "")
    return int(seen) if seen.isdecimal() and len(seen) < 9 else 0


@require_POST
def resource_step(request, pk, step):
    if step not in STEPS:
        raise Http404("没有这个步骤。")
    needs = REVIEW.steps[step].needs
    resources = queries.shown(Resource.objects.for_user(request.user, needs))
    resource = get_object_or_404(resources.select_related("created_by"), pk=pk)
    form = NoteForm(request.POST)
    wants_note = REVIEW.steps[step].wants_note
    if form.is_valid() and wants_note and not form.cleaned_data["note"]:
        form.add_error("note", f"请写明{REVIEW.steps[step].label}的理由。")
    if not form.is_valid():
        context = _detail_context(request, resource, note_form=form)
        return render(request, "resources/resource_detail.html", context, status=422)
    act, said = STEPS[step]
    more = {"note": form.cleaned_data["note"]} if wants_note else {}
    if step in DECISIONS:
        more["seen"] = _seen(request)
    try:
        act(resource, by=request.user, **more)
    except actions.ChangedMeanwhile as refusal:
        others = queries.changed_since(resource, more["seen"])
        context = _detail_context(request, resource, note_form=form, refusal=str(refusal), others=others)
        return render(request, "resources/resource_detail.html", context, status=409)
    messages.success(request, said)
    return redirect(resource.get_desk_url())


@require_POST
def picture_add(request, pk):
    resource = _editable(request, pk)
    form = PictureForm(request.POST, request.FILES)
    if not form.is_valid():
        context = _detail_context(request, resource, picture_form=form)
        return render(request, "resources/resource_detail.html", context, status=422)
    actions.add_picture(resource, by=request.user, **form.cleaned_data)
    messages.success(request, "图片已添加。")
    return redirect(f"{resource.get_desk_url()}#pictures")


@require_POST
def picture_remove(request, pk, picture):
    resource = _editable(request, pk)
    row = get_object_or_404(
        ResourcePicture.objects.select_related("resource__region"), pk=picture, resource=resource
    )
    actions.remove_picture(row, by=request.user)
    messages.success(request, "图片已删除。")
    return redirect(f"{resource.get_desk_url()}#pictures")


@require_POST
def link_add(request, pk):
    resource = _editable(request, pk)
    form = LinkForm(request.POST)
    if form.is_valid():
        try:
            actions.add_link(resource, by=request.user, **form.cleaned_data)
        except ValidationError as fault:
            add_faults(form, fault)
        else:
            messages.success(request, "已添加。")
            return redirect(f"{resource.get_desk_url()}#links")
    context = _detail_context(request, resource, link_form=form)
    return render(request, "resources/resource_detail.html", context, status=422)


@require_POST
def link_remove(request, pk, link):
    resource = _editable(request, pk)
    row = get_object_or_404(
        ResourceLink.objects.select_related("resource__region"), pk=link, resource=resource
    )
    actions.remove_link(row, by=request.user)
    messages.success(request, "已删除。")
    return redirect(f"{resource.get_desk_url()}#links")


@require_safe
def organization_options(request):
    """Names of organisations for the box that asks while one types."""
    q = clean_text(request.GET.get("q", "")[:60])
    rows = Organization.objects.active().for_user(request.user, Perm.ORGANIZATION_VIEW)
    rows = rows.filter(name__contains=q) if not q.isascii() else rows.filter(pinyin__contains=q.lower())
    return JsonResponse(
        list(rows.order_by("name", "pk").values_list("name", flat=True)[:30]) if q else [], safe=False
    )
