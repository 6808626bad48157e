"""Servers of our own for the load test: one process or several behind nginx, bounded in time, ended by id."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
MAX_SECONDS = 3600  # a server that was forgotten ends itself
DEFAULT, HOSTED = "dashboard.py", "deploy/serve.py"
NGINX = shutil.which("nginx") or next((p for p in ("/usr/sbin/nginx",) if Path(p).exists()), None)


REDIS = shutil.which("redis-server")


@dataclass(frozen=True)
class Served:
    """Where the dashboard answers, and the processes that do."""

    address: str
    processes: tuple[psutil.Process, ...]  # Streamlit's, one for each
    addresses: tuple[str, ...]  # of each process, past nginx
    nginx: psutil.Process | None = None


@contextmanager
def served(
    script: str = HOSTED,
    processes: int = 1,
    warm: bool = True,
    log: Path = Path(os.devnull),
    wait: bool = True,
) -> Iterator[Served]:
    """A script of Streamlit's on 127.0.0.1, from one process or from several behind nginx.

    script: DEFAULT for what a person runs, HOSTED for what deploy/ does, which opens all pages first if warm;
    log: the file that takes what the processes write; wait: until they answer that they are well.
    """
    with ExitStack() as stack:
        ports = [free_port() for _ in range(processes)]
        names = [f"lab-{i + 1}" for i in range(processes)] if processes > 1 else [""]
        servers = [
            stack.enter_context(one_process(script, port, warm, log, name))
            for port, name in zip(ports, names, strict=True)
        ]
        addresses = tuple(f"http://127.0.0.1:{port}" for port in ports)
        for address, server in zip(addresses, servers, strict=True):
            if wait:
                wait_until_healthy(address, server)
        nginx = stack.enter_context(through_nginx(ports)) if processes > 1 else None
        yield Served(
            nginx[0] if nginx else addresses[0],
            tuple(psutil.Process(server.pid) for server in servers),
            addresses,
            nginx[1] if nginx else None,
        )


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def one_process(
    script: str, port: int, warm: bool = True, log: Path = Path(os.devnull), name: str = ""
) -> Iterator[subprocess.Popen]:
    """A script of Streamlit's on this port, by the name under which nginx knows it."""
    code = (
        f"import os, threading; timer = threading.Timer({MAX_SECONDS}, os._exit, [1]); "
        "timer.daemon = True; timer.start(); from streamlit.web.cli import main; main()"
    )
    options = {
        "STREAMLIT_SERVER_PORT": str(port),
        "STREAMLIT_SERVER_ADDRESS": "127.0.0.1",
        "STREAMLIT_SERVER_HEADLESS": "true",
        "STREAMLIT_SERVER_FILE_WATCHER_TYPE": "none",
        "LAB_NAME": name,
    }
    if script == HOSTED:
        options["MALLOC_ARENA_MAX"] = "2"  # as the Dockerfile has it
    if not warm:
        options["LAB_WARM_UP_SECONDS"] = "0"
    command = [sys.executable, "-c", code, "run", script]
    with log.open("a") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=os.environ | options, stdout=out, stderr=out)
    try:
        yield server
    finally:
        _end(server)


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_until_healthy(address: str, server: subprocess.Popen, seconds: float = 240) -> None:
    """Until the server answers. Raises RuntimeError where it ended, or takes longer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{address} did not answer within {seconds:g} seconds (exit code {server.poll()})")


@contextmanager
def through_nginx(ports: list[int]) -> Iterator[tuple[str, psutil.Process]]:
    """Address and process of an nginx of our own with the configuration of deploy/, before these ports."""
    if NGINX is None:
        raise LookupError("no nginx was found; install your system's package, such as nginx-light")
    with tempfile.TemporaryDirectory(prefix="lab-nginx-") as folder:
        Path(folder).chmod(0o755)  # nginx's workers may run as another user
        port = free_port()
        config = Path(folder) / "nginx.conf"
        config.write_text(nginx_config(port, ports, folder), encoding="utf-8")
        command = [NGINX, "-p", folder, "-c", str(config), "-e", f"{folder}/error.log", "-g", "daemon off;"]
        checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
        if checked.returncode:
            raise RuntimeError(f"nginx refuses deploy/nginx.conf: {checked.stderr}")
        nginx = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}", nginx, 10)
            yield f"http://127.0.0.1:{port}", psutil.Process(nginx.pid)
        finally:
            _end(nginx)


def nginx_config(port: int, ports: list[int], folder: str) -> str:
    """deploy/nginx.conf with our own ports and folder in place of those of the containers."""
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    processes = sorted(set(re.findall(r"172\.[\d.]+:8501", text)))
    if len(processes) != len(ports):
        raise ValueError(f"deploy/nginx.conf is for {len(processes)} processes, not for {len(ports)}")
    ours = dict(zip(processes, (f"127.0.0.1:{p}" for p in ports), strict=True))
    ours |= {"127.0.0.1:8081": f"127.0.0.1:{free_port()}", "listen 8080": f"listen 127.0.0.1:{port}"}
    ours |= {"/tmp/": f"{folder}/"}
    return re.sub("|".join(map(re.escape, ours)), lambda found: ours[found[0]], text)


@contextmanager
def redis_server(folder: Path, port: int) -> Iterator[subprocess.Popen]:
    """Redis on this port of 127.0.0.1 with its files in this folder, where it finds them again."""
    if REDIS is None:
        raise LookupError("no redis-server was found; install your system's package")
    command = [REDIS, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
    server = subprocess.Popen([*command, "--appendonly", "yes"], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not _listens(port):
            time.sleep(0.05)
        yield server
    finally:
        server.kill()
        server.wait()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def folder_of(nginx: psutil.Process) -> Path:
    """Where it keeps its files; it writes its own title over its arguments."""
    return Path(" ".join(nginx.cmdline()).split(" -p ")[1].split()[0])


class Pair:
    """Two processes of the hosted server behind nginx, each of which can be ended and begun again."""

    def __init__(self, stack: ExitStack, warm: bool = False) -> None:
        self._stack, self._warm = stack, warm
        self._ports = [free_port(), free_port()]
        self._running: dict[int, subprocess.Popen] = {}
        for number in (1, 2):
            self.begin(number)
        self.address, self.nginx = stack.enter_context(through_nginx(self._ports))
        self.folder = folder_of(self.nginx)

    def processes(self) -> list[psutil.Process]:
        """Those that run."""
        return [psutil.Process(one.pid) for one in self._running.values() if one.poll() is None]

    def begin(self, number: int) -> None:
        """Start lab-1 or lab-2, and wait until it is well."""
        port = self._ports[number - 1]
        process = self._stack.enter_context(one_process(HOSTED, port, self._warm, name=f"lab-{number}"))
        wait_until_healthy(f"http://127.0.0.1:{port}", process)
        self._running[number] = process

    def kill(self, number: int) -> None:
        """No farewell."""
        self._running[number].kill()
        self._running[number].wait()

    @contextmanager
    def hung(self, number: int) -> Iterator[None]:
        """For a while it takes connections and answers nothing."""
        process = psutil.Process(self._running[number].pid)
        process.suspend()
        try:
            yield
        finally:
            process.resume()
