"""What is asked of the resources, by subject; the names that pages and other apps use."""

from resources.queries.assets import (
    ASSET_ORDER,
    ASSET_STATES,
    asset_counts,
    assets_at_desk,
    conversions_by_district,
    conversions_by_owner,
    owed_by_owner,
)
from resources.queries.booking import terms_of
from resources.queries.census import census_waiting
from resources.queries.columns import menu_version
from resources.queries.desk import DESK_ORDER, DeskQuery, waiting_for
from resources.queries.feeds import NEWEST, feed_addresses, newest_of, of_question
from resources.queries.life import confirm_token, may_answer, question_of
from resources.queries.likeness import (
    PAIR_ORDER,
    check_mergeable,
    likely,
    open_pairs,
    sides,
    survivor_of,
)
from resources.queries.menu import MATCH, NEAR, SORTS, MenuQuery, doors, near, starting_points
from resources.queries.needs import (
    booking_visits_by_region,
    bookings_by_region,
    matched_by_region,
    needs_by_programme,
    needs_by_region,
    needs_by_topic,
    needs_waiting,
    rating_of,
    unmatched_needs,
)
from resources.queries.opening import Calendar, offers, open_days, opening, spans
from resources.queries.places import SOURCE as PLACES_SOURCE
from resources.queries.places import StartingPoints, starts_named
from resources.queries.registry import (
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
)
from resources.queries.routes import public_routes, routes_waiting, with_stops
from resources.queries.works import attention_of, work_of, works_waiting

__all__ = [
    "ASSET_ORDER",
    "ASSET_STATES",
    "DESK_ORDER",
    "MATCH",
    "NEAR",
    "NEWEST",
    "PAIR_ORDER",
    "PLACES_SOURCE",
    "SORTS",
    "Calendar",
    "DeskQuery",
    "MenuQuery",
    "StartingPoints",
    "asset_counts",
    "assets_at_desk",
    "attention_of",
    "booking_visits_by_region",
    "bookings_by_region",
    "census_waiting",
    "changed_since",
    "check_mergeable",
    "confirm_token",
    "conversions_by_district",
    "conversions_by_owner",
    "count_by_district",
    "doors",
    "feed_addresses",
    "history",
    "internal_facts",
    "kinds",
    "likely",
    "matched_by_region",
    "may_answer",
    "menu_version",
    "near",
    "needs_by_programme",
    "needs_by_region",
    "needs_by_topic",
    "needs_waiting",
    "newest",
    "newest_of",
    "of_question",
    "offers",
    "on_cards",
    "open_days",
    "open_pairs",
    "opening",
    "owed_by_owner",
    "public_facts",
    "public_routes",
    "published",
    "question_of",
    "rating_of",
    "records",
    "routes_waiting",
    "schema_org",
    "searchable",
    "shown",
    "sides",
    "spans",
    "starting_points",
    "starts_named",
    "survivor_of",
    "terms_of",
    "unmatched_needs",
    "waiting_for",
    "with_stops",
    "work_of",
    "works_waiting",
]
