"""What sentences are held to: arithmetic of the tests' own, in float64, from data and trained weights alone.

Nothing here calls the core's measures: a network is a chain of matrix products and tanh, as in the lecture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import stats
from sklearn.linear_model import LogisticRegression

Array = np.ndarray
EQUAL = 1e-6  # nats
# Of Σ|w| and of Σw², by the penalty's label, so much: λ/2m times their sum is the penalty.
SHARES = {"L1": (1.0, 0.0), "L2": (0.0, 1.0), "Elastic net": (0.5, 0.5)}


def entropies(Z: Array, y: Array) -> Array:
    """Cross-entropy of each row. Z: (n_out, n) logits; y: (n,) class indices."""
    if len(Z) == 1:
        return np.logaddexp(0, np.where(y == 1, -Z[0], Z[0]))
    return np.logaddexp.reduce(Z, axis=0) - Z[y, np.arange(len(y))]


def right(Z: Array, y: Array) -> int:
    """How many rows get their class."""
    return int(((Z[0] > 0) == (y == 1)).sum() if len(Z) == 1 else (Z.argmax(axis=0) == y).sum())


def shrunk(V: Array, label: str, reach: float) -> Array:
    """The prox of a step, ½·(w − v)² + reach·(l1·|w| + l2·w²)/2 at its lowest; reach: αλ/m."""
    l1, l2 = SHARES[label]
    return np.sign(V) * np.maximum(np.abs(V) - reach * l1 / 2, 0) / (1 + reach * l2)


@dataclass(frozen=True, eq=False)
class Net:
    """One network: W[l] (n_out, n_in), b[l] (n_out, 1), in float64."""

    W: Sequence[Array]
    b: Sequence[Array]

    @classmethod
    def of(cls, W: Sequence[Array], b: Sequence[Array], *at: int) -> "Net":
        """The one at this place of stacks."""
        return cls([part[at].astype(float) for part in W], [part[at].astype(float) for part in b])

    def layers(self, X: Array) -> list[Array]:
        """Z of every layer, (n_units, n)."""
        A, found = np.asarray(X, float).T, []
        for W, b in zip(self.W, self.b, strict=True):
            found.append(W @ A + b)
            A = np.tanh(found[-1])
        return found

    def logits(self, X: Array) -> Array:
        """(n_out, n)."""
        return self.layers(X)[-1]

    def cost(self, X: Array, y: Array) -> float:
        """Mean cross-entropy."""
        return float(entropies(self.logits(X), y).mean())

    @property
    def zeros(self) -> int:
        """Weights that are exactly zero."""
        return sum(int((W == 0).sum()) for W in self.W)

    @property
    def size(self) -> int:
        """Weights in all."""
        return sum(W.size for W in self.W)

    def penalty(self, label: str, lam: float, m: int) -> list[float]:
        """Each layer's part of J."""
        l1, l2 = SHARES[label]
        return [lam / (2 * m) * float(l1 * np.abs(W).sum() + l2 * np.square(W).sum()) for W in self.W]

    def states(self, none: Sequence[float] | None = None) -> list[list[str]]:
        """alive, constant or cut, for each hidden layer's units. none: for each layer what counts as 0."""
        sizes = none or [0.0] * len(self.W)
        link = [np.abs(W) > size for W, size in zip(self.W, sizes, strict=True)]
        heard = [set(range(len(link[-1])))]  # units of a layer that a path leads from to the output
        for L in reversed(link[1:]):
            heard.insert(0, {i for i in range(L.shape[1]) if any(L[o, i] for o in heard[0])})
        varies = [set(range(link[0].shape[1]))]
        for L in link[:-1]:
            varies.append({o for o in range(len(L)) if any(L[o, i] for i in varies[-1])})
        return [
            ["cut" if i not in out else "alive" if i in into else "constant" for i in range(len(W))]
            for W, into, out in zip(self.W[:-1], varies[1:], heard[:-1], strict=True)
        ]

    def gradient(self, X: Array, y: Array) -> tuple[list[Array], list[Array]]:
        """dW, db of the mean cross-entropy, by the lecture's backpropagation."""
        X, Z = np.asarray(X, float), self.layers(X)
        A = [X.T, *map(np.tanh, Z[:-1])]
        if len(Z[-1]) == 1:
            dZ = 1 / (1 + np.exp(-Z[-1])) - (y == 1)
        else:
            P = np.exp(Z[-1] - np.logaddexp.reduce(Z[-1], axis=0))
            dZ = P - (np.arange(len(P))[:, None] == y)
        dW, db = [], []
        for l in reversed(range(len(self.W))):
            dW.insert(0, dZ @ A[l].T / len(X))
            db.insert(0, dZ.mean(axis=1, keepdims=True))
            if l:
                dZ = (self.W[l].T @ dZ) * (1 - A[l] ** 2)
        return dW, db

    def fallen(self, X: Array, y: Array, label: str, lam: float, steps: int) -> tuple["Net", float, float]:
        """Where so many more proximal steps with backtracking lead, and J before and there."""

        def objective(net: Net) -> float:
            return net.cost(X, y) + sum(net.penalty(label, lam, len(X)))

        here, J, rate = self, objective(self), 1.0
        before = J
        for _ in range(steps):
            dW, db = here.gradient(X, y)
            while rate > 1e-9:
                reach = rate * lam / len(X)
                moved = [shrunk(W - rate * g, label, reach) for W, g in zip(here.W, dW, strict=True)]
                there = Net(moved, [b - rate * g for b, g in zip(here.b, db, strict=True)])
                step = sum(np.square(a - b).sum() for a, b in zip(there.W, here.W, strict=True))
                step += sum(np.square(a - b).sum() for a, b in zip(there.b, here.b, strict=True))
                if (fallen := objective(there)) <= J - 0.25 * step / rate + 1e-15:
                    here, J, rate = there, fallen, 1.5 * rate
                    break
                rate /= 2
        return here, before, J


@dataclass(frozen=True, eq=False)
class Folds:
    """Costs of the folds at each λ, (n_folds, n_lams), and the rules read off them."""

    lams: Array
    costs: Array

    @cached_property
    def mean(self) -> Array:
        return self.costs.sum(axis=0) / len(self.costs)

    @cached_property
    def error(self) -> Array:
        n = len(self.costs)
        return np.sqrt(np.square(self.costs - self.mean).sum(axis=0) / (n - 1) / n)

    @property
    def k_min(self) -> int:
        finite = [k for k in range(len(self.lams)) if np.isfinite(self.mean[k])]
        low = min(self.mean[k] for k in finite)
        return max(k for k in finite if self.mean[k] <= low + EQUAL)

    @property
    def k_1se(self) -> int:
        most = self.mean[self.k_min] + self.error[self.k_min]
        return max(k for k in range(len(self.lams)) if self.mean[k] <= most)


def constant_cost(y_train: Array, y: Array) -> float:
    """What the classes' shares in y_train cost on the rows of y."""
    shares = np.array([(y_train == c).mean() for c in range(max(y_train.max(), y.max()) + 1)])
    with np.errstate(divide="ignore"):
        return float(np.minimum(-np.log(shares), -np.log(np.finfo(float).tiny))[y].mean())


def constant_right(y_train: Array, y: Array) -> float:
    """The share of y's rows that have the commonest class of y_train."""
    return float((y == np.bincount(y_train).argmax()).mean())


def t_interval(values: Array) -> tuple[float, float]:
    """95 % of a mean, by Student's t."""
    half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean() - half), float(values.mean() + half)


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % of a share, by Wilson's formula."""
    found = stats.binomtest(hits, n).proportion_ci(0.95, "wilson")
    return float(found.low), float(found.high)


def affine_r2(X: Array, z: Array, X_new: Array, z_new: Array) -> float:
    """R² on new rows of the affine map that fits z best on X, for logits (n_out, n), all outputs together."""
    design, new = np.column_stack([X, np.ones(len(X))]), np.column_stack([X_new, np.ones(len(X_new))])
    fit = new @ np.linalg.lstsq(design, z.T, rcond=None)[0]
    centred = z_new.T - z_new.T.mean(axis=0)
    return float(1 - np.square(z_new.T - fit).sum() / np.square(centred).sum())


def straight(X: Array, y: Array, label: str, lam: float, X_new: Array) -> Array:
    """Logits (1, n) on new rows of the logistic regression of two classes; under L2 by scikit-learn."""
    if label == "L2":
        fit = LogisticRegression(C=1 / lam, tol=1e-9, max_iter=5000).fit(X, y)
        return fit.decision_function(X_new)[None]
    w, b = optimum(X, y, label, lam)
    return (X_new @ w + b)[None]


def optimum(X: Array, y: Array, label: str, lam: float, most: int = 100_000) -> tuple[Array, float]:
    """w (n,) and b of that regression: proximal steps with momentum, until the conditions hold."""
    design, m = np.column_stack([X, np.ones(len(X))]), len(X)
    rate, momentum = 4 * m / np.linalg.norm(design, 2) ** 2, 1.0
    here = ahead = np.zeros(design.shape[1])
    for step in range(most):
        error = 1 / (1 + np.exp(-(design @ ahead))) - y
        there = ahead - rate * (design.T @ error / m)
        there[:-1] = shrunk(there[:-1], label, rate * lam / m)
        if (ahead - there) @ (there - here) > 0:  # it has overshot: begin anew
            momentum = 1.0
        faster = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = there + (momentum - 1) / faster * (there - here)
        here, momentum = there, faster
        if step % 50 == 49 and is_optimum(here[:-1], here[-1], X, y, label, lam, 1e-7):
            return here[:-1], float(here[-1])
    raise AssertionError(f"the oracle's own optimum of {label} at λ = {lam:g} is not reached")


def is_optimum(w: Array, b: float, X: Array, y: Array, label: str, lam: float, tol: float) -> bool:
    """Whether weights (n,) meet the conditions of logistic regression's optimum.

    Where a weight is not zero the slope of J is 0; where it is, a corner holds it, or without one nothing.
    """
    error = 1 / (1 + np.exp(-(X @ w + b))) - y
    g, rate, (l1, l2) = X.T @ error / len(X), lam / (2 * len(X)), SHARES[label]
    if abs(error.mean()) > tol:
        return False
    kept = w != 0
    slope = g[kept] + rate * (l1 * np.sign(w[kept]) + 2 * l2 * w[kept])
    return bool((np.abs(g[~kept]) <= l1 * rate + tol).all() and (np.abs(slope) <= tol).all())


def lam_max(X: Array, y: Array, label: str) -> float:
    """From which λ on a corner holds all weights at zero: Xᵀ(y − ȳ) is m times the slope there."""
    n = y.max() + 1
    targets = [y == c for c in (range(n) if n > 2 else [1])]
    return 2 * max(float(np.abs(X.T @ (t - t.mean())).max()) for t in targets) / SHARES[label][0]


def freedom(w: Array, b: float, X: Array, label: str, lam: float) -> float:
    """Degrees of freedom of logistic regression's optimum, tr H(H + λ·l2)⁻¹ over the weights in use.

    H is the curvature of the sum of the cross-entropies where b follows the weights.
    """
    l1, l2 = SHARES[label]
    X = X[:, w != 0] if l1 else X
    p = 1 / (1 + np.exp(-(X @ (w[w != 0] if l1 else w) + b)))
    d = p * (1 - p)
    from_mean = X - d @ X / d.sum()
    H = from_mean.T @ (d[:, None] * from_mean)
    return float(np.trace(np.linalg.pinv(H + lam * l2 * np.eye(len(H)), hermitian=True) @ H))
