"""The race of the solvers for its page: as the trainings, once for each setting, in sight and stoppable."""

from collections.abc import Callable

import streamlit as st

from core import Dataset, Settings
from core.solvers import SOLVERS, Race, estimated_seconds, race
from ui.data import fingerprint, store_for
from ui.jobs import OnProgress
from ui.memory import Store
from ui.store import Task, in_sight, recalled

STORE_BYTES = 20_000_000
OWN_STORE_BYTES = 4_000_000  # of one session's own data


def raced(settings: Settings, data: Dataset, target: int, steps: int) -> Race:
    """The solvers' steps and the optimum for the class `target` against the rest: see `ui.store.in_sight`.

    settings: those alone that play a part.
    """
    return in_sight(*_wanted(settings, data, target, steps))


def later(settings: Settings, data: Dataset, target: int, steps: int) -> Callable[[], Race]:
    """A function that gives the same race later, in another thread too: see `ui.store.recalled`."""
    return recalled(*_wanted(settings, data, target, steps))


def _wanted(settings: Settings, data: Dataset, target: int, steps: int) -> tuple:
    """Where the race is kept, under which key, and what makes it."""
    key = ("race", settings, fingerprint(settings), target, steps)
    return _store(settings), key, lambda: _task(key, settings, data, target, steps)


def _task(key: tuple, settings: Settings, data: Dataset, target: int, steps: int) -> Task:
    y = (data.y_train == target).astype(int)

    def work(on_progress: OnProgress) -> Race:
        return race(data.X_train, y, settings.lam, settings.learning_rate, steps, settings.seed, on_progress)

    expected = estimated_seconds(data.m, data.n_features, steps)
    return Task(key, work, expected, f"{len(SOLVERS)} solvers, {steps:,} steps each")


@st.cache_resource
def _shared_store() -> Store[tuple, Race]:
    return Store(STORE_BYTES)


def _store(settings: Settings) -> Store[tuple, Race]:
    """Where a race is kept."""
    return store_for(settings, "races", OWN_STORE_BYTES, _shared_store)
