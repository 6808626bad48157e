"""Pieces of work for the tests: quick ones that count how often they are done, and queues that are busy."""

from collections.abc import Callable, Hashable, Sequence
from math import inf
from typing import NoReturn

from core import Settings
from ui.base.queue import BusyError, Queue
from ui.data.shelf import Kind, Shelf
from ui.work.tasks import Batch, Task

KIND = Kind("pieces", 10_000, 10_000)


class Result:
    """A result of ten bytes, which knows what it is of."""

    nbytes = 10

    def __init__(self, of: Hashable) -> None:
        self.of = of

    def __repr__(self) -> str:
        return f"Result({self.of!r})"


class Work:
    """Work that counts how often it is done; before it ends it does what `meanwhile` says."""

    def __init__(self, of: Hashable, meanwhile: Callable[[Callable[[int, int], None]], None] | None) -> None:
        self.of, self.meanwhile, self.calls = of, meanwhile, 0

    def __call__(self, on_progress: Callable[[int, int], None]) -> Result:
        self.calls += 1
        if self.meanwhile:
            self.meanwhile(on_progress)
        return Result(self.of)


def piece(
    of: Hashable = "a",
    shelf: Shelf | None = None,
    seconds: float = 0.0,
    refusal: str | None = None,
    meanwhile: Callable[[Callable[[int, int], None]], None] | None = None,
) -> Task[Result]:
    """A piece of work that depends on `of`."""
    work = Work(of, meanwhile)
    return Task(KIND, shelf or Shelf(), Settings(), (of,), work, seconds, f"Working on {of}", refusal)


def calls(tasks: Sequence[Task[Result]]) -> list[int]:
    """How often each was done."""
    return [task.work.calls for task in tasks]


def batch_of(*tasks: Task[Result], asks_above: float = inf) -> Batch[Result]:
    """Pieces that are wanted together, with a sentence that names what is missing."""
    return Batch(tasks, asks_above, lambda missing: f"Still missing: {', '.join(t.label for t in missing)}.")


class Busy(Queue):
    """A queue in which too much is asked for."""

    def __init__(self) -> None:
        super().__init__(1, 120.0)

    def run(self, *_: object, **__: object) -> NoReturn:
        raise BusyError(300.0, others=3)
