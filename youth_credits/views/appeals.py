"""A school's publications, the appeals against them, and who looked at its children from outside."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit
from portal.accounts import may
from portal.calendar import local_today, term
from portal.errors import Refused
from portal.fields import ReasonForm
from portal.keyset import page_by_key
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date
from youth_credits import actions, queries
from youth_credits.actions.appeals import APPEAL
from youth_credits.actions.publications import PUBLICATION
from youth_credits.forms.oversight import AnswerForm, PaperAppealForm
from youth_credits.models import Appeal, Publication
from youth_credits.views.access import (
    chosen_publication,
    crumbs,
    own_student,
    school_page,
    second_factor_first,
)

VERDICTS = [("upheld", "采纳申诉"), ("rejected", "不采纳申诉")]


# --- Publications ---------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_VIEW)
def publications(request, school):
    """This term and the one before, to be made public, and the earlier ones."""
    if request.method == "POST":
        return _publish(request, school)
    today = local_today()
    known = {one.term: one for one in queries.publications(school)}
    terms = [term(today), term(today).previous]
    rows = []
    for one in terms:
        made = known.pop(one.code, None)
        is_open = made is None or made.status == Publication.Status.OPEN
        rows.append(
            {
                "term": one,
                "made": made,
                "is_open": is_open,
                "waiting": queries.unverified_in(one, school) if is_open else 0,
                "sums": queries.published_sums(one, school) if is_open else (made.heads, made.entries),
            }
        )
    context = {
        "rows": rows,
        "earlier": list(known.values()),
        "may_publish": may(request.user, Perm.CREDIT_VERIFY, school),
        "crumbs": crumbs(("学期公示", "")),
    }
    return render(request, "youth_credits/publications.html", context)


@second_factor_first
def _publish(request, school):
    today = local_today()
    asked = request.POST.get("term", "")
    chosen = next((one for one in (term(today), term(today).previous) if one.code == asked), None)
    if chosen is None:
        raise Http404("没有这个学期。")
    publication = actions.publish(chosen, school=school, by=request.user, at=timezone.now())
    messages.success(
        request, f"已开始公示，申诉截止 {cn_date(publication.appeals_until)}，已通知有账号的监护人。"
    )
    return redirect(publication)


def _publication(school, uuid) -> Publication:
    found = queries.publications(school).select_related("organization__region", "region")
    return get_object_or_404(found, uuid=uuid)


@require_safe
@school_page(Perm.CREDIT_VIEW)
def publication(request, school, uuid):
    return _publication_page(request, school, _publication(school, uuid))


def _publication_page(request, school, publication, *, status: int = 200, **more):
    page = page_by_key(
        queries.appeals(school).filter(publication=publication),
        order=("-pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "publication": publication,
        "page": page,
        "may_reopen": "reopen" in {name for name, _ in PUBLICATION.open_to(request.user, publication)},
        "note_form": ReasonForm(),
        "timeline": PUBLICATION.timeline(publication),
        "crumbs": crumbs(("学期公示", reverse("youth_credits:publications")), (publication.period.label, "")),
    } | more
    return render(request, "youth_credits/publication.html", context, status=status)


@require_POST
@school_page(Perm.CREDIT_VERIFY)
@second_factor_first
def publication_reopen(request, school, uuid):
    publication = _publication(school, uuid)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _publication_page(request, school, publication, status=422, note_form=form)
    actions.reopen(publication, note=form.cleaned_data["note"], by=request.user)
    messages.success(request, "已重新开放登记。更正后请再次公示。")
    return redirect(publication)


# --- Appeals --------------------------------------------------------------------------------------


@require_safe
@school_page(Perm.CREDIT_VIEW)
def appeals(request, school):
    status = request.GET.get("status", "")
    rows = queries.appeals(school)
    if status in Appeal.Status.values:
        rows = rows.filter(status=status)
    page = page_by_key(
        rows, order=("-pk",), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    tabs = [{"label": "全部", "url": "?", "current": status not in Appeal.Status.values}] + [
        {"label": Appeal.Status(code).label, "url": f"?status={code}", "current": status == code}
        for code in ("filed", "escalated", "upheld", "rejected")
    ]
    context = {"page": page, "tabs": tabs, "today": local_today(), "crumbs": crumbs(("申诉", ""))}
    return render(request, "youth_credits/appeals.html", context)


def _appeal(school, uuid) -> Appeal:
    found = queries.appeals(school).select_related(
        "publication", "created_by", "organization__region", "region", "first"
    )
    return get_object_or_404(found, uuid=uuid)


@require_safe
@school_page(Perm.CREDIT_VIEW)
def appeal(request, school, uuid):
    appeal = _appeal(school, uuid)
    audit.viewed(appeal, by=request.user, reason="处理申诉")
    return _appeal_page(request, appeal)


def _appeal_page(request, appeal: Appeal, *, status: int = 200, **more):
    steps = {name for name, _ in APPEAL.open_to(request.user, appeal)}
    context = {
        "appeal": appeal,
        "entry": queries.entry_of(appeal),
        "may_answer": "uphold" in steps,
        "may_escalate": "escalate_paper" in steps,
        "until": queries.may_escalate_until(appeal),
        "may_take_back": may(request.user, Perm.CREDIT_VERIFY, appeal),
        "is_late": appeal.is_late(local_today()),
        "form": AnswerForm(choices=VERDICTS),
        "timeline": queries.appeal_timeline(appeal, APPEAL.timeline(appeal)),
        "crumbs": crumbs(("申诉", reverse("youth_credits:appeals")), (str(appeal), "")),
    } | more
    return render(request, "youth_credits/appeal.html", context, status=status)


@require_POST
@school_page(Perm.CREDIT_VERIFY)
def appeal_answer(request, school, uuid):
    appeal = _appeal(school, uuid)
    form = AnswerForm(request.POST, choices=VERDICTS)
    if not form.is_valid():
        return _appeal_page(request, appeal, status=422, form=form)
    actions.answer(
        appeal,
        is_upheld=form.cleaned_data["verdict"] == "upheld",
        words=form.cleaned_data["note"],
        by=request.user,
        at=timezone.now(),
    )
    messages.success(request, "已答复。")
    return redirect(appeal)


@require_POST
@school_page(Perm.CREDIT_VERIFY)
@second_factor_first
def appeal_take_back(request, school, uuid):
    appeal = _appeal(school, uuid)
    actions.take_back_appealed(appeal, by=request.user)
    messages.success(request, "已冲销这条记录，已告知录入员重新登记。")
    return redirect(appeal)


@require_POST
@school_page(Perm.CREDIT_RECORD)
def appeal_escalate(request, school, uuid):
    appeal = _appeal(school, uuid)
    actions.escalate_on_paper(appeal, by=request.user, at=timezone.now())
    messages.success(request, "已转区教育局处理。")
    return redirect(appeal)


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_RECORD)
def appeal_paper(request, school, uuid):
    """Enter an appeal that a guardian handed in on paper."""
    student = own_student(school, uuid)
    public = list(queries.published_now(school))
    published = chosen_publication(request, public)
    entries = list(queries.published_entries(published, student)) if published else []
    form = PaperAppealForm(request.POST if request.method == "POST" else None, entries=entries)
    if published and form.is_bound and form.is_valid():
        try:
            made = actions.appeal_on_paper(published, student, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(made)
    context = {
        "student": student,
        "publication": published,
        "others": [one for one in public if one != published],
        "form": form,
        "crumbs": crumbs((student.number_masked, student.get_absolute_url()), ("登记纸质申诉", "")),
    }
    return render(request, "youth_credits/appeal_paper.html", context, status=422 if form.is_bound else 200)


# --- Who looked from outside ----------------------------------------------------------------------


@require_safe
@school_page(Perm.CREDIT_VIEW)
def views(request, school):
    """Everybody outside who might open a record of a child of this school, and how often they did."""
    page = page_by_key(
        queries.cases_at(school),
        order=("-pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    opened = queries.view_counts([case.pk for case in page.rows])
    context = {
        "page": page,
        "rows": [(case, opened.get(case.pk)) for case in page.rows],
        "crumbs": crumbs(("外部查阅记录", "")),
    }
    return render(request, "youth_credits/views.html", context)
