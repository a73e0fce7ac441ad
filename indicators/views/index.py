"""The public pages of the index: from the city's trend down to the numbers that were divided."""

import csv
import io

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from indicators.method import canonical
from indicators.models import Denominator, FigureSource, Vintage
from indicators.queries import index as queries
from indicators.queries import items, page_tables, pictures, results
from indicators.queries.weights import means_in_words, shares_in_words, weights_in_words
from portal import exhibits
from portal.keyset import page_of_numbers
from portal.regions import Level, Region
from portal.sheets import neutral

HOME = ("科普发展指数", "/index/")


def chosen_vintage(request) -> Vintage | None:
    """The vintage named in the address; the current one by default, None before there is any."""
    name = request.GET.get("vintage", "")
    found = queries.vintage_named(name[:64])
    if name and found is None:
        raise Http404("没有这一次计算结果。")
    return found


def chosen_year(request) -> int | None:
    """The year in the address, if it is one."""
    text = request.GET.get("year", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else None


def chosen_region(code: str) -> Region:
    """The city or a district by its code."""
    region = Region.objects.filter(code=code, level__lte=Level.DISTRICT).first()
    if region is None:
        raise Http404("没有这个区。")
    return region


def kept(request) -> str:
    """The chosen vintage, carried along in links; "" for the current one."""
    name = request.GET.get("vintage", "")
    return f"&vintage={name}" if name else ""


def nothing_yet(request):
    """What pages say before the first computation."""
    return render(request, "indicators/nothing_yet.html", {"crumbs": [("首页", "/"), (HOME[0], "")]})


@login_not_required
@require_safe
def index_page(request):
    """The city's trend, the districts with the ranks they may have, map and table."""
    vintage = chosen_vintage(request)
    if vintage is None:
        return nothing_yet(request)
    found = queries.overview(vintage, chosen_year(request))
    # Without a published one the current vintage is the latest.
    is_latest = vintage.kind == Vintage.Kind.NIGHTLY and "vintage" not in request.GET
    latest = vintage if is_latest else queries.latest_vintage()
    context = {
        "found": found,
        "edition": vintage.edition,
        "kept": kept(request),
        "groups": queries.alike_groups(found),
        "newer": latest if latest and latest.pk != vintage.pk else None,
        "crumbs": [("首页", "/"), (HOME[0], "")],
    }
    shown = pictures.of_overview(found) | {"districts": page_tables.of_districts(found)}
    return exhibits.respond(request, "indicators/index.html", context, shown)


@login_not_required
@require_safe
def profile_page(request, code):
    """One district (or the city): pillars, indicators, strengths and gaps, what moved it."""
    region, vintage = chosen_region(code), chosen_vintage(request)
    if vintage is None:
        return nothing_yet(request)
    found = queries.profile(vintage, region, chosen_year(request))
    if found is None:
        raise Http404("这次计算没有该区的结果。")
    context = {
        "found": found,
        "place": queries.place_words(found.index),
        "unlinked": queries.gaps_of(found),
        "kept": kept(request),
        "flag_words": queries.FLAG_WORDS,
        "marks": queries.marks_in(one.cell.flags for _, _, ones in found.pillars for one in ones),
        "crumbs": [("首页", "/"), HOME, (region.name, "")],
    }
    shown = pictures.of_profile(found) | {"indicators": page_tables.of_indicators(found)}
    return exhibits.respond(request, "indicators/profile.html", context, shown)


@login_not_required
@require_safe
def node_page(request, code, node):
    """A pillar opened to its indicators, or an indicator opened to numerator and denominator."""
    region, vintage = chosen_region(code), chosen_vintage(request)
    if vintage is None:
        return nothing_yet(request)
    here = [("首页", "/"), HOME, (region.name, reverse("indicators:profile", args=[code]))]
    pillar = queries.opened(vintage, region, node, chosen_year(request))
    if pillar is not None:
        context = {
            "found": pillar,
            "kept": kept(request),
            "flag_words": queries.FLAG_WORDS,
            "marks": queries.marks_in(one.cell.flags for one in pillar.standings),
            "crumbs": [*here, (pillar.pillar.name, "")],
        }
        return exhibits.respond(request, "indicators/pillar.html", context, page_tables.of_pillar(pillar))
    found = queries.drill(vintage, region, node, chosen_year(request))
    if found is None:
        raise Http404("没有这项指标。")
    above = found.indicator.pillar
    context = {
        "found": found,
        "kept": kept(request),
        "flags": [queries.FLAG_WORDS[flag] for flag in found.cell.flags],
        "crumbs": [
            *here,
            (above.name, reverse("indicators:node", args=[code, above.code])),
            (found.indicator.name, ""),
        ],
    }
    shown = pictures.of_indicator(found) | page_tables.of_drill(found)
    return exhibits.respond(request, "indicators/indicator.html", context, shown)


@login_not_required
@require_safe
def item_page(request, code, key):
    """What a district reported for one item of the form, over the accepted years."""
    region = chosen_region(code)
    found = items.item_history(region, key, chosen_year(request))
    if found is None:
        raise Http404("该区没有审核通过的这一项数据。")
    item, behind = found.cells[0].item, found.behind
    lines = behind.lines if behind and not behind.is_personal else []
    context = {
        "region": region,
        "found": found,
        "item": item,
        "behind": behind,
        "total": len(behind.lines) if behind else 0,
        "crumbs": [
            ("首页", "/"),
            HOME,
            (region.name, reverse("indicators:profile", args=[code])),
            (item.name, ""),
        ],
    } | page_of_lines(request, lines)
    title = f"{region.name}{found.chosen.filing.period.year}年{item.key} {item.name}计入的记录"
    shown = {
        "years": page_tables.of_item(region, found),
        "records": page_tables.of_records(title, behind, lines) if lines else None,
    }
    return exhibits.respond(request, "indicators/item.html", context, shown)


LINES_SHOWN = 100


def page_of_lines(request, lines: list) -> dict:
    """The records of one page, for the template."""
    after, before = (request.GET.get(name, "") for name in ("after", "before"))
    page = page_of_numbers(range(len(lines)), after=after, before=before, size=LINES_SHOWN)
    return {"page": page, "lines": [lines[place] for place in page]}


@login_not_required
@require_safe
def method_page(request):
    """The edition: indicators, goalposts, weights, sources; what was decided and why."""
    vintage = chosen_vintage(request)
    if vintage is None:
        return nothing_yet(request)
    method = queries.method_of(vintage)
    sources = list(FigureSource.objects.exclude(name__contains=":"))  # one of needs speaks for its topics
    denominators = Denominator.objects.select_related("region").order_by("kind", "-year", "region__code")
    context = {
        "vintage": vintage,
        "edition": vintage.edition,
        "groups": [(pillar, method.under(pillar)) for pillar in method.pillars],
        "index": method.index,
        "weights": weights_in_words(method),
        "means": means_in_words(method),
        "shares": shares_in_words(method),
        "denominators": denominators,
        "sources": sources,
        "counted": {source.name for source in sources if source.is_counted},
        "labels": {source.name: source.label for source in sources},
        "runs": queries.latest_runs(10),
        "revisions": queries.revisions(),
        "crumbs": [("首页", "/"), HOME, ("方法", "")],
    }
    return render(request, "indicators/method.html", context)


COLUMNS = (
    ("year", "年份"),
    ("region_code", "区划代码"),
    ("region", "区域"),
    ("level", "层级"),
    ("node", "代码"),
    ("name", "名称"),
    ("score", "水平分值"),
    ("growth", "发展指数"),
    ("rank", "位次"),
    ("rank_low", "位次区间上"),
    ("rank_high", "位次区间下"),
    ("rate", "指标值"),
    ("numerator", "分子"),
    ("denominator", "分母"),
    ("state", "取值"),
    ("coverage", "覆盖率"),
    ("flags", "标记"),
)


def _data(request) -> tuple[Vintage, list[dict]]:
    vintage = chosen_vintage(request)
    if vintage is None:
        raise Http404("指数尚未计算。")
    return vintage, results.open_data(vintage)


@login_not_required
@require_safe
def data_csv(request):
    """Every result of a vintage, with its digest in each row."""
    vintage, rows = _data(request)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["结果编号", *(label for _, label in COLUMNS)])
    for row in rows:
        row["flags"] = " ".join(row["flags"])
        writer.writerow([vintage.short, *(neutral(_plain(row[name])) for name, _ in COLUMNS)])
    answer = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="index-{vintage.short}.csv"'
    return answer


@login_not_required
@require_safe
def scores_csv(request):
    """The scores of a vintage side by side: a line per region and node, a column per year."""
    vintage, rows = _data(request)
    table = results.score_table(rows).map(lambda value: neutral(value) if isinstance(value, str) else value)
    answer = HttpResponse("\ufeff" + table.to_csv(index=False), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="scores-{vintage.short}.csv"'
    return answer


def _plain(value) -> str:
    return "" if value is None else str(value)


@login_not_required
@require_safe
def data_json(request):
    """The same as canonical JSON: one vintage, always the same bytes."""
    vintage, rows = _data(request)
    content = {
        "edition": vintage.edition.code,
        "base_year": vintage.edition.base_year,
        "vintage": vintage.digest,
        "results": vintage.result_digest,
        "kind": vintage.kind,
        "cells": rows,
    }
    return HttpResponse(canonical(content), content_type="application/json")
