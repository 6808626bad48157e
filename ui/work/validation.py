"""What validates λ: cross-validation, rules compared on several splits, stable columns, the leak on noise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from core import PENALTIES, Dataset, Run, Settings, cross_validate, stability_selection
from core.choosing import CV_SHARE, Comparison, Leak, compare_rules, leak
from core.datasets import N_FRESH
from core.measures import constant_answer
from core.penalties import LECTURED
from core.selection import FOLDS, FOLDS_OF_NETWORKS, Validation
from core.settings import LAMS
from core.stability import Stability
from ui.base.queue import OnProgress
from ui.base.words import duration
from ui.data.shelf import SHARED, Kind, Shelf
from ui.work.curves import seeds_from
from ui.work.networks import Shape, groups
from ui.work.networks import seconds as training_seconds
from ui.work.tasks import MAX_SECONDS, Batch, Task, not_begun

KIND = Kind("validations", 6_000_000, 1_000_000)
PATH_SECONDS, PATH_EACH = 0.02, 1e-6  # of a penalty's exact path, and for each number of X
LEAK_SECONDS = 1.0
FRESH_SECONDS, FRESH_EACH = 0.05, 1e-8  # of drawing the rows, and for each unit of each network and row
FRESH_PARTS = 10  # in which they are measured, for less memory: of equal size, so that means are means
HALVES = 100
SPLITS = 10  # on which rules are compared
AUTO_SECONDS = 8.0  # of comparisons; what is estimated to take longer waits for its button


@dataclass(frozen=True, eq=False)
class Validations:
    """Every penalty's cross-validation over the grid, by its label; all of the same folds."""

    by_label: dict[str, Validation]

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return sum(one.nbytes for one in self.by_label.values())


def is_exact(settings: Settings, shape: Shape) -> bool:
    """Whether the folds are fitted exactly, and not trained."""
    return not settings.hidden and shape.n_classes == 2


def folds_of(settings: Settings, shape: Shape) -> int:
    """How many folds there are: more of what is soon fitted."""
    return min(FOLDS if is_exact(settings, shape) else FOLDS_OF_NETWORKS, shape.m)


def deciding(settings: Settings, shape: Shape) -> Settings:
    """The settings that a validation depends on: exact optima know nothing of a training."""
    trained = ("learning_rate", "epochs") if is_exact(settings, shape) else ()
    return settings.reduced("lam", *trained)


def validation(settings: Settings, shelf: Shelf, penalties: Sequence[str] = LECTURED) -> Batch[Validations]:
    """Every penalty over the grid, validated on the training rows; the chosen λ plays no part.

    penalties: names of the registry; a result each for those that are validated together, see `by_label`.
    """
    data = shelf.load(settings).data
    shape = Shape.of(data)
    settings, folds = deciding(settings, shape), folds_of(settings, shape)
    tasks = (
        Task(
            kind=KIND,
            shelf=shelf,
            settings=settings,
            depends_on=("validation", folds, names),
            work=partial(_validate, settings, data, names),
            seconds=seconds(settings, shape, len(names)),
            label=f"Validating every λ in {folds} folds",
            refusal=refusal(settings, data),
        )
        for names in groups(penalties)
    )
    return Batch(tuple(tasks))


def by_label(found: Sequence[Validations]) -> dict[str, Validation]:
    """All results of `validation`, by the penalty's label."""
    return {label: one for each in found for label, one in each.by_label.items()}


def seconds(settings: Settings, shape: Shape, n_penalties: int = 1) -> float:
    """About how long a cross-validation of so many penalties takes."""
    folds = folds_of(settings, shape)
    if is_exact(settings, shape):
        return n_penalties * folds * (PATH_SECONDS + PATH_EACH * shape.m * shape.n_features)
    part = replace(shape, m=max(1, shape.m - shape.m // folds))
    return folds * training_seconds(settings, part, n_penalties=n_penalties)


def refusal(settings: Settings, data: Dataset) -> str | None:
    """Why these data are not validated, None where they are."""
    counts = np.bincount(data.y_train, minlength=len(data.class_names))
    if counts.min() < 2:
        return (
            "Each class must have two training rows to be validated, and "
            f"{data.class_names[counts.argmin()]!r} has {counts.min()}. Bring more rows of it, or leave it "
            "out."
        )
    shape = Shape.of(data)
    takes = seconds(settings, shape, len(LECTURED))
    return not_begun(f"Validating in {folds_of(settings, shape)} folds", takes, MAX_SECONDS)


def _validate(
    settings: Settings, data: Dataset, penalties: Sequence[str], on_progress: OnProgress
) -> Validations:
    n = len(LAMS)
    found = cross_validate(
        data.X_train,
        data.y_train,
        settings.hidden,
        [name for name in penalties for _ in LAMS],
        LAMS * len(penalties),
        seed=settings.seed,
        learning_rate=settings.learning_rate,
        epochs=settings.epochs,
        on_progress=on_progress,
    )
    labels = [PENALTIES[name].label for name in penalties]
    return Validations({label: found.select(slice(i * n, (i + 1) * n)) for i, label in enumerate(labels)})


@dataclass(frozen=True, eq=False)
class Truth:
    """Cost and accuracy of each penalty's networks on rows that nobody has seen, (n_lams,), by its label."""

    cost: dict[str, np.ndarray]
    accuracy: dict[str, np.ndarray]
    constant: float  # cost on these rows of the classes' shares in the training rows

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return sum(found.nbytes for part in (self.cost, self.accuracy) for found in part.values())


def expectation(settings: Settings, shelf: Shelf, runs: Mapping[str, Run]) -> Batch[Validations | Truth]:
    """What to expect of new rows, as far as it is not refused: Validations, and Truth of data that are drawn.

    runs: the networks of these settings, by the penalty's label.
    """
    tasks: tuple[Task[Any], ...] = (*validation(settings, shelf).tasks, *truth(settings, shelf, runs))
    return Batch(tasks).possible()


def truth(settings: Settings, shelf: Shelf, runs: Mapping[str, Run]) -> tuple[Task[Truth], ...]:
    """The networks on rows drawn anew, where the data are drawn."""
    if not settings.is_synthetic:
        return ()
    reduced = settings.reduced("lam")
    units = sum(settings.hidden) + 1
    task = Task(
        kind=KIND,
        shelf=shelf,
        settings=reduced,
        depends_on=("truth",),
        work=partial(_measure, reduced, shelf.load(settings).data.y_train, runs),
        seconds=FRESH_SECONDS + FRESH_EACH * units * len(LAMS) * len(runs) * N_FRESH,
        label=f"Measuring on {N_FRESH:,} fresh rows",
    )
    return (task,)


def _measure(
    settings: Settings, y_train: np.ndarray, runs: Mapping[str, Run], on_progress: OnProgress
) -> Truth:
    fresh = settings.load_fresh()
    assert fresh is not None  # see `truth`
    parts = [(X, y) for X, y in zip(*(np.array_split(each, FRESH_PARTS) for each in fresh), strict=True)]
    cost, accuracy = {}, {}
    for i, (label, run) in enumerate(runs.items()):
        found = []
        for j, (X, y) in enumerate(parts):
            found.append((run.cross_entropy(X, y), run.accuracy(X, y)))
            on_progress(i * FRESH_PARTS + j + 1, len(runs) * FRESH_PARTS)
        cost[label], accuracy[label] = np.where(run.sound, np.mean(found, axis=0), np.nan)
    return Truth(cost, accuracy, constant_answer(y_train, fresh[1]).cost)


def comparisons(settings: Settings, shelf: Shelf, penalty: str) -> Batch[Comparison]:
    """The rules of `core.choosing` on SPLITS splits, that of the settings' seed and those after it."""
    shape = Shape.of(shelf.load(settings).data)
    settings = deciding(settings, shape)
    each = [replace(settings, seed=seed) for seed in seeds_from(settings.seed, SPLITS)]
    tasks = (
        Task(
            kind=KIND,
            shelf=shelf,
            settings=one,
            depends_on=("rules", penalty),
            work=partial(_compare, one, shelf, penalty),
            seconds=seconds(one, shape) / CV_SHARE,
            label=f"Choosing λ on split {i + 1} of {SPLITS}",
            refusal=refusal(one, shelf.load(one).data),
        )
        for i, one in enumerate(each)
    )
    return Batch(tuple(tasks), AUTO_SECONDS, _pending, f"Choosing λ on {SPLITS} splits")


def _pending(missing: Sequence[Task[Comparison]]) -> str:
    return (
        f"On {len(missing)} of {SPLITS} splits λ is still to be chosen by every rule. That takes about "
        f"{duration(sum(task.seconds for task in missing))}; a smaller network takes less."
    )


def _compare(settings: Settings, shelf: Shelf, penalty: str, on_progress: OnProgress) -> Comparison:
    return compare_rules(
        shelf.load(settings).data,
        settings.hidden,
        penalty,
        seed=settings.seed,
        learning_rate=settings.learning_rate,
        epochs=settings.epochs,
        fresh=settings.load_fresh(),
        on_progress=on_progress,
    )


def stability(settings: Settings, shelf: Shelf) -> Batch[Stability]:
    """How often L1 keeps each column on HALVES halves of the training rows, of two classes."""
    settings = replace(settings.reduced("lam", "learning_rate", "epochs"), hidden=())
    data = shelf.load(settings).data
    task = Task(
        kind=KIND,
        shelf=shelf,
        settings=settings,
        depends_on=("stability",),
        work=partial(_halve, settings, data),
        seconds=HALVES * (PATH_SECONDS + PATH_EACH * data.m * data.n_features) / 2,
        label=f"Fitting {HALVES} halves of the rows",
        refusal=refusal(settings, data),
    )
    return Batch((task,))


def _halve(settings: Settings, data: Dataset, on_progress: OnProgress) -> Stability:
    return stability_selection(
        data.X_train, data.y_train, LAMS[1:], HALVES, settings.seed, on_progress=on_progress
    )


def leaks() -> Batch[Leak]:
    """The leak on pure noise; no setting plays a part."""
    task = Task(
        kind=KIND,
        shelf=SHARED,
        settings=Settings(),
        depends_on=("leak",),
        work=lambda on_progress: leak(on_progress=on_progress),
        seconds=LEAK_SECONDS,
        label="Fitting noise",
    )
    return Batch((task,))
