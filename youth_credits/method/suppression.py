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
    r, c = bridge
    row = [(r, at) for at in range(len(values[0]))]
    column = [(at, c) for at in range(len(values))]
    more = _smallest(values, [*row, *column], hidden)
    return {more} if more else {cell for line in _lines(len(values), len(values[0])) for cell in line}


def _lines(rows: int, columns: int) -> list[list[tuple[int, int]]]:
    across = [[(r, c) for c in range(columns)] for r in range(rows)]
    down = [[(r, c) for r in range(rows)] for c in range(columns)]
    return across + down


def _smallest(values: list[list[int]], cells: list, hidden: set) -> tuple[int, int] | None:
    """The smallest cell that is still shown, the first of equals."""
    shown = [(values[r][c], r, c) for r, c in cells if (r, c) not in hidden]
    return min(shown)[1:] if shown else None


def _bridge(hidden: set) -> tuple[int, int] | None:
    """A hidden cell on no ring of hidden cells; None if there is none."""
    for cell in sorted(hidden):
        if not _are_tied(("row", cell[0]), ("column", cell[1]), hidden - {cell}):
            return cell
    return None


def _are_tied(start: tuple, goal: tuple, cells: set) -> bool:
    """Whether two lines hang together by cells."""
    neighbours: dict[tuple, list[tuple]] = {}
    for r, c in cells:
        neighbours.setdefault(("row", r), []).append(("column", c))
        neighbours.setdefault(("column", c), []).append(("row", r))
    seen, open_ends = {start}, [start]
    while open_ends:
        for line in neighbours.get(open_ends.pop(), ()):
            if line == goal:
                return True
            if line not in seen:
                seen.add(line)
                open_ends.append(line)
    return False
