"""The tour in a real browser: walked by a class, on a phone, through the menu, and from its links."""

import re
from urllib.parse import urlsplit

import pytest

from tests.ui.tour.truths import holds_to, opened, truth_of
from ui.base.session import Answer
from ui.tour.steps import TOUR, settings_of, with_values

pytestmark = pytest.mark.browser

PROJECTOR = {"viewport": {"width": 1920, "height": 1080}}
PHONE = {"viewport": {"width": 390, "height": 844}}
CHART = ".stElementContainer:has(.stVegaLiteChart)"


def choose_and_reveal(page, option: str) -> str:
    """Predict, reveal, and return what the bar then says."""
    from playwright.sync_api import expect

    page.locator(".st-key-tour_options").get_by_text(option, exact=True).click()
    page.get_by_role("button", name="Reveal", exact=True).click()
    expect(page.get_by_role("button", name="Hide the answer")).to_be_visible()
    expect(page.locator(".st-key-tour_answer")).not_to_contain_text("Predict, then reveal", timeout=30_000)
    return page.locator(".st-key-tour_answer").inner_text()


def plain(text: str) -> str:
    """A sentence without its Markdown, as it is seen."""
    return " ".join(text.replace("**", "").split())


def is_veiled(page) -> bool:
    """Whether the page's first chart, or what it stands in, is blurred."""
    chart = page.locator(CHART).first
    chart.wait_for()
    return chart.evaluate(
        """element => {
          for (let one = element; one; one = one.parentElement)
            if (getComputedStyle(one).filter.includes('blur')) return true;
          return false;
        }"""
    )


def style_of(page, selector: str, name: str) -> str:
    """A style of the first element that matches, as the browser computes it."""
    return page.locator(selector).first.evaluate(f"element => getComputedStyle(element).{name}")


def question_size(page) -> float:
    """The type of the question, in sizes of the page's own."""
    sizes = [style_of(page, selector, "fontSize") for selector in (".tour-question", "html")]
    question, own = (float(size.removesuffix("px")) for size in sizes)
    return question / own


def test_a_class_walks_the_whole_tour_in_present_mode(browser, address):
    from playwright.sync_api import expect

    from tests.browser import READY, new_page

    with new_page(browser, **PROJECTOR) as page:
        page.goto(f"{address}/tanh?tour=1&present=1")
        right = 0
        for n, step in enumerate(TOUR, start=1):
            expect(page.locator(".tour-place")).to_contain_text(f"step {n} of {len(TOUR)}", timeout=30_000)
            expect(page).to_have_url(re.compile(rf"[?&]tour={step.name}(&|$)"))
            assert "present=1" in page.url
            expect(page.locator("[data-testid=stSidebar]")).to_be_hidden()
            page.wait_for_function(READY, timeout=60_000)
            question = with_values(step.question, settings_of(step.settings))
            expect(page.locator(".tour-question")).to_have_text(question)
            truth = truth_of(step.name)
            predicted = n % len(step.options)
            right += predicted == truth.right
            shown = choose_and_reveal(page, step.options[predicted])
            answer = step.answer(opened(step.name))
            assert plain(answer.sentence) in plain(shown), n
            holds_to(Answer(answer.right, plain(shown)), truth)
            assert ("Right, " if predicted == truth.right else "You predicted") in shown
            if n < len(TOUR):
                page.keyboard.press("PageDown")
        assert question_size(page) == pytest.approx(1.25 * 1.4), "larger, for the back row"
        expect(page.locator(".st-key-tour_answer")).to_contain_text(f"{right} of {len(TOUR)} predictions")
        page.get_by_role("button", name="Start again").click()
        expect(page.locator(".tour-place")).to_contain_text("step 1 of")
        expect(page.locator(".st-key-tour_answer")).to_contain_text("Predict, then reveal")
        assert page.trouble == []


def test_a_reveal_on_a_phone_leaves_the_chart_where_it_is(browser, address):
    from playwright.sync_api import expect

    from tests.browser import new_page, open_page

    with new_page(browser, **PHONE) as page:
        open_page(page, f"{address}/l1-vs-l2?tour=exact-zeros&hidden=none&lam=20&epochs=50")
        page.locator(".stVegaLiteChart svg.marks").first.evaluate("svg => { svg.dataset.mine = 'yes'; }")
        expect(page.get_by_test_id("lam-bar")).to_be_hidden()
        for button in page.locator(".st-key-tour button").all():
            box = button.bounding_box()
            assert box["height"] >= 44, button.inner_text()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
        assert is_veiled(page), "there must be something to predict"
        shown = choose_and_reveal(page, "L2")
        assert not is_veiled(page)
        step = TOUR[2]
        assert plain(step.answer(opened(step.name, epochs=50)).sentence) in plain(shown)
        assert page.locator(".stVegaLiteChart svg.marks").first.get_attribute("data-mine") == "yes"
        expect(page.get_by_test_id("lam-bar")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.trouble == []


def test_a_menu_page_keeps_the_tour_in_the_address_and_a_reload_stays(page, address):
    from playwright.sync_api import expect

    from tests.browser import open_page, visit, wait_until_drawn

    open_page(page, f"{address}/l1-vs-l2?tour=4&lam=20&epochs=50")
    visit(page, "Tanh")
    expect(page).to_have_url(re.compile(r"/tanh\?.*tour=fewer-bytes"))
    expect(page.locator(".tour-place")).to_contain_text("step 4 of")
    assert question_size(page) == pytest.approx(1.4)
    page.reload()
    wait_until_drawn(page)
    expect(page).to_have_url(re.compile(r"/tanh\?.*tour=fewer-bytes"))
    expect(page.locator(".tour-place")).to_contain_text("step 4 of")
    page.get_by_role("link", name="To this step's page").click()
    expect(page).to_have_url(re.compile(r"/l1-vs-l2\?.*tour=fewer-bytes"))
    wait_until_drawn(page)
    for part in ("lam=20", "epochs=50"):
        assert part in page.url
    page.get_by_role("button", name="Leave the tour").click()
    expect(page).not_to_have_url(re.compile("tour="))
    assert page.trouble == []


def test_a_scenario_opens_from_its_button_and_from_its_link(page, address):
    from playwright.sync_api import expect

    from tests.browser import wait_for_readout, wait_until_quiet

    page.goto(f"{address}/tour-and-scenarios?seed=5&hidden=16-8")
    wait_until_quiet(page)
    page.get_by_role("button", name="Needles found").click()
    wait_for_readout(page, "L1: 35 of 40 weights exactly zero")
    expect(page).to_have_url(re.compile("/l1-vs-l2"))
    expect(page).to_have_url(re.compile("n_samples=1000"))
    in_session = {part for part in urlsplit(page.url).query.split("&") if part}
    page.goto(f"{address}/tour-and-scenarios")
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Needles found, as a link").click()
    wait_for_readout(popup.value, "L1: 35 of 40 weights exactly zero")
    assert {part for part in urlsplit(popup.value.url).query.split("&") if part} == in_session
    assert page.trouble == []
