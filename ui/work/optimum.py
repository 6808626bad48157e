"""Exact optima of logistic regression with their certificate, on the training rows of a data set."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from core import PENALTIES, Dataset, Settings
from core.twins import Twins, twins
from ui.base.queue import OnProgress
from ui.data.shelf import Kind, Shelf
from ui.work.tasks import Batch, Task

KIND = Kind("optima", 4_000_000, 1_000_000)
BYTES_EACH = 400  # of a pair of fits: some numbers and the objects around them
SECONDS, SECONDS_EACH = 0.05, 1.6e-6  # of a pair of fits, and for each number of X, on a small server


@dataclass(frozen=True, eq=False)
class TwinFits:
    """For every penalty the fits with a column once and twice."""

    pairs: tuple[Twins, ...]

    @property
    def nbytes(self) -> int:
        """Memory, in bytes, about."""
        return BYTES_EACH * len(self.pairs)


def twin_fits(settings: Settings, shelf: Shelf, column: int) -> Batch[TwinFits]:
    """The exact fits with a column once and twice, at the chosen λ > 0; of many classes, the first's."""
    settings = settings.reduced("hidden", "learning_rate", "epochs")
    data = shelf.load(settings).data
    task = Task(
        kind=KIND,
        shelf=shelf,
        settings=settings,
        depends_on=(column,),
        work=partial(_fit, settings, data, column),
        seconds=len(PENALTIES) * (SECONDS + SECONDS_EACH * data.m * data.n_features),
        label="Fitting the twins",
    )
    return Batch((task,))


def first_class_or_second(data: Dataset) -> np.ndarray:
    """The training classes, of more than two the first against the rest, (m,) of 0 and 1."""
    return data.y_train if len(data.class_names) == 2 else (data.y_train == 0).astype(int)


def _fit(settings: Settings, data: Dataset, column: int, on_progress: OnProgress) -> TwinFits:
    y = first_class_or_second(data)
    return TwinFits(tuple(twins(data.X_train, y, column, name, settings.lam) for name in PENALTIES))
