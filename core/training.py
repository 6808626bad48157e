"""Gradient descent on every λ at once.

All networks start from the same weights, so two of them differ by their λ and penalty alone. Their
parameters lie in one array and a step updates it with a handful of calls, biases included: see `core.steps`
and `core.acceleration`. The networks are trained in blocks small enough that their activations stay in the
processor's cache.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Protocol

import numpy as np

from core import network, validation
from core.acceleration import AcceleratedDescent
from core.network import Arrays
from core.parameters import Stack
from core.penalties import PENALTIES
from core.record import Record
from core.rest import Networks, at_rest
from core.run import Run
from core.steps import STEPS, PlainDescent

BLOCK_BYTES = 1_000_000  # of activations; about what a core's cache holds beside the weights
FIRST_LOOK, LOOKS_APART = 75, 1.4  # epochs after which it is looked who is at rest, and times as many
METHODS = (*STEPS, "accelerated")

OnProgress = Callable[[int, int], None]
Layers = tuple[list[np.ndarray], list[np.ndarray]]


def train(
    X: np.ndarray,
    y: np.ndarray,
    hidden: Sequence[int] = (8, 8),
    penalty: str | Sequence[str] = "l1",
    lams: Sequence[float] | np.ndarray = (0.0, 1.0, 10.0),
    learning_rate: float = 0.1,
    epochs: int | Sequence[int] | np.ndarray = 500,
    seed: int = 0,
    method: str = "proximal",
    snapshots: int | Sequence[int] | np.ndarray = 60,
    dtype: str = "float32",
    on_progress: OnProgress | None = None,
    until_rest: bool = False,
) -> Run:
    """Train one tanh network for each λ by full-batch gradient descent from the same start.

    Minimizes J = mean cross-entropy + λ/2m·Σ‖W‖² (l2) or + λ/2m·Σ‖W‖₁ (l1); biases are not penalized.

    X: (m, n_features) standardized samples; y: (m,) integer classes, two or more.
    hidden: widths of the tanh layers, () for logistic or softmax regression.
    penalty: a name of PENALTIES, or one for each λ. lams: each ≥ 0. learning_rate: α > 0. epochs: ≥ 1,
    one number or one for each λ. until_rest: stop a network that is at rest (`core.rest`) before them.
    method: "proximal"; "accelerated" by momentum that restarts, with a step for each network that is never
    above α and snapshots of the best so far; or another way at L1's corner, "subgradient", "clip" (zero on a
    sign change, and frozen) or "decreasing" (the subgradient with α/√t in step t).
    snapshots: ≥ 2, how many epochs to keep at most, evenly spaced from 0 to the last; or those epochs. A
    network that stops earlier stays as it is.
    dtype: "float32" or "float64".
    on_progress: called as on_progress(done, total) after each epoch; raising in it stops the training.
    Raises ValueError for arguments out of range.
    """
    plan = _plan(
        X, y, hidden, penalty, lams, learning_rate, epochs, seed, method, snapshots, dtype, until_rest
    )
    record = Record(plan.sizes, plan.lams.size, plan.epochs, dtype)
    blocks, last = _blocks(plan.sizes, plan.lams.size, plan.m, np.dtype(dtype).itemsize), int(plan.epochs[-1])
    for i, block in enumerate(blocks):
        _Training(plan, record, block).run(_counter(on_progress, i * last, len(blocks) * last))
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
    most: np.ndarray  # (n_lams,) epochs that each network takes at most
    until_rest: bool
    dtype: str

    @property
    def m(self) -> int:
        return len(self.X)

    @property
    def sizes(self) -> tuple[int, ...]:
        return network.layer_sizes(self.X.shape[1], self.hidden, len(self.classes))

    @cached_property
    def start(self) -> Layers:
        """W and b from which all networks start."""
        return network.init_params(self.sizes, np.random.default_rng(self.seed))

    @cached_property
    def samples(self) -> tuple[np.ndarray, np.ndarray]:
        """A[0] = Xᵀ and the targets Y, in the precision of the training."""
        Xt = np.ascontiguousarray(self.X.T, self.dtype)
        return Xt, network.targets(self.y, len(self.classes), self.dtype)

    def stack(self, part: np.ndarray) -> Stack:
        """The networks at these positions."""
        all_of_them = Stack(self.penalties, self.lams, self.sizes, self.m, self.learning_rate, self.dtype)
        return all_of_them.select(part)

    def descent(self, part: np.ndarray) -> "_Descent":
        """How the networks at these positions go down."""
        if self.method == "accelerated":
            return AcceleratedDescent(self.stack(part))
        return PlainDescent(self.method, self.stack(part))

    @cached_property
    def stops(self) -> frozenset[int]:
        """The epochs at which a network may stop: the last of one, and now and then where it is at rest."""
        ends = {int(epoch) for epoch in self.most}
        if not self.until_rest:
            return frozenset(ends)
        looks = [FIRST_LOOK]
        while looks[-1] < max(ends):
            looks.append(int(LOOKS_APART * looks[-1]))
        return frozenset(ends.union(looks))

    def at_rest(self, part: np.ndarray, W: Arrays, b: Arrays) -> np.ndarray:
        """Which of the networks at these positions are at rest at W, b, (n_lams,) bool."""
        stack = self.stack(part)
        samples, n_classes = (self.X, self.y), len(self.classes)
        networks = Networks(samples, n_classes, self.hidden, stack.penalties, stack.lams, self.learning_rate)
        return at_rest(networks, W, b)

    def run(self, record: Record) -> Run:
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
            stopped_at=record.stopped_at,
            samples=(self.given, self.y),
        )


def _plan(
    X: np.ndarray,
    y: np.ndarray,
    hidden: Sequence[int],
    penalty: str | Sequence[str],
    lams: Sequence[float] | np.ndarray,
    learning_rate: float,
    epochs: int | Sequence[int] | np.ndarray,
    seed: int,
    method: str,
    snapshots: int | Sequence[int] | np.ndarray,
    dtype: str,
    until_rest: bool,
) -> _Plan:
    """The arguments of `train`, checked. Raises ValueError for what is out of range."""
    given = np.asarray(X)
    X, indices, classes = validation.check_data(given, y)
    grid = validation.check_lams(lams)
    most = validation.check_epochs(epochs, grid.size)
    plan = _Plan(
        given=given,
        X=X,
        y=indices,
        classes=classes,
        penalties=validation.check_penalties(penalty, grid.size),
        lams=grid,
        hidden=validation.check_hidden(hidden),
        learning_rate=validation.check_positive("learning_rate", learning_rate),
        epochs=validation.check_snapshots(snapshots, int(most.max())),
        most=most,
        until_rest=until_rest,
        seed=validation.check_integer("seed", seed, 0),
        method=method,
        dtype=dtype,
    )
    validation.check_choice("method", method, METHODS)
    validation.check_choice("dtype", dtype, ("float32", "float64"))
    validation.check_fits(X, dtype)
    return plan


def part_of(on_progress: OnProgress | None, before: int, size: int, total: int) -> OnProgress:
    """Progress of a part of some work as progress of all of it: so much lies before it, so much in it."""

    def tick(now: int, of: int) -> None:
        if on_progress is not None:
            on_progress(before + size * now // of, total)

    return tick


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

    def select(self, keep: np.ndarray) -> "_Descent":
        """Some of them alone, just where they are; keep: (n_lams,) bool."""

    def step(self) -> np.ndarray | None:
        """Go one step along dW, db; says which networks, if any, are finite no more and are parked."""


class _Training:
    """The networks of a block on their way from the start to the last epoch of each."""

    def __init__(self, plan: _Plan, record: Record, block: slice) -> None:
        self._plan, self._record = plan, record
        self._part = np.arange(plan.lams.size)[block]  # positions of those that are not over
        self._networks = plan.descent(self._part)
        Xt, self._Y = plan.samples
        n_lams, m = self._part.size, plan.m
        for here, start in zip((self._networks.W, self._networks.b), plan.start, strict=True):
            for layer, start_layer in zip(here, start, strict=True):
                layer[:] = start_layer
        self._A = [Xt, *(np.empty((n_lams, n, m), Xt.dtype) for n in plan.sizes[1:])]
        unused = np.empty(0, Xt.dtype)  # the samples and the output need no dA
        self._dA = [unused, *(np.empty_like(A) for A in self._A[1:-1]), unused]
        self._ones = np.ones((m, 1), Xt.dtype)

    def run(self, tick: Callable[[int], None]) -> None:
        """Train them, and call tick(epochs) after each epoch."""
        last = int(self._plan.epochs[-1])
        with np.errstate(over="ignore", invalid="ignore"):
            for epoch in range(last + 1):
                Z = network.forward(self._networks.W, self._networks.b, self._A)
                self._networks.judge(Z, self._Y)
                self._look(epoch, Z)
                if not self._part.size:
                    break
                self._step(epoch)
                tick(epoch + 1)
        if epoch < last:
            tick(last)

    def _look(self, epoch: int, Z: np.ndarray) -> None:
        """Keep a snapshot where one is due, and let go who is over."""
        if epoch in self._record.index:
            self._record.keep(epoch, self._part, *self._networks.kept(Z, self._Y))
        if epoch in self._plan.stops:
            self._let_go(epoch, *self._networks.kept(Z, self._Y))

    def _let_go(self, epoch: int, W: Arrays, b: Arrays, data_cost: np.ndarray) -> None:
        """Leave the networks that have taken all their epochs, or are at rest, as they are."""
        over = self._plan.most[self._part] <= epoch
        if self._plan.until_rest and not over.all():
            on = ~over & (self._record.diverged_at[self._part] < 0)
            over[on] = self._plan.at_rest(
                self._part[on], [layer[on] for layer in W], [layer[on] for layer in b]
            )
        if not over.any():
            return
        W, b = [layer[over] for layer in W], [layer[over] for layer in b]
        self._record.stop(epoch, self._part[over], W, b, data_cost[over])
        self._part = self._part[~over]
        if self._part.size:
            self._networks = self._networks.select(~over)
            self._A[1:] = [A[~over] for A in self._A[1:]]
            self._dA[1:-1] = [dA[~over] for dA in self._dA[1:-1]]

    def _step(self, epoch: int) -> None:
        """One step of those that go on; A[-1] holds the output's Z."""
        networks = self._networks
        network.output_slope(self._A[-1], self._Y)
        network.backward(networks.W, self._A, self._dA, networks.dW, networks.db, self._ones)
        gone = networks.step()
        if gone is not None:
            self._record.retire(epoch + 1, self._part, gone)


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
