"""What waits for somebody on the desk: each app's queries say it, the desk shows it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Count, Model, Q, QuerySet, Window

SHOWN = 5  # of what waits, by name


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One line of the desk: how many of something wait, where they are listed, and the first few."""

    title: str
    count: int
    url: str
    items: list[tuple[str, str]] = field(default_factory=list)  # words and address
    is_late: bool = False  # something in it is past its day
    late_count: int | None = None  # how much of it is; all, where not said

    @property
    def late(self) -> int:
        return (self.count if self.late_count is None else self.late_count) if self.is_late else 0

    @property
    def late_words(self) -> str:
        return f"逾期 {self.late:,} 项" if self.is_late else ""


def waiting_line(
    title: str,
    rows: QuerySet,
    url: str,
    say: Callable[[Model], tuple[str, str]],
    *,
    late: Q | None = None,
) -> list[Waiting]:
    """The line of these rows, in the order they have; none for no rows. One query, the counts included.

    `say` gives words and address of a row; `late` picks those past their day. Rows must not be `distinct`:
    they are counted before that.
    """
    counts = {"all_waiting": Window(Count("pk"))}
    if late is not None:
        counts["late_waiting"] = Window(Count("pk", filter=late))
    first = list(rows.annotate(**counts)[:SHOWN])
    if not first:
        return []
    late_count = first[0].late_waiting if late is not None else 0
    return [
        Waiting(
            title=title,
            count=first[0].all_waiting,
            url=url,
            items=[say(row) for row in first],
            is_late=late_count > 0,
            late_count=late_count,
        )
    ]
