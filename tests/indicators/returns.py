"""A district's return as tests fill it."""

import random

from indicators import actions, sample
from indicators.actions.returns import Typed
from indicators.models import ReturnCell


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
