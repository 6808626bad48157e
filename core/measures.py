"""What is read off trained networks: zeros, spread, linearity.

Each function takes the stacked arrays of a run and returns one number for each network.
"""

from collections.abc import Sequence

import numpy as np

COLLAPSED = 1e-3  # deviation of the logit below which the output no longer depends on the input


def count_zeros(W: Sequence[np.ndarray]) -> np.ndarray:
    """Weights that are exactly zero, over the layers given, (n_lams,)."""
    return sum((layer == 0).sum(axis=(1, 2)) for layer in W)


def count_weights(W: Sequence[np.ndarray]) -> int:
    """Weights of one network, biases left out."""
    return sum(layer[0].size for layer in W)


def sparsity(W: Sequence[np.ndarray]) -> np.ndarray:
    """Share of weights that are exactly zero, over the layers given, (n_lams,); NaN where diverged."""
    share = count_zeros(W) / count_weights(W)
    return np.where(np.isfinite(W[0][:, 0, 0]), share, np.nan)


def accuracy(P: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Share of samples whose most probable class is the true one, (n_lams,).

    P: from `predict_proba`; y: (m,) class indices. A network that diverged gets NaN.
    """
    predicted = (P > 0.5).astype(int) if P.ndim == 2 else P.argmax(axis=1)
    finite = np.isfinite(P).reshape(len(P), -1).all(axis=1)
    return np.where(finite, (predicted == y).mean(axis=1), np.nan)


def linear_band(deviation: float) -> float:
    """The |z| at which tanh z falls short of z by a share of z: 0.174, 0.399, 0.584 at 1, 5, 10 %.

    deviation: between 0 and 1. Solves tanh(z)/z = 1 − deviation by bisection.
    """
    if not 0 < deviation < 1:
        raise ValueError(f"deviation must be a share between 0 and 1, got {deviation!r}")
    low, high = 0.0, 1 / (1 - deviation)
    for _ in range(60):
        z = (low + high) / 2
        low, high = (z, high) if np.tanh(z) > (1 - deviation) * z else (low, z)
    return low


def share_within(Z: np.ndarray, band: float) -> np.ndarray:
    """Share of |z| ≤ band over units and samples, (n_lams,), from Z (n_lams, n_units, m)."""
    share = (np.abs(Z) <= band).mean(axis=(1, 2))
    return np.where(np.isfinite(Z[:, 0, 0]), share, np.nan)


def logit_deviation(Z: np.ndarray) -> np.ndarray:
    """Standard deviation of the logit over the samples, (n_lams,), from the output's Z.

    With several classes the logits are first centred over the classes, which leaves the softmax as it is.
    """
    Z = _centred(Z)
    return np.sqrt(np.square(Z).mean(axis=(1, 2)))


def affine_r2(X: np.ndarray, Z: np.ndarray) -> np.ndarray:
    """How much of the logit's variance the best affine map of X explains, (n_lams,), at most 1.

    R² = 1 − Σ(z − ẑ)²/Σ(z − z̄)² by least squares. Where the logit is constant that is 0/0: NaN, a
    collapsed network, and not a linear one (see COLLAPSED).

    X: (m, n_features); Z: (n_lams, n_out, m), the output's pre-activation.
    """
    R2 = np.full(len(Z), np.nan)
    deviation = logit_deviation(Z)
    alive = deviation >= COLLAPSED
    U, singular, _ = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    U = U[:, singular > 1e-10 * singular[0]]  # an orthonormal basis of what X can express
    Z = _centred(Z[alive])
    explained = np.square(Z @ U).sum(axis=(1, 2))
    R2[alive] = explained / np.square(Z).sum(axis=(1, 2))
    return R2


def _centred(Z: np.ndarray) -> np.ndarray:
    """Logits in float64 without their mean over the samples, and over the classes if there are several."""
    Z = Z.astype(float)
    if Z.shape[1] > 1:
        Z = Z - Z.mean(axis=1, keepdims=True)
    return Z - Z.mean(axis=2, keepdims=True)


def histogram(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Counts of each first-axis entry's values between the edges, (n, n_bins); values outside are left out.

    values: (n, …); edges: evenly spaced, increasing. NaN is left out. The last bin includes its end.
    """
    n, n_bins = len(values), len(edges) - 1
    values = values.reshape(n, -1)
    with np.errstate(invalid="ignore"):
        inside = (values >= edges[0]) & (values <= edges[-1])
    scaled = (np.where(inside, values, edges[0]) - edges[0]) * (n_bins / (edges[-1] - edges[0]))
    bins = np.minimum(scaled.astype(int), n_bins - 1) + n_bins * np.arange(n)[:, None]
    return np.bincount(bins[inside], minlength=n * n_bins).reshape(n, n_bins)
