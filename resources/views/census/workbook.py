"""The census as a workbook: rows out to fill in, answers back by a preview."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit, batches
from portal.errors import Refused
from portal.pending_sheets import PendingSheet
from portal.register_pages import Preview, UploadForm
from portal.register_rows import TableDataset
from portal.roles import Perm
from portal.sheets import write_faults
from resources.models import CensusRound
from resources.queries import census as queries
from resources.sheets.census import CensusSheet, workbook
from resources.views.census.scope import DESK, LIST, looked_at, need, round_of, unit_of

LABEL = "普查表"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _fillable(request, asked: CensusRound):
    """The units whose rows this person fills in: those of the region looked at, or of one's own."""
    units = queries.units_for(request.user, Perm.CENSUS_FILL).filter(round=asked)
    if request.user.can(Perm.CENSUS_CHECK) and request.GET.get("region"):
        units = units.filter(region__path__startswith=looked_at(request).path)
    return units.order_by("region__path", "name", "pk")


@require_safe
def round_workbook(request, pk):
    asked = round_of(request, pk)
    need(request, Perm.CENSUS_FILL, "您没有填报资源普查的权限。")
    return _download_rows(request, asked, _fillable(request, asked), asked.title)


@require_safe
def unit_workbook(request, pk):
    unit = unit_of(request, pk, Perm.CENSUS_FILL)
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
    asked = round_of(request, pk)
    need(request, Perm.CENSUS_FILL, "您没有填报资源普查的权限。")
    form = UploadForm(request.POST or None, request.FILES or None)
    if not form.is_valid():
        return _upload_page(request, asked, form, status=422 if form.is_bound else 200)
    sheet = _sheet(request, asked)
    data = form.cleaned_data["sheet"].read()
    try:
        preview = _preview(sheet, sheet.read(data))
    except Refused as refusal:
        form.add_error("sheet", str(refusal))
        return _upload_page(request, asked, form, status=422)
    token = ""
    if preview.can_be_kept or preview.faulty:
        token = PendingSheet.keep(data).token(by=request.user, label=f"{LABEL}{asked.pk}")
    return _upload_page(request, asked, UploadForm(), preview=preview, token=token)


def _sheet(request, asked: CensusRound) -> CensusSheet:
    return CensusSheet.opened(by=request.user, where={"round": asked.pk, "edit": Perm.CENSUS_FILL.value})


def _preview(sheet: CensusSheet, dataset: TableDataset) -> Preview:
    return Preview.of(sheet.preview(dataset), dataset.table.notes)


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
    asked = round_of(request, pk)
    need(request, Perm.CENSUS_FILL, "您没有填报资源普查的权限。")
    batch = batches.promise(
        _pending(request, asked),
        sheet=CensusSheet,
        where={"round": asked.pk, "edit": Perm.CENSUS_FILL.value},
        title=LABEL,
        back=asked.get_absolute_url(),
        by=request.user,
    )
    return redirect(batch)


@require_POST
def upload_faults(request, pk):
    """The uploaded sheet back, with its faults."""
    asked = round_of(request, pk)
    need(request, Perm.CENSUS_FILL, "您没有填报资源普查的权限。")
    sheet = _sheet(request, asked)
    dataset = sheet.read(_pending(request, asked).read())
    preview = _preview(sheet, dataset)
    response = _file(b"", f"{asked.title}普查表（有误）.xlsx")
    write_faults(dataset.table, batches.faults_of(preview.faulty, dataset.table), response)
    return response
