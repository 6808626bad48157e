"""Learning curves over several training sets: one task a set, so that more sets only train the new ones.

What would take long waits for a button, and what was stopped goes on where it left off.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np

from core import Dataset, Settings
from core.decomposition import Again, bootstrap, fresh_set, true_shares
from core.network import targets
from core.settings import LAMS, MAX_SEED
from core.variance import Curves, learning_curves, sample_sizes
from ui.base.queue import OnProgress
from ui.base.words import duration
from ui.data.shelf import Kind, Shelf
from ui.work.networks import Shape
from ui.work.networks import seconds as training_seconds
from ui.work.tasks import Batch, Task

KIND = Kind("curves", 16_000_000, 16_000_000)
AUTO_SECONDS = 20.0  # what is estimated to take longer waits for its button
ROWS_KEPT, ROWS_KEPT_OF_CLASSES = 500, 100  # whose probabilities are kept; fewer where there are many classes
WIDTHS = (1, 2, 4, 8, 16, 32)
LOWER = "fewer epochs, hidden units or training sets"


@dataclass(frozen=True)
class Study:
    """What one training set's curves depend on beside the settings."""

    penalty: str
    i: int  # which training set
    sizes: tuple[int, ...]  # numbers of training samples


def curves(settings: Settings, shelf: Shelf, penalty: str, n_sets: int) -> Batch[Curves]:
    """The curves of so many training sets, all with the same numbers of samples."""
    data = shelf.load(settings).data
    sizes = sample_sizes(data.m, len(data.class_names))
    tasks = tuple(_task(settings, shelf, Study(penalty, i, sizes), n_sets) for i in range(n_sets))
    pending = partial(_pending, n_sets, len(sizes))
    return Batch(tasks, AUTO_SECONDS, pending, f"Training what is missing of {n_sets} sets", LOWER)


def over_widths(settings: Settings, shelf: Shelf, penalty: str, n_sets: int) -> Batch[Curves]:
    """For each of WIDTHS the training sets with all samples, in hidden layers of that width."""
    m = shelf.load(settings).data.m
    tasks = tuple(
        _task(
            replace(settings, hidden=(width,) * len(settings.hidden)), shelf, Study(penalty, i, (m,)), n_sets
        )
        for width in WIDTHS
        for i in range(n_sets)
    )
    lower = "fewer epochs, hidden layers or training sets"
    pending = partial(_pending, n_sets * len(WIDTHS), 1, lower=lower)
    return Batch(tasks, AUTO_SECONDS, pending, f"Training {len(WIDTHS)} widths", lower)


def seeds_from(first: int, n: int) -> list[int]:
    """n seeds, the first and those after it; after the largest comes 0."""
    return [(first + i) % (MAX_SEED + 1) for i in range(n)]


def n_networks(n_sets: int, n_sizes: int) -> int:
    """How many networks so many training sets take, each at so many numbers of samples."""
    return n_sets * n_sizes * len(LAMS)


def _pending(n_all: int, n_sizes: int, missing: Sequence[Task[Curves]], lower: str = LOWER) -> str:
    """What is still to be done, and how long it takes."""
    at = f"{n_sizes} numbers of samples and " if n_sizes > 1 else ""
    return (
        f"{n_networks(len(missing), n_sizes):,} networks are still to be trained: {len(missing)} of "
        f"{n_all} trainings, each with {at}{len(LAMS)} values of λ. "
        f"That takes about {duration(sum(task.seconds for task in missing))}; {lower} take less."
    )


def _task(settings: Settings, shelf: Shelf, study: Study, n_sets: int) -> Task[Curves]:
    settings, shape = settings.reduced("lam"), Shape.of(shelf.load(settings).data)
    each = sum(training_seconds(settings, replace(shape, m=m), n_penalties=1) for m in study.sizes)
    return Task(
        kind=KIND,
        shelf=shelf,
        settings=settings,
        depends_on=(study,),
        work=partial(_train, settings, shelf, study),
        seconds=each,
        label=f"Training set {study.i + 1} of {n_sets}",
    )


def _train(settings: Settings, shelf: Shelf, study: Study, on_progress: OnProgress) -> Curves:
    """The curves, and the probabilities of `rows_kept`, NaN where a row was not aside."""
    data = shelf.load(settings).data
    again, rows = training_set(settings, data, study.i), rows_kept(settings, data)
    keep = np.flatnonzero(np.isin(again.rows, rows))
    found = learning_curves(
        again.data,
        study.sizes,
        settings.hidden,
        study.penalty,
        LAMS,
        settings.learning_rate,
        settings.epochs,
        settings.seed + study.i,
        on_progress,
        keep,
    )
    answers = np.full((*found.answers.shape[:3], len(rows)), np.nan, np.float32)
    answers[..., np.searchsorted(rows, again.rows[keep])] = found.answers
    return replace(found, answers=answers)


def training_set(settings: Settings, data: Dataset, i: int) -> Again:
    """The i-th: drawn from the truth where that can be done, else from the training rows."""
    if settings.is_synthetic:
        return fresh_set(data, settings.seed, settings.n_samples, settings.noise, i)
    return bootstrap(data, settings.seed, i)


def rows_kept(settings: Settings, data: Dataset) -> np.ndarray:
    """Numbers of the rows aside whose probabilities are kept, in order; the same for every training set."""
    n = ROWS_KEPT if len(data.class_names) == 2 else ROWS_KEPT_OF_CLASSES
    if settings.is_synthetic:
        return np.arange(n)
    return np.sort(np.random.default_rng(settings.seed).permutation(data.m)[:n])


def aim(settings: Settings, data: Dataset) -> np.ndarray:
    """What the probabilities of `rows_kept` are held against, (n_out, n): true shares, or the classes."""
    if settings.is_synthetic:
        return _true_shares(settings.reduced("lam", "hidden", "learning_rate", "epochs"))
    return targets(data.y_train[rows_kept(settings, data)], len(data.class_names), "float64")


@lru_cache(maxsize=128)
def _true_shares(settings: Settings) -> np.ndarray:
    data = settings.load()
    n = len(rows_kept(settings, data))
    return true_shares(data, settings.seed, settings.n_samples, settings.noise, n)
