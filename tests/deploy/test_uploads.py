"""Files that browsers send: where they are taken, how much of them is held, and until when."""

import asyncio
import os
import re
import socket
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from benchmarks.servers import HOSTED, NGINX, Served, served
from benchmarks.visitor import Visitor
from deploy import uploads
from deploy.uploads import RefusedError, Uploads, _Drain, _read_past

SMALL = {"dataset": "moons", "n_samples": 50, "hidden": "4", "epochs": 50}
MB = 1_000_000
NINE = os.urandom(9 * MB)
TTL = 3  # seconds for which a session whose visitor has left is kept


@pytest.fixture
def runtime(monkeypatch) -> SimpleNamespace:
    """Sessions that are there, and Streamlit's own keeper of files."""
    files = MemoryUploadedFileManager("/_stcore/upload_file")
    there = {"a", "b", "c", "d"}
    found = SimpleNamespace(uploaded_file_mgr=files, there=there, is_active_session=there.__contains__)
    monkeypatch.setattr(uploads, "get_instance", lambda: found)
    return found


def sent(account: Uploads, runtime: SimpleNamespace, session: str, nbytes: int, browser: str | None) -> str:
    """A file of so many bytes arrives as it should. Returns its id."""
    file = str(uuid.uuid4())
    account.announce(session, file, browser)
    with account.arriving(session, file, browser, nbytes):
        runtime.uploaded_file_mgr.add_file(session, UploadedFileRec(file, "a", "b", bytes(nbytes)))
        account.keep(session, file)
    return file


def status_of(account: Uploads, session: str, file: str, browser: str | None, nbytes: int = 1) -> int:
    """What is answered to a file, 0 where it is let in."""
    try:
        with account.arriving(session, file, browser, nbytes):
            return 0
    except RefusedError as refused:
        return refused.status


def test_the_new_file_of_a_session_replaces_the_one_before_and_an_address_is_used_once(runtime):
    account = Uploads(1000, 1000)
    first = sent(account, runtime, "a", 100, "one")
    second = sent(account, runtime, "a", 50, "one")
    assert account.held_bytes() == 50
    assert runtime.uploaded_file_mgr.get_files("a", [first]) == []
    assert len(runtime.uploaded_file_mgr.get_files("a", [second])) == 1
    assert status_of(account, "a", second, "one") == 404


def test_what_arrives_is_reserved_and_released_where_it_does_not_come(runtime):
    account = Uploads(1000, 1000)
    account.announce("a", "x", "one")
    with account.arriving("a", "x", "one", 600):
        assert account.held_bytes() == 600
        account.announce("b", "y", "one")
        assert status_of(account, "b", "y", "one", 401) == 503
        assert status_of(account, "b", "y", "one", 400) == 0
        account.announce("a", "z", "one")
        assert status_of(account, "a", "z", "one") == 409
    assert account.held_bytes() == 0
    assert status_of(account, "b", "y", "one", 401) == 0


def test_one_browser_has_a_third_of_the_room_at_most(runtime):
    account = Uploads(900, 300)
    sent(account, runtime, "a", 200, "one")
    account.announce("b", "x", "one")
    assert status_of(account, "b", "x", "one", 101) == 503
    assert status_of(account, "b", "x", "one", 100) == 0
    account.announce("c", "y", "two")
    assert status_of(account, "c", "y", "two", 300) == 0


def test_a_file_goes_only_where_its_session_and_its_browser_are(runtime):
    account = Uploads(900, 300)
    account.announce("a", "x", "one")
    assert status_of(account, "a", "x", "two") == 403
    assert status_of(account, "a", "x", None) == 403
    assert status_of(account, "b", "x", "one") == 404
    assert status_of(account, "a", "y", "one") == 404
    runtime.there.remove("a")
    assert status_of(account, "a", "x", "one") == 404


def test_only_the_sessions_own_browser_takes_a_file_away(runtime):
    account = Uploads(900, 300)
    file = sent(account, runtime, "a", 200, "one")
    with pytest.raises(RefusedError):
        account.remove("a", file, "two")
    with pytest.raises(RefusedError):
        account.remove("b", file, "one")
    account.remove("a", "another", "one")
    assert account.held_bytes() == 200
    account.remove("a", file, "one")
    assert account.held_bytes() == 0


def test_whatever_comes_and_goes_nothing_is_left_in_the_account(runtime):
    account = Uploads(1000, 1000)
    for nbytes, session in enumerate("abcdabcdaab", start=10):
        sent(account, runtime, session, nbytes, "one")
    with account.arriving("b", announced(account, "b"), "one", 70):  # the session ends while it arrives
        runtime.there.remove("b")
        account.keep("b", "x")
    for session in account.sessions():
        account.forget(session)
    assert account.held_bytes() == 0
    assert account.sessions() == []
    assert not runtime.uploaded_file_mgr.file_storage


def announced(account: Uploads, session: str) -> str:
    """An address for a file."""
    account.announce(session, "x", "one")
    return "x"


def test_addresses_that_are_never_used_are_forgotten(runtime):
    account = Uploads(1000, 1000)
    for i in range(10_000):
        account.announce("a", f"{i}", "one")
    assert status_of(account, "a", "9999", "one") == 0
    assert status_of(account, "a", "0", "one") == 404


class Browser(Visitor):
    """A visitor whose browser sends files."""

    async def __aenter__(self) -> "Browser":
        await super().__aenter__()
        self.token = re.search(r"_streamlit_xsrf=([^;]+)", self.cookie).group(1)
        self.http = requests.Session()
        self.http.headers.update({"Cookie": self.cookie, "X-Xsrftoken": self.token})
        return self

    async def address_for(self, name: str) -> FileURLs:
        """Ask where a file can be sent to."""
        request = BackMsg(file_urls_request={"request_id": "1", "file_names": [name]})
        await self.send(request)
        (urls,) = (await self.answer("file_urls_response")).file_urls
        return urls

    async def put(self, path: str, content: bytes, **others: object) -> requests.Response:
        """Send a file as Streamlit's page does."""
        options = {"files": {"file": ("a.csv", content)}, "timeout": 60} | others
        return await asyncio.to_thread(self.http.put, self.address + path, **options)

    async def hold(self, content: bytes) -> None:
        """Send a file; again and again while there is no room, as where others left only just now."""
        urls = await self.address_for("a.csv")
        for _ in range(3 * TTL):
            if (await self.put(urls.upload_url, content)).status_code == 204:
                return
            await asyncio.sleep(1)
        raise AssertionError("the room of visitors who have left was not given on")


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    """A hosted server with room for 40 MB of files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_UPLOADS_MB", "40")
        patch.setenv("STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL", str(TTL))
        with served(HOSTED, warm=False) as running:
            yield running


def memory(server: Served) -> float:
    """Megabytes of the server's processes."""
    return sum(process.memory_info().rss for process in server.processes) / MB


def held(server: Served) -> float:
    """Bytes of the files that Streamlit itself says it holds."""
    text = requests.get(f"{server.addresses[0]}/_stcore/metrics", timeout=10).text
    return sum(
        float(line.split()[-1])
        for line in text.splitlines()
        if "UploadedFileManager" in line and line[0] != "#"
    )


def flood(address: str, session: str, n: int, headers: dict[str, str]) -> Counter[int]:
    """The answers to n files of 9 MB with invented ids."""
    answers: Counter[int] = Counter()
    for _ in range(n):
        path = f"/_stcore/upload_file/{session}/{uuid.uuid4()}"
        try:
            answer = requests.put(address + path, files={"f": ("a", NINE)}, headers=headers, timeout=30)
            answers[answer.status_code] += 1
        except requests.ConnectionError:  # refused while it was still sent
            answers[0] += 1
    return answers


def test_sixty_files_with_invented_ids_are_refused_and_take_no_memory(server):
    async def journey() -> None:
        async with Browser(server.address) as visitor:
            await visitor.open(**SMALL)
            session = (await visitor.address_for("a")).upload_url.split("/")[-2]
            before = memory(server)
            token = visitor.token
            good = {"X-Xsrftoken": token, "Cookie": f"_streamlit_xsrf={token}"}
            forged = {"X-Xsrftoken": token, "Cookie": f"lab={5:032x}; _streamlit_xsrf={token}"}
            floods = [
                asyncio.to_thread(flood, server.address, session, 15, headers)
                for headers in (good, forged, {}, {"X-Xsrftoken": token})
            ]
            pages = asyncio.create_task(slowest(visitor))
            for answers in await asyncio.gather(*floods):
                assert answers.keys() <= {0, 404}
            assert memory(server) - before < 40
            assert await pages < 2

    asyncio.run(journey())


@given(st.lists(st.integers(0, 10_000_000), min_size=1, max_size=20))
def test_what_is_refused_is_read_past_at_a_rate_that_holds_for_all_together(sizes):
    with mock.patch("deploy.uploads.monotonic", return_value=7.0):
        drain = _Drain(1_000_000)
        waits = [drain.wait(nbytes) for nbytes in sizes]
    assert waits == pytest.approx(np.cumsum(sizes) / 1_000_000)


def test_reading_past_a_refused_file_keeps_to_the_rate(monkeypatch):
    monkeypatch.setattr(uploads, "_drained", _Drain(1_000_000))
    parts = [{"body": bytes(50_000), "more_body": i < 5} for i in range(6)]
    waits: list[float] = []

    async def receive() -> dict:
        return parts.pop(0)

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(uploads.asyncio, "sleep", sleep)
    asyncio.run(_read_past(receive))
    assert not parts
    assert waits[-1] == pytest.approx(0.3, abs=0.05)


async def slowest(visitor: Visitor) -> float:
    """The longest of some answers to a changed λ, in seconds."""
    return max([(await visitor.change("lam", lam)).seconds for lam in ("1", "2", "5") * 3])


def test_a_visitor_who_sends_file_after_file_holds_one(server):
    async def journey() -> None:
        async with Browser(server.address) as visitor:
            await visitor.open(**SMALL)
            before = memory(server)
            for _ in range(8):
                urls = await visitor.address_for("a.csv")
                assert (await visitor.put(urls.upload_url, NINE)).status_code == 204
            assert memory(server) - before < 40
            again = await visitor.put(urls.upload_url, b"again")
            assert again.status_code == 404
            assert "choose the file again" in again.text

    asyncio.run(journey())


def test_where_the_room_is_full_the_next_hears_when_to_try_again_and_gets_in_after_it(server):
    async def journey() -> None:
        async with AsyncExitStack() as stack:
            visitors = [await stack.enter_async_context(Browser(server.address)) for _ in range(5)]
            for visitor in visitors:
                await visitor.open(**SMALL)
            *first, last = visitors
            for visitor in first:
                await visitor.hold(NINE)
            urls = await last.address_for("a.csv")
            refused = await last.put(urls.upload_url, NINE)
            assert refused.status_code == 503
            assert refused.headers["Retry-After"] == "30"
            assert "as many files as it can" in refused.text
            await first[0].__aexit__()  # leaves, and comes back no more
            await last.hold(NINE)

    asyncio.run(journey())


def test_files_of_visitors_who_left_go_also_when_nobody_comes_any_more(server):
    async def fill() -> None:
        for _ in range(2):
            async with Browser(server.address) as visitor:
                await visitor.open(**SMALL)
                await visitor.hold(NINE)

    async def until_released() -> None:
        for _ in range(3 * TTL):
            if held(server) == 0:
                return
            await asyncio.sleep(1)
        raise AssertionError(f"{held(server):,.0f} bytes are still held")

    asyncio.run(fill())
    assert held(server) >= 2 * len(NINE)
    asyncio.run(until_released())


def test_a_length_is_required_and_bounded_before_a_byte_is_sent(server):
    async def journey() -> None:
        async with Browser(server.address) as visitor:
            await visitor.open(**SMALL)
            urls = await visitor.address_for("a.csv")
            chunked = await visitor.put(urls.upload_url, b"", files=None, data=iter([b"1"]))
            assert chunked.status_code == 411
            token = visitor.token
            for length, status in ((10**12, 413), (12 * 2**20, 413), (-1, 400)):
                head = (
                    f"PUT {urls.upload_url} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n"
                    f"X-Xsrftoken: {token}\r\nCookie: _streamlit_xsrf={token}\r\n\r\n"
                )
                assert await asyncio.to_thread(answer_to, server.address, head) == status
            assert (await visitor.put(urls.upload_url, b"a,b\n1,2\n")).status_code == 204
            gone = await asyncio.to_thread(visitor.http.delete, server.address + urls.delete_url, timeout=10)
            assert gone.status_code == 204

    asyncio.run(journey())


def answer_to(address: str, head: str) -> int:
    """The status that a request without its body is answered with."""
    host, port = re.fullmatch(r"http://(.*):(\d+)", address).groups()
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(head.encode())
        return int(line.recv(100).split()[1])


@pytest.mark.skipif(NGINX is None, reason="no nginx was found")
def test_through_nginx_a_forged_cookie_or_none_brings_no_file_in():
    async def journey(server: Served) -> None:
        async with Browser(server.address) as visitor:
            await visitor.open(**SMALL)
            session = (await visitor.address_for("a")).upload_url.split("/")[-2]
            for cookie in (f"lab={7:032x}; ", ""):
                headers = {
                    "X-Xsrftoken": visitor.token,
                    "Cookie": f"{cookie}_streamlit_xsrf={visitor.token}",
                }
                answers = await asyncio.to_thread(flood, server.address, session, 5, headers)
                assert answers.keys() <= {403, 404, 429}, "and no process is taken for one that is down"
            assert (await visitor.change("lam", "2")).errors == ()
            urls = await visitor.address_for("a")
            unproven = await visitor.put(urls.upload_url, NINE, headers={"X-Xsrftoken": "wrong"})
            assert unproven.status_code == 403
            urls = await visitor.address_for("a")
            assert (await visitor.put(urls.upload_url, NINE)).status_code == 204

    with served(HOSTED, processes=2, warm=False) as server:
        asyncio.run(journey(server))
