"""The bar of λ in a real browser: what a hand does, and what the page says of it."""

import re

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Page, expect

from core.settings import LAMS
from tests.browser import (
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
    wait_until_quiet,
)
from tests.thorough import THOROUGH
from ui.base.theme import PENALTY_COLORS
from ui.frame.menu import MENU
from ui.stage import component

pytestmark = pytest.mark.browser
QUICK = "epochs=50"
MOST_TABS = 5
PANEL = "[data-testid=stSidebar] [data-testid=stSliderThumbValue]"


def check_chosen(page: Page, lam: float, told: bool = True) -> None:
    """Bar, picture, address and panel agree on λ, and the sentences, where the page tells of this one."""
    words = re.compile(rf"λ = {lam:g}(?![.\d])")
    expect(page.get_by_test_id("lam-value")).to_have_text(words)
    expect(page.locator(PANEL).first).to_have_text(f"{lam:g}")
    if told:
        expect(page.locator(".st-key-measured")).to_contain_text(words)
    expect(page.locator("html")).not_to_have_class(re.compile("lam-moves"))
    assert any(words.search(line) for line in read(page))
    assert (f"lam={lam:g}" in page.url) == (lam != 10)


def test_a_lam_that_is_let_go_is_chosen_everywhere(page, address):
    open_page(page, f"{address}/l1-vs-l2?lam=10&{QUICK}")
    wait_for_readout(page, "λ = 10")
    wait_for_quiet(page)
    frames = len(page.wire)
    scrub(page, LAMS.index(50.0))
    wait_for_readout(page, "λ = 50")
    expect(page.locator("html")).to_have_class(re.compile("lam-moves"))
    assert "lam=50" not in page.url, "it is not chosen before it is let go"
    assert len(page.wire) == frames, "a drag must not reach the server"
    let_go(page)
    expect(page).to_have_url(re.compile("lam=50"))
    check_chosen(page, 50.0)
    visit(page, "Tanh")
    wait_for_readout(page, "λ = 50")
    check_chosen(page, 50.0)
    page.get_by_role("link", name="What was tried", exact=True).click()
    expect(page).to_have_url(re.compile("what-was-tried.*lam=50"))
    expect(page.get_by_test_id("lam-value")).to_have_text("λ = 50")
    assert page.trouble == []


TIMERS = """(input, event) => {
  const own = window.setTimeout, delays = [];
  window.setTimeout = (work, delay, ...rest) => (delays.push(delay), own(work, delay, ...rest));
  for (const one of event) input.dispatchEvent(one === 'keydown' ? new KeyboardEvent(one) : new Event(one));
  window.setTimeout = own;
  return delays.filter(delay => delay > 0); // the page does what it does at once
}"""


def test_a_hand_that_lets_go_waits_for_nothing_and_a_key_for_those_after_it(page, address):
    script = (component.HERE / component.ASSETS / "lam_bar.js").read_text(encoding="utf-8")
    settle, answer = (int(re.search(rf"const {name} = (\d+);", script)[1]) for name in ("SETTLE", "ANSWER"))
    open_page(page, f"{address}/tanh?{QUICK}")
    wait_for_readout(page, "λ = 10")
    scrub(page, LAMS.index(30.0))
    assert slider(page).evaluate(TIMERS, ["keydown", "input", "change"]) == [settle]
    expect(page).to_have_url(re.compile("lam=30"))
    scrub(page, LAMS.index(50.0))
    assert slider(page).evaluate(TIMERS, ["pointerdown", "input", "change"]) == [answer]


def test_a_lam_that_is_let_go_stays_chosen_where_the_page_is_turned_at_once(page, address):
    open_page(page, f"{address}/l1-vs-l2?{QUICK}")
    wait_for_readout(page, "λ = 10")
    turns = (("Tanh", 0), ("L1 vs L2", 30), ("Hidden units", 60), ("L1 vs L2", 0))
    for k, (title, pause) in enumerate(turns, start=4):
        scrub(page, k)
        slider(page).evaluate(
            """(input, [title, pause]) => {
              input.dispatchEvent(new Event("change", { bubbles: true }));
              const links = [...document.querySelectorAll("a")];
              const link = links.find((one) => one.textContent.trim() === title);
              setTimeout(() => link.click(), pause);
            }""",
            [title, pause],
        )
        expect(page.get_by_role("link", name=title, exact=True).first).to_have_attribute(
            "aria-current", "page"
        )
        expect(page).to_have_url(re.compile(f"lam={LAMS[k]:g}(&|$)"))
        expect(page.get_by_role("slider", name="Penalty strength λ")).to_have_attribute(
            "aria-valuetext", f"{LAMS[k]:g}"
        )
        wait_until_quiet(page)
        expect(page.get_by_test_id("lam-value")).to_have_text(f"λ = {LAMS[k]:g}")
        wait_for_readout(page, f"λ = {LAMS[k]:g}")
    assert page.trouble == []


def test_keys_choose_where_they_rest_and_back_goes_to_the_last_choice(page, address):
    open_page(page, f"{address}/tanh?{QUICK}")
    wait_for_readout(page, "λ = 10")
    slider(page).focus()
    for _ in range(2):
        slider(page).press("ArrowRight")
    wait_for_readout(page, "λ = 20")
    expect(page).to_have_url(re.compile("lam=20"))
    slider(page).press("ArrowRight")
    expect(page).to_have_url(re.compile("lam=30"))
    check_chosen(page, 30.0)
    page.go_back()
    expect(page).to_have_url(re.compile("lam=20"))
    check_chosen(page, 20.0)
    page.go_back()
    expect(page).not_to_have_url(re.compile("lam="))
    check_chosen(page, 10.0)
    page.go_forward()
    check_chosen(page, 20.0)
    for label, lam in (("Larger λ", 30.0), ("Smaller λ", 20.0)):
        page.get_by_role("button", name=label).click()
        check_chosen(page, lam)
    assert page.trouble == []


def test_lam_plays_from_zero_and_rests_at_the_end_where_it_is_chosen(page, address):
    open_page(page, f"{address}/tanh?lam=10&{QUICK}")
    wait_for_readout(page, "λ = 10")
    page.clock.install()
    play = page.get_by_test_id("play")
    play.click()
    wait_for_readout(page, "λ = 0")
    page.clock.run_for(2100)
    wait_for_readout(page, "λ = 0.5")
    play.click()
    check_chosen(page, 0.5, told=False)
    play.click()
    wait_for_readout(page, "λ = 0")
    page.clock.run_for(400 * len(LAMS))
    wait_for_readout(page, "λ = 1000")
    page.clock.run_for(5000)
    check_chosen(page, 1000.0, told=False)
    assert page.trouble == []


def test_where_epochs_are_the_subject_they_play_and_lam_moves_beside_them(page, address):
    open_page(page, f"{address}/l1-vs-l2?{QUICK}")
    visit(page, "Weight histograms")
    wait_for_readout(page, "λ = 10, epoch 50")
    wait_for_quiet(page)
    frames = len(page.wire)
    page.get_by_test_id("play").click()
    wait_for_readout(page, "λ = 10, epoch 50")
    scrub(page, 0, "Epoch")
    let_go(page, "Epoch")
    wait_for_readout(page, "λ = 10, epoch 0")
    scrub(page, LAMS.index(1.0))
    wait_for_readout(page, "λ = 1, epoch 0")
    assert len(page.wire) == frames
    let_go(page)
    expect(page).to_have_url(re.compile("lam=1(&|$)"))
    wait_for_readout(page, "λ = 1, epoch 0")
    page.get_by_role("button", name="Guide me").click()
    wait_for_readout(page, "λ = 0, epoch 0")
    scrub(page, 3, "Epoch")
    for number in (2, 3, 4):
        wait_for_quiet(page)
        page.get_by_role("button", name=f"Look {number}").click()
        expect(page.get_by_test_id("stMain")).to_contain_text(f"{number} of 4.", timeout=15_000)
    wait_for_readout(page, "λ = 1000, epoch 0")  # where that look has the handle
    visit(page, "Tanh")
    expect(slider(page, "Epoch")).to_have_count(0)
    assert page.trouble == []


def test_lam_is_soon_reached_by_keys(page, address):
    for entry in MENU[:2]:
        open_page(page, f"{address}/{entry.path}?{QUICK}")
        page.locator(STAGE).first.wait_for()
        page.locator(".lam-skip").wait_for(state="attached")
        pressed = 0
        while not page.evaluate("document.activeElement.classList.contains('lam-skip')"):
            page.keyboard.press("Tab")
            pressed += 1
            assert pressed < MOST_TABS, entry.title
        page.keyboard.press("Enter")
        expect(slider(page)).to_be_focused()


def test_a_remote_turns_the_page_unless_the_keys_are_lams(page, address):
    open_page(page, f"{address}/tanh?present=1&{QUICK}")
    wait_for_readout(page, "λ = 10")
    slider(page).focus()
    page.keyboard.press("PageDown")
    wait_for_readout(page, "λ = 1.5")
    expect(page).to_have_url(re.compile("/tanh.*lam=1.5"))
    box = slider(page).bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(slider(page)).not_to_be_focused()
    expect(page).to_have_url(re.compile("lam=(7|10)|tanh[^m]*$"))
    page.keyboard.press("PageDown")
    expect(page).to_have_url(re.compile("/cancelled-units"))


def test_a_remote_is_heard_where_the_switch_has_the_focus_and_scrolls_nothing(page, address):
    open_page(page, f"{address}/where-zeros-come-from?{QUICK}")
    page.get_by_text("Present", exact=True).click()
    expect(page).to_have_url(re.compile("present=1"))
    expect(page.get_by_role("switch", name="Present")).to_be_focused()
    wait_until_quiet(page)
    page.keyboard.press("PageDown")
    expect(page).to_have_url(re.compile(f"/{MENU[-1].path}"))
    expect(page.get_by_role("table").first).to_be_visible()
    wait_until_quiet(page)
    page.keyboard.press("PageDown")  # there is no page after the last
    page.wait_for_timeout(500)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollTop") == 0
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollHeight > main.clientHeight")


def test_a_page_that_turns_dark_is_drawn_anew_at_once(page, address):
    page.emulate_media(color_scheme="light")
    open_page(page, f"{address}/tanh?{QUICK}")
    wait_for_readout(page, "λ = 10")
    title = page.locator(STAGE).locator("svg text", has_text=re.compile("^λ = 10$")).first
    light = title.get_attribute("fill")
    page.emulate_media(color_scheme="dark")
    expect(title).not_to_have_attribute("fill", light)
    expect(page.get_by_test_id("lam-value")).to_have_text("λ = 10")


def test_without_the_bars_script_charts_and_panel_have_their_sliders(browser, address):
    with new_page(browser, viewport={"width": 1440, "height": 900}) as page:
        page.route("**/lam_bar.js*", lambda route: route.abort())
        open_page(page, f"{address}/tanh?lam=20&{QUICK}")
        own = page.locator(f"{STAGE} .vega-bind input[type=range]").first
        expect(own).to_be_visible()
        wait_for_readout(page, "λ = 20")
        page.get_by_role("slider", name="Penalty strength λ").press("ArrowRight")
        wait_for_readout(page, "λ = 30")


def test_on_a_phone_the_bar_is_in_reach_and_nothing_covers_what_is_pressed(browser, address):
    with new_page(browser, viewport={"width": 390, "height": 844}, has_touch=True) as page:
        open_page(page, f"{address}/tanh?{QUICK}")
        wait_for_readout(page, "λ = 10")
        bar = page.get_by_test_id("lam-bar").bounding_box()
        assert bar["y"] > 844 / 2
        assert bar["y"] + bar["height"] <= 844
        for label in ("Play λ", "Smaller λ", "Larger λ"):
            assert_hit(page, page.get_by_role("button", name=label))
        page.get_by_test_id("stExpandSidebarButton").click()
        assert_hit(page, page.get_by_test_id("stSidebarCollapseButton").get_by_role("button"))


def assert_hit(page: Page, button) -> None:
    """A press in its middle reaches it."""
    button.wait_for()
    page.wait_for_timeout(400)  # until what moves has come to rest
    assert button.evaluate(
        "one => { const box = one.getBoundingClientRect();"
        " return one.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)); }"
    )


def test_a_click_on_a_curve_chooses_the_lam_under_it(page, address):
    open_page(page, f"{address}/l1-vs-l2?{QUICK}")
    wait_for_readout(page, "λ = 10")
    label = page.locator(f"{STAGE} .role-axis-label text", has_text=re.compile("^100$")).nth(1).bounding_box()
    page.mouse.click(label["x"] + label["width"] / 2, label["y"] - 60)  # in the panel, over that λ
    wait_for_readout(page, "λ = 100")
    expect(page).to_have_url(re.compile("lam=100(&|$)"))
    expect(page.get_by_test_id("lam-value")).to_have_text("λ = 100")
    told = page.locator(STAGE).locator("svg text", has_text=re.compile("^λ = 100")).first.bounding_box()
    page.mouse.click(told["x"] + told["width"] / 2, told["y"] + told["height"] / 2)
    page.wait_for_timeout(500)
    assert "lam=100" in page.url, "beside a panel over λ nothing is chosen"
    assert page.trouble == []


def test_a_weights_cell_that_is_pointed_at_shows_its_path_where_the_rule_is_dragged(page, address):
    open_page(page, f"{address}/l1-vs-l2?{QUICK}")
    wait_for_readout(page, "λ = 10")
    cells = page.locator(STAGE).first.locator(".mark-rect.role-mark path")
    name, lines = (page.locator(STAGE).first.locator(f".mark-{mark}.role-mark") for mark in ("text", "line"))
    first, drawn = name.filter(has_text="←").first.text_content(), lines.first.inner_html()
    cells.nth(4).hover()
    pointed = name.filter(has_text="unit 1 ← mean smoothness").first
    expect(pointed).to_be_visible()
    assert first != "unit 1 ← mean smoothness"
    assert lines.first.inner_html() != drawn
    box = pointed.bounding_box()
    page.mouse.click(box["x"] + box["width"], box["y"] + box["height"] / 2)
    expect(page.get_by_test_id("lam-value")).not_to_have_text("λ = 10")
    expect(pointed).to_be_visible()
    assert page.trouble == []


PAGES = ("", "l1-vs-l2", "weight-histograms", "tanh", "cancelled-units", "shrink-and-step")
# Windows, and how much of the picture that moves must stand above the bar before anything is scrolled.
WINDOWS = {
    (1920, 1080): 0.85,
    (1440, 900): 0.85,
    (390, 844): 0.3,
    (2560, 1440): 0.85,
    (768, 1024): 0.3,
    (320, 700): 0,
}


def test_the_picture_that_moves_stands_in_the_first_screen_and_nothing_scrolls_sideways(page, address):
    for path in PAGES:
        open_page(page, f"{address}/{path}?{QUICK}")
        for (width, height), least in WINDOWS.items() if THOROUGH else [*WINDOWS.items()][:3]:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(500)  # charts follow the window
            wider = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth")
            assert wider <= 0, (path, width)
            foot = page.get_by_test_id("lam-bar").bounding_box()["y"]
            box = page.locator(f".living, {STAGE} svg.marks").first.bounding_box()
            assert (min(foot, box["y"] + box["height"]) - box["y"]) / box["height"] >= least, (path, width)


def test_on_paper_charts_are_whole_and_tools_are_gone(page, address):
    open_page(page, f"{address}/tanh?{QUICK}")
    wait_for_readout(page, "λ = 10")
    page.emulate_media(media="print")
    expect(page.get_by_test_id("lam-bar")).to_be_hidden()
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    main = page.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollHeight <= main.clientHeight + 1"), "nothing is cut at its foot"
    assert page.locator(".stVegaLiteChart").first.evaluate("c => getComputedStyle(c).breakInside") == "avoid"


def test_words_wear_the_colour_of_their_marks_light_them_up_and_choose_their_lam(page, address):
    open_page(page, f"{address}/l1-vs-l2?{QUICK}")
    wait_for_readout(page, "λ = 10")
    page.locator(".st-key-measured").scroll_into_view_if_needed()
    page.wait_for_timeout(300)

    def words(name: str) -> list[dict]:
        return page.evaluate(
            f"""[...CSS.highlights.get("lab-{name}")].filter(
              word => word.startContainer.parentElement.closest(".st-key-measured")).map(word => {{
                const {{ x, y, width, height }} = word.getBoundingClientRect();
                return {{ text: word.toString(), x: x + width / 2, y: y + height / 2 }};
            }})"""
        )

    text = page.locator(".st-key-measured").inner_text()
    for name, label in (("l1", "L1"), ("l2", "L2")):
        assert len(words(name)) == len(re.findall(rf"\b{label}\b", text)) > 0
        page.mouse.move(words(name)[0]["x"], words(name)[0]["y"])
        assert page.evaluate("document.documentElement.dataset.light") == name
        assert faint_hues(page) == {PENALTY_COLORS[other] for other in ("L1", "L2") if other != label}
    page.mouse.move(5, 5)
    assert page.evaluate("document.documentElement.dataset.light") is None
    assert faint_hues(page) == set()
    of_lam = words("lam")
    assert {one["text"] for one in of_lam} == {f"λ = {lam}" for lam in re.findall(r"λ = ([\d,.]*\d)", text)}
    other = next(one for one in of_lam if one["text"] != "λ = 10")
    page.mouse.move(other["x"], other["y"])
    assert page.locator(".lam-peek").is_visible()
    page.mouse.click(other["x"], other["y"])
    expect(page).to_have_url(re.compile(f"lam={other['text'].removeprefix('λ = ')}(&|$)"))
    assert page.trouble == []


def faint_hues(page: Page) -> set[str]:
    """The penalties' colours among the marks that the page's style makes step back."""
    found = page.evaluate(
        """[...document.querySelectorAll("svg.marks :is([stroke], [fill])")].filter(one =>
          Number(getComputedStyle(one).opacity) === 0.12).flatMap(one =>
          [one.getAttribute("stroke"), one.getAttribute("fill")])"""
    )
    return set(found) & set(PENALTY_COLORS.values())
