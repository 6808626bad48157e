"""Two-class logistic regression with a penalty: the exact optimum, and the proof of it.

**The problem.** With m samples x_i, classes written as signs t_i = ±1 and log-odds z_i = w·x_i + b,

    J(w, b) = 1/m · Σ log(1 + exp(−t_i z_i)) + penalty/m,   penalty = λ/2·(l1·‖w‖₁ + l2·‖w‖²),

the intercept b going free; (l1, l2) is (1, 0) for L1, (0, 1) for L2, and both count in a mixture. J is
convex, so there is one best value J*, and a network without hidden layers can be held to it. Inside this file
everything is m·J, a sum over samples: there λ stands alone.

**The bound.** Give each sample a share q_i in [0, 1], read it as "how wrong we are here", and write h for the
entropy −q log q − (1−q) log(1−q). A logistic loss lies above all its tangents,
log(1 + exp(−t z)) ≥ h(q) − q·t·z, and touches the one at q = 1/(1 + exp(t z)). Add them up with θ_i = t_i q_i
and minimize over w and b: for *any* shares with Σθ = 0 (b goes free, so nothing else would hold it),

    L1, if ‖Xᵀθ‖_∞ ≤ λ/2:   m·J* ≥ Σ h(q_i)
    L2:                     m·J* ≥ Σ h(q_i) − ‖Xᵀθ‖²/2λ
    λ = 0, if Xᵀθ = 0:      m·J* ≥ Σ h(q_i)

A mixture needs no condition either: with c = Xᵀθ the corner holds |c| up to λ·l1/2 and the square charges for
the rest, m·J* ≥ Σ h(q_i) − Σ max(|c_j| − λ·l1/2, 0)²/(2λ·l2), by the conjugate of λ/2·(l1·|w| + l2·w²). Where
|c| stays within λ·l1/2 L1's bound holds for it too: the higher of both counts.

Good shares turn "the solver stopped" into "J is at most `gap` above the best there is".

**The step.** Newton: replace the losses by their parabolas at the current point, of curvature
d_i = q_i (1 − q_i), keep the penalty as it is, and go to this model's minimum v; should J not fall, go half
the way, or a quarter … Centring the columns with weights d takes b out and leaves one small matrix,
H = Σ d_i (x_i − x̄)(x_i − x̄)ᵀ. For L2 the minimum is a linear solve. For L1 it is a linear solve once the
signs are known, and a short search for the signs; a weight outside the support is not computed but left
alone, so its zero is exact. In a mixture the square is part of the parabola, H + λ·l2·I; the rest is L1.

**Why a step brings its own bound.** At the model's minimum the linearized shares q − t·d·Δz obey the
conditions on θ by construction: Σθ = 0, and Xᵀθ = λv for L2, 0 for λ = 0, within λ/2 for the columns that L1
looked at. Should another column exceed λ/2, shrinking all of θ mends it. In a mixture Xᵀθ is λ·l1/2·sign(v) +
λ·l2·v where v ≠ 0, for which the square's charge is what the bound needs.

**The path.** λ is taken from large to small, each from its neighbour's optimum; two steps are usual. With a
corner, H is formed on the columns that are in the support or want to enter, no others. L2 with more columns
than samples first turns them into m coordinates: the round penalty cannot tell the difference.

The penalty's value, its charge in the bound and its model's minimum are `core.penalties.Penalty`'s.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from core.penalties import PENALTIES, TINY, Penalty
from core.validation import check_choice, check_data, check_lams, check_positive

MAX_STEPS = 100
MAX_STEPS_UNPENALIZED = 30  # separable data gain 1 in log-odds per step; e^-30 is all that float64 can tell
MAX_SHIFT = 0.5  # a step that shifts some log-odds by more is too far from the optimum to prove anything
LARGEST = 1e100  # squares of larger numbers would overflow
EPS = float(np.finfo(float).eps)


@dataclass(frozen=True)
class LogisticPath:
    """The optimum for each λ, in the caller's order: (W[k], b[k]) belongs to lams[k].

    gap[k] is proven, up to float64 rounding: cost[k] − J*(lams[k]) ≤ gap[k]. converged[k] says whether it is
    within tol. Where it is not (λ below some 1e-14, or weights so large that their sums lose digits) the
    numbers still stand, with the larger gap they carry.
    """

    penalty: str
    lams: np.ndarray  # (n_lams,)
    W: np.ndarray  # (n_lams, n_features); L1's zeros are exactly 0.0
    b: np.ndarray  # (n_lams,)
    cost: np.ndarray  # (n_lams,) J
    gap: np.ndarray  # (n_lams,)
    converged: np.ndarray  # (n_lams,) bool
    n_steps: np.ndarray  # (n_lams,) Newton steps from the neighbour


def fit_logistic(
    X: np.ndarray,
    y: np.ndarray,
    penalty: str = "l1",
    lams: Sequence[float] | np.ndarray = (1.0,),
    tol: float = 1e-8,
) -> LogisticPath:
    """Minimize J = mean cross-entropy + λ/2m·‖w‖₁ (l1) or + λ/2m·‖w‖² (l2) for each λ, with proof.

    X: (m, n_features), taken as it is; y: (m,) two integer classes, the larger counts as 1.
    penalty: a name of PENALTIES; a mixture adds up its shares of both.
    tol: the gap, a bound on J − J*, at which to stop; LogisticPath.converged tells where it was reached.
    λ = 0 gives the smallest weights among the best, measured in units of their columns' spread. Classes
    that a hyperplane separates have no optimum at λ = 0, and are refused with a ValueError.
    """
    X, t = _checked_data(X, y)
    check_choice("penalty", penalty, tuple(PENALTIES))
    lams, tol = check_lams(lams), check_positive("tol", tol)
    Xc, mean = _centred(X)
    with np.errstate(all="ignore"):  # a step may overflow; the line search turns it away
        fits = {0.0: _fit_unpenalized(Xc, t, tol)} if 0 in lams else {}
        fits |= _fit_penalized(Xc, t, PENALTIES[penalty], set(lams[lams > 0].tolist()), tol)
    chosen = [fits[lam] for lam in lams.tolist()]
    W = np.stack([fit.w for fit in chosen])
    b, cost, gap, n_steps = np.array([(fit.b, fit.cost, fit.gap, fit.n_steps) for fit in chosen]).T
    cost, gap = cost / len(t), gap / len(t)
    return LogisticPath(penalty, lams, W, b - W @ mean, cost, gap, gap <= tol, n_steps.astype(int))


def logistic_cost(X: np.ndarray, y: np.ndarray, w: np.ndarray, b: float, penalty: str, lam: float) -> float:
    """J = mean cross-entropy + λ/2m·(l1·‖w‖₁ + l2·‖w‖²) of any weights, which `fit_logistic` minimizes.

    X: (m, n_features); y: (m,) of 0 and 1; w: (n_features,); penalty: a name of PENALTIES.
    """
    margin = (2.0 * y - 1.0) * (X @ w + b)
    return (_loss(margin) + PENALTIES[penalty].total(w, lam)) / len(y)


def lam_max(X: np.ndarray, y: np.ndarray, penalty: str = "l1") -> float:
    """The smallest λ at which L1 leaves every weight zero: 2·‖Xᵀ(y − ȳ)‖_∞, with several classes the largest.

    With W = 0 the probabilities are the shares of the classes, and this is twice m times the gradient: what
    the corner of the penalty has to hold. X: (m, n_features); y: (m,) two integer classes or more.
    penalty: a name of PENALTIES; the less corner it has, the larger is its λ, and without one infinite.
    """
    X, indices, classes = _checked_samples(X, y)
    check_choice("penalty", penalty, tuple(PENALTIES))
    F = _centred(X)[0].T
    signs = (np.where(indices == k, 1.0, -1.0) for k in range(len(classes)))
    return max(PENALTIES[penalty].lam_max(_slope(F, t)) for t in signs)


def degrees_of_freedom(X: np.ndarray, path: LogisticPath) -> np.ndarray:
    """How many free weights the fit is worth, for each λ of a path fitted on X: (n_lams,).

    With a square: Σ d/(d + λ·l2) over the eigenvalues d of H at the optimum; in a mixture H is that of the
    nonzero weights alone. L1: the number of nonzero weights; with a corner either is proven for linear
    regression only, so approximate here.
    """
    X = np.asarray(X, dtype=float)
    if X.ndim != 2 or X.shape[1] != path.W.shape[1]:
        raise ValueError(
            f"X must have the path's {path.W.shape[1]} columns, got shape {X.shape}; "
            "pass the X that the path was fitted on"
        )
    penalty = PENALTIES[path.penalty]
    if penalty.l2 == 0:
        return np.array(np.count_nonzero(path.W, axis=1), float)
    freedom = []
    for lam, w, b in zip(path.lams, path.W, path.b, strict=True):
        support = np.flatnonzero(w) if penalty.is_sparse else slice(None)
        eigenvalues = _eigenvalues(X[:, support], _curvature(_share(X @ w + b)))
        freedom.append(float(np.sum(eigenvalues / (eigenvalues + lam * penalty.l2))))
    return np.array(freedom)


def _eigenvalues(X: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Those of H = Σ d_i (x_i − x̄)(x_i − x̄)ᵀ that are not 0; x̄ is the mean with weights d."""
    spread = np.linalg.svd((X - d @ X / d.sum()).T * np.sqrt(d), compute_uv=False)
    kept: np.ndarray = spread[spread > spread.max(initial=0.0) * EPS * max(X.shape)] ** 2
    return kept


def _checked_data(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """X as floats and y as signs, −1 for the smaller class and +1 for the larger."""
    X, indices, classes = _checked_samples(X, y)
    if len(classes) != 2:
        raise ValueError(
            f"y must hold exactly two classes, got {len(classes)}; "
            "set one class against the rest with (y == k).astype(int)"
        )
    return X, 2.0 * indices - 1.0


def _checked_samples(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """X as floats that can be squared, y as class indices, and the classes."""
    X, indices, classes = check_data(X, y)
    if np.abs(X).max() > LARGEST:
        raise ValueError(
            f"X must lie within ±{LARGEST:g}, got {np.abs(X).max():g}; standardize the columns first"
        )
    return X, indices, classes


def _centred(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """X minus its column means (constant columns exactly 0), and the means."""
    mean = X.mean(axis=0)
    return np.where(np.ptp(X, axis=0) > 0, X - mean, 0.0), mean


def _slope(F: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Xᵀ(y − ȳ): by how much the loss of the empty model falls along each weight; F: (n_features, m)."""
    slope: np.ndarray = F @ (t - t.mean()) / 2  # t = 2y − 1
    return slope


# --- what the solver asks of a penalty ------------------------------------------------------------


class _Model(Protocol):
    """A penalty in units of m·J; see `core.penalties.Penalty` for what each gives."""

    def total(self, w: np.ndarray, lam: float) -> float: ...
    def duals(self, correlation: np.ndarray, lam: float) -> list[tuple[float, float]]: ...
    def movable(self, w: np.ndarray, correlation: np.ndarray, lam: float) -> np.ndarray: ...
    def model_minimum(self, H: np.ndarray, pull: np.ndarray, w: np.ndarray, lam: float) -> np.ndarray: ...


class _NoPenalty:
    """λ = 0: nothing to pay, and no ridge, since the coordinates are orthonormal."""

    def total(self, w: np.ndarray, lam: float) -> float:
        return 0.0

    def duals(self, correlation: np.ndarray, lam: float) -> list[tuple[float, float]]:
        return [(1.0, 0.0)]  # Xᵀθ = 0 by construction

    def movable(self, w: np.ndarray, correlation: np.ndarray, lam: float) -> np.ndarray:
        return np.arange(len(w))

    def model_minimum(self, H: np.ndarray, pull: np.ndarray, w: np.ndarray, lam: float) -> np.ndarray:
        minimum: np.ndarray = w + np.linalg.solve(H, pull)
        return minimum


# --- the path -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Fit:
    w: np.ndarray
    b: float  # for the centred columns
    cost: float  # m·J
    gap: float  # m·gap
    n_steps: int


def _fit_penalized(
    Xc: np.ndarray, t: np.ndarray, penalty: Penalty, lams: set[float], tol: float
) -> dict[float, _Fit]:
    """The optimum for each λ > 0, from the largest down."""
    F, back = Xc.T, None  # F: (n_features, m)
    if penalty.is_round and F.shape[0] > F.shape[1]:
        back, F = np.linalg.qr(F)  # orthonormal: w = back·u is as long as u, and Xc·w = Fᵀu
    F = np.ascontiguousarray(F)
    fits, fit = {}, _empty_model(F, t)
    for lam in _descending(lams, penalty.lam_max(_slope(F, t)) if penalty.is_sparse else 0.0):
        fits[lam] = fit = _solve(F, t, penalty, lam, fit, tol * len(t), MAX_STEPS)
    return {lam: _mapped_back(fits[lam], back, Xc) for lam in lams}


def _descending(lams: set[float], top: float) -> Iterator[float]:
    """Each λ from the largest down; from top (if any) on, with rungs between so that no step is over tenfold.

    A corner needs the rungs: far from its neighbour's optimum, far too many columns ask to come in.
    """
    for lam in sorted(lams, reverse=True):
        while top > 10 * lam:
            top /= 10
            yield top
        yield lam


def _fit_unpenalized(Xc: np.ndarray, t: np.ndarray, tol: float) -> _Fit:
    """λ = 0, in orthonormal coordinates of the columns' span, or ValueError if J has no minimum.

    Where a hyperplane separates classes, some samples' log-odds grow by 1 with each Newton step, for ever:
    no step gets below MAX_SHIFT, and nothing is proven.
    """
    norm = np.linalg.norm(Xc, axis=0)
    norm[norm == 0] = 1.0
    U, spread, Vt = np.linalg.svd(Xc / norm, full_matrices=False)
    rank = np.count_nonzero(spread > spread[0] * EPS * max(Xc.shape))
    F, back = np.ascontiguousarray(U[:, :rank].T), Vt[:rank].T / spread[:rank] / norm[:, None]
    enough = 1e-8 * len(t)
    tol = min(tol * len(t), enough)
    fit = _solve(F, t, _NoPenalty(), 0.0, _empty_model(F, t), tol, MAX_STEPS_UNPENALIZED)
    if fit.gap > enough or np.all(t * (fit.w @ F + fit.b) > 0):
        raise ValueError(
            "lams must be above 0 for classes that a hyperplane separates, wholly or all but, got 0.0: "
            "J falls on and on while the weights grow, so it has no optimum; leave out λ = 0 or add samples"
        )
    return _mapped_back(fit, back, Xc)


def _mapped_back(fit: _Fit, back: np.ndarray | None, Xc: np.ndarray) -> _Fit:
    w = fit.w if back is None else back @ fit.w
    return replace(fit, w=np.where(Xc.any(axis=0), w, 0.0))  # a constant column says nothing


def _empty_model(F: np.ndarray, t: np.ndarray) -> _Fit:
    """All weights zero, and the intercept that is best for that: the log-odds of the classes."""
    b = float(np.log(np.sum(t > 0) / np.sum(t < 0)))
    return _Fit(np.zeros(len(F)), b, cost=np.inf, gap=np.inf, n_steps=0)


# --- one λ ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Point:
    w: np.ndarray
    b: float
    margin: np.ndarray  # t·z
    cost: float  # m·J


@dataclass(frozen=True)
class _Step:
    """The way to the quadratic model's minimum: w becomes v, b becomes b + db."""

    v: np.ndarray
    db: float
    fall: float  # what m·J would lose if it were straight, a number below 0
    bound: float  # on m·J*


def _solve(
    F: np.ndarray, t: np.ndarray, penalty: _Model, lam: float, start: _Fit, tol: float, max_steps: int
) -> _Fit:
    """Newton steps on m·J until the best bound so far lies within tol of the cost, or J falls no more."""

    def at(w: np.ndarray, b: float) -> _Point:
        margin = t * (w @ F + b)
        return _Point(w, b, margin, _loss(margin) + penalty.total(w, lam))

    point, bound, n_steps, rounding = at(start.w, start.b), 0.0, 0, EPS * len(t)  # J is never below 0
    while point.cost - bound > max(tol, rounding) and n_steps < max_steps:
        try:
            step = _newton_step(F, t, penalty, lam, point)
        except np.linalg.LinAlgError:
            break
        lower = _line_search(at, point, step)
        stalled = lower.cost >= point.cost and step.bound <= bound
        point, bound, n_steps = lower, max(bound, step.bound), n_steps + 1
        if stalled:
            break
    return _Fit(point.w, point.b, point.cost, max(point.cost - bound, rounding), n_steps)


def _newton_step(F: np.ndarray, t: np.ndarray, penalty: _Model, lam: float, point: _Point) -> _Step:
    """The minimum of the quadratic model, b eliminated by centring, and the bound that its shares prove."""
    w, q = point.w, _share(point.margin)
    d = _curvature(q)
    correlation, pull = F @ (t * q), float(t @ q)
    C = penalty.movable(w, correlation, lam)
    columns = F[C]  # (n_movable, m)
    mean = columns @ d / d.sum()
    spread = columns - mean[:, None]
    H = (d * spread) @ spread.T  # √d on both sides would start BLAS threads, which wait on a busy machine
    v = w.copy()
    v[C] = penalty.model_minimum(H, correlation[C] - mean * pull, w[C], lam)
    dw = v[C] - w[C]
    db = pull / d.sum() - mean @ dw
    dz = dw @ columns + db
    fall = penalty.total(v, lam) - penalty.total(w, lam) - correlation[C] @ dw - pull * db
    if np.abs(dz).max() > MAX_SHIFT:
        return _Step(v, db, fall, bound=0.0)
    q = q - t * d * dz
    bounds = [_entropy(shrink * q) - charge for shrink, charge in penalty.duals(F @ (t * q), lam)]
    return _Step(v, db, fall, bound=max(bounds))


def _line_search(at: Callable[[np.ndarray, float], _Point], point: _Point, step: _Step) -> _Point:
    """The first of the full step, its half, its quarter … at which m·J falls; failing that, the old point."""
    size = 1.0
    while size > 1e-10:
        w = (1 - size) * point.w + size * step.v  # at size 1 this is v, with its exact zeros
        trial = at(w, point.b + size * step.db)
        if trial.cost <= point.cost * (1 + 4 * EPS) + 1e-4 * size * step.fall:
            return trial
        size /= 2
    return point


def _loss(margin: np.ndarray) -> float:
    """Σ log(1 + exp(−margin)), without overflow."""
    return float(np.sum(np.log1p(np.exp(-np.abs(margin))) - np.minimum(margin, 0.0)))


def _share(margin: np.ndarray) -> np.ndarray:
    """q = 1/(1 + exp(margin)), without overflow and exact where q is tiny."""
    e = np.exp(-np.abs(margin))
    q: np.ndarray = np.where(margin > 0, e, 1.0) / (1 + e)
    return q


def _curvature(q: np.ndarray) -> np.ndarray:
    """d = q (1 − q), the second derivative of a logistic loss."""
    d: np.ndarray = q * (1 - q)
    return d


def _entropy(q: np.ndarray) -> float:
    """Σ −q log q − (1−q) log(1−q), with 0·log 0 = 0."""
    return -float(np.sum(q * np.log(np.maximum(q, TINY)) + (1 - q) * np.log1p(-np.minimum(q, 1 - EPS))))
