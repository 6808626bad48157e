"""How long a plain step may be: what to lower the learning rate to where a training swings or blows up.

Along a direction of curvature c a step of α makes of a distance 1 − αc times it, so that plain steps come to
rest only where α(curvature of the cross-entropy + λ/m) < 2, with λ/m where the penalty squares. The curvature
is measured on the way from the start to rest, which accelerated steps go whatever α is: they shorten it.
"""

from collections.abc import Sequence

import numpy as np

from core.rest import Networks, curvatures
from core.training import OnProgress, train

WAY = (0, 1, 3, 10, 30, 100, 300)  # epochs at which the curvature is measured


def steady_rates(
    X: np.ndarray,
    y: np.ndarray,
    hidden: Sequence[int],
    penalty: str | Sequence[str],
    lams: Sequence[float],
    learning_rate: float,
    seed: int,
    on_progress: OnProgress | None = None,
) -> np.ndarray:
    """For each λ the α below which plain steps settle: 2 over the largest curvature on the way to rest.

    Arguments as for `train`, which raises ValueError for them; learning_rate: that of the training that did
    not settle.
    """
    run = train(
        *(X, y, hidden, penalty, lams, learning_rate, WAY[-1], seed),
        method="accelerated",
        snapshots=WAY,
        on_progress=on_progress,
    )
    assert run.samples is not None
    n, way = len(WAY), np.tile(run.lams, len(WAY))
    networks = Networks(run.samples, len(run.classes), run.hidden, run.penalty * n, way, learning_rate)
    W, b = ([layer.reshape(-1, *layer.shape[2:]) for layer in h] for h in (run.history_W, run.history_b))
    rates: np.ndarray = 2 / np.nanmax(curvatures(networks, W, b).reshape(n, -1), axis=0)
    return rates
