"""The page for the front of a classroom: a button and a link for every step and scenario."""

import json
import re
from html import unescape
from urllib.parse import SplitResult, parse_qsl, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

import core
from tests.app import chart, open_app, sentences
from ui.topics import TOPICS
from ui.topics.topic import Topic
from ui.tour.links import PICTURES, file_of, scenario_link, step_link
from ui.tour.scenarios import SCENARIOS
from ui.tour.steps import STEPS, TOUR

CLASSROOM = "pages/classroom.py"
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}


def topic_at(path: str) -> Topic:
    """The topic whose page stands at a path."""
    return next(
        topic for topic in TOPICS if path in ((topic.address,) if topic is not TOPICS[0] else ("./",))
    )


def link_of(app: AppTest, name: str) -> SplitResult:
    """The address behind a row's link on the classroom page."""
    label = f'aria-label="{name}, as a link"'
    (row,) = [e.proto.body for e in app.get("html") if label in unescape(e.proto.body)]
    return urlsplit(unescape(re.search(r'href="([^"]+)"', row)[1]))


def follow(address: SplitResult) -> AppTest:
    """A new session at the address of a link."""
    return open_app(topic_at(address.path), **dict(parse_qsl(address.query)))


def test_a_link_leads_to_the_page_with_its_settings_and_the_steps_name():
    assert step_link(STEPS["exact-zeros"]) == "l1-vs-l2?hidden=none&lam=20&tour=exact-zeros"
    assert step_link(TOUR[0]).startswith("./?dataset=moons&"), "the first page is the one that opens"
    assert scenario_link(BY_NAME["Beyond two"]) == "shrink-and-step?learning_rate=1&lam=1000"


def test_the_page_has_a_button_and_a_link_for_every_step_and_scenario():
    app = open_app(CLASSROOM)
    assert not app.exception
    keys = [button.key for button in app.button]
    assert [key for key in keys if key.startswith("open_step_")] == [f"open_step_{s.name}" for s in TOUR]
    assert sum(key.startswith("open_scenario_") for key in keys) == len(SCENARIOS)
    for number, step in enumerate(TOUR, start=1):
        link = link_of(app, f"{number}. {step.title}")
        assert link.geturl() == step_link(step)
    for scenario in SCENARIOS:
        assert link_of(app, scenario.name).geturl() == scenario_link(scenario)


def test_a_link_of_the_page_opens_its_numbers_in_a_new_session():
    classroom = open_app(CLASSROOM)
    name = "Which of the 30 measurements matter?"
    app = follow(link_of(classroom, name))
    assert app.session_state.settings == core.Settings(**BY_NAME[name].settings)
    kept = re.search(r"L1 has set \*\*(\d+) of 30 weights", sentences(app))[1]
    assert 30 - int(kept) <= 7
    app = follow(link_of(classroom, "Beyond two"))
    assert any("stopped being finite" in info.value for info in app.info)


def test_the_link_of_a_step_opens_it_in_a_new_session():
    step = STEPS["all-layers"]
    app = follow(link_of(open_app(CLASSROOM), f"{TOUR.index(step) + 1}. {step.title}"))
    assert not app.exception
    assert app.title[0].value == step.topic.page_heading
    assert app.session_state.settings == core.Settings(**step.settings)
    assert app.session_state.tour_step == step.name


def test_a_scenarios_button_sets_the_panel_and_leaves_the_tour():
    app = open_app(CLASSROOM, tour="the-gradient", seed="3")
    i = [scenario.name for scenario in SCENARIOS].index("A ring and a line")
    app.button(key=f"open_scenario_{i}").click().run()
    assert not app.exception
    assert app.session_state.settings == core.Settings(**SCENARIOS[i].settings)
    assert app.title[0].value == "With the right λ a network stops memorizing noise"
    assert "tour" not in app.query_params
    scores = chart(app)[1]["scores"]
    assert (scores[scores.rows == "training"].accuracy < 2 / 3).all()


def test_a_card_has_a_picture_and_a_question_and_its_answer_only_for_who_opens_it():
    app = open_app(CLASSROOM)
    bodies = [unescape(e.proto.body) for e in app.get("html")]
    for scenario in SCENARIOS:
        (card,) = [body for body in bodies if f'aria-label="{scenario.name}, as a link"' in body]
        before, details = card.split("<details")
        assert scenario.question in before
        assert scenario.look in details
        assert "open" not in details.split(">")[0]
        assert 'src="data:image/webp;base64,' in before
        assert not set(re.findall(r"\d{2,}", scenario.look)) & set(
            re.findall(r"\d{2,}", scenario.question)
        ) - {"30", "40", "24", "50"}, "numbers of the answer"
    for step in TOUR:
        assert step_link(step) in " ".join(bodies)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_card_has_its_small_picture_and_no_picture_is_left_over(theme):
    files = {path.name for path in PICTURES.glob(f"*-{theme}.webp")}
    names = [*(step.name for step in TOUR), *map(file_of, SCENARIOS)]
    assert len(set(names)) == len(TOUR) + len(SCENARIOS)
    assert files == {f"{name}-{theme}.webp" for name in names}
    for name in names:
        assert (PICTURES / f"{name}-{theme}.webp").stat().st_size < 30_000


def test_a_scenario_of_a_part_leads_to_it():
    twins = BY_NAME["The correlated twins"]
    assert dict(parse_qsl(urlsplit(scenario_link(twins)).query))["at"] == "twins"
    app = open_app(CLASSROOM)
    app.button(key=f"open_scenario_{SCENARIOS.index(twins)}").click().run()
    assert not app.exception
    assert app.query_params["at"] in ("twins", ["twins"])
    (bar,) = [one for one in app.get("bidi_component") if one.proto.component_name == "lab.lam_bar"]
    assert json.loads(bar.proto.json)["part"] == "twins"
