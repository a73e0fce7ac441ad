"""What is asked of the resources, by subject; the names that pages and other apps use."""

from resources.queries.columns import menu_version
from resources.queries.menu import MATCH, NEAR, SORTS, MenuQuery, doors, near
from resources.queries.opening import Calendar, offers, open_days, opening, spans
from resources.queries.places import SOURCE as PLACES_SOURCE
from resources.queries.places import StartingPoints
from resources.queries.registry import (
    DESK_ORDER,
    at_desk,
    changed_since,
    count_by_district,
    history,
    internal_facts,
    kinds,
    newest,
    on_cards,
    public_facts,
    published,
    records,
    schema_org,
    searchable,
    shown,
    status_counts,
    waiting_for,
)

__all__ = [
    "DESK_ORDER",
    "MATCH",
    "NEAR",
    "PLACES_SOURCE",
    "SORTS",
    "Calendar",
    "MenuQuery",
    "StartingPoints",
    "at_desk",
    "changed_since",
    "count_by_district",
    "doors",
    "history",
    "internal_facts",
    "kinds",
    "menu_version",
    "near",
    "newest",
    "offers",
    "on_cards",
    "open_days",
    "opening",
    "public_facts",
    "published",
    "records",
    "schema_org",
    "searchable",
    "shown",
    "spans",
    "status_counts",
    "waiting_for",
]
