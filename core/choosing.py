"""How much a rule for λ flatters itself, and what leaks where it is chosen, or measured, too late.

**Rules.** On one split of the rows: λ_min and λ_1se of a cross-validation inside the training rows, and the λ
with the lowest cost on the test rows. What a rule tells is the number by which it chose. What its λ costs on
rows that had no say is measured: for the first two on the test rows; for the λ that was picked on these, by
picking on four fifths of them and measuring on the fifth, five times. Where rows can be drawn anew, on those.

**Leak.** Columns of noise know nothing of the class, so that no model is right for more than half of all new
rows. Choose the columns that go best with the class before the rows are parted, and cross-validation finds
otherwise; scale before, and hardly anything happens; do both inside each fold, and it finds chance.

C. Ambroise, G. McLachlan: Selection bias in gene extraction, PNAS 99 (2002).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.datasets import Dataset, standardize
from core.logistic import fit_logistic
from core.measures import accuracy
from core.network import probabilities
from core.selection import DEFAULT, RULES, Answers, Fit, Rows, cross_validate, lowest, splits
from core.settings import LAMS
from core.training import OnProgress, part_of
from core.validation import check_integer, check_lams, check_penalties

PICKED = "test"  # the rule that picks on the test rows
COMPARED = (*RULES, PICKED)
TICKS = 1000
PARTS = 5  # of the test rows: the λ is picked on all but one of them
CV_SHARE = 0.9  # of the work of a comparison
WAYS = ("inside", "scaled", "chosen")  # both in each fold; scaled before; columns chosen before


class Choice(NamedTuple):
    """What one rule chose on one split."""

    k: int  # position of λ, −1 where it finds none
    told: float  # the cost by which it chose, in nats
    cost: float  # on rows that had no say
    nonzero: int  # weights that are not exactly zero, fitted on all training rows

    @property
    def flattery(self) -> float:
        """How much too low the told cost is."""
        return self.cost - self.told


NONE = Choice(-1, np.nan, np.nan, 0)


@dataclass(frozen=True, eq=False)
class Comparison:
    """The rules on one split."""

    lams: np.ndarray  # (n_lams,)
    by_rule: dict[str, Choice]  # of COMPARED
    n_fresh: int  # rows drawn anew on which all were measured; 0 where they were not
    n_parts: int = 0  # of the test rows, by which the λ picked on them was measured; 0 where it was not

    @property
    def nbytes(self) -> int:
        """Memory, in bytes, about."""
        return self.lams.nbytes + 100 * len(self.by_rule)


def compare_rules(
    data: Dataset,
    hidden: Sequence[int] = (),
    penalty: str = "l1",
    lams: Sequence[float] | np.ndarray = LAMS,
    folds: int | None = None,
    seed: int = 0,
    learning_rate: float = DEFAULT.learning_rate,
    epochs: int = DEFAULT.epochs,
    fresh: Rows | None = None,
    on_progress: OnProgress | None = None,
) -> Comparison:
    """Choose λ by each of COMPARED on the data's split, and measure each on rows that had no say.

    fresh: X and class indices of rows that nobody has seen, in the unit of data.X_train. The other arguments
    are those of `cross_validate`, which raises ValueError for them.
    """
    grid = check_lams(lams)
    penalties = check_penalties(penalty, grid.size)
    done = round(CV_SHARE * TICKS)
    found = cross_validate(
        *(data.X_train, data.y_train, hidden, penalty, grid, folds, seed, 1, learning_rate, epochs),
        on_progress=part_of(on_progress, 0, done, TICKS),
    )
    fit, n_test = Fit(tuple(hidden), learning_rate, epochs, seed), len(data.y_test)
    X_other = data.X_test if fresh is None else np.concatenate([data.X_test, fresh[0]])
    tick = part_of(on_progress, done, TICKS - done, TICKS)
    answers = fit.answers((data.X_train, data.y_train), X_other, penalties, grid, on_progress=tick)
    tick(1, 1)
    on_test = _on(answers, slice(None, n_test), data.y_test)
    cost = on_test.mean(axis=1) if fresh is None else _on(answers, slice(n_test, None), fresh[1]).mean(axis=1)
    by_rule = dict.fromkeys(COMPARED, NONE)
    for rule in RULES:
        if (k := found.k_by(rule)) >= 0:
            by_rule[rule] = Choice(k, found.mean[k], cost[k], answers.nonzero[k])
    n_parts = _parts(data.y_test) if fresh is None else 0
    if (k := lowest(on_test.mean(axis=1), grid)) >= 0:
        true = _by_parts(on_test, data.y_test, grid, n_parts, seed) if fresh is None else cost[k]
        by_rule[PICKED] = Choice(k, on_test[k].mean(), true, answers.nonzero[k])
    return Comparison(grid, by_rule, 0 if fresh is None else len(fresh[1]), n_parts)


def _on(answers: Answers, rows: slice, y: np.ndarray) -> np.ndarray:
    """Cost of each of some rows, (n_lams, n)."""
    return Answers(answers.Z[:, :, rows], answers.nonzero).row_costs(y)


def _parts(y: np.ndarray) -> int:
    """How many parts rows are dealt into; 0 where a class has a single row, which cannot be on both sides."""
    return min(PARTS, len(y)) if np.bincount(y).min() >= 2 else 0


def _by_parts(costs: np.ndarray, y: np.ndarray, lams: np.ndarray, n_parts: int, seed: int) -> float:
    """Pick the lowest of costs (n_lams, n) on all but a part of the rows, measure on that; each in turn."""
    if n_parts == 0:
        return np.nan
    total = 0.0
    for others, part in splits(y, n_parts, np.random.default_rng(seed)):
        total += costs[lowest(costs[:, others].mean(axis=1), lams), part].sum()
    return total / len(y)


@dataclass(frozen=True, eq=False)
class Leak:
    """Accuracy that cross-validation finds on noise, (n_draws,), by one of WAYS; the truth is 1/2."""

    accuracy: dict[str, np.ndarray]

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return sum(found.nbytes for found in self.accuracy.values())


def leak(
    rows: int = 60,
    columns: int = 1000,
    keep: int = 20,
    folds: int = 5,
    draws: int = 20,
    lam: float = 1.0,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> Leak:
    """Cross-validate logistic regression (L2) on columns of pure noise, with and without a leak.

    rows: ≥ 2·folds, half of each class; columns: of standard normal numbers; keep: how many of them, those of
    largest correlation with the class, are fitted; draws: of new noise. on_progress(done, total) counts them.
    Raises ValueError for arguments out of range.
    """
    folds, draws = check_integer("folds", folds, 2), check_integer("draws", draws, 1)
    rows, columns = check_integer("rows", rows, 2 * folds), check_integer("columns", columns, 1)
    if check_integer("keep", keep, 1) > columns:
        raise ValueError(f"keep must be at most the {columns} columns, got {keep}")
    rng, found = np.random.default_rng(seed), np.empty((draws, len(WAYS)))
    y = np.arange(rows) % 2
    for i in range(draws):
        X, parts = rng.standard_normal((rows, columns)), list(splits(y, folds, rng))
        for j, way in enumerate(WAYS):
            hits = sum(_right(X, y, kept, aside, way, keep, lam) for kept, aside in parts)
            found[i, j] = hits / rows
        if on_progress is not None:
            on_progress(i + 1, draws)
    return Leak(dict(zip(WAYS, found.T, strict=True)))


def _right(
    X: np.ndarray, y: np.ndarray, kept: np.ndarray, aside: np.ndarray, way: str, keep: int, lam: float
) -> int:
    """Rows aside whose class is found by what was fitted to those kept."""
    seen = slice(None) if way == "chosen" else kept
    with_class = np.abs((X[seen] - X[seen].mean(axis=0)).T @ (y[seen] - y[seen].mean()))
    best = np.argsort(with_class / X[seen].std(axis=0))[-keep:]
    scaled_by = X[:, best] if way == "scaled" else X[kept][:, best]
    _, Z = standardize(scaled_by, X[:, best])
    path = fit_logistic(Z[kept], y[kept], "l2", [lam], 1e-6)
    P = probabilities((path.W @ Z[aside].T + path.b[:, None])[:, None])[:, 0]
    return round(float(accuracy(P, y[aside])[0]) * len(aside))
