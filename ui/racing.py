"""The race of the solvers for its page: as the trainings, once for each setting, in sight and stoppable.

A step at all λ costs little more than at one, so where that is soon done every λ is raced together, and the
panel's λ only chooses.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from core import Dataset, Settings
from core.settings import LAMS
from core.solvers import SOLVERS, Race, estimated_seconds, races
from ui.data import fingerprint, store_for
from ui.jobs import OnProgress
from ui.memory import Store
from ui.store import Task, in_sight, recalled

STORE_BYTES = 20_000_000
OWN_STORE_BYTES = 4_000_000  # of one session's own data
TOGETHER_SECONDS = 4.0  # estimated; what takes longer at every λ is done at the chosen one
PENALIZED = tuple(lam for lam in LAMS if lam > 0)


@dataclass(frozen=True, eq=False)
class Heat:
    """Races that were run together, by λ."""

    by_lam: dict[float, Race]

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return sum(race.nbytes for race in self.by_lam.values())


def raced(settings: Settings, data: Dataset, target: int, steps: int) -> Race:
    """The solvers' steps and the optimum for the class `target` against the rest: see `ui.store.in_sight`.

    settings: those alone that play a part.
    """
    return in_sight(*_wanted(settings, data, target, steps)).by_lam[settings.lam]


def later(settings: Settings, data: Dataset, target: int, steps: int) -> Callable[[], Race]:
    """A function that gives the same race later, in another thread too: see `ui.store.recalled`."""
    heat = recalled(*_wanted(settings, data, target, steps))
    return lambda: heat().by_lam[settings.lam]


def _wanted(settings: Settings, data: Dataset, target: int, steps: int) -> tuple:
    """Where the race is kept, under which key, and what makes it."""
    lams, shape = PENALIZED, (data.m, data.n_features, steps)
    if estimated_seconds(*shape, len(lams)) > TOGETHER_SECONDS:
        lams = (settings.lam,)
    settings = replace(settings, lam=lams[0])
    key = ("race", settings, fingerprint(settings), target, steps)
    return _store(settings), key, lambda: _task(key, settings, data, target, steps, lams)


def _task(
    key: tuple, settings: Settings, data: Dataset, target: int, steps: int, lams: tuple[float, ...]
) -> Task:
    y = (data.y_train == target).astype(int)

    def work(on_progress: OnProgress) -> Heat:
        found = races(data.X_train, y, lams, settings.learning_rate, steps, settings.seed, on_progress)
        return Heat(dict(zip(lams, found, strict=True)))

    expected = estimated_seconds(data.m, data.n_features, steps, len(lams))
    return Task(key, work, expected, f"{len(SOLVERS)} solvers, {steps:,} steps each")


@st.cache_resource
def _shared_store() -> Store[tuple, Heat]:
    return Store(STORE_BYTES)


def _store(settings: Settings) -> Store[tuple, Heat]:
    """Where races are kept."""
    return store_for(settings, "races", OWN_STORE_BYTES, _shared_store)
