"""A district's return as tests fill it."""

import random

from django.utils import timezone

from indicators import actions, sample
from indicators.actions.returns import Typed
from indicators.models import FormItem, Return, ReturnCell


def cell(filing, key) -> ReturnCell:
    return filing.cells.select_related("item").get(item__key=key)


def typed(filing, key, text, note="", *, seen: ReturnCell | None = None) -> dict[str, Typed]:
    held = seen or cell(filing, key)
    return {key: Typed(text, note, held.version, held.text, held.note)}


def fill_everything(filing, by) -> None:
    """Every cell as the sample would have it, through the action; notes where the rules ask for one."""
    values = sample.values_for(filing.region, 2026, 1_795_826, 1.0, random.Random(1))
    entries = {}
    for held in filing.cells.select_related("item"):
        value = values[held.item.key]
        text = "-" if value is None else f"{value:f}"
        entries[held.item.key] = Typed(text, "与平台登记口径不同", held.version, held.text, held.note)
    actions.save_draft(filing, entries, by=by)


def change_cell(district: str, year: int, key: str, **values) -> None:
    """Change an accepted figure the only way there is: reopen, change, accept."""
    pks = list(Return.objects.filter(region__code=district, period__year=year).values_list("pk", flat=True))
    filings = Return.objects.filter(pk__in=pks)
    filings.update(status="returned", returned_at=timezone.now())
    # By number: the tables of an open transaction have no statistics, and a join over them is planned badly.
    items = list(FormItem.objects.filter(key=key).values_list("pk", flat=True))
    ReturnCell.objects.filter(filing__in=pks, item__in=items).update(**values)
    filings.update(status="accepted")
