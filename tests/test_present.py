"""For the projector and for a class: present mode, and a link to exactly what is on screen."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import expect

from tests.browser import (
    READY,
    new_page,
    open_page,
    read,
    wait_for_readout,
    wait_until_drawn,
    wait_until_quiet,
)
from tests.test_pages import chart, open_app
from ui.menu import MENU
from ui.toolbar import link, qr_code

QUICK = "epochs=50"
PROJECTOR = {"viewport": {"width": 1920, "height": 1080}}
SMALL_TYPE = """() => [...document.querySelectorAll('.stVegaLiteChart svg text')]
  .filter(text => text.textContent.trim() && text.getBoundingClientRect().height > 0)
  .map(text => [text.textContent, parseFloat(getComputedStyle(text).fontSize)
    * text.getBoundingClientRect().height / text.getBBox().height])
  .filter(([text, size]) => size < 16)"""


@pytest.mark.browser
def test_presented_pages_have_no_panel_and_type_for_the_back_row(browser, address):
    with new_page(browser, **PROJECTOR) as page:
        open_page(page, f"{address}/?present=1&{QUICK}")
        for entry, following in zip(MENU, [*MENU[1:], None], strict=True):
            page.wait_for_function(READY, timeout=60_000)
            expect(page).to_have_url(re.compile(f"/{entry.path}\\?"))
            assert "present=1" in page.url, entry.title
            expect(page.locator("[data-testid=stSidebar]")).to_be_hidden()
            if entry.title != "Converter":
                wait_until_drawn(page)
                assert page.evaluate(SMALL_TYPE) == [], entry.title
                right = "svg => svg.getBoundingClientRect().right - window.innerWidth"
                assert page.locator(".stVegaLiteChart svg.marks").evaluate(right) <= 0, entry.title
            if following:
                page.keyboard.press("PageDown")
                expect(page).to_have_url(re.compile(f"/{following.url_path}\\?"))
        assert page.trouble == []


@pytest.mark.browser
def test_a_shared_link_opens_the_same_state_in_a_new_session(browser, address):
    with new_page(browser) as page:
        open_page(page, f"{address}/l1-vs-l2?lam=20&seed=3&{QUICK}")
        page.get_by_test_id("stButtonGroup").get_by_text("equal test cost").click()
        page.get_by_test_id("stButtonGroup").get_by_text("2 (output)").click()
        page.get_by_text("Present", exact=True).click()
        expect(page).to_have_url(re.compile("present=1"))
        page.get_by_test_id("stPopoverButton").filter(has_text="Share").click()
        code = page.get_by_test_id("stPopoverBody").locator("code")
        expect(code).to_have_text(re.compile("(?=.*layer=1)(?=.*present=1)"))
        shared = code.inner_text()
        expect(page.get_by_test_id("stPopoverBody").get_by_role("img")).to_be_visible()
        wait_until_quiet(page)
        lines = read(page)
    assert "λ = 20" in lines
    assert any(line.startswith("L1: ") for line in lines)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(shared).query).items()}
    assert asked == {
        "lam": "20",
        "seed": "3",
        "epochs": "50",
        "compare": "cost",
        "layer": "1",
        "present": "1",
    }
    with new_page(browser) as page:
        open_page(page, shared)
        for line in lines:
            wait_for_readout(page, line)
        expect(page.locator("[data-testid=stSidebar]")).to_be_hidden()


def test_a_choice_is_in_the_link_as_soon_as_it_is_made():
    app = open_app(epochs="50")
    app.segmented_control(key="layer").set_value(1).run()
    assert "layer=1" in app.main.code[0].value
    app.segmented_control(key="layer").set_value(0).run()
    assert "layer" not in app.main.code[0].value


def test_a_choice_that_an_address_cannot_have_is_the_default():
    app = open_app(layer="7", compare="nothing", present="perhaps", epochs="50")
    assert not app.exception
    assert app.segmented_control(key="layer").value == 0
    assert app.segmented_control(key="compare").value == "lam"
    assert not app.toggle(key="present").value


def test_the_picture_is_told_in_words_with_its_numbers():
    app = open_app(lam="20", epochs="50")
    texts = [html.proto.body for html in app.get("html")]
    (told,) = [text for text in texts if text.startswith('<p class="for-screen-readers"')]
    _, tables = chart(app)
    readout = tables["readout"].set_index("k").loc[tables["chosen"].k[0]]
    assert "λ = 20" in told
    assert readout.L1 in told
    assert readout.L2 in told


@pytest.mark.parametrize("url", ["http://127.0.0.1:8501", "http://127.0.0.1:8501/"])
def test_a_link_carries_its_query_and_is_drawn_for_cameras(url):
    address = link(url, {"lam": "20", "dataset": "digits"})
    assert address == "http://127.0.0.1:8501/?lam=20&dataset=digits"
    assert link(url, {}) == "http://127.0.0.1:8501/"
    assert qr_code(address).startswith("<svg")
    assert qr_code(address) != qr_code(url)
