"""What is asked of the resources, by subject; the names that pages and other apps use."""

from resources.queries.menu import MATCH, SORTS, MenuQuery, doors, near
from resources.queries.opening import open_days, opening
from resources.queries.registry import (
    DESK_ORDER,
    at_desk,
    changed_since,
    count_by_district,
    history,
    internal_facts,
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
    "SORTS",
    "MenuQuery",
    "at_desk",
    "changed_since",
    "count_by_district",
    "doors",
    "history",
    "internal_facts",
    "near",
    "newest",
    "on_cards",
    "open_days",
    "opening",
    "public_facts",
    "published",
    "records",
    "schema_org",
    "searchable",
    "shown",
    "status_counts",
    "waiting_for",
]
