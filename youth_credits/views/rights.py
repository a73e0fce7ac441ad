"""The school's side of rights: requests, their copies and letters, and the year's report on minors' data."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit
from portal.calendar import local_today
from portal.documents import pdf
from portal.errors import Refused
from portal.files import KINDS
from portal.keyset import page_by_key
from portal.roles import Perm
from youth_credits import actions, queries, sheets
from youth_credits.actions.rights import RIGHTS
from youth_credits.forms.oversight import AnswerForm
from youth_credits.forms.rights import PaperRightsForm
from youth_credits.models import RightsRequest
from youth_credits.views.access import crumbs, own_student, school_page, second_factor_first, workbook

VERDICTS = [("granted", "办理"), ("refused", "不予办理")]
FIRST_YEAR = 2018


@require_safe
@school_page(Perm.CREDIT_VIEW)
def requests(request, school):
    page = page_by_key(
        queries.rights_requests(school),
        order=("-pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {"page": page, "today": local_today(), "crumbs": crumbs(("监护人请求", ""))}
    return render(request, "youth_credits/rights_requests.html", context)


def _request(school, uuid) -> RightsRequest:
    found = queries.rights_requests(school).select_related(
        "student__school", "organization__region", "region", "created_by", "answered_by"
    )
    return get_object_or_404(found, uuid=uuid)


@require_safe
@school_page(Perm.CREDIT_VIEW)
def rights_request(request, school, uuid):
    asked = _request(school, uuid)
    audit.viewed(asked, by=request.user, reason="办理监护人请求")
    return _page(request, asked)


def _page(request, asked: RightsRequest, *, status: int = 200, **more):
    context = {
        "asked": asked,
        "may_answer": "grant" in {name for name, _ in RIGHTS.open_to(request.user, asked)},
        "is_late": asked.is_late(local_today()),
        "form": AnswerForm(choices=VERDICTS),
        "timeline": RIGHTS.timeline(asked),
        "crumbs": crumbs(("监护人请求", reverse("youth_credits:rights_requests")), (str(asked), "")),
    } | more
    return render(request, "youth_credits/rights_request.html", context, status=status)


@require_POST
@school_page(Perm.CREDIT_VERIFY)
@second_factor_first
def rights_answer(request, school, uuid):
    asked = _request(school, uuid)
    form = AnswerForm(request.POST, choices=VERDICTS)
    if not form.is_valid():
        return _page(request, asked, status=422, form=form)
    answer = actions.grant_right if form.cleaned_data["verdict"] == "granted" else actions.refuse_right
    answer(asked, words=form.cleaned_data["note"], by=request.user, at=timezone.now())
    messages.success(request, "已答复。")
    return redirect(asked)


@require_safe
@school_page(Perm.CREDIT_VIEW)
@second_factor_first
def rights_copy(request, school, uuid):
    """Everything the portal has of one child, to be handed to the guardian who asked."""
    asked = _request(school, uuid)
    audit.exported("youth_credits.child", 1, by=request.user, note=str(asked))
    return workbook(sheets.child_workbook(asked.student), f"个人信息副本-{asked.pk}.xlsx")


@require_safe
@school_page(Perm.CREDIT_VIEW)
def rights_letter(request, school, uuid):
    """The written answer, on paper."""
    asked = _request(school, uuid)
    if asked.status not in (RightsRequest.Status.GRANTED, RightsRequest.Status.REFUSED):
        raise Http404("还没有答复。")
    context = {"title": "监护人请求答复书", "asked": asked, "school": school}
    answer = HttpResponse(
        pdf("documents/rights_letter.html", context, made_at=asked.ended_at),
        content_type=KINDS["pdf"].content_type,
    )
    answer["Content-Disposition"] = content_disposition_header(True, f"答复书-{asked.pk}.pdf")
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_RECORD)
def rights_paper(request, school, uuid):
    """Enter a request that a guardian handed in on paper."""
    student = own_student(school, uuid)
    form = PaperRightsForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = actions.ask_right_on_paper(student, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(made)
    context = {
        "form": form,
        "crumbs": crumbs((student.number_masked, student.get_absolute_url()), ("登记监护人请求", "")),
    }
    return render(request, "youth_credits/rights_paper.html", context, status=422 if form.is_bound else 200)


# --- The year's report ----------------------------------------------------------------------------


@require_safe
@school_page(Perm.CREDIT_VIEW)
def protection_report(request, school):
    """The school's report on minors' data of a calendar year, on the page or, with `?as=pdf`, on paper.

    Basis: 未成年人网络保护条例第三十七条; due by the end of January.
    """
    this = local_today().year
    asked = request.GET.get("year", "")
    year = (
        int(asked) if asked.isascii() and asked.isdecimal() and FIRST_YEAR <= int(asked[:4]) <= this else this
    )
    year = min(year, this)
    context = {
        "title": f"{year}年未成年人个人信息保护合规审计报告",
        "school": school,
        "year": year,
        "years": range(this, max(FIRST_YEAR, this - 6) - 1, -1),
        "figures": queries.protection_report(school, year),
        "crumbs": crumbs(("年度合规审计", "")),
    }
    if request.GET.get("as") != "pdf":
        return render(request, "youth_credits/protection_report.html", context)
    audit.exported("youth_credits.protection_report", 1, by=request.user, note=str(year))
    answer = HttpResponse(
        pdf("documents/protection_report.html", context, made_at=timezone.now()),
        content_type=KINDS["pdf"].content_type,
    )
    answer["Content-Disposition"] = content_disposition_header(True, f"合规审计-{year}.pdf")
    return answer
