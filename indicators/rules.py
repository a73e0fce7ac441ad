"""What must hold between the cells of a return: rules as data, read here, without Django.

An expression is {"left": [terms], "op": …, "right": [terms]}. A term is a cell's key, or
{"key": …, "times": n}. Operators: "=", "<=", ">=" compare sums; "zero" asks that the right be zero where the
left is; "change" compares every cell with last period's, {"percent": 30}. A cell that is not applicable ("-")
is left out of a sum; a rule with a cell not yet filled waits. "before:KR100" is last period's cell,
"venue_q:CV110" the sum of what another form's returns in the same place and year have: both only beside a
cell of the return itself, which comes first.
"""

import math
import re
import statistics
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

NOT_APPLICABLE = "-"
OPERATORS = ("=", "<=", ">=", "zero", "change")
_SIGNS = {"-", "—", "–", "－", "——", "不适用", "/", "无此项"}
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{0,10})?|\.[0-9]{1,10}")
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3}){1,4}(\.[0-9]{1,10})?")

BEFORE = "before:"  # before a key: last period's cell
# A cell's value: a number (in a cell of words: these), NOT_APPLICABLE, or None while it is not filled.
Value = Decimal | str | None


class NotANumber(ValueError):
    """What was typed is neither a number nor 不适用; the message says what to do."""


def read_value(text: str, decimals: int = 0) -> Value:
    """What somebody typed into a cell: full-width digits, commas and blanks are understood.

    Raises NotANumber with a Chinese sentence.
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace(" ", "")
    if not plain:
        return None
    if plain in _SIGNS or text.strip() in _SIGNS:
        return NOT_APPLICABLE
    if plain.startswith("-"):
        raise NotANumber("不能为负数；不适用请填“-”。")
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _NUMBER.fullmatch(plain):
        raise NotANumber("请填数字（如 1234.5）；没有发生填 0，不适用填“-”。")
    number = Decimal(plain)
    step = Decimal(1).scaleb(-decimals)
    if number != number.quantize(step):
        raise NotANumber("只能填整数。" if not decimals else f"最多 {decimals} 位小数。")
    return number.quantize(step)


def read_words(text: str) -> Value:
    """What somebody typed into a cell that asks for words."""
    plain = text.strip()
    return NOT_APPLICABLE if plain in _SIGNS else plain[:200] or None


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule that does not hold, at the cell to look at first, with the sentence for the page."""

    rule: str
    severity: str
    key: str
    keys: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Term:
    key: str
    times: Decimal = Decimal(1)


def text(value: Decimal) -> str:
    shown = f"{value:,f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def terms(side: Iterable) -> list[Term]:
    """The terms of one side. Raises ValueError for anything that is no term."""
    found = []
    for part in side:
        if isinstance(part, str):
            found.append(Term(part))
        elif isinstance(part, Mapping) and isinstance(part.get("key"), str) and set(part) <= {"key", "times"}:
            found.append(Term(part["key"], Decimal(str(part.get("times", 1)))))
        else:
            raise ValueError(f"规则中的项不可识别：{part!r}")
    return found


def check_expression(expression: Mapping, known: Iterable[str]) -> None:
    """Raises ValueError unless the expression can be read and speaks of known cells only."""
    if expression.get("op") not in OPERATORS:
        raise ValueError(f"规则的运算符不可识别：{expression.get('op')!r}")
    if expression["op"] == "change":
        Decimal(str(expression["percent"]))
        return
    keys = {term.key for side in ("left", "right") for term in terms(expression[side])}
    own = {key for key in keys if ":" not in key}
    unknown = (own | {key.removeprefix(BEFORE) for key in keys if key.startswith(BEFORE)}) - set(known)
    if unknown or not own or terms(expression["left"])[0].key not in own:
        raise ValueError(f"规则提到的项目不存在：{'、'.join(sorted(unknown or keys))}")


SIGNS = {"=": "=", "<=": "≤", ">=": "≥", "zero": "同为0", "change": "增减"}
_LAST = "上期"


def read_expression(left: str, sign: str, right: str, percent: str) -> dict:
    """A rule as people write it: KR110 + KR120×2, ≤, 上期KR100; or 增减 and the per cent it allows.

    Raises ValueError with a sentence.
    """
    plain = unicodedata.normalize("NFKC", sign).replace(" ", "")
    op = next((op for op, word in SIGNS.items() if plain in (op, unicodedata.normalize("NFKC", word))), None)
    if op is None:
        raise ValueError(f"“{sign}”不是规则的关系，请填{'、'.join(SIGNS.values())}之一")
    if op == "change":
        return {"op": op, "percent": _positive(percent, "幅度")}
    return {"op": op, "left": _read_side(left), "right": _read_side(right)}


def written_expression(expression: Mapping) -> tuple[str, str, str, str]:
    """Left side, sign, right side and per cent, as `read_expression` reads them."""
    sign = SIGNS[expression["op"]]
    if expression["op"] == "change":
        return "", sign, "", str(expression["percent"])
    return _written_side(expression["left"]), sign, _written_side(expression["right"]), ""


def _positive(words: str, what: str) -> int | float:
    try:
        number = Decimal(unicodedata.normalize("NFKC", words).removesuffix("%").strip())
    except ArithmeticError as fault:
        raise ValueError(f"{what}请填大于 0 的数") from fault
    if not number.is_finite() or not 0 < number < 10**9:
        raise ValueError(f"{what}请填大于 0 的数")
    return int(number) if number == number.to_integral_value() else float(number)


def _read_side(words: str) -> list:
    found: list = []
    for part in re.split(r"[+、]", unicodedata.normalize("NFKC", words)):
        name, _, times = part.replace("*", "×").partition("×")
        key = name.strip()
        if not key:
            raise ValueError("规则的两边都要写项目代码，如 KR110 + KR120")
        key = f"{BEFORE}{key.removeprefix(_LAST).strip()}" if key.startswith(_LAST) else key
        factor = _positive(times, f"“{part.strip()}”的倍数") if times.strip() else 1
        found.append(key if factor == 1 else {"key": key, "times": factor})
    return found


def _written_side(side: Iterable) -> str:
    parts = []
    for part in side:
        key, times = (part, 1) if isinstance(part, str) else (part["key"], part.get("times", 1))
        name = f"{_LAST}{key.removeprefix(BEFORE)}" if key.startswith(BEFORE) else key
        parts.append(name if times == 1 else f"{name}×{times}")
    return " + ".join(parts)


def foreign_keys(expressions: Iterable[Mapping]) -> set[str]:
    """The terms of rules that stand in another form: "venue_q:CV110"."""
    found = set()
    for expression in expressions:
        for side in ("left", "right"):
            found |= {term.key for term in terms(expression.get(side, ()))}
    return {key for key in found if ":" in key and not key.startswith(BEFORE)}


def words_of(expression: Mapping, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """A rule in words, for the page that lists them all."""
    if expression["op"] == "change":
        return f"与上期相比，增减超过 {expression['percent']}% 的须说明原因"
    op = {"=": "应等于", "<=": "应不大于", ">=": "应不小于", "zero": "为 0 时，应同为 0 的有"}
    sides = []
    for side in ("left", "right"):
        parts = [
            f"{term.key.rpartition(':')[2]} {names.get(term.key, '')}".strip()
            + ("" if term.times == 1 else f"的 {text(term.times)} 倍")
            for term in terms(expression[side])
        ]
        sides.append("、".join(parts) + ("之和" if len(parts) > 1 and expression["op"] != "zero" else ""))
    return f"{sides[0]} {op[expression['op']]} {sides[1]}"


def _sum(side: list[Term], values: Mapping[str, Value]) -> Decimal | None:
    """The sum of a side without what is not applicable; None if that leaves nothing."""
    numbers = [term.times * values[term.key] for term in side if isinstance(values[term.key], Decimal)]
    return sum(numbers, Decimal(0)) if numbers else None


def evaluate(
    rule,
    values: Mapping[str, Value],
    before: Mapping[str, Value],
    names: Mapping[str, str] = MappingProxyType({}),
) -> list[Fault]:
    """The faults of one rule (with `code`, `severity`, `expression`) in a return's values.

    `before` has last year's values, `names` those of the items for the sentences.
    """
    expression = rule.expression
    if expression["op"] == "change":
        return _changes(rule, values, before, Decimal(str(expression["percent"])))
    left, right = terms(expression["left"]), terms(expression["right"])
    keys = tuple(term.key for term in (*left, *right))
    if any(values.get(key) is None for key in keys):
        return []
    a, b = _sum(left, values), _sum(right, values)
    if a is None or b is None or _holds(a, expression["op"], b):
        return []
    words = _Words(values, names)
    sentence = (
        words.zero(left, right)
        if expression["op"] == "zero"
        else words.compared(left, right, expression["op"], a, b)
    )
    return [Fault(rule.code, rule.severity, keys[0], keys, sentence)]


def _holds(a: Decimal, op: str, b: Decimal) -> bool:
    if op == "zero":
        return bool(a) or not b
    return {"=": a == b, "<=": a <= b, ">=": a >= b}[op]


@dataclass(frozen=True, slots=True)
class _Words:
    """How a rule that does not hold is said: every cell with its code, its name and what stands there."""

    values: Mapping[str, Value]
    names: Mapping[str, str]

    def cell(self, key: str) -> str:
        """KR120 女性（266）."""
        code = key.rpartition(":")[2]
        name = self.names.get(key, "").removeprefix("其中：")
        value = self.values[key]
        shown = text(value) if isinstance(value, Decimal) else "不适用"
        return f"{code} {name}（{shown}）" if name else f"{code}（{shown}）"

    def side(self, side: list[Term], total: Decimal) -> str:
        """The cells of one side, and what they come to where that is not to be seen at once."""
        parts = [
            self.cell(term.key) + ("" if term.times == 1 else f"的 {text(term.times)} 倍") for term in side
        ]
        if len(parts) > 1:
            return f"{'、'.join(parts)}之和（{text(total)}）"
        return parts[0] if side[0].times == 1 else f"{parts[0]}（{text(total)}）"

    def compared(self, left: list[Term], right: list[Term], op: str, a: Decimal, b: Decimal) -> str:
        must = {"=": "应等于", "<=": "应不大于", ">=": "应不小于"}[op]
        return f"{self.side(left, a)}{must} {self.side(right, b)}，相差 {text(abs(a - b))}"

    def zero(self, left: list[Term], right: list[Term]) -> str:
        one, other = ("、".join(self.cell(term.key) for term in side) for side in (left, right))
        return f"{one}为 0 时，{other}也应为 0"


def _changes(rule, values: Mapping[str, Value], before: Mapping[str, Value], limit: Decimal) -> list[Fault]:
    found = []
    for key, now in values.items():
        then = before.get(key)
        if not isinstance(now, Decimal) or not isinstance(then, Decimal) or not then:
            continue
        change = (now / then - 1) * 100
        if abs(change) > limit:
            way, percent = ("增加" if change > 0 else "减少"), abs(change).quantize(Decimal("0.1"))
            sentence = f"现为 {text(now)}，上期 {text(then)}，{way} {text(percent)}%，请说明原因"
            found.append(Fault(rule.code, rule.severity, key, (key,), sentence))
    return found


# ---------------------------------------------------------------- unusual figures

FEWEST_EARLIER = 4  # values of one's own before they say what is usual
FEWEST_OTHERS = 5
LIMIT = 3.5  # modified z-score. Basis: Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993
LEAST_SPREAD = 0.1  # of the median: figures that hardly ever moved may still move by a third


def _score(value: float, others: list[float], least: float) -> float:
    """How far from the median of others, in their median absolute deviation made comparable to a sigma."""
    middle = statistics.median(others)
    spread = statistics.median(abs(other - middle) for other in others)
    return 0.6745 * (value - middle) / max(spread, least, 1e-9)


def unusual(
    key: str,
    now: Value,
    earlier: Iterable[Value],
    others: Iterable[tuple[Value, Value]] = (),
    bounds: tuple[Decimal | None, Decimal | None] = (None, None),
) -> list[Fault]:
    """Hints that a figure is unusual: beyond the item's bounds, beside one's own earlier values (the last
    first), beside how the others' figures moved. They ask for a note, nothing more.

    `others` are pairs of last and present value. Growth is compared, not size: districts differ tenfold.
    """
    if not isinstance(now, Decimal):
        return []
    past = [value for value in earlier if isinstance(value, Decimal)]
    sentences = []
    low, high = bounds
    if (low is not None and now < low) or (high is not None and now > high):
        usual = f"{text(low) if low is not None else '0'} 至 {text(high) if high is not None else '不限'}"
        sentences.append(f"现为 {text(now)}，不在通常范围（{usual}）内，请核对并说明")
    if len(past) >= FEWEST_EARLIER:
        middle = statistics.median(past)
        score = _score(float(now), [float(value) for value in past], LEAST_SPREAD * float(middle))
        if abs(score) > LIMIT and not min(past) <= now <= max(past):
            way = "高于" if score > 0 else "低于"
            sentences.append(
                f"现为 {text(now)}，明显{way}历次（最小 {text(min(past))}、中位 {text(middle)}、"
                f"最大 {text(max(past))}），请核对并说明"
            )
    last = past[0] if past else None
    moved = [
        math.log(float(new / old))
        for old, new in others
        if isinstance(old, Decimal) and isinstance(new, Decimal) and old and new
    ]
    if last and now and len(moved) >= FEWEST_OTHERS:
        score = _score(math.log(float(now / last)), moved, LEAST_SPREAD)
        if abs(score) > LIMIT:
            usual = (math.exp(statistics.median(moved)) - 1) * 100
            own = float(now / last - 1) * 100
            sentences.append(f"较上期 {own:+.1f}%，其他填报对象中位为 {usual:+.1f}%，请核对并说明")
    return [Fault("U01", "explain", key, (key,), sentence) for sentence in sentences]


# ---------------------------------------------------------------- small cells


SMALLEST_SHOWN = 10


def suppressed(counts: Mapping[str, Decimal | None]) -> set[str]:
    """Which counts about children are not shown, so that none under 10 can be reckoned from the total.

    A count of 1 to 9 is hidden; where the hidden ones can be had by subtracting the others from the total
    (one alone, or all of them together under 10), the next smallest is hidden too.
    """
    known = {key: value for key, value in counts.items() if value is not None}
    hidden = {key for key, value in known.items() if 0 < value < SMALLEST_SHOWN}
    rest = sorted((value, key) for key, value in known.items() if key not in hidden and value > 0)
    while hidden and rest and (len(hidden) == 1 or sum(known[key] for key in hidden) < SMALLEST_SHOWN):
        hidden.add(rest.pop(0)[1])
    return hidden
