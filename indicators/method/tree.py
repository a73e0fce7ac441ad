"""An edition of the method and what was counted for it: what everything is computed from.

Axes are always unit, period, indicator, in this order; what is not known is NaN.
"""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class State(IntEnum):
    """Where a cell comes from. Zero and missing are different; not applicable removes the indicator."""

    MEASURED = 0
    REPORTED = 1
    CARRIED = 2
    MISSING = 3
    NOT_APPLICABLE = 4


class Mean(StrEnum):
    ARITHMETIC = "arithmetic"
    GEOMETRIC = "geometric"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of an edition: the rate `per` x numerator / denominator between two goalposts."""

    code: str
    pillar: str
    low: float
    high: float
    weight: float = 1.0
    per: float = 1.0
    is_log: bool = False
    lower_is_better: bool = False
    minimum_events: int = 0  # fewer counted: no score
    link_events: int = 16  # fewer counted in either year: no growth link from these two years alone

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"指标 {self.code} 的下限必须小于上限。")
        if self.is_log and self.low <= 0:
            raise ValueError(f"指标 {self.code} 取对数，下限必须大于零。")
        if not self.weight > 0:
            raise ValueError(f"指标 {self.code} 的权重必须大于零。")


@dataclass(frozen=True, slots=True)
class Node:
    """A pillar, or the index itself, and how its children are put together."""

    code: str
    weight: float = 1.0
    mean: Mean = Mean.ARITHMETIC
    minimum_share: float = 2 / 3  # of the weight of its children that must be there

    def __post_init__(self) -> None:
        if not self.weight > 0:
            raise ValueError(f"节点 {self.code} 的权重必须大于零。")
        if not 0 < self.minimum_share <= 1:
            raise ValueError(f"节点 {self.code} 的最低覆盖率必须在 0 与 1 之间。")


@dataclass(frozen=True)
class Tree:
    """One edition: indicators under pillars, pillars under the index, and the scale scores are printed on."""

    pillars: tuple[Node, ...]
    indicators: tuple[Indicator, ...]
    index: Node = Node("index", minimum_share=1.0)
    lowest: float = 1.0
    highest: float = 100.0
    decimals: int = 2

    def __post_init__(self) -> None:
        codes = [node.code for node in (self.index, *self.pillars, *self.indicators)]
        if len(set(codes)) < len(codes):
            raise ValueError("同一版本内的代码不能重复。")
        known = {pillar.code for pillar in self.pillars}
        used = {indicator.pillar for indicator in self.indicators}
        if known != used:
            raise ValueError(f"领域与指标不相符：{'、'.join(sorted(known ^ used))}。")
        if not self.lowest < self.highest:
            raise ValueError("分值的下限必须小于上限。")

    def of(self, name: str) -> Floats:
        """One attribute of all indicators, as an array."""
        return np.array([getattr(indicator, name) for indicator in self.indicators], dtype=float)

    def flags(self, name: str) -> Bools:
        return np.array([getattr(indicator, name) for indicator in self.indicators], dtype=bool)

    def under(self, pillar: Node) -> Ints:
        """Positions of the indicators under one pillar."""
        return np.array([i for i, child in enumerate(self.indicators) if child.pillar == pillar.code])

    @property
    def pillar_weights(self) -> Floats:
        return np.array([pillar.weight for pillar in self.pillars])

    @property
    def pillar_of(self) -> Ints:
        """For each indicator the position of its pillar."""
        places = {pillar.code: place for place, pillar in enumerate(self.pillars)}
        return np.array([places[indicator.pillar] for indicator in self.indicators])


@dataclass(frozen=True, eq=False)
class Panel:
    """What was counted: unit x period x indicator.

    `events` is the number of things counted behind the numerator, NaN where the numerator is not a count
    (yuan, square metres). Units with `is_ranked` false (the city) get scores but no rank and take no part
    in the districts' ranks.
    """

    units: tuple[str, ...]
    periods: tuple[str, ...]
    indicators: tuple[str, ...]
    numerator: Floats
    denominator: Floats
    state: Ints
    events: Floats = field(default=None)  # type: ignore[assignment]
    is_ranked: Bools = field(default=None)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        shape = (len(self.units), len(self.periods), len(self.indicators))
        state = np.array(self.state, dtype=np.int64)
        numerator = np.array(self.numerator, dtype=float)
        denominator = np.array(self.denominator, dtype=float)
        events = np.full(shape, np.nan) if self.events is None else np.array(self.events, dtype=float)
        ranked = np.ones(shape[0], bool) if self.is_ranked is None else np.array(self.is_ranked, dtype=bool)
        if any(array.shape != shape for array in (state, numerator, denominator, events)):
            raise ValueError(f"数组形状应为 {shape}。")
        if ranked.shape != shape[:1]:
            raise ValueError("每个单位须注明是否参加排名。")
        if len(set(self.units)) < shape[0] or len(set(self.periods)) < shape[1]:
            raise ValueError("单位和期间不能重复。")
        if any(np.isinf(array).any() or (array < 0).any() for array in (numerator, denominator, events)):
            raise ValueError("分子、分母和计数不能为负数或无穷大。")
        absent = state >= State.MISSING
        if np.isnan(numerator[~absent]).any():
            raise ValueError("有数据的单元格必须有分子；没有数据请标为缺失。")
        for array in (numerator, denominator, events):
            array[absent] = np.nan
        for name, array in (
            ("numerator", numerator),
            ("denominator", denominator),
            ("events", events),
            ("state", state),
            ("is_ranked", ranked),
        ):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def applicable(self) -> Bools:
        return self.state != State.NOT_APPLICABLE
