"""Training for the pages: once for each setting, in sight, stoppable, and kept within a bound of bytes.

The training runs outside Streamlit's caches, since progress can only be shown, and a run only be stopped,
at a call into Streamlit.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from threading import Lock
from time import monotonic
from typing import Generic, Protocol, TypeVar

import numpy as np
import streamlit as st

from core import DATASETS, Dataset, Run, Settings, load_dataset, train
from core.network import layer_sizes
from core.penalties import PENALTIES
from core.settings import LAMS

STORE_BYTES = 400_000_000
HISTORY_BYTES = 48_000_000  # of one run's snapshots; wide networks keep fewer of them
MAX_SNAPSHOTS = 60
SHOW_PROGRESS_AFTER = 0.3  # seconds
TICK = 0.1  # seconds between two signs of life


@dataclass(frozen=True, eq=False)
class Trained:
    """A data set and the networks trained on it: for each penalty the whole grid of λ."""

    data: Dataset
    runs: dict[str, Run]  # by the penalty's label, "L1" and "L2"

    @property
    def lams(self) -> np.ndarray:
        """The grid, (n_lams,)."""
        return next(iter(self.runs.values())).lams

    @property
    def nbytes(self) -> int:
        """Memory, in bytes."""
        return sum(run.nbytes for run in self.runs.values())


class Sized(Protocol):
    """What a store can keep."""

    @property
    def nbytes(self) -> int: ...


Key = TypeVar("Key")
Value = TypeVar("Value", bound=Sized)


class Store(Generic[Key, Value]):
    """The most recently used results, bounded in bytes, shared by all sessions."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes, self._lock = max_bytes, Lock()
        self._kept: OrderedDict[Key, Value] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        """What is kept for the key, or None."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Key, value: Value) -> None:
        """Keep a result; the oldest go until all fit, the newest always stays."""
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > 1 and sum(kept.nbytes for kept in self._kept.values()) > self._max_bytes:
                self._kept.popitem(last=False)


@st.cache_resource
def _store() -> Store[Settings, Trained]:
    return Store(STORE_BYTES)


def training_key(settings: Settings) -> Settings:
    """The settings that a training depends on: not the chosen λ, nor what the data set has no use for."""
    default = Settings()
    key = replace(settings, lam=default.lam)
    if DATASETS[settings.dataset].synthetic:
        return key
    return replace(key, noise=default.noise, n_samples=default.n_samples)


def trained(settings: Settings) -> Trained:
    """Both penalties over the grid for these settings, trained now or taken from the store.

    Past SHOW_PROGRESS_AFTER a bar shows how far it is; a new choice of the person's ends it.
    """
    key = training_key(settings)
    found = _store().get(key)
    place = st.empty()  # there even when empty, or what follows would move and be drawn anew
    if found is None:
        found = _train(key, _progress(place))
        place.empty()
        _store().put(key, found)
    return found


def _train(settings: Settings, on_progress: Callable[[int, int], None]) -> Trained:
    data = load_dataset(settings.dataset, settings.seed, settings.n_samples, settings.noise)
    n = len(LAMS)
    run = train(
        data.X_train,
        data.y_train,
        hidden=settings.hidden,
        penalty=[name for name in PENALTIES for _ in LAMS],
        lams=LAMS * len(PENALTIES),
        learning_rate=settings.learning_rate,
        epochs=settings.epochs,
        seed=settings.seed,
        snapshots=_snapshots(data, settings),
        on_progress=on_progress,
    )
    runs = {
        penalty.label: run.select(slice(i * n, (i + 1) * n)) for i, penalty in enumerate(PENALTIES.values())
    }
    return Trained(data, runs)


def _snapshots(data: Dataset, settings: Settings) -> int:
    """As many snapshots as HISTORY_BYTES hold, at most MAX_SNAPSHOTS."""
    sizes = layer_sizes(data.n_features, settings.hidden, len(data.class_names))
    weights = sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))
    each = 4 * weights * len(LAMS) * len(PENALTIES)
    return max(2, min(MAX_SNAPSHOTS, HISTORY_BYTES // each))


def _progress(place: st.delta_generator.DeltaGenerator) -> Callable[[int, int], None]:
    """A callback that draws a bar at most every TICK seconds; each draw is a place to be stopped at."""
    started = shown = monotonic()
    bar = None

    def on_progress(done: int, total: int) -> None:
        nonlocal bar, shown
        now = monotonic()
        if now - started > SHOW_PROGRESS_AFTER and now - shown > TICK:
            shown = now
            if bar is None:  # over the page, see ui.theme; a page may train more than once
                bar = place.container(key=f"progress_{started}").empty()
            n = len(LAMS) * len(PENALTIES)
            bar.progress(done / total, f"Training {n} networks: {done / total:.0%}")

    return on_progress
