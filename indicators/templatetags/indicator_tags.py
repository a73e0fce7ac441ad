"""What the pages of statistics and index need beyond the portal's own tags."""

from decimal import Decimal

from django import template

from indicators.models import Denominator, Edition, IndicatorVersion, Node, VintageCell, plain
from portal.templatetags.portal_tags import exact

register = template.Library()

FLAGS = {
    "too_few": "过少",
    "capped": "到限",
    "few": "数小",
    "older_denominator": "普查分母",
    "unverified": "未核实",
    "sample": "示例",
    "hidden": "不公布",
}


@register.filter
def flag_word(flag: str) -> str:
    """A mark in two or three characters; its sentence stands in the title."""
    return FLAGS.get(flag, flag)


@register.filter
def at(values: dict, key: str) -> object:
    """The value of a key, "" where there is none."""
    return values.get(key, "")


@register.filter
def told(value: object, places: int = 2) -> str:
    """A reckoned figure with its places; a dash where it cannot be told."""
    number = None if value is None or value != value else Decimal(str(value))
    return exact(number, places)


@register.filter
def hundredfold(value: object) -> object:
    """A share in per cent."""
    return None if value is None or value != value else Decimal(str(value)) * 100


@register.filter
def signed(value: Decimal | int | None, places: int = 2) -> str:
    """+0.12, −0.12, 0: a change."""
    if value is None:
        return "—"
    number = Decimal(str(value))
    if not number:
        return "0"
    return ("+" if number > 0 else "−") + exact(abs(number), places)


@register.filter
def more_or_less(value: Decimal | None) -> str:
    """+32, −0.5: a difference with the decimals it has."""
    return "—" if value is None else signed(value, max(0, -int(Decimal(plain(value)).as_tuple().exponent)))


@register.filter
def base_words(edition: Edition) -> str:
    return f"{edition.base_year}年=100"


@register.filter
def score_span(cell: VintageCell | None) -> str:
    """九成模拟结果 52.1–58.9; nothing without an interval."""
    if cell is None or cell.score_low is None or cell.score_high is None:
        return ""
    return f"九成模拟结果 {exact(cell.score_low, 1)}–{exact(cell.score_high, 1)}"


@register.filter
def without_sign(value: Decimal | None) -> Decimal | None:
    return None if value is None else abs(value)


@register.filter
def city_only(pillar: Node, method) -> bool:
    """Whether a pillar has no indicator for districts."""
    levels = {one.levels for one in method.under(pillar)}
    return levels == {IndicatorVersion.Levels.CITY}


@register.filter
def formula(terms: list[dict], labels: dict[str, str]) -> str:
    """A numerator or denominator in words: KJ130 + KJ140. `labels` names the figures."""
    return " + ".join(_term(term, labels) for term in terms)


@register.filter
def providers(one: IndicatorVersion, counted: set[str]) -> str:
    """Who keeps the figures of an indicator and how often they are new. `counted` are the portal's own."""
    found = dict.fromkeys(_provider(term, counted) for term in (*one.numerator, *one.denominator))
    return "；".join(words for words in found if words)


def _provider(term: dict, counted: set[str]) -> str:
    if "key" in term:
        return "各区科协填年报，每年"
    if "denominator" in term:
        return "市科协录入公布数，每年"
    if "figure" in term:
        return "平台按登记统计，每晚" if term["figure"] in counted else "市科协录入，有新数时"
    return ""


def _term(term: dict, labels: dict[str, str]) -> str:
    if "key" in term:
        name = term["key"]
    elif "denominator" in term:
        name = Denominator.Kind(term["denominator"]).label
    else:
        name = labels.get(term.get("figure", ""), "区数")
    return f"{name}×{term['times']}" if term.get("times", 1) != 1 else name
