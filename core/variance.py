"""Learning curves: cost and accuracy against λ and against the number of training samples.

One training set and start each; several tell how much of a curve is chance. Each size of the training set is
a subset of the next one, standardized by its own rows, and the rows aside are always the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from core import network
from core.datasets import Dataset, standardize
from core.grid import train_to_rest
from core.measures import accuracy, constant_answer
from core.run import Run
from core.training import OnProgress, part_of

N_SIZES = 6
SMALLEST = 10  # training samples, where there are more

MEASURES = ("train_cost", "test_cost", "train_accuracy", "test_accuracy")
# Of one epoch: a network, each weight, each unit and sample, each weight and sample.
MICROSECONDS = (3.4, 0.005, 0.0096, 1e-4)


def _nothing() -> np.ndarray:
    return np.empty((0, 0, 0, 0))


def _nobody() -> np.ndarray:
    return np.empty((0, 0))


@dataclass(frozen=True, eq=False)
class Curves:
    """One training set's networks, measured: cross-entropy and accuracy, (n_sizes, n_lams) each.

    The penalty is not part of the cost, so that all λ are compared on the same scale. Where a network
    diverged or swings, all are NaN. "test" are the rows aside, whichever they are.
    """

    sizes: tuple[int, ...]
    lams: np.ndarray  # (n_lams,)
    train_cost: np.ndarray
    test_cost: np.ndarray
    train_accuracy: np.ndarray
    test_accuracy: np.ndarray
    # Probabilities of the rows aside that are kept, (n_sizes, n_lams, n_out, n).
    answers: np.ndarray = field(default_factory=_nothing)
    constant: np.ndarray = field(default_factory=_nobody)  # (n_sizes, 2) test cost and accuracy of the shares
    at_rest: np.ndarray = field(default_factory=_nobody)  # (n_sizes, n_lams) bool

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        arrays = (self.lams, self.answers, self.constant, self.at_rest)
        return sum(a.nbytes for a in arrays) + sum(int(getattr(self, name).nbytes) for name in MEASURES)


@dataclass(frozen=True, eq=False)
class Band:
    """Several seeds as one: mean, smallest and largest, (n_sizes, n_lams); NaN where any of them is."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def sample_sizes(m: int, n_classes: int) -> tuple[int, ...]:
    """Numbers of training samples, at most N_SIZES, evenly spaced on a logarithmic axis, the last one m.

    They begin at m/32, or where that is fewer at SMALLEST or at 3 for each class.
    """
    first = min(m, max(m / 32, SMALLEST, 3 * n_classes))
    return tuple(np.unique(np.geomspace(first, m, N_SIZES).round().astype(int)).tolist())


def subset_order(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Row numbers, (m,): the first n of them are a random subset of n rows with nearly y's shares of classes.

    The first rows are one of each class, so that no class is missing in a subset as large as their number.
    """
    place = np.empty(len(y))
    rows = rng.permutation(len(y))
    for label in np.unique(y):
        mine = rows[y[rows] == label]
        place[mine] = np.arange(len(mine)) / len(mine)
    return rows[np.argsort(place[rows], kind="stable")]


def learning_curves(
    data: Dataset,
    sizes: Sequence[int],
    hidden: Sequence[int],
    penalty: str,
    lams: Sequence[float],
    learning_rate: float,
    epochs: int,
    seed: int = 0,
    on_progress: OnProgress | None = None,
    keep: Sequence[int] | np.ndarray = (),
) -> Curves:
    """Train to rest at each number of samples and each λ, and measure on the training and on all test rows.

    sizes: increasing, each from the number of classes to data.m; keep: the test rows whose probabilities are
    kept; the other arguments are those of `train_to_rest`.
    on_progress(done, total) counts samples times epochs. Raises ValueError for arguments out of range.
    """
    _check_sizes(sizes, data)
    order = subset_order(data.y_train, np.random.default_rng((seed, data.m)))
    measured, answers, constant, rests, before = [], [], [], [], 0
    total = sum(sizes) * epochs
    for m in sizes:
        rows = order[:m]
        X, X_test = standardize(data.X_train[rows], data.X_test)
        y, tick = data.y_train[rows], part_of(on_progress, before, m * epochs, total)
        run = train_to_rest(X, y, hidden, penalty, lams, learning_rate, epochs, seed, on_progress=tick)
        measured.append(_measures(run, (X, y), (X_test, data.y_test)))
        answers.append(_answers(run, X_test[np.asarray(keep, int)]))
        constant.append(constant_answer(y, data.y_test))
        rests.append(run.at_rest)
        before += m * epochs
    by_measure = dict(zip(MEASURES, np.stack(measured, axis=1), strict=True))
    return Curves(
        *(tuple(sizes), np.array(lams, float)),
        **by_measure,
        answers=np.stack(answers),
        constant=np.array(constant),
        at_rest=np.stack(rests),
    )


def _answers(run: Run, X: np.ndarray) -> np.ndarray:
    """Probabilities of the rows X, (n_lams, n_out, n); NaN of a network that diverged or swings."""
    P = run.predict_proba(X)
    P = P if P.ndim == 3 else P[:, None]
    return np.where(run.sound[:, None, None], P, np.nan).astype(np.float32)


def _check_sizes(sizes: Sequence[int], data: Dataset) -> None:
    """Raise ValueError unless the numbers of samples increase, within what the data have."""
    n_classes = len(data.class_names)
    rises = all(a < b for a, b in pairwise(sizes))
    if not sizes or not rises or not n_classes <= sizes[0] <= sizes[-1] <= data.m:
        raise ValueError(
            f"sizes must increase from at least {n_classes}, the classes, to at most {data.m}, the training "
            f"samples, got {list(sizes)}"
        )


def _measures(run: Run, *sides: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Cost, then accuracy on each of the sides (X, y), training rows first, as MEASURES has them.

    (4, n_lams), NaN for the networks that diverged or swing.
    """
    costs = [run.cross_entropy(X, y) for X, y in sides]
    shares = [accuracy(run.predict_proba(X), y) for X, y in sides]
    return np.where(run.sound, np.array([*costs, *shares]), np.nan)


def band(curves: Sequence[Curves], measure: str) -> Band:
    """Mean, smallest and largest of one of MEASURES over several seeds."""
    values = np.array([getattr(one, measure) for one in curves])
    return Band(values.mean(axis=0), values.min(axis=0), values.max(axis=0))


def best_lams(test_cost: np.ndarray) -> np.ndarray:
    """Position of the λ with the lowest test cost for each number of samples, (n_sizes,).

    test_cost: (n_sizes, n_lams). NaN is passed over; −1 where there is nothing else. Of equal costs the
    smallest λ is taken.
    """
    filled = np.where(np.isnan(test_cost), np.inf, test_cost)
    return np.where(np.isfinite(filled).any(axis=1), filled.argmin(axis=1), -1)


def samples_needed(sizes: Sequence[int], cost: np.ndarray, target: float) -> float:
    """The smallest number of samples at which a curve of costs (n_sizes,) comes down to the target.

    Between two sizes it runs straight over log m. Returns infinity where the curve stays above; NaN ends
    in the curve are passed over.
    """
    kept = np.isfinite(cost)
    x, cost = np.log(np.array(sizes, float)[kept]), cost[kept]
    below = np.flatnonzero(cost <= target)
    if below.size == 0:
        return np.inf
    i = below[0]
    if i == 0:
        return float(np.exp(x[0]))
    share = (cost[i - 1] - target) / (cost[i - 1] - cost[i])
    return float(np.exp(x[i - 1] + share * (x[i] - x[i - 1])))


def estimated_seconds(
    sizes: Sequence[int], n_features: int, hidden: Sequence[int], n_classes: int, n_lams: int, epochs: int
) -> float:
    """About how long training at each of `sizes` samples takes on a small server, by MICROSECONDS."""
    widths = network.layer_sizes(n_features, hidden, n_classes)
    weights = sum(n_in * n_out for n_in, n_out in pairwise(widths))
    each, per_weight, per_activation, per_product = MICROSECONDS
    per_sample = per_activation * sum(widths[1:]) + per_product * weights
    microseconds = len(sizes) * (each + per_weight * weights) + per_sample * sum(sizes)
    return 1e-6 * n_lams * epochs * microseconds
