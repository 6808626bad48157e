"""Training samples that a person added, moved or took away in a plane, as values and as text for an address.

A sample goes by the number of its row; those that are added go by the numbers after, in their order, and what
is taken away leaves its number unused. Places are in the unit of X_train, to two decimals.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Literal

import numpy as np

from core.datasets import Dataset
from core.validation import shown

FARTHEST = 9.99  # of a place, in standard deviations
FEWEST = 5  # samples of a class that stay, so that each of five folds can have one
BETWEEN = "~"
PLACE = r"(-?\d(?:\.\d\d?)?)_(-?\d(?:\.\d\d?)?)"
KINDS = {
    "add": re.compile(rf"a{PLACE}_([01])", re.ASCII),
    "move": re.compile(rf"m(\d{{1,6}})_{PLACE}", re.ASCII),
    "remove": re.compile(r"r(\d{1,6})", re.ASCII),
}


@dataclass(frozen=True)
class Edit:
    """One change. row: of "move" and "remove"; place: of "add" and "move"; label: the class of "add"."""

    kind: Literal["add", "move", "remove"]
    row: int = -1
    place: tuple[float, float] = (0.0, 0.0)
    label: int = -1

    def __str__(self) -> str:
        x, y = (f"{value + 0.0:.2f}".rstrip("0").rstrip(".") for value in self.place)
        return {
            "add": f"a{x}_{y}_{self.label}",
            "move": f"m{self.row}_{x}_{y}",
            "remove": f"r{self.row}",
        }[self.kind]


def format_edits(edits: Sequence[Edit]) -> str:
    """The edits as one text, such as a0.5_-1.25_1~m12_0_2~r7."""
    return BETWEEN.join(map(str, edits))


def parse_edits(text: str) -> tuple[Edit, ...]:
    """The edits that a text means. Raises ValueError where it means none."""
    return tuple(_parse(part) for part in text.split(BETWEEN)) if text else ()


def _parse(text: str) -> Edit:
    if found := KINDS["add"].fullmatch(text):
        x, y, label = found.groups()
        return Edit("add", place=(float(x), float(y)), label=int(label))
    if found := KINDS["move"].fullmatch(text):
        row, x, y = found.groups()
        return Edit("move", int(row), (float(x), float(y)))
    if found := KINDS["remove"].fullmatch(text):
        return Edit("remove", int(found[1]))
    raise ValueError(
        f"edits must be such as a0.5_-1.25_1 (add a sample of class 1), m12_0_2 (move row 12) and r7 (take "
        f"row 7 away), joined by {BETWEEN}, with places up to {FARTHEST}, got {shown(text)}"
    )


def edited(data: Dataset, edits: Sequence[Edit] | str) -> Dataset:
    """The data set with its training samples edited; the test rows and the unit stay.

    edits: or their text. Raises ValueError for data that are not in a plane, for a row that is not there, and
    where fewer than five samples of a class would stay.
    """
    if not data.in_a_plane:
        raise ValueError(f"edits must be of data in a plane with two classes, got {data.source.label}")
    edits = parse_edits(edits) if isinstance(edits, str) else edits
    if not edits:
        return data
    rows = {
        i: (tuple(x), int(label)) for i, (x, label) in enumerate(zip(data.X_train, data.y_train, strict=True))
    }
    free = count(data.m)
    for edit in edits:
        if edit.kind == "add":
            rows[next(free)] = edit.place, edit.label
            continue
        if edit.row not in rows:
            raise ValueError(f"edits must be of training samples that are there, got row {edit.row}")
        if edit.kind == "move":
            rows[edit.row] = edit.place, rows[edit.row][1]
        else:
            del rows[edit.row]
    return _with_rows(data, list(rows.values()))


def _with_rows(data: Dataset, rows: Sequence[tuple[tuple[float, ...], int]]) -> Dataset:
    y = np.array([label for _, label in rows], data.y_train.dtype)
    for name, n in zip(data.class_names, np.bincount(y, minlength=2), strict=True):
        if n < FEWEST:
            raise ValueError(f"edits must leave at least {FEWEST} samples of each class, got {n} of {name}")
    source = replace(data.source, label=f"{data.source.label}, edited")
    X = np.array([place for place, _ in rows], data.X_train.dtype)
    return replace(data, X_train=X, y_train=y, own_source=source)


def numbers(m: int, edits: Sequence[Edit]) -> list[int]:
    """By what number each training sample of the edited data goes; m: samples before the edits."""
    n_added = sum(edit.kind == "add" for edit in edits)
    gone = {edit.row for edit in edits if edit.kind == "remove"}
    return [i for i in range(m + n_added) if i not in gone]
