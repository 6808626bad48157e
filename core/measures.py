"""What is read off trained networks: zeros, spread, linearity.

Each function takes the stacked arrays of a run and returns one number for each network.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from core.penalties import PENALTIES
from core.validation import check_labels

COLLAPSED = 1e-3  # deviation of the logit over its mean, up to which the answer is one for all samples
ROUNDING = 1e-12  # the same where the mean is 0
FADED = 1e-4  # of the logit: deviations below it show in no probability of four digits
UNIT_STATES = ("alive", "constant", "cut", "diverged")


def count_zeros(W: Sequence[np.ndarray]) -> np.ndarray:
    """Weights that are exactly zero, over the layers given, (n_lams,)."""
    zeros: np.ndarray = sum((layer == 0).sum(axis=(1, 2)) for layer in W)
    return zeros


def count_weights(W: Sequence[np.ndarray]) -> int:
    """Weights of one network, biases left out."""
    return sum(layer[0].size for layer in W)


def sparsity(W: Sequence[np.ndarray]) -> np.ndarray:
    """Share of weights that are exactly zero, over the layers given, (n_lams,); NaN where diverged."""
    share = count_zeros(W) / count_weights(W)
    return np.where(np.isfinite(W[0][:, 0, 0]), share, np.nan)


@dataclass(frozen=True, eq=False)
class ModelBytes:
    """What storing each network takes, (n_lams,) each, in bytes; NaN where it diverged."""

    dense: np.ndarray  # float32
    sparse: np.ndarray  # the nonzero weights with their places, biases dense
    deflated: np.ndarray  # the dense bytes through zlib
    smaller: np.ndarray  # float32, of a dense network that has only the units that are alive
    eight_bit: np.ndarray  # a byte for each weight and a scale for each layer, biases dense


def model_bytes(W: Sequence[np.ndarray], b: Sequence[np.ndarray]) -> ModelBytes:
    """Bytes of each network: dense float32, sparse, deflated at zlib's highest level, smaller, in 8 bits.

    Sparse takes for each layer the cheaper of COO (value, row and column of each nonzero weight) and CSR
    (value and column, and where each row starts), with the smallest integers that hold the indices. Smaller
    is without units that are not alive: what a constant one hands on goes into the next biases.
    """
    n_lams = len(W[0])
    parts = [np.asarray(part, "<f4").reshape(n_lams, -1) for part in (*W, *b)]
    flat = np.concatenate(parts, axis=1) + np.float32(0)  # −0 becomes 0, as an encoder may choose
    biases = 4 * sum(part[0].size for part in b)
    bytes_each = ModelBytes(
        dense=np.full(n_lams, 4.0 * flat.shape[1]),
        sparse=biases + sum(_sparse_bytes(layer) for layer in W),
        deflated=np.array([float(len(zlib.compress(row.tobytes(), 9))) for row in flat]),
        smaller=_smaller_bytes(W),
        eight_bit=np.full(n_lams, float(biases + sum(4 + layer[0].size for layer in W))),
    )
    for array in vars(bytes_each).values():
        array[~np.isfinite(flat).all(axis=1)] = np.nan
    return bytes_each


def _smaller_bytes(W: Sequence[np.ndarray]) -> np.ndarray:
    """Bytes of a dense network with the alive units alone, (n_lams,)."""
    alive = [(states == "alive").sum(axis=1) for states in unit_states(W)]
    n_lams, n_out, n_in = len(W[0]), W[-1].shape[1], W[0].shape[2]
    widths = [np.full(n_lams, n_in), *alive, np.full(n_lams, n_out)]
    numbers = sum(n_after * (n + 1) for n, n_after in pairwise(widths))
    found: np.ndarray = 4.0 * numbers
    return found


def in_eight_bits(W: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The weights as whole numbers from −127 to 127 of each layer's largest, [l] (n_lams, n_out, n_in)."""
    rounded = []
    for layer in W:
        scale = np.abs(layer).max(axis=(1, 2), keepdims=True) / 127
        with np.errstate(invalid="ignore", divide="ignore"):
            rounded.append(np.where(scale > 0, np.round(layer / scale) * scale, 0).astype(layer.dtype))
    return rounded


def _sparse_bytes(W: np.ndarray) -> np.ndarray:
    """Bytes of one layer (n_lams, n_out, n_in) as COO or CSR, whichever is less, (n_lams,)."""
    _, n_out, n_in = W.shape
    nonzero = (W != 0).sum(axis=(1, 2))
    row, column = _index_bytes(n_out - 1), _index_bytes(n_in - 1)
    coo = nonzero * (4 + row + column)
    csr = nonzero * (4 + column) + (n_out + 1) * np.array([_index_bytes(n) for n in nonzero])
    cheaper: np.ndarray = np.minimum(coo, csr).astype(float)
    return cheaper


def _index_bytes(largest: int) -> int:
    """Bytes of the smallest unsigned integer that holds every index up to the largest."""
    return np.min_scalar_type(int(largest)).itemsize


def layer_penalty(W: Sequence[np.ndarray], penalty: Sequence[str], lams: np.ndarray, m: int) -> np.ndarray:
    """Each layer's part of J, λ/2m·‖W[l]‖² or λ/2m·‖W[l]‖₁, (n_layers, n_lams); the sum is penalty_cost.

    penalty: one name for each λ; m: training samples.
    """
    networks = list(zip(penalty, lams, strict=True))
    with np.errstate(over="ignore", invalid="ignore"):
        costs = [
            [
                PENALTIES[name].value(one.astype(float), lam, m)
                for (name, lam), one in zip(networks, layer, strict=True)
            ]
            for layer in W
        ]
    return np.array(costs)


def unit_states(W: Sequence[np.ndarray], tol: float = 0.0) -> list[np.ndarray]:
    """What became of each hidden unit: [l] (n_lams, n_units) of UNIT_STATES, for the hidden layers.

    cut: no path of nonzero weights leads from the unit to the output, so that it changes nothing.
    constant: no path leads from the input to it, but one leads on: it hands down a = tanh(b), a bias more.
    alive: both. A weight with |w| ≤ tol counts as none; L2 has no exact zeros and needs one.
    """
    link = [~(np.abs(layer) <= tol) for layer in W]  # [l] (n_lams, n_out, n_in)
    n_lams, n_outputs = link[-1].shape[:2]
    heard = [np.ones((n_lams, n_outputs), bool)]  # whether the output hears the unit
    for layer in reversed(link[1:]):
        heard.insert(0, (layer & heard[0][:, :, None]).any(axis=1))
    varies = [np.ones((n_lams, link[0].shape[2]), bool)]  # whether the unit varies with the input
    for layer in link[:-1]:
        varies.append((layer & varies[-1][:, None, :]).any(axis=2))
    finite = np.all([np.isfinite(layer).all(axis=(1, 2)) for layer in W], axis=0)[:, None]
    return [
        np.select([~finite, ~out, ~into], ["diverged", "cut", "constant"], "alive")
        for into, out in zip(varies[1:], heard[:-1], strict=True)
    ]


def count_units(states: Sequence[np.ndarray], state: str) -> np.ndarray:
    """Units in a state, (n_hidden_layers, n_lams), from `unit_states`."""
    return np.array([(layer == state).sum(axis=1) for layer in states], dtype=int)


def predicted(P: np.ndarray) -> np.ndarray:
    """The most probable class of each sample, (n_lams, m), from `predict_proba`."""
    return (P > 0.5).astype(int) if P.ndim == 2 else P.argmax(axis=1)


def accuracy(P: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Share of samples whose most probable class is the true one, (n_lams,).

    P: from `predict_proba`; y: (m,) class indices 0…n_classes−1, others raise ValueError (`Run.accuracy`
    takes labels). A network that diverged gets NaN.
    """
    n_classes = 2 if P.ndim == 2 else P.shape[1]
    y = check_labels(y, np.arange(n_classes), P.shape[-1])
    return np.where(_finite(P), (predicted(P) == y).mean(axis=1), np.nan)


def agreement(P: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Share of samples to which two models give the same class, (n_lams,); NaN where one diverged.

    P, other: from `predict_proba`, for the same samples and grid.
    """
    same = (predicted(P) == predicted(other)).mean(axis=1)
    return np.where(_finite(P) & _finite(other), same, np.nan)


def _finite(P: np.ndarray) -> np.ndarray:
    finite: np.ndarray = np.isfinite(P).reshape(len(P), -1).all(axis=1)
    return finite


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


def share_within(Z: np.ndarray, band: float, counted: np.ndarray | None = None) -> np.ndarray:
    """Share of |z| ≤ band over units and samples, (n_lams,), from Z (n_lams, n_units, m).

    counted: (n_lams, n_units) bool, the units that count, by default all; NaN where none does.
    """
    within = (np.abs(Z) <= band).mean(axis=2)
    weights = np.ones_like(within) if counted is None else counted.astype(float)
    with np.errstate(invalid="ignore"):
        share = (within * weights).sum(axis=1) / weights.sum(axis=1)
    return np.where(np.isfinite(Z[:, 0, 0]), share, np.nan)


class Constant(NamedTuple):
    """What a model that gives every row the same answer comes to."""

    cost: float  # cross-entropy, in nats
    accuracy: float


def constant_answer(y: np.ndarray, on: np.ndarray | None = None) -> Constant:
    """The classes' shares s in y (m,) as the answer to every row, measured on classes `on`, by default y.

    Mean of −log s, infinite where `on` has a class that y lacks; and the share of y's commonest class. On y
    itself no constant answer costs less.
    """
    on = y if on is None else on
    shares = np.bincount(y, minlength=int(on.max()) + 1) / len(y)
    with np.errstate(divide="ignore"):
        cost = float(-np.log(shares)[on].mean())
    return Constant(cost, float((on == shares.argmax()).mean()))


def is_constant(Z: np.ndarray) -> np.ndarray:
    """Whether a network has collapsed: whether its answer is the same for every sample, (n_lams,) bool.

    So it is where the logit deviates from its mean over the samples by at most COLLAPSED of that mean. One
    that is small all over is no constant: its sign can still be right (but see `has_faded`).

    Z: (n_lams, n_out, m) of the output; of several classes, first centred over them, which leaves the softmax
    as it is.
    """
    Z = _over_classes(Z)
    mean = Z.mean(axis=2, keepdims=True)
    deviation, intercept = (np.sqrt(np.square(part).mean(axis=(1, 2))) for part in (Z - mean, mean))
    constant: np.ndarray = deviation <= COLLAPSED * intercept + ROUNDING
    return constant


def has_faded(Z: np.ndarray) -> np.ndarray:
    """Whether a network's answers differ by less than could be shown, whatever their mean, (n_lams,) bool.

    Its signs may still be right, and it fades further with each step; how linear it is, and along how many
    directions it looks, are read off a remainder. Z: as in `is_constant`.
    """
    Z = _over_classes(Z)
    deviation = np.sqrt(np.square(Z - Z.mean(axis=2, keepdims=True)).mean(axis=(1, 2)))
    faded: np.ndarray = deviation <= FADED
    return faded


def tells_apart(Z: np.ndarray) -> np.ndarray:
    """Whether a network tells samples apart: neither constant nor faded, (n_lams,) bool. Z: as in both."""
    told: np.ndarray = ~(is_constant(Z) | has_faded(Z))
    return told


def affine_r2(
    X: np.ndarray, Z: np.ndarray, X_new: np.ndarray | None = None, Z_new: np.ndarray | None = None
) -> np.ndarray:
    """How much of the logit's variance the best affine map of X explains, (n_lams,), at most 1.

    R² = 1 − Σ(z − ẑ)²/Σ(z − z̄)², ẑ by least squares on (X, Z) and measured there, or on rows that it has not
    seen, where it may fall below 0. Where the logit is constant that is 0/0: NaN, a collapsed network, and
    not a linear one (see `is_constant`). NaN too where an affine map fits whatever there is, m ≤ rank + 1.

    X: (m, n_features); Z: (n_lams, n_out, m), the output's pre-activation; X_new, Z_new: other rows.
    """
    R2, mean = np.full(len(Z), np.nan), X.mean(axis=0)
    U, singular, Vt = _basis(X)
    if fits_anything(X):
        return R2
    alive = ~is_constant(Z)
    centred = _centred(Z[alive])
    if X_new is None or Z_new is None:
        explained = np.square(centred @ U).sum(axis=(1, 2))
        R2[alive] = explained / np.square(centred).sum(axis=(1, 2))
        return R2
    alive_new = alive & ~is_constant(Z_new)
    offset = _over_classes(Z[alive_new]).mean(axis=2, keepdims=True)
    found = _over_classes(Z_new[alive_new]) - offset
    told = (centred[alive_new[alive]] @ U) @ ((X_new - mean) @ Vt.T / singular).T
    total = np.square(_centred(Z_new[alive_new])).sum(axis=(1, 2))
    R2[alive_new] = 1 - np.square(found - told).sum(axis=(1, 2)) / total
    return R2


def fits_anything(X: np.ndarray) -> bool:
    """Whether an affine map of so few rows X (m, n_features) fits any logit, m ≤ rank + 1."""
    return len(X) <= len(_basis(X)[1]) + 1


def _basis(X: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The centred X as U·diag(s)·Vᵀ, without what is 0: U is an orthonormal basis of what X can express."""
    U, singular, Vt = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    kept = singular > 1e-10 * singular[0]
    return U[:, kept], singular[kept], Vt[kept]


def _centred(Z: np.ndarray) -> np.ndarray:
    """Logits in float64 without their mean over the samples, and over the classes if there are several."""
    Z = _over_classes(Z)
    centred: np.ndarray = Z - Z.mean(axis=2, keepdims=True)
    return centred


def _over_classes(Z: np.ndarray) -> np.ndarray:
    """Logits in float64, of several classes without their mean over these."""
    Z = Z.astype(float)
    return Z - Z.mean(axis=1, keepdims=True) if Z.shape[1] > 1 else Z


def histogram(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Counts of each first-axis entry's values between the edges, (n, n_bins); values outside are left out.

    values: (n, …); edges: evenly spaced, increasing. NaN is left out. The last bin includes its end.
    """
    n, n_bins = len(values), len(edges) - 1
    values = values.reshape(n, -1)
    with np.errstate(invalid="ignore"):
        inside = (values >= edges[0]) & (values <= edges[-1])
    values = np.where(inside, values, edges[0])
    bins = ((values - edges[0]) / (edges[-1] - edges[0]) * n_bins).astype(int)
    bins = np.minimum(bins, n_bins - 1)
    bins -= values < edges[bins]  # where rounding put a value on the wrong side of an edge
    bins += (values >= edges[bins + 1]) & (bins < n_bins - 1)
    bins += n_bins * np.arange(n)[:, None]
    return np.bincount(bins[inside], minlength=n * n_bins).reshape(n, n_bins)


def weight_length(W: Sequence[np.ndarray]) -> np.ndarray:
    """√Σw² over the layers given, the length of all weights as one vector, (n,), in float64.

    W: [l] (n, n_out, n_in), of n networks or of n snapshots of one.
    """
    length: np.ndarray = np.sqrt(sum(np.square(layer.astype(float)).sum(axis=(1, 2)) for layer in W))
    return length


def share_in_band(
    Z: Sequence[np.ndarray], band: float, counted: Sequence[np.ndarray] | None = None
) -> np.ndarray:
    """Share of |z| ≤ band over the units and samples of all layers given, (n_lams,); NaN where diverged.

    Z: [l] (n_lams, n_units, m), such as the pre-activations of the hidden layers. counted: [l] (n_lams,
    n_units) bool, the units that count, by default all; NaN where none does.
    """
    units = np.concatenate(
        [np.ones(layer.shape[:2], bool) for layer in Z] if counted is None else counted, axis=1
    )
    return share_within(np.concatenate(Z, axis=1), band, units)
