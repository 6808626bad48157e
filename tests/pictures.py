"""Takes the README's pictures of every page, and those of the cards: python -m tests.pictures [cards]"""

import io
import sys
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from PIL import Image
from playwright.sync_api import Browser

from tests.app import topic
from tests.browser import chromium, dashboard, open_page, wait_until_quiet
from ui.frame.menu import MENU
from ui.tour import links
from ui.tour.scenarios import SCENARIOS
from ui.tour.steps import TOUR

PICTURES = Path(__file__).parent / "pictures"
WIDE = 760  # pixels of the stage that a card shows, at most
CARD = (400, 250)  # pixels of its picture
# What a card's picture does without: the bar, tools, and the words that would tell an answer.
TELLING = {topic("sparsity").address: 100}  # pixels at the head of its stage: a weight's path over λ
UNTOLD = "[data-testid=lam-bar], .living-tools, .living-words { display: none !important; }"


def pages(address: str, browser: Browser) -> None:
    """One picture a page and theme, at the defaults, of what a projector shows without scrolling."""
    PICTURES.mkdir(exist_ok=True)
    for theme in ("light", "dark"):
        page = browser.new_page(
            viewport={"width": 1600, "height": 1000}, color_scheme=theme, device_scale_factor=1
        )
        open_page(page, address)
        for entry in MENU:
            name = "overview" if entry.default else entry.address
            page.goto(f"{address}/{entry.path}")
            wait_until_quiet(page)
            page.screenshot(path=PICTURES / f"{name}-{theme}.png")
            print(f"{name}-{theme}.png")
    page = browser.new_page(viewport={"width": 1600, "height": 1000}, device_scale_factor=1)
    open_page(page, f"{address}/?present=1&tour=3")
    page.get_by_test_id("stButtonGroup").first.get_by_role("radio").first.click()
    page.get_by_role("button", name="Reveal").click()
    wait_until_quiet(page)
    page.screenshot(path=PICTURES / "tour-presented.png")


def cards(address: str, browser: Browser) -> None:
    """The first picture of the stage behind each card, small, at λ = 0: so it tells nothing of the answer."""
    links.PICTURES.mkdir(exist_ok=True)
    ways = {step.name: links.step_link(step) for step in TOUR}
    ways |= {links.file_of(one): links.scenario_link(one) for one in SCENARIOS}
    for theme in ("light", "dark"):
        page = browser.new_page(viewport={"width": 1440, "height": 1000}, color_scheme=theme)
        open_page(page, address)
        for name, link in ways.items():
            way = urlsplit(link)
            query = dict(parse_qsl(way.query)) | {"lam": "0"}
            for unwanted in ("tour", "at"):
                query.pop(unwanted, None)
            page.goto(f"{address}/{way.path.removeprefix('./')}?{urlencode(query)}")
            wait_until_quiet(page)
            page.add_style_tag(content=UNTOLD)
            stage = page.locator(".st-key-stage")
            columns = stage.get_by_test_id("stColumn")
            box = (columns if columns.count() else stage).first.bounding_box()
            width = min(box["width"], WIDE)
            top = box["y"] + TELLING.get(way.path.removeprefix("./"), 0)
            clip = {"x": box["x"], "y": top, "width": width, "height": width * CARD[1] / CARD[0]}
            shot = Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")
            shot.resize(CARD, Image.Resampling.LANCZOS).save(
                links.PICTURES / f"{name}-{theme}.webp", quality=75
            )
            print(f"{name}-{theme}.webp")


def main() -> None:
    """All of them, or one kind."""
    kinds = [pages, cards] if len(sys.argv) < 2 else [{"pages": pages, "cards": cards}[sys.argv[1]]]
    with dashboard() as address, chromium() as browser:
        for take in kinds:
            take(address, browser)


if __name__ == "__main__":
    main()
