"""Takes the README's pictures of every page: python -m tests.pictures"""

from pathlib import Path

from tests.browser import chromium, dashboard, open_page

PICTURES = Path(__file__).parent / "pictures"
PAGES = {"l1-vs-l2": "", "weight-histograms": "weight-histograms", "tanh": "tanh"}


def main() -> None:
    """One picture a page and theme, at the defaults, of what a projector shows without scrolling."""
    PICTURES.mkdir(exist_ok=True)
    with dashboard() as address, chromium() as browser:
        for theme in ("light", "dark"):
            page = browser.new_page(
                viewport={"width": 1600, "height": 1000}, color_scheme=theme, device_scale_factor=1
            )
            open_page(page, address)
            for name, path in PAGES.items():
                open_page(page, f"{address}/{path}")
                page.wait_for_timeout(1500)  # fonts, and the slider's move to the chosen λ
                page.screenshot(path=PICTURES / f"{name}-{theme}.png")
                print(PICTURES / f"{name}-{theme}.png")


if __name__ == "__main__":
    main()
