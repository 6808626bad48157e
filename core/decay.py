"""Why L2 is called weight decay, and where the name stops being true.

One step of gradient descent on J falls into two parts:

    W − α·(dW_bp + λ/m·W) = W·(1 − αλ/m) − α·dW_bp        shrink, then an ordinary gradient step

With Adam it does not: λ/m·W goes through Adam's division by the size of the gradient, so that a weight
with large gradients hardly decays. AdamW takes the shrink out of the gradient and puts it beside.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core import network
from core.penalties import PENALTIES
from core.run import Run
from core.training import train

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8  # Adam's usual ones


@dataclass(frozen=True, eq=False)
class Update:
    """The next L2 step from each snapshot of one network, taken apart, in float64.

    All are [l] (n_snapshots, n_out, n_in); `after` is shrunk + step.
    """

    epochs: np.ndarray  # (n_snapshots,)
    factor: float  # 1 − αλ/m
    W: list[np.ndarray]
    dW_bp: list[np.ndarray]  # the gradient of the cross-entropy alone
    shrunk: list[np.ndarray]  # W·(1 − αλ/m)
    step: list[np.ndarray]  # −α·dW_bp
    undivided: list[np.ndarray]  # W − α·(dW_bp + λ/m·W), computed without taking it apart

    @property
    def shrink(self) -> list[np.ndarray]:
        """What the shrink alone changes, −αλ/m·W."""
        return [shrunk - W for shrunk, W in zip(self.shrunk, self.W, strict=True)]

    @property
    def after(self) -> list[np.ndarray]:
        """The weights after both parts."""
        return [shrunk + step for shrunk, step in zip(self.shrunk, self.step, strict=True)]

    @property
    def mismatch(self) -> float:
        """Largest difference between the sum of the parts and the undivided step, in largest weights."""
        largest = max(float(np.abs(W).max()) for W in self.undivided)
        difference = max(
            float(np.abs(after - W).max()) for after, W in zip(self.after, self.undivided, strict=True)
        )
        return difference / largest if largest > 0 else difference


def take_apart(
    run: Run, X: np.ndarray, y: np.ndarray, k: int, snapshots: Sequence[int] | np.ndarray | None = None
) -> Update:
    """The next step of the k-th network of an L2 run from each of its snapshots that are finite.

    X, y: the samples of the training. snapshots: positions of those to look at; all without it. Raises
    ValueError where the network was trained with another penalty than L2: a corner takes its part after the
    step.
    """
    penalty = PENALTIES[run.penalty[k]]
    if not penalty.is_round:
        raise ValueError(f"taking a step apart needs a network trained with 'l2', got {penalty.name!r}")
    finite = np.flatnonzero((run.diverged_at[k] < 0) | (run.epochs < run.diverged_at[k]))
    if snapshots is not None:
        finite = np.intersect1d(finite, snapshots)
    lam, alpha = float(run.lams[k]), run.learning_rate
    W = [history[finite, k].astype(float) for history in run.history_W]
    b = [history[finite, k].astype(float) for history in run.history_b]
    Y = network.targets(np.searchsorted(run.classes, y), len(run.classes), "float64")
    dW_bp = _gradients(W, b, np.ascontiguousarray(X.T, float), Y)
    factor = penalty.decay(lam, run.m, alpha)
    return Update(
        epochs=run.epochs[finite],
        factor=factor,
        W=W,
        dW_bp=dW_bp,
        shrunk=[factor * layer for layer in W],
        step=[-alpha * d for d in dW_bp],
        undivided=[
            layer - alpha * (d + penalty.gradient(layer, lam, run.m))
            for layer, d in zip(W, dW_bp, strict=True)
        ],
    )


def _gradients(
    W: Sequence[np.ndarray], b: Sequence[np.ndarray], Xt: np.ndarray, Y: np.ndarray
) -> list[np.ndarray]:
    """dW of the cross-entropy for a stack of networks, one after the other, shaped as W."""
    dW, m = [np.empty_like(layer) for layer in W], Xt.shape[1]
    with np.errstate(over="ignore", invalid="ignore"):
        for i in range(len(W[0])):
            one_W, one_b, one_dW = ([layer[i : i + 1] for layer in stack] for stack in (W, b, dW))
            A = [Xt, *(np.empty((1, layer.shape[1], m)) for layer in W)]
            Z = network.forward(one_W, one_b, A)
            A[-1] = (network.probabilities(Z) - Y) / m
            db = [np.empty_like(layer) for layer in one_b]
            network.backward(one_W, A, [np.empty_like(a) for a in A], one_dW, db, np.ones((m, 1)))
    return dW


def regime(ratio: float) -> str:
    """What αλ/m alone does to a weight: "nothing" at 0, "decays" below 1, "vanishes" at 1, "flips" below 2,
    "swings" at 2, and "diverges" above."""
    if ratio == 0:
        return "nothing"
    if ratio < 1:
        return "decays"
    if ratio == 1:
        return "vanishes"
    if ratio < 2:
        return "flips"
    return "swings" if ratio == 2 else "diverges"


def decay_paths(ratios: Sequence[float] | np.ndarray, n_steps: int) -> np.ndarray:
    """w_t = (1 − αλ/m)^t for t = 0, …, n_steps from w_0 = 1, (n_ratios, n_steps + 1).

    ratios: values of αλ/m ≥ 0.
    """
    paths: np.ndarray = np.power(1 - np.asarray(ratios, float)[:, None], np.arange(n_steps + 1))
    return paths


def adam_l2(
    g: np.ndarray | float,
    steps: int = 3000,
    w: float = 1.0,
    weight_decay: float = 0.1,
    learning_rate: float = 0.001,
) -> np.ndarray:
    """The path of one weight under Adam with the L2 gradient added, (steps + 1, …) for g of shape (…).

    The data's gradient alternates, −g, +g, −g, …, so that it pulls nowhere; Adam is given ±g + decay·w.
    """
    return _adam(g, steps, w, weight_decay, learning_rate, decoupled=False)


def adamw(
    g: np.ndarray | float,
    steps: int = 3000,
    w: float = 1.0,
    weight_decay: float = 0.1,
    learning_rate: float = 0.001,
) -> np.ndarray:
    """The path of one weight under AdamW, (steps + 1, …): w := w·(1 − α·decay), and Adam is given ±g alone.

    The gradient alternates as in `adam_l2`.
    """
    return _adam(g, steps, w, weight_decay, learning_rate, decoupled=True)


def _adam(
    g: np.ndarray | float,
    steps: int,
    w: float,
    weight_decay: float,
    learning_rate: float,
    decoupled: bool,
) -> np.ndarray:
    """Adam on an alternating gradient: m̂/(√v̂ + ε), both averages corrected for their start at 0."""
    g = np.asarray(g, float)
    path = np.full((steps + 1, *g.shape), float(w))
    mean, square = np.zeros_like(g), np.zeros_like(g)
    for t in range(1, steps + 1):
        now = path[t - 1]
        gradient = -g if t % 2 else g
        if decoupled:
            now = now * (1 - learning_rate * weight_decay)
        else:
            gradient = gradient + weight_decay * now
        mean = BETA_1 * mean + (1 - BETA_1) * gradient
        square = BETA_2 * square + (1 - BETA_2) * gradient**2
        size = np.sqrt(square / (1 - BETA_2**t)) + EPSILON
        path[t] = now - learning_rate * mean / (1 - BETA_1**t) / size
    return path


def first_step_error(run: Run, update: Update, X: np.ndarray, y: np.ndarray, k: int) -> float:
    """Largest difference between the first update and what one epoch of `train` makes of the same start.

    Relative to the largest weight after it. run, X, y, k: as for `take_apart`, which gave the update.
    """
    one = train(
        X,
        y,
        run.hidden,
        run.penalty[k],
        [float(run.lams[k])],
        learning_rate=run.learning_rate,
        epochs=1,
        seed=run.seed,
        snapshots=2,
        dtype=str(run.W[0].dtype),
    )
    after = [layer[0] for layer in update.after]
    largest = max(float(np.abs(layer).max()) for layer in after)
    difference = max(float(np.abs(a - W[0]).max()) for a, W in zip(after, one.W, strict=True))
    return difference / largest if largest > 0 else difference
