"""Step five: which rows hold the names of the columns, and which the first sample.

Most files have one row of names, some have none, and some have two: a group over its members, or a unit under
each name. Columns tell: what stands over numbers and is none, or over dates, is a name. Names never move to
another column: a first row that is one short is that of a file whose first cells name the rows.
"""

import re
from collections.abc import Sequence

import numpy as np

from ui.data.upload.cells import MOSTLY, POINT, is_date, is_gap, is_number, value, votes

MOST_ROWS = 3  # of names
RECURS = 0.5  # a column of text whose values are at most so many of its cells has classes, and no texts


def rows_of_names(rows: Sequence[Sequence[str]]) -> int:
    """How many rows of names stand before the samples, 0 to MOST_ROWS."""
    if not looks_like_header(rows):
        return 0
    n = 1
    while n < min(MOST_ROWS, len(rows) - 1) and _is_under_names(rows[n], rows[n + 1 :]):
        n += 1
    return n


def looks_like_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row holds names: more of its cells differ in kind from their column than fit it.

    A gap says nothing, nor does a text over texts that are all different. Whole numbers counted on are names,
    as pandas gives them to columns without any, and so is what follows an empty corner over names of rows.
    """
    first, body = rows[0], rows[1:]
    if _are_counted(first) or not body or _has_corner(first, body):
        return True
    said = [_is_name(name.strip(), column) for name, column in zip(first, _columns(body), strict=True)]
    for_names, against = said.count(True), said.count(False)
    return for_names >= against if for_names or against else True


def _columns(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The cells of each column that hold something."""
    return [[cell.strip() for cell in column if not is_gap(cell)] for column in zip(*rows, strict=True)]


def _is_name(cell: str, column: Sequence[str]) -> bool | None:
    """Whether a cell over a column is its name; None where that cannot be told."""
    if not column or is_gap(cell):
        return None
    if sum(map(is_number, column)) >= MOSTLY * len(column):
        return not is_number(cell) or _is_a_year_far_from(cell, column)
    if sum(map(is_date, column)) >= MOSTLY * len(column):
        return not is_date(cell)
    if cell in column:
        return False
    return True if len(set(column)) <= RECURS * len(column) else None


def _is_a_year_far_from(cell: str, column: Sequence[str]) -> bool:
    """Whether a cell is a year, as names are, farther from a column's numbers than they lie apart."""
    if not re.fullmatch(r"(19|20)\d\d", cell):
        return False
    mark = votes(column).mark or POINT
    numbers = [value(one, mark) for one in column]
    low, high = np.nanmin(numbers), np.nanmax(numbers)
    return not 2 * low - high <= float(cell) <= 2 * high - low


def _is_under_names(row: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether a row still belongs to the names: no number in it, where the columns of numbers have theirs."""
    numeric = [
        cell
        for cell, column in zip(row, _columns(body), strict=True)
        if column and sum(map(is_number, column)) >= MOSTLY * len(column)
    ]
    return bool(numeric) and not any(map(is_number, numeric)) and not all(map(is_gap, numeric))


def _has_corner(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether the only empty cell of the first row is its first, over cells that are all different."""
    under = [row[0].strip() for row in body]
    is_corner = not first[0].strip() and all(map(str.strip, first[1:]))
    return is_corner and "" not in under and len(set(under)) == len(under)


def _are_counted(cells: Sequence[str]) -> bool:
    """Whether cells are 0, 1, 2, … or 1, 2, 3, …"""
    return len(cells) > 2 and any(
        [cell.strip() for cell in cells] == [str(first + i) for i in range(len(cells))] for first in (0, 1)
    )


def _unquoted(name: str) -> str:
    """A name without spaces or single quotes around it, as some programs write them."""
    name = name.strip()
    return name[1:-1] if len(name) > 2 and name[0] == name[-1] == "'" else name


def joined_names(rows: Sequence[Sequence[str]]) -> list[str]:
    """One name a column, from several rows: what stands over each other, each word once."""
    columns = [dict.fromkeys(map(_unquoted, column)) for column in zip(*rows, strict=True)]
    return [" ".join(filter(None, parts)) for parts in columns]
