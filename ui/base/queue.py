"""Work that takes a while: one for all who ask for the same, in turn, by a few threads of its own.

Who asks waits, and hears at every TICK where the work is: so a page can show it, and be told to stop. When
nobody has waited for a piece of work for GRACE it ends at its next sign of progress, or is never begun. A
page that runs anew, for another λ say, asks for the same work again and finds it under way.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, Generic, TypeVar, cast

TICK = 0.05  # seconds between two signs of life
GRACE = 0.12  # seconds that work goes on for nobody; with a TICK below the 0.2 within which it is to stop

Value = TypeVar("Value")
OnProgress = Callable[[int, int], None]
Watch = Callable[[int, int, int], None]


class BusyError(RuntimeError):
    """Too much is to be done before; `seconds` says how long that takes."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} seconds of work are asked for before")
        self.seconds = seconds


class _LeftError(Exception):
    """Nobody waits any more."""


@dataclass(eq=False)
class _Job(Generic[Value]):
    """A piece of work and those who wait for it."""

    key: Hashable
    work: Callable[[OnProgress], Value]
    seconds: float  # about how long it takes
    waiting: int = 0  # how many wait
    left_at: float = 0.0  # when the last of them left
    done: int = 0
    total: int = 1
    result: Value | None = None
    error: BaseException | None = None
    ended: Event = field(default_factory=Event)

    @property
    def left(self) -> float:
        """About how many seconds it still takes."""
        return self.seconds * (1 - self.done / self.total)


class Queue:
    """A queue, first come first served, and the threads that work it off; they end where it is empty."""

    def __init__(self, workers: int, max_seconds: float, grace: float = GRACE) -> None:
        """max_seconds: where more work than that stands before a new piece, it is refused."""
        self._workers, self._max_seconds, self._grace, self._lock = workers, max_seconds, grace, Lock()
        self._wanted: dict[Hashable, _Job[Any]] = {}  # queued or begun, and not given up
        self._queue: list[_Job[Any]] = []
        self._begun: list[_Job[Any]] = []
        self._threads = 0

    def run(
        self,
        key: Hashable,
        work: Callable[[OnProgress], Value],
        watch: Watch = lambda place, done, total: None,
        seconds: float = 0.0,
    ) -> Value:
        """What work(on_progress) returns, or raises; it is not begun again for a key that is under way.

        watch(place, done, total): called at every TICK, with the place in the queue, 0 once the work has
        begun; where it raises, the wait is over. seconds: about how long the work takes. Raises BusyError.
        """
        job = self._join(key, work, seconds)
        try:
            while not job.ended.wait(TICK):
                watch(self._place(job), job.done, job.total)
        finally:
            self._leave(job)
        if job.error is not None:
            raise job.error
        return cast(Value, job.result)

    def idle(self) -> bool:
        """Whether nothing is queued, begun or waited for."""
        with self._lock:
            return not (self._wanted or self._queue or self._begun)

    def _join(self, key: Hashable, work: Callable[[OnProgress], Value], seconds: float) -> _Job[Value]:
        with self._lock:
            self._give_up(self._queue)
            job = self._wanted.get(key)
            if job is None:
                before = self._seconds_before()
                if before > self._max_seconds:
                    raise BusyError(before)
                job = self._wanted[key] = _Job(key, work, seconds)
                self._queue.append(job)
                if self._threads < self._workers:
                    self._threads += 1
                    Thread(target=self._work, name="lab-work", daemon=True).start()
            job.waiting += 1
            return job

    def _leave(self, job: _Job[Any]) -> None:
        with self._lock:
            job.waiting -= 1
            job.left_at = monotonic()

    def _report(self, job: _Job[Any], done: int, total: int) -> None:
        """What the work calls with its progress; the place to be stopped at."""
        if job.waiting == 0:
            with self._lock:
                self._give_up([job])
            if self._wanted.get(job.key) is not job:
                raise _LeftError
        job.done, job.total = done, total

    def _give_up(self, jobs: Sequence[_Job[Any]]) -> None:
        """Drop those that nobody has waited for long enough."""
        for job in list(jobs):
            if job.waiting == 0 and monotonic() - job.left_at >= self._grace:
                self._drop(job)

    def _drop(self, job: _Job[Any]) -> None:
        """Nobody can join this job any more; it may be under way still."""
        if self._wanted.get(job.key) is job:
            del self._wanted[job.key]
        if job in self._queue:
            self._queue.remove(job)

    def _seconds_before(self) -> float:
        """About how long a new piece of work would wait."""
        if self._threads < self._workers:
            return 0.0
        return sum(job.left for job in (*self._begun, *self._queue)) / self._workers

    def _place(self, job: _Job[Any]) -> int:
        with self._lock:
            self._give_up(self._queue)
            return self._queue.index(job) + 1 if job in self._queue else 0

    def _next(self) -> _Job[Any] | None:
        """The next piece of work, or None: the thread that asked then ends."""
        with self._lock:
            for job in [job for job in self._queue if job.waiting == 0]:
                self._drop(job)
            if not self._queue:
                self._threads -= 1
                return None
            self._begun.append(self._queue.pop(0))
            return self._begun[-1]

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                job.result = job.work(partial(self._report, job))
            except BaseException as error:  # whoever waits is to hear of it, whatever it is
                job.error = error
            with self._lock:
                self._begun.remove(job)
                self._drop(job)
            job.ended.set()
