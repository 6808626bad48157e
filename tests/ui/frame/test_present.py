"""For the projector and for a class: present mode, and a link to exactly what is on screen."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import expect

from tests.app import open_app, topic
from tests.browser import (
    READY,
    new_page,
    open_page,
    read,
    wait_for_readout,
    wait_until_drawn,
    wait_until_quiet,
)
from ui.base.address import with_query
from ui.frame.menu import MENU, TOOLS
from ui.frame.toolbar import qr_code
from ui.topics import TOPICS

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
                rights = "all => all.map(svg => svg.getBoundingClientRect().right - window.innerWidth)"
                assert max(page.locator(".stVegaLiteChart svg.marks").evaluate_all(rights)) <= 0, entry.title
            if following:
                page.keyboard.press("PageDown")
                expect(page).to_have_url(re.compile(f"/{following.path}\\?"))
        assert page.trouble == []


@pytest.mark.alone
@pytest.mark.browser
def test_a_shared_link_opens_the_same_state_in_a_new_session(browser, address):
    with new_page(browser) as page:
        open_page(page, f"{address}/l1-vs-l2?lam=20&seed=3&{QUICK}")
        page.get_by_test_id("stButtonGroup").get_by_text("equal validated cost").click()
        wait_until_quiet(page)  # a click while the page is drawn anew would be lost
        page.get_by_test_id("stButtonGroup").get_by_text("2 (output)").click()
        wait_until_quiet(page)
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


@pytest.mark.parametrize(
    ("text", "is_on"), [("1", True), ("true", True), ("On", True), ("0", False), ("perhaps", False)]
)
def test_a_page_is_presented_where_its_address_says_so(text, is_on):
    app = open_app(topic("histograms"), present=text, epochs="50")
    assert not app.exception
    assert app.toggle(key="present").value == is_on
    assert dict(app.query_params).get("present") == ("1" if is_on else None)
    assert ("zoom: 1.3" in styles(app)) == is_on
    assert bool(app.get("page_link")) != is_on, "presented, there are steps in place of the tools"
    assert any(button.key == "step_arrow_forward" for button in app.button) == is_on


def styles(app) -> str:
    """All style sheets of the page."""
    return "".join(html.proto.body for html in app.get("html") if html.proto.body.startswith("<style>"))


def test_the_switch_is_in_the_address_as_soon_as_it_is_turned():
    app = open_app(topic("histograms"), epochs="50")
    assert not app.main.code, "the link and its code are made for who opens them"
    app.session_state["share"] = True
    app.toggle(key="present").set_value(True).run()
    assert "present=1" in app.main.code[0].value
    app.toggle(key="present").set_value(False).run()
    assert "present" not in app.main.code[0].value


def test_the_bar_leads_to_every_tool():
    app = open_app(topic("sparsity"), epochs="50")
    links = [link.proto.label for link in app.get("page_link")]
    assert links[: len(TOOLS)] == [tool.title for tool in TOOLS]


@pytest.mark.parametrize("at", [0, 2, len(MENU) - 1])
def test_presented_the_bar_leads_to_the_page_before_and_the_page_after(at):
    app = open_app(MENU[0].file, present="1", epochs="50")
    if at:
        app.switch_page(MENU[at].file).run()
    back, forward = (
        next(b for b in app.button if b.key == f"step_arrow_{way}") for way in ("back", "forward")
    )
    assert (back.disabled, forward.disabled) == (at == 0, at == len(MENU) - 1)
    if at:
        assert back.label == MENU[at - 1].title
    if at + 1 < len(MENU):
        assert forward.label == MENU[at + 1].title
        forward.click().run()
        assert not app.exception
        assert app.title[0].value == TOPICS[at + 1].page_heading
        assert app.toggle(key="present").value


@pytest.mark.parametrize("url", ["http://127.0.0.1:8501", "http://127.0.0.1:8501/"])
def test_a_link_carries_its_query_and_is_drawn_for_cameras(url):
    address = with_query(url, {"lam": "20", "dataset": "digits"})
    assert address == "http://127.0.0.1:8501/?lam=20&dataset=digits"
    assert with_query(url, {}) == "http://127.0.0.1:8501/"
    assert qr_code(address).startswith("<svg")
    assert qr_code(address) != qr_code(url)
    assert "#000" in qr_code(address), "black on white in both themes, as cameras want it"


@pytest.mark.browser
def test_one_key_walks_the_looks_of_a_page_and_those_of_the_next_and_back(browser, address):
    with new_page(browser, **PROJECTOR) as page:
        open_page(page, f"{address}/l1-vs-l2?present=1&{QUICK}")
        page.keyboard.press("PageUp")
        expect(page.get_by_role("heading", level=1)).to_have_text(topic("overview").page_heading)
        expect(page.get_by_role("button", name="Guide me")).to_be_visible()
        page.keyboard.press("PageDown")  # no walk is on: pages are turned
        expect(page.get_by_role("heading", level=1)).to_have_text(topic("sparsity").page_heading)
        page.get_by_role("button", name="Guide me").click()
        wait_for_readout(page, "λ = 0")
        lit = "name => (document.documentElement.dataset.light ?? '') === name"
        for number, penalty in enumerate(("", "l1", "l2", ""), start=1):
            expect(page.locator(".st-key-todo")).to_contain_text(f"{number} of 4.")
            expect(page).to_have_url(re.compile(f"look={number}(&|$)"))
            page.wait_for_function(lit, arg=penalty)
            page.keyboard.press("PageDown")
        expect(page).to_have_url(re.compile("/weight-histograms\\?.*look=1(&|$)"))
        wait_for_readout(page, "λ = 0, epoch 50")
        page.keyboard.press("PageUp")
        expect(page).to_have_url(re.compile("/l1-vs-l2\\?.*look=4(&|$)"))
        expect(page.get_by_test_id("lam-value")).not_to_have_text("λ = 0")
        assert page.trouble == []
