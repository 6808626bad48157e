"""Work that takes a while: one for all who ask for the same, in turn, by a few threads of its own.

Who asks waits, and hears at every TICK where the work is: so a page can show it, and be told to stop. When
nobody has waited for a piece of work for GRACE it ends at its next sign of progress, or is never begun. A
page that runs anew, for another λ say, asks for the same work again and finds it under way. Whose turn it is
says `ui.base.line`; longer work stands still for a moment at each sign of progress while shorter goes on.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Lock, Thread
from time import monotonic, sleep
from typing import Any, Generic, TypeVar, cast

from ui.base.line import LONG, Ask, BusyError, Line, Piece

__all__ = ["GRACE", "TICK", "BusyError", "OnProgress", "Queue", "Watch"]

TICK = 0.05  # seconds between two signs of life
GRACE = 0.12  # seconds that work goes on for nobody; with a TICK below the 0.2 within which it is to stop
WAY = 2.0  # for how long longer work gives way to shorter, in units of what it has worked for since
WAY_SECONDS = 0.05  # and how long at once

Value = TypeVar("Value")
OnProgress = Callable[[int, int], None]
Watch = Callable[[int, int, int], None]


class _LeftError(Exception):
    """Nobody waits any more."""


@dataclass(eq=False)
class _Job(Piece, Generic[Value]):
    """A piece of work, and what came of it."""

    work: Callable[[OnProgress], Value] = field(kw_only=True)
    result: Value | None = None
    error: BaseException | None = None
    ended: Event = field(default_factory=Event)
    resumed_at: float = 0.0  # when it began, or went on after it had given way


class Queue:
    """A line of work that is fair to those who ask, and the threads that work it off; they end with it."""

    def __init__(
        self,
        workers: int,
        max_seconds: float,
        grace: float = GRACE,
        is_urgent: Callable[[], bool] = lambda: False,
    ) -> None:
        """max_seconds: a new piece that would wait longer is refused.

        is_urgent: whether something beside the queue goes on for which all but the shortest work makes way.
        """
        self._workers, self._lock, self._is_urgent = workers, Lock(), is_urgent
        self._busy = 0  # workers at work; the expresses count by themselves
        self._line: Line[_Job[Any]] = Line(workers, max_seconds, grace)

    def run(
        self,
        key: Hashable,
        work: Callable[[OnProgress], Value],
        watch: Watch = lambda place, done, total: None,
        seconds: float = 0.0,
        owner: Hashable = None,
        rank: int = 0,
    ) -> Value:
        """What work(on_progress) returns, or raises; it is not begun again for a key that is under way.

        watch(place, done, total): called at every TICK, with the place in the queue, 0 once the work has
        begun; where it raises, the wait is over. seconds: about how long the work takes. owner: who asks,
        among whom turns go round. rank: 0 where a screen waits, 1 for what comes second. Raises BusyError.
        """
        ask = Ask(owner, rank)
        job = self._join(key, work, seconds, ask)
        try:
            while not job.ended.wait(TICK):
                watch(self._place(job), job.done, job.total)
        finally:
            with self._lock:
                self._line.leave(job, ask)
        if job.error is not None:
            raise job.error
        return cast(Value, job.result)

    def idle(self) -> bool:
        """Whether nothing is queued, begun or waited for."""
        with self._lock:
            return self._line.is_empty()

    def _join(
        self, key: Hashable, work: Callable[[OnProgress], Value], seconds: float, ask: Ask
    ) -> _Job[Value]:
        with self._lock:
            self._line.give_up()
            job = self._line.join(key, ask)
            if job is None:
                if self._busy == self._workers:
                    self._refuse(ask.owner, seconds)
                job = _Job(key, seconds, work=work)
                self._line.add(job, ask)
            self._employ()
            return job

    def _employ(self) -> None:
        """One more thread where there may be one and something waits."""
        if self._busy < self._workers and (first := self._line.take()) is not None:
            self._busy += 1
            self._start(first)
        for lane in range(LONG):
            if (first := self._line.take_express(lane)) is not None:
                self._start(first)

    def _start(self, first: _Job[Any]) -> None:
        try:
            Thread(target=self._work, args=(first,), name="lab-work", daemon=True).start()
        except RuntimeError as error:  # the system has none left
            first.error = error
            self._line.end(first)
            self._busy -= first.express is None
            first.ended.set()

    def _refuse(self, owner: Hashable, seconds: float) -> None:
        """Raise BusyError where there is no time for a new piece; where there is no room, make some."""
        self._line.check(owner, seconds)
        dropped = self._line.make_room(owner)
        if dropped is not None:
            dropped.error = BusyError(dropped.seconds, dropped.seconds, pieces=self._line.n_waiting())
            dropped.ended.set()

    def _report(self, job: _Job[Any], done: int, total: int) -> None:
        """What the work calls with its progress; the place to be stopped at, and to give way."""
        if not job.asks:
            with self._lock:
                self._line.drop_if_left(job)
            if not self._line.is_wanted(job):
                raise _LeftError
        job.done, job.total = done, total
        if self._line.gives_way(job) or (job.lane and self._is_urgent()):
            sleep(min(WAY * (monotonic() - job.resumed_at), WAY_SECONDS))
            job.resumed_at = monotonic()

    def _place(self, job: _Job[Any]) -> int:
        with self._lock:
            if job.began_at is None:  # what was to be short and is not holds up its lane until somebody looks
                self._employ()
            return self._line.place(job)

    def _next(self, express: int | None) -> _Job[Any] | None:
        """The next piece of work, or None: the thread that asked then ends."""
        with self._lock:
            job = self._line.take() if express is None else self._line.take_express(express)
            self._busy -= job is None and express is None
            return job

    def _work(self, first: _Job[Any]) -> None:
        """What a thread does, as a worker or as an express."""
        job: _Job[Any] | None = first
        while job is not None:
            job.resumed_at = monotonic()
            try:
                job.result = job.work(partial(self._report, job))
            except BaseException as error:  # whoever waits is to hear of it, whatever it is
                job.error = error
            with self._lock:
                self._line.end(job)
            job.ended.set()
            job = self._next(first.express)
