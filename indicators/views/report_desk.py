"""Where annual reports are begun, written part by part, reviewed, signed and published."""

from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators.actions import reports as actions
from indicators.forms import reports as forms
from indicators.models import REPORT_FLOW, YEARLY_FORM, AnnualReport, PartRemark, Period, ReportPart
from indicators.queries.annual import NameFault, Report, checklist, content_of, drawn_chapter
from indicators.queries.index import latest_vintage
from indicators.queries.reports import vintage_for
from portal import files
from portal.accounts import may
from portal.errors import Refused
from portal.fields import ReasonForm
from portal.keyset import page_by_key
from portal.regions import Level, Region
from portal.roles import Perm

DESK, LIST = ("工作台", "/desk/"), ("年度报告", "/desk/reports/")
HERE = "@@"  # where a chosen figure is put


def _require_reader(request) -> None:
    if not (request.user.can(Perm.REPORT_MAKE) or request.user.can(Perm.REPORT_SIGN)):
        raise PermissionDenied("市、区科协工作人员可以编制和审核年度报告。")


def _in_scope(request):
    return AnnualReport.objects.for_user(request.user, Perm.REPORT_MAKE).select_related(
        "region", "vintage__edition"
    )


def _report(request, pk: int) -> AnnualReport:
    _require_reader(request)
    return get_object_or_404(_in_scope(request).select_related("job", "submitted_by", "signed_by"), pk=pk)


def _regions(user):
    """The regions for which this person may begin a report."""
    found = Region.objects.filter(level__lte=Level.DISTRICT).order_by("level", "code")
    allowed = [region.pk for region in found if may(user, Perm.REPORT_MAKE, region)]
    return found.filter(pk__in=allowed)


def _years() -> list[int]:
    vintage = latest_vintage()
    known = range(vintage.first_year, vintage.last_year + 1) if vintage else []
    return sorted(
        {*known, *Period.objects.filter(form__code=YEARLY_FORM).values_list("year", flat=True)}, reverse=True
    )


@require_http_methods(["GET", "HEAD", "POST"])
def desk_list(request):
    """Choose a region and a year, see what is still missing, begin the report."""
    _require_reader(request)
    years, regions = _years(), _regions(request.user)
    options = {"years": years, "regions": regions}
    form = forms.ReportForm(request.POST or None, **options)
    if request.method == "POST" and form.is_valid():
        try:
            report = actions.begin_report(**form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error("corrections" if "更正" in str(refusal) else "year", str(refusal))
        else:
            return redirect(report)
    vintage = latest_vintage()
    year = _chosen(request, years, vintage.last_year if vintage else None)
    page = page_by_key(
        _in_scope(request).select_related("created_by"),
        order=("-year", "-pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "form": form if form.is_bound else forms.ReportForm(initial={"year": year}, **options),
        "years": years,
        "year": year,
        "checklist": _checklist(request, year) if year else [],
        "page": page,
        "crumbs": [DESK, (LIST[0], "")],
    }
    return render(request, "indicators/report_desk.html", context, status=422 if form.errors else 200)


def _checklist(request, year: int) -> list:
    """What the year's report needs; addresses of registers only for who works there."""
    found = checklist(year)
    if request.user.works_in_registers:
        return found
    return [replace(one, url="") if one.url.startswith("/admin/") else one for one in found]


def _chosen(request, years: list[int], usual: int | None) -> int | None:
    text = request.GET.get("year", "")
    if text.isascii() and text.isdigit() and int(text[:4]) in years:
        return int(text[:4])
    return usual or (years[0] if years else None)


# ---------------------------------------------------------------- one report


@require_safe
def desk_detail(request, pk):
    report = _report(request, pk)
    return _detail(request, report)


def _detail(request, report: AnnualReport, *, letter: forms.LetterForm | None = None, status: int = 200):
    first = {
        "number": report.letter_number,
        "recipient": report.letter_recipient,
        "copies": report.letter_copies,
    }
    parts = list(report.parts.prefetch_related("remarks__written_by", "remarks__answered_by"))
    latest = vintage_for(report.region, report.year) if report.is_open else None
    steps = [
        (name, step)
        for name, step in REPORT_FLOW.open_to(request.user, report)
        if name != "sign" or report.submitted_by_id != request.user.pk  # refused in any case
    ]
    context = {
        "report": report,
        "parts": parts,
        "open_remarks": sum(1 for part in parts for one in part.remarks.all() if one.answered_at is None),
        "newer": latest if latest and latest.pk != report.vintage_id else None,
        "may_write": report.is_open and may(request.user, Perm.REPORT_MAKE, report),
        "letter_form": letter or forms.LetterForm(initial=first),
        "words_form": forms.WordsForm(),
        "note_form": ReasonForm(),
        "steps": steps,
        "is_making": report.state == AnnualReport.State.MAKING,
        "timeline": REPORT_FLOW.timeline(report),
        "crumbs": [DESK, LIST, (str(report), "")],
    }
    return render(request, "indicators/report_detail.html", context, status=status)


@require_safe
def desk_file(request, pk, what):
    """A file of the report before it is published, for those who write and sign it."""
    found = getattr(_report(request, pk), what)
    if found is None:
        raise Http404("文件尚未生成。")
    return files.respond(found)


@require_POST
def desk_letter(request, pk):
    report = _report(request, pk)
    form = forms.LetterForm(request.POST)
    if form.is_valid():
        try:
            actions.write_letter_head(report, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            if not report.is_open:
                raise
            form.add_error("number", str(refusal))
    if form.errors:
        return _detail(request, report, letter=form, status=422)
    messages.success(request, "已保存随文印发的文号和主送机关。")
    return redirect(report)


@require_POST
def desk_renew(request, pk):
    report = _report(request, pk)
    actions.renew_vintage(report, by=request.user)
    messages.success(request, "已改用最新的指数结果。")
    return redirect(report)


STEPS = {
    "submit": (lambda report, note, by: actions.submit_report(report, by=by), "已送审，文件正在生成。"),
    "send_back": (
        lambda report, note, by: actions.send_report_back(report, note=note, by=by),
        "已退回修改。",
    ),
    "sign": (lambda report, note, by: actions.sign_report(report, by=by), "已签发，印发文件正在生成。"),
    "publish": (
        lambda report, note, by: actions.publish_report(report, at=timezone.now(), by=by),
        "已发布，文件和指数结果不再更改。",
    ),
}


@require_POST
def desk_step(request, pk, step):
    """One step of the report's way; who may take it is asked by the action."""
    report = _report(request, pk)
    if step not in STEPS:
        raise Http404("没有这一步。")
    act, words = STEPS[step]
    act(report, request.POST.get("note", "")[:500], request.user)
    messages.success(request, f"{report}{words}")
    return redirect(report)


# ---------------------------------------------------------------- one part


@require_POST
def words_new(request, pk):
    report = _report(request, pk)
    form = forms.WordsForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写文字章节的标题，最多40字。")
        return redirect(report)
    return redirect(actions.add_words(report, title=form.cleaned_data["title"], by=request.user))


def _part(request, pk: int, code: str) -> ReportPart:
    report = _report(request, pk)
    part = get_object_or_404(report.parts.select_related("changed_by"), code=code)
    part.report = report
    return part


@require_http_methods(["GET", "HEAD", "POST"])
def part_page(request, pk, code):
    """The words of one part: written, looked at with their figures, saved; what reviewers said of it."""
    part = _part(request, pk, code)
    report = part.report
    material = Report(report.vintage, report.region, report.year)
    initial = {"title": part.title, "text": part.text, "seen": part.revision}
    if request.method == "POST" and "insert" in request.POST.get("do", ""):
        form = forms.PartForm(initial=_inserted(request, initial), names=material.names)
    else:
        form = forms.PartForm(request.POST or None, initial=initial, names=material.names)
    is_whole = "whole" in request.GET
    if request.method == "POST" and form.is_bound and form.is_valid():
        if request.POST.get("do") == "preview":
            part.text, part.title = form.cleaned_data["text"], form.cleaned_data["title"]
            is_whole = True
        elif _saved(request, form, part):
            messages.success(request, "已保存。")
            return redirect(part)
    context = {
        "report": report,
        "part": part,
        "form": form,
        "may_write": report.is_open and may(request.user, Perm.REPORT_MAKE, report),
        "choices": list(material.names.choices()),
        "other_regions": ["全市", *(region.name for region in material.districts)],
        "preview": _preview(part, is_whole=is_whole),
        "is_whole": is_whole,
        "remarks": part.remarks.select_related("written_by", "answered_by"),
        "reply_form": forms.ReplyForm(),
        "remark_form": _remark_form(request, part),
        "crumbs": [DESK, LIST, (str(report), report.get_absolute_url()), (part.title, "")],
    }
    return render(request, "indicators/report_part.html", context, status=422 if form.errors else 200)


def _inserted(request, initial: dict) -> dict:
    """What was typed so far, with the chosen figure put at @@ or at the end."""
    text, chosen = request.POST.get("text", "")[:8000], request.POST.get("figure", "")[:80]
    figure = f"{{{{{chosen}}}}}" if chosen else ""
    text = text.replace(HERE, figure, 1) if HERE in text else text + figure
    seen = request.POST.get("seen", "")
    return {
        "title": request.POST.get("title", "")[:40],
        "text": text,
        "seen": int(seen[:9]) if seen.isascii() and seen.isdigit() else initial["seen"],
    }


def _saved(request, form: forms.PartForm, part: ReportPart) -> bool:
    try:
        actions.write_part(part, **form.cleaned_data, by=request.user)
    except Refused as refusal:
        if not part.report.is_open:
            raise
        form.add_error("text", str(refusal))
        part.refresh_from_db(fields=["text", "title", "revision", "changed_by", "changed_at"])
        form.data = form.data.copy()
        form.data["seen"] = str(part.revision)
        return False
    return True


def _preview(part: ReportPart, *, is_whole: bool) -> dict | None:
    """The chapter as it will look; without `is_whole` only its words. None while its names are wrong."""
    report = part.report
    if not report.is_open and report.content:
        found = [one for one in report.content["chapters"] if one["id"] == part.code]
    else:
        try:
            found = content_of(report, [part])["chapters"]
        except NameFault:
            return None
    if not found:
        return None
    return drawn_chapter(found[0]) if is_whole else {**found[0], "sections": []}


def _remark_form(request, part: ReportPart, data=None) -> forms.PartRemarkForm | None:
    report = part.report
    in_review = report.status == AnnualReport.Status.REVIEW
    if not (in_review and may(request.user, Perm.REPORT_SIGN, report)):
        return None
    chapter = next((one for one in report.content["chapters"] if one["id"] == part.code), None)
    blocks = [block for section in chapter["sections"] for block in section["blocks"]] if chapter else []
    places = ["文字", *(f"{block['place']} {block['title']}"[:60] for block in blocks)]
    return forms.PartRemarkForm(data, places=places)


@require_POST
def part_change(request, pk, code, change):
    """Move a part, take it in or leave it out, or take a part of words away."""
    part = _part(request, pk, code)
    if change in ("up", "down"):
        actions.move_part(part, up=change == "up", by=request.user)
    elif change in ("on", "off"):
        actions.switch_part(part, on=change == "on", by=request.user)
    elif change == "remove":
        actions.remove_words(part, by=request.user)
    else:
        raise Http404("没有这种操作。")
    return redirect(f"{part.report.get_absolute_url()}#parts")


@require_POST
def part_remark(request, pk, code):
    part = _part(request, pk, code)
    form = _remark_form(request, part, request.POST)
    if form is None:
        raise PermissionDenied("只有审核中的报告，由有审核签发权限的人提意见。")
    if not form.is_valid():
        messages.error(request, "请写明意见，最多300字。")
        return redirect(part)
    actions.add_remark(part, **form.cleaned_data, by=request.user)
    messages.success(request, "已记下意见，退回修改后编写人逐条处理。")
    return redirect(f"{part.get_absolute_url()}#remarks")


@require_POST
def part_answer(request, pk, code, remark):
    part = _part(request, pk, code)
    said = get_object_or_404(PartRemark.objects.filter(part=part), pk=remark)
    said.part = part
    form = forms.ReplyForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请写明这条意见怎样处理，最多300字。")
        return redirect(f"{part.get_absolute_url()}#remarks")
    actions.answer_remark(said, reply=form.cleaned_data["reply"], at=timezone.now(), by=request.user)
    messages.success(request, "已写明处理结果。")
    return redirect(f"{part.get_absolute_url()}#remarks")
