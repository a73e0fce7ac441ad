"""Rows of a register's sheet: read with the page's form, told to a person, compared with the record."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import tablib
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from import_export.results import RowResult

from portal.sheets import Cell, Table

MOST_CHOICES = 300


class TableDataset(tablib.Dataset):
    """A dataset that remembers the table it was made of."""

    table: Table


def dataset_of(table: Table) -> TableDataset:
    dataset = TableDataset(*table.rows, headers=table.headers)
    dataset.table = table
    return dataset


class SetReader:
    """Reads the rows of one sheet with one form: every different cell of a column is checked once."""

    def __init__(self, sheet):
        self.sheet = sheet
        self.form = sheet.form(data={}, **sheet.form_kwargs(None))
        kept = set(sheet.columns.values()) - sheet._absent
        self.names = [name for name in sheet.columns.values() if name in self.form.fields and name in kept]
        for name in set(self.form.fields) - set(self.names):
            del self.form.fields[name]
        self._checked: dict[tuple, tuple[object, list[str]]] = {}

    def read(self, row: dict[str, Cell]) -> tuple[dict[str, object], dict[str, list[str]]]:
        """What the form makes of a row, and what is wrong with it by the form's fields."""
        values, wrong = {}, {}
        for name in self.names:
            value, problems = self._cell(name, row.get(self.sheet.header_of[name]))
            if problems:
                wrong[name] = problems
            else:
                values[name] = value
        self.form._errors = forms.utils.ErrorDict()
        self.form.cleaned_data = values
        values = self.form.clean() or self.form.cleaned_data
        for name, problems in self.form._errors.items():
            wrong.setdefault(name, list(problems))
        return values, wrong

    def _cell(self, name: str, cell: Cell) -> tuple[object, list[str]]:
        key = (name, type(cell), cell)
        if key not in self._checked:
            self._checked[key] = self._check(name, cell)
        return self._checked[key]

    def _check(self, name: str, cell: Cell) -> tuple[object, list[str]]:
        form_field, place = self.form.fields[name], self.form.add_prefix(name)
        try:
            typed = self.sheet._typed(name, form_field, cell)
            value = form_field.clean(form_field.widget.value_from_datadict({place: typed}, {}, place))
            self.form.cleaned_data = {name: value}
            own = getattr(self.form, f"clean_{name}", None)
            return (own() if own else value), []
        except ValidationError as error:
            return None, error.messages


class RegisterRow(RowResult):
    """One row of the preview."""

    def __init__(self):
        super().__init__()
        self.line = 0
        self.cells: list[tuple[str, str, str]] = []  # header, before, after
        self.problems: list[tuple[str, str]] = []  # header or "", sentence
        self.hints: list[str] = []  # what a person should look at before confirming

    @property
    def changed(self) -> list[tuple[str, str, str]]:
        return [cell for cell in self.cells if cell[1] != cell[2]]


@dataclass(frozen=True)
class Kept:
    """One record that a sheet made or changed; `before` is its row as it was, by header."""

    record: models.Model
    is_new: bool
    before: dict[str, Cell] = field(default_factory=dict)


def field_names(instance: models.Model) -> set[str]:
    return {field_.name for field_ in instance._meta.get_fields()}


def plain(value: object) -> object:
    return list(value.all()) if isinstance(value, models.Manager) else value


def comparable(value: object) -> object:
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, models.QuerySet | list | tuple | set):
        return {comparable(part) for part in value}
    return "" if value is None else value


def stored(instance: models.Model, name: str) -> object:
    return comparable(plain(getattr(instance, name)))


def flat_choices(form_field: forms.ChoiceField) -> Iterator[tuple[object, object]]:
    for value, label in form_field.choices:
        if isinstance(label, list | tuple):
            yield from label
        elif value not in ("", None):
            yield value, label


def chosen(form_field: forms.ChoiceField, text: str) -> object:
    """The choice that the text names by its label or its code.

    Raises ValidationError where it names none.
    """
    choices = list(flat_choices(form_field))
    known = {str(value): value for value, _ in choices} | {str(label): value for value, label in choices}
    if text and text not in known:
        listed = "、".join(str(label) for _, label in choices[:12])
        raise ValidationError(f"没有“{text}”这一项，可填：{listed}{'等' if len(choices) > 12 else ''}。")
    return known.get(text, "")


def offered(form_field: forms.Field, attribute: str) -> list[str]:
    """The list of a template's column; none where it would be longer than anyone scrolls."""
    if isinstance(form_field, forms.BooleanField):
        return ["是", "否"]
    if isinstance(form_field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField):
        return []
    if isinstance(form_field, forms.ModelChoiceField):
        rows = form_field.queryset.order_by("pk").values_list(attribute, flat=True)[: MOST_CHOICES + 1]
        return [] if len(rows) > MOST_CHOICES else [str(row) for row in rows]
    if isinstance(form_field, forms.ChoiceField):
        return [str(label) for _, label in flat_choices(form_field)]
    return []


def sentences_of(error: ValidationError) -> Iterator[tuple[str, str]]:
    if not hasattr(error, "error_dict"):
        yield from (("", sentence) for sentence in error.messages)
        return
    for header, sentences in error.message_dict.items():
        yield from ((("" if header == NON_FIELD_ERRORS else header), sentence) for sentence in sentences)
