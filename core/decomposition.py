"""Bias, variance and noise of a predicted probability, over training sets that are drawn again and again.

At a place x let p be the true share of a class, P what one training set leads to, P̄ the mean over training
sets. The squared error of P against a row's class (1 or 0), over rows and training sets, is

    E(y − P)² = p(1 − p) + (P̄ − p)² + E(P − P̄)²        noise + bias² + variance

No model gets below the noise; bias is what is wrong even on average; variance is what one training set
changes. Of S sets the variance is estimated with S − 1, and what is short by it is taken off the bias², so
that neither depends on S on average and the sum is exact. Of several classes the parts are added up.

Where no truth is known, noise and bias² cannot be told apart: (P̄ − y)² holds both.

S. Geman, E. Bienenstock, R. Doursat: Neural networks and the bias/variance dilemma, Neural Comp. 4 (1992).
B. Efron: Bootstrap methods: another look at the jackknife, Ann. Statist. 7 (1979).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from core.datasets import DATASETS, Dataset, draw_rows
from core.validation import check_integer

MOST_SETS = 40
N_ASIDE = 4000  # rows drawn anew on which every training set's networks are measured


class Again(NamedTuple):
    """A training set drawn again."""

    data: Dataset  # its training rows; its test rows are those aside, in the training rows' unit or as drawn
    rows: np.ndarray  # (n_aside,) the number that a row aside has in every training set


def fresh_set(data: Dataset, seed: int, n_samples: int, noise: float, i: int) -> Again:
    """The i-th training set from the truth of drawn data, as large as that of `data`; the rows aside stay.

    data: as `load_dataset` gives it for seed, n_samples and noise. i: 0 to MOST_SETS − 1.
    Raises ValueError for one out of range.
    """
    if check_integer("i", i, 0) >= MOST_SETS:
        raise ValueError(f"i must be below {MOST_SETS}, the most training sets that are drawn, got {i}")
    X, y = _pool(data, seed, n_samples, noise)
    mine = slice(N_ASIDE + i * data.m, N_ASIDE + (i + 1) * data.m)
    again = replace(data, X_train=X[mine], y_train=y[mine], X_test=X[:N_ASIDE], y_test=y[:N_ASIDE])
    return Again(again, np.arange(N_ASIDE))


def true_shares(data: Dataset, seed: int, n_samples: int, noise: float, n: int) -> np.ndarray:
    """p of the first n rows aside of every `fresh_set`, (1, n)."""
    truth = DATASETS[data.name].truth
    if truth is None:
        raise ValueError(f"the truth of {data.name!r} is not known; bootstrap it")
    return truth(seed, _pool(data, seed, n_samples, noise)[0][:n], noise)[None]


def _pool(data: Dataset, seed: int, n_samples: int, noise: float) -> tuple[np.ndarray, np.ndarray]:
    """All rows aside and all training sets; as drawn, beyond the rows that `load_dataset` draws."""
    n = N_ASIDE + MOST_SETS * data.m
    table = draw_rows(data.name, seed, n_samples + n, noise)
    return table.X[n_samples:], table.y[n_samples:]


def bootstrap(data: Dataset, seed: int, i: int) -> Again:
    """The training rows drawn with replacement, as many of each class as there are; aside are those left out.

    Drawn again where none is. The test rows play no part. Raises ValueError for i or seed below 0, and where
    each class has a single row.
    """
    rng = np.random.default_rng((check_integer("seed", seed, 0), check_integer("i", i, 0)))
    classes = _by_class(data.y_train)
    if max(map(len, classes)) < 2:
        raise ValueError("a bootstrap takes a class of at least 2 training rows, got one of each")
    aside = np.array([], int)
    while not aside.size:
        drawn = np.concatenate([rng.choice(rows, len(rows)) for rows in classes])
        aside = np.setdiff1d(np.arange(data.m), drawn)
    X, y = data.X_train, data.y_train
    again = replace(data, X_train=X[drawn], y_train=y[drawn], X_test=X[aside], y_test=y[aside])
    return Again(again, aside)


def _by_class(y: np.ndarray) -> list[np.ndarray]:
    return [np.flatnonzero(y == label) for label in np.unique(y)]


@dataclass(frozen=True, eq=False)
class Parts:
    """The error of the probability and its parts, of each shape like the networks: (…)."""

    error: np.ndarray
    noise: np.ndarray  # 0 where no truth is known
    bias: np.ndarray  # squared; where no truth is known with the noise
    variance: np.ndarray


def decompose(answers: Sequence[np.ndarray] | np.ndarray, target: np.ndarray, is_truth: bool) -> Parts:
    """Split the squared error of S training sets' probabilities (S, …, n_out, n).

    NaN where a row was not aside; rows that were so fewer than twice are left out. A network without any
    answer, as one that diverged, makes its parts NaN. target: (n_out, n), the true shares, or the classes as
    `network.targets` gives them. Raises ValueError for fewer than 2 sets.
    """
    P = np.asarray(answers, float)
    if len(P) < 2:
        raise ValueError(f"a variance takes at least 2 training sets, got {len(P)}")
    given = np.isfinite(P)
    n = given.sum(axis=0)
    kept = n >= 2
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(given, P, 0).sum(axis=0) / n
        variance = np.where(given, (P - mean) ** 2, 0).sum(axis=0) / (n - 1)
        wrong = np.where(given, (P - target) ** 2, 0).sum(axis=0) / n
    noise = np.broadcast_to(target * (1 - target) if is_truth else 0.0, wrong.shape)
    kept = kept & given.any(axis=(-2, -1), keepdims=True).all(axis=0)
    noise, wrong, variance = (_over_rows(part, kept) for part in (noise, wrong, variance))
    return Parts(wrong + noise, noise, wrong - variance, variance)


def _over_rows(part: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """The mean over the rows that are kept, added up over the outputs; NaN where there is none."""
    n = kept.any(axis=-2).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: np.ndarray = np.where(kept, part, 0).sum(axis=(-2, -1)) / n
    return found
