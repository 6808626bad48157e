"""Every penalty at every λ in one training: what the dashboard shows is read off these networks."""

from collections.abc import Sequence

import numpy as np

from core.datasets import Dataset
from core.penalties import LECTURED, PENALTIES
from core.run import Run
from core.settings import LAMS, RESTS_FROM, Settings
from core.training import OnProgress, train

FURTHER, FURTHEST = 20, 6000  # times the epochs, and epochs, up to which larger λ go on


def train_grid(
    data: Dataset,
    settings: Settings,
    snapshots: int = 60,
    on_progress: OnProgress | None = None,
    hidden: tuple[int, ...] | None = None,
    method: str = "proximal",
    penalties: Sequence[str] = LECTURED,
) -> dict[str, Run]:
    """Every penalty over LAMS, by the penalty's label; one stack, all from the same start.

    settings: of which hidden, learning_rate, epochs and seed count; hidden: in place of the settings' own.
    penalties: names of PENALTIES, by default the lecture's.
    snapshots, on_progress, method: as for `train`. Under "accelerated" a network stops once it is at rest,
    and one of λ ≥ RESTS_FROM that is not goes on, see `epochs_to_rest`.
    """
    n, names = len(LAMS), [name for name in penalties for _ in LAMS]
    networks = settings.hidden if hidden is None else hidden, names, LAMS * len(penalties)
    how = settings.learning_rate, settings.epochs, settings.seed
    given = data.X_train, data.y_train, *networks, *how
    if method == "accelerated":
        run = train_to_rest(*given, snapshots=snapshots, on_progress=on_progress)
    else:
        run = train(*given, method=method, snapshots=snapshots, on_progress=on_progress)
    return {PENALTIES[name].label: run.select(slice(i * n, (i + 1) * n)) for i, name in enumerate(penalties)}


def train_to_rest(
    X: np.ndarray,
    y: np.ndarray,
    hidden: Sequence[int],
    penalty: str | Sequence[str],
    lams: Sequence[float] | np.ndarray,
    learning_rate: float,
    epochs: int,
    seed: int = 0,
    share: float = 1.0,
    on_progress: OnProgress | None = None,
    snapshots: int = 2,
) -> Run:
    """Networks by accelerated steps until each is at rest, or as many epochs as `epochs_to_rest` gives it.

    share: of all rows that these are; λ·share is trained, so that λ by the number of rows is that of all.
    The other arguments are those of `train`.
    """
    allowed = [epochs_to_rest(epochs, lam) for lam in lams]
    lams = np.asarray(lams, float) * share
    return train(
        *(X, y, hidden, penalty, lams, learning_rate, allowed, seed),
        method="accelerated",
        snapshots=snapshots,
        on_progress=on_progress,
        until_rest=True,
    )


def epochs_to_rest(epochs: int, lam: float) -> int:
    """How many accelerated epochs a network takes at most, where so many were asked for.

    From RESTS_FROM on FURTHER times as many, if that is not more than FURTHEST: few need them, and what the
    penalty does is told of networks at rest alone.
    """
    return max(epochs, min(FURTHER * epochs, FURTHEST)) if lam >= RESTS_FROM else epochs
