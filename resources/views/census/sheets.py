"""A unit's sheet of a census, row by row, and its check."""

import re
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts import may
from portal.calendar import local_today
from portal.errors import Refused
from portal.fields import NoteForm
from portal.keyset import page_by_key
from portal.roles import Perm
from resources.actions import census as actions
from resources.forms.census import (
    AnswerForm,
    initial_of_values,
)
from resources.models import CensusAnswer, CensusForm, CensusRound, CensusUnit
from resources.models.census import UNIT_FLOW
from resources.queries import census as queries
from resources.views.census.scope import (
    DESK,
    LIST,
    unit_of,
)

ROWS_A_PAGE = 30


@dataclass
class Line:
    """One row of a sheet with all that stands beside it."""

    row: CensusAnswer
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    same: list = field(default_factory=list)
    fault: str = ""
    answer: str = ""
    reason: str = ""
    remark: str = ""


def _lines(request, rows: list[CensusAnswer], typed: dict, faults: dict, notes: dict) -> list[Line]:
    topics, same = queries.topic_names(), queries.duplicates(rows, user=request.user)
    lines = []
    for row in rows:
        said = typed.get(row.pk) if row.pk in faults else None
        lines.append(
            Line(
                row=row,
                changes=queries.told(row, topics) if row.answer == CensusAnswer.Answer.CHANGE else [],
                facts=queries.facts_of(row, topics) if row.is_new else [],
                same=same.get(row.pk, []),
                fault=faults.get(row.pk, ""),
                answer=said.answer if said else row.answer,
                reason=said.reason if said else row.reason,
                remark=notes.get(row.pk, ""),
            )
        )
    return lines


@require_http_methods(["GET", "HEAD", "POST"])
def unit_detail(request, pk):
    unit = unit_of(request, pk)
    if request.method == "POST":
        if not may(request.user, Perm.CENSUS_FILL, unit):
            raise Http404
        typed = _typed_rows(request.POST)
        changed, faults = actions.answer_rows(unit, typed, by=request.user)
        if faults:
            messages.warning(request, f"有 {len(faults)} 条没有保存，请看红字；其余已保存。")
            return _show_unit(request, unit_of(request, pk), typed, faults, status=422)
        messages.success(request, f"已保存 {changed} 条。" if changed else "没有改动。")
        return redirect(request.get_full_path())
    return _show_unit(request, unit)


def _typed_rows(data) -> dict[int, actions.Typed]:
    typed = {}
    for name in data:
        found = re.fullmatch(r"s-(\d{1,18})", name)
        if found and data[name].isascii() and data[name].isdecimal():
            key = found[1]
            typed[int(key)] = actions.Typed(
                data.get(f"a-{key}", ""), data.get(f"r-{key}", "")[:200], int(data[name][:9])
            )
    return typed


def _show_unit(
    request, unit: CensusUnit, typed=None, faults=None, status: int = 200, *, back_form=None, notes=None
):
    page = page_by_key(
        queries.rows_of(unit),
        order=("form__position", "pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=ROWS_A_PAGE,
    )
    counted = queries.with_counts(CensusUnit.objects.filter(pk=unit.pk)).get()
    may_fill = unit.may_be_answered and may(request.user, Perm.CENSUS_FILL, unit)
    steps = dict(UNIT_FLOW.open_to(request.user, unit)) if unit.round.is_running else {}
    crumbs = [DESK, LIST, (unit.round.title, unit.round.get_absolute_url()), (unit.name, "")]
    context = {
        "unit": unit,
        "asked": unit.round,
        "page": page,
        "lines": _lines(request, page.rows, typed or {}, faults or {}, notes or {}),
        "counted": counted,
        "may_fill": may_fill,
        "may_withdraw": "withdraw" in steps and unit.round.status == CensusRound.Status.OPEN,
        "may_check": "check" in steps,
        "may_accept": "accept" in steps,
        "may_send_back": bool(back_form or {"send_back", "return_to_unit"} & set(steps)),
        "back_form": back_form or NoteForm(),
        "here": request.GET.urlencode(),
        "forms": unit.round.forms.all() if may_fill else [],
        "is_late": unit.is_late(local_today()),
        "timeline": UNIT_FLOW.timeline(unit),
        "crumbs": crumbs,
    }
    return render(request, "resources/census_unit.html", context, status=status)


def _confirm_all(request, unit: CensusUnit) -> str:
    return f"已把 {actions.confirm_all(unit, by=request.user)} 条答为“无变化”。"


def _submit(request, unit: CensusUnit) -> str:
    actions.submit_unit(unit, by=request.user)
    return "已提交，核查结果会通知您。"


def _withdraw(request, unit: CensusUnit) -> str:
    actions.withdraw_unit(unit, by=request.user)
    return "已撤回，可以继续修改。"


def _check(request, unit: CensusUnit) -> str:
    actions.check_unit(unit, by=request.user)
    return "已核查通过，报市级。"


def _accept(request, unit: CensusUnit) -> str:
    actions.accept_unit(unit, by=request.user)
    return "已通过，资源库已更新。"


def _sent_back(request, unit: CensusUnit):
    notes = {
        int(name[2:]): text[:300]
        for name, text in request.POST.items()
        if re.fullmatch(r"n-\d{1,18}", name) and text.strip()
    }
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            actions.send_back(unit, note=form.cleaned_data["note"], notes=notes, by=request.user)
        except Refused as refusal:
            form.add_error("note", str(refusal))
        else:
            messages.success(request, "已退回并通知填报人。")
            return redirect(unit)
    return _show_unit(request, unit_of(request, unit.pk), status=422, back_form=form, notes=notes)


UNIT_STEPS = {
    "confirm_all": (_confirm_all, Perm.CENSUS_FILL),
    "submit": (_submit, Perm.CENSUS_FILL),
    "withdraw": (_withdraw, Perm.CENSUS_FILL),
    "check": (_check, Perm.CENSUS_CHECK),
    "accept": (_accept, Perm.CENSUS_MANAGE),
}


@require_POST
def unit_step(request, pk, step):
    if step == "send_back":
        return _sent_back(request, unit_of(request, pk, Perm.CENSUS_CHECK))
    if step not in UNIT_STEPS:
        raise Http404
    act, perm = UNIT_STEPS[step]
    unit = unit_of(request, pk, perm)
    messages.success(request, act(request, unit))
    return redirect(unit)


# --- One row --------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def row_edit(request, pk):
    """One resource by the form of its kind, filled in with what the register said."""
    units = queries.units_for(request.user, Perm.CENSUS_FILL)
    rows = CensusAnswer.objects.filter(unit__in=units).select_related("form", "unit__round", "unit__region")
    row = get_object_or_404(rows, pk=pk)
    if not row.unit.may_be_answered:
        raise Refused("这一行现在不能修改。")
    form = AnswerForm(request.POST or None, form=row.form, initial=initial_of_values(row.values, row.form))
    if request.method == "POST" and form.is_valid():
        seen = request.POST.get("revision", "")
        try:
            actions.answer(
                row,
                answer="add" if row.is_new else "change",
                values=form.values,
                by=request.user,
                seen=int(seen) if seen.isascii() and seen.isdecimal() else 0,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已保存“{row.title}”。")
            return redirect(f"{row.unit.get_absolute_url()}#row-{row.pk}")
    context = {"form": form, "row": row, "unit": row.unit, "crumbs": _row_crumbs(row.unit, row.title)}
    return render(request, "resources/census_row.html", context, status=422 if form.is_bound else 200)


def _row_crumbs(unit: CensusUnit, title: str) -> list[tuple[str, str]]:
    round_url = unit.round.get_absolute_url()
    return [DESK, LIST, (unit.round.title, round_url), (unit.name, unit.get_absolute_url()), (title, "")]


@require_http_methods(["GET", "HEAD", "POST"])
def row_new(request, pk):
    """A resource that the register does not have."""
    unit = unit_of(request, pk, Perm.CENSUS_FILL)
    if not unit.may_be_answered:
        raise Refused("现在不能新增。")
    kind = CensusForm.objects.filter(round=unit.round, code=request.GET.get("kind", "")[:30]).first()
    crumbs = _row_crumbs(unit, "新增资源")
    if kind is None:
        context = {"forms": unit.round.forms.all(), "unit": unit, "crumbs": crumbs}
        return render(request, "resources/census_kinds.html", context)
    address = unit.organization.address if unit.organization else ""
    form = AnswerForm(request.POST or None, form=kind, initial={"address": address})
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.add_row(unit, form=kind, values=form.values, by=request.user)
        except Refused as refusal:
            form.add_error("title", str(refusal))
        else:
            messages.success(request, f"已新增“{row.title}”。")
            return redirect(f"{unit.get_absolute_url()}#row-{row.pk}")
    context = {"form": form, "unit": unit, "kind": kind, "crumbs": crumbs}
    return render(request, "resources/census_row.html", context, status=422 if form.is_bound else 200)


@require_POST
def row_drop(request, pk):
    units = queries.units_for(request.user, Perm.CENSUS_FILL)
    row = get_object_or_404(
        CensusAnswer.objects.filter(unit__in=units).select_related("unit__round", "unit__region"), pk=pk
    )
    actions.drop_row(row, by=request.user)
    messages.success(request, "已删除这一行。")
    return redirect(row.unit)
