"""Published annual reports: the list, each as pages of its own, its files, the way to the records."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from indicators.models import AnnualReport
from indicators.queries import published_reports
from indicators.queries.annual import kept_chapter
from indicators.queries.items import city_item
from portal import files
from portal.regions import Level

HOME, LIST = ("首页", "/"), ("年度报告", "/reports/")


@login_not_required
@require_safe
def report_list(request):
    """The published annual reports of the city and the districts; every version stays."""
    found = published_reports()
    groups = [
        ("全市", [report for report in found if report.region.level == Level.MUNICIPALITY]),
        ("各区", [report for report in found if report.region.level != Level.MUNICIPALITY]),
    ]
    context = {"groups": [group for group in groups if group[1]], "crumbs": [HOME, (LIST[0], "")]}
    return render(request, "indicators/report_list.html", context)


def _published(pk: int) -> AnnualReport:
    found = AnnualReport.objects.published()
    return get_object_or_404(found.select_related("region", "vintage", "file", "annex", "letter"), pk=pk)


@login_not_required
@require_safe
def report_page(request, pk):
    """The front page of a published report: what it is, its chapters, its files."""
    report = _published(pk)
    newer = AnnualReport.objects.published().filter(
        region=report.region, year=report.year, version__gt=report.version
    )
    context = {
        "report": report,
        "content": report.content,
        "newer": newer.order_by("-version").first(),
        "crumbs": [HOME, LIST, (str(report), "")],
    }
    return render(request, "indicators/report_page.html", context)


@login_not_required
@require_safe
def report_chapter(request, pk, code):
    """One chapter of a published report; its figures lead to their records."""
    report = _published(pk)
    chapters = report.content["chapters"]
    place = next((number for number, one in enumerate(chapters) if one["id"] == code), None)
    if place is None:
        raise Http404("报告中没有这一章。")
    context = {
        "report": report,
        "chapter": kept_chapter(chapters[place], digest=report.digest),
        "note": report.content["note"],
        "before": chapters[place - 1] if place else None,
        "after": chapters[place + 1] if place + 1 < len(chapters) else None,
        "crumbs": [
            HOME,
            LIST,
            (str(report), reverse("reports:page", args=[report.pk])),
            (chapters[place]["title"], ""),
        ],
    }
    return render(request, "indicators/report_chapter.html", context)


@login_not_required
@require_safe
def report_file(request, pk, what):
    """One of the files of a published report: file, annex or letter."""
    found = getattr(_published(pk), what)
    if found is None:
        raise Http404("这份报告没有该文件。")
    return files.respond(found)


@login_not_required
@require_safe
def item_page(request, key):
    """What the districts returned for one item: where a figure of the city's report leads."""
    text = request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else None
    found = city_item(key, year)
    if found is None:
        raise Http404("各区没有审核通过的这一项数据。")
    context = {"found": found, "item": found.item, "crumbs": [HOME, LIST, (found.item.name, "")]}
    return render(request, "indicators/city_item.html", context)
