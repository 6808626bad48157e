"""Files on a click: in turn, beside each other only where they do not hold each other up."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import PurePath

import pytest
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from benchmarks.servers import HOSTED, served
from benchmarks.visitor import Visitor
from deploy.downloads import Clicked, Desk, RefusedError

SMALL = {"dataset": "moons", "n_samples": 50, "hidden": "4", "epochs": 50}
REPORTS = 9  # clicks in one tab, as many as pass at once


def desk(*here: str, **bounds: int) -> Desk:
    """One for visitors of these sessions."""
    return Desk(set(here).__contains__, **bounds)


def at_work() -> tuple[Callable[[], str], threading.Event, threading.Event]:
    """A file that is being made until it is let go, and what tells both."""
    begun, let_go = threading.Event(), threading.Event()

    def make() -> str:
        begun.set()
        assert let_go.wait(20)
        return "a report"

    return make, begun, let_go


def test_a_session_has_one_file_made_and_others_are_not_held_up():
    async def journey() -> None:
        one = desk("a", "b", "c", "d")
        make, begun, let_go = at_work()
        chart = asyncio.create_task(one.hand_out("a", "x.png", make))
        await asyncio.to_thread(begun.wait, 20)
        with pytest.raises(RefusedError, match="Another file of yours"):
            await one.hand_out("a", "x.csv", lambda: "numbers")
        assert await one.hand_out("b", "x.csv", lambda: "numbers") == "numbers"
        assert await one.hand_out("d", "x.html", lambda: "a report") == "a report"
        drawn = asyncio.create_task(one.hand_out("c", "x.svg", lambda: "a picture"))
        await asyncio.sleep(0.05)
        assert not drawn.done(), "what is drawn is drawn in turn"
        let_go.set()
        assert (await chart, await drawn) == ("a report", "a picture")
        assert await one.hand_out("a", "x.csv", lambda: "numbers") == "numbers", "it is the next one's turn"

    asyncio.run(journey())


def test_who_has_left_is_forgotten_and_too_many_are_sent_away():
    async def journey() -> None:
        here = {"a", "b"}
        one = Desk(here.__contains__, places=2)
        make, begun, let_go = at_work()
        made: list[str] = []
        first = asyncio.create_task(one.hand_out("a", "x.svg", make))
        await asyncio.to_thread(begun.wait, 20)
        second = asyncio.create_task(one.hand_out("b", "x.svg", lambda: made.append("b") or ""))
        await asyncio.sleep(0.05)
        with pytest.raises(RefusedError, match="Too many files"):
            await one.hand_out("c", "x.csv", lambda: "")
        here.discard("b")
        let_go.set()
        assert await first == "a report"
        with pytest.raises(RefusedError, match="has left"):
            await second
        assert made == []

    asyncio.run(journey())


def test_what_was_clicked_on_is_made_although_its_page_is_drawn_anew_and_stays_for_a_while():
    storage = MemoryMediaFileStorage("/media")
    files = MediaFileManager(storage)
    file = files.add_deferred(lambda: "1,2", "text/csv", "here", file_name="x.csv")
    clicked = Clicked(files, file)
    assert clicked.name == "x.csv"

    def runs_end() -> None:
        files.clear_session_refs()
        files.remove_orphaned_files()

    runs_end()
    assert file not in files._deferred_callables, "as after a click that waits"
    made = PurePath(clicked.make()).stem
    for _ in range(5):
        runs_end()
    assert storage.get_file(made).content == b"1,2"
    clicked.let_go()
    for _ in range(2):
        runs_end()
    with pytest.raises(MediaFileStorageError):
        storage.get_file(made)
    assert not files._deferred_callables
    with pytest.raises(RefusedError, match="Click again"):
        Clicked(files, "never offered").make()


def test_a_file_that_cannot_be_made_leaves_its_place():
    async def journey() -> None:
        one = desk("a", places=1)
        for name in ("x.html", "x.csv"):
            with pytest.raises(ZeroDivisionError):
                await one.hand_out("a", name, lambda: str(1 / 0))
        assert await one.hand_out("a", "x.csv", lambda: "numbers") == "numbers"

    asyncio.run(journey())


def test_many_reports_of_one_tab_hold_up_nobody_and_only_one_is_made():
    async def journey(address: str) -> None:
        async with Visitor(address, patient=True) as greedy, Visitor(address, patient=True) as other:
            for visitor in (greedy, other):
                await visitor.open(**SMALL)
                await visitor.visit("l1-vs-l2")
            for number in range(REPORTS):
                await greedy.click("Report", number)
            refused = [await greedy.answer() for _ in range(REPORTS - 1)]
            assert {answer.error_msg[:21] for answer in refused} == {"Another file of yours"}
            await other.click("Numbers")
            assert (await other.answer()).deferred_file.url
            assert (await other.change("lam", "20")).errors == ()
            report = await greedy.answer()
            assert report.deferred_file.url, report.error_msg
            assert report.request_id not in {answer.request_id for answer in refused}
            await other.click("Picture")
            assert (await other.answer()).deferred_file.url

    with served(HOSTED, warm=False) as server:
        asyncio.run(journey(server.address))
