"""Exact optima of logistic regression with their certificate, on the training rows of a data set."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from core import PENALTIES, Dataset, LogisticPath, Settings, evidence, fit_logistic
from core.penalties import LECTURED
from core.settings import LAMS
from core.stability import Evidence
from core.twins import Twins, twins
from ui.base.queue import OnProgress
from ui.data.shelf import Kind, Shelf
from ui.work.networks import groups
from ui.work.tasks import Batch, Task

KIND = Kind("optima", 4_000_000, 1_000_000)
BYTES_EACH = 400  # of a pair of fits: some numbers and the objects around them
SECONDS, SECONDS_EACH = 0.05, 1.6e-6  # of a pair of fits, and for each number of X, on a small server
EVIDENCE_FITS = 30  # at a single λ each, of which there may be more
PATH_EACH = 5e-6  # of all fits of a penalty, for each number of X


@dataclass(frozen=True, eq=False)
class TwinFits:
    """For every penalty the fits with a column once and twice."""

    pairs: tuple[Twins, ...]

    @property
    def nbytes(self) -> int:
        """Memory, in bytes, about."""
        return BYTES_EACH * len(self.pairs)


@dataclass(frozen=True, eq=False)
class Optima:
    """The exact optima of every penalty over the grid but for λ = 0, by the penalty's label."""

    paths: dict[str, LogisticPath]
    free: LogisticPath | None  # at λ = 0, which is every penalty's; None where a hyperplane parts the classes

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        paths = [*self.paths.values(), *([] if self.free is None else [self.free])]
        return sum(path.W.nbytes + path.b.nbytes + path.cost.nbytes for path in paths)

    def at(self, label: str, lam: float) -> tuple[np.ndarray, float, float]:
        """w (n_features,), J and the certified gap of a penalty at a λ > 0 of the grid."""
        path, k = self.paths[label], LAMS.index(lam) - 1
        return path.W[k], float(path.cost[k]), float(path.gap[k])

    def zeros(self, label: str) -> np.ndarray:
        """Exact zeros at each λ of the grid, (n_lams,); at λ = 0, whose optimum may be endless, 0."""
        return np.concatenate([[0], (self.paths[label].W == 0).sum(axis=1)])


def optima(settings: Settings, shelf: Shelf, penalties: Sequence[str] = LECTURED) -> Batch[Optima]:
    """The exact optima of logistic regression on data of two classes.

    penalties: names of the registry; a result each for those that are fitted together, see `all_optima`.
    """
    settings = settings.reduced("lam", "hidden", "learning_rate", "epochs")
    data = shelf.load(settings).data
    tasks = (
        Task(
            kind=KIND,
            shelf=shelf,
            settings=settings,
            depends_on=("grid", names),
            work=partial(_fit_grid, data, names),
            seconds=len(names) * (SECONDS + PATH_EACH * data.m * data.n_features),
            label="Computing the exact optima",
        )
        for names in groups(penalties)
    )
    return Batch(tuple(tasks))


def all_optima(found: Sequence[Optima]) -> Optima:
    """All results of `optima` as one."""
    return Optima({label: path for each in found for label, path in each.paths.items()}, found[0].free)


def _fit_grid(data: Dataset, penalties: Sequence[str], on_progress: OnProgress) -> Optima:
    paths = {
        PENALTIES[name].label: fit_logistic(data.X_train, data.y_train, name, LAMS[1:]) for name in penalties
    }
    return Optima(paths, free_optimum(data.X_train, data.y_train))


def free_optimum(X: np.ndarray, y: np.ndarray) -> LogisticPath | None:
    """That without a penalty, None where a hyperplane parts the two classes."""
    try:
        return fit_logistic(X, y, "l2", [0.0])
    except ValueError:
        return None


def evidence_of(settings: Settings, shelf: Shelf) -> Batch[Evidence]:
    """The λ of L2 under which data of two classes are most probable."""
    settings = settings.reduced("lam", "hidden", "learning_rate", "epochs")
    data = shelf.load(settings).data
    task = Task(
        kind=KIND,
        shelf=shelf,
        settings=settings,
        depends_on=("evidence",),
        work=lambda on_progress: evidence(data.X_train, data.y_train),
        seconds=EVIDENCE_FITS * (SECONDS + PATH_EACH * data.m * data.n_features) / 10,
        label="Computing the evidence",
    )
    return Batch((task,))


def twin_fits(
    settings: Settings, shelf: Shelf, column: int, penalties: Sequence[str] = LECTURED
) -> Batch[TwinFits]:
    """The exact fits with a column once and twice, at the chosen λ > 0; of many classes, the first's."""
    settings = settings.reduced("hidden", "learning_rate", "epochs")
    data = shelf.load(settings).data
    task = Task(
        kind=KIND,
        shelf=shelf,
        settings=settings,
        depends_on=(column, tuple(penalties)),
        work=partial(_fit, settings, data, column, penalties),
        seconds=len(penalties) * (SECONDS + SECONDS_EACH * data.m * data.n_features),
        label="Fitting the twins",
    )
    return Batch((task,))


def first_class_or_second(data: Dataset) -> np.ndarray:
    """The training classes, of more than two the first against the rest, (m,) of 0 and 1."""
    return data.y_train if len(data.class_names) == 2 else (data.y_train == 0).astype(int)


def _fit(
    settings: Settings, data: Dataset, column: int, penalties: Sequence[str], on_progress: OnProgress
) -> TwinFits:
    y = first_class_or_second(data)
    return TwinFits(tuple(twins(data.X_train, y, column, name, settings.lam) for name in penalties))
