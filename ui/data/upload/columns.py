"""Step six: from cells of text to columns, and what each of them holds.

A file says nowhere whether a column is of numbers or of text, and people write numbers in more than one way.
So each column is looked at on its own: a name that can be shown, which cells are gaps, and whether the others
are numbers (`examine`). A few stray words do not make text of a column of numbers: they are gaps, and the
table of columns says where the first one is.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from ui.base.foreign import MAX_NAME, safe_name
from ui.base.words import how_many
from ui.data.upload.cells import (
    COMMA,
    DATE,
    GAP_WORDS,
    INFINITE,
    MARKS,
    MOSTLY,
    NO_NUMBER,
    POINT,
    Votes,
    column_votes,
    is_number,
    numbers,
    value,
)
from ui.data.upload.sentences import cell_in_table, listed

MAX_CLASSES = 10
MIN_ROWS = 4  # of a class: some to train on and one to test with
MAX_VALUES = 10  # of a text column that becomes indicators
OTHER = {POINT: COMMA, COMMA: POINT}
NUMBERS, TEXT, LEFT_OUT = "numbers", "text", "left out"  # the kinds of columns
# What people call a class; PERHAPS also something else, which counts less.
TARGETS = re.compile(
    r"(.*[ _.])?(target|class(es|e)?|klasse|clase|labels?|outcome|diagnosis|species|default|response|"
    r"spam|fraud)|y|survived|"
    r"churn(ed)?|attrition|purchased?|den(y|ied)|approved?|arrest(ed)?|died|dead|death|voted?|won|direction",
    re.IGNORECASE,
)
PERHAPS = re.compile(
    r"status|type|kind|group|category|quality|grade|variety|cultivar|origin|digit|malignant|event|choice|"
    r"result|income|smoker|released|participation|low",
    re.IGNORECASE,
)
IDS = re.compile(
    r"(.*[ _.\-])?(id|index|idx|no|nr|number|key|#)|(?-i:[A-Za-z]*[a-z]I[dD])|unnamed: \d+|rownames",
    re.IGNORECASE,
)
MOSTLY_DIFFERENT = 0.9  # of the cells of a column that is called an id: then it is one
MARGIN = 1.5  # of a score: a guess that is no more ahead of others is a question
MARGIN_WITHOUT_A_NAME = 3.1  # the same where the name says nothing: the last column alone is no ground
MOST_RIVALS = 4
FEW_COUNTED = 8  # rows, fewer of which may rise by chance


@dataclass(frozen=True, eq=False)
class Raw:
    """A file as it was read: cells of text under safe names, the index their line in the file."""

    file_name: str
    cells: pd.DataFrame
    separator: str
    has_header: bool
    notes: tuple[str, ...]  # sentences: what reading had to change or to guess
    encoding: str = "utf-8"  # or one of ENCODINGS

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
        return (self.cells.isna() if is_numeric_dtype(self.cells) else self.cells == "").to_numpy()


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


class Guess(NamedTuple):
    """The column that probably names the class, and others that do as probably."""

    name: str
    rivals: tuple[str, ...] = ()


def likely_target(raw: Raw) -> str:
    """The column that probably names the class."""
    return guess_target(raw).name


def guess_target(raw: Raw) -> Guess:
    """By its name, by where it stands, and by what it holds: only a column that can be a class is guessed."""
    scores = {name: _score(raw, name) for name in raw.columns if can_be_target(raw, name)}
    if not scores:
        named = [name for name in raw.columns if TARGETS.fullmatch(name)]
        return Guess(named[0] if named else raw.columns[-1])
    at = {name: i for i, name in enumerate(raw.columns)}
    first, *others = sorted(scores, key=lambda name: (scores[name], at[name]), reverse=True)
    is_told = not raw.has_header or TARGETS.fullmatch(first) or PERHAPS.fullmatch(first)
    margin = MARGIN if is_told else MARGIN_WITHOUT_A_NAME
    close = [name for name in others if scores[name] > scores[first] - margin]
    return Guess(first, tuple(close[:MOST_RIVALS]))


def _score(raw: Raw, name: str) -> float:
    """How much speaks for a column as the class."""
    cells = raw.cells[name]
    known = cells[known_classes(cells)]
    at = raw.columns.index(name)
    score = 6.0 * bool(TARGETS.fullmatch(name)) + 4.5 * bool(PERHAPS.fullmatch(name))
    score += 2.0 * (at == len(raw.columns) - 1) + 1.0 * (at == 0) + 0.5 * (known.nunique() == 2)
    score += 0.5 * (not known.map(is_number).all())
    if IDS.fullmatch(name) or known.str.fullmatch(r"(19|20)\d\d").all():
        score -= 6.0
    return score


def can_be_target(raw: Raw, name: str) -> bool:
    """Whether a column has 2 to MAX_CLASSES values, each in MIN_ROWS rows or more."""
    cells = raw.cells[name]
    counts = cells[known_classes(cells)].value_counts()
    return 2 <= len(counts) <= MAX_CLASSES and bool(counts.min() >= MIN_ROWS)


def known_classes(cells: pd.Series, words_are_classes: bool | None = None) -> np.ndarray:
    """Which cells of a column name a class, (n_rows,) of bool.

    words_are_classes: whether words that mean a gap elsewhere, such as -, are classes here; None to guess:
    they are where fewer than two other values are there, and - is beside a +.
    """
    gap, empty = gaps_in(cells).to_numpy(), (cells == "").to_numpy()
    words = gap & ~empty
    others = set(cells[~gap])
    if words_are_classes is None:
        signs = (cells == "-").to_numpy() if "+" in others else np.zeros(len(cells), bool)
        return ~gap | (words if len(others) < 2 else signs)
    return ~empty if words_are_classes else ~gap


def gap_words(cells: pd.Series) -> dict[str, int]:
    """The words of a column that mean a gap elsewhere, and how often each is there; empty cells are none."""
    counts = cells[gaps_in(cells) & (cells != "")].value_counts()
    return {str(word): int(n) for word, n in counts.items()}


def gaps_in(cells: pd.Series) -> pd.Series:
    """Which cells hold no value."""
    return cells.str.lower().isin(GAP_WORDS)


class Mark(NamedTuple):
    """The decimal mark of a column, and a cell that could be read in another way, where nothing proves it."""

    mark: str = POINT
    doubtful: str = ""

    @property
    def in_doubt(self) -> str:
        """Both readings of that cell, the one that is taken first; "" where there is no doubt."""
        if not self.doubtful:
            return ""
        taken, other = (f"{value(self.doubtful, mark):g}" for mark in (self.mark, OTHER[self.mark]))
        return f"in doubt: {cell_in_table(self.doubtful)} is {taken}, or {other}"


def marks_of(raw: Raw, chosen: str = "") -> dict[str, Mark]:
    """The decimal mark of each column: its own, else that of all others, else the likelier one, in doubt.

    chosen: by a person, for all.
    """
    if chosen:
        return dict.fromkeys(raw.columns, Mark(chosen))
    said = {name: column_votes(raw.cells[name]) for name in raw.columns}
    proven = {votes.mark for votes in said.values()} - {""}
    of_file = proven.pop() if len(proven) == 1 else ""
    return {name: _mark(votes, of_file, raw.separator) for name, votes in said.items()}


def _mark(votes: Votes, of_file: str, separator: str) -> Mark:
    if not separator:  # a file that knows its numbers
        return Mark(votes.mark or POINT)
    if mark := votes.mark or of_file:
        return Mark(mark)
    if not votes.either:
        return Mark()
    is_decimal_comma = COMMA in votes.either and separator != ","
    return Mark(COMMA if is_decimal_comma else POINT, votes.either)


def is_called_an_id(raw: Raw, name: str) -> bool:
    """Whether a column's name is that of row numbers or ids: none at all beside others is one too."""
    return bool(IDS.fullmatch(name)) or (raw.has_header and re.fullmatch(r"column \d+", name) is not None)


def examine(cells: pd.Series, mark: Mark, is_id: bool = False, as_it_is: bool = False) -> Column:
    """Numbers, text of few values, or nothing that can be learned from.

    is_id: whether its name is that of an id; as_it_is: whether to learn from it though it numbers the rows.
    """
    name, gap = str(cells.name), gaps_in(cells)
    if gap.all():
        return Column(name, LEFT_OUT, cells, "nothing", "no value in any row")
    values = _known_numbers(cells, mark)
    if not as_it_is and (why := _names_rows(values, is_id)):
        return Column(name, LEFT_OUT, cells, "numbers", why)
    return _as_numbers(cells, gap, values, _how(cells, mark)) or _as_text(cells, gap)


def row_numbers(raw: Raw) -> list[str]:
    """The columns that seem to number or to name the rows."""
    marks = marks_of(raw)
    return [
        name
        for name in raw.columns
        if _names_rows(_known_numbers(raw.cells[name], marks[name]), is_called_an_id(raw, name))
    ]


def _known_numbers(cells: pd.Series, mark: Mark) -> np.ndarray:
    """The numbers of a column, NaN in its gaps."""
    values = numbers(cells, mark.mark)
    values[gaps_in(cells).to_numpy()] = np.nan
    return values


def _names_rows(values: np.ndarray, is_id: bool) -> str:
    """Why a column seems to number or to name the rows, so that it teaches nothing; "" where it does not."""
    whole = np.isfinite(values).all() and bool((values == np.round(values)).all())
    if not whole:
        return ""
    rises = bool((np.diff(values) > 0).all())
    if rises and (is_id or len(values) >= FEW_COUNTED):
        return "they only count the rows"
    if is_id and len(np.unique(values)) >= MOSTLY_DIFFERENT * len(values):
        return "they only name the rows"
    return ""


def _how(cells: pd.Series, mark: Mark) -> str:
    """How the numbers of a column are written, where that is not the plain way."""
    parts = []
    if cells.str.contains(",", regex=False).any():
        parts.append(MARKS[COMMA] if mark.mark == COMMA else "1,000")
    elif mark.doubtful:
        parts.append(MARKS[mark.mark])
    return ", ".join([*parts, *([mark.in_doubt] if mark.doubtful else [])])


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
