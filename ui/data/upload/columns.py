"""Step three: from cells of text to columns, and what each of them holds.

A file says nowhere whether a column is of numbers or of text, and people write numbers in more than one way.
So each column is looked at on its own: a name that can be shown, which cells are gaps, and whether the others
are numbers (`examine`). A few stray words do not make text of a column of numbers: they are gaps, and the
table of columns says where the first one is.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ui.base.foreign import MAX_NAME, safe_name
from ui.base.words import how_many
from ui.data.upload.sentences import cell_in_table, listed

MAX_CLASSES = 10
MIN_ROWS = 4  # of a class: some to train on and one to test with
MAX_VALUES = 10  # of a text column that becomes indicators
MOSTLY = 0.9  # of its known cells must be numbers in a column of numbers

NUMBERS, TEXT, LEFT_OUT = "numbers", "text", "left out"  # the kinds of columns
TARGET_NAMES = ("target", "class", "label", "y")
GAP_WORDS = {"", "na", "n/a", "nan", "null", "#n/a", "#na", "?", "-", "--", "."}
NO_NUMBER = {"none", "nil", "missing", "#div/0!", "#value!", "#ref!", "#num!", "#name?", "#null!"}
INFINITE = {sign + word for sign in ("", "+", "-") for word in ("inf", "infinity", "∞")}
COUNTERS = re.compile(r"id|index|idx|row|rows|nr|no|#|unnamed: 0|rownames|column 1", re.IGNORECASE)
DATE = r"\d{4}-\d{1,2}-\d{1,2}([T ].*)?|\d{1,4}[./]\d{1,2}[./]\d{1,4}( .*)?"
EUROPEAN = r"[+-]?(?:\d+|\d{1,3}(?:[. ]\d{3})+),\d+(?:[eE][+-]?\d+)?"  # 3,5 and 1.234,5
THOUSANDS = r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?"  # 1,234 and 1,234,567.8
DOTTED = r"[+-]?\d{1,3}(?:\.\d{3})+"  # 1.234, beside decimal commas


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
class Column:
    """What a column of the file was found to hold."""

    name: str
    kind: str  # NUMBERS, TEXT or LEFT_OUT
    cells: pd.Series  # floats, or text; NaN or "" where there is a gap
    read_as: str
    about: str = ""  # why it is left out, or what counts as a gap in it

    @property
    def gaps(self) -> np.ndarray:
        """Which rows have no value here: (n_rows,) of bool."""
        return (self.cells.isna() if self.kind == NUMBERS else self.cells == "").to_numpy()


def column_names(names: Sequence[str], has_header: bool) -> tuple[list[str], list[str]]:
    """A safe name for each column, each once, and notes on those of the file that had to be changed."""
    safe = [safe_name(name) or f"column {i + 1}" for i, name in enumerate(names)]
    unique = unique_names(safe)
    if not has_header:
        return unique, []
    empty = [name for name, given in zip(unique, names, strict=True) if not safe_name(given)]
    twice = [name for name, first in zip(unique, safe, strict=True) if name != first]
    changed = [
        name
        for name, given in zip(safe, names, strict=True)
        if safe_name(given) and name != unicodedata.normalize("NFC", " ".join(given.split()))
    ]
    reasons = (
        (empty, "without a name"),
        (twice, "with a name that is there already"),
        (changed, "with a name too long, or with signs that cannot be seen"),
    )
    notes = [
        f"{how_many(len(which), 'column')} {reason}: called {listed(which)}."
        for which, reason in reasons
        if which
    ]
    return unique, notes


def unique_names(names: Sequence[str]) -> list[str]:
    """The names in their order; one that was there before gets (2), (3), … and stays within MAX_NAME."""
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
    by_name = {name.lower(): name for name in reversed(raw.columns)}
    for name in TARGET_NAMES:
        if name in by_name:
            return by_name[name]
    fitting = (name for name in reversed(raw.columns) if can_be_target(raw, name))
    return next(fitting, raw.columns[-1])


def can_be_target(raw: Raw, name: str) -> bool:
    """Whether a column has 2 to MAX_CLASSES values, each in MIN_ROWS rows or more."""
    cells = raw.cells[name]
    counts = cells[~is_gap(cells)].value_counts()
    return 2 <= len(counts) <= MAX_CLASSES and bool(counts.min() >= MIN_ROWS)


def is_gap(cells: pd.Series) -> pd.Series:
    """Which cells hold no value: empty, NA, NaN, null, a question mark and the like."""
    return cells.str.lower().isin(GAP_WORDS)


def numbers(cells: pd.Series, separator: str) -> tuple[np.ndarray, str]:
    """The cells as numbers, NaN where they are none, and how they were written.

    A comma is a decimal comma, unless cells look like 1,234,567 or, with commas between them, like 1,234.
    """
    has_comma = cells.str.contains(",", regex=False)
    with_comma, others = cells[has_comma], cells[~has_comma]
    found = np.full(len(cells), np.nan)
    found[~has_comma] = pd.to_numeric(others, errors="coerce")
    if with_comma.empty:
        return found, ""
    thousands = with_comma.str.fullmatch(THOUSANDS)
    decimal = with_comma.str.fullmatch(EUROPEAN)
    certain = with_comma.str.contains(r",.*[,.]", regex=True)
    if thousands.sum() >= decimal.sum() and (separator == "," or certain.any()):
        written, how = with_comma[thousands].str.replace(",", "", regex=False), "1,000"
    else:
        dotted = others[others.str.fullmatch(DOTTED)]  # beside decimal commas 1.234 means a thousand and more
        european = pd.concat([with_comma[decimal], dotted]).str.replace(r"[. ]", "", regex=True)
        written, how = european.str.replace(",", ".", regex=False), "decimal comma"
    found[cells.index.get_indexer(written.index)] = pd.to_numeric(written, errors="coerce")
    return found, how


def examine(cells: pd.Series, separator: str) -> Column:
    """Numbers, text of few values, or nothing that can be learned from."""
    name, gap = str(cells.name), is_gap(cells)
    if gap.all():
        return Column(name, LEFT_OUT, cells, "nothing", "no value in any row")
    values, how = numbers(cells, separator)
    if np.isfinite(values).all() and _counts_rows(name, values):
        return Column(name, LEFT_OUT, cells, "numbers", "they only count the rows")
    return _as_numbers(cells, gap, values, how) or _as_text(cells, gap)


def _counts_rows(name: str, values: np.ndarray) -> bool:
    """Whether a column only numbers the rows: by its name, and by ones or zeros counted on."""
    return bool(COUNTERS.fullmatch(name)) and values[0] in (0, 1) and bool((np.diff(values) == 1).all())


def _as_numbers(cells: pd.Series, gap: pd.Series, values: np.ndarray, how: str) -> Column | None:
    """A column of numbers, in which all else is a gap; None where too few of its known cells are numbers.

    Known are all but gaps and words such as "none". Infinite cells count for numbers here, yet nothing can be
    learned from them, so they are gaps too.
    """
    lower = cells.str.lower()
    finite = np.isfinite(values)
    infinite = ~gap & (np.isinf(values) | lower.isin(INFINITE))
    n_known = int((~gap & ~lower.isin(NO_NUMBER)).sum())
    if not finite.any() or (infinite | finite).sum() < MOSTLY * n_known:
        return None
    stray = ~gap & ~infinite & np.isnan(values)
    about = []
    if infinite.any():
        about.append(f"{int(infinite.sum())} infinite")
    if stray.any():
        line = cells.index[stray.to_numpy().argmax()]
        about.append(f"{int(stray.sum())} no number, first {cell_in_table(cells[line])} in line {line:,}")
    read_as = f"numbers ({how})" if how else "numbers"
    finite_cells = pd.Series(np.where(finite, values, np.nan), cells.index)
    return Column(str(cells.name), NUMBERS, finite_cells, read_as, ", ".join(about))


def _as_text(cells: pd.Series, gap: pd.Series) -> Column:
    """A column of text, left out where its values are too many to become indicators."""
    name, known = str(cells.name), cells[~gap]
    n = known.nunique()
    if n <= MAX_VALUES:
        return Column(name, TEXT, cells.where(~gap, ""), f"text of {how_many(n, 'value')}")
    if known.str.fullmatch(DATE).mean() > MOSTLY:
        why = f"{n:,} dates; write them as numbers, such as days"
        return Column(name, LEFT_OUT, cells, "dates", why)
    return Column(name, LEFT_OUT, cells, "text", f"{n:,} different values")
