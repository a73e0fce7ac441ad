"""What an activity earns under one rule: arithmetic alone, in exact decimals.

Basis: rule set version 1 (youth_credits/data/rules_v1.json); each entry is cut down, never rounded, to the
set's step, and what is cut is kept as minutes.
"""

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
    cap_per_day: Decimal | None = None
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
        least, most = rule.least_per_entry.normalize(), rule.most_per_entry.normalize()
        raise ValueError(f"评议学分应在 {least:f} 至 {most:f} 之间。")
    return cut_down(granted, rule.step)


def within_cap(credits: Decimal, *, cap: Decimal, before: Decimal) -> Decimal:
    """What is still counted when `before` has been counted already this school year."""
    return max(ZERO, min(credits, cap - before))


def reached_minimum(
    by_code: dict[str, Decimal], off_campus: Decimal, *, year: Decimal, away: Decimal, kinds: int
) -> bool:
    """Whether a school year's credits meet the minimum: in sum, off campus, and in kinds."""
    filled = [code for code, credits in by_code.items() if credits > 0]
    return sum(by_code.values(), ZERO) >= year and off_campus >= away and len(filled) >= kinds


def hours_of(minutes: int) -> Decimal:
    """Hours as people read them: to a tenth, cut down and never rounded up."""
    return Decimal(minutes * 10 // 60) / 10
