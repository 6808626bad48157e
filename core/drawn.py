"""The drawn data sets: how their rows come about, and with it the true share of class 1 at any place.

**Curves** (moons, circles, spirals): each class is a curve t → c(t), t uniform in [0, 1], half of the rows
each, plus normal noise of deviation σ in both coordinates. So a class has the density ∫ N(x; c(t), σ²I) dt,
and its share at x is its density by the sum of both. The integral is the mean over NODES values of t.

**Xor**: u is uniform in the square, x = u + noise. Given x, the signs of both coordinates are independent,
and P(u > 0 | x) is the normal's mass between 0 and 1 by that between −1 and 1, seen from x.

**Needles**: the class is the sign of w·x + σ·ε, so that its share is Φ(w·x/σ).
"""

import math
from collections.abc import Callable

import numpy as np

N_NEEDLES, N_COLUMNS = 5, 40
NODES = 4000  # of t: the longest curve's are 0.004 apart
SMALLEST_NOISE = 0.01  # of a curve, in its share: below, the nearer curve has the class
CHUNK = 200  # rows whose distances to all nodes are held at once

Draw = tuple[np.ndarray, np.ndarray]  # X (n, n_features), y (n,)
Curve = Callable[[np.ndarray, np.ndarray], np.ndarray]  # points (n, 2) for t (n,) and the class (n,)


def moon(t: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Two half circles of radius 1 that reach into each other."""
    angle = np.pi * t
    here, there = (np.cos(angle), np.sin(angle)), (1 - np.cos(angle), 0.5 - np.sin(angle))
    points: np.ndarray = np.where(y[:, None] == 0, np.column_stack(here), np.column_stack(there))
    return points


def circle(t: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A circle of radius 1/2 within one of radius 1."""
    angle, radius = 2 * np.pi * t, np.where(y == 1, 0.5, 1.0)
    points: np.ndarray = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return points


def spiral(t: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Two arms of one and a half turns that wind around each other, out to radius 3."""
    turn = np.sqrt(0.02 + 0.98 * t)
    angle = 3 * np.pi * turn + np.pi * y
    points: np.ndarray = 3 * turn[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return points


def along(curve: Curve, rng: np.random.Generator, n: int, noise: float) -> Draw:
    """n rows along a class's curve, the classes in turn."""
    y = np.arange(n) % 2
    X = curve(rng.uniform(0, 1, n), y)
    return X + noise * rng.standard_normal(X.shape), y


def share_along(curve: Curve, X: np.ndarray, noise: float) -> np.ndarray:
    """Share of class 1 at X (n, 2), (n,)."""
    t, sigma = (np.arange(NODES) + 0.5) / NODES, max(noise, SMALLEST_NOISE)
    nodes = [curve(t, np.full(NODES, label)) for label in (0, 1)]
    odds = [_log_density(part, nodes[1], sigma) - _log_density(part, nodes[0], sigma) for part in _chunks(X)]
    with np.errstate(over="ignore"):
        share: np.ndarray = 1 / (1 + np.exp(-np.concatenate(odds)))
    return share


def _chunks(X: np.ndarray) -> list[np.ndarray]:
    return np.array_split(X, max(1, math.ceil(len(X) / CHUNK)))


def _log_density(X: np.ndarray, nodes: np.ndarray, sigma: float) -> np.ndarray:
    """log of Σ N(x; node, σ²I) up to a constant that both classes share, (n,)."""
    exponent = -((X[:, None] - nodes) ** 2).sum(axis=2) / (2 * sigma**2)
    largest = exponent.max(axis=1)
    log_sum: np.ndarray = largest + np.log(np.exp(exponent - largest[:, None]).sum(axis=1))
    return log_sum


def xor(rng: np.random.Generator, n: int, noise: float) -> Draw:
    """The square (−1, 1)², labelled by whether the two signs agree."""
    X = rng.uniform(-1, 1, (n, 2))
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    return X + noise * rng.standard_normal(X.shape), y


def xor_share(X: np.ndarray, noise: float) -> np.ndarray:
    """Share of class 1 at X (n, 2), (n,)."""
    positive = _positive(X, noise) if noise > 0 else (X > 0).astype(float)
    both: np.ndarray = positive.prod(axis=1) + (1 - positive).prod(axis=1)
    return both


def _positive(x: np.ndarray, noise: float) -> np.ndarray:
    """P(u > 0 | x), of each coordinate alone."""
    far, scale = np.abs(x), noise * math.sqrt(2)
    above = _erfc((far - 1) / scale) - _erfc(far / scale)  # twice the mass on x's own side of 0
    below = _erfc(far / scale) - _erfc((far + 1) / scale)
    with np.errstate(invalid="ignore"):
        own_side = np.where(above > 0, above / (above + below), 1.0)
    positive: np.ndarray = np.where(x > 0, own_side, 1 - own_side)
    return positive


def needle_weights(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Which columns decide (N_NEEDLES,), and the direction w (N_COLUMNS,) by whose side they do."""
    w = np.zeros(N_COLUMNS)
    needles = np.sort(rng.choice(N_COLUMNS, N_NEEDLES, replace=False))
    w[needles] = rng.choice([-1, 1], N_NEEDLES) / np.sqrt(N_NEEDLES)
    return needles, w


def needles(rng: np.random.Generator, w: np.ndarray, n: int, noise: float) -> Draw:
    """40 columns of noise; the class is the sign of a sum of 5 of them, itself with noise."""
    X = rng.standard_normal((n, N_COLUMNS))
    return X, (X @ w + noise * rng.standard_normal(n) > 0).astype(int)


def needle_share(X: np.ndarray, w: np.ndarray, noise: float) -> np.ndarray:
    """Share of class 1 at X (n, N_COLUMNS), (n,)."""
    side = X @ w
    if noise == 0:
        side = np.where(side > 0, np.inf, -np.inf)
        noise = 1.0
    share: np.ndarray = 0.5 * _erfc(-side / (noise * math.sqrt(2)))
    return share


def _erfc(x: np.ndarray) -> np.ndarray:
    """2·(1 − Φ(x√2)), exact far out where 1 − erf is not."""
    found: np.ndarray = np.frompyfunc(math.erfc, 1, 1)(x).astype(float)
    return found
