"""The same inputs, the same bytes: one written form of what a vintage is computed from."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

import numpy as np

from indicators.method.tree import Indicator, Mean, Node, Panel, State, Tree


def _plain(value: Any) -> Any:
    """A value as canonical JSON writes it: fractions as strings, what is not known as null."""
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, Enum):
        return value.name.lower()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (float, Decimal)):
        return _decimal(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value]


def _decimal(value: float | Decimal) -> str | None:
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    if not exact.is_finite():
        return None
    text = format(exact.normalize(), "f")
    return "0" if text == "-0" else text


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no blanks, decimals as strings: one form for one content."""
    plain = _plain(value)
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def inputs(tree: Tree, panel: Panel, **more: object) -> dict[str, object]:
    """All a vintage is computed from, ready for `canonical`; `more` adds base year, draws and the like."""
    names = tuple(state.name.lower() for state in State)
    return {
        "tree": asdict(tree),
        "units": panel.units,
        "periods": panel.periods,
        "indicators": panel.indicators,
        "is_ranked": panel.is_ranked,
        "numerator": panel.numerator,
        "denominator": panel.denominator,
        "events": panel.events,
        "state": [[[names[cell] for cell in row] for row in unit] for unit in panel.state],
        **more,
    }


def read_inputs(content: bytes) -> tuple[Tree, Panel, dict[str, Any]]:
    """Tree and panel out of what `inputs` wrote, and what else stood there: a vintage is rebuilt from it."""
    told = json.loads(content)
    plan = told.pop("tree")

    def number(value: Any) -> Any:
        return float(value) if isinstance(value, str) else value

    def node(row: dict[str, Any]) -> Node:
        return Node(
            row["code"], number(row["weight"]), Mean[row["mean"].upper()], number(row["minimum_share"])
        )

    kept = {"code", "pillar"}
    tree = Tree(
        pillars=tuple(node(row) for row in plan["pillars"]),
        indicators=tuple(
            Indicator(**{name: value if name in kept else number(value) for name, value in row.items()})
            for row in plan["indicators"]
        ),
        index=node(plan["index"]),
        lowest=number(plan["lowest"]),
        highest=number(plan["highest"]),
        decimals=plan["decimals"],
    )

    def cells(name: str) -> np.ndarray:
        read = [[[np.nan if x is None else float(x) for x in row] for row in unit] for unit in told.pop(name)]
        return np.array(read, dtype=float)

    states = {state.name.lower(): int(state) for state in State}
    panel = Panel(
        units=tuple(told.pop("units")),
        periods=tuple(told.pop("periods")),
        indicators=tuple(told.pop("indicators")),
        numerator=cells("numerator"),
        denominator=cells("denominator"),
        events=cells("events"),
        state=np.array([[[states[cell] for cell in row] for row in unit] for unit in told.pop("state")]),
        is_ranked=np.array(told.pop("is_ranked"), dtype=bool),
    )
    return tree, panel, told


def fingerprint(content: bytes) -> str:
    """SHA-256 of canonical inputs, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def seed_of(digest: str) -> int:
    """The seed of the draws: the first eight bytes of the fingerprint."""
    return int.from_bytes(bytes.fromhex(digest)[:8], "big")


def trees_differ(old: Tree, new: Tree) -> Sequence[str]:
    """Codes of indicators that differ between two editions, or stand in one only."""
    before = {one.code: one for one in old.indicators}
    after = {one.code: one for one in new.indicators}
    return sorted(code for code in before.keys() | after.keys() if before.get(code) != after.get(code))
