"""A person's file as a data set: read, looked at and prepared; whatever is wrong with it ends in a sentence.

Two steps. `read` turns bytes into cells of text under safe names. `prepare` makes of them a table of numbers
and classes, and says what became of each column and of each row left out. Both raise ValueError with a
message that is ready for the page: what is wrong and where, what was expected, what to do; foreign text in it
is escaped.
"""

import csv
import hashlib
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.datasets import Table, stratified_split
from ui.words import joined, plain

MAX_BYTES = 10_000_000
MAX_LINES = 100_000
MAX_COLUMNS = 200  # of the file
MAX_CELLS = 2_000_000
MAX_ROWS = 5_000  # that are learned from
MAX_FEATURES = 64
MAX_CLASSES = 10
MIN_ROWS = 4  # of a class: some to train on and one to test with
MAX_VALUES = 10  # of a text column that becomes indicators
MAX_NAME = 40  # characters
SAMPLE = 50_000  # characters that the separator is guessed from
MOSTLY = 0.9  # of its known cells must be numbers in a column of numbers
BOUNDS = (
    f"A table as text, CSV, TSV or with semicolons, of at most {MAX_BYTES // 1_000_000} MB and {MAX_COLUMNS} "
    f"columns. One column names the class, of which there are 2 to {MAX_CLASSES}, each with {MIN_ROWS} rows "
    f"or more. Learned from are at most {MAX_ROWS:,} rows and {MAX_FEATURES} columns."
)

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
DROP, FILL = "drop", "fill"
GAPS = {  # the rows with gaps, by what is done with them
    DROP: "Leave out the row",
    FILL: "Fill numbers with the median",
}
GAP_WORDS = {"", "na", "n/a", "nan", "null", "#n/a", "#na", "?", "-", "--", "."}
NO_NUMBER = {"none", "nil", "missing", "#div/0!", "#value!", "#ref!", "#num!", "#name?", "#null!"}
INFINITE = {sign + word for sign in ("", "+", "-") for word in ("inf", "infinity", "∞")}
TARGET_NAMES = ("target", "class", "label", "y")
KINDS = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!\x1a", "a RAR archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy file"),
    (b"PAR1\x15", "a Parquet file"),
    (b"{\\rtf", "an RTF document"),
)
JOINERS = "\u200c\u200d"  # join letters and emoji; of what else is invisible nothing is kept
COUNTERS = re.compile(r"id|index|idx|row|rows|nr|no|#|unnamed: 0|rownames|column 1", re.IGNORECASE)
DATE = r"\d{4}-\d{1,2}-\d{1,2}([T ].*)?|\d{1,4}[./]\d{1,2}[./]\d{1,4}( .*)?"
EUROPEAN = r"[+-]?(?:\d+|\d{1,3}(?:[. ]\d{3})+),\d+(?:[eE][+-]?\d+)?"
THOUSANDS = r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?"
DOTTED = r"[+-]?\d{1,3}(?:\.\d{3})+"


@dataclass(frozen=True, eq=False)
class Raw:
    """A file as it was read: cells of text under safe names, the index their line in the file."""

    file_name: str
    cells: pd.DataFrame
    separator: str
    has_header: bool
    notes: tuple[str, ...]  # sentences: what reading had to change or to guess

    @property
    def columns(self) -> list[str]:
        """The names, each once."""
        return list(self.cells.columns)


@dataclass(frozen=True, eq=False)
class Prepared:
    """A table to learn from, and what was done to get it."""

    table: Table
    columns: pd.DataFrame  # one row a column of the file: column, read as, gaps, becomes
    notes: tuple[str, ...]  # sentences with counts
    digest: str  # of the table: the same numbers and names have the same one


def read(content: bytes, file_name: str, has_header: bool | None = None) -> Raw:
    """The cells of a file. has_header: whether its first row holds names; None to guess."""
    text, notes = decode(content)
    separator, text, skipped = find_separator(text)
    rows = split_rows(text, separator, skipped)
    if has_header is None:
        has_header = looks_like_header([row for _, row in rows[:200]])
        if not has_header:
            notes.append("The first row looks like data, so the columns are named by their number.")
    names = rows[0][1] if has_header else [""] * len(rows[0][1])
    body = rows[has_header:]
    if not body:
        raise ValueError(
            "The file has one row and nothing under it. Expected: a row of names, then one row a sample. "
            "Save it again with its rows."
        )
    columns, about_names = column_names(names, told=has_header)
    cells = pd.DataFrame(
        [row for _, row in body], columns=columns, index=[line for line, _ in body], dtype=str
    )
    cells = cells.apply(lambda column: column.str.strip())
    blank = (cells == "").all(axis=1)
    if blank.all():
        raise ValueError("All cells under the first row are empty. Save the file again with its values.")
    if blank.any():
        notes.append(f"{_rows(int(blank.sum()))} without any value {_are(blank.sum())} left out.")
    return Raw(safe_name(file_name) or "file", cells[~blank], separator, has_header, (*notes, *about_names))


def decode(content: bytes) -> tuple[str, list[str]]:
    """The text of a file and what had to be guessed. Raises ValueError where it is none."""
    if len(content) > MAX_BYTES:
        raise ValueError(
            f"The file has {len(content) / 1e6:.1f} MB, the limit is {MAX_BYTES // 1_000_000} MB. Save fewer "
            "rows or columns of it."
        )
    if not content.strip():
        raise ValueError("The file is empty. Expected: a row of names, then one row a sample.")
    if kind := kind_of(content):
        raise ValueError(
            f"The file is not text but seems to be {kind}, whatever its name says. Expected: a table as "
            "text. Open it in a spreadsheet and save it as CSV."
        )
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _sixteen_bits(content), ["The file was read as UTF-16."]
    text, notes = _eight_bits(content)
    odd = sum(unicodedata.category(c) == "Cc" and c not in "\t\n\r\f\v" for c in text[:SAMPLE])
    if "\0" in text or odd > 0.02 * min(len(text), SAMPLE) + 5:
        raise ValueError(
            "The file holds bytes that no text has, so it seems to be a program's own format. Expected: a "
            "table as text. Open it where it was made and save it as CSV, in UTF-8."
        )
    if re.match(r"<(!doctype|html|\?xml|svg)|[\[{]\s*[\[{\"]", text.lstrip(), re.IGNORECASE):
        raise ValueError(
            "The file seems to be a web page, XML or JSON. Expected: a table as text. Save the table itself "
            "as CSV, with one row a sample."
        )
    return text, notes


def _eight_bits(content: bytes) -> tuple[str, list[str]]:
    """UTF-8 with or without its mark, else what Windows makes of Latin-1, else Latin-1 as it is."""
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            raise ValueError(
                _cut(f"the last character, after {error.start:,} bytes, is incomplete")
            ) from None
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return text, ["The file is not UTF-8 and was read as Latin-1."]


def _sixteen_bits(content: bytes) -> str:
    try:
        return content.decode("utf-16")
    except UnicodeDecodeError as error:
        raise ValueError(_cut(f"it is UTF-16, which breaks off after {error.start:,} bytes")) from None


def kind_of(content: bytes) -> str | None:
    """What a file that is no text seems to be, by its first bytes."""
    kind = next((kind for magic, kind in KINDS if content.startswith(magic)), None)
    if kind == "a ZIP archive":
        for part, inside in ((b"xl/", "an Excel workbook"), (b"word/", "a Word document")):
            if part in content:
                return f"{inside} (.xlsx)" if part == b"xl/" else inside
        if b"opendocument.spreadsheet" in content[:200]:
            return "a spreadsheet (.ods)"
    return kind


def find_separator(text: str) -> tuple[str, str, int]:
    """What stands between cells: the separator by which most rows have as many cells as the first.

    Returns it, the text without a first line such as `sep=;`, and how many lines that were.
    """
    if said := re.match(r"sep=(.)\r?\n", text):
        return said[1], text[said.end() :], 1
    sample = text[:SAMPLE]
    if len(text) > SAMPLE:
        sample = sample[: sample.rfind("\n") + 1] or sample
    best, best_score = "", (0.0, 0)
    for separator in SEPARATORS:
        try:
            rows = [
                row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator) if any(row)
            ]
        except csv.Error:
            continue
        n = len(rows[0]) if rows else 0
        alike = sum(len(row) == n for row in rows) / max(1, len(rows))
        if n > 1 and (alike, n) > best_score:
            best, best_score = separator, (alike, n)
    if not best:
        raise ValueError(
            "The first row has only one column. Expected: at least one column to learn from and one that "
            f"names the class, with {joined(list(SEPARATORS.values()), 'or')} between them."
        )
    return best, text, 0


def split_rows(text: str, separator: str, skipped: int = 0) -> list[tuple[int, list[str]]]:
    """The line each row ends in, counted from 1, and its cells: as many in each row as in the first.

    skipped: lines before the text. Raises ValueError where a row has more or fewer, a quote is left open, or
    there is too much of it.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[tuple[int, list[str]]] = []
    cells = 0
    try:
        for row in reader:
            if not any(cell.strip() for cell in row) and len(row) < 2:
                continue
            rows.append((reader.line_num + skipped, row))
            cells += len(row)
            _check_size(len(rows), len(rows[0][1]), cells)
    except csv.Error as error:
        raise ValueError(_broken_quote(str(error), rows, reader.line_num + skipped)) from None
    if not rows:
        raise ValueError("The file is empty. Expected: a row of names, then one row a sample.")
    return _rectangular(rows)


def _check_size(n_rows: int, n_columns: int, n_cells: int) -> None:
    """Stop reading as soon as a bound is passed."""
    if n_columns > MAX_COLUMNS:
        raise ValueError(
            f"The first row has {n_columns:,} columns, the limit is {MAX_COLUMNS}. Save the columns that may "
            "matter and the class."
        )
    if n_rows > MAX_LINES + 1 or n_cells > MAX_CELLS:
        raise ValueError(
            f"The file has more than {min(n_rows - 1, MAX_LINES):,} rows, which is too much to read with "
            f"{n_columns} columns: the limit is {MAX_LINES:,} rows and {MAX_CELLS:,} cells. Save a sample "
            f"of its rows."
        )


def _broken_quote(error: str, rows: Sequence[tuple[int, list[str]]], line: int) -> str:
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
        f"Write a "
        'quote within quotes twice, as in "5"" wide".'
    )


def _rectangular(rows: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """The same rows once all are as long as the first; empty cells beyond it are cut off."""
    n = len(rows[0][1])
    body = rows[1:]
    if body and all(len(row) == n + 1 and row[n].strip() for _, row in body):
        return [(rows[0][0], ["", *rows[0][1]]), *body]  # row names under no name, as R writes them
    for i, (line, row) in enumerate(rows):
        if len(row) > n and not any(cell.strip() for cell in row[n:]):
            del row[n:]
        if len(row) == n:
            continue
        here = f"Line {line:,} has {_cells(len(row))}, the first row has {n}"
        if len(row) < n and i == len(rows) - 1:
            raise ValueError(_cut(f"{here[0].lower()}{here[1:]}"))
        at = (
            f"the cell {_quoted(row[n])} is one too many"
            if len(row) > n
            else f"column {len(row) + 1} is missing"
        )
        raise ValueError(
            f"{here}: {at}. Every row must have the same number of cells; put a cell that holds the "
            "separator into quotes."
        )
    return rows


def looks_like_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row can be told from data: some cell of it does not fit what its column holds.

    A number does not fit text, nor text numbers; a text fits where it comes again in its column.
    """
    first, body = rows[0], rows[1:]
    for i, name in enumerate(first):
        cells = [row[i].strip() for row in body if row[i].strip()]
        are_numbers = bool(cells) and all(_is_number(cell) for cell in cells)
        if are_numbers != _is_number(name) or (not are_numbers and name.strip() not in cells):
            return True
    return not body


def _is_number(cell: str) -> bool:
    try:
        float(cell.strip().replace(",", "."))
    except ValueError:
        return False
    return True


def column_names(names: Sequence[str], told: bool = True) -> tuple[list[str], list[str]]:
    """A safe name for each column, each once, and sentences on those that had to be changed."""
    safe = [safe_name(name) or f"column {i + 1}" for i, name in enumerate(names)]
    unique = unique_names(safe)
    if not told:
        return unique, []
    empty = [name for name, given in zip(unique, names, strict=True) if not safe_name(given)]
    twice = [name for name, first in zip(unique, safe, strict=True) if name != first]
    cut = [
        name
        for name, given in zip(safe, names, strict=True)
        if safe_name(given) and name != unicodedata.normalize("NFC", " ".join(given.split()))
    ]
    notes = []
    if empty:
        notes.append(f"{_columns(len(empty))} without a name: called {_listed(empty)}.")
    if twice:
        notes.append(f"{_columns(len(twice))} with a name that is there already: called {_listed(twice)}.")
    if cut:
        notes.append(
            f"{_columns(len(cut))} with a name too long, or with signs that cannot be seen: called "
            f"{_listed(cut)}."
        )
    return unique, notes


def safe_name(text: str) -> str:
    """A name as it can be shown anywhere: signs that can be seen, in one line of at most MAX_NAME."""
    text = unicodedata.normalize("NFC", text[: 20 * MAX_NAME])
    seen = "".join(c if c.isprintable() or c in JOINERS else " " if c.isspace() else "" for c in text)
    name = " ".join(seen.split()).strip(JOINERS)
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 1].rstrip() + "…"


def unique_names(names: Sequence[str]) -> list[str]:
    """The names in their order; one that was there before gets (2), (3), …"""
    taken: set[str] = set()
    unique = []
    given = set(names)
    for name in names:
        candidate, i = name, 1
        while candidate in taken or (i > 1 and candidate in given):
            i += 1
            candidate = f"{name[: MAX_NAME - len(str(i)) - 3].rstrip()} ({i})"
        taken.add(candidate)
        unique.append(candidate)
    return unique


def likely_target(raw: Raw) -> str:
    """The column that probably names the class: by its name, else the last one of 2 to MAX_CLASSES values."""
    named = {name.lower(): name for name in reversed(raw.columns)}
    found = next((named[name] for name in TARGET_NAMES if name in named), None)
    return found or next(
        (name for name in reversed(raw.columns) if _can_be_target(raw, name)), raw.columns[-1]
    )


def _can_be_target(raw: Raw, name: str) -> bool:
    cells = raw.cells[name]
    counts = cells[~is_gap(cells)].value_counts()
    return 2 <= len(counts) <= MAX_CLASSES and counts.min() >= MIN_ROWS


def is_gap(cells: pd.Series) -> pd.Series:
    """Which cells hold no value: empty, NA, NaN, null, a question mark and the like."""
    return cells.str.lower().isin(GAP_WORDS)


def numbers(cells: pd.Series, separator: str) -> tuple[np.ndarray, str]:
    """The cells as numbers, NaN where they are none, and how they were written.

    A comma is a decimal comma, unless cells look like 1,234,567 or, with commas between them, like 1,234.
    """
    plainly = pd.to_numeric(cells, errors="coerce").astype(float)
    with_comma = cells[plainly.isna() & cells.str.contains(",", regex=False)]
    if with_comma.empty:
        return plainly.to_numpy(), ""
    thousands = with_comma.str.fullmatch(THOUSANDS)
    decimal = with_comma.str.fullmatch(EUROPEAN)
    certain = with_comma.str.contains(r",.*[,.]", regex=True)
    if thousands.sum() >= decimal.sum() and (separator == "," or certain.any()):
        written, how = cells.str.replace(",", "", regex=False).where(cells.str.fullmatch(THOUSANDS)), "1,000"
    else:
        european = cells.str.fullmatch(EUROPEAN) | cells.str.fullmatch(DOTTED)
        bare = cells.str.replace(r"[. ]", "", regex=True).str.replace(",", ".", regex=False)
        written, how = bare.where(european), "decimal comma"
        plainly = plainly.where(~european)
    return plainly.fillna(pd.to_numeric(written, errors="coerce")).astype(float).to_numpy(), how


@dataclass(frozen=True, eq=False)
class _Column:
    """What a column of the file was found to hold."""

    name: str
    kind: str  # "numbers", "text" or "left out"
    cells: pd.Series  # floats, or text; NaN or "" where there is a gap
    read_as: str
    about: str = ""  # why it is left out, or what counts as a gap in it

    @property
    def gaps(self) -> np.ndarray:
        """Which rows have no value here."""
        return (self.cells.isna() if self.kind == "numbers" else self.cells == "").to_numpy()


def _examine(cells: pd.Series, separator: str) -> _Column:
    """Numbers, text of few values, or nothing that can be learned from."""
    name, gap = str(cells.name), is_gap(cells)
    if gap.all():
        return _Column(name, "left out", cells, "nothing", "no value in any row")
    values, how = numbers(cells, separator)
    if np.isfinite(values).all() and _counts_rows(name, values):
        return _Column(name, "left out", cells, "numbers", "they only count the rows")
    low = cells.str.lower()
    stray = ~gap & np.isnan(values)
    infinite = ~gap & (np.isinf(values) | low.isin(INFINITE))
    known = int((~gap & ~low.isin(NO_NUMBER)).sum())
    good = np.isfinite(values)
    if good.any() and (good | infinite).sum() >= MOSTLY * known:
        said = [f"{int(infinite.sum())} infinite"] if infinite.any() else []
        stray &= ~infinite
        if stray.any():
            line = cells.index[stray.to_numpy().argmax()]
            said.append(f"{int(stray.sum())} no number, first {_raw(cells[line])} in line {line:,}")
        read_as = "numbers" + (f" ({how})" if how else "")
        return _Column(
            name, "numbers", pd.Series(np.where(good, values, np.nan), cells.index), read_as, ", ".join(said)
        )
    known_cells = cells[~gap]
    n = known_cells.nunique()
    if n > MAX_VALUES:
        dates = known_cells.str.fullmatch(DATE).mean() > MOSTLY
        kind = "dates" if dates else "text"
        why = f"{n:,} dates; write them as numbers, such as days" if dates else f"{n:,} different values"
        return _Column(name, "left out", cells, kind, why)
    return _Column(name, "text", cells.where(~gap, ""), f"text of {n} value{'s' * (n > 1)}")


def prepare(raw: Raw, target: str, gaps: str = DROP, left_out: Sequence[str] = ()) -> Prepared:
    """The table to learn from. target: the column of classes; gaps: DROP or FILL; left_out: not wanted.

    Numbers stay as they are, and NaN in a gap to be filled: the split standardizes and fills by the training
    rows alone. Text becomes a column of 0 and 1 for each value.
    """
    labels, notes = raw.cells[target], []
    known = ~is_gap(labels).to_numpy()
    if not known.all():
        notes.append(f"{_rows(int((~known).sum()))} without a class {_are((~known).sum())} left out.")
    _check_classes(raw, target, labels[known])
    wanted = [name for name in raw.columns if name not in (target, *left_out)]
    found = [_examine(raw.cells.loc[known, name], raw.separator) for name in wanted]
    used = [column for column in found if column.kind != "left out"]
    kept, about_rows = _kept_rows(used, gaps, int(known.sum()))
    labels, about_sample = _sampled(labels[known][kept])
    notes += [*about_rows, *about_sample]
    y, class_names = _classes(labels, target)
    blocks = {column.name: _features(column, labels.index, raw) for column in used}
    table = _table(blocks, y, class_names)
    said = {column.name: _becomes(column, blocks.get(column.name)) for column in found}
    columns = _report(raw, target, left_out, found, said, len(class_names))
    left = int((columns["becomes"].str.startswith("left out")).sum())
    if left:
        notes.append(f"{_columns(left)} of the file {_are(left)} left out, for the reasons in the table.")
    counts = np.bincount(y)
    classes = joined([f"{plain(name)} ({n:,})" for name, n in zip(class_names, counts, strict=True)])
    summary = (
        f"To learn from: **{_rows(len(y))}** and **{_columns(table.X.shape[1])}**. Classes of "
        f"{plain(target)}: {classes}."
    )
    return Prepared(table, columns, (summary, *notes), _digest(table))


def _check_classes(raw: Raw, target: str, labels: pd.Series) -> None:
    """Refuse a column that cannot name the classes, and say which could."""
    n = labels.nunique()
    if 2 <= n <= MAX_CLASSES:
        return
    others = [name for name in raw.columns if name != target and _can_be_target(raw, name)]
    instead = (
        f"Choose another column; {_listed(others, 'or')} would do." if others else "Choose another column."
    )
    if n < 2:
        only = f"one value, {plain(safe_name(labels.iloc[0]))}" if n else "no value"
        raise ValueError(
            f"The column {plain(target)} has only {only}. A class to be learned needs 2 to {MAX_CLASSES}. "
            f"{instead}"
        )
    kind = "numbers" if np.isfinite(numbers(labels, raw.separator)[0]).all() else "values"
    raise ValueError(
        f"The column {plain(target)} has {n:,} different {kind}. The class may have 2 to {MAX_CLASSES}. "
        f"{instead}"
    )


def _kept_rows(used: Sequence[_Column], gaps: str, n_rows: int) -> tuple[np.ndarray, list[str]]:
    """Which rows stay, and what is done with those that have gaps, in sentences."""
    if not used:
        raise ValueError(
            "No column is left to learn from: each is empty, a row number, text of too many values, or left "
            "out. Expected: at least one column of numbers, or of text with few values."
        )
    with_gap = np.column_stack([column.gaps for column in used])
    n, n_cells = int(with_gap.any(axis=1).sum()), int(with_gap.sum())
    if n == 0:
        return np.ones(n_rows, bool), []
    if gaps == FILL:
        return np.ones(n_rows, bool), [
            f"{n_cells:,} gap{'s' * (n_cells > 1)} in {_rows(n)} {_are(n_cells)} filled: numbers with the "
            "median of the training rows, text with a value of its own."
        ]
    kept = ~with_gap.any(axis=1)
    worst = used[int(with_gap.sum(axis=0).argmax())].name
    if not kept.any():
        raise ValueError(
            f"Every row has a gap, most often in the column {plain(worst)}, so none is left. Fill the gaps, "
            "or leave out that column."
        )
    return kept, [f"{_rows(n)} with gaps {_are(n)} left out, of {n_rows:,}; most gaps are in {plain(worst)}."]


def _sampled(labels: pd.Series) -> tuple[pd.Series, list[str]]:
    """At most MAX_ROWS rows, drawn once and for all with the classes' shares."""
    n = len(labels)
    if n <= MAX_ROWS:
        return labels, []
    codes = pd.factorize(labels)[0]
    kept = np.flatnonzero(stratified_split(codes, 1 - MAX_ROWS / n, np.random.default_rng(0)))[:MAX_ROWS]
    return labels.iloc[kept], [
        f"{MAX_ROWS:,} of {n:,} rows are used, drawn at random with the classes' shares."
    ]


def _classes(labels: pd.Series, target: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Class indices and names; numbers in their order, text by the alphabet."""
    counts = Counter(labels)
    rare = [name for name, n in counts.items() if n < MIN_ROWS]
    if rare or len(counts) < 2:
        few = [f"{plain(safe_name(name))} has {_rows(counts[name])}" for name in sorted(rare)[:3]]
        wrong = f"class {joined(few)}" if few else f"only class {plain(safe_name(labels.iloc[0]))} is left"
        raise ValueError(
            f"Of the column {plain(target)}, among the rows that can be used, {wrong}. Each class needs "
            f"{MIN_ROWS} rows or more, and there must be two. Leave out such rows, join them with another "
            "class, or fill the gaps. If the last row of the file is cut off, save it again."
        )
    values = sorted(counts)
    if all(_is_number(value) for value in values):
        values = sorted(values, key=lambda value: float(value.replace(",", ".")))
    codes = {value: i for i, value in enumerate(values)}
    names = unique_names([safe_name(value) or f"class {i + 1}" for i, value in enumerate(values)])
    return labels.map(codes).to_numpy(int), tuple(names)


def _features(column: _Column, lines: pd.Index, raw: Raw) -> dict[str, np.ndarray]:
    """The columns of numbers that a column becomes, by name; none where it holds the same in every row."""
    cells = column.cells.loc[lines]
    if column.kind == "numbers":
        values = cells.to_numpy(float)
        known = values[~np.isnan(values)]
        if known.size == 0 or (known == known[0]).all():
            return {}
        return {column.name: _scaled(values)}
    values = sorted(cells.unique())
    if len(values) < 2:
        return {}
    if len(values) == 2:
        values = values[1:]  # one column says it all
    return {
        f"{column.name} = {safe_name(value) or '(gap)'}": (cells == value).to_numpy(float) for value in values
    }


def _counts_rows(name: str, values: np.ndarray) -> bool:
    """Whether a column only numbers the rows: by its name, and by ones or zeros counted on."""
    return bool(COUNTERS.fullmatch(name)) and values[0] in (0, 1) and bool((np.diff(values) == 1).all())


def _scaled(values: np.ndarray) -> np.ndarray:
    """Numbers so large or small that their squares leave float64, times a power of two, which is exact."""
    largest = np.nanmax(np.abs(values))
    if 1e-100 < largest < 1e100:
        return values
    return np.ldexp(values, -int(np.frexp(largest)[1]))


def _table(blocks: dict[str, dict[str, np.ndarray]], y: np.ndarray, class_names: tuple[str, ...]) -> Table:
    """All columns side by side under safe names."""
    features = [pair for block in blocks.values() for pair in block.items()]
    if not features:
        raise ValueError(
            "No column is left to learn from: each has the same value in every row that is used. Expected: "
            "at least one column that differs from row to row."
        )
    if len(features) > MAX_FEATURES:
        widest = max(blocks, key=lambda name: len(blocks[name]))
        more = f"; {plain(widest)} alone makes {len(blocks[widest])}" if len(blocks[widest]) > 1 else ""
        raise ValueError(
            f"The file makes {len(features)} columns to learn from, the limit is {MAX_FEATURES}{more}. Leave "
            "out the columns that matter least."
        )
    names = unique_names([safe_name(name) for name, _ in features])
    return Table(np.column_stack([values for _, values in features]), y, tuple(names), class_names)


def _becomes(column: _Column, block: dict[str, np.ndarray] | None) -> str:
    """What is done with a column, in words."""
    if column.kind == "left out":
        return f"left out: {column.about}"
    if not block:
        return "left out: the same value in every row that is used"
    if column.kind == "numbers":
        return "standardized"
    return "a column of 0 and 1" if len(block) == 1 else f"{len(block)} columns of 0 and 1"


def _report(
    raw: Raw,
    target: str,
    left_out: Sequence[str],
    found: Sequence[_Column],
    said: dict[str, str],
    n_classes: int,
) -> pd.DataFrame:
    """column, read as, gaps, becomes: one row a column of the file, in its order."""
    by_name = {column.name: column for column in found}
    rows = []
    for name in raw.columns:
        if name == target:
            rows.append((name, "class", int(is_gap(raw.cells[name]).sum()), f"{n_classes} classes"))
        elif name in left_out:
            rows.append((name, "", int(is_gap(raw.cells[name]).sum()), "left out: you said so"))
        else:
            column = by_name[name]
            n_gaps = int((is_gap(column.cells) if column.kind == "left out" else column.gaps).sum())
            about = f" ({column.about})" if column.kind != "left out" and column.about else ""
            rows.append((name, column.read_as + about, n_gaps, said[name]))
    return pd.DataFrame(rows, columns=["column", "read as", "gaps", "becomes"])


def _digest(table: Table) -> str:
    """A fingerprint of numbers and names."""
    digest = hashlib.sha256(repr((table.X.shape, table.feature_names, table.class_names)).encode())
    digest.update(table.X.tobytes())
    digest.update(table.y.tobytes())
    return digest.hexdigest()


def _cut(how: str) -> str:
    return f"The file seems to be cut off: {how}. Save or download it again."


def _raw(text: str) -> str:
    """A cell in quotes, for a table, which shows text as it is."""
    return f"“{safe_name(text)}”"


def _quoted(text: str) -> str:
    """A cell, for a sentence."""
    return plain(safe_name(text) or "(empty)")


def _listed(names: Sequence[str], word: str = "and") -> str:
    """Some names, for a sentence."""
    shown = [plain(name) for name in names[:3]]
    more = [f"{len(names) - 3} more"] if len(names) > 3 else []
    return joined([*shown, *more], word)


def _rows(n: int) -> str:
    return f"{n:,} row{'s' * (n != 1)}"


def _columns(n: int) -> str:
    return f"{n:,} column{'s' * (n != 1)}"


def _cells(n: int) -> str:
    return f"{n:,} cell{'s' * (n != 1)}"


def _are(n: int) -> str:
    return "is" if n == 1 else "are"
