"""No hidden cell of a table can be worked out from what is shown."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from youth_credits.method.suppression import LEAST, protect, with_totals

tables = st.integers(1, 5).flatmap(
    lambda columns: st.lists(
        st.lists(st.integers(0, 60), min_size=columns, max_size=columns), min_size=1, max_size=5
    )
)


def test_a_small_cell_takes_another_of_its_row_and_of_its_column_with_it():
    shown = protect([[3, 40, 50], [40, 20, 60], [80, 70, 90]])

    assert shown[0][:2] == [None, None]
    assert shown[1][:2] == [None, None]
    assert shown[0][3] == 93
    assert shown[2] == [80, 70, 90, 240]


def test_large_cells_are_all_shown():
    assert protect([[10, 20], [30, 40]]) == [[10, 20, 30], [30, 40, 70], [40, 60, 100]]


def test_a_table_without_cells_is_empty():
    assert protect([]) == []


@given(tables)
@settings(max_examples=150)
def test_no_cell_below_the_least_is_shown(rows):
    values, shown = with_totals(rows), protect(rows)

    for line, kept in zip(values, shown, strict=True):
        for value, cell in zip(line, kept, strict=True):
            assert cell is None or (cell == value and value >= LEAST)


@given(tables)
@settings(max_examples=150)
def test_no_hidden_cell_follows_from_the_sums(rows):
    shown = protect(rows)

    assert _settled(shown) == set()


@given(tables)
@settings(max_examples=150)
def test_hidden_parts_of_a_shown_total_are_together_no_small_number(rows):
    values, shown = with_totals(rows), protect(rows)
    lines = [list(zip(line, kept, strict=True)) for line, kept in zip(values, shown, strict=True)]
    lines += [list(line) for line in zip(*lines, strict=True)]

    for *parts, (_, total) in lines:
        hidden = [value for value, cell in parts if cell is None]
        assert not hidden or total is None or sum(hidden) >= LEAST


def test_the_control_a_table_with_one_hidden_cell_gives_it_away():
    assert _settled([[None, 40, 43], [40, 20, 60], [43, 60, 103]]) == {(0, 0)}


def _settled(shown) -> set:
    """The hidden cells that have one value alone, by exact elimination over the sums of rows and columns."""
    hidden = [(r, c) for r, row in enumerate(shown) for c, cell in enumerate(row) if cell is None]
    at = {cell: number for number, cell in enumerate(hidden)}
    sums = [[(r, c) for c in range(len(shown[0]))] for r in range(len(shown))]
    sums += [[(r, c) for r in range(len(shown))] for c in range(len(shown[0]))]
    matrix = []
    for line in sums:
        row = [Fraction(0)] * len(hidden)
        for cell in line:
            if cell in at:
                row[at[cell]] = Fraction(-1 if cell == line[-1] else 1)
        matrix.append(row)
    reduced = _reduce(matrix)
    return {hidden[i] for row in reduced if sum(1 for x in row if x) == 1 for i, x in enumerate(row) if x}


def _reduce(matrix):
    """Reduced row echelon form."""
    rows, lead = [row[:] for row in matrix], 0
    for column in range(len(matrix[0]) if matrix else 0):
        pivot = next((r for r in range(lead, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[lead], rows[pivot] = rows[pivot], rows[lead]
        rows[lead] = [x / rows[lead][column] for x in rows[lead]]
        for r in range(len(rows)):
            if r != lead and rows[r][column]:
                rows[r] = [x - rows[r][column] * y for x, y in zip(rows[r], rows[lead], strict=True)]
        lead += 1
    return rows
