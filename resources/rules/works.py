"""Works without Django: marks into scores, two reviews into a result, money that adds up, names left out.

Points and scores are of 100; weights are whole percents and add up to 100; money is yuan with two decimals.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations

CENT = Decimal("0.01")
WHOLE = 100  # percent, and the highest points
HIDDEN = "〔隐去〕"
SHORTEST_HIDDEN = 2  # characters; one alone stands in too many other words


def half_up(value: Decimal) -> Decimal:
    """Two decimals, a half rounded up."""
    return value.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Mark:
    """What one reviewer gave under one criterion."""

    criterion: str
    weight: int
    points: int


def total(marks: Sequence[Mark]) -> Decimal:
    """The weighted score of one review. Raises ValueError unless the weights add up to 100."""
    if sum(mark.weight for mark in marks) != WHOLE:
        raise ValueError("weights do not add up to 100")
    return half_up(Decimal(sum(mark.weight * mark.points for mark in marks)) / WHOLE)


def told(marks: Sequence[Mark]) -> str:
    """How `total` came about: 创意 85×30% ＋ 表达 70×70% ＝ 74.50."""
    parts = " ＋ ".join(f"{mark.criterion} {mark.points}×{mark.weight}%" for mark in marks)
    return f"{parts} ＝ {total(marks)}"


@dataclass(frozen=True)
class Outcome:
    """What the reviews that are in say together. `score` is None until enough of them are."""

    score: Decimal | None
    spread: Decimal | None
    needs_third: bool
    words: str


def outcome(scores: Sequence[Decimal], *, limit: Decimal) -> Outcome:
    """Two reviews give their mean; two that lie further apart than `limit` ask for a third, and then the
    two closest of the three count. All three count where two pairs are as close as each other.
    """
    if len(scores) < 2:
        return Outcome(None, None, False, f"已收到 {len(scores)} 份评审，收齐两份后计分。")
    spread = max(scores[:2]) - min(scores[:2])
    if spread <= limit:
        words = f"两份评审相差 {_points(spread)} 分，未超过 {_points(limit)} 分，取平均："
        words += f"{_mean_told(scores[:2])}。"
        return Outcome(half_up(_mean(scores[:2])), spread, False, words)
    if len(scores) == 2:
        words = f"两份评审相差 {_points(spread)} 分，超过 {_points(limit)} 分，须增加第三份评审。"
        return Outcome(None, spread, True, words)
    gaps = sorted((abs(one - other), place) for place, (one, other) in enumerate(combinations(scores[:3], 2)))
    if gaps[0][0] == gaps[1][0]:
        counted, words = list(scores[:3]), "前两份评审相差较大，第三份居中，取三份平均"
    else:
        counted, words = (
            list(list(combinations(scores[:3], 2))[gaps[0][1]]),
            "前两份评审相差较大，取最接近的两份平均",
        )
    return Outcome(half_up(_mean(counted)), spread, False, f"{words}：{_mean_told(counted)}。")


def _mean(scores: Sequence[Decimal]) -> Decimal:
    return sum(scores, Decimal(0)) / len(scores)


def _mean_told(scores: Sequence[Decimal]) -> str:
    joined = " ＋ ".join(str(score) for score in scores)
    return f"（{joined}）÷ {len(scores)} ＝ {half_up(_mean(scores))}"


def difference(amounts: Iterable[Decimal], whole: Decimal) -> Decimal:
    """By how much the parts exceed the whole; 0 where they add up."""
    return sum(amounts, Decimal(0)) - whole


def _points(value: Decimal) -> str:
    """20, 12.5: without noughts that say nothing."""
    return f"{value.normalize():f}"


def yuan(amount: Decimal) -> str:
    """12,300 元; with decimals only where there are some."""
    text = f"{half_up(amount):,f}"
    return f"{text.removesuffix('.00')} 元"


def without_names(text: str, names: Iterable[str]) -> str:
    """The text with every one of the names left out, longest first, whatever the case of its letters."""
    for name in sorted({name.strip() for name in names}, key=len, reverse=True):
        if len(name) >= SHORTEST_HIDDEN:
            text = _left_out(text, name)
    return text


def _left_out(text: str, name: str) -> str:
    folded, wanted = text.casefold(), name.casefold()
    if len(folded) != len(text):  # letters that fold into two: compared as they stand
        return text.replace(name, HIDDEN)
    parts, start = [], 0
    while (found := folded.find(wanted, start)) >= 0:
        parts += [text[start:found], HIDDEN]
        start = found + len(wanted)
    return "".join([*parts, text[start:]])


def is_to_be_recalled(
    due_on: date, last: date | None, today: date, *, ahead: Sequence[int], again: int
) -> bool:
    """Once at each mark (days ahead of the day), on the first day after it, then every `again` days."""
    if due_on < today:
        return last is None or last <= due_on or (today - last).days >= again
    passed = [due_on - timedelta(days=days) for days in ahead if due_on - timedelta(days=days) <= today]
    return bool(passed) and (last is None or last < max(passed))


LADDER_EXAMPLE = "90 优秀：有新意，内容准确\n75 良好\n60 合格\n30 不合格"


def read_ladder(text: str) -> tuple[tuple[int, str], ...]:
    """A ladder as people write it, one rung a line: points, a blank, words. The highest first.

    Raises ValueError, with a Chinese sentence, for a line that is none, points twice or beyond 100.
    """
    rungs = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        points, _, words = line.partition(" ")
        points = points.removesuffix("分")
        if not (points.isascii() and points.isdecimal() and len(points) <= 3 and words.strip()):
            raise ValueError(f"“{line[:30]}”应写成“分值 说明”，如“90 优秀”。")
        if int(points) > WHOLE:
            raise ValueError("分值应在 0 至 100 之间。")
        if int(points) in rungs:
            raise ValueError(f"{int(points)} 分写了两次，请合并。")
        rungs[int(points)] = words.strip()
    return tuple(sorted(rungs.items(), reverse=True))


def written_ladder(rungs: Iterable[tuple[int, str]]) -> str:
    """A ladder as `read_ladder` reads it."""
    return "\n".join(f"{points} {words}" for points, words in rungs)
