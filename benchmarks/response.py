"""How fast the dashboard answers in a browser: python -m benchmarks.response

Starts a server of its own and drives a headless Chromium: from a changed setting to the new picture, the
same setting visited again, and each step of the chart's slider.
"""

import argparse
import statistics
import time

from playwright.sync_api import Page

from tests.browser import chromium, dashboard, open_page

PAGES = {"L1 vs L2": "l1-vs-l2", "Weight histograms": "weight-histograms", "Tanh": "tanh"}
SCRUB = """async () => {
  const input = document.querySelector('.vega-bindings input[type=range]');
  const times = [];
  for (let v = +input.min; v <= +input.max; v++) {
    const start = performance.now();
    input.value = v;
    input.dispatchEvent(new Event('input', {bubbles: true}));
    await new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)));
    times.push(performance.now() - start);
  }
  return times;
}"""
LINES = """() => [...document.querySelectorAll('.stVegaLiteChart svg text')]
  .map(text => text.textContent).filter(text => /^L[12]: /.test(text)).join('|')"""


def main() -> None:
    """Print one line for each thing measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9, help="seeds that are trained (default 9)")
    rounds = parser.parse_args().rounds
    with dashboard() as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        frames: list[object] = []
        page.on("websocket", lambda socket: socket.on("framesent", lambda frame: frames.append(frame)))
        open_page(page, address)
        open_page(page, f"{address}/l1-vs-l2")
        page.wait_for_timeout(1500)
        new = [seed_to_picture(page, seed) for seed in range(1, rounds + 1)]
        again = [seed_to_picture(page, seed) for seed in range(1, rounds + 1)]
        print(f"a seed never trained → new picture: {summary(new)}")
        print(f"a seed trained before → its picture: {summary(again)}")
        for title, path in PAGES.items():
            open_page(page, f"{address}/{path}")
            page.wait_for_timeout(2000)
            sent = len(frames)
            steps = page.evaluate(SCRUB)
            print(f"{title}, a step of the slider: {summary([t / 1000 for t in steps])}, ", end="")
            print(f"{len(frames) - sent} frames sent")


def seed_to_picture(page: Page, seed: int) -> float:
    """Seconds from the Enter key until other numbers stand in the chart."""
    before = page.evaluate(LINES)
    box = page.get_by_role("spinbutton", name="Seed")
    box.fill(str(seed))
    start = time.perf_counter()
    box.press("Enter")
    page.wait_for_function(
        f"before => {{ const now = ({LINES})(); return now && now !== before; }}", arg=before
    )
    return time.perf_counter() - start


def summary(seconds: list[float]) -> str:
    """Median, 95th percentile and number, in milliseconds."""
    ordered = sorted(seconds)
    late = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    median = statistics.median(ordered)
    return f"median {1000 * median:.0f} ms, 95 % within {1000 * late:.0f} ms ({len(ordered)} times)"


if __name__ == "__main__":
    main()
