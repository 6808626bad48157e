"""A real server and a real browser, for the tests and for the README's pictures."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright

ROOT = Path(__file__).parents[1]
HOW_TO_GET_ONE = (
    "no Chromium was found; get one with `playwright install --with-deps chromium` "
    "or your system's package manager"
)
ARGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]
MAX_SECONDS = 1800  # a server that was forgotten ends itself
READY = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  return app && app.getAttribute('data-test-script-state') === 'notRunning'
    && !document.querySelector('[data-stale="true"]')
    && !document.querySelector('[data-testid="stSkeleton"]');
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Playwright's own Chromium, or the system's. Raises LookupError where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    installed = next((path for name in names if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=installed, args=ARGS)
        except Error as error:
            raise LookupError(HOW_TO_GET_ONE) from error
        yield browser
        browser.close()


@contextmanager
def dashboard() -> Iterator[str]:
    """The address of a server of our own on 127.0.0.1, warm, which ends with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = (
        f"import os, threading; timer = threading.Timer({MAX_SECONDS}, os._exit, [1]); "
        "timer.daemon = True; timer.start(); "
        "from streamlit.web.cli import main; main()"
    )
    options = {"server.port": port, "server.address": "127.0.0.1", "server.headless": "true"}
    command = [sys.executable, "-c", code, "run", "dashboard.py"]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"STREAMLIT_SERVER_FILE_WATCHER_TYPE": "none"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_healthy(f"{address}/_stcore/health", server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=10)


def _wait_until_healthy(url: str, server: subprocess.Popen) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the dashboard did not answer within 60 seconds (exit code {server.poll()})")


def open_page(page: Page, url: str) -> None:
    """Go there and wait until the script has run and the chart is drawn."""
    page.goto(url)
    wait_until_drawn(page)


def wait_until_quiet(page: Page) -> None:
    """Until the script has run, then a moment for fonts and for sliders that move to the chosen λ."""
    page.wait_for_selector('[data-testid="stApp"]', timeout=60_000)
    page.wait_for_function(READY, timeout=60_000)
    page.wait_for_timeout(2000)


def wait_until_drawn(page: Page) -> None:
    """Until the script has run, nothing is stale and the chart stands."""
    page.wait_for_selector('[data-testid="stApp"]', timeout=60_000)
    page.wait_for_function(READY, timeout=60_000)
    page.wait_for_selector(".stVegaLiteChart svg.marks, .stVegaLiteChart canvas.marks", timeout=60_000)
