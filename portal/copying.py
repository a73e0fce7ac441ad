"""Many new rows at once, by COPY: several times faster than INSERT; keys, triggers, constraints as ever."""

from collections.abc import Iterable, Iterator

from django.db import connection, models

AT_ONCE = 5_000


def copy_in(rows: Iterable[models.Model]) -> int:
    """Insert new rows of one model, which get their keys; returns how many. Not for tables under RLS.

    As with bulk_create no `save` runs; what the database refuses is raised as its error.
    """
    rows = list(rows)
    for first in range(0, len(rows), AT_ONCE):
        _copy(rows[first : first + AT_ONCE])
    return len(rows)


def _copy(rows: list[models.Model]) -> None:
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not field.generated]
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    with connection.cursor() as cursor:
        if isinstance(meta.pk, models.AutoField):
            for row, key in zip(rows, _new_keys(cursor, meta, len(rows)), strict=True):
                row.pk = key
        with cursor.copy(f"COPY {connection.ops.quote_name(meta.db_table)} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([_stored(field, row) for field in fields])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _new_keys(cursor, meta, count: int) -> Iterator[int]:
    cursor.execute(
        "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
        [meta.db_table, meta.pk.column, count],
    )
    return (key for (key,) in cursor.fetchall())


def _stored(field: models.Field, row: models.Model):
    return field.get_db_prep_save(field.pre_save(row, add=True), connection)
