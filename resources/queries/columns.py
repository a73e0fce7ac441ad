"""The public menu as columns in memory: counted, measured and narrowed without asking the database again.

Each process keeps the narrow rows of the menu as arrays (a few megabytes for 100,000 resources). Before each
use one query asks what changed since (`MenuChange`); only those rows are read again. A transaction that has
written something itself reads for itself alone, so that nothing undone is ever kept.
"""

import threading
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cached_property

import numpy as np
from django.db import connection

from portal.calendar import weekend_of

_SINCE = """
SELECT pg_current_xact_id_if_assigned() IS NOT NULL,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint, c.id, c.transaction_number, c.resource_ids
FROM (SELECT) one LEFT JOIN resources_menuchange c ON c.transaction_number >= %s OR c.id = %s
"""
_ROWS = """
SELECT m.resource_id, m.kind_id, coalesce(m.district_id, 0), coalesce(s.id, 0), m.audience_bits,
    m.is_free, m.free_bits, m.age_bits, m.weekday_bits, m.booking_bits, m.access_bits,
    coalesce(r.latitude, 'NaN'), coalesce(r.longitude, 'NaN'), m.topic_ids
FROM resources_menuentry m
JOIN resources_resource r ON r.id = m.resource_id
JOIN portal_region p ON p.id = r.region_id
LEFT JOIN portal_region s ON s.code = nullif(substr(p.path, 27, 12), '')
"""
KM_OF_LATITUDE = 111.32
MOST_NEW = 5_000  # changed rows beyond which everything is read again
WHOLE = ("i8", "i4", "i4", "i4", "i2", "?", "i2", "i2", "i2", "i2", "i2", "f4", "f4")


@dataclass(frozen=True, eq=False)
class Columns:
    """The menu's rows, one array for each column, in the order of `keys`."""

    keys: np.ndarray
    kind: np.ndarray
    district: np.ndarray
    street: np.ndarray  # the subdistrict; 0 where none is known
    audience_bits: np.ndarray
    is_free: np.ndarray
    free_bits: np.ndarray
    age_bits: np.ndarray
    weekday_bits: np.ndarray
    booking_bits: np.ndarray
    access_bits: np.ndarray
    latitude: np.ndarray  # NaN where nothing is known
    longitude: np.ndarray
    topic: np.ndarray  # each topic of each row, and the row's key beside it
    topic_key: np.ndarray
    memo: dict = field(default_factory=dict)

    @classmethod
    def of(cls, rows: list[tuple]) -> "Columns":
        columns = list(zip(*rows, strict=True)) if rows else [()] * (len(WHOLE) + 1)
        arrays = [np.array(column, dtype) for column, dtype in zip(columns, WHOLE, strict=False)]
        topics = columns[-1]
        return cls(
            *arrays,
            topic=np.array([topic for row in topics for topic in row], "i4"),
            topic_key=np.repeat(arrays[0], [len(row) for row in topics]) if rows else np.array([], "i8"),
        )

    @classmethod
    def read(cls, keys: list[int] | None = None) -> "Columns":
        """All rows of the menu, or those of some resources."""
        with connection.cursor() as cursor:
            if keys is None:
                cursor.execute(f"{_ROWS} ORDER BY m.resource_id")
            else:
                cursor.execute(f"{_ROWS} WHERE m.resource_id = ANY(%s) ORDER BY m.resource_id", [keys])
            return cls.of(cursor.fetchall())

    def changed(self, keys: list[int]) -> "Columns":
        """With the rows of these resources as they stand now: new, other, or gone."""
        new = Columns.read(keys)
        stays, topic_stays = ~np.isin(self.keys, keys), ~np.isin(self.topic_key, keys)
        order = np.argsort(np.concatenate([self.keys[stays], new.keys]), kind="stable")
        plain = {
            name: np.concatenate([getattr(self, name)[stays], getattr(new, name)])[order] for name in PLAIN
        }
        topics = {
            name: np.concatenate([getattr(self, name)[topic_stays], getattr(new, name)])
            for name in ("topic", "topic_key")
        }
        return Columns(**plain, **topics)

    def all(self) -> np.ndarray:
        return np.ones(len(self.keys), bool)

    def places_of(self, keys) -> np.ndarray:
        """Where these keys stand; keys of no row are left out."""
        asked = np.asarray(keys, "i8")
        if not len(self.keys) or not len(asked):
            return np.array([], "i8")
        places = np.minimum(np.searchsorted(self.keys, asked), len(self.keys) - 1)
        return places[self.keys[places] == asked]

    def among(self, keys) -> np.ndarray:
        """The rows with one of these keys, as a mask."""
        mask = np.zeros(len(self.keys), bool)
        mask[self.places_of(keys)] = True
        return mask

    @cached_property
    def topic_place(self) -> np.ndarray:
        """Where the row of each topic stands."""
        return np.searchsorted(self.keys, self.topic_key)

    def about(self, topic: int) -> np.ndarray:
        mask = np.zeros(len(self.keys), bool)
        mask[self.topic_place[self.topic == topic]] = True
        return mask

    def among_topics(self, mask: np.ndarray) -> np.ndarray:
        """Of the topics of all rows, those whose row the mask lets through."""
        return mask[self.topic_place]

    def open_at(self, at: datetime) -> dict[str, np.ndarray]:
        """What is open at a moment and on its weekend; asked once a minute."""
        minute = at.replace(second=0, microsecond=0)
        if self.memo.get("minute") != minute:
            first, last = weekend_of(at)
            with connection.cursor() as cursor:
                cursor.execute(_OPEN, [minute, first, last])
                now, weekend = cursor.fetchone()
            opened = {"now": self.among(now), "weekend": self.among(weekend)}
            self.memo.update(minute=minute, open=opened)
        return self.memo["open"]

    def with_own(self, kind: int, fields: list[str]) -> dict[tuple[str, str], np.ndarray]:
        """The rows of a kind with each value chosen in its own lists; once for each state of the menu."""
        name = ("own", kind, *fields)
        if name not in self.memo:
            with connection.cursor() as cursor:
                cursor.execute(_OWN, {"kind": kind, "fields": fields})
                self.memo[name] = {(field, value): self.among(keys) for field, value, keys in cursor}
        return self.memo[name]

    def kilometres_from(self, latitude: float, longitude: float) -> np.ndarray:
        """Straight distances; NaN where a resource has no point. Flat earth: exact enough within a city."""
        north = (self.latitude - latitude) * KM_OF_LATITUDE
        east = (self.longitude - longitude) * KM_OF_LATITUDE * np.cos(np.radians(latitude))
        return np.hypot(north, east)


_OPEN = """
SELECT coalesce(array_agg(resource_id) FILTER (WHERE is_now), '{}'),
    coalesce(array_agg(resource_id) FILTER (WHERE is_weekend), '{}')
FROM (
    SELECT resource_id, open_times @> %s::timestamptz AS is_now, open_times && tstzrange(%s, %s) AS is_weekend
    FROM resources_menuentry WHERE open_times <> '{}'
) opened
"""

_OWN = """
SELECT f.code, v.value, array_agg(m.resource_id)
FROM resources_menuentry m JOIN resources_resource r ON r.id = m.resource_id
CROSS JOIN unnest(%(fields)s::text[]) f (code)
CROSS JOIN LATERAL jsonb_array_elements_text(CASE jsonb_typeof(r.details -> f.code)
    WHEN 'array' THEN r.details -> f.code
    WHEN 'string' THEN jsonb_build_array(r.details -> f.code)
    ELSE '[]' END) v (value)
WHERE m.kind_id = %(kind)s
GROUP BY 1, 2
"""

# One value for each row; topics have several.
PLAIN = tuple(each.name for each in fields(Columns) if each.name not in ("topic", "topic_key", "memo"))


class Kept:
    """The columns of this process and how far they have been read."""

    def __init__(self):
        self.lock = threading.Lock()
        self.columns: Columns | None = None
        self.watermark = 0  # every transaction below it is over and was read
        self.last: tuple[int, int] | None = None
        self.seen: set[int] = set()

    def now(self) -> Columns:
        with self.lock:
            last = self.last[0] if self.last else 0
            with connection.cursor() as cursor:
                cursor.execute(_SINCE, [self.watermark, last])
                rows = cursor.fetchall()
            if rows[0][0]:  # this transaction has written: what it sees may be undone
                return Columns.read()
            changes = [row[2:] for row in rows if row[2] is not None]
            is_known = self.last is not None and any(change[:2] == self.last for change in changes)
            fresh = [change for change in changes if change[0] not in self.seen and change[0] != last]
            keys = sorted({key for change in fresh for key in change[2]})
            if self.columns is None or not is_known or len(keys) > MOST_NEW:
                self.columns = Columns.read()
            elif fresh:
                self.columns = self.columns.changed(keys)
            self.watermark = rows[0][1]
            self.seen = {change[0] for change in changes if change[1] >= self.watermark}
            if changes:
                self.last = max(change[:2] for change in changes)
            return self.columns


_kept = Kept()


def columns() -> Columns:
    """The menu as it stands."""
    return _kept.now()


def menu_version() -> str:
    """Another text whenever something public of the menu has changed: for pages that are kept for a while."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(id), max(transaction_number) FROM resources_menuchange")
        return "-".join(str(part or 0) for part in cursor.fetchone())
