"""Recommendations: from declared interests and place alone, each with its reason in words.

Nothing that somebody looked at, searched for or signed up for goes into them, and no two people who declare
the same get anything different. Children under 14 get none: no account of the portal belongs to a child
today; should a role for students come, it is named in ROLES_OF_CHILDREN and has neither interests nor
recommendations. Basis: 未成年人网络保护条例 第二十四条; 个人信息保护法 第二十四条、第三十一条.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.urls import reverse

from resources.models import AgeBand, Audience, Interests, Resource, audience_bit
from resources.queries.cards import in_order
from resources.queries.menu import MenuQuery

ROLES_OF_CHILDREN = frozenset({"student"})
MOST_TOPICS = 10
MOST_SHOWN = 12
CANDIDATES = 60


GROWN = 14  # whoever is younger gets no recommendations


def is_of_a_child(user) -> bool:
    """Whether an account is known to belong to a child under 14."""
    return any(grant.role in ROLES_OF_CHILDREN for grant in user.standing_grants())


@dataclass(frozen=True)
class Wanted:
    """What somebody declared. Without a topic, an audience or a district there is nothing to go by."""

    topics: tuple[str, ...] = ()
    audience: str = ""
    district: str = ""
    age: int | None = None

    @classmethod
    def read(cls, params) -> "Wanted":
        """From an address; what is not known is left out when it is used."""
        age = params.get("age", "")
        return cls(
            topics=tuple(dict.fromkeys([*params.getlist("topic"), *params.getlist("topics")]))[:MOST_TOPICS],
            audience=params.get("audience", "") if params.get("audience") in Audience.values else "",
            district=params.get("district", "")[:12],
            age=int(age) if age.isascii() and age.isdecimal() and int(age[:4]) <= 120 else None,
        )

    @classmethod
    def of(cls, interests: Interests) -> "Wanted":
        district = interests.district.code if interests.district else ""
        return cls(tuple(interests.topics), interests.audience, district, interests.age)

    @property
    def says_something(self) -> bool:
        return bool(self.topics or self.audience or self.district)

    @property
    def is_of_a_child(self) -> bool:
        return self.age is not None and self.age < GROWN

    @property
    def menu_address(self) -> str:
        """The whole menu for the age declared, chosen by nobody."""
        age = -1 if self.age is None else self.age
        band = next((band for band in AgeBand if band.years[0] <= age <= band.years[1]), "")
        return reverse("resources:menu") + (f"?age={band}" if band else "")


def recommend(wanted: Wanted, *, at: datetime) -> list[tuple[Resource, str]]:
    """Resources that fit what was declared, the best first, each with its reason."""
    if not wanted.says_something:
        return []
    asked = MenuQuery.read({"district": wanted.district, "audience": wanted.audience}, at=at)
    kept, words = asked.columns, asked.words
    weekend = kept.open_at(at)["weekend"]
    topics = {topic.code: topic for topic in words.topics.values() if topic.code in wanted.topics}
    about = {topic.name: kept.about(topic.pk) for topic in topics.values()}
    here = kept.district == words.districts[asked.district].pk if asked.district else ~kept.all()
    fits = 2 * here.astype("i2") + weekend
    for mask in about.values():
        fits += 3 * mask
    # One of the topics must fit, and the audience; a district alone is asked for if nothing else is said.
    declared = np.logical_or.reduce(list(about.values())) if about else kept.all()
    if asked.audience:
        declared = declared & ((kept.audience_bits & audience_bit(asked.audience)) > 0)
    elif not about:
        declared = here
    best = np.flatnonzero(declared)
    best = best[np.lexsort((-kept.keys[best], -fits[best]))][:CANDIDATES]
    rows = [row for row in in_order(kept.keys[best].tolist()) if _suits(row, wanted.age)][:MOST_SHOWN]
    places = dict(zip(kept.keys[best].tolist(), best.tolist(), strict=True))
    reasons = _Reasons(asked, wanted, about, weekend)
    return [(row, reasons.of(row, places[row.pk])) for row in rows]


def _suits(row: Resource, age: int | None) -> bool:
    if age is None:
        return True
    return (row.ages_from or 0) <= age <= (row.ages_to if row.ages_to is not None else 200)


@dataclass(frozen=True)
class _Reasons:
    asked: MenuQuery
    wanted: Wanted
    about: dict[str, np.ndarray]
    weekend: np.ndarray

    def of(self, row: Resource, place: int) -> str:
        """在南山区·主题是天文航天·适合8–12岁·本周末开放"""
        asked, kept = self.asked, self.asked.columns
        district = asked.words.districts.get(asked.district)
        told = [
            f"在{district.name}" if district and kept.district[place] == district.pk else "",
            *(f"主题是{name}" for name, mask in self.about.items() if mask[place]),
            f"面向{Audience(asked.audience).label}" if asked.audience and self._reaches(place) else "",
            f"适合{row.ages.replace(' ', '')}" if self.wanted.age is not None and row.ages else "",
            "本周末开放" if self.weekend[place] else "",
            "免费" if row.is_free else "",
        ]
        return "·".join(part for part in told if part)

    def _reaches(self, place: int) -> bool:
        return bool(self.asked.columns.audience_bits[place] & audience_bit(self.asked.audience))
