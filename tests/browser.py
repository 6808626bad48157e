"""A real server and a real browser, for the tests and for the README's pictures."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    WebSocket,
    expect,
    sync_playwright,
)

from core import PENALTIES

ROOT = Path(__file__).parents[1]
HOW_TO_GET_ONE = (
    "no Chromium was found; get one with `playwright install --with-deps chromium` "
    "or your system's package manager"
)
ARGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]
LABELS = "|".join(re.escape(penalty.label) for penalty in PENALTIES.values())
READOUT = re.compile(rf"λ = |epoch |(?:{LABELS}): (?:\d|diverged)")
STAGE = ".st-key-stage .stVegaLiteChart"
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


def kept_rows(page: Page) -> list[list[object]]:
    """What was tried, as the browser keeps it for another session."""
    rows: list[list[object]] = page.evaluate("JSON.parse(sessionStorage.getItem('lab-kept')).kept.log")
    return rows


@contextmanager
def dashboard(port: int | None = None) -> Iterator[str]:
    """The address of a server of our own on 127.0.0.1, warm, which ends with the block; port: a free one."""
    if port is None:
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


@contextmanager
def new_page(browser: Browser, **options: object) -> Iterator[Page]:
    """A page that notes what went wrong, `page.trouble`, and what its websocket carries, `page.wire`."""
    page = browser.new_page(**options)
    page.set_default_timeout(30_000)
    page.trouble, page.wire = [], []
    page.on("console", lambda message: page.trouble.append(message.text) if is_trouble(message) else None)
    page.on("pageerror", lambda error: page.trouble.append(str(error)))
    page.on("request", lambda request: page.trouble.append(request.url) if foreign(request.url) else None)
    page.on("websocket", watch_frames(page))
    try:
        yield page
    finally:
        page.close()


def is_trouble(message: ConsoleMessage) -> bool:
    """Errors, but not those of Streamlit when it looks for the server under a page's address first."""
    return message.type == "error" and not re.search(r"/[\w-]+/_stcore/", message.location["url"])


def foreign(url: str) -> bool:
    """Whether a request goes to any host but this one."""
    return not re.match(r"(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:", url)


def watch_frames(page: Page) -> Callable[[WebSocket], None]:
    """Write down each frame that the page's websocket carries."""

    def watch(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: page.wire.append(frame))
        socket.on("framereceived", lambda frame: page.wire.append(frame))

    return watch


def visit(page: Page, title: str) -> None:
    """Choose a page in the menu, and wait for it."""
    page.get_by_role("link", name=title, exact=True).first.click()
    expect(page.get_by_role("link", name=title, exact=True).first).to_have_attribute("aria-current", "page")
    wait_until_drawn(page)


def slider(page: Page, name: str = "λ") -> Locator:
    """A handle of the bar at the foot."""
    return page.get_by_test_id("lam-bar").get_by_role("slider", name=name, exact=True)


def scrub(page: Page, position: int, name: str = "λ") -> None:
    """Move a handle of the bar as a hand would that holds it still."""
    slider(page, name).evaluate(
        "(input, v) => { input.value = v; input.dispatchEvent(new Event('input', {bubbles: true})); }",
        position,
    )


def let_go(page: Page, name: str = "λ") -> None:
    """Let go of a handle."""
    slider(page, name).dispatch_event("change")


def read(page: Page) -> list[str]:
    """The lines that stand in the readout of the page's stage."""
    texts = page.locator(STAGE).locator("svg text").all_text_contents()
    return [text for text in texts if READOUT.match(text)]


def wait_for_readout(page: Page, text: str) -> None:
    """Until this line stands in the page's stage."""
    page.locator(STAGE).locator("svg text", has_text=re.compile(f"^{re.escape(text)}$")).first.wait_for()


def wait_for_quiet(page: Page, milliseconds: int = 600) -> None:
    """Until no frame has come or gone for a while."""
    while True:
        before = len(page.wire)
        page.wait_for_timeout(milliseconds)
        if len(page.wire) == before:
            return
