"""What waits for somebody on the desk: each app's queries say it, the desk shows it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One line of the desk: how many of something wait, where they are listed, and the first few."""

    title: str
    count: int
    url: str
    items: list[tuple[str, str]] = field(default_factory=list)  # words and address
    is_late: bool = False  # something in it is past its day
