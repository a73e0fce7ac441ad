"""What the public menu and the search are told of a change."""

from datetime import datetime

from django.db import connection, transaction

from portal import search
from resources.models import (
    NEVER,
    Audience,
    MenuEntry,
    Resource,
)
from resources.queries.registry import search_entry, shown


@transaction.atomic
def note_next_session(resource_id: int, at: datetime | None) -> None:
    """When something is on there next; the menu sorts by it. None: nothing announced."""
    Resource.objects.filter(pk=resource_id).update(next_session_at=at)
    MenuEntry.objects.filter(pk=resource_id).update(soonest=at or NEVER)


# --- Menu and search ------------------------------------------------------------------------------

_MENU = """
INSERT INTO resources_menuentry (
    resource_id, kind_id, district_id, audience_bits, topic_ids, is_free, open_minutes,
    soonest, published_at, title_key
)
SELECT r.id,
    (SELECT first.id FROM resources_resourcekind first WHERE first.code = k.code ORDER BY version LIMIT 1),
    (SELECT d.id FROM portal_region d WHERE d.code = substr(p.path, 14, 12)),
    (SELECT coalesce(sum(1 << (array_position(%(audiences)s::text[], a::text) - 1)), 0)
        FROM unnest(r.audiences) a),
    ARRAY(SELECT t.topic_id::int FROM resources_resource_topics t WHERE t.resource_id = r.id ORDER BY 1),
    coalesce(r.is_free, false),
    (SELECT coalesce(range_agg(int4range(
            (h.weekday - 1) * 1440 + (extract(epoch FROM h.opens) / 60)::int,
            (h.weekday - 1) * 1440 + (extract(epoch FROM h.closes) / 60)::int)), '{}')
        FROM resources_openinghours h WHERE h.resource_id = r.id),
    coalesce(r.next_session_at, %(never)s), r.published_at, coalesce(left(s.pinyin, 400), '')
FROM resources_resource r
JOIN resources_resourcekind k ON k.id = r.kind_id
JOIN portal_region p ON p.id = r.region_id
LEFT JOIN portal_searchentry s ON s.kind = 'resource' AND s.subject_id = r.id
WHERE r.id = ANY(%(ids)s) AND r.status = 'published'
ON CONFLICT (resource_id) DO UPDATE SET
    kind_id = excluded.kind_id, district_id = excluded.district_id, audience_bits = excluded.audience_bits,
    topic_ids = excluded.topic_ids, is_free = excluded.is_free, open_minutes = excluded.open_minutes,
    soonest = excluded.soonest, published_at = excluded.published_at, title_key = excluded.title_key
"""


@transaction.atomic
def refresh(keys: list[int]) -> None:
    """Bring search and menu up to date with these resources, as sets of rows."""
    rows = shown(Resource.objects.filter(pk__in=keys))
    gone = [row.pk for row in rows if row.status == Resource.Status.ARCHIVED]
    for key in gone:
        search.remove("resource", key)
    search.index_many(search_entry(row) for row in rows if row.status != Resource.Status.ARCHIVED)
    MenuEntry.objects.filter(pk__in=keys).exclude(resource__status=Resource.Status.PUBLISHED).delete()
    with connection.cursor() as cursor:
        cursor.execute(_MENU, {"audiences": Audience.values, "never": NEVER, "ids": keys})
