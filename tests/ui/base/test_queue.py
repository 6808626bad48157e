"""Work in a queue: one for all who ask for the same, in turn, left by each at will."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from ui.base.queue import GRACE, BusyError, Queue

WAIT = 20  # seconds after which a test has failed


class Moved(BaseException):
    """What Streamlit raises in a page that is not wanted any more."""


class Slow:
    """Work that goes on until it is let go, and says that it has begun."""

    def __init__(self, result: object = "done") -> None:
        self.begun, self.go, self.calls, self.ended = Event(), Event(), 0, Event()
        self.result = result

    def __call__(self, on_progress: Callable[[int, int], None]) -> object:
        self.calls += 1
        self.begun.set()
        try:
            while not self.go.wait(0.001):
                on_progress(1, 4)
            if isinstance(self.result, BaseException):
                raise self.result
            return self.result
        finally:
            self.ended.set()


class Visitor:
    """Someone who waits for work in a thread of their own and can leave; keeps what it was told."""

    def __init__(self, queue: Queue, key: str, work: Slow, seconds: float = 0.0) -> None:
        self.words, self.heard, self.leaves = [], Event(), False
        self.outcome = ThreadPoolExecutor(1).submit(queue.run, key, work, self.watch, seconds)

    def watch(self, place: int, done: int, total: int) -> None:
        self.words.append((place, done, total))
        self.heard.set()
        if self.leaves:
            raise Moved

    def wait_for_word(self) -> tuple[int, int, int]:
        """The next word of where the work is."""
        self.heard.clear()
        assert self.heard.wait(WAIT)
        return self.words[-1]

    def leave(self) -> None:
        self.leaves = True
        with pytest.raises(Moved):
            self.outcome.result(WAIT)


@pytest.fixture
def queue() -> Queue:
    return Queue(1, 100.0)


def wait_until_idle(queue: Queue) -> None:
    """Nothing may be left behind, no thread either."""
    for _ in range(WAIT * 100):
        if queue.idle() and not any(thread.name == "lab-work" for thread in threading.enumerate()):
            return
        Event().wait(0.01)
    raise AssertionError("a piece of work was left behind")


def test_those_who_ask_for_the_same_get_one_result_of_one_piece_of_work(queue):
    work = Slow(object())
    visitors = [Visitor(queue, "a", work) for _ in range(5)]
    assert [visitor.wait_for_word() for visitor in visitors] == [(0, 1, 4)] * 5
    work.go.set()
    assert {visitor.outcome.result(WAIT) for visitor in visitors} == {work.result}
    assert work.calls == 1
    wait_until_idle(queue)


def test_the_queue_is_worked_off_in_turn_and_tells_each_their_place(queue):
    works = [Slow(i) for i in range(4)]
    visitors = []
    for i, work in enumerate(works):
        visitors.append(Visitor(queue, str(i), work))
        visitors[-1].wait_for_word()
    assert [visitor.wait_for_word()[0] for visitor in visitors] == [0, 1, 2, 3]
    for i, work in enumerate(works):
        assert work.begun.wait(WAIT)
        assert not any(later.begun.is_set() for later in works[i + 1 :])
        work.go.set()
    assert [visitor.outcome.result(WAIT) for visitor in visitors] == [0, 1, 2, 3]
    wait_until_idle(queue)


def test_work_ends_when_the_last_one_leaves_and_not_before(queue):
    work = Slow()
    first, second = Visitor(queue, "a", work), Visitor(queue, "a", work)
    first.wait_for_word(), second.wait_for_word()
    first.leave()
    second.wait_for_word()
    assert not work.ended.is_set()
    second.leave()
    assert work.ended.wait(WAIT), "it was never let go: only leaving ended it"
    wait_until_idle(queue)


def test_queued_work_that_nobody_waits_for_is_never_begun(queue):
    first, second = Slow(), Slow()
    stays, leaves = Visitor(queue, "a", first), Visitor(queue, "b", second)
    stays.wait_for_word(), leaves.wait_for_word()
    leaves.leave()
    first.go.set()
    assert stays.outcome.result(WAIT) == "done"
    wait_until_idle(queue)
    assert second.calls == 0


def test_who_comes_back_at_once_finds_the_work_under_way_and_its_place_in_the_queue():
    queue = Queue(1, 100.0, grace=WAIT)
    begun, queued, last = Slow("begun"), Slow("queued"), Slow("last")
    visitors = [Visitor(queue, key, work) for key, work in (("a", begun), ("b", queued))]
    [visitor.wait_for_word() for visitor in visitors]
    [visitor.leave() for visitor in visitors]
    behind = Visitor(queue, "c", last)
    behind.wait_for_word()
    again = [Visitor(queue, key, Slow(ValueError("this was begun anew"))) for key in "ab"]
    assert [visitor.wait_for_word()[0] for visitor in (*again, behind)] == [0, 1, 2]
    for work in (begun, queued, last):
        work.go.set()
    assert [visitor.outcome.result(WAIT) for visitor in (*again, behind)] == ["begun", "queued", "last"]
    assert begun.calls == queued.calls == 1
    wait_until_idle(queue)


def test_who_comes_back_later_gets_work_of_their_own(queue):
    old, new = Slow("old"), Slow("new")
    visitor = Visitor(queue, "a", old)
    visitor.wait_for_word()
    visitor.leave()
    assert old.ended.wait(WAIT)
    again = Visitor(queue, "a", new)
    new.go.set()
    assert again.outcome.result(WAIT) == "new"
    wait_until_idle(queue)


def test_a_flood_of_what_nobody_waits_for_leaves_no_queue_behind(queue):
    first = Slow()
    stays = Visitor(queue, "first", first)
    stays.wait_for_word()
    for i in range(20):
        visitor = Visitor(queue, str(i), Slow())
        visitor.wait_for_word()
        visitor.leave()
    Event().wait(2 * GRACE)
    last = Slow()
    waits = Visitor(queue, "last", last)
    assert waits.wait_for_word()[0] == 1
    first.go.set(), last.go.set()
    assert stays.outcome.result(WAIT) == waits.outcome.result(WAIT) == "done"
    wait_until_idle(queue)


def test_a_fault_in_the_work_reaches_all_who_wait_and_not_those_who_ask_for_other_things(queue):
    broken, well = Slow(ValueError("this work is broken")), Slow()
    visitors = [Visitor(queue, "a", broken) for _ in range(3)]
    other = Visitor(queue, "b", well)
    [visitor.wait_for_word() for visitor in visitors]
    broken.go.set(), well.go.set()
    for visitor in visitors:
        with pytest.raises(ValueError, match="this work is broken"):
            visitor.outcome.result(WAIT)
    assert other.outcome.result(WAIT) == "done"
    assert queue.run("a", lambda on_progress: 7) == 7, "a fault is not kept"
    wait_until_idle(queue)


def test_what_would_wait_too_long_is_refused_with_how_long_and_what_is_under_way_can_be_joined(queue):
    works = [Slow(), Slow()]
    visitors = [Visitor(queue, str(i), work, seconds=80) for i, work in enumerate(works)]
    [visitor.wait_for_word() for visitor in visitors]
    with pytest.raises(BusyError) as busy:
        queue.run("c", Slow(), seconds=1)
    assert busy.value.seconds == pytest.approx(80 * 3 / 4 + 80), "a quarter of the first is done"
    joined = Visitor(queue, "1", works[1], seconds=80)
    joined.wait_for_word()
    for work in works:
        work.go.set()
    assert {visitor.outcome.result(WAIT) for visitor in (*visitors, joined)} == {"done"}
    wait_until_idle(queue)


def test_a_free_worker_begins_whatever_another_one_is_doing():
    queue = Queue(2, 0.0)
    long, short = Slow(), Slow()
    first = Visitor(queue, "long", long, seconds=1000)
    first.wait_for_word()
    second = Visitor(queue, "short", short, seconds=1)
    assert second.wait_for_word()[0] == 0
    short.go.set(), long.go.set()
    assert first.outcome.result(WAIT) == second.outcome.result(WAIT) == "done"
    wait_until_idle(queue)
