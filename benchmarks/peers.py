"""The contenders: other ways to train the same networks.

Each is a function prepare(job) -> run. What a user does once, such as moving the data into the library's
arrays or compiling, happens in prepare; run() trains all networks of the job and is what gets timed.
All take the same step, W := soft threshold of (W − α(dW + λ/m·W)), with L2's λ/m or L1's threshold zero.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import numpy as np

import core
from benchmarks.jobs import Job, Params
from benchmarks.timing import seconds
from core.penalties import soft_threshold
from core.training import _blocks as split_grid

Run = Callable[[], Params]
Prepare = Callable[[Job], Run]

HOPELESS = 1.5  # times slower than the best setting of the same contender, in a short trial


def trained_here(job: Job, epochs: int, **options: Any) -> core.Run:
    """A job trained for so many epochs by core.train; options: more of its arguments."""
    networks = (job.X, job.y, job.hidden, job.penalties, job.lams)
    return core.train(*networks, job.learning_rate, epochs, job.seed, **options)


def this_core(job: Job, snapshots: int = 2) -> Run:
    """core.train, argument checks and all; two snapshots are the start and the end, as peers have them."""

    def run() -> Params:
        trained = trained_here(job, job.epochs, snapshots=snapshots)
        return Params(trained.W, trained.b)

    return run


def floor(job: Job) -> Run:
    """Only the matrix products and tanh that no program for this job can do without.

    The sizes, the memory and the blocks are the core's; the numbers mean nothing.
    """

    def run() -> Params:
        for block in split_grid(job.sizes, len(job.lams), job.m, 4):
            _floor_block(job, block.stop - block.start)
        return Params([], [])

    return run


def _floor_block(job: Job, n: int) -> None:
    sizes, m = job.sizes, job.m
    Xt = np.ascontiguousarray(job.X.T)
    A = [Xt, *(np.zeros((n, units, m), np.float32) for units in sizes[1:])]
    dA = [np.zeros_like(a) for a in A]
    W = [np.zeros((n, n_out, n_in), np.float32) for n_in, n_out in pairwise(sizes)]
    W_first, Z_first = W[0].reshape(-1, sizes[0]), A[1].reshape(-1, m)
    for _ in range(job.epochs):
        np.matmul(W_first, Xt, out=Z_first)
        np.tanh(A[1], out=A[1])
        for l in range(1, len(W)):
            np.matmul(W[l], A[l], out=A[l + 1])
            np.tanh(A[l + 1], out=A[l + 1])
        for l in range(len(W) - 1, 0, -1):
            np.matmul(A[l + 1], A[l].transpose(0, 2, 1), out=W[l])
            np.matmul(W[l].transpose(0, 2, 1), A[l + 1], out=dA[l])
        np.matmul(Z_first, Xt.T, out=W_first)


def numpy_loop(job: Job) -> Run:
    """One network after the other in NumPy, as a textbook has it."""
    Xt, Y, m = np.ascontiguousarray(job.X.T), job.targets(), job.m

    def train_one(decay: np.float32, threshold: np.float32) -> tuple[list[np.ndarray], list[np.ndarray]]:
        W, b = job.start()
        last = len(W) - 1
        for _ in range(job.epochs):
            A = [Xt]
            for l in range(last):
                A.append(np.tanh(W[l] @ A[l] + b[l]))
            dZ = (_probabilities(W[last] @ A[last] + b[last]) - Y) / np.float32(m)
            for l in range(last, -1, -1):
                dW = dZ @ A[l].T + decay * W[l]
                db = dZ.sum(axis=1, keepdims=True)
                if l > 0:
                    dZ = (W[l].T @ dZ) * (1 - A[l] ** 2)
                W[l] = soft_threshold(W[l] - np.float32(job.learning_rate) * dW, threshold)
                b[l] = b[l] - np.float32(job.learning_rate) * db
        return W, b

    def run() -> Params:
        grid = zip(job.decay.astype(np.float32), job.threshold.astype(np.float32), strict=True)
        return _stack([train_one(decay, threshold) for decay, threshold in grid])

    return run


def _probabilities(Z: np.ndarray) -> np.ndarray:
    """P (n_out, m) of one network: sigmoid for one output unit, softmax for more."""
    if len(Z) == 1:
        return 1 / (1 + np.exp(-Z))
    P = np.exp(Z - Z.max(axis=0))
    return P / P.sum(axis=0)


def _stack(networks: list[tuple[list[np.ndarray], list[np.ndarray]]]) -> Params:
    """Networks trained one by one, put on a first axis."""
    Ws, bs = zip(*networks, strict=True)
    return Params(
        [np.stack(layer) for layer in zip(*Ws, strict=True)],
        [np.stack(layer) for layer in zip(*bs, strict=True)],
    )


def sklearn_mlp(job: Job) -> Run:
    """scikit-learn's MLPClassifier: full batch, no momentum, alpha = λ; it knows L2 alone."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    class Started(MLPClassifier):
        """Starts from given weights."""

        def _init_coef(self, fan_in: int, fan_out: int, dtype: Any) -> tuple[np.ndarray, np.ndarray]:
            W, b = next(self.start)
            return W.T.copy(), b[:, 0].copy()

    def train_one(lam: float) -> tuple[list[np.ndarray], list[np.ndarray]]:
        model = Started(
            hidden_layer_sizes=job.hidden,
            activation="tanh",
            solver="sgd",
            alpha=lam,
            batch_size=job.m,
            learning_rate_init=job.learning_rate,
            max_iter=job.epochs,
            n_iter_no_change=job.epochs + 1,
            momentum=0,
            nesterovs_momentum=False,
            shuffle=False,
        )
        model.start = zip(*job.start(), strict=True)
        model.fit(job.X, job.y)
        return [W.T for W in model.coefs_], [b[:, None] for b in model.intercepts_]

    def run() -> Params:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return _stack([train_one(lam) for lam in job.lams])

    return run


def torch_eager(job: Job, threads: int) -> Run:
    """PyTorch, one network after the other: Sequential, autograd, SGD with weight decay on the weights."""
    import torch
    from torch import nn

    X, y = torch.tensor(job.X), torch.tensor(job.y)
    binary = job.n_classes == 2
    target = y[:, None].float() if binary else y
    loss_of = nn.BCEWithLogitsLoss() if binary else nn.CrossEntropyLoss()

    def make_model() -> nn.Sequential:
        layers: list[nn.Module] = []
        for W, b in zip(*job.start(), strict=True):
            linear = nn.Linear(W.shape[1], W.shape[0])
            linear.weight.data, linear.bias.data = torch.tensor(W), torch.tensor(b[:, 0])
            layers += [linear, nn.Tanh()]
        return nn.Sequential(*layers[:-1])

    def train_one(decay: float, threshold: float) -> tuple[list[np.ndarray], list[np.ndarray]]:
        model = make_model()
        weights = [p for p in model.parameters() if p.ndim == 2]
        biases = [p for p in model.parameters() if p.ndim == 1]
        groups = [{"params": weights, "weight_decay": decay}, {"params": biases}]
        optimizer = torch.optim.SGD(groups, lr=job.learning_rate)
        for _ in range(job.epochs):
            optimizer.zero_grad()
            loss_of(model(X), target).backward()
            optimizer.step()
            if threshold > 0:
                with torch.no_grad():
                    for W in weights:
                        W.copy_(nn.functional.softshrink(W, threshold))
        return [W.detach().numpy() for W in weights], [b.detach().numpy()[:, None] for b in biases]

    def run() -> Params:
        torch.set_num_threads(threads)
        return _stack([train_one(d, t) for d, t in zip(job.decay, job.threshold, strict=True)])

    return run


def torch_bmm(job: Job, threads: int) -> Run:
    """PyTorch, all networks at once: stacked weights, batched products, autograd."""
    import torch
    from torch.nn import functional

    X, y = torch.tensor(job.X), torch.tensor(job.y)
    n = len(job.lams)
    binary = job.n_classes == 2
    target = y.float().expand(n, 1, -1) if binary else y.expand(n, -1)
    loss_of = functional.binary_cross_entropy_with_logits if binary else functional.cross_entropy
    Xt = X.T.contiguous()
    decay = torch.tensor(1 - job.learning_rate * job.decay, dtype=torch.float32)[:, None, None]
    threshold = torch.tensor(job.threshold, dtype=torch.float32)[:, None, None]

    def run() -> Params:
        torch.set_num_threads(threads)
        start = job.start()
        W, b = ([torch.tensor(p).repeat(n, 1, 1).requires_grad_() for p in ps] for ps in start)
        for _ in range(job.epochs):
            cost = n * loss_of(torch_logits(W, b, Xt), target)  # the sum of the networks' means
            grads = torch.autograd.grad(cost, [*W, *b])
            with torch.no_grad():
                for w, dw in zip(W, grads[: len(W)], strict=True):
                    w.mul_(decay).sub_(dw, alpha=job.learning_rate)
                    w.sub_(torch.clamp(w, -threshold, threshold))
                for v, dv in zip(b, grads[len(W) :], strict=True):
                    v.sub_(dv, alpha=job.learning_rate)
        return Params([w.detach().numpy() for w in W], [v.detach().numpy() for v in b])

    return run


def torch_logits(W: list[Any], b: list[Any], Xt: Any) -> Any:
    """Z of the output (n_lams, n_out, m) of stacked networks in PyTorch."""
    import torch

    A = (W[0].flatten(0, 1) @ Xt).unflatten(0, (len(W[0]), -1)) + b[0]
    for l in range(1, len(W)):
        A = torch.baddbmm(b[l], W[l], torch.tanh(A))
    return A


def jax_compiled(job: Job) -> Run:
    """JAX: one network's training as a scan over the epochs, vmapped over the grid, compiled before."""
    compiled, arguments = _jax_lower(job).compile(), _jax_arguments(job)
    return lambda: _jax_run(compiled, arguments)


def jax_with_compile(job: Job) -> Run:
    """The same, with the compilation that each new shape asks for."""
    arguments = _jax_arguments(job)

    def run() -> Params:
        import jax

        jax.clear_caches()
        return _jax_run(_jax_lower(job).compile(), arguments)

    return run


def _jax_run(compiled: Callable[..., Any], arguments: tuple[Any, ...]) -> Params:
    W, b = compiled(*arguments)
    return Params([np.asarray(w) for w in W], [np.asarray(v) for v in b])


def _jax_arguments(job: Job) -> tuple[Any, ...]:
    import jax.numpy as jnp

    decay, threshold = (jnp.asarray(a, jnp.float32) for a in (job.decay, job.threshold))
    return job.start(), decay, threshold, jnp.asarray(job.X.T), jnp.asarray(job.targets())


def jax_data_cost(params: Any, Xt: Any, Y: Any) -> Any:
    """Mean cross-entropy of one network, W and b, in JAX."""
    import jax
    import jax.numpy as jnp

    A = Xt
    *hidden, (W_last, b_last) = zip(*params, strict=True)
    for W, b in hidden:
        A = jnp.tanh(W @ A + b)
    Z = W_last @ A + b_last
    if len(Z) == 1:
        return (jnp.logaddexp(0, Z) - Y * Z).mean()
    return -(Y * jax.nn.log_softmax(Z, axis=0)).sum(axis=0).mean()


def _jax_lower(job: Job) -> Any:
    """The training of all networks, traced for the shapes of the job."""
    import jax
    import jax.numpy as jnp

    def train_one(start: Any, decay: jax.Array, threshold: jax.Array, Xt: jax.Array, Y: jax.Array) -> Any:
        def step(params: Any, _: None) -> tuple[Any, None]:
            W, b = params
            dW, db = jax.grad(jax_data_cost)(params, Xt, Y)
            V = [w - job.learning_rate * (dw + decay * w) for w, dw in zip(W, dW, strict=True)]
            W = [v - jnp.clip(v, -threshold, threshold) for v in V]
            return (W, [v - job.learning_rate * dv for v, dv in zip(b, db, strict=True)]), None

        return jax.lax.scan(step, start, None, length=job.epochs)[0]

    train = jax.jit(jax.vmap(train_one, in_axes=(None, 0, 0, None, None)))
    return train.lower(*_jax_arguments(job))


@dataclass(frozen=True)
class Peer:
    """A contender, what it needs, and how much of a job it is given."""

    name: str
    prepares: tuple[Prepare, ...]  # settings to try; the fastest counts
    needs: str | None = None  # a module, which pip installs under the name `install`
    install: str = ""
    sample: int | None = None  # networks timed, where one after the other is trained; None: all
    penalties: tuple[str, ...] = ("l1", "l2")  # those it knows
    trains: bool = True  # whether its result can be compared

    @property
    def available(self) -> bool:
        """Whether the module it needs is installed."""
        return self.needs is None or find_spec(self.needs) is not None

    def share_of(self, job: Job) -> np.ndarray:
        """Indices of the networks it is given: those it knows, thinned evenly to its sample."""
        known = np.flatnonzero(np.isin(job.penalties, self.penalties))
        if self.sample is None or self.sample >= len(known):
            return known
        return known[np.linspace(0, len(known) - 1, self.sample).round().astype(int)]

    def runs(self, job: Job) -> list[Run]:
        """The settings worth timing: those not far behind the best over a tenth of the epochs."""
        if len(self.prepares) == 1:
            return [self.prepares[0](job)]
        short = replace(job, epochs=max(1, job.epochs // 10))
        trials = [_trial(prepare(short)) for prepare in self.prepares]
        kept = zip(self.prepares, trials, strict=True)
        return [prepare(job) for prepare, trial in kept if trial <= HOPELESS * min(trials)]


def _trial(run: Run) -> float:
    """Seconds of the better of two runs."""
    return min(seconds(run), seconds(run))


def _with_threads(prepare: Callable[[Job, int], Run]) -> tuple[Prepare, ...]:
    return tuple(lambda job, threads=threads: prepare(job, threads) for threads in (1, 2))


CORE = "This core"
SKLEARN, TORCH, JAX = "scikit-learn", "torch (the CPU build will do)", "jax"


def all_peers() -> list[Peer]:
    """The contenders in the order of the table, this core among them."""
    return [
        Peer("Floor: only the products and tanh", (floor,), trains=False),
        Peer(CORE, (this_core,)),
        Peer("This core, 60 snapshots", (lambda job: this_core(job, 60),)),
        Peer("JAX, compiled before", (jax_compiled,), "jax", JAX),
        Peer("JAX, with compiling", (jax_with_compile,), "jax", JAX),
        Peer("PyTorch, batched", _with_threads(torch_bmm), "torch", TORCH),
        Peer("NumPy, one by one", (numpy_loop,), sample=10),
        Peer("PyTorch, one by one", _with_threads(torch_eager), "torch", TORCH, sample=4),
        Peer(
            "MLPClassifier, one by one",
            (sklearn_mlp,),
            "sklearn",
            SKLEARN,
            sample=3,
            penalties=("l2",),
        ),
    ]
