"""The first three steps in one: from the bytes of a file to cells of text under safe names.

Nothing is decided here about what the columns mean: a person looks at the cells first, and then chooses.
"""

import pandas as pd

from ui.base.foreign import safe_name
from ui.base.words import how_many
from ui.data.upload.columns import Raw, column_names
from ui.data.upload.decode import decode
from ui.data.upload.names import joined_names, rows_of_names
from ui.data.upload.rows import Row, find_separator, split_rows
from ui.data.upload.sentences import is_or_are

FIRST_ROWS = 200  # that the header is guessed from


def read(content: bytes, file_name: str, has_header: bool | None = None, separator: str | None = None) -> Raw:
    """The cells of a file. has_header: whether its first row holds names; separator: between cells.

    None for either is to guess it.

    Raises ValueError, with a message that is ready for the page, where the file cannot be read as a table or
    has no values.
    """
    text, notes = decode(content)
    separator, text, skipped = find_separator(text, separator)
    rows = split_rows(text, separator, skipped)
    n = rows_of_names([row for _, row in rows[:FIRST_ROWS]])
    if n == 0 and has_header is None:
        notes.append("The first row looks like data, so the columns are named by their number.")
    n = n if has_header is None else max(n, 1) if has_header else 0
    if n > 1:
        notes.append(f"The first {n} rows hold names or units: they were joined.")
    names = joined_names([row for _, row in rows[:n]]) if n else [""] * len(rows[0][1])
    body, has_header = rows[n:], n > 0
    if not body:
        raise ValueError(
            "The file has one row and nothing under it. Expected: a row of names, then one row a sample. "
            "Save it again with its rows."
        )
    columns, about_names = column_names(names, has_header)
    cells, about_blank = _without_blank_rows(_cells(body, columns))
    notes += [*about_blank, *about_names]
    return Raw(safe_name(file_name) or "file", cells, separator, has_header, tuple(notes))


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
