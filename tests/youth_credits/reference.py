"""The rules for one child, entry after entry: slow and plain. The ledger's SQL must agree with it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from youth_credits.rules import ZERO, Earned, Rule, within_cap


@dataclass(frozen=True)
class Attendance:
    """One entry of one child, in the order in which it is counted."""

    rule: Rule
    school_year: int
    day: str
    term: str
    course: str
    provider: str
    entry: Earned


def count(attendances: Iterable[Attendance]) -> Iterator[tuple[Decimal, str]]:
    """For one child: what each entry counts, and why less, one after the other."""
    seen: dict[tuple, Decimal] = {}
    at_provider: dict[tuple, int] = {}
    in_day: dict[tuple, Decimal] = {}
    in_year: dict[tuple, Decimal] = {}
    for one in attendances:
        credits, reason = one.entry.credits, one.entry.reason
        if credits:
            credits, reason = _once(one, credits, seen)
        if credits and one.rule.most_per_provider and one.provider:
            key = (one.rule.code, one.school_year, one.provider)
            at_provider[key] = at_provider.get(key, 0) + 1
            if at_provider[key] > one.rule.most_per_provider:
                credits, reason = ZERO, "provider_cap"
        if credits and one.rule.cap_per_day is not None:
            key = (one.rule.code, one.day)
            counted = within_cap(credits, cap=one.rule.cap_per_day, before=in_day.get(key, ZERO))
            in_day[key] = in_day.get(key, ZERO) + counted
            reason = reason if counted == credits else "day_cap"
            credits = counted
        if credits:
            key = (one.rule.code, one.school_year)
            counted = within_cap(credits, cap=one.rule.cap, before=in_year.get(key, ZERO))
            in_year[key] = in_year.get(key, ZERO) + counted
            reason = reason if counted == credits else "year_cap"
            credits = counted
        yield credits, reason


def _once(one: Attendance, credits: Decimal, seen: dict[tuple, Decimal]) -> tuple[Decimal, str]:
    """What is left of an entry after what the same course, term, day or work has earned before."""
    within = {
        "day": (one.day,),
        "term": (one.course, one.term),
        "course": (one.course,),
        "highest": (one.course,),
    }.get(one.rule.once)
    if within is None:
        return credits, ""
    key = (one.rule.code, *within)
    before = seen.get(key)
    seen[key] = max(before or ZERO, credits)
    if before is None:
        return credits, ""
    left = max(ZERO, credits - before) if one.rule.once == "highest" else ZERO
    return left, "repeated"
