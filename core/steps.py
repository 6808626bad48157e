"""The plain steps: what one epoch does to the parameters of a block of networks, which lie in one flat array.

    V := W(1 − αλ/m) − α·dW_bp        the decay is L2's share, and is 1 for L1
    W := sign(V)·max(|V| − αλ/2m, 0)  the threshold is L1's share, and is 0 for L2

That is the proximal step. The subgradient step and clipping differ from it in what they do at the corner of
the absolute value; the decreasing one is the subgradient's with α/√t in the t-th step, which, unlike a
constant α, comes as near to the optimum as one likes. Biases are in the same array: for those the decay is 1
and the threshold 0.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

import numpy as np

from core import network
from core.network import Arrays
from core.parameters import Stack
from core.penalties import PENALTIES


@dataclass(frozen=True, eq=False)
class Step:
    """What one epoch does to each parameter of a block, in the layout of the flat array θ.

    decay = 1 − αλ/m where L2 acts, threshold = αλ/2m where L1 acts; None where they act nowhere.
    """

    learning_rate: float
    decay: np.ndarray | None
    threshold: np.ndarray | None

    @classmethod
    def of(cls, stack: Stack) -> "Step":
        """The step of each network; biases are not penalized."""
        decay, W_decay, b_decay = stack.flat()
        threshold, W_threshold, b_threshold = stack.flat()
        for l in range(len(stack.sizes) - 1):
            b_decay[l][:], b_threshold[l][:] = 1, 0
            for i, (name, lam) in enumerate(zip(stack.penalties, stack.lams, strict=True)):
                with np.errstate(over="ignore"):  # an endless decay diverges and is found
                    W_decay[l][i] = PENALTIES[name].decay(lam, stack.m, stack.learning_rate)
                    W_threshold[l][i] = PENALTIES[name].threshold(lam, stack.m, stack.learning_rate)
        return cls(
            learning_rate=stack.learning_rate,
            decay=decay if (decay != 1).any() else None,
            threshold=threshold if threshold.any() else None,
        )

    def shorter(self, share: float) -> "Step":
        """The same with share·α in place of α."""
        return Step(
            learning_rate=share * self.learning_rate,
            decay=None if self.decay is None else 1 - share * (1 - self.decay),
            threshold=None if self.threshold is None else share * self.threshold,
        )


StepFunction = Callable[[np.ndarray, np.ndarray, Step], None]


def proximal_step(theta: np.ndarray, gradient: np.ndarray, step: Step) -> None:
    """θ := soft threshold of (decay·θ − α·gradient), in place; the gradient is used up."""
    if step.decay is not None:
        theta *= step.decay
    gradient *= step.learning_rate
    theta -= gradient
    if step.threshold is not None:  # θ minus θ cut to ± the threshold; np.clip takes several times as long
        np.maximum(theta, -step.threshold, out=gradient)
        theta -= np.minimum(gradient, step.threshold, out=gradient)


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
    "decreasing": subgradient_step,
}


class PlainDescent:
    """Networks of a block that take one plain step an epoch, whatever it does to J."""

    def __init__(self, method: str, stack: Stack) -> None:
        self._method, self._step, self._stack = method, Step.of(stack), stack
        self._taken = 0
        self._theta, self.W, self.b = stack.flat()
        self._gradient, self.dW, self.db = stack.flat()

    def select(self, keep: np.ndarray) -> "PlainDescent":
        """Some of the networks alone, where they are; keep: (n_lams,) bool."""
        kept = PlainDescent(self._method, self._stack.select(keep))
        kept._taken = self._taken
        for part, before in zip((*kept.W, *kept.b), (*self.W, *self.b), strict=True):
            part[:] = before[keep]
        return kept

    def judge(self, Z: np.ndarray, Y: np.ndarray) -> None:
        """Plain steps are taken as they come."""

    def kept(self, Z: np.ndarray, Y: np.ndarray) -> tuple[Arrays, Arrays, np.ndarray]:
        """The networks as they are, W, b and data cost, for a snapshot."""
        return self.W, self.b, network.cross_entropy(Z, Y)

    def step(self) -> np.ndarray | None:
        """One step along dW, db. Returns which networks are no longer finite, or None where all are."""
        self._taken += 1
        step = self._step.shorter(self._taken**-0.5) if self._method == "decreasing" else self._step
        STEPS[self._method](self._theta, self._gradient, step)
        if isfinite(self._theta @ self._theta):
            return None
        squares = sum(np.square(part).sum(axis=(1, 2)) for part in (*self.W, *self.b))
        gone: np.ndarray = ~np.isfinite(squares)
        for part in (*self.W, *self.b):  # parked
            part[gone] = 0
        return gone
