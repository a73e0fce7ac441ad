"""What the portal counts beside what was reported, and the records behind a count."""

from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from indicators.forms.returns import number
from indicators.models import YEARLY_FORM, FormItem, Period, Return
from indicators.queries import evidence, page_tables
from indicators.views.index import page_of_lines
from indicators.views.returns import DESK, LIST, found
from portal import audit, exhibits
from portal.accounts import may
from portal.roles import Perm


@require_safe
def figure_list(request):
    """Every item the portal counts, by region: both figures, the difference, and what was made of it."""
    if not request.user.can(Perm.RETURN_VIEW):
        raise PermissionDenied("填报单位、区科协和市科协人员可以查看统计填报。")
    periods = list(Period.objects.filter(form__code=YEARLY_FORM).select_related("form"))
    year = number(request.GET.get("year", ""))
    period = next((one for one in periods if one.year == year), periods[0] if periods else None)
    pairs = evidence.pairs(period, request.user) if period else []
    only = request.GET.get("state", "" if all(pair.is_alike for pair in pairs) else evidence.DIFFERING)
    key = request.GET.get("item", "")
    items = list({pair.cell.item.key: pair.cell.item for pair in pairs}.values())
    counts = {state: sum(pair.state == state for pair in pairs) for state in evidence.STATES}
    shown = [pair for pair in pairs if pair.is_among(only) and (not key or pair.cell.item.key == key)]
    context = {
        "periods": periods,
        "period": period,
        "keeps": request.user.can(Perm.RETURN_REVIEW),
        "items": items,
        "item": key,
        "only": only,
        "states": [
            (evidence.DIFFERING, "有差异", sum(not pair.is_alike for pair in pairs)),
            *((state, label, counts[state]) for state, label in evidence.STATES.items()),
        ],
        "pairs": shown[:MOST_SHOWN],
        "left_out": max(0, len(shown) - MOST_SHOWN),
        "crumbs": [DESK, LIST, ("填报数与平台统计数", "")],
    }
    return render(request, "indicators/figure_list.html", context)


MOST_SHOWN = 200


@require_safe
def return_source(request, pk, key):
    """The records that the portal counted for one cell: now, or as they were when it was handed in."""
    filing = found(request, pk)
    item = get_object_or_404(FormItem, form=filing.period.form, key=key)
    at = request.GET.get("submission", "")
    behind = evidence.evidence(filing, key, number(at) if at else None)
    if behind is None:
        raise Http404("平台没有这一项的统计。")
    takes_names = not behind.is_personal or may(request.user, Perm.PERSON_EXPORT, filing)
    is_file = "file" in request.GET
    if behind.is_personal and behind.lines and not is_file:
        audit.viewed(filing, by=request.user, reason=f"查看 {key} 计入的人员")
    context = {
        "filing": filing,
        "item": item,
        "found": behind,
        "total": len(behind.lines),
        "hides_names": not takes_names,
        "kept": filing.submissions.filter(evidence__key=key).order_by("-number"),
        "crumbs": [DESK, LIST, (str(filing), filing.get_absolute_url()), (f"{key} 的来源", "")],
    } | page_of_lines(request, behind.lines)
    lines = behind.lines if takes_names else [replace(line, words=line.number) for line in behind.lines]
    table = page_tables.of_records(f"{filing} {key} 计入的记录", behind, lines) if lines else None
    answer = exhibits.respond(request, "indicators/return_source.html", context, {"records": table})
    if is_file:
        note = f"{key} 计入的记录" + ("，含姓名" if behind.is_personal and takes_names else "")
        audit.exported(Return._meta.label, len(lines), by=request.user, note=f"{filing} {note}")
    return answer
