"""Training for the pages: once for each setting, in sight, stoppable, and kept within a bound of bytes.

The training runs outside Streamlit's caches, since progress can only be shown, and a run only be stopped,
at a call into Streamlit. What would take too long is refused before it begins.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from threading import Lock
from time import monotonic
from typing import Generic, Protocol, TypeVar

import streamlit as st

from core import Dataset, Settings, train
from core.network import layer_sizes
from core.penalties import PENALTIES
from core.settings import EPOCHS, LAMS, UPLOAD
from core.variance import estimated_seconds
from ui.data import fingerprint, load, room, source_of
from ui.lesson import RefusedError, Trained
from ui.words import duration

STORE_BYTES = 400_000_000
OWN_STORE_BYTES = 60_000_000  # of one session's own data
MAX_SECONDS = 60.0  # estimated; what takes longer is not begun
STOPPED = "stopped"  # in the session: the key of the training that the person stopped
HISTORY_BYTES = 48_000_000  # of one run's snapshots; wide networks keep fewer of them
MAX_SNAPSHOTS = 60
SHOW_PROGRESS_AFTER = 0.3  # seconds
SHOW_STOP_AFTER = 2.0
TICK = 0.1  # seconds between two signs of life


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
def _shared_store() -> Store[tuple[Settings, str], Trained]:
    return Store(STORE_BYTES)


def _store(settings: Settings) -> Store[tuple[Settings, str], Trained]:
    """Where these settings' networks are kept: what was trained on a person's data, in their session."""
    if settings.dataset == UPLOAD:
        return room().setdefault("trained", Store(OWN_STORE_BYTES))
    return _shared_store()


def training_key(settings: Settings) -> Settings:
    """The settings that a training depends on: not the chosen λ, nor what the data set has no use for."""
    default = Settings()
    key = replace(settings, lam=default.lam)
    if source_of(settings.dataset).synthetic:
        return key
    return replace(key, noise=default.noise, n_samples=default.n_samples)


def trained(settings: Settings) -> Trained:
    """Both penalties over the grid for these settings, trained now or taken from the store.

    Past SHOW_PROGRESS_AFTER a bar shows how far it is, past SHOW_STOP_AFTER with a button that stops it; a
    new choice of the person's ends it too. What was stopped, or is estimated to take longer than MAX_SECONDS,
    ends the page here, with a sentence.
    """
    settings = training_key(settings)
    key, store = (settings, fingerprint(settings)), _store(settings)
    found = store.get(key)
    place = st.empty()  # there even when empty, or what follows would move and be drawn anew
    if found is None:
        data = load(settings)
        _wait_or_refuse(place, key, data)
        found = _train(settings, data, _progress(place, key))
        place.empty()
        store.put(key, found)
    return found


def later(settings: Settings, own: Dataset | None = None) -> Callable[[], Trained]:
    """A function that gives these networks later, in another thread too: those kept, or trained anew.

    own: a person's data, which another thread does not know. The function keeps no networks itself. What
    takes too long to train is refused with a RefusedError.
    """
    settings = training_key(settings)
    key, store = (settings, fingerprint(settings)), _store(settings)

    def recalled() -> Trained:
        found = store.get(key)
        if found is None:
            data = own or load(settings)
            if sentence := too_long(settings, data):
                raise RefusedError(sentence)
            found = _train(settings, data, lambda done, total: None)
            store.put(key, found)
        return found

    return recalled


def too_long(settings: Settings, data: Dataset) -> str | None:
    """Why these settings are not trained on these data, None where they are."""
    return refusal(settings, seconds(settings, data.n_features, len(data.class_names), data.m))


def seconds(settings: Settings, n_features: int, n_classes: int, m: int) -> float:
    """About how long the training takes for data of this shape, m training samples."""
    n = len(LAMS) * len(PENALTIES)
    return estimated_seconds((m,), n_features, settings.hidden, n_classes, n, settings.epochs)


def refusal(settings: Settings, expected: float) -> str | None:
    """Why a training of so many seconds is not begun, and what to lower; None where it is."""
    if expected <= MAX_SECONDS:
        return None
    fits = [epochs for epochs in EPOCHS if expected * epochs / settings.epochs <= MAX_SECONDS]
    lower = f"at most {fits[-1]:,} epochs" if fits else "fewer epochs"
    fewer = " or rows" if settings.dataset == UPLOAD else ""
    return (
        f"Training {len(LAMS) * len(PENALTIES)} networks with these settings would take about "
        f"{duration(expected)}, more than the {duration(MAX_SECONDS)} that this server gives, so it is not "
        f"begun. Choose {lower}, or fewer hidden units{fewer}."
    )


def _wait_or_refuse(
    place: st.delta_generator.DeltaGenerator, key: tuple[Settings, str], data: Dataset
) -> None:
    """End the page here where the training takes too long, or was stopped and is not asked for again."""
    settings = key[0]
    expected = seconds(settings, data.n_features, len(data.class_names), data.m)
    if sentence := refusal(settings, expected):
        place.warning(sentence)
        st.stop()
    if st.session_state.get(STOPPED) == key:
        with place.container():
            st.info(
                "The training was stopped. It takes about "
                f"{duration(expected)}; fewer epochs or hidden units take less."
            )
            st.button("Train them", on_click=_remember_stop, args=(None,), key="train_again")
        st.stop()


def _remember_stop(key: tuple[Settings, str] | None) -> None:
    """A button's callback: the training of this key is not wanted; None for none."""
    st.session_state[STOPPED] = key


def _train(settings: Settings, data: Dataset, on_progress: Callable[[int, int], None]) -> Trained:
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


def _progress(
    place: st.delta_generator.DeltaGenerator, key: tuple[Settings, str]
) -> Callable[[int, int], None]:
    """A callback that draws a bar at most every TICK seconds; each draw is a place to be stopped at."""
    started = shown = monotonic()
    bar = box = None

    def on_progress(done: int, total: int) -> None:
        nonlocal bar, box, shown
        now = monotonic()
        if now - started > SHOW_PROGRESS_AFTER and now - shown > TICK:
            shown = now
            if bar is None:  # over the page, see ui.theme; a page may train more than once
                box = place.container(key=f"progress_{started}")
                bar = box.empty()
            if box is not None and now - started > SHOW_STOP_AFTER:
                box.button("Stop", on_click=_remember_stop, args=(key,), key=f"stop_{started}")
                box = None
            n = len(LAMS) * len(PENALTIES)
            bar.progress(done / total, f"Training {n} networks: {done / total:.0%}")

    return on_progress
