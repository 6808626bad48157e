"""Which weights count as none, and what that makes of each unit: alive, constant or cut.

L2 leaves no exact zeros, so that paths are followed over weights above a size, which is said wherever a unit
is counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core import Run
from core.measures import unit_states
from ui.base.tables import Runs


@dataclass(frozen=True, eq=False)
class Tolerance:
    """Up to which size a weight counts as none, layer by layer."""

    share: float  # of the layer's largest weight
    largest: tuple[float, ...]  # that weight, (n_layers,)
    reference: str  # where it was measured: "at λ = 0" or "at the start"

    @property
    def sizes(self) -> tuple[float, ...]:
        """The largest |w| of each layer that still counts as none."""
        return tuple(self.share * largest for largest in self.largest)

    def clean(self, W: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The weights with those that count as none set to zero."""
        return [np.where(np.abs(layer) <= size, 0, layer) for layer, size in zip(W, self.sizes, strict=True)]


def tolerance(runs: Runs, share: float) -> Tolerance:
    """A share of each layer's largest weight at λ = 0, or at the start where λ = 0 diverged.

    At λ = 0 no penalty acts, so that the networks of all penalties are the same.
    """
    run = next(iter(runs.values()))
    free = [W[0] for W in run.W]
    is_finite = all(np.isfinite(W).all() for W in free)
    reference = free if is_finite else [history[0, 0] for history in run.history_W]
    largest = tuple(float(np.abs(W).max()) for W in reference)
    return Tolerance(share, largest, "at λ = 0" if is_finite else "at the start")


def all_states(run: Run, tol: Tolerance) -> list[np.ndarray]:
    """UNIT_STATES of inputs, hidden units and outputs, [column] (n_lams, n_units).

    An input is alive or cut, an output alive or constant: beyond either end stands a link that never goes.
    """
    W = tol.clean(run.W)
    ends = [np.broadcast_to(np.eye(n), (run.lams.size, n, n)) for n in (W[0].shape[2], W[-1].shape[1])]
    return unit_states([ends[0], *W, ends[1]])
