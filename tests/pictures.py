"""Takes the README's pictures of every page: python -m tests.pictures"""

from pathlib import Path

from tests.browser import chromium, dashboard, open_page, wait_until_quiet
from ui.frame.menu import MENU

PICTURES = Path(__file__).parent / "pictures"


def main() -> None:
    """One picture a page and theme, at the defaults, of what a projector shows without scrolling."""
    PICTURES.mkdir(exist_ok=True)
    with dashboard() as address, chromium() as browser:
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


if __name__ == "__main__":
    main()
