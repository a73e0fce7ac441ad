"""The desk's pages of returns: what is due, the grid to fill, the review."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators.actions import returns as actions
from indicators.actions import signatures
from indicators.actions.rounds import count_again
from indicators.forms import returns as forms
from indicators.models import RETURN_FLOW, WITH_REPORTER, YEARLY_FORM, Period, Reporter, Return
from indicators.queries import evidence
from indicators.queries import returns as queries
from indicators.views.grid import Sheet, folded, lines, sections, state_of
from portal import documents
from portal.accounts import may
from portal.calendar import local_today
from portal.errors import Refused
from portal.fields import ReasonForm
from portal.keyset import page_by_key
from portal.roles import Perm

DESK = ("工作台", "/desk/")
LIST = ("统计填报", "/desk/returns/")


def found(request, pk: int) -> Return:
    """A return this person may see; any other is not found."""
    rows = Return.objects.for_user(request.user, Perm.RETURN_VIEW).named().with_wish()
    return get_object_or_404(rows.select_related("created_by"), pk=pk)


# ---------------------------------------------------------------- what is due


@require_safe
def return_list(request):
    """My returns: what is due and by when, late ones first; for staff the standing of the latest rounds."""
    if not request.user.can(Perm.RETURN_VIEW):
        raise PermissionDenied("填报单位、区科协和市科协人员可以查看统计填报。")
    today = local_today()
    mine = queries.returns_for(request.user)
    waiting = mine.filter(pk__in=Return.objects.to_fill(request.user).unfinished().values("pk"))
    due = list(waiting.filter(period__opens_on__lte=today)[:MOST_DUE])
    due.sort(key=lambda row: (not row.is_late(today), row.due_on, row.region.code))
    page = page_by_key(
        mine.exclude(status__in=WITH_REPORTER),
        order=("-period__year", "-period__part", "region__code", "pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "due": [(row, row.is_late(today)) for row in due],
        "page": page,
        "late": {row.pk for row in page if row.is_late(today)},
        "standings": _standings(request, today),
        "may_open": request.user.can(Perm.RETURN_REVIEW),
        "wishes": queries.wishes_of(request.user),
        "today": today,
        "crumbs": [DESK, (LIST[0], "")],
    }
    return render(request, "indicators/return_list.html", context)


MOST_DUE = 200


def _standings(request, today) -> list[queries.Standing]:
    if not request.user.can(Perm.RETURN_REVIEW):
        return []
    rounds = Period.objects.select_related("form").order_by("-due_on", "-pk")[:6]
    return queries.standings(list(rounds), today)


# ---------------------------------------------------------------- the grid


@require_http_methods(["GET", "HEAD", "POST"])
def return_detail(request, pk):
    """The return of a district: the grid while it may be filled, the figures and the review otherwise."""
    filing = found(request, pk)
    may_fill = filing.is_open and filing.is_filled_by(request.user)
    if request.method == "POST":
        if not filing.is_filled_by(request.user):
            raise Http404  # a return that one may not fill, like one that is not there
        return _save(request, filing)
    return _show(request, filing, may_fill)


@require_http_methods(["GET", "HEAD", "POST"])
def return_cells(request, pk):
    """Saves the cells that the page sends while it is filled, and tells what has changed since; by GET only
    the latter. Data for the grid's script: the form works without it.
    """
    filing = get_object_or_404(Return.objects.to_fill(request.user).named(), pk=pk)
    since = _since((request.POST if request.method == "POST" else request.GET).get("since", ""))
    saved = None
    try:
        if request.method == "POST":
            keys = [name[2:] for name in request.POST if name.startswith("v-")]
            saved = actions.save_draft(filing, forms.typed_cells(request.POST, keys), by=request.user)
    except Refused as refusal:
        return JsonResponse({"refused": str(refusal)}, status=409)
    return JsonResponse(state_of(Sheet.of(filing), since, request.user, saved))


def _since(text: str):
    """The moment a page has seen; None, which means everything, for what is no moment."""
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return at if at is None or timezone.is_aware(at) else None


def _show(request, filing: Return, may_fill: bool, conflicts=None, typed=None, status=200):
    sheet = Sheet.of(filing)
    rows = lines(sheet, conflicts, typed)
    may_review = may(request.user, Perm.RETURN_REVIEW, filing)
    today = local_today()
    timeline = RETURN_FLOW.timeline(filing)
    context = {
        "filing": filing,
        "is_yearly": filing.period.form.code == YEARLY_FORM,
        "parts": folded(sections(rows)) if may_fill else sections(rows),
        "check": sheet.check,
        "rules": sheet.rule_texts,
        "conflicts": conflicts or {},
        "filled": sheet.filled,
        "total": len(sheet.cells),
        "is_late": filing.is_late(today),
        "may_remark": may_review and filing.status == Return.Status.SUBMITTED,
        "may_reply": filing.is_filled_by(request.user) and filing.status != Return.Status.ACCEPTED,
        "may_extend": may_review and filing.is_with_reporter,
        "is_signed_first": may_fill and filing.reporter == Reporter.DISTRICT and filing.is_wished,
        "extend_form": forms.ExtendForm(),
        "steps": _steps(request.user, filing),
        "note_form": ReasonForm(),
        "settle_form": forms.SettleForm(),
        "remarks": [(line, remark) for line in rows for remark in line.remarks if remark.is_open],
        "corrections": evidence.corrections(filing),
        "timeline": timeline,
        "given_back": _given_back(timeline) if filing.is_with_reporter else None,
        "seen_at": max((cell.changed_at for cell in sheet.cells if cell.changed_at), default=None),
        "crumbs": [DESK, LIST, (str(filing), "")],
    }
    template = "indicators/return_form.html" if may_fill else "indicators/return_detail.html"
    return render(request, template, context, status=status)


def _given_back(timeline: list[dict]) -> dict | None:
    """The last step, if it gave the return back with a reason and nothing has been done since."""
    return timeline[-1] if timeline and timeline[-1]["state"] == "returned" else None


def _steps(user, filing: Return) -> list:
    """The steps on a return's page, the one that goes on first. Nobody signs what they sent to be signed, and
    who may sign gives back with a reason instead of taking back.
    """
    steps = dict(RETURN_FLOW.open_to(user, filing))
    for name in ("submit", "ask"):
        steps.pop(name, None)
    if filing.asked_by_id == user.pk:
        steps.pop("sign", None)
    if "sign" in steps:
        steps.pop("recall", None)
    return sorted(steps.items(), key=lambda step: step[1].wants_note)


def _save(request, filing: Return):
    keys = filing.period.form.items.values_list("key", flat=True)
    typed = forms.typed_cells(request.POST, keys)
    saved = actions.save_draft(filing, typed, by=request.user)
    if saved.conflicts:
        messages.warning(request, f"有 {len(saved.conflicts)} 项已被他人更改，请选择保留哪个数；其余已保存。")
        return _show(request, filing, True, saved.conflicts, typed, status=409)
    wants = request.POST.get("action")
    if wants in ("submit", "ask"):
        return _submit(request, filing, wants)
    if wants == "count":
        changed = count_again(filing, by=request.user)
        messages.success(request, f"已重新取数，{changed} 项有变化；填报的数没有改动。")
    elif saved.changed:
        messages.success(request, f"已保存 {saved.changed} 项。")
    else:
        messages.success(request, "全部已保存。")
    return redirect(filing)


def _submit(request, filing: Return, step: str):
    take = signatures.ask_signature if step == "ask" else actions.submit
    try:
        take(filing, by=request.user)
    except Refused as refusal:
        messages.error(request, f"{refusal}已填的数都已保存。")
        return redirect(filing)
    told = "已送负责人签核，签核后即提交市科协。" if step == "ask" else "报表已提交，市科协审核后会通知您。"
    messages.success(request, told)
    return redirect(filing)


# ---------------------------------------------------------------- review


def for_review(request, pk) -> Return:
    """A return that this person reviews; any other is not found."""
    filing = found(request, pk)
    if not may(request.user, Perm.RETURN_REVIEW, filing):
        raise Http404
    return filing


@require_POST
def return_remark(request, pk):
    """A line of the talk at a cell: a reviewer's question, or the reply of who fills it."""
    filing = found(request, pk)
    if not (may(request.user, Perm.RETURN_REVIEW, filing) or filing.is_filled_by(request.user)):
        raise Http404
    withdrawn = request.POST.get("withdraw", "")
    if withdrawn:
        actions.withdraw_remark(filing, pk=forms.number(withdrawn), by=request.user)
        messages.success(request, "意见已撤回，不再需要答复。")
        return redirect(filing)
    form = forms.RemarkForm(request.POST)
    if not form.is_valid():
        raise Refused("请写明意见（200 字以内）。")
    row = actions.remark(filing, **form.cleaned_data, by=request.user)
    messages.success(
        request, "意见已记下，退回时填报人会看到。" if row.asks else "答复已记下，审核人会看到。"
    )
    return redirect(f"{filing.get_absolute_url()}#c-{form.cleaned_data['key']}")


@require_POST
def return_settle(request, pk):
    """Decide between the reported and the counted figure of one cell."""
    filing = for_review(request, pk)
    form = forms.SettleForm(request.POST)
    if not form.is_valid():
        raise Refused("请选择采用哪个数，并写明理由（300 字以内）。")
    row = actions.settle(filing, **form.cleaned_data, by=request.user)
    messages.success(request, f"{form.cleaned_data['key']} 已核定：{row.get_choice_display()}。")
    return redirect(f"{filing.get_absolute_url()}#c-{form.cleaned_data['key']}")


STEPS = {
    "accept": actions.accept,
    "send_back": actions.send_back,
    "reopen": actions.reopen,
    "sign": signatures.sign,
    "decline": signatures.decline,
    "recall": signatures.recall_signature,
}


@require_POST
def return_step(request, pk, step):
    """Accept, send back or reopen; sign or decline before that, or take it back unsigned."""
    filing, take = found(request, pk), STEPS.get(step)
    if take is None or not may(request.user, RETURN_FLOW.steps[step].needs, filing):
        raise Http404
    if not RETURN_FLOW.steps[step].wants_note:
        take(filing, by=request.user)
    else:
        form = ReasonForm(request.POST)
        if not form.is_valid():
            raise Refused(f"请填写{RETURN_FLOW.steps[step].label}的理由（300 字以内）。")
        take(filing, note=form.cleaned_data["note"], by=request.user)
    messages.success(request, f"{filing}：{filing.get_status_display()}。")
    return redirect(filing)


@require_POST
def return_wish(request):
    """Say whether a district's yearly return is signed by its head before it is handed in."""
    wish = next(
        (one for one in queries.wishes_of(request.user) if one.region.code == request.POST.get("region")),
        None,
    )
    if wish is None:
        raise Http404
    row = signatures.wish_signature(wish.region, on=request.POST.get("on") == "1", by=request.user)
    messages.success(request, f"{row}后提交。" if row.is_on else f"{row}，填报人可直接提交。")
    return redirect("indicators_desk:list")


@require_safe
def return_print(request, pk):
    """The whole return on paper: figures, notes, and lines to sign on."""
    filing = found(request, pk)
    context = {
        "filing": filing,
        "parts": sections(lines(Sheet.of(filing))),
        "now": timezone.now(),
        "crumbs": [DESK, LIST, (str(filing), filing.get_absolute_url()), ("打印", "")],
    }
    return render(request, "indicators/return_print.html", context)


@require_safe
def return_sign_off(request, pk):
    """The sheet that is signed and sealed (签字盖章页): the figures as they were last handed in."""
    filing = found(request, pk)
    handed = filing.submissions.order_by("-number").select_related("submitted_by", "signed_by").first()
    if handed is None:
        raise Refused("提交之后才能打印签字盖章页。")
    items = [
        (item, handed.cells[item.key])
        for item in filing.period.form.items.order_by("position")
        if item.key in handed.cells
    ]
    context = {"filing": filing, "handed": handed, "items": items, "title": f"{filing}签字盖章页"}
    data = documents.pdf("documents/return_sign_off.html", context, made_at=handed.submitted_at)
    answer = HttpResponse(data, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="return-{filing.pk}-{handed.number}.pdf"'
    return answer
