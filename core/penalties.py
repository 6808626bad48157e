"""The two penalties, each with its value, its gradient and its prox side by side.

Both are one formula with two strengths, so a mixture is a line in the registry and not a class:

    penalty(W) = λ/2m · ( l1 · Σ|w| + l2 · Σw² )

The square is smooth and is handled by its gradient. The absolute value has a corner at zero; its prox
steps *onto* the corner, which is where exact zeros come from.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Penalty:
    """A mixture of the L1 norm and the squared L2 norm, scaled by λ/2m as in the lesson.

    l1, l2: the share of each, ≥ 0.
    """

    name: str
    label: str
    l1: float
    l2: float

    def value(self, W: np.ndarray, lam: float, m: int) -> float:
        """Cost of the weights, λ/2m·(l1·Σ|w| + l2·Σw²), in the unit of the data cost."""
        return lam / (2 * m) * (self.l1 * np.abs(W).sum() + self.l2 * np.square(W).sum())

    def gradient(self, W: np.ndarray, lam: float, m: int) -> np.ndarray:
        """∂value/∂W = λ/2m·(l1·sign(W) + 2·l2·W); at w = 0 the subgradient 0 is taken for L1."""
        return lam / (2 * m) * (self.l1 * np.sign(W) + 2 * self.l2 * W)

    def decay(self, lam: float, m: int, learning_rate: float) -> float:
        """Factor by which one step of learning rate α shrinks a weight: 1 − l2·αλ/m.

        Between 0 and 1 it decays, below 0 the sign flips each step, at −1 and below it diverges.
        """
        return 1 - self.l2 * learning_rate * lam / m

    def threshold(self, lam: float, m: int, learning_rate: float) -> float:
        """Size below which the prox of one step of learning rate α gives exactly zero: l1·αλ/2m."""
        return self.l1 * learning_rate * lam / (2 * m)

    def prox(self, V: np.ndarray, lam: float, m: int, learning_rate: float) -> np.ndarray:
        """argmin_w (w − v)²/2 + α·λ/2m·l1·|w|: the soft threshold of each entry of V."""
        return soft_threshold(V, self.threshold(lam, m, learning_rate))


def soft_threshold(V: np.ndarray, threshold: np.ndarray | float) -> np.ndarray:
    """sign(v)·max(|v| − t, 0), written so that |v| ≤ t gives exactly 0.0.

    V: any shape; threshold ≥ 0 broadcasts against it. Returns a new array.
    """
    return V - np.clip(V, -np.asarray(threshold, V.dtype), np.asarray(threshold, V.dtype))


PENALTIES: dict[str, Penalty] = {
    "l1": Penalty("l1", "L1", l1=1.0, l2=0.0),
    "l2": Penalty("l2", "L2", l1=0.0, l2=1.0),
}
