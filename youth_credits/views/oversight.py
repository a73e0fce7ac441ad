"""Pages of the offices that oversee schools: cases, appeals that reached them, spot checks.

Each page runs under the office's scope, in which no child's record exists; a record is opened under the scope
of its case alone.
"""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit, plain_question
from portal.accounts import may
from portal.errors import Refused
from portal.fields import ReasonForm
from portal.keyset import page_by_key
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Perm, roles_with
from portal.scope import scope
from youth_credits import actions, queries
from youth_credits.actions.appeals import APPEAL
from youth_credits.actions.cases import CASE
from youth_credits.actions.checks import SPOT_CHECK
from youth_credits.forms.oversight import AnswerForm, CaseForm, DrawForm, FindingForm, OutcomeForm
from youth_credits.models import AccessCase, Appeal, DrawnEntry, SpotCheck, Student

CRUMBS = (("工作台", "/desk/"), ("学分监督", "/desk/oversight/"))
VERDICTS = [("granted", "支持申诉"), ("denied", "维持学校答复")]


def office_page(perm: Perm) -> Callable:
    """The view gets the region of the asker's office, and runs under that office's scope."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def page(request, *args, **kwargs):
            roles = roles_with(perm)
            held = [
                grant.region
                for grant in request.user.standing_grants()
                if grant.role in roles and grant.region
            ]
            if not held:
                raise PermissionDenied("这些页面供教育行政部门和市科协使用。")
            with scope(f"office:{held[0].pk}"):
                return view(request, held[0], *args, **kwargs)

        return page

    return decorate


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [*CRUMBS, *more]


@require_safe
@office_page(Perm.CASE_REQUEST)
def start(request, office: Region):
    oversees = may(request.user, Perm.CREDIT_OVERSEE, office)
    page = page_by_key(
        queries.cases(),
        order=("-pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "office": office,
        "page": page,
        "oversees": oversees,
        "appeals": list(queries.appeals_at_office()[:50]) if oversees else [],
        "checks": list(queries.spot_checks().filter(region__path__startswith=office.path)[:20]),
        "crumbs": [("工作台", "/desk/"), ("学分监督", "")],
    }
    return render(request, "youth_credits/oversight.html", context)


# --- Cases ----------------------------------------------------------------------------------------


def _case(uuid) -> AccessCase:
    cases = AccessCase.objects.select_related("school__region", "requested_by", "approved_by")
    return get_object_or_404(cases, uuid=uuid)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(Perm.CASE_REQUEST)
def case_new(request, office: Region):
    schools = Organization.objects.schools().filter(region__path__startswith=office.path).order_by("name")
    form = CaseForm(request.POST if request.method == "POST" else None, schools=schools)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            sentence = "申请过于频繁，请明天再试。"
            plain_question.limit("case", str(request.user.pk), most=30, seconds=86_400, sentence=sentence)
            case = actions.request_case(
                typed["school"], typed["number"], reason=typed["reason"], by=request.user, at=timezone.now()
            )
        except Refused as refusal:
            audit.event(
                "case_without_child", by=request.user, kind="youth_credits", note=typed["school"].name
            )
            form.add_error("number", str(refusal))
        else:
            messages.success(request, "已提交，待另一人批准。")
            return redirect(case)
    context = {"form": form, "crumbs": _crumbs(("申请查阅", ""))}
    return render(request, "youth_credits/case_new.html", context, status=422 if form.is_bound else 200)


@require_safe
@office_page(Perm.CASE_REQUEST)
def case(request, office: Region, uuid):
    return _case_page(request, _case(uuid))


def _case_page(request, case: AccessCase, *, status: int = 200, **more):
    steps = {name for name, _ in CASE.open_to(request.user, case)}
    context = {
        "case": case,
        "may_decide": "approve" in steps and case.requested_by_id != request.user.pk,
        "may_end": "end" in steps,
        "may_view": case.requested_by_id == request.user.pk and case.is_open(timezone.now()),
        "is_over": case.ends_at is not None and case.ends_at <= timezone.now(),
        "note_form": ReasonForm(),
        "timeline": CASE.timeline(case),
        "views": queries.views_of(case),
        "crumbs": _crumbs((str(case), "")),
    } | more
    return render(request, "youth_credits/case.html", context, status=status)


@require_POST
@office_page(Perm.CASE_APPROVE)
def case_approve(request, office: Region, uuid):
    case = _case(uuid)
    actions.approve_case(case, by=request.user, at=timezone.now())
    messages.success(request, "已批准，已告知申请人和学校。")
    return redirect(case)


@require_POST
@office_page(Perm.CASE_APPROVE)
def case_refuse(request, office: Region, uuid):
    case = _case(uuid)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _case_page(request, case, status=422, note_form=form)
    actions.refuse_case(case, note=form.cleaned_data["note"], by=request.user)
    messages.success(request, "已退回申请。")
    return redirect(case)


@require_POST
@office_page(Perm.CASE_REQUEST)
def case_end(request, office: Region, uuid):
    case = _case(uuid)
    actions.end_case(case, by=request.user, at=timezone.now())
    messages.success(request, "已结束，记录即时关闭。")
    return redirect(case)


@require_safe
@office_page(Perm.CASE_REQUEST)
def record(request, office: Region, uuid):
    """The child's record, under the scope of the case. Who may not is denied, and that is written down."""
    case = _case(uuid)
    try:
        actions.view_record(case, by=request.user, at=timezone.now())
    except Refused as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    drawn = DrawnEntry.objects.filter(student=case.student_id, spot_check__status=SpotCheck.Status.APPROVED)
    return record_page(
        request,
        case,
        drawn={one.entry: one for one in drawn.select_related("spot_check").order_by("pk")},
        crumbs=_crumbs((str(case), case.get_absolute_url()), ("学生记录", "")),
    )


def record_page(request, case: AccessCase, **more):
    with scope(f"case:{case.pk}"):
        student = Student.objects.select_related("school").filter(pk=case.student_id).first()
        context = {"case": case, "student": student, **more}
        if student is not None:
            context["years"] = queries.years_of(student)
            context["page"] = page_by_key(
                queries.entries(student),
                order=("-activity__held_on", "-pk"),
                after=request.GET.get("after", ""),
                before=request.GET.get("before", ""),
            )
        return render(request, "youth_credits/case_record.html", context)


# --- Appeals --------------------------------------------------------------------------------------


def _appeal(uuid) -> Appeal:
    return get_object_or_404(queries.appeals_at_office(all_of_them=True), uuid=uuid)


@require_safe
@office_page(Perm.CREDIT_OVERSEE)
def appeal(request, office: Region, uuid):
    appeal = _appeal(uuid)
    audit.viewed(appeal, by=request.user, reason="处理申诉")
    return _appeal_page(request, appeal)


def _appeal_page(request, appeal: Appeal, *, status: int = 200, **more):
    context = {
        "appeal": appeal,
        "may_decide": "grant" in {name for name, _ in APPEAL.open_to(request.user, appeal)},
        "form": AnswerForm(choices=VERDICTS),
        "timeline": APPEAL.timeline(appeal),
        "crumbs": _crumbs((str(appeal), "")),
    } | more
    return render(request, "youth_credits/office_appeal.html", context, status=status)


@require_POST
@office_page(Perm.CREDIT_OVERSEE)
def appeal_decide(request, office: Region, uuid):
    appeal = _appeal(uuid)
    form = AnswerForm(request.POST, choices=VERDICTS)
    if not form.is_valid():
        return _appeal_page(request, appeal, status=422, form=form)
    actions.decide(
        appeal,
        is_granted=form.cleaned_data["verdict"] == "granted",
        words=form.cleaned_data["note"],
        by=request.user,
        at=timezone.now(),
    )
    messages.success(request, "已作出决定，已告知学校和监护人。")
    return redirect("oversight:appeal", uuid=appeal.uuid)


@require_POST
@office_page(Perm.CREDIT_OVERSEE)
def appeal_case(request, office: Region, uuid):
    """Ask to open the record of the child whose appeal it is."""
    appeal = _appeal(uuid)
    case = actions.ask_case(
        appeal.student_id,
        appeal.organization,
        reason=f"处理{appeal}",
        origin=AccessCase.Origin.APPEAL,
        by=request.user,
        at=timezone.now(),
    )
    return redirect(case)


# --- Spot checks ----------------------------------------------------------------------------------


def _check(office: Region, uuid) -> SpotCheck:
    checks = queries.spot_checks().filter(region__path__startswith=office.path)
    return get_object_or_404(checks, uuid=uuid)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(Perm.CREDIT_OVERSEE)
def check_new(request, office: Region):
    form = DrawForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            check = actions.draw_check(
                office, of=form.cleaned_data["of"], share=form.share, by=request.user, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(check)
    context = {"form": form, "office": office, "crumbs": _crumbs(("新的抽查", ""))}
    return render(request, "youth_credits/check_new.html", context, status=422 if form.is_bound else 200)


@require_safe
@office_page(Perm.CASE_REQUEST)
def check(request, office: Region, uuid):
    return _check_page(request, _check(office, uuid))


def _check_page(request, check: SpotCheck, *, status: int = 200, **more):
    page = page_by_key(
        check.entries.select_related("school"),
        order=("pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=50,
    )
    steps = {name for name, _ in SPOT_CHECK.open_to(request.user, check)}
    context = {
        "check": check,
        "page": page,
        "counts": queries.finding_counts(check),
        "may_approve": "approve" in steps and check.created_by_id != request.user.pk,
        "may_look": check.status == SpotCheck.Status.APPROVED
        and may(request.user, Perm.CREDIT_OVERSEE, check),
        "may_finish": "finish" in steps,
        "outcome_form": OutcomeForm(),
        "timeline": SPOT_CHECK.timeline(check),
        "crumbs": _crumbs((str(check), "")),
    } | more
    return render(request, "youth_credits/check.html", context, status=status)


@require_POST
@office_page(Perm.CASE_APPROVE)
def check_approve(request, office: Region, uuid):
    check = _check(office, uuid)
    actions.approve_check(check, by=request.user, at=timezone.now())
    messages.success(request, "已批准，可以逐条核查。")
    return redirect(check)


@require_POST
@office_page(Perm.CREDIT_OVERSEE)
def check_finish(request, office: Region, uuid):
    check = _check(office, uuid)
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        return _check_page(request, check, status=422, outcome_form=form)
    actions.finish_check(check, outcome=form.cleaned_data["outcome"], by=request.user, at=timezone.now())
    messages.success(request, "已办结。")
    return redirect(check)


def _drawn(office: Region, uuid, drawn) -> DrawnEntry:
    entries = DrawnEntry.objects.select_related("spot_check__region", "school__region")
    return get_object_or_404(entries, spot_check=_check(office, uuid), uuid=drawn)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(Perm.CREDIT_OVERSEE)
def drawn(request, office: Region, uuid, drawn):
    """One drawn entry. Opening the child's record is a post of its own; the finding another."""
    entry = _drawn(office, uuid, drawn)
    form = FindingForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        actions.note_finding(
            entry,
            finding=form.cleaned_data["finding"],
            note=form.cleaned_data["note"],
            by=request.user,
            at=timezone.now(),
        )
        messages.success(request, "已记录核查结果。")
        return redirect(entry.spot_check)
    check_page = reverse("oversight:check", args=[uuid])
    context = {
        "drawn": entry,
        "form": form,
        "crumbs": _crumbs((str(entry.spot_check), check_page), (str(entry), "")),
    }
    return render(request, "youth_credits/drawn.html", context, status=422 if form.is_bound else 200)


@require_POST
@office_page(Perm.CREDIT_OVERSEE)
def drawn_open(request, office: Region, uuid, drawn):
    case = actions.open_drawn(_drawn(office, uuid, drawn), by=request.user, at=timezone.now())
    return redirect("oversight:record", uuid=case.uuid)
