"""Two processes behind nginx, of which one dies, hangs or is not there: what their visitors still have."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.cookies import SimpleCookie
from pathlib import Path

import psutil
import pytest
import requests

from benchmarks.servers import (
    HOSTED,
    NGINX,
    Pair,
    folder_of,
    free_port,
    one_process,
    through_nginx,
    wait_until_healthy,
)
from benchmarks.visitor import Visitor
from deploy.watch import watch
from tests.deploy.test_uploads import SMALL, Browser

needs_nginx = pytest.mark.skipif(NGINX is None, reason="no nginx was found")
TABLE = b"x,y,class\n" + b"".join(b"%d,%d,%s\n" % (i, i * i % 7, b"ab"[i % 2 :][:1]) for i in range(40))


@pytest.fixture
def pair() -> Iterator[Pair]:
    with ExitStack() as stack:
        yield Pair(stack)


class Visiting(Browser):
    """A visitor who sends files and takes some along."""

    def home(self) -> int:
        """The number of the process that the browser says it was last served by."""
        return int(SimpleCookie(self.cookie)["lab_at"].value.removeprefix("lab-"))

    async def has_files(self) -> None:
        """A file goes up, and another comes down."""
        await self.open(**SMALL)
        await self.visit("l1-vs-l2")
        urls = await self.address_for("a.csv")
        assert (await self.put(urls.upload_url, TABLE)).status_code == 204
        await self.click("Numbers")
        url = (await self.answer()).deferred_file.url
        answer = await asyncio.to_thread(self.http.get, self.address + url, timeout=10)
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].endswith('.zip"')
        assert answer.content.startswith(b"PK")


@needs_nginx
def test_who_was_moved_to_another_process_sends_and_takes_files_also_when_the_first_is_back(pair):
    async def journey() -> None:
        async with Visiting(pair.address) as first:
            gone = first.home()
            await first.has_files()
        pair.kill(gone)
        async with Visiting(pair.address, cookie=first.cookie) as moved:
            assert moved.home() == 3 - gone
            pair.begin(gone)
            await asyncio.sleep(11)  # nginx tries it again from now on
            await moved.has_files()
            async with Visiting(pair.address, cookie=moved.cookie) as again:
                assert again.home() == 3 - gone, "a line that is cut comes back to its session"

    asyncio.run(journey())


@needs_nginx
def test_a_process_that_hangs_holds_up_the_first_request_alone_and_for_ten_seconds_at_most(pair):
    def asked() -> float:
        started = time.monotonic()
        assert requests.get(pair.address, cookies={"lab_at": "lab-1"}, timeout=40).status_code == 200
        return time.monotonic() - started

    with pair.hung(1):
        assert 5 < asked() < 15
        assert asked() < 5, "it is known to hang now"

    async def journey() -> None:
        async with Visitor(pair.address, cookie="lab_at=lab-1") as visitor:
            assert (await visitor.open(**SMALL)).errors == ()

    with pair.hung(1):
        asyncio.run(asyncio.wait_for(journey(), 30))


@needs_nginx
def test_nginx_starts_where_a_process_is_not_there_and_after_it_was_killed_itself():
    with ExitStack() as stack:
        port = free_port()
        process = stack.enter_context(one_process(HOSTED, port, warm=False, name="lab-2"))
        wait_until_healthy(f"http://127.0.0.1:{port}", process)
        address, nginx = stack.enter_context(through_nginx([free_port(), port]))
        for _ in range(4):
            assert requests.get(address, timeout=10).status_code == 200
        folder = folder_of(nginx)
        family = [nginx, *nginx.children()]
        for process in family:
            process.kill()
        psutil.wait_procs(family, timeout=10)
        command = [NGINX, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"]
        again = subprocess.Popen([*command, "-g", "daemon off;"])
        try:
            wait_until_healthy(address, again, 10)
            assert requests.get(f"{address}/static/favicon.png", timeout=10).status_code == 200
        finally:
            again.terminate()
            again.wait(10)


def hold(address: str, said: bytes, times: int) -> list[socket.socket]:
    """Connections that each say so much and then nothing."""
    host, port = address.removeprefix("http://").split(":")
    lines = [socket.create_connection((host, int(port)), timeout=10) for _ in range(times)]
    for line in lines:
        line.sendall(said)
    return lines


def closed(line: socket.socket, seconds: float) -> bool:
    """Whether the other side has ended the connection by then."""
    line.settimeout(seconds)
    try:
        while line.recv(4096):
            continue
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


@needs_nginx
def test_stalled_bodies_take_no_room_and_half_sent_requests_are_let_go(pair):
    head = b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
    upload = b"PUT /_stcore/upload_file/a/b HTTP/1.1\r\nHost: x\r\nContent-Length: 10900000\r\n\r\n"
    with ExitStack() as stack:
        for said in (
            head % 10_900_000 + 60_000 * b"x",
            head % 65_000 + 60_000 * b"x",
            upload + 60_000 * b"x",
            b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ",
        ):
            for line in hold(pair.address, said, 60):
                stack.callback(line.close)
        half_sent = line
        time.sleep(1)
        kept = [path for path in pair.folder.rglob("*") if path.is_file() and "lab-cache" not in str(path)]
        assert {path.name for path in kept} == {"nginx.conf", "nginx.pid", "error.log"}
        assert sum(path.stat().st_size for path in kept) < 100_000
        assert requests.get(pair.address, timeout=10).status_code == 200
        assert closed(half_sent, 20)


ANSWERING = """
import http.server, os, sys
class Well(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response({status})
        self.end_headers()
    def log_message(self, *_):
        pass
print(os.getpid(), file=open(sys.argv[2], "w"), flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Well).serve_forever()
"""


def watched(tmp_path: Path, program: str, **times: float) -> tuple[subprocess.Popen, Path]:
    """deploy/watch.py over a program of ours, and the file in which that says its process id."""
    port, note = free_port(), tmp_path / "pid"
    command = (sys.executable, "-c", program, str(port), str(note))
    code = f"from deploy.watch import watch; import sys; sys.exit(watch({command!r}, "
    code += f"'http://127.0.0.1:{port}/', pause=.1, wait=1, **{times!r}))"
    return subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parents[2]), note


def pid_in(note: Path) -> int:
    """The process id that a file has, once it has one."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if note.exists() and (text := note.read_text().strip()):
            return int(text)
        time.sleep(0.05)
    raise AssertionError("it did not start")


@pytest.mark.parametrize("status", [200, 503])
def test_a_server_that_hangs_is_ended_and_one_that_answers_is_not_be_it_that_it_starts(tmp_path, status):
    watcher, note = watched(tmp_path, ANSWERING.format(status=status), start=20, hung=1)
    with watcher:
        server = psutil.Process(pid_in(note))
        with pytest.raises(subprocess.TimeoutExpired):
            watcher.wait(3)
        os.kill(server.pid, signal.SIGSTOP)
        assert watcher.wait(30) == 1
        assert not server.is_running()


def test_a_server_that_never_answers_is_ended_and_one_that_ends_is_followed(tmp_path):
    mute = "import os, sys, time; print(os.getpid(), file=open(sys.argv[2], 'w'), flush=True); time.sleep(60)"
    watcher, note = watched(tmp_path, mute, start=1, hung=60)
    with watcher:
        server = psutil.Process(pid_in(note))
        assert watcher.wait(20) == 1
        assert not server.is_running()
    assert watch((sys.executable, "-c", "raise SystemExit(3)"), "http://127.0.0.1:9/", pause=0.1) == 3


def test_who_ends_the_watcher_ends_the_server(tmp_path):
    watcher, note = watched(tmp_path, ANSWERING.format(status=200), start=20, hung=20)
    with watcher:
        server = psutil.Process(pid_in(note))
        watcher.terminate()
        watcher.wait(10)
        assert not server.is_running()
