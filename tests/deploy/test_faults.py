"""What can go wrong while a class works, caused for real: what a visitor sees then, and afterwards."""

import asyncio
import re
import socket
import threading
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import psutil
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from websockets.exceptions import ConnectionClosed

from benchmarks.servers import HOSTED, Served, free_port, served
from benchmarks.visitor import Visitor
from core import LECTURED, Settings
from core.settings import EPOCHS, LAMS
from ui.work.networks import TO_REST, too_long

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Page, expect

from tests.browser import dashboard, kept_rows, open_page, read, wait_for_readout, wait_until_quiet

SMALL = {"dataset": "moons", "n_samples": 50, "hidden": "4", "epochs": 50}
WIDE = Settings(dataset="digits", hidden=(32,))
# As many epochs as are not refused, of the first thousand: tens of seconds.
EPOCHS_ALLOWED = [
    n for n in EPOCHS if n <= 1000 and not too_long(replace(WIDE, epochs=n), WIDE.load(), TO_REST)
]
LONG = {"dataset": "digits", "hidden": "32", "epochs": str(EPOCHS_ALLOWED[-1])}
TIMEOUT = 60
TRAINING = f"Training {len(LAMS) * len(LECTURED)} networks"


class Reader(Visitor):
    """A visitor who reads: sentences, warnings, and what a bar says."""

    def _read_element(self, element: Element, errors: list[str]) -> None:
        super()._read_element(element, errors)
        kind = element.WhichOneof("type")
        if kind in ("markdown", "alert"):
            self.said.append(getattr(element, kind).body)
        elif kind == "progress":
            self.bars.append(element.progress.text)
            self.heard.set()
        elif kind == "button":
            self.buttons.append(element.button.label)

    async def __aenter__(self) -> "Reader":
        self.said, self.bars, self.buttons, self.heard = [], [], [], asyncio.Event()
        return await super().__aenter__()

    def notes(self) -> str:
        """The sentences under the last picture of the page L1 vs L2."""
        return [text for text in self.said if text.startswith("- ") and "L1 has set" in text][-1]

    def rerun(self, **values: object) -> BackMsg:
        """What a browser sends when these controls are moved."""
        self.values |= values
        return self._request()


@pytest.fixture(scope="module")
def server():
    """A hosted server that trains one thing at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_WORKERS", "1")
        with served(HOSTED, warm=False) as running:
            yield running


async def at_sparsity(visitor: Reader, **query: object) -> None:
    await visitor.open(**SMALL | query)
    answer = await visitor.visit("l1-vs-l2")
    assert answer.errors == ()


def test_a_training_that_diverges_for_one_visitor_leaves_anothers_alone(server):
    async def journey() -> None:
        async with Reader(server.address) as alone:
            await at_sparsity(alone, n_samples=400, seed=700)
            expected = alone.notes()
        async with Reader(server.address) as well, Reader(server.address) as unwell:
            await at_sparsity(well, n_samples=400, seed=701)
            await at_sparsity(unwell, dataset="wine", learning_rate=0.1)
            await unwell.visit("weight-histograms")  # plain steps, which diverge where they are too long
            answers = await asyncio.gather(
                unwell.change("learning_rate", "3"), well.change("seed", 700), return_exceptions=True
            )
            assert [answer.errors for answer in answers] == [(), ()]
            assert any("diverged" in text for text in unwell.said)
            assert not any("diverged" in text for text in well.said)
            assert well.notes() == expected
            assert (await unwell.change("learning_rate", "0.1")).errors == ()

    asyncio.run(journey())


def test_who_waits_is_told_their_place_and_served_when_the_one_before_moves_on(server):
    async def journey() -> None:
        readers = (Reader(server.address, patient=True) for _ in range(2))
        async with next(readers) as first, next(readers) as second:
            await at_sparsity(first)
            await at_sparsity(second)
            training = await begin(first, seed=710)
            assert first.bars[0].startswith(f"{TRAINING}: ")
            waiting = await begin(second, seed=711)
            assert second.bars[0] == f"{TRAINING}: place 1 in the queue"
            while "Stop" not in second.buttons:
                await asyncio.sleep(0.05)
            await first.send(first.rerun(dataset="moons", hidden="4", epochs="50", seed=0))
            while "queue" in second.bars[-1]:
                await asyncio.sleep(0.05)
            await asyncio.wait_for(training, TIMEOUT)
            assert not any("100%" in text for text in first.bars), "what was left was not trained to its end"
            await second.send(second.rerun(dataset="moons", hidden="4", epochs="50", seed=1))
            await asyncio.wait_for(waiting, TIMEOUT)

    asyncio.run(journey())


def test_who_opens_eight_tabs_of_long_work_delays_nobody_elses_short_one(server):
    """With one worker; what is refused, or waits, is the heavy visitor's own."""

    async def journey() -> None:
        async with AsyncExitStack() as stack:
            heavy = [await stack.enter_async_context(Reader(server.address))]
            for _ in range(7):  # one browser: it sends the same cookie
                tab = Reader(server.address, cookie=heavy[0].cookie)
                heavy.append(await stack.enter_async_context(tab))
            light = await stack.enter_async_context(Reader(server.address))
            for visitor in (*heavy, light):
                await at_sparsity(visitor)
            waiting = [asyncio.create_task(ask_for_long(tab, 780 + i)) for i, tab in enumerate(heavy)]
            heard = [asyncio.create_task(tab.heard.wait()) for tab in heavy]
            began, later = await asyncio.wait(heard, timeout=TIMEOUT, return_when=asyncio.FIRST_COMPLETED)
            assert began, "one of them is trained, whichever came first"
            for one in later:
                one.cancel()
            answers = [await light.change("seed", seed) for seed in range(790, 800)]
            assert [answer.errors for answer in answers] == [()] * len(answers)
            assert not any("The server is busy" in text for text in light.said)
            seconds = sorted(answer.seconds for answer in answers)
            assert seconds[len(seconds) // 2] < 1.5, seconds
            assert not any("100%" in tab.bars[-1] for tab in heavy if tab.bars), "it goes on all the while"
            for task in waiting:
                task.cancel()
        await until_idle(server)

    asyncio.run(asyncio.wait_for(journey(), 2 * TIMEOUT))


async def ask_for_long(visitor: Reader, seed: int) -> None:
    """Ask for a long training and read on."""
    visitor.bars.clear(), visitor.heard.clear()
    await visitor.send(visitor.rerun(**LONG, seed=seed))
    await finished(visitor)


async def begin(visitor: Reader, seed: int) -> asyncio.Task:
    """Ask for a long training and hear that it is under way; who reads on until the page is there."""
    visitor.bars.clear(), visitor.heard.clear()
    await visitor.send(visitor.rerun(**LONG, seed=seed))
    reading = asyncio.create_task(finished(visitor))
    await asyncio.wait_for(visitor.heard.wait(), TIMEOUT)
    return reading


async def finished(visitor: Reader, runs: int = 1) -> None:
    """Read until so many runs have ended by themselves."""
    errors: list[str] = []
    while runs:
        message, _ = await visitor.receive()
        runs -= visitor._read(message, errors)
    assert errors == []


def test_a_flood_of_one_sessions_clicks_ends_at_the_last_and_leaves_no_work_behind(server):
    async def journey() -> None:
        async with Reader(server.address, patient=True) as clicking, Reader(server.address) as other:
            await at_sparsity(clicking, epochs=1000, seed=720)
            await at_sparsity(other)
            for seed in range(721, 770):
                await clicking.send(clicking.rerun(seed=seed))
                await asyncio.sleep(0.02)
            await clicking.send(clicking.rerun(seed=770, lam="70"))
            served_meanwhile = asyncio.create_task(other.change("seed", 720))
            while "At λ = 70" not in clicking.notes():
                await asyncio.wait_for(finished(clicking), TIMEOUT)
            assert (await asyncio.wait_for(served_meanwhile, TIMEOUT)).errors == ()
            await until_idle(server)
            async with Reader(server.address, patient=True) as fresh:
                await at_sparsity(fresh, epochs=1000, seed=770, lam=70)
                assert clicking.notes() == fresh.notes()

    asyncio.run(journey())


async def until_idle(server: Served) -> None:
    """Wait until the server does next to nothing: fifty trainings left behind would take minutes."""
    (process,) = server.processes
    for _ in range(TIMEOUT // 2):
        before = sum(process.cpu_times()[:2])
        await asyncio.sleep(1)
        if sum(process.cpu_times()[:2]) - before < 0.3:
            return
    raise AssertionError("the server is still at work")


def test_a_visitor_who_does_not_read_what_is_sent_holds_up_nobody(server):
    async def journey() -> None:
        async with Reader(server.address) as slow, Reader(server.address) as other:
            await at_sparsity(slow)
            await at_sparsity(other)
            for i in range(150):  # more than the sockets between them hold; what is asked for is not fetched
                await slow.send(slow.rerun(lam=("1", "2")[i % 2]))
                await asyncio.sleep(0.02)
            for lam in ("3", "5", "7"):
                assert (await asyncio.wait_for(other.change("lam", lam), TIMEOUT)).errors == ()
                assert f"λ = {lam}" in other.notes()
            await slow.send(slow.rerun(lam="70"))
            with suppress(ConnectionClosed):  # too far behind: the line is closed, the browser opens another
                while "At λ = 70" not in slow.notes():
                    await finished(slow)
                return
        async with Reader(server.address) as again:
            await at_sparsity(again, lam=70)
            assert "At λ = 70" in again.notes()

    asyncio.run(asyncio.wait_for(journey(), 2 * TIMEOUT))


def test_another_lam_chosen_during_a_training_does_not_begin_it_anew(server):
    def share(text: str) -> int:
        return int(re.fullmatch(rf"{TRAINING}: (\d+)%", text)[1])

    async def journey() -> None:
        async with Reader(server.address) as visitor:
            await at_sparsity(visitor)
            training = await begin(visitor, seed=740)
            while share(visitor.bars[-1]) < 8:
                await asyncio.sleep(0.05)
            told = len(visitor.bars)
            await visitor.send(visitor.rerun(lam="70"))
            while len(visitor.bars) == told or share(visitor.bars[-1]) == share(visitor.bars[told - 1]):
                await asyncio.sleep(0.05)
            assert share(visitor.bars[-1]) > share(visitor.bars[told - 1])
            await visitor.send(visitor.rerun(dataset="moons", hidden="4", epochs="50", seed=0))
            await asyncio.wait_for(training, TIMEOUT)
        await until_idle(server)

    asyncio.run(asyncio.wait_for(journey(), 2 * TIMEOUT))


def test_a_visitor_who_stops_in_the_middle_of_a_training_leaves_no_work_behind(server):
    async def journey() -> None:
        async with Reader(server.address) as visitor:
            await at_sparsity(visitor)
            training = await begin(visitor, seed=730)
            await visitor.send(BackMsg(stop_script=True))  # as Streamlit's own menu does
            await asyncio.wait_for(training, TIMEOUT)
        await until_idle(server)

    asyncio.run(journey())


def test_where_memory_runs_short_results_are_let_go_and_every_page_is_served(monkeypatch):
    monkeypatch.setenv("LAB_MEMORY_MB", "1")  # less than Python itself takes: short from the first moment

    async def journey(server: Served) -> None:
        async with Reader(server.address) as visitor:
            await at_sparsity(visitor, seed=1)
            first = visitor.notes()
            for seed in (2, 3, 4, 1):
                assert (await visitor.change("seed", seed)).errors == ()
            assert visitor.notes() == first
            for page in visitor.pages:
                assert (await visitor.visit(page)).errors == (), page

    with served(HOSTED, warm=False) as server:
        asyncio.run(journey(server))
        assert server.processes[0].status() != psutil.STATUS_ZOMBIE


def see(page: Page, lam: str) -> tuple[list[str], str]:
    """What the chart and the sentence say at this λ; a chart that is drawn anew stands at 0 for a moment."""
    sentence = page.get_by_text(f"At λ = {lam}, L1 has set").first
    expect(sentence).to_be_visible(timeout=30_000)
    while True:
        wait_for_readout(page, f"λ = {lam}")
        if (lines := read(page)) and lines[0] == f"λ = {lam}":
            return lines, sentence.inner_text()


def settings_in(url: str) -> tuple[str, list[tuple[str, str]]]:
    """The page and its settings, in whatever order the address names them."""
    parts = urlsplit(url)
    return parts.path, sorted(parse_qsl(parts.query))


def press(page: Page, key: str) -> None:
    """Move the panel's λ by one step."""
    handle = page.get_by_role("slider", name="Penalty strength λ")
    handle.focus()
    handle.press(key)


@pytest.mark.browser
def test_a_server_killed_and_started_again_shows_the_same_picture_and_goes_on(page):
    port = free_port()
    with dashboard(port) as address:
        open_page(page, f"{address}/l1-vs-l2?dataset=wine&hidden=4&lam=20&seed=3&epochs=50")
        wait_until_quiet(page)  # the folds come after the picture
        before, where, tried = see(page, "20"), page.url, kept_rows(page)
        sockets: list[object] = []
        page.on("websocket", lambda socket: sockets.append(socket))
        assert kill_those_who_listen(port) == 1
    expect(page.get_by_test_id("stStatusWidget").or_(page.get_by_text("Connection"))).to_be_visible()
    with dashboard(port):
        press_until(page, "ArrowRight", "30")
        assert len(sockets) >= 1, "over a new connection"
        press(page, "ArrowLeft")
        assert see(page, "20") == before
        assert settings_in(page.url) == settings_in(where)
        wait_until_quiet(page)
        assert kept_rows(page)[: len(tried)] == tried, "the log has come back, and goes on"
        page.reload()
        assert see(page, "20") == before


def kill_those_who_listen(port: int) -> int:
    """SIGKILL to our own child on this port: no farewell is said. Returns how many there were."""
    killed = 0
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if any(c.status == "LISTEN" and c.laddr.port == port for c in child.net_connections("tcp")):
                child.kill()
                killed += 1
    return killed


def press_until(page: Page, key: str, lam: str) -> None:
    """Move λ once the page is connected and drawn again: until then its controls are locked."""
    expect(page.get_by_role("slider", name="Penalty strength λ")).to_be_enabled(timeout=60_000)
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')?.dataset.testConnectionState === 'CONNECTED'",
        timeout=60_000,
    )
    wait_until_quiet(page)
    press(page, key)
    see(page, lam)


class Line:
    """The network between a browser and a server, which can be cut."""

    def __init__(self, stack: ExitStack, to: int) -> None:
        self._to, self._open = to, []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        stack.callback(self._door.close)
        stack.callback(self.cut)

    def cut(self) -> int:
        """Drop every connection; new ones can be made. Returns how many there were."""
        gone, self._open = self._open, []
        for one in gone:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)  # a thread that reads it wakes, and closes it
        return len(gone) // 2

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                inner, _ = self._door.accept()
                outer = socket.create_connection(("127.0.0.1", self._to))
                self._open += [inner, outer]
                for a, b in ((inner, outer), (outer, inner)):
                    threading.Thread(target=self._carry, args=(a, b), daemon=True).start()

    def _carry(self, a: socket.socket, b: socket.socket) -> None:
        with suppress(OSError):
            while data := a.recv(65536):
                b.sendall(data)
        for one in (a, b):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        a.close()


@pytest.mark.alone
@pytest.mark.browser
def test_a_connection_that_was_cut_comes_back_to_its_session(page, address):
    with ExitStack() as stack:
        line = Line(stack, int(address.rsplit(":", 1)[1]))
        open_page(page, f"http://127.0.0.1:{line.port}/l1-vs-l2?dataset=wine&hidden=4&lam=20&epochs=50")
        before = see(page, "20")
        sockets: list[object] = []
        page.on("websocket", lambda socket: sockets.append(socket))
        assert line.cut() >= 1
        while not sockets:
            page.wait_for_timeout(100)
        press_until(page, "ArrowRight", "30")
        press(page, "ArrowLeft")
        assert see(page, "20") == before
        page.get_by_role("link", name="What was tried").first.click()
        expect(page.get_by_role("heading", level=1, name="What was tried")).to_be_visible()
        page.go_back()
        assert see(page, "20") == before
