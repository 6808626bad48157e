"""How a page has work done: in sight, stoppable, waiting for its button where it is long, or refused."""

from collections.abc import Callable
from threading import Event, Thread

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.ui.work.pieces import Busy, batch_of, calls, piece
from ui.base.queue import Queue
from ui.work import progress, tasks
from ui.work.tasks import Batch, run_now

WAIT = 20  # seconds after which a test has failed


@pytest.fixture(autouse=True)
def queue(monkeypatch) -> Queue:
    """A queue of the test's own."""
    queue = Queue(1, 100.0)
    monkeypatch.setattr(tasks, "QUEUE", queue)
    return queue


def page() -> None:
    """A page that has a batch done and shows what it was of."""
    import streamlit as st

    from ui.work.progress import Progress

    if "callback" in st.session_state:
        st.session_state["callback"]()
    place = st.session_state["place"] if "place" in st.session_state else st.empty()
    results = Progress(place)(st.session_state["batch"])
    st.title(", ".join(str(result.of) for result in results))


def opened(batch: Batch, **state: object) -> AppTest:
    """The page with this batch, in a session that remembers this."""
    app = AppTest.from_function(page, default_timeout=WAIT)
    for name, value in (("batch", batch), *state.items()):
        app.session_state[name] = value
    app.run()
    assert not app.exception
    return app


def shown(app: AppTest) -> str:
    """What the page shows when its work is done; "" where it ended before."""
    return app.title[0].value if app.title else ""


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


class Place:
    """A place of a page that writes down what is drawn there."""

    def __init__(self) -> None:
        self.bars: list[tuple[float, str]] = []
        self.buttons: list[tuple[str, Callable[..., None], tuple[object, ...]]] = []
        self.drawn = Event()
        self.emptied = 0

    def container(self, **_: object) -> "Place":
        return self

    def empty(self) -> "Place":
        self.emptied += 1
        return self

    def progress(self, share: float, words: str) -> None:
        self.bars.append((share, words))
        self.drawn.set()

    def button(self, label: str, on_click: Callable[..., None], args: tuple[object, ...], key: str) -> None:
        self.buttons.append((label, on_click, args))
        self.drawn.set()

    def __enter__(self) -> "Place":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""


def seen_at(place: Place, *reports: tuple[int, int]) -> Callable[[Callable[[int, int], None]], None]:
    """Work that reports where it is, and goes on once each report was drawn."""

    def meanwhile(on_progress: Callable[[int, int], None]) -> None:
        for report in reports:
            place.drawn.clear()
            on_progress(*report)
            assert place.drawn.wait(WAIT)

    return meanwhile


def test_quick_work_is_done_in_order_and_only_what_is_missing():
    batch = batch_of(*(piece(of) for of in "abc"))
    run_now(batch_of(batch.tasks[2]))
    app = opened(batch)
    assert shown(app) == "a, b, c"
    assert calls(batch.tasks) == [1, 1, 1]
    assert shown(app.run()) == "a, b, c"
    assert calls(batch.tasks) == [1, 1, 1]


def test_quick_work_shows_no_bar():
    place = Place()
    opened(batch_of(piece("a"), piece("b")), place=place)
    assert place.bars == place.buttons == []


def test_one_bar_goes_over_all_pieces_and_is_drawn_only_where_its_words_change(monkeypatch):
    monkeypatch.setattr(progress, "SHOW_PROGRESS_AFTER", -1.0)
    place = Place()
    still = [(1, 2)]
    first = piece("a", meanwhile=seen_at(place, *still))
    second = piece("b", meanwhile=seen_at(place, *still, (3, 4)))
    kept = piece("kept")
    run_now(batch_of(kept))
    app = opened(batch_of(first, kept, second), place=place)
    assert shown(app) == "a, kept, b"
    bars = [(share, words) for share, words in place.bars if not words.endswith((" 0%", " 50%"))]
    assert bars == [
        (0.25, "Working on a: 25%"),
        (0.75, "Working on b: 75%"),
        (0.875, "Working on b: 88%"),
    ]
    assert place.emptied >= 2, "the bar is gone when the work is done"


def test_work_that_does_not_go_on_is_drawn_once(monkeypatch):
    monkeypatch.setattr(progress, "SHOW_PROGRESS_AFTER", -1.0)
    place = Place()

    def stand(on_progress: Callable[[int, int], None]) -> None:
        for _ in range(30):
            on_progress(1, 4)
            Event().wait(0.01)

    opened(batch_of(piece("a", meanwhile=stand)), place=place)
    assert [words for _, words in place.bars].count("Working on a: 25%") == 1


def test_who_waits_in_the_queue_is_told_their_place(monkeypatch, queue):
    monkeypatch.setattr(progress, "SHOW_PROGRESS_AFTER", -1.0)
    place, begun = Place(), Event()

    def until_drawn(on_progress: Callable[[int, int], None]) -> None:
        begun.set()
        assert place.drawn.wait(WAIT)

    other = piece("other", seconds=10.0, meanwhile=until_drawn)
    waiting = Thread(target=tasks.run_shared, args=(other,))
    waiting.start()
    assert begun.wait(WAIT)
    assert shown(opened(batch_of(piece("a", seconds=10.0)), place=place)) == "a"
    waiting.join(WAIT)
    assert place.bars[0] == (0.0, "Working on a: place 1 in the queue")


def test_a_button_to_stop_comes_once_and_later_than_the_bar(monkeypatch):
    monkeypatch.setattr(progress, "SHOW_PROGRESS_AFTER", -1.0)
    monkeypatch.setattr(progress, "SHOW_STOP_AFTER", 0.1)
    place = Place()
    bars_before: list[int] = []

    def go_on(on_progress: Callable[[int, int], None]) -> None:
        for i in range(WAIT * 100):
            on_progress(i % 100, 100)
            Event().wait(0.01)
            if place.buttons:
                bars_before.append(len(place.bars))
                if len(bars_before) > 20:
                    return

    batch = batch_of(piece("a", meanwhile=go_on))
    opened(batch, place=place)
    ((label, _, args),) = place.buttons
    assert (label, args) == ("Stop", (batch.key,))
    assert bars_before[0] >= 1


def test_what_was_stopped_waits_for_its_button_and_only_that():
    stopped, other = batch_of(piece("a")), batch_of(piece("b"))
    app = opened(stopped, stopped=frozenset({stopped.key}))
    assert shown(app) == ""
    assert app.info[0].value == "Still missing: Working on a."
    app.session_state["batch"] = other
    assert shown(app.run()) == "b", "other work is done"
    app.session_state["batch"] = stopped
    assert shown(app.run()) == ""
    assert shown(press(app, "Train them")) == "a"
    assert shown(app.run()) == "a"
    assert calls([*stopped.tasks, *other.tasks]) == [1, 1]


def test_the_button_to_stop_stops_work_that_was_wanted(monkeypatch):
    monkeypatch.setattr(progress, "SHOW_PROGRESS_AFTER", -1.0)
    monkeypatch.setattr(progress, "SHOW_STOP_AFTER", -1.0)
    place = Place()
    batch = batch_of(piece("a", seconds=9, meanwhile=seen_at(place, (1, 2))), asks_above=5)
    assert shown(opened(batch, wanted=batch.key, place=place)) == "a"
    ((_, on_click, args),) = place.buttons
    batch.tasks[0].shelf.stores.clear()
    app = opened(batch, wanted=batch.key, callback=lambda: on_click(*args))
    assert shown(app) == ""
    assert app.info[0].value == "Still missing: Working on a."
    app.session_state["callback"] = lambda: on_click("other work")
    assert shown(app.run()) == "", "it is not wanted any more either, whatever is stopped after it"


def test_long_work_waits_for_its_button_and_other_long_work_for_its_own():
    batch = batch_of(piece("a", seconds=3), piece("b", seconds=3), asks_above=5)
    app = opened(batch)
    assert app.info[0].value == "Still missing: Working on a, Working on b."
    assert calls(batch.tasks) == [0, 0]
    assert shown(press(app, "Train them")) == "a, b"
    assert not app.info
    longer = batch_of(*batch.tasks, piece("c", seconds=6), asks_above=5)
    app.session_state["batch"] = longer
    app.run()
    assert app.info[0].value == "Still missing: Working on c."
    assert shown(press(app, "Train them")) == "a, b, c"
    assert calls(longer.tasks) == [1, 1, 1]


def test_what_is_left_of_long_work_is_done_unasked_where_it_is_short():
    batch = batch_of(piece("a", seconds=3), piece("b", seconds=3), asks_above=5)
    run_now(batch_of(batch.tasks[0]))
    assert shown(opened(batch)) == "a, b"


def test_refused_work_is_not_begun_and_the_page_ends_with_the_reason():
    batch = batch_of(piece("a"), piece("b", refusal="It takes too long. Choose fewer epochs."))
    app = opened(batch)
    assert [warning.value for warning in app.warning] == ["It takes too long. Choose fewer epochs."]
    assert shown(app) == ""
    assert not app.button
    assert calls(batch.tasks) == [0, 0]


def test_work_that_takes_too_long_together_is_refused_though_each_piece_is_not():
    batch = batch_of(*(piece(i, seconds=50) for i in range(7)), asks_above=5)
    app = opened(batch)
    assert "take about 6 minutes, more than the 5 minutes that this server gives" in app.warning[0].value
    assert not app.button
    assert calls(batch.tasks) == [0] * 7


def test_what_is_kept_is_shown_whatever_was_said_of_it():
    batch = batch_of(piece("a", seconds=9, refusal="It takes too long."), asks_above=5)
    run_now(batch)
    app = opened(batch, stopped=batch.key)
    assert shown(app) == "a"
    assert not app.warning
    assert not app.info


def test_a_busy_server_says_how_long_and_offers_to_try_again(monkeypatch, queue):
    monkeypatch.setattr(tasks, "QUEUE", Busy())
    app = opened(batch_of(piece("a")))
    assert "takes about 5 minutes, more than the 2 minutes" in app.warning[0].value
    assert shown(app) == ""
    monkeypatch.setattr(tasks, "QUEUE", queue)
    assert shown(press(app, "Try again")) == "a"
    assert not app.warning


def test_a_fault_in_the_work_is_the_pages_fault():
    def fail(on_progress: Callable[[int, int], None]) -> None:
        raise ValueError("this work is broken")

    app = AppTest.from_function(page)
    app.session_state["batch"] = batch_of(piece(meanwhile=fail))
    app.run()
    assert "this work is broken" in app.exception[0].message
    assert shown(app) == ""


def slowly(on_progress) -> None:
    """Work during which the queue ticks."""
    on_progress(1, 2)
    Event().wait(0.3)


def test_work_that_reports_shows_no_bar_before_its_time(monkeypatch):
    monkeypatch.setattr(progress, "SHOW_PROGRESS_AFTER", float("inf"))
    place = Place()
    assert shown(opened(batch_of(piece("a", meanwhile=slowly)), place=place)) == "a"
    assert place.bars == place.buttons == []


def test_a_page_can_be_stopped_at_each_tick_before_any_bar_is_shown(monkeypatch):
    monkeypatch.setattr(progress, "allow_stop", st.stop)
    assert shown(opened(batch_of(piece("a", meanwhile=slowly)))) == ""


# The parts of a page.


def page_of_parts() -> None:
    """A page of a part for each batch under `parts`, by name, and a line under them all."""
    import streamlit as st

    from core import Settings
    from ui.data.shelf import Shelf
    from ui.frame.page import show_part
    from ui.pictures.picture import Picture
    from ui.topics.topic import Context
    from ui.work.progress import Progress

    if "callback" in st.session_state:
        st.session_state["callback"]()
    context = Context(Settings(), Shelf(), "light", Progress(st.empty()))
    for name, batch in st.session_state["parts"].items():

        def picture_of(context: Context, batch: object = batch) -> Picture:
            done = ", ".join(str(result.of) for result in context.run(batch))
            return Picture("part", missing=f"Done: {done}.")

        show_part(name, f"Part {name}", f"About {name}.", picture_of, context)
    st.title("The end of the page")


def parted(parts: dict[str, Batch], **state: object) -> AppTest:
    """The page with a part for each batch, which goes on to its end whatever becomes of them."""
    app = AppTest.from_function(page_of_parts, default_timeout=WAIT)
    for name, value in (("parts", parts), *state.items()):
        app.session_state[name] = value
    return to_the_end(app.run())


def to_the_end(app: AppTest) -> AppTest:
    assert not app.exception
    assert [header.value for header in app.header] == [f"Part {name}" for name in app.session_state["parts"]]
    assert shown(app) == "The end of the page"
    return app


def said(app: AppTest) -> list[str]:
    """What stands in the parts, from the top."""
    return [info.value for info in app.info]


def keys_of(app: AppTest) -> list[str]:
    return [button.key for button in app.button]


def test_a_part_that_has_not_got_its_work_says_so_and_the_page_itself_ends():
    def task() -> None:
        import streamlit as st

        from ui.work.progress import Progress, UnfinishedError

        for part in ("named", ""):
            try:
                Progress(st.empty(), part)(st.session_state["batch"])
            except UnfinishedError:
                st.title("The page goes on")
        st.title("This is never reached: the page itself has ended")

    app = AppTest.from_function(task, default_timeout=WAIT)
    app.session_state["batch"] = batch_of(piece("a", refusal="It takes too long."))
    app.run()
    assert not app.exception
    assert [title.value for title in app.title] == ["The page goes on"]
    assert [warning.value for warning in app.warning] == ["It takes too long."] * 2


def test_a_part_that_was_stopped_waits_for_its_button_and_the_page_goes_on():
    parts = {"one": batch_of(piece("a")), "two": batch_of(piece("b")), "three": batch_of(piece("c"))}
    app = parted(parts, stopped=frozenset({parts["two"].key}))
    assert said(app) == ["Done: a.", "Still missing: Working on b.", "Done: c."]
    assert keys_of(app) == ["train_themtwo"]
    assert said(to_the_end(press(app, "Train them"))) == ["Done: a.", "Done: b.", "Done: c."]
    assert not app.button
    assert [calls(batch.tasks) for batch in parts.values()] == [[1], [1], [1]]


def test_two_parts_that_were_stopped_one_after_the_other_both_stay_stopped(monkeypatch):
    monkeypatch.setattr(progress, "SHOW_PROGRESS_AFTER", -1.0)
    monkeypatch.setattr(progress, "SHOW_STOP_AFTER", -1.0)
    parts = {"one": batch_of(piece("a")), "two": batch_of(piece("b"))}
    place = Place()
    opened(batch_of(piece("to have a button", meanwhile=seen_at(place, (1, 2)))), place=place)
    ((_, stop, _),) = place.buttons
    app = parted(parts, callback=lambda: stop(parts["one"].key))
    assert said(app) == ["Still missing: Working on a.", "Done: b."]
    parts["two"].tasks[0].shelf.stores.clear()
    app.session_state["callback"] = lambda: stop(parts["two"].key)
    waiting = ["Still missing: Working on a.", "Still missing: Working on b."]
    assert said(to_the_end(app.run())) == waiting
    del app.session_state["callback"]
    assert said(to_the_end(app.run())) == waiting, "nor does the next rerun begin them"
    assert keys_of(app) == ["train_themone", "train_themtwo"]
    app.button(key="train_themtwo").click().run()
    assert said(to_the_end(app)) == [waiting[0], "Done: b."], "a button is for its own part alone"
    app.button(key="train_themone").click().run()
    assert said(to_the_end(app)) == ["Done: a.", "Done: b."]
    assert [calls(batch.tasks) for batch in parts.values()] == [[1], [2]]


def test_parts_that_take_long_have_a_button_each_and_one_does_not_begin_the_other():
    parts = {name: batch_of(piece(name, seconds=9), asks_above=5) for name in ("one", "two")}
    app = parted(parts)
    assert keys_of(app) == ["train_themone", "train_themtwo"]
    app.button(key="train_themtwo").click().run()
    assert said(to_the_end(app)) == ["Still missing: Working on one.", "Done: two."]
    app.button(key="train_themone").click().run()
    assert said(to_the_end(app)) == ["Done: one.", "Done: two."]
    assert [calls(batch.tasks) for batch in parts.values()] == [[1], [1]]


def test_a_part_that_is_refused_says_why_and_the_others_come():
    parts = {"one": batch_of(piece("a", refusal="It takes too long.")), "two": batch_of(piece("b"))}
    app = parted(parts)
    assert [warning.value for warning in app.warning] == ["It takes too long."]
    assert said(app) == ["Done: b."]
    assert not app.button
    assert calls(parts["one"].tasks) == [0]


def test_on_a_busy_server_each_part_offers_to_try_again(monkeypatch, queue):
    monkeypatch.setattr(tasks, "QUEUE", Busy())
    app = parted({"one": batch_of(piece("a")), "two": batch_of(piece("b"))})
    assert ["takes about 5 minutes" in warning.value for warning in app.warning] == [True, True]
    assert keys_of(app) == ["try_againone", "try_againtwo"]
    monkeypatch.setattr(tasks, "QUEUE", queue)
    app.button(key="try_againtwo").click().run()
    assert said(to_the_end(app)) == ["Done: a.", "Done: b."]
    assert not app.warning


def test_the_work_of_a_part_comes_after_what_screens_wait_for(monkeypatch):
    ranks: dict[str, int] = {}
    run_shared = tasks.run_shared

    def watched(task, *args, rank, **more):
        ranks[task.label] = rank
        return run_shared(task, *args, rank=rank, **more)

    monkeypatch.setattr(progress, "run_shared", watched)
    opened(batch_of(piece("the page")))
    parted({"one": batch_of(piece("a part"))})
    assert ranks == {"Working on the page": tasks.ON_SCREEN, "Working on a part": tasks.SECOND}
    assert tasks.ON_SCREEN < tasks.SECOND
