"""The learning rate at which plain steps settle, for trainings that did not: what a page can advise.

The curvature on the way to rest says where to begin. It is no proof: with a smaller α the steps can come to a
narrower valley and swing there. So what is advised was tried.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np

from core import Dataset, Run, Settings, train_grid
from core.settings import LEARNING_RATES
from core.steady import WAY, steady_rates
from core.variance import estimated_seconds
from ui.base.queue import OnProgress
from ui.data.shelf import Kind, Shelf
from ui.work.networks import PLAIN, Shape, seconds
from ui.work.tasks import MAX_SECONDS, Batch, Task

KIND = Kind("steady rates", 400_000, 100_000)
BYTES_EACH = 200
DEARER = 3.0  # than a training of as many epochs, with the curvature measured on its way


@dataclass(frozen=True)
class SteadyRates:
    """By the penalty's label the largest α of the panel at which its networks settle, 0 where none is."""

    by_label: Mapping[str, float]

    @property
    def nbytes(self) -> int:
        """Memory, in bytes, about."""
        return BYTES_EACH


def steady(settings: Settings, shelf: Shelf, runs: Mapping[str, Run]) -> Batch[SteadyRates]:
    """What to lower α to, for the networks of these plain runs that diverged or swing."""
    settings = settings.reduced("lam")
    data = shelf.load(settings).data
    ends = {label: _ends(run) for label, run in runs.items()}
    penalties = tuple(run.penalty[0] for run in runs.values())
    n = sum(map(len, ends.values()))
    shape = (data.m,), data.n_features, settings.hidden, len(data.class_names)
    measuring = DEARER * estimated_seconds(*shape, n, WAY[-1])
    trying = seconds(settings, Shape.of(data), PLAIN, len(penalties))  # once, as a rule
    task = Task(
        kind=KIND,
        shelf=shelf,
        settings=settings,
        depends_on=(penalties,),
        work=partial(_measure, settings, data, penalties, ends),
        seconds=min(measuring + trying, MAX_SECONDS),  # never refused where the training itself was not
        label="Looking for an α that settles",
    )
    return Batch((task,))


def _ends(run: Run) -> dict[float, str]:
    """The smallest and the largest λ that did not settle, with their penalty."""
    failed = np.flatnonzero(~run.sound)
    return {float(run.lams[k]): run.penalty[k] for k in failed[[0, -1]]} if failed.size else {}


def _measure(
    settings: Settings,
    data: Dataset,
    penalties: Sequence[str],
    ends: Mapping[str, Mapping[float, str]],
    on_progress: OnProgress,
) -> SteadyRates:
    @cache
    def tried(alpha: float) -> dict[str, Run]:
        at_alpha = replace(settings, learning_rate=alpha)
        return train_grid(data, at_alpha, 2, on_progress, penalties=penalties)

    found = {}
    for label, lams in ends.items():
        if not lams:
            continue
        rates = steady_rates(
            data.X_train,
            data.y_train,
            settings.hidden,
            list(lams.values()),
            list(lams),
            settings.learning_rate,
            settings.seed,
            on_progress=on_progress,
        )
        candidates = _candidates(rates.min(), settings.learning_rate)
        found[label] = next((alpha for alpha in candidates if tried(alpha)[label].sound.all()), 0.0)
    return SteadyRates(found)


def _candidates(bound: float, learning_rate: float) -> list[float]:
    """Each α of the panel below the bound and the rate at hand, the largest first; the smallest at least."""
    smaller = [alpha for alpha in LEARNING_RATES if alpha < learning_rate]
    return sorted([alpha for alpha in smaller if alpha < bound] or smaller[:1], reverse=True)
