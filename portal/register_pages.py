"""The pages of a register's sheet in the admin: upload, preview, confirmation, faults, template, export."""

import logging
from dataclasses import dataclass, field
from io import BytesIO

import tablib
from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import Format
from import_export.forms import ExportForm
from import_export.results import Result

from portal import audit, batches
from portal.errors import Refused
from portal.pending_sheets import PendingSheet
from portal.register_rows import RegisterRow
from portal.registers import LIMITS, MOST_ROWS_SHOWN, RegisterResource
from portal.sheets import (
    Column,
    Page,
    template,
    write_csv,
    write_faults,
    write_workbook,
)

logger = logging.getLogger(__name__)


# --- Formats --------------------------------------------------------------------------------------


class XlsxSheet(Format):
    """Typed cells, text never a formula. Reading is `RegisterResource.read`, whatever the format."""

    def get_title(self) -> str:
        return "Excel 工作簿（xlsx）"

    def can_export(self) -> bool:
        return True

    def get_extension(self) -> str:
        return "xlsx"

    def get_content_type(self) -> str:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def export_data(self, dataset: tablib.Dataset, **kwargs) -> bytes:
        target = BytesIO()
        columns = [Column(header=header) for header in dataset.headers]
        write_workbook(target, [Page(name=(dataset.title or "数据"), columns=columns, rows=iter(dataset))])
        return target.getvalue()


class CsvSheet(XlsxSheet):
    """UTF-8 with BOM; what a spreadsheet would run or spoil stands behind an apostrophe."""

    def get_title(self) -> str:
        return "CSV（UTF-8）"

    def get_extension(self) -> str:
        return "csv"

    def get_content_type(self) -> str:
        return "text/csv; charset=utf-8"

    def export_data(self, dataset: tablib.Dataset, **kwargs) -> bytes:
        target = BytesIO()
        write_csv(target, dataset.headers, dataset)
        return target.getvalue()


# --- The admin ------------------------------------------------------------------------------------


class UploadForm(forms.Form):
    sheet = forms.FileField(label="表格文件", help_text=LIMITS.sentence)


class FormatForm(ExportForm):
    """The workbook unless somebody wants the other."""

    def _init_formats(self, formats):
        super()._init_formats(formats)
        self.fields["format"].choices = [choice for choice in self.fields["format"].choices if choice[0]]
        self.fields["format"].initial = "0"


@dataclass
class Preview:
    """What would happen, for the page: counts over all rows, and the first rows of each kind."""

    rows: list[RegisterRow]
    faulty: list[RegisterRow]
    notes: list[str]
    total: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    hinted: int = 0  # new ones that may be doubles

    @classmethod
    def of(cls, result: Result, notes: list[str]) -> "Preview":
        kinds = {"new": [], "update": [], "skip": [], "faulty": []}
        for row in result.rows:
            kinds["faulty" if row.problems else row.import_type].append(row)
        kinds["new"].sort(key=lambda row: not row.hints)  # what wants a look stands first
        shown = [row for kind in ("faulty", "update", "new", "skip") for row in kinds[kind][:MOST_ROWS_SHOWN]]
        counts = {kind: len(rows) for kind, rows in kinds.items()}
        hinted = sum(bool(row.hints) for row in kinds["new"])
        return cls(shown, kinds["faulty"], notes, len(result.rows), counts, hinted)

    @property
    def right(self) -> int:
        """How many rows are kept if only those without fault are."""
        return self.counts["new"] + self.counts["update"]

    @property
    def can_be_kept(self) -> bool:
        return not self.counts["faulty"] and bool(self.right)


class RegisterSheets(ImportExportMixin):
    """Import with a preview and export, for a ModelAdmin. Names one RegisterResource in resource_classes."""

    import_template_name = "admin/import_export/import.html"
    export_template_name = "admin/import_export/export.html"
    export_form_class = FormatForm
    formats = [XlsxSheet, CsvSheet]

    # The mixin's own answers are yes to everybody, and stand before those of RegisterPermissions.
    def has_import_permission(self, request) -> bool:
        return self.has_add_permission(request)

    def has_export_permission(self, request) -> bool:
        return self.has_module_permission(request)

    def get_urls(self):
        info = "_".join(self.get_model_info())
        own = [
            path(
                "import/template/",
                self.admin_site.admin_view(self.sheet_template),
                name=f"{info}_sheet_template",
            ),
            path(
                "import/faults/",
                self.admin_site.admin_view(self.sheet_faults),
                name=f"{info}_sheet_faults",
            ),
        ]
        return own + super().get_urls()

    def _address(self, page: str) -> str:
        return reverse(f"admin:{'_'.join(self.get_model_info())}_{page}", current_app=self.admin_site.name)

    def may_export_personal(self, request) -> bool:
        """Whether the person may take personal fields out."""
        return False

    def _where(self) -> dict:
        """What the sheet's rows are bounded by: written down with a batch, asked again by its job."""
        return {"view": str(self.view_perm), "edit": str(self.edit_perm)}

    def _resource(self, request) -> RegisterResource:
        return self.resource_classes[0].opened(by=request.user, where=self._where())

    def _check_may_import(self, request) -> None:
        if not self.has_import_permission(request):
            raise PermissionDenied

    def import_action(self, request, **kwargs):
        self._check_may_import(request)
        form = UploadForm(request.POST or None, request.FILES or None)
        if not form.is_valid():
            return self._import_page(request, form, status=422 if form.is_bound else 200)
        data = form.cleaned_data["sheet"].read(LIMITS.file_bytes + 1)
        resource = self._resource(request)
        try:
            dataset = resource.read(data)
        except Refused as refusal:
            form.add_error("sheet", str(refusal))
            return self._import_page(request, form, status=422)
        preview = Preview.of(resource.preview(dataset), dataset.table.notes)
        token = self._token(request, data, preview)
        return self._import_page(request, UploadForm(), preview=preview, token=token)

    def _token(self, request, data: bytes, preview: Preview) -> str:
        """The sheet waits only if there is something to confirm or to give back."""
        if not (preview.can_be_kept or preview.faulty):
            return ""
        return PendingSheet.keep(data).token(by=request.user, label=self.opts.label)

    @method_decorator(require_POST)
    def process_import(self, request, **kwargs):
        """Promise to keep the sheet that was looked at, or its right rows; its job says how far it is."""
        self._check_may_import(request)
        pending = PendingSheet.of(request.POST.get("token", ""), by=request.user, label=self.opts.label)
        batch = batches.promise(
            pending,
            sheet=self.resource_classes[0],
            where=self._where(),
            title=str(self.opts.verbose_name),
            back=self._address("changelist"),
            by=request.user,
            only_good="only_good" in request.POST,
        )
        return redirect(batch)

    def _import_page(
        self, request, form, *, preview: Preview | None = None, token: str = "", status: int = 200
    ):
        context = {
            **self.admin_site.each_context(request),
            "title": f"导入{self.opts.verbose_name}",
            "opts": self.opts,
            "form": form,
            "preview": preview,
            "token": token,
            "columns": self.resource_classes[0].template_columns(),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.import_template_name, context, status=status)

    @method_decorator(require_safe)
    def sheet_template(self, request):
        self._check_may_import(request)
        target = BytesIO()
        columns = self.resource_classes[0].template_columns()
        template(target, str(self.opts.verbose_name), columns, limits=LIMITS)
        return _download(target.getvalue(), XlsxSheet(), f"{self.opts.verbose_name}导入模板.xlsx")

    @method_decorator(require_POST)
    def sheet_faults(self, request):
        """The uploaded sheet back, with its faults."""
        self._check_may_import(request)
        pending = PendingSheet.of(request.POST.get("token", ""), by=request.user, label=self.opts.label)
        resource = self._resource(request)
        dataset = resource.read(pending.read())
        preview = Preview.of(resource.preview(dataset), dataset.table.notes)
        target = BytesIO()
        write_faults(dataset.table, batches.faults_of(preview.faulty, dataset.table), target)
        return _download(target.getvalue(), XlsxSheet(), f"{self.opts.verbose_name}错误表.xlsx")

    def get_export_formats(self):
        return self.formats

    def get_export_resource_kwargs(self, request, **kwargs) -> dict:
        return {"by": request.user, "with_personal": self.may_export_personal(request)}

    def init_request_context_data(self, request, form) -> dict:
        return super().init_request_context_data(request, form) | {"title": f"导出{self.opts.verbose_name}"}

    def _do_file_export(self, file_format: Format, request, queryset, export_form=None):
        dataset = self._export_dataset(request, queryset)
        personal = self._personal_headers(dataset)
        note = f"含个人信息：{'、'.join(personal)}" if personal else ""
        audit.exported(self.opts.label, len(dataset), by=request.user, note=note)
        day = timezone.localdate().isoformat()
        name = f"{self.opts.verbose_name}{day}.{file_format.get_extension()}"
        return _download(file_format.export_data(dataset), file_format, name)

    def _personal_headers(self, dataset: tablib.Dataset) -> list[str]:
        columns, personal = self.resource_classes[0].columns, getattr(self.model, "PERSONAL", frozenset())
        return [header for header in dataset.headers if columns.get(header) in personal]

    def _export_dataset(self, request, queryset) -> tablib.Dataset:
        resource = self.resource_classes[0](**self.get_export_resource_kwargs(request))
        dataset = resource.export(queryset)
        dataset.title = str(self.opts.verbose_name)
        return dataset


def _download(content: bytes, file_format: Format, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        headers={
            "Content-Type": file_format.get_content_type(),
            "Content-Disposition": content_disposition_header(True, name),
            "X-Content-Type-Options": "nosniff",
        },
    )
