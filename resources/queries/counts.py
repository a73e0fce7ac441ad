"""How many resources each value of each filter of the menu would show."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from resources.models import BIT_FILTERS, Audience, Concession, audience_bit, filter_bit, group_bit
from resources.queries.facets import WITHIN
from resources.queries.own_fields import OWN


@dataclass
class MenuCounts:
    """Each filter's counts leave out that filter itself: a count is the length of the list its link opens."""

    total: int = 0
    free: int = 0
    districts: Counter = field(default_factory=Counter)
    streets: Counter = field(default_factory=Counter)
    kinds: Counter = field(default_factory=Counter)
    audiences: Counter = field(default_factory=Counter)
    topics: Counter = field(default_factory=Counter)
    free_for: Counter = field(default_factory=Counter)
    open: Counter = field(default_factory=Counter)
    within: Counter = field(default_factory=Counter)
    own: Counter = field(default_factory=Counter)  # by field and value of the kind asked for
    bits: dict[str, Counter] = field(default_factory=lambda: {name: Counter() for name in BIT_FILTERS})

    @classmethod
    def of(cls, asked) -> "MenuCounts":
        """The counts beside one MenuQuery."""
        kept = asked.columns
        opened = kept.open_at(asked.at)
        own = [OWN + each["code"] for each in asked.own_fields]
        bits = _by_number(asked.values(kept.audience_bits, without="audience"))
        free = _by_number(asked.values(kept.free_bits, without="free_for"))
        about = kept.among_topics(asked.mask(without="topic"))
        return cls(
            total=len(asked.shown),
            free=int(np.count_nonzero(asked.values(kept.is_free, without="free"))),
            # Another district is another question: its subdistrict is left out with it.
            districts=_by_number(asked.values(kept.district, without="district street")),
            streets=_by_number(asked.values(kept.street, without="street")),
            # Another kind has other lists.
            kinds=_by_number(asked.values(kept.kind, without=" ".join(["kind", *own]))),
            audiences=_by_bit(bits, {each: audience_bit(each) for each in Audience}),
            topics=_by_number(kept.topic[about]),
            free_for=_by_bit(free, {group: group_bit(group) for group in Concession.Group.values}),
            bits={name: _of_filter(asked, name) for name in BIT_FILTERS},
            open=_of_masks(asked.mask(without="open"), opened),
            own=_of_own(asked),
            within=_of_masks(asked.mask(without="within"), _rings(asked)) if asked.near else Counter(),
        )


def _by_number(values: np.ndarray) -> Counter:
    counted = np.bincount(values) if len(values) else np.array([], int)
    return Counter({int(number): int(counted[number]) for number in np.flatnonzero(counted)})


def _by_bit(counted: Counter, bits: dict) -> Counter:
    return Counter(
        {name: sum(count for value, count in counted.items() if value & bit) for name, bit in bits.items()}
    )


def _of_filter(asked, name: str) -> Counter:
    column, labels = BIT_FILTERS[name]
    counted = np.bincount(asked.values(getattr(asked.columns, column), without=name))
    numbers = np.arange(len(counted))
    bits = {code: filter_bit(name, code) for code in labels}
    return Counter({code: int(counted[(numbers & bit) > 0].sum()) for code, bit in bits.items()})


def _of_masks(mask: np.ndarray, masks: dict[str, np.ndarray]) -> Counter:
    return Counter({name: int(np.count_nonzero(mask & each)) for name, each in masks.items()})


def _of_own(asked) -> Counter:
    masks = {each["code"]: asked.mask(without=OWN + each["code"]) for each in asked.own_fields}
    return Counter(
        {name: int(np.count_nonzero(masks[name[0]] & mask)) for name, mask in asked.own_masks.items()}
    )


def _rings(asked) -> dict[str, np.ndarray]:
    return {code: asked.kilometres <= float(code) for code in WITHIN}
