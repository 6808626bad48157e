"""How a page has work done: one display for every kind, in one place, with a way to stop it."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, NoReturn

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.base.queue import BusyError
from ui.base.session import allow_stop, session
from ui.work.tasks import ON_SCREEN, SECOND, Batch, Task, Value, busy_sentence, run_shared

SHOW_PROGRESS_AFTER = 0.6  # seconds; a bar that only flashes by says nothing and costs a redraw
SHOW_STOP_AFTER = 2.0


class UnfinishedError(RuntimeError):
    """A part of a page that has not got its work; why stands in its place on the page."""


@dataclass(eq=False)
class Progress:
    """Runs a page's work: past SHOW_PROGRESS_AFTER with a bar, past SHOW_STOP_AFTER with a button to stop it.

    Any new choice of the person's ends it too. Work that was stopped, waits for its button, is refused or
    would have to wait too long ends the page here, with a sentence.

    place: an element that is there even when it is empty, or what follows would move and be drawn anew.
    part: the name of a part of the page, whose work comes after what screens wait for. The page goes on where
    it has not got it, which UnfinishedError says. "" for the page itself.
    """

    place: DeltaGenerator
    part: str = ""

    def __call__(self, batch: Batch[Value]) -> list[Value]:
        """The results of the batch."""
        results = {task.key: task.kept() for task in batch.tasks}
        missing = [task for task in batch.tasks if results[task.key] is None]
        if missing:
            self._stop_if_unwanted(batch, missing)
            display = _Display(self.place, batch.key, len(missing))
            try:
                rank = SECOND if self.part else ON_SCREEN
                results |= {task.key: run_shared(task, display.of(task), rank=rank) for task in missing}
            except BusyError as busy:
                self._say_busy(busy)
            self.place.empty()
        return [result for result in results.values() if result is not None]

    def _stop_if_unwanted(self, batch: Batch[Value], missing: Sequence[Task[Value]]) -> None:
        """End the page here where the work is refused, was stopped, or is long and not asked for yet."""
        refused = batch.refused(missing)
        if refused:
            self.place.warning(refused)
            self._leave()
        is_long = sum(task.seconds for task in missing) > batch.asks_above
        if batch.key in session.stopped or (is_long and session.wanted != batch.key):
            with self.place.container():
                st.info(batch.pending(missing))
                st.button("Train them", on_click=_want, args=(batch.key,), key=f"train_them{self.part}")
            self._leave()

    def _say_busy(self, busy: BusyError) -> None:
        with self.place.container():
            st.warning(busy_sentence(busy))
            st.button("Try again", key=f"try_again{self.part}")
        self._leave()

    def _leave(self) -> NoReturn:
        """End the page here, or its part."""
        if self.part:
            raise UnfinishedError
        st.stop()


class _Display:
    """The bar over a page, for all tasks of a batch together; drawn anew only where its words change."""

    def __init__(self, place: DeltaGenerator, key: Hashable, n_tasks: int) -> None:
        self._place, self._key, self._n_tasks = place, key, n_tasks
        self._started, self._words, self._before = monotonic(), "", -1
        self._bar: DeltaGenerator | None = None
        self._box: DeltaGenerator | None = None

    def of(self, task: Task[Any]) -> "_Watch":
        """What watches the next task."""
        self._before += 1
        return _Watch(self, task.label, self._before)

    def show(self, label: str, ahead: int, share: float, before: int) -> None:
        """Draw how far it is, where that is to be seen; each call is a place to be stopped at."""
        allow_stop()
        waited = monotonic() - self._started
        if waited <= SHOW_PROGRESS_AFTER:
            return
        if self._bar is None:  # over the page, see theme.css; a page may train more than once
            self._box = self._place.container(key=f"progress_{self._started}")
            self._bar = self._box.empty()
        if self._box is not None and waited > SHOW_STOP_AFTER:
            self._box.button("Stop", on_click=_stop, args=(self._key,), key=f"stop_{self._started}")
            self._box = None
        overall = (before + share) / self._n_tasks
        words = f"{label}: place {ahead} in the queue" if ahead else f"{label}: {overall:.0%}"
        if words != self._words:
            self._words = words
            self._bar.progress(overall, words)


@dataclass(frozen=True, eq=False)
class _Watch:
    """What the queue calls at every tick of one task."""

    display: _Display
    label: str
    before: int  # tasks of the batch

    def __call__(self, ahead: int, done: int, total: int) -> None:
        self.display.show(self.label, ahead, done / total, self.before)


def _want(key: Hashable) -> None:
    """A button's callback: this work is wanted, however long it takes."""
    session.stopped, session.wanted = session.stopped - {key}, key


def _stop(key: Hashable) -> None:
    """A button's callback: this work is not wanted any more."""
    session.stopped, session.wanted = session.stopped | {key}, None
