"""λ chosen on the training rows alone: cross-validation, and what it is held against.

K folds: each in its turn is kept aside, the rest is standardized by its own rows and fitted at every λ, and
the cost is that of the rows kept aside. Its mean over the folds has a standard error, and two λ are read off:

    λ_min   where the mean is lowest
    λ_1se   the largest λ whose mean is within one standard error of that lowest, so never smaller than λ_min

J divides the penalty by the number of rows, so that a fold of m' rows is fitted at λ·m'/m: λ/m stays.

T. Hastie, R. Tibshirani, J. Friedman: The Elements of Statistical Learning, 2nd ed., 2009, section 7.10.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core import measures, network
from core.datasets import standardize
from core.grid import train_to_rest
from core.logistic import fit_logistic
from core.settings import LAMS, Settings
from core.training import OnProgress, part_of
from core.validation import check_choice, check_data, check_integer, check_lams, check_penalties

FOLDS, FOLDS_OF_NETWORKS = 10, 5  # until others are asked for
RULES = ("min", "1se")
EQUAL = 1e-6  # nats: costs as close as this are equal, for a training at rest is no more exact
TICKS = 1000  # of progress in each fold
DEFAULT = Settings()

Rows = tuple[np.ndarray, np.ndarray]  # X (n, n_features) and class indices (n,)


def lowest(costs: np.ndarray, lams: np.ndarray) -> int:
    """Position of the lowest cost, (n_lams,), of those EQUAL to it the largest λ's; −1 if none is finite."""
    finite = np.isfinite(costs)
    if not finite.any():
        return -1
    return int(np.where(finite & (costs <= costs[finite].min() + EQUAL), lams, -1).argmax())


@dataclass(frozen=True, eq=False)
class Validation:
    """Cost and accuracy on the rows that each fold kept aside, (n_folds, n_lams); of several rounds one below
    the other. NaN where a network diverged or swings, or no optimum exists."""

    lams: np.ndarray  # (n_lams,)
    costs: np.ndarray  # mean cross-entropy, in nats
    accuracies: np.ndarray
    folds: int  # of one round

    @cached_property
    def mean(self) -> np.ndarray:
        """Mean cost over the folds, (n_lams,)."""
        mean: np.ndarray = self.costs.mean(axis=0)
        return mean

    @cached_property
    def se(self) -> np.ndarray:
        """Its standard error, (n_lams,): the folds' deviation over √folds, in the mean over the rounds.

        More rounds tell the mean more exactly, but no more of the data: so the error is that of one.
        """
        rounds = self.costs.reshape(-1, self.folds, self.lams.size)
        se: np.ndarray = rounds.std(axis=1, ddof=1).mean(axis=0) / np.sqrt(self.folds)
        return se

    @property
    def k_min(self) -> int:
        """Position of λ_min, of equal means that of the largest λ; −1 where no mean is finite."""
        return lowest(self.mean, self.lams)

    @property
    def k_1se(self) -> int:
        """Position of λ_1se; −1 where no mean is finite."""
        if self.k_min < 0:
            return -1
        within = self.mean <= self.mean[self.k_min] + self.se[self.k_min]
        return int(np.where(within, self.lams, -1).argmax())

    def k_by(self, rule: str) -> int:
        """Position of the λ that a rule of RULES chooses."""
        check_choice("rule", rule, RULES)
        return self.k_min if rule == "min" else self.k_1se

    @property
    def lam_min(self) -> float:
        """λ_min."""
        return float(self.lams[self.k_min]) if self.k_min >= 0 else np.nan

    @property
    def lam_1se(self) -> float:
        """λ_1se."""
        return float(self.lams[self.k_1se]) if self.k_1se >= 0 else np.nan

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return self.lams.nbytes + self.costs.nbytes + self.accuracies.nbytes

    def select(self, keep: slice) -> "Validation":
        """The same for some of the λ."""
        return Validation(self.lams[keep], self.costs[:, keep], self.accuracies[:, keep], self.folds)


@dataclass(frozen=True, eq=False)
class Answers:
    """What was fitted at each λ answers on rows that it has not seen."""

    Z: np.ndarray  # (n_lams, n_out, n) logits; NaN where a network diverged or swings, or no optimum exists
    nonzero: np.ndarray  # (n_lams,) weights that are not exactly zero

    def row_costs(self, y: np.ndarray) -> np.ndarray:
        """Cross-entropy of each row, (n_lams, n), in nats; y: (n,) class indices."""
        with np.errstate(invalid="ignore"):
            return network.row_costs(self.Z, network.targets(y, max(2, self.Z.shape[1]), "float64"))

    def measured(self, y: np.ndarray) -> np.ndarray:
        """Mean cost and accuracy, (2, n_lams)."""
        return np.array([self.row_costs(y).mean(axis=1), self.hits(y).mean(axis=1)])

    def hits(self, y: np.ndarray) -> np.ndarray:
        """Whether each row's most probable class is y's, (n_lams, n) of 1 and 0; NaN where Z is."""
        larger = self.Z[:, 0] > 0 if self.Z.shape[1] == 1 else self.Z.argmax(axis=1)
        return np.where(np.isnan(self.Z).any(axis=1), np.nan, larger == y)


@dataclass(frozen=True)
class Fit:
    """What is fitted: which networks, or exact optima, and how long."""

    hidden: tuple[int, ...] = ()
    learning_rate: float = DEFAULT.learning_rate
    epochs: int = DEFAULT.epochs
    seed: int = 0  # of the networks' start
    exact: bool = True  # by `fit_logistic` where there is no hidden layer and there are two classes

    def is_exact(self, n_classes: int) -> bool:
        """Whether the optimum is computed, in place of a training."""
        return self.exact and not self.hidden and n_classes == 2

    def answers(
        self,
        train_rows: Rows,
        X_other: np.ndarray,
        penalties: tuple[str, ...],
        lams: np.ndarray,
        share: float = 1.0,
        on_progress: OnProgress | None = None,
    ) -> "Answers":
        """What comes of the training rows (X, y), and what it answers on other rows (n, n_features).

        y: class indices, of which none is missing. Both are standardized by the training rows. share: of all
        rows that these are, by which λ is scaled.
        """
        X, y = train_rows
        X, X_other = standardize(X, X_other)
        if self.is_exact(int(y.max()) + 1):
            return _exact_answers(X, y, X_other, penalties, lams * share)
        run = train_to_rest(
            *(X, y, self.hidden, penalties, lams, self.learning_rate, self.epochs, self.seed, share),
            on_progress,
        )
        Z = np.where(run.sound[:, None, None], run.layers(X_other)[-1].astype(float), np.nan)
        return Answers(Z, measures.count_weights(run.W) - measures.count_zeros(run.W))


def _exact_answers(
    X: np.ndarray, y: np.ndarray, X_other: np.ndarray, penalties: tuple[str, ...], lams: np.ndarray
) -> "Answers":
    """Those of the exact optima; NaN where none exists, as may be at λ = 0."""
    Z, nonzero = np.full((lams.size, 1, len(X_other)), np.nan), np.zeros(lams.size, int)
    for name in dict.fromkeys(penalties):
        mine = np.flatnonzero([penalty == name for penalty in penalties])
        for part in (mine[lams[mine] > 0], mine[lams[mine] == 0]):
            try:
                path = fit_logistic(X, y, name, lams[part])
            except ValueError:  # a hyperplane parts the classes
                continue
            Z[part, 0] = path.W @ X_other.T + path.b[:, None]
            nonzero[part] = (path.W != 0).sum(axis=1)
    return Answers(Z, nonzero)


def cross_validate(
    X: np.ndarray,
    y: np.ndarray,
    hidden: Sequence[int] = (),
    penalty: str | Sequence[str] = "l1",
    lams: Sequence[float] | np.ndarray = LAMS,
    folds: int | None = None,
    seed: int = 0,
    rounds: int = 1,
    learning_rate: float = DEFAULT.learning_rate,
    epochs: int = DEFAULT.epochs,
    exact: bool = True,
    on_progress: OnProgress | None = None,
) -> Validation:
    """Validate every λ on the rows alone: `.mean` and `.se` of the cost, `.lam_min`, `.lam_1se`.

    X: (m, n_features), in any units; y: (m,) integer classes, of each two rows or more.
    hidden, penalty, lams, learning_rate, epochs: as for `train`, by accelerated steps to rest.
    folds: 2 to m, by default FOLDS of exact optima and FOLDS_OF_NETWORKS. seed: draws the folds and the
    start. rounds: ≥ 1, each with folds drawn anew. exact: compute the optimum where that can be done, without
    hidden layers and with two classes. on_progress(done, total): raising in it stops the work.
    Raises ValueError for arguments out of range.
    """
    X, indices, classes = check_data(X, y)
    lams = check_lams(lams)
    penalties = check_penalties(penalty, lams.size)
    fit = Fit(tuple(hidden), learning_rate, epochs, seed, exact)
    if folds is None:
        folds = min(FOLDS if fit.is_exact(len(classes)) else FOLDS_OF_NETWORKS, len(X))
    rng, found = np.random.default_rng(seed), []
    n = check_integer("rounds", rounds, 1) * folds
    for i in range(rounds):
        parts = list(splits(indices, folds, rng))
        for j, (kept, aside) in enumerate(parts):
            tick = part_of(on_progress, (i * folds + j) * TICKS, TICKS, n * TICKS)
            rows, share = (X[kept], indices[kept]), len(kept) / len(X)
            found.append(fit.answers(rows, X[aside], penalties, lams, share, tick).measured(indices[aside]))
            tick(1, 1)
    costs, accuracies = np.stack(found, axis=1)
    return Validation(lams, costs, accuracies, folds)


def splits(y: np.ndarray, folds: int, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For each fold the rows to fit and those kept aside; every row is kept aside once.

    y: class indices. The folds are nearly equal in size and in their shares of the classes. Raises ValueError
    for fewer than two folds or more than rows, or a class that would be missing where its only row is aside.
    """
    if not 2 <= check_integer("folds", folds, 2) <= len(y):
        raise ValueError(f"folds must be from 2 to the {len(y)} rows, got {folds}")
    counts = np.bincount(y)
    if counts.min() < 2:
        raise ValueError(
            f"each class must have two rows or more to be validated, got {counts.min()} of class "
            f"{counts.argmin()}; leave that class out, or give it more rows"
        )
    shuffled = rng.permutation(len(y))
    by_class = shuffled[np.argsort(y[shuffled], kind="stable")]
    fold = np.empty(len(y), int)
    fold[by_class] = np.arange(len(y)) % folds  # dealt out class after class
    for k in range(folds):
        yield np.flatnonzero(fold != k), np.flatnonzero(fold == k)


@dataclass(frozen=True, eq=False)
class Nested:
    """What to expect of new rows where λ is chosen as well: an outer fold sees neither fit nor choice."""

    lams: np.ndarray  # (n_folds,) chosen in each outer fold
    costs: np.ndarray  # (n_folds,) on the rows that it kept aside
    accuracies: np.ndarray  # (n_folds,)

    @property
    def cost(self) -> float:
        """Mean cost."""
        return float(self.costs.mean())

    @property
    def accuracy(self) -> float:
        """Mean accuracy."""
        return float(self.accuracies.mean())

    @property
    def accuracy_se(self) -> float:
        """Standard error of the mean accuracy over the folds."""
        return float(self.accuracies.std(ddof=1) / np.sqrt(len(self.accuracies)))


def nested_cross_validate(
    X: np.ndarray,
    y: np.ndarray,
    hidden: Sequence[int] = (),
    penalty: str = "l1",
    lams: Sequence[float] | np.ndarray = LAMS,
    rule: str = "1se",
    folds: int = FOLDS_OF_NETWORKS,
    seed: int = 0,
    learning_rate: float = DEFAULT.learning_rate,
    epochs: int = DEFAULT.epochs,
    on_progress: OnProgress | None = None,
) -> Nested:
    """Choose λ anew in each outer fold by cross-validation inside it, and measure it on the rows kept aside.

    rule: of RULES. The other arguments are those of `cross_validate`, which raises ValueError for them.
    """
    X, indices, _ = check_data(X, y)
    grid, fit = check_lams(lams), Fit(tuple(hidden), learning_rate, epochs, seed)
    check_choice("rule", rule, RULES)
    chosen, found = [], []
    for i, (kept, aside) in enumerate(splits(indices, folds, np.random.default_rng(seed))):
        tick = part_of(on_progress, i * TICKS, TICKS, folds * TICKS)
        share = len(kept) / len(X)
        inner = cross_validate(
            *(X[kept], indices[kept], hidden, penalty, grid * share, None, seed, 1, learning_rate, epochs),
            on_progress=tick,
        )
        k = inner.k_by(rule)
        rows = X[kept], indices[kept]
        chosen.append(grid[k])
        measured = fit.answers(rows, X[aside], (penalty,), grid[[k]], share).measured(indices[aside])
        found.append(measured[:, 0])
    costs, accuracies = np.array(found).T
    return Nested(np.array(chosen), costs, accuracies)
