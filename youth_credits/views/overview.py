"""Totals: of the city and its districts without a name, of a school by class."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.calendar import local_today, school_year, school_year_label
from portal.regions import Level, Region
from portal.roles import Perm
from portal.scope import scope
from youth_credits import queries
from youth_credits.models import SpecialCase
from youth_credits.queries import Reach
from youth_credits.queries.overview import BANDS, FEWEST_SCHOOLS
from youth_credits.views.access import class_asked, crumbs, school_page

YEARS_BACK = 4


def _year_asked(request) -> int:
    """The school year of `?year=2025`; the present one for anything else."""
    now = school_year(local_today())
    text = request.GET.get("year", "")
    asked = int(text) if text.isdecimal() and len(text) == 4 else now
    return asked if now - YEARS_BACK <= asked <= now else now


def _years(chosen: int) -> list[dict]:
    now = school_year(local_today())
    return [
        {"label": school_year_label(year), "url": f"?year={year}", "current": year == chosen}
        for year in range(now, now - YEARS_BACK - 1, -1)
    ]


@require_safe
def overview(request):
    """The city by district, a district by school. No filter: two answers must not tell a third."""
    paths, _ = request.user.places_for(Perm.CREDIT_OVERVIEW)
    if not paths:
        raise PermissionDenied("学分汇总供市、区科协和教育行政部门查看。")
    region = Region.objects.get(path=min(paths, key=len))
    year = _year_asked(request)
    by_school = region.level >= Level.DISTRICT
    with scope("ledger"):
        found = queries.overview(region, year, by_school=by_school)
    context = {
        "region": region,
        "found": found,
        "bands": BANDS,
        "columns": [*BANDS, "合计"],
        "by_school": by_school,
        "years": _years(year),
        "year": school_year_label(year),
        "crumbs": [("工作台", "/desk/"), ("学分汇总", "")],
    }
    return render(request, "youth_credits/overview.html", context)


@require_safe
@school_page(Perm.CREDIT_VIEW)
def school_report(request, school):
    """Coverage by class, who is behind, what was imported: one page, also on paper."""
    year = _year_asked(request)
    reach = Reach.of(school)
    grades = reach.grades_on(local_today())
    classes = queries.classes_of_year(school, year, grades)
    chosen = class_asked(request)
    heads = sum(row["heads"] for row in classes)
    with scope("ledger"):
        median = queries.district_median_coverage(school, year)
    reached = sum(row["reached"] for row in classes)
    context = {
        "school": school,
        "classes": classes,
        "chosen": chosen,
        "behind": list(queries.behind(school, year, *chosen)[:60]) if chosen else [],
        "heads": heads,
        "reached": reached,
        "done": sum(row["done"] for row in classes),
        "coverage": round(100 * reached / heads, 1) if heads else None,
        "median": median,
        "median_note": "" if median is not None else f"本区不足 {FEWEST_SCHOOLS} 所学校，不计算",
        "special": SpecialCase.objects.filter(
            organization=school, school_year=year, status=SpecialCase.Status.APPROVED
        ).count(),
        "batches": list(queries.batches(school).order_by("-pk")[:10]),
        "years": _years(year),
        "year": school_year_label(year),
        "year_value": year,
        "now": timezone.now(),
        "crumbs": crumbs(("本校情况", "")),
    }
    return render(request, "youth_credits/school_report.html", context)
