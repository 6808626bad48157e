"""Whether the picture moves before one's eyes: python -m benchmarks.stage

Starts a server of its own and drives a headless Chromium over every page at four sizes. For each: the share
of the first screen's pixels that differ anywhere on the way of the bar's handle, the bar left out; how long a
step takes until it is painted, and how many frames the websocket carries meanwhile; how far the page is wider
than its window; and how many presses of Tab lead to λ.
"""

import argparse
import io
import statistics
from collections.abc import Sequence

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from benchmarks.response import BAR, late
from tests.browser import chromium, dashboard, open_page, wait_until_quiet
from ui.frame.menu import MENU

SIZES = {
    "1920": (1920, 1080, ""),
    "presented": (1920, 1080, "present=1"),
    "1440": (1440, 900, ""),
    "phone": (390, 844, ""),
}
DIFFERS = 12  # in a channel, of 255
STOPS = 6  # places of the handle at which pixels are looked at
NO_PICTURE = ("same-lambda-elsewhere",)
MOVE = """(input, v) => {
  input.value = v;
  input.dispatchEvent(new Event('input', {bubbles: true}));
}"""
STEPS = """async input => {
  const painted = () => new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)));
  const times = [];
  for (let v = +input.min; v <= +input.max; v++) {
    const start = performance.now();
    input.value = v;
    input.dispatchEvent(new Event('input', {bubbles: true}));
    await painted();
    await painted();
    times.push(performance.now() - start);
  }
  return times;
}"""


def main() -> None:
    """Print a line for each page, size and handle."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", help="addresses of pages (default: all that have a picture)")
    parser.add_argument("--query", default="", help="settings for every page, such as dataset=moons")
    options = parser.parse_args()
    entries = [
        entry
        for entry in MENU
        if entry.address not in NO_PICTURE and (not options.pages or entry.address in options.pages)
    ]
    print("| page | size | handle | pixels | median | 95 % | frames | wider | tabs |")
    print("|---|---|---|---:|---:|---:|---:|---:|---:|")
    with dashboard() as address, chromium() as browser:
        page = browser.new_page()
        frames: list[object] = []
        page.on("websocket", lambda socket: socket.on("framesent", lambda frame: frames.append(frame)))
        open_page(page, address)
        for entry in entries:
            for size, (width, height, query) in SIZES.items():
                page.set_viewport_size({"width": width, "height": height})
                open_page(page, f"{address}/{entry.path}?{'&'.join(filter(None, (query, options.query)))}")
                wait_until_quiet(page)
                page.wait_for_timeout(600)
                for line in measured(page, frames):
                    print(f"| {entry.title} | {size} | {line} |")


def measured(page: Page, frames: Sequence[object]) -> list[str]:
    """What is measured of each handle of the bar."""
    wide = page.locator("[data-testid=stMain]").evaluate("main => main.scrollWidth - main.clientWidth")
    tabs = tabs_to_lam(page)
    lines = []
    for handle in page.locator(BAR).element_handles():
        start = handle.evaluate("input => +input.value")
        share = moving_pixels(page, handle)
        handle.evaluate(STEPS)  # once unmeasured: code that runs for the first time is compiled
        sent = len(frames)
        times = handle.evaluate(STEPS)
        name = handle.get_attribute("aria-label")
        in_time = f"{statistics.median(times):.0f}", f"{late(times):.0f}"
        lines.append(" | ".join(map(str, (name, f"{share:.1%}", *in_time, len(frames) - sent, wide, tabs))))
        handle.evaluate(MOVE, start)
    return lines


def moving_pixels(page: Page, handle) -> float:
    """The share of the window's pixels, the bar's left out, that differ from the first at any stop."""
    last = handle.evaluate("input => +input.max")
    first, moved = None, None
    for at in np.linspace(0, last, STOPS).astype(int):
        handle.evaluate(MOVE, int(at))
        page.wait_for_timeout(250)
        seen = pixels(page)
        if first is None or moved is None:
            first, moved = seen, np.zeros(seen.shape[:2], bool)
        moved |= (np.abs(seen - first) > DIFFERS).any(axis=2)
    assert moved is not None
    box = page.locator("[data-testid=lam-bar]").bounding_box()
    if box:
        moved[max(0, int(box["y"])) :] = False
    return float(moved.mean())


def pixels(page: Page) -> np.ndarray:
    """The window as it is seen, (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)


def tabs_to_lam(page: Page, most: int = 60) -> int:
    """How many presses of Tab, and of Enter on the link that leads there, until λ has the focus."""
    page.evaluate("document.activeElement?.blur()")
    for n in range(1, most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('lam-skip')"):
            page.keyboard.press("Enter")
            n += 1
        if page.evaluate("document.activeElement.matches('[data-testid=lam-bar] input[type=range]')"):
            return n
    return most


if __name__ == "__main__":
    main()
