"""The networks of every penalty over the whole grid of λ, trained on one data set."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

import numpy as np

from core import PENALTIES, Dataset, Run, Settings, train_grid
from core.network import layer_sizes
from core.settings import EPOCHS, LAMS, UPLOAD
from core.variance import estimated_seconds
from ui.base.cache import PictureCache
from ui.base.environment import ENVIRONMENT
from ui.base.queue import OnProgress
from ui.data.shelf import Kind, Shelf, new_pictures
from ui.work.tasks import MAX_SECONDS, Batch, Task, not_begun

STORE_BYTES = int(ENVIRONMENT.store_mb * 1e6)
KIND = Kind("networks", STORE_BYTES, 60_000_000)
HISTORY_BYTES = 48_000_000  # of one run's snapshots; wide networks keep fewer of them
MAX_SNAPSHOTS = 60


@dataclass(frozen=True, eq=False)
class Networks:
    """A data set and the networks trained on it, by the penalty's label, with the pictures drawn of them."""

    data: Dataset
    runs: dict[str, Run]
    pictures: PictureCache[Hashable] = field(default_factory=new_pictures, init=False, repr=False)

    @property
    def lams(self) -> np.ndarray:
        """The grid, (n_lams,)."""
        return next(iter(self.runs.values())).lams

    @property
    def nbytes(self) -> int:
        """Memory, in bytes."""
        return self.data.nbytes + self.pictures.nbytes + sum(run.nbytes for run in self.runs.values())


def networks(settings: Settings, shelf: Shelf) -> Batch[Networks]:
    """Every penalty over the grid for these settings; the chosen λ plays no part."""
    settings = settings.reduced("lam")
    data = shelf.load(settings).data
    expected = seconds(settings, data.n_features, len(data.class_names), data.m)
    task = Task(
        kind=KIND,
        shelf=shelf,
        settings=settings,
        depends_on=(),
        work=partial(_train, settings, data),
        seconds=expected,
        label=f"Training {len(LAMS) * len(PENALTIES)} networks",
        refusal=refusal(settings, expected),
    )
    return Batch((task,))


def too_long(settings: Settings, data: Dataset) -> str | None:
    """Why these settings are not trained on these data, None where they are."""
    return refusal(settings, seconds(settings, data.n_features, len(data.class_names), data.m))


def seconds(settings: Settings, n_features: int, n_classes: int, m: int) -> float:
    """About how long the training takes for data of this shape, m training samples."""
    n = len(LAMS) * len(PENALTIES)
    return estimated_seconds((m,), n_features, settings.hidden, n_classes, n, settings.epochs)


def refusal(settings: Settings, expected: float) -> str | None:
    """Why a training of so many seconds is not begun, and what to lower; None where it is."""
    fits = [epochs for epochs in EPOCHS if expected * epochs / settings.epochs <= MAX_SECONDS]
    lower = f"at most {fits[-1]:,} epochs" if fits else "fewer epochs"
    fewer = " or rows" if settings.dataset == UPLOAD else ""
    what = f"Training {len(LAMS) * len(PENALTIES)} networks"
    return not_begun(what, expected, MAX_SECONDS, f"{lower}, or fewer hidden units{fewer}")


def _train(settings: Settings, data: Dataset, on_progress: OnProgress) -> Networks:
    return Networks(data, train_grid(data, settings, _snapshots(data, settings), on_progress))


def _snapshots(data: Dataset, settings: Settings) -> int:
    """As many snapshots as HISTORY_BYTES hold, at most MAX_SNAPSHOTS."""
    sizes = layer_sizes(data.n_features, settings.hidden, len(data.class_names))
    weights = sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))
    each = 4 * weights * len(LAMS) * len(PENALTIES)
    return max(2, min(MAX_SNAPSHOTS, HISTORY_BYTES // each))
