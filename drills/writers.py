"""Many sessions that write at once and remember what was acknowledged to them."""

import secrets
import threading

import psycopg

from drills.stage import Stage
from portal.embedded import connect


class Writers:
    """Sessions of the web role that insert one numbered row a time until they are told to stop.

    An error ends no session for good: it connects again and goes on, as the portal's own processes do.
    """

    def __init__(self, stage: Stage, sessions: int, width: int = 100) -> None:
        self.url = stage.web_url()
        self.owner_url = stage.owner_url()
        self.width = width
        self.acknowledged: list[int] = []
        self.errors = 0
        self.stopping = threading.Event()
        with connect(self.owner_url) as owner:
            owner.execute("CREATE TABLE IF NOT EXISTS drill (number bigint PRIMARY KEY, filling text)")
            owner.execute("GRANT INSERT, SELECT ON drill TO portal_web")
        self.threads = [
            threading.Thread(target=self._write, args=(number * 10_000_000,), daemon=True)
            for number in range(sessions)
        ]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def _write(self, number: int) -> None:
        filling = secrets.token_hex(self.width // 2)  # nothing that could be pressed together
        while not self.stopping.is_set():
            try:
                with connect(self.url) as connection:
                    while not self.stopping.is_set():
                        number += 1
                        connection.execute("INSERT INTO drill VALUES (%s, %s)", [number, filling])
                        self.acknowledged.append(number)
            except psycopg.Error:
                self.errors += 1
                self.stopping.wait(0.2)

    def lost(self) -> int:
        """How many acknowledged rows are not there."""
        with connect(self.owner_url) as owner:
            kept = {number for (number,) in owner.execute("SELECT number FROM drill")}
        return len(set(self.acknowledged) - kept)
