"""What an activity earns under one rule: arithmetic alone, in exact decimals.

Basis: rule set version 1 (youth_credits/data/rules_v1.json); each entry is cut down, never rounded, to the
set's step, and what is cut is kept as minutes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class Rule:
    """One rule with the step of its set; the fields are those of CreditRule."""

    code: str
    method: str  # minutes, fixed, award, panel
    credits: Decimal
    cap: Decimal
    step: Decimal = Decimal("0.25")
    unit_minutes: int | None = None
    whole_units: bool = False
    least_minutes: int = 0
    least_per_entry: Decimal | None = None
    most_per_entry: Decimal | None = None
    most_per_provider: int | None = None
    once: str = ""  # day, term, course, highest, or "" for any number of times
    awards: dict[str, Decimal] = field(default_factory=dict)
    is_off_campus: bool = False


@dataclass(frozen=True)
class Earned:
    """What one entry earns before any cap, and the minutes that went into it."""

    credits: Decimal
    minutes_used: int
    reason: str = ""


def cut_down(credits: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of `step` that is not above `credits`."""
    return (credits / step).to_integral_value(ROUND_DOWN) * step


def award_table(awards: dict, step: Decimal) -> dict[str, Decimal]:
    """Credits by the words a sheet uses: 参赛, 校级一等奖 … 国家级三等奖."""
    table = {name: cut_down(Decimal(credits), step) for name, credits in awards.get("entry", {}).items()}
    for level, credits in awards.get("levels", {}).items():
        for prize, share in awards.get("prizes", {}).items():
            table[f"{level}{prize}"] = cut_down(Decimal(credits) * Decimal(share), step)
    return table


def earned(rule: Rule, minutes: int, *, award: str = "", granted: Decimal | None = None) -> Earned:
    """What an activity of so many minutes earns by itself.

    Raises ValueError, a Chinese sentence, if the award or the panel's credits are missing or unknown.
    """
    if rule.method == "award":
        return Earned(_award(rule, award), minutes)
    if rule.method == "panel":
        return Earned(_granted(rule, granted), minutes)
    if minutes < rule.least_minutes:
        return Earned(ZERO, 0, "too_short")
    if rule.method == "fixed":
        return Earned(cut_down(rule.credits, rule.step), minutes)
    return _by_minutes(rule, minutes)


def _by_minutes(rule: Rule, minutes: int) -> Earned:
    counted = minutes - minutes % rule.unit_minutes if rule.whole_units else minutes
    credits = cut_down(counted * rule.credits / rule.unit_minutes, rule.step)
    if rule.most_per_entry is not None:
        credits = min(credits, rule.most_per_entry)
    used = credits * rule.unit_minutes / rule.credits
    return Earned(credits, int(used.to_integral_value(ROUND_DOWN)), "" if credits else "too_short")


def _award(rule: Rule, award: str) -> Decimal:
    if not award:
        raise ValueError("请填写获奖等级，例如“区级一等奖”或“参赛”。")
    if award not in rule.awards:
        raise ValueError(f"没有“{award[:20]}”这一等级，可填：{'、'.join(rule.awards)}。")
    return rule.awards[award]


def _granted(rule: Rule, granted: Decimal | None) -> Decimal:
    if granted is None:
        raise ValueError("请填写评议认定的学分。")
    if not rule.least_per_entry <= granted <= rule.most_per_entry:
        raise ValueError(f"评议学分应在 {rule.least_per_entry:g} 至 {rule.most_per_entry:g} 之间。")
    return cut_down(granted, rule.step)


def within_cap(credits: Decimal, *, cap: Decimal, before: Decimal) -> Decimal:
    """What is still counted when `before` has been counted already this school year."""
    return max(ZERO, min(credits, cap - before))


def surplus(minutes: int, entry: Earned, counted: Decimal) -> int:
    """Minutes that earned nothing: cut off, above a cap, or not counted at all."""
    if not entry.credits:
        return minutes
    return minutes - int((entry.minutes_used * counted / entry.credits).to_integral_value(ROUND_DOWN))


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
    """For one child: what each entry counts, and why less, one after the other.

    The ledger's SQL does the same for many children at once; the tests hold the two against each other.
    """
    seen: dict[tuple, Decimal] = {}
    at_provider: dict[tuple, int] = {}
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


def reached_minimum(
    by_code: dict[str, Decimal], off_campus: Decimal, *, year: Decimal, away: Decimal, kinds: int
) -> bool:
    """Whether a school year's credits meet the minimum: in sum, off campus, and in kinds."""
    filled = [code for code, credits in by_code.items() if credits > 0]
    return sum(by_code.values(), ZERO) >= year and off_campus >= away and len(filled) >= kinds
