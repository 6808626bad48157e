"""What the network is held against: logistic regression under the same penalty and λ."""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from core import LogisticPath
from core.network import probabilities
from ui.topics.topic import Context
from ui.work.networks import Shape
from ui.work.optimum import optima
from ui.work.validation import is_exact


class Straight(Protocol):
    """Logistic regression under one penalty over the grid."""

    @property
    def at_rest(self) -> np.ndarray:
        """Where it is the optimum, (n_lams,)."""
        ...

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """P of the larger label (n_lams, m) for two classes, (n_lams, n_classes, m) for more."""
        ...


@dataclass(frozen=True, eq=False)
class Exact:
    """The exact optima, at λ = 0 only where a hyperplane does not part the classes."""

    free: LogisticPath | None
    path: LogisticPath

    @property
    def at_rest(self) -> np.ndarray:
        """Where there is one, (n_lams,)."""
        return np.append(self.free is not None, np.ones(len(self.path.lams), bool))

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """P of the larger label, (n_lams, m); NaN where there is no optimum."""
        paths = [self.path] if self.free is None else [self.free, self.path]
        Z = np.concatenate([path.W @ X.T + path.b[:, None] for path in paths])
        P = probabilities(Z[:, None])[:, 0]
        return P if self.free is not None else np.concatenate([np.full_like(P[:1], np.nan), P])


def straight_of(context: Context) -> dict[str, Straight]:
    """By the penalty's label: of two classes the exact optima, of more networks without a hidden layer."""
    settings = replace(context.settings, hidden=())
    if not is_exact(settings, Shape.of(context.data)):
        return dict(context.without_hidden.runs)
    found = context.get(optima(settings, context.shelf))
    return {label: Exact(found.free, path) for label, path in found.paths.items()}
