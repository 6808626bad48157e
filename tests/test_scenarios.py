"""Each scenario shows what its sentence says, in the networks that its link opens and at other seeds."""

import re
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest

import core
from tests.test_pages import chart, open_app, sentences
from tests.test_tour import scene_at, shown
from ui.menu import MENU
from ui.offers import href
from ui.scenarios import SCENARIOS, Scenario
from ui.tour import query

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}


def opened(scenario: Scenario, seed: int = 0) -> core.Settings:
    """The settings that a new session takes from the scenario's link."""
    address = dict(parse_qsl(urlsplit(href(scenario.page, query(scenario.settings))).query))
    settings, problems = core.Settings.from_query(address)
    assert problems == []
    settings = replace(settings, seed=seed)
    return shown(settings) if scenario.page == "pages/overview.py" else settings


@pytest.mark.parametrize("seed", [0, 7])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_the_sentence_is_true_of_what_the_link_opens(scenario, seed):
    assert scenario.holds(scene_at(opened(scenario, seed)))


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("Overfit the moons", {"n_samples": 1000, "noise": 0.1, "epochs": 50}),
        ("Which of the 30 measurements matter?", {"lam": 1.0, "epochs": 50}),
        ("Pixels that matter", {"lam": 0.1, "epochs": 50}),
        ("Needles found", {"lam": 1.0}),
        ("Units fall out", {"lam": 0.1, "epochs": 50}),
        ("A network that draws a line", {"dataset": "circles", "epochs": 50}),
        ("Collapse: λ too large for a deep network", {"lam": 1.0, "epochs": 50}),
        ("Beyond two", {"lam": 500.0, "epochs": 50}),
        ("Stopped too early", {"learning_rate": 0.3, "epochs": 500}),
        ("Nothing left", {"lam": 10.0, "epochs": 50}),
        ("A ring and a line", {"dataset": "moons"}),
    ],
)
def test_the_measure_can_say_no(name, changed):
    scenario = BY_NAME[name]
    assert not scenario.holds(scene_at(core.Settings(**{**scenario.settings, **changed})))


def test_the_scenarios_are_sound():
    assert 8 <= len(SCENARIOS) <= 12
    assert len(BY_NAME) == len(SCENARIOS)
    assert sum(scenario.wrong for scenario in SCENARIOS) >= 2
    files = {entry.file for entry in MENU}
    for scenario in SCENARIOS:
        assert scenario.page in files
        assert scenario.look.endswith(".")


def link_of(app, name: str) -> str:
    """The address behind a row's link on the classroom page."""
    rows = [
        e.proto.body for e in app.get("html") if f'aria-label="{name}, as a link"' in unescape(e.proto.body)
    ]
    return unescape(re.search(r'href="([^"]+)"', rows[0])[1])


def test_a_link_of_the_page_opens_its_numbers_in_a_new_session():
    offered = open_app("pages/classroom.py")
    assert not offered.exception
    name = "Which of the 30 measurements matter?"
    address = urlsplit(link_of(offered, name))
    entry = next(entry for entry in MENU if entry.url_path == address.path)
    app = open_app(entry.file, **dict(parse_qsl(address.query)))
    assert app.session_state.settings == core.Settings(**BY_NAME[name].settings)
    kept = re.search(r"L1 has set \*\*(\d+) of 30 weights", sentences(app))[1]
    assert 30 - int(kept) <= 7
    name = "Beyond two"
    address = urlsplit(link_of(offered, name))
    entry = next(entry for entry in MENU if entry.url_path == address.path)
    app = open_app(entry.file, **dict(parse_qsl(address.query)))
    assert any("stopped being finite" in info.value for info in app.info)


def test_a_scenarios_button_sets_the_panel_and_leaves_the_tour():
    app = open_app("pages/classroom.py", tour="6", seed="3")
    i = [scenario.name for scenario in SCENARIOS].index("A ring and a line")
    app.button(key=f"open_scenario_{i}").click().run()
    assert not app.exception
    assert app.session_state.settings == core.Settings(**SCENARIOS[i].settings)
    assert app.title[0].value == "With the right λ a network stops memorizing noise"
    assert "tour" not in app.query_params
    scores = chart(app)[1]["scores"]
    assert (scores[scores.rows == "training"].accuracy < 2 / 3).all()


@pytest.mark.browser
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
