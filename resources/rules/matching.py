"""How well something on offer fits what is asked for: points with their reasons in words, no database.

Nothing counts but what both sides say of themselves: no history of anybody, no learning.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

# What each agreement is worth; together 100.
TOPIC, DIMENSION, AUDIENCE, AGES, DISTRICT, STREET, DAY, HEADS = 35, 10, 15, 10, 12, 3, 10, 5
FULL = TOPIC + DIMENSION + AUDIENCE + AGES + DISTRICT + STREET + DAY + HEADS
EVERYBODY = "general"
OLDEST = 120
DAYS = "一二三四五六日"
# Pairs of characters that say nothing of what a field of science is about.
EMPTY_WORDS = frozenset({"科学", "综合", "技术", "工程", "系统", "信息", "基础"})


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked for. `weekdays`: those possible; names are those that people read."""

    topics: frozenset[str] = frozenset()
    dimension: str = ""
    audience: str = ""
    audience_name: str = ""
    ages_from: int | None = None
    ages_to: int | None = None
    district: str = ""
    street: str = ""
    weekdays: frozenset[int] = frozenset(range(1, 8))
    head_count: int = 1


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What is there. `comes`: it is no place, it can be brought; `free_weekdays`: not taken yet."""

    topics: frozenset[str] = frozenset()
    dimensions: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    ages_from: int | None = None
    ages_to: int | None = None
    district: str = ""
    street: str = ""
    comes: bool = False
    free_weekdays: frozenset[int] = frozenset()
    most_heads: int | None = None


@dataclass(frozen=True)
class Part:
    points: int
    words: str


@dataclass(frozen=True)
class Fit:
    """Points and where they come from; `cautions` are worth knowing and cost nothing."""

    parts: tuple[Part, ...]
    cautions: tuple[str, ...] = ()

    @property
    def points(self) -> int:
        return sum(part.points for part in self.parts)

    @property
    def words(self) -> str:
        """同在南山区·适合8–12岁·周六有空档"""
        return "·".join([*(part.words for part in self.parts), *self.cautions])

    @property
    def told(self) -> str:
        """每项得分: 主题是海洋 35 分，同在南山区 12 分"""
        return "，".join(f"{part.words} {part.points} 分" for part in self.parts)


def fit(wanted: Wanted, offer: Offer) -> Fit | None:
    """How an offer fits; None where it is about something else, or for others."""
    about = _about(wanted, offer)
    ages = _ages(wanted, offer)
    reaches = not wanted.audience or wanted.audience in offer.audiences or EVERYBODY in offer.audiences
    if about is None or ages is None or not reaches:
        return None
    parts = [*about, *_audience(wanted, offer), *ages, *_place(wanted, offer), *_day(wanted, offer)]
    cautions = []
    if offer.most_heads is not None:
        if offer.most_heads >= wanted.head_count:
            parts.append(Part(HEADS, f"可接待{offer.most_heads}人"))
        else:
            cautions.append(f"每批最多{offer.most_heads}人，需分批")
    return Fit(tuple(parts), tuple(cautions))


def _about(wanted: Wanted, offer: Offer) -> list[Part] | None:
    """What it is about; None if something was asked for and it is about none of that."""
    shared = sorted(wanted.topics & offer.topics)
    parts = []
    if shared:
        parts.append(Part(_share(TOPIC, len(shared), len(wanted.topics)), f"主题是{'、'.join(shared)}"))
    if wanted.dimension and wanted.dimension in offer.dimensions:
        parts.append(Part(DIMENSION, f"内容是{wanted.dimension}"))
    return parts if parts or not (wanted.topics or wanted.dimension) else None


def _share(most: int, some: int, every: int) -> int:
    """One topic of several is worth more than its share: half for the first."""
    return most // 2 + (most - most // 2) * some // every


def _audience(wanted: Wanted, offer: Offer) -> list[Part]:
    if not wanted.audience or wanted.audience not in offer.audiences:
        return []
    return [Part(AUDIENCE, f"面向{wanted.audience_name or wanted.audience}")]


def _ages(wanted: Wanted, offer: Offer) -> list[Part] | None:
    """Whether the ages meet; no points where one side says nothing."""
    said = [(side.ages_from, side.ages_to) for side in (wanted, offer)]
    (low, high), (least, most) = [(first or 0, OLDEST if last is None else last) for first, last in said]
    if max(low, least) > min(high, most):
        return None
    if (None, None) in said:
        return []
    return [Part(AGES if least <= low and high <= most else AGES // 2, f"适合{_span(offer)}")]


def _span(offer: Offer) -> str:
    if offer.ages_to is None:
        return f"{offer.ages_from}岁以上"
    return f"{offer.ages_to}岁以下" if offer.ages_from is None else f"{offer.ages_from}–{offer.ages_to}岁"


def _place(wanted: Wanted, offer: Offer) -> list[Part]:
    if wanted.district and wanted.district == offer.district:
        if wanted.street and wanted.street == offer.street:
            return [Part(DISTRICT + STREET, f"同在{wanted.street}")]
        return [Part(DISTRICT, f"同在{wanted.district}")]
    return [Part(DISTRICT // 2, "可以上门")] if offer.comes else []


def _day(wanted: Wanted, offer: Offer) -> list[Part]:
    days = sorted(wanted.weekdays & offer.free_weekdays)
    if not days:
        return []
    words = "每天" if len(days) == 7 else "、".join(f"周{DAYS[day - 1]}" for day in days)
    return [Part(DAY, f"{words}有空档")]


def words_of(topics: Iterable[str]) -> frozenset[str]:
    """Pairs of characters by which a field of science is known to be about one of these topics.

    地球与海洋 gives 地球 and 海洋; 天文航天 gives 天文, 文航 and 航天.
    """
    found = set()
    for topic in topics:
        for part in re.split(r"[与、和及]", topic):
            found.update(part[start : start + 2] for start in range(len(part) - 1))
    return frozenset(found - EMPTY_WORDS)
