"""What the public menu and the search are told of a change."""

from datetime import date, datetime, timedelta

from django.db import connection, transaction

from portal import search
from portal.calendar import ONE_DAY, local_today
from resources.models import (
    BIT_FILTERS,
    NEVER,
    AgeBand,
    Audience,
    Concession,
    HolidayRule,
    Likeness,
    MenuChange,
    MenuEntry,
    Resource,
)
from resources.queries.likeness import compared
from resources.queries.opening import Calendar
from resources.queries.registry import search_entry, shown
from resources.rules import weekday_kept

OPEN_DAYS_AHEAD = 15
CHANGES_KEPT = timedelta(days=2)
RULES = [str(rule.value) for rule in HolidayRule]


@transaction.atomic
def note_next_session(resource_id: int, at: datetime | None) -> None:
    """When something is on there next; the menu sorts by it. None: nothing announced."""
    Resource.objects.filter(pk=resource_id).update(next_session_at=at)
    MenuEntry.objects.filter(pk=resource_id).update(soonest=at or NEVER)
    MenuChange.objects.create(resource_ids=[resource_id])


@transaction.atomic
def forget_menu_changes(*, at: datetime) -> int:
    """Drop what every process has long read; the newest row stays. Returns how many. Runs every night."""
    newest = MenuChange.objects.order_by("-pk").values("pk")[:1]
    return MenuChange.objects.filter(made_at__lt=at - CHANGES_KEPT).exclude(pk__in=newest).delete()[0]


# --- Menu and search ------------------------------------------------------------------------------

_MENU = """
WITH kept_days AS (
    SELECT * FROM unnest(%(days)s::date[], %(rules)s::text[], %(weekdays)s::int[]) AS d (day, rule, weekday)
)
INSERT INTO resources_menuentry (
    resource_id, kind_id, district_id, audience_bits, topic_ids, is_free, free_bits,
    age_bits, weekday_bits, booking_bits, access_bits, open_times, soonest, published_at, title_key
)
SELECT r.id,
    (SELECT first.id FROM resources_resourcekind first WHERE first.code = k.code ORDER BY version LIMIT 1),
    (SELECT d.id FROM portal_region d WHERE d.code = substr(p.path, 14, 12)),
    (SELECT coalesce(sum(1 << (array_position(%(audiences)s::text[], a::text) - 1)), 0)
        FROM unnest(r.audiences) a),
    ARRAY(SELECT t.topic_id::int FROM resources_resource_topics t WHERE t.resource_id = r.id ORDER BY 1),
    coalesce(r.is_free, false),
    CASE WHEN r.is_free THEN %(all_groups)s ELSE (
        SELECT coalesce(bit_or(CASE WHEN c."group" = 'everybody' THEN %(all_groups)s
            ELSE 1 << (array_position(%(groups)s::text[], c."group"::text) - 1) END), 0)
        FROM resources_concession c WHERE c.resource_id = r.id AND c.percent = 0 AND c.weekdays = '{}'
            AND (c.starts_on IS NULL OR %(today)s BETWEEN c.starts_on AND c.ends_on)) END,
    CASE WHEN r.ages_from IS NULL AND r.ages_to IS NULL THEN 0 ELSE (
        SELECT coalesce(sum(1 << (b.place - 1)::int), 0)
        FROM unnest(%(ages_first)s::int[], %(ages_last)s::int[]) WITH ORDINALITY b (first, last, place)
        WHERE b.first <= coalesce(r.ages_to, b.first) AND b.last >= coalesce(r.ages_from, b.last)) END,
    (SELECT coalesce(bit_or(1 << (h.weekday - 1)), 0) FROM resources_openinghours h
        WHERE h.resource_id = r.id),
    coalesce(1 << (array_position(%(bookings)s::text[], r.booking::text) - 1), 0),
    (SELECT coalesce(sum(1 << (array_position(%(access)s::text[], a::text) - 1)), 0)
        FROM unnest(r.accessibility) a),
    (SELECT coalesce(range_agg(tstzrange(
            (t.day + t.opens) AT TIME ZONE 'Asia/Shanghai',
            (t.day + t.closes) AT TIME ZONE 'Asia/Shanghai')), '{}')
        FROM (
            SELECT d.day, h.opens, h.closes FROM kept_days d
            JOIN resources_openinghours h ON h.resource_id = r.id AND h.weekday = d.weekday
            WHERE d.rule = r.holiday_rule AND NOT EXISTS (SELECT FROM resources_specialdays s
                WHERE s.resource_id = r.id AND d.day BETWEEN s.starts_on AND s.ends_on)
            UNION ALL
            SELECT d.day, split_part(part, '-', 1)::time, split_part(part, '-', 2)::time FROM kept_days d
            JOIN resources_specialdays s ON s.resource_id = r.id AND d.day BETWEEN s.starts_on AND s.ends_on
            CROSS JOIN LATERAL regexp_split_to_table(s.times, ' ') part
            WHERE d.rule = r.holiday_rule AND s.times <> ''
        ) t),
    coalesce(r.next_session_at, %(never)s), r.published_at, coalesce(left(s.pinyin, 400), '')
FROM resources_resource r
JOIN resources_resourcekind k ON k.id = r.kind_id
JOIN portal_region p ON p.id = r.region_id
LEFT JOIN portal_searchentry s ON s.kind = 'resource' AND s.subject_id = r.id
WHERE r.id = ANY(%(ids)s) AND r.status = 'published'
ON CONFLICT (resource_id) DO UPDATE SET
    kind_id = excluded.kind_id, district_id = excluded.district_id, audience_bits = excluded.audience_bits,
    topic_ids = excluded.topic_ids, is_free = excluded.is_free, free_bits = excluded.free_bits,
    age_bits = excluded.age_bits, weekday_bits = excluded.weekday_bits,
    booking_bits = excluded.booking_bits, access_bits = excluded.access_bits,
    open_times = excluded.open_times,
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
    Likeness.objects.filter(pk__in=gone).delete()
    _write_likeness([row for row in rows if row.status != Resource.Status.ARCHIVED])
    MenuEntry.objects.filter(pk__in=keys).exclude(resource__status=Resource.Status.PUBLISHED).delete()
    _write_entries(keys, local_today())


def _write_likeness(rows: list[Resource]) -> None:
    """What is compared to find records of the same thing."""
    Likeness.objects.bulk_create(
        (compared(row) for row in rows),
        update_conflicts=True,
        unique_fields=["resource"],
        update_fields=[part.name for part in Likeness._meta.fields if not part.primary_key],
        batch_size=2000,
    )


def _write_entries(keys: list[int], today: date) -> None:
    days = [today + number * ONE_DAY for number in range(OPEN_DAYS_AHEAD)]
    calendar = Calendar.between(days[0], days[-1])
    kept = [
        (day, rule, weekday_kept(day, calendar.sorts.get(day, ""), rule)) for day in days for rule in RULES
    ]
    values = {
        "audiences": Audience.values,
        "never": NEVER,
        "ids": keys,
        "today": today,
        "groups": Concession.Group.values,
        "all_groups": (1 << len(Concession.Group.values)) - 1,
        "ages_first": [band.years[0] for band in AgeBand],
        "ages_last": [band.years[1] for band in AgeBand],
        "bookings": list(BIT_FILTERS["booking"][1]),
        "access": list(BIT_FILTERS["accessible"][1]),
        **dict(zip(("days", "rules", "weekdays"), map(list, zip(*kept, strict=True)), strict=True)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_MENU, values)
    MenuChange.objects.create(resource_ids=keys)


def refresh_opening(at: datetime, *, batch: int = 5000) -> int:
    """Write the opening of the coming days into the menu, as sets of rows; returns how many. Every night."""
    last = count = 0
    while True:
        rows = MenuEntry.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)
        keys = list(rows[:batch])
        if not keys:
            return count
        with transaction.atomic():
            _write_entries(keys, local_today(at))
        last, count = keys[-1], count + len(keys)
