"""Step seven: from columns to the table that networks learn from, and an account of how it came about.

A network takes numbers and classes. So the column of the class becomes indices 0, 1, …; a column of numbers
stays as it is; a column of text becomes an indicator, 0 or 1, for each of its values; and a column that says
nothing is left out. Rows with gaps go, or the gaps stay as NaN to be filled later, because the split alone
knows the training rows, and the test rows must not have a say in the median.

Whatever is changed or left out is said: in notes with counts, and in a table with one row for each column.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from core.datasets import Table
from ui.base.foreign import markdown, safe_name
from ui.base.words import how_many, joined
from ui.data.upload.cells import MARKS, is_number, value
from ui.data.upload.columns import (
    LEFT_OUT,
    MAX_CLASSES,
    MIN_ROWS,
    NUMBERS,
    OTHER,
    Column,
    Mark,
    Raw,
    can_be_target,
    examine,
    gap_words,
    gaps_in,
    is_called_an_id,
    known_classes,
    marks_of,
    unique_names,
)
from ui.data.upload.packed import MAX_BYTES
from ui.data.upload.rows import MAX_COLUMNS
from ui.data.upload.sentences import LISTED, cell_in_sentence, is_or_are, listed

MAX_ROWS = 5_000  # that are learned from
MAX_FEATURES = 64
LEAST_KNOWN = 0.5  # of its rows must have a value in a column for whose gaps rows go
BOUNDS = (
    "A table as text (CSV, TSV, with semicolons or blanks), .xlsx, .parquet or .arff, packed by gzip or not, "
    f"of at most {MAX_BYTES // 1_000_000} MB and {MAX_COLUMNS} columns. One column names the class, of which "
    f"there are 2 to {MAX_CLASSES}, each with {MIN_ROWS} rows or more. Learned from are at most {MAX_ROWS:,} "
    f"rows and {MAX_FEATURES} columns."
)

DROP, FILL = "drop", "fill"
GAPS = {  # what becomes of the rows with gaps, and the label of that choice
    DROP: "Leave out the row",
    FILL: "Fill numbers with the median",
}

Features = dict[str, np.ndarray]  # the columns of numbers that one column of the file becomes, by name


@dataclass(frozen=True, eq=False)
class Prepared:
    """A table to learn from, and how it came about."""

    table: Table
    columns: pd.DataFrame  # one row a column of the file: column, read as, gaps, rows it costs, becomes
    notes: tuple[str, ...]  # sentences with counts
    digest: str  # of the table: the same numbers and names have the same one


def prepare(
    raw: Raw,
    target: str,
    gaps: str = DROP,
    left_out: Sequence[str] = (),
    kept: Sequence[str] = (),
    mark: str = "",
    words_are_classes: bool | None = None,
) -> Prepared:
    """The table to learn from. target: the column of classes; gaps: DROP or FILL; left_out: not wanted.

    kept: to be learned from though they seem to number the rows. mark: the decimal mark of all columns, ""
    for what the file shows. words_are_classes: as in `known_classes`.

    Numbers stay as they are, and NaN in a gap to be filled: the split standardizes and fills by the training
    rows alone. Raises ValueError, with a sentence for the page, where there is nothing to learn, or too much.
    """
    known = known_classes(raw.cells[target], words_are_classes)
    labels = raw.cells[target][known]
    _check_classes(raw, target, labels)
    marks = {name: one for name, one in marks_of(raw, mark).items() if name not in (target, *left_out)}
    found = _examined(raw, marks, known, kept)
    found = list(map(_without_few_values, found)) if gaps == DROP else found
    used = [column for column in found if column.kind != LEFT_OUT]
    whole, about_gaps = _kept_rows(used, gaps, len(labels))
    labels, about_sample = _sampled(labels[whole])
    y, class_names = _classes(labels, target)
    blocks = {column.name: _features(column, labels.index) for column in used}
    table = _table(blocks, y, class_names)
    columns = _account(raw, target, found, blocks, len(class_names), _costs(used, gaps))
    notes = (
        _summary(table, target),
        *_about_classes(raw.cells[target], known, target),
        *_in_doubt(list(marks.values())),
        *_tell_all(blocks, y),
        *about_gaps,
        *about_sample,
        *_columns_left_out(columns),
    )
    return Prepared(table, columns, notes, _digest(table))


def _examined(raw: Raw, marks: Mapping[str, Mark], known: np.ndarray, kept: Sequence[str]) -> list[Column]:
    """What the columns hold that have a mark here, in the rows that have a class."""
    return [
        examine(raw.cells.loc[known, name], mark, is_called_an_id(raw, name), name in kept)
        for name, mark in marks.items()
    ]


def _without_few_values(column: Column) -> Column:
    """The column, left out where rows with its gaps would go for nothing, or for too little."""
    if column.kind == LEFT_OUT or not column.gaps.any():
        return column
    known = column.cells[~column.gaps]
    if known.nunique() < 2:
        return replace(column, kind=LEFT_OUT, about="the same value wherever there is one")
    if len(known) < LEAST_KNOWN * len(column.cells):
        n = len(column.cells) - len(known)
        return replace(column, kind=LEFT_OUT, about=f"no value in {n:,} of {len(column.cells):,} rows")
    return column


def _about_classes(cells: pd.Series, known: np.ndarray, target: str) -> list[str]:
    """That rows have no class, and what words of the class that mean a gap elsewhere count as."""
    n, notes = int((~known).sum()), []
    if n:
        notes.append(f"{how_many(n, 'row')} without a class {is_or_are(n)} left out.")
    for word, n in gap_words(cells).items():
        is_class = bool(known[(cells == word).to_numpy()].any())
        where = f"In {markdown(target)}, {cell_in_sentence(str(word))} stands in {how_many(n, 'row')}"
        notes.append(f"{where} and counts as {'a class' if is_class else 'no value'}.")
    return notes


def _in_doubt(marks: Sequence[Mark]) -> list[str]:
    """That nothing in the file tells the decimal mark of some columns, with both readings of a cell."""
    found = [mark for mark in marks if mark.in_doubt]
    if not found:
        return []
    first = found[0]
    taken, other = (f"{value(first.doubtful, mark):g}" for mark in (first.mark, OTHER[first.mark]))
    return [
        f"**In doubt:** nothing tells whether the mark in {how_many(len(found), 'column')} stands before "
        f"decimals or between thousands. {cell_in_sentence(first.doubtful)} was read as {taken} "
        f"({MARKS[first.mark]}); with a {MARKS[OTHER[first.mark]]} it is {other}. Choose the decimal mark."
    ]


def _tell_all(blocks: Mapping[str, Features], y: np.ndarray) -> list[str]:
    """Columns that tell the classes apart in every row by themselves, which is seldom what it seems."""
    found = [name for name, block in blocks.items() if block and _tells_classes_apart(block, y)]
    if not found:
        return []
    return [
        f"{listed(found)} {'tells' if len(found) == 1 else 'tell'} all classes apart alone, in every row. "
        "Leave out what is known only once the class is."
    ]


def _tells_classes_apart(block: Features, y: np.ndarray) -> bool:
    """Whether what a column becomes has other values in each class: ranges apart, or other texts."""
    if len(block) == 1:
        (values,) = block.values()
        ranges = sorted((values[y == k].min(), values[y == k].max()) for k in np.unique(y))
        return all(high < low for (_, high), (low, _) in pairwise(ranges))
    texts = np.column_stack(list(block.values())).argmax(axis=1)
    return all(len(np.unique(y[texts == text])) == 1 for text in np.unique(texts))


def _check_classes(raw: Raw, target: str, labels: pd.Series) -> None:
    """Raise ValueError for a column that cannot name the classes, and say which could."""
    n = labels.nunique()
    if 2 <= n <= MAX_CLASSES:
        return
    others = [name for name in raw.columns if name != target and can_be_target(raw, name)]
    instead = (
        f"Choose another column; {listed(others, 'or')} would do." if others else "Choose another column."
    )
    if n < 2:
        only = f"one value, {markdown(safe_name(labels.iloc[0]))}" if n else "no value"
        raise ValueError(
            f"The column {markdown(target)} has only {only}. A class to be learned needs 2 to {MAX_CLASSES}. "
            f"{instead}"
        )
    kind = "numbers" if labels.map(is_number).all() else "values"
    raise ValueError(
        f"The column {markdown(target)} has {n:,} different {kind}. The class may have 2 to {MAX_CLASSES}. "
        f"{instead}"
    )


def _kept_rows(used: Sequence[Column], gaps: str, n_rows: int) -> tuple[np.ndarray, list[str]]:
    """Which rows stay, (n_rows,) of bool, and a note on those with gaps.

    Raises ValueError where no row stays, or where there is no column to learn from.
    """
    if not used:
        raise ValueError(
            "No column is left to learn from: each is empty, a row number, text of too many values, or left "
            "out. Expected: at least one column of numbers, or of text with few values."
        )
    gap = np.column_stack([column.gaps for column in used])  # (n_rows, n_used)
    has_gap = np.any(gap, axis=1)
    n, n_cells = int(has_gap.sum()), int(gap.sum())
    if n == 0:
        return np.ones(n_rows, bool), []
    if gaps == FILL:
        return np.ones(n_rows, bool), [
            f"{how_many(n_cells, 'gap')} in {how_many(n, 'row')} {is_or_are(n_cells)} filled: numbers with "
            "the median of the training rows, text with a value of its own."
        ]
    worst = markdown(used[int(gap.sum(axis=0).argmax())].name)
    if n == n_rows:
        raise ValueError(
            f"Every row has a gap, most often in the column {worst}, so none is left. Fill the gaps, or "
            "leave out that column."
        )
    return ~has_gap, [
        f"{how_many(n, 'row')} with gaps {is_or_are(n)} left out, of {n_rows:,}; most gaps are in {worst}."
    ]


def _sampled(labels: pd.Series) -> tuple[pd.Series, list[str]]:
    """At most MAX_ROWS rows, drawn once and for all with the classes' shares, and a note on that."""
    n = len(labels)
    if n <= MAX_ROWS:
        return labels, []
    kept = _drawn(pd.factorize(labels)[0], MAX_ROWS)
    return labels.iloc[kept], [
        f"{len(kept):,} of {n:,} rows are used, drawn at random with the classes' shares."
    ]


def _drawn(codes: np.ndarray, n: int) -> np.ndarray:
    """n positions, drawn so that each class has its share of them, to within one row."""
    shares = np.bincount(codes) * n / len(codes)
    sizes = np.floor(shares).astype(int)
    sizes[np.argsort(sizes - shares, kind="stable")[: n - sizes.sum()]] += 1
    rng = np.random.default_rng(0)
    drawn = [rng.choice(np.flatnonzero(codes == k), size, replace=False) for k, size in enumerate(sizes)]
    return np.sort(np.concatenate(drawn))


def _classes(labels: pd.Series, target: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Class indices (m,) and names; numbers in their order, text by the alphabet.

    Raises ValueError where a class has fewer than MIN_ROWS rows, or where it is the only one.
    """
    counts = Counter(labels)
    rare = [name for name, n in counts.items() if n < MIN_ROWS]
    if rare or len(counts) < 2:
        few = [
            f"{markdown(safe_name(name))} has {how_many(counts[name], 'row')}"
            for name in sorted(rare)[:LISTED]
        ]
        wrong = f"class {joined(few)}" if few else f"only class {markdown(safe_name(labels.iloc[0]))} is left"
        raise ValueError(
            f"Of the column {markdown(target)}, among the rows that can be used, {wrong}. Each class needs "
            f"{MIN_ROWS} rows or more, and there must be two. Leave out such rows, join them with another "
            "class, or fill the gaps. If the last row of the file is cut off, save it again."
        )
    values = sorted(counts)
    if all(is_number(value) for value in values):
        values = sorted(values, key=lambda text: np.nanmin([value(text, mark) for mark in MARKS]))
    codes = {value: i for i, value in enumerate(values)}
    names = unique_names([safe_name(value) or f"class {i + 1}" for i, value in enumerate(values)])
    return labels.map(codes).to_numpy(int), tuple(names)


def _features(column: Column, lines: pd.Index) -> Features:
    """What a column becomes in the rows of these lines; nothing where it holds the same in all of them."""
    cells = column.cells.loc[lines]
    if column.kind == NUMBERS:
        values = cells.to_numpy(float)
        known = values[~np.isnan(values)]
        varies = known.size > 0 and bool((known != known[0]).any())
        return {column.name: _scaled(values)} if varies else {}
    texts = sorted(cells.unique())
    if len(texts) < 2:
        return {}
    if len(texts) == 2:
        texts = texts[1:]  # one column says it all
    return {
        f"{column.name} = {safe_name(text) or '(gap)'}": (cells == text).to_numpy(float) for text in texts
    }


def _scaled(values: np.ndarray) -> np.ndarray:
    """Numbers so large or small that their squares leave float64, times a power of two, which is exact."""
    largest = np.nanmax(np.abs(values))
    if 1e-100 < largest < 1e100:
        return values
    return np.ldexp(values, -int(np.frexp(largest)[1]))


def _table(blocks: Mapping[str, Features], y: np.ndarray, class_names: tuple[str, ...]) -> Table:
    """All features side by side under safe names. Raises ValueError where there are none, or too many."""
    features = [feature for block in blocks.values() for feature in block.items()]
    if not features:
        raise ValueError(
            "No column is left to learn from: each has the same value in every row that is used. Expected: "
            "at least one column that differs from row to row."
        )
    if len(features) > MAX_FEATURES:
        widest = max(blocks, key=lambda name: len(blocks[name]))
        n_widest = len(blocks[widest])
        more = f"; {markdown(widest)} alone makes {n_widest}" if n_widest > 1 else ""
        raise ValueError(
            f"The file makes {len(features)} columns to learn from, the limit is {MAX_FEATURES}{more}. Leave "
            "out the columns that matter least."
        )
    names = unique_names([safe_name(name) for name, _ in features])
    return Table(np.column_stack([values for _, values in features]), y, tuple(names), class_names)


def _account(
    raw: Raw,
    target: str,
    found: Sequence[Column],
    blocks: Mapping[str, Features],
    n_classes: int,
    costs: Mapping[str, int],
) -> pd.DataFrame:
    """column, read as, gaps, rows it costs, becomes: one row a column of the file, in its order."""
    examined = {column.name: column for column in found}
    rows = []
    for name in raw.columns:
        if name in examined:
            column = examined[name]
            about = _read_as(column), _n_gaps(column), costs.get(name, 0)
            rows.append((name, *about, _becomes(column, blocks.get(name, {}))))
            continue
        n_gaps = int(gaps_in(raw.cells[name]).sum())
        if name == target:
            rows.append((name, "class", n_gaps, 0, f"{n_classes} classes"))
        else:
            rows.append((name, "", n_gaps, 0, "left out: you said so"))
    return pd.DataFrame(rows, columns=["column", "read as", "gaps", "rows it costs", "becomes"])


def _costs(used: Sequence[Column], gaps: str) -> dict[str, int]:
    """How many rows stay if a column is left out that go for its gaps alone, by its name."""
    if gaps == FILL:
        return {}
    gap = np.column_stack([column.gaps for column in used])
    alone = gap & (gap.sum(axis=1) == 1)[:, None]
    return dict(zip((column.name for column in used), alone.sum(axis=0).tolist(), strict=True))


def _read_as(column: Column) -> str:
    """What a column was read as, with what counts as a gap in it."""
    if column.kind == LEFT_OUT or not column.about:
        return column.read_as
    return f"{column.read_as} ({column.about})"


def _n_gaps(column: Column) -> int:
    """How many gaps a column has; one that is left out still holds its cells as they were written."""
    is_text = column.kind == LEFT_OUT and not is_numeric_dtype(column.cells)
    return int((gaps_in(column.cells) if is_text else column.gaps).sum())


def _becomes(column: Column, features: Features) -> str:
    """What a column becomes, in words."""
    if column.kind == LEFT_OUT:
        return f"left out: {column.about}"
    if not features:
        return "left out: the same value in every row that is used"
    if column.kind == NUMBERS:
        return "standardized"
    return "a column of 0 and 1" if len(features) == 1 else f"{len(features)} columns of 0 and 1"


def _summary(table: Table, target: str) -> str:
    """The size of the table and of its classes, as a sentence."""
    n_rows, n_features = table.X.shape
    counts = np.bincount(table.y)
    classes = joined([f"{markdown(name)} ({n:,})" for name, n in zip(table.class_names, counts, strict=True)])
    return (
        f"To learn from: **{how_many(n_rows, 'row')}** and **{how_many(n_features, 'column')}**. Classes of "
        f"{markdown(target)}: {classes}."
    )


def _columns_left_out(columns: pd.DataFrame) -> list[str]:
    """A note on the columns that are left out, if there are any."""
    n = int(columns["becomes"].str.startswith("left out").sum())
    if n == 0:
        return []
    return [f"{how_many(n, 'column')} of the file {is_or_are(n)} left out, for the reasons in the table."]


def _digest(table: Table) -> str:
    """A fingerprint of numbers and names."""
    digest = hashlib.sha256(repr((table.X.shape, table.feature_names, table.class_names)).encode())
    digest.update(table.X.tobytes())
    digest.update(table.y.tobytes())
    return digest.hexdigest()
