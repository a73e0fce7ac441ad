"""An application at the desk: filled in, checked, handed in; then the district and the formal check."""

import hashlib
import json

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.actions import applications as actions
from outreach.actions import cells as cell_actions
from outreach.actions import contests, decisions
from outreach.forms.panel import ContestForm
from outreach.forms.rounds import (
    ApplicationForm,
    FileForm,
    GateForm,
    RecommendForm,
    ReturnForm,
)
from outreach.models import APPLICATION_STEPS, PANEL_STEPS, Application, ApplicationFile, Round
from outreach.queries import cells
from outreach.queries import rounds as queries
from outreach.queries.decisions import contests_of
from outreach.views.rounds import SEES, add_fault, pdf_answer, require_desk
from portal import documents
from portal.accounts import may
from portal.calendar import local_today
from portal.errors import ChangedMeanwhile, Refused
from portal.fields import ReasonForm
from portal.keyset import page_by_key
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date


def _case(request, pk) -> Application:
    rows = Application.objects.seen_by(request.user).with_all()
    return get_object_or_404(rows.prefetch_related("files__attachment", "gate_findings"), pk=pk)


def _own(request, pk) -> Application:
    """An application of one's own body. Raises Http404 for others."""
    application = _case(request, pk)
    if not is_own(request.user, application):
        raise Http404
    return application


def is_own(user, application: Application) -> bool:
    try:
        actions.require_applicant(user, application)
    except PermissionDenied:
        return False
    return True


@require_safe
def case_list(request):
    require_desk(request.user, *SEES)
    status = request.GET.get("status", "")
    rows = queries.applications_for(request.user)
    if status in Application.Status.values:
        rows = rows.filter(status=status)
    asked = request.GET.get("round", "")
    if asked.isdecimal() and len(asked) < 9:
        rows = rows.filter(round=int(asked))
    page = page_by_key(
        rows, order=("-pk",), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    days = queries.days_in_state(page.rows, timezone.now())
    context = {
        "page": page,
        "rows": [(row, days.get(row.pk)) for row in page],
        "status": status,
        "statuses": Application.Status.choices,
        "round": asked if asked.isdecimal() else "",
        "manages": request.user.can(Perm.TITLE_MANAGE),
    }
    return render(request, "outreach/case_list.html", context)


@require_safe
def case_detail(request, pk):
    application = _case(request, pk)
    own = is_own(request.user, application)
    in_time = local_today() <= application.round.recommend_until
    recommends = may(request.user, Perm.TITLE_RECOMMEND, application) and application.status == "submitted"
    manages = may(request.user, Perm.TITLE_MANAGE, application)
    context = {
        "case": application,
        "parts": _told(application),
        "known": queries.evidence_of(application.organization, application.round.data_year),
        "titles": queries.titles_held(application.organization, local_today()),
        "files": _files(application),
        "may_edit": own and application.may_be_changed,
        "may_withdraw": own and application.status in APPLICATION_STEPS.steps["withdraw"].sources,
        "own": own,
        "recommends": recommends,
        "manages": manages,
        "checks_form": manages and application.status == "recommended",
        "turns_down": manages
        and (application.status == "recommended" or (application.is_with_district and not in_time)),
        "in_time": in_time,
        "gates": queries.gate_states(application),
        "granted": application.titles.select_related("kind").order_by("pk"),
        "breakdown": application.breakdown if manages or _tells_score(application) else {},
        "has_panel": manages and application.status not in ("submitted", "returned", "recommended"),
        "may_leave_out": manages
        and (application.status in ("scored", "proposed") or application.reserve_place is not None)
        and application.round.status == "reviewing",
        "may_renounce": own and application.status == "proposed",
        "contests": contests_of(application) if own or manages else [],
        "may_contest": own and application.may_be_contested(local_today()),
        "contest_until": application.notice_days[1],
        "timeline": _timeline(application),
        "reason": ReasonForm(),
        "return_form": ReturnForm(),
        "recommend_form": RecommendForm(),
        "remarks": _remarks(application),
    }
    return render(request, "outreach/case_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def case_contest(request, pk):
    """A body that is not proposed asks for its case to be looked at again."""
    application = _own(request, pk)
    if not application.may_be_contested(local_today()):
        messages.info(request, "只有拟不认定的申报在公示期内可以申请复核。")
        return redirect(application)
    form = ContestForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = contests.contest(
                application,
                ground=data["ground"],
                text=data["text"],
                upload=data["proof"],
                at=timezone.now(),
                by=request.user,
            )
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(
                request, f"复核申请已受理，编号 {made.number}，将于{cn_date(made.due_on)}前答复。"
            )
            return redirect(application)
    context = {"case": application, "form": form}
    return render(request, "outreach/contest_form.html", context, status=422 if form.is_bound else 200)


def _timeline(application: Application) -> list[dict]:
    """What became of an application, from both of its workflows, the oldest first."""
    taken = APPLICATION_STEPS.timeline(application) + PANEL_STEPS.timeline(application)
    return sorted(taken, key=lambda entry: entry["at"])


def _remarks(application: Application) -> list[tuple[str, str, str]]:
    """What the district asked to put right: field, its name, the remark."""
    return [(name, _label(name), text) for name, text in application.remarks.items()]


def _label(name: str) -> str:
    return "证明材料" if name == "files" else str(Application._meta.get_field(name).verbose_name)


def _told(application: Application) -> list[tuple[str, list]]:
    """Everything an application says, under the headings of its form: (heading, (name, label, value))."""
    form = ApplicationForm(instance=application, known={})
    return [
        (heading, [(field.name, field.label, _said(application, field.name)) for field in fields])
        for heading, fields in form.parts()
    ]


def _said(application: Application, name: str):
    value = getattr(application, name)
    if isinstance(value, bool):
        return "是" if value else "否"
    display = getattr(application, f"get_{name}_display", None)
    return display() if display else value


def _tells_score(application: Application) -> bool:
    """Whether the unit may read its own score: from the notice on, so that it can contest it."""
    return application.round.status in (Round.Status.NOTICED, Round.Status.CLOSED)


def _files(application: Application) -> list[tuple[str, ApplicationFile]]:
    names = dict(queries.proof_choices(application.round))
    return [(names.get(row.proves, row.proves), row) for row in application.files.all()]


@require_http_methods(["GET", "HEAD", "POST"])
def case_edit(request, pk):
    application = _own(request, pk)
    if not application.may_be_changed:
        messages.info(request, "申报已提交，不能再修改。")
        return redirect(application)
    known = queries.known_facts(application.organization, application.round.data_year)
    held = queries.titles_held(application.organization, local_today())
    least = queries.least_facts(application.organization, application.round.data_year)
    form = ApplicationForm(request.POST or None, instance=application, known=known, least=least)
    shown = form.shown()
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.save_application(
                form.save(commit=False), by=request.user, seen=form.cleaned_data["seen"], shown=shown
            )
        except ChangedMeanwhile as refusal:
            form.add_error(None, str(refusal))
            shown = form.shown(afresh=True)  # whoever saves once more has read both values
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "已保存草稿。")
            return redirect(
                "titles_desk:case_check" if "check" in request.POST else "titles_desk:case_edit", saved.pk
            )
    context = {
        "case": application,
        "form": form,
        "parts": _cells(form, shown, cells.fillers(application), request.user),
        "seen_at": _latest(application),
        "titles": held,
        "remarks": _remarks(application),
        "files": _files(application),
        "file_form": FileForm(choices=queries.proof_choices(application.round)),
        "checks": queries.checks(application) if not form.is_bound else [],
    }
    return render(request, "outreach/case_form.html", context, status=422 if form.is_bound else 200)


def _cells(form, shown, fillers, user) -> list[tuple[str, list]]:
    """Each field of the form with what its cell had shown (None if nobody fills it) and who filled it."""
    return [
        (heading, [(field, shown.get(field.name), _who(fillers.get(field.name), user)) for field in fields])
        for heading, fields in form.parts()
    ]


def _who(cell, user) -> str:
    if cell is None or cell.changed_by_id == user.pk:
        return ""
    return f"{cell.changed_by.name} {cells.moment(cell.changed_at)} 填写"


def _latest(application: Application) -> str:
    latest = max((cell.changed_at for cell in cells.fillers(application).values()), default=None)
    return latest.isoformat() if latest else ""


@require_http_methods(["GET", "HEAD", "POST"])
def case_cells(request, pk):
    """Keeps the cells that the page sends while it is filled, and tells what changed since; by GET only the
    latter. Data for the form's script: the form works without it.
    """
    application = _own(request, pk)
    saved, faults = None, {}
    try:
        if request.method == "POST":
            known = queries.known_facts(application.organization, application.round.data_year)
            values, faults = ApplicationForm(instance=application, known=known).read_cells(request.POST)
            typed = {
                name: cell_actions.Typed(value, request.POST.get(f"s-{name}", ""))
                for name, value in values.items()
            }
            saved = cell_actions.save_cells(application, typed, by=request.user, at=timezone.now())
    except Refused as refusal:
        return JsonResponse({"refused": str(refusal)}, status=409)
    since = (request.POST if request.method == "POST" else request.GET).get("since", "")
    return JsonResponse(_state(application, since, request.user, saved, faults))


def _state(application: Application, since: str, user, saved, faults) -> dict:
    """What was filled after `since`, what is disputed and what was refused, as data for the page."""
    stands = Application.objects.get(pk=application.pk)
    filled = cells.fillers(stands)
    disputed = saved.conflicts if saved else {}
    latest = max((cell.changed_at for cell in filled.values()), default=None)
    return {
        "at": latest.isoformat() if latest else "",
        "saved": f"已保存 {timezone.localtime():%H:%M}" if saved else "",
        "cells": {
            name: {
                "text": cells.cell_text(stands, name),
                "said": cells.said(stands, name)[:60],
                "note": "",
                "seen": cells.cell_text(stands, name),
                "who": cell.changed_by.name if cell.changed_by_id != user.pk else "",
                "own": cell.changed_by_id == user.pk,
                "when": f"{cells.moment(cell.changed_at)} 填写",
            }
            for name, cell in filled.items()
            if cell.changed_at.isoformat() > since
        },
        "conflicts": {
            name: {
                "sentence": one.sentence,
                "theirs": cells.cell_text(stands, name),
                "mine": one.mine_text,
                "their_note": "",
                "my_note": "",
                "seen": cells.cell_text(stands, name),
            }
            for name, one in disputed.items()
        },
        "refused": {**faults, **(saved.refused if saved else {})},
    }


@require_http_methods(["GET", "HEAD", "POST"])
def case_check(request, pk):
    """All answers and files on one page before they are handed in."""
    application = _own(request, pk)
    if not application.may_be_changed:
        return redirect(application)
    if request.method == "POST":
        actions.submit_application(application, by=request.user)
        messages.success(request, "已提交。可在本页下载回执。")
        return redirect(application)
    context = {
        "case": application,
        "parts": _told(application),
        "files": _files(application),
        "gaps": queries.gaps(application),
        "checks": queries.checks(application),
        "titles": queries.titles_held(application.organization, local_today()),
    }
    return render(request, "outreach/case_check.html", context)


@require_POST
def file_add(request, pk):
    application = _own(request, pk)
    form = FileForm(request.POST, request.FILES, choices=queries.proof_choices(application.round))
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, errors[0])
    else:
        data = form.cleaned_data
        actions.add_file(
            application, data["file"], proves=data["proves"], is_blind=data["is_blind"], by=request.user
        )
        messages.success(request, "材料已保存。")
    return redirect("titles_desk:case_edit", application.pk)


@require_POST
def file_remove(request, pk, file):
    application = _own(request, pk)
    row = get_object_or_404(
        ApplicationFile.objects.select_related("attachment"), pk=file, application=application
    )
    row.application = application
    actions.remove_file(row, by=request.user)
    messages.success(request, "材料已删除。")
    return redirect("titles_desk:case_edit", application.pk)


@require_safe
def receipt(request, pk):
    """What was handed in, when, and the digest of all of it, as PDF."""
    application = _case(request, pk)
    if application.submitted_at is None:
        raise Http404("尚未提交。")
    at = application.resubmitted_at or application.submitted_at
    context = {
        "case": application,
        "parts": _told(application),
        "files": _files(application),
        "at": timezone.localtime(at),
        "digest": _digest(application),
        "title": f"{application.organization}：认定申报表",
    }
    return pdf_answer(
        documents.pdf("documents/title_application.html", context, made_at=at),
        f"application-{application.pk}.pdf",
    )


def _digest(application: Application) -> str:
    """The SHA-256 of every answer and every file: the same receipt only for the same application."""
    told = [[name, str(value)] for _, rows in _told(application) for name, _, value in rows]
    kept = [[row.proves, row.attachment.sha256] for _, row in _files(application)]
    return hashlib.sha256(json.dumps([application.pk, told, kept]).encode()).hexdigest()


@require_POST
def case_step(request, pk, step):
    """Withdraw, send back, recommend, not recommend, admit, turn down."""
    application = _case(request, pk)
    if step not in STEPS:
        raise Http404("没有这个步骤。")
    form_class, act, said = STEPS[step]
    form = form_class(request.POST)
    if not form.is_valid():
        for name, errors in form.errors.items():
            messages.error(request, f"{form.fields[name].label}：{errors[0]}")
        return redirect(application)
    act(application, form, request.user)
    messages.success(request, said)
    return redirect(application)


STEPS = {
    "withdraw": (
        ReasonForm,
        lambda case, form, by: actions.withdraw_application(case, note=form.cleaned_data["note"], by=by),
        "已撤回申报。",
    ),
    "return": (
        ReturnForm,
        lambda case, form, by: actions.return_application(
            case, remarks=form.remarks, note=form.cleaned_data["note"], by=by
        ),
        "已退回补正。",
    ),
    "recommend": (
        RecommendForm,
        lambda case, form, by: actions.recommend(case, by=by, **form.cleaned_data),
        "已推荐。",
    ),
    "not_recommend": (
        ReasonForm,
        lambda case, form, by: actions.not_recommend(case, note=form.cleaned_data["note"], by=by),
        "已记为不予推荐。",
    ),
    "leave_out": (
        ReasonForm,
        lambda case, form, by: decisions.leave_out(case, note=form.cleaned_data["note"], by=by),
        "已改为拟不认定。",
    ),
    "renounce": (
        ReasonForm,
        lambda case, form, by: decisions.renounce(case, note=form.cleaned_data["note"], by=by),
        "已放弃认定。",
    ),
    "turn_down": (
        ReasonForm,
        lambda case, form, by: actions.turn_down(case, note=form.cleaned_data["note"], by=by),
        "形式审查不通过，已告知单位。",
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
def formal(request, pk):
    """The formal check: each gate, and which files name nobody."""
    application = _case(request, pk)
    if not may(request.user, Perm.TITLE_MANAGE, application):
        raise Http404
    form = GateForm(request.POST or None, states=queries.gate_states(application))
    if request.method == "POST" and form.is_valid():
        try:
            actions.examine(
                application,
                form.findings,
                blind={
                    int(key) for key in request.POST.getlist("blind") if key.isdecimal() and len(key) < 10
                },
                is_done="admit" in request.POST,
                by=request.user,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "审查结果已保存。" if "admit" not in request.POST else "形式审查通过。")
            return redirect(application)
    context = {
        "case": application,
        "form": form,
        "files": _files(application),
        "checks": queries.checks(application),
    }
    return render(request, "outreach/formal.html", context, status=422 if form.is_bound else 200)
