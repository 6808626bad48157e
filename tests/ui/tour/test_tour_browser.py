"""The tour in a real browser: walked by a class, on a phone, through the menu, and from its links."""

import re
from urllib.parse import urlsplit

import pytest

from tests.ui.tour.truths import opened
from ui.tour.links import scenario_link
from ui.tour.scenarios import SCENARIOS
from ui.tour.steps import STEPS, TOUR, settings_of, with_values

pytestmark = pytest.mark.browser

PROJECTORS = ((1280, 720), (1920, 1080))
GIVES_AWAY = ("What to notice", "The mathematics", 'slider "λ"', 'slider "Penalty', "Take away", "graphics")
PHONE = {"viewport": {"width": 390, "height": 844}}
CHART = ".stElementContainer:has(.stVegaLiteChart)"
STAGE = ".st-key-stage .stVegaLiteChart"


def choose_and_reveal(page, option: str) -> str:
    """Predict, reveal, and return what the bar then says."""
    page.locator(".st-key-tour_options").get_by_text(option, exact=True).click()
    page.get_by_role("button", name="Reveal", exact=True).click()
    return answer_shown(page)


def answer_shown(page) -> str:
    """What the strip says once the answer is there."""
    from playwright.sync_api import expect

    on = page.get_by_role("button", name=re.compile("Next question|Start again"))
    expect(on).to_be_visible(timeout=30_000)
    answer = page.locator(".st-key-tour_answer")
    expect(answer).to_contain_text(re.compile(r"\w"), timeout=30_000)
    expect(answer).not_to_contain_text("Predict, then reveal")
    return answer.inner_text()


def assert_in_the_window(page) -> None:
    """The strip is low, and the picture stands under it in the window, on two projectors."""
    for width, height in PROJECTORS:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(250)  # charts follow the window
        strip = page.locator(".st-key-tour").bounding_box()
        assert strip["height"] <= 150, (width, strip)
        assert 0 <= strip["y"] < 150, "a question stands at the top"
        fits = "strip => strip.scrollHeight <= strip.clientHeight + 1"
        assert page.locator(".st-key-tour").evaluate(fits), "nothing of it is cut"
        bar = page.get_by_test_id("lam-bar")
        foot = bar.bounding_box()["y"] if bar.is_visible() else height
        picture = page.locator(STAGE).first.bounding_box()
        seen = min(foot, picture["y"] + picture["height"]) - picture["y"]
        assert seen >= min(0.9 * picture["height"], 0.35 * height), (width, picture)


def spoken(page) -> str:
    """What the accessibility tree has of the page beside the sidebar."""
    return page.get_by_test_id("stMain").aria_snapshot()


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


def test_a_class_walks_the_whole_tour_with_one_key_and_sees_each_picture(browser, address):
    from playwright.sync_api import expect

    from tests.browser import new_page, wait_until_drawn

    with new_page(browser, viewport={"width": 1280, "height": 720}) as page:
        page.goto(f"{address}/tanh?tour=1&present=1")
        for n, step in enumerate(TOUR, start=1):
            expect(page.locator(".tour-place")).to_contain_text(f"step {n} of {len(TOUR)}", timeout=30_000)
            expect(page).to_have_url(re.compile(rf"[?&]tour={step.name}(&|$)"))
            assert "present=1" in page.url
            expect(page.locator("[data-testid=stSidebar]")).to_be_hidden()
            question = with_values(step.question, settings_of(step.settings))
            expect(page.locator(".tour-question")).to_have_text(question)
            wait_until_drawn(page)
            assert_in_the_window(page)
            assert is_veiled(page)
            veiled = spoken(page)
            assert all(option in veiled for option in step.options)
            assert not any(word in veiled for word in GIVES_AWAY), n
            assert page.locator(CHART).first.evaluate("chart => Boolean(chart.closest('[inert]'))")
            page.keyboard.press("PageDown")
            shown = answer_shown(page)
            answer = step.answer(opened(step.name))  # which test_answers holds to networks trained alone
            assert plain(answer.sentence) in plain(shown), n
            assert answer.right is not None
            assert step.options[answer.right] in plain(shown), n
            wait_until_drawn(page)
            assert not is_veiled(page)
            assert_in_the_window(page)
            assert "What to notice" in spoken(page)
            if n < len(TOUR):
                page.keyboard.press("PageDown")
        expect(page.locator(".st-key-tour_answer")).to_contain_text("That was the tour.")
        page.keyboard.press("PageUp")
        expect(page.get_by_role("button", name="Reveal", exact=False)).to_be_visible()
        page.keyboard.press("PageUp")
        expect(page.locator(".tour-place")).to_contain_text(f"step {len(TOUR) - 1} of")
        assert page.trouble == []


def test_a_tour_that_starts_from_the_foot_of_a_page_opens_at_its_top(page, address):
    from playwright.sync_api import expect

    from tests.browser import open_page

    open_page(page, f"{address}/?dataset=moons&hidden=4&epochs=50")
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, main.scrollHeight)")
    page.get_by_role("button", name="Start the tour").click()
    expect(page.locator(".tour-question")).to_be_in_viewport()
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
        step = STEPS["exact-zeros"]
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
    expect(page.locator(".tour-place")).to_contain_text(f"step {TOUR.index(STEPS['exact-zeros']) + 2} of")
    page.reload()
    wait_until_drawn(page)
    expect(page).to_have_url(re.compile(r"/tanh\?.*tour=fewer-bytes"))
    expect(page.locator(".tour-place")).to_contain_text(f"step {TOUR.index(STEPS['exact-zeros']) + 2} of")
    page.get_by_role("link", name="To this step's page").click()
    expect(page).to_have_url(re.compile(r"/l1-vs-l2\?.*tour=fewer-bytes"))
    wait_until_drawn(page)
    for part in ("lam=20", "epochs=50"):
        assert part in page.url
    page.get_by_role("button", name="Leave").click()
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


def test_a_scenario_of_a_part_of_a_page_opens_there(page, address):
    from tests.browser import open_page

    (twins,) = [scenario for scenario in SCENARIOS if scenario.part == "twins"]
    open_page(page, f"{address}/{scenario_link(twins)}")
    heading = page.locator(".st-key-part_twins h2, .st-key-part_twins h3").first
    heading.wait_for()
    page.wait_for_timeout(1500)
    top = heading.bounding_box()["y"]
    assert 0 <= top < 300, "it lies at the top of the window"
    assert page.trouble == []
