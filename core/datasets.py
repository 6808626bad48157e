"""Data sets that are there without a network: three real ones in files, five drawn from a seed.

`load_dataset` splits, then standardizes with the training rows' mean and deviation alone, so that nothing
of the test rows leaks into the training.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from core import drawn, validation

DATA = Path(__file__).parent / "data"
TEST_SHARE = 0.3
FAR = 1e6  # deviations
N_FRESH = 20_000  # rows drawn anew


class Table(NamedTuple):
    """All rows of a data set, before the split."""

    X: np.ndarray  # (rows, n_features)
    y: np.ndarray  # (rows,) class indices
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    informative: tuple[int, ...] = ()  # columns that carry the truth, where it is known


Truth = Callable[[int, np.ndarray, float], np.ndarray]  # share of class 1, (n,): of seed, X as drawn, noise
Make = Callable[[np.random.Generator, int, float], Table]  # from a seed, n_samples and noise
Draw = Callable[[np.random.Generator, int, float], drawn.Draw]  # of the same, in a plane


@dataclass(frozen=True)
class Source:
    """Where a data set comes from, and what it is about."""

    label: str
    about: str
    source: str
    licence: str
    make: Make
    synthetic: bool
    image: tuple[int, int] | None = None  # height and width in pixels, where a row is an image
    truth: Truth | None = None  # of rows that are drawn, where it is known
    overfits_at: Mapping[str, Any] = field(default_factory=dict)  # settings at which noise is memorized


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set, split and standardized.

    X_train, X_test: (m, n_features), each column (x − mean)/deviation of the training rows; a column that
    is constant there is only centred. y_train, y_test: (m,) class indices.
    """

    name: str
    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    informative: tuple[int, ...] = ()
    own_source: Source | None = None  # of data that are not in DATASETS

    @property
    def m(self) -> int:
        """Training samples."""
        return len(self.y_train)

    @property
    def n_features(self) -> int:
        """Columns of X."""
        return int(self.X_train.shape[1])

    @property
    def nbytes(self) -> int:
        """Memory, in bytes."""
        return sum(array.nbytes for array in (self.X_train, self.y_train, self.X_test, self.y_test))

    @property
    def in_a_plane(self) -> bool:
        """Whether a boundary can be drawn: two columns, two classes."""
        return self.n_features == len(self.class_names) == 2

    @property
    def source(self) -> Source:
        """Where it comes from."""
        return self.own_source or DATASETS[self.name]


def load_dataset(
    name: str, seed: int = 0, n_samples: int = 400, noise: float = 0.2, test_share: float = TEST_SHARE
) -> Dataset:
    """Load a data set of DATASETS; a share of each class, 30 % by default, are test rows, drawn by the seed.

    n_samples (≥ 20) and noise (≥ 0) are used by the synthetic sets: rows in all, and the deviation of the
    noise in the unit of the coordinates. test_share: between 0 and 1. Raises ValueError for an unknown name
    or a value out of range.
    """
    table, rng = _drawn(name, seed, n_samples, noise)
    return split(name, table, rng, test_share)


def _drawn(name: str, seed: int, n_samples: int, noise: float) -> tuple[Table, np.random.Generator]:
    """All rows of a data set, and the generator that splits them."""
    validation.check_choice("name", name, tuple(DATASETS))
    seed = validation.check_integer("seed", seed, 0)
    n_samples = validation.check_integer("n_samples", n_samples, 20)
    if not 0 <= noise < np.inf:
        raise ValueError(f"noise must be a finite number of at least 0, got {noise!r}")
    rng = np.random.default_rng(seed)
    return DATASETS[name].make(rng, n_samples, float(noise)), rng


def draw_rows(name: str, seed: int, n: int, noise: float) -> Table:
    """n rows as they are drawn, before any split. Raises ValueError for data that are not drawn."""
    _check_synthetic(name)
    return _drawn(name, seed, n, noise)[0]


def _check_synthetic(name: str) -> None:
    """Raise ValueError for data that are not drawn."""
    validation.check_choice("name", name, [each for each, source in DATASETS.items() if source.synthetic])


def fresh_rows(
    name: str,
    seed: int = 0,
    n_samples: int = 400,
    noise: float = 0.2,
    test_share: float = TEST_SHARE,
    n: int = N_FRESH,
) -> tuple[np.ndarray, np.ndarray]:
    """n rows that nobody has seen, drawn as those of `load_dataset`: for what is true of all rows, nearly.

    Returns X (n, n_features) in the unit of that data set's X_train, and class indices (n,). The arguments
    are those of `load_dataset`. Raises ValueError for one out of range, and for data that are not drawn.
    """
    _check_synthetic(name)
    n, (table, rng) = validation.check_integer("n", n, 1), _drawn(name, seed, n_samples, noise)
    train = stratified_split(table.y, test_share, rng)
    # Drawn from the same seed they have the same truth, and begin as the seen ones were drawn.
    more = draw_rows(name, seed, n_samples + n, noise)
    return standardize(table.X[train], more.X[n_samples:])[1], more.y[n_samples:]


def split(
    name: str,
    table: Table,
    seed: int | np.random.Generator = 0,
    test_share: float = TEST_SHARE,
    source: Source | None = None,
) -> Dataset:
    """A table as a data set: split by the seed, its gaps filled, then standardized.

    A gap, NaN in table.X, becomes its column's median over the training rows. source: where the table comes
    from, unless it is one of DATASETS.
    """
    train = stratified_split(table.y, test_share, np.random.default_rng(seed))
    X_train, X_test = standardize(*fill_gaps(table.X[train], table.X[~train]))
    return Dataset(
        name=name,
        X_train=X_train,
        y_train=table.y[train],
        X_test=X_test,
        y_test=table.y[~train],
        feature_names=table.feature_names,
        class_names=table.class_names,
        informative=table.informative,
        own_source=source,
    )


def stratified_split(y: np.ndarray, test_share: float, rng: np.random.Generator) -> np.ndarray:
    """(m,) True for training rows; of each class the same share is left for the test, at least one row.

    However large the share, a class of two rows or more keeps one to train on. Raises ValueError for one that
    is not between 0 and 1.
    """
    if not 0 < test_share < 1:
        raise ValueError(f"test_share must be a share between 0 and 1, both excluded, got {test_share!r}")
    train = np.ones(len(y), bool)
    for label in np.unique(y):
        rows = rng.permutation(np.flatnonzero(y == label))
        n_test = min(max(1, round(test_share * len(rows))), max(1, len(rows) - 1))
        train[rows[:n_test]] = False
    return train


def fill_gaps(X_train: np.ndarray, X_test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """NaN becomes the median of its column's training rows, 0 where these are all NaN."""
    if not (np.isnan(X_train).any() or np.isnan(X_test).any()):
        return X_train, X_test
    known = np.where(np.isnan(X_train).all(axis=0), 0, X_train)
    median = np.nanmedian(known, axis=0)
    return np.where(np.isnan(X_train), median, X_train), np.where(np.isnan(X_test), median, X_test)


def standardize(X_train: np.ndarray, X_test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(X − mean)/deviation, both of the training rows, ddof = 0; constant columns are only centred.

    A test value further than FAR deviations out counts as that far, so that it fits float32.
    """
    mean, deviation = X_train.mean(axis=0), X_train.std(axis=0)
    deviation[deviation <= 1e-12 * np.abs(X_train).max(axis=0)] = 1
    with np.errstate(over="ignore"):  # an outlier among the test rows may be any number of deviations away
        return (X_train - mean) / deviation, ((X_test - mean) / deviation).clip(-FAR, FAR)


@cache
def _read(name: str) -> Table:
    """A table of numbers with a header; the last column names the class, counted as they first appear."""
    with (DATA / f"{name}.csv").open(encoding="utf-8") as file:
        *feature_names, _ = file.readline().rstrip("\n").split(",")
        rows = [line.rstrip("\n").rsplit(",", 1) for line in file]
    X = np.array([row.split(",") for row, _ in rows], dtype=float)
    class_names = tuple(dict.fromkeys(label for _, label in rows))
    y = np.array([class_names.index(label) for _, label in rows])
    for array in (X, y):
        array.flags.writeable = False  # the cache hands out the same arrays again
    return Table(X, y, tuple(feature_names), class_names)


def _from_file(name: str) -> Make:
    return lambda rng, n_samples, noise: _read(name)


def _plane(draw: Draw) -> Make:
    return lambda rng, n_samples, noise: Table(*draw(rng, n_samples, noise), ("x1", "x2"), ("0", "1"))


def _needles(rng: np.random.Generator, n_samples: int, noise: float) -> Table:
    columns, w = drawn.needle_weights(rng)
    names = tuple(f"column {i + 1:02}" for i in range(drawn.N_COLUMNS))
    return Table(*drawn.needles(rng, w, n_samples, noise), names, ("0", "1"), tuple(columns.tolist()))


def _needle_weights(seed: int) -> np.ndarray:
    return drawn.needle_weights(np.random.default_rng(seed))[1]


OWN = "drawn by this program from the seed"
CC_BY = "Creative Commons Attribution 4.0"


def _in_a_plane(
    label: str, about: str, draw: Draw, truth: Truth, n_samples: int = 200, noise: float = 0.3
) -> Source:
    """Rows with two columns; n_samples, noise: a wide network memorizes so many, and a penalty helps it."""
    overfits_at = {
        "n_samples": n_samples,
        "noise": noise,
        "hidden": (16, 16),
        "learning_rate": 1.0,
    }
    return Source(label, about, OWN, "MIT", _plane(draw), True, truth=truth, overfits_at=overfits_at)


def _of_curves(label: str, about: str, curve: drawn.Curve, **drawn_at: Any) -> Source:
    """Rows that are drawn along a curve for each class."""
    draw, truth = partial(drawn.along, curve), partial(_share_along, curve)
    return _in_a_plane(label, about, draw, truth, **drawn_at)


def _share_along(curve: drawn.Curve, seed: int, X: np.ndarray, noise: float) -> np.ndarray:
    return drawn.share_along(curve, X, noise)


DATASETS: dict[str, Source] = {
    "breast_cancer": Source(
        "Breast cancer",
        "30 measurements of cell nuclei from 569 breast masses: is the mass benign?",
        "W. Wolberg, O. Mangasarian, N. Street, W. Street: Breast Cancer Wisconsin (Diagnostic), "
        "UCI Machine Learning Repository, 1993",
        CC_BY,
        _from_file("breast_cancer"),
        synthetic=False,
    ),
    "digits": Source(
        "Digits",
        "1,797 handwritten digits as pictures of 8 × 8 pixels: which of the ten is it?",
        "E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits (the test part), "
        "UCI Machine Learning Repository, 1998",
        CC_BY,
        _from_file("digits"),
        synthetic=False,
        image=(8, 8),
    ),
    "wine": Source(
        "Wine",
        "13 chemical measurements of 178 wines: from which of three growers?",
        "S. Aeberhard, M. Forina: Wine, UCI Machine Learning Repository, 1991",
        CC_BY,
        _from_file("wine"),
        synthetic=False,
    ),
    "moons": _of_curves("Moons", "Two half circles.", drawn.moon, n_samples=100, noise=0.5),
    "circles": _of_curves("Circles", "A ring around a ring.", drawn.circle, noise=0.2),
    "xor": _in_a_plane(
        "Xor",
        "Four quadrants, opposite ones alike.",
        drawn.xor,
        lambda seed, X, noise: drawn.xor_share(X, noise),
    ),
    "spirals": _of_curves("Spirals", "Two arms, wound.", drawn.spiral, noise=0.4),
    "needles": Source(
        "Needles",
        "40 columns, of which only 5 decide the class.",
        OWN,
        "MIT",
        _needles,
        synthetic=True,
        truth=lambda seed, X, noise: drawn.needle_share(X, _needle_weights(seed), noise),
    ),
}
