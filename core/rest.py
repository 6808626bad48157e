"""How far networks are from rest, in float64 whatever they were trained in.

**Residual.** With G the gradient of the data cost and of the squares of the penalty, and prox the soft
threshold at αλ/2m, the proximal gradient mapping

    R(x) = (x − prox(x − αG))/α        x: all weights and biases of one network

is 0 where and only where no small change of x lowers J to first order (Beck and Teboulle 2009); without a
corner it is ∇J. Its length √ΣR² is in nats for each unit of weight.

**At rest.** A short residual alone is no rest: along a flat valley J falls for long. So the valley's
curvature is measured. A few conjugate gradients go towards the minimum of the parabola with slope R and the
curvature H that differences of G give; the move d at which they end promises that J falls by ½·R·d at least,
and that x becomes x − d. A network is at rest where that fall is at most SHARE of half a unit in the fourth
digit of J, and where even FAR·d brings no weight to zero and frees none from it, all along a valley that
rises to both sides.

It errs now and then either way: `tests/core/test_rest.py` lets 2 % of the networks that are called at rest
change J in its fourth digit, a count or the accuracy within four times the epochs, by a row that lies on the
boundary say, and 10 % of those that change none be not called so.

**Swinging.** One plain step of α follows another. Along a direction of curvature c the second is 1 − αc times
the first, so that where it takes back SWING to GROWS of the first, αc is about 2: J falls no further and
does not grow without end either. **Jumping** are steps that take back more than OVERSHOOTS of one another and
in AHEAD of which J rises at least half as far as it falls: longer than the valley is wide, they lead nowhere.

**Gap.** Without a hidden layer J is convex, and shares of the samples prove how far J is above its minimum;
see `core.logistic`, whose bound holds for several classes too: with q_i in the simplex, H their entropy and
θ_i = q_i − y_i, of which each class's sum is 0, m·J* ≥ Σ H(q_i) − what the penalty charges for θX.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np

from core import network
from core.measures import is_constant
from core.network import Arrays
from core.parameters import Stack, dot
from core.penalties import PENALTIES, soft_threshold

BLOCK_BYTES = 4_000_000  # of activations
CG_STEPS, POWER_STEPS = 4, 30
SHARE, FAR = 0.1, 4.0
SWING, GROWS = 0.9, 1.01
OVERSHOOTS, AHEAD, JUMPS = 0.5, 8, 0.01  # JUMPS: of J, which rises by at least that much
DIGITS = 4  # of J that are shown
DIFFERENCE = 1e-5  # relative step of the differences of the gradient
NOISE = 1e-6
NEWTON_STEPS = 50
TINY = float(np.finfo(float).tiny)

_Test = Callable[["_Objective", np.ndarray, np.ndarray, np.ndarray], np.ndarray]  # of x, G and R
Samples = tuple[np.ndarray, np.ndarray]  # X (m, n_features) and class indices (m,)


@dataclass(frozen=True, eq=False)
class Rest:
    """Where the networks stand at their last snapshot."""

    residual: np.ndarray  # (n_lams,) √ΣR², NaN where a network diverged
    at_rest: np.ndarray  # (n_lams,) bool
    gap: np.ndarray  # (n_lams,) J − J* is proven to be at most this; NaN where nothing is proven
    swings: np.ndarray  # (n_lams,) bool, whether a plain step of α is taken back by the next
    constant: np.ndarray  # (n_lams,) bool, whether the answer is the same for every sample
    jumps: np.ndarray  # (n_lams,) bool, whether plain steps of α jump about

    def select(self, keep: np.ndarray | slice) -> "Rest":
        """The same for some of the networks."""
        return Rest(*(getattr(self, field.name)[keep] for field in fields(self)))


@dataclass(frozen=True, eq=False)
class Networks:
    """What J depends on beside the parameters of each network."""

    samples: Samples
    n_classes: int
    hidden: tuple[int, ...]
    penalties: tuple[str, ...]  # one for each network
    lams: np.ndarray  # (n_lams,)
    learning_rate: float  # α of R

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units of every layer, input first."""
        return network.layer_sizes(self.samples[0].shape[1], self.hidden, self.n_classes)

    def select(self, keep: np.ndarray) -> "Networks":
        """Some of them alone; keep: (n_lams,) bool."""
        penalties = tuple(name for name, kept in zip(self.penalties, keep, strict=True) if kept)
        return replace(self, penalties=penalties, lams=self.lams[keep])

    def blocks(self) -> list[tuple[slice, "_Objective"]]:
        """The networks in parts whose activations fit BLOCK_BYTES, each with its J."""
        n = max(1, BLOCK_BYTES // (8 * len(self.samples[0]) * sum(self.sizes[1:])))
        parts = [slice(a, min(a + n, self.lams.size)) for a in range(0, self.lams.size, n)]
        return [(part, _Objective(self, part)) for part in parts]


def residuals(networks: Networks, history_W: Arrays, history_b: Arrays) -> np.ndarray:
    """√ΣR² at every snapshot, (n_snapshots, n_lams); histories as a Run has them."""
    found = np.empty(history_W[0].shape[:2])
    for part, J in networks.blocks():
        for s in range(len(found)):
            x, finite = J.rows([W[s, part] for W in history_W], [b[s, part] for b in history_b])
            found[s, part] = np.where(finite, _length(J.mapping(x, J.gradient(x))), np.nan)
    return found


def measure(networks: Networks, W: Arrays, b: Arrays) -> Rest:
    """Where networks stand; W[l] (n_lams, n_out, n_in), b[l] (n_lams, n_out, 1)."""
    measured = [_measure(J, [w[part] for w in W], [c[part] for c in b]) for part, J in networks.blocks()]
    values = {field.name: [getattr(each, field.name) for each in measured] for field in fields(Rest)}
    return Rest(**{name: np.concatenate(parts) for name, parts in values.items()})


def at_rest(networks: Networks, W: Arrays, b: Arrays) -> np.ndarray:
    """Which networks are at rest, (n_lams,) bool: what `measure` says of it, sooner.

    Each conjugate gradient adds to the fall that the move promises, so that one is enough to see of most that
    they fall too far. The others alone are looked at in full.
    """
    found = _each(networks, W, b, _may_rest)
    if found.any():
        found[found] = _each(networks.select(found), [w[found] for w in W], [c[found] for c in b], _still)
    return found


def curvatures(networks: Networks, W: Arrays, b: Arrays) -> np.ndarray:
    """The largest curvature of J but for its corner, (n_lams,), in nats for a squared unit of weight.

    By POWER_STEPS steps of the power iteration on differences of the gradient; NaN where a network diverged.
    """
    parts = [_curvatures(J, [w[part] for w in W], [c[part] for c in b]) for part, J in networks.blocks()]
    return np.concatenate(parts)


def _curvatures(J: "_Objective", W: Arrays, b: Arrays) -> np.ndarray:
    x, finite = J.rows(W, b)
    G, scale = J.gradient(x), DIFFERENCE * (1 + _length(x))[:, None]
    rng = np.random.default_rng(0)
    way = rng.standard_normal(x.shape)
    for _ in range(POWER_STEPS):
        way /= np.maximum(_length(way), TINY)[:, None]
        way = (J.gradient(x + scale * way) - G) / scale
    return np.where(finite, _length(way), np.nan)


def _each(networks: Networks, W: Arrays, b: Arrays, test: _Test) -> np.ndarray:
    """What a test says of networks, block by block; False of those that are not finite."""
    found = np.zeros(networks.lams.size, bool)
    for part, J in networks.blocks():
        x, finite = J.rows([w[part] for w in W], [c[part] for c in b])
        with np.errstate(over="ignore", invalid="ignore"):
            G = J.gradient(x)
            found[part] = test(J, x, G, J.mapping(x, G)) & finite
    return found


def _measure(J: "_Objective", W: Arrays, b: Arrays) -> Rest:
    """Where the networks of a block stand."""
    x, finite = J.rows(W, b)
    with np.errstate(over="ignore", invalid="ignore"):
        G = J.gradient(x)
        R = J.mapping(x, G)
        gap = _gap(J, x) if len(W) == 1 else np.full(len(x), np.nan)
        at_rest, turn = _still(J, x, G, R) & finite, _turn(J, x, R)
        return Rest(
            residual=np.where(finite, _length(R), np.nan),
            at_rest=at_rest,
            gap=np.where(finite, gap, np.nan),
            swings=(turn >= -GROWS) & (turn <= -SWING) & finite & ~at_rest,
            constant=is_constant(J.logits(x)) & finite,
            jumps=_jumps(J, x, (turn < -OVERSHOOTS) & finite & ~at_rest),
        )


def _turn(J: "_Objective", x: np.ndarray, R: np.ndarray) -> np.ndarray:
    """How the step after next compares with the next one, along that one, (n_lams,): 1 − αc."""
    x_next = x - J.learning_rate * R
    R_next = J.mapping(x_next, J.gradient(x_next))
    turn: np.ndarray = dot(R_next, R) / np.maximum(dot(R, R), TINY)
    return turn


def _jumps(J: "_Objective", x: np.ndarray, may: np.ndarray) -> np.ndarray:
    """Whether in the next plain steps J rises about as far as it falls, (n_lams,); may: which ones may."""
    if not may.any():
        return may
    costs = [J.cost(x)]
    for _ in range(AHEAD):
        x = x - J.learning_rate * J.mapping(x, J.gradient(x))
        costs.append(J.cost(x))
    change = np.diff(costs, axis=0)
    rises, falls = np.maximum(change, 0).sum(axis=0), np.maximum(-change, 0).sum(axis=0)
    jumps: np.ndarray = may & (rises > JUMPS * costs[0]) & (rises > falls / 2)
    return jumps


class _Objective:
    """J of the networks of a block, as a function of their parameters in rows."""

    def __init__(self, networks: Networks, part: slice) -> None:
        X, y = networks.samples
        self.m, self.learning_rate = len(X), networks.learning_rate
        self.penalties, self.lams = networks.penalties[part], networks.lams[part]
        n, sizes = self.lams.size, networks.sizes
        self.Xt, self.Y = np.ascontiguousarray(X.T, float), network.targets(y, networks.n_classes, "float64")
        stack = Stack(self.penalties, self.lams, sizes, self.m, self.learning_rate, "float64")
        self.corner, self.ridge = stack.rates()
        self._x, self._W, self._b = stack.rows()
        self._A = [self.Xt, *(np.empty((n, units, self.m)) for units in sizes[1:])]
        self._dA = [
            np.empty_like(A) if 0 < l < len(sizes) - 1 else np.empty(0) for l, A in enumerate(self._A)
        ]
        self._ones = np.ones((self.m, 1))

    def rows(self, W: Arrays, b: Arrays) -> tuple[np.ndarray, np.ndarray]:
        """The parameters in rows, and whether they are finite; a row that is not is 0."""
        for row, layer in zip((*self._W, *self._b), (*W, *b), strict=True):
            row[:] = layer
        finite = np.asarray(np.isfinite(self._x).all(axis=1))
        return np.where(finite[:, None], self._x, 0), finite

    def logits(self, x: np.ndarray) -> np.ndarray:
        """Z of the output, (n_lams, n_out, m)."""
        self._x[:] = x
        return network.forward(self._W, self._b, self._A)

    def cost(self, x: np.ndarray) -> np.ndarray:
        """J, (n_lams,)."""
        penalty_cost = dot(self.ridge * x, x) / 2 + dot(self.corner, np.abs(x))
        cost: np.ndarray = network.cross_entropy(self.logits(x), self.Y) + penalty_cost
        return cost

    def gradient(self, x: np.ndarray) -> np.ndarray:
        """G of the data cost and the squares of the penalty, in rows."""
        network.output_slope(self.logits(x), self.Y)
        dW, db = ([np.empty(part.shape) for part in parts] for parts in (self._W, self._b))
        network.backward(self._W, self._A, self._dA, dW, db, self._ones)
        layers = [part.reshape(len(x), -1) for pair in zip(dW, db, strict=True) for part in pair]
        G: np.ndarray = np.concatenate(layers, axis=1) + self.ridge * x
        return G

    def mapping(self, x: np.ndarray, G: np.ndarray) -> np.ndarray:
        """R, in rows."""
        V = x - self.learning_rate * G
        R: np.ndarray = (x - soft_threshold(V, self.learning_rate * self.corner)) / self.learning_rate
        return R


def _length(R: np.ndarray) -> np.ndarray:
    length: np.ndarray = np.sqrt(dot(R, R))
    return length


def _still(J: _Objective, x: np.ndarray, G: np.ndarray, R: np.ndarray) -> np.ndarray:
    """Whether the move that R and the curvature advise changes nothing that is shown, (n_lams,)."""
    move, slope, rises = _advised(J, x, G, R)
    cornered, zero = J.corner > 0, x == 0
    dies = cornered & ~zero & (FAR * move * np.sign(x) >= np.abs(x))
    leaves = cornered & zero & ((R != 0) | (np.abs(G - FAR * slope) > J.corner))
    still: np.ndarray = rises & _is_slight(J, x, R, move) & ~(dies | leaves).any(axis=1)
    return still


def _may_rest(J: _Objective, x: np.ndarray, G: np.ndarray, R: np.ndarray) -> np.ndarray:
    """Whether the first of the conjugate gradients leaves it open that a network is still, (n_lams,)."""
    move, _, rises = _advised(J, x, G, R, cg_steps=1)
    may: np.ndarray = rises & _is_slight(J, x, R, move)
    return may


def _is_slight(J: _Objective, x: np.ndarray, R: np.ndarray, move: np.ndarray) -> np.ndarray:
    """Whether the fall ½·R·d is too small to be seen in the digits of J that are shown, (n_lams,)."""
    digit = 10.0 ** (np.floor(np.log10(np.maximum(J.cost(x), TINY))) - DIGITS + 1)
    slight: np.ndarray = dot(R, move) / 2 <= SHARE * digit / 2
    return slight


def _advised(
    J: _Objective, x: np.ndarray, G: np.ndarray, R: np.ndarray, cg_steps: int = CG_STEPS
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The move d of some conjugate gradients on H·d = R, H·d, and whether G rose along all of them.

    H is taken over the weights that the corner does not hold at zero. Networks with R = 0 stay.
    """
    free = (x != 0) | (R != 0)
    scale = DIFFERENCE * (1 + _length(x))
    d, Hd, left, way = np.zeros_like(x), np.zeros_like(x), R, R
    rises, square = np.ones(len(x), bool), dot(R, R)
    least = np.maximum(NOISE**2 * square, NOISE**4)  # below it, what is left of R is rounding
    for _ in range(cg_steps):
        step = (scale / np.maximum(_length(way), TINY))[:, None]
        step = np.minimum(step, 1 / DIFFERENCE**2)  # of a way that is hardly one
        Hway = (J.gradient(x + step * way) - G) / step
        curvature = dot(way, Hway)
        moving = rises & (square > least)
        rises &= (curvature > 0) | ~moving
        length = np.where(moving & rises, square / np.where(curvature > 0, curvature, 1), 0)[:, None]
        d, Hd, left = d + length * way, Hd + length * Hway, left - length * Hway * free
        square_next = dot(left, left)
        way = left + (square_next / np.maximum(square, TINY))[:, None] * way
        square = square_next
    return d, Hd, rises


def _gap(J: _Objective, x: np.ndarray) -> np.ndarray:
    """J(x) − a proven bound on J*, of networks without a hidden layer, (n_lams,).

    The shares are those of x with the biases that are best for its weights: for them each class's θ sums to
    0. NaN at λ = 0, where nothing holds θX, and where no best biases are found.
    """
    P, balanced = _balanced(J.logits(x).copy(), J.Y)
    theta = P - J.Y
    gap = np.full(len(x), np.nan)
    for k, (name, lam) in enumerate(zip(J.penalties, J.lams, strict=True)):
        if lam > 0 and balanced[k]:
            bounds = PENALTIES[name].duals((theta[k] @ J.Xt.T).ravel(), lam)
            gap[k] = min(charge - _entropy(J.Y + shrink * theta[k]) for shrink, charge in bounds)
    rounding = J.m * float(np.finfo(float).eps)
    return np.maximum(J.cost(x) + gap / J.m, rounding)


def _balanced(Z: np.ndarray, Y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """P for the biases that minimize the cross-entropy, by Newton's steps, and whether they were found.

    Z: (n_lams, n_out, m) with any biases, used up; Y: (n_out, m).
    """
    n_out, m = Z.shape[1:]
    for _ in range(NEWTON_STEPS):
        P = network.probabilities(Z)
        slope = (P - Y).sum(axis=2)  # (n_lams, n_out)
        if n_out == 1:
            H = (P * (1 - P)).sum(axis=2)[:, :, None]
        else:
            H = np.eye(n_out) * P.sum(axis=2)[:, :, None] - P @ P.transpose(0, 2, 1)
            H += np.ones((n_out, n_out)) * m  # all biases up by one change nothing
        H += 1e-12 * m * np.eye(n_out)  # where all shares are 0 or 1
        step = np.linalg.solve(H, slope[:, :, None])
        Z -= np.clip(step, -1, 1)
    P = network.probabilities(Z)
    balanced: np.ndarray = np.abs((P - Y).sum(axis=2)).max(axis=1) <= 1e-11 * m
    return P, balanced


def _entropy(q: np.ndarray) -> float:
    """Σ −q·log q over the samples and classes of (n_out, m); for one output also of 1 − q."""
    shares = np.concatenate([q, 1 - q]) if len(q) == 1 else q
    return -float(np.sum(shares * np.log(np.maximum(shares, TINY))))
