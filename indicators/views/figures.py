"""What the portal counts beside what was reported, and the records behind a count."""

from dataclasses import replace

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from indicators import sources
from indicators.forms.returns import number
from indicators.models import YEARLY_FORM, Figure, FigureEvidence, FigureSource, FormItem, Period, Return
from indicators.queries import evidence, figure_evidence, page_tables
from indicators.views.index import HOME, chosen_region, chosen_vintage, chosen_year, kept, page_of_lines
from indicators.views.returns import DESK, LIST, found
from portal import audit, exhibits
from portal.accounts import may
from portal.regions import Level, Region
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


@login_not_required
@require_safe
def figure_page(request, code, name):
    """What the portal counted a figure of a district from, as it was when a result was computed.

    Of people everybody sees how many; their names whoever may see them there. Of children everybody sees the
    subdistricts, but small counts; a school its own line.
    """
    district = chosen_region(code)
    if name not in sources.GROUNDS or district.level != Level.DISTRICT:
        raise Http404("平台没有这项统计。")
    source = get_object_or_404(FigureSource, name=name)
    year, evidence_kept = _kept_asked(request, source, district)
    figures = figure_evidence.figures_of(source, district, year) if year else {}
    if evidence_kept is None and not figures:
        raise Http404("这一年没有这项统计。")
    street = _street_asked(request, district)
    place = street or district
    context = {
        "place": place,
        "street": street,
        "source": source,
        "year": year,
        "entered": None if street or source.is_about_children else figures.get(Figure.Origin.ENTERED),
        "moment": _moment(request),
        "is_later": _is_later(request, evidence_kept),
        "crumbs": [
            ("首页", "/"),
            HOME,
            (district.name, reverse("indicators:profile", args=[code])),
            (source.label, ""),
        ],
    }
    if evidence_kept is None:
        return exhibits.respond(request, "indicators/figure.html", context, {})
    return _figure_opened(request, figure_evidence.opened(evidence_kept, street), place, context)


def _figure_opened(request, found: figure_evidence.Kept, place: Region, context: dict):
    """The page of a figure of which the records were kept, or their file."""
    behind = found.evidence
    takes_names = not found.is_personal or may(request.user, Perm.PERSON_EXPORT, place)
    lines, is_file = _lines_shown(request, found, place), "file" in request.GET
    if found.is_personal and lines and not is_file:
        audit.viewed(behind, by=request.user, reason=f"查看{behind.source.label}计入的人员")
    context |= {
        "found": found,
        "total": len(lines),
        "amounts": f"数量（{behind.word}）",
        "hides_names": not takes_names,
        "times": figure_evidence.times_kept(behind) if may(request.user, Perm.INDEX_VIEW, place) else [],
    } | page_of_lines(request, lines)
    if not takes_names:
        lines = [replace(line, words=line.number) for line in lines]
    table = page_tables.of_grounds(found, place, lines) if lines else None
    answer = exhibits.respond(request, "indicators/figure.html", context, {"records": table})
    if is_file and request.user.is_authenticated:
        note = str(behind) + ("，含姓名" if found.is_personal and takes_names else "")
        audit.exported(FigureEvidence._meta.label, len(lines), by=request.user, note=note)
    return answer


def _kept_asked(request, source: FigureSource, district: Region) -> tuple[int | None, FigureEvidence | None]:
    """The year, and what was kept when the chosen result was computed, or else last. `at` names another time,
    for those who may see them; `latest` asks for the last."""
    year, at = chosen_year(request), number(request.GET.get("at", ""))
    if at and may(request.user, Perm.INDEX_VIEW, district):
        rows = FigureEvidence.objects.select_related("source", "region")
        found = get_object_or_404(rows, pk=at, source=source, region=district)
        return found.year, found
    vintage = chosen_vintage(request)
    year = year or (vintage and vintage.last_year)
    if year is None:
        return None, None
    if "latest" in request.GET:
        return year, figure_evidence.kept_of(source, district, year)
    then = vintage and figure_evidence.kept_of(source, district, year, vintage.created_at)
    return year, then or figure_evidence.kept_of(source, district, year)


def _is_later(request, found: FigureEvidence | None) -> bool:
    """Whether what is shown was kept only after the chosen result was computed."""
    vintage = None if {"at", "latest"} & request.GET.keys() else chosen_vintage(request)
    return bool(vintage and found and found.counted_at > vintage.created_at)


def _moment(request) -> str:
    """Which of what was kept is open, carried along in links."""
    for name in ("at", "latest"):
        if value := number(request.GET.get(name, "")):
            return f"&{name}={value}"
    return kept(request)


def _street_asked(request, district: Region) -> Region | None:
    text = request.GET.get("street", "")
    if not text:
        return None
    return get_object_or_404(Region, code=text[:12], level=Level.SUBDISTRICT, parent=district)


def _lines_shown(request, found: figure_evidence.Kept, place: Region) -> list[sources.Line]:
    """The records that this person may see one by one."""
    if found.grounds.is_about_children:
        schools = request.user.organizations_for(Perm.CREDIT_VIEW) if request.user.is_authenticated else []
        own = {f"portal.Organization:{school.pk}" for school in schools}
        return [line for line in found.lines if line.ref in own]
    if found.is_personal and not may(request.user, Perm.PERSON_VIEW, place):
        return []
    return found.lines
