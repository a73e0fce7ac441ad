"""The public directory of a closed census: browsing, files, what differs from the round before."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from portal import files
from portal.identifiers import clean_text
from portal.keyset import page_by_key
from portal.search import MAX_QUERY
from resources.models import CensusRound
from resources.queries import directory as queries

FILES = ("pdf", "workbook", "differences")


def _asked(request) -> dict:
    return {
        "kind": clean_text(request.GET.get("kind", "")[:30]),
        "district": clean_text(request.GET.get("district", "")[:12]),
        "q": clean_text(request.GET.get("q", "")[:MAX_QUERY]),
    }


@login_not_required
@require_safe
def latest(request):
    """The directory of the round closed last."""
    asked = queries.published_rounds().select_related("directory__pdf", "directory__workbook").first()
    return _page(request, asked)


@login_not_required
@require_safe
def of_round(request, pk):
    rounds = queries.published_rounds().select_related("directory__pdf", "directory__workbook")
    return _page(request, get_object_or_404(rounds, pk=pk))


def _page(request, asked: CensusRound | None):
    crumbs = [("首页", "/"), ("科普资源名录", "")]
    if asked is None:
        return render(request, "resources/directory.html", {"asked": None, "crumbs": crumbs})
    wanted = _asked(request)
    page = page_by_key(
        queries.entries(asked, **wanted),
        order=queries.ORDER,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=40,
    )
    sums = queries.tally(asked)
    address = reverse("directory:round", args=[asked.pk])
    context = {
        "asked": asked,
        "directory": asked.directory,
        "page": page,
        "wanted": wanted,
        "tally": sums,
        "facets": _facets(sums, wanted, address),
        "address": address,
        "is_narrowed": any(wanted.values()),
        "rounds": queries.published_rounds().exclude(pk=asked.pk)[:20],
        "has_before": queries.round_before(asked) is not None,
        "crumbs": crumbs,
    }
    return render(request, "resources/directory.html", context)


def _facets(sums: queries.Tally, wanted: dict, address: str) -> list[dict]:
    def options(name: str, choices) -> list[dict]:
        rows = [("", "全部", None), *choices]
        return [
            {
                "value": code or "all",
                "label": label,
                "count": count,
                "chosen": wanted[name] == code,
                "url": f"{address}?{urlencode({**wanted, name: code})}",
            }
            for code, label, count in rows
        ]

    kinds = [(code, name, count) for code, (name, count) in sums.kinds.items()]
    districts = [(code or "city", name, count) for code, (name, count) in sums.districts.items()]
    return [
        {"name": "kind", "label": "资源类型", "options": options("kind", kinds)},
        {"name": "district", "label": "所在区", "options": options("district", districts)},
    ]


@login_not_required
@require_safe
def changes(request, pk):
    """What was added, is gone and changed since the round before."""
    asked = get_object_or_404(queries.published_rounds().select_related("directory"), pk=pk)
    found = queries.difference(asked)
    crumbs = [
        ("首页", "/"),
        ("科普资源名录", reverse("directory:round", args=[asked.pk])),
        ("与上次对比", ""),
    ]
    context = {"asked": asked, "found": found, "most": queries.MOST_SHOWN, "crumbs": crumbs}
    return render(request, "resources/directory_changes.html", context)


@login_not_required
@require_safe
def file(request, pk, what):
    if what not in FILES:
        raise Http404
    asked = get_object_or_404(queries.published_rounds().select_related(f"directory__{what}"), pk=pk)
    return files.respond(getattr(asked.directory, what))
