"""Work in a queue: one for all who ask for the same, left by each at will, and what is kept of it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

import ui.memory
import ui.store
from core.solvers import race
from tests.test_pages import QUICK, chart, open_app
from ui import study
from ui.jobs import GRACE, BusyError, Jobs
from ui.lesson import RefusedError
from ui.memory import Store

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
    """Someone who waits for a job in a thread of their own and can leave; notes what was told."""

    def __init__(self, jobs: Jobs, key: str, work: Slow, seconds: float = 0.0) -> None:
        self.told, self.heard, self.leaves = [], Event(), False
        self.outcome = ThreadPoolExecutor(1).submit(jobs.run, key, work, self.watch, seconds)

    def watch(self, place: int, done: int, total: int) -> None:
        self.told.append((place, done, total))
        self.heard.set()
        if self.leaves:
            raise Moved

    def wait_for_word(self) -> tuple[int, int, int]:
        """The next thing told."""
        self.heard.clear()
        assert self.heard.wait(WAIT)
        return self.told[-1]

    def leave(self) -> None:
        self.leaves = True
        with pytest.raises(Moved):
            self.outcome.result(WAIT)


@pytest.fixture
def jobs() -> Jobs:
    return Jobs(1, 100.0)


def wait_until_idle(jobs: Jobs) -> None:
    """Nothing may be left behind, no thread either."""
    for _ in range(WAIT * 100):
        if jobs.idle() and not any(thread.name == "lab-work" for thread in threading.enumerate()):
            return
        Event().wait(0.01)
    raise AssertionError("a job was left behind")


def test_those_who_ask_for_the_same_get_one_result_of_one_piece_of_work(jobs):
    work = Slow(object())
    visitors = [Visitor(jobs, "a", work) for _ in range(5)]
    assert [visitor.wait_for_word() for visitor in visitors] == [(0, 1, 4)] * 5
    work.go.set()
    assert {visitor.outcome.result(WAIT) for visitor in visitors} == {work.result}
    assert work.calls == 1
    wait_until_idle(jobs)


def test_the_queue_is_worked_off_in_turn_and_tells_each_their_place(jobs):
    works = [Slow(i) for i in range(4)]
    visitors = []
    for i, work in enumerate(works):
        visitors.append(Visitor(jobs, str(i), work))
        visitors[-1].wait_for_word()
    assert [visitor.wait_for_word()[0] for visitor in visitors] == [0, 1, 2, 3]
    for i, work in enumerate(works):
        assert work.begun.wait(WAIT)
        assert not any(later.begun.is_set() for later in works[i + 1 :])
        work.go.set()
    assert [visitor.outcome.result(WAIT) for visitor in visitors] == [0, 1, 2, 3]
    wait_until_idle(jobs)


def test_work_ends_when_the_last_one_leaves_and_not_before(jobs):
    work = Slow()
    first, second = Visitor(jobs, "a", work), Visitor(jobs, "a", work)
    first.wait_for_word(), second.wait_for_word()
    first.leave()
    second.wait_for_word()
    assert not work.ended.is_set()
    second.leave()
    assert work.ended.wait(WAIT), "it was never let go: only leaving ended it"
    wait_until_idle(jobs)


def test_queued_work_that_nobody_waits_for_is_never_begun(jobs):
    first, second = Slow(), Slow()
    stays, leaves = Visitor(jobs, "a", first), Visitor(jobs, "b", second)
    stays.wait_for_word(), leaves.wait_for_word()
    leaves.leave()
    first.go.set()
    assert stays.outcome.result(WAIT) == "done"
    wait_until_idle(jobs)
    assert second.calls == 0


def test_who_comes_back_at_once_finds_the_work_under_way_and_its_place_in_the_queue():
    jobs = Jobs(1, 100.0, grace=WAIT)
    begun, queued, last = Slow("begun"), Slow("queued"), Slow("last")
    visitors = [Visitor(jobs, key, work) for key, work in (("a", begun), ("b", queued))]
    [visitor.wait_for_word() for visitor in visitors]
    [visitor.leave() for visitor in visitors]
    behind = Visitor(jobs, "c", last)
    behind.wait_for_word()
    again = [Visitor(jobs, key, Slow(ValueError("this was begun anew"))) for key in "ab"]
    assert [visitor.wait_for_word()[0] for visitor in (*again, behind)] == [0, 1, 2]
    for work in (begun, queued, last):
        work.go.set()
    assert [visitor.outcome.result(WAIT) for visitor in (*again, behind)] == ["begun", "queued", "last"]
    assert begun.calls == queued.calls == 1
    wait_until_idle(jobs)


def test_who_comes_back_later_gets_work_of_their_own(jobs):
    old, new = Slow("old"), Slow("new")
    visitor = Visitor(jobs, "a", old)
    visitor.wait_for_word()
    visitor.leave()
    assert old.ended.wait(WAIT)
    again = Visitor(jobs, "a", new)
    new.go.set()
    assert again.outcome.result(WAIT) == "new"
    wait_until_idle(jobs)


def test_a_flood_of_what_nobody_waits_for_leaves_no_queue_behind(jobs):
    first = Slow()
    stays = Visitor(jobs, "first", first)
    stays.wait_for_word()
    for i in range(20):
        visitor = Visitor(jobs, str(i), Slow())
        visitor.wait_for_word()
        visitor.leave()
    Event().wait(2 * GRACE)
    last = Slow()
    waits = Visitor(jobs, "last", last)
    assert waits.wait_for_word()[0] == 1
    first.go.set(), last.go.set()
    assert stays.outcome.result(WAIT) == waits.outcome.result(WAIT) == "done"
    wait_until_idle(jobs)


def test_a_fault_in_the_work_reaches_all_who_wait_and_not_those_who_ask_for_other_things(jobs):
    broken, well = Slow(ValueError("this work is broken")), Slow()
    visitors = [Visitor(jobs, "a", broken) for _ in range(3)]
    other = Visitor(jobs, "b", well)
    [visitor.wait_for_word() for visitor in visitors]
    broken.go.set(), well.go.set()
    for visitor in visitors:
        with pytest.raises(ValueError, match="this work is broken"):
            visitor.outcome.result(WAIT)
    assert other.outcome.result(WAIT) == "done"
    assert jobs.run("a", lambda on_progress: 7) == 7, "a fault is not kept"
    wait_until_idle(jobs)


def test_what_would_wait_too_long_is_refused_with_how_long_and_what_is_under_way_can_be_joined(jobs):
    works = [Slow(), Slow()]
    visitors = [Visitor(jobs, str(i), work, seconds=80) for i, work in enumerate(works)]
    [visitor.wait_for_word() for visitor in visitors]
    with pytest.raises(BusyError) as busy:
        jobs.run("c", Slow(), seconds=1)
    assert busy.value.seconds == pytest.approx(80 * 3 / 4 + 80), "a quarter of the first is done"
    joined = Visitor(jobs, "1", works[1], seconds=80)
    joined.wait_for_word()
    for work in works:
        work.go.set()
    assert {visitor.outcome.result(WAIT) for visitor in (*visitors, joined)} == {"done"}
    wait_until_idle(jobs)


def test_a_free_worker_begins_whatever_another_one_is_doing():
    jobs = Jobs(2, 0.0)
    long, short = Slow(), Slow()
    first = Visitor(jobs, "long", long, seconds=1000)
    first.wait_for_word()
    second = Visitor(jobs, "short", short, seconds=1)
    assert second.wait_for_word()[0] == 0
    short.go.set(), long.go.set()
    assert first.outcome.result(WAIT) == second.outcome.result(WAIT) == "done"
    wait_until_idle(jobs)


def test_a_race_tells_how_far_it_is_and_can_be_stopped(samples):
    heard = []
    race(*samples, lam=2.0, steps=50, on_progress=lambda *now: heard.append(now))
    assert heard == [(i + 1, 150) for i in range(150)]

    def stop(done: int, total: int) -> None:
        if done == 60:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        race(*samples, lam=2.0, steps=50, on_progress=stop)


def test_a_race_is_kept_and_counts_its_bytes(samples):
    result = race(*samples, lam=2.0, steps=50)
    arrays = [result.steps, result.optimum, *result.W.values(), *result.cost.values()]
    assert result.nbytes == sum(array.nbytes for array in arrays) > 0
    app = open_app("pages/solvers.py", seed="301", dataset="moons", **QUICK)
    assert not app.exception
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ui.racing.races", lambda *args: pytest.fail("it was run again"))
        app.run()
        assert not app.exception
    chart(app)


class Busy(Jobs):
    """A server on which too much is asked for."""

    def _seconds_before(self) -> float:
        return 300.0


@pytest.mark.parametrize("page", ["pages/sparsity.py", "pages/solvers.py"])
def test_a_busy_server_says_how_long_and_offers_to_try_again(monkeypatch, page):
    quiet = ui.store._jobs()
    monkeypatch.setattr(ui.store, "_jobs", lambda: Busy(1, 120.0))
    app = open_app(page, seed="302", lam="7", **QUICK)
    assert not app.exception
    assert "takes about 5 minutes, more than the 2 minutes" in app.warning[0].value
    assert not app.get("vega_lite_chart")
    monkeypatch.setattr(ui.store, "_jobs", lambda: quiet)
    next(button for button in app.button if button.label == "Try again").click().run()
    chart(app)
    assert not app.warning
    assert app.session_state.settings.lam == 7


def test_a_study_on_a_busy_server_says_so_too(monkeypatch):
    app = open_app("pages/bias_variance.py", seed="303", dataset="moons", **QUICK)
    chart(app)
    monkeypatch.setattr(ui.store, "_jobs", lambda: Busy(1, 120.0))
    app.segmented_control(key="variance_penalty").set_value("l1").run()
    assert not app.exception
    assert "The server is busy" in app.warning[0].value


def test_a_download_is_refused_where_the_server_is_busy_or_another_one_is_under_way(monkeypatch):
    settings = ui.store.Settings(epochs=50, seed=304)
    turn = threading.Lock()
    monkeypatch.setattr(ui.store, "download_turn", lambda: turn)
    recall = ui.store.later(settings)
    with turn, pytest.raises(RefusedError, match="Another download of yours"):
        recall()
    with monkeypatch.context() as patch:
        patch.setattr(ui.store, "_jobs", lambda: Busy(1, 120.0))
        with pytest.raises(RefusedError, match="The server is busy"):
            recall()
        curves = study.later(ui.store.replace(settings, dataset="moons", hidden=()), "l2", 0.3, 1)
        assert "left out" in curves
    assert not turn.locked()
    assert set(recall().runs) == {"L1", "L2"}


class Kept:
    """A result of so many bytes."""

    def __init__(self, nbytes: int) -> None:
        self.nbytes = nbytes


def fill(store: Store, n: int) -> None:
    for i in range(n):
        store.put(i, Kept(10))


def kept(store: Store, n: int) -> list[int]:
    return [i for i in range(n) if store.get(i) is not None]


def test_a_store_keeps_what_was_used_last_within_its_bytes():
    store = Store(50)
    fill(store, 5)
    assert store.get(0) is not None
    store.put(5, Kept(25))
    assert kept(store, 6) == [0, 4, 5]
    store.put(6, Kept(1000))
    assert kept(store, 7) == [6], "the newest always stays"


def test_no_bound_on_memory_means_no_look_at_it(monkeypatch):
    monkeypatch.delenv("LAB_MEMORY_MB", raising=False)
    monkeypatch.setattr(ui.memory, "resident", lambda: pytest.fail("it was asked for"))
    fill(Store(50), 3)


def test_above_the_bound_every_store_lets_go_of_its_older_half(monkeypatch):
    stores = [Store(1000), Store(1000)]
    for store in stores:
        fill(store, 8)
    monkeypatch.setenv("LAB_MEMORY_MB", "1")  # less than Python itself takes
    assert ui.memory.resident() > 2**20
    stores[0].put(8, Kept(10))
    assert kept(stores[0], 9) == [4, 5, 6, 7, 8]
    assert kept(stores[1], 9) == [4, 5, 6, 7]
    monkeypatch.setenv("LAB_MEMORY_MB", "1000000")
    stores[0].put(9, Kept(10))
    assert kept(stores[0], 10) == [4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    ("limit", "used", "files", "is_full"),
    [("1000", 950, 0, True), ("1000", 950, 100, False), ("1000", 500, 0, False), ("max", 10**9, 0, False)],
)
def test_a_container_near_its_limit_is_full_and_files_it_could_drop_do_not_count(
    monkeypatch, tmp_path, limit, used, files, is_full
):
    (tmp_path / "memory.max").write_text(f"{limit}\n")
    (tmp_path / "memory.current").write_text(f"{used}\n")
    (tmp_path / "memory.stat").write_text(f"anon 5\ninactive_file {files}\n")
    monkeypatch.setattr(ui.memory, "CGROUP", tmp_path)
    assert ui.memory.container_is_full() == is_full


def test_a_system_that_tells_nothing_of_memory_is_no_fault(monkeypatch):
    nowhere = Path("/nowhere")
    monkeypatch.setattr(ui.memory, "CGROUP", nowhere)
    monkeypatch.setattr(ui.memory, "STATM", nowhere)
    monkeypatch.setenv("LAB_MEMORY_MB", "1")
    assert not ui.memory.runs_short()
