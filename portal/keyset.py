"""Pages of a list by the key of its last row: as quick on the last page as on the first, never counted."""

import base64
import json
import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q, QuerySet

# What a field raises for a value that is none of its own.
UNFIT = (ValueError, TypeError, OverflowError, ValidationError)


@dataclass(frozen=True)
class KeysetPage:
    """`next` and `previous` are the tokens for `?after=` and `?before=`; None at an end."""

    rows: list
    next: str | None
    previous: str | None

    def __iter__(self):
        return iter(self.rows)

    def __len__(self):
        return len(self.rows)


def page_by_key(
    queryset: QuerySet, *, order: tuple[str, ...], after: str = "", before: str = "", size: int = 30
) -> KeysetPage:
    """One page of `queryset` in `order` (field names, "-" for descending; the last one unique, none null).

    A token that is unreadable, forged or of another list gives the first page.
    """
    key = _read(before or after, len(order))
    try:
        rows = _rows(queryset, order, key, backwards=bool(before), most=size + 1)
    except UNFIT:
        key = None
        rows = _rows(queryset, order, key, backwards=False, most=size + 1)
    backwards = key is not None and bool(before)
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    has_previous = more if backwards else key is not None
    has_next = (key is not None) if backwards else more
    return KeysetPage(
        rows=rows,
        next=_token(rows[-1], order) if rows and has_next else None,
        previous=_token(rows[0], order) if rows and has_previous else None,
    )


EXACT_BELOW = 1_000


def about_how_many(queryset: QuerySet) -> str:
    """How many rows a list has, in words, without counting a long one: the planner's estimate, 约 3120000.

    A list that is thought short is counted.
    """
    try:
        told = queryset.order_by().explain(format="json")
    except EmptyResultSet:
        told = ""
    if not told:  # nothing can be in it: no query at all
        return "共 0 条"
    plan = json.loads(told)
    rows = int(plan[0]["Plan"]["Plan Rows"])
    if rows < EXACT_BELOW:
        rows = len(queryset.order_by().values_list("pk")[: 2 * EXACT_BELOW])
        if rows < 2 * EXACT_BELOW:
            return f"共 {rows:,} 条"
    digits = max(0, len(str(rows)) - 3)
    return f"约 {round(rows, -digits):,} 条"


def page_of_numbers(
    numbers: Sequence[int], *, after: str = "", before: str = "", size: int = 30
) -> KeysetPage:
    """One page of whole numbers that stand in ascending order, each once; its rows are the numbers."""
    key = _read(before or after, 1)
    number = key[0] if key and isinstance(key[0], int) and abs(key[0]) < 2**62 else None
    if number is None:
        first = 0
    elif before:
        first = max(0, bisect_left(numbers, number) - size)
    else:
        first = bisect_right(numbers, number)
    rows = [int(one) for one in numbers[first : first + size]]
    return KeysetPage(
        rows=rows,
        next=_written([rows[-1]]) if rows and first + size < len(numbers) else None,
        previous=_written([rows[0]]) if rows and first else None,
    )


def _rows(
    queryset: QuerySet, order: tuple[str, ...], key: list | None, *, backwards: bool, most: int
) -> list:
    """The rows after `key`, or before it, nearest first; the first ones of all without a key."""
    if key is None:
        return list(queryset.order_by(*order)[:most])
    shown = tuple(_turn(name) for name in order) if backwards else order
    return list(queryset.filter(_beyond(shown, key)).order_by(*shown)[:most])


def _turn(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(order: tuple[str, ...], key: list) -> Q:
    """Rows that come strictly after `key` in `order`."""
    condition, equal = Q(pk__in=[]), Q()
    for name, value in zip(order, key, strict=True):
        field = name.lstrip("-")
        condition |= equal & Q(**{f"{field}__{'lt' if name.startswith('-') else 'gt'}": value})
        equal &= Q(**{field: value})
    return condition


def _token(row, order: tuple[str, ...]) -> str:
    values = []
    for name in order:
        value = row
        for part in name.lstrip("-").split("__"):
            value = value[part] if isinstance(value, dict) else getattr(value, part)
        values.append(value)
    return _written(values)


def _written(values: list) -> str:
    text = json.dumps(values, cls=DjangoJSONEncoder, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(token: str, length: int) -> list | None:
    if not token or len(token) > 600:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, RecursionError):  # no base64, no text, no JSON, or one that nests without end
        return None
    usable = isinstance(key, list) and len(key) == length
    return key if usable and all(_is_plain(part) for part in key) else None


def _is_plain(part) -> bool:
    if isinstance(part, str):
        return "\0" not in part
    return isinstance(part, int | float) and not isinstance(part, bool) and math.isfinite(part)
