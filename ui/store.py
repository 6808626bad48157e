"""Training for the pages: once for each setting, in sight, stoppable, and kept within a bound of bytes.

The work is done outside Streamlit's caches and threads: several visitors may wait for the same, each sees
how far it is, and each can leave. What would take too long is refused before it begins, and so is what
would have to wait too long.
"""

import os
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from threading import Lock
from time import monotonic
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core import Dataset, Settings, train
from core.network import layer_sizes
from core.penalties import PENALTIES
from core.settings import EPOCHS, LAMS, UPLOAD
from core.variance import estimated_seconds
from ui.data import fingerprint, load, source_of, store_for
from ui.jobs import BusyError, Jobs, OnProgress, Watch
from ui.lesson import RefusedError, Trained
from ui.memory import Store
from ui.words import duration

STORE_BYTES = int(float(os.environ.get("LAB_STORE_MB", "400")) * 1e6)
OWN_STORE_BYTES = 60_000_000  # of one session's own data
WORKERS = int(os.environ.get("LAB_WORKERS", "2"))  # trainings at the same moment
MAX_SECONDS = 60.0  # estimated; what takes longer is not begun
QUEUE_SECONDS = float(os.environ.get("LAB_QUEUE_SECONDS", "120"))  # what waits longer is not queued
STOPPED = "stopped"  # in the session: the key of the training that the person stopped
DOWNLOAD = "download_turn"  # in the session: held while a download trains
HISTORY_BYTES = 48_000_000  # of one run's snapshots; wide networks keep fewer of them
MAX_SNAPSHOTS = 60
SHOW_PROGRESS_AFTER = 0.6  # seconds; a bar that only flashes by tells nothing and costs a redraw
SHOW_STOP_AFTER = 2.0


@dataclass(frozen=True)
class Task:
    """Work that a page asks for: what it depends on, how long it takes, and how it is told."""

    key: Hashable
    work: Callable[[OnProgress], Any]
    seconds: float
    told: str  # "Training 52 networks"
    refused: str | None = None  # why it is not begun at all


@st.cache_resource
def _jobs() -> Jobs:
    return Jobs(WORKERS, QUEUE_SECONDS)


@st.cache_resource
def _shared_store() -> Store[tuple[Settings, str], Trained]:
    return Store(STORE_BYTES)


def _store(settings: Settings) -> Store[tuple[Settings, str], Trained]:
    """Where these settings' networks are kept."""
    return store_for(settings, "trained", OWN_STORE_BYTES, _shared_store)


def training_key(settings: Settings) -> Settings:
    """The settings that a training depends on: not the chosen λ, nor what the data set has no use for."""
    default = Settings()
    key = replace(settings, lam=default.lam)
    if source_of(settings.dataset).synthetic:
        return key
    return replace(key, noise=default.noise, n_samples=default.n_samples)


def trained(settings: Settings) -> Trained:
    """Both penalties over the grid for these settings, trained now or taken from the store: as `in_sight`."""
    settings = training_key(settings)
    key, store = (settings, fingerprint(settings)), _store(settings)
    return in_sight(store, key, lambda: _task(settings, key, load(settings)))


def in_sight(store: Store, key: Hashable, task: Callable[[], Task]) -> Any:
    """What the store keeps for the key, or else what the task makes, done now.

    Past SHOW_PROGRESS_AFTER a bar shows how far it is, past SHOW_STOP_AFTER with a button that stops it; a
    new choice of the person's ends it too. What was stopped, is estimated to take longer than MAX_SECONDS,
    or to wait longer than QUEUE_SECONDS, ends the page here, with a sentence.
    """
    found = store.get(key)
    place = st.empty()  # there even when empty, or what follows would move and be drawn anew
    if found is None:
        wanted = task()
        _stop_if_unwanted(place, wanted)
        try:
            found = done(store, wanted, _watch(place, wanted))
        except BusyError as busy:
            tell_busy(place, busy)
            st.stop()
        place.empty()
    return found


def done(store: Store, task: Task, watch: Watch = lambda place, done, total: None) -> Any:
    """The task's result, kept in the store: made now, or by whoever asked for the same before.

    watch: as for `Jobs.run`. Raises BusyError where it would have to wait too long, and what the work raises.
    """

    def work(on_progress: OnProgress) -> Any:
        found = store.get(task.key)  # it may have come since it was looked for
        if found is None:
            found = task.work(on_progress)
            store.put(task.key, found)
        return found

    found = _jobs().run(task.key, work, watch, task.seconds)
    if store.get(task.key) is None:  # whoever asked first has a store of their own
        store.put(task.key, found)
    return found


def later(settings: Settings, own: Dataset | None = None) -> Callable[[], Trained]:
    """A function that gives these networks later, in another thread too: those kept, or trained anew.

    own: a person's data, which another thread does not know. The function keeps no networks itself. What
    takes too long to train or to wait for, or comes while another download of the session's trains, is
    refused with a RefusedError.
    """
    settings = training_key(settings)
    key = settings, fingerprint(settings)
    return recalled(_store(settings), key, lambda: _task(settings, key, own or load(settings)))


def recalled(store: Store, key: Hashable, task: Callable[[], Task]) -> Callable[[], Any]:
    """A function that gives what the store keeps for the key, or else what the task makes, in any thread.

    It raises RefusedError where the task is refused, has to wait too long, or comes while another download
    of the session's is under way.
    """
    turn = download_turn()

    def recall() -> Any:
        found = store.get(key)
        if found is None:
            wanted = task()
            if wanted.refused:
                raise RefusedError(wanted.refused)
            with one_download(turn):
                found = done(store, wanted)
        return found

    return recall


def download_turn() -> Lock:
    """What only one of this session's downloads can hold; for a thread beside the pages one of its own."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return Lock()
    return st.session_state.setdefault(DOWNLOAD, Lock())


@contextmanager
def one_download(turn: Lock) -> Iterator[None]:
    """Train for a download. Raises RefusedError while another one of the session's trains, or none can."""
    if not turn.acquire(blocking=False):
        raise RefusedError("Another download of yours still waits for its training. Try again after it.")
    try:
        yield
    except BusyError as busy:
        raise RefusedError(busy_sentence(busy)) from busy
    finally:
        turn.release()


def busy_sentence(busy: BusyError) -> str:
    """Why it is not begun now, how long others take, and what to do."""
    return (
        f"The server is busy: what others asked for before takes about {duration(busy.seconds)}, more than "
        f"the {duration(QUEUE_SECONDS)} that anyone is let wait. Your settings are kept. Try again in a "
        "while, or choose settings that were trained before."
    )


def tell_busy(place: st.delta_generator.DeltaGenerator, busy: BusyError) -> None:
    """Say so, with a button to try again."""
    with place.container():
        st.warning(busy_sentence(busy))
        st.button("Try again", key="try_again")


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


def _task(settings: Settings, key: Hashable, data: Dataset) -> Task:
    """The training of both penalties over the grid."""
    expected = seconds(settings, data.n_features, len(data.class_names), data.m)
    told = f"Training {len(LAMS) * len(PENALTIES)} networks"
    work = partial(_train, settings, data)
    return Task(key, work, expected, told, refusal(settings, expected))


def _stop_if_unwanted(place: st.delta_generator.DeltaGenerator, task: Task) -> None:
    """End the page here where the work takes too long, or was stopped and is not asked for again."""
    if task.refused:
        place.warning(task.refused)
        st.stop()
    if st.session_state.get(STOPPED) == task.key:
        with place.container():
            st.info(
                "The training was stopped. It takes about "
                f"{duration(task.seconds)}; fewer epochs or hidden units take less."
            )
            st.button("Train them", on_click=_remember_stop, args=(None,), key="train_again")
        st.stop()


def _remember_stop(key: Hashable | None) -> None:
    """A button's callback: the training of this key is not wanted; None for none."""
    st.session_state[STOPPED] = key


def _train(settings: Settings, data: Dataset, on_progress: OnProgress) -> Trained:
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


def _watch(place: st.delta_generator.DeltaGenerator, task: Task) -> Watch:
    """A callback that draws a bar where its words change; each call is a place to be stopped at."""
    started, said = monotonic(), ""
    bar = box = None

    def watch(ahead: int, done: int, total: int) -> None:
        nonlocal bar, box, said
        heed()
        waited, words = monotonic() - started, progress_words(task.told, ahead, done / total)
        if waited <= SHOW_PROGRESS_AFTER:
            return
        if bar is None:  # over the page, see ui.theme; a page may train more than once
            box = place.container(key=f"progress_{started}")
            bar = box.empty()
        if box is not None and waited > SHOW_STOP_AFTER:
            box.button("Stop", on_click=_remember_stop, args=(task.key,), key=f"stop_{started}")
            box = None
        if words != said:
            said = words
            bar.progress(done / total, words)

    return watch


def heed() -> None:
    """A place where Streamlit ends a run that is not wanted any more; it sends nothing."""
    _ = STOPPED in st.session_state


def progress_words(told: str, ahead: int, share: float) -> str:
    """How far it is, or the place in the queue."""
    return f"{told}: place {ahead} in the queue" if ahead else f"{told}: {share:.0%}"
