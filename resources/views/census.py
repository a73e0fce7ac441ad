"""The census at the desk: rounds and their board, a unit's sheet, the check, the workbook."""

import re
from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit
from portal.accounts import may
from portal.calendar import local_today
from portal.errors import Refused
from portal.keyset import page_by_key
from portal.regions import Level, Region
from portal.register_pages import PendingSheet, Preview, UploadForm
from portal.registers import RegisterRow, TableDataset
from portal.roles import Perm
from portal.sheets import Fault, as_text, write_faults
from resources.actions import census as actions
from resources.actions import directory
from resources.forms.census import (
    AnswerForm,
    CloseForm,
    JoinForm,
    RoundForm,
    SendBackForm,
    initial_of_values,
    round_initial,
)
from resources.models import CensusAnswer, CensusForm, CensusRound, CensusUnit
from resources.models.census import ROUND_FLOW, UNIT_FLOW
from resources.queries import census as queries
from resources.sheets.census import CensusSheet, workbook

DESK = ("工作台", "/desk/")
LIST = ("资源普查", "/desk/census/")
LABEL = "普查表"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_A_PAGE = 30


def _need(request, perm: Perm, words: str) -> None:
    if not request.user.can(perm):
        raise PermissionDenied(words)


def _round(request, pk: int) -> CensusRound:
    _need(request, Perm.CENSUS_VIEW, "您没有查看资源普查的权限。")
    return get_object_or_404(queries.rounds_for(request.user).select_related("region"), pk=pk)


def _managed(request, pk: int) -> CensusRound:
    """A round that this person runs; for any other it is not there."""
    asked = _round(request, pk)
    if not may(request.user, Perm.CENSUS_MANAGE, asked):
        raise Http404
    return asked


def _overseen(request, pk: int) -> CensusRound:
    """A round in which this person checks somewhere; for a unit's people the page is not there."""
    asked = _round(request, pk)
    if not request.user.can(Perm.CENSUS_CHECK):
        raise Http404
    return asked


def _unit(request, pk: int, perm: Perm = Perm.CENSUS_VIEW) -> CensusUnit:
    return get_object_or_404(queries.units_for(request.user, perm), pk=pk)


def _add_faults(form, fault: ValidationError) -> None:
    for name, faults in getattr(fault, "error_dict", {None: [fault]}).items():
        form.add_error(name if name in form.fields else None, faults)


# --- Rounds ---------------------------------------------------------------------------------------


@require_safe
def round_list(request):
    _need(request, Perm.CENSUS_VIEW, "您没有查看资源普查的权限。")
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
    _need(request, Perm.CENSUS_MANAGE, "市科协工作人员可以筹备资源普查。")
    form = RoundForm(request.POST or None, initial={"year": local_today().year})
    if request.method == "POST" and form.is_valid():
        try:
            asked = actions.create_round(**form.cleaned_data, by=request.user)
        except ValidationError as fault:
            _add_faults(form, fault)
        else:
            messages.success(request, "已存为筹备中。核对后点“开启普查”。")
            return redirect(asked)
    context = {"form": form, "crumbs": [DESK, LIST, ("筹备新一轮", "")], "title": "筹备资源普查"}
    return render(request, "resources/census_form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def round_edit(request, pk):
    asked = _managed(request, pk)
    form = RoundForm(request.POST or None, initial=round_initial(asked), asked=asked)
    if request.method == "POST" and form.is_valid():
        kinds = form.cleaned_data.pop("kinds", [])
        try:
            actions.edit_round(asked, kinds=kinds, **form.cleaned_data, by=request.user)
        except ValidationError as fault:
            _add_faults(form, fault)
        else:
            messages.success(request, "已保存。")
            return redirect(asked)
    crumbs = [DESK, LIST, (asked.title, asked.get_absolute_url()), ("修改", "")]
    context = {"form": form, "crumbs": crumbs, "title": f"修改：{asked}"}
    return render(request, "resources/census_form.html", context, status=422 if form.is_bound else 200)


@require_safe
def round_detail(request, pk):
    """The board for those who check; for a unit the way to its sheet."""
    asked = _round(request, pk)
    if not request.user.can(Perm.CENSUS_CHECK):
        return _own_sheets(request, asked)
    region = _looked_at(request)
    today = local_today()
    found = queries.board(asked, region, queries.units_for(request.user), today)
    manages = may(request.user, Perm.CENSUS_MANAGE, asked)
    above = region.parent if region.pk != _highest(request).pk else None
    crumbs = [DESK, LIST, (asked.title, asked.get_absolute_url() if above else "")]
    context = {
        "asked": asked,
        "board": found,
        "lines": [(line, line.waiting_days(today)) for line in found.lines],
        "total_days": found.total.waiting_days(today),
        "region": region,
        "above": above,
        "steps": _stages(asked),
        "open_steps": [step for step in ROUND_FLOW.open_to(request.user, asked) if step[0] != "close"],
        "may_close": manages and asked.status == CensusRound.Status.CHECKING,
        "manages": manages,
        "directory": getattr(asked, "directory", None),
        "join_form": JoinForm(),
        "note_form": SendBackForm(),
        "forms": asked.forms.all(),
        "crumbs": [*crumbs, (region.name, "")] if above else crumbs,
        "timeline": ROUND_FLOW.timeline(asked),
    }
    return render(request, "resources/census_round.html", context)


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


def _highest(request) -> Region:
    """The widest region in which this person checks."""
    paths = request.user.places_for(Perm.CENSUS_CHECK)[0]
    return Region.objects.select_related("parent").get(path=min(paths, key=len))


def _looked_at(request) -> Region:
    """The region asked for, if it lies in one's own; else the widest of one's own."""
    code = request.GET.get("region", "")
    paths = request.user.places_for(Perm.CENSUS_CHECK)[0]
    if re.fullmatch(r"\d{12}", code):
        found = Region.objects.select_related("parent").filter(code=code, level__lt=Level.COMMUNITY).first()
        if found and any(found.path.startswith(path) for path in paths):
            return found
    return _highest(request)


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
    asked = _managed(request, pk)
    if step not in ROUND_STEPS:
        raise Http404
    if step == "resume":
        actions.resume(asked, by=request.user, note=request.POST.get("note", ""))
    elif step == "open":
        actions.open_round(asked, by=request.user)
    else:
        actions.start_checking(asked, by=request.user)
    messages.success(request, ROUND_STEPS[step])
    return redirect(asked)


@require_http_methods(["GET", "HEAD", "POST"])
def round_close(request, pk):
    """What still waits, and the closing."""
    asked = _managed(request, pk)
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
    asked = _managed(request, pk)
    made = getattr(asked, "directory", None)
    if made is None:
        raise Http404
    directory.write_again(made, by=request.user)
    messages.success(request, "已重新开始生成。")
    return redirect(asked)


@require_POST
def join(request, pk):
    asked = _overseen(request, pk)
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
    asked = _round(request, pk)
    status = request.GET.get("status", "")
    status = status if status in (*CensusUnit.Status.values, "late", "unanswered") else ""
    rows = queries.units_for(request.user).filter(round=asked)
    region = None
    if request.user.can(Perm.CENSUS_CHECK):
        region = _looked_at(request)
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
    asked = _managed(request, pk)
    job = actions.ask_accept_all(asked, by=request.user, at=timezone.now())
    return redirect("job", pk=job.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def remind(request, pk):
    """Who would be told, and the telling."""
    asked = _overseen(request, pk)
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


# --- A unit's sheet -------------------------------------------------------------------------------


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


def _lines(request, rows: list[CensusAnswer], typed: dict, faults: dict) -> list[Line]:
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
            )
        )
    return lines


@require_http_methods(["GET", "HEAD", "POST"])
def unit_detail(request, pk):
    unit = _unit(request, pk)
    if request.method == "POST":
        if not may(request.user, Perm.CENSUS_FILL, unit):
            raise Http404
        typed = _typed_rows(request.POST)
        changed, faults = actions.answer_rows(unit, typed, by=request.user)
        if faults:
            messages.warning(request, f"有 {len(faults)} 条没有保存，请看红字；其余已保存。")
            return _show_unit(request, _unit(request, pk), typed, faults, status=422)
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


def _show_unit(request, unit: CensusUnit, typed=None, faults=None, status: int = 200):
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
        "lines": _lines(request, page.rows, typed or {}, faults or {}),
        "counted": counted,
        "may_fill": may_fill,
        "may_withdraw": "withdraw" in steps and unit.round.status == CensusRound.Status.OPEN,
        "may_check": "check" in steps,
        "may_accept": "accept" in steps,
        "may_send_back": bool({"send_back", "return_to_unit"} & set(steps)),
        "back_form": SendBackForm(),
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


def _send_back(request, unit: CensusUnit) -> str:
    notes = {
        int(name[2:]): text[:300]
        for name, text in request.POST.items()
        if re.fullmatch(r"n-\d{1,18}", name) and text.strip()
    }
    note = request.POST.get("note", "")[:500]
    actions.send_back(unit, note=note, notes=notes, by=request.user)
    return "已退回并通知填报人。"


UNIT_STEPS = {
    "confirm_all": (_confirm_all, Perm.CENSUS_FILL),
    "submit": (_submit, Perm.CENSUS_FILL),
    "withdraw": (_withdraw, Perm.CENSUS_FILL),
    "check": (_check, Perm.CENSUS_CHECK),
    "send_back": (_send_back, Perm.CENSUS_CHECK),
    "accept": (_accept, Perm.CENSUS_MANAGE),
}


@require_POST
def unit_step(request, pk, step):
    if step not in UNIT_STEPS:
        raise Http404
    act, perm = UNIT_STEPS[step]
    unit = _unit(request, pk, perm)
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
    unit = _unit(request, pk, Perm.CENSUS_FILL)
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


# --- The workbook ---------------------------------------------------------------------------------


def _fillable(request, asked: CensusRound):
    """The units whose rows this person fills in: those of the region looked at, or of one's own."""
    units = queries.units_for(request.user, Perm.CENSUS_FILL).filter(round=asked)
    if request.user.can(Perm.CENSUS_CHECK) and request.GET.get("region"):
        units = units.filter(region__path__startswith=_looked_at(request).path)
    return units.order_by("region__path", "name", "pk")


@require_safe
def round_workbook(request, pk):
    asked = _round(request, pk)
    _need(request, Perm.CENSUS_FILL, "您没有填报资源普查的权限。")
    return _download_rows(request, asked, _fillable(request, asked), asked.title)


@require_safe
def unit_workbook(request, pk):
    unit = _unit(request, pk, Perm.CENSUS_FILL)
    return _download_rows(request, unit.round, [unit], unit.name)


def _download_rows(request, asked: CensusRound, units, name: str) -> HttpResponse:
    data, count = workbook(asked, units, by=request.user)
    audit.exported(LABEL, count, by=request.user, note=name)
    return _file(data, f"{name}普查表.xlsx")


def _file(data: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        data,
        headers={
            "Content-Type": XLSX,
            "Content-Disposition": content_disposition_header(True, name),
            "X-Content-Type-Options": "nosniff",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request, pk):
    """Send a filled workbook: what would happen is shown before anything is kept."""
    asked = _round(request, pk)
    _need(request, Perm.CENSUS_FILL, "您没有填报资源普查的权限。")
    form = UploadForm(request.POST or None, request.FILES or None)
    if not form.is_valid():
        return _upload_page(request, asked, form, status=422 if form.is_bound else 200)
    sheet = _sheet(request, asked)
    data = form.cleaned_data["sheet"].read()
    try:
        preview = _try(sheet, sheet.read(data), dry_run=True)
    except Refused as refusal:
        form.add_error("sheet", str(refusal))
        return _upload_page(request, asked, form, status=422)
    token = ""
    if preview.can_be_kept or preview.faulty:
        token = PendingSheet.keep(data).token(by=request.user, label=f"{LABEL}{asked.pk}")
    return _upload_page(request, asked, UploadForm(), preview=preview, token=token)


def _sheet(request, asked: CensusRound) -> CensusSheet:
    units = queries.units_for(request.user, Perm.CENSUS_FILL).filter(round=asked)
    return CensusSheet(asked=asked, units=units, by=request.user)


def _try(sheet: CensusSheet, dataset: TableDataset, *, dry_run: bool) -> Preview:
    result = sheet.import_data(
        dataset,
        dry_run=dry_run,
        raise_errors=False,
        use_transactions=True,
        rollback_on_validation_errors=True,
    )
    if result.base_errors:
        raise Refused("表格无法读取，请重新下载普查表，核对表头后再试。")
    return Preview.of(result, dataset.table.notes)


def _upload_page(request, asked, form, *, preview=None, token="", status=200):
    context = {
        "asked": asked,
        "form": form,
        "preview": preview,
        "token": token,
        "crumbs": [DESK, LIST, (asked.title, asked.get_absolute_url()), ("上传普查表", "")],
    }
    return render(request, "resources/census_upload.html", context, status=status)


def _pending(request, asked: CensusRound) -> PendingSheet:
    token = request.POST.get("token", "")
    return PendingSheet.of(token, by=request.user, label=f"{LABEL}{asked.pk}")


@require_POST
def upload_keep(request, pk):
    asked = _round(request, pk)
    _need(request, Perm.CENSUS_FILL, "您没有填报资源普查的权限。")
    sheet = _sheet(request, asked)
    data = _pending(request, asked).take()
    preview = _try(sheet, sheet.read(data), dry_run=False)
    if not preview.can_be_kept:
        token = PendingSheet.keep(data).token(by=request.user, label=f"{LABEL}{asked.pk}")
        return _upload_page(request, asked, UploadForm(), preview=preview, token=token, status=409)
    counts = preview.counts
    audit.event("import", by=request.user, kind=LABEL, name=f"{preview.total} 行", note=asked.title)
    words = f"新增 {counts['new']} 条，作答 {counts['update']} 条，未变 {counts['skip']} 条"
    words = f"已保存：{words}。核对后请提交核查。"
    messages.success(request, words)
    return redirect(asked)


@require_POST
def upload_faults(request, pk):
    """The uploaded sheet back, with its faults."""
    asked = _round(request, pk)
    _need(request, Perm.CENSUS_FILL, "您没有填报资源普查的权限。")
    sheet = _sheet(request, asked)
    dataset = sheet.read(_pending(request, asked).read())
    preview = _try(sheet, dataset, dry_run=True)
    response = _file(b"", f"{asked.title}普查表（有误）.xlsx")
    write_faults(dataset.table, _faults(preview.faulty, dataset.table), response)
    return response


def _faults(rows: list[RegisterRow], table):
    typed = dict(zip(table.lines, table.records(), strict=True))
    for row in rows:
        for header, sentence in row.problems:
            yield Fault(row.line, header, as_text(typed[row.line].get(header)), sentence.rstrip("。"), "")
