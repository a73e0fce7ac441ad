"""What every field of the portal is: public, internal, personal or sensitive, what for and how long.

What is personal stands in one table, what is shown to everybody in another; any other field is internal, so
that a new one is closed until somebody opens it. The personal ones are also printed as a public page.

Basis: 个人信息保护法第十七条、第十九条；未成年人网络保护条例第三十二条.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.apps import apps
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

TABLE = Path(__file__).parent / "data" / "personal_data.json"
FIELD_LABELS = Path(__file__).parent / "data" / "field_labels.json"
LABELS = {"personal": "个人信息", "sensitive": "敏感个人信息"}


@dataclass(frozen=True)
class Kept:
    """Some fields of one model that are kept for one purpose and one term."""

    model: str
    whose: str
    label: str
    fields: tuple[str, ...]
    purpose: str
    kept: str
    shown: str = ""  # for other people's models, whose fields have no Chinese names

    @property
    def what(self) -> str:
        """The fields by the names that screens give them."""
        if self.shown:
            return self.shown
        meta = apps.get_model(self.model)._meta
        return "、".join(str(meta.get_field(name).verbose_name) for name in self.fields)

    @property
    def where(self) -> str:
        return "登录与安全" if self.shown else str(apps.get_model(self.model)._meta.verbose_name)

    @property
    def level(self) -> str:
        return LABELS[self.label]


@cache
def table() -> tuple[Kept, ...]:
    """Every personal field of the portal, as the table beside this file says."""
    rows = json.loads(TABLE.read_text("utf-8"))
    return tuple(Kept(**row | {"fields": tuple(row["fields"])}) for row in rows)


def of_models() -> Iterator[tuple[str, str]]:
    """Model and field of each line, one by one."""
    for kept in table():
        for name in kept.fields:
            yield kept.model, name


@dataclass(frozen=True)
class Label:
    """One field's level, what it serves and how long it is kept."""

    level: str  # public, internal, personal, sensitive
    purpose: str
    kept: str


@cache
def _field_labels() -> dict[str, dict]:
    return json.loads(FIELD_LABELS.read_text("utf-8"))


def public_fields() -> dict[str, frozenset[str]]:
    """By model: the fields that everybody may read once a record is published."""
    return {model: frozenset(names) for model, names in _field_labels()["public"].items()}


def label_of(model: type, field: str) -> Label:
    """The label of one field. Raises KeyError for an app without purpose and term."""
    name = model._meta.label
    for kept in table():
        if kept.model == name and field in kept.fields:
            return Label(kept.label, kept.purpose, kept.kept)
    records = _field_labels()["records"]
    whole = records.get(name) or records[model._meta.app_label]
    return Label("public" if field in public_fields().get(name, ()) else "internal", **whole)


@login_not_required
@require_safe
def personal_data(request):
    return render(request, "portal/personal_data.html", {"rows": table()})
