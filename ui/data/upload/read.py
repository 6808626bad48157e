"""The steps so far in one: from the bytes of a file to cells of text under safe names.

Nothing is decided here about what the columns mean: a person looks at the cells first, and then chooses.
"""

from typing import NamedTuple

import pandas as pd

from ui.base.foreign import safe_name
from ui.base.words import how_many
from ui.data.upload.columns import Raw, column_names
from ui.data.upload.decode import decode
from ui.data.upload.names import joined_names, rows_of_names
from ui.data.upload.packed import unpacked
from ui.data.upload.rows import Row, counts_them, find_separator, rectangular, split_rows
from ui.data.upload.sentences import is_or_are
from ui.data.upload.typed import of_bytes, of_text

FIRST_ROWS = 200  # that the header is guessed from


class _Found(NamedTuple):
    """The rows of a file, what was found out about it, and whether its first one holds names."""

    rows: list[Row]
    separator: str  # "" in a file that needs none
    encoding: str
    notes: list[str]
    names_first: bool | None = None


def read(
    content: bytes,
    file_name: str,
    has_header: bool | None = None,
    separator: str | None = None,
    encoding: str | None = None,
) -> Raw:
    """The cells of a file. has_header: whether its first row holds names; separator: between cells.

    None for these and for the encoding is to guess them. Raises ValueError, with a message that is ready for
    the page, where the file cannot be read as a table or has no values.
    """
    found = _rows_of(unpacked(content), separator, encoding)
    names, body, notes = _named(found.rows, found.names_first if has_header is None else has_header)
    if not body:
        raise ValueError(
            "The file has one row and nothing under it. Expected: a row of names, then one row a sample. "
            "Save it again with its rows."
        )
    columns, about_names = column_names(names or [""] * len(body[0][1]), bool(names))
    cells, about_blank = _without_blank_rows(_cells(body, columns))
    told = (*found.notes, *notes, *about_blank, *about_names)
    return Raw(safe_name(file_name) or "file", cells, found.separator, bool(names), told, found.encoding)


def _rows_of(content: bytes, separator: str | None, encoding: str | None) -> _Found:
    """The rows of a file of whatever kind. Raises ValueError where it cannot be read."""
    typed = of_bytes(content)
    if typed is None:
        text, notes, encoding = decode(content, encoding)
        typed = of_text(text)
    if typed is not None:
        return _Found(typed.rows, "", "utf-8", [typed.note], typed.names_first)
    separator, text, skipped = find_separator(text, separator)
    rows = split_rows(text, separator, skipped)
    if counts_them(rows):
        rows, notes = rows[1:], [*notes, "The first line counts rows and columns: it was left out."]
    return _Found(rectangular(rows), separator, encoding or "utf-8", notes)


def _named(rows: list[Row], has_header: bool | None) -> tuple[list[str], list[Row], list[str]]:
    """The names, [] for none, the rows under them, and notes. has_header: None to guess."""
    n = rows_of_names([row for _, row in rows[:FIRST_ROWS]])
    if n == 0 and has_header is None:
        return [], rows, ["The first row looks like data, so the columns are named by their number."]
    if has_header is False:
        return [], rows, []
    n = max(n, 1)
    notes = [f"The first {n} rows hold names or units: they were joined."] if n > 1 else []
    return joined_names([row for _, row in rows[:n]]), rows[n:], notes


def _cells(rows: list[Row], columns: list[str]) -> pd.DataFrame:
    """The rows as a table of text without spaces around it, the index the line that each row ends in."""
    lines = [line for line, _ in rows]
    cells = pd.DataFrame([row for _, row in rows], columns=columns, index=lines, dtype=str)
    return cells.apply(lambda column: column.str.strip())


def _without_blank_rows(cells: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The rows that hold anything, and a note on the others. Raises ValueError where none does."""
    blank = (cells == "").all(axis=1)
    n = int(blank.sum())
    if n == len(cells):
        raise ValueError("All cells under the first row are empty. Save the file again with its values.")
    notes = [f"{how_many(n, 'row')} without any value {is_or_are(n)} left out."] if n else []
    return cells[~blank], notes
