"""How fast the dashboard answers in a browser: python -m benchmarks.response

Starts a server of its own and drives a headless Chromium: from a changed setting to the new picture, the
same setting visited again, and each step of every slider in the chart of every page.
"""

import argparse
import statistics

from playwright.sync_api import Page

from tests.browser import chromium, dashboard, open_page, wait_until_quiet
from ui.frame.menu import MENU

NO_SLIDER = ("same-lambda-elsewhere",)
BAR = "[data-testid=lam-bar] .lam-row:not([hidden]) input[type=range]"
OWN = ".vega-bind:not(.in-bar, [hidden]) input[type=range]"  # sliders that the bar does not move
NAME = """input => input.getAttribute('aria-label')
  ?? input.closest('.vega-bind').querySelector('.vega-bind-name').textContent"""
SCRUB = """async input => {
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
# From the Enter key until other lines stand in the chart and have been painted, by the page's own clock. At
# rest two seeds often have the same counts; the paths of their weights differ.
WATCH = """() => {
  const lines = () => [...document.querySelectorAll('.stVegaLiteChart svg g.mark-line path')]
    .map(path => path.getAttribute('d')).join();
  const before = lines();
  window.took = new Promise((done, fail) => {
    let start;
    setTimeout(() => fail(new Error('no new picture within 30 seconds')), 30000);
    document.addEventListener('keydown', () => start = performance.now(), {once: true, capture: true});
    const observer = new MutationObserver(() => {
      if ([before, ''].includes(lines())) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - start), 0));
    });
    observer.observe(document.body, {subtree: true, childList: true, characterData: true});
  });
}"""


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
        wait_until_quiet(page)
        for what in ("a seed never trained → new picture", "a seed trained before → its picture"):
            print(f"{what}: {summary([seed_to_picture(page, seed) for seed in range(1, rounds + 1)])}")
        for entry in MENU:
            if entry.address in NO_SLIDER:
                continue
            open_page(page, f"{address}/{entry.address}")
            wait_until_quiet(page)
            for slider in page.locator(f"{BAR}, {OWN}").element_handles():
                slider.evaluate(SCRUB)  # once unmeasured: code that runs for the first time is compiled
                name = slider.evaluate(NAME)
                sent = len(frames)
                steps = slider.evaluate(SCRUB)
                print(f"{entry.title}, slider {name}: {summary(steps)}, {len(frames) - sent} frames sent")


def seed_to_picture(page: Page, seed: int) -> float:
    """Milliseconds from the Enter key until the chart shows another seed's numbers."""
    page.evaluate(WATCH)
    box = page.get_by_role("spinbutton", name="Seed")
    box.fill(str(seed))
    box.press("Enter")
    took = page.evaluate("window.took")
    wait_until_quiet(page)
    return took


def summary(milliseconds: list[float]) -> str:
    """Median, 95th percentile and number."""
    median = statistics.median(milliseconds)
    return f"median {median:.0f} ms, 95 % within {late(milliseconds):.0f} ms ({len(milliseconds)} times)"


def late(milliseconds: list[float]) -> float:
    """The 95th percentile, one of them."""
    ordered = sorted(milliseconds)
    return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]


if __name__ == "__main__":
    main()
