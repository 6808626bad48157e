"""Gradient descent on every λ at once.

All networks start from the same weights, so two of them differ by their λ and penalty alone. Their
parameters lie in one array and a step updates it with a handful of calls, biases included: see `core.steps`
and `core.acceleration`. The networks are trained in blocks small enough that their activations stay in the
processor's cache.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np

from core import network, parameters, validation
from core.acceleration import AcceleratedDescent
from core.network import Arrays
from core.penalties import PENALTIES
from core.run import Run
from core.steps import STEPS, PlainDescent, Step

BLOCK_BYTES = 1_000_000  # of activations; about what a core's cache holds beside the weights
METHODS = (*STEPS, "accelerated")

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
    method: "proximal"; "accelerated" by momentum that restarts, with a step for each network that is never
    above α and snapshots of the best so far; or another way at L1's corner, "subgradient" or "clip" (zero on
    a sign change, and frozen).
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
        _train_block(start, Xt, Y, plan.descent(block), record, block, tick)
    return plan.run(record)


@dataclass(frozen=True, eq=False)
class _Plan:
    """The arguments of `train`, checked."""

    given: np.ndarray  # X as it came, which the run keeps without copying it
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

    def descent(self, block: slice) -> "_Descent":
        """How the networks of a block go down."""
        networks = (self.penalties[block], self.lams[block], self.sizes, self.m, self.learning_rate)
        if self.method == "accelerated":
            return AcceleratedDescent(*networks, self.dtype)
        step = Step.of(*networks, self.dtype)
        return PlainDescent(STEPS[self.method], step, self.sizes, self.dtype)

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
            samples=(self.given, self.y),
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
    given = np.asarray(X)
    X, indices, classes = validation.check_data(given, y)
    grid = validation.check_lams(lams)
    plan = _Plan(
        given=given,
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
    validation.check_choice("method", method, METHODS)
    validation.check_choice("dtype", dtype, ("float32", "float64"))
    validation.check_fits(X, dtype)
    return plan


def _counter(on_progress: OnProgress | None, before: int, total: int) -> Callable[[int], None]:
    """A function that says how many epochs are over, of which so many were before it."""

    def tick(epochs: int) -> None:
        if on_progress is not None:
            on_progress(before + epochs, total)

    return tick


class _Descent(Protocol):
    """The networks of a block, and how they go down."""

    W: list[np.ndarray]
    b: list[np.ndarray]
    dW: list[np.ndarray]
    db: list[np.ndarray]

    def judge(self, Z: np.ndarray, Y: np.ndarray) -> None:
        """Look at the output of W, b, from which they may return to where they were."""

    def kept(self, Z: np.ndarray, Y: np.ndarray) -> tuple[Arrays, Arrays, np.ndarray]:
        """W, b and data cost for a snapshot."""

    def step(self) -> np.ndarray | None:
        """Go one step along dW, db; says which networks, if any, are finite no more and are parked."""


def _train_block(
    start: tuple[list[np.ndarray], list[np.ndarray]],
    Xt: np.ndarray,
    Y: np.ndarray,
    networks: _Descent,
    record: "_Record",
    block: slice,
    tick: Callable[[int], None],
) -> None:
    """Train the networks of one block from `start` to the last epoch of the record."""
    W, b = networks.W, networks.b
    for l, (W_start, b_start) in enumerate(zip(*start, strict=True)):
        W[l][:], b[l][:] = W_start, b_start
    n_lams, m = len(W[0]), Xt.shape[1]
    A = [Xt, *(np.empty((n_lams, n, m), Xt.dtype) for n in record.sizes[1:])]
    unused = np.empty(0, Xt.dtype)  # the samples and the output need no dA
    dA = [unused, *(np.empty_like(a) for a in A[1:-1]), unused]
    ones = np.ones((m, 1), Xt.dtype)

    last = record.epochs[-1]
    with np.errstate(over="ignore", invalid="ignore"):
        for epoch in range(last + 1):
            Z = network.forward(W, b, A)
            networks.judge(Z, Y)
            if epoch in record.index:
                record.keep(epoch, block, *networks.kept(Z, Y))
            if epoch == last:
                return
            network.output_slope(Z, Y)
            network.backward(W, A, dA, networks.dW, networks.db, ones)
            gone = networks.step()
            if gone is not None:
                record.retire(epoch + 1, block, gone)
            tick(epoch + 1)


class _Record:
    """What the training keeps: weights and data cost at the snapshots, and who diverged when."""

    def __init__(self, sizes: Sequence[int], n_lams: int, epochs: np.ndarray, dtype: str) -> None:
        n = len(epochs)
        self.sizes, self.epochs = sizes, epochs
        self.index = {int(epoch): i for i, epoch in enumerate(epochs)}
        self.W = [np.empty((n, n_lams, *shape), dtype) for shape in parameters.shapes(sizes)[0::2]]
        self.b = [np.empty((n, n_lams, *shape), dtype) for shape in parameters.shapes(sizes)[1::2]]
        self.data_cost = np.empty((n, n_lams))
        self.diverged_at = np.full(n_lams, -1)

    def keep(self, epoch: int, block: slice, W: Arrays, b: Arrays, data_cost: np.ndarray) -> None:
        """Copy one block's snapshot; a network that diverged leaves NaN."""
        s, gone = self.index[epoch], self.diverged_at[block] >= 0
        for kept, now in zip((*self.W, *self.b), (*W, *b), strict=True):
            kept[s, block] = now
            kept[s, block][gone] = np.nan
        self.data_cost[s, block] = np.where(gone, np.nan, data_cost)

    def retire(self, epoch: int, block: slice, gone: np.ndarray) -> None:
        """Note which networks of the block are no longer finite."""
        diverged_at = self.diverged_at[block]
        diverged_at[gone & (diverged_at < 0)] = epoch


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
