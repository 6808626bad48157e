"""Is dW = dW_bp + λ/m·W really ∂J/∂W? The gradient check asks J itself, one parameter at a time.

    ∂J/∂θ ≈ (J(θ + h) − J(θ − h))/2h, with an error of the order of h²

Every perturbed network is one more network of the stack, so the numeric side runs the very forward pass
that training runs, and the other side its backward pass; both take the penalty from the registry. λ only
weighs the penalty's part of J, so the networks that are moved once serve every λ.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from core import activation, network, validation
from core.datasets import Dataset, stratified_split
from core.penalties import PENALTIES, Penalty

STEP = 1e-5  # h: with float64, rounding and the h² term are then both near 1e-11
THRESHOLD = 1e-6  # relative error below which a layer passes
CHUNK_BYTES = 4_000_000  # of weights and activations of the networks evaluated together

# How much `check` looks at, so that a person can wait for it and see it all.
MIN_ROWS = 50  # where there are as many
MAX_CHECKED = 900  # parameters; each is a mark, and beyond 2,000 marks a chart loses its words for the blind
BUDGET = 7_000_000  # parameters checked × parameters of the network
WORK = 500 * BUDGET  # the same × rows, about a second

# What can be forgotten on purpose, to see that the check notices.
MISTAKES: dict[str, str] = {
    "no_penalty": "forgets the penalty's part of dW, such as λ/m·W for L2",
    "no_slope": "forgets tanh's slope 1 − A² on the way down",
}


@dataclass(frozen=True, eq=False)
class Gradients:
    """∂J/∂W[l] and ∂J/∂b[l] of one network, numeric and backpropagated, in float64.

    The numeric side is NaN for parameters that were left out.
    """

    numeric: list[np.ndarray]  # [l] (n_out, n_in)
    backpropagated: list[np.ndarray]  # [l] (n_out, n_in), with the penalty's part
    numeric_b: list[np.ndarray]  # [l] (n_out, 1)
    backpropagated_b: list[np.ndarray]  # [l] (n_out, 1)

    @property
    def nbytes(self) -> int:
        """Memory, in bytes."""
        both = (self.numeric, self.backpropagated, self.numeric_b, self.backpropagated_b)
        return sum(gradient.nbytes for layers in both for gradient in layers)

    @property
    def n_checked(self) -> int:
        """Parameters whose numeric side was computed."""
        return sum(int(np.count_nonzero(~np.isnan(g))) for g in (*self.numeric, *self.numeric_b))

    @property
    def n_parameters(self) -> int:
        """Weights and biases of the network."""
        return sum(g.size for g in (*self.numeric, *self.numeric_b))

    @property
    def relative_error(self) -> np.ndarray:
        """‖numeric − backpropagated‖/(‖numeric‖ + ‖backpropagated‖) of each layer, W and b together.

        Over the parameters that were checked.
        """
        layers = zip(self.numeric, self.numeric_b, self.backpropagated, self.backpropagated_b, strict=True)
        return np.array([_relative_error(np.hstack([W, b]), np.hstack([dW, db])) for W, b, dW, db in layers])


@dataclass(frozen=True, eq=False)
class Check:
    """One gradient check: both gradients, and on how many of the m training rows J was taken."""

    gradients: Gradients
    penalty: str
    lam: float
    mistake: str | None  # one of MISTAKES, None for none
    rows: int
    m: int

    @property
    def nbytes(self) -> int:
        """Memory, in bytes."""
        return self.gradients.nbytes

    @property
    def passes(self) -> np.ndarray:
        """Which layers pass, (n_layers,)."""
        small: np.ndarray = self.gradients.relative_error < THRESHOLD
        return small


def check(
    data: Dataset, hidden: Sequence[int], penalty: str, lam: float, seed: int, mistake: str | None = None
) -> Check:
    """The gradient check at one λ; everything else as in `checks`."""
    return checks(data, hidden, penalty, [lam], seed, mistake)[0]


def checks(
    data: Dataset,
    hidden: Sequence[int],
    penalty: str,
    lams: Sequence[float],
    seed: int,
    mistake: str | None = None,
) -> list[Check]:
    """The gradient check at each λ, on `most_rows` training rows or so, for `most_checked` parameters.

    Where that is not all of them, the seed draws them, the rows spread over the classes, and λ is scaled by
    the share of the rows, so that λ/m stays that of the training. The other arguments are those of
    `gradients_by_lam`, which raises ValueError for what is out of range.
    """
    kept, rows = np.ones(data.m, bool), most_rows(data, hidden)
    if rows < data.m:
        kept = stratified_split(data.y_train, 1 - rows / data.m, np.random.default_rng(seed))
    at_most, n = most_checked(data, hidden), int(kept.sum())
    X, y, scaled = data.X_train[kept], data.y_train[kept], [lam * n / data.m for lam in lams]
    found = gradients_by_lam(X, y, hidden, penalty, scaled, seed, mistake, at_most)
    return [Check(both, penalty, lam, mistake, n, data.m) for both, lam in zip(found, lams, strict=True)]


def most_checked(data: Dataset, hidden: Sequence[int]) -> int:
    """How many weights and biases of this network are checked at most."""
    n = _n_parameters(data, hidden)
    return min(n, MAX_CHECKED, BUDGET // n)


def most_rows(data: Dataset, hidden: Sequence[int]) -> int:
    """How many training rows J is taken on at most."""
    return min(data.m, max(MIN_ROWS, WORK // (most_checked(data, hidden) * _n_parameters(data, hidden))))


def _n_parameters(data: Dataset, hidden: Sequence[int]) -> int:
    """Weights and biases of this network."""
    sizes = network.layer_sizes(data.n_features, hidden, len(data.class_names))
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))


def gradient_check(
    X: np.ndarray,
    y: np.ndarray,
    hidden: Sequence[int] = (8, 8),
    penalty: str = "l2",
    lam: float = 1.0,
    seed: int = 0,
) -> np.ndarray:
    """Relative error of the backpropagated gradient in each layer, (n_layers,); below THRESHOLD all is well.

    Arguments as for `gradients`.
    """
    return gradients(X, y, hidden, penalty, lam, seed).relative_error


def gradients(
    X: np.ndarray,
    y: np.ndarray,
    hidden: Sequence[int] = (8, 8),
    penalty: str = "l2",
    lam: float = 1.0,
    seed: int = 0,
    mistake: str | None = None,
    at_most: int | None = None,
) -> Gradients:
    """The gradient of J at one λ; everything else as in `gradients_by_lam`."""
    return gradients_by_lam(X, y, hidden, penalty, [lam], seed, mistake, at_most)[0]


def gradients_by_lam(
    X: np.ndarray,
    y: np.ndarray,
    hidden: Sequence[int],
    penalty: str,
    lams: Sequence[float],
    seed: int = 0,
    mistake: str | None = None,
    at_most: int | None = None,
) -> list[Gradients]:
    """For each λ the gradient of J at the start that the seed gives, numeric and backpropagated.

    X: (m, n_features) samples; y: (m,) integer classes. hidden: widths of the tanh layers.
    penalty: a name of PENALTIES. lams: each ≥ 0. mistake: one of MISTAKES, to break the backpropagated side.
    at_most: how many parameters to check, drawn by the seed, of each array of parameters a share; None for
    all. The numeric side costs two forward passes for each: give a wide network fewer of them, and fewer
    rows of X.
    Raises ValueError for arguments out of range.
    """
    X, y, classes = validation.check_data(X, y)
    grid = validation.check_lams(lams)
    validation.check_choice("penalty", penalty, tuple(PENALTIES))
    validation.check_choice("mistake", mistake, (None, *MISTAKES))
    hidden = validation.check_hidden(hidden)
    seed = validation.check_integer("seed", seed, 0)
    if at_most is not None:
        at_most = validation.check_integer("at_most", at_most, 1)

    sizes = network.layer_sizes(X.shape[1], hidden, len(classes))
    rng = np.random.default_rng(seed)
    W, b = network.init_params(sizes, rng)
    W = [_off_zero(layer) for layer in W]
    problem = _Problem(X.T, network.targets(y, len(classes), "float64"), PENALTIES[penalty], grid)
    drawn = _drawn([theta.size for theta in (*W, *b)], at_most, rng)
    numeric, numeric_b = problem.numeric(W, b, drawn)
    dW, db = problem.backpropagated(W, b, mistake)
    return [
        Gradients([slope[k] for slope in numeric], dW[k], [slope[k] for slope in numeric_b], db)
        for k in range(len(grid))
    ]


@dataclass(frozen=True, eq=False)
class _Problem:
    """J as a function of the parameters: the samples, the targets, the penalty and its λ."""

    Xt: np.ndarray  # (n_features, m)
    Y: np.ndarray  # (n_out, m)
    penalty: Penalty
    lams: np.ndarray  # (n_lams,)

    @property
    def m(self) -> int:
        return int(self.Xt.shape[1])

    def activations(self, W: network.Arrays) -> list[np.ndarray]:
        """Room for A of every layer of a stack of networks, A[0] = Xᵀ filled in."""
        return [self.Xt, *(np.empty((*layer.shape[:2], self.m)) for layer in W)]

    def costs(self, W: network.Arrays, b: network.Arrays) -> np.ndarray:
        """J of each network of a stack at each λ, (n_lams, n_networks)."""
        data_cost = network.cross_entropy(network.forward(W, b, self.activations(W)), self.Y)
        rates = self.lams[:, None] / (2 * self.m)
        penalty_cost = sum(rates * self.penalty.of_norms(*_norms(layer)) for layer in W)
        costs: np.ndarray = data_cost + penalty_cost  # (n_networks,) + (n_lams, n_networks)
        return costs

    def numeric(
        self, W: network.Arrays, b: network.Arrays, drawn: Sequence[np.ndarray]
    ) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Central differences of J along the drawn parameters of one network, (n_lams, *shape) of W and b.

        drawn: of each array in (*W, *b) the flat indices to check; the others become NaN.
        """
        n_lams = len(self.lams)
        slopes = [np.full((n_lams, *theta.shape), np.nan) for theta in (*W, *b)]
        bytes_each = 8 * (sum(theta.size for theta in (*W, *b)) + sum(map(len, W)) * self.m)
        n_chunk = max(1, CHUNK_BYTES // (2 * bytes_each))
        for which, slope in enumerate(slopes):
            if drawn[which].size == 0:
                continue
            for entries in np.array_split(drawn[which], -(-drawn[which].size // n_chunk)):
                stack = [np.repeat(theta[None], 2 * len(entries), axis=0) for theta in (*W, *b)]
                moved = stack[which].reshape(2, len(entries), -1)
                along = np.arange(len(entries))
                moved[0, along, entries] += STEP
                moved[1, along, entries] -= STEP
                costs = self.costs(stack[: len(W)], stack[len(W) :]).reshape(n_lams, 2, -1)
                slope.reshape(n_lams, -1)[:, entries] = (costs[:, 0] - costs[:, 1]) / (2 * STEP)
        return slopes[: len(W)], slopes[len(W) :]

    def backpropagated(
        self, W: network.Arrays, b: network.Arrays, mistake: str | None
    ) -> tuple[list[list[np.ndarray]], list[np.ndarray]]:
        """For each λ dW = dW_bp + the penalty's gradient, and db, of one network, but for the mistake.

        No bias is penalized, so db is that of every λ.
        """
        stack_W, stack_b = [layer[None] for layer in W], [layer[None] for layer in b]
        dW, db = [np.empty_like(layer) for layer in stack_W], [np.empty_like(layer) for layer in stack_b]
        A = self.activations(stack_W)
        P = network.probabilities(network.forward(stack_W, stack_b, A))
        A[-1] = (P - self.Y) / self.m
        dA, slope = [np.empty_like(a) for a in A], _one if mistake == "no_slope" else activation.slope
        network.backward(stack_W, A, dA, dW, db, np.ones((self.m, 1)), slope)
        from_data, db = [d[0] for d in dW], [d[0] for d in db]
        if mistake == "no_penalty":
            return [from_data] * len(self.lams), db
        return [
            [d + self.penalty.gradient(layer, lam, self.m) for d, layer in zip(from_data, W, strict=True)]
            for lam in self.lams
        ], db


def _norms(W: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Σ|w| and Σw² of each network's layer in a stack, (n_networks,) each."""
    norm, square = zip(*((np.abs(layer).sum(), np.square(layer).sum()) for layer in W), strict=True)
    return np.array(norm), np.array(square)


def _one(A: np.ndarray, out: np.ndarray) -> np.ndarray:
    """The slope of what is no tanh: dZ = dA, where dZ = dA·(1 − A²) is right."""
    out.fill(1)
    return out


def _off_zero(W: np.ndarray) -> np.ndarray:
    """W with every weight at least ten steps away from 0, where |w| has a corner and no derivative."""
    moved: np.ndarray = np.copysign(np.maximum(np.abs(W), 10 * STEP), W)
    return moved


def _drawn(sizes: Sequence[int], at_most: int | None, rng: np.random.Generator) -> list[np.ndarray]:
    """Of each array of parameters the flat indices to check, sorted; together `at_most`.

    Of small arrays all are checked, the large ones share what is left, so that no layer goes unseen.
    """
    left = sum(sizes) if at_most is None else at_most
    drawn = [np.arange(0)] * len(sizes)
    for n_before, which in enumerate(np.argsort(sizes, kind="stable")):
        n = min(sizes[which], left // (len(sizes) - n_before))
        drawn[which] = np.sort(rng.choice(sizes[which], n, replace=False))
        left -= n
    return drawn


def _relative_error(numeric: np.ndarray, backpropagated: np.ndarray) -> float:
    checked = ~np.isnan(numeric)
    numeric, backpropagated = numeric[checked], backpropagated[checked]
    norm = np.linalg.norm(numeric) + np.linalg.norm(backpropagated)
    return float(np.linalg.norm(numeric - backpropagated) / norm) if norm > 0 else 0.0
