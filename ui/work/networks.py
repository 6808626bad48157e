"""The networks of every penalty over the whole grid of λ, trained on one data set."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise

import numpy as np

from core import Dataset, Run, Settings, train_grid
from core.grid import epochs_to_rest
from core.network import layer_sizes
from core.penalties import LECTURED
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
PLAIN, TO_REST = "proximal", "accelerated"  # the lecture's step, and the one that soon comes to rest
DEARER, GOING_ON = 1.3, 0.1  # an accelerated epoch in plain ones, and the share of networks that go on


@dataclass(frozen=True, eq=False)
class Networks:
    """A data set and the networks trained on it, by the penalty's label, with the pictures drawn of them."""

    data: Dataset
    runs: dict[str, Run]
    pictures: PictureCache[Hashable] = field(default_factory=new_pictures, repr=False)

    @property
    def lams(self) -> np.ndarray:
        """The grid, (n_lams,)."""
        return next(iter(self.runs.values())).lams

    @property
    def nbytes(self) -> int:
        """Memory, in bytes."""
        return self.data.nbytes + self.pictures.nbytes + sum(run.nbytes for run in self.runs.values())


def networks(
    settings: Settings, shelf: Shelf, method: str = TO_REST, penalties: Sequence[str] = LECTURED
) -> Batch[Networks]:
    """Every penalty over the grid for these settings; the chosen λ plays no part.

    method: TO_REST for what a penalty does, PLAIN for the training itself, step by step. penalties: names of
    the registry; those that are trained together make one result, see `together`.
    """
    settings = settings.reduced("lam")
    data = shelf.load(settings).data
    shape = Shape.of(data)
    tasks = (
        Task(
            kind=KIND,
            shelf=shelf,
            settings=settings,
            depends_on=(method, names),
            work=partial(_train, settings, data, method, names),
            seconds=seconds(settings, shape, method, len(names)),
            label=f"Training {len(LAMS) * len(names)} networks",
            refusal=refusal(settings, shape, method, len(names)),
        )
        for names in groups(penalties)
    )
    return Batch(tuple(tasks))


def groups(penalties: Sequence[str]) -> list[tuple[str, ...]]:
    """The penalties as work is done for them: the lecture's together, each further one by itself."""
    return [LECTURED, *((name,) for name in penalties if name not in LECTURED)]


def together(parts: Sequence[Networks]) -> Networks:
    """Networks of several groups on the same data, with the pictures of the first."""
    first, *others = parts
    if not others:
        return first
    runs = {label: run for part in parts for label, run in part.runs.items()}
    return Networks(first.data, runs, first.pictures)


@dataclass(frozen=True)
class Shape:
    """What of data decides how long a training takes."""

    n_features: int
    n_classes: int
    m: int  # training samples

    @classmethod
    def of(cls, data: Dataset) -> "Shape":
        """That of a data set."""
        return cls(data.n_features, len(data.class_names), data.m)


def too_long(settings: Settings, data: Dataset, method: str) -> str | None:
    """Why these settings are not trained on these data, None where they are."""
    return refusal(settings, Shape.of(data), method)


def seconds(
    settings: Settings, shape: Shape, method: str = TO_REST, n_penalties: int = len(LECTURED)
) -> float:
    """About how long the training of so many penalties takes."""
    n, epochs = len(LAMS) * n_penalties, float(settings.epochs)
    if method == TO_REST:
        further = epochs_to_rest(settings.epochs, LAMS[-1]) - epochs
        epochs = DEARER * (epochs + GOING_ON * further)
    sizes = (shape.m,), shape.n_features, settings.hidden, shape.n_classes
    return estimated_seconds(*sizes, n, round(epochs))


def refusal(
    settings: Settings, shape: Shape, method: str = TO_REST, n_penalties: int = len(LECTURED)
) -> str | None:
    """Why so long a training is not begun, and what to lower; None where it is."""

    def takes(epochs: int) -> float:
        return seconds(replace(settings, epochs=epochs), shape, method, n_penalties)

    fits = [epochs for epochs in EPOCHS if takes(epochs) <= MAX_SECONDS]
    lower = f"at most {fits[-1]:,} epochs" if fits else "fewer epochs"
    fewer = " or rows" if settings.dataset == UPLOAD else ""
    what = f"Training {len(LAMS) * n_penalties} networks"
    return not_begun(what, takes(settings.epochs), MAX_SECONDS, f"{lower}, or fewer hidden units{fewer}")


def _train(
    settings: Settings, data: Dataset, method: str, penalties: Sequence[str], on_progress: OnProgress
) -> Networks:
    snapshots = 2 if method == TO_REST else _snapshots(data, settings)
    runs = train_grid(data, settings, snapshots, on_progress, method=method, penalties=penalties)
    for run in runs.values():
        _ = run.rest  # measured here, beside the pages, and kept with the run
    return Networks(data, runs)


def _snapshots(data: Dataset, settings: Settings) -> int:
    """As many snapshots as HISTORY_BYTES hold, at most MAX_SNAPSHOTS."""
    sizes = layer_sizes(data.n_features, settings.hidden, len(data.class_names))
    weights = sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))
    each = 4 * weights * len(LAMS) * len(LECTURED)
    return max(2, min(MAX_SNAPSHOTS, HISTORY_BYTES // each))
