"""Opening hours as people write them: text to spans and back."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from itertools import pairwise

DAYS = "一二三四五六日"
GROUPS = {"每天": range(1, 8), "每日": range(1, 8), "工作日": range(1, 6), "周末": range(6, 8)}
_DAY = r"(?:周|星期)?([一二三四五六日天])"
_DAY_RANGE = re.compile(rf"^{_DAY}(?:至|到|[-–—~])(?:周|星期)?([一二三四五六日天])$")
_ONE_DAY = re.compile(rf"^{_DAY}$")
_SPAN = re.compile(r"([01]?\d|2[0-4])[:：]([0-5]\d)\s*(?:[-–—~至到]+)\s*([01]?\d|2[0-4])[:：]([0-5]\d)")
_NOTE = re.compile(r"[（(]((?:[^（）()]|[（(][^（）()]*[）)])*)[）)]")  # brackets may hold brackets
EXAMPLE = "周二至周五 09:00-17:00；周末 09:00-12:00 13:00-18:00（17:30 停止入馆）"


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """One weekday (1 Monday … 7 Sunday), from when to when."""

    weekday: int
    opens: time
    closes: time
    note: str = ""

    @property
    def span(self) -> str:
        return f"{self.opens:%H:%M}–{self.closes:%H:%M}"


def read_hours(text: str) -> list[Span]:
    """Weekly opening hours from text like EXAMPLE; parts are separated by ； or new lines.

    Raises ValueError with a Chinese sentence that names the part it does not understand.
    """
    spans = [
        span for part in re.split(r"[；;\n]+", text) if part.strip() for span in _read_part(part.strip())
    ]
    spans.sort()
    for first, second in pairwise(spans):
        if first.weekday == second.weekday and second.opens < first.closes:
            raise ValueError(f"周{DAYS[first.weekday - 1]}的开放时间有重叠，请核对。")
    return spans


def _read_part(part: str) -> list[Span]:
    note = "；".join(found.strip() for found in _NOTE.findall(part))
    bare = _NOTE.sub(" ", part)
    times = list(_SPAN.finditer(bare))
    days = _read_days(bare[: times[0].start()] if times else bare)
    if not times:
        if "闭" in bare or "休" in bare:
            return []
        raise ValueError(f"“{part}”没有写开放时间，请写成：{EXAMPLE}")
    if len(note) > 60:
        raise ValueError(f"“{part}”括号里的说明最多 60 个字。")
    return [Span(day, *_read_span(found, part), note) for day in days for found in times]


def _read_span(found: re.Match, part: str) -> tuple[time, time]:
    opens, closes = (_clock(found[hour], found[minute]) for hour, minute in ((1, 2), (3, 4)))
    if opens >= closes:
        raise ValueError(f"“{part}”的关闭时间应晚于开放时间；过午夜的请分两天写。")
    return opens, closes


def _clock(hour: str, minute: str) -> time:
    """24:00 is the last minute of the day."""
    return time(23, 59) if int(hour) == 24 else time(int(hour), int(minute))


def _read_days(text: str) -> list[int]:
    days: set[int] = set()
    for word in re.split(r"[、，,\s]+", re.sub(r"(闭馆|休息|休馆|闭|休|[:：])", " ", text)):
        if word:
            days.update(_days_of(word))
    return sorted(days) or list(GROUPS["每天"])


def _days_of(word: str) -> Iterable[int]:
    if word in GROUPS:
        return GROUPS[word]
    if found := _DAY_RANGE.match(word):
        first, last = (_number(found[place]) for place in (1, 2))
        return range(first, last + 1) if first <= last else [*range(first, 8), *range(1, last + 1)]
    if found := _ONE_DAY.match(word):
        return [_number(found[1])]
    raise ValueError(f"看不懂“{word}”，请写成：{EXAMPLE}")


def _number(day: str) -> int:
    return 7 if day == "天" else DAYS.index(day) + 1


def written(spans: Iterable[Span]) -> str:
    """Weekly hours as text that `read_hours` reads: days with the same hours together."""
    by_day: dict[int, list[Span]] = {}
    for span in sorted(spans):
        by_day.setdefault(span.weekday, []).append(span)
    days_of: dict[str, list[int]] = {}
    for day, row in by_day.items():
        times = " ".join(f"{span.opens:%H:%M}-{span.closes:%H:%M}" for span in row)
        notes = [span.note for span in row if span.note]
        days_of.setdefault(f"{times}（{notes[0]}）" if notes else times, []).append(day)
    return "；".join(f"{_days_text(days)} {times}" for times, days in days_of.items())


def _days_text(days: list[int]) -> str:
    if days == list(range(1, 8)):
        return "每天"
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return "、".join(
        f"周{DAYS[run[0] - 1]}至周{DAYS[run[-1] - 1]}"
        if len(run) > 2
        else "、".join(f"周{DAYS[day - 1]}" for day in run)
        for run in runs
    )
