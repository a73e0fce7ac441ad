"""A menu question as addresses one can subscribe to."""

from datetime import datetime

from django.http import QueryDict
from django.urls import reverse

from resources.models import Resource
from resources.queries.cards import in_order
from resources.queries.menu import MenuQuery

NEWEST = 50


def feed_addresses(asked: MenuQuery) -> dict[str, str]:
    """Where feed, calendar and mail of a question are; a position is never part of one."""
    question = asked.address(near="", within="", sort="").partition("?")[2]
    query = f"?{question}" if question else ""
    return {
        "atom": f"{reverse('resources:feed')}{query}",
        "calendar": f"{reverse('menu_calendar')}{query}",
        "mail": f"{reverse('resources:subscribe')}{query}",
    }


def newest_of(asked: MenuQuery, *, limit: int, since: datetime | None = None) -> list[Resource]:
    """What a question finds, the latest published first; only what came after a moment."""
    entries = asked.entries().order_by("-published_at", "resource_id")
    if since is not None:
        entries = entries.filter(published_at__gt=since)
    return in_order(list(entries.values_list("resource_id", flat=True)[:limit]))


def of_question(question: str, *, at: datetime) -> MenuQuery:
    """The menu query of a question as an address says it."""
    return MenuQuery.read(QueryDict(question), at=at)
