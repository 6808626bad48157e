"""Work that is asked for: made once for all who ask, kept with its data, refused with a sentence."""

import threading
from dataclasses import replace
from threading import Event, Lock

import pytest

from core import Settings
from tests.app import open_app, topic
from tests.ui.data.own_tables import owned
from tests.ui.work.pieces import Busy, batch_of, calls, piece
from ui.base.queue import BusyError, Queue
from ui.base.screens import Screens
from ui.data.shelf import Kind, Shelf
from ui.work import tasks
from ui.work.tasks import SCREENS, Batch, RefusedError, busy_sentence, deferred, run_now, run_shared

WAIT = 20  # seconds after which a test has failed


@pytest.fixture(autouse=True)
def queue(monkeypatch) -> Queue:
    """A queue of the test's own."""
    queue = Queue(1, 100.0)
    monkeypatch.setattr(tasks, "QUEUE", queue)
    return queue


def together(n: int, do) -> list:
    """What n threads get that do the same at once; an exception in one is raised here."""
    results: list = [None] * n

    def run(i: int) -> None:
        try:
            results[i] = do(i)
        except BaseException as error:
            results[i] = error

    threads = [threading.Thread(target=run, args=(i,)) for i in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
        assert not thread.is_alive()
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


def run_in_turn(batch: Batch) -> list:
    return [run_shared(task) for task in batch.tasks]


@pytest.mark.parametrize("run", [run_now, run_in_turn, deferred(Lock())], ids=["now", "shared", "deferred"])
def test_what_is_kept_is_not_done_again_and_results_stand_in_the_order_of_the_tasks(run):
    batch = batch_of(*(piece(of) for of in "abc"))
    batch.tasks[1].keep(kept := run_now(batch_of(piece("b")))[0])
    first, second = run(batch), run(batch)
    assert [result.of for result in first] == ["a", "b", "c"]
    assert first[1] is kept
    assert second == first
    assert calls(batch.tasks) == [1, 0, 1]


def test_a_batch_knows_what_is_missing_and_has_its_results_only_when_all_are_there():
    batch = batch_of(*(piece(of) for of in "ab"))
    assert batch.missing() == list(batch.tasks)
    assert batch.kept() is None
    run_now(batch_of(batch.tasks[1]))
    assert batch.missing() == [batch.tasks[0]]
    assert batch.kept() is None
    results = run_now(batch)
    assert batch.missing() == []
    assert batch.kept() == results


def test_everything_that_a_result_depends_on_is_in_its_key():
    task = piece(shelf=Shelf(owned(1)))
    others = {
        "kind": replace(task, kind=Kind("other", 1, 1)),
        "data": replace(task, shelf=Shelf(owned(2))),
        "settings": replace(task, settings=Settings(seed=1)),
        "more": replace(task, depends_on=("b",)),
    }
    assert len({task.key, *(other.key for other in others.values())}) == 1 + len(others)
    same = replace(task, shelf=Shelf(owned(1)), seconds=9.0, label="Other words", refusal="No.")
    assert same.key == task.key
    assert batch_of(task, others["data"]).key != batch_of(task).key == batch_of(same).key


def test_those_who_ask_at_once_get_one_result_of_one_piece_of_work():
    begun = Event()
    task = piece(meanwhile=lambda on_progress: begun.wait(0.3))
    results = together(5, lambda i: run_shared(task))
    assert len({id(result) for result in results}) == 1
    assert calls([task]) == [1]


def test_who_shares_the_work_of_another_keeps_the_result_on_a_shelf_of_their_own():
    """Two sessions that brought the same table: what one has made is there when the other has left."""
    pieces = [piece(shelf=Shelf(owned(1)), meanwhile=lambda on_progress: Event().wait(0.3)) for _ in range(2)]
    assert pieces[0].key == pieces[1].key
    results = together(2, lambda i: run_shared(pieces[i]))
    assert results[0] is results[1]
    assert sorted(calls(pieces)) == [0, 1]
    assert [task.kept() for task in pieces] == results


def test_who_watches_hears_where_the_work_is_and_can_leave():
    words = []

    class LeftError(Exception):
        """What a page raises that is not wanted any more."""

    def watch(place: int, done: int, total: int) -> None:
        words.append((place, done, total))
        if len(words) == 3:
            raise LeftError

    def meanwhile(on_progress) -> None:
        for _ in range(WAIT * 100):
            on_progress(1, 4)
            Event().wait(0.01)

    task = piece(meanwhile=meanwhile)
    with pytest.raises(LeftError):
        run_shared(task, watch)
    assert words[-1] == (0, 1, 4)
    assert task.kept() is None


def test_a_busy_queue_is_heard_of_and_keeps_nothing(monkeypatch):
    monkeypatch.setattr(tasks, "QUEUE", Busy())
    task = piece()
    with pytest.raises(BusyError) as busy:
        run_shared(task)
    assert "takes about 5 minutes, more than the 2 minutes" in busy_sentence(busy.value)
    assert calls([task]) == [0]


def test_the_sentence_of_a_busy_queue_says_whose_work_is_before():
    sentences = {
        BusyError(300, others=1): "what 1 other asked for before takes about 5 minutes",
        BusyError(300, own=300): "what you asked for before takes about 5 minutes",
        BusyError(300, own=10, others=12): "what you and 12 others asked for before takes about 5 minutes",
        BusyError(0, others=5, pieces=1000): "The server is full: 1,000 pieces of work wait for their turn",
    }
    for busy, expected in sentences.items():
        assert expected in busy_sentence(busy)
        assert "Your settings are kept. Try again in a while" in busy_sentence(busy)
        assert ("in another tab" in busy_sentence(busy)) == (busy.own > 0)


def test_what_a_page_asks_for_is_its_owners_and_a_download_is_too_and_comes_second(monkeypatch):
    asked = []

    class Noting(Queue):
        """A queue that writes down who asks."""

        def run(self, key, work, watch=None, seconds=0.0, owner=None, rank=0):
            asked.append((owner, rank))
            return work(lambda done, total: None)

    monkeypatch.setattr(tasks, "QUEUE", Noting(1, 100.0))
    monkeypatch.setattr(tasks, "owner", lambda: "the browser")
    run_shared(piece("a"))
    download = deferred(Lock())
    monkeypatch.setattr(tasks, "owner", lambda: None)  # in a thread beside the pages
    download(batch_of(piece("b")))
    assert asked == [("the browser", tasks.ON_SCREEN), ("the browser", tasks.SECOND)]


def test_a_download_does_not_begin_what_takes_too_long():
    batch = batch_of(piece("a"), piece("b", seconds=tasks.MAX_SECONDS + 1))
    with pytest.raises(RefusedError, match="Working on b with these settings would take about 61 seconds"):
        deferred(Lock())(batch)
    assert calls(batch.tasks) == [0, 0]


def test_a_stopped_batch_says_how_long_it_takes():
    batch = Batch((piece("a", seconds=5), piece("b", seconds=8)))
    assert "The training was stopped. It takes about 13 seconds" in batch.pending(batch.tasks)


# A download, in a thread beside the pages.


def test_a_download_does_not_begin_what_is_refused():
    batch = batch_of(piece("a"), piece("b", refusal="It takes too long. Choose fewer epochs."))
    with pytest.raises(RefusedError, match="Choose fewer epochs"):
        deferred(Lock())(batch)
    assert calls(batch.tasks) == [0, 0]


def test_a_download_does_not_begin_what_a_page_asks_for_with_a_button():
    turn = Lock()
    batch = batch_of(piece("a", seconds=3), piece("b", seconds=3), asks_above=5)
    with pytest.raises(RefusedError, match="open its page, let it train, and save again"):
        deferred(turn)(batch)
    assert calls(batch.tasks) == [0, 0]
    run_now(batch_of(batch.tasks[0]))
    assert [result.of for result in deferred(turn)(batch)] == ["a", "b"], "what is left is short enough"


def test_a_second_download_of_a_session_is_refused_while_the_first_one_works():
    turn, begun, go = Lock(), Event(), Event()

    def meanwhile(on_progress) -> None:
        begun.set()
        assert go.wait(WAIT)

    first, second, ready = piece("a", meanwhile=meanwhile), piece("b"), piece("c")
    run_now(batch_of(ready))

    def ask(i: int) -> object:
        if i == 0:
            return deferred(turn)(batch_of(first))
        assert begun.wait(WAIT)
        try:
            with pytest.raises(RefusedError, match="Another download of yours"):
                deferred(turn)(batch_of(second))
            assert deferred(turn)(batch_of(ready)), "what is made already is no work"
        finally:
            go.set()
        return deferred(Lock())(batch_of(second)), "another session's turn is its own"

    together(2, ask)
    assert calls([first, second, ready]) == [1, 1, 1]
    assert not turn.locked()


def test_the_work_of_a_download_ends_with_its_visitor(monkeypatch, queue):
    here, ended, turn = Event(), Event(), Lock()
    here.set()
    monkeypatch.setattr(tasks, "presence", lambda: here.is_set)

    def long(on_progress) -> None:
        here.clear()  # the visitor leaves in the middle of it
        try:
            for _ in range(100 * WAIT):
                on_progress(0, 1)
                ended.wait(0.01)
        finally:
            ended.set()

    download = deferred(turn)
    with pytest.raises(RefusedError, match="has left"):
        download(batch_of(piece(meanwhile=long)))
    assert ended.wait(WAIT), "nobody waits for it any more"
    assert not turn.locked()


def test_a_download_gives_its_turn_back_whatever_happens(monkeypatch):
    turn = Lock()

    def fail(on_progress) -> None:
        raise ValueError("this work is broken")

    with pytest.raises(ValueError, match="this work is broken"):
        deferred(turn)(batch_of(piece(meanwhile=fail)))
    assert not turn.locked()
    monkeypatch.setattr(tasks, "QUEUE", Busy())
    with pytest.raises(RefusedError, match="The server is busy"):
        deferred(turn)(batch_of(piece()))
    assert not turn.locked()


def test_the_queue_hears_how_long_the_work_takes(monkeypatch):
    heard = []

    class Heard:
        """A queue that does the work at once."""

        def run(self, key, work, watch, seconds, *more):
            heard.append(seconds)
            return work(lambda done, total: None)

    monkeypatch.setattr(tasks, "QUEUE", Heard())
    tasks.run_shared(piece("a", seconds=7.0))
    assert heard == [7.0]


def test_a_page_that_waits_for_work_lets_others_be_drawn(monkeypatch):
    screens = Screens(1, 1)
    monkeypatch.setattr(tasks, "SCREENS", screens)
    drawn = []
    with screens.turn("a"):
        run_shared(piece("a", meanwhile=lambda on_progress: drawn.append(screens._drawn.total())))
        drawn.append(screens._drawn.total())
    assert drawn == [0, 1]


def test_the_dashboard_is_drawn_in_its_turn(monkeypatch):
    drawn, enter = [], SCREENS._enter
    monkeypatch.setattr(SCREENS, "_enter", lambda owner: (drawn.append(owner), enter(owner)))
    assert not open_app(topic("histograms"), epochs="50").exception
    assert drawn
    assert not SCREENS._drawn
