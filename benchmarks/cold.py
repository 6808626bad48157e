"""What a fresh tab waits for: python -m benchmarks.cold

Starts a server of its own. Each round is a browser with an empty cache: from the address to the first words,
to the first picture and until nothing comes any more, with what it loads, in megabytes as they travel.
"""

import argparse
import statistics
from dataclasses import dataclass, field
from time import perf_counter

from playwright.sync_api import Browser, Page, Response, WebSocket

from tests.browser import chromium, dashboard, wait_until_drawn, wait_until_quiet

PAGES = {"Overview": "", "L1 vs L2": "l1-vs-l2"}
MB = 1e6


@dataclass
class Load:
    """What a tab has loaded, in bytes."""

    files: int = 0
    scripts: int = 0
    messages: int = 0
    times: dict[str, float] = field(default_factory=dict)  # seconds since the address was asked for

    def note_file(self, response: Response) -> None:
        """A file has come."""
        size = int(response.headers.get("content-length", 0)) or len(response.body())
        self.files += size
        self.scripts += size * response.url.endswith(".js")

    def note_socket(self, socket: WebSocket) -> None:
        """A connection, whose messages are counted."""
        socket.on("framereceived", self._note_message)

    def _note_message(self, message: str | bytes) -> None:
        self.messages += len(message)


def main() -> None:
    """Print a Markdown table, a row a page: medians over the rounds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="fresh browsers a page (default 5)")
    rounds = parser.parse_args().rounds
    columns = [
        "page",
        "title, s",
        "picture, s",
        "complete, s",
        "files, MB",
        "of them scripts, MB",
        "messages, MB",
    ]
    print(f"| {' | '.join(columns)} |\n| --- |{' ---: |' * (len(columns) - 1)}")
    with dashboard() as address, chromium() as browser:
        fresh_tab(browser, address)  # the server's own first time
        for name, path in PAGES.items():
            loads = [fresh_tab(browser, f"{address}/{path}") for _ in range(rounds)]
            print(f"| {name} | {' | '.join(figures(loads))} |")


def fresh_tab(browser: Browser, url: str) -> Load:
    """Open an address in a context of its own, whose cache is empty."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page, load = context.new_page(), Load()
        page.on("response", load.note_file)
        page.on("websocket", load.note_socket)
        _watch(page, url, load)
        return load


def _watch(page: Page, url: str, load: Load) -> None:
    start = perf_counter()
    page.goto(url, wait_until="commit")
    page.get_by_role("heading", level=1).wait_for()
    load.times["title"] = perf_counter() - start
    wait_until_drawn(page)
    load.times["picture"] = perf_counter() - start
    wait_until_quiet(page)
    load.times["complete"] = perf_counter() - start - 2.0  # of which it waits two seconds for nothing


def figures(loads: list[Load]) -> list[str]:
    """The medians, as the table has them."""
    seconds = [
        statistics.median(load.times[name] for load in loads) for name in ("title", "picture", "complete")
    ]
    sizes = [
        statistics.median(getattr(load, name) for load in loads) / MB
        for name in ("files", "scripts", "messages")
    ]
    return [*(f"{value:.2f}" for value in seconds), *(f"{value:.2f}" for value in sizes)]


if __name__ == "__main__":
    main()
