"""What a training leaves behind: the networks of a grid of λ, and what can be asked of them."""

from dataclasses import dataclass, field, replace

import numpy as np

from core import activation, network


@dataclass(frozen=True, eq=False)
class Run:
    """What training returns: the networks of a grid of λ, at the end and at every snapshot.

    Where a network diverged, its weights and costs are NaN from `diverged_at` on.
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

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
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
        """Mean cross-entropy on samples X (m, n_features) with class indices y (m,): (n_lams,), in nats.

        From the logits in float64, so that a network that is sure and wrong costs much and not infinity; NaN
        where it diverged. On the training samples this is the last row of data_cost.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            Z = self.layers(X)[-1].astype(float)
            return network.cross_entropy(Z, network.targets(np.asarray(y), len(self.classes), "float64"))

    def select(self, keep: np.ndarray | slice) -> "Run":
        """A run of some of its λ only; arrays are shared where numpy can."""
        return replace(
            self,
            lams=self.lams[keep],
            penalty=tuple(np.array(self.penalty)[keep].tolist()),
            history_W=[history[:, keep] for history in self.history_W],
            history_b=[history[:, keep] for history in self.history_b],
            data_cost=self.data_cost[:, keep],
            penalty_cost=self.penalty_cost[:, keep],
            diverged_at=self.diverged_at[keep],
        )

    def at(self, k: int) -> "Run":
        """The run with its k-th network alone."""
        return self.select(slice(k, k + 1))
