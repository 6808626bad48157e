"""What a duplicated column does: L2 splits its weight in two equal halves, L1 does not care how."""

from dataclasses import dataclass

import numpy as np

from core.logistic import fit_logistic, logistic_cost

TOL = 1e-12  # of J, so that the weights that are shown hold to their digits


@dataclass(frozen=True)
class Twins:
    """The exact logistic fits with a column once and twice.

    alone: its weight where it stands once; first, second: the weights of the two copies. cost_alone, cost:
    J of the two fits; cost_one, cost_halves: J where one copy carries the sum, and where each has half.
    """

    penalty: str
    alone: float
    first: float
    second: float
    cost_alone: float
    cost: float
    cost_one: float
    cost_halves: float


def twins(X: np.ndarray, y: np.ndarray, column: int, penalty: str, lam: float) -> Twins:
    """Fit with the column of X as it is, and with a copy of it as the last column.

    X: (m, n_features); y: (m,) two classes, 0 and 1; penalty: a name of PENALTIES; lam: λ > 0. Raises
    ValueError as `fit_logistic` does.
    """
    if not 0 <= column < X.shape[1]:
        raise ValueError(f"column must be from 0 to {X.shape[1] - 1}, got {column}; count from 0")
    alone = fit_logistic(X, y, penalty, [lam], tol=TOL)
    doubled = np.column_stack([X, X[:, column]])
    both = fit_logistic(doubled, y, penalty, [lam], tol=TOL)
    w, total = both.W[0], both.W[0, column] + both.W[0, -1]
    one, halves = w.copy(), w.copy()
    one[column], one[-1] = total, 0
    halves[column] = halves[-1] = total / 2
    cost_one, cost_halves = (
        logistic_cost(doubled, y, split, float(both.b[0]), penalty, lam) for split in (one, halves)
    )
    return Twins(
        penalty=penalty,
        alone=float(alone.W[0, column]),
        first=float(w[column]),
        second=float(w[-1]),
        cost_alone=float(alone.cost[0]),
        cost=float(both.cost[0]),
        cost_one=cost_one,
        cost_halves=cost_halves,
    )


def first_to_enter(X: np.ndarray, y: np.ndarray) -> int:
    """The column that L1 lets in first as λ falls, argmax |Xᵀ(y − ȳ)|; y: (m,) of 0 and 1."""
    return int(np.abs(X.T @ (y - y.mean())).argmax())
