"""Directions: what of a layer's input reaches its units, however many units there are.

A layer W = Σ s_i u_i v_iᵀ looks at its input along the v_i alone, each by its singular value s_i. Units that
are copies of one another up to a factor share a direction; so a layer can have all its units and few
directions.

**Why L2 takes directions.** Scale a row of W₁ by c and the column of W₂ that reads it by 1/c: two linear
layers say the same, and ½(‖W₁‖² + ‖W₂‖²) is least where both are of one size, where it is Σ s_i of the
product W₂W₁. So the two squares act on the product as an unsquared norm of its singular values, and make
small ones exactly zero, as L1 does with weights. With inputs of covariance I and a squared loss
1/2n·‖W₂W₁X − Y‖² the optimum has the singular values max(s − λ, 0), s those of the map that fits best.

N. Srebro, J. Rennie, T. Jaakkola: Maximum-margin matrix factorization, NIPS 2004.
"""

from collections.abc import Sequence

import numpy as np

SHARE = 1e-3  # of the largest: a smaller singular value counts as none
NOTHING = 1e-6  # a layer whose largest is smaller has no direction


def singular_values(W: np.ndarray) -> np.ndarray:
    """Of each network's layer (n_lams, n_out, n_in), largest first, (n_lams, n); NaN where it diverged."""
    W = W.astype(float)
    finite = np.isfinite(W).all(axis=(1, 2))
    S: np.ndarray = np.linalg.svd(np.where(finite[:, None, None], W, 0), compute_uv=False)
    return np.where(finite[:, None], S, np.nan)


def rank(S: np.ndarray, share: float = SHARE) -> np.ndarray:
    """How many of the singular values (n_lams, n) are above a share of the largest, (n_lams,)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        counted = (S / S[:, :1] > share) & (S[:, :1] > NOTHING)
    n: np.ndarray = counted.sum(axis=1)
    return n


def units_in_use(W: np.ndarray, W_next: np.ndarray, share: float = SHARE) -> np.ndarray:
    """How many units count, (n_lams,): their weights' length, in times out, above a share of the largest.

    W: (n_lams, n_units, n_in); W_next: (n_lams, n_out, n_units).
    """
    through = np.linalg.norm(W.astype(float), axis=2) * np.linalg.norm(W_next.astype(float), axis=1)
    return rank(-np.sort(-through, axis=1), share)


def shrunk(S: np.ndarray, lam: float) -> np.ndarray:
    """Singular values of two linear layers' product at the optimum under L2, max(s − λ, 0). See above."""
    left: np.ndarray = np.maximum(np.asarray(S, float) - lam, 0)
    return left


def activation_size(Z: Sequence[np.ndarray]) -> np.ndarray:
    """Mean |a| of tanh units, (n_lams,), from the pre-activations of hidden layers, [l] (n_lams, n, m)."""
    with np.errstate(invalid="ignore"):
        size: np.ndarray = np.abs(np.tanh(np.concatenate(Z, axis=1))).mean(axis=(1, 2))
    return size
