"""Census rounds at the desk: their board, their steps, their units."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import may
from portal.calendar import local_today
from portal.errors import Refused, add_faults
from portal.fields import NoteForm
from portal.keyset import page_by_key
from portal.roles import Perm
from resources.actions import census as actions
from resources.actions import directory
from resources.forms.census import (
    CloseForm,
    JoinForm,
    RoundForm,
    round_initial,
)
from resources.models import CensusRound, CensusUnit
from resources.models.census import ROUND_FLOW
from resources.queries import census as queries
from resources.views.census.scope import DESK, LIST, highest, looked_at, managed, need, overseen, round_of


@require_safe
def round_list(request):
    need(request, Perm.CENSUS_VIEW, "您没有查看资源普查的权限。")
    page = page_by_key(
        queries.rounds_for(request.user).select_related("directory"),
        order=("-year", "-pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    manages = request.user.can(Perm.CENSUS_MANAGE)
    context = {
        "page": page,
        "manages": manages,
        "crumbs": [DESK, (LIST[0], "")],
        "actions": [("筹备新一轮", reverse("census_desk:new"), "primary")] if manages else [],
    }
    return render(request, "resources/census_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def round_new(request):
    need(request, Perm.CENSUS_MANAGE, "市科协工作人员可以筹备资源普查。")
    form = RoundForm(request.POST or None, initial={"year": local_today().year})
    if request.method == "POST" and form.is_valid():
        try:
            asked = actions.create_round(**form.cleaned_data, by=request.user)
        except ValidationError as fault:
            add_faults(form, fault)
        else:
            messages.success(request, "已存为筹备中。核对后点“开启普查”。")
            return redirect(asked)
    context = {"form": form, "crumbs": [DESK, LIST, ("筹备新一轮", "")], "title": "筹备资源普查"}
    return render(request, "resources/census_form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def round_edit(request, pk):
    asked = managed(request, pk)
    form = RoundForm(request.POST or None, initial=round_initial(asked), asked=asked)
    if request.method == "POST" and form.is_valid():
        kinds = form.cleaned_data.pop("kinds", [])
        try:
            actions.edit_round(asked, kinds=kinds, **form.cleaned_data, by=request.user)
        except ValidationError as fault:
            add_faults(form, fault)
        else:
            messages.success(request, "已保存。")
            return redirect(asked)
    crumbs = [DESK, LIST, (asked.title, asked.get_absolute_url()), ("修改", "")]
    context = {"form": form, "crumbs": crumbs, "title": f"修改：{asked}"}
    return render(request, "resources/census_form.html", context, status=422 if form.is_bound else 200)


@require_safe
def round_detail(request, pk):
    """The board for those who check; for a unit the way to its sheet."""
    asked = round_of(request, pk)
    if not request.user.can(Perm.CENSUS_CHECK):
        return _own_sheets(request, asked)
    return _board(request, asked)


def _board(request, asked: CensusRound, *, note_form: NoteForm | None = None):
    """The board of a round; with a reason that was not taken, beside what was refused."""
    region = looked_at(request)
    today = local_today()
    found = queries.board(asked, region, queries.units_for(request.user), today)
    manages = may(request.user, Perm.CENSUS_MANAGE, asked)
    above = region.parent if region.pk != highest(request).pk else None
    crumbs = [DESK, LIST, (asked.title, asked.get_absolute_url() if above else "")]
    steps = {name: step for name, step in ROUND_FLOW.open_to(request.user, asked) if name != "close"}
    if note_form:
        steps["resume"] = ROUND_FLOW.steps["resume"]
    context = {
        "asked": asked,
        "board": found,
        "lines": [(line, line.waiting_days(today)) for line in found.lines],
        "total_days": found.total.waiting_days(today),
        "region": region,
        "above": above,
        "steps": _stages(asked),
        "open_steps": list(steps.items()),
        "may_close": manages and asked.status == CensusRound.Status.CHECKING,
        "manages": manages,
        "directory": getattr(asked, "directory", None),
        "join_form": JoinForm(),
        "note_form": note_form or NoteForm(),
        "forms": asked.forms.all(),
        "crumbs": [*crumbs, (region.name, "")] if above else crumbs,
        "timeline": ROUND_FLOW.timeline(asked),
    }
    return render(request, "resources/census_round.html", context, status=422 if note_form else 200)


def _stages(asked: CensusRound) -> list[dict]:
    labels = list(CensusRound.Status.choices)
    here = [code for code, _ in labels].index(asked.status)
    notes = ["", asked.due_on, asked.check_due_on, asked.closes_on]
    return [
        {
            "label": label,
            "state": "done" if at < here else ("current" if at == here else "todo"),
            "note": f"{notes[at]:%-m月%-d日}截止" if notes[at] else "",
        }
        for at, (_, label) in enumerate(labels)
    ]


def _own_sheets(request, asked: CensusRound):
    units = queries.with_counts(queries.units_for(request.user).filter(round=asked)).order_by("name", "pk")
    units = list(units[:200])
    if len(units) == 1:
        return redirect(units[0])
    context = {
        "asked": asked,
        "units": units,
        "crumbs": [DESK, LIST, (asked.title, "")],
        "today": local_today(),
    }
    return render(request, "resources/census_own.html", context)


ROUND_STEPS = {
    "open": "普查已开启，各单位和各区已收到通知。",
    "start_checking": "填报已停止，转入核查。",
    "resume": "已恢复填报。",
}


@require_POST
def round_step(request, pk, step):
    asked = managed(request, pk)
    if step not in ROUND_STEPS:
        raise Http404
    if step == "resume":
        return _resumed(request, asked)
    if step == "open":
        actions.open_round(asked, by=request.user)
    else:
        actions.start_checking(asked, by=request.user)
    messages.success(request, ROUND_STEPS[step])
    return redirect(asked)


def _resumed(request, asked: CensusRound):
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            actions.resume(asked, by=request.user, note=form.cleaned_data["note"])
        except Refused as refusal:
            form.add_error("note", str(refusal))
        else:
            messages.success(request, ROUND_STEPS["resume"])
            return redirect(asked)
    return _board(request, round_of(request, asked.pk), note_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def round_close(request, pk):
    """What still waits, and the closing."""
    asked = managed(request, pk)
    form = CloseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            directory.close_round(asked, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "普查已关闭，名录正在生成。")
            return redirect(asked)
    today = local_today()
    found = queries.board(asked, asked.region, queries.units_for(request.user), today)
    crumbs = [DESK, LIST, (asked.title, asked.get_absolute_url()), ("关闭", "")]
    context = {"asked": asked, "form": form, "total": found.total, "crumbs": crumbs}
    return render(request, "resources/census_close.html", context, status=422 if form.is_bound else 200)


@require_POST
def directory_again(request, pk):
    """Have the files of a closed round written once more."""
    asked = managed(request, pk)
    made = getattr(asked, "directory", None)
    if made is None:
        raise Http404
    directory.write_again(made, by=request.user)
    messages.success(request, "已重新开始生成。")
    return redirect(asked)


@require_POST
def join(request, pk):
    asked = overseen(request, pk)
    form = JoinForm(request.POST)
    if not form.is_valid():
        raise Refused(form.errors["organization"][0])
    organization = form.cleaned_data["organization"]
    if not may(request.user, Perm.CENSUS_CHECK, organization):
        raise Refused("只能补入本区的单位。")
    unit = actions.join(asked, organization=organization, by=request.user)
    messages.success(request, f"已补入“{unit}”，并通知其联络员。")
    return redirect(unit)


@require_safe
def unit_list(request, pk):
    """The units of a round, narrowed to a status and a region."""
    asked = round_of(request, pk)
    status = request.GET.get("status", "")
    status = status if status in (*CensusUnit.Status.values, "late", "unanswered") else ""
    rows = queries.units_for(request.user).filter(round=asked)
    region = None
    if request.user.can(Perm.CENSUS_CHECK):
        region = looked_at(request)
        rows = rows.filter(region__path__startswith=region.path)
    page = page_by_key(
        queries.with_counts(_narrowed(rows, asked, status)),
        order=("name", "pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    today = local_today()
    manages = may(request.user, Perm.CENSUS_MANAGE, asked)
    tabs = [("", "全部"), *CensusUnit.Status.choices, ("late", "逾期")]
    kept = f"&region={region.code}" if region else ""
    context = {
        "asked": asked,
        "page": page,
        "late": {unit.pk for unit in page if unit.is_late(today)},
        "region": region,
        "may_accept_all": manages and status == CensusUnit.Status.CHECKED and page.rows,
        "tabs": [
            {"label": label, "url": f"?status={code}{kept}", "current": status == code}
            for code, label in tabs
        ],
        "crumbs": [DESK, LIST, (asked.title, asked.get_absolute_url()), ("单位", "")],
    }
    return render(request, "resources/census_units.html", context)


def _narrowed(rows, asked: CensusRound, status: str):
    if status == "late":
        return rows.filter(queries.late_units(asked, local_today()))
    if status == "unanswered":
        return rows.unanswered()
    return rows.filter(status=status) if status else rows


@require_POST
def accept_all(request, pk):
    asked = managed(request, pk)
    job = actions.ask_accept_all(asked, by=request.user, at=timezone.now())
    return redirect("job", pk=job.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def remind(request, pk):
    """Who would be told, and the telling."""
    asked = overseen(request, pk)
    units = queries.units_for(request.user).filter(round=asked)
    if request.method == "POST":
        found = actions.remind(asked, units=units, by=request.user, at=timezone.now())
        messages.success(request, f"已催办 {len(found.units)} 个单位，通知 {len(found.people)} 人。")
        return redirect(asked)
    found = queries.reminder(units, local_today())
    people = [(found.users[key], own) for key, own in list(found.people.items())[:100]]
    context = {
        "asked": asked,
        "found": found,
        "people": people,
        "crumbs": [DESK, LIST, (asked.title, asked.get_absolute_url()), ("催办", "")],
    }
    return render(request, "resources/census_remind.html", context)
