"""Step three: from text to rows, as many cells in each as in the first.

What stands between the cells is guessed: whichever separator gives the most rows the length of the first one.
Quotes are read strictly, because a reader that forgives a lost quote swallows the rows after it in silence.
Every row keeps the line that it ends in, so that a message can point to it. Sizes are checked while reading,
so that a file made to fill the memory is stopped early.
"""

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

from ui.base.words import how_many, joined
from ui.data.upload.cells import is_number
from ui.data.upload.decode import EMPTY, SAMPLE
from ui.data.upload.sentences import cell_in_sentence, cut_off

MAX_LINES = 100_000  # of data, and as many empty ones
MAX_COLUMNS = 200  # of the file
MAX_CELLS = 2_000_000

BLANK = " "
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars", BLANK: "blanks"}
SIGNS = "".join(SEPARATORS).replace(BLANK, "")  # which, unlike blanks, seldom stand within a cell

COMMENT = re.compile(r"(#|%|//)[ \t]*([^\r\n]*)(\r\n|\r|\n)")

Row = tuple[int, list[str]]  # the line it ends in, counted from 1, and its cells


def find_separator(text: str, chosen: str | None = None) -> tuple[str, str, int]:
    """What stands between cells: the separator under which rows are as long as the first, of clean cells.

    chosen: by a person, in place of a guess. Returns it, the text without comments and without a first line
    such as `sep=;`, and how many lines were taken off. Raises ValueError where no separator gives a second
    column.
    """
    declared = re.match(r"sep=(.)\r?\n", text)
    if declared:
        text = text[declared.end() :]
    text, n_comments = _without_comments(text)
    skipped = n_comments + (declared is not None)
    if given := chosen or (declared and declared[1]):
        return given, text, skipped
    sample = text[:SAMPLE]
    if len(text) > SAMPLE:  # without its last line, which is cut off
        sample = sample[: sample.rfind("\n") + 1] or sample
    scores = {separator: _score(sample, separator) for separator in SEPARATORS}
    best = max(SEPARATORS, key=scores.__getitem__)
    if not any(scores[best]):
        raise ValueError(
            "The first row has only one column. Expected: at least one column to learn from and one that "
            f"names the class, with {joined(list(SEPARATORS.values()), 'or')} between them."
        )
    return best, text, skipped


def _without_comments(text: str) -> tuple[str, int]:
    """The text without comments at its top, and how many lines they are; names behind a # are none."""
    n = 0
    while match := COMMENT.match(text):
        rest = text[match.end() :]
        names, following = match[2], rest.split("\n", 1)[0]
        same = any(0 < names.count(separator) == following.count(separator) for separator in SIGNS)
        if same and not COMMENT.match(rest):
            return names + match[3] + rest, n
        text, n = rest, n + 1
    return text, n


def _score(sample: str, separator: str) -> tuple[float, bool, int]:
    """How well a separator fits: the share of rows as long as the first, times that of clean cells; columns.

    A cell is clean that is a number, or holds none of the other separators and no two numbers: between
    commas 0;3 is not, nor is 5 2. Blanks stand between words too: they separate cells only where all rows are
    as long as each other and no sign does as well. (0, False, 0) where there is but one column.
    """
    nothing = 0.0, False, 0
    try:
        rows = [row for row in _reader(sample, separator) if any(row)]
    except csv.Error:
        return nothing
    n_columns = len(rows[0]) if rows else 0
    if separator == BLANK and n_columns and {len(row) for row in rows[1:]} <= {n_columns + 1}:
        n_columns += 1  # the first cells name the rows
        rows = rows[1:]
    share = sum(len(row) == n_columns for row in rows) / max(len(rows), 1)
    if n_columns < 2 or (separator == BLANK and share < 1):
        return nothing
    others = SIGNS.replace(separator, "")
    cells = [cell for row in rows for cell in row]
    clean = sum(_is_clean(cell, others) for cell in cells)
    return share * clean / len(cells), separator != BLANK, n_columns


def _is_clean(cell: str, others: str) -> bool:
    """Whether a cell is a number, or holds none of the other separators and no two numbers."""
    if is_number(cell):
        return True
    parts = cell.split()
    return not any(other in cell for other in others) and not (len(parts) > 1 and all(map(is_number, parts)))


def _reader(text: str, separator: str, strict: bool = False) -> Any:
    """The rows of a text; a space between a separator and a quote is none of the cell's.

    Of blanks, and tabs beside them, as many as there are separate two cells, and none stands at a line's end.
    """
    if separator == BLANK:
        text = re.sub(r" +(?=[\r\n]|$)", "", text.replace("\t", BLANK))
    return csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, strict=strict, skipinitialspace=True
    )


def split_rows(text: str, separator: str, skipped: int = 0) -> list[Row]:
    """The rows of a text, without empty lines; skipped: lines that stood before the text.

    Raises ValueError where a quote is left open, or there is too much of it.
    """
    reader = _reader(text, separator, strict=True)
    rows: list[Row] = []
    n_cells = n_empty = 0
    try:
        for row in reader:
            if len(row) < 2 and not any(cell.strip() for cell in row):
                n_empty += 1
                _check_empty(n_empty)
                continue
            rows.append((reader.line_num + skipped, row))
            n_cells += len(row)
            check_size(len(rows), len(rows[0][1]), n_cells)
    except csv.Error as error:
        raise ValueError(_unreadable(str(error), rows, reader.line_num + skipped)) from None
    if not rows:
        raise ValueError(EMPTY)
    return rows


def counts_them(rows: Sequence[Row]) -> bool:
    """Whether the first row says how many rows and how many columns before the class come after it."""
    first, n = [cell.strip() for cell in rows[0][1]], len(rows) - 1
    return n > 0 and first[:2] == [str(n), str(len(rows[1][1]) - 1)]


def check_size(n_rows: int, n_columns: int, n_cells: int) -> None:
    """Raise ValueError as soon as a limit is passed; n_rows counts the row of names too."""
    if n_columns > MAX_COLUMNS:
        raise ValueError(
            f"The first row has {n_columns:,} columns, the limit is {MAX_COLUMNS}. Save the columns that may "
            "matter and the class."
        )
    if n_rows > MAX_LINES + 1 or n_cells > MAX_CELLS:
        raise ValueError(
            f"The file has more than {min(n_rows - 1, MAX_LINES):,} rows, which is too much to read with "
            f"{n_columns} columns: the limit is {MAX_LINES:,} rows and {MAX_CELLS:,} cells. Save a sample "
            "of its rows."
        )


def _check_empty(n: int) -> None:
    """Raise ValueError where so many lines are empty that to skip them takes longer than to read a table."""
    if n > MAX_LINES:
        raise ValueError(
            f"The file has more than {MAX_LINES:,} empty lines. Expected: a row of names, then one row a "
            "sample. Delete the empty lines and save it again."
        )


def _unreadable(error: str, rows: Sequence[Row], line: int) -> str:
    """The message for a text that the csv module gives up on in this line, by what it says about it."""
    start = (rows[-1][0] if rows else 0) + 1
    if "unexpected end" in error:
        return (
            f'A quote (") that opens in line {start:,} or after it is never closed; the file ends in line '
            f"{line:,}. It may be cut off. Close the quote, or save the file again."
        )
    if "field larger" in error:
        limit = csv.field_size_limit()
        return f"Line {start:,} has a cell of over {limit:,} characters. Shorten it or leave it out."
    return (
        f'The quotes (") in line {line:,} cannot be read: after a closing quote the next cell must begin. '
        'Write a quote within quotes twice, as in "5"" wide".'
    )


def rectangular(rows: list[Row]) -> list[Row]:
    """The same rows, once all are as long as the first; empty cells beyond its length are cut off.

    Where every other row has exactly one cell more, the first cells are names of rows, as R writes them: the
    first row gets an empty name before it. Raises ValueError at the first row of another length.
    """
    (first_line, names), *body = rows
    n = len(names)
    if body and all(len(row) == n + 1 and row[n].strip() for _, row in body):
        return [(first_line, ["", *names]), *body]
    for i, (line, row) in enumerate(rows):
        if len(row) > n and not any(cell.strip() for cell in row[n:]):
            del row[n:]
        if len(row) != n:
            raise ValueError(_wrong_length(line, row, n, is_last=i == len(rows) - 1))
    return rows


def _wrong_length(line: int, row: Sequence[str], n: int, is_last: bool) -> str:
    """The message for a row that has not n cells; the last one, if too short, is probably cut off."""
    found = f"line {line:,} has {how_many(len(row), 'cell')}, the first row has {n}"
    if len(row) < n and is_last:
        return cut_off(found)
    if len(row) > n:
        where = f"the cell {cell_in_sentence(row[n])} is one too many"
    else:
        where = f"column {len(row) + 1} is missing"
    return (
        f"{found.capitalize()}: {where}. Every row must have the same number of cells; put a cell that holds "
        "the separator into quotes."
    )
