"""The panel's progress, the visit, the decision sheet, the notice, objections and certificates."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.actions import contests, decisions, panel, pool, visits
from outreach.forms.panel import (
    AnswerForm,
    CaseForm,
    CaseReasonForm,
    ContestAnswerForm,
    DueForm,
    ExtraForm,
    MoveDueForm,
    MoveUpForm,
    NoticeForm,
    ObjectionForm,
    PhotoForm,
    RoundStepForm,
    VisitForm,
)
from outreach.models import Application, Objection, Review, Round, SiteVisit
from outreach.queries import decisions as queries
from outreach.queries.panel import apart, barred_bodies, visit_rows
from outreach.views.rounds import add_fault, pdf_answer, require_desk
from portal import documents, plain_question
from portal.calendar import local_today
from portal.errors import ChangedMeanwhile, Refused
from portal.fields import ReasonForm
from portal.keyset import page_by_key
from portal.middleware import client_address
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date

# --- The panel, for staff -------------------------------------------------------------------------


def _managed(request, pk) -> Application:
    rows = Application.objects.for_user(request.user, Perm.TITLE_MANAGE).with_all().exclude(status="draft")
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def case_panel(request, pk):
    """The sheets of a case, what is added or taken, and the count."""
    application = _managed(request, pk)
    found = {row.rule_id: row for row in application.extra_findings.all()}
    form = ExtraForm(request.POST or None, rules=application.round.form.extras.all(), found=found)
    if request.method == "POST" and form.is_valid():
        try:
            panel.find_and_count(application, form.found, is_done="count" in request.POST, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "总分已计算。" if "count" in request.POST else "加减分已保存。")
            return redirect("titles_desk:panel", application.pk)
    visit = SiteVisit.objects.filter(application=application).first()
    context = {
        "case": application,
        "form": form,
        "sheets": queries.panel_sheets(application),
        "lines": [row for row in application.round.form.criteria.all() if row.plain().is_scored],
        "draws": application.draws.order_by("pk"),
        "visit": visit,
        "breakdown": application.breakdown,
        "apart": apart([application]).get(application.pk),
        "is_barred": application.organization_id in barred_bodies(request.user),
        "may_count": application.status == Application.Status.SCORING,
        "reason": ReasonForm(),
    }
    return render(request, "outreach/case_panel.html", context, status=422 if form.is_bound else 200)


@require_POST
def review_redraw(request, pk):
    """Draw somebody else in place of a member who has not handed in."""
    require_desk(request.user, Perm.TITLE_MANAGE)
    cases = Application.objects.for_user(request.user, Perm.TITLE_MANAGE)
    rows = Review.objects.filter(application__in=cases)
    rows = rows.select_related("application__round__scheme", "application__organization", "member__user")
    review = get_object_or_404(rows, pk=pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请写明重新抽取的理由。")
    else:
        panel.redraw_member(review, reason=form.cleaned_data["note"], by=request.user)
        messages.success(request, f"已另抽一位评委，代替评委{review.letter}。")
    return redirect("titles_desk:panel", review.application_id)


# --- The visit ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def visit(request, pk):
    application = _managed(request, pk)
    kept = SiteVisit.objects.filter(application=application).first()
    form = VisitForm(
        request.POST or None,
        items=application.round.form.visit_items,
        answers=kept.answers if kept else {},
        initial={
            "visited_on": kept.visited_on if kept else timezone.localdate(),
            "measured_area": kept.measured_area if kept else None,
            "summary": kept.summary if kept else "",
            "seen": kept.revision if kept else 1,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            saved = _keep_visit(request, application, form)
        except (Refused, ChangedMeanwhile, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "现场核查已完成。" if saved.is_done else "草稿已保存。")
            return redirect("titles_desk:visit", application.pk)
    context = {
        "case": application,
        "visit": kept,
        "form": form,
        "rows": form.rows(),
        "told": [
            (item, SiteVisit.Answer(answer).label if answer else "", note)
            for item, answer, note in visit_rows(kept, application)
        ],
        "photos": kept.photos.select_related("attachment").order_by("pk") if kept else [],
        "photo_form": PhotoForm(),
        "is_open": application.status in visits.VISITED and not (kept and kept.is_done),
    }
    return render(request, "outreach/visit.html", context, status=422 if form.is_bound else 200)


def _keep_visit(request, application, form) -> SiteVisit:
    data = form.cleaned_data
    return visits.save_visit(
        application,
        visited_on=data["visited_on"],
        answers=form.answers,
        measured_area=data["measured_area"],
        summary=data["summary"],
        is_done="done" in request.POST,
        seen=data["seen"],
        by=request.user,
    )


@require_POST
def photo_add(request, pk):
    application = _managed(request, pk)
    form = PhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "请选择照片。")
    else:
        data = form.cleaned_data
        visits.add_photo(application, data["photo"], shows_name=not data["hides_name"], by=request.user)
        messages.success(request, "照片已保存。")
    return redirect("titles_desk:visit", application.pk)


# --- The decision sheet ---------------------------------------------------------------------------


def _round(request, pk) -> Round:
    require_desk(request.user, Perm.TITLE_MANAGE)
    return get_object_or_404(Round.objects.select_related("scheme", "form"), pk=pk)


@require_safe
def decision_sheet(request, pk):
    round = _round(request, pk)
    rows = queries.decision_rows(round, request.user)
    reserve = CaseReasonForm(round=round)
    fit = [row.ranked.application.pk for row in rows if row.ranked.titles and not row.is_barred]
    cases = reserve.fields["case"].queryset
    reserve.fields["case"].queryset = cases.filter(
        pk__in=fit, status__in=["proposed", "not_proposed"], reserve_place=None
    )
    recusal = CaseReasonForm(round=round)
    recusal.fields["case"].queryset = cases.exclude(organization__in=barred_bodies(request.user))
    context = {
        "round": round,
        "rows": rows,
        "waiting": Application.objects.filter(round=round, status__in=["admitted", "scoring"]).count(),
        "progress": queries.progress(round),
        "objections": queries.objection_counts(round),
        "reserve": list(queries.reserve_of(round)),
        "free_places": queries.free_places(round),
        "last_day": (last_day := queries.last_notice_day(round)),
        "is_noticed_out": last_day is not None and last_day < local_today(),
        "draw_form": DueForm(round=round),
        "notice_form": NoticeForm(round=round),
        "reserve_form": reserve,
        "move_up_form": MoveUpForm(round=round),
        "recusal_form": recusal,
    }
    return render(request, "outreach/decision_sheet.html", context)


@require_safe
def round_progress(request, pk):
    """Who has not handed in, how late, and who was reminded when by whom."""
    round = _round(request, pk)
    page = page_by_key(
        queries.reminders_of(round),
        order=("-sent_at", "-pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "round": round,
        "waiting": queries.waiting_members(round, local_today()),
        "progress": queries.progress(round),
        "page": page,
        "due_form": MoveDueForm(round=round),
    }
    return render(request, "outreach/round_progress.html", context)


@require_safe
def decision_pdf(request, pk):
    """The ranked list as minutes of the meeting that decides."""
    round = _round(request, pk)
    context = {
        "round": round,
        "rows": queries.decision_rows(round),
        "reserve": queries.reserve_of(round),
        "title": f"{round.title}：评审结果汇总",
    }
    return pdf_answer(documents.pdf("documents/title_ranking.html", context), f"ranking-{round.pk}.pdf")


def _raise(case: Application, by) -> str:
    decisions.raise_in_reserve(case, by=by)
    return f"{case.organization.name}的备选次序已上移一位。"


def _publish(round: Round, starts_on, by) -> str:
    decisions.publish_notice(round, starts_on=starts_on, by=by)
    return f"已公示，至{cn_date(round.notice_until)}。"


def _declare(case: Application, note: str, by) -> str:
    pool.declare_recusal(case, reason=note, by=by)
    return f"已登记回避，{case.organization.name}的申报由其他工作人员办理。"


# Step → what it asks for, what it does (its words are shown), and the page it goes back to.
STEPS = {
    "draw": (
        DueForm,
        lambda round, data, by: f"已为 {panel.draw_panels(round, by=by, **data)} 件申报抽取评委。",
        "decision",
    ),
    "remind": (
        RoundStepForm,
        lambda round, data, by: f"已催办 {panel.remind_members(round, by=by)} 位评委。",
        "progress",
    ),
    "due": (
        MoveDueForm,
        lambda round, data, by: f"已调整 {panel.move_due_day(round, data['due_on'], by=by)} 份评分表的期限。",
        "progress",
    ),
    "propose": (
        RoundStepForm,
        lambda round, data, by: f"拟认定 {decisions.propose_all(round, by=by)} 家。",
        "decision",
    ),
    "reserve": (
        CaseReasonForm,
        lambda round, data, by: (
            f"已列入备选第 {decisions.put_in_reserve(data['case'], note=data['note'], by=by)} 位。"
        ),
        "decision",
    ),
    "raise": (CaseForm, lambda round, data, by: _raise(data["case"], by), "decision"),
    "move_up": (
        MoveUpForm,
        lambda round, data, by: f"{decisions.move_up(round, by=by, **data).organization.name}已递补。",
        "decision",
    ),
    "recusal": (
        CaseReasonForm,
        lambda round, data, by: _declare(data["case"], data["note"], by),
        "decision",
    ),
    "publish": (NoticeForm, lambda round, data, by: _publish(round, data["starts_on"], by), "decision"),
    "decide": (
        RoundStepForm,
        lambda round, data, by: f"已授予 {len(decisions.decide_round(round, by=by))} 个称号。",
        "decision",
    ),
}


@require_POST
def decision_step(request, pk, step):
    round = _round(request, pk)
    if step not in STEPS:
        raise Http404("没有这个步骤。")
    form_class, act, page = STEPS[step]
    form = form_class(request.POST, round=round)
    if form.is_valid():
        messages.success(request, act(round, form.cleaned_data, request.user))
    for name, errors in form.errors.items():
        messages.error(request, f"{form.fields[name].label}：{errors[0]}")
    return redirect(f"titles_desk:{page}", round.pk)


# --- Objections -----------------------------------------------------------------------------------

TOO_OFTEN = "提交过于频繁，请一小时后再试。"
LOOKED_TOO_OFTEN = "查询过于频繁，请一小时后再试。"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def object_to(request, pk):
    """An objection to a case while it is before the public."""
    rows = queries.open_to_objection().select_related("organization", "round__scheme", "region")
    application = get_object_or_404(rows, pk=pk)
    form = ObjectionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            plain_question.limit(
                "objection", client_address(request), most=10, seconds=3600, sentence=TOO_OFTEN
            )
            made = _object(application, form)
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "异议已受理。请保存本页链接：进展和答复只在这里查看。")
            return redirect(made.get_follow_url())
    context = {"case": application, "form": form}
    return render(request, "outreach/objection_form.html", context, status=422 if form.is_bound else 200)


def _object(application: Application, form: ObjectionForm):
    data = form.cleaned_data
    return decisions.object_to(
        application,
        ground=data["ground"],
        text=data["text"],
        name=data["name"],
        phone=data["phone"],
        upload=data["proof"],
        at=timezone.now(),
    )


@login_not_required
@never_cache
@require_safe
def objection_follow(request, uuid):
    """How far an objection is and what was answered, for whoever kept the link: nothing of who objected."""
    plain_question.limit(
        "objection_follow", client_address(request), most=120, seconds=3600, sentence=LOOKED_TOO_OFTEN
    )
    rows = Objection.objects.filter(kind=Objection.Kind.OBJECTION)
    objection = get_object_or_404(rows.select_related("application__round"), uuid=uuid)
    context = {
        "objection": objection,
        "round": objection.application.round,
        "link": request.build_absolute_uri(objection.get_follow_url()),
        "today": local_today(),
    }
    return render(request, "outreach/objection_follow.html", context)


@require_safe
def objection_list(request):
    require_desk(request.user, Perm.TITLE_MANAGE)
    page = page_by_key(
        queries.objections_for(request.user),
        order=("-pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(request, "outreach/objection_list.html", {"page": page, "today": local_today()})


@require_http_methods(["GET", "HEAD", "POST"])
def objection_detail(request, pk):
    require_desk(request.user, Perm.TITLE_MANAGE)
    objection = get_object_or_404(queries.objections_for(request.user), pk=pk)
    is_contest = objection.kind == Objection.Kind.CONTEST
    if is_contest:
        # Who is proposed already, from the reserve or on another ground, needs no title and no days.
        is_proposed = objection.application.status == Application.Status.PROPOSED
        choices = [] if is_proposed else queries.titles_to_propose(objection.application)
        form = ContestAnswerForm(request.POST or None, titles=choices)
    else:
        form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = contests.decide_contest if is_contest else decisions.decide_objection
        told = {**form.cleaned_data, "is_upheld": form.cleaned_data["is_upheld"] == "yes"}
        try:
            act(objection, by=request.user, **told)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "处理决定已保存。")
            return redirect(objection)
    context = {
        "objection": objection,
        "form": form,
        "is_barred": objection.application.organization_id in barred_bodies(request.user),
    }
    return render(request, "outreach/objection_detail.html", context, status=422 if form.is_bound else 200)


# --- Certificates ---------------------------------------------------------------------------------


@require_safe
def certificate(request, pk, kind):
    """The certificate or the plate of a title as PDF."""
    if kind not in ("certificate", "plate"):
        raise Http404("没有这种文书。")
    title = get_object_or_404(queries.titles_seen_by(request.user), pk=pk)
    context = {
        "held": title,
        "paper": title.paper,
        "title": f"{title.kind.name} {title.number}",
        "is_plate": kind == "plate",
    }
    data = documents.pdf("documents/title_certificate.html", context, made_at=title.paper.issued_at)
    return pdf_answer(data, f"{kind}-{title.number}.pdf")
