"""What a training leaves behind: the networks of a grid of λ, and what can be asked of them."""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from core import activation, measures, network, validation
from core.rest import Networks, Rest, Samples, measure, residuals

STATES = ("trained", "collapsed", "swinging", "diverged")


@dataclass(frozen=True, eq=False)
class Run:
    """What training returns: the networks of a grid of λ, at the end and at every snapshot.

    Where a network diverged, its weights and costs are NaN from `diverged_at` on. A run knows the samples of
    its training, which are not copied; one that was loaded from a file does not, but see `with_samples`.
    """

    lams: np.ndarray  # (n_lams,)
    penalty: tuple[str, ...]  # one for each λ
    hidden: tuple[int, ...]
    classes: np.ndarray  # (n_classes,) the labels in y, sorted
    learning_rate: float
    method: str
    seed: int
    m: int  # training samples
    epochs: np.ndarray  # (n_snapshots,)
    history_W: list[np.ndarray] = field(repr=False)  # [l] (n_snapshots, n_lams, n_out, n_in)
    history_b: list[np.ndarray] = field(repr=False)  # [l] (n_snapshots, n_lams, n_out, 1)
    data_cost: np.ndarray = field(repr=False)  # (n_snapshots, n_lams)
    penalty_cost: np.ndarray = field(repr=False)  # (n_snapshots, n_lams)
    diverged_at: np.ndarray = field(repr=False)  # (n_lams,) epoch, or −1
    stopped_at: np.ndarray = field(repr=False)  # (n_lams,) the last epoch that each network took
    samples: Samples | None = field(default=None, repr=False)  # X as it was given, and class indices
    saved_rest: Rest | None = field(default=None, repr=False)  # what a file says where samples are unknown

    @property
    def W(self) -> list[np.ndarray]:
        """Final weights, [l] (n_lams, n_out, n_in)."""
        return [history[-1] for history in self.history_W]

    @property
    def b(self) -> list[np.ndarray]:
        """Final biases, [l] (n_lams, n_out, 1)."""
        return [history[-1] for history in self.history_b]

    @property
    def cost(self) -> np.ndarray:
        """J = data_cost + penalty_cost, (n_snapshots, n_lams)."""
        cost: np.ndarray = self.data_cost + self.penalty_cost
        return cost

    @property
    def descended(self) -> np.ndarray:
        """Whether J ended no higher than it began, (n_lams,): divergence can be too slow to overflow."""
        lower: np.ndarray = self.cost[-1] <= self.cost[0]
        return lower

    @cached_property
    def residual(self) -> np.ndarray:
        """Distance from rest, (n_snapshots, n_lams): the proximal gradient mapping's length, see `core.rest`.

        √Σ((w − prox(w − αG))/α)² over weights and biases, with G the gradient of J but for the corner, in
        nats for each unit of weight; 0 is rest. In float64 and at the run's α, whatever the method, when it
        is first asked for. NaN where a network diverged, and in a run from a file at all snapshots but the
        last.
        """
        if self.samples is not None:
            return residuals(self._networks(), self.history_W, self.history_b)
        residual = np.full(self.data_cost.shape, np.nan)
        residual[-1] = self.rest.residual
        return residual

    @property
    def at_rest(self) -> np.ndarray:
        """Whether four times the epochs would change no figure that is shown, (n_lams,) bool.

        Such figures are J to four digits, the count of exact zeros and with it of live units, and the
        accuracy; how often it errs either way stands in `core.rest`. A network that diverged is not at rest.
        """
        return self.rest.at_rest

    @property
    def state(self) -> np.ndarray:
        """What became of each network, (n_lams,) of STATES.

        swinging: its steps take each other back or jump about, so that J falls no further (never after
        "accelerated", which shortens them). diverged: it is not finite, or its J ended above its start.
        collapsed: it answers the same for every sample, see `measures.is_constant`. trained: none of these,
        at rest or not yet.
        """
        is_plain = self.method != "accelerated"
        found = [self.rest.swings & is_plain, ~self.descended, self.rest.jumps & is_plain, self.rest.constant]
        return np.select(found, ["swinging", "diverged", "swinging", "collapsed"], "trained")

    @property
    def sound(self) -> np.ndarray:
        """Whether a network is neither diverged nor swinging, (n_lams,) bool: whether its numbers mean it."""
        return np.isin(self.state, ("trained", "collapsed"))

    @property
    def gap(self) -> np.ndarray | None:
        """A proven bound on J − J*, (n_lams,), in nats, NaN at λ = 0; None with hidden layers: no proof."""
        return None if self.hidden else self.rest.gap

    @cached_property
    def rest(self) -> Rest:
        """Where the networks stand at the end. Raises ValueError where neither samples nor a file say so."""
        return self.saved_rest or measure(self._networks(), self.W, self.b)

    def _networks(self) -> Networks:
        """What their J depends on."""
        if self.samples is None:
            raise ValueError(
                "a run must know its samples to tell how far from rest it is, and this one came from a file "
                "without them; give them by run.with_samples(X, y)"
            )
        n_classes = len(self.classes)
        return Networks(self.samples, n_classes, self.hidden, self.penalty, self.lams, self.learning_rate)

    def with_samples(self, X: np.ndarray, y: np.ndarray) -> "Run":
        """The run with the samples of its training, X (m, n_features) and labels y (m,), which files lack.

        Raises ValueError where they are not of its shape, or y holds labels that the training had not.
        """
        shape = (self.m, self.W[0].shape[2])
        if np.shape(X) != shape:
            raise ValueError(f"X must be the {shape} training samples, got shape {np.shape(X)}")
        indices = validation.check_labels(y, self.classes, self.m)
        return replace(self, samples=(np.asarray(X), indices), saved_rest=None)

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes; the samples are whose they were."""
        return sum(array.nbytes for array in (*self.history_W, *self.history_b))

    def layers(self, X: np.ndarray, tangent: bool = False) -> list[np.ndarray]:
        """Z of every layer for samples X (m, n_features): [l] (n_lams, n_out, m), the last the logits.

        tangent: replace every tanh by its tangent at 0, a = z.
        """
        A = np.asarray(X, self.W[0].dtype).T
        Z = []
        with np.errstate(over="ignore", invalid="ignore"):
            for W, b in zip(self.W, self.b, strict=True):
                Z.append(network.affine(W, b, A))
                A = Z[-1] if tangent else activation.tanh(Z[-1])
        return Z

    def predict_proba(self, X: np.ndarray, tangent: bool = False) -> np.ndarray:
        """P of the larger label (n_lams, m) for two classes, (n_lams, n_classes, m) for more.

        X: (m, n_features); tangent: as in `layers`. Raises ValueError where there are other features.
        """
        n_features = self.W[0].shape[2]
        if np.ndim(X) != 2 or np.shape(X)[1] != n_features:
            raise ValueError(
                f"X must have the {n_features} features of the training, got shape {np.shape(X)}"
            )
        with np.errstate(over="ignore", invalid="ignore"):
            P = network.probabilities(self.layers(X, tangent)[-1])
        return P[:, 0] if P.shape[1] == 1 else P

    def cross_entropy(self, X: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Mean cross-entropy on samples X (m, n_features) with labels y (m,): (n_lams,), in nats.

        y: labels as the training had them; others raise ValueError. From the logits in float64, so that a
        network that is sure and wrong costs much and not infinity; NaN where it diverged. On the training
        samples this is the last row of data_cost.
        """
        indices = validation.check_labels(y, self.classes, len(X))
        with np.errstate(over="ignore", invalid="ignore"):
            Z = self.layers(X)[-1].astype(float)
            return network.cross_entropy(Z, network.targets(indices, len(self.classes), "float64"))

    def accuracy(self, X: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Share of samples whose most probable label is y's, (n_lams,); NaN where a network diverged.

        X: (m, n_features); y: (m,) labels as the training had them; others raise ValueError.
        """
        return measures.accuracy(self.predict_proba(X), validation.check_labels(y, self.classes, len(X)))

    def select(self, keep: np.ndarray | slice) -> "Run":
        """A run of some of its λ only; arrays are shared where numpy can."""
        known = self.__dict__.get("rest", self.saved_rest)
        return replace(
            self,
            lams=self.lams[keep],
            penalty=tuple(np.array(self.penalty)[keep].tolist()),
            history_W=[history[:, keep] for history in self.history_W],
            history_b=[history[:, keep] for history in self.history_b],
            data_cost=self.data_cost[:, keep],
            penalty_cost=self.penalty_cost[:, keep],
            diverged_at=self.diverged_at[keep],
            stopped_at=self.stopped_at[keep],
            saved_rest=None if known is None else known.select(keep),
        )

    def at(self, k: int) -> "Run":
        """The run with its k-th network alone."""
        return self.select(slice(k, k + 1))

    def with_weights(self, W: list[np.ndarray]) -> "Run":
        """The networks with other weights W, [l] (n_lams, n_out, n_in), and their own biases: to be asked."""
        return replace(
            self, history_W=[layer[None] for layer in W], history_b=[layer[None] for layer in self.b]
        )
