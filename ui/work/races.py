"""The race of the solvers, at every λ of the grid together where that is soon done.

A step at all λ costs little more than at one, so the panel's λ then only chooses among races that were run.
"""

from dataclasses import dataclass, replace
from functools import partial

from core import Dataset, Settings
from core.settings import LAMS
from core.solvers import SOLVERS, Race, estimated_seconds, races
from ui.base.queue import OnProgress
from ui.data.shelf import Kind, Shelf
from ui.work.tasks import Batch, Task

KIND = Kind("races", 20_000_000, 4_000_000)
TOGETHER_SECONDS = 4.0  # estimated; what takes longer at every λ is done at the chosen one
PENALIZED = tuple(lam for lam in LAMS if lam > 0)


@dataclass(frozen=True, eq=False)
class RacesByLam:
    """Races that were run together."""

    by_lam: dict[float, Race]

    @property
    def shown(self) -> tuple[Race, ...]:
        """The race that stands at each λ of the grid, at 0 that of the smallest above it; or the only one."""
        if len(self.by_lam) == 1:
            return tuple(self.by_lam.values())
        return tuple(self.by_lam[shown_lam(lam)] for lam in LAMS)

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return sum(race.nbytes for race in self.by_lam.values())


def shown_lam(lam: float) -> float:
    """The λ that is shown at a λ: itself, but 0 has nothing to show and becomes the smallest above it."""
    return lam or PENALIZED[0]


def race_settings(settings: Settings) -> Settings:
    """The settings that a race depends on."""
    return replace(settings.reduced("hidden", "epochs"), lam=shown_lam(settings.lam))


def race(settings: Settings, shelf: Shelf, target: int, steps: int) -> Batch[RacesByLam]:
    """The solvers' steps and the optimum for the class `target` against the rest, at least at the chosen λ.

    settings: from `race_settings`.
    """
    data = shelf.load(settings).data
    lams = PENALIZED
    if estimated_seconds(data.m, data.n_features, steps, len(lams)) > TOGETHER_SECONDS:
        lams = (settings.lam,)
    task = Task(
        kind=KIND,
        shelf=shelf,
        settings=replace(settings, lam=lams[0]),
        depends_on=(target, steps),
        work=partial(_run, settings, data, target, steps, lams),
        seconds=estimated_seconds(data.m, data.n_features, steps, len(lams)),
        label=f"{len(SOLVERS)} solvers, {steps:,} steps each",
    )
    return Batch((task,))


def _run(
    settings: Settings,
    data: Dataset,
    target: int,
    steps: int,
    lams: tuple[float, ...],
    on_progress: OnProgress,
) -> RacesByLam:
    y = (data.y_train == target).astype(int)
    found = races(data.X_train, y, lams, settings.learning_rate, steps, settings.seed, on_progress)
    return RacesByLam(dict(zip(lams, found, strict=True)))
