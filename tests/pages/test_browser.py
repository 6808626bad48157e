"""A few journeys in a real browser: what no test without one can see."""

import re

import pytest

pytest.importorskip("playwright.sync_api")

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from core import LECTURED
from core.settings import LAMS
from tests.browser import (
    READY,
    STAGE,
    let_go,
    new_page,
    open_page,
    read,
    scrub,
    slider,
    visit,
    wait_for_quiet,
    wait_for_readout,
    wait_until_drawn,
)
from tests.thorough import some
from ui.frame.menu import MENU, TOOLS
from ui.tour.scenarios import SCENARIOS

pytestmark = pytest.mark.browser
QUICK = "epochs=50"
STREAMLITS_OWN = ("presentation-role-conflict", "empty-table-header")  # an uploader, a table's index
CURVES = ("more-data-or-more-lambda", "choosing-lambda", "gradient-check", "where-zeros-come-from")
HANDLES = {"L1 vs L2": "λ", "Weight histograms": "Epoch", "Tanh": "λ", "Hidden units": "λ"}


def test_every_page_opens_and_scrubs_without_a_word_to_the_server(page, address):
    open_page(page, f"{address}/l1-vs-l2?{QUICK}")
    for title, name in HANDLES.items():
        visit(page, title)
        expect(slider(page, name)).to_be_visible()
        wait_for_quiet(page)
        frames = len(page.wire)
        first = f"λ = {LAMS[11]:g}, epoch 0" if name == "Epoch" else "λ = 0"  # where λ was let go
        scrub(page, 0, name)
        wait_for_readout(page, first)
        at_first = read(page)
        scrub(page, 11, name)
        page.wait_for_function(
            "([stage, first]) => ![...document.querySelectorAll(`${stage} svg text`)]"
            ".some(text => text.textContent === first)",
            arg=[STAGE, first],
        )
        assert len(read(page)) == len(at_first) == 1 + len(LECTURED)
        assert read(page) != at_first
        assert len(page.wire) == frames, "a scrub must not reach the server"
        let_go(page, name)
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.trouble == []


def test_every_page_opens_without_an_error_is_accessible_and_fits_a_large_screen(browser, address, theme):
    with new_page(browser, color_scheme=theme, viewport={"width": 1920, "height": 1080}) as page:
        open_page(page, f"{address}/l1-vs-l2?hidden=5&{QUICK}")
        for entry in some([*MENU, *TOOLS], 2, at=theme == "dark"):
            page.get_by_role("link", name=entry.title, exact=True).first.click()
            expect(page).to_have_url(re.compile(f"/{entry.path}\\?"))
            page.wait_for_function(READY, timeout=60_000)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert page.locator("[data-testid=stException]").count() == 0, entry.title
            assert page.trouble == [], entry.title
            has_chart = entry in MENU and entry.title != "Converter"
            if has_chart:
                wait_until_drawn(page)
            assert violations(page) == [], entry.title
            assert not has_chart or overhang(page) <= 0, entry.title


def overhang(page: Page) -> float:
    """How far a chart stands out of the window, the furthest of the page's."""
    marks = page.locator(".stVegaLiteChart svg.marks")
    marks.first.wait_for()
    rights = "all => all.map(svg => svg.getBoundingClientRect().right - window.innerWidth)"
    return max(marks.evaluate_all(rights))


def violations(page: Page) -> list[tuple[str, str]]:
    """What axe-core finds: the rule and the element, without what is known to be Streamlit's own."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response
    assert found["passes"], "axe-core has looked at nothing"
    return [
        (rule["id"], node["html"][:200])
        for rule in found["violations"]
        for node in rule["nodes"]
        if rule["id"] not in STREAMLITS_OWN and 'class="token' not in node["html"]  # colours of its code
    ]


def test_the_numbers_in_the_chart_are_those_under_it(page, address):
    open_page(page, f"{address}/l1-vs-l2?hidden=none&lam=20&{QUICK}")
    page.locator(".stVegaLiteChart svg text", has_text=re.compile("^λ = 20, .* of λₘₐₓ$")).wait_for()
    in_chart = re.search(r"L1: (\d+) of 30", " ".join(read(page)))[1]
    expect(page.get_by_text(re.compile(rf"At λ = 20, L1 has set {in_chart} of 30 weights"))).to_be_visible()


def test_the_panel_moves_the_slider_and_the_chart_stays(page, address):
    open_page(page, f"{address}/l1-vs-l2?lam=10&{QUICK}")
    wait_for_readout(page, "λ = 10")
    page.locator(f"{STAGE} svg.marks").first.evaluate("svg => { svg.dataset.mine = 'yes'; }")
    panel = page.locator("[data-testid=stSidebar] input[type=range]").first
    panel.focus()
    panel.press("ArrowRight")
    wait_for_readout(page, "λ = 15")
    assert "lam=15" in page.url
    expect(page.locator(f"{STAGE} svg.marks").first).to_have_attribute("data-mine", "yes")
    expect(page.get_by_test_id("lam-value")).to_have_text("λ = 15")
    assert page.trouble == []


def test_a_lam_that_a_button_chooses_is_in_the_panel_the_address_and_the_picture(page, address):
    scenario = next(s for s in SCENARIOS if s.topic.key == "sparsity" and s.settings["lam"] != 10)
    lam = scenario.settings["lam"]
    open_page(page, f"{address}/l1-vs-l2?lam=1&seed=4&{QUICK}")
    page.get_by_role("link", name="Tour and scenarios", exact=True).first.click()
    page.get_by_role("button", name=scenario.name, exact=True).click()
    wait_until_drawn(page)
    handle = page.get_by_role("slider", name="Penalty strength λ")
    for chosen in (lam, LAMS[LAMS.index(lam) + 1]):
        page.locator(".stVegaLiteChart svg text", has_text=re.compile(f"^λ = {chosen:g}(,|$)")).wait_for()
        expect(page).to_have_url(re.compile(rf"[?&]lam={chosen:g}(&|$)"))
        expect(handle).to_have_attribute("aria-valuetext", f"{chosen:g}")
        handle.press("ArrowRight")
    assert "seed=4" not in page.url, "the rest went back to its default"
    assert page.trouble == []


def test_a_broken_address_opens_at_the_defaults_and_says_so(page, address):
    open_page(page, f"{address}/l1-vs-l2?lam=abc&dataset=nope&seed=-1&hidden=9999")
    expect(page.get_by_role("alert")).to_have_count(4)
    wait_for_readout(page, "λ = 10")
    assert page.url.rstrip("?") == f"{address}/l1-vs-l2"
    assert page.trouble == []


def test_hidden_layers_can_be_typed_and_a_typing_error_loses_nothing(page, address):
    open_page(page, f"{address}/l1-vs-l2?hidden=4&{QUICK}")
    box = page.get_by_role("combobox", name=re.compile("Hidden layers"))
    box.fill("5, 3")
    box.press("Enter")
    expect(page).to_have_url(re.compile("hidden=5-3"))
    wait_until_drawn(page)
    box.fill("a lot")
    box.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("5-3 is used")
    expect(page).to_have_url(re.compile("hidden=5-3"))
    assert page.trouble == []


def test_settings_go_along_from_page_to_page(page, address):
    open_page(page, f"{address}/l1-vs-l2?lam=50&seed=2&{QUICK}")
    visit(page, "Tanh")
    wait_for_readout(page, "λ = 50")
    for part in ("/tanh", "lam=50", "seed=2"):
        assert part in page.url


@pytest.mark.parametrize("path", ["weight-histograms", "tanh"])
def test_a_deep_link_opens_its_page_within_the_frame(page, address, path):
    open_page(page, f"{address}/{path}?lam=5&{QUICK}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Seed")).to_be_visible()
    assert "lam=5" in page.url


def test_no_chart_is_wider_than_a_phone(browser, address):
    with new_page(browser, viewport={"width": 390, "height": 844}) as page:
        for path in CURVES:  # of the others the stage's own test looks at every width
            open_page(page, f"{address}/{path}?{QUICK}")
            page.wait_for_timeout(500)
            assert overhang(page) <= 0, path
