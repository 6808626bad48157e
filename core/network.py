"""Feed-forward tanh networks, many side by side: the lesson's equations on stacked matrices.

Every array carries the networks on its first axis, so one call computes a layer of all of them:

    W[l] (n_lams, n_out, n_in)   b[l] (n_lams, n_out, 1)   A[l] (n_lams, n_units, m)

Samples are columns and A[0] = Xᵀ, as in the lesson. A[0] has no network axis: all see the same samples.
Hidden layers are tanh, the output is linear here; `probabilities` turns it into a sigmoid (two classes)
or a softmax (more). The layer functions write into arrays they are given, since training calls
them thousands of times.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from core import activation

Arrays = Sequence[np.ndarray]
Slope = Callable[[np.ndarray, np.ndarray], np.ndarray]  # of A, into another array


def layer_sizes(n_features: int, hidden: Sequence[int], n_classes: int) -> tuple[int, ...]:
    """Units of every layer, input first; two classes share one output unit."""
    return (n_features, *hidden, 1 if n_classes == 2 else n_classes)


def init_params(sizes: Sequence[int], rng: np.random.Generator) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """W = N(0, 1/n_in) and b = 0 of one network, in float64, layer by layer.

    Returns W[l] (n_out, n_in) and b[l] (n_out, 1).
    """
    W = [rng.standard_normal((n_out, n_in)) / np.sqrt(n_in) for n_in, n_out in pairwise(sizes)]
    return W, [np.zeros((n_out, 1)) for n_out in sizes[1:]]


def affine(W: np.ndarray, b: np.ndarray, A: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Z = W·A + b, of shape (n_lams, n_out, m).

    A: (n_lams, n_in, m), or (n_in, m) where all networks see the same input; that is one large product.
    """
    n_lams, n_out, n_in = W.shape
    if out is None:
        out = np.empty((n_lams, n_out, A.shape[-1]), W.dtype)
    if A.ndim == 2:
        np.matmul(W.reshape(-1, n_in), A, out=out.reshape(n_lams * n_out, -1))
    else:
        np.matmul(W, A, out=out)
    out += b
    return out


def forward(W: Arrays, b: Arrays, A: list[np.ndarray]) -> np.ndarray:
    """Fill A[1:] from A[0] = Xᵀ: A = tanh(Z) in hidden layers; the last stays linear and is returned."""
    last = len(W) - 1
    for l in range(len(W)):
        Z = affine(W[l], b[l], A[l], out=A[l + 1])
        if l < last:
            activation.tanh(Z, out=Z)
    return A[-1]


def backward(
    W: Arrays,
    A: list[np.ndarray],
    dA: Arrays,
    dW: Arrays,
    db: Arrays,
    ones: np.ndarray,
    slope: Slope = activation.slope,
) -> None:
    """Fill dW[l] = dZ·A[l]ᵀ and db[l] = Σ dZ from A[-1], which holds dZ = (P − Y)/m of the output.

    dA: work space, dA[l] of the shape of A[l] for the hidden layers; ones: (m, 1).
    Going down a layer, dA = Wᵀ·dZ and dZ = dA·slope, of tanh 1 − A². A is used up.
    """
    dZ = A[-1]
    for l in reversed(range(len(W))):
        n_lams, n_out, m = dZ.shape
        np.matmul(dZ, ones, out=db[l])
        if l == 0:
            np.matmul(dZ.reshape(-1, m), A[0].T, out=dW[0].reshape(n_lams * n_out, -1))
            return
        np.matmul(dZ, A[l].transpose(0, 2, 1), out=dW[l])
        times = np.multiply if n_out == 1 else np.matmul  # an outer product needs no summing
        times(W[l].transpose(0, 2, 1), dZ, out=dA[l])
        dZ = np.multiply(dA[l], slope(A[l], A[l]), out=dA[l])


def probabilities(Z: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """P from the output's Z (n_lams, n_out, m): sigmoid for one output unit, softmax for more."""
    if Z.shape[1] == 1:
        P: np.ndarray = np.negative(Z, out=out)
        with np.errstate(over="ignore"):  # far below 0, e^−z is inf and P the 0 that is meant
            np.exp(P, out=P)
        P += 1
        np.divide(1, P, out=P)
        return P
    P = np.subtract(Z, Z.max(axis=1, keepdims=True), out=out)
    np.exp(P, out=P)
    P /= P.sum(axis=1, keepdims=True)
    return P


def output_slope(Z: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """dZ = (P − Y)/m of the output, in place of its Z (n_lams, n_out, m); Y: (n_out, m) from `targets`."""
    dZ = probabilities(Z, out=Z)
    dZ -= Y
    dZ *= 1 / Z.shape[-1]
    return dZ


def cross_entropy(Z: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Mean over the samples of −log P(true class), from the output's Z and the targets Y.

    Z: (n_lams, n_out, m); Y: (n_out, m) from `targets`. Returns (n_lams,), in nats.
    """
    mean: np.ndarray = row_costs(Z, Y).mean(axis=1, dtype=float)
    return mean


def row_costs(Z: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """−log P(true class) of each sample, (n_lams, m), in nats; Z and Y as for `cross_entropy`."""
    if Z.shape[1] == 1:
        log_sum = np.maximum(Z, 0) + np.log1p(np.exp(-np.abs(Z)))  # log(1 + e^z) at any z
        costs: np.ndarray = (log_sum - Y * Z)[:, 0]
    else:
        top = Z.max(axis=1, keepdims=True)
        log_sum = top + np.log(np.exp(Z - top).sum(axis=1, keepdims=True))
        costs = ((log_sum - Z) * Y).sum(axis=1)
    return costs


def targets(y: np.ndarray, n_classes: int, dtype: str | np.dtype) -> np.ndarray:
    """Y (1, m) of 0 and 1 for two classes, one-hot (n_classes, m) for more, from class indices y."""
    if n_classes == 2:
        return y[None, :].astype(dtype)
    Y: np.ndarray = y == np.arange(n_classes)[:, None]
    return Y.astype(dtype)
