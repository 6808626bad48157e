"""Gradient descent on every λ at once.

The step is the lesson's, with the corner of the absolute value left to the prox:

    V := W(1 − αλ/m) − α·dW_bp        the decay is L2's share, and is 1 for L1
    W := sign(V)·max(|V| − αλ/2m, 0)  the threshold is L1's share, and is 0 for L2

All networks start from the same weights, so two of them differ by their λ and penalty alone. Their
parameters lie in one flat array and a step updates it with a handful of calls, biases included: for those
the decay is 1 and the threshold 0. The networks are trained in blocks small enough that their activations
stay in the processor's cache.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, prod

import numpy as np

from core import network, validation
from core.penalties import PENALTIES
from core.run import Run

BLOCK_BYTES = 1_000_000  # of activations; about what a core's cache holds beside the weights

OnProgress = Callable[[int, int], None]


def train(
    X: np.ndarray,
    y: np.ndarray,
    hidden: Sequence[int] = (8, 8),
    penalty: str | Sequence[str] = "l1",
    lams: Sequence[float] | np.ndarray = (0.0, 1.0, 10.0),
    learning_rate: float = 0.1,
    epochs: int = 500,
    seed: int = 0,
    method: str = "proximal",
    snapshots: int | Sequence[int] | np.ndarray = 60,
    dtype: str = "float32",
    on_progress: OnProgress | None = None,
) -> Run:
    """Train one tanh network for each λ by full-batch gradient descent from the same start.

    Minimizes J = mean cross-entropy + λ/2m·Σ‖W‖² (l2) or + λ/2m·Σ‖W‖₁ (l1); biases are not penalized.

    X: (m, n_features) standardized samples; y: (m,) integer classes, two or more.
    hidden: widths of the tanh layers, () for logistic or softmax regression.
    penalty: a name of PENALTIES, or one for each λ. lams: each ≥ 0. learning_rate: α > 0. epochs: ≥ 1.
    method: how L1 steps: "proximal", "subgradient", or "clip" (zero on a sign change, and frozen).
    snapshots: ≥ 2, how many epochs to keep at most, evenly spaced from 0 to `epochs`; or those epochs.
    dtype: "float32" or "float64".
    on_progress: called as on_progress(done, total) after each epoch; raising in it stops the training.
    Raises ValueError for arguments out of range.
    """
    plan = _plan(X, y, hidden, penalty, lams, learning_rate, epochs, seed, method, snapshots, dtype)
    record = _Record(plan.sizes, plan.lams.size, plan.epochs, dtype)
    start, (Xt, Y) = network.init_params(plan.sizes, np.random.default_rng(seed)), plan.samples()
    blocks = _blocks(plan.sizes, plan.lams.size, plan.m, np.dtype(dtype).itemsize)
    for i, block in enumerate(blocks):
        tick = _counter(on_progress, i * epochs, len(blocks) * epochs)
        _train_block(start, Xt, Y, plan.step(block), STEPS[method], record, block, tick)
    return plan.run(record)


@dataclass(frozen=True, eq=False)
class _Plan:
    """The arguments of `train`, checked."""

    X: np.ndarray  # (m, n_features)
    y: np.ndarray  # (m,) class indices
    classes: np.ndarray
    hidden: tuple[int, ...]
    penalties: tuple[str, ...]
    lams: np.ndarray
    learning_rate: float
    seed: int
    method: str
    epochs: np.ndarray  # of the snapshots
    dtype: str

    @property
    def m(self) -> int:
        return len(self.X)

    @property
    def sizes(self) -> tuple[int, ...]:
        return network.layer_sizes(self.X.shape[1], self.hidden, len(self.classes))

    def samples(self) -> tuple[np.ndarray, np.ndarray]:
        """A[0] = Xᵀ and the targets Y, in the precision of the training."""
        Xt = np.ascontiguousarray(self.X.T, self.dtype)
        return Xt, network.targets(self.y, len(self.classes), self.dtype)

    def step(self, block: slice) -> "Step":
        """The step of the networks of a block."""
        penalties, lams = self.penalties[block], self.lams[block]
        return Step.of(penalties, lams, self.sizes, self.m, self.learning_rate, self.dtype)

    def run(self, record: "_Record") -> Run:
        """What came of it."""
        return Run(
            lams=self.lams,
            penalty=self.penalties,
            hidden=self.hidden,
            classes=self.classes,
            learning_rate=self.learning_rate,
            method=self.method,
            seed=self.seed,
            m=self.m,
            epochs=self.epochs,
            history_W=record.W,
            history_b=record.b,
            data_cost=record.data_cost,
            penalty_cost=_penalty_cost(record.W, self.penalties, self.lams, self.m),
            diverged_at=record.diverged_at,
        )


def _plan(
    X: np.ndarray,
    y: np.ndarray,
    hidden: Sequence[int],
    penalty: str | Sequence[str],
    lams: Sequence[float] | np.ndarray,
    learning_rate: float,
    epochs: int,
    seed: int,
    method: str,
    snapshots: int | Sequence[int] | np.ndarray,
    dtype: str,
) -> _Plan:
    """The arguments of `train`, checked. Raises ValueError for what is out of range."""
    X, indices, classes = validation.check_data(X, y)
    grid = validation.check_lams(lams)
    plan = _Plan(
        X=X,
        y=indices,
        classes=classes,
        penalties=validation.check_penalties(penalty, grid.size),
        lams=grid,
        hidden=validation.check_hidden(hidden),
        learning_rate=validation.check_positive("learning_rate", learning_rate),
        epochs=validation.check_snapshots(snapshots, validation.check_integer("epochs", epochs, 1)),
        seed=validation.check_integer("seed", seed, 0),
        method=method,
        dtype=dtype,
    )
    validation.check_choice("method", method, tuple(STEPS))
    validation.check_choice("dtype", dtype, ("float32", "float64"))
    validation.check_fits(X, dtype)
    return plan


def _counter(on_progress: OnProgress | None, before: int, total: int) -> Callable[[int], None]:
    """A function that says how many epochs are over, of which so many were before it."""

    def tick(epochs: int) -> None:
        if on_progress is not None:
            on_progress(before + epochs, total)

    return tick


def _train_block(
    start: tuple[list[np.ndarray], list[np.ndarray]],
    Xt: np.ndarray,
    Y: np.ndarray,
    step: "Step",
    update: "StepFunction",
    record: "_Record",
    block: slice,
    tick: Callable[[int], None],
) -> None:
    """Train the networks of one block from `start` to the last epoch of the record."""
    sizes, (n_lams, m) = record.sizes, (step.n_lams, Xt.shape[1])
    theta, W, b = _parameters(sizes, n_lams, Xt.dtype)
    gradient, dW, db = _parameters(sizes, n_lams, Xt.dtype)
    for l, (W_start, b_start) in enumerate(zip(*start, strict=True)):
        W[l][:], b[l][:] = W_start, b_start
    A = [Xt, *(np.empty((n_lams, n, m), Xt.dtype) for n in sizes[1:])]
    unused = np.empty(0, Xt.dtype)  # the samples and the output need no dA
    dA = [unused, *(np.empty_like(a) for a in A[1:-1]), unused]
    ones = np.ones((m, 1), Xt.dtype)

    last = record.epochs[-1]
    with np.errstate(over="ignore", invalid="ignore"):
        for epoch in range(last + 1):
            Z = network.forward(W, b, A)
            if epoch in record.index:
                record.keep(epoch, block, W, b, network.cross_entropy(Z, Y))
            if epoch == last:
                return
            dZ = network.probabilities(Z, out=Z)
            dZ -= Y
            dZ *= 1 / m
            network.backward(W, A, dA, dW, db, ones)
            update(theta, gradient, step)
            if not isfinite(theta @ theta):
                record.retire(epoch + 1, block, W, b)
            tick(epoch + 1)


@dataclass(frozen=True, eq=False)
class Step:
    """What one epoch does to each parameter of a block, in the layout of the flat array θ.

    decay = 1 − αλ/m where L2 acts, threshold = αλ/2m where L1 acts; None where they act nowhere.
    """

    n_lams: int
    learning_rate: float
    decay: np.ndarray | None
    threshold: np.ndarray | None

    @classmethod
    def of(
        cls,
        penalties: Sequence[str],
        lams: np.ndarray,
        sizes: Sequence[int],
        m: int,
        learning_rate: float,
        dtype: str,
    ) -> "Step":
        """The step of each network of a block; biases are not penalized."""
        decay, W_decay, b_decay = _parameters(sizes, lams.size, dtype)
        threshold, W_threshold, b_threshold = _parameters(sizes, lams.size, dtype)
        for l in range(len(sizes) - 1):
            b_decay[l][:], b_threshold[l][:] = 1, 0
            for i, (name, lam) in enumerate(zip(penalties, lams, strict=True)):
                with np.errstate(over="ignore"):  # an endless decay diverges and is found
                    W_decay[l][i] = PENALTIES[name].decay(lam, m, learning_rate)
                    W_threshold[l][i] = PENALTIES[name].threshold(lam, m, learning_rate)
        return cls(
            n_lams=lams.size,
            learning_rate=learning_rate,
            decay=decay if (decay != 1).any() else None,
            threshold=threshold if threshold.any() else None,
        )


StepFunction = Callable[[np.ndarray, np.ndarray, Step], None]


def proximal_step(theta: np.ndarray, gradient: np.ndarray, step: Step) -> None:
    """θ := soft threshold of (decay·θ − α·gradient), in place; the gradient is used up."""
    if step.decay is not None:
        theta *= step.decay
    gradient *= step.learning_rate
    theta -= gradient
    if step.threshold is not None:
        theta -= np.clip(theta, -step.threshold, step.threshold, out=gradient)


def subgradient_step(theta: np.ndarray, gradient: np.ndarray, step: Step) -> None:
    """θ := decay·θ − α·gradient − threshold·sign(θ), in place; it jumps over zero and back."""
    gradient *= step.learning_rate
    if step.threshold is not None:
        gradient += step.threshold * np.sign(theta)
    if step.decay is not None:
        theta *= step.decay
    theta -= gradient


def clip_step(theta: np.ndarray, gradient: np.ndarray, step: Step) -> None:
    """The subgradient step, but an L1 weight whose sign would change becomes 0 and stays there."""
    before = np.sign(theta)
    subgradient_step(theta, gradient, step)
    if step.threshold is not None:
        theta[(np.sign(theta) != before) & (step.threshold > 0)] = 0


STEPS: dict[str, StepFunction] = {
    "proximal": proximal_step,
    "subgradient": subgradient_step,
    "clip": clip_step,
}


class _Record:
    """What the training keeps: weights and data cost at the snapshots, and who diverged when."""

    def __init__(self, sizes: Sequence[int], n_lams: int, epochs: np.ndarray, dtype: str) -> None:
        n = len(epochs)
        self.sizes, self.epochs = sizes, epochs
        self.index = {int(epoch): i for i, epoch in enumerate(epochs)}
        self.W = [np.empty((n, n_lams, *shape), dtype) for shape in _shapes(sizes)[0::2]]
        self.b = [np.empty((n, n_lams, *shape), dtype) for shape in _shapes(sizes)[1::2]]
        self.data_cost = np.empty((n, n_lams))
        self.diverged_at = np.full(n_lams, -1)

    def keep(
        self, epoch: int, block: slice, W: network.Arrays, b: network.Arrays, data_cost: np.ndarray
    ) -> None:
        """Copy one block's snapshot; a network that diverged leaves NaN."""
        s, gone = self.index[epoch], self.diverged_at[block] >= 0
        for kept, now in zip((*self.W, *self.b), (*W, *b), strict=True):
            kept[s, block] = now
            kept[s, block][gone] = np.nan
        self.data_cost[s, block] = np.where(gone, np.nan, data_cost)

    def retire(self, epoch: int, block: slice, W: network.Arrays, b: network.Arrays) -> None:
        """Note which networks of the block are no longer finite, and park them at zero."""
        squares = sum(np.square(theta).sum(axis=(1, 2)) for theta in (*W, *b))
        gone = ~np.isfinite(squares)
        diverged_at = self.diverged_at[block]
        diverged_at[gone & (diverged_at < 0)] = epoch
        for theta in (*W, *b):
            theta[gone] = 0


def _shapes(sizes: Sequence[int]) -> list[tuple[int, int]]:
    """Shapes of W and b of one network, layer by layer."""
    return [shape for n_in, n_out in pairwise(sizes) for shape in ((n_out, n_in), (n_out, 1))]


def _parameters(
    sizes: Sequence[int], n_lams: int, dtype: str | np.dtype
) -> tuple[np.ndarray, list[np.ndarray], list[np.ndarray]]:
    """A flat array for the parameters of n_lams networks, and W[l], b[l] as views of it."""
    shapes = [(n_lams, *shape) for shape in _shapes(sizes)]
    flat = np.zeros(sum(map(prod, shapes)), dtype)
    ends = np.cumsum([prod(shape) for shape in shapes])[:-1]
    views = [part.reshape(shape) for part, shape in zip(np.split(flat, ends), shapes, strict=True)]
    return flat, views[0::2], views[1::2]


def _blocks(sizes: Sequence[int], n_lams: int, m: int, itemsize: int) -> list[slice]:
    """The grid cut into blocks of near equal size whose activations fit BLOCK_BYTES."""
    bytes_each = sum(sizes[1:]) * m * itemsize
    n_blocks = min(n_lams, -(-n_lams * bytes_each // BLOCK_BYTES))
    ends = np.linspace(0, n_lams, n_blocks + 1).round().astype(int)
    return [slice(a, z) for a, z in pairwise(ends)]


def _penalty_cost(
    history_W: Sequence[np.ndarray], penalties: Sequence[str], lams: np.ndarray, m: int
) -> np.ndarray:
    """λ/2m·Σ over the layers of each network's penalty, (n_snapshots, n_lams)."""
    with np.errstate(over="ignore", invalid="ignore"):
        norm = np.sum([np.abs(W).sum(axis=(2, 3), dtype=float) for W in history_W], axis=0)
        square = np.sum([np.square(W).sum(axis=(2, 3), dtype=float) for W in history_W], axis=0)
        sums = [PENALTIES[name].of_norms(norm[:, k], square[:, k]) for k, name in enumerate(penalties)]
        cost: np.ndarray = lams / (2 * m) * np.stack(sums, axis=1)
    return cost
