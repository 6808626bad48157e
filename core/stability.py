"""Which columns L1 keeps whatever half of the rows it sees, and what a λ says of itself without any fold.

**Stability selection.** L1 is fitted on many random halves of the rows; a column's share is that of those
in which its weight is not zero. Where q of p columns are kept on average, at most q²/((2π − 1)p) of those
with a share of at least π > 1/2 are expected to be kept falsely.

**Evidence.** For L2, λ is the precision of the weights' prior. MacKay's fixed point λ = γ/‖w‖², with γ the
effective degrees of freedom at the optimum, makes the data most probable: a λ without a row kept aside.

N. Meinshausen, P. Bühlmann: Stability selection, J. R. Stat. Soc. B 72 (2010).
D. MacKay: The evidence framework applied to classification networks, Neural Computation 4 (1992).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.datasets import standardize
from core.logistic import degrees_of_freedom, fit_logistic
from core.settings import LAMS
from core.training import OnProgress
from core.validation import check_data, check_integer, check_lams, check_positive
from core.variance import subset_order

TOL = 1e-6  # of J, on the halves
MAX_STEPS, STEADY = 500, 1e-10  # of the fixed point, and the relative change of λ at which it stands


@dataclass(frozen=True, eq=False)
class Stability:
    """How often each column is kept."""

    lams: np.ndarray  # (n_lams,)
    share: np.ndarray  # (n_lams, n_features), of the halves
    halves: int

    @property
    def kept(self) -> np.ndarray:
        """q, how many columns a half keeps on average, (n_lams,)."""
        kept: np.ndarray = self.share.sum(axis=1)
        return kept

    def false_bound(self, threshold: float) -> np.ndarray:
        """q²/((2π − 1)p), (n_lams,): at most so many columns are expected to be kept falsely.

        threshold: π, above 1/2 and at most 1; else raises ValueError.
        """
        if not 0.5 < threshold <= 1:
            raise ValueError(f"threshold must be a share above 0.5 and at most 1, got {threshold!r}")
        bound: np.ndarray = self.kept**2 / ((2 * threshold - 1) * self.share.shape[1])
        return bound

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return self.lams.nbytes + self.share.nbytes


def stability_selection(
    X: np.ndarray,
    y: np.ndarray,
    lams: Sequence[float] | np.ndarray = LAMS[1:],
    halves: int = 100,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> Stability:
    """Fit L1 exactly on random halves of the rows, and count in how many each column is kept.

    X: (m, n_features), each half standardized by its own rows; y: (m,) two integer classes, of each two rows
    or more, in the same shares in every half. lams: > 0, for all m rows; a half is fitted at λ/2.
    on_progress(done, total) counts the halves. Raises ValueError for arguments out of range.
    """
    X, indices, classes = check_data(X, y)
    lams = np.array([check_positive("every λ", lam) for lam in check_lams(lams)])
    if len(classes) != 2 or np.bincount(indices).min() < 2:
        raise ValueError("y must hold two classes with two rows or more, to be halved")
    rng, n = np.random.default_rng(seed), check_integer("halves", halves, 1)
    kept = np.zeros((lams.size, X.shape[1]))
    for i in range(n):
        rows = subset_order(indices, rng)[: len(X) // 2]
        half, _ = standardize(X[rows], X[:0])
        kept += fit_logistic(half, indices[rows], "l1", lams * len(rows) / len(X), TOL).W != 0
        if on_progress is not None:
            on_progress(i + 1, n)
    return Stability(lams, kept / n, n)


@dataclass(frozen=True)
class Evidence:
    """The λ of L2 under which the data are most probable, and the optimum there."""

    lam: float
    gamma: float  # effective degrees of freedom
    square: float  # ‖w‖²
    cost: float  # J
    settled: bool

    @property
    def nbytes(self) -> int:
        """Memory, in bytes, about."""
        return 200


def evidence(X: np.ndarray, y: np.ndarray, start: float = 1.0) -> Evidence:
    """λ = γ/‖w‖² for logistic regression with L2.

    X: (m, n_features) standardized; y: (m,) two integer classes. start: the first λ, > 0. Raises ValueError
    for arguments out of range. `settled` is False where λ runs away: to infinity where no column helps.
    """
    lam = check_positive("start", start)
    for _ in range(MAX_STEPS):
        path = fit_logistic(X, y, "l2", [lam], 1e-12)
        gamma, square = float(degrees_of_freedom(X, path)[0]), float(path.W[0] @ path.W[0])
        found = Evidence(lam, gamma, square, float(path.cost[0]), True)
        if square == 0 or not np.isfinite(gamma / square):
            break
        step = gamma / square
        if abs(step - lam) <= STEADY * lam:
            return found
        lam = step
    return replace(found, settled=False)
