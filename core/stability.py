"""How long a plain step may be: what to lower the learning rate to where a training swings or blows up.

Along a direction of curvature c a step of α makes of a distance 1 − αc times it, so that plain steps come to
rest only where α(curvature of the cross-entropy + λ/m) < 2, with λ/m where the penalty squares. The curvature
is measured on the way from the start to rest, which accelerated steps go whatever α is, since they shorten it.
"""

from collections.abc import Sequence

import numpy as np

from core.rest import Networks, curvatures
from core.training import train

WAY = (0, 1, 3, 10, 30, 100, 300)  # epochs at which the curvature is measured


def steady_rate(
    X: np.ndarray,
    y: np.ndarray,
    hidden: Sequence[int],
    penalty: str,
    lam: float,
    learning_rate: float,
    seed: int,
) -> float:
    """The α below which plain steps of this network settle: 2 over the largest curvature of its way to rest.

    Arguments as for `train`, which raises ValueError for them; learning_rate: that of the training that did
    not settle.
    """
    run = train(
        X, y, hidden, penalty, [lam], learning_rate, WAY[-1], seed, method="accelerated", snapshots=WAY
    )
    assert run.samples is not None
    lams = np.full(len(WAY), lam)
    way = Networks(run.samples, len(run.classes), run.hidden, run.penalty * len(WAY), lams, learning_rate)
    largest = curvatures(way, [W[:, 0] for W in run.history_W], [b[:, 0] for b in run.history_b])
    return 2 / float(np.nanmax(largest))
