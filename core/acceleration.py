"""Proximal gradient with momentum, for each network of a block by itself.

Nesterov's step looks ahead along the last move before it goes downhill (Beck and Teboulle 2009):

    V := X + β(X − X_last),   X⁺ := prox(V − αG),   β = (t − 1)/t⁺,   t⁺ = (1 + √(1 + 4t²))/2

with G the gradient at V of the data cost and of the squares of the penalty, and prox the soft threshold at
αλ/2m. Here G follows the straight line through the gradients at X_last and X, G = ∇ + β(∇ − ∇_last), which
is the same for a parabola. So the forward pass sees X, what the prox gave, with its exact zeros: its J is
known in every epoch, and a snapshot costs nothing more.

Momentum diverges where plain steps come to rest, and the landscape is not convex. So each network

- restarts its momentum, t := 1, where a move goes uphill, (V − X⁺)·(X⁺ − X) > 0 (O'Donoghue and Candès 2015);
- keeps α at CAUTION/c, where c = Δ∇·ΔX/‖ΔX‖² is the curvature that it meets, and never above the α that
  was asked for; it grows by GROWTH an epoch;
- goes back to X_last where J is above a running mean of the J before (Zhang and Hager 2004), and on with half
  the t and with the step that a parabola through the failure advises;
- takes its first epochs plain, so that it mostly comes to the minimum that the plain steps come to.

A snapshot is the best X so far: but for rounding J never rises, and a network whose start is finite stays
finite. With hidden layers J may still be above that of the plain steps at the same epoch, mostly in another
minimum: in at most 1 of 500 comparisons of `tests/core/test_acceleration.py`.

A. Beck, M. Teboulle: A fast iterative shrinkage-thresholding algorithm, SIAM J. Imaging Sci. 2 (2009).
B. O'Donoghue, E. Candès: Adaptive restart for accelerated gradient schemes, Found. Comput. Math. 15 (2015).
H. Zhang, W. Hager: A nonmonotone line search technique, SIAM J. Optim. 14 (2004).
"""

import numpy as np

from core import network
from core.network import Arrays
from core.parameters import Stack, dot
from core.penalties import soft_threshold

PLAIN_EPOCHS = 10
TALLEST = 2.0  # J over its start, up to which the plain epochs may bounce
CAUTION = 0.8  # α times the curvature; above 4/3 momentum swings
GROWTH = 1.02
MEMORY = 0.95  # of the running mean of J
KEPT = 0.5  # of t, after a step back
TINY = 1e-300
BY_NETWORK = (  # what a descent knows of each network, beside the parameters
    *("_x_last", "_G_last", "_dx", "_dG", "_pull", "_rate", "_t", "_beta", "_went_back", "_goes_back"),
    *("_bounces", "_best_cost", "_best_J", "_start_J", "_mean", "_weight"),
)


class AcceleratedDescent:
    """Networks of a block that take one accelerated step an epoch; a row holds a network's parameters."""

    def __init__(self, stack: Stack) -> None:
        self._stack, n, learning_rate = stack, stack.lams.size, stack.learning_rate
        self._x, self.W, self.b = stack.rows()
        self._best, self._best_W, self._best_b = stack.rows()
        self._gradient, gradient_W, gradient_b = stack.rows()
        self.dW, self.db = ([np.empty_like(part, order="C") for part in g] for g in (gradient_W, gradient_b))
        self._gradient_parts = list(zip((*gradient_W, *gradient_b), (*self.dW, *self.db), strict=True))
        self._corner, self._ridge = stack.rates()
        self._x_last, self._G_last, self._dx, self._dG = (np.zeros_like(self._x) for _ in range(4))
        self._learning_rate, self._rate = learning_rate, np.full(n, learning_rate)
        self._t, self._beta = np.ones(n), np.zeros(n)
        self._went_back, self._goes_back = np.zeros(n, bool), np.zeros(n, bool)
        self._bounces = np.ones(n, bool)  # takes its plain epochs
        self._epoch, self._noise = 0, 10 * float(np.finfo(stack.dtype).eps)

    def select(self, keep: np.ndarray) -> "AcceleratedDescent":
        """Some of the networks alone, momentum and all; keep: (n_lams,) bool."""
        kept = AcceleratedDescent(self._stack.select(keep))
        kept._x[:], kept._best[:] = self._x[keep], self._best[keep]
        for name in BY_NETWORK:
            setattr(kept, name, getattr(self, name)[keep])
        kept._last, kept._epoch = self._last[:, keep], self._epoch
        return kept

    def judge(self, Z: np.ndarray, Y: np.ndarray) -> None:
        """Look at J where the step has led, and undo the step where that is too high."""
        now = self._costs(network.cross_entropy(Z, Y))
        J = now[-1]
        if self._epoch == 0:
            self._last, self._best_cost, self._best_J = now, now[0].copy(), J.copy()
            self._start_J, self._mean, self._weight = J.copy(), J.copy(), np.ones_like(J)
            self._best[:] = self._x
        self._goes_back = ~(self._limit() >= J)
        if self._goes_back.any():
            self._go_back(now)
        self._last = now
        self._remember(now)

    def _costs(self, data_cost: np.ndarray) -> np.ndarray:
        """Data cost, its sum with the squares of the penalty, and J: (3, n_lams)."""
        self._pull = self._ridge * self._x
        smooth = data_cost + dot(self._pull, self._x) / 2
        return np.array([data_cost, smooth, smooth + dot(self._corner, np.abs(self._x))])

    def _limit(self) -> np.ndarray:
        """The J up to which a step stands: a running mean of those before, rounding aside."""
        if self._epoch == PLAIN_EPOCHS:
            self._bounces[:] = False
        limit: np.ndarray = np.maximum(self._mean, self._best_J * (1 + self._noise))
        if self._epoch < PLAIN_EPOCHS:
            limit = np.where(self._bounces, TALLEST * self._start_J, limit)
        return limit

    def _go_back(self, now: np.ndarray) -> None:
        """Undo the step of some networks, in x and `now`; their next is as long as a parabola advises."""
        back, was = self._goes_back, self._rate[self._goes_back]
        move = (self._x - self._x_last)[back].astype(float)
        slope = dot(move, self._G_last[back].astype(float))
        curvature = 2 * (now[1] - self._last[1])[back] - 2 * slope
        curvature /= np.maximum(dot(move, move), TINY)
        advised = np.where(curvature > 0, 1 / np.maximum(curvature, TINY), 0)  # 0 too where it is NaN
        largest = np.where(self._beta[back] > 0, was, was / 2)
        self._rate[back] = np.clip(advised, was / 20, largest)
        self._x[back], now[:, back] = self._x_last[back], self._last[:, back]
        self._bounces &= ~back

    def _remember(self, now: np.ndarray) -> None:
        """Note the best networks so far, and J in its mean where the step stands."""
        J, stands = now[-1], ~self._goes_back
        best = self._best_J * (1 + self._noise) >= J  # of several that are equal but for rounding the last
        if best.all():
            self._best[:], self._best_cost[:] = self._x, now[0]
        else:
            self._best[best], self._best_cost[best] = self._x[best], now[0][best]
        self._best_J = np.fmin(self._best_J, J)
        weight = MEMORY * self._weight + 1
        mean = J if self._epoch == 0 else (MEMORY * self._weight * self._mean + J) / weight
        fresh = self._bounces | ~np.isfinite(self._mean)
        self._mean = np.where(stands, np.where(fresh, J, mean), self._mean)
        self._weight = np.where(fresh, 1.0, weight)

    def kept(self, Z: np.ndarray, Y: np.ndarray) -> tuple[Arrays, Arrays, np.ndarray]:
        """The best networks so far, W, b and data cost, for a snapshot."""
        return self._best_W, self._best_b, self._best_cost

    def step(self) -> np.ndarray | None:
        """One step along dW, db. Returns which networks have no finite gradient, or None where all have."""
        G = self._gradient_here()
        dx, dG = self._moves(G)
        rate = self._choose_rate(dx, dG)[:, None].astype(G.dtype)
        beta = self._choose_momentum()[:, None].astype(G.dtype)
        V = self._x + beta * dx
        X = soft_threshold(V - rate * (G + beta * dG), rate * self._corner)
        V -= X
        uphill = dot(V, X - self._x) > 0
        self._t[uphill & (self._beta > 0)] = 1
        gone = ~np.isfinite(dot(G, G))
        self._x_last[:], self._x[:], self._G_last = self._x, X, G
        self._dx, self._dG, self._went_back = dx, dG, self._goes_back
        self._epoch += 1
        return self._park(gone) if gone.any() else None

    def _gradient_here(self) -> np.ndarray:
        """∇ at x, of the data cost and the squares of the penalty; kept from before where x is the last."""
        for part, layer in self._gradient_parts:
            part[:] = layer
        G: np.ndarray = self._gradient + self._pull
        if self._goes_back.any():
            G[self._goes_back] = self._G_last[self._goes_back]
        return G

    def _moves(self, G: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """ΔX and Δ∇; after a step back those that led to it, with less momentum, or none after two."""
        dx, dG, back = self._x - self._x_last, G - self._G_last, self._goes_back
        if back.any():
            again = back & ~self._went_back & (self._beta > 0)
            self._t[again] = np.maximum(KEPT * self._t[again], 1)
            self._t[back & ~again] = 1
            dx[again], dG[again] = self._dx[again], self._dG[again]
        return dx, dG

    def _choose_rate(self, dx: np.ndarray, dG: np.ndarray) -> np.ndarray:
        """α of each network: at most CAUTION over the curvature along the move, where that can be told."""
        square, rise = dot(dx, dx), dot(dx, dG)
        told = (rise > 0) & (square > (10 * self._noise) ** 2 * np.maximum(dot(self._x, self._x), 1))
        if self._epoch < PLAIN_EPOCHS:
            told &= ~self._bounces & (self._epoch > 0)
        unbounded = np.full_like(rise, np.inf)
        advised = np.divide(CAUTION * square, rise, out=unbounded, where=told)
        rate: np.ndarray = np.minimum(self._rate, advised)
        self._rate = np.minimum(GROWTH * rate, self._learning_rate)
        return rate

    def _choose_momentum(self) -> np.ndarray:
        """β = (t − 1)/t⁺ of each network, none in its plain epochs."""
        if self._epoch < PLAIN_EPOCHS:
            self._t[self._bounces] = 1
        t_next = (1 + np.sqrt(1 + 4 * self._t**2)) / 2
        self._beta = (self._t - 1) / t_next
        self._t = np.where(self._bounces, 1, t_next) if self._epoch < PLAIN_EPOCHS else t_next
        return self._beta

    def _park(self, gone: np.ndarray) -> np.ndarray:
        """Lay networks at zero for good, momentum and all."""
        for rows in (self._x, self._x_last, self._G_last, self._dx, self._dG):
            rows[gone] = 0
        self._last[:, gone] = self._best_J[gone] = self._mean[gone] = -np.inf  # whatever comes is higher
        self._bounces &= ~gone
        return gone
