"""Uploads that never end: a byte a second, cut off in the middle, a chunk that claims more (TRUST B11)."""

import http.client
import socket
import threading
import time
from statistics import median, quantiles

from drills.stage import Stage

PAGE = "/accounts/login/"
CLAIMED = 2_000_000  # bytes that a sender says will come
SLOW, CUT, LYING = "one byte a second", "cut off", "a chunk that lies"
PATIENCE = 10  # seconds after which a reader counts a page as an error
THOUGHT = 0.2  # seconds that a reader looks at a page


def slow_senders(senders: int = 100, readers: int = 10, seconds: int = 60) -> str:
    """So many unending uploads at once, no nginx before the web server, beside readers of pages; then readers
    again when the senders are gone."""
    with Stage() as stage:
        alone = _read(stage.port, readers, seconds=10)
        begun, over = threading.Semaphore(0), threading.Event()
        crowd = [
            threading.Thread(target=_send, args=(stage.port, (SLOW, CUT, LYING)[number % 3], begun, over))
            for number in range(senders)
        ]
        for sender in crowd:
            sender.start()
        for _ in crowd:
            begun.acquire()
        beside = _read(stage.port, readers, seconds=seconds)
        over.set()
        for sender in crowd:
            sender.join()
        after = _read(stage.port, readers, seconds=10)
    return (
        f"{senders} unending uploads (a third each: {SLOW}, {CUT}, {LYING}) for {seconds} s without nginx,"
        f" {readers} readers: alone {_told(alone)}; beside them {_told(beside)}; afterwards {_told(after)}."
    )


def _send(port: int, manner: str, begun: threading.Semaphore, over: threading.Event) -> None:
    """Uploads in this manner until it is over, and says when each is begun; whoever is turned away comes back
    after a second."""
    length = "Transfer-Encoding: chunked" if manner == LYING else f"Content-Length: {CLAIMED}"
    head = (
        f"POST {PAGE} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: portal_csrf={'x' * 32}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\n{length}\r\n\r\n"
    )
    part = "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n"
    while not over.is_set():
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as line:
                line.sendall(head.encode())
                line.sendall((f"{CLAIMED:x}\r\n" if manner == LYING else "").encode() + part.encode())
                begun.release()
                if manner == CUT:
                    over.wait(5)
                    continue
                while not over.wait(1):
                    line.sendall(b"a")
        except OSError:
            over.wait(1)


def _read(port: int, readers: int, *, seconds: int) -> list[float | None]:
    """How long each page took; None for an error, or for no answer within PATIENCE."""
    end, seen = time.monotonic() + seconds, []

    def one() -> None:
        while (began := time.monotonic()) < end:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            try:
                line.request("GET", PAGE, headers={"Connection": "close"})
                answer = line.getresponse()
                answer.read()
                seen.append(time.monotonic() - began if answer.status == 200 else None)
            except (OSError, http.client.HTTPException):
                seen.append(None)
            finally:
                line.close()
            time.sleep(THOUGHT)

    crowd = [threading.Thread(target=one) for _ in range(readers)]
    for reader in crowd:
        reader.start()
    for reader in crowd:
        reader.join()
    return seen


def _told(seen: list[float | None]) -> str:
    times = sorted(one for one in seen if one is not None)
    wrong = (len(seen) - len(times)) / len(seen)
    if len(times) < 2:
        return f"{len(times)} of {len(seen)} pages answered"
    p95 = quantiles(times, n=20)[-1]
    return f"{len(seen)} pages, {wrong:.1%} errors, {median(times) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms"
