"""Learning curves over several seeds: one task a seed, so that more seeds only train those that are new.

What would take long waits for a button, and what was stopped goes on where it left off.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from core import Dataset, Settings
from core.settings import LAMS, MAX_SEED
from core.variance import Curves, estimated_seconds, learning_curves, sample_sizes
from ui.base.queue import OnProgress
from ui.base.words import duration
from ui.data.shelf import Kind, Shelf
from ui.work.tasks import Batch, Task

KIND = Kind("curves", 8_000_000, 8_000_000)
AUTO_SECONDS = 4.0  # what is estimated to take longer waits for its button


@dataclass(frozen=True)
class Study:
    """What the curves depend on beside the settings."""

    penalty: str
    test_share: float
    sizes: tuple[int, ...]  # numbers of training samples


def curves(settings: Settings, shelf: Shelf, penalty: str, test_share: float, n_seeds: int) -> Batch[Curves]:
    """The curves of each seed from the settings' on; all of them with the same numbers of samples."""
    settings = settings.reduced("lam")
    each = [replace(settings, seed=seed) for seed in seeds_from(settings.seed, n_seeds)]
    shapes = [_shape_of(one, shelf, test_share) for one in each]
    sizes = sample_sizes(min(m for _, _, m in shapes), shapes[0][1])
    study = Study(penalty, test_share, sizes)
    tasks = [
        _task(one, shelf, study, shape, f"Training seed {one.seed}, {i + 1} of {n_seeds}")
        for i, (one, shape) in enumerate(zip(each, shapes, strict=True))
    ]
    return Batch(
        tuple(tasks),
        AUTO_SECONDS,
        partial(_pending, n_seeds, len(sizes)),
        f"Training what is missing of {n_seeds} seeds",
        "fewer epochs, hidden units or seeds",
    )


def seeds_from(first: int, n: int) -> list[int]:
    """n seeds, the first and those after it; after the largest comes 0."""
    return [(first + i) % (MAX_SEED + 1) for i in range(n)]


def n_networks(n_seeds: int, n_sizes: int) -> int:
    """How many networks so many seeds train, each at so many numbers of samples."""
    return n_seeds * n_sizes * len(LAMS)


def _pending(n_seeds: int, n_sizes: int, missing: Sequence[Task[Curves]]) -> str:
    """What is still to be done, and how long it takes."""
    return (
        f"{n_networks(len(missing), n_sizes):,} networks are still to be trained: {len(missing)} of "
        f"{n_seeds} seeds, each with {n_sizes} numbers of samples and {len(LAMS)} values of λ. "
        f"That takes about {duration(sum(task.seconds for task in missing))}; fewer epochs, units or seeds "
        "take less."
    )


def _task(
    settings: Settings, shelf: Shelf, study: Study, shape: tuple[int, int, int], label: str
) -> Task[Curves]:
    n_features, n_classes, _ = shape
    seconds = estimated_seconds(
        study.sizes, n_features, settings.hidden, n_classes, len(LAMS), settings.epochs
    )
    return Task(
        kind=KIND,
        shelf=shelf,
        settings=settings,
        depends_on=(study,),
        work=partial(_train, settings, shelf, study),
        seconds=seconds,
        label=label,
    )


def _shape_of(settings: Settings, shelf: Shelf, test_share: float) -> tuple[int, int, int]:
    """Features, classes and training samples; of a person's data they are not kept for others."""
    if shelf.own:
        return _shape(shelf.load(settings, test_share).data)
    return _known_shape(settings.reduced("hidden", "learning_rate", "epochs", "lam"), shelf, test_share)


@lru_cache(maxsize=512)
def _known_shape(settings: Settings, shelf: Shelf, test_share: float) -> tuple[int, int, int]:
    return _shape(shelf.load(settings, test_share).data)


def _shape(data: Dataset) -> tuple[int, int, int]:
    return data.n_features, len(data.class_names), data.m


def _train(settings: Settings, shelf: Shelf, study: Study, on_progress: OnProgress) -> Curves:
    return learning_curves(
        shelf.load(settings, study.test_share).data,
        study.sizes,
        settings.hidden,
        study.penalty,
        LAMS,
        settings.learning_rate,
        settings.epochs,
        settings.seed,
        on_progress,
    )
