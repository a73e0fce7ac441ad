"""The desk's pages of returns: what is due, the grid to fill, the review."""

import json
from collections import defaultdict
from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators import forms
from indicators.actions import returns as actions
from indicators.models import (
    RETURN_FLOW,
    CellRemark,
    FormItem,
    Period,
    Return,
    ReturnCell,
    StatForm,
)
from indicators.queries import returns as queries
from indicators.rules import Fault, NotANumber, Value, read_value
from portal import audit
from portal.accounts import may
from portal.calendar import local_today
from portal.errors import Refused
from portal.fields import ReasonForm
from portal.keyset import page_by_key
from portal.roles import Perm

DESK = ("工作台", "/desk/")
LIST = ("统计填报", "/desk/returns/")


def _return(request, pk: int) -> Return:
    rows = Return.objects.for_user(request.user, Perm.RETURN_VIEW)
    return get_object_or_404(rows.select_related("region", "period__form", "created_by"), pk=pk)


# ---------------------------------------------------------------- what is due


@require_safe
def return_list(request):
    """My returns: what is due and by when, late ones first; for staff the standing of every year."""
    if not request.user.can(Perm.RETURN_VIEW):
        raise PermissionDenied("区科协和市科协人员可以查看统计填报。")
    today = local_today()
    mine = queries.returns_for(request.user)
    due = list(mine.filter(status__in=["draft", "returned"], period__opens_on__lte=today))
    due.sort(key=lambda row: (not row.is_late(today), row.period.due_on, row.region.code))
    page = page_by_key(
        mine.exclude(status__in=["draft", "returned"]),
        order=("-period__year", "region__code", "pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "due": [(row, row.is_late(today)) for row in due],
        "page": page,
        "late": {row.pk for row in page if row.is_late(today)},
        "standings": _standings(request, today),
        "may_open": request.user.can(Perm.RETURN_REVIEW),
        "today": today,
        "crumbs": [DESK, (LIST[0], "")],
    }
    return render(request, "indicators/return_list.html", context)


def _standings(request, today) -> list[queries.Standing]:
    if not request.user.can(Perm.RETURN_REVIEW):
        return []
    return [queries.standing(period, today) for period in Period.objects.order_by("-year")[:3]]


@require_http_methods(["GET", "HEAD", "POST"])
def period_new(request):
    """Open a year's round for all districts."""
    if not request.user.can(Perm.RETURN_REVIEW):
        raise PermissionDenied("市科协工作人员可以开启填报。")
    form = forms.PeriodForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        stat_form = StatForm.objects.order_by("-version").first()
        if stat_form is None:
            raise Refused("尚未载入统计报表，请联系管理员。")
        period = actions.open_period(stat_form, **form.cleaned_data, by=request.user)
        messages.success(request, f"{period.year}年度填报已开启，各区已收到通知。")
        return redirect("indicators_desk:list")
    context = {"form": form, "crumbs": [DESK, LIST, ("开启填报", "")]}
    return render(request, "indicators/period_form.html", context, status=422 if form.errors else 200)


# ---------------------------------------------------------------- the grid


@dataclass
class Line:
    """One row of the grid: the cell and all that stands beside it."""

    cell: ReturnCell
    text: str
    note: str
    seen: str
    last: Value
    history: list[tuple[int, Value]]
    faults: list[Fault] = field(default_factory=list)
    misread: str = ""
    is_missing: bool = False
    wants_note: bool = False
    remarks: list[CellRemark] = field(default_factory=list)
    conflict: actions.Conflict | None = None
    current: str = ""
    is_changed: bool = False

    @property
    def item(self) -> FormItem:
        return self.cell.item

    @property
    def last_text(self) -> str:
        return actions.shown(self.last)

    @property
    def history_text(self) -> str:
        return "；".join(f"{year}年 {actions.shown(value)}" for year, value in self.history)

    @property
    def is_wrong(self) -> bool:
        return bool(self.misread or self.conflict or any(fault.severity == "must" for fault in self.faults))


def _lines(
    filing: Return, cells: list[ReturnCell], check: queries.Check, conflicts: dict, typed: dict
) -> list[Line]:
    past = queries.years_before(filing)
    remarks = defaultdict(list)
    for remark in CellRemark.objects.filter(cell__filing=filing).select_related("written_by"):
        remarks[remark.cell_id].append(remark)
    unexplained = {fault.key for fault in check.unexplained} | set(check.overwritten)
    lines = []
    for cell in cells:
        key, conflict = cell.item.key, conflicts.get(cell.item.key)
        history = past.get(key, [])
        before = dict(history).get(filing.period.year - 1)
        old = typed[key] if conflict else None
        lines.append(
            Line(
                cell=cell,
                text=old.text if old else cell.text,
                note=old.note if old else cell.note,
                seen=forms.seen(cell) if old is None else _as_seen(old),
                current=forms.seen(cell) if old else "",
                last=before,
                history=history,
                faults=check.by_key.get(key, []),
                misread=_misread(cell),
                is_missing=cell.state == ReturnCell.State.EMPTY,
                wants_note=key in unexplained,
                remarks=remarks[cell.pk],
                conflict=conflict,
                is_changed=bool(
                    filing.returned_at and cell.changed_at and cell.changed_at > filing.returned_at
                ),
            )
        )
    return lines


def _as_seen(typed: actions.Typed) -> str:
    return json.dumps([typed.seen_version, typed.seen_text, typed.seen_note], ensure_ascii=False)


def _misread(cell: ReturnCell) -> str:
    if not cell.typed:
        return ""
    try:
        read_value(cell.typed, cell.item.decimals)
    except NotANumber as fault:
        return str(fault)
    return ""


@dataclass
class Section:
    """One table of the form with its lines, to be folded away."""

    table: str
    name: str
    lines: list[Line]
    is_open: bool = True

    @property
    def missing(self) -> int:
        return sum(line.is_missing for line in self.lines)

    @property
    def filled(self) -> int:
        return len(self.lines) - self.missing

    @property
    def wrong(self) -> int:
        return sum(line.is_wrong for line in self.lines)

    @property
    def unexplained(self) -> int:
        return sum(line.wants_note and not line.is_wrong for line in self.lines)

    @property
    def asked(self) -> int:
        """Lines with a remark that nobody has answered yet."""
        return sum(any(not remark.answered_at for remark in line.remarks) for line in self.lines)


def _sections(lines: list[Line]) -> list[Section]:
    """The form's tables in order, all unfolded."""
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        groups[line.item.table].append(line)
    return [Section(table, group[0].item.table_name, group) for table, group in groups.items()]


def _folded(sections: list[Section]) -> list[Section]:
    """Unfolded what has to be mended, and the first table that is not filled; the rest folded away."""
    first = next((section for section in sections if section.missing), None)
    for section in sections:
        section.is_open = section is first or bool(section.wrong or section.asked)
    return sections


@require_http_methods(["GET", "HEAD", "POST"])
def return_detail(request, pk):
    """The return of a district: the grid while it may be filled, the figures and the review otherwise."""
    filing = _return(request, pk)
    may_fill = filing.is_open and may(request.user, Perm.RETURN_FILL, filing)
    if request.method == "POST":
        if not may(request.user, Perm.RETURN_FILL, filing):
            raise Http404  # a return that one may not fill, like one that is not there
        return _save(request, filing)
    return _show(request, filing, may_fill)


def _show(request, filing: Return, may_fill: bool, conflicts=None, typed=None, status=200):
    cells = queries.cells_of(filing)
    check = queries.check(filing, cells)
    lines = _lines(filing, cells, check, conflicts or {}, typed or {})
    may_review = may(request.user, Perm.RETURN_REVIEW, filing)
    today = local_today()
    context = {
        "filing": filing,
        "parts": _folded(_sections(lines)) if may_fill else _sections(lines),
        "check": check,
        "conflicts": conflicts or {},
        "filled": len(cells) - len(check.missing),
        "total": len(cells),
        "is_late": filing.is_late(today),
        "may_remark": may_review and filing.status == Return.Status.SUBMITTED,
        "steps": [step for step in RETURN_FLOW.open_to(request.user, filing) if step[0] != "submit"],
        "note_form": ReasonForm(),
        "remarks": [(line, remark) for line in lines for remark in line.remarks if not remark.answered_at],
        "timeline": RETURN_FLOW.timeline(filing),
        "now": timezone.now(),
        "crumbs": [DESK, LIST, (str(filing), "")],
    }
    template = "indicators/return_form.html" if may_fill else "indicators/return_detail.html"
    return render(request, template, context, status=status)


def _save(request, filing: Return):
    keys = filing.period.form.items.values_list("key", flat=True)
    typed = forms.typed_cells(request.POST, keys)
    saved = actions.save_draft(filing, typed, by=request.user)
    if saved.conflicts:
        messages.warning(request, f"有 {len(saved.conflicts)} 项已被他人更改，请选择保留哪个数；其余已保存。")
        return _show(request, filing, True, saved.conflicts, typed, status=409)
    wants = request.POST.get("action")
    if wants == "submit":
        return _submit(request, filing)
    if wants == "count":
        changed = actions.count_again(filing, by=request.user)
        messages.success(request, f"已重新取数，{changed} 项有变化；填报的数没有改动。")
    elif saved.changed:
        messages.success(request, f"已保存 {saved.changed} 项。")
    else:
        messages.info(request, "没有改动。")
    return redirect(filing)


def _submit(request, filing: Return):
    try:
        actions.submit(filing, by=request.user)
    except Refused as refusal:
        messages.error(request, f"{refusal}已填的数都已保存。")
        return redirect(filing)
    messages.success(request, "年报已提交，市科协审核后会通知您。")
    return redirect(filing)


# ---------------------------------------------------------------- review


def _for_review(request, pk) -> Return:
    """A return that this person reviews; any other is not found."""
    filing = _return(request, pk)
    if not may(request.user, Perm.RETURN_REVIEW, filing):
        raise Http404
    return filing


@require_POST
def return_remark(request, pk):
    filing = _for_review(request, pk)
    form = forms.RemarkForm(request.POST)
    if not form.is_valid():
        raise Refused("请写明意见（200 字以内）。")
    actions.remark(filing, **form.cleaned_data, by=request.user)
    messages.success(request, "意见已记下，退回时区科协会看到。")
    return redirect(f"{filing.get_absolute_url()}#c-{form.cleaned_data['key']}")


@require_POST
def return_step(request, pk, step):
    """Accept, send back or reopen."""
    filing = _for_review(request, pk)
    take = {"accept": actions.accept, "send_back": actions.send_back, "reopen": actions.reopen}.get(step)
    if take is None:
        raise Http404
    if step == "accept":
        take(filing, by=request.user)
    else:
        form = ReasonForm(request.POST)
        if not form.is_valid():
            raise Refused(f"请填写{RETURN_FLOW.steps[step].label}的理由（300 字以内）。")
        take(filing, note=form.cleaned_data["note"], by=request.user)
    messages.success(request, f"{filing}：{filing.get_status_display()}。")
    return redirect(filing)


@require_safe
def return_print(request, pk):
    """The whole return on paper: figures, notes, and lines to sign on."""
    filing = _return(request, pk)
    cells = queries.cells_of(filing)
    lines = _lines(filing, cells, queries.check(filing, cells), {}, {})
    context = {"filing": filing, "parts": _sections(lines), "now": timezone.now()}
    return render(request, "indicators/return_print.html", context)


@require_safe
def return_source(request, pk, key):
    """The records that the portal counted for one cell."""
    filing = _return(request, pk)
    found = queries.evidence(filing, key)
    item = get_object_or_404(FormItem, form=filing.period.form, key=key)
    if found is None:
        raise Http404("平台没有这一项的统计。")
    if found.is_personal and found.records:
        audit.viewed(filing, by=request.user, reason=f"查看 {key} 计入的人员")
    context = {
        "filing": filing,
        "item": item,
        "found": found,
        "crumbs": [DESK, LIST, (str(filing), filing.get_absolute_url()), (f"{key} 的来源", "")],
    }
    return render(request, "indicators/return_source.html", context)
