"""Checks of arguments: each error says what was expected, what came and what to do."""

from collections.abc import Sequence
from numbers import Integral, Real

import numpy as np

from core.penalties import PENALTIES

MAX_LISTED = 10  # values of a list
MARKUP = " `<>[]()*_$\\:@&~#|"  # what could turn foreign text into a link, a picture, a colour or code


def check_data(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """X as (m, n_features) floats, y as (m,) class indices 0…n_classes−1, and the sorted classes."""
    X = np.asarray(X)
    if X.ndim != 2 or X.shape[1] == 0:
        raise ValueError(
            f"X must be a table of shape (samples, features) with at least one column, got shape {X.shape}; "
            "reshape a single column with X[:, None]"
        )
    try:
        if np.iscomplexobj(X):
            raise TypeError
        X = X.astype(float)
    except (TypeError, ValueError):
        raise ValueError(
            f"X must hold numbers, got {X.dtype} values; turn text columns into indicators first"
        ) from None
    if not np.isfinite(X).all():
        row, column = np.argwhere(~np.isfinite(X))[0]
        raise ValueError(
            f"X must be finite, got {X[row, column]} in row {row}, column {column}; "
            "drop or fill such rows first"
        )
    return X, *check_classes(y, len(X))


def check_fits(X: np.ndarray, dtype: str) -> None:
    """Refuse numbers that would become infinite in the precision of the training."""
    largest = np.abs(X).max()
    if largest > np.finfo(dtype).max:
        raise ValueError(f"X must fit {dtype}, got {largest:g}; standardize the columns first")


def check_classes(y: np.ndarray, m: int) -> tuple[np.ndarray, np.ndarray]:
    """y as (m,) class indices and the sorted classes; at least two of them."""
    y = np.asarray(y)
    if y.shape != (m,):
        raise ValueError(f"y must hold one class for each of the {m} rows of X, got shape {y.shape}")
    if y.dtype.kind == "f" and np.isfinite(y).all() and (y == np.round(y)).all():
        y = y.astype(int)
    if y.dtype.kind not in "iub":
        raise ValueError(
            f"y must hold whole numbers as classes, got {y.dtype} values; "
            "number the classes first, for example with np.unique(y, return_inverse=True)"
        )
    classes, indices = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(
            f"y must hold at least two classes, got only {classes.tolist()}; "
            "a classifier needs examples of both sides"
        )
    return indices, classes


def check_labels(y: np.ndarray, classes: np.ndarray, m: int) -> np.ndarray:
    """Labels as (m,) class indices; each has to be one of the classes, (n_classes,) and sorted."""
    y = np.asarray(y)
    if y.shape != (m,):
        raise ValueError(f"y must hold one label for each of the {m} rows of X, got shape {y.shape}")
    known = np.isin(y, classes) if y.dtype.kind in "iufb" else np.zeros(m, bool)
    if not known.all():
        raise ValueError(
            f"y must hold labels of the training, {listed(classes)}, got {listed(np.unique(y[~known]))}"
        )
    indices: np.ndarray = np.searchsorted(classes, y)
    return indices


def check_lams(lams: Sequence[float] | np.ndarray) -> np.ndarray:
    """The grid as (n_lams,) finite floats ≥ 0, at least one."""
    try:
        lams = np.atleast_1d(np.asarray(lams, dtype=float))
    except (TypeError, ValueError):
        raise ValueError(f"lams must be a list of numbers, got {lams!r}") from None
    if lams.ndim != 1 or lams.size == 0:
        raise ValueError(f"lams must be a list of at least one λ, got shape {lams.shape}")
    bad = ~(np.isfinite(lams) & (lams >= 0))
    if bad.any():
        raise ValueError(
            f"every λ must be a finite number of at least 0, got {lams[bad][0]:g}; 0 switches the penalty off"
        )
    return lams


def check_snapshots(snapshots: int | Sequence[int] | np.ndarray, epochs: int) -> np.ndarray:
    """The epochs to keep, (n_snapshots,) from 0 to `epochs`: so many, evenly spaced, or those given."""
    if np.ndim(snapshots) == 0:
        n = check_integer("snapshots", snapshots, 2)
        return np.unique(np.linspace(0, epochs, n).round().astype(int))
    kept = np.asarray(snapshots)
    rises = kept.ndim == 1 and kept.size >= 2 and kept.dtype.kind in "iu" and (np.diff(kept) > 0).all()
    if not rises or (kept[0], kept[-1]) != (0, epochs):
        raise ValueError(
            f"snapshots must be a number, or whole epochs that rise from 0 to {epochs}, got {snapshots!r}"
        )
    return kept


def check_epochs(epochs: int | Sequence[int] | np.ndarray, n_lams: int) -> np.ndarray:
    """The epochs of each network, (n_lams,) whole numbers ≥ 1: one for all, or one for each λ."""
    if np.ndim(epochs) == 0:
        return np.full(n_lams, check_integer("epochs", epochs, 1))
    if np.shape(epochs) != (n_lams,):
        raise ValueError(
            f"epochs must be one number or one for each of the {n_lams} λ, got shape {np.shape(epochs)}"
        )
    return np.array([check_integer("epochs", each, 1) for each in np.asarray(epochs)])


def check_penalties(penalty: str | Sequence[str], n_lams: int) -> tuple[str, ...]:
    """One penalty's name for each λ."""
    names = (penalty,) * n_lams if isinstance(penalty, str) else tuple(penalty)
    for name in names:
        check_choice("penalty", name, tuple(PENALTIES))
    if len(names) != n_lams:
        raise ValueError(
            f"penalty must be one name or one for each of the {n_lams} λ, got {len(names)} names"
        )
    return names


def check_choice(name: str, value: object, allowed: Sequence[object]) -> None:
    """Refuse a value that is not one of the allowed ones."""
    if value not in allowed:
        choices = [repr(choice) for choice in allowed]
        listed = ", ".join(choices[:-1]) + " or " + choices[-1]
        raise ValueError(f"{name} must be {listed}, got {value!r}")


def check_integer(name: str, value: object, at_least: int) -> int:
    """A whole number no smaller than a bound."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < at_least:
        raise ValueError(f"{name} must be a whole number of at least {at_least}, got {value!r}")
    return int(value)


def check_positive(name: str, value: object) -> float:
    """A finite number above zero."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < float(value) < np.inf:
        raise ValueError(f"{name} must be a finite number above 0, got {value!r}")
    return float(value)


def check_hidden(hidden: Sequence[int]) -> tuple[int, ...]:
    """The widths of the hidden layers, () for none."""
    if isinstance(hidden, Integral):
        raise ValueError(f"hidden must be a tuple of widths, got {hidden!r}; write ({hidden},)")
    return tuple(check_integer("the width of a hidden layer", width, 1) for width in hidden)


def listed(values: np.ndarray) -> str:
    """The first of some values, as part of a sentence."""
    words = [str(value) if values.dtype.kind in "iufb" else shown(value) for value in values[:MAX_LISTED]]
    return ", ".join(words) + (" …" if len(values) > MAX_LISTED else "")


def shown(value: object) -> str:
    """Foreign text in quotes, short and safe enough to be part of a sentence: signs of markup become dots."""
    text = str(value)
    cut = text if len(text) <= 30 else text[:30] + "…"
    return "'" + "".join(c if c.isprintable() and c not in MARKUP else "·" for c in cut) + "'"
