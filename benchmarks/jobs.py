"""What every contender trains: the same networks, from the same start, on the same rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from core import datasets, network
from core.measures import count_weights, count_zeros
from core.penalties import PENALTIES

LEARNING_RATE = 0.1
SAME_COST = 1e-3  # relative difference of J up to which two trainings count as the same
SAME_ZEROS = 0.02  # and the share of weights that may be zero in one and not in the other


class Params(NamedTuple):
    """Trained networks, as the core stacks them: W[l] (n_lams, n_out, n_in), b[l] (n_lams, n_out, 1)."""

    W: list[np.ndarray]
    b: list[np.ndarray]


@dataclass(frozen=True, eq=False)
class Job:
    """One network shape to train once for each λ, by full-batch gradient descent in float32."""

    name: str
    X: np.ndarray  # (m, n_features) standardized, float32
    y: np.ndarray  # (m,) class indices
    hidden: tuple[int, ...]
    lams: np.ndarray  # (n_lams,)
    penalties: tuple[str, ...]  # one for each λ
    epochs: int
    learning_rate: float = LEARNING_RATE
    seed: int = 0

    @property
    def m(self) -> int:
        """Training samples."""
        return len(self.y)

    @property
    def n_classes(self) -> int:
        """Different values of y."""
        return int(self.y.max()) + 1

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units of every layer, input first."""
        return network.layer_sizes(self.X.shape[1], self.hidden, self.n_classes)

    @property
    def decay(self) -> np.ndarray:
        """L2's share of a weight's gradient, λ/m, (n_lams,); 0 where the penalty is L1."""
        return np.array([PENALTIES[p].l2 for p in self.penalties]) * self.lams / self.m

    @property
    def threshold(self) -> np.ndarray:
        """The soft threshold of a step, αλ/2m, (n_lams,); 0 where the penalty is L2."""
        l1 = np.array([PENALTIES[p].l1 for p in self.penalties])
        return l1 * self.learning_rate * self.lams / (2 * self.m)

    def start(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """W[l] (n_out, n_in) and b[l] (n_out, 1) that every network starts from, float32."""
        W, b = network.init_params(self.sizes, np.random.default_rng(self.seed))
        return [w.astype(np.float32) for w in W], [v.astype(np.float32) for v in b]

    def targets(self) -> np.ndarray:
        """Y (1, m) of 0 and 1 for two classes, one-hot (n_classes, m) for more, float32."""
        return network.targets(self.y, self.n_classes, np.float32)

    def select(self, which: np.ndarray) -> "Job":
        """The same job for some of its networks, by index."""
        return replace(self, lams=self.lams[which], penalties=tuple(self.penalties[i] for i in which))


def grid(n_lams: int = 25) -> np.ndarray:
    """0 and a logarithmic range from 0.1 to 1000, n_lams in all."""
    return np.array([0.0, *np.geomspace(0.1, 1000, n_lams - 1)])[:n_lams]


def all_rows(dataset: str) -> tuple[np.ndarray, np.ndarray]:
    """X standardized over all rows, float32, and y of a data set of the core."""
    table = datasets.DATASETS[dataset].make(np.random.default_rng(0), 400, 0.2)
    return datasets.standardize(table.X, table.X)[0].astype(np.float32), table.y


def make_job(dataset: str, hidden: Sequence[int], epochs: int, n_lams: int = 25) -> Job:
    """L1 and L2 over the grid on one data set, named by its layers."""
    X, y = all_rows(dataset)
    lams = np.tile(grid(n_lams), 2)
    penalties = ("l1",) * n_lams + ("l2",) * n_lams
    job = Job("", X, y, tuple(hidden), lams, penalties, epochs)
    label = datasets.DATASETS[dataset].label
    return replace(job, name=f"{label} {'-'.join(map(str, job.sizes))}")


def training_jobs(quick: bool = False) -> list[Job]:
    """The four shapes of the comparison; quick trains them for a quarter of the epochs."""
    part = 4 if quick else 1
    return [
        make_job("moons", (8, 8), 500 // part),
        make_job("breast_cancer", (16, 8), 200 // part),
        make_job("digits", (32,), 50 // part),
        make_job("breast_cancer", (), 500 // part),
    ]


def objective(job: Job, params: Params) -> np.ndarray:
    """J of each network, (n_lams,), in float64 whatever it was trained in."""
    W, b = ([array.astype(float) for array in arrays] for arrays in params)
    m = job.m
    A = [job.X.T.astype(float), *(np.empty((len(job.lams), n, m)) for n in job.sizes[1:])]
    J = network.cross_entropy(network.forward(W, b, A), network.targets(job.y, job.n_classes, float))
    for i, (name, lam) in enumerate(zip(job.penalties, job.lams, strict=True)):
        J[i] += sum(PENALTIES[name].value(layer[i], lam, m) for layer in W)
    return J


@dataclass(frozen=True)
class Agreement:
    """How far two trainings of one job lie apart, at the worst of its networks."""

    cost: float  # largest relative difference of J
    zeros: int  # largest difference of the count of exactly zero weights, over networks with exact zeros
    weights: int  # of one network

    @property
    def same(self) -> bool:
        """Whether they trained the same thing, up to rounding and its growth over the epochs."""
        return self.cost <= SAME_COST and self.zeros <= max(1, SAME_ZEROS * self.weights)


def agreement(job: Job, ours: Params, theirs: Params) -> Agreement:
    """Compare two trainings of a job over the networks that did not diverge in either.

    Zeros are those of a sparse penalty: under L2 a zero is an underflow, and libraries differ in when they
    flush.
    """
    J, J_peer = objective(job, ours), objective(job, theirs)
    finite = np.isfinite(J) & np.isfinite(J_peer)
    zeros = np.abs(count_zeros(ours.W) - count_zeros(theirs.W))
    sparse = np.array([PENALTIES[name].is_sparse for name in job.penalties])
    return Agreement(
        cost=float((np.abs(J_peer - J) / J)[finite].max()),
        zeros=int(zeros[finite & sparse].max(initial=0)),
        weights=count_weights(ours.W),
    )
