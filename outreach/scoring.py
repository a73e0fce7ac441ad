"""The arithmetic of a score form, without Django: ladders, formulas, panel means, bonus, deductions, ties.

Every figure is a Decimal and is rounded half up to two decimals once, where it becomes a line of the score.
A score explains itself: its lines add up to its total, and each says how it came about.

Basis: 深圳市科普基地、科普示范点管理办法（2023年修订） names review and assessment; weights, ladders and
formulas are rows with a version, not code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

ZERO = Decimal(0)
CENT = Decimal("0.01")
TRIMMED_FROM = 5  # of so many scores the highest and the lowest are left out
LADDER, RANGE, FORMULA = "ladder", "range", "formula"


@dataclass(frozen=True, slots=True)
class Part:
    """A share of a formula: full points from `full` on, in proportion below it."""

    fact: str
    points: Decimal
    full: Decimal


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a form. `ladder`: the points a member may give; `parts`: what is computed."""

    code: str
    name: str
    points: Decimal
    how: str
    ladder: tuple[Decimal, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def is_scored(self) -> bool:
        """Whether the panel gives the points; else they are computed."""
        return self.how != FORMULA

    def allows(self, points: Decimal) -> bool:
        """Whether a member may give so many points."""
        if self.how == LADDER:
            return points in self.ladder
        return self.how == RANGE and ZERO <= points <= self.points and points * 2 == int(points * 2)


@dataclass(frozen=True, slots=True)
class Extra:
    """A bonus or deduction found `count` times; never more than `most` in all of its kind of thing."""

    name: str
    points: Decimal
    count: int = 1
    most: Decimal | None = None

    @property
    def value(self) -> Decimal:
        """The points it adds or takes, not negative."""
        whole = self.points * self.count
        return whole if self.most is None else min(whole, self.most)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a score: how many of how many points, and how that came about, in words."""

    code: str
    name: str
    most: Decimal
    points: Decimal
    words: str


@dataclass(frozen=True, slots=True)
class Score:
    """What one case reached. `spread` is the widest distance of two members' totals, 0 without a panel."""

    lines: tuple[Line, ...]
    bonus: Decimal
    deduction: Decimal
    spread: Decimal
    extras: tuple[str, ...] = ()

    @property
    def base(self) -> Decimal:
        return sum((line.points for line in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        """Never below nought; a bonus may carry it above the form's hundred."""
        return max(ZERO, self.base + self.bonus - self.deduction)

    def of(self, code: str) -> Decimal:
        return next((line.points for line in self.lines if line.code == code), ZERO)


def half_up(value: Decimal) -> Decimal:
    """Two decimals, halves upwards: 8.125 is 8.13 (Python's own rounding would give 8.12)."""
    return value.quantize(CENT, ROUND_HALF_UP)


def trimmed_mean(values: Sequence[Decimal]) -> Decimal:
    """The mean to two decimals; from five values on without one highest and one lowest.

    Raises ValueError for no values at all: a missing score is not nought.
    """
    if not values:
        raise ValueError("没有评分。")
    kept = sorted(values)[1:-1] if len(values) >= TRIMMED_FROM else list(values)
    return half_up(sum(kept, ZERO) / len(kept))


def spread(totals: Sequence[Decimal]) -> Decimal:
    """How far the highest total lies above the lowest."""
    return max(totals) - min(totals) if totals else ZERO


def furthest(totals: Mapping[str, Decimal]) -> list[str]:
    """Whose total lies furthest from the mean of the others; several where they lie as far."""
    if len(totals) < 2:
        return []
    whole = sum(totals.values(), ZERO)
    # |t - mean of the others| is |n*t - whole| / (n - 1): compared without dividing.
    away = {name: abs(len(totals) * total - whole) for name, total in totals.items()}
    return sorted(name for name, distance in away.items() if distance == max(away.values()))


def share(part: Part, facts: Mapping[str, Decimal | None]) -> Decimal:
    """The points of one part, not yet rounded: nothing for a missing fact, full points at `full`."""
    value = facts.get(part.fact)
    if value is None or value <= 0:
        return ZERO
    if part.full <= 0:
        return part.points
    return min(Decimal(1), Decimal(value) / part.full) * part.points


def member_total(criteria: Sequence[Criterion], sheet: Mapping[str, Decimal]) -> Decimal:
    """What one member gave in all."""
    return sum((sheet.get(row.code, ZERO) for row in criteria if row.is_scored), ZERO)


def missing(criteria: Sequence[Criterion], sheet: Mapping[str, Decimal]) -> list[str]:
    """The codes a member has not scored yet."""
    return [row.code for row in criteria if row.is_scored and row.code not in sheet]


def score(
    criteria: Sequence[Criterion],
    *,
    facts: Mapping[str, Decimal | None],
    sheets: Sequence[Mapping[str, Decimal]],
    bonus: Sequence[Extra] = (),
    deductions: Sequence[Extra] = (),
    most_bonus: Decimal = ZERO,
) -> Score:
    """A case's score from the members' sheets, its facts, and what is added or taken.

    Raises ValueError if a sheet is incomplete or holds points its line does not allow.
    """
    for sheet in sheets:
        for row in criteria:
            if row.is_scored and not (row.code in sheet and row.allows(sheet[row.code])):
                raise ValueError(f"“{row.name}”的评分缺失或不在规定的分档内。")
    lines = tuple(_line(row, facts, sheets) for row in criteria)
    added = min(sum((extra.value for extra in bonus), ZERO), most_bonus)
    taken = sum((extra.value for extra in deductions), ZERO)
    return Score(
        lines=lines,
        bonus=half_up(added),
        deduction=half_up(taken),
        spread=spread([member_total(criteria, sheet) for sheet in sheets]),
        extras=(
            *(f"加分：{extra.name} +{half_up(extra.value)}" for extra in bonus if extra.count),
            *(f"扣分：{extra.name} −{half_up(extra.value)}" for extra in deductions if extra.count),
        ),
    )


def _line(
    row: Criterion, facts: Mapping[str, Decimal | None], sheets: Sequence[Mapping[str, Decimal]]
) -> Line:
    if not row.is_scored:
        points = half_up(sum((share(part, facts) for part in row.parts), ZERO))
        return Line(
            row.code, row.name, row.points, points, "；".join(_said(part, facts) for part in row.parts)
        )
    given = [sheet[row.code] for sheet in sheets]
    return Line(row.code, row.name, row.points, trimmed_mean(given), _mean_said(given))


def _said(part: Part, facts: Mapping[str, Decimal | None]) -> str:
    value = facts.get(part.fact)
    if value is None:
        return f"{{{part.fact}}} 未填，0 分（满分 {part.points:f}）"
    if part.full <= 0 and value > 0:
        return f"{{{part.fact}}} {plain(value)}，得满分 {plain(part.points)}"
    return f"min(1, {{{part.fact}}} {plain(value)} ÷ {plain(part.full)}) × {plain(part.points)}"


def _mean_said(given: Sequence[Decimal]) -> str:
    ordered = sorted(given)
    said = "、".join(plain(value) for value in ordered)
    if len(ordered) < TRIMMED_FROM:
        return f"{len(ordered)} 位评委 {said} 的平均"
    return f"{len(ordered)} 位评委 {said}，去掉最高 {plain(ordered[-1])}、最低 {plain(ordered[0])} 后平均"


def plain(value: Decimal) -> str:
    """A figure as people write it: no trailing noughts."""
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# --- What a score leads to ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Grade:
    """A level of a form: from so many points on, perhaps with points of single lines and with facts."""

    code: str
    name: str
    title: str  # code of the kind of title; "" for none
    at_least: Decimal
    lines: Mapping[str, Decimal] = field(default_factory=dict)
    facts: tuple[str, ...] = ()
    is_second: bool = False  # a title on top of another one

    def is_reached(self, found: Score, facts: Mapping[str, bool]) -> bool:
        return (
            found.total >= self.at_least
            and all(found.of(code) >= points for code, points in self.lines.items())
            and all(facts.get(name) for name in self.facts)
        )


def graded(found: Score, grades: Sequence[Grade], facts: Mapping[str, bool]) -> list[Grade]:
    """The highest level reached, then the second titles reached on top; nothing below the lowest."""
    first = sorted((row for row in grades if not row.is_second), key=lambda row: -row.at_least)
    reached = next((row for row in first if row.is_reached(found, facts)), None)
    if reached is None or not reached.title:
        return []
    return [reached, *(row for row in grades if row.is_second and row.is_reached(found, facts))]


def order_key(found: Score, tie_breakers: Sequence[str], last: object) -> tuple:
    """For sorting, the best first: total, then the lines named by the form, then `last` (who was earlier)."""
    return (-found.total, *(-found.of(code) for code in tie_breakers), last)


def full_value(
    rule: Mapping, *, thresholds: Mapping[str, Decimal], peers: Mapping[str, Sequence[Decimal]]
) -> Decimal:
    """Where a part gives full points: a number, a multiple of the category's threshold, or of the median
    of the round's cases of that category (of the threshold where fewer than three cases tell).
    """
    times = Decimal(str(rule.get("times", 1)))
    if "full" in rule:
        return Decimal(str(rule["full"]))
    known = [value for value in peers.get(rule["fact"], ()) if value is not None]
    if "median" in rule and len(known) >= 3:
        return Decimal(median(known)) * times
    return thresholds.get(rule["fact"], ZERO) * times


# --- Yearly assessment ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Band:
    """A step of an item of the yearly assessment: from `at_least` on, this share of its points."""

    at_least: Decimal
    share: Decimal
    name: str


def banded(value: Decimal | None, bands: Sequence[Band], points: Decimal) -> tuple[Decimal, str]:
    """Points and name of the step a value reaches; (0, 未填) without a value."""
    if value is None:
        return ZERO, "未填"
    for band in sorted(bands, key=lambda row: -row.at_least):
        if value >= band.at_least:
            return half_up(points * band.share), band.name
    return ZERO, "不合格"
