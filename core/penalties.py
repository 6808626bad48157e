"""The penalties: each is one line in a registry, and everything that depends on it is said here, once.

All are one formula with two shares, so a mixture is a line in the registry and not a class:

    penalty(W) = λ/2m · ( l1 · Σ|w| + l2 · Σw² )

The square is smooth and is handled by its gradient. The absolute value has a corner at zero; its prox
steps *onto* the corner, which is where exact zeros come from.

A penalty knows three things: what training needs (value, gradient, decay, prox), what the exact solver needs
(in units of m·J, a sum over samples, where λ stands alone; the algebra is in `core.logistic`), and its own
words. Elsewhere nothing asks for a penalty's name, but for what is about L1 against L2: all else goes by the
shares and by what follows from them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import TypeVar

import numpy as np

RIDGE = (
    1e-12  # relative, in the solver's model only: keeps H invertible for duplicated columns, leaves J alone
)
TINY = float(np.finfo(float).tiny)
Sums = TypeVar("Sums", float, np.ndarray)


@dataclass(frozen=True)
class Penalty:
    """A mixture of the L1 norm and the squared L2 norm, scaled by λ/2m as in the lesson.

    l1, l2: the share of each, finite, ≥ 0 and not both 0; anything else raises ValueError.
    """

    name: str
    label: str
    l1: float
    l2: float

    def __post_init__(self) -> None:
        for share, value in (("l1", self.l1), ("l2", self.l2)):
            if not isfinite(value) or value < 0:
                raise ValueError(f"{share} must be a finite share of at least 0, got {value!r}")
        if self.l1 == self.l2 == 0:
            raise ValueError("l1 and l2 must not both be 0, got 0 and 0; λ = 0 switches a penalty off")

    # --- what kind it is --------------------------------------------------------------------------

    @property
    def is_sparse(self) -> bool:
        """Whether it has the corner that makes weights exactly zero."""
        return self.l1 > 0

    @property
    def is_round(self) -> bool:
        """Whether turning the coordinates leaves it as it is: a square alone."""
        return self.l1 == 0

    @property
    def is_mixture(self) -> bool:
        """Whether it has both parts."""
        return self.l1 > 0 and self.l2 > 0

    @property
    def strength(self) -> float:
        """l1/2 + l2, its weight as an "elastic net" s·(r·Σ|w| + (1 − r)/2·Σw²): s = strength·λ/m.

        glmnet's λ is strength·λ/m, scikit-learn's C is 1/(strength·λ).
        """
        return self.l1 / 2 + self.l2

    @property
    def l1_ratio(self) -> float:
        """The r of the elastic net: scikit-learn's l1_ratio, glmnet's alpha. 1 for L1, 0 for L2."""
        return self.l1 / 2 / self.strength

    # --- training ---------------------------------------------------------------------------------

    def value(self, W: np.ndarray, lam: float, m: int) -> float:
        """Cost of the weights, λ/2m·(l1·Σ|w| + l2·Σw²), in the unit of the data cost."""
        return float(lam / (2 * m) * self.of_norms(np.abs(W).sum(), np.square(W).sum()))

    def of_norms(self, norm: Sums, square: Sums) -> Sums:
        """l1·Σ|w| + l2·Σw² from the two sums: what λ/2m multiplies, of one network or of many at once."""
        return self.l1 * norm + self.l2 * square

    def gradient(self, W: np.ndarray, lam: float, m: int) -> np.ndarray:
        """∂value/∂W = λ/2m·(l1·sign(W) + 2·l2·W); at w = 0 the subgradient 0 is taken for L1."""
        slope: np.ndarray = lam / (2 * m) * (self.l1 * np.sign(W) + 2 * self.l2 * W)
        return slope

    def decay_ratio(self, lam: float, m: int, learning_rate: float) -> float:
        """The share of a weight that one step of learning rate α takes away: l2·αλ/m."""
        return self.l2 * learning_rate * lam / m

    def decay(self, lam: float, m: int, learning_rate: float) -> float:
        """Factor by which one step of learning rate α shrinks a weight: 1 − l2·αλ/m.

        Between 0 and 1 it decays, below 0 the sign flips each step, at −1 and below it diverges.
        """
        return 1 - self.decay_ratio(lam, m, learning_rate)

    def threshold(self, lam: float, m: int, learning_rate: float) -> float:
        """Size below which the prox of one step of learning rate α gives exactly zero: l1·αλ/2m."""
        return self.l1 * learning_rate * lam / (2 * m)

    def prox(self, V: np.ndarray, lam: float, m: int, learning_rate: float) -> np.ndarray:
        """argmin_w (w − v)²/2 + α·λ/2m·l1·|w|: the soft threshold of each entry of V.

        For a notebook that writes the step out; training applies it in place, to all networks at once.
        """
        return soft_threshold(V, self.threshold(lam, m, learning_rate))

    # --- the exact solver, in units of m·J --------------------------------------------------------

    def lam_max(self, slope: np.ndarray) -> float:
        """The smallest λ at which all weights are zero, 2·‖slope‖_∞/l1; infinite without a corner.

        slope: Xᵀ(y − ȳ), by which the sum of the losses falls where all weights are zero.
        """
        return 2 * float(np.abs(slope).max(initial=0.0)) / self.l1 if self.is_sparse else inf

    def total(self, w: np.ndarray, lam: float) -> float:
        """m times the value, λ/2·(l1·Σ|w| + l2·Σw²), of one vector w."""
        norm = float(np.abs(w).sum()) if self.l1 else 0.0
        square = float(w @ w) if self.l2 else 0.0
        return lam / 2 * self.of_norms(norm, square)

    def duals(self, correlation: np.ndarray, lam: float) -> list[tuple[float, float]]:
        """What bounds on m·J pay for the shares θ of the samples: (shrink θ by this, deduct that) of each.

        correlation: c = Xᵀθ; λ > 0. With a corner a bound holds where no |c| exceeds λ·l1/2, so θ is shrunk
        to that. With a square another takes any c, for Σ max(|c| − λ·l1/2, 0)²/(2λ·l2). In a mixture both
        hold: the square's is the tighter one near the optimum, the corner's where the square is small.
        """
        size, corner, bounds = np.abs(correlation), self._corner(lam), []
        if self.is_sparse:
            bounds.append((corner / max(float(size.max(initial=0.0)), corner), 0.0))
        if self.l2:
            excess = np.maximum(size - corner, 0.0)
            bounds.append((1.0, float(excess @ excess / (2 * lam * self.l2))))
        return bounds

    def movable(self, w: np.ndarray, correlation: np.ndarray, lam: float) -> np.ndarray:
        """Positions of the weights that a step may move: with a corner, those it does not hold at zero."""
        if self.is_round:
            return np.arange(len(w))
        return np.flatnonzero((w != 0) | (np.abs(correlation) > self._corner(lam)))

    def model_minimum(self, H: np.ndarray, pull: np.ndarray, w: np.ndarray, lam: float) -> np.ndarray:
        """argmin over v of ½(v−w)ᵀH(v−w) − pullᵀ(v−w) + total(v, λ), with zeros that are exact.

        The square is part of the parabola: H + λ·l2·I with pull − λ·l2·w. What is left is a linear solve,
        or with a corner a search for the signs.
        """
        H, i = H.copy(), np.arange(len(w))
        H[i, i] += RIDGE * H[i, i] + TINY
        if self.l2:
            H[i, i] += lam * self.l2
            pull = pull - lam * self.l2 * w
        if self.is_round:
            minimum: np.ndarray = w + np.linalg.solve(H, pull)
            return minimum
        return _search_signs(H, pull, w, self._corner(lam), tol=1e-12 * lam)

    def _corner(self, lam: float) -> float:
        """The steepest slope that the corner holds at zero, λ·l1/2."""
        return self.l1 * lam / 2

    # --- words ------------------------------------------------------------------------------------

    @property
    def norm_tex(self) -> str:
        r"""What λ/2m multiplies, as TeX: \|W\|_1 for L1, \|W\|_F^2 for L2."""
        return self.norm_of("W")

    def norm_of(self, weights: str) -> str:
        r"""What λ/2m multiplies, as TeX, for weights of any name, such as W^{[l]}."""
        parts = [(self.l1, rf"\|{weights}\|_1"), (self.l2, rf"\|{weights}\|_F^2")]
        return _weighted(parts, r"\,", (r"\left(", r"\right)"))

    @property
    def decay_text(self) -> str:
        """How the factor `decay` is written: 1 − αλ/m, with the share where it is not 1."""
        return "1 − αλ/m" if self.l2 == 1 else f"1 − {self.l2:g}·αλ/m"

    @property
    def rate_text(self) -> str:
        """How the factor of its gradient is written: λ/m for a square alone, λ/2m with a corner."""
        return "λ/m" if self.is_round else "λ/2m"

    def rate(self, lam: float, m: int) -> float:
        """The factor that `rate_text` names."""
        return lam / m if self.is_round else lam / (2 * m)

    @property
    def gradient_text(self) -> str:
        """Its part of dW in plain text: λ/2m·sign(W) for L1, λ/m·W for L2."""
        return f"{self.rate_text}·{_weighted(self._slopes('sign(W)', 'W'), '·', ('(', ')'))}"

    @property
    def gradient_tex(self) -> str:
        r"""Its part of dW^{[l]} as TeX."""
        parts = self._slopes(r"\operatorname{sign} W^{[l]}", "W^{[l]}")
        rate = r"\frac{\lambda}{m} " if self.is_round else r"\frac{\lambda}{2m}"
        return rate + _weighted(parts, r"\,", (r"\left(", r"\right)"))

    def _slopes(self, sign: str, weight: str) -> list[tuple[float, str]]:
        """What its gradient adds up, in units of `rate`: the coefficients and what they multiply."""
        return [(self.l2, weight)] if self.is_round else [(self.l1, sign), (2 * self.l2, weight)]


def soft_threshold(V: np.ndarray, threshold: np.ndarray | float) -> np.ndarray:
    """sign(v)·max(|v| − t, 0), written so that |v| ≤ t gives exactly 0.0.

    V: any shape; threshold ≥ 0 broadcasts against it. Returns a new array; for notebooks, as `Penalty.prox`.
    """
    limit = np.asarray(threshold, V.dtype)
    shrunk: np.ndarray = V - np.minimum(np.maximum(V, -limit), limit)  # np.clip takes several times as long
    return shrunk


def _search_signs(H: np.ndarray, pull: np.ndarray, w: np.ndarray, corner: float, tol: float) -> np.ndarray:
    """argmin over v of ½(v−w)ᵀH(v−w) − pullᵀ(v−w) + corner·‖v‖₁, by a search for the signs of v.

    Solve for the signs at hand. If weights would cross zero on the way, stop at the first crossing and take
    that weight out; if none does, let in the zero weight that breaks |slope| ≤ corner the most.
    The model's value falls with each solve that ends without a crossing, so no set of signs comes twice.
    """
    v, sign = w.copy(), np.sign(w)
    for _ in range(10 * len(w) + 10):
        S = np.flatnonzero(sign)
        slope = pull - H @ (v - w)
        move = np.zeros_like(v)
        move[S] = np.linalg.solve(H[np.ix_(S, S)], slope[S] - corner * sign[S])
        crossing = np.flatnonzero((v + move) * sign < 0)
        if crossing.size:
            share = -v[crossing] / move[crossing]
            v += share.min() * move
            leaving = crossing[np.argmin(share)]
            v[leaving] = sign[leaving] = 0.0
            continue
        v += move
        slope -= H @ move
        excess = np.where(sign == 0, np.abs(slope) - corner, 0.0)
        if excess.max(initial=0.0) <= tol:
            break
        entering = np.argmax(excess)
        sign[entering] = np.sign(slope[entering])
    return v


def _weighted(parts: Sequence[tuple[float, str]], times: str, brackets: tuple[str, str]) -> str:
    """The parts that count as a sum, a coefficient of 1 left out; in brackets where there are several."""
    shown = [text if share == 1 else f"{share:g}{times}{text}" for share, text in parts if share > 0]
    return shown[0] if len(shown) == 1 else brackets[0] + " + ".join(shown) + brackets[1]


PENALTIES: dict[str, Penalty] = {
    "l1": Penalty("l1", "L1", l1=1.0, l2=0.0),
    "l2": Penalty("l2", "L2", l1=0.0, l2=1.0),
    "elastic_net": Penalty("elastic_net", "Elastic net", l1=0.5, l2=0.5),
}
LECTURED: tuple[str, ...] = ("l1", "l2")  # what the lecture compares; others come where they are asked for
