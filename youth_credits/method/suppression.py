"""Small cells of a table do not give a child away.

A cell below the least number is hidden, and so are as many others as it takes that nobody can work a
hidden one out from the totals. The table with its totals is a net: its lines are the points, a cell ties
the line of its row to the line of its column. A hidden cell can be worked out if and only if it lies on
no ring of hidden cells; and cells of a line that together are below the least number tell too much, too.

Basis: 未成年人网络保护条例第三十六条 (least privilege); complementary suppression as in official statistics.
"""

from collections.abc import Sequence

LEAST = 10

Table = list[list[int | None]]


def with_totals(rows: Sequence[Sequence[int]]) -> list[list[int]]:
    """The rows with their totals at the end, and a row of totals below."""
    full = [[*row, sum(row)] for row in rows]
    return [*full, [sum(column) for column in zip(*full, strict=True)]]


def protect(rows: Sequence[Sequence[int]], *, least: int = LEAST) -> Table:
    """The table with its totals, hidden cells as None. `rows` are counts of children, all of one length."""
    if not rows or not rows[0]:
        return []
    values = with_totals(rows)
    hidden = {(r, c) for r, row in enumerate(values) for c, value in enumerate(row) if value < least}
    while more := _too_telling(values, hidden, least):
        hidden |= more
    return [
        [None if (r, c) in hidden else value for c, value in enumerate(row)] for r, row in enumerate(values)
    ]


def _too_telling(values: list[list[int]], hidden: set, least: int) -> set:
    """One more cell to hide, or none."""
    for line in _lines(len(values), len(values[0])):
        covered = [cell for cell in line if cell in hidden]
        # The last cell of a line is its total. Hidden beside its parts, it tells nothing of them.
        parts = [cell for cell in covered if cell != line[-1]]
        is_known = line[-1] not in hidden
        if parts and is_known and sum(values[r][c] for r, c in parts) < least:
            more = _smallest(values, line[:-1], hidden)
            return {more} if more else {line[-1]}
    bridge = _bridge(hidden)
    if bridge is None:
        return set()
    more = _closing(values, bridge, hidden)
    return {more} if more else {cell for line in _lines(len(values), len(values[0])) for cell in line}


def _lines(rows: int, columns: int) -> list[list[tuple[int, int]]]:
    across = [[(r, c) for c in range(columns)] for r in range(rows)]
    down = [[(r, c) for r in range(rows)] for c in range(columns)]
    return across + down


def _smallest(values: list[list[int]], cells: list, hidden: set) -> tuple[int, int] | None:
    """The smallest cell that is still shown, the first of equals."""
    shown = [(values[r][c], r, c) for r, c in cells if (r, c) not in hidden]
    return min(shown)[1:] if shown else None


def _net(cells: set) -> dict[tuple, list[tuple]]:
    """Which lines are tied to which by cells."""
    net: dict[tuple, list[tuple]] = {}
    for r, c in sorted(cells):
        net.setdefault(("row", r), []).append(("column", c))
        net.setdefault(("column", c), []).append(("row", r))
    return net


def _bridge(hidden: set) -> tuple[int, int] | None:
    """A hidden cell on no ring of hidden cells; None if there is none."""
    walk = _Walk(_net(hidden))
    for start in walk.net:
        if start not in walk.order and (found := walk.from_line(start)):
            return found
    return None


class _Walk:
    """One walk over the net finds what is on no ring. Basis: Tarjan (1974), A note on finding the bridges."""

    def __init__(self, net: dict[tuple, list[tuple]]):
        self.net = net
        self.order: dict[tuple, int] = {}  # when a line was reached first
        self.low: dict[tuple, int] = {}  # the earliest line that a ring leads back to

    def from_line(self, start: tuple) -> tuple[int, int] | None:
        path = [self._reach(start, None)]
        while path:
            line, before, ends = path[-1]
            end = next(ends, None)
            if end is None:
                path.pop()
                if path and (found := self._leave(line, path[-1][0])):
                    return found
            elif end not in self.order:
                path.append(self._reach(end, line))
            elif end != before:  # two lines are tied by one cell: the way back is no ring
                self.low[line] = min(self.low[line], self.order[end])
        return None

    def _reach(self, line: tuple, before: tuple | None) -> tuple:
        self.order[line] = self.low[line] = len(self.order)
        return line, before, iter(self.net[line])

    def _leave(self, line: tuple, above: tuple) -> tuple[int, int] | None:
        self.low[above] = min(self.low[above], self.low[line])
        if self.low[line] <= self.order[above]:
            return None
        names = dict((above, line))
        return names["row"], names["column"]


def _closing(values: list[list[int]], bridge: tuple[int, int], hidden: set) -> tuple[int, int] | None:
    """The smallest shown cell that would put a bridge on a ring, the first of equals."""
    net = _net(hidden - {bridge})
    sides = [_reached(("row", bridge[0]), net), _reached(("column", bridge[1]), net)]
    fits = [
        (value, r, c)
        for r, row in enumerate(values)
        for c, value in enumerate(row)
        if (r, c) not in hidden and _joins(("row", r), ("column", c), *sides)
    ]
    return min(fits)[1:] if fits else None


def _joins(row: tuple, column: tuple, one: set, other: set) -> bool:
    return (row in one and column in other) or (column in one and row in other)


def _reached(start: tuple, net: dict) -> set:
    seen, open_ends = {start}, [start]
    while open_ends:
        new = [line for line in net.get(open_ends.pop(), ()) if line not in seen]
        seen.update(new)
        open_ends += new
    return seen
