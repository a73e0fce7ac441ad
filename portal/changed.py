"""What has changed since it was last read, without reading it again.

PostgreSQL counts the rows written to every table. Whoever counted something keeps the state of the tables
that it read; the same state later means that nobody has written there since. The counters are told a second
late and begin anew after a crash or a restore: then the state differs and the work is done once more. A state
taken before the reading never says "unchanged" of a table that was written after it.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

NAME = re.compile(r"\b[a-z]+_[a-z_0-9]+\b")

STATE = """
SELECT c.relname, p.relname, c.relfilenode, pg_get_expr(c.relpartbound, c.oid),
       coalesce(s.n_tup_ins + s.n_tup_upd + s.n_tup_del, 0)
           + coalesce(x.n_tup_ins + x.n_tup_upd + x.n_tup_del, 0),
       (SELECT stats_reset FROM pg_stat_database WHERE datname = current_database()),
       CASE WHEN current_setting('track_counts')::boolean THEN '' ELSE clock_timestamp()::text END
FROM pg_class c
LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
LEFT JOIN pg_class p ON p.oid = i.inhparent
LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
LEFT JOIN pg_stat_xact_user_tables x ON x.relid = c.oid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
ORDER BY c.relname
"""


@contextmanager
def tables_read() -> Iterator[set[str]]:
    """The names of tables that the statements inside speak of; filled when they are through."""
    spoken: set[str] = set()

    def listen(execute: Callable, sql: str, params: object, many: bool, context: dict) -> object:
        spoken.update(NAME.findall(sql))
        return execute(sql, params, many, context)

    found: set[str] = set()
    with connection.execute_wrapper(listen):
        yield found
    found |= spoken & set(connection.introspection.table_names())


@dataclass(frozen=True)
class Written:
    """How much had been written to every table at one moment."""

    rows: tuple[tuple, ...]

    @classmethod
    def now(cls) -> "Written":
        with connection.cursor() as cursor:
            cursor.execute(STATE)
            return cls(tuple(cursor.fetchall()))

    def to(self, tables: Iterable[str], *, only: str = "") -> str:
        """The state of some tables, as a digest.

        Of a partitioned table all partitions count, or those whose bounds speak of `only`, where any does.
        """
        names = set(tables)
        whole = [row for row in self.rows if row[0] in names and not row[1]]
        parts = [row for row in self.rows if row[1] in names]
        chosen = [row for row in parts if only and re.search(rf"\b{re.escape(only)}\b", row[3] or "")]
        return hashlib.sha256(repr([*whole, *(chosen or parts)]).encode()).hexdigest()
