"""Where exact zeros come from: four ways to take an L1 step, from one start, against the certified optimum.

The cost is that of logistic regression, so there is one best J* and one support to be held to:

    subgradient   W := W − α·(dW + λ/2m·sign W)                 jumps over zero and back
    decreasing    the same with α/√t in step t                  jumps ever shorter
    clip          the same, but a weight that would change sign becomes 0 and stays there
    proximal      V := W − α·dW,  W := sign V·max(|V| − αλ/2m, 0)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import ceil, log10

import numpy as np

from core import validation
from core.logistic import fit_logistic
from core.penalties import PENALTIES
from core.training import OnProgress, train

TOL = 1e-10  # of J: to this the optimum is certified, and below it no difference is seen
PER_DECADE = 12
MICROSECONDS = (60.0, 5e-3, 2e-4)  # of one step: the step itself, each output, each product
SOLVERS = ("subgradient", "decreasing", "clip", "proximal")


@dataclass(frozen=True, eq=False)
class Race:
    """The solvers at some of their steps, and the optimum they are after."""

    lam: float
    learning_rate: float
    m: int
    steps: np.ndarray  # (n_kept,) 0, then near logarithmic
    W: Mapping[str, np.ndarray]  # by solver, (n_kept, n_features)
    cost: Mapping[str, np.ndarray]  # by solver, (n_kept,) J
    optimum: np.ndarray  # (n_features,)
    optimum_cost: float  # J of it, at most `gap` above J*
    gap: float
    lipschitz: float  # L, a bound on the curvature of the cross-entropy

    @property
    def floor(self) -> float:
        """The smallest difference from J* that can be seen."""
        return max(TOL, self.gap)

    @property
    def threshold(self) -> float:
        """αλ/2m, what the penalty takes off a weight in one step."""
        return PENALTIES["l1"].threshold(self.lam, self.m, self.learning_rate)

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        arrays = chain(self.W.values(), self.cost.values(), (self.steps, self.optimum))
        return sum(array.nbytes for array in arrays)

    def excess(self, solver: str) -> np.ndarray:
        """J − J* at each step kept, but at least `floor`; NaN where the solver diverged."""
        above: np.ndarray = np.maximum(self.cost[solver] - self.optimum_cost, self.floor)
        return above

    def zeros(self, solver: str) -> np.ndarray:
        """How many weights are exactly zero at each step kept."""
        count: np.ndarray = (self.W[solver] == 0).sum(axis=1)
        return count

    def wrong(self, solver: str) -> tuple[np.ndarray, np.ndarray]:
        """At the last step: which weights are zero but not so in the optimum, and the other way round."""
        zero, best = self.W[solver][-1] == 0, self.optimum == 0
        return zero & ~best, ~zero & best


def races(
    X: np.ndarray,
    y: np.ndarray,
    lams: Sequence[float],
    learning_rate: float = 0.3,
    steps: int = 3000,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> list[Race]:
    """One race for each λ: every solver takes `steps` steps on all rows, in float64, from the seed's start.

    X: (m, n_features); y: (m,) two classes. lams: each > 0. learning_rate: α > 0; above 2/L a step may
    overshoot. on_progress(done, total) counts the steps of all solvers; raising in it stops them.
    Raises ValueError for arguments out of range.
    """
    lams = [validation.check_positive("lam", lam) for lam in lams]
    kept = kept_steps(validation.check_integer("steps", steps, 1))
    path = fit_logistic(X, y, "l1", lams, tol=TOL)
    runs = {
        name: train(
            X, y, (), "l1", lams, learning_rate, steps, seed, name, kept, "float64", _nth(i, on_progress)
        )
        for i, name in enumerate(SOLVERS)
    }
    return [
        Race(
            lam=lam,
            learning_rate=learning_rate,
            m=len(X),
            steps=kept,
            W={name: run.history_W[0][:, k, 0] for name, run in runs.items()},
            cost={name: run.cost[:, k] for name, run in runs.items()},
            optimum=path.W[k],
            optimum_cost=float(path.cost[k]),
            gap=float(path.gap[k]),
            lipschitz=curvature_bound(X),
        )
        for k, lam in enumerate(lams)
    ]


def _nth(i: int, on_progress: OnProgress | None) -> OnProgress:
    """Progress of the i-th solver, as progress of all."""

    def tick(now: int, of: int) -> None:
        if on_progress is not None:
            on_progress(i * of + now, len(SOLVERS) * of)

    return tick


def race(
    X: np.ndarray,
    y: np.ndarray,
    lam: float,
    learning_rate: float = 0.3,
    steps: int = 3000,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> Race:
    """The race at one λ > 0; everything else as in `races`."""
    return races(X, y, [lam], learning_rate, steps, seed, on_progress)[0]


def kept_steps(steps: int, per_decade: int = PER_DECADE) -> np.ndarray:
    """0, then so many steps a decade with the powers of ten among them, to the last.

    Of a number that divides another, the steps are among those of the other.
    """
    powers = 10.0 ** (np.arange(ceil(log10(steps)) * per_decade + 1) / per_decade)
    near = powers.round().astype(int)
    return np.unique([0, *near[near <= steps], steps])


def curvature_bound(X: np.ndarray) -> float:
    """L = ‖(X, 1)‖₂²/4m: no second derivative of the mean logistic loss is larger.

    X: (m, n_features). Gradient steps with α ≤ 1/L never raise the cost; with α < 2/L they settle.
    """
    with_intercept = np.column_stack([X, np.ones(len(X))])
    return float(np.linalg.norm(with_intercept, 2) ** 2 / (4 * len(X)))


def estimated_seconds(m: int, n_features: int, steps: int, n_lams: int = 1) -> float:
    """About how long races take on a small server, by MICROSECONDS; m training samples."""
    each, per_output, per_product = MICROSECONDS
    outputs = n_lams * m
    return 1e-6 * len(SOLVERS) * steps * (each + outputs * (per_output + per_product * n_features))
