"""What the drill of the trail does inside the portal of its own."""

import json
import threading
import time

from django.db import connection
from django.utils import timezone

from portal import audit
from portal.accounts import User

OF_THE_CHAIN = ("id", "number", "digest")


def run(*, threads: int, seconds: int, entries: int) -> None:
    """Writes, seals and verifies, and prints what it saw as JSON."""
    person = User.objects.create(username="drill-trail", name="演练（示例）")
    until = time.monotonic() + seconds
    counts = [0] * threads

    def write(place: int) -> None:
        while time.monotonic() < until:
            audit.record(person, "change", by=person, changes={"name": ["旧名", "新名"]}, note="演练")
            counts[place] += 1
        connection.close()

    sessions = [threading.Thread(target=write, args=(place,)) for place in range(threads)]
    for session in sessions:
        session.start()
    for session in sessions:
        session.join()
    _fill_up(entries)
    began = time.monotonic()
    while audit.AuditEntry.objects.filter(number=None).exists():
        audit.seal(20_000)
    sealed = time.monotonic()
    verdict = audit.verify(at=timezone.now())
    seen = {
        "rate": sum(counts) / seconds,
        "links": verdict.links,
        "sealing": sealed - began,
        "verifying": time.monotonic() - sealed,
        "is_sound": verdict.is_sound,
    }
    print(json.dumps(seen))


def _fill_up(entries: int) -> None:
    """Copies of one entry until there are so many; what is measured is the chain over them."""
    missing = entries - audit.AuditEntry.objects.count()
    columns = [field.column for field in audit.AuditEntry._meta.fields if field.name not in OF_THE_CHAIN]
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    table = audit.AuditEntry._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SET statement_timeout = 0"
        )  # a million rows in one statement, in a session of our own
        cursor.execute(
            f"INSERT INTO {table} (digest, {names}) SELECT '', {names} FROM"  # noqa: S608  names of our own
            f" (SELECT {names} FROM {table} ORDER BY id DESC LIMIT 1) one, generate_series(1, %s)",
            [max(missing, 0)],
        )
