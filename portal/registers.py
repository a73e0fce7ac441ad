"""A register's sheet: the same columns in and out, checked by the page's own form, kept by the app's action.

An app declares one resource and one admin:

    class BaseSheet(RegisterResource):
        columns = {"基地编号": "code", "名称": "name", "所在区": "region", "批准日期": "approved_on"}
        keys = ("code",)                      # what makes a row the same record; empty key = new record
        lookups = {"region": ("name", "code")}  # how a related record is written: tried in this order
        form = BaseForm                       # the form of the page
        create = staticmethod(actions.create_base)  # create(*, by, **fields) -> record
        change = staticmethod(actions.change_base)  # change(record, *, by, **fields) -> record
        samples = {"code": "SZKP-0001", "approved_on": date(2026, 3, 1)}

        class Meta(RegisterResource.Meta):
            model = Base

    @admin.register(Base)
    class BaseAdmin(RegisterSheets, RegisterPermissions, admin.ModelAdmin):  # portal.register_pages
        resource_classes = [BaseSheet]
        view_perm, edit_perm = Perm.RESOURCE_VIEW, Perm.RESOURCE_EDIT

Every row goes through form and action in a transaction that is rolled back for the preview; with any
faulty row nothing is kept, unless the right rows alone were asked for. A confirmed sheet is kept by a job and
can be taken back: portal.batches.
Tables under row-level security are no registers: they take the staged lane.
"""

import logging
import re
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from datetime import date, datetime

import tablib
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils import timezone
from import_export import fields, resources
from import_export.results import Result, RowResult

from portal.errors import Refused
from portal.register_rows import (
    Kept,
    RegisterRow,
    SetReader,
    TableDataset,
    chosen,
    comparable,
    dataset_of,
    field_names,
    offered,
    plain,
    sentences_of,
    stored,
)
from portal.roles import Perm
from portal.sheets import SHEET_LIMITS, Cell, Column, Fault, as_text, read_table

logger = logging.getLogger(__name__)

LIMITS = replace(SHEET_LIMITS, rows=10_000)  # a register is read while the person waits
YES = {"是", "有", "true", "1", "1.0", "yes", "y", "√", "✓"}
NO = {"否", "无", "没有", "false", "0", "0.0", "no", "n", "×", "✗"}
LIST_MARKS = re.compile(r"[、，,；;\n]+")
MOST_ROWS_SHOWN = 500
MOST_TRIED = 500  # rows whose actions are tried while the person waits
ONLY_LOOKED = (
    "行数较多，预览只核对了每一格的内容；与已有记录的冲突和您的权限"
    "在导入时逐行核对，有一行有误就一行也不导入。"
)


class RegisterResource(resources.ModelResource):
    """See the module. Subclasses name columns, keys, lookups, form, create and change."""

    columns: dict[str, str] = {}
    keys: Sequence[str] = ()
    optional: Sequence[str] = ()  # headers that a sheet may leave out; those of PERSONAL always may
    free_text: Sequence[str] = ()  # headers whose cells may be long
    lookups: dict[str, Sequence[str]] = {}
    samples: dict[str, Cell] = {}
    form: type[forms.BaseForm]
    create: Callable[..., models.Model]
    change: Callable[..., models.Model]

    class Meta:
        fields = ()
        use_transactions = True
        skip_unchanged = True
        report_skipped = True
        skip_diff = True  # the preview compares values itself
        clean_model_instances = False  # the form and the action do

    def __init__(
        self, *, by=None, queryset: models.QuerySet | None = None, with_personal: bool = False, **kwargs
    ):
        super().__init__(**kwargs)
        self.by = by
        self.rows = queryset
        self.with_personal = with_personal
        self.fields = {
            name: fields.Field(attribute=name, column_name=header) for header, name in self.columns.items()
        }
        self.header_of = {name: header for header, name in self.columns.items()}
        self._known: dict[tuple[str, str], dict[str, list]] = {}
        self._lines: dict[int, int] = {}
        self._faults: dict[int, list[Fault]] = {}
        self._absent: set[str] = set()
        self._read: list[tuple[models.Model | None, dict]] = []
        self._cleaned: dict = {}
        self._cells: list[tuple[str, str, str]] = []
        self._hints: list[str] = []
        self.kept: list[Kept] = []
        self.progress: Callable[[int, int], object] = lambda done, total: None

    @classmethod
    def opened(cls, *, by, where: dict) -> "RegisterResource":
        """The sheet with the rows this person finds; `where` holds the register's permission to see them."""
        rows = cls._meta.model._default_manager.all()
        if hasattr(rows, "for_user"):
            rows = rows.for_user(by, Perm(where["view"]))
        return cls(by=by, queryset=rows)

    # What an app may add to

    def form_kwargs(self, instance: models.Model | None) -> dict:
        """More arguments for the form than data and, for a model form, the instance."""
        return {}

    def hints(self, cleaned: dict, line: int) -> list[str]:
        """What to look at in a new row that is right, as one that may be a double."""
        return []

    def get_queryset(self) -> models.QuerySet:
        return self.rows if self.rows is not None else super().get_queryset()

    # Looking at all rows before anything is kept

    looks_at_sets = False  # what the action would refuse is foreseen by the form and `objection`
    create_many: Callable[..., list]  # create_many(rows of fields, *, by) -> records, where it looks at sets

    def objection(self, instance: models.Model | None, values: dict) -> str:
        """What the action would say to a row that its form lets pass; "" for nothing."""
        return ""

    def remarks(self, fresh: list[tuple[int, dict]]) -> list[str]:
        """Sentences about the new rows (line and values) as a whole, above the preview."""
        return []

    def look(self, dataset: TableDataset) -> Result:
        """The preview of a sheet without trying its actions: every cell, then every row, then the sheet."""
        self.before_import(dataset)
        reader, known = SetReader(self), self._known_by_keys(dataset)
        result, fresh, shown = Result(), [], {}
        self._read = []
        for number, row in enumerate(dataset.table.records(), 1):
            values, wrong = reader.read(row)
            instance = known.get(self._key_of(row))
            looked = self._looked(number, instance, values, wrong)
            shown[looked.import_type] = shown.get(looked.import_type, 0) + 1
            if shown[looked.import_type] <= MOST_ROWS_SHOWN and not looked.problems:
                looked.cells = self._cells_of(instance, values)
            if instance is None and not looked.problems:
                fresh.append((looked.line, values))
                looked.hints = self.hints(self._cleaned, looked.line)
            result.rows.append(looked)
            self._read.append((instance, self._cleaned))
            self.progress(number, len(dataset.table))
        dataset.table.notes.extend(self.remarks(fresh))
        return result

    # Trying and keeping

    def preview(self, dataset: TableDataset) -> Result:
        """What would become of every row; nothing is kept. Raises Refused for a sheet that cannot be read.

        Trying the action of every row takes minutes for thousands: then its cells alone are looked at, and
        what an action says against a row, its job says.
        """
        if not self.looks_at_sets and len(dataset.table) > MOST_TRIED:
            dataset.table.notes.append(ONLY_LOOKED)
            return self.look(dataset)
        return self.look(dataset) if self.looks_at_sets else self._try(dataset, dry_run=True)

    def keep(self, dataset: TableDataset) -> Result:
        """Keep all rows or, with any faulty one, none. Raises as `preview` does."""
        self.kept = []
        return self._keep_looked(dataset) if self.looks_at_sets else self._try(dataset, dry_run=False)

    def keep_good(self, dataset: TableDataset) -> Result:
        """Keep the rows that are right; what is wrong with the others is in the result as well.

        What was refused is left out and the rest tried again, for a row may have counted on one that is out.
        Raises as `preview` does.
        """
        faulty: list[RegisterRow] = []
        while len(dataset.table):
            result = self.keep(dataset)
            wrong = [row for row in result.rows if row.problems]
            if not wrong:
                result.rows += faulty
                return result
            faulty += wrong
            dataset = dataset_of(dataset.table.without({row.line for row in wrong}))
        self.kept, result = [], Result()
        result.rows = faulty
        return result

    def _try(self, dataset: TableDataset, *, dry_run: bool) -> Result:
        result = self.import_data(
            dataset,
            dry_run=dry_run,
            raise_errors=False,
            use_transactions=True,
            rollback_on_validation_errors=True,
        )
        if result.base_errors:
            logger.error("A register sheet could not be read", exc_info=result.base_errors[0].error)
            raise Refused("表格无法导入，请下载模板核对表头后再试。")
        return result

    def _keep_looked(self, dataset: TableDataset) -> Result:
        """Look once more and keep what was found without fault: the new rows as one set."""
        with transaction.atomic():
            result = self.look(dataset)
            if not any(row.problems for row in result.rows):
                self._keep_all(result)
            if any(row.problems for row in result.rows):
                transaction.set_rollback(True)
        return result

    def _keep_all(self, result: Result) -> None:
        fresh = []
        for row, (instance, values) in zip(result.rows, self._read, strict=True):
            if row.import_type == RowResult.IMPORT_TYPE_NEW:
                fresh.append(values)
            elif row.import_type == RowResult.IMPORT_TYPE_UPDATE:
                row.problems = self._changed(instance, values)
        self.kept += [Kept(record, is_new=True) for record in self.create_many(fresh, by=self.by)]

    def _changed(self, instance: models.Model, values: dict) -> list[tuple[str, str]]:
        """Keep one changed row; what its action says against it."""
        before = self.row_of(instance)
        try:
            with transaction.atomic():
                self.change(instance, by=self.by, **values)
                self.kept.append(Kept(instance, is_new=False, before=before))
        except PermissionDenied:
            return [("", "您没有在此处新增或修改的权限。")]
        except Refused as refusal:
            return [("", str(refusal))]
        except ValidationError as fault:
            return list(sentences_of(fault))
        return []

    def _key_of(self, row: dict[str, Cell]) -> tuple:
        return tuple(
            self._key_part(name, as_text(row.get(self.header_of[name])).strip()) for name in self.keys
        )

    def _key_part(self, name: str, text: str) -> str:
        """A part of a key as the record has it: what the text says, or the key of the record it names."""
        form_field = self._form_field(name)
        if not text or not isinstance(form_field, forms.ModelChoiceField):
            return text
        try:
            return str(self._related(name, form_field, text))
        except ValidationError:
            return text  # the form says what is wrong with it

    def _known_by_keys(self, dataset: TableDataset) -> dict[tuple, models.Model]:
        wanted = {key for key in map(self._key_of, dataset.table.records()) if all(key)}
        first = {f"{self.keys[0]}__in": {key[0] for key in wanted}} if wanted else {"pk__in": []}
        rows = self.get_queryset().filter(**first)
        found = {tuple(str(_key_value(row, name)) for name in self.keys): row for row in rows}
        return {key: row for key, row in found.items() if key in wanted}

    def _looked(self, number: int, instance, values: dict, wrong: dict) -> RegisterRow:
        looked = RegisterRow()
        looked.line = self._lines.get(number, number + 1)
        faults = self._faults.get(looked.line, ())
        looked.problems = [(fault.column, f"{fault.reason}，{fault.remedy}。") for fault in faults]
        for name, sentences in wrong.items():
            looked.problems += [(self.header_of.get(name, ""), sentence) for sentence in sentences]
        if not looked.problems:
            objection = self.objection(instance, values)
            looked.problems = [("", objection)] if objection else []
        self._cleaned = {name: values[name] for name in self.columns.values() if name in values}
        looked.import_type = self._import_type(instance)
        return looked

    def _import_type(self, instance: models.Model | None) -> str:
        if instance is None:
            return RowResult.IMPORT_TYPE_NEW
        same = self.skip_row(instance, instance, {})
        return RowResult.IMPORT_TYPE_SKIP if same else RowResult.IMPORT_TYPE_UPDATE

    def _cells_of(self, instance: models.Model | None, values: dict) -> list[tuple[str, str, str]]:
        blank = self._meta.model() if instance is None else instance
        return [
            (
                self.header_of[name],
                "" if instance is None else self.shown(instance, name),
                self._shown_value(blank, name, values[name]),
            )
            for name in self.columns.values()
            if name in values
        ]

    # Reading

    def read(self, data: bytes) -> TableDataset:
        """Raises SheetRefused."""
        table = read_table(
            data,
            expect=list(self.columns),
            optional=[*self.optional, *self._personal_headers()],
            free_text=self.free_text,
            limits=LIMITS,
        )
        return dataset_of(table)

    def _personal_headers(self) -> list[str]:
        """Left out of most exports, which are mended and sent back."""
        personal = getattr(self._meta.model, "PERSONAL", frozenset())
        return [header for header, name in self.columns.items() if name in personal]

    @classmethod
    def get_row_result_class(cls) -> type[RowResult]:
        return RegisterRow

    def get_import_id_fields(self) -> Sequence[str]:
        return self.keys

    def before_import(self, dataset: tablib.Dataset, **kwargs) -> None:
        table = getattr(dataset, "table", None)
        self._lines = dict(enumerate(table.lines, 1)) if table else {}
        self._absent = {self.columns[header] for header in table.absent} if table else set()
        self._faults = {}
        for fault in table.faults if table else ():
            self._faults.setdefault(fault.line, []).append(fault)

    def get_instance(self, instance_loader, row: dict) -> models.Model | None:
        wanted = {}
        for name in self.keys:
            try:
                value = self._typed(name, self._form_field(name), row.get(self.header_of[name]))
            except ValidationError as error:
                raise ValidationError({self.header_of[name]: error.messages}) from error
            if value in ("", None):
                return None
            wanted[name] = value
        try:
            found = list(self.get_queryset().filter(**wanted)[:2]) if wanted else []
        except (ValueError, TypeError, ValidationError):
            return None  # the form says what is wrong with the value
        if len(found) > 1:
            raise ValidationError("有多条记录与这一行相符，请填写编号等能区分的列。")
        return found[0] if found else None

    def import_instance(self, instance: models.Model, row: dict, **kwargs) -> None:
        """Check the row with the page's form.

        Raises ValidationError with a message per header.
        """
        self._cleaned, self._cells, self._hints = {}, [], []
        line = self._lines.get(kwargs.get("row_number", 0), 0)
        errors = {fault.column: [f"{fault.reason}，{fault.remedy}。"] for fault in self._faults.get(line, ())}
        form = self._bound(instance, row, errors)
        if not form.is_valid() or errors:
            for name, found in form.errors.items():
                errors.setdefault(self.header_of.get(name, NON_FIELD_ERRORS), list(found))
            raise ValidationError(errors)
        self._cleaned = {
            name: form.cleaned_data[name] for name in self.columns.values() if name in form.fields
        }
        is_new = instance.pk is None
        self._hints = self.hints(self._cleaned, line) if is_new else []
        self._cells = [
            (
                self.header_of[name],
                "" if is_new else self.shown(instance, name),
                self._shown_value(instance, name, value),
            )
            for name, value in self._cleaned.items()
        ]

    def skip_row(self, instance, original, row, import_validation_errors=None) -> bool:
        if import_validation_errors or instance.pk is None:
            return False
        return all(stored(instance, name) == comparable(value) for name, value in self._cleaned.items())

    def save_instance(self, instance: models.Model, is_create: bool, row: dict, **kwargs) -> None:
        """A no of the action is a fault of the row."""
        try:
            super().save_instance(instance, is_create, row, **kwargs)
        except PermissionDenied as error:
            raise ValidationError("您没有在此处新增或修改的权限。") from error
        except Refused as error:
            raise ValidationError(str(error)) from error

    def do_instance_save(self, instance: models.Model, is_create: bool) -> None:
        if is_create:
            self.kept.append(Kept(self.create(by=self.by, **self._cleaned), is_new=True))
            return
        before = self.row_of(instance)
        self.change(instance, by=self.by, **self._cleaned)
        self.kept.append(Kept(instance, is_new=False, before=before))

    def save_m2m(self, *args, **kwargs) -> None:
        """The action has done it."""

    def after_import_row(self, row: dict, row_result: RegisterRow, **kwargs) -> None:
        row_result.cells, row_result.hints = self._cells, self._hints
        self.progress(kwargs.get("row_number", 0), len(self._lines))

    def after_import(self, dataset: tablib.Dataset, result: Result, **kwargs) -> None:
        """Give every row its number in the sheet and its problems as sentences."""
        for number, row in enumerate(result.rows, 1):
            row.line = self._lines.get(number, number + 1)
            if row.validation_error is not None:
                row.problems = list(sentences_of(row.validation_error))
            elif row.errors:
                logger.error("A register row could not be kept", exc_info=row.errors[0].error)
                row.problems = [("", "这一行无法保存，可能与已有记录重复或冲突，请核对后重填。")]

    # Taking back

    can_be_undone = True

    def row_of(self, instance: models.Model) -> dict[str, Cell]:
        """A record as its row of the sheet."""
        return {header: self.shown(instance, name) for header, name in self.columns.items()}

    def restore(self, instance: models.Model, row: dict[str, Cell]) -> None:
        """Bring a record back to what `row` says. Raises Refused where form or action says no."""
        self._absent, errors = set(), {}
        form = self._bound(instance, row, errors)
        if not form.is_valid() or errors:
            found = [
                sentence for sentences in [*errors.values(), *form.errors.values()] for sentence in sentences
            ]
            raise Refused(found[0])
        values = {name: form.cleaned_data[name] for name in self.columns.values() if name in form.fields}
        problems = self._changed(instance, values)
        if problems:
            raise Refused(problems[0][1])

    def remove(self, rows: models.QuerySet) -> None:
        """Take records away that a sheet brought in. Raises ProtectedError where others hang on one."""
        rows.delete()

    # Cells to form data

    def _form_field(self, name: str) -> forms.Field:
        return self.form.base_fields[name]

    def _bound(self, instance: models.Model, row: dict, errors: dict) -> forms.BaseForm:
        kwargs = self.form_kwargs(None if instance.pk is None else instance)
        if issubclass(self.form, forms.BaseModelForm):
            kwargs["instance"] = copy(instance)  # a model form writes on it before anything is allowed
        form = self.form(data={}, **kwargs)
        for name in set(form.fields) - (set(self.columns.values()) - self._absent):
            del form.fields[name]  # a column that is not there changes nothing
        data = {}
        for name, form_field in form.fields.items():
            try:
                data[form.add_prefix(name)] = self._typed(name, form_field, row.get(self.header_of[name]))
            except ValidationError as error:
                errors[self.header_of[name]] = error.messages
        form.data = data
        return form

    def _typed(self, name: str, form_field: forms.Field, cell: Cell) -> object:
        """What the form would have been sent for this cell.

        Raises ValidationError where the text names no choice or more than one.
        """
        text = as_text(cell).strip()
        if isinstance(form_field, forms.BooleanField):
            return _ticked(form_field, text)
        is_many = isinstance(form_field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)
        parts = [part.strip() for part in LIST_MARKS.split(text) if part.strip()] if is_many else [text]
        if isinstance(form_field, forms.ModelChoiceField):
            parts = [self._related(name, form_field, part) for part in parts]
        elif isinstance(form_field, forms.ChoiceField):
            parts = [chosen(form_field, part) for part in parts]
        return parts if is_many else parts[0]

    def _related(self, name: str, form_field: forms.ModelChoiceField, text: str) -> object:
        if not text:
            return ""
        for attribute in self.lookups.get(name, ("name",)):
            found = self._keys_by(name, attribute, form_field).get(text, ())
            if len(found) == 1:
                return found[0]
            if found:
                raise ValidationError(f"有多个“{text}”，请改填编码等能区分的内容。")
        raise ValidationError(f"没有找到“{text}”，请核对后重填。")

    def _keys_by(self, name: str, attribute: str, form_field: forms.ModelChoiceField) -> dict[str, list]:
        if (name, attribute) not in self._known:
            known: dict[str, list] = {}
            key = form_field.to_field_name or "pk"
            for text, value in form_field.queryset.order_by("pk").values_list(attribute, key):
                known.setdefault(str(text), []).append(value)
            self._known[name, attribute] = known
        return self._known[name, attribute]

    # Out

    def get_export_fields(self, selected_fields=None) -> list[fields.Field]:
        personal = getattr(self._meta.model, "PERSONAL", frozenset())
        return [column for name, column in self.fields.items() if self.with_personal or name not in personal]

    def get_user_visible_fields(self) -> list[fields.Field]:
        return self.get_export_fields()

    def export_resource(self, instance: models.Model, selected_fields=None, **kwargs) -> list[Cell]:
        return [self._cell(instance, self.get_field_name(column)) for column in self.get_export_fields()]

    def _cell(self, instance: models.Model, name: str) -> Cell:
        """The value as a typed cell."""
        if hasattr(instance, f"get_{name}_display"):
            return str(getattr(instance, f"get_{name}_display")())
        return self._as_cell(name, plain(getattr(instance, name)))

    def _as_cell(self, name: str, value: object) -> Cell:
        if isinstance(value, models.Model):
            return str(getattr(value, self.lookups.get(name, ("name",))[0], value))
        if isinstance(value, list | tuple | set | models.QuerySet):
            return "、".join(as_text(self._as_cell(name, part)) for part in value)
        if isinstance(value, datetime):
            return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
        return value if isinstance(value, bool | int | float | date | None) else str(value)

    def shown(self, instance: models.Model, name: str) -> str:
        return as_text(self._cell(instance, name))

    def _shown_value(self, instance: models.Model, name: str, value: object) -> str:
        labels = dict(instance._meta.get_field(name).flatchoices) if name in field_names(instance) else {}
        if isinstance(value, str | int) and value in labels:
            return str(labels[value])
        return as_text(self._as_cell(name, value))

    @classmethod
    def template_columns(cls) -> list[Column]:
        """The columns of an empty sheet, with what the form knows about each."""
        described = []
        for header, name in cls.columns.items():
            form_field = cls.form.base_fields[name]
            described.append(
                Column(
                    header=header,
                    choices=offered(form_field, cls.lookups.get(name, ("name",))[0]),
                    is_required=form_field.required and not isinstance(form_field, forms.BooleanField),
                    note=str(form_field.help_text),
                    sample=cls.samples.get(name),
                )
            )
        return described


def _ticked(form_field: forms.BooleanField, text: str) -> str:
    """What a box would have sent: for an empty cell, as a new form shows it.

    Raises ValidationError where the text says neither yes nor no.
    """
    said = text.casefold()
    if said and said not in YES | NO:
        raise ValidationError(f"请填“是”或“否”，现为“{text}”。")
    return "on" if said in YES or (not said and form_field.initial) else ""


def _key_value(record: models.Model, name: str) -> object:
    value = getattr(record, name)
    return value.pk if isinstance(value, models.Model) else value
