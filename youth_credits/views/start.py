"""The first page of a school."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.accounts import may
from portal.calendar import local_today, school_year, school_year_label
from portal.roles import Perm
from youth_credits import queries
from youth_credits.models import Grade
from youth_credits.views.access import school_page


@require_safe
@school_page(Perm.CREDIT_VIEW)
def start(request, school):
    year = school_year(local_today())
    grades = queries.totals_by_grade(school, year)
    for row in grades:
        row["label"] = Grade(row["grade"]).label
    return render(
        request,
        "youth_credits/start.html",
        {
            "school": school,
            "year": school_year_label(year),
            "grades": grades,
            "heads": sum(row["heads"] for row in grades),
            "reached": sum(row["reached"] for row in grades),
            "hours": sum(row["minutes"] or 0 for row in grades) // 60,
            "batches": list(queries.batches(school).order_by("-pk")[:5]),
            "to_verify": queries.to_verify(school).count(),
            "may_record": may(request.user, Perm.CREDIT_RECORD, school),
            "may_verify": may(request.user, Perm.CREDIT_VERIFY, school),
            "crumbs": [("工作台", "/desk/"), ("青少年科普学分", "")],
        },
    )
