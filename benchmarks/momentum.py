"""Other programs that go to rest: accelerated steps in JAX and PyTorch, and scikit-learn's L-BFGS.

The first two take `step`, which is what a reader of the papers writes down: proximal gradient with
Nesterov's momentum (Beck and Teboulle 2009) that restarts where a move goes uphill (O'Donoghue and Candès
2015), with a step size for each network, at most CAUTION over the curvature that it meets. A step to a J
above a running mean is undone, and followed by one with less momentum or, where it had none, of half the
size. That is the kind of acceleration of `core.acceleration` in fewer words; of several such rules this
one took the fewest epochs. It is written once, in calls that jax.numpy and torch share; their gradients
are their own.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from benchmarks.jobs import Job, Params
from benchmarks.peers import jax_data_cost, torch_logits, trained_here

CAUTION, GROWTH, MEMORY = 0.8, 1.02, 0.9
ROUNDING = 1e-6  # of J in float32
TINY = 1e-30

Train = Callable[[Sequence[int]], list[Params]]  # epochs that rise → the networks at each of them
Solve = Callable[[int, int], Params]  # the index of a network and a number of iterations → that network


@dataclass(frozen=True)
class Prepared:
    """A contender at work on a job, and what its compiling took, which is not timed."""

    train: Train
    compiling: float = 0.0  # seconds


def this_core(job: Job, method: str, until_rest: bool = False) -> Prepared:
    """core.train by a method, with snapshots at the epochs that are asked for."""

    def train(epochs: Sequence[int]) -> list[Params]:
        snapshots = [0, *epochs]
        run = trained_here(job, epochs[-1], method=method, snapshots=snapshots, until_rest=until_rest)
        return [
            Params([W[s] for W in run.history_W], [b[s] for b in run.history_b])
            for s in range(1, len(run.epochs))
        ]

    return Prepared(train)


class State(NamedTuple):
    """Where networks are: x and G (n, n_parameters), the others (n, 1). Arrays of JAX or PyTorch."""

    x: Any  # where the last step led, of which J is not known yet
    x_last: Any  # where it began
    G_last: Any  # the gradient there
    mean: Any  # of J so far, the older the less, and no less than J at x_last
    rate: Any  # step size
    t: Any  # of the momentum
    beta: Any  # the momentum of the last step


def step(xp: Any, now: State, J: Any, G: Any, corner: Any, largest: float) -> State:
    """One step of every network; xp: jax.numpy or torch.

    J (n, 1) at x; G (n, n_parameters) the gradient there of J without its corner; corner: λ/2m of L1, 0 for
    biases and under L2; largest: the step size that is never exceeded.
    """
    back = ~(now.mean * (1 + ROUNDING) >= J)  # so too where J is not a number
    x, G = xp.where(back, now.x_last, now.x), xp.where(back, now.G_last, G)
    dx, dG = x - now.x_last, G - now.G_last
    rate = _rate(xp, now, back, dx, dG, largest)
    t = xp.where(back, xp.clip(now.t / 2, 1, None), now.t)
    t_next = (1 + xp.sqrt(1 + 4 * t * t)) / 2
    beta = (t - 1) / t_next
    ahead = x + beta * dx
    V = ahead - rate * (G + beta * dG)
    x_next = V - xp.clip(V, -rate * corner, rate * corner)
    uphill = _dot(ahead - x_next, x_next - x) > 0
    mean = xp.maximum(J, xp.where(now.mean < xp.inf, MEMORY * now.mean + (1 - MEMORY) * J, J))
    return State(x_next, x, G, xp.where(back, now.mean, mean), rate, xp.where(uphill, 1, t_next), beta)


def _rate(xp: Any, now: State, back: Any, dx: Any, dG: Any, largest: float) -> Any:
    """The step size of each network: at most CAUTION over the curvature along its last move."""
    square, rise = _dot(dx, dx), _dot(dx, dG)
    told = (rise > TINY) & (square > TINY)
    advised = CAUTION * square / xp.where(told, rise, 1)
    shorter = xp.where(now.beta > 0, now.rate, now.rate / 2)
    rate = xp.where(back, shorter, xp.clip(now.rate * GROWTH, None, largest))
    return xp.where(told & (advised < rate), advised, rate)


def _dot(a: Any, b: Any) -> Any:
    return (a * b).sum(1)[:, None]


def _rows(job: Job) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The start, λ/2m of L1 and λ/m of L2 for each parameter: three (n, n_parameters), float32."""
    n = len(job.lams)
    parts = [part for pair in zip(*job.start(), strict=True) for part in pair]
    start = np.tile(np.concatenate([part.ravel() for part in parts]), (n, 1))
    weighs = np.concatenate([np.full(part.size, i % 2 == 0) for i, part in enumerate(parts)])
    corner = (job.threshold / job.learning_rate)[:, None] * weighs
    ridge = job.decay[:, None] * weighs
    return start, corner.astype(np.float32), ridge.astype(np.float32)


def _split(x: Any, job: Job) -> tuple[list[Any], list[Any]]:
    """W[l] and b[l] of parameters that lie on the last axis of x."""
    W, b, end, stacked = [], [], 0, x.shape[:-1]
    for n_in, n_out in pairwise(job.sizes):
        W.append(x[..., end : end + n_out * n_in].reshape(*stacked, n_out, n_in))
        end += n_out * n_in
        b.append(x[..., end : end + n_out].reshape(*stacked, n_out, 1))
        end += n_out
    return W, b


def _params(x: np.ndarray, job: Job) -> Params:
    return Params(*_split(x, job))


def jax_accelerated(job: Job) -> Prepared:
    """JAX: the loop over the epochs compiled for any number of them, vmapped gradients inside."""
    import jax
    import jax.numpy as jnp

    start, corner, ridge = map(jnp.asarray, _rows(job))
    Xt, Y = jnp.asarray(job.X.T), jnp.asarray(job.targets())

    def smooth(x: jax.Array, ridge: jax.Array, Xt: jax.Array, Y: jax.Array) -> jax.Array:
        return jax_data_cost(_split(x, job), Xt, Y) + (ridge * x * x).sum() / 2

    def advance(state: State, n: int, data: tuple[jax.Array, ...]) -> State:
        corner, ridge, Xt, Y = data
        evaluate = jax.vmap(jax.value_and_grad(smooth), in_axes=(0, 0, None, None))

        def epoch(_: int, state: State) -> State:
            cost, G = evaluate(state.x, ridge, Xt, Y)
            J = (cost + (corner * jnp.abs(state.x)).sum(1))[:, None]
            return step(jnp, state, J, G, corner, job.learning_rate)

        return jax.lax.fori_loop(0, n, epoch, state)

    first, data = _first(jnp, start, job.learning_rate), (corner, ridge, Xt, Y)
    before = perf_counter()
    compiled = jax.jit(advance).lower(first, 0, data).compile()
    compiling = perf_counter() - before

    def train(epochs: Sequence[int]) -> list[Params]:
        state, found = first, []
        for n in np.diff([-1, *epochs]):  # the last step of a segment is judged at the head of the next
            state = compiled(state, int(n), data)
            found.append(_params(np.asarray(state.x_last), job))
        return found

    return Prepared(train, compiling)


def _first(xp: Any, start: Any, learning_rate: float) -> State:
    """The state before the first epoch, in which J is infinite."""
    each = xp.ones_like(start[:, :1])
    return State(start, start, 0 * start, xp.inf * each, learning_rate * each, each, 0 * each)


def torch_accelerated(job: Job, threads: int) -> Prepared:
    """PyTorch: batched products and autograd."""
    import torch
    from torch.nn import functional

    start, corner, ridge = map(torch.tensor, _rows(job))
    n, binary = len(job.lams), job.n_classes == 2
    Xt, y = torch.tensor(job.X.T.copy()), torch.tensor(job.y)
    target = y.float().expand(n, 1, -1) if binary else y.expand(n, -1)
    loss_of = functional.binary_cross_entropy_with_logits if binary else functional.cross_entropy

    def evaluate(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """J (n, 1) and the gradient of its smooth part."""
        W, b = ([part.clone().requires_grad_() for part in parts] for parts in _split(x, job))
        losses = loss_of(torch_logits(W, b, Xt), target, reduction="none")
        data_cost = losses.flatten(1).mean(1)
        grads = torch.autograd.grad(
            data_cost.sum(), [part for pair in zip(W, b, strict=True) for part in pair]
        )
        G = torch.cat([g.flatten(1) for g in grads], dim=1) + ridge * x
        penalty_cost = (ridge * x * x / 2 + corner * x.abs()).sum(1)
        return (data_cost.detach() + penalty_cost)[:, None], G

    def train(epochs: Sequence[int]) -> list[Params]:
        torch.set_num_threads(threads)
        state, found = _first(torch, start, job.learning_rate), []
        for epoch in range(epochs[-1] + 1):
            state = step(torch, state, *evaluate(state.x), corner, job.learning_rate)
            if epoch in epochs:
                found.append(_params(state.x_last.numpy(), job))
        return found

    return Prepared(train)


def sklearn_lbfgs(job: Job) -> Solve:
    """scikit-learn's L-BFGS: a function of the index of a network and a number of iterations.

    The networks' penalty must be L2.

    LogisticRegression without a hidden layer, whose C is 1/λ; else MLPClassifier, whose alpha is λ and whose
    start is its own. Both penalize the weights alone.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier

    X = job.X.astype(float)  # in float32 its line search gives up early

    def model(lam: float, iterations: int) -> Any:
        if not job.hidden:
            return LogisticRegression(C=1 / lam if lam else np.inf, tol=1e-12, max_iter=iterations)
        return MLPClassifier(
            job.hidden,
            activation="tanh",
            solver="lbfgs",
            alpha=lam,
            tol=1e-7,
            max_iter=iterations,
            max_fun=10**6,
            random_state=job.seed,
        )

    def train_one(i: int, iterations: int) -> Params:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted = model(job.lams[i], iterations).fit(X, job.y)
        if not job.hidden:
            return Params([fitted.coef_[None]], [fitted.intercept_[None, :, None]])
        return Params([W.T[None] for W in fitted.coefs_], [b[None, :, None] for b in fitted.intercepts_])

    return train_one
