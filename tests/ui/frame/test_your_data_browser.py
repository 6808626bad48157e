"""A person's own data through the real server: what each sees, stopping, and a file that is too large."""

import re

import pytest

pytest.importorskip("playwright.sync_api")

import numpy as np
from playwright.sync_api import Page, expect

import core
from core import Settings
from core.datasets import split
from core.settings import EPOCHS, LAMS, UPLOAD
from tests.browser import new_page, visit, wait_until_drawn
from tests.trained import LECTURE
from tests.ui.data.own_tables import rows_of
from tests.ui.data.upload.files import file_of, prepared
from ui.base.words import number
from ui.work.networks import Shape, refusal

pytestmark = pytest.mark.browser
NAMES = ("a", "b", "c")
N_NETWORKS = len(LAMS) * len(LECTURE)


def bring(page: Page, url: str) -> None:
    """Open the page Your data."""
    page.goto(url)
    expect(page.get_by_role("heading", name="Learn from your own data")).to_be_visible()


def give(page: Page, content: bytes, name: str = "mine.csv") -> None:
    """Choose a file on the page Your data."""
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )


def use(page: Page, content: bytes) -> None:
    give(page, content)
    page.get_by_role("button", name="Use this data").click()
    expect(page.get_by_role("heading", name=re.compile("L1 makes weights"))).to_be_visible()


def lam_max(content: bytes) -> str:
    """What the page L1 vs L2 says of a file, computed without the dashboard."""
    data = split("mine", prepared(content).table, seed=0)
    return number(core.lam_max(data.X_train, data.y_train), 4)


def test_two_people_with_the_same_file_name_and_shape_see_their_own(browser, address):
    files = [file_of(rows_of(NAMES, ("x", "z"), seed=seed)) for seed in (1, 2)]
    says = [f"= {lam_max(content)} is the λ" for content in files]
    assert says[0] != says[1]
    with new_page(browser) as one, new_page(browser) as other:
        for page, content in zip((one, other), files, strict=True):
            bring(page, f"{address}/bring-your-own?hidden=none&epochs=50")
            use(page, content)
            wait_until_drawn(page)
        for page, own, foreign in ((one, *says), (other, *reversed(says))):
            visit(page, "Weight histograms")
            visit(page, "L1 vs L2")
            expect(page.get_by_text(own)).to_be_visible()
            expect(page.get_by_text(foreign)).to_have_count(0)
            assert "dataset=your_data" in page.url
            assert page.trouble == []


def test_a_long_training_on_a_large_file_can_be_stopped_and_the_page_stays_usable(browser, address):
    X = np.random.default_rng(0).standard_normal((5000, 50)).round(3)
    rows = [[*(f"c{i}" for i in range(50)), "y"], *([*row, i % 2] for i, row in enumerate(X.tolist()))]
    settings = [Settings(dataset=UPLOAD, epochs=epochs) for epochs in EPOCHS]
    longest = [s.epochs for s in settings if not refusal(s, Shape(50, 2, 3500))][-1]
    with new_page(browser) as page:
        bring(page, f"{address}/bring-your-own?epochs={longest}")
        use(page, file_of(rows))
        expect(page.get_by_text(re.compile(rf"Training {N_NETWORKS} networks: \d+%"))).to_be_visible()
        page.get_by_role("button", name="Stop", exact=True).click()
        expect(page.get_by_text("The training was stopped")).to_be_visible()
        expect(page.get_by_role("button", name="Train them")).to_be_visible()
        page.get_by_role("link", name="Converter").click()
        expect(page.get_by_role("heading", name="The same λ in other libraries")).to_be_visible()
        assert page.locator("[data-testid=stException]").count() == 0


def test_a_file_beyond_the_limit_is_refused_and_the_last_one_stays(browser, address):
    with new_page(browser) as page:
        bring(page, f"{address}/bring-your-own?epochs=50")
        give(page, file_of(rows_of(NAMES, ("x", "z"))))
        expect(page.get_by_text("3 columns").first).to_be_visible()
        give(page, b"a,b,y\n" + b"1,2,x\n" * 2_000_000)
        expect(page.get_by_text(re.compile("10.0 ?MB or smaller"))).to_be_visible()
        expect(page.get_by_role("button", name="Use this data")).to_be_visible()
