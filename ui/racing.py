"""The race of the solvers for its page: as the trainings, once for each setting, in sight and stoppable."""

import streamlit as st

from core import Dataset, Settings
from core.settings import UPLOAD
from core.solvers import SOLVERS, Race, estimated_seconds, race
from ui.data import fingerprint, room
from ui.jobs import OnProgress
from ui.memory import Store
from ui.store import Task, in_sight

STORE_BYTES = 20_000_000
OWN_STORE_BYTES = 4_000_000  # of one session's own data


def raced(settings: Settings, data: Dataset, target: int, steps: int) -> Race:
    """The solvers' steps and the optimum for the class `target` against the rest: see `ui.store.in_sight`.

    settings: those alone that play a part.
    """
    key = ("race", settings, fingerprint(settings), target, steps)
    return in_sight(_store(settings), key, lambda: _task(key, settings, data, target, steps))


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
    """Where a race is kept: that on a person's data, in their session."""
    if settings.dataset == UPLOAD:
        return room().setdefault("races", Store(OWN_STORE_BYTES))
    return _shared_store()
