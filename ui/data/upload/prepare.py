"""Step four: from columns to the table that networks learn from, and an account of how it came about.

A network takes numbers and classes. So the column of the class becomes indices 0, 1, …; a column of numbers
stays as it is; a column of text becomes an indicator, 0 or 1, for each of its values; and a column that says
nothing is left out. Rows with gaps go, or the gaps stay as NaN to be filled later, because the split alone
knows the training rows, and the test rows must not have a say in the median.

Whatever is changed or left out is said: in notes with counts, and in a table with one row for each column.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.datasets import Table, stratified_split
from ui.base.foreign import markdown, safe_name
from ui.base.words import how_many, joined
from ui.data.upload.columns import (
    LEFT_OUT,
    MAX_CLASSES,
    MIN_ROWS,
    NUMBERS,
    Column,
    Raw,
    can_be_target,
    examine,
    is_gap,
    numbers,
    unique_names,
)
from ui.data.upload.decode import MAX_BYTES
from ui.data.upload.rows import MAX_COLUMNS, is_number
from ui.data.upload.sentences import LISTED, is_or_are, listed

MAX_ROWS = 5_000  # that are learned from
MAX_FEATURES = 64
BOUNDS = (
    f"A table as text, CSV, TSV or with semicolons, of at most {MAX_BYTES // 1_000_000} MB and {MAX_COLUMNS} "
    f"columns. One column names the class, of which there are 2 to {MAX_CLASSES}, each with {MIN_ROWS} rows "
    f"or more. Learned from are at most {MAX_ROWS:,} rows and {MAX_FEATURES} columns."
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
    columns: pd.DataFrame  # one row a column of the file: column, read as, gaps, becomes
    notes: tuple[str, ...]  # sentences with counts
    digest: str  # of the table: the same numbers and names have the same one


def prepare(raw: Raw, target: str, gaps: str = DROP, left_out: Sequence[str] = ()) -> Prepared:
    """The table to learn from. target: the column of classes; gaps: DROP or FILL; left_out: not wanted.

    Numbers stay as they are, and NaN in a gap to be filled: the split standardizes and fills by the training
    rows alone. Raises ValueError, with a message that is ready for the page, where the target cannot be
    learned, or no rows or columns are left to learn from, or too many columns.
    """
    known = ~is_gap(raw.cells[target]).to_numpy()
    labels = raw.cells[target][known]
    _check_classes(raw, target, labels)
    wanted = [name for name in raw.columns if name not in (target, *left_out)]
    found = [examine(raw.cells.loc[known, name], raw.separator) for name in wanted]
    used = [column for column in found if column.kind != LEFT_OUT]
    kept, about_gaps = _kept_rows(used, gaps, len(labels))
    labels, about_sample = _sampled(labels[kept])
    y, class_names = _classes(labels, target)
    blocks = {column.name: _features(column, labels.index) for column in used}
    table = _table(blocks, y, class_names)
    columns = _account(raw, target, found, blocks, len(class_names))
    notes = (
        _summary(table, target),
        *_rows_without_class(int((~known).sum())),
        *about_gaps,
        *about_sample,
        *_columns_left_out(columns),
    )
    return Prepared(table, columns, notes, _digest(table))


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
    kind = "numbers" if np.isfinite(numbers(labels, raw.separator)[0]).all() else "values"
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
    codes = pd.factorize(labels)[0]
    kept = np.flatnonzero(stratified_split(codes, 1 - MAX_ROWS / n, np.random.default_rng(0)))[:MAX_ROWS]
    return labels.iloc[kept], [
        f"{MAX_ROWS:,} of {n:,} rows are used, drawn at random with the classes' shares."
    ]


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
        values = sorted(values, key=lambda value: float(value.replace(",", ".")))
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
    raw: Raw, target: str, found: Sequence[Column], blocks: Mapping[str, Features], n_classes: int
) -> pd.DataFrame:
    """column, read as, gaps, becomes: one row a column of the file, in its order."""
    examined = {column.name: column for column in found}
    rows = []
    for name in raw.columns:
        if name in examined:
            column = examined[name]
            rows.append((name, _read_as(column), _n_gaps(column), _becomes(column, blocks.get(name, {}))))
            continue
        n_gaps = int(is_gap(raw.cells[name]).sum())
        if name == target:
            rows.append((name, "class", n_gaps, f"{n_classes} classes"))
        else:
            rows.append((name, "", n_gaps, "left out: you said so"))
    return pd.DataFrame(rows, columns=["column", "read as", "gaps", "becomes"])


def _read_as(column: Column) -> str:
    """What a column was read as, with what counts as a gap in it."""
    if column.kind == LEFT_OUT or not column.about:
        return column.read_as
    return f"{column.read_as} ({column.about})"


def _n_gaps(column: Column) -> int:
    """How many gaps a column has; one that is left out still holds its cells as they were written."""
    return int((is_gap(column.cells) if column.kind == LEFT_OUT else column.gaps).sum())


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


def _rows_without_class(n: int) -> list[str]:
    """A note on the rows that have no class, if there are any."""
    return [f"{how_many(n, 'row')} without a class {is_or_are(n)} left out."] if n else []


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
