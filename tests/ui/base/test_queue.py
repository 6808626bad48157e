"""Work in a queue: one for all who ask for the same, in turn, left by each at will."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from time import monotonic

import pytest

from ui.base import line
from ui.base import queue as module
from ui.base.queue import GRACE, BusyError, Queue

WAIT = 20  # seconds after which a test has failed
SHORT, LONG = 0.1, 10.0  # seconds that work is expected to take, one for the express and one not


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

    def __init__(
        self, queue: Queue, key: str, work: Slow, seconds: float = LONG, owner: str = "", rank: int = 0
    ) -> None:
        self.words, self.heard, self.leaves = [], Event(), False
        asked = key, work, self.watch, seconds, owner, rank
        self.outcome = ThreadPoolExecutor(1).submit(queue.run, *asked)

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
    return Queue(1, 1000.0)


@pytest.fixture(autouse=True)
def nothing_overruns(monkeypatch) -> None:
    """However long a busy machine takes for what is short here."""
    monkeypatch.setattr(line, "OVERRUN", 100.0 * WAIT)


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
    assert work.begun.wait(WAIT)
    [visitor.wait_for_word() for visitor in visitors]
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


def test_what_would_wait_too_long_is_refused_with_how_long_and_what_is_under_way_can_be_joined():
    queue = Queue(1, 100.0)
    works = [Slow(), Slow()]
    visitors = [Visitor(queue, str(i), work, seconds=80) for i, work in enumerate(works)]
    [visitor.wait_for_word() for visitor in visitors]
    with pytest.raises(BusyError) as busy:
        queue.run("c", Slow(), seconds=5, owner="")
    assert busy.value.seconds == pytest.approx(80 * 3 / 4 + 80), "a quarter of the first is done"
    assert busy.value.own == busy.value.seconds
    with pytest.raises(BusyError) as busy:
        queue.run("c", Slow(), seconds=5, owner="another")
    assert busy.value.seconds == pytest.approx(80 * 3 / 4 + 80)
    assert (busy.value.own, busy.value.others) == (0, 1)
    assert queue.run("short", lambda on_progress: 7, seconds=1) == 7, "it waits for neither"
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


def test_a_short_piece_goes_by_express_while_a_long_one_keeps_the_worker_busy(queue):
    long, short = Slow("long"), Slow("short")
    first = Visitor(queue, "long", long, seconds=60, owner="a")
    first.wait_for_word()
    second = Visitor(queue, "short", short, seconds=SHORT, owner="b")
    assert short.begun.wait(WAIT)
    assert second.wait_for_word() == (0, 1, 4)
    short.go.set()
    assert second.outcome.result(WAIT) == "short"
    assert not long.ended.is_set()
    long.go.set()
    assert first.outcome.result(WAIT) == "long"
    assert long.calls == short.calls == 1
    wait_until_idle(queue)


def test_what_happens_to_a_short_piece_is_not_the_long_ones(queue):
    long, broken, left = Slow("long"), Slow(ValueError("this work is broken")), Slow()
    first = Visitor(queue, "long", long, seconds=60, owner="a")
    first.wait_for_word()
    second = Visitor(queue, "broken", broken, seconds=SHORT, owner="b")
    assert broken.begun.wait(WAIT)
    broken.go.set()
    with pytest.raises(ValueError, match="this work is broken"):
        second.outcome.result(WAIT)
    third = Visitor(queue, "left", left, seconds=SHORT, owner="c")
    assert left.begun.wait(WAIT)
    third.leave()
    assert left.ended.wait(WAIT)
    long.go.set()
    assert first.outcome.result(WAIT) == "long"
    wait_until_idle(queue)


def test_a_long_piece_stands_still_at_its_signs_of_progress_while_a_short_one_goes_on(queue, monkeypatch):
    monkeypatch.setattr(module, "WAY_SECONDS", 10.0 * WAIT)
    signs = {"before": 0, "meanwhile": 0}
    begun, stop, short = Event(), Event(), Slow("short")

    def long(on_progress: Callable[[int, int], None]) -> None:
        while not stop.is_set():
            signs["meanwhile" if short.begun.is_set() else "before"] += 1
            begun.set()
            Event().wait(0.05)
            on_progress(1, 2)

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(queue.run, "long", long, seconds=60, owner="a")
        assert begun.wait(WAIT)
        second = Visitor(queue, "short", short, seconds=SHORT, owner="b")
        assert short.begun.wait(WAIT)
        signs["meanwhile"] = 0
        Event().wait(1.0)
        stop.set(), short.go.set()
        assert second.outcome.result(WAIT) == "short"
        running.result(WAIT)
    assert 1 <= signs["meanwhile"] <= 11, "of 20 without it: for each second of work two of rest"
    wait_until_idle(queue)


@pytest.mark.parametrize("seconds", [LONG, SHORT])
def test_all_but_the_shortest_work_makes_way_for_what_is_urgent_beside_the_queue(monkeypatch, seconds):
    monkeypatch.setattr(module, "WAY_SECONDS", 10.0 * WAIT)
    queue, until, signs = Queue(1, 1000.0, is_urgent=lambda: True), monotonic() + 1.0, []

    def work(on_progress: Callable[[int, int], None]) -> None:
        while monotonic() < until:
            Event().wait(0.05)
            signs.append(1)
            on_progress(1, 2)

    queue.run("work", work, seconds=seconds)
    assert (len(signs) <= 11) == (seconds == LONG)
    wait_until_idle(queue)


def test_one_short_piece_goes_by_express_at_a_time(queue):
    long = Slow("long")
    works = {owner: Slow(owner) for owner in "bcd"}
    first = Visitor(queue, "long", long, owner="a")
    first.wait_for_word()
    visitors = []
    for owner, work in works.items():
        visitors.append(Visitor(queue, owner, work, seconds=SHORT, owner=owner))
        visitors[-1].wait_for_word()
    assert [visitor.wait_for_word()[0] for visitor in visitors] == [0, 1, 2]
    for owner, work in works.items():
        assert work.begun.wait(WAIT)
        assert sum(other.begun.is_set() for other in works.values()) == 1 + list(works).index(owner)
        work.go.set()
    long.go.set()
    assert [visitor.outcome.result(WAIT) for visitor in (first, *visitors)] == ["long", *"bcd"]
    wait_until_idle(queue)


def test_a_short_piece_that_turns_out_to_be_long_holds_up_the_next_only_until_then(queue, monkeypatch):
    monkeypatch.setattr(line, "OVERRUN", 1.2)
    works = {key: Slow(key) for key in ("long", "wrong", "short")}
    visitors = []
    for key, work in works.items():
        visitors.append(Visitor(queue, key, work, seconds=LONG if key == "long" else SHORT, owner=key))
        visitors[-1].wait_for_word()
    assert works["short"].begun.wait(WAIT)
    assert not works["wrong"].ended.is_set()
    for work in works.values():
        work.go.set()
    assert [visitor.outcome.result(WAIT) for visitor in visitors] == list(works)
    wait_until_idle(queue)


def test_what_comes_second_waits_for_what_a_screen_waits_for(queue):
    works = {key: Slow(key) for key in ("begun", "download", "screen")}
    visitors = []
    for key, work in works.items():
        visitors.append(Visitor(queue, key, work, rank=int(key == "download")))
        visitors[-1].wait_for_word()
    assert [visitor.wait_for_word()[0] for visitor in visitors] == [0, 2, 1]
    for work in works.values():
        work.go.set()
    assert [visitor.outcome.result(WAIT) for visitor in visitors] == list(works)
    wait_until_idle(queue)


def test_a_system_without_another_thread_fails_the_work_and_not_the_queue(queue, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError, match="can't start new thread"):
            queue.run("a", Slow())
    assert queue.idle()
    assert queue.run("a", lambda on_progress: 7) == 7


def refuse(thread: threading.Thread) -> None:
    """What Python does where the system has no thread left."""
    raise RuntimeError("can't start new thread")


def test_others_are_served_within_their_share_whatever_one_asks_for():
    """Hundreds of short ones and some long ones of one owner, on threads: another's each pass at once."""
    queue = Queue(2, 1e9)
    stop = Event()

    def work(on_progress: Callable[[int, int], None], seconds: float) -> float:
        until = monotonic() + seconds
        while monotonic() < until and not stop.is_set():
            on_progress(1, 2)
            Event().wait(0.002)
        return seconds

    with ThreadPoolExecutor(60) as pool:
        for i in range(8):
            pool.submit(queue.run, f"long {i}", partial(work, seconds=30.0), seconds=30.0, owner="heavy")
        for i in range(50):
            pool.submit(queue.run, f"short {i}", partial(work, seconds=0.2), seconds=0.2, owner="heavy")
        waited = []
        for i in range(8):
            began = monotonic()
            queue.run(f"mine {i}", partial(work, seconds=0.05), seconds=0.05, owner="light")
            waited.append(monotonic() - began)
        stop.set()
    assert sorted(waited)[len(waited) // 2] < 1.0, waited
    wait_until_idle(queue)
