"""Tables as a person brings them, as a file and as the data in use: helpers for tests."""

import numpy as np

from core.datasets import Source
from tests.ui.data.upload.files import file_of, prepared
from ui.base.session import Own
from ui.data.shelf import Shelf


def rows_of(names: tuple[str, ...], classes: tuple[str, ...], n: int = 40, seed: int = 0) -> list[list]:
    """A header and n rows: the first column tells the classes apart, the others do not."""
    X = np.random.default_rng(seed).standard_normal((n, len(names))).round(3)
    y = np.arange(n) % len(classes)
    X[:, 0] += 2 * y
    return [[*names, "class"], *([*row, classes[k]] for row, k in zip(X.tolist(), y, strict=True))]


def owned(seed: int = 0, names: tuple[str, ...] = ("a", "b"), classes: tuple[str, ...] = ("x", "z")) -> Own:
    """Such a table in use."""
    table = prepared(file_of(rows_of(names, classes, seed=seed)))
    source = Source("Your data", "Forty rows.", "mine.csv", "yours", lambda *_: table.table, False)
    return Own(table.table, source, table.digest)


def own_shelf(seed: int = 0, names: tuple[str, ...] = ("a", "b")) -> Shelf:
    """The shelf of a session that has brought such a table."""
    return Shelf(owned(seed, names))
