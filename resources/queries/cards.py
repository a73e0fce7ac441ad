"""What a list shows of each resource: the record, when it is open, its picture."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from resources.models import Resource, ResourcePicture
from resources.queries.opening import Calendar, Timetable, Today, open_today


@dataclass(frozen=True)
class Card:
    """One resource in a list."""

    row: Resource
    opening: Today | None  # None where no hours are known
    picture: ResourcePicture | None
    number: int | str = ""  # its number on the page's map
    reason: str = ""  # why it is recommended


# What cards and feeds print of a record, of half a hundred fields.
PRINTED = (
    "code",
    "title",
    "summary",
    "public_notice",
    "status",
    "confirm_by",
    "is_free",
    "ages_from",
    "ages_to",
    "audiences",
    "next_session_at",
    "latitude",
    "longitude",
    "holiday_rule",
    "address",
    "public_phone",
    "published_at",
    "updated_at",
    "kind__name",
    "region__name",
)


def on_cards(resources):
    """Resources with what a card prints of the record itself."""
    return resources.select_related("kind", "region").only(*PRINTED)


def in_order(keys: list[int]) -> list[Resource]:
    """The resources of these keys, in their order; what is gone is left out."""
    found = on_cards(Resource.objects.all()).in_bulk(keys)
    return [found[key] for key in keys if key in found]


def cards(
    rows: Iterable[Resource],
    at: datetime,
    *,
    numbers: dict[int, int] | None = None,
    reasons: dict[int, str] | None = None,
) -> list[Card]:
    """The cards of a list at one moment, in four queries however long it is.

    Args:
        rows: resources of `on_cards` or `in_order`
        numbers: their numbers on the page's map, by key
        reasons: why each is recommended, by key
    """
    rows = list(rows)
    keys = [row.pk for row in rows]
    tables, pictures, days = Timetable.of_all(rows), _pictures(keys), Calendar.around(at)
    return [
        Card(
            row,
            open_today(tables[row.pk], at, days),
            pictures.get(row.pk),
            (numbers or {}).get(row.pk, ""),
            (reasons or {}).get(row.pk, ""),
        )
        for row in rows
    ]


def _pictures(keys: list[int]) -> dict[int, ResourcePicture]:
    """The first picture of each resource that has any."""
    rows = ResourcePicture.objects.filter(resource__in=keys).select_related("attachment")
    found: dict[int, ResourcePicture] = {}
    for row in rows:
        found.setdefault(row.resource_id, row)
    return found
