"""Records of the same thing: the list of likely pairs, and making two one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.errors import Refused
from portal.keyset import page_by_key
from portal.roles import Perm
from resources import actions, queries
from resources.models import Resource


@require_safe
def pair_list(request):
    if not request.user.can(Perm.RESOURCE_REVIEW):
        raise PermissionDenied("疑似重复由市科协核对。")
    page = page_by_key(
        queries.open_pairs(request.user),
        order=queries.PAIR_ORDER,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=20,
    )
    return render(request, "resources/likeness_list.html", {"page": page})


@require_POST
def pair_dismiss(request, pk):
    pair = get_object_or_404(queries.open_pairs(request.user), pk=pk)
    actions.dismiss_pair(pair, by=request.user)
    messages.success(request, "已记住：这是两项，不再提示。")
    return redirect("resources_desk:pairs")


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request, pk, other):
    survivor, merged = (_reviewed(request, key) for key in (pk, other))
    if survivor.pk == merged.pk:
        raise Http404("同一条资源不能与自己合并。")
    sides = queries.sides(survivor, merged)
    if request.method == "POST":
        take = [side.name for side in sides if request.POST.get(side.name) == "other"]
        both = request.POST.get("topics") != "own"
        note = request.POST.get("note", "")[:200]
        made = actions.merge(survivor, merged, by=request.user, take=take, both_topics=both, note=note)
        count = sum(len(keys) for keys in made.moved.values())
        messages.success(request, f"已合并。移过来 {count} 条相关记录，原公开地址会转到这一条。")
        return redirect(survivor.get_desk_url())
    context = {
        "survivor": survivor,
        "merged": merged,
        "sides": sides,
        "swap_url": reverse("resources_desk:merge", args=[merged.pk, survivor.pk]),
        "obstacle": _obstacle(survivor, merged),
    }
    return render(request, "resources/likeness_merge.html", context)


def _reviewed(request, pk) -> Resource:
    rows = queries.shown(Resource.objects.for_user(request.user, Perm.RESOURCE_REVIEW))
    return get_object_or_404(rows, pk=pk)


def _obstacle(survivor: Resource, merged: Resource) -> str:
    try:
        queries.check_mergeable(survivor, merged)
    except Refused as refusal:
        return str(refusal)
    return ""
