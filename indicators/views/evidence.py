"""Public pages that put the index to the test: audit, revisions, other methods, targets, editions."""

from decimal import Decimal, InvalidOperation

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from indicators.forms import editions as forms
from indicators.models import Edition, Vintage
from indicators.queries import editions, pictures, scenarios
from indicators.queries import index as queries
from indicators.queries.auditing import audit_of
from indicators.queries.revisions import revision
from indicators.queries.subdistricts import streets
from indicators.sheets.index import workbook
from indicators.views.index import HOME, chosen_region, chosen_vintage, chosen_year, kept, nothing_yet
from portal.regions import Level, Region
from portal.roles import Perm

HERE = [("首页", "/"), HOME]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _or_404(found, words: str):
    if found is None:
        raise Http404(words)
    return found


@login_not_required
@require_safe
def audit_page(request):
    """Spread, correlation, agreement, weight and influence, removals, Sobol indices, coverage, the log."""
    vintage = chosen_vintage(request)
    if vintage is None:
        return nothing_yet(request)
    found = _or_404(audit_of(vintage, chosen_year(request)), "这次计算没有区级分值。")
    context = {"found": found, "kept": kept(request), "crumbs": [*HERE, ("审计", "")]}
    return render(request, "indicators/audit.html", context | pictures.of_audit(found))


@login_not_required
@require_safe
def revisions_page(request):
    """What was published when; two computations side by side, with the causes."""
    published = queries.published_vintages()
    old, new = (_named(request, name) for name in ("old", "new"))
    if new is None and published:
        new = published[0]
        old = old or new.supersedes
    found = revision(old, new) if old is not None and new is not None and old != new else None
    context = {
        "published": published,
        "found": found,
        "latest": queries.latest_vintage(),
        "crumbs": [*HERE, ("修订", "")],
    }
    return render(request, "indicators/revisions.html", context)


def _named(request, parameter: str) -> Vintage | None:
    name = request.GET.get(parameter, "")[:64]
    if not name:
        return None
    return _or_404(queries.vintage_named(name), "没有这一次计算结果。")


@login_not_required
@require_safe
def scenarios_page(request):
    """The same counts under other methods, side by side."""
    vintage = chosen_vintage(request)
    if vintage is None:
        return nothing_yet(request)
    without = request.GET.get("without", "")[:30]
    found = _or_404(scenarios.scenarios(vintage, chosen_year(request), without), "这次计算没有区级分值。")
    context = {"found": found, "kept": kept(request), "crumbs": [*HERE, ("换一种算法", "")]}
    return render(request, "indicators/scenarios.html", context)


@login_not_required
@require_safe
def pairs_page(request):
    """How often one district comes before another in the draws."""
    vintage = chosen_vintage(request)
    if vintage is None:
        return nothing_yet(request)
    context = {
        "vintage": vintage,
        "found": scenarios.pairs(vintage, chosen_year(request)),
        "kept": kept(request),
        "crumbs": [*HERE, ("两两比较", "")],
    }
    return render(request, "indicators/pairs.html", context)


@login_not_required
@require_safe
def change_page(request, code):
    """Why a region's index moved since the year before: every indicator, to the last digit."""
    region, vintage = chosen_region(code), chosen_vintage(request)
    if vintage is None:
        return nothing_yet(request)
    found = _or_404(scenarios.change_table(vintage, region, chosen_year(request)), "没有相邻两年的分值。")
    context = {
        "found": found,
        "kept": kept(request),
        "crumbs": [*HERE, (region.name, reverse("indicators:profile", args=[code])), ("比上年变化", "")],
    }
    return render(request, "indicators/change.html", context)


@login_not_required
@require_safe
def target_page(request, code):
    """What it takes to reach a score or a rank, indicator by indicator."""
    region, vintage = chosen_region(code), chosen_vintage(request)
    if vintage is None:
        return nothing_yet(request)
    asked = request.GET if {"score", "rank"} & set(request.GET) else None
    form = forms.TargetForm(asked)
    target = form.cleaned_data if asked is not None and form.is_valid() else {}
    costs = _costs(request)
    found = _or_404(
        scenarios.target_of(vintage, region, chosen_year(request), **target, costs=costs),
        "这次计算没有该区的分值。",
    )
    context = {
        "found": found,
        "form": form,
        "kept": kept(request),
        "crumbs": [*HERE, (region.name, reverse("indicators:profile", args=[code])), ("目标测算", "")],
    }
    return render(request, "indicators/target.html", context, status=422 if form.errors else 200)


def _costs(request) -> dict[str, float]:
    """The cost of one more of an indicator's numerator, by code: c-<code>=… in the address."""
    found = {}
    for name, text in request.GET.items():
        if not name.startswith("c-") or not text.strip():
            continue
        try:
            value = Decimal(text.strip()[:20])
        except InvalidOperation:
            continue
        if value.is_finite() and 0 < value < 10**12:
            found[name[2:]] = float(value)
    return found


@login_not_required
@require_safe
def streets_page(request, code):
    """The subdistricts of a district, as far as the portal counts there."""
    region, vintage = chosen_region(code), chosen_vintage(request)
    if vintage is None:
        return nothing_yet(request)
    if region.level != Level.DISTRICT:
        raise Http404("请从一个区打开。")
    found = streets(vintage, region, chosen_year(request))
    cells = [cell for column in found.columns for cell in column.cells] if found else []
    context = {
        "region": region,
        "vintage": vintage,
        "found": found,
        "flag_words": queries.FLAG_WORDS,
        "marks": queries.marks_in(cell.flags for cell in cells),
        "districts": Region.objects.districts(),
        "kept": kept(request),
        "crumbs": [*HERE, (region.name, reverse("indicators:profile", args=[code])), ("街道", "")],
    }
    return render(request, "indicators/streets.html", context)


# ---------------------------------------------------------------- editions


@login_not_required
@require_safe
def editions_page(request):
    """All editions of the method, the latest first."""
    context = {
        "editions": editions.editions(with_drafts=False),
        "crumbs": [*HERE, ("方法版本", "")],
    }
    return render(request, "indicators/editions.html", context)


@login_not_required
@require_safe
def edition_page(request, code):
    """One edition: what it changed, and the year in which both were computed. A draft opens for staff."""
    edition = get_object_or_404(Edition.objects.select_related("predecessor", "created_by"), code=code)
    may_draft = request.user.is_authenticated and request.user.can(Perm.INDEX_COMPUTE)
    if edition.is_draft and not may_draft:
        raise Http404("没有这个版本。")
    overlap = editions.overlap(edition)
    context = {
        "edition": edition,
        "differences": editions.differences(edition),
        "overlap": overlap,
        "nodes": [(node, editions.children_of(node)) for node in edition.nodes.order_by("position")],
        "may_draft": may_draft,
        "crumbs": [*HERE, ("方法版本", reverse("indicators:editions")), (edition.name, "")],
    }
    return render(request, "indicators/edition.html", context | pictures.of_edition(edition, overlap))


# ---------------------------------------------------------------- the workbook


@login_not_required
@require_safe
def data_xlsx(request):
    """All of a vintage as a workbook, with its code book."""
    vintage = chosen_vintage(request)
    if vintage is None:
        raise Http404("指数尚未计算。")
    answer = HttpResponse(workbook(vintage), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="index-{vintage.short}.xlsx"'
    return answer
