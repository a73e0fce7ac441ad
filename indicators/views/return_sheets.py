"""A return filled otherwise: a block pasted from a spreadsheet, or the return's own workbook."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from indicators.actions import returns as actions
from indicators.forms import returns as forms
from indicators.models import Return
from indicators.queries import returns as queries
from indicators.sheets import returns as sheets
from indicators.views.returns import DESK, LIST, found
from portal.errors import Refused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def return_workbook(request, pk):
    """The return as a workbook with a locked layout."""
    filing = found(request, pk)
    past = queries.past_of(filing, ())
    last = {key: actions.shown(value) for key, value in past.before.items()}
    answer = HttpResponse(sheets.workbook(filing, queries.cells_of(filing), last), content_type=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="return-{filing.pk}.xlsx"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def return_sheet(request, pk):
    """Paste a block, or upload the workbook; what somebody else has changed since is not overwritten."""
    filing = get_object_or_404(Return.objects.to_fill(request.user).named(), pk=pk)
    if not filing.is_open:
        raise Refused(f"报表{filing.get_status_display()}，不能修改；如需更改请联系市科协退回。")
    cells = queries.cells_of(filing)
    items = [cell.item for cell in cells]
    is_paste, is_sheet = ("block" in request.POST), ("sheet" in request.FILES or "upload" in request.POST)
    paste = forms.PasteForm(request.POST if is_paste else None, items=items)
    upload = forms.SheetForm(request.POST or None, request.FILES) if is_sheet else forms.SheetForm()
    saved = block = None
    if is_paste and paste.is_valid():
        block = sheets.read_block(paste.cleaned_data["block"], cells, paste.cleaned_data["start"])
    elif is_sheet and upload.is_valid():
        try:
            block = sheets.read_workbook(filing, cells, upload.cleaned_data["sheet"].read())
        except Refused as refusal:
            upload.add_error("sheet", str(refusal))
    if block is not None:
        saved = actions.save_draft(filing, block.typed, by=request.user)
        if not (block.unread or saved.conflicts or saved.faults):
            messages.success(
                request, f"已保存 {saved.changed} 项。" if saved.changed else "内容与现有数据相同，没有改动。"
            )
            return redirect(filing)
    is_wrong = request.method == "POST" and (saved is None or bool(block.unread or saved.conflicts))
    context = {
        "filing": filing,
        "paste": paste,
        "upload": upload,
        "saved": saved,
        "unread": block.unread if block else [],
        "crumbs": [DESK, LIST, (str(filing), filing.get_absolute_url()), ("粘贴或上传", "")],
    }
    return render(request, "indicators/return_sheet.html", context, status=422 if is_wrong else 200)
