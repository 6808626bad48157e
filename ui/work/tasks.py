"""Work that a page asks for: made once for all who ask, in the queue, and kept within a bound of bytes.

A `Task` says what the work depends on, how long it takes and where its result is kept. A `Batch` is one or
more of them that are wanted together. How they are run is up to who asks: a page shows how far they are and
can stop them (`ui.work.progress`), a download waits in a thread of its own (`deferred`), a test has them run
at once (`run_now`).
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from math import inf
from threading import Lock
from typing import Any, Generic, Protocol, TypeVar

from core import Settings
from ui.base.cache import Sized
from ui.base.environment import ENVIRONMENT
from ui.base.queue import BusyError, OnProgress, Queue, Watch
from ui.base.screens import Screens
from ui.base.words import duration, joined
from ui.data.shelf import Kind, Shelf
from ui.work.owner import owner, presence

Value = TypeVar("Value", bound=Sized)

WORKERS = ENVIRONMENT.workers  # pieces of work at the same moment
QUEUE_SECONDS = ENVIRONMENT.queue_seconds  # what waits longer is not queued
SCREENS = Screens()
QUEUE = Queue(WORKERS, QUEUE_SECONDS, is_urgent=SCREENS.is_busy)
MAX_SECONDS = 60.0  # estimated, of one piece; what takes longer is not begun
BATCH_SECONDS = 300.0  # the same of all that is missing of a batch
ON_SCREEN, SECOND = 0, 1  # ranks: what a screen waits for, and what comes after it


class RefusedError(ValueError):
    """Work that is not begun, with a sentence that says why and what to do."""


@dataclass(frozen=True, eq=False)
class Task(Generic[Value]):
    """A piece of work; the shelf is that of its data.

    depends_on: everything that its result depends on beside the data; settings that play no part are left at
    their defaults, so that others who differ in them alone find it made.
    """

    kind: Kind
    shelf: Shelf
    settings: Settings
    depends_on: tuple[Hashable, ...]  # beside the settings
    work: Callable[[OnProgress], Value]
    seconds: float  # about how long it takes
    label: str  # "Training 52 networks"
    refusal: str | None = None  # why it is not begun at all, in a sentence; what takes too long never is

    @property
    def key(self) -> Hashable:
        """What tells it from all other work."""
        return self.kind.name, self.shelf.digest, self.settings, self.depends_on

    def kept(self) -> Value | None:
        """The result, where it was made before and is still kept."""
        found: Value | None = self.shelf.store(self.kind).get(self.key)
        return found

    def keep(self, result: Value) -> None:
        """Keep the result for those who ask next."""
        self.shelf.store(self.kind).put(self.key, result)

    @property
    def refused(self) -> str | None:
        """Its refusal, or that it takes too long."""
        return self.refusal or not_begun(self.label, self.seconds, MAX_SECONDS)


def not_begun(
    what: str, seconds: float, at_most: float, lower: str = "fewer epochs or hidden units"
) -> str | None:
    """Why work of so many seconds is not begun, and what to lower; None where it is."""
    if seconds <= at_most:
        return None
    return (
        f"{what} with these settings would take about {duration(seconds)}, more than the "
        f"{duration(at_most)} that this server gives, so it is not begun. Choose {lower}."
    )


def _stopped(missing: Sequence[Task[Any]]) -> str:
    expected = duration(sum(task.seconds for task in missing))
    return f"The training was stopped. It takes about {expected}; fewer epochs or hidden units take less."


@dataclass(frozen=True, eq=False)
class Batch(Generic[Value]):
    """Work that is wanted together.

    asks_above: seconds above which a page waits for a button before it begins. pending: for what is missing
    the sentence that stands beside that button, also after the person has stopped the work. label: of all of
    it. lower: what to choose where that takes too long.
    """

    tasks: tuple[Task[Value], ...]
    asks_above: float = inf
    pending: Callable[[Sequence[Task[Value]]], str] = _stopped
    label: str = "All of this"
    lower: str = "fewer epochs or hidden units"

    @property
    def key(self) -> Hashable:
        """What tells it from other work."""
        return tuple(task.key for task in self.tasks)

    def missing(self) -> list[Task[Value]]:
        """What is not made yet."""
        return [task for task in self.tasks if task.kept() is None]

    def refused(self, missing: Sequence[Task[Value]]) -> str | None:
        """Why what is missing is not begun, in a sentence; None where it is."""
        one = next((refused for task in missing if (refused := task.refused)), None)
        return one or not_begun(self.label, sum(task.seconds for task in missing), BATCH_SECONDS, self.lower)

    def possible(self) -> "Batch[Value]":
        """The same without what is refused."""
        return replace(self, tasks=tuple(task for task in self.tasks if task.refused is None))

    def kept(self) -> list[Value] | None:
        """All results, None where one is not made yet."""
        found = [task.kept() for task in self.tasks]
        complete = [result for result in found if result is not None]
        return complete if len(complete) == len(found) else None


class Run(Protocol):
    """A way to have work done."""

    def __call__(self, batch: Batch[Value]) -> list[Value]:
        """The results of the batch, made or taken from where they are kept."""
        ...


def run_shared(
    task: Task[Value],
    watch: Watch = lambda place, done, total: None,
    asked_by: Hashable = None,
    rank: int = ON_SCREEN,
) -> Value:
    """The task's result, kept: made now, or by whoever asked for the same before.

    watch, rank: as for `Queue.run`. asked_by: the owner; of a page None. Raises BusyError where it would wait
    too long, and what the work raises.
    """

    def work(on_progress: OnProgress) -> Value:
        found = task.kept()  # it may have come since it was looked for
        if found is None:
            found = task.work(on_progress)
            task.keep(found)
        return found

    with SCREENS.away():
        found = QUEUE.run(task.key, work, watch, task.seconds, asked_by or owner(), rank)
    if task.kept() is None:  # whoever asked first has a shelf of their own
        task.keep(found)
    return found


def run_now(batch: Batch[Value]) -> list[Value]:
    """The results without a queue, one after the other: for a notebook or a test."""
    results = []
    for task in batch.tasks:
        found = task.kept()
        if found is None:
            found = task.work(lambda done, total: None)
            task.keep(found)
        results.append(found)
    return results


def deferred(turn: Lock) -> Run:
    """A way for a download, in a thread beside the pages. turn: what only one download of a session can hold.

    It counts for whoever owns the page that makes it, and comes after what their screens wait for; once they
    have left it is given up. It raises RefusedError where the work is refused or given up, would have to wait
    too long or for a button on a page, or comes while another download of the session's is under way.
    """
    asked_by, is_here = owner(), presence()

    def watch(place: int, done: int, total: int) -> None:
        if not is_here():
            raise RefusedError("Whoever asked for this file has left.")

    def shared(task: Task[Value]) -> Value:
        found = task.kept()
        return run_shared(task, watch, asked_by, SECOND) if found is None else found

    def run(batch: Batch[Value]) -> list[Value]:
        missing = batch.missing()
        refused = batch.refused(missing)
        if refused:
            raise RefusedError(refused)
        if sum(task.seconds for task in missing) > batch.asks_above:
            raise RefusedError(
                "This part takes long to train and is left out: open its page, let it train, and save again."
            )
        with _one_download(turn) if missing else nullcontext():
            return [shared(task) for task in batch.tasks]

    return run


@contextmanager
def _one_download(turn: Lock) -> Iterator[None]:
    """Work for a download. Raises RefusedError while another one of the session's works, or none can."""
    if not turn.acquire(blocking=False):
        raise RefusedError("Another download of yours still waits for its training. Try again after it.")
    try:
        yield
    except BusyError as busy:
        raise RefusedError(busy_sentence(busy)) from busy
    finally:
        turn.release()


def busy_sentence(busy: BusyError) -> str:
    """Why it is not begun now: how long what is before it takes, and whose that is; and what to do."""
    if busy.pieces:
        return (
            f"The server is full: {busy.pieces:,} pieces of work wait for their turn, no more can. "
            "Your settings are kept. Try again in a while, or choose settings that were trained before."
        )
    others = f"{busy.others:,} {'other' if busy.others == 1 else 'others'}" if busy.others else ""
    who = joined([name for name in ("you" if busy.own else "", others) if name] or ["others"])
    stop = "stop what you no longer need in another tab, " if busy.own else ""
    return (
        f"The server is busy: what {who} asked for before takes about {duration(busy.seconds)}, more than "
        f"the {duration(QUEUE_SECONDS)} that anyone is let wait. Your settings are kept. Try again in a "
        f"while, {stop}or choose settings that were trained before."
    )
