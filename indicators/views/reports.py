"""Annual reports: the public list, and the desk where staff make and publish them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators import forms
from indicators.actions import reports as actions
from indicators.models import AnnualReport, Period
from indicators.queries import published_reports
from indicators.queries.annual import checklist
from indicators.queries.index import latest_vintage
from portal import files
from portal.roles import Perm

DESK = ("工作台", "/desk/")
LIST = ("年度报告", "/desk/reports/")


@login_not_required
@require_safe
def report_list(request):
    """The published annual reports; every version stays."""
    context = {
        "reports": published_reports(),
        "crumbs": [("首页", "/"), ("年度报告", "")],
    }
    return render(request, "indicators/report_list.html", context)


@login_not_required
@require_safe
def report_file(request, pk):
    report = get_object_or_404(
        AnnualReport.objects.select_related("file"), pk=pk, state=AnnualReport.State.PUBLISHED
    )
    return files.respond(report.file)


def _require_maker(request) -> None:
    if not request.user.can(Perm.REPORT_MAKE):
        raise PermissionDenied("市科协工作人员可以编制年度报告。")


def _years() -> list[int]:
    vintage = latest_vintage()
    known = range(vintage.first_year, vintage.last_year + 1) if vintage else []
    return sorted({*known, *Period.objects.values_list("year", flat=True)}, reverse=True)


@require_http_methods(["GET", "HEAD", "POST"])
def desk_list(request):
    """Choose a year, see what is still missing, have the report made."""
    _require_maker(request)
    years = _years()
    form = forms.ReportForm(request.POST or None, years=years)
    if request.method == "POST" and form.is_valid():
        report = actions.ask_report(**form.cleaned_data, by=request.user)
        messages.success(request, "已开始生成，通常不到一分钟。")
        return redirect(report)
    vintage = latest_vintage()
    year = _chosen(request, years, vintage.last_year if vintage else None)
    context = {
        "form": form if form.is_bound else forms.ReportForm(years=years, initial={"year": year}),
        "years": years,
        "year": year,
        "checklist": checklist(year) if year else [],
        "reports": AnnualReport.objects.select_related("vintage", "created_by").order_by("-year", "-version"),
        "crumbs": [DESK, (LIST[0], "")],
    }
    return render(request, "indicators/report_desk.html", context, status=422 if form.errors else 200)


def _chosen(request, years: list[int], usual: int | None) -> int | None:
    text = request.GET.get("year", "")
    if text.isascii() and text.isdigit() and int(text[:4]) in years:
        return int(text[:4])
    return usual or (years[0] if years else None)


@require_safe
def desk_detail(request, pk):
    _require_maker(request)
    report = get_object_or_404(
        AnnualReport.objects.select_related("vintage", "file", "job", "created_by"), pk=pk
    )
    context = {
        "report": report,
        "crumbs": [DESK, LIST, (str(report), "")],
        "is_making": report.state == AnnualReport.State.MAKING,
    }
    return render(request, "indicators/report_detail.html", context)


@require_safe
def desk_file(request, pk):
    """The PDF before it is published, for those who make it."""
    _require_maker(request)
    report = get_object_or_404(AnnualReport.objects.select_related("file"), pk=pk)
    if report.file is None:
        raise Http404("报告尚未生成。")
    return files.respond(report.file)


@require_POST
def desk_publish(request, pk):
    _require_maker(request)
    report = get_object_or_404(AnnualReport, pk=pk)
    actions.publish_report(report, at=timezone.now(), by=request.user)
    messages.success(request, f"{report}已发布，文件和指数结果不再更改。")
    return redirect(report)
